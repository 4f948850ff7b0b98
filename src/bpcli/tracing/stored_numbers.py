"""The numbers of a stored trace, in the kind that they were calculated in.

Floats stand as they are. Where floats cannot say a number, its text stands beside the nearest float, under the key of
its kind: {"value": 0.3333333333333333, "exact": {"value": "1/3"}}; null there where the number is a float after all.
"""

from __future__ import annotations

from bpcli.engine.choose import fitting, kind_called
from bpcli.engine.narrow import FORMATS
from bpcli.errors import InputError
from bpcli.numbers import nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from bpcli.calculus.kinds import Kind
    from bpcli.graph import Program

SLACK = 1e-9  # between a stored number and what its formula gives: other machines round sums otherwise
ULPS = 8  # the same between numbers of a narrow format, in units of their last bit


def plain(stored: Any) -> Any:
    """A stored number as a float, nested lists as an array; inf and nan are words. null is None."""
    if stored is None:
        return None
    if not isinstance(stored, list):
        return float(stored)
    import numpy as np

    return np.array(stored, dtype=np.float64)


class Numbers:
    """How stored numbers are read."""

    def __init__(self, data: Mapping[str, Any], program: Program) -> None:
        """Raises InputError for a kind of number that does not exist."""
        found = kind_called(str(data["numbers"]))
        if found is None:
            raise InputError("trace-of-other-numbers", numbers=data["numbers"])
        given = {name: plain(value) for name, value in data["inputs"].items()}
        self.kind: Kind = fitting(program, given, found)
        self.key = self.kind.written
        format = FORMATS.get(self.kind.title)  # noqa: A001 - the word for it
        self.slack = ULPS * 2.0 ** (1 - format.bits) if format else SLACK

    def of(self, entry: Mapping[str, Any], name: str) -> Any:
        """The number of an entry that has this name."""
        return self.read(entry[name], entry[self.key][name] if self.key else None)

    def listed(self, entry: Mapping[str, Any], name: str) -> tuple[Any, ...]:
        """Several numbers that stand in a list."""
        told = entry[self.key][name] if self.key else [None] * len(entry[name])
        return tuple(self.read(stored, text) for stored, text in zip(entry[name], told, strict=True))

    def named(self, entry: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
        """Numbers by name, and their texts by name."""
        return {name: self.read(stored, told[name] if self.key else None) for name, stored in entry.items()}

    def read(self, stored: Any, text: Any) -> Any:
        """A stored number and its text as the number that it was."""
        if not isinstance(stored, list):
            return None if stored is None else self.kind.of_float(float(stored)) if text is None else self._of(text)
        import numpy as np

        floats = plain(stored)
        if not self.key:
            return floats.astype(self.kind.zero_like(floats).dtype)
        found = floats.astype(object)
        for place, each in np.ndenumerate(np.array(text, dtype=object)):
            if each is not None:
                found[place] = self._of(each)
        return found

    def _of(self, text: Any) -> Any:
        if not isinstance(text, str):
            raise TypeError(f"{text!r} is no text")
        return self.kind.of_text(text)

    def far(self, stored: Any, found: Any) -> bool:
        """Whether two numbers, or arrays, differ by more than another order of the same sums would make them."""
        if getattr(found, "shape", ()) or getattr(stored, "shape", ()):
            import numpy as np

            if np.shape(stored) != np.shape(found):
                return True
            left, right = (np.asarray(each, dtype=np.float64) for each in (stored, found))
            size = float(np.max(np.abs(right), initial=0.0))
            slack = self.slack * size if size < np.inf else 0.0
            return not np.allclose(left, right, rtol=self.slack, atol=slack, equal_nan=True)
        if stored == found or (stored != stored and found != found):
            return False
        stored, found = nearest(stored), nearest(found)
        return not abs(stored - found) <= self.slack * max(abs(stored), abs(found))
