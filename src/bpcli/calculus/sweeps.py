"""The two loops: values upwards, gradients downwards. They know nothing of the kind of number that they carry.

Source: Griewank and Walther, Evaluating Derivatives, 2nd edition, chapter 3.
"""

from __future__ import annotations

from itertools import islice

from bpcli.calculus.kinds import (
    ARGUMENT,
    CLOSED,
    COPY,
    FLAT,
    FLIP,
    MISSING,
    OTHER,
    OUT,
    PAIR,
    PRODUCT,
    PULL,
    SINGLE,
    SUM,
    Kind,
    no_rule,
    shape_of,
)  # fmt: skip
from bpcli.graph import LEAVES
from bpcli.ops import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping, Sequence
    from typing import Any

    from bpcli.calculus.kinds import Edge
    from bpcli.graph import Graph

    Number = Any

# What Python raises where IEEE arithmetic has a value: 1/0, exp(1000), log(0).
RAISED = (ArithmeticError, ValueError)

OPEN, SHUT, NO_SLOPE = "open", "closed", "flat"


class Branch:
    """One edge as the reverse loop met it: upstream * local = product went from `node` to `argument`.

    state:   "open", "closed" (a selection that chose otherwise) or "flat" (the operation has no slope)
    arrived: the product in the shape of the argument: summed over the axes along which that was copied
    """

    __slots__ = ("argument", "arrived", "local", "node", "position", "product", "state", "upstream")

    def __init__(
        self,
        node: int,
        position: int,
        argument: int,
        upstream: Number,
        local: Number,
        product: Number,
        state: str,
        arrived: Number | None = None,
    ) -> None:
        self.node = node
        self.position = position
        self.argument = argument
        self.upstream = upstream
        self.local = local
        self.product = product
        self.state = state
        self.arrived = product if arrived is None else arrived


def forward(
    graph: Graph, kind: Kind, inputs: Mapping[int, Number], stop: int, known: Sequence[Number] = ()
) -> list[Number]:
    """The value of every node below `stop`. `inputs` gives the values of the variables by node.

    known: values of the first nodes, where they are known already

    Runs bare; where Python raises on a value it goes on from that node with IEEE results.
    """
    if kind.shaped:
        with kind.quiet():
            return _forward(graph, kind, inputs, stop, known)
    return _forward(graph, kind, inputs, stop, known)


def _forward(
    graph: Graph, kind: Kind, inputs: Mapping[int, Number], stop: int, known: Sequence[Number]
) -> list[Number]:
    ops, args, payload = graph.op, graph.args, graph.payload
    values: list[Number] = list(known)
    append = values.append
    guarded = False
    while True:
        functions = kind.calling(graph, guarded)
        try:
            since = len(values)
            for op, arguments in zip(islice(ops, since, stop), islice(args, since, stop), strict=True):
                # Every kind of number understands * and +; the two are most nodes there are.
                if op == "mul":
                    left, right = arguments
                    append(values[left] * values[right])
                elif op == "add":
                    left, right = arguments
                    append(values[left] + values[right])
                elif len(arguments) == 2:
                    left, right = arguments
                    append(functions[op](values[left], values[right]))
                elif len(arguments) == 1:
                    append(functions[op](values[arguments[0]]))
                elif arguments:
                    append(functions[op](*[values[argument] for argument in arguments]))
                elif op == "const":
                    append(kind.constant(payload[len(values)]))
                else:
                    append(inputs[len(values)])
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
    branches: list[Any] | None = None,
    also: Mapping[int, Number] | None = None,
    *,
    onward: list[Number] | None = None,
    last: int = 0,
    keep: Container[int] | None = None,
    again: Callable[[int], None] | None = None,
    make: type[Branch] = Branch,
) -> list[Number]:
    """The adjoint of every node: what one more of it would add to the output, times the seed.

    skip:     marks nodes that need no adjoint (constants, or what no requested variable reaches)
    branches: filled with one Branch for each edge, or what `make` is, in the order of accumulation
    also:     seeds of other outputs, all below `output`: the adjoints of their weighted sum
    last:     the node to stop behind, and
    onward:   the adjoints that a pass has left which stopped above `output`: the two walk a graph in pieces, so that
              the edges of one piece at a time are in memory (for kinds of number whose edges are open or closed)
    keep:     of numbers with shapes, the nodes whose adjoints are wanted; others are let go once they were used
    again:    of those numbers, what to do on arrival at a node: fill in values that were let go

    A node that nothing flows to has None, which is not 0: no open path leads there (nor to one behind the output).
    """
    if kind.shaped:
        with kind.quiet():
            return _reverse(
                graph, kind, values, output, seed, skip, branches, also or {}, onward, last, keep, again, make
            )
    return _reverse(graph, kind, values, output, seed, skip, branches, also or {}, onward, last, None, None, make)


def _reverse(
    graph: Graph,
    kind: Kind,
    values: list[Number],
    output: int,
    seed: Number,
    skip: bytearray,
    branches: list[Any] | None,
    also: Mapping[int, Number],
    onward: list[Number] | None,
    last: int,
    keep: Container[int] | None,
    again: Callable[[int], None] | None,
    make: type[Branch],
) -> list[Number]:
    ops, args = graph.op, graph.args
    adjoints: list[Number] = [None] * len(args) if onward is None else onward
    if onward is None:
        adjoints[output] = seed
    for node, other in also.items():
        adjoints[node] = other
    masks: dict[int, Number] = {}  # presence of an adjoint, where it is not present everywhere
    guarded = False
    shaped = kind.shaped
    bare = branches is None and not shaped
    # Where branches are written down; a graph of symbols is given no constants that nobody asks for.
    zero: Any = None if branches is None else kind.constant(0)
    one: Any = 1 if branches is None else kind.constant(1)
    top, left = output, None
    node = position = 0
    while True:
        rules = _Rules(graph, kind, guarded)
        try:
            # Walk from the output to the inputs. When we arrive at a node, all of its
            # consumers have been visited, so its adjoint is complete.
            for node in range(top, last - 1, -1):
                upstream = adjoints[node]
                if upstream is None:
                    continue
                arguments = args[node]
                if not arguments:
                    continue
                shape, edges = rules[ops[node]]
                # Sums, products and functions of one argument, with nothing to write down and no presence
                # to keep: what the general edge below does, without asking it edge by edge.
                if shape < OTHER and bare and not masks and left is None:
                    if shape == SINGLE:
                        (argument,) = arguments
                        if not skip[argument]:
                            position = 0
                            product = upstream * edges[0].local((values[argument], values[node]))
                            before = adjoints[argument]
                            adjoints[argument] = product if before is None else before + product
                        continue
                    first, second = arguments
                    if shape == PAIR:
                        both = (values[first], values[second], values[node])
                        for position, argument in enumerate(arguments):
                            if not skip[argument]:
                                product = upstream * edges[position].local(both)
                                before = adjoints[argument]
                                adjoints[argument] = product if before is None else before + product
                        continue
                    if not skip[first]:
                        position = 0
                        product = upstream * values[second] if shape == PRODUCT else upstream
                        before = adjoints[first]
                        adjoints[first] = product if before is None else before + product
                    if not skip[second]:
                        position = 1
                        if shape == PRODUCT:
                            product = upstream * values[first]
                        else:
                            product = upstream if shape == SUM else -upstream
                        before = adjoints[second]
                        adjoints[second] = product if before is None else before + product
                    continue
                if again is not None:
                    again(node)
                if not edges:
                    edges = kind.edges(ops[node], len(arguments), guarded)
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
                        product, local = upstream, one
                    elif code == ARGUMENT:
                        local = values[arguments[edge.index]]
                        product = upstream * local
                    elif code == FLIP:
                        product, local = -upstream, -one
                    elif code == OUT:
                        local = values[node]
                        product = upstream * local
                    elif code == FLAT:
                        if branches is not None:
                            branches.append(make(node, position, argument, upstream, zero, zero, NO_SLOPE))
                        continue
                    elif code == MISSING:
                        raise no_rule(graph.functions.get(ops[node]) or TABLE[ops[node]], position)
                    else:
                        if registers is None:
                            registers = [values[each] for each in arguments]
                            registers.append(values[node])
                        if code == PULL:
                            # What flows through a linear map has been set to 0 where it is absent.
                            presence = None
                            product = edge.pull(registers, upstream)  # type: ignore[misc]
                        else:
                            if edge.when is not None:
                                presence = kind.opened(edge.when(registers), mask)
                                if presence is CLOSED:
                                    if branches is not None:
                                        branches.append(make(node, position, argument, upstream, zero, zero, SHUT))
                                    continue
                            local = edge.local(registers)
                            product = upstream * local
                    before, whole = adjoints[argument], product
                    if presence is not None and not (shaped and code in (COPY, FLIP)):
                        # 0 where the edge is closed, whatever the product became there; what is only copied is it.
                        product = whole = kind.guard(presence, product)
                    if shaped:
                        product, presence = kind.fit(product, presence, values[argument])
                    if branches is not None:
                        if shaped or code == PULL:
                            if registers is None:
                                registers = [values[each] for each in arguments]
                                registers.append(values[node])
                            local = edge.local(registers)
                        if code == PULL and not shaped and upstream:
                            local = kind.functions["div"](product, upstream)  # the rule may bend what arrives
                        branches.append(make(node, position, argument, upstream, local, whole, OPEN, product))
                    if presence is not None:
                        if before is None:
                            masks[argument] = presence
                        elif argument in masks:
                            masks[argument] = kind.either(masks[argument], presence)
                    elif masks and before is not None:
                        masks.pop(argument, None)
                    adjoints[argument] = product if before is None else before + product
                left = None
                if keep is not None and node not in keep:
                    adjoints[node] = None
        except RAISED:
            if guarded:
                raise
            # Go on from this very edge; those before it have been added.
            guarded, top, left = True, node, range(position, len(args[node]))
            continue
        return adjoints


class _Rules(dict[str, "tuple[int, tuple[Edge, ...]]"]):
    """Operation -> shape and edges, for the operations met so far in one run; no edges where their number varies."""

    def __init__(self, graph: Graph, kind: Kind, guarded: bool) -> None:
        super().__init__()
        self.graph = graph
        self.kind = kind
        self.guarded = guarded

    def __missing__(self, op: str) -> tuple[int, tuple[Edge, ...]]:
        function = self.graph.functions.get(op)
        edges: tuple[Edge, ...] = ()
        if function is not None:
            edges = self.kind.edges_of(function, self.guarded)
        elif not TABLE[op].variadic:
            edges = self.kind.edges(op, len(TABLE[op].params), self.guarded)
        self[op] = (shape_of(edges), edges)
        return self[op]


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


def sloped(graph: Graph, output: int) -> bytearray:
    """Marks the nodes from which a path without a step, whose slope is 0 everywhere, leads to the output."""
    marks = bytearray(len(graph))
    marks[output] = 1
    for node in range(output, -1, -1):
        if marks[node] and graph.op[node] not in LEAVES:
            declared = TABLE.get(graph.op[node])
            slopes = {} if declared is None or declared.variadic else declared.partials
            names = () if declared is None else declared.params
            for place, argument in enumerate(graph.args[node]):
                if place >= len(names) or slopes.get(names[place]) != "0":
                    marks[argument] = 1
    return marks
