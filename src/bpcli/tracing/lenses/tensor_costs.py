"""What each method of differentiation costs a program with arrays, counted in operations on single numbers.

Entry by entry an operation counts once; a product of matrices counts its multiplications and additions; what only
moves entries counts nothing. An operation that is a formula is counted by its formula.
"""

from __future__ import annotations

import math
from typing import Any

from bpcli.calculus.kinds import formula
from bpcli.calculus.shapes import shapes_of
from bpcli.calculus.sweeps import OPEN
from bpcli.engine.directions import push
from bpcli.engine.given import bind
from bpcli.engine.point import evaluate, gradient
from bpcli.errors import BpcliError
from bpcli.ops import TABLE
from bpcli.tracing.lenses.costs import shortest, written
from bpcli.tracing.lenses.lens import COST, MEASURED, NUMBER, Finding, Grid, Lens
from bpcli.tracing.pulls import rule_with_shapes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpcli.graph import Graph
    from bpcli.tracing.record import Trace
    from bpcli.tracing.rows import Backward, Shape

# What moves, copies or chooses entries, or only asks for a shape.
MOVING = frozenset((
    "same", "detach", "checkpoint", "reshape", "reshape_like", "flatten", "expand", "squeeze", "index", "place", "take",
    "put", "stack", "concat", "piece", "place_piece", "full", "arange", "one_hot", "one_hot_like", "one_hot_targets",
    "transpose", "permute", "unpermute", "matrix_transpose", "diag", "eye_like", "count", "spread", "broadcast_like",
    "randn", "uniform", "xavier", "he", "keep_mask",
))  # fmt: skip
ADDING = ("sum", "sum_like", "trace")
CUBIC = ("det", "cofactor", "inv", "solve")
WINDOWS = ("conv1d", "convolve")


def tensor_cost(trace: Trace, measure: bool = False) -> Lens:
    """Passes and operations of each method, and the Jacobians that the rules of the backward pass never make."""
    entries = sum(_size(_shape(slope)) for slope in trace.gradient.values())
    steps = sum(_of_step(trace, step.node) for step in trace.forward)
    rows = [row for row in trace.backward if row.state == OPEN]
    down = sum(_of_edge(trace, row) for row in rows)
    down += sum(_size(_shape(row.total)) for row in rows if row.before is not None)
    # method, evaluations, sweeps down, operations
    methods: list[tuple[Any, ...]] = [
        ("reverse", 1, 1, steps + down),
        ("forward-mode", entries, 0, entries * (steps + down)),
        ("central-difference", 2 * entries, 0, 2 * entries * steps),
        ("forward-difference", entries + 1, 0, (entries + 1) * steps),
    ]
    findings = [
        Finding("entries", entries=entries, inputs=len(trace.gradient), ratio=(steps + down) / max(steps, 1))
    ]
    found = written(trace)
    if found is not None:
        tree, shared, own = found
        findings.append(Finding("symbolic", tree=tree, shared=shared, program=own))
    jacobians = [_jacobian(trace, row) for row in rows]
    if jacobians:
        numbers = sum(row[4] for row in jacobians)
        _, edge, height, width, *_ = max(jacobians, key=lambda row: row[4])
        findings.append(
            Finding(
                "local-jacobians", numbers=numbers, bytes=numbers * NUMBER, edge=edge, rows=height, columns=width,
                operations=down,
            )
        )  # fmt: skip
    carried = sum(_size(_shape(step.value)) for step in trace.forward)
    findings.append(
        Finding(
            "carried", rows=carried, columns=entries, bytes=carried * entries * NUMBER, kept=2 * carried,
            held=2 * carried * NUMBER,
        )
    )  # fmt: skip
    columns: tuple[str, ...] = ("method", "evaluations", "sweeps", "operations")
    if measure:
        times = _times(trace, entries)
        methods = [(*row, times[row[0]]) for row in methods]
        columns = (*columns, "seconds")
        findings.append(Finding("measured-once", times=MEASURED, evaluation=times["evaluation"]))
    grids = [Grid("methods", columns, methods)]
    if jacobians:
        grids.append(Grid("jacobians", ("step", "edge", "rows", "columns", "numbers", "products"), jacobians))
    return Lens(COST, grids, findings)


def _shape(value: Any) -> Shape:
    shape: Shape = getattr(value, "shape", ())
    return shape


def _size(shape: Sequence[int]) -> int:
    return math.prod(shape)


def _node_shape(trace: Trace, node: int) -> Shape:
    entry = trace.nodes.get(node)
    return _shape(entry.value if entry is not None else trace.constants[node].value)


def _jacobian(trace: Trace, row: Backward) -> tuple[Any, ...]:
    """The Jacobian of an edge, had it been made, and the operations that its rule takes instead."""
    height, width = (_size(_node_shape(trace, node)) for node in (row.node, row.argument))
    edge = f"{trace.names[row.node]} -> {trace.names[row.argument]}"
    return row.step, edge, height, width, height * width, _of_edge(trace, row)


def _of_step(trace: Trace, node: int) -> int:
    graph = trace.program.graph
    shapes = [_node_shape(trace, argument) for argument in graph.args[node]]
    return operations(graph, graph.op[node], shapes, _node_shape(trace, node))


def operations(graph: Graph, op: str, shapes: Sequence[Shape], shape: Shape) -> int:
    """The operations on single numbers of one operation, from the shapes of its arguments and of its result."""
    name = op.partition(" ")[0]
    sizes = [_size(each) for each in shapes]
    size = _size(shape)
    if name in MOVING:
        return 0
    if name == "matmul":
        return size * (2 * shapes[0][-1] - 1) if shapes[0] and shapes[0][-1] else 0
    if name in ADDING:
        return (shapes[0][-1] if name == "trace" else sizes[0]) - size
    if name in WINDOWS:
        return max(2 * sizes[0] * sizes[1] - size, 0) if name == "convolve" else size * (2 * min(sizes) - 1)
    if name in CUBIC:
        return int(shapes[0][-1] ** 3)
    declared = TABLE.get(op)
    if declared is not None and declared.of_tensors and declared.value is not None:
        read = formula(declared.value, declared.chosen)
        given = dict(zip(declared.params, shapes, strict=False))
        inputs = {node: given.get(each, ()) for each, node in read.graph.variables.items()}
        counted = _of_formula(read.graph, read.output, inputs)
        if counted is not None:
            return counted
    return max([size, *sizes])


def _of_formula(graph: Graph, output: int, inputs: dict[int, Shape]) -> int | None:
    """The operations of a formula of the table; None where its shapes cannot be told."""
    try:
        found = shapes_of(graph, inputs, output + 1)
    except BpcliError:
        return None
    needed = graph.reaches(output)
    return sum(
        operations(graph, graph.op[node], [found[each] for each in graph.args[node]], found[node])
        for node in range(output + 1)
        if needed[node] and graph.args[node] and not graph.constant[node]
    )


def _of_edge(trace: Trace, row: Backward) -> int:
    """The operations of one edge down: those of its rule, or one product an entry; and the sum over copies."""
    pull = row.pull
    if pull is None:
        return 1
    summed = _size(pull.shape) - _size(_node_shape(trace, row.argument)) if pull.axes else 0
    if pull.elementwise:
        return _size(pull.shape) + summed
    graph = trace.program.graph
    rule = rule_with_shapes(graph, row.node, row.position)
    if rule is None:
        # The reverse loop over the formula of the value: about as much as that, twice.
        return 2 * _of_step(trace, row.node) + summed
    read, found = rule
    needed = read.graph.reaches(read.output)
    return summed + sum(
        operations(read.graph, read.graph.op[node], [found[each] for each in read.graph.args[node]], found[node])
        for node in range(read.output + 1)
        if needed[node] and read.graph.args[node]
    )


def _times(trace: Trace, entries: int) -> dict[str, float]:
    """Seconds of each method: those of one pass, the shortest of several, times the number of passes."""
    program, given, names, kind = trace.program, trace.given, list(trace.gradient), trace.kind
    inputs = bind(program, given, kind)
    nodes = [program.names[name] for name in names]
    unit: Any = kind.constant(1)
    if nodes:
        like = kind.zero_like(trace.nodes[nodes[0]].value)
        if kind.shape(like):
            like.flat[0] = 1
            unit = like
    evaluation = shortest(lambda: evaluate(program, given))
    upwards = shortest(
        lambda: push(program.graph, inputs, {nodes[0]: unit} if nodes else {}, program.output + 1, kind)
    )
    return {
        "evaluation": evaluation,
        "reverse": shortest(lambda: gradient(program, given, names)),
        "forward-mode": entries * upwards,
        "central-difference": 2 * entries * evaluation,
        "forward-difference": (entries + 1) * evaluation,
    }
