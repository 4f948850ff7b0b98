"""A training from its setting and its data: the optimizer and the rate chosen, the turns, and the outcome."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpcli.engine.choose import NARROW
from bpcli.errors import InputError, NumericError
from bpcli.training.choices.optimizer import Choice, backed_off, choose, holding_rate, is_stepwise, plan_of
from bpcli.training.choices.starts import Start, find_start, with_squares
from bpcli.training.loop.absolute import least_absolute
from bpcli.training.loop.batches import parts_of, split_rows
from bpcli.training.loop.turns import Loop, Past, Turn
from bpcli.training.loop.watch import INTERRUPTED
from bpcli.training.models.compiled import SUM, MeanLoss, Residuals, kept
from bpcli.training.models.losses import ABSOLUTE
from bpcli.training.models.narrowed import NarrowLoss
from bpcli.training.models.tensors import TensorLoss, TensorModel
from bpcli.training.optimizers import FIRST_ORDER
from bpcli.training.outcomes.outcome import Outcome
from bpcli.training.outcomes.remarks import first_remarks
from bpcli.training.outcomes.verdict import finish
from bpcli.training.refusals import check_target, endless, look_at_start, refuse
from bpcli.training.setting import AUTO, STEPS, Setting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from bpcli.data.kept import Kept

Array = NDArray[np.float64]

MOST_ENTRIES = 20_000_000  # of a Jacobian that is held in memory


class Training:
    """A training in progress: iterate for its turns, then read `outcome`.

    loss:  of the training rows; validation: of those held out, or None
    names: name in the model -> column
    """

    def __init__(
        self,
        setting: Setting,
        columns: Mapping[str, Any],
        names: Sequence[str] = (),
        *,
        past: Past | None = None,
        start: Start | None = None,
        choice: Choice | None = None,
    ) -> None:
        """Read the model, choose what was left open.

        columns: finite numbers, arrays of shape (rows,) or rows that are kept; none where all names of the model have
                 values or starts
        names:   of all columns in order, where `columns` has only those that the model needs
        past, start, choice: of an earlier training that goes on

        Raises InputError.
        """
        self.setting = setting.checked()
        names = tuple(names) or tuple(columns)
        self.model = model = setting.model(names)
        refuse(setting, model, names)
        self.names = {name: name if name in names else model.column for name in model.data}
        self.columns = given = kept(columns, self.names)
        rows = given.rows if given else 1
        check_target(model, given)
        training: Kept = given
        held_out: Kept | None = None
        if setting.share and not isinstance(model, TensorModel):
            if rows < 2:
                raise InputError("too-few-rows-to-hold-out", rows=rows)
            training, held_out = parts_of(given, setting.share, setting.seed)
        self.loss: MeanLoss
        self.validation: MeanLoss | None
        if isinstance(model, TensorModel):
            self._over_tensors(model)
        else:
            self.loss = MeanLoss(model, training, ridge=setting.ridge, reduce=setting.reduce)
            self.validation = None if held_out is None else MeanLoss(model, held_out, reduce=setting.reduce)
        self.narrow = None
        if setting.dtype:
            if setting.dtype not in NARROW:
                raise InputError("unknown-dtype", name=setting.dtype, known=", ".join(NARROW))
            self.narrow = NarrowLoss(self.loss, setting.dtype)
        if not isinstance(model, TensorModel) and not self.loss.weights_hold():
            model.residual = model.weights = None  # no weights, but a loss of another kind
        squares = model.residual is not None and not setting.ridge and setting.reduce != SUM
        self.start = start or self._found_start(squares)
        at = self.start.parameters
        look_at_start(self.loss, model, at)
        falling = endless(setting, model, self.loss, at)
        if falling and setting.steps == STEPS:
            raise NumericError("no-minimum", names=falling)
        first = choice or choose(setting, model, self.loss, at)
        self.choice = choice or backed_off(setting, model, self.loss, at, first)
        plan = plan_of(setting, model, self.loss.rows, self.choice)
        self.loop = Loop(
            self.loss, at, plan, validation=self.validation, narrow=self.narrow, past=past,
            finish=self._to_corner(),
        )  # fmt: skip
        self.outcome = outcome = Outcome(setting, model, self.start)
        outcome.optimizer, outcome.reason = self.choice.optimizer, self.choice.reason
        outcome.rate, outcome.largest_rate = self.choice.rate, self.choice.largest
        outcome.rows_used = self.loss.rows
        outcome.rows_held_out = self.validation.rows if self.validation is not None else 0
        outcome.ranges = {name: (training.low[name], training.high[name]) for name in training}
        first_remarks(outcome, self.loss, names)
        if falling:
            outcome.note("no minimum", names=falling)
        if first.rate != self.choice.rate:
            outcome.note("backed off", first=first.rate, rate=self.choice.rate)

    def _over_tensors(self, model: TensorModel) -> None:
        """The loss of a program with tensors, on its rows or on those that are not held out."""
        setting = self.setting
        train = test = None
        if setting.share:
            if model.rows < 2:
                raise InputError("too-few-rows-to-hold-out", rows=model.rows)
            train, test = split_rows(model.rows, setting.share, setting.seed)
        self.loss = TensorLoss(model, ridge=setting.ridge, chosen=train)
        self.validation = None if test is None else TensorLoss(model, chosen=test)

    def _found_start(self, squares: bool) -> Start:
        if isinstance(self.model, TensorModel):
            return Start(self.model.start())
        setting = self.setting
        descends = setting.optimizer in FIRST_ORDER or (setting.optimizer == AUTO and is_stepwise(setting))
        return find_start(self.loss, setting.start, squares, setting.seed, descends)

    def advice(self) -> dict[str, float | None]:
        """What is to be known of a rate that fails: itself, the limit at the start, and one that was seen to hold."""
        rate, largest = self.outcome.rate, self.outcome.largest_rate
        below = [each / 2 for each in (rate, largest) if each is not None and math.isfinite(each)]
        holds = math.nan
        if below and self.choice.optimizer in FIRST_ORDER:
            at = self.start.parameters
            holds = holding_rate(self.setting, self.model, self.loss, at, self.choice, min(below))
        return {"rate": rate, "largest": largest, "holds": holds}

    def __iter__(self) -> Iterator[Turn]:
        """The turns; afterwards the outcome is complete, also where somebody interrupted."""
        outcome = self.outcome
        last: Turn | None = None
        try:
            for last in self.loop:
                outcome.losses.append((last.number, last.loss))
                if last.validation is not None:
                    outcome.validations.append((last.number, last.validation))
                yield last
        except KeyboardInterrupt:
            finish(self, self.loop.past.number, self.loop.past.parameters, INTERRUPTED, last)
            return
        if last is not None:
            finish(self, last.number, last.parameters, last.stopped, last)

    def interrupt(self) -> None:
        """Complete the outcome where the turns stand: somebody stopped asking for more."""
        finish(self, self.loop.past.number, self.loop.past.parameters, INTERRUPTED, None)

    def _to_corner(self) -> Callable[[Array], tuple[Array, bool]] | None:
        """How absolute residuals are brought to their minimum; None for other losses."""
        model, loss, setting = self.model, self.loss, self.setting
        absolute = model.loss_name == ABSOLUTE and model.target in loss.columns and not setting.ridge
        if not absolute or self.validation is not None or loss.rows * len(model.parameters) > MOST_ENTRIES:
            return None
        residuals = Residuals(with_squares(loss))
        weights = loss.columns[setting.weights][:, None] if setting.weights else 1.0

        def rows(at: Array) -> tuple[Array, Array]:
            slopes, left = residuals.jacobian(at)
            return weights * slopes, (weights * left[:, None])[:, 0]

        return lambda at: least_absolute(rows, at)
