"""A polynomial fitted by descent on the graph of its loss."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import bpcli
from bpcli.api.fits import fit
from bpcli.errors import InputError
from bpcli.training.loop.watch import CONVERGED, DIVERGED, STEP_LIMIT
from bpcli.training.optimizers import gradient_descent
from bpcli.training.polynomials import polynomial
from bpcli.training.polynomials.descent import descend
from bpcli.training.polynomials.fitting import Fitting, points
from bpcli.training.polynomials.objective import Objective

NIST = json.loads((Path(__file__).parents[1] / "golden" / "nist.json").read_text())
ONE_NEURON = "p = w*x + b; L = (p - t)^2"


def test_wampler1_agrees_with_its_certified_values_to_eight_digits():
    data = NIST["Wampler1"]
    found = fit(data["x"], data["y"], data["degree"])
    assert found.stopped == CONVERGED
    for value, certified in zip(found.parameters.values(), data["parameters"], strict=True):
        assert value == pytest.approx(certified, rel=1e-8)


def bumpy():
    """50 points of a wave with noise."""
    x = np.linspace(0, 10, 50)
    return x, 3 * np.sin(x) + x / 2 + 0.3 * np.random.default_rng(8).normal(size=50)


def test_powers_that_floats_cannot_calculate_with_are_told():
    x, y = bumpy()
    for degree, lost in [(5, False), (12, False), (25, True), (30, True)]:
        found = fit(x, y, degree)
        # By NumPy's own Horner, beside the basis of the fit.
        away = np.abs(np.polynomial.polynomial.polyval(x, [*found.parameters.values()]) - found.predict(x))
        assert (float(np.max(away)) > found.rmse) == lost
        told = [note.facts["gap"] for note in found.warnings if note.kind == "fit-powers"]
        assert bool(told) == lost
        if told:
            assert 0.01 < told[0] / np.max(away) < 100  # rounding is not the same in another order


def test_a_coefficient_far_from_least_squares_has_a_gap_of_one():
    year = np.arange(1990.0, 2020)
    found = fit(year, 350 + 2.4 * (year - 1990), 1, scale=False, steps=200)
    assert found.stopped == STEP_LIMIT
    # Both stand at nothing of what they should be: 350 - 2.4*1990 and 2.4.
    assert found.reference.parameters == pytest.approx([-4426, 2.4], rel=1e-6)
    assert found.reference.gaps == pytest.approx([1, 1], abs=0.1)


def test_the_reference_never_feeds_the_descent(monkeypatch):
    """Without least squares the descent takes the same steps to the same place."""
    x, y = [0.0, 1, 2, 3, 4], [1.0, 2, 1, 4, 2]
    with_reference = fit(x, y, 2)
    monkeypatch.setattr(Fitting, "_judge", lambda self, raw: None)
    monkeypatch.setattr(np.linalg, "lstsq", None)
    assert fit(x, y, 2).losses == with_reference.losses


def test_every_loss_is_the_loss_of_its_own_step():
    """Replayed in plain arithmetic: the history is not painted."""
    x = np.linspace(-1, 3, 30)
    y = np.sin(x)
    fitting = Fitting(points(x, y), 3)
    basis = fitting.fit.basis.columns(x)
    for step in fitting:
        residuals = basis @ step.parameters - y
        assert step.loss == pytest.approx(np.mean(residuals**2), rel=1e-12, abs=1e-30)
        assert step.gradient == pytest.approx(2 * basis.T @ residuals / len(x), rel=1e-9, abs=1e-14)
    assert fitting.fit.losses[-1] == step.loss


@pytest.mark.parametrize("degree", [0, 1, 2, 5, 9, 15])
@pytest.mark.parametrize("kind", ["even", "skewed", "shifted"])
def test_the_fit_reaches_least_squares(degree, kind):
    generator = np.random.default_rng(7)
    x = {
        "even": np.linspace(-3, 5, 60),
        "skewed": np.exp(generator.normal(size=60)),
        "shifted": 1000 + np.linspace(0, 1, 60),
    }[kind]
    y = np.cos(3 * (x - x.mean()) / np.ptp(x)) + generator.normal(0, 0.01, 60)
    found = fit(x, y, degree)
    columns = polynomial.orthogonal(x, degree).columns(x)
    best = columns @ np.linalg.lstsq(columns, y, rcond=None)[0]
    assert found.stopped == CONVERGED
    assert found.predict(x) == pytest.approx(best, abs=1e-9)


def test_a_scaled_descent_is_within_a_millionth_of_the_optimum_in_a_hundred_steps():
    x = np.linspace(-3, 5, 2000)
    found = fit(x, np.sin(x), 5)
    assert found.losses[min(100, found.steps)] <= found.losses[-1] * (1 + 1e-6)


def test_raw_powers_do_not_converge_and_say_so():
    x = np.linspace(0, 10, 50)
    found = fit(x, np.sin(x), 5, scale=False, steps=200)
    assert found.stopped == STEP_LIMIT
    assert found.condition > 1e10
    assert "fit-not-converged" in [note.kind for note in found.warnings]


def test_a_rate_above_the_limit_diverges_within_a_few_steps_and_names_the_limit():
    x = np.linspace(-1, 1, 20)
    limit = fit(x, x**2, 2).largest_rate
    assert fit(x, x**2, 2, lr=limit * 0.95).stopped == CONVERGED
    found = fit(x, x**2, 2, lr=limit * 2)
    assert found.stopped == DIVERGED
    assert found.steps <= 10
    assert found.largest_rate == pytest.approx(limit)


def test_standard_errors_are_those_of_the_textbook():
    """y = k0 + k1 x by hand: s^2 = rss/(n-2), se(k1) = s/sqrt(Sxx), se(k0) = s sqrt(1/n + mean^2/Sxx)."""
    x, y = np.array([1.0, 2, 3, 4, 5]), np.array([1.1, 1.9, 3.2, 3.9, 5.1])
    found = fit(x, y, 1)
    slope = np.sum((x - 3) * (y - y.mean())) / 10
    rss = np.sum((y - (y.mean() + slope * (x - 3))) ** 2)
    deviation = math.sqrt(rss / 3)
    assert found.parameters["k1"] == pytest.approx(slope, rel=1e-12)
    assert found.rss == pytest.approx(rss, rel=1e-9)
    assert found.standard_errors["k1"] == pytest.approx(deviation / math.sqrt(10), rel=1e-9)
    assert found.standard_errors["k0"] == pytest.approx(deviation * math.sqrt(1 / 5 + 9 / 10), rel=1e-9)
    assert found.r2 == pytest.approx(1 - rss / np.sum((y - y.mean()) ** 2), rel=1e-12)


def test_more_coefficients_than_points_are_warned_of_and_have_no_standard_errors():
    found = fit([1, 1, 2], [1, 2, 3], 5)
    assert "fit-not-unique" in [note.kind for note in found.warnings]
    assert all(math.isnan(error) for error in found.standard_errors.values())
    assert found.predict([1.0, 2.0]) == pytest.approx([1.5, 3.0], abs=1e-9)


def test_a_constant_column_is_fitted_exactly():
    found = fit([1, 2, 3], [5, 5, 5], 1)
    assert list(found.parameters.values()) == pytest.approx([5, 0], abs=1e-12)
    assert math.isnan(found.r2)


@pytest.mark.parametrize(
    ("x", "y", "degree", "kind"),
    [
        ([1, 2], [1], 1, "columns-differ"),
        ([], [], 1, "no-points"),
        ([1, 2], ["a", "b"], 1, "column-not-numbers"),
        ([[1, 2]], [[1, 2]], 1, "column-shape"),
        ([1, math.inf], [1, 2], 1, "column-not-finite"),
        ([1, 2], [1, math.nan], 1, "column-not-finite"),
        ([1, 2], [1, 2], -1, "degree-range"),
        ([1, 2], [1, 2], 99, "degree-range"),
    ],
)
def test_data_that_cannot_be_fitted_are_refused(x, y, degree, kind):
    with pytest.raises(InputError) as refused:
        fit(x, y, degree)
    assert refused.value.kind == kind
    assert refused.value.sentence


BASES = [polynomial.chebyshev, polynomial.orthogonal, lambda x, degree: polynomial.powers(degree)]


@pytest.mark.parametrize("make", BASES)
@pytest.mark.parametrize("degree", [0, 1, 2, 6])
def test_a_basis_its_program_and_its_way_back_to_powers_agree(make, degree):
    x = np.array([-1.5, 0.0, 0.25, 2.0, 7.0, 8.5, 9.0])
    basis = make(x, degree)
    coefficients = np.array([(-2.0) ** order / 8 for order in range(degree + 1)])
    values = basis.columns(x) @ coefficients
    named = {f"c{order}": value for order, value in enumerate(coefficients)}
    for point, value in zip(x, values, strict=True):
        exact = sum(Fraction(raw) * Fraction(point) ** order for order, raw in enumerate(basis.raw(coefficients)))
        assert float(exact) == pytest.approx(value, rel=1e-9, abs=1e-9)
        row = bpcli.parse(basis.program(), given=named)
        given = {"x": point, "y": 0.0, **named}
        found = bpcli.grad(basis.program(), {name: given[name] for name in row.inputs}, wrt=["p"])
        assert row.output_name == "L"
        assert found.value == pytest.approx(value**2, rel=1e-9, abs=1e-12)


def test_chebyshev_is_cos_of_n_arccos():
    x = np.linspace(-1, 1, 9)
    assert polynomial.chebyshev(x, 4).columns(x)[:, 4] == pytest.approx(np.cos(4 * np.arccos(x)), abs=1e-14)


def test_orthogonal_polynomials_are_orthogonal_on_the_data():
    x = np.exp(np.linspace(-3, 3, 40))
    columns = polynomial.orthogonal(x, 8).columns(x)
    assert columns.T @ columns / len(x) == pytest.approx(np.eye(9), abs=1e-7)


def one_neuron() -> Objective:
    data = {"x": np.array([3.0]), "t": np.array([10.0])}
    return Objective(ONE_NEURON, data, ["w", "b"])


def test_one_neuron_descends_as_by_hand():
    """w=2, b=-1: loss 25, gradient (-30, -10); rate 0.01 gives 16, then 10.24, then 6.5536 (factor 0.64)."""
    steps = list(descend(one_neuron(), np.array([2.0, -1.0]), gradient_descent(0.01), 3))
    assert steps[0].gradient.tolist() == [-30.0, -10.0]
    assert [step.loss for step in steps] == pytest.approx([25, 16, 10.24, 6.5536], rel=1e-12)
    assert steps[1].parameters.tolist() == pytest.approx([2.3, -0.9], rel=1e-15)


def test_one_neuron_is_solved_in_one_step_at_half_the_largest_rate():
    """The curvature along the gradient is 20: rate 0.05 lands on (3.5, -0.5)."""
    steps = list(descend(one_neuron(), np.array([2.0, -1.0]), gradient_descent(0.05), 1))
    assert steps[1].parameters.tolist() == pytest.approx([3.5, -0.5], rel=1e-15)
    assert steps[1].loss == pytest.approx(0, abs=1e-28)


def test_the_curvature_comes_from_differences_of_our_own_gradient():
    assert one_neuron().curvature() == pytest.approx(np.array([[18.0, 6.0], [6.0, 2.0]]), rel=1e-12)


def test_quintic_loss_over_rows_has_the_gradient_of_the_seed():
    """k = (1,0,-1,0,0,0), X = (-1,0,1,2), Y = (0,1,0,1): loss 4, gradient -2 .. -64, by hand."""
    text = "p = k0 + k1*x + k2*x^2 + k3*x^3 + k4*x^4 + k5*x^5; L = (p - y)^2"
    data = {"x": np.array([-1.0, 0, 1, 2]), "y": np.array([0.0, 1, 0, 1])}
    loss, gradient = Objective(text, data, [f"k{order}" for order in range(6)])(np.array([1.0, 0, -1, 0, 0, 0]))
    assert loss == 4
    assert gradient.tolist() == [-2, -4, -8, -16, -32, -64]


def test_an_interrupted_descent_leaves_what_it_had():
    fitting = Fitting(points(np.linspace(-1, 1, 9), np.arange(9.0)), 3)
    steps = iter(fitting)
    next(steps)
    next(steps)
    with pytest.raises(StopIteration):
        steps.throw(KeyboardInterrupt)
    assert fitting.fit.stopped == "interrupted"
    assert fitting.fit.steps == 1
    assert all(math.isfinite(value) for value in fitting.fit.parameters.values())


@pytest.mark.parametrize("x", [0.0, 1e-200])
def test_x_that_is_zero_throughout_leaves_the_mean(x):
    found = fit([x, x], [1.0, 3.0], degree=3)
    assert found.predict([x]).tolist() == pytest.approx([2], abs=1e-12)  # the mean of 1 and 3
    assert found.reference.gaps[3] == found.reference.gaps[3]
