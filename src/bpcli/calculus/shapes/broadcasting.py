"""The shape that values have together: sizes are compared from the last axis, and a 1 is copied."""

from __future__ import annotations

from bpcli.calculus.shapes.axes import shown
from bpcli.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.calculus.shapes.axes import Shape


def broadcast(*shapes: Shape) -> Shape:
    """The shape that these have together. Raises InputError where sizes differ and none of them is 1."""
    result: list[int] = []
    for place in range(1, max(map(len, shapes), default=0) + 1):
        sizes = {shape[-place] for shape in shapes if len(shape) >= place} - {1}
        if len(sizes) > 1:
            first, second = [shape for shape in shapes if len(shape) >= place and shape[-place] != 1][:2]
            for shape in shapes:
                if len(shape) >= place and shape[-place] not in (1, first[-place]):
                    second = shape
            raise InputError("shapes-differ", first=shown(first), second=shown(second), hint=_fitting(first, second))
        result.append(sizes.pop() if sizes else 1)
    return tuple(reversed(result))


def _fitting(first: Shape, second: Shape) -> str:
    """What may have been meant where two shapes do not broadcast."""
    if len(first) == len(second) == 2 and first == second[::-1]:
        return "the transpose `.T` of one of them would fit; the product of matrices is written `@`"
    if len(first) == 2 and len(second) in (1, 2) and first[1] == second[0]:
        return "the product of matrices is written `@`"
    if len(second) == 1 and second[0] == first[0]:
        return f"to use it as a column, write `reshape(..., {second[0]}, 1)`"
    if len(first) == 1 and first[0] == second[0]:
        return f"to use it as a column, write `reshape(..., {first[0]}, 1)`"
    return "shapes are compared from the last axis; sizes must be equal, or one of them 1"
