"""`bpcli diff`: the derivative of an expression as a formula."""

from __future__ import annotations

from bpcli.cli.output import write, write_json
from bpcli.cli.work import warn, whole
from bpcli.engine.point import evaluate, gradient
from bpcli.errors import DONE
from bpcli.numbers import show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bpcli.cli.work import Work


def run(work: Work) -> int:
    """The derivative as a formula."""
    from bpcli.engine.formulas import MOST_ORDER, Derivative, differentiate, in_turn

    program = work.program
    order = whole(work.options, "order", 1, MOST_ORDER)
    asked = [work.wrt] if work.wrt is not None else [[name] for name in program.inputs]
    turns = [in_turn(names, order) for names in asked]
    made = {",".join(names): differentiate(program, names) for names in turns}
    values: dict[str, float] = {}
    if work.given:
        higher = any(len(names) > 1 for names in turns)
        warn(evaluate(program, work.given) if higher else gradient(program, work.given, work.wrt))
        values = {name: each.value(work.given) for name, each in made.items()}
    if work.format == "json":
        from bpcli.render.json import diff_dict

        write_json(diff_dict(made, values))
        return DONE
    output = program.output_name
    alone = len(made) == 1

    said: set[str] = set()

    def lines(name: str, each: Derivative) -> Iterator[str]:
        ending = f" = {show(values[name], work.digits)}" if name in values and not work.quiet else ""
        *definitions, formula = str(each).split("\n")
        # What the user's own names stand for is said once.
        yield from [line for line in definitions if not each.formula.named or line not in said]
        said.update(definitions)
        label = "" if alone else f"{name}=" if work.quiet else f"{leibniz(output, each.wrt)} = "
        yield f"{label}{formula}{ending}"

    write(line for name, each in made.items() for line in lines(name, each))
    if not made:
        write(["0"])
    return DONE


def leibniz(output: str, names: Sequence[str]) -> str:
    """The sign of a derivative by some names in turn.

    >>> leibniz("y", ["x"]), leibniz("y", ["x", "x", "w"])
    ('dy/dx', 'd^3y/(dx^2 dw)')
    """
    counts = dict.fromkeys(names, 0)
    for name in names:
        counts[name] += 1
    below = [f"d{name}" + (f"^{count}" if count > 1 else "") for name, count in counts.items()]
    above = f"d^{len(names)}{output}" if len(names) > 1 else f"d{output}"
    return f"{above}/({' '.join(below)})" if len(below) > 1 else f"{above}/{below[0]}"
