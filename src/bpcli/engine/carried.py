"""What a float is too small for on the way back is carried with its exponent apart.

    1/(1 + exp(-x)) at -400:   -(1/v)/v * exp(400) * ... with v = 1 + exp(400)

The first factor is -3.7e-348, which a float rounds to 0, and with it the gradient, which is 1.9e-174. Adjoints are
linear in what flows over an edge: a contribution that was lost there is upstream * local, as mantissa and exponent,
times how fast the argument of that edge changes with the variable, by one pass of forward mode. A path that is lost
twice is counted at its first loss alone, for nothing flows on from there.
"""

from __future__ import annotations

import math

from bpcli.engine.notes import Note
from bpcli.engine.noticing import short

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from bpcli.engine.point import Point

    Scaled = tuple[float, int]  # mantissa * 2^exponent

HUGE = 1e150  # without a number as large as this a product that was lost is too small to be missed
MOST_NODES = 20_000
MOST_NAMES = 100
MOST_LOST = 100
SMALLEST = 2.0**-1022  # what lies below has not all of its digits
LN2 = math.log(2)


def carry(point: Point, adjoints: list[float | None], skip: bytearray, nodes: Mapping[str, int]) -> None:
    """Add to the adjoints of some nodes what was lost on the way to them, with a note where it is of weight."""
    values = point.values
    if len(values) > MOST_NODES or not values or not (max(values) > HUGE or min(values) < -HUGE):
        return
    if len(nodes) > MOST_NAMES:
        return
    from bpcli.engine.directions import push

    lost = [*_lost(point, adjoints, skip)]
    if not 0 < len(lost) <= MOST_LOST:
        return
    graph = point.program.graph
    inputs = {node: values[node] for node in graph.variables.values()}
    for name, node in nodes.items():
        adjoint = adjoints[node] if node < len(adjoints) else None
        if adjoint is None or not math.isfinite(adjoint):
            continue
        tangents = push(graph, inputs, {node: 1.0}, max(argument for _, argument, _, _ in lost) + 1)
        total, heaviest = 0.0, (0.0, -1)
        for place, (_, argument, (mantissa, exponent), arrived) in enumerate(lost):
            speed = tangents[argument].tangent
            if speed is None or not math.isfinite(speed):
                continue
            part, power = math.frexp(speed)
            missing = _whole(mantissa * part, exponent + power) - arrived * speed
            total += missing
            heaviest = max(heaviest, (abs(missing), place))
        if math.isfinite(total) and adjoint + total != adjoint:
            adjoints[node] = adjoint + total
            above, argument, scaled, _ = lost[heaviest[1]]
            factor = _text(_factor(scaled, adjoints[above]))
            facts = {"node": short(point.program, above), "argument": short(point.program, argument), "factor": factor}
            point.notes.append(Note("slope-carried", name=name, **facts))


def _lost(point: Point, adjoints: list[float | None], skip: bytearray) -> Iterator[tuple[int, int, Scaled, float]]:
    """The edges whose product is below the range of floats: node, argument, the product, and what of it arrived."""
    graph, values = point.program.graph, point.values
    for node in range(len(adjoints) - 1, -1, -1):
        upstream, local_of = adjoints[node], LOCALS.get(graph.op[node])
        if local_of is None or not upstream or not math.isfinite(upstream):
            continue
        registers = [values[argument] for argument in graph.args[node]]
        if not all(map(math.isfinite, registers)):
            continue
        mantissa, exponent = math.frexp(upstream)
        for position, argument in enumerate(graph.args[node]):
            found = None if skip[argument] else local_of(registers, values[node], position)
            if found is None:
                continue
            (part, power), local = found
            product = upstream * local
            if part and (abs(local) < SMALLEST or abs(product) < SMALLEST):
                yield node, argument, (mantissa * part, exponent + power), product


def _factor(product: Scaled, upstream: float | None) -> Scaled:
    """What of a product is too small for a float: the local derivative, or else the product."""
    above, power = math.frexp(upstream or 1.0)
    local = product[0] / above, product[1] - power
    return local if abs(_whole(*local)) < SMALLEST else product


def _of_product(registers: Sequence[float], out: float, position: int) -> tuple[Scaled, float] | None:
    other = registers[1 - position]
    return math.frexp(other), other


def _of_quotient(registers: Sequence[float], out: float, position: int) -> tuple[Scaled, float] | None:
    below = registers[1]
    if not below or not math.isfinite(out):
        return None
    (top, exponent), (bottom, power) = math.frexp(-out if position else 1.0), math.frexp(below)
    return (top / bottom, exponent - power), (-out if position else 1.0) / below


def _of_exponential(registers: Sequence[float], out: float, position: int) -> tuple[Scaled, float] | None:
    if out >= SMALLEST:
        return math.frexp(out), out
    power = math.floor(registers[0] / LN2)
    return (math.exp(registers[0] - power * LN2), power), out


def _of_power(registers: Sequence[float], out: float, position: int) -> tuple[Scaled, float] | None:
    base, exponent = registers
    if position or not base or (base < 0 and exponent != math.floor(exponent)):
        return None
    power = (exponent - 1) * math.log2(abs(base))
    sign = -1.0 if base < 0 and exponent % 2 == 0 else 1.0
    whole = math.floor(power)
    scaled = sign * exponent * 2.0 ** (power - whole), whole
    return scaled, _whole(*scaled)


# The rules in which a number that is no 0 becomes one.
LOCALS: dict[str, Callable[[Sequence[float], float, int], tuple[Scaled, float] | None]] = {
    "mul": _of_product,
    "div": _of_quotient,
    "exp": _of_exponential,
    "powc": _of_power,
}


def _whole(mantissa: float, exponent: int) -> float:
    """mantissa * 2^exponent, 0 or infinite where that is outside the range."""
    try:
        return math.ldexp(mantissa, exponent)
    except OverflowError:
        return math.copysign(math.inf, mantissa)


def _text(scaled: Scaled) -> str:
    """A number with any exponent in three digits: -3.67e-348."""
    mantissa, exponent = scaled
    power = math.log10(abs(mantissa)) + exponent * math.log10(2)
    whole = math.floor(power)
    return f"{math.copysign(10 ** (power - whole), mantissa):.3g}e{whole}"
