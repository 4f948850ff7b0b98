"""What narrow numbers did to the entries of arrays: those that are too small or too large for the format."""

from __future__ import annotations

from typing import Any

import numpy as np

from bpcli.calculus.kinds import CLOSED, PULL, edges_below
from bpcli.calculus.sweeps import OPEN, Branch, reverse
from bpcli.engine.entries import at_entry, first_entry
from bpcli.engine.notes import first_few
from bpcli.engine.noticing import live, short
from bpcli.engine.tensors import TENSORS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from bpcli.engine.point import Point

Array = Any


def _wide(values: list[Any]) -> list[Any]:
    return [np.asarray(value, dtype=np.float64)[()] for value in values]


def _first(found: Array, wide: Array) -> tuple[Any, Any]:
    """The first entry that was lost, and the first that went beyond; None where there is none."""
    wide = np.broadcast_to(wide, np.shape(found))
    lost = (found == 0) & (wide != 0) & np.isfinite(wide)
    beyond = np.isinf(found) & np.isfinite(wide)
    return first_entry(lost) if np.any(lost) else None, first_entry(beyond) if np.any(beyond) else None


def note_narrow_values(point: Point, given: Mapping[str, Any], dtype: Any) -> None:
    """Notes for the nodes with an entry that is no number of the format any more.

    given: the values of the inputs, before they were rounded
    """
    program, values = point.program, point.values
    graph, marks, limits = program.graph, live(point), np.finfo(dtype)
    calls = TENSORS.calling(graph, True)
    lost: list[dict[str, Any]] = []
    beyond: list[dict[str, Any]] = []
    for node, value in enumerate(values):
        arguments, op = graph.args[node], graph.op[node]
        if not marks[node] or value is None or any(values[each] is None for each in arguments):
            continue
        if np.all(value) and np.isfinite(value).all():
            continue
        with np.errstate(all="ignore"):
            if op == "const":
                wide = TENSORS.constant(graph.payload[node])
            elif op == "var":
                wide = TENSORS.given(given[graph.name[node]])
            elif arguments:
                wide = calls[op](*_wide([values[each] for each in arguments]))
            else:
                continue  # drawn in the format
        for index, found, limit in zip(
            _first(np.asarray(value), wide), (lost, beyond), (limits.smallest_subnormal, limits.max), strict=True
        ):
            if index is not None:
                told = float(np.asarray(wide)[index])
                name = at_entry(short(program, node), index)
                found.append({"node": name, "wide": told, "format": dtype.name, "limit": float(limit)})
    if beyond:
        # What is infinite by an overflow is told so.
        names = {each["node"] for each in beyond}
        point.notes[:] = [
            note for note in point.notes if note.kind != "infinite-value" or note.facts["node"] not in names
        ]
    point.notes += first_few("underflow", lost) + first_few("overflow", beyond)


def note_narrow_slopes(point: Point, skip: bytearray, seed: Any, dtype: Any) -> None:
    """Notes for the edges with an entry of a product that is no number of the format any more."""
    program, values = point.program, point.values
    graph = program.graph
    if point.within:
        return  # what was let go is not calculated again for a note
    branches: list[Branch] = point.branches
    if not branches:
        reverse(graph, point.kind, values, program.output, seed, skip, branches := [])
    lost: list[dict[str, Any]] = []
    beyond: list[dict[str, Any]] = []
    for branch in branches:
        product = np.asarray(branch.product)
        if branch.state != OPEN or (np.all(product) and np.isfinite(product).all()):
            continue
        edge = edges_below(TENSORS, graph, branch.node)[branch.position]
        registers = _wide([values[each] for each in (*graph.args[branch.node], branch.node)])
        (upstream,) = _wide([branch.upstream])
        with np.errstate(all="ignore"):
            pull = edge.pull if edge.code == PULL else None
            wide = pull(registers, upstream) if pull else upstream * edge.local(registers)
            presence = None if edge.when is None else TENSORS.opened(edge.when(registers), None)
            if presence is not None and presence is not CLOSED:
                wide = np.where(presence, wide, 0.0)
        for index, found in zip(_first(product, wide), (lost, beyond), strict=True):
            if index is not None:
                told = float(np.broadcast_to(wide, product.shape)[index])
                names = {"node": short(program, branch.node), "argument": short(program, branch.argument)}
                found.append(names | {"wide": told, "format": dtype.name})
    point.notes += first_few("underflow-slope", lost) + first_few("overflow-slope", beyond)
