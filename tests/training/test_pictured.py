"""What is to be plotted of fits and trainings, as data."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bpcli
from bpcli.data.kept import Kept
from bpcli.errors import display_width
from bpcli.training import figure as figures
from bpcli.training.figure import Figure, Panel, Series
from bpcli.training.models.model import read_loss, read_model
from bpcli.training.pictured import figure_of_fit, figure_of_training, predicted_of
from bpcli.training.setting import Setting
from bpcli.training.training import Training
from render.figures import figure_lines


def trained(text: str, columns: dict[str, list[float]], **more: object) -> Training:
    training = Training(
        Setting(text, **more),  # type: ignore[arg-type]
        {name: np.array(column, dtype=float) for name, column in columns.items()},
    )
    for _ in training:
        pass
    return training


def series(figure: Figure, panel: int, key: str) -> Series:
    return next(each for each in figure.panels[panel].series if each.key == key)


def keys(figure: Figure) -> list[str]:
    return [panel.key for panel in figure.panels]


def test_a_fit_has_its_rows_its_curve_and_what_is_left() -> None:
    # y = 2x + 1 but for +1, -2, +1 at 0, 1, 2: least squares keeps slope and height, and these are the residuals.
    figure = figure_of_fit(bpcli.fit([0, 1, 2], [2, 1, 6], degree=1))
    assert keys(figure) == ["curve", "residuals"]
    assert series(figure, 0, "data")[2:] == ([0, 1, 2], [2, 1, 6])
    fitted = series(figure, 0, "fitted")
    assert (fitted.x[0], fitted.x[-1], len(fitted.x)) == (0, 2, figures.GRID)
    assert (fitted.y[0], fitted.y[-1]) == pytest.approx((1, 5), abs=1e-12)
    assert series(figure, 1, "data").y == pytest.approx([1, -2, 1], abs=1e-12)
    assert figure.panels[0].across == figure.panels[1].across
    assert (figure.rows, figure.shown, figure.same) == (3, 3, True)


def test_least_squares_is_drawn_where_the_descent_is_not_there_yet() -> None:
    figure = figure_of_fit(bpcli.fit([0, 1, 2], [2, 1, 6], degree=1, steps=0))
    assert not figure.same
    assert series(figure, 0, "fitted").y[-1] == 0  # where it began
    assert series(figure, 0, "least squares").y[-1] == pytest.approx(5, abs=1e-12)  # 2*2 + 1, by hand


def test_the_losses_are_those_of_their_steps() -> None:
    found = bpcli.fit(np.linspace(0, 1, 50), np.linspace(0, 1, 50) ** 3, degree=2, lr=1e-3, steps=5000)
    history = series(figure_of_fit(found, losses=True), 2, "training")
    assert len(history.x) <= figures.MOST_LOSSES and history.x[0] == 0 and history.x[-1] == 5000
    assert history.y == [found.losses[int(step)] for step in history.x]


def test_a_fit_that_diverged_shows_its_losses_alone() -> None:
    assert keys(figure_of_fit(bpcli.fit([0, 1, 2, 3], [1, 2, 0, 5], degree=2, lr=5))) == ["loss"]


def test_of_many_rows_some_are_drawn_by_a_seed_from_all_over() -> None:
    x = np.arange(300_000.0)
    found = bpcli.fit(x, x % 7, degree=1)
    figure = figure_of_fit(found)
    assert (figure.rows, figure.shown) == (300_000, figures.MOST_POINTS)
    drawn = series(figure, 0, "data")
    assert drawn == series(figure_of_fit(found), 0, "data")
    assert all(y == x % 7 for x, y in zip(drawn.x, drawn.y, strict=True))
    # Every remainder is there: rows that are evenly spread could miss some. The mean of a uniform sample of 2000 lies
    # within 4 standard errors, 4*300000/sqrt(12*2000) = 7746.
    assert {*drawn.y} == {*range(7)} and abs(np.mean(drawn.x) - 150_000) < 7746


def test_rows_in_a_file_are_drawn_as_those_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = {"x": np.arange(5000.0), "y": -np.arange(5000.0)}
    whole = Kept.of(columns).drawn(100, 3)
    monkeypatch.setattr("bpcli.data.kept.IN_MEMORY", 1000)
    kept = Kept(("x", "y"))
    for start in range(0, 5000, 700):
        kept.add([column[start : start + 700] for column in columns.values()])
    stored = kept.drawn(100, 3)
    assert stored["x"].tolist() == whole["x"].tolist() and (stored["y"] == -stored["x"]).all()
    assert kept.drawn(5000)["x"].tolist() == columns["x"].tolist()


def test_one_predictor_has_a_curve_and_several_have_what_was_observed() -> None:
    one = figure_of_training(trained("a*x + b", {"x": [0, 1, 2], "y": [1, 3, 5]}))
    assert keys(one) == ["curve", "residuals", "loss"]
    assert series(one, 0, "fitted").y[-1] == pytest.approx(5, abs=1e-9)
    columns = {"u": [0, 1, 0, 1], "v": [0, 0, 1, 1], "y": [1, 3, 4, 8]}
    # By hand: least squares of 1 + 2u + 3v with +2 at (1, 1) more is 0.5 + 3u + 4v; residuals 1/2, -1/2, -1/2, 1/2.
    two = figure_of_training(trained("a + b*u + c*v", columns))
    assert keys(two) == ["agreement", "residuals", "loss"]
    assert two.panels[0].x == ("predicted", "y") and two.panels[0].y == ("observed", "y")
    assert series(two, 0, "data").x == pytest.approx([0.5, 3.5, 4.5, 7.5], abs=1e-6)
    assert series(two, 0, "data").y == [1, 3, 4, 8]
    assert series(two, 1, "data").y == pytest.approx([0.5, -0.5, -0.5, 0.5], abs=1e-6)


def test_probabilities_are_held_against_what_came() -> None:
    columns = {"x": [0, 0, 0, 0, 1, 1, 1, 1], "t": [0, 0, 0, 1, 0, 1, 1, 1]}
    # One of four at x = 0 and three of four at x = 1: these shares are the probabilities that fit best.
    curve = figure_of_training(trained("k*x + b", columns, loss="cross_entropy"))
    assert keys(curve)[:2] == ["probability", "residuals"]
    fitted = series(curve, 0, "fitted").y
    assert (fitted[0], fitted[-1]) == pytest.approx((0.25, 0.75), abs=1e-5)
    # The same rows with z = 0 and with z = 1: nothing depends on z.
    twice = {"z": [0] * 8 + [1] * 8, **{name: column * 2 for name, column in columns.items()}}
    shares = figure_of_training(trained("sigmoid(k*x + b + c*z)", twice, loss="bce"))
    assert keys(shares)[:2] == ["calibration", "residuals"]
    share = series(shares, 0, "share")
    assert share.x == pytest.approx([0.25, 0.75], abs=1e-4) and share.y == [0.25, 0.75]


def test_held_out_rows_and_the_step_that_was_kept_are_shown() -> None:
    x = [each / 10 for each in range(40)]
    y = [2 * each + 0.3 * math.sin(37 * each) for each in x]
    more = {"share": 0.25, "optimizer": "adam", "batch": 10, "steps": 100, "schedule": "cosine"}
    training = trained("a*x + b", {"x": x, "y": y}, **more)
    figure = figure_of_training(training)
    assert keys(figure) == ["curve", "residuals", "loss", "rates"]
    assert (len(series(figure, 0, "data").x), len(series(figure, 0, "held out").x), figure.rows) == (30, 10, 40)
    kept = series(figure, 2, "kept")
    assert kept.y == [min(loss for _, loss in training.outcome.validations)]
    assert series(figure, 2, "batches").y == [loss for _, loss in training.outcome.losses]
    assert series(figure, 3, "rate").x[-1] == training.outcome.steps - 1
    # A cosine from the rate that was chosen; half of it in the middle.
    rates = series(figure, 3, "rate")
    assert rates.y[rates.x.index(50)] == pytest.approx(rates.y[0] / 2, rel=1e-3)


@pytest.mark.parametrize(
    ("text", "columns", "inputs", "target"),
    [
        ("(w*x + b - t)^2", ["x", "t"], ("x",), "t"),
        ("p = w*x + b; (p - t)^2", ["x", "t"], ("x",), "t"),
        ("0.5*(t - w*u*v)^2", ["u", "v", "t"], ("u", "v"), "t"),
    ],
)
def test_a_square_says_what_it_predicts(text: str, columns: list[str], inputs: tuple[str], target: str) -> None:
    found = predicted_of(read_loss(text, columns))
    assert found is not None and (found.inputs, found.target) == (inputs, target)


def test_where_nothing_predicts_rows_there_are_the_losses() -> None:
    assert predicted_of(read_loss("abs(w - x)", ["x"])) is None
    alone = trained("(w*x + b - t)^2", {}, explicit=True, constants={"x": 3.0, "t": 10.0}, start={"w": 2.0, "b": -1.0})
    assert keys(figure_of_training(alone, losses=False)) == ["loss"]
    assert predicted_of(read_model("a*x", ["x", "y"])) is not None


def test_a_curve_far_from_the_data_does_not_flatten_it() -> None:
    # A pole between 0 and 1: where the curve is no number it is broken, and the axis holds 1.5 heights of the data.
    figure = figure_of_training(
        trained("a/(x - 0.5)", {"x": [0, 1], "y": [-2, 2]}, start={"a": 1.0}, steps=0), losses=False
    )
    low, high = figure.panels[0].up
    assert -4.5 < low < -2 and 2 < high < 4.5
    assert math.isnan(series(figure, 0, "fitted").y[figures.GRID // 2])


@pytest.mark.parametrize(
    ("x", "y"), [([1.0], [2.0]), ([5.0] * 4, [1.0, 2, 3, 4]), ([0.0, 1, 2], [7.0] * 3), ([0.0, 1], [1e-139, 2e-139])]
)
def test_degenerate_data_still_has_axes(x: list[float], y: list[float]) -> None:
    def is_open(panel: Panel) -> bool:
        return panel.across[0] < panel.across[1] and panel.up[0] < panel.up[1]

    assert all(map(is_open, figure_of_fit(bpcli.fit(x, y, degree=0), losses=True).panels))


sizes = st.floats(-1e40, 1e40).map(lambda value: value if abs(value) > 1e-40 else 0.0)


@given(rows=st.lists(st.tuples(sizes, sizes), min_size=1, max_size=12), degree=st.integers(0, 3), small=st.booleans())
def test_any_rows_are_drawn_within_the_width(rows: list[tuple[float, float]], degree: int, small: bool) -> None:
    x, y = (list(column) for column in zip(*rows, strict=True))
    with np.errstate(all="ignore"):
        figure = figure_of_fit(bpcli.fit(x, y, degree=degree, steps=50), losses=True)
    for plain in (True, False):
        lines = figure_lines(figure, 60, small=small, plain=plain)
        assert max(map(display_width, lines)) <= 60 or len(figure.formula) > 60


def test_losses_below_and_at_zero_have_an_even_axis() -> None:
    panel, _ = figures.history([(0, 10.0), (1, -1.0)])
    assert not panel.log
    panel, _ = figures.history([(0, 10.0), (1, 0.1), (2, 0.0)])
    assert panel.log and math.isnan(panel.series[0].y[2]) and panel.up[0] < 0.1 < 10 < panel.up[1]
