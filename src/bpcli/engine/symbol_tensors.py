"""Arrays of symbols: every operation on tensors written out, entry by entry, as operations on single numbers.

What comes in and goes out are arrays whose entries are symbols of one scalar graph. Elementwise operations broadcast,
reductions and products become sums of terms, and what only moves entries about is NumPy's own.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np

from bpcli.calculus.kinds import Functions, Kind, compiled, formula
from bpcli.calculus.shapes import axes_of
from bpcli.calculus.symbols import Symbol, Symbols
from bpcli.engine.tensors import TENSOR
from bpcli.errors import InputError
from bpcli.ops import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Array = Any  # of symbols, dtype object
MOST_ROWS = 4  # of a determinant that is written out


def wrapped(symbol: Any) -> Array:
    """A symbol as an array without axes."""
    array = np.empty((), dtype=object)
    array[()] = symbol
    return array


class SymbolTensors(Functions):
    """Operation -> the function that writes it out, entry by entry."""

    def __init__(self, symbols: Symbols, number_of: Callable[[Symbol], float]) -> None:
        super().__init__({}, Kind({}))
        self.symbols = symbols
        self.number_of = number_of

    def __missing__(self, op: str) -> Callable[..., Array]:
        declared = TABLE[op]
        name = op.partition(" ")[0]
        if not declared.of_tensors:
            self[op] = self.each(op)
        elif hasattr(self, f"make_{name}"):
            self[op] = getattr(self, f"make_{name}")(**declared.chosen)
        elif declared.value is not None:
            program = formula(declared.value, declared.chosen)
            places = {param: place for place, param in enumerate(declared.params)}
            constant = lambda value: wrapped(self.symbols.constant(value))  # noqa: E731
            run = compiled(program.graph, program.output, places, self, constant)
            self[op] = lambda *arguments: run(list(arguments))
        elif name in MOVING:
            self[op] = TENSOR[name](**declared.chosen) if declared.chosen else TENSOR[name]
        else:
            raise InputError("element-not-told", operation=declared.spelling)
        return self[op]

    def lifted(self, entry: Any) -> Symbol:
        """An entry as a symbol; moving entries about may fill up with zeros."""
        return entry if isinstance(entry, Symbol) else self.symbols.constant(int(entry))

    def apply(self, op: str, *entries: Any) -> Symbol:
        """An operation on single entries; a mean of one is that one."""
        if op == "div" and self.symbols.graph.payload.get(self.lifted(entries[1]).node) == 1:
            return self.lifted(entries[0])
        return self.symbols.apply(op, *map(self.lifted, entries))

    def each(self, op: str) -> Callable[..., Array]:
        """An operation on entries, over arrays that broadcast."""

        def run(*arrays: Array) -> Array:
            alike = np.broadcast_arrays(*(each if isinstance(each, np.ndarray) else wrapped(each) for each in arrays))
            result = np.empty(alike[0].shape, dtype=object)
            for index in np.ndindex(result.shape):
                result[index] = self.apply(op, *(each[index] for each in alike))
            return result

        return run

    def added(self, entries: Sequence[Any]) -> Symbol:
        """The sum of entries, in order."""
        total = entries[0]
        for entry in entries[1:]:
            total = self.apply("add", total, entry)
        return self.lifted(total)

    def along(
        self, combine: Callable[[list[Any]], Any], axis: str, keepdims: str = "0"
    ) -> Callable[[Array], Array]:
        """A reduction: each group of entries to one."""

        def run(x: Array) -> Array:
            over = axes_of(axis, x.shape)
            kept = [place for place in range(x.ndim) if place not in over]
            moved = np.transpose(x, [*kept, *over])
            sizes = [x.shape[place] for place in kept]
            result = np.empty(sizes, dtype=object)
            for index in np.ndindex(*sizes):
                group = moved[index]
                result[index] = combine(list(group.flat) if isinstance(group, np.ndarray) else [group])
            return np.expand_dims(result, over) if keepdims == "1" else result

        return run

    def make_sum(self, axis: str, keepdims: str) -> Any:
        return self.along(self.added, axis, keepdims)

    def make_mean(self, axis: str, keepdims: str) -> Any:
        def combine(entries: list[Any]) -> Symbol:
            return self.apply("div", self.added(entries), self.symbols.constant(len(entries)))

        return self.along(combine, axis, keepdims)

    def make_prod(self, axis: str, keepdims: str) -> Any:
        def combine(entries: list[Any]) -> Symbol:
            total = entries[0]
            for entry in entries[1:]:
                total = self.apply("mul", total, entry)
            return self.lifted(total)

        return self.along(combine, axis, keepdims)

    def make_amax(self, axis: str, keepdims: str) -> Any:
        return self.along(lambda entries: self.extreme("max", entries), axis, keepdims)

    def make_amin(self, axis: str, keepdims: str) -> Any:
        return self.along(lambda entries: self.extreme("min", entries), axis, keepdims)

    def extreme(self, op: str, entries: list[Any]) -> Symbol:
        """The largest or smallest of entries."""
        return self.apply(op, *entries) if len(entries) > 1 else self.lifted(entries[0])

    def make_count(self, axis: str) -> Any:
        def count(x: Array) -> Array:
            return wrapped(self.symbols.constant(math.prod(x.shape[place] for place in axes_of(axis, x.shape))))

        return count

    def make_norm(self, axis: str, keepdims: str) -> Any:
        two = self.symbols.constant(2)

        def combine(entries: list[Any]) -> Symbol:
            return self.apply("sqrt", self.added([self.apply("powc", entry, two) for entry in entries]))

        return self.along(combine, axis, keepdims)

    def make_logsumexp(self, axis: str, keepdims: str) -> Any:
        return self.along(self.log_total, axis, keepdims)

    def log_total(self, entries: list[Any]) -> Symbol:
        """The logarithm of the sum of exponentials."""
        return self.apply("log", self.added([self.apply("exp", entry) for entry in entries]))

    def make_softmax(self, axis: str) -> Any:
        total = self.along(self.added, axis, "1")

        def softmax(x: Array) -> Array:
            raised = self["exp"](x)
            return self["div"](raised, total(raised))

        return softmax

    def make_log_softmax(self, axis: str) -> Any:
        total = self.along(self.log_total, axis, "1")
        return lambda x: self["sub"](x, total(x))

    def make_cross_entropy(self) -> Any:
        def loss(x: Array, t: Array) -> Array:
            rows = x.reshape(-1, x.shape[-1])
            if t.shape == x.shape:
                logs = self.make_log_softmax("-1")(rows)
                weighted = self["mul"](t.reshape(rows.shape), logs)
                total = self.apply("neg", self.added(list(weighted.flat)))
            else:
                places = [int(self.number_of(entry)) for entry in t.flat]
                parts = [
                    self.apply("sub", self.log_total(list(row)), row[place])
                    for row, place in zip(rows, places, strict=True)
                ]
                total = self.added(parts)
            return wrapped(self.apply("div", total, self.symbols.constant(len(rows))))

        return loss

    def make_keep_mask(self, seed: str) -> Any:
        def mask(x: Array, p: Array) -> Array:
            kept = TENSOR["keep_mask"](seed)(np.zeros(x.shape), self.number_of(p[()]))
            return kept.astype(int).astype(object)

        return mask

    def make_matmul(self) -> Any:
        def product(x: Array, y: Array) -> Array:
            left = x[np.newaxis, :] if x.ndim == 1 else x
            right = y[:, np.newaxis] if y.ndim == 1 else y
            stack = np.broadcast_shapes(left.shape[:-2], right.shape[:-2])
            left = np.broadcast_to(left, (*stack, *left.shape[-2:]))
            right = np.broadcast_to(right, (*stack, *right.shape[-2:]))
            result = np.empty((*stack, left.shape[-2], right.shape[-1]), dtype=object)
            for index in np.ndindex(result.shape):
                *above, row, column = index
                pairs = zip(left[(*above, row)], right[(*above, slice(None), column)], strict=True)
                result[index] = self.added([self.apply("mul", one, other) for one, other in pairs])
            if x.ndim == 1:
                result = result[..., 0, :]
            return result[..., 0] if y.ndim == 1 else result

        return product

    def make_outer(self) -> Any:
        return lambda x, y: self["mul"](x[:, np.newaxis], y[np.newaxis, :])

    def make_trace(self) -> Any:
        return lambda x: wrapped(self.added(list(np.diagonal(x))))

    def make_det(self) -> Any:
        def determinant(x: Array) -> Array:
            size = len(x)
            if size > MOST_ROWS:
                raise InputError("element-not-told", operation="det")
            total: Any = None
            for order in itertools.permutations(range(size)):
                crossed = sum(one > other for one, other in itertools.combinations(order, 2))
                product = x[0, order[0]]
                for row in range(1, size):
                    product = self.apply("mul", product, x[row, order[row]])
                sign = "sub" if crossed % 2 else "add"
                total = product if total is None else self.apply(sign, total, product)
            return wrapped(total)

        return determinant

    def make_conv1d(self) -> Any:
        def slide(x: Array, w: Array) -> Array:
            sums = [
                self.added([self.apply("mul", x[start + place], w[place]) for place in range(len(w))])
                for start in range(len(x) - len(w) + 1)
            ]
            return np.array(sums, dtype=object)

        return slide


# Operations that put entries elsewhere, whatever the entries are.
MOVING = (
    "transpose", "matrix_transpose", "permute", "unpermute", "diag", "reshape", "reshape_like", "flatten", "expand",
    "squeeze", "index", "take", "stack", "concat", "piece", "spread", "broadcast_like", "full",
)  # fmt: skip
