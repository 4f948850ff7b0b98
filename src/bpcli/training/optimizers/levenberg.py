"""Levenberg-Marquardt: least squares by linear least squares, damped until the sum of squares falls.

All of a Jacobian J with residuals r that a step needs is the triangle R of a QR decomposition of [J r]: it has as many
rows as there are parameters, and one more, however many rows the data has, and no digits are lost in squaring J.

Sources: More, The Levenberg-Marquardt algorithm: implementation and theory, 1978 (scaling by columns); Nielsen,
Damping parameter in Marquardt's method, IMM-REP-1999-05 (how the damping changes); Bates and Watts, Nonlinear
Regression Analysis and Its Applications, 1988 (when it has converged).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from bpcli.training.optimizers.contract import Array

Squares = Callable[[Array], float]
Triangle = Callable[[Array], Array]

START = 1e-3  # the damping, relative to the squared length of each column
MOST_TRIALS = 60
OFFSET = 1e-12  # of the residuals' part that J can still take away, to all of them
SETTLED = 1e-5  # the same, where rounding lets nothing better be reached
STANDING = 1e-13  # of each parameter: a full step shorter than this is rounding
NOISE = 1e-14  # of the sum of squares: what a step promises below this cannot be seen in it
NEARER = 0.95  # what must be left of that part after a step which the sum of squares cannot see
SINGULAR = 1e-12  # singular values of columns of length 1 below this are 0 but for rounding
ROUNDING = 2.0**-48  # of the length of what is fitted: residuals that are computed have no more digits


class Damped(NamedTuple):
    """A point with its triangle, and the damping that the next step begins with.

    rss:       the sum of squared residuals
    triangle:  of [J r], shape (parameters + 1, parameters + 1)
    scale:     for each parameter the longest column of J so far
    level:     the length of the column that is fitted, which the residuals are the small rest of; 0 where unknown
    trials:    points at which the sum of squares was computed for the step here
    converged: the residuals are orthogonal to J, or the full step is rounding
    blocked:   no damping brings the sum of squares down
    """

    parameters: Array
    rss: float
    triangle: Array
    scale: Array
    damping: float
    level: float = 0.0
    growth: float = 2.0
    trials: int = 1
    converged: bool = False
    blocked: bool = False

    @property
    def gradient(self) -> Array:
        """Half the gradient of the sum of squares, J^T r."""
        half: Array = self.triangle[:-1, :-1].T @ self.triangle[:-1, -1]
        return half


def start(triangle: Triangle, parameters: Array, level: float = 0.0) -> Damped:
    """The point where a search begins."""
    found = triangle(parameters)
    scale = _lengths(found)
    return _judged(Damped(parameters, _squares(found), found, np.where(scale > 0, scale, 1.0), START, level))


def levenberg(squares: Squares, triangle: Triangle, here: Damped) -> Damped:
    """One step: R s = -z damped, that is the least |J s + r|^2 + damping * |D s|^2, with more of it until it falls.

    squares:  the sum of squares at some parameters; inf or nan where they are outside the domain
    triangle: the R of [J r] there, shape (parameters + 1, parameters + 1)
    """
    size = len(here.parameters)
    jacobian, right = here.triangle[:-1, :-1], here.triangle[:-1, -1]
    damping, growth = here.damping, here.growth
    for trial in range(1, MOST_TRIALS + 1):
        # In units of the columns: what is small is then small against the others, whatever it is measured in.
        stacked = np.vstack([jacobian / here.scale, math.sqrt(damping) * np.eye(size)])
        try:
            scaled: Array = np.linalg.lstsq(stacked, np.concatenate([-right, np.zeros(size)]), rcond=None)[0]
        except np.linalg.LinAlgError:
            return here._replace(trials=trial, blocked=True)
        step = scaled / here.scale
        parameters = here.parameters + step
        along, across = jacobian @ step, math.sqrt(damping) * scaled
        promised = float(along @ along + 2 * (across @ across))
        if promised <= NOISE * here.rss or not np.any(parameters != here.parameters):
            # The sum of squares cannot tell such points apart; the slopes can.
            return _unseen(triangle, here, parameters, trial)
        rss = squares(parameters)
        ratio = (here.rss - rss) / promised
        if ratio > 1e-4:
            found = triangle(parameters)
            if np.all(np.isfinite(found)):
                damping *= max(1 / 3, 1 - (2 * ratio - 1) ** 3)
                scale = np.maximum(here.scale, _lengths(found))
                made = Damped(
                    parameters, _squares(found), found, scale, max(damping, 1e-30), here.level, trials=trial
                )
                return _judged(made)
        damping *= growth
        growth *= 2
    return here._replace(trials=MOST_TRIALS, blocked=True)


def _unseen(triangle: Triangle, here: Damped, parameters: Array, trials: int) -> Damped:
    """A step that the sum of squares does not show, as long as it leaves less for the next; else where it ends.

    Where the residuals are large such steps get shorter by a share each, and the digits of the parameters that they
    win are half of all there are.
    """
    left, full = _left(here.triangle)
    for candidate in (parameters, here.parameters + full):
        found = triangle(candidate)
        usable = bool(np.all(np.isfinite(found))) and _squares(found) <= here.rss * (1 + 1e-9)
        if usable and _left(found)[0] < NEARER * left:
            return _judged(here._replace(parameters=candidate, rss=_squares(found), triangle=found, trials=trials))
    # Rounding hides what is left of the descent: near a minimum that is little, in a flat valley it is not.
    settled = left <= max(SETTLED * math.sqrt(here.rss), ROUNDING * here.level)
    return here._replace(trials=trials, converged=settled, blocked=not settled)


def _judged(here: Damped) -> Damped:
    """The same point, converged if no step could matter.

    What J can still take from the residuals, to all of them, is the relative offset (in the source to the rest, and
    each per degree of freedom).
    """
    left, full = _left(here.triangle)
    if left <= OFFSET * math.sqrt(here.rss):
        return here._replace(converged=True)
    return here._replace(converged=bool(np.all(np.abs(full) <= STANDING * np.abs(here.parameters))))


def _left(triangle: Array) -> tuple[float, Array]:
    """The length of what J can still take from the residuals, and the step without damping that would.

    Directions that J takes to 0 are none that a step could go.
    """
    lengths = _lengths(triangle)
    lengths[lengths == 0] = 1.0
    jacobian = triangle[:-1, :-1] / lengths
    if not np.all(np.isfinite(triangle)):
        return math.inf, np.zeros(len(lengths))
    step = np.asarray(np.linalg.lstsq(jacobian, -triangle[:-1, -1], rcond=SINGULAR)[0], dtype=np.float64)
    return math.hypot(*(jacobian @ step).tolist()), step / lengths


def _squares(triangle: Array) -> float:
    return float(triangle[:, -1] @ triangle[:, -1])


def _lengths(triangle: Array) -> Array:
    lengths: Array = np.sqrt(np.sum(triangle[:-1, :-1] ** 2, axis=0))
    return lengths
