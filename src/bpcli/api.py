"""The commands as functions. Each returns the record that the command prints, as something that shows itself."""

from __future__ import annotations

from typing import Any, overload

from bpcli.engine import directions, point
from bpcli.engine.choose import kind_for
from bpcli.engine.declared import add_operation, remove_operation
from bpcli.engine.floats import FLOATS
from bpcli.engine.formulas import Derivative, differentiate, in_turn
from bpcli.engine.given import value_of
from bpcli.errors import InputError
from bpcli.language.reader import parse
from bpcli.numbers import DIGITS
from bpcli.ops import Op
from bpcli.render.languages import ENGLISH, LANGUAGES
from bpcli.tracing import checks, record
from bpcli.tracing.rules import check_operation, check_rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from fractions import Fraction

    from bpcli.calculus.kinds import Kind
    from bpcli.graph import Program
    from bpcli.training import fitting, outcome

    Value = float | str | Fraction


class Point(point.Point):
    """The value of a program at a point, and its gradient where that was asked for."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """The JSON contract: bpcli.grad/1, or bpcli.eval/1 where no gradient was computed."""
        from bpcli.render.json import eval_dict, grad_dict

        return grad_dict(self) if self.adjoints else eval_dict(self)


class Points:
    """A program at many points.

    value:    array of shape (rows,); nan where there is no value
    gradient: requested name -> array of shape (rows,)
    """

    __slots__ = ("gradient", "program", "value")

    def __init__(self, program: Program, value: Any, gradient: dict[str, Any]) -> None:
        self.program = program
        self.value = value
        self.gradient = gradient

    def __repr__(self) -> str:
        return f"Points({len(self.value)} rows, value={self.value}, gradient={self.gradient})"


class Trace(record.Trace):
    """Both passes, recorded. It prints as the tables of `bpcli trace`, in a notebook too."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """The JSON contract bpcli.trace/1."""
        from bpcli.render.json import trace_dict

        return trace_dict(self)

    def text(self, *, language: str = ENGLISH, explain: str = "", digits: int = DIGITS) -> str:
        """The tables of `bpcli trace`, in a language and, where that is asked for, told in words as well.

        language: "en" or "zh"
        explain:  "brief", "normal" or "story"
        digits:   significant digits that are shown

        Raises InputError for a language or a level that does not exist.

        >>> print(trace("x*w", x=2, w=3).text(explain="brief").splitlines()[-4])
        1  y -> x: multiplication sends the other factor, w = 3: 1 * 3 = 3
        """
        from bpcli.render.narration import LEVELS
        from bpcli.render.plain import trace_lines

        if explain and explain not in LEVELS:
            raise InputError("unknown-level", level=explain, known=", ".join(LEVELS))
        return "\n".join(trace_lines(self, digits, language=_language(language), explain=explain))

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(str(self))}</pre>"

    def __rich__(self) -> Any:
        from bpcli.render.terminal import trace_renderable

        return trace_renderable(self)


class Check(checks.Check):
    """One gradient by several methods; `ok` is the verdict."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """The JSON contract bpcli.check/1."""
        from bpcli.render.json import check_dict

        return check_dict(self)

    def text(self, *, language: str = ENGLISH) -> str:
        """The table of `bpcli check` and its verdict, in a language: "en" or "zh"."""
        from bpcli.render.check import check_table, verdict
        from bpcli.render.plain import table_lines

        told = _language(language)
        return "\n".join([*table_lines(check_table(self, language=told)), *verdict(self, told)])

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return str(self)


class Matrix(directions.Matrix):
    """A Jacobian or a Hessian; `rows["y"]["x"]` is one derivative, `matrix` all of them in nested lists."""

    __slots__ = ()

    @property
    def matrix(self) -> list[list[float]]:
        """The derivatives, shape (rows, columns)."""
        return [list(row.values()) for row in self.rows.values()]

    def __str__(self) -> str:
        from bpcli.render.answers import matrix_table
        from bpcli.render.plain import table_lines

        return "\n".join(table_lines(matrix_table(self)))

    def __repr__(self) -> str:
        return str(self)


def _language(language: str) -> str:
    if language not in LANGUAGES:
        raise InputError("unknown-language", language=language, known=", ".join(LANGUAGES))
    return language


def _columns(values: Mapping[str, Any] | None, named: Mapping[str, Any]) -> dict[str, Any] | None:
    """Values by name where one of them is a column; None where all are single numbers."""
    merged = {**(values or {}), **named}
    if not any(_is_column(value) for value in merged.values()):
        return None
    singles = _given({name: value for name, value in merged.items() if not _is_column(value)}, {})
    return {name: value if _is_column(value) else singles[name] for name, value in merged.items()}


def _is_column(value: object) -> bool:
    """Whether a value is a list or an array, and not a number or its text."""
    return hasattr(value, "__len__") and not isinstance(value, str) and getattr(value, "ndim", 1) != 0


def _given(
    values: Mapping[str, Value] | None, named: Mapping[str, Value], kind: Kind = FLOATS
) -> dict[str, float]:
    """Values by name, from a mapping and from keywords; text such as "1/3" is read as on the command line."""
    merged = {**(values or {}), **named}
    read = kind if kind.written else FLOATS
    given = {}
    for name, value in merged.items():
        try:
            given[name] = value_of(value, name, read) if isinstance(value, str) else _number(value, read)
        except (TypeError, ValueError):
            raise InputError("not-a-number", name=name, text=value) from None
    return given


def _read(text: str, given: Collection[str]) -> Program:
    """A program whose own rules have been held against numbers."""
    program = parse(text, given=given)
    if program.graph.functions:
        check_rules(program)
    return program


def _number(value: Any, kind: Kind) -> Any:
    """A value as a number; where floats would not say it, as the fraction that it is: 0.5 is 1/2."""
    if kind is FLOATS or (isinstance(value, float) and value - value != 0):
        return float(value)
    from fractions import Fraction

    return Fraction(value)


def _names(wrt: str | Sequence[str] | None) -> list[str] | None:
    """Names to differentiate by, as a list or as text: "x,w"."""
    return [name.strip() for name in wrt.split(",")] if isinstance(wrt, str) else None if wrt is None else list(wrt)


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
    given = _given(values, named, kind)
    found = point.evaluate(_read(text, given), given, Point, kind)
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
    **named: Value,
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
    **named: Any,
) -> Point | Points:
    """The value and the gradient of a program at a point, by one forward and one reverse pass.

    wrt:        names of variables or of assigned intermediates, as a list or as "x,w"; all variables unless given
    mode:       "reverse", or "forward": one pass of dual numbers for each name
    numbers:    as for `evaluate`
    loss_scale: what the reverse pass starts with; the gradient is divided by it at the end, in double precision

    Where a value is a list or an array of shape (rows,), the answer is a Points: arrays of that shape, with nan
    in the rows that have no value.

    Raises InputError and NumericError as `evaluate`; NumericError where the derivative at a point is nan too.

    >>> grad("(x+w)*w", x=2, w=3).gradient
    {'x': 3.0, 'w': 8.0}
    >>> grad("(x+w)*w", x="1/3", w=2, numbers="exact").gradient
    {'x': Fraction(2, 1), 'w': Fraction(13, 3)}
    >>> grad("(x+w)*w", x=[2, 0.5], w=3).gradient["w"].tolist()
    [8.0, 6.5]
    """
    kind = kind_for(numbers)
    columns = _columns(values, named)
    if columns is not None:
        from bpcli.engine.columns import gradient_of_columns

        if kind is not FLOATS or _mode(mode) == directions.FORWARD or loss_scale != 1:
            raise InputError("one-point-only", option="mode" if kind is FLOATS and loss_scale == 1 else "numbers")
        program = _read(text, columns)
        return Points(program, *gradient_of_columns(program, columns, _names(wrt)))
    given = _given(values, named, kind)
    program = _read(text, given)
    if _mode(mode) == directions.FORWARD:
        if loss_scale != 1:
            raise InputError("loss-scale-forward")
        found = directions.forward_gradient(program, given, _names(wrt), make=Point, kind=kind)
    else:
        found = point.gradient(program, given, _names(wrt), make=Point, kind=kind, scale=loss_scale)
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
    """
    given = _given(values, named)
    chosen = None if mode is None else _mode(mode)
    found = directions.jacobian(_read(text, given), given, _names(wrt), chosen, make=Matrix)
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
    given = _given(values, named)
    found = directions.hessian(_read(text, given), given, _names(wrt), make=Matrix)
    assert isinstance(found, Matrix)
    return found


def jvp(
    text: str, values: Mapping[str, Value] | None = None, /, *, direction: Mapping[str, float], **named: Value
) -> dict[str, float]:
    """How fast each result changes when the inputs change along a direction: one pass of forward mode.

    direction: speed by name; 0 for the names left out

    Raises as `grad`.

    >>> jvp("[x*y, x + y]", x=2, y=3, direction={"x": 1, "y": -1})
    {'out[0]': 1.0, 'out[1]': 0.0}
    """
    given = _given(values, named)
    return directions.jvp(_read(text, given), given, direction).slopes


def vjp(
    text: str,
    values: Mapping[str, Value] | None = None,
    /,
    *,
    weights: Mapping[str, float],
    wrt: str | Sequence[str] | None = None,
    **named: Value,
) -> dict[str, float]:
    """The gradient of a weighted sum of the results: one sweep of reverse mode.

    weights: by name of result; 0 for those left out

    Raises as `grad`.

    >>> vjp("u = x*y; v = x + y; [u, v]", x=2, y=3, weights={"u": 1, "v": 10})
    {'x': 13.0, 'y': 12.0}
    """
    given = _given(values, named)
    return directions.vjp(_read(text, given), given, weights, _names(wrt)).slopes


def hessian_product(
    text: str,
    values: Mapping[str, Value] | None = None,
    /,
    *,
    direction: Mapping[str, float],
    wrt: str | Sequence[str] | None = None,
    **named: Value,
) -> dict[str, float]:
    """The Hessian times a direction, in one pass and without the matrix.

    Raises as `hessian`.

    >>> hessian_product("x^2*y", x=2, y=3, direction={"x": 1, "y": 0.5})
    {'x': 8.0, 'y': 4.0}
    """
    given = _given(values, named)
    return directions.hessian_product(_read(text, given), given, direction, _names(wrt)).slopes


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
    given = _given(values, named, kind)
    found = record.record(_read(text, given), given, _names(wrt), make=Trace, kind=kind, scale=loss_scale)
    assert isinstance(found, Trace)
    return found


def diff(text: str, *wrt: str, order: int | None = None) -> Derivative:
    """The derivative of a program as a formula, by each of `wrt` in turn; by its only variable unless given.

    order: how often to differentiate by one name: diff("x^5", "x", order=3) is diff("x^5", "x", "x", "x")

    Raises InputError for a text that cannot be read, where it is not said what to differentiate by, or where
    the order and the names contradict each other.

    >>> print(diff("(x+w)*w", "w"))
    x + 2*w
    >>> diff("(x+w)*w", "w")(x=2, w=3)
    8.0
    """
    wrt = tuple(name for each in wrt for name in _names(each) or ())
    program = _read(text, wrt)
    if not wrt:
        if len(program.inputs) != 1:
            raise InputError("wrt-needed", names=", ".join(program.inputs) or "none")
        wrt = program.inputs
    return differentiate(program, in_turn(wrt, order))


def check(
    text: str, values: Mapping[str, Value] | None = None, /, *, wrt: str | Sequence[str] | None = None, **named: Value
) -> Check:
    """The same gradient by six methods, with rules and without; `.ok` is the verdict of those without.

    >>> check("(x+w)*w", x=2, w=3).ok
    True
    """
    given = _given(values, named)
    found = checks.check(parse(text, given=given), given, _names(wrt), make=Check)
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
    y: Any,
    degree: int,
    *,
    weights: Any = None,
    lr: float | None = None,
    steps: int | None = None,
    scale: bool = True,
) -> fitting.Fit: ...


@overload
def fit(
    x: Any, y: Any = None, *, model: str, lr: float | None = None, steps: int | None = None, **more: Any
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

    x, y:   finite numbers of shape (rows,)
    degree: 0 to 60
    weights: positive numbers of shape (rows,): how much each row counts
    lr:     learning rate in the scaled basis; by default the best constant one
    steps:  most updates, 10000 by default
    scale:  False descends in raw powers of x, to show what that does

    model:  a formula as in "a*exp(-b*x) + c", whose names are x, or the keys of x where that is a dictionary of
            columns; all others are parameters, and y (or the last column) is what it predicts
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
    if model is not None and weights is not None:
        raise TypeError("fit() takes weights with a degree; the loss of a model can name a column of them")
    if model is not None:
        from bpcli.training.fitted import fit_model

        return fit_model(x, y, model, lr, steps, more)
    if degree is None or more:
        raise TypeError("fit() takes a degree, or model= with its options")
    from bpcli.training import fitting

    limit = fitting.STEPS if steps is None else steps
    kept = fitting.points(x, y, weights)
    descent = fitting.Fitting(kept, degree, rate=lr, steps=limit, scale=scale, make=_fit_class())
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
