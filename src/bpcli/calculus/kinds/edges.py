"""The rules from an operation to its arguments, compiled from the formulas of the table."""

from __future__ import annotations

from bpcli.calculus.kinds.compiled import compiled, formula, partial_text
from bpcli.errors import InputError
from bpcli.ops import Op

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from bpcli.calculus.kinds.compiled import Formula, Number
    from bpcli.calculus.kinds.kind import Functions, Kind
    from bpcli.graph import Function, Graph
    from bpcli.numbers import Constant

# What an edge does with what arrives. The first four need no formula at all, and are most edges there are.
COPY, FLIP, ARGUMENT, OUT, FORMULA, FLAT, MISSING, PULL = range(8)

# How the edges of an operation look together, where one look at it is enough for the reverse loop.
SUM, DIFFERENCE, PRODUCT, SINGLE, PAIR, OTHER = range(6)


class Edge:
    """The compiled rule from one operation to one of its arguments.

    code:  COPY (local 1), FLIP (-1), ARGUMENT (the value of another argument, at `index`), OUT, FORMULA, or
           FLAT (nothing ever flows), MISSING (no rule for this argument), PULL (see `pull`)
    local: the local derivative, a function of the registers
    when:  the condition under which the edge is open, or None
    pull:  of an operation on tensors: what it makes of the registers and the upstream value
    """

    __slots__ = ("code", "index", "local", "pull", "when")

    def __init__(
        self,
        code: int,
        index: int,
        local: Formula,
        when: Formula | None,
        pull: Callable[[Sequence[Number], Number], Number] | None = None,
    ) -> None:
        self.code = code
        self.index = index
        self.local = local
        self.when = when
        self.pull = pull


NO_RULE = Edge(MISSING, 0, lambda registers: None, None)


def shape_of(edges: tuple[Edge, ...]) -> int:
    """SUM: two copies. PRODUCT: each receives the other. SINGLE and PAIR: one and two edges that are always open."""
    codes = [edge.code for edge in edges]
    if codes == [COPY, COPY]:
        return SUM
    if codes == [COPY, FLIP]:
        return DIFFERENCE
    if codes == [ARGUMENT, ARGUMENT] and (edges[0].index, edges[1].index) == (1, 0):
        return PRODUCT
    if any(edge.when is not None or edge.code in (FLAT, MISSING, PULL) for edge in edges):
        return OTHER
    return {1: SINGLE, 2: PAIR}.get(len(edges), OTHER)


def no_rule(declared: Function | Op, position: int) -> InputError:
    """The error for a derivative by an argument that its operation has no rule for."""
    if isinstance(declared, Op):
        if declared.inner:
            # What a second derivative of `prod` is made of is where its rules end.
            return InputError("no-rule-of-product")
        param = declared.params[min(position, len(declared.params) - 1)]
        return InputError("no-rule-in-table", name=declared.spelling, param=param)
    return InputError("no-rule", name=declared.name, param=declared.params[position])


def fixed(declared: Op, count: int, kind: Kind, functions: dict[str, Callable[..., Number]]) -> tuple[Edge, ...]:
    places = {param: place for place, param in enumerate(declared.params)} | {"out": len(declared.params)}
    edges = []
    for param in declared.params:
        if param not in declared.partials:
            edges.append(NO_RULE)
            continue
        local, when = partial_text(declared, param, kind.textbook)
        condition = formula(when) if when else None
        program = formula(local)
        edges.append(edge_of(program.graph, program.output, condition, places, functions, kind.constant))
    return tuple(edges)


def selecting(declared: Op, count: int, kind: Kind, functions: Functions) -> tuple[Edge, ...]:
    """The rules of max and min: one template for every argument.

    In its scope are x, out, the number of `ties`, and how many of those stand `before` the argument.
    """
    local_text, when_text = partial_text(declared, declared.params[0], kind.textbook)
    places = {"x": 0, "out": 1, "ties": 2, "before": 3}
    local, when = formula(local_text), formula(when_text)
    run_local = compiled(local.graph, local.output, places, functions, kind.constant)
    run_when = compiled(when.graph, when.output, places, functions, kind.constant)
    equal, add = functions["eq"], functions["add"]
    seen: list[Any] = [None, None]  # the registers of the node at hand, and how many tie up to each argument

    def scope(registers: Sequence[Number], place: int) -> list[Number]:
        if seen[0] is not registers:
            out = registers[-1]
            ties = [kind.constant(0)]
            for argument in registers[:-1]:
                ties.append(add(ties[-1], equal(argument, out)))
            seen[:] = registers, ties
        return [registers[place], registers[-1], seen[1][-1], seen[1][place]]

    def edge(place: int) -> Edge:
        return Edge(
            FORMULA,
            0,
            lambda registers: run_local(scope(registers, place)),
            lambda registers: run_when(scope(registers, place)),
        )

    return tuple(edge(place) for place in range(count))


def edge_of(
    graph: Graph,
    output: int,
    condition: Any,
    places: dict[str, int],
    functions: dict[str, Callable[..., Number]],
    constant: Callable[[Constant], Number],
) -> Edge:
    """The rule of one edge, with the simplest code that says it."""
    local = compiled(graph, output, places, functions, constant)
    when = None if condition is None else compiled(condition.graph, condition.output, places, functions, constant)
    op, payload = graph.op[output], graph.payload.get(output)
    if op == "const" and payload == 0:
        return Edge(FLAT, 0, local, None)
    if when is None and op == "const" and payload in (1, -1):
        return Edge(COPY if payload == 1 else FLIP, 0, local, None)
    if when is None and op == "var":
        if payload == "out":
            return Edge(OUT, 0, local, None)
        return Edge(ARGUMENT, places[str(payload)], local, None)
    return Edge(FORMULA, 0, local, when)
