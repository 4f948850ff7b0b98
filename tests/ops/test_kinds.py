"""Every kind of number follows the table: one test per property, over all of it, with no code for any operation."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import Any

import pytest

from bpcli.engine.exact import FRACTIONS, Exact
from bpcli.engine.floats import FLOATS
from bpcli.engine.narrow import FORMATS, narrow
from bpcli.engine.precise import precise, spellings
from bpcli.engine.primitives import GUARDED, SCALAR
from bpcli.numbers import nearest
from bpcli.ops import Op, elementwise
from calculus.precise import PRECISE, mp
from ops.test_table import EPS, OPS, SPECIAL, Use, every, smooth_points

inf, nan = math.inf, math.nan

FIFTY = precise(50)
NARROW = [narrow(name) for name in FORMATS]


def results(use: Use, kind: Any, at: Any) -> list[Any]:
    """The value and the slopes of a use of an operation in another kind of number."""
    value, slopes = use.run([kind.given(x) for x in at], kind)
    return [value, *slopes]


@every(OPS)
def test_every_primitive_is_spelled_by_every_kind(op: Op) -> None:
    for kind in (FRACTIONS, FIFTY, *NARROW):
        assert (op.value is None and not op.base) == (op.name in dict(kind.functions) and op.name in SCALAR)
        assert callable(kind.functions[op.name])


@every(OPS)
def test_floats_are_fifty_digits_rounded(op: Op) -> None:
    use = Use(op)
    for at in smooth_points(op)[::4]:
        wide = results(use, FIFTY, at)
        value, slopes = use.run(at)
        carried = sum(abs(x * slope) for x, slope in zip(at, slopes, strict=True) if slope is not None)
        assert abs(value - wide[0]) <= 4 * EPS * (abs(wide[0]) + carried), at
        for got, want in zip(slopes, wide[1:], strict=True):
            assert (got is None) == (want is None)
            assert got is None or abs(got - want) <= 200 * EPS * (abs(want) + 0.01), at


@every(OPS)
def test_fifty_digits_are_right_to_fifty_digits(op: Op) -> None:
    """Beside the 50 digits of the tests: another context, and none of the care that poles and infinity ask for."""
    use, more = Use(op), precise(60)
    for at in smooth_points(op)[::8]:
        for got, want in zip(results(use, FIFTY, at), results(use, more, at), strict=True):
            assert (got is None) == (want is None)
            assert got is None or abs(got - want) <= mp.mpf(10) ** -50 * (1 + abs(want)), at


@pytest.mark.parametrize("kind", [FIFTY, FRACTIONS], ids=["50 digits", "fractions"])
@every(OPS)
def test_special_values_are_those_of_floats(op: Op, kind: Any) -> None:
    """But for what follows from the sign of a zero, which the other kinds do not have, and from overflow."""
    use = Use(op)
    values = [value for value in SPECIAL if str(value) not in ("-0.0", "750.0")]
    for at in itertools.product(values, repeat=use.count):
        got = nearest(kind.guarded[op.name](*[kind.given(kind.constant(int(x)) if x in (0, 1) else x) for x in at]))
        want = float(FLOATS.guarded[op.name](*at))
        assert got == want or (got != got and want != want) or abs(got - want) <= 1e-14 * abs(want), at


@every(OPS)
def test_fractions_give_the_values_and_slopes_of_floats(op: Op) -> None:
    use = Use(op)
    for at in smooth_points(op):
        exact = [Fraction(x) for x in at]
        got, want = results(use, FRACTIONS, exact), results(use, FLOATS, at)
        for one, other in zip(got, want, strict=True):
            assert (one is None) == (other is None)
            assert one is None or abs(nearest(one) - other) <= 200 * EPS * (abs(other) + 0.01), at


@every([op for op in OPS if op.value is None and not op.base])
def test_an_exact_value_is_the_value_to_fifty_digits(op: Op) -> None:
    """What claims to be a fraction is one: mpmath finds nothing else there."""
    use = Use(op)
    # Of two arguments only such that digits hold exactly: mod jumps.
    bottoms = (1, 2, 3, 4, 9, 27) if use.count == 1 else (1, 2)
    points = sorted({Fraction(top, bottom) for bottom in bottoms for top in (-8, -1, 0, 1, 2, 3, 4, 8, 100)})
    seen = 0
    for at in itertools.product(points, repeat=use.count):
        value = FRACTIONS.functions[op.name](*[Exact(x) for x in at])
        if isinstance(value, float):
            continue
        seen += 1
        want = FIFTY.functions[op.name](*[FIFTY.given(x) for x in at])
        assert abs(FIFTY.given(value) - want) <= mp.mpf(10) ** -50 * (1 + abs(want)), at
    assert seen or op.name in ("erfinv", "gamma", "lgamma", "digamma", "polygamma")


@pytest.mark.parametrize("kind", NARROW, ids=FORMATS)
@every(OPS)
def test_a_narrow_primitive_is_that_of_floats_rounded_once(op: Op, kind: Any) -> None:
    use = Use(op)
    for at in smooth_points(op)[::4]:
        rounded = [kind.given(x) for x in at]
        numbers = results(use, kind, at)
        for number in numbers:
            assert number is None or float(number) == kind.format.rounded(float(number)), at
        if op.value is None and not op.base:
            assert numbers[0] == kind.format.rounded(GUARDED[op.name](*map(float, rounded)))
        want, slopes = use.run([float(x) for x in rounded])
        size = sum(abs(each) for each in (want, *slopes, *rounded, 1.0) if each is not None)
        # Composed operations and slopes are a few roundings away, of numbers that are larger on the way.
        unit = math.ldexp(1.0, -kind.format.bits)
        assert abs(numbers[0] - want) <= 20 * unit * size**2, at


@pytest.mark.parametrize("kind", [FRACTIONS, FIFTY, *NARROW], ids=lambda kind: kind.title)
@every(OPS)
def test_the_convention_at_a_kink_is_that_of_floats(op: Op, kind: Any) -> None:
    use = Use(op)
    for at in itertools.product((0.0, 1.0, -1.0, 0.5, 2.0), repeat=use.count):
        value, slopes = use.run(at)
        if value - value != 0 or any(slope is not None and slope - slope != 0 for slope in slopes):
            continue
        for got, want in zip(results(use, kind, at)[1:], slopes, strict=True):
            assert (got is None) == (want is None), at
            if got is not None and want == int(want):
                assert nearest(got) == pytest.approx(want, abs=0.02), at


def test_the_spellings_of_mpmath_are_shared_with_the_tests_and_are_those_of_the_table() -> None:
    primitives = {declared.name for declared in elementwise() if declared.value is None and not declared.base}
    assert primitives <= {*spellings(mp)}
    assert PRECISE.functions.keys() >= primitives


def test_a_presence_is_kept_in_every_kind() -> None:
    """where(x > 0, log(x), 0) at -1: the branch that was not taken adds nothing, to no kind."""
    from bpcli.engine.point import gradient
    from bpcli.language.reader import parse

    for kind in (FLOATS, FRACTIONS, FIFTY, *NARROW):
        point = gradient(parse("where(x > 0, log(x), 0) + 2*x"), {"x": -1}, kind=kind)
        assert (nearest(point.value), nearest(point.gradient["x"])) == (-2, 2)
