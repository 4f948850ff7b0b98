"""Polynomials in a basis that descent gets on with, as a program of our own, and back to powers of x.

Raw powers of x on [0, 10] have a Hessian condition of 1.8e11 at degree 5. On t in [-1, 1] the Chebyshev
polynomials bring that below 10 for evenly spread x, and polynomials orthogonal on the data make it 1.
All three are a three-term recurrence, and only x decides on its numbers:

    B0 = 1,   B1 = (t - a1)/s1,   Bk = ((t - ak)*B(k-1) - bk*B(k-2))/sk

Source: Forsythe, Generation and use of orthogonal polynomials for data fitting, J. SIAM 5 (1957).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from bpcli.numbers import full

Array = NDArray[np.float64]

CHEBYSHEV, ORTHOGONAL, POWERS = "chebyshev", "orthogonal", "powers"


class Basis:
    """Basis polynomials B0 .. Bdegree in t = (x - center)/half.

    recurrence: for k = 1 .. degree the numbers (a, b, s) of the recurrence above
    """

    __slots__ = ("center", "degree", "half", "kind", "recurrence")

    def __init__(
        self, kind: str, center: float, half: float, recurrence: list[tuple[float, float, float]]
    ) -> None:
        self.kind = kind
        self.center = center
        self.half = half
        self.degree = len(recurrence)
        self.recurrence = recurrence

    def program(self, weighted: bool = False) -> str:
        """The squared error of one row in our language: inputs x, y, the weight w if any, c0 .. cn; output L."""
        center = f"(x {_minus(self.center)})" if self.center else "x"
        lines = [f"t = {center}/{full(self.half)}"] if self.center or self.half != 1 else []
        t = "t" if lines else "x"
        names = ["1"]
        for order, (a, b, scale) in enumerate(self.recurrence, 1):
            name, formula = f"B{order}", f"({t} {_minus(a)})" if a else t
            if order > 1:
                formula = f"{formula}*{names[-1]}"
            if (a, b, scale) == (0.0, 0.5, 0.5):
                name, formula, b, scale = f"T{order}", f"2*{formula}", 1.0, 1.0
            if b and order > 1:
                before = "" if names[-2] == "1" else f"*{names[-2]}" if b != 1 else names[-2]
                formula += f" - {'' if b == 1 and before else full(b)}{before}"
            if scale != 1:
                formula = f"({formula})/{full(scale)}"
            if formula == t:
                name = t
            else:
                lines.append(f"{name} = {formula}")
            names.append(name)
        terms = ["c0", *(f"c{order}*{names[order]}" for order in range(1, self.degree + 1))]
        return "\n".join([*lines, f"p = {' + '.join(terms)}", "L = w*(p - y)^2" if weighted else "L = (p - y)^2"])

    def columns(self, x: Array) -> Array:
        """The basis at the points x, by the recurrence in floats: shape (points, degree + 1)."""
        t = (x - self.center) / self.half
        made = [np.ones_like(t)]
        for order, (a, b, scale) in enumerate(self.recurrence, 1):
            column = (t - a) * made[-1]
            if order > 1 and b:
                column = column - b * made[-2]
            made.append(column / scale)
        return np.stack(made, axis=1)

    def conversion(self) -> list[list[Fraction]]:
        """Row j: how much each coefficient of the basis adds to the coefficient of x^j. Exact.

        In floats this sum would lose the digits that the scaled descent has won. The numbers of the recurrence are
        taken as the program writes them, in decimals.
        """
        center, half = as_written(self.center), as_written(self.half)
        t = [-center / half, 1 / half]  # t as a polynomial in x
        made: list[list[Fraction]] = [[Fraction(1)]]
        for order, (a, b, scale) in enumerate(self.recurrence, 1):
            shifted = [t[0] - as_written(a), t[1]]
            product = [Fraction(0)] * (len(made[-1]) + 1)
            for place, value in enumerate(made[-1]):
                product[place] += value * shifted[0]
                product[place + 1] += value * shifted[1]
            if order > 1 and b:
                for place, value in enumerate(made[-2]):
                    product[place] -= as_written(b) * value
            made.append([value / as_written(scale) for value in product])
        size = self.degree + 1
        return [[column[row] if row < len(column) else Fraction(0) for column in made] for row in range(size)]

    def raw(self, coefficients: Array) -> list[float]:
        """Coefficients of 1, x, x^2 ... from those of the basis."""
        return self.raw_of_twofold(coefficients, np.zeros(len(coefficients)))

    def raw_of_twofold(self, high: Array, low: Array) -> list[float]:
        """The same for coefficients that are sums of two floats each; rounded once, at the end."""
        exact = [Fraction(float(whole)) + Fraction(float(rest)) for whole, rest in zip(high, low, strict=True)]
        return [float(sum(each * value for each, value in zip(row, exact, strict=True))) for row in self.conversion()]


def as_written(value: float) -> Fraction:
    """A float as the decimals that stand for it in a program: 1/10 for 0.1."""
    return Fraction(full(value))


def _minus(value: float) -> str:
    """What follows a name from which this is taken: `- 2.5`, `+ 2.5`."""
    return f"- {full(value)}" if value >= 0 else f"+ {full(-value)}"


def written(coefficients: Sequence[str], x: str = "x") -> str:
    """A polynomial with these coefficients, as text of our language: `1 - 2*x + 3*x^2`.

    >>> written(["1", "-2", "3"])
    '1 - 2*x + 3*x^2'
    """
    text = ""
    for order, coefficient in enumerate(coefficients):
        power = "" if order == 0 else f"*{x}" if order == 1 else f"*{x}^{order}"
        term = f"{coefficient}{power}"
        text = term if not text else f"{text} - {term[1:]}" if term.startswith("-") else f"{text} + {term}"
    return text


def astray(coefficients: Sequence[float], curve: Array, x: Array) -> float:
    """How far a polynomial in powers of x is from a curve at the points x, when it is calculated in floats.

    Exact coefficients are of no use where powers of x cancel each other to the last digit: (1e8 - x)^2 near x = 1e8.

    >>> x = np.array([1e8, 1e8 + 1])
    >>> astray([1e16, -2e8, 1.0], np.array([0.0, 1.0]), x)
    1.0
    """
    total = np.zeros_like(x)
    with np.errstate(all="ignore"):
        for order, value in enumerate(coefficients):
            total += value * x**order
        return float(np.max(np.abs(total - curve), initial=0.0))


def allowed_astray(rmse: float, heights: tuple[float, float]) -> float:
    """So far a polynomial that is printed may be from the curve that was fitted to values between two heights."""
    return max(0.1 * rmse, 1e-6 * (heights[1] - heights[0]))


def span_of(x: Array) -> tuple[float, float]:
    """Center and half width of the points; a half width of 1 where they are all the same."""
    low, high = float(x.min()), float(x.max())
    half = (high - low) / 2
    return low + half, half or 1.0


def chebyshev(x: Array, degree: int) -> Basis:
    """T0 .. Tdegree on the range of x: Tk = 2 t T(k-1) - T(k-2), which is the recurrence with b = s = 1/2."""
    center, half = span_of(x)
    return Basis(CHEBYSHEV, center, half, [(0.0, 0.0, 1.0), *[(0.0, 0.5, 0.5)] * (degree - 1)][:degree])


def powers(degree: int) -> Basis:
    """1, x, x^2 ...: what is written in books, and what descent fails on."""
    return Basis(POWERS, 0.0, 1.0, [(0.0, 0.0, 1.0)] * degree)


def orthogonal(x: Array, degree: int) -> Basis:
    """Polynomials orthogonal over the points, each of mean square 1."""
    center, half = span_of(x)
    t = (x - center) / half
    before, current = np.zeros_like(t), np.ones_like(t)
    recurrence = []
    carried = 0.0
    for _ in range(degree):
        a = float(np.mean(t * current * current))
        column = (t - a) * current - carried * before
        scale = float(np.sqrt(np.mean(column * column))) or 1.0
        recurrence.append((a, carried, scale))
        before, current = current, column / scale
        carried = scale
    return Basis(ORTHOGONAL, center, half, recurrence)
