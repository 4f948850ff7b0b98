"""The kind of number that a name stands for. Each is loaded when it is first asked for."""

from __future__ import annotations

from bpcli.engine.floats import FLOATS
from bpcli.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.calculus.kinds import Kind

NARROW = ("float32", "float16", "bfloat16")


def kind_for(numbers: str | int) -> Kind:
    """The kind for "float64", "exact", one of NARROW, or a number of digits.

    Raises InputError for another name, a number of digits out of range, and where mpmath is needed and missing.
    """
    if numbers == "float64":
        return FLOATS
    if numbers == "exact":
        from bpcli.engine.exact import FRACTIONS

        return FRACTIONS
    if numbers in NARROW:
        from bpcli.engine.narrow import narrow

        return narrow(numbers)
    if isinstance(numbers, int):
        from bpcli.engine.precise import LEAST_DIGITS, MOST_DIGITS, precise

        if not LEAST_DIGITS <= numbers <= MOST_DIGITS:
            raise InputError("digits-range", digits=numbers, least=LEAST_DIGITS, most=MOST_DIGITS)
        return precise(numbers)
    raise InputError("unknown-numbers", name=numbers, known=", ".join(("float64", "exact", *NARROW)))
