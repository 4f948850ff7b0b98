"""What Python hands to a fit: columns in many forms, and numbers that may be none."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpcli.data.choice import usual_pair
from bpcli.errors import InputError

Array = NDArray[np.float64]

LARGEST = 1e150  # of a value: its square is still a float
LEAST = 1e-140  # of the largest of a column: squares of what is left by a fit are floats with all their digits


def table_of(x: Any) -> dict[str, Any] | None:
    """The columns by name of a dictionary, a data frame or a structured array; None of anything else.

    >>> table_of({"t": [1, 2]}), table_of([1, 2])
    ({'t': [1, 2]}, None)
    """
    names: Iterable[Any] | None = None
    if isinstance(x, Mapping):
        names = x.keys()
    elif isinstance(x, np.ndarray):
        names = x.dtype.names
    elif hasattr(x, "columns") and hasattr(x, "__getitem__"):
        names = x.columns
    return None if names is None else {str(name): x[name] for name in names}


def pair_of(x: Any, y: Any) -> tuple[Any, Any, str, str]:
    """The columns x and y of a polynomial, and their names: two columns, or a table in which the names decide.

    Raises InputError.
    """
    table = table_of(x)
    if table is None:
        if y is None:
            raise InputError("fit-no-target")
        return x, y, "x", "y"
    names = tuple(table)
    if y is None:
        i, j = usual_pair(names, None, None)
        if i is None or j is None:
            raise InputError("fit-several-columns", count=len(names), columns=", ".join(names))
        return table[names[i]], table[names[j]], names[i], names[j]
    if len(names) != 1:
        raise InputError("fit-several-columns", count=len(names), columns=", ".join(names))
    return table[names[0]], y, names[0], "y"


def finite_column(name: str, column: Any) -> Array:
    """A column as an array of finite numbers. Raises InputError."""
    if isinstance(column, Iterable) and not hasattr(column, "__len__") and not hasattr(column, "__array__"):
        column = [*column]
    try:
        values = np.asarray(column)
        # A date is a number of days only to NumPy.
        if values.dtype.kind not in "fiubO":
            raise TypeError
        values = values.astype(np.float64)
    except (TypeError, ValueError):
        raise InputError("column-not-numbers", name=name) from None
    if values.ndim != 1:
        raise InputError("column-shape", name=name, shape=values.shape)
    if not len(values):
        raise InputError("no-points")
    if not np.all(np.isfinite(values)):
        raise InputError("column-not-finite", name=name)
    return values


def refuse_weights(weights: Array) -> None:
    """Raises InputError for a weight that is not positive."""
    if not np.all(weights > 0):
        raise InputError("weight-not-positive", name="weights", row=int(np.argmin(weights)) + 1)


def refuse_size(name: str, low: float, high: float, least: float = LEAST) -> None:
    """Raises InputError for a column whose squares are beyond the range of floats, or below it; zeros are numbers."""
    largest = max(abs(low), abs(high))
    if largest > LARGEST:
        raise InputError("column-too-large", name=name, largest=largest)
    if 0 < largest < least:
        raise InputError("column-too-small", name=name, largest=largest)


def positive_or_none(name: str, value: Any) -> float | None:
    """A positive number, or None for `auto`. Raises InputError."""
    if value is None or value == "auto":
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not 0 < number < math.inf or isinstance(value, str):
        raise InputError("word-not-positive", name=name, text=repr(value)[:60])
    return number


def whole(name: str, value: Any) -> int:
    """A whole number, 0 or above; 2.0 is one. Raises InputError."""
    try:
        found = int(value) if isinstance(value, float) and value.is_integer() else operator.index(value)
    except TypeError:
        found = -1
    if found < 0:
        raise InputError("word-not-whole", name=name, text=repr(value)[:60])
    return found


def numbers_by_name(name: str, values: Any) -> dict[str, Any]:
    """A dictionary of numbers or arrays. Raises InputError."""
    if not isinstance(values, Mapping):
        raise InputError("word-no-dictionary", name=name, text=repr(values)[:60])
    for key, value in values.items():
        if isinstance(value, str) or value is None:
            raise InputError("word-not-number", name=name, key=key, text=repr(value)[:60])
    return dict(values)
