"""The actions of the grammar for tensors: literals, indices, slices, `@` and `.T`, and settings such as `axis=0`.

What is chosen where an operation is used and is no number of the graph becomes part of the operation's name in the
graph: `sum axis=0 keepdims=0`, `index at=0,1:3`. Every table of functions then finds it as it finds `sin`.
"""

from __future__ import annotations

from bpcli.language import scanner
from bpcli.language.reader.arguments import EVERYTHING, TRUTH, Arguments
from bpcli.ops import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from bpcli.language.reader.arguments import Argument
    from bpcli.ops import Op

EMPTY = "stack axis=0"
LISTING = ("concat", "stack")  # these take a list for its entries


class ArrayActions(Arguments):
    """The actions for tensors."""

    def stack(self, parts: list[Any], first: int, last: int) -> int:
        """`[a, b]`."""
        elements: list[int] = parts[1]
        self.lists[first, last] = elements
        if self.is_listed_alone(first, last):
            return elements[0]  # concat([a, b]) is concat(a, b)
        return self.graph.add(EMPTY, tuple(elements), self.tokens.span(first, last))

    def is_listed_alone(self, first: int, last: int) -> bool:
        """Whether a list is all that stands in the brackets of `concat` or `stack`, besides settings."""
        texts, kinds = self.tokens.texts, self.tokens.kinds
        if first < 2 or kinds[first - 1] != scanner.LPAR or texts[first - 2] not in LISTING:
            return False
        settings = kinds[last + 1] == scanner.COMMA and kinds[last + 3] == scanner.EQUAL
        return settings or kinds[last + 1] == scanner.RPAR

    def nothing(self, parts: list[Any], first: int, last: int) -> int:
        """`[]`: only as the value of a setting, where it means everything."""
        if self.tokens.kinds[first - 1] != scanner.EQUAL or not first or self.open_brackets(first) == 0:
            raise self.tokens.error("empty-list", first, last)
        return self.graph.const(0)  # what it means is told by its brackets

    def open_brackets(self, index: int) -> int:
        """How many round brackets of the statement are open before a token."""
        depth = 0
        for kind in self.tokens.kinds[:index]:
            depth += (kind == scanner.LPAR) - (kind == scanner.RPAR)
            depth = 0 if kind == scanner.SEPARATOR else depth
        return depth

    def index(self, parts: list[Any], first: int, last: int) -> int:
        """`x[0]`, `W[1, :]`."""
        return self.graph.add(f"index at={','.join(parts[2])}", (parts[0],), self.tokens.span(first, last))

    def at(self, parts: list[Any], first: int, last: int) -> str:
        """One whole number of an index."""
        return self.whole(parts[0], "index-not-whole", first, last)

    def slice_all(self, parts: list[Any], first: int, last: int) -> str:
        """`:`"""
        return ":"

    def slice_from(self, parts: list[Any], first: int, last: int) -> str:
        """`1:`"""
        return f"{self.whole(parts[0], 'index-not-whole', first, last)}:"

    def slice_to(self, parts: list[Any], first: int, last: int) -> str:
        """`:3`"""
        return f":{self.whole(parts[1], 'index-not-whole', first, last)}"

    def slice_between(self, parts: list[Any], first: int, last: int) -> str:
        """`1:3`"""
        begin, end = (self.whole(part, "index-not-whole", first, last) for part in (parts[0], parts[2]))
        return f"{begin}:{end}"

    def keep_slice(self, parts: list[Any], first: int, last: int) -> str:
        """`1:3:` is `1:3`."""
        return str(parts[0])

    def step(self, parts: list[Any], first: int, last: int) -> str:
        """`1:9:2`"""
        size = self.whole(parts[2], "index-not-whole", first, last)
        if size == "0":
            raise self.tokens.error("slice-step-zero", first, last)
        return f"{parts[0]}:{size}"

    def whole(self, node: int, mistake: str, first: int, last: int) -> str:
        """The whole number that a node is, as text. Raises InputError with this mistake."""
        graph = self.graph
        value = graph.payload.get(node) if graph.op[node] == "const" else None
        if not isinstance(value, int):
            raise self.tokens.error(mistake, first, last)
        return str(value)

    def setting(self, name: str, node: int, place: int) -> str:
        """The value of a setting as text: whole numbers, "" for everything."""
        graph, word = self.graph, self.tokens.texts[place] if place >= 0 else ""
        if word == "[" and self.tokens.texts[place + 1] == "]":
            return ""
        if word in self.settings:
            return self.settings[word]
        if word in TRUTH:
            return TRUTH[word]
        if word in EVERYTHING:
            return ""
        if graph.op[node] == EMPTY:
            return ",".join(self.setting(name, each, -1) for each in graph.args[node])
        value = graph.payload.get(node) if graph.op[node] == "const" else None
        if not isinstance(value, int):
            raise self.tokens.error("setting-not-whole", place, name=name)
        return str(value)

    def apply_to_tensors(self, op: Op, arguments: list[Argument], first: int, last: int) -> int:
        """The node of an operation on tensors: its settings told from its arguments."""
        chosen = dict(op.settings)
        own: list[Argument] = []
        rest: list[str] = []
        hidden = op.hidden is not None
        for keyword, node, place in arguments:
            if keyword in op.settings:
                chosen[keyword] = self.setting(keyword, node, place + 2)  # behind `axis =`
            elif not keyword and op.rest and (hidden or len(own) >= len(op.params)):
                rest.append(self.setting(op.rest, node, place))
            else:
                own.append((keyword, node, place))
        if rest:
            chosen[op.rest] = ",".join(rest)
        if op.rest and not chosen[op.rest]:
            raise self.tokens.error("setting-missing", first, last, name=op.spelling, setting=op.rest)
        if "seed" in op.settings and not any(keyword == "seed" for keyword, _, _ in arguments):
            chosen["seed"] = str(self.draws)
        self.draws += "seed" in op.settings
        if op.variadic and len(own) == 1:
            for span, elements in self.lists.items():
                if span[0] == own[0][2] and self.is_listed_alone(*span):
                    own = [("", node, span[0]) for node in elements]
        nodes: tuple[int, ...]
        if hidden:
            nodes = (self.graph.const(op.hidden or 0),)
        else:
            nodes = self.match(op.spelling, op.params, op.defaults, op.variadic, own, first, settings=[*op.settings])
        name = " ".join([op.name, *(f"{setting}={text}" for setting, text in chosen.items())])
        return self.apply(TABLE[name], nodes, self.tokens.span(first, last))
