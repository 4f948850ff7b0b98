"""Plain text: aligned columns at their natural width, streamed; for pipes, files and screens without colour."""

from __future__ import annotations

import itertools
import re

from bpcli.errors import display_width
from bpcli.numbers import DIGITS
from bpcli.render.languages import ENGLISH
from bpcli.render.narrow import lines_of_row, setting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bpcli.render.layout import Table
    from bpcli.tracing.record import Trace

SPEAKING = ("#", "node", "edge", "input", "name", "step", "parameter", "path", "running total", "")  # need no label
# A wide character, or a word, with the signs that must not be parted from it and the blanks behind it.
PIECES = re.compile(r"[（「“]*(?:[\u3000-\u9fff]|[^\s\u3000-\u9fff\uff00-\uffef“”]+)?[，。；：、）」”！]*\s*")
SIGNS = ("+", "-", "*", "/", "=", "≈", "<", "<=", ">", ">=", "==", "!=", "->")  # that join what stands beside them
SAMPLE = 1000  # rows that decide the width of a column; a wider cell further down pushes its row out


def padded(cell: str, width: int) -> str:
    """A cell filled up with blanks to a width in columns."""
    return cell + " " * (width - display_width(cell))


def table_lines(table: Table, whole: bool = True, width: int | None = None, listed: bool = False) -> Iterator[str]:
    """A table as lines: title, header, rows. Where it would be wider than `width`, its cells are broken into lines.

    listed: whether each row becomes a short list, as it does anyway where no cell can be broken enough
    """
    from bpcli.render.layout import shortened

    rows = shortened(table, whole)
    sample = list(itertools.islice(rows, SAMPLE))
    headed, total, widths = _measured(table, sample, width)
    title = table.title
    if table.aside:
        gap = max(4, 52 - display_width(title)) if width is None or width >= 72 else 3
        title = f"{title}{' ' * gap}{table.aside}"
    if title:
        yield title
    if table.blocks:
        digits = number_width(sample)
        for row in itertools.chain(sample, rows):
            yield from [f"  {row}"] if isinstance(row, str) else block_lines(row, width, digits)
        return
    columns = table.columns
    if width is not None and (listed or total > width):
        found = None if listed else setting(columns if headed else ("",) * len(columns), sample, width)
        if found is None:
            yield from folded(table, itertools.chain(sample, rows), width)
            return
        broken = [row if isinstance(row, str) else found.row(row) for row in sample]
        rows = (row if isinstance(row, str) else found.row(row) for row in rows)
        sample, columns, widths = broken, found.titles(columns), [column.width for column in found.columns]
    if headed:
        yield from (_line(each, widths) for each in lines_of_row(columns))
    ready = "  " + "  ".join([*[f"%-{each}s" for each in widths[:-1]], "%s"])
    narrow = display_width("≈") == 1
    for row in itertools.chain(sample, rows):
        if isinstance(row, str):
            yield f"  {row}"
            continue
        line = ready % row
        if "\n" in line:
            yield from (_line(each, widths) for each in lines_of_row(row))
        else:
            # Where each character is a column, Python's own columns are those of the table.
            single = line.isascii() or (narrow and line.replace("≈", "").isascii())
            yield line.rstrip() if single else _line(row, widths)


def listed(tables: Iterable[Table], width: int | None) -> bool:
    """Whether one of these tables can only be told as lists in this width: then all are, for tables and lists beside
    each other read badly."""
    from bpcli.render.layout import shortened

    if width is None:
        return False
    for table in tables:
        if table.blocks:
            continue
        sample = list(itertools.islice(shortened(table, False), SAMPLE))
        headed, total, _ = _measured(table, sample, width)
        if total > width and setting(table.columns if headed else ("",) * len(table.columns), sample, width) is None:
            return True
    return False


def _measured(table: Table, sample: list[tuple[str, ...] | str], width: int | None) -> tuple[bool, int, list[int]]:
    """Whether a table shows the titles of its columns, how wide it is, and how wide they are.

    In English the title above paths says what stands in them; in Chinese the columns have the terms of the field, where
    there is room. Titles that are not shown, and are wider than the numbers, make no room for themselves.
    """
    cells = [row for row in sample if not isinstance(row, str)]
    paths = table.keys[:1] == ("path",)
    for headed in (True, False):
        known = [table.columns if headed else table.keys, *cells]
        widths = [max(cell_width(row[place]) for row in known) for place in range(len(table.columns))]
        total = sum(widths) + 2 * len(widths)
        if not paths or (headed and table.language != ENGLISH and (width is None or total <= width)):
            break
    return headed, total, widths


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    return ("  " + "  ".join(padded(cell, width) for cell, width in zip(row, widths, strict=True))).rstrip()


def cell_width(cell: str) -> int:
    """The columns that a cell takes: those of its longest line."""
    return max(map(display_width, cell.split("\n"))) if "\n" in cell else display_width(cell)


VALUES = ("= ", "≈ ", "  ")  # what the lines of a value begin with


def number_width(rows: Iterable[tuple[str, ...] | str]) -> int:
    """The columns of the longest number of a row, which stands in its first cell."""
    return max((display_width(row[0]) for row in rows if not isinstance(row, str)), default=1)


def block_lines(row: tuple[str, ...], width: int | None, digits: int = 1) -> Iterator[str]:
    """A row in lines of its own: number, edge and upstream value, then, below the edge, the rule and what arrives.

    A cell that begins with = stands below that of the line above. What is too wide goes on in the next line.
    digits: columns of the longest number of a row beside this one
    """
    number, edge, upstream, *below = row
    first = padded(number, digits)
    left = len("    ") + display_width(first)  # where the edge begins
    head = f"  {first}  {edge}    {upstream}"
    yield from [head] if width is None else filled([f"{first}  {edge}", upstream], width, gap="    ")
    sign = 0
    for cell in below:
        for lines in _paragraphs(cell):
            if lines[0].startswith(VALUES):
                space = " " * sign
                sized = width is None or all(left + sign + display_width(line) <= width for line in lines)
                if not sized:
                    whole = [one_line("\n".join(lines))] if lines[0].strip().startswith(("=", "≈")) else lines
                    for line in whole:
                        yield from filled([line.strip()], width or 0, " " * left, " " * (left + 2))
                    continue
                yield from (f"{' ' * left}{space}{line}" for line in lines)
                continue
            if any(line.startswith("  ") for line in lines[1:]):  # a name and its array, entry below entry
                if width is None or all(left + display_width(line) <= width for line in lines):
                    yield from (f"{' ' * left}{line}" for line in lines)
                    continue
                lines = [one_line("\n".join(lines))]
            sign = max(lines[0].find(" = ") + 1, 0)
            yield from filled(lines, width or 10**9, " " * left, " " * (left + 4), gap="    ")


def _paragraphs(cell: str) -> Iterator[list[str]]:
    """The parts of a cell that stand in lines of their own: at empty lines, and where a value begins or ends."""
    for part in cell.split("\n\n"):
        lines: list[str] = []
        for line in part.split("\n"):
            if lines and lines[0].startswith(VALUES) and not line.startswith(" "):
                yield lines
                lines = []
            lines.append(line)
        if lines:
            yield lines


def one_line(cell: str) -> str:
    """A cell in one line, arrays as nested lists."""
    from bpcli.render.arrays import flat

    return flat(cell).strip().replace("\n", "  ")


def folded(table: Table, rows: Iterator[tuple[str, ...] | str], width: int) -> Iterator[str]:
    """Rows folded into lines, a cell or several to a line, nothing cut."""
    for row in rows:
        if isinstance(row, str):
            yield f"  {row}"
            continue
        row = tuple(one_line(cell) if "\n" in cell else cell for cell in row)
        named = zip(table.keys, table.columns, row, strict=True)
        pieces = [cell if key in SPEAKING else f"{title} {cell}" for key, title, cell in named if cell]
        yield from filled(pieces, width)


def filled(
    pieces: Iterable[str], width: int, indent: str = "  ", hanging: str = "       ", gap: str = "  "
) -> Iterator[str]:
    """Pieces of text in lines of at most `width` columns, two blanks between them.

    What does not fit goes to the next line; a piece that is wider than a line is broken between its words, and
    between Chinese characters. A word, be it a number or a formula, is never cut.
    """
    line, space = indent, ""
    for piece in pieces:
        whole = display_width(hanging + piece) <= width
        for place, word in enumerate([piece] if whole else filter(None, PIECES.findall(piece))):
            between = "" if place else space
            if line.strip() and display_width(line + between + word.rstrip()) > width:
                yield line.rstrip()
                line, between = hanging, ""
            line += between + word
            space = gap
    yield line


def wrapped(text: str, width: int, hanging: str = "  ") -> Iterator[str]:
    """A sentence in lines of at most `width` columns, broken between words, and in Chinese between characters.

    No line begins with a sign that closes or separates.
    """
    line, filled_to = "", 0
    for piece in _whole_formulas(PIECES.findall(text), width // 2):
        columns = display_width(piece.rstrip())
        if line.strip() and filled_to + columns > width:
            yield line.rstrip()
            line, filled_to = hanging, len(hanging)
        line += piece
        filled_to += display_width(piece)
    yield line.rstrip()


def _whole_formulas(pieces: Iterable[str], most: int) -> Iterator[str]:
    """The pieces, those of a short formula such as `1 * 4 = 4` joined, up to `most` columns."""
    unit, goes_on = "", False
    for piece in pieces:
        sign = piece.strip() in SIGNS
        if unit and (sign or goes_on) and display_width(unit + piece.rstrip()) <= most:
            unit += piece
        else:
            if unit:
                yield unit
            unit = piece
        goes_on = sign
    yield unit


def trace_lines(
    trace: Trace,
    digits: int = DIGITS,
    *,
    whole: bool = True,
    width: int | None = None,
    language: str = ENGLISH,
    explain: str = "",
    spell: Callable[[str], str] = str,
    title: str = "",
) -> Iterator[str]:
    """A trace as lines of text, every piece of it as `spell` spells it; in words too at a level of narration.LEVELS.

    title: what it is, where that should stand above it
    """
    # What only breaks its lines here, as help does, needs no graph.
    from bpcli.render import layout

    if title:
        yield spell(title)
        yield ""
    parts = [spell(part) for part in layout.header(trace, digits, language)]
    line = "      ".join(parts)
    if width is not None and display_width(line) > width:
        for part in parts:
            yield from filled([part], width, "", "  ")
    else:
        yield line
    yield ""
    passes: Iterable[Table] = (table.spelled(spell) for table in layout.passes(trace, digits, language))
    paths: Iterable[Table] = (table.spelled(spell) for table in layout.path_tables(trace, digits, language))
    as_lists = False
    if width is not None:
        passes, paths = [*passes], [*paths]
        as_lists = listed((*passes, *paths), width)
    for table in passes:
        yield from table_lines(table, whole, width, as_lists)
        yield ""
    for table in paths:
        yield from table_lines(table, True, width, as_lists)
        yield ""
    if explain:
        from bpcli.render.narration import narration

        for line in map(spell, narration(trace, explain, digits, language, whole)):
            yield from [line] if width is None else wrapped(line, width)
        yield ""
    for line in map(spell, layout.closing(trace, digits, language)):
        if "\n" in line and (width is None or cell_width(line) <= width):
            yield from line.split("\n")
            continue
        line = one_line(line) if "\n" in line else line
        if width is not None and display_width(line) > width:
            # The results, then the check, each beginning a line of its own.
            for part in line.split("          "):
                yield from filled(filter(None, part.split("    ")), width, "", "  ", gap="    ")
        else:
            yield line
