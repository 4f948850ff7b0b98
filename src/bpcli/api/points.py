"""The value and the gradient of a program at a point, or at many."""

from __future__ import annotations

from typing import Any, Literal, overload

from bpcli.answers import Point, Points
from bpcli.engine import directions, point
from bpcli.engine.choose import kind_for
from bpcli.engine.floats import FLOATS
from bpcli.errors import InputError
from bpcli.values import are_lanes, given_values, listed_names, read_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

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
    found = point.evaluate(*read_at(text, given, kind, ()), Point, kind)
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
    names = listed_names(wrt)
    program, given = read_at(text, given, kind, names)
    if are_lanes(program, given, lanes):
        from bpcli.engine.columns import gradient_of_columns

        if kind is not FLOATS or known_mode(mode) == directions.FORWARD or loss_scale != 1:
            raise InputError("one-point-only", option="mode" if kind is FLOATS and loss_scale == 1 else "numbers")
        return Points(program, *gradient_of_columns(program, given, names))
    if known_mode(mode) == directions.FORWARD:
        if loss_scale != 1:
            raise InputError("loss-scale-forward")
        found = directions.forward_gradient(program, given, names, make=Point, kind=kind)
    else:
        found = point.gradient(program, given, names, frugal=True, make=Point, kind=kind, scale=loss_scale)
    assert isinstance(found, Point)
    return found


def known_mode(mode: str) -> str:
    """A mode. Raises InputError for another word than "forward" and "reverse"."""
    if mode not in (directions.FORWARD, directions.REVERSE):
        raise InputError("unknown-mode", mode=mode)
    return mode
