"""Functions of users with derivatives of their own, and what can be seen of the formulas of their rules."""

from __future__ import annotations

from bpcli.graph.nodes import Graph


class Function:
    """A user's function with derivatives of its own: one node of the graph, with templates for its rules.

    body:     the value, a graph over the parameters, and its output
    partials: parameter -> (graph, output) of the local derivative; a parameter without one has no rule
    spans:    parameter -> place of its rule in the text
    surrogates: parameters whose rule is meant to differ from the derivative
    pullbacks: parameter -> (graph, output) of a rule that says what it makes of the upstream value `g`; its partial is
              the same where g is 1
    """

    __slots__ = ("body", "name", "params", "partials", "pullbacks", "span", "spans", "surrogates")

    def __init__(self, name: str, params: tuple[str, ...], body: tuple[Graph, int], span: tuple[int, int]) -> None:
        self.name = name
        self.params = params
        self.body = body
        self.partials: dict[str, tuple[Graph, int]] = {}
        self.spans: dict[str, tuple[int, int]] = {}
        self.surrogates: set[str] = set()
        self.pullbacks: dict[str, tuple[Graph, int]] = {}
        self.span = span


def at_one(graph: Graph, output: int, name: str) -> tuple[Graph, int]:
    """A formula where the variable `name` is 1; a product with it is the other factor."""
    made = Graph(graph.share, graph.limit)
    for other in graph.variables:
        if other != name:
            made.variable(other)
    one = made.const(1)
    new: list[int] = []
    for node in range(output + 1):
        op, args = graph.op[node], tuple(new[argument] for argument in graph.args[node])
        span = (graph.start[node], graph.stop[node])
        if op == "var":
            payload = str(graph.payload[node])
            new.append(one if payload == name else made.variable(payload, span))
        elif op == "const":
            new.append(made.const(graph.payload[node], span))
        elif op == "mul" and one in args:
            new.append(args[1] if args[0] == one else args[0])
        else:
            new.append(made.add(op, args, span))
    return made, new[output]


def proportional(graph: Graph, output: int, name: str) -> bool:
    """Whether a formula can be seen to be something times the variable `name`."""
    powers: list[int | None] = []  # how often the variable is a factor of each node; None where it is otherwise in it
    for node in range(output + 1):
        op, held = graph.op[node], [powers[argument] for argument in graph.args[node]]
        if op == "var":
            powers.append(int(graph.payload[node] == name))
        elif None in held:
            powers.append(None)
        elif not any(held):
            powers.append(0)
        elif (op == "mul" and sum(filter(None, held)) == 1) or (op in ("add", "sub") and held == [1, 1]):
            powers.append(1)
        elif op in ("neg", "same") or (op == "div" and held == [1, 0]):
            powers.append(held[0])
        else:
            powers.append(None)
    return powers[output] == 1
