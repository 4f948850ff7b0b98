"""Formulas are compared where both have a value, with numbers that leave no doubt."""

from __future__ import annotations

import pytest

from bpcli.engine import equivalence
from bpcli.engine.equivalence import POINTS, equivalent
from bpcli.engine.floats import FLOATS
from bpcli.engine.formulas import differentiate
from bpcli.language.reader import parse

# program, formula, and whether it is its derivative by x: by hand
PAIRS = [
    ("lgamma(x)", "digamma(x)", True),
    ("abs(x)", "x/abs(x)", True),
    ("x^x", "x^x*(log(x) + 1)", True),
    ("(x^2 - 1)/(x - 1)", "1", True),
    ("1/(x - 1) - 1/(x + 1)", "-4*x/(x^2 - 1)^2", True),
    ("1/(x - 1) - 1/(x + 1)", "4*x/(x^2 - 1)^2", False),
    ("erf(x)", "2/sqrt(pi)*exp(-x^2)", True),
    ("erf(x)", "1.128379*exp(-x^2)", False),
    ("x*detach(x)", "x", True),
    ("x*detach(x)", "2*x", False),
    ("cos(x)^2 + sin(x)^2", "0", True),
    ("log(1 + exp(x))", "1/(1 + exp(-x))", True),
]


@pytest.mark.parametrize("digits", [True, False], ids=["forty digits", "floats"])
@pytest.mark.parametrize(("text", "formula", "same"), PAIRS)
def test_formulas_that_mean_the_same(
    text: str, formula: str, same: bool, digits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not digits:
        monkeypatch.setattr(equivalence, "_precise", lambda: FLOATS)
    program = parse(text)
    verdict = equivalent(program, differentiate(program, ["x"]).output, parse(formula))
    assert verdict.same is same
    assert verdict.points == POINTS or not same


def test_the_points_are_the_same_every_time() -> None:
    program = parse("x^3 + w*x")
    node = differentiate(program, ["x"]).output
    first, second = (equivalent(program, node, parse("3*x^2 - w")) for _ in range(2))
    assert first.at == second.at
    assert first.at["w"] != 0


def test_a_formula_that_is_nowhere_defined_with_the_program_is_not_judged() -> None:
    program = parse("sqrt(x)")
    assert equivalent(program, differentiate(program, ["x"]).output, parse("sqrt(-1 - x)")).same is None
