"""Numbers of 50 digits as a kind of number: the sweeps of the project with rounding out of the way.

A rule that is wrong is then off by its whole size, and a right one by 1e-30; no tolerance has to be guessed.
Poles, domains and overflow are nan here: the tests that use this kind leave such points out.
"""

from __future__ import annotations

import pytest

from bpcli.calculus.kinds import Kind
from bpcli.calculus.sweeps import forward
from bpcli.numbers import Constant

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from bpcli.graph import Graph

mpmath = pytest.importorskip("mpmath")

mp = mpmath.MPContext()
mp.dps = 50
nan = mp.nan

LARGEST = mp.mpf(10) ** 5  # of an exponent or an angle: beyond it 50 digits are not enough


def total(function: Callable[..., Any], bounded: bool = False) -> Callable[..., Any]:
    """A function that is nan where it has no real value, or where an argument is too large for it."""

    def answer(*values: Any) -> Any:
        if bounded and any(not abs(value) < LARGEST for value in values):
            return nan
        try:
            result = function(*values)
        except (ArithmeticError, ValueError):
            return nan
        return result if isinstance(result, mp.mpf) and mp.isfinite(result) else nan

    return answer


def power(x: Any, y: Any) -> Any:
    return nan if x != 0 and not abs(y * mp.log(abs(x))) < LARGEST else mp.power(x, y)


def truth(function: Callable[..., bool]) -> Callable[..., Any]:
    return lambda *values: mp.mpf(1 if function(*values) else 0)


SPELLED: dict[str, Callable[..., Any]] = {
    "add": total(lambda x, y: x + y),
    "sub": total(lambda x, y: x - y),
    "mul": total(lambda x, y: x * y),
    "div": total(lambda x, y: x / y),
    "neg": total(lambda x: -x),
    "same": lambda x: x,
    "detach": lambda x: x,
    "pow": total(power),
    "powc": total(power),
    "mod": total(lambda x, y: x - y * mp.floor(x / y)),
    "hypot": total(mp.hypot),
    "log": total(mp.log),
    "log2": total(lambda x: mp.log(x) / mp.log(2)),
    "log10": total(lambda x: mp.log(x) / mp.log(10)),
    "log1p": total(mp.log1p),
    "sqrt": total(mp.sqrt),
    "cbrt": total(lambda x: mp.sign(x) * mp.cbrt(abs(x))),
    "atan": total(mp.atan),
    "atan2": total(mp.atan2),
    "asin": total(mp.asin),
    "acos": total(mp.acos),
    "asinh": total(mp.asinh),
    "acosh": total(mp.acosh),
    "atanh": total(mp.atanh),
    "abs": total(abs),
    "sign": total(mp.sign),
    "floor": total(mp.floor),
    "ceil": total(mp.ceil),
    "round": total(mp.nint),
    "max": total(lambda *values: max(values)),
    "min": total(lambda *values: min(values)),
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
} | {
    name: total(function, bounded=True)
    for name, function in (
        ("exp2", lambda x: mp.mpf(2) ** x),
        ("gamma", mp.gamma),
        ("lgamma", lambda x: mp.log(abs(mp.gamma(x)))),
        ("digamma", mp.digamma),
        ("polygamma", lambda n, x: mp.polygamma(int(n), x)),
        ("erfinv", mp.erfinv),
    )
} | {
    name: total(getattr(mp, name), bounded=True)
    for name in ("exp", "expm1", "sin", "cos", "tan", "sinh", "cosh", "tanh", "erf", "erfc")
}


class Precise(Kind):
    """50 digits. `textbook` evaluates the forms that books print."""

    title = "50 digits"

    def __init__(self, textbook: bool = False) -> None:
        super().__init__(SPELLED)
        self.textbook = textbook

    def constant(self, value: Constant) -> Any:
        if isinstance(value, tuple):
            return mp.mpf(value[0]) / value[1]
        return mp.mpf({"pi": mp.pi, "e": mp.e, "tau": 2 * mp.pi}[value] if isinstance(value, str) else value)


PRECISE = Precise()


def precisely(graph: Graph, inputs: Mapping[int, float], nodes: Sequence[int]) -> list[Any]:
    """The values of some nodes to 50 digits."""
    exact = {node: mp.mpf(value) for node, value in inputs.items()}
    values = forward(graph, PRECISE, exact, max(nodes) + 1)
    return [values[node] for node in nodes]


def slope(function: Callable[[Any], Any], at: Any) -> Any:
    """The central difference of a function in 50 digits: right to about 30 of them."""
    step = mp.mpf(10) ** -16 * max(1, abs(at))
    return (function(at + step) - function(at - step)) / (2 * step)
