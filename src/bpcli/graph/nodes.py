"""The graph: an append-only table of nodes in which arguments always stand before the node that uses them.

Every pass is therefore one loop over the ids, up for values and down for gradients, at any depth.
Ids stay valid for ever: a derivative extends the graph that it came from and shares its nodes.

Three kinds of leaf: `var` (payload: its name), `const` (payload: an exact constant, see numbers.py), and
the arguments of a template, which are variables. Everything else is an operation of the table or a
function with a rule of its own (`functions`).
"""

from __future__ import annotations

from array import array

from bpcli.errors import NumericError
from bpcli.ops import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.graph.functions import Function
    from bpcli.numbers import Constant

MOST_NODES = 20_000_000  # a user's function can double with every call; this is where we stop

LEAVES = ("var", "const")

UNMERGED = frozenset(op.name for op in TABLE.values() if not op.merges)  # all that are random have a seed as well


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

    def reached_from(self, node: int) -> bytearray:
        """Marks the nodes that are computed from `node`, itself included."""
        marks = bytearray(len(self.op))
        marks[node] = 1
        for each in range(node + 1, len(self.op)):
            marks[each] = any(marks[argument] for argument in self.args[each])
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
