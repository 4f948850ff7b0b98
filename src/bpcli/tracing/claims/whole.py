"""Slips that change the number as a whole, or give another number of the same program."""

from __future__ import annotations

from bpcli.numbers import nearest
from bpcli.tracing.claims.edges import MOST_EDGES
from bpcli.tracing.claims.slips import (
    ACCUMULATED,
    DOUBLED,
    HALVED,
    MEAN_FOR_SUM,
    MOST_TIMES,
    OTHER_NAME,
    OWN_VALUE,
    SIGN,
    VALUE,
    Slip,
)
from bpcli.tracing.claims.told import constant_of, kind_of, value_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bpcli.tracing.record import Trace
    from bpcli.tracing.rows import Backward


def whole_slips(trace: Trace, name: str, slope: float, way: Sequence[Backward]) -> Iterator[Slip]:
    """Slips that change the number as a whole, or give another number of the same program.

    way: the edges between the name and the result
    """
    output = trace.nodes[trace.output].name if trace.output in trace.nodes else trace.program.output_name
    yield Slip(SIGN, -slope)
    for times in range(2, MOST_TIMES + 1):
        yield Slip(ACCUMULATED, slope * times, times, times=float(times))
    # A factor 2 is missing, or too much, only where a rule has one.
    if any(constant_of(trace, trace.nodes[row.node].args[1]) == 2 for row in way if kind_of(trace, row) == "powc"):
        yield Slip(HALVED, slope / 2)
    if any(_halves(trace, row) for row in way):
        yield Slip(DOUBLED, slope * 2)
    yield Slip(VALUE, nearest(trace.value), output=output)
    own = trace.program.names[name]
    if own in trace.nodes:
        yield Slip(OWN_VALUE, value_of(trace, own), name=name)
    for other, number in trace.gradient.items():
        if other != name:
            yield Slip(OTHER_NAME, nearest(number), other=other)


def _halves(trace: Trace, row: Backward) -> bool:
    """Whether an edge divides by 2."""
    op, arguments = kind_of(trace, row), trace.nodes[row.node].args
    if op == "div":
        return row.position == 0 and constant_of(trace, arguments[1]) == 2
    return op == "mul" and constant_of(trace, arguments[1 - row.position]) == 0.5


def mean_slips(trace: Trace, slope: float) -> Iterator[Slip]:
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
