"""Gradient checks of vectors and matrices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bpcli.language.reader import parse
from bpcli.render.check import verdict
from bpcli.tracing.checks import check
from bpcli.tracing.checks.arrays import SAMPLED
from conftest import call

A = np.array([[1.0, 2.0], [-3.0, 0.5]])
X = np.array([0.5, -2.0])
LARGE = np.linspace(-2, 2, 144).reshape(12, 12)

RIGHT: list[tuple[str, dict[str, Any]]] = [
    ("x @ A @ x", {"A": A, "x": X}),
    ("sum((A @ x)^2) + z", {"A": A, "x": X, "z": 3.0}),
    ("logsumexp(A @ x)", {"A": A, "x": X}),
    ("cross_entropy(A, [0, 1])", {"A": A}),
    ("log(det(A)^2)", {"A": A}),
    ("norm(A)*prod(x)", {"A": A, "x": X}),
    ("sum(tanh(A)*x)", {"A": LARGE, "x": np.ones(12)}),
    ("sum(detach(x)*x)", {"x": X}),
    ("sum(layer_norm(A))*0 + var(A) + max(x)", {"A": A, "x": X}),
    ("sum(x)", {"x": np.zeros(3)}),
]


@pytest.mark.parametrize(("text", "given"), RIGHT)
def test_right_rules_pass(text: str, given: dict[str, Any]) -> None:
    result = check(parse(text, given=given), given)
    assert result.ok
    assert set(result.states.values()) <= {"agrees", "within resolution"}
    for method in ("reverse", "forward_mode", "symbolic", "central_difference"):
        for name, found in result.methods[method].items():
            whole = len(result.entries[name]) == np.size(given[name])
            assert np.shape(found) == (np.shape(given[name]) if whole else (SAMPLED,))


WRONG = "f(u) = u^2; d f/du = {rule}; "


def test_a_wrong_rule_is_named_with_input_and_entry() -> None:
    """The rule is wrong where u is 3 alone, and by a factor of 2: 6 instead of 12 for the weight 2, by hand."""
    text = WRONG.format(rule="where(u == 3, u, 2*u)") + "sum(f(x)*[1, 2])"
    result = check(parse(text), {"x": np.array([5.0, 3.0])})
    assert result.ok is False
    assert result.worst["x"] == (1,)
    program = result.point.program
    fault = result.faults["x"]
    assert program.graph.op[fault.node] == "call f"
    assert fault.difference != pytest.approx(fault.local, rel=1e-3)
    first, second, *_ = verdict(result)
    assert first == "no: dy/dx[1] is 6 by the rules and 12 by the central difference, off by 0.5 of its size"
    assert second.startswith("the rule at f(x) is wrong: with a random step of x it gives")


def test_an_error_is_relative_to_the_largest_entry() -> None:
    """1e-9 beside 1 is below the tolerance of 1e-6, though it should be 2e-9."""
    text = WRONG.format(rule="where(u < 1, u, 2*u)") + "sum(f(x))"
    assert check(parse(text), {"x": np.array([1e-9, 5.0])}).ok
    assert not check(parse(text), {"x": np.array([0.9, 5.0])}).ok


def test_of_a_large_input_a_sample_is_compared_and_directions_that_see_the_rest() -> None:
    given = {"W": LARGE.copy()}
    program = parse(WRONG.format(rule="where(u > 10, 0, 2*u)") + "sum(f(W))")
    result = check(program, given)
    assert result.ok
    assert (len(result.entries["W"]), result.sizes["W"], result.directions["W"]) == (SAMPLED, 144, 3)
    other = next(index for index in np.ndindex(12, 12) if index not in result.entries["W"])
    given["W"][other] = 11.0
    assert check(program, given).ok is False


def test_every_run_compares_the_same_entries() -> None:
    first, second = (check(parse("sum(W^3)"), {"W": LARGE}) for _ in range(2))
    assert first.entries == second.entries


def test_what_was_compared_is_said() -> None:
    result = check(parse("sum(W^3) + sum(x)"), {"W": LARGE, "x": X})
    told = "\n".join(verdict(result))
    assert "every entry of x was compared" in told
    assert "20 of the 144 entries of W were compared, drawn with a fixed seed, and 3 random directions" in told
    assert "no complex step by W and x: it is made for single numbers alone" in told


CLASSES = [
    ("cross_entropy(z,t)", "[1,2,3]", "2"),
    ("cross_entropy(z,t)", "[[1,2,3],[0,1,0]]", "[2,0]"),
]


@pytest.mark.parametrize(("text", "logits", "classes"), CLASSES)
def test_class_numbers_given_as_values_have_no_slope_in_any_command(text: str, logits: str, classes: str) -> None:
    """Between two classes there is nothing; the second derivatives by them are 0 with that."""
    at = ("--z", logits, "--t", classes)
    answer = call("check", text, *at)
    assert answer.code == 0, answer
    assert "t is not compared: class numbers have no slope" in answer.out
    assert "cannot tell" not in answer.out
    assert "类别编号" in call("check", text, *at, "--lang", "zh").out
    second = call("hessian", text, *at)
    assert second.code == 0, second
    along = call("jvp", text, *at, "--direction", "t=1" if classes == "2" else "t=[1,1]")
    assert (along.code, "dy = 0" in along.out) == (0, True), along
    told = call("trace", text, *at, "--explain", "normal").out
    assert "t says which class is the right one" in told
    assert "dy/dt = 0 * t" not in told
    assert call("check", text, *at, "--wrt", "t").code == 0


def test_a_second_derivative_of_cross_entropy_is_that_of_softmax() -> None:
    """By hand, logits 0 and log 3: p = 1/4, 3/4, and d2/dz2 = diag(p) - p p' = 3/16 on the diagonal."""
    answer = call("hessian", "cross_entropy(z,t)", "--z", "[0,log(3)]", "--t", "1", "--wrt", "z")
    assert answer.out.count("0.1875") == 4


def test_where_nothing_can_be_told_the_verdict_is_open() -> None:
    """The slope of the root at 0 is infinite."""
    assert check(parse("sum(sqrt(x))"), {"x": np.array([0.0, 0.0])}).ok is None


def test_a_sweep_is_that_of_the_largest_entry() -> None:
    result = check(parse("sum(exp(x))"), {"x": np.array([0.0, 1.0])}, sweep=True)
    assert [*result.sweep] == ["x[1]"]
    errors = result.sweep["x[1]"]["central_difference"]
    assert errors[1] is not None and errors[1] < 1e-4  # h^2/6 at h = 0.01
    assert set(result.sweep["x[1]"]["complex_step"]) == {None}
