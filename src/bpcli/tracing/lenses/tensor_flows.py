"""How the gradient flows through arrays: its length at each of them, and how much each step can amplify it.

The length of an array is its 2-norm. A step to an argument multiplies the length of what comes from above by no more
than the largest singular value of its Jacobian.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from bpcli.calculus.kinds import edges_below
from bpcli.calculus.pullbacks import push_along
from bpcli.calculus.sweeps import OPEN, SHUT
from bpcli.engine.tensors import TENSORS
from bpcli.engine.tensors.reductions import sum_like
from bpcli.ops import TABLE
from bpcli.tracing.lenses.flows import EXPLODING, SATURATED, SQUASHING, VALVES, VANISHING, depths
from bpcli.tracing.lenses.lens import FLOW, Finding, Grid, Lens, few, output_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpcli.tracing.record import Trace
    from bpcli.tracing.rows import Backward

Array = Any

MOST_UNITS = 64  # entries of a result whose Jacobian is made row by row
MOST_OF_JACOBIAN = 250_000  # entries of one that is made
TURNS, SETTLED = 200, 1e-12  # of the power iteration for larger ones
SHUT_OFF = 0.9  # share of the entries of a layer that is worth a sentence
TIED = 1e-9  # relative, of lengths that are equal but for rounding
SEED = 0


def tensor_flow(trace: Trace) -> Lens:
    """How long the gradient is at each array, and where it vanishes, explodes, or stops."""
    deep = depths(trace)
    finals = {row.argument: length(row.total) for row in trace.backward}
    finals[trace.output] = trace.scale
    best: dict[int, Backward] = {}
    consumers: dict[int, list[int]] = {}
    for row in trace.backward:
        consumers.setdefault(row.argument, []).append(row.node)
        held = best.get(row.argument)
        # Of edges that bring the same, the one with the longest way.
        if row.argument in deep and (held is None or length(row.product) >= (1 - TIED) * length(held.product)):
            best[row.argument] = row
    rows: list[tuple[Any, ...]] = []
    for node in sorted(best, key=lambda node: (deep[node], -node)):
        row, size = best[node], np.size(trace.nodes[node].value)
        above, arrived = finals.get(row.node, 0.0), length(row.product)
        # The one that brings most is named first; the ratio is that of its step.
        others = [each for each in dict.fromkeys(consumers[node]) if each != row.node]
        rows.append(
            (
                deep[node], trace.names[node], np.shape(trace.nodes[node].value), finals[node],
                finals[node] / math.sqrt(size) if size else 0.0,
                ", ".join(trace.names[each] for each in (row.node, *others)),
                arrived / above if above else None, gain(trace, row),
            )
        )  # fmt: skip
    columns = ("depth", "node", "shape", "length", "typical", "above", "times", "gain")
    grids = [Grid("flow", columns, rows)]
    layers, told = _layers(trace)
    if layers:
        grids.append(Grid("units", ("node", "formula", "entries", "off", "share", "units", "dead-units"), layers))
    findings = [*told, *_extremes(trace, best, finals)]
    if not any(finding.kind == "exploding-length" for finding in findings):
        # Of an array it is a typical entry that counts: a sum of many is long, and no entry of it large.
        huge = next((row for row in rows if row[4] >= EXPLODING), None)
        if huge is not None:
            findings.append(Finding("swells", node=huge[1], depth=huge[0], size=huge[4]))
    if not findings:
        sizes = [length(slope) for slope in trace.gradient.values() if np.any(slope)]
        kind = "lengths" if sizes else "nothing"
        findings.append(Finding(kind, least=min(sizes), most=max(sizes)) if sizes else Finding(kind))
    return Lens(FLOW, grids, findings)


def length(array: Array) -> float:
    """The 2-norm of all entries; no square overflows or vanishes.

    >>> length(np.array([3.0, 4.0]) * 2.0**600) / 2.0**600
    5.0
    """
    flat = np.abs(np.ravel(np.asarray(array, dtype=float)))
    largest = float(flat.max(initial=0.0))
    if not 0 < largest < math.inf:
        return largest
    return float(np.sqrt(np.sum((flat / largest) ** 2)) * largest)


# ---- The largest singular value of one step


def gain(trace: Trace, row: Backward) -> float:
    """The most by which the step of an edge multiplies the length of what comes from above.

    That is the 2-norm of its Jacobian, its largest singular value.
    """
    if row.state != OPEN:
        return 0.0
    graph = trace.program.graph
    like = trace.nodes[row.argument].value
    if row.pull is None:
        return abs(float(row.local))
    arguments = graph.args[row.node]
    # In double precision also where the numbers are narrow: it is not their rounding that is asked for.
    registers = [np.asarray(_value(trace, node), dtype=float)[()] for node in (*arguments, row.node)]
    if row.pull.elementwise:
        # Entry by entry, and where an entry was copied the copies add up.
        local = np.abs(np.asarray(1.0 if row.local is None else row.local, dtype=float))
        scale = float(np.max(local, initial=0.0))
        if not row.pull.axes or not 0 < scale < math.inf:
            return scale
        squares = np.broadcast_to(np.square(local / scale), row.pull.shape)
        return float(np.sqrt(np.max(sum_like(squares, np.asarray(like)), initial=0.0))) * scale
    if graph.op[row.node] == "matmul" and all(np.ndim(register) < 3 for register in registers[:2]):
        return float(np.linalg.norm(registers[1 - row.position], 2))
    kind, pull = TENSORS, edges_below(TENSORS, graph, row.node)[row.position].pull
    assert pull is not None
    declared = TABLE.get(graph.op[row.node]) or graph.functions[graph.op[row.node]]
    shape = np.shape(registers[-1])
    count, size = math.prod(shape), np.size(like)

    def down(upstream: Array) -> Array:
        return np.asarray(kind.fit(pull(registers, upstream), None, like)[0], dtype=float)

    with kind.quiet():
        if count <= MOST_UNITS and count * size <= MOST_OF_JACOBIAN:
            made = np.empty((count, size))
            for place, unit in enumerate(np.eye(count)):
                made[place] = np.ravel(down(unit.reshape(shape)[()]))
            return float(np.linalg.norm(made, 2)) if np.isfinite(made).all() and made.size else length(made)
        return _iterated(down, lambda tangent: push_along(declared, row.position, registers, tangent, kind), shape)


def _iterated(down: Any, up: Any, shape: tuple[int, ...]) -> float:
    """The largest singular value by power iteration: what comes down is sent up again.

    Source: Golub and Van Loan, Matrix Computations, 4th edition, section 8.2.
    """
    upstream = np.random.Generator(np.random.PCG64(SEED)).standard_normal(shape)
    found = 0.0
    for _ in range(TURNS):
        size = length(upstream)
        if not 0 < size < math.inf:
            return found
        slope = down(upstream / size)
        before, found = found, length(slope)
        if abs(found - before) <= SETTLED * found or not math.isfinite(found):
            return found
        upstream = np.asarray(up(slope), dtype=float)
    return found


def _value(trace: Trace, node: int) -> Any:
    entry = trace.nodes.get(node)
    return entry.value if entry is not None else trace.constants[node].value


# ---- What lets nothing through


def _layers(trace: Trace) -> tuple[list[tuple[Any, ...]], list[Finding]]:
    """Each array of valves or squashing functions: how many of its entries are shut or saturated; and what to say.

    A unit is what stands at the same place of all rows, along all axes but the last.
    """
    rows: list[tuple[Any, ...]] = []
    found: dict[str, list[Finding]] = {}
    for row in trace.backward:
        entry = trace.nodes[row.node]
        if entry.op not in VALVES and entry.op not in SQUASHING:
            continue
        off = _off(row, entry.op, np.shape(entry.value))
        if off is None:
            continue
        count, size, shape = int(np.count_nonzero(off)), int(np.size(off)), np.shape(off)
        batch = len(shape) > 1 and math.prod(shape[:-1]) > 1
        units = shape[-1] if batch else None
        dead = int(np.count_nonzero(off.reshape(-1, shape[-1]).all(axis=0))) if batch else None
        if shape:
            rows.append((entry.name, entry.formula, size, count, count / size if size else 0.0, units, dead))
        valve = "shut" if entry.op in VALVES else "squashed"
        share = 100 * count / max(size, 1)
        facts = {"node": entry.name, "formula": entry.formula, "count": count, "size": size, "share": share}
        if size and count == size:
            found.setdefault(f"{valve}-whole", []).append(Finding(f"{valve}-whole", **facts))
        elif dead:
            found.setdefault(f"{valve}-units", []).append(Finding(f"{valve}-units", **facts, dead=dead, units=units))
        elif count and (not batch or count >= SHUT_OFF * size):
            found.setdefault(f"{valve}-some", []).append(Finding(f"{valve}-some", **facts))
    return rows, [each for findings in found.values() for each in few(findings)]


def _off(row: Backward, op: str, shape: tuple[int, ...]) -> Array | None:
    """Marks the entries at which a valve is shut, or a squashing function has next to no slope."""
    if op in VALVES:
        if row.state == SHUT:
            return np.ones(shape, dtype=bool)
        return None if row.state != OPEN else np.broadcast_to(np.asarray(row.local, dtype=float) == 0, shape)
    if row.state != OPEN:
        return None
    return np.broadcast_to(np.abs(np.asarray(row.local, dtype=float)) < SATURATED * SQUASHING[op], shape)


# ---- What fades and swells


def _way(node: int, best: dict[int, Backward]) -> list[int]:
    """The nodes from one to the output, at each step over the edge that brings most."""
    way = [node]
    while way[-1] in best:
        way.append(best[way[-1]].node)
    return way


def _extremes(trace: Trace, best: dict[int, Backward], finals: dict[int, float]) -> Iterator[Finding]:
    """The inputs on whose way down the gradient becomes next to nothing, or very much, beside what it began with.

    It begins at the last node of the way that is an array: what a loss makes of one number there is the same for all.
    """
    found: dict[str, list[Finding]] = {"vanishing-length": [], "exploding-length": []}
    for name in trace.gradient:
        way = _way(trace.program.names[name], best)
        arrays = [node for node in way if np.ndim(trace.nodes[node].value)]
        head = arrays[-1] if arrays and way[0] == arrays[0] else way[-1]
        first, last, steps = finals.get(head, 0.0), finals.get(way[0], 0.0), way.index(head)
        if steps < 2 or not 0 < first < math.inf or not 0 < last < math.inf:
            continue
        ratio = last / first
        if VANISHING < ratio < EXPLODING:
            continue
        kind = "vanishing-length" if ratio <= VANISHING else "exploding-length"
        facts = {"name": name, "output": output_of(trace), "head": trace.names[head], "first": first, "last": last}
        found[kind].append(Finding(kind, **facts, ratio=ratio, steps=steps, mean=ratio ** (1 / steps)))
    for several in found.values():
        yield from few(several)

