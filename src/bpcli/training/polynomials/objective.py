"""A loss over rows: the mean of a program's output over lanes, and its gradient by the reverse sweep."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpcli.calculus.sweeps import forward, idle, reverse
from bpcli.engine.lanes import LANES
from bpcli.language.reader import parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bpcli.graph import Program

Array = NDArray[np.float64]


class Objective:
    """The mean over rows of a program's output, as a function of its parameters.

    program:    its output is the loss of one row; a program that was read, or its text
    data:       name -> column of shape (rows,)
    parameters: names of the other variables, in order
    """

    def __init__(self, program: str | Program, data: Mapping[str, Array], parameters: Sequence[str]) -> None:
        self.program = parse(program, given=[*data, *parameters]) if isinstance(program, str) else program
        graph = self.program.graph
        self.parameters = tuple(parameters)
        self.rows = len(next(iter(data.values())))
        self.evaluations = 0
        self._data = dict(data)
        self._nodes = [graph.variables[name] for name in parameters]
        self._skip = idle(graph, self._nodes)
        # A polynomial of degree 0 does not mention x.
        self._inputs: dict[int, Any] = {
            graph.variables[name]: column for name, column in data.items() if name in graph.variables
        }
        # What stands before the first parameter depends on the data alone, and is computed once.
        with np.errstate(all="ignore"):
            self._known = forward(graph, LANES, self._inputs, min(self._nodes))
        self._seed = np.ones(self.rows)

    def __call__(self, at: Array) -> tuple[float, Array]:
        """The loss and its gradient at the parameters `at`, of shape (parameters,). inf and nan pass through."""
        values = self._forward(at)
        program = self.program
        with np.errstate(all="ignore"):
            adjoints = reverse(program.graph, LANES, values, program.output, self._seed, self._skip)
            # A row's own gradient stands in its lane; the loss is the mean over the rows, so is the gradient.
            slopes = [0.0 if adjoints[node] is None else np.mean(adjoints[node]) for node in self._nodes]
            loss = float(np.mean(np.broadcast_to(values[program.output], (self.rows,))))
        self.evaluations += 1
        return loss, np.array(slopes, dtype=np.float64)

    def sample(self, at: Array, count: int) -> list[dict[str, float]]:
        """The first rows at the parameters `at`: the data, every assigned name, and the slope dL/dp of each row."""
        values = self._forward(at)
        program, graph = self.program, self.program.graph
        with np.errstate(all="ignore"):
            adjoints = reverse(graph, LANES, values, program.output, self._seed, self._skip)
        named: dict[str, Any] = {name: values[node] for name, node in program.names.items()}
        named["dL/dp"] = adjoints[program.names["p"]]
        named |= self._data
        lanes = {name: np.broadcast_to(value, (self.rows,)) for name, value in named.items()}
        return [{name: float(lane[row]) for name, lane in lanes.items()} for row in range(min(count, self.rows))]

    def residual(self, name: str, at: Array) -> Array:
        """The values of an assigned name of the program at the parameters, row by row."""
        return np.broadcast_to(self._forward(at)[self.program.names[name]], (self.rows,))

    def _forward(self, at: Array) -> list[Any]:
        inputs = self._inputs | {node: np.float64(value) for node, value in zip(self._nodes, at, strict=True)}
        with np.errstate(all="ignore"):
            return forward(self.program.graph, LANES, inputs, self.program.output + 1, self._known)

    def curvature(self) -> Array:
        """The second derivatives of a loss that is quadratic in its parameters: shape (parameters, parameters).

        Its gradient is affine, so differences of our own gradient give it exactly, up to rounding.
        """
        size = len(self.parameters)
        _, origin = self(np.zeros(size))
        columns = [self(unit)[1] - origin for unit in np.eye(size)]
        matrix = np.stack(columns, axis=1)
        return (matrix + matrix.T) / 2
