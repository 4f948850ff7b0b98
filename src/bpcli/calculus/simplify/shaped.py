"""Shapes of the nodes of a simplification, and `ones`: a number that stands for an array of equal numbers.

    spread(1, r)*(2*r)      2*r
    ones(3)*x + ones(3)     (x + 1)*ones(3)    only where nothing else gives the shape
"""

from __future__ import annotations

from bpcli.calculus.shapes import SHAPES, broadcast, shapes_of
from bpcli.ops import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.calculus.shapes import Shape
    from bpcli.calculus.simplify.simplifier import Simplifier
    from bpcli.calculus.simplify.terms import Exact, Term
    from bpcli.graph import Graph


def has_shapes(graph: Graph) -> bool:
    """Whether nodes of a graph are known to have shapes."""
    return any(graph.shape.get(node) for node in graph.variables.values()) or any(
        (declared := TABLE.get(op)) is not None and declared.of_tensors for op in {*graph.op}
    )


class Shaped:
    """The shapes of one simplification."""

    def __init__(self, work: Simplifier, graph: Graph, output: int) -> None:
        self.work = work
        inputs = {node: graph.shape.get(node, ()) for node in graph.variables.values()}
        self.old = shapes_of(graph, inputs, output + 1)
        self.named = {name: inputs[node] for name, node in graph.variables.items()}
        self.new: list[Shape] = []

    def shape(self, node: int) -> Shape:
        """The shape of a node of the new graph."""
        graph, known = self.work.new, self.new
        functions = SHAPES.calling(graph, False)
        for each in range(len(known), node + 1):
            op = graph.op[each]
            if op == "var":
                known.append(self.named[str(graph.payload[each])])
            else:
                known.append(() if op == "const" else functions[op](*[known[inner] for inner in graph.args[each]]))
        return known[node]

    def write_shapes(self) -> None:
        """Leave the shapes in the new graph."""
        graph = self.work.new
        if len(graph):
            self.shape(len(graph) - 1)
        graph.shape.update({node: shape for node, shape in enumerate(self.new) if shape})

    def ones(self, shape: Shape) -> int:
        """The node of ones of a shape."""
        return self.work.new.add(f"full shape={','.join(map(str, shape))}", (self.work.new.const(1),))

    def is_ones(self, node: int) -> bool:
        """Whether a node is `ones`."""
        graph = self.work.new
        return graph.op[node].startswith("full ") and self.constant(graph.args[node][0]) == 1

    def constant(self, node: int) -> object:
        return self.work.new.payload.get(node) if self.work.new.op[node] == "const" else None

    def fitted(self, node: int, wanted: Shape) -> int:
        """A node in the shape that it has to have: elementwise algebra may have lost axes along which it is equal."""
        work = self.work
        if self.shape(node) == wanted:
            return node
        if self.constant(node) == 0:
            return work.new.add(f"full shape={','.join(map(str, wanted))}", (node,))
        coefficient, factors = work.product_of(node)
        return work.product(coefficient, {**dict(factors), self.ones(wanted): 1})

    def bare(self, node: int) -> int:
        """A node without ones: for an operand whose result is fitted."""
        coefficient, factors = self.work.product_of(node)
        kept = {base: power for base, power in factors if not self.is_ones(base)}
        return node if len(kept) == len(factors) and coefficient else self.work.product(coefficient, kept)

    def bare_term(self, term: Term) -> Term:
        """A term of a sum without ones."""
        part, factors = term
        return part, tuple([(base, power) for base, power in factors if not self.is_ones(base)])

    def without_ones(self, factors: dict[int, Exact]) -> dict[int, Exact]:
        """The factors of an elementwise product, with ones only where they give it its shape."""
        ones = [base for base in factors if self.is_ones(base)]
        if not ones:
            return factors
        others = {base: power for base, power in factors.items() if base not in ones}
        whole = broadcast(*[self.shape(base) for base in factors])
        if broadcast(*[self.shape(base) for base in others]) == whole:
            return others
        return {**others, self.ones(whole): 1}
