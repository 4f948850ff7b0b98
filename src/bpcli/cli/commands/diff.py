"""`bpcli diff`: the derivative of an expression as a formula."""

from __future__ import annotations

from bpcli.calculus.shapes import shown
from bpcli.cli.output import tell, write, write_json
from bpcli.cli.shapes import shapes_of_texts
from bpcli.cli.work import warn, whole
from bpcli.engine.given import give_shapes
from bpcli.engine.point import evaluate, gradient
from bpcli.errors import DONE, InputError
from bpcli.render.words import listed, phrase

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from bpcli.cli.work import Work


def run(work: Work) -> int:
    """The derivative as a formula."""
    from bpcli.engine.formulas import MOST_ORDER, differentiate, in_turn
    from bpcli.render.derivatives import derivative_latex, derivative_lines

    program = work.program
    _give_shapes(work)
    order = whole(work.options, "order", 1, MOST_ORDER)
    asked = [work.wrt] if work.wrt is not None else [[name] for name in program.inputs]
    turns = [in_turn(names, order) for names in asked]
    made = {",".join(names): differentiate(program, names) for names in turns}
    values: dict[str, Any] = {}
    if work.given and not without_value(work):
        higher = any(len(names) > 1 for names in turns)
        point = evaluate(program, work.given) if higher else gradient(program, work.given, work.wrt)
        warn(point, work.language)
        values = {name: each.value(work.given) for name, each in made.items()}
    used = {name: each.rules() for name, each in made.items()} if "rules" in work.options else {}
    verdicts = None
    if work.expected:
        from bpcli.cli.verdicts import on_formulas

        verdicts = on_formulas(work, made, values)
    code = verdicts.code if verdicts else DONE
    if work.format == "json":
        from bpcli.render.json.answers import diff_dict

        told = diff_dict(made, values, used if "rules" in work.options else None, work.language)
        write_json(told | (verdicts.told if verdicts else {}))
        return code
    if used and work.format == "latex":
        raise InputError("rules-in-latex")
    if not made:
        write(["0"])
    elif work.format == "latex":
        write([derivative_latex(made, values, program.output_name, work.digits)])
    else:
        write(derivative_lines(made, values, program.output_name, work.digits, work.quiet, used, work.language))
    if verdicts is not None:
        verdicts.tell(work.quiet or work.format == "latex")
    return code


def without_value(work: Work) -> bool:
    """Whether a variable has a shape alone: then there are formulas, and no numbers."""
    return any(name not in work.given for name in shapes_of_texts(work.shapes))


def _give_shapes(work: Work) -> None:
    """The shapes of the variables, from --shape or from the values. Raises InputError."""
    program = work.program
    shapes = {name: tuple(getattr(value, "shape", ())) for name, value in work.given.items()}
    asked = shapes_of_texts(work.shapes)
    for name, shape in asked.items():
        if shapes.setdefault(name, shape) != shape:
            raise InputError("shape-and-value", name=name, shape=shown(shape), given=shown(shapes[name]))
    if not any(shapes.values()) and not program.of_tensors:
        return
    numbers = give_shapes(program, shapes)
    if numbers and not work.quiet and work.format != "json":
        names = listed(numbers, work.language)
        tell(phrase("note", work.language, text=phrase("number for want of a shape", work.language, names=names)))
