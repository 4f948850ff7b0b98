"""The axes that a setting means, of an array with so many of them."""

from __future__ import annotations

from bpcli.calculus.shapes import axes_of


def along(axis: str, ndim: int) -> tuple[int, ...]:
    return axes_of(axis, (1,) * ndim)


def axis_of(axis: str, ndim: int) -> int:
    (place,) = axes_of(axis, (1,) * ndim)
    return place
