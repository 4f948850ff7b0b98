"""What a training was asked for and how it will go: the data, the model with its loss, the optimizer."""

from __future__ import annotations

from bpcli.numbers import DIGITS, NAMED, full, show
from bpcli.render.languages import ENGLISH, texts
from bpcli.render.trainings import tensors
from bpcli.render.trainings.words import LISTED_NAMES, MOST_RATES, parameters_counted, said, statements, values_text
from bpcli.render.words import counted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpcli.training.outcomes.outcome import Outcome
    from bpcli.training.training import Training

LISTED_SKIPS = 3
SEARCHES = {
    "lbfgs": "w <- w - length * H * gradient",
    "levenberg-marquardt": "w <- w - (J'J + damping * D^2)^-1 * J'r",
}



def data_lines(outcome: Outcome, digits: int = DIGITS, language: str = ENGLISH) -> Iterator[str]:
    """What was read: rows used, skipped and held out, and the ranges of the columns."""
    if outcome.model.of_tensors:
        yield from tensors.data_lines(outcome, outcome.model, language)
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


def model_lines(outcome: Outcome, digits: int = DIGITS, language: str = ENGLISH) -> Iterator[str]:
    """The model, its parameters, and the loss."""
    model, setting = outcome.model, outcome.setting
    if model.of_tensors:
        yield from tensors.model_lines(model, language)
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
