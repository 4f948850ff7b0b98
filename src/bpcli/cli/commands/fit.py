"""`bpcli fit` and `bpcli train`: from a file of numbers to a fitted curve."""

from __future__ import annotations

import sys
import time

from bpcli.cli.output import chosen_format, say, show_table, whole_number, write, write_json
from bpcli.cli.settings import count_widths, language
from bpcli.cli.settings import digits as digits_of
from bpcli.engine.given import value_of
from bpcli.errors import DONE, INTERRUPTED, NUMERIC_FAILURE, InputError
from bpcli.numbers import full, show
from bpcli.render import fit as report
from bpcli.render.json import fit_dict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.training.descent import Step
    from bpcli.training.fitting import Fit

PATIENCE = 0.5  # seconds of work before a progress line appears


class Order:
    """What was asked for: the file, the model, the descent, the form of the answer."""

    def __init__(
        self,
        path: str,
        degree: str,
        *,
        x_col: str | None = None,
        y_col: str | None = None,
        rate: str = "auto",
        steps: str = "10000",
        scale: bool = True,
        format: str = "",  # noqa: A002 - the name of the option
        json: bool = False,
        digits: str = "",
        lang: str = "",
        ambiguous: str = "",
        quiet: bool = False,
    ) -> None:
        from bpcli.data.table import choose_columns, read_table
        from bpcli.training.fitting import MOST_DEGREE, Fitting

        self.format = chosen_format(format, json)
        self.quiet = quiet
        self.language = language({"lang": lang})
        count_widths({"ambiguous": ambiguous})
        self.bare_digits = whole_number("digits", digits, 1, 17) if digits else None
        self.digits = digits_of({"digits": digits})
        degree_asked = whole_number("degree", degree, 0, MOST_DEGREE)
        limit = whole_number("steps", steps, 0, 10**9)
        table = read_table(path, x_col, y_col)
        x_name, x, y_name, y = choose_columns(table, x_col, y_col)
        self.fitting = Fitting(
            x, y, degree_asked, rate=_rate(rate), steps=limit, scale=scale, keep=50
        )
        fit = self.fitting.fit
        fit.source = table.source
        fit.rows_skipped, fit.skipped = table.rows_skipped, table.skipped
        fit.x_name, fit.y_name = _names(x_name, y_name)


def _names(x_name: str, y_name: str) -> tuple[str, str]:
    """The names of the columns, where a formula can use them; x and y otherwise."""
    usable = x_name.isidentifier() and y_name.isidentifier() and x_name != y_name
    return (x_name, y_name) if usable else ("x", "y")


def _rate(text: str) -> float | None:
    if text == "auto":
        return None
    try:
        value = float(value_of(text))
    except (InputError, TypeError):
        value = -1.0
    if not 0 < value < 1e300:
        raise InputError("option-not-positive", option="lr", text=text)
    return value


def run_fit(order: Order) -> int:
    """Fit, and report the curve."""
    fit = order.fitting.fit
    if order.format != "json" and not order.quiet:
        # Before the descent: what was read is worth seeing while it runs.
        write(report.data_lines(fit, order.digits, order.language))
        write(report.model_lines(fit, order.digits, order.language))
        write([""])
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


def run_train(order: Order, shown: int) -> int:
    """The same descent as a loop: the first steps in full, then a log."""
    fit = order.fitting.fit
    log: list[Step] = []
    following = 1
    full_steps = order.format != "json" and not order.quiet
    if full_steps:
        write(report.data_lines(fit, order.digits, order.language))
        write(report.model_lines(fit, order.digits, order.language))
        write([""])
        write(report.program_lines(fit, order.language))
        say(report.said("coefficients", order.language))
        write([""])
    fit.scaled = dict.fromkeys(order.fitting.names, 0.0)
    last: Step | None = None
    for step in _watched(order):
        last = step
        if full_steps and step.number < shown and step.step is not None:
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
