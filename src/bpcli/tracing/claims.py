"""What somebody did who got another gradient: slips that are tried on one record until one gives the number.

A slip changes one thing: an edge of the reverse pass, how the branches are added, the program's inputs, or what is
taken for the answer. Changing the local derivative of one edge changes the gradient by

    (what the edge passes on now - what it passed on) * (how fast its argument changes with the variable),

so all slips of one edge are tried at the price of a single pass upwards.
"""

from __future__ import annotations

import copy
import math

from bpcli.calculus.sweeps import OPEN
from bpcli.engine.choose import fitting
from bpcli.engine.floats import FLOATS
from bpcli.engine.noticing import short
from bpcli.engine.point import gradient
from bpcli.errors import InputError, NumericError
from bpcli.numbers import nearest
from bpcli.ops import TABLE
from bpcli.tracing.expectations import TOLERANCE
from bpcli.tracing.paths import ways
from bpcli.tracing.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from bpcli.graph import Program
    from bpcli.tracing.expectations import Written
    from bpcli.tracing.paths import Path
    from bpcli.tracing.record import Trace
    from bpcli.tracing.rows import Backward

ONLY_PATH = "only-path"
ONLY_PATH_OF_MANY = "only-path-of-many"
PATH_MISSING = "path-missing"
OVERWRITTEN = "overwritten"
OVERWRITTEN_INSIDE = "overwritten-inside"
TIE = "tie"
SPLIT = "split"
SPLIT_EVERYWHERE = "split-everywhere"
SUM_FOR_MEAN = "sum-for-mean"
MEAN_FOR_SUM = "mean-for-sum"
UPSTREAM = "upstream-forgotten"
LOCALS_ONLY = "locals-only"
FACTOR = "factor-dropped"
INNER = "inner-dropped"
SIGN_INSIDE = "sign-inside"
SIGN = "sign"
ACCUMULATED = "accumulated"
VALUE = "value"
OWN_VALUE = "own-value"
OTHER_NAME = "other-name"
TARGET = "target"
INPUT = "input"
GATE_OPENED = "gate-opened"
GATES_OPENED = "gates-opened"
GATE_CLOSED = "gate-closed"
GATE_OTHER = "gate-other"
DIVISION = "division"
HALVED = "halved"
DOUBLED = "doubled"

# The most specific first: of two slips that give the same number the one that says more about the mistake.
KINDS = (
    ONLY_PATH, PATH_MISSING, ONLY_PATH_OF_MANY, OVERWRITTEN, OVERWRITTEN_INSIDE, TIE, GATE_OPENED, GATES_OPENED,
    GATE_OTHER, GATE_CLOSED, SUM_FOR_MEAN, MEAN_FOR_SUM, FACTOR, DIVISION, SPLIT, SPLIT_EVERYWHERE, UPSTREAM,
    LOCALS_ONLY, SIGN_INSIDE, INNER, SIGN, VALUE, OTHER_NAME, OWN_VALUE, HALVED, DOUBLED, ACCUMULATED, TARGET,
    INPUT,
)  # fmt: skip
# Of vectors and matrices, see tensor_claims.py.
FACTORS_SWAPPED = "factors-swapped"
TRANSPOSED = "transposed"
NO_TRANSPOSE = "no-transpose"
NOT_SUMMED = "not-summed"
ONE_COPY = "one-copy"
MEAN_OVER_COPIES = "mean-over-copies"
UPSTREAM_OF_TENSOR = "upstream-of-tensor"
BATCH = "batch"
OTHER_SHAPE = "other-shape"
TENSOR_KINDS = (
    FACTORS_SWAPPED, NO_TRANSPOSE, TRANSPOSED, NOT_SUMMED, ONE_COPY, MEAN_OVER_COPIES, UPSTREAM_OF_TENSOR, BATCH,
)  # fmt: skip
RANK = {kind: place for place, kind in enumerate((*TENSOR_KINDS, *KINDS, OTHER_SHAPE))}

MOST_EDGES = 200  # beyond it a single edge explains nothing: there are too many that could
MOST_PASSES = 2_000_000  # nodes times passes with changed inputs
MOST_TIMES = 3  # backward passes without zeroing
SMALL = 3  # whole numbers up to this are tried for a fraction
# Whole numbers on each side that are tried for a target, and for another input, of which there are more.
AROUND_TARGET, AROUND = 10, 3
# How likely a slip may be met by chance, with all that are likelier than it: a short number is near to many.
BY_CHANCE = 0.01
SPAN = 3.0  # times the gradient, or the number that is claimed: where such numbers lie


class Slip:
    """One mistake: its kind, the number that it gives, and what fills the slots of its sentence."""

    __slots__ = ("facts", "kind", "rank", "value")

    def __init__(self, kind: str, value: Any, rank: float = 0.0, **facts: Any) -> None:
        self.kind = kind
        self.value = value
        self.facts = facts
        self.rank = (RANK[kind], rank)


class Claim:
    """A gradient that somebody claims, what it is, and the slips that give the claimed number, most specific first.

    vague: number of slips that it is near to as well, which may be a matter of chance
    """

    __slots__ = ("actual", "name", "ok", "slips", "vague", "written")

    def __init__(self, name: str, written: Written, actual: float, ok: bool) -> None:
        self.name = name
        self.written = written
        self.actual = actual
        self.ok = ok
        self.slips: list[Slip] = []
        self.vague = 0


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
        from bpcli.tracing.tensor_claims import examined_tensors

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
            claim.slips, claim.vague = explaining(slips(trace, name), written, claim.actual, tolerance)
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
    for row in trace.backward:
        row.derived = short(program, row.node)


def _prefer_common(wrong: list[Claim]) -> None:
    """One changed input that explains several wrong numbers explains more than a slip of its own for each."""
    if len(wrong) < 2:
        return
    changes = [
        {(slip.facts["input"], slip.facts["to"]) for slip in claim.slips if slip.kind in (TARGET, INPUT)}
        for claim in wrong
    ]
    common = set.intersection(*changes)
    for claim in wrong:
        claim.slips.sort(key=lambda slip: (slip.facts.get("input"), slip.facts.get("to")) not in common)


def slips(trace: Trace, name: str) -> Iterator[Slip]:
    """Every slip that gives another number than the gradient by a name, in no order."""
    slope = nearest(trace.gradient[name])
    if not math.isfinite(slope):
        return
    for slip in _all(trace, name, slope):
        if math.isfinite(slip.value) and slip.value != slope:
            yield slip


def _all(trace: Trace, name: str, slope: float) -> Iterator[Slip]:
    node = trace.program.names[name]
    yield from _paths(trace, name, slope)
    rows = [row for row in trace.backward if row.state == OPEN]
    speeds = _speeds(rows, node)
    way = [row for row in rows if row.argument in speeds]
    yield from _sums(trace, way, node, slope, speeds)
    if len(way) <= MOST_EDGES:
        for row in way:
            yield from _edge(trace, row, node, slope, speeds, way)
        yield from _ties(trace, slope, speeds)
        from bpcli.tracing.gates import gate_slips

        yield from gate_slips(trace, node, slope)
    yield from _whole(trace, name, slope, way)
    yield from _terms(trace, slope)
    yield from _changed(trace, name)


def _speeds(rows: Sequence[Backward], node: int) -> dict[int, float]:
    """How fast each node changes with one of them: the edges upwards, in the order that lies behind them."""
    speeds = {node: 1.0}
    for row in reversed(rows):
        if row.argument in speeds and row.node != node:
            speeds[row.node] = speeds.get(row.node, 0.0) + row.local * speeds[row.argument]
    return speeds


def _told(trace: Trace, node: int) -> str:
    entry = trace.nodes.get(node)
    return entry.name if entry is not None else str(node)


def _way(trace: Trace, path: Path) -> str:
    """w -> a -> y"""
    names = [_told(trace, node) for node in path.nodes]
    return " -> ".join([*names[:4], "...", *names[-4:]] if len(names) > 9 else names)


def _through(trace: Trace, path: Path) -> str:
    """What a path goes through, or "" for a direct one."""
    names = [_told(trace, node) for node in path.nodes[1:-1]]
    return ", ".join(names if len(names) <= 5 else [*names[:2], "...", *names[-2:]])


def _paths(trace: Trace, name: str, slope: float) -> Iterator[Slip]:
    """A path that was forgotten, or the only one that was not."""
    paths = trace.paths.get(name)
    if paths is None or paths.count < 2:
        return
    for place, path in enumerate(paths.listed):
        way, through = _way(trace, path), _through(trace, path)
        if paths.count == 2 and len(paths.listed) == 2:
            other = paths.listed[1 - place]
            facts = {} if other.nodes != path.nodes else _places(trace, path, other)
            yield Slip(
                ONLY_PATH, path.product, len(path.nodes), path=way, through=through,
                missing=_through(trace, other), missing_path=_way(trace, other), amount=other.product,
                **facts,
            )  # fmt: skip
        else:
            yield Slip(PATH_MISSING, slope - path.product, place, path=way, through=through, amount=path.product)
            yield Slip(
                ONLY_PATH_OF_MANY, path.product, place, path=way, through=through,
                count=float(paths.count - 1), amount=slope - path.product,
            )  # fmt: skip


def _places(trace: Trace, path: Path, other: Path) -> dict[str, Any]:
    """Of two paths through the same nodes: which of the places of an argument each goes through."""
    for below, above, here, there in zip(path.nodes, path.nodes[1:], path.positions, other.positions, strict=False):
        if here != there:
            arguments = trace.nodes[above].args
            place, missing = (float(arguments[: each + 1].count(below)) for each in (here, there))
            return {"twice": _told(trace, below), "place": place, "missing_place": missing}
    return {}


def _sums(
    trace: Trace, way: Sequence[Backward], node: int, slope: float, speeds: Mapping[int, float]
) -> Iterator[Slip]:
    """Branches that were not added: the last one to arrive is all that is left."""
    # The last that brought something: a closed edge may come after it.
    for row in {row.argument: row for row in way}.values():
        if row.product != row.total:
            value = slope + (row.product - row.total) * speeds[row.argument]
            kind = OVERWRITTEN if row.argument == node else OVERWRITTEN_INSIDE
            yield Slip(kind, value, node=_told(trace, row.argument), last=row.product, total=row.total)
    here = [row for row in way if row.argument == node]
    if here and len(here) > 1:
        yield Slip(LOCALS_ONLY, sum(row.local for row in here), node=_told(trace, node), count=float(len(here)))
    adds = [row for row in way if _kind(trace, row) in ("add", "sub")]
    if len({row.node for row in adds}) > 1:
        value = _swept(trace, way, node, lambda row: row.local * (0.5 if _kind(trace, row) in ("add", "sub") else 1))
        yield Slip(SPLIT_EVERYWHERE, value)


def _kind(trace: Trace, row: Backward) -> str:
    return trace.nodes[row.node].op


def _swept(
    trace: Trace, way: Sequence[Backward], node: int, local: Callable[[Backward], float]
) -> float:
    """The gradient by a node with other local derivatives."""
    adjoints = {trace.output: 1.0}
    for row in way:
        if row.node in adjoints:
            adjoints[row.argument] = adjoints.get(row.argument, 0.0) + adjoints[row.node] * local(row)
    return adjoints.get(node, 0.0)


def _edge(
    trace: Trace, row: Backward, node: int, slope: float, speeds: Mapping[int, float], way: Sequence[Backward]
) -> Iterator[Slip]:
    """What can go wrong at one edge."""
    speed = speeds[row.argument]

    def instead(product: float) -> float:
        return slope + (product - row.product) * speed

    argument = _told(trace, row.argument)
    if not argument.isidentifier():
        argument = f"({argument})"
    edge: dict[str, Any] = {"node": _told(trace, row.node), "argument": argument, "derived": row.derived}
    arguments = trace.nodes[row.node].args
    if arguments.count(row.argument) > 1:
        edge["occurrence"] = float(arguments[: row.position + 1].count(row.argument))
    whole = {**edge, "local": row.local, "upstream": row.upstream}
    op = _kind(trace, row)
    inner = 0.0 if row.argument == node else 1.0
    if row.upstream != 1:
        yield Slip(UPSTREAM, instead(row.local), inner, **whole)
    if row.local != 1:
        yield Slip(INNER, instead(row.upstream), inner, **whole)
    if row.local == -1 or row.formula.startswith("-"):
        yield Slip(SIGN_INSIDE, instead(-row.product), inner, **whole)
    if op == "powc" and row.position == 0:
        exponent = _constant(trace, trace.nodes[row.node].args[1])
        if exponent not in (None, 0.0, 1.0):
            yield Slip(FACTOR, instead(row.product / exponent), inner, factor=exponent, **whole)
    if op in ("add", "sub") and row.position == 0:
        lost = sum(other.product / 2 * speeds[other.argument] for other in way if other.node == row.node)
        yield Slip(SPLIT, slope - lost, inner, **edge)
    elif op in ("add", "sub") and trace.nodes[row.node].args[0] not in speeds:
        yield Slip(SPLIT, instead(row.product / 2), inner, **edge)
    if op == "div" and row.position == 0:
        divisor = _constant(trace, trace.nodes[row.node].args[1])
        below = _value(trace, trace.nodes[row.node].args[1])
        if abs(below) != 1:
            yield Slip(DIVISION, instead(row.product * below * below), inner, divisor=below, **edge)
        if divisor is not None and divisor == _count(trace, row.argument) > 1:
            yield Slip(SUM_FOR_MEAN, instead(row.upstream), count=divisor, **edge)


def _constant(trace: Trace, node: int) -> float | None:
    entry = trace.constants.get(node)
    return nearest(entry.value) if entry is not None else None


def _count(trace: Trace, node: int) -> int:
    """How many terms a sum has."""
    graph = trace.program.graph
    count, work = 0, [node]
    while work and count <= MOST_EDGES:
        here = work.pop()
        if graph.op[here] in ("add", "sub"):
            work += graph.args[here]
        elif graph.op[here] == "same":
            work.append(graph.args[here][0])
        else:
            count += 1
    return count


def _terms(trace: Trace, slope: float) -> Iterator[Slip]:
    """A sum that was taken for a mean: its terms are alike, and there are several."""
    graph, node = trace.program.graph, trace.output
    terms: list[int] = []
    work = [node]
    while work and len(terms) <= MOST_EDGES:
        here = work.pop()
        if graph.op[here] == "add":
            work += graph.args[here]
        else:
            terms.append(here)
    if 1 < len(terms) <= MOST_EDGES and len({graph.op[term] for term in terms}) == 1:
        yield Slip(MEAN_FOR_SUM, slope / len(terms), count=float(len(terms)))


def _ties(trace: Trace, slope: float, speeds: Mapping[int, float]) -> Iterator[Slip]:
    """Another rule for who gets the slope where arguments of max or min tie, and at the corner of relu and abs."""
    rows = [row for row in trace.backward if row.argument in speeds and row.upstream - row.upstream == 0]
    groups: dict[int, list[Backward]] = {}
    for row in rows:
        declared = TABLE.get(_kind(trace, row))
        if declared is not None and declared.kinks:
            groups.setdefault(row.node, []).append(row)
    for node, group in groups.items():
        entry = trace.nodes[node]
        values = [_value(trace, argument) for argument in entry.args]
        told: dict[str, Any] = {"node": entry.name, "of": entry.formula}
        if TABLE[entry.op].variadic:
            tied = [place for place, value in enumerate(values) if value == entry.value]
            if len(tied) < 2:
                continue
            rules = {
                "first": dict.fromkeys(tied[:1], 1.0),
                "last": dict.fromkeys(tied[-1:], 1.0),
                "full": dict.fromkeys(tied, 1.0),
                "share": dict.fromkeys(tied, 1 / len(tied)),
            }
        elif entry.op in ("relu", "abs") and values[0] == 0:
            rules = {slope: {0: float(slope)} for slope in ("1", "-1", "0", "0.5")}
        else:
            continue
        for rule, locals_ in rules.items():
            change = sum(
                (locals_.get(row.position, 0.0) * row.upstream - row.product) * speeds[row.argument] for row in group
            )
            yield Slip(TIE, slope + change, rule=rule, **told)


def _value(trace: Trace, node: int) -> float:
    entry = trace.nodes.get(node) or trace.constants[node]
    return nearest(entry.value)


def _whole(trace: Trace, name: str, slope: float, way: Sequence[Backward]) -> Iterator[Slip]:
    """Slips that change the number as a whole, or give another number of the same program.

    way: the edges between the name and the result
    """
    output = trace.nodes[trace.output].name if trace.output in trace.nodes else trace.program.output_name
    yield Slip(SIGN, -slope)
    for times in range(2, MOST_TIMES + 1):
        yield Slip(ACCUMULATED, slope * times, times, times=float(times))
    # A factor 2 is missing, or too much, only where a rule has one.
    if any(_constant(trace, trace.nodes[row.node].args[1]) == 2 for row in way if _kind(trace, row) == "powc"):
        yield Slip(HALVED, slope / 2)
    if any(_halves(trace, row) for row in way):
        yield Slip(DOUBLED, slope * 2)
    yield Slip(VALUE, nearest(trace.value), output=output)
    own = trace.program.names[name]
    if own in trace.nodes:
        yield Slip(OWN_VALUE, _value(trace, own), name=name)
    for other, number in trace.gradient.items():
        if other != name:
            yield Slip(OTHER_NAME, nearest(number), other=other)


def _halves(trace: Trace, row: Backward) -> bool:
    """Whether an edge divides by 2."""
    op, arguments = _kind(trace, row), trace.nodes[row.node].args
    if op == "div":
        return row.position == 0 and _constant(trace, arguments[1]) == 2
    return op == "mul" and _constant(trace, arguments[1 - row.position]) == 0.5


def _changed(trace: Trace, name: str) -> Iterator[Slip]:
    """The same program with one input at another value: a whole number near by, the other sign, a shifted point."""
    program, given = trace.program, trace.given
    inputs = [each for each, value in given.items() if math.isfinite(value)]
    targets = _targets(trace)
    near = {each: _near(given[each], AROUND_TARGET if each in targets else AROUND) for each in inputs}
    passes = sum(map(len, near.values()))
    if passes * (program.output + 1) > MOST_PASSES:
        return
    for each in inputs:
        now = given[each]
        for value in near[each]:
            try:
                point = gradient(program, {**given, each: value}, [name])
            except (InputError, NumericError):
                continue
            kind = TARGET if each in targets else INPUT
            yield Slip(kind, point.gradient[name], abs(value - now), input=each, to=value, now=now)


def _near(value: float, reach: int) -> list[float]:
    """Values that somebody may have used for this one."""
    step = 1.0 if abs(value) >= 1 or value == 0 else 10.0 ** math.floor(math.log10(abs(value)))
    middle = round(value / step)
    if abs(middle) > 2**53:
        return []
    around = [(middle + place) * step for place in range(-reach, reach + 1)]
    if step < 1:
        around = [*(float(f"{each:.12g}") for each in around), *map(float, range(-SMALL, SMALL + 1))]
    return [each for each in dict.fromkeys([*around, -value]) if each != value]


def _targets(trace: Trace) -> set[str]:
    """Inputs that a result is compared with: used once, in a difference with something that was computed."""
    graph = trace.program.graph
    found = set()
    for each in trace.given:
        node = graph.variables[each]
        users = [step.node for step in trace.forward if node in graph.args[step.node]]
        if len(users) != 1 or graph.op[users[0]] != "sub":
            continue
        left, right = graph.args[users[0]]
        other = right if left == node else left
        if graph.args[other] and left != right:
            found.add(each)
    return found
