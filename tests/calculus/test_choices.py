"""A branch that was not taken contributes nothing: to every order, in every kind of number."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bpcli.calculus.derivative import derivative
from bpcli.calculus.simplify import simplified
from bpcli.calculus.sweeps import forward, idle, reverse
from bpcli.engine.floats import FLOATS
from bpcli.engine.lanes import LANES
from bpcli.language.reader import parse

inf = math.inf

# text, x, first derivative, second derivative; by hand. The other branch is nan or infinite at x, or has such slopes.
CASES = [
    ("where(x > 0, log(x), 0)", -1.0, 0.0, 0.0),
    ("where(x > 0, log(x), 0)", 0.0, 0.0, 0.0),
    ("where(x > 0, log(x), 0)", 2.0, 0.5, -0.25),
    ("where(x > 0, log(x), x^2)", -3.0, -6.0, 2.0),
    ("where(x <= 0, 0, log(x))", -1.0, 0.0, 0.0),
    ("where(x > 0, 1/x, x)", 0.0, 1.0, 0.0),
    ("where(x > 0, sqrt(x), 3*x)", 0.0, 3.0, 0.0),
    ("where(x > 0, sqrt(x), sqrt(-x))", -4.0, -0.25, -1 / 32),
    ("where(x == 0, 1, sin(x)/x)", 0.0, 0.0, 0.0),
    ("x*where(x > 0, log(x), 0)", -1.0, 0.0, 0.0),
    ("x^2*where(x > 0, log(x), 1)", -1.0, -2.0, 2.0),
    ("where(x > 0, log(x), 0)^2", -1.0, 0.0, 0.0),
    ("where(x > 0, where(x > 1, log(x - 1), sqrt(1 - x)), exp(x))", 0.75, -1.0, -2.0),
    ("where(x > 0, where(x > 1, log(x - 1), sqrt(1 - x)), exp(x))", -1.0, math.exp(-1), math.exp(-1)),
    ("where(x > 0, log(x)*(1/x), 0) + x^2", -2.0, -4.0, 2.0),
    ("exp(where(x > 0, 1000*x, x))*x", -1.0, 0.0, math.exp(-1)),  # (x + 1) e^x, (x + 2) e^x
    ("relu(x)*log(x + 1)", -0.5, 0.0, 0.0),
    ("log(relu(x) + 1)", -5.0, 0.0, 0.0),
    ("relu(1/x)", -0.5, 0.0, 0.0),
    ("max(x, log(x))", 0.5, 1.0, 0.0),
    ("min(x^2, 1/x)", 2.0, -0.25, 0.25),
    ("clip(x^3, -1, 8)", 1.5, 6.75, 9.0),
    ("clip(1/x, -1, 1)", 0.5, 0.0, 0.0),
    ("x^0*log(x)", 2.0, 0.5, -0.25),
    ("where(x, log(x), x)", -0.0, 1.0, 0.0),
    ("hypot(x, 0*x)", 2.0, 1.0, 0.0),
    # A node that is reached under two conditions is present where one of them holds.
    ("a = x*x; y = where(x > 0, a, 0) + where(x < 1, a, 0)", 2.0, 4.0, 2.0),
    ("a = x*x; y = where(x > 0, a, 0) + where(x < 1, a, 0)", -1.0, -2.0, 2.0),
    ("a = x*x; y = where(x > 0, a, 0) + where(x < 1, a, 0)", 0.5, 2.0, 4.0),
    ("a = x*x; y = where(x > 0, a, 0) + where(x > 1, a, 0)", -1.0, 0.0, 0.0),
    # And everywhere, if one way leads there without a condition, whichever of the two is met first.
    ("a = x*x; y = where(x > 0, a, 0) + a", -1.0, -2.0, 2.0),
    ("a = x*x; b = 3*a; y = where(x > 0, a, 0) + b", -1.0, -6.0, 6.0),
    ("a = x*x; b = where(x > 0, a, 0); y = 3*a + b", -1.0, -6.0, 6.0),
]


def orders(text: str) -> tuple[object, int, list[int]]:
    """The graph of a program in x, the node of x, and the nodes of its value and of two derivatives."""
    program = parse(text)
    x = program.graph.variables["x"]
    nodes = [program.output]
    for _ in range(2):
        nodes += derivative(program.graph, nodes[-1], [x])
    return program.graph, x, nodes


@pytest.mark.parametrize(("text", "x", "first", "second"), CASES)
def test_in_floats_and_symbols(text: str, x: float, first: float, second: float) -> None:
    graph, variable, (output, *slopes) = orders(text)
    values = forward(graph, FLOATS, {variable: x}, max(output, *slopes) + 1)
    swept = reverse(graph, FLOATS, values, output, 1.0, idle(graph, [variable]))[variable]
    assert (swept or 0.0) == pytest.approx(first, rel=1e-15)
    assert values[slopes[0]] == pytest.approx(first, rel=1e-15)
    assert values[slopes[1]] == pytest.approx(second, rel=1e-15)
    # The derivative graph swept once more in floats, where its guards are conditions like any other.
    again = reverse(graph, FLOATS, values, slopes[0], 1.0, idle(graph, [variable]))[variable] if slopes[0] else None
    assert (again or 0.0) == pytest.approx(second, rel=1e-15)


@pytest.mark.parametrize("text", dict.fromkeys(text for text, *_ in CASES))
def test_in_lanes_where_some_take_the_branch_and_some_do_not(text: str) -> None:
    """All points of all cases at once; each lane is what a single point gives."""
    graph, variable, (output, *slopes) = orders(text)
    xs = sorted({x for each, x, _, _ in CASES if each == text} | {-2.5, -1.0, 0.0, 0.3, 2.0})
    top = max(output, *slopes) + 1
    with np.errstate(all="ignore"):
        values = forward(graph, LANES, {variable: np.array(xs)}, top)
        swept = reverse(graph, LANES, values, output, np.ones(len(xs)), idle(graph, [variable]))[variable]
    for place, x in enumerate(xs):
        single = forward(graph, FLOATS, {variable: x}, top)
        alone = reverse(graph, FLOATS, single, output, 1.0, idle(graph, [variable]))[variable]
        lanes = [0.0 if swept is None else swept, *(values[node] for node in slopes)]
        for lane, want in zip(lanes, (alone or 0.0, *(single[node] for node in slopes)), strict=True):
            assert float(np.broadcast_to(lane, len(xs))[place]) == pytest.approx(want, rel=1e-14, nan_ok=True)


@pytest.mark.parametrize(("text", "x", "first", "second"), CASES)
def test_what_is_shown_has_the_same_values(text: str, x: float, first: float, second: float) -> None:
    graph, _, (_, *slopes) = orders(text)
    for node, want in zip(slopes, (first, second), strict=True):
        shown, output = simplified(graph, node)
        value = forward(shown, FLOATS, {shown.variables["x"]: x}, output + 1)[output]
        assert value == pytest.approx(want, rel=1e-14, abs=1e-15)


@pytest.mark.parametrize(
    ("text", "at", "want"),
    [
        # The side that was not chosen is infinite: 0 times it would be nan.
        ("max(x, y)", {"x": 1.0, "y": -inf}, {"x": 1, "y": 0}),
        ("max(x, y)", {"x": inf, "y": 0.0}, {"x": 1, "y": 0}),
        ("min(x, y)", {"x": 1.0, "y": inf}, {"x": 1, "y": 0}),
        ("relu(x)*y", {"x": -inf, "y": 2.0}, {"x": 0, "y": 0}),
        ("clip(x, 0, 1)", {"x": inf}, {"x": 0}),
        ("clip(x, 0, 1)", {"x": -inf}, {"x": 0}),
        ("clip(x, lo, hi)", {"x": 0.5, "lo": -inf, "hi": inf}, {"x": 1, "lo": 0, "hi": 0}),
        ("relu(1/x)", {"x": -0.0}, {"x": 0}),
        ("where(x > 0, 1/x, y)", {"x": 0.0, "y": 3.0}, {"x": 0, "y": 1}),
        ("leaky_relu(x, a)", {"x": 2.0, "a": inf}, {"x": 1, "a": 0}),
        ("elu(x)", {"x": 1000.0}, {"x": 1}),
    ],
)
def test_an_infinity_on_the_closed_side_does_not_leak(text: str, at: dict[str, float], want: dict[str, float]) -> None:
    program = parse(text)
    graph = program.graph
    for kind, number in ((FLOATS, float), (LANES, lambda value: np.array([value, 0.7]))):
        inputs = {graph.variables[name]: number(value) for name, value in at.items()}
        with np.errstate(all="ignore"):
            values = forward(graph, kind, inputs, program.output + 1)
            adjoints = reverse(graph, kind, values, program.output, kind.constant(1), idle(graph, None))
        slopes = {name: adjoints[graph.variables[name]] for name in at}
        # Of the two lanes the first is the point.
        assert {name: 0.0 if slope is None else np.ravel(slope)[0] for name, slope in slopes.items()} == want


@pytest.mark.parametrize(
    ("text", "values"),
    [
        # text, and its value and first three derivatives at 0; by hand
        ("x^2", (0, 0, 2, 0)),
        ("x^3", (0, 0, 0, 6)),
        ("x*x", (0, 0, 2, 0)),
        ("x^1", (0, 1, 0, 0)),
        ("x^0", (1, 0, 0, 0)),
        ("x^4", (0, 0, 0, 0)),
        ("(x + 1)^3", (1, 3, 6, 6)),
        ("x^(1 + 1)", (0, 0, 2, 0)),
        ("n = 2; y = x^n", (0, 0, 2, 0)),
        ("x^(6/2)", (0, 0, 0, 6)),
        ("x^(2^1)", (0, 0, 2, 0)),
        ("2^x", (1, math.log(2), math.log(2) ** 2, math.log(2) ** 3)),
        ("relu(x)^2", (0, 0, 0, 0)),
        ("abs(x)^3", (0, 0, 0, 0)),
        ("exp(x)", (1, 1, 1, 1)),
        ("elu(x)", (0, 1, 1, 1)),  # the formula on the left, exp(x) - 1, holds at 0 to every order
        ("leaky_relu(x)", (0, 0.01, 0, 0)),
        ("tanh(x)", (0, 1, 0, -2)),
        ("sigmoid(x)", (0.5, 0.25, 0, -0.125)),
        ("sech(x)", (1, 0, -1, 0)),
        ("erf(x)*sqrt(pi)", (0, 2, 0, -4)),
    ],
)
def test_derivatives_at_zero_are_right_to_third_order(text: str, values: tuple[float, ...]) -> None:
    program = parse(text)
    graph = program.graph
    x = graph.variables["x"]
    node = program.output
    for want in values:
        assert forward(graph, FLOATS, {x: 0.0}, max(node, x) + 1)[node] == pytest.approx(want, abs=1e-15)
        (node,) = derivative(graph, node, [x])
