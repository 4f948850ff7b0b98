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
        example = ",".join(_change(work, name, place + 1) for place, name in enumerate(names[:3]))
        example = f'"{example}"' if "(" in example else example
        raise InputError("direction-needed", names=", ".join(names) or "no input", example=example or "x=1")
    found = jvp(work.program, work.given, work.by_name("direction", names))
    cost = phrase("jvp cost", work.language)
    return show_product(work, "jvp", found, jvp_table, cost)


def _change(work: Work, name: str, number: int) -> str:
    """How an input may change, as it is typed: an array in its shape."""
    shape = getattr(work.given.get(name), "shape", ())
    return f"{name}=ones({','.join(map(str, shape))})" if shape else f"{name}={number}"
