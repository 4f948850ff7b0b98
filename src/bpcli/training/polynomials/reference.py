"""The least-squares solution by another route, which the descent never sees, and the standard errors that belong to it.

The route is an orthogonal factorization: of the columns themselves, or where there are very many rows by the Cholesky
factor of their products, which is the same triangle.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from bpcli.data.kept import Kept
    from bpcli.training.polynomials.polynomial import Basis

Array = NDArray[np.float64]

MANY = 200_000  # rows from which on products are factorized


class Reference:
    """The least-squares solution, and how far the descent is from it.

    gaps: |value - least squares| relative to the larger of the least-squares value and its standard error
    """

    __slots__ = ("_basis", "_solution", "gap", "gaps", "parameters")

    def __init__(self, parameters: list[float], gaps: list[float], basis: Basis, solution: Array) -> None:
        """basis, solution: the same polynomial where its terms do not cancel."""
        self.parameters = parameters
        self.gaps = gaps
        self.gap = max(gaps)
        self._basis = basis
        self._solution = solution

    def predict(self, x: Array) -> Array:
        """The values of least squares at the points x."""
        values: Array = self._basis.columns(x) @ self._solution
        return values


class Factored(NamedTuple):
    """The triangle R of the columns B = Q R of a basis, the solution of least squares, and what is singular.

    singular: whether the columns depend on each other, so that other solutions are as good
    """

    solution: Array
    triangle: Array
    singular: bool

    def errors(self, change: Array, rss: float, freedom: int) -> list[float]:
        """Standard errors of `change` times the solution: the roots of s^2 A (R'R)^-1 A'. nan where there are none."""
        if freedom <= 0 or self.singular:
            return [math.nan] * len(change)
        spread = np.linalg.solve(self.triangle.T, change.T)
        errors: list[float] = (math.sqrt(rss / freedom) * np.sqrt(np.sum(spread * spread, axis=0))).tolist()
        return errors


def factored(basis: Basis, kept: Kept, products: Array | None = None) -> Factored:
    """Least squares of y on a basis in x over all rows; a column w has their weights.

    products: the sums of products of the columns of the basis and of y, where the rows are not to be gone through
    """
    size = basis.degree + 1
    if products is None:
        rows = kept.sample(kept.rows)
        both = np.concatenate([basis.columns(rows["x"]), rows["y"][:, None]], axis=1)
        if "w" in rows:
            both = both * np.sqrt(rows["w"])[:, None]
        triangle: Array = np.asarray(np.linalg.qr(both, mode="r"))
    else:
        products = products.copy()
        # Its last entry is what is left of y, and may be 0 but for rounding.
        products[size, size] *= 1 + 1e-12
        try:
            triangle = np.asarray(np.linalg.cholesky(products).T)
        except np.linalg.LinAlgError:
            values, vectors = np.linalg.eigh(products)
            triangle = np.asarray(np.linalg.qr((vectors * np.sqrt(np.maximum(values, 0.0))).T, mode="r"))
    left, right = triangle[:size, :size], triangle[:size, size]
    singular = is_singular(left)
    solution = np.linalg.lstsq(left, right, rcond=None)[0] if singular else np.linalg.solve(left, right)
    return Factored(np.asarray(solution, dtype=np.float64), left, singular)


def is_singular(triangle: Array) -> bool:
    """Whether a column is one of those before it, but for rounding."""
    diagonal = np.abs(np.diag(triangle))
    return triangle.shape[0] < triangle.shape[1] or bool(diagonal.min() <= 1e-14 * diagonal.max())


def gaps_between(
    values: Sequence[float], others: Sequence[float], errors: Sequence[float], width: float, height: float
) -> list[float]:
    """How far coefficients are from others, each relative to the larger of the other value and its standard error.

    width, height: the largest |x| and |y|: a coefficient that is 0 but for rounding is measured by what it adds to y
    """
    gaps = []
    for order, (value, other, error) in enumerate(zip(values, others, errors, strict=True)):
        power = width**order
        size = max(abs(other), error if error == error else 0.0, 1e-9 * height / power if power else 0.0)
        gaps.append(abs(value - other) / size if size else 0.0)
    return gaps


def floats(matrix: Sequence[Sequence[Fraction]]) -> Any:
    """An exact matrix as floats."""
    return np.array([[float(value) for value in row] for row in matrix])
