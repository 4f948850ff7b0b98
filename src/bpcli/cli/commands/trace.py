"""`bpcli trace`: both passes, step by step."""

from __future__ import annotations

import sys

from bpcli.cli.output import write
from bpcli.cli.work import positive
from bpcli.errors import DONE, InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from bpcli.cli.work import Work
    from bpcli.tracing.record import Trace


def run(work: Work) -> int:
    """Both passes, step by step."""
    from bpcli.tracing.record import record

    scale = positive(work.options, "loss-scale") or 1.0
    mode = work.mode or "reverse"
    if mode == "forward" and scale != 1:
        raise InputError("loss-scale-forward")
    explain = chosen_level(work.options, mode)
    trace = record(work.program, work.given, work.wrt, mode=mode, kind=work.kind, scale=scale)
    if "interactive" in work.options:
        from bpcli.cli.interactive import step_through

        return step_through(trace, work.digits, language=work.language)
    bare = work.number if work.quiet else None
    whole = "all" in work.options
    return show(trace, work.format, work.digits, whole=whole, bare=bare, language=work.language, explain=explain)


def chosen_level(options: dict[str, str], mode: str) -> str:
    """The level at which a trace is told in words; "" where that was not asked for. Raises InputError."""
    explain = options.get("explain", "")
    if explain:
        from bpcli.render.narration import LEVELS

        if explain not in LEVELS:
            raise InputError("unknown-level", level=explain, known=", ".join(LEVELS))
        if mode == "forward":
            raise InputError("explain-forward")
    return explain


def show(
    trace: Trace,
    format: str,  # noqa: A002 - the name of the option
    digits: int,
    *,
    whole: bool,
    bare: Callable[[float], str] | None,
    language: str,
    explain: str = "",
) -> int:
    """Print a trace; the exit code.

    whole:   every row of a long table
    bare:    how a number of the bare answer is written, where that alone is asked for
    explain: the level at which it is told in words too, of narration.LEVELS
    """
    if format == "json":
        from bpcli.render.json import trace_text

        for piece in trace_text(trace, language, explain):
            sys.stdout.write(piece)
        sys.stdout.write("\n")
    elif bare is not None:
        write(f"{name}={bare(value)}" for name, value in trace.gradient.items())
    elif format == "rich":
        from bpcli.render.terminal import print_trace

        print_trace(trace, digits, whole=whole, language=language, explain=explain)
    else:
        from bpcli.render.plain import trace_lines

        whole = whole or not sys.stdout.isatty()
        write(trace_lines(trace, digits, whole=whole, language=language, explain=explain))
    return DONE
