"""`bpcli jvp`: how fast the results change along a direction."""

from __future__ import annotations

from bpcli.cli.matrices import show_product
from bpcli.engine.directions import jvp
from bpcli.errors import InputError
from bpcli.render.answers import jvp_table
from bpcli.render.words import phrase

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.cli.work import Work


def run(work: Work) -> int:
    """The Jacobian times a direction, without the matrix."""
    names = work.program.inputs
    if "direction" not in work.options:
        example = ",".join(f"{name}={place + 1}" for place, name in enumerate(names[:3]))
        raise InputError("direction-needed", names=", ".join(names) or "no input", example=example or "x=1")
    found = jvp(work.program, work.given, work.by_name("direction", names))
    cost = phrase("jvp cost", work.language)
    return show_product(work, "jvp", found, jvp_table, cost)
