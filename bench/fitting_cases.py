"""What `fitting.py` measures in processes of their own: descents, and gradients of models, by us and by every peer."""

from __future__ import annotations

import json
import time
from statistics import median

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

DEGREE = 5
STEPS = 200
RATE = 0.7
REPEATS = 25


def points(rows: int) -> tuple[Any, Any]:
    """x over [-3, 5], its ends among them, and a curve with noise."""
    import numpy as np

    draw = np.random.default_rng(1)
    x = draw.uniform(-3, 5, rows)
    x[:2] = -3, 5
    return x, np.sin(x) + draw.normal(0, 0.1, rows)


# In the child: each of these gives the seconds of all steps, and the parameters after them.


def ours(rows: int) -> tuple[float, Any]:
    """From x and y to the parameters: one pass over the rows, then the steps."""
    import numpy as np

    from bpcli.training.optimizers import gradient_descent
    from bpcli.training.polynomials.descent import descend
    from bpcli.training.polynomials.fitting import Fitting
    from bpcli.training.polynomials.fitting import points as as_points

    x, y = points(rows)
    began = time.perf_counter()
    fitting = Fitting(as_points(x, y), DEGREE)
    *_, last = descend(fitting.objective, np.zeros(DEGREE + 1), gradient_descent(RATE), STEPS)
    return time.perf_counter() - began, last.parameters


def columns(rows: int) -> tuple[Any, Any]:
    """The Chebyshev columns of the points, and y."""
    import numpy as np

    x, y = points(rows)
    return np.polynomial.chebyshev.chebvander((x - 1) / 4, DEGREE), y


def in_torch(rows: int) -> tuple[float, Any]:
    """A training loop with autograd and SGD."""
    import torch

    torch.set_num_threads(1)
    made, y = (torch.tensor(each) for each in columns(rows))
    w = torch.zeros(DEGREE + 1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=RATE)
    began = time.perf_counter()
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = ((made @ w - y) ** 2).mean()
        loss.backward()
        optimizer.step()
    return time.perf_counter() - began, w.detach().numpy()


def in_jax(rows: int) -> tuple[float, Any]:
    """All steps in one compiled scan, warm."""
    import jax
    import jax.numpy as jnp
    import numpy as np

    jax.config.update("jax_enable_x64", True)
    made, y = (jnp.asarray(each) for each in columns(rows))
    gradient = jax.grad(lambda w: jnp.mean((made @ w - y) ** 2))

    @jax.jit
    def run(w: Any) -> Any:
        return jax.lax.scan(lambda w, _: (w - RATE * gradient(w), None), w, None, length=STEPS)[0]

    start = jnp.zeros(DEGREE + 1)
    run(start).block_until_ready()
    began = time.perf_counter()
    found = run(start).block_until_ready()
    return time.perf_counter() - began, np.asarray(found)


# model -> its text, its loss, and where the gradient is taken
MODELS: dict[str, tuple[str, str, dict[str, float]]] = {
    "exponential decay": ("a*exp(-b*x) + c", "mse", {"a": 2.0, "b": 0.7, "c": 0.5}),
    "logistic": ("w*x + b", "cross_entropy", {"w": 1.0, "b": -2.0}),
    "rational": ("(a + b*x)/(1 + c*x)", "mse", {"a": 1.0, "b": 2.0, "c": 0.5}),
    "two Gaussians": (
        "a*exp(-((x - b)/c)^2) + d*exp(-((x - f)/g)^2)",
        "mse",
        {"a": 1.0, "b": 1.0, "c": 0.5, "d": 2.0, "f": 3.0, "g": 0.7},
    ),
}


def rows_of(model: str, rows: int) -> tuple[Any, Any]:
    """x over [0.1, 5], and a curve with noise, or zeros and ones."""
    import numpy as np

    draw = np.random.default_rng(1)
    x = draw.uniform(0.1, 5, rows)
    y = np.sin(x) + draw.normal(0, 0.1, rows)
    return x, (y > 0).astype(float) if MODELS[model][1] == "cross_entropy" else y


def middle(work: Callable[[], object]) -> float:
    """The median time of a call, which has been called before."""
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return median(times)


def gradient_of_ours(model: str, rows: int) -> tuple[float, Any]:
    """The mean loss and its gradient, on all cores."""
    import numpy as np

    from bpcli.training.models.compiled import MeanLoss
    from bpcli.training.models.model import read_model

    text, name, at = MODELS[model]
    x, y = rows_of(model, rows)
    loss = MeanLoss(read_model(text, ["x", "y"], loss=name), {"x": x, "y": y})
    place = np.array([at[each] for each in loss.model.parameters])
    value, gradient = loss(place)
    by_name = dict(zip(loss.model.parameters, gradient.tolist(), strict=True))
    return middle(lambda: loss(place)), [value, *(by_name[each] for each in at)]


def gradient_in_jax(model: str, rows: int) -> tuple[float, Any]:
    """The same by jax.jit(value_and_grad), warm, on all cores."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    formulas: dict[str, Callable[[Any, Any, Any], Any]] = {
        "exponential decay": lambda p, x, y: (p[0] * jnp.exp(-p[1] * x) + p[2] - y) ** 2,
        "logistic": lambda p, x, y: jax.nn.softplus(p[0] * x + p[1]) - y * (p[0] * x + p[1]),
        "rational": lambda p, x, y: ((p[0] + p[1] * x) / (1 + p[2] * x) - y) ** 2,
        "two Gaussians": lambda p, x, y: (
            (p[0] * jnp.exp(-(((x - p[1]) / p[2]) ** 2)) + p[3] * jnp.exp(-(((x - p[4]) / p[5]) ** 2)) - y) ** 2
        ),
    }
    x, y = (jnp.asarray(each) for each in rows_of(model, rows))
    of_row = formulas[model]
    both = jax.jit(jax.value_and_grad(lambda p, x, y: jnp.mean(of_row(p, x, y))))
    place = jnp.asarray([*MODELS[model][2].values()])
    value, gradient = both(place, x, y)
    found = [float(value), *map(float, gradient)]
    return middle(lambda: jax.block_until_ready(both(place, x, y))), found


CASES: dict[str, Callable[[int], tuple[float, Any]]] = {"ours": ours, "torch": in_torch, "jax": in_jax}


def child(case: str, rows: int) -> None:
    """Measure one case."""
    which, _, model = case.partition(":")
    if model:
        seconds, parameters = {"ours": gradient_of_ours, "jax": gradient_in_jax}[which](model, rows)
    else:
        seconds, parameters = CASES[case](rows)
    print(json.dumps({"seconds": seconds, "parameters": [float(value) for value in parameters]}))
