"""How steeply the slope of a loss changes: what decides which learning rates fall and which do not."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from bpcli.training.models.compiled import MeanLoss

Array = NDArray[np.float64]

ROUNDS = 200
ENOUGH = 1e-10  # relative change of the eigenvalue from round to round
FEW = 12  # parameters up to which the largest curvature is that of the whole Hessian
MOST_EXACT = 60  # parameters up to which the whole Hessian is made


def hessian(loss: MeanLoss, at: Array) -> Array:
    """The second derivatives of the loss of the data: shape (parameters, parameters)."""
    columns = [loss.product(at, unit) for unit in np.eye(len(at))]
    matrix = np.stack(columns, axis=1)
    return (matrix + matrix.T) / 2


def largest(product: Callable[[Array], Array], size: int) -> float:
    """The largest eigenvalue of a symmetric matrix that is known by its products with vectors; nan where they are.

    Power iteration finds the one of largest size. Where that is negative, the same with the matrix shifted by it
    finds the largest of all.

    Source: Golub and Van Loan, Matrix Computations, section 8.2.1.

    >>> matrix = np.diag([3.0, -8.0, 1.0])
    >>> round(largest(lambda v: matrix @ v, 3), 6)
    3.0
    """
    found = _outermost(product, size)
    if not found < 0:
        return found
    shift = found
    return _outermost(lambda vector: product(vector) - shift * vector, size) + shift


def _outermost(product: Callable[[Array], Array], size: int) -> float:
    # A start that is orthogonal to nothing one meets, and the same every time.
    vector = 1 / np.sqrt(np.arange(2.0, size + 2))
    vector /= math.hypot(*vector.tolist())
    found = 0.0
    for _ in range(ROUNDS):
        image = product(vector)
        if not np.all(np.isfinite(image)):
            return math.nan
        before, found = found, float(vector @ image)
        length = math.hypot(*image.tolist())
        if length == 0:
            return 0.0
        if abs(found - before) <= ENOUGH * abs(found):
            break
        vector = image / length
    return found


def largest_curvature(loss: MeanLoss, at: Array) -> float:
    """The largest second derivative of the loss in any direction, by Hessian-vector products.

    On a parabola gradient descent with a rate above 2/this diverges; on another loss it does so nearby.
    """
    if not loss.model.parameters:
        return 0.0
    if len(at) <= FEW:
        # As many products as there are parameters, where the power iteration may take hundreds.
        matrix = hessian(loss, at)
        return float(np.linalg.eigvalsh(matrix)[-1]) if np.all(np.isfinite(matrix)) else math.nan
    return largest(lambda vector: loss.product(at, vector), len(at))


def extremes(loss: MeanLoss, at: Array) -> tuple[float, float, bool] | None:
    """The smallest curvature above rounding and the largest, of few parameters, and whether all others lie between.

    None of many parameters, and where the curvature is nan or nowhere above 0.
    """
    if not 0 < len(at) <= MOST_EXACT:
        return None
    matrix = hessian(loss, at)
    if not np.all(np.isfinite(matrix)):
        return None
    values = np.linalg.eigvalsh(matrix)
    high = float(values[-1])
    felt = values[values > high * 1e-13]
    return (float(felt[0]), high, len(felt) == len(values)) if high > 0 else None
