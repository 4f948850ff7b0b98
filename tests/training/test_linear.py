"""Models that are linear in their parameters, several columns at once: NIST's sets, and what is not determined."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import bpcli

NIST = json.loads((Path(__file__).parents[1] / "golden" / "nist_linear.json").read_text())
SETS = [name for name in NIST if name != "source"]


@pytest.mark.parametrize("given", [False, True], ids=["its own start", "a start of ones"])
@pytest.mark.parametrize("name", SETS)
def test_certified_values_agree_to_ten_digits(name, given):
    data = NIST[name]
    start = dict.fromkeys(data["parameters"], 1.0) if given else {}
    found = bpcli.fit(data["columns"], model=data["model"], init=start)
    assert found.stopped == "converged"
    assert (found.rss, found.freedom) == (pytest.approx(data["rss"], rel=1e-11), data["freedom"])
    for parameter, value in data["parameters"].items():
        assert found.parameters[parameter] == pytest.approx(value, rel=1e-10)
        assert found.standard_errors[parameter] == pytest.approx(data["standard_errors"][parameter], rel=1e-10)


def test_r_squared_is_against_the_mean_also_where_a_model_has_no_constant():
    """By hand: 3, 4, 4 have the mean 11/3 and a sum of squares about it of 2/3; NIST certifies what is left, 3/11."""
    assert bpcli.fit([4, 5, 6], [3, 4, 4], model="b1*x").r2 == pytest.approx(1 - (3 / 11) / (2 / 3))
