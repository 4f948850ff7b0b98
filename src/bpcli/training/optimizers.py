"""Optimizers, each a pair of pure functions: `init` makes a state, `update` a step from gradient and state.

Parameters and gradients are float64 arrays of shape (parameters,).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Optimizer(NamedTuple):
    """init(parameters) -> state; update(gradient, state, parameters) -> (step, state). The step is added."""

    name: str
    formula: str
    init: Callable[[Array], Any]
    update: Callable[[Array, Any, Array], tuple[Array, Any]]


def gradient_descent(rate: float) -> Optimizer:
    """w <- w - rate * gradient.

    Source: Cauchy 1847; Boyd and Vandenberghe, Convex Optimization, section 9.3.

    >>> descend = gradient_descent(0.1)
    >>> step, _ = descend.update(np.array([-30.0, -10.0]), descend.init(np.zeros(2)), np.zeros(2))
    >>> step.tolist()
    [3.0, 1.0]
    """

    def update(gradient: Array, state: None, parameters: Array) -> tuple[Array, None]:
        return -rate * gradient, None

    return Optimizer("gradient descent", "w <- w - rate * gradient", lambda parameters: None, update)
