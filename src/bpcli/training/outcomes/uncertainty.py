"""How certain parameters are: standard errors, and which of them the data leave open."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bpcli.numbers import show
from bpcli.training.loop.watch import CONVERGED, STEP_LIMIT, STUCK
from bpcli.training.models.compiled import MeanLoss, Residuals

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.training.outcomes.outcome import Outcome

Array = NDArray[np.float64]

FLAT = 1e-14  # of the residuals' size: what all of a parameter moves, where it moves nothing
FELT = 1e-7  # of the residuals' size: where a change by 1 moves more, a parameter has influence
DEPENDENT = 1e-11  # singular values of columns of length 1 below this are 0 but for rounding
TAKES_PART = 1e-4  # the share of a parameter in a direction, from which on it has a part in it
VALLEY, ALONG = 1e-5, 0.1  # the same two where a search has not come to its end
FAR = 100.0  # times its start: a parameter that is there and has not come to rest runs off


def uncertainty(outcome: Outcome, loss: MeanLoss, at: Array) -> None:
    """Fill in standard errors s * sqrt(diag((J'J)^-1)), with J'J = R'R and s^2 = r'r/(rows - rank), and notes.

    What the data leave open are the directions that J takes to 0. A parameter without a part in them is as certain as
    the others let it be: its standard error is that of the pseudo-inverse. The rest have none.
    """
    triangle = Residuals(loss).triangle(at)
    if not np.all(np.isfinite(triangle)) or not len(at):
        return
    model = outcome.model
    rss = float(triangle[:, -1] @ triangle[:, -1])
    if outcome.rss != outcome.rss:
        outcome.rss = rss / model.weight
        outcome.rmse = math.sqrt(outcome.rss / loss.rows)
    lengths = np.sqrt(np.sum(triangle[:-1, :-1] ** 2, axis=0))
    flat = _flat(outcome, loss, at, lengths, math.sqrt(rss))
    for name in flat:
        outcome.note("flat", name=name)
    if np.any(lengths == 0) or flat:
        outcome.condition = math.inf
        return
    _, singular, directions = np.linalg.svd(triangle[:-1, :-1] / lengths)
    outcome.condition = float((singular[0] / singular[-1]) ** 2) if singular[-1] > 0 else math.inf
    felt = singular >= DEPENDENT
    outcome.undetermined = int(np.count_nonzero(~felt))
    part = np.sqrt(np.sum(directions[~felt] ** 2, axis=0))
    if outcome.undetermined and loss.columns:
        names = [name for name, share in zip(model.parameters, part, strict=True) if share > TAKES_PART]
        places = _to_hold(directions[~felt])
        example = " ".join(f"--hold {model.parameters[place]}={show(float(at[place]), 3)}" for place in places)
        outcome.note("dependent", names=", ".join(names), count=len(places), example=example)
    elif outcome.stopped in (STEP_LIMIT, STUCK) and loss.columns:
        _look_along(outcome, at, singular, directions)
    if outcome.freedom <= 0 or outcome.stopped != CONVERGED or outcome.is_of_best:
        return
    inverse = (directions[felt].T / singular[felt]) / lengths[:, None]
    errors = math.sqrt(rss / outcome.freedom) * np.sqrt(np.sum(inverse * inverse, axis=1))
    errors[part > TAKES_PART] = math.nan
    outcome.standard_errors = dict(zip(model.parameters, errors.tolist(), strict=True))


def _to_hold(open_directions: Array) -> list[int]:
    """Parameters, by place, that determine all others once they are given: those that have the largest part in turn."""
    left, places = open_directions.copy(), []
    for _ in range(len(left)):
        places.append(int(np.argmax(np.sum(left**2, axis=0) * (1 + 1e-9 * np.arange(left.shape[1], 0, -1)))))
        column = left[:, places[-1]]
        left = left - np.outer(column, column @ left) / (column @ column)
    return sorted(places)


def _flat(outcome: Outcome, loss: MeanLoss, at: Array, lengths: Array, size: float) -> list[str]:
    """Parameters without influence where they stand."""
    model = outcome.model
    size = max(size, math.sqrt(model.weight) * loss.length_of_target())
    idle = {*model.idle, *model.stepped}
    return [
        name
        for name, length, value in zip(model.parameters, lengths, at, strict=True)
        # A value that is rounding itself, as an intercept of 1e-16, moves nothing either, and is felt all the same.
        if length * max(abs(value), 1e-300) <= FLAT * size and length <= FELT * size and value != 0 and name not in idle
    ]


def _look_along(outcome: Outcome, at: Array, singular: Array, directions: Array) -> None:
    """What to know of a search that has not come to an end: parameters that run off, or slide along a valley."""
    names, start = outcome.model.parameters, outcome.start.parameters
    for name, value, first in zip(names, at.tolist(), start.tolist(), strict=True):
        if abs(value) > FAR * max(abs(first), 1.0):
            outcome.note("runs off", name=name, value=value, first=first)
    if singular[-1] < VALLEY * singular[0]:
        along = [name for name, share in zip(names, np.abs(directions[-1]), strict=True) if share > ALONG]
        outcome.note("valley", names=", ".join(along))
