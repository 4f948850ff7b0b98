"""Value and gradient of a program at many points: the columns of a table in, columns out."""

from __future__ import annotations

from typing import Any

import numpy as np

from bpcli.calculus.derivative import derivative
from bpcli.calculus.sweeps import connected
from bpcli.engine.given import bind
from bpcli.engine.kernel import Kernel
from bpcli.engine.notes import Note
from bpcli.engine.point import unknown_name
from bpcli.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bpcli.graph import Program

Array = Any


class Columns:
    """A program compiled for many points: some variables are columns, the others single numbers.

    program: what is evaluated
    wrt:     the names that it is differentiated by; none where the value alone is wanted
    reads:   the variables whose columns are read, in order
    notes:   what is true of every row: a name that the output does not depend on, a constant that is shadowed
    """

    def __init__(
        self, program: Program, lanes: Sequence[str], singles: Mapping[str, float], wrt: Sequence[str] | None = None
    ) -> None:
        """Raises InputError for values that do not fit the names, and for a name in `wrt` that there is not."""
        nodes = []
        for name in wrt or ():
            if name not in program.names:
                raise unknown_name(program, name)
            nodes.append(program.names[name])
        bind(program, {**dict.fromkeys(lanes, 0.0), **singles})
        self.program = program
        self.wrt = tuple(wrt or ())
        self.notes = [Note("shadowed", name=name) for name in program.shadowed]
        output, graph = program.output, program.graph
        reach = connected(graph, output)
        below = graph.reaches(output)
        for name, node in zip(self.wrt, nodes, strict=True):
            if node > output or not reach[node]:
                kind = "cut" if node <= output and below[node] else "independent"
                self.notes.append(Note(kind, output=program.output_name, name=name))
        slopes = derivative(graph, output, nodes) if nodes else []
        self.kernel = Kernel(graph, [output, *slopes], lanes)
        self.reads = self.kernel.lanes
        self._singles = [float(singles[name]) for name in self.kernel.singles]

    def fill(self, columns: Mapping[str, Array], out: Sequence[Array], threads: int | None = None) -> None:
        """Write the value and then each derivative into float64 arrays of shape (rows,).

        columns: one array of shape (rows,) for each name in `reads`; none shares memory with `out`
        threads: the most that work at once; one for each core unless given
        """
        self.kernel.run([columns[name] for name in self.reads], self._singles, out, threads)


def gradient_of_columns(
    program: Program, given: Mapping[str, Array | float], wrt: Sequence[str] | None = None
) -> tuple[Array, dict[str, Array]]:
    """The value and the gradient of a program at every row of some columns, each of shape (rows,).

    given: for each variable an array of shape (rows,), or a number that is the same in every row
    wrt:   names of variables or of assigned intermediates; all variables unless given

    Nothing is raised for a row in which the value or a derivative does not exist: it has nan or inf there.
    Raises InputError for values that do not fit the names, and for columns of different lengths.

    >>> from bpcli.language.reader import parse
    >>> value, gradient = gradient_of_columns(parse("(x+w)*w"), {"x": np.array([2.0, 0.0]), "w": 3})
    >>> value.tolist(), gradient["w"].tolist()
    ([15.0, 9.0], [8.0, 6.0])
    """
    columns: dict[str, Array] = {}
    singles: dict[str, float] = {}
    for name, value in given.items():
        if np.ndim(value) == 0:
            singles[name] = float(value)
            continue
        try:
            columns[name] = np.asarray(value, dtype=np.float64)
        except (TypeError, ValueError):
            raise InputError("column-not-numbers", name=name) from None
        if columns[name].ndim != 1:
            raise InputError("column-shape", name=name, shape=columns[name].shape)
    first = next(iter(columns), "")
    for name, column in columns.items():
        count = len(columns[first])
        if len(column) != count:
            raise InputError("points-lengths", where="", first=first, rows=count, second=name, others=len(column))
    made = Columns(program, tuple(columns), singles, program.inputs if wrt is None else wrt)
    rows = len(columns[first]) if columns else 1
    results = [np.empty(rows) for _ in range(1 + len(made.wrt))]
    made.fill(columns, results)
    return results[0], dict(zip(made.wrt, results[1:], strict=True))
