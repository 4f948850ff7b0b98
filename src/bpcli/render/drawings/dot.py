"""A diagram in the language of Graphviz."""

from __future__ import annotations

from bpcli.render.drawings.diagram import CONSTANT, INPUT, OPERATION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpcli.render.drawings.diagram import Box, Diagram

COLOURS = {INPUT: "#eef4ff", CONSTANT: "#f4f4f4", OPERATION: "#ffffff"}


def quoted(*lines: str) -> str:
    r"""Lines as one string of the language.

    >>> print(quoted('a "b"', "c"))
    "a \"b\"\nc"
    """
    return '"' + r"\n".join(line.replace("\\", r"\\").replace('"', r"\"") for line in lines if line) + '"'


def diagram_lines(diagram: Diagram) -> Iterator[str]:
    """The diagram, the inputs on the left."""
    yield "digraph bpcli {"
    yield "  rankdir=LR;"
    results = ", ".join(diagram.results)
    yield f"  label={quoted(diagram.title, results, diagram.legend, *diagram.sums)};"
    yield '  node [fontname="Helvetica", style="rounded,filled", shape=box];'
    yield '  edge [fontname="Helvetica", fontsize=11];'
    for box in diagram.boxes:
        shape = ", shape=circle, style=filled" if _is_round(box) else ""
        colour = COLOURS.get(box.kind, "#eefaf0")
        yield f"  {_name(box.number)} [label={quoted(*content(box))}, fillcolor={quoted(colour)}{shape}];"
    for line in diagram.lines:
        facts = []
        if line.label or line.back:
            facts.append(f"label={quoted(line.label, _back(diagram, line.back))}")
        if line.shut:
            facts.append("style=dashed")
        more = f" [{', '.join(facts)}]" if facts else ""
        yield f"  {_name(line.source)} -> {_name(line.target)}{more};"
    yield "}"


def content(box: Box) -> tuple[str, ...]:
    """The lines of text in a box."""
    return (box.title, f"= {box.value}" if box.value else "", *box.slopes)


def _back(diagram: Diagram, slope: str) -> str:
    return diagram.words("back").format(slope=slope) if slope else ""


def _is_round(box: Box) -> bool:
    return box.kind == OPERATION and not box.value and not box.slopes and len(box.title) <= 2


def _name(number: int) -> str:
    return f"n{number}" if number >= 0 else f"c{-number}"
