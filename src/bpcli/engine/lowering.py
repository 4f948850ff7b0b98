"""From a graph to primitives: what a compiled program computes, each thing once, and nothing that is not used.

Composed operations and functions of the user are written out, equal nodes merge whatever their names are,
and what depends on constants alone is computed here. Every rewriting keeps the value to the last bit, infinities
and zeros included; only a small power becomes a product, which rounds as often as it multiplies.
"""

from __future__ import annotations

import math

from bpcli.calculus.kinds import formula
from bpcli.engine.floats import FLOATS
from bpcli.engine.primitives import ARRAY
from bpcli.errors import InputError
from bpcli.numbers import as_float
from bpcli.ops import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from bpcli.graph import Graph

# How much a node varies: not at all, with the variables that are single numbers, from lane to lane.
CONSTANT, SINGLE, LANE = range(3)

# Operations whose value is true or false: in lanes they are booleans until somebody calculates with them.
TRUTHS = frozenset(("lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not", "true"))
COMMUTES = frozenset(("add", "mul", "and", "or", "eq", "ne", "maximum", "minimum"))

# x^5 = (x^2)^2 * x rounds four times, by at most one unit of the last place each: as far apart as two kinds may be.
MOST_MULTIPLIED = 5

# Operations that exist only here, on single numbers. `true` and `number` pass between numbers and booleans;
# `maximum` and `minimum` take two arguments, and leave the sign of a zero to the `+ 0.0` behind them.
SINGLES: dict[str, Callable[..., float]] = {
    "true": lambda x: 1.0 if x else 0.0,
    "number": lambda x: x,
    "maximum": FLOATS.guarded["max"],
    "minimum": FLOATS.guarded["min"],
}


def single(op: str) -> Callable[..., float]:
    """An operation on single numbers, with IEEE results."""
    return SINGLES.get(op) or FLOATS.guarded[op]


class Lowered:
    """Primitive nodes, arguments before the nodes that use them.

    op, args: as in a graph; the leaves are `const` (`value` by node) and `var` (`name` by node)
    varies:   CONSTANT, SINGLE or LANE
    outputs:  the nodes that were asked for
    """

    __slots__ = ("_known", "args", "name", "op", "outputs", "value", "varies")

    def __init__(self) -> None:
        self.op: list[str] = []
        self.args: list[tuple[int, ...]] = []
        self.varies = bytearray()
        self.value: dict[int, float] = {}
        self.name: dict[int, str] = {}
        self.outputs: tuple[int, ...] = ()
        self._known: dict[object, int] = {}

    def _node(self, key: object, op: str, args: tuple[int, ...], varies: int) -> int:
        node = self._known.get(key)
        if node is None:
            node = self._known[key] = len(self.op)
            self.op.append(op)
            self.args.append(args)
            self.varies.append(varies)
        return node

    def constant(self, value: float) -> int:
        """The node of a constant; 0.0 and -0.0 are two."""
        node = self._node(("const", repr(value)), "const", (), CONSTANT)
        self.value[node] = value
        return node

    def variable(self, name: str, varies: int) -> int:
        """The node of a variable."""
        node = self._node(("var", name), "var", (), varies)
        self.name[node] = name
        return node

    def add(self, op: str, args: tuple[int, ...]) -> int:
        """The node of an operation that every kind of number spells, or one that comes to the same."""
        if op in ("same", "detach"):
            return args[0]
        if op in ("max", "min"):
            return self._extreme(op, args)
        if op == "where":
            return self._where(*args)
        if op in ("and", "or", "not"):
            return self._put(op, tuple([self._true(argument) for argument in args]))
        args = tuple([self._number(argument) for argument in args])
        if op in ("pow", "powc"):
            return self._power(*args)
        rewrite = REWRITE.get(op)
        found = rewrite(self, *args) if rewrite is not None and LANE in [self.varies[each] for each in args] else None
        return self._put(op, args) if found is None else found

    def _put(self, op: str, args: tuple[int, ...]) -> int:
        """The node itself, computed here where nothing varies."""
        varies = max(self.varies[argument] for argument in args)
        if varies == CONSTANT:
            return self.constant(single(op)(*[self.value[argument] for argument in args]))
        if op in COMMUTES and args[0] > args[1]:
            args = (args[1], args[0])
        return self._node((op, args), op, args, varies)

    def is_truth(self, node: int) -> bool:
        """Whether a node is kept as booleans: true or false in each lane."""
        return self.op[node] in TRUTHS and self.varies[node] == LANE

    def _true(self, node: int) -> int:
        """A node as a condition: true where it is not 0."""
        return node if self.varies[node] != LANE or self.is_truth(node) else self._put("true", (node,))

    def _number(self, node: int) -> int:
        """A node to calculate with: 1 where it is true."""
        return self._put("number", (node,)) if self.is_truth(node) else node

    def is_constant(self, node: int, value: float) -> bool:
        """Whether a node is this constant; 0 is 0.0 and not -0.0."""
        return self.op[node] == "const" and repr(self.value[node]) == repr(value)

    def _extreme(self, op: str, args: tuple[int, ...]) -> int:
        op += "imum"
        best = self._number(args[0])
        for argument in args[1:]:
            best = self._put(op, (best, self._number(argument)))
        # Which of two zeros is found depends on the kind of number: + 0.0 leaves one.
        return self._put("add", (best, self.constant(0.0)))

    def _where(self, condition: int, taken: int, otherwise: int) -> int:
        if self.op[condition] == "const":
            return taken if self.value[condition] else otherwise
        condition = self._true(condition)
        if taken == otherwise:
            return taken
        if self.is_truth(condition) and self.is_constant(taken, 1.0) and self.is_constant(otherwise, 0.0):
            return condition
        return self._put("where", (condition, self._number(taken), self._number(otherwise)))

    def _power(self, base: int, exponent: int) -> int:
        power = self.value.get(exponent)
        if power is None or self.varies[base] == CONSTANT:
            return self._put("pow", (base, exponent))
        if power == 0:
            return self.constant(1.0)
        if power == 1:
            return base
        if power == 0.5:
            return self._put("root", (base,)) if self.varies[base] == LANE else self._put("pow", (base, exponent))
        if power == -0.5:
            return self.add("div", (self.constant(1.0), self._power(base, self.constant(0.5))))
        if power == -1:
            return self.add("div", (self.constant(1.0), base))
        if power == -2:
            # Not 1/x^2: the square overflows where 1/x^2 is still a number.
            inverse = self.add("div", (self.constant(1.0), base))
            return self.add("mul", (inverse, inverse))
        if 2 <= power <= MOST_MULTIPLIED and power == int(power):
            square = self.add("mul", (base, base))
            result = square if power < 4 else self.add("mul", (square, square))
            return self.add("mul", (result, base)) if power % 2 else result
        return self._put("pow", (base, exponent))

    def inner(self, node: int) -> int | None:
        """What stands below a minus; None for a node that is no negation."""
        return self.args[node][0] if self.op[node] == "neg" else None

    def used(self) -> list[int]:
        """The nodes that the outputs are computed from, in order."""
        marks = bytearray(len(self.op))
        for output in self.outputs:
            marks[output] = 1
        for node in range(len(self.op) - 1, -1, -1):
            if marks[node]:
                for argument in self.args[node]:
                    marks[argument] = 1
        return [node for node, mark in enumerate(marks) if mark]


# Signs move outwards, where a sum takes them in for nothing. All of this is exact, for every float.


def _negation(made: Lowered, x: int) -> int | None:
    if made.op[x] != "mul":
        return made.inner(x)
    first, second = made.args[x]
    for one, another in ((first, second), (second, first)):
        if made.op[one] == "const":
            return made.add("mul", (made.constant(-made.value[one]), another))
    # -(a*(2*b)) is a*(-2*b); the later factor is the local derivative, which nobody else needs.
    for factor in sorted(made.args[x], reverse=True):
        scale = next((each for each in made.args[factor] if made.op[each] == "const"), None)
        if made.op[factor] == "mul" and scale is not None:
            (other,) = (each for each in made.args[x] if each != factor) if len({*made.args[x]}) == 2 else (factor,)
            (rest,) = (each for each in made.args[factor] if each != scale)
            turned = made.add("mul", (made.constant(-made.value[scale]), rest))
            return made.add("mul", (other, turned))
    return None


def _sum(made: Lowered, x: int, y: int) -> int | None:
    minus = made.inner(y)
    if minus is not None:
        return made.add("sub", (x, minus))
    minus = made.inner(x)
    return made.add("sub", (y, minus)) if minus is not None else None


def _difference(made: Lowered, x: int, y: int) -> int | None:
    minus = made.inner(y)
    return made.add("add", (x, minus)) if minus is not None else None


def _product(made: Lowered, x: int, y: int) -> int | None:
    for one, other in ((x, y), (y, x)):
        if made.is_constant(one, 1.0):
            return other
        if made.is_constant(one, -1.0):
            return made.add("neg", (other,))
        minus = made.inner(one)
        if minus is not None:
            if made.op[other] == "const":
                return made.add("mul", (minus, made.constant(-made.value[other])))
            return made.add("neg", (made.add("mul", (minus, other)),))
        if made.op[one] == "const" and made.op[other] == "mul":
            joined = _joined(made, made.value[one], *made.args[other])
            if joined is not None:
                return joined
    return None


def _joined(made: Lowered, outer: float, x: int, y: int) -> int | None:
    """100*(2*x) is 200*x: a power of two moves no digit, and where it overflows the product does too."""
    for one, other in ((x, y), (y, x)):
        inner = made.value.get(one, 0.0)
        if _is_power_of_two(inner) and abs(inner) >= 1 <= abs(outer) and math.isfinite(outer * inner):
            return made.add("mul", (made.constant(outer * inner), other))
    return None


def _is_power_of_two(value: float) -> bool:
    return math.isfinite(value) and abs(math.frexp(value)[0]) == 0.5


def _quotient(made: Lowered, x: int, y: int) -> int | None:
    if made.op[y] == "const":
        divisor = made.value[y]
        # A power of two has an exact reciprocal, and a product takes a fraction of the time.
        if _is_power_of_two(divisor) and 1e-300 < abs(divisor) < 1e300:
            return made.add("mul", (x, made.constant(1 / divisor)))
        return None
    minus = made.inner(x)
    if minus is not None:
        return made.add("neg", (made.add("div", (minus, y)),))
    minus = made.inner(y)
    return made.add("neg", (made.add("div", (x, minus)),)) if minus is not None else None


REWRITE: dict[str, Callable[..., int | None]] = {
    "neg": _negation,
    "add": _sum,
    "sub": _difference,
    "mul": _product,
    "div": _quotient,
}


class _Frame:
    """A graph that is being written out: the variables are known by name, `waiting` is the node of a call."""

    __slots__ = ("graph", "ids", "key", "output", "rest", "variables", "waiting")

    def __init__(self, graph: Graph, outputs: Sequence[int], variables: Mapping[str, int], key: object = None) -> None:
        self.graph = graph
        self.variables = variables
        self.key = key
        self.output = outputs[-1]
        self.ids: dict[int, int] = {}
        self.rest = _reached(graph, outputs)
        self.waiting = -1


def _reached(graph: Graph, outputs: Sequence[int]) -> Iterator[int]:
    stop = max(outputs) + 1
    marks = bytearray(stop)
    for output in outputs:
        marks[output] = 1
    for node in range(stop - 1, -1, -1):
        if marks[node]:
            for argument in graph.args[node]:
                marks[argument] = 1
    return (node for node in range(stop) if marks[node])


def lower(graph: Graph, outputs: Sequence[int], lanes: Collection[str], spelled: Collection[str]) -> Lowered:
    """The primitives that compute some nodes of a graph.

    lanes:   the variables that vary from lane to lane; the others are single numbers
    spelled: the operations that arrays have; what is not among them is written out

    Raises InputError where an operation is neither spelled nor written in terms of others.
    """
    made = Lowered()
    known: dict[object, int] = {}  # an operation that was written out, on these arguments -> its node
    variables = {name: made.variable(name, LANE if name in lanes else SINGLE) for name, node in graph.variables.items()}
    frames = [_Frame(graph, outputs, variables)]
    while True:
        frame = frames[-1]
        called = _walk(made, frame, known, spelled)
        if called is not None:
            # Not a call of ourselves: functions may stand in functions to any depth.
            frames.append(called)
            continue
        if len(frames) == 1:
            break
        frames.pop()
        known[frame.key] = frames[-1].ids[frames[-1].waiting] = frame.ids[frame.output]
    made.outputs = tuple(made._number(frames[0].ids[output]) for output in outputs)
    return made


def _walk(made: Lowered, frame: _Frame, known: dict[object, int], spelled: Collection[str]) -> _Frame | None:
    """Write out a graph as far as the next operation that has to be written out itself; None at its end."""
    graph, ids = frame.graph, frame.ids
    ops, args = graph.op, graph.args
    for node in frame.rest:
        op = ops[node]
        if op == "var":
            ids[node] = frame.variables[str(graph.payload[node])]
            continue
        if op == "const":
            ids[node] = made.constant(as_float(graph.payload[node]))
            continue
        arguments = tuple([ids[argument] for argument in args[node]])
        function = graph.functions.get(op)
        if function is None and TABLE[op].base:
            op = TABLE[op].base  # another rule for the slopes, the same value
        if function is None and (op in spelled or op in ARRAY):
            ids[node] = made.add(op, arguments)
            continue
        key = (op if function is None else id(function), arguments)
        found = known.get(key)
        if found is not None:
            ids[node] = found
            continue
        frame.waiting = node
        if function is not None:
            body, output = function.body
            return _Frame(body, [output], dict(zip(function.params, arguments, strict=True)), key)
        declared = TABLE[op]
        if declared.value is None:
            raise InputError("primitive-missing", name=op, target="arrays")
        program = formula(declared.value)
        return _Frame(program.graph, [program.output], dict(zip(declared.params, arguments, strict=True)), key)
    return None
