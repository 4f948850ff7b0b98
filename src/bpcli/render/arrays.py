"""Arrays as people read them: rows below one another, and large ones as summaries."""

from __future__ import annotations

import re

from bpcli.numbers import DIGITS, MOST_DIGITS, nested, show, told
from bpcli.render.languages import ENGLISH
from bpcli.render.words import phrase
from bpcli.tracing.summaries import Summary, is_small

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from bpcli.tracing.record import Trace

LONGEST_PRODUCT = 66  # characters of a product that is told entry by entry in one line


def shape_of(value: Any) -> tuple[int, ...]:
    """The sizes of a value along its axes; none of a single number."""
    shape: tuple[int, ...] = getattr(value, "shape", ())
    return shape


def is_whole(trace: Trace | None, value: Any) -> bool:
    """Whether a value is shown entry by entry."""
    return (trace is not None and trace.full) or is_small(shape_of(value))


def stacked(value: Any, write: Callable[[float], str]) -> str:
    """A matrix with its rows below one another and its columns in line; a vector in one line.

    >>> import numpy as np
    >>> print(stacked(np.array([[1.0, -20.0], [30.0, 4.0]]), show))
    [[ 1, -20],
     [30,   4]]
    """
    shape = shape_of(value)
    if len(shape) < 2 or not all(shape):
        return nested(value, write)
    rows = [[write(_number(entry)) for entry in row] for row in value.reshape(-1, shape[-1])]
    widths = [max(len(row[column]) for row in rows) for column in range(shape[-1])]
    lines = [f"[{', '.join(entry.rjust(width) for entry, width in zip(row, widths, strict=True))}]" for row in rows]
    return _bracketed(lines, shape[:-1])


def _number(entry: Any) -> Any:
    """An entry as a float, but for one that knows by itself how it is written."""
    return entry if hasattr(entry, "shown") else float(entry)


def _bracketed(lines: list[str], sizes: tuple[int, ...]) -> str:
    """Rows in the brackets of the axes above them."""
    depth = len(sizes)
    told = []
    for place, line in enumerate(lines):
        opening, closing, count = 0, 0, 1
        for size in reversed(sizes):
            count *= size
            opening += place % count == 0
            closing += place % count == count - 1
        end = "" if place == len(lines) - 1 else ","
        told.append(f"{' ' * (depth - opening)}{'[' * opening}{line}{']' * closing}{end}")
    return "\n".join(told)


def flat(text: str) -> str:
    """The same text in one line, arrays as nested lists.

    >>> flat("[[ 1, -20],\\n [30,   4]]")
    '[[1, -20], [30, 4]]'
    """
    if "[" not in text:
        return text
    return re.sub(r"\[ +", "[", re.sub(r", +", ", ", re.sub(r",\n +(?=\[)", ", ", text)))


def array_text(trace: Trace, value: Any, digits: int = DIGITS, language: str = ENGLISH) -> str:
    """A value: a number, an array entry by entry, or the summary of a large one in two lines."""
    if is_whole(trace, value):
        return stacked(value, lambda entry: show(entry, digits)) if shape_of(value) else show(value, digits)
    found = trace.summary_of(value)
    return f"{summary_text(found, digits, language)}\n{corner_text(found, digits, language)}"


def line_text(trace: Trace, value: Any, digits: int = DIGITS, language: str = ENGLISH) -> str:
    """A value in one line; of a large array the summary without its corner."""
    if is_whole(trace, value):
        return show(value, digits)
    return summary_text(trace.summary_of(value), digits, language)


def summary_text(found: Summary, digits: int, language: str) -> str:
    """norm 6.2, min -1, mean 0.1, max 2"""
    numbers = {name: show(getattr(found, name), digits) for name in ("norm", "low", "mean", "high")}
    return phrase("summary", language, **numbers)


def corner_text(found: Summary, digits: int, language: str) -> str:
    """corner [[1, 2], [3, 4]]"""
    return phrase("corner of array", language, corner=show(found.corner, digits))


def arithmetic_text(
    trace: Trace | None, sign: str, left: Any, right: Any, result: Any, digits: int
) -> tuple[str, str] | None:
    """A product or sum entry by entry, `[1, 2] * [3, 4]` and its result with = or ≈; None where it is too long.

    Either side may be one number. Each entry is told as numbers are: what is printed is true as printed.
    """
    shape, widest = shape_of(result), MOST_DIGITS if trace is None else trace.widest
    if len(shape) > 1 or not is_whole(trace, result) or {*map(shape_of, (left, right))} - {shape, ()}:
        return None
    if not shape:
        terms, relation, total = told(sign, [_number(left), _number(right)], _number(result), digits, widest=widest)
        return f"{terms[0]} {sign} {_in_brackets(terms[1])}", f"{relation} {total}"
    sides: list[list[str]] = [[], []]
    totals, relation = [], "="
    for place, entry in enumerate(result):
        pair = [_number(side[place] if shape_of(side) else side) for side in (left, right)]
        terms, equal, total = told(sign, pair, _number(entry), digits, widest=widest)
        for side, term in zip(sides, terms, strict=True):
            side.append(term)
        totals.append(total)
        relation = relation if equal == "=" else equal
    texts = [
        f"[{', '.join(terms)}]" if shape_of(side) else show(side, digits)
        for side, terms in zip((left, right), sides, strict=True)
    ]
    written = f"{texts[0]} {sign} {_in_brackets(texts[1])}"
    answer = f"{relation} [{', '.join(totals)}]"
    return (written, answer) if len(written) + len(answer) <= LONGEST_PRODUCT else None


def _in_brackets(number: str) -> str:
    return f"({number})" if number.startswith("-") else number
