"""A trace as Markdown with the tables of GitHub: headings, tables, and code where a formula stands."""

from __future__ import annotations

from bpcli.numbers import DIGITS
from bpcli.render import layout
from bpcli.render.arrays import flat
from bpcli.render.languages import ENGLISH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpcli.render.layout import Table
    from bpcli.tracing.record import Trace

# By the keys of the columns, whatever the language of their titles.
CODE = ("node", "computes", "with numbers", "edge", "local", "product", "running total", "path", "locals", "name")
NUMERIC = ("#", "value", "upstream", "tangent")  # stand on the right, as numbers do
SPECIAL = "\\`*_{}[]<>#|~&"  # what Markdown would read as something else


def escaped(text: str) -> str:
    """Text that Markdown shows as it is.

    >>> escaped("w_1 * w_2")
    'w\\\\_1 \\\\* w\\\\_2'
    """
    return "".join(f"\\{char}" if char in SPECIAL else char for char in text)


def code(text: str) -> str:
    """Text as code, in more backticks than it has in a row."""
    fence = "`"
    while fence in text:
        fence += "`"
    return f"{fence}{text}{fence}" if len(fence) == 1 else f"{fence} {text} {fence}"


def cell(text: str, key: str) -> str:
    """A cell of a table; a bar in it does not end it."""
    if not text:
        return ""
    if "\n" in text:
        return "<br>".join(cell(line, key) for line in flat(text).split("\n") if line)
    if key == "rule" and (" = " in text or text.startswith("(")):
        key = "local"
    spoken = key == "path" and " -> " not in text  # such as the total below the paths
    return code(text).replace("|", "\\|") if key in CODE and not spoken else escaped(text)


def table_lines(table: Table, whole: bool = True) -> Iterator[str]:
    """A table below its heading; what a long one leaves out is said below its head, where a new table begins."""
    yield f"## {escaped(table.title)}"
    yield ""
    if table.aside:
        yield escaped(table.aside)
        yield ""
    names = " | ".join(escaped(column) for column in table.columns)
    rules = " | ".join("---:" if key in NUMERIC else "---" for key in table.keys)
    head = (f"| {names} |", f"| {rules} |")
    yield from head
    # Most rows are numbers, and formulas that Markdown shows as they are: those fill a form.
    form = f"| {' | '.join('`%s`' if key in CODE else '%s' for key in table.keys)} |"
    simple = "path" not in table.keys and all(key in CODE or key in NUMERIC for key in table.keys)
    for row in layout.shortened(table, whole):
        if isinstance(row, str):
            yield from ("", escaped(row), "", *head)
            continue
        text = "\0".join(row)
        if simple and not ("`" in text or "|" in text or "[" in text or "_" in text or "\n" in text or "" in row):
            yield form % row
        else:
            yield f"| {' | '.join(cell(each, name) for each, name in zip(row, table.keys, strict=True))} |"
    yield ""


def trace_lines(
    trace: Trace, digits: int = DIGITS, *, whole: bool = True, language: str = ENGLISH, explain: str = "",
    title: str = "",
) -> Iterator[str]:
    """A trace as lines of Markdown, below a title if any; in words too at a level of narration.LEVELS."""
    if title:
        yield f"# {escaped(title)}"
        yield ""
    first, *rest = layout.header(trace, digits, language)
    yield f"# {code(first)}"
    yield ""
    for part in rest:
        yield f"- {escaped(part)}"
    yield ""
    for table in layout.passes(trace, digits, language):
        yield from table_lines(table, whole)
    for table in layout.path_tables(trace, digits, language):
        yield from table_lines(table)
    if explain:
        from bpcli.render.narration import narration

        heading, *told = narration(trace, explain, digits, language, whole)
        yield f"## {escaped(heading)}"
        yield ""
        for sentence in told:
            yield f"- {escaped(sentence)}"
        yield ""
    for line in map(flat, layout.closing(trace, digits, language)):
        for part in line.split("          "):
            results = part.split("    ")
            yield ", ".join(map(code, results)) if results[0].startswith("d") and " = " in part else escaped(part)
            yield ""
