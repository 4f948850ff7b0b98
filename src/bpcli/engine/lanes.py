"""Lanes: many points at once, as NumPy arrays of one length. No operation sees that axis, no edge sums over it."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

from bpcli.calculus.kinds import CLOSED, Kind
from bpcli.engine.primitives import ARRAY, GUARDED

Array = Any


# What is true or false; as numbers 1 or 0.
TRUTH: dict[str, Any] = {
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
    "eq": np.equal,
    "ne": np.not_equal,
    "and": np.logical_and,
    "or": np.logical_or,
    "not": np.logical_not,
}


def _truth(function: Any) -> Any:
    return lambda *values: function(*values).astype(np.float64)


def _each(op: str, count: int = 1) -> Any:
    """A function of floats for arrays: NumPy has none of its own."""
    lanes = np.frompyfunc(GUARDED[op], count, 1)
    return lambda *values: np.asarray(lanes(*values), dtype=np.float64)


def _power(x: Any, y: Any) -> Any:
    """A power; that of a negative base and a fraction is nan, as for floats, and never complex."""
    result = np.power(x, y)
    if np.ndim(y) == 0 and y == 0.5:
        # NumPy takes the square root here, which differs from the power at -0.0 and at -inf.
        return np.where(x == -math.inf, math.inf, result + 0.0)
    return result


SPELLED: dict[str, Any] = {op: getattr(np, name) for op, name in ARRAY.items()} | {
    "pow": _power,
    "powc": _power,
    **{op: _each(op) for op in ("erf", "erfc", "erfinv", "gamma", "lgamma", "digamma")},
    "polygamma": _each("polygamma", 2),
    # + 0.0 for the one sign of zero; see primitives.py.
    "max": lambda *values: functools.reduce(np.maximum, values) + 0.0,
    "min": lambda *values: functools.reduce(np.minimum, values) + 0.0,
    "where": lambda c, a, b: np.where(np.asarray(c) != 0, a, b),
    **{op: _truth(function) for op, function in TRUTH.items()},
}


class Lanes(Kind):
    """Arrays of float64, or single numbers that are the same in every lane.

    A presence is an array of booleans: a selection may be open in some lanes and closed in others.
    """

    title = "arrays"

    def __init__(self) -> None:
        super().__init__(SPELLED)

    def constant(self, value: Any) -> Any:
        return np.float64(super().constant(value))

    def opened(self, condition: Array, mask: Array) -> Any:
        present = np.asarray(condition) != 0
        if mask is not None:
            present = present & mask
        if not present.any():
            return CLOSED
        return None if present.all() else present

    def guard(self, mask: Array, product: Array) -> Array:
        return np.where(mask, product, 0.0)

    def either(self, mask: Array, other: Array) -> Array:
        return mask | other


LANES = Lanes()
