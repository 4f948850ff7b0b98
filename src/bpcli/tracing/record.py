"""The record of both passes: plain data, made once, from which every rendering is drawn.

Nothing that renders computes a number: what is printed stands here, in full precision.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping

from bpcli.calculus.sweeps import idle
from bpcli.engine.choose import fitting
from bpcli.engine.directions import FORWARD, REVERSE
from bpcli.engine.floats import FLOATS
from bpcli.engine.point import Point, evaluate, gradient, single
from bpcli.numbers import MOST_DIGITS
from bpcli.tracing.checks import central_agreement
from bpcli.tracing.edges import Ascent, Descent
from bpcli.tracing.names import MOST_KEPT, Formulas, Names, spelled
from bpcli.tracing.paths import paths_to
from bpcli.tracing.pulls import upstream_name
from bpcli.tracing.rounding import rounding_of
from bpcli.tracing.rows import MOST_STEPS, Forward, Made, Node
from bpcli.tracing.tangents import pushed_point, tangent_agreement, tangent_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from bpcli.calculus.kinds import Kind
    from bpcli.engine.notes import Note
    from bpcli.graph import Program
    from bpcli.tracing.checks import Agreement
    from bpcli.tracing.paths import Paths
    from bpcli.tracing.rows import Backward, Tangent
    from bpcli.tracing.summaries import Summary



TENSORS = "tensors"  # the kind of double precision, as it is called in the contract


class Trace:
    """Everything that happened in one forward and one reverse pass.

    names    of the nodes by id; formulas writes in them
    nodes    by id, in order: variables, named constants and operations
    constants the other constants, which stand in formulas and have no step; their name is how they are written
    forward  steps in order; backward edges in the order of accumulation
             all of these are lists and dictionaries, or, of a long trace, made as they are read
    uses     how often a node is an operand, where that is more than once
    paths    input -> Paths; empty where they were left out
    gradient requested name -> derivative
    tangents input -> edges upwards, in the order of the steps; filled in forward mode, where `backward` is empty
    direction by name of input, where they move together along one: derivatives are by how far they have gone
    scale    what the reverse pass started with: upstream values, products and totals are times that
    whole    the trace that this one is a part of, or None
    full     whether large arrays are shown entry by entry, and not as their summaries
    widest   digits up to which a row is widened where only more of them make what it prints true
    finest   digits of the results below the tables, where those are more than the digits of the rows; else 0
    """

    __slots__ = (
        "backward", "check", "constants", "direction", "finest", "formulas", "forward", "full", "given", "gradient",
        "kind", "names", "nodes", "notes", "output", "paths", "program", "scale", "source", "tangents", "uses", "value",
        "whole", "widest",
    )  # fmt: skip

    def __init__(self, program: Program, point: Point) -> None:
        self.program = program
        self.source = program.source
        self.output = program.output
        self.value = point.value
        self.kind = point.kind
        self.scale = 1.0
        self.gradient = point.gradient
        self.notes: list[Note] = point.notes
        self.names: Mapping[int, str] = {}
        self.formulas = Formulas(program, self.names)
        self.nodes: Mapping[int, Node] = {}
        self.constants: Mapping[int, Node] = {}
        self.given: dict[str, float] = {}
        self.forward: Sequence[Forward] = []
        self.backward: Sequence[Backward] = []
        self.tangents: Mapping[str, Sequence[Tangent]] = {}
        self.direction: dict[str, Any] = {}
        self.paths: dict[str, Paths] = {}
        self.uses: dict[int, int] = {}
        self.check: Agreement | None = None
        self.whole: Trace | None = None
        self.full = False
        self.widest = MOST_DIGITS
        self.finest = 0

    @property
    def of_tensors(self) -> bool:
        """Whether its values have shapes."""
        return self.kind.shaped

    @property
    def left_out(self) -> tuple[str, ...]:
        """What was not made because there are too many steps, and nobody asked for it: paths and the check."""
        long = len((self.whole or self).forward) > MOST_STEPS
        return ("paths", "check") if long and self.gradient and not self.paths and self.check is None else ()

    def summary_of(self, array: Any) -> Summary:
        """An array of this record in a few numbers."""
        from bpcli.tracing.summaries import Summary

        return Summary(array)


def record(
    program: Program,
    given: Mapping[str, float],
    wrt: Sequence[str] | None = None,
    *,
    mode: str = REVERSE,
    long: bool = False,
    make: type[Trace] = Trace,
    kind: Kind = FLOATS,
    scale: float = 1.0,
    stored: int = MOST_STEPS,
    direction: Mapping[str, Any] | None = None,
) -> Trace:
    """Run both passes and record them, in a Trace or a subclass of it; or forward mode, one pass for each name.

    wrt:  names whose edges are kept; all unless given. An edge is kept if it leads to one of them.
    long: paths and the check also where there are more than MOST_STEPS steps
    kind: the kind of number; the check, which is a matter of floats, is made for those alone
    scale: what the reverse pass starts with; with another than 1 there are no paths, which start from 1
    direction: in forward mode, how fast each input moves, where they move together
    stored: with more steps than these, rows are made as they are read, each time anew, and none is kept

    Raises as engine.point.gradient.
    """
    along: dict[str, dict[int, Any]] = {}
    if mode == FORWARD and (direction is not None or fitting(program, given, kind).shaped):
        point, along = pushed_point(program, given, wrt, direction, kind)
        wrt = None
    else:
        point = gradient(program, given, wrt, kind=kind, scale=scale)
    wanted = _leading_to(program, wrt)
    trace, steps = _values(point, wanted, mode, make)
    trace.scale = scale
    graph, kind, formulas = program.graph, point.kind, trace.formulas
    if mode == FORWARD:
        trace.direction = dict(direction or {})
        unit = kind.constant(1)
        along = along or {name: {program.names[name]: unit} for name in trace.gradient}
        trace.tangents = {name: Ascent(point, steps, seeds, formulas).rows() for name, seeds in along.items()}
    else:
        asked = None if wrt is None else [program.names[name] for name in wrt]
        seed = kind.constant(1) if scale == 1 else scale
        trace.backward = Descent(point, steps, idle(graph, asked), wanted, seed, formulas).rows()
    if len(trace.forward) <= stored:
        _keep_values(trace)
        trace.backward = list(trace.backward)
        trace.tangents = {name: list(rows) for name, rows in trace.tangents.items()}
    if not kind.shaped and not trace.direction and (long or len(trace.forward) <= MOST_STEPS):
        trace.paths = paths_to(trace, list(trace.gradient)) if scale == 1 else {}
    # A surrogate is meant to differ from every difference.
    surrogates = any(function.surrogates for function in graph.functions.values())
    if (long or len(trace.forward) <= MOST_STEPS) and not surrogates:
        if mode == FORWARD and (kind is FLOATS or kind.title == TENSORS) and (kind.shaped or trace.direction):
            trace.check = tangent_agreement(program, given, along, trace.gradient)
        elif kind is FLOATS:
            trace.check = central_agreement(program, given, trace.gradient, rounding_of(point, scale))
        elif kind.title == TENSORS:
            from bpcli.tracing.checks.arrays import tensor_agreement

            held = sum(getattr(value, "size", 1) for value in point.values)
            with kind.quiet():
                trace.check = tensor_agreement(program, given, trace.gradient, held, rounding_of(point, scale))
    return trace


def forward_pass(
    program: Program, given: Mapping[str, float], wrt: Sequence[str] | None = None, *, mode: str = REVERSE,
    kind: Kind = FLOATS,
) -> Trace:
    """The values of a record without derivatives, for where these do not exist; names are those of the whole record.

    Raises as engine.point.evaluate.
    """
    point = evaluate(program, given, kind=kind)
    trace, _ = _values(point, _leading_to(program, wrt), mode, Trace)
    if len(trace.forward) <= MOST_STEPS:
        _keep_values(trace)
    return trace


def _values(
    point: Point, wanted: bytearray | None, mode: str, make: type[Trace]
) -> tuple[Trace, Sequence[int]]:
    """What a record has of the values: nodes, steps upwards, uses; and the number of the step of each node."""
    program, kind = point.program, point.kind
    trace = make(program, point)
    graph = program.graph
    needed = graph.reaches(program.output)
    reserved = tangent_name(program) if mode == FORWARD else upstream_name(program)
    names = trace.names = Names(program, needed, wanted, reserved if kind.shaped else "")
    formulas = trace.formulas = Formulas(program, names)
    for name in program.inputs:
        trace.given[name] = single(point.values[graph.variables[name]])
    trace.nodes = Nodes(formulas, point.values, needed, names, True)
    trace.constants = Nodes(formulas, point.values, needed, names, False)
    steps = _steps(program, names, wanted)
    trace.forward = Made(lambda start: _upwards(point, steps, formulas, start), max(steps, default=0))
    trace.uses = used_again(program, steps)
    return trace, steps


def _keep_values(trace: Trace) -> None:
    """Make nodes and steps once, and keep them."""
    trace.nodes, trace.constants = dict(trace.nodes), dict(trace.constants)
    trace.forward = list(trace.forward)


class Nodes(Mapping[int, Node]):
    """The nodes of a record by id, in order, made as they are read: those that are shown, or the other ones."""

    __slots__ = ("count", "formulas", "names", "needed", "numbers", "shown")

    def __init__(
        self, formulas: Formulas, values: Sequence[float] | None, needed: bytearray, names: Names, shown: bool
    ) -> None:
        self.formulas = formulas
        self.numbers = values
        self.needed = needed
        self.names = names
        self.shown = shown
        self.count = len(names) if shown else sum(needed) - len(names)

    def __contains__(self, node: object) -> bool:
        if node in self.names:
            return self.shown
        return not self.shown and isinstance(node, int) and 0 <= node < len(self.needed) and self.needed[node] == 1

    def __getitem__(self, node: int) -> Node:
        if node not in self:
            raise KeyError(node)
        return self.made(node)

    def made(self, node: int) -> Node:
        """A node that is one of these."""
        graph = self.formulas.program.graph
        op, written = graph.op[node], self.formulas.of(node)
        name = self.formulas.known[node] if self.shown else written
        value = math.nan if self.numbers is None else single(self.numbers[node])
        return Node(node, name, op, graph.args[node], written, value, (graph.start[node], graph.stop[node]))

    def __iter__(self) -> Iterator[int]:
        if self.shown:
            return iter(self.names)
        return (node for node, mark in enumerate(self.needed) if mark and node not in self.names)

    def __len__(self) -> int:
        return self.count


def in_order(trace: Trace) -> Iterator[Node]:
    """The nodes and the constants of a record, by id; those that are made as they are read, one at a time."""
    nodes, constants = trace.nodes, trace.constants
    if isinstance(nodes, Nodes) and isinstance(constants, Nodes):
        for node, mark in enumerate(nodes.needed):
            if mark:
                yield nodes.made(node) if node in nodes.names else constants.made(node)
    else:
        yield from sorted([*nodes.values(), *constants.values()], key=lambda node: node.id)


def names_of(program: Program, shaped: bool = False) -> Names:
    """The names that the nodes have in a record of everything."""
    return Names(program, program.graph.reaches(program.output), None, upstream_name(program) if shaped else "")


def outline(program: Program) -> tuple[dict[int, Node], dict[int, Node]]:
    """The nodes and the constants of a trace, by id, before there are values: each is nan."""
    needed = program.graph.reaches(program.output)
    names = Names(program, needed, None)
    formulas = Formulas(program, names)
    return dict(Nodes(formulas, None, needed, names, True)), dict(Nodes(formulas, None, needed, names, False))


def _leading_to(program: Program, wrt: Sequence[str] | None) -> bytearray | None:
    if wrt is None:
        return None
    graph = program.graph
    marks = bytearray(len(graph))
    for name in wrt:
        marks[program.names[name]] = 1
    for node, arguments in enumerate(graph.args):
        if any(marks[argument] for argument in arguments):
            marks[node] = 1
    return marks


def _steps(program: Program, names: Names, wanted: bytearray | None) -> Sequence[int]:
    """The number of the step of each node, from 1; 0 for one that is none."""
    graph = program.graph
    every = bool(graph.constant[program.output])
    steps = array("i", bytes(4 * (program.output + 1)))
    count = 0
    for node in names:
        asked = wanted is not None and wanted[node]
        if names.literals[node] and node != program.output:
            continue  # it has a value as it stands
        if graph.args[node] and (not graph.constant[node] or every or asked or node in graph.name):
            count += 1
            steps[node] = count
    return steps


def used_again(program: Program, steps: Sequence[int]) -> dict[int, int]:
    """How often each node is an operand of these steps, where that is more than once; in the order of first use.

    No derivative comes back to a constant, so that none is counted.
    """
    graph = program.graph
    constant = graph.constant
    counts, order = array("i", bytes(4 * len(steps))), array("i")
    for node, step in enumerate(steps):
        if step:
            for argument in graph.args[node]:
                if not constant[argument]:
                    if not counts[argument]:
                        order.append(argument)
                    counts[argument] += 1
    return {argument: counts[argument] for argument in order if counts[argument] > 1}


def _upwards(point: Point, steps: Sequence[int], formulas: Formulas, start: int) -> Iterator[Forward]:
    """The steps in order, from number `start` on."""
    program, names, values = point.program, formulas.names, point.values
    arguments_of, constant = program.graph.args, program.graph.constant
    shaped = point.kind.shaped
    written: dict[int, str] = {}  # constants without a name, as they stand in formulas
    for node, step in enumerate(steps):
        if step <= start:
            continue
        arguments = arguments_of[node]
        operands, value = tuple([values[argument] for argument in arguments]), values[node]
        if shaped:
            operands, value = tuple(map(single, operands)), single(value)
        texts: tuple[str | None, ...] = (None,) * len(arguments)
        for place, argument in enumerate(arguments):
            if constant[argument] and (argument in written or argument not in names):
                if argument not in written:
                    if len(written) >= MOST_KEPT:
                        written.clear()
                    written[argument] = spelled(program, names, argument)[0]
                texts = (*texts[:place], written[argument], *texts[place + 1 :])
        yield Forward(step, node, operands, texts, value)
