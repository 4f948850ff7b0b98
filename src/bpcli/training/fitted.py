"""Columns and a model in, an outcome out: training without a command line."""

from __future__ import annotations

from typing import Any

from bpcli.errors import InputError
from bpcli.training.given import finite_column, numbers_by_name, positive_or_none, refuse_weights, table_of, whole
from bpcli.training.outcomes.outcome import Outcome
from bpcli.training.setting import STEPS, Setting
from bpcli.training.training import Training

# Words that Python gets for fields of a setting.
WORDS = {"init": "start", "hold": "constants", "val": "share", "weight_decay": "decay"}


def fit_model(
    x: Any, y: Any, model: str, weights: Any, rate: float | None, steps: int | None, more: dict[str, Any]
) -> Outcome:
    """Train a model on columns, or a loss on none.

    x, y: two columns of shape (rows,); or x a table of columns, of which usual_target is predicted where y is None
    weights: positive numbers of shape (rows,), or None
    more: fields of Setting, and WORDS for some of them

    Raises InputError for data and models that do not fit; TypeError for a word that is none.
    """
    given = {WORDS.get(name, name): value for name, value in more.items()}
    for name in ("start", "constants"):
        if name in given:
            given[name] = numbers_by_name("init" if name == "start" else "hold", given[name])
    table = table_of(x)
    if table is None and x is not None and y is None:
        raise InputError("fit-no-target")
    columns = table if table is not None else {} if x is None else {"x": x, "y": y}
    if y is not None and not (table is not None and given.get("target") in columns):
        name = "y" if table is None or "y" not in columns else "target"
        columns[name] = y
        given.setdefault("target", name)
    if weights is not None:
        name = next(each for each in ("weights", "weights_", "row_weights") if each not in columns)
        columns[name] = weights
        given["weights"] = name
    unknown = [name for name in given if name not in Setting._fields]
    if unknown:
        words = {value: key for key, value in WORDS.items()}
        known = [words.get(name, name) for name in Setting._fields if name not in ("text", "explicit", "rate", "steps")]
        raise TypeError(f"fit() does not know {unknown[0]}; with a model it takes {', '.join(known)}")
    limit = STEPS if steps is None else whole("steps", steps)
    setting = Setting(model, rate=positive_or_none("lr", rate), steps=limit, **given)
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
