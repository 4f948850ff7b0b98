"""Values from Python: numbers, text, and arrays, which are tensors, or columns of many points."""

from __future__ import annotations

from bpcli.engine.floats import FLOATS
from bpcli.engine.given import pieces, value_of
from bpcli.engine.leaves import read_with_leaves
from bpcli.errors import InputError
from bpcli.language.reader import parse
from bpcli.tracing.rules import check_rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from typing import Any

    from bpcli.calculus.kinds import Kind
    from bpcli.graph import Program


def merged(values: Mapping[str, Any] | None, named: Mapping[str, Any]) -> dict[str, Any]:
    """Values from a mapping and from keywords; lists and arrays as arrays of floats.

    Raises InputError for a list that is no array of numbers.
    """
    together = {**(values or {}), **named}
    return {name: array_of(value, name) if is_listed(value) else value for name, value in together.items()}


def is_listed(value: object) -> bool:
    """Whether a value is a list or an array, and not a number or its text."""
    return hasattr(value, "__len__") and not isinstance(value, str) and getattr(value, "ndim", 1) != 0


def array_of(value: Any, name: str) -> Any:
    """A list or an array as one of floats. Raises InputError."""
    import numpy as np

    try:
        found = np.asarray(value)
        if found.dtype.kind not in "fiub" or not found.size:
            raise ValueError
    except ValueError:
        raise InputError("list-of-no-numbers", name=name) from None
    return found.astype(np.float64)


def are_lanes(program: Program, values: Mapping[str, Any], lanes: bool | None) -> bool:
    """Whether arrays stand for many points: as asked for, else where all have one axis and the program is of numbers.

    Raises InputError where many points are asked for and the program has operations on tensors.
    """
    shapes = [value.shape for value in values.values() if getattr(value, "shape", ())]
    deep = any(len(shape) > 1 for shape in shapes)
    if lanes and shapes and (program.of_tensors or deep):
        raise InputError("lanes-of-tensors")
    return bool(shapes) and (not (program.of_tensors or deep) if lanes is None else lanes)


def given_values(
    values: Mapping[str, Any] | None, named: Mapping[str, Any] | None = None, kind: Kind = FLOATS
) -> dict[str, Any]:
    """Values by name, from a mapping and from keywords; text such as "1/3" is read as on the command line."""
    read = kind if kind.written else FLOATS
    given = {}
    for name, value in merged(values, named or {}).items():
        try:
            if getattr(value, "shape", ()):
                given[name] = value
            else:
                given[name] = value_of(value, name, read) if isinstance(value, str) else _number(value, read)
        except (TypeError, ValueError):
            raise InputError("not-a-number", name=name, text=value) from None
    return given


def values_in_order(values: Any, names: Sequence[str], what: str) -> dict[str, Any]:
    """Values by name, also where they are a list in the order of the names; of one name it is the value itself.

    Raises InputError where there are as many names as there are not values.
    """
    if hasattr(values, "keys"):
        return given_values(values)
    if len(names) == 1:
        one = values[0] if isinstance(values, list | tuple) and len(values) == 1 else values
        return given_values({names[0]: one})
    listed = [values] if not is_listed(values) else list(values)
    if len(listed) != len(names):
        raise InputError(
            "too-few-numbers" if len(listed) < len(names) else "too-many-numbers", option=what, given=len(listed),
            count=len(names), names=", ".join(names), names_of_one=names[0] if names else "x",
        )  # fmt: skip
    return given_values(dict(zip(names, listed, strict=True)))


def read_program(text: str, given: Collection[str]) -> Program:
    """A program whose own rules have been held against numbers."""
    program = parse(text, given=given)
    if program.graph.functions:
        check_rules(program)
    return program


def read_at(
    text: str,
    given: Mapping[str, Any],
    kind: Kind = FLOATS,
    wrt: Collection[str] | None = None,
    judged: bool = True,
) -> tuple[Program, dict[str, Any]]:
    """A program and the values of its variables: those that are given, and those that stand in the text.

    wrt:    names to differentiate by; None for all of them
    judged: whether its own rules are held against numbers
    """
    names = None if wrt is None else [name.partition("[")[0] for name in wrt]
    program, values = read_with_leaves(lambda leaves: parse(text, given=given, leaves=leaves), given, kind, names)
    if judged and program.graph.functions:
        check_rules(program)
    return program, values


def _number(value: Any, kind: Kind) -> Any:
    """A value as a number; where floats would not say it, as the fraction that it is: 0.5 is 1/2."""
    if kind is FLOATS or (isinstance(value, float) and value - value != 0):
        return float(value)
    from fractions import Fraction

    return Fraction(value)


def listed_names(wrt: str | Sequence[str] | None) -> list[str] | None:
    """Names to differentiate by, as a list or as text: "x,w", "W[0,1],b"."""
    return [name.strip() for name in pieces(wrt)] if isinstance(wrt, str) else None if wrt is None else list(wrt)
