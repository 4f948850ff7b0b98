"""Many numbers as they are printed: each is written once, and floats decide, where they can, what is true as printed.

What is decided here is what `numbers.told` decides in decimal arithmetic, which is asked where it is too close to call.
"""

from __future__ import annotations

import operator
from math import floor, inf, log10, nan

from bpcli.numbers import MOST_DIGITS, show, told

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    # The text; the number that it says; that times the unit; how far from it a result is true beyond doubt; the unit.
    Entry = tuple[str, float, float, float, float]

MOST_KEPT = 512  # numbers that are remembered, few enough to be at hand; they are forgotten together
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
    that is printed whole has the unit 0; where floats cannot tell, all that follows the text is nan, which is in no
    order.

    widest: digits up to which a row is widened so that what it prints is true
    """

    __slots__ = ("digits", "far", "finer", "form", "least", "most", "units", "widest")

    def __init__(self, digits: int, widest: int = MOST_DIGITS) -> None:
        super().__init__()
        self.digits = digits
        self.widest = widest
        self.form = f"%.{digits}g"
        self.units = {digits - 1 - power: unit for power, unit in POWERS.items()}
        self.least, self.most = (10.0 ** (digits - 1), 10.0**digits) if digits <= MOST_DIGITS else (inf, inf)
        self.finer = [(more, 10.0 ** (more - digits)) for more in range(digits + 1, widest + 1)]
        self.far = FAR * 10.0 ** (digits - MOST_DIGITS)

    def __missing__(self, value: float) -> Entry:
        if len(self) >= MOST_KEPT:
            self.clear()
        if value.is_integer() and -1e15 < value < 1e15:
            entry = self[value] = str(int(value)), value, nan, nan, 0.0
            return entry
        text, size = self.form % value, abs(value)
        if "e" in text:
            text = without_padding(text)
        unit = self.units.get(floor(log10(size)), nan) if size < inf else nan
        scaled = value * unit
        whole = scaled + MAGIC - MAGIC
        if -TIE < scaled - whole < TIE and self.least <= abs(scaled) < self.most:
            half = 0.5 if whole % 10 and not 0.5 < unit < 2 else half_unit(whole, unit, self.digits)
            entry = self[value] = text, whole / unit, whole, half - DOUBT, unit
        else:
            entry = self[value] = text, nan, nan, nan, nan
        return entry

    def shown(self, value: float) -> str:
        """A number as it is printed."""
        return self[value][0]

    def product(self, left: float, right: float, result: float) -> tuple[str, str, str, str]:
        """A product as it is printed: operands, "=" or "≈", result; as `told`, and at once where it is true."""
        first, one, _, _, _ = self[left]
        second, other, _, _, _ = self[right]
        text, _, whole, near, unit = self[result]
        gap = abs(one * other * unit - whole)
        if gap < near:
            return first, second, "=", text
        if other and near + 2 * DOUBT < gap < inf:
            return self._wider("*", left, right, result) or self._decimally("*", left, right, result)
        return self.told("*", left, right, result)

    def total(self, left: float, right: float, result: float) -> tuple[str, str, str, str]:
        """The same of a sum."""
        first, one, _, _, _ = self[left]
        second, other, _, _, _ = self[right]
        text, _, whole, near, unit = self[result]
        if abs((one + other) * unit - whole) < near and (abs(one) + abs(other)) * unit < self.far:
            return first, second, "=", text
        return self.told("+", left, right, result)

    def told(
        self, op: str, left: float, right: float, result: float, exact: Sequence[bool] = (False, False)
    ) -> tuple[str, str, str, str]:
        """A sum, difference, product or quotient as it is printed: operands, "=" or "≈", result; as numbers.told.

        >>> Printed(6).told("*", 2.0, 0.19661193324148185, 0.3932238664829637)
        ('2', '0.196612', '=', '0.393224')
        """
        first, one, _, _, unit_of_one = self[left]
        second, other, _, _, unit_of_other = self[right]
        text, _, whole, near, unit = self[result]
        if right == 1 and result == left and op == "*" and not exact[0]:
            return first, second, "=", text
        if unit == 0:
            if unit_of_one == unit_of_other == 0 and op != "/" and CALCULATE[op](left, right) == result:
                return first, second, "=", text
            if result == 0 and ((left == 0 and op in "*/") or (right == 0 and op == "*")):
                return first, second, "=", text
        elif other and near == near:
            one, other = left if exact[0] and one == one else one, right if exact[1] and other == other else other
            terms = abs(one) + abs(other)
            if terms * unit < self.far or (op in "*/" and terms < inf):
                gap = abs(CALCULATE[op](one, other) * unit - whole)
                if gap < near:
                    return first, second, "=", text
                found = self._wider(op, left, right, result, exact) if near + 2 * DOUBT < gap < inf else None
                if found is not None:
                    return found
        return self._decimally(op, left, right, result, exact)

    def _decimally(
        self, op: str, left: float, right: float, result: float, exact: Sequence[bool] = (False, False)
    ) -> tuple[str, str, str, str]:
        """The same in decimal arithmetic."""
        (first, second), relation, text = told(op, [left, right], result, self.digits, list(exact), self.widest)
        return first, second, relation, text

    def _wider(
        self, op: str, left: float, right: float, result: float, exact: Sequence[bool] = (False, False)
    ) -> tuple[str, str, str, str] | None:
        """The same with the fewest digits beyond the first that make it true, or ≈; None if floats cannot tell."""
        first, one, _, _, unit_of_one = self[left]
        second, other, _, _, unit_of_other = self[right]
        text, _, _, _, unit = self[result]
        scaled_one, scaled_other, scaled = left * unit_of_one, right * unit_of_other, result * unit
        calculate = CALCULATE[op]
        if exact[0]:
            one = left
        if exact[1]:
            other = right
        for more, finer in self.finer:
            if unit_of_one and not exact[0]:
                digits = scaled_one * finer
                whole = digits + MAGIC - MAGIC
                if not -TIE < digits - whole < TIE:
                    return None
                one = whole / (unit_of_one * finer)
            if unit_of_other and not exact[1]:
                digits = scaled_other * finer
                whole = digits + MAGIC - MAGIC
                if not -TIE < digits - whole < TIE:
                    return None
                other = whole / (unit_of_other * finer)
            digits = scaled * finer
            whole = digits + MAGIC - MAGIC
            if not -TIE < digits - whole < TIE:
                return None
            scale = unit * finer
            gap = abs(calculate(one, other) * scale - whole)
            half = 0.5 if whole % 10 and not 0.5 < scale < 2 else half_unit(whole, scale, more)
            if gap < half - DOUBT:
                form = FORMS[more]
                first = decimal(form, left) if unit_of_one else first
                second = decimal(form, right) if unit_of_other else second
                return first, second, "=", decimal(form, result)
            if not gap > half + DOUBT:
                return None
        return first, second, "≈", text

    def called(
        self, function: Callable[..., float], operands: Sequence[float], result: float, exact: Sequence[bool]
    ) -> tuple[list[str], str, str] | None:
        """A step that is no arithmetic, as it is printed: operands, "=" or "≈", result; None where floats cannot tell.

        The function is asked again at the printed operands: not for a number to show, but whether the one that was
        recorded is what they give, to the digits that are printed.
        """
        text, _, _, _, unit = self[result]
        if not (unit == 0 or unit >= 1):
            return None
        scaled = result * unit
        shown, meant, loose = [], [], []
        for place, operand in enumerate(operands):
            written, said, _, _, places = self[operand]
            shown.append(written)
            if exact[place]:
                meant.append(operand)
            elif places == 0:
                meant.append(said)
            elif 1 <= places < EXACT:
                meant.append(said)
                loose.append((place, operand * places, places))
            else:
                return None
        more, finer, further = self.digits, 1.0, iter(self.finer)
        while True:
            got = function(*meant)
            if unit == 0:
                return (shown, "=", text) if got == result else None
            digits, got = scaled * finer, got * unit * finer
            whole, other = digits + MAGIC - MAGIC, got + MAGIC - MAGIC
            if abs(digits - whole) > TIE or abs(got - other) > TIE or abs(whole) >= 10.0**more:
                return None
            if whole == other:
                if abs(got) < 10.0 ** (more - 1):
                    return None  # with less before its point it has more behind it
                if more == self.digits:
                    return shown, "=", text
                form = FORMS[more]
                closer = [decimal(form, each) if self[each][4] else self[each][0] for each in operands]
                return closer, "=", decimal(form, result)
            more, finer = next(further, (0, 0.0))
            if not more:
                return shown, "≈", text
            for place, digits, places in loose:
                digits *= finer
                whole = digits + MAGIC - MAGIC
                if abs(digits - whole) > TIE:
                    return None
                meant[place] = whole / (places * finer)


class Various:
    """The same of numbers of any kind: floats as above, the others in decimal arithmetic."""

    __slots__ = ("digits", "floats", "widest")

    def __init__(self, digits: int, widest: int = MOST_DIGITS) -> None:
        self.digits = digits
        self.widest = widest
        self.floats = Printed(digits, widest)

    def shown(self, value: Any) -> str:
        """A number as it is printed."""
        return self.floats.shown(value) if value.__class__ is float else show(value, self.digits)

    def told(
        self, op: str, left: Any, right: Any, result: Any, exact: Sequence[bool] = (False, False)
    ) -> tuple[str, str, str, str]:
        """A sum, difference, product or quotient: operands, "=" or "≈", result; as numbers.told."""
        if left.__class__ is right.__class__ is result.__class__ is float:
            return self.floats.told(op, left, right, result, exact)
        (first, second), relation, text = told(op, [left, right], result, self.digits, list(exact), self.widest)
        return first, second, relation, text

    def product(self, left: Any, right: Any, result: Any) -> tuple[str, str, str, str]:
        """A product."""
        return self.told("*", left, right, result)

    def total(self, left: Any, right: Any, result: Any) -> tuple[str, str, str, str]:
        """A sum."""
        return self.told("+", left, right, result)

    def called(
        self, function: Callable[..., Any], operands: Sequence[Any], result: Any, exact: Sequence[bool]
    ) -> None:
        """Whether a function gives its value as printed is not decided here."""


def decimal(form: str, value: float) -> str:
    """A float that is not whole, or very large, in a form such as %.6g; its exponent without what says nothing.

    >>> decimal("%.6g", 1e-7 / 3)
    '3.33333e-8'
    """
    text = form % value
    return without_padding(text) if "e" in text else text


def without_padding(text: str) -> str:
    """1e-07 as 1e-7."""
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
