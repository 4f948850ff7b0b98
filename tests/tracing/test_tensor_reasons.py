"""Why a derivative by a vector or a matrix is what it is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bpcli.errors import InputError
from bpcli.language.reader import parse
from bpcli.render.languages import texts
from bpcli.render.why import sentences
from bpcli.tracing.reasons import why
from conftest import call

W = np.array([[1.0, 2.0], [3.0, 4.0]])
CASES: list[tuple[str, dict[str, Any], str, str, list[str], str]] = [
    ("sum(relu(W @ x))", {"W": W, "x": np.array([-1.0, -2.0])}, "x", "zero", ["closed"], ""),
    ("sum(W @ x)", {"W": W * 0, "x": np.ones(2)}, "x", "zero", ["zero-local"], ""),
    ("sum(detach(x)*y)", {"x": np.ones(2), "y": np.ones(2)}, "x", "zero", ["cut"], ""),
    ("sum(floor(x))", {"x": np.array([0.5, 1.5])}, "x", "zero", ["flat"], ""),
    ("argmax(x)*y", {"x": np.array([0.5, 1.5]), "y": 1.0}, "x", "zero", ["flat"], ""),
    ("sum(x - x)", {"x": np.ones(2)}, "x", "zero", ["cancels"], ""),
    ("a = x; sum(y)", {"x": np.ones(2), "y": np.ones(2)}, "x", "zero", ["independent"], ""),
    ("sum(sqrt(x))", {"x": np.array([1.0, 0.0])}, "x", "infinite", ["pole"], "dy/dx[1]"),
    ("sum(0*sqrt(x))", {"x": np.array([1.0, 0.0])}, "x", "undefined", ["undefined-local"], "dy/dx[1]"),
    ("sum(exp(x))", {"x": np.array([1.0, 40.0])}, "x", "huge", ["factor"], "dy/dx[1]"),
    ("sum(exp(x))", {"x": np.array([-60.0, -40.0])}, "x", "tiny", ["factor"], "dy/dx[1]"),
    ("sum(x^2)", {"x": np.array([3.0, 2.0])}, "x", "ordinary", ["factor"], "dy/dx[0] = 6"),
    # By hand: probabilities add up to 1 and normalized entries to 0 whatever x is, so that nothing moves their sums.
    ("sum(softmax(x))", {"x": np.array([1.0, 2.0, 3.0])}, "x", "rounding", ["cancels-inside"], "dy/dx["),
    ("sum(batch_norm(x))", {"x": np.array([1.0, 2.0, 4.0])}, "x", "rounding", ["cancels-inside"], "dy/dx["),
    ("softmax(x)[0]", {"x": np.array([800.0, 1.0, 2.0])}, "x", "zero", ["saturated"], ""),
    ("sum(relu(x)^2)", {"x": np.array([-1.0, -2.0])}, "x", "zero", ["zero-local", "closed"], ""),
    ("sum(relu(x))", {"x": np.array([-1.0, 2.0])}, "x", "ordinary", ["closed-entries", "factor"], "dy/dx[1] = 1"),
    ("sum(exp(-x))", {"x": np.array([50.0, 60.0])}, "x", "tiny", ["factor"], "dy/dx[0]"),
    ("sum(log(x))", {"x": np.array([-1.0, 2.0])}, "x", "undefined-value", [], ""),
]


@pytest.mark.parametrize(("text", "given", "name", "kind", "causes", "told"), CASES)
def test_the_edge_that_decides_is_found(
    text: str, given: dict[str, Any], name: str, kind: str, causes: list[str], told: str
) -> None:
    found = why(parse(text, given=given), given, name)
    assert found.kind == kind
    assert [cause.kind for cause in found.causes] == causes
    for language in ("en", "zh"):
        said = [*sentences(found, language=language)]
        assert said[0].startswith(told)
        assert not any("{" in line for line in said)


def test_a_factor_is_told_by_the_largest_entries() -> None:
    """W'(1, 1) = (4, 6): 6 times what arrived, by hand."""
    found = why(parse("sum(W @ x)"), {"W": W, "x": np.ones(2)}, "x")
    assert [*sentences(found)][-1] == "- W @ x makes 6 of 1 on the way to x (largest entries): a factor 6"


def test_entries_that_are_0_are_counted() -> None:
    found = why(parse("sum(relu(x))"), {"x": np.array([-1.0, 2.0, -3.0])}, "x")
    assert "entries that are 0: 2 of 3" in [*sentences(found)]


def test_a_vector_has_no_gradient_to_explain() -> None:
    with pytest.raises(InputError) as found:
        why(parse("2*x"), {"x": np.ones(2)}, "x")
    assert found.value.kind == "vector-output"


def test_both_languages_have_the_same_sentences() -> None:
    assert [*texts("en", "TENSOR_CAUSES")] == [*texts("zh", "TENSOR_CAUSES")]


def test_an_infinity_that_meets_a_zero_is_told_with_where_it_came_from() -> None:
    """By hand: softmax of [1000, 0, -1000] is [1, 0, 0]; log has an infinite slope at 0, and inf*0 no value."""
    at = ("-log(softmax(z)[1])", "--z", "[1000,0,-1000]")
    told = call("why", *at)
    assert "- what log(softmax(z)[1]) passes on is infinite at softmax(z)[1]" in told.out
    assert "inf from above meets softmax(z), and where it meets a 0 in the rule its product has no value" in told.out
    assert "log_softmax" in call("trace", *at).err
    assert "不会出现 log(0)" in call("grad", *at, "--lang", "zh").err
