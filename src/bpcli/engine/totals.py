"""What a compiled program computes at many points, reduced block by block: no array is as long as the columns.

Blocks are as long on every machine and are put together in their order, so that neither the number of threads nor
which of them was faster shows in the last bit of a sum.
"""

from __future__ import annotations

import math
from itertools import count
from typing import Any

import numpy as np

from bpcli.data.kept import CHUNK, Kept
from bpcli.engine.kernel import MOST_THREADS, Kernel, cores
from bpcli.engine.summed import LEAST, MOST, Summed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from concurrent.futures import ThreadPoolExecutor

    from bpcli.graph import Graph

Array = Any


class Totals:
    """Some nodes of a graph, computed at the rows of columns and reduced.

    columns: name -> array of shape (rows,), or rows that are kept; a single row where there are none
    """

    def __init__(self, graph: Graph, nodes: Sequence[int], columns: Mapping[str, Array]) -> None:
        self.kernel = Kernel(graph, nodes, tuple(columns))
        if not isinstance(columns, Kept):
            columns = Kept.of({name: np.ascontiguousarray(columns[name], dtype=np.float64) for name in columns})
        self.rows = columns.rows if columns else 1
        self.block = block_of(self.kernel)
        self._columns = columns
        self._graph = graph
        self._nodes = tuple(nodes)
        self._summed: Summed | None = None
        self._short = 0  # rows of its block

    def reduced(
        self,
        singles: Mapping[str, float],
        reduce: Callable[[list[Array]], Any],
        rows: Array | None = None,
        threads: int | None = None,
    ) -> list[Any]:
        """What `reduce` makes of each block of results, in order.

        singles: the values of the other variables
        reduce:  is given one array for each node; they are used again after it returns
        rows:    indices of the rows to take; all of them unless given
        """
        return self._through(self.kernel, self.block, singles, lambda results, _, __: reduce(results), rows, threads)

    def sums(
        self, singles: Mapping[str, float], rows: Array | None = None, threads: int | None = None
    ) -> list[float]:
        """The sum of each node over the rows; inf and nan pass through."""
        if self._summed is None:
            self._summed = Summed(self._graph, self._nodes, tuple(self._columns))
            self._short = block_of(self._summed.kernel)
        summed = self._summed
        scales = summed.scales(singles)
        if all(scale == 0 or LEAST < abs(scale) < MOST for scale in scales):
            blocks = self._through(summed.kernel, self._short, singles, summed.sums, rows, threads)
            totals = [scale * added([block[place] for block in blocks]) for place, scale in enumerate(scales)]
            if all(map(math.isfinite, totals)):
                return totals
        # Where floats end the order of the factors matters, and it is that of the derivative.
        blocks = self.reduced(singles, _sums, rows, threads)
        return [added([block[place] for block in blocks]) for place in range(self.kernel.outputs)]

    def _through(
        self,
        kernel: Kernel,
        length: int,
        singles: Mapping[str, float],
        reduce: Callable[[list[Array], dict[str, Array], int], Any],
        rows: Array | None,
        threads: int | None,
    ) -> list[Any]:
        """What `reduce` makes of the results of a kernel, the columns and the number of rows, block by block."""
        columns, lanes = self._columns, kernel.lanes
        total = self.rows if rows is None else len(rows)
        given = [float(singles[name]) for name in kernel.singles]
        blocks = math.ceil(total / length)
        found: list[Any] = [None] * blocks
        turns = count()
        stopped: list[bool] = []

        def work() -> None:
            most = min(length, total)
            out = [np.empty(most) for _ in range(kernel.outputs)]
            space = columns.space(most) if columns and rows is None else None
            for block in turns:
                if block >= blocks or stopped:
                    return
                start, stop = block * length, min((block + 1) * length, total)
                results = out if stop - start == most else [each[: stop - start] for each in out]
                taken = columns.between(start, stop, space) if rows is None else columns.at(rows[start:stop])
                if out:
                    kernel.run([taken[name] for name in lanes], given, results, 1)
                found[block] = reduce(results, taken, stop - start)

        others = min(threads or min(cores(), MOST_THREADS), blocks) - 1
        waiting = [_pool().submit(work) for _ in range(others)]
        try:
            work()
        finally:
            stopped.append(True)
            for each in waiting:
                if not each.cancel():
                    each.result()
        return found


def block_of(kernel: Kernel) -> int:
    """Rows of a block: as many as the caches hold, in whole chunks of a file."""
    rows = kernel.rows(MOST_THREADS)
    return rows // CHUNK * CHUNK or rows


def _sums(results: list[Array]) -> list[float]:
    with np.errstate(all="ignore"):
        return [float(each.sum()) for each in results]


def added(parts: Iterable[float]) -> float:
    """The sum of the sums of blocks, rounded once."""
    parts = [*parts]
    try:
        return math.fsum(parts)
    except (OverflowError, ValueError):
        # Infinities of both signs, or more than a float holds: as plain addition has it.
        return sum(parts)


_pools: list[ThreadPoolExecutor] = []


def _pool() -> ThreadPoolExecutor:
    if not _pools:
        from concurrent.futures import ThreadPoolExecutor

        _pools.append(ThreadPoolExecutor(max(cores(), 1), "bpcli-totals"))
    return _pools[0]
