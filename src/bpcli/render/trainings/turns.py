"""How a training went: its losses, its log, and single steps with every number that made them."""

from __future__ import annotations

from bpcli.numbers import DIGITS, show, told
from bpcli.render.cells import bracketed
from bpcli.render.languages import ENGLISH
from bpcli.render.layout import Table
from bpcli.render.trainings.polynomial import spark
from bpcli.render.trainings.words import LISTED_NAMES, MOST_RATES, said, table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bpcli.training.loop.turns import Turn
    from bpcli.training.outcomes.outcome import Outcome
    from bpcli.training.training import Training

SHOWN_ENTRIES = 6  # of a step, where there are more than LISTED_NAMES


def history_table(outcome: Outcome, digits: int = DIGITS, language: str = ENGLISH) -> Table:
    """The loss at a few steps, each further from the start than the last; all of them were computed there."""
    losses = outcome.losses
    last = len(losses) - 1
    places = {0, last} if losses else set()
    step = 1.0
    while step < last:
        places.add(round(step))
        step *= 2 if last < 300 else 10 ** (1 / 3) if last < 3000 else 10**0.5
    rows: list[tuple[str, ...]] = [
        (str(losses[place][0]), show(losses[place][1], digits)) for place in sorted(places)
    ]
    return table(said("descent", language), ("number", "loss"), rows, language, height(outcome, language))


def height(outcome: Outcome, language: str = ENGLISH) -> str:
    """The history as a line of bars."""
    line = spark([loss for _, loss in outcome.losses])
    return said("log scale", language, line=line) if line else ""


def log_table(
    training: Training, turns: Sequence[Turn], digits: int = DIGITS, language: str = ENGLISH
) -> Table:
    """The log of the loop at a few steps."""
    keys = ["number", "loss", "length"]
    setting, plan = training.setting, training.loop.plan
    varies = plan.make is not None and (setting.schedule != "constant" or setting.warmup > 0)
    keys += ["rate"] if varies else []
    keys += ["scale"] if setting.scale else []
    keys += ["trials"] if plan.make is None else []
    keys += ["validation"] if training.validation is not None else []
    rows = []
    for turn in turns:
        cells = {
            "number": str(turn.number),
            "loss": show(turn.loss, digits),
            "length": "inf" if turn.overflow else show(turn.norm, 4),
            "rate": "" if plan.schedule is None else show(plan.schedule(turn.number), MOST_RATES),
            "scale": show(turn.scale, digits),
            "trials": str(turn.trials) if turn.trials else "",
            "validation": "" if turn.validation is None else show(turn.validation, digits),
        }
        rows.append(tuple(cells[key] for key in keys))
    return table(said("log", language), tuple(keys), rows, language, height(training.outcome, language))


def step_table(
    training: Training, turn: Turn, digits: int = DIGITS, language: str = ENGLISH, places: Sequence[int] = ()
) -> Table:
    """One update: for each parameter its value, gradient, clipped gradient, moments, step and new value.

    places: which parameters, where there are too many to show
    """
    names = training.model.parameters
    chosen = range(len(names)) if len(names) <= LISTED_NAMES else places or range(SHOWN_ENTRIES)
    used = turn.gradient if turn.used is None else turn.used
    step = turn.step
    assert step is not None
    fields: Mapping[str, object] = turn.state._asdict() if hasattr(turn.state, "_asdict") else {}
    moments = [key for key in ("velocity", "mean", "squares") if key in fields]
    keys = ["parameter", "value", "gradient"]
    keys += ["gathered"] if turn.gathered is not None else []
    keys += ["clipped"] if training.loop.plan.clip is not None else []
    keys += [*moments, "change", "new value"]
    rows = []
    plain = training.choice.optimizer == "sgd" and not training.setting.decay and turn.rate is not None
    for place in chosen:
        name = names[place]
        value, change = float(turn.parameters[place]), float(step[place])
        shown = show(change, digits)
        if plain:
            pieces, sign, product = told("*", [-(turn.rate or 0.0), float(used[place])], change, digits)
            shown = f"{pieces[0]} * {bracketed(pieces[1])} {sign} {product}"
        terms, equal, total = told("+", [value, change], value + change, digits)
        cells = {
            "parameter": name,
            "value": show(value, digits),
            "gradient": show(float(turn.gradient[place]), digits),
            "gathered": "" if turn.gathered is None else show(float(turn.gathered[place]), digits),
            "clipped": show(float(used[place]), digits),
            "change": shown,
            "new value": f"{terms[0]} + {bracketed(terms[1])} {equal} {total}",
        }
        for key in moments:
            cells[key] = show(float(fields[key][place]), digits)  # type: ignore[index]
        rows.append(tuple(cells[key] for key in keys))
    if len(names) > LISTED_NAMES:
        more = said("more entries", language, count=len(names) - len(chosen))
        rows.append((more, *[""] * (len(keys) - 1)))
    return table("", tuple(keys), rows, language)


def rows_table(
    training: Training,
    columns: Sequence[str],
    rows: Sequence[Mapping[str, float]],
    turn: Turn,
    digits: int = DIGITS,
    language: str = ENGLISH,
) -> Table:
    """The gradients of a few rows, and what they come to over all of them."""
    output = training.model.program.output_name
    names = [f"d{output}/d{name}" for name in training.model.parameters[:LISTED_NAMES]]
    keys = ("row", *columns, output, *names)
    written = [
        (show(row["row"]), *(show(row[name], digits) for name in (*columns, output, *names))) for row in rows
    ]
    blank = ("",) * len(columns)
    last = (
        said(training.setting.reduce, language), *blank, show(turn.loss, digits),
        *(show(float(each), digits) for each in turn.gradient[: len(names)]),
    )  # fmt: skip
    return table("", keys, [*written, last], language)
