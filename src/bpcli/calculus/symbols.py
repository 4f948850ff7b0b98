"""Symbols as numbers: handles on the nodes of a graph. A sweep over symbols writes the derivative as new nodes.

Only what cannot change a value is shortened while building: 1*a, a^1, a^0, and arithmetic of exact
constants. The rest is the business of simplify/, and only for what is shown.
"""

from __future__ import annotations

from bpcli import numbers
from bpcli.calculus.kinds import CLOSED, Functions, Kind
from bpcli.calculus.shapes import SHAPES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from bpcli.graph import Function, Graph
    from bpcli.numbers import Constant


class Symbol:
    """A node of a graph that can be calculated with."""

    __slots__ = ("kind", "node")

    def __init__(self, kind: Symbols, node: int) -> None:
        self.kind = kind
        self.node = node

    def __add__(self, other: Symbol) -> Symbol:
        return self.kind.apply("add", self, other)

    def __mul__(self, other: Symbol) -> Symbol:
        return self.kind.apply("mul", self, other)

    def __neg__(self) -> Symbol:
        return self.kind.apply("neg", self)


class Spellings(Functions):
    """Operation -> the function that writes its node; composed operations stay whole."""

    kind: Symbols

    def __missing__(self, op: str) -> Callable[..., Symbol]:
        self[op] = self.kind.spelling(op)
        return self[op]


class Symbols(Kind):
    """The symbols of one graph, which grows as they are calculated with."""

    title = "symbols"

    def __init__(self, graph: Graph, textbook: bool = False) -> None:
        self.graph = graph
        self.textbook = textbook
        self.shaped = bool(graph.shape)
        self._exact: dict[int, Constant | None] = {}
        super().__init__({})
        self.functions = self.guarded = Spellings({}, self)

    def spelling(self, op: str) -> Callable[..., Symbol]:
        """The function that writes a node of this operation."""
        return lambda *arguments: self.apply(op, *arguments)

    def constant(self, value: Constant) -> Symbol:
        return Symbol(self, self.graph.const(value))

    def body_of(self, function: Function, guarded: bool) -> Callable[..., Symbol]:
        """A call of a user's function with derivatives of its own stays one node."""
        op = f"call {function.name}"
        self.graph.functions[op] = function
        return self.spelling(op)

    def apply(self, op: str, *arguments: Symbol) -> Symbol:
        """The node of `op` over these, or what it comes to."""
        graph = self.graph
        nodes = tuple([argument.node for argument in arguments])
        if self.shaped:
            return self._apply_shaped(op, nodes, arguments)
        # Only what has a constant in it can be shortened.
        if not graph.constant[nodes[0]] and not graph.constant[nodes[-1]] and op != "powc":
            return Symbol(self, graph.add(op, nodes))
        if op in ("pow", "powc"):
            op = "powc" if graph.constant[nodes[1]] else "pow"
        folded = fold(op, [self.exact(node) if graph.constant[node] else None for node in nodes])
        if folded is not None:
            return self.constant(folded)
        first, last = nodes[0], nodes[-1]
        if op == "mul":
            if self._is(first, 1):
                return arguments[1]
            if self._is(last, 1):
                return arguments[0]
            if self._is(first, -1):
                return self.apply("neg", arguments[1])
            if self._is(last, -1):
                return self.apply("neg", arguments[0])
        elif op == "powc":
            if self._is(last, 1):
                return arguments[0]
            if self._is(last, 0):
                return self.constant(1)
        elif op == "log" and graph.payload.get(first) == "e":
            return self.constant(1)
        return Symbol(self, graph.add(op, nodes))

    def _apply_shaped(self, op: str, nodes: tuple[int, ...], arguments: tuple[Symbol, ...]) -> Symbol:
        """The same where nodes have shapes: the new node gets its own; 1*a is a where that has the shape of both."""
        graph = self.graph
        shape = SHAPES.functions[op](*[graph.shape.get(node, ()) for node in nodes])
        if op == "sum_like" and graph.shape.get(nodes[0], ()) == shape:
            return arguments[0]
        if op == "broadcast_like" and graph.shape.get(nodes[0], ()) == shape:
            return arguments[0]
        if not shape and not any(graph.shape.get(node) for node in nodes):
            self.shaped = False
            try:
                return self.apply(op, *arguments)
            finally:
                self.shaped = True
        if op == "mul":
            for one, other in ((0, 1), (1, 0)):
                if graph.shape.get(nodes[other], ()) == shape:
                    if self._is(nodes[one], 1):
                        return arguments[other]
                    if self._is(nodes[one], -1):
                        return self._apply_shaped("neg", (nodes[other],), (arguments[other],))
        elif op in ("pow", "powc"):
            op = "powc" if graph.constant[nodes[1]] else "pow"
            if self._is(nodes[1], 1) and graph.shape.get(nodes[0], ()) == shape:
                return arguments[0]
        node = graph.add(op, nodes)
        if shape:
            graph.shape[node] = shape
        return Symbol(self, node)

    def shape(self, number: Symbol) -> tuple[int, ...]:
        return self.graph.shape.get(number.node, ())

    def fit(self, product: Symbol, presence: Symbol | None, like: Symbol) -> tuple[Symbol, Any]:
        wanted = self.shape(like)
        if presence is not None and self.shape(presence) != wanted:
            # Of the product as it is before it is summed: where one of the entries that are summed is present.
            presence = self.apply("sum_like", self.spread(presence, product), like)
        if self.shape(product) != wanted:
            made = "sum_like" if len(self.shape(product)) >= len(wanted) else "broadcast_like"
            product = self.apply(made, product, like)
        return product, presence

    def spread(self, tangent: Symbol, like: Symbol) -> Symbol:
        return tangent if self.shape(tangent) == self.shape(like) else self.apply("broadcast_like", tangent, like)

    def zero_like(self, number: Symbol) -> Symbol:
        return self.spread(self.constant(0), number)

    def exact(self, node: int) -> Constant | None:
        """The exact rational that a constant node comes to, such as the 1/3 in x^(1/3); None where it is not one."""
        graph, known = self.graph, self._exact
        work = [node]
        while work:
            here = work[-1]
            waiting = [argument for argument in graph.args[here] if argument not in known]
            if here not in known and waiting:
                work += waiting
                continue
            work.pop()
            if graph.op[here] == "const":
                known[here] = graph.payload[here]
            elif here not in known:
                known[here] = fold(graph.op[here], [known[argument] for argument in graph.args[here]])
        return known[node]

    def _is(self, node: int, value: int) -> bool:
        return self.graph.op[node] == "const" and self.graph.payload[node] == value

    # Presence: a condition on the graph. Its own derivative is guarded by the same condition, because a
    # guard is an ordinary `where`.

    def opened(self, condition: Symbol, mask: Symbol | None) -> Any:
        if self.graph.op[condition.node] == "const":
            return mask if self.graph.payload[condition.node] else CLOSED
        return condition if mask is None or mask.node == condition.node else self.apply("and", mask, condition)

    def guard(self, mask: Symbol, product: Symbol) -> Symbol:
        return self.apply("where", mask, product, self.constant(0))

    def either(self, mask: Symbol, other: Symbol) -> Symbol:
        return mask if mask.node == other.node else self.apply("or", mask, other)


def fold(op: str, values: list[Constant | None]) -> Constant | None:
    """The exact result of arithmetic on exact constants, or None where it is not that."""
    pairs = []
    for value in values:
        if isinstance(value, int):
            pairs.append((value, 1))
        elif isinstance(value, tuple):
            pairs.append(value)
        else:
            return None
    if op == "neg":
        top, bottom = pairs[0]
        return numbers.rational(-top, bottom) if top else None
    if len(pairs) != 2:
        return None
    (a, b), (c, d) = pairs
    if op == "add":
        return numbers.rational(a * d + c * b, b * d)
    if op == "sub":
        return numbers.rational(a * d - c * b, b * d)
    if op == "mul":
        return numbers.rational(a * c, b * d)
    if op == "div" and c:
        return numbers.rational(a * d, b * c)
    if op in ("eq", "ne"):
        return int((a * d == c * b) == (op == "eq"))
    return None
