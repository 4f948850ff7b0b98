"""Both passes recorded, and the gradient checked."""

from __future__ import annotations

from typing import Any

from bpcli.answers import Check, Trace
from bpcli.api.points import known_mode
from bpcli.engine import directions
from bpcli.engine.choose import kind_for
from bpcli.errors import InputError
from bpcli.tracing import checks, record
from bpcli.values import given_values, listed_names, read_at, values_in_order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Value = Any  # a Number, nested lists of floats, or an array


def trace(
    text: str,
    values: Mapping[str, Value] | None = None,
    /,
    *,
    wrt: str | Sequence[str] | None = None,
    mode: str = directions.REVERSE,
    direction: Mapping[str, Any] | Sequence[Any] | None = None,
    numbers: str | int = "float64",
    loss_scale: float = 1.0,
    **named: Value,
) -> Trace:
    """Both passes, recorded step by step. It prints as the tables of `bpcli trace`; `.to_dict()` is the JSON.

    wrt, numbers, loss_scale: as for `grad`
    mode:      "reverse", or "forward": tangents upwards in place of adjoints downwards, one pass for each name, of
               arrays for each of their entries (`wrt="W[0,1]"`)
    direction: with mode "forward", one pass in which all inputs x move together as x + t*v. The v by name, in the
               shapes of the inputs and 0 for the names left out, or a list in their order. The derivative is by t

    `.lens("flow")`, "cost" and "memory" answer other questions to a trace of reverse mode.

    Raises InputError and NumericError as `grad`; InputError for a direction beside `wrt` or without mode "forward".

    >>> trace("(x+w)*w", x=2, w=3).paths["w"].total
    8.0
    >>> along = trace("(x+w)*w", x=2, w=3, mode="forward", direction={"x": 1, "w": 2})
    >>> along.gradient, [edge.product for edge in along.tangents["t"]]
    ({'t': 19.0}, [1.0, 2.0, 9.0, 10.0])
    """
    forward = known_mode(mode) == directions.FORWARD
    if forward and loss_scale != 1:
        raise InputError("loss-scale-forward")
    if direction is not None and not forward:
        raise InputError("option-needs", option="direction", needs="mode forward")
    if direction is not None and wrt is not None:
        raise InputError("direction-and-option", option="wrt")
    kind = kind_for(numbers)
    given = given_values(values, named, kind)
    names = listed_names(wrt)
    program, given = read_at(text, given, kind, names)
    along = None if direction is None else values_in_order(direction, program.inputs, "direction")
    found = record.record(
        program, given, names, mode=mode, make=Trace, kind=kind, scale=loss_scale, direction=along
    )  # fmt: skip
    assert isinstance(found, Trace)
    return found


def check(
    text: str, values: Mapping[str, Value] | None = None, /, *, wrt: str | Sequence[str] | None = None, **named: Value
) -> Check:
    """The same gradient by six methods, with rules and without; `.ok` is the verdict of those without.

    >>> check("(x+w)*w", x=2, w=3).ok
    True
    """
    given = given_values(values, named)
    names = listed_names(wrt)
    found = checks.check(*read_at(text, given, wrt=names, judged=False), names, make=Check)
    assert isinstance(found, Check)
    return found
