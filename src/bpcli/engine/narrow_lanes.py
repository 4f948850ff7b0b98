"""Narrow floats at many points at once: arrays of doubles, rounded to the format after every operation.

Source: as in narrow.py, of which these are the numbers, lane by lane.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bpcli.engine.floats import FLOATS
from bpcli.engine.lanes import SPELLED, Lanes
from bpcli.engine.narrow import FORMATS
from bpcli.numbers import as_float

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from bpcli.engine.narrow import Format

Array = Any

# Formats that NumPy has itself; it rounds a double once.
OWN = {"float32": np.float32, "float16": np.float16}


def rounding(format: Format) -> Callable[[Array], Array]:  # noqa: A002 - the word for it
    """A function that gives the nearest numbers of a format, ties to even; infinite beyond its range.

    >>> rounding(FORMATS["bfloat16"])(np.array([1.0, 1.00390625, 1.01, -1e39])).tolist()
    [1.0, 1.0, 1.0078125, -inf]
    """
    own: Any = OWN.get(format.name)
    if own is not None:
        return lambda values: np.asarray(values).astype(own).astype(np.float64)

    def rounded(values: Array) -> Array:
        values = np.asarray(values, dtype=np.float64)
        exponents = np.maximum(np.frexp(values)[1] - 1, format.least)
        units = np.ldexp(1.0, exponents - format.bits + 1)
        nearest = np.rint(values / units) * units
        nearest = np.where(np.abs(nearest) <= format.largest, nearest, np.copysign(np.inf, values))
        return np.where(np.isfinite(values), nearest, values)

    return rounded


def numbers_of(format: Format) -> Callable[[Array], Array]:  # noqa: A002
    """What makes lanes of a format, which are rounded to it after every + and *."""
    rounded = rounding(format)

    class Rounded(np.ndarray[Any, Any]):
        def __add__(self, other: Any) -> Any:
            return made(np.add(np.asarray(self), np.asarray(other)))

        def __mul__(self, other: Any) -> Any:
            return made(np.multiply(np.asarray(self), np.asarray(other)))

        def __neg__(self) -> Any:
            return made(np.negative(np.asarray(self)))

        __radd__, __rmul__ = __add__, __mul__

    def made(values: Array) -> Array:
        return np.asarray(rounded(values)).view(Rounded)

    return made


class NarrowLanes(Lanes):
    """Arrays of numbers of one narrow format, or single ones that are the same in every lane."""

    def __init__(self, format: Format) -> None:  # noqa: A002
        super().__init__()
        self.title = format.name
        self.made = numbers_of(format)
        for op, function in SPELLED.items():
            self.functions[op] = self._rounded(function)

    def _rounded(self, function: Callable[..., Array]) -> Callable[..., Array]:
        made = self.made
        return lambda *values: made(function(*[np.asarray(value) for value in values]))

    def constant(self, value: Any) -> Array:
        return self.made(as_float(value))

    def given(self, value: Any) -> Array:
        return self.made(value if np.ndim(value) else FLOATS.given(value))

    def guard(self, mask: Array, product: Array) -> Array:
        return self.made(super().guard(mask, np.asarray(product)))


_kinds: dict[str, NarrowLanes] = {}


def narrow_lanes(name: str) -> NarrowLanes:
    """The lanes of a format: float32, float16 or bfloat16."""
    if name not in _kinds:
        _kinds[name] = NarrowLanes(FORMATS[name])
    return _kinds[name]
