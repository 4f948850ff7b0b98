"""A table of numbers from a text file: the rows that a fit uses, and what was passed over.

A wrong fit is worse than a refusal. A missing cell skips its row, which is counted and shown; whatever can be
read in two ways (`1,234`, a date, a ragged row) is refused by file, row, column and the text found. Only
the columns that are used are judged; the others may hold anything.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from math import isfinite, isnan, nan
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bpcli.errors import FileError, InputError, closest

Array = NDArray[np.float64]

SHOWN_SKIPS = 20  # skipped rows that are kept with their reason; the others are only counted
SAMPLE = 20  # rows that decide on the separator, and on a header that is in doubt
BLOCK = 1 << 20  # characters converted at once; a cell that needs care slows down its own block only

MISSING = frozenset(("", "na", "n/a", "nan", "null", "none", "-", "?"))

# Excel's error values begin with `#` too. As comments, their rows would vanish without being counted.
COMMENT = re.compile(r"^[ \t]*#(?!N/A|DIV/0!|NUM!|VALUE!|REF!|NAME\?|NULL!)[^\n]*", re.MULTILINE)
QUOTED = re.compile(r'"[^"]*"')
QUOTED_OR_BLANKS = re.compile(r'("[^"]*")|[ \t]+')
DATE = re.compile(
    r"(?:\d{4}([-/.])\d{1,2}(?:\1\d{1,2})?|\d{1,2}([-/.])\d{1,2}\2(?:\d{4}|\d{2})|\d{4}年.*)(?:[T ]\s*\d{1,2}:.*)?"
    r"|\d{1,2}:\d{2}(?::\d{2}(?:\.\d*)?)?"
)
MARK = r"[,.'’_ \u00a0\u202f]"  # what stands between groups of digits, somewhere in the world
GROUPED = re.compile(rf"[+-]?\d{{1,3}}(?:{MARK}\d{{2,3}})*{MARK}\d{{3}}(?:[.,]\d*)?")
ONE_COMMA = r"[+-]?(?:\d+,\d*|,\d+)(?:[eE][+-]?\d+)?"
COMMA_NUMBER = re.compile(ONE_COMMA)
GROUP_OR_DECIMAL = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")  # 1,234: one and a bit, or above a thousand


@dataclass(frozen=True, eq=False, slots=True)
class Table:
    """Columns of numbers, all finite.

    names, columns: one name per column; float64 arrays of shape (rows_used,), empty where a column was not read
    skipped:        the first skipped rows: line in the file, from 1, and the reason
    header:         whether the names come from the file
    source:         path, or "standard input"
    separator:      "," or ";" or a tab; a blank stands for runs of blanks
    """

    names: tuple[str, ...]
    columns: tuple[Array, ...]
    rows_used: int
    rows_skipped: int
    skipped: tuple[tuple[int, str], ...]
    header: bool
    source: str
    separator: str


@dataclass(frozen=True, slots=True)
class Layout:
    """How the cells of one file are to be read; names are those of the columns that are used.

    mark is the decimal mark, "." or ",".
    """

    file: str
    separator: str
    mark: str
    names: tuple[str, ...]


def read_table(path: str, x: str | None = None, y: str | None = None) -> Table:
    """The table in the file at `path`, or on standard input where that is "-".

    Separators are found (comma, semicolon, tab, else blanks), and so is a header: a first row that holds
    text. Empty lines and lines that begin with `#` are passed over. A row with a missing or infinite cell is
    skipped and counted. With `;` or a tab between the cells, `1,5` is one and a half.

    Only two columns are read, those that `choose_columns` takes for the same x and y; all are read where
    neither is given and the names do not decide. What stands in the other columns does not matter.

    Raises FileError where the file cannot be read, InputError where its content is not a table of numbers or
    the choice of columns does not fit it.
    """
    source = "standard input" if path == "-" else path
    text = decoded(file_bytes(path, source), source)
    if "#" in text:
        text = COMMENT.sub("", text)
    separator = found_separator(text)
    text = without_quotes(text, separator)
    rows = list(islice(records(text, separator, source), 1))
    if not rows:
        raise InputError("csv-empty", file=source)
    _, cells, stop = rows[0]
    header = is_header(cells, x, y, source, (row for _, row, _ in islice(records(text, separator, source), 1, SAMPLE)))
    names = column_names(cells, header)
    used = used_columns(names, x, y, source)
    position = stop + 1 if header else 0
    first_row = row = 1 + text.count("\n", 0, position)
    if len(used) < len(names):
        text, position = narrowed(text, position, first_row, separator, len(names), used, source), 0
    mark = decimal_mark(text, position, separator)
    layout = Layout(source, separator, mark, tuple(names[i] for i in used))

    parts: list[Array] = []
    skipped: list[tuple[int, str]] = []
    rows_skipped = 0
    for start, stop in blocks(text, position):
        block = text[start:stop]
        values = plain_values(block, layout)
        if values is None:
            values, passed = checked_values(block, row, layout)
            skipped += passed[: SHOWN_SKIPS - len(skipped)]
            rows_skipped += len(passed)
        parts.append(values)
        row += block.count("\n")

    rows_used = sum(map(len, parts))
    if rows_used == 0 and rows_skipped == 0:
        raise InputError("csv-no-rows", file=source, columns=listed(names))
    if rows_used == 0:
        raise InputError("csv-all-skipped", file=source, rows=rows_skipped, row=skipped[0][0], reason=skipped[0][1])
    columns = [np.empty(0)] * len(names)
    for k, i in enumerate(used):
        columns[i] = np.concatenate([part[:, k] for part in parts])
    return Table(names, tuple(columns), rows_used, rows_skipped, tuple(skipped), header, source, separator)


def choose_columns(table: Table, x: str | None, y: str | None) -> tuple[str, Array, str, Array]:
    """Name and values of the x column, then of the y column; each chosen by name, or by number from 1.

    What is not chosen is the column of that name (`x` or `X`, `y` or `Y`); of two columns otherwise the first
    is x, the second y. Raises InputError where that does not decide, or where there is a single column, and
    ValueError where `read_table` was given another choice and did not read these columns.

    >>> ones = np.ones(3)
    >>> table = Table(("t", "v"), (ones, 2 * ones), 3, 0, (), True, "t.csv", ",")
    >>> choose_columns(table, None, None)[::2], choose_columns(table, "v", None)[::2]
    (('t', 'v'), ('v', 't'))
    """
    i, j = chosen_pair(table.names, x, y, table.source)
    for index in (i, j):
        if len(table.columns[index]) != table.rows_used:
            raise ValueError(f"column {index + 1} was not read: give read_table the same x and y")
    return table.names[i], table.columns[i], table.names[j], table.columns[j]


def used_columns(names: tuple[str, ...], x: str | None, y: str | None, file: str) -> tuple[int, ...]:
    """Indices of the columns to read, ascending: the chosen pair, or all where nothing chooses."""
    if x is None and y is None and usual_pair(names) is None:
        for name in names:
            refuse_twice(names, name, file)
        return tuple(range(len(names)))
    return tuple(sorted(chosen_pair(names, x, y, file)))


def usual_pair(names: tuple[str, ...]) -> tuple[int, int] | None:
    """Indices of x and y where neither is chosen: the columns of these names, else the first and the second of two."""
    lowered = [name.lower() for name in names]
    if lowered.count("x") == 1 and lowered.count("y") == 1:
        return lowered.index("x"), lowered.index("y")
    return (0, 1) if len(names) == 2 and names[0] != names[1] else None


def chosen_pair(names: tuple[str, ...], x: str | None, y: str | None, file: str) -> tuple[int, int]:
    """Indices of the x column and the y column. Raises InputError."""
    if len(names) == 1:
        raise InputError("csv-one-column", file=file, column=names[0])
    i = None if x is None else column_index(names, x, "--x-col", file)
    j = None if y is None else column_index(names, y, "--y-col", file)
    usual: tuple[int | None, int | None] = usual_pair(names) or (None, None)
    if len(names) == 2 and (i == usual[1] or j == usual[0]):
        usual = usual[::-1]
    i = usual[0] if i is None else i
    j = usual[1] if j is None else j
    if i is None or j is None:
        raise InputError("csv-choose-columns", file=file, count=len(names), columns=listed(names))
    if i == j:
        raise InputError("csv-same-column", file=file, column=names[i], columns=listed(names))
    return i, j


def column_index(names: tuple[str, ...], wanted: str, option: str, file: str) -> int:
    """Index of the column of that name, else of that number; a name that is a number goes first."""
    refuse_twice(names, wanted, file)
    if wanted in names:
        return names.index(wanted)
    numbers = [str(number) for number in range(1, len(names) + 1)]
    if wanted in numbers:
        return numbers.index(wanted)
    near = closest(wanted, list(names))
    hint = f"did you mean `{option} {near}`?" if near else f"{option} takes a name or a number"
    raise InputError("csv-unknown-column", file=file, name=printable(wanted), columns=listed(names), hint=hint)


def refuse_twice(names: tuple[str, ...], name: str, file: str) -> None:
    """Raises InputError where two columns have that name."""
    if names.count(name) > 1:
        first = names.index(name) + 1
        raise InputError("csv-duplicate-name", file=file, name=name, first=first, second=names.index(name, first) + 1)


def file_bytes(path: str, source: str) -> bytes:
    """Content of the file, read once, so that a pipe will do. Raises FileError."""
    try:
        if path == "-":
            return sys.stdin.buffer.read()
        if not path:  # Path("") is the current folder
            raise FileError("file-missing", file=path)
        with Path(path).open("rb") as file:
            return file.read()
    except FileNotFoundError:
        raise FileError("file-missing", file=source) from None
    except IsADirectoryError:
        raise FileError("file-is-folder", file=source) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = str(getattr(error, "strerror", None) or error).lower()
        raise FileError("file-unreadable", file=printable(source), reason=reason) from None
    except AttributeError:  # sys.stdin is None
        raise FileError("file-unreadable", file=source, reason="it is closed") from None


def decoded(data: bytes, file: str) -> str:
    """The text in UTF-8 or, with a byte order mark, UTF-16; lines end with a line feed. Raises InputError."""
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        if wide or b"\0" in data:
            raise InputError("csv-binary", file=file) from None
        # The decoder does not count the three bytes of a byte order mark that it has taken off.
        offset = error.start + len(data) - len(error.object)
        before = data[:offset].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        row = before.count(b"\n") + 1
        raise InputError("csv-not-utf8", file=file, byte=f"0x{data[offset]:02X}", offset=offset, row=row) from None
    if "\0" in text:
        raise InputError("csv-binary", file=file)
    return text.replace("\r\n", "\n").replace("\r", "\n")


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

    Semicolon and tab go before the comma, which is a decimal comma beside them.
    """
    end = max((stop for _, _, stop in islice(lines(text), SAMPLE)), default=0)
    sample = [line for line in QUOTED.sub('""', text[:end]).split("\n") if line.strip()]
    rows_with = {separator: sum(separator in line for line in sample) for separator in ";\t,"}
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


def narrowed(
    text: str, position: int, first_row: int, separator: str, width: int, used: tuple[int, ...], file: str
) -> str:
    """The text from `position` on with nothing but the two used columns, every row on its line.

    Raises InputError for a ragged row, or a wrong quote. One loop for a million rows: `records` is slower.
    """
    first, second = used
    blank = separator == " "
    visible = separator in ",;"  # a row of empty cells can be told from an empty line
    narrow: list[str] = []
    opened: list[str] = []  # the lines of a record whose quotes are not paired yet
    for row, line in enumerate(text[position:].split("\n"), first_row):
        if opened or '"' in line:
            if not opened and not line.count('"') % 2:
                record = line
            else:
                opened.append(line)
                if len(opened) == 1 or not line.count('"') % 2:
                    continue
                record = "\n".join(opened)
            lines_more, opened = max(len(opened) - 1, 0), []
            try:
                cells = row_cells(record, separator)
            except csv.Error:
                raise InputError("csv-unclosed-quote", file=file, row=row - lines_more) from None
            found = len(cells)
            if found == width:
                narrow.append(in_quotes(cells[first], separator) + separator + in_quotes(cells[second], separator))
                narrow += [""] * lines_more
                continue
            row -= lines_more
        elif not line or line.isspace():
            narrow.append("")
            continue
        elif blank:
            cells = [cell for cell in line.replace("\t", " ").split(" ") if cell]
            found = len(cells)
        else:
            cells = line.split(separator, second + 1)
            found = line.count(separator) + 1
        if found != width:
            raise InputError("csv-ragged-row", file=file, row=row, expected=width, found=found)
        a, b = cells[first], cells[second]
        narrow.append(a + separator + b if visible or a.strip() or b.strip() else f'""{separator}""')
    if opened:
        raise InputError("csv-unclosed-quote", file=file, row=first_row + len(narrow))
    return "\n".join(narrow)


def in_quotes(cell: str, separator: str) -> str:
    """The cell on one line as it has to be written between separators: in quotes where it could mislead."""
    if cell.strip() and cell.isprintable() and '"' not in cell and separator not in cell:
        return cell
    return '"' + cell.replace("\n", " ").replace('"', '""') + '"'


def without_quotes(text: str, separator: str) -> str:
    """The rows with plain numbers taken out of their quotes, so that they are read as fast as bare ones."""
    if '"' not in text or separator == " ":
        return text
    mark = "." if separator == "," else ".,"
    # The pieces between, and the numbers: split and join take half the time of sub.
    pieces = re.split(rf'(?<![^{separator}\n])"([-+0-9eE{mark}]+)"(?![^{separator}\n])', text)
    # An odd number of quotes before a number: it stands inside a quoted cell, or the quotes are wrong.
    return text if any(piece.count('"') % 2 for piece in pieces[::2]) else "".join(pieces)


def decimal_mark(text: str, position: int, separator: str) -> str:
    """A comma where the cells between semicolons or tabs prove it, else a point.

    `1,5` and `0,125` prove it. `1,234` alone does not.
    """
    if separator not in ";\t" or text.find(",", position) < 0:
        return "."
    edge = f'[{separator}"\n]'
    cell = re.compile(f"(?:^|(?<={edge})) *({ONE_COMMA}) *(?={edge}|$)")
    found = (match[1] for match in cell.finditer(text, position))
    return "," if any(not GROUP_OR_DECIMAL.fullmatch(number) for number in found) else "."


def blocks(text: str, position: int) -> Iterator[tuple[int, int]]:
    """Start and stop of pieces of whole lines; one piece where a quoted cell might hold a line end."""
    size = BLOCK if text.find('"', position) < 0 else len(text)
    while position < len(text):
        stop = text.find("\n", position + size) + 1 or len(text)
        yield position, stop
        position = stop


def plain_values(block: str, layout: Layout) -> Array | None:
    """The block as an array (rows, columns), fast; None where a cell needs a closer look."""
    data = block.encode()
    if data.translate(None, f"0123456789+-eE \n{layout.separator}{layout.mark}".encode()):
        return None
    if not data.strip():
        return np.empty((0, len(layout.names)))
    lines_of_numbers = io.TextIOWrapper(io.BytesIO(data.replace(b",", b".") if layout.mark == "," else data), "ascii")
    delimiter = None if layout.separator == " " else layout.separator
    try:
        values = np.loadtxt(lines_of_numbers, dtype=np.float64, delimiter=delimiter, comments=None, ndmin=2)
    except ValueError:
        return None
    return values if values.shape[1] == len(layout.names) and np.isfinite(values).all() else None


def checked_values(block: str, first_row: int, layout: Layout) -> tuple[Array, list[tuple[int, str]]]:
    """The block as an array (rows, columns), cell by cell, and the skipped rows. Raises InputError."""
    width = len(layout.names)
    kept: list[list[float]] = []
    skipped: list[tuple[int, str]] = []
    for row, cells, _ in records(block, layout.separator, layout.file, first_row):
        if len(cells) != width:
            raise InputError("csv-ragged-row", file=layout.file, row=row, expected=width, found=len(cells))
        numbers: list[float] = []
        reason = ""
        for column, cell in enumerate(cells):
            value = cell_value(cell, layout.mark)
            if isinstance(value, str):
                name, found = layout.names[column], printable(cell)[:60]
                raise InputError(value, file=layout.file, row=row, column=name, text=found)
            if not isfinite(value) and not reason:
                what = f"{'missing' if isnan(value) else 'infinite'} ({printable(cell)})" if cell.strip() else "empty"
                reason = f"{layout.names[column]} is {what}"
            numbers.append(value)
        if reason:
            skipped.append((row, reason))
        else:
            kept.append(numbers)
    return np.array(kept, dtype=np.float64).reshape(len(kept), width), skipped


def cell_value(cell: str, mark: str) -> float | str:
    """The number in a cell, nan where it is missing, or else the kind of mistake that the cell is.

    >>> [cell_value(cell, ".") for cell in ("2e3", "NA", "1,5", "2024-01-31", "abc")]
    [2000.0, nan, 'csv-comma-unclear', 'csv-date', 'csv-text-cell']
    """
    plain = cell.replace("−", "-")  # the minus of a web page
    number = None
    try:
        number = float(plain if mark == "." else plain.replace(",", "."))
    except ValueError:
        pass
    # float() takes 1_000 for a thousand.
    if number is not None and "_" not in cell:
        return "csv-mixed-decimals" if mark == "," and "." in cell else number
    text = plain.strip()
    if text.lower() in MISSING:
        return nan
    if DATE.fullmatch(text):
        return "csv-date"
    if COMMA_NUMBER.fullmatch(text):
        return "csv-comma-unclear"
    return "csv-thousands" if GROUPED.fullmatch(text) else "csv-text-cell"


def printable(text: str) -> str:
    """The text on one line, without the control characters that a terminal would obey."""
    return "".join(char if char.isprintable() else "�" for char in " ".join(text.split()))


def listed(names: tuple[str, ...]) -> str:
    """The columns as one can choose them: `1 time, 2 value`."""
    return ", ".join(f"{number} {name}" for number, name in enumerate(names, 1))
