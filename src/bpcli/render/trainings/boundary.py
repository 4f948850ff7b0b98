"""What a network with two inputs says over a square, drawn: in characters, and as a page that plays the training."""

from __future__ import annotations

import base64
import html
import json
import math

from bpcli.files import page_text
from bpcli.render.languages import ENGLISH, tag, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.text import Text

# What is drawn for a probability below each of these, without colour: the light side is class 0.
SHADES = ((0.35, " "), (0.5, "."), (0.65, ":"), (1.01, "#"))
POINTS = ("o", "x")
ROWS, COLUMNS = 22, 46  # a character is about twice as high as wide
# Colours of the two sides and of the points on them, from sure to unsure.
COLOURS = ((0.2, "on #2f6fb3"), (0.5, "on #9dc3e6"), (0.8, "on #f8cf9b"), (1.01, "on #e08a2e"))


class Frame:
    """One moment of a training: the step, loss and accuracy there, and what the network says over the grid.

    said: rows of probabilities, from the upper left
    flow: of each tensor its name, and the root mean square of the gradient that reaches it
    """

    __slots__ = ("accuracy", "flow", "loss", "said", "step")

    def __init__(
        self,
        step: int,
        loss: float,
        accuracy: float,
        said: Sequence[Sequence[float]],
        flow: Sequence[tuple[str, float]] = (),
    ) -> None:
        self.step = step
        self.loss = loss
        self.accuracy = accuracy
        self.said = said
        self.flow = flow


def place(value: float, edge: float, cells: int) -> int:
    """The cell of a coordinate between -edge and edge."""
    return min(max(int((value + edge) / (2 * edge) * cells), 0), cells - 1)


def cells_of(
    frame: Frame, points: Sequence[Sequence[float]], classes: Sequence[float], edge: float
) -> list[list[tuple[float, str]]]:
    """ROWS by COLUMNS of the probability in each cell, and the mark of a point that lies there or ""."""
    size = len(frame.said)
    table = [
        [(frame.said[row * size // ROWS][column * size // COLUMNS], "") for column in range(COLUMNS)]
        for row in range(ROWS)
    ]
    for (x, y), which in zip(points, classes, strict=True):
        row, column = ROWS - 1 - place(y, edge, ROWS), place(x, edge, COLUMNS)
        table[row][column] = (table[row][column][0], POINTS[int(which)])
    return table


def plain_lines(
    frame: Frame, points: Sequence[Sequence[float]], classes: Sequence[float], edge: float
) -> Iterator[str]:
    """The square in ASCII: where class 1 is said, dark; points o and x."""
    yield "+" + "-" * COLUMNS + "+"
    for row in cells_of(frame, points, classes, edge):
        shown = (mark or next(shade for limit, shade in SHADES if said < limit) for said, mark in row)
        yield f"|{''.join(shown)}|"
    yield "+" + "-" * COLUMNS + "+"


def picture(frame: Frame, points: Sequence[Sequence[float]], classes: Sequence[float], edge: float) -> Text:
    """The square in colours, for a terminal."""
    from rich.text import Text

    drawn = Text()
    for row in cells_of(frame, points, classes, edge):
        for said, mark in row:
            colour = next(colour for limit, colour in COLOURS if said < limit)
            drawn.append(mark or " ", f"bold black {colour}" if mark else colour)
        drawn.append("\n")
    return drawn


def page_pieces(
    title: str,
    program: str,
    frames: Sequence[Frame],
    points: Sequence[Sequence[float]],
    classes: Sequence[float],
    edge: float,
    losses: Sequence[tuple[int, float]],
    language: str = ENGLISH,
) -> Iterator[str]:
    """A page that plays the training: the boundary moves, the loss falls. It loads nothing from elsewhere."""
    say = texts(language, "PLAYGROUND")
    data = {
        "size": len(frames[0].said),
        "edge": edge,
        "frames": [
            {
                "step": frame.step,
                "loss": frame.loss,
                "accuracy": frame.accuracy,
                "flow": [[name, value if math.isfinite(value) else None] for name, value in frame.flow],
                # A byte a cell is finer than the eye.
                "said": base64.b64encode(bytes(round(255 * each) for row in frame.said for each in row)).decode(),
            }
            for frame in frames
        ],
        "points": [[round(x, 4), round(y, 4), int(which)] for (x, y), which in zip(points, classes, strict=True)],
        "losses": [[step, loss] for step, loss in losses],
        "words": dict(say),
    }
    yield f'<!doctype html>\n<html lang="{tag(language)}">\n<head>\n<meta charset="utf-8">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f"<title>{html.escape(title)}</title>\n<style>\n{page_text('playground.css')}</style>\n</head>\n<body>\n"
    yield f"<h1>{html.escape(title)}</h1>\n<p>{html.escape(say['intro'])}</p>\n"
    yield '<div class="stage"><canvas id="square" width="480" height="480"></canvas>\n'
    yield '<div class="side"><canvas id="curve" width="480" height="240"></canvas>\n'
    yield f"<table><caption>{html.escape(say['flow'])}</caption><tbody id=\"flow\"></tbody></table></div></div>\n"
    yield f'<p class="bar"><button id="play">{html.escape(say["play"])}</button>'
    yield f'<input id="at" type="range" min="0" max="{len(frames) - 1}" value="{len(frames) - 1}">'
    yield '<output id="told"></output></p>\n'
    yield f'<p class="key">{html.escape(say["key"])}</p>\n'
    yield f"<h2>{html.escape(say['network'])}</h2>\n<pre>{html.escape(program)}</pre>\n"
    written = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    yield f'<script type="application/json" id="data">{written}</script>\n'
    yield f"<script>\n{page_text('playground.js')}</script>\n</body>\n</html>\n"
