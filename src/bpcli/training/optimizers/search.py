"""L-BFGS: Newton's direction from the last few gradients, and a search along it. It tries points before it moves."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from bpcli.training.optimizers.contract import Array

Loss = Callable[[Array], tuple[float, Array]]

MEMORY = 10
FALL, FLATNESS = 1e-4, 0.9  # of the strong Wolfe conditions, as in Nocedal and Wright, section 3.5
MOST_TRIALS = 30


class Place(NamedTuple):
    """A point that was evaluated, and the pairs of change in parameters and in gradient that led there.

    pairs:   the last MEMORY of them, each with 1/(change in gradient * change in parameters)
    trials:  evaluations of the loss that the step here took
    blocked: no step that is long enough for rounding brings the loss down
    """

    parameters: Array
    loss: float
    gradient: Array
    pairs: tuple[tuple[Array, Array, float], ...] = ()
    trials: int = 1
    blocked: bool = False


def start(loss: Loss, parameters: Array) -> Place:
    """The place where a search begins."""
    value, gradient = loss(parameters)
    return Place(parameters, value, gradient)


def direction(gradient: Array, pairs: tuple[tuple[Array, Array, float], ...]) -> Array:
    """Minus the approximate inverse Hessian times the gradient, by the recursion in two loops.

    Source: Nocedal and Wright, Numerical Optimization, 2nd edition, algorithm 7.4.

    >>> step = np.array([1.0, 0.0])       # the gradient changed by 4 along it: a curvature of 4
    >>> direction(np.array([4.0, 2.0]), ((step, 4 * step, 0.25),)).tolist()
    [-1.0, -0.5]
    """
    rest = gradient.copy()
    shares = []
    for step, change, scale in reversed(pairs):
        share = scale * float(step @ rest)
        shares.append(share)
        rest -= share * change
    if pairs:
        step, change, _ = pairs[-1]
        rest *= float(step @ change) / float(change @ change)
    for (step, change, scale), share in zip(pairs, reversed(shares), strict=True):
        rest += (share - scale * float(change @ rest)) * step
    return -rest


def lbfgs(loss: Loss, here: Place) -> Place:
    """One step: a direction by the two loops, and along it a point that meets the strong Wolfe conditions.

    Source: Nocedal and Wright, algorithms 7.5, 3.5 and 3.6.
    """
    pairs = here.pairs
    heading = direction(here.gradient, pairs)
    slope = float(heading @ here.gradient)
    if not slope < 0 or not math.isfinite(slope):
        pairs, heading = (), -here.gradient
        slope = -float(here.gradient @ here.gradient)
    norm = math.hypot(*here.gradient.tolist())
    first = 1.0 if pairs else min(1.0, 1 / norm if norm > 0 else 1.0)
    found, trials = search(loss, here, heading, slope, first)
    if found is not None and not found[1] < here.loss:
        found = None  # so short that rounding hides whether it falls
    if found is None and pairs:
        # What is remembered misleads: begin again with the gradient alone.
        fresh = lbfgs(loss, here._replace(pairs=()))
        return fresh._replace(trials=fresh.trials + trials)
    if found is None:
        return here._replace(trials=trials, blocked=True)
    parameters, value, gradient = found
    step, change = parameters - here.parameters, gradient - here.gradient
    product = float(step @ change)
    if product > 1e-16 * float(change @ change):
        pairs = (*pairs, (step, change, 1 / product))[-MEMORY:]
    return Place(parameters, value, gradient, pairs, trials)


def search(
    loss: Loss, here: Place, heading: Array, slope: float, first: float
) -> tuple[tuple[Array, float, Array] | None, int]:
    """A point along a direction where the loss has fallen enough and its slope is flat enough, and the trials.

    None where no trial falls by more than rounding. A point that falls enough but is not flat is taken when the
    trials are used up.

    Source: Nocedal and Wright, algorithms 3.5 (bracket) and 3.6 (zoom), with cubic interpolation.
    """
    low, low_value, low_slope = 0.0, here.loss, slope
    high: float | None = None
    high_value = high_slope = 0.0
    length = first
    best: tuple[Array, float, Array] | None = None
    for trial in range(1, MOST_TRIALS + 1):
        parameters = here.parameters + length * heading
        value, gradient = loss(parameters)
        here_slope = float(gradient @ heading)
        usable = math.isfinite(value) and math.isfinite(here_slope)
        if not usable or value > here.loss + FALL * length * slope or (low > 0 and value >= low_value):
            high, high_value, high_slope = length, value, here_slope
        else:
            best = (parameters, value, gradient)
            if abs(here_slope) <= -FLATNESS * slope:
                return best, trial
            if here_slope * ((high if high is not None else math.inf) - low) >= 0:
                high, high_value, high_slope = low, low_value, low_slope
            low, low_value, low_slope = length, value, here_slope
        if high is None:
            length *= 4
            continue
        if abs(high - low) * float(np.max(np.abs(heading))) <= 1e-16 * (1 + float(np.max(np.abs(here.parameters)))):
            return best, trial
        length = between(low, low_value, low_slope, high, high_value, high_slope)
    return best, MOST_TRIALS


def between(a: float, at_a: float, slope_a: float, b: float, at_b: float, slope_b: float) -> float:
    """Where the cubic through two values and slopes is least, kept away from the ends; the middle where it fails.

    >>> between(0.0, 1.0, -2.0, 3.0, 4.0, 4.0)     # (x - 1)^2
    1.0
    """
    middle = (a + b) / 2
    if not (math.isfinite(at_b) and math.isfinite(slope_b)):
        return a + (b - a) / 10
    first = slope_a + slope_b - 3 * (at_a - at_b) / (a - b)
    square = first * first - slope_a * slope_b
    if square < 0:
        return middle
    second = math.copysign(math.sqrt(square), b - a)
    below = slope_b - slope_a + 2 * second
    if below == 0:
        return middle
    found = b - (b - a) * (slope_b + second - first) / below
    margin = 0.1 * abs(b - a)
    return min(max(found, min(a, b) + margin), max(a, b) - margin)
