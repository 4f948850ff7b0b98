"""What every reader of a file gives: some rows at a time, and where they stand in it."""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from bpcli.data.records import lines, refuse_twice
from bpcli.errors import InputError

Array = NDArray[np.float64]


class Piece:
    """Some rows of a file: one array for each column that was asked for, and where the rows stand.

    cell: the text that stands in a row and a column of this piece; None where the file is not text
    """

    __slots__ = ("_first", "_lines", "_text", "cell", "columns")

    def __init__(
        self,
        columns: list[Array],
        first: int,
        text: str = "",
        lines_of_rows: Sequence[int] | None = None,
        cell: Callable[[int, int], str] | None = None,
    ) -> None:
        self.columns = columns
        self.cell = cell
        self._first = first
        self._text = text
        self._lines = lines_of_rows

    def place(self, row: int) -> int:
        """The line in the file of a row of this piece, looked for only now; of an array the number of the row."""
        if self._lines is not None:
            return self._lines[row]
        if not self._text:
            return self._first + row
        return next(islice(lines(self._text, self._first), row, None))[0]


class Rows(ABC):
    """A file of columns, to be read once and closed.

    names:     of all columns, in order
    source:    path, or "standard input"
    header:    whether the names come from the file
    separator: "," or ";" or a tab; a blank stands for runs of blanks; "" where the file is not text in columns
    """

    names: tuple[str, ...]
    header = True
    separator = ""

    def __init__(self, source: str, file: io.BufferedReader) -> None:
        self.source = source
        self.file = file

    def pieces(self, wanted: Sequence[str]) -> Iterator[Piece]:
        """The rows, with the columns of these names; once. Raises InputError, FileError."""
        for name in wanted:
            refuse_twice(self.names, name, self.source)
        try:
            yield from self.pieces_at([self.names.index(name) for name in wanted])
        except InputError as mistake:
            if mistake.kind in ("csv-text-cell", "csv-date"):
                # Their own hints speak of the columns of a fit.
                mistake.facts["hint"] = "correct the cell, or leave it empty: the results of its row are nan then"
            raise

    @abstractmethod
    def pieces_at(self, places: Sequence[int]) -> Iterator[Piece]:
        """The rows, with the columns at these places from 0; once. Raises InputError, FileError."""

    def close(self) -> None:
        """Close the file; standard input stays open."""
        self.file.close()
