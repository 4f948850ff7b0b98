"""Optimizers, schedules and clipping, beside PyTorch and beside arithmetic by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bpcli.errors import InputError
from bpcli.training.loop.clipping import clip_of
from bpcli.training.loop.schedules import schedule_of
from bpcli.training.optimizers import FIRST_ORDER, adam

# Made by torch_steps.py with torch 2.13.
GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "optimizers.json").read_text())


def slope(w):
    """The gradient of (2 w1 + w2 - 3)^2 + 0.1 w1^4, by hand."""
    error = 2 * w[0] + w[1] - 3
    return np.array([4 * error + 0.4 * w[0] ** 3, 2 * error])


@pytest.mark.parametrize("case", sorted(GOLDEN["steps"]))
def test_the_first_steps_are_those_of_pytorch(case):
    name, decay = case.split()
    optimizer = FIRST_ORDER[name](0.02, float(decay))
    weights = np.array([0.5, -1.0])
    state = optimizer.init(weights)
    for expected in GOLDEN["steps"][case]:
        assert weights == pytest.approx(expected, rel=1e-12, abs=1e-12)
        step, state = optimizer.update(slope(weights), state, weights)
        weights = weights + step


@pytest.mark.parametrize("name", sorted(FIRST_ORDER))
def test_an_update_changes_nothing_that_it_was_given(name):
    optimizer = FIRST_ORDER[name](0.1, 0.1)
    weights, gradient = np.array([1.0, -2.0]), np.array([3.0, 4.0])
    state = optimizer.init(weights)
    first, after = optimizer.update(gradient, state, weights)
    second, _ = optimizer.update(gradient, state, weights)
    assert first.tolist() == second.tolist()
    assert (weights.tolist(), gradient.tolist()) == ([1, -2], [3, 4])
    assert after is not state


def test_the_first_steps_of_adam_on_one_neuron_are_the_rate():
    """Golden: after one step (2.001, -0.999) and loss 24.96001600; after the third 24.88014706."""
    optimizer = adam(1e-3)
    weights = np.array([2.0, -1.0])
    state = optimizer.init(weights)
    losses = []
    for _ in range(3):
        error = 3 * weights[0] + weights[1] - 10
        step, state = optimizer.update(np.array([6 * error, 2 * error]), state, weights)
        weights = weights + step
        losses.append((3 * weights[0] + weights[1] - 10) ** 2)
    assert losses[0] == pytest.approx(24.96001600, abs=5e-9)
    assert losses[2] == pytest.approx(24.88014706, abs=5e-9)


@pytest.mark.parametrize("text", sorted(GOLDEN["schedules"]))
def test_schedules_are_those_of_pytorch(text):
    schedule = schedule_of(text, 0.3, 10)
    assert [schedule(number) for number in range(10)] == pytest.approx(GOLDEN["schedules"][text], rel=1e-12)


def test_a_schedule_reaches_the_optimizer():
    optimizer = FIRST_ORDER["sgd"](schedule_of("step:1:0.5", 0.2, 9, warmup=2), 0.0)
    state = optimizer.init(np.zeros(1))
    steps = []
    for _ in range(3):
        step, state = optimizer.update(np.array([1.0]), state, np.zeros(1))
        steps.append(step[0])
    # By hand: 0.2/2, 0.2*0.5*2/2, 0.2*0.25.
    assert steps == pytest.approx([-0.1, -0.1, -0.05], rel=1e-15)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", [-0.9486832980505138, -0.31622776601683794]),  # by hand: divided by sqrt(1000)
        ("norm:1", [-0.9486832980505138, -0.31622776601683794]),
        ("value:15", [-15, -10]),
        ("100", [-30, -10]),
    ],
)
def test_a_gradient_is_clipped_by_its_norm_or_by_value(text, expected):
    assert clip_of(text).cut(np.array([-30.0, -10.0])) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("text", ["", "0", "-1", "inf", "nan", "length:1", ":1", "value:"])
def test_what_is_no_clipping_is_refused(text):
    with pytest.raises(InputError) as refused:
        clip_of(text)
    assert refused.value.kind == "clip-unknown"


@pytest.mark.parametrize("text", ["", "linear", "step:0", "step:2:0", "step:2:0.5:1", "cosine:3", "step:x"])
def test_what_is_no_schedule_is_refused(text):
    with pytest.raises(InputError) as refused:
        schedule_of(text, 0.1, 100)
    assert refused.value.kind == "unknown-schedule"
