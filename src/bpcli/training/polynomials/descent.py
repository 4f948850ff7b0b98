"""The loop: forward, loss, backward, update, repeat. An iterator of steps, so that nobody needs callbacks."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bpcli.training.loop.watch import (
    CONVERGED,
    DIVERGED,
    GROWTHS,
    PATIENCE,
    ROUNDING,
    STEP_LIMIT,
    TOLERANCE,
)
from bpcli.training.optimizers import Optimizer

Array = NDArray[np.float64]


class Standing(NamedTuple):
    """Where a descent stands before a turn: enough to go on as if nobody had stopped.

    first, smallest: lengths of the gradient at the start, and the smallest that counts; before: the loss one turn ago
    still, growing:  turns in a row without a smaller gradient, and with a larger loss
    """

    number: int
    parameters: Array
    first: float = math.inf
    smallest: float = math.inf
    still: int = 0
    growing: int = 0
    before: float = math.inf


class Step(NamedTuple):
    """One turn of the loop: what was found at the parameters, and the step that leaves them.

    loss, gradient: at `parameters`
    step:           what the optimizer adds to them; None after the last
    stopped:        the reason why there is no further step, or ""
    standing:       where the descent stood before this turn
    """

    number: int
    parameters: Array
    loss: float
    gradient: Array
    step: Array | None
    stopped: str
    standing: Standing | None = None

    @property
    def norm(self) -> float:
        """The length of the gradient."""
        return math.hypot(*self.gradient.tolist())


def descend(
    objective: Callable[[Array], tuple[float, Array]],
    start: Array | Standing,
    optimizer: Optimizer,
    steps: int,
) -> Iterator[Step]:
    """Follow the gradient down from `start`, at most `steps` updates; each turn is yielded as it happens.

    start: parameters, or where a descent stood that goes on; the optimizer has no memory but its number of updates

    The last turn says why it ended: converged (the gradient is down to TOLERANCE of the first, or has
    fallen far and stands still, so that what is left is rounding), step limit, or diverged (no number any
    more, or a loss that grows).
    """
    standing = start if isinstance(start, Standing) else Standing(0, np.array(start, dtype=np.float64))
    begun, parameters, first, smallest, still, growing, before = standing
    state: Any = optimizer.init(parameters)
    for number in range(begun, max(steps, begun) + 1):
        standing = Standing(number, parameters, first, smallest, still, growing, before)
        loss, gradient = objective(parameters)
        size = math.hypot(*gradient.tolist())
        if number == 0:
            first = size
        if size < 0.9 * smallest:
            smallest, still = size, 0
        else:
            still += 1
        growing = growing + 1 if loss > before else 0
        before = loss
        stopped = ""
        climbing = growing >= GROWTHS and size > smallest * 10 and size > first * ROUNDING
        if climbing or not math.isfinite(loss) or not math.isfinite(size):
            stopped = DIVERGED
        elif size <= first * TOLERANCE or (still >= PATIENCE and smallest <= first * ROUNDING):
            stopped = CONVERGED
        elif number >= steps:
            stopped = STEP_LIMIT
        if stopped:
            yield Step(number, parameters, loss, gradient, None, stopped, standing)
            return
        step, state = optimizer.update(gradient, state, parameters)
        yield Step(number, parameters, loss, gradient, step, "", standing)
        parameters = parameters + step
