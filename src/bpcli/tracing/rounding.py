"""What rounding and underflow do to a value on its way: what no difference can tell apart, however sharp it looks."""

from __future__ import annotations

import math

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from bpcli.engine.point import Point

TINIEST = math.ulp(0.0)


class Rounding:
    """How much of a value is noise, as far as the values on the way to it say.

    magnitude: the size whose rounding the result carries. A node v is rounded by eps |v|, of which the result gets
               eps |v dy/dv|: sum(a) with a = [1, -1] is 0, and as uncertain as 2. Each node rounds for itself, so that
               the squares of these add up.
    grain:     the same for underflow, below which nothing is left of a value: the smallest number times |dy/dv|

    Source: Higham, Accuracy and Stability of Numerical Algorithms, 2nd edition, sections 1.6 and 2.2.
    """

    __slots__ = ("grain", "magnitude")

    def __init__(self, magnitude: float, grain: float = 0.0) -> None:
        self.magnitude = magnitude
        self.grain = grain


def rounding_of(point: Point, scale: float = 1.0) -> Rounding:
    """What the adjoints of a point say of it; `scale` is what the reverse pass had started with.

    >>> from bpcli.engine.point import gradient
    >>> from bpcli.language.reader import parse
    >>> rounding_of(gradient(parse("(x + 3) - 5"), {"x": 2.0})).magnitude  # the sum is 5, the result 0
    5.0
    """
    squares = grain = 0.0
    for arguments, value, adjoint in zip(point.program.graph.args, point.values, point.adjoints, strict=False):
        if adjoint is None or not arguments:
            continue  # inputs are as exact as they were given
        share, slope = _sizes(value, adjoint)
        if math.isfinite(share):
            squares += share * share
        if math.isfinite(slope):
            grain += TINIEST * (slope / scale)
    return Rounding(math.sqrt(squares) / scale if squares < math.inf else math.inf, grain)


def _sizes(value: Any, adjoint: Any) -> tuple[float, float]:
    """The sums of |value * adjoint| and of |adjoint| over the entries of a node."""
    if not getattr(value, "shape", ()) and not getattr(adjoint, "shape", ()):
        return abs(float(value) * float(adjoint)), abs(float(adjoint))
    import numpy as np

    with np.errstate(all="ignore"):
        return float(np.sum(np.abs(value * adjoint))), float(np.sum(np.abs(adjoint)))
