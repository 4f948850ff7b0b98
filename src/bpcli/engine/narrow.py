"""The narrow floats that networks are trained in: every result of both passes is rounded to the format.

What a primitive computes in double precision is rounded once to the nearest number of the format, ties to even.
For + - * / and the square root that is the correctly rounded result: a double has more than twice the bits.
Source: Figueroa, When is double rounding innocuous?, SIGNUM Newsletter 30 (1995).
"""

from __future__ import annotations

import math
from typing import Any

from bpcli.calculus.kinds import Kind
from bpcli.calculus.sweeps import OPEN, RAISED, reverse
from bpcli.engine.floats import FLOATS
from bpcli.engine.notes import first_few
from bpcli.engine.noticing import live, short
from bpcli.engine.primitives import GUARDED, SCALAR
from bpcli.numbers import as_float

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bpcli.calculus.sweeps import Branch
    from bpcli.engine.point import Point

inf = math.inf


class Format:
    """A binary format: significant bits, and the exponents of its smallest normal and of its largest number."""

    __slots__ = ("bits", "largest", "least", "name", "smallest")

    def __init__(self, name: str, bits: int, least: int, most: int) -> None:
        self.name = name
        self.bits = bits
        self.least = least
        self.smallest = math.ldexp(1.0, least - bits + 1)
        self.largest = math.ldexp(2.0 - math.ldexp(1.0, 1 - bits), most)

    def rounded(self, value: float) -> float:
        """The nearest number of the format, ties to even; infinite beyond its range, subnormal near 0."""
        if value - value != 0 or value == 0:
            return value
        exponent = max(math.frexp(value)[1] - 1, self.least)
        unit = math.ldexp(1.0, exponent - self.bits + 1)
        # Both divisions by a power of two are exact, and round() takes halves to even.
        nearest = math.copysign(round(value / unit) * unit, value)
        return nearest if abs(nearest) <= self.largest else math.copysign(inf, value)


# Source: IEEE 754-2019, table 3.5; bfloat16 is the upper half of a float32.
FORMATS = {
    "float32": Format("float32", 24, -126, 127),
    "float16": Format("float16", 11, -14, 15),
    "bfloat16": Format("bfloat16", 8, -126, 127),
}


def numbers_of(format: Format) -> type[float]:  # noqa: A002 - the word for it
    """The class of the numbers of a format: floats that are rounded to it after every + * and -."""
    rounded = format.rounded

    class Rounded(float):
        __slots__ = ()

        def __add__(self, other: Any) -> Rounded:
            return Rounded(rounded(float.__add__(self, other)))

        def __mul__(self, other: Any) -> Rounded:
            return Rounded(rounded(float.__mul__(self, other)))

        def __neg__(self) -> Rounded:
            return Rounded(float.__neg__(self))

        __radd__, __rmul__ = __add__, __mul__

    Rounded.__name__ = Rounded.__qualname__ = format.name
    return Rounded


class Narrow(Kind):
    """Numbers of one narrow format."""

    def __init__(self, format: Format) -> None:  # noqa: A002
        self.title = format.name
        self.format = format
        self.make = numbers_of(format)
        super().__init__(
            {op: self._rounded(function) for op, function in SCALAR.items()},
            {op: self._rounded(function) for op, function in GUARDED.items()},
        )

    def _rounded(self, function: Callable[..., float]) -> Callable[..., float]:
        # Plain floats inside: a function that is itself calculated must not round on its way.
        make, rounded = self.make, self.format.rounded
        return lambda *values: make(rounded(function(*map(float, values))))

    def constant(self, value: Any) -> float:
        return self.make(self.format.rounded(as_float(value)))

    def given(self, value: Any) -> float:
        return self.make(self.format.rounded(FLOATS.given(value)))

    def of_float(self, value: float) -> float:
        return self.make(value)

    def look_at_values(self, point: Point, given: Mapping[str, Any]) -> None:
        """Notes for the nodes whose value is too small or too large for the format."""
        program, values = point.program, point.values
        graph = program.graph
        odd = [node for node, value in enumerate(values) if value == 0 or value in (inf, -inf)]
        if not odd:
            return
        marks, functions = live(point), FLOATS.calling(graph, True)
        lost, beyond, poles = [], [], set()
        for node in odd:
            if not marks[node]:
                continue
            op = graph.op[node]
            if op == "const":
                wide = FLOATS.constant(graph.payload[node])
            elif op == "var":
                wide = FLOATS.given(given[graph.name[node]])
            else:
                wide = functions[op](*[float(values[argument]) for argument in graph.args[node]])
            facts = {"node": short(program, node), "wide": float(wide), "format": self.title}
            if values[node] == 0 and wide != 0:
                lost.append(facts | {"limit": self.format.smallest})
            elif values[node] != 0 and wide - wide == 0:
                beyond.append(facts | {"limit": self.format.largest})
            elif values[node] != 0 and all(values[each] - values[each] == 0 for each in graph.args[node]):
                poles.add(facts["node"])
        if beyond:
            # What is infinite for another reason than a pole is so because of an overflow: that is the better note.
            point.notes[:] = [
                note for note in point.notes if note.kind != "infinite-value" or note.facts["node"] in poles
            ]
        point.notes += first_few("underflow", lost) + first_few("overflow", beyond)

    def look_at_slopes(self, point: Point, skip: bytearray, seed: float) -> None:
        """Notes for the edges whose product is too small or too large for the format."""
        if not any(adjoint is not None and (adjoint == 0 or adjoint - adjoint != 0) for adjoint in point.adjoints):
            return
        program = point.program
        branches = point.branches
        if not branches:
            reverse(program.graph, self, point.values, program.output, seed, skip, branches := [])
        lost, beyond = [], []
        for branch in branches:
            if branch.state != OPEN or branch.upstream == 0 or branch.upstream - branch.upstream != 0:
                continue
            if branch.product != 0 and branch.product - branch.product == 0:
                continue
            wide = float(branch.upstream) * self._wide_local(point, branch)
            facts = {
                "node": short(program, branch.node),
                "argument": short(program, branch.argument),
                "wide": wide,
                "format": self.title,
            }
            if branch.product == 0 and wide != 0:
                lost.append(facts | {"limit": self.format.smallest})
            elif branch.product != 0 and wide - wide == 0:
                beyond.append(facts | {"limit": self.format.largest})
        point.notes += first_few("underflow-slope", lost) + first_few("overflow-slope", beyond)

    def _wide_local(self, point: Point, branch: Branch) -> float:
        """The local derivative of an edge in double precision, at the values that the narrow run had there."""
        graph = point.program.graph
        op, arguments = graph.op[branch.node], graph.args[branch.node]
        function = graph.functions.get(op)
        edges = FLOATS.edges(op, len(arguments), True) if function is None else FLOATS.edges_of(function, True)
        registers = [float(point.values[each]) for each in (*arguments, branch.node)]
        try:
            return float(edges[branch.position].local(registers))
        except RAISED:
            return math.nan


class Comparison:
    """The same point in a narrow format and in double precision.

    wide:   the point in double precision
    error:  how far the narrow value is from it, relative to it
    errors: the same of each derivative
    scale:  what the reverse pass started with; None where there was none
    """

    __slots__ = ("error", "errors", "format", "scale", "wide")

    def __init__(self, point: Point, wide: Point, scale: float | None = None) -> None:
        self.format = point.kind.title
        self.wide = wide
        self.scale = scale
        self.error = relative_error(point.value, wide.value)
        self.errors = {name: relative_error(slope, wide.gradient[name]) for name, slope in point.gradient.items()}


def relative_error(narrow: Any, wide: Any) -> float:
    """How far a number is from another, relative to that; of arrays the largest distance beside the largest entry."""
    if getattr(wide, "shape", ()):
        pairs = [(float(one), float(other)) for one, other in zip(narrow.flat, wide.flat, strict=True)]
        gap = max((abs(one - other) for one, other in pairs if one != other), default=0.0)
        return gap / max(abs(other) for _, other in pairs) if gap else 0.0
    if narrow == wide:
        return 0.0
    return abs(float(narrow) - wide) / abs(wide) if wide != 0 else inf


_kinds: dict[str, Narrow] = {}


def narrow(name: str) -> Narrow:
    """The numbers of a format: float32, float16 or bfloat16."""
    if name not in _kinds:
        _kinds[name] = Narrow(FORMATS[name])
    return _kinds[name]
