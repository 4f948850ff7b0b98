"""Values that stand in the text: `x = 2; w = 3; (x + w)*w` has the inputs x and w, as in a script of a framework.

A name that is assigned a value, a list of values or a start is such a leaf where it is to be differentiated by. The
text is read once more with these names as variables, and their values are given to them.
"""

from __future__ import annotations

from bpcli.calculus.kinds import Kind
from bpcli.engine.choose import fitting
from bpcli.engine.floats import FLOATS
from bpcli.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from typing import Any

    from bpcli.graph import Program


class Values:
    """The values of constant nodes, in a kind of number."""

    def __init__(self, program: Program, kind: Kind) -> None:
        self.graph = program.graph
        self.kind = kind
        self.functions = kind.calling(program.graph, False)
        self.known: dict[int, Any] = {}

    def of(self, node: int) -> Any:
        """The value of one of them, which looks at no more of the graph than it is made of."""
        graph, known = self.graph, self.known
        work = [node]
        while work:
            here = work[-1]
            missing = [each for each in graph.args[here] if each not in known]
            if missing and here not in known:
                work += missing
                continue
            work.pop()
            if graph.op[here] == "const":
                known[here] = self.kind.constant(graph.payload[here])
            elif here not in known:
                known[here] = self.functions[graph.op[here]](*[known[each] for each in graph.args[here]])
        return known[node]


def read_with_leaves(
    read: Callable[[Collection[str]], Program],
    given: Mapping[str, Any],
    kind: Kind,
    wrt: Collection[str] | None = None,
) -> tuple[Program, dict[str, Any]]:
    """A program, and the values of its variables: those that are given, and those that stand in the text.

    read: what reads the text with some of the names that it assigns as variables
    wrt:  names to differentiate by, None for all. Where the text has no variable, all values in it are leaves, unless
          none of them is asked for; beside variables only those are that are asked for

    A value that is given replaces the one in the text.

    Raises InputError as `read`.
    """
    program = read(())
    graph = program.graph
    wanted = [name for name in program.values if name in given or name in (wrt or ())]
    if not program.inputs and (wrt is None or {*wrt}.intersection(program.values)):
        needed = [graph.reaches(node) for node in program.outputs.values()]
        wanted = [
            name for name in program.values if name in wanted or any(marks[program.names[name]] for marks in needed)
        ]
    while wanted:
        try:
            opened = read(wanted)
        except InputError:
            # An axis or a number of rows has to be known: no leaf is a whole number here.
            fewer = [name for name in wanted if not isinstance(graph.payload.get(program.names[name]), int)]
            wanted = fewer if len(fewer) < len(wanted) else []
            continue
        exponents = _in_exponents(opened) - {*(wrt or ()), *given}
        if not exponents & {*wanted}:
            return opened, {**_values(program, wanted, kind), **given}
        wanted = [name for name in wanted if name not in exponents]
    return program, dict(given)


def _values(program: Program, names: Collection[str], kind: Kind) -> dict[str, Any]:
    """What the text gives some names, as numbers or arrays."""
    values = Values(program, fitting(program, {}, kind if kind.written else FLOATS))
    found = {name: values.of(program.names[name]) for name in names}
    return {name: value if getattr(value, "shape", None) != () else float(value) for name, value in found.items()}


def _in_exponents(program: Program) -> set[str]:
    """The variables that stand in exponents: x^n has another rule where n is not a number."""
    graph = program.graph
    marks = bytearray(len(graph))
    for node in range(len(graph) - 1, -1, -1):
        arguments = graph.args[node]
        if graph.op[node] == "pow":
            marks[arguments[1]] = 1
        if marks[node]:
            for argument in arguments:
                marks[argument] = 1
    return {name for name, node in graph.variables.items() if marks[node]}
