"""Where to begin when nobody says: several tries, the same ones every time.

The numbers that are tried are of the sizes that the columns have. Parameters in which the model is linear are not
tried: for each choice of the others, linear least squares knows the best ones.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bpcli.calculus.derivative import derivative
from bpcli.training.choices.frequencies import frequencies_in, tries
from bpcli.training.models.compiled import MeanLoss, Residuals
from bpcli.training.models.model import read_model
from bpcli.training.optimizers import levenberg

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from bpcli.training.models.model import Model

Array = NDArray[np.float64]

TRIES = 200
FOLLOWED, FOLLOWED_STEPS = 8, 30
KEPT = 4  # of the ways that were followed: from their ends it is tried again
SAME = 1 + 1e-6  # times a loss: ends below this are one
MOST_ROWS = 1000  # of the data that the tries are judged on
SPECTRAL_ROWS = 1 << 20  # of the data that a spectrum is taken of
REDRAWN = 6  # tries for each set of frequencies, with the other parameters drawn


class Start(NamedTuple):
    """Where a training begins.

    tried:    points at which the loss was compared; 0 where all was given
    followed: how many of them were followed for some steps of Levenberg-Marquardt
    linear:   parameters that least squares found for each try, or, with `zeros`, that begin at 0
    """

    parameters: Array
    tried: int = 0
    followed: int = 0
    linear: tuple[str, ...] = ()
    zeros: bool = False


class Try(NamedTuple):
    """Parameters with their loss, and where a way that was followed from there ended."""

    loss: float
    point: Array
    end: Array = np.empty(0)


def find_start(
    loss: MeanLoss, given: Mapping[str, float], squares: bool, seed: int = 0, descends: bool = False
) -> Start:
    """The best of several tries for the parameters that are not given.

    squares:  whether the loss is a sum of squares that least squares may be used on
    descends: whether parameters in which the model is linear begin at 0, so that there is a way down from there;
              where it is linear in all that is looked for, they do in any case
    """
    model = loss.model
    names = model.parameters
    free = [place for place, name in enumerate(names) if name not in given]
    fixed = np.array([given.get(name, 1.0) for name in names])
    if not free:
        return Start(fixed)
    turning = frequencies_in(model, free)
    every, loss = loss, _thinned(loss, bool(turning))
    if not squares and model.target in loss.columns and model.predicted is not None and model.residual is None:
        # Least squares for the same prediction is a start that is known how to find.
        return find_start(with_squares(every), given, True, seed, descends)
    residuals = Residuals(loss) if squares else None
    linear = [place for place in linear_in(model) if place in free] if squares else []
    rest = [place for place in free if place not in linear]
    generator = np.random.default_rng(seed)

    def tried(point: Array) -> tuple[float, Array]:
        point[linear] = 0.0
        if residuals is not None and linear:
            point = _with_linear(residuals, point, linear)
        return loss.value(point), point

    found: list[Try] = []
    count = TRIES if rest else 1
    for number in range(count):
        point = fixed.copy()
        if number:
            point[rest] = _drawn(loss, len(rest), generator)
        found.append(Try(*tried(point)))
    turning = [each for each in turning if each.place in rest]
    for frequencies in tries(_spectral(every), turning) if turning else ():
        others = [place for place in rest if place not in frequencies]
        for number in range(REDRAWN if others else 1):
            point = fixed.copy()
            if number:
                point[others] = _drawn(loss, len(others), generator)
            for place, value in frequencies.items():
                point[place] = value
            found.append(Try(*tried(point)))
    count = len(found)
    found = _best(found)
    if not found:
        return Start(fixed, count)
    best, followed = found[0].point, 0
    if residuals is not None and rest:
        ends = [_followed(residuals, each) for each in found]
        followed = len(ends)
        if len(rest) > 1:
            # Several parameters are seldom drawn right all at once: from where the ways led, one or two of them again.
            found = []
            for end in sorted(ends, key=lambda each: each.loss)[:KEPT] * (TRIES // KEPT):
                some = generator.choice(rest, size=int(generator.integers(1, 3)), replace=False)
                point = end.end.copy()
                point[some] = _drawn(loss, len(some), generator)
                found.append(Try(*tried(point)))
            count += len(found)
            ends += [_followed(residuals, each) for each in _best(found)]
            followed = len(ends)
        # The way down from there is worth seeing, so it begins at the try itself: of ways to one end, at the best try.
        low = min(each.loss for each in ends)
        best = next(each.point for each in ends if each.loss <= low * SAME or each.loss == low)
    named = tuple(names[place] for place in linear)
    if linear and (descends or not rest):
        best = best.copy()
        best[linear] = 0.0
        return Start(best, count, followed, named, True)
    return Start(best, count, followed, named)


def _best(tries: list[Try]) -> list[Try]:
    """Those of the tries that are worth following, the best first."""
    usable = [each for each in tries if math.isfinite(each.loss)]
    return sorted(usable, key=lambda each: each.loss)[:FOLLOWED]


def _followed(residuals: Residuals, begun: Try) -> Try:
    """The same try with the loss some steps of Levenberg-Marquardt further down."""
    here = levenberg.start(residuals.triangle, begun.point)
    for _ in range(FOLLOWED_STEPS):
        if here.converged or here.blocked or not math.isfinite(here.rss):
            break
        here = levenberg.levenberg(residuals.squares, residuals.triangle, here)
    return Try(here.rss if math.isfinite(here.rss) else math.inf, begun.point, here.parameters)


def linear_in(model: Model) -> list[int]:
    """Parameters in which the residual is linear together, as many as a greedy choice finds, by place."""
    if model.residual is None:
        return []
    graph, nodes = model.program.graph, model.nodes
    slopes = derivative(graph, model.residual, nodes)
    chosen: list[int] = []
    stepped = {model.parameters.index(name) for name in model.stepped}
    for place, slope in enumerate(slopes):
        if place in stepped:
            continue  # its slope is 0, which is no constant that least squares could use
        marks = graph.reaches(slope)
        others = [*chosen, place]
        if any(marks[nodes[each]] for each in others):
            continue
        if all(not graph.reaches(slopes[each])[nodes[place]] for each in chosen):
            chosen.append(place)
    return chosen


def _with_linear(residuals: Residuals, point: Array, linear: list[int]) -> Array:
    """The point with the parameters in which the residuals are linear, from 0, at their least squares."""
    triangle = residuals.triangle(point)
    if not np.all(np.isfinite(triangle)):
        return point
    made = point.copy()
    made[linear] += np.linalg.lstsq(triangle[:, linear], -triangle[:, -1], rcond=1e-12)[0]
    return made


def _drawn(loss: MeanLoss, count: int, generator: np.random.Generator) -> Array:
    """Numbers of either sign: sizes around 1, around those of the columns and their inverses, or values of columns."""
    columns = [loss.columns[name] for name in loss.model.inputs_of_prediction or loss.model.data]
    made = np.empty(count)
    for place in range(count):
        kind = generator.integers(4) if columns else 0
        sign = -1.0 if generator.random() < 0.25 else 1.0
        if kind == 0:
            made[place] = sign * 10 ** generator.uniform(-2, 2)
            continue
        column = columns[generator.integers(len(columns))]
        low, high = float(np.min(column)), float(np.max(column))
        width = (high - low) or abs(high) or 1.0
        if kind == 1:
            made[place] = sign * 10 ** generator.uniform(-1, 1.5) / width
        elif kind == 2:
            made[place] = generator.uniform(low, high)
        else:
            made[place] = sign * 10 ** generator.uniform(-1.5, 0.5) * width
    return made


def with_squares(loss: MeanLoss) -> MeanLoss:
    """The same prediction under the mean squared error."""
    model = loss.model
    columns = [*model.data] if model.target in model.data else [*model.data, model.target]
    other = read_model(
        model.text, columns, target=model.target, constants=model.constants, parameters=model.parameters
    )
    if other.parameters != model.parameters:
        return loss
    return MeanLoss(other, loss.columns)


def _spectral(loss: MeanLoss) -> MeanLoss:
    """The same loss on the first SPECTRAL_ROWS rows: neighbours, between which a period can be seen."""
    if loss.rows <= SPECTRAL_ROWS:
        return loss
    return MeanLoss(loss.model, loss.columns.at(np.arange(SPECTRAL_ROWS)))


def _thinned(loss: MeanLoss, turning: bool = False) -> MeanLoss:
    """The same loss on at most MOST_ROWS rows, spread over all of them.

    turning: whether there are frequencies: rows at even distances would take a high one for a low one
    """
    if loss.rows <= MOST_ROWS:
        return loss
    places = np.linspace(0, loss.rows - 1, MOST_ROWS).astype(np.intp)
    if turning:
        places = np.unique(np.random.default_rng(0).integers(0, loss.rows, MOST_ROWS))
    return MeanLoss(loss.model, loss.columns.at(places), ridge=loss.ridge, reduce=loss.reduce)
