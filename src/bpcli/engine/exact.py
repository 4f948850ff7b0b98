"""Exact fractions: no rounding in either pass, for as long as the operations have fractions for values.

An operation whose value is no fraction (a sine, most roots) goes on as a float, and so does everything that is
computed from it; the point says where that began.
"""

from __future__ import annotations

import math
import operator
from fractions import Fraction
from typing import Any

from bpcli.calculus.kinds import Kind
from bpcli.calculus.sweeps import OPEN, reverse
from bpcli.engine.notes import first_few
from bpcli.engine.noticing import live, short
from bpcli.engine.primitives import GUARDED
from bpcli.errors import NumericError
from bpcli.numbers import Constant, as_float, fraction_text, nearest, whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bpcli.engine.point import Point

MOST_BITS = 2**18  # of a numerator or denominator, some 79 000 digits: one more product still takes no second


def _operator(exact: Callable[[Any, Any], Any], rounded: Callable[[Any, Any], Any]) -> Any:
    """An operator of fractions, which is that of floats where the other side is a float."""

    def between(self: Exact, other: Any) -> Any:
        if isinstance(other, float):
            return rounded(nearest(self), other)
        found = exact(self, other)
        return found if found is NotImplemented else bounded(found)

    return between


class Exact(Fraction):
    """A fraction that stays one under + - * /, that a float turns into a float, and that cannot grow for ever."""

    __slots__ = ()

    __add__ = _operator(Fraction.__add__, operator.add)
    __radd__ = _operator(Fraction.__radd__, lambda x, y: y + x)
    __sub__ = _operator(Fraction.__sub__, operator.sub)
    __rsub__ = _operator(Fraction.__rsub__, lambda x, y: y - x)
    __mul__ = _operator(Fraction.__mul__, operator.mul)
    __rmul__ = _operator(Fraction.__rmul__, lambda x, y: y * x)

    def __neg__(self) -> Exact:
        return Exact(Fraction.__neg__(self))

    def __repr__(self) -> str:
        return f"Fraction({self.numerator}, {self.denominator})"

    def shown(self, digits: int | None) -> str:
        """The fraction itself, `15/4`; to `digits` digits where it is too long to read."""
        return fraction_text(self.numerator, self.denominator, digits)


def bounded(value: Fraction) -> Exact:
    """A fraction as a number of this kind. Raises NumericError where it is too long to go on with."""
    _check_size(max(value.numerator.bit_length(), value.denominator.bit_length()))
    return Exact(value)


def _check_size(bits: int) -> None:
    if bits > MOST_BITS:
        raise NumericError("exact-too-long", most=round(MOST_BITS * math.log10(2), -3))


def _root(value: int, degree: int) -> int | None:
    """The whole number that is the root of a number that is not negative; None where there is none."""
    if value < 2 or degree == 1:
        return value
    if degree >= value.bit_length():
        return None
    if degree == 2:
        root = math.isqrt(value)
    else:
        # Newton's iteration from above comes down to the root, rounded down, and stops there.
        root = 1 << -(-value.bit_length() // degree)
        while True:
            closer = ((degree - 1) * root + value // root ** (degree - 1)) // degree
            if closer >= root:
                break
            root = closer
    return root if root**degree == value else None


def _fraction_root(x: Exact, degree: int) -> Exact | None:
    top, bottom = _root(x.numerator, degree), _root(x.denominator, degree)
    return None if top is None or bottom is None else Exact(top, bottom)


# The exact value of an operation over fractions, or None where there is none: then it is asked in floats.


def _divided(x: Exact, y: Exact) -> Exact | None:
    return bounded(Fraction(x) / Fraction(y)) if y else None


def _power(x: Exact, y: Exact) -> Exact | None:
    if y.denominator != 1:
        root = _fraction_root(x, y.denominator) if x >= 0 else None
        return None if root is None else _power(root, Exact(y.numerator))
    if x == 1 or y == 0:
        return Exact(1)
    if x == 0:
        return Exact(0) if y > 0 else None
    exponent = y.numerator
    if x == -1:
        return Exact(-1 if exponent % 2 else 1)
    # A number of b bits is at least 2^(b - 1): short of the true length, so that nothing that fits is refused.
    _check_size((max(x.numerator.bit_length(), x.denominator.bit_length()) - 1) * abs(exponent))
    return bounded(Fraction(x) ** exponent)


def _square_root(x: Exact) -> Exact | None:
    return _fraction_root(x, 2) if x >= 0 else None


def _cube_root(x: Exact) -> Exact | None:
    root = _fraction_root(Exact(abs(x)), 3)
    return None if root is None else -root if x < 0 else root


def _length(x: Exact, y: Exact) -> Exact | None:
    return _fraction_root(x * x + y * y, 2)


def _exponent(base: int) -> Callable[[Exact], Exact | None]:
    """The logarithm to a whole base, of its whole powers."""

    def exponent(x: Exact) -> Exact | None:
        if x <= 0 or min(x.numerator, x.denominator) != 1:
            return None
        power = max(x.numerator, x.denominator)
        found = round(math.log(power, base))
        if base**found != power:
            return None
        return Exact(found if x >= 1 else -found)

    return exponent


def _known(at: int, value: int) -> Callable[[Exact], Exact | None]:
    """A function that has one fraction among its values at fractions."""
    return lambda x: Exact(value) if x == at else None


def _angle(y: Exact, x: Exact) -> Exact | None:
    return Exact(0) if y == 0 and x >= 0 else None


def _truth(function: Callable[..., Any]) -> Callable[..., Exact]:
    return lambda *values: Exact(1 if function(*values) else 0)


def _logarithm(x: Exact) -> float:
    """The logarithm as a float, also of a fraction beyond the range of floats."""
    value = nearest(x)
    if x > 0 and value in (0, math.inf):
        return math.log(x.numerator) - math.log(x.denominator)
    return GUARDED["log"](value)


EXACT: dict[str, Callable[..., Exact | None]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": _divided,
    "neg": operator.neg,
    "pow": _power,
    "powc": _power,
    "mod": lambda x, y: bounded(Fraction(x) % Fraction(y)) if y else None,
    "hypot": _length,
    "exp": _known(0, 1),
    "exp2": lambda x: _power(Exact(2), x),
    "expm1": _known(0, 0),
    "log": _known(1, 0),
    "log2": _exponent(2),
    "log10": _exponent(10),
    "log1p": _known(0, 0),
    "sqrt": _square_root,
    "cbrt": _cube_root,
    "erf": _known(0, 0),
    "erfc": _known(0, 1),
    "sin": _known(0, 0),
    "cos": _known(0, 1),
    "tan": _known(0, 0),
    "asin": _known(0, 0),
    "acos": _known(1, 0),
    "atan": _known(0, 0),
    "atan2": _angle,
    "sinh": _known(0, 0),
    "cosh": _known(0, 1),
    "tanh": _known(0, 0),
    "asinh": _known(0, 0),
    "acosh": _known(1, 0),
    "atanh": _known(0, 0),
    "abs": lambda x: -x if x < 0 else x,
    "sign": lambda x: Exact((x > 0) - (x < 0)),
    "floor": lambda x: Exact(math.floor(x)),
    "ceil": lambda x: Exact(math.ceil(x)),
    "round": lambda x: Exact(round(x)),
}

# Functions that only compare: a fraction and a float side by side are compared as they are.
COMPARING: dict[str, Callable[..., Any]] = {
    "same": lambda x: x,
    "detach": lambda x: x,
    "max": lambda *values: _chosen(max, values),
    "min": lambda *values: _chosen(min, values),
    "where": lambda c, a, b: a if c else b,
    "lt": _truth(operator.lt),
    "le": _truth(operator.le),
    "gt": _truth(operator.gt),
    "ge": _truth(operator.ge),
    "eq": _truth(operator.eq),
    "ne": _truth(operator.ne),
    "and": _truth(lambda x, y: x and y),
    "or": _truth(lambda x, y: x or y),
    "not": _truth(lambda x: not x),
}

# How a float comes of fractions that are too large or too small to be floats themselves.
WIDE: dict[str, Callable[..., float]] = {"log": _logarithm}


def _chosen(choose: Callable[..., Any], values: tuple[Any, ...]) -> Any:
    for value in values:
        if value != value:
            return value
    best = choose(values)
    return best + 0.0 if isinstance(best, float) else best


def _spelled(op: str) -> Callable[..., Any]:
    """An operation over fractions and floats: exact where it can be, else as floats have it."""
    rounded, exact, wide = GUARDED[op], EXACT.get(op), WIDE.get(op)

    def answer(*values: Any) -> Any:
        if not any(isinstance(value, float) for value in values):
            found = exact(*values) if exact is not None else None
            if found is not None:
                return found
            if wide is not None:
                return wide(*values)
        return rounded(*[nearest(value) for value in values])

    return answer


class Fractions(Kind):
    """Fractions, and floats from where the fractions end."""

    title = "exact numbers"
    written = "exact"

    def __init__(self) -> None:
        super().__init__({op: _spelled(op) for op in GUARDED} | COMPARING)

    def constant(self, value: Constant) -> Any:
        if isinstance(value, int):
            return Exact(value)
        if isinstance(value, tuple):
            return Exact(*value)
        return Exact(0) if value == 0 else as_float(value)

    def given(self, value: Any) -> Any:
        return value if isinstance(value, Exact | float) else bounded(Fraction(value))

    def to_text(self, number: Any) -> str | None:
        return None if isinstance(number, float) else fraction_text(number.numerator, number.denominator)

    def of_text(self, text: str) -> Any:
        top, _, bottom = text.partition("/")
        return Exact(whole_number(top), whole_number(bottom or "1"))

    def look_at_values(self, point: Point, given: Mapping[str, Any]) -> None:
        """Notes for the nodes at which the values stop being fractions."""
        graph, values = point.program.graph, point.values
        left = [
            node
            for node, value in enumerate(values)
            if isinstance(value, float)
            and value - value == 0
            and not any(isinstance(values[argument], float) for argument in graph.args[node])
        ]
        if not left:
            return
        marks = live(point)
        point.notes += first_few(
            "left-exact", [{"node": short(point.program, node)} for node in left if marks[node]]
        )

    def look_at_slopes(self, point: Point, skip: bytearray, seed: Any) -> None:
        """Notes for the edges at which the adjoints stop being fractions, though the values go on."""
        if not any(isinstance(adjoint, float) for adjoint in point.adjoints):
            return
        program, values = point.program, point.values
        branches = point.branches
        if not branches:
            reverse(program.graph, self, values, program.output, seed, skip, branches := [])
        left = []
        for branch in branches:
            around = (branch.upstream, values[branch.node], *(values[each] for each in program.graph.args[branch.node]))
            if (
                branch.state == OPEN
                and isinstance(branch.product, float)
                and branch.product - branch.product == 0
                and not any(isinstance(number, float) for number in around)
            ):
                left.append({"node": short(program, branch.node), "argument": short(program, branch.argument)})
        point.notes += first_few("left-exact-slope", left)


FRACTIONS = Fractions()
