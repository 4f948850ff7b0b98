"""Slips of memory: a local derivative that is written down wrongly, as many do with the same few rules."""

from __future__ import annotations

import math

from bpcli.calculus.kinds import compiled, formula
from bpcli.calculus.pullbacks import places_of
from bpcli.engine.floats import FLOATS
from bpcli.language.text import ATOM, expression
from bpcli.ops import TABLE
from bpcli.tracing.claims.slips import WRONG_RULE, Slip
from bpcli.tracing.claims.told import alone, as_differential, as_factor, constant_of, kind_of, told, value_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bpcli.tracing.record import Trace
    from bpcli.tracing.rows import Backward

DEGREES = "pi/180"

# Operation and argument -> what is taken for the slope, in the names of the table of operations; `out` is the value.
TAKEN = {
    ("mul", 0): ("x",),
    ("mul", 1): ("y",),
    ("div", 1): ("-1/y^2", "-x/y", "1/y"),
    ("powc", 0): ("n*out",),
    ("pow", 1): ("out", "out*y/x"),
    ("exp", 0): ("x*exp(x - 1)", "1"),
    ("exp2", 0): ("out",),
    ("log", 0): ("1/(x*log(10))", "out/x"),
    ("log10", 0): ("1/x",),
    ("log2", 0): ("1/x",),
    ("sqrt", 0): ("1/out", "1/(2*x)", "1/(2*x^2)", "out/2"),
    ("sin", 0): (f"cos({DEGREES}*x)", "out"),
    ("cos", 0): (f"-sin({DEGREES}*x)", "out"),
    ("tan", 0): ("1/cos(x)", "1 - out^2"),
    ("sigmoid", 0): ("1 - out", "out", "x*(1 - x)", "out^2*(1 - out)"),
    ("tanh", 0): ("1 - out", "1 - x^2", "1 + out^2", "(1 - out^2)^2"),
    ("softplus", 0): ("out",),
}  # fmt: skip


def rule_slips(trace: Trace, row: Backward, slope: float, speed: float) -> Iterator[Slip]:
    """The edge with each of the slopes that are often taken for its own.

    speed: how fast the argument changes with the variable
    """
    op = kind_of(trace, row)
    arguments = trace.nodes[row.node].args
    if len({*arguments}) < len(arguments):
        return  # x*x: which of them is meant, nobody can say
    for text in TAKEN.get((op, row.position), ()):
        local = _slope(trace, row, text)
        if local is not None and local != row.local:
            yield Slip(
                WRONG_RULE, slope + (local - row.local) * row.upstream * speed,
                0.0 if speed == 1 else 1.0,
                derived=row.derived, argument=as_differential(told(trace, row.argument)),
                taken=alone(_spelled(trace, row, text)), rule=alone(row.formula),
            )  # fmt: skip


def _slope(trace: Trace, row: Backward, text: str) -> float | None:
    """The value of a slope of the list at this edge; None where it has none."""
    read, arguments = formula(text), trace.nodes[row.node].args
    places = places_of(TABLE[kind_of(trace, row)], len(arguments))
    run = compiled(read.graph, read.output, places, FLOATS.functions, FLOATS.constant)
    try:
        found = float(run([value_of(trace, each) for each in (*arguments, row.node)]))
    except (ArithmeticError, ValueError):
        return None
    return found if math.isfinite(found) else None


def _spelled(trace: Trace, row: Backward, text: str) -> str:
    """The same in the names of the record."""
    read, declared = formula(text), TABLE[kind_of(trace, row)]
    spelled: Mapping[str, tuple[str, int]] = {
        name: (_name(trace, node), ATOM)
        for name, node in zip((*declared.params, "out"), (*trace.nodes[row.node].args, row.node), strict=False)
    }
    return expression(read.graph, read.output, spelled=dict(spelled))


def _name(trace: Trace, node: int) -> str:
    number = constant_of(trace, node)
    return as_factor(f"{number:g}" if number is not None else told(trace, node))
