"""`bpcli vjp`: the gradient of a weighted sum of the results."""

from __future__ import annotations

from bpcli.cli.matrices import show_product
from bpcli.engine.directions import vjp
from bpcli.errors import InputError
from bpcli.render.answers import vjp_table
from bpcli.render.words import phrase

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.cli.work import Work


def run(work: Work) -> int:
    """The weights times the Jacobian, without the matrix."""
    names = list(work.program.outputs)
    if "weights" in work.options:
        weights = work.by_name("weights", names)
    elif len(names) == 1:
        weights = {names[0]: 1.0}
    else:
        example = ",".join(str(place + 1) for place in range(len(names)))
        raise InputError("weights-needed", names=", ".join(names), example=example)
    found = vjp(work.program, work.given, weights, work.wrt)
    cost = phrase("vjp cost", work.language)
    return show_product(work, "vjp", found, vjp_table, cost)
