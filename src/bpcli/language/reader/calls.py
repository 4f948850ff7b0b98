"""Calls of functions: the user's own, and those of the table."""

from __future__ import annotations

from bpcli.language.reader.arrays import ArrayActions
from bpcli.language.reader.state import SHARE
from bpcli.ops import TABLE, named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from bpcli.language.reader.arguments import Argument

FILLED = {"zeros": 0, "ones": 1}


class Calls(ArrayActions):
    """The actions for calls."""

    def call_empty(self, parts: list[Any], first: int, last: int) -> int:
        """`f()`."""
        return self.call([parts[0], parts[1], [], parts[2]], first, last)

    def call(self, parts: list[Any], first: int, last: int) -> int:
        """`f(x, y, slope=0.1)`: a user's function, else one of the table."""
        name = self.tokens.texts[first]
        arguments: list[Argument] = parts[2]
        span = self.tokens.span(first, last)
        template = self.templates.get(name)
        if template is not None:
            nodes = self.match(name, template.params, {}, False, arguments, first)
            if name in self.custom:
                self.outer.functions[f"call {name}"] = self.custom[name]
                self.graph.functions[f"call {name}"] = self.custom[name]
                return self.graph.add(f"call {name}", nodes, span)
            return self.expand(template, nodes, span)
        candidates = named(name)
        if name in FILLED:
            op = TABLE["full"]
            number = self.graph.const(FILLED[name], span)
            return self.apply_to_tensors(op, [("", number, first), *arguments], first, last)
        if not candidates:
            raise self.unknown_function(name, arguments, first, last)
        count = sum(not any(keyword in op.settings for op in candidates) for keyword, _, _ in arguments)
        op = next((op for op in candidates if op.takes(count)), candidates[0])
        for keyword, _, _ in arguments:
            op = next((op for op in candidates if op.rest == keyword != ""), op)  # transpose(x, axes=[1, 0])
        if not op.of_tensors:
            # With one setting of an operation on tensors it is that one, whatever else is wrong with the call.
            places = sum(not keyword for keyword, _, _ in arguments)
            words = {keyword for keyword, _, _ in arguments}
            asked = [op for op in candidates if op.takes(places) and not words.isdisjoint(op.settings)]
            op = asked[0] if asked else op
        if op.of_tensors:
            return self.apply_to_tensors(op, arguments, first, last)
        nodes = self.match(name, op.params, op.defaults, op.variadic, arguments, first)
        if op.symbol == "^":
            return self.power(nodes[0], nodes[1], span)
        if op.variadic and self.tie != SHARE:
            op = TABLE[f"{op.name}_{self.tie}"]
        return self.apply(op, nodes, span)
