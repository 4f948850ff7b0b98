"""erf and erfc of arrays: NumPy has none, and calling Python's for each number would hold its lock.

Near 0, erf(x)/x is a polynomial in x^2. Everywhere else erfc(x) = exp(-x^2)/(1 + 2x) times a function of
t = (x - 4)/(x + 4) that is nearly constant. Both polynomials are interpolated at Chebyshev points; a test
computes them again, from the definition, in 60 digits.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = Any

NEAR = 0.5  # where erf begins to be 1 - erfc
FAR = 28.0  # beyond it erfc is 0

# Coefficients of powers of x^2, for x^2 in [0, 1/4].
SMALL = (
    1.1283791670955126,
    -0.3761263890318375,
    0.1128379167095487,
    -0.02686617064499972,
    0.0052239776220169365,
    -0.0008548326510724796,
    0.00012055286202005714,
    -1.4923003368152099e-05,
    1.637123442577e-06,
    -1.462091340945175e-07,
)

# Coefficients of powers of t, for t in [-1, 1].
TAIL = (
    1.2329951186255526,
    -0.13962111684056228,
    0.015379652102619974,
    0.06809705425466839,
    -0.10103906603631811,
    0.09373283499911264,
    -0.06633036581186058,
    0.037167515526338006,
    -0.01619773406293477,
    0.005031970069102256,
    -0.0007577732435942576,
    -0.0001992571524726518,
    0.00015062142608651945,
    -2.4397731143023292e-05,
    -1.1221135665965907e-05,
    5.70657829924074e-06,
    2.9173425573089733e-07,
    -8.210647933297337e-07,
    7.771943241086912e-08,
    1.0631817593818149e-07,
    -2.0725802488181963e-08,
    -1.2338731403798444e-08,
    3.2323973445082033e-09,
    9.297625263709659e-10,
    -2.764120233734578e-10,
)


def erf(x: Array, out: Array) -> None:
    """The error function, to a few units of the last place, also of tiny numbers."""
    size = np.abs(x)
    tail = np.subtract(1.0, _tail(size))
    np.copysign(tail, x, out=tail)
    near = np.minimum(size, NEAR)
    np.multiply(near, near, out=near)
    _horner(SMALL, near, size)
    np.multiply(size, x, out=size)
    near = np.abs(x, out=near) < NEAR
    np.copyto(out, np.where(near, size, tail))


def erfc(x: Array, out: Array) -> None:
    """1 - erf(x), to a few units of the last place, also far to the right where it is tiny."""
    tail = _tail(np.abs(x))
    np.copyto(out, np.where(np.less(x, 0.0), 2.0 - tail, tail))


def _horner(coefficients: tuple[float, ...], x: Array, out: Array) -> None:
    np.multiply(x, coefficients[-1], out=out)
    for coefficient in coefficients[-2:0:-1]:
        np.add(out, coefficient, out=out)
        np.multiply(out, x, out=out)
    np.add(out, coefficients[0], out=out)


def _tail(x: Array) -> Array:
    """erfc for x >= 0."""
    x = np.minimum(x, FAR)
    t = x - 4.0
    t /= x + 4.0
    result = np.empty_like(t)
    _horner(TAIL, t, result)
    result /= np.add(np.multiply(x, 2.0, out=t), 1.0, out=t)
    # x^2 in two parts, for the exponential makes a large error of a small one: the square of the upper 26 bits
    # is exact, and what is left is so small that three terms of the series are enough.
    upper = (x.view(np.int64) & ~0x7FFFFFF).view(np.float64)
    rest = np.subtract(x, upper, out=t)
    rest *= x + upper
    np.multiply(upper, -upper, out=upper)
    result *= np.exp(upper, out=upper)
    series = rest * (-1 / 6)
    series += 0.5
    series *= rest
    series -= 1.0
    series *= rest
    # 1 + series, without losing what the sum would round away.
    series *= result
    result += series
    return result
