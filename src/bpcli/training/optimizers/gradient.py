"""Optimizers that follow the gradient, or a decaying sum of the gradients so far."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bpcli.training.optimizers.contract import Array, Optimizer, Schedule, scheduled


class Velocity(NamedTuple):
    """velocity: the decaying sum of gradients; zeros before the first"""

    updates: int
    velocity: Array


class Updates(NamedTuple):
    """Nothing but the number of updates."""

    updates: int


def gradient_descent(rate: float | Schedule, decay: float = 0.0) -> Optimizer:
    """w <- w - rate * (gradient + decay * w).

    Source: Cauchy 1847; Boyd and Vandenberghe, Convex Optimization, section 9.3.

    >>> descend = gradient_descent(0.1)
    >>> step, _ = descend.update(np.array([-30.0, -10.0]), descend.init(np.zeros(2)), np.zeros(2))
    >>> step.tolist()
    [3.0, 1.0]
    """
    rates = scheduled(rate)

    def update(gradient: Array, state: Updates, parameters: Array) -> tuple[Array, Updates]:
        slope = gradient + decay * parameters if decay else gradient
        return -rates(state.updates) * slope, Updates(state.updates + 1)

    return Optimizer("gradient descent", "w <- w - rate * gradient", lambda parameters: Updates(0), update)


def momentum(rate: float | Schedule, decay: float = 0.0, keep: float = 0.9) -> Optimizer:
    """v <- keep * v + gradient; w <- w - rate * v. The gradient has decay * w added to it.

    Source: Polyak, Some methods of speeding up the convergence of iteration methods, 1964; the form is that of
    Sutskever et al., On the importance of initialization and momentum in deep learning, 2013, with the rate outside.

    >>> roll = momentum(0.1)
    >>> state = roll.init(np.zeros(1))
    >>> for _ in range(2):
    ...     step, state = roll.update(np.array([1.0]), state, np.zeros(1))
    >>> step.tolist()
    [-0.19]
    """
    rates = scheduled(rate)

    def update(gradient: Array, state: Velocity, parameters: Array) -> tuple[Array, Velocity]:
        slope = gradient + decay * parameters if decay else gradient
        velocity = keep * state.velocity + slope
        return -rates(state.updates) * velocity, Velocity(state.updates + 1, velocity)

    return Optimizer("momentum", f"v <- {keep:g} * v + gradient; w <- w - rate * v", _still, update)


def nesterov(rate: float | Schedule, decay: float = 0.0, keep: float = 0.9) -> Optimizer:
    """v <- keep * v + gradient; w <- w - rate * (gradient + keep * v): the step looks where v is about to go.

    Source: Nesterov, A method of solving a convex programming problem with convergence rate O(1/k^2), 1983; in the
    form of Sutskever et al., 2013.

    >>> look = nesterov(0.1)
    >>> look.update(np.array([1.0]), look.init(np.zeros(1)), np.zeros(1))[0].tolist()
    [-0.19]
    """
    rates = scheduled(rate)

    def update(gradient: Array, state: Velocity, parameters: Array) -> tuple[Array, Velocity]:
        slope = gradient + decay * parameters if decay else gradient
        velocity = keep * state.velocity + slope
        return -rates(state.updates) * (slope + keep * velocity), Velocity(state.updates + 1, velocity)

    formula = f"v <- {keep:g} * v + gradient; w <- w - rate * (gradient + {keep:g} * v)"
    return Optimizer("nesterov", formula, _still, update)


def _still(parameters: Array) -> Velocity:
    return Velocity(0, np.zeros_like(parameters))
