"""What the commands that take an expression share: the expression read, its values known, the format decided."""

from __future__ import annotations

import importlib
import math
import sys

from bpcli.cli.arguments import spelled
from bpcli.cli.output import chosen_format, whole_number
from bpcli.engine.point import value_of
from bpcli.errors import FileError, InputError
from bpcli.graph import MOST_NODES
from bpcli.language.reader import parse
from bpcli.numbers import DIGITS, full, show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.cli.arguments import Request
    from bpcli.data.rows import Rows
    from bpcli.engine.point import Point
    from bpcli.graph import Program


def run(request: Request) -> int:
    """Carry out a request; the exit code. Raises BpcliError."""
    name = "cli.points" if "data" in request.options else f"cli.commands.{request.command}"
    command = importlib.import_module(f"bpcli.{name}")
    rows = opened_rows(request) if "data" in request.options else None
    try:
        code: int = command.run(Work(request, rows))
    finally:
        if rows is not None:
            rows.close()
    return code


class Work:
    """A request with its expression read, its values known and its format decided.

    rows: the file of --data; the names of its columns are those of variables
    """

    def __init__(self, request: Request, rows: Rows | None = None) -> None:
        options = request.options
        self.rows = rows
        self.command = request.command
        self.quiet = request.quiet
        self.options = options
        self.format = chosen_format(options.get("format", ""), "json" in options, points="data" in options)
        self.digits = whole(options, "digits", 1, 17) or DIGITS
        self.given = {name: value_of(text, name) for name, text in request.values.items()}
        limit = whole(options, "max-nodes", 1, 10**9) or MOST_NODES
        share = "no-share" not in options
        for name in ("keep", "output"):
            if name in options and "data" not in options:
                raise InputError("without-data", option=name)
        known = self.given if rows is None else {*self.given, *map(spelled, rows.names)}
        text = read_text(request.text, options.get("file"))
        self.program: Program = parse(text, given=known, share=share, limit=limit)
        for name in options:
            if name in self.program.inputs and name not in known:
                raise InputError("option-as-variable", name=name)
        self.wrt = [name.strip() for name in options["wrt"].split(",")] if options.get("wrt") else None
        if self.wrt is not None and not all(self.wrt):
            raise InputError("option-without-value", option="wrt", metavar="NAMES, as in x,w")

    def number(self, value: float) -> str:
        """A number of a bare answer: to the last bit, or to the digits that were asked for."""
        return show(value, self.digits) if "digits" in self.options else full(value)


def opened_rows(request: Request) -> Rows:
    """The file of --data, read as far as the names of its columns. Raises FileError, InputError."""
    path = request.options["data"]
    if path == "-" and (request.text == "-" or request.options.get("file") == "-"):
        raise InputError("standard-input-twice")
    from bpcli.data.rows import open_rows

    return open_rows(path)


def whole(options: dict[str, str], name: str, least: int, most: int) -> int | None:
    """The value of an option that is a whole number; None where it was not given. Raises InputError."""
    return whole_number(name, options[name], least, most) if name in options else None


def positive(options: dict[str, str], name: str) -> float | None:
    """The value of an option that is a number above 0; None where it was not given. Raises InputError."""
    text = options.get(name)
    if text is None:
        return None
    try:
        value = value_of(text)
    except InputError:
        value = -1.0
    if not 0 < value < math.inf:
        raise InputError("option-not-positive", option=name, text=text)
    return value


def read_text(text: str | None, path: str | None) -> str:
    """The expression itself, or what stands in a file or on standard input. Raises FileError, InputError."""
    if text is not None and text != "-":
        return text
    if path is None or path == "-":
        data, name = sys.stdin.buffer.read(), "standard input"
    else:
        name = path
        try:
            with open(path, "rb") as file:
                data = file.read()
        except FileNotFoundError:
            raise FileError("file-missing", file=path) from None
        except IsADirectoryError:
            raise FileError("file-is-folder", file=path) from None
        except OSError as error:
            raise FileError("file-unreadable", file=path, reason=error.strerror or "unknown reason") from None
    try:
        decoded = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("not-utf8", file=name) from None
    if "\0" in decoded:
        raise InputError("not-utf8", file=name)
    return decoded


def warn(point: Point) -> None:
    """Say on standard error what was noticed about infinite values; the rest is part of the answer."""
    from bpcli.render.words import sentence

    for note in point.notes:
        sys.stderr.write(f"note: {sentence(note)}\n")
