"""When to stop: what a descent has done so far, and what that says of it."""

from __future__ import annotations

import math
from typing import NamedTuple

CONVERGED, STEP_LIMIT, DIVERGED, INTERRUPTED = "converged", "step limit", "diverged", "interrupted"
EARLY, STUCK, BOUNCING = "early stop", "stuck", "bouncing"

PATIENCE = 10  # steps without a gradient that is smaller by a tenth: then only rounding is left
TOLERANCE = 1e-15  # of the first gradient: what is smaller is rounding
ROUNDING = 1e-9  # the gradient has to fall by this much before standing still counts as convergence
GROWTHS = 5  # losses in a row, each larger than the one before, after which a descent has diverged

SLOW_GROWTHS, FAR = 20, 100.0  # optimizers with a memory climb on purpose, but not as long and as high as this
BOUNCES = 10  # turns in a row that reverse the one before and win nothing
WON = 1e-6  # of the loss: what counts as a win


class Watch(NamedTuple):
    """The past of a descent, as far as it matters: kept and restored, it goes on as if nobody had stopped.

    first, lowest, before: losses, the last one last; first_size, smallest, size: lengths of gradients likewise, and
              with a memory how far from rest (see `moved`)
    still:    turns since the gradient last fell by a tenth; growing: turns in a row in which the loss grew
    reversed: turns in a row whose gradient points against the one before
    mark:     the loss when that began
    best:     the best validation so far; waiting: turns since
    longest:  the longest step so far
    """

    first: float = math.inf
    first_size: float = math.inf
    size: float = math.inf
    smallest: float = math.inf
    lowest: float = math.inf
    before: float = math.inf
    still: int = 0
    growing: int = 0
    reversed: int = 0
    mark: float = math.inf
    best: float = math.inf
    waiting: int = 0
    longest: float = 0.0

    def after(self, loss: float, size: float, turned: bool) -> Watch:
        """The past one turn later."""
        begins = self.first == math.inf
        falls = size < 0.9 * self.smallest
        reversing = self.reversed + 1 if turned else 0
        return self._replace(
            first=loss if begins else self.first,
            first_size=size if begins else self.first_size,
            size=size,
            smallest=min(size, self.smallest) if falls else self.smallest,
            lowest=min(loss, self.lowest),
            before=loss,
            still=0 if falls else self.still + 1,
            growing=self.growing + 1 if loss > self.before else 0,
            reversed=reversing,
            mark=loss if reversing == 1 else self.mark,
        )

    def validated(self, loss: float) -> Watch:
        """The past with one more validation."""
        if loss < self.best:
            return self._replace(best=loss, waiting=0)
        return self._replace(waiting=self.waiting + 1)

    def moved(self, size: float, length: float) -> tuple[Watch, float]:
        """The past with the next step, and how far from rest it all is, in the measure of gradients.

        size, length: of the gradient, and of the step that an optimizer with a memory makes next

        A velocity goes on where the gradient happens to vanish, and gathered gradients may cancel where this one does
        not: only where both are small beside what they were is a minimum reached.
        """
        longest = max(length, self.longest)
        if self.first == math.inf or not 0 < longest < math.inf:
            return self._replace(longest=longest), size
        return self._replace(longest=longest), max(size, self.first_size * (length / longest))

    @property
    def bouncing(self) -> bool:
        """Whether the last turns went to and fro without a win."""
        return self.reversed >= 2 and self.before >= self.mark * (1 - WON) and self.before > 0

    def reason(self, memory: bool, tolerance: float | None) -> str:
        """Why there should be no further turn; "" where there should.

        memory:    whether the optimizer goes on uphill for a while, as those with a velocity do
        tolerance: of the first gradient: a shorter one is small enough
        """
        size, loss = self.size, self.before
        if not math.isfinite(loss) or not math.isfinite(size):
            return DIVERGED
        felt = size > self.first_size * ROUNDING
        if memory:
            if self.growing >= SLOW_GROWTHS and loss > self.first * FAR and felt:
                return DIVERGED
        elif self.growing >= GROWTHS and (loss > self.first or loss > 10 * self.lowest) and felt:
            return DIVERGED
        if size <= self.first_size * (TOLERANCE if tolerance is None else tolerance):
            return CONVERGED
        if self.still >= PATIENCE and self.smallest <= self.first_size * ROUNDING:
            return CONVERGED
        if not memory and self.reversed >= BOUNCES and self.bouncing and felt:
            return BOUNCING
        return ""
