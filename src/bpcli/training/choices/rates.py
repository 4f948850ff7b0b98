"""Whether a learning rate holds along the way: the curvature at the start says nothing of that further on."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bpcli.training.loop.turns import Loop, Plan
from bpcli.training.loop.watch import BOUNCING, DIVERGED
from bpcli.training.models.compiled import MeanLoss

Array = NDArray[np.float64]

MOST_STEPS, MOST_WORK, HALVINGS = 500, 10_000_000, 20  # steps, and steps * rows, to see whether a rate holds; tries


def holding(loss: MeanLoss, start: Array, plan_of: Callable[[float], Plan], rate: float) -> float:
    """The first of rate, rate/2, rate/4, ... by which some steps from the start neither diverge nor bounce.

    nan where none of them does, and where there are too many rows to try.
    """
    for _ in range(HALVINGS):
        plan = plan_of(rate)
        steps = min(plan.steps, MOST_STEPS, MOST_WORK // loss.rows)
        if not steps:
            break
        stopped = ""
        for turn in Loop(loss, start, plan._replace(steps=steps)):
            stopped = turn.stopped
        if stopped not in (DIVERGED, BOUNCING):
            return rate
        rate /= 2
    return math.nan
