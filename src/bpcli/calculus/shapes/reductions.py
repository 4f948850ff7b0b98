"""Shapes of sums, means and extremes along axes, and of what undoes them."""

from __future__ import annotations

from bpcli.calculus.shapes.axes import axes_of, shown
from bpcli.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from bpcli.calculus.shapes.axes import Shape


def reduced(axis: str, keepdims: str) -> Callable[[Shape], Shape]:
    """The shape of a reduction."""

    def shape_of(shape: Shape) -> Shape:
        over = axes_of(axis, shape)
        if keepdims == "1":
            return tuple(1 if place in over else size for place, size in enumerate(shape))
        return tuple(size for place, size in enumerate(shape) if place not in over)

    return shape_of


def extreme(name: str) -> Callable[[str, str], Callable[[Shape], Shape]]:
    """The same for reductions that have no value where there is nothing to reduce."""

    def settings(axis: str, keepdims: str) -> Callable[[Shape], Shape]:
        shape_of = reduced(axis, keepdims)

        def of_some(shape: Shape) -> Shape:
            if 0 in [shape[place] for place in axes_of(axis, shape)]:
                raise InputError("no-entries", name=name, shape=shown(shape))
            return shape_of(shape)

        return of_some

    return settings


def _spread(axis: str, keepdims: str) -> Callable[[Shape, Shape], Shape]:
    return lambda value, like: like


def _alike(v: Shape, x: Shape) -> Shape:
    return x


SPELLED: dict[str, Any] = {
    "norm": reduced,
    "sum": reduced,
    "mean": extreme("mean"),
    "count": lambda axis: lambda shape: (),
    "prod": reduced,
    "others": lambda axis: lambda shape: shape,
    "others_slope": lambda axis: _alike,
    "amax": extreme("max"),
    "amin": extreme("min"),
    "argmax": lambda axis: extreme("argmax")(axis, "0"),
    "logsumexp": reduced,
    "spread": _spread,
    "sum_like": _alike,
    "broadcast_like": _alike,
}
