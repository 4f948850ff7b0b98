"""Arrays as NumPy stores them, streamed: .npy and .npz. Arrays of Python objects are never unpacked."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

import numpy as np

from bpcli.data.cells import printable
from bpcli.data.pieces import Piece, Rows
from bpcli.data.records import column_names
from bpcli.data.streams import DAMAGED, read_fully, reason_of
from bpcli.errors import InputError

BYTES = 1 << 22  # of arrays that are read at once
MOST_COLUMNS = 100_000  # of an array without names
MOST_HEADER = 1 << 20  # bytes that names of fields may take


class ArrayRows(Rows):
    """A .npy file: the fields of a structured array, or the columns c1, c2, ... of a plain one."""

    def __init__(self, source: str, file: io.BufferedReader) -> None:
        super().__init__(source, file)
        self.shape, self.fortran, self.dtype = header(file, source)
        wide = len(self.shape) == 2
        if len(self.shape) not in (1, 2) or (wide and (self.dtype.names or not 0 < self.shape[1] <= MOST_COLUMNS)):
            raise InputError("points-shape", file=source, shape=shape_text(self.shape))
        self.header = bool(self.dtype.names)
        self.names = self.dtype.names or column_names([""] * (self.shape[1] if wide else 1), True)
        for name in self.names:
            each = self.dtype[name] if self.dtype.names else self.dtype
            if each.kind not in "fiub" or each.itemsize > 8:
                raise InputError("points-not-numbers", file=source, kind=str(each))

    def pieces_at(self, places: Sequence[int]) -> Iterator[Piece]:
        for block, first in self._blocks():
            fields = self.dtype.names
            columns = [block[fields[place]] if fields else block[:, place] for place in places]
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

    def pieces_at(self, places: Sequence[int]) -> Iterator[Piece]:
        wanted = [self.names[place] for place in places]
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


def shape_text(shape: Iterable[int]) -> str:
    """A shape as NumPy writes it."""
    return str(tuple(shape))
