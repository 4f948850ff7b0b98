"""What a graph means, in forms that tests can compare. Nothing here recurses over the depth of a graph."""

from __future__ import annotations

from fractions import Fraction

from bpcli.graph import Graph
from bpcli.language.reader import parse
from bpcli.numbers import constant_text
from bpcli.ops import TABLE

ARITHMETIC = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y if y else None,
    "neg": lambda x: -x if x else None,
}


def bracketed(text: str, **options: object) -> str:
    """The formula that a text means, with a bracket around every operation: what an operator took as operands."""
    program = parse(text, **options)  # type: ignore[arg-type]
    graph = program.graph
    written: list[str] = []
    for node, op in enumerate(graph.op[: program.output + 1]):
        args = [written[argument] for argument in graph.args[node]]
        declared = TABLE.get(op)
        symbol = declared.symbol if declared is not None else ""
        if op == "var":
            written.append(graph.name[node])
        elif op == "const":
            written.append(constant_text(graph.payload[node]))
        elif symbol == "=":
            written.append(args[0])
        elif symbol and len(args) == 2:
            written.append(f"({args[0]} {symbol} {args[1]})")
        elif symbol:
            written.append(f"({symbol} {args[0]})" if symbol.isalpha() else f"({symbol}{args[0]})")
        else:
            written.append(f"{declared.spelling if declared else op.removeprefix('call ')}({', '.join(args)})")
    return written[program.output]


def canonical(graph: Graph, output: int, known: dict[object, int], folded: bool) -> int:
    """A number for the formula of a node: the same number in two graphs that share `known` means the same formula.

    Names are seen through. Where `folded`, arithmetic of exact constants is carried out, so that 1/3 as a
    constant and 1/3 as a quotient are the same.
    """
    ids: list[int] = []
    exact: list[Fraction | None] = []
    for node, op in enumerate(graph.op[: output + 1]):
        args = graph.args[node]
        value: Fraction | None = None
        key: object
        if op == "var":
            key = ("var", graph.name[node])
        elif op == "const":
            payload = graph.payload[node]
            key = ("const", repr(payload))
            if isinstance(payload, int):
                value = Fraction(payload)
            elif isinstance(payload, tuple):
                value = Fraction(*payload)
        elif op == "same":
            ids.append(ids[args[0]])
            exact.append(exact[args[0]])
            continue
        else:
            key = (op, *[ids[argument] for argument in args])
            operands = [exact[argument] for argument in args]
            if folded and op in ARITHMETIC and all(operand is not None for operand in operands):
                value = ARITHMETIC[op](*operands)  # type: ignore[no-untyped-call]
            if op == "neg" and ids[args[0]] == known.get(("const", "-0.0")):
                value = Fraction(0)
            elif op == "neg" and exact[args[0]] == 0:
                key = ("const", "-0.0")
        if value is not None:
            key = ("exact", value)
        ids.append(known.setdefault(key, len(known)))
        exact.append(value)
    return ids[output]


def same_formula(graph: Graph, output: int, other: Graph, other_output: int, folded: bool = True) -> bool:
    """Whether two nodes of two graphs are the same formula; see `canonical` for `folded`."""
    known: dict[object, int] = {}
    return canonical(graph, output, known, folded) == canonical(other, other_output, known, folded)


def columns(graph: Graph) -> tuple[object, ...]:
    """All that a graph holds, to compare two of them entry by entry."""
    return (
        graph.op, graph.args, list(graph.start), list(graph.stop), bytes(graph.constant), repr(graph.payload),
        graph.name, graph.frame, [(frame.function, frame.arguments, frame.result) for frame in graph.frames],
        sorted(graph.functions), graph.variables,
    )  # fmt: skip
