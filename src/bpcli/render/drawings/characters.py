"""A diagram as text: boxes in layers from the inputs down to the result, joined by lines.

Between two layers each box has at most one line across, on a row of its own, from which its branches go down. No
two boxes ever share a column for a line there, so that a line that goes through another one is always a crossing.
"""

from __future__ import annotations

from itertools import pairwise
from math import floor

from bpcli.errors import display_width
from bpcli.render.drawings.canvas import DOWN, LEFT, LINES, RIGHT, UP, Drawing
from bpcli.render.drawings.diagram import CONSTANT, INPUT
from bpcli.render.drawings.layers import arranged, breadth, placed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bpcli.render.drawings.diagram import Box, Diagram, Line
    from bpcli.render.drawings.layers import Layers, Slot

GAP = 2  # columns between two boxes, or a box and a line that passes it
LONGEST_TITLE = 26  # columns of a formula in a box before it is broken between words


class _Plan:
    """Where everything of a drawing stands, at one choice of labels and of the boxes in a layer.

    content: the lines of each box, with their styles; labels: those of each line
    """

    def __init__(self, diagram: Diagram, brief: bool, width: int, most: int = 0) -> None:
        self.boxes: dict[int, Box] = {box.number: box for box in diagram.boxes}
        self.content = {box.number: content(box) for box in diagram.boxes}
        self.labels = [label(line, brief) for line in diagram.lines]
        self.lines = diagram.lines
        self.arriving: dict[int, list[int]] = {}
        for place, line in enumerate(diagram.lines):
            self.arriving.setdefault(line.target, []).append(place)
        self.sizes = {number: self._size(number) for number in self.content}
        pairs = [(line.source, line.target) for line in diagram.lines]
        most_size = {number: float(size + GAP) for number, size in self.sizes.items()}
        self.layers: Layers = arranged([*self.content], pairs, most_size, most)
        self.least = breadth(self.layers, self.size, GAP)
        self.width = width
        self.columns: dict[Slot, int] = self._columns() if self.least < width else {}

    def _size(self, number: int) -> int:
        """The columns of a box, of which one is in the middle: room for its text, and for the lines that arrive."""
        text = max(display_width(line) for line, _ in self.content[number]) + 4
        places = self.arriving.get(number, ())
        room = 2 + sum(self.reach(place) + 1 for place in places)
        if len(places) == 1 and room <= LONGEST_TITLE / 2:
            room = 2 * room - 3  # its line comes straight down to the middle
        return max(text, room, 5) | 1

    def reach(self, place: int) -> int:
        """The columns that a line takes with its label, to the next one."""
        widest = max((display_width(text) for text, _ in self.labels[place]), default=0)
        return widest + 3 if widest else 2

    def size(self, slot: Slot) -> float:
        """The columns of a slot."""
        return 1 if slot.passes else self.sizes[slot.box]

    def _columns(self) -> dict[Slot, int]:
        """The middle column of each slot. One column of the page is left for lines that are moved aside."""
        places = placed(self.layers, self.size, GAP, self.width - 1)
        columns = {slot: floor(place) for slot, place in places.items()}
        self._straighten(columns)
        self._part(columns)
        first = min((columns[slot] - int(self.size(slot)) // 2 for slot in columns), default=0)
        return {slot: column - first for slot, column in columns.items()}

    def _straighten(self, columns: dict[Slot, int]) -> None:
        """Move lines that pass a layer below where they come from, as far as there is room."""
        for row in self.layers.rows:
            for place, slot in enumerate(row):
                if not slot.passes:
                    continue
                least, most = 0, self.width - 2
                if place:
                    least = columns[row[place - 1]] + int(self.size(row[place - 1])) // 2 + GAP + 1
                if place + 1 < len(row):
                    most = columns[row[place + 1]] - int(self.size(row[place + 1])) // 2 - GAP - 1
                columns[slot] = max(least, min(most, columns[slot.before[0]]))

    def _part(self, columns: dict[Slot, int]) -> None:
        """Move each line that passes below another's beginning one column aside: they are two lines."""
        for row, following in pairwise(self.layers.rows):
            begins = {columns[slot]: slot.box for slot in row if slot.after}
            for slot in following:
                if slot.passes and begins.get(columns[slot], slot.box) != slot.box:
                    columns[slot] += 1


def content(box: Box) -> list[tuple[str, str]]:
    """The lines of a box, each with its style."""
    short = box.kind in (INPUT, CONSTANT) or box.title == box.name
    titles = [f"{box.title} = {box.value}"] if short and box.value not in ("", box.title) else broken(box.title)
    lines = [(title, "bold") for title in titles]
    if box.value and not short:
        lines.append((f"= {box.value}", "green"))
    return [*lines, *((slope, "red") for slope in box.slopes)]


def broken(title: str) -> list[str]:
    """A formula in lines, broken between its words where it is long."""
    lines = [""]
    for word in title.split(" "):
        if lines[-1] and display_width(f"{lines[-1]} {word}") > LONGEST_TITLE:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return lines


def label(line: Line, brief: bool) -> list[tuple[str, str]]:
    """What stands beside a line, each with its style."""
    first = line.brief if brief else line.label
    lines = [(first, "green" if line.back else "yellow")] if first else []
    return [*lines, (f"↑ {line.back}", "red")] if line.back else lines


def drawn(diagram: Diagram, width: int) -> Drawing | None:
    """The drawing of a diagram in at most `width` columns; None where there is no room for its lines."""
    if not diagram.limited().boxes:
        return Drawing()
    for brief, most in ((False, 0), (True, 0), *((True, most) for most in range(width, 0, -6))):
        plan = _Plan(diagram, brief, width, most)
        if plan.columns:
            return _picture(plan)
    return None


def _picture(plan: _Plan) -> Drawing:
    drawing = Drawing()
    arrivals: dict[tuple[int, int], Slot] = {}
    for place, route in enumerate(plan.layers.lines):
        arrivals[place, plan.lines[place].target] = route[-2]
    row = 0
    ports: dict[int, int] = {}
    for number, slots in enumerate(plan.layers.rows):
        if number:
            row = _channel(drawing, plan, row, number, arrivals, ports)
        height = max((len(plan.content[slot.box]) + 2 for slot in slots if not slot.passes), default=1)
        for slot in slots:
            column = plan.columns[slot]
            if slot.passes:
                for each in range(row, row + height):
                    drawing.put(each, column, "│", "dim")
            else:
                _box(drawing, plan, row, height, slot, ports)
        row += height
    return drawing


def _box(drawing: Drawing, plan: _Plan, top: int, height: int, slot: Slot, ports: Mapping[int, int]) -> None:
    box, size = plan.boxes[slot.box], plan.sizes[slot.box]
    left = plan.columns[slot] - size // 2
    corners = "╭╮╰╯" if box.kind in (INPUT, CONSTANT) else "┌┐└┘"
    lines = plan.content[slot.box]
    bottom = top + len(lines) + 1
    drawing.put(top, left, corners[0] + "─" * (size - 2) + corners[1])
    for place, (text, style) in enumerate(lines, top + 1):
        before = (size - 2 - display_width(text)) // 2
        drawing.put(place, left, "│")
        drawing.put(place, left + 1 + before, text, style)
        drawing.put(place, left + size - 1, "│")
    drawing.put(bottom, left, corners[2] + "─" * (size - 2) + corners[3])
    for place in plan.arriving.get(slot.box, ()):
        drawing.put(top, ports[place], "▼")
    if slot.after:
        drawing.put(bottom, plan.columns[slot], "┬")
        for each in range(bottom + 1, top + height):
            drawing.put(each, plan.columns[slot], "│", "dim")


def _channel(
    drawing: Drawing,
    plan: _Plan,
    top: int,
    number: int,
    arrivals: Mapping[tuple[int, int], Slot],
    ports: dict[int, int],
) -> int:
    """Draw the lines between two layers; the row below them. Enters the columns where they arrive in `ports`."""
    begins = {slot.box: plan.columns[slot] for slot in plan.layers.rows[number - 1] if slot.after}
    ends: dict[int, list[int]] = {box: [] for box in begins}
    labelled = []
    for slot in plan.layers.rows[number]:
        if slot.passes:
            ends[slot.box].append(plan.columns[slot])
            continue
        origins = {place: plan.columns[arrivals[place, slot.box]] for place in plan.arriving.get(slot.box, ())}
        places = sorted(origins, key=lambda place: (origins[place], place))
        sources = [arrivals[place, slot.box].box for place in places]
        columns = _ports(plan, slot, places, [begins[source] for source in sources], set(begins.values()))
        for place, source, column in zip(places, sources, columns, strict=True):
            ports[place] = column
            ends[source].append(column)
            labelled.append(place)
    tracks = _tracks(begins, ends)
    count = max(tracks.values(), default=-1) + 1
    tall = max((len(plan.labels[place]) for place in labelled), default=0)
    height = max(count + tall, 1)
    for box, begin in begins.items():
        _net(drawing, top, height, begin, ends[box], tracks.get(box))
    for place in labelled:
        for offset in range(tall):
            row = top + height - tall + offset
            if plan.lines[place].shut:
                drawing.put(row, ports[place], "┊", "dim")
            if offset < len(plan.labels[place]):
                text, style = plan.labels[place][offset]
                drawing.put(row, ports[place] + 2, text, style)
    return top + height


def _ports(plan: _Plan, slot: Slot, places: Sequence[int], wishes: list[int], taken: set[int]) -> list[int]:
    """The columns where lines arrive at a box: in order, with room for the labels, as near as can be to the wishes.

    A column in which another box's line begins is left to that. Found from the right, column by column.
    """
    if not places:
        return []
    size = plan.sizes[slot.box]
    first = plan.columns[slot] - size // 2 + 1
    last = first + size - 3
    best: dict[int, tuple[float, tuple[int, ...]]] = {last + 9: (0.0, ())}
    for place, wish in zip(reversed(places), reversed(wishes), strict=True):
        found: dict[int, tuple[float, tuple[int, ...]]] = {}
        reach = plan.reach(place)
        options = [(start, *held) for start, held in best.items()]
        for column in range(first, last + 1):
            if column in taken and column != wish:
                continue
            room = [(cost, rest) for start, cost, rest in options if column + (reach if rest else 0) <= start]
            if not _ends(plan, place, column, last, bool(room and room[0][1])):
                continue
            if room:
                cost, rest = min(room)
                found[column] = (cost + abs(column - wish) + (column != wish), (column, *rest))
        best = found
    return list(min(best.values())[1])


def _ends(plan: _Plan, place: int, column: int, last: int, followed: bool) -> bool:
    """Whether the label of the last line ends where the box does, or little beyond it."""
    return followed or column + plan.reach(place) - 2 <= last + 1


def _tracks(begins: Mapping[int, int], ends: Mapping[int, list[int]]) -> dict[int, int]:
    """The row of each line that goes across, those that do not meet on one row; few lines cross others."""
    across = {
        box: (min(begin, *ends[box]), max(begin, *ends[box]))
        for box, begin in begins.items()
        if ends[box] and {begin} != {*ends[box]}
    }
    rows: list[list[int]] = []
    for box in sorted(across, key=lambda each: across[each]):
        left, right = across[box]
        for row in rows:
            if all(right + 1 < across[other][0] or across[other][1] + 1 < left for other in row):
                row.append(box)
                break
        else:
            rows.append([box])

    def crossings() -> int:
        level = {box: place for place, row in enumerate(rows) for box in row}
        return sum(
            (across[other][0] < begins[box] < across[other][1] and level[other] < level[box])
            + sum(across[other][0] < end < across[other][1] and level[other] > level[box] for end in ends[box])
            for box in across
            for other in across
            if other != box
        )

    fewest = crossings()
    better = len(rows) > 1
    while better:
        better = False
        for place in range(len(rows) - 1):
            rows[place], rows[place + 1] = rows[place + 1], rows[place]
            count = crossings()
            if count < fewest:
                fewest, better = count, True
            else:
                rows[place], rows[place + 1] = rows[place + 1], rows[place]
    return {box: place for place, row in enumerate(rows) for box in row}


def _net(drawing: Drawing, top: int, height: int, begin: int, ends: list[int], track: int | None) -> None:
    """Draw the lines from one box: down to its row, across, and down from there."""
    if not ends:
        return
    if track is None:
        for row in range(top, top + height):
            drawing.put(row, begin, "│", "dim")
        return
    left, right = min(begin, *ends), max(begin, *ends)
    for column in range(left, right + 1):
        bits = (UP if column == begin else 0) | (DOWN if column in ends else 0)
        bits |= (LEFT if column > left else 0) | (RIGHT if column < right else 0)
        _cross(drawing, top + track, column, LINES[bits], bits in (LEFT | RIGHT,))
    for row in range(top, top + track):
        _cross(drawing, row, begin, "│", False)
    for row in range(top + track + 1, top + height):
        for column in ends:
            _cross(drawing, row, column, "│", False)


def _cross(drawing: Drawing, row: int, column: int, sign: str, across: bool) -> None:
    """Draw a piece of a line; where it meets another line, the one that goes down stands in front."""
    there = drawing.rows[row][column] if row < len(drawing.rows) and column < len(drawing.rows[row]) else " "
    if not across or there == " ":
        drawing.put(row, column, sign, "dim")


def listing(diagram: Diagram) -> Iterator[str]:
    """The boxes one below the other, each with what it uses: for a page that is too narrow for lines."""
    titles = {box.number: box.name or box.title for box in diagram.boxes}
    for box in diagram.boxes:
        yield "  ".join(text for text, _ in content(box))
        for line in diagram.lines:
            if line.target == box.number:
                pieces = [line.label, f"↑ {line.back}" if line.back else ""]
                yield "    <- " + "  ".join(each for each in (titles[line.source], *pieces) if each)


def diagram_lines(
    diagram: Diagram,
    width: int = 80,
    ascii: bool = False,  # noqa: A002 - the name of the option
    alone: bool = False,
) -> Iterator[str]:
    """A diagram as lines of text: the title, the results, the drawing, and how to read it; or the drawing alone."""
    from bpcli.render.ascii import speller
    from bpcli.render.plain import filled

    spell = speller(diagram.language) if ascii else str
    if ascii:
        diagram = diagram.spelled(spell)
    drawing = drawn(diagram, width)
    if alone and drawing is not None:
        yield from map(spell, drawing.lines(ascii))
        return
    yield from filled([diagram.title], width, "", "  ")
    if diagram.results:
        yield from filled(diagram.results, width, "", "  ")
    yield ""
    if drawing is None:
        yield from filled([diagram.words("crowded")], width, "", "  ")
        for line in listing(diagram):
            yield from filled([spell(line)], width, "  " if line.startswith("    ") else "", "      ")
    else:
        yield from map(spell, drawing.lines(ascii))
    if diagram.legend:
        yield ""
        for sentence in (diagram.legend, *diagram.sums):
            yield from map(spell, filled([sentence], width, "", "  "))
