"""Shapes of what networks are made of: classes, losses, and random starts."""

from __future__ import annotations

from bpcli.calculus.shapes.axes import axes_of, shown, sizes_of
from bpcli.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from bpcli.calculus.shapes.axes import Shape


def _cross_entropy(x: Shape, t: Shape) -> Shape:
    if not x or t not in (x, x[:-1]):
        if not x:
            raise InputError("logits-number")
        raise InputError("targets-do-not-fit", logits=shown(x), targets=shown(t), rows=shown(x[:-1]))
    return ()


def _targets(x: Shape, t: Shape) -> Shape:
    _cross_entropy(x, t)
    return x


def _same_axis(axis: str) -> Callable[[Shape], Shape]:
    def shape_of(shape: Shape) -> Shape:
        if not shape and axis:
            raise InputError("softmax-number")
        axes_of(axis, shape)
        return shape

    return shape_of


SPELLED: dict[str, Any] = {
    "one_hot": lambda classes: lambda shape: (*shape, *sizes_of(classes)),
    "one_hot_like": lambda shape, like: (*shape, like[-1]),
    "softmax": _same_axis,
    "log_softmax": _same_axis,
    "cross_entropy": _cross_entropy,
    "one_hot_targets": _targets,
    "keep_mask": lambda seed: lambda x, p: x,
    **{name: lambda shape, seed: lambda draw: sizes_of(shape) for name in ("randn", "uniform", "xavier", "he")},
}
