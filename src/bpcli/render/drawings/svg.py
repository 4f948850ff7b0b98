"""A diagram as an SVG file of its own: system fonts, dark on light, nothing from the network.

It grows as values flow, like every other drawing: from left to right where that fits into a page, else downwards.
Everything is computed along the layers and across them; only at the end it becomes x and y.
"""

from __future__ import annotations

import math

from bpcli.errors import display_width
from bpcli.render.drawings.diagram import CONSTANT, INPUT, OPERATION, RESULT
from bpcli.render.drawings.layers import arranged, breadth, placed
from bpcli.render.languages import ENGLISH, tag

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpcli.render.drawings.diagram import Box, Diagram, Line
    from bpcli.render.drawings.layers import Layers, Slot

CIRCLE, CORNER = 23.0, 16.0  # radius of an operation, and what its lines have to turn to it
PAGE = 800  # pixels of a page
MARGIN, GAP, CURVE, ROW = 24.0, 22.0, 44.0, 20.0
LETTER = {13: 7.4, 14: 8.2, 16: 9.4, 19: 11.2}  # pixels of a letter at a font size, the widest of the usual fonts
FILLS = {
    INPUT: ("#eaf2ff", "#4a76b8"),
    CONSTANT: ("#f4f4f2", "#8c8c86"),
    OPERATION: ("#ffffff", "#3d444d"),
    RESULT: ("#fff6dd", "#a87b00"),
}
STYLE = """
    text { font-family: system-ui, -apple-system, "Segoe UI", "Helvetica Neue", "Noto Sans", Arial,
      "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "WenQuanYi Micro Hei", sans-serif; }
    .title { font-size: 19px; font-weight: 600; fill: #1f2328; }
    .name { font-size: 14px; font-weight: 600; fill: #1f2328; }
    .sign { font-size: 19px; font-weight: 600; fill: #1f2328; }
    .value { font-size: 14px; font-weight: 600; fill: #14702e; }
    .slope { font-size: 13px; fill: #b3261e; }
    .local { font-size: 13px; fill: #0b4fb3; }
    .shut { font-size: 13px; font-style: italic; fill: #5f6670; }
    .sum { font-size: 13px; fill: #1f2328; }
    .halo { paint-order: stroke; stroke: #ffffff; stroke-width: 4px; stroke-linejoin: round; }
    .line { fill: none; stroke: #57606a; stroke-width: 1.5; }
    .dashed { stroke: #8a929c; stroke-dasharray: 5 4; }
"""


def escaped(text: str) -> str:
    """Text that XML takes as text.

    >>> escaped('a < "b" & c')
    'a &lt; &quot;b&quot; &amp; c'
    """
    for char, name in (("&", "amp"), ("<", "lt"), (">", "gt"), ('"', "quot")):
        text = text.replace(char, f"&{name};")
    return "".join(char if char.isprintable() else " " for char in text)


def measured(text: str, size: int) -> float:
    """The pixels that a text takes at most, or nearly so."""
    return display_width(text) * LETTER[size]


class _Plan:
    """Where everything stands: along the layers and across them.

    across: whether the layers follow each other across the page, from left to right
    """

    def __init__(self, diagram: Diagram, across: bool, most: float = 0) -> None:
        self.diagram = diagram
        self.across = across
        self.boxes = {box.number: box for box in diagram.boxes}
        self.arriving: dict[int, list[int]] = {box.number: [] for box in diagram.boxes}
        for place, line in enumerate(diagram.lines):
            self.arriving[line.target].append(place)
        self.sizes = {box.number: self._size(box) for box in diagram.boxes}
        pairs = [(line.source, line.target) for line in diagram.lines]
        widths = {number: size[1] + GAP for number, size in self.sizes.items()}
        self.layers: Layers = arranged([*self.boxes], pairs, widths, most)
        least = breadth(self.layers, self.side, GAP)
        self.places = placed(self.layers, self.side, GAP, math.inf if across else max(least, PAGE - 2 * MARGIN))
        self.breadth = max((place + self.side(slot) / 2 for slot, place in self.places.items()), default=0.0)
        self._stand_in_layers()

    def _size(self, box: Box) -> tuple[float, float]:
        """The extent of a box along the layers and across them."""
        rows = texts(box)
        widest = max(measured(text, size) for text, _, size in rows)
        width, height = max(widest + 26, 56.0), len(rows) * ROW + 14
        if is_round(box):
            width, height = (2 * CIRCLE, 2 * CIRCLE) if is_circle(box) else (widest + 30, 34.0)
        places = self.arriving[box.number]
        room = sum(map(self.spread, places))
        if self.across:
            return width, max(height, room + 6)
        if len(places) == 1:
            room += 12
        return height, max(width, room + 10)

    def side(self, slot: Slot) -> float:
        """The extent of a slot across the layers."""
        return 14.0 if slot.passes else self.sizes[slot.box][1]

    def spread(self, place: int) -> float:
        """What a line takes across the layers where it arrives, with its label."""
        line = self.diagram.lines[place]
        if self.across:
            return 42.0 if line.back else 24.0
        return self._text(line) + 22

    def reach(self, place: int) -> float:
        """What the label of a line takes along the layers."""
        line = self.diagram.lines[place]
        corner = CORNER if is_circle(self.boxes[line.target]) else 0
        if self.across:
            return corner + (self._text(line) + 24 if line.label or line.back else 14.0)
        return corner + 14.0 + 17 * (bool(line.label) + bool(line.back))

    @staticmethod
    def _text(line: Line) -> float:
        return max(measured(line.label, 13), measured(line.back, 13))

    def _stand_in_layers(self) -> None:
        """How far along each layer begins and ends."""
        self.spans: list[tuple[float, float]] = []
        edge = 0.0
        for row in self.layers.rows:
            boxes = [slot.box for slot in row if not slot.passes]
            before = max((self.reach(place) for box in boxes for place in self.arriving[box]), default=0.0)
            start = edge + before + (CURVE if self.spans else 0)
            edge = start + max((self.sizes[box][0] for box in boxes), default=0.0)
            self.spans.append((start, edge))
        self.length = edge

    def extent(self, slot: Slot) -> tuple[float, float]:
        """Where a box begins and ends along the layers: in the middle of its layer."""
        start, end = self.spans[slot.layer]
        size = end - start if slot.passes else self.sizes[slot.box][0]
        middle = (start + end) / 2
        return middle - size / 2, middle + size / 2

    def ports(self) -> dict[int, float]:
        """Where across the layers each line arrives at its box, in the order in which lines come."""
        found: dict[int, float] = {}
        origins = {place: self.places[route[-2]] for place, route in enumerate(self.layers.lines)}
        ends = {place: self.places[route[-1]] for place, route in enumerate(self.layers.lines)}
        for places in self.arriving.values():
            room = sum(map(self.spread, places))
            edge = -room / 2
            for place in sorted(places, key=lambda place: (origins[place], place)):
                # A label stands to the right of a line that goes down, and on both sides of one that goes across.
                inside = self.spread(place) / 2 if self.across else 12.0
                if len(places) == 1 and not self.across:
                    # A single one goes to the middle, unless its label is too long for what is right of that.
                    box = self.diagram.lines[place].target
                    inside = room / 2 + min(0.0, self.sizes[box][1] / 2 - self._text(self.diagram.lines[place]) - 10)
                found[place] = ends[place] + edge + inside
                edge += self.spread(place)
        return found


def is_circle(box: Box) -> bool:
    """Whether a box is a circle, to which lines come from where their labels stand: an operation that is a sign."""
    return is_round(box) and len(box.title) < 3


def is_round(box: Box) -> bool:
    """Whether a box is an operation and no more."""
    return box.kind == OPERATION and not box.value and not box.slopes and not box.name


def texts(box: Box) -> list[tuple[str, str, int]]:
    """The lines of text in a box, from the top: the value, what it is called, the derivatives; with class and size."""
    value = [(box.value, "value", 14)] if box.value and box.value != box.title else []
    name = (box.title, "sign" if is_circle(box) else "name", 14)
    return [*value, name, *((slope, "slope", 13) for slope in box.slopes)]


def diagram_lines(diagram: Diagram) -> Iterator[str]:
    """The file, line by line. Raises InputError where the diagram is too large to be drawn."""
    plan = _chosen(diagram.limited())
    heads = [(diagram.title, "title", 19), *((part, "slope" if place else "value", 14)
             for place, part in enumerate(diagram.results))]  # fmt: skip
    wide, high = (plan.length, plan.breadth) if plan.across else (plan.breadth, plan.length)
    lines = list(_heading(heads, max(wide, PAGE - 2 * MARGIN)))
    key = _key(diagram)
    spans = [measured(text, 13) + 16 for text, _ in key]
    # How to read it stands above the drawing, which can be many screens high.
    first = max(row for *_, row, _ in lines) + 1
    sums = [piece for sentence in diagram.sums for piece in _broken(sentence, PAGE - 2 * MARGIN)]
    for row, (text, indent) in enumerate(sums, first):
        lines.append((text, "sum", indent, row, indent + measured(text, 13)))
    row, x = first + len(sums), 0.0
    for (text, name), span in zip(key, spans, strict=True):
        lines.append((text, name, x, row, x + span))
        x += span
    written = max(right for *_, right in lines)
    width = max(wide, min(written, PAGE - 2 * MARGIN)) + 2 * MARGIN
    top = MARGIN + (max(row for *_, row, _ in lines) + 1) * 24 + 14
    height = top + high + MARGIN - 8
    left = (width - wide) / 2

    def point(along: float, side: float) -> str:
        x, y = (left + along, top + side) if plan.across else (left + side, top + along)
        return f"{x:.1f} {y:.1f}"

    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}"{_language(diagram)} role="img" aria-labelledby="title desc">'
    )
    yield f'  <title id="title">{escaped(diagram.title)}</title>'
    told = "; ".join(part for part in (", ".join(diagram.results), diagram.legend, *diagram.sums) if part)
    yield f'  <desc id="desc">{escaped(told)}</desc>'
    yield f"  <style>{STYLE}  </style>"
    yield '  <defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" '
    yield '    orient="auto"><path d="M0 1 10 5 0 9z" fill="#57606a"/></marker></defs>'
    yield f'  <rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>'
    for text, name, x, row, _ in lines:
        yield f'  <text class="{name}" x="{MARGIN + x:.1f}" y="{MARGIN + 18 + row * 24:.1f}">{escaped(text)}</text>'
    ports = plan.ports()
    for place, line in enumerate(diagram.lines):
        shut = " dashed" if line.shut else ""
        path = "".join(_path(plan, place, ports[place], point))
        yield f'  <path class="line{shut}" d="{path}" marker-end="url(#arrow)"/>'
    for layer in plan.layers.rows:
        for slot in layer:
            if not slot.passes:
                yield from _box(plan, slot, point)
    for place, line in enumerate(diagram.lines):
        yield from _label(plan, place, line, ports[place], point)
    yield "</svg>"


def _language(diagram: Diagram) -> str:
    """The attribute by which a browser chooses the forms of Chinese characters."""
    return "" if diagram.language == ENGLISH else f' xml:lang="{tag(diagram.language)}"'


def _chosen(diagram: Diagram) -> _Plan:
    """The plan that fits into a page: to the right, else downwards, else with fewer boxes side by side."""
    plan = _Plan(diagram, True)
    room = PAGE - 2 * MARGIN
    if plan.length <= room:
        return plan
    downwards = _Plan(diagram, False)
    most = room
    while downwards.breadth > room and most > 0:
        downwards = _Plan(diagram, False, most)
        most -= 60
    return downwards


def _heading(heads: list[tuple[str, str, int]], room: float) -> Iterator[tuple[str, str, float, int, float]]:
    """The title and the results: text, class, x, row, and where it ends; broken between words where it is too long."""
    row = -1
    x = room
    for place, (text, name, size) in enumerate(heads):
        if place < 2 or x + measured(text, size) > room:
            row, x = row + 1, 0.0
        line = ""
        for word in text.split(" "):
            if line and x + measured(f"{line} {word}", size) > room:
                yield line, name, x, row, x + measured(line, size)
                line, row, x = word, row + 1, 0.0
            else:
                line = f"{line} {word}" if line else word
        yield line, name, x, row, x + measured(line, size)
        x += measured(line, size) + 20


def _broken(sentence: str, room: float) -> Iterator[tuple[str, float]]:
    """A sentence in lines that are no wider than the room, each with its indent."""
    from bpcli.render.plain import wrapped

    for place, line in enumerate(wrapped(sentence, int(room / LETTER[13]))):
        yield line.strip(), 14.0 if place else 0.0


def _key(diagram: Diagram) -> list[tuple[str, str]]:
    """What the colours mean."""
    if not diagram.legend:
        return []
    key = [(diagram.words("value"), "value"), (diagram.words("gradient"), "slope")]
    return [*key, (diagram.words(diagram.labels), "local")] if not any(line.back for line in diagram.lines) else key


def _path(plan: _Plan, place: int, port: float, point: Point) -> Iterator[str]:
    """A line: straight within its layers, curved between them, and straight again where its label stands."""
    route = plan.layers.lines[place]
    side = plan.places[route[0]]
    yield f"M{point(plan.extent(route[0])[1], side)}"
    at = plan.spans[route[0].layer][1]
    yield f"L{point(at, side)}"
    for slot in route[1:]:
        last = slot is route[-1]
        start = plan.extent(slot)[0]
        end = plan.spans[slot.layer][0] - plan.reach(place) if last else start
        aim = port if last else plan.places[slot]
        middle = (at + end) / 2
        yield f"C{point(middle, side)} {point(middle, aim)} {point(end, aim)}"
        at, side = (start - 1, aim) if last else (plan.spans[slot.layer][1], aim)
        if last and is_circle(plan.boxes[slot.box]):
            yield f"L{point(start - CORNER, side)}"
            along, across = CORNER + CIRCLE, plan.places[slot] - side
            outside = 1 - (CIRCLE + 1) / math.hypot(along, across)
            at, side = start - CORNER + along * outside, side + across * outside
        yield f"L{point(at, side)}"


def _box(plan: _Plan, slot: Slot, point: Point) -> Iterator[str]:
    box = plan.boxes[slot.box]
    start, end = plan.extent(slot)
    side, size = plan.places[slot], 2 * CIRCLE if is_circle(box) else plan.sizes[slot.box][1]
    corners = [tuple(map(float, point(along, across).split())) for along in (start, end)
               for across in (side - size / 2, side + size / 2)]  # fmt: skip
    x, y = min(corner[0] for corner in corners), min(corner[1] for corner in corners)
    width, height = max(corner[0] for corner in corners) - x, max(corner[1] for corner in corners) - y
    fill, stroke = FILLS[box.kind]
    radius = min(width, height) / 2 if is_round(box) else 18 if box.kind in (INPUT, RESULT) else 8
    rows = texts(box)
    yield f'  <g><title>{escaped(" ".join((box.name, *(text for text, _, _ in rows))))}</title>'
    yield (
        f'    <rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{radius:.1f}" '
        f'fill="{fill}" stroke="{stroke}" stroke-width="1.6"/>'
    )
    first = y + height / 2 - (len(rows) - 1) * ROW / 2 + 5
    for place, (text, name, _) in enumerate(rows):
        lower = 1.5 if name == "sign" else 0
        yield (
            f'    <text class="{name}" x="{x + width / 2:.1f}" y="{first + place * ROW + lower:.1f}" '
            f'text-anchor="middle">{escaped(text)}</text>'
        )
    yield "  </g>"


def _label(plan: _Plan, place: int, line: Line, port: float, point: Point) -> Iterator[str]:
    """What stands on a line, just before the box that it leads to."""
    if not line.label and not line.back:
        return
    end = plan.extent(plan.layers.lines[place][-1])[0]
    corner = CORNER if is_circle(plan.boxes[line.target]) else 0
    middle = end - corner - (plan.reach(place) - corner) / 2
    x, y = map(float, point(middle, port).split())
    first = "value" if plan.diagram.lines[place].back else "shut" if line.shut else "local"
    rows = [(text, name) for text, name in ((line.label, first), (line.back, "slope")) if text]
    for row, (text, name) in enumerate(rows):
        if plan.across:
            where = f'x="{x - 3:.1f}" y="{y - 6 if row == 0 else y + 16:.1f}" text-anchor="middle"'
        else:
            where = f'x="{x + 7:.1f}" y="{y + 4 + (row - (len(rows) - 1) / 2) * 17:.1f}"'
        yield f'  <text class="{name} halo" {where} style="font-size: 13px">{escaped(text)}</text>'


if TYPE_CHECKING:
    from collections.abc import Callable

    Point = Callable[[float, float], str]
