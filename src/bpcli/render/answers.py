"""The short answers of grad and check, as lines and tables of text."""

from __future__ import annotations

from bpcli.language import text
from bpcli.numbers import DIGITS, show
from bpcli.render.layout import Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.engine.narrow import Comparison
    from bpcli.engine.point import Point
    from bpcli.tracing.checks import Check

LONGEST = 60  # characters of a formula beside its value

ANSWERS = {
    "agrees": "yes",
    "within resolution": "yes",
    "corner": "corner",
    "undecided": "cannot tell",
    "disagrees": "NO",
}
EXCEPT = {
    "within resolution": "as far as the difference can resolve",
    "corner": "at a corner, between the slopes of both sides",
    "undecided": "not decided: the difference is too rough there",
}
TITLES = {"reverse": "reverse", "symbolic": "symbolic", "central_difference": "central difference"}


def beside_floats(comparison: Comparison, digits: int = DIGITS) -> str:
    """What follows a value in a narrow format: the value in double precision, and how far apart the two are."""
    return f"      float64: {show(comparison.wide.value, digits)}, relative error {show(comparison.error, 2)}"


def gradient_table(
    point: Point, digits: int = DIGITS, comparison: Comparison | None = None
) -> tuple[str, Table | None]:
    """The value as a line, and a table of inputs and derivatives; a narrow format has double precision beside it."""
    program = point.program
    graph, output = program.graph, program.output_name
    formula = ""
    if text.symbols(graph, program.output) < LONGEST and not program.assigned:
        formula = text.expression(graph, program.output)
    value = show(point.value, digits)
    plain = len(formula) > LONGEST or formula in ("", output, value)
    line = f"{output} = {value}" if plain else f"{output} = {formula} = {value}"
    if comparison is not None:
        line += beside_floats(comparison, digits)
    if not point.gradient:
        return line, None
    rows: list[tuple[str, ...]] = [
        (name, show(point.values[program.names[name]], digits), f"d{output}/d{name} = {show(slope, digits)}")
        for name, slope in point.gradient.items()
    ]
    columns: tuple[str, ...] = ("input", "value", "gradient")
    if comparison is not None:
        columns += ("float64", "relative error")
        wide = comparison.wide.gradient
        rows = [
            (*row, show(wide[row[0]], digits), show(comparison.errors[row[0]], 2)) for row in rows
        ]
    return line, Table("", columns, rows, len(rows))


def check_table(check: Check, digits: int = DIGITS) -> Table:
    """One row a variable, one column a method, and the largest error."""
    methods = list(check.methods)
    rows = []
    for name, state in check.states.items():
        error = max(check.errors[method][name] for method in check.errors)
        shown = [show(check.methods[method][name], max(digits, 10)) for method in methods]
        resolved = f"within {show(check.resolution[name], 2)}" if state == "within resolution" else show(error, 2)
        rows.append((name, *shown, resolved if state != "undecided" else "-", ANSWERS[state]))
    columns = ("input", *(TITLES[method] for method in methods), "relative error", "agrees")
    return Table("", columns, rows, len(rows))


def verdict(check: Check) -> str:
    """The answer in a sentence."""
    evaluations = check.evaluations["central_difference"]
    if not check.methods["reverse"]:
        return "there is no input to check"
    limit = show(check.tolerance)
    if check.ok is None:
        return "undecided: the central difference has no value here, or is too rough to tell"
    if not check.ok:
        errors = [
            (check.errors[method][name], method, name)
            for name, state in check.states.items()
            if state == "disagrees"
            for method in check.errors
        ]
        error, method, name = max(errors)
        return f"no: {method} by {name} is off by {show(error, 2)} of its size, more than {limit}"
    pieces = [f"ok: both agree with the central difference to {limit}"]
    for state, words in EXCEPT.items():
        names = [name for name, each in check.states.items() if each == state]
        if names:
            pieces.append(f"{', '.join(names)} {words}")
    return f"{'; '.join(pieces)} ({evaluations} evaluations)"
