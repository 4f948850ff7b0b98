"""The commands as functions. Each returns the record that the command prints, as something that shows itself."""

from __future__ import annotations

from typing import Any, Literal, overload

from bpcli.answers import Check, Matrix, Point, Points, Trace
from bpcli.engine import directions, point
from bpcli.engine.choose import kind_for
from bpcli.engine.declared import add_operation, remove_operation
from bpcli.engine.floats import FLOATS
from bpcli.engine.formulas import Derivative, differentiate, in_turn
from bpcli.engine.given import give_shapes
from bpcli.errors import InputError
from bpcli.language.reader import parse
from bpcli.ops import Op
from bpcli.tracing import checks, record
from bpcli.tracing.rules import check_operation
from bpcli.values import are_lanes, given_values, listed_names, read_program

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from fractions import Fraction

    from bpcli.training import fitting, outcome

    Number = float | str | Fraction
    Value = Any  # a Number, nested lists of floats, or an array


def evaluate(
    text: str, values: Mapping[str, Value] | None = None, /, *, numbers: str | int = "float64", **named: Value
) -> Point:
    """The value of a program at a point.

    values, named: values of the variables; the mapping takes names that are no Python identifiers too, and
                   those of the other parameters
    numbers:       what to calculate with: "exact" fractions, "float32", "float16", "bfloat16", or a number of
                   digits (needs mpmath). A float is the fraction that it is, 0.1 hardly more than 1/10; "0.1"
                   and Fraction(1, 10) are 1/10

    Raises InputError for a text that cannot be read or values that do not fit; NumericError where the value
    is nan.

    >>> evaluate("(x+w)*w", x=2, w=3).value
    15.0
    >>> evaluate("x/3 + w", x="0.1", w=1, numbers="exact").value
    Fraction(31, 30)
    """
    kind = kind_for(numbers)
    given = given_values(values, named, kind)
    found = point.evaluate(read_program(text, given), given, Point, kind)
    assert isinstance(found, Point)
    return found


@overload
def grad(
    text: str,
    values: Mapping[str, Value] | None = None,
    /,
    *,
    wrt: str | Sequence[str] | None = None,
    mode: str = directions.REVERSE,
    numbers: str | int = "float64",
    loss_scale: float = 1.0,
    lanes: Literal[False],
    **named: Any,
) -> Point: ...


@overload
def grad(
    text: str,
    values: Mapping[str, Number] | None = None,
    /,
    *,
    wrt: str | Sequence[str] | None = None,
    mode: str = directions.REVERSE,
    numbers: str | int = "float64",
    loss_scale: float = 1.0,
    lanes: bool | None = None,
    **named: Number,
) -> Point: ...


@overload
def grad(
    text: str,
    values: Mapping[str, Any] | None = None,
    /,
    *,
    wrt: str | Sequence[str] | None = None,
    mode: str = directions.REVERSE,
    numbers: str | int = "float64",
    loss_scale: float = 1.0,
    lanes: bool | None = None,
    **named: Any,
) -> Point | Points: ...


def grad(
    text: str,
    values: Mapping[str, Any] | None = None,
    /,
    *,
    wrt: str | Sequence[str] | None = None,
    mode: str = directions.REVERSE,
    numbers: str | int = "float64",
    loss_scale: float = 1.0,
    lanes: bool | None = None,
    **named: Any,
) -> Point | Points:
    """The value and the gradient of a program at a point, by one forward and one reverse pass.

    wrt:        names of variables or of assigned intermediates, as a list or as "x,w"; all variables unless given
    mode:       "reverse", or "forward": one pass of dual numbers for each name
    numbers:    as for `evaluate`
    loss_scale: what the reverse pass starts with; the gradient is divided by it at the end, in double precision

    lanes:      what lists and arrays of shape (rows,) stand for: True, many points, or False, one vector. Unless
                given they are points where the program calculates with single numbers, as in "(x+w)*w", and vectors
                where it has operations on tensors, as in "sum(x^2)", or where a value has two axes or more

    Of many points the answer is a Points: arrays of shape (rows,), with nan in the rows that have no value. Derivatives
    by a vector or a matrix are arrays of its shape.

    Raises InputError and NumericError as `evaluate`; NumericError where the derivative at a point is nan too.

    >>> grad("(x+w)*w", x=2, w=3).gradient
    {'x': 3.0, 'w': 8.0}
    >>> grad("(x+w)*w", x="1/3", w=2, numbers="exact").gradient
    {'x': Fraction(2, 1), 'w': Fraction(13, 3)}
    >>> grad("(x+w)*w", x=[2, 0.5], w=3).gradient["w"].tolist()
    [8.0, 6.5]
    >>> grad("sum((A @ x - b)^2)", A=[[1, 2], [3, 4]], x=[1, 0], b=[0, 1]).gradient["x"].tolist()
    [14.0, 20.0]
    """
    kind = kind_for(numbers)
    given = given_values(values, named, kind)
    program = read_program(text, given)
    if are_lanes(program, given, lanes):
        from bpcli.engine.columns import gradient_of_columns

        if kind is not FLOATS or _mode(mode) == directions.FORWARD or loss_scale != 1:
            raise InputError("one-point-only", option="mode" if kind is FLOATS and loss_scale == 1 else "numbers")
        return Points(program, *gradient_of_columns(program, given, listed_names(wrt)))
    if _mode(mode) == directions.FORWARD:
        if loss_scale != 1:
            raise InputError("loss-scale-forward")
        found = directions.forward_gradient(program, given, listed_names(wrt), make=Point, kind=kind)
    else:
        found = point.gradient(program, given, listed_names(wrt), frugal=True, make=Point, kind=kind, scale=loss_scale)
    assert isinstance(found, Point)
    return found


def _mode(mode: str) -> str:
    if mode not in (directions.FORWARD, directions.REVERSE):
        raise InputError("unknown-mode", mode=mode)
    return mode


def jacobian(
    text: str,
    values: Mapping[str, Value] | None = None,
    /,
    *,
    wrt: str | Sequence[str] | None = None,
    mode: str | None = None,
    **named: Value,
) -> Matrix:
    """The derivative of every result by every input; a program with several results ends in a list of them.

    mode: "forward" or "reverse"; unless given, the one that needs fewer passes

    Raises as `grad`.

    >>> jacobian("[x*y, x + y]", x=2, y=3).matrix
    [[3.0, 2.0], [1.0, 1.0]]
    >>> jacobian("A @ x", A=[[1, 2], [3, 4]], x=[1, 0], wrt="x").matrix.tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """
    given = given_values(values, named)
    chosen = None if mode is None else _mode(mode)
    found = directions.jacobian(read_program(text, given), given, listed_names(wrt), chosen, make=Matrix)
    assert isinstance(found, Matrix)
    return found


def hessian(
    text: str, values: Mapping[str, Value] | None = None, /, *, wrt: str | Sequence[str] | None = None, **named: Value
) -> Matrix:
    """The second derivatives of a program with one result.

    Raises as `grad`; NumericError where a second derivative is nan.

    >>> hessian("x^2*y", x=2, y=3).matrix
    [[6.0, 4.0], [4.0, 0.0]]
    """
    given = given_values(values, named)
    found = directions.hessian(read_program(text, given), given, listed_names(wrt), make=Matrix)
    assert isinstance(found, Matrix)
    return found


def jvp(
    text: str, values: Mapping[str, Value] | None = None, /, *, direction: Mapping[str, Any], **named: Value
) -> dict[str, Any]:
    """How fast each result changes when the inputs change along a direction: one pass of forward mode.

    direction: speed by name; 0 for the names left out

    Raises as `grad`.

    >>> jvp("[x*y, x + y]", x=2, y=3, direction={"x": 1, "y": -1})
    {'out[0]': 1.0, 'out[1]': 0.0}
    """
    given = given_values(values, named)
    return directions.jvp(read_program(text, given), given, given_values(direction)).slopes


def vjp(
    text: str,
    values: Mapping[str, Value] | None = None,
    /,
    *,
    weights: Mapping[str, Any],
    wrt: str | Sequence[str] | None = None,
    **named: Value,
) -> dict[str, Any]:
    """The gradient of a weighted sum of the results: one sweep of reverse mode.

    weights: by name of result; 0 for those left out

    Raises as `grad`.

    >>> vjp("u = x*y; v = x + y; [u, v]", x=2, y=3, weights={"u": 1, "v": 10})
    {'x': 13.0, 'y': 12.0}
    """
    given = given_values(values, named)
    return directions.vjp(read_program(text, given), given, given_values(weights), listed_names(wrt)).slopes


def hessian_product(
    text: str,
    values: Mapping[str, Value] | None = None,
    /,
    *,
    direction: Mapping[str, Any],
    wrt: str | Sequence[str] | None = None,
    **named: Value,
) -> dict[str, Any]:
    """The Hessian times a direction, in one pass and without the matrix.

    Raises as `hessian`.

    >>> hessian_product("x^2*y", x=2, y=3, direction={"x": 1, "y": 0.5})
    {'x': 8.0, 'y': 4.0}
    """
    given = given_values(values, named)
    program, along = read_program(text, given), given_values(direction)
    return directions.hessian_product(program, given, along, listed_names(wrt)).slopes


def trace(
    text: str,
    values: Mapping[str, Value] | None = None,
    /,
    *,
    wrt: str | Sequence[str] | None = None,
    numbers: str | int = "float64",
    loss_scale: float = 1.0,
    **named: Value,
) -> Trace:
    """Both passes, recorded step by step. It prints as the tables of `bpcli trace`; `.to_dict()` is the JSON.

    wrt, numbers, loss_scale: as for `grad`

    >>> trace("(x+w)*w", x=2, w=3).paths["w"].total
    8.0
    """
    kind = kind_for(numbers)
    given = given_values(values, named, kind)
    found = record.record(read_program(text, given), given, listed_names(wrt), make=Trace, kind=kind, scale=loss_scale)
    assert isinstance(found, Trace)
    return found


def diff(
    text: str, *wrt: str, order: int | None = None, shapes: Mapping[str, int | Sequence[int]] | None = None
) -> Derivative:
    """The derivative of a program as a formula, by each of `wrt` in turn; by its only variable unless given.

    shapes: of vectors and matrices, {"x": 3, "A": (2, 3)}; a name without one is a single number
    order: how often to differentiate by one name: diff("x^5", "x", order=3) is diff("x^5", "x", "x", "x")

    Raises InputError for a text that cannot be read, where it is not said what to differentiate by, or where
    the order and the names contradict each other.

    >>> print(diff("(x+w)*w", "w"))
    x + 2*w
    >>> diff("(x+w)*w", "w")(x=2, w=3)
    8.0
    >>> diff("x @ A @ x", "x", shapes={"x": 3, "A": (3, 3)})
    Derivative('(A + A.T) @ x', wrt=x)
    """
    wrt = tuple(name for each in wrt for name in listed_names(each) or ())
    program = read_program(text, wrt)
    if not wrt:
        if len(program.inputs) != 1:
            raise InputError("wrt-needed", names=", ".join(program.inputs) or "none")
        wrt = program.inputs
    sizes = {name: (size,) if isinstance(size, int) else tuple(size) for name, size in (shapes or {}).items()}
    if sizes or program.of_tensors:
        give_shapes(program, sizes)
    return differentiate(program, in_turn(wrt, order))


def check(
    text: str, values: Mapping[str, Value] | None = None, /, *, wrt: str | Sequence[str] | None = None, **named: Value
) -> Check:
    """The same gradient by six methods, with rules and without; `.ok` is the verdict of those without.

    >>> check("(x+w)*w", x=2, w=3).ok
    True
    """
    given = given_values(values, named)
    found = checks.check(parse(text, given=given), given, listed_names(wrt), make=Check)
    assert isinstance(found, Check)
    return found


def op(
    signature: str,
    doc: str = "",
    *,
    value: str | Callable[..., float],
    partials: Mapping[str, str],
    domain: str = "",
    latex: str = "",
    surrogate: bool = False,
) -> Op:
    """Add an operation of one's own, with its own rules, to the language.

    signature: "my_relu(x)"; a parameter may have a default, as in "my_leaky(x, slope=0.01)"
    value:     a formula over the parameters, or a Python function of floats
    partials:  parameter -> local derivative, a formula over the parameters and `out`, the value; one that ends in
               " if CONDITION" passes nothing where the condition is false. A parameter without one has no rule.
    domain:    condition on the parameters outside which there is no value
    surrogate: whether the rules are meant to differ from the derivative, as a straight-through estimator does

    Raises InputError where the name is taken or a formula cannot be read, and, with the evidence, where a rule
    is not the derivative of the value.

    >>> _ = op("my_leaky(x, slope=0.01)", value="where(x > 0, x, slope*x)",
    ...        partials={"x": "where(x > 0, 1, slope)", "slope": "where(x > 0, 0, x)"})
    >>> grad("my_leaky(x, slope=0.1)*w", x=-2, w=3).gradient
    {'x': 0.30000000000000004, 'w': -0.2}
    """
    written = value if isinstance(value, str) else None
    call = ", ".join(f"{{{param}}}" for param in Op(signature, doc).params)
    name = signature.partition("(")[0]
    made = Op(
        signature,
        doc or f"{name}, declared from Python.",
        value=written,
        partials=partials,
        domain=domain,
        latex=latex or rf"\operatorname{{{{{name}}}}}\left({call}\right)".replace("_", r"\_"),
    )
    add_operation(made, None if isinstance(value, str) else value)
    if not surrogate:
        try:
            check_operation(made)
        except InputError:
            remove_operation(made)
            raise
    return made


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
) -> fitting.Fit: ...


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
) -> fitting.Fit | outcome.Outcome:
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
    from bpcli.training import fitting, given

    limit = fitting.STEPS if steps is None else given.whole("steps", steps)
    x, y, x_name, y_name = given.pair_of(x, y)
    kept = fitting.points(x, y, weights)
    degree = degree if isinstance(degree, int) else given.whole("degree", degree)
    rate = given.positive_or_none("lr", lr)
    descent = fitting.Fitting(kept, degree, rate=rate, steps=limit, scale=scale, make=_fit_class())
    if x_name.isidentifier() and y_name.isidentifier() and x_name != y_name:
        descent.fit.x_name, descent.fit.y_name = x_name, y_name
    for _ in descent:
        pass
    return descent.fit


def _fit_class() -> type[fitting.Fit]:
    """A Fit that shows itself; made late, because NumPy is needed for it alone."""
    from bpcli.training import fitting

    class Fit(fitting.Fit):
        __doc__ = fitting.Fit.__doc__

        def to_dict(self) -> dict[str, Any]:
            """The JSON contract bpcli.fit/1."""
            from bpcli.render.json import fit_dict

            return fit_dict(self)

    return Fit
