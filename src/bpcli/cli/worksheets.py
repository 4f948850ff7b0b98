"""`bpcli trace --blank`: a worksheet with fresh numbers, and its answer key in a file."""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stdout

from bpcli.cli.output import tell, write
from bpcli.cli.work import given_value, whole
from bpcli.errors import DONE, FileError, InputError
from bpcli.render.words import listed, phrase

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bpcli.cli.work import Work
    from bpcli.render.worksheets.worksheet import Sheet
    from bpcli.tracing.record import Trace

    Title = tuple[str, Mapping[str, object]]

SHEETS = ("rich", "plain", "ascii", "md", "latex", "html")
# What a sheet has no place for: it is not the whole answer, and is no place to stop at.
FOREIGN = ("explain", "interactive", "lens", "measure", "repeat", "no-zero")
DEFAULT_SEED = 0
MOST_SEEDS = 10**9


def fill_inputs(work: Work) -> int | None:
    """Give each input without a value a fresh number; the seed that they came from, None where all had one.

    Raises InputError for what a sheet cannot have.
    """
    options = work.options
    if work.format not in SHEETS:
        raise InputError("blank-elsewhere", format=work.format, known=", ".join(SHEETS))
    for option in FOREIGN:
        if option in options:
            raise InputError("blank-and-option", option=f"--{option}")
    for option, given in (("-q", work.quiet), ("--expect", work.expected), ("--claim", work.claimed)):
        if given:
            raise InputError("blank-and-option", option=option)
    if options.get("answer-key") == "-":
        raise InputError("answer-key-to-stream")
    seed = whole(options, "seed", 0, MOST_SEEDS)
    texts = _fresh(work, DEFAULT_SEED if seed is None else seed)
    if seed is not None and not texts:
        raise InputError("seed-without-use")
    work.given |= {name: given_value(text, name, work.kind) for name, text in texts.items()}
    return None if not texts else DEFAULT_SEED if seed is None else seed


def _fresh(work: Work, seed: int) -> dict[str, str]:
    """A number or an array for each input without a value. Raises InputError."""
    program, given = work.program, work.given
    if not (program.of_tensors or work.shapes or any(getattr(value, "shape", ()) for value in given.values())):
        from bpcli.tracing.worksheets import fresh_numbers

        return fresh_numbers(program, given, seed, work.wrt)
    from bpcli.cli.shapes import shapes_of_texts
    from bpcli.tracing.worksheet_arrays import asked_inputs, check_sizes, fresh_arrays, sheet_shapes

    asked = shapes_of_texts(work.shapes)
    shapes = sheet_shapes(program, given, asked)
    if "element" not in work.options:
        check_sizes(program, shapes)
    wrt = asked_inputs(program, shapes) if work.wrt is None else [name.partition("[")[0] for name in work.wrt]
    texts = fresh_arrays(program, given, shapes, seed, wrt)
    if any(shapes.values()):
        guessed = [name for name in texts if name not in asked and name in wrt]
        if guessed:
            names = listed(guessed, work.language)
            tell(phrase("note", work.language, text=phrase("number for want of a shape", work.language, names=names)))
    if work.wrt is None and len(wrt) < len(program.inputs) and not {"element", "direction"} & work.options.keys():
        work.wrt = wrt
    return texts


def show_sheet(work: Work, trace: Trace, seed: int | None, show_answers: Callable[[str, Title], int]) -> int:
    """Write the answer key where one is asked for, and print the sheet; the exit code. Raises FileError.

    show_answers: prints the ordinary trace in a format, below a title
    """
    from bpcli.render.worksheets.worksheet import Sheet

    sheet = Sheet(trace, seed, work.digits, work.language)
    if not sheet.answers:
        raise InputError("nothing-blank")
    path = work.options.get("answer-key")
    if path is not None:
        answers = io.StringIO()
        with redirect_stdout(answers):
            title: Title = ("answer key", {}) if seed is None else ("answer key of seed", {"seed": seed})
            show_answers("plain" if work.format == "rich" else work.format, title)
        _write_key(path, answers.getvalue())
    _print(sheet, work.format, "all" in work.options or not sys.stdout.isatty())
    sys.stdout.flush()
    if path is None:
        tell(phrase("answers left out", work.language))
    if seed is not None and "seed" not in work.options:
        tell(phrase("default seed", work.language, seed=seed, other=seed + 1))
    return DONE


def _write_key(path: str, text: str) -> None:
    """Write the answers whole or not at all. Raises FileError."""
    from bpcli.files import write_whole

    try:
        write_whole(path, [text])
    except OSError as error:
        raise FileError("file-unwritable", file=path, reason=error.strerror or "unknown reason") from None


def _print(sheet: Sheet, format: str, whole: bool) -> None:  # noqa: A002 - the name of the option
    """Print a sheet; unless it is to be printed whole, long tables as head and tail."""
    from bpcli.render.worksheets import worksheet

    if format == "rich":
        from bpcli.render.terminal import console

        screen = console()
        screen.print(worksheet.sheet_renderable(sheet, whole=whole, width=screen.width))
    elif format == "md":
        write(worksheet.markdown_lines(sheet))
    elif format == "latex":
        write(worksheet.latex_lines(sheet))
    elif format == "html":
        from bpcli.render.worksheets.page import page_pieces

        for piece in page_pieces(sheet):
            sys.stdout.write(piece)
    else:
        from bpcli.render.ascii import speller

        write(worksheet.plain_lines(sheet, whole=whole, spell=speller(sheet.language) if format == "ascii" else str))
