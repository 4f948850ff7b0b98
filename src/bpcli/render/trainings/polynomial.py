"""A fit, and the descent to it, as lines and tables of text."""

from __future__ import annotations

import math

from bpcli.errors import display_width, fact_in
from bpcli.numbers import DIGITS, show, told
from bpcli.render.cells import bracketed
from bpcli.render.languages import ENGLISH, texts
from bpcli.render.layout import Table
from bpcli.render.words import counted, sentence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bpcli.training.polynomials.descent import Step
    from bpcli.training.polynomials.fit import Fit

BARS = "▁▂▃▄▅▆▇█"
SPARKS = 40
HEADING = 9  # columns of a heading and the blanks behind it
LISTED_SKIPS = 3


def said(key: str, language: str = ENGLISH, **facts: object) -> str:
    """One of the sentences of a fit with its facts."""
    sentence: str = texts(language, "FIT")[key]
    return sentence.format(**facts)


def data_lines(fit: Fit, digits: int = DIGITS, language: str = ENGLISH) -> Iterator[str]:
    """What was read: rows used and skipped with reasons, which column is what, ranges."""
    skipped = said("rows skipped", language, count=fit.rows_skipped) if fit.rows_skipped else ""
    source = fact_in(language, "file", fit.source) if fit.source else said("given", language)
    read = said("read", language, source=source, rows=counted(fit.rows_used, "row", language), skipped=skipped)
    yield headed("data", read, language)
    for row, reason in fit.skipped[:LISTED_SKIPS]:
        yield below(said("row skipped", language, row=row, reason=fact_in(language, "reason", reason)))
    if fit.rows_skipped > LISTED_SKIPS:
        yield below(said("more skipped", language, count=fit.rows_skipped - LISTED_SKIPS))
    roles = [("x", fit.x_name), ("y", fit.y_name), *([("w", fit.w_name)] if "w" in fit.ranges else [])]
    for role, name in roles:
        low, high = (show(end, digits) for end in fit.ranges[role])
        key = "range of weights" if role == "w" else "range" if name == role else "range of column"
        yield below(said(key, language, role=role, name=name, low=low, high=high))


def headed(key: str, text: str, language: str) -> str:
    """A line of the report behind its heading."""
    heading = said(key, language)
    return heading + " " * (HEADING - display_width(heading)) + text


def below(text: str) -> str:
    """A line that belongs to the one above."""
    return " " * (HEADING + 2) + text


def model_lines(fit: Fit, digits: int = DIGITS, language: str = ENGLISH) -> Iterator[str]:
    """The model, the basis that the descent runs in, the loss and the rate."""
    center, half = show(fit.basis.center, digits), show(fit.basis.half, digits)
    basis = said(fit.basis.kind, language, center=center, half=half)
    yield headed("model", f"{fit.y_name} = {fit.model}", language)
    yield below(said("fitted in", language, basis=basis))
    key = "weighted loss and rate" if "w" in fit.ranges else "loss and rate"
    rate = show(fit.rate, 4)
    yield headed("loss", said(key, language, name=fit.y_name, rate=rate, weights=fit.w_name), language)
    if fit.rate_given and fit.basis.kind != "powers":
        yield below(said("rate applies", language))
    yield below(said("once", language))
    if fit.began:
        yield headed("start", said("goes on", language, step=fit.began), language)


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


def _height(fit: Fit, language: str) -> str:
    line = spark(fit.losses)
    return said("log scale", language, line=line) if line else ""


def history_table(fit: Fit, digits: int = DIGITS, language: str = ENGLISH) -> Table:
    """The loss at a few steps, each further from the start than the last; all of them were computed there."""
    last = len(fit.losses) - 1
    places = {0, last}
    step = 1.0
    while step < last:
        places.add(round(step))
        step *= 2 if last < 300 else 10 ** (1 / 3) if last < 3000 else 10**0.5
    rows = [(str(fit.began + place), show(fit.losses[place], digits)) for place in sorted(places) if place >= 0]
    return Table(said("descent", language), ("step", "loss"), rows, len(rows), _height(fit, language), language)


def stop_line(fit: Fit, language: str = ENGLISH) -> str:
    """Why it stopped, in words."""
    steps, largest = counted(fit.steps, "step", language), fit.largest_rate
    return said(fit.stopped, language, steps=steps, largest=show(largest, 3), half=show(largest / 2, 3))


def parameter_table(fit: Fit, digits: int = DIGITS, language: str = ENGLISH) -> Table:
    """Coefficients in the x of the data: value, standard error, reference and gap."""
    reference = fit.reference
    rows = []
    for place, (name, value) in enumerate(fit.parameters.items()):
        error = fit.standard_errors[name]
        rows.append(
            (
                name,
                show(fit.told(place, value), digits),
                show(error, min(3, digits)) if error == error else "-",
                show(fit.told(place, reference.parameters[place]), digits) if reference else "-",
                _gap(reference.gaps[place]) if reference else "-",
            )
        )
    keys = ("name", "value", "std error", "least squares", "gap")
    return Table(said("parameters", language), keys, rows, len(rows), language=language)


def scaled_table(fit: Fit, digits: int = DIGITS, language: str = ENGLISH) -> Table:
    """The coefficients that the descent moved, in its own basis, with their standard errors."""
    rows = []
    for name, value in fit.scaled.items():
        error = fit.scaled_errors.get(name, math.nan)
        rows.append((name, show(value, digits), show(error, min(3, digits)) if error == error else "-"))
    return Table(said("scaled", language), ("name", "value", "std error"), rows, len(rows), language=language)


def _gap(gap: float) -> str:
    """A relative gap; what is below 1e-12 is rounding and differs from machine to machine."""
    return "< 1e-12" if gap < 1e-12 else show(gap, 2)


def quality_line(fit: Fit, digits: int = DIGITS, language: str = ENGLISH) -> str:
    """RMSE, R², degrees of freedom, condition."""
    r2 = show(fit.r2, digits) if fit.r2 == fit.r2 else "-"
    if r2 == "1" and fit.rss > 0:
        r2 = f"1 - {show(1 - fit.r2, 2)}" if fit.r2 < 1 else "1"
    return said(
        "quality",
        language,
        rmse=show(fit.rmse, digits),
        r2=r2,
        freedom=fit.freedom,
        condition=show(fit.condition, min(3, digits)),
    )


def warning_lines(fit: Fit, language: str = ENGLISH) -> Iterator[str]:
    """What to mind."""
    for warning in fit.warnings:
        yield said("warning", language, text=sentence(warning, language))


def program_lines(fit: Fit, language: str = ENGLISH) -> Iterator[str]:
    """The loss of one row, which is what is differentiated."""
    yield said("program", language, count=fit.degree + 1)
    for line in fit.basis.program("w" in fit.ranges).splitlines():
        yield f"    {line}"


def step_head(fit: Fit, step: Step, language: str = ENGLISH) -> Iterator[str]:
    """What a turn of the loop begins with; at the start also what the table of rows shows."""
    yield said("first step" if step.number == 0 else "step", language, number=step.number)
    if step.number == fit.began:
        yield said("step forward", language, count=fit.rows_used)


def step_loss(fit: Fit, step: Step, digits: int = DIGITS, language: str = ENGLISH) -> Iterator[str]:
    """The loss of a turn; at the start also what goes backward and what an update is."""
    yield said("step loss", language, loss=show(step.loss, digits))
    if step.number == fit.began:
        yield said("step backward", language)
        yield said("step update", language)


def zeroing_lines(step: Step, before: Step, digits: int = DIGITS, language: str = ENGLISH) -> Iterator[str]:
    """What the gradient would be had the last one not been set to zero, of the coefficient that feels it most."""
    products = [abs(one * other) for one, other in zip(step.gradient.tolist(), before.gradient.tolist(), strict=True)]
    place = products.index(max(products))
    last, new = float(before.gradient[place]), float(step.gradient[place])
    say = texts(language, "TRAINING")
    yield say["zeroing"]
    yield say["not zeroed"].format(
        loss="L", name=f"c{place}", last=show(last, digits), new=bracketed(show(new, digits)),
        total=show(last + new, digits), new_alone=show(new, digits),
    )  # fmt: skip


def step_table(fit: Fit, step: Step, digits: int = DIGITS, language: str = ENGLISH) -> Table:
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
                f"{shown[0]} * {bracketed(shown[1])} {sign} {product}",
                f"{terms[0]} - {bracketed(terms[1])} {equal} {total}",
            )
        )
    keys = ("parameter", "value", "gradient dL/dc", "rate * gradient", "new value")
    return Table("", keys, rows, len(rows), language=language)


def rows_table(rows: Sequence[dict[str, float]], digits: int = DIGITS, language: str = ENGLISH) -> Table:
    """A few rows of the forward pass, and what comes back to each prediction."""
    columns = ("row", "x", "y", "prediction p", "(p - y)^2", "dL/dp")
    written = [
        (str(place), *(show(row[name], digits) for name in ("x", "y", "p", "L", "dL/dp")))
        for place, row in enumerate(rows, 1)
    ]
    return Table("", columns, written, len(written), language=language)


def log_table(fit: Fit, steps: Sequence[Step], digits: int = DIGITS, language: str = ENGLISH) -> Table:
    """The log of the loop: loss and length of the gradient at a few steps."""
    first = fit.shown[0].norm if fit.shown else 0.0
    rounding = said("rounding", language)
    rows = [
        (str(step.number), show(step.loss, digits), rounding if step.norm < 1e-12 * first else show(step.norm, 4))
        for step in steps
    ]
    keys = ("step", "loss", "length of gradient")
    return Table(said("log", language), keys, rows, len(rows), _height(fit, language), language)
