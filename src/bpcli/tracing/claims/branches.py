"""Slips in how branches are added: a path that was forgotten, one that overwrote the others."""

from __future__ import annotations

from collections import Counter

from bpcli.tracing.claims.slips import (
    BRANCH_MISSING,
    LOCALS_ONLY,
    ONLY_PATH,
    ONLY_PATH_OF_MANY,
    OVERWRITTEN,
    OVERWRITTEN_INSIDE,
    PATH_MISSING,
    SPLIT_EVERYWHERE,
    Slip,
)
from bpcli.tracing.claims.told import kind_of, told

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from bpcli.tracing.paths import Path
    from bpcli.tracing.record import Trace
    from bpcli.tracing.rows import Backward


def path_slips(trace: Trace, name: str, slope: float) -> Iterator[Slip]:
    """A path that was forgotten, or the only one that was not."""
    paths = trace.paths.get(name)
    if paths is None or paths.count < 2:
        return
    for place, path in enumerate(paths.listed):
        way, through = _way(trace, path), _through(trace, path)
        if paths.count == 2 and len(paths.listed) == 2:
            other = paths.listed[1 - place]
            facts = {} if other.nodes != path.nodes else _places(trace, path, other)
            yield Slip(
                ONLY_PATH, path.product, len(path.nodes), path=way, through=through,
                missing=_through(trace, other), missing_path=_way(trace, other), amount=other.product,
                **facts,
            )  # fmt: skip
        else:
            yield Slip(PATH_MISSING, slope - path.product, place, path=way, through=through, amount=path.product)
            yield Slip(
                ONLY_PATH_OF_MANY, path.product, place, path=way, through=through,
                count=float(paths.count - 1), amount=slope - path.product,
            )  # fmt: skip


def _way(trace: Trace, path: Path) -> str:
    """w -> a -> y"""
    names = [told(trace, node) for node in path.nodes]
    return " -> ".join([*names[:4], "...", *names[-4:]] if len(names) > 9 else names)


def _through(trace: Trace, path: Path) -> str:
    """What a path goes through, or "" for a direct one."""
    names = [told(trace, node) for node in path.nodes[1:-1]]
    return ", ".join(names if len(names) <= 5 else [*names[:2], "...", *names[-2:]])


def _places(trace: Trace, path: Path, other: Path) -> dict[str, Any]:
    """Of two paths through the same nodes: which of the places of an argument each goes through."""
    for below, above, here, there in zip(path.nodes, path.nodes[1:], path.positions, other.positions, strict=False):
        if here != there:
            arguments = trace.nodes[above].args
            place, missing = (float(arguments[: each + 1].count(below)) for each in (here, there))
            return {"twice": told(trace, below), "place": place, "missing_place": missing}
    return {}


def sum_slips(
    trace: Trace, way: Sequence[Backward], node: int, slope: float, speeds: Mapping[int, float]
) -> Iterator[Slip]:
    """Branches that were not added: one that was forgotten, or the last one to arrive is all that is left."""
    # The last that brought something: a closed edge may come after it.
    for row in {row.argument: row for row in way}.values():
        if row.product != row.total:
            value = slope + (row.product - row.total) * speeds[row.argument]
            kind = OVERWRITTEN if row.argument == node else OVERWRITTEN_INSIDE
            yield Slip(kind, value, node=told(trace, row.argument), last=row.product, total=row.total)
    arriving = Counter(row.argument for row in way)
    for row in way:
        if arriving[row.argument] > 1 and row.product:
            yield Slip(
                BRANCH_MISSING, slope - row.product * speeds[row.argument], 0.0 if row.argument == node else 1.0,
                node=told(trace, row.node), argument=told(trace, row.argument), amount=row.product,
                count=float(arriving[row.argument]),
            )  # fmt: skip
    here = [row for row in way if row.argument == node]
    if here and len(here) > 1:
        yield Slip(LOCALS_ONLY, sum(row.local for row in here), node=told(trace, node), count=float(len(here)))
    adds = [row for row in way if kind_of(trace, row) in ("add", "sub")]
    if len({row.node for row in adds}) > 1:
        value = _swept(trace, way, node, lambda row: row.local * (0.5 if kind_of(trace, row) in ("add", "sub") else 1))
        yield Slip(SPLIT_EVERYWHERE, value)


def _swept(
    trace: Trace, way: Sequence[Backward], node: int, local: Callable[[Backward], float]
) -> float:
    """The gradient by a node with other local derivatives."""
    adjoints = {trace.output: 1.0}
    for row in way:
        if row.node in adjoints:
            adjoints[row.argument] = adjoints.get(row.argument, 0.0) + adjoints[row.node] * local(row)
    return adjoints.get(node, 0.0)
