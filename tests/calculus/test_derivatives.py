"""Derivatives as formulas: the text that a book would print, and that reads back as itself."""

from __future__ import annotations

import pytest

from bpcli.engine.formulas import differentiate
from bpcli.engine.point import evaluate
from bpcli.errors import InputError
from bpcli.language.reader import parse

PAIRS = [
    # text, by, derivative; by hand
    ("(x+w)*w", "w", "x + 2*w"),
    ("(x+w)*w", "x", "w"),
    ("(x+w)*w", "w,w", "2"),
    ("(x+w)*w", "x,w", "1"),
    ("a = x + w; y = a*w", "w", "x + 2*w"),
    ("x", "x", "1"),
    ("x*x", "x", "2*x"),
    ("x^2", "x", "2*x"),
    ("x^2", "x,x", "2"),
    ("x^2", "x,x,x", "0"),
    ("3*x^4 - 2*x + 5", "x", "12*x^3 - 2"),
    ("x^-1", "x", "-1/x^2"),
    ("x^0.5", "x", "1/(2*x^0.5)"),
    ("x^n", "x", "n*x^(n - 1)"),
    ("x^n", "n", "x^n*log(x)"),
    ("2^x", "x", "2^x*log(2)"),
    ("x^x", "x", "x^x*(log(x) + 1)"),
    ("x^pi", "x", "pi*x^(pi - 1)"),
    ("x/y", "x", "1/y"),
    ("x/y", "y", "-x/y^2"),
    ("1/x", "x", "-1/x^2"),
    ("1/x", "x,x", "2/x^3"),
    ("(x + 1)/(x - 1)", "x", "-2/(x - 1)^2"),
    ("sigmoid(x)", "x", "sigmoid(x)*(1 - sigmoid(x))"),
    ("tanh(x)", "x", "1 - tanh(x)^2"),
    ("tanh(x)", "x,x", "-2*tanh(x)*(1 - tanh(x)^2)"),
    ("relu(x)", "x", "where(x > 0, 1, 0)"),
    ("relu(x)", "x,x", "0"),
    ("abs(x)", "x", "sign(x)"),
    ("softplus(x)", "x", "sigmoid(x)"),
    ("log_sigmoid(x)", "x", "1 - sigmoid(x)"),
    ("exp(x)", "x", "exp(x)"),
    ("exp(x^2)", "x", "2*x*exp(x^2)"),
    ("exp(-x)", "x", "-exp(-x)"),
    ("log(x)", "x", "1/x"),
    ("log(x)", "x,x", "-1/x^2"),
    ("log(x, 2)", "x", "1/(x*log(2))"),
    ("sqrt(x)", "x", "1/(2*sqrt(x))"),
    ("sqrt(x)", "x,x", "-1/(4*sqrt(x)^3)"),
    ("sqrt(1 - x^2)", "x", "-x/sqrt(1 - x^2)"),
    ("cbrt(x)", "x", "1/(3*cbrt(x)^2)"),
    ("sin(x)", "x", "cos(x)"),
    ("cos(x)", "x", "-sin(x)"),
    ("sin(x)^2", "x", "2*sin(x)*cos(x)"),
    ("x*sin(x)", "x", "x*cos(x) + sin(x)"),
    ("tan(x)", "x", "tan(x)^2 + 1"),
    ("asin(x)", "x", "1/sqrt(1 - x^2)"),
    ("atan(x)", "x", "1/(x^2 + 1)"),
    ("sinh(x)", "x", "cosh(x)"),
    ("asinh(x)", "x", "1/sqrt(x^2 + 1)"),
    ("hypot(x, y)", "x", "x/hypot(x, y)"),
    ("atan2(y, x)", "y", "x/(y^2 + x^2)"),
    ("where(x > 0, x^2, x)", "x", "where(x > 0, 2*x, 1)"),
    ("leaky_relu(x)", "x", "where(x > 0, 1, 0.01)"),
    ("elu(x)", "x", "where(x > 0, 1, exp(x))"),
    ("clip(x, 0, 1)", "x", "where(0 <= x and x <= 1, 1, 0)"),
    ("floor(x)*x", "x", "floor(x)"),
    ("detach(x)*x", "x", "detach(x)"),
    ("x > 0", "x", "0"),
    ("(p - t)^2", "p", "2*(p - t)"),
    ("w*x + b", "w", "x"),
    ("log(1 + exp(x))", "x", "exp(x)/(exp(x) + 1)"),
    ("relu(relu(x)*w)", "x", "where(w*relu(x) > 0 and x > 0, w, 0)"),
    ("(2*x)^3", "x", "24*x^2"),
]


@pytest.mark.parametrize(("text", "wrt", "want"), PAIRS)
def test_pairs(text: str, wrt: str, want: str) -> None:
    assert str(differentiate(parse(text), wrt.split(","))) == want


@pytest.mark.parametrize(("text", "wrt", "want"), PAIRS)
def test_what_is_printed_means_itself(text: str, wrt: str, want: str) -> None:
    """Read back and evaluated, it is the derivative: at a point on neither side of anything special."""
    program = parse(text)
    at = {name: 0.3 + 0.17 * place for place, name in enumerate(program.inputs)}
    again = parse(want)
    value = differentiate(program, wrt.split(",")).value(at)
    assert evaluate(again, {name: at[name] for name in again.inputs}).value == pytest.approx(
        value, rel=1e-12, abs=1e-12
    )


@pytest.mark.parametrize(
    ("text", "wrt", "at", "want"),
    [
        # By hand.
        ("a = x + w; b = x + w; y = a*b", "a", {"x": 2, "w": 3}, 5),
        ("a = x + w; b = x + w; y = a*b", "b", {"x": 2, "w": 3}, 5),
        ("a = x + w; b = x + w; y = a*b", "a,b", {"x": 2, "w": 3}, 1),
        ("a = x^2; y = a*a", "a", {"x": 3}, 18),
        ("y = x^2; z = 3*y", "z", {"x": 3}, 1),
        ("y = x; z = y^2", "y", {"x": 3}, 6),
        ("n = 2; y = x^n", "n", {"x": 1}, 0),
    ],
)
def test_by_a_named_intermediate(text: str, wrt: str, at: dict[str, float], want: float) -> None:
    assert differentiate(parse(text), wrt.split(",")).value(at) == want


def test_a_derivative_is_a_function_and_has_derivatives() -> None:
    cube = differentiate(parse("x^3*w"), ["x"])
    assert cube(x=2, w=5) == 60
    assert cube({"x": 2}, w=5) == 60
    assert str(cube.diff("x")) == "6*x*w"
    assert cube.diff("x", "w")(x=2, w=5) == 12
    assert repr(cube) == "Derivative('3*x^2*w', wrt=x)"


def test_an_unknown_name_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(InputError) as failure:
        differentiate(parse("x*w"), ["z"])
    assert "z" in str(failure.value)
    assert "x, w" in str(failure.value)


def test_a_formula_that_repeats_itself_too_often_prints_as_a_program() -> None:
    """20 squarings written out as one formula would have a million names."""
    text = "; ".join(["a0 = x + w", *(f"a{place} = sin(a{place - 1})*a{place - 1}" for place in range(1, 20))])
    printed = str(differentiate(parse(text), ["x"]))
    assert "\n" in printed
    at = {"x": 0.3, "w": 0.4}
    assert evaluate(parse(printed), at).value == pytest.approx(differentiate(parse(text), ["x"]).value(at), rel=1e-12)
