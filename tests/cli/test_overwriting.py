"""A file that is read is never written over, and two results never go to one file."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bpcli.files import check_writable, write_whole

if TYPE_CHECKING:
    from conftest import Runner

ROWS = "x,y\n1,2\n2,4\n3,5\n"
PROGRAM = "y = (x + w)*w\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Runner) -> Path:
    """Data, a program, an array and a stored training, in the folder that commands run in."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data.csv").write_text(ROWS)
    (tmp_path / "lesson.bp").write_text(PROGRAM)
    np.save(tmp_path / "start.npy", np.ones(2))
    (tmp_path / "link.csv").symlink_to("data.csv")
    answer = run("fit", "data.csv", "--model", "a*x", "--optimizer", "adam", "--steps", "3", "--save", "model.json")
    assert answer.code == 0
    return tmp_path


LOST = [
    (["fit", "data.csv", "--save", "data.csv"], "--save would write over data.csv"),
    (["fit", "data.csv", "--model", "a*x", "--save", "./data.csv"], "--save would write over ./data.csv"),
    (["fit", "link.csv", "--log", "data.csv"], "--log would write over data.csv"),
    (["train", "--file", "lesson.bp", "--x", "1", "--init", "w=2", "--log", "lesson.bp"], "write over lesson.bp"),
    (["train", "sum(x^2)", "--init", "x=@start.npy", "--save", "start.npy"], "write over start.npy"),
    (["fit", "data.csv", "--resume", "model.json", "--log", "model.json"], "--log would write over model.json"),
    (["fit", "data.csv", "--save", "new.csv", "--log", "new.csv"], "--save and --log would write to the same file"),
    (["predict", "model.json", "data.csv", "--save", "model.json"], "--save would write over model.json"),
    (["predict", "model.json", "data.csv", "--save", "data.csv"], "--save would write over data.csv"),
    (["grad", "x*y", "--data", "data.csv", "--save", "data.csv"], "--save would write over data.csv"),
    (["trace", "lesson.bp", "--blank", "--answer-key", "lesson.bp"], "--answer-key would write over lesson.bp"),
]


@pytest.mark.parametrize(("words", "said"), LOST, ids=[" ".join(words) for words, _ in LOST])
def test_what_is_read_is_not_written_over(run: Runner, folder: Path, words: list[str], said: str) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    answer = run(*words)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_training_that_goes_on_is_stored_in_its_place(run: Runner, folder: Path) -> None:
    words = ["--resume", "model.json", "--steps", "5", "--save", "model.json"]
    assert run("fit", "data.csv", *words).code == 0
    assert "5 steps" in run("fit", "data.csv", "--resume", "model.json", "--steps", "5").out


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    """As a device is: a file in the place of /dev/null would be in everybody's way."""
    path = str(tmp_path / "pipe")
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        check_writable(path)
        write_whole(path, ["a", "b"])
        assert os.read(reader, 10) == b"ab"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(os.stat(path).st_mode)
    assert [each.name for each in tmp_path.iterdir()] == ["pipe"]
