"""A program as plain data, for a calculator that knows the primitives and nothing else: the page of a lesson.

The rules go along as formulas: a list of steps, each ["arg", place], ["const", value] or [operation, step ...], of
which the last is the result. A constant that JSON has no word for stands as text that reads back as a number.
"""

from __future__ import annotations

from typing import Any

from bpcli.calculus.kinds import formula, partial_text
from bpcli.engine.primitives import SCALAR
from bpcli.graph import LEAVES
from bpcli.numbers import as_float
from bpcli.ops import TABLE, Op

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bpcli.graph import Function, Graph

    Steps = list[list[Any]]

SELECTED = {"x": 0, "out": 1, "ties": 2, "before": 3}  # what is in scope of the rules of max and min


class Exported:
    """A program as data.

    data:   {"nodes", "output", "rules", "edges"}, all of it lists, texts and numbers
    places: node of the graph -> its place among `nodes`
    """

    __slots__ = ("data", "places")

    def __init__(self, data: dict[str, Any], places: dict[int, int]) -> None:
        self.data = data
        self.places = places


def exported(
    graph: Graph,
    output: int,
    edges: Iterable[tuple[int, int]],
    known: Mapping[int, float] | None = None,
    keep: Iterable[int] = (),
) -> Exported | None:
    """What computes `output` and carries its derivative over `edges` (node, position), in that order.

    known: nodes that stand as the number they have here, whatever is below them
    keep:  nodes that are wanted too, though they may stand only below such a number

    None where the program uses an operation that is declared by a function, not by a formula.
    """
    known = known or {}
    needed = bytearray(len(graph))
    for node in (output, *keep):
        needed[node] = 1
    for node in range(output, -1, -1):
        if needed[node] and node not in known:
            for argument in graph.args[node]:
                needed[argument] = 1
    places: dict[int, int] = {}
    nodes: Steps = []
    for node in range(output + 1):
        if not needed[node]:
            continue
        places[node] = len(nodes)
        op = graph.op[node]
        if node in known:
            nodes.append(["const", written(known[node])])
        elif op == "const":
            nodes.append(["const", written(as_float(graph.payload[node]))])
        elif op == "var":
            nodes.append(["var", str(graph.payload[node])])
        else:
            nodes.append([op, *[places[argument] for argument in graph.args[node]]])
    listed = [[places[node], position] for node, position in edges]
    rules = _rules([str(each[0]) for each in nodes], graph.functions, {str(nodes[node][0]) for node, _ in listed})
    if rules is None:
        return None
    return Exported({"nodes": nodes, "output": places[output], "rules": rules, "edges": listed}, places)


def written(number: float) -> float | int | str:
    """A number as JSON can hold it, in few characters."""
    if number - number != 0:
        return "NaN" if number != number else "Infinity" if number > 0 else "-Infinity"
    whole = number == int(number) and abs(number) < 1e15 and str(number) != "-0.0"
    return int(number) if whole else number


def _rules(used: Sequence[str], functions: Mapping[str, Function], ruled: set[str]) -> dict[str, Any] | None:
    """The rules of the operations that are used, and of those in their formulas; edges for those in `ruled`."""
    rules: dict[str, Any] = {}
    functions = dict(functions)
    work = [*used]
    while work:
        op = work.pop()
        if op in rules or op in (*LEAVES, "arg"):
            continue
        rule: dict[str, Any] = {}
        formulas: list[Steps] = []
        if op in functions:
            function = functions[op]
            places = {name: place for place, name in enumerate(function.params)}
            rule["value"] = steps(*function.body, places)
            functions |= function.body[0].functions
            if op in ruled:
                rule["edges"] = [_own(function, param, places) for param in function.params]
                for graph, _ in function.partials.values():
                    functions |= graph.functions
        else:
            declared = TABLE[op]
            if declared.base:
                rule["base"] = declared.base
                work.append(declared.base)
            elif op not in SCALAR:
                if declared.value is None:
                    return None
                read = formula(declared.value)
                rule["value"] = steps(read.graph, read.output, {name: at for at, name in enumerate(declared.params)})
            if declared.variadic:
                rule["variadic"] = True
            if op in ruled:
                rule["edges"] = [_edge(declared, param) for param in declared.params]
        rules[op] = rule
        formulas += [rule["value"]] if "value" in rule else []
        for edge in rule.get("edges", ()):
            formulas += [edge[key] for key in ("local", "when") if key in edge]
        work += [str(step[0]) for each in formulas for step in each]
    return {op: rule for op, rule in rules.items() if rule}


def _own(function: Function, param: str, places: Mapping[str, int]) -> dict[str, Any]:
    """The rule of a user's function by one parameter; nothing is in it where there is none."""
    partial = function.partials.get(param)
    return _compact(steps(*partial, places), None) if partial is not None else {}


def _edge(declared: Op, param: str) -> dict[str, Any]:
    """The rule of an operation of the table by one parameter; nothing is in it where there is none."""
    if param not in declared.partials:
        return {}
    places: Mapping[str, int] = SELECTED
    if not declared.variadic:
        places = {name: at for at, name in enumerate((*declared.params, "out"))}
    local_text, when_text = partial_text(declared, param, False)
    local = formula(local_text)
    when = formula(when_text) if when_text else None
    return _compact(steps(local.graph, local.output, places), when and steps(when.graph, when.output, places))


def _compact(local: Steps, when: Steps | None) -> dict[str, Any]:
    if local == [["const", 0]]:
        return {"flat": True}
    return {"local": local} if when is None else {"local": local, "when": when}


def steps(graph: Graph, output: int, places: Mapping[str, int]) -> Steps:
    """A formula as a list of steps; `places` says in which register each name stands."""
    needed = graph.reaches(output)
    where: dict[int, int] = {}
    made: Steps = []
    for node in range(output + 1):
        if not needed[node]:
            continue
        where[node] = len(made)
        op = graph.op[node]
        if op == "var":
            made.append(["arg", places[str(graph.payload[node])]])
        elif op == "const":
            made.append(["const", written(as_float(graph.payload[node]))])
        else:
            made.append([op, *[where[argument] for argument in graph.args[node]]])
    return made
