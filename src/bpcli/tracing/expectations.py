"""Numbers that somebody expects or claims, beside those that are.

A number is right within the tolerance. One that is written with decimals stands for all numbers that round to
it, 0.333 for 1/3; a whole number is meant as it is. A tolerance that was asked for decides alone.
"""

from __future__ import annotations

import math
import re

from bpcli.engine.given import pieces, value_of
from bpcli.errors import InputError
from bpcli.numbers import nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from bpcli.graph import Program

TOLERANCE = 1e-6
NOTHING = 1e-12  # what 0, which has no relative error, may be off by
ROUNDED = re.compile(r"[+-]?[0-9]*\.[0-9]+(?:[eE][+-]?[0-9]+)?|[+-]?[0-9]+\.?[eE][+-]?[0-9]+")
NAMING = re.compile(r"[^=<>!]+=(?!=)")
TOTAL = re.compile(r"d(?P<output>[^/\s]+)/d(?P<name>[^/\s]+)")


class Written:
    """A number as somebody wrote it: the text, its value, and half a unit of its last digit (0 for a whole one).

    Of a list, `parts` are its entries, in order; its value is an array.
    """

    __slots__ = ("half", "parts", "text", "value")

    def __init__(self, text: str, name: str = "a name") -> None:
        self.text = text.strip()
        self.half = 0.0
        self.parts: list[Written] = []
        self.value: Any = value_of(self.text, name)
        if getattr(self.value, "shape", ()):
            entries = [float(entry) for entry in self.value.flat]
            texts = re.findall(r"[^\[\],\s]+", self.text) if self.text.startswith("[") else []
            if len(texts) != len(entries):
                texts = [repr(entry) for entry in entries]  # randn(3): meant to the last bit
            self.parts = [Written(each, name) for each in texts]
            return
        self.value = nearest(self.value)
        if ROUNDED.fullmatch(self.text):
            mantissa, _, exponent = self.text.lower().partition("e")
            self.half = 0.5 * 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))

    def fits(self, number: Any, tolerance: float | None = None) -> bool:
        """Whether a number is what was written; `tolerance` is one that was asked for. Of arrays: every entry."""
        shape = getattr(number, "shape", ())
        if self.parts or shape:
            return bool(shape == getattr(self.value, "shape", ())) and not self.misses(number, tolerance)
        if not math.isfinite(self.value) or not math.isfinite(number):
            return bool(number == self.value or (number != number and self.value != self.value))
        off = abs(number - self.value)
        if off <= (TOLERANCE if tolerance is None else tolerance) * max(abs(number), abs(self.value)):
            return True
        if tolerance is None:
            # A unit of rounding more: 0.125 is 0.13 and 0.12.
            return bool(off <= self.half * (1 + 1e-9) or (self.value == 0 and off <= NOTHING))
        return False


    def misses(self, array: Any, tolerance: float | None = None) -> list[int]:
        """The places, counted from the first entry, where an array of the same shape is not what was written."""
        entries = [float(entry) for entry in array.flat]
        return [
            place
            for place, (part, entry) in enumerate(zip(self.parts, entries, strict=True))
            if not part.fits(entry, tolerance)
        ]


class Expectation:
    """A number that was expected, and what is.

    name:   what it is of, as it is told: `y`, or `dy/dw`
    variable: the name that is differentiated by, or "" for a value
    wrong:  of an array of the shape that was expected, the index of the first entry that is another
    is_value: whether it is the value of the variable, where its derivative is another
    """

    __slots__ = ("actual", "is_value", "name", "ok", "variable", "written", "wrong")

    def __init__(
        self, name: str, variable: str, written: Written, actual: Any, ok: bool, wrong: tuple[int, ...] = ()
    ) -> None:
        self.wrong = wrong
        self.is_value = False
        self.name = name
        self.variable = variable
        self.written = written
        self.actual = actual
        self.ok = ok


def apart(texts: Iterable[str]) -> list[str]:
    """Several of them in one text, `x=3,w=8`, as one each.

    >>> apart(["x=3,w=[1, 2]", "x=max(w, 1)", "x=3,8"])
    ['x=3', 'w=[1, 2]', 'x=max(w, 1)', 'x=3,8']
    """
    found = []
    for text in texts:
        parts = pieces(text)
        found += parts if all(NAMING.match(part) for part in parts) else [text]
    return found


def _by(program: Program, name: str) -> str:
    """The name in `w` and in `dy/dw`."""
    name = name.strip()
    total = TOTAL.fullmatch(name)
    return total["name"] if total is not None and total["output"] == program.output_name else name


def named_formula(program: Program, text: str) -> tuple[str, str, Program] | None:
    """`w = x + 2*w` as the name, the formula, and what it is read into; None of a number, and of what is neither.

    >>> from bpcli.language.reader import parse
    >>> [named_formula(parse("(x+w)*w"), text) is None for text in ("w=8", "w=pi/2", "w=x + 2*w", "w=x + 2*v")]
    [True, True, False, True]
    """
    from bpcli.language.reader import parse

    name, _, wanted = text.partition("=")
    name, wanted = _by(program, name), wanted.strip()
    if name not in program.names and name not in program.outputs:
        return None
    try:
        read = parse(wanted, given=program.names)
    except InputError:
        return None
    return (name, wanted, read) if read.inputs and {*read.inputs} <= {*program.names} else None


def named_numbers(
    program: Program, texts: Iterable[str], option: str = "expect", also: Iterable[str] = ()
) -> list[tuple[str, Written]]:
    """`w=8` and `dy/dw=8` as the name to differentiate by and the number; `y=15`, a result, keeps its name.

    also: names that a record gives to nodes without one

    A claim is of a derivative: a result is no name for it.

    Raises InputError for what is neither, and for a name that the program does not have.
    """
    found = []
    for text in apart(texts):
        name, equals, number = text.partition("=")
        name = _by(program, name)
        if not equals or not name or not number.strip():
            example = next(iter(program.names), program.output_name)
            raise InputError("expected-without-equals", option=option, text=text, example=f"{example}=2")
        names = dict.fromkeys([*program.names, *program.outputs, *also])
        if option == "claim":
            names = {each: None for each in [*program.names, *also] if each not in program.outputs}
        entry = program.entry
        if name not in names and entry is not None:
            name = entry.spelled.get(name, name.replace(" ", ""))
        if name not in names and (bare := name.replace(" ", "")) in (also or ()):
            name = bare
        if name not in names:
            raise InputError("expected-unknown", name=name, names=", ".join(names) or "none")
        found.append((name, Written(number, name)))
    return found


def _index(place: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The index of an entry that is counted from the first."""
    found: list[int] = []
    for size in reversed(shape):
        place, rest = divmod(place, size)
        found.insert(0, rest)
    return tuple(found)


def judged(
    program: Program,
    asked: list[tuple[str, Written]],
    values: Mapping[str, float],
    slopes: Mapping[str, float],
    tolerance: float | None = None,
) -> list[Expectation]:
    """Each number beside what is: a value for the name of a result, else the derivative of the only one."""
    found = []
    for name, written in asked:
        is_value = name in values
        actual: Any = values[name] if is_value else slopes[name]
        if not getattr(actual, "shape", ()):
            actual = nearest(actual)
        told = name if is_value else f"d{program.output_name}/d{name}"
        ok = written.fits(actual, tolerance)
        wrong: tuple[int, ...] = ()
        shape = getattr(actual, "shape", ())
        if not ok and shape and shape == getattr(written.value, "shape", ()):
            wrong = _index(written.misses(actual, tolerance)[0], shape)
        found.append(Expectation(told, "" if is_value else name, written, actual, ok, wrong))
    return found
