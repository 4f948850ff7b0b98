"""Twice the digits of a float, in lanes: each number is the unevaluated sum of two floats or of two arrays.

Where a sum cancels down to its last digits, as the gradient of a fit does at its minimum, thirty are left. There is
arithmetic only: a program with a sine has no rule here, and says so.

Source: Dekker, A floating-point technique for extending the available precision, Numerische Mathematik 18 (1971).
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from bpcli.calculus.kinds import Kind
from bpcli.errors import InputError
from bpcli.numbers import as_float
from bpcli.ops import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.numbers import Constant

Array = Any

SPLITTER = 134217729.0  # 2^27 + 1: halves the digits of a float
MOST_EXPONENT = 64


class Twofold(NamedTuple):
    """high + low, where low is at most half a unit in the last place of high: floats, or arrays of one shape.

    >>> tiny = Twofold(1.0, 0.0) + Twofold(1e-20, 0.0)
    >>> (tiny - Twofold(1.0, 0.0)).high
    1e-20
    """

    high: Array
    low: Array

    def __add__(self, other: object) -> Twofold:
        assert isinstance(other, Twofold)
        high, error = exact_sum(self.high, other.high)
        low, rest = exact_sum(self.low, other.low)
        high, error = _quick_sum(high, error + low)
        return Twofold(*_quick_sum(high, error + rest))

    def __neg__(self) -> Twofold:
        return Twofold(-self.high, -self.low)

    def __sub__(self, other: Twofold) -> Twofold:
        return self + -other

    def __mul__(self, other: object) -> Twofold:
        assert isinstance(other, Twofold)
        high, error = exact_product(self.high, other.high)
        return Twofold(*_quick_sum(high, error + (self.high * other.low + self.low * other.high)))

    def __truediv__(self, other: Twofold) -> Twofold:
        # Long division, a float at a time.
        first = self.high / other.high
        rest = self - other * lifted(first)
        second = rest.high / other.high
        rest = rest - other * lifted(second)
        return Twofold(*_quick_sum(first, second)) + lifted(rest.high / other.high)

    def total(self, rows: int) -> Twofold:
        """The sum over lanes, pair by pair; a number that is the same in every lane counts `rows` times."""
        if np.ndim(self.high) == 0:
            return self * lifted(float(rows))
        found = self
        while len(found.high) > 1:
            half = len(found.high) // 2
            last = slice(2 * half, None)
            odd = Twofold(found.high[last], found.low[last])
            found = Twofold(found.high[:half], found.low[:half]) + Twofold(
                found.high[half : 2 * half], found.low[half : 2 * half]
            )
            if len(odd.high):
                found = Twofold(np.append(found.high, odd.high), np.append(found.low, odd.low))
        return Twofold(float(found.high[0]), float(found.low[0]))


def lifted(value: Array) -> Twofold:
    """A float or an array as it is."""
    return Twofold(value, value * 0.0)


def split_fraction(value: Fraction) -> Twofold:
    """The nearest number of this kind."""
    high = float(value)
    return Twofold(high, float(value - Fraction(high)))


def exact_sum(a: Array, b: Array) -> tuple[Array, Array]:
    """a + b rounded, and what the rounding took. Source: Knuth, Seminumerical Algorithms, theorem 4.2.2 B."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


def exact_product(a: Array, b: Array) -> tuple[Array, Array]:
    """a * b rounded, and what the rounding took; for factors below 1e290 and products above 1e-290."""
    product = a * b
    a_high, a_low = _halves(a)
    b_high, b_low = _halves(b)
    return product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


def _quick_sum(a: Array, b: Array) -> tuple[Array, Array]:
    """As `exact_sum`, where a is the larger one."""
    total = a + b
    return total, b - (total - a)


def _halves(a: Array) -> tuple[Array, Array]:
    scaled = SPLITTER * a
    high = scaled - (scaled - a)
    return high, a - high


def _power(x: Twofold, y: Twofold) -> Twofold:
    """A whole power, by squaring."""
    if np.ndim(y.high) or y.high != np.rint(y.high) or y.low or abs(y.high) > MOST_EXPONENT:
        _absent("pow")()
    whole = int(y.high)
    result, factor, left = lifted(1.0), x, abs(whole)
    while left:
        if left & 1:
            result = result * factor
        left >>= 1
        if left:
            factor = factor * factor
    return lifted(1.0) / result if whole < 0 else result


def _differs(x: Twofold, y: Twofold) -> bool:
    """Of single numbers alone: the exponent of a power against 0."""
    return bool(x.high != y.high or x.low != y.low)


def _absent(op: str) -> Any:
    """A function of any arguments that says that there is none."""

    def refuse(*values: Twofold) -> Twofold:
        raise InputError("primitive-missing", name=op, target=TwofoldLanes.title)

    return refuse


class TwofoldLanes(Kind):
    """Arrays of twice the digits, or single numbers that are the same in every lane."""

    title = "twofold numbers"

    def __init__(self) -> None:
        # A rule may mention what it never needs, as that of a power does with its logarithm: to be asked is too much.
        absent = {op.name: _absent(op.name) for op in TABLE.values() if op.value is None and not op.base}
        super().__init__(
            absent
            | {
                "add": lambda x, y: x + y,
                "sub": lambda x, y: x - y,
                "mul": lambda x, y: x * y,
                "div": lambda x, y: x / y,
                "neg": lambda x: -x,
                "same": lambda x: x,
                "powc": _power,
                "pow": _power,
                "ne": _differs,
            }
        )

    def constant(self, value: Constant) -> Twofold:
        if isinstance(value, int):
            return split_fraction(Fraction(value))
        if isinstance(value, tuple):
            return split_fraction(Fraction(*value))
        return lifted(as_float(value))

    def given(self, value: Any) -> Any:
        return lifted(value)


TWOFOLD = TwofoldLanes()
