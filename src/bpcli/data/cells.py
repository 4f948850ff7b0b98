"""What the text of one cell means: a number, nothing, or a mistake of a certain kind.

A wrong fit is worse than a refusal: whatever can be read in two ways (`1,234`, a date) is a mistake.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from math import nan

from bpcli.errors import InputError

MISSING = frozenset(("", "na", "n/a", "#n/a", "nan", "null", "none", "-", "?"))

DATE = re.compile(
    r"(?:\d{4}([-/.])\d{1,2}(?:\1\d{1,2})?|\d{1,2}([-/.])\d{1,2}\2(?:\d{4}|\d{2})|\d{4}年.*)(?:[T ]\s*\d{1,2}:.*)?"
    r"|\d{1,2}:\d{2}(?::\d{2}(?:\.\d*)?)?"
)
MARK = r"[,.'’_ \u00a0\u202f]"  # what stands between groups of digits, somewhere in the world
GROUPED = re.compile(rf"[+-]?\d{{1,3}}(?:{MARK}\d{{2,3}})*{MARK}\d{{3}}(?:[.,]\d*)?")
BLANKS = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "’": "'"})
GROUP_MARKS = ",. '_"  # of which the last three can be nothing else between digits
COMMA_NUMBER = re.compile(r"[+-]?(?:\d+,\d*|,\d+)(?:[eE][+-]?\d+)?")
GROUP_OR_DECIMAL = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")  # 1,234: one and a bit, or above a thousand


def cell_value(cell: str, mark: str, group: str = "") -> float | str:
    """The number in a cell, nan where it is missing, or else the kind of mistake that the cell is.

    mark:  the decimal mark of the file; group: what stands between thousands in this column, "" for nothing

    >>> [cell_value(cell, ".") for cell in ("2e3", "NA", "1,5", "2024-01-31", "abc")]
    [2000.0, nan, 'csv-comma-unclear', 'csv-date', 'csv-text-cell']
    >>> cell_value("1,234.5", ".", ","), cell_value("1 234,5", ",", " ")
    (1234.5, 1234.5)
    """
    plain = cell.replace("−", "-")  # the minus of a web page
    if group and group in (spaced := plain.translate(BLANKS)).strip():
        if not grouped(group, mark).fullmatch(spaced.strip()):
            return "csv-thousands"
        plain = cell = spaced.strip().replace(group, "")
    number = None
    try:
        number = float(plain if mark == "." else plain.replace(",", "."))
    except ValueError:
        pass
    # float() takes 1_000 for a thousand.
    if number is not None and "_" not in cell:
        return "csv-mixed-decimals" if mark == "," and "." in cell else number
    text = plain.strip()
    if text.lower() in MISSING:
        return nan
    if DATE.fullmatch(text):
        return "csv-date"
    if COMMA_NUMBER.fullmatch(text):
        return "csv-comma-unclear"
    return "csv-thousands" if GROUPED.fullmatch(text) else "csv-text-cell"


@functools.cache
def grouped(group: str, mark: str) -> re.Pattern[str]:
    """Numbers whose digits stand in groups, of three but for Indian ones: `1,234.5`, `12,34,567`."""
    other = re.escape(group)
    return re.compile(rf"[+-]?\d{{1,3}}(?:{other}\d{{2,3}})*{other}\d{{3}}(?:{re.escape(mark)}\d*)?")


def group_mark(cells: Sequence[str], mark: str, separator: str = ",") -> str:
    """What stands between thousands in the cells of a column, "" where nothing does or it is not proved.

    A comma or a point is proved where one cell has two of them or the decimal mark behind. Between commas, where none
    is a decimal mark, another cell with a decimal point proves it too: `1,234` alone does not.

    >>> group_mark(["1,234.5", "3,456"], "."), group_mark(["1,234", "2,345"], "."), group_mark(["1 234,5"], ",")
    (',', '', ' ')
    """
    texts = [cell.replace("−", "-").translate(BLANKS).strip() for cell in cells]
    for group in GROUP_MARKS:
        having = [text for text in texts if group in text and text[:1] in "+-0123456789" and text]
        if group == mark or not having or not all(grouped(group, mark).fullmatch(text) for text in having):
            continue
        proved = group not in ",." or any(text.count(group) > 1 or mark in text for text in having)
        points = (text.partition(".")[2] for text in texts if COMMA_NUMBER.fullmatch(text.replace(".", ",")))
        if proved or (group == separator == "," and any(len(digits) not in (0, 3) for digits in points)):
            return group
    return ""


def proves_decimal_comma(cell: str) -> bool:
    """Whether a cell can only be read with a decimal comma.

    >>> [proves_decimal_comma(cell) for cell in ("1,5", "0,125", "1.234,5", "1 234,5", "1,234", "15")]
    [True, True, True, True, False, False]
    """
    text = cell.translate(BLANKS).strip()
    if "," in text and any(grouped(group, ",").fullmatch(text) for group in ". '"):
        return True
    return COMMA_NUMBER.fullmatch(text) is not None and GROUP_OR_DECIMAL.fullmatch(text) is None


def wrong_cell(kind: str, file: str, row: int, column: str, cell: str) -> InputError:
    """The error for a cell that is no number."""
    return InputError(kind, file=file, row=row, column=column, text=printable(cell)[:60])


def printable(text: str) -> str:
    """The text on one line, without the control characters that a terminal would obey."""
    return "".join(char if char.isprintable() else "�" for char in " ".join(text.split()))


def listed(names: tuple[str, ...]) -> str:
    """The columns as one can choose them: `1 time, 2 value`."""
    return ", ".join(f"{number} {name}" for number, name in enumerate(names, 1))
