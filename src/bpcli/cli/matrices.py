"""How the commands with matrices of derivatives, or products with them, print their answers."""

from __future__ import annotations

from bpcli.cli.output import say, show_table, write, write_json
from bpcli.cli.work import warn
from bpcli.errors import DONE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from bpcli.cli.work import Work
    from bpcli.engine.directions import Matrix, Product
    from bpcli.engine.point import Point
    from bpcli.render.layout import Table


def show_matrix(work: Work, found: Matrix, cost: str) -> int:
    """A Jacobian or a Hessian: the values, the matrix and what it cost; the exit code."""
    from bpcli.render.answers import matrix_table
    from bpcli.render.json.answers import matrix_dict

    if work.format == "json":
        write_json(matrix_dict(found, work.language))
        return DONE
    warn(found.point, work.language)
    if work.quiet:
        write(" ".join(work.number(value) for value in row) for _, row in found.flat())
        return DONE
    table = matrix_table(found, work.digits, work.language)
    _show(work, found.point, table, cost)
    if table.keys[0] == "derivative":
        from bpcli.render.words import phrase

        say(phrase("all entries", work.language))
    return DONE


def show_product(
    work: Work, name: str, found: Product, table: Callable[[Product, int, str], Table], cost: str
) -> int:
    """A product with a matrix that was not made; `name` is that of its JSON schema; the exit code."""
    if work.format == "json":
        from bpcli.render.json.answers import product_dict

        write_json(product_dict(name, found, work.language))
        return DONE
    warn(found.point, work.language)
    if work.quiet:
        write(f"{name}={work.number(value)}" for name, value in found.slopes.items())
        return DONE
    _show(work, found.point, table(found, work.digits, work.language), cost)
    return DONE


def _show(work: Work, point: Point, table: Table, cost: str) -> None:
    from bpcli.render.answers import results_text

    write([results_text(point, work.digits)])
    show_table(table, work.format)
    say(cost)
