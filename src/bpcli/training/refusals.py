"""What cannot be trained: settings that a model has no use for, data without a loss, losses that fall without end."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpcli.errors import InputError, NumericError
from bpcli.numbers import show
from bpcli.training.choices.curvature import MOST_EXACT, hessian
from bpcli.training.given import refuse_size
from bpcli.training.loop.schedules import CONSTANT
from bpcli.training.models.compiled import SUM
from bpcli.training.models.losses import LOGIT, LOSSES, PROBABILITY
from bpcli.training.models.tensors import TensorLoss, TensorModel, is_quadratic_model
from bpcli.training.optimizers import LBFGS, LEVENBERG

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpcli.data.kept import Kept
    from bpcli.training.models.compiled import MeanLoss
    from bpcli.training.models.model import Model
    from bpcli.training.setting import Setting

Array = NDArray[np.float64]

FLAT, SLOPED = 1e-12, 1e-6  # of the largest: a curvature below is 0, a slope above is none of rounding


def refuse(setting: Setting, model: Model, columns: Sequence[str]) -> None:
    """Raises InputError where a setting does not go with its model or with the names of the columns."""
    for name in (*setting.start, *setting.constants):
        if name in columns:
            raise InputError("column-has-values", name=name)
    for name, value in (*setting.start.items(), *setting.constants.items()):
        if np.ndim(value) and columns and not isinstance(model, TensorModel):
            raise InputError("row-model-array", name=name)
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
        raise InputError("nothing-to-fit" if columns and not model.constants else "nothing-to-train")
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


def check_target(model: Model, columns: Kept) -> None:
    """Raises InputError where a loss of probabilities is to meet a target that is none, or squares one of no size."""
    if model.residual is not None and model.target in columns:
        refuse_size(model.target, columns.low[model.target], columns.high[model.target])
    known = LOSSES.get(model.loss_name)
    if known is None or known.takes not in (PROBABILITY, LOGIT) or model.target not in columns:
        return
    low, high = columns.low[model.target], columns.high[model.target]
    if low < 0 or high > 1:
        value = show(low if low < 0 else high)
        raise InputError("target-no-probability", name=model.target, loss=model.loss_name, value=value)


def look_at_start(loss: MeanLoss, model: Model, at: Array) -> None:
    """Raises InputError for arrays that are not finite, by the first such entry; NumericError where the loss is no
    number at the start: by the row that makes it so."""
    if math.isfinite(loss.value(at)):
        return
    if isinstance(loss, TensorLoss):
        _look_at_tensors(loss.singles(at))
        raise NumericError("loss-undefined-tensors")
    row, count = loss.undefined(at)
    values = loss.row(row) if loss.columns else {}
    values |= dict(zip(model.parameters, at.tolist(), strict=True))
    shown = ", ".join(f"{name} = {show(value)}" for name, value in values.items())
    kind = "loss-undefined" if loss.columns else "loss-undefined-here"
    raise NumericError(kind, count=count, rows=loss.rows, values=shown)


def _look_at_tensors(values: dict[str, Any]) -> None:
    for name, value in values.items():
        bad = np.argwhere(~np.isfinite(np.atleast_1d(value)))
        if len(bad):
            entry = f"{name}[{','.join(map(str, bad[0]))}]" if np.ndim(value) else name
            found = show(float(np.atleast_1d(value)[tuple(bad[0])]))
            raise InputError("tensor-not-finite", name=name, entry=entry, value=found, count=len(bad))


def endless(setting: Setting, model: Model, loss: MeanLoss, at: Array) -> str:
    """The parameters along which a quadratic loss falls without end, "" where it has a minimum.

    It falls so where its curvature is negative, and where it is 0 though its slope is not.
    """
    if model.residual is not None or setting.ridge or setting.decay or not 0 < len(at) <= MOST_EXACT:
        return ""
    if not is_quadratic_model(model):
        return ""
    curvatures, directions = np.linalg.eigh(hessian(loss, at))
    slopes = directions.T @ loss(at)[1]
    largest = float(np.max(np.abs(curvatures)))
    flat = np.abs(curvatures) <= FLAT * largest
    sloped = np.abs(slopes) > SLOPED * float(np.max(np.abs(slopes)))
    falling = (curvatures < -FLAT * largest) | (flat & sloped)
    felt = np.max(np.abs(directions[:, falling]), axis=1, initial=0.0) > SLOPED
    names = [name for name, each in zip(model.parameters, felt.tolist(), strict=True) if each]
    return ", ".join(names)
