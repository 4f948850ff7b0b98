"""How a number is written: exact constants on the way in, shown digits on the way out.

A constant of the language is kept exactly: an `int`, or a pair (numerator, denominator) in lowest terms.
Three values have no rational and stay floats: -0.0, inf and nan. A name ("pi") stands for itself.
"""

from __future__ import annotations

import math

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

Constant = int | tuple[int, int] | float | str

NAMED = {"pi": math.pi, "e": math.e, "tau": math.tau}

DIGITS = 6  # significant digits unless asked otherwise
MOST_DIGITS = 10  # as far as a row is widened so that what it prints is true
HALVES = {power: float(f"5e{power - 1}") for power in range(-300, 300)}  # half a unit of the digit 10^power
SURE, LARGE = 1e-290, 1e290  # between these a float has all of its digits
LONGEST_FRACTION = 40  # digits of numerator and denominator; a longer one is shown as a decimal number
LARGEST_EXPONENT = 4000  # of a literal: beyond it, exact arithmetic would be a way to exhaust memory


def rational(numerator: int, denominator: int = 1) -> int | tuple[int, int]:
    """The exact constant numerator/denominator, in lowest terms; an int where it is whole.

    >>> rational(6, -4), rational(4, 2)
    ((-3, 2), 2)
    """
    divisor = math.gcd(numerator, denominator)
    if denominator < 0:
        divisor = -divisor
    numerator, denominator = numerator // divisor, denominator // divisor
    return numerator if denominator == 1 else (numerator, denominator)


def literal(text: str) -> Constant:
    """The exact value of a decimal literal such as `12`, `0.1`, `.5`, `1e-3`.

    Raises OverflowError where the exponent or the number of digits is beyond LARGEST_EXPONENT.

    >>> literal("0.1"), literal("1.50e2"), literal("10")
    ((1, 10), 150, 10)
    """
    mantissa, _, exponent_text = text.lower().partition("e")
    whole, _, decimals = mantissa.partition(".")
    if len(exponent_text) > 6 or len(mantissa) > LARGEST_EXPONENT:
        raise OverflowError(text)
    exponent = int(exponent_text or "0") - len(decimals)
    if abs(exponent) > LARGEST_EXPONENT:
        raise OverflowError(text)
    digits = int(whole + decimals or "0")
    return rational(digits * 10**exponent) if exponent >= 0 else rational(digits, 10**-exponent)


def as_float(constant: Constant) -> float:
    """The nearest float; inf beyond the range of floats."""
    if isinstance(constant, str):
        return NAMED[constant]
    try:
        if isinstance(constant, tuple):
            return constant[0] / constant[1]
        return float(constant)
    except OverflowError:
        top = constant[0] if isinstance(constant, tuple) else constant
        return math.inf if top > 0 else -math.inf


def nearest(value: Any) -> float:
    """The float next to a number of any kind; inf beyond the range of floats."""
    if isinstance(value, float):
        return value
    return as_float((value.numerator, value.denominator)) if hasattr(value, "denominator") else float(value)


def negated(constant: Constant) -> Constant:
    """The constant with the other sign; 0 becomes -0.0, which floats keep apart, and that becomes 0.

    >>> negated((1, 2)), negated(0), negated(-0.0)
    ((-1, 2), -0.0, 0)
    """
    if isinstance(constant, tuple):
        return (-constant[0], constant[1])
    if isinstance(constant, str):
        raise TypeError("a named constant has no literal with the other sign")
    if constant == 0:
        return 0 if isinstance(constant, float) else -0.0
    return -constant


def constant_text(constant: Constant) -> str:
    """A constant as the language reads it back: `3`, `0.1`, `1/3`, `pi`.

    >>> constant_text((1, 10)), constant_text((1, 3)), constant_text(-2), constant_text((5, 2 * 10**20))
    ('0.1', '1/3', '-2', '2.5e-20')
    """
    if isinstance(constant, str):
        return constant
    if isinstance(constant, float):
        return "-0" if constant == 0 else repr(constant)
    if isinstance(constant, int):
        return _whole_text(constant)
    numerator, denominator = constant
    twos = fives = 0
    rest = denominator
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return f"{_decimal(numerator)}/{_decimal(denominator)}"
    places = max(twos, fives)
    digits = _decimal(abs(numerator) * 10**places // denominator)
    sign = "-" if numerator < 0 else ""
    if places > len(digits) + 4:
        mantissa = digits.rstrip("0")
        point = f"{mantissa[0]}.{mantissa[1:]}" if len(mantissa) > 1 else mantissa
        return f"{sign}{point}e{len(digits) - 1 - places}"
    digits = digits.rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}"


def _decimal(value: int) -> str:
    """The digits of a whole number; str() refuses more than 4300 at once."""
    if value.bit_length() < 3 * LARGEST_EXPONENT:
        return str(value)
    pieces = []
    rest = abs(value)
    while rest >= 10**LARGEST_EXPONENT:
        rest, low = divmod(rest, 10**LARGEST_EXPONENT)
        pieces.append(str(low).rjust(LARGEST_EXPONENT, "0"))
    return ("-" if value < 0 else "") + "".join([str(rest), *reversed(pieces)])


def whole_number(text: str) -> int:
    """The whole number that digits stand for, of any length. Raises ValueError.

    >>> whole_number("-12"), whole_number("9" * 9000) == 10**9000 - 1
    (-12, True)
    """
    if len(text) <= LARGEST_EXPONENT:
        return int(text)
    if not text.removeprefix("-").isdecimal():
        raise ValueError(text[:20])
    found = 0
    digits = text.removeprefix("-")
    for start in range(0, len(digits), LARGEST_EXPONENT):
        piece = digits[start : start + LARGEST_EXPONENT]
        found = found * 10 ** len(piece) + int(piece)
    return -found if text.startswith("-") else found


def _whole_text(value: int) -> str:
    text = _decimal(value)
    stripped = text.rstrip("0")
    zeros = len(text) - len(stripped)
    return f"{stripped}e{zeros}" if zeros > 15 else text


def show(value: float, digits: int = DIGITS) -> str:
    """A number as people read it: whole numbers whole, others to `digits` significant digits, -0 as 0.

    >>> show(15.0), show(-0.0), show(2 / 3), show(1e-7 / 3), show(123456789.0)
    ('15', '0', '0.666667', '3.33333e-8', '123456789')
    """
    if value.__class__ is float:
        if value.is_integer() and -1e15 < value < 1e15:
            return str(int(value))
        text = f"{value:.{digits}g}"
        if "e" not in text:
            return text
        # Of what `trimmed` takes away it has no zeros.
        mantissa, _, exponent = text.partition("e")
        return f"{mantissa}e{int(exponent)}"
    if getattr(value, "shape", ()):
        return nested(value, lambda entry: show(entry, digits))
    shown = getattr(value, "shown", None)
    if shown is not None:  # a number of another kind than floats knows how it is written
        return str(shown(digits))
    if value != value:
        return "nan"
    if value in (math.inf, -math.inf):
        return "inf" if value > 0 else "-inf"
    if value == 0:
        return "0"
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return trimmed(f"{value:.{digits}g}")


def trimmed(text: str) -> str:
    """A decimal number as Python writes it, without what says nothing: closing zeros, the plus of an exponent.

    >>> trimmed("0.2500"), trimmed("1.50E+08"), trimmed("100")
    ('0.25', '1.5e8', '100')
    """
    mantissa, e, exponent = text.lower().partition("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(exponent)}" if e else mantissa


def fraction_text(numerator: int, denominator: int, digits: int | None = None) -> str:
    """A fraction in lowest terms; where `digits` is given, one too long to read as a decimal number of so many.

    >>> fraction_text(15, 4), fraction_text(-2, 1), fraction_text(10**400, 3, 6)
    ('15/4', '-2', '3.33333e399')
    """
    if digits is None or numerator.bit_length() + denominator.bit_length() < 3 * LONGEST_FRACTION:
        top = _decimal(numerator)
        return top if denominator == 1 else f"{top}/{_decimal(denominator)}"
    from decimal import Context, Decimal

    context = Context(prec=digits, Emax=10**9, Emin=-(10**9))
    return trimmed(str(context.divide(Decimal(numerator), Decimal(denominator))))


def full(value: float) -> str:
    """A number to the last bit: the shortest text that reads back as the same float; whole ones whole."""
    shown = getattr(value, "shown", None)
    if shown is not None:
        return str(shown(None))
    if getattr(value, "shape", ()):
        return nested(value, full)
    if value == value and abs(value) < 1e15 and value == int(value):
        return str(int(value))
    text = float.__repr__(value)
    if "e" in text:
        mantissa, _, exponent = text.partition("e")
        return f"{mantissa.removesuffix('.0')}e{int(exponent)}"
    return text


def nested(value: Any, write: Callable[[float], str]) -> str:
    """An array as nested lists that the language reads back: [[1, 2], [3, 4]]."""
    if not getattr(value, "shape", ()):
        return write(value if hasattr(value, "shown") else float(value))
    return f"[{', '.join(nested(part, write) for part in value)}]"


def is_exact(shown: str, value: float) -> bool:
    """Whether the shown text stands for exactly this value."""
    if hasattr(value, "denominator"):
        from fractions import Fraction

        return Fraction(shown) == value
    return float(shown) == value


def told(
    op: str,
    operands: list[float],
    result: float,
    digits: int = DIGITS,
    exact: list[bool] | None = None,
    widest: int = MOST_DIGITS,
) -> tuple[list[str], str, str]:
    """A sum, difference, product or quotient as it is printed: operands, "=" or "≈", result.

    What is printed is true as printed: the printed operands give the printed result to its last digit. The
    digits are raised up to `widest` until they do; where even that is not enough the sign is ≈.

    exact: marks operands that are printed otherwise, as 1/3 or pi, and so stand for all their digits

    >>> told("*", [2.0, 0.19661193324148185], 0.3932238664829637)
    (['2', '0.196612'], '=', '0.393224')
    >>> told("*", [2.0, 0.196], 0.392, digits=1)
    (['2', '0.2'], '=', '0.4')
    >>> told("*", [2.0, 0.19661193324148185], 0.3932238664829637, digits=2)
    (['2', '0.1966'], '=', '0.3932')
    >>> told("*", [1 / 3, 3.0], 1.0)
    (['0.333333', '3'], '≈', '1')
    """
    if len(operands) == 2 and operands[0].__class__ is operands[1].__class__ is float:
        found = _told_pair(op, operands, result, digits, exact or (False, False), widest)
        if found is not None:
            return found
    if all(hasattr(number, "denominator") for number in (*operands, result)):
        # Fractions: what was computed is so, but what is too long to print is rounded.
        *shown, total = [show(number, digits) for number in (*operands, result)]
        whole = all(map(is_exact, (*shown, total), (*operands, result)))
        return shown, "=" if whole else "≈", total
    if result - result != 0 or any(operand - operand != 0 for operand in operands):
        return [show(operand, digits) for operand in operands], "=", show(result, digits)
    # A fraction that meets a float is printed as 1/3 too.
    fixed = [hasattr(operand, "denominator") for operand in operands]
    if exact is not None:
        fixed = [one or other for one, other in zip(fixed, exact, strict=True)]
    for more in range(digits, max(digits, widest) + 1):
        shown = [show(operand, more) for operand in operands]
        total = show(result, more)
        meant = [
            full(nearest(operand)) if known else text
            for operand, text, known in zip(operands, shown, fixed, strict=True)
        ]
        if _gives(op, meant, total, any(fixed)):
            return shown, "=", total
    return [show(operand, digits) for operand in operands], "≈", show(result, digits)


def _told_pair(
    op: str, operands: list[float], result: float, digits: int, exact: Sequence[bool], widest: int
) -> tuple[list[str], str, str] | None:
    """The same for two floats, without decimal numbers; None where those are needed."""
    left, right = operands
    at_first: tuple[list[str], str, str] | None = None
    for more in range(digits, max(digits, widest) + 1):
        first, second, total = show(left, more), show(right, more), show(result, more)
        given = _surely_gives(op, left if exact[0] else float(first), right if exact[1] else float(second), total)
        if given is None:
            return None
        if given:
            return [first, second], "=", total
        at_first = at_first or ([first, second], "≈", total)
    return at_first


def _surely_gives(op: str, left: float, right: float, total: str) -> bool | None:
    """Whether two operands give the printed result, where floats can tell; None where they cannot.

    Each of the three is read with an error of half a unit of 2^-53, and the operation makes one more: what is closer
    to the edge than that takes decimal numbers.
    """
    printed = float(total)
    if not (abs(left) > SURE or left == 0) or not (abs(right) > SURE or right == 0):
        return None
    if op == "*":
        got = left * right
        if got == 0:
            return True if printed == 0 and (left == 0 or right == 0) else None
        doubt = abs(got) * 1e-15
    elif op == "+":
        got = left + right
        doubt = (abs(left) + abs(right)) * 1e-15
    elif op == "-":
        got = left - right
        doubt = (abs(left) + abs(right)) * 1e-15
    else:
        return None
    gap = abs(got - printed)
    doubt += abs(printed) * 1e-15
    _, point, decimals = total.partition(".")
    if "e" in total:
        digits, _, exponent = (decimals or total).partition("e")
        half = HALVES.get(int(exponent) - (len(digits) if point else 0), 0.0)
    elif point:
        half = HALVES[-len(decimals)]
    elif gap == 0 and doubt < 1 and left.is_integer() and right.is_integer():
        return True  # whole numbers, and these without error
    else:
        return False if SURE < doubt < gap < LARGE else None
    doubt += half * 1e-15
    if not SURE < doubt < half < LARGE:
        return None
    if gap + doubt <= half:
        return True
    return False if gap - doubt > half else None


def _gives(op: str, operands: list[str], result: str, rounded: bool) -> bool:
    """Whether the printed operands give the printed result, to half a unit of its last digit."""
    from decimal import Context, Decimal

    if "inf" in operands:  # a fraction beyond the range of floats
        return False
    context = Context(prec=60, Emax=10**6, Emin=-(10**6))
    total = Decimal(operands[0])
    for operand in map(Decimal, operands[1:]):
        if op == "+":
            total = context.add(total, operand)
        elif op == "-":
            total = context.subtract(total, operand)
        elif op == "*":
            total = context.multiply(total, operand)
        elif operand:
            total = context.divide(total, operand)
        else:
            return False
    printed = Decimal(result)
    exponent = printed.as_tuple().exponent
    half = Decimal((0, (5,), int(exponent) - 1)) if "." in result or "e" in result else Decimal(0)
    if rounded:
        # An operand that stands for all its digits is known here to the last bit of a float.
        half = context.add(half, context.multiply(abs(total), Decimal("1e-15")))
    return abs(context.subtract(total, printed)) <= half
