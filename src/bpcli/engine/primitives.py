"""The primitives: how each kind of number spells what everything else is made of.

Three tables: SCALAR works on floats and may raise; GUARDED gives the IEEE value instead, where the two differ;
ARRAY has the names of NumPy's functions, and `lanes` spells what NumPy lacks.

The policy at the corners, the same for every kind: poles give a signed infinity, what is outside a domain
gives nan, overflow gives a signed infinity, max and min pass nan on and have no -0.0, halves round to even,
and mod has the sign of the divisor.
"""

from __future__ import annotations

import math
import operator

from bpcli.engine import special

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

inf, nan = math.inf, math.nan


def _divide(x: float, y: float) -> float:
    try:
        return x / y
    except ZeroDivisionError:
        if x == 0 or x != x:
            return nan
        return math.copysign(inf, x) * math.copysign(1.0, y)


def _power(x: float, y: float) -> float:
    try:
        return math.pow(x, y)
    except OverflowError:
        # Only a negative base with an odd exponent overflows downwards.
        return -inf if x < 0 and y % 2 == 1 else inf
    except ValueError:
        if x == 0 and y < 0:
            return math.copysign(inf, x) if y % 2 == 1 else inf
        return nan


def _modulo(x: float, y: float) -> float:
    return x % y if y else nan


def _whole(function: Callable[[float], int]) -> Callable[[float], float]:
    def rounded(x: float) -> float:
        if x - x != 0:  # inf and nan
            return x
        return math.copysign(float(function(x)), x) if -1 < x < 1 and function(x) == 0 else float(function(x))

    return rounded


def _sign(x: float) -> float:
    return 1.0 if x > 0 else -1.0 if x < 0 else x + 0.0


def _largest(*values: float) -> float:
    best = values[0]
    for value in values:
        if value != value:
            return value
        if value > best:
            best = value
    return best + 0.0  # -0.0 becomes 0: which of two zeros is found depends on the kind of number


def _smallest(*values: float) -> float:
    best = values[0]
    for value in values:
        if value != value:
            return value
        if value < best:
            best = value
    return best + 0.0


def guarded(
    function: Callable[..., float],
    pole: Callable[..., float] = lambda *_: nan,
    overflow: Callable[..., float] = lambda *_: inf,
) -> Callable[..., float]:
    """The function with IEEE results: `pole` where Python says that the domain is left."""

    def careful(*values: float) -> float:
        try:
            return function(*values)
        except OverflowError:
            return overflow(*values)
        except (ValueError, ZeroDivisionError):
            return nan if any(value != value for value in values) else pole(*values)

    return careful


def _signed(x: float) -> float:
    return math.copysign(inf, x)


def _at_zero(x: float) -> float:
    return -inf if x == 0 else nan


def _at_one(x: float) -> float:
    return math.copysign(inf, x) if abs(x) == 1 else nan


def _below_one(x: float) -> float:
    return -inf if x == -1 else nan


SCALAR: dict[str, Callable[..., float]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "neg": operator.neg,
    "same": operator.pos,
    "detach": operator.pos,
    "pow": math.pow,
    "powc": math.pow,
    "mod": operator.mod,
    "hypot": math.hypot,
    "exp": math.exp,
    "exp2": math.exp2,
    "expm1": math.expm1,
    "log": math.log,
    "log2": math.log2,
    "log10": math.log10,
    "log1p": math.log1p,
    "sqrt": math.sqrt,
    "cbrt": math.cbrt,
    "erf": math.erf,
    "erfc": math.erfc,
    "erfinv": special.erfinv,
    "gamma": special.gamma,
    "lgamma": special.lgamma,
    "digamma": special.digamma,
    "polygamma": special.polygamma,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "asin": math.asin,
    "acos": math.acos,
    "atan": math.atan,
    "atan2": math.atan2,
    "sinh": math.sinh,
    "cosh": math.cosh,
    "tanh": math.tanh,
    "asinh": math.asinh,
    "acosh": math.acosh,
    "atanh": math.atanh,
    "abs": math.fabs,
    "sign": _sign,
    "floor": _whole(math.floor),
    "ceil": _whole(math.ceil),
    "round": _whole(round),
    "max": _largest,
    "min": _smallest,
    "where": lambda c, a, b: a if c else b,
    "lt": lambda x, y: 1.0 if x < y else 0.0,
    "le": lambda x, y: 1.0 if x <= y else 0.0,
    "gt": lambda x, y: 1.0 if x > y else 0.0,
    "ge": lambda x, y: 1.0 if x >= y else 0.0,
    "eq": lambda x, y: 1.0 if x == y else 0.0,
    "ne": lambda x, y: 1.0 if x != y else 0.0,
    "and": lambda x, y: 1.0 if x and y else 0.0,
    "or": lambda x, y: 1.0 if x or y else 0.0,
    "not": lambda x: 0.0 if x else 1.0,
}

GUARDED: dict[str, Callable[..., float]] = SCALAR | {
    "div": _divide,
    "pow": _power,
    "powc": _power,
    "mod": _modulo,
    "exp": guarded(math.exp),
    "exp2": guarded(math.exp2),
    "gamma": guarded(special.gamma, overflow=_signed),
    "lgamma": guarded(special.lgamma),
    "expm1": guarded(math.expm1),
    "log": guarded(math.log, _at_zero),
    "log2": guarded(math.log2, _at_zero),
    "log10": guarded(math.log10, _at_zero),
    "log1p": guarded(math.log1p, _below_one),
    "sqrt": guarded(math.sqrt),
    "sin": guarded(math.sin),
    "cos": guarded(math.cos),
    "tan": guarded(math.tan),
    "asin": guarded(math.asin),
    "acos": guarded(math.acos),
    "sinh": guarded(math.sinh, overflow=_signed),
    "cosh": guarded(math.cosh),
    "acosh": guarded(math.acosh),
    "atanh": guarded(math.atanh, _at_one),
}

# The NumPy function of each; what is not a plain function there is spelled in lanes.py.
ARRAY: dict[str, str] = {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "div": "divide",
    "neg": "negative",
    "same": "positive",
    "detach": "positive",
    "mod": "mod",
    "hypot": "hypot",
    "exp": "exp",
    "exp2": "exp2",
    "expm1": "expm1",
    "log": "log",
    "log2": "log2",
    "log10": "log10",
    "log1p": "log1p",
    "sqrt": "sqrt",
    "cbrt": "cbrt",
    "sin": "sin",
    "cos": "cos",
    "tan": "tan",
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "atan2": "arctan2",
    "sinh": "sinh",
    "cosh": "cosh",
    "tanh": "tanh",
    "asinh": "arcsinh",
    "acosh": "arccosh",
    "atanh": "arctanh",
    "abs": "fabs",
    "sign": "sign",
    "floor": "floor",
    "ceil": "ceil",
    "round": "rint",
}
