"""Training in a narrow format: both passes rounded row by row, with a scaled loss where that is wanted.

The parameters stay in double precision, and so does the sum over rows, as accelerators add in a wider format; what is
computed for a row is rounded at every step: many rows at once as arrays, few of them one by one.

Source: Micikevicius et al., Mixed precision training, 2018, section 3.2.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bpcli.calculus.sweeps import forward, idle, reverse
from bpcli.data.kept import BLOCK
from bpcli.engine.narrow import narrow
from bpcli.engine.narrow_lanes import narrow_lanes
from bpcli.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpcli.training.models.compiled import MeanLoss

Array = NDArray[np.float64]

FEW = 8  # rows up to which one number after the other is faster than arrays
FIRST_SCALE, EVERY = 65536.0, 20


class Scale(NamedTuple):
    """The number that the reverse pass starts with, and how it changes: halved where a gradient overflows, doubled
    after `every` updates in a row that did not.

    every: 0 where it never changes
    """

    value: float = 1.0
    every: int = 0
    good: int = 0

    def after(self, overflow: bool) -> Scale:
        """The scale of the next turn.

        >>> Scale(1024.0, 2).after(True).value, Scale(1024.0, 2, 1).after(False).value
        (512.0, 2048.0)
        """
        if not self.every:
            return self
        if overflow:
            return Scale(max(self.value / 2, 2.0**-14), self.every)
        if self.good + 1 >= self.every:
            return Scale(self.value * 2, self.every)
        return self._replace(good=self.good + 1)


def scale_of(text: str) -> Scale:
    """What `--loss-scale` asks for: a number, dynamic, or dynamic:START:EVERY. Raises InputError.

    >>> scale_of("dynamic"), scale_of("1024")
    (Scale(value=65536.0, every=20, good=0), Scale(value=1024.0, every=0, good=0))
    """
    name, *numbers = text.split(":")
    try:
        if name != "dynamic":
            value = float(text)
            if 0 < value < math.inf:
                return Scale(value)
        elif len(numbers) <= 2:
            value = float(numbers[0]) if numbers else FIRST_SCALE
            every = int(numbers[1]) if len(numbers) > 1 else EVERY
            if 0 < value < math.inf and every > 0:
                return Scale(value, every)
    except ValueError:
        pass
    raise InputError("loss-scale-unknown", text=text)


class NarrowLoss:
    """The mean loss of some rows and its gradient, every result of both passes rounded to a format.

    name: float32, float16 or bfloat16
    """

    def __init__(self, loss: MeanLoss, name: str) -> None:
        self.loss = loss
        self.name = name
        model = loss.model
        self._skip = idle(model.program.graph, model.nodes)
        self._nodes = model.nodes

    def __call__(self, at: Array, rows: NDArray[np.intp] | None, scale: float) -> tuple[float, Array]:
        """The loss, and its gradient times the scale: inf or nan where a number of the format ends."""
        loss = self.loss
        count = loss.rows if rows is None else len(rows)
        weight = 1.0 if loss.reduce == "sum" else 1 / count
        total, gradient = 0.0, np.zeros(len(self._nodes))
        with np.errstate(all="ignore"):
            for block, length in self._blocks(rows):
                part, slopes = self._sums(at, block, length, scale * weight)
                total += part
                gradient += slopes
            gradient = gradient + 2 * loss.ridge * at * scale
        return total * weight + loss.ridge * float(at @ at), gradient

    def _blocks(self, rows: NDArray[np.intp] | None) -> Iterator[tuple[dict[str, Any], int]]:
        """Columns of some rows, and how many these are; single numbers where the rows are few."""
        columns = self.loss.columns
        if not columns:
            yield {}, 1
            return
        count = columns.rows if rows is None else len(rows)
        for start in range(0, count, BLOCK):
            stop = min(start + BLOCK, count)
            block = columns.between(start, stop) if rows is None else columns.at(rows[start:stop])
            if count > FEW:
                yield block, stop - start
                continue
            for row in range(count):
                yield {name: float(column[row]) for name, column in block.items()}, 1

    def _sums(self, at: Array, block: dict[str, Any], count: int, seed: float) -> tuple[float, Array]:
        """The losses of a block of rows and their gradients, added up in double precision."""
        program = self.loss.model.program
        graph, output = program.graph, program.output
        kind = narrow(self.name) if count == 1 else narrow_lanes(self.name)
        given = {graph.variables[name]: kind.given(value) for name, value in {**self.loss.singles(at), **block}.items()}
        skip = self._skip[: len(graph)] + bytearray(len(graph) - len(self._skip))
        values = forward(graph, kind, given, output + 1)
        adjoints = reverse(graph, kind, values, output, kind.given(seed), skip)

        def added(number: Any) -> float:
            return 0.0 if number is None else float(np.broadcast_to(np.asarray(number), (count,)).sum())

        slopes = [added(adjoints[node] if node < len(adjoints) else None) for node in self._nodes]
        return added(values[output]), np.array(slopes)
