"""Shapes as numbers: what shape each operation makes of the shapes of its arguments, before anything runs.

A shape is a tuple of sizes; () is a single number. Elementwise operations broadcast as NumPy does: sizes are compared
from the last axis, and a 1 is copied. An operation that is written over others has the shape that those make.
"""

from __future__ import annotations

import math

from bpcli.calculus.kinds import Functions, Kind
from bpcli.errors import InputError
from bpcli.ops import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from bpcli.graph import Graph
    from bpcli.numbers import Constant

MOST_ENTRIES = 100_000_000  # of an array that a text asks for: 0.8 GB as float64
Shape = tuple[int, ...]


def shown(shape: Sequence[int]) -> str:
    """A shape as Python writes it: (3,), (2, 3)."""
    return f"({shape[0]},)" if len(shape) == 1 else f"({', '.join(map(str, shape))})"


def whole_numbers(text: str) -> tuple[int, ...]:
    """A setting that lists whole numbers: "0,1"."""
    return tuple(int(piece) for piece in text.split(",")) if text else ()


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


def _unpermuted(axes: str) -> Callable[[Shape], Shape]:
    return lambda shape: tuple(shape[place] for place in inverse_order(axes, shape))


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


def subscripts(at: str) -> tuple[int | slice, ...]:
    """An index as Python has it, from its setting: "0,1:3"."""
    found: list[int | slice] = []
    for piece in at.split(","):
        if ":" in piece:
            found.append(slice(*(int(bound) if bound else None for bound in piece.split(":"))))
        else:
            found.append(int(piece))
    return tuple(found)


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


def _cross_entropy(x: Shape, t: Shape) -> Shape:
    if not x or t not in (x, x[:-1]):
        if not x:
            raise InputError("logits-number")
        raise InputError("targets-do-not-fit", logits=shown(x), targets=shown(t), rows=shown(x[:-1]))
    return ()


def _targets(x: Shape, t: Shape) -> Shape:
    _cross_entropy(x, t)
    return x


def _alike(v: Shape, x: Shape) -> Shape:
    return x


def _same_axis(axis: str) -> Callable[[Shape], Shape]:
    def shape_of(shape: Shape) -> Shape:
        if not shape and axis:
            raise InputError("softmax-number")
        axes_of(axis, shape)
        return shape

    return shape_of


# Each operation on tensors that is not written over others, as a function of its settings where it has some.
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
    "norm": reduced,
    "conv1d": _vectors("conv1d", _window),
    "convolve": _vectors("convolve", _overlapping),
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
    "reshape": _reshaped,
    "reshape_like": _reshaped_like,
    "flatten": lambda shape: (math.prod(shape),),
    "expand": _expanded,
    "squeeze": _squeezed,
    "index": indexed,
    "place": lambda at: _alike,
    "take": _taken,
    "put": lambda axis, at: _alike,
    "stack": _stacked,
    "concat": _joined,
    "piece": _piece,
    "place_piece": _place_piece,
    "full": _full,
    "arange": lambda count: lambda start: sizes_of(count),
    "one_hot": lambda classes: lambda shape: (*shape, *sizes_of(classes)),
    "one_hot_like": lambda shape, like: (*shape, like[-1]),
    "softmax": _same_axis,
    "log_softmax": _same_axis,
    "cross_entropy": _cross_entropy,
    "one_hot_targets": _targets,
    "keep_mask": lambda seed: lambda x, p: x,
    **{name: lambda shape, seed: lambda draw: sizes_of(shape) for name in ("randn", "uniform", "xavier", "he")},
}


class ShapeRules(Functions):
    """Operation -> the shape that it makes of shapes."""

    def __missing__(self, op: str) -> Callable[..., Shape]:
        declared = TABLE[op]
        if not declared.of_tensors:
            self[op] = broadcast
            return broadcast
        return super().__missing__(op)


class Shapes(Kind):
    """Shapes in place of numbers."""

    title = "shapes"

    def __init__(self) -> None:
        super().__init__({})
        self.functions = self.guarded = ShapeRules(SPELLED, self)

    def constant(self, value: Constant) -> Shape:
        return ()


SHAPES = Shapes()


def shapes_of(graph: Graph, inputs: Mapping[int, Shape], stop: int, source: str = "") -> list[Shape]:
    """The shape of every node below `stop`, from those of the variables by node.

    Raises InputError, with the place in the text, for shapes that do not fit together.
    """
    functions = SHAPES.calling(graph, False)
    shapes: list[Shape] = []
    for node in range(stop):
        op = graph.op[node]
        if op == "var":
            shapes.append(inputs[node])
        elif op == "const":
            shapes.append(())
        else:
            try:
                shapes.append(functions[op](*[shapes[argument] for argument in graph.args[node]]))
            except InputError as error:
                span = (graph.start[node], graph.stop[node])
                raise InputError(error.kind, source=source or None, span=span, **error.facts) from None
    return shapes
