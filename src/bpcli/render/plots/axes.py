"""Where the marks of an axis stand, and what is written at them."""

from __future__ import annotations

import math
from decimal import Decimal

from bpcli.numbers import trimmed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Tick = tuple[float, str]

LONG = 7  # characters of a number from which on powers of ten are shorter to read


def ticks(low: float, high: float, most: int, log: bool = False) -> list[Tick]:
    """At most so many round numbers from low to high, each with its text; of logarithms powers of ten.

    >>> [text for _, text in ticks(-0.2, 1.1, 5)], [text for _, text in ticks(0.002, 300, 9, log=True)]
    (['0', '0.5', '1'], ['0.01', '0.1', '1', '10', '100'])
    """
    if log:
        found = _powers(low, high, most)
        if len(found) > 1 or most < 2:
            return found
    return _even(low, high, most)


def apart(low: float, high: float, most: int, room: int, gap: int, whole: bool = False) -> list[Tick]:
    """At most so many numbers side by side, `gap` characters or more from each other where `room` lie in a line.

    whole: whether there is nothing between whole numbers, as of steps
    """
    found: list[Tick] = []
    for count in range(most, 0, -1):
        found = [tick for tick in ticks(low, high, count) if not whole or tick[0].is_integer()]
        if len(found) * (max((len(text) for _, text in found), default=0) + gap) <= room:
            break
    return found


def upright(low: float, high: float, most: int, log: bool = False) -> list[Tick]:
    """At most so many numbers above each other, but two of them where there are any: one alone tells no scale."""
    found: list[Tick] = []
    for count in range(max(most, 2), 2 * most + 4):
        found = ticks(low, high, count, log)
        if len(found) > 1:
            break
    if len(found) > max(most, 3):
        # Every second one, 0 among them.
        first = next((place for place, (value, _) in enumerate(found) if value == 0), 0)
        found = found[first % 2 :: 2]
    return found


def _even(low: float, high: float, most: int) -> list[Tick]:
    """Multiples of 1, 2 or 5 times a power of ten."""
    half = high / 2 - low / 2  # of the widest axis is still a number
    if half <= 0 or most < 1:
        return []
    power = math.floor(math.log10(half / most) + math.log10(2))
    for factor in (1, 2, 5, 10, 20, 50, 100):
        step = Decimal(factor).scaleb(power)
        first, last = _rounded(low, step, up=True), _rounded(high, step, up=False)
        if last - first < most:
            values = [step * place for place in range(first, last + 1)]
            return [(float(value), text) for value, text in zip(values, texts(values), strict=True)]
    return []


def _rounded(value: float, step: Decimal, up: bool) -> int:
    """How many steps a number is, as a whole number that is not outside; what is a step but for rounding is one."""
    count = value / float(step)
    near = round(count)
    if abs(count - near) <= 1e-9 + 1e-15 * abs(count):
        return near
    return math.ceil(count) if up else math.floor(count)


def _powers(low: float, high: float, most: int) -> list[Tick]:
    """Powers of ten; where there are few, twice and five times these; where there are many, every second or third."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    chosen: list[Decimal] = []
    for factors, stride in (((1, 2, 5), 1), ((1,), 1), *(((1,), stride) for stride in (2, 3, 5, 10, 20, 50, 100))):
        decades = [power for power in range(first, last + 1) if power % stride == 0]
        chosen = [Decimal(factor).scaleb(power) for power in decades for factor in factors]
        chosen = [value for value in chosen if low <= float(value) <= high]
        if len(chosen) <= most:
            break
    return [(float(value), text) for value, text in zip(chosen, texts(chosen), strict=True)]


def texts(values: Sequence[Decimal]) -> list[str]:
    """The numbers of one axis, all of them plain, or all with a power of ten where that is shorter.

    >>> texts([Decimal("0"), Decimal("0.5")]), texts([Decimal("2e-7"), Decimal("4e-7")])
    (['0', '0.5'], ['2e-7', '4e-7'])
    """
    plain = [trimmed(format(value, "f")) for value in values]
    powers = [
        min(short, trimmed(format(value, "e")), key=len) for value, short in zip(values, plain, strict=True)
    ]
    longest = max(map(len, plain), default=0)
    return powers if longest >= LONG and max(map(len, powers)) < longest else plain


def scale(low: float, high: float, log: bool = False) -> Callable[[float], float]:
    """Where a number stands between the ends of an axis: 0 at the low one, 1 at the high one."""
    if log:
        first, last = math.log(low), math.log(high)
        return lambda value: (math.log(value) - first) / (last - first) if value > 0 else math.nan
    # Halves, so that the width of the widest axis is still a number.
    width = high / 2 - low / 2
    return lambda value: (value / 2 - low / 2) / width
