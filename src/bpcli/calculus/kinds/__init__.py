"""What a kind of number must bring, and what it gets from the table in return.

A number of any kind understands `+`, `*` and unary `-`; its kind spells the primitives. Everything else is
compiled here, once for each kind, from the formulas of the table: the values of composed operations and
the rules of the edges.

`kind` is where one begins, `edges` has the rules, `compiled` what makes functions of formulas.
"""

from __future__ import annotations

from bpcli.calculus.kinds.compiled import compiled, formula, partial_text
from bpcli.calculus.kinds.edges import (
    ARGUMENT,
    COPY,
    DIFFERENCE,
    FLAT,
    FLIP,
    FORMULA,
    MISSING,
    NO_RULE,
    OTHER,
    OUT,
    PAIR,
    PRODUCT,
    PULL,
    SINGLE,
    SUM,
    Edge,
    no_rule,
    shape_of,
)
from bpcli.calculus.kinds.kind import CLOSED, Calls, Functions, Kind, edges_below

__all__ = [
    "ARGUMENT", "CLOSED", "COPY", "DIFFERENCE", "FLAT", "FLIP", "FORMULA", "MISSING", "NO_RULE", "OTHER", "OUT",
    "PAIR", "PRODUCT", "PULL", "SINGLE", "SUM", "Calls", "Edge", "Functions", "Kind", "compiled", "edges_below",
    "formula", "no_rule", "partial_text", "shape_of",
]
