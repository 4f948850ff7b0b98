"""The commands as functions. Each returns the record that the command prints, as something that shows itself."""

from __future__ import annotations

from bpcli.engine import point
from bpcli.engine.choose import kind_for
from bpcli.engine.floats import FLOATS
from bpcli.engine.formulas import Derivative, differentiate
from bpcli.errors import InputError
from bpcli.language.reader import parse
from bpcli.tracing import checks, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction
    from typing import Any

    from bpcli.calculus.kinds import Kind
    from bpcli.training import fitting

    Value = float | str | Fraction


class Point(point.Point):
    """The value of a program at a point, and its gradient where that was asked for."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """The JSON contract: bpcli.grad/1, or bpcli.eval/1 where no gradient was computed."""
        from bpcli.render.json import eval_dict, grad_dict

        return grad_dict(self) if self.adjoints else eval_dict(self)


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


def _given(
    values: Mapping[str, Value] | None, named: Mapping[str, Value], kind: Kind = FLOATS
) -> dict[str, float]:
    """Values by name, from a mapping and from keywords; text such as "1/3" is read as on the command line."""
    merged = {**(values or {}), **named}
    read = kind if kind.written else FLOATS
    given = {}
    for name, value in merged.items():
        try:
            given[name] = point.value_of(value, name, read) if isinstance(value, str) else _number(value, read)
        except (TypeError, ValueError):
            raise InputError("not-a-number", name=name, text=value) from None
    return given


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
    found = point.evaluate(parse(text, given=given), given, Point, kind)
    assert isinstance(found, Point)
    return found


def grad(
    text: str,
    values: Mapping[str, Value] | None = None,
    /,
    *,
    wrt: str | Sequence[str] | None = None,
    numbers: str | int = "float64",
    loss_scale: float = 1.0,
    **named: Value,
) -> Point:
    """The value and the gradient of a program at a point, by one forward and one reverse pass.

    wrt:        names of variables or of assigned intermediates, as a list or as "x,w"; all variables unless given
    numbers:    as for `evaluate`
    loss_scale: what the reverse pass starts with; the gradient is divided by it at the end, in double precision

    Raises InputError and NumericError as `evaluate`; NumericError where a derivative is nan too.

    >>> grad("(x+w)*w", x=2, w=3).gradient
    {'x': 3.0, 'w': 8.0}
    >>> grad("(x+w)*w", x="1/3", w=2, numbers="exact").gradient
    {'x': Fraction(2, 1), 'w': Fraction(13, 3)}
    """
    kind = kind_for(numbers)
    given = _given(values, named, kind)
    found = point.gradient(
        parse(text, given=given), given, _names(wrt), make=Point, kind=kind, scale=loss_scale
    )
    assert isinstance(found, Point)
    return found


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
    found = record.record(
        parse(text, given=given), given, _names(wrt), make=Trace, kind=kind, scale=loss_scale
    )
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
