"""Rows that are gone through again and again, in blocks: in memory, or in a file of no name where they are many."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from threading import RLock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpcli.errors import FileError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from io import FileIO

Array = NDArray[np.float64]
Rows = NDArray[np.intp]

IN_MEMORY = 1 << 21  # numbers of a table: 16 MiB
BLOCK = 1 << 15  # rows that are looked at together
CHUNK = 1 << 10  # rows that lie together in a file, column after column
SLOTS = 132  # chunks of a file that rows in any order are taken from: two shuffled pools of 64, and some
ROOM = 1 << 26  # bytes that must be free where a file is to grow
MOST_BUFFERS = 1000  # that one call fills; systems allow 1024


class Kept(Mapping[str, Array]):
    """Columns of equal length, added to at the end and read as often as one likes, whole or in parts.

    As a mapping it has whole columns by name; parts of it need no memory that grows with the rows.

    names: of the columns, in order
    rows:  how many there are
    low, high: name -> smallest and largest value; inf and -inf where there are no rows

    >>> kept = Kept(("x", "y"))
    >>> kept.add([np.array([1.0, 2.0]), np.array([3.0, 4.0])])
    >>> [block["y"].tolist() for block in kept.blocks()], kept.high["x"], kept["y"].tolist()
    ([[3.0, 4.0]], 2.0, [3.0, 4.0])
    """

    def __init__(self, names: Sequence[str], most: int | None = None) -> None:
        """most: numbers that are kept in memory; IN_MEMORY unless given."""
        self.names = tuple(names)
        self.low = dict.fromkeys(self.names, np.inf)
        self.high = dict.fromkeys(self.names, -np.inf)
        self._store = _Store(len(self.names), most)
        self._places = list(range(len(self.names)))

    @classmethod
    def of(cls, columns: Mapping[str, Array]) -> Kept:
        """Columns that are in memory already; they are not copied."""
        kept = cls(tuple(columns))
        if columns:
            kept._note(list(columns.values()))
            kept._store.hold(list(columns.values()))
        return kept

    def __getitem__(self, name: str) -> Array:
        if name not in self.names:
            raise KeyError(name)
        return self.column(name)

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        """How many columns there are."""
        return len(self.names)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return self._store.rows

    @property
    def in_file(self) -> bool:
        """Whether the rows are too many for memory."""
        return self._store.file is not None

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

    def space(self, rows: int) -> Array | None:
        """What `between` fills with so many rows; None where the rows are in memory."""
        return np.empty((self._store.width, rows)) if self.in_file else None

    def between(self, start: int, stop: int, space: Array | None = None) -> dict[str, Array]:
        """The rows from `start` to before `stop`: in memory as they are, from a file in `space`, or a new one."""
        whole = self._store.between(start, stop, space)
        return {name: whole[place] for name, place in zip(self.names, self._places, strict=True)}

    def at(self, rows: Rows) -> dict[str, Array]:
        """A copy of the rows with these indices, in their order."""
        whole = self._store.at(rows)
        return {name: whole[place] for name, place in zip(self.names, self._places, strict=True)}

    def blocks(self, size: int | None = None) -> Iterator[dict[str, Array]]:
        """All rows in order, at most `size` (BLOCK) together; a block is good until the next one is asked for."""
        step = size or BLOCK
        space = self.space(min(step, self.rows))
        for start in range(0, self.rows, step):
            yield self.between(start, min(start + step, self.rows), space)

    def sample(self, most: int) -> dict[str, Array]:
        """At most so many rows, evenly spread, the first among them; all of them where they are as few."""
        step = max(-(-self.rows // most), 1)
        parts: list[dict[str, Array]] = []
        passed = 0
        for block in self.blocks():
            parts.append({name: column[-passed % step :: step].copy() for name, column in block.items()})
            passed += len(block[self.names[0]])
        return {name: np.concatenate([part[name] for part in parts] or [np.empty(0)]) for name in self.names}

    def drawn(self, most: int, seed: int = 0) -> dict[str, Array]:
        """At most so many rows, each as likely as any other, in order; all of them where they are as few.

        >>> kept = Kept.of({"x": np.arange(1000.0)})
        >>> len(kept.drawn(10)["x"]), kept.drawn(10, 7)["x"].tolist() == kept.drawn(10, 7)["x"].tolist()
        (10, True)
        """
        if self.rows <= most:
            return self.sample(most)
        return self.at(np.sort(np.random.default_rng(seed).choice(self.rows, most, replace=False)))

    def column(self, name: str) -> Array:
        """A whole column, in memory."""
        if not self.in_file and self.rows:
            return self.between(0, self.rows)[name]
        made = np.empty(self.rows)
        filled = 0
        for part in self.parts(name):
            made[filled : filled + len(part)] = part
            filled += len(part)
        return made

    def parts(self, name: str) -> Iterator[Array]:
        """A column in blocks, each good until the next one is asked for."""
        for block in self.blocks():
            yield block[name]


class _Store:
    """Columns in memory, or in a file without a name, which vanishes with the last who holds it, however that ends.

    width: how many columns; most: numbers that are kept in memory

    In the file CHUNK rows lie together, column after column; the rows behind the last whole chunk are in memory.
    """

    def __init__(self, width: int, most: int | None = None) -> None:
        self.file: FileIO | None = None
        self.width = width
        self.most = IN_MEMORY if most is None else most
        self.rows = 0
        self.held: list[Sequence[Array]] = []
        self.chunks = 0  # in the file
        self.rest: Array = np.empty((width, 0))
        self._unchecked = 0  # bytes since somebody looked how many are free
        self._lock = RLock()
        self._slots: Array = np.empty((0, width, CHUNK))
        self._slot_of: dict[int, int] = {}

    def __del__(self) -> None:
        if self.file is not None:
            self.file.close()

    def hold(self, columns: Sequence[Array]) -> None:
        """Keep arrays as they are."""
        self.held.append(columns)
        self.rows += len(columns[0])

    def add(self, columns: Sequence[Array]) -> None:
        """Keep a copy of arrays; in a file, from the number on that is too large for memory."""
        if self.file is None and (self.rows + len(columns[0])) * self.width <= self.most:
            self.hold([np.array(column, dtype=np.float64) for column in columns])
            return
        if self.file is None:
            self._open()
            held, self.held = self.held, []
            held.reverse()
            while held:
                self._put(held.pop())
        self._put(columns)
        self.rows += len(columns[0])

    def _open(self) -> None:
        try:
            self.file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - closed with the store
        except OSError as error:
            raise self._no_room(error) from None
        self._make_sure()

    def _make_sure(self) -> None:
        """Raises FileError before a disk is filled to its last byte."""
        self._unchecked = 0
        if shutil.disk_usage(tempfile.gettempdir()).free < ROOM:
            raise self._no_room(None)

    def _no_room(self, error: OSError | None) -> FileError:
        reason = f"less than {ROOM >> 20} MiB are free" if error is None else (error.strerror or str(error)).lower()
        return FileError("no-room-for-rows", folder=tempfile.gettempdir(), rows=self.rows, reason=reason)

    def _put(self, columns: Sequence[Array]) -> None:
        """Write rows to the end of the file, as far as they make whole chunks. Raises FileError."""
        assert self.file is not None
        table = np.concatenate([self.rest, np.array(columns, dtype=np.float64)], axis=1)
        count = table.shape[1] // CHUNK
        whole = table[:, : count * CHUNK].reshape(self.width, count, CHUNK).swapaxes(0, 1)
        left = np.ascontiguousarray(whole).reshape(-1).view(np.uint8).data
        self._unchecked += len(left)
        if self._unchecked >= ROOM:
            self._make_sure()
        try:
            while left:
                left = left[self.file.write(left) :]
        except OSError as error:
            raise self._no_room(error) from None
        self.chunks += count
        self.rest = table[:, count * CHUNK :].copy()

    def between(self, start: int, stop: int, space: Array | None = None) -> Sequence[Array]:
        """Some rows that follow each other: one array for each column."""
        if self.file is None:
            return [column[start:stop] for column in self._joined()]
        whole = np.empty((self.width, stop - start)) if space is None else space[:, : stop - start]
        filled = 0
        while start < stop:
            chunk, first = divmod(start, CHUNK)
            count = min(stop // CHUNK, self.chunks) - chunk
            if first or count < 1:
                count = min(CHUNK - first, stop - start)
                self._part(chunk, first, whole[:, filled : filled + count])
            else:
                count *= CHUNK
                apart = whole[:, filled : filled + count].reshape(self.width, -1, CHUNK)
                self._read(chunk * self.width * CHUNK, [row for each in apart.swapaxes(0, 1) for row in each])
            start += count
            filled += count
        return whole  # type: ignore[return-value]

    def _joined(self) -> Sequence[Array]:
        """One array for each column, where there were pieces; a column at a time, so that less is held twice."""
        with self._lock:  # threads may ask for the first rows at the same time
            if len(self.held) != 1:
                held = [list(piece) for piece in self.held]
                self.held.clear()
                columns = []
                for place in range(self.width):
                    columns.append(np.concatenate([piece[place] for piece in held]) if held else np.empty(0))
                    for piece in held:
                        piece[place] = columns[0][:0]
                self.held.append(columns)
            return self.held[0]

    def _part(self, chunk: int, first: int, into: Array) -> None:
        """Some rows of one chunk, which may be the rest."""
        if chunk == self.chunks:
            into[...] = self.rest[:, first : first + into.shape[1]]
            return
        for place in range(self.width):
            self._read((chunk * self.width + place) * CHUNK + first, [into[place]])

    def _read(self, place: int, arrays: list[Array]) -> None:
        """Fill arrays from the place of a number in the file on, one after the other. Raises FileError."""
        assert self.file is not None
        try:
            for some in range(0, len(arrays), MOST_BUFFERS):
                buffers: list[Any] = arrays[some : some + MOST_BUFFERS]
                size = sum(each.nbytes for each in buffers)
                if hasattr(os, "preadv"):
                    done = os.preadv(self.file.fileno(), buffers, place * 8)
                else:  # where nobody else may read meanwhile
                    with self._lock:
                        self.file.seek(place * 8)
                        done = sum(self.file.readinto(each.view(np.uint8)) or 0 for each in buffers)
                if done != size:
                    raise OSError("it ends too early")
                place += size // 8
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise FileError("file-unreadable", file=tempfile.gettempdir(), reason=reason) from None

    def at(self, rows: Rows) -> Sequence[Array]:
        """Rows by their indices: one array for each column."""
        if self.file is None:
            return [column[rows] for column in self._joined()]
        made = np.empty((self.width, len(rows)))
        chunks = rows // CHUNK
        with self._lock:
            for start in range(0, len(rows), BLOCK):
                stop = min(start + BLOCK, len(rows))
                # Each row is of one chunk, so that SLOTS of them have room however they lie.
                step = BLOCK if len(np.unique(chunks[start:stop])) <= SLOTS else SLOTS
                for first in range(start, stop, step):
                    last = min(first + step, stop)
                    different, own = np.unique(chunks[first:last], return_inverse=True)
                    try:
                        slots = np.array(self._loaded(different.tolist()))[own]
                    except BaseException:
                        self._slot_of.clear()
                        raise
                    for place in range(self.width):
                        made[place, first:last] = self._slots[slots, place, rows[first:last] % CHUNK]
        return made  # type: ignore[return-value]

    def _loaded(self, chunks: list[int]) -> list[int]:
        """The slots in which these chunks are, read where they are not; the oldest make room."""
        if not len(self._slots):
            self._slots = np.empty((SLOTS, self.width, CHUNK))
        wanted = {*chunks}
        for chunk in chunks:
            slot = self._slot_of.pop(chunk, None)  # and back at the end: it is new again
            if slot is None:
                slot = len(self._slot_of)
                if slot >= SLOTS:
                    old = next(each for each in self._slot_of if each not in wanted)
                    slot = self._slot_of.pop(old)
                if chunk == self.chunks:
                    self._slots[slot, :, : self.rest.shape[1]] = self.rest
                else:
                    self._read(chunk * self.width * CHUNK, [self._slots[slot].reshape(-1)])
            self._slot_of[chunk] = slot
        return [self._slot_of[chunk] for chunk in chunks]
