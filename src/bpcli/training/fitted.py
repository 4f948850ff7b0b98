"""Columns and a model in, an outcome out: training without a command line."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpcli.errors import InputError
from bpcli.training.outcome import Outcome
from bpcli.training.setting import STEPS, Setting
from bpcli.training.training import Training

Array = NDArray[np.float64]

# Words that Python gets for fields of a setting.
WORDS = {"init": "start", "hold": "constants", "val": "share", "weight_decay": "decay"}


def fit_model(
    x: Any, y: Any, model: str, weights: Any, rate: float | None, steps: int | None, more: dict[str, Any]
) -> Outcome:
    """Train a model on columns, or a loss on none.

    x, y: two columns of shape (rows,); or x a dictionary of columns, the last of which is predicted where y is None
    weights: positive numbers of shape (rows,), or None
    more: fields of Setting, and WORDS for some of them

    Raises InputError for data and models that do not fit; TypeError for a word that is none.
    """
    given = {WORDS.get(name, name): value for name, value in more.items()}
    columns = dict(x) if isinstance(x, dict) else {} if x is None else {"x": x, "y": y}
    if y is not None and not (isinstance(x, dict) and given.get("target") in columns):
        name = "y" if not isinstance(x, dict) or "y" not in columns else "target"
        columns[name] = y
        given.setdefault("target", name)
    if weights is not None:
        name = next(each for each in ("weights", "weights_", "row_weights") if each not in columns)
        columns[name] = weights
        given["weights"] = name
    unknown = [name for name in given if name not in Setting._fields]
    if unknown:
        raise TypeError(f"fit() does not know {unknown[0]}; with a model it takes {', '.join(Setting._fields)}")
    setting = Setting(model, rate=rate, steps=STEPS if steps is None else steps, **given)
    arrays = {name: finite_column(name, column) for name, column in columns.items()}
    if weights is not None:
        refuse_weights(arrays[given["weights"]])
    first = next(iter(arrays), "")
    for name, column in arrays.items():
        count = len(arrays[first])
        if len(column) != count:
            raise InputError("points-lengths", where="", first=first, rows=count, second=name, others=len(column))
    training = Training(setting, arrays)
    for _ in training:
        pass
    training.outcome.training = training
    return training.outcome


def refuse_weights(weights: Array) -> None:
    """Raises InputError for a weight that is not positive."""
    if not np.all(weights > 0):
        raise InputError("weight-not-positive", name="weights", row=int(np.argmin(weights)) + 1)


def finite_column(name: str, column: Any) -> Array:
    """A column as an array of finite numbers. Raises InputError."""
    try:
        values = np.asarray(column, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError("column-not-numbers", name=name) from None
    if values.ndim != 1:
        raise InputError("column-shape", name=name, shape=values.shape)
    if not len(values):
        raise InputError("no-points")
    if not np.all(np.isfinite(values)):
        raise InputError("column-not-finite", name=name)
    return values
