"""Shapes as numbers: what shape each operation makes of the shapes of its arguments, before anything runs.

A shape is a tuple of sizes; () is a single number. Elementwise operations broadcast as NumPy does: sizes are compared
from the last axis, and a 1 is copied. An operation that is written over others has the shape that those make.

A room each for the operations of `algebra`, `reductions`, `pieces` and `networks`, with the shape that each makes, as a
function of its settings where it has some; `axes` and `broadcasting` is what they share.
"""

from __future__ import annotations

from bpcli.calculus.kinds import Functions, Kind
from bpcli.calculus.shapes import algebra, networks, pieces, reductions
from bpcli.calculus.shapes.axes import Shape, axes_of, inverse_order, order_of, shown, subscripts, whole_numbers
from bpcli.calculus.shapes.broadcasting import broadcast
from bpcli.errors import InputError
from bpcli.ops import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from bpcli.graph import Graph
    from bpcli.numbers import Constant

__all__ = [
    "SHAPES", "Shape", "axes_of", "broadcast", "inverse_order", "order_of", "shapes_of", "shown", "subscripts",
    "whole_numbers",
]  # fmt: skip

SPELLED: dict[str, Any] = algebra.SPELLED | reductions.SPELLED | pieces.SPELLED | networks.SPELLED


class ShapeRules(Functions):
    """Operation -> the shape that it makes of shapes."""

    def __missing__(self, op: str) -> Callable[..., Shape]:
        declared = TABLE[op]
        if not declared.of_tensors:
            self[op] = broadcast
            return broadcast
        return super().__missing__(op)


class Shapes(Kind):
    """Shapes in place of numbers."""

    title = "shapes"

    def __init__(self) -> None:
        super().__init__({})
        self.functions = self.guarded = ShapeRules(SPELLED, self)

    def constant(self, value: Constant) -> Shape:
        return ()


SHAPES = Shapes()
COLUMN = "reshape(...,"
TRANSPOSES = (
    "the first one transposed would fit: write `.T` behind it",
    "the second one transposed would fit: write `.T` behind it",
)
UNFIT = "no transpose makes the whole program fit: one of the values needs another shape"


def shapes_of(graph: Graph, inputs: Mapping[int, Shape], stop: int, source: str = "") -> list[Shape]:
    """The shape of every node below `stop`, from those of the variables by node.

    Raises InputError, with the place in the text, for shapes that do not fit together.
    """
    functions = SHAPES.calling(graph, False)
    shapes: list[Shape] = []
    for node in range(stop):
        op = graph.op[node]
        if op == "var":
            shapes.append(inputs[node])
        elif op == "const":
            shapes.append(())
        else:
            try:
                shapes.append(functions[op](*[shapes[argument] for argument in graph.args[node]]))
            except InputError as error:
                span = (graph.start[node], graph.stop[node])
                facts = dict(error.facts)
                if facts.get("hint"):
                    facts["hint"] = _advice(str(facts["hint"]), graph, shapes, inputs, stop, source)
                raise InputError(error.kind, source=source or None, span=span, **facts) from None
    return shapes


def _advice(
    hint: str, graph: Graph, shapes: list[Shape], inputs: Mapping[int, Shape], stop: int, source: str
) -> str:
    """Advice on shapes that do not fit, in the names of the text, and none that the rest of the program refuses."""
    node = len(shapes)
    arguments = graph.args[node]
    if COLUMN in hint:
        vectors = [each for each in arguments if len(shapes[each]) == 1]
        name = source[graph.start[vectors[0]] : graph.stop[vectors[0]]] if vectors else ""
        return hint.replace(COLUMN, f"reshape({name},") if name else hint
    if hint in TRANSPOSES and not _fits(graph, shapes, TRANSPOSES.index(hint), inputs, stop):
        return UNFIT
    return hint


def _fits(graph: Graph, shapes: list[Shape], place: int, inputs: Mapping[int, Shape], stop: int) -> bool:
    """Whether all shapes fit together if one operand of the last node is transposed there."""
    tried = list(shapes)
    functions = SHAPES.calling(graph, False)
    for node in range(len(shapes), stop):
        op, operands = graph.op[node], [tried[each] for each in graph.args[node]]
        if node == len(shapes):
            operands[place] = operands[place][::-1]
        try:
            tried.append(inputs[node] if op == "var" else () if op == "const" else functions[op](*operands))
        except InputError:
            return False
    return True
