"""Programs over tensors give the loss and the gradients that PyTorch and JAX give, stored in golden/tensors.json."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bpcli.engine.point import gradient
from bpcli.language.reader import parse
from engine.tensor_programs import PROGRAMS, inputs_of

GOLDEN = json.loads((Path(__file__).resolve().parents[1] / "golden" / "tensors.json").read_text())


def test_every_program_has_its_numbers():
    assert {*GOLDEN} == {*PROGRAMS}
    assert len(PROGRAMS) >= 60
    assert sum("jax" in entry["origin"] for entry in GOLDEN.values()) >= 50


@pytest.mark.parametrize("name", PROGRAMS)
def test_loss_and_gradient_are_those_of_others(name):
    text, shapes = PROGRAMS[name]
    golden = GOLDEN[name]
    point = gradient(parse(text), inputs_of(shapes))
    assert point.value == pytest.approx(golden["loss"], rel=1e-12, abs=1e-12)
    assert {*point.gradient} == {*golden["gradient"]}
    for variable, slope in point.gradient.items():
        theirs = np.array(golden["gradient"][variable]).reshape(shapes[variable])
        assert np.shape(slope) == shapes[variable]
        assert np.max(np.abs(slope - theirs)) <= 1e-10 * np.max(np.abs(theirs))


def test_a_frugal_gradient_lets_adjoints_go_that_nobody_asked_for():
    text, shapes = PROGRAMS["relu network"]
    program = parse(text)
    point = gradient(program, inputs_of(shapes), ["W1", "b2"], frugal=True)
    held = [node for node, slope in enumerate(point.adjoints) if slope is not None]
    assert held == sorted(program.names[name] for name in ("W1", "b2"))
    recorded = gradient(program, inputs_of(shapes), ["W1", "b2"])
    assert recorded.adjoints[program.names["h"]].shape == (4, 5)
    assert all(np.array_equal(recorded.gradient[name], point.gradient[name]) for name in ("W1", "b2"))


def test_gradients_are_arrays_of_their_own():
    point = gradient(parse("sum(a + b)"), {"a": np.ones(2), "b": np.ones(2)})
    point.gradient["a"][0] = 5
    assert point.gradient["b"].tolist() == [1, 1]
