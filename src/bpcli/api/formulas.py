"""Derivatives as formulas."""

from __future__ import annotations

from bpcli.engine.formulas import Derivative, differentiate, in_turn
from bpcli.engine.given import give_shapes
from bpcli.errors import InputError
from bpcli.values import listed_names, read_program

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def diff(
    text: str, *wrt: str, order: int | None = None, shapes: Mapping[str, int | Sequence[int]] | None = None
) -> Derivative:
    """The derivative of a program as a formula, by each of `wrt` in turn; by its only variable unless given.

    shapes: of vectors and matrices, {"x": 3, "A": (2, 3)}; a name without one is a single number
    order: how often to differentiate by one name: diff("x^5", "x", order=3) is diff("x^5", "x", "x", "x")

    Raises InputError for a text that cannot be read, where it is not said what to differentiate by, or where
    the order and the names contradict each other.

    >>> print(diff("(x+w)*w", "w"))
    x + 2*w
    >>> diff("(x+w)*w", "w")(x=2, w=3)
    8.0
    >>> diff("x @ A @ x", "x", shapes={"x": 3, "A": (3, 3)})
    Derivative('(A + A.T) @ x', wrt=x)
    """
    wrt = tuple(name for each in wrt for name in listed_names(each) or ())
    program = read_program(text, wrt)
    if not wrt:
        if len(program.inputs) != 1:
            raise InputError("wrt-needed", names=", ".join(program.inputs) or "none")
        wrt = program.inputs
    sizes = {name: (size,) if isinstance(size, int) else tuple(size) for name, size in (shapes or {}).items()}
    if sizes or program.of_tensors:
        give_shapes(program, sizes)
    return differentiate(program, in_turn(wrt, order))
