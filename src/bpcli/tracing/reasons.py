"""Why a derivative is 0, huge, tiny, infinite or undefined: the edges that decide.

A zero is explained from the input upwards: how far a change of it gets, and which edges stop it. Everything
else is explained from the result downwards, along the sweep, by the first edge on which it appeared.
"""

from __future__ import annotations

import math

from bpcli.calculus.kinds import FLAT, MISSING, edges_below
from bpcli.calculus.sweeps import OPEN, Branch, connected, idle, reverse
from bpcli.engine.floats import FLOATS
from bpcli.engine.noticing import inside_domain
from bpcli.engine.point import Point, evaluate, nodes_of, vector_output
from bpcli.errors import NumericError
from bpcli.tracing.paths import ways

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from bpcli.engine.notes import Note
    from bpcli.graph import Program
    from bpcli.tracing.paths import Paths

LARGE = 1e6  # a derivative from here on is called huge, and one below its reciprocal tiny
MOST_CAUSES = 5
BESIDE = 1e-6  # how far beside a place, relative to it, a pole is one no more

# What a derivative is.
UNDEFINED_VALUE, UNDEFINED, INFINITE, ZERO, HUGE, TINY, ORDINARY = (
    "undefined-value", "undefined", "infinite", "zero", "huge", "tiny", "ordinary",
)  # fmt: skip
ROUNDING = "rounding"  # 0, but for the rounding of terms that cancel

# What an edge, or a node, does to it.
INDEPENDENT = "independent"  # no path
CUT = "cut"  # every path goes through detach
STEP = "flat"  # a step function
CLOSED = "closed"  # a selection that chose otherwise
NOUGHT = "zero-local"  # the local derivative is 0 at this point
UNDERFLOW = "underflow"  # a product of two numbers that are not 0
CANCELS = "cancels"  # the products of the branches add up to 0
CANCELS_INSIDE = "cancels-inside"  # of tensors: the terms that a rule adds up take each other away
SATURATED = "saturated"  # of tensors: one probability of a softmax is 1
GATED = "closed-entries"  # of tensors: some entries are closed
POLE = "pole"  # an infinite local derivative
LOCAL_OVERFLOW = "overflow-local"  # a local derivative that is finite, and beyond the range of floats
OVERFLOW = "overflow"  # a finite product, or sum, beyond the range of floats
ZERO_TIMES_INFINITE = "zero-times-infinite"
NO_LOCAL = "undefined-local"  # the local derivative is nan
OPPOSED = "opposed-infinities"  # inf - inf
FACTOR = "factor"  # an edge of the path with the largest product


class Cause:
    """An edge that decides, with the numbers that made it; `argument` is -1 where it is the node itself.

    inputs: the values of the node's arguments
    index:  of tensors, where the entry stands that it is about

    entries: of tensors, where those stand that are closed

    Of tensors upstream and product are the largest entries, and local is how much larger the one is.
    """

    __slots__ = ("argument", "entries", "index", "inputs", "kind", "local", "node", "position", "product", "upstream")

    def __init__(
        self,
        kind: str,
        node: int,
        argument: int = -1,
        upstream: float = math.nan,
        local: float = math.nan,
        product: float = math.nan,
        inputs: Sequence[tuple[int, float]] = (),
        position: int = 0,
    ) -> None:
        self.kind = kind
        self.position = position
        self.node = node
        self.argument = argument
        self.upstream = upstream
        self.local = local
        self.product = product
        self.inputs = tuple(inputs)
        self.index: tuple[int, ...] = ()
        self.entries: list[tuple[int, ...]] = []


class Why:
    """What a derivative is, and why.

    kind:   one of UNDEFINED_VALUE ... ORDINARY
    slope:  the derivative; nan where it, or the value, is undefined
    causes: the edges that decide, at most MOST_CAUSES; `more` counts the others
    path:   for HUGE, TINY and ORDINARY the nodes of the path with the largest product, upwards
    paths:  for those, where there are several: all that add up
    error:  for UNDEFINED_VALUE the error that `eval` gives
    gradient, index, shaped: of tensors the whole derivative, where its entry `slope` stands, and that it is one
    notes:  the corners that the run met, where a convention stands in for a derivative
    """

    __slots__ = (
        "causes", "error", "gradient", "index", "kind", "more", "name", "notes", "path", "paths", "product", "program",
        "shaped", "slope",
    )  # fmt: skip

    def __init__(self, program: Program, name: str, kind: str, slope: float) -> None:
        self.program = program
        self.name = name
        self.kind = kind
        self.slope = slope
        self.causes: list[Cause] = []
        self.more = 0
        self.path: tuple[int, ...] = ()
        self.paths: Paths | None = None
        self.product = math.nan
        self.error: NumericError | None = None
        self.notes: list[Note] = []
        self.gradient: Any = slope
        self.index: tuple[int, ...] = ()
        self.shaped = False


def why(program: Program, given: Mapping[str, float], name: str) -> Why:
    """Why the derivative of a program by one name is what it is.

    Raises InputError for values that do not fit the names, and for a name that the program does not have.
    """
    node = nodes_of(program, [name])[name]
    try:
        point = evaluate(program, given)
    except NumericError as error:
        found = Why(program, name, UNDEFINED_VALUE, math.nan)
        found.error = error
        return found
    shape = point.kind.shape(point.values[program.output])
    if shape:
        raise vector_output(program, shape)
    if point.kind.shaped:
        from bpcli.tracing.tensor_reasons import reason_of_tensors

        found = reason_of_tensors(point, name, node)
    else:
        found = _reason(program, point, name, node)
    found.notes = [note for note in point.notes if note.kind in ("kink", "jump")]
    return found


def _reason(program: Program, point: Point, name: str, node: int) -> Why:
    branches: list[Branch] = []
    skip = idle(program.graph, [node])
    adjoints = (
        reverse(program.graph, FLOATS, point.values, program.output, 1.0, skip, branches)
        if not skip[program.output]
        else []
    )
    slope = adjoints[node] if node < len(adjoints) else None
    if slope is None or slope == 0:
        return _zero(point, name, node)
    if slope != slope:
        return _explained(point, name, UNDEFINED, slope, _undefined(point, branches))
    if math.isinf(slope):
        return _explained(point, name, INFINITE, slope, _infinite(point, branches))
    kind = HUGE if abs(slope) >= LARGE else TINY if abs(slope) <= 1 / LARGE else ORDINARY
    return _along_path(point, name, node, kind, slope, branches)


def _explained(point: Point, name: str, kind: str, slope: float, causes: Sequence[Cause]) -> Why:
    found = Why(point.program, name, kind, slope)
    found.causes = list(causes[:MOST_CAUSES])
    found.more = len(causes) - len(found.causes)
    return found


def _cause(point: Point, kind: str, branch: Branch) -> Cause:
    return Cause(
        kind, branch.node, branch.argument, branch.upstream, branch.local, branch.product,
        _inputs(point, branch.node), branch.position,
    )  # fmt: skip


def _inputs(point: Point, node: int) -> list[tuple[int, float]]:
    """The arguments of a node that are no constants, with their values."""
    graph = point.program.graph
    arguments = dict.fromkeys(graph.args[node])
    return [(argument, point.values[argument]) for argument in arguments if not graph.constant[argument]]


def _undefined(point: Point, branches: Sequence[Branch]) -> list[Cause]:
    """The first edge on which the sweep met nan."""
    for branch in branches:
        if branch.product != branch.product and branch.state == OPEN:
            undefined = branch.local != branch.local
            return [_cause(point, NO_LOCAL if undefined else ZERO_TIMES_INFINITE, branch)]
    return _opposed(branches, point)


def _opposed(branches: Sequence[Branch], point: Point) -> list[Cause]:
    """The first node whose branches are infinite with both signs."""
    totals: dict[int, float] = {}
    for branch in branches:
        before = totals.get(branch.argument)
        after = branch.product if before is None else before + branch.product
        if after != after:
            return [Cause(OPPOSED, branch.argument, inputs=_inputs(point, branch.argument))]
        totals[branch.argument] = after
    return []


def _infinite(point: Point, branches: Sequence[Branch]) -> list[Cause]:
    """The first edge on which the sweep met an infinity that had not been there before."""
    totals: dict[int, float] = {}
    for branch in branches:
        if branch.state != OPEN:
            continue
        if math.isinf(branch.product) and math.isfinite(branch.upstream):
            if not math.isinf(branch.local):
                return [_cause(point, OVERFLOW, branch)]
            return [_cause(point, LOCAL_OVERFLOW if _overflows(point, branch) else POLE, branch)]
        after = totals[branch.argument] = totals.get(branch.argument, 0.0) + branch.product
        if math.isinf(after) and math.isfinite(branch.product):
            return [Cause(OVERFLOW, branch.argument, inputs=_inputs(point, branch.argument))]
    return []


def _overflows(point: Point, branch: Branch) -> bool:
    """Whether an infinite local derivative is a finite number beyond the range of floats.

    It is where the value overflows, and where the derivative is as large beside this place: a pole is one place.
    """
    graph, values = point.program.graph, point.values
    if math.isinf(values[branch.node]) and inside_domain(point, branch.node):
        return True
    arguments = [values[argument] for argument in graph.args[branch.node]]
    place = arguments[branch.position]
    edge = edges_below(FLOATS, graph, branch.node)[branch.position]
    call = FLOATS.calling(graph, True)[graph.op[branch.node]]
    for moved in (place + BESIDE * abs(place), place - BESIDE * abs(place)):
        beside = [*arguments[: branch.position], moved, *arguments[branch.position + 1 :]]
        if moved == place or not math.isinf(edge.local([*beside, call(*beside)])):
            return False
    return True


def _zero(point: Point, name: str, node: int) -> Why:
    """The edges at which a change of the input stops on its way up."""
    program = point.program
    graph, values = program.graph, point.values
    reach = connected(graph, program.output)
    if not reach[node]:
        behind = node > program.output or not graph.reaches(program.output)[node]
        if behind:
            return _explained(point, name, ZERO, 0.0, [Cause(INDEPENDENT, node)])
    uses = graph.reaches(program.output)
    tangents: dict[int, float] = {node: 1.0}
    causes: list[Cause] = []
    for here in range(node + 1, program.output + 1):
        arguments = graph.args[here]
        if not uses[here] or not any(argument in tangents for argument in arguments):
            continue
        edges = edges_below(FLOATS, graph, here)
        registers = [values[argument] for argument in (*arguments, here)]
        arrived: list[float] = []
        stopped: list[Cause] = []
        for position, (argument, edge) in enumerate(zip(arguments, edges, strict=True)):
            tangent = tangents.get(argument)
            if tangent is None:
                continue
            at = _inputs(point, here)
            if edge.code in (FLAT, MISSING):
                kind = CUT if graph.op[here] == "detach" else STEP
                stopped.append(Cause(kind, here, argument, tangent, 0.0, 0.0, at, position))
                continue
            if edge.when is not None and not edge.when(registers):
                stopped.append(Cause(CLOSED, here, argument, tangent, 0.0, 0.0, at, position))
                continue
            local = edge.local(registers)
            product = local * tangent
            if product == 0:
                kind = NOUGHT if local == 0 else UNDERFLOW
                stopped.append(Cause(kind, here, argument, tangent, local, product, at, position))
            else:
                arrived.append(product)
        causes += stopped
        total = math.fsum(arrived) if all(map(math.isfinite, arrived)) else sum(arrived)
        if arrived and total == 0:
            causes.append(Cause(CANCELS, here, product=max(map(abs, arrived)), inputs=_inputs(point, here)))
        elif arrived:
            tangents[here] = total
    return _explained(point, name, ZERO, 0.0, causes)


def strongest_path(node: int, branches: Sequence[Branch], size: Callable[[Any], float]) -> list[Branch]:
    """From a node upwards, the open branch that brings most at each step."""
    best: dict[int, Branch] = {}
    for branch in branches:
        if branch.state == OPEN:
            held = best.get(branch.argument)
            if held is None or size(branch.product) > size(held.product):
                best[branch.argument] = branch
    taken: list[Branch] = []
    while node in best:
        taken.append(best[node])
        node = best[node].node
    return taken


def _along_path(
    point: Point, name: str, node: int, kind: str, slope: float, branches: Sequence[Branch]
) -> Why:
    """The path that follows, from the input upwards, the branch that brings most; its factors by their size."""
    found = Why(point.program, name, kind, slope)
    taken = strongest_path(node, branches, abs)
    found.path = (node, *(branch.node for branch in taken))
    found.product = math.prod(branch.local for branch in taken)
    several = ways(point.program.output, branches, {name: (node, slope)}).get(name)
    found.paths = several if several is not None and several.count > 1 else None
    ordered = sorted(taken, key=lambda branch: abs(branch.local), reverse=kind != TINY)
    # A factor that leaves the size as it is explains nothing.
    telling = [branch for branch in ordered if (abs(branch.local) > 1) == (kind != TINY) and abs(branch.local) != 1]
    chosen = telling or ordered[:1]
    found.causes = [_cause(point, FACTOR, branch) for branch in chosen[:MOST_CAUSES]]
    found.more = len(chosen) - len(found.causes)
    return found


