"""Which rows a step sees: all of them, or a batch of a shuffled epoch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.intp]


class Batches:
    """The rows of every step, by its number alone, so that one can go on anywhere.

    An epoch shuffles all rows by the seed and its number; the last batch of an epoch has what is left.

    >>> batches = Batches(5, 2, seed=7)
    >>> sorted(int(row) for step in range(3) for row in batches.rows(step))
    [0, 1, 2, 3, 4]
    >>> batches.begins(3), batches.begins(4), Batches(5, 0, 7).rows(0) is None
    (True, False, True)
    """

    def __init__(self, rows: int, size: int, seed: int) -> None:
        self.size = size if 0 < size < rows else 0
        self.seed = seed
        self.total = rows
        self.steps = -(-rows // self.size) if self.size else 1  # of an epoch
        self._epoch = -1
        self._order: Indices = np.empty(0, dtype=np.intp)

    def begins(self, number: int) -> bool:
        """Whether an epoch begins with this step."""
        return number % self.steps == 0

    def rows(self, number: int) -> Indices | None:
        """Indices of the rows of a step; None for all."""
        if not self.size:
            return None
        epoch, place = divmod(number, self.steps)
        if epoch != self._epoch:
            self._epoch = epoch
            self._order = np.random.default_rng([self.seed, epoch]).permutation(self.total)
        return self._order[place * self.size : (place + 1) * self.size]


def split_rows(rows: int, share: float, seed: int) -> tuple[Indices, Indices]:
    """Indices of the rows to train on and of those held out, each in the order of the file.

    >>> [len(part) for part in split_rows(10, 0.2, 0)]
    [8, 2]
    """
    held = min(max(round(rows * share), 1), rows - 1)
    # A stream of its own, whatever the epochs draw.
    order = np.random.default_rng([seed, 1 << 32]).permutation(rows)
    return np.sort(order[held:]), np.sort(order[:held])
