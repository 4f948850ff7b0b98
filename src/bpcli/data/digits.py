"""Decimals out of text, many at once: `-12.5` and the like, by arithmetic on eight characters at a time.

A decimal of up to 15 digits and 22 places is the quotient of two floats that are exact, rounded once: the very float
that Python reads. With up to 19 digits the quotient is computed with what its rounding takes, which decides on the last
bit. The few cells that are left, with an exponent, say, are read one by one; with more of them, or anything that is no
plain number, a block is a case for others.

Source: Clinger, How to read floating point numbers accurately, PLDI 1990; Lemire, Number parsing at a gigabyte per
second, Software: Practice and Experience 51 (2021).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = Any

BEFORE = 24  # blanks before the text, so that as many characters before any place are there
LONGEST, LONGEST_BEHIND = 16, 19  # digits before the point, and behind it
EXACT = np.uint64(1 << 53)  # whole numbers below are floats
LARGEST = 1.8e19  # of all digits together: they are a word
SPLITTER = 134217729.0  # 2^27 + 1: halves the digits of a float
DOUBT = 1e-9  # of a unit in the last place: so close to the middle between two floats, others decide
FEW = 0.02  # share of the cells that are read one by one

NUMBER = re.compile(rb"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")

LINE_END, MINUS, PLUS, EXPONENT = b"\n-+e"


def _each_byte(value: int) -> np.uint64:
    return np.uint64(value * 0x0101010101010101)


# The last n of eight characters, which are the high bytes of a little-endian word; and "0" in each of these places.
LAST = np.array([0, *((0xFFFFFFFFFFFFFFFF << 8 * (8 - n)) & 0xFFFFFFFFFFFFFFFF for n in range(1, 9))], dtype=np.uint64)
ZEROS = LAST & _each_byte(ord("0"))
WHOLE_POWERS = np.array([10**n for n in range(LONGEST_BEHIND + 1)], dtype=np.uint64)
POWERS = np.array([10.0**n for n in range(23)])  # those that are floats


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
    firsts = starts
    negative = text[starts] == MINUS
    starts = starts + (negative | (text[starts] == PLUS))
    # Eight characters before each place: unaligned words over the same bytes.
    words = np.ndarray((len(text) - 7,), "<u8", buffer=text, strides=(1,))
    left = np.zeros(len(ends), dtype=bool)  # to be read one by one
    stops, exponents = _exponents(text, words, starts, ends, left)
    points = _points(text == point, starts, stops)
    before = points - starts
    behind = np.maximum(stops - points - 1, 0)
    left |= (before + behind < 1) | (before > LONGEST) | (behind > LONGEST_BEHIND)
    divided = behind - exponents
    left |= (divided < 0) | (divided >= len(POWERS))
    if left.any():
        before, behind, divided = (np.where(left, 0, each) for each in (before, behind, divided))
    whole = _digits_before(words, points, before, left)
    fraction = _digits_before(words, stops, behind, left)
    digits = whole * WHOLE_POWERS[behind] + fraction
    values: NDArray[np.float64] = digits.astype(np.float64)
    powers = POWERS[divided]
    if int((before + behind).max()) > 15:
        left |= whole * POWERS[behind] + fraction >= LARGEST
        long = np.flatnonzero((digits >= EXACT) & ~left)
        values /= powers
        if len(long):
            values[long], doubtful = _quotients(digits[long], powers[long])
            left[long[doubtful]] = True
    else:
        values /= powers
    np.negative(values, out=values, where=negative)
    rest = np.flatnonzero(left)
    if len(rest) > max(FEW * len(values), 1):
        return None
    for cell in rest.tolist():
        found = data[firsts[cell] - BEFORE : ends[cell] - BEFORE]
        plain = found if point == ord(".") else b"?" if b"." in found else found.replace(bytes([point]), b".")
        if NUMBER.fullmatch(plain) is None or not math.isfinite(float(plain)):
            return None
        values[cell] = float(plain)
    return values.reshape(-1, len(places))


def _exponents(text: Array, words: Array, starts: Array, ends: Array, left: Array) -> tuple[Array, Array]:
    """Where the digits before an exponent stop, and the exponent; the end and 0 where there is none."""
    marks = (text | 32) == EXPONENT
    stops = _points(marks, starts, ends)
    if stops is ends:
        return ends, np.int64(0)
    has = stops < ends
    signs = text[np.minimum(stops + 1, ends)]
    negative = signs == MINUS
    lengths = ends - stops - 1 - (negative | (signs == PLUS))
    left |= has & ((lengths < 1) | (lengths > 3))
    found = _eight_digits(words, ends, np.where(has & ~left, lengths, 0), left).astype(np.int64)
    return stops, np.where(negative & has, -found, found)


def _quotients(digits: Array, powers: Array) -> tuple[Array, Array]:
    """Whole numbers of up to 19 digits divided by powers of ten, rounded once; and where that is in doubt."""
    high = digits.astype(np.float64)
    low = (digits - high.astype(np.uint64)).astype(np.int64).astype(np.float64)
    first = high / powers
    # What first * powers is beyond its rounding. Source: Dekker, Numerische Mathematik 18 (1971).
    product = first * powers
    first_high = SPLITTER * first - (SPLITTER * first - first)
    powers_high = SPLITTER * powers - (SPLITTER * powers - powers)
    first_low, powers_low = first - first_high, powers - powers_high
    error = ((first_high * powers_high - product) + first_high * powers_low + first_low * powers_high) + (
        first_low * powers_low
    )
    second = ((high - product) - error + low) / powers
    values = first + second
    beyond = np.abs(second - (values - first)) / np.spacing(values)
    # Half a unit, or a quarter below a power of two.
    return values, (np.abs(beyond - 0.5) < DOUBT) | (np.abs(beyond - 0.25) < DOUBT)


def _points(marks: Array, starts: Array, ends: Array) -> Array:
    """Where the point of each cell stands, or its end where it has none; `marks` has all of them."""
    points = np.flatnonzero(marks)
    if not len(points):
        return ends
    if len(points) == len(ends) and (points >= starts).all() and (points < ends).all():
        return points
    next_point = np.append(points, len(marks))[np.searchsorted(points, starts)]
    return np.minimum(next_point, ends)


def _digits_before(words: Array, stops: Array, lengths: Array, left: Array) -> Array:
    """The whole numbers that the last `lengths` characters before `stops` spell; `left` is set where they do not."""
    longest = int(lengths.max())
    total = _eight_digits(words, stops, np.minimum(lengths, 8), left)
    for passed in range(8, longest, 8):
        higher = _eight_digits(words, stops - passed, np.clip(lengths - passed, 0, 8), left)
        total += higher * WHOLE_POWERS[passed]
    return total


def _eight_digits(words: Array, stops: Array, lengths: Array, left: Array) -> Array:
    """The same for at most eight: pairs of digits, pairs of pairs, and pairs of these, all in one word."""
    word = words[stops - 8]
    word &= LAST[lengths]
    word ^= ZEROS[lengths]
    wrong = ((word + _each_byte(0x76)) | word) & _each_byte(0x80)  # a byte above 9
    if wrong.any():
        left |= wrong != 0
    word *= np.uint64(10 << 8 | 1)
    word >>= np.uint64(8)
    word &= np.uint64(0x00FF00FF00FF00FF)
    word *= np.uint64(100 << 16 | 1)
    word >>= np.uint64(16)
    word &= np.uint64(0x0000FFFF0000FFFF)
    word *= np.uint64(10_000 << 32 | 1)
    word >>= np.uint64(32)
    return word
