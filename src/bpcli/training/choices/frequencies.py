"""Frequencies to begin with: of parameters inside a sine or cosine, from the spectrum of what was measured.

The loss has a valley for every period that is gained or lost over the data, so that a try has to be right to half a
period of all of them. The spectrum says where: the sum of what a cosine and a sine of each frequency explain.

Source: Lomb, Least-squares frequency analysis of unequally spaced data, Astrophysics and Space Science 39 (1976); for
rows that are nearly even, means over short cells and one Fourier transform give the same.
"""

from __future__ import annotations

import itertools
import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bpcli.calculus.derivative import derivative
from bpcli.engine.kernel import Kernel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bpcli.training.models.compiled import MeanLoss
    from bpcli.training.models.model import Model

Array = NDArray[np.float64]

WAVES = ("sin", "cos")
PEAKS = 6  # of a spectrum that are tried
COMBINATIONS = 30  # of peaks, where there are several frequencies
FINER = 4  # frequencies for each period that is gained over the data
MOST_CELLS = 1 << 20
DEGREES = (0, 1, 2)  # of what is taken off before: a mean, a trend, a bend
FEW = 600  # rows up to which the spectrum is that of least squares


class Frequency(NamedTuple):
    """A parameter that decides the angular frequency along a column: factor*value, or factor/value of a period."""

    place: int
    column: str
    factor: float
    period: bool

    def value(self, angular: float) -> float:
        """The parameter that has this angular frequency."""
        return self.factor / angular if self.period else angular / self.factor


def frequencies_in(model: Model, free: Sequence[int]) -> list[Frequency]:
    """The parameters, of those that are free, that alone decide how fast a sine or cosine turns along a column.

    >>> from bpcli.training.models.model import read_model
    >>> frequencies_in(read_model("A*sin(3*f*t + p)", ["t", "y"]), [0, 1, 2])
    [Frequency(place=1, column='t', factor=3.0, period=False)]
    """
    graph, nodes = model.program.graph, model.nodes
    waves = [graph.args[node][0] for node in range(model.program.output + 1) if graph.op[node] in WAVES]
    found: dict[int, Frequency] = {}
    for angle in dict.fromkeys(waves):
        reached = graph.reaches(angle)
        for column in model.data:
            if not reached[model.program.names[column]]:
                continue
            (slope,) = derivative(graph, angle, [model.program.names[column]])
            marks = graph.reaches(slope)
            decisive = [place for place, node in enumerate(nodes) if node < len(marks) and marks[node]]
            varies = any(marks[model.program.names[name]] for name in model.data if model.program.names[name] <= slope)
            if len(decisive) != 1 or varies or decisive[0] not in free or decisive[0] in found:
                continue
            place = decisive[0]
            at = [_value(model, slope, model.parameters[place], value) for value in (1.0, 2.0, 4.0)]
            if not all(map(math.isfinite, at)) or at[0] == 0:
                continue
            for period, ratio in ((False, 2.0), (True, 0.5)):
                if all(abs(b - ratio * a) <= 1e-12 * abs(b) for a, b in itertools.pairwise(at)):
                    found[place] = Frequency(place, column, at[0], period)
    return [*found.values()]


def _value(model: Model, node: int, name: str, value: float) -> float:
    kernel = Kernel(model.program.graph, [node], [])
    found = np.empty(1)
    with np.errstate(all="ignore"):
        kernel.fill({**model.constants, name: value}, [found])
    return float(found[0])


def tries(loss: MeanLoss, frequencies: Sequence[Frequency]) -> Iterator[dict[int, float]]:
    """Values for these parameters, by place, from the peaks of the spectrum: the highest first."""
    model = loss.model
    if model.target not in loss.columns or not frequencies:
        return
    measured = np.asarray(loss.columns[model.target], dtype=np.float64)
    peaks = {
        name: spectrum_peaks(np.asarray(loss.columns[name], dtype=np.float64), measured)
        for name in {each.column for each in frequencies}
    }
    chosen: list[list[float]] = [peaks[each.column] for each in frequencies]
    if len(frequencies) == 1:
        combinations: Iterator[tuple[float, ...]] = ((angular,) for angular in chosen[0])
    else:
        # Two sines of one frequency along the same column are one.
        combinations = (each for each in itertools.product(*chosen) if len({*each}) > 1)
        combinations = itertools.islice(combinations, COMBINATIONS)
    for combination in combinations:
        yield {each.place: each.value(angular) for each, angular in zip(frequencies, combination, strict=True)}


def spectrum_peaks(x: Array, y: Array) -> list[float]:
    """Angular frequencies at which y has most of its variation along x: of y less its mean, a trend and a bend.

    Up to half a period in the typical distance of neighbours.

    >>> x = np.arange(200.0)
    >>> round(spectrum_peaks(x, 5 + np.sin(1.25*x))[0], 2)
    1.25
    """
    order = np.argsort(x, kind="stable")
    x, y = x[order], y[order]
    width = float(x[-1] - x[0]) if len(x) else 0.0
    apart = np.diff(x)
    apart = apart[apart > width * 1e-12]
    if not width > 0 or not math.isfinite(width) or len(apart) < 2:
        return []
    distance = max(float(np.median(apart)), width / MOST_CELLS)
    place = (x - x[0]) / width
    rests = []
    for degree in DEGREES[: len(apart) - 1]:
        basis = np.polynomial.legendre.legvander(2 * place - 1, degree)
        rests.append(y - basis @ np.linalg.lstsq(basis, y, rcond=None)[0])
    spectrum = _by_squares if len(x) <= FEW else _by_cells
    periods, powers = spectrum(place, np.stack(rests, axis=1), width / distance)
    found: list[list[float]] = []
    for power in powers.T:
        inner = (power[1:-1] >= power[:-2]) & (power[1:-1] > power[2:])
        high = 1 + np.flatnonzero(inner)
        high = high[np.argsort(-power[high], kind="stable")][:PEAKS]
        found.append((2 * math.pi / width * periods[high]).tolist())
    # A frequency that stands out whatever was taken off comes once.
    kept: list[float] = []
    for angular in itertools.chain(*itertools.zip_longest(*found)):
        if angular and all(abs(angular - other) * width > math.pi / FINER for other in kept):
            kept.append(angular)
    return kept[: 2 * PEAKS]


def _by_squares(place: Array, rests: Array, most: float) -> tuple[Array, Array]:
    """Periods over the width, up to most/2, and the squares that a cosine and a sine with so many explain.

    Shapes: rests (rows, k) -> (periods,), (periods, k)
    """
    periods = np.arange(1, max(3, math.ceil(FINER * most / 2)) + 2) / FINER
    periods = periods[: FINER * 8 * FEW]
    power = np.empty((len(periods), rests.shape[1]))
    # In blocks, so that memory stays small.
    block = max(1, 1_000_000 // len(place))
    for first in range(0, len(periods), block):
        angle = 2 * math.pi * np.outer(periods[first : first + block], place)
        cosine, sine = np.cos(angle), np.sin(angle)
        cc, ss, cs = (np.sum(a * b, axis=1)[:, None] for a, b in ((cosine, cosine), (sine, sine), (cosine, sine)))
        cy, sy = cosine @ rests, sine @ rests
        below = cc * ss - cs * cs
        explained = (ss * cy * cy - 2 * cs * cy * sy + cc * sy * sy) / np.where(below > 0, below, 1.0)
        # At half a period in each distance one of the two is 0 throughout.
        power[first : first + block] = np.where(below > 1e-6 * len(place) ** 2, explained, 0.0)
    return periods, power


def _by_cells(place: Array, rests: Array, most: float) -> tuple[Array, Array]:
    """The same of very many rows: their sums in cells of half the typical distance, and one transform of them."""
    cells = min(MOST_CELLS, 1 << math.ceil(math.log2(max(2 * most, 16))))
    last = min(FINER * cells // 2, math.ceil(FINER * most / 2) + 2)
    at = np.minimum((place * cells).astype(np.intp), cells - 1)
    sums = (np.bincount(at, weights=rest, minlength=cells) for rest in rests.T)
    powers = [np.abs(np.fft.rfft(each, FINER * cells)[:last]) ** 2 for each in sums]
    return np.arange(last) / FINER, np.stack(powers, axis=1)
