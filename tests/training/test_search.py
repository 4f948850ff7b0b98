"""The optimizers that try points: L-BFGS and Levenberg-Marquardt; NIST's nonlinear sets."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from bpcli.training.models.compiled import MeanLoss, Residuals
from bpcli.training.models.model import read_loss, read_model
from bpcli.training.optimizers import levenberg, search
from bpcli.training.setting import Setting
from bpcli.training.training import Training

NIST = json.loads((Path(__file__).parents[1] / "golden" / "nist_nonlinear.json").read_text())
SETS = [name for name in NIST if name != "source"]


def columns_of(data):
    columns = {name: np.array(data[name], float) for name in ("x", "x1", "x2", "y") if name in data}
    if data.get("of") == "log(y)":
        columns["y"] = np.log(columns["y"])
    return columns


def trained(name, which):
    data = NIST[name]
    starts = {} if which is None else {f"b{place}": value for place, value in enumerate(data["starts"][which], 1)}
    training = Training(Setting(data["model"], start=starts), columns_of(data))
    for _ in training:
        pass
    return training.outcome


def test_all_of_nists_sets_are_here():
    assert len(SETS) == 27


@pytest.mark.parametrize("name", SETS)
def test_nist_sets_agree_to_ten_digits_from_the_second_start(name):
    data, found = NIST[name], trained(name, 1)
    assert (found.optimizer, found.stopped) == ("levenberg-marquardt", "converged")
    # What is left of these two is rounding, in the data and in what is computed; NIST calculated in 500 digits.
    digits, of_rss = {"Lanczos1": (1e-2, 1e-2), "Lanczos2": (1e-8, 1e-8)}.get(name, (1e-9, 1e-9))
    for place, (value, error) in enumerate(zip(data["parameters"], data["standard_errors"], strict=True), 1):
        assert found.parameters[f"b{place}"] == pytest.approx(value, rel=1e-10)
        assert found.standard_errors[f"b{place}"] == pytest.approx(error, rel=digits)
    assert found.rss == pytest.approx(data["rss"], rel=of_rss)


@pytest.mark.parametrize("name", SETS)
def test_from_the_first_start_a_set_is_solved_or_said_not_to_be(name):
    data, found = NIST[name], trained(name, 0)
    solved = found.rss == pytest.approx(data["rss"], rel=1e-2 if name == "Lanczos1" else 1e-6)
    assert solved == (found.stopped == "converged")
    if not solved:
        assert any(note.kind == "not converged given" for note in found.notes)
        assert all(error != error for error in found.standard_errors.values())


def test_most_sets_are_solved_from_the_first_start_too():
    # The far starts of BoxBOD and MGH10 lead to plains.
    assert [name for name in SETS if trained(name, 0).stopped != "converged"] == ["BoxBOD", "MGH10"]


@pytest.mark.parametrize("name", [name for name in SETS if name not in ("Gauss2", "Gauss3", "Lanczos1")])
def test_starts_that_nobody_gives_are_found(name):
    """Of all sets but those of two peaks that run into each other, from where a way leads to another minimum."""
    data, found = NIST[name], trained(name, None)
    assert found.start.tried > 1
    assert found.stopped == "converged"
    assert found.rss == pytest.approx(data["rss"], rel=1e-6)


def test_starts_that_nobody_gives_are_the_same_every_time():
    first, again = trained("Thurber", None), trained("Thurber", None)
    assert again.start.parameters.tolist() == first.start.parameters.tolist()


def rosenbrock() -> MeanLoss:
    return MeanLoss(read_loss("(1-x)^2 + 100*(y-x^2)^2"), {})


def test_lbfgs_follows_the_valley_of_rosenbrock():
    """From (-1.2, 1) with loss 24.2 (Rosenbrock 1960) to (1, 1), in a few dozen steps as in the literature."""
    loss = rosenbrock()
    place = search.start(loss, np.array([-1.2, 1.0]))
    assert place.loss == pytest.approx(24.2)
    losses = [place.loss]
    for _ in range(60):
        if np.max(np.abs(place.gradient)) < 1e-8:
            break
        place = search.lbfgs(loss, place)
        losses.append(place.loss)
    assert place.parameters == pytest.approx([1, 1], abs=1e-8)
    assert losses == sorted(losses, reverse=True)


def test_every_step_of_lbfgs_meets_the_strong_wolfe_conditions():
    loss = rosenbrock()
    place = search.start(loss, np.array([-1.2, 1.0]))
    for _ in range(25):
        following = search.lbfgs(loss, place)
        step = following.parameters - place.parameters
        slope = float(place.gradient @ step)
        assert following.loss <= place.loss + search.FALL * slope * (1 - 1e-9)
        assert abs(float(following.gradient @ step)) <= search.FLATNESS * abs(slope) * (1 + 1e-9)
        place = following


def test_the_two_loops_are_the_inverse_of_a_quadratic_once_its_directions_are_known():
    """H = [[2, 0], [0, 8]]: with conjugate pairs along both axes the direction is Newton's, -H^-1 g."""
    pairs = tuple(
        (step, change, 1 / float(step @ change))
        for step, change in ((np.array([1.0, 0.0]), np.array([2.0, 0.0])), (np.array([0.0, 1.0]), np.array([0.0, 8.0])))
    )
    assert search.direction(np.array([4.0, 4.0]), pairs) == pytest.approx([-2.0, -0.5])


def test_a_blocked_search_says_so():
    place = search.start(lambda at: (1.0, np.array([1.0])), np.array([0.0]))
    assert search.lbfgs(lambda at: (1.0, np.array([1.0])), place).blocked


def test_the_triangle_is_that_of_the_whole_jacobian_however_the_rows_are_cut():
    generator = np.random.default_rng(3)
    x = generator.normal(size=100_000)
    columns = {"x": x, "y": np.sin(x)}
    model = read_model("a*exp(-b*x^2) + c", ["x", "y"])
    residuals = Residuals(MeanLoss(model, columns))
    at = np.array([1.0, 0.5, 0.2])
    shape = np.exp(-0.5 * x * x)
    table = np.column_stack([shape, -x * x * shape, np.ones_like(x), shape + 0.2 - np.sin(x)])
    triangle = residuals.triangle(at)
    assert triangle.T @ triangle == pytest.approx(table.T @ table, rel=1e-10)
    assert residuals.squares(at) == pytest.approx(float(table[:, -1] @ table[:, -1]), rel=1e-12)
    jacobian, right = residuals.jacobian(at)
    assert jacobian == pytest.approx(table[:, :-1], rel=1e-13, abs=1e-15)
    assert right == pytest.approx(table[:, -1], rel=1e-12, abs=1e-15)


def test_a_ridge_makes_least_squares_of_more_parameters_than_rows_definite():
    """min (a + b - 2)^2 + r(a^2 + b^2) is at a = b = 2/(2 + r): by hand."""
    model = read_loss("(a + b - t)^2", constants={"t": 2.0})
    loss = MeanLoss(model, {}, ridge=0.5)
    residuals = Residuals(loss)
    here = levenberg.start(residuals.triangle, np.array([5.0, -3.0]))
    for _ in range(50):
        if here.converged:
            break
        here = levenberg.levenberg(residuals.squares, residuals.triangle, here)
    assert here.converged
    assert here.parameters == pytest.approx([0.8, 0.8], rel=1e-9)


def test_levenberg_never_goes_uphill_and_turns_back_at_the_end_of_the_domain():
    columns = {"x": np.array([1.0, 2, 3, 4]), "y": np.array([0.1, 0.8, 1.2, 1.5])}
    residuals = Residuals(MeanLoss(read_model("log(x + b)", ["x", "y"]), columns))
    here = levenberg.start(residuals.triangle, np.array([50.0]))
    sums = [here.rss]
    for _ in range(60):
        if here.converged or here.blocked:
            break
        here = levenberg.levenberg(residuals.squares, residuals.triangle, here)
        sums.append(here.rss)
    assert here.converged
    # But for rounding, below which the slopes alone tell where to go.
    assert all(later <= earlier * (1 + 1e-12) for earlier, later in itertools.pairwise(sums))
