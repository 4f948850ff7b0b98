"""Vectors in narrow formats, beside double precision."""

from __future__ import annotations

import numpy as np
import pytest

from bpcli.engine.choose import kind_for
from bpcli.engine.narrow import Comparison, relative_error
from bpcli.engine.point import gradient
from bpcli.language.reader import parse

TINY = np.array([2.0**-14])


def test_an_array_is_compared_by_its_worst_entry_beside_its_largest() -> None:
    """0.1 is 0.0999756 in float16, 2.44e-5 off; the largest entry is 2: NumPy 2.3."""
    found = relative_error(np.array([0.1, 2.0]).astype(np.float16), np.array([0.1, 2.0]))
    assert found == pytest.approx((0.1 - float(np.float16(0.1))) / 2)
    assert relative_error(np.array([np.inf, 1.0]), np.array([np.inf, 1.0])) == 0


def test_a_narrow_gradient_is_told_beside_double_precision() -> None:
    program, given = parse("sum(x*y)"), {"x": np.array([0.1, 2.0]), "y": np.array([3.0, 0.5])}
    point = gradient(program, given, kind=kind_for("float16"))
    compared = Comparison(point, gradient(program, given), 1.0)
    assert compared.format == "float16"
    assert compared.errors["x"] == 0
    assert compared.errors["y"] == pytest.approx(1.2e-5, rel=0.02)


@pytest.mark.parametrize(("scale", "slope"), [(1.0, 0.0), (1024.0, 2.0**-28)])
def test_a_loss_scale_saves_what_would_vanish(scale: float, slope: float) -> None:
    """2^-14 * 2^-14 = 2^-28 is below 2^-24, the smallest number of float16; times 1024 it is not."""
    given = {"u": TINY, "v": TINY, "x": np.array([1.0])}
    point = gradient(parse("sum(u*(v*x))"), given, kind=kind_for("float16"), scale=scale)
    assert float(point.gradient["x"][0]) == slope  # type: ignore[index]
    assert all(adjoint is None or np.asarray(adjoint).dtype == np.float16 for adjoint in point.adjoints[:3])
