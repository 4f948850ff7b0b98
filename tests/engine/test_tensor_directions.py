"""Jacobians, Hessians and products with them, of vectors and matrices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bpcli.engine.directions import forward_gradient, hessian, hessian_product, jacobian, jvp, vjp
from bpcli.engine.point import evaluate, gradient
from bpcli.errors import InputError
from bpcli.language.reader import parse

A = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
X = np.array([0.5, -2.0])

PROGRAMS: list[tuple[str, dict[str, Any]]] = [
    ("A @ x", {"A": A, "x": X}),
    ("sin(A)*x", {"A": A, "x": X}),
    ("softmax(A @ x)", {"A": A, "x": X}),
    ("[A @ x, sum(x^2), z*x]", {"A": A, "x": X, "z": 3.0}),
    ("outer(x, A @ x).T", {"A": A, "x": X}),
    ("h = tanh(A @ x); [h[1], h*h, A[0]]", {"A": A, "x": X}),
    ("inv(A.T @ A)", {"A": A}),
    ("[max(A), z]", {"A": A, "z": 1.0}),
]
SCALAR: list[tuple[str, dict[str, Any]]] = [
    ("x @ A.T @ A @ x", {"A": A, "x": X}),
    ("logsumexp(A @ x) + z*sum(x^3)", {"A": A, "x": X, "z": 2.0}),
    ("sum(exp(A @ x)/z)", {"A": A / 10, "x": X, "z": 2.0}),
]


def moved(given: dict[str, Any], name: str, index: tuple[int, ...], by: float) -> dict[str, Any]:
    """The values with one entry moved."""
    value = np.array(given[name], dtype=float)
    value[index] += by
    return {**given, name: value if value.shape else float(value)}


@pytest.mark.parametrize("mode", ["forward", "reverse"])
@pytest.mark.parametrize(("text", "given"), PROGRAMS)
def test_a_jacobian_is_that_of_central_differences(text: str, given: dict[str, Any], mode: str) -> None:
    program = parse(text, given=given)
    found = jacobian(program, given, mode=mode)
    for name in program.inputs:
        for index in np.ndindex(np.shape(given[name])):
            above, below = (evaluate(program, moved(given, name, index, by)).results for by in (1e-6, -1e-6))
            for result, block in found.rows.items():
                expected = (np.asarray(above[result]) - np.asarray(below[result])) / 2e-6
                column = np.asarray(block[name])[(..., *index)]
                assert np.shape(column) == np.shape(expected)
                np.testing.assert_allclose(column, expected, atol=1e-7, rtol=1e-6)


@pytest.mark.parametrize(
    ("text", "mode", "up", "down"),
    [("A @ x", "reverse", 0, 3), ("x @ x", "reverse", 0, 1), ("outer(x, x)", "forward", 2, 0)],
)
def test_the_mode_with_fewer_passes_is_chosen_by_entries(text: str, mode: str, up: int, down: int) -> None:
    program = parse(text)
    found = jacobian(program, {name: {"A": A, "x": X}[name] for name in program.inputs})
    assert (found.mode, found.passes.forward - (mode == "reverse"), found.passes.reverse) == (mode, up, down)


@pytest.mark.parametrize(("text", "given"), SCALAR)
def test_a_hessian_is_the_difference_of_gradients(text: str, given: dict[str, Any]) -> None:
    program = parse(text, given=given)
    found = hessian(program, given)
    for column in program.inputs:
        for index in np.ndindex(np.shape(given[column])):
            above, below = (gradient(program, moved(given, column, index, by)).gradient for by in (1e-5, -1e-5))
            for row in program.inputs:
                expected = (np.asarray(above[row]) - np.asarray(below[row])) / 2e-5
                block = np.asarray(found.rows[row][column])
                assert block.shape == np.shape(given[row]) + np.shape(given[column])
                np.testing.assert_allclose(block[(..., *index)], expected, atol=1e-6, rtol=1e-6)


def test_the_blocks_of_a_quadratic_form() -> None:
    """x'Ax: second derivatives A + A' by x, by hand."""
    found = hessian(parse("x @ A @ x"), {"A": np.array([[1.0, 2.0], [5.0, 3.0]]), "x": X}, ["x"])
    assert found.rows["x"]["x"].tolist() == [[2, 7], [7, 6]]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("text", "given"), PROGRAMS)
def test_products_are_products_with_the_jacobian(text: str, given: dict[str, Any]) -> None:
    program = parse(text, given=given)
    draw = np.random.default_rng(5)
    matrix = np.array([row for _, row in jacobian(program, given).flat()])
    direction = {name: draw.standard_normal(np.shape(given[name])) for name in program.inputs}
    flat = np.concatenate([np.ravel(each) for each in direction.values()])
    along = np.concatenate([np.ravel(each) for each in jvp(program, given, direction).slopes.values()])
    np.testing.assert_allclose(along, matrix @ flat, atol=1e-12)
    results = evaluate(program, given).results
    weights = {name: draw.standard_normal(np.shape(value)) for name, value in results.items()}
    rows = np.concatenate([np.ravel(each) for each in weights.values()])
    back = np.concatenate([np.ravel(each) for each in vjp(program, given, weights).slopes.values()])
    np.testing.assert_allclose(back, rows @ matrix, atol=1e-12)


@pytest.mark.parametrize(("text", "given"), SCALAR)
def test_a_hessian_product_is_that_with_the_matrix(text: str, given: dict[str, Any]) -> None:
    program = parse(text, given=given)
    shapes = {name: np.shape(given[name]) for name in program.inputs}
    direction = {name: np.cos(np.arange(np.prod(shape))).reshape(shape) for name, shape in shapes.items()}
    flat = np.concatenate([np.ravel(each) for each in direction.values()])
    matrix = np.array([row for _, row in hessian(program, given).flat()])
    found = hessian_product(program, given, direction).slopes
    for name, slope in found.items():
        assert np.shape(slope) == np.shape(given[name])
    np.testing.assert_allclose(np.concatenate([np.ravel(each) for each in found.values()]), matrix @ flat, rtol=1e-10)


@pytest.mark.parametrize(("text", "given"), SCALAR)
def test_forward_mode_finds_the_gradient_of_reverse_mode(text: str, given: dict[str, Any]) -> None:
    program = parse(text, given=given)
    pushed, pulled = forward_gradient(program, given).gradient, gradient(program, given).gradient
    for name, slope in pulled.items():
        assert np.shape(pushed[name]) == np.shape(given[name])
        np.testing.assert_allclose(pushed[name], slope, rtol=1e-12)


def test_an_entry_is_called_by_its_index() -> None:
    found = jacobian(parse("[A @ x, sum(x)]"), {"A": A, "x": X}, ["x"])
    assert [name for name, _ in found.flat()] == ["y[0][0]", "y[0][1]", "y[0][2]", "y[1]"]
    assert found.titles() == ["x[0]", "x[1]"]


@pytest.mark.parametrize(
    ("wrong", "mistake"),
    [
        (lambda: jvp(parse("A @ x"), {"A": A, "x": X}, {"x": 1.0}), "direction-shape"),
        (lambda: vjp(parse("A @ x"), {"A": A, "x": X}, {"y": X}), "direction-shape"),
        (lambda: hessian(parse("A @ x"), {"A": A, "x": X}), "vector-output"),
        (lambda: forward_gradient(parse("A @ x"), {"A": A, "x": X}), "vector-output"),
        (lambda: jacobian(parse("outer(x, x)"), {"x": np.ones(300)}), "too-many-derivatives"),
    ],
)
def test_what_cannot_be_is_refused(wrong: Any, mistake: str) -> None:
    with pytest.raises(InputError) as found:
        wrong()
    assert found.value.kind == mistake
