"""`bpcli hessian`: second derivatives, their product with a direction, or all derivatives of a higher order."""

from __future__ import annotations

from bpcli.cli.matrices import show_matrix, show_product
from bpcli.cli.output import show_table, write, write_json
from bpcli.cli.work import warn, whole
from bpcli.engine.directions import derivatives, hessian, hessian_product
from bpcli.errors import DONE, InputError
from bpcli.render.answers import derivatives_table, hessian_product_table, results_text
from bpcli.render.words import counted, phrase

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.cli.work import Work


def run(work: Work) -> int:
    """The matrix; the product with a direction; or the derivatives of another order."""
    order = whole(work.options, "order", 1, 50) or 2
    if "direction" in work.options:
        if order != 2:
            raise InputError("order-and-direction")
        direction = work.by_name("direction", work.program.inputs)
        product = hessian_product(work.program, work.given, direction, work.wrt)
        cost = phrase("hessian product cost", work.language)
        return show_product(work, "hessian_product", product, hessian_product_table, cost)
    if order != 2:
        return _of_order(work, order)
    found = hessian(work.program, work.given, work.wrt)
    key = "hessian cost of entries" if found.shaped else "hessian cost"
    passes = counted(found.passes.forward, "pass", work.language)
    return show_matrix(work, found, phrase(key, work.language, passes=passes))


def _of_order(work: Work, order: int) -> int:
    """All derivatives of one order."""
    point, found = derivatives(work.program, work.given, work.wrt, order)
    if work.format == "json":
        from bpcli.render.json.answers import derivatives_dict

        write_json(derivatives_dict(point, found, order, work.language))
        return DONE
    warn(point, work.language)
    if work.quiet:
        write(f"{','.join(names)}={work.number(value)}" for names, value in found.items())
        return DONE

    write([results_text(point, work.digits)])
    show_table(derivatives_table(point, found, work.digits, work.language), work.format)
    return DONE
