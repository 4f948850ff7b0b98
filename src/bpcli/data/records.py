"""Text in rows and columns: separators, quotes, comments, records, and whether the first row holds names."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from bpcli.data.cells import cell_value, printable
from bpcli.errors import InputError

SAMPLE = 20  # rows that decide on the separator, and on a header that is in doubt

# Excel's error values begin with `#` too. As comments, their rows would vanish without being counted.
COMMENT = re.compile(r"^[ \t]*#(?!N/A|DIV/0!|NUM!|VALUE!|REF!|NAME\?|NULL!)[^\n]*", re.MULTILINE)
QUOTED = re.compile(r'"[^"]*"')
QUOTED_OR_BLANKS = re.compile(r'("[^"]*")|[ \t]+')


@dataclass(frozen=True, slots=True)
class Layout:
    """How the cells of one file are to be read; names are those of the columns that are used.

    mark is the decimal mark, "." or ","; groups has what stands between thousands, by place of the column.
    """

    file: str
    separator: str
    mark: str
    names: tuple[str, ...]
    groups: dict[int, str] = field(default_factory=dict)


def lines(text: str, first_row: int = 1) -> Iterator[tuple[int, int, int]]:
    """Row, start and stop of every line that is not blank; the first line is `first_row`."""
    row, start = first_row, 0
    while start < len(text):
        stop = text.find("\n", start)
        stop = len(text) if stop < 0 else stop
        if text[start:stop].strip():
            yield row, start, stop
        row, start = row + 1, stop + 1


def found_separator(text: str) -> str:
    """The separator that the first rows have in common; a blank where there is none but blanks.

    Semicolon, tab and bar go before the comma, which is a decimal comma beside them.
    """
    end = max((stop for _, _, stop in islice(lines(text), SAMPLE)), default=0)
    sample = [line for line in QUOTED.sub('""', text[:end]).split("\n") if line.strip()]
    rows_with = {separator: sum(separator in line for line in sample) for separator in ";\t|,"}
    best = max(rows_with, key=lambda separator: rows_with[separator])
    return best if 2 * rows_with[best] > len(sample) else " "


def records(text: str, separator: str, file: str, first_row: int = 1) -> Iterator[tuple[int, list[str], int]]:
    """Row, cells and end of every record that is not empty. Raises InputError for a wrong quote."""
    opened: tuple[int, int] | None = None  # where a record began whose quotes are not paired yet
    for row, start, stop in lines(text, first_row):
        if text.count('"', start, stop) % 2:
            if opened is None:
                opened = row, start
                continue
            (row, start), opened = opened, None
        elif opened is not None:
            continue
        try:
            yield row, row_cells(text[start:stop], separator), stop
        except csv.Error:
            raise InputError("csv-unclosed-quote", file=file, row=row) from None
    if opened is not None:
        raise InputError("csv-unclosed-quote", file=file, row=opened[0])


def row_cells(line: str, separator: str) -> list[str]:
    """The cells of one record. Raises csv.Error where a quote stands inside a cell."""
    blank = separator == " "
    if '"' in line:
        # One blank between cells is a separator; those inside quotes stay.
        line = QUOTED_OR_BLANKS.sub(lambda match: match[1] or " ", line.strip(" \t")) if blank else line.strip(" ")
        return next(csv.reader([line], delimiter=separator, skipinitialspace=not blank, strict=True))
    # Not split(): the no-break space in `1 234` would make two numbers of one.
    return re.split(r"[ \t]+", line.strip(" \t")) if blank else line.split(separator)


def is_header(cells: list[str], x: str | None, y: str | None, file: str, following: Iterable[list[str]]) -> bool:
    """Whether the first row holds names. Raises InputError where it can be either and the fit depends on it.

    Only text makes a header: a first row such as `1,NA` is a row of data with a missing cell. Where all its
    text stands above text, and numbers in both chosen columns, it can also be a row of data: `ann,1,2`.
    """
    texts = {i for i, cell in enumerate(cells) if cell_value(cell, ".") == "csv-text-cell"}
    if not texts or x is None or y is None:  # what is not chosen is a column with a name in text
        return bool(texts)
    numbers = [str(number) for number in range(1, len(cells) + 1)]
    names, without = column_names(cells, True), column_names(cells, False)
    if any(choice in names and choice not in numbers for choice in (x, y)):
        return True
    if any(choice not in numbers and choice not in without for choice in (x, y)):
        return True  # no such column either way
    places = [numbers.index(choice) if choice in numbers else without.index(choice) for choice in (x, y)]
    if not texts.isdisjoint(places):
        return True
    for row in following:
        for value in (cell_value(row[i], ".") for i in texts if i < len(row)):
            if value != "csv-text-cell" and value == value:  # a number or a date, not a missing cell
                return True
    if x in numbers and y in numbers:
        first = ", ".join(printable(cell) for cell in cells)[:60]
        raise InputError("csv-header-unclear", file=file, text=first, x=without[places[0]], y=without[places[1]])
    return False


def column_names(cells: list[str], header: bool) -> tuple[str, ...]:
    """The header's names, else x and y for two columns; a column without a name is c1, c2, ..."""
    if not header:
        return ("x", "y") if len(cells) == 2 else tuple(f"c{number}" for number in range(1, len(cells) + 1))
    return tuple(printable(cell) or f"c{number}" for number, cell in enumerate(cells, 1))


def without_quotes(text: str, separator: str) -> str:
    """The rows with plain numbers taken out of their quotes, so that they are read as fast as bare ones."""
    if '"' not in text or separator == " ":
        return text
    mark = "." if separator == "," else ".,"
    # The pieces between, and the numbers: split and join take half the time of sub.
    pieces = re.split(rf'(?<![^{separator}\n])"([-+0-9eE{mark}]+)"(?![^{separator}\n])', text)
    # An odd number of quotes before a number: it stands inside a quoted cell, or the quotes are wrong.
    return text if any(piece.count('"') % 2 for piece in pieces[::2]) else "".join(pieces)


def refuse_twice(names: tuple[str, ...], name: str, file: str) -> None:
    """Raises InputError where two columns have that name."""
    if names.count(name) > 1:
        first = names.index(name) + 1
        raise InputError("csv-duplicate-name", file=file, name=name, first=first, second=names.index(name, first) + 1)
