"""Functions keep their digits far out, value and slope, where textbook formulas lose all of them.

A function is accurate here if it is off by no more than a few roundings of its result and of its argument:
4 eps (1 + |x f'(x) / f(x)|). The second part is what no algorithm on floats can avoid: gelu at -30 carries
an error of its argument 900-fold. All references: mpmath, 60 digits.
"""

from __future__ import annotations

import math
from typing import Any

import pytest

from bpcli.engine.formulas import differentiate
from bpcli.engine.point import gradient
from bpcli.language.reader import parse
from calculus.precise import mpmath

EPS = math.ulp(1.0)
mp = mpmath.MPContext()
mp.dps = 60
one = mp.mpf(1)

DECADES = [10.0**power * digit for power in range(-300, 301, 20) for digit in (1.0, 2.3, 7.7)]
NEAR = [
    0.001, 0.0123, 0.1, 0.3, 0.5, 0.77, 0.9, 0.99, 0.9999, 1 - 1e-9, 1 + 1e-9, 1.0001, 1.01, 1.5, 2.0, 3.1, 5.0, 8.3,
    10.0, 14.7, 19.1, 20.0, 25.0, 26.2, 27.9, 30.0, 33.3, 36.9, 37.5, 38.1, 40.0, 50.3, 77.7, 100.0, 300.1, 690.0,
]  # fmt: skip
TINY = [value for value in DECADES if value < 1]
REAL = [sign * value for value in (*TINY, *NEAR) for sign in (1, -1)]
POSITIVE = [*DECADES, *NEAR]
EVERYWHERE = [sign * value for value in POSITIVE for sign in (1, -1)]
INSIDE = [x for x in REAL if abs(x) < 1]
ANGLES = [sign * value for value in (*TINY, *NEAR, 1e4, 1e8, 1e15) for sign in (1, -1)]


def normal(x: Any) -> Any:
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def below(x: Any) -> Any:
    return mp.erfc(-x / mp.sqrt(2)) / 2


def logistic(x: Any) -> Any:
    return 1 / (1 + mp.exp(-x))


# text -> where, value, slope
FUNCTIONS: dict[str, tuple[list[float], Any, Any]] = {
    "exp(x)": (REAL, mp.exp, mp.exp),
    "expm1(x)": (REAL, mp.expm1, mp.exp),
    "log(x)": (POSITIVE, mp.log, lambda x: 1 / x),
    "log1p(x)": ([x for x in EVERYWHERE if x > -1], mp.log1p, lambda x: 1 / (1 + x)),
    "log2(x)": (POSITIVE, lambda x: mp.log(x, 2), lambda x: 1 / (x * mp.log(2))),
    "log10(x)": (POSITIVE, mp.log10, lambda x: 1 / (x * mp.log(10))),
    "log(x, 3)": (POSITIVE, lambda x: mp.log(x, 3), lambda x: 1 / (x * mp.log(3))),
    "sqrt(x)": (POSITIVE, mp.sqrt, lambda x: 1 / (2 * mp.sqrt(x))),
    "cbrt(x)": (EVERYWHERE, lambda x: mp.sign(x) * mp.cbrt(abs(x)), lambda x: 1 / (3 * mp.cbrt(abs(x)) ** 2)),
    "sin(x)": (ANGLES, mp.sin, mp.cos),
    "cos(x)": (ANGLES, mp.cos, lambda x: -mp.sin(x)),
    "tan(x)": (ANGLES, mp.tan, lambda x: mp.sec(x) ** 2),
    "asin(x)": (INSIDE, mp.asin, lambda x: 1 / mp.sqrt((1 - x) * (1 + x))),
    "acos(x)": (INSIDE, mp.acos, lambda x: -1 / mp.sqrt((1 - x) * (1 + x))),
    "atan(x)": (EVERYWHERE, mp.atan, lambda x: 1 / (1 + x * x)),
    "sinh(x)": (REAL, mp.sinh, mp.cosh),
    "cosh(x)": (REAL, mp.cosh, mp.sinh),
    "tanh(x)": ([x for x in REAL if abs(x) < 340], mp.tanh, lambda x: mp.sech(x) ** 2),
    "sech(x)": (REAL, mp.sech, lambda x: -mp.sech(x) * mp.tanh(x)),
    "asinh(x)": (EVERYWHERE, mp.asinh, lambda x: 1 / mp.sqrt(1 + x * x)),
    "acosh(x)": ([x for x in POSITIVE if x > 1], mp.acosh, lambda x: 1 / mp.sqrt((x - 1) * (x + 1))),
    "atanh(x)": (INSIDE, mp.atanh, lambda x: 1 / ((1 - x) * (1 + x))),
    "erf(x)": ([x for x in REAL if abs(x) < 26], mp.erf, lambda x: 2 / mp.sqrt(mp.pi) * mp.exp(-x * x)),
    "erfc(x)": ([x for x in REAL if abs(x) < 26], mp.erfc, lambda x: -2 / mp.sqrt(mp.pi) * mp.exp(-x * x)),
    "gelu(x)": ([x for x in REAL if abs(x) < 37], lambda x: x * below(x), lambda x: below(x) + x * normal(x)),
    "silu(x)": (REAL, lambda x: x * logistic(x), lambda x: logistic(x) * (1 + x * logistic(-x))),
    "softplus(x)": (REAL, lambda x: mp.log1p(mp.exp(x)), logistic),
    "sigmoid(x)": (REAL, logistic, lambda x: logistic(x) * logistic(-x)),
    "log_sigmoid(x)": (REAL, lambda x: -mp.log1p(mp.exp(-x)), lambda x: logistic(-x)),
    "elu(x)": (REAL, lambda x: x if x > 0 else mp.expm1(x), lambda x: one if x > 0 else mp.exp(x)),
    "x^3": ([x for x in EVERYWHERE if 1e-90 < abs(x) < 1e90], lambda x: x**3, lambda x: 3 * x * x),
    "x^0.5": (POSITIVE, mp.sqrt, lambda x: 1 / (2 * mp.sqrt(x))),
    "1/x": ([x for x in EVERYWHERE if 1e-140 < abs(x) < 1e140], lambda x: 1 / x, lambda x: -1 / (x * x)),
    "hypot(x, 1)": (EVERYWHERE, lambda x: mp.sqrt(x * x + 1), lambda x: x / mp.sqrt(x * x + 1)),
    "hypot(x, x)": (EVERYWHERE, lambda x: abs(x) * mp.sqrt(2), lambda x: mp.sign(x) * mp.sqrt(2)),
    "atan2(x, 1)": (EVERYWHERE, mp.atan, lambda x: 1 / (1 + x * x)),
    "atan2(1, x)": (EVERYWHERE, lambda x: mp.atan2(1, x), lambda x: -1 / (1 + x * x)),
}


def off(got: float, function: Any, x: float) -> Any:
    """The error of a result, in units of what is unavoidable; 0 where the truth is below the normal floats."""
    at = mp.mpf(x)
    want = function(at)
    if abs(want) < mp.mpf(10) ** -300:
        return 0
    step = mp.mpf(10) ** -20
    carried = abs((function(at * (1 + step)) - function(at * (1 - step))) / (2 * step * want))
    return abs(got - want) / (abs(want) * EPS * (1 + carried))


@pytest.mark.parametrize("text", FUNCTIONS)
def test_value_and_slope_keep_their_digits(text: str) -> None:
    program = parse(text)
    where, value, slope = FUNCTIONS[text]
    for x in where:
        point = gradient(program, {"x": x})
        assert off(point.value, value, x) <= 4, x
        assert off(point.gradient["x"], slope, x) <= 4, x


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
    ["tanh", "sech", "sigmoid", "gelu", "silu", "softplus", "log_sigmoid", "elu", "atan", "asinh", "erf", "erfc"],
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
