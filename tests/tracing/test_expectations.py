"""What is expected: when a number is right, and when two formulas are the same."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given

from bpcli.engine.equivalence import POINTS, equivalent
from bpcli.engine.formulas import differentiate
from bpcli.language.reader import parse
from bpcli.tracing.expectations import Written
from calculus.programs import SMOOTH, runs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Runner

# what was written, what is, the tolerance that was asked for, and whether it is right: by hand
NUMBERS = [
    ("8", 8.0, None, True),
    ("8", 8.000001, None, True),
    ("8", 8.4, None, False),
    ("7", 8.0, None, False),
    ("0.333", 1 / 3, None, True),
    ("0.334", 1 / 3, None, False),
    ("0.333", 1 / 3, 1e-6, False),
    ("0.333", 1 / 3, 1e-2, True),
    ("1/3", 1 / 3, None, True),
    ("0.13", 0.125, None, True),
    ("0.12", 0.125, None, True),
    ("-0.333", -1 / 3, None, True),
    ("2.0", 2.04, None, True),
    ("2.0", 2.06, None, False),
    ("2", 2.04, None, False),
    ("3.3e-5", 3.34e-5, None, True),
    ("3e-5", 3.6e-5, None, False),
    ("1e5", 1.2e5, None, True),
    ("pi/2", 1.5707963, None, True),
    ("0", 1e-17, None, True),
    ("0", 1e-9, None, False),
    ("0.00", 1e-9, None, True),
    ("inf", float("inf"), None, True),
    ("inf", 1e300, None, False),
    ("1", float("inf"), None, False),
]


@pytest.mark.parametrize(("text", "number", "tolerance", "right"), NUMBERS)
def test_a_number_with_decimals_stands_for_all_that_round_to_it(
    text: str, number: float, tolerance: float | None, right: bool
) -> None:
    assert Written(text).fits(number, tolerance) is right


# program, by which name, a formula, and whether it is the derivative: by hand
FORMULAS = [
    ("(x+w)*w", "w", "x + 2*w", True),
    ("(x+w)*w", "w", "2w + x", True),
    ("(x+w)*w", "w", "w + (x + w)", True),
    ("(x+w)*w", "w", "x + w", False),
    ("(x+w)*w", "x", "w", True),
    ("x/(1+x)", "x", "1/(1+x)^2", True),
    ("x/(1+x)", "x", "1/(1+x^2)", False),
    ("sin(x)*cos(x)", "x", "cos(2x)", True),
    ("sin(x)*cos(x)", "x", "1 - 2sin(x)^2", True),
    ("tanh(x)", "x", "1 - tanh(x)^2", True),
    ("log(x)", "x", "1/x", True),
    ("log(x - 20)", "x", "1/(x - 20)", None),  # no point that is drawn lies in its domain
    ("acosh(x)", "x", "1/sqrt(x^2 - 1)", True),
    ("sqrt(x)", "x", "1/(2*sqrt(x))", True),
    ("relu(x)", "x", "where(x > 0, 1, 0)", True),
    ("relu(x)", "x", "1", False),
    ("p = sigmoid(z); L = -(y*log(p) + (1 - y)*log(1 - p))", "z", "p - y", True),
    ("p = sigmoid(z); L = -(y*log(p) + (1 - y)*log(1 - p))", "z", "sigmoid(z) - y", True),
    ("p = sigmoid(z); L = -(y*log(p) + (1 - y)*log(1 - p))", "z", "y - p", False),
    ("x^3", "x", "3*x^2 + 1e-12", False),  # fractions see it
    ("exp(x)", "x", "exp(x) + 1e-20", False),  # forty digits see it
    ("3*x", "x", "3", True),
    ("3*x", "x", "4", False),
]


@pytest.mark.parametrize(("text", "name", "formula", "same"), FORMULAS)
def test_a_formula_is_accepted_in_any_form(text: str, name: str, formula: str, same: bool | None) -> None:
    program = parse(text)
    node = differentiate(program, [name]).output
    verdict = equivalent(program, node, parse(formula, given=program.names))
    assert verdict.same is same
    if same is False:
        assert verdict.left != verdict.right or abs(verdict.left) > 0


def test_fractions_decide_where_both_formulas_stay_in_them() -> None:
    program = parse("x^3/3 + w*x")
    verdict = equivalent(program, differentiate(program, ["x"]).output, parse("x^2 + w"))
    assert (verdict.points, verdict.exact) == (POINTS, POINTS)


def test_a_point_that_tells_formulas_apart_is_told() -> None:
    program = parse("x^3")
    verdict = equivalent(program, differentiate(program, ["x"]).output, parse("3*x"))
    at = Fraction(verdict.at["x"])
    assert (verdict.left, verdict.right) == (3 * at**2, 3 * at)
    assert verdict.left != verdict.right


@given(runs(SMOOTH, most=5))
def test_a_derivative_is_the_same_as_itself_and_not_as_a_little_more(run: object) -> None:
    program, _ = run  # type: ignore[misc]
    name = program.inputs[0]
    derivative = differentiate(program, [name])
    node = derivative.output
    graph = program.graph
    text = str(derivative).replace("\n", "; ")
    assert equivalent(program, node, parse(text, given=program.names)).same is not False
    more = graph.add("add", (node, graph.const((1, 10**9))))
    assert equivalent(program, more, parse(text, given=program.names)).same is not True


# words, exit code, and the last line of standard output: by hand
ASKED = [
    (["grad", "(x+w)*w", "--x", "2", "--w", "3", "--expect", "w=8"], 0, "expected dy/dw = 8: right"),
    (["grad", "(x+w)*w", "--x", "2", "--w", "3", "--expect", "dy/dw=8"], 0, "expected dy/dw = 8: right"),
    (["grad", "(x+w)*w", "--x", "2", "--w", "3", "--wrt", "x", "--expect", "w=7"], 1,
     "expected dy/dw = 7, but it is 8"),
    (["grad", "(x+w)*w", "--x", "2", "--w", "3", "--expect", "y=15"], 0, "expected y = 15: right"),
    (["trace", "(x+w)*w", "--x", "2", "--w", "3", "--expect", "w=7"], 1, "expected dy/dw = 7, but it is 8"),
    (["trace", "(x + w)*w", "--x", "2", "--w", "3", "--expect", "dy/da=3"], 0, "expected dy/da = 3: right"),
    (["trace", "a = x + w; a*w", "--x", "2", "--w", "3", "--expect", "a=3"], 0, "expected dy/da = 3: right"),
    # 2 + 3 = 5 is a, and 3 is w; dy/da = w = 3 and dy/dw = 5 + 3 = 8
    (["trace", "a = x + w; a*w", "--x", "2", "--w", "3", "--expect", "a=5"], 1,
     "expected dy/da = 5, but it is 3; 5 is the value of a"),
    (["trace", "(x + w)*w", "--x", "2", "--w", "3", "--expect", "a=5.0"], 1,
     "expected dy/da = 5.0, but it is 3; 5.0 is the value of a"),
    (["trace", "a = x + w; a*w", "--x", "2", "--w", "3", "--expect", "a=4"], 1, "expected dy/da = 4, but it is 3"),
    (["trace", "a = x + w; a*x", "--x", "2", "--w", "0", "--expect", "a=2"], 0, "expected dy/da = 2: right"),
    (["grad", "(x+w)*w", "--x", "2", "--w", "3", "--expect", "w=3"], 1,
     "expected dy/dw = 3, but it is 8; 3 is the value of w"),
    (["grad", "sum(x*x)", "--x", "[1,2]", "--expect", "x=[1,2]"], 1,
     "expected dy/dx = [1,2], but dy/dx[0] is 2 and not 1; [1,2] is the value of x"),
    # several with commas, as --direction and --init take them
    (["grad", "(x+w)*w", "--x", "2", "--w", "3", "--expect", "y=15,x=3,w=8"], 0, "expected dy/dw = 8: right"),
    (["grad", "(x+w)*w", "--x", "2", "--w", "3", "--expect", "x=4, w=8"], 1, "expected dy/dw = 8: right"),
    (["grad", "sum(x*w)", "--x", "[1,2]", "--w", "[3,4]", "--expect", "x=[3,4],w=[1,2]"], 0,
     "expected dy/dw = [1,2]: right"),
    # formulas beside numbers: dy/dx = w, dy/dw = x + 2*w; with x = -1, w = -2 the sum x + 2*w is -5 and 2*w is -4
    (["grad", "(x+w)*w", "--x", "2", "--w", "3", "--expect", "w=2w + x"], 0,
     "expected dy/dw = 2w + x: right, the same as x + 2*w at 60 points"),
    (["trace", "(x+w)*w", "--x", "2", "--w", "3", "--expect", "dy/dw=2*w"], 1,
     "expected dy/dw = 2*w, but it is x + 2*w: with x = -1, w = -2 that is -5, and not -4"),
    (["grad", "(x+w)*w", "--x", "2", "--w", "3", "--expect", "y=w^2 + x*w"], 0,
     "expected y = w^2 + x*w: right, the same as (x + w)*w at 60 points"),
    (["grad", "(x+w)*w", "--x", "2", "--w", "3", "--expect", "x=w,w=8"], 0, "expected dy/dw = 8: right"),
    (["trace", "a = x + w; a*w", "--x", "2", "--w", "3", "--expect", "w=a + w"], 0,
     "expected dy/dw = a + w: right, the same as x + 2*w at 60 points"),
    (["trace", "sum((A @ x)^2)", "--A", "[[1,2],[3,4]]", "--x", "[1,1]", "--expect", "x=2*A.T @ A @ x"], 0,
     "expected dy/dx = 2*A.T @ A @ x: right, the same as 2*A.T @ A @ x at 60 points"),
    (["diff", "(x+w)*w", "--expect", "x=w,w=2*w+x"], 0,
     "expected dy/dw = 2*w+x: right, the same as x + 2*w at 60 points"),
    (["diff", "relu(x)", "--expect", "x=where(x > 0, 1, 0)"], 0, None),
    (["eval", "1/x", "--x", "3", "--expect", "y=0.333"], 0, "expected y = 0.333: right, it is 0.333333"),
    (["eval", "1/x", "--x", "3", "--expect", "y=0.333333", "--tolerance", "1e-9"], 1,
     "expected y = 0.333333, but it is 0.3333333"),
    (["eval", "x/3", "--x", "1", "--exact", "--expect", "y=1/3"], 0, "expected y = 1/3: right"),
    (["diff", "(x+w)*w", "--wrt", "w", "--expect", "x + 2*w"], 0,
     "expected dy/dw = x + 2*w: right, the same as x + 2*w at 60 points"),
    (["diff", "(x+w)*w", "--expect", "x=w", "--expect", "w=2*w"], 1, None),
    (["diff", "(x+w)*w", "--wrt", "w", "--x", "2", "--w", "3", "--expect", "w=8"], 0, "expected dy/dw = 8: right"),
    (["diff", "x^2", "--expect", "3"], 1, None),
    (["diff", "log(x - 20)", "--expect", "1/(x - 20)"], 1, None),
]  # fmt: skip


@pytest.mark.parametrize(("words", "code", "last"), ASKED, ids=[" ".join(each[0]) for each in ASKED])
def test_the_exit_code_says_whether_it_is_right(words: list[str], code: int, last: str | None, run: Runner) -> None:
    answer = run(*words)
    assert answer.code == code, answer
    if last is not None:
        assert answer.out.splitlines()[-1] == last
    through_typer = run(*words, straight=False)
    assert (through_typer.code, through_typer.out) == (answer.code, answer.out)
    found = json.loads(run(*words, "--json").out)
    assert all(entry["ok"] for entry in found["expect"]) is (code == 0)
    bare = run(*words, "-q")
    assert bare.code == code
    assert "expected" not in bare.out
    assert ("expected" in bare.err) is (code == 1)


def test_claims_take_commas_and_chinese_says_whose_value_it_is(run: Runner) -> None:
    """By hand: dy/dx = w = 3; dy/dw = x + w + w = 8, of which 5 is the direct path; a = 5."""
    at = ("(x+w)*w", "--x", "2", "--w", "3")
    assert run("grad", *at, "--claim", "w=8,x=3").code == 0
    claimed = run("grad", *at, "--claim", "x=3,w=5")
    assert claimed.code == 1
    assert claimed.out.splitlines()[-3:-1] == ["claim dy/dx = 3: right", "claim dy/dw = 5: wrong, it is 8"]
    assert run("grad", *at, "--claim", "x=3,5").code == 2
    told = run("trace", *at, "--expect", "a=5", "--lang", "zh").out
    assert told.splitlines()[-1] == "期望 dy/da = 5，实际是 3；5 是 a 的值"


def test_a_long_derivative_is_counted_and_not_repeated(run: Runner) -> None:
    text = "*".join(f"sin({place}x + w)" for place in range(2, 30))
    answer = run("diff", text, "--wrt", "x", "--expect", "2*x", "-q")
    assert answer.code == 1
    assert len(answer.err) < 200
    assert "a formula of" in answer.err
