"""Shapes of parts, of what parts are put together to, and of values told to have another shape."""

from __future__ import annotations

import math

from bpcli.calculus.shapes.axes import axes_of, shown, sizes_of, subscripts, whole_numbers
from bpcli.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from bpcli.calculus.shapes.axes import Shape


def _reshaped(shape: str) -> Callable[[Shape], Shape]:
    wanted = whole_numbers(shape)

    def shape_of(before: Shape) -> Shape:
        count = math.prod(before)
        known = math.prod(size for size in wanted if size != -1)
        free = wanted.count(-1)
        bad = free > 1 or any(size < -1 for size in wanted)
        if bad or (known != count if not free else known == 0 or count % known):
            raise InputError("cannot-reshape", shape=shown(before), wanted=shown(wanted), count=count)
        return tuple(count // known if size == -1 else size for size in wanted)

    return shape_of


def _reshaped_like(x: Shape, y: Shape) -> Shape:
    if math.prod(x) != math.prod(y):
        raise InputError("cannot-reshape", shape=shown(x), wanted=shown(y), count=math.prod(x))
    return y


def _expanded(axis: str) -> Callable[[Shape], Shape]:
    def shape_of(shape: Shape) -> Shape:
        (place,) = axes_of(axis, (*shape, 1))
        return (*shape[:place], 1, *shape[place:])

    return shape_of


def _squeezed(axis: str) -> Callable[[Shape], Shape]:
    def shape_of(shape: Shape) -> Shape:
        over = axes_of(axis, shape) if axis else tuple(place for place, size in enumerate(shape) if size == 1)
        for place in over:
            if shape[place] != 1:
                raise InputError("cannot-squeeze", axis=place, size=shape[place])
        return tuple(size for place, size in enumerate(shape) if place not in over)

    return shape_of


def indexed(at: str) -> Callable[[Shape], Shape]:
    """The shape of the entries at an index."""
    places = subscripts(at)

    def shape_of(shape: Shape) -> Shape:
        if not shape:
            raise InputError("index-of-number")
        if len(places) > len(shape):
            raise InputError("too-many-indices", at=at, count=len(places), shape=shown(shape))
        result: list[int] = []
        for axis, place in enumerate(places):
            size = shape[axis]
            if isinstance(place, slice):
                result.append(len(range(size)[place]))
            elif not -size <= place < size:
                raise InputError("index-outside", index=place, axis=axis, size=size, shape=shown(shape))
        return (*result, *shape[len(places) :])

    return shape_of


def _taken(axis: str, at: str) -> Callable[[Shape], Shape]:
    def shape_of(shape: Shape) -> Shape:
        (over,) = axes_of(axis, shape)
        return (*shape[:over], *shape[over + 1 :])

    return shape_of


def _stacked(axis: str) -> Callable[..., Shape]:
    def shape_of(*shapes: Shape) -> Shape:
        for shape in shapes:
            if shape != shapes[0]:
                raise InputError("ragged-list", first=shown(shapes[0]), second=shown(shape))
        (place,) = axes_of(axis, (*shapes[0], 1))
        return (*shapes[0][:place], len(shapes), *shapes[0][place:])

    return shape_of


def _joined(axis: str) -> Callable[..., Shape]:
    def shape_of(*shapes: Shape) -> Shape:
        if not shapes[0]:
            raise InputError("concat-number")
        (place,) = axes_of(axis, shapes[0])
        rest = [(*shape[:place], *shape[place + 1 :]) for shape in shapes]
        for shape, others in zip(shapes, rest, strict=True):
            if len(shape) != len(shapes[0]) or others != rest[0]:
                raise InputError("cannot-concat", first=shown(shapes[0]), second=shown(shape), axis=place)
        return (*shapes[0][:place], sum(shape[place] for shape in shapes), *shapes[0][place + 1 :])

    return shape_of


def _piece(axis: str, at: str) -> Callable[..., Shape]:
    return lambda whole, *parts: parts[int(at)]


def _place_piece(axis: str, at: str) -> Callable[..., Shape]:
    joined = _joined(axis)
    return lambda part, *parts: joined(*parts)


def _full(shape: str) -> Callable[[Shape], Shape]:
    def shape_of(value: Shape) -> Shape:
        if value:
            raise InputError("not-one-number", name="full", shape=shown(value))
        return sizes_of(shape)

    return shape_of


def _like(value: Shape, like: Shape) -> Shape:
    return like


SPELLED: dict[str, Any] = {
    "reshape": _reshaped,
    "reshape_like": _reshaped_like,
    "flatten": lambda shape: (math.prod(shape),),
    "expand": _expanded,
    "squeeze": _squeezed,
    "index": indexed,
    "place": lambda at: _like,
    "take": _taken,
    "put": lambda axis, at: _like,
    "stack": _stacked,
    "concat": _joined,
    "piece": _piece,
    "place_piece": _place_piece,
    "full": _full,
    "arange": lambda count: lambda start: sizes_of(count),
}
