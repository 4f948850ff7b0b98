"""Rich tables, for a terminal and a few hundred rows."""

from __future__ import annotations

from typing import Any

from rich import box
from rich.console import Console, Group
from rich.table import Table as RichTable
from rich.text import Text

from bpcli.errors import Screen, display_width
from bpcli.numbers import DIGITS
from bpcli.render import layout, plain
from bpcli.render.languages import ENGLISH
from bpcli.render.layout import Table
from bpcli.render.narrow import setting
from bpcli.render.words import phrase

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpcli.render.drawings.diagram import Diagram
    from bpcli.render.frames import Frame
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


def table_renderable(table: Table, whole: bool, width: int, newest: bool = False, listed: bool = False) -> Any:
    """A table for a console of this width; its cells broken into lines where its rows do not fit.

    Rich counts ambiguous characters as one column. Where they take two, the table is one of plain text.

    newest: whether the last row is marked
    listed: whether each row becomes a short list, as it does anyway where no cell can be broken enough
    """
    if "A" in Screen.wide:
        return Group(*(Text(line) for line in plain.table_lines(table, whole, width, listed)))
    rows = list(layout.shortened(table, whole))
    cells = [table.columns, *(row for row in rows if not isinstance(row, str))]
    widths = [max(plain.cell_width(row[place]) for row in cells) for place in range(len(table.columns))]
    title = Text(table.title, style="bold magenta")
    if table.aside:
        title.append(f"   {table.aside}", style="dim")
    parts: list[Any] = [title] if table.title else []
    if table.blocks:
        return Group(*parts, *_blocks(rows, width, newest))
    found = None
    if listed or sum(widths) + 2 * len(widths) > width:
        found = None if listed else setting(table.columns, rows, width)
        if found is not None:
            rows = [row if isinstance(row, str) else found.row(row) for row in rows]
            widths = [column.width for column in found.columns]
    if listed or sum(widths) + 2 * len(widths) > width:
        lines = plain.folded(table, iter(rows[:-1] if newest else rows), width)
        last = plain.folded(table, iter(rows[-1:] if newest else ()), width)
        return Group(*parts, *(Text(line) for line in lines), *(Text(line, style="reverse") for line in last))
    titles = table.columns if found is None else found.titles(table.columns)
    drawn = _empty(table, titles, widths, header=True)
    parts.append(drawn)
    for place, row in enumerate(rows, 1):
        if isinstance(row, str):
            # It is no cell: the table goes on below it.
            drawn = _empty(table, titles, widths, header=False)
            parts += [Text(f"  {row}"), drawn]
        else:
            drawn.add_row(*(Text(cell) for cell in row), style="reverse" if newest and place == len(rows) else "")
    return Group(*parts)


def _blocks(rows: list[tuple[str, ...] | str], width: int, newest: bool) -> Iterator[Text]:
    """Rows in lines of their own: the edge stands out, what arrives is green."""
    digits = plain.number_width(rows)
    for place, row in enumerate(rows, 1):
        if isinstance(row, str):
            yield Text(f"  {row}")
            continue
        head, *below = plain.block_lines(row, width, digits)
        whole = "reverse" if newest and place == len(rows) else ""
        yield Text(head, style=whole or "bold")
        for line in below:
            value = line.lstrip()[:2] in ("= ", "[[", "[-") or line.lstrip().startswith("[")
            yield Text(line, style=whole or ("green" if value else ""))


def _empty(table: Table, titles: tuple[str, ...], widths: list[int], header: bool) -> RichTable:
    """A table without rows, its columns as wide as they have to be."""
    drawn = RichTable(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False, show_header=header)
    for key, title, width in zip(table.keys, titles, widths, strict=True):
        drawn.add_column(Text(title), style=STYLES.get(key, ""), no_wrap=True, min_width=width)
    return drawn


def trace_renderable(
    trace: Trace,
    digits: int = DIGITS,
    *,
    whole: bool = False,
    width: int = 80,
    language: str = ENGLISH,
    explain: str = "",
) -> Any:
    """A trace as something a Rich console prints; in words too, where a level of narration.LEVELS is given."""
    first, *rest = layout.header(trace, digits, language)
    line = "      ".join([first, *rest])
    parts: list[Any] = []
    if display_width(line) <= width:
        parts.append(Text(first, style="bold").append("".join(f"      {each}" for each in rest), style="not bold"))
    else:
        parts += [Text(line, style="bold") for line in plain.filled([first], width, "", "  ")]
        parts += [Text(line) for each in rest for line in plain.filled([each], width, "", "  ")]
    parts.append(Text(""))
    tables = (*layout.passes(trace, digits, language), *layout.path_tables(trace, digits, language))
    as_lists = plain.listed(tables, width)
    for table in tables:
        parts += [table_renderable(table, whole, width, listed=as_lists), Text("")]
    if explain:
        from bpcli.render.narration import narration

        title, *told = narration(trace, explain, digits, language, whole)
        parts.append(Text(title, style="bold magenta"))
        parts += [Text(piece) for line in told for piece in plain.wrapped(line, width)]
        parts.append(Text(""))
    for line in layout.closing(trace, digits, language):
        note = line.startswith(phrase("note", language, text=""))
        if "\n" in line:
            whole_lines = line.split("\n") if plain.cell_width(line) <= width else [plain.one_line(line)]
            parts += [Text(piece, style="bold") for piece in whole_lines]
            continue
        pieces = [line]
        if display_width(line) > width:
            # The results, then the check, each beginning a line of its own.
            results, *pieces = line.split("          ")
            lines = [*plain.filled(filter(None, results.split("    ")), width, "", "  ", gap="    ")]
            parts += [Text(piece, style="yellow" if note else "bold") for piece in lines]
            pieces = ["", *(part for piece in pieces for part in plain.filled([piece.strip()], width, "", "  "))]
        styles = ["yellow" if note else "bold", *["yellow" if note else "dim"] * (len(pieces) - 1)]
        parts += [Text(piece, style=style) for piece, style in zip(pieces, styles, strict=True) if piece]
    return Group(*parts)


def console(width: int | None = None) -> Console:
    """The console of standard output: no markup, no highlighting, for what it prints is the user's."""
    return Console(width=width, markup=False, highlight=False, emoji=False, soft_wrap=False)


def print_trace(
    trace: Trace, digits: int = DIGITS, *, whole: bool = False, language: str = ENGLISH, explain: str = ""
) -> None:
    """Print a trace on the terminal."""
    screen = console()
    screen.print(
        trace_renderable(trace, digits, whole=whole, width=screen.width, language=language, explain=explain)
    )


def show_frame(trace: Trace, frame: Frame, digits: int, keys: str, language: str = ENGLISH) -> None:
    """Clear the terminal and show one frame, with the newest row marked; rows that do not fit are left out above."""
    screen = console()
    screen.clear()
    header = [shortened_line(line, 2 * screen.width) for line in layout.header(trace, digits, language)]
    screen.print(Text(header[0], style="bold"))
    for line in header[1:]:
        screen.print(Text(line))
    if frame.values:
        screen.print(Text(shortened_line(frame.values, 2 * screen.width), style="green"))
    screen.print()
    if frame.place == 1:
        for line in (*_graph_lines(trace, screen.width, screen.height - len(header) - 7, language), *frame.lines):
            for piece in plain.wrapped(line, screen.width) if line in frame.lines else (line,):
                screen.print(Text(piece))
    elif frame.table is None:
        for line in frame.lines:
            for piece in line.split("          "):
                screen.print(Text(piece.strip(), style="bold"))
    else:
        table = frame.table
        rows = list(table.rows)
        # A folded row takes three lines or so; the header, the title and the keys take the rest of the screen.
        high = 1 if _fits(table, rows, screen.width) else 4 if table.blocks else 3
        room = max(2 if table.blocks else 3, (screen.height - len(header) - 8) // high)
        room = max(2, room - 3 * bool(frame.lines) - 2 * bool(frame.values))
        left_out = len(rows) - room + frame.above
        if left_out > 0:
            screen.print(Text(phrase("rows above", language, count=left_out), style="dim"))
        some = table.with_rows(rows[-room:])
        screen.print(table_renderable(some, True, screen.width, newest=frame.growing))
        for line in frame.lines:
            screen.print()
            for piece in plain.wrapped(line, screen.width):
                screen.print(Text(piece, style="cyan"))
    screen.print()
    told = phrase("frame", language, place=frame.place, count=frame.count, keys=keys)
    for line in plain.filled(told.split("   "), screen.width, "", "", "   "):
        screen.print(Text(line, style="dim"))


def _graph_lines(trace: Trace, width: int, height: int, language: str) -> list[str]:
    """The graph before anything is computed, and an empty line: drawn, or where that is too high, line by line."""
    from bpcli.render.drawings.characters import drawn
    from bpcli.render.drawings.diagram import structure

    if not 0 < len(trace.forward) <= height:
        return []
    drawing = drawn(structure(trace.program, language=language), width)
    lines = [] if drawing is None else [*drawing.lines()]
    if not 0 < len(lines) <= height:
        lines = [f"  {trace.names[step.node]} = {layout.spaced(trace, step.node)}" for step in trace.forward]
        if any(display_width(line) > width for line in lines):
            return []
    return [*lines, ""]


def shortened_line(line: str, width: int) -> str:
    """A line that takes no more columns than this; its end is left out where it would."""
    if display_width(line) <= width:
        return line
    kept = line[: width - 4]
    while display_width(kept) > width - 4:
        kept = kept[:-1]
    return f"{kept} ..."


def _fits(table: Table, rows: list[Any], width: int) -> bool:
    """Whether a table stands as columns in this width, a row a line."""
    if table.blocks or any("\n" in cell for row in rows for cell in row):
        return False
    cells = [table.columns, *rows]
    return sum(max(display_width(row[place]) for row in cells) + 2 for place in range(len(table.columns))) <= width


def print_diagram(diagram: Diagram, width: int) -> None:
    """Print the drawing of a diagram on the terminal, in colours."""
    from bpcli.render.drawings.characters import diagram_lines, drawn

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
        for sentence in (diagram.legend, *diagram.sums):
            for line in plain.filled([sentence], width, "", "  "):
                screen.print(Text(line, style="dim"))
