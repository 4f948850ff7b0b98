"""What is to be known of a training before it begins: names that look alike, columns that say nothing, few rows."""

from __future__ import annotations

from bpcli.training.models.model import LOSS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpcli.training.models.compiled import MeanLoss
    from bpcli.training.outcomes.outcome import Outcome


def first_remarks(outcome: Outcome, loss: MeanLoss, names: Sequence[str]) -> None:
    """Note what the names of the columns and the counts of rows say before the first turn."""
    model, setting = outcome.model, outcome.setting
    folded = {name.lower(): name for name in names}
    if model.target and model.target not in model.data:
        outcome.note("no target", name=model.target)
    for name in model.parameters:
        if name.lower() in folded:
            outcome.note("case", name=name, column=folded[name.lower()])
    if names and model.predicted is not None and not model.inputs_of_prediction and not setting.explicit:
        outcome.note("no column", columns=", ".join(name for name in names if name != model.target))
    other = next((name for name in LOSS[:2] if name in model.program.assigned), "")
    if other and model.program.output_name not in LOSS and setting.explicit:
        outcome.note("other loss", name=other, output=model.program.output_name)
    if setting.batch >= loss.rows > 1:
        outcome.note("whole batch", size=setting.batch, rows=loss.rows)
    for name in model.inputs_of_prediction:
        low, high = outcome.ranges[name]
        if low == high and loss.rows > 1:
            outcome.note("constant column", name=name)
    if loss.columns and len(model.parameters) > loss.rows:
        outcome.note("few rows", rows=loss.rows, parameters=len(model.parameters))
