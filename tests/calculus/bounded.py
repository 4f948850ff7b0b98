"""The sum of absolute terms of a program: the scale on which two ways to compute one value may differ."""

from __future__ import annotations

from bpcli.calculus.sweeps import reverse
from bpcli.engine.floats import FLOATS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.graph import Graph

EPS = 2.0**-52


def sum_of_absolute_terms(graph: Graph, output: int, values: list[float]) -> float:
    """What each value of a program contributes to the output, its slope times itself, in absolute terms.

    For a sum of products these are the terms. For a composed program it bounds, to first order and divided by
    half an eps, what all roundings together do (Higham, Accuracy and Stability of Numerical Algorithms, 2nd
    edition, section 3.1). inf or nan where a slope is: then nothing can be said.
    """
    adjoints = reverse(graph, FLOATS, values, output, 1.0, bytearray(len(graph)))
    total = abs(values[output])
    for node in range(output + 1):
        slope = adjoints[node]
        if slope is not None and values[node] != 0:
            total += abs(slope * values[node])
    return total
