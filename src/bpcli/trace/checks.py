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

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bpcli.graph import Program

# The best step of a central difference balances its truncation h^2 against rounding eps/h.
# Source: Press et al., Numerical Recipes, 3rd edition, section 5.7.
STEP = math.ulp(1.0) ** (1 / 3)
TOLERANCE = 1e-6
MOST_INPUTS = 50  # of a trace's own check: each costs two more evaluations


class Agreement:
    """How far central differences are from a gradient: the largest relative gap, and the name that has it."""

    __slots__ = ("evaluations", "gap", "name")

    def __init__(self, gap: float, name: str, evaluations: int) -> None:
        self.gap = gap
        self.name = name
        self.evaluations = evaluations


class Check:
    """One gradient by several methods.

    methods:     method -> name -> derivative
    errors:      method -> name -> relative error against the central difference
    evaluations: method -> how often the program was evaluated or swept
    ok:          whether reverse and symbolic agree with the central difference to the tolerance
    """

    __slots__ = ("errors", "evaluations", "methods", "ok", "point", "step", "tolerance")

    def __init__(self, point: Point, step: float, tolerance: float) -> None:
        self.point = point
        self.step = step
        self.tolerance = tolerance
        self.methods: dict[str, dict[str, float]] = {}
        self.errors: dict[str, dict[str, float]] = {}
        self.evaluations: dict[str, int] = {}
        self.ok = True


def central(program: Program, given: Mapping[str, float], name: str, step: float = STEP) -> float:
    """(f(x + h) - f(x - h)) / (2h) with h = step * max(1, |x|), all other variables as given."""
    graph = program.graph
    inputs = bind(program, given)
    node = graph.variables[name]
    place = inputs[node]
    kind = Held(program, inputs) if graph.functions or "detach" in graph.op else FLOATS
    size = step * max(1.0, abs(place))
    # The step that was really made, after rounding.
    above, below = place + size, place - size
    values: list[float] = []
    for moved in (above, below):
        inputs[node] = moved
        values.append(forward(graph, kind, inputs, program.output + 1)[program.output])
    return (values[0] - values[1]) / (above - below)


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
    """|value - reference| over the larger of 1 and their size; 0 where both are the same infinity."""
    if value == reference:
        return 0.0
    return abs(value - reference) / max(1.0, abs(reference), abs(value))


def central_agreement(program: Program, given: Mapping[str, float], slopes: Mapping[str, float]) -> Agreement | None:
    """The largest gap between a gradient and central differences; None where there is nothing to compare."""
    # A difference over a finite step says nothing about an infinite slope.
    names = [name for name, slope in slopes.items() if name in program.graph.variables and math.isfinite(slope)]
    if not names or len(names) > MOST_INPUTS:
        return None
    gaps = {name: relative(slopes[name], central(program, given, name)) for name in names}
    worst = max(gaps, key=lambda name: gaps[name] if gaps[name] == gaps[name] else math.inf)
    return Agreement(gaps[worst], worst, 2 * len(names))


def check(
    program: Program,
    given: Mapping[str, float],
    wrt: Sequence[str] | None = None,
    *,
    step: float = STEP,
    tolerance: float = TOLERANCE,
    make: type[Check] = Check,
) -> Check:
    """Reverse sweep, symbolic derivative and central difference side by side, for variables.

    Raises as engine.point.gradient.
    """
    point = gradient(program, given, wrt)
    result = make(point, step, tolerance)
    names = [name for name in point.gradient if name in program.graph.variables]
    result.methods["reverse"] = {name: point.gradient[name] for name in names}
    result.methods["symbolic"] = _symbolic(program, given, names)
    result.methods["central_difference"] = {name: central(program, given, name, step) for name in names}
    result.evaluations = {"reverse": 1, "symbolic": 1, "central_difference": 2 * len(names)}
    reference = result.methods["central_difference"]
    for method in ("reverse", "symbolic"):
        errors = {name: relative(result.methods[method][name], reference[name]) for name in names}
        result.errors[method] = errors
        if not all(error <= tolerance for error in errors.values()):
            result.ok = False
    return result


def _symbolic(program: Program, given: Mapping[str, float], names: Sequence[str]) -> dict[str, float]:
    """The derivative as a graph, evaluated at the point."""
    graph = program.graph
    nodes = [graph.variables[name] for name in names]
    slopes = derivative(graph, program.output, nodes)
    values = forward(graph, FLOATS, bind(program, given), max(slopes, default=0) + 1)
    return {name: values[slope] for name, slope in zip(names, slopes, strict=True)}
