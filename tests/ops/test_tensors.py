"""Operations on tensors: one test per property, over all of them, with no code for any single operation."""

from __future__ import annotations

import numpy as np
import pytest

from bpcli.calculus.sweeps import idle, reverse
from bpcli.engine.tensors import Tensors
from bpcli.errors import InputError
from bpcli.ops import TABLE
from ops.tensor_uses import USES, Loss, largest, units

OPS = [op for op in TABLE.values() if op.of_tensors]
CASES = [(text, shapes) for uses in USES.values() for text, *shapes in uses]
uses = pytest.mark.parametrize(
    ("text", "shapes"), CASES, ids=[f"{text} {shapes}".replace(" ", "") for text, shapes in CASES]
)


def test_every_operation_is_used_in_these_tests():
    assert {*USES} == {op.name for op in OPS}
    for name, cases in USES.items():
        for text, *shapes in cases:
            loss = Loss(text, tuple(shapes))
            assert any(op.partition(" ")[0] == name for op in loss.graph.op), f"{text} does not use {name}"


@uses
def test_the_shape_that_was_foreseen_is_the_shape_of_the_value(text, shapes):
    loss = Loss(text, tuple(shapes))
    assert [np.shape(value) for value in loss.values()] == loss.shapes


@uses
def test_a_gradient_has_the_shape_of_its_variable(text, shapes):
    loss = Loss(text, tuple(shapes))
    assert [np.shape(slope) for slope in loss.gradient()] == list(shapes)


@uses
def test_reverse_is_the_central_difference(text, shapes):
    loss = Loss(text, tuple(shapes))
    step = 1e-6
    for node, slope, shape in zip(loss.nodes, loss.gradient(), shapes, strict=True):
        for place, unit in units(shape):
            up, down = (float(loss.values(loss.moved(node, sign * step * unit))[-1]) for sign in (1, -1))
            # The difference has an error of step^2 times a third derivative, and of a rounding over the step.
            assert slope[place] == pytest.approx((up - down) / (2 * step), rel=1e-6, abs=1e-6 * (1 + largest(slope)))


@uses
def test_forward_mode_is_reverse_mode(text, shapes):
    loss = Loss(text, tuple(shapes))
    for node, slope, shape in zip(loss.nodes, loss.gradient(), shapes, strict=True):
        for place, unit in units(shape):
            tangent = loss.push(node, unit, loss.output + 1)
            assert tangent == pytest.approx(slope[place], rel=1e-11, abs=1e-12 * (1 + largest(slope)))


@uses
def test_the_derivative_graph_has_the_values_of_the_reverse_sweep(text, shapes):
    loss = Loss(text, tuple(shapes))
    formulas = loss.formulas
    values = loss.values(stop=max(formulas) + 1)
    for slope, formula, shape in zip(loss.gradient(), formulas, shapes, strict=True):
        found = np.broadcast_to(values[formula], shape)
        assert found == pytest.approx(slope, rel=1e-11, abs=1e-12 * (1 + largest(slope)))


@pytest.mark.parametrize("text", ["others(x)", "others(x, axis=0)"])
def test_third_derivatives_of_products_of_entries_are_refused_by_name(text):
    loss = Loss(text, ((2, 3),))
    formula = loss.formulas[0]
    with pytest.raises(InputError, match="prod has rules for its first and second derivatives, and none for the third"):
        loss.push(loss.nodes[0], np.ones((2, 3)), formula + 1)


@pytest.mark.parametrize(("text", "shapes"), [case for case in CASES if not case[0].startswith("others")])
def test_the_hessian_along_a_direction_is_the_difference_of_gradients(text, shapes):
    loss = Loss(text, tuple(shapes))
    draw = np.random.default_rng(5)
    step = 1e-6
    for formula, shape in zip(loss.formulas, shapes, strict=True):
        for moving in loss.nodes:
            direction = draw.standard_normal(np.shape(loss.given[moving]))
            product = np.broadcast_to(loss.push(moving, direction, formula + 1), shape)
            up, down = (
                np.broadcast_to(loss.values(loss.moved(moving, sign * step * direction), formula + 1)[formula], shape)
                for sign in (1, -1)
            )
            assert product == pytest.approx((up - down) / (2 * step), rel=1e-5, abs=1e-5 * (1 + largest(product)))


@uses
def test_float32_stays_float32_in_both_passes(text, shapes):
    kind = Tensors("float32")
    loss = Loss(text, tuple(shapes), kind)
    values = loss.values()
    wide = [node for node, value in enumerate(values) if value.dtype != np.float32]
    assert not wide, [loss.graph.op[node] for node in wide]
    adjoints = reverse(loss.graph, kind, values, loss.output, kind.constant(1), idle(loss.graph, loss.nodes))
    wide = [node for node, slope in enumerate(adjoints) if slope is not None and slope.dtype != np.float32]
    assert not wide, [loss.graph.op[node] for node in wide]
    assert values[-1] == pytest.approx(Loss(text, tuple(shapes)).values()[-1], rel=2e-4, abs=2e-5)
