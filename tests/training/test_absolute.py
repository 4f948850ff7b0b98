"""The mean absolute error, down to the corner that linear programming finds."""

from __future__ import annotations

import numpy as np
import pytest

from bpcli.api.fits import fit

X = np.arange(20.0)
Y = 2 * X + 1 + 3 * np.sin(5 * X) + np.where(np.arange(20) % 7 == 3, 40, 0)  # three rows lie far off
W = 1.0 + np.arange(20) % 3


@pytest.mark.parametrize(
    ("model", "y", "weights", "least"),
    [
        # The objective of the linear program, by scipy 1.17.1, linprog, HiGHS.
        ("a*x + b", Y, None, 7.516815205385621),
        ("a*x^2 + b*x + c", Y, None, 7.50077845641091),
        ("a*x + b", Y, W, 14.489001419370709),
        ("a*x + b", np.round(2 * X / 3), None, 0.21666666666666673),  # more rows on the line than it has parameters
        ("a*x + b", 2 * X + 1, None, 0.0),  # by hand
    ],
)
def test_least_absolute_residuals_are_those_of_linear_programming(model, y, weights, least):
    found = fit(X, y, model=model, loss="mae", weights=weights)
    assert found.final_loss == pytest.approx(least, rel=1e-12, abs=1e-13)
    assert found.stopped == "converged"


def test_a_constant_is_a_median():
    found = fit([1.0, 2, 3, 4, 5], [1.0, 5, 2, 8, 3], model="a", loss="mae")
    assert found.parameters == {"a": 3.0}


def test_a_curve_is_brought_to_a_corner():
    y = 3 * np.exp(-0.3 * X) + 0.4 + np.where(np.arange(20) % 6 == 2, 1.5, 0)
    found = fit(X, y, model="a*exp(-b*x) + c", loss="mae")
    # All rows but three lie on the curve, so it is the best one.
    assert found.parameters == pytest.approx({"a": 3.0, "b": 0.3, "c": 0.4}, rel=1e-9)


def test_a_corner_is_told_as_one(run, tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("x,y\n1,1\n2,3\n3,2\n4,9\n5,5\n")
    shown = run("fit", str(path), "--model", "a*x + b", "--loss", "mae")
    assert shown.code == 0
    assert "no direction leads down" in shown.out
