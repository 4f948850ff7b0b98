"""`bpcli fit` and `bpcli train`: from a file of numbers to a fitted curve."""

from __future__ import annotations

import sys

from bpcli.cli.options import TRAINING_BY_NAME
from bpcli.cli.output import chosen_format, say, show_table, tell, write, write_json
from bpcli.cli.plots import check_plot, print_plot, store_plot
from bpcli.cli.settings import count_widths, language
from bpcli.cli.settings import digits as digits_of
from bpcli.cli.work import choice, positive, whole
from bpcli.engine.notes import Note
from bpcli.errors import DONE, INTERRUPTED, NUMERIC_FAILURE, FileError, InputError, closest
from bpcli.files import check_writable
from bpcli.numbers import full, show
from bpcli.render.json.fits import fit_dict
from bpcli.render.trainings import polynomial as report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from bpcli.cli.arguments import Request
    from bpcli.training.figure import Figure
    from bpcli.training.polynomials.descent import Step
    from bpcli.training.polynomials.fit import Fit
    from bpcli.training.stored.saved import Saved

MISSING = ("skip", "error")


class Order:
    """What was asked for: the file, the model, the descent, the form of the answer."""

    def __init__(self, request: Request, saved: Saved | None = None) -> None:
        """saved: a polynomial whose descent goes on"""
        from bpcli.cli.commands.resumed import refuse_changes
        from bpcli.data.table import choose_pair, read_table
        from bpcli.training.polynomials.fitting import MOST_DEGREE, STEPS, Fitting

        options = request.options
        descent = None
        if saved is not None:
            descent = saved.descent
            refuse_changes(request, saved, None)
        if request.text is None and saved is not None:
            names_of = ", ".join(saved.columns.values())
            raise InputError(
                "resume-needs-file", file=options["resume"], names=names_of, command=request.command
            )
        if request.text is None:
            raise InputError("no-data-file", command=request.command)
        self.request = request
        for option in request.several:
            raise InputError("not-for-coefficients", option=option, file=request.text)
        for name in request.values:
            near = closest(name, [*TRAINING_BY_NAME])
            if near and len(name) > 3:
                raise InputError("unknown-option", option=f"--{name}", hint=f"did you mean --{near}?")
            raise InputError("not-in-polynomial", name=name)
        self.format = chosen_format(options.get("format", ""), "json" in options)
        self.quiet = request.quiet
        self.command = request.command
        self.language = language(options)
        count_widths(options)
        self.bare_digits = whole(options, "digits", 1, 17)
        self.digits = digits_of(options)
        self.every = whole(options, "checkpoint", 1, 10**9) or 0
        degree = whole(options, "degree", 0, MOST_DEGREE)
        limit = whole(options, "steps", 0, 10**9)
        shown = whole(options, "trace-steps", 0, 1000)
        self.shown = 2 if shown is None else shown
        rate = None if options.get("lr") == "auto" else positive(options, "lr")
        chosen = options.get("x-col"), options.get("y-col")
        self.weights = options.get("weights")
        scale, past = "no-scale" not in options, None
        if saved is not None and descent is not None:
            from bpcli.training.stored.saved import standing_of

            chosen = saved.columns["x"], saved.columns["y"]
            degree, rate, scale = descent["degree"], descent["rate"], descent["scale"]
            limit = descent["steps"] if limit is None else limit
            self.weights, past = descent["weights"], standing_of(descent)
        self.asked: dict[str, Any] = {"degree": 1 if degree is None else degree, "rate": rate, "scale": scale,
                      "steps": STEPS if limit is None else limit, "weights": self.weights}  # fmt: skip
        table = read_table(
            request.text, *chosen, weights=self.weights, missing=choice(options, "missing", MISSING),
            encoding=options.get("encoding"),
        )  # fmt: skip
        names, kept = choose_pair(table, *chosen)
        self.fitting = Fitting(
            kept, self.asked["degree"], rate=rate, steps=self.asked["steps"], scale=scale, keep=50, past=past,
        )  # fmt: skip
        self.earlier: list[str] = []  # of the log
        if saved is not None and "log" in options:
            from bpcli.cli.commands.checkpoint import earlier_lines

            self.earlier = earlier_lines(options["log"], self.fitting.start.number)
        self.data = self.fitting.fingerprint
        if descent is not None and descent["data"] != self.data:
            self.fitting.fit.warnings.append(Note("fit-other-data"))
        self.command = request.command
        self.options = options
        self.columns = {"x": names[0], "y": names[1]}
        self.ranges = {role: self.fitting.fit.ranges[role] for role in "xy"}
        fit = self.fitting.fit
        fit.source = table.source
        fit.rows_skipped, fit.skipped = table.rows_skipped, table.skipped
        fit.x_name, fit.y_name = _names(*names)
        fit.w_name = "" if table.weights is None else table.names[table.weights]


    def figure(self) -> Figure:
        """What there is to see of the fit; of `train` also the losses."""
        from bpcli.training.pictured import figure_of_fit

        return figure_of_fit(self.fitting.fit, self.digits, losses=self.command == "train")


def _names(x_name: str, y_name: str) -> tuple[str, str]:
    """The names of the columns, where a formula can use them; x and y otherwise."""
    usable = x_name.isidentifier() and y_name.isidentifier() and x_name != y_name
    return (x_name, y_name) if usable else ("x", "y")


def run_training(request: Request) -> int:
    """Carry out `fit` or `train`; the exit code."""
    from bpcli.cli.commands.order import is_general
    from bpcli.cli.commands.training import run_model

    check_targets(request.options)
    check_plot(request.options, silent_option(request))
    if "demo" in request.options:
        from bpcli.cli.commands.playground import run_demo

        return run_demo(request)
    if "html" in request.options:
        raise InputError("page-of-demo")
    if "patience" in request.options and "val" not in request.options and "resume" not in request.options:
        raise InputError("patience-alone")
    if "checkpoint" in request.options and "save" not in request.options:
        raise InputError("checkpoint-alone")
    saved = None
    if "resume" in request.options:
        from bpcli.training.stored.saved import read_saved

        saved = read_saved(request.options["resume"])
    if is_general(request) and (saved is None or saved.descent is None):
        return run_model(request)
    order = Order(request, saved)
    return run_fit(order) if request.command == "fit" else run_train(order)


def silent_option(request: Request) -> str:
    """The option by which nothing is printed but the answer; "" where there is none."""
    if chosen_format(request.options.get("format", ""), "json" in request.options) == "json":
        return "--json"
    return "-q" if request.quiet else ""


def check_targets(options: dict[str, str]) -> None:
    """Raises FileError where a file cannot be written, InputError where a log would be lost, before any training."""
    for name in ("save", "log", "html"):
        if name in options:
            try:
                check_writable(options[name])
            except OSError as error:
                reason = (error.strerror or str(error)).lower()
                raise FileError("file-unwritable", file=options[name], reason=reason) from None
    if "resume" in options and "log" in options:
        from bpcli.cli.commands.checkpoint import is_log

        if not is_log(options["log"]):
            raise InputError("log-exists", file=options["log"])


def content_of(order: Order) -> dict[str, Any]:
    """What a stored polynomial holds, also while it is fitted."""
    from bpcli.training.stored.saved import saved_formula

    fitting, fit = order.fitting, order.fitting.fit
    standing, place = fitting.standing
    # Without its last line, which is the loss: what is left is the prediction, in the basis that keeps its digits.
    text = "\n".join(fit.basis.program().splitlines()[:-1])
    done = bool(fit.stopped)
    parameters = fit.scaled if done else dict(zip(fitting.names, standing.parameters.tolist(), strict=True))
    descent = {**order.asked, "standing": standing, "place": place, "data": order.data}
    return saved_formula(
        text, parameters, order.ranges, order.columns, target="y", equation=fit.equation if done else None,
        rows=fit.rows_used, descent=descent,
    )  # fmt: skip


def log_lines(order: Order) -> Iterator[str]:
    """The history as CSV: every number as it was computed at its step, from before a fit went on as well."""
    fit = order.fitting.fit
    yield from order.earlier
    for step, loss in enumerate(fit.losses, fit.began):
        yield f"{step},{full(loss)},{full(fit.rate)},\n"


def store(order: Order) -> list[str]:
    """Write the log and the model where they were asked for, the model also where one was interrupted; what to say."""
    from bpcli.cli.commands.checkpoint import write_log
    from bpcli.cli.commands.resumed import command_to_go_on
    from bpcli.cli.commands.training import free_name
    from bpcli.render.trainings.words import said
    from bpcli.training.stored.saved import write_model

    fit, options, lines = order.fitting.fit, order.options, []
    tongue = language(options) if order.format != "json" or "lang" in options else "en"
    if "log" in options:
        write_log(options["log"], log_lines(order))
        lines.append(said("logged", tongue, file=options["log"]))
    path, interrupted = options.get("save"), fit.stopped == "interrupted"
    if path is None and interrupted:
        path = free_name()
    if path is not None and fit.stopped != "diverged":
        write_model(path, content_of(order))
        key = "saved" if not interrupted else "kept" if "save" in options else "kept unasked"
        lines.append(said(key, tongue, file=path, command=command_to_go_on(order.request, path)))
    lines += store_plot(order.figure, options, tongue)
    return lines


def told(order: Order, report: Callable[[], None]) -> int:
    """Store what is to be stored, give the answer, and say where it is; the exit code.

    report: prints the whole of it, where not only numbers are asked for
    """
    # First of all: who closes the pipe that the report goes to still has the files.
    lines, fit = store(order), order.fitting.fit
    if order.format == "json":
        write_json(fit_dict(fit))
    elif order.quiet:
        _quiet(order, fit)
    else:
        report()
    for line in lines:
        (tell if order.quiet or order.format == "json" else say)(line)
    return _code(fit)


def run_fit(order: Order) -> int:
    """Fit, and report the curve."""
    fit = order.fitting.fit
    if order.format != "json" and not order.quiet:
        # Before the descent: what was read is worth seeing while it runs.
        _told_first(order, fit)
        sys.stdout.flush()
    try:
        for _ in _watched(order):
            pass
    except KeyboardInterrupt:
        order.fitting.interrupt()
    return told(order, lambda: _outcome(order, fit))


def _told_first(order: Order, fit: Fit) -> None:
    """What was read and what is fitted; on a terminal long lines go on below their text."""
    for lines in (report.data_lines, report.model_lines):
        for line in lines(fit, order.digits, order.language):
            say(line, 11)
    write([""])


def run_train(order: Order) -> int:
    """The same descent as a loop: the first steps in full, then a log."""
    fit = order.fitting.fit
    log: list[Step] = []
    following = 1
    full_steps = order.format != "json" and not order.quiet
    if full_steps:
        _told_first(order, fit)
        write(report.program_lines(fit, order.language))
        say(report.said("coefficients", order.language))
        write([""])
    fit.scaled = dict.fromkeys(order.fitting.names, 0.0)
    last: Step | None = None
    before: Step | None = None
    try:
        for step in _watched(order):
            before, last = last, step
            if full_steps and step.number - fit.began < order.shown and step.step is not None:
                _show_step(order, fit, step, before)
            elif step.number >= following or step.stopped:
                log.append(step)
                following = max(step.number + 1, round(step.number * 1.6))
    except KeyboardInterrupt:
        order.fitting.interrupt()

    def report_it() -> None:
        if last is not None and (not log or log[-1] is not last):
            log.append(last)
        show_table(report.log_table(fit, log, order.digits, order.language), order.format)
        write([""])
        _outcome(order, fit, history=False)

    return told(order, report_it)


def _quiet(order: Order, fit: Fit) -> None:
    """The coefficients alone, and on standard error what is wrong with them; none where the descent diverged."""
    if fit.stopped != "diverged":
        write(f"{name}={_bare(order, value)}" for name, value in fit.parameters.items())
    for warning in report.warning_lines(fit, order.language):
        sys.stderr.write(f"{warning}\n")


def _show_step(order: Order, fit: Fit, step: Step, before: Step | None) -> None:
    digits, words = order.digits, order.language
    write(report.step_head(fit, step, words))
    if step.number == fit.began:
        first = order.fitting.objective.sample(step.parameters, 3)
        show_table(report.rows_table(first, digits, words), order.format)
    write(report.step_loss(fit, step, digits, words))
    if before is not None and before.number == fit.began:
        for line in report.zeroing_lines(step, before, digits, words):
            say(line, 12)
    show_table(report.step_table(fit, step, digits, words), order.format)
    write([""])


def _bare(order: Order, value: float) -> str:
    return full(value) if order.bare_digits is None else show(value, order.bare_digits)


def _outcome(order: Order, fit: Fit, history: bool = True) -> None:
    digits, words = order.digits, order.language
    if history:
        show_table(report.history_table(fit, digits, words), order.format)
    say(report.stop_line(fit, words))
    write([""])
    if fit.stopped != "diverged":
        show_table(report.parameter_table(fit, digits, words), order.format)
        say(report.said("gap", words))
        write([""])
        if fit.basis.kind != "powers":
            show_table(report.scaled_table(fit, digits, words), order.format)
            write([""])
        say(report.quality_line(fit, digits, words))
        write([""])
        say(fit.rounded(digits))
    print_plot(order.figure, order.options, order.format, words, small=history)
    for warning in report.warning_lines(fit, order.language):
        say(warning)


def _code(fit: Fit) -> int:
    if fit.stopped == "diverged":
        return NUMERIC_FAILURE
    return INTERRUPTED if fit.stopped == "interrupted" else DONE


def _watched(order: Order) -> Iterator[Step]:
    """The steps of a descent, stored on the way where that was asked for, and shown on a terminal once they take a
    while."""
    from bpcli.cli.commands.checkpoint import Checkpoint
    from bpcli.cli.commands.live import watched
    from bpcli.render.trainings.live import Moment
    from bpcli.training.lesson import flow_between

    fitting, fit = order.fitting, order.fitting.fit
    shapes: dict[str, tuple[int, ...]] = dict.fromkeys(fitting.names, ())

    def moment(step: Step) -> Moment:
        flows = flow_between(shapes, step.parameters, step.gradient, step.step)
        return Moment(step.number, fitting.limit, step.loss, fit.losses, flows, fit.rate)

    told = order.shown if order.command == "train" and order.format != "json" and not order.quiet else 0
    checkpoint = None
    if "save" in order.options:
        log_file = order.options.get("log")
        log_too = None if log_file is None else (log_file, lambda: log_lines(order))
        checkpoint = Checkpoint(
            order.options["save"], order.every, lambda: content_of(order), log_too, order.language
        )
    for step in watched(iter(fitting), moment, order.language, told):
        if checkpoint is not None and not step.stopped:
            checkpoint.look(step.number)
        yield step
