"""Trainings that are killed: the file is whole, and what goes on from it ends at the same numbers, bit for bit."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from conftest import SOURCES, drained

if TYPE_CHECKING:
    from conftest import Runner

# Dies by a signal that nobody can catch, at a step of its choice, or in the midst of writing.
DYING = """
import os, signal, sys
from bpcli.cli.commands.checkpoint import Checkpoint
look, step, in_the_midst = Checkpoint.look, int(sys.argv.pop(1)), sys.argv.pop(1) == "midst"
def dying(self, number):
    if number == step and in_the_midst:
        os.replace = lambda *paths: os.kill(os.getpid(), signal.SIGKILL)
    look(self, number)
    if number == step:
        os.kill(os.getpid(), signal.SIGKILL)
Checkpoint.look = dying
from bpcli.cli.doors import main
sys.exit(main())
"""
DECAY = ["p.csv", "--model", "y = a*exp(-b*x) + c", "--init", "a=1,b=1,c=0"]
NET = ["--file", "net.bp", "--X", "@rows.npz", "--t", "@rows.npz"]
BATCHES = ["--batch", "7", "--seed", "3"]
RUNS = {
    "polynomial": ["p.csv", "--degree", "4", "--steps", "60"],
    "powers": ["p.csv", "--degree", "4", "--no-scale", "--steps", "60"],
    "orthogonal": ["far.csv", "--degree", "6", "--lr", "0.01", "--steps", "400"],
    **{
        name: [*DECAY, "--optimizer", name, "--lr", "0.01", *BATCHES, "--steps", "60"]
        for name in ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw")
    },
    "lbfgs": [*DECAY, "--loss", "mae", "--optimizer", "lbfgs", "--steps", "14"],
    "levenberg": [*DECAY, "--optimizer", "levenberg-marquardt"],
    "held out": [*DECAY, "--optimizer", "adam", "--lr", "0.1", *BATCHES, "--val", "0.2", "--patience", "3"],
    "cosine": [*DECAY, "--optimizer", "momentum", "--lr", "0.01", "--schedule", "cosine", "--warmup", "9",
               "--clip", "0.5", "--steps", "60"],
    "scaled": [*DECAY, "--lr", "0.05", "--dtype", "float16", "--loss-scale", "dynamic:65536:3", "--steps", "30"],
    "network": [*NET, *BATCHES, "--optimizer", "adamw", "--lr", "0.01", "--steps", "40"],
    "network lbfgs": [*NET, "--steps", "25"],
}  # fmt: skip
STEPS = {"levenberg": 3, "lbfgs": 5, "orthogonal": 250}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    generator = np.random.default_rng(1)
    x = np.linspace(-2, 2, 30)
    y = 2 * np.exp(-0.7 * x) + 0.3 + 0.05 * generator.standard_normal(30)
    rows = "".join(f"{a!r},{b!r}\n" for a, b in zip(x.tolist(), y.tolist(), strict=True))
    (tmp_path / "p.csv").write_text("x,y\n" + rows)
    far = "".join(f"{a!r},{b!r}\n" for a, b in zip((x**5 + 40).tolist(), y.tolist(), strict=True))
    (tmp_path / "far.csv").write_text("x,y\n" + far)
    np.savez(tmp_path / "rows.npz", X=generator.standard_normal((30, 3)), t=generator.standard_normal(30))
    (tmp_path / "net.bp").write_text(
        "W1 = xavier(3, 5); b1 = zeros(5); W2 = randn(5)\np = tanh(X @ W1 + b1) @ W2\nL = mean((p - t)^2)\n"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def killed(folder: Path, words: list[str], step: int, where: str = "after") -> None:
    done = subprocess.run(
        [sys.executable, "-c", DYING, str(step), where, "train", *words], cwd=folder, capture_output=True,
        env={**os.environ, "PYTHONPATH": str(SOURCES)}, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.mark.parametrize("name", RUNS)
def test_a_run_that_was_killed_goes_on_to_the_same_numbers(run: Runner, folder: Path, name: str) -> None:
    words = RUNS[name]
    whole = run("train", *words, "-q", "--save", "whole.json", "--log", "whole.csv")
    step = STEPS.get(name, 13)
    stored = ["--save", "m.json", "--log", "log.csv", "-q"]
    killed(folder, [*words, *stored, "--checkpoint", str(max(step // 2, 1))], step)
    data = words[:1] if words[0].endswith(".csv") else words[2:6]
    rest = run("train", *data, "--resume", "m.json", *stored)
    assert rest.out == whole.out
    first, other = (json.loads((folder / file).read_text()) for file in ("whole.json", "m.json"))
    assert first == other
    assert (folder / "log.csv").read_text() == (folder / "whole.csv").read_text()


def test_a_run_that_dies_while_it_writes_leaves_the_last_whole_file(run: Runner, folder: Path) -> None:
    words = RUNS["adam"]
    killed(folder, [*words, "--save", "m.json", "--checkpoint", "5", "-q"], 20, "midst")
    assert json.loads((folder / "m.json").read_text())["training"]["number"] == 15
    rest = run("train", "p.csv", "--resume", "m.json", "-q")
    assert rest.out == run("train", *words, "-q").out


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "warning: m.json cannot be written"), ("zh", "警告：m.json 写不了")],
)
def test_a_checkpoint_that_cannot_be_written_is_told_once_and_tried_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], language: str, told: str
) -> None:
    """A disk that is full at the steps 1, 2, 3 and 5: one warning for each time that it begins, and what follows is
    stored."""
    from bpcli.cli.commands.checkpoint import Checkpoint

    monkeypatch.chdir(folder)
    checkpoint = Checkpoint("m.json", 1, lambda: {"number": number}, None, language)
    for number in range(1, 7):
        with monkeypatch.context() as patch:
            if number in (1, 2, 3, 5):
                patch.setattr("os.replace", full)
            checkpoint.look(number)
        assert (folder / "m.json").exists() == (number > 3)
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    assert all(line.startswith(told) for line in said)
    assert json.loads((folder / "m.json").read_text()) == {"number": 6}


def full(*paths: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_checkpoint_predicts_what_a_training_of_as_many_steps_predicts(run: Runner, folder: Path) -> None:
    for name in ("polynomial", "adam", "network"):
        killed(folder, [*RUNS[name], "--save", "m.json", "--checkpoint", "4", "-q"], 8)
        shorter = [*RUNS[name]]
        shorter[shorter.index("--steps") + 1] = "8"
        assert run("train", *shorter, "--save", "short.json", "-q").code == 0
        rows = "rows.npz" if name == "network" else "p.csv"
        predicted = run("predict", "m.json", rows)
        assert predicted.code == 0
        assert predicted.out == run("predict", "short.json", rows).out


@pytest.mark.parametrize(
    "words",
    [[*DECAY, "--optimizer", "adam", *BATCHES], ["p.csv", "--degree", "9", "--no-scale"]],
    ids=["model", "powers"],
)
def test_an_interruption_below_the_table_on_a_terminal_leaves_a_model(folder: Path, words: list[str]) -> None:
    """A terminal for standard error, a file for standard output: the table is on the one, the report in the other."""
    import pty

    ours, theirs = pty.openpty()
    with (folder / "report.txt").open("wb") as report:
        process = subprocess.Popen(
            [sys.executable, "-m", "bpcli", "train", *words, "--lr", "1e-9", "--steps", "999999999"],
            stdout=report, stderr=theirs, stdin=subprocess.DEVNULL, cwd=folder,
            env={**os.environ, "PYTHONPATH": str(SOURCES), "TERM": "xterm-256color", "COLUMNS": "60"},
        )  # fmt: skip
        os.close(theirs)
        shown = b""
        while b"step/value" not in shown:
            shown += os.read(ours, 65536)
        process.send_signal(signal.SIGINT)
        shown += drained(ours)
        assert process.wait(60) == 130, shown.decode()
    told = (folder / "report.txt").read_text()
    assert "interrupted after" in told and "what was reached is in bpcli-model.json" in told
    assert "step/value" not in told
    assert json.loads((folder / "bpcli-model.json").read_text())["parameters"]
