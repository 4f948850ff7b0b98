"""Rich tables, for a terminal and a few hundred rows."""

from __future__ import annotations

from typing import Any

from rich import box
from rich.console import Console, Group
from rich.table import Table as RichTable
from rich.text import Text

from bpcli.errors import display_width
from bpcli.numbers import DIGITS
from bpcli.render import layout, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.render.diagram import Diagram
    from bpcli.render.layout import Table
    from bpcli.tracing.record import Trace

STYLES = {
    "#": "dim",
    "node": "bold",
    "edge": "bold",
    "value": "green",
    "gradient": "bold green",
    "upstream": "cyan",
    "tangent": "cyan",
    "local": "yellow",
    "product": "green",
    "running total": "bold",
}


def table_renderable(table: Table, whole: bool, width: int) -> Any:
    """A table for a console of this width; folded into lines where its rows do not fit."""
    rows = list(layout.shortened(table, whole))
    cells = [table.columns, *(row for row in rows if not isinstance(row, str))]
    widths = [max(display_width(row[place]) for row in cells) for place in range(len(table.columns))]
    title = Text(table.title, style="bold magenta")
    if table.aside:
        title.append(f"   {table.aside}", style="dim")
    parts: list[Any] = [title] if table.title else []
    if sum(widths) + 2 * len(widths) > width:
        lines = plain.folded(table.columns, iter(rows), width)
        return Group(*parts, *(Text(line) for line in lines))
    drawn = _empty(table.columns, widths, header=True)
    parts.append(drawn)
    for row in rows:
        if isinstance(row, str):
            # It is no cell: the table goes on below it.
            drawn = _empty(table.columns, widths, header=False)
            parts += [Text(f"  {row}"), drawn]
        else:
            drawn.add_row(*(Text(cell) for cell in row))
    return Group(*parts)


def _empty(columns: tuple[str, ...], widths: list[int], header: bool) -> RichTable:
    """A table without rows, its columns as wide as they have to be."""
    drawn = RichTable(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False, show_header=header)
    for column, width in zip(columns, widths, strict=True):
        drawn.add_column(Text(column), style=STYLES.get(column, ""), no_wrap=True, min_width=width)
    return drawn


def trace_renderable(trace: Trace, digits: int = DIGITS, *, whole: bool = False, width: int = 80) -> Any:
    """A trace as something a Rich console prints."""
    first, *rest = layout.header(trace, digits)
    line = "      ".join([first, *rest])
    parts: list[Any] = []
    if display_width(line) <= width:
        parts.append(Text(first, style="bold").append("".join(f"      {each}" for each in rest), style="not bold"))
    else:
        parts += [Text(first, style="bold"), *(Text(each) for each in rest)]
    parts.append(Text(""))
    tables = [layout.forward_table(trace, digits)] if trace.forward else []
    if trace.backward:
        tables.append(layout.backward_table(trace, digits))
    for table in (*tables, *layout.tangent_tables(trace, digits), *layout.path_tables(trace, digits)):
        parts += [table_renderable(table, whole, width), Text("")]
    for line in layout.closing(trace, digits):
        note = line.startswith("note:")
        pieces = [line] if display_width(line) <= width else [piece.strip() for piece in line.split("          ")]
        styles = ["yellow" if note else "bold", *["yellow" if note else "dim"] * (len(pieces) - 1)]
        parts += [Text(piece, style=style) for piece, style in zip(pieces, styles, strict=True)]
    return Group(*parts)


def console(width: int | None = None) -> Console:
    """The console of standard output: no markup, no highlighting, for what it prints is the user's."""
    return Console(width=width, markup=False, highlight=False, emoji=False, soft_wrap=False)


def print_trace(trace: Trace, digits: int = DIGITS, *, whole: bool = False) -> None:
    """Print a trace on the terminal."""
    screen = console()
    screen.print(trace_renderable(trace, digits, whole=whole, width=screen.width))


def print_diagram(diagram: Diagram, width: int) -> None:
    """Print the drawing of a diagram on the terminal, in colours."""
    from bpcli.render.drawing import diagram_lines, drawn

    drawing = drawn(diagram, width)
    screen = console(width)
    if drawing is None:
        for line in diagram_lines(diagram, width):
            screen.print(Text(line))
        return
    screen.print(Text(diagram.title, style="bold"))
    for line in plain.filled(diagram.results, width, "", "  "):
        screen.print(Text(line))
    screen.print()
    for pieces in drawing.pieces():
        screen.print(Text.assemble(*pieces))
    if diagram.legend:
        screen.print()
        screen.print(Text(diagram.legend, style="dim"))
