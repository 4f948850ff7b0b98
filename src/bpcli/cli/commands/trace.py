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
    trace = record(work.program, work.given, work.wrt, mode=mode, kind=work.kind, scale=scale)
    bare = work.number if work.quiet else None
    return show(trace, work.format, work.digits, whole="all" in work.options, bare=bare, options=work.options)


def show(
    trace: Trace,
    format: str,  # noqa: A002 - the name of the option
    digits: int,
    *,
    whole: bool,
    bare: Callable[[float], str] | None,
    options: dict[str, str],
) -> int:
    """Print a trace; the exit code.

    whole: every row of a long table
    bare:  how a number of the bare answer is written, where that alone is asked for
    options: of the request; the language of a page is chosen by them
    """
    if format == "json":
        from bpcli.render.json import trace_text

        for piece in trace_text(trace):
            sys.stdout.write(piece)
        sys.stdout.write("\n")
    elif format == "html":
        from bpcli.cli.work import language
        from bpcli.render.html import page_pieces

        for piece in page_pieces(trace, digits, language(options)):
            sys.stdout.write(piece)
    elif bare is not None:
        write(f"{name}={bare(value)}" for name, value in trace.gradient.items())
    elif format == "rich":
        from bpcli.render.terminal import print_trace

        print_trace(trace, digits, whole=whole)
    else:
        from bpcli.render.plain import trace_lines

        write(trace_lines(trace, digits, whole=whole or not sys.stdout.isatty()))
    return DONE
