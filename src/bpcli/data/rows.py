"""Columns of numbers that stream through: CSV, JSON lines, .npy and .npz, a piece at a time.

What a file is, its first bytes tell; `.gz` is unpacked on the way. Nothing that is read is ever carried out:
arrays of Python objects are refused. Every row counts: one with a missing cell has nan there and keeps its
place, and a cell that can be read in two ways is refused by file, row, column and the text found.
"""

from __future__ import annotations

import codecs
import io
import sys
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from bpcli.data.table import (
    COMMENT,
    Layout,
    cell_value,
    column_names,
    decimal_mark,
    found_separator,
    lines,
    printable,
    records,
    refuse_twice,
)
from bpcli.errors import FileError, InputError
from bpcli.numbers import as_float

Array = NDArray[np.float64]

CHARACTERS = 1 << 20  # of text that are read at once
BYTES = 1 << 22  # of arrays that are read at once
LONGEST_RECORD = 1 << 24  # characters; what is longer has a quote that nobody closed

MOST_COLUMNS = 100_000  # of an array without names
MOST_HEADER = 1 << 20  # bytes that names of fields may take

# What reading a file raises where it is damaged: packed ones and archives have errors of their own.
DAMAGED = (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError)

WORDS = {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}


class Piece:
    """Some rows of a file: one array for each column that was asked for, and where the rows stand.

    place: the line in the file of each row, from 1; for arrays its number
    """

    __slots__ = ("_first", "_lines", "_text", "columns")

    def __init__(
        self, columns: list[Array], first: int, text: str = "", lines_of_rows: Sequence[int] | None = None
    ) -> None:
        self.columns = columns
        self._first = first
        self._text = text
        self._lines = lines_of_rows

    def place(self, row: int) -> int:
        """The line of a row of this piece, which is looked for only when it is asked for."""
        if self._lines is not None:
            return self._lines[row]
        if not self._text:
            return self._first + row
        return next(islice(lines(self._text, self._first), row, None))[0]


class Rows(ABC):
    """A file of columns, to be read once and closed.

    names:  of all columns, in order
    source: path, or "standard input"
    """

    names: tuple[str, ...]

    def __init__(self, source: str, file: io.BufferedReader) -> None:
        self.source = source
        self.file = file

    @abstractmethod
    def pieces(self, wanted: Sequence[str]) -> Iterator[Piece]:
        """The rows, with the columns of these names; once. Raises InputError, FileError."""

    def close(self) -> None:
        """Close the file; standard input stays open."""
        release(self.file, self.source)


def open_rows(path: str) -> Rows:
    """The file at `path`, or standard input where that is "-", read as far as the names of its columns.

    Raises FileError where it cannot be read, InputError where its content is no table with names.
    """
    source = "standard input" if path == "-" else path
    file = opened(path, source)
    try:
        return recognized(file, source)
    except BaseException:
        release(file, source)
        raise


def recognized(file: io.BufferedReader, source: str) -> Rows:
    """The reader for what the first bytes of a file announce."""
    try:
        start = file.peek(64)[:64]
    except DAMAGED as error:
        raise FileError("file-unreadable", file=printable(source), reason=reason_of(error)) from None
    if start.startswith(b"\x93NUMPY"):
        return ArrayRows(source, file)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return ArchiveRows(source, file)
    # Behind a byte order mark, and between the zero bytes that UTF-16 has.
    text = start.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")
    return JsonRows(source, file) if text.startswith(b"{") else CsvRows(source, file)


def opened(path: str, source: str) -> io.BufferedReader:
    """The bytes of a file as a stream. Raises FileError."""
    try:
        if path == "-":
            return io.BufferedReader(sys.stdin.buffer)  # type: ignore[arg-type]
        if path.endswith(".gz"):
            import gzip

            return io.BufferedReader(gzip.open(path, "rb"))
        return open(path, "rb")
    except FileNotFoundError:
        raise FileError("file-missing", file=source) from None
    except IsADirectoryError:
        raise FileError("file-is-folder", file=source) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise FileError("file-unreadable", file=printable(source), reason=reason_of(error)) from None


def release(file: io.BufferedReader, source: str) -> None:
    """Close a file; of standard input, only what we have put around it."""
    if source == "standard input":
        file.detach()
    else:
        file.close()


def reason_of(error: Exception) -> str:
    """What the system says of an error, in lower case."""
    return str(getattr(error, "strerror", None) or error).lower()


# Text


class TextStream:
    """Text in pieces of whole records, with the line that each begins on."""

    def __init__(self, file: IO[bytes], source: str) -> None:
        self.file = file
        self.source = source
        self.row = 1  # the line that the next piece begins on
        self._fed = 0
        self._left = ""
        self._decoder: io.IncrementalNewlineDecoder | None = None
        self._ended = False

    def piece(self, quotes: bool = True) -> tuple[str, int] | None:
        """The next whole records and their first line; None at the end. Raises InputError, FileError."""
        text = self._left
        while not self._ended:
            more = self._more()
            text += more
            stop = text.rfind("\n") + 1
            if quotes and '"' in text:
                # A line end between quotes belongs to a cell.
                while stop and COMMENT.sub("", text[:stop]).count('"') % 2:
                    stop = text.rfind("\n", 0, stop - 1) + 1
            if stop and not self._ended:
                text, self._left = text[:stop], text[stop:]
                break
            if len(text) > LONGEST_RECORD:
                raise InputError("csv-unclosed-quote", file=self.source, row=self.row)
        else:
            self._left = ""
            if not text:
                return None
        first = self.row
        self.row += text.count("\n")
        return text, first

    def _more(self) -> str:
        """About a million characters more, lines ended by line feeds."""
        try:
            data = self.file.read(CHARACTERS)
        except DAMAGED as error:
            raise FileError("file-unreadable", file=printable(self.source), reason=reason_of(error)) from None
        self._ended = len(data) < CHARACTERS
        if self._decoder is None:
            wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
            inner = codecs.getincrementaldecoder("utf-16" if wide else "utf-8-sig")()
            self._decoder = io.IncrementalNewlineDecoder(inner, translate=True)
        self._fed += len(data)
        try:
            text: str = self._decoder.decode(data, final=self._ended)
        except UnicodeDecodeError as error:
            before = error.object[: error.start].replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n")
            raise InputError(
                "csv-not-utf8",
                file=self.source,
                byte=f"0x{error.object[error.start]:02X}",
                offset=self._fed - len(error.object) + error.start,
                row=self.row + self._left.count("\n") + before,
            ) from None
        if "\0" in text:
            raise InputError("csv-binary", file=self.source)
        return text


class CsvRows(Rows):
    """Text in columns under a line of names; separators, quotes and comments as in a table for a fit."""

    def __init__(self, source: str, file: io.BufferedReader) -> None:
        super().__init__(source, file)
        self.text = text = TextStream(file, source)
        block, first_row = "", 1
        while not block.strip():
            piece = text.piece()
            if piece is None:
                raise InputError("csv-empty", file=source)
            block, first_row = COMMENT.sub("", piece[0]), piece[1]
        self.separator = found_separator(block)
        row, cells, stop = next(records(block, self.separator, source, first_row))
        if not any(cell_value(cell, ".") == "csv-text-cell" for cell in cells):
            found = ", ".join(printable(cell) for cell in cells)[:60]
            raise InputError("points-no-names", file=source, row=row, text=found)
        self.names = column_names(cells, True)
        # What stands below the names, and its line.
        following: tuple[str, int] | None = (block[stop + 1 :], first_row + block.count("\n", 0, stop + 1))
        while following is not None and not following[0].strip():
            following = text.piece()
        self._block, self._row = following or ("", 1)
        self.mark = decimal_mark(self._block, 0, self.separator)

    def pieces(self, wanted: Sequence[str]) -> Iterator[Piece]:
        for name in wanted:
            refuse_twice(self.names, name, self.source)
        places = [self.names.index(name) for name in wanted]
        layout = Layout(self.source, self.separator, self.mark, self.names)
        piece: tuple[str, int] | None = (self._block, self._row)
        while piece is not None:
            block, row = piece
            if "#" in block:
                block = COMMENT.sub("", block)
            if block and not block.isspace():
                values = quick_values(block, layout, places)
                if values is None:
                    yield careful_piece(block, row, layout, places)
                else:
                    yield Piece([values[:, column] for column in range(len(places))], row, block)
            piece = self.text.piece()


def quick_values(block: str, layout: Layout, places: list[int]) -> Array | None:
    """The chosen columns of a block as an array (rows, columns); None where a cell or a row needs a closer look."""
    if '"' in block or not block.isascii():
        return None
    data = block.encode()
    width = len(layout.names)
    if not rectangular(data, layout.separator, width):
        return None
    if layout.mark == ",":
        data = data.replace(b",", b".")
    text = io.TextIOWrapper(io.BytesIO(data), "ascii")
    delimiter = None if layout.separator == " " else layout.separator
    try:
        return np.loadtxt(text, dtype=np.float64, delimiter=delimiter, comments=None, ndmin=2, usecols=places)
    except ValueError:
        return None


def rectangular(data: bytes, separator: str, width: int) -> bool:
    """Whether every line that is not empty has as many cells as there are columns."""
    if not data.endswith(b"\n"):
        data += b"\n"
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


def careful_piece(block: str, first_row: int, layout: Layout, places: list[int]) -> Piece:
    """The chosen columns of a block, cell by cell. Raises InputError for what is no number and not missing."""
    width = len(layout.names)
    rows: list[list[float]] = []
    found_on: list[int] = []
    for row, cells, _ in records(block, layout.separator, layout.file, first_row):
        if len(cells) != width:
            raise InputError("csv-ragged-row", file=layout.file, row=row, expected=width, found=len(cells))
        values = []
        for place in places:
            value = cell_value(cells[place], layout.mark)
            if isinstance(value, str):
                raise wrong_cell(value, layout.file, row, layout.names[place], cells[place])
            values.append(value)
        rows.append(values)
        found_on.append(row)
    table = np.array(rows, dtype=np.float64).reshape(len(rows), len(places))
    return Piece([table[:, column] for column in range(len(places))], first_row, lines_of_rows=found_on)


def wrong_cell(kind: str, file: str, row: int, column: str, cell: str) -> InputError:
    """The error for a cell that is no number."""
    facts: dict[str, Any] = {"file": file, "row": row, "column": column, "text": printable(cell)[:60]}
    if kind in ("csv-text-cell", "csv-date"):
        # Their own hints speak of the columns of a fit.
        facts["hint"] = "correct the cell, or leave it empty: the results of its row are nan then"
    return InputError(kind, **facts)


class JsonRows(Rows):
    """One JSON object a line; the first says which columns there are."""

    def __init__(self, source: str, file: io.BufferedReader) -> None:
        super().__init__(source, file)
        self.text = text = TextStream(file, source)
        self._first = text.piece(quotes=False)
        while self._first is not None and not self._first[0].strip():
            self._first = text.piece(quotes=False)
        if self._first is None:
            raise InputError("csv-empty", file=source)
        row, start, stop = next(lines(*self._first))
        self.names = tuple(self._object(self._first[0][start:stop], row))

    def _object(self, line: str, row: int) -> dict[str, Any]:
        import json

        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise InputError("points-not-json", file=self.source, row=row, text=printable(line)[:60])
        return found

    def pieces(self, wanted: Sequence[str]) -> Iterator[Piece]:
        piece = self._first
        while piece is not None:
            block, first_row = piece
            rows: list[list[float]] = []
            found_on: list[int] = []
            for row, start, stop in lines(block, first_row):
                values = self._object(block[start:stop], row)
                rows.append([self._value(values, name, row) for name in wanted])
                found_on.append(row)
            if rows:
                table = np.array(rows, dtype=np.float64).reshape(len(rows), len(wanted))
                columns = [table[:, column] for column in range(len(wanted))]
                yield Piece(columns, first_row, lines_of_rows=found_on)
            piece = self.text.piece(quotes=False)

    def _value(self, values: dict[str, Any], name: str, row: int) -> float:
        """A number, nan where there is none."""
        value = values.get(name)
        if type(value) is float:
            return value
        if value is None:
            return WORDS["nan"]
        if type(value) is int:
            return as_float(value)
        if isinstance(value, str) and value in WORDS:
            return WORDS[value]
        raise wrong_cell("csv-text-cell", self.source, row, name, str(value))


# Arrays


class ArrayRows(Rows):
    """A .npy file: the fields of a structured array, or the columns c1, c2, ... of a plain one."""

    def __init__(self, source: str, file: io.BufferedReader) -> None:
        super().__init__(source, file)
        self.shape, self.fortran, self.dtype = header(file, source)
        wide = len(self.shape) == 2
        if len(self.shape) not in (1, 2) or (wide and (self.dtype.names or not 0 < self.shape[1] <= MOST_COLUMNS)):
            raise InputError("points-shape", file=source, shape=shape_text(self.shape))
        self.names = self.dtype.names or column_names([""] * (self.shape[1] if wide else 1), True)
        for name in self.names:
            each = self.dtype[name] if self.dtype.names else self.dtype
            if each.kind not in "fiub" or each.itemsize > 8:
                raise InputError("points-not-numbers", file=source, kind=str(each))

    def pieces(self, wanted: Sequence[str]) -> Iterator[Piece]:
        for block, first in self._blocks():
            if self.dtype.names:
                columns = [block[name] for name in wanted]
            else:
                columns = [block[:, self.names.index(name)] for name in wanted]
            yield Piece([np.asarray(column, dtype=np.float64) for column in columns], first)

    def _blocks(self) -> Iterator[tuple[Any, int]]:
        """Arrays of some rows, and the number of the first of them."""
        rows = self.shape[0]
        width = 1 if self.dtype.names else len(self.names)
        each = self.dtype.itemsize * width
        # Column after column cannot be read row by row.
        most = max(rows, 1) if self.fortran and width > 1 else max(BYTES // each, 1)
        for start in range(0, rows, most):
            count = min(most, rows - start)
            data = read_fully(self.file, count * each, self.source)
            if len(data) < count * each:
                raise InputError("points-cut-off", file=self.source, row=start + len(data) // each + 1, rows=rows)
            block = np.frombuffer(data, self.dtype)
            if not self.dtype.names:
                block = block.reshape((count, width), order="F" if self.fortran else "C")
            yield block, start + 1


class ArchiveRows(Rows):
    """A .npz file: each array is a column of its name."""

    def __init__(self, source: str, file: io.BufferedReader) -> None:
        super().__init__(source, file)
        try:
            # The list of contents stands at the end: what cannot be searched is read first.
            self.archive = zipfile.ZipFile(file if file.seekable() else io.BytesIO(file.read()))
        except (*DAMAGED, ValueError) as error:
            raise InputError("points-not-array", file=source, reason=reason_of(error)) from None
        members = [name for name in self.archive.namelist() if name.endswith(".npy")]
        self.names = tuple(name.removesuffix(".npy") for name in members)
        if not self.names:
            raise InputError("points-not-array", file=source, reason="there is no array in it")

    def pieces(self, wanted: Sequence[str]) -> Iterator[Piece]:
        parts: list[ArrayRows] = []
        for name in wanted:
            source = f"{self.source}, {name}"
            try:
                member: Any = self.archive.open(f"{name}.npy")
            except DAMAGED as error:
                raise InputError("points-not-array", file=source, reason=reason_of(error)) from None
            part = ArrayRows(source, io.BufferedReader(member))
            if len(part.shape) != 1 or part.dtype.names:
                raise InputError("points-shape", file=part.source, shape=shape_text(part.shape))
            if parts and part.shape != parts[0].shape:
                raise InputError(
                    "points-lengths",
                    where=f"{self.source}: ",
                    first=wanted[0],
                    rows=parts[0].shape[0],
                    second=name,
                    others=part.shape[0],
                )
            parts.append(part)
        step = BYTES // 8
        for start in range(0, parts[0].shape[0], step):
            count = min(step, parts[0].shape[0] - start)
            columns = []
            for part in parts:
                data = read_fully(part.file, count * part.dtype.itemsize, part.source)
                if len(data) < count * part.dtype.itemsize:
                    found = start + len(data) // part.dtype.itemsize
                    raise InputError("points-cut-off", file=part.source, row=found + 1, rows=part.shape[0])
                columns.append(np.asarray(np.frombuffer(data, part.dtype), dtype=np.float64))
            yield Piece(columns, start + 1)


def header(file: IO[bytes], source: str) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, order and type of the array that follows. Raises InputError."""
    try:
        version = np.lib.format.read_magic(file)
        # The third version differs from the second in the letters that names of fields may have.
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, fortran, dtype = read(file, max_header_size=MOST_HEADER)
        if version == (3, 0) and dtype.names:
            dtype.names = tuple(name.encode("latin-1").decode() for name in dtype.names)
    except (*DAMAGED, ValueError) as error:
        raise InputError("points-not-array", file=source, reason=printable(reason_of(error))) from None
    if dtype.hasobject:
        raise InputError("points-not-numbers", file=source, kind="Python objects")
    return shape, fortran, dtype


def read_fully(file: IO[bytes], count: int, source: str) -> bytes:
    """So many bytes, or what there is of them. Raises FileError."""
    parts = []
    while count > 0:
        try:
            data = file.read(count)
        except DAMAGED as error:
            raise FileError("file-unreadable", file=printable(source), reason=reason_of(error)) from None
        if not data:
            break
        parts.append(data)
        count -= len(data)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def shape_text(shape: Iterable[int]) -> str:
    """A shape as NumPy writes it."""
    return str(tuple(shape))
