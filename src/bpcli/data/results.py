"""Columns of results that are written piece by piece: .npy with named fields, .npz with one array a column."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from typing import IO, Any

import numpy as np

Array = Any

ROOM = 20  # digits that the number of rows may have: it is known only at the end


class ArrayWriter:
    """A structured array with a field for each column, in the form of a .npy file."""

    def __init__(self, file: IO[bytes], names: Sequence[str]) -> None:
        self.file = file
        self.dtype = np.dtype([(name, "<f8") for name in names])
        self.rows = 0
        file.write(header(self.dtype.descr, 0))

    def write(self, columns: Sequence[Array]) -> None:
        """Append rows."""
        block = np.empty(len(columns[0]), self.dtype)
        for name, column in zip(self.dtype.names or (), columns, strict=True):
            block[name] = column
        self.file.write(block.tobytes())
        self.rows += len(block)

    def close(self) -> None:
        """Nothing is held back."""

    def finish(self) -> None:
        """Say how many rows there are."""
        self.file.seek(0)
        self.file.write(header(self.dtype.descr, self.rows))


class ArchiveWriter:
    """One array a column, in the form of a .npz file; until the end each column waits in a file without a name."""

    def __init__(self, file: IO[bytes], names: Sequence[str]) -> None:
        self.file = file
        self.names = names
        folder = os.path.dirname(os.path.abspath(file.name))
        self.columns = [tempfile.TemporaryFile(dir=folder) for _ in names]  # noqa: SIM115 - closed at the end
        self.rows = 0

    def write(self, columns: Sequence[Array]) -> None:
        """Append rows."""
        for part, column in zip(self.columns, columns, strict=True):
            part.write(np.asarray(column, "<f8").tobytes())
        self.rows += len(columns[0])

    def finish(self) -> None:
        """Put the columns together."""
        import shutil
        import zipfile

        with zipfile.ZipFile(self.file, "w") as archive:
            for name, part in zip(self.names, self.columns, strict=True):
                # Without the date and the time of writing: the same results are the same bytes.
                entry = zipfile.ZipInfo(f"{name}.npy")
                with archive.open(entry, "w", force_zip64=True) as file:
                    file.write(header("<f8", self.rows))
                    part.seek(0)
                    shutil.copyfileobj(part, file, 1 << 20)

    def close(self) -> None:
        """Let go of the columns, written or not."""
        for part in self.columns:
            part.close()


def header(descr: object, rows: int) -> bytes:
    """The head of a .npy file: as long for one row as for any number of them.

    Source: the format as `numpy.lib.format` documents it.
    """
    text = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': ({rows},), }}"
    text += " " * (ROOM - len(str(rows)))
    ascii_only = text.isascii()
    room = 2 if ascii_only and len(text) < 60_000 else 4
    start = b"\x93NUMPY" + (b"\x01\x00" if room == 2 else b"\x02\x00" if ascii_only else b"\x03\x00")
    data = text.encode()
    data += b" " * (-(len(start) + room + len(data) + 1) % 64) + b"\n"
    return start + len(data).to_bytes(room, "little") + data
