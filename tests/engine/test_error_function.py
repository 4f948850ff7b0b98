"""erf and erfc of arrays, against Python's and against the definition in 60 digits."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from bpcli.engine import error_function
from bpcli.engine.error_function import SMALL, TAIL

inf, nan = math.inf, math.nan
SPECIAL = [
    -inf,
    -28.0,
    -6.0,
    -0.5,
    -1e-300,
    -5e-324,
    -0.0,
    0.0,
    5e-324,
    1e-300,
    1e-9,
    0.5,
    1.0,
    6.0,
    26.5,
    27.2,
    30.0,
    inf,
    nan,
]


def filled(name: str, x: np.ndarray) -> list[float]:
    out = np.empty(len(x))
    with np.errstate(all="ignore"):
        getattr(error_function, name)(x, out)
    return out.tolist()


@pytest.mark.parametrize("name", ["erf", "erfc"])
def test_special_values_are_those_of_python(name: str) -> None:
    for x, got in zip(SPECIAL, filled(name, np.array(SPECIAL)), strict=True):
        want = getattr(math, name)(x)
        assert (got != got) == (want != want), x
        if want == want:
            assert abs(got - want) <= 4 * math.ulp(want), x
            assert math.copysign(1, got) == math.copysign(1, want), x


@pytest.mark.parametrize(
    ("name", "low", "high"), [("erf", -6, 6), ("erf", -0.51, 0.51), ("erfc", -7, 26.5), ("erfc", -1, 1)]
)
def test_errors_are_a_few_units_of_the_last_place(name: str, low: float, high: float) -> None:
    """mpmath, 60 digits: at most 4 at 2000 points."""
    points = np.random.default_rng(3).uniform(low, high, 2000)
    with mpmath.workdps(60):
        for x, got in zip(points.tolist(), filled(name, points), strict=True):
            want = getattr(mpmath, name)(x)
            assert abs(got - want) <= 4 * math.ulp(float(want)), x


def interpolated(function: object, low: float, high: float, degree: int) -> list[float]:
    """Coefficients of powers of x of the polynomial that meets a function at the Chebyshev points of an interval."""
    count = degree + 1
    middle, half = (mpmath.mpf(low) + high) / 2, (mpmath.mpf(high) - low) / 2
    points = [middle + half * mpmath.cos(mpmath.pi * (2 * k + 1) / (2 * count)) for k in range(count)]
    matrix = mpmath.matrix([[point**power for power in range(count)] for point in points])
    return [float(each) for each in mpmath.lu_solve(matrix, mpmath.matrix([function(point) for point in points]))]


def test_the_coefficients_are_those_of_the_definition() -> None:
    def small(s: mpmath.mpf) -> mpmath.mpf:
        return mpmath.erf(mpmath.sqrt(s)) / mpmath.sqrt(s)

    def tail(t: mpmath.mpf) -> mpmath.mpf:
        x = 4 * (1 + t) / (1 - t)
        return (1 + 2 * x) * mpmath.exp(x * x) * mpmath.erfc(x)

    with mpmath.workdps(60):
        assert interpolated(small, 0, 0.25, len(SMALL) - 1) == pytest.approx(SMALL, rel=1e-14)
        assert interpolated(tail, -1, 1, len(TAIL) - 1) == pytest.approx(TAIL, rel=1e-14)
