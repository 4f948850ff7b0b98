"""Derivatives as formulas: the reverse sweep over symbols."""

from __future__ import annotations

from bpcli.calculus.sweeps import idle, reverse
from bpcli.calculus.symbols import Symbol, Symbols

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.graph import Graph


def derivative(graph: Graph, output: int, wrt: list[int], textbook: bool = False) -> list[int]:
    """The nodes of the derivatives of `output` by each of `wrt`; the graph is extended by them.

    A variable that no open path leads to has the constant 0. `textbook` builds the forms that books print
    (1 - tanh(x)^2) instead of those that keep their accuracy far out.

    Raises InputError where a user's function has no rule for an argument on the way.
    """
    kind = Symbols(graph, textbook)
    values = [Symbol(kind, node) for node in range(output + 1)]
    skip = idle(graph, wrt)
    if skip[output]:
        return [graph.const(0) for _ in wrt]
    adjoints = reverse(graph, kind, values, output, kind.constant(1), skip)
    results = []
    for node in wrt:
        adjoint = adjoints[node] if node <= output else None
        results.append(graph.const(0) if adjoint is None else adjoint.node)
    return results
