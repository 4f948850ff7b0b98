"""The commands with vectors and matrices, as one types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bpcli.cli.doors import answer
from bpcli.cli.shapes import shapes_of_texts
from bpcli.cli.work import pieces
from bpcli.errors import InputError

AT = ["--A", "[[1,2],[3,4]]", "--x", "[1,2]"]

# Each number by hand: A x = (5, 11), x A x = 27, (A + A')x = (12, 21), xx' = [[1, 2], [2, 4]].
SAID: list[tuple[list[str], list[str], int]] = [
    (["jacobian", "A @ x", *AT, "--wrt", "x", "-q"], ["1 2", "3 4"], 0),
    (["jacobian", "A @ x", *AT, "-q"], ["1 2 0 0 1 2", "0 0 1 2 3 4"], 0),
    (["jacobian", "[A @ x, sum(x)]", *AT, "--wrt", "x", "--output", "1", "-q"], ["1 1"], 0),
    (["hessian", "x @ A @ x", *AT, "--wrt", "x", "-q"], ["2 5", "5 8"], 0),
    (["hessian", "x @ A @ x", *AT, "--wrt", "x", "--direction", "x=[1,0]", "-q"], ["x=[2, 5]"], 0),
    (["jvp", "A @ x", *AT, "--direction", "x=[0,1],A=[[1,0],[0,0]]", "-q"], ["y=[3, 4]"], 0),
    (["vjp", "A @ x", *AT, "--weights", "[0,1]", "--wrt", "x", "-q"], ["x=[3, 4]"], 0),
    (["grad", "x @ A @ x", *AT, "--mode", "forward", "-q"], ["x=[12, 21]", "A=[[1, 2], [2, 4]]"], 0),
    (["grad", "x @ A @ x", *AT, "--expect", "x=[12,21]", "-q"], ["x=[12, 21]", "A=[[1, 2], [2, 4]]"], 0),
    (["grad", "x @ A @ x", *AT, "--expect", "x=[12,20]", "-q"], ["x=[12, 21]", "A=[[1, 2], [2, 4]]"], 1),
    (["grad", "x @ A @ x", *AT, "--claim", "x=[12,20]", "-q"], ["x=[12, 21]", "A=[[1, 2], [2, 4]]"], 1),
    (["trace", "x @ A @ x", *AT, "--claim", "x=[12,20]", "-q"], ["x=[12, 21]", "A=[[1, 2], [2, 4]]"], 1),
    (["eval", "A @ x", *AT, "--expect", "y=[5,11]", "-q"], ["[5, 11]"], 0),
    (["check", "x @ A @ x", *AT, "-q"], ["ok"], 0),
    (["check", "f(u) = u; d f/du = 2; sum(f(x))", "--x", "[1,2]", "-q"], ["no"], 1),
    (["why", "x @ A @ x", *AT, "-q"], ["x=ordinary", "A=ordinary"], 0),
    (["diff", "x @ A @ x", "--shape", "x=2,A=2x2", "--wrt", "x"], ["(A + A.T) @ x"], 0),
    (["diff", "x @ A @ x", "--shape", "x=2", "--shape", "A=2x2", "-q"], ["x=(A + A.T) @ x", "A=outer(x, x)"], 0),
    (["diff", "x @ A @ x", *AT, "--wrt", "x"], ["(A + A.T) @ x = [12, 21]"], 0),
    (["diff", "x @ A @ x", "--shape", "x=2,A=2x2", "--wrt", "x", "--expect", "A @ x + A.T @ x", "-q"],
     ["(A + A.T) @ x"], 0),
    (["diff", "x @ A @ x", "--shape", "x=2,A=2x2", "--wrt", "x", "--expect", "2*A @ x", "-q"], ["(A + A.T) @ x"], 1),
    (["diff", "[s, 2] @ [s, k]", "--wrt", "s"], ["2*s"], 0),
]  # fmt: skip


@pytest.mark.parametrize(("words", "lines", "code"), SAID)
def test_a_command_answers(words: list[str], lines: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(words) == code
    found = capsys.readouterr().out.splitlines()
    assert found == lines


def test_a_large_matrix_is_told_in_short(capsys: pytest.CaptureFixture[str]) -> None:
    """The norm of 2 I in 20 dimensions is 2 sqrt(20)."""
    assert answer(["jacobian", "2*x", "--x", "ones(20)"]) == 0
    found = capsys.readouterr().out
    assert "dy/dx       (20, 20)  8.94427  2 at [0, 0]" in found
    assert len(found.splitlines()) == 5


def test_a_name_without_a_shape_counts_as_a_number(capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(["diff", "k*sum(x^2)", "--shape", "x=3", "--wrt", "x"]) == 0
    told = capsys.readouterr()
    assert told.out == "2*k*x\n"
    assert told.err == "note: no shape was given for k: a single number is meant\n"


def test_numbers_beyond_floats_are_strings_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(["grad", "sum(1/x)", "--x", "[1,0]", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["gradient"] == {"x": [-1.0, "-inf"]}


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("x=3", {"x": (3,)}),
        ("A=3x4", {"A": (3, 4)}),
        ("A=3,4", {"A": (3, 4)}),
        ("A=3,4,x=4", {"A": (3, 4), "x": (4,)}),
        ("x=3,A=3x4", {"x": (3,), "A": (3, 4)}),
        ("A=(3, 4), s=()", {"A": (3, 4), "s": ()}),
        ("L=2x3x4", {"L": (2, 3, 4)}),
    ],
)
def test_a_shape_is_read(text: str, shapes: dict[str, tuple[int, ...]]) -> None:
    assert shapes_of_texts([text]) == shapes


@pytest.mark.parametrize("text", ["x", "x=", "x=a", "x=-1", "x=0", "x=3.5", "x=9999999999"])
def test_what_is_no_shape_is_refused(text: str) -> None:
    with pytest.raises(InputError) as found:
        shapes_of_texts([text])
    assert found.value.kind == "shape-unreadable"


def test_commas_in_brackets_divide_nothing() -> None:
    assert pieces("x=[1, [2, 3]],y=randn(2, 3),4") == ["x=[1, [2, 3]]", "y=randn(2, 3)", "4"]


def test_rows_of_a_file_are_not_tensors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    assert answer(["grad", "a*w", "--w", "[1,2]", "--data", str(file)]) == 2
    assert "--data is for programs of single numbers" in capsys.readouterr().err
