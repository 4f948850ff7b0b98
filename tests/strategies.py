"""Random programs that are right by construction, wrong ones near them, and random points."""

from __future__ import annotations

from hypothesis import strategies as st

from bpcli.ops import GROUPS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    Draw = Callable[[st.SearchStrategy[Any]], Any]

VARIABLES = ("x", "w", "h", "W1", "beta", "x_2", "β")
ASSIGNED = ("a", "b", "c", "L")
PARAMETERS = ("u", "v")
INTEGERS = ("0", "1", "2", "3", "10", "0007")
LITERALS = (*INTEGERS, "0.5", ".25", "4.", "1e3", "2.5E-2", "1e+2")
ATOMS = ("name", "literal", "call", "bracket", "name", "root")
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
SUPERSCRIPTS = ("²", "³", "⁻¹", "¹⁰")

# spelling -> numbers of arguments that it takes, and the keywords that may follow them
CALLS = [
    (op.spelling, (1, 2, 4) if op.variadic else (len(op.params) - len(op.defaults), len(op.params)), tuple(op.defaults))
    for _, operations in GROUPS
    for op in operations
    if not op.symbol and not op.of_tensors
]


class Writer:
    """Writes one program: each method is a level of the grammar, and gives text that is right at that level.

    Every choice takes one byte. When the bytes are used up the first choice is taken, which is always the
    simplest: a failing program therefore shrinks with its bytes, and drawing one costs a single draw.
    """

    def __init__(self, choices: bytes) -> None:
        self.choices = iter(choices)
        self.names: tuple[str, ...] = ("x",)
        self.functions: dict[str, int] = {}

    def one(self, options: Sequence[str]) -> str:
        return options[next(self.choices, 0) % len(options)]

    def often(self, share: int) -> bool:
        """True in one of `share` cases."""
        return next(self.choices, 0) % share == share - 1

    def times(self, most: int) -> range:
        """A loop of 0 to `most` rounds, mostly short."""
        return range(next(self.choices, 0) % (most + 1))

    def literal(self) -> str:
        return self.one(LITERALS)

    def call(self, depth: int) -> str:
        if self.functions and self.often(2):
            name = self.one(sorted(self.functions))
            return f"{name}({', '.join(self.expression(depth - 1) for _ in range(self.functions[name]))})"
        spelling, counts, keywords = CALLS[next(self.choices, 0) % len(CALLS)]
        arguments = [self.expression(depth - 1) for _ in range(counts[next(self.choices, 0) % len(counts)])]
        if keywords and len(arguments) == counts[0] and self.often(2):
            arguments.append(f"{keywords[0]}={self.sum(depth - 1)}")
        return f"{spelling}({', '.join(arguments)})"

    def atom(self, depth: int) -> str:
        kind = self.one(("name", "literal", "name") if depth < 1 else ATOMS)
        if kind == "name":
            return self.one(self.names)
        if kind == "literal":
            return self.literal()
        if kind == "call":
            return self.call(depth)
        if kind == "bracket":
            return f"({self.expression(depth - 1)})"
        return f"{self.one('√∛')}{self.atom(depth - 1)}"

    def postfix(self, depth: int) -> str:
        return self.atom(depth) + (self.one(SUPERSCRIPTS) if self.often(6) else "")

    def unary(self, depth: int) -> str:
        kind = self.one(("postfix",) if depth < 1 else ("postfix", "postfix", "postfix", "power", "sign"))
        if kind == "power":
            return f"{self.postfix(depth - 1)}{self.one(('^', '**'))}{self.unary(depth - 1)}"
        if kind == "sign":
            return f"{self.one('-+')}{self.unary(depth - 1)}"
        return self.postfix(depth)

    def implicit(self, depth: int) -> str:
        """Factors without a sign between them: 2x, (x + 1)(x - 1), x²y, 2sin(x)."""
        written, kind = "", self.one(("literal", "bracket", "raised"))
        for _ in range(1 + len(self.times(2))):
            if kind == "literal":
                written += self.literal()
            elif kind == "bracket":
                written += f"({self.expression(depth - 1)})"
            elif kind == "call":
                written += self.call(depth)
            else:
                written += f"{self.one(self.names)}{self.one(SUPERSCRIPTS)}"
            kind = self.one(("bracket", "call", "raised"))
        written += self.one(self.names)
        return f"{written}^{self.unary(0)}" if self.often(3) else written

    def product(self, depth: int) -> str:
        def factor() -> str:
            return self.implicit(depth) if depth > 0 and self.often(4) else self.unary(depth)

        written = factor()
        for _ in self.times(2):
            # After a `/` an implicit product would have two readings.
            written += "*" + factor() if self.often(2) else "/" + self.unary(depth)
        return written

    def sum(self, depth: int) -> str:
        written = self.product(depth)
        for _ in self.times(2):
            written += f" {self.one('+-')} {self.product(depth)}"
        return written

    def expression(self, depth: int) -> str:
        if depth < 1 or not self.often(6):
            return self.sum(depth)
        kind = self.one(("compare", "chain", "not", "and", "or"))
        if kind == "not":
            return f"not {self.sum(depth - 1)}"
        if kind in ("and", "or"):
            return f"{self.sum(depth - 1)} < {self.sum(depth - 1)} {kind} not {self.sum(depth - 1)}"
        written = f"{self.sum(depth - 1)} {self.one(COMPARISONS)} {self.sum(depth - 1)}"
        return written if kind == "compare" else f"{written} {self.one(COMPARISONS)} {self.sum(depth - 1)}"

    def program(self, depth: int, rules: bool) -> str:
        lines = []
        for name in ("f", "g")[: len(self.times(2))]:
            parameters = PARAMETERS[: 1 + len(self.times(1))]
            own = rules and self.often(2)
            outer, self.functions = self.functions, {} if own else self.functions
            self.names = parameters if own else (*parameters, "x", "pi")
            lines.append(f"{name}({', '.join(parameters)}) = {self.expression(depth)}")
            if own:
                lines += [f"d {name}/d{parameter} = {self.expression(depth)}" for parameter in parameters]
            self.functions = {**outer, name: len(parameters)}
        self.names = (*VARIABLES, "pi", "e")
        for name in ASSIGNED[: len(self.times(3))]:
            lines.append(f"{name} = {self.expression(depth)}")
            self.names = (name, *self.names, name)
        ending = self.expression(depth)
        # A line that begins with + is refused after a line that is complete.
        lines.append(f"({ending})" if ending.startswith("+") else ending)
        return self.one(("; ", "\n", "\n\n  ", " ;\n")).join(lines)


def choices(most: int) -> st.SearchStrategy[bytes]:
    """Bytes for a Writer; long ones as often as short ones."""
    return st.integers(0, most).flatmap(lambda size: st.binary(min_size=size, max_size=size))


@st.composite
def expressions(draw: Draw, names: tuple[str, ...] = VARIABLES, depth: int = 3) -> str:
    """One expression over some variables."""
    writer = Writer(draw(choices(80)))
    writer.names = names
    return writer.expression(depth)


def programs(rules: bool = False, depth: int = 2) -> st.SearchStrategy[str]:
    """Statements: definitions (`rules`: with derivatives of their own), assignments, and an expression at the end."""
    return choices(150).map(lambda drawn: Writer(drawn).program(depth, rules))


@st.composite
def implicit_products(draw: Draw) -> str:
    """Factors with and without signs between them, right or not: most of what can be read in two ways is here."""
    pieces = draw(st.lists(st.sampled_from((
        "2", "x", "(x + 1)", "sin(x)", "x²", "√x", "*", "*", "/", "^", "-", "3", "y", " ",
    )), min_size=1, max_size=9))  # fmt: skip
    return "".join(pieces)


FROM_THE_WEB = {
    "*": "×·∙⋅∗＊", "/": "÷∕／", "-": "−–－﹣", "+": "＋", "^": "＾", ",": "，", "(": "（", ")": "）", "=": "＝",
    "<": "＜", ">": "＞", ";": "；", " ": "\u00a0\u3000\u2009", "0": "０", "1": "１", "2": "２", "x": "ｘ", "w": "ｗ",
}  # fmt: skip


@st.composite
def web_spelling(draw: Draw, text: str) -> str:
    """The same text with some characters as web pages and Chinese keyboards have them."""
    # Two characters that are one sign stay together: ** and <= have no full-width form.
    together = ("**", "<=", ">=", "==", "!=")
    pieces = []
    for place, char in enumerate(text):
        alone = text[place : place + 2] not in together and text[max(place - 1, 0) : place + 1] not in together
        others = FROM_THE_WEB.get(char, "") if alone else ""
        pieces.append(draw(st.sampled_from(others)) if others and draw(st.booleans()) else char)
    return "".join(pieces)


SIGNS = "()+-*/^=<>,;.#!√²⁻πσ× \n\tx2eδ_[]{}|@%&'\"\\$:?~∞∂∑°½′…（）ⁿ\u0301\u200b\x00\x1b"


@st.composite
def mutations(draw: Draw, text: str) -> str:
    """The text with one character more, less, or another."""
    place = draw(st.integers(0, len(text)))
    kind = draw(st.sampled_from(("insert", "remove", "replace", "double", "swap")))
    char = draw(st.sampled_from(SIGNS))
    if kind == "insert":
        return text[:place] + char + text[place:]
    if kind == "remove":
        return text[:place] + text[place + 1 :]
    if kind == "replace":
        return text[:place] + char + text[place + 1 :]
    if kind == "double":
        return text[:place] + text[place : place + 1] * 2 + text[place + 1 :]
    return text[:place] + text[place : place + 2][::-1] + text[place + 2 :]


def points(names: tuple[str, ...], size: float = 3.0) -> st.SearchStrategy[dict[str, float]]:
    """A value for each name, of ordinary size."""
    return st.fixed_dictionaries({name: st.floats(-size, size, width=32) for name in names})
