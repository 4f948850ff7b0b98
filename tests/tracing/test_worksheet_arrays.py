"""The arrays of a worksheet: small whole entries from a seed, in shapes that are given, and targets that are some."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from bpcli.engine.point import gradient
from bpcli.errors import InputError
from bpcli.language.reader import parse
from bpcli.tracing.worksheet_arrays import (
    MOST_STEPS,
    WHOLE,
    array_faults,
    asked_inputs,
    check_sizes,
    fresh_arrays,
    sheet_shapes,
)

LAYER = ("h = relu(W@x + b); cross_entropy(V@h, c)", {"W": (2, 2), "x": (2,), "b": (2,), "V": (2, 2)})


def drawn(text: str, shapes: dict[str, tuple[int, ...]], seed: int, **given: Any) -> dict[str, Any]:
    program = parse(text)
    known = sheet_shapes(program, given, shapes)
    texts = fresh_arrays(program, given, known, seed, asked_inputs(program, known))
    return {name: np.array(json.loads(text)) for name, text in texts.items()}


@pytest.mark.parametrize("seed", range(8))
def test_entries_are_small_and_whole_in_the_shapes_that_were_asked_for(seed: int) -> None:
    found = drawn(*LAYER, seed)
    assert {name: array.shape for name, array in found.items()} == {**LAYER[1], "c": ()}
    for name in LAYER[1]:
        assert {*found[name].ravel()} <= {*map(float, WHOLE)}
        assert len({*found[name].ravel()}) > 1, "not all alike"
    assert found["c"] in (0, 1)
    again = drawn(*LAYER, seed)
    assert all((found[name] == again[name]).all() for name in found)


def test_seeds_differ() -> None:
    sheets = {json.dumps({name: array.tolist() for name, array in drawn(*LAYER, seed).items()}) for seed in range(32)}
    assert len(sheets) == 32


def test_relu_is_open_and_closed_across_seeds() -> None:
    open_, shut = 0, 0
    for seed in range(12):
        at = drawn(*LAYER, seed)
        before = at["W"] @ at["x"] + at["b"]
        assert (before != 0).all(), "no corner"
        assert (before > 0).any(), "something flows"
        open_ += int((before > 0).sum())
        shut += int((before < 0).sum())
    assert open_ > 3 and shut > 3


def test_no_seed_has_faults_where_arithmetic_is_all_there_is() -> None:
    for seed in range(12):
        at = drawn("sum((W@x - t)^2)", {"W": (2, 2), "x": (2,), "t": (2,)}, seed)
        point = gradient(parse("sum((W@x - t)^2)"), at, ["W", "x"], record=True)
        assert array_faults(point) == (0, 0, 0, 0)


@pytest.mark.parametrize("seed", range(6))
def test_targets_are_what_their_loss_takes(seed: int) -> None:
    classes = drawn("cross_entropy(X@W, t)", {"X": (3, 2), "W": (2, 4), "t": (3,)}, seed)["t"]
    assert {*classes} <= {0, 1, 2, 3}
    shares = drawn("cross_entropy(X@W, t)", {"X": (2, 2), "W": (2, 3), "t": (2, 3)}, seed)["t"]
    assert (shares > 0).all() and np.allclose(shares.sum(axis=-1), 1)
    told = drawn("-sum(t*log(softmax(z)))", {"t": (3,), "z": (3,)}, seed)["t"]
    assert (told > 0).all() and math.isclose(told.sum(), 1)
    assert {*drawn("bce(sigmoid(X@w), y)", {"X": (3, 2), "w": (2,), "y": (3,)}, seed)["y"]} == {0, 1}
    assert {*drawn("mean((sigmoid(X@w) - y)^2)", {"X": (3, 2), "w": (2,), "y": (3,)}, seed)["y"]} == {0, 1}
    chances = drawn("bce(p, y)", {"p": (3,), "y": (3,)}, seed)["p"]
    assert ((chances > 0) & (chances < 1)).all()
    assert drawn("sum(one_hot(c, 3)*z)", {"z": (3,)}, seed)["c"] in (0, 1, 2)


@pytest.mark.parametrize(
    ("text", "shapes", "asked"),
    [
        (*LAYER, ["W", "x", "b", "V"]),
        ("mse(w*x, t)", {"w": (2,), "x": (2,), "t": (2,)}, ["w", "x"]),
        ("mse(w*x, w)", {"w": (2,), "x": (2,)}, ["w", "x"]),  # it is no target alone
        ("sum((sigmoid(w*x) - t)^2)", {"w": (2,), "x": (2,), "t": (2,)}, ["w", "x"]),
        ("sum(x^2)", {"x": (2,)}, ["x"]),
    ],
)
def test_targets_are_data(text: str, shapes: dict[str, tuple[int, ...]], asked: list[str]) -> None:
    program = parse(text)
    assert asked_inputs(program, sheet_shapes(program, {}, shapes)) == asked


def test_roots_and_logarithms_get_numbers_above_zero() -> None:
    for seed in range(4):
        assert (drawn("sum(sqrt(x)*log(x + 1))", {"x": (3,)}, seed)["x"] > 0).all()


def test_what_was_given_stays() -> None:
    at = drawn("sum((W@x)^2)", {}, 1, W=np.array([[1.0, 2.0], [3.0, 4.0]]), x=np.array([1.0, 2.0]))
    assert at == {}
    assert [*drawn("sum((W@x)^2)", {"x": (2,)}, 1, W=np.array([[1.0, 2.0], [3.0, 4.0]]))] == ["x"]


@pytest.mark.parametrize(
    ("text", "given", "shapes", "example"),
    [
        # By hand: capitals are matrices, small letters vectors, and what cross_entropy compares with a class.
        ("sum((W@x + b)^2)", {}, {}, "--shape W=2x2,x=2,b=2"),
        (LAYER[0], {}, {}, "--shape W=2x2,x=2,b=2,V=2x2"),
        ("sum(W@x)", {"W": np.ones((3, 2))}, {}, "--shape x=2"),
        ("sum(W@x)", {}, {"W": (4, 2)}, "--shape x=2"),
        ("sum(x^2)", {}, {}, "--shape x=2"),
    ],
)
def test_shapes_are_asked_for_with_an_example_that_fits(
    text: str, given: dict[str, Any], shapes: dict[str, tuple[int, ...]], example: str
) -> None:
    with pytest.raises(InputError) as caught:
        sheet_shapes(parse(text), given, shapes)
    assert caught.value.kind == "sheet-shapes"
    assert caught.value.facts["example"] == example


def test_losses_of_single_numbers_need_no_shapes() -> None:
    assert sheet_shapes(parse("bce(sigmoid(w*x), t)"), {}, {}) == {"w": (), "x": (), "t": ()}


@pytest.mark.parametrize(
    ("text", "shapes", "kind"),
    [
        ("sum(W^2)", {"W": (5, 5)}, "sheet-too-large"),
        ("sum(a@b)", {"a": (4, 2), "b": (2, 5)}, "sheet-too-large"),
        ("sum(x" + "*x" * MOST_STEPS + ")", {"x": (2,)}, "sheet-too-long"),
    ],
)
def test_what_has_no_room_is_refused(text: str, shapes: dict[str, tuple[int, ...]], kind: str) -> None:
    program = parse(text, share=False)
    with pytest.raises(InputError) as caught:
        check_sizes(program, sheet_shapes(program, {}, shapes))
    assert caught.value.kind == kind
    check_sizes(parse("sum(W^2)"), {"W": (4, 4)})


def test_shapes_that_contradict_values_or_name_nothing_are_refused() -> None:
    for given, shapes, kind in (
        ({"x": np.ones(3)}, {"x": (2,)}, "shape-and-value"),
        ({}, {"z": (2,)}, "not-in-text"),
    ):
        with pytest.raises(InputError) as caught:
            sheet_shapes(parse("sum(x)"), given, shapes)
        assert caught.value.kind == kind
