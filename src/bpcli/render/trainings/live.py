"""Where a training stands, as a few lines of text: progress, the loss so far, and how far the gradient flows."""

from __future__ import annotations

import math
from typing import NamedTuple

from bpcli.errors import display_width
from bpcli.numbers import show
from bpcli.render.languages import ENGLISH, texts
from bpcli.render.trainings.polynomial import spark

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bpcli.training.lesson import Flow

BAR = 20  # columns of progress
DECADES, COLUMNS = 5, 10  # of a bar of flow: a tenth of the largest gradient is two columns shorter
LISTED = 8  # lines of flow
MOST_LOSSES = 400


class Moment(NamedTuple):
    """What is shown of a step: its number of so many, its loss and those before, and the flow of its gradient.

    validation: of the rows held out; nan where there is none
    """

    number: int
    total: int
    loss: float
    losses: Sequence[float]
    flows: Sequence[Flow]
    rate: float = math.nan
    validation: float = math.nan


def moment_lines(moment: Moment, width: int, language: str = ENGLISH) -> Iterator[str]:
    """The lines, none longer than the width."""
    say = texts(language, "LIVE")
    done = min(moment.number / moment.total, 1.0) if moment.total else 1.0
    bar = "#" * round(done * BAR) + "-" * (BAR - round(done * BAR))
    yield _cut(say["step"].format(number=moment.number, total=moment.total, bar=bar, share=round(100 * done)), width)
    numbers = [say["loss"].format(loss=show(moment.loss))]
    if moment.validation == moment.validation:
        numbers.append(say["validation"].format(loss=show(moment.validation)))
    if moment.rate == moment.rate:
        numbers.append(say["rate"].format(rate=show(moment.rate, 4)))
    yield _cut("   ".join(numbers), width)
    losses = moment.losses
    line = spark(losses[:: max(1, len(losses) // MOST_LOSSES)])
    if line:
        yield _cut(line + say["log scale"], width)
    if not moment.flows:
        return
    yield ""
    flows = moment.flows[:LISTED]
    rows = [(say["name"], say["gradient"], "", say["moved"])]
    most = max((flow.gradient for flow in flows if math.isfinite(flow.gradient)), default=0.0)
    rows += [(flow.name, show(flow.gradient, 3), _bar(flow.gradient, most),
              show(flow.moved, 2) if flow.moved == flow.moved else "-") for flow in flows]  # fmt: skip
    widths = [max(display_width(row[column]) for row in rows) for column in range(3)]
    widths[2] = COLUMNS
    for row in rows:
        cells = [cell + " " * (widths[column] - display_width(cell)) for column, cell in enumerate(row[:3])]
        yield _cut("  ".join([*cells, row[3]]).rstrip(), width)
    if len(moment.flows) > LISTED:
        yield say["more"].format(count=len(moment.flows) - LISTED)


def _bar(value: float, most: float) -> str:
    """A bar whose length is the logarithm of a share: whole at the largest, nothing DECADES below."""
    if not 0 < value < math.inf or not most > 0:
        return ""
    return "█" * max(round(COLUMNS * (1 + math.log10(value / most) / DECADES)), 0)


def _cut(line: str, width: int) -> str:
    """A line that is too long ends where the terminal does: the next picture would stand a line too low."""
    while display_width(line) > width:
        line = line[:-1]
    return line
