"""Constants elsewhere, fitted as what a model means by them."""

from __future__ import annotations

import numpy as np
import pytest

from bpcli.api.fits import fit


def test_a_time_constant_is_found():
    x = np.linspace(0, 6, 40)
    found = fit(x, 3 * np.exp(-x / 1.7) + 0.4, model="a*exp(-x/tau) + c").parameters
    assert found == pytest.approx({"a": 3.0, "tau": 1.7, "c": 0.4}, rel=1e-9)  # what the data were made with


@pytest.mark.parametrize(
    ("model", "more", "told"),
    [
        ("a*exp(-x/tau)", (), "tau is a parameter here, not 2*pi: --hold tau=6.283185307179586"),
        ("a*e^(b*x)", (), "e is Euler's number here"),
        ("a*exp(-x/tau)", ("--hold", "tau=2"), ""),
        ("a*exp(-x/tau)", ("--init", "tau=2"), ""),
    ],
)
def test_the_report_says_what_was_taken_as_what(run, tmp_path, model, more, told):
    path = tmp_path / "data.csv"
    path.write_text("x,y\n" + "".join(f"{x},{2 * 2.0**-x}\n" for x in range(8)))
    shown = run("fit", str(path), "--model", model, *more)
    assert shown.code == 0
    assert told in shown.out
    if not told:
        assert "parameter here" not in shown.out
