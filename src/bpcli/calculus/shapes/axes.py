"""A shape in words and numbers: sizes, axes, and the places of an index, as settings give them."""

from __future__ import annotations

import math

from bpcli.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_ENTRIES = 100_000_000  # of an array that a text asks for: 0.8 GB as float64
Shape = tuple[int, ...]


def shown(shape: Sequence[int]) -> str:
    """A shape as Python writes it: (3,), (2, 3)."""
    return f"({shape[0]},)" if len(shape) == 1 else f"({', '.join(map(str, shape))})"


def whole_numbers(text: str) -> tuple[int, ...]:
    """A setting that lists whole numbers: "0,1"."""
    return tuple(int(piece) for piece in text.split(",")) if text else ()


def sizes_of(text: str) -> Shape:
    """The shape that a setting gives. Raises InputError for a size below 0, and for more entries than memory has."""
    sizes = whole_numbers(text)
    if any(size < 0 for size in sizes):
        raise InputError("size-negative", shape=shown(sizes))
    if math.prod(sizes) > MOST_ENTRIES:
        raise InputError("array-too-large", shape=shown(sizes), count=math.prod(sizes), most=MOST_ENTRIES)
    return sizes


def axes_of(axis: str, shape: Shape) -> tuple[int, ...]:
    """The axes that a setting means, from 0; all where it is empty. Raises InputError for one that is not there."""
    if not axis:
        return tuple(range(len(shape)))
    found = []
    for place in whole_numbers(axis):
        if not -len(shape) <= place < len(shape):
            raise InputError("axis-missing", axis=place, shape=shown(shape))
        found.append(place % len(shape))
    if len({*found}) < len(found):
        raise InputError("axis-twice", axis=axis)
    return tuple(found)


def order_of(axes: str, shape: Shape) -> tuple[int, ...]:
    """The order of axes that a setting means. Raises InputError where it does not name each once."""
    found = axes_of(axes, shape)
    if len(found) != len(shape):
        raise InputError("axes-not-all", axes=axes, shape=shown(shape))
    return found


def inverse_order(axes: str, shape: Shape) -> tuple[int, ...]:
    """The order of axes that undoes `order_of`."""
    order = order_of(axes, shape)
    return tuple(order.index(place) for place in range(len(order)))


def subscripts(at: str) -> tuple[int | slice, ...]:
    """An index as Python has it, from its setting: "0,1:3"."""
    found: list[int | slice] = []
    for piece in at.split(","):
        if ":" in piece:
            found.append(slice(*(int(bound) if bound else None for bound in piece.split(":"))))
        else:
            found.append(int(piece))
    return tuple(found)
