"""`bpcli trace`: both passes, step by step."""

from __future__ import annotations

import sys
from importlib import import_module

from bpcli.cli.output import say, show_table, write
from bpcli.cli.work import positive, whole
from bpcli.engine.choose import digits_of
from bpcli.engine.floats import FLOATS
from bpcli.errors import DONE, BpcliError, InputError, NumericError
from bpcli.render.languages import LANGUAGES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from bpcli.cli.stored import Stored
    from bpcli.cli.verdicts import Verdicts
    from bpcli.cli.work import Work
    from bpcli.tracing.lenses import Lens
    from bpcli.tracing.record import Trace

MOST_REPEATS = 1000
SELECTING = ("only", "until", "rows")

PAGES = {"md": "markdown", "latex": "latex"}  # format -> the module of render/ that writes its lines
PRINTED = ("latex", "html")  # formats of documents that somebody reads from end to end, or a browser holds
MOST_PRINTED = 20_000  # rows of those
MOST_RICH = 600  # steps of a table of Rich's, which costs fifty times as much as plain text; a longer one is plain
TABLED = ("rich", "plain", "ascii", "md", "json")  # formats that have the tables of a lens
PICTURES = ("svg", "dot", "mermaid")
SCREENS = ("rich", "plain", "ascii")
APART = ("blank", "lens", "repeat", "interactive")  # options that show something else than the tables
WITHOUT_RULE = ("no-rule", "no-rule-in-table", "no-rule-of-product")
EXPLAINED = ("rich", "plain", "ascii", "md", "latex", "html", "json")  # formats that tell a trace in words too


def run(work: Work) -> int:
    """Both passes, step by step."""
    from bpcli.tracing.record import record

    scale = positive(work.options, "loss-scale") or 1.0
    mode = work.mode or "reverse"
    if mode == "forward" and scale != 1:
        raise InputError("loss-scale-forward")
    check_options(work.options, work.format, mode)
    direction = work.by_name("direction", work.program.inputs) if "direction" in work.options else None
    explain = chosen_level(work.options, work.format)
    blank = "blank" in work.options
    if work.shapes and not blank:
        raise InputError("option-needs", option="shape", needs="blank")
    if blank:
        from bpcli.cli.worksheets import fill_inputs, show_sheet

        seed = fill_inputs(work)
    asked = work.options.get("only") == "paths"
    element = work.options.get("element")
    idle = ""
    if element is not None:
        from bpcli.cli.elements import alone, as_numbers

        idle = as_numbers(work, element)
    try:
        trace = record(
            work.program, work.given, work.wrt, mode=mode, long=asked, kind=work.kind, scale=scale,
            direction=direction,
        )  # fmt: skip
    except BpcliError as error:
        _show_values(work, error, mode, explain)
        raise
    if idle:
        alone(trace, idle)
    trace.full = "full" in work.options
    if blank:
        shown = _part(work, trace)
        shown.widest = work.digits
        return show_sheet(
            work, shown, seed,
            lambda as_, title: show(
                shown, as_, work.digits, whole=True, bare=None, language=work.language, title=title
            ),
        )  # fmt: skip
    return present(work, trace, explain)


def _show_values(work: Work, error: BpcliError, mode: str, explain: str) -> None:
    """The forward pass above the error of a derivative that does not exist, on a screen that nothing else was asked of.

    What a program reads, or is a document, is whole or not there at all.
    """
    apart = work.quiet or work.format not in SCREENS or any(name in work.options for name in APART)
    if apart or work.options.get("only", "forward") != "forward":
        return
    if not isinstance(error, NumericError) and error.kind not in WITHOUT_RULE:
        return
    from bpcli.tracing.record import forward_pass

    try:
        trace = forward_pass(work.program, work.given, work.wrt, mode=mode, kind=work.kind)
    except BpcliError:
        return  # it has no value either
    trace.full = "full" in work.options
    show(
        _part(work, trace), work.format, work.digits, whole="all" in work.options, bare=None, language=work.language,
        explain=explain,
    )  # fmt: skip


def present(work: Work | Stored, trace: Trace, explain: str) -> int:
    """Show a record as the options ask for it, with what is said of the numbers of others; the exit code.

    Raises InputError.
    """
    verdicts = _verdicts(work, trace)
    lenses = _lenses(work, trace)
    shown = _part(work, trace)
    shown.finest = 0 if "digits" in work.options else digits_of(work.kind)
    if "interactive" in work.options:
        from bpcli.cli.interactive import step_through

        said = [line for _, line in verdicts.lines] if verdicts else []
        code = step_through(shown, work.digits, language=work.language, explain=explain, said=said)
        if verdicts is None or code != DONE:
            return code
        verdicts.tell(work.quiet)
        return verdicts.code
    if lenses and work.format != "json" and not work.quiet:
        _show_lenses(work, trace, lenses)
    else:
        more: dict[str, Any] = {}
        if lenses:
            from bpcli.render.lenses import lens_dict

            more["lens"] = [lens_dict(lens, work.language) for lens in lenses]
        bare = work.number if work.quiet else None
        show(
            shown, work.format, work.digits, whole="all" in work.options, bare=bare, language=work.language,
            explain=explain, more=more | (verdicts.told if verdicts else {}),
        )  # fmt: skip
    if verdicts is not None:
        if work.format != "json":
            verdicts.tell(work.quiet, aside=work.format in (*PAGES, *PRINTED, *PICTURES))
        return verdicts.code
    return DONE


def _verdicts(work: Work | Stored, trace: Trace) -> Verdicts | None:
    """What is said of the numbers that were expected or claimed, where there are some."""
    if not work.expected and not work.claimed:
        return None
    from bpcli.cli.verdicts import on_numbers

    plain = work.wrt is None and not trace.tangents and work.kind is FLOATS and trace.scale == 1
    results = {work.program.output_name: trace.value}
    totals = {trace.nodes[row.argument].name: row.total / trace.scale for row in trace.backward}
    return on_numbers(work, results, totals | trace.gradient, trace if plain else None)


def _part(work: Work | Stored, trace: Trace) -> Trace:
    """The part of a trace that was asked for, or all of it."""
    if not any(name in work.options for name in SELECTING):
        return trace
    from bpcli.tracing.selection import selected

    return selected(trace, *map(work.options.get, SELECTING))


def chosen_level(options: dict[str, str], format: str) -> str:  # noqa: A002 - the name of the option
    """The level at which a trace is told in words; "" where that was not asked for. Raises InputError."""
    explain = options.get("explain", "")
    if explain:
        from bpcli.render.narration import LEVELS

        if explain not in LEVELS:
            raise InputError("unknown-level", level=explain, known=", ".join(LEVELS))
        if format not in EXPLAINED:
            raise InputError("explain-elsewhere", format=format, known=", ".join(EXPLAINED))
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
    more: Mapping[str, Any] | None = None,
    title: tuple[str, Mapping[str, Any]] | None = None,
) -> int:
    """Print a trace; the exit code.

    whole:   every row of a long table
    bare:    how a number of the bare answer is written, where that alone is asked for
    explain: the level at which it is told in words too, of narration.LEVELS
    more:    what else stands in its JSON
    title:   what it is called, where that is not a trace: a phrase and its facts
    """
    if explain == "brief" and not trace.backward and not any(map(len, trace.tangents.values())):
        explain = ""  # it tells edges alone, and there is none
    from bpcli.render.words import phrase

    def called(language: str) -> str:
        return phrase(title[0], language, **title[1]) if title else ""

    if format == "json":
        from bpcli.render.json.traces import trace_text

        for piece in trace_text(trace, language, explain, more):
            sys.stdout.write(piece)
        sys.stdout.write("\n")
    elif format in PRINTED and (count := len(trace.forward) + len(trace.backward)) > MOST_PRINTED:
        raise InputError("page-too-long", format=format, count=count, limit=MOST_PRINTED)
    elif format == "html":
        from bpcli.render.html import page_pieces

        titles = {each: phrase(title[0], each, **title[1]) for each in LANGUAGES} if title else {}
        for piece in page_pieces(trace, digits, language, explain, titles):
            sys.stdout.write(piece)
    elif bare is not None:
        write(f"{name}={bare(value)}" for name, value in (trace.whole or trace).gradient.items())
    elif format == "rich" and not (whole and len(trace.forward) > MOST_RICH):
        from bpcli.render.terminal import print_trace

        print_trace(trace, digits, whole=whole, language=language, explain=explain)
    elif format in PAGES:
        whole = whole or not sys.stdout.isatty()
        page = import_module(f"bpcli.render.{PAGES[format]}")
        write(page.trace_lines(trace, digits, whole=whole, language=language, explain=explain, title=called(language)))
    elif format in PICTURES:
        from bpcli.cli.commands.graph import show as show_picture
        from bpcli.render.drawings.diagram import diagram

        show_picture(diagram(trace, digits=digits, language=language), format)
    else:
        from shutil import get_terminal_size

        from bpcli.render.ascii import speller
        from bpcli.render.plain import trace_lines

        spell = speller(language) if format == "ascii" else str
        whole = whole or not sys.stdout.isatty()
        width = get_terminal_size().columns if format == "rich" or sys.stdout.isatty() else None
        write(
            trace_lines(
                trace, digits, whole=whole, width=width, language=language, explain=explain, spell=spell,
                title=called(language),
            )
        )  # fmt: skip
    return DONE


def check_options(options: dict[str, str], format: str, mode: str) -> None:  # noqa: A002 - the name of the option
    """Refuse options that go with others alone, before anything is computed. Raises InputError."""
    for option, needs in (("measure", "lens"), ("no-zero", "repeat"), ("seed", "blank"), ("answer-key", "blank")):
        if option in options and needs not in options:
            raise InputError("option-needs", option=option, needs=needs)
    if "direction" in options:
        if mode != "forward":
            raise InputError("option-needs", option="direction", needs="mode forward")
        for option in ("wrt", "claim", "expect"):
            if option in options:
                raise InputError("direction-and-option", option=option)
    for option in ("lens", "repeat"):
        if option not in options:
            continue
        if mode == "forward":
            raise InputError("lens-forward", option=option)
        if "explain" in options:
            raise InputError("lens-and-words", option=option)
        if format not in TABLED:
            raise InputError("lens-elsewhere", option=option, format=format, known=", ".join(TABLED))
        for part in SELECTING:
            if part in options:
                raise InputError("lens-and-part", option=option, part=part)
    if format in PICTURES and "until" in options:
        raise InputError("until-elsewhere", format=format)
    if "interactive" in options:
        for option in ("lens", "repeat", "json"):
            if option in options:
                raise InputError("interactive-alone", option=f"--{option}")
        if format not in ("rich", "plain"):
            raise InputError("interactive-alone", option=f"--format {format}")


def _lenses(work: Work | Stored, trace: Trace) -> list[Lens]:
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


def _show_lenses(work: Work | Stored, trace: Trace, lenses: list[Lens]) -> None:
    """The program and its inputs, then each lens: tables, and what they show in sentences."""
    from bpcli.render.layout import header
    from bpcli.render.lenses import finding_text, lens_tables

    for line in header(trace, work.digits, work.language):
        say(line)
    output = trace.nodes[trace.output].name if trace.output in trace.nodes else work.program.output_name
    for lens in lenses:
        for table in lens_tables(lens, output, work.digits, work.language):
            write([""])
            if work.format == "md":
                from bpcli.render.markdown import table_lines

                write(table_lines(table))
                continue
            show_table(table, work.format, "all" in work.options or not sys.stdout.isatty())
        write([""])
        for finding in lens.findings:
            say(finding_text(finding, work.digits, work.language))
