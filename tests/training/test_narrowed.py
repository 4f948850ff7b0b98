"""Losses in narrow formats: many rows as arrays give what one row after the other gives."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bpcli.engine.narrow import FORMATS, narrow
from bpcli.engine.narrow_lanes import narrow_lanes, rounding
from bpcli.training.models import narrowed
from bpcli.training.models.compiled import MeanLoss
from bpcli.training.models.model import read_model
from bpcli.training.models.narrowed import NarrowLoss

X = np.random.default_rng(0).uniform(0.1, 5, 60)
COLUMNS = {"x": X, "y": np.sin(X)}
AT = np.array([1.2, 0.7, 0.3])


@pytest.mark.parametrize("name", FORMATS)
def test_arrays_are_rounded_as_single_numbers_are(name: str) -> None:
    """Around the ends of the formats, ties among them, and what is no number."""
    draw = np.random.default_rng(3)
    values = np.concatenate([
        draw.normal(size=300) * 2.0 ** draw.integers(-150, 130, 300),
        (draw.integers(0, 2**13, 300) + 0.5) * 2.0 ** draw.integers(-30, 5, 300),
        [0.0, -0.0, math.inf, -math.inf, math.nan, 65504.0, 65520.0, 65519.9, 2.0**-24, 2.0**-25, 3 * 2.0**-25, 1e308],
    ])  # fmt: skip
    with np.errstate(all="ignore"):
        found = rounding(FORMATS[name])(values)
    expected = np.array([FORMATS[name].rounded(value) for value in values.tolist()])
    assert found.tobytes() == expected.tobytes()


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    "model",
    [
        "a*exp(-b*x) + c",
        "relu(a*x - b)*c",
        "where(x > 1, a*x^3, b/x) + c",
        "max(a*x, b, c*x)",
        "softplus(a*x) - tanh(b*x)^2 + erf(c*x)",
        "abs(a*x - b)^1.5*c",
        "sqrt(abs(a*x)) + log(b*x)*c",
    ],
)
def test_many_rows_give_what_they_give_one_by_one(
    name: str, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each row is rounded alike; the sum over rows is one of doubles. 2^30 is a scale at which float16 ends."""
    loss = NarrowLoss(MeanLoss(read_model(model, ["x", "y"]), COLUMNS), name)
    batch = np.array([5, 3, 3, 59, 0, 7, 8, 9, 10, 11])
    for rows in (None, batch):
        for scale in (1.0, 65536.0, 2.0**30):
            together = loss(AT, rows, scale)
            monkeypatch.setattr(narrowed, "FEW", 10**9)
            apart = loss(AT, rows, scale)
            monkeypatch.undo()
            assert together[0] == pytest.approx(apart[0], rel=1e-14, nan_ok=True)
            assert together[1] == pytest.approx(apart[1], rel=1e-13, nan_ok=True)


def test_every_result_is_a_number_of_the_format() -> None:
    """0.1 is 0.0999756 in float16, and 0.1*0.1 is 0.00999451: NumPy 2.3."""
    kind = narrow_lanes("float16")
    tenth = kind.given(np.array([0.1, 3.0]))
    assert (tenth * tenth).tolist() == [float(np.float16(0.1) * np.float16(0.1)), 9.0]
    assert (kind.functions["exp"](tenth))[0] == narrow("float16").functions["exp"](float(tenth[0]))


def test_rows_beyond_a_block_are_all_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = NarrowLoss(MeanLoss(read_model("a*x + b + c", ["x", "y"]), COLUMNS), "float16")
    before = whole(AT, None, 8.0)
    monkeypatch.setattr(narrowed, "BLOCK", 7)
    after = whole(AT, None, 8.0)
    assert after[0] == pytest.approx(before[0], rel=1e-14) and after[1] == pytest.approx(before[1], rel=1e-13)
