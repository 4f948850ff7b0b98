"""`bpcli fit` and `bpcli train`: from a file of numbers to a fitted curve."""

from __future__ import annotations

import os
import sys
import time

from bpcli.cli.options import TRAINING_BY_NAME
from bpcli.cli.output import chosen_format, say, show_table, tell, write, write_json
from bpcli.cli.settings import count_widths, language
from bpcli.cli.settings import digits as digits_of
from bpcli.cli.work import choice, positive, whole
from bpcli.errors import DONE, INTERRUPTED, NUMERIC_FAILURE, FileError, InputError, closest
from bpcli.files import check_writable
from bpcli.numbers import full, show
from bpcli.render import fit as report
from bpcli.render.json import fit_dict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.cli.arguments import Request
    from bpcli.training.descent import Step
    from bpcli.training.fitting import Fit

MISSING = ("skip", "error")
PATIENCE = 0.5  # seconds of work before a progress line appears


class Order:
    """What was asked for: the file, the model, the descent, the form of the answer."""

    def __init__(self, request: Request) -> None:
        from bpcli.data.table import choose_pair, read_table
        from bpcli.training.fitting import MOST_DEGREE, STEPS, Fitting

        options = request.options
        if request.text is None:
            raise InputError("no-data-file", command=request.command)
        for option in request.several:
            raise InputError("not-for-coefficients", option=option, file=request.text)
        for name in request.values:
            near = closest(name, [*TRAINING_BY_NAME])
            if near and len(name) > 3:
                raise InputError("unknown-option", option=f"--{name}", hint=f"did you mean --{near}?")
            raise InputError("not-in-polynomial", name=name)
        self.format = chosen_format(options.get("format", ""), "json" in options)
        self.quiet = request.quiet
        self.language = language(options)
        count_widths(options)
        self.bare_digits = whole(options, "digits", 1, 17)
        self.digits = digits_of(options)
        degree = whole(options, "degree", 0, MOST_DEGREE)
        limit = whole(options, "steps", 0, 10**9)
        shown = whole(options, "trace-steps", 0, 1000)
        self.shown = 2 if shown is None else shown
        rate = None if options.get("lr") == "auto" else positive(options, "lr")
        chosen = options.get("x-col"), options.get("y-col")
        table = read_table(
            request.text, *chosen, weights=options.get("weights"), missing=choice(options, "missing", MISSING),
            encoding=options.get("encoding"),
        )  # fmt: skip
        names, kept = choose_pair(table, *chosen)
        self.fitting = Fitting(
            kept, 1 if degree is None else degree, rate=rate, steps=STEPS if limit is None else limit,
            scale="no-scale" not in options, keep=50,
        )  # fmt: skip
        self.options = options
        self.columns = {"x": names[0], "y": names[1]}
        self.ranges = {role: self.fitting.fit.ranges[role] for role in "xy"}
        fit = self.fitting.fit
        fit.source = table.source
        fit.rows_skipped, fit.skipped = table.rows_skipped, table.skipped
        fit.x_name, fit.y_name = _names(*names)
        fit.w_name = "" if table.weights is None else table.names[table.weights]


def _names(x_name: str, y_name: str) -> tuple[str, str]:
    """The names of the columns, where a formula can use them; x and y otherwise."""
    usable = x_name.isidentifier() and y_name.isidentifier() and x_name != y_name
    return (x_name, y_name) if usable else ("x", "y")


def run_training(request: Request) -> int:
    """Carry out `fit` or `train`; the exit code."""
    from bpcli.cli.commands.training import is_general, run_model

    check_targets(request.options)
    if "demo" in request.options:
        from bpcli.cli.commands.playground import run_demo

        return run_demo(request)
    if "html" in request.options:
        raise InputError("page-of-demo")
    if "patience" in request.options and "val" not in request.options and "resume" not in request.options:
        raise InputError("patience-alone")
    if is_general(request):
        return run_model(request)
    order = Order(request)
    code = run_fit(order) if request.command == "fit" else run_train(order)
    store(order)
    return code


def check_targets(options: dict[str, str]) -> None:
    """Raises FileError where a file cannot be written, InputError where a log would be lost, before any training."""
    for name in ("save", "log", "html"):
        if name in options:
            try:
                check_writable(options[name])
            except OSError as error:
                reason = (error.strerror or str(error)).lower()
                raise FileError("file-unwritable", file=options[name], reason=reason) from None
    if "resume" in options and "log" in options and os.path.exists(options["log"]):
        raise InputError("log-exists", file=options["log"])


def store(order: Order) -> None:
    """Write the log and the model where they were asked for."""
    from bpcli.cli.commands.training import logged
    from bpcli.render.training import said
    from bpcli.training.saved import saved_formula, write_model

    fit, options, lines = order.fitting.fit, order.options, []
    tongue = language(options) if order.format != "json" or "lang" in options else "en"
    if "log" in options:
        history = (f"{step},{full(loss)},{full(fit.rate)},\n" for step, loss in enumerate(fit.losses))
        lines.append(logged(options["log"], ("step,loss,rate,validation\n", *history), tongue))
    if "save" in options and fit.stopped != "diverged":
        # Without its last line, which is the loss: what is left is the prediction, in the basis that keeps its digits.
        text = "\n".join(fit.basis.program().splitlines()[:-1])
        content = saved_formula(
            text, fit.scaled, order.ranges, order.columns, target="y", equation=fit.equation, rows=fit.rows_used
        )
        write_model(options["save"], content)
        lines.append(said("saved", tongue, file=options["save"]))
    for line in lines:
        (tell if order.quiet or order.format == "json" else say)(line)


def run_fit(order: Order) -> int:
    """Fit, and report the curve."""
    fit = order.fitting.fit
    if order.format != "json" and not order.quiet:
        # Before the descent: what was read is worth seeing while it runs.
        _told_first(order, fit)
        sys.stdout.flush()
    for _ in _watched(order):
        pass
    if order.format == "json":
        write_json(fit_dict(fit))
    elif order.quiet:
        _quiet(order, fit)
    else:
        _outcome(order, fit)
    return _code(fit)


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
    for step in _watched(order):
        last = step
        if full_steps and step.number < order.shown and step.step is not None:
            _show_step(order, fit, step)
        elif step.number >= following or step.stopped:
            log.append(step)
            following = max(step.number + 1, round(step.number * 1.6))
    if order.format == "json":
        write_json(fit_dict(fit))
    elif order.quiet:
        _quiet(order, fit)
    else:
        if last is not None and (not log or log[-1] is not last):
            log.append(last)
        show_table(report.log_table(fit, log, order.digits, order.language), order.format)
        write([""])
        _outcome(order, fit, history=False)
    return _code(fit)


def _quiet(order: Order, fit: Fit) -> None:
    """The coefficients alone, and on standard error what is wrong with them; none where the descent diverged."""
    if fit.stopped != "diverged":
        write(f"{name}={_bare(order, value)}" for name, value in fit.parameters.items())
    for warning in report.warning_lines(fit, order.language):
        sys.stderr.write(f"{warning}\n")


def _show_step(order: Order, fit: Fit, step: Step) -> None:
    digits, words = order.digits, order.language
    write(report.step_head(fit, step, words))
    if step.number == 0:
        first = order.fitting.objective.sample(step.parameters, 3)
        show_table(report.rows_table(first, digits, words), order.format)
    write(report.step_loss(step, digits, words))
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
    for warning in report.warning_lines(fit, order.language):
        say(warning)


def _code(fit: Fit) -> int:
    if fit.stopped == "diverged":
        return NUMERIC_FAILURE
    return INTERRUPTED if fit.stopped == "interrupted" else DONE


def _watched(order: Order):  # type: ignore[no-untyped-def]
    """The steps of a descent, with a line of progress on a terminal once it takes a while."""
    began = time.monotonic()
    progress = task = None
    fitting, words = order.fitting, order.language
    for step in fitting:
        if progress is None and sys.stderr.isatty() and time.monotonic() - began > PATIENCE:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn

            progress = Progress(
                TextColumn(report.said("progress step", words)), BarColumn(),
                TextColumn(report.said("progress loss", words)),
                console=Console(stderr=True), transient=True,
            )  # fmt: skip
            progress.start()
            task = progress.add_task("descent", total=fitting.limit, loss="")
        if progress is not None and task is not None:
            progress.update(task, completed=step.number, loss=show(step.loss))
        try:
            yield step
        except GeneratorExit:
            break
    if progress is not None:
        progress.stop()
