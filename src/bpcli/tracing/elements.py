"""One entry of an array derived as numbers: the program below that entry, with every entry a variable of its own.

Operations on tensors are written out entry by entry over symbols. What does not depend on the entry is not written:
it stands as a variable that has its value, W1_1_0 for W1[1,0]. The result is the text of a scalar program, which
everything that is there for numbers can trace, and how its names are shown.
"""

from __future__ import annotations

import itertools
import math
import re
from typing import Any

import numpy as np

from bpcli.calculus.kinds import Functions, Kind, compiled, formula
from bpcli.calculus.symbols import Symbol, Symbols
from bpcli.engine.tensors import TENSOR
from bpcli.errors import InputError, NumericError, closest
from bpcli.graph import Entry, Graph
from bpcli.language import text
from bpcli.ops import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bpcli.engine.point import Point
    from bpcli.graph import Program

    Array = Any  # of symbols, dtype object
    Index = tuple[int, ...]

ENTRY = re.compile(r"\s*(\w+)\s*\[\s*(-?\d+(?:\s*,\s*-?\d+)*)\s*\]\s*")
MOST_OPERATIONS = 2000  # of the scalar program; more is not read by anybody
MOST_BUILT = 60_000
MOST_ROWS = 4  # of a determinant that is written out


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
    from bpcli.calculus.shapes import shown

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
        self.functions = EntryFunctions(self.symbols, self.number_of)
        self.given: dict[str, float] = {}
        self.known: dict[int, float] = {}  # variable of the scalar graph -> its value
        self.places: dict[str, tuple[int, Index]] = {}  # name in the text -> the entry that it is
        self.joint = "_"
        taken = {*point.program.names}
        while any(self.joint in name and name.partition(self.joint)[0] in {*names.values()} for name in taken):
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
            found = found if isinstance(found, np.ndarray) else _wrapped(found)
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
        marks = self.functions.depends
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
        self.known[variable] = float(np.asarray(self.point.values[node])[index])
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
            return _wrapped(self.symbols.constant(graph.payload[node]))
        if graph.constant[node] and not np.shape(self.point.values[node]) and node not in graph.name:
            return _wrapped(self.symbols.constant(_whole(float(self.point.values[node]))))
        return self.leaves(node)

    def number_of(self, symbol: Symbol) -> float:
        """The value of a symbol that is a leaf."""
        payload = self.graph.payload.get(symbol.node)
        return self.known[symbol.node] if symbol.node in self.known else float(np.float64(_float(payload)))


def _float(payload: Any) -> float:
    from bpcli.numbers import as_float

    return as_float(payload)


def _whole(value: float) -> Any:
    from bpcli.numbers import rational

    numerator, denominator = value.as_integer_ratio()
    return rational(numerator, denominator)


def _wrapped(symbol: Any) -> Array:
    """A symbol as an array without axes."""
    array = np.empty((), dtype=object)
    array[()] = symbol
    return array


class EntryFunctions(Functions):
    """Operation -> the function that writes it out, entry by entry."""

    def __init__(self, symbols: Symbols, number_of: Callable[[Symbol], float]) -> None:
        super().__init__({}, Kind({}))
        self.symbols = symbols
        self.number_of = number_of
        self.depends = bytearray()

    def __missing__(self, op: str) -> Callable[..., Array]:
        declared = TABLE[op]
        name = op.partition(" ")[0]
        if not declared.of_tensors:
            self[op] = self.each(op)
        elif hasattr(self, f"make_{name}"):
            self[op] = getattr(self, f"make_{name}")(**declared.chosen)
        elif declared.value is not None:
            program = formula(declared.value, declared.chosen)
            places = {param: place for place, param in enumerate(declared.params)}
            constant = lambda value: _wrapped(self.symbols.constant(value))  # noqa: E731
            run = compiled(program.graph, program.output, places, self, constant)
            self[op] = lambda *arguments: run(list(arguments))
        elif name in MOVING:
            self[op] = TENSOR[name](**declared.chosen) if declared.chosen else TENSOR[name]
        else:
            raise InputError("element-not-told", operation=declared.spelling)
        return self[op]

    def lifted(self, entry: Any) -> Symbol:
        """An entry as a symbol; moving entries about may fill up with zeros."""
        return entry if isinstance(entry, Symbol) else self.symbols.constant(int(entry))

    def apply(self, op: str, *entries: Any) -> Symbol:
        """An operation on single entries; a mean of one is that one."""
        if op == "div" and self.symbols.graph.payload.get(self.lifted(entries[1]).node) == 1:
            return self.lifted(entries[0])
        return self.symbols.apply(op, *map(self.lifted, entries))

    def each(self, op: str) -> Callable[..., Array]:
        """An operation on entries, over arrays that broadcast."""

        def run(*arrays: Array) -> Array:
            alike = np.broadcast_arrays(*(each if isinstance(each, np.ndarray) else _wrapped(each) for each in arrays))
            result = np.empty(alike[0].shape, dtype=object)
            for index in np.ndindex(result.shape):
                result[index] = self.apply(op, *(each[index] for each in alike))
            return result

        return run

    def added(self, entries: Sequence[Any]) -> Symbol:
        """The sum of entries, in order."""
        total = entries[0]
        for entry in entries[1:]:
            total = self.apply("add", total, entry)
        return self.lifted(total)

    def along(
        self, combine: Callable[[list[Any]], Any], axis: str, keepdims: str = "0"
    ) -> Callable[[Array], Array]:
        """A reduction: each group of entries to one."""

        def run(x: Array) -> Array:
            from bpcli.calculus.shapes import axes_of

            over = axes_of(axis, x.shape)
            kept = [place for place in range(x.ndim) if place not in over]
            moved = np.transpose(x, [*kept, *over])
            sizes = [x.shape[place] for place in kept]
            result = np.empty(sizes, dtype=object)
            for index in np.ndindex(*sizes):
                group = moved[index]
                result[index] = combine(list(group.flat) if isinstance(group, np.ndarray) else [group])
            return np.expand_dims(result, over) if keepdims == "1" else result

        return run

    def make_sum(self, axis: str, keepdims: str) -> Any:
        return self.along(self.added, axis, keepdims)

    def make_mean(self, axis: str, keepdims: str) -> Any:
        def combine(entries: list[Any]) -> Symbol:
            return self.apply("div", self.added(entries), self.symbols.constant(len(entries)))

        return self.along(combine, axis, keepdims)

    def make_prod(self, axis: str, keepdims: str) -> Any:
        def combine(entries: list[Any]) -> Symbol:
            total = entries[0]
            for entry in entries[1:]:
                total = self.apply("mul", total, entry)
            return self.lifted(total)

        return self.along(combine, axis, keepdims)

    def make_amax(self, axis: str, keepdims: str) -> Any:
        return self.along(lambda entries: self.extreme("max", entries), axis, keepdims)

    def make_amin(self, axis: str, keepdims: str) -> Any:
        return self.along(lambda entries: self.extreme("min", entries), axis, keepdims)

    def extreme(self, op: str, entries: list[Any]) -> Symbol:
        """The largest or smallest of entries."""
        return self.apply(op, *entries) if len(entries) > 1 else self.lifted(entries[0])

    def make_count(self, axis: str) -> Any:
        def count(x: Array) -> Array:
            from bpcli.calculus.shapes import axes_of

            return _wrapped(self.symbols.constant(math.prod(x.shape[place] for place in axes_of(axis, x.shape))))

        return count

    def make_norm(self, axis: str, keepdims: str) -> Any:
        two = self.symbols.constant(2)

        def combine(entries: list[Any]) -> Symbol:
            return self.apply("sqrt", self.added([self.apply("powc", entry, two) for entry in entries]))

        return self.along(combine, axis, keepdims)

    def make_logsumexp(self, axis: str, keepdims: str) -> Any:
        return self.along(self.log_total, axis, keepdims)

    def log_total(self, entries: list[Any]) -> Symbol:
        """The logarithm of the sum of exponentials."""
        return self.apply("log", self.added([self.apply("exp", entry) for entry in entries]))

    def make_softmax(self, axis: str) -> Any:
        total = self.along(self.added, axis, "1")

        def softmax(x: Array) -> Array:
            raised = self["exp"](x)
            return self["div"](raised, total(raised))

        return softmax

    def make_log_softmax(self, axis: str) -> Any:
        total = self.along(self.log_total, axis, "1")
        return lambda x: self["sub"](x, total(x))

    def make_cross_entropy(self) -> Any:
        def loss(x: Array, t: Array) -> Array:
            rows = x.reshape(-1, x.shape[-1])
            if t.shape == x.shape:
                logs = self.make_log_softmax("-1")(rows)
                weighted = self["mul"](t.reshape(rows.shape), logs)
                total = self.apply("neg", self.added(list(weighted.flat)))
            else:
                places = [int(self.number_of(entry)) for entry in t.flat]
                parts = [
                    self.apply("sub", self.log_total(list(row)), row[place])
                    for row, place in zip(rows, places, strict=True)
                ]
                total = self.added(parts)
            return _wrapped(self.apply("div", total, self.symbols.constant(len(rows))))

        return loss

    def make_keep_mask(self, seed: str) -> Any:
        def mask(x: Array, p: Array) -> Array:
            kept = TENSOR["keep_mask"](seed)(np.zeros(x.shape), self.number_of(p[()]))
            return kept.astype(int).astype(object)

        return mask

    def make_matmul(self) -> Any:
        def product(x: Array, y: Array) -> Array:
            left = x[np.newaxis, :] if x.ndim == 1 else x
            right = y[:, np.newaxis] if y.ndim == 1 else y
            stack = np.broadcast_shapes(left.shape[:-2], right.shape[:-2])
            left = np.broadcast_to(left, (*stack, *left.shape[-2:]))
            right = np.broadcast_to(right, (*stack, *right.shape[-2:]))
            result = np.empty((*stack, left.shape[-2], right.shape[-1]), dtype=object)
            for index in np.ndindex(result.shape):
                *above, row, column = index
                pairs = zip(left[(*above, row)], right[(*above, slice(None), column)], strict=True)
                result[index] = self.added([self.apply("mul", one, other) for one, other in pairs])
            if x.ndim == 1:
                result = result[..., 0, :]
            return result[..., 0] if y.ndim == 1 else result

        return product

    def make_outer(self) -> Any:
        return lambda x, y: self["mul"](x[:, np.newaxis], y[np.newaxis, :])

    def make_trace(self) -> Any:
        return lambda x: _wrapped(self.added(list(np.diagonal(x))))

    def make_det(self) -> Any:
        def determinant(x: Array) -> Array:
            size = len(x)
            if size > MOST_ROWS:
                raise InputError("element-not-told", operation="det")
            total: Any = None
            for order in itertools.permutations(range(size)):
                crossed = sum(one > other for one, other in itertools.combinations(order, 2))
                product = x[0, order[0]]
                for row in range(1, size):
                    product = self.apply("mul", product, x[row, order[row]])
                sign = "sub" if crossed % 2 else "add"
                total = product if total is None else self.apply(sign, total, product)
            return _wrapped(total)

        return determinant

    def make_conv1d(self) -> Any:
        def slide(x: Array, w: Array) -> Array:
            sums = [
                self.added([self.apply("mul", x[start + place], w[place]) for place in range(len(w))])
                for start in range(len(x) - len(w) + 1)
            ]
            return np.array(sums, dtype=object)

        return slide


# Operations that put entries elsewhere, whatever the entries are.
MOVING = (
    "transpose", "matrix_transpose", "permute", "unpermute", "diag", "reshape", "reshape_like", "flatten", "expand",
    "squeeze", "index", "take", "stack", "concat", "piece", "spread", "broadcast_like", "full",
)  # fmt: skip
