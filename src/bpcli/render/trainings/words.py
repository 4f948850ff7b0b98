"""What every table and sentence of a training is made of."""

from __future__ import annotations

from bpcli.numbers import DIGITS, show
from bpcli.render.languages import ENGLISH, texts
from bpcli.render.layout import Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LISTED_NAMES = 12
MOST_RATES = 4  # digits of a rate


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


def statements(text: str) -> list[str]:
    """The statements of a program, without its comments.

    >>> statements("# a line\\np = w*x; q = p  # twice\\nq^2")
    ['p = w*x', 'q = p', 'q^2']
    """
    code = (line.partition("#")[0] for line in text.splitlines())
    return [piece.strip() for line in code for piece in line.split(";") if piece.strip()]


def parameters_counted(count: int, language: str) -> str:
    """33 parameters."""
    if language != ENGLISH:
        return str(count)
    return f"{count} parameter" if count == 1 else f"{count} parameters"
