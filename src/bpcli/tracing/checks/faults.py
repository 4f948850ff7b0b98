"""Which rule is wrong: the edge whose local derivative is furthest from a difference of its operation alone."""

from __future__ import annotations

from bpcli.calculus.kinds import FLAT, MISSING, edges_below
from bpcli.engine.floats import FLOATS
from bpcli.engine.noticing import corners_of
from bpcli.tracing.checks.record import relative
from bpcli.tracing.differences import STEP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from bpcli.engine.point import Point
    from bpcli.graph import Program


class Fault:
    """A local derivative that is not what a difference of its operation gives: the rule that is wrong."""

    __slots__ = ("argument", "difference", "local", "node", "position")

    def __init__(self, node: int, position: int, argument: int, local: float, difference: float) -> None:
        self.node = node
        self.position = position
        self.argument = argument
        self.local = local
        self.difference = difference


def find_fault(
    program: Program, point: Point, name: str, tolerance: float, but: Collection[int] = ()
) -> Fault | None:
    """The edge between an input and the result whose rule is furthest from a difference of its operation alone.

    but: nodes that are left out
    """
    graph, values = program.graph, point.values
    depends = graph.reached_from(graph.variables[name])
    calls = FLOATS.calling(graph, True)
    worst: tuple[float, Fault] | None = None
    needed = graph.reaches(program.output)
    for node in range(graph.variables[name] + 1, program.output + 1):
        arguments = graph.args[node]
        if not needed[node] or not depends[node] or node in but:
            continue
        edges = edges_below(FLOATS, graph, node)
        registers = [values[argument] for argument in (*arguments, node)]
        for position, argument in enumerate(arguments):
            edge = edges[position]
            if not depends[argument] or edge.code in (FLAT, MISSING) or (edge.when and not edge.when(registers)):
                continue
            local = edge.local(registers)
            found = _local_difference(calls[graph.op[node]], registers[:-1], position)
            gap = relative(local, found)
            if gap > max(100 * tolerance, 1e-4) and (worst is None or gap > worst[0]):
                worst = gap, Fault(node, position, argument, local, found)
    return worst[1] if worst else None


def _local_difference(function: Callable[..., float], arguments: list[float], position: int) -> float:
    """The central difference of one operation by one argument."""
    place = arguments[position]
    size = STEP * max(1.0, abs(place))
    above, below = place + size, place - size
    high = function(*arguments[:position], above, *arguments[position + 1 :])
    low = function(*arguments[:position], below, *arguments[position + 1 :])
    slope: float = (high - low) / (above - below)
    return slope


def tied(point: Point, name: str, tolerance: float) -> bool:
    """Whether conventions explain that differences give another slope by a variable.

    They do where an operation on the way from it is at a corner, and every other rule on the way is right:
    max(2, min(w, x)) at w = x = 2 shares the slope twice, and does not move along w alone.
    """
    graph = point.program.graph
    corners = {node for node, _ in corners_of(point)}
    depends = graph.reached_from(graph.variables[name])
    needed = graph.reaches(point.program.output)
    met = any(depends[node] and needed[node] for node in corners)
    return met and find_fault(point.program, point, name, tolerance, corners) is None
