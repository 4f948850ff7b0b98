"""How many digits a trace shows that was calculated with more of them than floats have."""

from __future__ import annotations

import re

import mpmath
import pytest

import bpcli

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from conftest import Runner

ASKED = ("trace", "(x+w)/3*sin(w)", "--x", "2", "--w", "3", "--precision", "30")


def results() -> list[str]:
    """From mpmath, with fifty digits: y, dy/dx = sin(w)/3, dy/dw = sin(w)/3 + (x + w)/3*cos(w) at (2, 3)."""
    with mpmath.workdps(50):
        slope = mpmath.sin(3) / 3
        found = {"y": 5 * slope, "dy/dx": slope, "dy/dw": slope + mpmath.mpf(5) / 3 * mpmath.cos(3)}
        return [f"{name} = {mpmath.nstr(value, 30)}" for name, value in found.items()]


def longest(lines: Sequence[str]) -> int:
    """The most significant digits of a number in these lines."""
    numbers = re.findall(r"\d+\.\d+", " ".join(lines))
    return max(len(number.replace(".", "").lstrip("0")) for number in numbers)


@pytest.mark.parametrize("format_", ["plain", "rich", "md", "latex", "html"])
def test_results_have_all_digits_and_steps_as_many_as_fit(run: Runner, format_: str) -> None:
    """Each result stands in a line, or a paragraph, of its own."""
    lines = run(*ASKED, "--format", format_).out.partition("</style>" if format_ == "html" else "\0")
    lines = [line for part in lines for line in part.splitlines()]
    numbers = [result.partition(" = ")[2] for result in results()]
    told = [line for line in lines if any(number in line for number in numbers)]
    assert [[number for number in numbers if number in line] for line in told] == [[number] for number in numbers]
    assert longest([line for line in lines if line not in told]) == 8
    if format_ in ("plain", "rich"):
        assert told == results()


def test_tables_stay_tables_at_eighty_columns(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = run(*ASKED, "--format", "rich").out.splitlines()
    assert max(map(len, lines)) <= 80
    assert any(line.split() == ["#", "node", "computes", "with", "numbers", "value"] for line in lines)


def test_digits_decide_for_steps_and_results(run: Runner) -> None:
    """1.66666... is 5/3, to as many digits."""
    out = run(*ASKED, "--digits", "12").out
    assert longest(out.splitlines()) == 12
    assert run(*ASKED, "--digits", "30").out.count("1.66666666666666666666666666667") > 1
    few = run("trace", "x/3", "--x", "5", "--precision", "4").out
    assert longest(few.splitlines()) == 4
    assert "y = 1.667" not in few  # the value stands in the table


def test_arrays_have_all_digits_below_their_tables_too(run: Runner, tmp_path: Path) -> None:
    """By hand: 1/3 of 1/10 is 1/30, and 0.1/3 + 0.2/3 is 1/10."""
    asked = ("trace", "sum(x*w)/3", "--x", "[0.1, 0.2]", "--w", "1", "--precision", "20")
    out = run(*asked).out
    assert "\ny = 0.1\n" in out
    assert "dy/dx = [0.33333333333333333333, 0.33333333333333333333]    (2,)" in out
    assert "dy/dw = 0.1\n" in out
    path = tmp_path / "t.json"
    path.write_text(run(*asked, "--json").out, encoding="utf-8")
    assert run("trace", "--from", str(path)).out == out


def test_one_entry_is_derived_in_the_numbers_asked_for(run: Runner) -> None:
    """By hand: d(0.1*1 + 2*x1)/dx1 is 2, times 1/3; and W[0,1] counts x1 = 7/10, times 1/3. In floats 0.1 is none."""
    asked = ("trace", "sum(W @ x)/3", "--W", "[[0.1, 2]]", "--x", "[1, 0.7]", "--element")
    assert "dy/dW[0,1] = 7/30" in run(*asked, "W[0,1]", "--exact").out
    assert "left exact" not in run(*asked, "W[0,1]", "--exact").out
    assert "dy/dW[0,1] = 0.23333333333333333333" in run(*asked, "W[0,1]", "--precision", "20").out
    assert "dy/dx[1] = 2/3" in run(*asked, "x[1]", "--exact").out
    flat = run("trace", "sum(x) + sum(floor(W/3))", *asked[2:], "W[0,1]", "--exact")
    assert "dy/dW[0,1] = 0" in flat.out


def test_traces_from_python_show_as_many() -> None:
    trace = bpcli.trace("x/3", x=5, numbers=30)
    assert "y = 1.66666666666666666666666666667" in str(trace)
    assert "5 / 3         1.6666667" in str(trace)
    assert longest(trace.text(digits=4).splitlines()) == 4
    assert "y = 1.66666666666666666666666666667" in trace.text()
