"""`bpcli hessian`: second derivatives, their product with a direction, or all derivatives of a higher order."""

from __future__ import annotations

from bpcli.cli.output import say, show_table, write, write_json
from bpcli.cli.work import warn, whole
from bpcli.engine.directions import derivatives, hessian, hessian_product
from bpcli.errors import DONE, InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.cli.work import Work


def run(work: Work) -> int:
    """The matrix; the product with a direction; or the derivatives of another order."""
    order = whole(work.options, "order", 1, 50) or 2
    if "direction" in work.options:
        if order != 2:
            raise InputError("order-and-direction")
        return _product(work)
    return _matrix(work) if order == 2 else _tensor(work, order)


def _matrix(work: Work) -> int:
    found = hessian(work.program, work.given, work.wrt)
    if work.format == "json":
        from bpcli.render.json import hessian_dict

        write_json(hessian_dict(found))
        return DONE
    warn(found.point)
    if work.quiet:
        write(" ".join(work.number(value) for value in row.values()) for row in found.rows.values())
        return DONE
    from bpcli.render.answers import matrix_table, results_text
    from bpcli.render.words import counted

    write([results_text(found.point, work.digits)])
    show_table(matrix_table(found, work.digits), work.format)
    say(f"forward mode over the graph of the gradient: {counted(found.passes.forward, 'pass')}, one for each input")
    return DONE


def _product(work: Work) -> int:
    direction = work.by_name("direction", work.program.inputs)
    found = hessian_product(work.program, work.given, direction, work.wrt)
    if work.format == "json":
        from bpcli.render.json import product_dict

        write_json(product_dict("hessian_product", found))
        return DONE
    warn(found.point)
    if work.quiet:
        write(f"{name}={work.number(value)}" for name, value in found.slopes.items())
        return DONE
    from bpcli.render.answers import hessian_product_table, results_text

    write([results_text(found.point, work.digits)])
    show_table(hessian_product_table(found, work.digits), work.format)
    say("forward mode over the graph of the gradient: 1 pass, and no matrix")
    return DONE


def _tensor(work: Work, order: int) -> int:
    point, found = derivatives(work.program, work.given, work.wrt, order)
    if work.format == "json":
        from bpcli.render.json import derivatives_dict

        write_json(derivatives_dict(point, found, order))
        return DONE
    warn(point)
    if work.quiet:
        write(f"{','.join(names)}={work.number(value)}" for names, value in found.items())
        return DONE
    from bpcli.render.answers import derivatives_table, results_text

    write([results_text(point, work.digits)])
    show_table(derivatives_table(point, found, work.digits), work.format)
    return DONE
