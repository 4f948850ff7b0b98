"""A diagram as a flowchart of Mermaid, which GitHub draws in a page."""

from __future__ import annotations

from bpcli.render.drawings.diagram import CONSTANT, INPUT, OPERATION
from bpcli.render.drawings.dot import content

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpcli.render.drawings.diagram import Diagram

SHAPES = {INPUT: ('(["', '"])'), CONSTANT: ('["', '"]'), OPERATION: ('("', '")')}
RESULT = ('(["', '"])')
SPECIAL = "#\"<>&`|;\\"  # what could be markup in a string: written by its number


def escaped(text: str) -> str:
    """Text in a string of the language.

    >>> escaped('a < "b"')
    'a #60; #34;b#34;'
    """
    return "".join(f"#{ord(char)};" if char in SPECIAL else char for char in text)


def diagram_lines(diagram: Diagram) -> Iterator[str]:
    """The diagram, the inputs on the left."""
    yield "flowchart LR"
    for box in diagram.boxes:
        opening, closing = SHAPES.get(box.kind, RESULT)
        text = "<br/>".join(escaped(line) for line in content(box) if line)
        yield f"  {_name(box.number)}{opening}{text}{closing}"
    for line in diagram.lines:
        back = diagram.words("back").format(slope=line.back) if line.back else ""
        pieces = [escaped(piece) for piece in (line.label, back) if piece]
        label = f'|"{"<br/>".join(pieces)}"|' if pieces else ""
        arrow = "-.->" if line.shut else "-->"
        yield f"  {_name(line.source)} {arrow}{label} {_name(line.target)}"


def _name(number: int) -> str:
    return f"n{number}" if number >= 0 else f"c{-number}"
