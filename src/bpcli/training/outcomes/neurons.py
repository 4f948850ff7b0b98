"""Neurons that do not learn, as far as that can be told of the programs of networks: copies, shut, saturated."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpcli.training.models.tensors import TensorLoss, TensorModel

Array = NDArray[np.float64]

SAME = 1e-9  # of the largest entry: what neurons differ by that are copies
SHUT = 0.25  # share of the neurons of a layer that is worth a word
FLAT, MOST_FLAT = 1e-3, 0.5  # a slope, and the share of values with a smaller one


class Idle(NamedTuple):
    """Neurons that do not learn. kind: copies, shut or saturated.

    name:   of the weights whose neurons are copies, else of the layer
    some, total: how many of how many neurons are shut; values that are saturated
    """

    kind: str
    name: str
    some: int
    total: int


def idle_neurons(loss: TensorLoss, at: Array, gradient: Array) -> Iterator[Idle]:
    """What does not learn at the entries `at`, where the loss has this gradient."""
    yield from _copies(loss.model, at, gradient)
    yield from _passing_nothing(loss, at)


def _copies(model: TensorModel, at: Array, gradient: Array) -> Iterator[Idle]:
    """Weights of several neurons, all the same and with the same gradient: they stay one neuron."""
    graph = model.program.graph
    values, slopes = model.named(at), model.named(gradient)
    for name, shape in model.shapes.items():
        node = model.program.names[name]
        places = [arguments.index(node) for op, arguments in zip(graph.op, graph.args, strict=True)
                  if op == "matmul" and node in arguments]  # fmt: skip
        if len(shape) != 2 or len(places) != 1:
            continue
        # The columns of W are the neurons of X @ W, the rows those of W @ x.
        turned = places[0] == 0
        weights, pulls = (array.T if turned else array for array in (values[name], slopes[name]))
        if weights.shape[1] > 1 and _alike(weights) and _alike(pulls):
            yield Idle("copies", name, weights.shape[1], weights.shape[1])


def _alike(array: Array) -> bool:
    size = float(np.max(np.abs(array)))
    return bool(np.all(np.abs(array - array[:, :1]) <= SAME * size))


def _passing_nothing(loss: TensorLoss, at: Array) -> Iterator[Idle]:
    """Relus that are shut for every row, and values inside a network at which tanh or sigmoid is flat."""
    model = loss.model
    graph = model.program.graph
    leads = graph.reaches(model.program.output)
    onward = {argument for op, arguments in zip(graph.op, graph.args, strict=True) if op == "matmul"
              for argument in arguments}  # fmt: skip
    layers = [node for node in range(len(leads))
              if leads[node] and graph.op[node] in ("relu", "tanh", "sigmoid")]  # fmt: skip
    if not layers:
        return
    found = loss.values(at, layers)
    ops = [graph.op[node] for node in layers]
    for place, (node, value) in enumerate(zip(layers, found, strict=True)):
        # Of several without a name, which one it is from the input on: tanh 1, tanh 2.
        op = ops[place]
        name = graph.name.get(node) or (op if ops.count(op) == 1 else f"{op} {ops[: place + 1].count(op)}")
        if np.ndim(value) == 0:
            continue
        if graph.op[node] == "relu":
            # A row of its own for each of the data, and a neuron for each entry of it.
            rows = value.reshape(len(value), -1) if np.ndim(value) > 1 else value.reshape(1, -1)
            if np.ndim(value) == 1 and (not onward or any(np.ndim(each) > 1 for each in loss.tensors.values())):
                rows = rows.T
            shut = int(np.count_nonzero(np.all(rows <= 0, axis=0)))
            if shut >= SHUT * rows.shape[1] and shut:
                yield Idle("shut", name, shut, rows.shape[1])
        elif node in onward or graph.op[node] == "tanh":
            slope = 1 - value * value if graph.op[node] == "tanh" else value * (1 - value)
            flat = int(np.count_nonzero(slope < FLAT))
            if flat > MOST_FLAT * value.size:
                yield Idle("saturated", name, flat, value.size)
