"""Plain text: the golden page, and pages that fold without losing anything."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpcli.errors import display_width
from bpcli.language.reader import parse
from bpcli.render import layout
from bpcli.render.layout import Table
from bpcli.render.plain import filled, table_lines, trace_lines, wrapped
from bpcli.tracing.record import Trace, record
from calculus.programs import ALL, CUTTING, valued

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.graph import Program

    Run = tuple[Program, dict[str, float]]

GOLDEN = Path(__file__).parents[1] / "golden"
NUMBERS = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:e-?\d+)?(?![\w.])")


def traced(text: str, **at: float) -> Trace:
    return record(parse(text, given=at), at)


def words(lines: object) -> Counter[str]:
    """Every word of a page, how often; the labels of a folded page apart."""
    labels = {"upstream", "local", "product", "computes", "with", "numbers", "value", "locals", "#", "node", "edge",
              "running", "total"}  # fmt: skip
    return Counter(word for line in lines for word in line.split() if word not in labels)  # type: ignore[attr-defined]


def test_the_flagship_is_the_page_that_was_drawn() -> None:
    """Drawn by hand before the program was written; columns are as wide as their widest cell."""
    lines = [line.rstrip() for line in trace_lines(traced("(x+w)*w", x=2, w=3))]
    assert lines == (GOLDEN / "flagship.txt").read_text("utf-8").splitlines()


@pytest.mark.parametrize("width", [60, 72, 80, 100])
def test_no_line_of_the_flagship_is_wider_than_it_may_be(width: int) -> None:
    lines = [*trace_lines(traced("(x+w)*w", x=2, w=3), width=width)]
    assert max(display_width(line) for line in lines) <= width
    assert "..." not in "".join(lines)


@given(valued(ALL + CUTTING), st.integers(40, 100))
def test_a_page_folds_to_any_width_and_keeps_every_word(run: Run, width: int) -> None:
    """Nothing is cut; only a word that is wider than the page stands out of it, whole."""
    trace = record(*run)
    wide, narrow = [*trace_lines(trace)], [*trace_lines(trace, width=width)]
    for line in narrow:
        assert display_width(line) <= width or len(line.split()) == 1, line
    assert words(wide) == words(narrow)


def test_columns_stand_below_each_other() -> None:
    lines = [*trace_lines(traced("sin(x)*beta + 1000*x", x=0.5, beta=-123.25))]
    for title in ("Forward", "Backward"):
        start = next(place for place, line in enumerate(lines) if line.startswith(title))
        rows = lines[start + 1 : lines.index("", start)]
        header = [match.start() for match in re.finditer(r"\S+(?: \S+)*", rows[0])]
        for row in rows[1:]:
            assert all(row[place - 1] == " " and row[place] != " " for place in header), row


def test_a_long_table_shows_head_and_tail_and_a_count() -> None:
    trace = traced("+".join(f"x*{number}" for number in range(2, 102)), x=2)
    short = [*table_lines(layout.forward_table(trace), whole=False)]
    whole = [*table_lines(layout.forward_table(trace), whole=True)]
    assert len(trace.forward) == 199
    assert len(whole) == 2 + 199
    assert short[2:22] == whole[2:22]
    assert short[22] == "  ... 159 more rows (--all shows them)"
    assert short[23:] == whole[-20:]


def test_a_table_is_streamed() -> None:
    """The first line is there before the last row is made."""
    made = 0

    def rows() -> object:
        nonlocal made
        for number in range(100_000):
            made += 1
            yield (str(number),)

    lines = table_lines(Table("Title", ("n",), rows(), 100_000))  # type: ignore[arg-type]
    assert next(lines) == "Title"
    assert made <= 1000


@pytest.mark.parametrize(
    ("pieces", "width", "lines"),
    [
        # By hand: two blanks before a line and between pieces, seven before the next lines.
        (["a", "b"], 20, ["  a  b"]),
        (["aaaa", "bbbb", "cccc"], 12, ["  aaaa  bbbb", "       cccc"]),
        (["one two three", "x"], 12, ["  one two", "       three", "       x"]),
        (["123456789012345"], 10, ["  123456789012345"]),
        (["a", "123456789012345", "b"], 10, ["  a", "       123456789012345", "       b"]),
        (["关系", "函数"], 9, ["  关系", "       函", "       数"]),
        (["关系", "函数"], 11, ["  关系", "       函数"]),
    ],
)
def test_pieces_fill_lines(pieces: list[str], width: int, lines: list[str]) -> None:
    assert [*filled(pieces, width)] == lines


@pytest.mark.parametrize(
    ("text", "at", "header"),
    [
        ("(x+w)*w", {"x": 2, "w": 3}, "y = (x + w) * w      x = 2, w = 3      2 operations, w is used twice"),
        ("n = 2; y = x^n", {"x": 3}, "n = 2; y = x^n      x = 3      1 operation"),
        ("a = x*w; b = a + a; b*a", {"x": 1, "w": 2},
         "a = x * w; b = a + a; y = b * a      x = 1, w = 2      3 operations, a is used 3 times"),
        ("2 + 3", {}, "y = 2 + 3      1 operation"),
        ("x*x*y*y*z*z*u*u", {"x": 1, "y": 1, "z": 1, "u": 1},
         "out = x * x * y * y * z * z * u * u      x = 1, y = 1, z = 1, u = 1      "
         "7 operations, x is used twice, y is used twice, z is used twice, 1 more is used again"),
        ("x*x*y*y*z*z*u*u*v*v", {"x": 1, "y": 1, "z": 1, "u": 1, "v": 1},
         "out = x * x * y * y * z * z * u * u * v * v      x = 1, y = 1, z = 1, u = 1, v = 1      "
         "9 operations, x is used twice, y is used twice, z is used twice, 2 more are used again"),
    ],
)  # fmt: skip
def test_headers(text: str, at: dict[str, float], header: str) -> None:
    assert next(trace_lines(traced(text, **at))) == header


def test_the_numbers_of_a_page_are_rounded_to_the_digits_asked_for() -> None:
    page = "\n".join(trace_lines(traced("exp(x)", x=1), digits=3))
    assert "2.72" in page
    assert "2.718" not in page


def test_paths_are_counted_and_the_rest_is_told() -> None:
    levels = "; ".join(["x0 = x", *(f"x{level} = x{level - 1} + x{level - 1}" for level in range(1, 12))])
    lines = [*trace_lines(traced(levels, x=1))]
    start = next(place for place, line in enumerate(lines) if line.startswith("Paths from x"))
    assert lines[start].endswith("2048 of them")
    rows = [line.split() for line in lines[start + 1 : lines.index("", start)]]
    assert rows[-2][:5] == ["and", "2038", "more", "2038", "together"]
    assert rows[-1] == ["total", "2048"]


@pytest.mark.parametrize(
    ("base", "exponent", "text"),
    [
        # By hand: 4096 log10(2) = 1233.02, 100000 log10(2) = 30102.9996.
        (2, 0, "1"),
        (2, 200, str(2**200)),
        (2, 4095, str(2**4095)),
        (2, 4096, "about 10^1233"),
        (2, 100_000, "about 10^30103"),
        (10, 5000, "about 10^5000"),
    ],
)
def test_numbers_of_paths(base: int, exponent: int, text: str) -> None:
    assert layout.count_text(base**exponent) == text


@pytest.mark.parametrize("width", range(24, 60))
def test_a_short_formula_is_not_broken(width: int) -> None:
    english = "the first part is 1 * 4 = 4 and it has to wait, c > 0."
    for text in (english, "第一份是 1 * 4 = 4。还要等其余的到齐，c > 0 成立。"):
        lines = [*wrapped(text, width)]
        assert any("1 * 4 = 4" in line for line in lines)
        assert any("c > 0" in line for line in lines)
        assert max(map(display_width, lines)) <= width
