"""Which forward values the backward pass needs, and a plan of checkpoints."""

from __future__ import annotations

import math
from itertools import pairwise

from bpcli.calculus.kinds import COPY, FLAT, FLIP, MISSING, edges_below, formula, partial_text
from bpcli.calculus.pullbacks import places_of, pullback_text, settings_of
from bpcli.engine.checkpoints import CHECKPOINT, inside
from bpcli.ops import TABLE
from bpcli.tracing.lenses.lens import MEMORY, NUMBER, Finding, Grid, Lens, name_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from bpcli.tracing.record import Trace
    from bpcli.tracing.rows import Backward

    Cell = Any

# Operations of rules, and how many of their arguments they read; of the others they ask the shape.
SHAPE_ALONE = {
    "spread": 1, "reshape_like": 1, "broadcast_like": 1, "sum_like": 1, "place": 1, "put": 1, "piece": 1,
    "place_piece": 1, "one_hot_like": 1, "count": 0, "eye_like": 0,
}  # fmt: skip


def memory(trace: Trace) -> Lens:
    """The values of the forward pass that the backward pass needs, and a plan that keeps fewer."""
    kept: dict[int, set[int]] = {}
    for row in trace.backward:
        kept.setdefault(row.node, set()).update(needs(trace, row))
    let_go = _let_go(trace, kept)
    rows: list[tuple[Cell, ...]] = []
    every: set[int] = set()
    for step in trace.forward:
        if step.node in kept:
            needed = sorted(kept[step.node])
            every.update(needed)
            entry = trace.nodes[step.node]
            rows.append((step.step, entry.name, entry.formula, ", ".join(name_of(trace, node) for node in needed)))
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


def needs(trace: Trace, row: Backward) -> set[int]:
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
        told = ", ".join(name_of(trace, node) for node in crossing[:5])
        if len(crossing) > 5:
            told += f", ... ({len(crossing)})"
        rows.append((number + 1, start + 1, stop, told, again))
    extra = bounds[-2]
    plain = sum(node in needed for node in order)
    facts = {"segments": segments, "saved": len(saved), "inside": inside, "most": len(saved) + inside}
    kind = "plan" if len(saved) + inside < plain else "no-gain"
    finding = Finding(kind, plain=plain, steps=steps, extra=extra, share=extra / steps, **facts)
    return Grid("plan", ("segment", "first", "last", "checkpoint", "again"), rows), finding
