"""The tables of a worksheet whose program has arrays: a blank for each value and each result, the rule in names."""

from __future__ import annotations

from bpcli.calculus.kinds import PULL
from bpcli.calculus.shapes import shown
from bpcli.language import text
from bpcli.numbers import DIGITS, show
from bpcli.render import layout
from bpcli.render.arrays import shape_of
from bpcli.render.languages import ENGLISH
from bpcli.render.shaped import BACKWARD_COLUMNS, TANGENT_COLUMNS, copied_text, inputs_table
from bpcli.render.words import phrase
from bpcli.render.worksheets.worksheet import ARRAY_BLANK, BLANK
from bpcli.tracing.pulls import elementwise_rule, shapes_text, sum_text, upstream_name
from bpcli.tracing.rows import Tangent
from bpcli.tracing.tangents import tangent_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from bpcli.tracing.record import Trace
    from bpcli.tracing.rows import Backward, Forward, Pull

FORWARD_COLUMNS = ("#", "node", "computes", "shape", "value")


def blank_of(value: Any) -> str:
    """A blank for a value, behind that of an array its shape."""
    return f"{ARRAY_BLANK}  {shown(shape_of(value))}" if shape_of(value) else BLANK


def array_tables(
    trace: Trace, answers: list[Any], digits: int = DIGITS, language: str = ENGLISH
) -> Iterator[layout.Table]:
    """The inputs with their values, and the passes with blanks; what belongs into them goes to `answers`."""
    if has_arrays(trace):  # of single numbers the header has told them
        yield inputs_table(trace, digits, language)
    if trace.forward:
        steps = [_forward(trace, step, answers) for step in trace.forward]
        yield layout.Table(phrase("forward", language), FORWARD_COLUMNS, steps, len(steps), language=language)
    if trace.backward:
        rows = [_backward(trace, row, answers, language) for row in trace.backward]
        whole = layout.backward_table(trace, digits, language)
        yield layout.Table(whole.title, BACKWARD_COLUMNS, rows, len(rows), whole.aside, language, blocks=True)
    named = [name for name, edges in trace.tangents.items() if edges]
    for name, whole in zip(named, layout.tangent_tables(trace, digits, language), strict=True):
        rows = [_tangent(trace, row, name, answers, digits, language) for row in trace.tangents[name]]
        yield layout.Table(whole.title, TANGENT_COLUMNS, rows, len(rows), whole.aside, language, blocks=True)


def has_arrays(trace: Trace) -> bool:
    """Whether any of its values is an array: a loss of single numbers is of tensors too."""
    return any(shape_of(node.value) for node in (*trace.nodes.values(), *trace.constants.values()))


def _sized(upstream: str, value: Any) -> str:
    """The name of an upstream value, behind that of an array its shape."""
    return f"{upstream}, {shown(shape_of(value))}" if shape_of(value) else upstream


def _forward(trace: Trace, step: Forward, answers: list[Any]) -> tuple[str, ...]:
    """One step: number, name and formula stay, its value is blank."""
    answers.append(step.value)
    blank = ARRAY_BLANK if shape_of(step.value) else BLANK
    return str(step.step), trace.names[step.node], layout.spaced(trace, step.node), shown(shape_of(step.value)), blank


def _backward(trace: Trace, row: Backward, answers: list[Any], language: str) -> tuple[str, ...]:
    """One edge downwards. What it starts with is told; any other upstream value is the result of a row above."""
    node, argument = trace.names[row.node], trace.names[row.argument]
    scaled, output = "" if trace.scale == 1 else "S*", layout.output_name(trace)
    above, total = f"{scaled}d{output}/d{node}", f"{scaled}d{output}/d{argument}"
    symbol = row.pull.upstream if row.pull is not None else upstream_name(trace.program)
    upstream = _sized(f"{symbol} = {above}", row.upstream)
    if row.node == trace.output:
        upstream = f"{symbol} = {above} = {show(trace.scale)}"
    return _edge(trace, row, f"{node} -> {argument}", symbol, upstream, total, answers, language)


def _tangent(
    trace: Trace, row: Tangent, name: str, answers: list[Any], digits: int, language: str
) -> tuple[str, ...]:
    """One edge upwards."""
    node, argument = trace.names[row.node], trace.names[row.argument]
    symbol = row.pull.upstream if row.pull is not None else tangent_name(trace.program)
    upstream = _sized(f"{symbol} = d{argument}/d{name}", row.upstream)
    if not trace.program.graph.args[row.argument]:
        upstream = f"{symbol} = d{argument}/d{name} = {show(row.upstream, digits)}"
    return _edge(trace, row, f"{argument} -> {node}", symbol, upstream, f"d{node}/d{name}", answers, language)


def _edge(
    trace: Trace, row: Backward, edge: str, symbol: str, upstream: str, total: str, answers: list[Any], language: str
) -> tuple[str, ...]:
    """An edge: its rule stands there in names, what it makes of the upstream value is blank, and so is the sum.

    Whether an edge is open or closed is for the reader to find out.
    """
    part = {"count": row.count, "arriving": row.arriving}
    name = total if row.arriving == 1 else phrase("part", language, **part)
    arrived = row.product if row.pull is None else row.pull.arrived
    if row.pull is None:
        rule = f"{name} = {elementwise_rule(PULL, row.formula, row.condition, symbol)}"
    else:
        rule = _rule(trace, row, row.pull, name, language)
    answers.append(arrived)
    lines = [f"= {blank_of(arrived)}"]
    if row.count > 1:
        answers.append(row.total)
        sign = " =" if row.count == row.arriving else ":"
        lines.append(f"{total}{sign} {blank_of(row.total)}{phrase('counter', language, **part)}")
    return str(row.step), edge, upstream, rule, "\n".join(lines)


def _rule(trace: Trace, row: Backward, pull: Pull, name: str, language: str) -> str:
    """The rule of an edge between arrays with its shapes; of what was copied, that it is summed again."""
    op = trace.program.graph.op[row.node]
    key = "derived tangent rule" if isinstance(row, Tangent) else "derived rule"
    written = pull.rule or phrase(key, language, op=str(text.form(op, 0)[1][0]).rstrip("(") if not pull.rule else "")
    if not pull.axes:
        if not any((*pull.operands, pull.shape)):
            return f"{name} = {written}"
        # Of an edge that is open everywhere the factor is one number: that is not told.
        return f"{name} = {written}\n{shown(pull.shape) if pull.elementwise else shapes_text(pull)}"
    told = [copied_text(trace, row, pull, language), "", f"{name} = {pull.summed}", sum_text(pull)]
    if not pull.summed:
        told[2] = f"{name} = {phrase('sum over copies', language)}"
        told = [f"{phrase('product', language)} = {written}", shapes_text(pull), "", *told]
    return "\n".join(told)
