"""Tensors: NumPy arrays as numbers. Elementwise operations are those of lanes; here are the others.

A number without axes is one too, so that a program may mix them. Broadcasting is NumPy's, and is undone in `fit`.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

from bpcli.calculus.shapes import axes_of, inverse_order, order_of, subscripts, whole_numbers
from bpcli.engine.lanes import TRUTH, Lanes
from bpcli.errors import InputError
from bpcli.numbers import show
from bpcli.ops import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from bpcli.engine.point import Point

Array = Any


def _along(axis: str, ndim: int) -> tuple[int, ...]:
    return axes_of(axis, (1,) * ndim)


def _reduction(function: Any) -> Any:
    """A reduction by its settings, from a function of an array, axes and keepdims."""

    def settings(axis: str, keepdims: str) -> Any:
        kept = keepdims == "1"
        if not axis:
            return lambda x: function(np.asarray(x), None, kept)
        return lambda x: function(x, _along(axis, np.ndim(x)), kept)

    return settings


def _spread(axis: str, keepdims: str) -> Any:
    """The transpose of a sum: the reduced axes come back and are copied."""

    def spread(value: Array, like: Array) -> Array:
        if keepdims == "0" and axis:
            value = np.expand_dims(value, _along(axis, np.ndim(like)))
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


def finite(x: Array) -> bool:
    """Whether no entry is infinite or nan. A finite sum says so at once; another may have overflowed."""
    with np.errstate(all="ignore"):
        return bool(np.isfinite(np.sum(x))) or bool(np.isfinite(x).all())


def _logsumexp(x: Array, axis: Any, keepdims: bool) -> Array:
    top = np.max(x, axis=axis, keepdims=True, initial=-math.inf)
    top = np.where(np.isfinite(top), top, 0.0)
    total = np.log(np.sum(np.exp(x - top), axis=axis, keepdims=True)) + top
    return total if keepdims else np.squeeze(total, axis=axis) if axis is not None else total.reshape(())


def _softmax(axis: str) -> Any:
    def softmax(x: Array) -> Array:
        over = _along(axis, np.ndim(x))
        raised = np.exp(x - np.max(x, axis=over, keepdims=True, initial=-math.inf))
        return raised / raised.sum(axis=over, keepdims=True)

    return softmax


def _log_softmax(axis: str) -> Any:
    def log_softmax(x: Array) -> Array:
        over = _along(axis, np.ndim(x))
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


def _norm(x: Array, axis: Any, keepdims: bool) -> Array:
    # Scaled by the largest entry, so that no square overflows or vanishes.
    largest = np.max(np.abs(x), axis=axis, keepdims=True, initial=0.0)
    scale = np.where((largest > 0) & np.isfinite(largest), largest, 1.0)
    found = np.sqrt(np.sum((x / scale) ** 2, axis=axis, keepdims=True)) * scale
    return found if keepdims else np.squeeze(found, axis=axis) if axis is not None else found.reshape(())


def _others(axis: str) -> Any:
    """For each entry the product of all others, by products from both ends."""

    def others(x: Array) -> Array:
        return _over_rows(x, axis, _others_of_rows)

    return others


def _others_of_rows(rows: Array) -> Array:
    ones = np.ones_like(rows[:, :1])
    before = np.cumprod(np.concatenate([ones, rows[:, :-1]], axis=1), axis=1)
    after = np.cumprod(np.concatenate([ones, rows[:, :0:-1]], axis=1), axis=1)[:, ::-1]
    return before * after


def _over_rows(x: Array, axis: str, function: Any) -> Array:
    """A function of rows applied along axes that are taken together."""
    over = _along(axis, np.ndim(x))
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
        over = _along(axis, np.ndim(x))
        kept = [place for place in range(np.ndim(x)) if place not in over]
        moved = np.transpose(both, [*kept, *over, np.ndim(x)])
        size = math.prod(np.shape(x)[place] for place in over)
        rows = moved.reshape(np.size(x) // size if size else 0, size, 2)
        found = np.zeros(rows.shape[:2])
        for place in range(size):
            rest = np.delete(rows, place, axis=1)
            found[:, place] = (rest[:, :, 0] * _others_of_rows(rest[:, :, 1])).sum(axis=1) if size > 1 else 0.0
        shaped = found.reshape(moved.shape[:-1])
        return np.transpose(shaped, np.argsort([*kept, *over]))

    return slope


def _determinant(x: Array) -> Array:
    return np.linalg.det(x)


def _cofactor(x: Array) -> Array:
    """By the singular values: det(x) times the transposed inverse also where x has no inverse."""
    left, sizes, right = np.linalg.svd(x)
    sign = np.linalg.det(left) * np.linalg.det(right)
    return sign * (left * _others_of_rows(sizes[np.newaxis])[0]) @ right


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


def _place(at: str) -> Any:
    where = subscripts(at)

    def place(value: Array, like: Array) -> Array:
        result = np.zeros(np.shape(like), dtype=np.result_type(value))
        result[where] = value
        return result

    return place


def _axis(axis: str, ndim: int) -> int:
    (place,) = axes_of(axis, (1,) * ndim)
    return place


def _take(axis: str, at: str) -> Any:
    return lambda x: np.take(x, int(at), axis=_axis(axis, np.ndim(x)))


def _put(axis: str, at: str) -> Any:
    def put(value: Array, like: Array) -> Array:
        result = np.zeros(np.shape(like), dtype=np.result_type(value))
        place: list[Any] = [slice(None)] * np.ndim(like)
        place[_axis(axis, np.ndim(like))] = int(at)
        result[tuple(place)] = value
        return result

    return put


def _piece_slice(axis: str, at: str, parts: tuple[Array, ...]) -> tuple[Any, ...]:
    over = _axis(axis, np.ndim(parts[0]))
    start = sum(np.shape(part)[over] for part in parts[: int(at)])
    place: list[Any] = [slice(None)] * np.ndim(parts[0])
    place[over] = slice(start, start + np.shape(parts[int(at)])[over])
    return tuple(place)


def _place_piece(axis: str, at: str) -> Any:
    def place_piece(value: Array, *parts: Array) -> Array:
        over = _axis(axis, np.ndim(parts[0]))
        shape = list(np.shape(parts[0]))
        shape[over] = sum(np.shape(part)[over] for part in parts)
        result = np.zeros(shape, dtype=np.result_type(value))
        result[_piece_slice(axis, at, parts)] = value
        return result

    return place_piece


def _correlate(x: Array, w: Array) -> Array:
    return np.correlate(x, w, "valid") if np.size(w) <= np.size(x) else np.correlate(w, x, "valid")[::-1]


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


def _diag(x: Array) -> Array:
    return np.diag(x).copy()


def _full(shape: str) -> Any:
    return lambda x: np.full(whole_numbers(shape), x)


TENSOR: dict[str, Any] = {
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
    "norm": _reduction(_norm),
    "conv1d": _correlate,
    "convolve": np.convolve,
    "sum": _reduction(lambda x, axis, kept: np.sum(x, axis=axis, keepdims=kept)),
    "mean": _reduction(lambda x, axis, kept: np.mean(x, axis=axis, keepdims=kept)),
    "count": lambda axis: lambda x: np.float64(math.prod(np.shape(x)[place] for place in _along(axis, np.ndim(x)))),
    "prod": _reduction(lambda x, axis, kept: np.prod(x, axis=axis, keepdims=kept)),
    "others": _others,
    "others_slope": _others_slope,
    # + 0.0 for the one sign of zero; see primitives.py.
    "amax": _reduction(lambda x, axis, kept: np.max(x, axis=axis, keepdims=kept) + 0.0),
    "amin": _reduction(lambda x, axis, kept: np.min(x, axis=axis, keepdims=kept) + 0.0),
    "argmax": lambda axis: lambda x: np.argmax(x, axis=_axis(axis, np.ndim(x)) if axis else None).astype(np.float64),
    "logsumexp": _reduction(_logsumexp),
    "spread": _spread,
    "sum_like": sum_like,
    "broadcast_like": lambda x, like: np.broadcast_to(x, np.shape(like)),
    "reshape": lambda shape: lambda x: np.reshape(x, whole_numbers(shape)),
    "reshape_like": lambda x, like: np.reshape(x, np.shape(like)),
    "flatten": np.ravel,
    "expand": lambda axis: lambda x: np.expand_dims(x, int(axis)),
    "squeeze": lambda axis: lambda x: np.squeeze(x, axis=int(axis) if axis else None),
    "index": lambda at: functools.partial(lambda where, x: np.asarray(x)[where], subscripts(at)),
    "place": _place,
    "take": _take,
    "put": _put,
    "stack": lambda axis: lambda *parts: np.stack(parts, axis=int(axis)),
    "concat": lambda axis: lambda *parts: np.concatenate(parts, axis=int(axis)),
    "piece": lambda axis, at: lambda whole, *parts: whole[_piece_slice(axis, at, parts)],
    "place_piece": _place_piece,
    "full": _full,
    "arange": lambda count: lambda start: start + np.arange(int(count), dtype=np.float64),
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


SOLVED = ("det", "cofactor", "inv", "solve")


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

            note_narrow_values(point, self.dtype)

    def look_at_slopes(self, point: Point, skip: bytearray, seed: Any) -> None:
        """The same of adjoints."""
        if self.dtype not in (np.float64, object):
            from bpcli.engine.narrow_tensors import note_narrow_slopes

            note_narrow_slopes(point, skip, seed, self.dtype)


TENSORS = Tensors()
