"""The degree of a value as a polynomial in some of its inputs, told from the declared derivatives alone.

A loss of degree 2 in its parameters is a quadratic: one pass over the data says all that there is to know of it. No
operation has a rule of its own here but the power. For every other one the table decides:

    f(a, b, ...) has a degree of at most  max over its arguments of  degree(df/da) + degree(a),

since df/dw = sum of df/da * da/dw. The local derivatives are formulas, and have a degree by the same rule. What is
declared flat, has a kink or is open under a condition that a parameter reaches is no polynomial: the second
derivative of |w| is 0, and |w| is not linear. Degrees are upper bounds: nothing is cancelled, so `w^3 - w^3` has 3.
"""

from __future__ import annotations

from bpcli.calculus.kinds import formula, partial_text
from bpcli.ops import TABLE, Op

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from bpcli.graph import Graph

UNDECIDED = -1  # while its own derivative is asked for, as that of sin is by cos


class Degrees:
    """Degrees of the nodes of a graph, up to an output, in some of its variables.

    of:   one entry a node: a whole number; None where it is no polynomial
    edge: the first node that is no polynomial of its arguments, which are; None where there is none
    """

    __slots__ = ("edge", "of")

    def __init__(self, graph: Graph, output: int, nodes: Collection[int]) -> None:
        """nodes: the variables, or intermediates that are taken for variables."""
        self.of: list[int | None] = []
        self.edge: int | None = None
        chosen = set(nodes)
        below = graph.reaches(output)
        known: dict[tuple[object, ...], int | None] = {}
        for node in range(output + 1):
            if node in chosen:
                self.of.append(1)
                continue
            args = graph.args[node]
            degrees = [self.of[argument] for argument in args]
            exponent = graph.payload.get(args[1]) if graph.op[node] == "powc" else None
            self.of.append(_of_operation(graph.op[node], degrees, exponent, known))
            if self.edge is None and self.of[node] is None and None not in degrees and below[node]:
                self.edge = node


def is_quadratic(graph: Graph, output: int, nodes: Collection[int]) -> bool:
    """Whether an output is a polynomial of degree 2 or less in some variables, whatever the others are.

    nodes: ids of the variables

    >>> from bpcli.language.reader import parse
    >>> program = parse("(w*sin(x) + b - y)^2")
    >>> is_quadratic(program.graph, program.output, [program.names["w"], program.names["b"]])
    True
    >>> is_quadratic(program.graph, program.output, [program.names["x"]])
    False
    """
    degree = Degrees(graph, output, nodes).of[output]
    return degree is not None and degree <= 2


def _of_operation(
    op: str, degrees: Sequence[int | None], exponent: object, known: dict[tuple[object, ...], int | None]
) -> int | None:
    """The degree of an operation from those of its arguments; `exponent` is the constant one of a power."""
    if None in degrees:
        return None
    if not any(degrees):
        return 0
    declared = TABLE.get(op)
    if declared is None:  # a user's function: its rule need not be the derivative of its value
        return None
    if op == "powc":
        return _of_power(degrees, exponent)
    key = (op, *degrees)
    if key not in known:
        known[key] = UNDECIDED
        known[key] = _by_partials(declared, [degree or 0 for degree in degrees], known)
    found = known[key]
    return None if found == UNDECIDED else found


def _of_power(degrees: Sequence[int | None], exponent: object) -> int | None:
    """The degree of a power: as many times that of its base where the exponent is a whole number."""
    base = degrees[0]
    try:
        whole = int(exponent)  # type: ignore[call-overload]
    except (TypeError, ValueError, OverflowError):
        return None
    return base * whole if base is not None and not degrees[1] and whole == exponent and whole >= 0 else None


def _by_partials(declared: Op, degrees: Sequence[int], known: dict[tuple[object, ...], int | None]) -> int | None:
    """The degree by the rule above; None where an argument that is reached has a step, a kink or a condition."""
    if declared.flat or declared.variadic:  # those that take any number of arguments choose among them
        return None
    places: dict[str, int | None] = dict(zip(declared.params, degrees, strict=False))
    for kink in declared.kinks:
        if _of_formula(kink.where, places, known) != 0:
            return None
    found = 0
    for param, degree in zip(declared.params, degrees, strict=False):
        if not degree:
            continue
        if param not in declared.partials:
            return None
        local, when = partial_text(declared, param, False)
        slope = _of_formula(local, places, known)
        # A slope of 0 everywhere in what is not constant: a step, or what only chooses between others.
        if slope is None or local == "0" or (when and _of_formula(when, places, known) != 0):
            return None
        found = max(found, slope + degree)
    return found


def _of_formula(
    text: str, places: Mapping[str, int | None], known: dict[tuple[object, ...], int | None]
) -> int | None:
    """The degree of a formula of the table; nothing is known of `out`, which it is about to say."""
    program = formula(text)
    graph = program.graph
    degrees: list[int | None] = []
    for node in range(program.output + 1):
        op = graph.op[node]
        if op == "const":
            degrees.append(0)
        elif op == "var":
            degrees.append(places.get(str(graph.payload[node])))
        else:
            args = graph.args[node]
            exponent = graph.payload.get(args[1]) if op == "powc" else None
            degrees.append(_of_operation(op, [degrees[argument] for argument in args], exponent, known))
    output: int = program.output
    return degrees[output]
