"""A gradient by single numbers checked: forward mode, the symbolic derivative, differences and the complex step."""

from __future__ import annotations

import math

from bpcli.calculus.derivative import derivative
from bpcli.calculus.sweeps import forward
from bpcli.engine.directions import forward_gradient
from bpcli.engine.floats import FLOATS
from bpcli.engine.given import bind
from bpcli.engine.noticing import corners_of
from bpcli.engine.point import gradient
from bpcli.errors import InputError
from bpcli.tracing.checks.faults import find_fault, tied
from bpcli.tracing.checks.record import RULED, TOLERANCE, Agreement, Check, relative
from bpcli.tracing.checks.steps import sweep_errors
from bpcli.tracing.differences import (
    AGREES,
    CORNER,
    DISAGREES,
    EXACT,
    SIDED_STEP,
    STATES,
    UNDECIDED,
    WITHIN,
    Difference,
    Unfit,
    complex_doubt,
    complex_step,
    difference,
    sided,
)
from bpcli.tracing.rounding import rounding_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bpcli.graph import Program
    from bpcli.tracing.rounding import Rounding

MOST_WORK = 20_000  # steps times inputs of a trace's own check: each takes some twenty evaluations


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
    if found.state == DISAGREES and tied(gradient(program, given, [name]), name, TOLERANCE):
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
        from bpcli.tracing.checks.arrays import check_entries

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
        if result.states[name] == DISAGREES and tied(point, name, tolerance):
            result.states[name] = UNDECIDED
            result.ties[name] = tuple(sided(program, given, name, size) for size in (-SIDED_STEP, SIDED_STEP))
        if result.states[name] == DISAGREES:
            fault = find_fault(program, point, name, tolerance)
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
