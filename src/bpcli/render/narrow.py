"""Tables in a width: where rows are too wide, cells go on in a second line of their column, from a relation or sign on.

A number, a name and a formula without blanks are never parted, so what stands in a cell stays what it was.
"""

from __future__ import annotations

import re
from itertools import product, zip_longest

from bpcli.errors import display_width

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Row = tuple[str, ...] | str

# Where a cell may go on in the next line: before what it equals; then before any sign, a counter, and after a comma.
AT_RELATIONS = re.compile(r" (?=[=≈] )")
AT_SIGNS = re.compile(r" (?=(?:[=≈<>*/+-]|[<>=]=|->|→) |\(\d+(?: of |/)\d+\)$)|(?<=[,;]) |(?<=[，；])")
AT_BLANKS = re.compile(r" |(?=（)")  # titles
# Lines of a row, at most and on average; where more are needed, lists read better, with the labels beside the numbers.
MOST_LINES, USUAL_LINES = 5, 3
WEIGHED = 60  # rows in which lines are counted, to choose which columns break


class Column:
    """One way of setting a column: at most how wide, and where its cells break; the lines that this takes."""

    __slots__ = ("lines", "most", "places", "width")

    def __init__(self, title: str, cells: Sequence[str], most: int, places: re.Pattern[str]) -> None:
        self.most = most
        self.places = places
        broken = [self.lines_of(cell) for cell in cells]
        titles = self.lines_of(title, AT_BLANKS) if places is not AT_RELATIONS else [title]
        self.width = max(display_width(line) for lines in (titles, *broken) for line in lines)
        self.lines = [len(titles), *(len(lines) for lines in broken[:WEIGHED])]

    def lines_of(self, cell: str, places: re.Pattern[str] | None = None) -> list[str]:
        """A cell in lines, each as full as the column lets it be."""
        lines: list[str] = []
        for part in cell.split("\n"):
            if display_width(part) <= self.most:
                lines.append(part)
                continue
            line = ""
            for piece in (places or self.places).split(part):
                gap = "" if not line or line.endswith(("，", "；")) or piece.startswith("（") else " "
                if line and display_width(line + gap + piece) > self.most:
                    lines.append(line)
                    line = piece
                else:
                    line += gap + piece
            lines.append(line)
        return lines


class Setting:
    """How the columns of a table are set."""

    __slots__ = ("columns",)

    def __init__(self, columns: tuple[Column, ...]) -> None:
        self.columns = columns

    def row(self, cells: tuple[str, ...]) -> tuple[str, ...]:
        """A row, the lines of a cell parted by line feeds."""
        return tuple("\n".join(column.lines_of(cell)) for column, cell in zip(self.columns, cells, strict=True))

    def titles(self, titles: tuple[str, ...]) -> tuple[str, ...]:
        """The titles, broken at blanks and brackets where the cells below them break at signs."""
        return tuple(
            "\n".join(column.lines_of(title, AT_BLANKS) if column.width < display_width(title) else [title])
            for column, title in zip(self.columns, titles, strict=True)
        )


def setting(titles: Sequence[str], rows: Sequence[Row], width: int) -> Setting | None:
    """How to set the columns of a table no wider than `width`, in as few lines as can be; None if it cannot be."""
    cells = [row for row in rows if not isinstance(row, str)]
    ways = [_ways(title, [row[place] for row in cells]) for place, title in enumerate(titles)]
    room = width - 2 * len(ways)
    best: tuple[int, int, int, tuple[Column, ...]] | None = None
    for chosen in product(*ways):
        taken = sum(column.width for column in chosen)
        if taken > room:
            continue
        heights = [max(lines) for lines in zip(*(column.lines for column in chosen), strict=True)]
        if max(heights) > MOST_LINES or sum(heights[1:]) > USUAL_LINES * len(heights[1:]):
            continue
        # A sign within a formula is a worse place than a relation: an edge stays whole before a total does.
        parted = sum(sum(column.lines) for column in chosen if column.places is AT_SIGNS)
        found = sum(heights), parted, taken
        if best is None or found < best[:3]:
            best = *found, chosen
    if best is None:
        return None
    return Setting(_widened(titles, cells, best[3], room - best[2]))


def _ways(title: str, cells: Sequence[str]) -> list[Column]:
    """The ways of setting a column that are worth weighing: for each number of lines as narrow as that lets it be."""
    lines = [title, *(line for cell in cells for line in cell.split("\n"))]
    widest = Column(title, cells, max(map(display_width, lines)), AT_RELATIONS)
    found = [widest]
    for places in (AT_RELATIONS, AT_SIGNS):
        column = widest
        while True:
            narrower = Column(title, cells, column.width - 1, places)
            if narrower.width >= column.width or max(narrower.lines) > MOST_LINES:
                break
            if max(narrower.lines) == max(found[-1].lines) and found[-1].places is places:
                found.pop()
            found.append(narrower)
            column = narrower
    return found


def _widened(
    titles: Sequence[str], cells: Sequence[tuple[str, ...]], columns: tuple[Column, ...], spare: int
) -> tuple[Column, ...]:
    """The columns with what room is left given to those that need fewer lines with it, the last first."""
    made = list(columns)
    for place in reversed(range(len(made))):
        column = made[place]
        wider = Column(titles[place], [row[place] for row in cells], column.most + spare, column.places)
        if sum(wider.lines) < sum(column.lines) and wider.width - column.width <= spare:
            spare -= wider.width - column.width
            made[place] = wider
    return tuple(made)


def lines_of_row(row: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The lines of a row, each with a cell for each column."""
    return zip_longest(*(cell.split("\n") for cell in row), fillvalue="")
