"""The two columns of a table that a fit would take, as arrays."""

from __future__ import annotations

from typing import Any

from bpcli.data.table import choose_pair

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.data.table import Table


def choose_columns(table: Table, x: str | None, y: str | None) -> tuple[str, Any, str, Any]:
    """Name and values of the x column, then of the y column."""
    names, kept = choose_pair(table, x, y)
    return names[0], kept.column("x"), names[1], kept.column("y")
