"""A table of numbers from a file: the rows that a fit uses, and what was passed over.

A wrong fit is worse than a refusal. A missing cell skips its row, which is counted and shown; whatever can be
read in two ways (`1,234`, a date, a ragged row) is refused by file, row, column and the text found. Only
the columns that are used are judged; the others may hold anything.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bpcli.data.cells import listed, printable
from bpcli.data.choice import chosen_pair, column_index, used_columns
from bpcli.data.kept import Kept
from bpcli.data.records import is_header
from bpcli.data.rows import Piece, Rows, open_rows
from bpcli.errors import InputError

Array = NDArray[np.float64]

SHOWN_SKIPS = 20  # skipped rows that are kept with their reason; the others are only counted


class Table:
    """Columns of numbers, all finite.

    names:   of all columns of the file
    places:  those that were read, ascending; `weights` among them where it is one
    kept:    their rows, under the names "0", "1", ... of their places
    skipped: the first skipped rows: line in the file, from 1, and the reason
    header:  whether the names come from the file
    source:  path, or "standard input"
    separator: "," or ";" or a tab; a blank stands for runs of blanks; "" where the file is not text in columns
    """

    def __init__(self, rows: Rows, places: Sequence[int], weights: int | None = None) -> None:
        self.names = rows.names
        self.header = rows.header
        self.source = rows.source
        self.separator = rows.separator
        self.places = tuple(places)
        self.weights = weights
        self.kept = Kept([str(place) for place in places])
        self.skipped: tuple[tuple[int, str], ...] = ()
        self.rows_skipped = 0

    @property
    def rows_used(self) -> int:
        """How many rows there are."""
        return self.kept.rows

    @property
    def columns(self) -> tuple[Array, ...]:
        """One array for each column of the file, in memory; empty where a column was not read."""
        return tuple(
            self.kept.column(str(place)) if place in self.places else np.empty(0) for place in range(len(self.names))
        )

    def chosen(self, **roles: int) -> Kept:
        """The rows with columns under other names: chosen(x=0, y=2)."""
        return self.kept.chosen({role: str(place) for role, place in roles.items()})


def read_table(
    path: str,
    x: str | None = None,
    y: str | None = None,
    *,
    wanted: Sequence[str] | None = None,
    weights: str | None = None,
    missing: str = "skip",
    encoding: str | None = None,
) -> Table:
    """The table in the file at `path`, or on standard input where that is "-".

    Text (commas, semicolons, tabs, blanks; with a line of names or without one), JSON lines, .npy, .npz and Parquet are
    told by their content, `.gz` is unpacked. Empty lines and lines that begin with `#` are passed over. A row with a
    missing or infinite cell is skipped and counted. With `;` or a tab between the cells, `1,5` is one and a half.

    x, y:     the columns that `choose_pair` takes; all are read where neither is given and the names do not decide
    wanted:   instead of these two: the columns to read, by name or number
    weights:  one more column, of positive numbers; a row of weight 0 is skipped
    missing:  "skip", or "error" to refuse a file with a missing cell
    encoding: of text; UTF-8 unless given, or UTF-16 with a byte order mark

    Rows are read and kept in pieces: memory does not grow with their number. What stands in columns that are not read
    does not matter.

    Raises FileError where the file cannot be read, InputError where its content is not a table of numbers or
    the choice of columns does not fit it.
    """
    source = "standard input" if path == "-" else path
    rows = open_rows(path, encoding, lambda cells, following: is_header(cells, x, y, source, following))
    try:
        weighing = None if weights is None else column_index(rows.names, weights, "--weights", source)
        if wanted is not None:
            places = {column_index(rows.names, name, "--x-col", source) for name in wanted}
        else:
            places = set(used_columns(rows.names, x, y, source, weighing))
        table = Table(rows, sorted(places if weighing is None else places | {weighing}), weighing)
        keep_rows(rows, table, missing == "error")
    finally:
        rows.close()
    if table.rows_used == 0 and table.rows_skipped == 0:
        raise InputError("csv-no-rows", file=source, columns=listed(table.names))
    if table.rows_used == 0:
        row, reason = table.skipped[0]
        raise InputError("csv-all-skipped", file=source, rows=table.rows_skipped, row=row, reason=reason)
    return table


def keep_rows(rows: Rows, table: Table, strict: bool) -> None:
    """Read the pieces of a file into a table; `strict` refuses a missing cell."""
    weighing = None if table.weights is None else table.places.index(table.weights)
    names = [table.names[place] for place in table.places]
    skipped: list[tuple[int, str]] = []
    for piece in rows.pieces_at(table.places):
        columns = piece.columns
        if weighing is not None or not all_finite(columns):
            good = np.isfinite(columns).all(axis=0)
            if weighing is not None:
                refuse_negative(piece, weighing, names, table.source)
                good &= columns[weighing] != 0
            bad = np.flatnonzero(~good)
            if strict and len(bad):
                row = int(bad[0])
                reason = reason_to_skip(piece, row, names, weighing)
                raise InputError("csv-missing-cell", file=table.source, row=piece.place(row), reason=reason)
            shown = bad[: SHOWN_SKIPS - len(skipped)].tolist()
            skipped += [(piece.place(row), reason_to_skip(piece, row, names, weighing)) for row in shown]
            table.rows_skipped += len(bad)
            if len(bad):
                columns = [column[good] for column in columns]
        table.kept.add(columns)
    table.skipped = tuple(skipped)


def all_finite(columns: Sequence[Array]) -> bool:
    """Whether there is nothing to skip; a finite sum proves it, and is faster than to look at each."""
    with np.errstate(all="ignore"):
        return all(np.isfinite(column.sum()) or np.isfinite(column).all() for column in columns)


def reason_to_skip(piece: Piece, row: int, names: Sequence[str], weighing: int | None = None) -> str:
    """Why a row cannot be used, by its first cell that is no finite number."""
    for column, name in enumerate(names):
        value = float(piece.columns[column][row])
        if value - value != 0:
            text = str(value) if piece.cell is None else piece.cell(row, column)
            kind = "infinite" if value == value else "missing"
            return f"{name} is {kind} ({printable(text)})" if text.strip() else f"{name} is empty"
    return f"the weight {names[weighing or 0]} is 0"


def refuse_negative(piece: Piece, weighing: int, names: Sequence[str], source: str) -> None:
    """Raises InputError for a weight below 0."""
    negative = piece.columns[weighing] < 0
    if negative.any():
        row = int(negative.argmax())
        raise InputError("csv-negative-weight", file=source, row=piece.place(row), column=names[weighing],
                         value=float(piece.columns[weighing][row]))  # fmt: skip


def choose_pair(table: Table, x: str | None, y: str | None) -> tuple[tuple[str, str], Kept]:
    """The names of the x and the y column, and the rows: x, y, and w where they have weights.

    Each is chosen by name, or by number from 1. What is not chosen is the column of that name (`x` or `X`, `y` or `Y`);
    otherwise y is the last one, and x the only one that is left. Raises InputError where that does not decide, or
    where there is a single column, and ValueError where `read_table` was given another choice and did not read these
    columns.
    """
    i, j = chosen_pair(table.names, x, y, table.source, table.weights)
    for index in (i, j):
        if index not in table.places:
            raise ValueError(f"column {index + 1} was not read: give read_table the same x and y")
    roles = {"x": i, "y": j} if table.weights is None else {"x": i, "y": j, "w": table.weights}
    return (table.names[i], table.names[j]), table.chosen(**roles)
