"""Numbers of 50 digits as a kind of number: the sweeps of the project with rounding out of the way.

A rule that is wrong is then off by its whole size, and a right one by 1e-30; no tolerance has to be guessed.
Poles, domains and overflow are nan here: the tests that use this kind leave such points out.
"""

from __future__ import annotations

import pytest

from bpcli.calculus.kinds import Kind
from bpcli.calculus.sweeps import forward
from bpcli.engine.precise import spellings
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


# What grows with its argument, or turns with it.
BOUNDED = (
    "exp", "exp2", "expm1", "sin", "cos", "tan", "sinh", "cosh", "tanh", "erf", "erfc",
    "erfinv", "gamma", "lgamma", "digamma", "polygamma",
)  # fmt: skip

SPELLED = {op: total(function, bounded=op in BOUNDED) for op, function in spellings(mp).items()} | {
    "pow": total(power),
    "powc": total(power),
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
