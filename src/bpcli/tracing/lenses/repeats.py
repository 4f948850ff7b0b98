"""The gradient after each of several backward passes."""

from __future__ import annotations

from bpcli.numbers import nearest
from bpcli.tracing.lenses.lens import REPEAT, Finding, Grid, Lens, output_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from bpcli.tracing.record import Trace

    Cell = Any


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
