"""The commands as functions. Each returns the record that the command prints."""

from __future__ import annotations

from bpcli.engine.formulas import Derivative, differentiate
from bpcli.engine.point import Point, value_of
from bpcli.engine.point import evaluate as evaluate_program
from bpcli.engine.point import gradient as gradient_of
from bpcli.language.reader import parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bpcli.trace.checks import Check
    from bpcli.trace.record import Trace

    Value = float | str


def _given(values: Mapping[str, Value] | None, named: Mapping[str, Value]) -> dict[str, float]:
    """Values by name, from a mapping and from keywords; text such as "1/3" is read as on the command line."""
    merged = {**(values or {}), **named}
    return {name: value_of(value) if isinstance(value, str) else float(value) for name, value in merged.items()}


def evaluate(text: str, values: Mapping[str, Value] | None = None, /, **named: Value) -> Point:
    """The value of a program at a point.

    values, named: values of the variables; the mapping takes names that are no Python identifiers too

    Raises InputError for a text that cannot be read or values that do not fit; NumericError where the value
    is nan.

    >>> evaluate("(x+w)*w", x=2, w=3).value
    15.0
    """
    given = _given(values, named)
    return evaluate_program(parse(text, given=given), given)


def grad(
    text: str, values: Mapping[str, Value] | None = None, /, *, wrt: Sequence[str] | None = None, **named: Value
) -> Point:
    """The value and the gradient of a program at a point, by one forward and one reverse pass.

    wrt: names of variables or of assigned intermediates; all variables unless given

    Raises InputError and NumericError as `evaluate`; NumericError where a derivative is nan too.

    >>> grad("(x+w)*w", x=2, w=3).gradient
    {'x': 3.0, 'w': 8.0}
    """
    given = _given(values, named)
    return gradient_of(parse(text, given=given), given, wrt)


def trace(
    text: str, values: Mapping[str, Value] | None = None, /, *, wrt: Sequence[str] | None = None, **named: Value
) -> Trace:
    """Both passes, recorded step by step. It prints as the tables of `bpcli trace`; `.to_dict()` is the JSON.

    >>> trace("(x+w)*w", x=2, w=3).paths["w"].total
    8.0
    """
    from bpcli.trace.record import record

    given = _given(values, named)
    return record(parse(text, given=given), given, wrt)


def diff(text: str, *wrt: str) -> Derivative:
    """The derivative of a program as a formula, by each of `wrt` in turn; by its only variable unless given.

    Raises InputError for a text that cannot be read, or where it is not said what to differentiate by.

    >>> print(diff("(x+w)*w", "w"))
    x + 2*w
    >>> diff("(x+w)*w", "w")(x=2, w=3)
    8.0
    """
    from bpcli.errors import InputError

    program = parse(text, given=wrt)
    if not wrt:
        if len(program.inputs) != 1:
            raise InputError("wrt-needed", names=", ".join(program.inputs) or "none")
        wrt = program.inputs
    return differentiate(program, wrt)


def check(
    text: str, values: Mapping[str, Value] | None = None, /, *, wrt: Sequence[str] | None = None, **named: Value
) -> Check:
    """The same gradient by reverse sweep, symbolic derivative and central difference; `.ok` is the verdict.

    >>> check("(x+w)*w", x=2, w=3).ok
    True
    """
    from bpcli.trace.checks import check as check_program

    given = _given(values, named)
    return check_program(parse(text, given=given), given, wrt)
