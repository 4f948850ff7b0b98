"""Why a derivative is what it is: the edge that decides is the one that a person would point at."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given

from bpcli.engine.noticing import short
from bpcli.engine.point import gradient
from bpcli.errors import InputError, NumericError
from bpcli.language.reader import parse
from bpcli.render.languages.en.why import CAUSES, HEADS
from bpcli.render.why import called, sentences
from bpcli.tracing import reasons
from bpcli.tracing.reasons import why
from calculus.programs import ALL, CUTTING, runs

inf = math.inf

# program, values, name, what it is, and the causes as (kind, node, argument): by hand
ANSWERS: list[tuple[str, dict[str, float], str, str, list[tuple[str, str, str | None]]]] = [
    ("x*2", {"x": 1.0}, "x", "ordinary", [("factor", "x*2", "x")]),
    ("a = b; x*2", {"x": 1.0, "b": 1.0}, "b", "zero", [("independent", "b", None)]),
    ("x + detach(b)", {"x": 1.0, "b": 1.0}, "b", "zero", [("cut", "detach(b)", "b")]),
    ("x + floor(b)", {"x": 1.0, "b": 1.5}, "b", "zero", [("flat", "floor(b)", "b")]),
    ("relu(w*x + b)^2", {"w": 1.0, "x": -2.0, "b": 1.0}, "b", "zero", [("closed", "relu(w*x + b)", "w*x + b")]),
    ("where(b > 0, x, b)", {"x": 1.0, "b": 2.0}, "b", "zero",
     [("flat", "b > 0", "b"), ("closed", "where(b > 0, x, b)", "b")]),
    ("max(x, b)", {"x": 3.0, "b": 2.0}, "b", "zero", [("closed", "max(x, b)", "b")]),
    ("(x - 2)^2", {"x": 2.0}, "x", "zero", [("zero-local", "(x - 2)^2", "x - 2")]),
    ("0*x", {"x": 2.0}, "x", "zero", [("zero-local", "0*x", "x")]),
    ("x - x", {"x": 2.0}, "x", "zero", [("cancels", "x - x", None)]),
    ("1e-200*x*1e-200", {"x": 2.0}, "x", "zero", [("underflow", "1e-200*x*1e-200", "1e-200*x")]),
    ("x*w + relu(w)*relu(-1 - b)", {"x": 1.0, "w": 1.0, "b": 5.0}, "b", "zero", [("closed", "relu(-1 - b)", "-1 - b")]),
    ("sqrt(x)", {"x": 0.0}, "x", "infinite", [("pole", "sqrt(x)", "x")]),
    # Finite, and beyond the range of floats: e^1000 = 2e434, 1/x^2 = 1e400.
    ("exp(x)", {"x": 1000.0}, "x", "infinite", [("overflow-local", "exp(x)", "x")]),
    ("1/x", {"x": 1e-200}, "x", "infinite", [("overflow-local", "1/x", "x")]),
    ("log(x)", {"x": 0.0}, "x", "infinite", [("pole", "log(x)", "x")]),
    ("exp(800*x)", {"x": 0.88}, "x", "infinite", [("overflow", "800*x", "x")]),
    ("1e308*x + 1.5e308*x", {"x": 0.5}, "x", "infinite", [("overflow", "x", None)]),
    ("sqrt(x^2)", {"x": 0.0}, "x", "undefined", [("zero-times-infinite", "x^2", "x")]),
    ("sqrt(x) - cbrt(x)", {"x": 0.0}, "x", "undefined", [("opposed-infinities", "x", None)]),
    ("sigmoid(50*w)", {"w": 1.0}, "w", "tiny", [("factor", "sigmoid(50*w)", "50*w")]),
    ("exp(x)*exp(w)", {"x": 300.0, "w": 1.0}, "x", "huge",
     [("factor", "exp(x)", "x"), ("factor", "exp(x)*exp(w)", "exp(x)")]),
    ("log(x)", {"x": -1.0}, "x", "undefined-value", []),
    ("f(u) = u^2; d f/du = 0; f(x)", {"x": 2.0}, "x", "zero", [("flat", "f(x)", "x")]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "at", "name", "kind", "causes"), ANSWERS, ids=[each[0] for each in ANSWERS])
def test_the_edge_that_decides(
    text: str, at: dict[str, float], name: str, kind: str, causes: list[tuple[str, str, str | None]]
) -> None:
    program = parse(text)
    found = why(program, at, name)
    assert found.kind == kind
    assert [
        (cause.kind, short(program, cause.node), None if cause.argument < 0 else short(program, cause.argument))
        for cause in found.causes
    ] == causes


def test_the_first_edge_is_named_and_not_what_follows_from_it() -> None:
    """Downwards from y: sqrt at 0 is the pole; below it everything is infinite too."""
    found = why(parse("a = 2*x; b = 3*a; y = sqrt(b)"), {"x": 0.0}, "x")
    assert [(cause.kind, found.program.graph.name[cause.node]) for cause in found.causes] == [("pole", "y")]


def test_a_path_is_named_where_a_number_is_large_or_small() -> None:
    program = parse("a = 1000*x; b = 1000*a; y = 2*b + x")
    found = why(program, {"x": 1.0}, "x")
    assert (found.kind, found.slope, found.product) == ("huge", 2000001, 2000000)
    assert [called(program, node) for node in found.path] == ["x", "a", "b", "2*b", "y"]
    assert [cause.local for cause in found.causes] == [1000, 1000, 2]


def test_only_so_many_edges_are_listed() -> None:
    text = " + ".join(f"relu(-{place} - b)" for place in range(1, 9))
    found = why(parse(text), {"b": 0.0}, "b")
    assert (len(found.causes), found.more) == (5, 3)


def test_a_name_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputError):
        why(parse("x^2"), {"x": 1.0}, "w")


def test_every_kind_has_its_sentence() -> None:
    assert {answer[3] for answer in ANSWERS} == {*HEADS} - {"overflow", "rounding"}  # the last of tensors alone
    assert {cause[0] for answer in ANSWERS for cause in answer[4]} == {*CAUSES} - {reasons.NO_LOCAL}


@given(runs(ALL + CUTTING))
def test_every_program_has_an_answer_that_fits_its_gradient(run: Any) -> None:
    program, at = run
    for name in program.inputs:
        found = why(program, at, name)
        told = list(sentences(found))
        assert told and all(told)
        try:
            slope = gradient(program, at, [name]).gradient[name]
        except NumericError as error:
            assert found.kind in ("undefined", "undefined-value"), error.kind
            continue
        assert found.slope == slope
        assert found.causes or found.kind == "ordinary"
        assert (found.kind == "zero") == (slope == 0)
        assert (found.kind == "infinite") == (abs(slope) == inf)


def lines(text: str, at: dict[str, float], name: str, language: str = "en") -> list[str]:
    return list(sentences(why(parse(text), at, name), language=language))


def test_a_sum_is_explained_by_all_of_its_paths() -> None:
    """By hand: d((x+w)*w)/dw is 5 by the factor w and 3 through x + w."""
    assert lines("(x+w)*w", {"x": 2.0, "w": 3.0}, "w")[1:] == [
        "2 paths add up: dy/dw = 5 + 3 = 8",
        "- 5 along w -> y",
        "- 3 along w -> x + w -> y: 1 * 3 = 3",
    ]
    assert lines("(x+w)*w", {"x": 2.0, "w": 3.0}, "w", "zh")[1] == "2 条路径相加：dy/dw = 5 + 3 = 8"


def test_equal_factors_are_two_paths() -> None:
    assert lines("x*x", {"x": 3.0}, "x")[1:] == [
        "2 paths add up: dy/dx = 3 + 3 = 6",
        "- 3 along x -> y by the 1st x",
        "- 3 along x -> y by the 2nd x",
    ]


def test_of_many_paths_the_largest_are_told() -> None:
    """Sixteen diamonds, one below the other: 2^16 paths."""
    text = "a0 = x; " + "; ".join(f"a{place + 1} = tanh(a{place}) + 0.5*a{place}" for place in range(16))
    told = lines(text, {"x": 0.1}, "x")
    assert told[1].startswith("65536 paths add up to da16/dx")
    assert told[-1] == "and 65530 more paths"


def test_what_overflows_is_not_called_infinite() -> None:
    told = lines("exp(x)", {"x": 1000.0}, "x")[1]
    assert told == (
        "- the local derivative d(exp(x))/dx = exp(x) is finite, and beyond the largest number with x = 1000"
    )
    assert "是有限的" in lines("exp(x)", {"x": 1000.0}, "x", "zh")[1]
    assert "is infinite" in lines("1/x", {"x": 0.0}, "x")[1]
