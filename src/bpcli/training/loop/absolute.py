"""The sum of absolute residuals brought to its minimum, which lies at a corner: some residuals are 0 there.

Gradients do not lead to corners. Weighted least squares does, with the inverse of each residual as its weight, and
from there the edges between corners are followed, as by the simplex method, until no direction leads down.

Source: Schlossmacher, An iterative technique for absolute deviations curve fitting, JASA 68 (1973); Barrodale and
Roberts, An improved algorithm for discrete l1 linear approximation, SIAM Journal on Numerical Analysis 10 (1973).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

Array = NDArray[np.float64]

SHRINKS, FIRST, LAST = 0.2, 0.1, 1e-9  # what a residual is held above, of the mean one
ROUNDS = 12  # of weighted least squares for each of these
HALVINGS = 20
PROJECTIONS = 1000
CORNERS = 500  # that are visited at most
OPTIMAL = 1 + 1e-9  # a multiplier up to this is one up to 1 but for rounding


def least_absolute(rows: Callable[[Array], tuple[Array, Array]], at: Array) -> tuple[Array, bool]:
    """Where the sum of |residual| is least, from `at`, and whether no direction leads down from there.

    rows: the Jacobian, shape (rows, parameters), and the residuals, shape (rows,), at parameters

    >>> y = np.array([1.0, 2.0, 10.0])      # a median
    >>> at, least = least_absolute(lambda at: (np.ones((3, 1)), at - y), np.array([4.0]))
    >>> at.tolist(), least
    ([2.0], True)
    """
    with np.errstate(all="ignore"):
        return _along_edges(rows, _by_squares(rows, at))


def _by_squares(rows: Callable[[Array], tuple[Array, Array]], at: Array) -> Array:
    """Weighted least squares again and again, each residual held above a level that shrinks."""
    slopes, left = rows(at)
    size = float(np.mean(np.abs(left)))
    level = FIRST * size
    while level > LAST * size:
        for _ in range(ROUNDS):
            roots = 1 / np.sqrt(np.hypot(left, level))
            step = np.linalg.lstsq(slopes * roots[:, None], -left * roots, rcond=None)[0]
            before = float(np.sum(np.hypot(left, level)))
            for _ in range(HALVINGS):
                following = rows(at + step)
                after = float(np.sum(np.hypot(following[1], level)))
                if after < before:
                    break
                step = step / 2
            else:
                break
            at, (slopes, left) = at + step, following
            if before - after <= 1e-10 * before:
                break
        level *= SHRINKS
    return at


def _along_edges(rows: Callable[[Array], tuple[Array, Array]], at: Array) -> tuple[Array, bool]:
    """From a place near a corner to the corner, and along edges down, until the multipliers say that there are none.

    At a corner the residuals of as many rows as there are parameters are 0. The slopes of the others add up to a
    combination of those of these rows; where each multiplier is from -1 to 1, no direction leads down.
    """
    slopes, left = rows(at)
    corner = _independent(slopes, np.argsort(np.abs(left), kind="stable"))
    if corner is None:
        return at, False
    best, total = at, math.inf  # the first corner may lie higher than the place beside it
    for _ in range(CORNERS):
        here = _solved(rows, best, corner)
        if here is None:
            return best, False
        slopes, left = rows(here)
        found = float(np.sum(np.abs(left)))
        if not found <= total * (1 + 1e-12):
            return best, False
        best, total = here, found
        zero = np.abs(left) <= _rounding(left)
        zero[corner] = True
        pull = slopes[~zero].T @ np.sign(left[~zero])
        if np.count_nonzero(zero) > len(corner) and _balanced(slopes[zero], pull):
            return best, True
        multipliers = np.linalg.solve(slopes[corner].T, -pull)
        worst = int(np.argmax(np.abs(multipliers)))
        if abs(multipliers[worst]) <= OPTIMAL:
            return best, True
        # Away from that row alone, the others of the corner staying on the curve.
        away = np.zeros(len(corner))
        away[worst] = math.copysign(1.0, multipliers[worst])
        direction = np.linalg.solve(slopes[corner], away)
        entering = _least_along(slopes @ direction, left, corner)
        if entering is None:
            return best, False
        corner = corner.copy()
        corner[worst] = entering
    return best, False


def _balanced(slopes: Array, pull: Array) -> bool:
    """Whether multipliers from -1 to 1 are found, by projections in turn, with which these rows undo the pull."""
    back = np.linalg.pinv(slopes.T)
    size = float(np.linalg.norm(pull)) + float(np.max(np.abs(slopes)))
    multipliers = np.clip(-back @ pull, -1, 1)
    for _ in range(PROJECTIONS):
        away = slopes.T @ multipliers + pull
        if np.linalg.norm(away) <= 1e-9 * size:
            return True
        multipliers = np.clip(multipliers - 1.5 * (back @ away), -1, 1)
    return False


def _rounding(left: Array) -> float:
    return 1e-13 * float(np.max(np.abs(left), initial=0.0))


def _independent(slopes: Array, order: NDArray[np.intp]) -> NDArray[np.intp] | None:
    """The first rows in this order whose slopes do not depend on each other, as many as there are parameters."""
    count = slopes.shape[1]
    chosen: list[int] = []
    basis = np.zeros((0, count))
    for row in order.tolist():
        slope = slopes[row] / (np.linalg.norm(slopes[row]) or 1.0)
        rest = slope - basis.T @ (basis @ slope)
        length = float(np.linalg.norm(rest))
        if length > 1e-8:
            chosen.append(row)
            basis = np.vstack([basis, rest / length])
        if len(chosen) == count:
            return np.array(chosen, dtype=np.intp)
    return None


def _solved(
    rows: Callable[[Array], tuple[Array, Array]], at: Array, corner: NDArray[np.intp]
) -> Array | None:
    """Where the residuals of these rows are 0, by Newton's method; None where it finds no such place."""
    slopes, left = rows(at)
    size = float(np.max(np.abs(left[corner])))
    for _ in range(20):
        try:
            step = np.linalg.solve(slopes[corner], -left[corner])
        except np.linalg.LinAlgError:
            return None
        at = at + step
        slopes, left = rows(at)
        following = float(np.max(np.abs(left[corner])))
        if not math.isfinite(following):
            return None
        if following <= _rounding(left) or following >= size:
            break
        size = following
    return at if float(np.max(np.abs(left[corner]))) <= 1e-9 * float(np.max(np.abs(left))) + 1e-300 else None


def _least_along(change: Array, left: Array, corner: NDArray[np.intp]) -> int | None:
    """The row whose residual is 0 where the sum of |left + length*change| is least: a weighted median of lengths."""
    lengths = np.where(change != 0, -left / np.where(change != 0, change, 1.0), math.inf)
    lengths[corner] = math.inf
    ahead = np.flatnonzero((lengths > 0) & np.isfinite(lengths))
    if not len(ahead):
        return None
    ahead = ahead[np.argsort(lengths[ahead], kind="stable")]
    # The slope at length 0+, which each row that is passed turns by twice its share.
    zero = np.abs(left) <= _rounding(left)
    slope = float(np.sum(np.where(zero, np.abs(change), np.sign(left) * change)))
    slopes = slope + np.cumsum(2 * np.abs(change[ahead]))
    past = np.flatnonzero(slopes >= 0)
    return int(ahead[past[0]]) if slope < 0 and len(past) else None
