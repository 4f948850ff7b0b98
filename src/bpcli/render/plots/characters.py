"""A figure in characters: curves in dots of Braille or in ASCII, rows as marks, darker where they are many."""

from __future__ import annotations

import math

from bpcli.errors import Screen, display_width
from bpcli.render.languages import ENGLISH
from bpcli.render.plots.axes import apart, scale, upright
from bpcli.render.plots.words import captions, is_counted, said, series_names, title

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bpcli.render.plots.axes import Tick
    from bpcli.training.figure import Figure, Panel, Series

    Run = tuple[str, str]  # characters, and which series they belong to, "" for the frame and words
    Place = tuple[float, float]

LEAST, MOST = 24, 100  # columns of a figure
BRAILLE = 0x2800
DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # by row and column of a character
# What stands for each series: of rows a mark, of a curve its character in ASCII.
MARKS = {"data": "o", "held out": "x", "kept": "O", "share": "#"}
STROKES = {"least squares": "+", "validation": "x"}
STROKE = "*"
# For rows that are many: a cell is as dark as it holds rows, against the fullest one.
SHADES = ".:o@"
BESIDE = 3  # columns of a row mark from which on rows are drawn as shades
# A panel is this high; of the small figure below a report the second.
HEIGHTS = {"residuals": (7, 4), "rates": (4, 3)}
HEIGHT = (16, 9)


class Frame:
    """The characters that a figure is drawn with."""

    __slots__ = ("across", "corner", "dots", "mark", "notch", "side")

    def __init__(self, plain: bool) -> None:
        """plain: whether they are ASCII; the lines of boxes are too where they may take two columns."""
        self.dots = not plain
        lines = plain or "A" in Screen.wide
        self.side, self.mark, self.corner, self.across, self.notch = "|++-+" if lines else "│┤└─┬"


def figure_runs(
    figure: Figure, width: int, *, small: bool = False, plain: bool = False, language: str = ENGLISH
) -> Iterator[list[Run]]:
    """The lines of a figure, each in runs of characters that belong together.

    width: columns at hand; small: as it stands below a report; plain: ASCII alone
    """
    frame = Frame(plain)
    width = min(max(width, LEAST), MOST)
    heights = [HEIGHTS.get(panel.key, HEIGHT)[small] for panel in figure.panels]
    marks = [
        upright(*panel.up, max(height // 3, 2), panel.log) for panel, height in zip(figure.panels, heights, strict=True)
    ]
    gutter = max((len(text) for each in marks for _, text in each), default=0) + 1
    for place, (panel, height) in enumerate(zip(figure.panels, heights, strict=True)):
        following = figure.panels[place + 1 : place + 2]
        # Axes that go on below are written once.
        shared = bool(following) and following[0].x == panel.x and following[0].across == panel.across
        yield from _heading(panel, width, frame, language)
        yield from _panel_lines(panel, marks[place], gutter, width, height, frame, shared)
    if any(_is_crowded(panel, width) and any(each.key == "data" for each in panel.series) for panel in figure.panels):
        yield [(said("shades", language, signs=" ".join(SHADES)), "")]
    for text in captions(figure, language):
        yield [(text, "")]


def text_lines(runs: Iterator[list[Run]]) -> Iterator[str]:
    """The same as plain text."""
    return ("".join(text for text, _ in line).rstrip() for line in runs)


def _heading(panel: Panel, width: int, frame: Frame, language: str) -> Iterator[list[Run]]:
    """What stands against what, and what each mark means; the marks go below where there is no room for them."""
    heading = title(panel, language)
    line: list[Run] = [(heading, "")]
    used = display_width(heading)
    for name, text in series_names(panel, language).items():
        series = next(each for each in panel.series if each.key == name)
        sign = _sign(series, _is_crowded(panel, width), frame)
        size = display_width(text) + len(sign) + 4
        if used + size > width:
            yield line
            line, used = [], -1
        line += [("   " if line else "  ", ""), (sign, name), (f" {text}", "")]
        used += size
    yield line


def _is_crowded(panel: Panel, columns: int) -> bool:
    """Whether rows are so many that they are drawn as shades."""
    return sum(len(each.x) for each in panel.series if each.kind == "points") > BESIDE * columns


def _sign(series: Series, crowded: bool, frame: Frame) -> str:
    if series.kind == "points":
        return SHADES if crowded and series.key == "data" else MARKS[series.key]
    if series.key in STROKES:
        return STROKES[series.key]
    return "⠤⠤" if frame.dots else STROKE


def _panel_lines(
    panel: Panel, marks: Sequence[Tick], gutter: int, width: int, height: int, frame: Frame, shared: bool
) -> Iterator[list[Run]]:
    columns = width - gutter - 2
    upward = scale(*panel.up, panel.log)
    texts: dict[int, str] = {}
    for value, text in marks:
        texts[height - 1 - _cell(upward(value), height)] = text
    for row, cells in enumerate(_cells(panel, columns, height, frame, _is_crowded(panel, width))):
        side = frame.mark if row in texts else frame.side
        yield [(f"{texts.get(row, ''):>{gutter}}{side}", ""), *_joined(cells)]
    axis, below = _lower_axis(panel, columns, frame)
    yield [(" " * gutter + frame.corner + axis, "")]
    if not shared:
        yield [(" " * gutter + " " + below, "")]


def _lower_axis(panel: Panel, columns: int, frame: Frame) -> tuple[str, str]:
    """The line below a panel, and the numbers below that: as many as stand apart."""
    along = scale(*panel.across)
    spans = []
    for value, text in apart(*panel.across, max(columns // 8, 2), columns, 3, is_counted(panel)):
        middle = _cell(along(value), columns)
        spans.append((min(max(middle - len(text) // 2, 0), max(columns + 1 - len(text), 0)), middle, text))
    line, numbers = [frame.across] * columns, ""
    for start, middle, text in spans:
        line[middle] = frame.notch
        numbers = f"{numbers:{start}}{text}"
    return "".join(line), numbers


def _cell(share: float, count: int) -> int:
    """The cell, of so many, that holds a share of the whole; what is at its edge but for rounding is in it."""
    return min(max(int(share * count + 1e-9), 0), count - 1)


def _joined(cells: Sequence[Run]) -> Iterator[Run]:
    """Neighbours of one series as one run."""
    text, key = "", ""
    for character, owner in cells:
        # A blank is everybody's.
        if owner != key and character != " ":
            if text:
                yield text, key
            text, key = "", owner
        text += character
    if text.strip():
        yield text.rstrip(), key


def _cells(panel: Panel, columns: int, rows: int, frame: Frame, crowded: bool) -> list[list[Run]]:
    """What stands in every cell. Single rows stand on the curve; where rows are many, the curve stands on them."""
    drawn: list[list[Run]] = [[(" ", "")] * columns for _ in range(rows)]
    along, upward = scale(*panel.across), scale(*panel.up, panel.log)

    def placed(series: Series) -> list[Place]:
        return [(along(x), upward(y)) for x, y in zip(series.x, series.y, strict=True)]

    marks = [each for each in panel.series if each.kind == "points"]
    if crowded:
        for series in marks:
            _put_shades(drawn, placed(series), series.key)
    for series in panel.series:
        if series.kind != "points":
            _put_line(drawn, placed(series), series, frame)
    if not crowded:
        for series in marks:
            _put_marks(drawn, placed(series), series.key)
    return drawn


def _inside(place: Place) -> bool:
    return 0 <= place[0] <= 1 and 0 <= place[1] <= 1


def _put_marks(drawn: list[list[Run]], places: Sequence[Place], key: str) -> None:
    rows, columns = len(drawn), len(drawn[0])
    for x, y in filter(_inside, places):
        drawn[rows - 1 - _cell(y, rows)][_cell(x, columns)] = (MARKS[key], key)


def _put_shades(drawn: list[list[Run]], places: Sequence[Place], key: str) -> None:
    rows, columns = len(drawn), len(drawn[0])
    counts: dict[tuple[int, int], int] = {}
    for x, y in filter(_inside, places):
        cell = rows - 1 - _cell(y, rows), _cell(x, columns)
        counts[cell] = counts.get(cell, 0) + 1
    if key != "data":
        for row, column in counts:
            drawn[row][column] = (MARKS[key], key)
        return
    fullest = max(counts.values(), default=1)
    for (row, column), count in counts.items():
        shade = SHADES[min(int(count / fullest * len(SHADES)), len(SHADES) - 1)]
        drawn[row][column] = (shade, key)


def _put_line(drawn: list[list[Run]], places: Sequence[Place], series: Series, frame: Frame) -> None:
    """A line through places; a guide is dotted, and stands only where nothing else does."""
    rows, columns = len(drawn), len(drawn[0])
    stroke = STROKES.get(series.key, "" if frame.dots else STROKE)
    fine = not stroke
    wide, high = (2 * columns, 4 * rows) if fine else (columns, rows)
    found: dict[tuple[int, int], int] = {}
    for x, y in _along(places, wide, high):
        row, column = (y // 4, x // 2) if fine else (y, x)
        found[row, column] = found.get((row, column), 0) | (DOTS[y % 4][x % 2] if fine else 1)
    for (row, column), dots in found.items():
        if series.kind == "guide":
            # Every second one, so that it is not taken for a curve.
            if drawn[row][column][0] == " " and column % 2 == 0:
                drawn[row][column] = (chr(BRAILLE + dots) if fine else "-", "")
        elif series.key not in STROKES or column % 3 == 0:
            character, owner = drawn[row][column]
            before = ord(character) - BRAILLE if fine and owner == series.key else 0
            drawn[row][column] = (chr(BRAILLE + (dots | before)) if fine else stroke, series.key)


def _along(places: Sequence[Place], wide: int, high: int) -> Iterator[tuple[int, int]]:
    """The dots on lines from place to place, from the upper left; those that are in sight."""
    before: Place | None = None
    for place in places:
        if math.isnan(place[0]) or math.isnan(place[1]):
            before = None
            continue
        (x, y), (x0, y0) = place, before or place
        before = place
        # What leaves the picture far above or below leaves it at the same place as its first part.
        steps = math.ceil(max(abs(x - x0) * wide, min(abs(y - y0), 4.0) * high, 1.0))
        for step in range(steps + 1):
            share = step / steps
            u, v = x0 + (x - x0) * share, y0 + (y - y0) * share
            if 0 <= u <= 1 and 0 <= v <= 1:
                yield _cell(u, wide), high - 1 - _cell(v, high)
