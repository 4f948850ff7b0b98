"""Derivatives along directions, and whole matrices of them: forward mode, Jacobians, Hessians.

Forward mode is the forward loop over dual numbers, and costs one pass for each direction; reverse mode costs
one sweep for each result. A Hessian is forward mode over the graph of the gradient.

Source: Griewank and Walther, Evaluating Derivatives, 2nd edition, chapters 3 and 5.
"""

from __future__ import annotations

import math
from itertools import combinations_with_replacement, product

from bpcli.calculus.derivative import derivative
from bpcli.calculus.duals import Dual, Duals
from bpcli.calculus.kinds import CLOSED
from bpcli.calculus.shapes import shown
from bpcli.calculus.sweeps import forward, idle, reverse
from bpcli.engine.floats import FLOATS
from bpcli.engine.given import bind
from bpcli.engine.notes import Note
from bpcli.engine.point import Point, evaluate, nodes_of, nothing_arrives, single, unknown_name, vector_output
from bpcli.errors import InputError, NumericError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from bpcli.calculus.kinds import Kind
    from bpcli.engine.entries import Summary
    from bpcli.graph import Graph, Program

    Number = Any  # a float, or an array of them

_duals: dict[Kind, Duals] = {}
MOST_ENTRIES = 100_000  # of a table of derivatives
MOST_OF_MATRIX = 10_000_000  # entries of a Jacobian or a Hessian of tensors

FORWARD, REVERSE = "forward", "reverse"


class Passes:
    """What a result cost: passes through the graph, upwards and downwards."""

    __slots__ = ("forward", "reverse")

    def __init__(self, forward: int = 0, reverse: int = 0) -> None:
        self.forward = forward
        self.reverse = reverse


class Product:
    """A Jacobian times a direction, or a row of weights times a Jacobian, without the Jacobian.

    given:  the direction by name of input, or the weights by name of result
    slopes: the product, by name of result or of input
    """

    __slots__ = ("given", "passes", "point", "slopes")

    def __init__(self, point: Point, given: dict[str, float], slopes: dict[str, float], passes: Passes) -> None:
        self.point = point
        self.given = given
        self.slopes = slopes
        self.passes = passes


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


def units(kind: Kind, value: Number) -> Iterator[tuple[tuple[int, ...], Number]]:
    """Each entry of a number, with the direction in which it alone changes."""
    shape = kind.shape(value)
    if not shape:
        yield (), kind.constant(1)
        return
    for index in product(*map(range, shape)):
        unit = kind.zero_like(value)
        unit[index] = 1
        yield index, unit


def _count(kind: Kind, value: Number) -> int:
    return math.prod(kind.shape(value))


def duals_over(kind: Kind) -> Duals:
    """The dual numbers over a kind of number."""
    if kind not in _duals:
        _duals[kind] = Duals(kind)
    return _duals[kind]


def push(
    graph: Graph, inputs: Mapping[int, Any], seeds: Mapping[int, Any], stop: int, kind: Kind = FLOATS
) -> list[Dual]:
    """One pass of forward mode: the value and the tangent of every node below `stop`.

    inputs: values of the variables by node
    seeds:  how fast each of these nodes changes; an operation among them counts as an input of its own
    """
    duals = duals_over(kind)
    start = {node: duals.dual(value) for node, value in inputs.items()}
    values: list[Dual] = []
    with kind.quiet():
        for node in sorted(seeds):
            if node < stop:
                values = forward(graph, duals, start, node + 1, values)
                values[node] = duals.dual(values[node].primal, seeds[node])
                values[node].presence = _presence(kind, seeds[node])
        return forward(graph, duals, start, stop, values)


def _presence(kind: Kind, seed: Number) -> Number:
    """Where a seed is: an entry that does not change has no tangent, which an infinite slope would make nan of."""
    if not kind.shape(seed):
        return None
    presence = kind.opened(seed, None)
    return None if presence is CLOSED else presence


def forward_gradient(
    program: Program,
    given: Mapping[str, float],
    wrt: Sequence[str] | None = None,
    *,
    make: type[Point] = Point,
    kind: Kind = FLOATS,
) -> Point:
    """The same as engine.point.gradient, by forward mode: one pass for each name."""
    asked = nodes_of(program, wrt)
    point = evaluate(program, given, make, kind)
    kind = point.kind
    if kind.shape(point.values[program.output]):
        raise vector_output(program, kind.shape(point.values[program.output]))
    inputs = bind(program, given, kind)
    point.adjoints = [None] * (program.output + 1)
    for name, node in asked.items():
        slope, flows = None, False
        for index, unit in units(kind, point.values[node]):
            tangent = push(program.graph, inputs, {node: unit}, program.output + 1, kind)[program.output].tangent
            slope, flows = _placed(kind, slope, index, tangent, point.values[node]), flows or tangent is not None
        if not flows:
            point.gradient[name] = single(kind.zero_like(point.values[node]))
            point.notes.append(nothing_arrives(point, name, node))
            continue
        point.adjoints[node] = slope
        point.gradient[name] = single(_defined(kind, slope, f"d{program.output_name}/d{name}"))
        _note_infinite(point, slope, program.output_name, name)
    return point


def _placed(kind: Kind, block: Number, index: tuple[int, ...], number: Number, like: Number) -> Number:
    """A derivative by one entry put in its place among those by all; the number itself where there are no axes."""
    if not kind.shape(like):
        return number
    block = kind.zero_like(like) if block is None else block
    if number is not None:
        block[index] = number
    return block


def _defined(kind: Kind, slope: Any, what: str) -> Any:
    if kind.undefined(slope):
        raise NumericError("undefined-derivative", what=what)
    return slope


def _note_infinite(point: Point, slope: Number, output: str, name: str) -> None:
    if not point.kind.infinite(slope):
        return
    if getattr(slope, "shape", ()):
        slope = next(float(entry) for entry in slope.flat if abs(entry) == math.inf)
    point.notes.append(Note("infinite-gradient", output=output, name=name, value=slope))


def _numbers(point: Point, values: Mapping[str, Number], known: Mapping[str, int], what: str) -> dict[int, Number]:
    """Speeds or weights by node. Raises InputError for an unknown name, and for a shape that is another."""
    kind = point.kind
    found: dict[int, Number] = {}
    for name, value in values.items():
        if name not in known:
            raise InputError("unknown-direction", what=what, name=name, names=", ".join(known) or "none")
        node = known[name]
        shape, wanted = getattr(value, "shape", ()), kind.shape(point.values[node])
        if shape != wanted:
            raise InputError("direction-shape", name=name, shape=shown(shape), wanted=shown(wanted))
        found[node] = kind.given(value)
    return found


def seeds_of(point: Point, direction: Mapping[str, Number]) -> dict[int, Number]:
    """The speeds of a direction by node. Raises InputError for an unknown name, and for a shape that is another."""
    for name in direction:
        if name not in point.program.names:
            raise unknown_name(point.program, name)
    return _numbers(point, direction, point.program.names, "name")


def jvp(program: Program, given: Mapping[str, Number], direction: Mapping[str, Number]) -> Product:
    """How fast each result changes along a direction: the Jacobian times the direction, in one pass.

    direction: speed by name of input or of assigned intermediate, in its shape; 0 for those left out

    Raises as engine.point.evaluate; InputError for a name that the program does not have, and for a speed of another
    shape than what it is the speed of; NumericError where a speed is nan.
    """
    point = evaluate(program, given)
    kind = point.kind
    seeds = seeds_of(point, direction)
    values = push(program.graph, bind(program, given, kind), seeds, program.stop, kind)
    slopes = {}
    for name, node in program.outputs.items():
        tangent = values[node].tangent
        tangent = kind.zero_like(point.values[node]) if tangent is None else tangent
        slopes[name] = _owned(_defined(kind, tangent, f"the derivative of {name} along this direction"))
    return Product(point, dict(direction), slopes, Passes(forward=1))


def _owned(number: Number) -> Number:
    """An array of its own, for a copied axis is a view of fewer numbers; an array without axes as a number."""
    return number.copy() if getattr(number, "shape", ()) else single(number)


def vjp(
    program: Program, given: Mapping[str, Number], weights: Mapping[str, Number], wrt: Sequence[str] | None = None
) -> Product:
    """The gradient of a weighted sum of the results: the weights times the Jacobian, in one reverse sweep.

    weights: by name of result, in its shape; 0 for those left out

    Raises as engine.point.gradient; InputError for a name that is no result, and for weights of another shape.
    """
    asked = nodes_of(program, wrt)
    point = evaluate(program, given)
    seeds = _numbers(point, weights, program.outputs, "result")
    adjoints = _pull(program, point, seeds, list(asked.values()))
    slopes = {
        name: _owned(_defined(point.kind, slope, f"the derivative of the weighted sum by {name}"))
        for name, slope in _arrived(point, adjoints, asked)
    }
    return Product(point, dict(weights), slopes, Passes(1, 1))


def _pull(program: Program, point: Point, seeds: dict[int, Number], nodes: list[int]) -> list[Any]:
    graph = program.graph
    skip = idle(graph, nodes)
    live = {node: seed for node, seed in seeds.items() if not skip[node]}
    if not live:
        return []
    top = max(live)
    return reverse(graph, point.kind, point.values, top, live.pop(top), skip, also=live)


def _arrived(point: Point, adjoints: Sequence[Any], asked: Mapping[str, int]) -> Iterator[tuple[str, Number]]:
    """What arrived at each node that was asked for; 0 where nothing did."""
    for name, node in asked.items():
        adjoint = adjoints[node] if node < len(adjoints) else None
        yield name, point.kind.zero_like(point.values[node]) if adjoint is None else adjoint


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
    up = sum(_count(kind, values[node]) for node in asked.values())
    down = sum(_count(kind, values[node]) for node in outputs.values())
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
                adjoints = _pull(program, point, {output: unit}, list(asked.values()))
                for column, slope in _arrived(point, adjoints, asked):
                    _put(rows[name], column, index, slope)
    for column in asked:
        for name in outputs:
            _defined(kind, rows[name][column], f"d{name}/d{column}")
            _note_infinite(point, rows[name][column], name, column)
    return make(point, list(asked), rows, mode, Passes(forward=up) if mode == FORWARD else Passes(1, down))


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


def hessian(
    program: Program, given: Mapping[str, Number], wrt: Sequence[str] | None = None, make: type[Matrix] = Matrix
) -> Matrix:
    """The second derivatives of the result: forward mode over the graph of its gradient, one pass an entry.

    Raises as engine.point.gradient; NumericError where a second derivative is nan; InputError where there are more
    than MOST_OF_MATRIX entries.
    """
    asked = nodes_of(program, wrt)
    point, slopes = _gradient_graph(program, given, asked)
    kind, values = point.kind, point.values
    passes = sum(_count(kind, values[node]) for node in asked.values())
    _refuse_large(passes * passes)
    rows: dict[str, dict[str, Number]] = {
        name: {column: _empty(kind, values[one], values[two]) for column, two in asked.items()}
        for name, one in asked.items()
    }
    for column, node in asked.items():
        for index, unit in units(kind, values[node]):
            for name, slope in zip(asked, _tangents(point, given, {node: unit}, slopes), strict=True):
                _put(rows[name], column, (..., *index), slope)
        for name in asked:
            _defined(kind, rows[name][column], f"the derivative of d{program.output_name}/d{name} by {column}")
            _note_infinite(point, rows[name][column], f"(d{program.output_name}/d{name})", column)
    return make(point, list(asked), rows, FORWARD, Passes(forward=passes), order=2)


def _gradient_graph(program: Program, given: Mapping[str, Number], asked: Mapping[str, int]) -> tuple[Point, list[int]]:
    """A point, and the nodes of the derivatives there; of a single number. Raises InputError for another result."""
    point = evaluate(program, given)
    shape = point.kind.shape(point.values[program.output])
    if shape:
        raise vector_output(program, shape)
    return point, derivative(program.graph, program.output, list(asked.values()))


def hessian_product(
    program: Program, given: Mapping[str, Number], direction: Mapping[str, Number], wrt: Sequence[str] | None = None
) -> Product:
    """The Hessian times a direction, in one pass over the graph of the gradient; the matrix is never made.

    Source: Pearlmutter, Fast exact multiplication by the Hessian, Neural Computation 6 (1994).

    Raises as `hessian`; InputError for a name that the program does not have, and for a speed of another shape.
    """
    asked = nodes_of(program, wrt)
    point, slopes = _gradient_graph(program, given, asked)
    seeds = _numbers(point, direction, program.names, "name")
    tangents = _tangents(point, given, seeds, slopes)
    found = {}
    for (name, node), tangent in zip(asked.items(), tangents, strict=True):
        full = point.kind.zero_like(point.values[node]) if tangent is None else tangent
        what = f"the derivative of d{program.output_name}/d{name} along this direction"
        found[name] = _owned(_defined(point.kind, full, what))
    return Product(point, dict(direction), found, Passes(forward=1))


def _tangents(
    point: Point, given: Mapping[str, Number], seeds: Mapping[int, Number], nodes: Sequence[int]
) -> list[Number]:
    """The tangents of some nodes along a direction; None where nothing flows."""
    program, kind = point.program, point.kind
    values = push(program.graph, bind(program, given, kind), seeds, max(nodes, default=-1) + 1, kind)
    return [values[node].tangent for node in nodes]


def derivatives(
    program: Program, given: Mapping[str, float], wrt: Sequence[str] | None, order: int
) -> tuple[Point, dict[tuple[str, ...], float]]:
    """All derivatives of one order of the result, by the names that it is differentiated by, in every order of them.

    The order of differentiation does not matter where the program is smooth, so each set of names is found once.

    Raises as engine.point.gradient; InputError where there are more than MOST_ENTRIES.
    """
    asked = nodes_of(program, wrt)
    names = list(asked)
    if len(names) ** order > MOST_ENTRIES:
        raise InputError("too-many-derivatives", count=len(names) ** order, limit=MOST_ENTRIES)
    point = evaluate(program, given)
    if point.kind.shaped:
        raise InputError("order-of-tensors", order=order)
    graph = program.graph
    made: dict[tuple[str, ...], int] = {(): program.output}
    for size in range(1, order + 1):
        before = {chosen: node for chosen, node in made.items() if len(chosen) == size - 1}
        for chosen, node in before.items():
            # Names in the order of the program, so that each set is made from the one without its last name.
            later = names[names.index(chosen[-1]) :] if chosen else names
            for name, slope in zip(later, derivative(graph, node, [asked[name] for name in later]), strict=True):
                made[(*chosen, name)] = slope
    values = forward(graph, FLOATS, bind(program, given), max(made.values()) + 1)
    sets = {chosen: values[made[chosen]] for chosen in combinations_with_replacement(names, order)}
    place = {name: number for number, name in enumerate(names)}
    found = {}
    for chosen in product(names, repeat=order):
        value = sets[tuple(sorted(chosen, key=place.__getitem__))]
        found[chosen] = _defined(FLOATS, value, f"the derivative of {program.output_name} by {', '.join(chosen)}")
    return point, found
