"""A training of tensors as lines and tables: what is said otherwise than of single numbers."""

from __future__ import annotations

from bpcli.calculus.shapes import shown
from bpcli.engine.entries import Summary
from bpcli.numbers import DIGITS, full, show
from bpcli.render.languages import ENGLISH, texts
from bpcli.render.layout import Table
from bpcli.render.trainings.words import parameters_counted, said, statements, table
from bpcli.render.words import counted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy as np

    from bpcli.training.lesson import Flow
    from bpcli.training.models.model import Model
    from bpcli.training.outcomes.outcome import Outcome

WHOLE = 6  # entries of a tensor that is shown in full


def data_lines(outcome: Outcome, model: Model, language: str = ENGLISH) -> Iterator[str]:
    """The tensors that stay as they are, and how many rows they have."""
    if not model.tensors:
        yield said("no tensors", language)
        return
    names = ", ".join(f"{name} {shown(value.shape)}" if value.shape else name for name, value in model.tensors.items())
    rows = counted(outcome.rows_used, "row", language)
    if outcome.rows_held_out:
        rows += said("held out", language, count=outcome.rows_held_out, seed=outcome.setting.seed)
    yield said("data", language, source=names, rows=rows)


def model_lines(model: Model, language: str = ENGLISH) -> Iterator[str]:
    """The program, a statement a line, and what of it is trained."""
    first, *rest = statements(model.text)
    yield said("own loss", language, formula=first)
    for statement in rest:
        yield said("formula", language, formula=statement)
    names = ", ".join(f"{name} {shown(shape)}" if shape else name for name, shape in model.shapes.items())
    count = parameters_counted(len(model.parameters), language)
    yield said("parameters", language, count=count, names=names)


def parameter_table(outcome: Outcome, digits: int = DIGITS, language: str = ENGLISH) -> Table:
    """Each tensor: a few entries in full, many as shape, length, smallest and largest."""
    rows: list[tuple[str, ...]] = []
    for name, value in outcome.parameters.items():
        array: np.ndarray | None = value if getattr(value, "shape", ()) else None
        if array is None or array.size <= WHOLE:
            rows.append((name, shown(array.shape) if array is not None else "", show(value, digits)))
            continue
        short = Summary(array)
        ends = said(
            "summary", language, norm=show(short.norm, digits), least=show(short.least, digits),
            most=show(short.most, digits),
        )  # fmt: skip
        rows.append((name, shown(array.shape), ends))
    return table(said("parameter table", language), ("name", "shape", "value"), rows, language)


def flow_table(
    first: Sequence[Flow], last: Sequence[Flow], numbers: tuple[int, int], language: str = ENGLISH
) -> Table:
    """The gradient that reached each tensor at the first step and at the last, and how far the last moved it."""
    titles: Mapping[str, str] = texts(language, "TRAINING_COLUMNS")
    rows = [
        (before.name, show(before.gradient, 4), show(after.gradient, 4),
         show(after.moved, 2) if after.moved == after.moved else "-")
        for before, after in zip(first, last, strict=True)
    ]  # fmt: skip
    keys = ("name", "first gradient", "last gradient", "moved")
    shown_titles = tuple(
        titles[key].format(number=number) for key, number in zip(keys, (0, *numbers, 0), strict=True)
    )
    return Table(said("flow", language), keys, rows, len(rows), "", language, shown_titles)


def single_lines(outcome: Outcome, digits: int = DIGITS, language: str = ENGLISH) -> Iterator[str]:
    """What else the program assigns that is a single number, on the rows trained on and those held out."""
    for name, (trained, held) in outcome.singles.items():
        line = f"{name} = {show(trained, digits)}"
        yield line + (said("held out value", language, value=show(held, digits)) if held == held else "")


def quiet_lines(outcome: Outcome, digits: int | None) -> Iterator[str]:
    """The tensors alone, one name=value a line."""
    for name, value in outcome.parameters.items():
        yield f"{name}={full(value) if digits is None else show(value, digits)}"
