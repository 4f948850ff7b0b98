"""One point: the value of a program, its gradient, and what was noticed on the way."""

from __future__ import annotations

import math

from bpcli.calculus.shapes import shown
from bpcli.calculus.sweeps import Branch, connected, forward, idle, reverse
from bpcli.engine.carried import carry
from bpcli.engine.checkpoints import CHECKPOINT, Again, calculate_again, forward_with, inside
from bpcli.engine.choose import fitting
from bpcli.engine.floats import FLOATS
from bpcli.engine.given import bind
from bpcli.engine.notes import Note
from bpcli.engine.noticing import look_at_values, nan_gradient
from bpcli.errors import InputError, closest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from typing import Any

    from bpcli.calculus.kinds import Kind
    from bpcli.engine.checkpoints import Inside
    from bpcli.graph import Program


class Point:
    """A program at one point.

    values:   the value of every node up to the results and to the last name
    results:  result -> value; `value` is the only one
    gradient: requested name -> derivative of the output, 0.0 where no open path leads there
    branches: one entry for each edge that the reverse sweep met, where they were asked for
    kind:     the kind of number that all of these are; floats unless another was asked for
    within:   the nodes inside each checkpoint, where their values were let go
    """

    __slots__ = (
        "adjoints", "branches", "gradient", "kind", "notes", "program", "reach", "results", "values", "within"
    )  # fmt: skip

    def __init__(self, program: Program, values: list[float]) -> None:
        self.program = program
        self.kind: Kind = FLOATS
        self.values = values
        self.within: Inside = {}
        self.results = {name: single(values[node]) for name, node in program.outputs.items()}
        self.adjoints: list[float | None] = []
        self.branches: list[Branch] = []
        self.gradient: dict[str, float] = {}
        self.reach: bytearray | None = None  # nodes with a path to the result, once somebody asked
        self.notes: list[Note] = [Note("shadowed", name=name) for name in program.shadowed]

    @property
    def value(self) -> Any:
        """The value of the only result. Raises InputError where there are several."""
        return single(self.values[self.program.output])

    def __repr__(self) -> str:
        slopes = f", gradient={self.gradient}" if self.adjoints else ""
        value = self.value if len(self.results) == 1 else self.results
        return f"Point(value={value}{slopes})"


def single(value: Any) -> Any:
    """An array without axes as the number that it is; all else as it stands."""
    return value.item() if getattr(value, "shape", None) == () else value


def evaluate(
    program: Program,
    given: Mapping[str, float],
    make: type[Point] = Point,
    kind: Kind = FLOATS,
    frugal_but: Collection[int] | None = None,
) -> Point:
    """The values of a program's results at one point, as a Point or a subclass of it.

    frugal_but: arrays inside checkpoints are let go, but for these nodes; all are kept unless it is given

    Raises InputError for values that do not fit the names; NumericError where the value is nan.
    """
    kind = fitting(program, given, kind)
    # A name may stand behind the output, which does not depend on it then.
    stop = max(program.stop, *(node + 1 for node in program.names.values()), 0)
    inputs = bind(program, given, kind)
    within: Inside = {}
    if frugal_but is not None and kind.shaped and CHECKPOINT in program.graph.op:
        within = inside(program.graph, stop, {*frugal_but, *program.outputs.values()})
        values = forward_with(program.graph, kind, inputs, stop, within)
    else:
        values = forward(program.graph, kind, inputs, stop)
    point = make(program, values)
    point.kind = kind
    point.within = within
    look_at_values(point)
    kind.look_at_values(point, given)
    return point


def _is_undefined(kind: Kind, adjoint: Any) -> bool:
    """Whether a derivative has no value; what nothing arrives at is 0."""
    return adjoint is not None and kind.undefined(adjoint)


def gradient(
    program: Program,
    given: Mapping[str, float],
    wrt: Sequence[str] | None = None,
    *,
    record: bool = False,
    frugal: bool = False,
    make: type[Point] = Point,
    kind: Kind = FLOATS,
    scale: float = 1.0,
) -> Point:
    """The value and the gradient of a program at one point.

    wrt:    names of variables or of assigned intermediates; all variables unless given
    record: whether `branches` is filled
    frugal: whether arrays are let go that the gradient does not need any more: adjoints of what was not asked for,
            and values inside checkpoints
    scale:  what the reverse pass starts with; the gradient is divided by it again, the adjoints are not

    Raises InputError as `evaluate`, and for a name that the program does not have; NumericError where the
    value or a requested derivative is nan.
    """
    graph = program.graph
    asked = nodes_of(program, wrt)
    names, nodes = list(asked), list(asked.values())
    keep = {*nodes} if frugal else None
    point = evaluate(program, given, make, kind, keep)
    kind = point.kind
    if kind.shape(point.values[program.output]):
        raise vector_output(program, kind.shape(point.values[program.output]))
    # A scaled seed is a wide number, as a loss is where networks are trained in narrow ones.
    seed = kind.constant(1) if scale == 1 else kind.seed(scale)
    skip = idle(graph, None if wrt is None else nodes)
    branches: list[Branch] | None = point.branches if record else None
    if not skip[program.output]:
        again = Again(graph, kind, point.values, point.within) if point.within else None
        point.adjoints = reverse(
            graph, kind, point.values, program.output, seed, skip, branches, keep=keep, again=again
        )
        if again is not None:
            again.let_go(0)
        kind.look_at_slopes(point, skip, seed)
        if kind is FLOATS:
            carry(point, point.adjoints, skip, asked)
    else:
        point.adjoints = [None] * (program.output + 1)
    for name, node in zip(names, nodes, strict=True):
        adjoint = point.adjoints[node] if node <= program.output else None
        if adjoint is None:
            point.gradient[name] = single(kind.zero_like(point.values[node]))
            point.notes.append(nothing_arrives(point, name, node))
            continue
        if kind.shaped:
            adjoint = own(adjoint, list(point.gradient.values()))
        if scale != 1:
            # In double precision: what the scale has saved must not be lost again.
            wide: Any = adjoint
            adjoint = (wide.astype("float64") if getattr(wide, "shape", ()) else float(wide)) / scale
        point.gradient[name] = adjoint
        if kind.undefined(adjoint):
            for inner in point.within.values():
                calculate_again(graph, kind, point.values, inner)
            others = [
                each for each, place in asked.items()
                if place > program.output or not _is_undefined(kind, point.adjoints[place])
            ]  # fmt: skip
            raise nan_gradient(point, name, seed, others)
        if kind.infinite(adjoint):
            slope = _first_infinite(adjoint)
            point.notes.append(Note("infinite-gradient", output=program.output_name, name=name, value=slope))
    return point


def own(array: Any, others: Sequence[Any]) -> Any:
    """An array that nothing else writes to: a copy of a view, or of what stands among others; a number as such.

    What was copied along an axis is a view of fewer numbers, and cannot be written to at all.
    """
    if not getattr(array, "shape", ()):
        return single(array)
    shared = array.base is not None or any(array is other for other in others)
    return array.copy() if shared else array


def _first_infinite(adjoint: Any) -> float:
    """An infinite derivative, or the first entry of an array of them that is."""
    if not getattr(adjoint, "shape", ()):
        return adjoint  # type: ignore[no-any-return]
    return next(float(entry) for entry in adjoint.flat if abs(entry) == math.inf)


def vector_output(program: Program, shape: tuple[int, ...]) -> InputError:
    """The error for a gradient of a result that is not one number."""
    node = program.output
    span = (program.graph.start[node], program.graph.stop[node])
    first = ",".join("0" * len(shape))
    hint: dict[str, str] = {}
    if program.graph.op[node] == "mul" and len(shape) == 2:
        hint["hint"] = (
            "use `sum(...)` or `mean(...)`; `*` multiplies entry by entry, and the product of matrices is written `@`"
        )
    elif program.graph.op[node] in ("pow", "powc") and len(shape) == 2:
        hint["hint"] = (
            "use `sum(...)` or `mean(...)`; `^` raises each entry, and the inverse of a matrix is `inv(...)`"
        )
    return InputError("vector-output", source=program.source, span=span, shape=shown(shape), first=first, **hint)


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
