"""What each method of differentiation would cost here."""

from __future__ import annotations

import math

from bpcli.calculus.derivative import derivative
from bpcli.calculus.sweeps import OPEN
from bpcli.engine.directions import forward_gradient
from bpcli.engine.point import evaluate, gradient
from bpcli.language.text import tree_sizes
from bpcli.tracing.lenses.lens import COST, MEASURED, NUMBER, Finding, Grid, Lens

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from bpcli.tracing.record import Trace

    Cell = Any

MOST_WRITTEN = 20_000  # nodes of a program whose derivative is written out to be counted


def cost(trace: Trace, measure: bool = False) -> Lens:
    """What each method of differentiation would take here, in evaluations and in operations.

    An operation is one of the program, one product with a local derivative, or one addition of branches.
    """
    if trace.of_tensors:
        from bpcli.tracing.lenses.tensor_costs import tensor_cost

        return tensor_cost(trace, measure)
    inputs, steps = len(trace.gradient), len(trace.forward)
    rows = [row for row in trace.backward if row.state == OPEN]
    adds = sum(row.before is not None for row in rows)
    down = len(rows) + adds
    # method, evaluations, sweeps down, operations
    methods: list[tuple[Cell, ...]] = [
        ("reverse", 1, 1, steps + down),
        ("forward-mode", inputs, 0, inputs * (steps + down)),
        ("central-difference", 2 * inputs, 0, 2 * inputs * steps),
        ("forward-difference", inputs + 1, 0, (inputs + 1) * steps),
    ]
    findings = [Finding("inputs", inputs=inputs, steps=steps, ratio=(steps + down) / max(steps, 1))]
    found = written(trace)
    if found is not None:
        tree, shared, own = found
        findings.append(Finding("symbolic", tree=tree, shared=shared, program=own))
    slopes, held = steps * inputs, 2 * steps
    findings.append(
        Finding(
            "jacobian", rows=steps, columns=inputs, bytes=slopes * NUMBER, kept=held, held=held * NUMBER
        )
    )
    columns: tuple[str, ...] = ("method", "evaluations", "sweeps", "operations")
    if measure:
        times = _times(trace)
        methods = [(*row, times.get(row[0])) for row in methods]
        columns = (*columns, "seconds")
        findings.append(Finding("measured", times=MEASURED, evaluation=times["evaluation"]))
    return Lens(COST, [Grid("methods", columns, methods)], findings)


def written(trace: Trace) -> tuple[int, int, int] | None:
    """Symbols of all derivatives written out, nodes of them as a graph beside the program, nodes of the program."""
    program = trace.program
    graph = program.graph
    if program.output > MOST_WRITTEN or not trace.gradient:
        return None
    nodes = derivative(graph, program.output, [program.names[name] for name in trace.gradient])
    top = max(nodes)
    needed, own = bytearray(len(graph)), graph.reaches(program.output)
    for node in nodes:
        needed[node] = 1
    for node in range(top, -1, -1):
        if needed[node]:
            for argument in graph.args[node]:
                needed[argument] = 1
    shared = sum(used and not (place < len(own) and own[place]) for place, used in enumerate(needed))
    sizes = tree_sizes(graph, top)
    return sum(sizes[node] for node in nodes), shared, sum(own)


def _times(trace: Trace) -> dict[str, float]:
    """Seconds of an evaluation and of the gradient by each method, by this program's own code."""
    program, given, names = trace.program, trace.given, list(trace.gradient)

    def central(sides: int) -> None:
        for name in names:
            if name in given:
                for side in range(sides):
                    evaluate(program, {**given, name: given[name] + (1e-6 if side else -1e-6)})

    def forward_differences() -> None:
        evaluate(program, given)
        central(1)

    work: dict[str, Callable[[], object]] = {
        "evaluation": lambda: evaluate(program, given),
        "reverse": lambda: gradient(program, given, names),
        "forward-mode": lambda: forward_gradient(program, given, names),
        "central-difference": lambda: central(2),
        "forward-difference": forward_differences,
    }
    return {name: shortest(each) for name, each in work.items()}


def shortest(work: Callable[[], object]) -> float:
    import time

    shortest = math.inf
    for _ in range(MEASURED):
        began = time.perf_counter()
        work()
        shortest = min(shortest, time.perf_counter() - began)
    return shortest
