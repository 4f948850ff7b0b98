"""Derivatives without rules: differences over a step, and the complex step. What a check rests on."""

from __future__ import annotations

import itertools
import math

from bpcli.calculus.sweeps import RAISED, forward
from bpcli.engine.choose import fitting
from bpcli.engine.complexes import Complexes
from bpcli.engine.floats import FLOATS, Floats
from bpcli.engine.given import bind
from bpcli.errors import InputError
from bpcli.tracing.rounding import Rounding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from bpcli.calculus.kinds import Kind
    from bpcli.graph import Program

# The best step of a central difference balances its truncation h^2 against rounding eps/h.
# Source: Press et al., Numerical Recipes, 3rd edition, section 5.7.
STEP = math.ulp(1.0) ** (1 / 3)
# Times that step: a flat curve wants more, sin(1e6 x) less, and so does a place beside a pole.
TRIED = (100.0, 10.0, 1.0, 0.1, 0.01, 1e-4)
FAR = 1e3  # beyond it steps of the size of 1 are tried too: sin(x) at 1e10 turns many times within 1e-6 of its place
COMPLEX_STEP = 1e-20  # h^2 is far below rounding, h times any slope far above underflow
SMALLEST = 1e-290  # below this a step has lost its digits
SIDED_STEP = math.sqrt(math.ulp(1.0))  # of a forward difference: it balances h against eps/h

EXACT = Rounding(0.0)  # nothing is known of the way to a value: only its own last digit is in doubt

# What the difference says of a derivative, from best to worst:
AGREES = "agrees"  # to the tolerance
WITHIN = "within resolution"  # the gap is below what the difference can resolve, and that is small beside y/x
CORNER = "corner"  # the slopes on both sides differ, and the derivative lies between them
UNDECIDED = "undecided"  # the difference has no value here, or is too rough to say anything
DISAGREES = "disagrees"
STATES = (AGREES, WITHIN, CORNER, UNDECIDED, DISAGREES)


class Difference:
    """A central difference, with an estimate of its own error.

    resolution:  truncation and rounding together: what it cannot tell apart
    sides:       the slopes to the left and to the right, where they are those of a corner; else None
    jump:        whether the value itself jumps here
    others:      value and resolution at the other steps that were tried
    natural:     the size of y and its terms over that of the variable: a slope neither large nor small
    grain:       underflow: the smallest change of y that is seen
    evaluations: how often the program was evaluated
    """

    __slots__ = ("evaluations", "grain", "jump", "natural", "others", "resolution", "sides", "value")

    def __init__(self, value: float, resolution: float, natural: float, evaluations: int) -> None:
        self.value = value
        self.resolution = resolution
        self.natural = natural
        self.evaluations = evaluations
        self.grain = 0.0
        self.sides: tuple[float, float] | None = None
        self.jump = False
        self.others: list[tuple[float, float]] = []

    def judge(self, slope: float, tolerance: float) -> str:
        """What it says of a derivative that was found otherwise: one of STATES."""
        value = self.value
        if slope == value:
            return UNDECIDED if self.jump else AGREES
        if not math.isfinite(slope):
            return UNDECIDED
        # The best step may have gone across a pole: another that is sharp, and agrees, has not.
        for other, resolution in self.others if not self.jump else ():
            if resolution <= tolerance * abs(other) and abs(slope - other) <= tolerance * abs(slope):
                return AGREES
        if not math.isfinite(value) or self.jump:
            return UNDECIDED
        gap, size = abs(slope - value), max(abs(slope), abs(value))
        if gap <= tolerance * size:
            return AGREES
        if self.sides is not None:
            low, high = min(self.sides), max(self.sides)
            slack = 1e-4 * (high - low)
            return CORNER if low - slack <= slope <= high + slack else DISAGREES
        if gap <= 4 * self.resolution:
            return WITHIN if self.resolution <= 1e-3 * self.natural else UNDECIDED
        return DISAGREES


def along(
    program: Program, given: Mapping[str, Any], name: str, index: tuple[int, ...] = ()
) -> tuple[Callable[[float], float], float]:
    """The output as a function of one variable, or of one entry of it, all others as given, and its place."""
    run, inputs = _runner(program, given)
    node = program.graph.variables[name]
    start = inputs[node]

    def function(moved: float) -> float:
        if not index:
            return run({node: type(start)(moved)})
        there = start.copy()
        there[index] = moved
        return run({node: there})

    # A float of Python, which is silent where infinities are subtracted.
    return function, float(start[index] if index else start)


def towards(program: Program, given: Mapping[str, Any], name: str, direction: Any) -> Callable[[float], float]:
    """The output as a function of how far one variable has gone along a direction."""
    run, inputs = _runner(program, given)
    node = program.graph.variables[name]
    return lambda distance: run({node: inputs[node] + distance * direction})


def together(program: Program, given: Mapping[str, Any], directions: Mapping[int, Any]) -> Callable[[float], float]:
    """The output as a function of how far variables, by node, have gone together along their directions."""
    run, inputs = _runner(program, given)
    return lambda distance: run({node: inputs[node] + distance * speed for node, speed in directions.items()})


def _runner(
    program: Program, given: Mapping[str, Any]
) -> tuple[Callable[[dict[int, Any]], float], dict[int, Any]]:
    """The output as a function of variables that are moved, by node, and where all of them stand."""
    graph = program.graph
    kind = fitting(program, given, FLOATS)
    inputs = bind(program, given, kind)
    if graph.functions or "detach" in graph.op:
        kind = held(kind, program, inputs)

    def run(moved: dict[int, Any]) -> float:
        return float(forward(graph, kind, {**inputs, **moved}, program.output + 1)[program.output])

    return run, inputs


def central(
    program: Program, given: Mapping[str, Any], name: str, step: float = STEP, index: tuple[int, ...] = ()
) -> float:
    """(f(x + h) - f(x - h)) / (2h) with h = step * max(1, |x|), all other variables as given.

    Raises InputError where the step is lost in rounding.
    """
    function, place = along(program, given, name, index)
    return _halves(function, place, step * max(1.0, abs(place)))[0]


def _halves(function: Callable[[float], float], place: float, size: float) -> tuple[float, float, float, float]:
    """The central difference over a step, the slopes to the left and to the right of it, and the largest value."""
    # The steps that were really made, after rounding.
    above, below = place + size, place - size
    if above == place or below == place:
        raise InputError("step-too-small", step=size, place=place)
    high, low, middle = function(above), function(below), function(place)
    left, right = (middle - low) / (place - below), (high - middle) / (above - place)
    return (high - low) / (above - below), left, right, max(abs(high), abs(low))


def difference(
    program: Program,
    given: Mapping[str, Any],
    name: str,
    step: float | None = None,
    index: tuple[int, ...] = (),
    rounding: Rounding = EXACT,
) -> Difference:
    """The best central difference for a variable, or an entry of it, or the one with a step that is asked for."""
    return best_difference(*along(program, given, name, index), step, rounding)


def best_difference(
    function: Callable[[float], float], place: float, step: float | None = None, rounding: Rounding = EXACT
) -> Difference:
    """The best central difference of a function at a place, or the one with a step that is asked for.

    rounding: how much of the values is noise, where that is more than the last digit of the result

    Several steps are tried, each with its half: the two give a value without the h^2 term and an estimate of
    what is left; rounding adds eps |f| / h, where |f| is the largest of what was subtracted. The step with the
    smallest sum of both, beside the slope, is taken.
    Source: Press et al., Numerical Recipes, 3rd edition, section 5.7.
    """
    magnitude = max(abs(function(place)), rounding.magnitude)
    scales = [max(1.0, abs(place))]
    if 0 < abs(place) < 1:
        scales.append(abs(place))
    if abs(place) > FAR:
        scales.append(1.0)
    sizes = [step * scales[0]] if step is not None else [STEP * scale * factor for scale in scales for factor in TRIED]
    natural = magnitude / scales[0]
    best = Difference(math.nan, math.inf, natural, 0)
    around = 0.0  # how far the value goes within the steps
    others: list[tuple[float, float]] = []
    sharpest = (math.inf, math.inf)
    for size in sizes:
        try:
            whole, left, right, reached = _halves(function, place, size)
            half, inner_left, inner_right, _ = _halves(function, place, size / 2)
        except InputError:
            if step is not None:
                raise
            continue
        value = whole if step is not None else (4 * half - whole) / 3
        around = max(around, reached) if reached < math.inf else around
        noise = max(magnitude, reached) * math.ulp(1.0) + rounding.grain
        resolution = abs(half - whole) + 4 * noise / size
        others.append((value, resolution))
        # What the error is small beside: the slope, or one that would be ordinary for a value of this size.
        beside = abs(value) + (natural or reached / scales[0])
        key = (resolution / beside if beside else math.inf, resolution)
        if key < sharpest and resolution < math.inf:
            sharpest = key
            best = Difference(value, resolution, natural, 0)
            kink, inner = right - left, inner_right - inner_left
            # The gap between the sides of a smooth function shrinks with the step; that of a corner stays.
            rough = 1e-3 * max(abs(left), abs(right)) + 16 * noise / size
            if abs(inner) > 1.5 * abs(kink) > 1.5 * rough:
                best.jump = True  # over half the step a jump makes twice the slope
            elif abs(inner) > 0.75 * abs(kink) > 0.75 * rough:
                best.sides = inner_left, inner_right
    best.others = others
    best.grain = rounding.grain
    if place == 0:
        best.natural = max(natural, around)  # x^2 is 0 at 0, and small beside what it is around
    best.evaluations = 6 * len(sizes) + 1
    return best


def held(kind: Kind, program: Program, inputs: Mapping[int, Any]) -> Kind:
    """Numbers of a kind in which `detach` keeps what it gave at one point: what is detached counts as a constant.

    Its uses are told apart by their order, which is the same in every run.
    """
    found: Kind = Floats()
    if kind.shaped:
        from bpcli.engine.tensors import Tensors

        found = Tensors()
    kept: list[Any] = []

    def keep(value: Any) -> Any:
        kept.append(value)
        return value

    found.functions["detach"] = found.guarded["detach"] = keep
    forward(program.graph, found, inputs, program.output + 1)
    again = itertools.cycle(kept)
    found.functions["detach"] = found.guarded["detach"] = lambda value: next(again)
    return found


def sided(
    program: Program, given: Mapping[str, Any], name: str, step: float = SIDED_STEP, index: tuple[int, ...] = ()
) -> float:
    """(f(x + h) - f(x)) / h with h = step * max(1, |x|), the derivative that people try first."""
    function, place = along(program, given, name, index)
    above = place + step * max(1.0, abs(place))
    if above == place:
        raise InputError("step-too-small", step=step, place=place)
    return (function(above) - function(place)) / (above - place)


class Unfit(Exception):  # noqa: N818 - it is an answer, with the reason in it
    """The complex step does not apply; `reason` is what stands in its way: "form", "corner", "range" or "tensors"."""

    def __init__(self, reason: str, op: str = "") -> None:
        super().__init__(reason, op)
        self.reason = reason
        self.op = op


def complex_step(program: Program, given: Mapping[str, float], name: str, step: float = COMPLEX_STEP) -> float:
    """Im f(x + ih) / h with h = step * |x|, all other variables as given (h = step at 0).

    Raises Unfit where the program has no complex form.
    """
    if fitting(program, given, FLOATS) is not FLOATS:
        raise Unfit("tensors")
    graph = program.graph
    kind = Complexes()
    inputs = {node: complex(value) for node, value in bind(program, given).items()}
    node = graph.variables[name]
    size = step * (abs(inputs[node]) or 1.0)
    inputs[node] += complex(0, size)
    try:
        result: complex = forward(graph, kind, inputs, program.output + 1)[program.output]
    except InputError as error:
        if error.kind != "primitive-missing":
            raise
        raise Unfit("form", str(error.facts["name"])) from None
    except RAISED:
        raise Unfit("range") from None
    if kind.corner:
        raise Unfit("corner", kind.corner)
    slope = result.imag / size if size > SMALLEST else math.nan
    if not math.isfinite(slope) or not math.isfinite(result.real):
        raise Unfit("range")
    return slope


def complex_doubt(program: Program, given: Mapping[str, float], name: str, slope: float, grain: float) -> float:
    """How far the complex step may be off that gave this slope.

    Its truncation is a term in h^2: over twice the step it is larger by 3 of itself.
    Of underflow, Im f loses up to `grain`.
    """
    place = abs(float(given[name])) if name in given else 0.0
    try:
        wider = complex_step(program, given, name, 2 * COMPLEX_STEP)
    except Unfit:
        wider = slope
    return abs(wider - slope) + grain / (COMPLEX_STEP * (place or 1.0))
