"""Names and numbers: what a word of the text stands for."""

from __future__ import annotations

from bpcli import numbers
from bpcli.language import driver, scanner
from bpcli.language.reader.mistakes import Mistakes
from bpcli.ops import named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

RAISES = frozenset((driver.TERMINALS["CIRCUMFLEX"], scanner.SUPERSCRIPT))


class Names(Mistakes):
    """The actions for literals and names."""

    def number(self, parts: list[Any], first: int, last: int) -> int:
        """A literal, kept exactly."""
        return self.graph.const(self.literal(self.tokens.texts[first], first), self.tokens.span(first, last))

    def literal(self, text: str, token: int) -> numbers.Constant:
        """The exact value of the digits of a token."""
        try:
            return numbers.literal(text)
        except OverflowError:
            raise self.tokens.error("literal-too-large", token, limit=numbers.LARGEST_EXPONENT) from None

    def name(self, parts: list[Any], first: int, last: int) -> int:
        """A parameter, an assigned name, a constant, or else a free variable."""
        name = self.tokens.texts[first]
        # A variable that was met before stays one to the end of the text, outside of definitions.
        if self.graph is self.outer and self.tokens.kinds[first + 1] not in RAISES:
            node = self.graph.variables.get(name)
            if node is not None:
                return node
        if self.tokens.kinds[first + 1] in RAISES and (name in self.templates or named(name)):
            self.refuse_raised_function(name, first)
        return self.look_up(name, self.tokens.span(first, last))

    def look_up(self, name: str, span: tuple[int, int]) -> int:
        graph = self.graph
        if graph is self.outer:
            node = self.assigned.get(name)
            if node is not None:
                return node
        if name in self.settings and self.settings[name].isdecimal():
            return graph.const(int(self.settings[name]), span)
        constant = self.constants.get(name)
        if constant is not None and name not in graph.variables:
            return graph.const(constant, span)
        node = graph.variable(name, span)
        if graph is self.outer and name not in self.names:
            self.names[name] = node
            if name in self.shadowed:
                self.hidden.append(name)
        return node

    def fresh(self, name: str) -> str:
        """A name like this one that is still free."""
        number = 2
        while f"{name}{number}" in self.names or f"{name}{number}" in self.tokens.assigned:
            number += 1
        return f"{name}{number}"
