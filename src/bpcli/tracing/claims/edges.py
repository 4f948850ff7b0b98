"""Slips at one edge of the reverse pass, all at the price of one pass upwards."""

from __future__ import annotations

from bpcli.ops import TABLE
from bpcli.tracing.claims.slips import DIVISION, FACTOR, INNER, SIGN_INSIDE, SPLIT, SUM_FOR_MEAN, TIE, UPSTREAM, Slip
from bpcli.tracing.claims.told import as_differential, constant_of, kind_of, told, value_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from bpcli.tracing.record import Trace
    from bpcli.tracing.rows import Backward

MOST_EDGES = 200  # beyond it a single edge explains nothing: there are too many that could


def speeds_above(rows: Sequence[Backward], node: int) -> dict[int, float]:
    """How fast each node changes with one of them: the edges upwards, in the order that lies behind them."""
    speeds = {node: 1.0}
    for row in reversed(rows):
        if row.argument in speeds and row.node != node:
            speeds[row.node] = speeds.get(row.node, 0.0) + row.local * speeds[row.argument]
    return speeds


def edge_slips(
    trace: Trace, row: Backward, node: int, slope: float, speeds: Mapping[int, float], way: Sequence[Backward]
) -> Iterator[Slip]:
    """What can go wrong at one edge."""
    speed = speeds[row.argument]

    def instead(product: float) -> float:
        return slope + (product - float(row.product)) * speed

    argument = as_differential(told(trace, row.argument))
    edge: dict[str, Any] = {"node": told(trace, row.node), "argument": argument, "derived": row.derived}
    arguments = trace.nodes[row.node].args
    if arguments.count(row.argument) > 1:
        edge["occurrence"] = float(arguments[: row.position + 1].count(row.argument))
    whole = {**edge, "local": row.local, "upstream": row.upstream}
    op = kind_of(trace, row)
    inner = 0.0 if row.argument == node else 1.0
    if row.upstream != 1:
        yield Slip(UPSTREAM, instead(row.local), inner, **whole)
    if row.local != 1:
        yield Slip(INNER, instead(row.upstream), inner, **whole)
    if row.local == -1 or row.formula.startswith("-"):
        yield Slip(SIGN_INSIDE, instead(-row.product), inner, **whole)
    if op == "powc" and row.position == 0:
        exponent = constant_of(trace, trace.nodes[row.node].args[1])
        if exponent not in (None, 0.0, 1.0):
            yield Slip(FACTOR, instead(row.product / exponent), inner, factor=exponent, **whole)
    if op in ("add", "sub") and row.position == 0:
        lost = sum(other.product / 2 * speeds[other.argument] for other in way if other.node == row.node)
        yield Slip(SPLIT, slope - lost, inner, **edge)
    elif op in ("add", "sub") and trace.nodes[row.node].args[0] not in speeds:
        yield Slip(SPLIT, instead(row.product / 2), inner, **edge)
    if op == "div" and row.position == 0:
        divisor = constant_of(trace, trace.nodes[row.node].args[1])
        below = value_of(trace, trace.nodes[row.node].args[1])
        if abs(below) != 1:
            yield Slip(DIVISION, instead(row.product * below * below), inner, divisor=below, **edge)
        if divisor is not None and divisor == _count(trace, row.argument) > 1:
            yield Slip(SUM_FOR_MEAN, instead(row.upstream), count=divisor, **edge)


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


def tie_slips(trace: Trace, slope: float, speeds: Mapping[int, float]) -> Iterator[Slip]:
    """Another rule for who gets the slope where arguments of max or min tie, and at the corner of relu and abs."""
    rows = [row for row in trace.backward if row.argument in speeds and row.upstream - row.upstream == 0]
    groups: dict[int, list[Backward]] = {}
    for row in rows:
        declared = TABLE.get(kind_of(trace, row))
        if declared is not None and declared.kinks:
            groups.setdefault(row.node, []).append(row)
    for node, group in groups.items():
        entry = trace.nodes[node]
        values = [value_of(trace, argument) for argument in entry.args]
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
