"""Gradients whose factors on the way are too small for a float, though they themselves are not."""

from __future__ import annotations

import pytest

from bpcli.engine.directions import forward_gradient, hessian, jacobian, vjp
from bpcli.engine.point import gradient
from bpcli.language.reader import parse

# text, values, derivative by x, from mpmath with 50 digits
CARRIED = [
    ("1/(1 + exp(-x))", {"x": -400.0}, 1.9151695967140057e-174),
    ("1/(1 + exp(-x))", {"x": -370.0}, 2.0466411214592677e-161),
    ("1/(1 + exp(-x))", {"x": -700.0}, 9.8596765437597708e-305),
    ("log(1/(1 + exp(-x)))", {"x": -400.0}, 1.0),
    ("log(1 - 1/(1 + exp(-x)) + 1/(1 + exp(-x)))", {"x": -400.0}, 0.0),
    ("3*(1/(1 + exp(-2*x)))", {"x": -200.0}, 6 * 1.9151695967140057e-174),
    ("(x*1e-160)^3*1e300", {"x": 2.0}, 12e-180),  # by hand
    ("exp(-x)*exp(x)", {"x": 600.0}, 0.0),  # by hand
]


@pytest.mark.parametrize(("text", "at", "want"), CARRIED)
def test_the_gradient_is_right_by_every_mode(text: str, at: dict[str, float], want: float) -> None:
    program = parse(text)
    assert gradient(program, at).gradient["x"] == pytest.approx(want, rel=1e-12, abs=1e-320)
    assert vjp(program, at, {program.output_name: 1.0}).slopes["x"] == pytest.approx(want, rel=1e-12, abs=1e-320)
    reverse = jacobian(program, at, mode="reverse").rows[program.output_name]["x"]
    assert reverse == pytest.approx(want, rel=1e-12, abs=1e-320)


def test_forward_mode_divides_before_it_multiplies() -> None:
    """mpmath; -out/y is below the range, -out*(tangent/y) is not."""
    found = forward_gradient(parse("1/(1 + exp(-x))"), {"x": -400.0}).gradient["x"]
    assert found == pytest.approx(1.9151695967140057e-174, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "noted"),
    [
        ("1/(1 + exp(-x))", True),
        ("exp(x)", False),  # the slope is as small as it is
        ("1/(1 + exp(x))", False),
        ("1e200*x + 1e-200*(1e-200*x)", False),  # what was lost has no weight
    ],
)
def test_it_is_said_where_it_matters(text: str, noted: bool) -> None:
    notes = [note.kind for note in gradient(parse(text), {"x": -400.0}).notes]
    assert ("slope-carried" in notes) == noted


def test_the_second_derivative_of_a_softplus_far_out() -> None:
    """By hand: sigmoid(x)*(1 - sigmoid(x)), 2e-174 at 400, next to a slope of 1."""
    program = parse("log(1 + exp(x))")
    assert hessian(program, {"x": 400.0}).rows["x"]["x"] == pytest.approx(0, abs=1e-15)
    assert hessian(program, {"x": 20.0}).rows["x"]["x"] == pytest.approx(2.0611536139418763e-9, rel=1e-6)  # mpmath


def test_a_second_derivative_that_may_have_been_lost_is_noted() -> None:
    notes = hessian(parse("1/(1 + exp(-x))"), {"x": -400.0}).point.notes
    assert [note.kind for note in notes] == ["slope-lost"]
    assert hessian(parse("1/(1 + exp(-x))"), {"x": -4.0}).point.notes == []
