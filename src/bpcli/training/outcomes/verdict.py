"""What a training came to: whether the end is a minimum, and what is to be known of it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bpcli.engine.totals import added
from bpcli.numbers import show
from bpcli.training.loop.watch import BOUNCING, CONVERGED, DIVERGED, INTERRUPTED, STEP_LIMIT, STUCK
from bpcli.training.models.losses import LOGIT, LOSSES, PROBABILITY, takes_logits
from bpcli.training.models.tensors import TensorLoss, is_quadratic_model
from bpcli.training.optimizers import LEVENBERG
from bpcli.training.outcomes.explained import explained
from bpcli.training.outcomes.neurons import idle_neurons
from bpcli.training.outcomes.outcome import judge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.training.loop.turns import Turn
    from bpcli.training.training import Training

Array = NDArray[np.float64]

LITTLE = 0.1  # of R², below which a minimum that was come to may not be the lowest
LITTLE_WAY = 1e-6  # of a parameter, by which a step looks over the edge of where the model has values
SMALLER = 40  # halvings of a scale that overflows
SURE = 1e-6  # of a mean loss of probabilities: below it every row is told but for rounding


def finish(training: Training, number: int, parameters: Array, stopped: str, last: Turn | None) -> None:
    """Complete the outcome: what was found, why it stopped, and what is to be known of both."""
    outcome, past = training.outcome, training.loop.past
    outcome.steps, outcome.stopped = number, stopped
    if past.best is not None and training.validation is not None and stopped != DIVERGED:
        parameters = past.best
        outcome.final_validation = past.best_loss
        if past.best_step != number:
            outcome.note("best", step=past.best_step)
    elif training.validation is not None and stopped != DIVERGED:
        outcome.final_validation = training.validation.value(parameters)
    outcome.final_norm = math.nan if last is None else last.norm
    outcome.cornered = training.loop.cornered
    judge(outcome, training.loss, parameters)
    _look_at_singles(training, parameters)
    if isinstance(training.loss, TensorLoss) and last is not None and np.all(np.isfinite(parameters)):
        for idle in idle_neurons(training.loss, parameters, last.gradient):
            outcome.note(idle.kind, name=idle.name, count=idle.some, total=idle.total)
    if stopped == CONVERGED and number == 0 and outcome.final_norm == 0 and not _is_least(training, outcome.final_loss):
        # Where nothing moves from the start it may be a minimum, or zeros that hold each other.
        outcome.stopped = STUCK
    if stopped == CONVERGED and any(note.kind == "flat" for note in outcome.notes):
        # A slope of 0 on a plain is no minimum.
        outcome.stopped = STUCK
    if outcome.stopped in (CONVERGED, STUCK) and _is_separated(training, parameters):
        outcome.stopped = STUCK
        outcome.note("separated", name=training.model.target)
    if takes_logits(training.model.loss_name) and _looks_like_probability(training, parameters):
        outcome.note("logits", loss=training.setting.loss)
    if outcome.stopped == STUCK and last is not None and outcome.final_norm > 0:
        _look_over_the_edge(training, parameters, last.gradient)
    if outcome.stopped == CONVERGED and _may_be_local(training, parameters):
        outcome.note("local minimum", r2=outcome.r2)
    if stopped == DIVERGED and not _overflowed(training, last):
        outcome.note("diverged", **training.advice())
    if outcome.stopped == STUCK and outcome.final_norm == 0 and (outcome.rate or 0) > outcome.largest_rate:
        outcome.note("above limit", rate=outcome.rate, largest=outcome.largest_rate, half=outcome.largest_rate / 2)
    if _bounces(training, stopped, last):
        outcome.note("bouncing", **training.advice())
    if stopped == STEP_LIMIT and not training.setting.zero:
        outcome.note("gathered")
    cornered = outcome.stopped == STUCK and training.model.has_corners
    if outcome.stopped in (STEP_LIMIT, STUCK, BOUNCING, INTERRUPTED) and not cornered and not outcome.is_of_best:
        searched = outcome.optimizer == LEVENBERG and outcome.stopped != INTERRUPTED
        given = searched and training.start.tried == 0 and bool(training.loss.columns)
        outcome.note("not converged given" if given else "not converged")


def _looks_like_probability(training: Training, at: Array) -> bool:
    """Whether the model lies between 0 and 1 at every row and spans much of that, as a logit hardly does."""
    node = training.model.predicted
    if node is None or not np.all(np.isfinite(at)):
        return False
    ends = training.loss.reduced(at, [node], lambda results: (float(np.min(results[0])), float(np.max(results[0]))))
    low, high = min(low for low, _ in ends), max(high for _, high in ends)
    return bool(low >= 0 and high <= 1 and high - low > 0.25)


def _is_separated(training: Training, at: Array) -> bool:
    """Whether classes are told apart in every row, and all but surely: larger parameters are better without end."""
    model, loss = training.model, training.loss
    known = LOSSES.get(model.loss_name)
    if known is None or known.takes not in (PROBABILITY, LOGIT) or model.answer is None or loss.ridge:
        return False
    if model.target not in loss.columns or not training.outcome.final_loss < SURE:
        return False
    nodes = [model.answer, model.program.names[model.target]]

    def right(results: list[Array]) -> bool:
        told, measured = results
        return bool(np.all((measured == 0) & (told < 0.5) | (measured == 1) & (told > 0.5)))

    return all(loss.reduced(at, nodes, right))


def _look_over_the_edge(training: Training, at: Array, gradient: Array) -> None:
    """Notes rows in which the model has no value a little further down: there the way ends, and at no minimum."""
    loss = training.loss
    if isinstance(loss, TensorLoss) or not loss.columns or not np.all(np.isfinite(at)):
        return
    row, count = loss.undefined(at - LITTLE_WAY * np.maximum(np.abs(at), 1.0) * np.sign(gradient))
    if count and not loss.undefined(at)[1]:
        values = loss.row(row)
        used = training.model.inputs_of_prediction or [*values]
        shown = ", ".join(f"{name} = {show(values[name])}" for name in used if name in values)
        training.outcome.note("edge", count=count, rows=loss.rows, values=shown)


def _may_be_local(training: Training, at: Array) -> bool:
    """Whether so little of the data is explained that there may be a lower minimum elsewhere."""
    model = training.model
    searched = training.start.tried > 0 and not is_quadratic_model(model) and bool(model.inputs_of_prediction)
    if not searched or not training.outcome.r2 < LITTLE:
        return False
    # Squares are what a robust loss does not go by: one row far away makes R² small where the others are met.
    return model.residual is not None or not _share_of_distances(training, at) >= LITTLE


def _share_of_distances(training: Training, at: Array) -> float:
    """How much nearer the predictions are than the mean of the target, by the sum of distances: as R², unsquared."""
    model, loss = training.model, training.loss
    if model.predicted is None or model.target not in loss.columns:
        return math.nan
    nodes = [model.predicted, model.program.names[model.target]]
    if model.weights is not None:
        nodes.append(model.weights)

    def total(results: list[Array], away: Array) -> float:
        return float(np.sum(away if model.weights is None else away * results[2]))

    ones = added(loss.reduced(at, nodes, lambda results: total(results, np.ones(len(results[1])))))
    mean = added(loss.reduced(at, nodes, lambda results: total(results, results[1]))) / ones
    left = added(loss.reduced(at, nodes, lambda results: total(results, np.abs(results[0] - results[1]))))
    spread = added(loss.reduced(at, nodes, lambda results: total(results, np.abs(results[1] - mean))))
    return explained(left, spread)


def _overflowed(training: Training, last: Turn | None) -> bool:
    """Whether the gradient left the range of a narrow format though a smaller scale keeps it there; notes it."""
    if training.narrow is None or last is None or not math.isfinite(last.loss):
        return False
    scale = last.scale
    for _ in range(SMALLER):
        scale /= 2
        _, scaled = training.narrow(last.parameters, last.rows, scale)
        if np.all(np.isfinite(scaled)) and last.loss <= 100 * abs(training.outcome.losses[0][1]):
            training.outcome.note("overflow", scale=last.scale, half=scale, dtype=training.setting.dtype)
            return True
    return False


def _is_least(training: Training, loss: float) -> bool:
    """Whether a place without a gradient is known to be a minimum."""
    return is_quadratic_model(training.model) or (loss == 0 and training.model.residual is not None)


def _look_at_singles(training: Training, at: Array) -> None:
    """What else a program with tensors assigns that is a single number, on the rows of either kind."""
    if not isinstance(training.loss, TensorLoss) or not np.all(np.isfinite(at)):
        return
    names = training.loss.model.single_names()
    nodes = [training.model.program.names[name] for name in names]
    if not nodes:
        return
    trained = training.loss.values(at, nodes)
    beside = training.validation
    held = beside.values(at, nodes) if isinstance(beside, TensorLoss) else [math.nan] * len(nodes)
    training.outcome.singles = dict(zip(names, zip(trained, held, strict=True), strict=True))


def _bounces(training: Training, stopped: str, last: Turn | None) -> bool:
    if stopped == BOUNCING:
        return True
    plain = training.choice.optimizer == "sgd" and not training.setting.batch and training.setting.zero
    if stopped != STEP_LIMIT or last is None or not plain:
        return False
    past = training.loop.past
    turned = past.before is not None and float(last.gradient @ past.before) < 0
    return past.watch.after(last.loss, last.norm, turned).bouncing
