"""Arrays that were expected or claimed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bpcli.engine.point import gradient
from bpcli.language.reader import parse
from bpcli.render.claims import claim_lines, expectation_text
from bpcli.render.languages import texts
from bpcli.tracing.claims import examined
from bpcli.tracing.claims.slips import OTHER_SHAPE, TENSOR_KINDS
from bpcli.tracing.expectations import Written, judged, named_numbers

W = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
X = np.array([1.0, -1.0, 2.0])
ROWS = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 7.0]])
SQUARE = np.array([[1.0, 2.0], [3.0, 4.0]])


@pytest.mark.parametrize(
    ("text", "number", "tolerance", "fits"),
    [
        ("[1, 2]", np.array([1.0, 2.0]), None, True),
        ("[1, 2]", np.array([1.0, 2.1]), None, False),
        ("[0.33, 0.67]", np.array([1 / 3, 2 / 3]), None, True),  # rounded entry by entry
        ("[0.33, 1]", np.array([1 / 3, 1.004]), None, False),
        ("[0.33, 0.67]", np.array([1 / 3, 2 / 3]), 1e-6, False),
        ("[1, 2]", np.array([1.04, 1.96]), 0.05, True),
        ("[1/3, sqrt(2)]", np.array([1 / 3, np.sqrt(2)]), None, True),
        ("[[1, 2]]", np.array([1.0, 2.0]), None, False),
        ("1", np.array([1.0, 1.0]), None, False),
        ("[1]", 1.0, None, False),
    ],
)
def test_an_array_fits_entry_by_entry(text: str, number: Any, tolerance: float | None, fits: bool) -> None:
    assert Written(text).fits(number, tolerance) is fits


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("x=[98, 130, 162]", "expected dy/dx = [98, 130, 162]: right"),
        ("x=[98, 131, 162]", "expected dy/dx = [98, 131, 162], but dy/dx[1] is 130 and not 131"),
        ("x=[98, 130]", "expected dy/dx = [98, 130], which has the shape (2,), but it has (3,)"),
        ("y=146", "expected y = 146: right"),
    ],
)
def test_what_was_expected_is_told(written: str, said: str) -> None:
    """W x = (5, 11), so 2 W'(5, 11) = (98, 130, 162), by hand."""
    program = parse("sum((W@x)^2)")
    point = gradient(program, {"W": W, "x": X})
    (found,) = judged(program, named_numbers(program, [written]), point.results, point.gradient)
    assert expectation_text(found) == said


LOGITS = np.array([0.0, np.log(3)])
CLAIMS: list[tuple[str, dict[str, Any], str, str]] = [
    ("sum((W@x)^2)", {"W": W, "x": X}, "W=[[10,22],[-10,-22],[20,44]]", "factors-swapped"),
    ("sum((W@x)^2)", {"W": W, "x": X}, "x=[-98,-130,-162]", "sign"),
    ("sum((X@w)^2)", {"X": ROWS, "w": np.ones(2)}, "w=[84,118]", "halved"),
    ("sum((W@x)^2)", {"W": W, "x": X}, "x=[5,7,9]", "upstream-of-tensor"),
    ("sum((W@x)^2)", {"W": W, "x": X}, "x=[294,390,486]", "accumulated"),
    ("sum((W@x)^2)", {"W": W, "x": X}, "x=[1,-1,2]", "own-value"),
    ("sum((W@x)^2)", {"W": W, "x": X}, "x=[1,2]", "other-shape"),
    ("sum(exp(W))", {"W": np.zeros((2, 3))}, "W=[[1,1],[1,1],[1,1]]", "transposed"),
    ("x @ A @ y", {"A": SQUARE, "x": np.array([1.0, 2.0]), "y": np.array([1.0, 5.0])}, "x=[16,22]", "no-transpose"),
    ("mean((X@w)^2)", {"X": ROWS, "w": np.ones(2)}, "w=[168,236]", "sum-for-mean"),
    ("sum((X@w)^2)/3", {"X": ROWS, "w": np.ones(2)}, "w=[168,236]", "sum-for-mean"),
    ("sum((X@w)^2)", {"X": ROWS, "w": np.ones(2)}, "w=[56,78.6667]", "mean-for-sum"),
    ("mse(X@w, r)", {"X": ROWS, "w": np.ones(2), "r": np.zeros(3)}, "r=[-6,-14,-24]", "sum-for-mean"),
    ("sum((X+b)^2)", {"X": ROWS, "b": np.zeros(2)}, "b=[[2,4],[6,8],[10,14]]", "not-summed"),
    ("sum((X+b)^2)", {"X": ROWS, "b": np.zeros(2)}, "b=[10,14]", "one-copy"),
    ("sum((X+b)^2)", {"X": ROWS, "b": np.zeros(2)}, "b=[6,8.66667]", "mean-over-copies"),
    ("sum(sin(X))*z/3", {"X": ROWS * 0, "z": 3.0}, "X=[[3,3],[3,3],[3,3]]", "batch"),
    # softmax([0, log 3]) is [1/4, 3/4]
    ("cross_entropy(z, 1)", {"z": LOGITS}, "z=[0.25,0.75]", "wrong-pullback"),
    ("cross_entropy(z, 1)", {"z": LOGITS}, "z=[-0.75,0.75]", "wrong-pullback"),
    ("cross_entropy(z, 1)", {"z": LOGITS}, "z=[0,-1]", "wrong-pullback"),
    ("cross_entropy(z, 1)", {"z": LOGITS}, "z=[0,-1.33333]", "wrong-pullback"),
    ("cross_entropy(z, [0.5,0.5])", {"z": LOGITS}, "z=[-0.5,-0.5]", "wrong-pullback"),
    ("softmax(z)[1]", {"z": LOGITS}, "z=[0,0.1875]", "wrong-pullback"),
    ("sum(p*x) + sum(p*q)", {"p": X, "x": X * 2, "q": X * 3}, "x=[5,-5,10]", "other-name"),
]


@pytest.mark.parametrize(("text", "given", "claimed", "kind"), CLAIMS)
def test_a_slip_is_named(text: str, given: dict[str, Any], claimed: str, kind: str) -> None:
    """Each claim was made by hand with this mistake."""
    program = parse(text, given=given)
    (claim,) = examined(program, given, named_numbers(program, [claimed], "claim"))
    assert not claim.ok
    assert [slip.kind for slip in claim.slips][:1] == [kind]
    for language in ("en", "zh"):
        first, second = claim_lines(claim, "y", language=language)
        assert "{" not in first + second


def test_every_slip_of_tensors_has_a_claim() -> None:
    assert {*TENSOR_KINDS, OTHER_SHAPE} <= {kind for *_, kind in CLAIMS}


def test_a_right_claim_and_one_that_nothing_explains() -> None:
    program = parse("sum((W@x)^2)")
    asked = named_numbers(program, ["x=[98,130,162]", "x=[7,130,162]"], "claim")
    right, wrong = examined(program, {"W": W, "x": X}, asked)
    assert right.ok
    assert not wrong.slips


@pytest.mark.parametrize(
    ("text", "given", "claimed", "said"),
    [
        (
            "sum((W@x)^2)",
            {"W": W, "x": X},
            "W=[[10,22],[-10,-22],[20,44]]",
            "the factors are exchanged: what passes to W is outer(g, x), with g what arrives from above",
        ),
        (
            "sum((X+b)^2)",
            {"X": ROWS, "b": np.zeros(2)},
            "b=[10,14]",
            "b was copied from (2,) to (3, 2), so its gradient is the sum over the copies: this is one of them",
        ),
        (
            "cross_entropy(z, 1)",  # by hand: of two equal entries each has the probability 1/2
            {"z": np.array([4.0, 4.0])},
            "z=[0.5,0.5]",
            "what passes to z was taken as g*softmax(z): it is g*(softmax(z) - one_hot(1, 2)), with g what arrives "
            "from above",
        ),
    ],
)
def test_the_sentence_of_a_slip(text: str, given: dict[str, Any], claimed: str, said: str) -> None:
    program = parse(text)
    (claim,) = examined(program, given, named_numbers(program, [claimed], "claim"))
    assert claim_lines(claim, "y")[1].strip() == said


def test_both_languages_have_the_same_sentences() -> None:
    assert [*texts("en", "TENSOR_SLIPS")] == [*texts("zh", "TENSOR_SLIPS")]
