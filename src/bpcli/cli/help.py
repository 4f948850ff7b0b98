"""What `--help` shows: the commands and options that Typer has collected, in the language of the reader.

Typer counts characters where a terminal counts columns, and knows no other language than its own; so the lines
are written here.
"""

from __future__ import annotations

import re
import shutil
import textwrap
from typing import Any

import typer.core

from bpcli.cli.examples import EXAMPLES, FIRST
from bpcli.errors import display_width, fact_in
from bpcli.render.languages import CHINESE, ENGLISH, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

WIDEST, NARROWEST = 78, 38  # columns of a page of help
TERM = 30  # columns of the longest option that shares a line with its text


class HelpfulCommand(typer.core.TyperCommand):
    """A command whose help is written here."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write("\n".join(page(self, ctx)))


class HelpfulGroup(typer.core.TyperGroup):
    """The program itself; the same."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write("\n".join(page(self, ctx)))


def in_language(program: Any, language: str) -> Any:
    """The program with the help of all its commands and options in a language.

    What has no text in that language keeps the English one.
    """
    if language != CHINESE:
        return program
    from bpcli.cli import chinese

    for name, command in [("", program), *program.commands.items()]:
        if name in chinese.COMMANDS:
            takes_expression = name in chinese.SHORT
            command.help = chinese.COMMANDS[name] + (f"\n\n{chinese.VARIABLES}" if takes_expression else "")
            command.short_help = chinese.SHORT.get(name, chinese.COMMANDS[name])
        for parameter in command.params:
            parameter.help = chinese_of(name, key_of(parameter)) or getattr(parameter, "help", None)
    return program


def key_of(parameter: Any) -> str:
    """The key of an option or argument in the Chinese texts: `loss-scale`, `q`, `FILE`."""
    if parameter.param_type_name == "argument":
        return str(parameter.metavar).strip("[]")
    return str(parameter.opts[0]).lstrip("-")


def chinese_of(command: str, key: str) -> str | None:
    """The Chinese text of an option of a command, if there is one."""
    from bpcli.cli.chinese import OPTIONS

    return OPTIONS.get(f"{command} {key}") or OPTIONS.get(key)


def placeholders(text: str, language: str) -> str:
    """A text with the words that stand for what is to be typed, such as NAME=VALUE, in a language."""
    return re.sub(r"[A-Z]{3,}", lambda found: fact_in(language, "metavar", found.group()), text)


def page(command: Any, ctx: Any) -> Iterator[str]:
    """The help of a command, or of the program, line by line."""
    language = ctx.find_root().obj or ENGLISH
    words = texts(language, "HELP")
    width = max(min(shutil.get_terminal_size().columns - 2, WIDEST), NARROWEST)
    # Typer's braces around what is needed look like something to type.
    pieces = [piece.strip("{}") for piece in command.collect_usage_pieces(ctx)]
    usage = placeholders(" ".join([ctx.command_path, *pieces]), language)
    yield from _filled(usage, width, words["usage"], " " * display_width(words["usage"]))
    for paragraph in (command.help or "").split("\n\n"):
        yield ""
        yield from _filled(" ".join(paragraph.split()), width, "  ")
    arguments, options = [], []
    for parameter in command.get_params(ctx):
        if parameter.param_type_name == "argument":
            if parameter.help:
                arguments.append((placeholders(parameter.metavar, language), parameter.help))
            continue
        term = ", ".join(parameter.opts)
        if not parameter.is_flag:
            term += " " + placeholders(parameter.metavar, language)
        text = parameter.help or ""
        if key_of(parameter) == "help":
            text = words["help"]
        if parameter.show_default and not parameter.is_flag and parameter.default:
            text += words["default"].format(value=parameter.default)
        options.append((term, text))
    yield from _listed(words["arguments"], arguments, width)
    yield from _listed(words["options"], options, width)
    commands = getattr(command, "commands", {})
    entries = [(name, each.short_help or each.help or "") for name, each in commands.items()]
    yield from _listed(words["commands"], entries, width)
    yield ""
    yield f"  {words['examples']}"
    # A line to be copied is not broken.
    for example in EXAMPLES.get(command.name or "", FIRST) if not commands else FIRST:
        yield f"    {example}"


def _listed(heading: str, entries: list[tuple[str, str]], width: int) -> Iterator[str]:
    """Terms and their texts in two columns, below a heading; nothing where there are none."""
    if not entries:
        return
    yield ""
    yield heading
    column = 4 + min(max(display_width(term) for term, _ in entries), TERM, width // 2)
    for term, text in entries:
        first = f"  {term}"
        gap = column - display_width(first)
        if gap < 2:
            yield first
            first, gap = "", column
        yield from _filled(text, width, first + " " * gap, " " * column)


def _filled(text: str, width: int, first: str, hanging: str | None = None) -> Iterator[str]:
    """A text in lines of at most `width` columns behind `first`, the others behind `hanging`."""
    hanging = first if hanging is None else hanging
    if display_width(text) == len(text):
        lines = textwrap.wrap(
            text, width - display_width(hanging), break_long_words=False, break_on_hyphens=False
        ) or [""]
    else:
        from bpcli.render.plain import wrapped

        lines = [*wrapped(text, width - display_width(hanging), "")]
    for place, line in enumerate(lines):
        yield (hanging if place else first) + line
