"""A check cries wolf nowhere: not at a perfect fit, far from 0, where terms cancel, or where ties are shared."""

from __future__ import annotations

import pytest

from bpcli.language.reader import parse
from bpcli.render.layout import closing
from bpcli.tracing.checks import check
from bpcli.tracing.record import record
from conftest import call


def test_a_perfect_fit_is_no_gap() -> None:
    trace = record(parse("(w*x-t)^2"), {"w": 1.0, "x": 2.0, "t": 2.0})
    assert trace.check is not None
    assert (trace.check.state, trace.check.gap) == ("agrees", 0)
    at = ("--w", "1", "--x", "2", "--t", "2")
    assert "the central difference too is 0, to rounding" in call("trace", "(w*x-t)^2", *at).out
    assert "中心差分也是 0" in call("trace", "(w*x-t)^2", *at, "--lang", "zh").out


@pytest.mark.parametrize(
    ("text", "at", "state", "method"),
    [
        # cos(1e10) = 0.873119622676856, mpmath: a step of the size of 1 sees it, one of 1e-6 of the place does not.
        ("sin(x)", {"x": 1e10}, "agrees", "central_difference"),
        # The branches 1e9 and -1e9 cancel to the last digit of both.
        ("sin(x)/x", {"x": 1e-9}, "agrees", "complex_step"),
        # Shared twice, a quarter each, by convention; along w alone nothing moves.
        ("max(2, min(w, x))", {"w": 2.0, "x": 2.0}, "undecided", "central_difference"),
    ],
)
def test_right_gradients_are_not_called_wrong(text: str, at: dict[str, float], state: str, method: str) -> None:
    trace = record(parse(text), at)
    assert trace.check is not None
    assert (trace.check.state, trace.check.method) == (state, method)
    assert "disagrees" not in check(parse(text), at).states.values()


def test_a_tie_is_undecided_and_says_the_slopes_of_both_sides() -> None:
    answer = call("check", "max(2, min(w,x))", "--x", "2", "--w", "2")
    assert answer.code == 3
    assert "undecided by w: the slope is 0 to the left and 0 to the right" in answer.out
    assert "no single rule" not in answer.out
    assert "w 无法判断：左侧斜率是 0，右侧是 0" in call(
        "check", "max(2, min(w,x))", "--x", "2", "--w", "2", "--lang", "zh"
    ).out


def test_a_tie_hides_no_wrong_rule() -> None:
    """By hand: f = u^2 has the slope 4 at 2, not 40; the tie shares whatever comes."""
    program = parse("f(u) = u^2; d f/du = 20*u; max(4, min(f(x), w))")
    result = check(program, {"x": 2.0, "w": 4.0})
    assert result.states["x"] == "disagrees"
    assert not result.ok
    trace = record(program, {"x": 2.0, "w": 4.0})
    assert trace.check is not None
    assert trace.check.state == "disagrees"


def test_a_gap_is_told_in_percent() -> None:
    """By hand: 3*u = 6 instead of 4 at u = 2, a third of the larger of the two."""
    trace = record(parse("f(u) = u^2; d f/du = 3*u; f(x)"), {"x": 2.0})
    assert "DISAGREES: off by 33 %" in closing(trace)[0]
    assert "不一致，相差 33 %" in closing(trace, language="zh")[0]


def test_a_corner_is_told_of_the_operation_that_was_written() -> None:
    answer = call("check", "relu(x)", "--x", "0")
    assert "relu(...) is at a corner or a jump" in answer.out
    assert "max(...)" not in answer.out


@pytest.mark.parametrize("text", ["floor(x)", "x > 3", "x <= 3", "x == 3", "sign(x - 3)"])
def test_a_jump_is_called_one_and_agrees_with_nothing(text: str) -> None:
    """At x = 3 each of these has two values as close by as one likes, and no slope."""
    answer = call("trace", text, "--x", "3")
    assert " jumps with " in answer.out
    assert "corner" not in answer.out
    assert "agrees" not in answer.out
    assert "处跳跃" in call("trace", text, "--x", "3", "--lang", "zh").out
    assert "jumps" not in call("trace", text, "--x", "2.5").out


@pytest.mark.parametrize(
    ("text", "at"),
    [
        # By hand: the sum of what was normalised is 0 wherever x is, and so is its slope.
        ("sum(batch_norm(x))", "[0.1,0.2,0.35,1.7]"),
        ("sum(layer_norm(x))", "[0.3,0.7]"),
        ("sum(layer_norm(x))", "[1,2,4]"),
        ("sum(softmax(x)) - 1", "[1,-2,0.5]"),
        # sin^2 + cos^2 = 1: what is left of a million is its rounding.
        ("1e6*sin(x)^2 + 1e6*cos(x)^2 - 1e6", "0.7"),
    ],
)
def test_what_rounding_leaves_of_terms_that_cancel_is_no_disagreement(text: str, at: str) -> None:
    answer = call("check", text, "--x", at)
    assert answer.code == 0, answer.out
    assert "as far as the differences can resolve" in answer.out
    assert "rounding" in answer.out
    assert "check: central difference agrees as far as it can resolve" in call("trace", text, "--x", at).out


@pytest.mark.parametrize("text", ["x^2 + x^3", "sin(x)^3", "x^3"])
def test_the_truncation_of_the_complex_step_is_no_disagreement(text: str) -> None:
    """By hand: the slopes are 0 at 0, and that of the complex step is -1e-40."""
    assert check(parse(text), {"x": 0.0}).ok


@pytest.mark.parametrize(("text", "at"), [("x^2", "1e-200"), ("x^3", "1e-150"), ("x^3", "1e-160"), ("x^2", "-1e-170")])
def test_where_differences_underflow_nothing_is_decided(text: str, at: str) -> None:
    """The values, 1e-400 and below, are 0 in floats; the slopes are not."""
    answer = call("check", text, "--x", at)
    assert answer.code == 3, answer.out
    assert "is wrong" not in answer.out
    assert "cannot be resolved" in call("trace", text, "--x", at).out


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("f(u) = u^2; d f/du = 3*u; f(x) + 1e6*sin(x)^2 + 1e6*cos(x)^2 - 1e6", {"x": 0.7}),
        ("f(u) = u^2; d f/du = 3*u; f(x)*1e-150", {"x": 1.0}),
        ("f(u) = u^2; d f/du = 1e9*u; (f(x) + 1e3) - 1e3", {"x": 2.0}),
    ],
)
def test_noise_hides_no_wrong_rule(text: str, at: dict[str, float]) -> None:
    """By hand: u^2 has the slope 2*u."""
    assert check(parse(text), at).ok is False


@pytest.mark.parametrize(
    "words",
    [
        ("trace", "bce(p,t)", "--p", "1", "--t", "1"),
        ("trace", "bce(p,t)", "--p", "[0,1]", "--t", "[0.5,1]"),
        ("check", "bce(p,t)", "--p", "1", "--t", "1"),
        ("check", "sum(log(x))", "--x", "[0,1]", "--sweep"),
        ("trace", "sum(1/x)", "--x", "[0,1]"),
        ("trace", "count(A)*sum(A)", "--A", "[[1,2],[3,4]]", "--claim", "A=[[1,2],[3,4]]"),
    ],
)
def test_infinities_are_no_occasion_for_warnings_of_numpy(words: tuple[str, ...]) -> None:
    """In this suite a warning is an error."""
    answer = call(*words)
    assert answer.code in (0, 1, 3), answer
    assert "Warning" not in answer.out + answer.err


def test_the_slope_of_bce_by_its_target_is_the_same_wherever_the_target_is() -> None:
    """By hand: -t*log(p) - (1 - t)*log(1 - p) is linear in t, with the slope log(1 - p) - log(p)."""
    for target in ("0", "0.5", "1"):
        assert "dy/dt = -inf" in call("grad", "bce(p,t)", "--p", "1", "--t", target).out
        assert "dy/dt = inf" in call("grad", "bce(p,t)", "--p", "0", "--t", target).out
