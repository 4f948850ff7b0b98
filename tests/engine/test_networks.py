"""Every network of the tutorials, as a file in examples/networks: its loss and its gradients are the exact ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bpcli.engine.point import Point, evaluate, gradient
from bpcli.language.reader import parse

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "networks"
BY_HAND, TORCH = "by hand", "torch 2.13"

# Model -> inputs, result, its value, gradients by name (all entries), where they come from.
MODELS = {
    "two-layer-relu": (
        {"x": [2, 1], "y": [5, 2]},
        "L",
        3.625,
        {
            "W1": [[5, 2.5], [12, 6], [0, 0]],
            "b1": [2.5, 6, 0],
            "W2": [[2.5, 7.5, 0], [1, 3, 0]],
            "b2": [2.5, 1],
            "x": [14.5, -2.5],
            "o": [2.5, 1],
            "h": [2.5, 6, 6.5],
        },
        BY_HAND,
    ),
    "softmax-cross-entropy": (
        {"z": [1, 2, 3], "target": 2},
        "L",
        0.40760596444438,
        {"z": [0.09003057317038046, 0.24472847105479767, -0.3347590442251782]},
        "sympy, 40 digits",
    ),
    "batch-norm": (
        {"x": [1, 2, 4], "gamma": 1, "beta": 0},
        "L",
        -4 / 3 / np.sqrt(14 / 9),
        # xhat = (-4, -1, 5)/sqrt(14); dx = (1, 0, 0) - 1/3 - xhat*xhat[0]/3, over the deviation sqrt(14)/3
        {"x": [2 / 14 * 6 / 14**0.5, -9 / 7 / 14**0.5, 3 / 7 / 14**0.5], "gamma": -4 / 14**0.5, "beta": 1},
        BY_HAND,
    ),
    "leaky-relu": ({"x": [-2, 3]}, "L", 2.98, {"x": [0.01, 1]}, BY_HAND),
    "residual-block": (
        {"x": [1, 2]},
        "L",
        3.125,
        {"x": [2.25, 2], "W1": [[0.75, 1.5], [0, 0]], "W2": [[1.5, 0], [2, 0]], "block": [1.5, 2]},
        BY_HAND,
    ),
    "layer-norm": (
        {"x": [[1, 2, 4], [0, 1, -1]]},
        "L",
        19.834496187768767,
        {
            "x": [
                [1.8435713437639212, -2.7654261506082936, 0.9218548068443742],
                [1.2752268146541015, -0.6374947178540431, -0.6377320968000566],
            ],
            "gain": [1.142849795965598, 3.14281122517069, 9.968607148005704],
            "shift": [-1.0690415314502977, 1.9149506060916313, 2.3346986852134455],
        },
        TORCH,
    ),
    "gelu": (
        {"x": [-1, 0, 1]},
        "L",
        0.682689492137086,
        {"x": [-0.0833154705876862, 0.5, 1.0833154705876862]},
        "mpmath, 50 digits",
    ),
    "attention": (
        {},
        "L",
        20.73147453035898,
        {
            "Q": [[0.0, -3.9708071304972496], [-1.2020200505122844, -1.1582942946421746]],
            "K": [
                [-3.9708071304972496, -4.720628690308918],
                [0.0, 2.404040101024569],
                [3.9708071304972496, 2.316588589284349],
            ],
            "V": [
                [2.239907545000574, 3.086827911787963],
                [1.6298987108825012, 2.273482799630532],
                [1.4553440994713047, 1.9648396439358842],
            ],
        },
        TORCH,
    ),
    "recurrent": (
        {},
        "L",
        1.5593807923376208,
        {
            "W": [[-0.637216863925194, -1.1697480406412482], [0.6526599065023706, 0.9158148266221431]],
            "U": [[-0.1688358712657242, -0.24763875206207353], [-0.1669021715546106, 0.20736485377120792]],
        },
        TORCH,
    ),
}


def model(name: str) -> str:
    return (FOLDER / f"{name}.bp").read_text(encoding="utf-8")


def run(name: str, wrt: list[str], given: dict[str, object], output: str) -> Point:
    program = parse(model(name))
    program.select([output])
    return gradient(program, {key: np.array(value, dtype=float) for key, value in given.items()}, wrt)


def close(found: object, wanted: object, digits: float = 1e-14) -> bool:
    wanted = np.array(wanted, dtype=float)
    same = np.shape(found) == wanted.shape
    return same and float(np.max(np.abs(found - wanted))) <= digits * (1 + float(np.max(np.abs(wanted))))


@pytest.mark.parametrize("name", MODELS)
def test_a_network_of_the_tutorials_has_these_gradients(name):
    given, output, value, slopes, _ = MODELS[name]
    point = run(name, list(slopes), given, output)
    assert close(point.value, value)
    for variable, slope in slopes.items():
        assert close(point.gradient[variable], slope), variable


def test_the_three_rules_of_matrices():
    # By hand: B.T, A.T; (A + A.T) x, x x.T; C/|C|
    cases = [
        ("t", 69, {"A": [[5, 7], [6, 8]], "B": [[1, 3], [2, 4]]}),
        ("q", 27, {"x": [12, 21], "A": [[1, 2], [2, 4]]}),
        ("f", 5, {"C": [[0.6, 0], [0, 0.8]]}),
    ]
    for output, value, slopes in cases:
        point = run("matrix-rules", list(slopes), {}, output)
        assert close(point.value, value)
        assert all(close(point.gradient[name], slope) for name, slope in slopes.items())


def test_the_network_of_mazur():
    # Mazur prints nine digits of E and of dE/dw5, and the weights after one step with learning rate 0.5.
    point = run("mazur", ["W", "V"], {}, "E")
    assert round(point.value, 9) == 0.298371109
    assert round(point.gradient["V"][0, 0], 9) == 0.082167041
    hidden = np.array([[0.15, 0.20], [0.25, 0.30]]) - 0.5 * point.gradient["W"]
    outward = np.array([[0.40, 0.45], [0.50, 0.55]]) - 0.5 * point.gradient["V"]
    assert hidden == pytest.approx(np.array([[0.149780716, 0.19956143], [0.24975114, 0.29950229]]), abs=5e-9)
    assert outward == pytest.approx(np.array([[0.35891648, 0.408666186], [0.511301270, 0.561370121]]), abs=5e-9)
    moved = parse(model("mazur").replace("[[0.15, 0.20], [0.25, 0.30]]", str(hidden.tolist())).replace(
        "[[0.40, 0.45], [0.50, 0.55]]", str(outward.tolist())))  # fmt: skip
    moved.select(["E"])
    assert evaluate(moved, {}).value == pytest.approx(0.29102777369, abs=1e-11)  # 40 digits: on the weights alone


def drawn(name: str, wanted: list[str]) -> dict[str, np.ndarray]:
    """The seeded arrays of a model."""
    program = parse(model(name))
    program.select(wanted)
    return dict(zip(wanted, evaluate(program, {}).results.values(), strict=True))


def test_linear_regression_of_128_rows_of_32_numbers():
    # By hand: dL/dw = 2/128 X.T e, dL/db = 2 mean(e), dL/dX = 2/128 e w.T
    data = drawn("linear-regression", ["X", "y", "w", "b"])
    assert data["X"].shape == (128, 32)
    error = data["X"] @ data["w"] + data["b"] - data["y"]
    point = run("linear-regression", ["w", "b", "X", "y"], {}, "L")
    assert close(point.value, np.mean(error**2))
    assert close(point.gradient["w"], 2 / 128 * data["X"].T @ error, 1e-13)
    assert close(point.gradient["b"], [2 * error.mean()], 1e-13)
    assert close(point.gradient["X"], 2 / 128 * error @ data["w"].T)
    assert close(point.gradient["y"], -2 / 128 * error)


@pytest.mark.parametrize(("inputs", "parameters"), [(10, 769), (32, 2177)])
def test_the_networks_with_64_neurons(inputs, parameters):
    name = f"network-{inputs}-64-1"
    weights = ["W1", "b1", "W2", "b2"]
    data = drawn(name, ["X", "y", *weights, "parameters"])
    assert data["parameters"] == parameters == inputs * 64 + 64 + 64 + 1
    assert sum(data[weight].size for weight in weights) == parameters
    # Both passes by hand.
    z = data["X"] @ data["W1"] + data["b1"]
    h = np.where(z > 0, z, 0)
    error = h @ data["W2"] + data["b2"] - data["y"]
    upstream = 2 / 16 * error
    below = (upstream @ data["W2"].T) * (z > 0)
    by_hand = {"W1": data["X"].T @ below, "b1": below.sum(0), "W2": h.T @ upstream, "b2": upstream.sum(0)}
    point = run(name, weights, {}, "L")
    assert close(point.value, np.mean(error**2))
    for weight, slope in by_hand.items():
        assert close(point.gradient[weight], slope, 1e-13), weight


def test_batch_normalisation_of_a_batch_passes_back_to_x_gamma_and_beta():
    # By hand: dgamma = sum(g xhat), dbeta = sum(g), dx = gamma/(n s) (n g - sum(g) - xhat sum(g xhat))
    x = np.array([[1.0, 5], [2, 3], [4, -1], [0, 2]])
    g = np.array([[1.0, -2], [0, 3], [2, 1], [-1, 1]])
    gamma, beta = np.array([2.0, 0.5]), np.array([1.0, -1])
    s = np.sqrt(x.var(axis=0) + 1e-5)
    xhat = (x - x.mean(axis=0)) / s
    given = {"x": x, "gamma": gamma, "beta": beta, "g": g}
    point = gradient(parse("sum(batch_norm(x, gamma, beta)*g)"), given, ["x", "gamma", "beta"])
    assert close(point.gradient["gamma"], (g * xhat).sum(axis=0))
    assert close(point.gradient["beta"], g.sum(axis=0))
    assert close(point.gradient["x"], gamma / (4 * s) * (4 * g - g.sum(axis=0) - xhat * (g * xhat).sum(axis=0)))


def test_every_model_is_in_a_test():
    here = {path.stem for path in FOLDER.glob("*.bp")}
    others = {"matrix-rules", "mazur", "linear-regression", "network-10-64-1", "network-32-64-1"}
    assert here == {*MODELS} | others
