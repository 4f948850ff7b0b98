"""Training on more rows than memory is to hold: the same numbers as from memory, to the last bit."""

from __future__ import annotations

import json
import math
import tempfile
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bpcli.cli.commands import order as command
from bpcli.data.kept import CHUNK, Kept
from bpcli.training.loop import batches as trained
from bpcli.training.loop.batches import POOL, Batches, split_rows, split_runs
from bpcli.training.models.compiled import MeanLoss, Residuals, factor
from bpcli.training.models.model import read_model
from bpcli.training.setting import Setting
from bpcli.training.training import Training

if TYPE_CHECKING:
    from conftest import Runner

ROWS = 2 * POOL + 3 * CHUNK + 77
MODEL = "a*exp(-b*x) + c"


def columns(rows: int = ROWS) -> dict[str, np.ndarray]:  # type: ignore[type-arg]
    x = np.random.default_rng(1).uniform(0, 5, rows)
    return {"x": x, "y": 2 * np.exp(-0.7 * x) + 0.5 + 0.05 * np.sin(70 * x)}


def in_file(data: dict[str, np.ndarray]) -> Kept:  # type: ignore[type-arg]
    """The same columns, read in pieces of odd lengths."""
    kept = Kept(tuple(data), 1000)
    for start in range(0, len(data["x"]), 9_973):
        kept.add([column[start : start + 9_973] for column in data.values()])
    assert kept.in_file
    return kept


@pytest.fixture(scope="module")
def both() -> tuple[dict[str, np.ndarray], Kept]:  # type: ignore[type-arg]
    data = columns()
    return data, in_file(data)


def test_loss_gradient_and_triangle_are_the_same_from_a_file(both) -> None:  # type: ignore[no-untyped-def]
    at = np.array([1.5, 0.6, 0.4])
    found = []
    for data in both:
        loss = MeanLoss(read_model(MODEL, ["x", "y"]), data)
        some = np.random.default_rng(4).integers(0, ROWS, 3000)
        triangle = Residuals(loss).triangle(at)
        found.append([
            loss(at)[0], *loss(at)[1], loss.value(at), *loss.product(at, at), *loss(at, some)[1], *triangle.ravel(),
            *loss.predictions(at, loss.model.predicted)[::999],
        ])  # fmt: skip
    assert found[0] == found[1]


SETTINGS = {
    "least squares": Setting(MODEL, start={"a": 1.0, "b": 1.0, "c": 0.0}),
    "tries of its own": Setting(MODEL, steps=2),
    "batches": Setting(MODEL, start={"a": 1.0, "b": 1.0, "c": 0.0}, optimizer="adam", batch=1000, steps=150),
    "held out": Setting(MODEL, start={"a": 1.0, "b": 1.0, "c": 0.0}, share=0.2, seed=3),
    "search": Setting(MODEL, start={"a": 1.0, "b": 1.0, "c": 0.0}, optimizer="lbfgs", loss="mae", steps=4),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_training_comes_to_the_same_outcome_from_a_file(name, both, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    outcomes = []
    for data, most in zip(both, (10**9, 1000), strict=True):
        monkeypatch.setattr(trained, "MOST_NUMBERS", most)  # of the parts, where some rows are held out
        training = Training(SETTINGS[name], data)
        for _ in training:
            pass
        assert training.loss.columns.in_file == (most == 1000)
        outcomes.append((training.outcome.to_dict(), training.outcome.rounded(6, training.loss)))
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize(("rows", "size"), [(5, 2), (POOL, 1000), (POOL + 1, 1000), (ROWS, 999), (ROWS, 100_000)])
def test_an_epoch_has_every_row_once_and_any_step_stands_alone(rows: int, size: int) -> None:
    batches = Batches(rows, size, seed=7)
    steps = range(batches.steps, 2 * batches.steps)
    made = [batches.rows(step) for step in steps]
    assert [len(each) for each in made[:-1]] == [size] * (batches.steps - 1)
    assert (np.sort(np.concatenate(made)) == np.arange(rows)).all()
    middle = batches.steps // 2
    assert (Batches(rows, size, seed=7).rows(steps[middle]) == made[middle]).all()
    assert not np.array_equal(np.concatenate(made), np.concatenate([batches.rows(step) for step in range(len(made))]))


def test_a_batch_of_many_rows_comes_from_all_over_the_data() -> None:
    """The mean of the places of 1000 rows of a million: 0.5, give or take 0.01 if rows were drawn one by one and five
    times that as 64 chunks of a thousand are drawn."""
    batches = Batches(10**6, 1000, seed=0)
    means = [float(np.mean(batches.rows(step))) / 10**6 for step in range(0, batches.steps, 40)]
    assert all(abs(mean - 0.5) < 0.2 for mean in means) and abs(np.mean(means) - 0.5) < 0.05


@pytest.mark.parametrize("rows", [2, 10, POOL, ROWS])
def test_rows_held_out_are_a_share_of_every_stretch(rows: int) -> None:
    train, held = split_rows(rows, 0.2, 0)
    assert len(held) == max(round(rows * 0.2), 1)
    assert (np.sort(np.concatenate([train, held])) == np.arange(rows)).all()
    for _, part in split_runs(rows, 0.2, 0):
        assert (np.diff(part) > 0).all()


def test_memory_of_a_training_does_not_grow_with_the_rows() -> None:
    """Steps over all rows, batches, rows held out, what is reported and stored: a row more costs less than three bytes,
    where it has sixteen, its index eight, and its prediction eight."""
    from bpcli.training.stored.saved import saved_training

    def peak(count: int) -> int:
        kept = Kept(("x", "y"), 1000)
        for start in range(0, count, 50_000):
            x = np.arange(start, min(start + 50_000, count)) % 1000 / 200
            kept.add([x, 2 * np.exp(-0.7 * x) + 0.5 + 0.05 * np.sin(70 * x)])
        tracemalloc.start()
        for setting in (SETTINGS["least squares"], SETTINGS["batches"], SETTINGS["held out"]):
            training = Training(setting._replace(steps=3, tolerance=None), kept)
            for _ in training:
                pass
            training.outcome.rounded(6, training.loss)
            saved_training(training, {})
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    before = trained.MOST_NUMBERS
    trained.MOST_NUMBERS = 1000
    try:
        peak(10_000)
        assert peak(1_500_000) - peak(500_000) < 3 * 1_000_000
    finally:
        trained.MOST_NUMBERS = before


@pytest.mark.parametrize("words", [[], ["--batch", "100", "--steps", "60"], ["--val", "0.3"]])
def test_the_command_says_and_stores_the_same(
    words: list[str], run: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "rows"))
    (tmp_path / "rows").mkdir()
    data = columns(3000)
    text = "".join(f"{x},{y}\n" for x, y in zip(data["x"].tolist(), data["y"].tolist(), strict=True))
    (tmp_path / "t.csv").write_text("x,y\n1,\n" + text)
    answers = []
    for most in (10**9, 500):
        monkeypatch.setattr(command, "MOST_NUMBERS", most)
        monkeypatch.setattr(trained, "MOST_NUMBERS", most)
        answer = run("fit", str(tmp_path / "t.csv"), "--model", MODEL, *words, "--save", str(tmp_path / "m.json"))
        answers.append((answer.code, answer.out, answer.err, json.loads((tmp_path / "m.json").read_text())))
    assert answers[0] == answers[1]
    assert answers[0][0] == 0 and "1 skipped" in answers[0][1]
    assert [*(tmp_path / "rows").iterdir()] == []


def test_a_row_that_has_no_loss_is_found_in_a_file() -> None:
    from bpcli.errors import NumericError

    data = {"x": np.ones(5 * CHUNK), "y": np.ones(5 * CHUNK)}
    data["x"][[4000, 4500]] = 0.0
    with pytest.raises(NumericError) as caught:
        Training(Setting("a*log(x)", start={"a": 1.0}), in_file(data))
    assert (caught.value.facts["count"], caught.value.facts["rows"]) == (2, 5 * CHUNK)
    assert "x = 0" in str(caught.value.facts["values"])


def test_a_table_is_reduced_to_the_triangle_of_householder() -> None:
    """Of many rows by products, whatever the sizes of the columns; nearly dependent columns by Householder's way."""
    x = np.random.default_rng(0).uniform(0, 5, 20_000)
    fair = [np.exp(-x), 1e150 * x * np.exp(-x), np.ones_like(x), 1e-9 * np.sin(40 * x)]
    for table in (fair, [x, x + 1e-9 * np.sin(x), np.ones_like(x)], [x**power for power in range(14)]):
        found = factor(table)
        expected = np.linalg.qr(np.stack(table, axis=1), mode="r")
        signs = np.sign(np.diag(expected)) * np.sign(np.diag(found))
        lengths = np.linalg.norm(expected, axis=0)
        assert (np.abs(signs[:, None] * found - expected).max(axis=0) <= 1e-13 * lengths).all()
        assert np.diag(found) * signs == pytest.approx(np.diag(expected), rel=1e-12)
    assert np.isnan(factor([x, np.full_like(x, math.inf)])).all()


@pytest.mark.parametrize(("optimizer", "most"), [("adam", 0), ("sgd", 3)])
def test_a_rate_takes_as_many_passes_as_there_are_parameters(
    optimizer: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The Hessian has a column for each of three; adam's usual rate asks for none."""
    calls: list[int] = []
    product = MeanLoss.product
    monkeypatch.setattr(MeanLoss, "product", lambda self, *given: calls.append(1) or product(self, *given))
    Training(SETTINGS["batches"]._replace(optimizer=optimizer), columns(100))
    assert len(calls) == most
