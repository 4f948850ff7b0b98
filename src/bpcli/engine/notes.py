"""What a run noticed, as data: kind and facts. render/words.py has the sentences."""

from __future__ import annotations


class Note:
    """Something worth knowing about a result that is right all the same.

    kind:  infinite-value, infinite-gradient, kink, independent, cut, no-open-path, shadowed
    facts: fill the sentence of that kind
    """

    __slots__ = ("facts", "kind")

    def __init__(self, kind: str, **facts: object) -> None:
        self.kind = kind
        self.facts = facts
