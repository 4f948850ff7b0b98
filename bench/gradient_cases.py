"""What `gradient.py` measures in processes of their own: ours and every peer, from an expression to its gradient."""

from __future__ import annotations

import json
import math
import sys
import threading
from array import array
from pathlib import Path
from statistics import median

import measure
from expressions import Expression, walk
from measure import clock, repeat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

BUDGET = 1.5  # seconds for the repetitions of one measurement

# Each of these fills `result` and returns the gradient by variable.


def measure_ours(made: Expression, result: dict[str, float]) -> list[float]:
    """Parse, both passes, the derivative as symbols, and all from text to gradient."""
    from bpcli.calculus.derivative import derivative
    from bpcli.calculus.sweeps import forward, idle, reverse
    from bpcli.engine.floats import FLOATS
    from bpcli.language.reader import parse

    text = made.text

    def bound(graph: Any) -> dict[int, float]:
        return {node: made.inputs[int(name[1:])] for name, node in graph.variables.items()}

    def gradient_of(program: Any) -> list[Any]:
        values = forward(program.graph, FLOATS, bound(program.graph), program.output + 1)
        return reverse(program.graph, FLOATS, values, program.output, 1.0, idle(program.graph, None))

    # The rules of the operations are compiled at their first use, once for a process.
    gradient_of(parse("sin(x0*x1) + x0 - x1/x0"))

    before = measure.peak_bytes()
    program = parse(text)
    graph, output = program.graph, program.output
    adjoints = gradient_of(program)
    result["memory"] = measure.peak_bytes() - before
    result["nodes"] = len(graph)
    slopes = [0.0] * len(made.inputs)
    for name, node in graph.variables.items():
        slopes[int(name[1:])] = adjoints[node] or 0.0

    # One forward and one reverse in turn, so that what disturbs the machine disturbs both.
    inputs = bound(graph)
    passes: list[tuple[float, float]] = []
    while len(passes) < 3 or (len(passes) < 99 and sum(map(sum, passes)) < 2 * BUDGET):
        began = clock()
        values = forward(graph, FLOATS, inputs, output + 1)
        middle = clock()
        adjoints = reverse(graph, FLOATS, values, output, 1.0, idle(graph, None))
        passes.append((middle - began, clock() - middle))
    result["forward"] = median(up for up, _ in passes)
    result["reverse"] = median(down for _, down in passes)
    result["gradient"] = median(up + down for up, down in passes)
    result["cheap"] = median((up + down) / up for up, down in passes)
    del program, graph, values, adjoints, inputs
    result["parse"] = repeat(lambda: parse(text), BUDGET)
    result["end to end"] = repeat(lambda: gradient_of(parse(text)), BUDGET)
    times: list[float] = []
    while not times or (len(times) < 9 and sum(times) < BUDGET):
        program = parse(text)  # a derivative extends the graph, so each needs a new one
        wrt = list(program.graph.variables.values())
        began = clock()
        derivative(program.graph, program.output, wrt)
        times.append(clock() - began)
    result["symbolic"] = median(times)
    return slopes


def measure_peer(work: Callable[[], list[float]], result: dict[str, float]) -> list[float]:
    """Time a function that goes from the values of the variables to the gradient."""
    before = measure.peak_bytes()
    began = clock()
    answer = work()
    result["gradient"] = first = clock() - began
    result["memory"] = measure.peak_bytes() - before
    if first < BUDGET:  # else once is enough: the first call weighs little
        result["gradient"] = repeat(work, BUDGET)
    return answer


def measure_micrograd(made: Expression, result: dict[str, float]) -> list[float]:
    from micrograd.engine import Value

    def sin(x: Any) -> Any:  # micrograd has none; this is written as its own relu is
        out = Value(math.sin(x.data), (x,), "sin")

        def backward() -> None:
            x.grad += math.cos(x.data) * out.grad

        out._backward = backward
        return out

    def work() -> list[float]:
        leaves = [Value(value) for value in made.inputs]
        walk(made, leaves, sin).backward()
        return [leaf.grad for leaf in leaves]

    # Its backward() recurses as deep as the expression.
    sys.setrecursionlimit(10**7)
    threading.stack_size(1 << 30)
    answer: list[float] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            answer.extend(measure_peer(work, result))
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return answer


def measure_torch(made: Expression, result: dict[str, float]) -> list[float]:
    import torch

    torch.set_num_threads(1)

    def work() -> list[float]:
        leaves = [torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in made.inputs]
        walk(made, leaves, torch.sin).backward()
        return [0.0 if leaf.grad is None else leaf.grad.item() for leaf in leaves]

    return measure_peer(work, result)


def measure_autograd(made: Expression, result: dict[str, float]) -> list[float]:
    import autograd.numpy as anp
    from autograd import grad

    point = anp.array(made.inputs)

    # Indexing each variable once keeps its backward pass linear; lists of arguments do not.
    def function(x: Any) -> Any:
        return walk(made, [x[i] for i in range(len(made.inputs))], anp.sin)

    return measure_peer(lambda: grad(function)(point).tolist(), result)


def measure_casadi(made: Expression, result: dict[str, float]) -> list[float]:
    import casadi

    function: list[Any] = []

    def work() -> list[float]:
        x = casadi.SX.sym("x", len(made.inputs))
        y = walk(made, [x[i] for i in range(len(made.inputs))], casadi.sin)
        function[:] = [casadi.Function("g", [x], [y, casadi.gradient(y, x)])]
        return function[0](made.inputs)[1].full().ravel().tolist()

    answer = measure_peer(work, result)
    point = casadi.DM(made.inputs)
    result["again"] = repeat(lambda: function[0](point), BUDGET)
    return answer


CASES: dict[str, Callable[[Expression, dict[str, float]], list[float]]] = {
    "ours": measure_ours,
    "micrograd": measure_micrograd,
    "torch": measure_torch,
    "autograd": measure_autograd,
    "casadi": measure_casadi,
}


def child(case: str, folder: Path) -> None:
    """Measure one case: the figures as JSON on standard output, the gradient into a file."""
    result: dict[str, float] = {}
    made = Expression.load(folder, ("inputs",) if case == "ours" else Expression.COLUMNS)
    slopes = CASES[case](made, result)
    (folder / "slopes").write_bytes(array("d", slopes).tobytes())
    print(json.dumps(result))
