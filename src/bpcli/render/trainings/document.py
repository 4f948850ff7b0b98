"""What a training of a model came to, as JSON: bpcli.fit/1."""

from __future__ import annotations

from bpcli.render.json.values import jsonable, plain_number
from bpcli.render.trainings.results import note_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from bpcli.training.outcomes.outcome import Outcome

MOST_LOSSES = 1000


def outcome_dict(outcome: Outcome) -> dict[str, Any]:
    """bpcli.fit/1 of a model; that of a polynomial is in render/json/fits.py."""
    model, setting, start = outcome.model, outcome.setting, outcome.start
    starts: dict[str, Any]
    if model.of_tensors:
        finite, starts = False, model.named(start.parameters)
    else:
        finite = all(value - value == 0 for value in outcome.parameters.values())
        starts = dict(zip(model.parameters, start.parameters.tolist(), strict=True))
    return {
        "schema": "bpcli.fit/1",
        "model": model.text,
        "equation": outcome.equation if finite and outcome.parameters else None,
        "loss": model.loss_text or model.text,
        "target": model.target or None,
        "parameters": jsonable(outcome.powers or outcome.parameters),
        "standard_errors": jsonable({} if outcome.powers else outcome.standard_errors),
        "scaled_parameters": jsonable(outcome.parameters if outcome.powers else {}),
        "scaled_standard_errors": jsonable(outcome.standard_errors if outcome.powers else {}),
        "basis": None,
        "held": jsonable(outcome.held),
        "start": {
            "parameters": jsonable(starts),
            "tried": start.tried,
            "followed": start.followed,
        },
        "optimizer": outcome.optimizer,
        "rss": plain_number(outcome.rss),
        "rmse": plain_number(outcome.rmse),
        "r2": plain_number(outcome.r2),
        "degrees_of_freedom": outcome.freedom,
        "condition": plain_number(outcome.condition),
        "rows_used": outcome.rows_used,
        "rows_skipped": outcome.rows_skipped,
        "rows_held_out": outcome.rows_held_out,
        "learning_rate": None if outcome.rate is None else plain_number(outcome.rate),
        "largest_stable_rate": plain_number(outcome.largest_rate),
        "seed": setting.seed,
        "steps": outcome.steps,
        "stopped": outcome.stopped,
        "losses": [plain_number(loss) for _, loss in outcome.losses[:MOST_LOSSES]],
        "also": {name: [plain_number(value) for value in pair] for name, pair in outcome.singles.items()},
        "final_loss": plain_number(outcome.final_loss),
        "final_validation": plain_number(outcome.final_validation) if outcome.rows_held_out else None,
        "reference": None,
        "warnings": [note_text(note) for note in outcome.notes],
    }
