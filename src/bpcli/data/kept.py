"""Rows that are gone through again and again, in blocks: in memory, or in a file of no name where they are many."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bpcli.errors import FileError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO

Array = NDArray[np.float64]

IN_MEMORY = 1 << 22  # numbers: 32 MiB
BLOCK = 1 << 15  # rows that are looked at together


class Kept:
    """Columns of equal length, added to at the end and read from the beginning as often as one likes.

    names: of the columns, in order
    rows:  how many there are
    low, high: name -> smallest and largest value; inf and -inf where there are no rows

    >>> kept = Kept(("x", "y"))
    >>> kept.add([np.array([1.0, 2.0]), np.array([3.0, 4.0])])
    >>> [block["y"].tolist() for block in kept.blocks()], kept.high["x"]
    ([[3.0, 4.0]], 2.0)
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._file: IO[bytes] | None = None
        self.names = tuple(names)
        self.rows = 0
        self.low = dict.fromkeys(self.names, np.inf)
        self.high = dict.fromkeys(self.names, -np.inf)
        self._pieces: list[list[Array]] = []
        self._counts: list[int] = []  # rows of each piece in the file, in order

    @classmethod
    def of(cls, columns: Mapping[str, Array]) -> Kept:
        """Columns that are in memory already; they are not copied."""
        kept = cls(tuple(columns))
        kept._note(list(columns.values()))
        kept._pieces.append(list(columns.values()))
        return kept

    def add(self, columns: Sequence[Array]) -> None:
        """Append rows: one array for each name. Raises FileError where there is no room for them."""
        if not len(columns[0]):
            return
        self._note(columns)
        if self._file is None and self.rows * len(self.names) > IN_MEMORY:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the rows
            waiting, self._pieces = self._pieces, []
            for piece in waiting:
                self._put(piece)
        if self._file is None:
            self._pieces.append([np.array(column, dtype=np.float64) for column in columns])
        else:
            self._put(columns)

    def _note(self, columns: Sequence[Array]) -> None:
        self.rows += len(columns[0])
        for name, column in zip(self.names, columns, strict=True):
            if len(column):
                self.low[name] = min(self.low[name], float(column.min()))
                self.high[name] = max(self.high[name], float(column.max()))

    def _put(self, columns: Sequence[Array]) -> None:
        assert self._file is not None
        try:
            for column in columns:
                self._file.write(np.ascontiguousarray(column, dtype=np.float64).data)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise FileError("file-unwritable", file=tempfile.gettempdir(), reason=reason) from None
        self._counts.append(len(columns[0]))

    def blocks(self, size: int = BLOCK) -> Iterator[dict[str, Array]]:
        """All rows in order, at most `size` together; a block is good until the next one is asked for."""
        for piece in self._in_order():
            count = len(piece[0])
            for start in range(0, count, size):
                yield {
                    name: column[start : start + size] for name, column in zip(self.names, piece, strict=True)
                }

    def _in_order(self) -> Iterator[list[Array]]:
        if self._file is None:
            yield from self._pieces
            return
        self._file.seek(0)
        buffer = np.empty(max(self._counts) * len(self.names))
        for count in self._counts:
            used = buffer[: count * len(self.names)]
            self._file.readinto(used.view(np.uint8).data)  # type: ignore[attr-defined]
            yield list(used.reshape(len(self.names), count))

    def sample(self, most: int) -> dict[str, Array]:
        """At most so many rows, evenly spread, the first among them; all of them where they are as few."""
        step = max(-(-self.rows // most), 1)
        parts: list[list[Array]] = []
        passed = 0
        for piece in self._in_order():
            first = -passed % step
            parts.append([column[first::step].copy() for column in piece] if step > 1 else list(piece))
            passed += len(piece[0])
        if step == 1 and len(parts) == 1:
            return dict(zip(self.names, parts[0], strict=True))
        return {
            name: np.concatenate([part[place] for part in parts]) if parts else np.empty(0)
            for place, name in enumerate(self.names)
        }

    def column(self, name: str) -> Array:
        """A whole column, in memory."""
        place = self.names.index(name)
        parts = [piece[place].copy() for piece in self._in_order()]
        return np.concatenate(parts) if parts else np.empty(0)

    def __del__(self) -> None:
        if self._file is not None:
            self._file.close()
