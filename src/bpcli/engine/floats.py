"""Python floats: one point, IEEE double precision."""

from __future__ import annotations

from bpcli.calculus.kinds import Kind
from bpcli.engine.primitives import GUARDED, SCALAR
from bpcli.numbers import as_float


class Floats(Kind):
    """Floats run bare; the guarded functions take over from the node at which Python raises."""

    title = "floats"

    def __init__(self) -> None:
        super().__init__(SCALAR, GUARDED)

    def given(self, value: float) -> float:
        # Whole numbers of Python's would go on as whole numbers, of any length.
        return as_float(value) if isinstance(value, int) else float(value)


FLOATS = Floats()
