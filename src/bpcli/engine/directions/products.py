"""A matrix of derivatives times a direction, or weights times one, without the matrix."""

from __future__ import annotations

from bpcli.calculus.derivative import derivative
from bpcli.calculus.shapes import shown
from bpcli.calculus.sweeps import idle, reverse
from bpcli.engine.carried import HUGE, carry
from bpcli.engine.directions.tangents import defined, push
from bpcli.engine.floats import FLOATS
from bpcli.engine.given import bind
from bpcli.engine.notes import Note
from bpcli.engine.point import Point, evaluate, gradient, nodes_of, single, unknown_name, vector_output
from bpcli.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from bpcli.graph import Program

    Number = Any  # a float, or an array of them


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
        slopes[name] = _owned(defined(kind, tangent, f"the derivative of {name} along this direction"))
    return Product(point, dict(direction), slopes, Passes(forward=1))


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
    adjoints = pull(program, point, seeds, asked)
    slopes = {
        name: _owned(defined(point.kind, slope, f"the derivative of the weighted sum by {name}"))
        for name, slope in arrived(point, adjoints, asked)
    }
    return Product(point, dict(weights), slopes, Passes(1, 1))


def hessian_product(
    program: Program, given: Mapping[str, Number], direction: Mapping[str, Number], wrt: Sequence[str] | None = None
) -> Product:
    """The Hessian times a direction, in one pass over the graph of the gradient; the matrix is never made.

    Source: Pearlmutter, Fast exact multiplication by the Hessian, Neural Computation 6 (1994).

    Raises as `hessian`; InputError for a name that the program does not have, and for a speed of another shape.
    """
    asked = nodes_of(program, wrt)
    point, slopes = gradient_graph(program, given, asked)
    note_lost(program, given, asked, point)
    seeds = _numbers(point, direction, program.names, "name")
    tangents = tangents_of(point, given, seeds, slopes)
    found = {}
    for (name, node), tangent in zip(asked.items(), tangents, strict=True):
        full = point.kind.zero_like(point.values[node]) if tangent is None else tangent
        what = f"the derivative of d{program.output_name}/d{name} along this direction"
        found[name] = _owned(defined(point.kind, full, what))
    return Product(point, dict(direction), found, Passes(forward=1))


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


def _owned(number: Number) -> Number:
    """An array of its own, for a copied axis is a view of fewer numbers; an array without axes as a number."""
    return number.copy() if getattr(number, "shape", ()) else single(number)


def pull(program: Program, point: Point, seeds: dict[int, Number], asked: Mapping[str, int]) -> list[Any]:
    """The adjoints of a weighted sum of the results; none where no path leads to what was asked for."""
    graph = program.graph
    skip = idle(graph, list(asked.values()))
    live = {node: seed for node, seed in seeds.items() if not skip[node]}
    if not live:
        return []
    top = max(live)
    adjoints = reverse(graph, point.kind, point.values, top, live.pop(top), skip, also=live)
    if point.kind is FLOATS:
        carry(point, adjoints, skip, asked)
    return adjoints


def arrived(point: Point, adjoints: Sequence[Any], asked: Mapping[str, int]) -> Iterator[tuple[str, Number]]:
    """What arrived at each node that was asked for; 0 where nothing did."""
    for name, node in asked.items():
        adjoint = adjoints[node] if node < len(adjoints) else None
        yield name, point.kind.zero_like(point.values[node]) if adjoint is None else adjoint


def gradient_graph(program: Program, given: Mapping[str, Number], asked: Mapping[str, int]) -> tuple[Point, list[int]]:
    """A point, and the nodes of the derivatives there; of a single number. Raises InputError for another result."""
    point = evaluate(program, given)
    shape = point.kind.shape(point.values[program.output])
    if shape:
        raise vector_output(program, shape)
    return point, derivative(program.graph, program.output, list(asked.values()))


def tangents_of(
    point: Point, given: Mapping[str, Number], seeds: Mapping[int, Number], nodes: Sequence[int]
) -> list[Number]:
    """The tangents of some nodes along a direction; None where nothing flows."""
    program, kind = point.program, point.kind
    values = push(program.graph, bind(program, given, kind), seeds, max(nodes, default=-1) + 1, kind)
    return [values[node].tangent for node in nodes]


def note_lost(program: Program, given: Mapping[str, Number], asked: Mapping[str, int], point: Point) -> None:
    """A note where the first derivatives had to be carried past the range of floats, which second ones are not."""
    if point.kind is not FLOATS or not any(abs(value) > HUGE for value in point.values):
        return
    for note in gradient(program, given, list(asked)).notes:
        if note.kind == "slope-carried":
            facts = {key: note.facts[key] for key in ("node", "argument", "factor")}
            point.notes.append(Note("slope-lost", **facts))
            return
