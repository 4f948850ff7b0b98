"""What networks are made of: classes, losses, and random numbers to start from."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from bpcli.calculus.shapes import whole_numbers
from bpcli.engine.tensors.axes import along
from bpcli.errors import InputError
from bpcli.numbers import show

Array = Any


def _softmax(axis: str) -> Any:
    def softmax(x: Array) -> Array:
        over = along(axis, np.ndim(x))
        raised = np.exp(x - np.max(x, axis=over, keepdims=True, initial=-math.inf))
        return raised / raised.sum(axis=over, keepdims=True)

    return softmax


def _log_softmax(axis: str) -> Any:
    def log_softmax(x: Array) -> Array:
        over = along(axis, np.ndim(x))
        lowered = x - np.max(x, axis=over, keepdims=True, initial=-math.inf)
        return lowered - np.log(np.exp(lowered).sum(axis=over, keepdims=True))

    return log_softmax


def _cross_entropy(x: Array, t: Array) -> Array:
    logs = _log_softmax("-1")(x)
    weights = t if np.shape(t) == np.shape(x) else one_hot(t, np.shape(x)[-1], x.dtype)
    rows = math.prod(np.shape(x)[:-1])
    # 0 times -inf is nan: a class that is not the target has no part in the loss.
    return -np.where(weights == 0, 0.0, logs * weights).sum() / rows


def one_hot(places: Array, classes: int, dtype: Any = np.float64) -> Array:
    """Rows of 0 with 1 in the place of each class. Rows of nan for what is no class number."""
    found = np.asarray(places)
    whole = np.arange(classes)
    rows = (found[..., np.newaxis] == whole).astype(dtype)
    known = (found >= 0) & (found < classes) & (found == np.floor(found))
    return rows if np.all(known) else np.where(known[..., np.newaxis], rows, np.nan)


def _drawn(make: Any) -> Any:
    def settings(shape: str, seed: str) -> Any:
        sizes = whole_numbers(shape)
        # The generator is named: what a seed gives must not change with NumPy's default.
        return lambda draw: make(np.random.Generator(np.random.PCG64(int(seed))), sizes)

    return settings


def _xavier(generator: Any, sizes: tuple[int, ...]) -> Array:
    fan = sum(sizes[-2:]) if len(sizes) > 1 else sizes[0] + 1
    bound = math.sqrt(6 / fan)
    return generator.uniform(-bound, bound, sizes)


def _keep_mask(seed: str) -> Any:
    def keep(x: Array, p: Array) -> Array:
        if not np.all((np.asarray(p) >= 0) & (np.asarray(p) <= 1)):
            raise InputError("dropout-probability", value=show(float(np.ravel(p)[0])))
        generator = np.random.Generator(np.random.PCG64(int(seed)))
        return (generator.random(np.shape(x)) >= p).astype(np.float64)

    return keep


SPELLED: dict[str, Any] = {
    "one_hot": lambda classes: lambda x: one_hot(x, int(classes)),
    "one_hot_like": lambda x, like: one_hot(x, np.shape(like)[-1], np.result_type(like)),
    "one_hot_targets": lambda x, t: t if np.ndim(t) == np.ndim(x) else one_hot(t, np.shape(x)[-1], np.result_type(x)),
    "softmax": _softmax,
    "log_softmax": _log_softmax,
    "cross_entropy": _cross_entropy,
    "keep_mask": _keep_mask,
    "randn": _drawn(lambda generator, sizes: generator.standard_normal(sizes)),
    "uniform": _drawn(lambda generator, sizes: generator.random(sizes)),
    "xavier": _drawn(_xavier),
    "he": _drawn(lambda generator, sizes: generator.standard_normal(sizes) * math.sqrt(2 / sizes[0])),
}
