"""Paths: the ways from an input up to the output, each with the product of its local derivatives.

Their sum is the gradient: the chain rule, written out. There may be more of them than atoms, so they are counted, and
the largest ten are kept.
"""

from __future__ import annotations

import heapq
from typing import Any

from bpcli.calculus.sweeps import OPEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bpcli.calculus.sweeps import Branch
    from bpcli.tracing.record import Trace
    from bpcli.tracing.rows import Backward

MOST_LISTED = 10  # paths


class Path:
    """One way from an input to the output: the nodes upwards, the local derivative of each edge, their product.

    positions: for each edge the place of its argument in the operation, where that was recorded
    """

    __slots__ = ("locals", "nodes", "positions", "product")

    def __init__(
        self, nodes: tuple[int, ...], locals_: tuple[float, ...], product: float, positions: tuple[int, ...] = ()
    ) -> None:
        self.positions = positions
        self.nodes = nodes
        self.locals = locals_
        self.product = product


class Paths:
    """All ways from one input: how many, the largest of them, the rest together, and the total."""

    __slots__ = ("count", "listed", "rest", "total")

    def __init__(self, count: int, listed: tuple[Path, ...], rest: float, total: float) -> None:
        self.count = count
        self.listed = listed
        self.rest = rest
        self.total = total


def paths_to(trace: Trace, names: Sequence[str]) -> dict[str, Paths]:
    """For each input the number of ways up to the output, the largest ten, and the sum of the others."""
    slopes = {name: (trace.program.names[name], trace.gradient[name]) for name in names}
    return ways(trace.output, trace.backward, slopes, trace.kind.constant(1))


def ways(
    output: int, rows: Iterable[Backward | Branch], slopes: Mapping[str, tuple[int, float]], one: Any = 1.0
) -> dict[str, Paths]:
    """The paths to nodes, given by name with their derivative, along edges in the order of the reverse sweep.

    The number is counted exactly, edge by edge (there may be more of them than atoms); the largest are kept
    at each node on the way down: a path among the ten largest goes through one of the ten largest so far.
    """
    counts: dict[int, int] = {output: 1}
    best: dict[int, list[tuple[float, int, float, Any]]] = {output: [(one, 0, one, None)]}
    for row in rows:
        if row.state != OPEN or row.node not in counts:
            continue
        counts[row.argument] = counts.get(row.argument, 0) + counts[row.node]
        longer = [
            (abs(product * row.local), length - 1, product * row.local, (row.node, row.local, row.position, rest))
            for _, length, product, rest in best[row.node]
        ]
        held = best.get(row.argument)
        if held is None:
            best[row.argument] = longer
        else:
            # Largest first; of equals the shorter, which has the larger (less negative) length.
            best[row.argument] = heapq.nlargest(MOST_LISTED, [*held, *longer], key=lambda path: path[:2])
    paths: dict[str, Paths] = {}
    for name, (node, total) in slopes.items():
        if node == output or node not in counts:
            continue
        listed = []
        for _, _, product, rest in sorted(best[node], key=lambda path: path[:2], reverse=True):
            nodes, locals_, positions = [node], [], []
            while rest is not None:
                above, local, position, rest = rest
                nodes.append(above)
                locals_.append(local)
                positions.append(position)
            listed.append(Path(tuple(nodes), tuple(locals_), product, tuple(positions)))
        paths[name] = Paths(counts[node], tuple(listed), total - sum(path.product for path in listed), total)
    return paths
