"""Columns of numbers that stream through: CSV, JSON lines, .npy, .npz and Parquet, a piece at a time.

What a file is, its first bytes tell; `.gz` is unpacked on the way. Nothing that is read is ever carried out:
arrays of Python objects are refused. Every row counts: one with a missing cell has nan there and keeps its
place, and a cell that can be read in two ways is refused by file, row, column and the text found.
"""

from __future__ import annotations

import io

from bpcli.data.cells import printable
from bpcli.data.delimited import CsvRows, IsHeader
from bpcli.data.npy import ArchiveRows, ArrayRows
from bpcli.data.objects import JsonRows
from bpcli.data.pieces import Piece, Rows
from bpcli.data.streams import DAMAGED, opened, reason_of
from bpcli.errors import FileError

__all__ = ["Piece", "Rows", "open_rows"]


def open_rows(path: str, encoding: str | None = None, is_header: IsHeader | None = None) -> Rows:
    """The file at `path`, or standard input where that is "-", read as far as the names of its columns.

    encoding:  of text; UTF-8 unless given, UTF-16 where a byte order mark says so
    is_header: decides whether the first row of text in columns holds names; they are demanded unless it is given

    Raises FileError where it cannot be read, InputError where its content is no table with names.
    """
    source = "standard input" if path == "-" else path
    file = opened(path, source)
    try:
        return recognized(file, source, encoding, is_header)
    except BaseException:
        file.close()
        raise


def recognized(
    file: io.BufferedReader, source: str, encoding: str | None = None, is_header: IsHeader | None = None
) -> Rows:
    """The reader for what the first bytes of a file announce."""
    try:
        start = file.peek(64)[:64]
    except DAMAGED as error:
        raise FileError("file-unreadable", file=printable(source), reason=reason_of(error)) from None
    if start.startswith(b"\x93NUMPY"):
        return ArrayRows(source, file)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return ArchiveRows(source, file)
    if start.startswith(b"PAR1"):
        from bpcli.data.parquet import ParquetRows

        return ParquetRows(source, file)
    # Behind a byte order mark, and between the zero bytes that UTF-16 has.
    text = start.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")
    if text.startswith(b"{"):
        return JsonRows(source, file, encoding)
    return CsvRows(source, file, encoding, is_header)
