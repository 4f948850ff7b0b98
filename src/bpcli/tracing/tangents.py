"""Forward mode of programs with arrays: which way the inputs move, and what each edge makes of a tangent.

An input that is an array has no single tangent: it moves by one of its entries, or all inputs move together along a
direction v, so that x(t) = x + t*v, and what is found are derivatives by t.
"""

from __future__ import annotations

import math
from itertools import product
from typing import Any

from bpcli.calculus.kinds import CLOSED, COPY, FLAT, FLIP, MISSING, PULL
from bpcli.calculus.pullbacks import push_along
from bpcli.calculus.sweeps import NO_SLOPE, OPEN, SHUT
from bpcli.engine.directions import entry_name, push, seeds_of
from bpcli.engine.given import bind
from bpcli.engine.point import evaluate, nodes_of, single
from bpcli.errors import InputError, NumericError
from bpcli.language import text
from bpcli.ops import TABLE
from bpcli.tracing.names import spelled
from bpcli.tracing.pulls import SIGNS, elementwise_rule
from bpcli.tracing.rows import Pull

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bpcli.calculus.kinds import Edge, Kind
    from bpcli.engine.point import Point
    from bpcli.graph import Program
    from bpcli.tracing.checks import Agreement
    from bpcli.tracing.names import Formulas
    from bpcli.tracing.rows import Tangent

    Seeds = dict[int, Any]

MOST_ALONG = 12  # entries that are gone along where nobody has chosen
TANGENT = ("v", "V", "tangent")  # what a rule calls the tangent that comes; the first that is free
PARAMETER = ("t", "T", "step")  # how far the inputs have gone along a direction; the first that is free
IDLE = "idle"


def tangent_name(program: Program) -> str:
    """What rules call the tangent of an argument: v, unless the program has a name like that."""
    return _free(program, TANGENT)


def _free(program: Program, names: Sequence[str]) -> str:
    taken = {*program.names, program.output_name}
    return next((name for name in names if name not in taken), names[-1])


def pushed_point(
    program: Program,
    given: Mapping[str, Any],
    wrt: Sequence[str] | None,
    direction: Mapping[str, Any] | None,
    kind: Kind,
) -> tuple[Point, dict[str, Seeds]]:
    """The values of a program, and along what it is gone: name -> the tangents that it starts with, by node.

    `gradient` of the point has the derivative along each. wrt: inputs, or entries of them such as W[0,1].

    Raises InputError for what is no input or entry, and where there are too many to go along each; NumericError.
    """
    point = evaluate(program, given, kind=kind)
    kind = point.kind
    if direction is not None:
        chosen = {_free(program, PARAMETER): seeds_of(point, direction)}
    else:
        chosen = dict(_entries(point, wrt))
    inputs = bind(program, given, kind)
    for name, seeds in chosen.items():
        tangent = push(program.graph, inputs, seeds, program.output + 1, kind)[program.output].tangent
        slope = kind.zero_like(point.values[program.output]) if tangent is None else tangent
        if kind.undefined(slope):
            raise NumericError("undefined-derivative", what=f"d{program.output_name}/d{name}")
        point.gradient[name] = single(slope)
    return point, chosen


def _entries(point: Point, wrt: Sequence[str] | None) -> Any:
    """Each number that is gone along by itself."""
    from bpcli.tracing.elements import entry_of

    program, kind = point.program, point.kind
    whole = program.inputs if wrt is None else [name for name in wrt if "[" not in name]
    nodes = nodes_of(program, whole)
    count = sum(math.prod(kind.shape(point.values[node])) for node in nodes.values())
    arrays = [name for name, node in nodes.items() if kind.shape(point.values[node])]
    if count > MOST_ALONG and arrays:
        shape = kind.shape(point.values[nodes[arrays[0]]])
        first = entry_name(arrays[0], (0,) * len(shape))
        direction = f"{arrays[0]}=ones({','.join(map(str, shape))})"
        raise InputError("too-many-tangents", count=count, most=MOST_ALONG, entry=first, direction=direction)
    for name in whole if wrt is None else wrt:
        if name in nodes:
            shape = kind.shape(point.values[nodes[name]])
            places = [(nodes[name], index) for index in product(*map(range, shape))]
        else:
            places = [entry_of(name, program, point.values)]
        for node, index in places:
            unit = kind.zero_like(point.values[node])
            if index:
                unit[index] = kind.constant(1)
            yield entry_name(program.graph.name.get(node, name), index), {node: unit if index else kind.constant(1)}


def tangent_agreement(
    program: Program, given: Mapping[str, Any], along: Mapping[str, Seeds], slopes: Mapping[str, Any]
) -> Agreement | None:
    """The worst of the gaps between derivatives along directions and central differences along them.

    None where nothing can be compared: the result is an array, or what moves is no input.
    """
    from bpcli.tracing.checks import TOLERANCE, Agreement
    from bpcli.tracing.differences import STATES, best_difference, together

    variables = {*program.graph.variables.values()}
    worst: tuple[int, float, str] | None = None
    evaluations = 0
    for name, seeds in along.items():
        slope = slopes[name]
        if getattr(slope, "shape", ()) or not {*seeds} <= variables or not math.isfinite(slope):
            continue
        found = best_difference(together(program, given, seeds), 0.0, None)
        evaluations += found.evaluations
        size = max(abs(slope), abs(found.value))
        gap = abs(slope - found.value) / size if size else 0.0
        state = "agrees" if gap <= TOLERANCE else found.judge(slope, TOLERANCE)
        entry = (STATES.index(state), gap if math.isfinite(gap) else 0.0, name)
        worst = entry if worst is None else max(worst, entry)
    return worst and Agreement(worst[1], worst[2], STATES[worst[0]], evaluations)


def fill_tangent(
    row: Tangent, edge: Edge, registers: Sequence[Any], argument: Any, point: Point, formulas: Formulas
) -> None:
    """What one edge makes of the tangent of its argument, a dual number: state, local derivative, product, rule."""
    kind, program = point.kind, point.program
    graph = program.graph
    result = registers[-1]
    zero, symbol = kind.zero_like(result), tangent_name(program)
    tangent = argument.tangent
    row.upstream = single(kind.zero_like(argument.primal) if tangent is None else tangent)
    nothing: Any = None
    row.local = nothing if edge.code == PULL else kind.constant(0)
    row.product, row.pull = zero, None
    row.state = OPEN
    if edge.code in (FLAT, MISSING):
        row.state = NO_SLOPE
    elif tangent is None:
        row.state = IDLE
    elif edge.code == PULL:
        declared = TABLE.get(graph.op[row.node]) or graph.functions[graph.op[row.node]]
        row.product = push_along(declared, row.position, registers, tangent, kind)
    else:
        local, presence = edge.local(registers), argument.presence
        if edge.when is not None:
            own = kind.opened(edge.when(registers), None)
            presence = kind.opened(edge.when(registers), presence)
            row.state = SHUT if presence is CLOSED else OPEN
            if own is not None:
                local = kind.zero_like(result) if own is CLOSED else kind.guard(own, local)
        row.local = single(local)
        if row.state == OPEN:
            row.product = kind.spread(tangent * edge.local(registers), result)
            if presence is not None:
                row.product = kind.guard(presence, row.product)
    row.product = single(row.product)
    if row.state not in (OPEN, SHUT):
        return
    if edge.code != PULL and not (kind.shape(result) or kind.shape(argument.primal)):
        return
    shape, own_shape = kind.shape(result), kind.shape(argument.primal)
    if edge.code == PULL:
        operands: tuple[tuple[int, ...], ...]
        rule, operands, sign = pushed_rule(formulas, row.node, row.position, symbol), (own_shape,), ""
        if rule and graph.op[row.node] in SIGNS:
            operands, sign = tuple(map(kind.shape, registers[:2])), SIGNS[graph.op[row.node]]
    else:
        rule, sign = elementwise_rule(edge.code, row.formula, row.condition, symbol), ""
        operands = (own_shape,)
        if edge.code not in (COPY, FLIP) and not (isinstance(row.local, float) and shape):
            operands, sign = (own_shape, kind.shape(row.local)), "*"
    fits = kind.shape(row.product) == shape
    row.pull = Pull(symbol, rule, edge.code != PULL, operands, sign, shape, row.product, (), 1, fits, "")


def pushed_rule(formulas: Formulas, node: int, position: int, symbol: str) -> str:
    """The formula of an operation that is linear in an argument, with the tangent in its place: W @ v; else ""."""
    program, names = formulas.program, formulas.names
    graph = program.graph
    declared = TABLE.get(graph.op[node])
    if declared is None or declared.params[min(position, len(declared.params) - 1)] not in declared.linear:
        return ""
    told = [spelled(program, names, each) for each in graph.args[node]]
    if declared.variadic:
        told = [("0", text.ATOM)] * len(told)  # the others do not move with it
    told[position] = (symbol, text.ATOM)
    return text.operation(graph.op[node], [each for each, _ in told], [level for _, level in told], spaced=True)
