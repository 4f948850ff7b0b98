"""Slips in what was put in: the right gradient of another point."""

from __future__ import annotations

import math

from bpcli.engine.point import gradient
from bpcli.errors import InputError, NumericError
from bpcli.tracing.claims.slips import INPUT, TARGET, Slip

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpcli.tracing.record import Trace

MOST_PASSES = 2_000_000  # nodes times passes with changed inputs
SMALL = 3  # whole numbers up to this are tried for a fraction
# Whole numbers on each side that are tried for a target, and for another input, of which there are more.
AROUND_TARGET, AROUND = 10, 3


def input_slips(trace: Trace, name: str) -> Iterator[Slip]:
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
