"""`--shape`: how large the vectors and matrices are that are given no value."""

from __future__ import annotations

from bpcli.calculus.shapes import shown
from bpcli.cli.arguments import spelled
from bpcli.engine.given import pieces
from bpcli.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def shapes_of_texts(texts: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """x=3, A=3x3 or A=3,3, s=() and several of them with commas, as shapes by name. Raises InputError.

    >>> shapes_of_texts(["x=3,A=2x3", "s=()"]), shapes_of_texts(["A=2,3,x=3"])
    ({'x': (3,), 'A': (2, 3), 's': ()}, {'A': (2, 3), 'x': (3,)})
    """
    found: dict[str, tuple[int, ...]] = {}
    for text in texts:
        for piece in _by_name(text):
            name, _, sizes = piece.partition("=")
            parts = [part.strip() for part in sizes.strip().strip("()").replace("x", ",").split(",")]
            numbers = [part for part in parts if part]
            bad = not sizes.strip() or not all(part.isascii() and part.isdigit() for part in numbers)
            if bad or any(len(part) > 9 or int(part) < 1 for part in numbers):
                raise InputError("shape-unreadable", text=piece.strip())
            shape = tuple(map(int, numbers))
            if found.setdefault(spelled(name.strip()), shape) != shape:
                raise InputError("given-twice", name=name.strip(), first=shown(found[name.strip()]), second=sizes)
    return found


def _by_name(text: str) -> list[str]:
    """The parts of a list of shapes; a number without a name is another size of what stands before it."""
    found: list[str] = []
    for piece in pieces(text):
        if found and "=" in found[-1] and piece.strip().isdigit():
            found[-1] += f",{piece}"
        else:
            found.append(piece)
    return found
