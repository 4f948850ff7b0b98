"""What one turn of the loop looked like row by row, for those who want to follow it."""

from __future__ import annotations

import math
from itertools import zip_longest
from typing import Any, NamedTuple

import numpy as np

from bpcli.engine.choose import kind_for
from bpcli.errors import NumericError
from bpcli.tracing.record import record
from bpcli.training.models.tensors import TensorLoss

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from bpcli.tracing.record import Trace
    from bpcli.training.loop.turns import Turn
    from bpcli.training.models.model import Model
    from bpcli.training.training import Training

Array = Any  # of float64, shape (entries,)

MOST_STEPS = 16  # operations of a trace that is shown in full
MOST_TOLD = 6  # entries of a step that are shown of large tensors, at least one of each
MOST_ENTRIES, FEW_ENTRIES = 1_000_000, 60  # of all tensors in such a trace, at the first step and later


def trace_of(training: Training, turn: Turn, again: bool = False) -> tuple[Trace, int] | None:
    """Both passes of the first row of a turn, and its place; None where they are long, or have no numbers.

    again: whether a turn was shown already; tensors must be small then
    """
    loss, program = training.loss, training.model.program
    if isinstance(loss, TensorLoss):
        return _trace_of_tensors(loss, turn, FEW_ENTRIES if again else MOST_ENTRIES)
    row = 0 if turn.rows is None else int(turn.rows[0])
    given = loss.row(row) | loss.singles(turn.parameters)
    kind = kind_for(training.setting.dtype or "float64")
    try:
        trace = record(program, given, [*training.model.parameters], kind=kind, scale=turn.scale)
    except NumericError:
        return None
    return (trace, row) if len(trace.forward) <= MOST_STEPS else None


def _trace_of_tensors(loss: TensorLoss, turn: Turn, most: int) -> tuple[Trace, int] | None:
    """Both passes over the rows of a turn; None where they are long, or the tensors too large to be looked at twice."""
    model = loss.model
    given = loss.singles(turn.parameters)
    if turn.rows is not None:
        given |= {name: given[name][turn.rows] for name in model.rowed}
    if sum(map(np.size, given.values())) > most:
        return None
    trace = record(model.program, given, [*model.shapes])
    return (trace, 0) if len(trace.forward) <= MOST_STEPS else None


class Flow(NamedTuple):
    """How much of the gradient reaches a tensor or a single parameter, and how far the step moves it.

    gradient: root mean square over the entries; moved: length of the step over length of the value, nan of a value 0
    """

    name: str
    gradient: float
    moved: float


def flow_of(model: Model, turn: Turn) -> list[Flow]:
    """The flow of a turn: by tensor, or by parameter where they are single numbers."""
    shapes = model.shapes or dict.fromkeys(model.parameters, ())
    return flow_between(shapes, turn.parameters, turn.gradient, turn.step)


def flow_between(
    shapes: Mapping[str, tuple[int, ...]], parameters: Array, gradient: Array, step: Array | None
) -> list[Flow]:
    """The flow by name, where the entries of all names stand one after the other."""
    flows, begin = [], 0
    for name, shape in shapes.items():
        size = math.prod(shape)
        part = slice(begin, begin + size)
        begin += size
        with np.errstate(all="ignore"):
            long, moved = np.linalg.norm(parameters[part]), np.linalg.norm(step[part]) if step is not None else math.nan
            slope = float(np.linalg.norm(gradient[part])) / math.sqrt(max(size, 1))
            flows.append(Flow(name, slope, float(moved / long) if long > 0 else math.nan))
    return flows


def telling_entries(model: Model, turn: Turn) -> list[int]:
    """Places in the vector of all entries: of each tensor in turn the one with the largest gradient that is left."""
    orders, begin = [], 0
    for shape in model.shapes.values():
        size = math.prod(shape)
        order = np.argsort(-np.abs(turn.gradient[begin : begin + size]), kind="stable")[:MOST_TOLD]
        orders.append((begin + order).tolist())
        begin += size
    rounds = [place for each in zip_longest(*orders) for place in each if place is not None]
    return sorted(rounds[: max(MOST_TOLD, len(orders))])


def rows_of(training: Training, turn: Turn, count: int) -> list[dict[str, Any]]:
    """The first rows of a turn: their place (from 1), columns, predictions, losses, and their own gradients."""
    loss, model = training.loss, training.model
    rows = np.arange(min(count, loss.rows)) if turn.rows is None else turn.rows
    output = model.program.output_name
    found = []
    for row in rows[:count]:
        single = np.array([row])
        value, gradient = loss(turn.parameters, single)
        entry: dict[str, Any] = {"row": float(row + 1), output: value}
        entry |= loss.row(row)
        entry |= {f"d{output}/d{name}": float(each) for name, each in zip(model.parameters, gradient, strict=True)}
        found.append(entry)
    return found
