"""What stands beside a figure: names of axes and lines, and what is to be known of what is drawn."""

from __future__ import annotations

import re

from bpcli.render.languages import ENGLISH, texts

OURS = "\0"  # stands around words that are ours
BETWEEN = r"(?<=[\u3000-\u9fff\uff00-\uffef])(?:\0 | \0)(?=[\u3000-\u9fff\uff00-\uffef])"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpcli.training.figure import Figure, Panel


def said(key: str, language: str = ENGLISH, **facts: object) -> str:
    """One of PLOTS with its facts."""
    template: str = texts(language, "PLOTS")[key]
    return template.format(**facts)


def title(panel: Panel, language: str = ENGLISH) -> str:
    """What stands against what. In Chinese blanks stand around names of data, and not around our own words."""
    names = {
        role: axis_name(axis, language) if axis[0] == "column" else f"{OURS}{axis_name(axis, language)}{OURS}"
        for role, axis in (("x", panel.x), ("y", panel.y))
    }
    text = said("log" if panel.log else "against", language, **names)
    return re.sub(BETWEEN, "", text).replace(OURS, "")


def axis_name(axis: tuple[str, str], language: str = ENGLISH) -> str:
    """The name of an axis."""
    return said(f"axis {axis[0]}", language, name=axis[1])


def is_counted(panel: Panel) -> bool:
    """Whether the lower axis counts."""
    return panel.x[0] == "step"


def series_names(panel: Panel, language: str = ENGLISH) -> dict[str, str]:
    """What the points and lines of a panel are, in their order; nothing where it is one, or said above."""
    keys = dict.fromkeys(each.key for each in panel.series if each.kind != "guide")
    if len(keys) < 2 or panel.key == "residuals":
        return {}
    return {key: said(f"series {key}", language) for key in keys}


def captions(figure: Figure, language: str = ENGLISH) -> Iterator[str]:
    """What is left out of the figure, and why."""
    if figure.shown < figure.rows and figure.shown:
        facts = {"shown": figure.shown, "rows": figure.rows, "seed": figure.seed}
        yield said("sample", language, **facts)
    if 0 < figure.losses < figure.steps:
        yield said("some losses", language, shown=figure.losses, steps=figure.steps)
