"""Training in a narrow format: both passes rounded row by row, with a scaled loss where that is wanted.

The parameters stay in double precision, and so does the sum over rows, as accelerators add in a wider format; what is
computed for a row is rounded at every step.

Source: Micikevicius et al., Mixed precision training, 2018, section 3.2.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bpcli.calculus.sweeps import forward, idle, reverse
from bpcli.engine.narrow import narrow
from bpcli.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.training.compiled import MeanLoss

Array = NDArray[np.float64]

MOST_ROWS = 20_000  # row by row in Python, this is what anyone waits for
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

    Raises InputError where there are too many rows.
    """

    def __init__(self, loss: MeanLoss, name: str) -> None:
        if loss.rows > MOST_ROWS:
            raise InputError("narrow-rows", rows=loss.rows, most=MOST_ROWS)
        self.loss = loss
        self.kind = narrow(name)
        model = loss.model
        graph = model.program.graph
        self._skip = idle(graph, model.nodes)
        self._nodes = model.nodes

    def __call__(self, at: Array, rows: NDArray[np.intp] | None, scale: float) -> tuple[float, Array]:
        """The loss, and its gradient times the scale: inf or nan where a number of the format ends."""
        loss, model, kind = self.loss, self.loss.model, self.kind
        program = model.program
        graph, output = program.graph, program.output
        chosen = range(loss.rows) if rows is None else rows.tolist()
        shared = {graph.variables[name]: kind.given(value) for name, value in loss.singles(at).items()}
        weight = 1.0 if loss.reduce == "sum" else 1 / len(chosen)
        seed = kind.given(scale * weight)
        total, gradient = 0.0, np.zeros(len(self._nodes))
        skip = self._skip[: len(graph)] + bytearray(len(graph) - len(self._skip))
        for row in chosen:
            lanes = {graph.variables[name]: kind.given(float(column[row])) for name, column in loss.columns.items()}
            values = forward(graph, kind, {**shared, **lanes}, output + 1)
            adjoints = reverse(graph, kind, values, output, seed, skip)
            total += float(values[output])
            for place, node in enumerate(self._nodes):
                slope = adjoints[node] if node < len(adjoints) else None
                gradient[place] += 0.0 if slope is None else float(slope)
        with np.errstate(all="ignore"):
            gradient = gradient + 2 * loss.ridge * at * scale
        return total * weight + loss.ridge * float(at @ at), gradient
