"""What one turn of the loop looked like row by row, for those who want to follow it."""

from __future__ import annotations

from typing import Any

import numpy as np

from bpcli.engine.choose import kind_for
from bpcli.errors import NumericError
from bpcli.tracing.record import record
from bpcli.training.tensors import TensorLoss

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.tracing.record import Trace
    from bpcli.training.loop import Turn
    from bpcli.training.training import Training

MOST_STEPS = 16  # operations of a trace that is shown in full
MOST_ENTRIES, MOST_ROWS = 40, 8  # of tensors in such a trace


def trace_of(training: Training, turn: Turn) -> tuple[Trace, int] | None:
    """Both passes of the first row of a turn, and its place; None where they are long, or have no numbers."""
    loss, program = training.loss, training.model.program
    if isinstance(loss, TensorLoss):
        return _trace_of_tensors(loss, turn)
    row = 0 if turn.rows is None else int(turn.rows[0])
    given = loss.row(row) | loss.singles(turn.parameters)
    kind = kind_for(training.setting.dtype or "float64")
    try:
        trace = record(program, given, [*training.model.parameters], kind=kind, scale=turn.scale)
    except NumericError:
        return None
    return (trace, row) if len(trace.forward) <= MOST_STEPS else None


def _trace_of_tensors(loss: TensorLoss, turn: Turn) -> tuple[Trace, int] | None:
    """Both passes over all rows of a turn; None where they are long, or the tensors large."""
    model = loss.model
    if len(turn.parameters) > MOST_ENTRIES or turn.rows is not None or loss.rows > MOST_ROWS:
        return None
    trace = record(model.program, loss.singles(turn.parameters), [*model.shapes])
    return (trace, 0) if len(trace.forward) <= MOST_STEPS else None


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
