"""Programs with vectors and matrices trained: what is trained, the loss and its gradient, batches, what comes out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bpcli.data.arrays import read_array
from bpcli.engine.point import gradient
from bpcli.errors import InputError
from bpcli.language.reader import parse
from bpcli.training.models.tensors import TensorLoss, TensorModel
from bpcli.training.setting import Setting
from bpcli.training.training import Training

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Runner = Callable[..., Any]

EXAMPLES = Path(__file__).parents[2] / "examples"
# Least squares through three points: X @ [1, 2] is t exactly.
X, T = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), np.array([5.0, 11.0, 17.0])
NET = "h = tanh(X @ W1 + b1); p = h @ W2 + b2; mean((p - t)^2) + 0*sum(b3)"
XOR = """
X = [[0, 0], [0, 1], [1, 0], [1, 1]]
t = [0, 1, 1, 0]
W1 = randn(2, 8); b1 = zeros(8)
W2 = randn(8); b2 = 0*zeros(1)
p = sigmoid(tanh(X @ W1 + b1) @ W2 + b2)
accuracy = mean(round(p) == t)
L = bce(p, t)
"""


def trained(text: str, constants: dict[str, Any] | None = None, **more: Any) -> Training:
    setting = Setting(text, True, loss="", constants=constants or {}, **more)
    training = Training(setting, {})
    for _ in training:
        pass
    return training


def net(rows: int = 7) -> tuple[str, dict[str, Any], dict[str, Any]]:
    generator = np.random.default_rng(0)
    data = {"X": generator.standard_normal((rows, 3)), "t": generator.standard_normal(rows)}
    shapes: dict[str, tuple[int, ...]] = {"W1": (3, 4), "b1": (4,), "W2": (4,), "b2": (), "b3": (2,)}
    return NET, data, {name: generator.standard_normal(shape) for name, shape in shapes.items()}


def loss_of(text: str, data: dict[str, Any], starts: dict[str, Any]) -> TensorLoss:
    model = Setting(text, True, start=starts, constants=data).model(())
    assert isinstance(model, TensorModel)
    return TensorLoss(model)


def test_loss_and_gradient_are_those_of_the_program() -> None:
    text, data, starts = net()
    loss = loss_of(text, data, starts)
    value, slopes = loss(loss.model.start())
    point = gradient(parse(text), {**data, **starts}, [*starts])
    assert value == point.value
    for name, array in loss.model.named(slopes).items():
        np.testing.assert_array_equal(array, point.gradient[name])


def test_the_rows_of_a_batch_are_those_of_the_data_alone() -> None:
    text, data, starts = net()
    loss, rows = loss_of(text, data, starts), np.array([5, 1, 2])
    at = loss.model.start()
    alone = loss_of(text, {name: array[rows] for name, array in data.items()}, starts)
    for mine, theirs in zip(loss(at, rows), alone(at), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_a_product_with_the_hessian_is_how_the_gradient_changes() -> None:
    text, data, starts = net()
    loss = loss_of(text, data, starts)
    at = loss.model.start()
    direction = np.random.default_rng(1).standard_normal(len(at))
    step = 1e-6
    difference = (loss(at + step * direction)[1] - loss(at - step * direction)[1]) / (2 * step)
    np.testing.assert_allclose(loss.product(at, direction), difference, atol=1e-7)


@pytest.mark.parametrize("optimizer", ["auto", "sgd", "momentum", "nesterov", "adam", "lbfgs"])
def test_least_squares_are_found_by_every_optimizer(optimizer: str) -> None:
    training = trained("W = zeros(2); mean((X @ W - t)^2)", {"X": X, "t": T}, optimizer=optimizer, steps=20_000)
    np.testing.assert_allclose(training.outcome.parameters["W"], [1, 2], atol=1e-3)


def test_what_the_text_assigns_as_a_start_is_trained_and_a_given_start_replaces_it() -> None:
    training = trained(XOR)
    assert training.outcome.stopped == "converged"
    assert training.outcome.final_loss < 1e-9
    assert training.outcome.singles["accuracy"][0] == 1
    assert [*training.outcome.parameters] == ["W1", "b1", "W2"]
    given = Setting("W = randn(2); sum(W^2)", True, start={"W": np.array([3.0, 4.0])}).model(())
    assert isinstance(given, TensorModel)
    assert given.start().tolist() == [3, 4]


def test_the_same_seed_gives_the_same_numbers_and_another_batches_of_its_own() -> None:
    data = {"X": np.repeat(X, 5, axis=0) + np.arange(15)[:, None], "t": np.repeat(T, 5)}
    text = "W = zeros(2); mean((X @ W - t)^2)/1000"
    one, again, other = (
        trained(text, data, optimizer="adam", batch=4, steps=20, seed=seed).outcome for seed in (1, 1, 2)
    )
    assert one.losses == again.losses
    assert one.losses != other.losses


def test_rows_held_out_are_not_trained_on() -> None:
    data = {"X": np.vstack([X, X + 1]), "t": np.concatenate([T, T + 3])}
    training = trained("W = zeros(2); mean((X @ W - t)^2)", data, share=0.5, seed=3)
    assert (training.loss.rows, training.outcome.rows_held_out) == (3, 3)
    assert training.outcome.final_validation < 1e-6  # the rows lie on one plane


@pytest.mark.parametrize(
    ("text", "more", "kind"),
    [
        ("W = randn(2); W^2", {}, "loss-not-number"),
        ("sum((W - x)^2)", {"constants": {"x": X}}, "no-value-no-start"),
        ("W = randn(2); sum(W)", {"constants": {"q": X}}, "not-in-model"),
        ("W = randn(3); sum(X @ W)", {"constants": {"X": X}}, "inner-sizes"),
        ("W = randn(2); sum(W^2)", {"dtype": "float16"}, "not-with-tensors"),
        ("W = randn(2); sum(W^2)", {"share": 0.5}, "too-few-rows-to-hold-out"),
    ],
)
def test_what_cannot_be_trained_is_said(text: str, more: dict[str, Any], kind: str) -> None:
    with pytest.raises(InputError) as caught:
        trained(text, **more)
    assert caught.value.kind == kind


def test_digits_from_a_file_are_learned(run: Runner) -> None:
    data = EXAMPLES / "digits.npz"
    assert read_array(str(data), "X").shape == (1797, 64)
    answer = run(
        "train", "--file", str(EXAMPLES / "digits.bp"), "--X", f"@{data}", "--t", f"@{data}", "--lr", "0.01",
        "--batch", "64", "--steps", "300", "--val", "0.2", "--json",
    )  # fmt: skip
    told = json.loads(answer.out)
    assert answer.code == 0
    assert told["optimizer"] == "adam"
    assert np.shape(told["parameters"]["W1"]) == (64, 32)
    assert sum(np.size(array) for array in told["parameters"].values()) == 64 * 32 + 32 + 32 * 10 + 10
    assert told["also"]["accuracy"][1] > 0.93  # of the digits held out


def test_a_report_shows_tensors_by_their_shapes_and_few_entries_of_a_step(run: Runner) -> None:
    answer = run("train", XOR, "--steps", "40")
    assert answer.code == 0
    for piece in ("W1 (2, 8), b1 (8,), W2 (8,)", "and 26 more", "accuracy = 1", "length"):
        assert piece in answer.out, piece


def test_a_training_goes_on_from_a_file_to_the_same_numbers(run: Runner, tmp_path: Path) -> None:
    data = tmp_path / "rows.npz"
    np.savez(data, X=np.repeat(X, 4, axis=0) + np.arange(12)[:, None], t=np.repeat(T, 4))
    words = ("--X", f"@{data}", "--t", f"@{data}", "--batch", "5", "-q")
    text = "W = randn(2); b = zeros(1); mean((X @ W + b - t)^2)/100"
    whole = run("train", text, *words, "--steps", "20")
    first = run("train", text, *words, "--steps", "12", "--save", str(tmp_path / "m.json"))
    assert first.code == 0
    # What was given is not stored, only what it was: 24 numbers here, and millions elsewhere.
    assert {*json.loads((tmp_path / "m.json").read_text())["tensors"]["X"]} == {"shape", "low", "high", "given"}
    rest = run("train", "--resume", str(tmp_path / "m.json"), *words[:4], "-q", "--steps", "20")
    assert rest.out == whole.out
    assert "other data" not in rest.err


def test_a_start_of_the_text_can_be_held(run: Runner, tmp_path: Path) -> None:
    """With W held at (1, 2) the best b is the mean of t - X @ W: t is X @ W + 3, so 3."""
    np.savez(tmp_path / "rows.npz", X=X, t=T + 3)
    data = ["--X", f"@{tmp_path / 'rows.npz'}", "--t", f"@{tmp_path / 'rows.npz'}"]
    answer = run("train", "W = zeros(2); b = zeros(1); mean((X @ W + b - t)^2)", *data, "--hold", "W=[1,2]", "--json")
    told = json.loads(answer.out)
    assert {*told["parameters"]} == {"b"} and told["parameters"]["b"] == pytest.approx([3])


@pytest.mark.parametrize(
    "words, code, piece",
    [(["W = zeros(2); mean((X @ W - 1)^2)", "--X", "[[1, 2], [nan, 3], [4, nan]]"], 2,
      "X[1,0] is nan, and the loss is no finite number (X has 2 such entries)"),
     (["W = zeros(2); sum(log(W))"], 3, "no finite number at the start"),
     (["W = zeros(2); sum(W^2)", "--loss", "mae"], 2, "what is given here is a loss already")],
)  # fmt: skip
def test_what_no_loss_can_be_made_of_is_refused(run: Runner, words: list[str], code: int, piece: str) -> None:
    answer = run("train", *words)
    assert answer.code == code and piece in answer.err


def test_both_passes_of_a_batch_of_large_tensors_are_shown_once(run: Runner) -> None:
    data = EXAMPLES / "digits.npz"
    words = ("train", "--file", str(EXAMPLES / "digits.bp"), "--X", f"@{data}", "--t", f"@{data}", "--batch", "64")
    out = run(*words, "--steps", "2").out
    assert out.count("  backward\n") == 1
    for piece in ("(64, 64) @ (64, 32) -> (64, 32)", "b1 was copied to 64 rows", "(softmax(z) - one_hot(t, 10)) / 64"):
        assert piece in out
