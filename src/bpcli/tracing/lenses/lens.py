"""What a lens gives: grids of numbers and names, and findings, which are facts that a sentence is made of."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from bpcli.tracing.record import Trace

    Cell = Any

COST, FLOW, MEMORY, REPEAT = "cost", "flow", "memory", "repeat"
LENSES = (COST, FLOW, MEMORY)

NUMBER = 8  # bytes
MOST_TOLD = 8  # nodes that findings of one kind name
MEASURED = 5  # times that something is timed; the shortest counts


class Grid:
    """A table: its name, the names of its columns, and rows of numbers, names, or None where there is nothing."""

    __slots__ = ("columns", "name", "rows")

    def __init__(self, name: str, columns: tuple[str, ...], rows: list[tuple[Cell, ...]]) -> None:
        self.name = name
        self.columns = columns
        self.rows = rows


class Finding:
    """One thing that was found: its kind, and what fills the slots of its sentence."""

    __slots__ = ("facts", "kind")

    def __init__(self, kind: str, **facts: Cell) -> None:
        self.kind = kind
        self.facts = facts


class Lens:
    """An answer: which question, its grids, its findings."""

    __slots__ = ("findings", "grids", "kind")

    def __init__(self, kind: str, grids: list[Grid], findings: list[Finding]) -> None:
        self.kind = kind
        self.grids = grids
        self.findings = findings


def name_of(trace: Trace, node: int) -> str:
    entry = trace.nodes.get(node)
    return entry.name if entry is not None else str(trace.constants[node].name)


def output_of(trace: Trace) -> str:
    return trace.nodes[trace.output].name if trace.output in trace.nodes else trace.program.output_name


def few(findings: Sequence[Finding]) -> list[Finding]:
    """The first few of a kind, and how many more there are."""
    if len(findings) <= MOST_TOLD:
        return list(findings)
    return [*findings[:MOST_TOLD], Finding("and-more", count=len(findings) - MOST_TOLD, of=findings[0].kind)]
