"""What is worth knowing about the values of a point: infinities, corners, and where a nan came from."""

from __future__ import annotations

from bpcli.calculus.kinds import compiled, formula
from bpcli.calculus.sweeps import OPEN, RAISED, Branch, idle, reverse
from bpcli.engine.floats import FLOATS
from bpcli.engine.notes import Note
from bpcli.errors import NumericError
from bpcli.language.text import ATOM, SUM, expression, operation
from bpcli.numbers import full, show
from bpcli.ops import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bpcli.engine.point import Point
    from bpcli.graph import Program
    from bpcli.ops.declaration import Kink


def nan_gradient(point: Point, name: str, seed: float, others: Sequence[str] = ()) -> NumericError:
    """The error for a derivative that is nan, with the edge on which it first appeared.

    others: names by which there is a derivative
    """
    program, values = point.program, point.values
    graph = program.graph
    branches: list[Branch] = []
    reverse(graph, point.kind, values, program.output, seed, idle(graph, [program.names[name]]), branches)
    for branch in branches:
        if branch.state == OPEN and point.kind.undefined(branch.product):
            node, argument = branch.node, branch.argument
            text = short(program, node)
            if point.kind.shaped:
                from bpcli.engine.entries import undefined_branch

                return undefined_branch(point, branch, name)
            return NumericError(
                "nan-gradient",
                source=program.source,
                span=(graph.start[node], graph.stop[node]),
                output=program.output_name,
                name=name,
                node=text,
                argument=short(program, argument),
                at=inputs_of(program, values, node),
                upstream=figure(branch.upstream),
                local=figure(branch.local),
                hint=f"leave {name} out: `--wrt {','.join(others)}`" if others else None,
            )
    return NumericError("nan-sum", output=program.output_name, name=name)


def short(program: Program, node: int, most: int = 40) -> str:
    """The formula of a node, or its operation alone where that would be long."""
    graph = program.graph
    if node in graph.name and not graph.args[node]:
        return graph.name[node]
    text = expression(graph, node, graph.name) if node < 5000 else ""
    return text if 0 < len(text) <= most else graph.name.get(node) or f"{graph.op[node]}(...)"


def inputs_of(program: Program, values: Sequence[float], node: int) -> str:
    graph = program.graph
    arguments = [argument for argument in graph.args[node] if not graph.constant[argument]]
    told = [f"{short(program, argument)} = {figure(values[argument])}" for argument in dict.fromkeys(arguments)]
    return ", ".join(told)


def figure(value: float) -> str:
    """A number in a sentence: a float to the last bit, and of another kind as much as a reader can use."""
    return show(value, 17) if hasattr(value, "shown") else full(value)


def live(point: Point) -> bytearray:
    """Marks the nodes that the results look at: what stands in a branch of `where` that was not taken is not."""
    graph, values = point.program.graph, point.values
    marks = bytearray(len(graph))
    for output in point.program.outputs.values():
        marks[output] = 1
    for node in range(point.program.stop - 1, -1, -1):
        if not marks[node]:
            continue
        arguments = graph.args[node]
        known = graph.op[node] == "where" and values[arguments[0]] is not None
        if known and not point.kind.shape(values[arguments[0]]):
            arguments = (arguments[0], arguments[1] if values[arguments[0]] else arguments[2])
        for argument in arguments:
            marks[argument] = 1
    return marks


def as_numbers(point: Point, marks: bytearray) -> bytearray:
    """Marks the nodes whose value counts as a number: a condition that only decides a `where` does not jump itself."""
    graph = point.program.graph
    counted = bytearray(len(graph))
    for output in point.program.outputs.values():
        counted[output] = 1
    for node in range(point.program.stop - 1, -1, -1):
        op = graph.op[node]
        if not marks[node] or (op in ("and", "or", "not") and not counted[node]):
            continue
        for argument in graph.args[node][op == "where" :]:
            counted[argument] = 1
    return counted


def look_at_values(point: Point) -> None:
    """Notes for infinite values and kinks; an error where the value is nan."""
    if point.kind.shaped:
        from bpcli.engine.entries import look_at_entries

        look_at_entries(point)
        return
    program, values = point.program, point.values
    graph = program.graph
    used = {op for op in set(graph.op) if (declared := TABLE.get(op)) is not None and declared.kinks}
    # x - x is not 0 for inf and nan alone.
    odd = [node for node, value in enumerate(values) if value - value != 0]
    if not odd and not used:
        return
    marks = live(point)
    undefined = any(value != value for value in point.results.values())
    for node in odd:
        if not marks[node] or any(values[argument] - values[argument] != 0 for argument in graph.args[node]):
            continue
        if values[node] == values[node]:
            if graph.op[node] not in ("var", "const"):
                point.notes.append(_infinite(point, node))
        elif undefined:
            raise _nan_value(point, node)
    if undefined:
        node = next(node for node in odd if marks[node] and values[node] != values[node])
        raise _nan_value(point, node)
    infinite = [node for node in program.outputs.values() if values[node] - values[node] != 0]
    if infinite and not any(note.kind == "infinite-value" for note in point.notes):
        # It was infinite from the start: an input, or a constant beyond the range of floats.
        point.notes.append(_infinite(point, infinite[0]))
    if used:
        counted = as_numbers(point, marks)
        for node, kink in corners_of(point):
            if marks[node] and (counted[node] or not kink.jump):
                point.notes.append(_kink_note(point, node, kink))


def _infinite(point: Point, node: int) -> Note:
    program = point.program
    at = inputs_of(program, point.values, node)
    return Note(
        "infinite-value",
        node=short(program, node),
        value=point.values[node],
        at=at,
        domain=domain_of(program, node) if at and not inside_domain(point, node) else "",
    )


def inside_domain(point: Point, node: int) -> bool:
    """Whether the arguments of an operation lie in its domain, so that an infinite value is an overflow."""
    graph = point.program.graph
    declared = TABLE.get(graph.op[node])
    if declared is None or not declared.domain:
        return False
    read = formula(declared.domain)
    places = {param: place for place, param in enumerate(declared.params)}
    registers = [float(point.values[argument]) for argument in graph.args[node]]
    return bool(compiled(read.graph, read.output, places, FLOATS.guarded, FLOATS.constant)(registers))


def domain_of(program: Program, node: int) -> str:
    """The domain of an operation in the names of the program; "" where it would be of numbers alone."""
    graph = program.graph
    declared = TABLE.get(graph.op[node])
    if declared is None or not declared.domain or len(declared.domain) > 40:
        return ""
    read = formula(declared.domain)
    spelled = {
        param: (short(program, argument, 20), ATOM if not graph.args[argument] else SUM)
        for param, argument in zip(declared.params, graph.args[node], strict=False)
    }
    written = expression(read.graph, read.output, spelled=spelled)
    return written if any(map(str.isalpha, written)) else ""  # of x/0 it would be 0 != 0


def _nan_value(point: Point, node: int) -> NumericError:
    program = point.program
    graph = program.graph
    span = graph.start[node], graph.stop[node]
    if graph.op[node] == "var":
        return NumericError("nan-input", source=program.source, span=span, name=graph.name[node])
    at = inputs_of(program, point.values, node)
    domain = domain_of(program, node) if at else ""
    return NumericError(
        "outside-domain" if domain else "nan-value",
        source=program.source,
        span=span,
        node=short(program, node),
        at=at or "these constants",
        domain=domain,
        hint=advice_for(program, node),
    )


def advice_for(program: Program, node: int) -> str:
    op = program.graph.op[node]
    if op == "powc":
        return "a power with a fraction needs a base above 0; `cbrt(x)` takes cube roots of negative numbers"
    if op == "div":
        return "0/0 has no value"
    return ""


def corners_of(point: Point) -> Iterator[tuple[int, Kink]]:
    """The operations that are at a corner or a jump, where the slope is a convention."""
    graph, values, kind = point.program.graph, point.values, point.kind
    for node, op in enumerate(graph.op[: point.program.stop]):
        declared = TABLE.get(op)
        if declared is None or not declared.kinks or graph.constant[node]:
            continue
        registers = [values[argument] for argument in graph.args[node]]
        for kink in declared.kinks:
            if declared.variadic:
                hit = sum(value == values[node] for value in registers) > 1
            else:
                read = formula(kink.where)
                places = {param: place for place, param in enumerate(declared.params)}
                try:
                    hit = bool(compiled(read.graph, read.output, places, kind.guarded, kind.constant)(registers))
                except RAISED:
                    hit = False
            if hit:
                yield node, kink


def _kink_note(point: Point, node: int, kink: Kink) -> Note:
    graph = point.program.graph
    op, arguments = graph.op[node], graph.args[node]
    texts = [short(point.program, argument, 20) for argument in arguments]
    levels = [9 if graph.args[argument] else ATOM for argument in arguments]
    return Note(
        "jump" if kink.jump else "kink",
        node=operation(op, texts, levels) if len(texts) < 5 else short(point.program, node),
        at=inputs_of(point.program, point.values, node),
        convention=kink.convention,
        elsewhere=kink.elsewhere or _zero_maximum(op, [point.values[argument] for argument in arguments]),
    )


def _zero_maximum(op: str, registers: Sequence[float]) -> str:
    """max(0, x) at 0 is where people expect relu."""
    if op == "max" and len(registers) == 2 and registers[0] == registers[1] == 0:
        return "relu(x) would give 0 here"
    return ""
