"""Predictions by stored programs of vectors and matrices: which value, from which data, and what is flagged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    from conftest import Runner

# Three rows on which X @ [1, 2] + 1 is t exactly, so that predictions are known by hand.
DATA = {"X": np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 7.0]]), "t": np.array([6.0, 12.0, 20.0])}
CLASSES = "W = zeros(2, 3); logits = X @ W; accuracy = mean(argmax(logits, axis=1) == c); L = cross_entropy(logits, c)"


def stored(run: Runner, folder: Path, text: str, *more: str, steps: str = "200") -> str:
    np.savez(folder / "rows.npz", **DATA, c=np.array([0.0, 1.0, 2.0]))
    given = [word for name in ("X", "t", "c") if f"{name} " in text or f"{name})" in text
             for word in (f"--{name}", f"@{folder / 'rows.npz'}")]  # fmt: skip
    answer = run("train", text, *given, *more, "--steps", steps, "--save", str(folder / "m.json"), "-q")
    assert answer.code == 0, answer.err
    return str(folder / "m.json")


@pytest.mark.parametrize(
    "text, name",
    [
        ("W = zeros(2); b = zeros(1); pred = X @ W + b; e = pred - t ; L = mean(e^2)", "pred"),
        ("W = zeros(2); b = zeros(1); score = X @ W + b; L = mean((score - t )^2)", "score"),
        # What stands before the prediction and takes the target is not needed for it.
        ("b = zeros(1); far = t - 1; W = zeros(2); score = X @ W + b; L = mean((score - 1 - far)^2)", "score"),
    ],
)
def test_the_prediction_is_what_does_not_take_the_target(run: Runner, tmp_path: Path, text: str, name: str) -> None:
    model = stored(run, tmp_path, text)
    (tmp_path / "new.csv").write_text("u,v\n1,2\n5,7\n2,9\n")
    answer = run("predict", model, str(tmp_path / "new.csv"), "--digits", "6")
    # By hand: 1 + 4 + 1, 5 + 14 + 1 and 2 + 18 + 1; v = 9 is beyond 7.
    assert (answer.code, answer.out) == (0, f"{name},outside\n6,0\n20,0\n21,1\n")
    assert "X[1] from 2 to 7" in answer.err and "1 of 3 rows" in answer.err


def test_targets_that_are_given_tell_how_good_it_is(run: Runner, tmp_path: Path) -> None:
    """At W = 0 all logits are equal: the loss is log(3), and the first class is as good as any."""
    model = stored(run, tmp_path, CLASSES, steps="0")
    answer = run("predict", model, str(tmp_path / "rows.npz"), "--digits", "4")
    first = answer.out.splitlines()[:2]
    assert first == ["class,probability,logits[0],logits[1],logits[2],outside", "0,0.3333,0,0,0,0"]
    assert "accuracy = 0.3333    L = 1.099" in answer.err
    lines = run("predict", model, str(tmp_path / "rows.npz"), "--json").out.splitlines()
    assert json.loads(lines[2]) == {
        "logits": [0, 0, 0], "class": 0, "probability": pytest.approx(1 / 3), "outside": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    "titles", ["X[0],X[1],t", "X0,X1,t", "X_0,X_1,t", "t,X[0],X[1]", "t,a,b"],
)  # fmt: skip
def test_columns_are_entries_of_a_row(run: Runner, tmp_path: Path, titles: str) -> None:
    model = stored(run, tmp_path, "W = zeros(2); b = zeros(1); p = X @ W + b; L = mean((p - t )^2)")
    cells = {"t": "6", "0": "1", "a": "1", "1": "2", "b": "2"}
    row = ",".join(cells[name.strip("X[]_")] for name in titles.split(","))
    (tmp_path / "new.csv").write_text(f"{titles}\n{row}\n")
    answer = run("predict", model, str(tmp_path / "new.csv"), "--digits", "6")
    assert answer.out == "p,outside\n6,0\n" and "of these rows: L = " in answer.err


@pytest.mark.parametrize(
    "words, piece",
    [
        (["new.csv"], "with 2 numbers a row, and none of the 3 columns"),
        (["rows.npz", "--output", "q"], "no result or name q"),
        (["rows.npz", "--output", "L"], "which is no prediction for each of 3 rows"),
        (["wide.npy"], "X has shape (4, 3), and the model was trained on (n, 2)"),
        (["other.npz"], "has no array called X"),
    ],
)
def test_what_cannot_be_predicted_is_said(run: Runner, tmp_path: Path, words: list[str], piece: str) -> None:
    model = stored(run, tmp_path, "W = zeros(2); p = X @ W; L = mean((p - t )^2)")
    (tmp_path / "new.csv").write_text("a,b,c\n1,2,3\n")
    np.save(tmp_path / "wide.npy", np.ones((4, 3)))
    np.savez(tmp_path / "other.npz", Y=np.ones(3), Z=np.ones(3))
    answer = run("predict", model, str(tmp_path / words[0]), *words[1:])
    assert answer.code == 2 and piece in answer.err, answer.err


def test_rows_without_a_value_have_no_prediction(run: Runner, tmp_path: Path) -> None:
    model = stored(run, tmp_path, "W = zeros(2); p = X @ W; L = mean((p - t )^2)", steps="0")
    (tmp_path / "new.csv").write_text("a,b\n1,2\n,3\n")
    answer = run("predict", model, str(tmp_path / "new.csv"))
    assert answer.out == "p,outside\n0,0\nnan,0\n" and "1 row without a prediction" in answer.err


def test_a_demo_that_was_stored_predicts(run: Runner, tmp_path: Path) -> None:
    model = str(tmp_path / "m.json")
    assert run("train", "--demo", "circle", "--steps", "150", "--save", model, "-q").code == 0
    (tmp_path / "new.csv").write_text("x,y\n0,0\n0.9,0.1\n3,0\n")
    inner, outer, far = run("predict", model, str(tmp_path / "new.csv")).out.splitlines()[1:]
    assert float(inner.split(",")[0]) > 0.9 and float(outer.split(",")[0]) < 0.1 and far.endswith(",1")


def test_of_single_numbers_too_an_output_can_be_named(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("x,y\n1,3\n2,5\n3,7\n")
    model = str(tmp_path / "m.json")
    run("fit", str(tmp_path / "p.csv"), "--model", "slope = a*x; y = slope + b", "--save", model, "-q")
    answer = run("predict", model, str(tmp_path / "p.csv"), "--output", "slope", "--digits", "6")
    assert answer.out == "x,slope,outside\n1,2,0\n2,4,0\n3,6,0\n"


@pytest.mark.parametrize(
    "text, more, pieces",
    [
        # Zeros on both sides hold each other: dL/dW1 has the factor W2, dL/dW2 the factor tanh(W1 x).
        ("W1 = zeros(3, 2); W2 = zeros(3); L = (sum(W2*tanh(W1 @ [1, 2])) - 1)^2", [],
         ["the gradient is 0 there", "the 3 neurons of W1 are copies"]),
        ("L = (sum(tanh([1, 2] @ W1)) - 1)^2", ["--init", "W1=ones(2,4)"],
         ["the 4 neurons of W1 are copies"]),
        ("W1 = randn(2, 4); L = sum(relu([[1, 2], [3, 4]] @ W1*0 - 1)) + sum(W1^2)", [],
         ["4 of 4 neurons of relu are 0 for every row"]),
        ("h = tanh([[1, 2], [3, 4]] @ W1); L = mean((h @ ones(4))^2)",
         ["--init", "W1=[[9, 8, 7, 6], [9, 7, 6, 5]]"], ["8 of 8 values of h are saturated"]),
    ],
)  # fmt: skip
def test_neurons_that_do_not_learn_are_told(run: Runner, text: str, more: list[str], pieces: list[str]) -> None:
    answer = run("train", text, *more, "--steps", "3", "--trace-steps", "0")
    assert answer.code == 0, answer.err
    for piece in pieces:
        assert piece in answer.out


@pytest.mark.parametrize(
    "text",
    ["W1 = randn(2, 4); L = mean((tanh([[1, 2], [3, 4]] @ W1) - 0.5)^2)",
     "W1 = zeros(2, 3); L = cross_entropy([[1, 2], [3, 4]] @ W1, [0, 1])"],
)  # fmt: skip
def test_neurons_that_learn_are_not_blamed(run: Runner, text: str) -> None:
    answer = run("train", text, "--steps", "3", "--trace-steps", "0")
    assert "neurons" not in answer.out and "saturated" not in answer.out
