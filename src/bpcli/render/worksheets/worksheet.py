"""A trace as a worksheet: its tables with a blank for every number, and what belongs into each.

Formulas, names and edges stay. The formats below write a blank as a line to write on.
"""

from __future__ import annotations

import re

from bpcli.calculus.sweeps import NO_SLOPE
from bpcli.errors import display_width
from bpcli.language import text
from bpcli.numbers import DIGITS
from bpcli.render import latex, layout, markdown, plain
from bpcli.render.cells import bracket_level
from bpcli.render.languages import ENGLISH
from bpcli.render.layout import Table
from bpcli.render.words import moved, phrase
from bpcli.tracing.pulls import upstream_name
from bpcli.tracing.tangents import tangent_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from bpcli.calculus.kinds.compiled import Number
    from bpcli.tracing.record import Trace
    from bpcli.tracing.rows import Backward, Forward, Tangent

BLANK = "\ue001"  # stands for a number in the text of a cell; a character that no text of a user has
ARRAY_BLANK = "\ue003"  # the same for an array, which takes more room
LINE = "______"  # a blank in plain text: as wide as fits beside the formulas in 80 columns
LONG_LINE = LINE * 3 + "__"
LONGEST_DERIVED, LONGEST_LOCAL = 24, 40  # characters of a formula in the column of local derivatives
MOST_FACTORS = 4  # of a path that has a blank for each; of a longer one the product is asked alone
NUMBER = re.compile(r"-?[\d./e-]+")

BOX = "\ue002"  # the same in a formula of LaTeX, where a line would be taken for that of a fraction
MOST_ROWS = 24  # that a page has room for: there must be space to write in
RULES = r"""\newcommand{\blank}{\underline{\hspace{1.5cm}}}
\newcommand{\arrayblank}{\rule[-4mm]{0pt}{11mm}\underline{\hspace{4.5cm}}}
\newcommand{\emptybox}{\fbox{\rule[-1mm]{0pt}{4mm}\hspace{1cm}}}
\newcommand{\field}{\underline{\hspace{5cm}}}
\renewcommand{\arraystretch}{2.1}
"""


class Sheet:
    """A worksheet, before any format.

    title, task: what it is, and what is to be done
    fields:      what a pupil writes at the top, such as a name
    header:      the program, its inputs, and what there is to see
    tables:      with BLANK for each number
    closing:     the gradient, one `dy/dx = ` and a BLANK for each input
    answers:     the number of each BLANK of the tables and the closing lines, in order, the array of each ARRAY_BLANK
    of_arrays:   whether its program has arrays
    """

    __slots__ = (
        "answers", "closing", "fields", "header", "language", "names", "of_arrays", "seed", "tables", "task", "title",
    )  # fmt: skip

    def __init__(self, trace: Trace, seed: int | None, digits: int = DIGITS, language: str = ENGLISH) -> None:
        self.seed = seed
        self.language = language
        self.title = phrase("worksheet" if seed is None else "worksheet of seed", language, seed=seed)
        self.fields = phrase("your name", language), phrase("date", language)
        self.header = layout.header(trace, digits, language)
        self.names = {node.name for node in trace.nodes.values()}
        self.answers: list[Any] = []
        self.of_arrays = False
        if trace.of_tensors:
            from bpcli.render.worksheets.arrays import has_arrays

            self.of_arrays = has_arrays(trace)
        self.tables = [*_tables(trace, self.answers, digits, language)]
        parts = {"forward": trace.forward, "backward": trace.backward, "tangents": trace.tangents,
                 "paths": any(table.keys[0] == "path" for table in self.tables)}  # fmt: skip
        tasks = ["start", *(part for part in parts if parts[part])]
        blank: Callable[[Any], str] = _one_blank
        if trace.of_tensors:
            self.names.add(tangent_name(trace.program) if trace.tangents else upstream_name(trace.program))
            tasks = [task if task in ("start", "forward") else f"{task} of arrays" for task in tasks]
            tasks += ["writing"] if self.of_arrays else []
            from bpcli.render.worksheets.arrays import blank_of

            blank = blank_of
        self.task = "".join(phrase(f"task {task}", language) for task in (*tasks, "rounding"))
        output = layout.output_name(trace)
        self.closing = [f"d{output}/d{name} = {blank(slope)}" for name, slope in trace.gradient.items()]
        self.answers += trace.gradient.values()


def _one_blank(value: Any) -> str:
    """A blank for a number."""
    return BLANK


def _tables(trace: Trace, answers: list[Any], digits: int, language: str) -> Iterator[Table]:
    """The tables of a trace with blanks; what belongs into them goes to `answers`, row by row."""
    if trace.of_tensors:
        from bpcli.render.worksheets.arrays import array_tables

        yield from array_tables(trace, answers, digits, language)
        return
    if trace.forward:
        yield _blanked(
            layout.forward_table(trace, digits, language), [_forward(trace, step, answers) for step in trace.forward]
        )
    if trace.backward:
        name = layout.output_name(trace)
        rows = [_backward(trace, row, name, answers, language) for row in trace.backward]
        yield _blanked(layout.backward_table(trace, digits, language), rows)
    shown = [name for name, edges in trace.tangents.items() if edges]
    for name, table in zip(shown, layout.tangent_tables(trace, digits, language), strict=True):
        yield _blanked(table, [_tangent(trace, row, name, answers, language) for row in trace.tangents[name]])
    yield from _path_tables(trace, answers, digits, language)


def _blanked(table: Table, rows: list[tuple[str, ...]]) -> Table:
    """The same table with other rows."""
    return Table(table.title, table.keys, rows, len(rows), table.aside, table.language, table.columns)


def _forward(trace: Trace, step: Forward, answers: list[Number]) -> tuple[str, ...]:
    """One step: number, name and formula stay; each operand and the value are blank."""
    op = trace.nodes[step.node].op
    operands = [BLANK if written is None else written for written in step.texts]
    levels = [
        text.ATOM if operand == BLANK else bracket_level(op, place, operand)
        for place, operand in enumerate(operands)
    ]
    answers += [
        operand for operand, written in zip(step.operands, step.texts, strict=True) if written is None
    ]
    answers.append(step.value)
    numbers = text.operation(op, operands, levels, spaced=True)
    return str(step.step), trace.nodes[step.node].name, layout.spaced(trace, step.node), numbers, BLANK


def _backward(trace: Trace, row: Backward, output: str, answers: list[Number], language: str) -> tuple[str, ...]:
    """One edge downwards."""
    node, argument = trace.nodes[row.node].name, trace.nodes[row.argument].name
    total = f"{'' if trace.scale == 1 else 'S*'}d{output}/d{argument}"
    return _edge(trace, row, f"{node} -> {argument}", total, answers, language)


def _tangent(trace: Trace, row: Tangent, name: str, answers: list[Number], language: str) -> tuple[str, ...]:
    """One edge upwards."""
    node, argument = trace.nodes[row.node].name, trace.nodes[row.argument].name
    return _edge(trace, row, f"{argument} -> {node}", f"d{node}/d{name}", answers, language)


def _edge(
    trace: Trace, row: Backward, edge: str, total: str, answers: list[Number], language: str
) -> tuple[str, ...]:
    """An edge: what comes to it, the number of its local derivative, the product and the sum are blank."""
    answers += [row.upstream, row.local, row.product, row.total]
    complete = row.count == row.arriving
    counter = ""
    if row.arriving > 1:
        counter = phrase("counter", language, count=row.count, arriving=row.arriving)
    running = f"{total}{' =' if complete else ':'} {BLANK}{counter}"
    return str(row.step), edge, BLANK, _local(trace, row, language), BLANK, running


def _local(trace: Trace, row: Backward, language: str) -> str:
    """What is derived, its formula unless that is a number, the condition that decides, and a blank.

    Whether an edge is open or closed is for the reader to find out.
    """
    node = trace.nodes[row.node]
    derived = row.derived if len(row.derived) <= LONGEST_DERIVED else node.name
    argument = trace.nodes[row.argument].name
    left = f"d({derived})/d{moved(trace.program.graph, row.node, row.position, argument, language)}"
    formula = row.formula if len(row.formula) <= LONGEST_LOCAL and row.state != NO_SLOPE else ""
    if row.condition and formula and node.op != "where":
        formula = phrase("slope where", language, slope=formula, condition=row.condition)
    elif NUMBER.fullmatch(formula):
        formula = ""
    return f"{left} = {formula} = {BLANK}" if formula else f"{left} = {BLANK}"


def _path_tables(trace: Trace, answers: list[Number], digits: int, language: str) -> Iterator[Table]:
    """For each input its ways to the output, with a blank for every factor, product and sum."""
    # A single path has no table, as layout.path_tables decides.
    shown = [paths for paths in trace.paths.values() if paths.count > 1 or not trace.forward]
    for paths, table in zip(shown, layout.path_tables(trace, digits, language), strict=True):
        rows: list[tuple[str, ...]] = []
        for place, (path, factors, _, through) in enumerate(table.rows):
            if place >= len(paths.listed):
                rest = place < table.count - 1
                answers.append(paths.rest if rest else paths.total)
                rows.append((path, factors, BLANK, through))
                continue
            listed = paths.listed[place]
            if len(listed.locals) <= MOST_FACTORS:
                factors = " * ".join([BLANK] * len(listed.locals))
                answers += listed.locals
            else:
                factors = phrase("factors", language, count=len(listed.locals))
            answers.append(listed.product)
            rows.append((path, factors, BLANK, through))
        yield _blanked(table, rows)


def _spelling(spell: Callable[[str], str]) -> Callable[[str], str]:
    return lambda each: spell(each.replace(BLANK, LINE).replace(ARRAY_BLANK, LONG_LINE))


def _head(sheet: Sheet, line: str = "_") -> list[str]:
    """The title, and the lines for a name and a date."""
    name, date = sheet.fields
    return [sheet.title, f"{name} {line * 28}    {date} {line * 14}"]


def _closing(sheet: Sheet) -> list[list[str]]:
    """The closing lines: numbers fill a line together, arrays have one each."""
    return [[line] for line in sheet.closing] if sheet.of_arrays else [sheet.closing] if sheet.closing else []


def plain_lines(
    sheet: Sheet, *, whole: bool = True, width: int | None = None, spell: Callable[[str], str] = str
) -> Iterator[str]:
    """A worksheet as lines of text, folded where a width is given."""
    lined = _spelling(spell)
    yield from map(lined, _head(sheet))
    yield ""
    header = "      ".join(sheet.header)
    if width is not None and display_width(header) > width:
        for part in sheet.header:
            yield from plain.filled([spell(part)], width, "", "  ")
    else:
        yield spell(header)
    yield ""
    yield from plain.wrapped(spell(sheet.task), width or 80, "")
    yield ""
    for table in sheet.tables:
        yield from plain.table_lines(table.spelled(lined), whole, width)
        yield ""
    for lines in _closing(sheet):
        yield from plain.filled(map(lined, lines), width or 80, "", "")


def sheet_renderable(sheet: Sheet, *, whole: bool = False, width: int = 80) -> Any:
    """A worksheet as something a Rich console prints."""
    from rich.console import Group
    from rich.text import Text

    from bpcli.render.terminal import table_renderable

    lined = _spelling(str)
    title, fields = _head(sheet)
    parts: list[Any] = [Text(title, style="bold magenta"), Text(fields), Text("")]
    parts += [Text(line) for part in sheet.header for line in plain.filled([part], width, "", "  ")]
    parts.append(Text(""))
    parts += [Text(line) for line in plain.wrapped(sheet.task, width, "")]
    for table in sheet.tables:
        parts += [Text(""), table_renderable(table.spelled(lined), whole, width)]
    parts.append(Text(""))
    for lines in _closing(sheet):
        parts += [Text(line, style="bold") for line in plain.filled(map(lined, lines), width, "", "")]
    return Group(*parts)


def markdown_lines(sheet: Sheet) -> Iterator[str]:
    """A worksheet as Markdown, with the tables of GitHub."""
    title, fields = _head(sheet)
    yield f"# {markdown.escaped(title)}"
    yield ""
    yield fields
    yield ""
    first, *rest = sheet.header
    yield f"- {markdown.code(first)}"
    for part in rest:
        yield f"- {markdown.escaped(part)}"
    yield ""
    yield markdown.escaped(sheet.task)
    yield ""
    for table in sheet.tables:
        for line in markdown.table_lines(table):
            yield line.replace(BLANK, LINE).replace(ARRAY_BLANK, LONG_LINE)
    for line in sheet.closing:
        yield markdown.code(line.replace(BLANK, LINE * 2).replace(ARRAY_BLANK, LONG_LINE))
        yield ""


def latex_lines(sheet: Sheet) -> Iterator[str]:
    """A worksheet as a LaTeX document, with the fonts of a trace."""
    first = _stand_in(sheet)
    stand_ins = {BLANK: str(first), BOX: str(first + 1), ARRAY_BLANK: str(first + 2)}
    commands = dict(zip(stand_ins.values(), (r"\blank{}", r"\emptybox{}", r"\arrayblank{}"), strict=True))

    def spelled(each: str) -> str:
        for mark, stand_in in stand_ins.items():
            each = each.replace(mark, stand_in)
        return each

    for line in _latex_lines(sheet, spelled):
        for stand_in, command in commands.items():
            line = line.replace(stand_in, command)
        yield line


def _latex_lines(sheet: Sheet, spelled: Callable[[str], str]) -> Iterator[str]:
    """The same before blanks take their places."""
    words = latex.words
    name, date = map(words, sheet.fields)
    chinese = sheet.language != ENGLISH or any(latex.CHINESE.search(line) for line in sheet.header)
    preamble, begin, rest = latex.preamble(chinese).partition(r"\begin{document}")
    yield preamble + RULES + begin + rest
    yield rf"\section*{{{words(sheet.title)}}}"
    yield rf"{name} \field{{}} \hfill {date} \field{{}}\par"
    first, *more = sheet.header
    for statement in first.split("; "):
        yield rf"\[ {latex.mathematics(statement, sheet.names)} \]"
    for part in more:
        yield latex.inputs(part, sheet.names) + r"\par"
    yield r"\medskip"
    yield words(sheet.task)
    yield ""
    for table in sheet.tables:
        yield from latex.table_lines(_boxed(table).spelled(spelled), sheet.names, most=MOST_ROWS)
    yield r"\bigskip"
    between = r"\par " if sheet.of_arrays else r" \qquad "
    yield between.join(f"${latex.mathematics(spelled(line), sheet.names)}$" for line in sheet.closing)
    yield ""
    if chinese:
        yield latex.CLOSING
    yield r"\end{document}"


def _boxed(table: Table) -> Table:
    """The same table with boxes for the operands of a formula."""
    if "with numbers" not in table.keys:
        return table
    place = table.keys.index("with numbers")
    return _blanked(table, [(*row[:place], row[place].replace(BLANK, BOX), *row[place + 1 :]) for row in table.rows])


def _stand_in(sheet: Sheet) -> int:
    """The first of three numbers that no text of the sheet has: what reads formulas takes them as they are."""
    told = "\n".join([*sheet.header, *(cell for table in sheet.tables for row in table.rows for cell in row)])
    number = 918273645
    while any(str(number + place) in told for place in range(3)):
        number += 3
    return number
