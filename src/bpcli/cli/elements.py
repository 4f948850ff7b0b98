"""`bpcli trace --element`: one entry of an array, derived as numbers."""

from __future__ import annotations

from bpcli.engine.notes import Note
from bpcli.engine.point import evaluate
from bpcli.errors import InputError
from bpcli.language.reader import parse
from bpcli.ops import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from bpcli.cli.work import Work
    from bpcli.tracing.record import Trace


def as_numbers(work: Work, written: str) -> str:
    """Put the scalar program below one entry in place of the program, and its values in place of those given.

    Where nothing depends on the entry, the program stays as it is, and the entry is returned as `alone` needs it.

    Raises InputError where there are no arrays, and as elements.element_program.
    """
    if work.wrt is not None:
        raise InputError("element-and-wrt")
    point = evaluate(work.program, work.given, kind=work.kind)
    if not point.kind.shaped:
        raise InputError("element-of-number", element=written)
    from bpcli.tracing.elements import element_program, entry_of
    from bpcli.tracing.record import names_of

    found = element_program(point, names_of(work.program, shaped=True), written)
    if found is None:
        node, index = entry_of(written, work.program, point.values)
        name = work.program.graph.name[node]
        work.wrt = [name]
        return f"{name}[{','.join(map(str, index))}]"
    source, given, entry = found
    work.program = parse(source, given=list(given), tie=work.options.get("tie", "share"))
    work.program.spell(entry)
    work.given = {entry.spelled[name]: value for name, value in given.items()}
    work.wrt = [entry.shown]
    return ""


def alone(trace: Trace, entry: str) -> None:
    """Tell of one entry, on which nothing depends, in the trace by its array: its derivative, and the reason."""
    name, _, places = entry.rstrip("]").partition("[")
    array: Any = trace.gradient[name]
    slope = array[tuple(map(int, places.split(",")))]
    trace.gradient, trace.check = {entry: slope if hasattr(slope, "shown") else float(slope)}, None
    output = trace.program.output_name
    ways = ("independent", "cut", "no-open-path")
    told = [note.kind for note in trace.notes if note.kind in ways and note.facts.get("name") == name]
    graph = trace.program.graph
    flat = any((declared := TABLE.get(graph.op[row.node])) is not None and declared.flat for row in trace.backward)
    trace.notes[:] = [note for note in trace.notes if note.kind not in ways]
    reason = told[0] if told else "no-open-path" if flat else "independent"
    trace.notes.append(Note(reason, output=output, name=entry))
