"""Models of columns are made of single numbers: what is of arrays is refused, and was a mistake of bpcli once."""

from __future__ import annotations

from typing import Any

import pytest

from bpcli.api.fits import fit
from bpcli.errors import InputError

COLUMNS = {"x": [1.0, 2.0, 3.0], "y": [2.0, 4.0, 7.0]}


@pytest.mark.parametrize(
    ("how", "kind", "at"),
    [
        ({"model": "dot([a, b], [x, 1])"}, "row-model-operation", "[a, b]"),
        ({"model": "w @ x"}, "row-model-operation", "w @ x"),
        ({"model": "w @ x", "init": {"w": [1, 2]}}, "row-model-operation", "w @ x"),
        ({"model": "w[0]*x + w[1]"}, "row-model-operation", "w[0]"),
        ({"model": "sum(a*x)"}, "row-model-operation", "sum(a*x)"),
        ({"model": "f(u) = sum([u, 1]); f(a)*x"}, "row-model-operation", "f(a)"),
        ({"model": "W = randn(1); a*W[0]*x"}, "row-model-operation", "randn(1)"),
        ({"model": "a*x", "loss": "mse(pred, y)"}, "row-model-loss", "mse(pred, y)"),
        ({"model": "w*x", "init": {"w": [1, 2]}}, "row-model-array", None),
        ({"model": "w*x + b", "hold": {"w": [1, 2]}}, "row-model-array", None),
    ],
    ids=lambda each: str(each),
)
def test_arrays_have_no_place_in_a_row(how: dict[str, Any], kind: str, at: str | None) -> None:
    with pytest.raises(InputError) as caught:
        fit(COLUMNS, **how)
    assert caught.value.kind == kind
    if at is not None:
        assert caught.value.source is not None and caught.value.span is not None
        start, stop = caught.value.span
        assert caught.value.source[start:stop] == at


def test_several_arguments_of_max_are_single_numbers() -> None:
    """By hand: max(a*x, 0) through (1, 2), (2, 4), (3, 7): sum of x*y over sum of squares, 31/14."""
    assert fit(COLUMNS, model="max(a*x, 0)", init={"a": 1}).parameters["a"] == pytest.approx(31 / 14)
