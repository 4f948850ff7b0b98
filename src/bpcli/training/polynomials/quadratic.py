"""A loss that is quadratic in its parameters: the rows are gone through once, and descent runs on what is left.

    L(w) = l + g (w - w0) + (w - w0) H (w - w0) / 2

l and g are loss and gradient at w0, H holds the second derivatives, which are the same everywhere: after one pass, loss
and gradient at any w cost O(parameters^2), however many rows there are. They are the numbers that a full pass gives.

Only rounding knows the difference: l cancels against the rest as the loss falls. Where it has fallen far, w0 moves to
where the descent stands, by another pass; and where the rows are few and the program is arithmetic, that pass has
twice the digits of a float.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpcli.calculus.degree import Degrees, is_quadratic
from bpcli.calculus.derivative import derivative
from bpcli.calculus.sweeps import forward, idle, reverse
from bpcli.engine.kernel import Kernel
from bpcli.engine.twofold import TWOFOLD, Twofold, exact_sum, lifted
from bpcli.errors import InputError
from bpcli.training.polynomials.objective import Objective

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.data.kept import Kept
    from bpcli.graph import Graph, Program

Array = NDArray[np.float64]

FALLEN = 1e-6  # of the loss at w0: below that it has lost six of its digits
FLATTER = 1e-8  # of the gradient at w0
FEW = 100_000  # rows that are gone through in twice the digits


class Quadratic:
    """The mean over rows of a program's output, which is of degree 2 in its parameters.

    hessian: the second derivatives of the loss, shape (parameters, parameters)
    first:   loss, gradient and second derivatives where all parameters are 0
    weight:  what the mean divides by: the number of rows, or the sum of their weights
    passes:  how often the rows were gone through
    """

    def __init__(
        self, program: Program, parameters: Sequence[str], kept: Kept, weights: str | None = None
    ) -> None:
        """program: its output is the loss of one row; what is no parameter is a column of `kept`.

        weights: the column of the weights that the program multiplies by; the mean is over their sum

        Raises ValueError where the loss is not quadratic in the parameters.
        """
        graph, output = program.graph, program.output
        nodes = [graph.variables[name] for name in parameters]
        if not is_quadratic(graph, output, nodes):
            raise ValueError("the loss is not quadratic in its parameters")
        self.program = program
        self.parameters = tuple(parameters)
        self.kept = kept
        self.passes = 0
        self.weight = float(kept.rows)
        if weights is not None:
            self.weight = float(sum(block[weights].sum() for block in kept.blocks()))
        self._nodes = nodes
        self._size = len(nodes)
        self._sums = _Sums(graph, output, nodes, self.parameters, kept.names)
        self._twofold = kept.rows <= FEW  # and the program is arithmetic, which the first pass tells
        self._place = lifted(np.zeros(self._size))
        self._loss = 0.0
        self._gradient = np.zeros(self._size)
        self.hessian = np.zeros((self._size, self._size))
        self._pass(np.zeros(self._size), True)
        self.first = self._loss, self._gradient, self.hessian
        if self._twofold:
            self._recentre(self._place)

    def __call__(self, at: Array) -> tuple[float, Array]:
        """The loss and its gradient at the parameters `at`."""
        away = (at - self._place.high) - self._place.low
        pull = self.hessian @ away
        gradient = self._gradient + pull
        loss = float(self._loss + away @ (self._gradient + 0.5 * pull))
        if self._is_used_up(loss, gradient):
            self._recentre(lifted(at))
            return self._loss, self._gradient.copy()
        return loss, gradient

    def _is_used_up(self, loss: float, gradient: Array) -> bool:
        if loss < FALLEN * self._loss:
            return True
        return self._twofold and bool(np.abs(gradient).max() < FLATTER * np.abs(self._gradient).max())

    @property
    def place(self) -> Array:
        """w0, where the rows were last gone through: rounding depends on it, and so does a descent that goes on."""
        place: Array = self._place.high
        return place

    def go_to(self, place: Array) -> None:
        """Go through the rows at this w0, if it is another."""
        if np.any(place != self._place.high):
            self._recentre(lifted(place))

    @property
    def products(self) -> Array:
        """Of a square r^2: the sums of products of the derivatives of r and, in the last place, of -r at 0."""
        loss, gradient, hessian = self.first
        corner = np.concatenate([hessian, -gradient[:, None]], axis=1)
        whole: Array = np.concatenate([corner, np.append(-gradient, 2 * loss)[None, :]]) * (self.weight / 2)
        return whole

    def sample(self, at: Array, count: int) -> list[dict[str, float]]:
        """The first rows at the parameters `at`, as `Objective.sample` has them."""
        first = next(self.kept.blocks())
        rows = {name: column[:count] for name, column in first.items()}
        return Objective(self.program, rows, self.parameters).sample(at, count)

    def afresh(self, at: Twofold) -> tuple[float, Array]:
        """Loss and gradient at parameters of twice the digits, from the rows."""
        self._recentre(at)
        return self._loss, self._gradient

    @property
    def keeps_twice_the_digits(self) -> bool:
        """Whether the rows are gone through in twice the digits of a float."""
        return self._twofold

    def _recentre(self, at: Twofold) -> None:
        """Go through the rows at other parameters."""
        if self._twofold:
            try:
                self._pass_twofold(at)
            except InputError:  # not by arithmetic alone
                self._twofold = False
        if not self._twofold:
            self._pass(at.high, False)
            at = lifted(at.high)
        self._place = at

    def _pass(self, at: Array, whole: bool) -> None:
        """Loss and gradient at `at`, and on the first pass the second derivatives."""
        with np.errstate(all="ignore"):
            loss, gradient, hessian = self._sums.over(self.kept, at, whole)
        self._loss = loss / self.weight
        self._gradient = gradient / self.weight
        if whole:
            self.hessian = hessian / self.weight
        self.passes += 1

    def _pass_twofold(self, at: Twofold) -> None:
        """Loss and gradient by the two loops over numbers of twice the digits."""
        graph, output = self.program.graph, self.program.output
        given: dict[int, Any] = {
            node: Twofold(high, low) for node, high, low in zip(self._nodes, at.high, at.low, strict=True)
        }
        skip = idle(graph, self._nodes)
        total = lifted(0.0)
        slopes = [lifted(0.0)] * self._size
        with np.errstate(all="ignore"):
            for block in self.kept.blocks():
                count = len(next(iter(block.values())))
                for name, column in block.items():
                    if name in graph.variables:
                        given[graph.variables[name]] = lifted(column)
                values = forward(graph, TWOFOLD, given, output + 1)
                adjoints = reverse(graph, TWOFOLD, values, output, lifted(1.0), skip)
                total = total + values[output].total(count)
                slopes = [
                    slope if adjoints[node] is None else slope + adjoints[node].total(count)
                    for slope, node in zip(slopes, self._nodes, strict=True)
                ]
        self._loss = float(total.high) / self.weight
        self._gradient = np.array([float(slope.high) for slope in slopes]) / self.weight
        self.passes += 1


class _Sums:
    """Sums over rows: of the loss, its gradient and its second derivatives.

    Where the loss of a row is v*r^2, r of degree 1 and v of degree 0, they are products of columns, of r and of its
    derivatives by the parameters; else they are the sums of the derivatives themselves.
    """

    def __init__(
        self, graph: Graph, output: int, nodes: Sequence[int], parameters: Sequence[str], columns: Sequence[str]
    ) -> None:
        self.parameters = parameters
        self.size = len(nodes)
        square = _square(graph, output, nodes)
        self.square = square is not None
        if square is not None:
            residual, weight = square
            slopes = derivative(graph, residual, list(nodes))
            self.outputs = [*slopes, residual, *([] if weight is None else [weight])]
            self.weighted = weight is not None
        else:
            slopes = derivative(graph, output, list(nodes))
            self.outputs = [output, *slopes]
            for place, slope in enumerate(slopes):
                self.outputs += derivative(graph, slope, list(nodes[place:]))
            self.weighted = False
        self.kernel = Kernel(graph, self.outputs, columns)
        self.short = Kernel(graph, self.outputs[: 1 + self.size], columns) if not self.square else self.kernel
        self._space = np.empty((0, 0))

    def over(self, kept: Kept, at: Array, whole: bool) -> tuple[float, Array, Array]:
        """Loss, gradient and second derivatives, each summed over the rows with what the roundings took."""
        given = dict(zip(self.parameters, at.tolist(), strict=True))
        size = self.size
        kernel = self.kernel if whole else self.short
        total: Any = None
        lost: Any = 0.0
        for block in kept.blocks():
            rows = len(next(iter(block.values())))
            if self._space.shape != (kernel.outputs, rows):
                self._space = np.empty((kernel.outputs, rows))
            space = self._space
            kernel.fill({**block, **given}, list(space))
            found = self._products(space, whole) if self.square else space.sum(axis=1)
            if total is None:
                total = found
            else:
                total, error = exact_sum(total, found)
                lost = lost + error
        total = total + lost
        if not self.square:
            hessian = np.zeros((size, size))
            if whole:
                hessian[np.triu_indices(size)] = total[1 + size :]
                hessian = hessian + np.triu(hessian, 1).T
            return float(total[0]), total[1 : 1 + size], hessian
        if whole:
            return float(total[size, size]), 2 * total[:size, size], 2 * total[:size, :size]
        return float(total[size]), 2 * total[:size], np.zeros((size, size))

    def _products(self, space: Array, whole: bool) -> Array:
        """Products of the columns with each other, or with the residual alone."""
        columns = space[: self.size + 1]
        others = columns if whole else columns[-1]
        if self.weighted:
            others = others * space[-1]
        return columns @ others.T


def _square(graph: Graph, output: int, nodes: Sequence[int]) -> tuple[int, int | None] | None:
    """r and v where the output is r^2 or v*r^2 with r of degree 1 and v of degree 0; v is None for 1."""
    degrees = Degrees(graph, output, nodes).of
    node, weight = output, None
    while graph.op[node] == "same":
        (node,) = graph.args[node]
    if graph.op[node] == "mul":
        left, right = graph.args[node]
        if left != right:
            if 0 not in (degrees[left], degrees[right]):
                return None
            weight, node = (left, right) if degrees[left] == 0 else (right, left)
    while graph.op[node] == "same":
        (node,) = graph.args[node]
    op, args = graph.op[node], graph.args[node]
    is_square = (op == "mul" and args[0] == args[1]) or (op == "powc" and graph.payload.get(args[1]) == 2)
    return (args[0], weight) if is_square and degrees[args[0]] == 1 else None
