"""Tables in a width: what is broken, and where."""

from __future__ import annotations

import pytest

from bpcli.render.layout import Table
from bpcli.render.plain import table_lines

KEYS = ("#", "edge", "local", "product")
ROWS = [("6", "y -> k", "d(log(k))/dk = 1/k = 0.437", "1 * 0.437 = 0.437"), ("5", "k -> g", "1", "2 * 1 = 2 (1 of 2)")]


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        # By hand: two blanks before each column; a cell goes on at a relation first, then at a sign.
        (63, ["  #  edge    local                       product",
              "  6  y -> k  d(log(k))/dk = 1/k = 0.437  1 * 0.437 = 0.437",
              "  5  k -> g  1                           2 * 1 = 2 (1 of 2)"]),
        (54, ["  #  edge    local          product",
              "  6  y -> k  d(log(k))/dk   1 * 0.437 = 0.437",
              "             = 1/k = 0.437",
              "  5  k -> g  1              2 * 1 = 2 (1 of 2)"]),
        (37, ["  #  edge    local          product",
              "  6  y -> k  d(log(k))/dk   1 * 0.437",
              "             = 1/k = 0.437  = 0.437",
              "  5  k -> g  1              2 * 1 = 2",
              "                            (1 of 2)"]),
    ],
)  # fmt: skip
def test_cells_go_on_in_the_next_line_of_their_column(width: int, lines: list[str]) -> None:
    assert [*table_lines(Table("", KEYS, ROWS, 2), True, width)] == lines


@pytest.mark.parametrize("width", [12, 20, 24])
def test_what_no_breaking_makes_narrow_enough_is_a_list(width: int) -> None:
    shown = [*table_lines(Table("", KEYS, ROWS, 2), True, width)]
    assert "  6  y -> k" in shown[0]
    assert " ".join(" ".join(shown).split()) == (
        "6 y -> k local d(log(k))/dk = 1/k = 0.437 product 1 * 0.437 = 0.437 "
        "5 k -> g local 1 product 2 * 1 = 2 (1 of 2)"
    )


def test_a_matrix_in_a_cell_keeps_its_lines() -> None:
    rows = [("W", "[[1, 2]\n [3, 4]]", "1 * 0.437 = 0.437")]
    assert [*table_lines(Table("", ("name", "value", "product"), rows, 1), True, 27)] == [
        "  name  value     product",
        "  W     [[1, 2]   1 * 0.437",
        "         [3, 4]]  = 0.437",
    ]


def test_titles_go_on_where_the_cells_below_them_are_narrow() -> None:
    """By hand: of one line while there is room, else at a blank or a bracket; the cells stay as they are."""
    rows = [("1", "1.99998", "2.45765e-5")]
    titles = ("深度", "最大局部导数（绝对值）", "times the one above")
    table = Table("", ("depth", "largest", "ratio"), rows, 1, titles=titles)
    assert [*table_lines(table, True, 60)] == [
        "  深度  最大局部导数（绝对值）  times the one above",
        "  1     1.99998                 2.45765e-5",
    ]
    assert [*table_lines(table, True, 36)] == [
        "  深度  最大局部导数  times the",
        "        （绝对值）    one above",
        "  1     1.99998       2.45765e-5",
    ]
