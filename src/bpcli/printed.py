"""Many numbers as they are printed: each is written once, and floats decide, where they can, what is true as printed.

What is decided here is what `numbers.told` decides in decimal arithmetic, which is asked where it is too close to call.
"""

from __future__ import annotations

import operator
from math import floor, inf, log10, nan

from bpcli.numbers import MOST_DIGITS, told

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    # The text; the number that it says; the value times the unit; the unit; what the last digit stands for, halved.
    Entry = tuple[str, float, float, float, float]

MOST_KEPT = 4096  # numbers that are remembered; they are forgotten together
MAGIC = 1.5 * 2.0**52  # x + MAGIC - MAGIC is the whole number next to x, of all that have as many digits as are printed
TIE = 0.4999  # what is farther than this from a whole number may be rounded either way
DOUBT = 1e-4  # of a unit of the last digit: many times what floats lose in numbers of up to ten digits
FAR = 1e11  # units of the last of ten digits: a sum of terms beyond this loses more
POWERS = {power: float(f"1e{power}") for power in range(-300, 301)}
EXACT = 1e18  # a whole number divided by a power of ten up to 10^4 times this is the nearest float to its decimals
FORMS = [f"%.{digits}g" for digits in range(MOST_DIGITS + 1)]
CALCULATE = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}


class Printed(dict[float, "Entry"]):
    """Floats as people read them, to some digits.

    An entry has the text and the number that it says. Times the `unit`, a power of ten, the value has all digits that
    are printed before its point; a result is true where it differs by no more than `half` of those units. A number
    that is printed whole has the unit 0; where floats cannot tell, the last four are nan, which is in no order.

    widest: digits up to which a row is widened so that what it prints is true
    """

    __slots__ = ("digits", "far", "finer", "form", "least", "most", "widest")

    def __init__(self, digits: int, widest: int = MOST_DIGITS) -> None:
        super().__init__()
        self.digits = digits
        self.widest = widest
        self.form = f"%.{digits}g"
        self.least, self.most = (10.0 ** (digits - 1), 10.0**digits) if digits <= MOST_DIGITS else (inf, inf)
        self.finer = [(more, 10.0 ** (more - digits)) for more in range(digits + 1, widest + 1)]
        self.far = FAR * 10.0 ** (digits - MOST_DIGITS)

    def __missing__(self, value: float) -> Entry:
        if len(self) >= MOST_KEPT:
            self.clear()
        if value.is_integer() and -1e15 < value < 1e15:
            entry = self[value] = str(int(value)), value, value, 0.0, 0.0
            return entry
        text = decimal(self.form, value)
        size = abs(value)
        unit = POWERS.get(self.digits - 1 - floor(log10(size)), nan) if size < inf else nan
        scaled = value * unit
        whole = scaled + MAGIC - MAGIC
        if -TIE < scaled - whole < TIE and self.least <= abs(scaled) < self.most:
            half = 0.5 if whole % 10 and not 0.5 < unit < 2 else half_unit(whole, unit, self.digits)
            entry = self[value] = text, whole / unit, scaled, unit, half
        else:
            entry = self[value] = text, nan, nan, nan, nan
        return entry

    def told(
        self, op: str, left: float, right: float, result: float, exact: Sequence[bool] = (False, False)
    ) -> tuple[str, str, str, str]:
        """A sum, difference, product or quotient as it is printed: operands, "=" or "≈", result; as numbers.told.

        >>> Printed(6).told("*", 2.0, 0.19661193324148185, 0.3932238664829637)
        ('2', '0.196612', '=', '0.393224')
        """
        first, one, _, unit_of_one, _ = self[left]
        second, other, _, unit_of_other, _ = self[right]
        text, _, scaled, unit, half = self[result]
        if right == 1 and result == left and op == "*" and not exact[0]:
            return first, second, "=", text
        if unit == 0:
            if unit_of_one == unit_of_other == 0 and op != "/" and CALCULATE[op](left, right) == result:
                return first, second, "=", text
        elif other and half == half:
            one, other = left if exact[0] and one == one else one, right if exact[1] and other == other else other
            terms = abs(one) + abs(other)
            if terms * unit < self.far or (op in "*/" and terms < inf):
                gap = abs(CALCULATE[op](one, other) * unit - (scaled + MAGIC - MAGIC))
                if gap < half - DOUBT:
                    return first, second, "=", text
                more = self._digits(CALCULATE[op], (left, right), result, exact) if half + DOUBT < gap < inf else None
                if more:
                    return self._at(left, more), self._at(right, more), "=", self._at(result, more)
                if more == 0:
                    return first, second, "≈", text
        (first, second), relation, text = told(op, [left, right], result, self.digits, list(exact), self.widest)
        return first, second, relation, text

    def _at(self, value: float, digits: int) -> str:
        """A number with more digits than all others."""
        entry = self[value]
        return decimal(FORMS[digits], value) if entry[3] else entry[0]

    def _digits(
        self,
        calculate: Callable[[float, float], float],
        operands: tuple[float, float],
        result: float,
        exact: Sequence[bool],
    ) -> int | None:
        """With how many digits, beyond the first ones, two operands give a result; 0 for none, None if unsure."""
        _, one, scaled_one, unit_of_one, _ = self[operands[0]]
        _, other, scaled_other, unit_of_other, _ = self[operands[1]]
        _, _, scaled, unit, _ = self[result]
        if exact[0]:
            one, unit_of_one = operands[0], 0.0
        if exact[1]:
            other, unit_of_other = operands[1], 0.0
        for more, finer in self.finer:
            if unit_of_one:
                digits = scaled_one * finer
                whole = digits + MAGIC - MAGIC
                if abs(digits - whole) > TIE:
                    return None
                one = whole / (unit_of_one * finer)
            if unit_of_other:
                digits = scaled_other * finer
                whole = digits + MAGIC - MAGIC
                if abs(digits - whole) > TIE:
                    return None
                other = whole / (unit_of_other * finer)
            digits = scaled * finer
            whole = digits + MAGIC - MAGIC
            scale = unit * finer
            gap = abs(calculate(one, other) * scale - whole)
            half = 0.5 if whole % 10 and not 0.5 < scale < 2 else half_unit(whole, scale, more)
            if abs(digits - whole) > TIE or not (gap < half - DOUBT or gap > half + DOUBT):
                return None
            if gap < half:
                return more
        return 0

    def called(
        self, function: Callable[..., float], operands: Sequence[float], result: float, exact: Sequence[bool]
    ) -> tuple[list[str], str, str] | None:
        """A step that is no arithmetic, as it is printed: operands, "=" or "≈", result; None where floats cannot tell.

        The function is asked again at the printed operands: not for a number to show, but whether the one that was
        recorded is what they give, to the digits that are printed.
        """
        text, _, scaled, unit, _ = self[result]
        if not (unit == 0 or unit >= 1):
            return None
        meant = [operand if known else operand + 0.0 for operand, known in zip(operands, exact, strict=True)]
        loose = []
        for place, operand in enumerate(operands):
            _, _, digits, places, _ = self[operand]
            if places and not exact[place]:
                if not 1 <= places < EXACT:
                    return None
                loose.append((place, digits, places))
        for more, finer in ((self.digits, 1.0), *self.finer):
            for place, digits, places in loose:
                digits *= finer
                whole = digits + MAGIC - MAGIC
                if abs(digits - whole) > TIE:
                    return None
                meant[place] = whole / (places * finer)
            got = function(*meant)
            if unit == 0:
                return ([self[operand][0] for operand in operands], "=", text) if got == result else None
            digits, got = scaled * finer, got * unit * finer
            whole, other = digits + MAGIC - MAGIC, got + MAGIC - MAGIC
            if abs(digits - whole) > TIE or abs(got - other) > TIE or abs(whole) >= 10.0**more:
                return None
            if whole == other:
                if abs(got) < 10.0 ** (more - 1):
                    return None  # with less before its point it has more behind it
                if more == self.digits:
                    return [self[operand][0] for operand in operands], "=", text
                return [self._at(operand, more) for operand in operands], "=", self._at(result, more)
        return [self[operand][0] for operand in operands], "≈", text


def decimal(form: str, value: float) -> str:
    """A float that is not whole, or very large, in a form such as %.6g; its exponent without what says nothing.

    >>> decimal("%.6g", 1e-7 / 3)
    '3.33333e-8'
    """
    text = form % value
    if "e" not in text:
        return text
    mantissa, _, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent)}"


def half_unit(whole: float, unit: float, digits: int) -> float:
    """Half of what the last digit that is printed of whole/unit stands for, in units: zeros at the end are not printed.

    0 where no digit behind the point is left, which is meant exactly; nan where there is one digit more than thought.
    """
    if abs(whole) >= 10.0**digits:
        return nan
    tens = 1.0
    while whole % (10 * tens) == 0:
        tens *= 10
    return 0.5 * tens if unit < 0.5 or 2 * tens < unit else 0.0  # the power of ten itself may have been rounded
