"""Arguments: by place and by name, put in the order of the parameters."""

from __future__ import annotations

from bpcli import numbers
from bpcli.language.reader.templates import Templates

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    Argument = tuple[str, int, int]  # keyword or "", node, place of its first token

EVERYTHING = ("all", "None")  # axis=all is the same as no axis
TRUTH = {"True": "1", "False": "0", "true": "1", "false": "0"}


class Arguments(Templates):
    """The actions for lists of arguments."""

    def first(self, parts: list[Any], first: int, last: int) -> list[Any]:
        """The beginning of a list."""
        return [parts[0]]

    def more(self, parts: list[Any], first: int, last: int) -> list[Any]:
        """A list and one more."""
        parts[0].append(parts[2])
        return parts[0]  # type: ignore[no-any-return]

    def positional(self, parts: list[Any], first: int, last: int) -> tuple[str, int, int]:
        """An argument by its place."""
        return "", parts[0], first

    def keyword(self, parts: list[Any], first: int, last: int) -> tuple[str, int, int]:
        """An argument by its name."""
        node: int = parts[2]
        if first + 2 == last and self.graph.op[node] == "var":
            node = self.word_of_setting(node, self.tokens.texts[last])
        return self.tokens.texts[parts[0]], node, first

    def word_of_setting(self, node: int, word: str) -> int:
        """A word such as True behind `keepdims=` is no variable: it is taken out of the graph again."""
        if word not in self.settings and word not in TRUTH and word not in EVERYTHING:
            return node
        if node == len(self.graph) - 1:
            self.names.pop(word, None)
            self.graph.forget_last()
        return self.graph.const(0)

    def match(
        self,
        name: str,
        params: tuple[str, ...],
        defaults: dict[str, str],
        variadic: bool,
        arguments: list[Argument],
        first: int,
        settings: Sequence[str] = (),
    ) -> tuple[int, ...]:
        """The argument nodes in the order of the parameters."""
        tokens = self.tokens
        if variadic:
            for keyword, _, place in arguments:
                if keyword:
                    raise tokens.error("keyword-unknown", place, name=name, keyword=keyword, known="no keywords")
            if len(arguments) < len(params):
                raise tokens.error("wrong-count", first, name=name, takes="at least 1 argument", given=len(arguments))
            return tuple(node for _, node, _ in arguments)
        found: dict[str, int] = {}
        named_before = False
        for position, (keyword, node, place) in enumerate(arguments):
            if keyword:
                named_before = True
                if keyword not in params:
                    raise self.unknown_keyword(name, keyword, [*params, *settings], place)
            elif named_before:
                raise tokens.error("keyword-first", place, name=name)
            elif position >= len(params):
                raise self.wrong_count(name, params, defaults, len(arguments), first, settings)
            param = keyword or params[position]
            if param in found:
                raise tokens.error("keyword-twice", place, name=name, keyword=param)
            found[param] = node
        for param in params:
            if param not in found:
                if param not in defaults:
                    raise self.wrong_count(name, params, defaults, len(arguments), first)
                found[param] = self.graph.const(numbers.literal(defaults[param]))
        return tuple(found[param] for param in params)
