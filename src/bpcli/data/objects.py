"""One JSON object a line, streamed; the first says which columns there are."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from bpcli.data.cells import printable, wrong_cell
from bpcli.data.pieces import Piece, Rows
from bpcli.data.records import lines
from bpcli.data.streams import TextStream
from bpcli.errors import InputError
from bpcli.numbers import as_float

WORDS = {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}


class JsonRows(Rows):
    """One JSON object a line; the first says which columns there are."""

    def __init__(self, source: str, file: io.BufferedReader, encoding: str | None = None) -> None:
        super().__init__(source, file)
        self.text = text = TextStream(file, source, encoding)
        self._first = text.piece(quotes=False)
        while self._first is not None and not self._first[0].strip():
            self._first = text.piece(quotes=False)
        if self._first is None:
            raise InputError("csv-empty", file=source)
        row, start, stop = next(lines(*self._first))
        self.names = tuple(self._object(self._first[0][start:stop], row))

    def _object(self, line: str, row: int) -> dict[str, Any]:
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise InputError("points-not-json", file=self.source, row=row, text=printable(line)[:60])
        return found

    def pieces_at(self, places: Sequence[int]) -> Iterator[Piece]:
        return self.pieces([self.names[place] for place in places])

    def pieces(self, wanted: Sequence[str]) -> Iterator[Piece]:
        """Also of names that the first object does not have."""
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
