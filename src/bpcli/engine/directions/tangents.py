"""Forward mode: the forward loop over dual numbers, one pass for each direction."""

from __future__ import annotations

import math
from itertools import product

from bpcli.calculus.duals import Dual, Duals
from bpcli.calculus.kinds import CLOSED
from bpcli.calculus.sweeps import forward
from bpcli.engine.floats import FLOATS
from bpcli.engine.given import bind
from bpcli.engine.notes import Note
from bpcli.engine.point import Point, evaluate, nodes_of, nothing_arrives, single, vector_output
from bpcli.errors import NumericError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from bpcli.calculus.kinds import Kind
    from bpcli.graph import Graph, Program

    Number = Any  # a float, or an array of them

_duals: dict[Kind, Duals] = {}


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
        point.gradient[name] = single(defined(kind, slope, f"d{program.output_name}/d{name}"))
        note_infinite(point, slope, program.output_name, name)
    return point


def _placed(kind: Kind, block: Number, index: tuple[int, ...], number: Number, like: Number) -> Number:
    """A derivative by one entry put in its place among those by all; the number itself where there are no axes."""
    if not kind.shape(like):
        return number
    block = kind.zero_like(like) if block is None else block
    if number is not None:
        block[index] = number
    return block


def defined(kind: Kind, slope: Any, what: str) -> Any:
    if kind.undefined(slope):
        raise NumericError("undefined-derivative", what=what)
    return slope


def note_infinite(point: Point, slope: Number, output: str, name: str) -> None:
    if not point.kind.infinite(slope):
        return
    if getattr(slope, "shape", ()):
        slope = next(float(entry) for entry in slope.flat if abs(entry) == math.inf)
    point.notes.append(Note("infinite-gradient", output=output, name=name, value=slope))
