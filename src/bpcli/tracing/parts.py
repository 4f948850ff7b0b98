"""What a rule speaks of, and no step of the record has for its value: softmax(z) in g * (softmax(z) - t)."""

from __future__ import annotations

from bpcli.calculus.kinds import compiled
from bpcli.calculus.pullbacks import places_of
from bpcli.engine.point import single
from bpcli.language import text
from bpcli.ops import TABLE
from bpcli.tracing.names import spelled
from bpcli.tracing.pulls import rule_with_shapes, told_graph

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from bpcli.calculus.kinds import Kind
    from bpcli.tracing.names import Formulas

TOLD = ("softmax", "log_softmax", "sigmoid")  # functions whose values people look for beside a rule


def rule_parts(
    formulas: Formulas, node: int, position: int, textbook: bool, kind: Kind, registers: Sequence[Any]
) -> dict[str, Any]:
    """The functions in the rule of an edge between tensors, in the names of the record, with their values.

    registers: the operands, the value and what arrives there
    """
    program = formulas.program
    graph = program.graph
    arguments = graph.args[node]
    known = rule_with_shapes(graph, node, position, textbook)
    if known is None:
        return {}
    read, found = known
    reached = read.graph.reaches(read.output)
    inner = [each for each in range(read.output + 1) if reached[each] and read.graph.op[each].split()[0] in TOLD]
    if not inner:
        return {}
    told, _ = told_graph(read.graph, read.output, found)
    places = places_of(TABLE[graph.op[node]], len(arguments))
    scope = {name: spelled(program, formulas.names, each) for name, each in zip(places, arguments, strict=False)}
    parts = {}
    with kind.quiet():
        for each in inner:
            run = compiled(read.graph, each, places, kind.functions, kind.constant)
            name = text.expression(told, each, spaced=True, spelled=scope)
            parts[name] = single(run(registers))
    return parts
