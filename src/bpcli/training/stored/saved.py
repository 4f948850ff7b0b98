"""A trained model as a file: enough to predict with, and to go on training to the same numbers."""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpcli.data.kept import Kept
from bpcli.errors import FileError, InputError
from bpcli.files import write_whole
from bpcli.training.choices.optimizer import Choice
from bpcli.training.choices.starts import Start
from bpcli.training.loop.turns import Damping, Past
from bpcli.training.loop.watch import Watch
from bpcli.training.models.narrowed import Scale
from bpcli.training.models.tensors import TensorLoss, TensorModel
from bpcli.training.optimizers import LBFGS, LEVENBERG
from bpcli.training.optimizers.adaptive import Moments, Squares
from bpcli.training.optimizers.gradient import Updates, Velocity
from bpcli.training.polynomials.descent import Standing
from bpcli.training.setting import Setting
from bpcli.training.training import Training

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

Array = NDArray[np.float64]

SCHEMA = "bpcli.model/1"
RUNNING = "running"  # of a model that was stored while it was trained
MOST_KEPT = 100_000  # entries of a tensor without rows that is stored with a model
STATES: dict[str, Any] = {made.__name__.lower(): made for made in (Updates, Velocity, Squares, Moments)}


class Saved:
    """A model as it was stored.

    setting:    what the text and the loss are, and how it was trained
    parameters: name -> value; ranges: column -> what was trained on
    past:       where the training stands; None of a polynomial by its degree
    columns:    name in the text -> column of the file
    given:      names of tensors that a training that goes on needs again
    descent:    of a polynomial by its degree, what it is and where it stands (see `saved_formula`); else None
    tensors:    of a program with tensors, name -> what is known of its data: the "value" of one that has no rows, else
                the "shape" of a row with the "low" and "high" of its entries
    """

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.setting = Setting(**content["setting"])
        self.parameters: dict[str, float] = {name: number(value) for name, value in content["parameters"].items()}
        self.ranges = {name: (number(low), number(high)) for name, (low, high) in content["ranges"].items()}
        self.columns: dict[str, str] = dict(content["columns"])
        self.names: tuple[str, ...] = tuple(content["names"])
        self.data = str(content["data"])
        self.descent: dict[str, Any] | None = content.get("descent")
        self.tensors: dict[str, dict[str, Any]] = dict(content.get("tensors", {}))
        stored = content["training"]
        self.past = None if stored is None else _past(stored)
        self.given = tuple(name for name, entry in self.tensors.items() if entry.get("given", True))
        self.choice = None if stored is None else Choice(**_numbers(stored["choice"]))
        self.start = None if stored is None else _start(stored["start"])


def saved_training(training: Training, columns: Mapping[str, str]) -> dict[str, Any]:
    """A training as a dictionary for JSON, wherever it stands.

    columns: name in the model -> column of the file
    """
    outcome, past, start = training.outcome, training.loop.past, training.start
    # While it runs, nothing has been judged yet.
    stopped = outcome.stopped
    at = past.parameters if past.best is None else past.best
    parameters = outcome.parameters if stopped else training.model.named(at)
    return {
        "schema": SCHEMA,
        "model": training.model.text,
        "equation": outcome.equation if stopped and _finite(parameters) else None,
        "parameters": _plain(parameters),
        "ranges": _plain({name: list(ends) for name, ends in outcome.ranges.items()}),
        "columns": dict(columns),
        "names": [*training.columns],
        "rows": outcome.rows_used + outcome.rows_held_out,
        "data": fingerprint(data_of(training)),
        "tensors": _tensors(training),
        "setting": _plain(_kept(training).to_dict()),
        "training": {
            "stopped": stopped or RUNNING,
            "number": past.number,
            "parameters": past.parameters.tolist(),
            "state": _state(past.state),
            "watch": _plain(past.watch._asdict()),
            "scale": past.scale._asdict(),
            "best": None if past.best is None else past.best.tolist(),
            "gathered": None if past.gathered is None else _plain(past.gathered.tolist()),
            "best_step": past.best_step,
            "best_loss": _plain(past.best_loss),
            "before": None if past.before is None else _plain(past.before.tolist()),
            "choice": _plain(training.choice._asdict()),
            "start": {
                "parameters": start.parameters.tolist(),
                "tried": start.tried,
                "followed": start.followed,
                "linear": [*start.linear],
            },
        },
    }


def data_of(training: Training) -> Mapping[str, Array]:
    """What a training was given: columns of a file, or tensors."""
    model = training.model
    if not isinstance(model, TensorModel):
        return training.columns
    return {name: np.atleast_1d(array) for name, array in model.tensors.items()}


def _tensors(training: Training) -> dict[str, Any]:
    """What is to be known of the data of a program with tensors, for predictions; empty for other models."""
    model, loss = training.model, training.loss
    if not isinstance(model, TensorModel) or not isinstance(loss, TensorLoss):
        return {}
    found: dict[str, Any] = {}
    for name, array in {**model.literals, **loss.tensors}.items():
        if not np.ndim(array):
            continue
        if name in model.rowed or name in model.literals:
            ends = {"low": np.min(array, axis=0), "high": np.max(array, axis=0)}
            found[name] = _plain({"shape": [*np.shape(array)[1:]], **ends, "given": name in model.rowed})
        elif np.size(array) <= MOST_KEPT:
            found[name] = {"value": _plain(array), "given": True}
    return found


def _kept(training: Training) -> Setting:
    """The setting without tensors: those that are trained stand among the parameters, the others are given again."""
    setting = training.setting
    if not isinstance(training.model, TensorModel):
        return setting
    constants = {name: value for name, value in setting.constants.items() if not np.ndim(value)}
    return setting._replace(constants=constants, start={})


def saved_formula(
    text: str,
    parameters: Mapping[str, float],
    ranges: Mapping[str, tuple[float, float]],
    columns: Mapping[str, str],
    *,
    target: str,
    equation: str | None,
    rows: int,
    descent: Mapping[str, Any],
) -> dict[str, Any]:
    """A polynomial by its degree: the text of its prediction, and its descent.

    descent: what was asked for (degree, rate or None, scale, steps, weights), the `standing` before its last turn, the
             `place` of its objective, and the fingerprint of its `data`
    """
    return {
        "schema": SCHEMA,
        "model": text,
        "equation": equation,
        "parameters": _plain(dict(parameters)),
        "ranges": _plain({name: list(ends) for name, ends in ranges.items()}),
        "columns": dict(columns),
        "names": [*columns],
        "rows": rows,
        "data": "",
        "setting": _plain(Setting(text, target=target).to_dict()),
        "training": None,
        "descent": _plain({**descent, "standing": _plain(descent["standing"]._asdict())}),
    }


def standing_of(descent: Mapping[str, Any]) -> tuple[Standing, Array]:
    """Where a stored polynomial stands, and the place of its objective."""
    stored = _numbers(descent["standing"])
    parameters = np.array(stored.pop("parameters"), dtype=np.float64)
    return Standing(parameters=parameters, **stored), np.array(descent["place"], dtype=np.float64)


def write_model(path: str, content: dict[str, Any]) -> None:
    """Write a model to a file, whole or not at all. Raises FileError."""
    try:
        write_whole(path, [json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False), "\n"])
    except OSError as error:
        raise FileError("file-unwritable", file=path, reason=(error.strerror or str(error)).lower()) from None


def read_saved(path: str) -> Saved:
    """The model of a file. Raises FileError where it cannot be read, InputError where it is no model."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except FileNotFoundError:
        raise FileError("file-missing", file=path) from None
    except OSError as error:
        raise FileError("file-unreadable", file=path, reason=(error.strerror or str(error)).lower()) from None
    except UnicodeDecodeError:
        raise InputError("not-utf8", file=path) from None
    try:
        content = json.loads(text)
        if content["schema"] != SCHEMA:
            raise ValueError
        return Saved(content)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        raise InputError("no-model-file", file=path) from None


def fingerprint(columns: Mapping[str, Array]) -> str:
    """A short text that is the same for the same columns, to the last bit, and for hardly any others."""
    digest = hashlib.sha256()
    for name in columns:
        parts = columns.parts(name) if isinstance(columns, Kept) else [columns[name]]
        count = columns.rows if isinstance(columns, Kept) else len(columns[name])
        digest.update(f"{name}\0{count}\0".encode())
        for part in parts:
            digest.update(np.ascontiguousarray(part, dtype="<f8").tobytes())
    return digest.hexdigest()[:32] if columns else ""


def number(value: Any) -> Any:
    """A number of the file, where inf and nan are words, or an array of a tensor."""
    return np.array(value, dtype=np.float64) if isinstance(value, list) else float(value)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist())
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value


def _finite(parameters: Mapping[str, float]) -> bool:
    return all(np.all(np.isfinite(value)) for value in parameters.values())


def _numbers(stored: Mapping[str, Any]) -> dict[str, Any]:
    words = ("inf", "-inf", "nan")
    return {key: float(value) if isinstance(value, str) and value in words else value for key, value in stored.items()}


def _state(state: Any) -> Any:
    """The state of an optimizer: its kind, and its arrays as lists."""
    if state is None:
        return None
    kind = type(state).__name__.lower()
    if kind in STATES:
        fields = {name: each.tolist() if hasattr(each, "tolist") else each for name, each in state._asdict().items()}
        return {"kind": kind, **fields}
    if isinstance(state, Damping):
        return {"kind": LEVENBERG, **{name: _plain(each) for name, each in state._asdict().items()}}
    pairs = [[step.tolist(), change.tolist(), scale] for step, change, scale in state]
    return {"kind": LBFGS, "pairs": pairs}


def _state_of(stored: Any) -> Any:
    if stored is None:
        return None
    fields = dict(stored)
    kind = fields.pop("kind")
    if kind == LEVENBERG:
        return Damping(**{**_numbers(fields), "scale": np.array(fields["scale"])})
    if kind == LBFGS:
        return tuple((np.array(step), np.array(change), float(scale)) for step, change, scale in fields["pairs"])
    made = {name: np.array(each) if isinstance(each, list) else each for name, each in fields.items()}
    return STATES[kind](**made)


def _past(stored: Mapping[str, Any]) -> Past:
    best, before, gathered = stored["best"], stored["before"], stored.get("gathered")
    return Past(
        int(stored["number"]),
        np.array(stored["parameters"], dtype=np.float64),
        _state_of(stored["state"]),
        Watch(**_numbers(stored["watch"])),
        Scale(**stored["scale"]),
        None if best is None else np.array(best, dtype=np.float64),
        None if before is None else np.array([float(each) for each in before]),
        int(stored.get("best_step", 0)),
        float(stored.get("best_loss", "inf")),
        None if gathered is None else np.array([float(each) for each in gathered]),
    )


def _start(stored: Mapping[str, Any]) -> Start:
    return Start(
        np.array(stored["parameters"], dtype=np.float64),
        int(stored["tried"]),
        int(stored["followed"]),
        tuple(stored["linear"]),
    )
