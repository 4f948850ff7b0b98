"""A trace as frames that are shown one after the other: each pass as far as it has come, the newest row last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

from bpcli.numbers import DIGITS, show
from bpcli.render import layout
from bpcli.render.languages import ENGLISH
from bpcli.render.words import counted, phrase
from bpcli.tracing.rows import Forward, Tangent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpcli.render.layout import Table
    from bpcli.tracing.record import Trace
    from bpcli.tracing.rows import Backward

MOST_ROWS = 100  # of a table that a frame holds: no screen has room for more
MOST_VALUES = 12  # of the nodes that are listed above the backward pass; of more, those of its newest row


class Frame:
    """What is on the screen at one step: the table of the pass up to this row, or lines at the end.

    growing:      whether the last row of the table is new
    above:        number of rows before those of the table
    lines:        said below the table, or instead of one: of the first frame, what is ahead
    values:       what the nodes are that a row of the backward pass speaks of
    place, count: this is step `place` of `count`, from 1
    """

    __slots__ = ("above", "count", "growing", "lines", "place", "table", "values")

    def __init__(
        self, table: Table | None, lines: tuple[str, ...] = (), growing: bool = False, above: int = 0, values: str = ""
    ) -> None:
        self.table = table
        self.growing = growing
        self.lines = lines
        self.above = above
        self.values = values
        self.place = self.count = 0


class Frames(Sequence[Frame]):
    """The frames of a trace, each made as it is shown: a long trace has as many as it has rows."""

    def __init__(self, trace: Trace, digits: int, language: str, explain: str, said: Sequence[str]) -> None:
        self.trace = trace
        self.digits = digits
        self.language = language
        self.explain = explain
        self.said = tuple(said)
        tangents = [(name, rows) for name, rows in trace.tangents.items() if rows]
        self.names = [""] * bool(trace.forward) + [""] * bool(trace.backward) + [name for name, _ in tangents]
        rows = [each for each in (trace.forward, trace.backward) if each] + [edges for _, edges in tangents]
        tables = [*layout.passes(trace, digits, language)]
        self.inputs = tables[0] if tables and tables[0].keys[0] == "name" else None  # they are there together
        self.passes: list[tuple[Table, Sequence[Forward] | Sequence[Backward]]] = [
            *zip(tables[self.inputs is not None :], rows, strict=True)
        ]
        self.paths = [table.with_rows(list(table.rows)) for table in layout.path_tables(trace, digits, language)]
        self.kept: dict[int, list[tuple[str, ...]]] = {}

    def __len__(self) -> int:
        return 2 + (self.inputs is not None) + sum(len(rows) for _, rows in self.passes) + len(self.paths)

    @overload
    def __getitem__(self, place: int) -> Frame: ...
    @overload
    def __getitem__(self, place: slice) -> list[Frame]: ...
    def __getitem__(self, place: int | slice) -> Frame | list[Frame]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        place = range(len(self))[place]
        frame = self._made(place)
        frame.place, frame.count = place + 1, len(self)
        return frame

    def _made(self, place: int) -> Frame:
        if place == 0:
            return Frame(None, (self._plan(),))
        here = place - 1
        if self.inputs is not None:
            if here == 0:
                return Frame(self.inputs.with_rows(list(self.inputs.rows)))
            here -= 1
        for number, (table, rows) in enumerate(self.passes):
            if here < len(rows):
                return self._row(number, table, rows, here)
            here -= len(rows)
        if here < len(self.paths):
            return Frame(self.paths[here])
        closing = layout.closing(self.trace, self.digits, self.language)
        return Frame(None, (*closing, *self.said))

    def _plan(self) -> str:
        """What is shown step by step, told before the first."""
        language = self.language
        parts = [
            phrase("frame pass", language, title=table.title, rows=counted(len(rows), "row", language))
            for table, rows in self.passes
        ]
        parts += [table.title for table in self.paths]
        return phrase("frame plan", language, parts=phrase("frame next", language).join(parts))

    def _row(self, number: int, table: Table, rows: Sequence[Forward] | Sequence[Backward], here: int) -> Frame:
        """The table of a pass up to one row."""
        above = max(0, here + 1 - MOST_ROWS)
        cells = table.rows
        if not isinstance(cells, Sequence):
            cells = self.kept.setdefault(number, []) or list(cells)
            self.kept[number] = cells
        newest = rows[here]
        shown = table.with_rows(list(cells[above : here + 1]))
        lines = tuple(self._told(newest, self.names[number]))
        return Frame(shown, lines, True, above, "" if isinstance(newest, Forward) else self._values(newest))

    def _told(self, row: Forward | Backward, name: str) -> Iterator[str]:
        """The newest row in words, where they were asked for; in forward mode those of the input of that name."""
        if not self.explain:
            return
        from bpcli.render.narration import LEVELS, edge_sentence, forward_sentence

        if isinstance(row, Forward):
            place = LEVELS.index(self.explain)
            yield forward_sentence(self.trace, row, place, self.digits, self.language)
        elif not isinstance(row, Tangent):
            yield edge_sentence(self.trace, row, self.explain, self.digits, self.language)
        else:
            from bpcli.render.nudges import nudge_sentence

            yield nudge_sentence(self.trace, row, name, self.explain, self.digits, self.language)

    def _values(self, row: Forward | Backward) -> str:
        """The values of the forward pass: all of a short one, else those of the nodes that a row speaks of."""
        trace = self.trace
        if trace.of_tensors:
            return ""  # arrays do not fit into a line
        nodes = [node for node, entry in trace.nodes.items() if entry.args] if len(trace.nodes) <= MOST_VALUES else []
        if not nodes:
            arguments = trace.nodes[row.node].args
            nodes = [node for node in dict.fromkeys([*arguments, row.node]) if node in trace.nodes]
        told = [f"{trace.nodes[node].name} = {show(trace.nodes[node].value, self.digits)}" for node in nodes]
        return phrase("frame values", self.language, values=", ".join(told))


def frames(
    trace: Trace, digits: int = DIGITS, language: str = ENGLISH, explain: str = "", said: Sequence[str] = ()
) -> Frames:
    """The start, each step forward, each edge of the way back (or upwards), the paths, and the result.

    explain: the level at which each row is told in words too
    said:    what stands below the result
    """
    return Frames(trace, digits, language, explain, said)

