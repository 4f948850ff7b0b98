"""Functions keep their digits over their whole domain, value and slope, where textbook formulas lose all of them.

An operation promises a relative error (`accuracy` in the table, in units of eps = 2^-52), near a zero of the function
an absolute one. Both follow from what a change of the arguments by one eps does to the result, which no algorithm on
floats that works in steps can avoid: gelu at -30 carries an error of its argument 900-fold. So an error is measured
against |f|, or against |x f'(x)| where that is larger, but not beyond 1: at a pole |x f'(x)| would excuse everything.
Below the normal floats the error is absolute, since digits are lost there on the way. References: mpmath, 50 digits.
"""

from __future__ import annotations

import itertools
import math
from functools import cache
from typing import Any

import pytest

from bpcli.engine import special
from bpcli.engine.formulas import differentiate
from bpcli.engine.point import gradient
from bpcli.language.reader import parse
from bpcli.ops import Op, elementwise
from bpcli.ops.declaration import ACCURACY
from calculus.precise import mp
from ops.references import REFERENCE
from ops.test_table import Use, every, holds

EPS = math.ulp(1.0)
LARGEST = mp.mpf(math.nextafter(math.inf, 0.0))
SMALLEST = mp.mpf(10) ** -320  # what is lost on the way where a result, or a factor of it, is subnormal

SIDED = [op for op in elementwise() if not op.flat and not op.variadic]
SINGLE = [op for op in SIDED if len(op.params) == 1]
SEVERAL = [op for op in SIDED if len(op.params) > 1]

SUBNORMAL = [5e-324, 1.23e-315, 1.2e-308]
DECADES = [10.0**power * digit for power in range(-300, 301, 20) for digit in (1.0, 2.3, 7.7)]
NEAR = [
    0.001, 0.0123, 0.1, 0.3, 0.5, 0.77, 0.9, 0.99, 0.9999, 1.0, 1.0001, 1.01, 1.5, 2.0, 3.1, 4.7, 5.0, 6.0, 8.3,
    10.0, 14.7, 19.1, 20.0, 25.0, 26.2, 27.9, 30.0, 33.3, 36.9, 37.5, 38.1, 40.0, 50.3, 77.7, 100.0, 171.0, 300.1,
    690.0,
]  # fmt: skip
SIZES = sorted([*SUBNORMAL, *DECADES, *NEAR, 1.5e308])
LINE = [*(-size for size in reversed(SIZES)), *SIZES]
ROUGH = (1e-300, 1e-20, 0.03, 0.7, 1.0, 1.1, 2.6, 40.0, 1e6, 1e150, 1e300)
COARSE = [sign * size for size in ROUGH for sign in (1, -1)]
STEPS = [10.0**-power for power in range(1, 16)]
MOST_PLACES = 24  # zeros, poles and thresholds of one operation that are looked at from close by


def exactly(function: Any, at: tuple[float, ...]) -> Any:
    """What mpmath says; nan where it has no answer."""
    try:
        return mp.mpf(function(*(mp.mpf(x) for x in at)))
    except (ArithmeticError, ValueError, TypeError):  # TypeError: its answer is complex
        return mp.nan


def asked(op: Op, at: tuple[float, ...]) -> bool:
    """Whether the operation promises something at a point."""
    return holds(op, op.smooth, at) and not any(holds(op, kink.where, at) for kink in op.kinks)


def state(value: Any) -> str:
    """What a result looks like as a float: these change at zeros, poles and thresholds."""
    if mp.isnan(value):
        return "none"
    size = "infinite" if abs(value) > LARGEST else "zero" if abs(value) < 5e-324 else "number"
    return f"{'-' if value < 0 else '+'}{size}"


def boundary(function: Any, left: float, right: float) -> float:
    """The place between two points at which the state of a function changes."""
    before = state(exactly(function, (left,)))
    for _ in range(80):
        # The middle on a logarithmic scale, where both ends are far apart.
        far = left * right > 0 and not 0.5 < left / right < 2
        middle = math.copysign(math.sqrt(abs(left)) * math.sqrt(abs(right)), left) if far else left + (right - left) / 2
        if middle in (left, right):
            break
        left, right = (middle, right) if state(exactly(function, (middle,))) == before else (left, middle)
    return right


@cache
def places(op: Op) -> list[float]:
    """The line of floats at growing distances, and close by zeros, poles, thresholds and ends of the domain."""
    line = [x for x in LINE if asked(op, (x,))]
    found = [0.0, 0.5, *(sign * whole for whole in (1.0, 2.0, 3.0, 6.0) for sign in (1, -1))]
    for function in REFERENCE[op.name]:
        states = [state(exactly(function, (x,))) for x in line]
        changes = [
            boundary(function, left, right)
            for (left, right), (before, after) in zip(itertools.pairwise(line), itertools.pairwise(states), strict=True)
            if before != after and "none" not in (before, after)
        ]
        found += changes[:: max(1, len(changes) // MOST_PLACES)]
    beside = [place + sign * step * (abs(place) or 1.0) for place in found for step in STEPS for sign in (1, -1)]
    beside += [math.nextafter(place, way) for place in found for way in (math.inf, -math.inf)]
    return [*line, *(x for x in [*found, *beside] if asked(op, (x,)))]


def carried(function: Any, at: tuple[float, ...]) -> Any:
    """How much a relative change of the arguments changes the result: the sum of |x f'(x)| over them."""
    step, total = mp.mpf(10) ** -20, mp.mpf(0)
    for place in range(len(at)):
        ends = []
        for sign in (1, -1):
            exact = [mp.mpf(x) for x in at]
            exact[place] *= 1 + sign * step
            try:
                ends.append(mp.mpf(function(*exact)))
            except (ArithmeticError, ValueError, TypeError):
                return mp.mpf(0)
        total += abs(ends[0] - ends[1]) / (2 * step)
    return total


def off(got: float, function: Any, at: tuple[float, ...], early: float) -> float:
    """The error of a result in units of eps; infinite where it should be a number and is none, or the other way.

    early: the factor by which it may overflow too early
    """
    want = exactly(function, at)
    if mp.isnan(want):
        return 0.0
    if abs(want) >= LARGEST * (1 - 8 * EPS):
        # At the threshold itself rounding decides.
        right = got == math.copysign(math.inf, want) or abs(want) <= LARGEST * (1 + 800 * EPS)
        return 0.0 if right else math.inf
    if got - got != 0:
        return 0.0 if got == math.copysign(math.inf, want) and abs(want) * early > LARGEST else math.inf
    error = abs(got - want) - SMALLEST
    if error <= 0:
        return 0.0
    size = abs(want) * EPS
    if error > size:
        size = max(abs(want), min(mp.mpf(1), carried(function, at))) * EPS
    return float(error / size)


def errors(op: Op, points: list[tuple[float, ...]]) -> list[tuple[float, tuple[float, ...], int, float]]:
    """The errors of value and slopes at some points, each with its point, its place (0 is the value) and the result."""
    use = Use(op)
    made = []
    for at in points:
        value, slopes = use.run(at)
        results = [value, *(slopes[place] or 0.0 for place in use.places)]
        if value - value != 0:
            results = results[:1]  # what overflows has no slope any more
        for place, (got, function) in enumerate(zip(results, REFERENCE[op.name], strict=False)):
            made.append((off(got, function, at, op.accuracy / ACCURACY), at, place, got))
    return made


@every(SINGLE)
def test_value_and_slope_keep_their_digits(op: Op) -> None:
    points = [(x,) for x in places(op)]
    assert len(points) > 40
    worst = max(errors(op, points))
    assert worst[0] <= op.accuracy, worst


@every(SEVERAL)
def test_value_and_slopes_of_several_arguments_keep_their_digits(op: Op) -> None:
    points = [at for at in itertools.product([*COARSE, *range(4)], repeat=len(op.params)) if asked(op, at)]
    worst = max(errors(op, points[:: max(1, len(points) // 400)]))
    assert worst[0] <= op.accuracy, worst


@pytest.mark.parametrize(
    ("text", "x", "value", "slope"),
    [
        # Points at which frameworks are known to fail. mpmath, 50 digits.
        ("asinh(x)", 1e200, 461.2101657793691, 1e-200),
        ("asinh(x)", -1e200, -461.2101657793691, 1e-200),
        ("softplus(x)", 25.0, 25.00000000001389, 0.9999999999861121),
        ("sigmoid(x)", 40.0, 1.0, 4.248354255291589e-18),
        ("gelu(x)", -10.0, -7.619853024160526e-23, -7.618400096464814e-22),
        ("tanh(x)", 20.0, 1.0, 1.6993417021166355e-17),
        ("log1p(x)", 1e-20, 1e-20, 1.0),
        ("expm1(x)", 1e-20, 1e-20, 1.0),
        ("hypot(x, 1e200)", 1e200, 1.4142135623730951e200, 0.7071067811865476),
        ("hypot(x, 1e-200)", 1e-200, 1.4142135623730951e-200, 0.7071067811865476),
        ("atan(x)", 1e200, 1.5707963267948966, 0.0),
        ("silu(x)", 1e200, 1e200, 1.0),
        ("gelu(x)", 1e200, 1e200, 1.0),
        ("softplus(x)", 1e200, 1e200, 1.0),
        ("softplus(x)", -1e200, 0.0, 0.0),
        ("log_sigmoid(x)", -1e200, -1e200, 1.0),
        ("logaddexp(x, 1e200)", -1e200, 1e200, 0.0),
        ("logaddexp(x, 1000)", 1000.0, 1000.6931471805599, 0.5),
        ("mish(x)", -50.0, -9.643749239819589e-21, -9.450874255023197e-21),
        ("gelu_tanh(x)", 1e200, 1e200, 1.0),
        ("gelu_tanh(x)", -1e200, 0.0, 0.0),
        ("sech(x)", 720.0, 4.0690502970420614e-313, -4.0690502970420614e-313),
        ("tanh(x)", 1e200, 1.0, 0.0),
        ("elu(x)", 1e200, 1e200, 1.0),
        ("mod(1, x)", 0.1, 0.09999999999999995, -9.0),  # by hand: the float 0.1 goes into 1 nine times
    ],
)
def test_points_far_out_come_out_right(text: str, x: float, value: float, slope: float) -> None:
    point = gradient(parse(text), {"x": x})
    assert point.value == pytest.approx(value, rel=1e-14, abs=1e-300)
    assert point.gradient["x"] == pytest.approx(slope, rel=1e-14, abs=1e-300)


@pytest.mark.parametrize("x", [-1e100, -1e6, -800.0, -400.0, 400.0, 800.0, 1e6, 1e100])
@pytest.mark.parametrize(
    "name",
    [
        "tanh", "sech", "sigmoid", "gelu", "silu", "softplus", "log_sigmoid", "elu", "atan", "asinh", "erf", "erfc",
        "csch", "coth", "asec", "acsc", "acot", "acsch", "acoth", "selu", "gelu_tanh", "mish", "softsign",
    ],
)
def test_higher_derivatives_vanish_far_out_and_are_never_nan(name: str, x: float) -> None:
    """They fall at least as 1/x^2 (asinh), so below 1e-5 everywhere here; 0 * inf on the way would be nan."""
    program = parse(f"{name}(x)")
    for order in (2, 3, 4):
        assert abs(differentiate(program, ["x"] * order).value({"x": x})) < 1e-5


@pytest.mark.parametrize(
    ("text", "x", "want"),
    [
        ("sqrt(x)", 0.0, math.inf),  # the tangent at 0 is vertical
        ("sqrt(x)", -0.0, math.inf),
        ("sqrt(-x)", 0.0, -math.inf),  # its mirror image falls
        ("cbrt(x)", 0.0, math.inf),
        ("x^0.5", 0.0, math.inf),
        ("x^2", 0.0, 0.0),
        ("x^1", 0.0, 1.0),
        ("x^3", -0.0, 0.0),
    ],
)
def test_the_slope_at_zero(text: str, x: float, want: float) -> None:
    """By hand."""
    assert gradient(parse(text), {"x": x}).gradient["x"] == want


@pytest.mark.parametrize("order", [2, 4, 6, 8, 10, 20, 40])
@pytest.mark.parametrize("x", [-0.5, -1.5, -2.5, -7.5, -0.500001, -3.4999, -7.501])
def test_polygamma_of_even_order_half_way_between_its_poles(order: int, x: float) -> None:
    """mpmath, 120 digits: terms of both sides cancel there, to a number that is up to 1e40 times smaller."""
    with mp.workdps(120):
        want = mp.polygamma(order, mp.mpf(x))
    assert special.polygamma(float(order), x) == pytest.approx(float(want), rel=40 * EPS)
