"""The graph: an append-only table of nodes in which arguments always stand before the node that uses them.

Every pass is therefore one loop over the ids, up for values and down for gradients, at any depth.
Ids stay valid for ever: a derivative extends the graph that it came from and shares its nodes.

Three kinds of leaf: `var` (payload: its name), `const` (payload: an exact constant, see numbers.py), and
the arguments of a template, which are variables. Everything else is an operation of the table or a
function with a rule of its own (`functions`).
"""

from __future__ import annotations

from array import array

from bpcli.errors import InputError, NumericError
from bpcli.ops import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from bpcli.numbers import Constant

MOST_NODES = 20_000_000  # a user's function can double with every call; this is where we stop

LEAVES = ("var", "const")

UNMERGED = frozenset(op.name for op in TABLE.values() if not op.merges)  # all that are random have a seed as well


class Function:
    """A user's function with derivatives of its own: one node of the graph, with templates for its rules.

    body:     the value, a graph over the parameters, and its output
    partials: parameter -> (graph, output) of the local derivative; a parameter without one has no rule
    spans:    parameter -> place of its rule in the text
    surrogates: parameters whose rule is meant to differ from the derivative
    pullbacks: parameter -> (graph, output) of a rule that says what it makes of the upstream value `g`; its partial is
              the same where g is 1
    """

    __slots__ = ("body", "name", "params", "partials", "pullbacks", "span", "spans", "surrogates")

    def __init__(self, name: str, params: tuple[str, ...], body: tuple[Graph, int], span: tuple[int, int]) -> None:
        self.name = name
        self.params = params
        self.body = body
        self.partials: dict[str, tuple[Graph, int]] = {}
        self.spans: dict[str, tuple[int, int]] = {}
        self.surrogates: set[str] = set()
        self.pullbacks: dict[str, tuple[Graph, int]] = {}
        self.span = span


def at_one(graph: Graph, output: int, name: str) -> tuple[Graph, int]:
    """A formula where the variable `name` is 1; a product with it is the other factor."""
    made = Graph(graph.share, graph.limit)
    for other in graph.variables:
        if other != name:
            made.variable(other)
    one = made.const(1)
    new: list[int] = []
    for node in range(output + 1):
        op, args = graph.op[node], tuple(new[argument] for argument in graph.args[node])
        span = (graph.start[node], graph.stop[node])
        if op == "var":
            payload = str(graph.payload[node])
            new.append(one if payload == name else made.variable(payload, span))
        elif op == "const":
            new.append(made.const(graph.payload[node], span))
        elif op == "mul" and one in args:
            new.append(args[1] if args[0] == one else args[0])
        else:
            new.append(made.add(op, args, span))
    return made, new[output]


def proportional(graph: Graph, output: int, name: str) -> bool:
    """Whether a formula can be seen to be something times the variable `name`."""
    powers: list[int | None] = []  # how often the variable is a factor of each node; None where it is otherwise in it
    for node in range(output + 1):
        op, held = graph.op[node], [powers[argument] for argument in graph.args[node]]
        if op == "var":
            powers.append(int(graph.payload[node] == name))
        elif None in held:
            powers.append(None)
        elif not any(held):
            powers.append(0)
        elif (op == "mul" and sum(filter(None, held)) == 1) or (op in ("add", "sub") and held == [1, 1]):
            powers.append(1)
        elif op in ("neg", "same") or (op == "div" and held == [1, 0]):
            powers.append(held[0])
        else:
            powers.append(None)
    return powers[output] == 1


class Frame:
    """One use of a user's function that was expanded in place: its name, what it was given, what came out."""

    __slots__ = ("arguments", "function", "result")

    def __init__(self, function: str, arguments: tuple[int, ...], result: int = -1) -> None:
        self.function = function
        self.arguments = arguments
        self.result = result


class Graph:
    """Columns of the table of nodes.

    op, args, start, stop, constant   one entry a node: operation, argument ids, place in the user's text,
                                      and whether the value is the same whatever the variables are
    payload, name, shape, frame       entries only where there is something to say; `.get(node)` reads them

    Equal nodes merge unless `share` is False; a named node merges with nothing, so that a derivative by
    that name means what was written. More than `limit` nodes are refused.
    """

    __slots__ = (
        "_known",
        "args",
        "constant",
        "frame",
        "frames",
        "functions",
        "inside",
        "limit",
        "name",
        "op",
        "payload",
        "shape",
        "share",
        "start",
        "stop",
        "variables",
    )

    def __init__(self, share: bool = True, limit: int = MOST_NODES) -> None:
        self.op: list[str] = []
        self.args: list[tuple[int, ...]] = []
        self.start = array("q")
        self.stop = array("q")
        self.constant = bytearray()
        self.payload: dict[int, Constant] = {}
        self.name: dict[int, str] = {}
        self.shape: dict[int, tuple[int, ...]] = {}
        self.frame: dict[int, int] = {}
        self.frames: list[Frame] = []
        self.functions: dict[str, Function] = {}
        self.variables: dict[str, int] = {}
        self.share = share
        self.limit = limit
        self.inside = 0  # the frame that new nodes belong to; 0 is the program itself
        self._known: dict[str, dict[object, int]] = {"const": {}}  # operation -> its arguments -> the node

    def __len__(self) -> int:
        return len(self.op)

    def add(self, op: str, args: tuple[int, ...], span: tuple[int, int] = (0, 0)) -> int:
        """The node that applies `op` to `args`: the one that is there already, or a new one."""
        key = (args, self.inside) if self.inside else args
        known = self._known.get(op)
        if known is None:
            known = self._known[op] = {}
        node = known.get(key)
        if node is not None and self.share:
            return node
        ops = self.op
        node = len(ops)
        if node >= self.limit:
            raise NumericError("too-many-nodes", limit=self.limit)
        ops.append(op)
        self.args.append(args)
        start, stop = span
        self.start.append(start)
        self.stop.append(stop)
        constant = self.constant
        # All but a few operations have one or two arguments: the first and the last.
        if 0 < len(args) < 3:
            constant.append(constant[args[0]] and constant[args[-1]])
        else:
            constant.append(all(constant[argument] for argument in args))
        if self.inside:
            self.frame[node] = self.inside
        if op not in UNMERGED:
            known[key] = node
        return node

    def variable(self, name: str, span: tuple[int, int] = (0, 0)) -> int:
        """The node of a free variable; one for each name."""
        node = self.variables.get(name)
        if node is None:
            node = self._leaf("var", span, 0)
            self.payload[node] = name
            self.name[node] = name
            self.variables[name] = node
        return node

    def forget_last(self) -> None:
        """Take the newest node, which nothing uses yet, out of the graph again."""
        node = len(self.op) - 1
        if self.op[node] == "var":
            name = str(self.payload.pop(node))
            del self.name[node], self.variables[name]
        else:
            self._forget(self.op[node], self.args[node], self.frame.pop(node, 0))
        for column in (self.op, self.args, self.start, self.stop, self.constant):
            column.pop()

    def free(self, node: int, name: str) -> None:
        """Make a constant a variable of this name, in its place."""
        self._forget(self.op[node], self.args[node], self.frame.get(node, 0))
        self.op[node], self.args[node], self.payload[node] = "var", (), name
        self.name[node] = name
        self.variables[name] = node
        constant = self.constant
        constant[node] = 0
        for each in range(node + 1, len(self.op)):
            if self.args[each]:
                constant[each] = all(constant[argument] for argument in self.args[each])

    def const(self, value: Constant, span: tuple[int, int] = (0, 0)) -> int:
        """The node of an exact constant; 0 and -0.0 are two nodes."""
        # A float is -0.0, inf or nan: as text it is equal to itself and to nothing else.
        known, key = self._known["const"], repr(value) if isinstance(value, float) else value
        node = known.get(key)
        if node is None:
            node = self._leaf("const", span, 1)
            self.payload[node] = value
            known[key] = node
        return node

    def give_name(self, node: int, name: str, since: int, span: tuple[int, int]) -> int:
        """The node that `name` stands for when it is assigned `node`, at or after a statement began at `since`.

        A node that was there before the statement, or is a leaf, has a meaning of its own already: the name
        gets a new one. From here on nothing merges with it.
        """
        op = self.op[node]
        if op == "var" or node in self.name:
            node = self.add("same", (node,), span)
        elif op == "const":
            value = self.payload[node]
            node = self._leaf("const", span, 1)
            self.payload[node] = value
        elif node < since:
            args = self.args[node]
            self._forget(op, args, 0)
            node = self.add(op, args, span)
        self._forget(self.op[node], self.args[node], self.frame.get(node, 0))
        self.name[node] = name
        return node

    def _forget(self, op: str, args: tuple[int, ...], frame: int) -> None:
        self._known.get(op, {}).pop((args, frame) if frame else args, None)

    def _leaf(self, op: str, span: tuple[int, int], constant: int) -> int:
        node = len(self.op)
        self.op.append(op)
        self.args.append(())
        self.start.append(span[0])
        self.stop.append(span[1])
        self.constant.append(constant)
        return node

    def literals(self, stop: int) -> bytearray:
        """Marks the arrays below `stop` that stand in the text as numbers: [[1, 2], [3, 4]], with the rows in them."""
        marks = bytearray(stop)
        op, args, name = self.op, self.args, self.name
        if not any(each.startswith("stack") for each in {*op[:stop]}):
            return marks
        written = bytearray(stop)  # numbers as they are written, 1/2 and -3 among them
        for node in range(stop):
            inside = [written[each] and each not in name for each in args[node]]
            if op[node] == "const":
                written[node] = 1
            elif op[node].startswith("stack") and all(inside):
                written[node] = marks[node] = 1
            elif op[node] in ("div", "neg") and all(inside):
                written[node] = not any(marks[each] for each in args[node])
        return marks

    def reaches(self, output: int) -> bytearray:
        """Marks the nodes that `output` is computed from, itself included."""
        marks = bytearray(len(self.op))
        marks[output] = 1
        args = self.args
        for node in range(output, -1, -1):
            if marks[node]:
                for argument in args[node]:
                    marks[argument] = 1
        return marks


def _has_tensors(graph: Graph, stop: int | None = None) -> bool:
    return any((declared := TABLE.get(op)) is not None and declared.of_tensors for op in {*graph.op[:stop]})


class Entry:
    """One entry of an array, for which a program of single numbers was written.

    variable: the name of the entry in the text of that program, W_1_0
    spelled:  how the names in the text are shown: W_1_0 is W[1,0]
    fixed:    those, as they are shown, that do not depend on the entry and are no inputs: they were calculated before
    """

    __slots__ = ("fixed", "spelled", "variable")

    def __init__(self, variable: str, spelled: Mapping[str, str], fixed: Collection[str] = ()) -> None:
        self.variable = variable
        self.spelled = spelled
        self.fixed = fixed

    @property
    def shown(self) -> str:
        """The entry as it is shown: W[1,0]."""
        return self.spelled[self.variable]


class Program:
    """A text that was read: its graph, the names it uses, and its results.

    names:    every name in order of first appearance -> node; variables and assigned names
    assigned: the names that the text assigns
    outputs:  the results, by name: the last statement, or the entries of its list
    shadowed: names that are variables here and constants elsewhere
    values:   assigned names that stand for a value alone, as in `x = 2`, `W = [[1, 2], [3, 4]]` and `b = zeros(3)`
    entry:    the entry of an array that the program was written for, or None
    """

    __slots__ = ("assigned", "entry", "graph", "names", "outputs", "shadowed", "source", "values")

    def __init__(
        self,
        source: str,
        graph: Graph,
        names: dict[str, int],
        assigned: tuple[str, ...],
        outputs: dict[str, int],
        shadowed: tuple[str, ...] = (),
        values: tuple[str, ...] = (),
    ) -> None:
        self.source = source
        self.graph = graph
        self.names = names
        self.assigned = assigned
        self.outputs = outputs
        self.shadowed = shadowed
        self.values = values
        self.entry: Entry | None = None

    def spell(self, entry: Entry) -> None:
        """Call the names of the text what they are shown as: W[1,0] for W_1_0; variables in the order of `entry`."""
        spelled, graph = entry.spelled, self.graph
        self.entry = entry
        variables = [name for name in spelled if name in graph.variables]
        names = {name: self.names[name] for name in [*variables, *self.names] if name in self.names}
        self.names = {spelled.get(name, name): node for name, node in names.items()}
        self.assigned = tuple(spelled.get(name, name) for name in self.assigned)
        self.outputs = {spelled.get(name, name): node for name, node in self.outputs.items()}
        graph.variables = {spelled.get(name, name): node for name, node in graph.variables.items()}
        graph.name = {node: spelled.get(name, name) for node, name in graph.name.items()}
        graph.payload.update({node: name for name, node in graph.variables.items()})

    @property
    def inputs(self) -> tuple[str, ...]:
        """The free variables, in order of first appearance."""
        return tuple(name for name in self.names if name in self.graph.variables)

    @property
    def of_tensors(self) -> bool:
        """Whether an operation on tensors is used."""
        # The list of several results stands behind them, and is no tensor.
        stop = max(self.stop, *(node + 1 for node in self.names.values()), 0)
        whole, *others = self._graphs()
        return _has_tensors(whole, stop) or any(map(_has_tensors, others))

    def _graphs(self) -> list[Graph]:
        """The graph, and those of the rules that are one's own."""
        bodies = [function.body[0] for function in self.graph.functions.values()]
        rules = [graph for function in self.graph.functions.values() for graph, _ in function.partials.values()]
        return [self.graph, *bodies, *rules]

    @property
    def output(self) -> int:
        """The node of the only result. Raises InputError where there are several."""
        if len(self.outputs) > 1:
            raise InputError("several-outputs", count=len(self.outputs), names=", ".join(self.outputs))
        (node,) = self.outputs.values()
        return node

    @property
    def output_name(self) -> str:
        """The name of the only result: "y" unless the text gives it one."""
        return next(iter(self.outputs))

    @property
    def stop(self) -> int:
        """The number of nodes that the results need: all below it."""
        return max(self.outputs.values()) + 1

    def select(self, names: Sequence[str]) -> None:
        """Make these the results: names of results or assigned names, or places in the list from 0.

        Raises InputError for one that is neither.
        """
        results = list(self.outputs)
        chosen: dict[str, int] = {}
        for name in names:
            full = results[int(name)] if name.isdecimal() and int(name) < len(results) else name
            node = self.outputs.get(full, self.names.get(full))
            if node is None:
                known = dict.fromkeys([*results, *self.assigned])
                raise InputError("unknown-output", name=name, names=", ".join(known))
            chosen[full] = node
        self.outputs = chosen
