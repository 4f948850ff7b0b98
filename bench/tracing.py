"""What a row of a long trace costs beyond the two passes, when its first line stands there, and what it holds.

    python bench/tracing.py [--quick] [--sizes 10000,100000] [--rounds N]

The program is a recurrence whose every statement is a sine, two products and a sum. The floor is formatting alone: the
same cells, ready made, through str.format, and the same entries through json.dumps. Rich is what a terminal gets: where
a row of its tables takes 290 us, one of ours is to take 5, and that ratio is what is promised of other machines.

What a row costs is told twice: beyond the two passes, with all that is recorded of it, and beyond the record, which is
the writing alone.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import tracemalloc
from collections import deque
from itertools import islice
from statistics import median

import measure
from bpcli.engine.point import gradient
from bpcli.language.reader import parse
from bpcli.render import layout, markdown, plain
from bpcli.render.json.traces import trace_dict, trace_text
from bpcli.tracing.record import in_order, record
from measure import MIB, Row, clock, mib, paired

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bpcli.graph import Program
    from bpcli.tracing.record import Trace

SIZES, QUICK = (10_000, 100_000), (2_000,)
POINT = {"x": 1.0, "w": 2.0}
LIMIT = 5.0  # microseconds a row
BESIDE_RICH = LIMIT / 290  # of what a row of a table of Rich's takes
FIRST = 0.3  # seconds until the first line
HELD = 16 * MIB  # beyond graph and values
SAMPLE = 400  # rows of which peers get the cells

FORMATS: dict[str, Callable[[Trace], Iterable[str]]] = {
    "plain": plain.trace_lines,
    "md": markdown.trace_lines,
    "json": trace_text,
}


def program_of(steps: int) -> Program:
    """A recurrence of so many steps."""
    lines = [f"t{place + 1} = t{place} + 0.01*sin(t{place}*w)" for place in range(steps // 4)]
    return parse("\n".join(["t0 = x", *lines, f"t{steps // 4}"]))


def rows_of(trace: Trace, form: str) -> int:
    """What a format writes line by line: steps and edges, and in JSON nodes too."""
    rows = len(trace.forward) + len(trace.backward)
    return rows + len(trace.nodes) + len(trace.constants) if form == "json" else rows


def written(program: Program, form: str, out: io.TextIOBase) -> tuple[float, int]:
    """Seconds from the program to the last line, and rows."""
    began = clock()
    trace = record(program, POINT, stored=-1)
    for line in FORMATS[form](trace):
        out.write(line)
    return clock() - began, rows_of(trace, form)


def passes(program: Program) -> float:
    """Seconds of the two passes alone."""
    began = clock()
    gradient(program, POINT)
    return clock() - began


def recorded(program: Program, form: str) -> float:
    """Seconds from the program to the last row of the record, nothing of it written."""
    began = clock()
    trace = record(program, POINT, stored=-1)
    for rows in (in_order(trace), trace.forward, trace.backward) if form == "json" else (trace.forward, trace.backward):
        deque(rows, maxlen=0)
    return clock() - began


def first_line(program: Program, form: str) -> float:
    """Seconds from the program to the first line."""
    began = clock()
    next(iter(FORMATS[form](record(program, POINT, stored=-1))))
    return clock() - began


def formatting(trace: Trace, form: str) -> float:
    """Seconds a row of formatting alone: cells and entries that are ready."""
    if form == "json":
        told = trace_dict(trace)
        entries = [*told["nodes"][:SAMPLE], *told["forward"][:SAMPLE], *told["backward"][:SAMPLE]]
        return measure.repeat(lambda: [json.dumps(entry) for entry in entries], 0.3) / len(entries)
    cells = cells_of(trace)
    forms = {5: "  {:<6}  {:<8}  {:<16}  {:<24}  {}", 6: "  {:<6}  {:<16}  {:<12}  {:<40}  {:<32}  {}"}
    return measure.repeat(lambda: [forms[len(row)].format(*row) for row in cells], 0.3) / len(cells)


def cells_of(trace: Trace) -> list[tuple[str, ...]]:
    """The cells of some rows of both tables."""
    return [row for made in (layout.forward_table, layout.backward_table) for row in islice(made(trace).rows, SAMPLE)]


def rich_table(trace: Trace) -> float:
    """Seconds a row of a table of Rich's."""
    from rich.console import Console
    from rich.table import Table

    cells = [row for row in cells_of(trace) if len(row) == 6]

    def draw() -> None:
        table = Table(*["column"] * 6)
        for row in cells:
            table.add_row(*row)
        Console(file=io.StringIO(), width=200).print(table)

    return measure.repeat(draw, 1.0, most=3) / len(cells)


def held(program: Program) -> int:
    """Bytes that a trace needs beyond those of the graph, its values and its adjoints."""
    tracemalloc.start()
    try:
        point = gradient(program, POINT)
        known = tracemalloc.get_traced_memory()[0]
        del point
        tracemalloc.reset_peak()
        with open(os.devnull, "w", encoding="utf-8") as out:
            written(program, "plain", out)
        return tracemalloc.get_traced_memory()[1] - known
    finally:
        tracemalloc.stop()


def measured(steps: int, count: int) -> list[Row]:
    """The rows of the table for one size."""
    program = program_of(steps)
    trace = record(program, POINT, stored=-1)
    drawn = [rich_table(trace) for _ in range(count)]
    table = []
    for form in FORMATS:
        case = f"{form} {steps:.0e}".replace("e+0", "e")
        ours, writing, floor, first = [], [], [], []
        for _ in range(count):
            with open(os.devnull, "w", encoding="utf-8") as out:
                seconds, rows = written(program, form, out)
            ours.append((seconds - passes(program)) / rows)
            writing.append((seconds - recorded(program, form)) / rows)
            floor.append(formatting(trace, form))
            first.append(first_line(program, form))
        cost, limit = f"{median(ours) * 1e6:.1f} us a row", [LIMIT * 1e-6] * count
        table.append(Row(case, cost, "the limit", f"{LIMIT:g} us", paired(ours, limit), 1, rival=False))
        label, spent = "json.dumps" if form == "json" else "str.format", f"{median(floor) * 1e6:.1f} us"
        table.append(Row(case, cost, label, spent, paired(ours, floor)))
        rich = f"{median(drawn) * 1e6:.0f} us"
        table.append(Row(case, cost, "a Rich table", rich, paired(ours, drawn), BESIDE_RICH, rival=False))
        alone, ratio = f"{median(writing) * 1e6:.1f} us a row", paired(writing, drawn)
        table.append(Row(f"{case} writing", alone, "a Rich table", rich, ratio, BESIDE_RICH, rival=False))
        soon, ratio = f"{median(first):.2f} s", paired(first, [FIRST] * count)
        table.append(Row(f"{case} first line", soon, "the limit", f"{FIRST} s", ratio, 1, rival=False))
    beyond = held(program)
    case = f"plain {steps:.0e} memory".replace("e+0", "e")
    table.append(Row(case, mib(beyond), "the limit", mib(HELD), beyond / HELD, 1, rival=False))
    return table


def main(words: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="one round of 2000 steps")
    parser.add_argument("--sizes", type=lambda text: tuple(int(float(size)) for size in text.split(",")), help="steps")
    parser.add_argument("--rounds", type=int, help="how often everything is measured (3; 1 with --quick)")
    given = parser.parse_args(words)
    table = []
    for steps in given.sizes or (QUICK if given.quick else SIZES):
        table += measured(steps, given.rounds or (1 if given.quick else 3))
        print(f"measured: {steps} steps", file=sys.stderr)
    measure.print_table("A long trace, processor time beyond the two passes", table)
    measure.print_summary(table, {})


if __name__ == "__main__":
    main()
