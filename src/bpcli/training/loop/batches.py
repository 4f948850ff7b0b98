"""Which rows a step sees: all of them, or a batch of a shuffled epoch; and which rows are held out.

Up to POOL rows are shuffled as one. More of them are shuffled twice: the chunks that lie together in a file, and then
the rows of a pool of them, 64 from all over the data. Nothing but the number of a step, the seed and the number of rows
decides, so that batches are the same from memory and from a file, and no list is as long as the data.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bpcli.data.kept import CHUNK, Kept

Indices = NDArray[np.intp]

MOST_NUMBERS = 1 << 23  # of the rows of a model in memory: 64 MiB; beyond, a file without a name has them
POOL = 1 << 16  # rows that are shuffled together
VALIDATION = 1 << 32  # a stream of its own, whatever the epochs draw


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
        self._pools: list[Indices] = []  # the chunks of each
        self._first: list[int] = []  # the place of its first row in the epoch
        self._pool = -1, np.empty(0, dtype=np.intp)  # the one whose rows are at hand

    def begins(self, number: int) -> bool:
        """Whether an epoch begins with this step."""
        return number % self.steps == 0

    def rows(self, number: int) -> Indices | None:
        """Indices of the rows of a step; None for all."""
        if not self.size:
            return None
        epoch, place = divmod(number, self.steps)
        if epoch != self._epoch:
            self._begin(epoch)
        start, stop = place * self.size, min((place + 1) * self.size, self.total)
        parts = []
        for pool in range(bisect_right(self._first, start) - 1, bisect_left(self._first, stop)):
            first = self._first[pool]
            parts.append(self._rows_of(pool)[max(start - first, 0) : stop - first])
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _begin(self, epoch: int) -> None:
        """Shuffle the chunks into pools of about the same size."""
        self._epoch = epoch
        self._pool = -1, self._pool[1]
        whole = self.total // CHUNK
        if self.total <= POOL:
            self._pools, self._first = [np.arange(whole)], [0, self.total]
            return
        order = np.random.default_rng([self.seed, epoch]).permutation(whole)
        self._pools = np.array_split(order, -(-self.total // POOL))
        ends = np.cumsum([len(pool) * CHUNK for pool in self._pools])
        self._first = [0, *ends[:-1].tolist(), self.total]

    def _rows_of(self, pool: int) -> Indices:
        """The rows of a pool, shuffled; the last pool has those behind the last whole chunk too."""
        if self._pool[0] != pool:
            chunks = self._pools[pool][:, None] * CHUNK + np.arange(CHUNK)
            rest = np.arange(self.total // CHUNK * CHUNK, self.total if pool == len(self._pools) - 1 else 0)
            rows = np.concatenate([chunks.ravel(), rest])
            stream = [self.seed, self._epoch] if self.total <= POOL else [self.seed, self._epoch, pool]
            self._pool = pool, np.random.default_rng(stream).permutation(rows)
        return self._pool[1]


def split_runs(rows: int, share: float, seed: int) -> Iterator[tuple[Indices, Indices]]:
    """Indices of the rows to train on and of those held out, for POOL rows after the other, in the order of the file.

    Of every run about the share is held out, and of all rows as many as the share says, at least one.
    """
    held = min(max(round(rows * share), 1), rows - 1)
    for start in range(0, rows, POOL):
        stop = min(start + POOL, rows)
        count = held * stop // rows - held * start // rows
        stream = [seed, VALIDATION] if rows <= POOL else [seed, VALIDATION, start]
        order = start + np.random.default_rng(stream).permutation(stop - start)
        yield np.sort(order[count:]), np.sort(order[:count])


def split_rows(rows: int, share: float, seed: int) -> tuple[Indices, Indices]:
    """Indices of the rows to train on and of those held out, each in the order of the file.

    >>> [len(part) for part in split_rows(10, 0.2, 0)]
    [8, 2]
    """
    train, held = zip(*split_runs(rows, share, seed), strict=True)
    return np.concatenate(train), np.concatenate(held)


def parts_of(columns: Kept, share: float, seed: int) -> tuple[Kept, Kept]:
    """The rows to train on and those held out, each in the order of the file."""
    parts = Kept(columns.names, MOST_NUMBERS), Kept(columns.names, MOST_NUMBERS)
    start = 0
    for both in split_runs(columns.rows, share, seed):
        stop = start + sum(map(len, both))
        run = columns.between(start, stop)
        for part, chosen in zip(parts, both, strict=True):
            part.add([run[name][chosen - start] for name in columns.names])
        start = stop
    return parts
