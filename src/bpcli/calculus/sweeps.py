"""The two loops: values upwards, gradients downwards. They know nothing of the kind of number that they carry.

Source: Griewank and Walther, Evaluating Derivatives, 2nd edition, chapter 3.
"""

from __future__ import annotations

from bpcli.calculus.kinds import ARGUMENT, CLOSED, COPY, FLAT, FLIP, MISSING, OUT, Kind
from bpcli.errors import InputError
from bpcli.graph import LEAVES
from bpcli.ops import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from bpcli.calculus.kinds import Edge
    from bpcli.graph import Graph

    Number = Any

# What Python raises where IEEE arithmetic has a value: 1/0, exp(1000), log(0).
RAISED = (ArithmeticError, ValueError)

OPEN, SHUT, NO_SLOPE = "open", "closed", "flat"


class Branch:
    """One edge as the reverse loop met it: upstream * local = product went from `node` to `argument`.

    state: "open", "closed" (a selection that chose otherwise) or "flat" (the operation has no slope)
    """

    __slots__ = ("argument", "local", "node", "position", "product", "state", "upstream")

    def __init__(
        self, node: int, position: int, argument: int, upstream: Number, local: Number, product: Number, state: str
    ) -> None:
        self.node = node
        self.position = position
        self.argument = argument
        self.upstream = upstream
        self.local = local
        self.product = product
        self.state = state


def forward(
    graph: Graph, kind: Kind, inputs: Mapping[int, Number], stop: int, known: Sequence[Number] = ()
) -> list[Number]:
    """The value of every node below `stop`. `inputs` gives the values of the variables by node.

    known: values of the first nodes, where they are known already

    Runs bare; where Python raises on a value it goes on from that node with IEEE results.
    """
    ops, args, payload = graph.op, graph.args, graph.payload
    values: list[Number] = list(known)
    append = values.append
    guarded = False
    while True:
        functions = kind.calling(graph, guarded)
        try:
            for node in range(len(values), stop):
                arguments = args[node]
                if len(arguments) == 2:
                    left, right = arguments
                    append(functions[ops[node]](values[left], values[right]))
                elif len(arguments) == 1:
                    append(functions[ops[node]](values[arguments[0]]))
                elif arguments:
                    append(functions[ops[node]](*[values[argument] for argument in arguments]))
                elif ops[node] == "const":
                    append(kind.constant(payload[node]))
                else:
                    append(inputs[node])
        except RAISED:
            if guarded:
                raise
            guarded = True
            continue
        return values


def reverse(
    graph: Graph,
    kind: Kind,
    values: list[Number],
    output: int,
    seed: Number,
    skip: bytearray,
    branches: list[Branch] | None = None,
) -> list[Number]:
    """The adjoint of every node up to `output`: what one more of it would add to the output.

    skip:     marks nodes that need no adjoint (constants, or what no requested variable reaches)
    branches: filled with one Branch for each edge, in the order of accumulation

    A node that nothing flows to has None, which is not 0: no open path leads there.
    """
    ops, args = graph.op, graph.args
    adjoints: list[Number] = [None] * (output + 1)
    adjoints[output] = seed
    masks: dict[int, Number] = {}  # presence of an adjoint, where it is not present everywhere
    guarded = False
    top, left = output, None
    node = position = 0
    ready = branches is None  # whether the next node is a whole one that nobody wants recorded
    while True:
        rules = _Rules(graph, kind, guarded)
        plans = _Plans(rules)
        try:
            # Walk from the output to the inputs. When we arrive at a node, all of its
            # consumers have been visited, so its adjoint is complete.
            for node in range(top, -1, -1):
                upstream = adjoints[node]
                if upstream is None:
                    continue
                arguments = args[node]
                if not arguments:
                    continue
                if ready:
                    plan = plans[ops[node]]
                    if plan is not None and not masks:
                        # Most nodes there are: sums and products, whose edges need no formula.
                        for argument, (code, index) in zip(arguments, plan):  # noqa: B905 - as long as each other
                            if skip[argument]:
                                continue
                            if code == COPY:
                                product = upstream
                            elif code == ARGUMENT:
                                product = upstream * values[arguments[index]]
                            elif code == FLIP:
                                product = -upstream
                            else:
                                product = upstream * values[node]
                            before = adjoints[argument]
                            adjoints[argument] = product if before is None else before + product
                        continue
                edges = rules.get(ops[node]) or rules.find(ops[node], len(arguments))
                mask = masks.get(node) if masks else None
                registers: list[Number] | None = None
                for position in left or range(len(arguments)):
                    argument = arguments[position]
                    if skip[argument]:
                        continue
                    edge = edges[position]
                    code = edge.code
                    presence = mask
                    if code == COPY:
                        product = upstream
                    elif code == ARGUMENT:
                        product = upstream * values[arguments[edge.index]]
                    elif code == FLIP:
                        product = -upstream
                    elif code == OUT:
                        product = upstream * values[node]
                    elif code == FLAT:
                        if branches is not None:
                            branches.append(_shut(graph, kind, node, position, upstream, NO_SLOPE))
                        continue
                    elif code == MISSING:
                        raise _no_rule(graph, node, position)
                    else:
                        if registers is None:
                            registers = [values[each] for each in arguments]
                            registers.append(values[node])
                        if edge.when is not None:
                            presence = kind.opened(edge.when(registers), mask)
                            if presence is CLOSED:
                                if branches is not None:
                                    branches.append(_shut(graph, kind, node, position, upstream, SHUT))
                                continue
                        product = upstream * edge.local(registers)
                    if branches is not None:
                        if registers is None:
                            registers = [values[each] for each in arguments]
                            registers.append(values[node])
                        local = edge.local(registers)
                        branches.append(Branch(node, position, argument, upstream, local, product, OPEN))
                    before = adjoints[argument]
                    if presence is not None:
                        # 0 where the edge is closed, whatever the product became there.
                        product = kind.guard(presence, product)
                        if before is None:
                            masks[argument] = presence
                        elif argument in masks:
                            masks[argument] = kind.either(masks[argument], presence)
                    elif masks and before is not None:
                        masks.pop(argument, None)
                    adjoints[argument] = product if before is None else before + product
                left = None
                ready = branches is None
        except RAISED:
            if guarded:
                raise
            ready = False
            # Go on from this very edge; those before it have been added.
            guarded, top, left = True, node, range(position, len(args[node]))
            continue
        return adjoints


class _Rules(dict[str, "tuple[Edge, ...]"]):
    """Operation -> edges, for the operations met so far in one run."""

    def __init__(self, graph: Graph, kind: Kind, guarded: bool) -> None:
        super().__init__()
        self.graph = graph
        self.kind = kind
        self.guarded = guarded

    def find(self, op: str, count: int) -> tuple[Edge, ...]:
        function = self.graph.functions.get(op)
        if function is not None:
            self[op] = self.kind.edges_of(function, self.guarded)
            return self[op]
        edges = self.kind.edges(op, count, self.guarded)
        if not TABLE[op].variadic:
            self[op] = edges
        return edges


class _Plans(dict[str, "tuple[tuple[int, int], ...] | None"]):
    """Operation -> (code, index) of its edges, where none of them needs a formula; else None."""

    def __init__(self, rules: _Rules) -> None:
        super().__init__()
        self.rules = rules

    def __missing__(self, op: str) -> tuple[tuple[int, int], ...] | None:
        declared = TABLE.get(op)
        self[op] = None
        if declared is not None and not declared.variadic:
            edges = self.rules.get(op) or self.rules.find(op, len(declared.params))
            if all(edge.code in (COPY, FLIP, ARGUMENT, OUT) for edge in edges):
                self[op] = tuple([(edge.code, edge.index) for edge in edges])
        return self[op]


def _shut(graph: Graph, kind: Kind, node: int, position: int, upstream: Number, state: str) -> Branch:
    zero = kind.constant(0)
    return Branch(node, position, graph.args[node][position], upstream, zero, zero, state)


def _no_rule(graph: Graph, node: int, position: int) -> InputError:
    function = graph.functions[graph.op[node]]
    return InputError("no-rule", name=function.name, param=function.params[position])


def idle(graph: Graph, wrt: list[int] | None) -> bytearray:
    """Marks the nodes that need no adjoint when the derivative by `wrt` is asked for (None: by all variables)."""
    if wrt is None:
        return graph.constant
    marks = bytearray(b"\x01") * len(graph)
    for node in wrt:
        marks[node] = 0
    for node, arguments in enumerate(graph.args):
        for argument in arguments:
            if not marks[argument]:
                marks[node] = 0
                break
    return marks


def connected(graph: Graph, output: int) -> bytearray:
    """Marks the nodes from which a path without a cut (`detach`) leads to the output."""
    marks = bytearray(len(graph))
    marks[output] = 1
    for node in range(output, -1, -1):
        if marks[node] and graph.op[node] != "detach" and graph.op[node] not in LEAVES:
            for argument in graph.args[node]:
                marks[argument] = 1
    return marks
