"""Operators: signs between values, before and behind them."""

from __future__ import annotations

from bpcli import numbers
from bpcli.language.reader.names import Names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

COMPARISONS = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne"}
SUPERSCRIPT_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")


class Operators(Names):
    """The actions for operators and brackets."""

    def binary(self, op: str) -> Callable[[list[Any], int, int], int]:
        """The action of an infix operator."""

        starts, stops, place = self.tokens.starts, self.tokens.stops, self.tokens.place
        moved = self.tokens.offsets is not None

        def action(parts: list[Any], first: int, last: int) -> int:
            left, _, right = parts
            span = place(starts[first], stops[last]) if moved else (starts[first], stops[last])
            return self.graph.add(op, (left, right), span)

        return action

    def negate(self, parts: list[Any], first: int, last: int) -> int:
        """`-x`; a literal takes the sign itself, for nobody wants `-2` to be a step."""
        node: int = parts[1]
        span = self.tokens.span(first, last)
        if self.graph.op[node] == "const" and node not in self.graph.name:
            value = self.graph.payload[node]
            if not isinstance(value, str):
                return self.graph.const(numbers.negated(value), span)
        return self.graph.add("neg", (node,), span)

    def keep(self, parts: list[Any], first: int, last: int) -> Any:
        """`+x` is x."""
        return parts[1]

    def bracket(self, parts: list[Any], first: int, last: int) -> Any:
        """`(x)` is x."""
        return parts[1]

    def invert(self, parts: list[Any], first: int, last: int) -> int:
        """`not x`."""
        return self.graph.add("not", (parts[1],), self.tokens.span(first, last))

    def begin_chain(self, parts: list[Any], first: int, last: int) -> tuple[int, int]:
        """`x < y`: the node, and the operand that a longer chain would compare next."""
        op = COMPARISONS[self.tokens.texts[parts[1]]]
        return self.graph.add(op, (parts[0], parts[2]), self.tokens.span(first, last)), parts[2]

    def extend_chain(self, parts: list[Any], first: int, last: int) -> tuple[int, int]:
        """`0 < x < 1`: both hold."""
        (before, middle), op = parts[0], COMPARISONS[self.tokens.texts[parts[1]]]
        span = self.tokens.span(first, last)
        return self.graph.add("and", (before, self.graph.add(op, (middle, parts[2]), span)), span), parts[2]

    def end_chain(self, parts: list[Any], first: int, last: int) -> int:
        """A comparison as a value."""
        node: int = parts[0][0]
        return node

    def raise_to(self, parts: list[Any], first: int, last: int) -> int:
        """`x^y`."""
        return self.power(parts[0], parts[2], self.tokens.span(first, last))

    def superscript(self, parts: list[Any], first: int, last: int) -> int:
        """`x²`."""
        written = self.tokens.texts[parts[1]].translate(SUPERSCRIPT_DIGITS)
        exponent = self.literal(written.lstrip("+-"), parts[1])
        if written.startswith("-"):
            exponent = numbers.negated(exponent)
        node = self.graph.const(exponent, self.tokens.span(parts[1], parts[1]))
        return self.power(parts[0], node, self.tokens.span(first, last))

    def power(self, base: int, exponent: int, span: tuple[int, int]) -> int:
        """A power; a constant exponent is its own operation, right to every order at 0."""
        return self.graph.add("powc" if self.graph.constant[exponent] else "pow", (base, exponent), span)

    def root(self, parts: list[Any], first: int, last: int) -> int:
        """`√x`, `∛x`."""
        op = "sqrt" if self.tokens.texts[parts[0]] == "√" else "cbrt"
        return self.graph.add(op, (parts[1],), self.tokens.span(first, last))

    def refuse_quotient(self, parts: list[Any], first: int, last: int) -> int:
        """`1/2x` has two readings."""
        raise self.two_readings("ambiguous-quotient", parts, first, last)

    def refuse_power(self, parts: list[Any], first: int, last: int) -> int:
        """`2^3x` has two readings."""
        raise self.two_readings("ambiguous-power", parts, first, last)

    def matrix_multiply(self, parts: list[Any], first: int, last: int) -> int:
        """`A @ x`."""
        return self.graph.add("matmul", (parts[0], parts[2]), self.tokens.span(first, last))

    def transpose(self, parts: list[Any], first: int, last: int) -> int:
        """`A.T`."""
        return self.graph.add("transpose", (parts[0],), self.tokens.span(first, last))
