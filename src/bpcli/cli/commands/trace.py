"""`bpcli trace`: both passes, step by step."""

from __future__ import annotations

import sys

from bpcli.cli.output import say, show_table, write
from bpcli.cli.work import positive, whole
from bpcli.engine.floats import FLOATS
from bpcli.errors import DONE, InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from bpcli.cli.work import Work
    from bpcli.tracing.lenses import Lens
    from bpcli.tracing.record import Trace

MOST_REPEATS = 1000
SELECTING = ("only", "until", "rows")


def run(work: Work) -> int:
    """Both passes, step by step."""
    from bpcli.tracing.record import record

    scale = positive(work.options, "loss-scale") or 1.0
    mode = work.mode or "reverse"
    if mode == "forward" and scale != 1:
        raise InputError("loss-scale-forward")
    _check_options(work, mode)
    trace = record(work.program, work.given, work.wrt, mode=mode, kind=work.kind, scale=scale)
    verdicts = None
    if work.expected or work.claimed:
        from bpcli.cli.verdicts import on_numbers

        plain = work.wrt is None and mode == "reverse" and work.kind is FLOATS and scale == 1
        results = {work.program.output_name: trace.value}
        totals = {trace.nodes[row.argument].name: row.total / scale for row in trace.backward}
        verdicts = on_numbers(work, results, totals | trace.gradient, trace if plain else None)
    lenses = _lenses(work, trace)
    shown = trace
    if any(name in work.options for name in SELECTING):
        from bpcli.tracing.selection import selected

        shown = selected(trace, *map(work.options.get, SELECTING))
    if work.format == "json":
        from bpcli.render.json import trace_text

        more: dict[str, Any] = {}
        if lenses:
            from bpcli.render.lenses import lens_dict

            more["lens"] = [lens_dict(lens) for lens in lenses]
        for piece in trace_text(shown, more | (verdicts.told if verdicts else {})):
            sys.stdout.write(piece)
        sys.stdout.write("\n")
    elif work.quiet:
        write(f"{name}={work.number(value)}" for name, value in trace.gradient.items())
    elif lenses:
        _show_lenses(work, trace, lenses)
    else:
        _show(work, shown)
    if verdicts is not None:
        if work.format != "json":
            verdicts.tell(work.quiet)
        return verdicts.code
    return DONE


def _show(work: Work, trace: Trace) -> None:
    """The trace in a format for people."""
    every = "all" in work.options
    if work.format == "rich":
        from bpcli.render.terminal import print_trace

        print_trace(trace, work.digits, whole=every)
    else:
        from bpcli.render.plain import trace_lines

        write(trace_lines(trace, work.digits, whole=every or not sys.stdout.isatty()))


def _check_options(work: Work, mode: str) -> None:
    """Refuse options that go with others alone, before anything is computed. Raises InputError."""
    options = work.options
    for option, needs in (("measure", "lens"), ("no-zero", "repeat")):
        if option in options and needs not in options:
            raise InputError("option-needs", option=option, needs=needs)
    for option in ("lens", "repeat"):
        if option not in options:
            continue
        if mode == "forward":
            raise InputError("lens-forward", option=option)
        for part in SELECTING:
            if part in options:
                raise InputError("lens-and-part", option=option, part=part)


def _lenses(work: Work, trace: Trace) -> list[Lens]:
    """The answers of the lenses that were asked for. Raises InputError for one that is none."""
    options = work.options
    times = whole(options, "repeat", 1, MOST_REPEATS)
    if "lens" not in options and times is None:
        return []
    from bpcli.tracing import lenses

    found = []
    for name in options.get("lens", "").split(",") if "lens" in options else ():
        name = name.strip()
        if name == lenses.COST:
            found.append(lenses.cost(trace, "measure" in options))
        elif name == lenses.FLOW:
            found.append(lenses.flow(trace))
        elif name == lenses.MEMORY:
            found.append(lenses.memory(trace))
        else:
            raise InputError("unknown-lens", lens=name, known=", ".join(lenses.LENSES))
    if times is not None:
        found.append(lenses.repeated(trace, times, "no-zero" not in options))
    return found


def _show_lenses(work: Work, trace: Trace, lenses: list[Lens]) -> None:
    """The program and its inputs, then each lens: tables, and what they show in sentences."""
    from bpcli.render.layout import header
    from bpcli.render.lenses import finding_text, lens_tables

    for line in header(trace, work.digits):
        say(line)
    output = trace.nodes[trace.output].name if trace.output in trace.nodes else work.program.output_name
    for lens in lenses:
        for table in lens_tables(lens, output, work.digits):
            write([""])
            show_table(table, work.format, "all" in work.options or not sys.stdout.isatty())
        write([""])
        for finding in lens.findings:
            say(finding_text(finding, work.digits))
