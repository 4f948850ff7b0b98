"""THE TABLE: every operation of the language, each declared once.

A module of this folder is a page of the table, `OPERATIONS` in each its rows. Nothing here computes.
"""

from __future__ import annotations

from bpcli.ops import (
    arithmetic,
    exponential,
    gamma,
    hyperbolic,
    logic,
    network,
    reciprocal,
    selection,
    steps,
    structure,
    trigonometric,
)
from bpcli.ops.declaration import Golden, Kink, Op

__all__ = ["GROUPS", "TABLE", "Golden", "Kink", "Op", "declare", "functions", "named", "withdraw"]

GROUPS: tuple[tuple[str, tuple[Op, ...]], ...] = (
    ("arithmetic", arithmetic.OPERATIONS),
    ("exponentials and roots", exponential.OPERATIONS),
    ("trigonometric", trigonometric.OPERATIONS),
    ("hyperbolic", hyperbolic.OPERATIONS),
    ("reciprocal functions", reciprocal.OPERATIONS),
    ("gamma functions", gamma.OPERATIONS),
    ("selections", selection.OPERATIONS),
    ("network functions", network.OPERATIONS),
    ("steps and rounding", steps.OPERATIONS),
    ("comparisons and logic", logic.OPERATIONS),
    ("structure", structure.OPERATIONS),
)

TABLE: dict[str, Op] = {}
_by_spelling: dict[str, tuple[Op, ...]] = {}


def declare(op: Op, group: str) -> None:
    """Enter one operation into the table. Raises ValueError where its name is taken."""
    if op.name in TABLE:
        raise ValueError(f"operation {op.name} is declared twice")
    op.group = group
    TABLE[op.name] = op
    if op.base:
        return
    for spelling in dict.fromkeys((op.spelling, *op.aliases)):
        _by_spelling[spelling] = (*_by_spelling.get(spelling, ()), op)


def withdraw(op: Op) -> None:
    """Take an operation out of the table."""
    del TABLE[op.name]
    for spelling in dict.fromkeys((op.spelling, *op.aliases)):
        _by_spelling[spelling] = tuple(other for other in _by_spelling[spelling] if other is not op)
        if not _by_spelling[spelling]:
            del _by_spelling[spelling]


for _group, _operations in GROUPS:
    for _op in _operations:
        declare(_op, _group)


def named(spelling: str) -> tuple[Op, ...]:
    """The operations that `spelling(...)` may mean; more than one where the number of arguments decides."""
    return _by_spelling.get(spelling, ())


def functions() -> list[str]:
    """Every name that may stand before a bracket."""
    return list(_by_spelling)
