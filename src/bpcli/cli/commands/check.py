"""`bpcli check`: the same gradient by several methods."""

from __future__ import annotations

from bpcli.cli.output import say, show_table, write, write_json
from bpcli.cli.work import positive, warn
from bpcli.errors import ANSWER_IS_NO, DONE, NUMERIC_FAILURE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.cli.work import Work


def run(work: Work) -> int:
    """The same gradient by several methods."""
    from bpcli.tracing.checks import TOLERANCE, check

    result = check(
        work.program,
        work.given,
        work.wrt,
        step=positive(work.options, "step"),
        tolerance=positive(work.options, "tolerance") or TOLERANCE,
        sweep="sweep" in work.options,
    )
    code = DONE if result.ok else NUMERIC_FAILURE if result.ok is None else ANSWER_IS_NO
    if work.format == "json":
        from bpcli.render.json.answers import check_dict

        write_json(check_dict(result, work.language))
        return code
    warn(result.point, work.language)
    if work.quiet:
        write(["ok" if result.ok else "undecided" if result.ok is None else "no"])
        return code
    from bpcli.render.check import check_table, sweep_plot, sweep_table, verdict

    table = check_table(result, work.digits, work.language)
    if table.count:
        show_table(table, work.format)
    for sentence in verdict(result, work.language):
        say(sentence)
    for name in result.sweep:
        write([""])
        show_table(sweep_table(result, name, work.language), work.format)
        write(["", *sweep_plot(result, name, work.language)])
    return code
