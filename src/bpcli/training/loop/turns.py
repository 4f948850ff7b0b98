"""The loop over any model and loss: forward, loss, backward, clip, update, repeat. Turns are yielded as they happen."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bpcli.training.loop.batches import Batches
from bpcli.training.loop.clipping import Clip
from bpcli.training.loop.watch import CONVERGED, DIVERGED, EARLY, STEP_LIMIT, STUCK, Watch
from bpcli.training.models.compiled import MeanLoss, Residuals
from bpcli.training.models.narrowed import NarrowLoss, Scale
from bpcli.training.optimizers import FIRST_ORDER, LBFGS, LEVENBERG, Optimizer, Schedule, levenberg, search

Array = NDArray[np.float64]

ROUNDED = 1e-6  # of the first gradient: where a search cannot go on with a longer one, it has not converged
STANDING = 5  # searches in a row that leave the loss as it is


class Turn(NamedTuple):
    """One turn of the loop: what was found at the parameters, and the step that leaves them.

    loss, gradient: at `parameters`, of the rows of the batch; the gradient of the loss itself, unscaled
    rows:       indices of the batch; None where all rows were taken
    gathered:   the gradient and all before it, where they are not set to zero; None where they are
    used:       the gradient after clipping; None after the last turn
    rate:       of this update; None where a search found the length of the step
    step:       what is added to the parameters; None after the last turn, and where the gradient overflowed
    state:      of the optimizer after the update
    validation: the loss of the rows that were held out; None where it was not asked for
    scale:      what the reverse pass started with; overflow: whether its gradient was no number
    trials:     points at which the loss was computed to find the step; 0 where none was looked for
    stopped:    the reason why there is no further step, or ""
    """

    number: int
    parameters: Array
    loss: float
    gradient: Array
    rows: NDArray[np.intp] | None = None
    gathered: Array | None = None
    used: Array | None = None
    rate: float | None = None
    step: Array | None = None
    state: Any = None
    validation: float | None = None
    scale: float = 1.0
    overflow: bool = False
    trials: int = 0
    stopped: str = ""

    @property
    def norm(self) -> float:
        """The length of the gradient."""
        return math.hypot(*self.gradient.tolist())


class Plan(NamedTuple):
    """How to train. `make` is None for the optimizers that search: L-BFGS and Levenberg-Marquardt.

    tolerance: of the first gradient; patience: validations without a better one before it stops early, 0 for never
    zero:      whether the gradient is set to zero before every backward pass
    decay:     of the weights at each step
    """

    optimizer: str
    make: Callable[[], Optimizer] | None = None
    schedule: Schedule | None = None
    steps: int = 10_000
    batch: int = 0
    seed: int = 0
    clip: Clip | None = None
    tolerance: float | None = None
    patience: int = 0
    scale: Scale = Scale()
    zero: bool = True
    decay: float = 0.0


class Damping(NamedTuple):
    """What Levenberg-Marquardt remembers: the damping, how it grows, and whether the last step was the last."""

    damping: float
    growth: float
    scale: Array
    converged: bool = False
    blocked: bool = False


class Past(NamedTuple):
    """Where a loop stands: enough to go on as if nobody had stopped.

    state: of the optimizer; before: the gradient of the turn before
    gathered: the sum of all gradients so far, where they are not set to zero
    best:  the parameters of the best validation, which was `best_loss` at `best_step`
    """

    number: int
    parameters: Array
    state: Any
    watch: Watch
    scale: Scale
    best: Array | None = None
    before: Array | None = None
    best_step: int = 0
    best_loss: float = math.inf
    gathered: Array | None = None


class Loop:
    """The turns of a training. Iterate; `past` is where it stands, also when it was interrupted."""

    def __init__(
        self,
        loss: MeanLoss,
        start: Array,
        plan: Plan,
        *,
        validation: MeanLoss | None = None,
        narrow: NarrowLoss | None = None,
        past: Past | None = None,
        finish: Callable[[Array], tuple[Array, bool]] | None = None,
    ) -> None:
        """finish: of a search that stands at a corner, to a lower one, and whether no direction leads down there."""
        self.finish = finish
        self.cornered = False  # whether it ended so
        self.loss = loss
        self.plan = plan
        self.validation = validation
        self.narrow = narrow
        self.batches = Batches(loss.rows, plan.batch, plan.seed)
        self.past = past or Past(0, np.array(start, dtype=np.float64), None, Watch(), plan.scale)

    def __iter__(self) -> Iterator[Turn]:
        if self.plan.optimizer == LEVENBERG:
            return self._least_squares()
        return self._searching() if self.plan.optimizer == LBFGS else self._following()

    def _standing(self) -> tuple[int, Array, Watch, Scale, Array | None]:
        past = self.past
        return past.number, past.parameters, past.watch, past.scale, past.before

    def _move(
        self, parameters: Array, state: Any, watch: Watch, scale: Scale, before: Array | None = None,
        gathered: Array | None = None,
    ) -> None:  # fmt: skip
        """Stand where the next turn begins."""
        past = self.past
        self.past = past._replace(
            number=past.number + 1, parameters=parameters, state=state, watch=watch, scale=scale, before=before,
            gathered=gathered,
        )  # fmt: skip

    def _validated(self, watch: Watch, parameters: Array, number: int) -> tuple[Watch, float | None]:
        """The watch with the loss of the rows held out, once an epoch; it keeps the best parameters."""
        if self.validation is None or not self.batches.begins(number):
            return watch, None
        loss = self.validation.value(parameters)
        watch = watch.validated(loss)
        if self.plan.patience and watch.waiting == 0:
            self.past = self.past._replace(best=parameters, best_step=number, best_loss=loss)
        return watch, loss

    def _following(self) -> Iterator[Turn]:
        """Optimizers that make a step of one gradient."""
        plan, schedule = self.plan, self.plan.schedule
        assert plan.make is not None and schedule is not None
        optimizer = plan.make()
        memory = plan.optimizer != next(iter(FIRST_ORDER)) or plan.batch > 0 or not plan.zero
        state = self.past.state
        if state is None:
            state = optimizer.init(self.past.parameters)
        while True:
            number, parameters, watch, scale, before = self._standing()
            gathered = self.past.gathered
            rows = self.batches.rows(number)
            if self.narrow is not None:
                loss, scaled = self.narrow(parameters, rows, scale.value)
                gradient = scaled / scale.value
            else:
                loss, gradient = self.loss(parameters, rows)
            turn = Turn(number, parameters, loss, gradient, rows, scale=scale.value)
            overflow = self.narrow is not None and not np.all(np.isfinite(gradient)) and scale.every > 0
            if not overflow:
                with np.errstate(all="ignore"):
                    turned = before is not None and bool(gradient @ before < -0.9 * turn.norm * _length(before))
                    total, used = self._used(gradient, gathered)
                    step, following = optimizer.update(used, state, parameters)
                size = turn.norm
                if memory:
                    watch, size = watch.moved(size, _length(step))
                watch = watch.after(loss, size, turned)
            watch, validation = self._validated(watch, parameters, number)
            turn = turn._replace(validation=validation, overflow=overflow)
            stopped = "" if overflow else self._reason(watch, memory)
            if not stopped and number >= plan.steps:
                stopped = STEP_LIMIT
            if stopped:
                yield turn._replace(state=state, stopped=stopped)
                return
            if overflow:
                turn = turn._replace(state=state)
            else:
                before, gathered, state = gradient, total, following
                rate = schedule(state.updates - 1)
                turn = turn._replace(gathered=gathered, used=used, rate=rate, step=step, state=state)
                parameters = parameters + step
            yield turn
            self._move(parameters, state, watch, scale.after(overflow), before, gathered)

    def _used(self, gradient: Array, gathered: Array | None) -> tuple[Array | None, Array]:
        """The sum of all gradients so far, None where they are set to zero; and what the optimizer is given."""
        plan, total = self.plan, None
        if not plan.zero:
            gradient = total = gradient if gathered is None else gathered + gradient
        return total, gradient if plan.clip is None else plan.clip.cut(gradient)

    def _waited(self, watch: Watch) -> bool:
        return self.validation is not None and 0 < self.plan.patience <= watch.waiting

    def _reason(self, watch: Watch, memory: bool) -> str:
        if self._waited(watch):
            return EARLY
        reason = watch.reason(memory, self.plan.tolerance)
        # The gradient of a batch says little of that of all rows; only a number that is none stops at once.
        if self.plan.batch and reason and math.isfinite(watch.before) and math.isfinite(watch.size):
            return DIVERGED if reason == DIVERGED and watch.before > 1e6 * abs(watch.first) else ""
        return reason

    def _searching(self) -> Iterator[Turn]:
        """L-BFGS."""
        place = search.start(self.loss, self.past.parameters)
        if self.past.state:
            place = place._replace(pairs=self.past.state)
        while True:
            number, parameters, watch, scale, _ = self._standing()
            turn = Turn(number, parameters, place.loss, place.gradient, state=place.pairs)
            same = place.loss >= watch.before * (1 - 1e-15) if watch.before > 0 else place.loss >= watch.before
            watch = watch.after(place.loss, turn.norm, False)._replace(reversed=watch.reversed + 1 if same else 0)
            watch, validation = self._validated(watch, parameters, number)
            turn = turn._replace(validation=validation)
            stopped = self._searched(watch, place.blocked)
            if stopped in (STUCK, CONVERGED) and self.finish is not None:
                yield from self._finished(turn, watch, scale, stopped)
                return
            if stopped or number >= self.plan.steps:
                yield turn._replace(stopped=stopped or STEP_LIMIT)
                return
            following = search.lbfgs(self.loss, place)
            if following.blocked:
                yield from self._finished(turn, watch, scale, self._searched(watch, True))
                return
            step = following.parameters - parameters
            yield turn._replace(step=step, used=turn.gradient, trials=following.trials)
            place = following
            self._move(place.parameters, place.pairs, watch, scale)

    def _finished(self, turn: Turn, watch: Watch, scale: Scale, stopped: str) -> Iterator[Turn]:
        """The last turns of a search: to a corner from which no direction leads down, where there is a way there."""
        if self.finish is not None and stopped in (STUCK, CONVERGED):
            at, self.cornered = self.finish(turn.parameters)
            loss, gradient = self.loss(at)
            lower = loss < turn.loss
            self.cornered = self.cornered and loss <= turn.loss * (1 + 1e-12)
            stopped = CONVERGED if self.cornered else STUCK
            if lower:
                yield turn._replace(step=at - turn.parameters, used=turn.gradient, trials=1)
                self._move(at, None, watch, scale)
                turn = Turn(turn.number + 1, at, loss, gradient)
        yield turn._replace(stopped=stopped)

    def _searched(self, watch: Watch, blocked: bool) -> str:
        """Why a search should not go on; "" where it should."""
        if not math.isfinite(watch.before) or not math.isfinite(watch.size):
            return DIVERGED
        if self._waited(watch):
            return EARLY
        tolerance = 1e-12 if self.plan.tolerance is None else self.plan.tolerance
        if watch.size <= watch.first_size * tolerance:
            return CONVERGED
        if blocked or watch.reversed >= STANDING:
            return CONVERGED if watch.size <= max(watch.first_size, abs(watch.before)) * ROUNDED else STUCK
        return ""

    def _least_squares(self) -> Iterator[Turn]:
        """Levenberg-Marquardt, on the residuals; the loss that is shown is the mean over rows all the same."""
        residuals = Residuals(self.loss)
        rows = 1 if self.loss.reduce == "sum" else self.loss.rows
        here = levenberg.start(residuals.triangle, self.past.parameters, residuals.level)
        if self.past.state is not None:
            here = here._replace(**self.past.state._asdict())
        while True:
            number, parameters, watch, scale, _ = self._standing()
            loss, gradient = here.rss / rows, 2 * here.gradient / rows
            state = _damping(here)
            turn = Turn(number, parameters, loss, gradient, state=state)
            watch = watch.after(loss, turn.norm, False)
            watch, validation = self._validated(watch, parameters, number)
            turn = turn._replace(validation=validation)
            stopped = ""
            if not math.isfinite(loss) or not math.isfinite(turn.norm):
                stopped = DIVERGED
            elif here.converged or watch.size <= watch.first_size * (self.plan.tolerance or 0.0):
                stopped = CONVERGED
            elif here.blocked:
                stopped = STUCK
            elif self._waited(watch):
                stopped = EARLY
            elif number >= self.plan.steps:
                stopped = STEP_LIMIT
            if stopped:
                yield turn._replace(stopped=stopped)
                return
            following = levenberg.levenberg(residuals.squares, residuals.triangle, here)
            if following.parameters is here.parameters:
                yield turn._replace(stopped=CONVERGED if following.converged else STUCK)
                return
            step = following.parameters - parameters
            yield turn._replace(step=step, used=turn.gradient, trials=following.trials)
            here = following
            self._move(here.parameters, _damping(here), watch, scale)


def _damping(here: levenberg.Damped) -> Damping:
    return Damping(here.damping, here.growth, here.scale, here.converged, here.blocked)


def _length(vector: Array) -> float:
    return math.hypot(*vector.tolist())
