"""What a training came to: parameters, how certain they are, how well they predict, and what to mind."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpcli.engine.formulas import copied
from bpcli.engine.kernel import Kernel
from bpcli.engine.notes import Note
from bpcli.engine.summed import dot
from bpcli.engine.totals import added
from bpcli.errors import InputError
from bpcli.graph import Graph
from bpcli.language.text import program as program_text
from bpcli.numbers import full, literal, negated, show
from bpcli.training.loop.watch import DIVERGED
from bpcli.training.models.compiled import MeanLoss
from bpcli.training.models.tensors import TensorModel
from bpcli.training.outcomes.explained import explained
from bpcli.training.outcomes.uncertainty import uncertainty

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.training.choices.starts import Start
    from bpcli.training.models.model import Model
    from bpcli.training.setting import Setting
    from bpcli.training.training import Training

Array = NDArray[np.float64]

MOST_CHECKED = 2000  # rows on which a rounded formula is held against the exact one


class Outcome:
    """What was found, and how.

    parameters:      name -> value, an array of a tensor; held: those whose value was given
    standard_errors: nan where they are not known: losses that are no least squares, no convergence, no freedom
    losses:          (number of the step, loss computed there), of the batch where there are batches
    final_loss:      of all training rows at `parameters`
    rate, largest_rate: of the first update, and the rate from which on the loss grows, nan if unknown
    reason:          why this optimizer, as a key of the sentences; "" where it was asked for
    singles:         of a program with tensors: name -> value of other single numbers, on rows trained on, and held out
    cornered:        whether it ended at a corner of the loss from which no direction leads down
    powers:          of a polynomial, the coefficients of powers of x; empty otherwise
    final_norm:      length of the gradient at the last step; nan where it was not computed
    condition:       of the curvature, in units of the parameters in which each alone has the same
    rss, rmse, r2:   sum of squared residuals, the root of their mean, and 1 less their share of the squares about the
                     mean; each row counts by its weight where the loss has weights
    undetermined:    how many of the parameters could be given any value, and the others would make up for it
    ranges:          column -> smallest and largest value that was trained on
    training:        where it came from, with its rows; None where nobody keeps it
    """

    def __init__(self, setting: Setting, model: Model, start: Start) -> None:
        self.setting = setting
        self.model = model
        self.start = start
        self.optimizer = setting.optimizer
        self.reason = ""
        self.parameters: dict[str, Any] = {}
        self.singles: dict[str, tuple[float, float]] = {}
        self.powers: dict[str, float] = {}
        self.standard_errors: dict[str, float] = {}
        self.losses: list[tuple[int, float]] = []
        self.validations: list[tuple[int, float]] = []
        self.final_loss = math.nan
        self.final_validation = math.nan
        self.rate: float | None = None
        self.largest_rate = math.nan
        self.steps = 0
        self.final_norm = math.nan
        self.stopped = ""
        self.rss = math.nan
        self.rmse = math.nan
        self.r2 = math.nan
        self.condition = math.nan
        self.undetermined = 0
        self.cornered = False
        self.rows_used = 0
        self.rows_held_out = 0
        self.rows_skipped = 0
        self.skipped: tuple[tuple[int, str], ...] = ()
        self.source = ""
        self.ranges: dict[str, tuple[float, float]] = {}
        self.notes: list[Note] = []
        self.training: Training | None = None

    @property
    def freedom(self) -> int:
        """Rows less what they determine of the parameters, none where there is more of this."""
        return max(0, self.rows_used - len(self.model.parameters) + self.undetermined)

    @property
    def held(self) -> dict[str, float]:
        """Names of the model with a value that was given."""
        return self.model.constants

    @property
    def warnings(self) -> list[Note]:
        """What to mind, by the name that a fitted polynomial has for it."""
        return self.notes

    @property
    def is_of_best(self) -> bool:
        """Whether the parameters are those of the best validation, and not where the training stood in the end."""
        return any(note.kind == "best" for note in self.notes)

    def note(self, kind: str, **facts: object) -> None:
        """Add something to mind."""
        self.notes.append(Note(kind, **facts))

    def predict(self, columns: Any) -> Array:
        """The prediction at rows of columns by name, or at a single column where one is all that it needs.

        Raises InputError where the model is a loss alone, or a column is missing.
        """
        model = self.model
        if model.answer is None:
            raise InputError("no-prediction", file=model.text)
        needs = model.inputs_of_prediction
        given = columns if isinstance(columns, Mapping) else dict.fromkeys(needs[:1], columns)
        missing = [name for name in needs if name not in given]
        if missing:
            raise InputError("predict-missing", names=", ".join(missing), file="this", columns=", ".join(given))
        arrays = {name: np.atleast_1d(np.asarray(given[name], dtype=np.float64)) for name in needs}
        kernel = Kernel(model.program.graph, [model.answer], needs)
        values = np.empty(len(next(iter(arrays.values()))) if arrays else 1)
        kernel.fill({**self.held, **self.parameters, **arrays}, [values])
        return values

    def plot(self, path: str, *, language: str = "en") -> None:
        """Draw data, prediction, residuals and losses to a .svg, .png or .pdf file, by Matplotlib.

        Raises InputError for another ending and where Matplotlib is missing, OSError where it cannot be written.
        """
        from bpcli.render.plots.files import draw
        from bpcli.training.pictured import figure_of_training

        if self.training is None:
            raise ValueError("only what bpcli.fit gives knows the rows to be drawn")
        draw(figure_of_training(self.training), path, language)

    def to_dict(self) -> dict[str, Any]:
        """The JSON contract bpcli.fit/1."""
        from bpcli.render.trainings.document import outcome_dict

        return outcome_dict(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.equation}, {self.stopped} after {self.steps} steps)"

    @property
    def equation(self) -> str:
        """The model, or the loss where there is no prediction, with the numbers found, to the last bit."""
        if isinstance(self.model, TensorModel):
            return self.model.text
        return self._written({name: full(value) for name, value in self.parameters.items()})

    def _written(self, numbers: dict[str, str]) -> str:
        model = self.model
        graph, node = model.program.graph, model.answer
        if node is None:
            node = model.program.output
        made = Graph()
        made.functions.update(graph.functions)
        texts = {**{name: full(value) for name, value in self.held.items()}, **numbers}
        known = {graph.variables[name]: constant_of(made, text) for name, text in texts.items()}
        output = copied(graph, node, made, known)
        name = (model.target or model.prediction) if model.predicted is not None else model.program.output_name
        lines = program_text(made, output).split("\n")
        # `1 + -2*x` and `1 - 2*x` are the same, whatever stands behind the number.
        text = "; ".join([*lines[:-1], f"{name} = {lines[-1]}"])
        return tidied(text)

    def rounded(self, digits: int, loss: MeanLoss) -> str:
        """The same with few digits, but as many as the predictions need to stay where they are."""
        exact = np.array([*self.parameters.values()])
        model = self.model
        node = model.answer
        if node is None or not np.all(np.isfinite(exact)):
            return self._written({name: show(value, digits) for name, value in self.parameters.items()})
        places = np.arange(0, loss.rows, max(1, loss.rows // MOST_CHECKED))
        small = MeanLoss(model, loss.columns.at(places) if loss.columns else {})
        values = small.predictions(exact, node)
        spread = float(np.ptp(values)) if len(values) else 0.0
        level = float(np.max(np.abs(values))) if len(values) else 0.0
        allowed = max(1e-5 * spread, 1e-2 * self.rmse if self.rmse == self.rmse else 0.0, 1e-9 * level)
        for more in range(digits, 18):
            texts = {name: show(value, more) for name, value in self.parameters.items()}
            at = np.array([float(text) for text in texts.values()])
            if np.max(np.abs(small.predictions(at, node) - values), initial=0.0) <= allowed:
                break
        return self._written(texts)


def tidied(text: str) -> str:
    """A formula with numbers in it, its signs written as a person would.

    >>> tidied("y = 1 + -2*x"), tidied("exp(--0.5*x) + 0"), tidied("x*-3 - -1"), tidied("0 + 2*x")
    ('y = 1 - 2*x', 'exp(0.5*x)', 'x*(-3) + 1', '2*x')
    """
    text = re.sub(r"- -(?=[\d.])", "+ ", re.sub(r"\+ -(?=[\d.])", "- ", text))
    text = re.sub(r"(?<![\w.)\]^])--(?=[\d.])", "", text)
    text = re.sub(r"(?<=[*/])-(\d[\d.]*(?:e[+-]?\d+)?)(?![\w.^])", r"(-\1)", text)
    text = re.sub(r" [+-] 0(?![\w.*/^@])", "", text)
    return re.sub(r"((?:^|[(=]) ?)0 \+ ", r"\1", text)


def constant_of(graph: Graph, text: str) -> int:
    """The node of a number that is written in digits, which may begin with a minus."""
    if text.lstrip("-") in ("inf", "nan"):
        return graph.const(float(text))
    return graph.const(negated(literal(text[1:])) if text.startswith("-") else literal(text))


def judge(outcome: Outcome, loss: MeanLoss, at: Array) -> None:
    """Fill in how good the parameters are: the residuals, and standard errors from the exact Jacobian there."""
    model = outcome.model
    if isinstance(model, TensorModel):
        _judge_tensors(outcome, model, loss, at)
        return
    outcome.parameters = dict(zip(model.parameters, at.tolist(), strict=True))
    outcome.standard_errors = dict.fromkeys(model.parameters, math.nan)
    if not np.all(np.isfinite(at)) or outcome.stopped == DIVERGED:
        return
    with np.errstate(all="ignore"):
        outcome.final_loss = loss.value(at)
        if model.target in loss.columns and model.predicted is not None and model.probability is None:
            _residuals(outcome, loss, at)
        if model.residual is not None and not loss.ridge:
            uncertainty(outcome, loss, at)
    for name in model.idle:
        outcome.note("idle", name=name)
    for name in model.stepped:
        outcome.note("stepped", name=name, value=outcome.parameters[name])


def _judge_tensors(outcome: Outcome, model: TensorModel, loss: MeanLoss, at: Array) -> None:
    outcome.parameters = {
        name: array.copy() if array.shape else float(array) for name, array in model.named(at).items()
    }
    if not np.all(np.isfinite(at)) or outcome.stopped == DIVERGED:
        return
    outcome.final_loss = loss.value(at)
    for name in model.idle:
        outcome.note("idle", name=name)


def _residuals(outcome: Outcome, loss: MeanLoss, at: Array) -> None:
    """Sums over blocks of rows: of squared residuals, and of squares around the mean."""
    model = outcome.model
    assert model.predicted is not None
    nodes = [model.predicted, model.program.names[model.target]]
    if model.weights is not None:
        nodes.append(model.weights)

    def squares(results: list[Array]) -> tuple[float, float, float]:
        away, measured = results[0] - results[1], results[1]
        if model.weights is None:
            return dot(away, away), float(measured.sum()), float(len(measured))
        counts = results[2]
        return dot(away, counts * away), dot(measured, counts), float(counts.sum())

    parts = loss.reduced(at, nodes, squares)
    rss, total, count = (added(part[place] for part in parts) for place in range(3))
    outcome.rss, outcome.rmse = rss, math.sqrt(rss / count)
    mean = total / count

    def spread(results: list[Array]) -> float:
        away = results[0] - mean
        return dot(away, away if model.weights is None else results[1] * away)

    constant = loss.columns.low[model.target] == loss.columns.high[model.target]
    total = 0.0 if constant else added(loss.reduced(at, nodes[1:], spread))
    outcome.r2 = explained(outcome.rss, total)
    if total == 0 and loss.rows > 1:
        outcome.note("constant target", name=model.target)
