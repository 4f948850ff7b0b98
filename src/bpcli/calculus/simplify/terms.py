"""What products and sums are made of: exact coefficients, bases with exponents, terms."""

from __future__ import annotations

from bpcli import numbers
from bpcli.calculus.symbols import fold

Exact = int | tuple[int, int]
Factors = tuple[tuple[int, Exact], ...]  # (base, exponent), in the order in which they are written
Term = tuple[Exact, Factors]

MOST_BITS = 4096  # of a power of constants, and of a coefficient, that is worked out
SMALL = 16  # terms or factors of a shared node that is opened into the sum or product around it


def plus(left: Exact, right: Exact) -> Exact:
    return fold("add", [left, right])  # type: ignore[return-value]


def less(left: Exact, right: Exact) -> Exact:
    return fold("sub", [left, right])  # type: ignore[return-value]


def times(left: Exact, right: Exact) -> Exact:
    return fold("mul", [left, right])  # type: ignore[return-value]


def over(left: Exact, right: Exact) -> Exact:
    return fold("div", [left, right])  # type: ignore[return-value]


def is_positive(value: Exact) -> bool:
    return (value[0] if isinstance(value, tuple) else value) > 0


def bits(value: Exact) -> int:
    """The bits that a power of it grows by; none for 1, -1 and 0."""
    return max(abs(part).bit_length() for part in (value if isinstance(value, tuple) else (value,))) - 1 if value else 0


def whole_power(value: Exact, exponent: int) -> Exact:
    """A power whose exponent may be below 0."""
    top, bottom = value if isinstance(value, tuple) else (value, 1)
    if exponent < 0:
        top, bottom, exponent = bottom, top, -exponent
    return numbers.rational(top**exponent, bottom**exponent)


def is_decimal(denominator: int) -> bool:
    """Whether a fraction with this denominator is better written as a decimal: 1.0507, not 10507/10000."""
    if denominator <= 100:
        return False
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    return denominator == 1
