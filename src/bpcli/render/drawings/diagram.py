"""A trace, or a program without values, as boxes and lines of text: what every drawing of a graph draws.

Two styles. `variable`: a box is a variable with its formula, and a line carries the local derivative. `op`: a box is an
operation, and a line carries the value that goes up and the gradient that comes back.
"""

from __future__ import annotations

from typing import Any

from bpcli.calculus.sweeps import NO_SLOPE, SHUT
from bpcli.errors import InputError
from bpcli.numbers import DIGITS, is_exact, show
from bpcli.ops import TABLE
from bpcli.render.arrays import shape_of
from bpcli.render.cells import bracketed
from bpcli.render.languages import ENGLISH, texts
from bpcli.render.words import phrase
from bpcli.tracing.pulls import upstream_name
from bpcli.tracing.record import outline
from bpcli.tracing.summaries import is_small

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bpcli.graph import Program
    from bpcli.tracing.record import Trace
    from bpcli.tracing.rows import Backward, Node

STYLES = ("variable", "op")
MOST_BOXES = 80  # that a drawing shows; with more of them nothing can be read
LONGEST_ARRAY = 44  # characters of an array in a box
LONGEST_SOURCE = 200  # names, numbers and signs of a statement in a title
LONGEST_TITLE = 160  # characters of a title with all its statements
LONGEST_TENSOR_RULE = 24  # of a rule between tensors on a line
LONGEST_ALONE = 40  # of one beside which there is no other
LONGEST_RULE = 16  # characters of the formula of a local derivative on a line

INPUT, CONSTANT, OPERATION, RESULT = "input", "constant", "operation", "result"
MOST_SUMS, MOST_TERMS = 3, 4  # sums of branches that are written below a drawing, and terms of one


class Box:
    """A box: its kind, what it is called, the value and the derivatives that stand in it.

    title:  `a = x + w`, `x`, or the sign of an operation
    name:   the name that people know it by; empty for operations and constants
    value:  a number as text; "" where there is none
    slopes: `dy/da = 3`
    """

    __slots__ = ("kind", "name", "number", "slopes", "title", "value")

    def __init__(
        self, number: int, kind: str, name: str, title: str, value: str = "", slopes: tuple[str, ...] = ()
    ) -> None:
        self.number = number
        self.kind = kind
        self.name = name
        self.title = title
        self.value = value
        self.slopes = slopes


class Line:
    """A line from what is used to what uses it.

    label:  what stands on it: the local derivative, or the value that it carries; `brief` is the number alone
    back:   what comes back along it, in the style `op`
    shut:   nothing can come back: the local derivative is 0 here, by a condition, a flat function or a cut
    """

    __slots__ = ("back", "brief", "label", "shut", "source", "target")

    def __init__(
        self, source: int, target: int, label: str = "", brief: str = "", back: str = "", shut: bool = False
    ) -> None:
        self.source = source
        self.target = target
        self.label = label
        self.brief = brief
        self.back = back
        self.shut = shut


class Diagram:
    """Boxes, each after those that it uses; lines; a title, a sentence on how to read it, and the results.

    sums:     where several lines come back to one box, a sentence with their sum
    language: that of its words
    labels:   what the labels of its lines are, as a key of DRAWING: local derivatives, or rules
    """

    __slots__ = ("boxes", "labels", "language", "legend", "lines", "results", "sums", "title")

    def __init__(
        self,
        title: str,
        legend: str,
        results: tuple[str, ...],
        boxes: list[Box],
        lines: list[Line],
        sums: tuple[str, ...] = (),
        language: str = ENGLISH,
        labels: str = "local",
    ) -> None:
        self.labels = labels
        self.title = title
        self.legend = legend
        self.results = results
        self.boxes = boxes
        self.lines = lines
        self.sums = sums
        self.language = language

    def words(self, key: str) -> str:
        """A text of the group DRAWING, in its language."""
        text: str = texts(self.language, "DRAWING")[key]
        return text

    def spelled(self, spell: Callable[[str], str]) -> Diagram:
        """The same with every piece of text spelled in another way."""
        boxes = []
        for box in self.boxes:
            slopes = tuple(map(spell, box.slopes))
            boxes.append(Box(box.number, box.kind, spell(box.name), spell(box.title), spell(box.value), slopes))
        lines = [
            Line(line.source, line.target, spell(line.label), spell(line.brief), spell(line.back), line.shut)
            for line in self.lines
        ]
        results, sums = tuple(map(spell, self.results)), tuple(map(spell, self.sums))
        return Diagram(spell(self.title), self.legend, results, boxes, lines, sums, self.language, self.labels)

    def limited(self) -> Diagram:
        """The same. Raises InputError where it is too large to be drawn."""
        if len(self.boxes) > MOST_BOXES:
            raise InputError("graph-too-large", count=len(self.boxes), limit=MOST_BOXES)
        return self


def diagram(
    trace: Trace, style: str = "variable", digits: int = DIGITS, language: str = ENGLISH
) -> Diagram:
    """The picture of a trace, with its numbers."""
    rows: dict[tuple[int, int], Backward] = {(row.node, row.position): row for row in trace.backward}
    if trace.tangents:
        rows = {(row.node, row.position): row for tangents in trace.tangents.values() for row in tangents}
    slopes = _slopes(trace, digits, language)
    made = _Maker(trace.program, {**trace.nodes, **trace.constants}, set(trace.nodes), style, language)
    made.of_tensors, made.upwards = trace.of_tensors, bool(trace.tangents)
    made.values = {node: _shown(each.value, digits, language) for node, each in trace.nodes.items()}
    made.slopes = slopes
    made.labels = {place: _label(trace, row, digits, language) for place, row in rows.items()}
    if not trace.tangents:
        made.backs = {place: _shown(row.product, digits, language) for place, row in rows.items()}
        if trace.gradient:
            made.start = show(trace.scale, digits)
    output = _name(trace.program, trace.nodes)
    results = [f"d{output}/d{name} = {_shown(value, digits, language)}" for name, value in trace.gradient.items()]
    made.sums = tuple(_sums(trace, digits, language))
    return made.diagram(True, (f"{output} = {_shown(trace.value, digits, language)}", *results))


def _sums(trace: Trace, digits: int, language: str) -> Iterator[str]:
    """For each variable that several branches come back to: the products on their lines, and what they add up to."""
    branches: dict[int, list[Backward]] = {}
    for row in () if trace.tangents or trace.of_tensors else trace.backward:
        branches.setdefault(row.argument, []).append(row)
    many = [rows for rows in branches.values() if 1 < len(rows) <= MOST_TERMS]
    template: str = texts(language, "DRAWING")["sum"]
    # Those of the inputs, at which the question is asked, come first.
    inputs = {trace.program.names[name] for name in trace.gradient if name in trace.program.names}
    for rows in sorted(many, key=lambda rows: rows[0].argument not in inputs)[:MOST_SUMS]:
        name, total = trace.nodes[rows[0].argument].name, rows[-1].total
        numbers = [number for row in rows for number in (row.upstream, row.local)]
        shown = [show(number, digits) for number in numbers]
        exact = all(map(is_exact, [*shown, show(total, digits)], [*numbers, total]))
        factors = [f"{left} * {bracketed(right)}" for left, right in zip(shown[::2], shown[1::2], strict=True)]
        factor = "" if trace.scale == 1 else "S*"
        said = f"{factor}d{_name(trace.program, trace.nodes)}/d{name} = {' + '.join(factors)}"
        said += f" {'=' if exact else '≈'} {show(total, digits)}"
        yield template.format(name=name, sum=said)


def structure(program: Program, style: str = "variable", language: str = ENGLISH) -> Diagram:
    """The picture of a program without values."""
    nodes, constants = outline(program)
    return _Maker(program, {**nodes, **constants}, set(nodes), style, language).diagram(False, ())


def _name(program: Program, nodes: Mapping[int, Node]) -> str:
    return nodes[program.output].name if program.output in nodes else program.output_name


def _shown(value: Any, digits: int, language: str) -> str:
    """A value in a box: a number, a short array, or what size an array has."""
    shape = shape_of(value)
    if not shape:
        return show(value, digits)
    written = show(value, digits) if is_small(shape) else ""
    if written and len(written) <= LONGEST_ARRAY:
        return written
    kind = {1: "vector of size", 2: "matrix of size"}.get(len(shape), "array of size")
    return phrase(kind, language, size="x".join(map(str, shape)))


def _slopes(trace: Trace, digits: int, language: str) -> dict[int, tuple[str, ...]]:
    """For each node the totals that have arrived at it: `dy/da = 3`; in forward mode one for each input."""
    if trace.tangents:
        found: dict[int, list[str]] = {}
        for name, tangents in trace.tangents.items():
            if name in trace.program.names and not trace.direction:
                found.setdefault(trace.program.names[name], []).append(f"d{name}/d{name} = 1")
            for each, speed in trace.direction.items():
                start = f"d{each}/d{name} = {_shown(speed, digits, language)}"
                found.setdefault(trace.program.names[each], []).append(start)
            for row in tangents:
                if row.count == row.arriving:
                    above = trace.nodes[row.node].name
                    found.setdefault(row.node, []).append(f"d{above}/d{name} = {_shown(row.total, digits, language)}")
        return {node: tuple(texts) for node, texts in found.items()}
    output = _name(trace.program, trace.nodes)
    factor = "" if trace.scale == 1 else "S*"
    totals = {
        row.argument: f"{factor}d{output}/d{trace.nodes[row.argument].name} = {_shown(row.total, digits, language)}"
        for row in trace.backward
        if row.count == row.arriving
    }
    if trace.gradient:
        totals[trace.output] = f"{factor}d{output}/d{output} = {show(trace.scale, digits)}"
    return {node: (text,) for node, text in totals.items()}


def _label(trace: Trace, row: Backward, digits: int, language: str) -> tuple[str, str, bool]:
    """What stands on an edge: the local derivative with its formula or reason; the number; whether it is shut."""
    op = trace.nodes[row.node].op
    if row.state == SHUT:
        condition = f"({row.condition})" if " and " in row.condition or " or " in row.condition else row.condition
        why = phrase("not taken", language) if op == "where" else phrase("not", language, condition=condition)
        return f"0{phrase('facts', language)}{why}", "0", True
    if row.state == NO_SLOPE:
        reason = phrase("cut" if op == "detach" else "flat", language)
        return f"0{phrase('facts', language)}{reason}", "0", True
    if row.pull is not None:
        rule = row.pull.summed or row.pull.rule
        graph = trace.program.graph
        alone = sum(not graph.constant[argument] for argument in graph.args[row.node]) == 1
        if not 0 < len(rule) <= (LONGEST_ALONE if alone else LONGEST_TENSOR_RULE):
            rule = phrase("rule of", language, op=sign(op))
        return rule, rule, False
    local = show(row.local, digits)
    if trace.of_tensors:
        return f"{upstream_name(trace.program)} * {bracketed(local)}", local, False
    named = any(char.isalpha() for char in row.formula) and row.formula not in ("inf", "nan")
    formula = row.formula if named and len(row.formula) <= LONGEST_RULE else ""
    return f"{formula} = {local}" if formula else local, local, False


class _Maker:
    """Makes the boxes and lines of a graph from what is known of its nodes."""

    def __init__(
        self, program: Program, nodes: Mapping[int, Node], shown: set[int], style: str, language: str
    ) -> None:
        self.language = language
        self.sums: tuple[str, ...] = ()
        self.program = program
        self.nodes = nodes
        self.shown = shown
        self.literals = program.graph.literals(program.output + 1)
        self.style = style
        self.values: dict[int, str] = {}
        self.slopes: dict[int, tuple[str, ...]] = {}
        self.labels: dict[tuple[int, int], tuple[str, str, bool]] = {}
        self.backs: dict[tuple[int, int], str] = {}
        self.start = ""
        self.of_tensors = self.upwards = False
        self.boxes: list[Box] = []
        self.lines: list[Line] = []

    def diagram(self, valued: bool, results: tuple[str, ...]) -> Diagram:
        """The boxes and lines in the style."""
        if self.program.output not in self.shown:
            # A constant without a name is all there is.
            self.shown.add(self.program.output)
        for node in sorted(self.shown):
            (self.variable if self.style == "variable" else self.operation)(node)
        output = self.program.output
        if self.style == "op" and self.nodes[output].args:
            name = _name(self.program, self.nodes)
            number = len(self.program.graph)
            value, slopes = self.values.get(output, ""), self.slopes.get(output, ())
            self.boxes.append(Box(number, RESULT, name, name, value, slopes))
            self.lines.append(Line(output, number, value or name, value or name, self.start))
        title = self._title()
        of = "tangents" if self.upwards else "tensors"
        style = f"variable {of}" if self.of_tensors and self.style == "variable" else self.style
        legend = texts(self.language, "DRAWING")[style] if self.lines and valued else ""
        labels = ("rule up" if self.upwards else "rule") if self.of_tensors else "local"
        return Diagram(title, legend, results, self.boxes, self.lines, self.sums, self.language, labels)

    def _title(self) -> str:
        """The whole program in its statements; the last of them alone where that is too long."""
        from bpcli.language import text

        graph, output = self.program.graph, self.program.output
        name = _name(self.program, self.nodes)
        if graph.op[output] == "var":
            return name
        named = {node for node in graph.name if node in self.nodes and graph.op[node] != "var" and node != output}
        sizes = text.tree_sizes(graph, output, named)
        if sizes[output] > LONGEST_SOURCE:
            return f"{name} = ..."
        last = f"{name} = {text.expression(graph, output, named, spaced=True)}"
        if sum(sizes[node] for node in named) > LONGEST_SOURCE:
            return last
        told = [f"{graph.name[node]} = {text.expression(graph, node, named, spaced=True)}" for node in sorted(named)]
        whole = "; ".join([*told, last])
        return whole if len(whole) <= LONGEST_TITLE else last

    def variable(self, node: int) -> None:
        """A box for a variable, an intermediate or a named constant."""
        here = self.nodes[node]
        kind = INPUT if here.op == "var" else OPERATION if here.args and not self.literals[node] else CONSTANT
        if node == self.program.output and here.args:
            kind = RESULT
        title = here.name if kind in (INPUT, CONSTANT) else f"{here.name} = {here.formula}"
        if kind == CONSTANT and not self.values and here.name != here.formula:
            title = f"{here.name} = {here.formula}"
        self.boxes.append(Box(node, kind, here.name, title, self.values.get(node, ""), self.slopes.get(node, ())))
        for position, argument in enumerate(here.args):
            if argument in self.shown:
                label, brief, shut = self.labels.get((node, position), ("", "", False))
                self.lines.append(Line(argument, node, label, brief, "", shut))

    def operation(self, node: int) -> None:
        """A box for an operation, or for the leaf that a value comes from; a constant has one for each use."""
        here = self.nodes[node]
        if not here.args or (self.literals[node] and node != self.program.output):
            kind = INPUT if here.op == "var" else CONSTANT
            value, slopes = self.values.get(node, ""), self.slopes.get(node, ())
            self.boxes.append(Box(node, kind, here.name, here.name, value, slopes))
            return
        lines = []
        for position, argument in enumerate(here.args):
            below = self.nodes[argument]
            if argument in self.shown:
                value = self.values.get(argument, "")
                _, _, shut = self.labels.get((node, position), ("", "", False))
                label = f"{below.name} = {value}" if value else below.name if below.args else ""
                lines.append(Line(argument, node, label, value or label, self.backs.get((node, position), ""), shut))
            else:
                number = -1 - len(self.boxes)
                self.boxes.append(Box(number, CONSTANT, "", below.name))
                lines.append(Line(number, node))
        self.boxes.append(Box(node, OPERATION, "", sign(here.op)))
        self.lines += lines


def sign(op: str) -> str:
    """What an operation is drawn as: its sign, or its name."""
    declared = TABLE.get(op)
    if declared is None:
        return op.removeprefix("call ")
    return declared.symbol or declared.spelling
