"""How the gradient flows: where it vanishes, explodes, dies or saturates."""

from __future__ import annotations

import math

from bpcli.calculus.sweeps import SHUT
from bpcli.numbers import nearest
from bpcli.tracing.lenses.lens import FLOW, Finding, Grid, Lens, few, name_of, output_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from bpcli.tracing.record import Trace
    from bpcli.tracing.rows import Backward

    Cell = Any

VANISHING, EXPLODING = 1e-3, 1e3  # of a product of local derivatives along a path
SATURATED = 0.01  # of the slope that a squashing function has in the middle
SQUASHING = {"sigmoid": 0.25, "tanh": 1.0, "softsign": 1.0, "erf": 2 / math.sqrt(math.pi), "atan": 1.0}
VALVES = ("relu", "relu6", "hard_tanh", "hard_sigmoid")


def flow(trace: Trace) -> Lens:
    """How large the gradient is at each depth, and where it vanishes, explodes, or stops."""
    if trace.of_tensors:
        from bpcli.tracing.lenses.tensor_flows import tensor_flow

        return tensor_flow(trace)
    deep = depths(trace)
    # An input that is used at many depths, as the weight of every step of a chain, is compared where it is used first:
    # what the upper steps bring to it says nothing of how much is left below.
    deep |= _first_uses(trace, deep)
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
        rows.append((depth, len(nodes), local, name_of(trace, largest), size, size / before if before else None))
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


def _first_uses(trace: Trace, deep: Mapping[int, int]) -> dict[int, int]:
    """Edges from the output to each input, by the shortest end of its ways."""
    found: dict[int, int] = {}
    for row in trace.backward:
        if row.node in deep and not trace.nodes[row.argument].args:
            found[row.argument] = min(found.get(row.argument, deep[row.node] + 1), deep[row.node] + 1)
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
