"""Gradient checks: the same derivatives by other routes.

Reverse and symbolic read one table, so a wrong rule there agrees with itself. The verdict therefore rests
on the central difference, which knows nothing of rules.
"""

from __future__ import annotations

import itertools
import math

from bpcli.calculus.derivative import derivative
from bpcli.calculus.sweeps import forward
from bpcli.engine.floats import FLOATS, Floats
from bpcli.engine.point import Point, bind, gradient
from bpcli.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bpcli.graph import Program

# The best step of a central difference balances its truncation h^2 against rounding eps/h.
# Source: Press et al., Numerical Recipes, 3rd edition, section 5.7.
STEP = math.ulp(1.0) ** (1 / 3)
TRIED = (100.0, 10.0, 1.0, 0.1, 0.01)  # times that step: sin(1e6 x) wants less, a flat curve more
TOLERANCE = 1e-6
MOST_WORK = 20_000  # steps times inputs of a trace's own check: each takes some twenty evaluations

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
    natural:     |y| over the size of the variable: the slope that would be neither large nor small
    evaluations: how often the program was evaluated
    """

    __slots__ = ("evaluations", "natural", "resolution", "sides", "value")

    def __init__(self, value: float, resolution: float, natural: float, evaluations: int) -> None:
        self.value = value
        self.resolution = resolution
        self.natural = natural
        self.evaluations = evaluations
        self.sides: tuple[float, float] | None = None

    def judge(self, slope: float, tolerance: float) -> str:
        """What it says of a derivative that was found otherwise: one of STATES."""
        value = self.value
        if slope == value:
            return AGREES
        if not math.isfinite(slope) or not math.isfinite(value):
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


class Agreement:
    """How far central differences are from a gradient: the largest relative gap, the name that has it, its state."""

    __slots__ = ("evaluations", "gap", "name", "state")

    def __init__(self, gap: float, name: str, state: str, evaluations: int) -> None:
        self.gap = gap
        self.name = name
        self.state = state
        self.evaluations = evaluations


class Check:
    """One gradient by several methods.

    methods:     method -> name -> derivative
    errors:      method -> name -> relative error against the central difference
    resolution:  name -> what the central difference cannot tell apart
    states:      name -> what it says of the worse of the two other methods
    evaluations: method -> how often the program was evaluated or swept
    ok:          whether reverse and symbolic agree with it wherever it can tell; None where it can tell nowhere
    """

    __slots__ = ("errors", "evaluations", "methods", "ok", "point", "resolution", "states", "step", "tolerance")

    def __init__(self, point: Point, step: float | None, tolerance: float) -> None:
        self.point = point
        self.step = step
        self.tolerance = tolerance
        self.methods: dict[str, dict[str, float]] = {}
        self.errors: dict[str, dict[str, float]] = {}
        self.resolution: dict[str, float] = {}
        self.states: dict[str, str] = {}
        self.evaluations: dict[str, int] = {}
        self.ok: bool | None = True


def along(program: Program, given: Mapping[str, float], name: str) -> tuple[Callable[[float], float], float]:
    """The output as a function of one variable, all others as given, and the place of that variable."""
    graph = program.graph
    inputs = bind(program, given)
    node = graph.variables[name]
    kind = Held(program, inputs) if graph.functions or "detach" in graph.op else FLOATS

    def function(moved: float) -> float:
        return float(forward(graph, kind, {**inputs, node: moved}, program.output + 1)[program.output])

    return function, inputs[node]


def central(program: Program, given: Mapping[str, float], name: str, step: float = STEP) -> float:
    """(f(x + h) - f(x - h)) / (2h) with h = step * max(1, |x|), all other variables as given.

    Raises InputError where the step is lost in rounding.
    """
    function, place = along(program, given, name)
    return _halves(function, place, step * max(1.0, abs(place)))[0]


def _halves(function: Callable[[float], float], place: float, size: float) -> tuple[float, float, float]:
    """The central difference over a step, and the slopes to the left and to the right of it."""
    # The steps that were really made, after rounding.
    above, below = place + size, place - size
    if above == place or below == place:
        raise InputError("step-too-small", step=size, place=place)
    high, low, middle = function(above), function(below), function(place)
    return (high - low) / (above - below), (middle - low) / (place - below), (high - middle) / (above - place)


def difference(program: Program, given: Mapping[str, float], name: str, step: float | None = None) -> Difference:
    """The best central difference for a variable, or the one with a step that is asked for.

    Several steps are tried, each with its half: the two give a value without the h^2 term and an estimate of
    what is left; rounding adds eps |f| / h. The step with the smallest sum of both is taken.
    Source: Press et al., Numerical Recipes, 3rd edition, section 5.7.
    """
    function, place = along(program, given, name)
    magnitude = abs(function(place))
    scales = [max(1.0, abs(place))]
    if 0 < abs(place) < 1:
        scales.append(abs(place))
    sizes = [step * scales[0]] if step is not None else [STEP * scale * factor for scale in scales for factor in TRIED]
    natural = magnitude / scales[0]
    best = Difference(math.nan, math.inf, natural, 0)
    for size in sizes:
        try:
            whole, left, right = _halves(function, place, size)
            half, inner_left, inner_right = _halves(function, place, size / 2)
        except InputError:
            if step is not None:
                raise
            continue
        value = whole if step is not None else (4 * half - whole) / 3
        resolution = abs(half - whole) + 4 * math.ulp(1.0) * magnitude / size
        if resolution < best.resolution:
            best = Difference(value, resolution, natural, 0)
            kink, inner = right - left, inner_right - inner_left
            # The gap between the sides of a smooth function shrinks with the step; that of a corner stays.
            rough = 1e-3 * max(abs(left), abs(right)) + 16 * math.ulp(1.0) * magnitude / size
            if abs(inner) > 0.75 * abs(kink) > 0.75 * rough:
                best.sides = inner_left, inner_right
    best.evaluations = 6 * len(sizes) + 1
    return best


class Held(Floats):
    """Floats in which `detach` keeps what it gave at one point: what is detached counts as a constant.

    Its uses are told apart by their order, which is the same in every run.
    """

    def __init__(self, program: Program, inputs: Mapping[int, float]) -> None:
        super().__init__()
        kept: list[float] = []

        def keep(value: float) -> float:
            kept.append(value)
            return value

        self.functions["detach"] = self.guarded["detach"] = keep
        forward(program.graph, self, inputs, program.output + 1)
        held = itertools.cycle(kept)
        self.functions["detach"] = self.guarded["detach"] = lambda value: next(held)


def relative(value: float, reference: float) -> float:
    """|value - reference| over the larger of the two; 0 where they are the same, infinities too."""
    if value == reference:
        return 0.0
    return abs(value - reference) / max(abs(reference), abs(value))


def central_agreement(program: Program, given: Mapping[str, float], slopes: Mapping[str, float]) -> Agreement | None:
    """The worst of the gaps between a gradient and central differences; None where there is nothing to compare."""
    # A difference over a finite step says nothing about an infinite slope.
    names = [name for name, slope in slopes.items() if name in program.graph.variables and math.isfinite(slope)]
    if not names or len(names) * program.output > MOST_WORK:
        return None
    found = [(name, difference(program, given, name)) for name in names]
    judged = [
        (STATES.index(each.judge(slopes[name], TOLERANCE)), relative(slopes[name], each.value), name)
        for name, each in found
    ]
    state, gap, name = max(judged)
    return Agreement(gap, name, STATES[state], sum(each.evaluations for _, each in found))


def check(
    program: Program,
    given: Mapping[str, float],
    wrt: Sequence[str] | None = None,
    *,
    step: float | None = None,
    tolerance: float = TOLERANCE,
    make: type[Check] = Check,
) -> Check:
    """Reverse sweep, symbolic derivative and central difference side by side, for variables.

    step: of the central difference, relative to max(1, |x|); the best of several unless given

    Raises as engine.point.gradient; InputError where a given step is lost in rounding.
    """
    point = gradient(program, given, wrt)
    result = make(point, step, tolerance)
    names = [name for name in point.gradient if name in program.graph.variables]
    found = {name: difference(program, given, name, step) for name in names}
    result.methods["reverse"] = {name: point.gradient[name] for name in names}
    result.methods["symbolic"] = _symbolic(program, given, names)
    result.methods["central_difference"] = {name: each.value for name, each in found.items()}
    evaluations = sum(each.evaluations for each in found.values())
    result.evaluations = {"reverse": 1, "symbolic": 1, "central_difference": evaluations}
    result.resolution = {name: each.resolution for name, each in found.items()}
    others = ("reverse", "symbolic")
    for method in others:
        result.errors[method] = {
            name: relative(result.methods[method][name], each.value) for name, each in found.items()
        }
    for name, each in found.items():
        states = [each.judge(result.methods[method][name], tolerance) for method in others]
        result.states[name] = max(states, key=STATES.index)
    states = list(result.states.values())
    if DISAGREES in states:
        result.ok = False
    elif states and all(state == UNDECIDED for state in states):
        result.ok = None
    return result


def _symbolic(program: Program, given: Mapping[str, float], names: Sequence[str]) -> dict[str, float]:
    """The derivative as a graph, evaluated at the point."""
    graph = program.graph
    nodes = [graph.variables[name] for name in names]
    slopes = derivative(graph, program.output, nodes)
    values = forward(graph, FLOATS, bind(program, given), max(slopes, default=0) + 1)
    return {name: values[slope] for name, slope in zip(names, slopes, strict=True)}
