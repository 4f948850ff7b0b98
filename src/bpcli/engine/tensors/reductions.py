"""Sums, means and extremes along axes, and what undoes them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from bpcli.engine.tensors.axes import along, axis_of

Array = Any


def _reduction(function: Any) -> Any:
    """A reduction by its settings, from a function of an array, axes and keepdims."""

    def settings(axis: str, keepdims: str) -> Any:
        kept = keepdims == "1"
        if not axis:
            return lambda x: function(np.asarray(x), None, kept)
        return lambda x: function(x, along(axis, np.ndim(x)), kept)

    return settings


def _spread(axis: str, keepdims: str) -> Any:
    """The transpose of a sum: the reduced axes come back and are copied."""

    def spread(value: Array, like: Array) -> Array:
        if keepdims == "0" and axis:
            value = np.expand_dims(value, along(axis, np.ndim(like)))
        elif keepdims == "0":
            value = np.asarray(value)
        return np.broadcast_to(value, np.shape(like))

    return spread


def sum_like(value: Array, like: Array) -> Array:
    """Summed over the axes along which `like` would be copied to the shape of `value`."""
    shape = np.shape(like)
    extra = np.ndim(value) - len(shape)
    if extra > 0:
        value = value.sum(axis=tuple(range(extra)))
    copied = tuple(place for place, size in enumerate(shape) if size == 1 and value.shape[place] != 1)
    if copied:
        value = value.sum(axis=copied, keepdims=True)
    return np.broadcast_to(value, shape) if np.shape(value) != shape else value


def _logsumexp(x: Array, axis: Any, keepdims: bool) -> Array:
    top = np.max(x, axis=axis, keepdims=True, initial=-math.inf)
    top = np.where(np.isfinite(top), top, 0.0)
    total = np.log(np.sum(np.exp(x - top), axis=axis, keepdims=True)) + top
    return total if keepdims else np.squeeze(total, axis=axis) if axis is not None else total.reshape(())


def _norm(x: Array, axis: Any, keepdims: bool) -> Array:
    # Scaled by the largest entry, so that no square overflows or vanishes.
    largest = np.max(np.abs(x), axis=axis, keepdims=True, initial=0.0)
    scale = np.where((largest > 0) & np.isfinite(largest), largest, 1.0)
    found = np.sqrt(np.sum((x / scale) ** 2, axis=axis, keepdims=True)) * scale
    return found if keepdims else np.squeeze(found, axis=axis) if axis is not None else found.reshape(())


def _others(axis: str) -> Any:
    """For each entry the product of all others, by products from both ends."""

    def others(x: Array) -> Array:
        return _over_rows(x, axis, others_of_rows)

    return others


def others_of_rows(rows: Array) -> Array:
    ones = np.ones_like(rows[:, :1])
    before = np.cumprod(np.concatenate([ones, rows[:, :-1]], axis=1), axis=1)
    after = np.cumprod(np.concatenate([ones, rows[:, :0:-1]], axis=1), axis=1)[:, ::-1]
    return before * after


def _over_rows(x: Array, axis: str, function: Any) -> Array:
    """A function of rows applied along axes that are taken together."""
    over = along(axis, np.ndim(x))
    if not over:
        return function(np.reshape(x, (1, 1))).reshape(())
    kept = [place for place in range(np.ndim(x)) if place not in over]
    moved = np.transpose(x, [*kept, *over])
    size = math.prod(np.shape(x)[place] for place in over)
    rows = moved.reshape(np.size(x) // size if size else 0, size)
    return np.transpose(function(rows).reshape(moved.shape), np.argsort([*kept, *over]))


def _others_slope(axis: str) -> Any:
    """For each entry j the sum over i != j of v[i] times the product of the entries that are neither."""

    def slope(v: Array, x: Array) -> Array:
        both = np.stack([v, x], axis=-1)
        over = along(axis, np.ndim(x))
        kept = [place for place in range(np.ndim(x)) if place not in over]
        moved = np.transpose(both, [*kept, *over, np.ndim(x)])
        size = math.prod(np.shape(x)[place] for place in over)
        rows = moved.reshape(np.size(x) // size if size else 0, size, 2)
        found = np.zeros(rows.shape[:2])
        for place in range(size):
            rest = np.delete(rows, place, axis=1)
            found[:, place] = (rest[:, :, 0] * others_of_rows(rest[:, :, 1])).sum(axis=1) if size > 1 else 0.0
        shaped = found.reshape(moved.shape[:-1])
        return np.transpose(shaped, np.argsort([*kept, *over]))

    return slope


SPELLED: dict[str, Any] = {
    "norm": _reduction(_norm),
    "sum": _reduction(lambda x, axis, kept: np.sum(x, axis=axis, keepdims=kept)),
    "mean": _reduction(lambda x, axis, kept: np.mean(x, axis=axis, keepdims=kept)),
    "count": lambda axis: lambda x: np.float64(math.prod(np.shape(x)[place] for place in along(axis, np.ndim(x)))),
    "prod": _reduction(lambda x, axis, kept: np.prod(x, axis=axis, keepdims=kept)),
    "others": _others,
    "others_slope": _others_slope,
    # + 0.0 for the one sign of zero; see primitives.py.
    "amax": _reduction(lambda x, axis, kept: np.max(x, axis=axis, keepdims=kept) + 0.0),
    "amin": _reduction(lambda x, axis, kept: np.min(x, axis=axis, keepdims=kept) + 0.0),
    "argmax": lambda axis: lambda x: np.argmax(x, axis=axis_of(axis, np.ndim(x)) if axis else None).astype(np.float64),
    "logsumexp": _reduction(_logsumexp),
    "spread": _spread,
    "sum_like": sum_like,
    "broadcast_like": lambda x, like: np.broadcast_to(x, np.shape(like)),
}
