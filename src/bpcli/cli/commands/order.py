"""What was asked for by `bpcli fit` and `bpcli train` of a model: the setting, the data, the form of the answer."""

from __future__ import annotations

import os

import numpy as np

from bpcli.cli.arguments import spelled
from bpcli.cli.commands.checkpoint import earlier_lines
from bpcli.cli.commands.resumed import refuse_changes
from bpcli.cli.output import chosen_format
from bpcli.cli.settings import language
from bpcli.cli.work import choice, positive, text_of, whole
from bpcli.data.choice import column_index, usable_names
from bpcli.data.kept import Kept
from bpcli.data.rows import open_rows
from bpcli.data.table import SHOWN_SKIPS, choose_pair, read_table, reason_to_skip, refuse_negative
from bpcli.engine.given import pieces, value_of
from bpcli.errors import InputError, count_ambiguous
from bpcli.numbers import DIGITS, full
from bpcli.training.loop.batches import MOST_NUMBERS
from bpcli.training.loop.schedules import schedule_of
from bpcli.training.models.letters import PREDICTED, renamed, uses_prediction
from bpcli.training.models.losses import LOSSES, PROBABILITY
from bpcli.training.setting import STEPS, Setting
from bpcli.training.stored.saved import data_of, fingerprint, read_saved
from bpcli.training.training import Training

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from bpcli.cli.arguments import Request
    from bpcli.training.figure import Figure
    from bpcli.training.loop.turns import Turn
    from bpcli.training.polynomials.polynomial import Basis
    from bpcli.training.stored.saved import Saved

MISSING = ("skip", "error")
SHOWN_STEPS = 2
MOST_STEPS = 10**9

# Endings that no expression has: a word that ends so is a file, whether it is there or not.
ENDINGS = (".csv", ".tsv", ".txt", ".dat", ".json", ".jsonl", ".npy", ".npz", ".gz", ".parquet")
# Options that a polynomial by least squares has no use for: with one of them it is trained like any other model.
GENERAL = (
    "optimizer", "loss", "ridge", "weight-decay", "schedule", "warmup", "clip", "batch", "reduce", "seed", "val",
    "patience", "tol", "dtype", "loss-scale", "no-zero",
)  # fmt: skip



def is_file(word: str | None) -> bool:
    """Whether the word after the command is a file of data rather than an expression."""
    if word is None:
        return False
    return word == "-" or os.path.exists(word) or word.lower().endswith(ENDINGS) or word.isidentifier()


def is_general(request: Request) -> bool:
    """Whether something else is asked for than a polynomial by least squares."""
    options = request.options
    if {"model", "file", "resume"} & set(options) or (request.text is not None and not is_file(request.text)):
        return True
    return request.text is not None and any(name in options for name in GENERAL)


class Order:
    """What was asked for: the setting, the data, the form of the answer."""

    def __init__(self, request: Request) -> None:
        options = request.options
        self.request = request
        self.command = request.command
        self.options = options
        count_ambiguous(whole(options, "ambiguous", 1, 2) or 1)
        self.format = chosen_format(options.get("format", ""), "json" in options)
        self.language = language(options) if self.format != "json" or "lang" in options else "en"
        self.quiet = request.quiet
        self.bare_digits = whole(options, "digits", 1, 17)
        self.digits = self.bare_digits or DIGITS
        shown = whole(options, "trace-steps", 0, 1000)
        self.every = whole(options, "checkpoint", 1, MOST_STEPS) or 0
        self.shown = 0 if request.command == "fit" else SHOWN_STEPS if shown is None else shown
        self.saved: Saved | None = read_saved(options["resume"]) if "resume" in options else None
        self.skipped: list[tuple[int, str]] = []  # the first of them
        self.rows_skipped = 0
        self.source = ""
        self.columns: dict[str, str] = {}  # name in the model -> column, where they differ
        self.called: dict[str, str] = {}  # column as a formula can call it -> as the file does
        self.basis: Basis | None = None  # of a polynomial
        self.earlier: list[str] = []  # of the log
        self.moves: tuple[Turn, Turn] | None = None  # the first turn with a step, and the last
        self.halved = self.doubled = 0  # how often the scale of the loss was
        self.entries: list[int] = []  # of tensors, which are shown in every step
        path = request.text if is_file(request.text) else None
        given = {name: value_of(text, name) for name, text in request.values.items()}
        setting = self._setting(request, path, given)
        names: tuple[str, ...] = ()
        columns: Mapping[str, Any] = {}
        if self.saved is None and "x-col" in options and (setting.text or path is None):
            raise InputError("column-of-model", name=options["x-col"])
        if self.saved is None and "weights" in options and (setting.explicit or path is None):
            raise InputError("weights-in-loss", name=options["weights"])
        if path is not None and not setting.text:
            setting, names, columns = self._polynomial(path, setting)
        elif path is not None:
            setting, names, columns = self._read(path, setting)
        asked = start = past = None
        if self.saved is not None:
            if self.saved.past is None:
                raise InputError("no-model-file", file=options["resume"])
            past, start, asked = self.saved.past, self.saved.start, self.saved.choice
        self.training = Training(setting, columns, names, past=past, start=start, choice=asked)
        if any(self.called.get(column, column) != column for column in self.training.names.values()):
            self.columns = {name: self.called[column] for name, column in self.training.names.items()}
        outcome = self.training.outcome
        outcome.source, outcome.rows_skipped = self.source, self.rows_skipped
        outcome.skipped = tuple(self.skipped)
        if self.saved is not None and self.saved.data != fingerprint(data_of(self.training)):
            outcome.note("other data")
        if self.saved is not None:
            self._remark_on_schedule(self.saved)
            if "log" in options:
                self.earlier = earlier_lines(options["log"], self.training.loop.past.number)

    def _remark_on_schedule(self, saved: Saved) -> None:
        """A schedule spans its steps: with more of them it is another, and the rate jumps."""
        training, steps = self.training, saved.setting.steps
        schedule, number = training.loop.plan.schedule, training.loop.past.number
        if schedule is None or training.choice.rate is None:
            return
        before = schedule_of(saved.setting.schedule, training.choice.rate, steps, saved.setting.warmup)
        if before(number) != schedule(number):
            training.outcome.note(
                "other schedule", steps=steps, more=training.setting.steps, rate=before(number), other=schedule(number),
                number=number,
            )  # fmt: skip

    def figure(self) -> Figure:
        """What there is to see of the training; of `train` also the losses."""
        from bpcli.training.pictured import figure_of_training

        return figure_of_training(self.training, self.columns, self.digits, losses=self.command == "train")

    def _setting(self, request: Request, path: str | None, given: dict[str, float]) -> Setting:
        options = request.options
        if self.saved is not None:
            refuse_changes(request, self.saved, self._asked(request, path, given))
            setting = self.saved.setting
            lacking = [name for name in (*self.saved.names, *self.saved.given) if name not in given]
            if path is None and lacking:
                kind = "resume-needs-values" if self.saved.tensors else "resume-needs-file"
                raise InputError(
                    kind, file=options["resume"], names=", ".join(lacking), command=request.command,
                    options=" ".join(f"--{name} @data.npz" for name in lacking),
                )  # fmt: skip
            limit = whole(options, "steps", 0, MOST_STEPS)
            if setting.explicit and (given or any(map(np.ndim, self.saved.parameters.values()))):
                # Tensors are given again; what is trained goes on from where it stands.
                starts = {} if not any(map(np.ndim, self.saved.parameters.values())) else self.saved.parameters
                setting = setting._replace(constants={**setting.constants, **given}, start={**setting.start, **starts})
            return setting if limit is None else setting._replace(steps=limit)
        return self._asked(request, path, given)

    def _asked(self, request: Request, path: str | None, given: dict[str, float]) -> Setting:
        """The setting of a training that begins. Raises InputError."""
        options, several = request.options, request.several
        explicit, text = self._text(request, path)
        if "loss" in options and request.text is not None and path is None:
            raise InputError("loss-of-loss", loss=options["loss"])
        constants = {**given, **numbers(several.get("hold", []), "hold")}
        limit = whole(options, "steps", 0, MOST_STEPS)
        return Setting(
            text,
            explicit,
            target=options.get("y-col"),
            loss=options.get("loss", "mse") if not explicit else "",
            start=numbers(several.get("init", []), "init"),
            constants=constants,
            optimizer=options.get("optimizer", "auto"),
            rate=None if options.get("lr") == "auto" else positive(options, "lr"),
            schedule=options.get("schedule", "constant"),
            warmup=whole(options, "warmup", 0, MOST_STEPS) or 0,
            steps=STEPS if limit is None else limit,
            batch=whole(options, "batch", 1, MOST_STEPS) or 0,
            reduce=options.get("reduce", "mean"),
            seed=whole(options, "seed", 0, MOST_STEPS) or 0,
            clip=options.get("clip", ""),
            ridge=positive(options, "ridge") or 0.0,
            decay=positive(options, "weight-decay"),
            share=share_of(options),
            patience=whole(options, "patience", 1, MOST_STEPS),
            tolerance=positive(options, "tol"),
            dtype=options.get("dtype", ""),
            scale=options.get("loss-scale", ""),
            weights=options.get("weights", ""),
            zero="no-zero" not in options,
        )

    def _text(self, request: Request, path: str | None) -> tuple[bool, str]:
        """The text of the model, or of the loss itself, and which of both it is. Raises InputError."""
        options = request.options
        places: list[str] = [name for name in ("model", "file", "degree") if name in options]
        if request.text is not None and path is None:
            places.append("expression")
        if len(places) > 1:
            raise InputError("two-models", first=places[0], second=places[1])
        if places == ["expression"]:
            return True, str(request.text)
        if "file" in options:
            if options["file"] == "-" and path == "-":
                raise InputError("standard-input-twice")
            # With a loss of its own on top, a program is a model.
            return "loss" not in options, text_of(options["file"])
        if "model" in options:
            return False, options["model"]
        loss = options.get("loss", "")
        if path is not None and loss and not loss.isidentifier() and "degree" not in options:
            if uses_prediction(loss) and not self._has_column(path, PREDICTED, options.get("encoding")):
                return False, ""  # a loss on top of a polynomial
            # A loss that is no function of a prediction is all there is.
            return True, loss
        if path is None and self.saved is None:
            raise InputError("nothing-to-train-on", command=request.command)
        return False, ""  # a polynomial

    def _has_column(self, path: str, name: str, encoding: str | None) -> bool:
        """Whether a file has a column of this name; of standard input, which can be read once, that is not known."""
        if path == "-":
            return False
        rows = open_rows(path, encoding)
        try:
            return name in rows.names
        finally:
            rows.close()

    def _polynomial(self, path: str, setting: Setting) -> tuple[Setting, tuple[str, ...], Kept]:
        """A polynomial in a basis in which descent is quick, as a model, with its columns x and y."""
        from bpcli.training.polynomials import polynomial
        from bpcli.training.polynomials.fitting import MOST_DEGREE

        degree = whole(self.options, "degree", 0, MOST_DEGREE)
        degree = 1 if degree is None else degree
        known = LOSSES.get(setting.loss)
        if known is not None and known.takes == PROBABILITY:
            written = polynomial.written([*"abcdefghijklmnopqrstuvwxyz"[: degree + 1]], "x") if degree < 5 else "..."
            raise InputError("polynomial-no-probability", loss=setting.loss, written=written)
        chosen = self.options.get("x-col"), self.options.get("y-col")
        missing, encoding = choice(self.options, "missing", MISSING), self.options.get("encoding")
        weights = self.options.get("weights")
        table = read_table(path, *chosen, missing=missing, encoding=encoding, weights=weights)
        (x_name, y_name), kept = choose_pair(table, *chosen)
        self.source, self.columns = table.source, {"x": x_name, "y": y_name}
        if table.weights is not None:
            self.columns["w"] = table.names[table.weights]
        self.skipped, self.rows_skipped = [(row, str(reason)) for row, reason in table.skipped], table.rows_skipped
        ends = np.array([kept.low["x"], kept.high["x"]])
        basis = polynomial.powers(degree) if "no-scale" in self.options else polynomial.chebyshev(ends, degree)
        self.basis = basis
        # Without its last line, which is the loss.
        text = "\n".join(basis.program().splitlines()[:-1])
        start = {f"c{order}": 0.0 for order in range(degree + 1)} | setting.start
        if not setting.loss.isidentifier():
            setting = setting._replace(loss=renamed(setting.loss, {x_name: "x", y_name: "y"}))
        setting = setting._replace(text=text, target="y", start=start, weights="w" if "w" in kept else "")
        return setting, kept.names, kept

    def _read(self, path: str, setting: Setting) -> tuple[Setting, tuple[str, ...], Kept]:
        """The setting with its target by name, the names of all columns, and those that the model needs without the
        rows that miss one."""
        strict = choice(self.options, "missing", MISSING) == "error"
        try:
            rows = open_rows(path, self.options.get("encoding"))
        except InputError as error:
            if error.kind == "points-shape" and setting.explicit:
                raise InputError("arrays-by-name", file=path, shape=error.facts["shape"]) from None
            raise
        try:
            self.source = rows.source
            names = self._names(tuple(spelled(name) for name in rows.names), rows.source, setting)
            if self.saved is None:
                called = usable_names(names)
                self.called = dict(zip(called, rows.names, strict=True))
                by_original = dict(zip(names, called, strict=True))
                setting = setting._replace(
                    target=by_original.get(setting.target or "", setting.target),
                    weights=by_original.get(setting.weights, setting.weights),
                )
                names = called
            if setting.target is not None and setting.target not in names:
                place = setting.target
                if place.isdecimal() and 0 < int(place) <= len(names):
                    setting = setting._replace(target=names[int(place) - 1])
            if setting.target is not None and setting.target not in names:
                raise InputError("no-such-target", name=setting.target, columns=", ".join(names))
            if setting.weights:
                chosen = names[column_index(names, setting.weights, "--weights", rows.source)]
                if not chosen.isidentifier():
                    raise InputError("weights-unnamed", name=chosen)
                setting = setting._replace(weights=chosen)
            model = setting.model(names)
            wanted = [name if name in names else model.column for name in model.data]
            originals = [rows.names[names.index(name)] for name in wanted]
            columns = Kept(wanted, MOST_NUMBERS)
            for piece in rows.pieces(originals):
                good = np.ones(len(piece.columns[0]) if piece.columns else 0, dtype=bool)
                for name, column in zip(wanted, piece.columns, strict=True):
                    bad = ~np.isfinite(column)
                    if name == setting.weights:
                        refuse_negative(piece, wanted.index(name), wanted, rows.source)
                        bad |= column == 0
                    missing = np.flatnonzero(bad & good)
                    self.rows_skipped += len(missing)
                    for row in missing[: SHOWN_SKIPS - len(self.skipped)]:
                        self.skipped.append((piece.place(int(row)), name))
                        if strict and name == setting.weights and np.isfinite(column[row]):
                            continue
                        if strict:
                            reason = reason_to_skip(piece, int(row), wanted)
                            line = piece.place(int(row))
                            raise InputError("csv-missing-cell", file=rows.source, row=line, reason=reason)
                    good &= ~bad
                if wanted:
                    columns.add([column[good] for column in piece.columns])
        finally:
            rows.close()
        if wanted and not columns.rows:
            raise InputError("no-usable-rows", file=rows.source, skipped=self.rows_skipped)
        return setting, names, columns

    def _names(self, names: tuple[str, ...], source: str, setting: Setting) -> tuple[str, ...]:
        """The columns of a file as a stored model calls them. Raises InputError where it lacks one."""
        if self.saved is None:
            return names
        columns = {
            name: setting.target if setting.target not in (None, *self.saved.names) and name == "target" else column
            for name, column in self.saved.columns.items()
        }
        missing = [str(column) for column in columns.values() if column not in names]
        if missing:
            raise InputError(
                "columns-of-saved", file=source, names=", ".join(missing), columns=", ".join(names),
            )  # fmt: skip
        renamed = {column: name for name, column in columns.items() if name not in (column, "target")}
        if renamed:
            self.columns = dict(self.saved.columns)
        return tuple(renamed.get(name, name) for name in names)


def numbers(texts: Sequence[str], option: str) -> dict[str, Any]:
    """Values by name: `a=1,b=2`, in one or several pieces. Raises InputError."""
    found: dict[str, Any] = {}
    for text in texts:
        for piece in pieces(text):
            name, equals, value = piece.partition("=")
            name = spelled(name.strip())
            if not equals or not name.isidentifier():
                raise InputError("option-not-names", option=option, text=piece.strip())
            if name in found:
                raise InputError("given-twice", name=name, first=full(found[name]), second=value)
            found[name] = value_of(value.strip(), name)
    return found


def share_of(options: Mapping[str, str]) -> float:
    """The share of rows that is held out. Raises InputError."""
    text = options.get("val")
    if text is None:
        return 0.0
    try:
        value = float(value_of(text))
    except InputError:
        value = -1.0
    if not 0 < value < 1:
        raise InputError("val-range", text=text)
    return value
