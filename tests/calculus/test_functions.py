"""Functions of the user: expanded where they have no rule, one node with its own rule where they have one."""

from __future__ import annotations

import pytest

from bpcli.engine.formulas import differentiate
from bpcli.engine.point import evaluate, gradient
from bpcli.errors import InputError
from bpcli.language.reader import parse
from bpcli.tracing.record import record

OWN = "f(u) = u^2; d f/du = 10*u; "  # a rule of its own, wrong on purpose, to tell it from the right one


@pytest.mark.parametrize(
    ("text", "at", "value", "slopes"),
    [
        # By hand.
        ("f(u) = u^2 + 1; f(x)", {"x": 3}, 10, {"x": 6}),
        ("f(u) = u^2 + 1; f(f(x))", {"x": 1}, 5, {"x": 8}),
        ("f(u, v) = u*v + u; f(x, x)", {"x": 3}, 12, {"x": 7}),
        (OWN + "f(x)", {"x": 3}, 9, {"x": 30}),
        (OWN + "f(x)*x", {"x": 3}, 27, {"x": 99}),
        (OWN + "f(f(x))", {"x": 1}, 1, {"x": 100}),
        (OWN + "f(2*x) + f(x)", {"x": 1}, 5, {"x": 50}),
        (OWN + "g(v) = f(v)*v; g(x)", {"x": 3}, 27, {"x": 99}),
        (OWN + "g(v) = f(v)*v; d g/dv = 7*f(v); g(x)", {"x": 3}, 27, {"x": 63}),
        (OWN + "g(v) = v; d g/dv = f(v); h(w) = g(w); d h/dw = g(w)*f(w); h(x)", {"x": 3}, 3, {"x": 27}),
        ("f(u, v) = u*v; d f/du = v; d f/dv = u; f(x, y)", {"x": 2, "y": 3}, 6, {"x": 3, "y": 2}),
        ("f(u, v) = u*v; d f/du = v; d f/dv = 0; f(x, y)", {"x": 2, "y": 3}, 6, {"x": 3, "y": 0}),
        ("f(u) = 5; d f/du = 0; f(x)*x", {"x": 2}, 10, {"x": 5}),
        ("f(u) = u; d f/du = 1; f(x)", {"x": 2}, 2, {"x": 1}),
        ("f(u) = u; d f/du = -1; f(x)", {"x": 2}, 2, {"x": -1}),
        ("f(u) = log(u); d f/du = where(u > 0, 1/u, 0); f(x)*0 + x", {"x": 2}, 2, {"x": 1}),
    ],
)
def test_values_and_slopes(text: str, at: dict[str, float], value: float, slopes: dict[str, float]) -> None:
    point = gradient(parse(text), at)
    assert point.value == value
    assert point.gradient == slopes


@pytest.mark.parametrize(
    ("text", "order", "at", "want"),
    [
        (OWN + "f(x)", 1, 3.0, 30),
        (OWN + "f(x)", 2, 3.0, 10),  # the derivative of the rule
        (OWN + "f(x)*x", 2, 3.0, 90),  # (f(x) + 10 x^2)' = 10 x + 20 x
        (OWN + "g(v) = f(v)*v; d g/dv = 7*f(v); g(x)", 2, 3.0, 210),  # 7 * 10 x
    ],
)
def test_higher_orders_differentiate_the_rule(text: str, order: int, at: float, want: float) -> None:
    assert differentiate(parse(text), ["x"] * order).value({"x": at}) == want


def test_a_missing_rule_is_named_and_is_not_zero() -> None:
    program = parse("f(u, v) = u*v; d f/du = v; f(x, y)")
    assert evaluate(program, {"x": 2, "y": 3}).value == 6
    assert gradient(program, {"x": 2, "y": 3}, ["x"]).gradient == {"x": 3}
    for work in (lambda: gradient(program, {"x": 2, "y": 3}), lambda: str(differentiate(program, ["y"]))):
        with pytest.raises(InputError) as failure:
            work()
        assert failure.value.kind == "no-rule"
        assert failure.value.facts == {"name": "f", "param": "v"}


def test_a_missing_rule_is_not_missed_where_a_constant_stands() -> None:
    assert gradient(parse("f(u, v) = u*v; d f/du = v; f(x, 3)"), {"x": 2}).gradient == {"x": 3}


def test_a_function_with_a_rule_is_one_step_of_a_trace() -> None:
    trace = record(parse(OWN + "f(x)*x"), {"x": 3.0})
    assert [trace.nodes[step.node].formula for step in trace.forward] == ["f(x)", "a*x"]
    (row,) = [row for row in trace.backward if row.derived == "f(x)"]
    assert (row.formula, row.local, row.product) == ("10*x", 30, 90)


def test_the_derivative_names_the_function() -> None:
    assert str(differentiate(parse(OWN + "f(x)*x"), ["x"])) == "10*x^2 + f(x)"
