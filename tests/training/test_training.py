"""Training as a whole: what is chosen, when it stops, what is remembered, and that nothing is painted."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from bpcli.api.fits import fit
from bpcli.errors import InputError
from bpcli.training.loop.turns import Past
from bpcli.training.loop.watch import Watch
from bpcli.training.models.narrowed import Scale
from bpcli.training.outcomes.outcome import Outcome
from bpcli.training.setting import Setting
from bpcli.training.stored.saved import Saved, saved_training, write_model
from bpcli.training.training import Training

NEURON = Setting("(w*x + b - t)^2", True, start={"w": 2.0, "b": -1.0}, constants={"x": 3.0, "t": 10.0})
T = np.linspace(0, 8, 33)
DECAY = {"t": T, "y": 3 * np.exp(-0.5 * T) + 0.4 + 0.05 * np.sin(7 * T)}
MODEL = Setting("a*exp(-b*t) + c", start={"a": 1.0, "b": 1.0, "c": 0.0})


def finished(setting, columns=None, **more):
    training = Training(setting, {} if columns is None else columns, **more)
    turns = list(training)
    return training, turns


def test_one_neuron_descends_as_by_hand():
    """Rate 0.01: loss 25, 16, 10.24, 6.5536 (factor 0.64); after one step (2.3, -0.9)."""
    training, turns = finished(NEURON._replace(rate=0.01, steps=3))
    assert [turn.loss for turn in turns] == pytest.approx([25, 16, 10.24, 6.5536], rel=1e-12)
    assert turns[1].parameters.tolist() == pytest.approx([2.3, -0.9], rel=1e-15)
    assert training.outcome.stopped == "step limit"
    assert training.outcome.largest_rate == pytest.approx(0.1)


def test_the_rate_from_the_curvature_solves_one_neuron_in_one_step():
    training, turns = finished(NEURON)
    assert training.outcome.rate == pytest.approx(0.05)
    assert turns[1].parameters.tolist() == pytest.approx([3.5, -0.5], rel=1e-14)
    assert (training.outcome.stopped, training.outcome.reason) == ("converged", "one place")


@pytest.mark.parametrize(("steps", "stopped"), [(10_000, "bouncing"), (5, "step limit")])
def test_at_the_limit_it_bounces_and_says_so(steps, stopped):
    training, turns = finished(NEURON._replace(rate=0.1, steps=steps))
    assert {turn.loss for turn in turns} == {25.0}
    assert training.outcome.stopped == stopped
    (note,) = [note for note in training.outcome.notes if note.kind == "bouncing"]
    assert note.facts["largest"] == pytest.approx(0.1)


@pytest.mark.parametrize("rate", [0.101, 0.11, 0.5, 1e6])
def test_above_the_limit_it_stops_within_a_few_steps_and_names_the_limit(rate):
    training, turns = finished(NEURON._replace(rate=rate))
    assert training.outcome.stopped == "diverged"
    assert len(turns) <= 10
    (note,) = [note for note in training.outcome.notes if note.kind == "diverged"]
    assert note.facts["largest"] == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("setting", "optimizer", "reason"),
    [
        (Setting("a + b*t"), "sgd", "quadratic"),
        (Setting("a + b*(t + 1e4)"), "levenberg-marquardt", "quadratic steep"),
        (Setting("a*exp(-b*t)"), "levenberg-marquardt", "least squares"),
        (Setting("a*exp(-b*t)", loss="mae"), "lbfgs", "smooth"),
        (Setting("a*exp(-b*t)", rate=0.1, start={"a": 1.0, "b": 1.0}), "sgd", "stepwise"),
        (Setting("a*t", optimizer="adam"), "adam", ""),
    ],
)
def test_the_optimizer_follows_from_the_loss(setting, optimizer, reason):
    choice = Training(setting._replace(steps=2000), DECAY).choice
    assert (choice.optimizer, choice.reason) == (optimizer, reason)


@pytest.mark.parametrize("optimizer", ["auto", "sgd", "momentum", "nesterov", "adam", "adamw", "rmsprop", "adagrad",
                                       "lbfgs", "levenberg-marquardt"])  # fmt: skip
def test_every_optimizer_comes_near_the_least_squares_of_a_line(optimizer):
    rates = {"adam": 0.1, "adamw": 0.1, "rmsprop": 0.01, "adagrad": 1.0}
    setting = Setting("a + b*x", optimizer=optimizer, rate=rates.get(optimizer), steps=3000)
    x = np.linspace(-1, 1, 21)
    columns = {"x": x, "y": 2 - 3 * x + 0.1 * np.cos(9 * x)}
    training, _ = finished(setting, columns)
    slope = float(x @ columns["y"] / (x @ x))
    # adamw pulls towards 0 on purpose; rmsprop and adam keep swinging by a part of their rate.
    close = {"adamw": 0.02, "adam": 0.01, "rmsprop": 0.01}.get(optimizer, 1e-6)
    assert training.outcome.parameters["b"] == pytest.approx(slope, abs=abs(slope) * close)


def test_every_loss_that_is_shown_was_computed_at_its_step():
    """Replayed in NumPy: batches by their indices, the full loss elsewhere."""
    training, turns = finished(MODEL._replace(optimizer="adam", rate=0.05, batch=8, steps=30, seed=5), DECAY)
    for turn in turns:
        a, b, c = turn.parameters
        t, y = DECAY["t"][turn.rows], DECAY["y"][turn.rows]
        assert turn.loss == pytest.approx(np.mean((a * np.exp(-b * t) + c - y) ** 2), rel=1e-12)
    assert [loss for _, loss in training.outcome.losses] == [turn.loss for turn in turns]


def test_an_epoch_sees_every_row_once_and_the_seed_decides_the_order():
    _, turns = finished(MODEL._replace(rate=0.01, batch=8, steps=4), DECAY)
    assert sorted(int(row) for turn in turns for row in turn.rows) == [*range(33)]
    first, again, other = (
        [turn.loss for turn in finished(MODEL._replace(rate=0.01, batch=8, steps=9, seed=seed), DECAY)[1]]
        for seed in (1, 1, 2)
    )
    assert first == again and first != other


def test_the_sum_over_a_batch_is_its_mean_times_its_size():
    mean, total = (finished(MODEL._replace(rate=0.001, batch=8, steps=1, reduce=reduce), DECAY)[1][0]
                   for reduce in ("mean", "sum"))  # fmt: skip
    assert total.loss == pytest.approx(8 * mean.loss)
    assert total.gradient == pytest.approx(8 * mean.gradient)


def test_clipping_and_schedule_are_applied_to_the_step():
    _, turns = finished(NEURON._replace(rate=0.01, clip="1", schedule="step:1:0.5", steps=2))
    # Golden: (-30, -10) clipped to norm 1 is (-0.948683, -0.316228).
    assert turns[0].used == pytest.approx([-0.948683, -0.316228], abs=1e-6)
    assert turns[0].step == pytest.approx([0.00948683, 0.00316228], abs=1e-8)
    assert turns[1].rate == pytest.approx(0.005)


def test_early_stopping_returns_the_parameters_of_the_best_validation():
    generator = np.random.default_rng(0)
    x = np.linspace(-1, 1, 24)
    columns = {"x": x, "y": np.sin(3 * x) + generator.normal(0, 0.4, 24)}
    text = "+".join(f"c{order}*cos({order}*acos(x))" for order in range(15))
    start = {f"c{order}": 0.0 for order in range(15)}
    setting = Setting(text, start=start, optimizer="lbfgs", share=0.3, seed=2, patience=20)
    training, turns = finished(setting, columns)
    outcome = training.outcome
    assert (outcome.rows_used, outcome.rows_held_out) == (17, 7)
    best = min(outcome.validations, key=lambda each: each[1])
    assert outcome.final_validation == best[1] < outcome.validations[-1][1]
    at = np.array([*outcome.parameters.values()])
    assert at.tolist() == turns[best[0]].parameters.tolist()
    assert training.validation.value(at) == best[1]


PLANS = [
    {"optimizer": "adam", "rate": 0.05, "batch": 7, "share": 0.2, "seed": 3},
    {"optimizer": "momentum", "rate": 0.01, "decay": 0.01},
    {"optimizer": "rmsprop", "clip": "0.5", "schedule": "cosine", "warmup": 4},
    {"optimizer": "lbfgs"},
    {"optimizer": "levenberg-marquardt"},
    {"optimizer": "sgd", "rate": 0.02, "dtype": "float16", "scale": "dynamic:65536:3"},
]


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan["optimizer"])
def test_a_training_that_was_interrupted_goes_on_to_the_same_numbers(plan, tmp_path):
    """Stored after a few steps as JSON, read again: bit for bit what one run does."""
    setting = MODEL._replace(steps=12, **plan)
    whole, turns = finished(setting, DECAY)
    part = Training(setting, DECAY)
    for turn in part:
        if turn.number == min(4, len(turns) - 2):
            break
    part.interrupt()
    assert part.outcome.stopped == "interrupted"
    path = tmp_path / "m.json"
    write_model(str(path), saved_training(part, part.names))
    stored = Saved(json.loads(path.read_text()))
    rest, more = finished(stored.setting, DECAY, past=stored.past, start=stored.start, choice=stored.choice)
    assert rest.outcome.parameters == whole.outcome.parameters
    assert [turn.loss for turn in more] == [turn.loss for turn in turns][more[0].number :]
    assert rest.outcome.stopped == whole.outcome.stopped


def test_a_scale_that_overflows_is_halved_until_it_does_not_and_grows_again():
    """float16 ends at 65504: the first slope is -10 * scale, so 65536 halves five times, to 2048 (3 * 10 * 2048)."""
    training, turns = finished(NEURON._replace(rate=0.01, dtype="float16", scale="dynamic:65536:3", steps=12))
    assert [turn.scale for turn in turns[:6]] == [65536, 32768, 16384, 8192, 4096, 2048]
    assert [turn.overflow for turn in turns[:6]] == [True] * 5 + [False]
    assert all(turn.loss == 25 for turn in turns[:6])
    assert turns[6].loss < 25 and turns[8].scale == 4096
    assert math.isfinite(training.outcome.final_loss)


def test_without_a_scale_small_gradients_of_float16_are_lost():
    """Golden: float16(1e-8) is 0."""
    tiny = Setting("(w*x)^2", True, start={"w": 1e-4}, constants={"x": 1e-2}, rate=1.0, steps=1, dtype="float16")
    assert finished(tiny)[1][0].gradient.tolist() == [0.0]
    (slope,) = finished(tiny._replace(scale="32768"))[1][0].gradient
    assert slope == pytest.approx(2e-8, rel=0.3)


def test_a_scale_changes_as_it_says():
    scale = Scale(8.0, 2)
    assert scale.after(True) == Scale(4.0, 2)
    assert scale.after(False).after(False) == Scale(16.0, 2)
    assert Scale(8.0).after(True) == Scale(8.0)


def test_standard_errors_are_those_of_the_textbook():
    """y = k0 + k1 x: s^2 = rss/(n-2), se(k1) = s/sqrt(Sxx), by hand in test_fitting; here by the same formula."""
    x, y = np.array([1.0, 2, 3, 4, 5]), np.array([1.1, 1.9, 3.2, 3.9, 5.1])
    found = fit(x, y, model="a + b*x", optimizer="levenberg-marquardt")
    deviation = math.sqrt(found.rss / 3)
    assert found.standard_errors["b"] == pytest.approx(deviation / math.sqrt(10), rel=1e-9)
    assert found.standard_errors["a"] == pytest.approx(deviation * math.sqrt(1 / 5 + 9 / 10), rel=1e-9)


def kinds(found: Outcome) -> list[str]:
    return [note.kind for note in found.notes]


def test_what_to_mind_is_said():
    x = [1.0, 2, 3, 4]
    assert "case" in kinds(fit({"T": x, "y": [1, 2, 3, 5]}, model="a*t + b"))
    assert "no column" in kinds(fit({"T": x, "y": [1, 2, 3, 5]}, model="a*t + b"))
    assert "constant column" in kinds(fit([2.0] * 4, [1, 2, 3, 4], model="a*x"))
    assert "constant target" in kinds(fit(x, [5.0] * 4, model="a + b*x"))
    assert "few rows" in kinds(fit([1, 2], [1, 2], model="a + b*x + c*x^2"))
    assert "dependent" in kinds(fit(x, [1, 2, 3, 5], model="a*b*x", init={"a": 1.0, "b": 1.0}))
    assert "idle" in kinds(fit(x, [1, 2, 3, 5], model="a*x + 0*detach(b)", init={"b": 0.5}))


def test_a_formula_with_few_digits_still_draws_the_curve():
    x = np.linspace(2000, 2010, 11)
    found = fit(x, (x - 2005) ** 2, model="a + b*x + c*x^2", optimizer="levenberg-marquardt")
    from bpcli.training.models.compiled import MeanLoss

    loss = MeanLoss(found.model, {"x": x, "y": (x - 2005) ** 2})
    text = found.rounded(4, loss).removeprefix("y = ")
    from bpcli.api.points import grad

    values = np.array([grad(text, x=each).value for each in x])
    assert values == pytest.approx((x - 2005) ** 2, abs=0.01)


@pytest.mark.parametrize(
    ("setting", "kind"),
    [
        (Setting("a*t", optimizer="sdg"), "unknown-optimizer"),
        (Setting("a*t", start={"b": 1.0}), "not-in-model"),
        (Setting("a*t", optimizer="lbfgs", batch=4), "not-with-search"),
        (Setting("a*t", loss="mae", optimizer="levenberg-marquardt"), "no-least-squares"),
        (Setting("t"), "nothing-to-fit"),
        (Setting("a*t", dtype="float8", rate=0.1), "unknown-dtype"),
    ],
)
def test_what_does_not_go_together_is_refused(setting, kind):
    with pytest.raises(InputError) as refused:
        Training(setting, DECAY)
    assert refused.value.kind == kind


def test_a_past_is_plain_data():
    assert Past(0, np.zeros(1), None, Watch(), Scale()).watch.reason(False, None) == "diverged"
    assert Watch().after(1.0, 1.0, False).reason(False, None) == ""
