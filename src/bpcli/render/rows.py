"""Many points as text: CSV or JSON lines, every number to its last bit unless digits were asked for."""

from __future__ import annotations

import json
from typing import Any

from bpcli.numbers import show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    Columns = Sequence[Any]  # of numbers, one array a column


def csv_names(names: Sequence[str]) -> str:
    """The line of names."""
    return ",".join(f'"{name}"' if "," in name or '"' in name else name for name in names) + "\n"


def csv_text(columns: Columns, digits: int | None = None) -> str:
    """Rows of numbers; inf and nan as words."""
    table = list(zip(*[column.tolist() for column in columns], strict=True))
    if not table:
        return ""
    if digits is not None:
        return "".join([",".join([show(value, digits) for value in row]) + "\n" for row in table])
    if len(columns) == 1:
        return "\n".join([repr(value) for (value,) in table]) + "\n"
    # The text of a list of rows is nearly what we want, and made in one go: five times as fast as a loop.
    return repr(table)[2:-2].replace("), (", "\n").replace(", ", ",") + "\n"


def json_text(columns: Columns, wrt: Sequence[str] | None, inputs: Sequence[str] = ()) -> str:
    """One object a row, as docs/schemas/points.schema.json has it.

    columns: those of the inputs that are repeated, then the value, then the derivatives by `wrt`
    """
    parts = []
    if inputs:
        parts.append(f'"inputs": {_object(inputs)}')
    parts.append('"value": %s')
    if wrt is not None:
        parts.append(f'"gradient": {_object(wrt)}')
    line = f"{{{', '.join(parts)}}}\n"
    # x - x is not 0 for inf and nan alone: JSON has no word for them.
    texts = [[repr(value) if value - value == 0 else f'"{value!r}"' for value in column.tolist()] for column in columns]
    return "".join([line % row for row in zip(*texts, strict=True)])


def _object(names: Sequence[str]) -> str:
    keys = [json.dumps(name, ensure_ascii=False).replace("%", "%%") for name in names]
    return f"{{{', '.join([f'{key}: %s' for key in keys])}}}"
