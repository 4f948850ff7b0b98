"""A text that was read: which names it uses, what its results are, and how its names are shown."""

from __future__ import annotations

from bpcli.errors import InputError
from bpcli.ops import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from bpcli.graph.nodes import Graph


def _has_tensors(graph: Graph, stop: int | None = None) -> bool:
    return any((declared := TABLE.get(op)) is not None and declared.of_tensors for op in {*graph.op[:stop]})


class Entry:
    """One entry of an array, for which a program of single numbers was written.

    variable: the name of the entry in the text of that program, W_1_0
    spelled:  how the names in the text are shown: W_1_0 is W[1,0]
    fixed:    those, as they are shown, that do not depend on the entry and are no inputs: they were calculated before
    """

    __slots__ = ("fixed", "spelled", "variable")

    def __init__(self, variable: str, spelled: Mapping[str, str], fixed: Collection[str] = ()) -> None:
        self.variable = variable
        self.spelled = spelled
        self.fixed = fixed

    @property
    def shown(self) -> str:
        """The entry as it is shown: W[1,0]."""
        return self.spelled[self.variable]


class Program:
    """A text that was read: its graph, the names it uses, and its results.

    names:    every name in order of first appearance -> node; variables and assigned names
    assigned: the names that the text assigns
    outputs:  the results, by name: the last statement, or the entries of its list
    shadowed: names that are variables here and constants elsewhere
    values:   assigned names that stand for a value alone, as in `x = 2`, `W = [[1, 2], [3, 4]]` and `b = zeros(3)`
    entry:    the entry of an array that the program was written for, or None
    unfolded: the operations that were to be read as the formulas that they stand for
    """

    __slots__ = ("assigned", "entry", "graph", "names", "outputs", "shadowed", "source", "unfolded", "values")

    def __init__(
        self,
        source: str,
        graph: Graph,
        names: dict[str, int],
        assigned: tuple[str, ...],
        outputs: dict[str, int],
        shadowed: tuple[str, ...] = (),
        values: tuple[str, ...] = (),
    ) -> None:
        self.source = source
        self.graph = graph
        self.names = names
        self.assigned = assigned
        self.outputs = outputs
        self.shadowed = shadowed
        self.values = values
        self.entry: Entry | None = None
        self.unfolded: tuple[str, ...] = ()

    def spell(self, entry: Entry) -> None:
        """Call the names of the text what they are shown as: W[1,0] for W_1_0; variables in the order of `entry`."""
        spelled, graph = entry.spelled, self.graph
        self.entry = entry
        variables = [name for name in spelled if name in graph.variables]
        names = {name: self.names[name] for name in [*variables, *self.names] if name in self.names}
        self.names = {spelled.get(name, name): node for name, node in names.items()}
        self.assigned = tuple(spelled.get(name, name) for name in self.assigned)
        self.outputs = {spelled.get(name, name): node for name, node in self.outputs.items()}
        graph.variables = {spelled.get(name, name): node for name, node in graph.variables.items()}
        graph.name = {node: spelled.get(name, name) for node, name in graph.name.items()}
        graph.payload.update({node: name for name, node in graph.variables.items()})

    @property
    def inputs(self) -> tuple[str, ...]:
        """The free variables, in order of first appearance."""
        return tuple(name for name in self.names if name in self.graph.variables)

    @property
    def of_tensors(self) -> bool:
        """Whether an operation on tensors is used."""
        # The list of several results stands behind them, and is no tensor.
        stop = max(self.stop, *(node + 1 for node in self.names.values()), 0)
        whole, *others = self._graphs()
        return _has_tensors(whole, stop) or any(map(_has_tensors, others))

    def _graphs(self) -> list[Graph]:
        """The graph, and those of the rules that are one's own."""
        bodies = [function.body[0] for function in self.graph.functions.values()]
        rules = [graph for function in self.graph.functions.values() for graph, _ in function.partials.values()]
        return [self.graph, *bodies, *rules]

    @property
    def output(self) -> int:
        """The node of the only result. Raises InputError where there are several."""
        if len(self.outputs) > 1:
            raise InputError("several-outputs", count=len(self.outputs), names=", ".join(self.outputs))
        (node,) = self.outputs.values()
        return node

    @property
    def output_name(self) -> str:
        """The name of the only result: "y" unless the text gives it one."""
        return next(iter(self.outputs))

    @property
    def stop(self) -> int:
        """The number of nodes that the results need: all below it."""
        return max(self.outputs.values()) + 1

    def select(self, names: Sequence[str]) -> None:
        """Make these the results: names of results or assigned names, or places in the list from 0.

        Raises InputError for one that is neither.
        """
        results = list(self.outputs)
        chosen: dict[str, int] = {}
        for name in names:
            full = results[int(name)] if name.isdecimal() and int(name) < len(results) else name
            node = self.outputs.get(full, self.names.get(full))
            if node is None:
                known = dict.fromkeys([*results, *self.assigned])
                raise InputError("unknown-output", name=name, names=", ".join(known))
            chosen[full] = node
        self.outputs = chosen
