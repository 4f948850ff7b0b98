"""The short answers of grad and check, as lines and tables of text."""

from __future__ import annotations

from bpcli.language import text
from bpcli.numbers import DIGITS, show
from bpcli.render.layout import Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.engine.point import Point
    from bpcli.trace.checks import Check

LONGEST = 60  # characters of a formula beside its value

TITLES = {"reverse": "reverse", "symbolic": "symbolic", "central_difference": "central difference"}


def gradient_table(point: Point, digits: int = DIGITS) -> tuple[str, Table | None]:
    """The value as a line, and a table of inputs and derivatives."""
    program = point.program
    graph, output = program.graph, program.output_name
    formula = ""
    if text.symbols(graph, program.output) < LONGEST and not program.assigned:
        formula = text.expression(graph, program.output)
    line = f"{output} = {formula} = " if 0 < len(formula) <= LONGEST else f"{output} = "
    line += show(point.value, digits)
    if not point.gradient:
        return line, None
    rows = [
        (name, show(point.values[program.names[name]], digits), f"d{output}/d{name} = {show(slope, digits)}")
        for name, slope in point.gradient.items()
    ]
    return line, Table("", ("input", "value", "gradient"), rows, len(rows))


def check_table(check: Check, digits: int = DIGITS) -> Table:
    """One row a variable, one column a method, and the largest error."""
    methods = list(check.methods)
    rows = []
    for name in check.methods["reverse"]:
        error = max(check.errors[method][name] for method in check.errors)
        shown = [show(check.methods[method][name], max(digits, 10)) for method in methods]
        rows.append((name, *shown, show(error, 2), "yes" if error <= check.tolerance else "NO"))
    columns = ("input", *(TITLES[method] for method in methods), "relative error", "agrees")
    return Table("", columns, rows, len(rows))


def verdict(check: Check) -> str:
    """The answer in a sentence."""
    evaluations = check.evaluations["central_difference"]
    if not check.methods["reverse"]:
        return "there is no input to check"
    limit = show(check.tolerance)
    if check.ok:
        return f"ok: both agree with the central difference to {limit} ({evaluations} evaluations)"
    worst = max(
        ((check.errors[method][name], method, name) for method in check.errors for name in check.errors[method]),
        key=lambda entry: entry[0] if entry[0] == entry[0] else float("inf"),
    )
    return f"no: {worst[1]} by {worst[2]} is off by {show(worst[0], 2)}, more than {limit}"
