"""Large expressions: `wide`, a sum of products, a tenth of which stand in a sine; and `deep`, one nest of brackets."""

from __future__ import annotations

import random
from array import array
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

OPS = ("mul", "add", "sub", "div", "sin")


class Expression:
    """An expression as a list of instructions, and as text.

    inputs:            the value of each variable; the variables are the first nodes
    ops, lefts, rights: one entry for each node after them; operands are nodes, `ops` are places in OPS
    """

    def __init__(self, inputs: Sequence[float] = ()) -> None:
        self.inputs = array("d", inputs)
        self.ops = array("b")
        self.lefts = array("q")
        self.rights = array("q")
        self.text = ""

    def __len__(self) -> int:
        return len(self.inputs) + len(self.ops)

    def add(self, op: str, left: int, right: int = -1) -> int:
        """Append a node; its number."""
        self.ops.append(OPS.index(op))
        self.lefts.append(left)
        self.rights.append(right)
        return len(self) - 1

    COLUMNS = ("inputs", "ops", "lefts", "rights")

    def save(self, folder: Path) -> None:
        """Write the text and the columns; a child reads what it needs, so that nothing else fills its memory."""
        (folder / "text").write_text(self.text)
        for name in self.COLUMNS:
            (folder / name).write_bytes(getattr(self, name).tobytes())

    @classmethod
    def load(cls, folder: Path, columns: Sequence[str]) -> Expression:
        """Read some of the columns back; without `ops` the text takes their place."""
        made = cls()
        for name in columns:
            getattr(made, name).frombytes((folder / name).read_bytes())
        if "ops" not in columns:
            made.text = (folder / "text").read_text()
        return made


def wide(nodes: int) -> Expression:
    """x1*x2*x3 + sin(x4*x5*x6) - ...: about 0.29 n terms over n/10 variables."""
    draw = random.Random(nodes)
    variables = max(nodes // 10, 3)
    made = Expression([draw.uniform(0.5, 1.5) for _ in range(variables)])
    pieces: list[str] = []
    total = -1
    while len(made) < nodes:
        a, b, c = (draw.randrange(variables) for _ in range(3))
        term = made.add("mul", made.add("mul", a, b), c)
        written = f"x{a}*x{b}*x{c}"
        number = len(pieces)
        if number % 10 == 9:
            term, written = made.add("sin", term), f"sin({written})"
        if total < 0:
            total = term
        else:
            op, sign = ("sub", "-") if number % 3 == 2 else ("add", "+")
            total, written = made.add(op, total, term), f"{sign} {written}"
        pieces.append(written)
    made.text = " ".join(pieces)
    return made


# What a chain does in turn; products and quotients balance, so that no gradient dies or explodes on the way.
TURNS = ("mul", "add", "div", "sub", "mul", "add", "div", "sub", "mul sin", "div sin")
SIGNS = {"mul": "*", "div": "/", "add": "+", "sub": "-"}


def deep(nodes: int) -> Expression:
    """((((x0*x7)+x2)/x5)-x1)*sin(x4)...: a chain about 0.8 n long over n/10 variables."""
    draw = random.Random(nodes)
    variables = max(nodes // 10, 3)
    made = Expression([draw.uniform(0.99, 1.01) for _ in range(variables)])
    pieces: list[str] = []
    sines = 0
    here = 0
    while len(made) < nodes:
        turn = TURNS[len(pieces) % len(TURNS)]
        op = turn.partition(" ")[0]
        if turn != op and sines < variables:
            other = made.add("sin", sines)  # each sine once: ours would compute it only once anyway
            written = f"sin(x{sines})"
            sines += 1
        else:
            other = draw.randrange(variables)
            written = f"x{other}"
        here = made.add(op, here, other)
        pieces.append(f"{SIGNS[op]}{written})")
    made.text = "(" * len(pieces) + "x0" + "".join(pieces)
    return made


SHAPES: dict[str, Callable[[int], Expression]] = {"wide": wide, "deep": deep}


def walk(made: Expression, leaves: list[Any], sin: Callable[[Any], Any]) -> Any:
    """The last node of an expression, in whatever numbers the leaves are."""
    nodes = list(leaves)
    append = nodes.append
    for op, left, right in zip(made.ops, made.lefts, made.rights, strict=True):
        if op == 0:
            append(nodes[left] * nodes[right])
        elif op == 1:
            append(nodes[left] + nodes[right])
        elif op == 2:
            append(nodes[left] - nodes[right])
        elif op == 3:
            append(nodes[left] / nodes[right])
        else:
            append(sin(nodes[left]))
    return nodes[-1]
