"""`--plot` as a user types it."""

from __future__ import annotations

import json
import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from bpcli.errors import display_width
from conftest import on_terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Runner

ROWS = "x,y\n" + "".join(f"{x},{1 - 2 * x + 0.5 * x * x}\n" for x in range(-4, 5))
USE, TEXT = "{http://www.w3.org/2000/svg}use", "{http://www.w3.org/2000/svg}text"


@pytest.fixture
def points(tmp_path: Path) -> str:
    path = tmp_path / "points.csv"
    path.write_text(ROWS)
    return str(path)


def needs_matplotlib() -> None:
    pytest.importorskip("matplotlib", reason="what draws files is in the extra `plot`")


def plotted(*words: str, columns: int = 80, **environment: str) -> str:
    """What a terminal shows, without bold, which NO_COLOR leaves as it is."""
    text = on_terminal(*words, columns=columns, **environment)
    return re.sub(r"\x1b\[[01]?m", "", text) if "NO_COLOR" in environment else text


def test_a_terminal_gets_a_small_plot_after_a_fit_and_a_pipe_none(points: str, run: Runner) -> None:
    shown = plotted("fit", points, "--degree", "2", NO_COLOR="1")
    assert "y against x   o data   ⠤⠤ fitted" in shown and "residual (y - prediction) against x" in shown
    drawing = shown[shown.index("y against x") :].rstrip("\n").split("\n")
    assert len(drawing) == 1 + 9 + 1 + 1 + 4 + 2
    assert shown.index("y = 1 - 2*x + 0.5*x^2") < shown.index("y against x")
    assert "against" not in run("fit", points, "--degree", "2").out
    for words in (("-q",), ("--json",), ("--plot", "none")):
        assert "against" not in plotted("fit", points, "--degree", "2", *words, NO_COLOR="1")
    assert "against" not in plotted("train", points, "--degree", "2", NO_COLOR="1")


def test_colours_are_used_where_they_are_wanted(points: str) -> None:
    assert "\x1b[36mo" in plotted("fit", points, "--degree", "2")
    assert "\x1b[36m" not in plotted("fit", points, "--degree", "2", NO_COLOR="1")


@pytest.mark.parametrize("columns", [60, 80])
def test_lines_of_a_plot_fit_the_terminal(points: str, columns: int) -> None:
    shown = plotted("fit", points, "--degree", "1", "--lang", "zh", columns=columns, NO_COLOR="1")
    drawing = shown[shown.index("y 随 x") :].split("\n")
    assert max(map(display_width, drawing)) <= columns and "残差（y - 预测值）" in shown


def test_a_dash_draws_into_what_is_printed(points: str, run: Runner) -> None:
    out = run("fit", points, "--degree", "2", "--plot", "-", "--ascii").out
    drawing = out[out.index("y against x") :]
    assert drawing.isascii() and "loss" not in drawing and "|" in drawing
    # The report comes before it, and is what it is without.
    assert out.startswith(run("fit", points, "--degree", "2").out.rstrip("\n"))
    out = run("train", points, "--degree", "2", "--plot", "-", "--trace-steps", "0").out
    assert "loss against step (log scale)" in out and "y against x" in out


def test_there_is_no_room_between_lines_for_programs(points: str, run: Runner) -> None:
    for option in ("-q", "--json"):
        answer = run("fit", points, "--plot", "-", option)
        assert answer.code == 2 and option in answer.err and answer.out == ""


def test_a_file_is_drawn_and_said(points: str, tmp_path: Path, run: Runner) -> None:
    needs_matplotlib()
    for form, words in (("svg", ()), ("png", ("-q",)), ("pdf", ("--json",))):
        path = tmp_path / f"fit.{form}"
        answer = run("fit", points, "--degree", "2", "--plot", str(path), *words)
        said = f"plot written to {path}\n"
        assert answer.code == 0 and path.stat().st_size > 1000
        # What programs read is as it is without a plot.
        assert (answer.err if words else answer.out).endswith(said)
    assert json.loads(answer.out)["schema"] == "bpcli.fit/1"
    root = ElementTree.parse(tmp_path / "fit.svg").getroot()
    data = next(each for each in root.iter() if each.get("id") == "curve-data")
    assert len([*data.iter(USE)]) == 9


def test_of_a_model_the_columns_are_named(tmp_path: Path, run: Runner) -> None:
    needs_matplotlib()
    path = tmp_path / "decay.svg"
    data = Path(__file__).parents[2] / "examples" / "decay.csv"
    answer = run("train", str(data), "--model", "a*exp(-b*t) + c", "--plot", str(path), "-q")
    assert answer.code == 0
    texts = {"".join(each.itertext()) for each in ElementTree.parse(path).getroot().iter(TEXT)}
    assert {"t", "y", "loss", "step", "data", "fitted"} <= texts


def test_missing_matplotlib_is_said_before_any_work(
    points: str, tmp_path: Path, run: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    # There is no such data: it has not been looked for.
    answer = run("fit", str(tmp_path / "nothing.csv"), "--plot", str(tmp_path / "fit.png"))
    assert answer.code == 2 and 'pip install "backprop-cli[plot]"' in answer.err
    assert answer.out == ""
    assert run("fit", points, "--plot", "-").code == 0


def test_a_place_that_cannot_be_written_is_told_first(tmp_path: Path, run: Runner) -> None:
    needs_matplotlib()
    answer = run("fit", str(tmp_path / "nothing.csv"), "--plot", str(tmp_path / "no" / "fit.svg"))
    assert answer.code == 4 and "cannot be written" in answer.err


def test_a_fit_that_diverges_leaves_the_picture_of_its_losses(points: str, tmp_path: Path, run: Runner) -> None:
    needs_matplotlib()
    path = tmp_path / "fit.svg"
    assert run("fit", points, "--degree", "2", "--lr", "5", "--plot", str(path)).code == 3
    ids = {each.get("id") for each in ElementTree.parse(path).getroot().iter()}
    assert "loss-training" in ids and "curve-data" not in ids


def test_from_python(tmp_path: Path) -> None:
    needs_matplotlib()
    import bpcli

    path = tmp_path / "fit.svg"
    bpcli.fit([0, 1, 2, 3], [1, 3, 9, 19], degree=2).plot(str(path))
    assert "curve-fitted" in path.read_text()
    bpcli.fit([0, 1, 2, 3], [5, 2.5, 1.25, 0.625], model="a*exp(-b*x)").plot(str(path))
    assert "loss-training" in path.read_text()
