"""As many digits as are asked for, by mpmath. Nothing global is touched: every precision has a context of its own.

There is one zero here, without a sign, and next to no overflow: exponents are as long as they need be.
"""

from __future__ import annotations

import functools
import math
from typing import Any

from bpcli.calculus.kinds import Kind
from bpcli.engine.primitives import GUARDED
from bpcli.errors import InputError
from bpcli.numbers import NAMED, Constant, trimmed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

LEAST_DIGITS, MOST_DIGITS = 2, 10_000
SPARE = 10  # digits that are computed beyond those that are shown
FURTHEST = 2**10  # bits before the point, as many as floats have: beyond it a function has its value at infinity
FURTHEST_ANGLE = 2**16  # bits before the point of an angle, all of which it takes to tell where on the circle that is


def spellings(context: Any) -> dict[str, Callable[..., Any]]:
    """The primitives in a context of mpmath's. At poles and outside domains they raise, or give what they give."""

    def truth(function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *values: context.mpf(1 if function(*values) else 0)

    return {
        "add": lambda x, y: x + y,
        "sub": lambda x, y: x - y,
        "mul": lambda x, y: x * y,
        "div": lambda x, y: x / y,
        "neg": lambda x: -x,
        "same": lambda x: x,
        "detach": lambda x: x,
        "pow": context.power,
        "powc": context.power,
        "mod": lambda x, y: x % y,
        "hypot": context.hypot,
        "exp": context.exp,
        "exp2": lambda x: context.mpf(2) ** x,
        "expm1": context.expm1,
        "log": context.log,
        "log2": lambda x: context.log(x, 2),
        "log10": context.log10,
        "log1p": context.log1p,
        "sqrt": context.sqrt,
        "cbrt": lambda x: context.sign(x) * context.cbrt(abs(x)),
        "erf": context.erf,
        "erfc": context.erfc,
        "erfinv": context.erfinv,
        "gamma": context.gamma,
        "lgamma": lambda x: context.log(abs(context.gamma(x))),
        "digamma": context.digamma,
        "polygamma": lambda n, x: context.polygamma(int(n), x) if n >= 0 and n == int(n) else context.nan,
        "sin": context.sin,
        "cos": context.cos,
        "tan": context.tan,
        "asin": context.asin,
        "acos": context.acos,
        "atan": context.atan,
        "atan2": context.atan2,
        "sinh": context.sinh,
        "cosh": context.cosh,
        "tanh": context.tanh,
        "asinh": context.asinh,
        "acosh": context.acosh,
        "atanh": context.atanh,
        "abs": abs,
        "sign": context.sign,
        "floor": context.floor,
        "ceil": context.ceil,
        "round": context.nint,
        "max": lambda *values: max(values),
        "min": lambda *values: min(values),
        "where": lambda c, a, b: a if c != 0 else b,
        "lt": truth(lambda x, y: x < y),
        "le": truth(lambda x, y: x <= y),
        "gt": truth(lambda x, y: x > y),
        "ge": truth(lambda x, y: x >= y),
        "eq": truth(lambda x, y: x == y),
        "ne": truth(lambda x, y: x != y),
        "and": truth(lambda x, y: x != 0 and y != 0),
        "or": truth(lambda x, y: x != 0 or y != 0),
        "not": truth(lambda x: x == 0),
    }


# Functions that take infinity, nan and numbers of any size as they come.
PLAIN = (
    "add", "sub", "mul", "neg", "same", "detach", "abs", "where",
    "lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not",
)  # fmt: skip
# Functions that take numbers of any size. For the others the work grows with the digits before the point.
ANY_SIZE = (
    "div", "hypot", "log", "log2", "log10", "log1p", "sqrt", "cbrt", "sign", "floor", "ceil", "round", "max", "min",
)  # fmt: skip


class Precise(Kind):
    """Numbers of so many digits."""

    written = "precise"

    def __init__(self, digits: int) -> None:
        context = _context(digits)
        self.title = f"numbers of {digits} digits"
        self.digits = digits
        self.context = context
        context.mpf.shown = lambda value, asked: self.text(value, digits if asked is None else min(asked, digits))
        spelled = spellings(context)
        super().__init__({op: spelled[op] if op in PLAIN else self._careful(op, spelled[op]) for op in spelled})

    def constant(self, value: Constant) -> Any:
        mpf = self.context.mpf
        if isinstance(value, tuple):
            return mpf(value[0]) / value[1]
        if isinstance(value, str):
            named = {"pi": self.context.pi, "e": self.context.e, "tau": 2 * self.context.pi}
            return mpf(named[value] if value in named else NAMED[value])
        return mpf(value)

    def given(self, value: Any) -> Any:
        if hasattr(value, "denominator"):
            return self.context.mpf(value.numerator) / value.denominator
        return self.context.mpf(value)

    def text(self, value: Any, digits: int) -> str:
        """A number to so many significant digits: whole numbers whole where they have no more."""
        size = self.context.mag(value)
        if value != 0 and self.context.isfinite(value) and abs(size) >= 2 ** (2 * FURTHEST):
            # Nobody reads an exponent of a thousand digits, and beyond 4300 Python does not write it.
            value = self.context.mpf("inf") * self.context.sign(value) if size > 0 else self.context.mpf(0)
        if not self.context.isfinite(value):
            return "nan" if value != value else "inf" if value > 0 else "-inf"
        return trimmed(str(self.context.nstr(value, digits, min_fixed=-5, max_fixed=max(digits, 15))))

    def to_text(self, number: Any) -> str | None:
        # As many digits as it takes to tell all bits apart, those of the spare digits too.
        digits = 1 + math.ceil(self.context.prec * math.log10(2))
        return self.text(number, digits) if isinstance(number, self.context.mpf) else None

    def of_text(self, text: str) -> Any:
        return self.context.mpf(text)

    def _careful(self, op: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """A function as floats have it where mpmath raises, turns complex, or would not come to an end.

        Such places are poles, borders of domains, infinity and nan: floats know them all. Only the sizes
        that floats have no numbers for are different, and those are told by their sign alone.
        """
        context = self.context
        beyond: Callable[..., float] = GUARDED.get(op, _nowhere)

        def reachable(values: tuple[Any, ...]) -> bool:
            if not all(context.isfinite(value) for value in values):
                return False
            if op in ("pow", "powc"):
                return _within_reach(context, *values)
            furthest = FURTHEST_ANGLE if op in ("sin", "cos", "tan") else FURTHEST
            return op in ANY_SIZE or all(context.mag(value) < furthest for value in values)

        def answer(*values: Any) -> Any:
            if reachable(values):
                try:
                    found = function(*values)
                    if isinstance(found, context.mpf) and context.isfinite(found):
                        return found
                except (ArithmeticError, ValueError):
                    pass
            return context.mpf(beyond(*[float(value) for value in values]))

        return answer


def _nowhere(*values: float) -> float:
    return math.nan


def _within_reach(context: Any, x: Any, y: Any) -> bool:
    """Whether a power has an exponent that can be written down."""
    return x == 0 or y == 0 or bool(context.mag(y) + context.mag(context.log(abs(x))) < FURTHEST)


def _context(digits: int) -> Any:
    try:
        import mpmath
    except ImportError:
        raise InputError("mpmath-missing", digits=digits) from None
    context = mpmath.MPContext()
    context.dps = digits + SPARE
    return context


@functools.cache
def precise(digits: int) -> Precise:
    """The numbers of so many digits, 2 to 10000. Raises InputError where mpmath is not installed."""
    return Precise(digits)
