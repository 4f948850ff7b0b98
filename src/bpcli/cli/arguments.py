"""Telling variables from options: `--x -1e5` gives x a value, `-e^x` is an expression.

From left to right: after `--` everything is positional; a declared option is that option, and takes the
next word as it stands; any other `--name` is a variable, whose value is the next word as it stands;
everything else, `-x^2` and `-1` included, is the expression.
"""

from __future__ import annotations

from bpcli.cli.options import ALL, QUIET, TRAINING, table_of
from bpcli.errors import InputError, closest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection


class Request:
    """What was asked for: the command, the text of the expression, the options, the values of variables.

    text:   as typed, "-" for standard input, None where it comes by --file
    values: variable -> text of its value
    several: the values of options that may be given more than once
    """

    __slots__ = ("command", "options", "quiet", "several", "text", "values")

    def __init__(self, command: str) -> None:
        self.command = command
        self.text: str | None = None
        self.options: dict[str, str] = {}
        self.values: dict[str, str] = {}
        self.several: dict[str, list[str]] = {}
        self.quiet = False

    def give(self, name: str, value: str) -> None:
        """A value for a variable. Raises InputError where it has one."""
        if name in self.values:
            raise InputError("given-twice", name=name, first=self.values[name], second=value)
        self.values[name] = value


def split(command: str, words: list[str]) -> Request:
    """The request that the words after the command make.

    Raises InputError for a value that is missing or given twice, and for more or fewer than one expression.

    >>> request = split("grad", ["-x^2", "--x", "-1e5", "-q"])
    >>> request.text, request.values, request.quiet
    ('-x^2', {'x': '-1e5'}, True)
    """
    request = Request(command)
    known = table_of(command)
    positional: list[str] = []
    place = 0
    while place < len(words):
        word = words[place]
        place += 1
        if word == "--":
            positional += words[place:]
            break
        if word == QUIET:
            request.quiet = True
            continue
        name, equals, value = word[2:].partition("=") if word.startswith("--") else ("", "", "")
        option = known.get(name)
        if option is not None:
            if command not in option.commands:
                raise InputError("option-elsewhere", option=name, command=command, others=", ".join(option.commands))
            if option.metavar is None:
                if equals:
                    raise InputError("switch-with-value", option=name)
                value = ""
            elif not equals:
                value = words[place] if place < len(words) else ""
                place += 1
            if option.metavar is not None and not value:
                raise InputError("option-without-value", option=name, metavar=option.metavar)
            if name == "set":
                _set(request, value)
            elif option.repeats:
                request.several.setdefault(name, []).append(value)
            elif name in request.options and request.options[name] != value:
                raise InputError("option-twice", option=name)
            else:
                request.options[name] = value
        elif is_name(name):
            if not equals:
                if place >= len(words) or _is_variable(words[place], known):
                    near = closest(name, [*known])
                    hint = f"did you mean the option --{near}?" if near and len(name) > 3 else None
                    raise InputError("no-value", name=name, hint=hint)
                value = words[place]
                place += 1
            request.give(spelled(name), value)
        else:
            positional.append(word)
    if "help" in request.options:
        return request
    if "from" in request.options:
        if positional or request.values or "file" in request.options:
            raise InputError("from-and-expression")
    elif "file" in request.options and command not in TRAINING:
        if positional:
            raise InputError("file-and-expression", text=positional[0])
    elif positional:
        if command in TRAINING and len(positional) > 1 and not set("".join(positional)) & set("+*/^()="):
            raise InputError("usage-argument-extra", command=command, text=positional[1])
        _only_one(positional, known)
        request.text = positional[0]
    elif command not in TRAINING:
        raise InputError("no-expression", command=command)
    return request


def spelled(name: str) -> str:
    """A name as the text of an expression spells it once it is plain: W₁ is W1, and full-width letters are plain."""
    if name.isascii():
        return name
    from bpcli.language.scanner import plain

    return plain(name)[0]


def is_name(word: str) -> bool:
    """Whether a word can be the name of a variable."""
    return spelled(word).isidentifier()


def _is_variable(word: str, known: Collection[str]) -> bool:
    name = word[2:].partition("=")[0] if word.startswith("--") else ""
    return is_name(name) or name in known


def _set(request: Request, assignment: str) -> None:
    name, equals, value = assignment.partition("=")
    if not equals or not is_name(name.strip()):
        raise InputError("set-without-equals", text=assignment)
    request.give(spelled(name.strip()), value)


def _only_one(positional: list[str], known: Collection[str]) -> None:
    if len(positional) == 1:
        return
    import os

    for word in positional:
        if word.startswith("--"):
            near = closest(word[2:], [*known])
            raise InputError("unknown-option", option=word, hint=f"did you mean --{near}?" if near else "")
    files = [word for word in positional if os.path.exists(word)]
    if files:
        raise InputError("shell-expanded", file=files[0], count=len(positional))
    name, equals, value = positional[1].partition("=")
    if equals and name.isidentifier() and value:
        raise InputError("value-without-dashes", text=positional[1], name=name, value=value)
    dashed = positional[1].lstrip("-—–−")
    if dashed != positional[1] and dashed.isidentifier() and len(positional) > 2:
        raise InputError("value-without-dashes", text=positional[1], name=dashed, value=positional[2])
    raise InputError("two-expressions", second=positional[1], joined=" ".join(positional))


def words_for(request: Request) -> list[str]:
    """The same request in the words that Typer reads: every variable as --set, the expression last."""
    words, known = [request.command], table_of(request.command)
    for name, value in request.options.items():
        words += [f"--{name}"] if known[name].metavar is None else [f"--{name}", value]
    for name, values in request.several.items():
        for value in values:
            words += [f"--{name}", value]
    for name, value in request.values.items():
        words += ["--set", f"{name}={value}"]
    if request.quiet:
        words.append(QUIET)
    if request.text is not None:
        words += ["--", request.text]
    return words


def takes_variables(name: str) -> bool:
    """Whether values of variables may stand among the options of a command."""
    return name in ALL or name in TRAINING


def whole_number(option: str, text: str, least: int, most: int) -> int:
    """The value of an option that is a whole number. Raises InputError."""
    if not text.isascii() or not text.isdigit() or len(text) > 12 or not least <= int(text) <= most:
        raise InputError("option-not-whole", option=option, text=text, least=least, most=most)
    return int(text)
