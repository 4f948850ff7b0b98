"""Derivatives beside those of sympy, at random points: another program, other rules, the same numbers.

Both are evaluated in 50 digits, so that a difference is a difference of formulas and not of rounding.
"""

from __future__ import annotations

import random

import pytest

from bpcli.engine.formulas import differentiate
from bpcli.language.reader import parse
from bpcli.language.text import program as program_text
from calculus.precise import PRECISE, mp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

sympy = pytest.importorskip("sympy")

TOLERANCE = mp.mpf(10) ** -30  # of the larger of 1 and the value, in 50 digits
POINTS = 5

# Expressions in x and y, written so that both languages read them; both are positive below.
BASES = (
    "x", "x^2", "x^3 - 2*x + 1", "x*y", "x + y^2", "1/x", "x/y", "sqrt(x)", "x^(1/3)", "x^y", "2^x", "x^x", "exp(x)",
    "exp(-x*y)", "log(x)", "log(x*y)", "log(x, 2)", "log(x, y + 2)", "sin(x)", "cos(x*y)", "tan(x/4)", "asin(x/9)",
    "acos(x/9)", "atan(x)", "atan2(y, x)", "sinh(x)", "cosh(x)", "tanh(x)", "asinh(x)", "acosh(x + 1)", "atanh(x/9)",
    "erf(x)", "erfc(x)", "abs(x - y)", "1/(1 + exp(-x))", "hypot(x, y)", "max(x, y)", "min(x, y, 1)", "sign(x - y)*x",
    "where(x > y, x^2, y*x)",
)  # fmt: skip
SHAPES = ("({0})", "({0})^2 + x", "sin({0})*x", "exp(-({0})^2/2)/sqrt(2*pi)", "({0})/(x + 1)", "log(1 + ({0})^2)")
PLAIN = [shape.format(base) for base in BASES for shape in SHAPES[:1]]
COMPOSED = [shape.format(base) for base in BASES for shape in SHAPES[1:]]
SCHOOL = [
    "x/(x + 1)", "(x + 1)/(x - 9)", "log(x)/x", "sin(x)/x", "x^2*exp(-x)", "sin(x)*exp(x)", "1/(1 + x^2)",
    "x*sqrt(1 + x^2)", "x/sqrt(x^2 + y)", "(x^2 + 1)*(x^3 - x)", "x*(x + 1)^3", "(x - 1)^2*(x + 2)^3",
    "(3*x - 2)^4*(x + 1)", "exp(x)/(exp(x) + exp(y))", "log(exp(x) + exp(y))", "-log(exp(x)/(exp(x) + exp(y)))",
    "(exp(x) - exp(-x))/(exp(x) + exp(-x))", "log(x + sqrt(x^2 + 1))", "sqrt(x + sqrt(x))", "x*atan(1/x)",
    "(1 - x)^2 + 100*(y - x^2)^2", "exp(-(x - y)^2/(2*y^2))/y", "x*sin(x)*exp(x)", "sin(cos(exp(x/4)))",
    "1/(x*log(x + 1))", "sqrt(x)*log(x)", "(x*y + 1)/(x - y*x^2)", "cos(x)^2 - sin(x)^2", "tan(x/5)/cos(x/5)",
]  # fmt: skip


def test_the_corpus_is_broad() -> None:
    assert len(PLAIN) + len(COMPOSED) + len(SCHOOL) >= 250


def read_by_sympy(text: str) -> Any:
    """The expression in sympy, from our text: names of functions by their meaning, ^ as a power."""
    x, y = sympy.symbols("x y", positive=True)
    names = {
        "x": x, "y": y, "pi": sympy.pi, "abs": sympy.Abs, "max": sympy.Max, "min": sympy.Min, "atan2": sympy.atan2,
        "log": lambda value, base=sympy.E: sympy.log(value) / sympy.log(base),
        "hypot": lambda a, b: sympy.sqrt(a**2 + b**2),
        "where": lambda c, a, b: sympy.Piecewise((a, c), (b, True)),
    }  # fmt: skip
    return sympy.sympify(text.replace("^", "**"), locals=names, rational=True)


def differences(text: str, wrt: str, dice: random.Random) -> list[tuple[dict[str, int], Any, Any]]:
    """Where our derivative, printed and read again, differs from sympy's: the point and both values."""
    theirs = read_by_sympy(text)
    for name in wrt:
        theirs = sympy.diff(theirs, sympy.Symbol(name, positive=True))
    formula = differentiate(parse(text), wrt).formula
    again = parse(program_text(formula.graph, formula.node, formula.named))
    found = []
    for _ in range(POINTS):
        # Denominators that no corner of the corpus has.
        at = {name: sympy.Rational(dice.randint(20, 400), prime) for name, prime in (("x", 97), ("y", 89))}
        want = theirs.subs({sympy.Symbol(name, positive=True): value for name, value in at.items()}).doit().evalf(40)
        assert want.is_Float or want.is_Integer or want.is_Rational, (text, wrt, want)
        exact = mp.mpf(str(want))
        ours = mp.mpf(value_at(again, {name: mp.mpf(value.p) / value.q for name, value in at.items()}))
        if not abs(ours - exact) <= TOLERANCE * max(1, abs(exact)):
            found.append((at, ours, exact))
    return found


def value_at(program: Any, at: dict[str, Any]) -> Any:
    from bpcli.calculus.sweeps import forward

    inputs = {node: at[name] for name, node in program.graph.variables.items()}
    return forward(program.graph, PRECISE, inputs, program.output + 1)[program.output]


@pytest.mark.parametrize("text", PLAIN + SCHOOL)
def test_first_and_second_order(text: str) -> None:
    dice = random.Random(text)
    for wrt in ("x", "y", "xx", "xy") if "y" in parse(text).inputs else ("x", "xx"):
        assert differences(text, wrt, dice) == [], wrt


@pytest.mark.parametrize("text", COMPOSED)
def test_composed_expressions(text: str) -> None:
    dice = random.Random(text)
    for wrt in ("x", "xx"):
        assert differences(text, wrt, dice) == [], wrt
