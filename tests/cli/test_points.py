"""`--data`: one answer a row, the notes about them, exit codes, and files that are written whole or not at all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import bpcli
from bpcli.cli import points
from bpcli.data import streams
from bpcli.errors import InputError
from conftest import SOURCES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Runner


@pytest.fixture
def table(tmp_path: Path) -> str:
    """By hand: (x+w)*w has the value 15 and the slopes 3, 8 at (2, 3); -0.5... at (0.5, -1): 0.5, -1, -1.5."""
    path = tmp_path / "points.csv"
    path.write_text("x,note,w\n2,a,3\n0.5,b,-1\n")
    return str(path)


ANSWERS = [
    (["grad"], "y,dy/dx,dy/dw\n15.0,3.0,8.0\n0.5,-1.0,-1.5\n"),
    (["eval"], "y\n15.0\n0.5\n"),
    (["grad", "-q"], "15.0,3.0,8.0\n0.5,-1.0,-1.5\n"),
    (["grad", "--wrt", "w"], "y,dy/dw\n15.0,8.0\n0.5,-1.5\n"),
    (["grad", "--keep"], "x,w,y,dy/dx,dy/dw\n2.0,3.0,15.0,3.0,8.0\n0.5,-1.0,0.5,-1.0,-1.5\n"),
    (["grad", "--digits", "1"], "y,dy/dx,dy/dw\n15,3,8\n0.5,-1,-2\n"),
    (["grad", "--format", "csv", "--wrt", "x"], "y,dy/dx\n15.0,3.0\n0.5,-1.0\n"),
    (
        ["grad", "--json"],
        '{"value": 15.0, "gradient": {"x": 3.0, "w": 8.0}}\n{"value": 0.5, "gradient": {"x": -1.0, "w": -1.5}}\n',
    ),
    (["eval", "--json", "--keep"], '{"inputs": {"x": 2.0, "w": 3.0}, "value": 15.0}\n'
     '{"inputs": {"x": 0.5, "w": -1.0}, "value": 0.5}\n'),
]  # fmt: skip


@pytest.mark.parametrize(("words", "out"), ANSWERS, ids=[" ".join(words) for words, _ in ANSWERS])
@pytest.mark.parametrize("straight", [True, False])
def test_one_answer_a_row(run: Runner, table: str, words: list[str], out: str, straight: bool) -> None:
    answer = run(words[0], "(x+w)*w", "--data", table, *words[1:], straight=straight)
    assert (answer.code, answer.out) == (0, out)
    note = f"note: {table} has columns that the expression does not use: note\n"
    assert answer.err == ("" if "-q" in words else note)


def test_a_single_value_goes_with_every_row(run: Runner) -> None:
    answer = run("grad", "a = x*w; a^2", "--data", "-", "--w", "1/2", "--wrt", "a,w", "-q", stdin="x\n2\n4\n")
    assert (answer.code, answer.out, answer.err) == (0, "1.0,2.0,4.0\n4.0,4.0,16.0\n", "")


def test_columns_are_spelled_as_names_in_a_text_are(run: Runner) -> None:
    answer = run("grad", "x₁*β", "--data", "-", "--keep", stdin="x₁,β\n2,3\n")
    assert (answer.code, answer.out) == (0, "x₁,β,y,dy/dx1,dy/dβ\n2.0,3.0,6.0,3.0,2.0\n")


def test_what_holds_for_every_row_is_said_once(run: Runner) -> None:
    answer = run("grad", "e*x + detach(w)", "--data", "-", stdin="x,w,e\n1,2,3\n1,2,3\n")
    assert answer.out.splitlines()[1:] == ["5.0,1.0,3.0,0.0"] * 2
    assert answer.err.splitlines() == [
        "note: e is a variable here; the constant of that name is shadowed",
        "note: y does not depend on w any more: every path is cut by detach",
    ]


def test_rows_without_a_number_are_counted_and_the_first_is_named(run: Runner) -> None:
    answer = run("grad", "log(x)", "--data", "-", stdin="x\n1\n\n-1\n0\n\n-2\n")
    assert (answer.code, answer.out) == (0, "y,dy/dx\n0.0,1.0\nnan,-1.0\n-inf,inf\nnan,-0.5\n")
    assert answer.err.splitlines() == [
        "note: 2 of 4 rows have a result that is nan; the first is row 4 of standard input, in y",
        "note: 1 of 4 rows has a result that is infinite; it is row 5 of standard input, in y",
    ]
    answer = run("grad", "log(x)", "--data", "-", "-q", stdin="x\n-1\n-2\n")
    assert (answer.code, answer.out, answer.err) == (3, "nan,-1.0\nnan,-0.5\n", "")


def test_every_number_reads_back_as_the_same_float(run: Runner) -> None:
    values = [0.1, 1 / 3, 5e-324, 1.7976931348623157e308, -2.5e-17, 123456789.125, -0.0]
    stdin = "x\n" + "".join(f"{value!r}\n" for value in values)
    for words in (["eval", "-q"], ["grad", "-q", "--keep", "--wrt", "x"]):
        out = run(words[0], "x", "--data", "-", *words[1:], stdin=stdin).out
        assert [repr(float(line.split(",")[0])) for line in out.splitlines()] == [repr(value) for value in values]
    lines = run("eval", "x", "--data", "-", "--json", stdin=stdin).out.splitlines()
    assert [repr(json.loads(line)["value"]) for line in lines] == [repr(value) for value in values]


def test_pieces_do_not_show(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = "x,w\n" + "".join(f"{n / 8},{n % 7}\n" for n in range(500))
    whole = run("grad", "sin(x)*w", "--data", "-", "--keep", stdin=stdin).out
    monkeypatch.setattr(streams, "CHARACTERS", 100)
    monkeypatch.setattr(points, "TEXT_ROWS", 3)
    assert run("grad", "sin(x)*w", "--data", "-", "--keep", stdin=stdin).out == whole


@pytest.mark.parametrize("ending", ["csv", "jsonl", "npy", "npz"])
def test_a_file_is_written_whole_or_not_at_all(run: Runner, tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"slopes.{ending}"
    answer = run("grad", "(x+w)*w", "--data", "-", "--keep", "--save", str(target), stdin="x,w\n2,3\n0.5,-1\n")
    assert (answer.code, answer.out, answer.err) == (0, "", "")
    # What was written is read again: the derivative by w is 8 and -1.5.
    if ending in ("npy", "npz"):
        found = np.load(target, allow_pickle=False)
        assert found["dy/dw"].tolist() == [8.0, -1.5]
        assert found["x"].tolist() == [2.0, 0.5]
        if ending == "npz":
            found.close()
        assert run("eval", "2*x", "--data", str(target), "-q").out == "4.0\n1.0\n"
    else:
        assert "-1.5" in target.read_text()
    before = target.read_bytes()
    answer = run("grad", "x*w", "--data", "-", "--save", str(target), stdin="x,w\n2,3\n0.5,abc\n")
    assert answer.code == 2
    assert target.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


def test_arrays_give_arrays_from_python() -> None:
    made = bpcli.grad("(x+w)*w", x=np.array([2, 0.5]), w="3")
    assert isinstance(made, bpcli.Points)
    assert (made.value.tolist(), made.gradient["x"].tolist(), made.gradient["w"].tolist()) == (
        [15, 10.5],
        [3, 3],
        [8, 6.5],
    )
    assert "2 rows" in repr(made)
    assert list(bpcli.grad("x*w", {"x": [1], "w": (2,)}, wrt="w").gradient) == ["w"]
    assert isinstance(bpcli.grad("x^2", x=np.float64(3)), bpcli.Point)
    assert isinstance(bpcli.grad("x^2", x=np.array(3)), bpcli.Point)
    # A gradient may be a column itself; it is a copy all the same.
    x = np.array([1.0, 2.0])
    made = bpcli.grad("x*w", x=x, w=2)
    made.gradient["w"][0] = 7
    assert x[0] == 1
    for values, kind in (
        ({"x": [1, 2], "w": [1, 2, 3]}, "points-lengths"),
        ({"x": [[1, 2]], "w": 1}, "vector-output"),
        ({"x": ["a"], "w": 1}, "list-of-no-numbers"),
        ({"x": [1]}, "missing-values"),
        ({"x": [1], "w": 1, "z": [1]}, "not-in-text"),
    ):
        with pytest.raises(InputError) as caught:
            bpcli.grad("x*w", values)
        assert caught.value.kind == kind
        assert caught.value.sentence


PEAK = """
import re, sys
from bpcli.cli.doors import answer
code = answer(sys.argv[1:])
sys.stderr.write(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
sys.exit(code)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not tell the peak")
def test_a_run_takes_the_same_memory_however_many_rows_there_are(tmp_path: Path) -> None:
    """From 600 000 rows to 2 400 000, less than 4 MiB more; those rows alone are 27 MiB, and their results 41."""
    peaks = []
    for count in (600_000, 2_400_000):
        path = tmp_path / "points.npy"
        np.save(path, np.random.default_rng(1).random((count, 2)))
        words = ["grad", "sin(c1)*exp(c2)", "--data", str(path), "--save", str(tmp_path / "slopes.npy")]
        done = subprocess.run(
            [sys.executable, "-c", PEAK, *words],
            env={**os.environ, "PYTHONPATH": str(SOURCES)},
            capture_output=True,
            text=True,
            check=True,
        )
        peaks.append(int(done.stderr) / 1024)
        assert len(np.load(tmp_path / "slopes.npy", mmap_mode="r")) == count
    assert peaks[1] - peaks[0] < 4, peaks
