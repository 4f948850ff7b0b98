"""Frequencies are found before a fit begins: what the data were made with comes back."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bpcli.api.fits import fit
from bpcli.training.choices.frequencies import frequencies_in, spectrum_peaks
from bpcli.training.models.model import read_model


def wave(rows, periods, width=1.0, uneven=False):
    """t and 1.7*sin(2*pi*periods*t/width + 0.6) with noise of 0.1."""
    random = np.random.default_rng(5)
    t = np.sort(random.uniform(0, width, rows)) if uneven else np.linspace(0, width, rows)
    return t, 1.7 * np.sin(2 * math.pi * periods * t / width + 0.6) + 0.1 * random.normal(size=rows)


@pytest.mark.parametrize(
    ("rows", "periods", "width", "uneven", "model", "name", "expected"),
    [
        (1000, 50, 1.0, False, "A*sin(2*pi*f*t + p)", "f", 50),
        (1000, 50, 1.0, False, "A*sin(2*pi*t/P + p)", "P", 0.02),
        (100, 10, 10.0, False, "A*sin(w*t + p)", "w", 2 * math.pi),
        (100, 25, 10.0, False, "A*cos(w*(t - s)) + c", "w", 5 * math.pi),
        (100, 40, 10.0, False, "A*sin(w*t) + B*cos(w*t) + c + d*t", "w", 8 * math.pi),
        (300, 60, 1.0, True, "A*exp(-b*t)*sin(2*pi*f*t + p)", "f", 60),
        (20_000, 3000, 1.0, False, "A*sin(2*pi*f*t + p)", "f", 3000),
        (80, 0.5, 1.0, False, "A*sin(2*pi*f*t + p)", "f", 0.5),
    ],
)
def test_a_fit_finds_the_frequency_that_the_data_were_made_with(rows, periods, width, uneven, model, name, expected):
    t, y = wave(rows, periods, width, uneven)
    found = fit({"t": t, "y": y}, model=model)
    assert abs(found.parameters[name]) == pytest.approx(expected, rel=0.05 if periods < 1 else 2e-3)
    assert found.r2 > 0.98  # the noise is 0.1/1.2 of the spread of the wave


def test_two_frequencies_are_found_together():
    t = np.linspace(0, 10, 400)
    y = np.sin(7 * t + 1) + 0.5 * np.sin(19 * t)
    found = fit({"t": t, "y": y}, model="A*sin(w*t + p) + B*sin(v*t + q)").parameters
    assert sorted(abs(found[name]) for name in "wv") == pytest.approx([7, 19], rel=1e-6)


def test_only_what_alone_decides_the_frequency_is_one():
    columns = ["t", "y"]
    for text, expected in [
        ("A*sin(w*t + p)", ["w"]),
        ("A*sin(t/T + p)", ["T"]),
        ("sin(u*v*t)", []),
        ("sin(a*t^2)", []),
        ("a*t + sin(b)", []),
        ("sin(w*t) + cos(w*t)", ["w"]),
    ]:
        model = read_model(text, columns)
        found = frequencies_in(model, range(len(model.parameters)))
        assert [model.parameters[each.place] for each in found] == expected, text


def test_a_spectrum_of_nothing_has_no_peaks():
    assert spectrum_peaks(np.zeros(5), np.arange(5.0)) == []
    assert spectrum_peaks(np.array([1.0, 2.0]), np.array([1.0, 2.0])) == []


def test_a_minimum_that_explains_hardly_anything_is_told_as_perhaps_local():
    t = np.linspace(0, 1, 400)
    random = np.random.default_rng(2)
    noise = random.normal(size=400)
    kinds = [note.kind for note in fit({"t": t, "y": noise}, model="a*exp(-b*t) + c").notes]
    assert "local minimum" in kinds
    given = fit({"t": t, "y": noise}, model="a*exp(-b*t) + c", init={"a": 0.1, "b": 1, "c": 0})
    assert "local minimum" not in [note.kind for note in given.notes]
    linear = fit({"t": t, "y": noise}, model="a*t + c")  # has one minimum
    assert "local minimum" not in [note.kind for note in linear.notes]


def test_one_row_far_away_does_not_make_a_robust_fit_a_local_minimum():
    """2 + 3x to the last digit but one row: a robust loss goes by the others. Of noise it is said still."""
    x = np.linspace(0, 1, 40)
    y = 2 + 3 * x
    y[7] = 100
    for loss in ("huber", "mae"):
        found = fit({"x": x, "y": y}, model="a*x + b", loss=loss)
        assert found.r2 < 0.1
        assert found.parameters == pytest.approx({"a": 3, "b": 2}, abs=0.1)
        assert "local minimum" not in [note.kind for note in found.notes]
    t, noise = np.linspace(0, 1, 400), np.random.default_rng(2).normal(size=400)
    kinds = [note.kind for note in fit({"x": t, "y": noise}, model="a*exp(-b*x) + c", loss="huber").notes]
    assert "local minimum" in kinds


def test_a_fit_that_is_no_better_than_the_mean_explains_nothing():
    """The mean of 2, 3, 2.5 and 2.1 is 2.4; all stand at one place, so that there is nothing else to say."""
    found = fit([1, 1, 1, 1], [2, 3, 2.5, 2.1], 1)
    assert (found.r2, found.parameters["k0"]) == (0, pytest.approx(2.4))
    assert fit({"x": [1.0, 2, 3, 4], "y": [2, 3, 2.5, 2.1]}, model="0*x + c").r2 == 0
