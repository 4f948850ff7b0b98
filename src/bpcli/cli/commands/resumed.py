"""A training that goes on: which options say what it has decided already, and the command that makes it go on."""

from __future__ import annotations

import math
import shlex

import numpy as np

from bpcli.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from bpcli.cli.arguments import Request
    from bpcli.training.setting import Setting
    from bpcli.training.stored.saved import Saved

# Option -> the part of a setting that it decides.
PARTS = {
    "optimizer": "optimizer", "loss": "loss", "ridge": "ridge", "weight-decay": "decay", "schedule": "schedule",
    "warmup": "warmup", "clip": "clip", "batch": "batch", "reduce": "reduce", "seed": "seed", "val": "share",
    "patience": "patience", "tol": "tolerance", "dtype": "dtype", "loss-scale": "scale", "no-zero": "zero",
    "model": "text", "file": "text", "lr": "rate", "init": "start", "hold": "constants", "y-col": "target",
    "weights": "weights",
}  # fmt: skip
OTHERS = ("degree", "x-col", "no-scale")  # of a polynomial
READING = ("missing", "encoding")  # what files need to be read again


def refuse_changes(request: Request, saved: Saved, asked: Setting | None) -> None:
    """Raises InputError for an option that says otherwise than the stored training; the same may be said again.

    asked: the setting that the options would make of a training that begins; None of a polynomial by its degree
    """
    for name in (*PARTS, *OTHERS):
        if name not in request.options and name not in request.several:
            continue
        text = request.options.get(name, "")
        if not (_of_polynomial(name, text, saved) if name in OTHERS or asked is None else _same(name, asked, saved)):
            raise InputError("resume-and", option=name)
    if asked is not None and asked.text and asked.text != saved.setting.text:
        raise InputError("resume-and-expression")


def _same(name: str, asked: Setting, saved: Saved) -> bool:
    """Whether an option of a model says what was decided."""
    stored = saved.setting
    if name == "y-col" and "y" in saved.columns and asked.target == saved.columns["y"]:
        return True
    if name == "weights" and "w" in saved.columns and asked.weights == saved.columns["w"]:
        return True
    given, kept = getattr(asked, PARTS[name]), getattr(stored, PARTS[name])
    if name in ("init", "hold"):
        return all(key in kept and np.array_equal(value, kept[key]) for key, value in given.items())
    return bool(given == kept)


def _of_polynomial(name: str, text: str, saved: Saved) -> bool:
    """Whether an option of a polynomial says what was decided."""
    descent: Mapping[str, Any] = saved.descent or {}
    columns = saved.columns
    if name == "degree":
        powers = all(key[1:] == str(order) for order, key in enumerate(saved.parameters))
        return powers and text == str(descent.get("degree", len(saved.parameters) - 1))
    if name in ("x-col", "y-col"):
        return text == columns.get(name[0])
    if name == "no-scale":
        return not descent.get("scale", True)
    if name == "weights":
        return text == descent.get("weights")
    rate = descent.get("rate")
    return name == "lr" and (text == "auto" if rate is None else _number(text) == rate)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def command_to_go_on(request: Request, path: str, needed: tuple[str, ...] = ()) -> str:
    """The command that goes on with a stored training: the file of its rows, or the tensors that it needs again.

    >>> from bpcli.cli.arguments import split
    >>> words = ["my rows.csv", "--model", "a*x", "--missing", "error"]
    >>> command_to_go_on(split("train", words), "m.json")
    "bpcli train 'my rows.csv' --missing error --resume m.json"
    """
    from bpcli.cli.commands.order import is_file

    words = ["bpcli", request.command]
    words += [str(request.text)] if is_file(request.text) else []
    for name, value in request.values.items():
        if name in needed:
            words += ["--set", f"{name}={value}"] if name in request.options else [f"--{name}", value]
    for name in READING:
        words += [f"--{name}", request.options[name]] if name in request.options else []
    return shlex.join([*words, "--resume", path])
