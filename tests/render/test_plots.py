"""Figures in characters, and the numbers on their axes. What is expected was drawn by hand."""

from __future__ import annotations

import pytest

from bpcli.errors import count_ambiguous, display_width
from bpcli.render.plots.axes import apart, ticks, upright
from bpcli.render.plots.characters import figure_runs
from bpcli.training.figure import Figure, Panel, Series
from render.figures import figure_lines

# y = x through three rows: 20 columns and 9 rows of cells for [0, 2] x [0, 2].
DATA = Series("points", "data", [0.0, 1.0, 2.0], [0.0, 1.0, 2.0])
FITTED = Series("line", "fitted", [0.0, 2.0], [0.0, 2.0])
AXES = ("column", "x"), ("column", "y")
ENDS = (0.0, 2.0)


def figure(*series: Series, key: str = "curve", up: tuple[float, float] = ENDS, log: bool = False) -> Figure:
    rows = sum(len(each.x) for each in series if each.kind == "points")
    return Figure("", (Panel(key, *AXES, series, ENDS, up, log),), rows, rows, 0)


def test_three_rows_on_their_line_stand_where_they_belong() -> None:
    # A place x lies in column int(20 x/2), a height y in row int(9 y/2) from below; the ends stay inside. Where a row
    # of the data and the line meet, the row is seen.
    assert figure_lines(figure(DATA, FITTED), 24, small=True, plain=True) == [
        "y against x   o data",
        "  * fitted",
        " 2+                  *o",
        "  |                **",
        "  |              **",
        "  |            **",
        " 1+         *o*",
        "  |       **",
        "  |     **",
        "  |   **",
        " 0+o**",
        "  ++------------------+",
        "   0                  2",
    ]


def test_dots_of_braille_are_as_high_as_the_curve() -> None:
    # Along the lowest of the four dots of the lowest row: U+28C0 has both of them.
    flat = Series("line", "fitted", [0.0, 2.0], [0.0, 0.0])
    lines = figure_lines(figure(flat), 24, small=True)
    assert lines[9] == " 0┤" + "⣀" * 20
    assert all(line.strip(" │┤12") == "" for line in lines[1:9])
    # A step from the bottom to the top in the middle: the right column of dots of cell 10, from end to end.
    step = Series("line", "fitted", [1.04, 1.04], [0.0, 2.0])
    assert [line[13] for line in figure_lines(figure(step), 24, small=True)[1:10]] == ["⡇"] * 9


def test_a_gap_in_a_curve_stays_open() -> None:
    broken = Series("line", "fitted", [0.0, 0.5, 1.0, 1.5, 2.0], [0.0, 0.0, float("nan"), 0.0, 0.0])
    lowest = figure_lines(figure(broken), 24, small=True, plain=True)[9]
    assert lowest == " 0+******         *****"  # to column 5 = int(20*0.25), and on from 15


def test_many_rows_are_shades_and_the_curve_stands_on_them() -> None:
    # 199 rows in one cell, 1 in another: the darkest mark and the lightest.
    many = Series("points", "data", [0.0] * 199 + [2.0], [2.0] * 199 + [0.0])
    lines = figure_lines(figure(many, FITTED), 24, small=True, plain=True)
    top, bottom = lines[2], lines[10]
    assert "  .:o@ data" in " ".join(lines[:2])
    assert (top[3], bottom[22]) == ("@", ".")
    assert bottom[3] == "*"


def test_rows_held_out_have_another_mark() -> None:
    held = Series("points", "held out", [0.0], [2.0])
    lines = figure_lines(figure(DATA, held), 40, small=True, plain=True)
    assert lines[0] == "y against x   o data   x held out"
    assert lines[1][3] == "x" and lines[9][3] == "o"


def test_what_lies_outside_is_not_drawn() -> None:
    wild = Series("line", "fitted", [0.0, 1.0, 2.0], [0.0, 1e300, 0.0])
    body = "".join(line[3:] for line in figure_lines(figure(wild), 24, small=True, plain=True)[1:10])
    assert 0 < body.count("*") <= 2 * 9


def test_series_are_runs_so_that_they_can_have_colours() -> None:
    runs = [run for line in figure_runs(figure(DATA, FITTED), 24, small=True, plain=True) for run in line]
    assert ("o", "data") in runs and "**" in [text.strip() for text, key in runs if key == "fitted"]
    assert "".join(text for text, key in runs if key == "").count("+") == 3 + 3


@pytest.mark.parametrize("width", [24, 60, 80, 200])
@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_lines_are_no_wider_than_the_terminal(width: int, plain: bool, language: str) -> None:
    named = figure(DATA, FITTED)
    panel = named.panels[0]._replace(x=("column", "时间"), y=("column", "温度"))
    lines = figure_lines(named._replace(panels=(panel,)), width, plain=plain, language=language)
    assert max(map(display_width, lines)) <= min(width, 100)
    assert ("温度 随 时间 的变化" if language == "zh" else "温度 against 时间") in lines[0]


def test_ascii_is_ascii_and_ambiguous_characters_are_left_out_where_they_take_two_columns() -> None:
    assert all(line.isascii() for line in figure_lines(figure(DATA, FITTED), 60, plain=True))
    count_ambiguous(2)
    try:
        lines = figure_lines(figure(DATA, FITTED), 60)
        assert max(map(display_width, lines)) <= 60 and not any(set("│┤└─┬") & set(line) for line in lines)
    finally:
        count_ambiguous(1)


def test_a_sample_is_said() -> None:
    sample = figure(DATA)._replace(rows=1_000_000, shown=2000, seed=7)
    assert figure_lines(sample, 80)[-1] == "2000 of 1000000 rows, drawn at random (seed 7)"
    assert figure_lines(sample, 80, language="zh")[-1] == "共 1000000 行，图中是随机抽取的 2000 行（种子 7）"
    assert "drawn at random" not in figure_lines(figure(DATA), 80)[-1]


def test_an_axis_of_logarithms_says_so() -> None:
    losses = Series("line", "training", [0.0, 1.0, 2.0], [100.0, 1.0, 0.01])
    lines = figure_lines(figure(losses, up=(0.01, 100.0), log=True), 40, plain=True)
    assert "(log scale)" in lines[0]
    marked = {line[:5].strip(): place for place, line in enumerate(lines[1:17]) if "+" in line[:6]}
    # 16 rows over four powers of ten: each is four rows below the one before, the last in the lowest row.
    assert marked == {"100": 0, "10": 3, "1": 7, "0.1": 11, "0.01": 15}


@pytest.mark.parametrize(
    ("low", "high", "most", "expected"),
    [
        (0, 1, 6, ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
        (-6.1, 1.2, 5, ["-6", "-4", "-2", "0"]),
        (0, 3, 2, ["0", "2"]),
        (1.7e9, 1.7e9 + 6000, 4, ["1700000000", "1700002000", "1700004000", "1700006000"]),
        (2e-7, 6e-7, 5, ["2e-7", "3e-7", "4e-7", "5e-7", "6e-7"]),
        (-1e12, 1e12, 5, ["-1e12", "-5e11", "0", "5e11", "1e12"]),
        (-1.5e308, 1.5e308, 3, ["-1e308", "0", "1e308"]),
        (3, 3, 5, []),
    ],
)
def test_numbers_on_an_axis_are_round(low: float, high: float, most: int, expected: list[str]) -> None:
    assert [text for _, text in ticks(low, high, most)] == expected


@pytest.mark.parametrize(
    ("low", "high", "most", "expected"),
    [
        (0.015, 3.0, 9, ["0.02", "0.05", "0.1", "0.2", "0.5", "1", "2"]),
        (0.015, 3.0, 4, ["0.1", "1"]),
        (1e-20, 1.0, 5, ["1e-20", "1e-15", "1e-10", "1e-5", "1"]),
        (21.0, 29.0, 5, ["22", "24", "26", "28"]),  # no power of ten lies here
    ],
)
def test_numbers_on_an_axis_of_logarithms(low: float, high: float, most: int, expected: list[str]) -> None:
    assert [text for _, text in ticks(low, high, most, log=True)] == expected


def test_long_numbers_are_fewer_and_one_number_is_not_alone() -> None:
    # Four of ten characters and the gaps between them are 52 columns; in 50 there are the two with a step of 5000.
    assert len(apart(1.7e9, 1.7e9 + 6000, 6, 52, 3)) == 4
    assert [text for _, text in apart(1.7e9, 1.7e9 + 6000, 6, 50, 3)] == ["1700000000", "1700005000"]
    assert [text for _, text in apart(1, 3, 9, 80, 3, whole=True)] == ["1", "2", "3"]
    assert [text for _, text in upright(-0.9, 0.9, 1)] == ["-0.5", "0", "0.5"]
    # On four rows there is no room for five numbers; 5 and -5 are outside, and 0 alone says nothing.
    assert [text for _, text in upright(-4.06, 4.06, 2)] == ["-4", "0", "4"]


def test_shades_have_a_legend_and_chinese_blanks_stand_around_names_of_data_alone() -> None:
    many = Series("points", "data", [0.0] * 199 + [2.0], [2.0] * 199 + [0.0])
    axes = ("predicted", "t"), ("residual", "t")
    shown = Figure("", (Panel("residuals", *axes, (many,), ENDS, ENDS, False),), 200, 200, 0)
    lines = figure_lines(shown, 60, language="zh")
    assert lines[0].strip() == "残差（t - 预测值）随 t 的预测值的变化" and lines[-1] == ". : o @：数据由少到多"
    assert figure_lines(shown, 60)[-1] == ". : o @: from few rows to many"
    assert not any("few rows" in line for line in figure_lines(figure(DATA, FITTED), 80))
