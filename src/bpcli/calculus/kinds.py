"""What a kind of number must bring, and what it gets from the table in return.

A number of any kind understands `+`, `*` and unary `-`; its kind spells the primitives. Everything else is
compiled here, once for each kind, from the formulas of the table: the values of composed operations and
the rules of the edges.
"""

from __future__ import annotations

import math
from contextlib import nullcontext

from bpcli.errors import InputError
from bpcli.language.reader import parse
from bpcli.numbers import as_float
from bpcli.ops import TABLE, Op

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from bpcli.graph import Function, Graph
    from bpcli.numbers import Constant

    Number = Any
    Formula = Callable[[Sequence[Number]], Number]  # of the registers: the arguments, then the value itself

# What an edge does with what arrives. The first four need no formula at all, and are most edges there are.
COPY, FLIP, ARGUMENT, OUT, FORMULA, FLAT, MISSING, PULL = range(8)

# How the edges of an operation look together, where one look at it is enough for the reverse loop.
SUM, DIFFERENCE, PRODUCT, SINGLE, PAIR, OTHER = range(6)

SHORT = 12  # nodes; a longer formula is a list of steps, so that nothing recurses and nothing is computed twice

CLOSED = object()  # what `opened` answers where nothing flows


class Edge:
    """The compiled rule from one operation to one of its arguments.

    code:  COPY (local 1), FLIP (-1), ARGUMENT (the value of another argument, at `index`), OUT, FORMULA, or
           FLAT (nothing ever flows), MISSING (no rule for this argument), PULL (see `pull`)
    local: the local derivative, a function of the registers
    when:  the condition under which the edge is open, or None
    pull:  of an operation on tensors: what it makes of the registers and the upstream value
    """

    __slots__ = ("code", "index", "local", "pull", "when")

    def __init__(
        self,
        code: int,
        index: int,
        local: Formula,
        when: Formula | None,
        pull: Callable[[Sequence[Number], Number], Number] | None = None,
    ) -> None:
        self.code = code
        self.index = index
        self.local = local
        self.when = when
        self.pull = pull


NO_RULE = Edge(MISSING, 0, lambda registers: None, None)


def shape_of(edges: tuple[Edge, ...]) -> int:
    """SUM: two copies. PRODUCT: each receives the other. SINGLE and PAIR: one and two edges that are always open."""
    codes = [edge.code for edge in edges]
    if codes == [COPY, COPY]:
        return SUM
    if codes == [COPY, FLIP]:
        return DIFFERENCE
    if codes == [ARGUMENT, ARGUMENT] and (edges[0].index, edges[1].index) == (1, 0):
        return PRODUCT
    if any(edge.when is not None or edge.code in (FLAT, MISSING, PULL) for edge in edges):
        return OTHER
    return {1: SINGLE, 2: PAIR}.get(len(edges), OTHER)


def no_rule(declared: Function | Op, position: int) -> InputError:
    """The error for a derivative by an argument that its operation has no rule for."""
    if isinstance(declared, Op):
        param = declared.params[min(position, len(declared.params) - 1)]
        return InputError("no-rule-in-table", name=declared.spelling, param=param)
    return InputError("no-rule", name=declared.name, param=declared.params[position])


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
                build = _selection if declared.variadic else _fixed
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
                made.append(_edge(*partial, None, places, self.calling(partial[0], guarded), self.constant))
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


_formulas: dict[Any, Any] = {}


def formula(text: str, settings: Mapping[str, str] | None = None) -> Any:
    """A formula of the table, read once; with what its settings are, where it has some."""
    key = (text, *settings.items()) if settings else text
    program = _formulas.get(key)
    if program is None:
        program = _formulas[key] = parse(text, settings=settings)
    return program


def partial_text(declared: Op, param: str, textbook: bool) -> tuple[str, str]:
    """The formula of a local derivative and the condition under which its edge is open ("" for always)."""
    text = declared.partials[param]
    if textbook:
        text = declared.textbook.get(param, text)
    local, _, when = text.partition(" if ")
    return local, when


def _fixed(declared: Op, count: int, kind: Kind, functions: dict[str, Callable[..., Number]]) -> tuple[Edge, ...]:
    places = {param: place for place, param in enumerate(declared.params)} | {"out": len(declared.params)}
    edges = []
    for param in declared.params:
        if param not in declared.partials:
            edges.append(NO_RULE)
            continue
        local, when = partial_text(declared, param, kind.textbook)
        condition = formula(when) if when else None
        program = formula(local)
        edges.append(_edge(program.graph, program.output, condition, places, functions, kind.constant))
    return tuple(edges)


def _selection(declared: Op, count: int, kind: Kind, functions: Functions) -> tuple[Edge, ...]:
    """The rules of max and min: one template for every argument.

    In its scope are x, out, the number of `ties`, and how many of those stand `before` the argument.
    """
    local_text, when_text = partial_text(declared, declared.params[0], kind.textbook)
    places = {"x": 0, "out": 1, "ties": 2, "before": 3}
    local, when = formula(local_text), formula(when_text)
    run_local = compiled(local.graph, local.output, places, functions, kind.constant)
    run_when = compiled(when.graph, when.output, places, functions, kind.constant)
    equal, add = functions["eq"], functions["add"]
    seen: list[Any] = [None, None]  # the registers of the node at hand, and how many tie up to each argument

    def scope(registers: Sequence[Number], place: int) -> list[Number]:
        if seen[0] is not registers:
            out = registers[-1]
            ties = [kind.constant(0)]
            for argument in registers[:-1]:
                ties.append(add(ties[-1], equal(argument, out)))
            seen[:] = registers, ties
        return [registers[place], registers[-1], seen[1][-1], seen[1][place]]

    def edge(place: int) -> Edge:
        return Edge(
            FORMULA,
            0,
            lambda registers: run_local(scope(registers, place)),
            lambda registers: run_when(scope(registers, place)),
        )

    return tuple(edge(place) for place in range(count))


def _edge(
    graph: Graph,
    output: int,
    condition: Any,
    places: dict[str, int],
    functions: dict[str, Callable[..., Number]],
    constant: Callable[[Constant], Number],
) -> Edge:
    """The rule of one edge, with the simplest code that says it."""
    local = compiled(graph, output, places, functions, constant)
    when = None if condition is None else compiled(condition.graph, condition.output, places, functions, constant)
    op, payload = graph.op[output], graph.payload.get(output)
    if op == "const" and payload == 0:
        return Edge(FLAT, 0, local, None)
    if when is None and op == "const" and payload in (1, -1):
        return Edge(COPY if payload == 1 else FLIP, 0, local, None)
    if when is None and op == "var":
        if payload == "out":
            return Edge(OUT, 0, local, None)
        return Edge(ARGUMENT, places[str(payload)], local, None)
    return Edge(FORMULA, 0, local, when)


def compiled(
    graph: Graph,
    output: int,
    places: dict[str, int],
    functions: dict[str, Callable[..., Number]],
    constant: Callable[[Constant], Number],
) -> Formula:
    """A formula as a function of its registers; `places` says in which register each name stands.

    Short formulas, which are nearly all, become one or two calls; longer ones a straight list of them.
    """
    op, args = graph.op[output], graph.args[output]
    if op == "var":
        place = places[str(graph.payload[output])]
        return lambda registers: registers[place]
    if op == "const":
        value = constant(graph.payload[output])
        return lambda registers: value
    if output < SHORT and len(args) <= 2:
        function = functions[op]
        parts = [compiled_leaf(graph, argument, places) for argument in args]
        if len(parts) == 1 and isinstance(parts[0], int):
            only: int = parts[0]
            return lambda registers: function(registers[only])
        if len(parts) == 2 and isinstance(parts[0], int) and isinstance(parts[1], int):
            left, right = parts[0], parts[1]
            return lambda registers: function(registers[left], registers[right])
        # No formula of the table repeats a part often enough for a list of steps to pay.
        nested = [compiled(graph, argument, places, functions, constant) for argument in args]
        if len(nested) == 1:
            inner = nested[0]
            return lambda registers: function(inner(registers))
        if len(nested) == 2:
            before, after = nested
            return lambda registers: function(before(registers), after(registers))
    return _steps(graph, output, places, functions, constant)


def compiled_leaf(graph: Graph, node: int, places: dict[str, int]) -> int | None:
    """The register of a node that is a name, else None."""
    return places[str(graph.payload[node])] if graph.op[node] == "var" else None


def _steps(
    graph: Graph,
    output: int,
    places: dict[str, int],
    functions: dict[str, Callable[..., Number]],
    constant: Callable[[Constant], Number],
) -> Formula:
    needed = graph.reaches(output)
    registers_used = max(places.values(), default=-1) + 1
    constants: list[Number] = []
    where: dict[int, int] = {}
    nodes = [node for node in range(output + 1) if needed[node]]
    for node in nodes:
        if graph.op[node] == "var":
            where[node] = places[str(graph.payload[node])]
        elif graph.op[node] == "const":
            where[node] = registers_used + len(constants)
            constants.append(constant(graph.payload[node]))
    steps: list[tuple[Callable[..., Number], tuple[int, ...]]] = []
    for node in nodes:
        if node not in where:
            steps.append((functions[graph.op[node]], tuple(where[argument] for argument in graph.args[node])))
            where[node] = registers_used + len(constants) + len(steps) - 1

    def run(registers: Sequence[Number]) -> Number:
        known = [*registers[:registers_used]]
        known += [None] * (registers_used - len(known))
        known += constants
        for function, takes in steps:
            known.append(function(*[known[place] for place in takes]))
        return known[-1]

    return run
