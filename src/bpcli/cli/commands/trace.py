"""`bpcli trace`: both passes, step by step."""

from __future__ import annotations

import sys

from bpcli.cli.output import write
from bpcli.cli.work import positive
from bpcli.errors import DONE, InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.cli.work import Work

PAGES = {"md": "markdown", "latex": "latex"}  # format -> the module of render/ that writes its lines
PICTURES = ("svg", "dot", "mermaid")


def run(work: Work) -> int:
    """Both passes, step by step."""
    from bpcli.tracing.record import record

    scale = positive(work.options, "loss-scale") or 1.0
    mode = work.mode or "reverse"
    if mode == "forward" and scale != 1:
        raise InputError("loss-scale-forward")
    trace = record(work.program, work.given, work.wrt, mode=mode, kind=work.kind, scale=scale)
    whole = "all" in work.options
    if work.format == "json":
        from bpcli.render.json import trace_text

        for piece in trace_text(trace):
            sys.stdout.write(piece)
        sys.stdout.write("\n")
    elif work.quiet:
        write(f"{name}={work.number(value)}" for name, value in trace.gradient.items())
    elif work.format == "rich":
        from bpcli.render.terminal import print_trace

        print_trace(trace, work.digits, whole=whole)
    elif work.format in PAGES:
        from importlib import import_module

        page = import_module(f"bpcli.render.{PAGES[work.format]}")
        write(page.trace_lines(trace, work.digits, whole=whole or not sys.stdout.isatty()))
    elif work.format in PICTURES:
        from bpcli.cli.commands.graph import show
        from bpcli.render.diagram import diagram

        show(diagram(trace, digits=work.digits), work.format)
    else:
        from bpcli.render.ascii import spelled
        from bpcli.render.plain import trace_lines

        spell = spelled if work.format == "ascii" else str
        write(trace_lines(trace, work.digits, whole=whole or not sys.stdout.isatty(), spell=spell))
    return DONE
