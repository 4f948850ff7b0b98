"""`bpcli grad --data` and `bpcli eval --data`: one answer for each row of a file, as the rows come."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from typing import Any

import numpy as np

from bpcli.cli.arguments import spelled
from bpcli.data.results import ArchiveWriter, ArrayWriter
from bpcli.engine.columns import Columns
from bpcli.errors import DONE, NUMERIC_FAILURE, FileError, InputError
from bpcli.files import whole_file
from bpcli.render.rows import csv_names, csv_text, json_text
from bpcli.render.words import phrase, sentence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bpcli.cli.work import Work
    from bpcli.data.rows import Rows

Array = Any

# What a file is written as; any other name than these is refused.
ENDINGS = {".csv": "csv", ".jsonl": "json", ".npy": "npy", ".npz": "npz"}
TEXT_ROWS = 4096  # that are made text of at once


def run(work: Work) -> int:
    """Value and gradient (`eval`: the value) of every row; exit code 3 where no row has them."""
    assert work.rows is not None
    if work.program.of_tensors or any(getattr(value, "shape", ()) for value in work.given.values()):
        raise InputError("data-of-tensors")
    target = work.options.get("save")
    form = work.format if target is None else form_of(target, work)
    columns, lanes = compiled(work, work.rows)
    for note in columns.notes:
        tell(work, sentence(note, work.language))
    unused = [name for name in work.rows.names if spelled(name) not in work.program.inputs]
    if unused:
        tell(work, phrase("unused columns", work.language, file=work.rows.source, names=", ".join(unused)))
    if target is None:
        return computed(work, columns, lanes, text_writer(work, form, columns, lanes, sys.stdout.write))
    try:
        with ExitStack() as stack:
            file = stack.enter_context(whole_file(target))
            if form in ("npy", "npz"):
                names = [*(lanes if "keep" in work.options else ()), *result_names(work, columns)]
                writer = (ArrayWriter if form == "npy" else ArchiveWriter)(file, names)
                stack.callback(writer.close)
                code = computed(work, columns, lanes, writer.write)
                writer.finish()
            else:
                writing = text_writer(work, form, columns, lanes, lambda text: file.write(text.encode()))
                code = computed(work, columns, lanes, writing)
            return code
    except OSError as error:
        raise FileError("file-unwritable", file=target, reason=(error.strerror or str(error)).lower()) from None


def form_of(path: str, work: Work) -> str:
    """What a file is written as, by its ending. Raises InputError."""
    form = next((form for ending, form in ENDINGS.items() if path.endswith(ending)), None)
    asked = "json" if "json" in work.options else work.options.get("format")
    if form is None:
        raise InputError("output-ending", file=path, known=", ".join(ENDINGS))
    if asked is not None and asked != form:
        raise InputError("output-format", file=path, format=asked)
    return form


def compiled(work: Work, rows: Rows) -> tuple[Columns, dict[str, str]]:
    """The program compiled for the columns of a file, and its variables that are columns -> the names there.

    Raises InputError where a variable has no value or two, and where the file says nothing.
    """
    program = work.program
    lanes: dict[str, str] = {}
    for name in rows.names:
        variable = spelled(name)
        if variable in program.inputs:
            if variable in work.given:
                raise InputError("points-given-twice", name=variable, file=rows.source, column=name)
            if variable in lanes:
                raise InputError("points-two-columns", name=variable, file=rows.source, first=lanes[variable])
            lanes[variable] = name
    missing = [name for name in program.inputs if name not in lanes and name not in work.given]
    if missing:
        raise InputError(
            "points-missing",
            names=", ".join(missing),
            file=rows.source,
            columns=", ".join(rows.names),
            hint=f"give the same value to every row with --{missing[0]} 2, or name a column so",
        )
    if not lanes:
        raise InputError(
            "points-unused", file=rows.source, columns=", ".join(rows.names), names=", ".join(program.inputs) or "none"
        )
    wrt = None if work.command == "eval" else program.inputs if work.wrt is None else work.wrt
    # In the order of the file, which is the order in which they are repeated.
    return Columns(program, tuple(lanes), work.given, wrt), lanes


def result_names(work: Work, columns: Columns) -> list[str]:
    """The names of the result columns: y, dy/dx, dy/dw."""
    output = work.program.output_name
    return [output, *(f"d{output}/d{name}" for name in columns.wrt)]


def text_writer(
    work: Work, form: str, columns: Columns, lanes: dict[str, str], write: Callable[[str], object]
) -> Callable[[Sequence[Array]], None]:
    """What turns columns into text and writes it, the line of names before the first row."""
    kept = list(lanes.values()) if "keep" in work.options else []
    head = [] if form == "json" or work.quiet else [csv_names([*kept, *result_names(work, columns)])]
    digits = work.digits if "digits" in work.options else None
    wrt = None if work.command == "eval" else columns.wrt

    def writing(table: Sequence[Array]) -> None:
        while head:
            write(head.pop())
        for start in range(0, len(table[0]), TEXT_ROWS):
            part = [column[start : start + TEXT_ROWS] for column in table]
            write(json_text(part, wrt, kept) if form == "json" else csv_text(part, digits))

    return writing


def computed(work: Work, columns: Columns, lanes: dict[str, str], write: Callable[[Sequence[Array]], None]) -> int:
    """Compute and write piece by piece; at the end say in which rows there was no number. The exit code."""
    assert work.rows is not None
    wanted = list(lanes.values()) if "keep" in work.options else [lanes[name] for name in columns.reads or lanes]
    rows = 0
    undefined, infinite = Count("nan"), Count("infinite")
    buffers: list[Array] = []
    for piece in work.rows.pieces(wanted):
        count = len(piece.columns[0])
        if not buffers or len(buffers[0]) < count:
            buffers = [np.empty(count) for _ in range(1 + len(columns.wrt))]
        results = [buffer[:count] for buffer in buffers]
        given = dict(zip(wanted, piece.columns, strict=True))
        columns.fill({name: given[lanes[name]] for name in columns.reads}, results)
        for counter, marks in ((undefined, np.isnan), (infinite, np.isinf)):
            counter.look([marks(result) for result in results], piece.place)
        write([*(piece.columns if "keep" in work.options else ()), *results])
        rows += count
    if rows == 0:
        raise InputError("points-no-rows", file=work.rows.source, columns=", ".join(work.rows.names))
    for counter in (undefined, infinite):
        if counter.rows:
            tell(work, counter.sentence(rows, work.rows.source, result_names(work, columns), work.language))
    return NUMERIC_FAILURE if undefined.rows == rows else DONE


class Count:
    """How many rows have a result of one sort, and where the first of them is."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.rows = 0
        self.first = 0
        self.column = 0

    def look(self, marks: Sequence[Array], place: Callable[[int], int]) -> None:
        """Count the rows of a piece in which a column is marked."""
        if not any(mark.any() for mark in marks):
            return
        rows = np.logical_or.reduce(list(marks))
        if not self.rows:
            row = int(rows.argmax())
            self.first = place(row)
            self.column = next(number for number, mark in enumerate(marks) if mark[row])
        self.rows += int(np.count_nonzero(rows))

    def sentence(self, rows: int, source: str, names: Sequence[str], language: str) -> str:
        """In words."""
        key = f"{'rows' if self.rows > 1 else 'row'} {self.what}"
        return phrase(
            key, language, count=self.rows, rows=rows, row=self.first, file=source, column=names[self.column]
        )


def tell(work: Work, note: str) -> None:
    """A note on standard error, unless nothing but the answer was asked for."""
    if not work.quiet:
        sys.stderr.write(phrase("note", work.language, text=note) + "\n")
