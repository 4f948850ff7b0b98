"""Other questions asked of the same record: what it costs, how the gradient flows, what has to be remembered.

An answer is plain data (`lens`). The rooms: `costs` and `flows`, with `tensor_costs` and `tensor_flows` for vectors and
matrices, `remembered` and `repeats`.
"""

from __future__ import annotations

from bpcli.tracing.lenses.costs import cost
from bpcli.tracing.lenses.flows import flow
from bpcli.tracing.lenses.lens import COST, FLOW, LENSES, MEMORY, REPEAT, Finding, Grid, Lens
from bpcli.tracing.lenses.remembered import memory
from bpcli.tracing.lenses.repeats import repeated

__all__ = [
    "COST", "FLOW", "LENSES", "MEMORY", "REPEAT", "Finding", "Grid", "Lens", "cost", "flow", "memory", "repeated",
]  # fmt: skip
