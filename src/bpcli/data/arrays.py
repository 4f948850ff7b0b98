"""One array from a file: .npy, .npz, .csv and its relatives, .json. Nothing that is read is ever carried out."""

from __future__ import annotations

import json
import re
import zipfile
from typing import Any

import numpy as np

from bpcli.errors import FileError, InputError

Array = Any

TEXT = (".csv", ".tsv", ".txt")
WORDS = {"inf": "Infinity", "nan": "NaN"}  # how JSON has them
INFINITE = re.compile(r"\b(inf|nan)\b")


def read_array(path: str, name: str) -> Array:
    """The array in a file, as float64; of an .npz the one called `name`, or after a colon: `weights.npz:W1`.

    Raises FileError where the file cannot be opened; InputError where it holds something else than numbers.
    """
    if not path:
        raise InputError("array-without-file", name=name)
    file, _, member = path.partition(".npz:")
    if member:
        file += ".npz"
    try:
        if file.endswith((".npy", ".npz")):
            return _numbers(_from_numpy(file, member, name), path)
        if file.endswith(".json"):
            with open(file, encoding="utf-8-sig") as text:
                return _nested(json.load(text), path)
        if file.endswith(TEXT):
            return _table(file)
    except FileNotFoundError:
        raise FileError("file-missing", file=file) from None
    except IsADirectoryError:
        raise FileError("file-is-folder", file=file) from None
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise InputError("array-unreadable", file=file) from None
    except OSError as error:
        raise FileError("file-unreadable", file=file, reason=error.strerror or "unknown reason") from None
    raise InputError("array-format", file=file)


def _from_numpy(file: str, member: str, name: str) -> Array:
    try:
        found = np.load(file, allow_pickle=False)
        if isinstance(found, np.ndarray):
            return found
        with found:
            wanted = member or (name if name in found.files else found.files[0] if len(found.files) == 1 else "")
            if wanted not in found.files:
                raise InputError("array-member", file=file, name=wanted or name, names=", ".join(found.files))
            return found[wanted]
    except (ValueError, EOFError, zipfile.BadZipFile):
        raise InputError("array-unreadable", file=file) from None


def _numbers(found: Array, path: str) -> Array:
    if found.dtype.kind not in "fiub":
        raise InputError("array-not-numbers", file=path, kind=str(found.dtype))
    return found.astype(np.float64)


def _nested(found: Any, path: str) -> Array:
    try:
        array = np.array(found)
    except ValueError:
        raise InputError("array-ragged", file=path) from None
    return _numbers(array, path)


def _table(file: str) -> Array:
    """The numbers of a table, a row a line; one column is a vector. A first line of names is passed over."""
    from bpcli.data.rows import open_rows

    rows = open_rows(file, is_header=lambda cells, following: _are_names(cells))
    try:
        pieces = [np.column_stack(piece.columns) for piece in rows.pieces(rows.names)]
    finally:
        rows.close()
    table = np.concatenate(pieces) if pieces else np.empty((0, len(rows.names)))
    return table[:, 0] if table.shape[1] == 1 else table


def _are_names(cells: list[str]) -> bool:
    """Whether a first line names columns: some words, and no number among them."""
    from bpcli.data.cells import cell_value

    found = [cell_value(cell, ".") for cell in cells]
    return "csv-text-cell" in found and not any(isinstance(value, float) and value == value for value in found)


def array_of_text(text: str) -> Array | None:
    """The array that nested lists of decimal numbers stand for; None where it is more than that."""
    try:
        array = np.array(json.loads(INFINITE.sub(lambda word: WORDS[word[0]], text)))
    except (ValueError, RecursionError):
        return None
    return array.astype(np.float64) if array.dtype.kind in "fi" and array.size else None
