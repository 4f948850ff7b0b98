"""What an optimizer is: a pair of pure functions. `init` makes a state, `update` a step from gradient and state.

Parameters, gradients and steps are float64 arrays of shape (parameters,); the step is added to the parameters.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Schedule = Callable[[int], float]


class Optimizer(NamedTuple):
    """init(parameters) -> state; update(gradient, state, parameters) -> (step, state).

    formula: in the names of the docstring of its maker
    A state is a named tuple: the number of `updates` so far, and arrays of the shape of the parameters.
    """

    name: str
    formula: str
    init: Callable[[Array], Any]
    update: Callable[[Array, Any, Array], tuple[Array, Any]]


def scheduled(rate: float | Schedule) -> Schedule:
    """The rate of each update by its number from 0; a number is the same at every one."""
    if callable(rate):
        return rate
    constant = float(rate)
    return lambda count: constant
