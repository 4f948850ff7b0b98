"""Columns whose squares no float holds are refused, and not fitted to numbers without meaning."""

from __future__ import annotations

from typing import Any

import pytest

from bpcli.api.fits import fit
from bpcli.errors import InputError

X = [1.0, 2.0, 3.0, 4.0]


@pytest.mark.parametrize("how", [{"degree": 1}, {"model": "a*x + b"}], ids=str)
@pytest.mark.parametrize(("size", "kind"), [(1e-200, "column-too-small"), (1e200, "column-too-large")])
def test_squares_outside_of_the_range_of_floats_are_refused(how: dict[str, Any], size: float, kind: str) -> None:
    y = [(2 * x + 1 + (x == 3)) * size for x in X]
    with pytest.raises(InputError) as caught:
        fit({"x": X, "y": y}, **how)
    assert caught.value.kind == kind
    assert caught.value.facts["name"] == "y"


@pytest.mark.parametrize("how", [{"degree": 1}, {"model": "a*x + b"}], ids=str)
@pytest.mark.parametrize("size", [1e-130, 1e140])
def test_inside_of_it_a_fit_is_the_same_in_other_units(how: dict[str, Any], size: float) -> None:
    """3, 5, 8 and 9 at 1 ... 4 by hand: slope 10.5/5, height 6.25 - 2.5*2.1; R² 1 - 0.7/22.75."""
    found = fit({"x": X, "y": [value * size for value in (3, 5, 8, 9)]}, **how)
    slope, height = (found.parameters[name] for name in (("k1", "k0") if "degree" in how else ("a", "b")))
    assert (slope / size, height / size) == pytest.approx((2.1, 1), rel=1e-9)
    assert found.r2 == pytest.approx(1 - 0.7 / 22.75)
    assert found.rmse / size == pytest.approx((0.7 / 4) ** 0.5)
    assert not found.warnings


def test_zeros_have_a_size() -> None:
    assert fit({"x": X, "y": [0.0] * 4}, model="a*x").parameters["a"] == 0


def test_a_model_without_parameters_is_told_what_one_is() -> None:
    with pytest.raises(InputError, match="no parameters"):
        fit({"x": X, "y": X}, model="exp(-x)")
