"""Graph -> text: what the language reads back, with as few brackets as it allows.

Nothing recurses, and nothing is reordered: `x*w` stays `x*w`, and a + (b + c) keeps its brackets, because
without them it would be another sum.
"""

from __future__ import annotations

from bpcli import numbers
from bpcli.ops import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from bpcli.graph import Graph
    from bpcli.ops import Op

# How tightly each form holds together; an operand that holds less tightly than its place needs brackets.
# A negative number holds as tightly as a sign before a formula, but may stand in an exponent: x^-2, x^(-w).
OR, AND, NOT, COMPARE, SUM, PRODUCT, UNARY, NEGATIVE, POWER, ATOM = range(1, 11)

# symbol -> level of the form, levels that the left and the right operand need
INFIX = {
    "or": (OR, OR, AND),
    "and": (AND, AND, NOT),
    "+": (SUM, SUM, PRODUCT),
    "-": (SUM, SUM, PRODUCT),
    "*": (PRODUCT, PRODUCT, UNARY),
    "/": (PRODUCT, PRODUCT, UNARY),
    "@": (PRODUCT, PRODUCT, UNARY),
    "^": (POWER, ATOM, NEGATIVE),
} | dict.fromkeys(("<", "<=", ">", ">=", "==", "!="), (COMPARE, SUM, SUM))
TIGHT = ("*", "/", "^")

LONGEST = 400  # symbols: a formula that is longer than this and repeats itself may become a program
WORTH = 5  # symbols of a part that gets a name because it is used again


def form(op: str, count: int, spaced: bool = False) -> tuple[int, list[str | int]]:
    """How an operation is written: the level of the whole, and its pieces.

    A piece is text, or a number: the level that the next operand needs.
    """
    declared = TABLE.get(op)
    symbol = declared.symbol if declared is not None else ""
    if declared is not None and (declared.chosen or symbol == ".T"):
        return tensor_form(declared, count)
    if symbol == "=":
        return ATOM, [ATOM]
    if symbol and count == 2:
        level, left, right = INFIX[symbol]
        tight = (symbol in TIGHT and not spaced) or symbol == "^"
        sign = symbol if tight else f" {symbol} "
        return level, [left, sign, right]
    if symbol == "not":
        return NOT, ["not ", NOT]
    if symbol and count == 1:
        return UNARY, [symbol, UNARY]
    name = declared.spelling if declared is not None else op.removeprefix("call ")
    pieces: list[str | int] = [f"{name}("]
    for place in range(count):
        pieces += [", ", OR] if place else [OR]
    return ATOM, [*pieces, ")"]


def tensor_form(declared: Op, count: int) -> tuple[int, list[str | int]]:
    """The same of an operation with settings, and of `.T`."""
    name, chosen = declared.name.partition(" ")[0], declared.chosen
    if name == "transpose":
        return ATOM, [ATOM, ".T"]
    if name == "index":
        return ATOM, [ATOM, f"[{chosen['at'].replace(',', ', ')}]"]
    pieces: list[str | int] = []
    for place in range(0 if declared.hidden is not None else count):
        pieces += [", ", OR] if place else [OR]
    if name == "stack" and chosen["axis"] == "0":
        return ATOM, ["[", *pieces, "]"]
    settings = []
    for setting, text in chosen.items():
        listed = f"[{text.replace(',', ', ')}]" if "," in text else text or "all"
        if setting == declared.rest:
            settings.append(text.replace(",", ", ") if declared.hidden is not None else listed)
        elif text != declared.settings[setting] or setting == "seed":
            # A seed that is left out is the number of the draw, which depends on what else is drawn.
            settings.append(f"{setting}={listed}")
    for text in settings:
        pieces += [", ", text] if pieces else [text]
    return ATOM, [f"{declared.spelling}(", *pieces, ")"]


_forms: dict[tuple[str, int, bool], tuple[object, int, list[str | int]]] = {}


def _form(op: str, count: int, spaced: bool) -> tuple[object, int, list[str | int]]:
    """The same, kept, with the declaration that it was made from."""
    kept = _forms.get((op, count, spaced))
    if kept is None or kept[0] is not TABLE.get(op):
        kept = (TABLE.get(op), *form(op, count, spaced))
        if count < 4:
            _forms[op, count, spaced] = kept
    return kept


def _filled(graph: Graph, node: int) -> str:
    """ones(3), zeros(2, 3): the arrays of one number that have a name of their own."""
    if not graph.op[node].startswith("full shape="):
        return ""
    value = graph.payload.get(graph.args[node][0])
    name = "" if not isinstance(value, int) else {0: "zeros", 1: "ones"}.get(value, "")
    return f"{name}({graph.op[node].partition('=')[2].replace(',', ', ')})" if name else ""


def constant_level(text: str) -> int:
    """How tightly the text of a number holds together."""
    return PRODUCT if "/" in text else NEGATIVE if text.startswith("-") else ATOM


def operation(op: str, operands: Sequence[str], levels: Sequence[int], spaced: bool = False) -> str:
    """One operation over operands that are text already.

    >>> operation("mul", ["x + w", "-3"], [SUM, UNARY], spaced=True)
    '(x + w) * -3'
    """
    _, level, pieces = _form(op, len(operands), spaced)
    if level == ATOM and len(pieces) == 1:
        return operands[0]
    written: list[str] = []
    place = 0
    for piece in pieces:
        if isinstance(piece, str):
            written.append(piece)
            continue
        text = operands[place]
        written.append(text if levels[place] >= piece else f"({text})")
        place += 1
    return "".join(written)


def expression(
    graph: Graph,
    node: int,
    named: Container[int] = (),
    *,
    spaced: bool = False,
    spelled: Mapping[str, tuple[str, int]] | None = None,
) -> str:
    """The formula of a node, down to its variables, or to the nodes in `named`, which stand as their names.

    spelled: variable -> text that takes its place, and how tightly that holds together
    """
    op, args, names = graph.op, graph.args, graph.name
    pieces: list[str] = []
    work: list[str | tuple[int, int]] = [(node, OR)]
    while work:
        item = work.pop()
        if isinstance(item, str):
            pieces.append(item)
            continue
        here, needed = item
        if spelled is not None and op[here] == "var":
            text, level = spelled[str(graph.payload[here])]
            pieces.append(text if level >= needed else f"({text})")
            continue
        if op[here] == "var" or (here in named and here != node):
            pieces.append(names[here])
            continue
        if op[here] == "const":
            text = numbers.constant_text(graph.payload[here])
            pieces.append(text if constant_level(text) >= needed else f"({text})")
            continue
        arguments = args[here]
        if op[here] == "same":
            work.append((arguments[0], needed))
            continue
        filled = _filled(graph, here)
        if filled:
            pieces.append(filled)
            continue
        level, parts = form(op[here], len(arguments), spaced)
        if level < needed:
            pieces.append("(")
            work.append(")")
        place = len(arguments)
        for part in reversed(parts):
            if isinstance(part, str):
                work.append(part)
            else:
                place -= 1
                work.append((arguments[place], part))
    return "".join(pieces)


def level_of(graph: Graph, node: int, named: Container[int] = ()) -> int:
    """How tightly the text of a node holds together."""
    if graph.op[node] == "var" or node in named:
        return ATOM
    if graph.op[node] == "const":
        return constant_level(numbers.constant_text(graph.payload[node]))
    if graph.op[node] == "same":
        return level_of(graph, graph.args[node][0], named)
    return form(graph.op[node], len(graph.args[node]))[0]


def symbols(graph: Graph, node: int, named: Container[int] = ()) -> int:
    """How many names, numbers and operations the formula of a node has when it is written out as a tree.

    named: nodes that are written by their names where others use them
    """
    return tree_sizes(graph, node, named)[node]


def tree_sizes(graph: Graph, node: int, named: Container[int] = ()) -> list[int]:
    """The same of every node up to one."""
    sizes: list[int] = []
    args = graph.args
    for each in range(node + 1):
        size = 1
        for argument in args[each]:
            size += 1 if argument in named else sizes[argument]
        # Enough to decide with; without a bound these would be numbers of a million digits.
        sizes.append(min(size, 1 << 60))
    return sizes


def named_parts(graph: Graph, node: int) -> dict[int, str]:
    """The shared parts of a formula that get a name, t1, t2 and so on, because sharing would blow it up; else none."""
    if symbols(graph, node) <= LONGEST:
        return {}
    needed = graph.reaches(node)
    meant = list(range(node + 1))  # a node that is another one under a new name stands for that
    uses = [0] * (node + 1)
    for each in range(node + 1):
        if graph.op[each] == "same":
            meant[each] = meant[graph.args[each][0]]
        elif needed[each]:
            for argument in graph.args[each]:
                uses[meant[argument]] += 1
    names: dict[int, str] = {}
    taken = set(graph.variables)
    number = whole = 0
    sizes: list[int] = []  # symbols of each part, with names for those that have one
    for each in range(node + 1):
        size = 1 + sum([1 if argument in names else sizes[argument] for argument in graph.args[each]])
        sizes.append(size)
        if each == node or (needed[each] and uses[each] > 1 and size >= WORTH):
            whole += size
            if each == node:
                break
            number += 1
            while f"t{number}" in taken:
                number += 1
            names[each] = f"t{number}"
    # A program has to be looked up from line to line: it pays where it is far shorter than the formula.
    return names if 2 * whole <= symbols(graph, node) else {}


def program(graph: Graph, node: int, named: Mapping[int, str] | None = None) -> str:
    """A formula as text: one expression, or where sharing would blow it up, assignments and the result.

    named: nodes that get a name of their own, in any case

    >>> from bpcli.language.reader import parse
    >>> read = parse("(x + w)*w")
    >>> program(read.graph, read.output)
    '(x + w)*w'
    """
    names = {**named_parts(graph, node), **(named or {})}
    if not names:
        return expression(graph, node)
    before = dict(graph.name)
    graph.name.update(names)
    try:
        lines = [f"{names[each]} = {expression(graph, each, names)}" for each in sorted(names)]
        lines.append(expression(graph, node, names))
    finally:
        graph.name.clear()
        graph.name.update(before)
    return "\n".join(lines)
