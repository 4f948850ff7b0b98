"""What mpmath says of every operation: value and slopes in closed form. It knows nothing of the table."""

from __future__ import annotations

from calculus.precise import mp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

zero, one = mp.mpf(0), mp.mpf(1)
SELU_SCALE = mp.mpf("1.0507009873554804934193349852946")
SELU_ALPHA = mp.mpf("1.6732632423543772848170429916717")
MOST_ORDER = 170  # of polygamma: mpmath takes too long beyond


def logistic(x: Any) -> Any:
    return 1 / (1 + mp.exp(-x))


def normal(x: Any) -> Any:
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def erfc(x: Any) -> Any:
    return mp.erfc(x) if x < 1e6 else zero  # mpmath fails far out, where the truth is below 10^-10^11


def below(x: Any) -> Any:
    return erfc(-x / mp.sqrt(2)) / 2


def bell(x: Any) -> Any:
    return 2 / mp.sqrt(mp.pi) * mp.exp(-x * x)


def bent(x: Any) -> Any:
    """Twice the argument of tanh in gelu_tanh."""
    return 2 * mp.sqrt(2 / mp.pi) * (x + mp.mpf("0.044715") * x**3)


def unbent(x: Any) -> Any:
    return 2 * mp.sqrt(2 / mp.pi) * (1 + mp.mpf("0.134145") * x * x)


def beyond(x: Any) -> Any:
    """sqrt(x^2 - 1) for |x| > 1."""
    return mp.sqrt((abs(x) - 1) * (abs(x) + 1))


def within(x: Any) -> Any:
    """sqrt(1 - x^2) for |x| < 1."""
    return mp.sqrt((1 - x) * (1 + x))


def softplus(x: Any) -> Any:
    return mp.log1p(mp.exp(x))


def polygamma(n: Any, x: Any) -> Any:
    n = int(n)
    if n > MOST_ORDER or (x < -50 and n > 5):
        return mp.nan
    if x < -50:
        # Reflection, DLMF 5.15.6: mpmath sums one term for each unit.
        return (-1) ** (n + 1) * ((-1) ** n * mp.pi * mp.diff(mp.cot, mp.pi * x, n) * mp.pi**n - mp.polygamma(n, 1 - x))
    return mp.polygamma(n, x)


def held(x: Any, low: float, high: float) -> Any:
    return min(max(x, mp.mpf(low)), mp.mpf(high))


def inside(x: Any, low: float, high: float) -> Any:
    return one if low < x < high else zero


def larger(x: Any, y: Any) -> Any:
    return one if x > y else zero


# Operation -> value, and one slope for each argument that has one (polygamma: none by its order).
REFERENCE: dict[str, tuple[Callable[..., Any], ...]] = {
    "add": (lambda x, y: x + y, lambda x, y: one, lambda x, y: one),
    "sub": (lambda x, y: x - y, lambda x, y: one, lambda x, y: -one),
    "mul": (lambda x, y: x * y, lambda x, y: y, lambda x, y: x),
    "div": (lambda x, y: x / y, lambda x, y: 1 / y, lambda x, y: -x / y**2),
    "neg": (lambda x: -x, lambda x: -one),
    "powc": (lambda x, n: x**n, lambda x, n: n * x ** (n - 1), lambda x, n: x**n * mp.log(x)),
    "pow": (lambda x, y: x**y, lambda x, y: y * x ** (y - 1), lambda x, y: x**y * mp.log(x)),
    "mod": (lambda x, y: x % y, lambda x, y: one, lambda x, y: -mp.floor(x / y)),
    "hypot": (mp.hypot, lambda x, y: x / mp.hypot(x, y), lambda x, y: y / mp.hypot(x, y)),
    "exp": (mp.exp, mp.exp),
    "exp2": (lambda x: mp.mpf(2) ** x, lambda x: mp.mpf(2) ** x * mp.log(2)),
    "logaddexp": (
        lambda x, y: max(x, y) + mp.log1p(mp.exp(-abs(x - y))),
        lambda x, y: logistic(x - y),
        lambda x, y: logistic(y - x),
    ),
    "expm1": (mp.expm1, mp.exp),
    "log": (mp.log, lambda x: 1 / x),
    "log_base": (
        lambda x, b: mp.log(x) / mp.log(b),
        lambda x, b: 1 / (x * mp.log(b)),
        lambda x, b: -mp.log(x) / (b * mp.log(b) ** 2),
    ),
    "log2": (lambda x: mp.log(x) / mp.log(2), lambda x: 1 / (x * mp.log(2))),
    "log10": (lambda x: mp.log(x) / mp.log(10), lambda x: 1 / (x * mp.log(10))),
    "log1p": (mp.log1p, lambda x: 1 / (1 + x)),
    "sqrt": (mp.sqrt, lambda x: 1 / (2 * mp.sqrt(x))),
    "cbrt": (lambda x: mp.sign(x) * mp.cbrt(abs(x)), lambda x: 1 / (3 * mp.cbrt(abs(x)) ** 2)),
    "erf": (mp.erf, bell),
    "erfc": (erfc, lambda x: -bell(x)),
    "erfinv": (mp.erfinv, lambda x: mp.sqrt(mp.pi) / 2 * mp.exp(mp.erfinv(x) ** 2)),
    "sin": (mp.sin, mp.cos),
    "cos": (mp.cos, lambda x: -mp.sin(x)),
    "tan": (mp.tan, lambda x: mp.sec(x) ** 2),
    "asin": (mp.asin, lambda x: 1 / within(x)),
    "acos": (mp.acos, lambda x: -1 / within(x)),
    "atan": (mp.atan, lambda x: 1 / (1 + x * x)),
    "atan2": (mp.atan2, lambda y, x: x / (x * x + y * y), lambda y, x: -y / (x * x + y * y)),
    "sinh": (mp.sinh, mp.cosh),
    "cosh": (mp.cosh, mp.sinh),
    "tanh": (mp.tanh, lambda x: mp.sech(x) ** 2),
    "sech": (mp.sech, lambda x: -mp.sech(x) * mp.tanh(x)),
    "asinh": (mp.asinh, lambda x: 1 / mp.sqrt(1 + x * x)),
    "acosh": (mp.acosh, lambda x: 1 / beyond(x)),
    "atanh": (mp.atanh, lambda x: 1 / ((1 - x) * (1 + x))),
    "sec": (mp.sec, lambda x: mp.sec(x) * mp.tan(x)),
    "csc": (mp.csc, lambda x: -mp.csc(x) * mp.cot(x)),
    "cot": (mp.cot, lambda x: -(mp.csc(x) ** 2)),
    "asec": (mp.asec, lambda x: 1 / (abs(x) * beyond(x))),
    "acsc": (mp.acsc, lambda x: -1 / (abs(x) * beyond(x))),
    "acot": (lambda x: mp.atan(1 / x) if x else mp.pi / 2, lambda x: -1 / (1 + x * x)),
    "csch": (mp.csch, lambda x: -mp.csch(x) * mp.coth(x)),
    "coth": (mp.coth, lambda x: -(mp.csch(x) ** 2)),
    "asech": (mp.asech, lambda x: -1 / (x * within(x))),
    "acsch": (mp.acsch, lambda x: -1 / (abs(x) * mp.sqrt(1 + x * x))),
    "acoth": (lambda x: mp.log1p(2 / (x - 1)) / 2, lambda x: 1 / ((1 - x) * (1 + x))),
    "gamma": (mp.gamma, lambda x: mp.gamma(x) * mp.digamma(x)),
    "lgamma": (lambda x: mp.re(mp.loggamma(x)), mp.digamma),
    "digamma": (mp.digamma, lambda x: polygamma(1, x)),
    "polygamma": (polygamma, lambda n, x: polygamma(n + 1, x)),
    "abs": (abs, mp.sign),
    "max": (max, larger, lambda x, y: larger(y, x)),
    "min": (min, lambda x, y: larger(y, x), larger),
    "clip": (
        lambda x, lo, hi: min(max(x, lo), hi),
        lambda x, lo, hi: one if lo <= x <= hi else zero,
        lambda x, lo, hi: one if x < lo <= hi else zero,
        lambda x, lo, hi: one if hi < x or hi < lo else zero,
    ),
    "where": (
        lambda c, a, b: a if c else b,
        lambda c, a, b: zero,
        lambda c, a, b: one if c else zero,
        lambda c, a, b: zero if c else one,
    ),
    "relu": (lambda x: max(x, zero), lambda x: larger(x, 0)),
    "leaky_relu": (
        lambda x, slope: x if x > 0 else slope * x,
        lambda x, slope: one if x > 0 else slope,
        lambda x, slope: zero if x > 0 else x,
    ),
    "elu": (
        lambda x, alpha: x if x > 0 else alpha * mp.expm1(x),
        lambda x, alpha: one if x > 0 else alpha * mp.exp(x),
        lambda x, alpha: zero if x > 0 else mp.expm1(x),
    ),
    "selu": (
        lambda x: SELU_SCALE * (x if x > 0 else SELU_ALPHA * mp.expm1(x)),
        lambda x: SELU_SCALE * (1 if x > 0 else SELU_ALPHA * mp.exp(x)),
    ),
    "gelu": (lambda x: x * below(x), lambda x: below(x) + x * normal(x)),
    "gelu_tanh": (
        lambda x: x * logistic(bent(x)),
        lambda x: logistic(bent(x)) * (1 + x * logistic(-bent(x)) * unbent(x)),
    ),
    "silu": (lambda x: x * logistic(x), lambda x: logistic(x) * (1 + x * logistic(-x))),
    "mish": (
        lambda x: x * mp.tanh(softplus(x)),
        lambda x: mp.tanh(softplus(x)) + x * mp.sech(softplus(x)) ** 2 * logistic(x),
    ),
    "softplus": (softplus, logistic),
    "softsign": (lambda x: x / (1 + abs(x)), lambda x: 1 / (1 + abs(x)) ** 2),
    "sigmoid": (logistic, lambda x: logistic(x) * logistic(-x)),
    "log_sigmoid": (lambda x: -mp.log1p(mp.exp(-x)), lambda x: logistic(-x)),
    "logit": (lambda x: mp.log(x / (1 - x)), lambda x: 1 / (x * (1 - x))),
    "hard_tanh": (lambda x: held(x, -1, 1), lambda x: inside(x, -1, 1)),
    "relu6": (lambda x: held(x, 0, 6), lambda x: inside(x, 0, 6)),
    "hard_sigmoid": (lambda x: held(x + 3, 0, 6) / 6, lambda x: inside(x, -3, 3) / 6),
    "same": (lambda x: x, lambda x: one),
    "checkpoint": (lambda x: x, lambda x: one),
}
