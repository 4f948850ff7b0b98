"""`bpcli fit` and `bpcli train` of a model, a program or an expression: read, train, report, store."""

from __future__ import annotations

import os
import sys
import time

import numpy as np

from bpcli.cli.arguments import spelled
from bpcli.cli.output import chosen_format, say, show_table, tell, write, write_json
from bpcli.cli.settings import language
from bpcli.cli.work import choice, pieces, positive, text_of, whole
from bpcli.data.choice import column_index
from bpcli.data.rows import open_rows
from bpcli.data.table import reason_to_skip, refuse_negative
from bpcli.engine.given import value_of
from bpcli.errors import DONE, INTERRUPTED, NUMERIC_FAILURE, FileError, InputError, count_ambiguous
from bpcli.files import write_whole
from bpcli.numbers import DIGITS, full, show
from bpcli.render import layout
from bpcli.render import training as report
from bpcli.render.fit import spark
from bpcli.render.trained import outcome_dict
from bpcli.render.training import said
from bpcli.render.words import counted
from bpcli.training.lesson import rows_of, trace_of
from bpcli.training.saved import data_of, fingerprint, read_saved, saved_training, write_model
from bpcli.training.setting import STEPS, Setting
from bpcli.training.training import Training

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from bpcli.cli.arguments import Request
    from bpcli.training.loop import Turn
    from bpcli.training.polynomial import Basis
    from bpcli.training.saved import Saved

PATIENCE = 0.5  # seconds of work before a line of progress appears
MISSING = ("skip", "error")
SHOWN_STEPS, SHOWN_ROWS = 2, 3
MOST_STEPS = 10**9
UNNAMED = "bpcli-model"  # what an interrupted training is stored as, where nobody said

# Endings that no expression has: a word that ends so is a file, whether it is there or not.
ENDINGS = (".csv", ".tsv", ".txt", ".dat", ".json", ".jsonl", ".npy", ".npz", ".gz", ".parquet")
# Options that a polynomial by least squares has no use for: with one of them it is trained like any other model.
GENERAL = (
    "optimizer", "loss", "ridge", "weight-decay", "schedule", "warmup", "clip", "batch", "reduce", "seed", "val",
    "patience", "tol", "dtype", "loss-scale",
)  # fmt: skip

# What a training that goes on has already decided, besides those.
FIXED = ("model", "file", "degree", "lr", "hold", "init", "x-col", "y-col", "weights", "no-scale")


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
        self.command = request.command
        self.options = options
        count_ambiguous(whole(options, "ambiguous", 1, 2) or 1)
        self.format = chosen_format(options.get("format", ""), "json" in options)
        self.language = language(options) if self.format != "json" or "lang" in options else "en"
        self.quiet = request.quiet
        self.bare_digits = whole(options, "digits", 1, 17)
        self.digits = self.bare_digits or DIGITS
        shown = whole(options, "trace-steps", 0, 1000)
        self.shown = 0 if request.command == "fit" else SHOWN_STEPS if shown is None else shown
        self.saved: Saved | None = read_saved(options["resume"]) if "resume" in options else None
        self.skipped: list[tuple[int, str]] = []
        self.source = ""
        self.columns: dict[str, str] = {}  # name in the model -> column, where they differ
        self.basis: Basis | None = None  # of a polynomial
        path = request.text if is_file(request.text) else None
        given = {name: value_of(text, name) for name, text in request.values.items()}
        setting = self._setting(request, path, given)
        names: tuple[str, ...] = ()
        columns: Mapping[str, Any] = {}
        if "x-col" in options and (setting.text or path is None):
            raise InputError("column-of-model", name=options["x-col"])
        if "weights" in options and (setting.explicit or path is None):
            raise InputError("weights-in-loss", name=options["weights"])
        if path is not None and not setting.text:
            setting, names, columns = self._polynomial(path, setting)
        elif path is not None:
            setting, names, columns = self._read(path, setting)
        asked = start = past = None
        if self.saved is not None:
            if self.saved.past is None:
                raise InputError("cannot-resume", file=options["resume"])
            past, start, asked = self.saved.past, self.saved.start, self.saved.choice
        self.training = Training(setting, columns, names, past=past, start=start, choice=asked)
        outcome = self.training.outcome
        outcome.source, outcome.rows_skipped = self.source, len(self.skipped)
        outcome.skipped = tuple(self.skipped)
        if self.saved is not None and self.saved.data != fingerprint(data_of(self.training)):
            outcome.note("other data")

    def _setting(self, request: Request, path: str | None, given: dict[str, float]) -> Setting:
        options, several = request.options, request.several
        if self.saved is not None:
            for name in (*FIXED, *GENERAL):
                if name in options or name in several:
                    raise InputError("resume-and", option=name)
            setting = self.saved.setting
            limit = whole(options, "steps", 0, MOST_STEPS)
            if setting.explicit and (given or any(map(np.ndim, self.saved.parameters.values()))):
                # Tensors are given again; what is trained goes on from where it stands.
                starts = {} if not any(map(np.ndim, self.saved.parameters.values())) else self.saved.parameters
                setting = setting._replace(constants={**setting.constants, **given}, start={**setting.start, **starts})
            return setting if limit is None else setting._replace(steps=limit)
        explicit, text = self._text(request, path)
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
            patience=whole(options, "patience", 1, MOST_STEPS) or 20,
            tolerance=positive(options, "tol"),
            dtype=options.get("dtype", ""),
            scale=options.get("loss-scale", ""),
            weights=options.get("weights", ""),
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
            # A loss that is no function of a prediction is all there is.
            return True, loss
        if path is None:
            raise InputError("nothing-to-train-on", command=request.command)
        return False, ""  # a polynomial

    def _polynomial(self, path: str, setting: Setting) -> tuple[Setting, tuple[str, ...], dict[str, Any]]:
        """A polynomial in a basis in which descent is quick, as a model, with its columns x and y."""
        from bpcli.data.table import choose_pair, read_table
        from bpcli.training import polynomial
        from bpcli.training.fitting import MOST_DEGREE

        degree = whole(self.options, "degree", 0, MOST_DEGREE)
        degree = 1 if degree is None else degree
        chosen = self.options.get("x-col"), self.options.get("y-col")
        missing, encoding = choice(self.options, "missing", MISSING), self.options.get("encoding")
        weights = self.options.get("weights")
        table = read_table(path, *chosen, missing=missing, encoding=encoding, weights=weights)
        (x_name, y_name), kept = choose_pair(table, *chosen)
        columns = {name: kept.column(name) for name in kept.names}
        self.source, self.columns = table.source, {"x": x_name, "y": y_name}
        if table.weights is not None:
            self.columns["w"] = table.names[table.weights]
        self.skipped = [(row, str(reason)) for row, reason in table.skipped]
        basis = polynomial.powers(degree) if "no-scale" in self.options else polynomial.chebyshev(columns["x"], degree)
        self.basis = basis
        # Without its last line, which is the loss.
        text = "\n".join(basis.program().splitlines()[:-1])
        start = {f"c{order}": 0.0 for order in range(degree + 1)} | setting.start
        setting = setting._replace(text=text, target="y", start=start, weights="w" if "w" in columns else "")
        return setting, tuple(columns), columns

    def _read(self, path: str, setting: Setting) -> tuple[Setting, tuple[str, ...], dict[str, Any]]:
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
            parts: list[list[Any]] = []
            for piece in rows.pieces(originals):
                good = np.ones(len(piece.columns[0]) if piece.columns else 0, dtype=bool)
                for name, column in zip(wanted, piece.columns, strict=True):
                    bad = ~np.isfinite(column)
                    if name == setting.weights:
                        refuse_negative(piece, wanted.index(name), wanted, rows.source)
                        bad |= column == 0
                    for row in np.flatnonzero(bad & good):
                        self.skipped.append((piece.place(int(row)), name))
                        if strict and name == setting.weights and np.isfinite(column[row]):
                            continue
                        if strict:
                            reason = reason_to_skip(piece, int(row), wanted)
                            line = piece.place(int(row))
                            raise InputError("csv-missing-cell", file=rows.source, row=line, reason=reason)
                    good &= ~bad
                parts.append([column[good] for column in piece.columns])
        finally:
            rows.close()
        columns = {name: np.concatenate([part[place] for part in parts]) for place, name in enumerate(wanted) if parts}
        if wanted and (not columns or not len(columns[wanted[0]])):
            raise InputError("no-usable-rows", file=rows.source, skipped=len(self.skipped))
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


def run_model(request: Request) -> int:
    """Train, and say what came out; the exit code."""
    order = Order(request)
    training, outcome, tongue = order.training, order.training.outcome, order.language
    talks = order.format != "json" and not order.quiet
    if talks:
        for lines in (
            report.data_lines(outcome, order.digits, tongue),
            report.model_lines(outcome, order.digits, tongue),
            report.plan_lines(training, order.digits, tongue, order.saved is not None),
        ):
            for line in lines:
                say(line, 11)
        write([""])
        sys.stdout.flush()
    kept = followed(order)
    if order.basis is not None and outcome.stopped != "diverged":
        raw = order.basis.raw(np.array([*outcome.parameters.values()]))
        outcome.powers = {f"k{place}": value for place, value in enumerate(raw)}
    stored = store(order)
    if order.format == "json":
        write_json(outcome_dict(outcome))
    elif order.quiet:
        if outcome.stopped != "diverged":
            write(report.quiet_lines(outcome, order.bare_digits))
        if outcome.rows_skipped:
            rows = counted(outcome.rows_used + outcome.rows_held_out, "row", tongue)
            rows += said("skipped", tongue, count=outcome.rows_skipped)
            tell(said("warning", tongue, text=rows))
        for line in report.warning_lines(outcome, tongue):
            tell(line)
    else:
        told_outcome(order, kept)
    for line in stored:
        (say if talks else tell)(line)
    if outcome.stopped == "diverged":
        return NUMERIC_FAILURE
    return INTERRUPTED if outcome.stopped == "interrupted" else DONE


def followed(order: Order) -> list[Turn]:
    """Carry out the turns, show the first in full; those of the log. An interruption ends them in order."""
    training = order.training
    log: list[Turn] = []
    following = training.loop.past.number
    first = following
    talks = order.format != "json" and not order.quiet
    last: Turn | None = None
    turns = iter(training)
    try:
        for turn in watched(order, turns):
            if talks and turn.number - first < order.shown and (turn.step is not None or turn.overflow):
                show_step(order, turn, last)
                following = turn.number + 1
            elif turn.number >= following or turn.stopped or turn.overflow:
                log.append(turn)
                following = max(turn.number + 1, round(turn.number * 1.6))
            if training.validation is not None:
                # Rows held out are looked at once an epoch.
                epoch = training.loop.batches.steps
                following = -(-following // epoch) * epoch
            last = turn
    except KeyboardInterrupt:
        training.interrupt()
    if last is not None and (not log or log[-1] is not last):
        log.append(last)
    return log


def show_step(order: Order, turn: Turn, before: Turn | None) -> None:
    """One turn in full: forward, loss, backward, clipping, update."""
    training, digits, tongue = order.training, order.digits, order.language
    model, loss, setting = training.model, training.loss, training.setting
    output = model.program.output_name
    first = before is None and turn.number == 0
    say(said("first step" if first else "step", tongue, number=turn.number), 12)
    count = loss.rows if turn.rows is None else len(turn.rows)
    rows = counted(count, "row", tongue)
    many = bool(loss.columns) and count > 1
    traced = trace_of(training, turn) if before is None or not many else None
    if traced is not None:
        trace, row = traced
        say(said("forward row", tongue, row=row + 1, rows=rows) if many else said("forward one", tongue), 12)
        table = layout.forward_table(trace, digits, tongue)
        table.title = ""
        show_table(table, order.format)
        reduce = said(setting.reduce, tongue)
        say(said("backward row", tongue, reduce=reduce) if many else said("backward", tongue), 12)
        table = layout.backward_table(trace, digits, tongue)
        table.title = ""
        show_table(table, order.format)
    if many:
        if before is None:
            names = [name for name in model.data if len(model.data) <= 4]
            key = "rows" if count <= SHOWN_ROWS else "first rows"
            say(said(key, tongue, reduce=said(setting.reduce, tongue), shown=SHOWN_ROWS, count=count), 12)
            sample = rows_of(training, turn, SHOWN_ROWS)
            show_table(report.rows_table(training, names, sample, turn, digits, tongue), order.format)
        say(said(f"loss {setting.reduce}", tongue, name=output, rows=rows, loss=show(turn.loss, digits)), 12)
    else:
        say(said("loss", tongue, loss=f"{output} = {show(turn.loss, digits)}"), 12)
    if turn.overflow:
        facts = {"scale": show(turn.scale, digits), "half": show(turn.scale / 2, digits)}
        say(said("overflow", tongue, dtype=setting.dtype, **facts), 12)
        write([""])
        return
    clip = training.loop.plan.clip
    if clip is not None:
        key = "clipped value" if not clip.by_norm else "clipped" if turn.norm > clip.limit else "not clipped"
        say(said(key, tongue, norm=show(turn.norm, digits), limit=show(clip.limit, digits)), 12)
    if training.loop.plan.make is None:
        trials = counted(turn.trials, "evaluation", tongue)
        say(said("search", tongue, trials=trials), 12)
    elif before is not None and turn.number == 1:
        show_zeroing(order, turn, before)
    say(said("update", tongue), 12)
    show_table(report.step_table(training, turn, digits, tongue), order.format)
    write([""])


def show_zeroing(order: Order, turn: Turn, before: Turn) -> None:
    """What the gradient would be had the last one not been set to zero."""
    digits, tongue, model = order.digits, order.language, order.training.model
    name = model.parameters[0]
    last, new = float(before.gradient[0]), float(turn.gradient[0])
    say(said("zeroing", tongue), 12)
    facts = {"last": show(last, digits), "new": show(new, digits), "total": show(last + new, digits)}
    facts["new"] = f"({facts['new']})" if facts["new"].startswith("-") else facts["new"]
    say(said("not zeroed", tongue, loss=model.program.output_name, name=name, new_alone=show(new, digits), **facts), 12)


def told_outcome(order: Order, log: list[Turn]) -> None:
    """The history, why it stopped, parameters, quality, the formula, and what to mind."""
    training, outcome, digits, tongue = order.training, order.training.outcome, order.digits, order.language
    if order.command == "fit":
        show_table(report.history_table(outcome, digits, tongue), order.format)
    else:
        show_table(report.log_table(training, log, digits, tongue), order.format)
    if training.loop.batches.size:
        say(said("batch losses", tongue, loss=show(outcome.final_loss, digits)))
    say(report.stop_line(outcome, tongue))
    write([""])
    if outcome.stopped != "diverged":
        show_table(report.parameter_table(outcome, digits, tongue), order.format)
        write([""])
        for line in report.quality_lines(outcome, digits, tongue):
            say(line)
        if training.model.predicted is not None:
            write([""])
            if outcome.powers:
                from bpcli.training.polynomial import written

                say(said("in powers", tongue, name="x"))
                say(f"y = {written([show(value, 10) for value in outcome.powers.values()], 'x')}")
            else:
                say(outcome.rounded(digits, training.loss))
    for line in report.warning_lines(outcome, tongue):
        say(line)


def store(order: Order) -> list[str]:
    """Write the log and the model where they were asked for, the model also where one was interrupted; what to say."""
    training, options, tongue = order.training, order.options, order.language
    lines = []
    if "log" in options:
        lines.append(logged(options["log"], log_lines(training), tongue))
    stopped = training.outcome.stopped
    path = options.get("save")
    if path is None and stopped == "interrupted":
        path = free_name()
    if path is not None and stopped != "diverged":
        write_model(path, saved_training(training, order.columns or training.names))
        lines.append(said("kept" if stopped == "interrupted" else "saved", tongue, file=path, command=order.command))
    return lines


def logged(path: str, lines: Iterable[str], tongue: str) -> str:
    """Write a log, whole or not at all; what to say of it. Raises FileError."""
    try:
        write_whole(path, lines)
    except OSError as error:
        raise FileError("file-unwritable", file=path, reason=(error.strerror or str(error)).lower()) from None
    return said("logged", tongue, file=path)


def log_lines(training: Training) -> Iterator[str]:
    """The history as CSV: every number as it was computed at its step."""
    validations = dict(training.outcome.validations)
    schedule = training.loop.plan.schedule
    yield "step,loss,rate,validation\n"
    for step, loss in training.outcome.losses:
        rate = "" if schedule is None else full(schedule(step))
        yield f"{step},{full(loss)},{rate},{full(validations[step]) if step in validations else ''}\n"


def free_name() -> str:
    """A name for a model that nobody has named."""
    number, name = 1, f"{UNNAMED}.json"
    while os.path.exists(name):
        number += 1
        name = f"{UNNAMED}-{number}.json"
    return name


def watched(order: Order, turns: Iterator[Turn]) -> Iterator[Turn]:
    """The turns, with a line of progress and the loss so far on a terminal once it takes a while."""
    began = time.monotonic()
    if not sys.stderr.isatty():
        yield from turns
        return
    progress = task = None
    losses = order.training.outcome.losses
    try:
        for turn in turns:
            if progress is None and time.monotonic() - began > PATIENCE:
                from rich.console import Console
                from rich.progress import BarColumn, Progress, TextColumn

                progress = Progress(
                    TextColumn("{task.fields[said]}"), BarColumn(20), TextColumn("{task.fields[line]}"),
                    console=Console(stderr=True), transient=True,
                )  # fmt: skip
                progress.start()
                task = progress.add_task("", total=order.training.setting.steps, said="", line="")
            if progress is not None and task is not None and (turn.number % 16 == 0 or turn.stopped):
                text = said("progress", order.language, step=turn.number, loss=show(turn.loss))
                line = spark([loss for _, loss in losses[:: max(1, len(losses) // 400)]])
                progress.update(task, completed=turn.number, said=text, line=line)
            yield turn
    finally:
        if progress is not None:
            progress.stop()
