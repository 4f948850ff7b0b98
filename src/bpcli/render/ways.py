"""Paths as names: of a long one its ends, and what tells it from the paths beside it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from bpcli.tracing.paths import Path
    from bpcli.tracing.record import Trace

LONGEST = 9  # nodes of a path that is written out, and factors
MOST_TELLING = 6  # nodes in the middle of a longer one


def telling(paths: Sequence[Path]) -> set[int]:
    """The nodes that tell paths apart: those that at most half of them go through."""
    taken: dict[int, int] = {}
    for path in paths:
        for node in path.nodes:
            taken[node] = taken.get(node, 0) + 1
    return {node for node, count in taken.items() if 2 * count <= len(paths)}


def way(trace: Trace, nodes: Sequence[int], apart: Container[int] = ()) -> str:
    """The nodes of a path, `x -> a -> y`.

    apart: nodes that a long one shows in its middle
    """
    last, kept = len(nodes) - 1, {*range(len(nodes))}
    if len(nodes) > LONGEST:
        inside = [place for place in range(2, last - 1) if nodes[place] in apart]
        if len(inside) > MOST_TELLING:
            inside = inside[: MOST_TELLING // 2] + inside[-MOST_TELLING // 2 :]
        ends = 2 if inside else 4
        kept = {*range(ends), *inside, *range(last - ends + 1, last + 1)}
    names: list[str] = []
    for place, node in enumerate(nodes):
        if place in kept:
            names.append(trace.nodes[node].name)
        elif names[-1] != "...":
            names.append("...")
    return " -> ".join(names)
