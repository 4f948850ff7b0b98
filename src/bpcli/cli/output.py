"""What the commands print with: lines, tables and JSON on standard output."""

from __future__ import annotations

import sys

from bpcli.cli.options import FORMATS
from bpcli.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from bpcli.render.layout import Table


def chosen_format(given: str, json: bool) -> str:
    """The format to print in: as asked for, else rich on a terminal and plain in a pipe. Raises InputError."""
    name = "json" if json else given
    if name not in ("", *FORMATS):
        raise InputError("unknown-format", format=name, known=", ".join(FORMATS))
    return name or ("rich" if sys.stdout.isatty() else "plain")


def write(lines: Iterable[str]) -> None:
    """Print lines to standard output as they come."""
    out = sys.stdout
    for line in lines:
        out.write(line)
        out.write("\n")


def say(line: str) -> None:
    """Print a sentence; on a terminal it is broken between words."""
    if sys.stdout.isatty():
        import shutil
        import textwrap

        write(textwrap.wrap(line, shutil.get_terminal_size().columns, subsequent_indent="  ", break_long_words=False))
    else:
        write([line])


def write_json(value: object) -> None:
    """Print one JSON object."""
    import json

    write([json.dumps(value, ensure_ascii=False)])


def show_table(table: Table, format: str) -> None:  # noqa: A002 - the name of the option
    """A short table in a format for people."""
    if format == "rich":
        from bpcli.render.terminal import console, table_renderable

        sys.stdout.flush()
        screen = console()
        screen.print(table_renderable(table, True, screen.width))
    else:
        from bpcli.render.plain import table_lines

        write(table_lines(table))
