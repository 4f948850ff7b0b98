"""Gradient checks: the same derivatives by other routes.

Reverse, forward mode and the symbolic derivative read one table, so a wrong rule there agrees with itself.
The verdict therefore rests on the complex step and on central differences, which know nothing of rules.
"""

from __future__ import annotations

import math

from bpcli.calculus.derivative import derivative
from bpcli.calculus.kinds import FLAT, MISSING, edges_below
from bpcli.calculus.sweeps import forward
from bpcli.engine.directions import forward_gradient
from bpcli.engine.floats import FLOATS
from bpcli.engine.given import bind
from bpcli.engine.noticing import corners_of
from bpcli.engine.point import Point, gradient
from bpcli.errors import InputError
from bpcli.tracing.differences import (
    AGREES,
    CORNER,
    DISAGREES,
    EXACT,
    SIDED_STEP,
    STATES,
    STEP,
    UNDECIDED,
    WITHIN,
    Difference,
    Unfit,
    central,
    complex_doubt,
    complex_step,
    difference,
    sided,
)
from bpcli.tracing.rounding import rounding_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from typing import Any

    from bpcli.graph import Program
    from bpcli.tracing.rounding import Rounding

TOLERANCE = 1e-6
MOST_WORK = 20_000  # steps times inputs of a trace's own check: each takes some twenty evaluations
RULED = ("reverse", "forward_mode", "symbolic")  # what is judged
SWEPT = tuple(10.0**-place for place in range(1, 17))  # steps of a sweep


class Agreement:
    """How far a gradient is from what was found without rules: the largest relative gap, its name and its state.

    method:  what decided there: central_difference, or complex_step where the differences cannot
    sampled: whether some entries of large arrays and a direction were compared, and not every entry
    """

    __slots__ = ("evaluations", "gap", "method", "name", "sampled", "state")

    def __init__(
        self,
        gap: float,
        name: str,
        state: str,
        evaluations: int,
        method: str = "central_difference",
        sampled: bool = False,
    ) -> None:
        self.gap = gap
        self.name = name
        self.state = state
        self.evaluations = evaluations
        self.method = method
        self.sampled = sampled


class Check:
    """One gradient by several methods.

    methods:     method -> name -> derivative; None where the method does not apply
    reasons:     method -> name -> why it does not: an Unfit, or an error
    errors:      method -> name -> relative error against the reference
    reference:   name -> the complex step where it applies, else the central difference
    resolution:  name -> what the central difference cannot tell apart
    states:      name -> what the differences say of the worst of the methods by rules
    evaluations: method -> how often the program was evaluated or swept
    faults:      name -> the edge whose rule is wrong, where one was found
    sweep:       name -> method -> relative error at each step of SWEPT, where it was asked for
    entries:     of tensors: name -> the entries that were compared
    sizes:       of tensors: name -> how many entries there are
    worst:       of tensors: name -> the entry with the largest error
    directions:  of tensors: name -> random directions along which a large one was compared as well
    ties:        name -> the slopes to the left and right, where conventions at a corner explain that they are others
    classes:     of tensors: names of class numbers, between which there is no slope to compare
    ok:          whether the methods by rules agree wherever it can be told; None where it can be told nowhere
    """

    __slots__ = (
        "classes", "directions", "entries", "errors", "evaluations", "faults", "methods", "ok", "point", "reasons",
        "reference", "resolution", "sizes", "states", "step", "sweep", "ties", "tolerance", "worst",
    )  # fmt: skip

    def __init__(self, point: Point, step: float | None, tolerance: float) -> None:
        self.point = point
        self.step = step
        self.tolerance = tolerance
        self.methods: dict[str, dict[str, Any]] = {}
        self.reasons: dict[str, dict[str, Unfit | InputError]] = {}
        self.errors: dict[str, dict[str, float | None]] = {}
        self.reference: dict[str, float] = {}
        self.resolution: dict[str, float] = {}
        self.states: dict[str, str] = {}
        self.evaluations: dict[str, int] = {}
        self.faults: dict[str, Fault] = {}
        self.sweep: dict[str, dict[str, list[float | None]]] = {}
        self.entries: dict[str, list[tuple[int, ...]]] = {}
        self.sizes: dict[str, int] = {}
        self.worst: dict[str, tuple[int, ...]] = {}
        self.directions: dict[str, int] = {}
        self.ties: dict[str, tuple[float, ...]] = {}
        self.classes: list[str] = []
        self.ok: bool | None = True

    def decide(self) -> None:
        """The verdict that follows from the states."""
        states = list(self.states.values())
        if DISAGREES in states:
            self.ok = False
        elif states and all(state == UNDECIDED for state in states):
            self.ok = None


class Fault:
    """A local derivative that is not what a difference of its operation gives: the rule that is wrong."""

    __slots__ = ("argument", "difference", "local", "node", "position")

    def __init__(self, node: int, position: int, argument: int, local: float, difference: float) -> None:
        self.node = node
        self.position = position
        self.argument = argument
        self.local = local
        self.difference = difference


def relative(value: float, reference: float) -> float:
    """|value - reference| over the larger of the two; 0 where they are the same, infinities too."""
    if value == reference:
        return 0.0
    if value != value or reference != reference:
        return math.nan
    return abs(value - reference) / max(abs(reference), abs(value))


def central_agreement(
    program: Program, given: Mapping[str, float], slopes: Mapping[str, float], rounding: Rounding = EXACT
) -> Agreement | None:
    """The worst of the gaps between a gradient and central differences; None where there is nothing to compare."""
    if any(getattr(slope, "shape", ()) for slope in slopes.values()):
        return None
    # A difference over a finite step says nothing about an infinite slope.
    names = [name for name, slope in slopes.items() if name in program.graph.variables and math.isfinite(slope)]
    if not names or len(names) * program.output > MOST_WORK:
        return None
    found = [(name, difference(program, given, name, rounding=rounding)) for name in names]
    judged = [_agreement(program, given, name, slopes[name], each) for name, each in found]
    worst = max(judged, key=lambda each: (STATES.index(each.state), each.method, each.gap))
    worst.evaluations = sum(each.evaluations for each in judged)
    return worst


def _agreement(
    program: Program, given: Mapping[str, float], name: str, slope: float, central: Difference
) -> Agreement:
    """What a check says of one slope, by the complex step and by corners where the differences alone do not agree."""
    state = central.judge(slope, TOLERANCE)
    found = Agreement(relative(slope, central.value), name, state, central.evaluations)
    if state == AGREES:
        # Where another step decided, the gap is that to the difference over it.
        found.gap = min([found.gap, *(relative(slope, other) for other, _ in central.others)])
    if state not in (UNDECIDED, DISAGREES):
        return found
    exact: float | None
    doubt = 0.0
    try:
        exact = complex_step(program, given, name)
        doubt = complex_doubt(program, given, name, exact, central.grain)
    except Unfit:
        exact = None
    found.evaluations += 2
    found.state = _judged(slope, central, exact, TOLERANCE, doubt)
    if exact is not None:
        found.gap, found.method = relative(slope, exact), "complex_step"
    if found.state == DISAGREES and _tied(gradient(program, given, [name]), name, TOLERANCE):
        found.state = UNDECIDED
    return found


def check(
    program: Program,
    given: Mapping[str, float],
    wrt: Sequence[str] | None = None,
    *,
    step: float | None = None,
    tolerance: float = TOLERANCE,
    sweep: bool = False,
    make: type[Check] = Check,
) -> Check:
    """Reverse sweep, forward mode, symbolic derivative, complex step and differences side by side, for variables.

    step:  of the central difference, relative to max(1, |x|); the best of several unless given
    sweep: whether the error of each difference is found at every step of SWEPT

    Raises as engine.point.gradient; InputError where a given step is lost in rounding.
    """
    point = gradient(program, given, wrt)
    result = make(point, step, tolerance)
    if point.kind.shaped:
        from bpcli.tracing.entries import check_entries

        with point.kind.quiet():
            check_entries(result, program, given, sweep)
        return result
    names = [name for name in point.gradient if name in program.graph.variables]
    rounding = rounding_of(point)
    differences = {name: difference(program, given, name, step, (), rounding) for name in names}
    pushed = forward_gradient(program, given, names).gradient
    stepped = {name: _complex(result, program, given, name) for name in names}
    result.methods = {
        "reverse": {name: point.gradient[name] for name in names},
        "forward_mode": {name: pushed[name] for name in names},
        "symbolic": {**_symbolic(program, given, names)},
        "complex_step": stepped,
        "central_difference": {name: each.value for name, each in differences.items()},
        "forward_difference": {name: _sided(result, program, given, name) for name in names},
    }
    result.evaluations = {
        "reverse": 1, "forward_mode": len(names), "symbolic": 1, "complex_step": 2 * len(names),
        "central_difference": sum(each.evaluations for each in differences.values()),
        "forward_difference": 2 * len(names),
    }  # fmt: skip
    for name, each in differences.items():
        exact = stepped[name]
        result.reference[name] = each.value if exact is None else exact
        result.resolution[name] = each.resolution
        doubt = 0.0 if exact is None else complex_doubt(program, given, name, exact, each.grain)
        slopes = [slope for method in RULED if (slope := result.methods[method][name]) is not None]
        result.states[name] = max(
            (_judged(slope, each, exact, tolerance, doubt) for slope in slopes), key=STATES.index
        )
        if result.states[name] == DISAGREES and _tied(point, name, tolerance):
            result.states[name] = UNDECIDED
            result.ties[name] = tuple(sided(program, given, name, size) for size in (-SIDED_STEP, SIDED_STEP))
        if result.states[name] == DISAGREES:
            fault = _fault(program, point, name, tolerance)
            if fault is not None:
                result.faults[name] = fault
    for method, found in result.methods.items():
        result.errors[method] = {
            name: None if slope is None else relative(slope, result.reference[name]) for name, slope in found.items()
        }
    result.decide()
    if sweep:
        result.sweep = {name: sweep_errors(program, given, name, point.gradient[name]) for name in names}
    return result


def _judged(slope: float, central: Difference, exact: float | None, tolerance: float, doubt: float = 0.0) -> str:
    """What the two methods without rules say of a derivative together.

    doubt: how far the complex step may be off

    The complex step is right to the last digits where it applies; it decides where the difference is too
    rough, and where the difference was misled by a function that bends within its step.
    """
    state = central.judge(slope, tolerance)
    if exact is None or state in (AGREES, CORNER) or not math.isfinite(slope):
        return state
    if relative(slope, exact) <= tolerance:
        return AGREES
    # Both round: what is far below the slope that would be ordinary here is 0 to either.
    gap = abs(slope - exact)
    if gap <= 1e-12 * central.natural:
        return WITHIN
    return UNDECIDED if gap <= 2 * doubt else DISAGREES


def _complex(result: Check, program: Program, given: Mapping[str, float], name: str) -> float | None:
    try:
        if not math.isfinite(result.point.value):
            raise Unfit("range")
        return complex_step(program, given, name)
    except Unfit as reason:
        if reason.reason == "corner" and reason.op not in program.graph.op:
            # relu is made of max: what is said is what was written.
            reason.op = next((program.graph.op[node] for node, _ in corners_of(result.point)), reason.op)
        result.reasons.setdefault("complex_step", {})[name] = reason
        return None


def _sided(result: Check, program: Program, given: Mapping[str, float], name: str) -> float | None:
    try:
        return sided(program, given, name)
    except InputError as error:
        result.reasons.setdefault("forward_difference", {})[name] = error
        return None


def _symbolic(program: Program, given: Mapping[str, float], names: Sequence[str]) -> dict[str, float]:
    """The derivative as a graph, evaluated at the point."""
    graph = program.graph
    nodes = [graph.variables[name] for name in names]
    slopes = derivative(graph, program.output, nodes)
    values = forward(graph, FLOATS, bind(program, given), max(slopes, default=0) + 1)
    return {name: values[slope] for name, slope in zip(names, slopes, strict=True)}


def sweep_errors(
    program: Program, given: Mapping[str, Any], name: str, slope: float, index: tuple[int, ...] = ()
) -> dict[str, list[float | None]]:
    """The relative error of each method without rules at each step; None where the step is lost in rounding."""
    found: dict[str, list[float | None]] = {}
    methods: dict[str, Callable[[float], float]] = {
        "forward_difference": lambda size: sided(program, given, name, size, index),
        "central_difference": lambda size: central(program, given, name, size, index),
        "complex_step": lambda size: complex_step(program, given, name, size),
    }
    for method, measured in methods.items():
        errors: list[float | None] = []
        for size in SWEPT:
            try:
                errors.append(relative(measured(size), slope))
            except (InputError, Unfit):
                errors.append(None)
        found[method] = errors
    return found


def _tied(point: Point, name: str, tolerance: float) -> bool:
    """Whether conventions explain that differences give another slope by a variable.

    They do where an operation on the way from it is at a corner, and every other rule on the way is right:
    max(2, min(w, x)) at w = x = 2 shares the slope twice, and does not move along w alone.
    """
    graph = point.program.graph
    corners = {node for node, _ in corners_of(point)}
    depends = bytearray(len(graph))
    depends[graph.variables[name]] = 1
    for node, arguments in enumerate(graph.args):
        depends[node] |= any(depends[argument] for argument in arguments)
    needed = graph.reaches(point.program.output)
    met = any(depends[node] and needed[node] for node in corners)
    return met and _fault(point.program, point, name, tolerance, corners) is None


def _fault(
    program: Program, point: Point, name: str, tolerance: float, but: Collection[int] = ()
) -> Fault | None:
    """The edge between an input and the result whose rule is furthest from a difference of its operation alone.

    but: nodes that are left out
    """
    graph, values = program.graph, point.values
    depends = bytearray(len(graph))
    depends[graph.variables[name]] = 1
    calls = FLOATS.calling(graph, True)
    worst: tuple[float, Fault] | None = None
    needed = graph.reaches(program.output)
    for node in range(graph.variables[name] + 1, program.output + 1):
        arguments = graph.args[node]
        if not needed[node] or not any(depends[argument] for argument in arguments):
            continue
        depends[node] = 1
        if node in but:
            continue
        edges = edges_below(FLOATS, graph, node)
        registers = [values[argument] for argument in (*arguments, node)]
        for position, argument in enumerate(arguments):
            edge = edges[position]
            if not depends[argument] or edge.code in (FLAT, MISSING) or (edge.when and not edge.when(registers)):
                continue
            local = edge.local(registers)
            found = _local_difference(calls[graph.op[node]], registers[:-1], position)
            gap = relative(local, found)
            if gap > max(100 * tolerance, 1e-4) and (worst is None or gap > worst[0]):
                worst = gap, Fault(node, position, argument, local, found)
    return worst[1] if worst else None


def _local_difference(function: Callable[..., float], arguments: list[float], position: int) -> float:
    """The central difference of one operation by one argument."""
    place = arguments[position]
    size = STEP * max(1.0, abs(place))
    above, below = place + size, place - size
    high = function(*arguments[:position], above, *arguments[position + 1 :])
    low = function(*arguments[:position], below, *arguments[position + 1 :])
    slope: float = (high - low) / (above - below)
    return slope
