"""Functions that stand for a formula: the user's own, and those of the table that are to be unfolded."""

from __future__ import annotations

from bpcli.errors import InputError, closest
from bpcli.graph import Frame
from bpcli.language.reader.operators import Operators
from bpcli.ops import functions, named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from bpcli.graph import Graph
    from bpcli.ops import Op


def refused_or_known(names: Collection[str]) -> frozenset[str]:
    """Names of operations that stand for a formula. Raises InputError for another."""
    for name in names:
        operations = named(name)
        if not operations:
            near = closest(name, functions())
            raise InputError("unfold-unknown", name=name, hint=f"did you mean `{near}`?" if near else None)
        if not any(op.unfolded for op in operations):
            raise InputError("unfold-primitive", name=name)
    return frozenset(names)


class Template:
    """A user's function: its parameters and its body as a graph of its own, expanded where it is called."""

    __slots__ = ("expanded", "graph", "name", "output", "params", "span")

    def __init__(self, name: str, params: tuple[str, ...], graph: Graph, span: tuple[int, int]) -> None:
        self.name = name
        self.params = params
        self.graph = graph
        self.output = -1
        self.span = span
        self.expanded: dict[tuple[int, ...], tuple[int, str | None]] = {}  # arguments -> result and its name


class Templates(Operators):
    """Calls that become the nodes of a formula."""

    def apply(self, op: Op, nodes: tuple[int, ...], span: tuple[int, int]) -> int:
        """The node of an operation, or the nodes that it stands for where it is to be unfolded."""
        if op.spelling not in self.unfold or not op.unfolded:
            return self.graph.add(op.name, nodes, span)
        from bpcli.language.reader import parse

        program = parse(op.unfolded, settings=op.chosen, unfold=self.unfold)
        template = Template(op.spelling, op.params, program.graph, span)
        template.output = program.output
        return self.expand(template, nodes, span)

    def expand(self, template: Template, arguments: tuple[int, ...], span: tuple[int, int]) -> int:
        """The body of a function with its parameters replaced; once for the same arguments."""
        graph = self.graph
        top = graph is self.outer
        if top and graph.share:
            known, name = template.expanded.get(arguments, (-1, None))
            # A result that was given a name since is a node of its own from then on.
            if known >= 0 and graph.name.get(known) == name:
                return known
        inside = graph.inside
        frame = Frame(template.name, arguments)
        if top:
            graph.frames.append(frame)
            graph.inside = len(graph.frames)
        result = self.copy(template, dict(zip(template.params, arguments, strict=True)), span)
        frame.result = result
        graph.inside = inside
        if top:
            template.expanded[arguments] = result, graph.name.get(result)
        return result

    def copy(self, template: Template, bound: dict[str, int], span: tuple[int, int]) -> int:
        """Append the nodes of a template to the graph; a free name means what it means here."""
        graph, body = self.graph, template.graph
        needed = body.reaches(template.output)
        made: list[int] = [-1] * len(body)
        for node in range(template.output + 1):
            if not needed[node]:
                continue
            op = body.op[node]
            if op == "var":
                name = str(body.payload[node])
                made[node] = bound[name] if name in bound else self.look_up(name, span)
            elif op == "const":
                made[node] = graph.const(body.payload[node], span)
            else:
                args = tuple([made[argument] for argument in body.args[node]])
                if op == "pow" and graph.constant[args[1]]:
                    op = "powc"
                elif op in body.functions:
                    graph.functions[op] = body.functions[op]
                made[node] = graph.add(op, args, span)
        return made[template.output]
