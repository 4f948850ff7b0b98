"""Directions, Jacobians and Hessians."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest
from hypothesis import given

from bpcli.engine.directions import (
    derivatives,
    forward_gradient,
    hessian,
    hessian_product,
    jacobian,
    jvp,
    products,
    push,
    vjp,
)
from bpcli.engine.formulas import differentiate
from bpcli.engine.point import gradient
from bpcli.errors import InputError, NumericError
from bpcli.language.reader import parse
from calculus.programs import ALL, CUTTING, SMOOTH, valued

POLAR = "[r*cos(t), r*sin(t)]"
AT = {"r": 2.0, "t": math.pi / 6}
COS, SIN = math.cos(math.pi / 6), math.sin(math.pi / 6)


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_a_jacobian_has_a_row_for_each_result(mode: str) -> None:
    """Polar coordinates, by hand: [[cos t, -r sin t], [sin t, r cos t]]."""
    found = jacobian(parse(POLAR), AT, mode=mode)
    assert found.columns == ("r", "t")
    assert found.rows == {"y[0]": {"r": COS, "t": -2 * SIN}, "y[1]": {"r": SIN, "t": 2 * COS}}
    assert (found.passes.forward, found.passes.reverse) == {"forward": (2, 0), "reverse": (1, 2)}[mode]


@pytest.mark.parametrize(
    ("text", "mode"), [("[x, y*x, y]", "forward"), ("[x*y*z]", "reverse"), ("x*y", "reverse"), ("[x, y]", "reverse")]
)
def test_the_mode_with_fewer_passes_is_chosen(text: str, mode: str) -> None:
    program = parse(text)
    assert jacobian(program, dict.fromkeys(program.inputs, 2.0)).mode == mode


def test_a_result_that_is_an_input_or_a_constant_has_its_row() -> None:
    found = jacobian(parse("[x, 3, x*w, w]"), {"x": 2.0, "w": 5.0})
    assert [list(row.values()) for row in found.rows.values()] == [[1, 0], [0, 0], [5, 2], [0, 1]]


def test_results_are_called_by_their_own_names() -> None:
    program = parse("u = x*w; v = x + w; [u, v, u/v, u]")
    assert list(program.outputs) == ["u", "v", "y[2]", "y[3]"]
    program.select(["y[2]"])
    assert gradient(program, {"x": 2.0, "w": 2.0}).gradient == {"x": 0.25, "w": 0.25}  # (w/(x + w))^2
    program = parse("u = x*w; [u, x]")
    program.select(["1"])
    assert list(program.outputs) == ["y[1]"]
    program.select(["u"])
    assert gradient(program, {"x": 2.0, "w": 3.0}).gradient == {"x": 3, "w": 2}


def test_a_program_with_several_results_has_no_gradient() -> None:
    with pytest.raises(InputError) as caught:
        gradient(parse("[x, x^2]"), {"x": 1.0})
    assert caught.value.kind == "several-outputs"


@given(valued(ALL + CUTTING))
def test_forward_mode_gives_the_gradient_of_reverse_mode(run: Any) -> None:
    program, at = run
    pulled, pushed = gradient(program, at).gradient, forward_gradient(program, at).gradient
    for name, slope in pulled.items():
        assert pushed[name] == pytest.approx(slope, rel=1e-9, abs=1e-9)


def test_forward_mode_asks_for_named_intermediates_too() -> None:
    """y = a*w with a = x + w: by a it is w = 3; by w, along both ways, 8."""
    program, at = parse("a = x + w; b = 2*a; y = a*w"), {"x": 2.0, "w": 3.0}
    assert forward_gradient(program, at, ["a", "w", "y"]).gradient == {"a": 3, "w": 8, "y": 1}
    point = forward_gradient(program, at, ["b"])
    assert point.gradient == {"b": 0} and [note.kind for note in point.notes] == ["independent"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [("x + 0*v", None), ("x + floor(v)", "no-open-path"), ("x + detach(v)", "cut"), ("a = v; x", "independent")],
)
def test_both_modes_say_the_same_of_an_input_without_influence(text: str, kind: str | None) -> None:
    at = {"x": 1.0, "v": 2.5}
    for find in (gradient, forward_gradient):
        assert [note.kind for note in find(parse(text), at).notes] == ([kind] if kind else [])


@given(valued(SMOOTH))
def test_products_with_directions_are_products_with_the_gradient(run: Any) -> None:
    program, at = run
    slopes = gradient(program, at).gradient
    direction = dict(zip(program.inputs, (1.0, -0.5, 2.0), strict=False))
    size = sum(abs(slopes[name] * speed) for name, speed in direction.items())
    want = math.fsum(slopes[name] * speed for name, speed in direction.items())
    (found,) = jvp(program, at, direction).slopes.values()
    assert found == pytest.approx(want, abs=1e-9 * (1 + size))
    pulled = vjp(program, at, {program.output_name: -2.0}).slopes
    assert pulled == pytest.approx({name: -2 * slope for name, slope in slopes.items()}, abs=1e-9)


def test_weights_add_up_the_rows() -> None:
    found = vjp(parse(POLAR), AT, {"y[0]": 1.0, "y[1]": 10.0})
    assert found.slopes == pytest.approx({"r": COS + 10 * SIN, "t": -2 * SIN + 20 * COS})
    assert vjp(parse(POLAR), AT, {"y[1]": 1.0}).slopes == pytest.approx({"r": SIN, "t": 2 * COS})
    assert vjp(parse(POLAR), AT, {}).slopes == {"r": 0, "t": 0}
    # A result that another is made of, in one sweep.
    assert vjp(parse("u = x^2; [u, u*x]"), {"x": 3.0}, {"u": 1.0, "y[1]": 1.0}).slopes == {"x": 6 + 27}


def test_a_result_that_is_undefined_is_refused_whichever_it_is() -> None:
    for text in ("[log(x), x]", "[x, log(x)]"):
        with pytest.raises(NumericError) as caught:
            jacobian(parse(text), {"x": -1.0})
        assert caught.value.kind == "outside-domain"


def test_a_hessian_is_what_it_is_by_hand() -> None:
    """Rosenbrock's function at its minimum (1, 1): [[802, -400], [-400, 200]]."""
    found = hessian(parse("(1-x)^2 + 100*(y-x^2)^2"), {"x": 1.0, "y": 1.0})
    assert [list(row.values()) for row in found.rows.values()] == [[802, -400], [-400, 200]]


@given(valued(SMOOTH, 6))
def test_a_hessian_is_symmetric_and_that_of_the_formulas(run: Any) -> None:
    program, at = run
    try:
        rows = hessian(program, at).rows
    except NumericError:
        return
    for one in rows:
        for other in rows:
            want = differentiate(program, [one, other]).value(at)
            assert rows[one][other] == pytest.approx(want, rel=1e-7, abs=1e-7)
            assert rows[one][other] == pytest.approx(rows[other][one], rel=1e-7, abs=1e-7)
    direction = dict(zip(program.inputs, (1.0, -0.5, 2.0), strict=False))
    for name, found in hessian_product(program, at, direction).slopes.items():
        want = math.fsum(rows[name][other] * speed for other, speed in direction.items())
        assert found == pytest.approx(want, rel=1e-7, abs=1e-7)


def test_a_product_with_the_hessian_is_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    monkeypatch.setattr(products, "push", lambda *arguments: calls.append(arguments) or push(*arguments))
    names = [f"x{place}" for place in range(20)]
    program = parse(" + ".join(f"{a}^2*{b}" for a, b in itertools.pairwise(names)))
    at = dict.fromkeys(names, 1.0)
    hessian_product(program, at, {"x0": 1.0})
    assert len(calls) == 1
    hessian(program, at)
    assert len(calls) == 21


@pytest.mark.parametrize(
    ("text", "want"), [("x^2", 0), ("x^3", 6), ("abs(x)^3", 0), ("x^(1/3 + 8/3)", 6), ("x*x*x", 6), ("x^4", 0)]
)
def test_third_derivatives_at_zero(text: str, want: float) -> None:
    """By hand."""
    assert derivatives(parse(text), {"x": 0.0}, None, 3)[1] == {("x", "x", "x"): want}


def test_derivatives_of_an_order_come_for_every_order_of_the_names() -> None:
    """x^3*y at (1, 2), by hand: d3/dx3 = 6y, d3/dx2dy = 6x, else 0."""
    found = derivatives(parse("x^3*y"), {"x": 1.0, "y": 2.0}, None, 3)[1]
    assert len(found) == 8
    assert {names: value for names, value in found.items() if value} == {
        ("x", "x", "x"): 12, ("x", "x", "y"): 6, ("x", "y", "x"): 6, ("y", "x", "x"): 6,
    }  # fmt: skip


@given(valued(SMOOTH, 4))
def test_the_second_order_is_the_hessian(run: Any) -> None:
    program, at = run
    try:
        rows = hessian(program, at).rows
    except NumericError:
        return
    for (one, other), value in derivatives(program, at, None, 2)[1].items():
        assert value == pytest.approx(rows[one][other], rel=1e-7, abs=1e-7)


def test_a_table_of_derivatives_has_a_limit() -> None:
    program = parse(" * ".join(f"x{place}" for place in range(50)))
    with pytest.raises(InputError) as caught:
        derivatives(program, dict.fromkeys(program.inputs, 1.0), None, 4)
    assert caught.value.kind == "too-many-derivatives"
