"""How operations on tensors are used in their tests: texts and the shapes of their variables, no code for any."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

from bpcli.calculus.derivative import derivative
from bpcli.calculus.shapes import shapes_of
from bpcli.calculus.sweeps import forward, idle, reverse
from bpcli.engine.directions import push
from bpcli.engine.tensors import TENSORS
from bpcli.language.reader import parse

Shape = tuple[int, ...]

# Operation -> uses: the text, then the shape of each variable in the order in which they appear. A variable p
# lies between 0.1 and 0.9, all others are normal random numbers; `q` is a vector with a 0 in it.
USES: dict[str, list[tuple[Any, ...]]] = {
    "matmul": [
        ("x @ y", (3,), (3,)),
        ("x @ y", (2, 3), (3,)),
        ("x @ y", (3,), (3, 2)),
        ("x @ y", (2, 3), (3, 4)),
        ("x @ y", (2, 3, 4), (4,)),
        ("x @ y", (4,), (2, 4, 3)),
        ("x @ y", (2, 3, 4), (4, 2)),
        ("x @ y", (3, 4), (2, 4, 2)),
        ("x @ y", (2, 3, 4), (2, 4, 2)),
        ("x @ y", (2, 1, 3, 4), (3, 4, 2)),
        ("dot(x, y)", (3,), (3,)),
        ("x @ x", (3, 3)),
        ("x @ x", (3,)),
    ],
    "transpose": [("x.T", (3,)), ("x.T", (2, 3)), ("x.T", (2, 3, 4)), ("transpose(x)", (1, 4))],
    "permute": [
        ("transpose(x, [1, 0])", (2, 3)),
        ("transpose(x, 2, 0, 1)", (2, 3, 4)),
        ("transpose(x, 0, -1, 1)", (2, 3, 4)),
    ],
    "unpermute": [("unpermute(x, axes=[2, 0, 1])", (2, 3, 4)), ("unpermute(x, axes=[1, 0])", (2, 3))],
    "matrix_transpose": [("matrix_transpose(x)", (2, 3)), ("matrix_transpose(x)", (2, 3, 4))],
    "outer": [("outer(x, y)", (3,), (2,)), ("outer(x, y)", (1,), (4,)), ("outer(x, x)", (3,))],
    "trace": [("trace(x)", (3, 3)), ("trace(x @ y)", (2, 3), (3, 2)), ("trace(x)", (1, 1))],
    "diag": [("diag(x)", (3,)), ("diag(x)", (3, 3))],
    "eye_like": [("eye_like(x) * x", (3, 3))],
    "det": [("det(x)", (1, 1)), ("det(x)", (2, 2)), ("det(x)", (4, 4))],
    "cofactor": [("cofactor(x)", (2, 2)), ("cofactor(x)", (3, 3))],
    "inv": [("inv(x)", (1, 1)), ("inv(x)", (3, 3))],
    "solve": [("solve(x, y)", (3, 3), (3,)), ("solve(x, y)", (3, 3), (3, 2))],
    "norm": [
        ("norm(x)", (4,)),
        ("norm(x)", (2, 3)),
        ("norm(x, axis=0)", (2, 3)),
        ("norm(x, axis=-1, keepdims=1)", (2, 3)),
        ("norm(x, axis=[0, 2])", (2, 3, 2)),
        ("norm(x)", ()),
    ],
    "unit": [("unit(x)", (4,)), ("unit(x, axis=1)", (2, 3)), ("unit(x)", (2, 2))],
    "conv1d": [("conv1d(x, w)", (6,), (3,)), ("conv1d(x, w)", (4,), (4,)), ("conv1d(x, w)", (5,), (1,))],
    "convolve": [("convolve(x, w)", (5,), (3,)), ("convolve(x, w)", (2,), (4,)), ("convolve(x, w)", (1,), (3,))],
    **{
        name: [
            (f"{name}(x)", ()),
            (f"{name}(x)", (4,)),
            (f"{name}(x)", (2, 3)),
            (f"{name}(x, axis=0)", (2, 3)),
            (f"{name}(x, axis=-1)", (2, 3)),
            (f"{name}(x, axis=1, keepdims=1)", (2, 3)),
            (f"{name}(x, axis=[0, 2])", (2, 3, 2)),
            (f"{name}(x, axis=[-1, 0], keepdims=1)", (2, 3, 2)),
            (f"{name}(x, keepdims=1)", (2, 3)),
        ]
        for name in ("sum", "mean", "prod", "logsumexp")
    },
    "amax": [
        ("max(x)", (4,)),
        ("max(x)", (2, 3)),
        ("max(x, axis=0)", (2, 3)),
        ("max(x, axis=-1, keepdims=1)", (2, 3)),
        ("max(x, axis=[0, 2])", (2, 3, 2)),
    ],
    "amin": [("min(x)", (4,)), ("min(x, axis=1)", (2, 3)), ("min(x, axis=[0, 1], keepdims=1)", (2, 3, 2))],
    "variance": [
        ("var(x)", (4,)),
        ("var(x, ddof=1)", (2, 3)),
        ("var(x, axis=0)", (2, 3)),
        ("var(x, axis=[0, 2], keepdims=1, ddof=1)", (2, 3, 2)),
    ],
    "std": [
        ("std(x)", (4,)),
        ("std(x, ddof=1)", (2, 3)),
        ("std(x, axis=0)", (3, 2)),
        ("std(x, axis=[0, 2], keepdims=1)", (2, 3, 2)),
    ],
    "count": [("count(x) * x", (2, 3)), ("count(x, axis=0) * x", (2, 3))],
    "argmax": [("argmax(x) * x", (4,)), ("argmax(x, axis=1) * sum(x, axis=1)", (2, 3))],
    "others": [("others(x)", (4,)), ("others(x)", (2, 3)), ("others(x, axis=0)", (2, 3)), ("others(x)", ())],
    "others_slope": [("others_slope(v, [2, 3, 5, 7])", (4,)), ("others_slope(v, [[2, 3], [5, 7]], axis=1)", (2, 2))],
    "spread": [
        ("spread(v, x)", (), (2, 3)),
        ("spread(v, x, axis=0)", (3,), (2, 3)),
        ("spread(v, x, axis=1, keepdims=1)", (2, 1), (2, 3)),
        ("spread(v, x, axis=[0, 2])", (3,), (2, 3, 2)),
    ],
    "sum_like": [("sum_like(v, x)", (2, 3), (3,)), ("sum_like(v, x)", (2, 3), (2, 1)), ("sum_like(v, x)", (2, 3), ())],
    "broadcast_like": [("broadcast_like(x, y)", (3,), (2, 3)), ("broadcast_like(x, y)", (2, 1), (2, 3))],
    "reshape": [
        ("reshape(x, 3, 2)", (2, 3)),
        ("reshape(x, [-1])", (2, 3)),
        ("reshape(x, 2, -1, 2)", (4, 3)),
        ("reshape(x, 1, 1)", ()),
    ],
    "reshape_like": [("reshape_like(x, y)", (2, 3), (6,)), ("reshape_like(x, y)", (4,), (2, 2))],
    "flatten": [("flatten(x)", (2, 3)), ("flatten(x)", (3,)), ("flatten(x)", ())],
    "expand": [("expand(x, axis=0)", (3,)), ("expand(x, axis=-1)", (2, 3)), ("expand(x, axis=1)", (2, 3))],
    "squeeze": [("squeeze(x, axis=0)", (1, 3)), ("squeeze(x, axis=-1)", (2, 1)), ("squeeze(x)", (1, 3, 1))],
    "index": [
        ("x[1]", (3,)),
        ("x[-1]", (3, 2)),
        ("x[0, 1]", (3, 2)),
        ("x[:, 1]", (3, 2)),
        ("x[1:3]", (4, 2)),
        ("x[::-1]", (4,)),
        ("x[:2, 1:]", (3, 3)),
        ("x[0:4:2]", (5,)),
        ("x[1][0]", (3, 2)),
        ("x[0, :, 1]", (2, 3, 2)),
    ],
    "place": [("place(v, x, at=1)", (2,), (3, 2))],
    "take": [("take(x, axis=1, at=2)", (2, 3)), ("take(x, axis=0, at=1)", (2, 3, 2))],
    "put": [("put(v, x, axis=1, at=2)", (2,), (2, 3))],
    "stack": [
        ("[a, b]", (), ()),
        ("[a, b, a]", (3,), (3,)),
        ("[[a, 2], [b, 3]]", (), ()),
        ("stack(a, b, axis=1)", (3,), (3,)),
        ("stack(a, b, axis=-1)", (2, 3), (2, 3)),
    ],
    "concat": [
        ("concat(a, b)", (2,), (3,)),
        ("concat([a, b])", (2, 2), (1, 2)),
        ("concat(a, b, a, axis=1)", (2, 2), (2, 1)),
        ("concat(a, b, axis=-1)", (2, 2), (2, 3)),
    ],
    "piece": [("piece(x, a, b, at=1)", (5,), (2,), (3,)), ("piece(x, a, b, axis=1, at=0)", (2, 3), (2, 1), (2, 2))],
    "place_piece": [
        ("place_piece(x, a, b, at=1)", (3,), (2,), (3,)),
        ("place_piece(x, a, b, axis=1, at=0)", (2, 1), (2, 1), (2, 2)),
    ],
    "full": [("full(x, 2, 3)", ()), ("full(x, 4)", ()), ("full(x^2, [2])", ())],
    "arange": [("arange(3) * x", (3,)), ("(arange(3) + x)^2", ())],
    "one_hot": [("one_hot([0, 2], 3) * x", (2, 3)), ("one_hot(1, 3) * x", (3,))],
    "one_hot_like": [("one_hot_like([0, 2], x) * x", (2, 3))],
    "one_hot_targets": [
        ("one_hot_targets(x, [0, 2]) * x", (2, 3)),
        ("one_hot_targets(x, 1) * x", (3,)),
        ("one_hot_targets(x, p) * x", (2, 3), (2, 3)),
    ],
    "softmax": [
        ("softmax(x)", (4,)),
        ("softmax(x)", (2, 3)),
        ("softmax(x, axis=0)", (2, 3)),
        ("softmax(x, axis=1)", (2, 3, 2)),
    ],
    "log_softmax": [("log_softmax(x)", (4,)), ("log_softmax(x, axis=0)", (2, 3)), ("log_softmax(x)", (2, 2, 3))],
    "cross_entropy": [
        ("cross_entropy(x, 2)", (3,)),
        ("cross_entropy(x, [0, 2])", (2, 3)),
        ("cross_entropy(x, p)", (3,), (3,)),
        ("cross_entropy(x, p)", (2, 3), (2, 3)),
        ("cross_entropy(x, [[0, 1], [2, 2]])", (2, 2, 3)),
    ],
    **{
        name: [
            (f"{name}(x, y)", (3,), (3,)),
            (f"{name}(x, y)", (2, 3), (3,)),
            (f"{name}(x, y)", (3,), (2, 1)),
            (f"{name}(x, y)", (2, 3), ()),
            (f"{name}(x, y)", (), ()),
        ]
        for name in ("mse", "mae")
    },
    "huber": [("huber(x, y)", (4,), (4,)), ("huber(x, y, 0.3)", (2, 3), (3,)), ("huber(3*x, y, delta=2)", (2, 3), ())],
    "bce": [("bce(p, p2)", (3,), (3,)), ("bce(p, p2)", (2, 3), (3,)), ("bce(p, [0, 1, 1])", (3,))],
    "bce_logits": [("bce_logits(x, p)", (3,), (3,)), ("bce_logits(x, p)", (2, 3), (3,)), ("bce_logits(x, 1)", (2, 1))],
    "layer_norm": [
        ("layer_norm(x)", (4,)),
        ("layer_norm(x)", (2, 3)),
        ("layer_norm(x, gain, shift)", (2, 4), (4,), (4,)),
        ("layer_norm(x, gain, shift, eps=0.1)", (2, 2, 3), (3,), ()),
    ],
    "batch_norm": [
        ("batch_norm(x)", (4,)),
        ("batch_norm(x)", (4, 2)),
        ("batch_norm(x, gain, shift)", (4, 2), (2,), (2,)),
        ("batch_norm(x, gain, shift, eps=0.1)", (4, 2), (), (2,)),
    ],
    "rms_norm": [
        ("rms_norm(x)", (4,)),
        ("rms_norm(x, gain)", (2, 3), (3,)),
        ("rms_norm(x, gain, eps=0.1)", (2, 2, 3), ()),
    ],
    "dropout": [("dropout(x)", (4,)), ("dropout(x, 0.2, seed=3)", (2, 3)), ("dropout(x, p)", (6,), ())],
    "keep_mask": [("keep_mask(x, 0.5, seed=1) * x", (6,))],
    "randn": [("randn(3, 2) * x", (3, 2)), ("randn(3, seed=7) * x", ())],
    "uniform": [("uniform(2, 2) * x", (2, 2))],
    "xavier": [("xavier(3, 2) * x", (3, 2)), ("xavier(3) * x", (3,))],
    "he": [("he(3, 2) * x", (3, 2))],
}
# Operation, text, shapes: what a test goes through that is held for every use.
ALL = [(name, *use) for name, uses in USES.items() for use in uses]


def point_of(text: str, shapes: tuple[Any, ...], low: float = 0.3, high: float = 0.8, seed: int = 1) -> dict[str, Any]:
    """Values for the variables of a use, away from corners: p as a probability, class numbers as 0."""
    draw = np.random.Generator(np.random.PCG64(seed))
    at: dict[str, Any] = {}
    for name, shape in zip(parse(text).inputs, shapes, strict=False):
        ends = (0.1, 0.9) if name == "p" else (low, high)
        at[name] = draw.uniform(*ends, shape)
        if name == "t" and "cross_entropy" in text and len(shape) < len(shapes[0]):
            at[name] = np.zeros(shape)
    return at


class Loss:
    """A use as a loss: its entries with fixed weights, summed, and where it is looked at.

    result: the node of the use itself; `output` that of the sum
    """

    def __init__(self, text: str, shapes: tuple[Shape, ...], kind: Any = TENSORS, seed: int = 0) -> None:
        self.text, self.kind = text, kind
        draw = np.random.default_rng(seed)
        first = parse(text)
        inner = first.inputs
        inputs = dict(zip(inner, shapes, strict=True))
        shape = shapes_of(first.graph, {first.graph.variables[name]: inputs[name] for name in inner}, first.stop)[-1]
        program = parse(f"u = {text}; sum(u * weights)")
        self.program, self.graph, self.output = program, program.graph, program.output
        self.result = program.names["u"]
        self.names = list(inner)
        self.nodes = [self.graph.variables[name] for name in inner]
        self.given = {
            self.graph.variables[name]: kind.given(
                draw.uniform(0.1, 0.9, shape) if name[0] == "p" else draw.standard_normal(shape)
            )
            for name, shape in [*inputs.items(), ("weights", shape)]
        }
        given_shapes = {node: np.shape(value) for node, value in self.given.items()}
        self.shapes = shapes_of(self.graph, given_shapes, self.output + 1)
        for node, each in enumerate(self.shapes):
            if each:
                self.graph.shape[node] = each
        self.graph.shape.setdefault(-1, ())

    def values(self, given: Any = None, stop: int | None = None) -> list[Any]:
        return forward(self.graph, self.kind, given or self.given, stop or self.output + 1)

    def gradient(self) -> list[Any]:
        """By each variable: an array of its shape."""
        values = self.values()
        one = self.kind.constant(1)
        adjoints = reverse(self.graph, self.kind, values, self.output, one, idle(self.graph, self.nodes))
        found = [adjoints[node] for node in self.nodes]
        return [
            self.kind.zero_like(values[node]) if slope is None else slope
            for node, slope in zip(self.nodes, found, strict=True)
        ]

    def moved(self, node: int, step: Any) -> dict[int, Any]:
        return {**self.given, node: self.kind.given(self.given[node] + step)}

    @functools.cached_property
    def formulas(self) -> list[int]:
        """The nodes of the derivative graph, by each variable."""
        return list(derivative(self.graph, self.output, self.nodes))

    def push(self, node: int, direction: Any, stop: int) -> Any:
        """The tangent of the last node below `stop` where this variable moves."""
        tangent = push(self.graph, self.given, {node: self.kind.given(direction)}, stop, self.kind)[-1].tangent
        return 0.0 if tangent is None else tangent


def units(shape: Shape) -> list[tuple[Shape, Any]]:
    """Each entry of a shape, with the array that is 1 there and 0 elsewhere."""
    made = []
    for place in np.ndindex(*shape):
        unit = np.zeros(shape)
        unit[place] = 1.0
        made.append((place, unit))
    return made


def largest(array: Any) -> float:
    return float(np.max(np.abs(array), initial=0.0)) if math.prod(np.shape(array)) else 0.0
