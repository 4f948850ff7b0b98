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
from bpcli.calculus.sweeps import forward, idle, reverse
from bpcli.engine.floats import FLOATS
from bpcli.engine.given import bind
from bpcli.engine.notes import Note
from bpcli.engine.point import Point, evaluate, nodes_of, nothing_arrives, unknown_name
from bpcli.errors import InputError, NumericError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from bpcli.calculus.kinds import Kind
    from bpcli.graph import Graph, Program

_duals: dict[Kind, Duals] = {}
MOST_ENTRIES = 100_000  # of a table of derivatives

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

    rows:    row -> column -> derivative; results by inputs for a Jacobian, inputs by inputs for a Hessian
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
    for node in sorted(seeds):
        if node < stop:
            values = forward(graph, duals, start, node + 1, values)
            values[node] = duals.dual(values[node].primal, seeds[node])
    return forward(graph, duals, start, stop, values)


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
    inputs = bind(program, given, kind)
    point.adjoints = [None] * (program.output + 1)
    for name, node in asked.items():
        seeds = {node: kind.constant(1)}
        tangent = push(program.graph, inputs, seeds, program.output + 1, kind)[program.output].tangent
        if tangent is None:
            point.gradient[name] = kind.constant(0)
            point.notes.append(nothing_arrives(point, name, node))
            continue
        point.adjoints[node] = tangent
        point.gradient[name] = _defined(tangent, f"d{program.output_name}/d{name}")
        if tangent in (math.inf, -math.inf):
            point.notes.append(Note("infinite-gradient", output=program.output_name, name=name, value=tangent))
    return point


def _defined(slope: Any, what: str) -> Any:
    if slope != slope:
        raise NumericError("undefined-derivative", what=what)
    return slope


def _note_infinite(point: Point, slope: float, output: str, name: str) -> None:
    if slope in (math.inf, -math.inf):
        point.notes.append(Note("infinite-gradient", output=output, name=name, value=slope))


def _numbers(values: Mapping[str, float], known: Mapping[str, int], what: str) -> dict[int, float]:
    for name in values:
        if name not in known:
            raise InputError("unknown-direction", what=what, name=name, names=", ".join(known) or "none")
    return {known[name]: float(value) for name, value in values.items()}


def jvp(program: Program, given: Mapping[str, float], direction: Mapping[str, float]) -> Product:
    """How fast each result changes along a direction: the Jacobian times the direction, in one pass.

    direction: speed by name of input or of assigned intermediate; 0 for those left out

    Raises as engine.point.evaluate; InputError for a name that the program does not have; NumericError where
    a speed is nan.
    """
    for name in direction:
        if name not in program.names:
            raise unknown_name(program, name)
    point = evaluate(program, given)
    seeds = _numbers(direction, program.names, "name")
    values = push(program.graph, bind(program, given), seeds, program.stop)
    slopes = {}
    for name, node in program.outputs.items():
        tangent = values[node].tangent
        slopes[name] = 0.0 if tangent is None else _defined(tangent, f"the derivative of {name} along this direction")
    return Product(point, dict(direction), slopes, Passes(forward=1))


def vjp(
    program: Program, given: Mapping[str, float], weights: Mapping[str, float], wrt: Sequence[str] | None = None
) -> Product:
    """The gradient of a weighted sum of the results: the weights times the Jacobian, in one reverse sweep.

    weights: by name of result; 0 for those left out

    Raises as engine.point.gradient; InputError for a name that is no result.
    """
    asked = nodes_of(program, wrt)
    seeds = _numbers(weights, program.outputs, "result")
    point = evaluate(program, given)
    adjoints = _pull(program, point, seeds, list(asked.values()))
    slopes = {
        name: _defined(_or_zero(adjoints, node), f"the derivative of the weighted sum by {name}")
        for name, node in asked.items()
    }
    return Product(point, dict(weights), slopes, Passes(1, 1))


def _pull(program: Program, point: Point, seeds: dict[int, float], nodes: list[int]) -> list[Any]:
    graph = program.graph
    skip = idle(graph, nodes)
    live = {node: seed for node, seed in seeds.items() if not skip[node]}
    if not live:
        return []
    top = max(live)
    return reverse(graph, FLOATS, point.values, top, live.pop(top), skip, also=live)


def _or_zero(adjoints: Sequence[Any], node: int) -> float:
    adjoint = adjoints[node] if node < len(adjoints) else None
    return 0.0 if adjoint is None else float(adjoint)


def jacobian(
    program: Program,
    given: Mapping[str, float],
    wrt: Sequence[str] | None = None,
    mode: str | None = None,
    make: type[Matrix] = Matrix,
) -> Matrix:
    """The derivative of every result by every input.

    mode: "forward" (one pass an input) or "reverse" (one sweep a result); unless given, whichever needs fewer

    Raises as engine.point.gradient.
    """
    asked = nodes_of(program, wrt)
    point = evaluate(program, given)
    outputs = program.outputs
    if mode is None:
        mode = FORWARD if len(asked) < len(outputs) else REVERSE
    rows: dict[str, dict[str, float]] = {name: {} for name in outputs}
    if mode == FORWARD:
        inputs = bind(program, given)
        for column, seed in asked.items():
            values = push(program.graph, inputs, {seed: 1.0}, program.stop)
            for name, node in outputs.items():
                tangent = values[node].tangent
                rows[name][column] = 0.0 if tangent is None else _defined(tangent, f"d{name}/d{column}")
                _note_infinite(point, rows[name][column], name, column)
        return make(point, list(asked), rows, mode, Passes(forward=len(asked)))
    for name, output in outputs.items():
        adjoints = _pull(program, point, {output: 1.0}, list(asked.values()))
        for column, node in asked.items():
            rows[name][column] = _defined(_or_zero(adjoints, node), f"d{name}/d{column}")
            _note_infinite(point, rows[name][column], name, column)
    return make(point, list(asked), rows, mode, Passes(1, len(outputs)))


def hessian(
    program: Program, given: Mapping[str, float], wrt: Sequence[str] | None = None, make: type[Matrix] = Matrix
) -> Matrix:
    """The second derivatives of the result: forward mode over the graph of its gradient, one pass an input.

    Raises as engine.point.gradient; NumericError where a second derivative is nan.
    """
    asked = nodes_of(program, wrt)
    point = evaluate(program, given)
    slopes = derivative(program.graph, program.output, list(asked.values()))
    rows: dict[str, dict[str, float]] = {name: {} for name in asked}
    for column, node in asked.items():
        for name, slope in zip(asked, _tangents(program, given, {node: 1.0}, slopes), strict=True):
            rows[name][column] = _defined(slope, f"the derivative of d{program.output_name}/d{name} by {column}")
            _note_infinite(point, slope, f"(d{program.output_name}/d{name})", column)
    return make(point, list(asked), rows, FORWARD, Passes(forward=len(asked)), order=2)


def hessian_product(
    program: Program, given: Mapping[str, float], direction: Mapping[str, float], wrt: Sequence[str] | None = None
) -> Product:
    """The Hessian times a direction, in one pass over the graph of the gradient; the matrix is never made.

    Source: Pearlmutter, Fast exact multiplication by the Hessian, Neural Computation 6 (1994).

    Raises as `hessian`; InputError for a name that the program does not have.
    """
    asked = nodes_of(program, wrt)
    point = evaluate(program, given)
    slopes = derivative(program.graph, program.output, list(asked.values()))
    seeds = _numbers(direction, program.names, "name")
    tangents = _tangents(program, given, seeds, slopes)
    found = {
        name: _defined(tangent, f"the derivative of d{program.output_name}/d{name} along this direction")
        for name, tangent in zip(asked, tangents, strict=True)
    }
    return Product(point, dict(direction), found, Passes(forward=1))


def _tangents(
    program: Program, given: Mapping[str, float], seeds: Mapping[int, float], nodes: Sequence[int]
) -> list[float]:
    """The tangents of some nodes along a direction; 0 where nothing flows."""
    values = push(program.graph, bind(program, given), seeds, max(nodes, default=-1) + 1)
    return [0.0 if (tangent := values[node].tangent) is None else float(tangent) for node in nodes]


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
        found[chosen] = _defined(value, f"the derivative of {program.output_name} by {', '.join(chosen)}")
    return point, found
