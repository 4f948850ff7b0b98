"""Vectors and matrices from Python: what arrays stand for, and the shapes of what comes back."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import bpcli

A = np.array([[1.0, 2.0], [3.0, 4.0]])
X = [1.0, 0.0]
B = (0, 1)  # a tuple of whole numbers will do


def test_a_gradient_has_the_shape_of_its_input() -> None:
    """A x - b = (1, 2); 2 A'(1, 2) = (14, 20), 2 (1, 2)x' = [[2, 0], [4, 0]], by hand."""
    found = bpcli.grad("sum((A @ x - b)^2)", A=A, x=X, b=B)
    assert isinstance(found, bpcli.Point)
    assert found.value == 5
    assert {name: slope.tolist() for name, slope in found.gradient.items()} == {  # type: ignore[attr-defined]
        "A": [[2, 0], [4, 0]],
        "x": [14, 20],
        "b": [-2, -4],
    }


@pytest.mark.parametrize(
    ("text", "values", "lanes", "points"),
    [
        ("(x+w)*w", {"x": [2, 0.5], "w": 3}, None, True),  # single numbers: two points
        ("x*w", {"x": np.array([1.0, 2.0]), "w": np.array([3.0, 4.0])}, None, True),
        ("sum(x)*w", {"x": [2, 0.5], "w": 3}, None, False),  # an operation on tensors: one vector
        ("sum(x)*w", {"x": [2, 0.5], "w": 3}, False, False),
        ("x @ x", {"x": [2, 0.5]}, None, False),
        ("(x+w)*w", {"x": 2, "w": 3}, None, False),
        ("(x+w)*w", {"x": [2, 0.5], "w": 3}, True, True),
    ],
)
def test_what_a_list_stands_for(text: str, values: dict[str, Any], lanes: bool | None, points: bool) -> None:
    found = bpcli.grad(text, values, lanes=lanes)
    assert isinstance(found, bpcli.Points if points else bpcli.Point)


@pytest.mark.parametrize(
    ("call", "mistake"),
    [
        (lambda: bpcli.grad("x*w", x=A, w=2), "vector-output"),  # two axes: a tensor, and no single number
        (lambda: bpcli.grad("x*w", x=[1, 2], w=2, lanes=False), "vector-output"),
        (lambda: bpcli.grad("sum(x)", x=[1, 2], lanes=True), "lanes-of-tensors"),
        (lambda: bpcli.grad("x*w", x=A, w=2, lanes=True), "lanes-of-tensors"),
        (lambda: bpcli.grad("sum(x)", x=[[1, 2], [3]]), "list-of-no-numbers"),
        (lambda: bpcli.grad("sum(x)", x=["a", "b"]), "list-of-no-numbers"),
        (lambda: bpcli.grad("sum(x)", x=[]), "list-of-no-numbers"),
        (lambda: bpcli.grad("sum(x)", x=[1j]), "list-of-no-numbers"),
        (lambda: bpcli.grad("A @ x", A=A, x=[1, 2, 3]), "inner-sizes"),
        (lambda: bpcli.grad("sum(x)", x=[1, 2], numbers="bfloat16"), "tensors-of-floats"),
        (lambda: bpcli.diff("x @ A @ x", "x"), "shapes-needed"),
        (lambda: bpcli.jvp("x^2", x=3, direction={"x": [1, 2]}), "direction-shape"),
    ],
)
def test_what_does_not_fit_is_refused(call: Any, mistake: str) -> None:
    with pytest.raises(bpcli.InputError) as found:
        call()
    assert found.value.kind == mistake


def test_text_may_stand_for_an_array() -> None:
    assert bpcli.evaluate("A @ x", {"A": "[[1, 2], [3, 1/2]]", "x": "[1, 2]"}).value.tolist() == [5, 4]


def test_matrices_of_derivatives() -> None:
    found = bpcli.jacobian("A @ x", A=A, x=X)
    assert found.matrix.tolist() == [[1, 0, 0, 0, 1, 2], [0, 0, 1, 0, 3, 4]]
    block: Any = found.rows["y"]["x"]
    assert block.tolist() == A.tolist()
    assert bpcli.hessian("x @ A @ x", A=A, x=X, wrt="x").matrix.tolist() == [[2, 5], [5, 8]]
    assert bpcli.jvp("A @ x", A=A, x=X, direction={"x": [0, 1]})["y"].tolist() == [2, 4]
    assert bpcli.vjp("A @ x", A=A, x=X, weights={"y": [0, 1]}, wrt="x")["x"].tolist() == [3, 4]
    assert bpcli.hessian_product("x @ A @ x", A=A, x=X, direction={"x": [0, 1]}, wrt="x")["x"].tolist() == [5, 8]


def test_a_check_and_a_formula() -> None:
    assert bpcli.check("sum((A @ x - b)^2)", A=A, x=X, b=B).ok
    made = bpcli.diff("sum((A @ x - b)^2)", "x", shapes={"x": 2, "A": (2, 2), "b": [2]})
    assert str(made) == "2*A.T @ (A @ x - b)"
    assert made(A=A, x=np.array(X), b=np.array([0.0, 1.0])).tolist() == [14, 20]


@pytest.mark.parametrize(
    "made",
    [
        lambda: bpcli.grad("sum(A @ x)", A=A, x=X),
        lambda: bpcli.evaluate("A @ x", A=A, x=X),
        lambda: bpcli.check("sum(A @ x)", A=A, x=X),
    ],
)
def test_records_can_be_written_as_json(made: Any) -> None:
    assert json.loads(json.dumps(made().to_dict()))["schema"].startswith("bpcli.")


def test_a_record_shows_itself() -> None:
    assert "/dx[1]" in str(bpcli.jacobian("A @ x", A=A, x=X, wrt="x"))
    assert "every entry of A and x was compared" in str(bpcli.check("sum(A @ x)", A=A, x=X))


def test_narrow_tensors() -> None:
    """2^-14 * 2^-14 is below the smallest number of float16."""
    found = bpcli.grad("sum(x*x)", x=[2**-14], numbers="float16")
    assert found.value == 0
    assert bpcli.grad("sum(x*x)", x=[2**-14]).value == 2**-28
