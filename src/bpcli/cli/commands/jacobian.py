"""`bpcli jacobian`: the derivative of every result by every input."""

from __future__ import annotations

from bpcli.cli.output import say, show_table, write, write_json
from bpcli.cli.work import warn
from bpcli.engine.directions import jacobian
from bpcli.errors import DONE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.cli.work import Work


def run(work: Work) -> int:
    """The matrix, and what it cost."""
    found = jacobian(work.program, work.given, work.wrt, work.mode)
    if work.format == "json":
        from bpcli.render.json import jacobian_dict

        write_json(jacobian_dict(found))
        return DONE
    warn(found.point)
    if work.quiet:
        write(" ".join(work.number(value) for value in row.values()) for row in found.rows.values())
        return DONE
    from bpcli.render.answers import matrix_table, results_text
    from bpcli.render.words import modes_text

    write([results_text(found.point, work.digits)])
    show_table(matrix_table(found, work.digits), work.format)
    say(modes_text(len(found.columns), found.mode, len(found.rows)))
    return DONE
