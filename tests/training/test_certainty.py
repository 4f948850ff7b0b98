"""Standard errors, R², degrees of freedom and condition, each against a calculation of its own."""

from __future__ import annotations

import json

import numpy as np
import pytest

import bpcli

X = np.array([1.0, 2, 3, 5, 6, 7])
Y = np.array([2.1, 3.9, 6.2, 10.1, 12.2, 15.1])
W = np.array([1.0, 4, 2, 3, 0.5, 2])


def by_lstsq(columns, y, weights=None):
    """Parameters, standard errors, R² and degrees of freedom of linear least squares, by numpy.linalg."""
    w = np.ones(len(y)) if weights is None else weights
    root = np.sqrt(w)
    solution = np.linalg.lstsq(columns * root[:, None], y * root, rcond=None)[0]
    left = y - columns @ solution
    rss, freedom = float(left @ (w * left)), len(y) - columns.shape[1]
    covariance = np.linalg.inv(columns.T @ (columns * w[:, None])) * rss / freedom
    about = y - np.average(y, weights=w)
    return solution, np.sqrt(np.diag(covariance)), 1 - rss / float(about @ (w * about)), freedom, rss


@pytest.mark.parametrize("weights", [None, W], ids=["all alike", "weighted"])
@pytest.mark.parametrize("degree", [0, 1, 2])
def test_a_polynomial_and_the_same_as_a_model_agree_with_linear_algebra(degree, weights):
    columns = X[:, None] ** np.arange(degree + 1)
    values, errors, r2, freedom, rss = by_lstsq(columns, Y, weights)
    text = " + ".join(f"k{order}*x^{order}" if order else "k0" for order in range(degree + 1))
    for found in (bpcli.fit(X, Y, degree, weights=weights), bpcli.fit(X, Y, model=text, weights=weights)):
        assert [*found.parameters.values()] == pytest.approx(values, rel=1e-9)
        assert [*found.standard_errors.values()] == pytest.approx(errors, rel=1e-9)
        assert (found.r2, found.rss) == (pytest.approx(r2, abs=1e-12), pytest.approx(rss, rel=1e-9))
        assert found.freedom == freedom
        assert found.rmse == pytest.approx(np.sqrt(rss / (len(X) if weights is None else W.sum())), rel=1e-9)


def test_a_weighted_curve_agrees_with_scipy():
    """scipy 1.17.1: curve_fit(..., sigma=1/sqrt(w), absolute_sigma=False), which knows 8 digits of the parameters."""
    for found in (
        bpcli.fit(X, Y, model="a*exp(b*x)", weights=W),
        bpcli.fit({"x": X, "w": W, "y": Y}, model="a*exp(b*x)", loss="w*(pred - y)^2"),
    ):
        assert (found.optimizer, found.stopped) == ("levenberg-marquardt", "converged")
        assert found.parameters == pytest.approx({"a": 2.6275644664814175, "b": 0.25429423185624056}, rel=1e-8)
        errors = {"a": 0.34082402154767877, "b": 0.021980528423082363}
        assert found.standard_errors == pytest.approx(errors, rel=1e-7)
        assert (found.rss, found.rmse) == pytest.approx((5.2503172070689805, 0.6480936479904107), rel=1e-9)
        assert found.r2 == pytest.approx(0.9772248968151963, abs=1e-12)


def test_weights_that_are_all_alike_change_no_parameter_and_no_error():
    alone = bpcli.fit(X, Y, model="a*exp(b*x)")
    sevenfold = bpcli.fit(X, Y, model="a*exp(b*x)", weights=np.full(6, 7.0))
    assert sevenfold.parameters == pytest.approx(alone.parameters, rel=1e-10)
    assert sevenfold.standard_errors == pytest.approx(alone.standard_errors, rel=1e-9)
    assert sevenfold.rss == pytest.approx(7 * alone.rss, rel=1e-9)


def test_a_whole_weight_is_that_many_rows_but_for_degrees_of_freedom():
    """By hand: copies have the same residuals, and errors shrink with the root of the degrees of freedom alone."""
    counts = np.array([1, 3, 2, 1, 4, 2])
    found = bpcli.fit(X, Y, model="a*exp(b*x)", weights=counts)
    copied = bpcli.fit(np.repeat(X, counts), np.repeat(Y, counts), model="a*exp(b*x)")
    assert found.parameters == pytest.approx(copied.parameters, rel=1e-9)
    assert (found.freedom, copied.freedom) == (4, 11)
    for name in "ab":
        assert found.standard_errors[name] * 2 == pytest.approx(copied.standard_errors[name] * 11**0.5, rel=1e-8)


def test_a_factor_below_0_is_no_weight():
    """The loss has a minimum at no place that least squares knows; it is not taken for one."""
    signs = np.array([1.0, -1, 1, 1, 1, 1])
    found = bpcli.fit({"x": X, "s": signs, "y": Y}, model="a*x", loss="s*(pred - y)^2", init={"a": 1})
    # By hand: sum of s*x*(a*x - y) is 0 at a = (sum of s*x*y)/(sum of s*x*x).
    assert found.parameters["a"] == pytest.approx(float((signs * X) @ Y) / float((signs * X) @ X), rel=1e-6)
    assert found.standard_errors["a"] != found.standard_errors["a"]


def test_held_parameters_leave_errors_as_if_they_were_numbers_of_the_model():
    held = bpcli.fit(X, Y, model="a*exp(b*x) + c", hold={"c": 0.5})
    written = bpcli.fit(X, Y, model="a*exp(b*x) + 0.5")
    assert held.parameters == pytest.approx(written.parameters, rel=1e-10)
    assert held.standard_errors == pytest.approx(written.standard_errors, rel=1e-9)
    assert held.freedom == 4
    line = bpcli.fit(X, Y, model="a*x + c", hold={"c": 0.5})
    values, errors, _, freedom, _ = by_lstsq(X[:, None], Y - 0.5)
    assert (line.parameters["a"], line.standard_errors["a"]) == pytest.approx((values[0], errors[0]), rel=1e-9)
    assert line.freedom == freedom


def test_with_a_ridge_the_pull_is_exact_and_no_errors_are_claimed():
    """By linear algebra: the minimum of mean (y - a*x - c)^2 + ridge*(a^2 + c^2)."""
    found = bpcli.fit(X, Y, model="a*x + c", ridge=0.1)
    columns = np.column_stack([X, np.ones(6)])
    wanted = np.linalg.solve(columns.T @ columns / 6 + 0.1 * np.eye(2), columns.T @ Y / 6)
    assert [*found.parameters.values()] == pytest.approx(wanted, rel=1e-9)
    assert all(error != error for error in found.standard_errors.values())


def test_the_condition_is_that_of_columns_of_the_same_length():
    """By linear algebra: the squared ratio of singular values of J, its columns divided by their lengths."""
    found = bpcli.fit(X, Y, model="a*exp(b*x)")
    a, b = found.parameters["a"], found.parameters["b"]
    jacobian = np.column_stack([np.exp(b * X), a * X * np.exp(b * X)])
    assert found.condition == pytest.approx(np.linalg.cond(jacobian / np.linalg.norm(jacobian, axis=0)) ** 2, rel=1e-6)


def test_weights_from_the_command_line_are_those_of_python(run, tmp_path):
    rows = [f"{x:g},{w:g},{y:g}" for x, y, w in zip(X, Y, W, strict=True)]
    (tmp_path / "points.csv").write_text("x,w,y\n" + "\n".join([*rows[:3], "4,0,7.8", *rows[3:]]) + "\n")
    for chosen in ("w", "2"):
        answer = run("fit", str(tmp_path / "points.csv"), "--model", "a*exp(b*x)", "--weights", chosen, "--json")
        record = json.loads(answer.out)
        assert (record["target"], record["rows_used"], record["rows_skipped"]) == ("y", 6, 1)
        assert record["standard_errors"]["a"] == pytest.approx(0.34082402154767877, rel=1e-7)
    assert "row 5 skipped: the weight w is 0 or missing" in run(
        "fit", str(tmp_path / "points.csv"), "--model", "a*exp(b*x)", "--weights", "w"
    ).out


def test_a_negative_weight_is_refused_by_its_row(run, tmp_path):
    (tmp_path / "points.csv").write_text("x,w,y\n1,1,2\n2,-1,4\n3,1,6\n")
    answer = run("fit", str(tmp_path / "points.csv"), "--model", "a*x", "--weights", "w")
    assert answer.code == 2
    assert "row 3, column 'w': the weight -1 is negative" in answer.err


@pytest.mark.parametrize(
    ("columns", "model", "target"),
    [
        (("x", "y", "z"), "a*x", "y"),
        (("x", "y", "z"), "a*x + b*y", "z"),
        (("y", "x"), "a*x", "y"),
        (("t", "u", "v"), "a*t", "v"),
        (("t", "u", "v"), "a*v", "u"),
        (("x", "how much", "w"), "a*x", "how much"),
    ],
)
def test_what_is_predicted_is_y_or_the_last_column_that_is_not_used(columns, model, target, run, tmp_path):
    """As for a polynomial; the weights, here the column w, are used."""
    rows = [",".join(f"{place + number:g}" for place in range(1, len(columns) + 1)) for number in range(4)]
    (tmp_path / "points.csv").write_text("\n".join([",".join(columns), *rows]) + "\n")
    weights = ["--weights", "w"] if "w" in columns else []
    record = json.loads(run("fit", str(tmp_path / "points.csv"), "--model", model, *weights, "--json").out)
    assert record["target"] == target.replace(" ", "_")
    place = columns.index(target)
    # By hand: the column holds place + 1, place + 2, ...; its mean is place + 2.5, which R² is against.
    values = np.arange(4.0) + place + 1
    if len(record["parameters"]) == 1 and not weights:
        x = np.arange(4.0) + columns.index(model[2:]) + 1
        assert record["parameters"]["a"] == pytest.approx(float(x @ values / (x @ x)))
