"""Shapes of products, inverses and orders of axes: what linear algebra makes."""

from __future__ import annotations

from bpcli.calculus.shapes.axes import inverse_order, order_of, shown
from bpcli.calculus.shapes.broadcasting import broadcast
from bpcli.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from bpcli.calculus.shapes.axes import Shape


def matrix_product(x: Shape, y: Shape) -> Shape:
    """The shape of `x @ y`."""
    if not x or not y:
        raise InputError("matmul-number", first=shown(x), second=shown(y))
    inner = y[-2] if len(y) > 1 else y[-1]
    if x[-1] != inner:
        hint = ""
        if len(x) == 2 and x[0] == inner:
            hint = "the first one transposed would fit: write `.T` behind it"
        elif len(y) == 2 and x[-1] == y[-1]:
            hint = "the second one transposed would fit: write `.T` behind it"
        elif x == y and len(x) == 1:
            hint = ""
        raise InputError("inner-sizes", first=shown(x), second=shown(y), left=x[-1], right=inner, hint=hint)
    stacked = broadcast(x[:-2], y[:-2])
    rows = x[-2:-1] if len(x) > 1 else ()
    columns = y[-1:] if len(y) > 1 else ()
    return (*stacked, *rows, *columns)


def _square(name: str, shape: Shape) -> None:
    if len(shape) != 2 or shape[0] != shape[1]:
        raise InputError("not-square", name=name, shape=shown(shape))


def _square_to(name: str, make: Callable[[Shape], Shape]) -> Callable[[Shape], Shape]:
    def shape_of(shape: Shape) -> Shape:
        _square(name, shape)
        return make(shape)

    return shape_of


def _solved(a: Shape, b: Shape) -> Shape:
    _square("solve", a)
    if not b or len(b) > 2 or b[0] != a[0]:
        raise InputError("inner-sizes", first=shown(a), second=shown(b), left=a[1], right=b[0] if b else 1, hint="")
    return b


def _diagonal(shape: Shape) -> Shape:
    if len(shape) == 1:
        return (shape[0], shape[0])
    _square("diag", shape)
    return shape[:1]


def _vectors(name: str, make: Callable[[int, int], Shape]) -> Callable[[Shape, Shape], Shape]:
    def shape_of(x: Shape, y: Shape) -> Shape:
        for shape in (x, y):
            if len(shape) != 1:
                raise InputError("not-vector", name=name, shape=shown(shape))
        return make(x[0], y[0])

    return shape_of


def _window(length: int, width: int) -> Shape:
    if not width:
        raise InputError("no-entries", name="conv1d", shape=shown((width,)))
    if width > length:
        raise InputError("window-too-long", length=length, width=width)
    return (length - width + 1,)


def _overlapping(length: int, width: int) -> Shape:
    if not length or not width:
        raise InputError("no-entries", name="convolve", shape=shown((0,)))
    return (length + width - 1,)


def _transposed(shape: Shape) -> Shape:
    return shape[::-1]


def _matrix_transposed(shape: Shape) -> Shape:
    return (*shape[:-2], *shape[:-3:-1])


def _permuted(axes: str) -> Callable[[Shape], Shape]:
    def shape_of(shape: Shape) -> Shape:
        return tuple(shape[place] for place in order_of(axes, shape))

    return shape_of


def _unpermuted(axes: str) -> Callable[[Shape], Shape]:
    return lambda shape: tuple(shape[place] for place in inverse_order(axes, shape))


SPELLED: dict[str, Any] = {
    "matmul": matrix_product,
    "transpose": _transposed,
    "matrix_transpose": _matrix_transposed,
    "permute": _permuted,
    "unpermute": _unpermuted,
    "outer": _vectors("outer", lambda n, m: (n, m)),
    "trace": _square_to("trace", lambda shape: ()),
    "diag": _diagonal,
    "eye_like": lambda shape: shape,
    "det": _square_to("det", lambda shape: ()),
    "cofactor": lambda shape: shape,
    "inv": _square_to("inv", lambda shape: shape),
    "solve": _solved,
    "conv1d": _vectors("conv1d", _window),
    "convolve": _vectors("convolve", _overlapping),
}
