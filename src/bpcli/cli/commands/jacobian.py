"""`bpcli jacobian`: the derivative of every result by every input."""

from __future__ import annotations

from bpcli.cli.matrices import show_matrix
from bpcli.engine.directions import jacobian
from bpcli.render.words import modes_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.cli.work import Work


def run(work: Work) -> int:
    """The matrix, and what it cost."""
    found = jacobian(work.program, work.given, work.wrt, work.mode)
    rows, columns = found.counts()
    cost = modes_text(columns, found.mode, rows, work.language, entries=found.shaped)
    return show_matrix(work, found, cost)
