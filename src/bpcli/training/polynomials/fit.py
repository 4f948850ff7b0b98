"""A fitted polynomial: its coefficients, how certain they are, how it was found, and what it predicts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpcli.engine.notes import Note
from bpcli.numbers import full, show
from bpcli.training.polynomials import polynomial

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.data.kept import Kept
    from bpcli.training.polynomials.descent import Step
    from bpcli.training.polynomials.polynomial import Basis
    from bpcli.training.polynomials.reference import Reference

Array = NDArray[np.float64]

SAMPLE = 100_000  # rows that a basis is made orthogonal on, and that a picture shows


class Fit:
    """A fitted polynomial k0 + k1*x + ... and how it was found.

    parameters:      name -> coefficient, in the x of the data
    standard_errors: name -> standard error; nan where there are no degrees of freedom left
    scaled:          coefficients c0 .. cn in the basis that the descent ran in; `scaled_errors` belong to them
    x, y:            the rows, or SAMPLE of them at random where there are more
    ranges:          "x", "y", and "w" where rows have weights -> smallest and largest value of all rows
    losses:          mean squared error at every step from `began` on, each computed at that step
    shown:           the first steps in full
    curvature:       eigenvalues of the second derivative of the loss, smallest and largest
    """

    def __init__(self, kept: Kept, degree: int, basis: Basis, rate: float, curvature: tuple[float, float]) -> None:
        sample = kept.drawn(SAMPLE)
        self.x = sample["x"]
        self.y = sample["y"]
        self.ranges = {name: (kept.low[name], kept.high[name]) for name in kept.names}
        self.degree = degree
        self.basis = basis
        self.rate = rate
        self.curvature = curvature
        self.parameters: dict[str, float] = {}
        self.standard_errors: dict[str, float] = {}
        self.scaled: dict[str, float] = {}
        self.scaled_errors: dict[str, float] = {}
        self.losses: list[float] = []
        self.began = 0
        self.rate_given = False
        self.shown: list[Step] = []
        self.steps = 0
        self.stopped = ""
        self.rss = math.nan
        self.rmse = math.nan
        self.r2 = math.nan
        self.freedom = kept.rows - degree - 1
        self.reference: Reference | None = None
        self.warnings: list[Note] = []
        self.rows_used = kept.rows
        self.rows_skipped = 0
        self.skipped: tuple[tuple[int, str], ...] = ()
        self.source = ""
        self.x_name, self.y_name, self.w_name = "x", "y", "w"

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

    def told(self, order: int, value: float) -> float:
        """A coefficient as people are told it: 0 where what it adds to y is rounding."""
        high, width = max(map(abs, self.ranges["y"])) or 1.0, max(map(abs, self.ranges["x"]))
        return 0.0 if abs(value) * width**order < 1e-12 * high else value

    def rounded(self, digits: int) -> str:
        """The polynomial with few digits, but with as many as the curve needs to stay where it is.

        On years, say, the terms are large and cancel: six digits would draw another curve. What a
        coefficient adds to y beyond rounding decides whether it is shown as 0.
        """
        high = max(map(abs, self.ranges["y"])) or 1.0
        kept = [self.told(order, value) for order, value in enumerate(self.parameters.values())]
        points = np.linspace(*self.ranges["x"], 25)
        low_y, high_y = self.ranges["y"]
        allowed = max(1e-5 * (high_y - low_y), 1e-2 * self.rmse, 1e-9 * high)
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

    def beyond(self, x: Any) -> list[Note]:
        """What to know of the fitted values at x: a note where points lie outside the data, and nothing holds there."""
        points = np.asarray(x, dtype=np.float64)
        low, high = self.ranges["x"]
        outside = int(np.count_nonzero((points < low) | (points > high)))
        return [Note("fit-extrapolation", count=outside, low=low, high=high)] if outside else []

    def plot(self, path: str, *, language: str = "en") -> None:
        """Draw data, curve and residuals to a .svg, .png or .pdf file, by Matplotlib.

        Raises InputError for another ending and where Matplotlib is missing, OSError where it cannot be written.
        """
        from bpcli.render.plots.files import draw
        from bpcli.training.pictured import figure_of_fit

        draw(figure_of_fit(self), path, language)

    def to_dict(self) -> dict[str, Any]:
        """The JSON contract bpcli.fit/1."""
        from bpcli.render.json.fits import fit_dict

        return fit_dict(self)

    def __repr__(self) -> str:
        return f"Fit({self.equation}, {self.stopped} after {self.steps} steps)"
