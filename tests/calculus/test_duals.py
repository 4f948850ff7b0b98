"""Forward mode: dual numbers over every kind give what the reverse sweep gives."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from bpcli.calculus.duals import Duals
from bpcli.calculus.sweeps import forward, idle, reverse
from bpcli.engine.floats import FLOATS
from bpcli.engine.lanes import LANES
from bpcli.errors import InputError
from bpcli.graph import Graph
from bpcli.language.reader import parse
from bpcli.ops import Op, elementwise
from calculus.precise import PRECISE, mp
from calculus.programs import ALL, CHOOSING, CUTTING, SMOOTH, runs, valued

inf, nan = math.inf, math.nan
DUALS, LANE_DUALS, PRECISE_DUALS = Duals(FLOATS), Duals(LANES), Duals(PRECISE)
SPECIAL = (-inf, -2.0, -1.0, -0.0, 0.0, 0.5, 1.0, 3.0, inf, nan)


def along(text: str, at: dict[str, float], name: str) -> tuple[float, float | None]:
    """The value of a program and its tangent along one input."""
    program = parse(text)
    inputs = {
        program.graph.variables[each]: DUALS.dual(value, 1.0 if each == name else None) for each, value in at.items()
    }
    out = forward(program.graph, DUALS, inputs, program.output + 1)[program.output]
    return out.primal, out.tangent


@pytest.mark.parametrize(
    ("text", "at", "name", "value", "tangent"),
    [
        ("(x+w)*w", {"x": 2.0, "w": 3.0}, "w", 15, 8),
        ("(x+w)*w", {"x": 2.0, "w": 3.0}, "x", 15, 3),
        ("x*x", {"x": 3.0}, "x", 9, 6),
        ("x^3", {"x": 0.0}, "x", 0, 0),
        ("f(u) = u^2; d f/du = 7; f(x)*x", {"x": 2.0}, "x", 8, 2 * 7 + 4),
        # Absent is not zero:
        ("x + w - w", {"x": 2.0, "w": 3.0}, "w", 2, 0),
        ("floor(x)", {"x": 2.5}, "x", 2, None),
        ("detach(x)*w", {"x": 2.0, "w": 3.0}, "x", 6, None),
        ("where(w > 0, w, log(x))", {"x": 0.0, "w": 3.0}, "x", 3, None),
        ("relu(x)", {"x": -1.0}, "x", 0, None),
    ],
)
def test_a_tangent_is_the_sum_over_the_open_edges(
    text: str, at: dict[str, float], name: str, value: float, tangent: float | None
) -> None:
    """By hand."""
    assert along(text, at, name) == (value, tangent)


def use_of(op: Op) -> tuple[Graph, list[int], int]:
    graph = Graph()
    count = 3 if op.variadic else len(op.params)
    arguments = [graph.variable(f"v{place}") for place in range(count)]
    return graph, arguments, graph.add(op.name, tuple(arguments))


@pytest.mark.parametrize("op", elementwise(), ids=[op.name for op in elementwise()])
def test_each_operation_passes_tangents_as_the_reverse_sweep_passes_adjoints(op: Op) -> None:
    """At special values too: the same number, or absent in both."""
    graph, arguments, node = use_of(op)
    for at in itertools.product(SPECIAL, repeat=len(arguments)):
        values = forward(graph, FLOATS, dict(zip(arguments, at, strict=True)), node + 1)
        for argument in arguments:
            if op.partials.get(op.params[0 if op.variadic else arguments.index(argument)]) is None:
                continue
            skip = idle(graph, [argument])
            pulled = reverse(graph, FLOATS, values, node, 1.0, skip)[argument]
            inputs = {
                each: DUALS.dual(x, 1.0 if each == argument else None) for each, x in zip(arguments, at, strict=True)
            }
            pushed = forward(graph, DUALS, inputs, node + 1)[node].tangent
            assert repr(pushed) == repr(pulled), at


@given(valued(ALL + CUTTING))
def test_both_modes_give_the_same_gradient(run: Any) -> None:
    program, at = run
    graph = program.graph
    exact = {graph.variables[name]: mp.mpf(value) for name, value in at.items()}
    values = forward(graph, PRECISE, exact, program.output + 1)
    adjoints = reverse(graph, PRECISE, values, program.output, mp.mpf(1), idle(graph, None))
    for node in exact:
        inputs = {each: PRECISE_DUALS.dual(x, mp.mpf(1) if each == node else None) for each, x in exact.items()}
        tangent = forward(graph, PRECISE_DUALS, inputs, program.output + 1)[program.output].tangent
        # What one of them finds closed the other may find to be a sum of nothing.
        pulled, pushed = adjoints[node] or mp.mpf(0), tangent or mp.mpf(0)
        if mp.isfinite(pulled):
            assert abs(pulled - pushed) <= mp.mpf(10) ** -30 * (1 + abs(pulled))


@given(runs(ALL + CHOOSING + CUTTING))
def test_arrays_of_points_have_the_tangents_of_the_points(run: Any) -> None:
    """A tangent that is absent in some lanes is 0 there, whatever its slope would have been."""
    program, at = run
    graph = program.graph
    names = list(at)
    rows = [list(at.values()), [0.0] * len(names), [1.0, -1.0, 0.5][: len(names)], [-2.0, 3.0, 0.0][: len(names)]]
    for name in names:
        node = graph.variables[name]
        with np.errstate(all="ignore"):
            inputs = {
                graph.variables[each]: LANE_DUALS.dual(
                    np.array([row[place] for row in rows]), np.ones(len(rows)) if each == name else None
                )
                for place, each in enumerate(names)
            }
            out = forward(graph, LANE_DUALS, inputs, program.output + 1)[program.output]
        lanes = np.broadcast_to(0.0 if out.tangent is None else out.tangent, len(rows))
        for place, row in enumerate(rows):
            single = {
                graph.variables[each]: DUALS.dual(x, 1.0 if each == name else None)
                for each, x in zip(names, row, strict=True)
            }
            alone = forward(graph, DUALS, single, program.output + 1)[program.output]
            want = 0.0 if alone.tangent is None else alone.tangent
            got = float(lanes[place])
            assert node in single
            assert (got != got and want != want) or got == want or abs(got - want) <= 1e-9 * max(abs(got), abs(want))


@pytest.mark.parametrize(
    ("text", "x", "third"),
    [("x^2", 0.0, 0), ("x^3", 0.0, 6), ("abs(x)^3", 0.0, 0), ("x^4", 2.0, 48), ("exp(x)", 0.0, 1), ("sin(x)", 0.0, -1)],
)
def test_duals_of_duals_carry_higher_derivatives(text: str, x: float, third: float) -> None:
    """Third derivatives by three layers. By hand; |x|^3 has 6 on the right, -6 on the left, and 0 by convention."""
    program = parse(text)
    two, three = Duals(DUALS), Duals(Duals(DUALS))
    inner = two.dual(DUALS.dual(x, 1.0), DUALS.dual(1.0))
    seeded = three.dual(inner, two.dual(DUALS.dual(1.0)))
    out = forward(program.graph, three, {program.graph.variables["x"]: seeded}, program.output + 1)[program.output]
    for _ in range(3):
        out = None if out is None else out.tangent
    assert (0.0 if out is None else out) == pytest.approx(third)


@given(valued(SMOOTH, 5))
def test_a_second_tangent_is_the_second_derivative(run: Any) -> None:
    """Duals of duals of 50 digits against the central difference of their first tangents."""
    program, at = run
    graph = program.graph
    name = program.inputs[0]
    exact = {graph.variables[each]: mp.mpf(value) for each, value in at.items()}
    outer = Duals(PRECISE_DUALS)
    node = graph.variables[name]

    def tangent(x: Any) -> Any:
        inputs = {each: PRECISE_DUALS.dual(x if each == node else value, mp.mpf(1) if each == node else None)
                  for each, value in exact.items()}  # fmt: skip
        return forward(graph, PRECISE_DUALS, inputs, program.output + 1)[program.output].tangent

    inputs = {
        each: outer.dual(
            PRECISE_DUALS.dual(value, mp.mpf(1) if each == node else None),
            PRECISE_DUALS.dual(mp.mpf(1)) if each == node else None,
        )
        for each, value in exact.items()
    }
    out = forward(graph, outer, inputs, program.output + 1)[program.output].tangent
    found = mp.mpf(0) if out is None or out.tangent is None else out.tangent
    step = mp.mpf(10) ** -16
    want = ((tangent(exact[node] + step) or 0) - (tangent(exact[node] - step) or 0)) / (2 * step)
    if mp.isfinite(want):
        assert abs(found - want) <= mp.mpf(10) ** -17 * (1 + abs(want)) * 10**6


def test_a_missing_rule_is_told_where_it_is_needed_and_nowhere_else() -> None:
    text = "f(u, v) = u*v; d f/du = v; f(x, w)"
    assert along(text, {"x": 2.0, "w": 3.0}, "x") == (6, 3)
    with pytest.raises(InputError) as caught:
        along(text, {"x": 2.0, "w": 3.0}, "w")
    assert caught.value.kind == "no-rule"


@pytest.mark.parametrize("depth", [10, 30_000])
def test_depth_costs_no_stack(depth: int) -> None:
    graph = Graph()
    node = graph.variable("x")
    for _ in range(depth):
        node = graph.add("neg", (node,))
    assert forward(graph, DUALS, {0: DUALS.dual(2.0, 1.0)}, node + 1)[node].tangent == 1
