"""What is said of an array that is too large to be read: its shape, its length, its range, and a corner of it."""

from __future__ import annotations

import math
from typing import Any

LARGEST_SIDE = 4  # of an array that is shown entry by entry
LONGEST_ROW = 8  # of a vector that is
MOST_ENTRIES = LARGEST_SIDE * LARGEST_SIDE
CORNER = 2


class Summary:
    """A large array in a few numbers.

    norm:   the root of the sum of squares
    corner: the first two entries of the first two rows
    """

    __slots__ = ("corner", "high", "low", "mean", "norm", "shape")

    def __init__(self, array: Any) -> None:
        import numpy as np

        if array.dtype == object:
            from bpcli.engine.object_tensors import in_floats

            array = in_floats(array)
        self.shape: tuple[int, ...] = array.shape
        with np.errstate(all="ignore"):
            largest = float(np.max(np.abs(array), initial=0.0))
            scale = largest if 0 < largest < math.inf else 1.0
            self.norm = float(np.sqrt(np.sum(np.square(array / scale)))) * scale
            self.low, self.high = (float(array.min()), float(array.max())) if array.size else (math.nan, math.nan)
            self.mean = float(array.mean()) if array.size else math.nan
        first = array
        while first.ndim > 2 and first.shape[0]:
            first = first[0]
        self.corner = first[tuple(slice(CORNER) for _ in first.shape)]


def is_small(shape: tuple[int, ...]) -> bool:
    """Whether an array of this shape is shown entry by entry: up to 4x4, or a vector of up to eight.

    >>> is_small((4, 4)), is_small((8,)), is_small((2, 5)), is_small((128, 32))
    (True, True, False, False)
    """
    if len(shape) < 2:
        return sum(shape) <= LONGEST_ROW
    return max(shape) <= LARGEST_SIDE and math.prod(shape) <= MOST_ENTRIES
