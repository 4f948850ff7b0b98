"""A polynomial fitted by gradient descent on the graph of its loss."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpcli.data.kept import Kept
from bpcli.engine.notes import Note
from bpcli.engine.twofold import Twofold, lifted
from bpcli.errors import InputError
from bpcli.language.reader import parse
from bpcli.training.given import LEAST, finite_column, refuse_size, refuse_weights
from bpcli.training.loop.watch import CONVERGED, DIVERGED, INTERRUPTED
from bpcli.training.optimizers import gradient_descent
from bpcli.training.outcomes.explained import explained
from bpcli.training.polynomials import polynomial
from bpcli.training.polynomials.descent import Standing, Step, descend
from bpcli.training.polynomials.fit import SAMPLE, Fit
from bpcli.training.polynomials.polynomial import Basis
from bpcli.training.polynomials.quadratic import Quadratic
from bpcli.training.polynomials.reference import MANY, Reference, factored, floats, gaps_between

Array = NDArray[np.float64]

STEPS = 10_000
MOST_DEGREE = 60
REST = 2000  # steps to the digits behind those of a float
FAR = 1e-6  # of the largest |y|: so far a curve that has converged may be from that of least squares
STEEPEST = 50.0  # condition of the curvature from which on the basis is made orthogonal on the data


class Fitting:
    """A fit in progress: iterate to descend, then read `fit`.

    kept:      the rows: columns x, y, and w where they have weights
    objective: the mean squared error as a quadratic; the rows are gone through once, and no step asks for them again
    """

    def __init__(
        self,
        kept: Kept,
        degree: int,
        *,
        rate: float | None = None,
        steps: int = STEPS,
        scale: bool = True,
        keep: int = 3,
        past: tuple[Standing, Array] | None = None,
    ) -> None:
        """Prepare the descent.

        kept:   finite numbers: `points` makes them of arrays
        rate:   learning rate in the basis of the descent; by default the best constant one
        steps:  most updates
        scale:  whether x is scaled and the basis chosen; False shows what happens without
        keep:   how many first steps are kept in full
        past:   where a descent stood that goes on, and the place of its objective

        Raises InputError for a degree or data that cannot be fitted.
        """
        if not kept.rows:
            raise InputError("no-points")
        for name in kept.names:
            # x is brought to -1 ... 1, however small it is.
            refuse_size(name, kept.low[name], kept.high[name], least=LEAST if name == "y" else 0.0)
        if degree != int(degree) or not 0 <= degree <= MOST_DEGREE:
            raise InputError("degree-range", degree=degree, most=MOST_DEGREE)
        self.kept = kept
        self.names = [f"c{order}" for order in range(degree + 1)]
        self.limit = steps
        self.keep = keep
        self.last: Step | None = None
        ends = np.array([kept.low["x"], kept.high["x"]])
        basis = polynomial.chebyshev(ends, degree) if scale else polynomial.powers(degree)
        self.objective, curvature = self._objective(basis)
        distinct = distinct_values(kept, degree + 1)
        if scale and distinct > degree and curvature[1] > STEEPEST * curvature[0]:
            basis = polynomial.orthogonal(kept.sample(SAMPLE)["x"], degree)
            self.objective, curvature = self._objective(basis)
        low, high = curvature
        # The constant rate that contracts the flattest and the steepest direction alike.
        best = 2 / (low + high) if high > 0 else 1.0
        self.fit = Fit(kept, degree, basis, best if rate is None else rate, curvature)
        self.start = Standing(0, np.zeros(len(self.names)))
        if past is not None:
            self.start, place = past
            self.objective.go_to(place)
        self.fit.began = self.start.number
        self.fit.rate_given = rate is not None
        self.standing = self.start, self.objective.place
        self.fit.freedom = max(0, kept.rows - min(distinct, degree + 1))
        warnings = self.fit.warnings
        if distinct <= degree:
            warnings.append(Note("fit-not-unique", degree=degree, needed=degree + 1, distinct=distinct))
        elif self.fit.freedom == 0:
            warnings.append(Note("fit-no-freedom", count=degree + 1))
        if not scale and degree > 1:
            warnings.append(Note("fit-not-scaled"))

    def _objective(self, basis: Basis) -> tuple[Quadratic, tuple[float, float]]:
        """The loss in a basis, and its smallest and largest curvature."""
        weighted = "w" in self.kept.names
        program = parse(basis.program(weighted), given=[*self.kept.names, *self.names])
        objective = Quadratic(program, self.names, self.kept, "w" if weighted else None)
        with np.errstate(all="ignore"):
            eigenvalues = np.linalg.eigvalsh(objective.hessian)
        high = float(eigenvalues[-1])
        # Directions that the data says nothing about have a curvature of 0; they do not move either.
        felt = eigenvalues[eigenvalues > high * 1e-13]
        return objective, (float(felt[0]) if len(felt) else 0.0, high)

    @property
    def fingerprint(self) -> str:
        """A short text that is the same for the same rows, to the last bit of what is summed up over them."""
        loss, gradient, hessian = self.objective.first
        sums = np.concatenate([[loss, self.kept.rows], gradient, hessian.ravel()])
        return hashlib.sha256(sums.astype("<f8").tobytes()).hexdigest()[:32]

    def __iter__(self) -> Iterator[Step]:
        fit = self.fit
        last: Step | None = None
        place = self.objective.place
        try:
            for last in descend(self.objective, self.start, gradient_descent(fit.rate), self.limit):
                # What this turn began with: the objective may have moved its place meanwhile.
                assert last.standing is not None
                self.standing, place = (last.standing, place), self.objective.place
                fit.losses.append(last.loss)
                if len(fit.shown) < self.keep:
                    fit.shown.append(last)
                self.last = last
                yield last
        except KeyboardInterrupt:
            if last is None:
                raise
            self.interrupt()
            return
        if last is not None:
            self._finish(last, last.stopped)

    def interrupt(self) -> None:
        """Complete the fit where the descent stands: somebody stopped asking for more."""
        if self.last is not None:
            self._finish(self.last, INTERRUPTED)

    def _finish(self, last: Step, stopped: str) -> None:
        fit = self.fit
        fit.steps, fit.stopped = last.number, stopped
        if stopped == DIVERGED:
            fit.warnings.append(Note("fit-diverged", steps=fit.steps, largest=fit.largest_rate, rate=fit.rate))
        fit.scaled = dict(zip(self.names, last.parameters.tolist(), strict=True))
        if not np.all(np.isfinite(last.parameters)):
            fit.parameters = {f"k{order}": math.nan for order in range(fit.degree + 1)}
            fit.standard_errors = dict(fit.parameters)
            fit.scaled_errors = dict.fromkeys(self.names, math.nan)
            return
        with np.errstate(all="ignore"):
            self._report(self._to_the_last_digit(lifted(last.parameters)))

    def _to_the_last_digit(self, at: Twofold) -> Twofold:
        """Where the descent goes on to when its parameters have twice the digits of a float.

        It is the same descent with the same rate; the rest of the gradient is taken from the rows.
        """
        fit = self.fit
        if fit.stopped != CONVERGED or not self.objective.keeps_twice_the_digits:
            return at
        hessian = self.objective.hessian
        for _ in range(2):
            _, left = self.objective.afresh(at)

            def slope(away: Array, left: Array = left) -> tuple[float, Array]:
                return 0.0, left + hessian @ away

            *_, last = descend(slope, np.zeros(len(left)), gradient_descent(fit.rate), REST)
            at = at + lifted(last.parameters)
        fit.scaled = dict(zip(self.names, at.high.tolist(), strict=True))
        return at

    def _report(self, at: Twofold) -> None:
        fit = self.fit
        raw = fit.basis.raw_of_twofold(at.high, at.low)
        fit.parameters = {f"k{order}": value for order, value in enumerate(raw)}
        # What the coefficients leave as floats, which is what people have of them.
        loss, _ = self.objective.afresh(lifted(at.high))
        weight = self.objective.weight
        fit.rss = loss * weight
        fit.rmse = math.sqrt(loss)
        total = self._spread()
        fit.r2 = explained(fit.rss, total)
        for role, name in (("x", fit.x_name), ("y", fit.y_name)):
            if fit.ranges[role][0] == fit.ranges[role][1] and (role == "y" or fit.degree > 0):
                fit.warnings.append(Note(f"fit-constant-{role}", name=name))
        self._judge(raw)
        away = polynomial.astray(raw, fit.predict(fit.x), fit.x)
        if away > polynomial.allowed_astray(fit.rmse, fit.ranges["y"]):
            fit.warnings.append(Note("fit-powers", x=fit.x_name, gap=away, rmse=fit.rmse))
        if fit.stopped not in (CONVERGED, DIVERGED):
            fit.warnings.append(Note("fit-not-converged", reason=fit.stopped))

    def _spread(self) -> float:
        """The sum of (y - mean of y)^2, with the weights of the rows."""
        loss, gradient, _ = self.objective.first
        mean = -0.5 * float(gradient[0])  # the first polynomial of every basis is 1
        if loss - mean * mean > 1e-6 * loss and self.kept.rows > MANY:
            return (loss - mean * mean) * self.objective.weight
        total = 0.0
        for block in self.kept.blocks():
            away = block["y"] - mean
            total += float(np.sum(away * away * block.get("w", 1.0)))
        return total if fit_varies(self.fit.ranges["y"]) else 0.0

    def _judge(self, raw: list[float]) -> None:
        """Standard errors and the least-squares reference, both by a route of their own."""
        fit = self.fit
        many = self.kept.rows > MANY
        own = factored(fit.basis, self.kept, self.objective.products if many else None)
        known = fit.stopped == CONVERGED  # they say nothing of a descent that stands elsewhere, nor measure its gaps
        errors = own.errors(np.eye(len(raw)), fit.rss, fit.freedom)
        fit.scaled_errors = {
            name: error if known else math.nan for name, error in zip(self.names, errors, strict=True)
        }
        basis, other = fit.basis, own
        if not many and basis.kind != polynomial.CHEBYSHEV:
            basis = polynomial.chebyshev(np.array(fit.ranges["x"]), fit.degree)
            other = factored(basis, self.kept)
        reference = basis.raw(other.solution)
        errors = other.errors(floats(basis.conversion()), fit.rss, fit.freedom)
        fit.standard_errors = {
            name: error if known else math.nan for name, error in zip(fit.parameters, errors, strict=True)
        }
        width, height = max(map(abs, fit.ranges["x"])), max(map(abs, fit.ranges["y"]))
        gaps = gaps_between(raw, reference, [*fit.standard_errors.values()], width, height)
        fit.reference = Reference(reference, gaps, basis, other.solution)
        places = np.linspace(*fit.ranges["x"], 100)
        away = float(np.max(np.abs(fit.predict(places) - fit.reference.predict(places))))
        if known and not other.singular and away > FAR * height:
            fit.warnings.append(Note("fit-far", gap=away))


def fit_varies(ends: tuple[float, float]) -> bool:
    """Whether a column holds more than one value."""
    return ends[0] < ends[1]


def distinct_values(kept: Kept, most: int) -> int:
    """How many different x there are; counted no further than `most`."""
    seen: Array = np.empty(0)
    for block in kept.blocks():
        seen = np.unique(np.concatenate([seen, block["x"]]))[:most]
        if len(seen) == most:
            break
    return len(seen)


def points(x: Any, y: Any, weights: Any = None) -> Kept:
    """Columns of equal length as the rows of a fit. Raises InputError."""
    given = {"x": x, "y": y} if weights is None else {"x": x, "y": y, "w": weights}
    return Kept.of(_columns(given))


def _columns(given: dict[str, Any]) -> dict[str, Array]:
    """Finite columns of one length. Raises InputError."""
    columns: dict[str, Array] = {}
    for name, values in given.items():
        column = finite_column("weights" if name == "w" else name, values)
        if len(column) != len(next(iter(columns.values()), column)):
            raise InputError("columns-differ", x=len(columns["x"]), name=name, y=len(column))
        columns[name] = column
    if "w" in columns:
        refuse_weights(columns["w"])
    return columns
