"""THE TABLE: every operation of the language, each declared once.

A module of this folder is a page of the table, `OPERATIONS` in each its rows. Nothing here computes.
"""

from __future__ import annotations

from bpcli.ops import (
    arithmetic,
    exponential,
    gamma,
    hyperbolic,
    layers,
    linear,
    logic,
    network,
    reciprocal,
    reductions,
    selection,
    shaping,
    starts,
    steps,
    structure,
    trigonometric,
)
from bpcli.ops.declaration import Golden, Kink, Op

__all__ = ["GROUPS", "TABLE", "Golden", "Kink", "Op", "declare", "elementwise", "functions", "named", "withdraw"]

GROUPS: tuple[tuple[str, tuple[Op, ...]], ...] = (
    ("arithmetic", arithmetic.OPERATIONS),
    ("exponentials and roots", exponential.OPERATIONS),
    ("trigonometric", trigonometric.OPERATIONS),
    ("hyperbolic", hyperbolic.OPERATIONS),
    ("reciprocal functions", reciprocal.OPERATIONS),
    ("gamma functions", gamma.OPERATIONS),
    # Before the selections: of one argument `max` is a reduction.
    ("sums and other reductions", reductions.OPERATIONS),
    ("selections", selection.OPERATIONS),
    ("network functions", network.OPERATIONS),
    ("steps and rounding", steps.OPERATIONS),
    ("comparisons and logic", logic.OPERATIONS),
    ("structure", structure.OPERATIONS),
    ("matrices", linear.OPERATIONS),
    ("shapes and indices", shaping.OPERATIONS),
    ("softmax, losses and normalisation", layers.OPERATIONS),
    ("random numbers", starts.OPERATIONS),
)



class Table(dict[str, Op]):
    """Operations by name. One with settings is found under its name with them too: `sum axis=0 keepdims=0`."""

    def __init__(self) -> None:
        super().__init__()
        self._chosen: dict[str, Op] = {}

    def __missing__(self, name: str) -> Op:
        found = self._chosen.get(name)
        if found is None:
            base, _, rest = name.partition(" ")
            declared = dict.get(self, base)
            if declared is None or not declared.settings:
                raise KeyError(name)
            pairs = (piece.partition("=") for piece in rest.split(" "))
            found = self._chosen[name] = declared.set({setting: text for setting, _, text in pairs})
        return found

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.get(name) is not None

    def get(self, name: str, default: Op | None = None) -> Op | None:  # type: ignore[override]
        try:
            return self[name]
        except KeyError:
            return default


TABLE = Table()
_by_spelling: dict[str, tuple[Op, ...]] = {}


def declare(op: Op, group: str) -> None:
    """Enter one operation into the table. Raises ValueError where its name is taken."""
    if op.name in TABLE or op.name in ("var", "const"):  # the leaves of the graph
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


def elementwise() -> list[Op]:
    """The operations on numbers, entry by entry: all but those on tensors."""
    return [op for op in TABLE.values() if not op.of_tensors]


def named(spelling: str) -> tuple[Op, ...]:
    """The operations that `spelling(...)` may mean; more than one where the number of arguments decides."""
    return _by_spelling.get(spelling, ())


def functions() -> list[str]:
    """Every name that may stand before a bracket."""
    return list(_by_spelling)
