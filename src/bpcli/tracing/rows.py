"""What a record is made of: nodes, steps, edges, and sequences of them that are made as they are read."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Generic, TypeVar, overload

from bpcli.calculus.sweeps import Branch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    Shape = tuple[int, ...]

Row = TypeVar("Row")

MOST_STEPS = 10_000  # with more, rows are made as they are read, and paths and the check are made if asked for


class Node:
    """A line of the graph: a variable, a named constant or an operation."""

    __slots__ = ("args", "formula", "id", "name", "op", "span", "value")

    def __init__(
        self, id: int, name: str, op: str, args: tuple[int, ...], formula: str, value: float, span: tuple[int, int]  # noqa: A002
    ) -> None:
        self.id = id
        self.name = name
        self.op = op
        self.args = args
        self.formula = formula
        self.value = value
        self.span = span


class Forward:
    """A step upwards: the node, the values of its operands in order, and its own value.

    texts: for each operand that is a constant without a name, how it is written; None for the others
    """

    __slots__ = ("node", "operands", "step", "texts", "value")

    def __init__(
        self, step: int, node: int, operands: tuple[float, ...], texts: tuple[str | None, ...], value: float
    ) -> None:
        self.step = step
        self.node = node
        self.operands = operands
        self.texts = texts
        self.value = value


class Backward(Branch):
    """An edge downwards: upstream * local = product, added to what has arrived at `argument` before.

    derived, formula: what is derived (`a*w`) and its local derivative (`w`), in the names of the record
    condition:    the condition that decides whether the edge is open, or ""
    state:        open, closed, flat, or idle (nothing arrived)
    before:       the running total so far, None for the first
    count, total: this is edge number `count` of `arriving`; the sum with it
    pull:         between tensors: the rule with its shapes, and what arrived; None between single numbers

    Between tensors upstream, product and total are arrays; so is `local` of an elementwise operation, and it is
    None where the edge has a rule instead.
    """

    __slots__ = ("arriving", "before", "condition", "count", "derived", "formula", "pull", "step", "total")

    step: int
    derived: str
    formula: str
    condition: str
    before: float | None
    total: float
    count: int
    arriving: int
    pull: Pull | None


class Pull:
    """What an edge between tensors makes of the upstream value, which its rule calls `upstream`, as in outer(g, h).

    rule:        the formula in the names of the record; "" where the rule is derived from that of the value
    elementwise: whether it is a product with a local derivative, entry by entry
    operands, sign: the shapes of what the rule puts together last, and how: (2,) and (3,), outer
    shape:       of the product
    arrived:     the product in the shape of the argument
    axes, copies: the axes along which that was copied, so that the product is summed over them, and how often it was
    fits:        whether what arrived has the shape of the argument
    summed:      the rule with the sum over those axes, as in sum(g, axis=0); "" where there is none
    parts:       functions in the rule that no step has for its value, as softmax(z), with their values
    """

    __slots__ = (
        "arrived", "axes", "copies", "elementwise", "fits", "operands", "parts", "rule", "shape", "sign", "summed",
        "upstream",
    )  # fmt: skip

    def __init__(
        self,
        upstream: str,
        rule: str,
        elementwise: bool,
        operands: tuple[Shape, ...],
        sign: str,
        shape: Shape,
        arrived: Any,
        axes: tuple[int, ...],
        copies: int,
        fits: bool,
        summed: str,
        parts: Mapping[str, Any] | None = None,
    ) -> None:
        self.parts = dict(parts or {})
        self.upstream = upstream
        self.rule = rule
        self.elementwise = elementwise
        self.operands = operands
        self.sign = sign
        self.shape = shape
        self.arrived = arrived
        self.axes = axes
        self.copies = copies
        self.fits = fits
        self.summed = summed


class Tangent(Backward):
    """An edge upwards, in forward mode: the same as Backward, where `upstream` is the tangent of the argument.

    The products of one `node` add up to its tangent; count, arriving, before and total speak of those.
    """

    __slots__ = ()


class Made(Sequence[Row], Generic[Row]):
    """Rows of which the number is known and which are made as they are read, each time anew: no list of them is kept.

    make: the rows from number `start` on, from 0; what stands before need not be made to the end
    """

    __slots__ = ("length", "make")

    def __init__(self, make: Callable[[int], Iterator[Row]], length: int) -> None:
        self.make = make
        self.length = length

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[Row]:
        return self.make(0)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> Made[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | Made[Row]:
        if isinstance(place, slice):
            first, last, stride = place.indices(self.length)
            if stride != 1:
                raise ValueError("rows are read in order")
            length = max(last - first, 0)
            return Made(lambda start: islice(self.make(first + start), max(length - start, 0)), length)
        if not -self.length <= place < self.length:
            raise IndexError(place)
        return next(self.make(place % self.length))
