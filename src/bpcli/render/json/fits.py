"""The contract of a polynomial; that of a model is in render/trainings/document.py."""

from __future__ import annotations

from typing import Any

from bpcli.render.json.values import jsonable, plain_number
from bpcli.render.words import sentence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.training.polynomials.fit import Fit

MOST_LOSSES = 1000  # of a history; the last is always `final_loss`


def fit_dict(fit: Fit) -> dict[str, Any]:
    """bpcli.fit/1"""
    reference = fit.reference
    return {
        "schema": "bpcli.fit/1",
        "model": fit.model,
        "equation": fit.equation,
        "parameters": jsonable(fit.parameters),
        "standard_errors": jsonable(fit.standard_errors),
        "scaled_parameters": jsonable(fit.scaled),
        "scaled_standard_errors": jsonable(fit.scaled_errors),
        "basis": {"kind": fit.basis.kind, "center": fit.basis.center, "half_width": fit.basis.half},
        "rss": plain_number(fit.rss),
        "rmse": plain_number(fit.rmse),
        "r2": plain_number(fit.r2),
        "degrees_of_freedom": fit.freedom,
        "condition": plain_number(fit.condition),
        "rows_used": fit.rows_used,
        "rows_skipped": fit.rows_skipped,
        "learning_rate": plain_number(fit.rate),
        "largest_stable_rate": plain_number(fit.largest_rate),
        "steps": fit.steps,
        "stopped": fit.stopped,
        "losses": jsonable(fit.losses[:MOST_LOSSES]),
        "final_loss": plain_number(fit.losses[-1]) if fit.losses else None,
        "reference": None
        if reference is None
        else {
            "method": "least squares by QR",
            "parameters": jsonable(dict(zip(fit.parameters, reference.parameters, strict=True))),
            "gap": plain_number(reference.gap),
        },
        "warnings": [sentence(note) for note in fit.warnings],
    }
