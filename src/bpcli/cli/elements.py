"""`bpcli trace --element`: one entry of an array, derived as numbers."""

from __future__ import annotations

from bpcli.engine.floats import FLOATS
from bpcli.engine.point import evaluate
from bpcli.errors import InputError
from bpcli.language.reader import parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.cli.work import Work


def as_numbers(work: Work, written: str) -> None:
    """Put the scalar program below one entry in place of the program, and its values in place of those given.

    Raises InputError where there are no arrays, and as elements.element_program.
    """
    if work.wrt is not None:
        raise InputError("element-and-wrt")
    point = evaluate(work.program, work.given, kind=work.kind)
    if not point.kind.shaped:
        raise InputError("element-of-number", element=written)
    from bpcli.tracing.elements import element_program
    from bpcli.tracing.record import names_of

    source, given, name = element_program(point, names_of(work.program, shaped=True), written)
    work.program = parse(source, given=list(given), tie=work.options.get("tie", "share"))
    work.given = given
    work.kind = FLOATS
    work.wrt = [name]
