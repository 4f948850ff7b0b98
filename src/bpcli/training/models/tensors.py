"""Programs with vectors and matrices trained: which names are tensors to train, and their loss with its gradient.

The optimizers see one long vector, the entries of all tensors one after the other. What stands in the text as a start,
`W = he(64, 32)` or `b = zeros(32)`, is a parameter that begins there; a start that is given replaces it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpcli.calculus.degree import is_quadratic
from bpcli.calculus.derivative import derivative
from bpcli.calculus.sweeps import connected, forward, idle, reverse
from bpcli.data.kept import Kept
from bpcli.engine.directions import push
from bpcli.engine.given import bind
from bpcli.engine.leaves import Values
from bpcli.engine.tensors import TENSORS
from bpcli.errors import InputError
from bpcli.training.models.compiled import MEAN, MeanLoss
from bpcli.training.models.model import Model, named_loss

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bpcli.graph import Program

Array = NDArray[np.float64]
Shape = tuple[int, ...]

STARTS = ("randn", "uniform", "xavier", "he", "full")


class TensorModel(Model):
    """A loss over tensors.

    shapes:   name -> shape, of what is trained; starts: name -> array
    tensors:  name -> array, of what stays as it is
    rows:     size of the first axis of the tensors in `rowed`, from which a batch takes some
    """

    of_tensors = True

    def __init__(
        self,
        program: Program,
        text: str,
        constants: Mapping[str, Any],
        starts: Mapping[str, Any],
        held: Sequence[str] = (),
    ) -> None:
        """held: names that the text would train, whose values were given instead: they have no rows"""
        super().__init__(program, text=text, constants={})
        self.tensors = {name: TENSORS.given(value) for name, value in constants.items()}
        self.starts = {
            name: np.array(starts[name], dtype=np.float64) for name in program.inputs if name not in constants
        }
        self.shapes = {name: np.shape(start) for name, start in self.starts.items()}
        self.parameters = tuple(entry for name, shape in self.shapes.items() for entry in entries(name, shape))
        given = {name: value for name, value in self.tensors.items() if np.ndim(value)}
        data = {name: value for name, value in given.items() if name not in held} or given
        self.rows = max(map(len, data.values()), default=1)
        self.rowed = [name for name, value in data.items() if len(value) == self.rows]
        # The shapes of all nodes, and any error in them, before the first step.
        bind(program, {**self.tensors, **self.starts}, TENSORS)
        shape = program.graph.shape.get(program.output, ())
        if shape:
            raise InputError("loss-not-number", name=program.output_name, shape=str(shape))

    @property
    def nodes(self) -> list[int]:
        """The nodes of the tensors that are trained."""
        return [self.program.names[name] for name in self.shapes]

    @property
    def idle(self) -> tuple[str, ...]:
        """Tensors that no open path leads from to the loss."""
        marks = connected(self.program.graph, self.program.output)
        return tuple(name for name in self.shapes if not marks[self.program.names[name]])

    @property
    def literals(self) -> dict[str, Any]:
        """Data that the text itself has, where none was given: X = [[0, 0], [0, 1]]."""
        if self.rowed:
            return {}
        graph, values = self.program.graph, Values(self.program, TENSORS)
        found = {}
        for name in self.program.assigned:
            node = self.program.names[name]
            if graph.constant[node] and graph.op[node].startswith("stack"):
                found[name] = np.asarray(values.of(node))
        return found

    def start(self) -> Array:
        """All starts as one vector."""
        return np.concatenate([np.ravel(start) for start in self.starts.values()] or [np.empty(0)])

    def named(self, at: Array) -> dict[str, Array]:
        """The tensors by name, of one vector."""
        found, place = {}, 0
        for name, shape in self.shapes.items():
            size = math.prod(shape)
            found[name] = at[place : place + size].reshape(shape)
            place += size
        return found

    def single_names(self) -> list[str]:
        """What the program assigns besides the loss that is a single number: an accuracy, say."""
        graph, program = self.program.graph, self.program
        return [
            name
            for name in program.assigned
            if name != program.output_name and not graph.shape.get(program.names[name]) and name not in self.shapes
            and graph.args[program.names[name]] and not graph.constant[program.names[name]]
        ]  # fmt: skip


def entries(name: str, shape: Shape) -> list[str]:
    """The names of the entries of a tensor: W[0,1]; of a single number its own."""
    if not shape:
        return [name]
    return [f"{name}[{','.join(map(str, index))}]" for index in np.ndindex(*shape)]


def is_of_tensors(program: Program, *given: Mapping[str, Any]) -> bool:
    """Whether a program is to be trained on tensors: it has operations on them, or a value or start is one."""
    return program.of_tensors or any(np.ndim(value) for values in given for value in values.values())


def read_tensor_loss(
    text: str, program: Program, constants: Mapping[str, Any], starts: Mapping[str, Any]
) -> TensorModel:
    """The model of a program whose result is the loss. Raises InputError, also where shapes do not fit."""
    named_loss(program)
    found = dict(starts)
    graph = program.graph
    made = Values(program, TENSORS)
    starts_of_text: list[str] = []
    for name in program.assigned:
        node = program.names[name]
        if graph.op[node].partition(" ")[0] in STARTS and graph.constant[node]:
            if name not in constants:
                found.setdefault(name, made.of(node))
            graph.free(node, name)
            starts_of_text.append(name)
    open_names = [name for name in program.inputs if name not in constants and name not in found]
    if open_names:
        raise InputError("no-value-no-start", names=", ".join(open_names), first=open_names[0])
    for name in constants:
        if name not in program.inputs:
            raise InputError("not-in-model", name=name, names=", ".join(program.inputs) or "none")
    held = [name for name in starts_of_text if name in constants]
    return TensorModel(program, text, constants, found, held)


class TensorLoss(MeanLoss):
    """The loss as a function of one vector of all entries, with its gradient.

    chosen: indices of the rows that it is computed on; all unless given
    """

    model: TensorModel

    def __init__(self, model: TensorModel, *, ridge: float = 0.0, chosen: NDArray[np.intp] | None = None) -> None:
        self.model = model
        self.columns = Kept.of({})
        self.ridge = ridge
        self.reduce = MEAN
        self.tensors = dict(model.tensors)
        if chosen is not None:
            self.tensors |= {name: model.tensors[name][chosen] for name in model.rowed}
        self.rows = model.rows if chosen is None else len(chosen)
        self.evaluations = 0
        self._gradient: list[int] | None = None

    def __call__(self, at: Array, rows: NDArray[np.intp] | None = None) -> tuple[float, Array]:
        """Loss and gradient at the entries `at`; of some rows alone, where their indices are given."""
        self.evaluations += 1
        program = self.model.program
        graph = program.graph
        values = forward(graph, TENSORS, self._inputs(at, rows), program.output + 1)
        nodes = self.model.nodes
        adjoints = reverse(graph, TENSORS, values, program.output, TENSORS.constant(1), idle(graph, nodes))
        gradient = np.concatenate([
            np.zeros(math.prod(shape)) if adjoints[node] is None else np.broadcast_to(adjoints[node], shape).ravel()
            for node, shape in zip(nodes, self.model.shapes.values(), strict=True)
        ])  # fmt: skip
        loss = float(values[program.output])
        with np.errstate(all="ignore"):
            return loss + self.ridge * float(at @ at), gradient + 2 * self.ridge * at

    def value(self, at: Array) -> float:
        """The loss alone."""
        return float(self.values(at, [self.model.program.output])[0]) + self.ridge * float(at @ at)

    def values(self, at: Array, nodes: list[int]) -> list[Any]:
        """The values of some nodes: arrays, or numbers where they are single."""
        self.evaluations += 1
        graph = self.model.program.graph
        found = forward(graph, TENSORS, self._inputs(at, None), max(nodes) + 1)
        return [float(found[node]) if not np.shape(found[node]) else found[node] for node in nodes]

    def singles(self, at: Array) -> dict[str, Any]:
        """Tensors that are trained and tensors that stay, by name."""
        return {**self.tensors, **self.model.named(at)}

    def product(self, at: Array, direction: Array) -> Array:
        """The Hessian at `at` times a direction: forward mode over the graph of the gradient.

        Source: Pearlmutter, Fast exact multiplication by the Hessian, Neural Computation 6 (1994).
        """
        model = self.model
        graph = model.program.graph
        if self._gradient is None:
            self._gradient = derivative(graph, model.program.output, model.nodes)
        seeds = {model.program.names[name]: value for name, value in model.named(direction).items()}
        values = push(graph, self._inputs(at, None), seeds, max(self._gradient) + 1, TENSORS)
        found = np.concatenate([
            np.zeros(math.prod(shape))
            if values[node].tangent is None
            else np.broadcast_to(values[node].tangent, shape).ravel()
            for node, shape in zip(self._gradient, model.shapes.values(), strict=True)
        ])  # fmt: skip
        return found + 2 * self.ridge * direction

    def _inputs(self, at: Array, rows: NDArray[np.intp] | None) -> dict[int, Any]:
        variables = self.model.program.graph.variables
        given: dict[str, Any] = dict(self.tensors)
        if rows is not None:
            given |= {name: self.tensors[name][rows] for name in self.model.rowed}
        given |= self.model.named(at)
        return {node: given[name] for name, node in variables.items() if name in given}


def is_quadratic_model(model: Model) -> bool:
    """Whether the loss of a row is quadratic in single parameters."""
    return not isinstance(model, TensorModel) and is_quadratic(model.program.graph, model.program.output, model.nodes)
