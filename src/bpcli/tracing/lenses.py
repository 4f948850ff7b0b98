"""Other questions asked of the same record: what it costs, how the gradient flows, what has to be remembered.

An answer is plain data: grids of numbers and names, and findings, which are facts that a sentence is made of.
"""

from __future__ import annotations

import math
from itertools import pairwise

from bpcli.calculus.derivative import derivative
from bpcli.calculus.kinds import COPY, FLAT, FLIP, MISSING, edges_below, formula, partial_text
from bpcli.calculus.pullbacks import places_of, pullback_text, settings_of
from bpcli.calculus.sweeps import OPEN, SHUT
from bpcli.engine.checkpoints import CHECKPOINT, inside
from bpcli.engine.directions import forward_gradient
from bpcli.engine.point import evaluate, gradient
from bpcli.language.text import tree_sizes
from bpcli.numbers import nearest
from bpcli.ops import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from bpcli.tracing.record import Trace
    from bpcli.tracing.rows import Backward

    Cell = Any

COST, FLOW, MEMORY, REPEAT = "cost", "flow", "memory", "repeat"
LENSES = (COST, FLOW, MEMORY)

NUMBER = 8  # bytes
# Operations of rules, and how many of their arguments they read; of the others they ask the shape.
SHAPE_ALONE = {
    "spread": 1, "reshape_like": 1, "broadcast_like": 1, "sum_like": 1, "place": 1, "put": 1, "piece": 1,
    "place_piece": 1, "one_hot_like": 1, "count": 0, "eye_like": 0,
}  # fmt: skip
MOST_WRITTEN = 20_000  # nodes of a program whose derivative is written out to be counted
VANISHING, EXPLODING = 1e-3, 1e3  # of a product of local derivatives along a path
SATURATED = 0.01  # of the slope that a squashing function has in the middle
SQUASHING = {"sigmoid": 0.25, "tanh": 1.0, "softsign": 1.0, "erf": 2 / math.sqrt(math.pi), "atan": 1.0}
VALVES = ("relu", "relu6", "hard_tanh", "hard_sigmoid")
MOST_TOLD = 8  # nodes that findings of one kind name
MEASURED = 5  # times that something is timed; the shortest counts


class Grid:
    """A table: its name, the names of its columns, and rows of numbers, names, or None where there is nothing."""

    __slots__ = ("columns", "name", "rows")

    def __init__(self, name: str, columns: tuple[str, ...], rows: list[tuple[Cell, ...]]) -> None:
        self.name = name
        self.columns = columns
        self.rows = rows


class Finding:
    """One thing that was found: its kind, and what fills the slots of its sentence."""

    __slots__ = ("facts", "kind")

    def __init__(self, kind: str, **facts: Cell) -> None:
        self.kind = kind
        self.facts = facts


class Lens:
    """An answer: which question, its grids, its findings."""

    __slots__ = ("findings", "grids", "kind")

    def __init__(self, kind: str, grids: list[Grid], findings: list[Finding]) -> None:
        self.kind = kind
        self.grids = grids
        self.findings = findings


def _name(trace: Trace, node: int) -> str:
    entry = trace.nodes.get(node)
    return entry.name if entry is not None else str(trace.constants[node].name)


def output_of(trace: Trace) -> str:
    return trace.nodes[trace.output].name if trace.output in trace.nodes else trace.program.output_name


# ---- Cost


def cost(trace: Trace, measure: bool = False) -> Lens:
    """What each method of differentiation would take here, in evaluations and in operations.

    An operation is one of the program, one product with a local derivative, or one addition of branches.
    """
    if trace.of_tensors:
        from bpcli.tracing.tensor_cost import tensor_cost

        return tensor_cost(trace, measure)
    inputs, steps = len(trace.gradient), len(trace.forward)
    rows = [row for row in trace.backward if row.state == OPEN]
    adds = sum(row.before is not None for row in rows)
    down = len(rows) + adds
    # method, evaluations, sweeps down, operations
    methods: list[tuple[Cell, ...]] = [
        ("reverse", 1, 1, steps + down),
        ("forward-mode", inputs, 0, inputs * (steps + down)),
        ("central-difference", 2 * inputs, 0, 2 * inputs * steps),
        ("forward-difference", inputs + 1, 0, (inputs + 1) * steps),
    ]
    findings = [Finding("inputs", inputs=inputs, steps=steps, ratio=(steps + down) / max(steps, 1))]
    found = written(trace)
    if found is not None:
        tree, shared, own = found
        findings.append(Finding("symbolic", tree=tree, shared=shared, program=own))
    slopes, held = steps * inputs, 2 * steps
    findings.append(
        Finding(
            "jacobian", rows=steps, columns=inputs, bytes=slopes * NUMBER, kept=held, held=held * NUMBER
        )
    )
    columns: tuple[str, ...] = ("method", "evaluations", "sweeps", "operations")
    if measure:
        times = _times(trace)
        methods = [(*row, times.get(row[0])) for row in methods]
        columns = (*columns, "seconds")
        findings.append(Finding("measured", times=MEASURED, evaluation=times["evaluation"]))
    return Lens(COST, [Grid("methods", columns, methods)], findings)


def written(trace: Trace) -> tuple[int, int, int] | None:
    """Symbols of all derivatives written out, nodes of them as a graph beside the program, nodes of the program."""
    program = trace.program
    graph = program.graph
    if program.output > MOST_WRITTEN or not trace.gradient:
        return None
    nodes = derivative(graph, program.output, [program.names[name] for name in trace.gradient])
    top = max(nodes)
    needed, own = bytearray(len(graph)), graph.reaches(program.output)
    for node in nodes:
        needed[node] = 1
    for node in range(top, -1, -1):
        if needed[node]:
            for argument in graph.args[node]:
                needed[argument] = 1
    shared = sum(used and not (place < len(own) and own[place]) for place, used in enumerate(needed))
    sizes = tree_sizes(graph, top)
    return sum(sizes[node] for node in nodes), shared, sum(own)


def _times(trace: Trace) -> dict[str, float]:
    """Seconds of an evaluation and of the gradient by each method, by this program's own code."""
    program, given, names = trace.program, trace.given, list(trace.gradient)

    def central(sides: int) -> None:
        for name in names:
            if name in given:
                for side in range(sides):
                    evaluate(program, {**given, name: given[name] + (1e-6 if side else -1e-6)})

    def forward_differences() -> None:
        evaluate(program, given)
        central(1)

    work: dict[str, Callable[[], object]] = {
        "evaluation": lambda: evaluate(program, given),
        "reverse": lambda: gradient(program, given, names),
        "forward-mode": lambda: forward_gradient(program, given, names),
        "central-difference": lambda: central(2),
        "forward-difference": forward_differences,
    }
    return {name: shortest(each) for name, each in work.items()}


def shortest(work: Callable[[], object]) -> float:
    import time

    shortest = math.inf
    for _ in range(MEASURED):
        began = time.perf_counter()
        work()
        shortest = min(shortest, time.perf_counter() - began)
    return shortest


# ---- Flow


def flow(trace: Trace) -> Lens:
    """How large the gradient is at each depth, and where it vanishes, explodes, or stops."""
    if trace.of_tensors:
        from bpcli.tracing.tensor_flow import tensor_flow

        return tensor_flow(trace)
    deep = depths(trace)
    layers: dict[int, list[Backward]] = {}
    for row in trace.backward:
        if row.argument in deep:
            layers.setdefault(deep[row.argument], []).append(row)
    rows: list[tuple[Cell, ...]] = []
    before = 1.0
    for depth in sorted(layers):
        edges = layers[depth]
        nodes = dict.fromkeys(row.argument for row in edges)
        final = {row.argument: row.total for row in edges}
        largest = max(nodes, key=lambda node: abs(final[node]))
        size = abs(nearest(final[largest]))
        local = max(abs(nearest(row.local)) for row in edges)
        rows.append((depth, len(nodes), local, _name(trace, largest), size, size / before if before else None))
        before = size
    findings = [*_stops(trace), *_extremes(trace)]
    findings += _inside(rows, {finding.kind for finding in findings})
    if not findings:
        sizes = [abs(nearest(slope)) for slope in trace.gradient.values() if slope]
        if sizes:
            findings.append(Finding("healthy", least=min(sizes), most=max(sizes)))
        else:
            findings.append(Finding("nothing"))
    columns = ("depth", "nodes", "local", "node", "gradient", "ratio")
    return Lens(FLOW, [Grid("layers", columns, rows)], findings)


def depths(trace: Trace) -> dict[int, int]:
    """Edges from the output to each node, by the longest way."""
    found = {trace.output: 0}
    for row in trace.backward:
        if row.node in found:
            found[row.argument] = max(found.get(row.argument, 0), found[row.node] + 1)
    return found


def _extremes(trace: Trace) -> list[Finding]:
    """The inputs whose largest path multiplies to next to nothing, or to very much."""
    found: dict[str, list[Finding]] = {"vanishing": [], "exploding": []}
    for name, paths in trace.paths.items():
        if not paths.listed:
            continue
        path = paths.listed[0]
        product = abs(nearest(path.product))
        if len(path.locals) < 2 or not math.isfinite(product) or VANISHING < product < EXPLODING or product == 0:
            continue
        kind = "vanishing" if product <= VANISHING else "exploding"
        found[kind].append(
            Finding(
                kind, name=name, output=output_of(trace), product=path.product, steps=len(path.locals),
                mean=product ** (1 / len(path.locals)),
            )
        )  # fmt: skip
    return [each for several in found.values() for each in few(several)]


def _inside(rows: Sequence[tuple[Cell, ...]], known: set[str]) -> list[Finding]:
    """The first depth at which all of the gradient is next to nothing, or some of it huge, on the way to inputs."""
    found = []
    for kind, input_kind in (("fades", "vanishing"), ("swells", "exploding")):
        if input_kind in known:
            continue
        for depth, _, _, node, size, _ in rows:
            if 0 < size <= VANISHING if kind == "fades" else EXPLODING <= size < math.inf:
                found.append(Finding(kind, node=node, depth=depth, size=size))
                break
    return found


def few(findings: Sequence[Finding]) -> list[Finding]:
    """The first few of a kind, and how many more there are."""
    if len(findings) <= MOST_TOLD:
        return list(findings)
    return [*findings[:MOST_TOLD], Finding("and-more", count=len(findings) - MOST_TOLD, of=findings[0].kind)]


def _stops(trace: Trace) -> list[Finding]:
    """Valves that are shut, and squashing functions so far out that their slope is next to nothing."""
    dead, saturated = [], []
    for row in trace.backward:
        entry = trace.nodes[row.node]
        argument = trace.nodes[row.argument]
        at = {"node": entry.name, "formula": entry.formula, "argument": argument.name, "value": argument.value}
        if row.state == SHUT and entry.op in VALVES:
            dead.append(Finding("dead", **at))
        elif entry.op in SQUASHING:
            share = abs(nearest(row.local)) / SQUASHING[entry.op]
            if share < SATURATED:
                saturated.append(Finding("saturated", local=row.local, result=entry.value, **at))
    return [*few(dead), *few(saturated)]


# ---- Memory


def memory(trace: Trace) -> Lens:
    """The values of the forward pass that the backward pass needs, and a plan that keeps fewer."""
    kept: dict[int, set[int]] = {}
    for row in trace.backward:
        kept.setdefault(row.node, set()).update(_needs(trace, row))
    let_go = _let_go(trace, kept)
    rows: list[tuple[Cell, ...]] = []
    every: set[int] = set()
    for step in trace.forward:
        if step.node in kept:
            needed = sorted(kept[step.node])
            every.update(needed)
            entry = trace.nodes[step.node]
            rows.append((step.step, entry.name, entry.formula, ", ".join(_name(trace, node) for node in needed)))
    computed = {step.node for step in trace.forward}
    findings = [
        Finding(
            "kept", kept=len(every & computed), steps=len(computed), inputs=len(every - computed),
            bytes=sum(getattr(trace.nodes[node].value, "size", 1) for node in every & computed) * NUMBER,
        )
    ]  # fmt: skip
    grids = [Grid("kept", ("step", "node", "formula", "keeps"), rows)]
    plan = None if let_go else _checkpoints(trace, every)
    if let_go:
        findings.append(Finding("let-go", count=let_go, steps=len(computed)))
    elif plan is None:
        findings.append(Finding("no-plan", steps=len(trace.forward)))
    else:
        grids.append(plan[0])
        findings.append(plan[1])
    return Lens(MEMORY, grids, findings)


def _let_go(trace: Trace, kept: dict[int, set[int]]) -> int:
    """Take what lies inside `checkpoint(...)` out of what is kept; how many steps are computed again instead.

    A checkpoint keeps what its inside is computed from.
    """
    program = trace.program
    graph = program.graph
    if CHECKPOINT not in graph.op:
        return 0
    wanted = {program.output, *(program.names[name] for name in trace.gradient)}
    within = inside(graph, program.output + 1, wanted)
    gone = {node for nodes in within.values() for node in nodes}
    for node in kept:
        kept[node] -= gone
    for point, nodes in within.items():
        if point in kept:
            read = {argument for node in nodes for argument in graph.args[node]}
            kept[point] |= {node for node in read - gone if not graph.constant[node]}
    return sum(step.node in gone for step in trace.forward)


def _needs(trace: Trace, row: Backward) -> set[int]:
    """The nodes whose values the rule of an edge reads.

    Where the table has a rule in two forms it is the one that reads less: that of a result which is kept anyway, as
    `1 - tanh(x)^2`, before one of its argument.
    """
    graph = trace.program.graph
    arguments = graph.args[row.node]
    op = graph.op[row.node]
    edge = edges_below(trace.kind, graph, row.node)[row.position]
    if edge.code in (COPY, FLIP, FLAT, MISSING) and edge.when is None:
        return set()
    declared = TABLE.get(op)
    if declared is None:
        function = graph.functions[op]
        partial, output = function.partials[function.params[row.position]]
        used = {name for name, node in partial.variables.items() if partial.reaches(output)[node]}
        return {arguments[function.params.index(name)] for name in used if name in function.params}
    if declared.of_tensors:
        return _read_by_rule(trace, row)
    if declared.variadic:
        return {node for node in (*arguments, row.node) if not graph.constant[node]}
    places = dict(zip(declared.params, arguments, strict=True)) | {"out": row.node}
    forms = []
    for textbook in (False, True):
        texts = [text for text in partial_text(declared, declared.params[row.position], textbook) if text]
        names = {name for text in texts for name in formula(text).graph.variables}
        forms.append({places[name] for name in names if not graph.constant[places[name]]})
    return min(forms, key=lambda read: (len(read), read != {row.node}))


def _read_by_rule(trace: Trace, row: Backward) -> set[int]:
    """The nodes whose values the rule of an edge between tensors reads; those of which it asks the shape alone are not.

    A rule that is derived from the formula of the value reads all arguments.
    """
    graph = trace.program.graph
    arguments, declared = graph.args[row.node], TABLE[graph.op[row.node]]
    ranks = [len(graph.shape.get(argument, ())) for argument in arguments]
    written = pullback_text(declared, row.position, ranks, len(arguments))
    if written is None:
        return {node for node in arguments if not graph.constant[node]}
    read = formula(written, settings_of(declared, row.position)).graph
    known = places_of(declared, len(arguments))
    places = {read.variables[name]: place for name, place in known.items() if name in read.variables}
    nodes = [*arguments, row.node]
    used: set[int] = set()
    for node, operands in enumerate(read.args):
        # Of its last arguments such an operation asks the shape.
        shapes = SHAPE_ALONE.get(read.op[node].partition(" ")[0], len(operands))
        used |= {places[each] for each in operands[:shapes] if each in places}
    return {nodes[place] for place in used if place < len(nodes) and not graph.constant[nodes[place]]}


def _checkpoints(trace: Trace, needed: set[int]) -> tuple[Grid, Finding] | None:
    """The steps in about sqrt(n) segments: what passes from one to the next is kept, the rest computed again.

    Source: Chen, Xu, Zhang and Guestrin, Training deep nets with sublinear memory cost (2016).
    """
    steps = len(trace.forward)
    segments = math.isqrt(steps)
    if segments < 2:
        return None
    order = {step.node: place for place, step in enumerate(trace.forward)}
    last: dict[int, int] = {}
    for place, step in enumerate(trace.forward):
        for argument in trace.nodes[step.node].args:
            if argument in order:
                last[argument] = place
    bounds = [steps * each // segments for each in range(segments + 1)]
    # Values that a later segment reads, by the segment that makes them: these are the checkpoints.
    rows: list[tuple[Cell, ...]] = []
    saved: set[int] = set()
    inside = 0
    for number, (start, stop) in enumerate(pairwise(bounds)):
        nodes = [step.node for step in trace.forward[start:stop]]
        crossing = [node for node in nodes if last.get(node, -1) >= stop]
        again = 0 if number == segments - 1 else stop - start
        saved.update(crossing)
        inside = max(inside, sum(node in needed and node not in crossing for node in nodes))
        told = ", ".join(_name(trace, node) for node in crossing[:5])
        if len(crossing) > 5:
            told += f", ... ({len(crossing)})"
        rows.append((number + 1, start + 1, stop, told, again))
    extra = bounds[-2]
    plain = sum(node in needed for node in order)
    facts = {"segments": segments, "saved": len(saved), "inside": inside, "most": len(saved) + inside}
    kind = "plan" if len(saved) + inside < plain else "no-gain"
    finding = Finding(kind, plain=plain, steps=steps, extra=extra, share=extra / steps, **facts)
    return Grid("plan", ("segment", "first", "last", "checkpoint", "again"), rows), finding


# ---- Repeat


def _plain(slope: Any) -> Any:
    """A derivative in floats: an array of them as it is."""
    return slope if getattr(slope, "shape", ()) else nearest(slope)


def repeated(trace: Trace, times: int, zero: bool) -> Lens:
    """Several backward passes over the same graph, with the gradients set to zero between them or not."""
    rows: list[tuple[Cell, ...]] = []
    names = list(trace.gradient)
    for number in range(1, times + 1):
        held = [_plain(trace.gradient[name]) * (1 if zero else number) for name in names]
        rows.append((number, *held))
    told = ", ".join(names)
    finding = Finding("zeroed" if zero else "not-zeroed", times=times, names=told, output=output_of(trace))
    return Lens(REPEAT, [Grid("passes", ("pass", *names), rows)], [finding])
