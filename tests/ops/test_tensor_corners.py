"""Tensors at their corners: broadcasting, empty axes, ties, infinities, large logits, singular matrices."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bpcli.calculus.sweeps import forward, idle, reverse
from bpcli.engine.floats import FLOATS
from bpcli.engine.point import Point, evaluate, gradient
from bpcli.engine.tensors import TENSORS
from bpcli.errors import InputError
from bpcli.graph import Graph
from bpcli.language.reader import parse
from bpcli.ops import elementwise
from bpcli.render.words import sentence
from ops.tensor_uses import Loss, largest, units

inf = math.inf
PAIRS = [
    ((), (2, 3)),
    ((3, 1), (4,)),
    ((2, 1, 3), (4, 1)),
    ((1,), (1, 1)),
    ((2, 3), (2, 3)),
    ((0, 3), (3,)),
    ((1,), ()),
]
TWO_SIDED = [
    "p + p2",
    "p - p2",
    "p*p2",
    "p/p2",
    "p^p2",
    "max(p, p2)",
    "hypot(p, p2)",
    "where(p < p2, p^2, 3*p2)",
    "atan2(p, p2)",
    "logaddexp(p, p2)",
    "clip(p, p2, 0.8)",
    "leaky_relu(p - 0.5, p2)",
]


def at(text: str, **given: object) -> Point:
    """Value and gradient with these values of the variables."""
    return gradient(parse(text), {name: np.array(value, dtype=float) for name, value in given.items()})


def value_of(text: str, **given: object) -> object:
    program = parse(text)
    return evaluate(program, {name: np.array(value, dtype=float) for name, value in given.items()}).value


@pytest.mark.parametrize("op", elementwise(), ids=lambda op: op.name)
def test_an_elementwise_operation_does_with_each_entry_what_it_does_with_a_number(op):
    points = [golden.at for golden in op.golden]
    count = len(points[0])
    points = [point for point in points if len(point) == count]
    graph = Graph()
    arguments = [graph.variable(f"v{place}") for place in range(count)]
    node = graph.add(op.name, tuple(arguments))

    def slopes(kind, point):
        values = forward(graph, kind, dict(zip(arguments, point, strict=True)), node + 1)
        one = kind.constant(1) if not kind.shaped else np.ones(np.shape(values[node]))
        try:
            return values[node], reverse(graph, kind, values, node, one, idle(graph, None))
        except InputError:  # an argument without a rule
            return values[node], [None] * len(graph)

    columns = [np.array(column, dtype=float)[:, np.newaxis] for column in zip(*points, strict=True)]
    value, adjoints = slopes(TENSORS, columns)
    for row, point in enumerate(points):
        alone, theirs = slopes(FLOATS, [float(number) for number in point])
        assert value[row, 0] == pytest.approx(alone, rel=1e-14, abs=0, nan_ok=True)
        for argument in arguments:
            mine = 0.0 if adjoints[argument] is None else adjoints[argument][row, 0]
            other = 0.0 if theirs[argument] is None else theirs[argument]
            assert mine == pytest.approx(other, rel=1e-14, abs=0, nan_ok=True)


@pytest.mark.parametrize("shapes", PAIRS, ids=str)
@pytest.mark.parametrize("text", TWO_SIDED)
def test_broadcasting_is_undone_in_the_gradient(text, shapes):
    loss = Loss(text, shapes)
    assert [np.shape(value) for value in loss.values()] == loss.shapes
    formulas = loss.values(stop=max(loss.formulas) + 1)
    for node, slope, formula, shape in zip(loss.nodes, loss.gradient(), loss.formulas, shapes, strict=True):
        assert np.shape(slope) == shape
        assert np.broadcast_to(formulas[formula], shape) == pytest.approx(slope, rel=1e-12, abs=1e-12)
        for place, unit in units(shape):
            up, down = (float(loss.values(loss.moved(node, sign * 1e-6 * unit))[-1]) for sign in (1, -1))
            assert slope[place] == pytest.approx((up - down) / 2e-6, rel=1e-6, abs=1e-6 * (1 + largest(slope)))
            assert loss.push(node, unit, loss.output + 1) == pytest.approx(slope[place], rel=1e-11, abs=1e-12)


# text, values, gradient, where it comes from
CORNERS = [
    ("sum(softmax(x)*[1,2,3])", {"x": [1000, -1000, 0]}, {"x": [0, 0, 0]}, "softmax is (1, 0, 0) to the last bit"),
    ("sum(softmax(x)*[1,2])", {"x": [1000, 1000]}, {"x": [-0.25, 0.25]}, "by hand: p = 1/2, p*(w - 3/2)"),
    ("log_softmax(x)[1]", {"x": [1000, -1000, 0]}, {"x": [-1, 1, 0]}, "by hand: (0, 1, 0) - softmax"),
    ("logsumexp(x)", {"x": [1000, 1000, -1000]}, {"x": [0.5, 0.5, 0]}, "by hand: softmax"),
    ("logsumexp(x)", {"x": [-1000, -1000]}, {"x": [0.5, 0.5]}, "by hand"),
    ("logsumexp(x)", {"x": [-inf, 0]}, {"x": [0, 1]}, "by hand"),
    ("cross_entropy(x, 1)", {"x": [1000, -1000, 0]}, {"x": [1, -1, 0]}, "by hand: softmax - one_hot"),
    (
        "cross_entropy(x, [0, 0])",
        {"x": [[1000, -1000], [-1000, 1000]]},
        {"x": [[0, 0], [-0.5, 0.5]]},
        "by hand, half for two rows",
    ),
    ("cross_entropy(x, [0.5, 0.5])", {"x": [1000, -1000]}, {"x": [0.5, -0.5]}, "by hand: p - t"),
    ("3*bce_logits(z, [0,1,1])", {"z": [1000, -1000, 0]}, {"z": [1, -1, -0.5]}, "by hand: sigmoid - y"),
    ("norm(x)", {"x": [3e200, 4e200]}, {"x": [0.6, 0.8]}, "by hand: x over its length"),
    ("norm(x)", {"x": [3e-200, 4e-200]}, {"x": [0.6, 0.8]}, "by hand"),
    ("norm(x)", {"x": [0, 0]}, {"x": [0, 0]}, "convention: 0 at the origin; PyTorch 2.13 has 0 too, JAX nan"),
    ("sum(norm(x, axis=1))", {"x": [[0, 0], [3, 4]]}, {"x": [[0, 0], [0.6, 0.8]]}, "the same in one row of two"),
    ("std(x)", {"x": [2, 2, 2]}, {"x": [0, 0, 0]}, "convention: 0, as PyTorch 2.13; JAX has nan"),
    ("det(x)", {"x": [[1, 2], [2, 4]]}, {"x": [[4, -2], [-2, 1]]}, "by hand: the cofactors"),
    ("det(x)", {"x": [[0, 0], [0, 0]]}, {"x": [[0, 0], [0, 0]]}, "by hand"),
    ("det(x)", {"x": [[0, 0, 0], [0, 2, 0], [0, 0, 3]]}, {"x": [[6, 0, 0], [0, 0, 0], [0, 0, 0]]}, "by hand"),
    ("prod(x)", {"x": [0, 2, 3]}, {"x": [6, 0, 0]}, "by hand: the product of the others"),
    ("prod(x)", {"x": [0, 0, 3]}, {"x": [0, 0, 0]}, "by hand"),
    ("max(x)", {"x": [1, 3, 3]}, {"x": [0, 0.5, 0.5]}, "convention: ties share, as amax of PyTorch and JAX"),
    ("min(x)", {"x": [2, 2, 2, 2]}, {"x": [0.25] * 4}, "convention: ties share"),
    ("sum(max(x, axis=0))", {"x": [[1, 5], [1, 2]]}, {"x": [[0.5, 1], [0.5, 0]]}, "ties share in their column alone"),
    ("max(x)", {"x": [-inf, 2, 1]}, {"x": [0, 1, 0]}, "by hand"),
    ("max(x)", {"x": [inf, 2]}, {"x": [1, 0]}, "by hand"),
    ("sum(where(x > 0, log(x), x))", {"x": [0, 2, -1]}, {"x": [1, 0.5, 1]}, "by hand: log(0) was not taken"),
    ("sum(sqrt(x)*[0, 1])", {"x": [4, 4]}, {"x": [0, 0.25]}, "by hand"),
    ("sum(relu(x))", {"x": [-1, 0, 2]}, {"x": [0, 0, 1]}, "convention: 0 at 0"),
    ("sum(abs(x))", {"x": [-1, 0, 2]}, {"x": [-1, 0, 1]}, "convention: 0 at 0"),
    ("mae(x, [0, 1])", {"x": [0, 3]}, {"x": [0, 0.5]}, "by hand, 0 at 0"),
    ("sum(dropout(x, 0))", {"x": [1, 2]}, {"x": [1, 1]}, "nothing is dropped"),
    ("sum(dropout(x, 1))", {"x": [1, 2]}, {"x": [0, 0]}, "everything is dropped, as in PyTorch"),
    ("sum(x[1:1]) + sum(x)", {"x": [1, 2]}, {"x": [1, 1]}, "the sum of nothing is 0"),
    ("prod(x[1:1])*x[0]", {"x": [1, 2]}, {"x": [1, 0]}, "the product of nothing is 1"),
    ("sum(max(x[:, 1:1], axis=0)) + sum(x)", {"x": [[1, 2]]}, {"x": [[1, 1]]}, "no columns, no extremes"),
    ("bce(p, [1, 0])", {"p": [1, 0]}, {"p": [-0.5, 0.5]}, "by hand: -1/p/2 and 1/(1 - p)/2"),
]


@pytest.mark.parametrize(
    ("text", "given", "slopes", "origin"), CORNERS, ids=[f"{case[0]} {case[1]}" for case in CORNERS]
)
def test_the_gradient_at_a_corner(text, given, slopes, origin):
    found = at(text, **given).gradient
    assert {*found} == {*slopes}
    for name, slope in slopes.items():
        assert np.array(found[name]) == pytest.approx(np.array(slope, dtype=float), rel=1e-14, abs=2e-15)


VALUES = [
    ("logsumexp(x)", [1000, 1000], 1000 + math.log(2), "by hand"),
    ("logsumexp(x[1:1])", [1, 2], -inf, "the logarithm of 0"),
    ("norm(x)", [3e200, 4e200], 5e200, "by hand"),
    ("norm(x)", [1e-200, 0], 1e-200, "by hand"),
    ("cross_entropy(x, 1)", [1000, -1000], 2000, "by hand"),
    ("cross_entropy(x, [1, 0])", [0, -inf], 0, "a class with weight 0 has no part in the loss"),
    ("bce_logits(x, [0, 1])", [1000, -1000], 1000, "by hand"),
    ("bce_logits(x, [1, 0])", [1000, -1000], 0, "by hand"),
    ("std(x)", [0.1, 0.1, 0.1], 0, "by hand"),
    ("sum(x[2:2])", [1, 2], 0, "by hand"),
]


@pytest.mark.parametrize(("text", "x", "value", "origin"), VALUES, ids=[f"{case[0]} {case[1]}" for case in VALUES])
def test_the_value_at_a_corner(text, x, value, origin):
    assert value_of(text, x=x) == pytest.approx(value, rel=1e-15, abs=1e-16)


def test_a_corner_names_the_values_that_lie_on_it():
    (note,) = at("norm(x)", x=[0, 0]).notes
    assert note.kind == "kink"
    assert note.facts["at"] == "x = [0, 0]"


RANDOM = ["randn(4)", "uniform(4)", "xavier(4, 2)", "he(4, 2)", "dropout(ones(40))"]


@pytest.mark.parametrize("text", RANDOM)
def test_a_seed_gives_the_same_numbers_and_another_seed_others(text):
    def drawn(seed):
        return value_of(f"{text[:-1]}, seed={seed})")

    assert np.array_equal(drawn(3), drawn(3))
    assert not np.array_equal(drawn(3), drawn(4))


def test_two_draws_of_one_program_differ():
    first, second = evaluate(parse("[randn(3), randn(3)]"), {}).results.values()
    assert not np.array_equal(first, second)


def test_dropout_is_frozen_in_both_passes_and_in_differences():
    x = np.arange(1.0, 41.0)
    found = at("m = dropout(x, 0.25, seed=5); sum(m*x)", x=x)
    kept = value_of("dropout(x, 0.25, seed=5)", x=x) != 0
    assert 20 < kept.sum() < 40  # the number of 40 that are kept with probability 3/4
    assert found.gradient["x"] == pytest.approx(np.where(kept, 2 * x / 0.75, 0), rel=1e-15)
    moved = value_of("m = dropout(x, 0.25, seed=5); sum(m*x)", x=x + 1e-6)
    assert (moved - found.value) / 1e-6 == pytest.approx(found.gradient["x"].sum(), rel=1e-5)


# What does not fit: both shapes, and what would.
MISFITS = [
    ("x + y", (2, 3), (3, 2), ["(2, 3)", "(3, 2)", ".T"]),
    ("x + y", (3, 2), (3,), ["(3, 2)", "(3,)", "reshape(y, 3, 1)"]),
    ("x + y", (3,), (3, 2), ["(3, 2)", "(3,)", "reshape(x, 3, 1)"]),
    ("x + y", (2,), (3,), ["(2,)", "(3,)"]),
    ("x @ y", (2, 3), (2, 4), ["(2, 3)", "(2, 4)", "3 and 2", "first one transposed"]),
    ("x @ y", (2, 3), (4, 3), ["(2, 3)", "(4, 3)", "second one transposed"]),
    ("x @ y", (3,), (2,), ["(3,)", "(2,)", "3 and 2"]),
    ("x @ y", (), (2,), ["()", "(2,)"]),
    ("solve(x, y)", (2, 2), (3,), ["(2, 2)", "(3,)"]),
    ("concat(x, y)", (2, 2), (2, 3), ["(2, 2)", "(2, 3)", "axis 0"]),
    ("cross_entropy(x, y)", (2, 3), (3,), ["(2, 3)", "(3,)", "(2,) or (2, 3)"]),
    ("[x, y]", (2,), (3,), ["(2,)", "(3,)"]),
]


@pytest.mark.parametrize(
    ("text", "x", "y", "told"), MISFITS, ids=[f"{case[0]} {case[1]} {case[2]}" for case in MISFITS]
)
def test_shapes_that_do_not_fit_are_named_with_what_would_fit(text, x, y, told):
    with pytest.raises(InputError) as caught:
        value_of(f"s = {text}; sum(s)", x=np.ones(x), y=np.ones(y))
    sentence = f"{caught.value} {caught.value.hint}"
    assert not [piece for piece in told if piece not in sentence], sentence
    assert caught.value.span == (4, 4 + len(text))


SQUARES = [
    ("mean((p - y)^2)", "p - y"),
    ("mean((y - p)^2)", "y - p"),
    ("mse(p, y)", "mse(p, y)"),
    ("bce_logits(p, y)", "bce_logits(p, y)"),
]


@pytest.mark.parametrize(("text", "node"), SQUARES)
def test_a_column_against_a_row_of_as_many_numbers_is_said(text, node):
    (note,) = at(text, p=np.linspace(-1, 1, 3)[:, np.newaxis], y=[1, 0, 1]).notes
    assert note.kind == "broadcast-square"
    facts = note.facts
    assert (facts["node"], facts["column"], facts["row"]) == (node, "p", "y")
    assert (facts["tall"], facts["flat"], facts["square"]) == ("(3, 1)", "(3,)", "(3, 3)")
    for language, word in (("en", "one by one"), ("zh", "逐个对应")):
        assert word in sentence(note, language)
        assert "`reshape(y, 3, 1)`" in sentence(note, language)


@pytest.mark.parametrize(
    ("text", "p", "y"),
    [
        ("mse(p, y)", (3, 1), (3, 1)),
        ("mse(p, reshape(y, 3, 1))", (3, 1), (3,)),
        ("sum((reshape(p, 3, 1) - y)^2)", (3,), (3,)),  # all pairs, on purpose
        ("sum((p - y)^2)", (3, 1), (4,)),
        ("sum((p - y)^2)", (1, 1), (1,)),
        ("sum(p*y)", (3, 1), (3,)),
    ],
)
def test_other_shapes_are_no_occasion_to_say_so(text, p, y):
    point = at(text, p=np.arange(1.0, 1 + np.prod(p)).reshape(p), y=np.full(y, 0.5))
    assert not [note for note in point.notes if note.kind == "broadcast-square"]
