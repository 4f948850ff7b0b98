"""What a run noticed, as data: kind and facts. render/languages/ has the sentences."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_ALIKE = 5  # notes of one kind; the rest is counted


class Note:
    """Something worth knowing about a result that is right all the same.

    kind:  infinite-value, infinite-gradient, kink, jump, independent, cut, no-open-path, shadowed, stored-otherwise,
           broadcast-square, broadcast-grid; left-exact, left-exact-slope; underflow, overflow, underflow-slope,
           overflow-slope; slope-carried, slope-lost; and-more; of a fit fit-not-unique, fit-other-data,
           fit-no-freedom, fit-not-scaled, fit-diverged,
           fit-not-converged, fit-constant-x, fit-constant-y, fit-far, fit-powers,
           fit-extrapolation
    facts: fill the sentence of that kind
    """

    __slots__ = ("facts", "kind")

    def __init__(self, kind: str, **facts: object) -> None:
        self.kind = kind
        self.facts = facts

    def __repr__(self) -> str:
        return f"Note({', '.join([repr(self.kind), *(f'{name}={fact!r}' for name, fact in self.facts.items())])})"


def first_few(kind: str, found: Sequence[Mapping[str, object]]) -> list[Note]:
    """A note for each of the first few places, and one that counts the others."""
    notes = [Note(kind, **facts) for facts in found[:MOST_ALIKE]]
    if len(found) > MOST_ALIKE:
        notes.append(Note("and-more", count=len(found) - MOST_ALIKE, of=kind))
    return notes
