"""One point: the value of a program, its gradient, and what was noticed on the way."""

from __future__ import annotations

import math

from bpcli.calculus.kinds import compiled, formula
from bpcli.calculus.sweeps import OPEN, RAISED, Branch, connected, forward, idle, reverse
from bpcli.engine.floats import FLOATS
from bpcli.engine.notes import Note
from bpcli.errors import InputError, NumericError, closest
from bpcli.language.reader import parse
from bpcli.language.text import ATOM, SUM, expression, operation
from bpcli.numbers import full, show
from bpcli.ops import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bpcli.calculus.kinds import Kind
    from bpcli.graph import Program

WORDS = {"inf": math.inf, "+inf": math.inf, "-inf": -math.inf, "nan": math.nan}


class Point:
    """A program at one point.

    values:   the value of every node up to the results and to the last name
    results:  result -> value; `value` is the only one
    gradient: requested name -> derivative of the output, 0.0 where no open path leads there
    branches: one entry for each edge that the reverse sweep met, where they were asked for
    kind:     the kind of number that all of these are; floats unless another was asked for
    """

    __slots__ = ("adjoints", "branches", "gradient", "kind", "notes", "program", "reach", "results", "values")

    def __init__(self, program: Program, values: list[float]) -> None:
        self.program = program
        self.kind: Kind = FLOATS
        self.values = values
        self.results = {name: values[node] for name, node in program.outputs.items()}
        self.adjoints: list[float | None] = []
        self.branches: list[Branch] = []
        self.gradient: dict[str, float] = {}
        self.reach: bytearray | None = None  # nodes with a path to the result, once somebody asked
        self.notes: list[Note] = [Note("shadowed", name=name) for name in program.shadowed]

    @property
    def value(self) -> float:
        """The value of the only result. Raises InputError where there are several."""
        return self.values[self.program.output]

    def __repr__(self) -> str:
        slopes = f", gradient={self.gradient}" if self.adjoints else ""
        value = self.value if len(self.results) == 1 else self.results
        return f"Point(value={value}{slopes})"


def value_of(text: str, name: str = "a variable", kind: Kind = FLOATS) -> float:
    """The number that a value on the command line stands for: 2, -1e5, 1/3, pi/2, 2^10.

    Raises InputError where it is not a constant; `name` is the variable that it speaks of.
    """
    try:
        if kind is FLOATS and "_" not in text:
            return float(text)
    except ValueError:
        pass
    if text.strip() in WORDS:
        return WORDS[text.strip()]
    if text.startswith("@") or text.lstrip().startswith("["):
        raise InputError("value-not-yet", name=name, text=text)
    try:
        program = parse(text)
    except InputError:
        raise InputError("not-a-number", name=name, text=text) from None
    if program.inputs or program.assigned:
        raise InputError("not-a-number", name=name, text=text)
    value: float = forward(program.graph, kind, {}, program.output + 1)[program.output]
    return value


def bind(program: Program, given: Mapping[str, float], kind: Kind = FLOATS) -> dict[int, float]:
    """The values of the variables by node. Raises InputError for one too few or one too many."""
    variables = program.graph.variables
    inputs = program.inputs
    missing = [name for name in inputs if name not in given]
    for name in missing:
        # Before x and y are refused: they are not in the text because it says xy.
        parts = _split(name, given)
        if parts:
            raise _at(program, name, "joined-names", product="*".join(parts))
    for name in given:
        if name not in variables:
            raise _not_in_text(program, name)
    if missing:
        raise _missing(program, missing)
    return {variables[name]: kind.given(given[name]) for name in inputs}


def _not_in_text(program: Program, name: str) -> InputError:
    if name in program.assigned:
        return InputError("value-for-assigned", name=name)
    names = ", ".join(program.inputs) or "none"
    near = closest(name, list(program.inputs))
    hint = f"did you mean --{near}?" if near else ""
    return InputError("not-in-text", name=name, names=names, hint=hint)


def _at(program: Program, name: str, kind: str, **facts: str) -> InputError:
    """An error about a variable, at the place where it stands first."""
    graph = program.graph
    node = graph.variables[name]
    return InputError(kind, source=program.source, span=(graph.start[node], graph.stop[node]), name=name, **facts)


def _missing(program: Program, missing: Sequence[str]) -> InputError:
    for name in missing:
        if TABLE.get(name) is not None and len(name) > 1:
            return _at(program, name, "function-as-value")
    shown = zip(missing, (3, 2, 1, 0.5) * len(missing), strict=False)
    examples = " ".join(f"--{name} {example}" for name, example in shown)
    listed = missing[0] if len(missing) == 1 else f"{', '.join(missing[:-1])} and {missing[-1]}"
    values = "a value" if len(missing) == 1 else "values"
    return _at(program, missing[0], "missing-values", names=listed, values=values, examples=examples)


def _split(name: str, given: Mapping[str, float]) -> list[str]:
    """`xy` as x and y, where both were given: the product that was probably meant."""
    parts: list[str] = []
    rest = name
    while rest:
        part = next((known for known in sorted(given, key=len, reverse=True) if rest.startswith(known)), None)
        if part is None:
            return []
        parts.append(part)
        rest = rest[len(part) :]
    return parts if len(parts) > 1 else []


def evaluate(
    program: Program, given: Mapping[str, float], make: type[Point] = Point, kind: Kind = FLOATS
) -> Point:
    """The values of a program's results at one point, as a Point or a subclass of it.

    Raises InputError for values that do not fit the names; NumericError where the value is nan.
    """
    # A name may stand behind the output, which does not depend on it then.
    stop = max(program.stop, *(node + 1 for node in program.names.values()), 0)
    values = forward(program.graph, kind, bind(program, given, kind), stop)
    point = make(program, values)
    point.kind = kind
    _look_at_values(point)
    kind.look_at_values(point, given)
    return point


def gradient(
    program: Program,
    given: Mapping[str, float],
    wrt: Sequence[str] | None = None,
    *,
    record: bool = False,
    make: type[Point] = Point,
    kind: Kind = FLOATS,
    scale: float = 1.0,
) -> Point:
    """The value and the gradient of a program at one point.

    wrt:    names of variables or of assigned intermediates; all variables unless given
    record: whether `branches` is filled
    scale:  what the reverse pass starts with; the gradient is divided by it again, the adjoints are not

    Raises InputError as `evaluate`, and for a name that the program does not have; NumericError where the
    value or a requested derivative is nan.
    """
    graph = program.graph
    asked = nodes_of(program, wrt)
    names, nodes = list(asked), list(asked.values())
    point = evaluate(program, given, make, kind)
    # A scaled seed is a wide number, as a loss is where networks are trained in narrow ones.
    seed = kind.constant(1) if scale == 1 else scale
    skip = idle(graph, None if wrt is None else nodes)
    branches: list[Branch] | None = point.branches if record else None
    if not skip[program.output]:
        point.adjoints = reverse(graph, kind, point.values, program.output, seed, skip, branches)
        kind.look_at_slopes(point, skip, seed)
    else:
        point.adjoints = [None] * (program.output + 1)
    for name, node in zip(names, nodes, strict=True):
        adjoint = point.adjoints[node] if node <= program.output else None
        if adjoint is None:
            point.gradient[name] = kind.constant(0)
            point.notes.append(nothing_arrives(point, name, node))
            continue
        point.gradient[name] = adjoint if scale == 1 else float(adjoint) / scale
        if adjoint != adjoint:
            raise nan_gradient(point, name, seed)
        if adjoint in (math.inf, -math.inf):
            point.notes.append(Note("infinite-gradient", output=program.output_name, name=name, value=adjoint))
    return point


def nodes_of(program: Program, wrt: Sequence[str] | None) -> dict[str, int]:
    """The nodes to differentiate by, by name: all variables unless given. Raises InputError for an unknown name."""
    names = program.inputs if wrt is None else wrt
    for name in names:
        if name not in program.names:
            raise unknown_name(program, name)
    return {name: program.names[name] for name in names}


def unknown_name(program: Program, name: str) -> InputError:
    """The error for a name in --wrt that the program does not have."""
    near = closest(name, list(program.names))
    hint = f"did you mean {near}?" if near else ""
    return InputError("wrt-unknown", name=name, names=", ".join(program.names) or "none", hint=hint)


def nothing_arrives(point: Point, name: str, node: int) -> Note:
    """Why nothing arrives at a node: no path, or only paths without slope."""
    program = point.program
    if point.reach is None:
        point.reach = connected(program.graph, program.output)
    if not point.reach[node]:
        cut = program.graph.reaches(program.output)[node] if node <= program.output else 0
        return Note("cut" if cut else "independent", output=program.output_name, name=name)
    return Note("no-open-path", output=program.output_name, name=name)


def nan_gradient(point: Point, name: str, seed: float) -> NumericError:
    """The error for a derivative that is nan, with the edge on which it first appeared."""
    program, values = point.program, point.values
    graph = program.graph
    branches: list[Branch] = []
    reverse(graph, point.kind, values, program.output, seed, idle(graph, [program.names[name]]), branches)
    for branch in branches:
        if branch.product != branch.product and branch.state == OPEN:
            node, argument = branch.node, branch.argument
            text = short(program, node)
            return NumericError(
                "nan-gradient",
                source=program.source,
                span=(graph.start[node], graph.stop[node]),
                output=program.output_name,
                name=name,
                node=text,
                argument=short(program, argument),
                at=_inputs_of(program, values, node),
                upstream=figure(branch.upstream),
                local=figure(branch.local),
            )
    return NumericError("nan-sum", output=program.output_name, name=name)


def short(program: Program, node: int, most: int = 40) -> str:
    """The formula of a node, or its operation alone where that would be long."""
    graph = program.graph
    if node in graph.name and not graph.args[node]:
        return graph.name[node]
    text = expression(graph, node, graph.name) if node < 5000 else ""
    return text if 0 < len(text) <= most else graph.name.get(node) or f"{graph.op[node]}(...)"


def _inputs_of(program: Program, values: Sequence[float], node: int) -> str:
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
        if graph.op[node] == "where":
            arguments = (arguments[0], arguments[1] if values[arguments[0]] else arguments[2])
        for argument in arguments:
            marks[argument] = 1
    return marks


def _look_at_values(point: Point) -> None:
    """Notes for infinite values and kinks; an error where the value is nan."""
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
        _look_for_kinks(point, used, marks)


def _infinite(point: Point, node: int) -> Note:
    program = point.program
    at = _inputs_of(program, point.values, node)
    return Note(
        "infinite-value",
        node=short(program, node),
        value=point.values[node],
        at=at,
        domain=_domain(program, node) if at and not _inside(point, node) else "",
    )


def _inside(point: Point, node: int) -> bool:
    """Whether the arguments of an operation lie in its domain, so that an infinite value is an overflow."""
    graph = point.program.graph
    declared = TABLE.get(graph.op[node])
    if declared is None or not declared.domain:
        return False
    read = formula(declared.domain)
    places = {param: place for place, param in enumerate(declared.params)}
    registers = [float(point.values[argument]) for argument in graph.args[node]]
    return bool(compiled(read.graph, read.output, places, FLOATS.guarded, FLOATS.constant)(registers))


def _domain(program: Program, node: int) -> str:
    """The domain of an operation in the names of the program."""
    graph = program.graph
    declared = TABLE.get(graph.op[node])
    if declared is None or not declared.domain or len(declared.domain) > 40:
        return ""
    read = formula(declared.domain)
    spelled = {
        param: (short(program, argument, 20), ATOM if not graph.args[argument] else SUM)
        for param, argument in zip(declared.params, graph.args[node], strict=False)
    }
    return expression(read.graph, read.output, spelled=spelled)


def _nan_value(point: Point, node: int) -> NumericError:
    program = point.program
    graph = program.graph
    span = graph.start[node], graph.stop[node]
    if graph.op[node] == "var":
        return NumericError("nan-input", source=program.source, span=span, name=graph.name[node])
    at = _inputs_of(program, point.values, node)
    domain = _domain(program, node) if at else ""
    return NumericError(
        "outside-domain" if domain else "nan-value",
        source=program.source,
        span=span,
        node=short(program, node),
        at=at or "these constants",
        domain=domain,
        hint=_advice(program, node),
    )


def _advice(program: Program, node: int) -> str:
    op = program.graph.op[node]
    if op == "powc":
        return "a power with a fraction needs a base above 0; `cbrt(x)` takes cube roots of negative numbers"
    if op == "div":
        return "0/0 has no value"
    return ""


def _look_for_kinks(point: Point, used: set[str], marks: bytearray) -> None:
    graph, values, kind = point.program.graph, point.values, point.kind
    for node, op in enumerate(graph.op[: point.program.stop]):
        if op not in used or not marks[node] or graph.constant[node]:
            continue
        declared = TABLE[op]
        arguments = graph.args[node]
        registers = [values[argument] for argument in arguments]
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
                texts = [short(point.program, argument, 20) for argument in arguments]
                point.notes.append(
                    Note(
                        "kink",
                        node=operation(op, texts, [9] * len(texts)) if len(texts) < 5 else short(point.program, node),
                        at=_inputs_of(point.program, values, node),
                        convention=kink.convention,
                        elsewhere=kink.elsewhere or _zero_maximum(op, registers),
                    )
                )


def _zero_maximum(op: str, registers: Sequence[float]) -> str:
    """max(0, x) at 0 is where people expect relu."""
    if op == "max" and len(registers) == 2 and registers[0] == registers[1] == 0:
        return "relu(x) would give 0 here"
    return ""
