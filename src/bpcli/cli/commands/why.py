"""`bpcli why`: the edge that makes a derivative 0, huge, tiny, infinite or undefined."""

from __future__ import annotations

from bpcli.cli.output import say, write, write_json
from bpcli.errors import DONE
from bpcli.tracing.reasons import why

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.cli.work import Work


def run(work: Work) -> int:
    """What the derivative is, and the edges that decide."""
    names = work.wrt or list(work.program.inputs)
    if not names:
        write(["there is no input whose derivative could be explained"])
    found = [why(work.program, work.given, name) for name in names]
    if work.format == "json":
        from bpcli.render.why import why_dict

        for each in found:
            write_json(why_dict(each, work.language))
    elif work.quiet:
        write(f"{each.name}={each.kind}" for each in found)
    else:
        from bpcli.render.why import sentences

        for place, each in enumerate(found):
            if place:
                write([""])
            for sentence in sentences(each, work.digits, work.language):
                say(sentence)
    return DONE
