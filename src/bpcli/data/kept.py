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

IN_MEMORY = 1 << 21  # numbers: 16 MiB
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
        self.names = tuple(names)
        self.low = dict.fromkeys(self.names, np.inf)
        self.high = dict.fromkeys(self.names, -np.inf)
        self._store = _Store(len(self.names))
        self._places = list(range(len(self.names)))

    @classmethod
    def of(cls, columns: Mapping[str, Array]) -> Kept:
        """Columns that are in memory already; they are not copied."""
        kept = cls(tuple(columns))
        kept._note(list(columns.values()))
        kept._store.hold(list(columns.values()))
        return kept

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return self._store.rows

    def add(self, columns: Sequence[Array]) -> None:
        """Append rows: one array for each name. Raises FileError where there is no room for them."""
        if len(columns[0]):
            self._note(columns)
            self._store.add(columns)

    def _note(self, columns: Sequence[Array]) -> None:
        for name, column in zip(self.names, columns, strict=True):
            if len(column):
                self.low[name] = min(self.low[name], float(column.min()))
                self.high[name] = max(self.high[name], float(column.max()))

    def chosen(self, names: Mapping[str, str]) -> Kept:
        """Some of the columns under other names, new name -> name here. The rows are shared: add no more to either."""
        other = Kept(tuple(names))
        other.low = {new: self.low[name] for new, name in names.items()}
        other.high = {new: self.high[name] for new, name in names.items()}
        other._store = self._store
        other._places = [self._places[self.names.index(name)] for name in names.values()]
        return other

    def blocks(self, size: int | None = None) -> Iterator[dict[str, Array]]:
        """All rows in order, at most `size` (BLOCK) together; a block is good until the next one is asked for."""
        step = size or BLOCK
        for piece in self._store.pieces():
            for start in range(0, len(piece[0]), step):
                yield {
                    name: piece[place][start : start + step]
                    for name, place in zip(self.names, self._places, strict=True)
                }

    def sample(self, most: int) -> dict[str, Array]:
        """At most so many rows, evenly spread, the first among them; all of them where they are as few."""
        step = max(-(-self.rows // most), 1)
        parts: list[list[Array]] = []
        passed = 0
        for piece in self._store.pieces():
            first = -passed % step
            parts.append([piece[place][first::step].copy() for place in self._places])
            passed += len(piece[0])
        return {
            name: np.concatenate([part[place] for part in parts]) if parts else np.empty(0)
            for place, name in enumerate(self.names)
        }

    def drawn(self, most: int, seed: int = 0) -> dict[str, Array]:
        """At most so many rows, each as likely as any other, in order; all of them where they are as few.

        >>> kept = Kept.of({"x": np.arange(1000.0)})
        >>> len(kept.drawn(10)["x"]), kept.drawn(10, 7)["x"].tolist() == kept.drawn(10, 7)["x"].tolist()
        (10, True)
        """
        if self.rows <= most:
            return self.sample(most)
        rows = np.sort(np.random.default_rng(seed).choice(self.rows, most, replace=False))
        parts: list[list[Array]] = []
        passed = 0
        for piece in self._store.pieces():
            last = passed + len(piece[0])
            here = rows[np.searchsorted(rows, passed) : np.searchsorted(rows, last)] - passed
            parts.append([piece[place][here] for place in self._places])
            passed = last
        return {name: np.concatenate([part[place] for part in parts]) for place, name in enumerate(self.names)}

    def column(self, name: str) -> Array:
        """A whole column, in memory."""
        place = self._places[self.names.index(name)]
        parts = [piece[place].copy() for piece in self._store.pieces()]
        return np.concatenate(parts) if parts else np.empty(0)


class _Store:
    """Pieces of columns, in memory or in a file without a name, which vanishes with the last who holds them."""

    def __init__(self, width: int) -> None:
        self.file: IO[bytes] | None = None
        self.width = width
        self.rows = 0
        self.held: list[list[Array]] = []
        self.counts: list[int] = []  # rows of each piece in the file, in order

    def __del__(self) -> None:
        if self.file is not None:
            self.file.close()

    def hold(self, columns: list[Array]) -> None:
        """Keep arrays as they are."""
        self.held.append(columns)
        self.rows += len(columns[0])

    def add(self, columns: Sequence[Array]) -> None:
        """Keep a copy of arrays; in a file, from the number on that is too large for memory."""
        if self.file is None and (self.rows + len(columns[0])) * self.width > IN_MEMORY:
            self.file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the store
            held, self.held = self.held, []
            for piece in held:
                self.put(piece)
        if self.file is None:
            self.hold([np.array(column, dtype=np.float64) for column in columns])
        else:
            self.put(columns)
            self.rows += len(columns[0])

    def put(self, columns: Sequence[Array]) -> None:
        """Write a piece to the end of the file. Raises FileError."""
        assert self.file is not None
        try:
            for column in columns:
                self.file.write(np.ascontiguousarray(column, dtype=np.float64).data)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise FileError("file-unwritable", file=tempfile.gettempdir(), reason=reason) from None
        self.counts.append(len(columns[0]))

    def pieces(self) -> Iterator[list[Array]]:
        """The pieces in order; one from the file is good until the next one is asked for."""
        if self.file is None:
            yield from self.held
            return
        self.file.flush()
        buffer = np.empty(max(self.counts) * self.width)
        position = 0
        for count in self.counts:
            used = buffer[: count * self.width]
            # Others may have read meanwhile.
            self.file.seek(position)
            self.file.readinto(used.view(np.uint8).data)  # type: ignore[attr-defined]
            position += used.nbytes
            yield list(used.reshape(self.width, count))
