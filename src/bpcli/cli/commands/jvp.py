"""`bpcli jvp`: how fast the results change along a direction."""

from __future__ import annotations

from bpcli.cli.output import say, show_table, write, write_json
from bpcli.cli.work import warn
from bpcli.engine.directions import jvp
from bpcli.errors import DONE, InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.cli.work import Work


def run(work: Work) -> int:
    """The product, without the matrix."""
    names = work.program.inputs
    if "direction" not in work.options:
        example = ",".join(f"{name}={place + 1}" for place, name in enumerate(names[:3]))
        raise InputError("direction-needed", names=", ".join(names) or "no input", example=example or "x=1")
    found = jvp(work.program, work.given, work.by_name("direction", names))
    if work.format == "json":
        from bpcli.render.json import product_dict

        write_json(product_dict("jvp", found))
        return DONE
    warn(found.point)
    if work.quiet:
        write(f"{name}={work.number(value)}" for name, value in found.slopes.items())
        return DONE
    from bpcli.render.answers import jvp_table, results_text

    write([results_text(found.point, work.digits)])
    show_table(jvp_table(found, work.digits), work.format)
    say("forward mode: 1 pass, whatever the number of inputs and results")
    return DONE
