"""A fit, and the descent to it, as lines and tables of text."""

from __future__ import annotations

import math

from bpcli.numbers import DIGITS, show, told
from bpcli.render.layout import Table
from bpcli.render.words import counted, sentence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bpcli.training.descent import Step
    from bpcli.training.fitting import Fit

BARS = "▁▂▃▄▅▆▇█"
SPARKS = 40
LISTED_SKIPS = 3

BASES = {
    "chebyshev": "Chebyshev polynomials in t = (x - {center})/{half}",
    "orthogonal": "polynomials orthogonal on the data, in t = (x - {center})/{half}",
    "powers": "raw powers of x (--no-scale)",
}

GAP = "gap: how far the value is from least squares, relative to that or, if larger, to the std error"

STOPS = {
    "converged": "converged after {steps}: what is left of the gradient is rounding",
    "step limit": "stopped at the limit of {steps}, before the gradient was down to rounding",
    "diverged": "diverged after {steps}: the loss grows; rates below {largest} fall, {half} is a good one",
    "interrupted": "interrupted after {steps}: the parameters are where the descent stood",
}


def data_lines(fit: Fit, digits: int = DIGITS) -> Iterator[str]:
    """What was read: rows used and skipped with reasons, which column is what, ranges."""
    skipped = f", {fit.rows_skipped} skipped" if fit.rows_skipped else ""
    yield f"data     {fit.source or 'given'}: {counted(fit.rows_used, 'row')}{skipped}"
    for row, reason in fit.skipped[:LISTED_SKIPS]:
        yield f"           row {row} skipped: {reason}"
    if fit.rows_skipped > LISTED_SKIPS:
        yield f"           and {fit.rows_skipped - LISTED_SKIPS} more"
    for role, name in (("x", fit.x_name), ("y", fit.y_name)):
        column_name = "" if name == role else f" = column {name}"
        low, high = fit.ranges[role]
        yield f"           {role}{column_name} from {show(low, digits)} to {show(high, digits)}"


def model_lines(fit: Fit, digits: int = DIGITS) -> Iterator[str]:
    """The model, the basis that the descent runs in, the loss and the rate."""
    basis = BASES[fit.basis.kind].format(center=show(fit.basis.center, digits), half=show(fit.basis.half, digits))
    yield f"model    {fit.y_name} = {fit.model}"
    yield f"           fitted in {basis}"
    yield f"loss     mean of (prediction - {fit.y_name})^2; gradient descent, rate {show(fit.rate, 4)}"


def spark(losses: Sequence[float]) -> str:
    """A line of bars for a history: the height is the logarithm of the loss."""
    finite = [loss for loss in losses if 0 < loss < math.inf]
    if len(finite) < 2:
        return ""
    chosen = [finite[round(place * (len(finite) - 1) / (SPARKS - 1))] for place in range(SPARKS)]
    if len(finite) < SPARKS:
        chosen = finite
    logs = [math.log(loss) for loss in chosen]
    low, high = min(logs), max(logs)
    # A loss that falls by less than half does not fill the picture.
    scale = (len(BARS) - 1) / max(high - low, math.log(2))
    return "".join(BARS[round((each - low) * scale)] for each in logs)


def _height(fit: Fit) -> str:
    line = spark(fit.losses)
    return f"{line} (log scale)" if line else ""


def history_table(fit: Fit, digits: int = DIGITS) -> Table:
    """The loss at a few steps, each further from the start than the last; all of them were computed there."""
    last = len(fit.losses) - 1
    places = {0, last}
    step = 1.0
    while step < last:
        places.add(round(step))
        step *= 2 if last < 300 else 10 ** (1 / 3) if last < 3000 else 10**0.5
    rows = [(str(place), show(fit.losses[place], digits)) for place in sorted(places) if place >= 0]
    return Table("Descent", ("step", "loss"), rows, len(rows), _height(fit))


def stop_line(fit: Fit) -> str:
    """Why it stopped, in words."""
    largest = fit.largest_rate
    return STOPS[fit.stopped].format(
        steps=counted(fit.steps, "step"), largest=show(largest, 3), half=show(largest / 2, 3)
    )


def parameter_table(fit: Fit, digits: int = DIGITS) -> Table:
    """Coefficients in the x of the data: value, standard error, reference and gap."""
    reference = fit.reference
    rows = []
    for place, (name, value) in enumerate(fit.parameters.items()):
        error = fit.standard_errors[name]
        rows.append(
            (
                name,
                show(value, digits),
                show(error, 3) if error == error else "-",
                show(reference.parameters[place], digits) if reference else "-",
                _gap(reference.gaps[place]) if reference else "-",
            )
        )
    return Table("Parameters", ("name", "value", "std error", "least squares", "gap"), rows, len(rows))


def _gap(gap: float) -> str:
    """A relative gap; what is below 1e-12 is rounding and differs from machine to machine."""
    return "< 1e-12" if gap < 1e-12 else show(gap, 2)


def quality_line(fit: Fit, digits: int = DIGITS) -> str:
    """RMSE, R², degrees of freedom, condition."""
    r2 = show(fit.r2, digits) if fit.r2 == fit.r2 else "-"
    if r2 == "1" and fit.rss > 0:
        r2 = f"1 - {show(1 - fit.r2, 2)}" if fit.r2 < 1 else "1"
    return (
        f"RMSE {show(fit.rmse, digits)}    R² {r2}    degrees of freedom {fit.freedom}    "
        f"condition {show(fit.condition, 3)}"
    )


def warning_lines(fit: Fit) -> Iterator[str]:
    """What to mind."""
    for warning in fit.warnings:
        yield f"warning: {sentence(warning)}"


def step_table(fit: Fit, step: Step, digits: int = DIGITS) -> Table:
    """One turn of the loop: for each parameter its value, gradient, update and new value."""
    names = list(fit.scaled)
    change = [0.0] * len(names) if step.step is None else step.step.tolist()
    rows = []
    for name, value, slope, delta in zip(
        names, step.parameters.tolist(), step.gradient.tolist(), change, strict=True
    ):
        shown, sign, product = told("*", [fit.rate, slope], -delta, digits)
        terms, equal, total = told("-", [value, -delta], value + delta, digits)
        rows.append(
            (
                name,
                show(value, digits),
                show(slope, digits),
                f"{shown[0]} * {_bracketed(shown[1])} {sign} {product}",
                f"{terms[0]} - {_bracketed(terms[1])} {equal} {total}",
            )
        )
    return Table("", ("parameter", "value", "gradient dL/dc", "rate * gradient", "new value"), rows, len(rows))


def rows_table(rows: Sequence[dict[str, float]], digits: int = DIGITS) -> Table:
    """A few rows of the forward pass, and what comes back to each prediction."""
    columns = ("row", "x", "y", "prediction p", "(p - y)^2", "dL/dp")
    written = [
        (str(place), *(show(row[name], digits) for name in ("x", "y", "p", "L", "dL/dp")))
        for place, row in enumerate(rows, 1)
    ]
    return Table("", columns, written, len(written))


def _bracketed(number: str) -> str:
    return f"({number})" if number.startswith("-") else number


def log_table(fit: Fit, steps: Sequence[Step], digits: int = DIGITS) -> Table:
    """The log of the loop: loss and length of the gradient at a few steps."""
    first = fit.shown[0].norm if fit.shown else 0.0
    rows = [
        (str(step.number), show(step.loss, digits), "rounding" if step.norm < 1e-12 * first else show(step.norm, 4))
        for step in steps
    ]
    return Table("Log", ("step", "loss", "length of gradient"), rows, len(rows), _height(fit))
