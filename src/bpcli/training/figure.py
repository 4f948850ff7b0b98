"""What is to be plotted of a fit, as plain data: panels of points and lines. Whoever draws it computes nothing more."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

POINTS, LINE, GUIDE = "points", "line", "guide"
DATA, HELD_OUT, FITTED, LEAST_SQUARES = "data", "held out", "fitted", "least squares"
ZERO, EQUAL, HALF, SHARE = "zero", "equal", "half", "share"
TRAINING, BATCHES, VALIDATION, KEPT, RATE = "training", "batches", "validation", "kept", "rate"
CURVE, AGREEMENT, PROBABILITY, CALIBRATION, RESIDUALS, LOSS, RATES = (
    "curve", "agreement", "probability", "calibration", "residuals", "loss", "rates"
)  # fmt: skip

MOST_POINTS = 2000  # of the data in a picture
MOST_LOSSES = 1000  # steps of a history in a picture
GRID = 401  # places at which a curve is computed
BEYOND = 0.5  # heights of the data by which a curve may leave it on either side and still be seen
APART = 0.01  # of the height of a panel: curves that are nearer to each other are one to the eye
DECADE = 20.0  # from the smallest to the largest loss: what spans more is drawn by its logarithm


class Series(NamedTuple):
    """Points, or a line through them, which nan breaks; a guide is a line that holds no data.

    key: what it is, as a key of the sentences
    """

    kind: str
    key: str
    x: list[float]
    y: list[float]


class Panel(NamedTuple):
    """Series over common axes.

    key:     what it shows
    x, y:    the names of the axes: a key of the sentences, and the name that stands in it
    across, up: smallest and largest value on the axes; what lies outside is not seen
    log:     whether the upper axis is one of logarithms
    """

    key: str
    x: tuple[str, str]
    y: tuple[str, str]
    series: tuple[Series, ...]
    across: tuple[float, float]
    up: tuple[float, float]
    log: bool = False


class Figure(NamedTuple):
    """Panels, one below the other.

    formula: what was found, to stand above them; "" where there is nothing so short
    rows, shown: how many rows there are, and how many of them are drawn, chosen at random by `seed`
    steps, losses: how many losses there are, and how many of them are drawn; each was computed at its step
    same:    whether least squares is drawn too close to the curve to be told from it
    """

    formula: str
    panels: tuple[Panel, ...]
    rows: int
    shown: int
    seed: int
    steps: int = 0
    losses: int = 0
    same: bool = False


def over(low: float, high: float) -> Array:
    """Places at which a curve is computed, from end to end."""
    return np.linspace(low, high, GRID) if low < high else np.array([low])


def points(key: str, x: Array, y: Array) -> Series:
    """Rows as points; nan where there is no finite number."""
    return Series(POINTS, key, finite(x), finite(y))


def finite(values: Array) -> list[float]:
    """The numbers, nan instead of infinite ones."""
    found: list[float] = np.where(np.isfinite(values), values, math.nan).tolist()
    return found


def line(key: str, x: Array, y: Array, kind: str = LINE) -> Series:
    """A curve; where it is no finite number it is broken."""
    return Series(kind, key, x.tolist(), finite(y))


def ends(*values: Sequence[float]) -> tuple[float, float]:
    """The smallest and the largest finite number of all; 0 and 0 where there is none.

    >>> ends([1.0, float("nan")], [3.0])
    (1.0, 3.0)
    """
    finite = [value for each in values for value in each if math.isfinite(value)]
    return (min(finite), max(finite)) if finite else (0.0, 0.0)


def seen(data: tuple[float, float], curves: tuple[float, float]) -> tuple[float, float]:
    """The ends of an axis that holds the data, and of curves what is not far from them.

    >>> seen((0.0, 2.0), (-0.5, 99.0)), seen((1.0, 1.0), (0.0, 5.0))
    ((-0.5, 3.0), (0.0, 5.0))
    """
    (low, high), (lowest, highest) = data, curves
    room = (high - low) * BEYOND or math.inf
    return max(min(low, lowest), low - room), min(max(high, highest), high + room)


def widened(low: float, high: float, share: float = 0.03, log: bool = False) -> tuple[float, float]:
    """The ends with some air, so that no point lies on the frame; around a single value, room on both sides.

    >>> widened(0.0, 100.0), widened(4.0, 4.0), widened(0.0, 0.0)
    ((-3.0, 103.0), (3.0, 5.0), (-1.0, 1.0))
    """
    if log:
        factor = (high / low) ** share if high > low else 2.0
        return low / factor, high * factor
    # Nearer to each other than rounding tells apart is a single value.
    if high - low <= 1e-14 * max(abs(low), abs(high)):
        room = abs(low) / 4 or 1.0
        return low - room, high + room
    air = high * share - low * share
    return low - air, high + air


def panel(
    key: str, x: tuple[str, str], y: tuple[str, str], series: Sequence[Series], up: tuple[float, float] | None = None
) -> Panel:
    """A panel that holds all of its series, or of y what lies within `up`."""
    across = ends(*(each.x for each in series))
    found = ends(*(each.y for each in series)) if up is None else up
    return Panel(key, x, y, tuple(series), widened(*across), widened(*found))


def residual_panel(x: tuple[str, str], name: str, series: Sequence[Series], across: tuple[float, float]) -> Panel:
    """Residuals around the line of 0, over the same axis as the panel above."""
    zero = Series(GUIDE, ZERO, list(across), [0.0, 0.0])
    made = panel(RESIDUALS, x, ("residual", name), [zero, *series])
    up = widened(*ends(*(each.y for each in made.series)), share=0.08)
    return made._replace(across=across, up=up)


def history(
    losses: Sequence[tuple[int, float]],
    validations: Sequence[tuple[int, float]] = (),
    kept: tuple[int, float] | None = None,
    batches: bool = False,
) -> tuple[Panel, int]:
    """The losses over the steps, and how many of them are in the panel; of many some, all computed at their step.

    kept:    the step with the best validation, whose parameters were kept
    batches: whether each loss is that of a batch
    """
    chosen = [losses[place] for place in chosen_steps(len(losses))]
    held = [validations[place] for place in chosen_steps(len(validations))]
    series = [_steps(LINE, BATCHES if batches else TRAINING, chosen)]
    if held:
        series.append(_steps(LINE, VALIDATION, held))
    if kept is not None:
        series.append(_steps(POINTS, KEPT, [kept]))
    values = [loss for _, loss in (*chosen, *held) if math.isfinite(loss)]
    lowest, highest = ends([value for value in values if value > 0])
    log = bool(values) and min(values) >= 0 and lowest > 0 and highest > DECADE * lowest
    up = widened(lowest, highest, log=True) if log else widened(*ends(values))
    if log:
        # There is no place for a loss of 0 on this axis.
        series = [each._replace(y=[y if y > 0 else math.nan for y in each.y]) for each in series]
    first, last = ends(*(each.x for each in series))
    across = widened(first, last, share=0.01) if first < last else (first - 1, last + 1)
    return Panel(LOSS, ("step", ""), ("loss", ""), tuple(series), across, up, log), len(chosen)


def _steps(kind: str, key: str, pairs: Sequence[tuple[int, float]]) -> Series:
    ys = [loss if math.isfinite(loss) else math.nan for _, loss in pairs]
    return Series(kind, key, [float(step) for step, _ in pairs], ys)


def rate_panel(steps: Sequence[float], rates: Sequence[float], across: tuple[float, float]) -> Panel:
    """The learning rate over the steps."""
    low, high = ends(rates)
    series = Series(LINE, RATE, list(steps), list(rates))
    return Panel(RATES, ("step", ""), ("rate", ""), (series,), across, widened(min(low, 0.0), high))


def chosen_steps(count: int) -> list[int]:
    """Places of at most MOST_LOSSES of so many: evenly spread, and closer together where a descent is quick.

    >>> chosen_steps(3), len(chosen_steps(10**6)) <= MOST_LOSSES, chosen_steps(10**6)[:4]
    ([0, 1, 2], True, [0, 1, 2, 3])
    """
    if count <= MOST_LOSSES:
        return list(range(count))
    quick = np.geomspace(1, count - 1, MOST_LOSSES // 4)
    even = np.linspace(0, count - 1, MOST_LOSSES - MOST_LOSSES // 4)
    places: list[int] = np.unique(np.rint(np.concatenate([quick, even])).astype(np.intp)).tolist()
    return places
