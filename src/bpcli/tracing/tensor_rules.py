"""Rules that users give for functions of tensors, held against differences at random entries."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from bpcli.calculus.shapes import shapes_of
from bpcli.calculus.sweeps import forward, idle, reverse
from bpcli.engine.tensors import TENSORS
from bpcli.errors import InputError
from bpcli.tracing.rules import Evidence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from bpcli.graph import Program

    Shape = tuple[int, ...]

Array = Any

SHAPES: tuple[Shape, ...] = ((3,), (3, 3), (2, 3), (3, 2), ())
MOST_TRIED = 125  # combinations of shapes
STEP, TOLERANCE = 1e-6, 1e-5


def fitting_shapes(program: Program) -> Iterator[dict[int, Shape]]:
    """Shapes for the variables with which a program can be evaluated."""
    nodes = list(program.graph.variables.values())
    for tried, shapes in enumerate(product(SHAPES, repeat=len(nodes))):
        if tried == MOST_TRIED:
            return
        chosen = dict(zip(nodes, shapes, strict=True))
        try:
            shapes_of(program.graph, chosen, program.output + 1)
        except InputError:
            continue
        yield chosen


def evidence_of_tensors(program: Program, params: Collection[str]) -> Evidence | None:
    """The first entry at which the derivative of a program by one of `params` is wrong; None where none was found.

    The result is weighted by random numbers, so that all of its entries count. Raises InputError where a rule makes
    something of another shape than that of its parameter.
    """
    generator = np.random.Generator(np.random.PCG64(0))
    for shapes in fitting_shapes(program):
        graph, names = program.graph, {node: name for name, node in program.graph.variables.items()}
        at = {node: generator.standard_normal(shape) for node, shape in shapes.items()}
        value = forward(graph, TENSORS, at, program.output + 1)[program.output]
        weights = generator.standard_normal(np.shape(value))
        for param in params:
            node = graph.variables[param]
            slope = _slope(program, at, node, weights)
            found = _differences(program, at, node, weights)
            if not (np.isfinite(slope).all() and np.isfinite(found).all()):
                continue
            wrong = np.abs(slope - found) > TOLERANCE * max(1.0, float(np.abs(found).max(initial=0.0)))
            if wrong.any():
                index = tuple(int(place) for place in np.argwhere(wrong)[0])
                entries = {f"{names[each]}": array.round(3) for each, array in at.items()}
                return Evidence(param, entries, float(slope[index]), float(found[index]))
        return None
    return None


def _slope(program: Program, at: dict[int, Array], node: int, weights: Array) -> Array:
    graph = program.graph
    values = forward(graph, TENSORS, at, program.output + 1)
    found = reverse(graph, TENSORS, values, program.output, weights, idle(graph, [node]))[node]
    shape = np.shape(at[node])
    if found is None:
        return np.zeros(shape)
    return np.broadcast_to(found, shape)


def _differences(program: Program, at: dict[int, Array], node: int, weights: Array) -> Array:
    """The central difference of the weighted result by each entry."""
    result = np.zeros(np.shape(at[node]))
    for index in np.ndindex(*np.shape(at[node])):
        sides = []
        for sign in (1, -1):
            moved = at[node].copy() if np.ndim(at[node]) else np.array(at[node])
            moved[index] += sign * STEP
            value = forward(program.graph, TENSORS, {**at, node: moved}, program.output + 1)[program.output]
            sides.append(float(np.sum(value * weights)))
        result[index] = (sides[0] - sides[1]) / (2 * STEP)
    return result
