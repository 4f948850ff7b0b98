"""Arrays of numbers that NumPy has no type for: fractions, or as many digits as are asked for.

Each entry is a number of another kind, and each elementwise operation is that kind's own; what moves, adds and
multiplies is NumPy's over objects, and what NumPy has for floats alone is spelled here.
"""

from __future__ import annotations

import functools
import math
from fractions import Fraction
from typing import Any

import numpy as np

from bpcli.calculus.shapes import axes_of
from bpcli.engine.notes import first_few
from bpcli.engine.noticing import live, short
from bpcli.engine.tensors import TENSOR, Tensors
from bpcli.engine.tensors.networks import one_hot
from bpcli.engine.tensors.reductions import sum_like
from bpcli.errors import InputError
from bpcli.numbers import nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bpcli.calculus.kinds import Kind
    from bpcli.engine.point import Point

Array = Any
MADE = ("count", "randn", "uniform", "xavier", "he", "keep_mask", "eye_like", "argmax")  # floats that mean themselves
LARGEST = 1.7976931348623157e308


def in_floats(value: Any) -> Any:
    """The nearest floats; what is too large for them is their largest, for it is not infinite."""
    if not np.shape(value):
        return _float(value)
    return np.frompyfunc(_float, 1, 1)(value).astype(np.float64)


def _float(value: Any) -> float:
    found = float(nearest(value))
    return math.copysign(LARGEST, found) if math.isinf(found) and hasattr(value, "denominator") else found


class ObjectTensors(Tensors):
    """Arrays over another kind of number."""

    def __init__(self, inner: Kind) -> None:
        super().__init__()
        self.inner = inner
        self.title, self.written = inner.title, inner.written
        self.dtype = np.dtype(object)
        for op in [op for op in self.functions if op not in TENSOR]:
            self.functions.pop(op)
        for op, function in inner.functions.items():
            self.functions[op] = self._each(function)
        for op, function in TENSOR.items():
            self.functions[op] = self._over(op, function)
        for op, function in self._own().items():
            self.functions[op] = function

    def _each(self, function: Callable[..., Any]) -> Any:
        """An operation of the inner kind, entry by entry."""
        made: dict[int, Any] = {}

        def each(*values: Array) -> Array:
            if not any(getattr(value, "shape", ()) for value in values):
                return function(*[_item(value) for value in values])
            if len(values) not in made:
                made[len(values)] = np.frompyfunc(function, len(values), 1)
            return made[len(values)](*values)

        return each

    def _over(self, op: str, function: Any) -> Any:
        """One of NumPy's operations over objects: its zeros and ones as numbers of this kind."""
        from bpcli.ops import TABLE

        if TABLE[op].settings:
            return lambda **settings: self._kept(op, function(**settings))
        return self._kept(op, function)

    def _kept(self, op: str, function: Any) -> Any:
        def kept(*values: Array) -> Array:
            return self._numbers(function(*[np.asarray(value, dtype=object) for value in values]), op in MADE)

        return kept

    def _numbers(self, found: Any, made: bool = False) -> Any:
        """Whole numbers, fractions and NumPy's floats as numbers of this kind; floats that were left to stay so."""
        if not isinstance(found, np.ndarray):
            return self._number(found, made)
        if found.dtype != object:
            found = found.astype(object)
            made = True
        if not found.shape:
            return self._number(found.item(), made)
        return np.frompyfunc(lambda value: self._number(value, made), 1, 1)(found)

    def _number(self, value: Any, made: bool) -> Any:
        value = value.item() if isinstance(value, np.ndarray) else value  # as NumPy puts it into a place
        if isinstance(value, bool | int | np.bool_ | np.integer):
            return self.inner.constant(int(value))
        if isinstance(value, np.floating) or (made and isinstance(value, float)):
            return self._decimal(float(value))
        return value if isinstance(value, float) or hasattr(value, "shown") else self.inner.given(value)

    def _own(self) -> dict[str, Any]:
        """What NumPy has for floats alone."""
        functions, numbers = self.functions, self._numbers

        def over(settings: str, ndim: int) -> Any:
            return axes_of(settings, (1,) * ndim) if settings else None

        def reduced(function: Any) -> Any:
            def settings(axis: str, keepdims: str) -> Any:
                return lambda x: numbers(
                    function(np.asarray(x, dtype=object), over(axis, np.ndim(x)), keepdims == "1")
                )

            return settings

        def logsumexp(x: Array, axis: Any, kept: bool) -> Array:
            top = np.max(x, axis=axis, keepdims=True)
            total = functions["log"](np.sum(functions["exp"](x - top), axis=axis, keepdims=True)) + top
            return np.sum(total, axis=axis, keepdims=kept)

        def softmax(axis: str) -> Any:
            def run(x: Array) -> Array:
                axes = over(axis, np.ndim(x))
                raised = functions["exp"](x - np.max(x, axis=axes, keepdims=True))
                return numbers(functions["div"](raised, np.sum(raised, axis=axes, keepdims=True)))

            return run

        def log_softmax(axis: str) -> Any:
            return lambda x: numbers(x - logsumexp(x, over(axis, np.ndim(x)), True))

        def hot(places: Array, classes: int) -> Array:
            return numbers(one_hot(in_floats(places), classes))

        def cross_entropy(x: Array, t: Array) -> Array:
            weights = t if np.shape(t) == np.shape(x) else hot(t, np.shape(x)[-1])
            total = np.sum(log_softmax("-1")(x) * weights)
            return functions["div"](-total, self.inner.constant(math.prod(np.shape(x)[:-1])))

        extreme = {"amax": np.max, "amin": np.min}
        return {
            **{op: reduced(functools.partial(_along, function)) for op, function in extreme.items()},
            "mean": reduced(
                lambda x, axis, kept: functions["div"](
                    np.sum(x, axis=axis, keepdims=kept),
                    self.inner.constant(x.size // max(np.size(np.sum(x, axis=axis)), 1)),
                )
            ),
            "norm": reduced(lambda x, axis, kept: functions["sqrt"](np.sum(x * x, axis=axis, keepdims=kept))),
            "logsumexp": reduced(logsumexp),
            "softmax": softmax,
            "log_softmax": log_softmax,
            "cross_entropy": cross_entropy,
            "one_hot": lambda classes: lambda x: hot(x, int(classes)),
            "one_hot_like": lambda x, like: hot(x, np.shape(like)[-1]),
            "one_hot_targets": lambda x, t: t if np.ndim(t) == np.ndim(x) else hot(t, np.shape(x)[-1]),
            "arange": lambda count: lambda start: numbers(_item(start) + np.arange(int(count)).astype(object)),
            "sum_like": lambda value, like: numbers(sum_like(np.asarray(value, dtype=object), like)),
            "det": lambda x: self._eliminated(x, None)[0],
            "inv": lambda x: self._eliminated(x, numbers(np.eye(len(x))))[1],
            "solve": lambda a, b: self._eliminated(a, np.asarray(b, dtype=object))[1],
            "cofactor": self._cofactor,
        }

    def _eliminated(self, matrix: Array, right: Array | None) -> tuple[Any, Any]:
        """The determinant of a matrix, and its inverse times `right`, by Gauss's elimination with the largest pivots.

        nan in every entry where the matrix has no inverse.
        """
        if np.ndim(matrix) != 2:
            raise InputError("tensors-of-floats", kind=self.title)
        divide, one = self.inner.functions["div"], self.inner.constant(1)
        rows = [list(row) for row in matrix]
        flat = right is not None and np.ndim(right) == 1
        sides = [] if right is None else [[each] if flat else list(each) for each in right]
        found, size = one, len(rows)
        for column in range(size):
            pivot = max(range(column, size), key=lambda row: abs(rows[row][column]))
            if rows[pivot][column] == 0:
                nothing = None if right is None else np.full(np.shape(right), math.nan, dtype=object)
                return self.inner.constant(0), nothing
            for each in (rows, sides) if sides else (rows,):
                each[column], each[pivot] = each[pivot], each[column]
            found = found * rows[column][column] if pivot == column else -(found * rows[column][column])
            for row in range(size):
                if row == column or (row < column and not sides):
                    continue
                factor = divide(rows[row][column], rows[column][column])
                for each in (rows, sides) if sides else (rows,):
                    each[row] = [left - factor * other for left, other in zip(each[row], each[column], strict=True)]
        if right is None:
            return found, None
        solved = np.empty(np.shape(right), dtype=object)
        for row, side in enumerate(sides):
            quotients = [divide(each, rows[row][row]) for each in side]
            solved[row] = quotients[0] if flat else quotients
        return found, solved

    def _cofactor(self, matrix: Array) -> Array:
        """Each entry the determinant of what is left without its row and column, with its sign."""
        made = np.empty(np.shape(matrix), dtype=object)
        for row, column in np.ndindex(*np.shape(matrix)):
            minor = self._eliminated(np.delete(np.delete(matrix, row, 0), column, 1), None)[0]
            made[row, column] = -minor if (row + column) % 2 else minor
        return made

    def constant(self, value: Any) -> Any:
        return self.inner.constant(value)

    def given(self, value: Any) -> Any:
        if not np.shape(value):
            return self.inner.given(_item(value))
        return np.frompyfunc(self._decimal, 1, 1)(np.asarray(value, dtype=object))

    def _decimal(self, value: Any) -> Any:
        """A float of an array as the decimal number that it is written as: 0.1 is 1/10."""
        if isinstance(value, float) and math.isfinite(value):
            return self.inner.given(Fraction(repr(float(value))))
        return self.inner.given(value)

    def to_text(self, number: Any) -> str | None:
        return self.inner.to_text(number)

    def of_text(self, text: str) -> Any:
        return self.inner.of_text(text)

    def seed(self, scale: float) -> Any:
        return self.inner.seed(scale)

    def opened(self, condition: Array, mask: Array) -> Any:
        return super().opened(np.asarray(np.asarray(condition) != 0, dtype=bool), mask)

    def guard(self, mask: Array, product: Array) -> Array:
        return self._numbers(np.where(mask, product, self.inner.constant(0)))

    def undefined(self, number: Array) -> bool:
        return bool(np.isnan(in_floats(number)).any())

    def infinite(self, number: Array) -> bool:
        return bool(np.isinf(in_floats(number)).any())

    def fit(self, product: Array, presence: Array, like: Array) -> tuple[Array, Array]:
        found, presence = super().fit(np.asarray(product, dtype=object), presence, like)
        return found if np.shape(found) else _item(found), presence

    def zero_like(self, number: Array) -> Array:
        zero = self.inner.constant(0)
        return np.full(np.shape(number), zero, dtype=object) if np.shape(number) else zero

    def look_at_values(self, point: Point, given: Mapping[str, Any]) -> None:
        """Notes for the nodes at which the entries stop being fractions."""
        if self.written != "exact":
            return
        graph, values, marks = point.program.graph, point.values, live(point)
        left = [
            {"node": short(point.program, node)}
            for node, value in enumerate(values)
            if marks[node] and _has_floats(value) and not any(_has_floats(values[each]) for each in graph.args[node])
        ]
        point.notes += first_few("left-exact", left)


def _along(function: Any, x: Array, axis: Any, kept: bool) -> Array:
    return function(x, axis=axis, keepdims=kept)


def _item(value: Any) -> Any:
    return value.item() if isinstance(value, np.ndarray | np.generic) else value


def _has_floats(value: Any) -> bool:
    """Whether an entry is a finite float."""
    return any(isinstance(each, float) and each - each == 0 for each in np.ravel(np.asarray(value, dtype=object)))


@functools.cache
def over(inner: Kind) -> ObjectTensors:
    """The arrays over a kind of number."""
    return ObjectTensors(inner)
