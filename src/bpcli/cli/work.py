"""What the commands that take an expression share: the expression read, its values known, the format decided."""

from __future__ import annotations

import math
import sys

from bpcli.cli.arguments import spelled, whole_number
from bpcli.cli.options import table_of
from bpcli.cli.output import chosen_format, tell
from bpcli.cli.settings import count_widths, digits, spoken
from bpcli.engine.choose import step_digits
from bpcli.engine.floats import FLOATS
from bpcli.engine.given import pieces, value_of
from bpcli.engine.leaves import read_with_leaves
from bpcli.errors import FileError, InputError, closest
from bpcli.graph import MOST_NODES
from bpcli.language.reader import parse
from bpcli.numbers import full, show
from bpcli.ops import named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from typing import Any

    from bpcli.calculus.kinds import Kind
    from bpcli.cli.arguments import Request
    from bpcli.data.rows import Rows
    from bpcli.engine.point import Point
    from bpcli.graph import Program


JUDGES = ("check", "why")  # these say themselves what is wrong with a rule


class Work:
    """A request with its expression read, its values known and its format decided.

    rows: the file of --data; the names of its columns are those of variables
    """

    def __init__(self, request: Request, rows: Rows | None = None) -> None:
        options = request.options
        count_widths(options)
        self.rows = rows
        self.command = request.command
        self.quiet = request.quiet
        self.options = options
        self.expected = request.several.get("expect", [])
        self.claimed = request.several.get("claim", [])
        self.shapes = request.several.get("shape", [])
        if "tolerance" in options and request.command != "check" and not self.expected and not self.claimed:
            raise InputError("tolerance-alone")
        self.format = chosen_format(options.get("format", ""), "json" in options, request.command, rows is not None)
        self.language = spoken(options, self.format)
        self.kind = chosen_kind(options)
        precision = int(options.get("precision", 0))
        self.digits = digits(options, max(17, precision))
        if precision and "digits" not in options:
            self.digits = step_digits(self.kind) if request.command == "trace" else precision
        self.given = {name: _given(text, name, self.kind, request.command) for name, text in request.values.items()}
        limit = whole(options, "max-nodes", 1, 10**9) or MOST_NODES
        share = "no-share" not in options
        for name in ("keep", "save"):
            if name in options and rows is None:
                raise InputError("without-data", option=name)
        if rows is not None and request.several:
            raise InputError("one-answer-only", option=next(iter(request.several)))
        for name in ("mode", "exact", "precision", "dtype"):
            if name in options and rows is not None:
                raise InputError("one-point-only", option=name)
        known: Collection[str] = self.given if rows is None else {*self.given, *map(spelled, rows.names)}
        text = read_text(request.text, options.get("file"))
        self.wrt = [name.strip() for name in pieces(options["wrt"])] if options.get("wrt") else None
        if self.wrt is not None and not all(self.wrt):
            raise InputError("option-without-value", option="wrt", metavar="NAMES, as in x,w")
        unfold = [name.strip() for name in options.get("unfold", "").split(",") if name.strip()]

        def read(leaves: Collection[str]) -> Program:
            return parse(
                text, given=known, share=share, limit=limit, tie=options.get("tie", "share"), leaves=leaves,
                unfold=unfold,
            )  # fmt: skip

        self.program: Program
        if rows is None:
            wrt = None if self.wrt is None else [name.partition("[")[0] for name in self.wrt]
            asked = () if request.command == "eval" else wrt
            self.program, self.given = read_with_leaves(read, self.given, self.kind, asked)
        else:
            self.program = read(())
        _refuse_unused(unfold, text)
        if self.program.graph.functions and request.command not in JUDGES:
            from bpcli.tracing.rules import check_rules

            check_rules(self.program)
        if options.get("tie", "share") != "share" and any(
            op.partition(" ")[0] in ("amax", "amin") for op in self.program.graph.op
        ):
            raise InputError("tie-of-tensors", tie=options["tie"])
        if options.get("output"):
            self.program.select([name.strip() for name in options["output"].split(",")])
        for name in options:
            if name in self.program.inputs and name not in known:
                raise InputError("option-as-variable", name=name)

    @property
    def mode(self) -> str | None:
        """Forward or reverse, where one was asked for. Raises InputError."""
        mode = self.options.get("mode")
        if mode not in (None, "forward", "reverse"):
            raise InputError("unknown-mode", mode=mode)
        return mode

    def by_name(self, option: str, names: Sequence[str]) -> dict[str, Any]:
        """Numbers or arrays by name: `x=1,w=[1,2]`, or `1,-2` in the order of the names. Raises InputError."""
        found: dict[str, Any] = {}
        for place, piece in enumerate(pieces(self.options[option])):
            name, equals, text = piece.partition("=")
            if not equals:
                if place >= len(names) == 1 and self.program.of_tensors:
                    raise InputError("array-in-brackets", option=option, text=self.options[option])
                if place >= len(names):
                    raise InputError("too-many-numbers", option=option, count=len(names), names=", ".join(names))
                name, text = names[place], piece
            name = name.strip()
            if name in found:
                raise InputError("given-twice", name=name, first=full(found[name]), second=text)
            found[name] = value_of(text.strip(), name)
        if "=" not in self.options[option] and len(found) < len(names):
            raise InputError(
                "too-few-numbers", option=option, given=len(found), count=len(names), names=", ".join(names),
                names_of_one=names[0],
            )  # fmt: skip
        return found

    def number(self, value: float) -> str:
        """A number of a bare answer: to the last bit, or to the digits that were asked for."""
        return show(value, self.digits) if "digits" in self.options else full(value)


def _refuse_unused(unfold: Sequence[str], text: str) -> None:
    """Refuse to unfold what occurs neither in the text nor in what is unfolded there. Raises InputError."""
    if not unfold:
        return
    import re

    formulas = [text, *(str(op.unfolded) for name in unfold for op in named(name))]
    called = {word for formula in formulas for word in re.findall(r"\w+", formula)}
    for name in unfold:
        if called.isdisjoint({name, *(word for op in named(name) for word in (op.spelling, *op.aliases))}):
            raise InputError("unfold-unused", name=name)


def chosen_kind(options: dict[str, str]) -> Kind:
    """The kind of number to calculate with. Raises InputError."""
    chosen = [name for name in ("exact", "precision", "dtype") if name in options]
    if len(chosen) > 1:
        raise InputError("numbers-twice", first=chosen[0], second=chosen[1])
    if "loss-scale" in options and "dtype" not in options:
        raise InputError("loss-scale-alone", text=options["loss-scale"])
    if not chosen:
        return FLOATS
    from bpcli.engine.choose import NARROW, kind_for

    dtype, digits = options.get("dtype"), whole(options, "precision", 2, 10_000)
    if dtype is not None and dtype not in NARROW:
        raise InputError("unknown-dtype", name=dtype, known=", ".join(NARROW))
    return kind_for(dtype or digits or "exact")


def given_value(text: str, name: str, kind: Kind) -> Any:
    """The value of an option, in the kind in which it is read: narrow numbers are those of floats, rounded once."""
    return value_of(text, name, kind if kind.written else FLOATS)


def _given(text: str, name: str, kind: Kind, command: str) -> Any:
    """The value of a variable. Raises InputError; where the name is nearly one of an option, with a hint."""
    try:
        return given_value(text, name, kind)
    except InputError as error:
        near = closest(name, [*table_of(command)]) if error.kind == "not-a-number" and len(name) > 3 else None
        if near is None:
            raise
        raise InputError("not-a-number", name=name, text=text, hint=f"did you mean the option --{near}?") from None


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
        value = float(value_of(text))
    except (InputError, TypeError):
        value = -1.0
    if not 0 < value < math.inf:
        raise InputError("option-not-positive", option=name, text=text)
    return value


def choice(options: dict[str, str], name: str, known: tuple[str, ...]) -> str:
    """The value of an option that is one of some words, the first unless it was given. Raises InputError."""
    value = options.get(name, known[0])
    if value not in known:
        raise InputError("option-not-a-choice", option=name, text=value, known=", ".join(known))
    return value


def read_text(text: str | None, path: str | None) -> str:
    """The expression itself, or what stands in a file or on standard input. Raises FileError, InputError."""
    return text if text is not None and text != "-" else text_of(path)


def text_of(path: str | None) -> str:
    """What stands in a text file, or on standard input ("-" or None). Raises FileError, InputError."""
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


def warn(point: Point, language: str) -> None:
    """Say on standard error what was noticed about infinite values; the rest is part of the answer."""
    if not point.notes:
        return
    from bpcli.render.words import phrase, sentence

    for note in point.notes:
        tell(phrase("note", language, text=sentence(note, language)))
