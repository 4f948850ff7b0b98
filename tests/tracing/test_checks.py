"""The verdict of a check is independent of the rules that it judges."""

from __future__ import annotations

import copy
import math

import pytest

from bpcli.calculus.sweeps import forward
from bpcli.engine.floats import FLOATS
from bpcli.engine.lanes import LANES
from bpcli.graph import Graph, Program
from bpcli.language.reader import parse
from bpcli.ops import TABLE, Op, elementwise
from bpcli.tracing import differences
from bpcli.tracing.checks import SWEPT, central_agreement, check, relative
from bpcli.tracing.differences import Unfit, central, complex_step, sided

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SIDED = [op for op in elementwise() if not op.flat]
POINTS = ((0.7, 1.3, 2.1), (1.3, 2.1, 2.9), (0.7, 0.2, 2.1), (2.0, 1.3, 2.1))


def program_of(op: Op) -> tuple[Program, dict[str, float]]:
    """A program of one operation, at a point where it has a value."""
    graph = Graph()
    names = [f"v{place}" for place in range(2 if op.variadic else len(op.params))]
    node = graph.add(op.name, tuple(graph.variable(name) for name in names))
    program = Program("", graph, dict(graph.variables), (), {"y": node})
    for point in POINTS:
        value = FLOATS.guarded[op.name](*point[: len(names)])
        if value - value == 0:
            return program, dict(zip(names, point, strict=False))
    raise AssertionError(f"no point for {op.name}")


def ruled_names(op: Op, point: dict[str, float]) -> list[str]:
    """The variables of `program_of` by which the operation has a rule."""
    return [name for name, param in zip(point, op.params * 2, strict=False) if param in op.partials]


@pytest.mark.parametrize("op", SIDED, ids=[op.name for op in SIDED])
def test_a_right_rule_passes_and_a_slightly_wrong_one_does_not(op: Op, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every slope one part in a thousand too large; reverse and symbolic agree with each other on it."""
    program, point = program_of(op)
    ruled = ruled_names(op, point)
    assert check(program, point, ruled).ok
    wrong = copy.copy(op)
    wrong.partials = {}
    for param, rule in op.partials.items():
        local, _, when = rule.partition(" if ")
        wrong.partials[param] = f"1.001*({local}){f' if {when}' if when else ''}"
    monkeypatch.setitem(TABLE, op.name, wrong)
    for kind in (FLOATS, LANES):
        monkeypatch.setattr(kind, "_edges", {})
    result = check(program, point, ruled)
    assert not result.ok
    assert result.methods["reverse"] == pytest.approx(result.methods["symbolic"], rel=1e-15)
    # A unit slope is off by one part in a thousand of itself, a larger or smaller one in proportion.
    assert max(result.errors["reverse"].values()) > 1e-5


def test_a_wrong_rule_of_a_user_is_found() -> None:
    right = "f(u) = u^3; d f/du = 3*u^2; f(x)*w"
    assert check(parse(right), {"x": 2.0, "w": 3.0}).ok
    result = check(parse(right.replace("3*u^2", "2*u^2")), {"x": 2.0, "w": 3.0})
    assert not result.ok
    assert result.errors["reverse"]["x"] == pytest.approx(1 / 3)  # 24 instead of 36
    assert result.errors["reverse"]["w"] < 1e-6


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("detach(x)*x", {"x": 3.0}),
        ("y = x^2; z = detach(y); w = 3*z", {"x": 1.0}),
        ("detach(x)*detach(x^2)*x + detach(y)", {"x": 3.0, "y": 1.0}),
        ("f(u) = detach(u)*u; d f/du = detach(u); f(x)*detach(2*x)", {"x": 3.0}),
        ("f(u) = detach(u)*u; f(x)*x", {"x": 3.0}),
    ],
)
def test_what_is_detached_counts_as_a_constant_for_the_differences_too(text: str, at: dict[str, float]) -> None:
    assert check(parse(text), at).ok


def test_the_numbers_of_a_check_are_those_of_each_method() -> None:
    result = check(parse("(x+w)*w"), {"x": 2.0, "w": 3.0})
    assert list(result.methods) == [
        "reverse", "forward_mode", "symbolic", "complex_step", "central_difference", "forward_difference",
    ]  # fmt: skip
    for method in ("reverse", "forward_mode", "symbolic", "complex_step"):
        assert result.methods[method] == {"x": 3, "w": 8}
    assert result.methods["central_difference"] == pytest.approx({"x": 3, "w": 8}, rel=1e-9)
    assert result.methods["forward_difference"] == pytest.approx({"x": 3, "w": 8}, rel=1e-7)
    assert list(result.errors) == list(result.methods)
    assert result.states == {"x": "agrees", "w": "agrees"}


@pytest.mark.parametrize("step", [None, 1e-4])
def test_evaluations_are_counted_as_they_are_made(step: float | None, monkeypatch: pytest.MonkeyPatch) -> None:
    program = parse("(x+w)*w*sin(x)")
    made = 0

    def counted(*arguments: Any) -> Any:
        nonlocal made
        made += 1
        return forward(*arguments)

    monkeypatch.setattr(differences, "forward", counted)
    result = check(program, {"x": 2.0, "w": 3.0}, step=step)
    methods = ("central_difference", "forward_difference", "complex_step")
    assert sum(result.evaluations[method] for method in methods) == made


def test_a_check_by_some_names_checks_those() -> None:
    result = check(parse("a = x*w; a^2"), {"x": 2.0, "w": 3.0}, ["w", "a"])
    assert list(result.methods["reverse"]) == ["w"]


def test_the_tolerance_decides() -> None:
    program = parse("f(u) = sin(u); d f/du = 1.0001*cos(u); f(x)")
    assert check(program, {"x": 1.0}, tolerance=1e-3).ok
    assert not check(program, {"x": 1.0}, tolerance=1e-5).ok


@pytest.mark.parametrize(
    ("text", "x", "ok", "state"),
    [
        # By hand. Scale does not matter, neither of the value nor of the variable.
        ("1e-9*x", 1.0, True, "agrees"),
        ("f(u) = 1e-9*u; d f/du = 2e-9; f(x)", 1.0, False, "disagrees"),
        ("1e10*x^2", 1e6, True, "agrees"),
        ("x^2", 1e-9, True, "agrees"),
        ("1/x", 1e-8, True, "agrees"),
        ("sin(1e6*x)", 1.0, True, "agrees"),
        ("exp(x)", 300.0, True, "agrees"),
        ("x^2", 1e150, True, "agrees"),
        ("0*x", 3.0, True, "agrees"),
        ("x^3", 0.0, True, "agrees"),
        ("f(u) = u^3; d f/du = 1e-9; f(x)", 0.0, False, "disagrees"),
        # At a corner every slope between those of its sides is right, and no other.
        ("relu(x)", 0.0, True, "corner"),
        ("abs(x)", 0.0, True, "agrees"),
        ("leaky_relu(x)", 0.0, True, "corner"),
        ("clip(x, 0, 1)", 1.0, True, "corner"),
        ("f(u) = max(u, 0); d f/du = 0.3; f(x)", 0.0, True, "corner"),
        ("f(u) = max(u, 0); d f/du = 1.1; f(x)", 0.0, False, "disagrees"),
        ("f(u) = max(u, 0); d f/du = -0.1; f(x)", 0.0, False, "disagrees"),
        # Where a difference has no value it says nothing.
        ("sqrt(x)", 0.0, None, "undecided"),
        ("asin(x)", 1.0, None, "undecided"),
        ("x^2", 1e300, None, "undecided"),
    ],
)
def test_verdicts(text: str, x: float, ok: bool | None, state: str) -> None:
    result = check(parse(text), {"x": x})
    assert (result.ok, result.states) == (ok, {"x": state})


def test_one_wrong_slope_outweighs_everything_else() -> None:
    result = check(parse("f(u) = u; d f/du = 2; f(x) + relu(w) + sqrt(z)"), {"x": 1.0, "w": 0.0, "z": 0.0})
    assert result.states == {"x": "disagrees", "w": "corner", "z": "undecided"}
    assert result.ok is False


def test_the_step_decides_the_error_of_the_difference() -> None:
    """x^3 at 1: the central difference is 3 + h^2. By hand."""
    program = parse("x^3")
    for step in (0.1, 0.01):
        assert central(program, {"x": 1.0}, "x", step) == pytest.approx(3 + step**2, rel=1e-12)


def test_an_infinite_slope_is_not_compared() -> None:
    """A difference over a finite step says nothing about it, and is no reason for a doubt."""
    program = parse("sqrt(x) + w")
    agreement = central_agreement(program, {"x": 0.0, "w": 1.0}, {"x": math.inf, "w": 1.0})
    assert agreement is not None
    assert agreement.name == "w"
    assert central_agreement(parse("1/x"), {"x": 0.0}, {"x": -math.inf}) is None


@pytest.mark.parametrize(
    ("value", "reference", "want"),
    [
        (1.0, 1.0, 0.0),
        (math.inf, math.inf, 0.0),
        (3.0, 2.0, 1 / 3),
        (0.5, 0.25, 0.5),
        (-2e9, 2e9, 2.0),
        (0.0, 1e-9, 1.0),
    ],
)
def test_relative_errors(value: float, reference: float, want: float) -> None:
    """By hand: the gap over the larger of both sizes."""
    assert relative(value, reference) == want


def test_a_nan_is_never_agreement() -> None:
    assert not relative(math.nan, 1.0) <= 1
    assert not relative(math.inf, 1.0) <= 1


# The complex step


SMOOTH_AT = {"x": 0.7, "w": 1.3}


@pytest.mark.parametrize(
    "text",
    [
        "x^3 - 2*x*w + 1/w",
        "exp(x)*sin(w)/cosh(x)",
        "tanh(x*w) + asinh(x) + acosh(w) + atanh(x)",
        "w^x + x^w + x^-2",
        "atan2(x, w) + hypot(x, w) + atan(x/w)",
        "log(x, w) + log2(x) + log10(w) + log1p(x) + expm1(w)",
        "sqrt(x) + cbrt(-w) + (-x)^3 + (-w)^-2",
        "asin(x)*acos(x) + tan(w) + sinh(x)",
        "softplus(x) + silu(w) + elu(-x)",
        "abs(x - w)*max(x, w, 0)*min(x, -w)",
        "where(x > w, log(-x), x*w)",
        "mod(w, x)*x + floor(w) + sign(x)*w",
        "relu(w - 5)*x + clip(x, 0, 1) + logsigmoid(-w)",
        "a = x^2; b = a*w; a*b + detach(b)*a",
        "f(u) = u^2*tanh(u); f(x)*f(w)",
    ],
)
def test_a_complex_step_gives_all_digits_without_a_rule(text: str) -> None:
    result = check(parse(text), SMOOTH_AT)
    assert result.ok
    for name, slope in result.methods["complex_step"].items():
        assert slope == pytest.approx(result.methods["reverse"][name], rel=1e-13, abs=1e-13)


@pytest.mark.parametrize("op", SIDED, ids=[op.name for op in SIDED])
def test_where_an_operation_has_a_complex_form_it_agrees_with_the_rule(op: Op) -> None:
    program, at = program_of(op)
    result = check(program, at, ruled_names(op, at))
    for name, slope in result.methods["complex_step"].items():
        assert slope is None or slope == pytest.approx(result.methods["reverse"][name], rel=1e-11, abs=1e-14)
        assert slope is not None or result.reasons["complex_step"][name].reason in ("form", "corner", "range")


@pytest.mark.parametrize(
    ("text", "x", "reason", "op"),
    [
        ("erf(x)", 1.0, "form", "erf"),
        ("relu(x)", 0.0, "corner", "max"),
        ("abs(x)", 0.0, "corner", "abs"),
        ("floor(x)", 2.0, "corner", "floor"),
        ("where(x < 1, 0, x)", 1.0, "corner", "lt"),
        ("exp(x)*exp(-x)", 800.0, "range", ""),
    ],
)
def test_a_complex_step_that_does_not_apply_says_why(text: str, x: float, reason: str, op: str) -> None:
    with pytest.raises(Unfit) as caught:
        complex_step(parse(text), {"x": x}, "x")
    assert (caught.value.reason, caught.value.op) == (reason, op)


def test_a_corner_that_the_variable_does_not_move_is_none() -> None:
    assert complex_step(parse("x*relu(w) + x^2"), {"x": 3.0, "w": 0.0}, "x") == 6


def test_the_complex_step_sees_what_a_difference_cannot() -> None:
    """sin(1e12 x) turns many times within every step of a difference; its slope at 1 is 1e12 cos(1e12)."""
    right = "f(u) = sin(u); d f/du = cos(u); f(1e12*x)"
    assert check(parse(right), {"x": 1.0}).ok
    assert check(parse(right.replace("cos(u);", "1.01*cos(u);")), {"x": 1.0}).ok is False


# Forward differences, and errors against the step


def test_a_forward_difference_errs_by_half_the_step_times_the_curvature() -> None:
    """x^2 at 1: 2 + h. By hand."""
    assert sided(parse("x^2"), {"x": 1.0}, "x", 0.01) == pytest.approx(2.01, rel=1e-12)


def test_a_sweep_shows_the_v() -> None:
    """exp(x) at 1: the forward difference errs by h/2, the central by h^2/6, until rounding takes over."""
    result = check(parse("exp(x)"), {"x": 1.0}, sweep=True)
    forwards, centrals, steps = (result.sweep["x"][method] for method in
                                 ("forward_difference", "central_difference", "complex_step"))  # fmt: skip
    assert len(forwards) == len(centrals) == len(steps) == len(SWEPT)
    assert forwards[2] == pytest.approx(1e-3 / 2, rel=1e-2)
    assert centrals[2] == pytest.approx(1e-6 / 6, rel=1e-2)
    assert min(error for error in forwards if error is not None) > 1e-10
    assert forwards[11] > 1e-6 < centrals[13]
    assert all(error < 1e-14 for error in steps[8:])


@pytest.mark.parametrize(
    ("text", "slope"),
    [
        ("x^3", 3 * 1 - 0.1**2),  # by hand: Im (1 + ih)^3 / h = 3 - h^2
        ("x^4", 4 - 4 * 0.1**2),
        ("x^-1", -1 / (1 + 0.1**2)),
        ("sqrt(x)", 0.49937771837002435),  # mpmath, as are the others: Im f(1 + 0.1i) / 0.1
        ("cbrt(x)", 0.33271904834806065),
        ("log1p(x)^2", 0.69381782408956619),
        ("x^x", 0.99500834152683765),
    ],
)
def test_a_large_complex_step_shows_its_true_truncation(text: str, slope: float) -> None:
    assert complex_step(parse(text), {"x": 1.0}, "x", 0.1) == pytest.approx(slope, rel=1e-13)


# The rule at fault


def test_a_failure_names_the_rule_at_fault() -> None:
    program = parse("g(u) = sin(u); d g/du = cos(u); f(u, v) = u^3*v; d f/du = 2*u^2*v; d f/dv = u^3; f(g(x), w)*w")
    result = check(program, {"x": 2.0, "w": 3.0})
    assert result.states == {"x": "disagrees", "w": "agrees"}
    fault = result.faults["x"]
    assert program.graph.op[fault.node] == "call f" and fault.position == 0
    assert fault.local / fault.difference == pytest.approx(2 / 3)


def test_a_right_program_has_no_fault() -> None:
    assert check(parse("sin(x)*w"), SMOOTH_AT).faults == {}
