"""`bpcli eval`: the value of an expression."""

from __future__ import annotations

from bpcli.cli.output import write, write_json
from bpcli.cli.work import warn
from bpcli.engine.point import evaluate
from bpcli.errors import DONE
from bpcli.numbers import show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.cli.work import Work


def run(work: Work) -> int:
    """The value."""
    point = evaluate(work.program, work.given, kind=work.kind)
    comparison = None
    if "dtype" in work.options and len(point.results) == 1:
        from bpcli.engine.narrow import Comparison

        comparison = Comparison(point, evaluate(work.program, work.given))
    verdicts = None
    if work.expected:
        from bpcli.cli.verdicts import on_numbers

        verdicts = on_numbers(work, point.results, None)
    if work.format == "json":
        from bpcli.render.json.answers import eval_dict

        write_json(eval_dict(point, comparison, work.language) | (verdicts.told if verdicts else {}))
        return verdicts.code if verdicts else DONE
    warn(point, work.language)
    if len(point.results) > 1:
        write(
            work.number(value) if work.quiet else f"{name} = {show(value, work.digits)}"
            for name, value in point.results.items()
        )
        if verdicts is not None:
            verdicts.tell(work.quiet)
            return verdicts.code
        return DONE
    name = "" if work.quiet else f"{work.program.output_name} = "
    line = name + (work.number(point.value) if work.quiet else show(point.value, work.digits))
    if comparison is not None and not work.quiet:
        from bpcli.render.answers import beside_floats

        line += beside_floats(comparison, work.digits, work.language)
    write([line])
    if verdicts is not None:
        verdicts.tell(work.quiet)
        return verdicts.code
    return DONE
