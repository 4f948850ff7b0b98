"""`bpcli fit`, `train` and `predict` of models, programs and expressions, as a user types them."""

from __future__ import annotations

import json
import math
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bpcli.training.loop.batches import split_rows
from conftest import SOURCES

if TYPE_CHECKING:
    from conftest import Answer, Runner

NEURON = ["(w*x + b - t)^2", "--x", "3", "--t", "10", "--init", "w=2,b=-1"]


@pytest.fixture
def data(tmp_path: Path) -> str:
    """3*exp(-t/2) + 0.4 to four digits, with a row that misses a value and a column that nobody needs."""
    rows = [f"{t / 4:g},{3 * math.exp(-t / 8) + 0.4:.4f},note" for t in range(30)]
    path = tmp_path / "decay.csv"
    path.write_text("t,y,remark\n" + "\n".join([*rows[:5], "9,,gap", *rows[5:]]) + "\n")
    return str(path)


def fitted(run: Runner, *words: str) -> dict[str, object]:
    answer: Answer = run("fit", *words, "--json")
    found: dict[str, object] = json.loads(answer.out)
    return found


def test_a_model_is_fitted_by_the_names_of_its_columns(run: Runner, data: str) -> None:
    answer = run("fit", data, "--model", "a*exp(-b*t) + c", "--y-col", "y")
    assert (answer.code, answer.err) == (0, "")
    for piece in ("30 rows, 1 skipped", "row 7 skipped: y is missing", "3 parameters: a, b, c", "Levenberg-Marquardt",
                  "converged after", "std error"):  # fmt: skip
        assert piece in answer.out
    found = fitted(run, data, "--model", "a*exp(-b*t) + c", "--y-col", "2")
    assert found["parameters"] == pytest.approx({"a": 3, "b": 0.5, "c": 0.4}, rel=1e-3)
    assert found["rows_skipped"] == 1


def test_the_last_column_is_the_target_or_the_one_that_is_assigned(run: Runner, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("u,v\n1,2\n2,4\n3,6\n")
    assert fitted(run, str(path), "--model", "a*u")["parameters"] == pytest.approx({"a": 2})
    assert fitted(run, str(path), "--model", "u ~ a*v")["parameters"] == pytest.approx({"a": 0.5})
    assert fitted(run, str(path), "--model", "u = a*v")["target"] == "u"


def test_held_parameters_stay_and_are_told(run: Runner, data: str) -> None:
    answer = run("fit", data, "--model", "y = a*exp(-b*t) + c", "--hold", "c=0.4", "--hold", "b=1/2")
    assert "held: c = 0.4, b = 0.5" in answer.out or "held: b = 0.5, c = 0.4" in answer.out
    found = fitted(run, data, "--model", "y = a*exp(-b*t) + c", "--b", "1/2", "--set", "c=0.4")
    assert found["parameters"] == pytest.approx({"a": 3}, rel=1e-4)
    assert found["held"] == {"b": 0.5, "c": 0.4}


def test_losses_by_name_and_of_ones_own(run: Runner, data: str) -> None:
    model = ["--model", "y = a*exp(-b*t) + c"]
    for loss in ("mae", "huber", "abs(pred - y)^1.5", "(pred - y)^2/(1 + t)"):
        found = fitted(run, data, *model, "--loss", loss)
        assert found["parameters"] == pytest.approx({"a": 3, "b": 0.5, "c": 0.4}, rel=2e-3), loss


def test_a_logistic_model_is_trained_by_cross_entropy(run: Runner, tmp_path: Path) -> None:
    """Classes 0 1 0 1 at x = -1, 0, 0, 1 are symmetric: at the optimum c = 0, whatever a is."""
    path = tmp_path / "classes.csv"
    path.write_text("x,y\n-1,0\n-1,1\n-1,0\n0,1\n0,0\n1,1\n1,0\n1,1\n")
    by_score = fitted(run, str(path), "--model", "a*x + c", "--loss", "cross_entropy")
    by_probability = fitted(run, str(path), "--model", "sigmoid(a*x + c)", "--loss", "bce")
    # Two of three at either end: log(2), by hand.
    assert by_score["parameters"] == pytest.approx({"a": math.log(2), "c": 0}, abs=1e-5)
    assert by_probability["parameters"] == pytest.approx(by_score["parameters"], abs=1e-5)
    # Either way what is told and predicted is the probability: 2/3 at x = 1.
    assert str(by_score["equation"]).startswith("y = sigmoid(") and by_score["r2"] in (None, "nan")
    stored = str(tmp_path / "m.json")
    answer = run("fit", str(path), "--model", "a*x + c", "--loss", "cross_entropy", "--save", stored)
    assert "y = sigmoid(a*x + c)" in answer.out and "R²" not in answer.out
    rows = run("predict", stored, str(path)).out.splitlines()
    assert float(rows[-1].split(",")[1]) == pytest.approx(2 / 3, abs=1e-5)


@pytest.mark.parametrize("loss", ["bce", "cross_entropy"])
def test_probabilities_are_no_losses_of_other_numbers(run: Runner, tmp_path: Path, loss: str) -> None:
    path = tmp_path / "p.csv"
    path.write_text("x,y\n1,0\n2,-0.5\n")
    model = "sigmoid(a*x)" if loss == "bce" else "a*x"
    answer = run("fit", str(path), "--model", model, "--loss", loss)
    assert answer.code == 2 and f"--loss {loss} needs y from 0 to 1, and it has -0.5" in answer.err


def test_a_program_with_its_own_loss_comes_from_a_file(run: Runner, data: str, tmp_path: Path) -> None:
    path = tmp_path / "net.bp"
    path.write_text("p = a*exp(-b*t) + c\nL = (p - y)^2\n")
    found = fitted(run, data, "--file", str(path))
    assert found["parameters"] == pytest.approx({"a": 3, "b": 0.5, "c": 0.4}, rel=1e-3)
    assert found["optimizer"] == "levenberg-marquardt"


def test_the_hello_world_of_training(run: Runner) -> None:
    """By hand: relu(3*2 + 1) = 7, loss 4, slope 2*2 = 4, dw = 8, db = 4; one step of 0.05: w 2.6, b 0.8."""
    answer = run("train", "(relu(w*x+b)-t)^2", "--x", "2", "--t", "5", "--init", "w=3,b=1", "--lr", "0.05",
                 "--steps", "5")  # fmt: skip
    assert answer.code == 0
    for piece in ("-0.05 * 8 = -0.4", "3 + (-0.4) = 2.6", "1 + (-0.2) = 0.8", "dL/dw: 8 + 4 = 12 instead of 4"):
        assert piece in answer.out


def test_bouncing_is_named_with_the_limit_and_a_better_rate(run: Runner) -> None:
    answer = run("train", *NEURON, "--lr", "0.1")
    assert answer.code == 0
    assert "the limit is 0.1, try 0.05" in answer.out
    assert "the limit is 0.1, try 0.05" in run("train", *NEURON, "--lr", "0.1", "--steps", "5").out


def test_divergence_is_exit_code_three_and_names_the_largest_rate(run: Runner) -> None:
    answer = run("train", *NEURON, "--lr", "0.11")
    assert answer.code == 3
    assert "diverged after 5 steps" in answer.out
    assert "the rate 0.11 is above 0.1" in answer.out and "try 0.05" in answer.out


def test_chinese_is_spoken_throughout(run: Runner, data: str) -> None:
    for words in ([*NEURON, "--lr", "0.1"], [data, "--model", "y = a*t + b", "--batch", "5", "--clip", "1"]):
        out = run("train", *words, "--lang", "zh", "--steps", "20").out
        for piece in ("梯度下降", "前向传播", "反向传播", "学习率", "参数"):
            assert piece in out
        assert not [line for line in out.splitlines() if " the " in line]


def test_quiet_prints_the_parameters_alone(run: Runner, data: str) -> None:
    answer = run("fit", data, "--model", "y = a*t + b", "-q", "--digits", "3")
    assert [line.partition("=")[0] for line in answer.out.splitlines()] == ["a", "b"]


def test_a_polynomial_with_another_optimizer_reaches_the_same_coefficients(run: Runner, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("x,y\n" + "".join(f"{x},{1 - 2 * x + 0.5 * x * x}\n" for x in range(-4, 5)))
    for optimizer in ("lbfgs", "levenberg-marquardt", "sgd"):
        found = fitted(run, str(path), "--degree", "2", "--optimizer", optimizer)
        assert list(found["parameters"].values()) == pytest.approx([1, -2, 0.5], abs=1e-6)  # type: ignore[attr-defined]


def test_the_log_has_every_step(run: Runner, tmp_path: Path) -> None:
    log = tmp_path / "run.csv"
    run("train", *NEURON, "--lr", "0.01", "--steps", "3", "--log", str(log))
    header, *rows = log.read_text().splitlines()
    assert header == "step,loss,rate,validation"
    assert [float(row.split(",")[1]) for row in rows] == pytest.approx([25, 16, 10.24, 6.5536])


def test_a_stored_training_goes_on_to_the_same_numbers(run: Runner, data: str, tmp_path: Path) -> None:
    model = ["--model", "y = a*exp(-b*t) + c", "--init", "a=1,b=1,c=0", "--optimizer", "adam", "--batch", "7"]
    first, second, whole = (tmp_path / name for name in ("1.json", "2.json", "3.json"))
    run("train", data, *model, "--steps", "9", "--save", str(first))
    resumed = run("train", data, "--resume", str(first), "--steps", "20", "--save", str(second), "-q")
    direct = run("train", data, *model, "--steps", "20", "--save", str(whole), "-q")
    assert resumed.out == direct.out
    assert json.loads(second.read_text()) == json.loads(whole.read_text())
    assert "the data is not that of the stored training" in run("train", *other(data), "--resume", str(first)).out


def other(data: str) -> list[str]:
    path = Path(data)
    path.write_text(path.read_text().replace("3.4", "3.5"))
    return [data]


def test_predictions_come_with_a_flag_for_extrapolation(run: Runner, data: str, tmp_path: Path) -> None:
    model, rows = tmp_path / "m.json", tmp_path / "new.csv"
    run("fit", data, "--model", "y = a*exp(-b*t) + c", "--save", str(model))
    rows.write_text("t\n2\n100\n\n")
    answer = run("predict", str(model), str(rows))
    assert answer.code == 0
    header, inside, outside = answer.out.splitlines()
    assert header == "t,y,outside"
    t, y, flag = inside.split(",")
    assert (t, flag) == ("2", "0") and float(y) == pytest.approx(3 * math.exp(-1) + 0.4, rel=1e-3)
    assert outside.endswith(",1")
    assert "1 of 2 rows" in answer.err and "t from 0 to 7.25" in answer.err
    lines = run("predict", str(model), str(rows), "--json").out.splitlines()
    assert [json.loads(line)["outside"] for line in lines] == [False, True]


def test_a_polynomial_is_stored_in_the_basis_that_keeps_its_digits(run: Runner, tmp_path: Path) -> None:
    """(t - 2005)^2 on the years around it: powers of t itself would lose all digits."""
    path, model = tmp_path / "years.csv", tmp_path / "m.json"
    path.write_text("year,v\n" + "".join(f"{year},{(year - 2005) ** 2}\n" for year in range(1995, 2016)))
    answer = run("fit", str(path), "--degree", "2", "--save", str(model), "--log", str(tmp_path / "log.csv"))
    assert answer.code == 0 and "saved to" in answer.out
    assert (tmp_path / "log.csv").read_text().startswith("step,loss,rate,validation\n0,")
    header, *rows = run("predict", str(model), str(path)).out.splitlines()
    assert header == "year,v,outside"
    assert [float(row.split(",")[1]) for row in rows] == pytest.approx([(y - 10) ** 2 for y in range(21)], abs=1e-9)


def test_a_prediction_needs_its_columns(run: Runner, data: str, tmp_path: Path) -> None:
    model, rows = tmp_path / "m.json", tmp_path / "new.csv"
    run("fit", data, "--model", "y = a*t", "--save", str(model))
    rows.write_text("time\n2\n")
    answer = run("predict", str(model), str(rows))
    assert answer.code == 2 and "has no column t" in answer.err


def test_a_loss_alone_predicts_nothing(run: Runner, tmp_path: Path) -> None:
    model = tmp_path / "m.json"
    run("train", *NEURON, "--save", str(model))
    answer = run("predict", str(model), str(model))
    assert answer.code == 2 and "can be told to be the prediction" in answer.err


@pytest.mark.parametrize(
    ("content", "code"), [("", 2), ("{}", 2), ('{"schema": "bpcli.model/1"}', 2), ("[1]", 2), (None, 4)]
)
def test_a_file_that_is_no_model_is_refused(run: Runner, tmp_path: Path, content: str | None, code: int) -> None:
    model = tmp_path / "m.json"
    if content is not None:
        model.write_text(content)
    answer = run("predict", str(model), str(model))
    assert answer.code == code and answer.err.startswith("error: ")


def test_a_model_that_cannot_be_stored_is_told(run: Runner, tmp_path: Path) -> None:
    answer = run("train", *NEURON, "--save", str(tmp_path / "missing" / "m.json"))
    assert answer.code == 4 and "missing" in answer.err


def test_an_interruption_leaves_a_usable_model_and_says_where(
    run: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real signal to a real process, which trains until it comes."""
    rows = "".join(f"{x},{y}\n" for x, y in zip(np.linspace(0, 1, 400), np.linspace(1, 2, 400), strict=True))
    (tmp_path / "p.csv").write_text("x,y\n" + rows)
    model = ["--model", "a*tanh(b*x) + c", "--init", "a=1,b=1,c=0"]
    words = ["train", "p.csv", *model, "--optimizer", "adam", "--lr", "1e-9", "--steps", "100000000"]
    process = subprocess.Popen(
        [sys.executable, "-m", "bpcli", *words], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(SOURCES)}, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert any("update" in line for line in iter(process.stdout.readline, ""))
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "interrupted after" in out and "bpcli-model.json, a new file, since no --save was given" in out
    told = shlex.split(re.findall("`(.*)`", " ".join(out.split()))[-1])
    assert told == ["bpcli", "train", "p.csv", "--resume", "bpcli-model.json"]
    monkeypatch.chdir(tmp_path)
    assert run(*told[1:], "--steps", "1", "-q").code == 0
    stored = json.loads((tmp_path / "bpcli-model.json").read_text())
    assert stored["training"]["stopped"] == "interrupted" and {*stored["parameters"]} == {"a", "b", "c"}


def test_a_stored_model_goes_on_with_the_columns_that_it_was_trained_on(run: Runner, data: str, tmp_path: Path) -> None:
    """A model of t and y; then a polynomial, which calls the columns x and y whatever the file does."""
    other, stored, steps = tmp_path / "other.csv", str(tmp_path / "m.json"), str(tmp_path / "p.json")
    other.write_text("x,y\n1,2\n2,3\n")
    run("fit", data, "--model", "y = a*exp(-b*t) + c", "--save", stored, "-q")
    answer = run("fit", str(other), "--resume", stored)
    assert (answer.code, answer.out) == (2, "")
    assert "has no column t" in answer.err and "its columns are x, y" in answer.err
    columns = ["--x-col", "t", "--y-col", "y"]
    run("fit", data, *columns, "--degree", "2", "--lr", "0.1", "--clip", "9", "--steps", "9", "--save", steps, "-q")
    resumed = run("fit", data, "--resume", steps, "--steps", "12", "--save", steps, "-q")
    assert resumed.code == 0 and len(resumed.out.splitlines()) == 3
    assert json.loads(Path(steps).read_text())["columns"] == {"x": "t", "y": "y"}


@pytest.mark.parametrize(
    "option",
    [("--lr", "0.1"), ("--batch", "4"), ("--seed", "3"), ("--clip", "1"), ("--val", "0.2"), ("--hold", "a=1"),
     ("--init", "a=1"), ("--ridge", "1"), ("--schedule", "cosine"), ("--tol", "1e-3"), ("--patience", "3")],
)  # fmt: skip
def test_what_is_decided_is_refused_by_a_training_that_goes_on(
    run: Runner, data: str, tmp_path: Path, option: tuple[str, str]
) -> None:
    stored = str(tmp_path / "m.json")
    run("fit", data, "--model", "y = a*exp(-b*t) + c", "--save", stored, "-q")
    answer = run("fit", data, "--resume", stored, "--steps", "20", *option)
    assert answer.code == 2 and f"{option[0]} cannot be changed by a training that goes on" in answer.err


SAID_AGAIN = [
    (["--model", "y = a*exp(-b*t) + c", "--init", "a=1,b=1,c=0", "--optimizer", "adam", "--batch", "7", "--lr", "0.05"],
     [["--lr", "0.06"], ["--model", "y = a*exp(-b*t)"], ["--init", "a=2"]]),
    (["--x-col", "t", "--y-col", "y", "--degree", "2", "--lr", "0.1"], [["--degree", "3"], ["--y-col", "t"]]),
    (["--x-col", "t", "--y-col", "y", "--degree", "2", "--optimizer", "momentum"], [["--optimizer", "adam"]]),
]  # fmt: skip


@pytest.mark.parametrize(("words", "changes"), SAID_AGAIN)
def test_what_was_decided_may_be_said_again(
    run: Runner, data: str, tmp_path: Path, words: list[str], changes: list[list[str]]
) -> None:
    stored = str(tmp_path / "m.json")
    run("train", data, *words, "--steps", "3", "--save", stored, "-q")
    again = run("train", data, *words, "--resume", stored, "--steps", "9", "-q")
    assert again.code == 0
    if words[-1] != "momentum":  # such a polynomial goes on with the coefficients of its basis
        assert again.out == run("train", data, *words, "--steps", "9", "-q").out
    for option, value in changes:
        kept = [word for place, word in enumerate(words) if option not in words[max(place - 1, 0) : place + 1]]
        answer = run("train", data, *kept, option, value, "--resume", stored)
        assert answer.code == 2 and f"{option} cannot be changed" in answer.err
    one_place = [*NEURON, "--lr", "0.01", "--steps", "2"]
    run("train", *one_place, "--save", stored, "-q")
    assert run("train", *one_place, "--resume", stored).code == 0
    assert "the expression cannot be changed" in run("train", "(w*x - t)^2", *NEURON[1:], "--resume", stored).err


def test_a_loss_without_the_target_is_minimised_and_says_so(run: Runner, tmp_path: Path) -> None:
    """(a*x + 1)^2 at x = 1, 2: the sum (a + 1)^2 + (2a + 1)^2 is least where 10a + 6 = 0."""
    path = tmp_path / "p.csv"
    path.write_text("x,y\n1,2\n2,3\n")
    answer = run("fit", str(path), "--model", "a*x + 1", "--loss", "pred^2")
    assert answer.code == 0 and "the loss does not use y" in answer.out and "y = -0.6*x + 1" in answer.out
    assert "R²" not in answer.out
    assert run("fit", str(path), "--model", "a*x + 1", "--loss", "pred").code in (0, 3)


@pytest.mark.parametrize("option", ["hold", "init"])
def test_a_demo_refuses_parameters(run: Runner, option: str) -> None:
    answer = run("train", "--demo", "xor", f"--{option}", "a=1")
    assert answer.code == 2 and f"--{option} has no meaning with --demo" in answer.err


def test_a_batch_of_all_rows_is_no_batch(run: Runner, data: str) -> None:
    """Steps over all rows converge, and the warning says why there are no batches."""
    answer = run("fit", data, "--x-col", "t", "--y-col", "y", "--degree", "2", "--batch", "100")
    assert answer.code == 0 and "converged after" in answer.out
    assert "a batch of 100 holds all 30 rows" in answer.out


def test_degrees_of_freedom_are_not_negative(run: Runner, tmp_path: Path) -> None:
    """3 rows less 3 that a polynomial can use of its 6 coefficients; 4 rows at 2 places less 2."""
    few, twice = tmp_path / "few.csv", tmp_path / "twice.csv"
    few.write_text("x,y\n1,2\n2,3\n3,5\n")
    twice.write_text("x,y\n1,2\n1,3\n2,3\n2,5\n")
    assert "degrees of freedom 0" in run("fit", str(few), "--degree", "5").out
    assert "degrees of freedom 2" in run("fit", str(twice), "--degree", "5").out
    assert "degrees of freedom 0" in run("fit", str(few), "--model", "a + b*x + c*x^2 + d*x^3").out


@pytest.mark.parametrize(
    ("model", "held", "shown"),
    [
        ("exp(-b*x)", "b=-1", "y = a + exp(1*x)"),
        ("x*b", "b=-3", "y = a + x*(-3)"),
        ("b*x", "b=-3", "y = a - 3*x"),
        ("x + b", "b=0", "y = a + x"),
    ],
)
def test_signs_are_written_as_a_person_would(
    run: Runner, tmp_path: Path, model: str, held: str, shown: str
) -> None:
    path = tmp_path / "p.csv"
    path.write_text("x,y\n0,2\n1,3\n")
    out = run("fit", str(path), "--model", f"a + {model}", "--hold", held).out
    line = next(line for line in out.splitlines() if line.startswith("y = "))
    number = line.removeprefix("y = ").split(" ")[0]
    assert line == shown.replace("a", number, 1)


def test_what_was_fitted_on_is_predicted_without_names_and_in_its_encoding(run: Runner, tmp_path: Path) -> None:
    """y = 2*x by hand, in a file without names and in one of GBK."""
    bare, chinese, stored = tmp_path / "bare.csv", tmp_path / "gbk.csv", str(tmp_path / "m.json")
    bare.write_text("1,2\n2,4\n3,6\n")
    chinese.write_bytes("长度,y\n1,2\n2,4\n3,6\n".encode("gbk"))
    for path, encoding in ((bare, []), (chinese, ["--encoding", "gbk"])):
        run("fit", str(path), *encoding, "--save", stored, "-q")
        answer = run("predict", stored, str(path), *encoding, "-q")
        assert answer.code == 0, answer.err
        assert [float(line.split(",")[1]) for line in answer.out.splitlines()] == pytest.approx([2, 4, 6])


@pytest.mark.parametrize("option", ["--save", "--log"])
def test_a_file_that_cannot_be_written_is_told_before_the_training(run: Runner, data: str, option: str) -> None:
    answer = run("fit", data, "--x-col", "t", "--y-col", "y", option, str(Path(data).parent / "missing" / "f"))
    assert (answer.code, answer.out) == (4, "") and "cannot be written" in answer.err


@pytest.mark.parametrize("model", [["--model", "a*t + c", "--lr", "0.001"], ["--degree", "3", "--no-scale"]])
def test_a_log_goes_on_with_its_training(run: Runner, data: str, tmp_path: Path, model: list[str]) -> None:
    stored, log, whole = str(tmp_path / "m.json"), tmp_path / "log.csv", tmp_path / "whole.csv"
    columns = ["--x-col", "t", "--y-col", "y"] if model[0] == "--degree" else ["--y-col", "y"]
    run("fit", data, *columns, *model, "--steps", "9", "--log", str(whole), "-q")
    run("fit", data, *columns, *model, "--steps", "4", "--save", stored, "--log", str(log), "-q")
    answer = run("fit", data, "--resume", stored, "--steps", "9", "--log", str(log), "-q")
    assert answer.code == 0 and log.read_text() == whole.read_text()
    assert len(log.read_text().splitlines()) == 11  # the names, and steps 0 to 9
    log.write_text("x,y\n1,2\n")
    assert "something else than the log" in run("fit", data, "--resume", stored, "--log", str(log)).err


@pytest.mark.parametrize("words", [(), ("--init", "a=1,b=1,c=0")])
def test_a_rate_that_is_chosen_or_advised_holds(run: Runner, tmp_path: Path, words: tuple[str, ...]) -> None:
    """5*exp(-1.3*t) + 2, and from a rate that fails to one that is advised, which does not fail."""
    path = tmp_path / "d.csv"
    path.write_text("t,y\n" + "".join(f"{t / 4},{5 * math.exp(-1.3 * t / 4) + 2:.6f}\n" for t in range(40)))
    command = ["fit", str(path), "--model", "a*exp(-b*t) + c", "--optimizer", "sgd", *words]
    assert run(*command, "--steps", "3000").code == 0
    for rate in ("100", "3"):
        answer = run(*command, "--lr", rate)
        assert answer.code == 3, rate
        advice = re.findall(r"(?:try |; )([\d.e-]+)(?: holds)?$", answer.out, re.MULTILINE)[-1]
        assert run(*command, "--lr", advice, "--steps", "3000").code == 0, advice


def test_a_rate_that_the_start_allows_and_the_way_does_not_is_backed_off(run: Runner, tmp_path: Path) -> None:
    """(w^2 - 9)^2 has curvature 12*w^2 - 36: 0.75 at 1.75, and 72 at the minimum, 3."""
    words = ["(w^2 - 9)^2", "--init", "w=1.75", "--optimizer", "sgd"]
    answer = run("train", *words)
    assert answer.code == 0 and "does not hold on the way" in answer.out and "w     3" in answer.out


def test_a_relu_that_a_long_step_has_shut_is_told(run: Runner) -> None:
    """By hand: relu(7) - 5 = 2, dw = 8, db = 4; a step of 0.5 leads to w = b = -1, where relu(-3) is shut.

    The curvature is 2*(2^2 + 1^2) = 10, so that rates from 0.2 on overshoot.
    """
    words = ["(relu(w*x+b)-t)^2", "--x", "2", "--t", "5", "--init", "w=3,b=1"]
    out = run("train", *words, "--lr", "0.5").out
    assert "the gradient is 0, because a relu" in out and "the rate 0.5 is above 0.2" in out and "try 0.1" in out
    assert "corners" not in out
    assert "converged" in run("train", *words, "--lr", "0.1").out


def test_the_table_of_rows_says_that_it_shows_the_first(run: Runner, data: str) -> None:
    out = run("train", data, "--model", "y = a*exp(-b*t) + c", "--trace-steps", "1").out
    assert "the gradient of the first 3, and the mean of all 30" in out


def test_rows_that_were_skipped_are_told_where_little_is_said(run: Runner, data: str) -> None:
    answer = run("fit", data, "--model", "y = a*exp(-b*t) + c", "-q")
    assert answer.err == "warning: 30 rows, 1 skipped\n"
    assert "30 行，跳过 1 行" in run("fit", data, "--model", "y = a*exp(-b*t) + c", "-q", "--lang", "zh").err


def test_a_polynomial_goes_on_with_its_columns_and_says_where_from(run: Runner, data: str, tmp_path: Path) -> None:
    stored = str(tmp_path / "m.json")
    run("fit", data, "--x-col", "t", "--y-col", "y", "--degree", "3", "--steps", "2", "--save", stored, "-q")
    answer = run("fit", data, "--resume", stored, "--steps", "4")
    assert answer.code == 0 and "start    at step 2 of a fit that was stored" in answer.out
    whole = run("fit", data, "--x-col", "t", "--y-col", "y", "--degree", "3", "--steps", "4", "-q")
    assert run("fit", data, "--resume", stored, "--steps", "4", "-q").out == whole.out
    refused = run("fit", data, "--resume", stored, "--degree", "4")
    assert refused.code == 2 and "--degree cannot be changed" in refused.err


@pytest.mark.parametrize("model", [["--degree", "2"], ["--model", "y = a*t + c"]])
def test_a_training_that_goes_on_asks_for_its_data(
    run: Runner, data: str, tmp_path: Path, model: list[str]
) -> None:
    stored = str(tmp_path / "m.json")
    columns = ["--x-col", "t", "--y-col", "y"] if model[0] == "--degree" else []
    run("train", data, *columns, *model, "--steps", "2", "--save", stored, "-q")
    answer = run("train", "--resume", stored)
    assert answer.code == 2 and "has no data in it" in answer.err and "`bpcli train data.csv --resume" in answer.err


def test_a_schedule_over_other_steps_is_told(run: Runner, data: str, tmp_path: Path) -> None:
    """By hand: (1 + cos(pi/4))/2 = 0.85355 of 0.01 at step 2 of 8, and (1 + cos(pi/2))/2 = 1/2 of it at step 2 of 4."""
    stored = str(tmp_path / "m.json")
    words = ["--model", "y = a*t + c", "--lr", "0.01", "--schedule", "cosine"]
    run("fit", data, *words, "--steps", "2", "--save", stored, "-q")
    content = json.loads(Path(stored).read_text())
    content["setting"]["steps"] = 4
    Path(stored).write_text(json.dumps(content))
    assert "schedule spans" not in run("fit", data, "--resume", stored).out
    answer = run("fit", data, "--resume", stored, "--steps", "8")
    assert "over 8 of them instead of 4 the rate of step 2 is 0.008536 and not 0.005" in answer.out


def test_gradients_that_are_not_set_to_zero_add_up(run: Runner) -> None:
    """By hand at rate 0.01: (-30, -10) at the start, (-24, -8) after it; the step follows -54 and -18."""
    answer = run("train", *NEURON, "--lr", "0.01", "--steps", "2", "--no-zero")
    assert answer.code == 0
    for piece in ("gradients are not set to zero", "dL/dw = -30 + (-24) = -54", "sum so far",
                  "-0.01 * (-54) = 0.54", "2.3 + 0.54 = 2.84"):  # fmt: skip
        assert piece in answer.out, piece
    zeroed = run("train", *NEURON, "--lr", "0.01", "--steps", "2")
    assert "instead of -24" in zeroed.out and "2.3 + 0.24 = 2.54" in zeroed.out
    refused = run("train", *NEURON, "--optimizer", "lbfgs", "--no-zero")
    assert refused.code == 2 and "--no-zero says nothing to lbfgs" in refused.err


@pytest.mark.parametrize(
    ("optimizer", "piece"),
    [("sgd", "0.1 * w is added to the gradient, the slope of 0.05 * (sum of w^2) (L2)"),
     ("adam", "0.1 * w is added to the gradient"), ("adamw", "each step takes rate * 0.1 * w off")],
)  # fmt: skip
def test_how_weights_decay_is_said(run: Runner, optimizer: str, piece: str) -> None:
    words = ["--optimizer", optimizer, "--lr", "0.01", "--weight-decay", "0.1", "--steps", "1"]
    assert piece in " ".join(run("train", *NEURON, *words).out.split())
    assert "weight decay" not in run("train", *NEURON, "--lr", "0.01", "--steps", "1").out


@pytest.mark.parametrize(
    ("words", "near"),
    [(["--optimizer", "adm"], "adam"), (["--optimizer", "levenberg"], "levenberg-marquardt"),
     (["--schedule", "cosin"], "cosine"), (["--schedule", "stp:10"], "step")],
)  # fmt: skip
def test_a_slip_of_the_fingers_is_asked_about(run: Runner, words: list[str], near: str) -> None:
    answer = run("train", *NEURON, *words)
    assert answer.code == 2 and f"did you mean {near}?" in answer.err


def test_an_entry_that_moves_is_shown_of_each_tensor(run: Runner) -> None:
    """The first column of X is 0, so W[0] has no gradient; W[1] has -2*mean(x*t) = -2*(3 + 8)/2 = -11."""
    text = "X = [[0, 1], [0, 2]]; W = zeros(2); c = zeros(20); L = mean((X @ W - [3, 4])^2) + 0*sum(c)"
    answer = run("train", text, "--lr", "0.1", "--steps", "2")
    assert "W[1]         0      -11" in answer.out and "dL/dW[1]: -11" in answer.out and "and 16 more" in answer.out


def test_a_result_that_is_not_the_loss_of_the_text_is_told(run: Runner) -> None:
    answer = run("train", "L = (w - 1)^2; q = w^2", "--init", "w=2", "--steps", "1")
    assert "the result is q, the last statement, and that is what is minimised" in answer.out


def test_a_rate_in_a_scaled_basis_is_said_to_apply_there(run: Runner, data: str) -> None:
    columns = ["--x-col", "t", "--y-col", "y", "--degree", "2", "--lr", "0.1", "--steps", "3"]
    for more in ([], ["--clip", "9"]):
        assert "applies to the coefficients in t, not in x" in run("train", data, *columns, *more).out
    assert "applies" not in run("train", data, *columns, "--no-scale").out


def test_a_scale_that_overflows_is_shown_until_it_does_not(run: Runner) -> None:
    """float16 ends at 65504, and the slope is -30: 65536 halves five times, to 2048, and three good steps double it."""
    words = ["--lr", "0.01", "--dtype", "float16", "--loss-scale", "dynamic:65536:3", "--steps", "9"]
    words += ["--trace-steps", "1"]
    answer = run("train", *NEURON, *words)
    for piece in ("the scale 4096 becomes 2048", "dL/dw = -61440 / 2048 = -30", "2 + 0.3 = 2.3",
                  "halved 5 times by gradients that overflowed, and doubled once; it is 4096"):  # fmt: skip
        assert piece in answer.out, piece
    assert answer.out.count("Backward") + answer.out.count("  backward") == 2  # the first overflow, and the first step
    assert "减半 5 次，加倍一次" in run("train", *NEURON, *words, "--lang", "zh").out


def test_a_polynomial_says_what_zeroing_is_for(run: Runner, tmp_path: Path) -> None:
    """y = x at -1, 0, 1 by c0 + c1*t: the slope of c1 is -4/3 at the start, and at rate 0.3 -4/3*(1 - 0.4) after it."""
    (tmp_path / "p.csv").write_text("x,y\n-1,-1\n0,0\n1,1\n")
    answer = run("train", str(tmp_path / "p.csv"), "--lr", "0.3", "--steps", "3")
    assert "dL/dc1: -1.33333 + (-0.8) = -2.13333 instead of -0.8" in answer.out


def test_an_intercept_that_is_rounding_has_influence(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("x,y\n1,2\n4,8\n")
    answer = run("fit", str(tmp_path / "p.csv"), "--model", "a*x + b")
    assert answer.code == 0 and "influence" not in answer.out and "did not converge" not in answer.out


# By hand, with e = 3*w + b - 10, which is -5 at the start; a rate of 0.05 takes the gathered or kept 20*e times 0.05
# off it. Momentum: 0.9*v + 20*e is -100, -90, 9, 89.1, so e is -5, 0, 4.5, 4.05, -0.405. Gathered: the sum of 20*e is
# -100, -100, 0, 100, 100, 0, so e is -5, 0, 5, 5, 0, -5, -5; at 0.1 the sum is -100, 0, 100, 0, and e is -5, 5, 5, -5.
ROLLING = [
    (("--lr", "0.05", "--optimizer", "momentum"), [25, 0, 20.25, 16.4025, 0.164025]),
    (("--lr", "0.05", "--no-zero"), [25, 0, 25, 25, 0, 25, 25]),
    (("--lr", "0.1", "--no-zero"), [25, 25, 25, 25, 25]),
]


@pytest.mark.parametrize(("options", "losses"), ROLLING)
def test_a_gradient_that_vanishes_on_the_way_is_no_end(
    run: Runner, tmp_path: Path, options: tuple[str, ...], losses: list[float]
) -> None:
    log = tmp_path / "log.csv"
    answer = run("train", *NEURON, *options, "--log", str(log))
    found = [float(line.split(",")[1]) for line in log.read_text().splitlines()[1:]]
    assert found[: len(losses)] == pytest.approx(losses, abs=1e-9)
    if "--no-zero" in options:
        assert "stopped at the limit of 10000 steps" in answer.out and "never settle: the steps overshoot" in answer.out
        assert "the loss swings at rates below 0.2" in answer.out and "fall here" not in answer.out
    else:
        assert "converged after" in answer.out and found[-1] < 1e-20


def test_gathered_gradients_grow_above_twice_the_limit_of_descent(run: Runner) -> None:
    """The recurrence e'' = (2 - rate*20)*e' - e stays bounded as long as 2 - rate*20 is above -2, by hand."""
    answer = run("train", *NEURON, "--lr", "0.21", "--no-zero")
    assert answer.code == 3 and "the rate 0.21 is above 0.2, from which on the loss grows" in answer.out
    assert "fall here" in run("train", *NEURON, "--lr", "0.05").out


@pytest.fixture
def noisy(tmp_path: Path) -> str:
    """A line with noise, whose held out rows are best predicted long before the minimum."""
    path = tmp_path / "noisy.csv"
    noise = [3, -2, 1, -4, 2, 5, -3, 0, -1, 4, -5, 2]
    path.write_text("x,y\n" + "".join(f"{x},{x + each}\n" for x, each in enumerate(noise)))
    return str(path)


def test_least_squares_go_to_the_minimum_and_tell_the_loss_of_the_rows_held_out(run: Runner, noisy: str) -> None:
    """Beside the lines through the rows that are left, by `numpy.linalg.lstsq`."""
    x, y = np.loadtxt(noisy, delimiter=",", skiprows=1).T
    for seed in range(4):
        words = [noisy, "--val", "0.25", "--seed", str(seed)]
        found = fitted(run, *words)
        assert found["stopped"] == "converged" and all(each > 0 for each in found["scaled_standard_errors"].values())
        train, _ = split_rows(len(x), 0.25, seed)
        ones = np.stack([np.ones(len(x)), x], axis=1)
        line = np.linalg.lstsq(ones[train], y[train], rcond=None)[0]
        held = np.setdiff1d(np.arange(len(x)), train)
        assert [*found["parameters"].values()] == pytest.approx(line.tolist(), rel=1e-9)
        assert found["final_validation"] == pytest.approx(np.mean((ones[held] @ line - y[held]) ** 2))


def test_parameters_of_an_early_stop_have_no_standard_errors(run: Runner, noisy: str) -> None:
    stopped = [
        answer
        for seed in range(6)
        if "stopped early" in (answer := run("fit", noisy, "--val", "0.25", "--seed", str(seed), "--patience", "2").out)
    ]
    assert stopped and not any("std error" in answer for answer in stopped)


def test_what_is_of_the_best_validation_is_not_said_to_be_where_it_stands(run: Runner) -> None:
    examples = Path(__file__).parents[2] / "examples"
    digits = f"@{examples / 'digits.npz'}"
    words = ["--X", digits, "--t", digits, "--batch", "256", "--val", "0.2", "--lr", "0.3", "--steps", "45"]
    answer = run("train", "--file", str(examples / "digits.bp"), *words, "--trace-steps", "0")
    assert "the parameters are those of step" in answer.out and "where the training stands" not in answer.out


def test_a_scale_that_overflows_is_told_with_one_that_does_not(run: Runner) -> None:
    """By hand: 65504 is the largest number of float16, and dL/dw = -30 and the slope -10 of the square on its way are
    products with the scale: 2183 is the largest that 30 allows, and the first half of 65504 below it is 2047."""
    answer = run("train", *NEURON, "--lr", "0.01", "--dtype", "float16", "--loss-scale", "65504")
    assert answer.code == 3 and "stopped after 0 steps: the gradient overflowed" in answer.out
    assert "try --loss-scale 2047, or dynamic" in answer.out and "smaller rate" not in answer.out
    assert run("train", *NEURON, "--lr", "0.01", "--dtype", "float16", "--loss-scale", "2047").code == 0
    shown = run("train", *NEURON, "--lr", "0.04", "--dtype", "bfloat16").out
    assert "these losses are rounded to bfloat16; the last is" in shown and "in double precision" in shown


ENDLESS = [
    (["w*x + b - t", *NEURON[1:]], "w, b"),
    (["(w - 1)^2 - b", "--init", "w=0,b=0"], "b"),
    (["w^2 - b^2", "--init", "w=1,b=0"], "b"),
]


@pytest.mark.parametrize(("words", "names"), ENDLESS)
def test_a_loss_without_a_minimum_is_not_followed_to_nowhere(run: Runner, words: list[str], names: str) -> None:
    """By hand: a slope without a curvature, and a curvature below 0."""
    answer = run("train", *words)
    assert answer.code == 3 and f"no minimum: along {names} it falls without end" in answer.err
    few = run("train", *words, "--steps", "3", "--lr", "0.1")
    assert few.code == 0 and f"no minimum: along {names} it falls" in few.out


def test_a_loss_of_rows_without_a_minimum(run: Runner, data: str) -> None:
    columns = ["--x-col", "t", "--y-col", "y", "--degree", "1"]
    assert run("fit", data, *columns, "--loss", "pred - y").code == 3
    assert run("fit", data, *columns, "--loss", "(pred - y)^2/(1 + pred*0)").code == 0
    answer = run("fit", data, *columns, "--loss", "bce")
    assert answer.code == 2 and '--model "sigmoid(a + b*x)"' in answer.err and "--init" not in answer.err


def test_one_column_without_a_name_is_the_one_input(run: Runner, tmp_path: Path) -> None:
    path, stored = tmp_path / "p.csv", str(tmp_path / "m.json")
    path.write_text("x,y\n1,2\n2,4\n3,6\n")
    run("fit", str(path), "--model", "a*x", "--save", stored, "-q")
    (tmp_path / "new.csv").write_text("3\n")
    assert run("predict", stored, str(tmp_path / "new.csv"), "--digits", "6").out == "x,y,outside\n3,6,0\n"


def test_few_digits_are_few_everywhere_and_rounding_is_no_coefficient(run: Runner, tmp_path: Path) -> None:
    """By hand: y = 2.01*x leaves 0.001, 0.001, -0.0005 ... of these rows, and k0 is 0 but for rounding."""
    path = tmp_path / "line.csv"
    path.write_text("x,y\n1,2\n2,4\n3,6.1\n4,8\n")
    out = run("fit", str(path), "--digits", "2").out
    rows = {row.split()[0]: row.split()[1:4] for row in out.splitlines() if row.startswith(("  k0 ", "  k1 "))}
    # s^2 = 0.007/2 and sum (x - 2.5)^2 = 5: errors sqrt(0.0035*1.5) and sqrt(0.0035/5).
    assert rows == {"k0": ["0", "0.072", "0"], "k1": ["2", "0.026", "2"]}
