"""Whole matrices of derivatives: Jacobians, and Hessians, which are forward mode over the graph of the gradient."""

from __future__ import annotations

import math
from itertools import product

from bpcli.engine.directions.products import Passes, arrived, gradient_graph, note_lost, pull, tangents_of
from bpcli.engine.directions.tangents import defined, note_infinite, push, units
from bpcli.engine.given import bind
from bpcli.engine.point import Point, evaluate, nodes_of
from bpcli.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from bpcli.calculus.kinds import Kind
    from bpcli.engine.entries import Summary
    from bpcli.graph import Program

    Number = Any  # a float, or an array of them

MOST_OF_MATRIX = 10_000_000  # entries of a Jacobian or a Hessian of tensors
FORWARD, REVERSE = "forward", "reverse"


class Matrix:
    """Derivatives in rows and columns.

    rows:    row -> column -> derivative; results by inputs for a Jacobian, inputs by inputs for a Hessian. Of tensors
             it is an array: its first axes are those of the row, its last ones those of the column
    columns: names of the columns
    order:   1 for a Jacobian, 2 for a Hessian
    mode:    "forward" or "reverse": how it was found
    """

    __slots__ = ("columns", "mode", "order", "passes", "point", "rows")

    def __init__(
        self,
        point: Point,
        columns: Sequence[str],
        rows: dict[str, dict[str, float]],
        mode: str,
        passes: Passes,
        order: int = 1,
    ) -> None:
        self.point = point
        self.order = order
        self.columns = tuple(columns)
        self.rows = rows
        self.mode = mode
        self.passes = passes

    @property
    def shaped(self) -> bool:
        """Whether a derivative in it is an array."""
        return any(getattr(value, "shape", ()) for row in self.rows.values() for value in row.values())

    def sides(self) -> tuple[dict[str, tuple[int, ...]], dict[str, tuple[int, ...]]]:
        """The shapes of what stands in the rows, and of what stands in the columns, by name."""
        shape, values, program = self.point.kind.shape, self.point.values, self.point.program
        columns = {name: shape(values[program.names[name]]) for name in self.columns}
        if self.order == 2:
            return columns, columns
        return {name: shape(values[node]) for name, node in program.outputs.items()}, columns

    def counts(self) -> tuple[int, int]:
        """How many rows and columns there are, entry by entry."""
        rows, columns = (sum(math.prod(shape) for shape in side.values()) for side in self.sides())
        return rows, columns

    def flat(self) -> Iterator[tuple[str, list[float]]]:
        """The entries in rows and columns, each row with the name of its entry: y[0], or y where it has no axes."""
        rows, columns = self.sides()
        for name, shape in rows.items():
            for index in product(*map(range, shape)):
                numbers: list[float] = []
                for column in columns:
                    part: Any = self.rows[name][column]
                    part = part[index] if shape else part
                    numbers += [float(each) for each in part.flat] if getattr(part, "shape", ()) else [float(part)]
                yield entry_name(name, index), numbers

    def blocks(self) -> Iterator[tuple[str, str, Summary]]:
        """Each derivative in short, with the names of its row and its column; of tensors."""
        from bpcli.engine.entries import Summary

        for name, row in self.rows.items():
            for column, part in row.items():
                yield name, column, Summary(part)

    def titles(self) -> list[str]:
        """The names of the columns of `flat`."""
        _, columns = self.sides()
        return [entry_name(name, index) for name, shape in columns.items() for index in product(*map(range, shape))]


def entry_name(name: str, index: Sequence[int]) -> str:
    """An entry of what has a name: W[0,1]; the name itself where there are no axes.

    >>> entry_name("W", (0, 1)), entry_name("x", ())
    ('W[0,1]', 'x')
    """
    return f"{name}[{','.join(map(str, index))}]" if index else name


def jacobian(
    program: Program,
    given: Mapping[str, Number],
    wrt: Sequence[str] | None = None,
    mode: str | None = None,
    make: type[Matrix] = Matrix,
) -> Matrix:
    """The derivative of every result by every input; of tensors, of every entry by every entry.

    mode: "forward" (one pass an entry of the inputs) or "reverse" (one sweep an entry of the results); unless given,
          whichever needs fewer

    Raises as engine.point.gradient; InputError where there are more than MOST_OF_MATRIX entries.
    """
    asked = nodes_of(program, wrt)
    point = evaluate(program, given)
    kind, values, outputs = point.kind, point.values, program.outputs
    up = sum(count_of(kind, values[node]) for node in asked.values())
    down = sum(count_of(kind, values[node]) for node in outputs.values())
    _refuse_large(up * down)
    if mode is None:
        mode = FORWARD if up < down else REVERSE
    rows: dict[str, dict[str, Number]] = {
        name: {column: _empty(kind, values[output], values[node]) for column, node in asked.items()}
        for name, output in outputs.items()
    }
    if mode == FORWARD:
        inputs = bind(program, given, kind)
        for column, seed in asked.items():
            for index, unit in units(kind, values[seed]):
                pushed = push(program.graph, inputs, {seed: unit}, program.stop, kind)
                for name, node in outputs.items():
                    _put(rows[name], column, (..., *index), pushed[node].tangent)
    else:
        for name, output in outputs.items():
            for index, unit in units(kind, values[output]):
                adjoints = pull(program, point, {output: unit}, asked)
                for column, slope in arrived(point, adjoints, asked):
                    _put(rows[name], column, index, slope)
    for column in asked:
        for name in outputs:
            defined(kind, rows[name][column], f"d{name}/d{column}")
            note_infinite(point, rows[name][column], name, column)
    return make(point, list(asked), rows, mode, Passes(forward=up) if mode == FORWARD else Passes(1, down))


def hessian(
    program: Program, given: Mapping[str, Number], wrt: Sequence[str] | None = None, make: type[Matrix] = Matrix
) -> Matrix:
    """The second derivatives of the result: forward mode over the graph of its gradient, one pass an entry.

    Raises as engine.point.gradient; NumericError where a second derivative is nan; InputError where there are more
    than MOST_OF_MATRIX entries.
    """
    asked = nodes_of(program, wrt)
    point, slopes = gradient_graph(program, given, asked)
    kind, values = point.kind, point.values
    passes = sum(count_of(kind, values[node]) for node in asked.values())
    _refuse_large(passes * passes)
    rows: dict[str, dict[str, Number]] = {
        name: {column: _empty(kind, values[one], values[two]) for column, two in asked.items()}
        for name, one in asked.items()
    }
    note_lost(program, given, asked, point)
    for column, node in asked.items():
        for index, unit in units(kind, values[node]):
            for name, slope in zip(asked, tangents_of(point, given, {node: unit}, slopes), strict=True):
                _put(rows[name], column, (..., *index), slope)
        for name in asked:
            defined(kind, rows[name][column], f"the derivative of d{program.output_name}/d{name} by {column}")
            note_infinite(point, rows[name][column], f"(d{program.output_name}/d{name})", column)
    return make(point, list(asked), rows, FORWARD, Passes(forward=passes), order=2)


def count_of(kind: Kind, value: Number) -> int:
    return math.prod(kind.shape(value))


def _refuse_large(count: int) -> None:
    if count > MOST_OF_MATRIX:
        raise InputError("too-many-derivatives", count=count, limit=MOST_OF_MATRIX)


def _empty(kind: Kind, row: Number, column: Number) -> Number:
    """Zeros for the derivatives of one number by another."""
    shape = (*kind.shape(row), *kind.shape(column))
    if not shape:
        return 0.0
    import numpy as np

    return np.zeros(shape)


def _put(row: dict[str, Number], column: str, place: tuple[Any, ...], number: Number) -> None:
    """A derivative, or those by one entry, in its place; None is 0."""
    if number is None:
        return
    if getattr(row[column], "shape", ()):
        row[column][place] = number
    else:
        row[column] = float(number)
