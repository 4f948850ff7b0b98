"""Formulas of the table as functions of numbers of any kind."""

from __future__ import annotations

from bpcli.language.reader import parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from bpcli.graph import Graph
    from bpcli.numbers import Constant
    from bpcli.ops import Op

    Number = Any
    Formula = Callable[[Sequence[Number]], Number]  # of the registers: the arguments, then the value itself

SHORT = 12  # nodes; a longer formula is a list of steps, so that nothing recurses and nothing is computed twice

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
        parts = [_register(graph, argument, places) for argument in args]
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


def _register(graph: Graph, node: int, places: dict[str, int]) -> int | None:
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
