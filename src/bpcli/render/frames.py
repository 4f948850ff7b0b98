"""A trace as frames that are shown one after the other: each pass as far as it has come, the newest row last."""

from __future__ import annotations

from bpcli.numbers import DIGITS
from bpcli.render import layout
from bpcli.render.layout import Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpcli.tracing.record import Trace


class Frame:
    """What is on the screen at one step: the table of the pass up to this row, or lines at the end.

    place, count: this is step `place` of `count`, from 1
    """

    __slots__ = ("count", "lines", "place", "table")

    def __init__(self, table: Table | None, lines: tuple[str, ...] = ()) -> None:
        self.table = table
        self.lines = lines
        self.place = self.count = 0


def frames(trace: Trace, digits: int = DIGITS) -> list[Frame]:
    """The start, each step forward, each edge of the way back (or upwards), the paths, and the result."""
    made = [Frame(None, tuple(layout.header(trace, digits)))]
    tables = [layout.forward_table(trace, digits), *_edges(trace, digits)]
    for table in tables:
        rows = list(table.rows)
        made.extend(
            Frame(Table(table.title, table.columns, rows[:place], place, table.aside))
            for place in range(1, len(rows) + 1)
        )
    for table in layout.path_tables(trace, digits):
        rows = list(table.rows)
        made.append(Frame(Table(table.title, table.columns, rows, len(rows), table.aside)))
    made.append(Frame(None, tuple(layout.closing(trace, digits))))
    for place, frame in enumerate(made, 1):
        frame.place, frame.count = place, len(made)
    return made


def _edges(trace: Trace, digits: int) -> Iterator[Table]:
    if trace.backward:
        yield layout.backward_table(trace, digits)
    yield from layout.tangent_tables(trace, digits)
