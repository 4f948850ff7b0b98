"""Rules that users give, held against numbers before they are used.

A rule is asked at some points, and so is a difference of the value that knows nothing of it. A rule that is
meant to differ (a surrogate gradient, such as a straight-through estimator) says so in a word.
"""

from __future__ import annotations

from bpcli.calculus.sweeps import idle, reverse
from bpcli.engine.floats import FLOATS
from bpcli.engine.point import evaluate
from bpcli.errors import InputError, NumericError
from bpcli.graph import Graph, Program
from bpcli.numbers import full, show
from bpcli.tracing.differences import DISAGREES, difference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from typing import Any

    from bpcli.graph import Function
    from bpcli.ops import Op

# Both signs, small and not so small, and the places where people put corners.
SAMPLES = (-2.3, -0.9, -0.35, 0.3, 0.7, 1.6, 4.1, 0.0, 1.0)
TOLERANCE = 1e-5


class Evidence:
    """A point at which a rule is wrong: the arguments, what the rule gives, and what a difference gives."""

    __slots__ = ("at", "difference", "param", "rule")

    def __init__(self, param: str, at: Mapping[str, Any], rule: float, difference: float) -> None:
        self.param = param
        self.at = at
        self.rule = rule
        self.difference = difference


def evidence_against(program: Program, params: Collection[str]) -> Evidence | None:
    """The first point at which the derivative of a program by one of `params` is wrong; None where none was found."""
    graph = program.graph
    names = list(graph.variables)
    for start in range(len(SAMPLES)):
        # Arguments next to each other get samples that lie apart.
        at = {name: SAMPLES[(start * (1 + place) + 3 * place) % len(SAMPLES)] for place, name in enumerate(names)}
        for param in params:
            try:
                point = evaluate(program, at)
                node = graph.variables[param]
                slope = reverse(graph, FLOATS, point.values, program.output, 1.0, idle(graph, [node]))[node]
                found = difference(program, at, param)
            except NumericError:
                continue
            if found.judge(slope or 0.0, TOLERANCE) == DISAGREES:
                return Evidence(param, at, slope or 0.0, found.value)
    return None


def use_of(op: str, params: Collection[str], function: Function | None = None) -> Program:
    """A program that is one operation, or one call, over variables."""
    graph = Graph()
    if function is not None:
        graph.functions[op] = function
    arguments = tuple(graph.variable(param) for param in params)
    return Program("", graph, dict(graph.variables), (), {"y": graph.add(op, arguments)})


def check_rules(program: Program) -> None:
    """Hold the rules of a program's functions against numbers. Raises InputError with the evidence against one."""
    for op, function in program.graph.functions.items():
        given = [param for param in function.partials if param not in function.surrogates]
        program_of_one = use_of(op, function.params, function)
        if program_of_one.of_tensors:
            from bpcli.tracing.tensor_rules import evidence_of_tensors

            found = evidence_of_tensors(program_of_one, given)
        else:
            found = evidence_against(program_of_one, given)
        if found is not None:
            error = InputError("wrong-rule", **facts(function.name, found))
            error.source, error.span = program.source, function.spans[found.param]
            raise error


def check_operation(op: Op) -> None:
    """Hold the rules of an operation against numbers. Raises InputError with the evidence against one."""
    given = [param for param in op.params if param in op.partials]
    found = evidence_against(use_of(op.name, op.params), given)
    if found is not None:
        raise InputError("wrong-partial", **facts(op.name, found))


def facts(name: str, found: Evidence) -> dict[str, Any]:
    """What the sentence of the error says."""
    at = ", ".join(f"{each} = {full(value)}" for each, value in found.at.items())
    return {
        "name": name, "param": found.param, "at": at, "rule": show(found.rule), "difference": show(found.difference),
    }  # fmt: skip
