"""Checkpoints: values that are let go after the forward pass, and calculated again when the reverse pass needs them.

`checkpoint(e)` is e. Inside it lie the nodes that e is made of and that nothing outside uses; arrays there are dropped
as soon as e is known, and calculated once more when the reverse pass arrives at it. For n layers in checkpoints of
k layers about n/k + k of them are held at a time, for one more forward pass.

Source: Griewank and Walther, Evaluating Derivatives, 2nd edition, chapter 12; Chen et al., Training deep nets with
sublinear memory cost (2016).
"""

from __future__ import annotations

from bpcli.calculus.sweeps import forward
from bpcli.graph import LEAVES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Mapping
    from typing import Any

    from bpcli.calculus.kinds import Kind
    from bpcli.graph import Graph

CHECKPOINT = "checkpoint"

Inside = dict[int, list[int]]  # checkpoint -> the nodes inside it, in order


def inside(graph: Graph, stop: int, keep: Container[int]) -> Inside:
    """The nodes inside each checkpoint below `stop`; those of `keep` are inside none.

    A node is inside the checkpoint that all its uses are inside of.

    >>> from bpcli.language.reader import parse
    >>> graph = parse("h = checkpoint(tanh(w*x)); h*w").graph
    >>> [[graph.op[node] for node in nodes] for nodes in inside(graph, len(graph), ()).values()]
    [['mul', 'tanh']]
    """
    found: Inside = {}
    owner: dict[int, int] = {}  # node -> the checkpoint that its uses so far are inside of; -1 for outside
    for node in range(stop - 1, -1, -1):
        mine = owner.get(node, -1)
        if graph.op[node] in LEAVES:
            continue
        if node in keep:
            mine = -1
        if graph.op[node] == CHECKPOINT:
            mine = node  # also one within another: its value is kept
        elif mine >= 0:
            found[mine].append(node)
        if graph.op[node] == CHECKPOINT:
            found[node] = []
        for argument in graph.args[node]:
            owner[argument] = mine if owner.get(argument, mine) == mine else -1
    return {node: nodes[::-1] for node, nodes in found.items() if nodes}


def forward_with(
    graph: Graph, kind: Kind, inputs: Mapping[int, Any], stop: int, within: Inside
) -> list[Any]:
    """The forward loop that lets go of what lies inside each checkpoint as soon as that is known: None stands there."""
    values: list[Any] = []
    for node in sorted(within):
        values = forward(graph, kind, inputs, min(node + 1, stop), values)
        for each in within[node]:
            values[each] = None
    return forward(graph, kind, inputs, stop, values)


def calculate_again(graph: Graph, kind: Kind, values: list[Any], nodes: list[int]) -> None:
    """Fill in the values inside a checkpoint."""
    functions = kind.calling(graph, True)
    with kind.quiet():
        for node in nodes:
            values[node] = functions[graph.op[node]](*[values[argument] for argument in graph.args[node]])


class Again:
    """What the reverse pass does on arrival at a node: at a checkpoint the values inside it are filled in.

    They are let go again once the pass is below all of them.
    """

    def __init__(self, graph: Graph, kind: Kind, values: list[Any], within: Inside) -> None:
        self.graph, self.kind, self.values, self.within = graph, kind, values, within
        self.filled: list[list[int]] = []

    def __call__(self, node: int) -> None:
        nodes = self.within.get(node)
        if nodes:
            self.let_go(node + 1)
            calculate_again(self.graph, self.kind, self.values, nodes)
            self.filled.append(nodes)

    def let_go(self, above: int) -> None:
        """Drop what was filled in at and above a node."""
        for nodes in self.filled:
            if nodes[0] >= above:
                for node in nodes:
                    self.values[node] = None
        self.filled = [nodes for nodes in self.filled if nodes[0] < above]
