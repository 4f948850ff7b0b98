"""The quadratic way: one pass over the rows, and every step gives the numbers of a full pass."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from bpcli import fit
from bpcli.data import kept as kept_rows
from bpcli.data.kept import Kept
from bpcli.language.reader import parse
from bpcli.training.loop.watch import CONVERGED
from bpcli.training.optimizers import gradient_descent
from bpcli.training.polynomials import polynomial, quadratic
from bpcli.training.polynomials.descent import descend
from bpcli.training.polynomials.fitting import Fitting, points
from bpcli.training.polynomials.objective import Objective
from bpcli.training.polynomials.quadratic import Quadratic

NIST = json.loads((Path(__file__).parents[1] / "golden" / "nist_polynomials.json").read_text())
SETS = [name for name in NIST if name != "source"]


def digits(found: float, certified: float) -> float:
    """How many digits agree, 15 at most: as many as are certified."""
    if found == certified:
        return 15.0
    return min(15.0, -math.log10(abs(found - certified) / abs(certified)) if certified else -math.log10(abs(found)))


@pytest.mark.parametrize("name", SETS)
def test_certified_coefficients_agree_to_thirteen_digits(name: str) -> None:
    """The target is 8 everywhere; numpy's scaled Polynomial.fit reaches 13.4 for Filip and 7.6 for Wampler5."""
    data = NIST[name]
    found = fit(data["x"], data["y"], data["degree"])
    assert found.stopped == CONVERGED
    agree = [digits(*pair) for pair in zip(found.parameters.values(), data["parameters"], strict=True)]
    assert min(agree) >= (13.6 if name == "Filip" else 13.0)


@pytest.mark.parametrize("name", [name for name in SETS if any(NIST[name]["standard_errors"])])
def test_certified_standard_errors_agree_to_ten_digits(name: str) -> None:
    data = NIST[name]
    found = fit(data["x"], data["y"], data["degree"])
    agree = [digits(*pair) for pair in zip(found.standard_errors.values(), data["standard_errors"], strict=True)]
    assert min(agree) >= 10


@pytest.mark.parametrize("name", [name for name in SETS if name.startswith("Wampler")])
def test_whole_numbers_come_back_whole(name: str) -> None:
    """Data of whole numbers, y of the polynomial with coefficients 1 and orthogonal noise: twice the digits suffice."""
    data = NIST[name]
    if name != "Wampler2":  # tenths are no floats
        assert list(fit(data["x"], data["y"], 5).parameters.values()) == [1.0] * 6


ROWS = np.random.default_rng(5)
X = ROWS.uniform(-3, 5, 1000)
DATA = {"x": X, "y": np.sin(X) + ROWS.normal(0, 0.1, 1000), "w": ROWS.uniform(0.5, 2, 1000)}

# Program -> parameters: squares, weighted squares, and sums of them that are no square.
PROGRAMS = [
    ("L = (a + b*x - y)^2", "ab"),
    ("p = a*sin(x) + b*exp(-x^2) + c; L = (p - y)^2", "abc"),
    ("L = w*(a + b*x - y)^2", "ab"),
    ("r = a + b*x - y; L = r*r*w", "ab"),
    ("L = (a*x - y)*(a*x - y)", "a"),
    ("L = (a + b*x - y)^2 + 0.01*(a^2 + b^2)", "ab"),
    ("L = a*b + a^2*x^2 + 2*b^2 - y*a + 3", "ab"),
    ("L = where(x > 0, (a*x - y)^2, (b*x - y)^2)", "ab"),
]


@pytest.mark.parametrize(("text", "names"), PROGRAMS)
@pytest.mark.parametrize("few", [0, 10**6])
def test_loss_and_gradient_are_those_of_a_full_pass(
    text: str, names: str, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quadratic, "FEW", few)
    monkeypatch.setattr(kept_rows, "BLOCK", 300)
    data = {name: DATA[name] for name in "xyw" if name in text}
    program = parse(text, given=[*data, *names])
    short = Quadratic(program, names, Kept.of(data))
    full = Objective(text, data, list(names))
    for at in np.random.default_rng(1).normal(0, 2, (5, len(names))):
        loss, gradient = short(at)
        wanted, slopes = full(at)
        assert loss == pytest.approx(wanted, rel=1e-12)
        assert gradient == pytest.approx(slopes, rel=1e-11, abs=1e-11)
    assert short.hessian == pytest.approx(full.curvature(), rel=1e-9, abs=1e-11)


@pytest.mark.parametrize("degree", [1, 5, 9])
@pytest.mark.parametrize("scale", [True, False])
def test_every_step_of_the_short_way_is_the_step_of_full_passes(degree: int, scale: bool) -> None:
    """What --trace-steps shows: parameters, loss, gradient and update of each step, to rounding."""
    fitting = Fitting(points(X, DATA["y"]), degree, scale=scale, steps=40)
    fit_ = fitting.fit
    full = Objective(fit_.basis.program(), {"x": X, "y": DATA["y"]}, fitting.names)
    steps = list(fitting)
    others = list(descend(full, np.zeros(degree + 1), gradient_descent(fit_.rate), 40))
    for step, other in zip(steps, others, strict=False):
        size = np.abs(steps[0].gradient).max()
        assert step.loss == pytest.approx(other.loss, rel=1e-10)
        assert step.parameters == pytest.approx(other.parameters, rel=1e-10, abs=1e-12)
        assert step.gradient == pytest.approx(other.gradient, abs=1e-12 * size)
        if step.step is not None and other.step is not None:
            assert step.step == pytest.approx(other.step, abs=1e-12 * size)
    assert len(steps) == min(len(others), 41)


def test_the_rows_are_gone_through_a_few_times_however_many_steps_there_are() -> None:
    fitting = Fitting(points(X, DATA["y"]), 9, rate=0.01)
    assert sum(1 for _ in fitting) > 1000
    assert fitting.objective.passes < 20


def test_an_exact_fit_keeps_its_digits_down_to_rounding() -> None:
    """The loss falls from 1e12 to below 1e-15: each time six digits are used up, the rows are looked at again."""
    data = NIST["Wampler1"]
    found = fit(data["x"], data["y"], 5)
    assert found.losses[0] > 1e12
    assert 0 <= found.losses[-1] < 1e-15
    assert all(after <= before * (1 + 1e-9) for before, after in zip(found.losses, found.losses[1:], strict=False)
               if before > 1e-12)  # fmt: skip


@pytest.mark.parametrize("text", ["L = abs(a*x - y)", "L = (tanh(a*x) - y)^2", "L = (a*x - y)^4"])
def test_a_loss_that_is_not_quadratic_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not quadratic"):
        Quadratic(parse(text, given=["a"]), "a", Kept.of({"x": X, "y": X}))


def test_many_rows_in_a_file_give_what_few_in_memory_give(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks, a temporary file, plain passes and factorized products, against the careful way."""
    careful = fit(X, DATA["y"], 5)
    monkeypatch.setattr(kept_rows, "IN_MEMORY", 100)
    monkeypatch.setattr("bpcli.training.polynomials.quadratic.FEW", 0)
    monkeypatch.setattr("bpcli.training.polynomials.fitting.MANY", 0)
    monkeypatch.setattr("bpcli.training.polynomials.fitting.SAMPLE", 200)
    monkeypatch.setattr("bpcli.training.polynomials.fit.SAMPLE", 200)
    kept = Kept(("x", "y"))
    for start in range(0, 1000, 64):
        kept.add([X[start : start + 64], DATA["y"][start : start + 64]])
    fitting = Fitting(kept, 5)
    for _ in fitting:
        pass
    found = fitting.fit
    assert found.parameters == pytest.approx(careful.parameters, rel=1e-9)
    assert found.standard_errors == pytest.approx(careful.standard_errors, rel=1e-9)
    assert (found.rss, found.r2) == pytest.approx((careful.rss, careful.r2), rel=1e-12)
    assert found.reference is not None and found.reference.gap < 1e-9
    assert len(found.x) == 200 and found.ranges == careful.ranges


def test_a_weight_counts_a_row_as_often() -> None:
    """Weights 1, 2 and 3 are the rows written once, twice and three times (by definition)."""
    x, y, w = np.arange(6.0), np.array([1.0, 3, 2, 5, 4, 7]), np.array([1.0, 2, 3, 1, 2, 3])
    weighted = fit(x, y, 2, weights=w)
    repeated = fit(np.repeat(x, w.astype(int)), np.repeat(y, w.astype(int)), 2)
    assert weighted.parameters == pytest.approx(repeated.parameters, rel=1e-12)
    assert (weighted.rss, weighted.r2, weighted.rmse) == pytest.approx(
        (repeated.rss, repeated.r2, repeated.rmse), rel=1e-12
    )
    # The errors know of six rows, not of twelve: s^2 is over 6 - 3 degrees of freedom instead of 12 - 3.
    errors = np.array(list(weighted.standard_errors.values()))
    assert errors == pytest.approx(np.array(list(repeated.standard_errors.values())) * math.sqrt(9 / 3), rel=1e-9)


def test_errors_of_the_scaled_coefficients_belong_to_them() -> None:
    """On the orthogonal basis, of mean square 1, each error is s/sqrt(n) (by hand: R'R = n I)."""
    x = np.exp(np.linspace(-4, 4, 60))
    found = fit(x, np.sin(x), 8)
    assert found.basis.kind == polynomial.ORTHOGONAL
    deviation = math.sqrt(found.rss / found.freedom)
    assert list(found.scaled_errors.values()) == pytest.approx([deviation / math.sqrt(60)] * 9, rel=1e-9)


@pytest.mark.parametrize(
    ("x", "y", "degree", "kinds"),
    [
        ([1, 2, 3, 4], [1, 3, 2, 5], 1, []),
        ([1, 1, 2], [1, 2, 3], 5, ["fit-not-unique"]),
        ([1, 2, 3], [1, 3, 2], 2, ["fit-no-freedom"]),
        ([1, 2, 3, 4], [5, 5, 5, 5], 1, ["fit-constant-y"]),
        ([2, 2, 2], [5, 4, 3], 1, ["fit-not-unique", "fit-constant-x"]),
        ([2, 2, 2], [5, 4, 3], 0, []),
    ],
)
def test_what_to_mind_is_said_as_data(x: list[float], y: list[float], degree: int, kinds: list[str]) -> None:
    assert [note.kind for note in fit(x, y, degree).warnings] == kinds


def test_points_outside_of_the_data_are_counted() -> None:
    found = fit([1, 2, 3, 4], [1, 3, 2, 5], 1)
    assert found.beyond([1.0, 2.5, 4.0]) == []
    (note,) = found.beyond([0.0, 2.5, 9.0])
    assert (note.kind, note.facts) == ("fit-extrapolation", {"count": 2, "low": 1.0, "high": 4.0})


@pytest.mark.parametrize("degree", [10, 15, 20])
def test_a_high_degree_is_boring(degree: int) -> None:
    """Against the values of the polynomial of least squares at the points, by an orthogonal basis and QR."""
    x = np.linspace(1990, 2020, 400)
    y = np.sin((x - 1990) / 3) + 0.001 * x
    found = fit(x, y, degree)
    columns = polynomial.orthogonal(x, degree).columns(x)
    best = columns @ np.linalg.lstsq(columns, y, rcond=None)[0]
    assert found.stopped == CONVERGED
    assert found.steps <= 400
    assert found.predict(x) == pytest.approx(best, abs=1e-12)
    # Powers of 2000 cancel beyond 16 digits, which is told of the printed form alone; NumPy's Horner is as far off.
    assert [note.kind for note in found.warnings] == ["fit-powers"]
    assert np.max(np.abs(np.polynomial.polynomial.polyval(x, [*found.parameters.values()]) - best)) > 1e-3
