"""What a training came to: why it stopped, the parameters, how well they predict, and what to mind."""

from __future__ import annotations

import math

from bpcli.numbers import DIGITS, full, show
from bpcli.render.languages import ENGLISH, texts
from bpcli.render.layout import Table
from bpcli.render.trainings import tensors
from bpcli.render.trainings.words import MOST_RATES, said, table
from bpcli.render.words import counted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpcli.engine.notes import Note
    from bpcli.training.outcomes.outcome import Outcome


def stop_line(outcome: Outcome, language: str = ENGLISH) -> str:
    """Why it stopped, in words."""
    key = outcome.stopped
    if key == "converged" and outcome.setting.tolerance is not None:
        key = "tolerance"
    if key == "converged" and outcome.cornered:
        key = "lowest corner"
    if key == "diverged" and any(note.kind == "overflow" for note in outcome.notes):
        key = "overflow"
    if key == "interrupted" and outcome.is_of_best:
        key = "interrupted best"
    if key == "stuck" and outcome.final_norm == 0:
        told = any(note.kind in ("copies", "stepped") for note in outcome.notes)
        key = "shut" if outcome.model.has_corners and not told else "no slope"
    elif key == "stuck" and any(note.kind == "edge" for note in outcome.notes):
        key = "edge"
    elif key == "stuck" and outcome.model.has_corners:
        key = "corner"
    template: str = texts(language, "TRAINING_STOPS")[key]
    return template.format(steps=counted(outcome.steps, "step", language))


def parameter_table(outcome: Outcome, digits: int = DIGITS, language: str = ENGLISH) -> Table:
    """Parameters: value and, where it is known, standard error."""
    if outcome.model.of_tensors:
        return tensors.parameter_table(outcome, digits, language)
    known = any(error == error for error in outcome.standard_errors.values())
    rows = []
    for name, value in outcome.parameters.items():
        row: tuple[str, ...] = (name, show(value, digits))
        if known:
            error = outcome.standard_errors[name]
            row = (*row, show(error, min(3, digits)) if error == error else "-")
        rows.append(row)
    keys = ("name", "value", "std error") if known else ("name", "value")
    return table(said("parameter table", language), keys, rows, language)


def quality_lines(outcome: Outcome, digits: int = DIGITS, language: str = ENGLISH) -> Iterator[str]:
    """How well it predicts: the loss of all rows at the end, RMSE, R², degrees of freedom, condition."""
    loss = show(outcome.final_loss, digits)
    if outcome.rows_held_out:
        validation = show(outcome.final_validation, digits)
        yield said("final validation", language, loss=loss, validation=validation)
    else:
        yield said("final", language, loss=loss)
    if outcome.singles:
        yield from tensors.single_lines(outcome, digits, language)
    if outcome.model.target in outcome.model.data and outcome.rmse == outcome.rmse:
        r2 = show(outcome.r2, digits) if outcome.r2 == outcome.r2 else "-"
        if r2 == "1" and 0 < outcome.r2 < 1:
            r2 = f"1 - {show(1 - outcome.r2, 2)}"
        condition = outcome.condition
        yield said(
            "quality", language, rmse=show(outcome.rmse, digits), r2=r2, freedom=outcome.freedom,
            condition=show(condition, min(3, digits)) if condition == condition else "-",
        )  # fmt: skip


def warning_lines(outcome: Outcome, language: str = ENGLISH) -> Iterator[str]:
    """What to mind."""
    for note in outcome.notes:
        yield said("warning", language, text=note_text(note, language))


def note_text(note: Note, language: str = ENGLISH) -> str:
    """A note of a training as a sentence."""
    facts, kind = dict(note.facts), note.kind
    if kind in ("diverged", "bouncing"):
        largest = float(str(facts["largest"]))
        rate = facts["rate"]
        facts["rate"] = "-" if rate is None else show(float(str(rate)), MOST_RATES)
        holds = float(str(facts.pop("holds", math.nan)))
        # A rate below the limit can diverge where the curvature grows on the way.
        if not math.isfinite(largest) or (rate is not None and float(str(rate)) < largest * (1 - 1e-9)):
            kind += " held" if holds == holds else " unknown"
            facts["half"] = show(holds, MOST_RATES)
        else:
            facts["half"] = show(holds if holds == holds else largest / 2, MOST_RATES)
            facts["largest"] = show(largest, MOST_RATES)
    if kind == "other schedule":
        facts |= {name: show(float(str(facts[name])), MOST_RATES) for name in ("rate", "other")}
    if kind in ("backed off", "above limit"):
        facts = {name: show(float(str(rate)), MOST_RATES) for name, rate in facts.items()}
    if kind == "overflow":
        facts |= {name: show(float(str(facts[name]))) for name in ("scale", "half")}
    if kind == "runs off":
        facts |= {name: show(float(str(facts[name])), MOST_RATES) for name in ("value", "first")}
    if kind == "stepped":
        facts["value"] = show(float(str(facts["value"])))
    if kind == "powers":
        facts |= {name: show(float(str(facts[name])), 3) for name in ("gap", "rmse")}
    if kind == "local minimum":
        facts["r2"] = show(float(str(facts["r2"])), 2)
    if kind == "few rows":
        facts["rows"] = counted(int(str(facts["rows"])), "row", language)
    template: str = texts(language, "TRAINING_NOTES")[kind]
    return template.format(**facts)


def quiet_lines(outcome: Outcome, digits: int | None) -> Iterator[str]:
    """The parameters alone, one name=value a line."""
    if outcome.model.of_tensors:
        yield from tensors.quiet_lines(outcome, digits)
        return
    for name, value in (outcome.powers or outcome.parameters).items():
        yield f"{name}={full(value) if digits is None else show(value, digits)}"
