"""A derivative that can be read, evaluated and differentiated again."""

from __future__ import annotations

from bpcli.calculus.derivative import derivative
from bpcli.calculus.rules import rules
from bpcli.calculus.shapes import shapes_of, shown
from bpcli.calculus.simplify import simplified
from bpcli.calculus.sweeps import forward
from bpcli.engine.given import bind
from bpcli.engine.point import evaluate, single, unknown_name
from bpcli.errors import InputError, NumericError
from bpcli.graph import Graph
from bpcli.language.text import expression, symbols
from bpcli.language.text import program as program_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from bpcli.calculus.rules import Rule
    from bpcli.graph import Program

MOST_SIMPLIFIED = 50_000  # nodes: a derivative that is larger is shown as it was built
MOST_ORDER = 50
MOST_NAMES = 100  # of a program that are looked for in a derivative
MOST_SEARCHED = 5000  # nodes, or symbols, of a derivative in which they are looked for


class Formula:
    """A formula to be shown: the output of a graph, and the nodes that stand under a name that the program has."""

    __slots__ = ("graph", "named", "node")

    def __init__(self, graph: Graph, node: int, named: Mapping[int, str]) -> None:
        self.graph = graph
        self.node = node
        self.named = named


class Derivative:
    """A partial derivative of a program, of any order.

    `str()` gives the formula as books print it; `value` evaluates the accurate form of it.
    """

    __slots__ = ("_formula", "_output", "_text", "program", "shapes", "wrt")

    def __init__(self, program: Program, wrt: Sequence[str]) -> None:
        self.program = program
        self.wrt = tuple(wrt)
        # A formula of tensors is that for these shapes.
        self.shapes = {name: program.graph.shape.get(node, ()) for name, node in program.graph.variables.items()}
        self._text: str | None = None
        self._output: int | None = None
        self._formula: Formula | None = None

    @property
    def output(self) -> int:
        """The node of the accurate form, in the graph of the program."""
        if self._output is None:
            node = self.program.output
            for name in self.wrt:
                (node,) = derivative(self.program.graph, node, [self.program.names[name]])
            self._output = node
        return self._output

    @property
    def formula(self) -> Formula:
        """The form that books print."""
        if self._formula is None:
            self._formula = self._simplified()
        return self._formula

    def _simplified(self) -> Formula:
        *_, (graph, node, _) = self._stages()
        if len(graph) > MOST_SIMPLIFIED:
            return Formula(graph, node, {})
        if graph is self.program.graph:
            graph, node = simplified(graph, node)
        return Formula(graph, node, names_in(self.program, graph, node))

    def _stages(self) -> Iterator[tuple[Graph, int, int]]:
        """What is differentiated in turn, graph, output and by which node; and at last what comes of it, by nothing."""
        graph, node, names = self.program.graph, self.program.output, self.program.names
        if len({*self.wrt}) == 1 and self.wrt[0] not in graph.variables and names[self.wrt[0]] < node:
            # By an assigned name: the formula is one in that name, h*cos(h) and not x^2*cos(x^2).
            shape = graph.shape.get(names[self.wrt[0]], ())
            graph, node = freed(graph, node, names[self.wrt[0]], self.wrt[0])
            if self.shaped:
                inputs = {each: self.shapes.get(name, shape) for name, each in graph.variables.items()}
                graph.shape.update(enumerate(shapes_of(graph, inputs, len(graph))))
        # A name that was assigned is a node of the program, which a simplified graph no longer has.
        variables = all(name in graph.variables for name in self.wrt)
        for name in self.wrt:
            by = graph.variables[name] if variables else names[name]
            yield graph, node, by
            (node,) = derivative(graph, node, [by], textbook=True)
            if variables and len(graph) <= MOST_SIMPLIFIED:
                graph, node = simplified(graph, node)
        yield graph, node, -1

    @property
    def shaped(self) -> bool:
        """Whether tensors are in it."""
        return any(self.shapes.values()) or self.program.of_tensors

    def rules(self) -> list[Rule]:
        """The rules that the derivative takes, from the outside in, one order after the other.

        Raises InputError for tensors, whose rules are not the ones that are told.
        """
        if self.shaped:
            raise InputError("rules-of-tensors")
        *stages, _ = self._stages()
        return [rule for place, stage in enumerate(stages) for rule in rules(*stage, place + 1)]

    def value(self, given: Mapping[str, Any]) -> Any:
        """The derivative at a point: a number, or an array in the shape of what is differentiated by.

        Raises InputError where a value is missing or has another shape than the formula is for; NumericError where
        the program has no value there, for then it has no derivative either, and where the derivative is nan.
        """
        program = self.program
        known = {name: tuple(getattr(value, "shape", ())) for name, value in given.items()}
        for name, shape in self.shapes.items():
            if known.get(name, shape) != shape:
                raise InputError("shape-of-formula", name=name, shape=shown(known[name]), wanted=shown(shape))
        point = evaluate(program, given)
        kind = point.kind
        slope = forward(program.graph, kind, bind(program, given, kind), self.output + 1)[self.output]
        if kind.shaped:
            # By an input that nothing leads from it is the number 0.
            slope = single(kind.zero_like(point.values[program.names[self.wrt[-1]]]) + slope)
        if kind.undefined(slope):
            raise NumericError("nan-derivative", wrt=",".join(self.wrt), formula=self._short())
        return slope

    def _short(self) -> str:
        text = str(self)
        return text if len(text) <= 60 and "\n" not in text else "the derivative"

    def __str__(self) -> str:
        if self._text is None:
            formula = self.formula
            self._text = program_text(formula.graph, formula.node, formula.named)
        return self._text

    def __repr__(self) -> str:
        return f"Derivative({str(self)!r}, wrt={','.join(self.wrt)})"

    def __call__(self, values: Mapping[str, Any] | None = None, /, **more: Any) -> Any:
        """The same as `value`, with the values by name."""
        return self.value({**(values or {}), **more})

    def diff(self, *wrt: str) -> Derivative:
        """The derivative of this derivative."""
        return differentiate(self.program, [*self.wrt, *wrt])


def names_in(program: Program, graph: Graph, node: int) -> dict[int, str]:
    """The nodes of a simplified formula that the program has a name for, where the names make it much shorter.

    p - y says more than sigmoid(w*x + b) - y to who wrote p = sigmoid(w*x + b); a + x*cos(x) says less than
    sin(x) + x*cos(x). At two thirds of the length the names win.
    """
    whole = program.graph
    if not 0 < len(program.assigned) <= MOST_NAMES or max(len(whole), len(graph)) > MOST_SEARCHED:
        return {}
    if symbols(graph, node) > MOST_SEARCHED:
        return {}
    before = len(graph)
    found: dict[int, str] = {}
    for name in program.assigned:
        # A name is shown where what it stands for, simplified, is a part of the formula.
        same = copied(*simplified(whole, program.names[name]), graph)
        if name != program.output_name and same < min(before, node) and graph.args[same]:
            found.setdefault(same, name)
    if not found:
        return {}
    used: dict[int, str] = {}
    work, seen = [*graph.args[node]], {node}
    while work:
        here = work.pop()
        if here in seen:
            continue
        seen.add(here)
        if here in found:
            used[here] = found[here]
        else:
            work += graph.args[here]
    *_, short = program_text(graph, node, used).split("\n")
    return used if 3 * len(short) <= 2 * len(expression(graph, node)) else {}


def freed(graph: Graph, node: int, inner: int, name: str) -> tuple[Graph, int]:
    """A copy of a formula in which one of its nodes is a variable of this name, and the node of the copy."""
    target = Graph()
    target.functions = graph.functions
    return target, copied(graph, node, target, {inner: target.variable(name)})


def copied(source: Graph, node: int, target: Graph, known: Mapping[int, int] | None = None) -> int:
    """The node of another graph that is built as this one is; `known` nodes stand there already."""
    needed = source.reaches(node)
    nodes: dict[int, int] = dict(known or {})
    for each in range(node + 1):
        if not needed[each] or each in nodes:
            continue
        if source.op[each] == "var":
            nodes[each] = target.variable(str(source.payload[each]))
        elif source.op[each] == "const":
            nodes[each] = target.const(source.payload[each])
        else:
            nodes[each] = target.add(source.op[each], tuple([nodes[argument] for argument in source.args[each]]))
    return nodes[node]


def in_turn(names: Sequence[str], order: int | None) -> tuple[str, ...]:
    """The names to differentiate by in turn, for an order that was asked for: one name as often as that.

    Raises InputError for an order that is no whole number from 1 to MOST_ORDER, or that the names contradict.

    >>> in_turn(["x"], 3), in_turn(["x", "y"], 2), in_turn(["x", "y"], None)
    (('x', 'x', 'x'), ('x', 'y'), ('x', 'y'))
    """
    if order is None:
        return tuple(names)
    if isinstance(order, bool) or not isinstance(order, int) or not 1 <= order <= MOST_ORDER:
        raise InputError("option-not-whole", option="order", text=str(order), least=1, most=MOST_ORDER)
    if len(names) == 1:
        return tuple(names) * order
    if len(names) != order:
        raise InputError("order-and-names", order=order, count=len(names), names=",".join(names))
    return tuple(names)


def differentiate(program: Program, wrt: Sequence[str]) -> Derivative:
    """The derivative of a program by each of `wrt` in turn: ["x", "x", "y"] is third order.

    Raises InputError for a name that the program does not have, and for a vector that would be differentiated.
    """
    for name in wrt:
        if name not in program.names:
            raise unknown_name(program, name)
    graph = program.graph
    if graph.shape or program.of_tensors:
        shape = graph.shape.get(program.output, ())
        if shape:
            raise InputError("formula-of-vector", shape=shown(shape), wrt=wrt[0] if wrt else "x")
        for name in wrt[:-1]:
            shape = graph.shape.get(program.names[name], ())
            if shape:
                raise InputError("second-of-vector", name=name, shape=shown(shape))
    return Derivative(program, wrt)
