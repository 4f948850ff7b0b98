"""Why a derivative by a vector or a matrix is 0, huge, tiny, infinite or undefined.

All of it is read from one reverse sweep: an edge stops what arrives where every entry of its product is 0, and brings
an infinity or nan where an entry of its product first has one. How much an edge amplifies is told by the largest
entries in front of it and behind it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bpcli.calculus.sweeps import NO_SLOPE, OPEN, SHUT, connected, idle, reverse
from bpcli.engine.entries import Summary, first_entry
from bpcli.tracing.reasons import (
    CANCELS,
    CANCELS_INSIDE,
    CLOSED,
    CUT,
    FACTOR,
    GATED,
    HUGE,
    INDEPENDENT,
    INFINITE,
    LARGE,
    MOST_CAUSES,
    NO_LOCAL,
    NOUGHT,
    ORDINARY,
    POLE,
    ROUNDING,
    SATURATED,
    STEP,
    TINY,
    UNDEFINED,
    ZERO,
    ZERO_TIMES_INFINITE,
    Cause,
    Why,
    strongest_path,
)
from bpcli.tracing.tensor_zeros import cancels_at, cancels_inside, is_saturated, shut_entries

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpcli.calculus.sweeps import Branch
    from bpcli.engine.point import Point

    Array = Any


def reason_of_tensors(point: Point, name: str, node: int) -> Why:
    """Why the derivative by one name is what it is, in a program with tensors."""
    program, kind = point.program, point.kind
    graph, output = program.graph, program.output
    branches: list[Branch] = []
    skip = idle(graph, [node])
    adjoints: list[Any] = []
    if not skip[output]:
        adjoints = reverse(graph, kind, point.values, output, kind.constant(1), skip, branches)
    slope = adjoints[node] if node < len(adjoints) else None
    whole = np.array(kind.zero_like(point.values[node]) if slope is None else slope, dtype=float)
    if np.isnan(whole).any():
        return _found(point, name, UNDEFINED, whole, first_entry(np.isnan(whole)), _odd(branches, np.isnan, NO_LOCAL))
    if np.isinf(whole).any():
        return _found(point, name, INFINITE, whole, first_entry(np.isinf(whole)), _odd(branches, np.isinf, POLE))
    if not whole.any():
        return _found(point, name, ZERO, whole, (), _stopped(point, node, branches, adjoints))
    summary = Summary(whole)
    size = abs(summary.largest)
    sort = HUGE if size >= LARGE else TINY if size <= 1 / LARGE else ORDINARY
    if cancelled := _cancelled(point, node, branches, adjoints):
        return _found(point, name, ROUNDING, whole, summary.index, cancelled)
    found = _found(point, name, sort, whole, summary.index, [])
    _follow(found, node, branches)
    if not whole.all():
        found.causes = [*_gates(point, node, branches), *found.causes][:MOST_CAUSES]
    return found


def _cancelled(point: Point, node: int, branches: Sequence[Branch], adjoints: Sequence[Any]) -> list[Cause]:
    """Where the way that brings most to a node brings the rounding of terms that cancel, and nothing else."""
    taken = strongest_path(node, branches, _size)
    causes = []
    for branch in taken:
        if cancels_at(branch.argument, branches, adjoints[branch.argument]):
            causes.append(Cause(CANCELS, branch.argument))
        elif cancels_inside(point, branch):
            causes.append(_cause(CANCELS_INSIDE, branch))
    return causes


def _gates(point: Point, node: int, branches: Sequence[Branch]) -> list[Cause]:
    """The operations towards a node that are closed in some of their entries."""
    leads = point.program.graph.reached_from(node)
    causes = []
    for branch in branches:
        if leads[branch.argument] and (entries := shut_entries(point, branch)):
            cause = _cause(GATED, branch)
            cause.entries = entries
            causes.append(cause)
    return causes


def _found(
    point: Point, name: str, sort: str, whole: Array, index: tuple[int, ...], causes: Sequence[Cause]
) -> Why:
    found = Why(point.program, name, sort, float(whole[index]) if sort != ZERO else 0.0)
    found.gradient = whole if whole.shape else float(whole)
    found.index = index
    found.shaped = True
    found.causes = list(causes[:MOST_CAUSES])
    found.more = len(causes) - len(found.causes)
    return found


def _size(value: Array) -> float:
    return float(np.max(np.abs(value), initial=0.0))


def _odd(branches: Sequence[Branch], odd: Any, kind: str) -> list[Cause]:
    """The first edge whose product has an entry that is odd, where nothing odd arrived.

    Where nan comes of an infinity that arrived there, the edge that brought that stands before it.
    """
    for branch in branches:
        if branch.state == OPEN and odd(branch.product).any() and not odd(branch.upstream).any():
            index = first_entry(odd(branch.product))
            if kind == NO_LOCAL and np.isinf(branch.upstream).any():
                return [*_odd(branches, np.isinf, POLE), _cause(ZERO_TIMES_INFINITE, branch, index)]
            return [_cause(kind, branch, index)]
    return []


def _cause(kind: str, branch: Branch, index: tuple[int, ...] = ()) -> Cause:
    upstream, product = _size(branch.upstream), _size(branch.product)
    gain = product / upstream if upstream else 0.0
    cause = Cause(kind, branch.node, branch.argument, upstream, gain, product, position=branch.position)
    cause.index = index
    return cause


def _stopped(point: Point, node: int, branches: Sequence[Branch], adjoints: Sequence[Any]) -> list[Cause]:
    """The edges towards a node that let nothing through, and the nodes at which branches cancel."""
    program = point.program
    graph, output = program.graph, program.output
    if node > output or not graph.reaches(output)[node]:
        return [Cause(INDEPENDENT, node)]
    leads = graph.reached_from(node)
    causes: list[Cause] = []
    arrived: set[int] = set()
    for branch in branches:
        if not leads[branch.argument] or not np.any(branch.upstream):
            continue
        if branch.state == NO_SLOPE:
            causes.append(_cause(CUT if graph.op[branch.node] == "detach" else STEP, branch))
        elif branch.state == SHUT:
            causes.append(_cause(CLOSED, branch))
        elif not np.any(branch.product):
            kind = SATURATED if is_saturated(point, branch) else NOUGHT
            causes.append(_cause(CANCELS_INSIDE if cancels_inside(point, branch) else kind, branch))
            # The square of a relu that is shut has the slope 0 because the relu is shut.
            causes += [_cause(CLOSED, each) for each in branches
                       if kind == NOUGHT and each.node == branch.argument and each.state == SHUT]  # fmt: skip
        else:
            arrived.add(branch.argument)
    causes += [Cause(CANCELS, each) for each in sorted(arrived, reverse=True) if not np.any(adjoints[each])]
    if not causes and not connected(graph, output)[node]:
        causes.append(Cause(INDEPENDENT, node))
    return causes


def _follow(found: Why, node: int, branches: Sequence[Branch]) -> None:
    """The path that brings most, edge by edge, and how much each of them amplifies."""
    taken = strongest_path(node, branches, _size)
    found.path = (node, *(branch.node for branch in taken))
    found.product = abs(found.slope)
    causes = [_cause(FACTOR, branch) for branch in taken]
    ordered = sorted(causes, key=lambda cause: cause.local, reverse=found.kind != TINY)
    telling = [cause for cause in ordered if (cause.local > 1) == (found.kind != TINY) and cause.local != 1]
    chosen = telling or ordered[:1]
    found.causes = chosen[:MOST_CAUSES]
    found.more = len(chosen) - len(found.causes)
