"""Optimizers with a rate of its own for each parameter: they divide by how large its gradients have been."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bpcli.training.optimizers.contract import Array, Optimizer, Schedule, scheduled


class Squares(NamedTuple):
    """squares: sum or decaying mean of the squared gradients; zeros before the first"""

    updates: int
    squares: Array


class Moments(NamedTuple):
    """mean: decaying mean of the gradients; squares: of their squares; both zeros before the first"""

    updates: int
    mean: Array
    squares: Array


def adagrad(rate: float | Schedule, decay: float = 0.0, small: float = 1e-10) -> Optimizer:
    """s <- s + gradient^2; w <- w - rate * gradient / (sqrt(s) + small).

    Source: Duchi, Hazan and Singer, Adaptive subgradient methods, JMLR 12 (2011).

    >>> once = adagrad(0.5)
    >>> once.update(np.array([-30.0, 10.0]), once.init(np.zeros(2)), np.zeros(2))[0].round(9).tolist()
    [0.5, -0.5]
    """
    rates = scheduled(rate)

    def update(gradient: Array, state: Squares, parameters: Array) -> tuple[Array, Squares]:
        slope = gradient + decay * parameters if decay else gradient
        squares = state.squares + slope * slope
        return -rates(state.updates) * slope / (np.sqrt(squares) + small), Squares(state.updates + 1, squares)

    return Optimizer("adagrad", "s <- s + gradient^2; w <- w - rate * gradient / sqrt(s)", _empty, update)


def rmsprop(rate: float | Schedule, decay: float = 0.0, keep: float = 0.99, small: float = 1e-8) -> Optimizer:
    """s <- keep * s + (1 - keep) * gradient^2; w <- w - rate * gradient / (sqrt(s) + small).

    Source: Tieleman and Hinton, Lecture 6.5 of Neural networks for machine learning, 2012.

    >>> mean = rmsprop(0.01)
    >>> mean.update(np.array([-30.0]), mean.init(np.zeros(1)), np.zeros(1))[0].round(6).tolist()
    [0.1]
    """
    rates = scheduled(rate)

    def update(gradient: Array, state: Squares, parameters: Array) -> tuple[Array, Squares]:
        slope = gradient + decay * parameters if decay else gradient
        squares = keep * state.squares + (1 - keep) * slope * slope
        return -rates(state.updates) * slope / (np.sqrt(squares) + small), Squares(state.updates + 1, squares)

    formula = f"s <- {keep:g} * s + {1 - keep:.2g} * gradient^2; w <- w - rate * gradient / sqrt(s)"
    return Optimizer("rmsprop", formula, _empty, update)


def adam(
    rate: float | Schedule, decay: float = 0.0, keep: float = 0.9, keep_squares: float = 0.999, small: float = 1e-8
) -> Optimizer:
    """m <- keep * m + (1 - keep) * gradient; s <- keep_squares * s + (1 - keep_squares) * gradient^2;
    w <- w - rate * m' / (sqrt(s') + small), where m' and s' are divided by 1 - keep^t and 1 - keep_squares^t:
    both means begin at 0, and this takes that out again. The first step is therefore the rate itself.

    Source: Kingma and Ba, Adam: a method for stochastic optimization, 2015, algorithm 1. The gradient has decay * w
    added to it, as in PyTorch; `adamw` takes it apart.

    >>> once = adam(0.001)
    >>> once.update(np.array([-30.0, -10.0]), once.init(np.zeros(2)), np.zeros(2))[0].round(9).tolist()
    [0.001, 0.001]
    """
    rates = scheduled(rate)

    def update(gradient: Array, state: Moments, parameters: Array) -> tuple[Array, Moments]:
        slope = gradient + decay * parameters if decay else gradient
        state = _moved(state, slope, keep, keep_squares)
        return -rates(state.updates - 1) * _ratio(state, keep, keep_squares, small), state

    return Optimizer("adam", ADAM.format(keep=keep, rest=1 - keep, squares=keep_squares), _rest, update)


def adamw(
    rate: float | Schedule, decay: float = 0.01, keep: float = 0.9, keep_squares: float = 0.999, small: float = 1e-8
) -> Optimizer:
    """The steps of adam, and besides w <- w - rate * decay * w, which its means never see.

    Source: Loshchilov and Hutter, Decoupled weight decay regularization, 2019, algorithm 2.

    >>> once = adamw(0.001, decay=0.1)
    >>> once.update(np.array([-30.0]), once.init(np.ones(1)), np.ones(1))[0].round(9).tolist()
    [0.0009]
    """
    rates = scheduled(rate)

    def update(gradient: Array, state: Moments, parameters: Array) -> tuple[Array, Moments]:
        state = _moved(state, gradient, keep, keep_squares)
        direction = _ratio(state, keep, keep_squares, small) + decay * parameters
        return -rates(state.updates - 1) * direction, state

    formula = ADAM.format(keep=keep, rest=1 - keep, squares=keep_squares) + f" - rate * {decay:g} * w"
    return Optimizer("adamw", formula, _rest, update)


ADAM = (
    "m <- {keep:g} * m + {rest:.2g} * gradient; s <- {squares:g} * s + (1 - {squares:g}) * gradient^2; "
    "w <- w - rate * (m/(1 - {keep:g}^t)) / sqrt(s/(1 - {squares:g}^t))"
)


def _moved(state: Moments, gradient: Array, keep: float, keep_squares: float) -> Moments:
    mean = keep * state.mean + (1 - keep) * gradient
    squares = keep_squares * state.squares + (1 - keep_squares) * gradient * gradient
    return Moments(state.updates + 1, mean, squares)


def _ratio(state: Moments, keep: float, keep_squares: float, small: float) -> Array:
    mean = state.mean / (1 - keep**state.updates)
    squares = state.squares / (1 - keep_squares**state.updates)
    ratio: Array = mean / (np.sqrt(squares) + small)
    return ratio


def _empty(parameters: Array) -> Squares:
    return Squares(0, np.zeros_like(parameters))


def _rest(parameters: Array) -> Moments:
    return Moments(0, np.zeros_like(parameters), np.zeros_like(parameters))
