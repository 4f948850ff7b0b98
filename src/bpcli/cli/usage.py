"""What Typer finds wrong with a command line, as errors of our own."""

from __future__ import annotations

import re
from typing import Any

from bpcli.cli.examples import EXAMPLES
from bpcli.cli.help import key_of
from bpcli.errors import InputError, closest


def usage_error(error: Any, words: list[str], program: Any) -> InputError:
    """The error of ours that says what one of Typer's says.

    Typer's classes come from a copy of click that is no part of its interface; they are told apart by name.
    """
    name = words[0] if words[0] in program.commands else ""
    command = program.commands.get(name, program)
    how = f"`bpcli {name} --help`" if name else "`bpcli --help`"
    kind = type(error).__name__
    if kind == "NoSuchOption":
        known = [option for parameter in command.params for option in parameter.opts if option.startswith("--")]
        near = closest(error.option_name, known)
        hint = f"did you mean {near}?" if near else f"{how} shows how it is used"
        return InputError("unknown-option", option=error.option_name, hint=hint)
    if kind == "BadOptionUsage":
        option = error.option_name
        parameter = next(each for each in command.params if option in each.opts)
        if parameter.is_flag:
            return InputError("switch-with-value", option=option.lstrip("-"))
        return InputError("option-without-value", option=option.lstrip("-"), metavar=parameter.metavar)
    if kind == "MissingParameter":
        example = EXAMPLES[name][0]
        return InputError("usage-argument-missing", command=name, metavar=key_of(error.param), example=example)
    message = str(error.format_message()).rstrip(".")
    extra = re.search(r"extra argument.* \((.+)\)$", message)
    if extra:
        return InputError("usage-argument-extra", command=name, text=extra.group(1))
    return InputError("usage", message=message[:1].lower() + message[1:], hint=f"{how} shows how it is used")
