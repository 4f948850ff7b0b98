"""The short answers of grad and check, as lines and tables of text."""

from __future__ import annotations

from bpcli.language import text
from bpcli.numbers import DIGITS, show
from bpcli.render.languages import ENGLISH
from bpcli.render.layout import Table
from bpcli.render.words import columns, phrase

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from bpcli.engine.directions import Matrix, Product
    from bpcli.engine.narrow import Comparison
    from bpcli.engine.point import Point

LONGEST = 60  # characters of a formula beside its value


def beside_floats(comparison: Comparison, digits: int = DIGITS, language: str = ENGLISH) -> str:
    """What follows a value in a narrow format: the value in double precision, and how far apart the two are."""
    value, error = show(comparison.wide.value, digits), show(comparison.error, 2)
    return phrase("beside floats", language, value=value, error=error)


def gradient_table(
    point: Point, digits: int = DIGITS, comparison: Comparison | None = None, language: str = ENGLISH
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
        line += beside_floats(comparison, digits, language)
    if not point.gradient:
        return line, None
    rows: list[tuple[str, ...]] = [
        (name, show(point.values[program.names[name]], digits), f"d{output}/d{name} = {show(slope, digits)}")
        for name, slope in point.gradient.items()
    ]
    keys: tuple[str, ...] = ("input", "value", "gradient")
    if comparison is not None:
        keys += ("float64", "relative error")
        wide = comparison.wide.gradient
        rows = [
            (*row, show(wide[row[0]], digits), show(comparison.errors[row[0]], 2)) for row in rows
        ]
    return line, Table("", keys, rows, len(rows), language=language)


def results_text(point: Point, digits: int = DIGITS) -> str:
    """The value of each result, on one line."""
    return ", ".join(f"{name} = {show(value, digits)}" for name, value in point.results.items())


def matrix_table(found: Matrix, digits: int = DIGITS, language: str = ENGLISH) -> Table:
    """A Jacobian: one row a result, one column an input. A Hessian: one row and one column an input."""
    corner, sign = (f"d2{next(iter(found.point.results))}", "/d") if found.order == 2 else ("", "d")
    rows = [(f"{sign}{name}", *(show(value, digits) for value in row.values())) for name, row in found.rows.items()]
    titles = (corner, *(f"/d{name}" for name in found.columns))
    return Table("", titles, rows, len(rows), language=language, titles=titles)


def hessian_product_table(found: Product, digits: int = DIGITS, language: str = ENGLISH) -> Table:
    """One row an input: the direction, and how fast the derivative by the input changes along it."""
    (output,) = found.point.results
    rows = [
        (name, show(found.given.get(name, 0.0), digits), f"(H d)[{name}] = {show(value, digits)}")
        for name, value in found.slopes.items()
    ]
    titles = (*columns(("input",), language), phrase("direction", language), f"H d, H = d2{output}")
    return Table("", ("input", "value", "gradient"), rows, len(rows), language=language, titles=titles)


def jvp_table(found: Product, digits: int = DIGITS, language: str = ENGLISH) -> Table:
    """One row a result: how fast it changes along the direction."""
    direction = ", ".join(f"d{name} = {show(value, digits)}" for name, value in found.given.items())
    rows = [(name, show(found.point.results[name], digits), f"d{name} = {show(value, digits)}")
            for name, value in found.slopes.items()]  # fmt: skip
    titles = (*columns(("result", "value"), language), phrase("along", language, direction=direction))
    return Table("", ("result", "value", "gradient"), rows, len(rows), language=language, titles=titles)


def vjp_table(found: Product, digits: int = DIGITS, language: str = ENGLISH) -> Table:
    """One row an input: the derivative of the weighted sum by it."""
    program, values = found.point.program, found.point.values
    weighted = " + ".join(
        name if weight == 1 else f"{show(weight, digits)}*{name}" for name, weight in found.given.items()
    )
    rows = [
        (name, show(values[program.names[name]], digits), f"dL/d{name} = {show(value, digits)}")
        for name, value in found.slopes.items()
    ]
    titles = (*columns(("input", "value"), language), f"L = {weighted}")
    return Table("", ("input", "value", "gradient"), rows, len(rows), language=language, titles=titles)


def derivatives_table(
    point: Point, found: Mapping[tuple[str, ...], float], digits: int = DIGITS, language: str = ENGLISH
) -> Table:
    """One row a set of names: the derivative by them, in any order."""
    (output,) = point.results
    sets: dict[tuple[str, ...], tuple[tuple[str, ...], float]] = {}
    for names, value in found.items():
        sets.setdefault(tuple(sorted(names)), (names, value))
    rows = [
        (f"d{len(names)}{output}/{' '.join(f'd{name}' for name in names)}", show(value, digits))
        for names, value in sets.values()
    ]
    return Table("", ("derivative", "value"), rows, len(rows), language=language)
