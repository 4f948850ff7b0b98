"""Models read: which name is what, and what the loss of a row is."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bpcli.api.fits import fit
from bpcli.api.points import evaluate
from bpcli.errors import InputError
from bpcli.training.choices.curvature import hessian, largest_curvature
from bpcli.training.choices.starts import linear_in
from bpcli.training.models.compiled import MeanLoss
from bpcli.training.models.losses import LOSSES
from bpcli.training.models.model import read_loss, read_model

COLUMNS = ("x", "y")


@pytest.mark.parametrize(
    ("text", "parameters", "target", "prediction"),
    [
        ("a*exp(-b*x) + c", ("a", "b", "c"), "y", "pred"),
        ("y = a*x", ("a",), "y", "pred"),
        ("y ~ a*x", ("a",), "y", "pred"),
        ("t = x/2; p = a*t + b", ("a", "b"), "y", "p"),
        ("x", (), "y", "pred"),
        ("a", ("a",), "y", "pred"),
        # Constants elsewhere: a time constant and a coefficient in a model, but e where it is raised, and pi.
        ("e*x", ("e",), "y", "pred"),
        ("a*exp(-x/tau) + c", ("a", "tau", "c"), "y", "pred"),
        ("a*exp(-x/τ)", ("a", "τ"), "y", "pred"),
        ("a*exp(-b*x) + d*exp(-e*x) + c", ("a", "b", "d", "e", "c"), "y", "pred"),
        ("a*e^(-b*x)", ("a", "b"), "y", "pred"),
        ("a*e**x", ("a",), "y", "pred"),
        ("a*x^e", ("a", "e"), "y", "pred"),
        ("a*sin(2*pi*x)", ("a",), "y", "pred"),
        ("tau = 3; a*x/tau", ("a",), "y", "pred"),
        ("pred*x", ("pred",), "y", "pred_"),
    ],
)
def test_names_of_columns_are_data_and_others_parameters(text, parameters, target, prediction):
    model = read_model(text, COLUMNS)
    assert (model.parameters, model.target, model.prediction) == (parameters, target, prediction)


def test_a_name_with_a_start_or_a_value_is_no_constant():
    assert read_model("e*x", COLUMNS, parameters=["e"]).parameters == ("e",)
    held = read_model("a*x + b", COLUMNS, constants={"b": 2.0})
    assert read_model("a*x/tau", COLUMNS, constants={"tau": 2.0}).parameters == ("a",)
    assert read_model("a*tau", ("tau", "y")).data == ("tau", "y")
    assert read_model("a*e^x", COLUMNS, parameters=["e"]).parameters == ("a", "e")
    assert read_loss("(a*x/tau - y)^2", COLUMNS).parameters == ("a", "tau")
    assert read_loss("a*tau").parameters == ("a",)  # no data: a formula as any other
    assert (held.parameters, held.constants) == (("a",), {"b": 2.0})


def test_another_column_can_be_the_target():
    model = read_model("a*y", COLUMNS, target="x")
    assert (model.target, model.data, model.loss_text) == ("x", ("y", "x"), "(pred - x)^2")
    assert read_model("x = a*y", COLUMNS).target == "x"


@pytest.mark.parametrize(
    ("text", "options", "kind"),
    [
        ("a*x + b*y", {}, "target-in-model"),
        ("x = 2; a*x", {}, "column-assigned"),
        ("y = a*x", {"target": "x"}, "two-targets"),
        ("a*x", {"loss": "(pred - z)^2"}, "unknown-in-loss"),
        ("[a, x]", {}, "several-losses"),
        ("a*(x", {}, "unclosed-bracket"),
    ],
)
def test_what_is_no_model_is_refused(text, options, kind):
    with pytest.raises(InputError) as refused:
        read_model(text, COLUMNS, **options)
    assert refused.value.kind == kind


# By hand, and for the last two from -log of the probability.
LOSS_VALUES = [
    ("mse", 3.0, 1.0, 4.0),
    ("mae", 3.0, 1.0, 2.0),
    ("huber", 1.5, 1.0, 0.125),
    ("huber", 4.0, 1.0, 2.5),
    ("bce", 0.25, 1.0, -math.log(0.25)),
    ("bce", 0.25, 0.0, -math.log(0.75)),
    ("bce", 1.0, 1.0, 0.0),
    ("cross_entropy", 2.0, 1.0, -math.log(1 / (1 + math.exp(-2)))),
    ("cross_entropy", 800.0, 0.0, 800.0),
]


@pytest.mark.parametrize(("name", "prediction", "target", "expected"), LOSS_VALUES)
def test_the_losses_have_the_values_of_their_definitions(name, prediction, target, expected):
    model = read_model("x", COLUMNS, loss=name)
    loss = MeanLoss(model, {"x": np.array([prediction]), "y": np.array([target])})
    assert loss.value(np.empty(0)) == pytest.approx(expected, rel=1e-14, abs=1e-15)


def test_every_loss_has_a_value_here():
    assert {name for name, *_ in LOSS_VALUES} == {*LOSSES}


def test_a_loss_of_ones_own_speaks_of_the_prediction_of_columns_and_of_what_the_model_assigns():
    model = read_model("m = a*x; p = m + b", ("x", "w", "y"), loss="w*abs(p - y) + m^2 + 0*pred")
    row = {"x": 2.0, "w": 0.5, "y": 1.0, "a": 3.0, "b": -1.0}
    loss = MeanLoss(model, {name: np.array([row[name]]) for name in model.data})
    at = np.array([row[name] for name in model.parameters])
    assert loss.value(at) == evaluate("0.5*abs(5 - 1) + 36").value


def test_a_loss_alone_knows_its_prediction_by_name():
    model = read_loss("p = w*x + b; L = (p - t)^2", ["x", "t"])
    assert (model.parameters, model.data, model.prediction) == (("w", "b"), ("x", "t"), "p")
    assert read_loss("(w*x - t)^2", ["x", "t"]).prediction == ""


@pytest.mark.parametrize(
    ("text", "squares"),
    [("(w - 1)^2", 1), ("3*(w - 1)^2", 3), ("(w - 1)^2/4", 0.25), ("u = w - 1; u*u", 1), ("abs(w)", None),
     ("-(w - 1)^2", None), ("(w - 1)^2 + w", None), ("(w - 1)^3", None)],
)  # fmt: skip
def test_a_square_is_recognized(text, squares):
    model = read_loss(text)
    assert (model.weight if model.residual is not None else None) == squares


def test_gradient_and_curvature_of_the_mean_loss_are_those_of_one_neuron():
    """By hand: w=2, b=-1 at x=3, t=10: loss 25, gradient (-30, -10), Hessian [[18, 6], [6, 2]], eigenvalues 20, 0."""
    loss = MeanLoss(read_loss("(w*x + b - t)^2", constants={"x": 3.0, "t": 10.0}), {})
    at = np.array([2.0, -1.0])
    value, gradient = loss(at)
    assert (value, gradient.tolist()) == (25.0, [-30.0, -10.0])
    assert hessian(loss, at).tolist() == [[18.0, 6.0], [6.0, 2.0]]
    assert largest_curvature(loss, at) == pytest.approx(20)


def test_the_gradient_over_rows_is_that_of_numpy():
    generator = np.random.default_rng(4)
    x, y = generator.normal(size=(2, 70_000))
    loss = MeanLoss(read_model("a*tanh(b*x)", COLUMNS), {"x": x, "y": y}, ridge=0.25)
    a, b = 1.5, -0.5
    value, gradient = loss(np.array([a, b]))
    error = a * np.tanh(b * x) - y
    assert value == pytest.approx(np.mean(error**2) + 0.25 * (a * a + b * b), rel=1e-12)
    expected = [2 * np.mean(error * np.tanh(b * x)), 2 * np.mean(error * a * x / np.cosh(b * x) ** 2)]
    assert gradient == pytest.approx(np.array(expected) + 0.5 * np.array([a, b]), rel=1e-10)
    total = MeanLoss(read_model("a*tanh(b*x)", COLUMNS), {"x": x, "y": y}, reduce="sum")
    assert total.value(np.array([a, b])) == pytest.approx(float(error @ error), rel=1e-12)


def test_a_product_with_the_hessian_is_the_difference_of_gradients():
    columns = {"x": np.linspace(0, 2, 9), "y": np.linspace(1, 0, 9)}
    loss = MeanLoss(read_model("a*exp(-b*x)", COLUMNS), columns, ridge=0.1)
    at, along, step = np.array([1.2, 0.7]), np.array([0.3, -1.0]), 1e-5
    difference = (loss(at + step * along)[1] - loss(at - step * along)[1]) / (2 * step)
    assert loss.product(at, along) == pytest.approx(difference, rel=1e-8)


@pytest.mark.parametrize(
    ("text", "linear"),
    [("a*exp(-b*x) + c", ["a", "c"]), ("a*b*x", ["a"]), ("sin(a*x)", []), ("a + b*x + c*x^2", ["a", "b", "c"])],
)
def test_parameters_in_which_a_model_is_linear_are_found(text, linear):
    model = read_model(text, COLUMNS)
    assert [model.parameters[place] for place in linear_in(model)] == linear


def test_a_parameter_that_nothing_depends_on_is_idle():
    assert read_model("a*x + 0*detach(b)", COLUMNS).idle == ("b",)


def test_from_python_y_is_what_is_predicted_whatever_columns_there_are():
    """By hand: y = 10*u whatever v is; without y the last column, v, is predicted."""
    columns = {"u": [1, 2, 3], "v": [1, 3, 4]}
    found = fit(columns, [10, 20, 30], model="a*u + b")
    assert (found.parameters["a"], found.parameters["b"]) == pytest.approx((10, 0), abs=1e-9)
    assert set(columns) == {"u", "v"}
    found = fit(columns, [5, 13, 18], model="a*u + b*v")
    assert (found.parameters["a"], found.parameters["b"]) == pytest.approx((2, 3), abs=1e-9)
    assert fit(columns, model="a*u + b").model.target == "v"
    assert fit({"u": [1, 2], "y": [7, 8]}, [2, 4], model="a*u").parameters["a"] == pytest.approx(2)


def test_from_python_warnings_have_one_name_and_steps_are_counted_from_0():
    found = fit({"x": [1, 2], "y": [3, 3]}, model="a*x")
    assert [note.kind for note in found.warnings] == ["constant target"]
    with pytest.raises(InputError, match="whole number from 0 on, not -1"):
        fit([1, 2], [3, 4], model="a*x", steps=-1)
