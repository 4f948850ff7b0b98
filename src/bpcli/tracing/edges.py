"""The edges of both directions as rows, made one at a time from the graph, its values and its adjoints."""

from __future__ import annotations

from array import array

from bpcli.calculus.kinds import FLAT, MISSING, edges_below
from bpcli.calculus.sweeps import NO_SLOPE, OPEN, SHUT, reverse
from bpcli.engine.directions import push
from bpcli.tracing.pulls import fill_tensors
from bpcli.tracing.rows import Backward, Made, Tangent
from bpcli.tracing.tangents import fill_tangent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from bpcli.engine.point import Point
    from bpcli.tracing.names import Formulas

IDLE = "idle"  # nothing arrived at the node, so nothing goes on
BLOCK = 512  # nodes whose edges are in memory at once


class Descent:
    """The reverse pass over again, edge by edge: what it needs to know beforehand of the pass that was made.

    steps:  the number of the step of each node, 0 for none
    skip:   marks the nodes that the pass left out
    wanted: marks the nodes whose edges are rows, or None for all
    """

    def __init__(
        self, point: Point, steps: Sequence[int], skip: bytearray, wanted: bytearray | None, seed: float,
        formulas: Formulas,
    ) -> None:  # fmt: skip
        self.point = point
        self.steps = steps
        self.skip = skip
        self.wanted = wanted
        self.seed = seed
        self.formulas = formulas
        self.arriving = array("i", bytes(4 * len(steps)))
        self.count = 0
        graph = point.program.graph
        for node, step in enumerate(steps):
            if not step:
                continue
            left_out = skip if point.adjoints[node] is not None else graph.constant
            for argument in graph.args[node]:
                if not left_out[argument]:
                    self.arriving[argument] += 1
                    self.count += wanted is None or wanted[argument]

    def rows(self) -> Made[Backward]:
        """The rows, in the order of accumulation."""
        return Made(self._made, self.count)

    def _made(self, start: int) -> Iterator[Backward]:
        steps, wanted, formulas, arriving = self.steps, self.wanted, self.formulas, self.arriving
        # Of the sums that are not complete; each is taken out with its last branch.
        sums: dict[int, tuple[int, float]] = {}
        shaped = self.point.kind.shaped
        place, described, derived = 0, -1, ""
        for row in self._branches():
            node, argument, product = row.node, row.argument, row.arrived
            most = arriving[argument]
            if most == 1:
                count, before, total = 1, None, product
            else:
                held = sums.get(argument)
                count, before, total = (1, None, product) if held is None else (held[0] + 1, held[1], held[1] + product)
                if count < most:
                    sums[argument] = count, total
                elif held is not None:
                    del sums[argument]
            if wanted is not None and not wanted[argument]:
                continue
            place += 1
            if place <= start:
                continue
            if node != described:
                described, derived = node, formulas.tight(node)
            row.step, row.before, row.total, row.count, row.arriving = steps[node], before, total, count, most
            row.derived = derived
            row.formula, row.condition = formulas.local(node, row.position, row.state == SHUT)
            row.pull = None
            if shaped:
                fill_tensors(row, self.point, formulas)
            yield row

    def _branches(self) -> Iterator[Backward]:
        """The edges as the reverse loop goes over them, a block of nodes at a time."""
        point, steps = self.point, self.steps
        program, kind = point.program, point.kind
        adjoints: list[float] | None = None
        top = program.output
        while top >= 0:
            # Tensors are open in some entries and closed in others, which a pass knows of its own piece alone.
            last = 0 if kind.shaped else max(top - BLOCK + 1, 0)
            branches: list[Backward] = []
            if not self.skip[program.output]:
                adjoints = reverse(
                    program.graph, kind, point.values, top, self.seed, self.skip, branches, onward=adjoints, last=last,
                    make=Backward,
                )  # fmt: skip
                adjoints[last : top + 1] = [None] * (top + 1 - last)  # type: ignore[list-item]
            below = [branch for branch in branches if steps[branch.node]]
            idle = [branch for node in range(last, top + 1) if steps[node] for branch in self._idle(node)]
            if idle:
                below = sorted([*below, *idle], key=_order)
            if kind.shaped:
                for branch in below:
                    if branch.state != OPEN:
                        branch.arrived = branch.product = kind.zero_like(point.values[branch.argument])
                    if branch.state == IDLE:
                        branch.upstream = kind.zero_like(point.values[branch.node])
                    if branch.state == SHUT and kind.shape(branch.upstream) == kind.shape(branch.product):
                        branch.local = branch.product
            yield from below
            top = last - 1

    def _idle(self, node: int) -> list[Backward]:
        """The edges below a node that nothing arrived at: they are there, and pass nothing on."""
        point = self.point
        if point.adjoints[node] is not None:
            return []
        graph, kind = point.program.graph, point.kind
        zero = kind.constant(0)
        made: list[Backward] = []
        for position, argument in enumerate(graph.args[node]):
            if graph.constant[argument]:
                continue
            if not made:
                rules = edges_below(kind, graph, node)
                registers = [point.values[each] for each in graph.args[node]]
                registers.append(point.values[node])
            with kind.quiet():
                local = rules[position].local(registers)
            made.append(Backward(node, position, argument, zero, zero if local is None else local, zero, IDLE))
        return made


def _order(branch: Backward) -> tuple[int, int]:
    return -branch.node, branch.position


class Ascent:
    """The edges upwards from what moves, as forward mode goes over them.

    seeds: how fast each of these nodes moves; of one input the speed is 1
    steps: the number of the step of each node, 0 for none
    """

    def __init__(self, point: Point, steps: Sequence[int], seeds: Mapping[int, Any], formulas: Formulas) -> None:
        self.point = point
        self.steps = steps
        self.seeds = seeds
        self.formulas = formulas
        graph = point.program.graph
        self.depends = depends = bytearray(len(graph))
        self.count = 0
        for seed in seeds:
            depends[seed] = 1
        for node, step in enumerate(steps):
            if step and node not in seeds:
                flowing = sum([depends[argument] for argument in graph.args[node]])
                depends[node] = flowing > 0
                self.count += flowing

    def rows(self) -> Made[Tangent]:
        """The rows, in the order of the steps."""
        return Made(self._made, self.count)

    def _made(self, start: int) -> Iterator[Tangent]:
        point, depends, formulas = self.point, self.depends, self.formulas
        program, kind = point.program, point.kind
        graph = program.graph
        nothing, inputs = kind.constant(0), {node: point.values[node] for node in graph.variables.values()}
        values = push(graph, inputs, self.seeds, program.output + 1, kind)
        place = 0
        for node, step in enumerate(self.steps):
            if not step or node in self.seeds or not depends[node]:
                continue
            arguments = graph.args[node]
            rules, registers = edges_below(kind, graph, node), [point.values[each] for each in (*arguments, node)]
            positions = [position for position, argument in enumerate(arguments) if depends[argument]]
            total: float | None = None
            derived = formulas.tight(node)
            for count, position in enumerate(positions, 1):
                argument, edge = arguments[position], rules[position]
                tangent = values[argument].tangent
                if kind.shaped:
                    row = Tangent(node, position, argument, tangent, None, None, OPEN)
                    row.formula, row.condition = formulas.local(node, position)
                    with kind.quiet():
                        fill_tangent(row, edge, registers, values[argument], point, formulas)
                    total = self._add(row, total, count, len(positions))
                    place += 1
                    if place > start:
                        row.step, row.derived = step, derived
                        yield row
                    continue
                state = (
                    NO_SLOPE if edge.code == FLAT
                    else IDLE if tangent is None
                    else SHUT if edge.when is not None and not edge.when(registers)
                    else OPEN
                )  # fmt: skip
                moves = state in (OPEN, IDLE) and edge.code != MISSING
                local = edge.local(registers) if moves else nothing
                product = local * tangent if state == OPEN else nothing
                speed = nothing if tangent is None else tangent
                row = Tangent(node, position, argument, speed, local, product, state)
                total = self._add(row, total, count, len(positions))
                place += 1
                if place <= start:
                    continue
                row.step, row.derived = step, derived
                row.formula, row.condition = formulas.local(node, position, state == SHUT)
                row.pull = None
                yield row

    def _add(self, row: Tangent, total: Any, count: int, arriving: int) -> Any:
        """The sum of the products of one node, with that of one more row."""
        row.before = total
        total = row.product if total is None else total + row.product
        row.total, row.count, row.arriving = total, count, arriving
        return total
