"""Where a way down ends without a minimum: below steps, to which no gradient comes back, and at the edge of values."""

from __future__ import annotations

import numpy as np
import pytest

from bpcli.api.fits import fit
from bpcli.calculus.sweeps import sloped
from bpcli.language.reader import parse
from bpcli.render.trainings.results import stop_line
from bpcli.training.models.model import read_model

STEPPED = [
    ("where(x < k, a*x, b)", ("k",)),
    ("a*floor(b*x) + c", ("b",)),
    ("floor(a*x)", ("a",)),
    ("where(x < k, a*x, k)", ()),  # k is what is predicted, too
    ("max(a*x, k)", ()),
    ("relu(a*x + b)", ()),
    ("f(u) = round(u); surrogate d f/du = 1; f(a*x)", ()),
    ("detach(a)*x + b", ()),  # cut, which is said otherwise
]


@pytest.mark.parametrize(("text", "names"), STEPPED)
def test_parameters_that_no_gradient_reaches_are_known(text: str, names: tuple[str, ...]) -> None:
    assert read_model(text, ["x", "y"]).stepped == names


def test_a_path_with_slopes_is_found_beside_a_step() -> None:
    program = parse("floor(a)*b + a")
    marks = sloped(program.graph, program.output)
    assert all(marks[program.names[name]] for name in "ab")


def test_a_break_between_two_lines_is_found_by_tries() -> None:
    """5 - x below 4 and 1 above, 40 rows without noise: any break between the rows at 3.95 and 4.05 is exact."""
    x = np.arange(40) / 10 + 2.05
    found = fit({"x": x, "y": np.where(x < 4, 5 - x, 1.0)}, model="where(x < k, a*x + b, c)")
    assert found.r2 > 0.9
    k = found.parameters["k"]
    kinds = {note.kind: note.facts for note in found.notes}
    assert kinds["stepped"] == {"name": "k", "value": k}
    assert "flat" not in kinds
    held = fit({"x": x, "y": np.where(x < 4, 5 - x, 1.0)}, model="where(x < k, a*x + b, c)", hold={"k": 4})
    assert held.parameters == pytest.approx({"a": -1, "b": 5, "c": 1})


def test_the_edge_of_where_a_model_has_values_is_no_corner() -> None:
    """y falls, and x = 0 has no power below 0: the exponent comes to 0 and cannot go on; without that row it is -1."""
    x = np.arange(0.0, 9.0)
    y = 3 / np.maximum(x, 0.5)
    found = fit({"x": x, "y": y}, model="a*x^b")
    assert found.stopped == "stuck"
    (edge,) = [note.facts for note in found.notes if note.kind == "edge"]
    assert edge == {"count": 1, "rows": 9, "values": "x = 0"}
    assert "no finite value" in stop_line(found)
    whole = fit({"x": x[1:], "y": y[1:]}, model="a*x^b")
    assert whole.parameters == pytest.approx({"a": 3, "b": -1})
    assert "edge" not in [note.kind for note in whole.notes]
