"""Products of arrays, inverses, and orders of axes: linear algebra in NumPy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from bpcli.calculus.shapes import inverse_order, order_of
from bpcli.engine.tensors.reductions import others_of_rows

Array = Any


def _determinant(x: Array) -> Array:
    return np.linalg.det(x)


def _cofactor(x: Array) -> Array:
    """By the singular values: det(x) times the transposed inverse also where x has no inverse."""
    left, sizes, right = np.linalg.svd(x)
    sign = np.linalg.det(left) * np.linalg.det(right)
    return sign * (left * others_of_rows(sizes[np.newaxis])[0]) @ right


def _inverse(x: Array) -> Array:
    try:
        return np.linalg.inv(x)
    except np.linalg.LinAlgError:
        return np.full(np.shape(x), math.nan)


def _solve(a: Array, b: Array) -> Array:
    try:
        return np.linalg.solve(a, b)
    except np.linalg.LinAlgError:
        return np.full(np.shape(b), math.nan)


def _diag(x: Array) -> Array:
    return np.diag(x).copy()


def _correlate(x: Array, w: Array) -> Array:
    return np.correlate(x, w, "valid") if np.size(w) <= np.size(x) else np.correlate(w, x, "valid")[::-1]


SPELLED: dict[str, Any] = {
    "matmul": np.matmul,
    "transpose": np.transpose,
    "matrix_transpose": lambda x: np.swapaxes(x, -1, -2),
    "permute": lambda axes: lambda x: np.transpose(x, order_of(axes, np.shape(x))),
    "unpermute": lambda axes: lambda x: np.transpose(x, inverse_order(axes, np.shape(x))),
    "outer": np.multiply.outer,
    "trace": np.trace,
    "diag": _diag,
    "eye_like": lambda x: np.eye(np.shape(x)[0]),
    "det": _determinant,
    "cofactor": _cofactor,
    "inv": _inverse,
    "solve": _solve,
    "conv1d": _correlate,
    "convolve": np.convolve,
}

SOLVED = ("det", "cofactor", "inv", "solve")  # by LAPACK
