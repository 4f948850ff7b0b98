"""Points of two classes for a first network: the same for the same seed, with a little noise."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bpcli.calculus.sweeps import forward
from bpcli.engine.tensors import TENSORS
from bpcli.errors import InputError, closest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.training.models.tensors import TensorModel

Array = NDArray[np.float64]

POINTS = 200
NOISE = 0.08
EDGE = 1.2  # of the square that is drawn
DEMOS = ("circle", "xor", "spiral", "moons")
# Hidden neurons of the two layers, as many as each needs.
WIDTH = {"circle": 6, "xor": 6, "spiral": 16, "moons": 8}


def points_of(name: str, seed: int = 0, count: int = POINTS) -> tuple[Array, Array]:
    """Points of shape (count, 2), and their classes 0 and 1, shape (count,). Raises InputError for an unknown name."""
    if name not in DEMOS:
        near = closest(name, [*DEMOS])
        hint = f"did you mean {near}?" if near else None
        raise InputError("unknown-demo", name=name, known=", ".join(DEMOS), hint=hint)
    generator = np.random.Generator(np.random.PCG64(seed))
    classes = (np.arange(count) % 2).astype(np.float64)
    along = generator.random(count)
    if name == "circle":
        radius = np.where(classes == 1, 0.45 * np.sqrt(along), 0.75 + 0.25 * along)
        angle = 2 * math.pi * generator.random(count)
        points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    elif name == "xor":
        points = 0.1 + 0.8 * generator.random((count, 2))
        signs = np.where(generator.random(count) < 0.5, 1.0, -1.0)
        points *= np.stack([signs, np.where(classes == 1, -signs, signs)], axis=1)
    elif name == "spiral":
        radius = 0.1 + 0.9 * along
        angle = 1.5 * math.pi * along + math.pi * classes
        points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    else:
        angle = math.pi * along
        upper = np.stack([np.cos(angle) - 0.5, np.sin(angle) - 0.25], axis=1)
        points = np.where(classes[:, None] == 1, -upper, upper) * 0.7
    return points + NOISE / 2 * generator.standard_normal((count, 2)), classes


def program_of(name: str) -> str:
    """The network that is trained on these points: two hidden layers of tanh."""
    width = WIDTH[name]
    return "\n".join([
        f"W1 = xavier(2, {width}); b1 = zeros({width})",
        f"W2 = xavier({width}, {width}); b2 = zeros({width})",
        f"W3 = xavier({width}, 1); b3 = zeros(1)",
        "z = tanh(tanh(X @ W1 + b1) @ W2 + b2) @ W3 + b3",
        "p = sigmoid(flatten(z))",
        "accuracy = mean(round(p) == t)",
        "L = bce_logits(flatten(z), t)",
    ])  # fmt: skip


def square(cells: int) -> Array:
    """The points of a grid over the square from -EDGE to EDGE, from the upper left, shape (cells * cells, 2)."""
    along = np.linspace(-EDGE, EDGE, cells)
    across, down = np.meshgrid(along, along[::-1])
    return np.stack([across.ravel(), down.ravel()], axis=1)


def said_at(model: TensorModel, at: Array, points: Array) -> Array:
    """What a network with the entries `at` says at points: the probability of class 1, shape (n,)."""
    program = model.program
    given = {**model.named(at), "X": points, "t": np.zeros(len(points))}
    inputs = {node: TENSORS.given(given[name]) for name, node in program.graph.variables.items()}
    node = program.names["p"]
    return np.asarray(forward(program.graph, TENSORS, inputs, node + 1)[node])
