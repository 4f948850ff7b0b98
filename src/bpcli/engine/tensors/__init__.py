"""Tensors: NumPy arrays as numbers. Elementwise operations are those of lanes; here are the others.

A number without axes is one too, so that a program may mix them. Broadcasting is NumPy's, and is undone in `fit`.

The operations are spelled in `algebra`, `reductions`, `pieces` and `networks`, as their shapes are in calculus/shapes/.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bpcli.engine.lanes import TRUTH, Lanes
from bpcli.engine.tensors import algebra, networks, pieces, reductions
from bpcli.engine.tensors.algebra import SOLVED
from bpcli.engine.tensors.reductions import sum_like
from bpcli.ops import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from bpcli.engine.point import Point

Array = Any

TENSOR: dict[str, Any] = algebra.SPELLED | reductions.SPELLED | pieces.SPELLED | networks.SPELLED


def finite(x: Array) -> bool:
    """Whether no entry is infinite or nan. A finite sum says so at once; another may have overflowed."""
    with np.errstate(all="ignore"):
        return bool(np.isfinite(np.sum(x))) or bool(np.isfinite(x).all())


class Tensors(Lanes):
    """Arrays with axes that mean something; single numbers are arrays without axes.

    dtype: of every array; "float64" unless another was asked for
    """

    title = "tensors"
    shaped = True

    def __init__(self, dtype: str = "float64") -> None:
        super().__init__()
        self.dtype = np.dtype(dtype)
        self.functions.update(TENSOR)
        if dtype != "float64":
            self.title = dtype
            self.functions.update({op: self._narrow(op, function) for op, function in self.functions.items()})

    def _narrow(self, op: str, function: Any) -> Any:
        """A primitive whose result has this dtype, also where NumPy or a function of floats would widen it."""
        dtype = self.dtype
        if TABLE[op].settings:
            return lambda **settings: self._rounded(function(**settings))
        if op in TRUTH:
            truth = TRUTH[op]
            return lambda *values: truth(*values).astype(dtype)
        if op in SOLVED and dtype == np.float16:
            # LAPACK has no half precision.
            return self._rounded(lambda *values: function(*[np.asarray(value, np.float32) for value in values]))
        return self._rounded(function)

    def _rounded(self, function: Any) -> Any:
        dtype = self.dtype

        def rounded(*values: Array) -> Array:
            result = function(*values)
            return result if result.dtype == dtype else result.astype(dtype)

        return rounded

    def constant(self, value: Any) -> Any:
        return self.dtype.type(super().constant(value))

    def given(self, value: Any) -> Any:
        with np.errstate(over="ignore"):  # of a narrow format, which is noted
            return np.asarray(value, dtype=self.dtype)[()]

    def seed(self, scale: float) -> Any:
        return np.float64(scale)

    def quiet(self) -> Any:
        return np.errstate(all="ignore")

    def undefined(self, number: Array) -> bool:
        return not finite(number) and bool(np.isnan(number).any())

    def infinite(self, number: Array) -> bool:
        return not finite(number) and bool(np.isinf(number).any())

    def shape(self, number: Array) -> tuple[int, ...]:
        return np.shape(number)

    def guard(self, mask: Array, product: Array) -> Array:
        # A product is several times as fast as a choice; + 0.0 for the one sign of zero.
        guarded = product * mask + 0.0
        return guarded if finite(guarded) else np.where(mask, product, 0.0)

    def fit(self, product: Array, presence: Array, like: Array) -> tuple[Array, Array]:
        shape = np.shape(like)
        if getattr(product, "dtype", self.dtype) != self.dtype:
            product = product.astype(self.dtype)  # behind a seed that is wider
        if np.shape(product) == shape:
            return product, presence
        if presence is not None:
            found = sum_like(np.broadcast_to(presence, np.shape(product)).astype(np.float64), like) > 0
            presence = None if np.all(found) else found
        if np.ndim(product) < len(shape):
            return np.broadcast_to(product, shape), presence
        return sum_like(product, like), presence

    def spread(self, tangent: Array, like: Array) -> Array:
        return tangent if np.shape(tangent) == np.shape(like) else np.broadcast_to(tangent, np.shape(like))

    def zero_like(self, number: Array) -> Array:
        return np.zeros(np.shape(number), dtype=self.dtype)

    def look_at_values(self, point: Point, given: Mapping[str, Any]) -> None:
        """Notes for what is no number of a narrow format any more."""
        if self.dtype != np.float64:
            from bpcli.engine.narrow_tensors import note_narrow_values

            note_narrow_values(point, given, self.dtype)

    def look_at_slopes(self, point: Point, skip: bytearray, seed: Any) -> None:
        """The same of adjoints."""
        if self.dtype not in (np.float64, object):
            from bpcli.engine.narrow_tensors import note_narrow_slopes

            note_narrow_slopes(point, skip, seed, self.dtype)


TENSORS = Tensors()
