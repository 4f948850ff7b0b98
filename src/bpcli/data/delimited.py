"""Text in columns, streamed: commas, semicolons, tabs or blanks between the cells."""

from __future__ import annotations

import functools
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from bpcli.data.cells import cell_value, group_mark, printable, proves_decimal_comma, wrong_cell
from bpcli.data.digits import decimals
from bpcli.data.pieces import Piece, Rows
from bpcli.data.records import (
    COMMENT,
    SAMPLE,
    Layout,
    column_names,
    found_separator,
    records,
    without_quotes,
)
from bpcli.data.streams import TextStream
from bpcli.errors import InputError

Array = NDArray[np.float64]

SEPARATOR_LINE = re.compile(r'[ \t]*"?sep=([,;|\t])"?[ \t]*(\n)', re.IGNORECASE)
GROUPED_SOMEWHERE = re.compile(r"\d[,.'’_ \u00a0\u202f\u2009]\d{2,3}(?!\d)")

IsHeader = Callable[[list[str], Iterable[list[str]]], bool]


class CsvRows(Rows):
    """Text in columns; separators, quotes, comments and a line of names are found.

    is_header: says of the cells of the first row, and of rows that follow, whether these are names; a file without
    names is refused unless it is given
    """

    def __init__(
        self, source: str, file: io.BufferedReader, encoding: str | None = None, is_header: IsHeader | None = None
    ) -> None:
        super().__init__(source, file)
        self.text = text = TextStream(file, source, encoding)
        block, first_row = "", 1
        while not block.strip():
            piece = text.piece()
            if piece is None:
                raise InputError("csv-empty", file=source)
            block, first_row = COMMENT.sub("", piece[0]), piece[1]
        said = SEPARATOR_LINE.match(block)
        if said is not None:
            block = block[said.start(2) :]  # what a spreadsheet writes for itself is an empty line, which counts
        self.separator = said[1] if said is not None else found_separator(block)
        row, cells, stop = next(records(block, self.separator, source, first_row))
        if is_header is not None:
            following = (each for _, each, _ in islice(records(block, self.separator, source, first_row), 1, SAMPLE))
            self.header = is_header(cells, following)
        elif not any(cell_value(cell, ".") == "csv-text-cell" for cell in cells):
            found = ", ".join(printable(cell) for cell in cells)[:60]
            raise InputError("points-no-names", file=source, row=row, text=found)
        self.names = column_names(cells, self.header)
        below: tuple[str, int] | None = (block, first_row)
        if self.header:
            # What stands below the names, and its line.
            below = (block[stop + 1 :], first_row + block.count("\n", 0, stop + 1))
            while below is not None and not below[0].strip():
                below = text.piece()
        self._block, self._row = below or ("", 1)

    def pieces_at(self, places: Sequence[int]) -> Iterator[Piece]:
        mark = self._mark(places)
        layout = Layout(self.source, self.separator, mark, self.names, self._groups(places, mark))
        first = self.header
        piece: tuple[str, int] | None = (self._block, self._row)
        while piece is not None:
            block, row = piece
            if "#" in block:
                block = COMMENT.sub("", block)
            if block and not block.isspace():
                values = quick_values(block, layout, places)
                if values is None:
                    yield careful_piece(block, row, layout, places, first)
                else:
                    columns = [values[:, column] for column in range(len(places))]
                    yield Piece(columns, row, block, cell=_cells_of(block, row, layout, places))
                first = False
            piece = self.text.piece()

    def _groups(self, places: Sequence[int], mark: str) -> dict[int, str]:
        """What stands between thousands in these columns, as their cells in the first piece prove it."""
        if self.separator == " " or not GROUPED_SOMEWHERE.search(self._block):
            return {}
        rows = [cells for _, cells, _ in records(COMMENT.sub("", self._block), self.separator, self.source, self._row)]
        columns = {place: [cells[place] for cells in rows if place < len(cells)] for place in places}
        found = {place: group_mark(cells, mark, self.separator) for place, cells in columns.items()}
        return {place: group for place, group in found.items() if group}

    def _mark(self, places: Sequence[int]) -> str:
        """A comma where cells of these columns, between semicolons or tabs, prove it, else a point.

        `1,5` and `0,125` prove it. `1,234` alone does not. The first piece decides; what differs later is refused.
        """
        if self.separator not in ";\t|" or "," not in self._block:
            return "."
        for _, cells, _ in records(COMMENT.sub("", self._block), self.separator, self.source, self._row):
            if any(proves_decimal_comma(cells[place]) for place in places if place < len(cells)):
                return ","
        return "."


def _cells_of(block: str, first_row: int, layout: Layout, places: Sequence[int]) -> Callable[[int, int], str]:
    """What finds the text of a cell in a block, when it is asked for."""

    def cell(row: int, column: int) -> str:
        _, cells, _ = next(islice(records(block, layout.separator, layout.file, first_row), row, None))
        return cells[places[column]]

    return cell


def quick_values(block: str, layout: Layout, places: Sequence[int]) -> Array | None:
    """The chosen columns of a block as an array (rows, columns); None where a cell or a row needs a closer look."""
    if '"' in block:
        if any("\n" in cell or '"' in cell for cell in block.split('"')[1::2]):
            return None  # a record of several lines
        block = without_quotes(block, layout.separator)
        if '"' in block:
            # Text in quotes, which stays text: what stands between its quotes does not matter.
            block = quoted_cell(layout.separator).sub("q", block)
        if '"' in block:
            return None
    data = block.encode()
    if not data.endswith(b"\n"):
        data += b"\n"
    width = len(layout.names)
    if layout.separator != " ":
        values = decimals(data, ord(layout.separator), width, places, ord(layout.mark))
        if values is not None:
            return values
    if not data.isascii() or not rectangular(data, layout.separator, width):
        return None
    if layout.mark == ",":
        if b"." in data:  # numbers of two spellings, or none
            return None
        data = data.replace(b",", b".")
    text = io.TextIOWrapper(io.BytesIO(data), "ascii")
    delimiter = None if layout.separator == " " else layout.separator
    try:
        return np.loadtxt(text, dtype=np.float64, delimiter=delimiter, comments=None, ndmin=2, usecols=list(places))
    except ValueError:
        return None


@functools.cache
def quoted_cell(separator: str) -> re.Pattern[str]:
    """A cell in quotes, on one line."""
    edge = f"[^{separator}\n]"
    return re.compile(rf'(?<!{edge})"(?:[^"\n]|"")*"(?!{edge})')


def rectangular(data: bytes, separator: str, width: int) -> bool:
    """Whether every line that is not empty has as many cells as there are columns."""
    signs = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(signs == 10)
    if separator == " ":
        blank = (signs == 32) | (signs == 9) | (signs == 10)
        marks = ~blank
        marks[1:] &= blank[:-1]  # where a cell begins
        cells = np.diff(np.cumsum(marks, dtype=np.int32)[ends], prepend=0)
        return bool(((cells == width) | (cells == 0)).all())
    marks = signs == ord(separator)
    cells = np.diff(np.cumsum(marks, dtype=np.int32)[ends], prepend=0) + 1
    empty = np.diff(ends, prepend=-1) == 1
    return bool(((cells == width) | empty).all())


def careful_piece(
    block: str, first_row: int, layout: Layout, places: Sequence[int], below_names: bool = False
) -> Piece:
    """The chosen columns of a block, cell by cell. Raises InputError for what is no number and not missing.

    below_names: whether the first row stands right below the names, where some write the units
    """
    width = len(layout.names)
    rows: list[list[float]] = []
    found_on: list[int] = []
    unusual: dict[tuple[int, int], str] = {}
    for row, cells, _ in records(block, layout.separator, layout.file, first_row):
        if len(cells) != width:
            raise InputError("csv-ragged-row", file=layout.file, row=row, expected=width, found=len(cells))
        values: list[float] = []
        for place in places:
            value = cell_value(cells[place], layout.mark, layout.groups.get(place, ""))
            if isinstance(value, str):
                if below_names and not rows and all(cell_value(cells[each], ".") == "csv-text-cell" for each in places):
                    raise wrong_cell("csv-units-row", layout.file, row, layout.names[place], cells[place])
                raise wrong_cell(value, layout.file, row, layout.names[place], cells[place])
            if value - value != 0:
                unusual[len(rows), len(values)] = cells[place]
            values.append(value)
        rows.append(values)
        found_on.append(row)
    table = np.array(rows, dtype=np.float64).reshape(len(rows), len(places))
    columns = [table[:, column] for column in range(len(places))]
    return Piece(columns, first_row, lines_of_rows=found_on, cell=lambda row, column: unusual.get((row, column), ""))
