"""The optimizer and its rate: as asked for, else by what the loss is and by its curvature."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bpcli.training.choices.curvature import extremes, largest_curvature
from bpcli.training.choices.rates import holding
from bpcli.training.loop.clipping import clip_of
from bpcli.training.loop.schedules import CONSTANT, schedule_of
from bpcli.training.loop.turns import Plan
from bpcli.training.models.compiled import SUM
from bpcli.training.models.narrowed import Scale, scale_of
from bpcli.training.models.tensors import TensorModel, is_quadratic_model
from bpcli.training.optimizers import FIRST_ORDER, LBFGS, LEVENBERG, USUAL_DECAYS, USUAL_RATES
from bpcli.training.setting import AUTO

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.training.models.compiled import MeanLoss
    from bpcli.training.models.model import Model
    from bpcli.training.setting import Setting

Array = NDArray[np.float64]

PATIENCE = 20  # epochs without a better validation
FALLBACK = 0.01  # a rate where the curvature is of no use
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


def is_stepwise(setting: Setting) -> bool:
    """Whether something was asked for that only steps along the gradient have."""
    return (
        setting.rate is not None or setting.schedule != CONSTANT or bool(setting.clip) or setting.batch > 0
        or bool(setting.decay) or bool(setting.dtype) or setting.warmup > 0 or not setting.zero
    )  # fmt: skip


def choose(setting: Setting, model: Model, loss: MeanLoss, at: Array) -> Choice:
    """The optimizer: as asked for, else by what the loss is; its rate: as asked for, else by curvature."""
    name, reason = setting.optimizer, ""
    ends = None
    if name == AUTO:
        if isinstance(model, TensorModel) and setting.batch:
            name, reason = "adam", "batches"
        elif is_stepwise(setting):
            name, reason = "sgd", "stepwise"
        elif isinstance(model, TensorModel):
            name, reason = LBFGS, "smooth"
        elif not model.data:
            name, reason = "sgd", "one place"
        elif is_quadratic_model(model):
            ends = extremes(loss, at)
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
    curvature = largest_curvature(loss, at) if name in STEEPER else math.nan
    if setting.reduce == SUM and setting.batch:
        curvature *= min(setting.batch / loss.rows, 1.0)
    useful = math.isfinite(curvature) and curvature > 0
    limits = STEEPER if setting.zero else SWINGING
    largest = limits[name] / curvature if useful and name in limits else math.nan
    rate = setting.rate
    if rate is None:
        rate = USUAL_RATES.get(name)
    if rate is None and name == "sgd" and useful and is_quadratic_model(model):
        ends = ends or extremes(loss, at)
        # The constant rate that contracts the flattest and the steepest direction alike.
        rate = 2 / (ends[0] + ends[1]) if ends is not None and not setting.batch else 1 / curvature
    if rate is None:
        # A velocity that keeps nine tenths adds up to ten steps.
        rate = (1.0 if name == "sgd" else 0.1) / curvature if useful else FALLBACK
    return Choice(name, reason, rate, largest)


def backed_off(setting: Setting, model: Model, loss: MeanLoss, at: Array, choice: Choice) -> Choice:
    """The choice with a rate that holds along the way, where the rate is ours and curvature at the start chose it.

    Where the loss is not quadratic the curvature on the way can be larger than at the start.
    """
    if setting.rate is not None or choice.largest != choice.largest or choice.rate is None:
        return choice
    rate = holding_rate(setting, model, loss, at, choice, choice.rate)
    if math.isfinite(rate) and rate < choice.rate:
        return choice._replace(rate=rate)
    return choice


def holding_rate(
    setting: Setting, model: Model, loss: MeanLoss, at: Array, choice: Choice, rate: float
) -> float:
    """A rate that holds, no larger than this; nan where none is known, as of tensors, batches, narrow formats."""
    if isinstance(model, TensorModel) or setting.batch or setting.dtype or is_quadratic_model(model):
        return math.nan
    return holding(loss, at, lambda each: plan_of(setting, model, loss.rows, choice._replace(rate=each)), rate)


def patience_of(setting: Setting, model: Model) -> int:
    """After how many validations without a better one it stops early, 0 for never.

    A sum of squares has a minimum that descent is to find, and what the rows held out say of it is told at the end.
    """
    if setting.patience is not None:
        return setting.patience
    settled = not isinstance(model, TensorModel) and (model.residual is not None or is_quadratic_model(model))
    return 0 if settled and not setting.batch else PATIENCE


def plan_of(setting: Setting, model: Model, rows: int, choice: Choice) -> Plan:
    """How the turns are made with an optimizer and a rate."""
    if choice.optimizer not in FIRST_ORDER:
        return Plan(
            choice.optimizer, steps=setting.steps, seed=setting.seed, tolerance=setting.tolerance,
            patience=patience_of(setting, model),
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
        batch=setting.batch if setting.batch < rows else 0,
        seed=setting.seed,
        clip=clip_of(setting.clip) if setting.clip else None,
        tolerance=setting.tolerance,
        patience=patience_of(setting, model),
        scale=scale_of(setting.scale) if setting.scale else Scale(),
        zero=setting.zero,
        decay=decay,
    )
