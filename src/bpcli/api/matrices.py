"""Matrices of derivatives, and their products without the matrix."""

from __future__ import annotations

from typing import Any

from bpcli.answers import Matrix
from bpcli.api.points import known_mode
from bpcli.engine import directions
from bpcli.values import given_values, listed_names, read_at, values_in_order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Value = Any  # a Number, nested lists of floats, or an array


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
    chosen = None if mode is None else known_mode(mode)
    names = listed_names(wrt)
    found = directions.jacobian(*read_at(text, given, wrt=names), names, chosen, make=Matrix)
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
    names = listed_names(wrt)
    found = directions.hessian(*read_at(text, given, wrt=names), names, make=Matrix)
    assert isinstance(found, Matrix)
    return found


def jvp(
    text: str,
    values: Mapping[str, Value] | None = None,
    /,
    *,
    direction: Mapping[str, Any] | Sequence[Any],
    **named: Value,
) -> dict[str, Any]:
    """How fast each result changes when the inputs change along a direction: one pass of forward mode.

    direction: speed by name, 0 for the names left out; or speeds in the order of the inputs

    Raises as `grad`.

    >>> jvp("[x*y, x + y]", x=2, y=3, direction={"x": 1, "y": -1})
    {'out[0]': 1.0, 'out[1]': 0.0}
    """
    given = given_values(values, named)
    program, given = read_at(text, given)
    return directions.jvp(program, given, values_in_order(direction, program.inputs, "direction")).slopes


def vjp(
    text: str,
    values: Mapping[str, Value] | None = None,
    /,
    *,
    weights: Mapping[str, Any] | Sequence[Any],
    wrt: str | Sequence[str] | None = None,
    **named: Value,
) -> dict[str, Any]:
    """The gradient of a weighted sum of the results: one sweep of reverse mode.

    weights: by name of result, 0 for those left out; or in the order of the results

    Raises as `grad`.

    >>> vjp("u = x*y; v = x + y; [u, v]", x=2, y=3, weights={"u": 1, "v": 10})
    {'x': 13.0, 'y': 12.0}
    """
    given = given_values(values, named)
    names = listed_names(wrt)
    program, given = read_at(text, given, wrt=names)
    return directions.vjp(program, given, values_in_order(weights, list(program.outputs), "weights"), names).slopes


def hessian_product(
    text: str,
    values: Mapping[str, Value] | None = None,
    /,
    *,
    direction: Mapping[str, Any] | Sequence[Any],
    wrt: str | Sequence[str] | None = None,
    **named: Value,
) -> dict[str, Any]:
    """The Hessian times a direction, in one pass and without the matrix.

    Raises as `hessian`.

    >>> hessian_product("x^2*y", x=2, y=3, direction={"x": 1, "y": 0.5})
    {'x': 8.0, 'y': 4.0}
    """
    given = given_values(values, named)
    program, given = read_at(text, given)
    along = values_in_order(direction, program.inputs, "direction")
    return directions.hessian_product(program, given, along, listed_names(wrt)).slopes
