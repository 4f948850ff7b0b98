"""The short answers of grad and check, as lines and tables of text."""

from __future__ import annotations

from bpcli.calculus.shapes import shown
from bpcli.language import text
from bpcli.numbers import DIGITS, show
from bpcli.render.languages import ENGLISH
from bpcli.render.layout import Table
from bpcli.render.words import columns, phrase

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from bpcli.engine.directions import Matrix, Product
    from bpcli.engine.narrow import Comparison
    from bpcli.engine.point import Point

LONGEST = 60  # characters of a formula beside its value
MOST_ROWS, MOST_COLUMNS = 16, 10  # of a matrix that is printed entry by entry
MOST_IN_FULL = 16  # entries of an array that is printed in full


def brief(value: Any, digits: int = DIGITS) -> str:
    """A number, or an array: a small one in full, of a larger one its shape and how large its entries are."""
    if not getattr(value, "shape", ()) or value.size <= MOST_IN_FULL:
        return show(value, digits)
    from bpcli.engine.entries import Summary

    found = Summary(value)
    least, most = show(found.least, digits), show(found.most, digits)
    return f"{shown(found.shape)} norm {show(found.norm, digits)}, {least} .. {most}"


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
    value = brief(point.value, digits)
    plain = len(formula) > LONGEST or formula in ("", output, value)
    line = f"{output} = {value}" if plain else f"{output} = {formula} = {value}"
    if comparison is not None:
        line += beside_floats(comparison, digits, language)
    if not point.gradient:
        return line, None
    rows: list[tuple[str, ...]] = [
        (name, brief(point.values[program.names[name]], digits), f"d{output}/d{name} = {brief(slope, digits)}")
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
    return ", ".join(f"{name} = {brief(value, digits)}" for name, value in point.results.items())


def matrix_table(found: Matrix, digits: int = DIGITS, language: str = ENGLISH) -> Table:
    """A Jacobian: one row a result, one column an input. A Hessian: one row and one column an input."""
    if found.shaped:
        return _matrix_of_entries(found, digits, language)
    corner, sign = (f"d2{next(iter(found.point.results))}", "/d") if found.order == 2 else ("", "d")
    rows = [(f"{sign}{name}", *(show(value, digits) for value in row.values())) for name, row in found.rows.items()]
    titles = (corner, *(f"/d{name}" for name in found.columns))
    return Table("", titles, rows, len(rows), language=language, titles=titles)


def _matrix_of_entries(found: Matrix, digits: int, language: str) -> Table:
    """Derivatives of tensors: one row and one column an entry; where those are too many, one row a block."""
    corner, sign = (f"d2{next(iter(found.point.results))}", "/d") if found.order == 2 else ("", "d")
    titles = found.titles()
    if len(titles) <= MOST_COLUMNS:
        rows: list[tuple[str, ...]] = []
        for name, numbers in found.flat():
            rows.append((f"{sign}{name}", *(show(number, digits) for number in numbers)))
            if len(rows) > MOST_ROWS:
                break
        else:
            heads = (corner, *(f"/d{name}" for name in titles))
            return Table("", heads, rows, len(rows), language=language, titles=heads)
    output = next(iter(found.point.results))
    rows = [
        (
            f"d{name}/d{column}" if found.order == 1 else f"d2{output}/d{name} d{column}",
            shown(block.shape),
            show(block.norm, digits),
            f"{show(block.largest, digits)} {phrase('at', language)} {list(block.index)}",
        )
        for name, column, block in found.blocks()
    ]
    return Table("", ("derivative", "shape", "norm", "largest entry"), rows, len(rows), language=language)


def hessian_product_table(found: Product, digits: int = DIGITS, language: str = ENGLISH) -> Table:
    """One row an input: the direction, and how fast the derivative by the input changes along it."""
    (output,) = found.point.results
    rows = [
        (name, brief(found.given.get(name, 0.0), digits), f"(H d)[{name}] = {brief(value, digits)}")
        for name, value in found.slopes.items()
    ]
    titles = (*columns(("input",), language), phrase("direction", language), f"H d, H = d2{output}")
    return Table("", ("input", "value", "gradient"), rows, len(rows), language=language, titles=titles)


def jvp_table(found: Product, digits: int = DIGITS, language: str = ENGLISH) -> Table:
    """One row a result: how fast it changes along the direction."""
    direction = ", ".join(f"d{name} = {brief(value, digits)}" for name, value in found.given.items())
    rows = [(name, brief(found.point.results[name], digits), f"d{name} = {brief(value, digits)}")
            for name, value in found.slopes.items()]  # fmt: skip
    titles = (*columns(("result", "value"), language), phrase("along", language, direction=direction))
    return Table("", ("result", "value", "gradient"), rows, len(rows), language=language, titles=titles)


def vjp_table(found: Product, digits: int = DIGITS, language: str = ENGLISH) -> Table:
    """One row an input: the derivative of the weighted sum by it."""
    program, values = found.point.program, found.point.values
    weighted = " + ".join(
        _weighted(name, weight, digits) for name, weight in found.given.items()
    )
    rows = [
        (name, brief(values[program.names[name]], digits), f"dL/d{name} = {brief(value, digits)}")
        for name, value in found.slopes.items()
    ]
    titles = (*columns(("input", "value"), language), f"L = {weighted}")
    return Table("", ("input", "value", "gradient"), rows, len(rows), language=language, titles=titles)


def _weighted(name: str, weight: Any, digits: int) -> str:
    """3*y, or of a tensor sum([1, 2]*y)."""
    if getattr(weight, "shape", ()):
        return f"sum({brief(weight, digits)}*{name})"
    return name if weight == 1 else f"{show(weight, digits)}*{name}"


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
