"""The tables of a trace of tensors: every value with its shape, every edge back with its rule and the shapes in it."""

from __future__ import annotations

from bpcli.calculus.shapes import shown
from bpcli.calculus.sweeps import NO_SLOPE, OPEN, SHUT
from bpcli.language import text
from bpcli.numbers import DIGITS, show
from bpcli.ops import TABLE
from bpcli.render import layout
from bpcli.render.arrays import arithmetic_text, array_text, is_whole, line_text, shape_of, stacked, summary_text
from bpcli.render.cells import Cells, branch_text
from bpcli.render.languages import ENGLISH
from bpcli.render.words import phrase
from bpcli.tracing.pulls import shapes_text, sum_text, upstream_name
from bpcli.tracing.rows import Tangent
from bpcli.tracing.tangents import tangent_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.tracing.record import Trace
    from bpcli.tracing.rows import Backward, Forward, Node, Pull

INPUT_COLUMNS = ("name", "role", "shape", "value")
FORWARD_COLUMNS = ("#", "node", "computes", "shape", "role", "value")
TANGENT_COLUMNS = ("#", "edge", "tangent", "rule", "running total")
BACKWARD_COLUMNS = ("#", "edge", "upstream", "rule", "running total")
LONGEST_UPSTREAM = 48  # characters of an upstream value that is told again, where it goes on from
LONGEST_LOCAL = 40  # characters of a local formula that is told by itself


def given_text(trace: Trace, digits: int) -> str:
    """The inputs in one line: arrays by their shapes, numbers by their values."""
    return ", ".join(
        f"{name} {shown(shape_of(value))}" if shape_of(value) else f"{name} = {show(value, digits)}"
        for name, value in trace.given.items()
    )


def inputs_table(trace: Trace, digits: int = DIGITS, language: str = ENGLISH) -> layout.Table:
    """The inputs, and the arrays of numbers that have a name in the text: name, role, shape, value."""
    rows = [
        (name, role, shown(shape_of(value)), array_text(trace, value, digits, language))
        for name, role, value in [
            *((name, _input_role(trace, name, language), value) for name, value in trace.given.items()),
            *((each.name, phrase("role constant", language), each.value) for each in literals(trace)),
        ]
    ]
    return layout.Table(phrase("inputs", language), INPUT_COLUMNS, rows, len(rows), language=language)


def literals(trace: Trace) -> list[Node]:
    """The arrays of numbers that have a name in the text, and no step: A = [[1, 2], [3, 4]]."""
    marks = trace.program.graph.literals(trace.output)
    return [entry for node, entry in trace.nodes.items() if node < trace.output and marks[node]]


def _input_role(trace: Trace, name: str, language: str) -> str:
    """What an input is there for, as far as that is known: where only some are asked for, those are parameters."""
    asked = (trace.whole or trace).gradient
    if not asked or trace.tangents or all(each in asked for each in trace.given):
        return phrase("role input", language)
    return phrase("role parameter" if name in asked else "role data", language)


def forward_row(trace: Trace, step: Forward, digits: int, language: str) -> tuple[str, ...]:
    """One step: number, name, formula, shape, role, value; between single numbers with the numbers put in."""
    role = phrase("role output" if step.node == trace.output else "role intermediate", language)
    name, formula = trace.names[step.node], layout.spaced(trace, step.node)
    declared = TABLE.get(trace.program.graph.op[step.node])
    of_tensors = declared is not None and declared.of_tensors
    if of_tensors or any(map(shape_of, (*step.operands, step.value))):
        value = array_text(trace, step.value, digits, language)
    else:
        *_, written, value = Cells(trace, digits, language).step(step)
        value = f"{written} {value}" if value.startswith("≈") else f"{written} = {value}"
    return str(step.step), name, formula, shown(shape_of(step.value)), role, value


def backward_row(trace: Trace, row: Backward, digits: int, language: str) -> tuple[str, ...]:
    """One edge: step, edge, what comes from above, the rule with its shapes, what goes on."""
    node, argument = trace.names[row.node], trace.names[row.argument]
    scaled, output = "" if trace.scale == 1 else "S*", layout.output_name(trace)
    symbol = row.pull.upstream if row.pull is not None else upstream_name(trace.program)
    edge, names = f"{node} -> {argument}", (f"{scaled}d{output}/d{node}", f"{scaled}d{output}/d{argument}")
    return _edge_row(trace, row, edge, symbol, *names, digits, language)


def tangent_row(trace: Trace, row: Tangent, name: str, digits: int, language: str) -> tuple[str, ...]:
    """One edge upwards: step, edge, the tangent that comes, the rule with its shapes, what goes on."""
    node, argument = trace.names[row.node], trace.names[row.argument]
    symbol = row.pull.upstream if row.pull is not None else tangent_name(trace.program)
    return _edge_row(
        trace, row, f"{argument} -> {node}", symbol, f"d{argument}/d{name}", f"d{node}/d{name}", digits, language
    )


def _edge_row(
    trace: Trace, row: Backward, edge: str, symbol: str, above: str, total: str, digits: int, language: str
) -> tuple[str, ...]:
    """One edge of either direction: `above` is what comes to it, `total` what it is a part of."""
    upstream = f"{symbol} = {above}, {shown(shape_of(row.upstream))}"
    if is_whole(trace, row.upstream) and len(value := show(row.upstream, digits)) <= LONGEST_UPSTREAM:
        upstream = f"{symbol} = {above} = {value}"
    if row.state != OPEN and (row.pull is None or not _is_product(row)):
        rule, running = _closed_cells(trace, row, total, digits, language)
    elif row.pull is None:
        cells = Cells(trace, digits, language)
        _, rule, factors = cells.product(row, trace.names[row.argument])
        running = f"{total} = {factors}"
        if row.arriving > 1:
            running = f"{factors}\n{cells.running(total, row)}"
    else:
        rule = _rule_cell(trace, row, row.pull, total, digits, language)
        running = _running_cell(trace, row, row.pull, total, digits, language)
    return str(row.step), edge, upstream, rule, running


def _is_product(row: Backward) -> bool:
    """Whether a closed edge shows its rule, entry by entry; inf * 0 would be no 0."""
    import numpy as np

    alike = shape_of(row.upstream) == shape_of(row.local) == shape_of(row.product) != ()
    return row.state == SHUT and alike and bool(np.isfinite(np.asarray(row.upstream, dtype=float)).all())


def _closed_cells(trace: Trace, row: Backward, total: str, digits: int, language: str) -> tuple[str, str]:
    """An edge that passes nothing: why, and the derivative that stays."""
    derived = f"d({row.derived})/d{trace.names[row.argument]} = 0"
    if row.state == SHUT:
        why = phrase("not", language, condition=row.condition)
    elif row.state == NO_SLOPE:
        why = phrase("cut" if trace.program.graph.op[row.node] == "detach" else "flat", language)
    else:
        derived, why = "", phrase("nothing moves" if isinstance(row, Tangent) else "nothing arrives", language)
    counter = branch_text(row, language) if row.arriving > 1 else ""
    zero = show(row.product, digits) if is_whole(trace, row.product) else f"0  {shown(shape_of(row.product))}"
    return f"{derived}, {why}" if derived else why, f"{total}: {zero}{counter}" if counter else f"{total} = {zero}"


def _rule_cell(trace: Trace, row: Backward, pull: Pull, total: str, digits: int, language: str) -> str:
    """The rule and its shapes; what was copied is summed, and that is a line of its own."""
    argument, upwards = trace.names[row.argument], isinstance(row, Tangent)
    part = {"count": row.count, "arriving": row.arriving}
    name = total if row.arriving == 1 else phrase("part", language, **part)
    op = text.form(trace.program.graph.op[row.node], 0)[1][0] if not pull.rule else ""
    derived = "derived tangent rule" if upwards else "derived rule"
    rule = pull.rule or phrase(derived, language, op=str(op).rstrip("("))
    target = trace.names[row.node] if upwards else argument
    kept = f"{'✓' if pull.fits else '✗'} {phrase('shape kept', language, name=target)}"
    told = []
    if not pull.axes:
        told += [f"{name} = {rule}", f"{shapes_text(pull)}  {kept}"]
    else:
        told += [f"{phrase('product', language)} = {rule}", shapes_text(pull)]
        told += ["", copied_text(trace, row, pull, language)]
        told += ["", f"{name} = {pull.summed or phrase('sum over copies', language)}", f"{sum_text(pull)}  {kept}"]
    if pull.elementwise and pull.sign and (pull.axes or _factors(trace, row, digits) is None):
        local = row.condition if row.formula == "1" else row.formula or f"d({row.derived})/d{argument}"
        if len(local) <= LONGEST_LOCAL and show(row.local, digits) != local:
            sign = " =" if is_whole(trace, row.local) else ":"
            told[:0] = [f"{local}{sign} {line_text(trace, row.local, digits, language)}", ""]
    for inner, value in reversed(pull.parts.items()):
        if is_whole(trace, value):
            stands = array_text(trace, value, digits, language).replace("\n", "\n" + " " * (len(inner) + 3))
            told[:0] = [f"{inner} = {stands}", ""]
            continue
        told[:0] = [f"{inner}: {line_text(trace, value, digits, language)}", ""]
    return "\n".join(told)


def _factors(trace: Trace, row: Backward, digits: int) -> tuple[str, str] | None:
    """An elementwise product entry by entry, where that fits in a line."""
    return arithmetic_text(trace, "*", row.upstream, row.local, row.product, digits)


def copied_text(trace: Trace, row: Backward, pull: Pull, language: str) -> str:
    """That the argument was copied, how often, and what that means for its derivative."""
    name, own = trace.names[row.argument], shape_of(pull.arrived)
    if not own:
        return phrase("copied number", language, name=name, count=pull.copies)
    if pull.axes == (0,) and len(pull.shape) == len(own) + 1:
        return phrase("copied rows", language, name=name, count=pull.copies)
    axes = ", ".join(map(str, pull.axes))
    return phrase("copied axes", language, name=name, count=pull.copies, axes=axes)


def _running_cell(trace: Trace, row: Backward, pull: Pull, total: str, digits: int, language: str) -> str:
    """What arrives, entry by entry where that fits; and where several edges meet, the sum so far."""
    lines = []
    factors = None
    if pull.elementwise and pull.sign and not pull.axes:
        factors = _factors(trace, row, digits)
    if factors is not None:
        lines.append(f"= {factors[0]} {factors[1]}")
    else:
        lines.append(_equals(array_text(trace, pull.arrived, digits, language), is_whole(trace, pull.arrived)))
    if row.arriving > 1:
        complete = row.count == row.arriving
        counter = branch_text(row, language)
        added = None if row.before is None else arithmetic_text(trace, "+", row.before, pull.arrived, row.total, digits)
        if row.before is None and is_whole(trace, row.total):
            lines.append(f"{total}: {show(row.total, digits)}{counter}")
        elif row.before is None:
            lines.append(f"{total}:{counter}")
        elif added is not None:
            sign = " =" if complete else ":"
            lines.append(f"{total}{sign} {added[0]} {added[1]}{counter}")
        else:
            sign = " =" if complete else ":"
            lines.append(f"{total}{sign} {line_text(trace, row.total, digits, language)}{counter}")
    return "\n".join(lines)


def _equals(value: str, whole: bool) -> str:
    """A value behind its sign, further lines below the first."""
    return f"{'=' if whole else ' '} {value}".replace("\n", "\n  ")


def results(trace: Trace, digits: int, language: str, *, value: bool = False) -> list[str]:
    """The derivatives, each with its shape; the value of the result before them where that is asked for."""
    output = layout.output_name(trace)
    lines = []
    told = {output: trace.value} if value and trace.gradient else {}
    for total, value in (told | {f"d{output}/d{name}": slope for name, slope in trace.gradient.items()}).items():
        shape = shown(shape_of(value))
        if not shape_of(value):
            lines.append(f"{total} = {show(value, digits)}")
        elif is_whole(trace, value):
            shown_value = stacked(value, lambda entry: show(entry, digits))
            lines.append(f"{total} = {shown_value}".replace("\n", "\n" + " " * (len(total) + 3)) + f"    {shape}")
        else:
            lines.append(f"{total}: {shape}    {summary_text(trace.summary_of(value), digits, language)}")
    return lines
