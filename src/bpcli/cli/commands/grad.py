"""`bpcli grad`: the value and the gradient of an expression."""

from __future__ import annotations

from bpcli.cli.output import say, show_table, write, write_json
from bpcli.cli.work import positive, warn
from bpcli.engine.point import gradient
from bpcli.errors import DONE, InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.cli.work import Work


def run(work: Work) -> int:
    """The value and the gradient."""
    scale = positive(work.options, "loss-scale") or 1.0
    mode = work.mode
    if mode == "forward":
        from bpcli.engine.directions import forward_gradient

        if scale != 1:
            raise InputError("loss-scale-forward")
        point = forward_gradient(work.program, work.given, work.wrt, kind=work.kind)
    else:
        point = gradient(work.program, work.given, work.wrt, frugal=True, kind=work.kind, scale=scale)
    comparison = None
    if "dtype" in work.options:
        from bpcli.engine.narrow import Comparison

        comparison = Comparison(point, gradient(work.program, work.given, work.wrt), scale)
    verdicts = None
    if work.expected or work.claimed:
        from bpcli.cli.verdicts import on_numbers

        verdicts = on_numbers(work, point.results, point.gradient)
    code = verdicts.code if verdicts else DONE
    if work.format == "json":
        from bpcli.render.json.answers import grad_dict

        write_json(grad_dict(point, comparison, mode, work.language) | (verdicts.told if verdicts else {}))
        return code
    warn(point, work.language)
    if work.quiet:
        write(f"{name}={work.number(value)}" for name, value in point.gradient.items())
        if verdicts is not None:
            verdicts.tell(True)
        return code
    from bpcli.render.answers import gradient_table

    output, table = gradient_table(point, work.digits, comparison, work.language)
    write([output])
    if table is not None:
        show_table(table, work.format)
    if mode is not None:
        from bpcli.render.words import modes_text

        sizes = [getattr(slope, "size", 1) for slope in point.gradient.values()]
        say(modes_text(sum(sizes), mode, language=work.language, entries=point.kind.shaped))
    if verdicts is not None:
        verdicts.tell(False)
    return code
