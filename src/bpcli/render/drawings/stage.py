"""Where everything of a lesson's drawing stands in its page: in pixels, from left to right and, for narrow pages, down.

The layers are those of every drawing. The page draws what is computed here, and has only to fill in the numbers, which
change with its inputs; each box has room for them.
"""

from __future__ import annotations

from itertools import pairwise

from bpcli.errors import display_width
from bpcli.render import layout
from bpcli.render.drawings.layers import arranged, breadth, placed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from bpcli.render.drawings.layers import Layers, Slot
    from bpcli.tracing.record import Trace

HEIGHT = 78  # of a box: a name, a value and a derivative
LETTER, SMALL = 7.9, 7.6  # width of one of a formula, and of a derivative
WIDEST_FORMULA = 22  # columns; a longer one is only in the table
PHONE = 440  # what a narrow page has room for, before it makes the drawing smaller
MARGIN, PASSING, TIP = 16, 16, 7
BETWEEN = {True: 62, False: 104}  # two layers: room for what stands on the lines; downwards, and to the right
GAP = {True: 18, False: 30}
PORTS = {True: (30, 70), False: (22, HEIGHT)}  # most between two lines that arrive at a box, and room for all

Point = tuple[float, float]


def label(trace: Trace, node: int) -> str:
    """What stands in the box of a node: its formula, where that is short."""
    entry, graph = trace.nodes[node], trace.program.graph
    whole = f"{entry.name} = {layout.spaced(trace, node)}"
    return whole if graph.op[node] != "var" and display_width(whole) <= WIDEST_FORMULA else entry.name


def stage(trace: Trace, places: Mapping[int, int]) -> dict[str, Any]:
    """The drawing as data, `across` and `upright`: its size, boxes, and the curve and the label's place of each line.

    places: node -> the number by which the page knows it
    """
    lines = [
        (argument, node, position)
        for node in trace.nodes
        for position, argument in enumerate(trace.program.graph.args[node])
        if argument in trace.nodes
    ]
    widths = {node: _width(trace, node) for node in trace.nodes}
    return {name: _Plan(widths, lines, name == "upright").data(places) for name in ("across", "upright")}


def _width(trace: Trace, node: int) -> float:
    """The width of a box, with room for a derivative and its counter: dy/dx: 0.25 (1/2)."""
    columns = display_width(trace.nodes[node].name) + display_width(layout.output_name(trace))
    columns += 16 if trace.uses.get(node, 0) > 1 else 14
    return max(display_width(label(trace, node)) * LETTER + 28, columns * SMALL + 12)


class _Plan:
    """The places of boxes and lines: along the layers and across them; only `point` makes x and y of that."""

    def __init__(self, widths: Mapping[int, float], lines: list[tuple[int, int, int]], upright: bool) -> None:
        self.widths = widths
        self.lines = lines
        self.upright = upright
        gap = GAP[upright]
        self.layers: Layers = arranged([*widths], [line[:2] for line in lines])
        most = PHONE
        while upright and breadth(self.layers, self.side, gap) > PHONE and most > 0:
            # Fewer boxes side by side.
            sizes = {node: width + gap for node, width in widths.items()}
            self.layers = arranged([*widths], [line[:2] for line in lines], sizes, most)
            most -= 60
        self.places = placed(self.layers, self.side, gap)
        self.breadth = max((place + self.side(slot) / 2 for slot, place in self.places.items()), default=0.0)
        self.spans: list[Point] = []
        along = float(MARGIN)
        for row in self.layers.rows:
            depth = HEIGHT if upright else max(self.widths[slot.box] for slot in row if not slot.passes)
            self.spans.append((along, along + depth))
            along += depth + BETWEEN[upright]
        self.length = along - BETWEEN[upright] + MARGIN

    def side(self, slot: Slot) -> float:
        """The extent of a slot across the layers."""
        return PASSING if slot.passes else self.widths[slot.box] if self.upright else HEIGHT

    def middle(self, slot: Slot) -> float:
        """The middle of a slot along the layers."""
        return sum(self.spans[slot.layer]) / 2

    def half(self, slot: Slot) -> float:
        """Half the extent of a box along the layers."""
        return (HEIGHT if self.upright else self.widths[slot.box]) / 2

    def point(self, along: float, across: float) -> tuple[int, int]:
        """A place in the page, in whole pixels."""
        x, y = (across + MARGIN, along) if self.upright else (along, across + MARGIN)
        return round(x), round(y)

    def data(self, places: Mapping[int, int]) -> dict[str, Any]:
        """All of it, as the page reads it."""
        boxes = [
            [places[slot.box], *self.point(self.middle(slot), self.places[slot]), round(self.widths[slot.box]),
             slot.layer]
            for row in self.layers.rows for slot in row if not slot.passes
        ]  # fmt: skip
        size = self.point(self.length, self.breadth + MARGIN)
        ports = self._ports()
        paths = [
            [places[node], position, *self._curve(number, ports[number])]
            for number, (_, node, position) in enumerate(self.lines)
        ]
        return {"width": size[0], "height": size[1], "boxes": boxes, "paths": paths}

    def _ports(self) -> dict[int, float]:
        """How far from the middle of its box each line arrives: side by side, in the order in which they come."""
        most, room = PORTS[self.upright]
        arriving: dict[int, list[int]] = {}
        for number, (_, node, _) in enumerate(self.lines):
            arriving.setdefault(node, []).append(number)
        found = {}
        for numbers in arriving.values():
            between = min(most, (room - 16) / len(numbers))
            origins = {number: self.places[self.layers.lines[number][-2]] for number in numbers}
            ordered = sorted(numbers, key=lambda number: (origins[number], self.lines[number][2]))
            for place, number in enumerate(ordered):
                found[number] = (place - (len(numbers) - 1) / 2) * between
        return found

    def _curve(self, number: int, port: float) -> tuple[str, int, int]:
        """A line, straight through the layers that it passes and curved between them; and where its label stands."""
        route = self.layers.lines[number]
        twins = sum(line[:2] == self.lines[number][:2] for line in self.lines) > 1
        bulge = port * 1.6 if twins else 0.0
        first, last = route[0], route[-1]
        points: list[Point] = [(self.middle(first) + self.half(first), self.places[first] + bulge * 0.4)]
        for slot in route[1:-1]:
            points += [(edge, self.places[slot] + bulge) for edge in self.spans[slot.layer]]
        points.append((self.middle(last) - self.half(last) - TIP, self.places[last] + port + bulge * 0.2))

        def written(*ends: Point) -> str:
            return " ".join(str(each) for end in ends for each in self.point(*end))

        pieces = [f"M{written(points[0])}"]
        for place, ((start, side), (end, across)) in enumerate(pairwise(points)):
            if place % 2:
                pieces.append(f"L{written((end, across))}")
                continue
            reach = (end - start) * 0.45
            pieces.append(f"C{written((start + reach, side), (end - reach, across), (end, across))}")
        (start, side), (end, across) = points[-2:]
        x, y = self.point((start + end) / 2, (side + across) / 2 + (port * 0.4 if twins else 0))
        return "".join(pieces), x, y
