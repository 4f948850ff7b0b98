"""`bpcli diff`: the derivative of an expression as a formula."""

from __future__ import annotations

from bpcli.cli.output import write, write_json
from bpcli.cli.work import warn
from bpcli.engine.point import evaluate, gradient
from bpcli.errors import DONE
from bpcli.numbers import show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.cli.work import Work


def run(work: Work) -> int:
    """The derivative as a formula."""
    from bpcli.engine.formulas import Derivative, differentiate

    program = work.program
    if work.wrt is not None:
        made = {",".join(work.wrt): differentiate(program, work.wrt)}
    else:
        made = {name: differentiate(program, [name]) for name in program.inputs}
    values: dict[str, float] = {}
    if work.given:
        several = work.wrt is not None and len(work.wrt) > 1
        warn(evaluate(program, work.given) if several else gradient(program, work.given, work.wrt))
        values = {name: each.value(work.given) for name, each in made.items()}
    if work.format == "json":
        from bpcli.render.json import diff_dict

        write_json(diff_dict(made, values))
        return DONE
    output = program.output_name
    alone = len(made) == 1

    def line(name: str, each: Derivative) -> str:
        ending = f" = {show(values[name], work.digits)}" if name in values and not work.quiet else ""
        formula = str(each)
        if alone or "\n" in formula:
            return formula + ending
        return f"{name}={formula}" if work.quiet else f"d{output}/d{name} = {formula}{ending}"

    write(line(name, each) for name, each in made.items())
    if not made:
        write(["0"])
    return DONE
