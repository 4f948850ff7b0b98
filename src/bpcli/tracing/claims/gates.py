"""Slips at operations that choose: relu, max, clip, where taken as open where they are closed, or closed where open."""

from __future__ import annotations

import math

from bpcli.calculus.kinds import FLAT, MISSING, edges_below
from bpcli.calculus.sweeps import OPEN, SHUT
from bpcli.engine.floats import FLOATS
from bpcli.numbers import nearest
from bpcli.ops import TABLE
from bpcli.tracing.claims.slips import GATE_CLOSED, GATE_OPENED, GATE_OTHER, GATES_OPENED, Slip
from bpcli.tracing.edges import IDLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from bpcli.tracing.record import Trace
    from bpcli.tracing.rows import Backward


def gate_slips(trace: Trace, node: int, slope: float) -> Iterator[Slip]:
    """Each gate on the way from a node opened, closed, or made to choose another argument; and all of them opened."""
    rows = [row for row in trace.backward if row.state in (OPEN, SHUT, IDLE)]
    flows = {id(row): row.state == OPEN or (row.state == IDLE and _is_open(trace, row)) for row in rows}
    speeds = {node: 1.0}
    for row in reversed(rows):
        if row.argument in speeds and row.node != node and flows[id(row)]:
            speeds[row.node] = speeds.get(row.node, 0.0) + row.local * speeds[row.argument]
    shut = [row for row in rows if row.state == SHUT and row.upstream != 0 and row.argument in speeds]
    chosen = {row.node: row for row in rows if row.state == OPEN and _chooses(trace, row)}
    for row in shut:
        more = row.upstream * _open_local(trace, row) * speeds[row.argument]
        yield Slip(GATE_OPENED, slope + more, **_facts(trace, row))
        if row.node in chosen:
            taken = chosen[row.node]
            less = taken.product * speeds.get(taken.argument, 0.0)
            yield Slip(GATE_OTHER, _settled(slope - less + more, slope), **_facts(trace, row))
    for row in rows:
        if row.state == OPEN and row.argument in speeds and (row.condition or _chooses(trace, row)):
            less = row.product * speeds[row.argument]
            yield Slip(GATE_CLOSED, _settled(slope - less, slope), local=row.local, **_facts(trace, row))
    if sum(not flows[id(row)] for row in rows) > 1:
        adjoints = {trace.output: 1.0}
        for row in rows:
            if row.node in adjoints:
                local = row.local if flows[id(row)] else _open_local(trace, row)
                adjoints[row.argument] = adjoints.get(row.argument, 0.0) + adjoints[row.node] * local
        yield Slip(GATES_OPENED, adjoints.get(node, 0.0))


def _facts(trace: Trace, row: Backward) -> dict[str, Any]:
    argument = trace.nodes[row.argument]
    return {"of": row.derived, "argument": argument.name, "at": nearest(argument.value)}


def _chooses(trace: Trace, row: Backward) -> bool:
    """Whether an edge is one of several of which an operation chooses."""
    op = trace.nodes[row.node].op
    return op == "where" or (op in TABLE and TABLE[op].variadic and bool(TABLE[op].kinks))


def _settled(value: float, beside: float) -> float:
    """A difference that is rounding alone is 0."""
    return 0.0 if abs(value) <= 1e-12 * abs(beside) else value


def _registers(trace: Trace, node: int) -> list[float]:
    return [nearest((trace.nodes.get(each) or trace.constants[each]).value) for each in (*trace.nodes[node].args, node)]


def _is_open(trace: Trace, row: Backward) -> bool:
    edge = edges_below(FLOATS, trace.program.graph, row.node)[row.position]
    return edge.code not in (FLAT, MISSING) and (edge.when is None or bool(edge.when(_registers(trace, row.node))))


def _open_local(trace: Trace, row: Backward) -> float:
    """The local derivative that a closed edge would have if it were open."""
    if _chooses(trace, row):
        return 1.0
    edge = edges_below(FLOATS, trace.program.graph, row.node)[row.position]
    if edge.code in (FLAT, MISSING):
        return 0.0
    local = edge.local(_registers(trace, row.node))
    return local if math.isfinite(local) else 0.0
