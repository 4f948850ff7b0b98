"""Parquet, streamed by pyarrow, which is there where the extra `files` is installed."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

import numpy as np

from bpcli.data.cells import printable
from bpcli.data.pieces import Piece, Rows
from bpcli.data.streams import DAMAGED, reason_of
from bpcli.errors import InputError

AT_ONCE = 1 << 16  # rows


class ParquetRows(Rows):
    """A Parquet file: a column of numbers for each of its columns of numbers."""

    def __init__(self, source: str, file: io.BufferedReader) -> None:
        super().__init__(source, file)
        try:
            import pyarrow
            from pyarrow import parquet
        except ImportError:
            raise InputError("parquet-missing", file=source) from None
        self._mistakes = (*DAMAGED, pyarrow.ArrowException, ValueError)
        self._types = pyarrow.types
        self._float = pyarrow.float64()
        try:
            # The list of contents stands at the end: what cannot be searched is read first.
            self._table = parquet.ParquetFile(file if file.seekable() else io.BytesIO(file.read()))
            self._schema = self._table.schema_arrow
        except self._mistakes as error:
            raise InputError("points-not-array", file=source, reason=printable(reason_of(error))[:100]) from None
        self.names = tuple(printable(name) for name in self._schema.names)

    def pieces_at(self, places: Sequence[int]) -> Iterator[Piece]:
        types = self._types
        for place in places:
            kind = self._schema.types[place]
            if not (types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind)
                    or types.is_decimal(kind)):  # fmt: skip
                raise InputError("points-not-numbers", file=f"{self.source}, {self.names[place]}", kind=str(kind))
        first = 1
        inner = [self._schema.names[place] for place in places]
        try:
            for batch in self._table.iter_batches(AT_ONCE, columns=inner):
                columns = [
                    np.asarray(batch.column(name).cast(self._float).to_numpy(zero_copy_only=False), dtype=np.float64)
                    for name in inner
                ]
                yield Piece(columns, first)
                first += batch.num_rows
        except self._mistakes as error:
            raise InputError("points-not-array", file=self.source, reason=printable(reason_of(error))[:100]) from None
