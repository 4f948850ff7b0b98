"""A model over the rows of its data, compiled: loss and gradient, residuals and Jacobian, second derivatives.

The loss of the data is the mean over rows (or the sum) of the loss of one row, plus ridge * (sum of squared
parameters). Its gradient is the same mean of the gradients of rows, which the derivative graph of one row gives.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpcli.calculus.derivative import derivative
from bpcli.data.kept import Kept
from bpcli.engine.summed import SHORT, dot
from bpcli.engine.totals import Totals, added

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bpcli.training.models.model import Model

Array = NDArray[np.float64]

MEAN, SUM = "mean", "sum"
FEW = 4096  # rows up to which a table is reduced by Householder's way
APART = 1e6  # condition of columns of length 1; the way by products needs 1e8 at most


class MeanLoss:
    """The loss of the data as a function of the parameters, with its gradient.

    columns: of the rows, for the names of `model.data`: arrays of shape (rows,), or rows that are kept
    ridge:   weight of the sum of squared parameters, which is added to the loss
    reduce:  MEAN or SUM over the rows
    """

    def __init__(
        self, model: Model, columns: Mapping[str, Array], *, ridge: float = 0.0, reduce: str = MEAN
    ) -> None:
        self.model = model
        self.columns = kept(columns, {name: name for name in model.data})
        self.ridge = ridge
        self.reduce = reduce
        self.rows = self.columns.rows if self.columns else 1
        self.evaluations = 0
        program = model.program
        slopes = derivative(program.graph, program.output, model.nodes)
        self._totals = Totals(program.graph, [program.output, *slopes], self.columns)
        self._value: Totals | None = None
        self._product: Totals | None = None
        self._slopes = slopes

    def __call__(self, at: Array, rows: NDArray[np.intp] | None = None) -> tuple[float, Array]:
        """Loss and gradient at the parameters `at`; of some rows alone, where their indices are given."""
        self.evaluations += 1
        loss, *slopes = self._totals.sums(self.singles(at), rows)
        weight = self._weight(rows)
        with np.errstate(all="ignore"):
            gradient = np.array(slopes, dtype=np.float64) * weight + 2 * self.ridge * at
            return loss * weight + self.ridge * float(at @ at), gradient

    def value(self, at: Array) -> float:
        """The loss alone."""
        if self._value is None:
            program = self.model.program
            self._value = Totals(program.graph, [program.output], self.columns)
        self.evaluations += 1
        with np.errstate(all="ignore"):
            return self._value.sums(self.singles(at))[0] * self._weight(None) + self.ridge * float(at @ at)

    def singles(self, at: Array) -> dict[str, float]:
        """Parameters and constants by name."""
        return {**self.model.constants, **dict(zip(self.model.parameters, at.tolist(), strict=True))}

    def product(self, at: Array, direction: Array) -> Array:
        """The Hessian at `at` times a direction: the gradient of (gradient * direction), differentiated once more.

        Source: Pearlmutter, Fast exact multiplication by the Hessian, Neural Computation 6 (1994).
        """
        model = self.model
        names = [f"direction {name}" for name in model.parameters]
        if self._product is None:
            graph = model.program.graph
            along = graph.const(0)
            for slope, name in zip(self._slopes, names, strict=True):
                along = graph.add("add", (along, graph.add("mul", (slope, graph.variable(name)))))
            self._product = Totals(graph, derivative(graph, along, model.nodes), self.columns)
        singles = {**self.singles(at), **dict(zip(names, direction.tolist(), strict=True))}
        with np.errstate(all="ignore"):
            found = np.array(self._product.sums(singles), dtype=np.float64)
            return found * self._weight(None) + 2 * self.ridge * direction

    def predictions(self, at: Array, node: int) -> Array:
        """A node of the model at every row: shape (rows,)."""
        return np.concatenate(self.reduced(at, [node], lambda results: results[0].copy()))

    def reduced(self, at: Array, nodes: Sequence[int], reduce: Callable[[list[Array]], Any]) -> list[Any]:
        """What `reduce` makes of the values of some nodes in each block of rows, in order."""
        return Totals(self.model.program.graph, nodes, self.columns).reduced(self.singles(at), reduce)

    def undefined(self, at: Array) -> tuple[int, int]:
        """The first row whose loss is no number, and how many there are; 0 and 0 where all are numbers."""

        def judged(results: list[Array]) -> tuple[int, int, int]:
            bad = ~np.isfinite(results[0])
            return int(np.argmax(bad)), int(np.count_nonzero(bad)), len(bad)

        passed, row, count = 0, 0, 0
        for first, bad, rows in self.reduced(at, [self.model.program.output], judged):
            if bad and not count:
                row = passed + first
            count, passed = count + bad, passed + rows
        return row, count

    def row(self, place: int) -> dict[str, float]:
        """The columns of one row."""
        return {name: float(column[0]) for name, column in self.columns.at(np.array([place])).items()}

    def weights_hold(self) -> bool:
        """Whether no row has a negative weight; so where rows have none."""
        node = self.model.weights
        return node is None or all(self.reduced(self._origin, [node], lambda results: bool(np.all(results[0] >= 0))))

    def length_of_target(self) -> float:
        """The length of the column that is predicted, each square times the weight of its row; 0 where it is none."""
        model = self.model
        if model.target not in self.columns:
            return 0.0
        nodes = [model.program.names[model.target], *([] if model.weights is None else [model.weights])]

        def length(results: list[Array]) -> float:
            column = results[0] if model.weights is None else results[0] * np.sqrt(results[1])
            largest = float(np.max(np.abs(column), initial=0.0))
            return largest * float(np.linalg.norm(column / largest)) if 0 < largest < math.inf else largest

        return math.hypot(*self.reduced(self._origin, nodes, length))

    @property
    def _origin(self) -> Array:
        return np.zeros(len(self.model.parameters))

    def _weight(self, rows: NDArray[np.intp] | None) -> float:
        return 1.0 if self.reduce == SUM else 1 / (self.rows if rows is None else len(rows))


def kept(columns: Mapping[str, Array], names: Mapping[str, str]) -> Kept:
    """Some columns under other names, new name -> name here, as rows to go through; arrays are not copied."""
    if isinstance(columns, Kept):
        return columns.chosen(names)
    return Kept.of({name: np.ascontiguousarray(columns[column], np.float64) for name, column in names.items()})


def factor(columns: list[Array]) -> Array:
    """The R of a QR decomposition of the table with these columns: shape (columns, columns), nan where an entry is.

    Of many rows, R comes from the products of the columns, and once more from those of what it leaves of them, which
    corrects it to the digits of Householder's way in a third of the time. Columns that are nearly dependent are not fit
    for that.

    Source: Yamamoto, Nakatsukasa, Yanagisawa and Fukaya, Roundoff error analysis of the CholeskyQR2 algorithm,
    Electronic Transactions on Numerical Analysis 44 (2015).
    """
    table = np.stack(columns)
    size = len(table)
    if not np.all(np.isfinite(table)):
        return np.full((size, size), math.nan)
    if table.shape[1] > FEW:
        found = _by_products(table)
        if found is not None:
            return found
    return np.asarray(np.linalg.qr(table.T, mode="r"), dtype=np.float64)


def _by_products(table: Array) -> Array | None:
    """R from the products of rows of `table`; None where they are too nearly dependent, or beyond floats."""
    with np.errstate(all="ignore"):
        products = _products(table)
        lengths = np.sqrt(np.diag(products))
        if not (np.all(np.isfinite(products)) and lengths.min() > 0):
            return None
        try:
            first = np.linalg.cholesky(products / lengths / lengths[:, None])
            if np.linalg.cond(first) > APART:
                return None
            second = np.linalg.cholesky(_products(np.linalg.inv(first) @ (table / lengths[:, None])))
        except np.linalg.LinAlgError:
            return None
    return np.asarray((first @ second).T * lengths)


def _products(table: Array) -> Array:
    """The products of rows with each other, in pieces that BLAS does not share among threads of its own."""
    pieces = [table[:, start : start + SHORT] for start in range(0, table.shape[1], SHORT)]
    return np.asarray(sum(piece @ piece.T for piece in pieces))


class Residuals:
    """The residuals of a loss that is a sum of squares, and their Jacobian, which comes from the derivative graph.

    The squares are weighted so that their sum is rows * (mean loss): with a ridge, it adds a row for each parameter.
    """

    def __init__(self, loss: MeanLoss) -> None:
        model = loss.model
        assert model.residual is not None
        graph = model.program.graph
        self.loss = loss
        nodes = derivative(graph, model.residual, model.nodes)
        self._both = Totals(graph, [*nodes, model.residual], loss.columns)
        self._alone = Totals(graph, [model.residual], loss.columns)
        self._scale = math.sqrt(model.weight)
        self._ridge = math.sqrt(loss.rows * loss.ridge)

    @property
    def level(self) -> float:
        """The length of the column that the model predicts, in the units of the residuals; 0 where it is not known."""
        return self._scale * self.loss.length_of_target()

    def squares(self, at: Array) -> float:
        """The sum of squared residuals; inf or nan where one is."""
        with np.errstate(all="ignore"):
            parts = self._alone.reduced(self.loss.singles(at), lambda results: dot(results[0], results[0]))
            return self.loss.model.weight * added(parts) + float(at @ at) * self._ridge**2

    def triangle(self, at: Array) -> Array:
        """The R of a QR decomposition of [J r]: shape (parameters + 1, parameters + 1), nan where an entry is.

        Each block of rows is reduced to its triangle, and these to one, so that memory does not grow with the rows.
        """
        size = len(at) + 1
        parts = [self._scale * part for part in self._both.reduced(self.loss.singles(at), factor)]
        if self._ridge:
            parts.append(self._ridge * np.column_stack([np.eye(size - 1), at]))
        whole = parts[0] if len(parts) == 1 else np.vstack(parts)
        if not np.all(np.isfinite(whole)):
            return np.full((size, size), math.nan)
        if len(parts) > 1:
            whole = np.asarray(np.linalg.qr(whole, mode="r"))
        padded = np.zeros((size, size))
        padded[: len(whole)] = whole
        return padded

    def jacobian(self, at: Array) -> tuple[Array, Array]:
        """J of shape (rows, parameters) and r of shape (rows,), without ridge; for few rows."""
        parts = self._both.reduced(self.loss.singles(at), lambda results: np.stack(results, axis=1))
        table = self._scale * np.concatenate(parts)
        return table[:, :-1], table[:, -1]
