"""A trace as frames that are shown one after the other: each pass as far as it has come, the newest row last."""

from __future__ import annotations

from bpcli.numbers import DIGITS
from bpcli.render import layout
from bpcli.render.languages import ENGLISH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.render.layout import Table
    from bpcli.tracing.record import Trace


class Frame:
    """What is on the screen at one step: the table of the pass up to this row, or lines at the end.

    growing:      whether the last row of the table is new
    place, count: this is step `place` of `count`, from 1
    """

    __slots__ = ("count", "growing", "lines", "place", "table")

    def __init__(self, table: Table | None, lines: tuple[str, ...] = (), growing: bool = False) -> None:
        self.table = table
        self.growing = growing
        self.lines = lines
        self.place = self.count = 0


def frames(trace: Trace, digits: int = DIGITS, language: str = ENGLISH) -> list[Frame]:
    """The start, each step forward, each edge of the way back (or upwards), the paths, and the result."""
    made = [Frame(None, tuple(layout.header(trace, digits, language)))]
    for table in layout.passes(trace, digits, language):
        rows = list(table.rows)
        if table.keys[0] == "name":  # the inputs are there together
            made.append(Frame(table.with_rows(rows)))
            continue
        made.extend(
            Frame(table.with_rows(rows[:place]), growing=True)
            for place in range(1, len(rows) + 1)
        )
    made.extend(Frame(table.with_rows(list(table.rows))) for table in layout.path_tables(trace, digits, language))
    made.append(Frame(None, tuple(layout.closing(trace, digits, language))))
    for place, frame in enumerate(made, 1):
        frame.place, frame.count = place, len(made)
    return made
