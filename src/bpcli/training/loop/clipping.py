"""Gradients that are cut down before a step is made of them."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bpcli.errors import InputError

Array = NDArray[np.float64]


class Clip(NamedTuple):
    """By norm: the whole gradient is shortened to `limit`, its direction stays. By value: each entry alone."""

    by_norm: bool
    limit: float

    def cut(self, gradient: Array) -> Array:
        """The gradient as it is used; the same array where nothing is cut.

        >>> Clip(True, 1.0).cut(np.array([3.0, 4.0])).tolist()
        [0.6, 0.8]
        >>> Clip(False, 1.0).cut(np.array([-30.0, 0.5])).tolist()
        [-1.0, 0.5]
        """
        if self.by_norm:
            norm = math.hypot(*gradient.tolist())
            return gradient / norm * self.limit if norm > self.limit else gradient
        return np.clip(gradient, -self.limit, self.limit)


def clip_of(text: str) -> Clip:
    """What `--clip` asks for: 1 or norm:1, or value:0.5. Raises InputError."""
    name, colon, number = text.rpartition(":")
    try:
        limit = float(number)
    except ValueError:
        limit = -1.0
    if name not in ("", "norm", "value") or (colon and not name) or not 0 < limit < math.inf:
        raise InputError("clip-unknown", text=text)
    return Clip(name != "value", limit)
