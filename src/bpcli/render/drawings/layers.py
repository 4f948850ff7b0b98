"""A graph in layers: where its boxes stand so that few lines cross, before anything is drawn.

Each box stands in a layer before all boxes that use it, as near to them as it can. A line that passes a layer
has a slot there; all lines from one box share theirs, as branches share a trunk. The order within the layers comes
from sweeps that put each slot at the mean of its neighbours, and so do the places. Nothing is random: one graph has
one drawing.
"""

from __future__ import annotations

import math
from itertools import pairwise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

SWEEPS = 12
THICK = 4.0  # how much more a line that passes resists being bent than a box resists being moved


class Slot:
    """A place in a layer: that of a box, or of the lines from a box that pass on to a later layer.

    before, after: the slots that it is joined to in the layers beside it
    """

    __slots__ = ("after", "before", "box", "layer", "passes")

    def __init__(self, box: int, layer: int, passes: bool) -> None:
        self.box = box
        self.layer = layer
        self.passes = passes
        self.before: list[Slot] = []
        self.after: list[Slot] = []


class Layers:
    """Slots in order, layer by layer from the inputs to the output; and for each line the slots it goes through."""

    __slots__ = ("lines", "rows")

    def __init__(self, rows: list[list[Slot]], lines: list[tuple[Slot, ...]]) -> None:
        self.rows = rows
        self.lines = lines


def arranged(
    boxes: Sequence[int], lines: Sequence[tuple[int, int]], sizes: Mapping[int, float] | None = None, most: float = 0
) -> Layers:
    """The layers of a graph.

    boxes: numbers, each after those that it uses; lines: from the used to the user
    sizes, most: boxes whose sizes together exceed `most` do not stand in one layer
    """
    depth = _depths(boxes, lines, sizes or {}, most)
    last = max(depth.values(), default=-1)
    rows: list[list[Slot]] = [[] for _ in range(last + 1)]
    slots: dict[tuple[int, int], Slot] = {}
    for box in boxes:
        slot = slots[box, last - depth[box]] = Slot(box, last - depth[box], False)
        rows[slot.layer].append(slot)
    routes = []
    for source, target in lines:
        end = slots[target, last - depth[target]]
        route = [slots[source, last - depth[source]]]
        for layer in range(route[0].layer + 1, end.layer):
            passing = slots.get((source, layer))
            if passing is None:
                passing = slots[source, layer] = Slot(source, layer, True)
                rows[layer].append(passing)
                _join(route[-1], passing)
            route.append(passing)
        _join(route[-1], end)
        routes.append((*route, end))
    return Layers(_ordered(rows), routes)


def _depths(
    boxes: Sequence[int], lines: Sequence[tuple[int, int]], sizes: Mapping[int, float], most: float
) -> dict[int, int]:
    """How many layers before the last each box stands: the longest way to the end, and more where there is no room."""
    users: dict[int, list[int]] = {}
    for source, target in lines:
        users.setdefault(source, []).append(target)
    depth: dict[int, int] = {}
    filled: dict[int, float] = {}
    for box in reversed(boxes):
        layer = max((depth[user] + 1 for user in users.get(box, ())), default=0)
        size = sizes.get(box, 0)
        while most and filled.get(layer) and filled[layer] + size > most:
            layer += 1
        filled[layer] = filled.get(layer, 0) + size
        depth[box] = layer
    # A layer that was only passed over is none.
    kept = {layer: place for place, layer in enumerate(sorted({*depth.values()}))}
    return {box: kept[layer] for box, layer in depth.items()}


def _join(lower: Slot, upper: Slot) -> None:
    lower.after.append(upper)
    upper.before.append(lower)


def _ordered(rows: list[list[Slot]]) -> list[list[Slot]]:
    """The layers, each in an order in which few lines cross."""
    best, fewest = [list(row) for row in rows], _crossings(rows)
    for sweep in range(SWEEPS):
        forth = sweep % 2 == 0
        for row in rows[1:] if forth else rows[-2::-1]:
            beside = row[0].layer + (-1 if forth else 1)
            places = {slot: place for place, slot in enumerate(rows[beside])}
            means: dict[Slot, float] = {}
            for place, slot in enumerate(row):
                near = [places[other] for other in (slot.before if forth else slot.after)]
                means[slot] = sum(near) / len(near) if near else place
            if sweep % 4 > 1:
                row.reverse()  # slots with the same mean change places: the other order may be the better one
            row.sort(key=means.__getitem__)
        _swap_neighbours(rows)
        crossings = _crossings(rows)
        if crossings < fewest:
            best, fewest = [list(row) for row in rows], crossings
    return best


def _swap_neighbours(rows: list[list[Slot]]) -> None:
    """Exchange slots that stand side by side where fewer lines cross then."""
    for row in rows:
        for beside, joined in ((-1, "before"), (1, "after")):
            layer = row[0].layer + beside
            if not 0 <= layer < len(rows):
                continue
            places = {slot: place for place, slot in enumerate(rows[layer])}
            other = 1 if beside < 0 else -1
            far = row[0].layer + other
            beyond = {slot: place for place, slot in enumerate(rows[far])} if 0 <= far < len(rows) else {}
            against = "after" if joined == "before" else "before"
            for place in range(len(row) - 1):
                left, right = row[place], row[place + 1]
                now = _pairs(left, right, joined, places) + _pairs(left, right, against, beyond)
                then = _pairs(right, left, joined, places) + _pairs(right, left, against, beyond)
                if then < now:
                    row[place], row[place + 1] = right, left


def _pairs(left: Slot, right: Slot, joined: str, places: Mapping[Slot, int]) -> int:
    """How many lines of two neighbours cross on one side."""
    mine = [places[slot] for slot in getattr(left, joined) if slot in places]
    yours = [places[slot] for slot in getattr(right, joined) if slot in places]
    return sum(1 for one in mine for other in yours if one > other)


def _crossings(rows: list[list[Slot]]) -> int:
    """How many lines cross in all."""
    count = 0
    for row, following in pairwise(rows):
        places = {slot: place for place, slot in enumerate(following)}
        ends = [places[slot] for each in row for slot in sorted(each.after, key=places.__getitem__)]
        count += sum(1 for place, one in enumerate(ends) for other in ends[place + 1 :] if one > other)
    return count


def breadth(layers: Layers, size: Callable[[Slot], float], gap: float) -> float:
    """How wide the layers are at least."""
    return max((sum(map(size, row)) + gap * (len(row) - 1) for row in layers.rows), default=0.0)


def placed(
    layers: Layers, size: Callable[[Slot], float], gap: float, room: float = math.inf
) -> dict[Slot, float]:
    """The middle of each slot across the layers, at least `gap` between two of them, lines as straight as can be.

    room: how wide the whole may be, if each layer alone is not wider
    """
    places: dict[Slot, float] = {}
    for row in layers.rows:
        edge = 0.0
        for slot in row:
            places[slot] = edge + size(slot) / 2
            edge += size(slot) + gap
    for sweep in range(2 * SWEEPS):
        for row in layers.rows if sweep % 2 == 0 else layers.rows[::-1]:
            wishes = []
            for slot in row:
                near = slot.before if sweep % 2 == 0 else slot.after
                if sweep >= 2 * SWEEPS - 4 or not near:
                    near = [*slot.before, *slot.after]
                wishes.append(sum(places[other] for other in near) / len(near) if near else places[slot])
            places.update(zip(row, _apart(row, wishes, size, gap, room), strict=True))
    _straighten(layers, places, size, gap, room)
    first = min((place - size(slot) / 2 for slot, place in places.items()), default=0.0)
    return {slot: place - first for slot, place in places.items()}


def _straighten(
    layers: Layers, places: dict[Slot, float], size: Callable[[Slot], float], gap: float, room: float
) -> None:
    """Make each line that passes several layers straight there, where all of them have room for that."""
    def widest(slot: Slot, row: list[Slot], place: int) -> tuple[float, float]:
        half = size(slot) / 2 + gap
        least, most = (-math.inf, math.inf) if room == math.inf else (size(slot) / 2, room - size(slot) / 2)
        if place:
            least = places[row[place - 1]] + size(row[place - 1]) / 2 + half
        if place + 1 < len(row):
            most = places[row[place + 1]] - size(row[place + 1]) / 2 - half
        return least, most

    where = {slot: (row, place) for row in layers.rows for place, slot in enumerate(row)}
    for row in layers.rows:
        for slot in row:
            if not slot.passes or slot.before[0].passes:
                continue
            chain = [slot]
            while following := [after for after in chain[-1].after if after.passes]:
                chain.append(following[0])
            free = {each: widest(each, *where[each]) for each in chain}
            # As far as one place suits all: the rest of the line begins anew from there.
            while chain:
                least, most, count = -math.inf, math.inf, 0
                for each in chain:
                    low, high = max(least, free[each][0]), min(most, free[each][1])
                    if low > high:
                        break
                    least, most, count = low, high, count + 1
                if not count:
                    chain = chain[1:]  # it stands between its neighbours to the last bit
                    continue
                part, chain = chain[:count], chain[count:]
                wish = sum(places[each] for each in part) / len(part)
                if not part[0].before[0].passes and least <= places[part[0].before[0]] <= most:
                    wish = places[part[0].before[0]]
                place = max(least, min(most, wish))
                places.update(dict.fromkeys(part, place))
                origin = part[0].before[0]
                if not origin.passes and abs(places[origin] - place) <= gap:
                    # The line would bend by a little only: its box comes to it, as far as there is room.
                    low, high = widest(origin, *where[origin])
                    if low <= place <= high:
                        places[origin] = place


def _apart(
    row: list[Slot], wishes: list[float], size: Callable[[Slot], float], gap: float, room: float
) -> list[float]:
    """Places in the order of the row and nowhere too close, as near to the wishes as that allows (least squares).

    With the least distances taken off, what is left only has to rise: neighbours that would fall share their mean.
    """
    offsets, edge = [], 0.0
    for slot in row:
        offsets.append(edge + size(slot) / 2)
        edge += size(slot) + gap
    blocks: list[tuple[float, float, int]] = []  # mean, weight, count
    for slot, wish, offset in zip(row, wishes, offsets, strict=True):
        mean, weight, count = wish - offset, THICK if slot.passes else 1.0, 1
        while blocks and blocks[-1][0] > mean:
            before, heavy, many = blocks.pop()
            mean = (before * heavy + mean * weight) / (heavy + weight)
            weight, count = heavy + weight, many + count
        blocks.append((mean, weight, count))
    means = [mean for mean, _, count in blocks for _ in range(count)]
    if room < math.inf:
        means = [max(0.0, min(mean, room - (edge - gap))) for mean in means]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]
