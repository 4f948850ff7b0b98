"""Complex numbers as perturbed reals, for the complex step: f(x + ih) has the imaginary part h f'(x).

With h = 1e-20 the truncation is far below rounding, and nothing is subtracted: the derivative is right to
the last digits, and knows nothing of the rules of the table. The real part decides: comparisons, max, |x|
and domains look at it alone. An operation without a complex form here answers so, by name.

Source: Squire and Trapp, Using complex variables to estimate derivatives of real functions, SIAM Review 40
(1998); Martins, Sturdza and Alonso, The complex-step derivative approximation, ACM TOMS 29 (2003).
"""

from __future__ import annotations

import cmath
import math

from bpcli.calculus.kinds import Kind
from bpcli.engine.primitives import GUARDED
from bpcli.numbers import as_float

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from bpcli.numbers import Constant

nan = complex(math.nan, math.nan)


def _inside(function: Callable[[complex], complex], domain: Callable[[float], bool]) -> Callable[[complex], complex]:
    """A function that has no value where the real part leaves its real domain."""
    return lambda z: function(z) if domain(z.real) else nan


def _log1p(z: complex) -> complex:
    if z.real <= -1:
        return nan
    turned = _log_turned(z.imag / (1 + z.real))
    return complex(math.log1p(z.real) + turned.real, turned.imag)


def _log_turned(tangent: float) -> complex:
    """log(1 + i tangent): what log(x + iy) is more than log x, with y/x as the tangent of the angle."""
    return complex(math.log1p(tangent * tangent) / 2, math.atan(tangent))


def _expm1(z: complex) -> complex:
    # exp(x + iy) - 1 = expm1(x) - 2 exp(x) sin(y/2)^2 + i exp(x) sin(y)
    grown, half = math.exp(z.real), math.sin(z.imag / 2)
    return complex(math.expm1(z.real) - 2 * grown * half * half, grown * math.sin(z.imag))


def _power(z: complex, n: complex) -> complex:
    x, y = z.real, z.imag
    exponent = n.real
    if n.imag == 0 and exponent == int(exponent) and 0 <= exponent <= 64 and x == 0:
        result = complex(1)
        for _ in range(int(exponent)):
            result *= z
        return result
    if x == 0 or (x < 0 and (n.imag != 0 or exponent != math.floor(exponent))):
        return nan
    # The real power, times what the imaginary parts add to n log z.
    return math.pow(x, exponent) * cmath.exp(n * _log_turned(y / x) + complex(0, n.imag * math.log(abs(x))))


def _root(function: Callable[[float], float], degree: int) -> Callable[[complex], complex]:
    """A root by its real value, turned and stretched by its share of the rest."""

    def root(z: complex) -> complex:
        if z.real == 0 or (z.real < 0 and degree % 2 == 0):
            return nan if z.imag or z.real < 0 else complex(0)
        return function(z.real) * cmath.exp(_log_turned(z.imag / z.real) / degree)

    return root


def _hypot(x: complex, y: complex) -> complex:
    size = max(abs(x.real), abs(y.real))
    if size == 0:
        return nan
    return size * cmath.sqrt((x / size) * (x / size) + (y / size) * (y / size))


def _atan2(y: complex, x: complex) -> complex:
    size = max(abs(x.real), abs(y.real))
    if size == 0:
        return nan
    a, b, c, d = x.real / size, y.real / size, x / size, y / size
    # The angle of the real parts, and the small one from there.
    return math.atan2(y.real, x.real) + cmath.atan((d * a - c * b) / (c * a + d * b))


class Complexes(Kind):
    """Perturbed reals. `corner` names the first operation that was at a corner, where one side alone is seen."""

    title = "complex numbers"

    def __init__(self) -> None:
        self.corner = ""
        real = {op: self._of_real_parts(op) for op in ("sign", "floor", "ceil", "round")}
        compared = {op: self._compared(op) for op in ("lt", "le", "gt", "ge", "eq", "ne")}
        super().__init__({
            "add": lambda x, y: x + y, "sub": lambda x, y: x - y, "mul": lambda x, y: x * y,
            "div": lambda x, y: x / y if y.real or y.imag else nan,
            "neg": lambda x: -x, "same": lambda x: x, "detach": lambda x: complex(x.real),
            "pow": _power, "powc": _power, "hypot": _hypot, "atan2": _atan2, "mod": self._mod,
            "exp": cmath.exp, "expm1": _expm1, "exp2": lambda x: cmath.exp(x * math.log(2)),
            "log": _inside(cmath.log, lambda x: x > 0), "log1p": _log1p,
            "log2": _inside(lambda z: cmath.log(z) / math.log(2), lambda x: x > 0),
            "log10": _inside(cmath.log10, lambda x: x > 0),
            "sqrt": _root(math.sqrt, 2), "cbrt": _root(math.cbrt, 3),
            "sin": cmath.sin, "cos": cmath.cos, "tan": cmath.tan, "atan": cmath.atan,
            "asin": _inside(cmath.asin, lambda x: -1 < x < 1), "acos": _inside(cmath.acos, lambda x: -1 < x < 1),
            "sinh": cmath.sinh, "cosh": cmath.cosh, "tanh": cmath.tanh, "asinh": cmath.asinh,
            "acosh": _inside(cmath.acosh, lambda x: x > 1), "atanh": _inside(cmath.atanh, lambda x: -1 < x < 1),
            "abs": self._abs, "max": self._select(max), "min": self._select(min),
            "where": lambda c, a, b: a if c.real else b,
            "and": lambda x, y: complex(bool(x.real and y.real)), "or": lambda x, y: complex(bool(x.real or y.real)),
            "not": lambda x: complex(not x.real),
            **real, **compared,
        })  # fmt: skip

    def constant(self, value: Constant) -> complex:
        return complex(as_float(value))

    def opened(self, condition: complex, mask: None) -> object:
        return super().opened(condition.real, mask)

    def _at_corner(self, op: str, *values: complex) -> None:
        # A corner that the variable does not move is none.
        if not self.corner and any(value.imag for value in values):
            self.corner = op

    def _abs(self, x: complex) -> complex:
        if x.real == 0:
            self._at_corner("abs", x)
        return -x if x.real < 0 else x

    def _select(self, choose: Callable[..., complex]) -> Callable[..., complex]:
        def select(*values: complex) -> complex:
            if any(value.real != value.real for value in values):
                return nan
            best = choose(values, key=lambda value: value.real)
            tied = [value for value in values if value.real == best.real]
            if any(value.imag != best.imag for value in tied):
                self._at_corner(choose.__name__, *tied)
            return best

        return select

    def _of_real_parts(self, op: str) -> Callable[[complex], complex]:
        def function(x: complex) -> complex:
            result = GUARDED[op](x.real)
            jumps = x.real == 0 if op == "sign" else x.real - math.floor(x.real) == 0.5 if op == "round" else None
            if jumps is None:
                jumps = x.real == math.floor(x.real)
            if jumps:
                self._at_corner(op, x)
            return complex(result)

        return function

    def _compared(self, op: str) -> Callable[[complex, complex], complex]:
        def compare(x: complex, y: complex) -> complex:
            if x.real == y.real and x.imag != y.imag:
                self._at_corner(op, x, y)
            return complex(GUARDED[op](x.real, y.real))

        return compare

    def _mod(self, x: complex, y: complex) -> complex:
        if y.real == 0:
            return nan
        rest = x.real % y.real
        if rest == 0:
            self._at_corner("mod", x, y)
        return complex(rest, x.imag - round((x.real - rest) / y.real) * y.imag)
