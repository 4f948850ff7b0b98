"""Whether two formulas mean the same: asked at many points, with numbers that leave no doubt.

Fractions decide where both formulas stay in them. Elsewhere it is forty digits where mpmath is there, else floats;
what counts as equal is then measured by the largest number that occurred on the way, which is what rounding
is relative to.
"""

from __future__ import annotations

import random

from bpcli.calculus.shapes import shapes_of
from bpcli.calculus.sweeps import RAISED, forward
from bpcli.engine.choose import kind_for
from bpcli.engine.floats import FLOATS
from bpcli.errors import InputError, NumericError
from bpcli.numbers import nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from bpcli.calculus.kinds import Kind
    from bpcli.graph import Program

POINTS = 60  # that are compared
TRIES = 600  # points that are drawn, of which many may lie outside the domain
LEAST = 3  # points that a verdict needs
PRECISE = 40  # digits
# Where variables are drawn from, in turn: most formulas have some of these in their domain.
RANGES = ((-3, 3), (0, 1), (0, 3), (1, 10), (-10, 10), (-1, 1))
WHOLE = 12  # points of whole numbers
DENOMINATOR = 64  # of the points: exact as floats, and small as fractions


class Verdict:
    """same: whether; None where too few points have a value. at, left, right: a point that tells them apart."""

    __slots__ = ("at", "exact", "left", "points", "right", "same")

    def __init__(self, same: bool | None, points: int, exact: int) -> None:
        self.same = same
        self.points = points
        self.exact = exact
        self.at: dict[str, Any] = {}
        self.left: Any = 0.0
        self.right: Any = 0.0


def equivalent(program: Program, left: int, other: Program, seed: int = 7) -> Verdict:
    """Whether node `left` of a program and a formula over the same names mean the same.

    Names that the program assigns have in the formula the values that they have in the program.
    """
    if program.graph.shape or program.of_tensors or other.of_tensors:
        return _equivalent_tensors(program, left, other, seed)
    draw = random.Random(seed)
    inputs = program.graph.variables
    points = exact = 0
    kinds = [kind_for("exact"), _precise()]
    for attempt in range(TRIES):
        low, high = RANGES[attempt % len(RANGES)]
        # Whole numbers first: a point that tells two formulas apart is shown.
        parts = 1 if attempt < WHOLE else DENOMINATOR
        at = {name: draw.randint(low * parts, high * parts) / parts for name in inputs}
        found = _both(program, left, other, at, kinds[0])
        fractions = found is not None and all(hasattr(each, "denominator") for each in found[:2])
        if not fractions:
            try:
                found = _both(program, left, other, at, kinds[1])
            except InputError:
                # An operation that has no spelling for so many digits.
                kinds[1] = FLOATS
                found = _both(program, left, other, at, FLOATS)
        if found is None:
            continue
        one, two, largest = found
        points += 1
        exact += fractions
        if not abs(one - two) <= (0 if fractions else largest * (1e-10 if kinds[1] is FLOATS else 1e-30)):
            verdict = Verdict(False, points, exact)
            verdict.at, verdict.left, verdict.right = at, nearest(one), nearest(two)
            return verdict
        if points >= POINTS or (not inputs and points):
            break
    enough = points >= LEAST or (not inputs and points > 0)
    return Verdict(True if enough else None, points, exact)


def _equivalent_tensors(program: Program, left: int, other: Program, seed: int) -> Verdict:
    """The same for formulas of vectors and matrices, in floats, at points of the shapes that the program has.

    Raises InputError where the shapes in the other formula do not fit together.
    """
    import numpy as np

    from bpcli.engine.tensors import TENSORS

    graph = program.graph
    draw = np.random.Generator(np.random.PCG64(seed))
    shapes = {node: graph.shape.get(program.names[name], ()) for name, node in other.graph.variables.items()}
    shape = shapes_of(other.graph, shapes, other.output + 1, other.source)[other.output]
    points = 0
    for attempt in range(TRIES):
        low, high = RANGES[attempt % len(RANGES)]
        at: dict[str, Any] = {
            name: TENSORS.given(draw.uniform(low, high, graph.shape.get(node, ())))
            for name, node in graph.variables.items()
        }
        stop = max(left, program.output, *program.names.values()) + 1
        values = forward(graph, TENSORS, {node: at[name] for name, node in graph.variables.items()}, stop)
        if not np.isfinite(values[program.output]).all() or not np.isfinite(values[left]).all():
            continue
        seen = {node: values[program.names[name]] for name, node in other.graph.variables.items()}
        others = forward(other.graph, TENSORS, seen, other.output + 1)
        one, two = values[left], others[other.output]
        if not np.isfinite(two).all():
            continue
        points += 1
        used = [value for value in (*_used(program, left, values), *others) if np.isfinite(value).all()]
        largest = max((float(np.max(np.abs(value), initial=0.0)) for value in used), default=0.0)
        if np.shape(one) != shape or not (np.abs(one - two) <= 1e-10 * largest).all():
            verdict = Verdict(False, points, 0)
            verdict.at, verdict.left, verdict.right = at, one, two
            return verdict
        if points >= POINTS or not at:
            break
    return Verdict(True if points >= LEAST or (not at and points) else None, points, 0)


def _precise() -> Kind:
    """Forty digits, or floats where mpmath is missing."""
    try:
        return kind_for(PRECISE)
    except InputError:
        return FLOATS


def _both(
    program: Program, left: int, other: Program, at: Mapping[str, float], kind: Kind
) -> tuple[Any, Any, float] | None:
    """The value of both formulas, and the largest number that occurred; None where one has no value."""
    stop = max(left, program.output, *program.names.values()) + 1
    try:
        inputs = {node: kind.given(_number(at[name], kind)) for name, node in program.graph.variables.items()}
        values = forward(program.graph, kind, inputs, stop)
        # The program itself has to have a value, or it has no derivative either.
        if not _finite(values[program.output]) or not _finite(values[left]):
            return None
        seen = {node: values[program.names[name]] for name, node in other.graph.variables.items()}
        others = forward(other.graph, kind, seen, other.output + 1)
    except (*RAISED, NumericError):
        return None
    one, two = values[left], others[other.output]
    if not _finite(one) or not _finite(two):
        return None
    sizes = [abs(float(value)) for value in (*_used(program, left, values), *others) if _finite(value)]
    return one, two, max(sizes, default=0.0)


def _used(program: Program, left: int, values: Sequence[Any]) -> list[Any]:
    needed = program.graph.reaches(left)
    return [value for value, used in zip(values, needed, strict=False) if used]


def _number(value: float, kind: Kind) -> Any:
    if kind.written == "exact":
        from fractions import Fraction

        return Fraction(value)
    return value


def _finite(value: Any) -> bool:
    return hasattr(value, "denominator") or bool(value - value == 0)
