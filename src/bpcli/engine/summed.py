"""Sums over rows, taken apart before anything is computed: a scale times the sum of a column, or of two multiplied.

2*(a*exp(-b*x) - y)*a*exp(-b*x)*(-x), summed over the rows, is -2*a times the sum of u*x with u = r*e, r the residual, e
the exponential. Numbers that are the same in every row are multiplied once, the last product of two columns is never
written down, and what several sums have in common is computed once.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from bpcli.engine.kernel import Kernel
from bpcli.engine.lanes import SPELLED
from bpcli.engine.lowering import LANE, lower, single

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from bpcli.engine.lowering import Lowered
    from bpcli.graph import Graph

Array = Any

SHORT = 8192  # numbers of a dot product: beyond 10 000 OpenBLAS takes threads of its own, which wait for ours
LEAST, MOST = 1e-100, 1e100  # of a scale: what it multiplies is far from where floats end


class Term(NamedTuple):
    """One sum: scale times the sum of first * second, both columns of `Summed`.

    scale:  place of its number among those of `Summed`
    first:  place of a column, -1 where there is none: every row counts 1
    second: place of the other, -1 where there is none
    """

    scale: int
    first: int
    second: int


class Summed:
    """The sums of some nodes of a graph.

    kernel:  fills the columns that are computed; `columns` has names, for those that are there already
    terms:   one for each node
    """

    def __init__(self, graph: Graph, nodes: Sequence[int], lanes: Collection[str]) -> None:
        made = lower(graph, nodes, lanes, SPELLED)
        parts = [_taken_apart(made, output) for output in made.outputs]
        both = [_two(made, factors) for _, factors in parts]
        needed = dict.fromkeys(node for pair in both for node in pair)
        computed = [node for node in needed if made.args[node]]
        given = [node for node in needed if not made.args[node]]
        places = {node: place for place, node in enumerate([*computed, *given])}
        self.columns = [made.name[node] for node in given]
        scales = [_multiplied(made, scalars) for scalars, _ in parts]
        self.terms = [
            Term(place, *(places[node] for node in pair), *[-1] * (2 - len(pair))) for place, pair in enumerate(both)
        ]
        made.outputs = tuple(computed)
        self.kernel = Kernel.of(made)
        self._scales = _Singles(made, scales)

    def scales(self, singles: Mapping[str, float]) -> list[float]:
        """The factor of each sum."""
        return self._scales.of(singles)

    def sums(self, computed: Sequence[Array], given: Mapping[str, Array], rows: int) -> list[float]:
        """The sum of each term over a block of rows, without its scale."""
        columns = [*computed, *(given[name] for name in self.columns)]
        found: dict[tuple[int, int], float] = {}
        with np.errstate(all="ignore"):
            for _, first, second in self.terms:
                if (first, second) not in found:
                    if first < 0:
                        value = float(rows)
                    elif second < 0:
                        value = float(columns[first].sum())
                    else:
                        value = dot(columns[first], columns[second])
                    found[first, second] = value
        return [found[first, second] for _, first, second in self.terms]


def dot(x: Array, y: Array) -> float:
    """The sum of x*y, in pieces.

    >>> dot(np.arange(10_000.0), np.ones(10_000))
    49995000.0
    """
    if len(x) <= SHORT:
        return float(x @ y)
    return sum([float(x[start : start + SHORT] @ y[start : start + SHORT]) for start in range(0, len(x), SHORT)])


def _taken_apart(made: Lowered, node: int) -> tuple[list[int], list[int]]:
    """The factors of a product: those that are the same in every row, and the columns."""
    scalars: list[int] = []
    factors: list[int] = []
    waiting = [node]
    while waiting:
        each = waiting.pop()
        op, args = made.op[each], made.args[each]
        if made.varies[each] != LANE:
            scalars.append(each)
        elif op == "mul" and args[0] != args[1]:
            waiting += args
        elif op == "neg":
            scalars.append(made.constant(-1.0))
            waiting += args
        elif op == "div" and made.varies[args[1]] != LANE:
            scalars.append(made.add("div", (made.constant(1.0), args[1])))
            waiting.append(args[0])
        else:
            factors.append(each)
    return scalars, factors


def _two(made: Lowered, factors: list[int]) -> list[int]:
    """At most two columns with the same product."""
    # What was computed last, a residual often, comes first: products with it are needed by several sums. Columns that
    # are there already come last.
    factors = sorted(factors, reverse=True)
    if len(factors) == 1 and made.op[factors[0]] == "mul":
        return [*made.args[factors[0]]]
    if len(factors) < 2:
        return factors
    *rest, last = factors
    return [_multiplied(made, rest), last]


def _multiplied(made: Lowered, nodes: Sequence[int]) -> int:
    product = made.constant(1.0)
    for node in nodes:
        product = node if made.is_constant(product, 1.0) else made.add("mul", (product, node))
    return product


class _Singles:
    """Numbers that are the same in every row, computed from those that are given."""

    def __init__(self, made: Lowered, nodes: Sequence[int]) -> None:
        marks = bytearray(len(made.op))
        for node in nodes:
            marks[node] = 1
        for node in range(len(marks) - 1, -1, -1):
            if marks[node]:
                for argument in made.args[node]:
                    marks[argument] = 1
        used = [node for node, mark in enumerate(marks) if mark]
        place = {node: number for number, node in enumerate(used)}
        self._steps: list[tuple[Callable[..., float] | None, tuple[int, ...], str, float]] = [
            (
                single(made.op[node]) if made.args[node] else None,
                tuple(place[argument] for argument in made.args[node]),
                made.name.get(node, ""),
                made.value.get(node, 0.0),
            )
            for node in used
        ]
        self._wanted = [place[node] for node in nodes]

    def of(self, singles: Mapping[str, float]) -> list[float]:
        """The numbers, in order."""
        values: list[float] = []
        for function, arguments, name, value in self._steps:
            if function is not None:
                value = function(*[values[argument] for argument in arguments])
            elif name:
                value = float(singles[name])
            values.append(value)
        return [values[place] for place in self._wanted]
