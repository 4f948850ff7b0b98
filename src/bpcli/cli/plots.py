"""`--plot`: a figure in the terminal, or in a file."""

from __future__ import annotations

import shutil
import sys

from bpcli.cli.output import tell, write
from bpcli.errors import FileError, InputError
from bpcli.files import check_writable
from bpcli.render.plots.words import said

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bpcli.training.figure import Figure

TERMINAL, NONE = "-", "none"
STYLES = {
    "data": "cyan", "held out": "magenta", "fitted": "bold yellow", "least squares": "green", "share": "bold yellow",
    "training": "bold yellow", "batches": "cyan", "validation": "magenta", "kept": "bold", "rate": "green",
}  # fmt: skip


def check_plot(options: Mapping[str, str], silent: str) -> None:
    """Raises InputError or FileError where what was asked for cannot be drawn; before any training.

    silent: the option that leaves no lines between which a plot could stand, or ""
    """
    path = options.get("plot")
    if path is None or path == NONE:
        return
    if path == TERMINAL:
        if silent:
            raise InputError("plot-between", option=silent)
        return
    from bpcli.render.plots.files import check_drawing

    check_drawing(path)
    try:
        check_writable(path)
    except OSError as error:
        raise _unwritable(path, error) from None


def _unwritable(path: str, error: OSError) -> FileError:
    return FileError("file-unwritable", file=path, reason=(error.strerror or str(error)).lower())


def print_plot(
    figure: Callable[[], Figure], options: Mapping[str, str], form: str, language: str, small: bool
) -> None:
    """Draw between the lines of a report: where it was asked for; small, and where a person looks, if that is usual.

    small: whether a small plot is usual here
    """
    asked = options.get("plot")
    if asked != TERMINAL and not (small and asked is None and sys.stdout.isatty()):
        return
    from bpcli.render.plots.characters import figure_runs, text_lines

    made = figure()
    if asked is None and not made.shown:
        return  # a history of losses stands in the report already
    plain = "ascii" in options or "utf" not in (sys.stdout.encoding or "").lower()
    width = shutil.get_terminal_size().columns
    lines = figure_runs(made, width, small=asked is None, plain=plain, language=language)
    write([""])
    if form == "rich":
        from rich.text import Text

        from bpcli.render.terminal import console

        sys.stdout.flush()
        screen = console()
        for line in lines:
            text = Text(no_wrap=True, overflow="ignore")
            for piece, key in line:
                text.append(piece, STYLES.get(key, ""))
            screen.print(text, crop=False)
    else:
        write(text_lines(lines))


def store_plot(figure: Callable[[], Figure], options: Mapping[str, str], language: str) -> list[str]:
    """Draw to the file that was asked for; what to say of it. Raises FileError."""
    path = options.get("plot")
    if path in (None, TERMINAL, NONE):
        return []
    from bpcli.render.plots.files import write_figure

    try:
        complete = write_figure(figure(), str(path), language)
    except OSError as error:
        raise _unwritable(str(path), error) from None
    if not complete:
        tell(said("no font", language))
    return [said("written", language, file=path)]
