"""A trace as lines and tables of text, before any format: what every format of people's says, said once."""

from __future__ import annotations

import math
from itertools import islice

from bpcli.language import text
from bpcli.numbers import DIGITS, show, told
from bpcli.render.cells import Cells, bracketed
from bpcli.render.languages import ENGLISH
from bpcli.render.ways import LONGEST, telling, way
from bpcli.render.words import columns, counted, modes_text, phrase, sentence, used
from bpcli.tracing.rows import MOST_STEPS, Made, Row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Sequence

    from bpcli.tracing.paths import Path
    from bpcli.tracing.record import Trace
    from bpcli.tracing.rows import Tangent

LONGEST_HEADER = 2000  # characters of a formula in the header
MOST_ROWS = 60  # of a table; a longer one shows head and tail, unless all are asked for
HEAD = 20

FORWARD_COLUMNS = ("#", "node", "computes", "with numbers", "value")
TANGENT_COLUMNS = ("#", "edge", "tangent", "local", "product", "running total")
BACKWARD_COLUMNS = ("#", "edge", "upstream", "local", "product", "running total")
PATH_COLUMNS = ("path", "locals", "product", "")


class Table:
    """A titled table of text: columns, and rows that are made as they are read.

    keys:    what the columns hold, whatever the language; the keys of COLUMNS
    columns: their titles, where those are not the keys in the language of the table
    rows:    each a tuple as long as `columns`
    aside:   said to the right of the title
    count:   number of rows
    blocks:  whether each row is told in lines of its own: its first cells in one, then each cell below
    """

    __slots__ = ("aside", "blocks", "columns", "count", "keys", "language", "rows", "title")

    def __init__(
        self,
        title: str,
        keys: tuple[str, ...],
        rows: Iterable[tuple[str, ...]],
        count: int,
        aside: str = "",
        language: str = ENGLISH,
        titles: tuple[str, ...] | None = None,
        *,
        blocks: bool = False,
    ) -> None:
        self.title = title
        self.blocks = blocks
        self.keys = keys
        self.columns = titles or (keys if language == ENGLISH else columns(keys, language))
        self.language = language
        self.rows = rows
        self.count = count
        self.aside = aside

    def spelled(self, spell: Callable[[str], str]) -> Table:
        """The same table with every piece of text spelled in another way, made as it is read."""
        if spell is str:
            return self
        columns = tuple(map(spell, self.columns))
        read = self.rows
        rows = Made(lambda start: (tuple(map(spell, row)) for row in islice(read, start, None)), self.count)
        return Table(
            spell(self.title), self.keys, rows, self.count, spell(self.aside), self.language, columns,
            blocks=self.blocks,
        )  # fmt: skip

    def with_rows(self, rows: Sequence[tuple[str, ...]]) -> Table:
        """The same table with these rows."""
        return Table(
            self.title, self.keys, rows, len(rows), self.aside, self.language, self.columns, blocks=self.blocks
        )


def header(trace: Trace, digits: int = DIGITS, language: str = ENGLISH) -> list[str]:
    """The first line: the program, its inputs, and what there is to see."""
    program = trace.program
    graph = program.graph
    operations = len((trace.whole or trace).forward)
    pieces = []
    if text.symbols(graph, trace.output) > LONGEST_HEADER:
        formula = phrase("long formula", language, operations=counted(operations, "operation", language))
        pieces.append(f"{trace.nodes[trace.output].name} = {formula}")
    else:
        named = {node for node in graph.name if graph.op[node] != "var" and node in trace.nodes}
        shown = [node for node in sorted(named) if node != trace.output]
        for node in [*shown, trace.output]:
            name = trace.nodes[node].name if node in trace.nodes else program.output_name
            pieces.append(f"{name} = {text.expression(graph, node, named, spaced=True)}")
    parts = ["; ".join(pieces)]
    if trace.given and trace.of_tensors:
        from bpcli.render.shaped import given_text

        parts.append(given_text(trace, digits))
    elif trace.given:
        entry = program.entry
        given = [(name, f"{name} = {show(value, digits)}") for name, value in trace.given.items()]
        parts.append(", ".join(told for name, told in given if entry is None or name not in entry.fixed))
        if entry is not None and entry.fixed:
            fixed = ", ".join(told for name, told in given if name in entry.fixed)
            parts.append(phrase("fixed", language, name=entry.shown, values=fixed))
    again = [(node, count) for node, count in trace.uses.items() if count > 1 and node in trace.nodes]
    told_of = [used(trace.nodes[node].name, count, language) for node, count in again[:3]]
    facts = [counted(operations, "operation", language), *told_of]
    if len(again) > 3:
        facts.append(counted(len(again) - 3, "more used", language))
    parts.append(phrase("facts", language).join(facts))
    return parts


def output_name(trace: Trace) -> str:
    """What the result is called."""
    return trace.nodes[trace.output].name if trace.output in trace.nodes else trace.program.output_name


def forward_table(trace: Trace, digits: int = DIGITS, language: str = ENGLISH) -> Table:
    """The values, upwards."""
    if trace.of_tensors:
        from bpcli.render import shaped

        rows = _made(trace.forward, lambda step: shaped.forward_row(trace, step, digits, language))
        return Table(phrase("forward", language), shaped.FORWARD_COLUMNS, rows, len(trace.forward), language=language)
    rows = _made(trace.forward, Cells(trace, digits, language).step)
    return Table(phrase("forward", language), FORWARD_COLUMNS, rows, len(trace.forward), language=language)


def _made(rows: Sequence[Row], write: Callable[[Row], tuple[str, ...]]) -> Made[tuple[str, ...]]:
    """The rows of a table, written as they are read: what is left out between head and tail is not written at all."""
    return Made(lambda start: map(write, rows[start:] if start else rows), len(rows))


def passes(trace: Trace, digits: int = DIGITS, language: str = ENGLISH) -> Iterator[Table]:
    """The tables of both passes: inputs where they have shapes, values upwards, edges downwards or upwards."""
    if trace.of_tensors and trace.given and (trace.forward or not trace.backward):
        from bpcli.render.shaped import inputs_table

        yield inputs_table(trace, digits, language)
    if trace.forward:
        yield forward_table(trace, digits, language)
    if trace.backward:
        yield backward_table(trace, digits, language)
    yield from tangent_tables(trace, digits, language)


def spaced(trace: Trace, node: int) -> str:
    """The formula of a node in the names of the record, with air: `x + w`, `a * w`."""
    return trace.formulas.spaced(node) if trace.program.graph.args[node] else trace.nodes[node].formula


def backward_table(trace: Trace, digits: int = DIGITS, language: str = ENGLISH) -> Table:
    """The edges, downwards."""
    output = output_name(trace)
    title, start = phrase("backward", language), _start(trace, output, language)
    if trace.of_tensors:
        from bpcli.render import shaped

        rows = _made(trace.backward, lambda row: shaped.backward_row(trace, row, digits, language))
        return Table(title, shaped.BACKWARD_COLUMNS, rows, len(trace.backward), start, language, blocks=True)
    rows = _made(trace.backward, Cells(trace, digits, language).edge)
    return Table(title, BACKWARD_COLUMNS, rows, len(trace.backward), start, language)


def _start(trace: Trace, output: str, language: str) -> str:
    """What the reverse pass starts with."""
    if trace.scale == 1:
        return phrase("start", language, total=f"d{output}/d{output}")
    return phrase("scaled start", language, total=f"d{output}/d{output}", scale=show(trace.scale))


def tangent_tables(trace: Trace, digits: int = DIGITS, language: str = ENGLISH) -> Iterator[Table]:
    """Forward mode: for each input the edges upwards."""
    for name, rows in trace.tangents.items():
        if not rows:
            continue  # the result is that input itself, or does not depend on it
        title, start = phrase("tangents", language, name=name), phrase("start", language, total=f"d{name}/d{name}")
        if trace.direction:
            speeds = phrase("facts", language).join(f"d{each}/d{name} = {show(speed, digits)}"
                                                    for each, speed in trace.direction.items())
            start = phrase("start of direction", language, speeds=speeds)
        if trace.of_tensors:
            from bpcli.render import shaped

            blocks = _tensor_tangents(trace, rows, name, digits, language)
            yield Table(title, shaped.TANGENT_COLUMNS, blocks, len(rows), start, language, blocks=True)
            continue
        cells = _tangent_rows(Cells(trace, digits, language), rows, name)
        titles = columns(("#", "edge", "tangent", "local", "tangent product", "running total"), language)
        yield Table(title, TANGENT_COLUMNS, cells, len(rows), start, language, titles)


def _tangent_rows(cells: Cells, rows: Sequence[Tangent], name: str) -> Made[tuple[str, ...]]:
    """The rows of one input, made as they are read: that may be after the next table has begun, and again."""
    return _made(rows, lambda row: cells.tangent(row, name))


def _tensor_tangents(
    trace: Trace, rows: Sequence[Tangent], name: str, digits: int, language: str
) -> Made[tuple[str, ...]]:
    """The same of arrays."""
    from bpcli.render import shaped

    return _made(rows, lambda row: shaped.tangent_row(trace, row, name, digits, language))


def path_tables(trace: Trace, digits: int = DIGITS, language: str = ENGLISH) -> Iterator[Table]:
    """For each input the ways up to the output, and their sum."""
    output = output_name(trace)
    for name, paths in trace.paths.items():
        # A single path says nothing beside the rows that it is made of.
        if paths.count < 2 and trace.forward:
            continue
        apart = telling(paths.listed)
        rows = [path_row(trace, path, digits, language, apart) for path in paths.listed]
        more = paths.count - len(paths.listed)
        if more:
            others = phrase("more paths", language, count=count_text(more, language))
            rows.append((others, "", show(paths.rest, digits), phrase("together", language)))
        rows.append((phrase("total", language), "", show(paths.total, digits), ""))
        title = phrase("paths", language, name=name, output=output)
        aside = phrase("paths aside", language, count=count_text(paths.count, language)) if more else ""
        titles = columns(("path", "locals", "path product", ""), language)
        yield Table(title, PATH_COLUMNS, rows, len(rows), aside, language, titles)


def path_row(
    trace: Trace, path: Path, digits: int, language: str = ENGLISH, apart: Container[int] = ()
) -> tuple[str, ...]:
    """One way: its nodes, its local derivatives, their product, and what it goes through.

    apart: nodes that tell it apart from the paths beside it
    """
    names = [trace.nodes[node].name for node in path.nodes]
    written, relation, product = told("*", list(path.locals), path.product, digits, widest=trace.widest)
    factors = " * ".join([written[0], *(bracketed(each) for each in written[1:])])
    if len(names) == 2:
        return way(trace, path.nodes, apart), factors, product, phrase("direct", language)
    through = phrase("through", language, names=", ".join(names[1:-1]))
    if len(names) > 5:
        through = phrase("through many", language, count=len(names) - 2)
    if len(written) > LONGEST:
        factors = phrase("factors", language, count=len(written))
    return way(trace, path.nodes, apart), factors, product if relation == "=" else f"≈ {product}", through


def count_text(count: int, language: str = ENGLISH) -> str:
    """A number of paths: exact to 4096 bits, then its size."""
    if count.bit_length() <= 4096:
        return str(count)
    from math import log10

    return phrase("about", language, power=round(log10(count)))


def closing(trace: Trace, digits: int = DIGITS, language: str = ENGLISH) -> list[str]:
    """The result, the check, and the notes."""
    output, finest = output_name(trace), trace.finest or digits
    slopes = [f"d{output}/d{name} = {show(value, finest)}" for name, value in trace.gradient.items()]
    alone: list[str] = []
    if finest > digits and slopes and not trace.of_tensors:
        # Long numbers are compared one below the other, and the value has all of its digits nowhere else.
        alone, slopes = [f"{output} = {show(trace.value, finest)}", *slopes], []
    parts = ["    ".join(slopes)] if slopes and not trace.of_tensors else []
    if trace.check is not None:
        found = trace.check
        told = found.state
        if told in ("agrees", "disagrees") and found.method == "complex_step":
            told = f"complex step {told}"
        elif told == "agrees" and found.gap == 0 and not trace.of_tensors and not any(trace.gradient.values()):
            told = "agrees at zero"
        gap = f"{show(100 * found.gap, 2)} %" if found.state == "disagrees" else _power(found.gap)
        line = phrase(told, language, name=found.name, gap=gap)
        parts.append(phrase("sampled", language, text=line) if found.sampled else line)
    elif trace.left_out:
        parts.append(phrase("left out", language, limit=MOST_STEPS))
    lines = [*alone, "          ".join(parts)] if parts else alone
    if trace.of_tensors:
        from bpcli.render.shaped import results

        lines = [*results(trace, finest, language, value=finest > digits), *lines]
    if trace.tangents:
        if trace.direction:
            lines.append(phrase("jvp cost", language))
        else:
            lines.append(modes_text(len(trace.tangents), "forward", language=language, entries=trace.of_tensors))
    return lines + [phrase("note", language, text=sentence(note, language)) for note in trace.notes]


def _power(gap: float) -> str:
    """The power of ten that a gap stays below."""
    # Below 1e-10 it is the rounding of the difference, which says nothing about the gradient.
    return f"1e{max(math.ceil(math.log10(gap)), -10)}" if 0 < gap < math.inf else "1e-10"


def shortened(table: Table, whole: bool) -> Iterator[tuple[str, ...] | str]:
    """The rows of a table; a long one as head and tail, with a line that counts what is left out."""
    if whole or table.count <= MOST_ROWS:
        yield from table.rows
        return
    if isinstance(table.rows, Made):
        yield from table.rows[:HEAD]
        yield phrase("more rows", table.language, count=table.count - 2 * HEAD)
        yield from table.rows[table.count - HEAD :]
        return
    for place, row in enumerate(table.rows):
        if place < HEAD or place >= table.count - HEAD:
            yield row
        elif place == HEAD:
            yield phrase("more rows", table.language, count=table.count - 2 * HEAD)
