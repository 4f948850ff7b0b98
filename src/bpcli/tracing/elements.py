"""One entry of an array derived as numbers: the program below that entry, with every entry a variable of its own.

Operations on tensors are written out entry by entry (`engine/symbol_tensors`). What does not depend on the entry is
not written: it stands as a variable that has its value, W1_1_0 for W1[1,0]. The result is the text of a scalar
program, which everything that is there for numbers can trace, and how its names are shown.
"""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

from bpcli.calculus.shapes import shown
from bpcli.calculus.symbols import Symbol, Symbols
from bpcli.engine.symbol_tensors import SymbolTensors, wrapped
from bpcli.errors import InputError, NumericError, closest
from bpcli.graph import Entry, Graph
from bpcli.language import text
from bpcli.numbers import as_float, nearest, rational
from bpcli.ops import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bpcli.engine.point import Point
    from bpcli.graph import Program

    Array = Any  # of symbols, dtype object
    Index = tuple[int, ...]

ENTRY = re.compile(r"\s*(\w+)\s*\[\s*(-?\d+(?:\s*,\s*-?\d+)*)\s*\]\s*")
MOST_OPERATIONS = 2000  # of the scalar program; more is not read by anybody
MOST_BUILT = 60_000


def entry_of(written: str, program: Program, values: Sequence[Any]) -> tuple[int, Index]:
    """The variable and the index that `W1[1,0]` means. Raises InputError."""
    match = ENTRY.fullmatch(written)
    if match is None:
        raise InputError("element-unreadable", text=written)
    name = match[1]
    if name not in program.graph.variables:
        near = closest(name, list(program.inputs))
        hint = f"did you mean {near}?" if near else ""
        raise InputError("element-unknown", name=name, names=", ".join(program.inputs) or "none", hint=hint)
    node = program.graph.variables[name]
    index = tuple(int(place) for place in match[2].split(","))
    shape = np.shape(values[node])
    if len(index) != len(shape) or any(not -size <= place < size for place, size in zip(index, shape, strict=True)):
        raise InputError("element-outside", element=written.strip(), name=name, shape=shown(shape))
    return node, tuple(place % size for place, size in zip(index, shape, strict=True))


def element_program(
    point: Point, names: Mapping[int, str], written: str
) -> tuple[str, dict[str, float], Entry] | None:
    """The scalar program below one entry of an input: its text, the values of its variables, and the entry.

    names: what the nodes are called, as in the trace of the whole program

    None where no derivative can come to the entry, or the result is no single number. Raises InputError where the
    entry is none, an operation on its way cannot be written out, or the program would be too large to read.
    """
    program, values = point.program, point.values
    target, place = entry_of(written, program, values)
    try:
        return _Unfolding(point, names).told(target, place)
    except NumericError as error:
        if error.kind != "too-many-nodes":
            raise
        raise InputError("element-too-large", element=written, limit=MOST_OPERATIONS) from None


class _Unfolding:
    """The scalar graph that grows, and which entry each of its variables is."""

    def __init__(self, point: Point, names: Mapping[int, str]) -> None:
        self.point = point
        self.names = names
        self.graph = Graph(limit=MOST_BUILT)
        self.symbols = Symbols(self.graph)
        self.functions = SymbolTensors(self.symbols, self.number_of)
        self.depends = bytearray()
        self.known: dict[int, float] = {}  # variable of the scalar graph -> its value
        self.places: dict[str, tuple[int, Index]] = {}  # name in the text -> the entry that it is
        self.joint = "_"
        called = {*names.values()}
        while any(self.joint in name and name.partition(self.joint)[0] in called for name in point.program.names):
            self.joint += "_"

    def told(self, target: int, place: Index) -> tuple[str, dict[str, float], Entry] | None:
        program, values = self.point.program, self.point.values
        graph, output = program.graph, program.output
        needed = graph.reaches(output)
        arrays: dict[int, Array] = {target: self.leaves(target)}
        wanted = self.graph.variables[self.name(target, place)]
        shown: dict[int, str] = {}
        for node in range(target + 1, output + 1):
            op, arguments = graph.op[node], graph.args[node]
            declared = TABLE.get(op)
            if not needed[node] or not any(each in arrays for each in arguments):
                continue
            if declared is not None and declared.flat:
                continue
            if declared is None:
                raise InputError("element-not-told", operation=op.removeprefix("call "))
            operands = [arrays[each] if each in arrays else self.constant(each) for each in arguments]
            found = self.functions[op](*operands)
            found = found if isinstance(found, np.ndarray) else wrapped(found)
            result = np.empty(np.shape(found), dtype=object)
            for index in np.ndindex(result.shape):
                entry = self.functions.lifted(found[index])
                if self.graph_depends(entry.node, wanted):
                    result[index] = entry
                    if node != output and (result.shape or node in graph.name):
                        shown.setdefault(entry.node, self.name(node, index))
                else:
                    result[index] = self.leaf(node, index)
            if any(self.graph_depends(entry.node, wanted) for entry in result.flat):
                arrays[node] = result
        if output not in arrays or np.shape(values[output]):
            return None
        source, given = self.program(arrays[output][()].node, shown)
        return source, self.ordered(given), self.entry(self.name(target, place), given)

    def ordered(self, given: Mapping[str, float]) -> dict[str, float]:
        """The values: entries of inputs as they are given, in order, then what was calculated from others."""
        graph, inputs = self.point.program.graph, list(self.point.program.inputs)
        told = {name: inputs.index(graph.name[node]) if graph.op[node] == "var" else len(inputs) + node
                for name, (node, _) in self.places.items()}  # fmt: skip
        names = sorted(given, key=lambda name: (told[name], self.places[name][1]))
        return {name: given[name] for name in names}

    def entry(self, variable: str, given: Mapping[str, float]) -> Entry:
        """How the names of the text are shown, and which of its variables are no inputs."""
        graph = self.point.program.graph
        spelled = {}
        for name in [*self.ordered(given), *self.places]:
            node, index = self.places[name]
            spelled[name] = f"{self.called(node)}[{','.join(map(str, index))}]" if index else self.called(node)
        fixed = [spelled[name] for name in self.ordered(given) if graph.op[self.places[name][0]] != "var"]
        return Entry(variable, spelled, fixed)

    def program(self, last: int, shown: Mapping[int, str]) -> tuple[str, dict[str, float]]:
        """The text of the scalar program, and the values of the variables in it."""
        graph, program = self.graph, self.point.program
        reached = graph.reaches(last)
        operations = sum(1 for node in range(last + 1) if reached[node] and graph.args[node])
        if operations > MOST_OPERATIONS:
            raise NumericError("too-many-nodes", limit=MOST_OPERATIONS)
        named = {node: name for node, name in shown.items() if reached[node] and graph.args[node] and node != last}
        graph.name.update(named)
        lines = [f"{named[node]} = {text.expression(graph, node, named)}" for node in self.in_order(named)]
        result = text.expression(graph, last, named)
        assigned = program.output in program.graph.name
        lines.append(f"{program.output_name} = {result}" if assigned else result)
        given = {
            name: self.known[node] for name, node in graph.variables.items() if node <= last and reached[node]
        }
        return "; ".join(lines), given

    def in_order(self, named: Mapping[int, str]) -> list[int]:
        """The nodes that have names, as the entries of an array follow each other, each after those that it uses."""
        graph = self.graph
        done: set[int] = set()
        found = []
        for node in named:
            marks = graph.reaches(node) if graph.args[node] else bytearray()
            for each in [each for each in sorted(named) if each < node and marks[each]] + [node]:
                if each not in done:
                    done.add(each)
                    found.append(each)
        return found

    def graph_depends(self, node: int, wanted: int) -> bool:
        """Whether a node of the scalar graph is computed from the entry."""
        marks = self.depends
        graph = self.graph
        for each in range(len(marks), len(graph)):
            marks.append(each == wanted or any(marks[argument] for argument in graph.args[each]))
        return bool(marks[node])

    def name(self, node: int, index: Index) -> str:
        """W1_1_0 for the entry [1, 0] of W1; the name itself for a number."""
        name = self.joint.join([self.called(node), *map(str, index)])
        self.places[name] = node, index
        return name

    def called(self, node: int) -> str:
        """What an array is called; one of numbers without a name by its place."""
        return self.names.get(node) or f"const{node}"

    def leaf(self, node: int, index: Index) -> Symbol:
        """A variable with the value of an entry."""
        name = self.name(node, index)
        variable = self.graph.variable(name)
        value = np.asarray(self.point.values[node])[index]
        self.known[variable] = value if hasattr(value, "shown") else float(value)
        return Symbol(self.symbols, variable)

    def leaves(self, node: int) -> Array:
        """All entries of a node as variables."""
        shape = np.shape(self.point.values[node])
        if math.prod(shape) > MOST_BUILT:
            raise NumericError("too-many-nodes", limit=MOST_BUILT)
        result = np.empty(shape, dtype=object)
        for index in np.ndindex(shape):
            result[index] = self.leaf(node, index)
        return result

    def constant(self, node: int) -> Array:
        """A node that does not depend on the entry: an exact constant as it is, else variables."""
        graph = self.point.program.graph
        if graph.op[node] == "const":
            return wrapped(self.symbols.constant(graph.payload[node]))
        value = self.point.values[node]
        plain = hasattr(value, "denominator") or not hasattr(value, "shown")  # of many digits none is a ratio to read
        if graph.constant[node] and not np.shape(value) and node not in graph.name and plain:
            numerator, denominator = (value if hasattr(value, "shown") else float(value)).as_integer_ratio()
            return wrapped(self.symbols.constant(rational(numerator, denominator)))
        return self.leaves(node)

    def number_of(self, symbol: Symbol) -> float:
        """The value of a symbol that is a leaf."""
        if symbol.node in self.known:
            return nearest(self.known[symbol.node])
        return as_float(self.graph.payload[symbol.node])
