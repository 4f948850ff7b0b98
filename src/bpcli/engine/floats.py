"""Python floats: one point, IEEE double precision."""

from __future__ import annotations

from bpcli.calculus.kinds import Kind
from bpcli.engine.primitives import GUARDED, SCALAR


class Floats(Kind):
    """Floats run bare; the guarded functions take over from the node at which Python raises."""

    title = "floats"

    def __init__(self) -> None:
        super().__init__(SCALAR, GUARDED)


FLOATS = Floats()
