"""Sums that are taken apart before they are computed: the same sums, in fewer operations."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bpcli.calculus.derivative import derivative
from bpcli.engine.summed import Summed, dot
from bpcli.engine.totals import Totals
from bpcli.language.reader import parse
from bpcli.training.models.compiled import MeanLoss
from bpcli.training.models.model import read_model

X = np.random.default_rng(2).uniform(0.1, 5, 70_000)
COLUMNS = {"x": X, "y": np.sin(X)}
AT = {"a": 1.5, "b": -0.7, "c": 0.3, "d": 2.0}


def plain(text: str, singles: dict[str, float]) -> list[float]:
    """The sums of a loss and its derivatives, each node computed as the derivative graph has it."""
    program = parse(text)
    names = [name for name in program.inputs if name not in COLUMNS]
    nodes = [program.output, *derivative(program.graph, program.output, [program.names[name] for name in names])]
    made = Totals(program.graph, nodes, COLUMNS)
    blocks = made.reduced(singles, lambda found: [math.fsum(each) for each in found])
    return [math.fsum(part) for part in zip(*blocks, strict=True)]


def summed(text: str, singles: dict[str, float]) -> tuple[list[float], Totals]:
    program = parse(text)
    names = [name for name in program.inputs if name not in COLUMNS]
    nodes = [program.output, *derivative(program.graph, program.output, [program.names[name] for name in names])]
    made = Totals(program.graph, nodes, COLUMNS)
    return made.sums(singles), made


@pytest.mark.parametrize(
    "text",
    [
        "(a*exp(b*x) + c - y)^2",
        "((a + b*x)/(1 + c*x^2) - y)^2/3",
        "softplus(a*x + b) - y*(a*x + b)",
        "abs(a*sin(b*x) - y)",
        "-a*x*(b*x)*(-y)",
        "a^2*b",  # no column at all
        "where(x > 1, a*x, b) - y",
        "(a > b)*x + (x > a)",
        "(x - y)^2",
        "c*x^4*y - x*x/a",
        "max(a*x, y)*b",
        "sqrt(a^2 + x)*tanh(b*x*y)",
    ],
)
def test_sums_are_those_of_the_derivative_graph(text: str) -> None:
    """Up to rounding, relative to the largest of them."""
    expected = plain(text, AT)
    found, _ = summed(text, AT)
    assert found == pytest.approx(expected, rel=1e-12, abs=1e-13 * max(map(abs, expected)))


@pytest.mark.parametrize(
    ("model", "most"),
    [
        # mul, exp, mul, add, sub for the residual, and u = r*e, and a sign: by hand.
        ("a*exp(-b*x) + c", 7),
        # mul, add, sub: the residual, whose products with itself and with x are never written down.
        ("a + b*x", 3),
        ("a*exp(-((x-b)/c)^2) + d*exp(-((x-f)/g)^2)", 18),
    ],
)
def test_how_many_operations_a_gradient_takes(model: str, most: int) -> None:
    loss = MeanLoss(read_model(model, ["x", "y"]), COLUMNS)
    loss(np.full(len(loss.model.parameters), 0.5))
    graph = loss.model.program.graph
    nodes = [loss.model.program.output, *derivative(graph, loss.model.program.output, loss.model.nodes)]
    assert Summed(graph, nodes, ("x", "y")).kernel.steps <= most


@pytest.mark.parametrize(
    ("text", "singles"),
    [
        ("a*(b*x)", {"a": 1e-200, "b": 1e250}),  # a*b is 1e50, and a alone is far from where products are safe
        ("a*b*x", {"a": 1e200, "b": 1e200}),
        ("a*exp(b*x)", {"a": 1.0, "b": 300.0}),
        ("a*x/b", {"a": 1.0, "b": 0.0}),
        ("a*log(b*x)", {"a": 1.0, "b": -1.0}),
        ("a*exp(b*x)", {"a": 0.0, "b": 300.0}),
    ],
)
def test_where_floats_end_the_order_of_the_factors_is_that_of_the_derivative(
    text: str, singles: dict[str, float]
) -> None:
    program = parse(text)
    nodes = [program.output, *derivative(program.graph, program.output, [program.names[name] for name in singles])]
    made = Totals(program.graph, nodes, COLUMNS)
    with np.errstate(all="ignore"):
        parts = made.reduced(singles, lambda found: [float(each.sum()) for each in found])
        expected = [sum(part) for part in zip(*parts, strict=True)]
    assert made.sums(singles) == pytest.approx(expected, rel=1e-12, nan_ok=True)


def test_a_dot_product_in_pieces_is_the_whole() -> None:
    y = np.cos(X)
    assert dot(X, y) == pytest.approx(math.fsum(X * y), rel=1e-12)
    assert dot(X[:3], y[:3]) == pytest.approx(math.fsum(X[:3] * y[:3]), rel=1e-15)
