"""`bpcli predict model.json new.csv`: a prediction for each row, as the rows come."""

from __future__ import annotations

import math
import sys
from contextlib import contextmanager
from json import dumps

import numpy as np

from bpcli.calculus.shapes import shown
from bpcli.cli.arguments import spelled
from bpcli.cli.output import tell
from bpcli.cli.overwriting import refuse_overwriting
from bpcli.cli.settings import language
from bpcli.cli.work import whole
from bpcli.data.arrays import read_array
from bpcli.data.records import is_header
from bpcli.data.rows import open_rows
from bpcli.errors import DONE, NUMERIC_FAILURE, FileError, InputError
from bpcli.files import whole_file
from bpcli.numbers import DIGITS, full, show
from bpcli.render.rows import csv_names
from bpcli.render.trainings.words import said
from bpcli.render.words import counted
from bpcli.training.models.tensors import entries
from bpcli.training.stored.network import Network, rows_of_columns
from bpcli.training.stored.prediction import Prediction
from bpcli.training.stored.saved import read_saved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from bpcli.data.rows import Rows

LISTED = 4  # ranges that a warning tells
CLASS = "class"  # the column of the most probable class, counted from 0
PROBABILITY = "probability"  # the column of what softmax gives it
OUTSIDE = "outside"  # the column that flags extrapolation: 1 where a row is outside of what was fitted on


def run_predict(model: str, file: str, options: dict[str, str], quiet: bool = False) -> int:
    """Predict every row; exit code 3 where no row has a prediction.

    options: format (csv or json), digits, lang, output, save, encoding
    """
    tongue = language(options)
    form = "json" if "json" in options else options.get("format", "csv")
    if form not in ("csv", "json"):
        raise InputError("unknown-format", format=form, known="csv, json")
    digits = whole(options, "digits", 1, 17)
    refuse_overwriting(options, [model, file])
    saved, output = read_saved(model), options.get("output", "")
    if saved.tensors or any(map(np.ndim, saved.parameters.values())):
        return run_network(Network(saved, model, output), file, form, options, quiet)
    prediction = Prediction(saved, model, output)
    source = "standard input" if file == "-" else file
    # As for a fit, the columns of a file without names are x and y, or c1, c2, ...
    rows = open_rows(
        file, options.get("encoding"), lambda cells, following: is_header(cells, None, None, source, following)
    )
    try:
        with written_to(options.get("save")) as put:
            return predicted(prediction, rows, form, digits, tongue, quiet, put)
    finally:
        rows.close()


@contextmanager
def written_to(target: str | None) -> Iterator[Callable[[str], object]]:
    """Where text goes: standard output, or a file that is written whole or not at all. Raises FileError."""
    if target is None:
        yield sys.stdout.write
        return
    try:
        with whole_file(target) as out:
            yield lambda text: out.write(text.encode())
    except OSError as error:
        raise FileError("file-unwritable", file=target, reason=(error.strerror or str(error)).lower()) from None


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
    unnamed = [*rows.names] == ["c1"] and len(prediction.columns) == 1
    if unnamed:
        # One column without a name for one input: there is nothing that it could be taken for.
        names.setdefault(spelled(prediction.columns[0]), "c1")
    missing = [column for column in prediction.columns if spelled(column) not in names]
    if missing:
        raise InputError(
            "predict-missing", names=", ".join(missing), file=rows.source, columns=", ".join(rows.names)
        )
    wanted = [names[spelled(column)] for column in prediction.columns]
    called = prediction.columns if unnamed else wanted
    titles = [*called, prediction.name, OUTSIDE]
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
    ends = {name: each for name, each in zip(called, prediction.ranges, strict=True) if each is not None}
    if not quiet:
        told_of_rows(total, beyond, empty, ends, tongue)
    return NUMERIC_FAILURE if total and empty == total else DONE


def told_of_rows(
    total: int, beyond: int, empty: int, ends: Mapping[str, tuple[float, float]], tongue: str
) -> None:
    """Say how many rows lie outside of what was trained on, whose ends are given, and how many have no prediction."""
    if beyond:
        ranges = ", ".join(
            said("range", tongue, name=name, low=show(low), high=show(high)).strip()
            for name, (low, high) in list(ends.items())[:LISTED]
        )
        ranges += ", ..." if len(ends) > LISTED else ""
        counts = {"count": beyond, "total": counted(total, "row", tongue)}
        tell(said("warning", tongue, text=said("outside", tongue, ranges=ranges, **counts)))
    if empty:
        tell(said("warning", tongue, text=said("missing cells", tongue, rows=counted(empty, "row", tongue))))


def run_network(network: Network, file: str, form: str, options: dict[str, str], quiet: bool) -> int:
    """Predict every row by a program of vectors and matrices; what its single numbers are where targets are given."""
    tongue, digits = language(options), whole(options, "digits", 1, 17)
    given = data_of_file(network, file, options.get("encoding"))
    values, outside = network.of(given)
    rows = len(values)
    table = values.reshape(rows, -1)
    names = entries(network.name, values.shape[1:])
    empty = np.logical_not(np.all(np.isfinite(table), axis=1)).reshape(rows)
    chosen = np.where(empty, np.nan, np.argmax(np.nan_to_num(table), axis=1)) if network.classes else None
    probable = None if chosen is None else probability_of_best(table)
    with written_to(options.get("save")) as put:
        if form == "json":
            for place in range(rows):
                line: dict[str, Any] = {network.name: plain(values[place].tolist(), digits)}
                if chosen is not None and probable is not None:
                    line[CLASS] = "nan" if empty[place] else int(chosen[place])
                    line[PROBABILITY] = plain(float(probable[place]), digits)
                put(dumps({**line, OUTSIDE: bool(outside[place])}, ensure_ascii=False) + "\n")
        else:
            columns = [*([] if chosen is None else [chosen, probable]), *table.T]
            titles = [*([] if chosen is None else [CLASS, PROBABILITY]), *names, OUTSIDE]
            if not quiet:
                put(csv_names(titles))
            put("".join(lines_of(columns, outside, titles, form, digits)))
    if not quiet:
        measured = network.measured(given)
        if measured:
            text = "    ".join(f"{name} = {show(value, digits or DIGITS)}" for name, value in measured.items())
            tell(said("of these rows", tongue, values=text))
        ends = ranges_left(network, given) if outside.any() else {}
        told_of_rows(rows, int(np.count_nonzero(outside)), int(np.count_nonzero(empty)), ends, tongue)
    return NUMERIC_FAILURE if rows and empty.all() else DONE


def probability_of_best(logits: Any) -> Any:
    """The largest of the softmax of each row; nan where a logit is none.

    >>> probability_of_best(np.array([[0.0, 0.0], [0.0, np.inf]])).tolist()
    [0.5, nan]
    """
    with np.errstate(all="ignore"):
        return 1 / np.sum(np.exp(logits - np.max(logits, axis=1, keepdims=True)), axis=1)


def data_of_file(network: Network, file: str, encoding: str | None) -> dict[str, Any]:
    """The data of a network by name, from a file of arrays or of columns. Raises InputError and FileError."""
    if file.endswith(".npz"):
        wanted = [*network.needs, *(name for name in network.data if name not in network.needs)]
        found: dict[str, Any] = {}
        for name in wanted:
            try:
                found[name] = read_array(f"{file}:{name}", name)
            except InputError as error:
                # A target may be missing, as there is none yet for what is new.
                if error.kind != "array-member" or name in network.needs:
                    raise
    elif file.endswith(".npy") and len(network.needs) == 1:
        found = {network.needs[0]: read_array(file, network.needs[0])}
    else:
        rows = open_rows(
            file, encoding, lambda cells, following: is_header(cells, None, None, file, following)
        )
        try:
            parts = [piece.columns for piece in rows.pieces(rows.names)]
        finally:
            rows.close()
        columns = {
            name: np.concatenate([part[place] for part in parts]) if parts else np.empty(0)
            for place, name in enumerate(rows.names)
        }
        found = rows_of_columns(network, columns)
    for name in network.needs:
        if np.shape(found[name])[1:] != network.shapes[name] or not np.ndim(found[name]):
            raise InputError("predict-shape", name=name, shape=shown(np.shape(found[name])),
                             wanted=", ".join(["n", *map(str, network.shapes[name])]))  # fmt: skip
    return found


def ranges_left(network: Network, given: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    """The entries that lie outside in some row, each with the ends of what was trained on."""
    found = {}
    for name in network.needs:
        low, high = network.ranges[name]
        left = ((given[name] < low) | (given[name] > high)).any(axis=0)
        for title, index in zip(entries(name, left.shape), np.ndindex(*left.shape), strict=True):
            if left[index]:
                found[title] = (float(low[index]), float(high[index]))
    return found


def plain(value: Any, digits: int | None) -> Any:
    """Nested lists for JSON, which has no words for inf and nan; with few digits where that is asked for."""
    if isinstance(value, list):
        return [plain(each, digits) for each in value]
    if not math.isfinite(value):
        return str(value)
    return value if digits is None else float(show(value, digits))


def lines_of(table: Sequence[Any], outside: Any, titles: Sequence[str], form: str, digits: int | None) -> list[str]:
    """The lines of some rows: numbers to the last bit, or to the digits that were asked for."""
    written = full if digits is None else lambda value: show(value, digits)
    cells = [list(map(written, column.tolist())) for column in table]
    flags = ["1" if flag else "0" for flag in outside.tolist()]
    if form == "csv":
        return [",".join(row) + "\n" for row in zip(*cells, flags, strict=True)]

    def number(cell: str) -> str:
        return f'"{cell}"' if cell.lstrip("-") in ("inf", "nan") else cell

    keys = [dumps(title, ensure_ascii=False) for title in titles]
    marks = ["true" if flag == "1" else "false" for flag in flags]
    rows = zip(*[map(number, column) for column in cells], marks, strict=True)
    return ["{" + ", ".join(f"{key}: {cell}" for key, cell in zip(keys, row, strict=True)) + "}\n" for row in rows]
