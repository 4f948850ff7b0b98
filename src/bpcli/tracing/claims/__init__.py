"""What somebody did who got another gradient: slips that are tried on one record until one gives the number.

A slip changes one thing: an edge of the reverse pass, how the branches are added, the program's inputs, or what is
taken for the answer. Changing the local derivative of one edge changes the gradient by

    (what the edge passes on now - what it passed on) * (how fast its argument changes with the variable),

so all slips of one edge are tried at the price of a single pass upwards.

The rooms: `edges`, `remembered` (rules that many remember wrongly), `gates` (edges that a choice closes), `branches`,
`whole`, `inputs`, and `tensors` for all of it with vectors and matrices; `slips` names every mistake there is.
"""

from __future__ import annotations

import copy
import math

from bpcli.calculus.sweeps import OPEN, SHUT
from bpcli.engine.choose import fitting
from bpcli.engine.floats import FLOATS
from bpcli.engine.noticing import short
from bpcli.numbers import nearest
from bpcli.tracing.claims.branches import path_slips, sum_slips
from bpcli.tracing.claims.edges import MOST_EDGES, edge_slips, speeds_above, tie_slips
from bpcli.tracing.claims.gates import gate_slips
from bpcli.tracing.claims.inputs import input_slips
from bpcli.tracing.claims.remembered import rule_slips
from bpcli.tracing.claims.slips import INPUT, TARGET, Claim, Slip
from bpcli.tracing.claims.told import as_factor
from bpcli.tracing.claims.whole import mean_slips, whole_slips
from bpcli.tracing.expectations import TOLERANCE
from bpcli.tracing.names import Formulas
from bpcli.tracing.paths import ways
from bpcli.tracing.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bpcli.graph import Program
    from bpcli.tracing.expectations import Written
    from bpcli.tracing.record import Trace

# How likely a slip may be met by chance, with all that are likelier than it: a short number is near to many.
BY_CHANCE = 0.01
SPAN = 3.0  # times the gradient, or the number that is claimed: where such numbers lie


def examined(
    program: Program,
    given: Mapping[str, float],
    claimed: Sequence[tuple[str, Written]],
    tolerance: float | None = None,
    trace: Trace | None = None,
    named: bool = True,
) -> list[Claim]:
    """Each claim with the slips that explain it; where several are wrong, what explains them all comes first.

    trace: the record of the reverse pass, where there is one with all names
    named: whether who reads it has seen a record, and knows the names that it gives; else formulas stand for them

    Raises as engine.point.gradient; InputError for a name that the program does not have.
    """
    if fitting(program, given, FLOATS) is not FLOATS:
        from bpcli.tracing.claims.tensors import examined_tensors

        return examined_tensors(program, given, claimed, tolerance)
    given = {name: nearest(value) for name, value in given.items()}
    names = [name for name, _ in claimed]
    if trace is not None:
        trace = naming(trace, names)
    if trace is None or any(name not in trace.gradient for name in names):
        trace = record(program, given, list(dict.fromkeys([*program.inputs, *names])))
        if not named:
            _by_formulas(trace)
    found = []
    for name, written in claimed:
        claim = Claim(name, written, trace.gradient[name], written.fits(trace.gradient[name], tolerance))
        if not claim.ok:
            claim.slips, claim.vague = explaining(slips_of(trace, name), written, claim.actual, tolerance)
        found.append(claim)
    _prefer_common([claim for claim in found if not claim.ok])
    return found


def naming(trace: Trace, names: Sequence[str]) -> Trace:
    """The same record with derivatives and paths by nodes that it names itself, as `a`; all others as they were."""
    nodes = {entry.name: node for node, entry in trace.nodes.items() if node != trace.output}
    more = {name: nodes[name] for name in names if name not in trace.program.names and name in nodes}
    if not more:
        return trace
    program, found = copy.copy(trace.program), copy.copy(trace)
    program.names = program.names | more
    totals = {row.argument: row.total for row in trace.backward}
    slopes = {name: (node, nearest(totals.get(node, 0.0))) for name, node in more.items()}
    found.program = program
    found.gradient = trace.gradient | {name: slope for name, (_, slope) in slopes.items()}
    found.paths = trace.paths | ways(trace.output, trace.backward, slopes)
    return found


def explaining(
    known: Iterable[Slip], written: Written, slope: float, tolerance: float | None = None
) -> tuple[list[Slip], int]:
    """The slips that give the number that was written, most specific first; and how many others may do so by chance.

    A slip that gives the number as it is written explains it. One that gives it when rounded does while that is no
    matter of chance: among numbers up to SPAN times the gradient one of the rounded width 2*half meets n different
    values with the probability n*half/span, and beyond BY_CHANCE even the likeliest slips that are left say nothing.
    """
    span = SPAN * max(abs(slope), abs(written.value))
    found: dict[tuple[object, ...], Slip] = {}
    seen: set[float] = set()
    vague = 0
    for slip in sorted(known, key=lambda slip: slip.rank):
        if tolerance is None and written.half and abs(slip.value) <= span:
            seen.add(round(slip.value / written.half))
        by_chance = len(seen) * written.half > BY_CHANCE * span
        if written.fits(slip.value, TOLERANCE if by_chance and tolerance is None else tolerance):
            found.setdefault((slip.kind, *slip.facts.items()), slip)
        elif by_chance and written.fits(slip.value, tolerance):
            vague += 1
    return list(found.values()), vague


def _by_formulas(trace: Trace) -> None:
    """Nodes without a name of the user's are told by their formula."""
    program = trace.program
    for node, entry in trace.nodes.items():
        if entry.args and node != trace.output and node not in program.graph.name:
            entry.name = short(program, node)
    formulas = Formulas(program, {node: as_factor(entry.name) for node, entry in trace.nodes.items()})
    for row in trace.backward:
        row.derived = short(program, row.node)
        row.formula, row.condition = formulas.local(row.node, row.position, row.state == SHUT)


def _prefer_common(wrong: list[Claim]) -> None:
    """One slip that explains several wrong numbers explains more than one of its own for each.

    The same kind of slip at the same place of the graph comes before an input that was changed.
    """
    if len(wrong) < 2:
        return
    places = set.intersection(*[{_place(slip) for slip in claim.slips} for claim in wrong]) - {None}
    if places:
        for claim in wrong:
            claim.slips.sort(key=lambda slip: _place(slip) not in places)
        return
    changes = [
        {(slip.facts["input"], slip.facts["to"]) for slip in claim.slips if slip.kind in (TARGET, INPUT)}
        for claim in wrong
    ]
    common = set.intersection(*changes)
    for claim in wrong:
        claim.slips.sort(key=lambda slip: (slip.facts.get("input"), slip.facts.get("to")) not in common)


def _place(slip: Slip) -> tuple[object, ...] | None:
    """What was done, and where: the same for every number that it changes. None of an input that was changed."""
    if slip.kind in (TARGET, INPUT):
        return None
    where = ("of", "node", "derived", "argument", "taken")
    return (slip.kind, *(slip.facts[key] for key in where if key in slip.facts))


def slips_of(trace: Trace, name: str) -> Iterator[Slip]:
    """Every slip that gives another number than the gradient by a name, in no order."""
    slope = nearest(trace.gradient[name])
    if not math.isfinite(slope):
        return
    for slip in _all(trace, name, slope):
        if math.isfinite(slip.value) and slip.value != slope:
            yield slip


def _all(trace: Trace, name: str, slope: float) -> Iterator[Slip]:
    node = trace.program.names[name]
    yield from path_slips(trace, name, slope)
    rows = [row for row in trace.backward if row.state == OPEN]
    speeds = speeds_above(rows, node)
    way = [row for row in rows if row.argument in speeds]
    yield from sum_slips(trace, way, node, slope, speeds)
    if len(way) <= MOST_EDGES:
        for row in way:
            yield from edge_slips(trace, row, node, slope, speeds, way)
            yield from rule_slips(trace, row, slope, speeds[row.argument])
        yield from tie_slips(trace, slope, speeds)
        yield from gate_slips(trace, node, slope)
    yield from whole_slips(trace, name, slope, way)
    yield from mean_slips(trace, slope)
    yield from input_slips(trace, name)
