"""The kind of number that a name stands for. Each is loaded when it is first asked for."""

from __future__ import annotations

from bpcli.engine.floats import FLOATS
from bpcli.errors import InputError
from bpcli.numbers import DIGITS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from bpcli.calculus.kinds import Kind
    from bpcli.graph import Program

MOST_IN_STEPS = 8  # digits
NARROW = ("float32", "float16", "bfloat16")


def fitting(program: Program, given: Mapping[str, Any], kind: Kind) -> Kind:
    """The kind to calculate a program with: of tensors where it has operations on them or is given arrays.

    Raises InputError for a kind that tensors are not made of.
    """
    if kind.shaped or not (program.of_tensors or any(getattr(value, "shape", ()) for value in given.values())):
        return kind
    from bpcli.engine.tensors import TENSORS, Tensors

    if kind is FLOATS:
        return TENSORS
    if kind.title in ("float32", "float16"):
        return Tensors(kind.title)
    if kind.written:
        from bpcli.engine.object_tensors import over

        return over(kind)
    raise InputError("tensors-of-floats", kind=kind.title)


def kind_called(title: str) -> Kind | None:
    """The kind that calls itself so, of single numbers where it is one of tensors; None for what none is called.

    Raises InputError where mpmath is needed and missing.
    """
    if title in (FLOATS.title, "tensors"):
        return FLOATS
    if title in NARROW:
        return kind_for(title)
    if title == "exact numbers":
        return kind_for("exact")
    first, _, last = title.partition("numbers of ")
    digits = last.removesuffix(" digits")
    return kind_for(int(digits)) if not first and digits.isdecimal() and len(digits) < 6 else None


def digits_of(kind: Kind) -> int:
    """How many digits were asked for, of numbers of so many digits; 0 of another kind."""
    return int(getattr(getattr(kind, "inner", kind), "digits", 0))


def step_digits(kind: Kind) -> int:
    """How many digits the steps of a trace have where nobody says: as many as were asked for, and as there is room for.

    A table of 80 columns takes eight; the results below it have all of them.
    """
    return min(digits_of(kind), MOST_IN_STEPS) or DIGITS


def kind_for(numbers: str | int) -> Kind:
    """The kind for "float64", "exact", one of NARROW, or a number of digits.

    Raises InputError for another name, a number of digits out of range, and where mpmath is needed and missing.
    """
    if numbers == "float64":
        return FLOATS
    if numbers == "exact":
        from bpcli.engine.exact import FRACTIONS

        return FRACTIONS
    if numbers in NARROW:
        from bpcli.engine.narrow import narrow

        return narrow(numbers)
    if isinstance(numbers, int):
        from bpcli.engine.precise import LEAST_DIGITS, MOST_DIGITS, precise

        if not LEAST_DIGITS <= numbers <= MOST_DIGITS:
            raise InputError("digits-range", digits=numbers, least=LEAST_DIGITS, most=MOST_DIGITS)
        return precise(numbers)
    raise InputError("unknown-numbers", name=numbers, known=", ".join(("float64", "exact", *NARROW)))
