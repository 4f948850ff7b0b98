"""The loop that reads Lark's LALR tables. It knows states and symbols and nothing of the language.

Lark's own loop takes several times as long and its import most of the start-up time of a command. A test
runs both over the same texts and compares the graphs.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from bpcli.language.build_tables import Tables


def load() -> Tables:
    """The tables of the grammar: the ones made ahead, or new ones where the checkout's grammar was edited."""
    from bpcli.language import tables

    made = (tables.SYMBOLS, tables.RULES, tables.ACTIONS, tables.GOTOS)
    here = os.path.dirname(os.path.abspath(__file__))
    checkout = os.path.join(here, *[os.pardir] * 3, "grammar", "expression.lark")
    if not os.path.isfile(checkout):
        return made
    import zlib

    with open(checkout, "rb") as file:
        grammar = file.read()
    if zlib.crc32(grammar) == tables.FINGERPRINT:
        return made
    import sys

    from bpcli.language.build_tables import build

    sys.stderr.write(
        "note: grammar/expression.lark was changed; its tables are rebuilt at every start until "
        "`python -m bpcli.language.build_tables` is run\n"
    )
    return build(grammar.decode())


SYMBOLS, RULES, ACTIONS, GOTOS = load()
TERMINALS = {name: number for number, name in enumerate(SYMBOLS) if not name.islower()}


class Unexpected(Exception):  # noqa: N818 - it is caught by the reader, who makes the error of it
    """The token at `index` cannot follow what stands before it."""

    def __init__(self, index: int) -> None:
        super().__init__(index)
        self.index = index


def drive(kinds: Sequence[int], actions: dict[str, Callable[[list[Any], int, int], Any]]) -> Any:
    """Read the tokens of these kinds, ended by END, and return what the action of the start rule returned.

    An action is called as `action(parts, first, last)`: its parts are results of actions and indices of
    tokens; first and last are the indices of the first and the last token that it covers. No recursion:
    the depth of the text costs memory and nothing else. Raises Unexpected.
    """
    rules = [(symbol, length, actions[name] if name else None) for symbol, length, name in RULES]
    passes = [action is None and length == 1 for _, length, action in rules]
    table, gotos = ACTIONS, GOTOS
    states = [0]
    values: list[Any] = []
    firsts: list[int] = []
    settled: dict[tuple[int, int, int], int] = {}
    end, finished = TERMINALS["$END"], gotos[0][SYMBOLS.index("start")]
    state = 0
    index = 0
    kind = kinds[0]
    while True:
        act = table[state].get(kind)
        if act is None:
            if state == finished and kind == end:
                return values[0]
            raise Unexpected(index)
        if act >= 0:
            states.append(act)
            values.append(index)
            firsts.append(index)
            state = act
            index += 1
            kind = kinds[index]
            continue
        symbol, length, action = rules[~act]
        if length == 3:
            last = values.pop()
            middle = values.pop()
            del states[-3:], firsts[-2:]
            values[-1] = action([values[-1], middle, last], firsts[-1], index - 1)  # type: ignore[misc]
        elif length == 1:
            if action is not None:
                values[-1] = action([values[-1]], firsts[-1], index - 1)
            states.pop()
        else:
            parts = values[-length:]
            first = firsts[-length]
            del values[-length:], states[-length:], firsts[-length:]
            # A rule without an action of its own and of several parts does not occur: build() names it.
            values.append(action(parts, first, index - 1))  # type: ignore[misc]
            firsts.append(first)
        # Rules that pass their only part on are followed once for each (state, symbol, next token).
        below = states[-1]
        key = (below, symbol, kind)
        found = settled.get(key)
        if found is None:
            found = gotos[below][symbol]
            while True:
                after = table[found].get(kind)
                if after is None or after >= 0 or not passes[~after]:
                    break
                found = gotos[below][rules[~after][0]]
            settled[key] = found
        states.append(found)
        state = found
