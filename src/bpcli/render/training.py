"""A training of a model as lines and tables of text: what it is, how it went, what came out."""

from __future__ import annotations

import math

from bpcli.numbers import DIGITS, NAMED, full, show, told
from bpcli.render.fit import spark
from bpcli.render.languages import ENGLISH, texts
from bpcli.render.layout import Table
from bpcli.render.words import counted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bpcli.engine.notes import Note
    from bpcli.training.loop.turns import Turn
    from bpcli.training.outcomes.outcome import Outcome
    from bpcli.training.training import Training

LISTED_SKIPS = 3
LISTED_NAMES = 12
SHOWN_ENTRIES = 6  # of a step, where there are more than LISTED_NAMES
MOST_RATES = 4  # digits of a rate
SEARCHES = {
    "lbfgs": "w <- w - length * H * gradient",
    "levenberg-marquardt": "w <- w - (J'J + damping * D^2)^-1 * J'r",
}


def said(key: str, language: str = ENGLISH, **facts: object) -> str:
    """One of the sentences of TRAINING with its facts."""
    template: str = texts(language, "TRAINING")[key]
    return template.format(**facts)


def titled(keys: Sequence[str], language: str) -> tuple[str, ...]:
    """The titles of columns."""
    titles: Mapping[str, str] = texts(language, "TRAINING_COLUMNS")
    return tuple(titles.get(key, key) for key in keys)


def table(title: str, keys: tuple[str, ...], rows: list[tuple[str, ...]], language: str, aside: str = "") -> Table:
    """A table whose columns are titled in a language; names of data stay as they are."""
    return Table(title, keys, rows, len(rows), aside, language, titled(keys, language))


def values_text(values: Mapping[str, float], digits: int = DIGITS) -> str:
    """a = 1, b = 2; of many the first ones."""
    shown = [f"{name} = {show(value, digits)}" for name, value in values.items()]
    return ", ".join([*shown[:LISTED_NAMES], *(["..."] if len(shown) > LISTED_NAMES else [])])


def data_lines(outcome: Outcome, digits: int = DIGITS, language: str = ENGLISH) -> Iterator[str]:
    """What was read: rows used, skipped and held out, and the ranges of the columns."""
    if outcome.model.of_tensors:
        from bpcli.render import trained_tensors

        yield from trained_tensors.data_lines(outcome, outcome.model, language)
        return
    if not outcome.model.data:
        values = values_text(outcome.held, digits) or said("one place", language)
        yield said("no data", language, values=values)
        return
    rows = counted(outcome.rows_used, "row", language)
    if outcome.rows_held_out:
        rows += said("held out", language, count=outcome.rows_held_out, seed=outcome.setting.seed)
    if outcome.rows_skipped:
        rows += said("skipped", language, count=outcome.rows_skipped)
    yield said("data", language, source=outcome.source or "-", rows=rows)
    for row, column in outcome.skipped[:LISTED_SKIPS]:
        key = "weight missing" if column == outcome.setting.weights else "cell missing"
        yield said("row skipped", language, row=row, reason=said(key, language, column=column))
    if outcome.rows_skipped > LISTED_SKIPS:
        yield said("more skipped", language, count=outcome.rows_skipped - LISTED_SKIPS)
    for name, (low, high) in outcome.ranges.items():
        yield said("range", language, name=name, low=show(low, digits), high=show(high, digits))


def statements(text: str) -> list[str]:
    """The statements of a program, without its comments.

    >>> statements("# a line\\np = w*x; q = p  # twice\\nq^2")
    ['p = w*x', 'q = p', 'q^2']
    """
    code = (line.partition("#")[0] for line in text.splitlines())
    return [piece.strip() for line in code for piece in line.split(";") if piece.strip()]


def model_lines(outcome: Outcome, digits: int = DIGITS, language: str = ENGLISH) -> Iterator[str]:
    """The model, its parameters, and the loss."""
    model, setting = outcome.model, outcome.setting
    if model.of_tensors:
        from bpcli.render import trained_tensors

        yield from trained_tensors.model_lines(model, language)
        return
    text = "; ".join(statements(model.text))
    many = setting.reduce if model.data else ""
    if setting.explicit:
        yield said(f"{many} own loss".strip(), language, formula=text)
    else:
        name, equals, rest = text.rpartition(";")[2].partition("=")
        assigned = equals and name.strip().isidentifier() and not rest.startswith("=")
        if model.probability is not None and not assigned and ";" not in text:
            text = f"sigmoid({text})"
        yield said("model", language, formula=text if assigned else f"{model.target} = {text}")
        yield said(f"{many} loss", language, formula=model.loss_text)
    if setting.ridge:
        yield said("ridge", language, ridge=show(setting.ridge, digits))
    names = [*model.parameters]
    shown_names = ", ".join([*names[:LISTED_NAMES], *(["..."] if len(names) > LISTED_NAMES else [])])
    yield said("parameters", language, count=parameters_counted(len(names), language), names=shown_names)
    for name in model.letters.parameters:
        if name in model.parameters:
            meaning, value = ("2.718...", NAMED["e"]) if name == "e" else ("2*pi", NAMED["tau"])
            yield said("letter parameter", language, name=name, meaning=meaning, value=full(value))
    for name in model.letters.constants:
        yield said("letter constant", language, name=name)
    if outcome.held and model.data:
        yield said("held", language, values=values_text(outcome.held, digits))


def parameters_counted(count: int, language: str) -> str:
    """33 parameters."""
    if language != ENGLISH:
        return str(count)
    return f"{count} parameter" if count == 1 else f"{count} parameters"


def plan_lines(
    training: Training, digits: int = DIGITS, language: str = ENGLISH, resumed: bool = False
) -> Iterator[str]:
    """Where it starts, which optimizer, why, and how its steps are made."""
    outcome, setting, start, choice = training.outcome, training.setting, training.start, training.choice
    first = zip(training.model.parameters[: LISTED_NAMES + 1], start.parameters.tolist(), strict=False)
    values = values_text(dict(first), digits)
    if training.model.of_tensors and not resumed:
        yield said("starts", language)
    elif resumed:
        yield said("resumed", language, step=training.loop.past.number)
    else:
        key = "given" if not start.tried else "tried" if start.followed else "tried only"
        if start.zeros:
            key = "zeros" if start.tried == 1 else "tried zeros"
        yield said("start", language, values=values)
        yield said(key, language, tried=start.tried, followed=start.followed, names=", ".join(start.linear))
    name = texts(language, "OPTIMIZER_NAMES")[choice.optimizer]
    because = texts(language, "TRAINING_REASONS")[choice.reason] if choice.reason else ""
    yield said("train", language, optimizer=name, because=because)
    plan = training.loop.plan
    if plan.make is None:
        yield said("formula", language, formula=SEARCHES[choice.optimizer])
        return
    for part in plan.make().formula.split("; "):
        yield said("formula", language, formula=part)
    how = said("as asked", language) if setting.rate is not None else ""
    if setting.rate is None:
        how = said("from curvature" if outcome.largest_rate == outcome.largest_rate else "usual", language)
    if outcome.largest_rate == outcome.largest_rate:
        how += said("falling" if setting.zero else "swinging", language, largest=show(outcome.largest_rate, MOST_RATES))
    yield said("rate", language, rate=show(outcome.rate or 0.0, MOST_RATES), how=how)
    if setting.schedule != "constant":
        yield said("schedule", language, schedule=setting.schedule)
    if setting.warmup:
        yield said("warm-up", language, steps=counted(setting.warmup, "step", language))
    batches = training.loop.batches
    if batches.size:
        facts = {"size": batches.size, "rows": batches.total, "steps": batches.steps, "seed": setting.seed}
        yield said("batches", language, **facts)
        yield said(f"batch {setting.reduce}", language, size=batches.size)
    decay = plan.decay
    if decay:
        key = "decay apart" if choice.optimizer == "adamw" else "decay"
        yield said(key, language, decay=show(decay, digits), half=show(decay / 2, digits))
    if not setting.zero:
        yield said("no zero", language)
    if plan.clip is not None:
        yield said("clip norm" if plan.clip.by_norm else "clip value", language, limit=show(plan.clip.limit, digits))
    if setting.dtype:
        scale = plan.scale
        key = "narrow scaled" if setting.scale else "narrow"
        yield said(key, language, dtype=setting.dtype, scale=show(scale.value, digits))
        if scale.every:
            yield said("dynamic", language, every=scale.every)


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
        copies = any(note.kind == "copies" for note in outcome.notes)
        key = "shut" if outcome.model.has_corners and not copies else "no slope"
    elif key == "stuck" and outcome.model.has_corners:
        key = "corner"
    template: str = texts(language, "TRAINING_STOPS")[key]
    return template.format(steps=counted(outcome.steps, "step", language))


def parameter_table(outcome: Outcome, digits: int = DIGITS, language: str = ENGLISH) -> Table:
    """Parameters: value and, where it is known, standard error."""
    if outcome.model.of_tensors:
        from bpcli.render import trained_tensors

        return trained_tensors.parameter_table(outcome, digits, language)
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
        from bpcli.render import trained_tensors

        yield from trained_tensors.single_lines(outcome, digits, language)
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
    if kind == "powers":
        facts |= {name: show(float(str(facts[name])), 3) for name in ("gap", "rmse")}
    if kind == "local minimum":
        facts["r2"] = show(float(str(facts["r2"])), 2)
    if kind == "few rows":
        facts["rows"] = counted(int(str(facts["rows"])), "row", language)
    template: str = texts(language, "TRAINING_NOTES")[kind]
    return template.format(**facts)


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
            shown = f"{pieces[0]} * {_bracketed(pieces[1])} {sign} {product}"
        terms, equal, total = told("+", [value, change], value + change, digits)
        cells = {
            "parameter": name,
            "value": show(value, digits),
            "gradient": show(float(turn.gradient[place]), digits),
            "gathered": "" if turn.gathered is None else show(float(turn.gathered[place]), digits),
            "clipped": show(float(used[place]), digits),
            "change": shown,
            "new value": f"{terms[0]} + {_bracketed(terms[1])} {equal} {total}",
        }
        for key in moments:
            cells[key] = show(float(fields[key][place]), digits)  # type: ignore[index]
        rows.append(tuple(cells[key] for key in keys))
    if len(names) > LISTED_NAMES:
        more = said("more entries", language, count=len(names) - len(chosen))
        rows.append((more, *[""] * (len(keys) - 1)))
    return table("", tuple(keys), rows, language)


def _bracketed(number: str) -> str:
    return f"({number})" if number.startswith("-") else number


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


def quiet_lines(outcome: Outcome, digits: int | None) -> Iterator[str]:
    """The parameters alone, one name=value a line."""
    if outcome.model.of_tensors:
        from bpcli.render import trained_tensors

        yield from trained_tensors.quiet_lines(outcome, digits)
        return
    for name, value in (outcome.powers or outcome.parameters).items():
        yield f"{name}={full(value) if digits is None else show(value, digits)}"
