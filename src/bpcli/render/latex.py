r"""A trace as a LaTeX document of its own: amsmath is all it loads, and pdflatex compiles it.

The cells are those of the layout. A piece of one that reads as a formula is read, and written as mathematics.
"""

from __future__ import annotations

import re

from bpcli.errors import BpcliError
from bpcli.language import latex
from bpcli.language.reader import parse
from bpcli.numbers import DIGITS
from bpcli.render import layout
from bpcli.render.ascii import spelled
from bpcli.render.languages import ENGLISH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from bpcli.render.layout import Table
    from bpcli.tracing.record import Trace

LONGEST = 200  # characters of a formula that is read again
SLOPE = re.compile(r"(S\*)?d(\w+|\(.*\))/d(\w+)")
COUNTER = re.compile(r"(.*) (\(\d+(?: \D+ |/)\d+\))")
RELATIONS = re.compile(r" (=|≈) ")
CODED = re.compile(r"U\+([0-9A-F]{4,6});")
WORDS = ("#", "")  # columns whose cells are words and counts
PREAMBLE = r"""\documentclass{article}
\usepackage{amsmath}
\usepackage[margin=2cm]{geometry}
\setlength{\parindent}{0pt}
\renewcommand{\arraystretch}{1.5}
\begin{document}
\small
"""
ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", '"': r"\textquotedbl{}",
}  # fmt: skip


def words(text: str) -> str:
    r"""Text that LaTeX prints as it is.

    >>> print(words("50 % of w_1"))
    50 \% of w\_1
    """
    return "".join(ESCAPES.get(char, char) for char in spelled(text)).replace(r"\textquotedbl{}", "''")


def preamble(language: str = ENGLISH) -> str:
    """What a document begins with. In Chinese ctex has the fonts, and wants xelatex."""
    return PREAMBLE if language == ENGLISH else PREAMBLE.replace("{article}", "{ctexart}")


def coded(text: str) -> str:
    """Text whose wide characters pass through what writes LaTeX in ASCII, to be decoded behind it."""
    kept = {*latex.LETTERS, "≈"}  # mathematics has signs for these
    return "".join(char if char.isascii() or char in kept else f"U+{ord(char):04X};" for char in text)


def decoded(text: str) -> str:
    """The same text with its characters put back.

    >>> decoded(words(coded("50 % 的路径")))
    '50 \\\\% 的路径'
    """
    return CODED.sub(lambda found: chr(int(found[1], 16)), text)


def name(text: str) -> str:
    """A name; letters that no font of mathematics has are spelled by their code point."""
    return latex.name("".join(char if char.isascii() or char in latex.LETTERS else spelled(char) for char in text))


def formula(text: str, names: Collection[str]) -> str:
    """Mathematics, where the text reads as a formula in these names; else the text itself."""
    if len(text) <= LONGEST:
        try:
            read = parse(text, given=names, share=False)
            known = all(name in names for name in read.inputs)  # "5 factors" is no product
            if known and len(read.outputs) == 1 and not read.assigned:
                written = latex.expression(read.graph, read.output)
                if written.isascii():
                    return written
        except BpcliError:
            pass
    return rf"\text{{{words(text)}}}"


def piece(text: str, names: Collection[str]) -> str:
    """One side of an equation: a derivative, or a formula, with a condition that may follow it."""
    slope = SLOPE.fullmatch(text)
    if slope is not None:
        factor, above, below = slope.groups()
        factor = "S " if factor else ""
        if above.startswith("("):
            return rf"{factor}\frac{{\partial}}{{\partial {name(below)}}}\left({formula(above[1:-1], names)}\right)"
        return rf"{factor}\frac{{d{name(above)}}}{{d{name(below)}}}"
    if text.endswith(":") and SLOPE.fullmatch(text[:-1]):
        return piece(text[:-1], names) + r"\text{:}\;"
    first, comma, rest = text.partition(", ")
    if comma and "(" not in first:
        return rf"{formula(first, names)},\ {formula(rest, names)}"
    return formula(text, names)


def mathematics(text: str, names: Collection[str]) -> str:
    """A cell as mathematics: equations piece by piece, arrows as arrows, the counter as words."""
    counter = COUNTER.fullmatch(text)
    if counter is not None:
        return rf"{mathematics(counter[1], names)} \text{{ {words(counter[2])}}}"
    if " -> " in text:
        return r" \to ".join(name(each) if each.isidentifier() else words(each) for each in text.split(" -> "))
    head, colon, rest = text.partition(": ")
    if colon and SLOPE.fullmatch(head):
        return piece(head + colon[:1], names) + mathematics(rest, names)
    if text.startswith("≈ "):
        return r"\approx " + mathematics(text[2:], names)
    pieces = RELATIONS.split(text)
    return "".join(
        (r" \approx " if each == "≈" else " = ") if place % 2 else piece(each, names)
        for place, each in enumerate(pieces)
    )


def is_formula(key: str, cell: str) -> bool:
    """Whether a cell is mathematics: of a path those that have arrows, not the words below them."""
    return key not in WORDS and (key != "path" or " -> " in cell)


def table_lines(
    table: Table, names: Collection[str], whole: bool = True, *, environment: str = "tabular",
    spell: Callable[[str], str] = str,
) -> Iterator[str]:  # fmt: skip
    """A table below its heading, its text spelled in another way; a longtable goes on over pages."""
    table = table.spelled(spell)
    yield rf"\subsection*{{{words(table.title)}}}"
    if table.aside:
        yield words(table.aside) + r"\par\nopagebreak"
        yield ""
    long = environment == "longtable"
    closing = rf"\end{{{environment}}}"
    opening = rf"\begin{{{environment}}}{'[l]' if long else ''}{{{'l' * len(table.columns)}}}"
    yield opening
    yield " & ".join(rf"\textit{{{words(column)}}}" for column in table.columns) + (
        r" \\ \hline \endhead" if long else r" \\ \hline"
    )
    for row in layout.shortened(table, whole):
        if isinstance(row, str):
            yield from (closing, "", words(spell(row)), "", opening)
            continue
        cells = zip(table.keys, row, strict=True)
        yield " & ".join(
            f"${mathematics(each, names)}$" if each and is_formula(key, each) else words(each)
            for key, each in cells
        ) + r" \\"
    yield closing
    yield ""


def trace_lines(
    trace: Trace, digits: int = DIGITS, *, whole: bool = True, language: str = ENGLISH
) -> Iterator[str]:
    """A trace as a document: pdflatex compiles it; in Chinese, xelatex."""
    if language == ENGLISH:
        yield from _trace_lines(trace, digits, whole, language, str)
    else:
        yield from map(decoded, _trace_lines(trace, digits, whole, language, coded))


def _trace_lines(
    trace: Trace, digits: int, whole: bool, language: str, spell: Callable[[str], str]
) -> Iterator[str]:
    """The same before wide characters take their places."""
    names = {node.name for node in trace.nodes.values()}
    yield preamble(language)
    first, *rest = layout.header(trace, digits, language)
    for statement in first.split("; "):
        yield rf"\[ {mathematics(statement, names)} \]"
    for part in rest:
        yield words(spell(part)) + r"\par"
    yield ""
    tables = [layout.forward_table(trace, digits, language)] if trace.forward else []
    if trace.backward:
        tables.append(layout.backward_table(trace, digits, language))
    for table in (*tables, *layout.tangent_tables(trace, digits, language)):
        yield from table_lines(table, names, whole, spell=spell)
    for table in layout.path_tables(trace, digits, language):
        yield from table_lines(table, names, spell=spell)
    yield r"\bigskip"
    for line in layout.closing(trace, digits, language):
        for part in line.split("          "):
            results = part.split("    ")
            if SLOPE.fullmatch(results[0].partition(" = ")[0]):
                joined = r" \qquad ".join(mathematics(each, names) for each in results)
                yield f"${joined}$"
            else:
                yield words(spell(part))
            yield ""
    yield r"\end{document}"
