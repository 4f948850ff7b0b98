"""`bpcli trace --from`: a trace that was stored as JSON, shown in any format."""

from __future__ import annotations

import json

from bpcli.cli.commands.trace import chosen_level, show
from bpcli.cli.output import chosen_format
from bpcli.cli.settings import count_widths, digits, language
from bpcli.cli.work import text_of
from bpcli.errors import InputError
from bpcli.numbers import full
from bpcli.numbers import show as shown
from bpcli.render.languages import ENGLISH
from bpcli.tracing.stored import restored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.cli.arguments import Request


def show_stored(request: Request) -> int:
    """Print the trace of a file; the exit code. Raises FileError, InputError."""
    options = request.options
    path = options["from"]
    for name in options:
        if name not in ("from", "format", "json", "digits", "all", "interactive", "lang", "explain", "ambiguous"):
            raise InputError("option-with-from", option=name)
    count_widths(options)
    shown_digits = digits(options)
    format_ = chosen_format(options.get("format", ""), "json" in options, request.command)
    try:
        data = json.loads(text_of(path))
    except json.JSONDecodeError as error:
        file = "standard input" if path == "-" else path
        raise InputError("not-json", file=file, line=error.lineno, column=error.colno) from None
    bare = (lambda value: shown(value, shown_digits)) if "digits" in options else full
    trace = restored(data)
    told = language(options) if format_ != "json" or "lang" in options else ENGLISH
    explain = chosen_level(options, format_)
    if "interactive" in options:
        from bpcli.cli.interactive import step_through

        return step_through(trace, shown_digits, language=told)
    whole = "all" in options
    bare_ = bare if request.quiet else None
    return show(trace, format_, shown_digits, whole=whole, bare=bare_, language=told, explain=explain)
