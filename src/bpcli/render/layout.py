"""A trace as lines and tables of text, before any format: what every format of people's says, said once."""

from __future__ import annotations

import math

from bpcli.calculus.sweeps import NO_SLOPE, OPEN, SHUT
from bpcli.language import text
from bpcli.numbers import DIGITS, MOST_DIGITS, is_exact, show, told
from bpcli.ops import TABLE
from bpcli.render.words import counted, modes_text, sentence, times

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bpcli.calculus.kinds import Kind, Number
    from bpcli.tracing.record import Backward, Forward, Path, Tangent, Trace

ARITHMETIC = {"add": "+", "sub": "-", "mul": "*", "div": "/"}
LONGEST_HEADER = 2000  # characters of a formula in the header
MOST_ROWS = 60  # of a table; a longer one shows head and tail, unless all are asked for
HEAD = 20

CHECKS = {
    "agrees": "check: central difference agrees to {gap}",
    "within resolution": "check: central difference agrees as far as it can resolve",
    "corner": "check: {name} is at a corner, and the slope used lies between those of both sides",
    "undecided": "check: the central difference cannot decide here",
    "disagrees": "check: central difference for {name} DISAGREES by {gap} of its size",
}
FORWARD_COLUMNS = ("#", "node", "computes", "with numbers", "value")
TANGENT_COLUMNS = ("#", "edge", "tangent", "local", "product", "running total")
BACKWARD_COLUMNS = ("#", "edge", "upstream", "local", "product", "running total")


class Table:
    """A titled table of text: columns, and rows that are made as they are read.

    rows:  each a tuple as long as `columns`
    aside: said to the right of the title
    count: number of rows
    """

    __slots__ = ("aside", "columns", "count", "rows", "title")

    def __init__(
        self, title: str, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]], count: int, aside: str = ""
    ) -> None:
        self.title = title
        self.columns = columns
        self.rows = rows
        self.count = count
        self.aside = aside

    def spelled(self, spell: Callable[[str], str]) -> Table:
        """The same table with every piece of text spelled in another way, made as it is read."""
        if spell is str:
            return self
        columns = tuple(map(spell, self.columns))
        rows = (tuple(map(spell, row)) for row in self.rows)
        return Table(spell(self.title), columns, rows, self.count, spell(self.aside))


def header(trace: Trace, digits: int = DIGITS) -> list[str]:
    """The first line: the program, its inputs, and what there is to see."""
    program = trace.program
    graph = program.graph
    operations = len(trace.forward)
    named = {node for node in graph.name if graph.op[node] != "var" and node in trace.nodes}
    pieces = []
    if text.symbols(graph, trace.output) > LONGEST_HEADER:
        pieces.append(f"{trace.nodes[trace.output].name} = (a formula of {counted(operations, 'operation')})")
    else:
        shown = [node for node in sorted(named) if node != trace.output]
        for node in [*shown, trace.output]:
            name = trace.nodes[node].name if node in trace.nodes else program.output_name
            pieces.append(f"{name} = {text.expression(graph, node, named, spaced=True)}")
    parts = ["; ".join(pieces)]
    if trace.given:
        parts.append(", ".join(f"{name} = {show(value, digits)}" for name, value in trace.given.items()))
    used = [
        f"{trace.nodes[node].name} is used {times(count)}"
        for node, count in trace.uses.items()
        if count > 1 and node in trace.nodes
    ]
    facts = [counted(operations, "operation"), *used[:3]]
    if len(used) > 3:
        facts.append(f"{len(used) - 3} more are used again")
    parts.append(", ".join(facts))
    return parts


def forward_table(trace: Trace, digits: int = DIGITS) -> Table:
    """The values, upwards."""
    rows = (forward_row(trace, step, digits) for step in trace.forward)
    return Table("Forward", FORWARD_COLUMNS, rows, len(trace.forward))


def forward_row(trace: Trace, step: Forward, digits: int) -> tuple[str, ...]:
    """One step: number, name, formula in names, formula in numbers, value."""
    node = trace.nodes[step.node]
    sign = ARITHMETIC.get(node.op)
    exact = [written is not None for written in step.texts]
    if sign is not None:
        shown, relation, value = told(sign, list(step.operands), step.value, digits, exact)
    else:
        shown, relation, value = _told_call(node.op, step, exact, digits, trace.kind)
    operands = [each if written is None else written for written, each in zip(step.texts, shown, strict=True)]
    levels = [_level(node.op, place, operand) for place, operand in enumerate(operands)]
    written = text.operation(node.op, operands, levels, spaced=True)
    return (str(step.step), node.name, spaced(trace, step.node), written, value if relation == "=" else f"≈ {value}")


def _told_call(
    op: str, step: Forward, exact: list[bool], digits: int, kind: Kind
) -> tuple[list[str], str, str]:
    """A step that is no arithmetic, as it is printed: operands, "=" or "≈", value; as numbers.told.

    The function is asked again at the printed operands: not for a number to show, but whether the one that was
    recorded is what they give, to the digits that are printed.
    """
    shown = [show(operand, digits) for operand in step.operands]
    value = show(step.value, digits)
    if op not in TABLE:
        return shown, "=" if all(map(is_exact, shown, step.operands)) else "≈", value
    for more in range(digits, max(digits, MOST_DIGITS) + 1):
        closer = [show(operand, more) for operand in step.operands]
        meant = [
            operand if fixed or hasattr(operand, "denominator") else kind.given(float(text))
            for fixed, operand, text in zip(exact, step.operands, closer, strict=True)
        ]
        if show(kind.guarded[op](*meant), more) == show(step.value, more):
            return closer, "=", show(step.value, more)
    return shown, "≈", value


def _level(op: str, place: int, operand: str) -> int:
    """A negative number takes brackets where it is not the first thing that is read: 2 + (-3)."""
    declared = TABLE.get(op)
    if operand.startswith("-"):
        infix = declared is not None and bool(declared.symbol)
        return 0 if infix and (place > 0 or (declared is not None and len(declared.params) == 1)) else text.UNARY
    return text.SUM if ' ' in operand else text.constant_level(operand)


def spaced(trace: Trace, node: int) -> str:
    """The formula of a node in the names of the record, with air: `x + w`, `a * w`."""
    graph = trace.program.graph
    if not graph.args[node]:
        return trace.nodes[node].formula
    operands, levels = [], []
    for argument in graph.args[node]:
        if argument in trace.nodes:
            operands.append(trace.nodes[argument].name)
            levels.append(text.ATOM)
        else:
            operands.append(text.expression(graph, argument, trace.nodes))
            levels.append(text.level_of(graph, argument, trace.nodes))
    return text.operation(graph.op[node], operands, levels, spaced=True)


def backward_table(trace: Trace, digits: int = DIGITS) -> Table:
    """The edges, downwards."""
    output = trace.nodes[trace.output].name if trace.output in trace.nodes else trace.program.output_name
    rows = (backward_row(trace, row, output, digits) for row in trace.backward)
    return Table("Backward", BACKWARD_COLUMNS, rows, len(trace.backward), _start(trace, output))


def _start(trace: Trace, output: str) -> str:
    """What the reverse pass starts with."""
    if trace.scale == 1:
        return f"start: d{output}/d{output} = 1"
    return f"start: S*d{output}/d{output} = S = {show(trace.scale)}"


def backward_row(trace: Trace, row: Backward, output: str, digits: int) -> tuple[str, ...]:
    """One edge: step, edge, upstream, local (formula and number), product, running total."""
    node, argument = trace.nodes[row.node].name, trace.nodes[row.argument].name
    upstream, steps, factors = _edge_cells(trace, row, digits)
    scaled = "" if trace.scale == 1 else "S*"
    running = _running(f"{scaled}d{output}/d{argument}", row, digits)
    return str(row.step), f"{node} -> {argument}", upstream, steps, factors, running


def tangent_tables(trace: Trace, digits: int = DIGITS) -> Iterator[Table]:
    """Forward mode: for each input the edges upwards."""
    for name, rows in trace.tangents.items():
        cells = _tangent_rows(trace, rows, name, digits)
        yield Table(f"Tangents along {name}", TANGENT_COLUMNS, cells, len(rows), f"start: d{name}/d{name} = 1")


def _tangent_rows(trace: Trace, rows: list[Tangent], name: str, digits: int) -> Iterator[tuple[str, ...]]:
    """The rows of one input, made as they are read: that may be after the next table has begun."""
    for row in rows:
        yield tangent_row(trace, row, name, digits)


def tangent_row(trace: Trace, row: Tangent, name: str, digits: int) -> tuple[str, ...]:
    """One edge upwards: step, edge, tangent, local (formula and number), product, running total."""
    node, argument = trace.nodes[row.node].name, trace.nodes[row.argument].name
    tangent, steps, factors = _edge_cells(trace, row, digits)
    running = _running(f"d{node}/d{name}", row, digits)
    return str(row.step), f"{argument} -> {node}", tangent, steps, factors, running


def _edge_cells(trace: Trace, row: Backward, digits: int) -> tuple[str, str, str]:
    """What comes to an edge, its local derivative as formula and number, and the product of the two."""
    node, argument = trace.nodes[row.node].name, trace.nodes[row.argument].name
    shown, relation, product = told("*", [row.upstream, row.local], row.product, digits)
    upstream, local = shown
    derived = row.derived if len(row.derived) <= 24 else node
    formula = row.formula if len(row.formula) <= 40 else ""
    chooses = trace.nodes[row.node].op == "where"
    if row.state == SHUT:
        why = "not taken" if chooses else f"not {_in_brackets(row.condition)}"
        steps = f"d({derived})/d{argument} = 0, {why}"
    elif row.state == NO_SLOPE:
        reason = "cut" if trace.nodes[row.node].op == "detach" else "flat"
        steps = f"d({derived})/d{argument} = 0, {reason}"
    else:
        middle = f" = {formula}" if formula and formula != local else ""
        steps = f"d({derived})/d{argument}{middle} {_rounded(formula, row.local)} {local}"
        if row.condition:
            steps += ", taken" if chooses and row.state == OPEN else f", {row.condition}" if not chooses else ""
    if row.state == OPEN or (row.local - row.local == 0 and row.upstream - row.upstream == 0):
        factors = f"{upstream} * {_bracketed(local)} {relation} {product}"
    else:
        # inf * 0 is not 0: that nothing flows here is no product.
        factors = "nothing arrives" if row.upstream == 0 else "nothing passes"
    return upstream, steps, factors


def _running(name: str, row: Backward, digits: int) -> str:
    """The sum that a product goes to: with a colon until it is complete."""
    complete = row.count == row.arriving
    if row.before is None:
        total = show(row.total, digits)
        counter = "" if row.arriving == 1 else f" ({row.count} of {row.arriving})"
        return f"{name} = {total}" if complete else f"{name}: {total}{counter}"
    terms, equal, total = told("+", [row.before, row.product], row.total, digits)
    sign = " =" if complete else ":"
    return f"{name}{sign} {terms[0]} + {_bracketed(terms[1])} {equal} {total} ({row.count} of {row.arriving})"


def _rounded(formula: str, local: Number) -> str:
    """Between a formula and its number: ≈ where the formula is a number that the kind of number has to round."""
    decimal = formula.lstrip("-").replace(".", "", 1).isdigit()
    return "≈" if decimal and not is_exact(formula, local) else "="


def _bracketed(number: str) -> str:
    return f"({number})" if number.startswith("-") else number


def _in_brackets(condition: str) -> str:
    return f"({condition})" if " and " in condition or " or " in condition else condition


def path_tables(trace: Trace, digits: int = DIGITS) -> Iterator[Table]:
    """For each input the ways up to the output, and their sum."""
    output = trace.nodes[trace.output].name if trace.output in trace.nodes else trace.program.output_name
    for name, paths in trace.paths.items():
        if paths.count < 2:
            continue
        rows = [path_row(trace, path, digits) for path in paths.listed]
        more = paths.count - len(paths.listed)
        if more:
            rows.append((f"and {count_text(more)} more", "", show(paths.rest, digits), "together"))
        rows.append(("total", "", show(paths.total, digits), ""))
        title = f"Paths from {name} to {output}"
        aside = f"{count_text(paths.count)} of them" if more else ""
        yield Table(title, ("path", "locals", "product", ""), rows, len(rows), aside)


def path_row(trace: Trace, path: Path, digits: int) -> tuple[str, ...]:
    """One way: its nodes, its local derivatives, their product, and what it goes through."""
    names = [trace.nodes[node].name for node in path.nodes]
    written, relation, product = told("*", list(path.locals), path.product, digits)
    factors = " * ".join([written[0], *(_bracketed(each) for each in written[1:])])
    if len(names) == 2:
        return " -> ".join(names), factors, product, "direct"
    through = "through " + ", ".join(names[1:-1]) if len(names) <= 5 else f"through {len(names) - 2} nodes"
    if len(names) > 9:
        names = [*names[:4], "...", *names[-4:]]
    if len(written) > 9:
        factors = f"{len(written)} factors"
    return " -> ".join(names), factors, product if relation == "=" else f"≈ {product}", through


def count_text(count: int) -> str:
    """A number of paths: exact to 4096 bits, then its size."""
    if count.bit_length() <= 4096:
        return str(count)
    from math import log10

    return f"about 10^{round(log10(count))}"


def closing(trace: Trace, digits: int = DIGITS) -> list[str]:
    """The result, the check, and the notes."""
    output = trace.nodes[trace.output].name if trace.output in trace.nodes else trace.program.output_name
    line = "    ".join(f"d{output}/d{name} = {show(value, digits)}" for name, value in trace.gradient.items())
    parts = [line] if line else []
    if trace.check is not None:
        found = trace.check
        parts.append(CHECKS[found.state].format(name=found.name, gap=_power(found.gap)))
    elif trace.gradient and not trace.paths and len(trace.forward) > 1000:
        parts.append("paths and the check are left out of a trace this long")
    lines = ["          ".join(parts)] if parts else []
    if trace.tangents:
        lines.append(modes_text(len(trace.tangents), "forward"))
    return lines + [f"note: {sentence(note)}" for note in trace.notes]


def _power(gap: float) -> str:
    """The power of ten that a gap stays below."""
    # Below 1e-10 it is the rounding of the difference, which says nothing about the gradient.
    return f"1e{max(math.ceil(math.log10(gap)), -10)}" if 0 < gap < math.inf else "1e-10"


def shortened(table: Table, whole: bool) -> Iterator[tuple[str, ...] | str]:
    """The rows of a table; a long one as head and tail, with a line that counts what is left out."""
    if whole or table.count <= MOST_ROWS:
        yield from table.rows
        return
    for place, row in enumerate(table.rows):
        if place < HEAD or place >= table.count - HEAD:
            yield row
        elif place == HEAD:
            yield f"... {table.count - 2 * HEAD} more rows (--all shows them)"
