"""The edges between tensors: their rules in the names of the record, with the shapes of what goes in and comes out.

A rule of the table is written for every use of its operation. Here it is told for one: what depends on shapes alone
(a count, a shape to go back to, the place of a part) is put in as the number that it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from bpcli.calculus.kinds import COPY, FLIP, PULL, compiled, edges_below, formula
from bpcli.calculus.pullbacks import ZERO, places_of, pullback_text, settings_of
from bpcli.calculus.shapes import axes_of, inverse_order, shapes_of, shown
from bpcli.calculus.sweeps import OPEN
from bpcli.engine.point import single
from bpcli.errors import BpcliError
from bpcli.graph import Graph
from bpcli.language import text
from bpcli.numbers import rational
from bpcli.ops import TABLE
from bpcli.tracing.names import spelled
from bpcli.tracing.rows import Pull

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpcli.engine.point import Point
    from bpcli.graph import Program
    from bpcli.tracing.names import Formulas
    from bpcli.tracing.rows import Backward, Shape

UPSTREAM = ("g", "G", "upstream")  # what a rule calls the value that comes from above; the first that is free
# Of whole numbers that are counts: what is left of them in a rule.
FOLDED: dict[str, Callable[[int, int], Any]] = {
    "div": lambda left, right: rational(left, right) if right else None,
    "sub": lambda left, right: left - right,
}
SIGNS = {"matmul": "@", "mul": "*", "div": "/", "add": "+", "sub": "-", "outer": "outer"}


def upstream_name(program: Program) -> str:
    """What rules call the upstream value: g, unless the program has a name like that."""
    taken = {*program.names, program.output_name}
    return next((name for name in UPSTREAM if name not in taken), UPSTREAM[-1])


def fill_tensors(row: Backward, point: Point, formulas: Formulas) -> None:
    """What an edge of a program of tensors has beyond one of numbers: its rule, the shapes, what was summed."""
    kind, program = point.kind, point.program
    graph = program.graph
    node, position = row.node, row.position
    edge = edges_below(kind, graph, node)[position]
    registers = [point.values[each] for each in (*graph.args[node], node)]
    upstream, local, product, arrived = row.upstream, row.local, row.product, row.arrived
    if row.state == OPEN and edge.when is not None and local is not None:
        # Open in some entries and closed in others: there the slope is 0.
        presence = kind.opened(edge.when(registers), None)
        local = local if presence is None else kind.guard(presence, local)
    shape, own = kind.shape(product), kind.shape(point.values[row.argument])
    axes = summed_axes(shape, own)
    row.upstream, row.local = single(upstream), single(local)
    row.product, row.total = single(product), single(row.total)
    row.before = None if row.before is None else single(row.before)
    if edge.code != PULL and not shape and not kind.shape(upstream):
        return
    symbol, parts = upstream_name(program), {}
    if edge.code == PULL:
        textbook = _textbook_holds(graph.op[node], position, product, point, [*registers, upstream])
        rule, operands, sign = pull_rule(formulas, node, position, symbol, textbook)
        if rule and graph.op[node] in TABLE:
            from bpcli.tracing.parts import rule_parts

            parts = rule_parts(formulas, node, position, textbook, kind, [*registers, upstream])
    else:
        rule, sign = elementwise_rule(edge.code, row.formula, row.condition, symbol), ""
        operands = (kind.shape(upstream),)
        if edge.code not in (COPY, FLIP) and not (isinstance(row.local, float) and shape):
            operands, sign = (*operands, kind.shape(local)), "*"
    row.pull = Pull(
        symbol,
        rule,
        edge.code != PULL,
        operands,
        sign,
        shape,
        single(arrived),
        axes,
        math.prod(shape[axis] for axis in axes),
        kind.shape(arrived) == own,
        summed_rule(rule, axes, shape, own) if rule and axes else "",
        parts,
    )


def _textbook_holds(op: str, position: int, product: Any, point: Point, registers: list[Any]) -> bool:
    """Whether the rule that books print gives what the accurate one gave: p - y does where y adds up to 1."""
    declared = TABLE.get(op)
    if declared is None or declared.params[min(position, len(declared.params) - 1)] not in declared.textbook_pullbacks:
        return False
    import numpy as np

    kind, count = point.kind, len(registers) - 2
    ranks = [len(kind.shape(register)) for register in registers[:count]]
    written = pullback_text(declared, position, ranks, count, textbook=True)
    read = formula(written or "0", settings_of(declared, position))
    with kind.quiet():
        found = compiled(read.graph, read.output, places_of(declared, count), kind.functions, kind.constant)(registers)
        told, product = (np.asarray(each, dtype=float) for each in (found, product))
        return bool(np.allclose(told, product, rtol=1e-9, atol=1e-12, equal_nan=True))


def summed_axes(shape: Shape, own: Shape) -> tuple[int, ...]:
    """The axes of a product along which an argument of shape `own` was copied.

    >>> summed_axes((128, 32), (32,)), summed_axes((2, 3), (2, 1)), summed_axes((3,), (3,))
    ((0,), (1,), ())
    """
    extra = len(shape) - len(own)
    if extra < 0:
        return ()
    return tuple(
        axis for axis, size in enumerate(shape) if axis < extra or (own[axis - extra] == 1 and size != 1)
    )


def elementwise_rule(code: int, local: str, condition: str, symbol: str) -> str:
    """The upstream value times a local derivative, 0 where its condition does not hold: g * (c > 0)."""
    if code == COPY:
        return symbol
    if code == FLIP:
        return f"-{symbol}"
    factors = [symbol]
    if local not in ("", "1"):
        factors.append(local if _is_factor(local) else f"({local})")
    if condition:
        factors.append(f"({condition})")
    return " * ".join(factors)


def _is_factor(written: str) -> bool:
    """Whether a formula can stand behind a * without brackets."""
    depth = 0
    for place, char in enumerate(written):
        depth += (char in "([") - (char in ")]")
        if not depth and (char in "+-<>=! " or (char == "/" and place == 1)):
            return False
    return True


def pull_rule(
    formulas: Formulas, node: int, position: int, symbol: str, textbook: bool
) -> tuple[str, tuple[Shape, ...], str]:
    """The rule of an edge of an operation on tensors, the shapes that it puts together last, and how.

    "" where it is derived from the formula of the value.
    """
    program, names = formulas.program, formulas.names
    graph = program.graph
    arguments = graph.args[node]
    if graph.op[node] in graph.functions:
        return _own_rule(formulas, node, position, symbol)
    upstream = graph.shape.get(node, ())
    ranks = [len(graph.shape.get(argument, ())) for argument in arguments]
    if pullback_text(TABLE[graph.op[node]], position, ranks, len(arguments)) in ZERO:
        return "0", (upstream,), ""  # of class numbers
    known = rule_with_shapes(graph, node, position, textbook)
    if known is None:
        return "", (upstream,), ""
    read, found = known
    places = places_of(TABLE[graph.op[node]], len(arguments))
    told, output = told_graph(read.graph, read.output, found)
    scope = {name: spelled(program, names, each) for name, each in zip(places, arguments, strict=False)}
    scope |= {"out": (names[node], text.ATOM), "g": (symbol, text.ATOM)}
    rule = text.expression(told, output, spaced=True, spelled=scope)
    last = output
    while (op := told.op[last]) in ("neg", "same", "mul", "div"):
        # A sign, or a number that scales the whole, puts no shapes together.
        parts = told.args[last]
        scales = [told.op[each] == "const" for each in parts]
        if op == "mul" and scales[:1] == [True]:
            last = parts[1]
        elif len(parts) == 1 or scales[1]:
            last = parts[0]
        else:
            break
    parts = told.args[last]
    if op in SIGNS and len(parts) == 2:
        return rule, (found[parts[0]], found[parts[1]]), SIGNS[op]
    return rule, (upstream,), ""


def rule_with_shapes(
    graph: Graph, node: int, position: int, textbook: bool = False
) -> tuple[Program, Sequence[Shape]] | None:
    """The pullback of an edge as it stands in the table, and the shape of each of its nodes in this use.

    None where the rule is derived from the formula of the value, or is one of a user's function.
    """
    arguments, declared = graph.args[node], TABLE.get(graph.op[node])
    if declared is None:
        return None
    ranks = [len(graph.shape.get(each, ())) for each in arguments]
    written = pullback_text(declared, position, ranks, len(arguments), textbook)
    if written is None:
        return None
    read: Program = formula(written, settings_of(declared, position))
    found = shapes_in_rule(graph, node, read)
    return None if found is None else (read, found)


def shapes_in_rule(graph: Graph, node: int, read: Program) -> Sequence[Shape] | None:
    """The shape of each node of a formula over the operands of an operation, its value and what arrives there."""
    arguments = graph.args[node]
    shapes = [graph.shape.get(each, ()) for each in (*arguments, node)]
    variables = read.graph.variables
    inputs: dict[int, Shape] = dict.fromkeys(variables.values(), ())  # a setting reads as a variable too
    pairs = zip(places_of(TABLE[graph.op[node]], len(arguments)), [*shapes, shapes[-1]], strict=True)
    inputs |= {variables[name]: shape for name, shape in pairs if name in variables}
    try:
        return shapes_of(read.graph, inputs, read.output + 1)
    except BpcliError:
        return None


def _own_rule(formulas: Formulas, node: int, position: int, symbol: str) -> tuple[str, tuple[Shape, ...], str]:
    """The rule that a user's function gives for what it makes of the upstream value."""
    program, names = formulas.program, formulas.names
    graph = program.graph
    function = graph.functions[graph.op[node]]
    pairs = zip(function.params, graph.args[node], strict=True)
    scope = {param: spelled(program, names, each) for param, each in pairs}
    scope |= {"out": (names[node], text.ATOM), "g": (symbol, text.ATOM)}
    written = text.expression(*function.pullbacks[function.params[position]], spaced=True, spelled=scope)
    return written, (graph.shape.get(node, ()),), ""


def told_graph(graph: Graph, output: int, shapes: Sequence[Shape]) -> tuple[Graph, int]:
    """A rule for one use: what depends on shapes alone stands as a number, and copies as what is copied."""
    told = Graph(share=False)
    told.op, told.args, told.payload = list(graph.op), list(graph.args), dict(graph.payload)
    told.name = dict(graph.name)
    for node in range(output + 1):
        told.op[node], told.args[node] = _told(graph, node, shapes, told.op, told.payload)
    return told, output


def _told(
    graph: Graph, node: int, shapes: Sequence[Shape], told_op: Sequence[str], payload: dict[int, Any]
) -> tuple[str, tuple[int, ...]]:
    op, arguments = graph.op[node], graph.args[node]
    name = op.partition(" ")[0]
    chosen = TABLE[op].chosen if op in TABLE else {}
    first = arguments[:1]
    if name == "count":
        whole = shapes[arguments[0]]
        payload[node] = math.prod(whole[axis] for axis in axes_of(chosen["axis"], whole))
        return "const", ()
    if name in FOLDED and len(arguments) == 2 and all(told_op[each] == "const" for each in arguments):
        left, right = (payload[each] for each in arguments)
        if isinstance(left, int) and isinstance(right, int) and FOLDED[name](left, right) is not None:
            payload[node] = FOLDED[name](left, right)
            return "const", ()
    if name == "div" and told_op[arguments[1]] == "const" and payload.get(arguments[1]) == 1:
        return "same", first
    if name == "broadcast_like":
        return "same", first
    if name == "spread":
        if not chosen["axis"] or chosen["keepdims"] == "1" or not shapes[arguments[0]]:
            return "same", first
        if "," not in chosen["axis"]:
            return _known(f"expand axis={chosen['axis']}", first, op, arguments)
    if name == "reshape_like" and shapes[node]:
        return _known(f"reshape shape={','.join(map(str, shapes[node]))}", first, op, arguments)
    if name == "one_hot_like":
        return _known(f"one_hot classes={shapes[node][-1]}", first, op, arguments)
    if name == "unpermute":
        order = inverse_order(chosen["axes"], shapes[arguments[0]])
        return _known(f"permute axes={','.join(map(str, order))}", first, op, arguments)
    if name == "take" and chosen["axis"] == "0":
        return _known(f"index at={chosen['at']}", first, op, arguments)
    if name == "piece":
        (axis,) = axes_of(chosen["axis"], shapes[arguments[0]])
        sizes = [shapes[each][axis] for each in arguments[1:]]
        start = sum(sizes[: int(chosen["at"])])
        at = ",".join([*[":"] * axis, f"{start}:{start + sizes[int(chosen['at'])]}"])
        return _known(f"index at={at}", first, op, arguments)
    return op, arguments


def _known(
    op: str, arguments: tuple[int, ...], before: str, of: tuple[int, ...]
) -> tuple[str, tuple[int, ...]]:
    """An operation, where the table has it; else what stood there before."""
    return (op, arguments) if TABLE.get(op) is not None else (before, of)


def summed_rule(rule: str, axes: Sequence[int], shape: Shape, own: Shape) -> str:
    """What arrives where an argument was copied: the product summed over the axes of the copies.

    >>> summed_rule("g", (0,), (128, 32), (32,))
    'sum(g, axis=0)'
    """
    settings = []
    if len(axes) < len(shape):
        settings.append(f"axis={axes[0]}" if len(axes) == 1 else f"axis=[{', '.join(map(str, axes))}]")
    if len(shape) == len(own):
        settings.append("keepdims=1")
    return f"sum({', '.join([rule, *settings])})"


def shapes_text(pull: Pull) -> str:
    """The shapes of a rule: (2,) outer (3,) -> (2, 3)."""
    if pull.operands == (pull.shape,):
        return shown(pull.shape)
    sign = f" {pull.sign} " if pull.sign else ", "
    return f"{sign.join(map(shown, pull.operands))} -> {shown(pull.shape)}"


def sum_text(pull: Pull) -> str:
    """The shapes of the sum over copies: (128, 32) -> (32,)."""
    return f"{shown(pull.shape)} -> {shown(getattr(pull.arrived, 'shape', ()))}"
