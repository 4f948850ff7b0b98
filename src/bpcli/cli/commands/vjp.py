"""`bpcli vjp`: the gradient of a weighted sum of the results."""

from __future__ import annotations

from bpcli.cli.output import say, show_table, write, write_json
from bpcli.cli.work import warn
from bpcli.engine.directions import vjp
from bpcli.errors import DONE, InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.cli.work import Work


def run(work: Work) -> int:
    """The product, without the matrix."""
    names = list(work.program.outputs)
    if "weights" in work.options:
        weights = work.by_name("weights", names)
    elif len(names) == 1:
        weights = {names[0]: 1.0}
    else:
        example = ",".join(str(place + 1) for place in range(len(names)))
        raise InputError("weights-needed", names=", ".join(names), example=example)
    found = vjp(work.program, work.given, weights, work.wrt)
    if work.format == "json":
        from bpcli.render.json import product_dict

        write_json(product_dict("vjp", found))
        return DONE
    warn(found.point)
    if work.quiet:
        write(f"{name}={work.number(value)}" for name, value in found.slopes.items())
        return DONE
    from bpcli.render.answers import results_text, vjp_table

    write([results_text(found.point, work.digits)])
    show_table(vjp_table(found, work.digits), work.format)
    say("reverse mode: 1 pass up and 1 sweep down, whatever the number of inputs and results")
    return DONE
