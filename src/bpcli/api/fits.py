"""Polynomials and models fitted to data."""

from __future__ import annotations

from typing import Any, overload

from bpcli.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.training.outcomes import outcome
    from bpcli.training.polynomials.fit import Fit


@overload
def fit(
    x: Any,
    y: Any = None,
    degree: int = ...,
    *,
    weights: Any = None,
    lr: float | None = None,
    steps: int | None = None,
    scale: bool = True,
) -> Fit: ...


@overload
def fit(
    x: Any,
    y: Any = None,
    *,
    model: str,
    weights: Any = None,
    lr: float | None = None,
    steps: int | None = None,
    **more: Any,
) -> outcome.Outcome: ...


def fit(
    x: Any,
    y: Any = None,
    degree: int | None = None,
    *,
    model: str | None = None,
    weights: Any = None,
    lr: float | None = None,
    steps: int | None = None,
    scale: bool = True,
    **more: Any,
) -> Fit | outcome.Outcome:
    """Fit a polynomial by gradient descent on the mean squared error, or any model.

    x, y:   finite numbers of shape (rows,): lists, arrays, columns of a data frame; or x a table of columns (a
            dictionary, a data frame, a structured array), of which y is predicted, else the last that is not used
    degree: 0 to 60
    weights: positive numbers of shape (rows,): how much each row counts
    lr:     learning rate in the scaled basis; by default the best constant one
    steps:  most updates, 10000 by default
    scale:  False descends in raw powers of x, to show what that does

    model:  a formula as in "a*exp(-b*x) + c", whose names are x, or the columns of x where that is a table; all
            others are parameters
    more:   with a model: init and hold (dictionaries), loss, optimizer, ridge, batch, seed, and what else
            training.setting.Setting has

    What it gives has `parameters`, `predict(x)`, `plot("fit.svg")`.

    Raises InputError for data, a degree or a model that cannot be fitted.

    >>> found = fit([0, 1, 2, 3], [1, 3, 9, 19], degree=2)
    >>> [abs(round(value, 9)) for value in found.parameters.values()]
    [1.0, 0.0, 2.0]
    >>> found = fit([0, 1, 2, 3], [5, 2.5, 1.25, 0.625], model="a*exp(-b*x)")
    >>> round(found.parameters["a"], 9), round(found.parameters["b"], 9)
    (5.0, 0.693147181)
    """
    if model is not None:
        if degree is not None:
            raise InputError("two-models", first="degree", second="model")
        if not isinstance(model, str):
            raise InputError("model-no-text", text=repr(model)[:60])
        from bpcli.training.fitted import fit_model

        return fit_model(x, y, model, weights, lr, steps, more)
    if degree is None:
        raise InputError("fit-what")
    if more:
        raise TypeError(f"fit() with a degree does not know {next(iter(more))}; with model= it takes more words")
    from bpcli.training import given
    from bpcli.training.polynomials import fitting

    limit = fitting.STEPS if steps is None else given.whole("steps", steps)
    x, y, x_name, y_name = given.pair_of(x, y)
    kept = fitting.points(x, y, weights)
    degree = degree if isinstance(degree, int) else given.whole("degree", degree)
    rate = given.positive_or_none("lr", lr)
    descent = fitting.Fitting(kept, degree, rate=rate, steps=limit, scale=scale)
    if x_name.isidentifier() and y_name.isidentifier() and x_name != y_name:
        descent.fit.x_name, descent.fit.y_name = x_name, y_name
    for _ in descent:
        pass
    return descent.fit
