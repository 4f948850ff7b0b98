"""Dual numbers: a value with its tangent. The forward loop over them is forward mode.

How a tangent passes an operation is read from the same edges that the reverse loop uses: the sum over the
arguments of local derivative times tangent. Nothing here knows an operation.

Source: Griewank and Walther, Evaluating Derivatives, 2nd edition, section 3.1.
"""

from __future__ import annotations

from bpcli.calculus.kinds import CLOSED, FLAT, MISSING, PULL, Functions, Kind, no_rule
from bpcli.calculus.pullbacks import push_along
from bpcli.ops import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from bpcli.calculus.kinds import Edge
    from bpcli.graph import Function
    from bpcli.numbers import Constant

    Number = Any


class Dual:
    """A number and how fast it changes along the direction of the run.

    primal:   the value, a number of the inner kind
    tangent:  the derivative of the value along the direction; None where nothing flows, which is not 0
    presence: where the tangent is present, if not everywhere (see Kind.opened)
    """

    __slots__ = ("kind", "presence", "primal", "tangent")

    def __init__(self, kind: Duals, primal: Number, tangent: Number = None, presence: Number = None) -> None:
        self.kind = kind
        self.primal = primal
        self.tangent = tangent
        self.presence = presence

    def __add__(self, other: Dual) -> Dual:
        total: Dual = self.kind.functions["add"](self, other)
        return total

    def __mul__(self, other: Dual) -> Dual:
        product: Dual = self.kind.functions["mul"](self, other)
        return product

    def __neg__(self) -> Dual:
        opposite: Dual = self.kind.functions["neg"](self)
        return opposite


class Pushed(Functions):
    """Operation -> the same over duals."""

    kind: Duals

    def __init__(self, kind: Duals, guarded: bool) -> None:
        super().__init__({}, kind)
        self.is_guarded = guarded

    def __missing__(self, op: str) -> Callable[..., Dual]:
        inner = self.kind.inner
        self[op] = self.kind.pushing(
            (inner.guarded if self.is_guarded else inner.functions)[op],
            lambda count: inner.edges(op, count, self.is_guarded),
            op,
        )
        return self[op]


class Duals(Kind):
    """Dual numbers over any kind of number, themselves included: duals of duals carry second derivatives."""

    title = "dual numbers"

    def __init__(self, inner: Kind) -> None:
        super().__init__({})
        self.inner = inner
        self.textbook = inner.textbook
        self.functions, self.guarded = Pushed(self, False), Pushed(self, True)

    def dual(self, primal: Number, tangent: Number = None) -> Dual:
        """A number with a tangent; without one it does not change along the direction."""
        return Dual(self, primal, tangent)

    def constant(self, value: Constant) -> Dual:
        return Dual(self, self.inner.constant(value))

    def pushing(
        self, function: Callable[..., Number], rules: Callable[[int], tuple[Edge, ...]], op: str | Function
    ) -> Callable[..., Dual]:
        """An operation over duals, from the one over the inner numbers and its edges."""
        edges: dict[int, tuple[Edge, ...]] = {}

        def pushed(*arguments: Dual) -> Dual:
            registers = [argument.primal for argument in arguments]
            result = Dual(self, function(*registers))
            registers.append(result.primal)
            if any(argument.tangent is not None for argument in arguments):
                found = edges.get(len(arguments))
                if found is None:
                    found = edges[len(arguments)] = rules(len(arguments))
                self._push(arguments, registers, found, result, op)
            return result

        return pushed

    def _push(
        self,
        arguments: Sequence[Dual],
        registers: list[Number],
        edges: tuple[Edge, ...],
        result: Dual,
        op: str | Function,
    ) -> None:
        """The tangent of a result: what flows in over each open edge, added up."""
        inner = self.inner
        for position, (argument, edge) in enumerate(zip(arguments, edges, strict=True)):
            if argument.tangent is None or edge.code == FLAT:
                continue
            if edge.code == MISSING:
                raise no_rule(op if not isinstance(op, str) else TABLE[op], position)
            presence = argument.presence
            if edge.code == PULL:
                declared = TABLE[op] if isinstance(op, str) else op
                product = push_along(declared, position, registers, argument.tangent, inner)
                self._add(result, product, None)
                continue
            if edge.when is not None:
                presence = inner.opened(edge.when(registers), presence)
                if presence is CLOSED:
                    continue
            product = edge.local(registers) * argument.tangent
            if op == "div" and position and product.__class__ is float and not product:
                # -out/y may be smaller than any float where -out*(tangent/y) is not.
                product = -result.primal * (argument.tangent / registers[1])
            product = inner.spread(product, result.primal)
            if presence is not None:
                product = inner.guard(presence, product)
            self._add(result, product, presence)

    def _add(self, result: Dual, product: Number, presence: Number) -> None:
        """One more contribution to the tangent of a result."""
        if result.tangent is None:
            result.tangent, result.presence = product, presence
            return
        result.tangent = result.tangent + product
        if presence is None or result.presence is None:
            result.presence = None
        else:
            result.presence = self.inner.either(result.presence, presence)

    def body_of(self, function: Function, guarded: bool) -> Callable[..., Dual]:
        """A user's function with derivatives of its own: its rules, not what its body would give."""
        inner = self.inner
        return self.pushing(
            inner.body_of(function, guarded), lambda count: inner.edges_of(function, guarded), function
        )

    def shape(self, number: Dual) -> tuple[int, ...]:
        return self.inner.shape(number.primal)

    def zero_like(self, number: Dual) -> Dual:
        return Dual(self, self.inner.zero_like(number.primal))

    # A condition is asked of the values alone.

    def opened(self, condition: Dual, mask: Number) -> Any:
        return self.inner.opened(condition.primal, mask)

    def guard(self, mask: Number, product: Dual) -> Dual:
        inner = self.inner
        tangent = None if product.tangent is None else inner.guard(mask, product.tangent)
        return Dual(self, inner.guard(mask, product.primal), tangent, product.presence)

    def either(self, mask: Number, other: Number) -> Number:
        return self.inner.either(mask, other)
