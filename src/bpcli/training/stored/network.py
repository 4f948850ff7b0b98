"""Predicting with a stored program of vectors and matrices: which value is the prediction, and that value for new rows.

The result of such a program is a loss, so a name that it assigns is the prediction: the one that is asked for, else
one that is called so (`pred`, `p`, `logits` ...), else the last one that depends on what was trained, leads to the
loss, and takes fewer of the data than the loss does. What the loss alone takes is the target, and need not be given.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpcli.calculus.sweeps import forward
from bpcli.engine.formulas import copied
from bpcli.engine.given import bind
from bpcli.engine.tensors import TENSORS
from bpcli.errors import InputError
from bpcli.graph import Graph, Program
from bpcli.training.models.model import PREDICTIONS, named_loss, parsed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from bpcli.training.stored.saved import Saved

Array = NDArray[np.float64]
Shape = tuple[int, ...]

CALLED = (*PREDICTIONS, "prediction", "output", "probabilities", "probability", "probs", "logits")


class Network:
    """A stored program of tensors, and the name in it that is predicted.

    name:    what is predicted; classes: whether its columns are the logits of classes
    needs:   the data that it is computed from; `shapes`: the shape of a row of each that has rows
    ranges:  name -> smallest and largest of each entry of a row that was trained on, each of `shapes[name]`
    """

    def __init__(self, saved: Saved, source: str, output: str = "") -> None:
        """Raises InputError for an output that is not assigned, and where nothing can be told to be the prediction."""
        self.saved = saved
        self.source = source
        self.data = {name: entry for name, entry in saved.tensors.items() if "value" not in entry}
        self.shapes: dict[str, Shape] = {name: tuple(entry["shape"]) for name, entry in self.data.items()}
        self.program = program = self._read()
        self.name = output or self._found()
        node = program.names.get(self.name)
        if node is None or self.name not in program.assigned:
            raise InputError("unknown-output", name=self.name, names=", ".join(program.assigned))
        self.node = node
        marks = program.graph.reaches(node)
        self.needs = tuple(name for name in self.data if name in program.names and marks[program.names[name]])
        graph = program.graph
        self.classes = any(
            op.partition(" ")[0] == "cross_entropy" and arguments[0] == node
            for op, arguments in zip(graph.op, graph.args, strict=True)
        )
        self.ranges = {
            name: (np.array(self.data[name]["low"]), np.array(self.data[name]["high"])) for name in self.needs
        }

    def _read(self) -> Program:
        """The program, with what was trained and the data as variables, also where the text assigns them."""
        saved = self.saved
        program = parsed(saved.setting.text, {*saved.parameters, *saved.setting.constants, *saved.tensors})
        named_loss(program)
        for name in program.assigned:
            if name in saved.parameters or name in saved.tensors:
                program.graph.free(program.names[name], name)
        return program

    def _found(self) -> str:
        """The name of the prediction."""
        program = self.program
        graph, loss = program.graph, program.output
        results = [name for name in program.assigned if name != program.output_name and name not in graph.variables]
        for name in CALLED:
            if name in results:
                return name
        trained = {program.names[name] for name in self.saved.parameters if name in program.names}
        data = {program.names[name] for name in self.data if name in program.names}
        leads, taken = graph.reaches(loss), _leaves(graph.reaches(loss), data)
        for name in reversed(results):
            marks = graph.reaches(program.names[name])
            if leads[program.names[name]] and _leaves(marks, trained) and _leaves(marks, data) < taken:
                return name
        raise InputError("no-prediction-named", file=self.source, names=", ".join(results) or "-")

    def of(self, given: Mapping[str, Any]) -> tuple[Array, NDArray[np.bool_]]:
        """The predictions, a row each, and which rows have an entry outside of what was trained on.

        given: name -> array with a row for each prediction, for every name of `needs`

        Shapes: (rows, ...) and (rows,). Raises InputError where shapes do not fit, or the rows have no prediction each.
        """
        rows = max((len(given[name]) for name in self.needs), default=1)
        value = np.asarray(self._values(given, [self.node])[0])
        if value.shape[:1] != (rows,):
            raise InputError("prediction-not-rows", name=self.name, shape=str(value.shape), rows=rows)
        outside = np.zeros(rows, dtype=bool)
        for name in self.needs:
            low, high = self.ranges[name]
            away = (given[name] < low) | (given[name] > high)
            outside |= away.reshape(rows, -1).any(axis=1)
        return value, outside

    def measured(self, given: Mapping[str, Any]) -> dict[str, float]:
        """The loss and other single numbers, such as an accuracy, of rows whose targets are given; else none."""
        program = self.program
        if any(name not in given for name in self.data if name in program.names):
            return {}
        variables = program.graph.variables
        names = [name for name in program.assigned if name not in variables and name in program.names]
        values = self._values(given, [program.names[name] for name in names])
        return {name: float(value) for name, value in zip(names, values, strict=True) if np.shape(value) == ()}

    def _values(self, given: Mapping[str, Any], nodes: list[int]) -> list[Any]:
        """The values of some nodes, from the part of the graph that leads to them: no target is needed there."""
        saved, whole = self.saved, self.program
        graph = Graph()
        copies = [copied(whole.graph, node, graph) for node in nodes]
        graph.functions.update(whole.graph.functions)
        program = Program(
            whole.source, graph, dict(graph.variables), (), {str(place): node for place, node in enumerate(copies)}
        )
        known = {**saved.setting.constants, **saved.parameters}
        known |= {name: np.array(entry["value"]) for name, entry in saved.tensors.items() if "value" in entry}
        known |= given
        bound = bind(program, {name: known[name] for name in program.inputs}, TENSORS)
        values = forward(graph, TENSORS, bound, max(copies) + 1)
        return [values[node] for node in copies]


def _leaves(marks: bytearray, nodes: set[int]) -> int:
    """How many of some nodes are marked."""
    return sum(1 for node in nodes if node < len(marks) and marks[node])


def rows_of_columns(network: Network, columns: Mapping[str, Array]) -> dict[str, Array]:
    """The data of a network, of the columns of a table.

    A column of its name is data with a number a row; W[0], W[1] ... (or W0, W1, or W_0, W_1) are the entries of a row.
    Where one of the data that is needed has no such columns, all columns that are left are its entries, if they are as
    many. Raises InputError.
    """
    left = dict(columns)
    found: dict[str, Array] = {}
    for name, shape in network.shapes.items():
        for names in _spellings(name, shape):
            if all(each in left for each in names):
                parts = [left.pop(each) for each in names]
                found[name] = np.stack(parts, axis=1).reshape(-1, *shape) if shape else parts[0]
                break
    missing = [name for name in network.needs if name not in found]
    if len(missing) == 1 and len(left) == math.prod(network.shapes[missing[0]]):
        (name,) = missing
        table = np.stack(list(left.values()), axis=1)
        found[name] = table.reshape(-1, *network.shapes[name])
        missing = []
    if missing:
        name = missing[0]
        count = math.prod(network.shapes[name])
        raise InputError("predict-columns", name=name, count=count, found=len(columns), last=f"{name}[{count - 1}]")
    return found


def _spellings(name: str, shape: Shape) -> list[list[str]]:
    """What the columns of one of the data may be called."""
    if not shape:
        return [[name]]
    indices = [",".join(map(str, index)) for index in np.ndindex(*shape)]
    spelled = [[f"{name}[{index}]" for index in indices]]
    if len(shape) == 1:
        spelled += [[f"{name}{index}" for index in indices], [f"{name}_{index}" for index in indices]]
    return spelled
