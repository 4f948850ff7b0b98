"""What there is to see of a fit or a training: its rows, its curve, its residuals and its losses, as a figure."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bpcli.data.kept import Kept
from bpcli.engine.kernel import Kernel
from bpcli.numbers import DIGITS, show
from bpcli.training import figure as figures
from bpcli.training.figure import CURVE, DATA, FITTED, GUIDE, Figure, Panel, Series
from bpcli.training.loop.watch import DIVERGED
from bpcli.training.models.losses import LOSSES, PROBABILITY
from bpcli.training.polynomials.polynomial import written

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from bpcli.training.models.model import Model
    from bpcli.training.polynomials.fit import Fit
    from bpcli.training.training import Training

Array = NDArray[np.float64]

LONGEST = 240  # characters of a formula that stands above a picture
TENTHS = 10  # parts of [0, 1] in which predicted probabilities are held against what came


class Predicted(NamedTuple):
    """What of a model is held against data: the node that predicts, the columns it takes, and the one it is to meet."""

    node: int
    inputs: tuple[str, ...]
    target: str
    is_probability: bool


def figure_of_fit(fit: Fit, digits: int = DIGITS, losses: bool = False) -> Figure:
    """Data, curve and residuals of a polynomial; its losses too, or alone where it diverged."""
    diverged = fit.stopped == DIVERGED
    chosen = Kept.of({"x": fit.x, "y": fit.y}).drawn(figures.MOST_POINTS)
    x, y = chosen["x"], chosen["y"]
    panels: list[Panel] = []
    same = False
    if not diverged:
        grid = figures.over(*fit.ranges["x"])
        curves = [figures.line(FITTED, grid, fit.predict(grid))]
        height = np.ptp([*figures.ends(y.tolist(), curves[0].y)])
        if fit.reference is not None:
            other = fit.reference.predict(grid)
            same = bool(np.max(np.abs(other - curves[0].y)) < figures.APART * height) or not height
            if not same:
                curves.append(figures.line(figures.LEAST_SQUARES, grid, other))
        names = ("column", fit.x_name), ("column", fit.y_name)
        panels = _curve_and_residuals(
            CURVE, names, [figures.points(DATA, x, y)], curves, [figures.points(DATA, x, y - fit.predict(x))]
        )
    count = 0
    if losses or diverged:
        history, count = figures.history([*enumerate(fit.losses)])
        panels.append(history)
    return Figure(
        "" if diverged else _short(fit.rounded(digits)), tuple(panels), fit.rows_used,
        0 if diverged else len(x), 0, len(fit.losses), count, same,
    )  # fmt: skip


def figure_of_training(
    training: Training, names: Mapping[str, str] | None = None, digits: int = DIGITS, losses: bool = True
) -> Figure:
    """The rows of a training with what was found, and its losses; these alone where there is no prediction of rows.

    names: name in the model -> name of the column, where they differ
    """
    outcome, model = training.outcome, training.model
    panels: list[Panel] = []
    shown = 0
    predicted = None if outcome.stopped == DIVERGED else predicted_of(model)
    if predicted is not None and all(math.isfinite(value) for value in outcome.parameters.values()):
        panels, shown = _against_data(training, predicted, {**training.names, **(names or {})})
    steps = count = 0
    if losses or not panels:
        best = None
        if training.validation is not None and training.loop.past.best is not None and outcome.validations:
            best = min(outcome.validations, key=lambda each: each[1])
        batches = training.loop.batches.size > 0
        history, count = figures.history(outcome.losses, outcome.validations, best, batches)
        panels.append(history)
        steps = len(outcome.losses)
        schedule, setting = training.loop.plan.schedule, training.setting
        places = history.series[0].x[:-1]  # after the last there was no update
        if schedule is not None and places and (setting.schedule != "constant" or setting.warmup):
            panels.append(figures.rate_panel(places, [schedule(int(step)) for step in places], history.across))
    formula = ""
    if shown and outcome.powers:
        formula = f"y = {written([show(value, 10) for value in outcome.powers.values()], 'x')}"
    elif shown and model.predicted is not None:
        formula = outcome.rounded(digits, training.loss)
    rows = outcome.rows_used + outcome.rows_held_out
    return Figure(_short(formula), tuple(panels), rows, shown, training.setting.seed, steps, count)


def predicted_of(model: Model) -> Predicted | None:
    """What a model predicts of its rows: as it says itself, or p of a loss (p - t)^2; None where there is no such.

    >>> from bpcli.training.models.model import read_loss
    >>> model = read_loss("(w*x + b - t)^2", ["x", "t"])
    >>> predicted_of(model)[1:]
    (('x',), 't', False)
    """
    if model.of_tensors or not model.data:
        return None
    graph = model.program.graph
    node, target = model.answer, model.target
    columns = {graph.variables[name]: name for name in model.data}
    if target not in model.data or node is None:
        if model.residual is None or graph.op[model.residual] != "sub":
            return None
        left, right = graph.args[model.residual]
        target = columns.get(right) or columns.get(left, "")
        node = left if right in columns else right
        if not target or node in columns:
            return None
    marks = graph.reaches(node)
    inputs = tuple(name for name in model.data if marks[graph.variables[name]])
    known = LOSSES.get(model.loss_name)
    probability = model.probability is not None or (known is not None and known.takes == PROBABILITY)
    return Predicted(node, inputs, target, probability)


def _against_data(
    training: Training, predicted: Predicted, names: Mapping[str, str]
) -> tuple[list[Panel], int]:
    """The panels of data and residuals, and how many rows are in them."""
    target, rows = predicted.target, training.loss.rows
    parts = [(DATA, training.loss.columns)]
    if training.validation is not None:
        parts.append((figures.HELD_OUT, training.validation.columns))
        rows += training.validation.rows
    shown = 0
    data: list[Series] = []
    residuals: list[Series] = []
    places: list[Array] = []
    targets: list[Array] = []
    for key, columns in parts:
        kept = columns if isinstance(columns, Kept) else Kept.of(columns)
        share = round(figures.MOST_POINTS * kept.rows / max(rows, figures.MOST_POINTS))
        chosen = kept.drawn(max(share, 1), training.setting.seed)
        shown += len(chosen[target])
        says = _said(training, predicted, chosen)
        x = chosen[predicted.inputs[0]] if len(predicted.inputs) == 1 else says
        data.append(figures.points(key, x, chosen[target]))
        residuals.append(figures.points(key, x, chosen[target] - says))
        places.append(x)
        targets.append(chosen[target])
    target = names.get(target, target)
    curves: list[Series] = []
    if len(predicted.inputs) == 1:
        key = figures.PROBABILITY if predicted.is_probability else CURVE
        name = predicted.inputs[0]
        low, high = figures.ends(training.outcome.ranges[name], *(each.tolist() for each in places))
        grid = figures.over(low, high)
        curves.append(figures.line(FITTED, grid, _said(training, predicted, {name: grid})))
        x_axis = ("column", names.get(name, name))
        guides = [Series(GUIDE, figures.HALF, [low, high], [0.5, 0.5])] if predicted.is_probability else []
    else:
        x_axis = ("probability", target) if predicted.is_probability else ("predicted", target)
        key = figures.CALIBRATION if predicted.is_probability else figures.AGREEMENT
        if predicted.is_probability:
            curves.append(_shares(np.concatenate(places), np.concatenate(targets)))
        line = [0.0, 1.0] if predicted.is_probability else [*figures.ends(*(each.tolist() for each in places))]
        guides = [Series(GUIDE, figures.EQUAL, line, line)]
    axes = x_axis, (("column" if len(predicted.inputs) == 1 else "observed"), target)
    return _curve_and_residuals(key, axes, data, curves, residuals, guides), shown


def _said(training: Training, predicted: Predicted, columns: Mapping[str, Array]) -> Array:
    """What the model says at rows of its columns."""
    graph, outcome = training.model.program.graph, training.outcome
    kernel = Kernel(graph, [predicted.node], predicted.inputs)
    values = np.empty(len(next(iter(columns.values()))))
    with np.errstate(all="ignore"):
        given = {name: columns[name] for name in predicted.inputs}
        kernel.fill({**outcome.held, **outcome.parameters, **given}, [values])
    return values


def _shares(probability: Array, target: Array) -> Series:
    """For each tenth of the predicted probabilities, their mean and that of what came there."""
    tenth = np.minimum((probability * TENTHS).astype(np.intp), TENTHS - 1)
    held = [tenth == place for place in range(TENTHS)]
    x = [float(np.mean(probability[each])) for each in held if each.any()]
    y = [float(np.mean(target[each])) for each in held if each.any()]
    return Series(figures.LINE, figures.SHARE, x, y)


def _curve_and_residuals(
    key: str,
    axes: tuple[tuple[str, str], tuple[str, str]],
    data: list[Series],
    curves: list[Series],
    residuals: list[Series],
    guides: list[Series] | None = None,
) -> list[Panel]:
    """The data with what was found, and below it the residuals over the same axis."""
    up = figures.widened(*figures.seen(
        figures.ends(*(each.y for each in data)), figures.ends(*(each.y for each in curves or data))
    ))  # fmt: skip
    above = figures.panel(key, *axes, [*(guides or []), *data, *curves], up)
    return [above, figures.residual_panel(axes[0], axes[1][1], residuals, above.across)]


def _short(formula: str) -> str:
    """The formula, where it is no longer than a few lines of a picture."""
    return formula if len(formula) <= LONGEST and "\n" not in formula else ""
