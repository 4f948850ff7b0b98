"""The layers of a graph: an order and places that a drawing can rely on."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from bpcli.render.drawings.layers import Layers, Slot, arranged, placed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Draw = Callable[[st.SearchStrategy[Any]], Any]
    Graph = tuple[list[int], list[tuple[int, int]]]


@st.composite
def graphs(draw: Draw) -> Graph:
    """Boxes in which everything leads to the last one, with double lines and lines that pass many layers."""
    count = draw(st.integers(1, 18))
    lines = []
    for target in range(1, count):
        lines += [(draw(st.integers(0, target - 1)), target) for _ in range(draw(st.integers(0, 3)))]
    used = {source for source, _ in lines}
    lines += [(box, count - 1) for box in range(count - 1) if box not in used]
    return [*range(count)], lines


def size(slot: Slot) -> float:
    return 2.0 if slot.passes else 10.0 + slot.box % 3


def crossings(layers: Layers) -> int:
    """Counted from the definition: pairs of lines between two layers whose ends are in another order."""
    count = 0
    for row in layers.rows:
        ends = [(place, other) for place, slot in enumerate(row) for other in slot.after]
        following = layers.rows[row[0].layer + 1] if ends else []
        for (one, above), (other, beyond) in itertools.combinations(ends, 2):
            count += (one - other) * (following.index(above) - following.index(beyond)) < 0
    return count


@given(graphs())
def test_every_line_goes_up_a_layer_at_a_time(graph: Graph) -> None:
    boxes, lines = graph
    layers = arranged(boxes, lines)
    slots = [slot for row in layers.rows for slot in row]
    assert sorted(slot.box for slot in slots if not slot.passes) == boxes
    assert all(slot.layer == number for number, row in enumerate(layers.rows) for slot in row)
    for (source, target), route in zip(lines, layers.lines, strict=True):
        assert (route[0].box, route[-1].box) == (source, target)
        assert [slot.layer for slot in route] == [*range(route[0].layer, route[-1].layer + 1)]
        assert all(slot.passes and slot.box == source for slot in route[1:-1])
        assert not route[0].passes
        assert not route[-1].passes
    # A box stands as near to what uses it as it can: the layer before the first of those.
    for box in boxes[:-1]:
        (here,) = [slot.layer for slot in slots if slot.box == box and not slot.passes]
        users = [route[-1].layer for route, line in zip(layers.lines, lines, strict=True) if line[0] == box]
        assert here == min(users) - 1


@given(graphs(), st.sampled_from([0, 12, 25, 60]))
def test_nothing_stands_on_anything_else(graph: Graph, most: int) -> None:
    boxes, lines = graph
    layers = arranged(boxes, lines, {box: 10.0 + box % 3 for box in boxes}, most)
    places = placed(layers, size, 3)
    for row in layers.rows:
        for left, right in itertools.pairwise(row):
            assert places[right] - places[left] >= size(left) / 2 + 3 + size(right) / 2 - 1e-9
        boxes_here = [slot for slot in row if not slot.passes]
        if most and len(boxes_here) > 1:
            assert sum(map(size, boxes_here)) <= most
    assert min(places[slot] - size(slot) / 2 for slot in places) >= -1e-9


@given(graphs())
def test_one_graph_has_one_drawing(graph: Graph) -> None:
    def told() -> list[object]:
        layers = arranged(*graph)
        places = placed(layers, size, 3)
        return [[(slot.box, slot.passes, places[slot]) for slot in row] for row in layers.rows]

    assert told() == told()


def test_lines_that_need_not_cross_do_not() -> None:
    # Two chains between the same ends, whose boxes come in turns; by hand: no line crosses another.
    boxes = [0, 1, 2, 3, 4, 5, 6, 7]
    lines = [(0, 2), (1, 3), (2, 5), (3, 4), (4, 6), (5, 6), (6, 7), (0, 7)]
    assert crossings(arranged(boxes, lines)) == 0


@given(graphs())
def test_the_sweeps_never_make_it_worse(graph: Graph) -> None:
    from bpcli.render.drawings import layers as module

    ordered = crossings(arranged(*graph))
    kept = module._ordered
    module._ordered = lambda rows: rows  # type: ignore[assignment]
    try:
        assert ordered <= crossings(arranged(*graph))
    finally:
        module._ordered = kept


def test_a_line_that_passes_layers_is_straight() -> None:
    # x is used at the bottom and at the top of a chain of six.
    layers = arranged([*range(7)], [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 6), (0, 6)])
    places = placed(layers, size, 3)
    assert len({places[slot] for slot in layers.lines[-1][1:-1]}) == 1


def test_a_box_comes_to_its_line_where_there_is_room() -> None:
    """x + w with w again at y: the line from w passes the box between, and is level with w, not bent by a little."""
    layers = arranged([1, 2, 3, 4], [(1, 3), (2, 3), (3, 4), (2, 4)])
    places = placed(layers, lambda slot: 14.0 if slot.passes else 78.0, 30.0)
    (line,) = [slot for slot in places if slot.passes]
    (box,) = [slot for slot in places if slot.box == 2 and not slot.passes]
    assert places[line] == places[box]
