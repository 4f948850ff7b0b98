"""`bpcli trace`: both passes, step by step."""

from __future__ import annotations

import sys

from bpcli.cli.output import write
from bpcli.cli.work import positive
from bpcli.engine.floats import FLOATS
from bpcli.errors import DONE, InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.cli.work import Work


def run(work: Work) -> int:
    """Both passes, step by step."""
    from bpcli.tracing.record import record

    scale = positive(work.options, "loss-scale") or 1.0
    mode = work.mode or "reverse"
    if mode == "forward" and scale != 1:
        raise InputError("loss-scale-forward")
    trace = record(work.program, work.given, work.wrt, mode=mode, kind=work.kind, scale=scale)
    whole = "all" in work.options
    verdicts = None
    if work.expected or work.claimed:
        from bpcli.cli.verdicts import on_numbers

        plain = work.wrt is None and mode == "reverse" and work.kind is FLOATS and scale == 1
        results = {work.program.output_name: trace.value}
        verdicts = on_numbers(work, results, trace.gradient, trace if plain else None)
    if work.format == "json":
        from bpcli.render.json import trace_text

        for piece in trace_text(trace, verdicts.told if verdicts else {}):
            sys.stdout.write(piece)
        sys.stdout.write("\n")
    elif work.quiet:
        write(f"{name}={work.number(value)}" for name, value in trace.gradient.items())
    elif work.format == "rich":
        from bpcli.render.terminal import print_trace

        print_trace(trace, work.digits, whole=whole)
    else:
        from bpcli.render.plain import trace_lines

        write(trace_lines(trace, work.digits, whole=whole or not sys.stdout.isatty()))
    if verdicts is not None:
        if work.format != "json":
            verdicts.tell(work.quiet)
        return verdicts.code
    return DONE
