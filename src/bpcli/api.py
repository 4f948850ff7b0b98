"""The commands as functions. Each returns the record that the command prints, as something that shows itself."""

from __future__ import annotations

from typing import Any, overload

from bpcli.engine import point
from bpcli.engine.formulas import Derivative, differentiate
from bpcli.errors import InputError
from bpcli.language.reader import parse
from bpcli.tracing import checks, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bpcli.graph import Program
    from bpcli.training import fitting

    Value = float | str


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

    def __str__(self) -> str:
        from bpcli.render.plain import trace_lines

        return "\n".join(trace_lines(self))

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

    def __str__(self) -> str:
        from bpcli.render.answers import check_table, verdict
        from bpcli.render.plain import table_lines

        return "\n".join([*table_lines(check_table(self)), verdict(self)])

    def __repr__(self) -> str:
        return str(self)


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


def _given(values: Mapping[str, Value] | None, named: Mapping[str, Value]) -> dict[str, float]:
    """Values by name, from a mapping and from keywords; text such as "1/3" is read as on the command line."""
    merged = {**(values or {}), **named}
    given = {}
    for name, value in merged.items():
        try:
            given[name] = point.value_of(value, name) if isinstance(value, str) else float(value)
        except (TypeError, ValueError):
            raise InputError("not-a-number", name=name, text=value) from None
    return given


def _names(wrt: str | Sequence[str] | None) -> list[str] | None:
    """Names to differentiate by, as a list or as text: "x,w"."""
    return [name.strip() for name in wrt.split(",")] if isinstance(wrt, str) else None if wrt is None else list(wrt)


def evaluate(text: str, values: Mapping[str, Value] | None = None, /, **named: Value) -> Point:
    """The value of a program at a point.

    values, named: values of the variables; the mapping takes names that are no Python identifiers too

    Raises InputError for a text that cannot be read or values that do not fit; NumericError where the value
    is nan.

    >>> evaluate("(x+w)*w", x=2, w=3).value
    15.0
    """
    given = _given(values, named)
    found = point.evaluate(parse(text, given=given), given, Point)
    assert isinstance(found, Point)
    return found


@overload
def grad(
    text: str, values: Mapping[str, Value] | None = None, /, *, wrt: str | Sequence[str] | None = None, **named: Value
) -> Point: ...


@overload
def grad(
    text: str, values: Mapping[str, Any] | None = None, /, *, wrt: str | Sequence[str] | None = None, **named: Any
) -> Point | Points: ...


def grad(
    text: str, values: Mapping[str, Any] | None = None, /, *, wrt: str | Sequence[str] | None = None, **named: Any
) -> Point | Points:
    """The value and the gradient of a program at a point, by one forward and one reverse pass.

    wrt: names of variables or of assigned intermediates, as a list or as "x,w"; all variables unless given

    Where a value is a list or an array of shape (rows,), the answer is a Points: arrays of that shape, with nan
    in the rows that have no value.

    Raises InputError and NumericError as `evaluate`; NumericError where the derivative at a point is nan too.

    >>> grad("(x+w)*w", x=2, w=3).gradient
    {'x': 3.0, 'w': 8.0}
    >>> grad("(x+w)*w", x=[2, 0.5], w=3).gradient["w"].tolist()
    [8.0, 6.5]
    """
    columns = _columns(values, named)
    if columns is not None:
        from bpcli.engine.columns import gradient_of_columns

        program = parse(text, given=columns)
        return Points(program, *gradient_of_columns(program, columns, _names(wrt)))
    given = _given(values, named)
    found = point.gradient(parse(text, given=given), given, _names(wrt), make=Point)
    assert isinstance(found, Point)
    return found


def trace(
    text: str, values: Mapping[str, Value] | None = None, /, *, wrt: str | Sequence[str] | None = None, **named: Value
) -> Trace:
    """Both passes, recorded step by step. It prints as the tables of `bpcli trace`; `.to_dict()` is the JSON.

    >>> trace("(x+w)*w", x=2, w=3).paths["w"].total
    8.0
    """
    given = _given(values, named)
    found = record.record(parse(text, given=given), given, _names(wrt), make=Trace)
    assert isinstance(found, Trace)
    return found


def diff(text: str, *wrt: str) -> Derivative:
    """The derivative of a program as a formula, by each of `wrt` in turn; by its only variable unless given.

    Raises InputError for a text that cannot be read, or where it is not said what to differentiate by.

    >>> print(diff("(x+w)*w", "w"))
    x + 2*w
    >>> diff("(x+w)*w", "w")(x=2, w=3)
    8.0
    """
    wrt = tuple(name for each in wrt for name in _names(each) or ())
    program = parse(text, given=wrt)
    if not wrt:
        if len(program.inputs) != 1:
            raise InputError("wrt-needed", names=", ".join(program.inputs) or "none")
        wrt = program.inputs
    return differentiate(program, wrt)


def check(
    text: str, values: Mapping[str, Value] | None = None, /, *, wrt: str | Sequence[str] | None = None, **named: Value
) -> Check:
    """The same gradient by reverse sweep, symbolic derivative and central difference; `.ok` is the verdict.

    >>> check("(x+w)*w", x=2, w=3).ok
    True
    """
    given = _given(values, named)
    found = checks.check(parse(text, given=given), given, _names(wrt), make=Check)
    assert isinstance(found, Check)
    return found


def fit(
    x: Any, y: Any, degree: int, *, lr: float | None = None, steps: int | None = None, scale: bool = True
) -> fitting.Fit:
    """Fit a polynomial by gradient descent on the mean squared error.

    x, y:   finite numbers of shape (rows,)
    degree: 0 to 60
    lr:     learning rate in the scaled basis; by default the best constant one
    steps:  most updates, 10000 by default
    scale:  False descends in raw powers of x, to show what that does

    Raises InputError for data or a degree that cannot be fitted.

    >>> found = fit([0, 1, 2, 3], [1, 3, 9, 19], degree=2)
    >>> [abs(round(value, 9)) for value in found.parameters.values()]
    [1.0, 0.0, 2.0]
    """
    from bpcli.training import fitting

    limit = fitting.STEPS if steps is None else steps
    descent = fitting.Fitting(x, y, degree, rate=lr, steps=limit, scale=scale, make=_fit_class())
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
