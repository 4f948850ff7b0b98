"""`bpcli predict model.json new.csv`: a prediction for each row, as the rows come."""

from __future__ import annotations

import sys

import numpy as np

from bpcli.cli.arguments import spelled
from bpcli.cli.output import tell
from bpcli.cli.settings import language
from bpcli.cli.work import whole
from bpcli.data.records import is_header
from bpcli.data.rows import open_rows
from bpcli.errors import DONE, NUMERIC_FAILURE, FileError, InputError
from bpcli.files import whole_file
from bpcli.numbers import full, show
from bpcli.render.rows import csv_names
from bpcli.render.training import said
from bpcli.render.words import counted
from bpcli.training.prediction import Prediction
from bpcli.training.saved import read_saved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from bpcli.data.rows import Rows

OUTSIDE = "outside"  # the column that flags extrapolation: 1 where a row is outside of what was fitted on


def run_predict(model: str, file: str, options: dict[str, str], quiet: bool = False) -> int:
    """Predict every row; exit code 3 where no row has a prediction.

    options: format (csv or json), digits, lang, save, encoding
    """
    tongue = language(options)
    form = "json" if "json" in options else options.get("format", "csv")
    if form not in ("csv", "json"):
        raise InputError("unknown-format", format=form, known="csv, json")
    digits = whole(options, "digits", 1, 17)
    prediction = Prediction(read_saved(model), model)
    source = "standard input" if file == "-" else file
    # As for a fit, the columns of a file without names are x and y, or c1, c2, ...
    rows = open_rows(
        file, options.get("encoding"), lambda cells, following: is_header(cells, None, None, source, following)
    )
    try:
        target = options.get("save")
        if target is None:
            return predicted(prediction, rows, form, digits, tongue, quiet, sys.stdout.write)
        try:
            with whole_file(target) as out:
                return predicted(
                    prediction, rows, form, digits, tongue, quiet, lambda text: out.write(text.encode())
                )
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise FileError("file-unwritable", file=target, reason=reason) from None
    finally:
        rows.close()


def predicted(
    prediction: Prediction,
    rows: Rows,
    form: str,
    digits: int | None,
    tongue: str,
    quiet: bool,
    put: Callable[[str], object],
) -> int:
    """Write the rows with their predictions, and say on standard error how many lie outside or have none."""
    names = {spelled(name): name for name in rows.names}
    missing = [column for column in prediction.columns if spelled(column) not in names]
    if missing:
        raise InputError(
            "predict-missing", names=", ".join(missing), file=rows.source, columns=", ".join(rows.names)
        )
    wanted = [names[spelled(column)] for column in prediction.columns]
    titles = [*wanted, prediction.name, OUTSIDE]
    if form == "csv" and not quiet:
        put(csv_names(titles))
    total = beyond = empty = 0
    for piece in rows.pieces(wanted or rows.names[:1]):
        columns = piece.columns if wanted else []
        count = len(piece.columns[0])
        values, outside = prediction.of(columns)
        if not wanted:
            values, outside = np.repeat(values, count), np.repeat(outside, count)
        put("".join(lines_of([*columns, values], outside, titles, form, digits)))
        total += count
        beyond += int(np.count_nonzero(outside))
        empty += int(np.count_nonzero(~np.isfinite(values)))
    if not quiet:
        counts = {"count": beyond, "total": counted(total, "row", tongue)}
        if beyond:
            ranges = ", ".join(
                said("range", tongue, name=name, low=show(ends[0]), high=show(ends[1])).strip()
                for name, ends in zip(wanted, prediction.ranges, strict=True)
                if ends is not None
            )
            tell(said("warning", tongue, text=said("outside", tongue, ranges=ranges, **counts)))
        if empty:
            tell(said("warning", tongue, text=said("missing cells", tongue, rows=counted(empty, "row", tongue))))
    return NUMERIC_FAILURE if total and empty == total else DONE


def lines_of(table: Sequence[Any], outside: Any, titles: Sequence[str], form: str, digits: int | None) -> list[str]:
    """The lines of some rows: numbers to the last bit, or to the digits that were asked for."""
    written = full if digits is None else lambda value: show(value, digits)
    cells = [list(map(written, column.tolist())) for column in table]
    flags = ["1" if flag else "0" for flag in outside.tolist()]
    if form == "csv":
        return [",".join(row) + "\n" for row in zip(*cells, flags, strict=True)]
    import json

    def number(cell: str) -> str:
        return f'"{cell}"' if cell.lstrip("-") in ("inf", "nan") else cell

    keys = [json.dumps(title, ensure_ascii=False) for title in titles]
    marks = ["true" if flag == "1" else "false" for flag in flags]
    rows = zip(*[map(number, column) for column in cells], marks, strict=True)
    return ["{" + ", ".join(f"{key}: {cell}" for key, cell in zip(keys, row, strict=True)) + "}\n" for row in rows]
