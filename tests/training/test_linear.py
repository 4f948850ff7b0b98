"""Models that are linear in their parameters, several columns at once: NIST's sets, and what is not determined."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
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


X, Y = np.arange(1.0, 7.0), np.array([2.1, 3.9, 6.2, 7.8, 10.1, 12.2])
# Model -> names that only together are determined, how many are to be given, how many others have errors.
DEPENDENT = [
    ("a*b*x", ["a", "b"], 1, 0),
    ("a*x + b*x + c", ["a", "b"], 1, 1),
    ("a*x + b*x + c*x^2 + d*x^2 + f", ["a", "b", "c", "d"], 2, 1),
    ("exp(a + b)*x + c", ["a", "b"], 1, 1),
    ("a*x + b*(x - 1) + c", ["a", "b", "c"], 1, 0),
]


@pytest.mark.parametrize(("model", "names", "count", "known"), DEPENDENT)
def test_parameters_that_only_together_are_determined_are_named(model, names, count, known):
    found = bpcli.fit(X, Y, model=model)
    (note,) = [note for note in found.notes if note.kind == "dependent"]
    assert (found.stopped, note.facts["names"], note.facts["count"]) == ("converged", ", ".join(names), count)
    errors = found.standard_errors
    assert {name for name, error in errors.items() if error != error} == {*names}
    assert len(errors) - len(names) == known
    # What is advised does what it promises: with these given, all others are determined.
    pairs = [word.split("=") for word in str(note.facts["example"]).split() if "=" in word]
    assert len(pairs) == count
    held = bpcli.fit(X, Y, model=model, hold={name: float(value) for name, value in pairs})
    assert not any(error != error for error in held.standard_errors.values())
    assert held.rss == pytest.approx(found.rss)


def test_what_is_determined_beside_them_is_as_certain_as_without_them():
    """c of a*x + b*x + c is c of a*x + c: the same value, error and degrees of freedom."""
    double, single = bpcli.fit(X, Y, model="a*x + b*x + c"), bpcli.fit(X, Y, model="a*x + c")
    assert double.parameters["c"] == pytest.approx(single.parameters["c"], rel=1e-9)
    assert double.standard_errors["c"] == pytest.approx(single.standard_errors["c"], rel=1e-9)
    assert double.freedom == single.freedom == 4


def test_a_parameter_that_runs_off_is_named_and_nothing_is_certain():
    """tanh is nearest to a straight line where it is infinitely wide and high."""
    found = bpcli.fit(X, Y, model="a*tanh(b*x)", steps=300)
    assert found.stopped == "step limit"
    kinds = {note.kind: note.facts for note in found.notes}
    assert kinds["valley"]["names"] == "a, b"
    assert "not converged" in kinds
    assert all(error != error for error in found.standard_errors.values())


def test_who_gave_the_start_is_told_that_one_would_be_looked_for():
    found = bpcli.fit(X, Y, model="a*exp(b*x)", init={"a": 1, "b": 10})
    assert found.stopped == "stuck"
    assert any(note.kind == "not converged given" for note in found.notes)


@pytest.mark.parametrize("spread", [1, 3, 10, 20, 30, 1000])
def test_columns_that_are_nearly_alike_cost_no_digits(spread):
    """Held against numpy.linalg.lstsq; descent alone would seem to stand still long before it is there."""
    generator = np.random.default_rng(1)
    x = generator.normal(size=50)
    z = x + generator.normal(size=50) / spread
    y = 2 * x - z + 0.1 * generator.normal(size=50)
    found = bpcli.fit({"x": x, "z": z, "y": y}, model="p*x + q*z + r")
    wanted = np.linalg.lstsq(np.column_stack([x, z, np.ones(50)]), y, rcond=None)[0]
    assert found.stopped == "converged"
    assert [*found.parameters.values()] == pytest.approx(wanted, rel=1e-10)
