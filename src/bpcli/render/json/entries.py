"""The long lists of a trace's JSON, entry by entry as text: what the encoder makes of their dictionaries, at once."""

from __future__ import annotations

from json.encoder import encode_basestring

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.tracing.record import Trace
    from bpcli.tracing.rows import Backward, Forward, Node

MOST_KEPT = 512  # texts that are remembered; they are forgotten together


class Exactly(dict[float, str]):
    """Floats to the last bit; those that JSON has no word for as strings."""

    __slots__ = ()

    def __missing__(self, value: float) -> str:
        text = repr(value) if value - value == 0 else f'"{value!r}"'
        if value:  # 0 and -0.0 are one key
            if len(self) >= MOST_KEPT:
                self.clear()
            self[value] = text
        return text


class Quoted(dict[str, str]):
    """Words as strings of JSON."""

    __slots__ = ()

    def __missing__(self, word: str) -> str:
        if len(self) >= MOST_KEPT:
            self.clear()
        text = self[word] = encode_basestring(word)
        return text


class Entries:
    """Nodes, steps and edges of a trace of floats as JSON text: "" for one that has more to it, or other numbers."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.graph = trace.program.graph
        self.names = trace.formulas.known
        self.numbers = Exactly()
        self.words = Quoted()

    def node(self, node: Node) -> str:
        """A line of the graph."""
        if node.value.__class__ is not float:
            return ""
        words, value, (start, stop) = self.words, self.numbers[node.value], node.span
        shown = "true" if node.id in self.trace.nodes else "false"
        return (
            f'{{"id": {node.id}, "name": {words[node.name]}, "op": {words[node.op]}, "args": {[*node.args]}, "formula":'
            f' {encode_basestring(node.formula)}, "value": {value}, "span": [{start}, {stop}], "shown": {shown}}}'
        )

    def step(self, step: Forward) -> str:
        """A step upwards."""
        operands, numbers = [], self.numbers
        for operand in (*step.operands, step.value):
            if operand.__class__ is not float:
                return ""
            operands.append(numbers[operand])
        value, formula = operands.pop(), encode_basestring(self.trace.formulas.of(step.node))
        return (
            f'{{"step": {step.step}, "node": {step.node}, "name": {self.words[self.names[step.node]]}, "formula":'
            f' {formula}, "operands": [{", ".join(operands)}], "value": {value}}}'
        )

    def edge(self, row: Backward) -> str:
        """An edge downwards."""
        node, argument, upstream, local = row.node, row.argument, row.upstream, row.local
        product, total, arguments = row.product, row.total, self.graph.args[node]
        if not (upstream.__class__ is local.__class__ is product.__class__ is total.__class__ is float):
            return ""
        if row.pull is not None or (len(arguments) > 1 and arguments.count(argument) > 1):
            return ""
        words, names, numbers = self.words, self.names, self.numbers
        derived, formula = encode_basestring(row.derived), encode_basestring(row.formula)
        return (
            f'{{"step": {row.step}, "from": {node}, "to": {argument}, "position": {row.position}, "edge":'
            f' [{words[names[node]]}, {words[names[argument]]}], "upstream": {numbers[upstream]}, "derived":'
            f' {derived}, "formula": {formula}, "condition": {words[row.condition]}, "local":'
            f' {numbers[local]}, "product": {numbers[product]}, "state": {words[row.state]}, "total": {numbers[total]},'
            f' "branch": {row.count}, "branches": {row.arriving}}}'
        )
