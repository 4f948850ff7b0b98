"""What a kind of number must bring, and what is compiled for it."""

from __future__ import annotations

import math
from contextlib import nullcontext

from bpcli.calculus.kinds.compiled import compiled, formula
from bpcli.calculus.kinds.edges import NO_RULE, PULL, Edge, edge_of, fixed, selecting
from bpcli.errors import InputError
from bpcli.numbers import as_float
from bpcli.ops import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from bpcli.calculus.kinds.compiled import Number
    from bpcli.graph import Function, Graph
    from bpcli.numbers import Constant

CLOSED = object()  # what `opened` answers where nothing flows


class Functions(dict[str, "Callable[..., Number]"]):
    """Operation -> function of its arguments; a composed operation is compiled when it is first used."""

    def __init__(self, spelled: dict[str, Callable[..., Number]], kind: Kind) -> None:
        super().__init__(spelled)
        self.kind = kind

    def __missing__(self, op: str) -> Callable[..., Number]:
        declared = TABLE[op]
        if declared.base:
            self[op] = self[declared.base]
            return self[op]
        if declared.value is None:
            spelled = self.get(op.partition(" ")[0]) if declared.chosen else None
            if spelled is None:
                raise InputError("primitive-missing", name=declared.spelling, target=self.kind.title)
            self[op] = spelled(**declared.chosen)
            return self[op]
        program = formula(declared.value, declared.chosen)
        places = {param: place for place, param in enumerate(declared.params)}
        run = compiled(program.graph, program.output, places, self, self.kind.constant)
        self[op] = lambda *arguments: run(list(arguments))
        return self[op]


class Calls(dict[str, "Callable[..., Number]"]):
    """The functions of the user that a graph calls, and behind them those of the kind."""

    def __init__(self, functions: Functions, calls: dict[str, Callable[..., Number]]) -> None:
        super().__init__(calls)
        self.functions = functions

    def __missing__(self, op: str) -> Callable[..., Number]:
        self[op] = self.functions[op]
        return self[op]


class Kind:
    """One kind of number: its spelling of the primitives, and the rules compiled for it.

    Subclasses give `spelled` (operation -> function), and where Python may raise on a value, `guarded`: the
    same functions with IEEE results instead of exceptions. `textbook` chooses the form that books print.
    """

    title = "numbers"
    textbook = False
    shaped = False  # whether its numbers have shapes, so that broadcasting must be undone
    written = ""  # the key of a JSON contract under which its numbers stand as text, where floats cannot say them

    def __init__(
        self, spelled: dict[str, Callable[..., Number]], guarded: dict[str, Callable[..., Number]] | None = None
    ) -> None:
        self.functions = Functions(spelled, self)
        self.guarded = Functions(guarded, self) if guarded is not None else self.functions
        self._edges: dict[tuple[str, int, bool], tuple[Edge, ...]] = {}

    def constant(self, value: Constant) -> Number:
        """A constant as a number of this kind."""
        return as_float(value)

    def given(self, value: Any) -> Number:
        """A number from outside, the value of a variable, as one of this kind."""
        return value

    def to_text(self, number: Number) -> str | None:
        """A number as text that `of_text` reads back to the last bit; None where it is a float."""
        return None

    def of_text(self, text: str) -> Number:
        """The number that `to_text` has written. Raises ValueError."""
        return float(text)

    def of_float(self, value: float) -> Number:
        """A number of this kind that was stored as a float, which says all of it."""
        return value

    def seed(self, scale: float) -> Number:
        """What a reverse pass starts with that is scaled: a wide number, as a loss is where networks are narrow."""
        return scale

    def look_at_values(self, point: Any, given: Mapping[str, Any]) -> None:
        """Add notes on what this kind of number did to the values of a point (engine/point.py)."""

    def look_at_slopes(self, point: Any, skip: bytearray, seed: Number) -> None:
        """Add notes on what this kind of number did to its adjoints."""

    def opened(self, condition: Number, mask: Number) -> Number:
        """The presence behind an edge with this condition, below a node with presence `mask`; or CLOSED.

        A presence is None (everywhere) or whatever the kind uses to tell the places apart.
        """
        return mask if condition else CLOSED

    def guard(self, mask: Number, product: Number) -> Number:
        """The product where the mask says it is present, 0 elsewhere."""
        return product

    def either(self, mask: Number, other: Number) -> Number:
        """Present where one of the two is."""
        return None

    def quiet(self) -> Any:
        """A context in which results that are infinite or undefined are no occasion for warnings."""
        return nullcontext()

    def undefined(self, number: Number) -> bool:
        """Whether it is nan, or has an entry that is."""
        return bool(number != number)

    def infinite(self, number: Number) -> bool:
        """Whether it is infinite, or has an entry that is."""
        return number in (math.inf, -math.inf)

    def shape(self, number: Number) -> tuple[int, ...]:
        """The sizes of a number along its axes: none for a single one."""
        return ()

    def fit(self, product: Number, presence: Number, like: Number) -> tuple[Number, Number]:
        """A product and its presence in the shape of an argument, summed over the axes along which that was copied."""
        return product, presence

    def spread(self, tangent: Number, like: Number) -> Number:
        """A tangent copied to the shape of a result."""
        return tangent

    def zero_like(self, number: Number) -> Number:
        """0 in the shape of a number."""
        return self.constant(0)

    def edges(self, op: str, count: int, guarded: bool) -> tuple[Edge, ...]:
        """The rules of an operation of the table used with `count` arguments."""
        key = (op, count, guarded)
        found = self._edges.get(key)
        if found is None:
            declared = TABLE[op]
            functions = self.guarded if guarded else self.functions
            if declared.of_tensors:
                from bpcli.calculus.pullbacks import pull_edge

                found = tuple(pull_edge(declared, position, count, self, guarded) for position in range(count))
            else:
                build = selecting if declared.variadic else fixed
                found = build(declared, count, self, functions)
            self._edges[key] = found
        return found

    def forget(self, op: str) -> None:
        """Forget the rules of an operation that was taken out of the table."""
        for key in [key for key in self._edges if key[0] == op]:
            del self._edges[key]

    def calling(self, graph: Graph, guarded: bool) -> dict[str, Callable[..., Number]]:
        """The functions of this kind, and those of the user that a graph calls."""
        functions = self.guarded if guarded else self.functions
        if not graph.functions:
            return functions
        return Calls(functions, {op: self.body_of(function, guarded) for op, function in graph.functions.items()})

    def edges_of(self, function: Function, guarded: bool) -> tuple[Edge, ...]:
        """The rules of a user's function with derivatives of its own."""
        places = {name: place for place, name in enumerate(function.params)}
        made = []
        for param in function.params:
            partial = function.partials.get(param)
            if partial is None:
                made.append(NO_RULE)
            elif param in function.pullbacks:
                made.append(self._edge_of_pullback(function, param, guarded))
            else:
                made.append(edge_of(*partial, None, places, self.calling(partial[0], guarded), self.constant))
        return tuple(made)

    def _edge_of_pullback(self, function: Function, param: str, guarded: bool) -> Edge:
        """A rule that says what it makes of the upstream value; its local derivative is what it makes of 1."""
        places = {name: place for place, name in enumerate((*function.params, "out", "g"))}
        graph, output = function.pullbacks[param]
        run = compiled(graph, output, places, self.calling(graph, guarded), self.constant)
        local_graph, local_output = function.partials[param]
        local = compiled(local_graph, local_output, places, self.calling(local_graph, guarded), self.constant)
        return Edge(PULL, 0, local, None, lambda registers, g: run([*registers, g]))

    def body_of(self, function: Function, guarded: bool) -> Callable[..., Number]:
        """The value of a user's function with derivatives of its own."""
        graph, output = function.body
        places = {name: place for place, name in enumerate(function.params)}
        run = compiled(graph, output, places, self.calling(graph, guarded), self.constant)
        return lambda *arguments: run(list(arguments))


def edges_below(kind: Kind, graph: Graph, node: int) -> tuple[Edge, ...]:
    """The rules of the edges from a node to its arguments, with IEEE results."""
    function = graph.functions.get(graph.op[node])
    if function is not None:
        return kind.edges_of(function, True)
    return kind.edges(graph.op[node], len(graph.args[node]), True)
