"""Gradient checks of tensors: entry by entry, or where there are many, some entries and some directions.

An error is relative to the largest entry of its gradient: an entry that is small beside it is known no better.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from bpcli.calculus.derivative import derivative
from bpcli.calculus.kinds import CLOSED, FLAT, MISSING, PULL, edges_below
from bpcli.calculus.pullbacks import class_numbers
from bpcli.calculus.sweeps import forward
from bpcli.engine.directions import entry_name, push
from bpcli.engine.given import bind
from bpcli.errors import InputError
from bpcli.tracing.checks.faults import Fault
from bpcli.tracing.checks.record import RULED, TOLERANCE, Agreement, Check, relative
from bpcli.tracing.checks.steps import sweep_errors
from bpcli.tracing.differences import (
    AGREES,
    DISAGREES,
    STATES,
    STEP,
    Difference,
    Unfit,
    best_difference,
    difference,
    sided,
    towards,
)
from bpcli.tracing.rounding import rounding_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bpcli.calculus.kinds import Edge, Kind
    from bpcli.engine.point import Point
    from bpcli.graph import Program
    from bpcli.tracing.rounding import Rounding

    Array = Any
    Index = tuple[int, ...]

MOST_ENTRIES = 64  # of one input that are all compared
SAMPLED = 20  # entries of a larger one
FEW, DRAWN = 16, 4  # the same of the check below a trace, and how many are drawn of more
MOST_NUMBERS = 400_000  # inputs times the numbers that one evaluation makes, of a check below a trace
DIRECTIONS = 3  # random directions of a larger one
SEED = 0  # of the entries and directions


def check_entries(result: Check, program: Program, given: Mapping[str, Any], sweep: bool) -> None:
    """Fill a check of a program with tensors.

    Raises InputError where a given step is lost in rounding.
    """
    point = result.point
    classes = class_numbers(program.graph, point.kind, point.values)
    variables = program.graph.variables
    result.classes = [name for name in point.gradient if variables.get(name) in classes]
    names = [name for name in point.gradient if name in variables and name not in result.classes]
    draw = np.random.Generator(np.random.PCG64(SEED))
    for name in names:
        result.entries[name] = _chosen(np.shape(point.gradient[name]), draw)
        result.sizes[name] = int(np.size(point.gradient[name]))
    rounding = rounding_of(point)
    differences = {
        name: [difference(program, given, name, result.step, index, rounding) for index in result.entries[name]]
        for name in names
    }
    symbolic = _symbolic(point, given, names)
    result.methods = {
        "reverse": {name: _picked(result, name, point.gradient[name]) for name in names},
        "forward_mode": {name: _pushed(result, program, given, name) for name in names},
        "symbolic": {name: _picked(result, name, symbolic[name]) for name in names},
        "complex_step": dict.fromkeys(names),
        "central_difference": {
            name: _shaped(result, name, [each.value for each in differences[name]]) for name in names
        },
        "forward_difference": {name: _sided(result, program, given, name) for name in names},
    }
    if names:
        result.reasons["complex_step"] = {name: Unfit("tensors") for name in names}
    for name in names:
        _judge(result, name, differences[name])
        if result.sizes[name] > len(result.entries[name]):
            _judge_directions(result, program, given, name, draw, rounding)
        if result.states[name] == DISAGREES:
            fault = find_fault(program, point, name, result.tolerance)
            if fault is not None:
                result.faults[name] = fault
    counts = {name: len(found) for name, found in result.entries.items()}
    result.evaluations = {
        "reverse": 1, "forward_mode": sum(counts.values()), "symbolic": 1, "complex_step": 0,
        "central_difference": sum(each.evaluations for found in differences.values() for each in found),
        "forward_difference": 2 * sum(counts.values()),
    }  # fmt: skip
    result.decide()
    if sweep:
        for name in names:
            index = _largest(np.asarray(point.gradient[name]))
            slope = float(np.asarray(point.gradient[name])[index])
            result.sweep[entry_name(name, index)] = sweep_errors(program, given, name, slope, index)


def _chosen(shape: tuple[int, ...], draw: Any) -> list[Index]:
    """The entries that are compared: all, or of many some that are drawn."""
    size = math.prod(shape)
    if size <= MOST_ENTRIES:
        return [*np.ndindex(shape)]
    places = sorted(draw.choice(size, SAMPLED, replace=False))
    return [tuple(int(each) for each in np.unravel_index(place, shape)) for place in places]


def _shaped(result: Check, name: str, numbers: Sequence[float]) -> Any:
    """Numbers for the entries that were compared: in the shape of the input where those are all."""
    shape = np.shape(result.point.gradient[name])
    if not shape:
        return float(numbers[0])
    found = np.array(numbers, dtype=float)
    return found.reshape(shape) if len(numbers) == result.sizes[name] else found


def _picked(result: Check, name: str, value: Any) -> Any:
    array = np.asarray(value)
    return _shaped(result, name, [float(array[index]) for index in result.entries[name]])


def _symbolic(point: Point, given: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """The derivatives as a graph, evaluated at the point."""
    program, kind = point.program, point.kind
    nodes = [program.graph.variables[name] for name in names]
    slopes = derivative(program.graph, program.output, nodes)
    values = forward(program.graph, kind, bind(program, given, kind), max(slopes, default=0) + 1)
    return {
        name: values[slope] + kind.zero_like(point.values[node])
        for name, slope, node in zip(names, slopes, nodes, strict=True)
    }


def _pushed(result: Check, program: Program, given: Mapping[str, Any], name: str) -> Any:
    """Forward mode, one pass an entry."""
    kind = result.point.kind
    inputs, node = bind(program, given, kind), program.graph.variables[name]
    found = []
    for index in result.entries[name]:
        unit = np.zeros(np.shape(inputs[node]))
        unit[index] = 1.0
        tangent = push(program.graph, inputs, {node: unit[()]}, program.output + 1, kind)[program.output].tangent
        found.append(0.0 if tangent is None else float(tangent))
    return _shaped(result, name, found)


def _sided(result: Check, program: Program, given: Mapping[str, Any], name: str) -> Any:
    try:
        return _shaped(result, name, [sided(program, given, name, index=index) for index in result.entries[name]])
    except InputError as error:
        result.reasons.setdefault("forward_difference", {})[name] = error
        return None


def _judge(result: Check, name: str, differences: Sequence[Difference]) -> None:
    """The state of an input: that of its worst entry; errors beside its largest entry."""
    reference = np.array([each.value for each in differences])
    largest = _size(np.concatenate([reference, np.ravel(result.methods["reverse"][name])]))
    worst, state = (-1.0, 0), AGREES
    for method in RULED:
        slopes = np.ravel(result.methods[method][name])
        for place, (slope, each) in enumerate(zip(slopes.tolist(), differences, strict=True)):
            gap = abs(slope - each.value)
            found = AGREES if gap <= result.tolerance * largest else each.judge(slope, result.tolerance)
            state = max(state, found, key=STATES.index)
            worst = max(worst, (float(STATES.index(found)) + (gap / largest if largest and gap == gap else 0.0), place))
    place = max(worst[1], 0)
    result.states[name] = state
    if differences:
        result.worst[name] = result.entries[name][place]
        result.reference[name] = differences[place].value
        result.resolution[name] = max(each.resolution for each in differences)
    for method, found_by in result.methods.items():
        slopes = found_by[name]
        errors = result.errors.setdefault(method, {})
        if slopes is None:
            errors[name] = None
            continue
        gaps = np.abs(np.ravel(slopes) - reference)
        gaps = np.where(np.ravel(slopes) == reference, 0.0, gaps)
        errors[name] = float(gaps.max(initial=0.0)) / (largest or 1.0)


def _size(numbers: Array) -> float:
    """The largest of those that are finite."""
    finite = np.abs(numbers[np.isfinite(numbers)])
    return float(finite.max(initial=0.0))


def _largest(numbers: Array) -> Index:
    return tuple(int(each) for each in np.unravel_index(int(np.argmax(np.abs(numbers))), numbers.shape))


def tensor_agreement(
    program: Program, given: Mapping[str, Any], slopes: Mapping[str, Any], numbers: int, rounding: Rounding
) -> Agreement | None:
    """The worst of the gaps between gradients and central differences, each relative to the largest of its entries.

    Of a large input some entries are drawn, and one direction. None where there is nothing to compare, or where one
    evaluation makes so many numbers that the differences would be work for themselves.
    """
    draw = np.random.Generator(np.random.PCG64(SEED))
    worst: tuple[int, float, str] | None = None
    evaluations, sampled = 0, False
    names = [name for name in slopes if name in program.graph.variables and np.isfinite(slopes[name]).all()]
    if len(names) * numbers > MOST_NUMBERS:
        return None
    for name in names:
        slope = np.asarray(slopes[name])
        largest = _size(np.ravel(slope))
        every = [*np.ndindex(slope.shape)] if slope.size <= FEW else []
        drawn = sorted(draw.choice(slope.size, DRAWN, replace=False)) if slope.size > FEW else []
        chosen = every or [tuple(int(each) for each in np.unravel_index(place, slope.shape)) for place in drawn]
        found = [
            (difference(program, given, name, None, index, rounding), float(slope[index]), largest) for index in chosen
        ]
        if not every and slope.size:
            sampled = True
            direction = draw.standard_normal(slope.shape)
            size = float(np.sqrt(np.sum((slope * direction) ** 2)))
            along = best_difference(towards(program, given, name, direction), 0.0, None, rounding)
            found.append((along, float(np.sum(slope * direction)), size))
        for each, exact, size in found:
            evaluations += each.evaluations
            gap = abs(exact - each.value)
            if exact == 0 and not math.isfinite(each.value):
                continue  # a class number, between which nothing is
            state = AGREES if gap <= TOLERANCE * size else each.judge(exact, TOLERANCE)
            entry = (STATES.index(state), gap / size if size and gap == gap else 0.0, name)
            worst = entry if worst is None else max(worst, entry)
    return worst and Agreement(worst[1], worst[2], STATES[worst[0]], evaluations, sampled=sampled)


def _judge_directions(
    result: Check, program: Program, given: Mapping[str, Any], name: str, draw: Any, rounding: Rounding
) -> None:
    """The same along random directions: a wrong entry that was not drawn shows in them."""
    slopes = np.asarray(result.point.gradient[name])
    for _ in range(DIRECTIONS):
        direction = draw.standard_normal(slopes.shape)
        found = best_difference(towards(program, given, name, direction), 0.0, result.step, rounding)
        slope = float(np.sum(slopes * direction))
        result.directions[name] = result.directions.get(name, 0) + 1
        # The sum may cancel: what counts is the size of its terms.
        size = float(np.sqrt(np.sum((slopes * direction) ** 2)))
        state = found.judge(slope, result.tolerance)
        if math.isfinite(size) and abs(slope - found.value) <= result.tolerance * size:
            state = AGREES
        result.states[name] = max(result.states[name], state, key=STATES.index)


def find_fault(program: Program, point: Point, name: str, tolerance: float) -> Fault | None:
    """The edge between an input and the result whose rule is furthest from a difference of its operation alone.

    An edge takes u, upstream, to r(u); the operation takes a small step v of the argument to d(v). If the rule is
    right, sum(r(u)*v) = sum(u*d(v)) for all u and v; random ones tell.
    """
    graph, values, kind = program.graph, point.values, point.kind
    draw = np.random.Generator(np.random.PCG64(SEED))
    depends = graph.reached_from(graph.variables[name])
    calls = kind.calling(graph, True)
    needed = graph.reaches(program.output)
    worst: tuple[float, Fault] | None = None
    for node in range(graph.variables[name] + 1, program.output + 1):
        arguments = graph.args[node]
        if not needed[node] or not depends[node]:
            continue
        edges = edges_below(kind, graph, node)
        registers = [values[argument] for argument in (*arguments, node)]
        for position, argument in enumerate(arguments):
            edge = edges[position]
            if not depends[argument] or edge.code in (FLAT, MISSING):
                continue
            upstream = draw.standard_normal(np.shape(values[node]))[()]
            step = draw.standard_normal(np.shape(values[argument]))[()]
            with kind.quiet():
                arrived = _pulled(kind, edge, registers, upstream, values[argument])
                by_rule = float(np.sum(arrived * step))
                by_step = _stepped(calls[graph.op[node]], registers[:-1], position, step, upstream)
            gap = relative(by_rule, by_step)
            if gap > max(100 * tolerance, 1e-4) and (worst is None or gap > worst[0]):
                worst = gap, Fault(node, position, argument, by_rule, by_step)
    return worst[1] if worst else None


def _pulled(kind: Kind, edge: Edge, registers: Sequence[Any], upstream: Array, like: Array) -> Array:
    """What an edge makes of an upstream value."""
    presence = None
    if edge.code == PULL:
        assert edge.pull is not None
        product = edge.pull(registers, upstream)
    else:
        presence = None if edge.when is None else kind.opened(edge.when(registers), None)
        if presence is CLOSED:
            return kind.zero_like(like)
        product = upstream * edge.local(registers)
    if presence is not None:
        product = kind.guard(presence, product)
    return kind.fit(product, presence, like)[0]


def _stepped(
    function: Callable[..., Array], arguments: list[Array], position: int, step: Array, upstream: Array
) -> float:
    """How much the weighted value of one operation changes along a step of one argument."""
    size = STEP * max(1.0, float(np.max(np.abs(arguments[position]), initial=0.0)))
    sides = [
        function(*arguments[:position], arguments[position] + sign * size * step, *arguments[position + 1 :])
        for sign in (1, -1)
    ]
    change: float = np.sum(upstream * (np.asarray(sides[0]) - np.asarray(sides[1]))) / (2 * size)
    return float(change)
