"""Both passes recorded, and the gradient checked."""

from __future__ import annotations

from typing import Any

from bpcli.answers import Check, Trace
from bpcli.engine.choose import kind_for
from bpcli.tracing import checks, record
from bpcli.values import given_values, listed_names, read_at

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
    names = listed_names(wrt)
    found = record.record(*read_at(text, given, kind, names), names, make=Trace, kind=kind, scale=loss_scale)
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
