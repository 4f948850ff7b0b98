"""The state of one reading: the graph that grows, and what names mean."""

from __future__ import annotations

from bpcli import numbers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Any

    from bpcli.graph import Function, Graph
    from bpcli.language.reader.templates import Template
    from bpcli.language.scanner import Tokens

SHARE = "share"


class Reading:
    """What the actions of the grammar know of each other."""

    def __init__(self, tokens: Tokens, given: Collection[str], graph: Graph, tie: str = SHARE) -> None:
        self.tokens = tokens
        self.tie = tie
        self.graph = graph
        self.names: dict[str, int] = {}
        self.assigned: dict[str, int] = {}
        self.templates: dict[str, Template] = {}
        self.custom: dict[str, Function] = {}
        self.hidden: list[str] = []  # constants that turned out to be variables here
        self.own = {*tokens.assigned, *given}
        spellings = {**{name: name for name in numbers.NAMED}, "π": "pi", "τ": "tau"}
        self.shadowed = self.own & {*spellings}
        self.constants = {name: value for name, value in spellings.items() if name not in self.own}
        self.defining: Template | None = None  # the definition whose body is being read
        self.sloping: tuple[Function, str] | None = None  # the derivative whose body is being read
        self.outer = self.graph
        self.lists: dict[tuple[int, int], list[int]] = {}
        self.draws = 0
        self.settings: dict[str, str] = {}
        self.unfold: frozenset[str] = frozenset()
        self.leaves: frozenset[str] = frozenset()
        self.opened: set[str] = set()  # those of them that were assigned
        self.values: list[str] = []  # names that are assigned a value alone
        self.statement_start = 0
        self.last: tuple[str, Any] = ("", None)  # what the newest statement was, and its result
