"""The graph of a program as JSON: its nodes and edges, with every number of both passes where there are values."""

from __future__ import annotations

from typing import Any

from bpcli.render.json.values import plain_number
from bpcli.tracing.record import outline

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.graph import Program
    from bpcli.tracing.record import Trace


def graph_dict(program: Program, trace: Trace | None) -> dict[str, Any]:
    """What docs/schemas/graph.schema.json describes; without a trace the structure alone."""
    named, constants = (trace.nodes, trace.constants) if trace is not None else outline(program)
    rows = {(row.node, row.position): row for row in trace.backward} if trace is not None else {}
    totals = {row.argument: row.total for row in rows.values() if row.count == row.arriving}
    if trace is not None and trace.gradient:
        totals[trace.output] = trace.scale
    nodes, edges = [], []
    for number, node in sorted({**named, **constants}.items()):
        entry: dict[str, Any] = {
            "id": number,
            "name": node.name if number in named else None,
            "op": node.op,
            "formula": node.formula or node.name,
        }
        if trace is not None:
            entry["value"] = plain_number(node.value)
            entry["gradient"] = plain_number(totals.get(number))
        nodes.append(entry)
        for position, argument in enumerate(node.args):
            edge: dict[str, Any] = {"from": argument, "to": number, "position": position}
            row = rows.get((number, position))
            if trace is not None:
                edge["state"] = None if row is None else row.state
                edge["local"] = None if row is None else plain_number(row.local)
                edge["product"] = None if row is None else plain_number(row.product)
            edges.append(edge)
    return {"schema": "bpcli.graph/1", "output": program.output, "nodes": nodes, "edges": edges}
