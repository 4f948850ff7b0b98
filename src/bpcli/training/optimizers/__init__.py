"""Optimizers by name. Those of FIRST_ORDER see one gradient a step; L-BFGS and Levenberg-Marquardt try points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpcli.training.optimizers.adaptive import adagrad, adam, adamw, rmsprop
from bpcli.training.optimizers.contract import Optimizer, Schedule, scheduled
from bpcli.training.optimizers.gradient import gradient_descent, momentum, nesterov

if TYPE_CHECKING:
    from collections.abc import Callable

# name -> maker(rate, decay)
FIRST_ORDER: dict[str, Callable[[float | Schedule, float], Optimizer]] = {
    "sgd": gradient_descent,
    "momentum": momentum,
    "nesterov": nesterov,
    "adagrad": adagrad,
    "rmsprop": rmsprop,
    "adam": adam,
    "adamw": adamw,
}
# Their rates where none is asked for, as in PyTorch; the others take theirs from the curvature.
USUAL_RATES = {"adagrad": 0.01, "rmsprop": 0.01, "adam": 0.001, "adamw": 0.001}
USUAL_DECAYS = {"adamw": 0.01}  # 0 for the others
LBFGS, LEVENBERG = "lbfgs", "levenberg-marquardt"
NAMES = (*FIRST_ORDER, LBFGS, LEVENBERG)

__all__ = [
    "FIRST_ORDER",
    "LBFGS",
    "LEVENBERG",
    "NAMES",
    "USUAL_DECAYS",
    "USUAL_RATES",
    "Optimizer",
    "Schedule",
    "adagrad",
    "adam",
    "adamw",
    "gradient_descent",
    "momentum",
    "nesterov",
    "rmsprop",
    "scheduled",
]
