"""What makes a derivative between tensors 0 that the rule alone does not say: gates, saturation, terms that cancel."""

from __future__ import annotations

from typing import Any

import numpy as np

from bpcli.calculus.kinds import edges_below
from bpcli.calculus.sweeps import OPEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpcli.calculus.sweeps import Branch
    from bpcli.engine.point import Point

NOISE = 64 * 2.0**-52  # of the size of its terms, a sum below that is rounding
ALL_BUT_ONE = 1 - 1e-12  # a probability from here on leaves nothing to the others
SOFT = ("softmax", "log_softmax")


def shut_entries(point: Point, branch: Branch) -> list[tuple[int, ...]]:
    """Where the argument of an operation entry by entry, such as relu, gets nothing because a condition is false."""
    graph, values = point.program.graph, point.values
    edge = edges_below(point.kind, graph, branch.node)[branch.position]
    shape = np.shape(values[branch.argument])
    if edge.when is None or branch.state != OPEN or np.shape(values[branch.node]) != shape or not shape:
        return []
    registers: list[Any] = [values[each] for each in (*graph.args[branch.node], branch.node)]
    with point.kind.quiet():
        taken = np.broadcast_to(np.asarray(edge.when(registers)), shape)
    return [tuple(map(int, place)) for place in np.argwhere(~taken.astype(bool))]


def is_saturated(point: Point, branch: Branch) -> bool:
    """Whether an operation is a softmax in which one entry of each row has all of the probability."""
    name = point.program.graph.op[branch.node].partition(" ")[0]
    if name not in SOFT:
        return False
    shares = np.asarray(point.values[branch.node], dtype=float)
    shares = np.exp(shares) if name == "log_softmax" else shares
    found: bool = np.sum(shares >= ALL_BUT_ONE) == np.round(np.sum(shares))
    return bool(found)


def cancels_inside(point: Point, branch: Branch) -> bool:
    """Whether what an edge makes of the upstream gradient is nothing but rounding, because terms of its rule cancel.

    The rule is linear in what arrives. Where the same numbers with other signs bring far more, no factor of it is
    small: its terms take each other away.
    """
    graph, values = point.program.graph, point.values
    edge = edges_below(point.kind, graph, branch.node)[branch.position]
    arrived = np.asarray(branch.upstream, dtype=float)
    if edge.pull is None or arrived.size < 2 or branch.state != OPEN:
        return False
    registers = [values[each] for each in (*graph.args[branch.node], branch.node)]
    signs = np.where(np.arange(arrived.size) % 2, -1.0, 1.0).reshape(arrived.shape)
    first = np.ones(arrived.size)
    first[0] = -1.0
    with point.kind.quiet():
        others = [size_of(edge.pull(registers, arrived * each)) for each in (signs, first.reshape(arrived.shape))]
    return max(others) > 0 and size_of(branch.product) <= NOISE * max(others)


def cancels_at(node: int, branches: Sequence[Branch], adjoint: Any) -> bool:
    """Whether the branches that come back to a node leave nothing but rounding of each other."""
    sizes = [size_of(branch.product) for branch in branches if branch.argument == node and branch.state == OPEN]
    return len(sizes) > 1 and size_of(adjoint) <= NOISE * max(sizes)


def size_of(value: Any) -> float:
    """The largest entry in size."""
    return float(np.max(np.abs(value), initial=0.0))
