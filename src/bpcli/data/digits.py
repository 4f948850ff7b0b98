"""Plain decimals out of text, many at once: `-12.5` and the like, by arithmetic on eight characters at a time.

A decimal of up to 15 digits and 22 places is the quotient of two floats that are exact, rounded once: the very float
that Python reads. Whatever else stands in a block, an exponent, a quote, a blank, longer numbers, makes it a case
for others.

Source: Clinger, How to read floating point numbers accurately, PLDI 1990; Lemire, Number parsing at a gigabyte per
second, Software: Practice and Experience 51 (2021).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = Any

BEFORE = 16  # blanks before the text, so that the sixteen characters before any place are there
LONGEST = 16  # digits before the point, and behind it
EXACT = np.uint64(1 << 53)  # whole numbers below are floats

LINE_END, MINUS, PLUS = b"\n-+"


def _each_byte(value: int) -> np.uint64:
    return np.uint64(value * 0x0101010101010101)


# The last n of eight characters, which are the high bytes of a little-endian word; and "0" in each of these places.
LAST = np.array([0, *((0xFFFFFFFFFFFFFFFF << 8 * (8 - n)) & 0xFFFFFFFFFFFFFFFF for n in range(1, 9))], dtype=np.uint64)
ZEROS = LAST & _each_byte(ord("0"))
WHOLE_POWERS = np.array([10**n for n in range(LONGEST + 1)], dtype=np.uint64)
POWERS = np.array([10.0**n for n in range(LONGEST + 1)])


def decimals(
    data: bytes, separator: int, width: int, places: Sequence[int], point: int = ord(".")
) -> NDArray[np.float64] | None:
    """The columns at `places` of lines of `width` cells each, as an array (rows, places).

    separator, point: their bytes; the last line ends too

    None where a line has another number of cells, or a cell of these columns is not a plain decimal.
    """
    text = np.frombuffer(b" " * BEFORE + data, np.uint8)
    ends = np.flatnonzero((text == separator) | (text == LINE_END))
    if not len(ends) or len(ends) % width:
        return None
    kinds = text[ends].reshape(-1, width)
    if not ((kinds[:, -1] == LINE_END).all() and (kinds[:, :-1] == separator).all()):
        return None
    starts = np.empty_like(ends)
    starts[0] = BEFORE
    np.add(ends[:-1], 1, out=starts[1:])
    if list(places) != list(range(width)):
        ends = ends.reshape(-1, width)[:, list(places)].ravel()
        starts = starts.reshape(-1, width)[:, list(places)].ravel()
    negative = text[starts] == MINUS
    starts = starts + (negative | (text[starts] == PLUS))
    points = _points(text == point, starts, ends)
    before = points - starts
    behind = np.maximum(ends - points - 1, 0)
    if min(int(before.min()), int((before + behind).min()) - 1) < 0:
        return None  # no digit
    # Eight characters before each place: unaligned words over the same bytes.
    words = np.ndarray((len(text) - 7,), "<u8", buffer=text, strides=(1,))
    whole = _digits_before(words, points, before)
    fraction = _digits_before(words, ends, behind)
    if whole is None or fraction is None:
        return None
    digits = whole * WHOLE_POWERS[behind] + fraction
    if int((before + behind).max()) > 15 and (int((before + behind).max()) > 18 or (digits >= EXACT).any()):
        return None
    values: NDArray[np.float64] = digits.astype(np.float64)
    values /= POWERS[behind]
    np.negative(values, out=values, where=negative)
    return values.reshape(-1, len(places))


def _points(marks: Array, starts: Array, ends: Array) -> Array:
    """Where the point of each cell stands, or its end where it has none; `marks` has all of them."""
    points = np.flatnonzero(marks)
    if not len(points):
        return ends
    if len(points) == len(ends) and (points >= starts).all() and (points < ends).all():
        return points
    next_point = np.append(points, len(marks))[np.searchsorted(points, starts)]
    return np.minimum(next_point, ends)


def _digits_before(words: Array, stops: Array, lengths: Array) -> Array | None:
    """The whole numbers that the last `lengths` characters before `stops` spell; None where one is no digit."""
    longest = int(lengths.max())
    if longest > LONGEST:
        return None
    low = _eight_digits(words, stops, np.minimum(lengths, 8))
    if low is None or longest <= 8:
        return low
    high = _eight_digits(words, stops - 8, np.maximum(lengths - 8, 0))
    return None if high is None else high * WHOLE_POWERS[8] + low


def _eight_digits(words: Array, stops: Array, lengths: Array) -> Array | None:
    """The same for at most eight: pairs of digits, pairs of pairs, and pairs of these, all in one word."""
    word = words[stops - 8]
    word &= LAST[lengths]
    word ^= ZEROS[lengths]
    if (((word + _each_byte(0x76)) | word) & _each_byte(0x80)).any():  # a byte above 9
        return None
    word *= np.uint64(10 << 8 | 1)
    word >>= np.uint64(8)
    word &= np.uint64(0x00FF00FF00FF00FF)
    word *= np.uint64(100 << 16 | 1)
    word >>= np.uint64(16)
    word &= np.uint64(0x0000FFFF0000FFFF)
    word *= np.uint64(10_000 << 32 | 1)
    word >>= np.uint64(32)
    return word
