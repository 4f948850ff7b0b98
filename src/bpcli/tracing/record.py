"""The record of both passes: plain data, made once, from which every rendering is drawn.

Nothing that renders computes a number: what is printed stands here, in full precision.
"""

from __future__ import annotations

import math

from bpcli.calculus.kinds import FLAT, MISSING, compiled, edges_below, formula, partial_text
from bpcli.calculus.sweeps import NO_SLOPE, OPEN, SHUT, Branch
from bpcli.calculus.symbols import Symbol, Symbols
from bpcli.engine.directions import FORWARD, REVERSE, push
from bpcli.engine.floats import FLOATS
from bpcli.engine.notes import Note
from bpcli.engine.point import Point, gradient
from bpcli.graph import Graph, Program
from bpcli.language import text
from bpcli.numbers import constant_text
from bpcli.ops import TABLE
from bpcli.tracing.checks import Agreement, central_agreement
from bpcli.tracing.paths import paths_to

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bpcli.calculus.kinds import Kind
    from bpcli.tracing.paths import Paths

MOST_STEPS = 10_000  # beyond it paths and the check are left out unless asked for
IDLE = "idle"  # nothing arrived at the node, so nothing goes on


class Node:
    """A line of the graph: a variable, a named constant or an operation."""

    __slots__ = ("args", "formula", "id", "name", "op", "span", "value")

    def __init__(
        self, id: int, name: str, op: str, args: tuple[int, ...], formula: str, value: float, span: tuple[int, int]  # noqa: A002
    ) -> None:
        self.id = id
        self.name = name
        self.op = op
        self.args = args
        self.formula = formula
        self.value = value
        self.span = span


class Forward:
    """A step upwards: the node, the values of its operands in order, and its own value.

    texts: for each operand that is a constant without a name, how it is written; None for the others
    """

    __slots__ = ("node", "operands", "step", "texts", "value")

    def __init__(
        self, step: int, node: int, operands: tuple[float, ...], texts: tuple[str | None, ...], value: float
    ) -> None:
        self.step = step
        self.node = node
        self.operands = operands
        self.texts = texts
        self.value = value


class Backward:
    """An edge downwards: upstream * local = product, added to what has arrived at `argument` before.

    of, formula:  what is derived (`a*w`) and its local derivative (`w`), in the names of the record
    condition:    the condition that decides whether the edge is open, or ""
    state:        open, closed, flat, or idle (nothing arrived)
    before:       the running total so far, None for the first
    count, total: this is edge number `count` of `arriving`; the sum with it
    """

    __slots__ = (
        "argument", "arriving", "before", "condition", "count", "derived", "formula", "local", "node", "position",
        "product", "state", "step", "total", "upstream",
    )  # fmt: skip

    step: int
    node: int
    argument: int
    position: int
    upstream: float
    local: float
    product: float
    state: str
    derived: str
    formula: str
    condition: str
    before: float | None
    total: float
    count: int
    arriving: int


class Tangent(Backward):
    """An edge upwards, in forward mode: the same as Backward, where `upstream` is the tangent of the argument.

    The products of one `node` add up to its tangent; count, arriving, before and total speak of those.
    """

    __slots__ = ()


class Trace:
    """Everything that happened in one forward and one reverse pass.

    nodes    by id, in order: variables, named constants and operations
    constants the other constants, which stand in formulas and have no step; their name is how they are written
    forward  steps in order; backward edges in the order of accumulation
    paths    input -> Paths; empty where they were left out
    gradient requested name -> derivative
    tangents input -> edges upwards, in the order of the steps; filled in forward mode, where `backward` is empty
    scale    what the reverse pass started with: upstream values, products and totals are times that
    whole    the trace that this one is a part of, or None
    """

    __slots__ = (
        "backward", "check", "constants", "forward", "given", "gradient", "kind", "nodes", "notes", "output", "paths",
        "program", "scale", "source", "tangents", "uses", "value", "whole",
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
        self.nodes: dict[int, Node] = {}
        self.constants: dict[int, Node] = {}
        self.given: dict[str, float] = {}
        self.forward: list[Forward] = []
        self.backward: list[Backward] = []
        self.tangents: dict[str, list[Tangent]] = {}
        self.paths: dict[str, Paths] = {}
        self.uses: dict[int, int] = {}
        self.check: Agreement | None = None
        self.whole: Trace | None = None


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
) -> Trace:
    """Run both passes and record them, in a Trace or a subclass of it; or forward mode, one pass for each name.

    wrt:  names whose edges are kept; all unless given. An edge is kept if it leads to one of them.
    long: paths and the check also where there are more than MOST_STEPS steps
    kind: the kind of number; the check, which is a matter of floats, is made for those alone
    scale: what the reverse pass starts with; with another than 1 there are no paths, which start from 1

    Raises as engine.point.gradient.
    """
    point = gradient(program, given, wrt, record=True, kind=kind, scale=scale)
    trace = make(program, point)
    trace.scale = scale
    graph = program.graph
    wanted = _leading_to(program, wrt)
    names = _names(program, wanted)
    for name in program.inputs:
        trace.given[name] = point.values[graph.variables[name]]
    every = bool(graph.constant[program.output])
    steps: dict[int, int] = {}
    needed = graph.reaches(program.output)
    for node in range(program.output + 1):
        if not needed[node]:
            continue
        leaf = not graph.args[node]
        written = "" if graph.op[node] == "var" else _formula(program, names, node)
        entry = Node(
            node,
            names.get(node, written),
            graph.op[node],
            graph.args[node],
            written,
            point.values[node],
            (graph.start[node], graph.stop[node]),
        )
        if node not in names:
            trace.constants[node] = entry
            continue
        trace.nodes[node] = entry
        asked = wanted is not None and wanted[node]
        if leaf or (graph.constant[node] and not every and not asked and node not in graph.name):
            continue
        steps[node] = len(steps) + 1
        operands = tuple(point.values[argument] for argument in graph.args[node])
        texts = tuple(
            None if argument in names else spelled(program, names, argument)[0] for argument in graph.args[node]
        )
        trace.forward.append(Forward(steps[node], node, operands, texts, point.values[node]))
    for step in trace.forward:
        for argument in graph.args[step.node]:
            trace.uses[argument] = trace.uses.get(argument, 0) + 1
    if mode == FORWARD:
        trace.tangents = {name: _tangents(trace, point, steps, names, program.names[name]) for name in trace.gradient}
    else:
        trace.backward = _backward(trace, point, steps, names, wanted)
    if long or len(trace.forward) <= MOST_STEPS:
        trace.paths = paths_to(trace, list(trace.gradient)) if scale == 1 else {}
        # A surrogate is meant to differ from every difference.
        if kind is FLOATS and not any(function.surrogates for function in graph.functions.values()):
            trace.check = central_agreement(program, given, trace.gradient)
    return trace


def outline(program: Program) -> tuple[dict[int, Node], dict[int, Node]]:
    """The nodes and the constants of a trace, by id, before there are values: each is nan."""
    graph = program.graph
    names = _names(program, None)
    needed = graph.reaches(program.output)
    nodes: dict[int, Node] = {}
    constants: dict[int, Node] = {}
    for node in range(program.output + 1):
        if not needed[node]:
            continue
        written = "" if graph.op[node] == "var" else _formula(program, names, node)
        span = graph.start[node], graph.stop[node]
        entry = Node(node, names.get(node, written), graph.op[node], graph.args[node], written, math.nan, span)
        (nodes if node in names else constants)[node] = entry
    return nodes, constants


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


def _letters(taken: set[str]) -> Iterator[str]:
    """a, b, c ... then a1, b1 ...; neither names that the user has nor those that mean something."""
    number = 0
    while True:
        for letter in "acfgkmnpqrsuvz":
            name = f"{letter}{number}" if number else letter
            if name not in taken:
                yield name
        number += 1


def _names(program: Program, wanted: bytearray | None) -> dict[int, str]:
    """The name of every node that is shown: the user's, else automatic ones.

    Constants are shown where nothing else is there, and on the way to a named one that is asked for.
    """
    graph = program.graph
    output = program.output
    taken = {*program.names, program.output_name}
    fresh = _letters(taken)
    names: dict[int, str] = {}
    every = bool(graph.constant[output])
    needed = graph.reaches(output)
    for node in range(output + 1):
        if not needed[node]:
            continue
        if node in graph.name:
            names[node] = graph.name[node]
        elif node == output:
            names[node] = program.output_name
        elif graph.args[node] and (every or not graph.constant[node] or (wanted is not None and wanted[node])):
            names[node] = next(fresh)
    return names


def spelled(program: Program, names: Mapping[int, str], node: int) -> tuple[str, int]:
    """A node as an operand: its name, or the constant that it is, and how tightly that holds together."""
    if node in names:
        return names[node], text.ATOM
    graph = program.graph
    if graph.op[node] == "const":
        shown = constant_text(graph.payload[node])
        return shown, text.constant_level(shown)
    return text.expression(graph, node, names), text.level_of(graph, node, names)


def _formula(program: Program, names: Mapping[int, str], node: int) -> str:
    graph = program.graph
    if graph.op[node] == "const":
        return constant_text(graph.payload[node])
    operands = [spelled(program, names, argument) for argument in graph.args[node]]
    return text.operation(graph.op[node], [each for each, _ in operands], [level for _, level in operands])


def _backward(
    trace: Trace, point: Point, steps: Mapping[int, int], names: Mapping[int, str], wanted: bytearray | None
) -> list[Backward]:
    program = trace.program
    branches = [branch for branch in point.branches if branch.node in steps]
    branches += _idle_branches(point, steps)
    branches.sort(key=lambda branch: (-branch.node, branch.position))
    arriving: dict[int, int] = {}
    for branch in branches:
        arriving[branch.argument] = arriving.get(branch.argument, 0) + 1
    totals: dict[int, float] = {}
    counts: dict[int, int] = {}
    constants = Symbols(program.graph)
    rows = []
    for branch in branches:
        argument = branch.argument
        row = Backward()
        row.step = steps[branch.node]
        row.node, row.argument, row.position = branch.node, argument, branch.position
        row.upstream, row.local, row.product, row.state = branch.upstream, branch.local, branch.product, branch.state
        row.before = totals.get(argument)
        row.total = branch.product if row.before is None else row.before + branch.product
        totals[argument] = row.total
        counts[argument] = row.count = counts.get(argument, 0) + 1
        row.arriving = arriving[argument]
        if wanted is None or wanted[argument]:
            row.derived = _tight(trace.nodes[branch.node].formula)
            row.formula, row.condition = _local_text(program, names, branch, constants)
            rows.append(row)
    return rows


def _tangents(
    trace: Trace, point: Point, steps: Mapping[int, int], names: Mapping[int, str], seed: int
) -> list[Tangent]:
    """The edges upwards from one input, as forward mode goes over them."""
    program = trace.program
    graph = program.graph
    depends = bytearray(len(graph))
    depends[seed] = 1
    kind = point.kind
    nothing, inputs = kind.constant(0), {node: point.values[node] for node in graph.variables.values()}
    values = push(graph, inputs, {seed: kind.constant(1)}, program.output + 1, kind)
    constants = Symbols(graph)
    rows = []
    for node, step in steps.items():
        arguments = graph.args[node]
        if node <= seed or not any(depends[argument] for argument in arguments):
            continue
        depends[node] = 1
        rules, registers = edges_below(kind, graph, node), [point.values[argument] for argument in (*arguments, node)]
        positions = [position for position, argument in enumerate(arguments) if depends[argument]]
        total: float | None = None
        for count, position in enumerate(positions, 1):
            argument, edge = arguments[position], rules[position]
            row = Tangent()
            row.step, row.node, row.argument, row.position = step, node, argument, position
            tangent = values[argument].tangent
            row.upstream = nothing if tangent is None else tangent
            row.local = edge.local(registers) if edge.code not in (FLAT, MISSING) else nothing
            row.state = (
                NO_SLOPE if edge.code == FLAT
                else IDLE if tangent is None
                else SHUT if edge.when is not None and not edge.when(registers)
                else OPEN
            )  # fmt: skip
            row.local = row.local if row.state in (OPEN, IDLE) else nothing
            row.product = row.local * row.upstream if row.state == OPEN else nothing
            row.before = total
            total = row.product if total is None else total + row.product
            row.total, row.count, row.arriving = total, count, len(positions)
            row.derived = _tight(trace.nodes[node].formula)
            branch = Branch(node, position, argument, row.upstream, row.local, row.product, row.state)
            row.formula, row.condition = _local_text(program, names, branch, constants)
            rows.append(row)
    return rows


def _tight(formula: str) -> str:
    """A formula as it stands in d(a+w)/dw: without air, unless a sign would run into the next."""
    tight = formula.replace(" + ", "+").replace(" - ", "-")
    return formula if "--" in tight or "+-" in tight else tight


def _idle_branches(point: Point, steps: Mapping[int, int]) -> list[Branch]:
    """The edges below a node that nothing arrived at: they are there, and pass nothing on."""
    graph, kind = point.program.graph, point.kind
    zero = kind.constant(0)
    made = []
    for node in steps:
        if point.adjoints[node] is not None:
            continue
        rules = None
        for position, argument in enumerate(graph.args[node]):
            if graph.constant[argument]:
                continue
            if rules is None:
                rules = edges_below(kind, graph, node)
                registers = [point.values[each] for each in graph.args[node]]
                registers.append(point.values[node])
            local = rules[position].local(registers)
            made.append(Branch(node, position, argument, zero, zero if local is None else local, zero, IDLE))
    return made


def _local_text(program: Program, names: Mapping[int, str], branch: Branch, constants: Symbols) -> tuple[str, str]:
    """The local derivative of an edge as a formula in the names of the record, and its condition."""
    graph = program.graph
    op, arguments = graph.op[branch.node], graph.args[branch.node]
    declared = TABLE.get(op)
    scope = {"out": (names[branch.node], text.ATOM)}
    if declared is None:
        function = graph.functions[op]
        scope |= {
            param: spelled(program, names, argument)
            for param, argument in zip(function.params, arguments, strict=True)
        }
        partial = function.partials.get(function.params[branch.position])
        return (text.expression(*partial, spelled=scope) if partial else ""), ""
    if declared.variadic:
        scope["x"] = spelled(program, names, branch.argument)
        scope |= {"ties": ("ties", text.ATOM), "before": ("ties before it", text.ATOM)}
        read = formula(partial_text(declared, declared.params[0], True)[1])
        return "", text.expression(read.graph, read.output, spelled=scope)
    scope |= {
        param: spelled(program, names, argument) for param, argument in zip(declared.params, arguments, strict=True)
    }
    if declared.params[branch.position] not in declared.partials:
        return "", ""
    local, when = partial_text(declared, declared.params[branch.position], True)
    read = formula(local)
    if read.graph.args[read.output] and any(graph.constant[each] and each not in names for each in arguments):
        written = folded(read, constants, declared.params, arguments, names, scope)
    else:
        written = text.expression(read.graph, read.output, spelled=scope)
    if not when:
        return written, ""
    condition = formula(when)
    return written, text.expression(condition.graph, condition.output, spelled=scope)


def folded(
    read: Program,
    constants: Symbols,
    params: Sequence[str],
    arguments: Sequence[int],
    names: Mapping[int, str],
    spelled: Mapping[str, tuple[str, int]],
) -> str:
    """A rule with the constants of one use put in: 2*c, not 2*c^(2 - 1)."""
    scratch = Graph()
    kind = Symbols(scratch, textbook=True)
    graph = constants.graph
    registers = []
    for param in (*params, "out"):
        node = arguments[params.index(param)] if param != "out" else -1
        unnamed = node >= 0 and graph.constant[node] and node not in names
        exact = constants.exact(node) if unnamed else None
        registers.append(kind.constant(exact) if exact is not None else Symbol(kind, scratch.variable(param)))
    places = {param: place for place, param in enumerate((*params, "out"))}
    result = compiled(read.graph, read.output, places, kind.functions, kind.constant)(registers)
    return text.expression(scratch, result.node, spelled=spelled)
