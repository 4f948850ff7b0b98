"""How the nodes of a record are told in the sentence of a slip, and what they are."""

from __future__ import annotations

from bpcli.numbers import nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.tracing.record import Trace
    from bpcli.tracing.rows import Backward


def told(trace: Trace, node: int) -> str:
    entry = trace.nodes.get(node)
    return entry.name if entry is not None else str(node)


def as_factor(name: str) -> str:
    """A name or a formula as a factor: in brackets, unless it is a name, a number or a call.

    >>> as_factor("w"), as_factor("x + w"), as_factor("sqrt(x + 1)"), as_factor("f(x) + g(x)")
    ('w', '(x + w)', 'sqrt(x + 1)', '(f(x) + g(x))')
    """
    function, opened, _ = name.partition("(")
    whole = _closes_last(name) if opened and function.isidentifier() else name.isidentifier() or name.isdecimal()
    return name if whole else f"({name})"


def as_differential(name: str) -> str:
    """What stands behind the d of a derivative: d(a*b)/d(x + w).

    >>> as_differential("w"), as_differential("sqrt(x)")
    ('w', '(sqrt(x))')
    """
    return name if name.isidentifier() else f"({name})"


def alone(formula: str) -> str:
    """A formula that stands by itself, without brackets around the whole.

    >>> alone("(x + w)"), alone("(x + w)*(x - w)")
    ('x + w', '(x + w)*(x - w)')
    """
    return formula[1:-1] if formula.startswith("(") and _closes_last(formula) else formula


def _closes_last(formula: str) -> bool:
    """Whether the first bracket closes where the formula ends."""
    depth = 0
    for place, char in enumerate(formula):
        depth += (char == "(") - (char == ")")
        if char == ")" and not depth:
            return place == len(formula) - 1
    return False


def kind_of(trace: Trace, row: Backward) -> str:
    return trace.nodes[row.node].op


def value_of(trace: Trace, node: int) -> float:
    entry = trace.nodes.get(node) or trace.constants[node]
    return nearest(entry.value)


def constant_of(trace: Trace, node: int) -> float | None:
    entry = trace.constants.get(node)
    return nearest(entry.value) if entry is not None else None
