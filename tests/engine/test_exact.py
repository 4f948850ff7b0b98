"""Fractions through both passes: nothing is rounded until an operation has no fraction for its value."""

from __future__ import annotations

import math
import random
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bpcli
from bpcli.engine.exact import FRACTIONS, MOST_BITS, Exact
from bpcli.engine.given import value_of
from bpcli.engine.point import evaluate, gradient
from bpcli.errors import InputError, NumericError
from bpcli.language.reader import parse
from bpcli.render.words import sentence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Runner

inf = math.inf
F = Fraction


def at(text: str, values: dict[str, str] | None = None) -> Any:
    given = {name: value_of(value, name, FRACTIONS) for name, value in (values or {}).items()}
    return gradient(parse(text, given=given), given, kind=FRACTIONS)


# text, values, value, gradient: all by hand
RATIONAL = [
    ("(x+w)*w", {"x": "1/3", "w": "0.1"}, F(13, 300), {"x": F(1, 10), "w": F(8, 15)}),
    ("1/3*x", {"x": "3"}, F(1), {"x": F(1, 3)}),
    ("0.1 + 0.2 - 0.3 + 0*x", {"x": "1"}, F(0), {"x": F(0)}),
    ("x/w", {"x": "2", "w": "-3"}, F(-2, 3), {"x": F(-1, 3), "w": F(-2, 9)}),
    ("x^3 - x^-2", {"x": "1/2"}, F(-31, 8), {"x": F(67, 4)}),
    ("sqrt(x)", {"x": "4/9"}, F(2, 3), {"x": F(3, 4)}),
    ("x^(1/3)", {"x": "8"}, F(2), {"x": F(1, 12)}),
    ("x^(-2/3)", {"x": "27/8"}, F(4, 9), {"x": F(-64, 729)}),
    ("cbrt(x)", {"x": "-8/27"}, F(-2, 3), {"x": F(3, 4)}),
    ("hypot(x, y)", {"x": "3/5", "y": "4/5"}, F(1), {"x": F(3, 5), "y": F(4, 5)}),
    ("exp(x) + log(1 + x) + cos(x)", {"x": "0"}, F(2), {"x": F(2)}),
    ("sigmoid(x)", {"x": "0"}, F(1, 2), {"x": F(1, 4)}),
    ("abs(x) + sign(x)", {"x": "-1/3"}, F(-2, 3), {"x": F(-1)}),
    ("max(x, y, 1/2)", {"x": "1/2", "y": "0.5"}, F(1, 2), {"x": F(1, 3), "y": F(1, 3)}),
    ("where(x > 1/3, x^2, log(x - 1))", {"x": "2/3"}, F(4, 9), {"x": F(4, 3)}),
    ("where(x < 1/3, 1, 2) + 0*x", {"x": "1/3"}, F(2), {"x": F(0)}),
    ("floor(x) + ceil(x) + round(x)", {"x": "5/2"}, F(7), {"x": F(0)}),
    ("mod(x, y)", {"x": "1", "y": "0.1"}, F(0), {"x": F(1), "y": F(-10)}),
    ("relu(x)*w", {"x": "1/7", "w": "7"}, F(1), {"x": F(7), "w": F(1, 7)}),
    ("clip(x, 0, 1/3)", {"x": "1/3"}, F(1, 3), {"x": F(1)}),
    ("10^400*x/10^399", {"x": "1/10"}, F(1), {"x": F(10)}),
    ("log2(1/8) + log10(1000) + 0*x", {"x": "1"}, F(0), {"x": F(0)}),
    ("f(u) = u/3; d f/du = 1/3; f(x)", {"x": "2"}, F(2, 3), {"x": F(1, 3)}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "values", "value", "slopes"), RATIONAL, ids=[row[0] for row in RATIONAL])
def test_rational_operations_are_exact(
    text: str, values: dict[str, str], value: Fraction, slopes: dict[str, Fraction]
) -> None:
    point = at(text, values)
    assert (point.value, point.gradient) == (value, slopes)
    assert not any(isinstance(number, float) for number in (point.value, *point.gradient.values()))
    assert not any(note.kind.startswith("left") for note in point.notes)


rationals = st.fractions(min_value=-50, max_value=50, max_denominator=60)


@given(rationals, rationals, rationals)
def test_a_gradient_of_a_quotient_of_polynomials_is_the_rule_by_hand(x: Fraction, w: Fraction, b: Fraction) -> None:
    """y = (w x^2 + b)/(x^2 + 1): dy/dx = 2x(w - b)/(x^2 + 1)^2, dy/dw = x^2/(x^2 + 1), dy/db = 1/(x^2 + 1)."""
    point = bpcli.grad("(w*x^2 + b)/(x^2 + 1)", x=x, w=w, b=b, numbers="exact")
    below = x * x + 1
    assert point.value == (w * x * x + b) / below
    assert point.gradient == {"w": x * x / below, "x": 2 * x * (w - b) / below**2, "b": 1 / below}


def test_roots_of_large_powers_are_found_and_of_their_neighbours_are_not() -> None:
    rng = random.Random(1)
    for degree in (2, 3, 5, 7):
        for _ in range(30):
            base = rng.getrandbits(rng.choice((3, 60, 400))) + 2
            point = at(f"({base**degree})^(1/{degree})")
            assert point.value == base
            assert isinstance(at(f"({base**degree + 1})^(1/{degree})").value, float)


LEFT = [
    ("sin(x)*w", {"x": "1/3", "w": "2"}, ["left exact numbers at sin(x): it is calculated in floats"]),
    ("sqrt(x)", {"x": "2"}, ["left exact numbers at sqrt(x): it is calculated in floats"]),
    ("pi*x", {"x": "1"}, ["left exact numbers at pi: it is calculated in floats"]),
    ("x^2", {"x": "pi/2"}, ["left exact numbers at x: it is calculated in floats"]),
    ("sin(exp(x))", {"x": "1"}, ["left exact numbers at exp(x): it is calculated in floats"]),
    ("where(x > 0, x, sin(x))", {"x": "1"}, []),
    (
        "log2(x)",
        {"x": "8"},
        ["left exact numbers on the way from log2(x) back to x: its slope is one of floats"],
    ),
    (
        "sin(x) + sin(2x) + sin(3x) + sin(4x) + sin(5x) + sin(6x) + sin(7x)",
        {"x": "1"},
        [
            *[f"left exact numbers at sin({x}): it is calculated in floats" for x in ("x", "2*x", "3*x")],
            *[f"left exact numbers at sin({x}): it is calculated in floats" for x in ("4*x", "5*x")],
            "and 2 more like this",
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "values", "notes"), LEFT, ids=[row[0] for row in LEFT])
def test_where_fractions_end_is_said(text: str, values: dict[str, str], notes: list[str]) -> None:
    assert [sentence(note) for note in at(text, values).notes] == notes


def test_what_does_not_meet_a_float_stays_exact() -> None:
    point = at("sin(x) + w^2/3", {"x": "1", "w": "1/2"})
    assert point.gradient["w"] == F(1, 3)
    assert point.gradient["x"] == pytest.approx(0.5403023058681398, rel=1e-15)  # cos 1, mpmath, 50 digits


def test_numbers_beyond_floats_stay_numbers() -> None:
    assert at("log(10^400)").value == pytest.approx(921.0340371976183, rel=1e-14)  # 400 ln 10, mpmath, 50 digits
    assert at("10^400 > 10^399").value == 1
    assert at("x + sin(1)", {"x": "10^400"}).value == inf


@pytest.mark.parametrize(
    ("text", "values", "value"),
    [("1/x", {"x": "0"}, inf), ("-1/x", {"x": "0"}, -inf), ("log(x)", {"x": "0"}, -inf), ("x^-1", {"x": "0"}, inf)],
)
def test_poles_follow_the_policy_of_floats(text: str, values: dict[str, str], value: float) -> None:
    point = at(text, values)
    assert point.value == value
    assert "infinite-value" in [note.kind for note in point.notes]


def test_outside_a_domain_there_is_no_value() -> None:
    for text in ("sqrt(x)", "x^(1/2)", "log(x)", "(x + 1)/(x + 1)"):
        with pytest.raises(NumericError, match="has no value"):
            at(text, {"x": "-1"})


@pytest.mark.parametrize("text", ["2^2^2^2^2^2", "x^(10^9)", "(1/3)^-1000000", "x^300000"])
def test_powers_without_end_are_refused(text: str) -> None:
    with pytest.raises(NumericError, match="grow beyond 79000 digits"):
        at(text + " + 0*x", {"x": "2"})


def test_products_without_end_are_refused_too() -> None:
    with pytest.raises(NumericError, match="grow beyond"):
        at("a0 = x; " + "".join(f"a{i} = a{i - 1}*a{i - 1};" for i in range(1, 40)) + "a39", {"x": "3"})
    assert at("a0 = x; " + "".join(f"a{i} = a{i - 1}*a{i - 1};" for i in range(1, 40)) + "a39", {"x": "1"}).value == 1


def test_the_bound_is_a_bound_of_bits() -> None:
    """2^n has n + 1 bits; by hand."""
    assert at(f"2^{MOST_BITS - 1}").value == 2 ** (MOST_BITS - 1)
    with pytest.raises(NumericError):
        at(f"2^{MOST_BITS}")
    assert at("1^(10^30) + (-1)^(10^30 + 1) + 0^(10^30)").value == 0


def test_the_same_from_python() -> None:
    found = bpcli.grad("x*w", x=0.5, w="0.1", numbers="exact")
    assert repr(found.gradient) == "{'x': Fraction(1, 10), 'w': Fraction(1, 2)}"
    assert bpcli.evaluate("3*x", x=0.1, numbers="exact").value == 3 * F(0.1) != F(3, 10)
    assert bpcli.evaluate("3*x", x=F(1, 10), numbers="exact").value == F(3, 10)
    assert bpcli.evaluate("x", x=inf, numbers="exact").value == inf
    assert found.to_dict()["exact"] == {"value": "1/20", "gradient": {"x": "1/10", "w": "1/2"}}
    with pytest.raises(InputError, match="there are no numbers 'rational'"):
        bpcli.grad("x", x=1, numbers="rational")
    assert isinstance(Exact(1) + 0.5, float)


def test_a_million_nodes_stay_exact_without_recursion() -> None:
    point = bpcli.grad("+".join(["x/3"] * 20_000), x=3, numbers="exact")
    assert (point.value, point.gradient) == (20_000, {"x": F(20_000, 3)})


def test_the_command_prints_fractions(run: Runner) -> None:
    assert run("eval", "-q", "x/4", "--x", "15", "--exact").out == "15/4\n"
    assert run("grad", "-q", "(x+w)*w", "--x", "1/3", "--w", "0.1", "--exact").out == "x=1/10\nw=8/15\n"
    answer = run("eval", "-q", "sin(x)", "--x", "1", "--exact")
    assert (answer.out, answer.err) == (
        "0.8414709848078965\n",
        "note: left exact numbers at sin(x): it is calculated in floats\n",
    )
    assert len(run("eval", "-q", "2^20000", "--exact").out) == 6022  # 20000 log10(2) = 6020.6, and a line end
    assert run("eval", "2^20000/3", "--exact").out == "y = 1.32676e6020\n"  # 20000 log10(2) - log10(3) = 6020.122792


def test_a_trace_multiplies_fractions(run: Runner) -> None:
    out = run("trace", "(x/3 + w)*w", "--x", "1/3", "--w", "3", "--exact").out
    assert "d(x/3)/dx = 1/3 3 * 1/3 = 1 dy/dx = 1" in " ".join(out.split())
    assert "dy/dw = 28/9 + 3 = 55/9 (2 of 2)" in out
    called = run("trace", "f(u) = u^2; d f/du = 2u; f(x)*x", "--x", "1/3", "--exact").out
    assert "d(f(x))/dx = 2*x = 2/3" in called
    assert "dy/dx = 1/9 + 2/9 = 1/3 (2 of 2)" in called
    long = run("trace", "x*1e400", "--x", "1/3", "--exact").out
    assert "≈ 3.33333e399" in long  # printed to six digits
    assert "1 * 1e400 = 1e400" in long
    mixed = run("trace", "sin(x)*w + x/3", "--x", "1/3", "--w", "3", "--exact").out
    assert "0.981584 + 1/9" in mixed


def test_zero_has_one_sign() -> None:
    assert evaluate(parse("1/(-0)"), {}, kind=FRACTIONS).value == inf
