"""All derivatives of one order, by every choice of names."""

from __future__ import annotations

from itertools import combinations_with_replacement, product

from bpcli.calculus.derivative import derivative
from bpcli.calculus.sweeps import forward
from bpcli.engine.directions.tangents import defined
from bpcli.engine.floats import FLOATS
from bpcli.engine.given import bind
from bpcli.engine.point import Point, evaluate, nodes_of
from bpcli.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bpcli.graph import Program

MOST_ENTRIES = 100_000  # of a table of derivatives


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
        found[chosen] = defined(FLOATS, value, f"the derivative of {program.output_name} by {', '.join(chosen)}")
    return point, found
