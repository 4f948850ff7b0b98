r"""A trace as a LaTeX document of its own, with packages that every LaTeX has; pdflatex compiles it.

With Chinese in it, be that the language or a name, it loads CJKutf8 for pdflatex, and ctex for xelatex and lualatex.

The cells are those of the layout. A piece of one that reads as a formula is read, and written as mathematics.
"""

from __future__ import annotations

import re

from bpcli.errors import BpcliError
from bpcli.language import latex
from bpcli.language.reader import parse
from bpcli.numbers import DIGITS
from bpcli.render import layout
from bpcli.render.arrays import flat
from bpcli.render.ascii import spelled
from bpcli.render.languages import ENGLISH
from bpcli.render.words import phrase
from bpcli.tracing.pulls import upstream_name
from bpcli.tracing.tangents import tangent_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from bpcli.render.layout import Table
    from bpcli.tracing.record import Trace

LONGEST = 200  # characters of a formula that is read again
LONGEST_COLUMN = 8  # entries of a vector that stands upright; a longer one is a row, transposed
SLOPE = re.compile(r"(S\*)?d(\w+(?:\[[\d,]+\])?|\(.*\))/d(\w+(?:\[[\d,]+\])?|\([^()]+\))")
WORD = re.compile(r"\w+")
ENTRY = re.compile(r"(\w+)\[(\d+(?:,\d+)*)\]")
START = re.compile(r"(S\*)?d\w+/d\w+ = .*")
COUNTER = re.compile(r"(.*) (\(\d+(?: \D+ |/)\d+\))")
SHAPED = re.compile(r"(.*\S)(?:, |  )(\(\)|\(\d+,\)|\(\d+(?:, \d+)+\))")  # a value, and its shape behind it
NUMBER = re.compile(r"-?(\d+(\.\d+)?(e-?\d+)?|inf)|nan")
ARRAY = re.compile(r"\[[^a-df-hj-mo-zA-Z]*\]")  # numbers, inf and nan in square brackets
RELATIONS = re.compile(r" (=|≈) ")
WORDS = ("#", "", "shape", "role")  # keys of columns whose cells are words and counts
CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef“”]")
FONTS = r"""% There is Chinese here. pdflatex takes it from CJKutf8, with the font gbsn of arphic; xelatex and lualatex
% take it from ctex, with a font of your system. TeX Live, MiKTeX and Overleaf have all of them.
\documentclass{article}
\usepackage{iftex}
\ifPDFTeX\usepackage{CJKutf8}\else\usepackage[UTF8, scheme=plain]{ctex}\fi
"""
OPENING, CLOSING = r"\ifPDFTeX\begin{CJK}{UTF8}{gbsn}\fi", r"\ifPDFTeX\clearpage\end{CJK}\fi"
MOST_ROWS = 36  # that a page has room for; a table goes on below, under its head
# A table as wide as it is, or as the page where that is less.
FITTED = r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{"
PREAMBLE = r"""\usepackage{amsmath}
\usepackage{graphicx}
\usepackage[margin=2cm]{geometry}
\setlength{\parindent}{0pt}
\renewcommand{\arraystretch}{1.5}
\begin{document}
"""
SMALL = r"\small"
ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", '"': r"\textquotedbl{}", "×": r"$\times$", "≈": r"$\approx$", "→": r"$\to$", "·": r"~$\cdot$~",
    "✓": r"$\surd$", "✗": r"$\times$",
}  # fmt: skip


def words(text: str) -> str:
    r"""Text that LaTeX prints as it is.

    >>> print(words("50 % of w_1"))
    50 \% of w\_1
    """
    text = text.replace("->", "→").replace(" * ", "·")
    kept = "".join(char if char in ESCAPES or CHINESE.match(char) else spelled(char) for char in text)
    return "".join(ESCAPES.get(char, char) for char in kept).replace(r"\textquotedbl{}", "''")


def is_known(text: str) -> bool:
    """Whether all letters are those that the document has a font for."""
    return text.isascii() or all(char.isascii() or CHINESE.match(char) for char in text)


def name(text: str) -> str:
    """A name; letters that no font of mathematics has are spelled by their code point, W[1,0] is W with an index."""
    text = ENTRY.sub(_joined, text)
    return latex.name("".join(char if is_known(char) or char in latex.LETTERS else spelled(char) for char in text))


def _joined(entry: re.Match[str]) -> str:
    """An entry as a name that can be read: W_1_0 for W[1,0]."""
    return f"{entry[1]}_{entry[2].replace(',', '_')}"


def formula(text: str, names: Collection[str]) -> str:
    """Mathematics, where the text reads as a formula in these names; else the text itself."""
    # Entries of an array stand there as single numbers.
    entries = {found[0]: _joined(found) for found in ENTRY.finditer(text) if found[0] in names}
    text = ENTRY.sub(lambda found: entries.get(found[0], found[0]), text)
    if len(text) <= LONGEST:
        try:
            # Of thousands of names only those in the text matter to it.
            inside = {each for each in WORD.findall(text) if each in names} | {*entries.values()}
            read = parse(text, given=inside, share=False)
            known = all(name in inside for name in read.inputs)  # "5 factors" is no product
            if known and len(read.outputs) == 1 and not read.assigned:
                written = latex.expression(read.graph, read.output, dots=True)
                if is_known(written):
                    return written
        except BpcliError:
            pass
    return rf"\text{{{words(text)}}}"


def piece(text: str, names: Collection[str]) -> str:
    """One side of an equation: a derivative, or a formula, with a condition that may follow it."""
    for sign, symbol in ((" * ", r"\circ"), (" + ", "+")):
        left, found, right = text.partition(sign)
        if found and ARRAY.fullmatch(left) and ARRAY.fullmatch(right):
            return rf"{matrix(left)} {symbol} {matrix(right)}"
    if ARRAY.fullmatch(text):
        return matrix(text)
    slope = SLOPE.fullmatch(text)
    if slope is not None:
        factor, above, below = slope.groups()
        factor = "S " if factor else ""
        if below.startswith("("):
            # One of several places of the same name moves.
            inner = formula(above[1:-1] if above.startswith("(") else above, names)
            return rf"{factor}\frac{{\partial}}{{\partial\,\text{{{words(below)}}}}}\left({inner}\right)"
        if above.startswith("("):
            return rf"{factor}\frac{{\partial}}{{\partial {name(below)}}}\left({formula(above[1:-1], names)}\right)"
        return rf"{factor}\frac{{d{name(above)}}}{{d{name(below)}}}"
    if text.endswith(":") and SLOPE.fullmatch(text[:-1]):
        return piece(text[:-1], names) + r"\text{:}\;"
    first, comma, rest = text.replace("，", ", ").partition(", ")
    if comma and "(" not in first and "[" not in first:
        return rf"{formula(first, names)},\ {formula(rest, names)}"
    return formula(text, names)


def mathematics(text: str, names: Collection[str]) -> str:
    """A cell as mathematics: equations piece by piece, arrows as arrows, the counter as words."""
    counter = COUNTER.fullmatch(text)
    if counter is not None:
        return rf"{mathematics(counter[1], names)} \text{{ {words(counter[2])}}}"
    shaped = SHAPED.fullmatch(text)
    if shaped is not None:
        return rf"{mathematics(shaped[1], names)}\quad\text{{{words(shaped[2])}}}"
    if " -> " in text:
        return r" \to ".join(name(each) if each.isidentifier() else words(each) for each in text.split(" -> "))
    head, colon, rest = text.partition(": ")
    if colon and SLOPE.fullmatch(head):
        return piece(head + colon[:1], names) + mathematics(rest, names)
    if text.startswith("≈ "):
        return r"\approx " + mathematics(text[2:], names)
    if text.startswith("= "):
        return "= " + mathematics(text[2:], names)
    pieces = RELATIONS.split(text)
    return "".join(
        (r" \approx " if each == "≈" else " = ") if place % 2 else piece(each, names)
        for place, each in enumerate(pieces)
    )


def beginning(text: str, names: Collection[str]) -> str:
    """What a pass starts with, `start: dy/dy = 1`: words, then mathematics."""
    begin, colon, rest = text.partition(": ")
    if colon and len(starts := re.split(r", (?=d\w+/d)", rest)) > 1:
        return f"{words(begin + colon)}{', '.join(f'${mathematics(each, names)}$' for each in starts)}"
    found = START.search(text)
    return words(text) if found is None else f"{words(text[: found.start()])}${mathematics(found[0], names)}$"


def inputs(text: str, names: Collection[str]) -> str:
    """The inputs, `x = 2, w = 3`, as mathematics; any other line as words."""
    pieces = text.split(", ")
    if all(equal and name in names for name, equal, _ in (piece.partition(" = ") for piece in pieces)):
        return ", ".join(f"${mathematics(piece, names)}$" for piece in pieces)
    return words(text)


def heading(table: Table) -> str:
    """The title of a table; the names in it as mathematics."""
    for key in ("paths", "tangents"):
        marks = {"name": "\ue001", "output": "\ue002"}
        pattern = re.escape(phrase(key, table.language, **marks))
        for group, mark in marks.items():
            pattern = pattern.replace(mark, rf"(?P<{group}>\S+)")
        found = re.fullmatch(pattern, table.title)
        if found is not None:
            stand_ins = {group: f"{918273645 + place}" for place, group in enumerate(found.groupdict())}
            told = words(phrase(key, table.language, **stand_ins))
            for group, stand_in in stand_ins.items():
                told = told.replace(stand_in, f"${name(found[group])}$")
            return told
    return words(table.title)


def is_formula(column: str, cell: str) -> bool:
    """Whether a cell is mathematics: of a path those that have arrows, not the words below them."""
    return column not in WORDS and (column != "path" or " -> " in cell)


def _cell(text: str, key: str, names: Collection[str]) -> str:
    """A cell: mathematics or words; one of several lines as a table of its own."""
    if "\n" in text:
        lines = [_cell(line, key, names) for line in flat(text).split("\n") if line]
        if len(lines) == 1:
            return lines[0]
        below = r" \\ ".join(lines)
        return rf"\begin{{tabular}}[c]{{@{{}}l@{{}}}}{below}\end{{tabular}}"
    if key in ("rule", "upstream", "running total", "value") and _is_said(text):
        return words(text)
    return f"${mathematics(text, names)}$" if text and is_formula(key, text) else words(text)


def _is_said(text: str) -> bool:
    """Whether a line of a trace of tensors is words or shapes, and no equation."""
    head, colon, _ = text.partition(": ")
    if " = " in text or (colon and SLOPE.fullmatch(head)):
        return False
    return not text.startswith(("=", "≈", "[", "-")) and not text[:1].isdigit()


def matrix(text: str) -> str:
    """Nested lists as a matrix; a vector as the column that it is, and what has more axes as it is written."""
    rows = [row.split(", ") for row in text.strip("[]").split("], [")]
    if "[[" in text[1:] or not all(all(map(NUMBER.fullmatch, row)) for row in rows):
        return rf"\text{{{words(text)}}}"
    column = not text.startswith("[[")
    upright = column and len(rows[0]) <= LONGEST_COLUMN
    body = r" \\ ".join((r" \\ " if upright else " & ").join(map(_number, row)) for row in rows)
    return rf"\begin{{pmatrix}}{body}\end{{pmatrix}}" + (r"^\top" if column and not upright else "")


def _number(written: str) -> str:
    return formula(written, ()) if NUMBER.fullmatch(written) and "n" not in written else rf"\text{{{written}}}"


def table_lines(table: Table, names: Collection[str], whole: bool = True, most: int = MOST_ROWS) -> Iterator[str]:
    """A table below its heading, `most` rows to a page."""
    yield rf"\subsection*{{{heading(table)}}}"
    if table.aside:
        yield beginning(table.aside, names)
        yield ""
    opening = rf"{FITTED}\begin{{tabular}}{{{'l' * len(table.columns)}}}"
    head = " & ".join(rf"\textit{{{words(column)}}}" for column in table.columns) + r" \\ \hline"
    closing = r"\end{tabular}}"
    yield opening
    yield head
    count = 0
    for row in layout.shortened(table, whole):
        if isinstance(row, str):
            yield from (closing, "", words(row), "", opening, head)
            count = 0
            continue
        if count == most:
            yield from (closing, "", opening, head)
            count = 0
        count += 1
        cells = zip(table.keys, row, strict=True)
        yield " & ".join(_cell(each, key, names) for key, each in cells) + r" \\"
    yield closing
    yield ""


def has_chinese(trace: Trace, language: str) -> bool:
    """Whether the document has Chinese in it: its words, or a name."""
    return language != ENGLISH or CHINESE.search(trace.source) is not None


def preamble(chinese: bool) -> str:
    """What a document begins with, its fonts for Chinese where it has some."""
    document = (FONTS if chinese else "\\documentclass{article}\n") + PREAMBLE.rstrip()
    return f"{document}\n{OPENING}" if chinese else document


def trace_lines(
    trace: Trace, digits: int = DIGITS, *, whole: bool = True, language: str = ENGLISH, explain: str = "",
    title: str = "",
) -> Iterator[str]:
    """A trace as a document, below a title if any; in words too at a level of narration.LEVELS."""
    names = {node.name for node in trace.nodes.values()}
    if trace.of_tensors:
        names.add(tangent_name(trace.program) if trace.tangents else upstream_name(trace.program))
    chinese = has_chinese(trace, language)
    yield preamble(chinese)
    yield SMALL
    if title:
        yield rf"\section*{{{words(title)}}}"
    first, *rest = layout.header(trace, digits, language)
    for statement in first.split("; "):
        yield rf"\[ {mathematics(statement, names)} \]"
    for part in rest:
        yield inputs(part, names) + r"\par"
    yield ""
    for table in layout.passes(trace, digits, language):
        yield from table_lines(table, names, whole)
    for table in layout.path_tables(trace, digits, language):
        yield from table_lines(table, names)
    if explain:
        from bpcli.render.narration import narration

        heading, *told = narration(trace, explain, digits, language, whole)
        yield rf"\subsection*{{{words(heading)}}}"
        for sentence in told:
            yield words(sentence) + r"\par\smallskip"
        yield ""
    yield r"\bigskip"
    for line in map(flat, layout.closing(trace, digits, language)):
        for part in line.split("          "):
            results = part.split("    ")
            if SLOPE.fullmatch(results[0].partition(" = ")[0]):
                joined = r" \qquad ".join(mathematics(each, names) for each in results)
                yield rf"\[ {joined} \]"
            else:
                yield words(part)
            yield ""
    if chinese:
        yield CLOSING
    yield r"\end{document}"
