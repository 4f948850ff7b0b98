"""Rules of operations on tensors: what an edge makes of the upstream value, and the way forward along it.

An elementwise edge multiplies by a local derivative. An edge of an operation on tensors applies a linear map to the
upstream value, its *pullback*, which the table declares as a formula; where it declares none, the reverse loop runs
over the formula of the value. Forward mode is derived: the operation itself where it is linear, the value over dual
numbers where that is a formula, and else the transpose of the pullback, which is linear in the upstream value, so
that a reverse sweep over it gives its transpose.

Source: Bradbury et al., You only linearize once (2023), for transposition; Griewank and Walther, chapter 3.
"""

from __future__ import annotations

from bpcli.calculus.kinds import FLAT, NO_RULE, PULL, Edge, compiled, formula
from bpcli.graph import Function
from bpcli.ops import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from bpcli.calculus.kinds import Kind
    from bpcli.graph import Graph
    from bpcli.ops import Op

    Number = Any
    Pull = Callable[[Sequence[Number], Number], Number]  # registers (arguments, out) and upstream -> what arrives

ZERO = ("0", "0*t")


def pullback_text(
    declared: Op, position: int, ranks: Sequence[int], count: int, textbook: bool = False
) -> str | None:
    """The formula of a pullback where the arguments have these numbers of dimensions; None where none is declared.

    textbook: whether the form that books print is taken, where there is one
    """
    param = declared.params[min(position, len(declared.params) - 1)]
    text = declared.pullbacks.get(param)
    if textbook and param in declared.textbook_pullbacks:
        text = declared.textbook_pullbacks[param]
    if declared.variadic and position and declared.name.partition(" ")[0] in ("piece", "place_piece"):
        return "0"  # the others are looked at for their shape
    if text is not None and not isinstance(text, str):
        text = by_rank(text, ranks)
    if text is None or not declared.variadic:
        return text
    names = variadic_names(count)
    return text.format(args=", ".join(names), others=", ".join(names[1:]))


def class_numbers(graph: Graph, kind: Kind, values: Sequence[Number]) -> set[int]:
    """The nodes whose values are class numbers in all their uses: there is nothing between two classes.

    >>> from bpcli.engine.point import evaluate
    >>> from bpcli.language.reader import parse
    >>> point = evaluate(parse("cross_entropy([1, 2, 3], t)"), {"t": 2.0})
    >>> [point.program.graph.name[node] for node in class_numbers(point.program.graph, point.kind, point.values)]
    ['t']
    """
    found: set[int] = set()
    others: set[int] = set()
    for op, arguments in zip(graph.op[: len(values)], graph.args, strict=False):
        declared = TABLE.get(op)
        for position, argument in enumerate(arguments):
            cases = declared.pullbacks.get(declared.params[position]) if declared and not declared.variadic else None
            if isinstance(cases, str) or cases is None:
                others.add(argument)
                continue
            ranks = [len(kind.shape(values[each])) for each in arguments]
            (found if by_rank(cases, ranks) in ZERO else others).add(argument)
    return found - others


def settings_of(declared: Op, position: int) -> dict[str, str]:
    """What the names of settings stand for in the formula of one pullback."""
    return {**declared.chosen, "place": str(position)} if declared.variadic else declared.chosen


def by_rank(cases: Mapping[str, str], ranks: Sequence[int]) -> str | None:
    """The case for these numbers of dimensions: "2,1" exactly, else "n" for two or more, "same", "less"."""
    exact = ",".join(map(str, ranks))
    loose = ",".join("n" if rank > 1 else str(rank) for rank in ranks)
    alike = "same" if len({*ranks}) == 1 else "less"
    return cases.get(exact) or cases.get(loose) or cases.get(alike)


def variadic_names(count: int) -> list[str]:
    """The names that formulas of a variadic operation have for its arguments."""
    return [f"x{place}" for place in range(count)]


def places_of(declared: Op, count: int) -> dict[str, int]:
    """Name -> register: the arguments, the value, the upstream value."""
    names = variadic_names(count) if declared.variadic else list(declared.params)
    return {name: place for place, name in enumerate([*names, "out", "g"])}


def pull_edge(declared: Op, position: int, count: int, kind: Kind, guarded: bool) -> Edge:
    """The edge from an operation on tensors to one of its arguments."""
    param = declared.params[min(position, len(declared.params) - 1)]
    text = declared.pullbacks.get(param)
    if text is None and declared.value is None:
        return NO_RULE
    if text is None:
        return Edge(PULL, 0, _none, None, _derived(declared, position, kind))
    if isinstance(text, str) and pullback_text(declared, position, (), count) in ZERO:
        return Edge(FLAT, 0, lambda registers: kind.constant(0), None)
    places = places_of(declared, count)
    runs: dict[str, Any] = {}

    def pull(registers: Sequence[Number], upstream: Number) -> Number:
        ranks = [len(kind.shape(register)) for register in registers[:-1]] if not isinstance(text, str) else ()
        chosen = pullback_text(declared, position, ranks, count, kind.textbook)
        if chosen is None:
            raise ValueError(f"{declared.name} has no pullback for dimensions {ranks}")
        run = runs.get(chosen)
        if run is None:
            program = formula(chosen, settings_of(declared, position))
            functions = kind.guarded if guarded else kind.functions
            run = runs[chosen] = compiled(program.graph, program.output, places, functions, kind.constant)
        return run([*registers, upstream])

    return Edge(PULL, 0, _none, None, pull)


def _none(registers: Sequence[Number]) -> Number:
    return None


def _derived(declared: Op, position: int, kind: Kind) -> Pull:
    """The pullback that follows from the formula of the value: the reverse loop over it."""

    def pull(registers: Sequence[Number], upstream: Number) -> Number:
        from bpcli.calculus.sweeps import forward, idle, reverse

        program = formula(declared.value or "", declared.chosen)
        graph, variables = program.graph, program.graph.variables
        target = variables.get(declared.params[position])
        inputs = {
            variables[param]: register
            for param, register in zip(declared.params, registers, strict=False)
            if param in variables
        }
        if target is None:
            return kind.constant(0)
        values = forward(graph, kind, inputs, program.output + 1)
        adjoints = reverse(graph, kind, values, program.output, upstream, idle(graph, [target]))
        found = adjoints[target]
        return kind.constant(0) if found is None else found

    return pull


def push_along(
    declared: Op | Function, position: int, registers: Sequence[Number], tangent: Number, kind: Kind
) -> Number:
    """What a tangent of one argument makes of the result: the transpose of the pullback."""
    if isinstance(declared, Function):
        names = {name: place for place, name in enumerate((*declared.params, "out", "g"))}
        return _transposed(*declared.pullbacks[declared.params[position]], names, registers, tangent, kind)
    count = len(registers) - 1
    param = declared.params[min(position, len(declared.params) - 1)]
    if param in declared.linear and not (declared.variadic and declared.name.startswith(("piece", "place_piece"))):
        arguments = list(registers[:-1])
        if declared.variadic:
            # Linear in all of them together: the others do not change.
            arguments = [kind.zero_like(register) for register in arguments]
        arguments[position] = tangent
        return kind.functions[declared.name](*arguments)
    if param in declared.linear:
        return kind.functions[declared.name](tangent, *registers[1:-1])
    if declared.pullbacks.get(param) is None:
        return _pushed_through_value(declared, position, registers, tangent, kind)
    ranks = [len(kind.shape(register)) for register in registers[:-1]]
    text = pullback_text(declared, position, ranks, count) or "0"
    if text in ZERO:
        return kind.zero_like(registers[-1])
    program = formula(text, settings_of(declared, position))
    return _transposed(program.graph, program.output, places_of(declared, count), registers, tangent, kind)


def _transposed(
    graph: Graph, output: int, places: Mapping[str, int], registers: Sequence[Number], tangent: Number, kind: Kind
) -> Number:
    """A pullback run the other way: linear in g, it is transposed by a reverse sweep over it."""
    from bpcli.calculus.sweeps import forward, idle, reverse

    upstream = graph.variables.get("g")
    if upstream is None:
        return kind.zero_like(registers[-1])  # linear in g and without it: by a class number nothing moves
    # It does not matter at which g it is looked at: the value will do.
    numbers = [*registers, registers[-1]]
    inputs = {node: numbers[places[name]] for name, node in graph.variables.items()}
    values = forward(graph, kind, inputs, output + 1)
    # What arrives in the shape of the argument is summed there by the sweep; going back, it is copied.
    seed = kind.spread(tangent, values[output])
    return reverse(graph, kind, values, output, seed, idle(graph, [upstream]))[upstream]


def _pushed_through_value(
    declared: Op, position: int, registers: Sequence[Number], tangent: Number, kind: Kind
) -> Number:
    """The tangent of the formula of the value, over dual numbers."""
    from bpcli.calculus.duals import Duals

    duals = Duals(kind)
    program = formula(declared.value or "", declared.chosen)
    places = places_of(declared, len(registers) - 1)
    run = compiled(program.graph, program.output, places, duals.functions, duals.constant)
    arguments = [
        duals.dual(register, tangent if place == position else None) for place, register in enumerate(registers[:-1])
    ]
    return run(arguments).tangent
