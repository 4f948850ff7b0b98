"""What the commands print with: lines, tables and JSON on standard output."""

from __future__ import annotations

import sys

from bpcli.cli.options import FORMATS, FORMATS_OF, POINT_FORMATS
from bpcli.errors import PREFIX, WINDOW, InputError, display_width

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from bpcli.errors import BpcliError
    from bpcli.render.layout import Table


def chosen_format(given: str, json: bool, command: str = "", points: bool = False) -> str:
    """The format to print in: as asked for, else plain in a pipe, and on a terminal rich or what the settings say.

    Raises InputError.

    points: one answer a row of a file, which is CSV unless asked for otherwise
    """
    if json and given not in ("", "json"):
        raise InputError("json-and-format", format=given)
    name = "json" if json else given
    known = POINT_FORMATS if points else (*FORMATS, *(each for each in FORMATS_OF if command in FORMATS_OF[each]))
    owners = FORMATS_OF.get(name)
    if owners is not None and not points:
        if command not in owners:
            raise InputError("format-elsewhere", format=name, others=", ".join(owners), known=", ".join(known))
        return name
    if name not in ("", *known):
        raise InputError("unknown-format", format=name, known=", ".join(known))
    if points:
        return name or "csv"
    if name or not sys.stdout.isatty():
        return name or "plain"
    from bpcli.cli.settings import settings

    return settings().get("format", "rich")


def write(lines: Iterable[str]) -> None:
    """Print lines to standard output as they come."""
    out = sys.stdout
    for line in lines:
        out.write(line)
        out.write("\n")


def say(line: str, hang: int = 2) -> None:
    """Print a sentence; on a terminal it is broken between words, and goes on `hang` columns from the left."""
    write(_broken(line, hang) if sys.stdout.isatty() else [line])


def tell(line: str) -> None:
    """The same on standard error."""
    for piece in _broken(line, 2) if sys.stderr.isatty() else [line]:
        sys.stderr.write(f"{piece}\n")


def tell_error(error: BpcliError, language: str) -> None:
    """An error on a terminal: its sentences broken between words, the user's line with its caret whole."""
    import shutil

    columns = shutil.get_terminal_size().columns
    first, *rest = error.lines(language, min(WINDOW, max(columns - 10, 24)))  # with two blanks before it, and dots
    tell(PREFIX[language] + first)
    marked = 0 if error.source is None or error.span is None else 2 if error.file is None else 3
    for place, line in enumerate(rest):
        if place < marked:
            sys.stderr.write(f"{line}\n")
        else:
            for part in line.split("\n"):
                tell(part)


def _broken(line: str, hang: int) -> list[str]:
    import shutil
    import textwrap

    width = shutil.get_terminal_size().columns
    if display_width(line) != len(line):
        # Wide characters may be parted anywhere, which textwrap does not know.
        from bpcli.render.plain import wrapped

        return [*wrapped(line, width, " " * hang)]
    indent = " " * (len(line) - len(line.lstrip()))
    hanging = textwrap.TextWrapper(
        width, initial_indent=indent, subsequent_indent=" " * hang, break_long_words=False, break_on_hyphens=False
    )
    return hanging.wrap(line.strip()) or [""]


def write_json(value: object) -> None:
    """Print one JSON object."""
    import json

    write([json.dumps(value, ensure_ascii=False)])


def show_table(table: Table, format: str, whole: bool = True) -> None:  # noqa: A002 - the name of the option
    """A table in a format for people; unless it is to be printed whole, a long one as head and tail."""
    if format == "rich":
        from bpcli.render.terminal import console, table_renderable

        sys.stdout.flush()
        screen = console()
        screen.print(table_renderable(table, whole, screen.width))
    else:
        import shutil

        from bpcli.render.plain import table_lines

        write(table_lines(table, whole, shutil.get_terminal_size().columns if sys.stdout.isatty() else None))
