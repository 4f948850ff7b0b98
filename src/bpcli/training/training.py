"""A training from its setting and its data: the optimizer and the rate chosen, the turns, and the outcome."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bpcli.engine.choose import NARROW
from bpcli.errors import InputError, NumericError
from bpcli.numbers import show
from bpcli.training.choices.curvature import MOST_EXACT, extremes, hessian, largest_curvature
from bpcli.training.choices.rates import holding
from bpcli.training.choices.starts import Start, find_start, with_squares
from bpcli.training.loop.absolute import least_absolute
from bpcli.training.loop.batches import parts_of, split_rows
from bpcli.training.loop.clipping import clip_of
from bpcli.training.loop.schedules import CONSTANT, schedule_of
from bpcli.training.loop.turns import Loop, Past, Plan, Turn
from bpcli.training.loop.watch import EARLY, INTERRUPTED
from bpcli.training.models.compiled import SUM, MeanLoss, Residuals, kept
from bpcli.training.models.losses import ABSOLUTE, LOGIT, LOSSES, PROBABILITY
from bpcli.training.models.model import LOSS
from bpcli.training.models.narrowed import NarrowLoss, Scale, scale_of
from bpcli.training.models.tensors import TensorLoss, TensorModel, is_quadratic_model
from bpcli.training.optimizers import FIRST_ORDER, LBFGS, LEVENBERG, USUAL_DECAYS, USUAL_RATES
from bpcli.training.outcomes.outcome import Outcome
from bpcli.training.outcomes.verdict import finish
from bpcli.training.setting import AUTO, STEPS, Setting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from bpcli.data.kept import Kept
    from bpcli.training.models.model import Model

Array = NDArray[np.float64]

PATIENCE = 20  # epochs without a better validation
FLAT, SLOPED = 1e-12, 1e-6  # of the largest: a curvature below is 0, a slope above is none of rounding
FALLBACK = 0.01  # a rate where the curvature is of no use
MOST_ENTRIES = 20_000_000  # of a Jacobian that is held in memory
PER_UNIT = 20  # steps that descent takes for each unit of condition, generously
MOST_CONDITION = 150  # from which on descent is so slow that it looks like rounding, and digits would be lost
STEEPER = {"sgd": 2.0, "momentum": 3.8, "nesterov": 3.8 / 2.8}  # largest stable rate times the curvature
SWINGING = {"sgd": 4.0}  # the same where gradients are gathered: no velocity is lost, and below this it only swings


class Choice(NamedTuple):
    """The optimizer and its rate. reason: a key of the sentences, "" where it was asked for; largest: see Outcome."""

    optimizer: str
    reason: str
    rate: float | None
    largest: float


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
        self._refuse(names)
        self.names = {name: name if name in names else model.column for name in model.data}
        self.columns = given = kept(columns, self.names)
        rows = given.rows if given else 1
        _check_target(model, given)
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
        if isinstance(model, TensorModel):
            self._look_at_tensors(model)
        else:
            self._look_at_start()
        endless = self._endless()
        if endless and setting.steps == STEPS:
            raise NumericError("no-minimum", names=endless)
        self.backed_off: float | None = None
        self.choice = choice or self._backed_off(self._chosen())
        plan = self._plan(self.choice)
        self.loop = Loop(
            self.loss, self.start.parameters, plan, validation=self.validation, narrow=self.narrow, past=past,
            finish=self._to_corner(),
        )  # fmt: skip
        self.outcome = outcome = Outcome(setting, model, self.start)
        outcome.optimizer, outcome.reason = self.choice.optimizer, self.choice.reason
        outcome.rate, outcome.largest_rate = self.choice.rate, self.choice.largest
        outcome.rows_used = self.loss.rows
        outcome.rows_held_out = self.validation.rows if self.validation is not None else 0
        outcome.ranges = {name: (training.low[name], training.high[name]) for name in training}
        self._first_remarks(names)
        if endless:
            outcome.note("no minimum", names=endless)
        if self.backed_off is not None:
            outcome.note("backed off", first=self.backed_off, rate=self.choice.rate)

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
        descends = setting.optimizer in FIRST_ORDER or (setting.optimizer == AUTO and self._stepwise())
        return find_start(self.loss, setting.start, squares, setting.seed, descends)

    def _refuse(self, columns: Sequence[str]) -> None:
        model, setting = self.model, self.setting
        for name in (*setting.start, *setting.constants):
            if name in columns:
                raise InputError("column-has-values", name=name)
        if isinstance(model, TensorModel):
            for option, wanted in (("dtype", bool(setting.dtype)), ("reduce", setting.reduce == SUM)):
                if wanted:
                    raise InputError("not-with-tensors", option=option)
        for name in (*setting.start, *setting.constants):
            if name not in model.program.inputs:
                known = ", ".join((*model.parameters, *model.constants)) or "none"
                raise InputError("not-in-model", name=name, names=known)
        if not model.data and not isinstance(model, TensorModel):
            open_names = [name for name in model.parameters if name not in setting.start]
            if open_names:
                raise InputError("no-value-no-start", names=", ".join(open_names), first=open_names[0])
        if not model.parameters:
            raise InputError("nothing-to-train")
        if setting.optimizer == LEVENBERG and model.residual is None:
            raise InputError("no-least-squares", loss=setting.loss if not setting.explicit else "")
        if setting.optimizer in (LBFGS, LEVENBERG):
            for option, used in (
                ("lr", setting.rate is not None), ("schedule", setting.schedule != CONSTANT), ("clip", setting.clip),
                ("batch", setting.batch), ("warmup", setting.warmup), ("weight-decay", setting.decay),
                ("dtype", setting.dtype), ("no-zero", not setting.zero),
            ):  # fmt: skip
                if used:
                    raise InputError("not-with-search", option=option, optimizer=setting.optimizer)

    def _stepwise(self) -> bool:
        """Whether something was asked for that only steps along the gradient have."""
        setting = self.setting
        return (
            setting.rate is not None or setting.schedule != CONSTANT or bool(setting.clip) or setting.batch > 0
            or bool(setting.decay) or bool(setting.dtype) or setting.warmup > 0 or not setting.zero
        )  # fmt: skip

    def _look_at_tensors(self, model: TensorModel) -> None:
        """Raises InputError for data that is not finite, by its first such entry; NumericError for another loss that
        is not."""
        if math.isfinite(self.loss.value(self.start.parameters)):
            return
        for name, value in self.loss.singles(self.start.parameters).items():
            bad = np.argwhere(~np.isfinite(np.atleast_1d(value)))
            if len(bad):
                entry = f"{name}[{','.join(map(str, bad[0]))}]" if np.ndim(value) else name
                found = show(float(np.atleast_1d(value)[tuple(bad[0])]))
                raise InputError("tensor-not-finite", name=name, entry=entry, value=found, count=len(bad))
        raise NumericError("loss-undefined-tensors")

    def _look_at_start(self) -> None:
        """Raises NumericError where the loss is no number at the start: by the row that makes it so."""
        at = self.start.parameters
        if math.isfinite(self.loss.value(at)):
            return
        row, count = self.loss.undefined(at)
        values = self.loss.row(row) if self.loss.columns else {}
        values |= dict(zip(self.model.parameters, at.tolist(), strict=True))
        shown = ", ".join(f"{name} = {show(value)}" for name, value in values.items())
        kind = "loss-undefined" if self.loss.columns else "loss-undefined-here"
        raise NumericError(kind, count=count, rows=self.loss.rows, values=shown)

    def _endless(self) -> str:
        """The parameters along which a quadratic loss falls without end, "" where it has a minimum.

        It falls so where its curvature is negative, and where it is 0 though its slope is not.
        """
        model, setting, at = self.model, self.setting, self.start.parameters
        if model.residual is not None or setting.ridge or setting.decay or not 0 < len(at) <= MOST_EXACT:
            return ""
        if not is_quadratic_model(model):
            return ""
        curvatures, directions = np.linalg.eigh(hessian(self.loss, at))
        slopes = directions.T @ self.loss(at)[1]
        largest = float(np.max(np.abs(curvatures)))
        flat = np.abs(curvatures) <= FLAT * largest
        sloped = np.abs(slopes) > SLOPED * float(np.max(np.abs(slopes)))
        falling = (curvatures < -FLAT * largest) | (flat & sloped)
        felt = np.max(np.abs(directions[:, falling]), axis=1, initial=0.0) > SLOPED
        names = [name for name, each in zip(model.parameters, felt.tolist(), strict=True) if each]
        return ", ".join(names)

    def _first_remarks(self, names: tuple[str, ...]) -> None:
        model, outcome = self.model, self.outcome
        folded = {name.lower(): name for name in names}
        if model.target and model.target not in model.data:
            outcome.note("no target", name=model.target)
        for name in model.parameters:
            if name.lower() in folded:
                outcome.note("case", name=name, column=folded[name.lower()])
        if names and model.predicted is not None and not model.inputs_of_prediction and not self.setting.explicit:
            outcome.note("no column", columns=", ".join(name for name in names if name != model.target))
        other = next((name for name in LOSS[:2] if name in model.program.assigned), "")
        if other and model.program.output_name not in LOSS and self.setting.explicit:
            outcome.note("other loss", name=other, output=model.program.output_name)
        if self.setting.batch >= self.loss.rows > 1:
            outcome.note("whole batch", size=self.setting.batch, rows=self.loss.rows)
        for name in model.inputs_of_prediction:
            low, high = outcome.ranges[name]
            if low == high and self.loss.rows > 1:
                outcome.note("constant column", name=name)
        if self.loss.columns and len(model.parameters) > self.loss.rows:
            outcome.note("few rows", rows=self.loss.rows, parameters=len(model.parameters))

    def _chosen(self) -> Choice:
        """The optimizer: as asked for, else by what the loss is; its rate: as asked for, else by curvature."""
        setting, model, at = self.setting, self.model, self.start.parameters
        name, reason = setting.optimizer, ""
        ends = None
        if name == AUTO:
            if isinstance(model, TensorModel) and setting.batch:
                name, reason = "adam", "batches"
            elif self._stepwise():
                name, reason = "sgd", "stepwise"
            elif isinstance(model, TensorModel):
                name, reason = LBFGS, "smooth"
            elif not model.data:
                name, reason = "sgd", "one place"
            elif is_quadratic_model(model):
                ends = extremes(self.loss, at)
                if ends is not None and ends[2] and ends[1] / ends[0] <= min(setting.steps / PER_UNIT, MOST_CONDITION):
                    name, reason = "sgd", "quadratic"
                elif model.residual is not None and setting.reduce != SUM:
                    name, reason = LEVENBERG, "quadratic steep"
                else:
                    name, reason = LBFGS, "quadratic steep"
            elif model.residual is not None and setting.reduce != SUM:
                name, reason = LEVENBERG, "least squares"
            else:
                name, reason = LBFGS, "smooth"
        if name not in FIRST_ORDER:
            return Choice(name, reason, None, math.nan)
        # Those with a rate for each parameter of its own make nothing of a curvature, which takes many passes to find.
        curvature = largest_curvature(self.loss, at) if name in STEEPER else math.nan
        if setting.reduce == SUM and setting.batch:
            curvature *= min(setting.batch / self.loss.rows, 1.0)
        useful = math.isfinite(curvature) and curvature > 0
        limits = STEEPER if setting.zero else SWINGING
        largest = limits[name] / curvature if useful and name in limits else math.nan
        rate = setting.rate
        if rate is None:
            rate = USUAL_RATES.get(name)
        if rate is None and name == "sgd" and useful and is_quadratic_model(model):
            ends = ends or extremes(self.loss, at)
            # The constant rate that contracts the flattest and the steepest direction alike.
            rate = 2 / (ends[0] + ends[1]) if ends is not None and not setting.batch else 1 / curvature
        if rate is None:
            # A velocity that keeps nine tenths adds up to ten steps.
            rate = (1.0 if name == "sgd" else 0.1) / curvature if useful else FALLBACK
        return Choice(name, reason, rate, largest)

    def _backed_off(self, choice: Choice) -> Choice:
        """The choice with a rate that holds along the way, where the rate is ours and curvature at the start chose it.

        Where the loss is not quadratic the curvature on the way can be larger than at the start.
        """
        if self.setting.rate is not None or choice.largest != choice.largest or choice.rate is None:
            return choice
        rate = self._holding(choice, choice.rate)
        if math.isfinite(rate) and rate < choice.rate:
            self.backed_off = choice.rate
            return choice._replace(rate=rate)
        return choice

    def _holding(self, choice: Choice, rate: float) -> float:
        """A rate that holds, no larger than this; nan where none is known, as of tensors, batches, narrow formats."""
        setting = self.setting
        if isinstance(self.model, TensorModel) or setting.batch or setting.dtype or is_quadratic_model(self.model):
            return math.nan
        return holding(self.loss, self.start.parameters, lambda each: self._plan(choice._replace(rate=each)), rate)

    def advice(self) -> dict[str, float | None]:
        """What is to be known of a rate that fails: itself, the limit at the start, and one that was seen to hold."""
        rate, largest = self.outcome.rate, self.outcome.largest_rate
        below = [each / 2 for each in (rate, largest) if each is not None and math.isfinite(each)]
        holds = self._holding(self.choice, min(below)) if below and self.choice.optimizer in FIRST_ORDER else math.nan
        return {"rate": rate, "largest": largest, "holds": holds}

    def _patience(self) -> int:
        """After how many validations without a better one it stops early, 0 for never.

        A sum of squares has a minimum that descent is to find, and what the rows held out say of it is told at the end.
        """
        setting, model = self.setting, self.model
        if setting.patience is not None:
            return setting.patience
        settled = not isinstance(model, TensorModel) and (model.residual is not None or is_quadratic_model(model))
        return 0 if settled and not setting.batch else PATIENCE

    def _plan(self, choice: Choice) -> Plan:
        setting = self.setting
        if choice.optimizer not in FIRST_ORDER:
            return Plan(
                choice.optimizer, steps=setting.steps, seed=setting.seed, tolerance=setting.tolerance,
                patience=self._patience(),
            )  # fmt: skip
        assert choice.rate is not None
        schedule = schedule_of(setting.schedule, choice.rate, setting.steps, setting.warmup)
        maker = FIRST_ORDER[choice.optimizer]
        decay = USUAL_DECAYS.get(choice.optimizer, 0.0) if setting.decay is None else setting.decay
        return Plan(
            choice.optimizer,
            lambda: maker(schedule, decay),
            schedule,
            steps=setting.steps,
            batch=setting.batch if setting.batch < self.loss.rows else 0,
            seed=setting.seed,
            clip=clip_of(setting.clip) if setting.clip else None,
            tolerance=setting.tolerance,
            patience=self._patience(),
            scale=scale_of(setting.scale) if setting.scale else Scale(),
            zero=setting.zero,
            decay=decay,
        )

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


def _check_target(model: Model, columns: Kept) -> None:
    """Raises InputError where a loss of probabilities is to meet a target that is none."""
    known = LOSSES.get(model.loss_name)
    if known is None or known.takes not in (PROBABILITY, LOGIT) or model.target not in columns:
        return
    low, high = columns.low[model.target], columns.high[model.target]
    if low < 0 or high > 1:
        value = show(low if low < 0 else high)
        raise InputError("target-no-probability", name=model.target, loss=model.loss_name, value=value)


__all__ = ["EARLY", "Choice", "Training"]
