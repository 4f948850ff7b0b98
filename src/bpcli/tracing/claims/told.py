"""How the nodes of a record are told in the sentence of a slip, and what they are."""

from __future__ import annotations

from bpcli.numbers import nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.tracing.record import Trace
    from bpcli.tracing.rows import Backward


def told(trace: Trace, node: int) -> str:
    entry = trace.nodes.get(node)
    return entry.name if entry is not None else str(node)


def kind_of(trace: Trace, row: Backward) -> str:
    return trace.nodes[row.node].op


def value_of(trace: Trace, node: int) -> float:
    entry = trace.nodes.get(node) or trace.constants[node]
    return nearest(entry.value)


def constant_of(trace: Trace, node: int) -> float | None:
    entry = trace.constants.get(node)
    return nearest(entry.value) if entry is not None else None
