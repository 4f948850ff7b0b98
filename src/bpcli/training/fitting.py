"""A polynomial fitted by gradient descent on the graph of its loss, and the report of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpcli.errors import InputError
from bpcli.numbers import full, show
from bpcli.training import polynomial
from bpcli.training.descent import CONVERGED, DIVERGED, INTERRUPTED, Step, descend
from bpcli.training.objective import Objective
from bpcli.training.optimizers import gradient_descent
from bpcli.training.polynomial import Basis

Array = NDArray[np.float64]

STEPS = 10_000
MOST_DEGREE = 60
LARGEST = 1e150  # of a value: its square is still a float
STEEPEST = 50.0  # condition of the curvature from which on the basis is made orthogonal on the data


class Reference:
    """The least-squares solution by another route (QR of the basis), which the descent never sees.

    gaps: |value - least squares| relative to the larger of the least-squares value and its standard error
    """

    __slots__ = ("gap", "gaps", "parameters")

    def __init__(self, parameters: list[float], gaps: list[float]) -> None:
        self.parameters = parameters
        self.gaps = gaps
        self.gap = max(gaps)


class Fit:
    """A fitted polynomial k0 + k1*x + ... and how it was found.

    parameters:      name -> coefficient, in the x of the data
    standard_errors: name -> standard error; nan where there are no degrees of freedom left
    scaled:          coefficients c0 .. cn in the basis that the descent ran in
    losses:          mean squared error at every step, each computed at that step
    shown:           the first steps in full
    curvature:       eigenvalues of the second derivative of the loss, smallest and largest
    """

    def __init__(
        self, x: Array, y: Array, degree: int, basis: Basis, rate: float, curvature: tuple[float, float]
    ) -> None:
        self.x = x
        self.y = y
        self.degree = degree
        self.basis = basis
        self.rate = rate
        self.curvature = curvature
        self.parameters: dict[str, float] = {}
        self.standard_errors: dict[str, float] = {}
        self.scaled: dict[str, float] = {}
        self.losses: list[float] = []
        self.shown: list[Step] = []
        self.steps = 0
        self.stopped = ""
        self.rss = math.nan
        self.rmse = math.nan
        self.r2 = math.nan
        self.freedom = len(x) - degree - 1
        self.reference: Reference | None = None
        self.warnings: list[str] = []
        self.rows_used = len(x)
        self.rows_skipped = 0
        self.skipped: tuple[tuple[int, str], ...] = ()
        self.source = ""
        self.x_name, self.y_name = "x", "y"

    @property
    def condition(self) -> float:
        """Largest over smallest curvature: how much longer the flattest direction takes than the steepest."""
        low, high = self.curvature
        return high / low if low > 0 else math.inf

    @property
    def largest_rate(self) -> float:
        """The learning rate from which on gradient descent no longer falls: 2 over the largest curvature."""
        return 2 / self.curvature[1] if self.curvature[1] > 0 else math.inf

    @property
    def model(self) -> str:
        """The polynomial with names for its coefficients."""
        return polynomial.written([f"k{order}" for order in range(self.degree + 1)], self.x_name)

    def rounded(self, digits: int) -> str:
        """The polynomial with few digits, but with as many as the curve needs to stay where it is.

        On years, say, the terms are large and cancel: six digits would draw another curve. What a
        coefficient adds to y beyond rounding decides whether it is shown as 0.
        """
        high = float(np.max(np.abs(self.y))) or 1.0
        width = float(np.max(np.abs(self.x)))
        kept = [
            0.0 if abs(value) * width**order < 1e-12 * high else value
            for order, value in enumerate(self.parameters.values())
        ]
        points = np.linspace(float(self.x.min()), float(self.x.max()), 25)
        allowed = max(1e-5 * float(np.ptp(self.y)), 1e-2 * self.rmse, 1e-9 * high)
        exact = self._horner(kept, points)
        for more in range(digits, 18):
            texts = [show(value, more) for value in kept]
            if np.max(np.abs(self._horner([float(text) for text in texts], points) - exact)) <= allowed:
                break
        return f"{self.y_name} = {polynomial.written(texts, self.x_name)}"

    @staticmethod
    def _horner(coefficients: list[float], points: Array) -> Array:
        total = np.zeros_like(points)
        for value in reversed(coefficients):
            total = total * points + value
        return total

    @property
    def equation(self) -> str:
        """The polynomial with its numbers, to the last bit, in our own language."""
        numbers = [full(value) for value in self.parameters.values()]
        return f"{self.y_name} = {polynomial.written(numbers, self.x_name)}"

    def predict(self, x: Any) -> Array:
        """The fitted values at x, by Horner's rule in the basis of the fit: shape of x."""
        points = np.asarray(x, dtype=np.float64)
        columns = self.basis.columns(points.ravel())
        values: Array = columns @ np.array(list(self.scaled.values()))
        return values.reshape(points.shape)

    def __repr__(self) -> str:
        return f"Fit({self.equation}, {self.stopped} after {self.steps} steps)"


class Fitting:
    """A fit in progress: iterate to descend, then read `fit`."""

    def __init__(
        self,
        x: Any,
        y: Any,
        degree: int,
        *,
        rate: float | None = None,
        steps: int = STEPS,
        scale: bool = True,
        keep: int = 3,
        make: type[Fit] = Fit,
    ) -> None:
        """Prepare the descent.

        x, y:   finite numbers of shape (rows,)
        rate:   learning rate in the basis of the descent; by default the best constant one
        steps:  most updates
        scale:  whether x is scaled and the basis chosen; False shows what happens without
        keep:   how many first steps are kept in full
        make:   Fit or a subclass of it

        Raises InputError for a degree or data that cannot be fitted.
        """
        columns = _columns(x, y)
        for name, column in zip(("x", "y"), columns, strict=True):
            largest = float(np.max(np.abs(column)))
            if largest > LARGEST:
                raise InputError("column-too-large", name=name, largest=largest)
        if degree != int(degree) or not 0 <= degree <= MOST_DEGREE:
            raise InputError("degree-range", degree=degree, most=MOST_DEGREE)
        self.names = [f"c{order}" for order in range(degree + 1)]
        self.limit = steps
        self.keep = keep
        basis = polynomial.chebyshev(columns[0], degree) if scale else polynomial.powers(degree)
        self.objective, curvature = self._objective(basis, columns)
        distinct = len(np.unique(columns[0]))
        if scale and distinct > degree and curvature[1] > STEEPEST * curvature[0]:
            basis = polynomial.orthogonal(columns[0], degree)
            self.objective, curvature = self._objective(basis, columns)
        low, high = curvature
        # The constant rate that contracts the flattest and the steepest direction alike.
        best = 2 / (low + high) if high > 0 else 1.0
        self.fit = make(*columns, degree, basis, best if rate is None else rate, curvature)
        if distinct <= degree:
            self.fit.warnings.append(
                f"degree {degree} needs {degree + 1} different x and the data has {distinct}: "
                "the coefficients are not the only ones that fit"
            )
        if not scale and degree > 1:
            self.fit.warnings.append("x is not scaled: the condition of the problem is that of raw powers")

    def _objective(self, basis: Basis, columns: tuple[Array, Array]) -> tuple[Objective, tuple[float, float]]:
        objective = Objective(basis.program(), {"x": columns[0], "y": columns[1]}, self.names)
        eigenvalues = np.linalg.eigvalsh(objective.curvature())
        high = float(eigenvalues[-1])
        # Directions that the data says nothing about have a curvature of 0; they do not move either.
        felt = eigenvalues[eigenvalues > high * 1e-13]
        return objective, (float(felt[0]) if len(felt) else 0.0, high)

    def __iter__(self) -> Iterator[Step]:
        fit = self.fit
        start = np.zeros(len(self.names))
        last: Step | None = None
        try:
            for last in descend(self.objective, start, gradient_descent(fit.rate), self.limit):
                fit.losses.append(last.loss)
                if len(fit.shown) < self.keep:
                    fit.shown.append(last)
                yield last
        except KeyboardInterrupt:
            if last is None:
                raise
            self._finish(last, INTERRUPTED)
            return
        if last is not None:
            self._finish(last, last.stopped)

    def _finish(self, last: Step, stopped: str) -> None:
        fit = self.fit
        fit.steps, fit.stopped = last.number, stopped
        parameters = last.parameters
        fit.scaled = dict(zip(self.names, parameters.tolist(), strict=True))
        if stopped == DIVERGED:
            fit.warnings.append(
                f"diverged after {fit.steps} steps: rates below {fit.largest_rate:.3g} fall, this one is {fit.rate:.3g}"
            )
        if not np.all(np.isfinite(parameters)):
            fit.parameters = {f"k{order}": math.nan for order in range(fit.degree + 1)}
            fit.standard_errors = dict(fit.parameters)
            return
        with np.errstate(all="ignore"):
            self._report(parameters)

    def _report(self, parameters: Array) -> None:
        fit = self.fit
        raw = fit.basis.raw(parameters)
        fit.parameters = {f"k{order}": value for order, value in enumerate(raw)}
        residuals = self.objective.residual("p", parameters) - fit.y
        fit.rss = float(residuals @ residuals)
        fit.rmse = math.sqrt(fit.rss / len(residuals))
        spread = fit.y - np.mean(fit.y)
        total = float(spread @ spread)
        fit.r2 = 1 - fit.rss / total if total > 0 else math.nan
        if total == 0:
            fit.warnings.append(f"{fit.y_name} is constant, so R² has no meaning")
        self._judge(raw)
        if fit.stopped not in (CONVERGED, DIVERGED):
            fit.warnings.append(f"not converged ({fit.stopped}): the parameters are where the descent stands")

    def _judge(self, raw: list[float]) -> None:
        """Standard errors and the least-squares reference, both from a QR of the basis in its own right."""
        fit = self.fit
        basis = polynomial.chebyshev(fit.x, fit.degree)
        columns = basis.columns(fit.x)
        solution: Array = np.linalg.lstsq(columns, fit.y, rcond=None)[0].astype(np.float64)
        reference = basis.raw(solution)
        triangle: Array = np.asarray(np.linalg.qr(columns, mode="r"))
        conversion = np.array([[float(value) for value in row] for row in basis.conversion()])
        errors = [math.nan] * len(raw)
        best = columns @ solution - fit.y
        if fit.freedom > 0 and np.all(np.abs(np.diag(triangle)) > 0) and len(triangle) == len(raw):
            deviation = math.sqrt(float(best @ best) / fit.freedom)
            # The covariance is s^2 A (R'R)^-1 A', with A the way back to powers of x.
            spread = np.linalg.solve(triangle.T, conversion.T)
            errors = (deviation * np.sqrt(np.sum(spread * spread, axis=0))).tolist()
        # They are those of the least-squares solution, and say nothing of a descent that stands elsewhere.
        known = errors if fit.stopped == CONVERGED else [math.nan] * len(raw)
        fit.standard_errors = dict(zip(fit.parameters, known, strict=True))
        height, width = float(np.max(np.abs(fit.y))), float(np.max(np.abs(fit.x)))
        gaps = []
        for order, (value, other, error) in enumerate(zip(raw, reference, errors, strict=True)):
            # A coefficient that is 0 but for rounding is measured by what it adds to y.
            size = max(abs(other), error if error == error else 0.0, 1e-9 * height / max(width, 1e-300) ** order)
            gaps.append(abs(value - other) / size if size else 0.0)
        fit.reference = Reference(reference, gaps)


def _columns(x: Any, y: Any) -> tuple[Array, Array]:
    """Two finite columns of one length. Raises InputError."""
    columns = []
    for name, given in (("x", x), ("y", y)):
        try:
            column = np.asarray(given, dtype=np.float64)
        except (TypeError, ValueError):
            raise InputError("column-not-numbers", name=name) from None
        if column.ndim != 1:
            raise InputError("column-shape", name=name, shape=column.shape)
        if not np.all(np.isfinite(column)):
            raise InputError("column-not-finite", name=name)
        columns.append(column)
    if len(columns[0]) != len(columns[1]):
        raise InputError("columns-differ", x=len(columns[0]), y=len(columns[1]))
    if not len(columns[0]):
        raise InputError("no-points")
    return columns[0], columns[1]
