"""Slips that are made with vectors and matrices: transposes, sums over what was copied, factors of a mean.

They are told from the gradient, from what arrived over each edge, and from the sizes of what was averaged.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bpcli.calculus.kinds import PULL, compiled, edges_below, formula
from bpcli.calculus.pullbacks import places_of, pullback_text, settings_of
from bpcli.calculus.shapes import axes_of, shown
from bpcli.engine.noticing import short
from bpcli.engine.point import gradient
from bpcli.ops import TABLE
from bpcli.tracing.claims.slips import (
    ACCUMULATED,
    BATCH,
    DOUBLED,
    FACTORS_SWAPPED,
    HALVED,
    MEAN_FOR_SUM,
    MEAN_OVER_COPIES,
    MOST_TIMES,
    NO_TRANSPOSE,
    NOT_SUMMED,
    ONE_COPY,
    OTHER_NAME,
    OTHER_SHAPE,
    OWN_VALUE,
    SIGN,
    SUM_FOR_MEAN,
    TRANSPOSED,
    UPSTREAM_OF_TENSOR,
    WRONG_PULLBACK,
    Claim,
    Slip,
)
from bpcli.tracing.pulls import shapes_in_rule, told_graph

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bpcli.calculus.sweeps import Branch
    from bpcli.engine.point import Point
    from bpcli.graph import Program
    from bpcli.tracing.expectations import Written

AVERAGING = ("mse", "mae", "huber", "bce", "bce_logits")  # over all entries of what they compare
PRODUCTS = ("matmul", "outer")
# Operation and argument -> pieces of its pullback, and what is written in their place: of probabilities less targets
# one of both is left out, the targets are those of the class beside, or it is the slope by the probabilities; and the
# Jacobian of softmax is taken for a diagonal.
TAKEN = {
    ("cross_entropy", 0): (
        (" - one_hot_like(t, x)", ""),
        ("softmax(x) - one_hot_like(t, x)", "one_hot_like(t, x) - softmax(x)"),
        ("softmax(x) - one_hot_like", "-one_hot_like"),
        ("softmax(x) - one_hot_like(t, x)", "-one_hot_like(t, x)/softmax(x)"),
        ("one_hot_like(t, x)", "one_hot_like(t + 1, x)"),
        ("one_hot_like(t, x)", "one_hot_like(t - 1, x)"),
        ("softmax(x)*sum(t) - t", "softmax(x)"),
        ("softmax(x)*sum(t) - t", "-t"),
        ("softmax(x)*sum(t) - t", "-t/softmax(x)"),
    ),
    ("softmax", 0): (
        ("out*(g - sum(g*out, axis=axis, keepdims=1))", "g*out*(1 - out)"),
        ("out*(g - sum(g*out, axis=axis, keepdims=1))", "g*out"),
    ),
}  # fmt: skip


def examined_tensors(
    program: Program,
    given: Mapping[str, Any],
    claimed: Sequence[tuple[str, Written]],
    tolerance: float | None = None,
) -> list[Claim]:
    """Each claim on a gradient of a program with tensors, with the slips that give it, most specific first.

    Raises as engine.point.gradient.
    """
    names = list(dict.fromkeys([*program.inputs, *(name for name, _ in claimed)]))
    point = gradient(program, given, names, record=True)
    found = []
    for name, written in claimed:
        actual = point.gradient[name]
        claim = Claim(name, written, actual, written.fits(actual, tolerance))
        if not claim.ok:
            fitting: dict[str, Slip] = {}
            for slip in sorted(slips_of_tensors(point, name, written), key=lambda slip: slip.rank):
                if slip.kind == OTHER_SHAPE or written.fits(slip.value, tolerance):
                    fitting.setdefault(slip.kind, slip)
            claim.slips = list(fitting.values())
        found.append(claim)
    return found


def slips_of_tensors(point: Point, name: str, written: Written) -> Iterator[Slip]:
    """Every slip that gives another array than the gradient by a name, in no order."""
    slope: Any = np.asarray(point.gradient[name])
    node = point.program.names[name]
    for slip in _all(point, name, node, slope):
        same = np.shape(slip.value) == slope.shape and np.array_equal(slip.value, slope)
        if not same and np.isfinite(slip.value).all():
            yield slip
    if np.shape(written.value) != slope.shape:
        other = shown(np.shape(written.value))
        yield Slip(OTHER_SHAPE, written.value, name=name, shape=shown(slope.shape), other=other)


def _all(point: Point, name: str, node: int, slope: Any) -> Iterator[Slip]:
    rows = [branch for branch in point.branches if branch.argument == node]
    for row in rows:
        yield from _of_edge(point, row, slope)
    if slope.ndim == 2:
        products = [row for row in rows if _base(point, row.node) in PRODUCTS]
        if len(rows) == 1 and products:
            yield Slip(FACTORS_SWAPPED, slope.T, name=name, rule=_rule(point, products[0]))
        yield Slip(TRANSPOSED, slope.T, name=name, shape=shown(slope.shape), other=shown(slope.shape[::-1]))
    counts = dict(_averaged(point))
    for count in {*counts.values()} - {1}:
        yield Slip(SUM_FOR_MEAN, slope * count, count=float(count))
    sizes = _summed(point)
    for count in sizes - {1}:
        yield Slip(MEAN_FOR_SUM, slope / count, count=float(count))
    # Of two rows it is the factor 2, which has a sentence of its own.
    for count in _batches(point) - {1, 2} - sizes - {*counts.values()}:
        yield Slip(BATCH, slope * count, count=float(count), side="missing")
        yield Slip(BATCH, slope / count, count=float(count), side="twice")
    yield Slip(SIGN, -slope)
    for times in range(2, MOST_TIMES + 1):
        yield Slip(ACCUMULATED, slope * times, times, times=float(times))
    yield Slip(HALVED, slope / 2)
    yield Slip(DOUBLED, slope * 2)
    yield Slip(OWN_VALUE, np.asarray(point.values[node]), name=name)
    for other, found in point.gradient.items():
        if other != name:
            yield Slip(OTHER_NAME, np.asarray(found), other=other)


def _base(point: Point, node: int) -> str:
    return point.program.graph.op[node].partition(" ")[0]


def _of_edge(point: Point, row: Branch, slope: Any) -> Iterator[Slip]:
    """What can go wrong at one edge into the name: copies not summed, upstream forgotten, a transpose forgotten."""
    program, kind = point.program, point.kind
    graph = program.graph
    arguments = graph.args[row.node]
    edge = edges_below(kind, graph, row.node)[row.position]
    registers = [point.values[argument] for argument in (*arguments, row.node)]
    told: dict[str, Any] = {"node": short(program, row.node), "name": short(program, row.argument)}

    def instead(product: Any) -> Any:
        """The gradient with another contribution of this edge, where it has the shape for it."""
        if np.shape(product) != slope.shape:
            return product
        return slope - kind.fit(row.product, None, point.values[row.argument])[0] + product

    with kind.quiet():
        ones = np.ones(np.shape(row.upstream))[()]
        whole = row.upstream * edge.local(registers) if edge.code != PULL else row.product
        bare = edge.pull(registers, ones) if edge.code == PULL and edge.pull else ones * edge.local(registers)
    fitted = kind.fit(bare, None, point.values[row.argument])[0]
    yield Slip(UPSTREAM_OF_TENSOR, instead(np.asarray(fitted)), **told)
    if edge.code != PULL and np.shape(whole) != slope.shape:
        before, after = np.shape(whole), slope.shape
        copies = float(np.size(whole) // max(1, slope.size))
        facts: dict[str, Any] = {**told, "shape": shown(before), "own": shown(after), "count": copies}
        yield Slip(NOT_SUMMED, whole, **facts)
        yield Slip(MEAN_OVER_COPIES, slope / copies, **facts)
        if len(before) > len(after):
            for place in (-1, 0):
                yield Slip(ONE_COPY, np.asarray(whole)[place], **facts)
    for text in _misremembered(point, row):
        product = _calculated(point, row, text)
        if product is not None:
            yield Slip(WRONG_PULLBACK, instead(product), **told, taken=_rule(point, row, text), rule=_rule(point, row))
    if _base(point, row.node) == "matmul":
        for text in _without_transposes(point, row):
            product = _calculated(point, row, text)
            if product is not None:
                yield Slip(NO_TRANSPOSE, instead(product), **told, rule=_rule(point, row))


def _rule(point: Point, row: Branch, text: str | None = None) -> str:
    """The pullback of an edge, or another formula for it, with the names of its operands; g is the upstream value."""
    graph = point.program.graph
    declared = TABLE[graph.op[row.node]]
    arguments = graph.args[row.node]
    read = formula(text or _pullback(point, row), settings_of(declared, row.position))
    from bpcli.language.text import ATOM, SUM, expression

    spelled = {"g": ("g", ATOM)}
    for param, argument in zip(declared.params, arguments, strict=False):
        named = not graph.args[argument] or argument in graph.name
        spelled[param] = (short(point.program, argument), ATOM if named else SUM)
    spelled["out"] = (short(point.program, row.node), ATOM if row.node in graph.name else SUM)
    shapes = shapes_in_rule(graph, row.node, read)
    if shapes is None:
        return expression(read.graph, read.output, spelled=spelled)
    return expression(*told_graph(read.graph, read.output, shapes), spelled=spelled)


def _pullback(point: Point, row: Branch) -> str:
    """The pullback of an edge as the table has it; "" where it has none."""
    graph = point.program.graph
    arguments = graph.args[row.node]
    ranks = [np.ndim(point.values[argument]) for argument in arguments]
    return pullback_text(TABLE[graph.op[row.node]], row.position, ranks, len(arguments)) or ""


def _misremembered(point: Point, row: Branch) -> list[str]:
    """What is often taken for the pullback of an edge."""
    text = _pullback(point, row)
    changes = TAKEN.get((_base(point, row.node), row.position), ())
    return [text.replace(piece, other) for piece, other in changes if piece in text]


def _without_transposes(point: Point, row: Branch) -> list[str]:
    """The pullback of a product with one transpose left out, or with its factors the other way round."""
    text = _pullback(point, row)
    turned = [name for name in ("x", "y") if f"transpose({name})" in text]
    found = [text.replace(f"transpose({name})", name) for name in turned]
    first, at, second = text.partition(" @ ")
    if at:
        found.append(f"{second} @ {first}")
    return found


def _calculated(point: Point, row: Branch, text: str) -> Any:
    """A formula over the operands of an edge and its upstream value; None where the shapes do not fit."""
    kind, graph = point.kind, point.program.graph
    arguments = graph.args[row.node]
    declared = TABLE[graph.op[row.node]]
    program = formula(text, settings_of(declared, row.position))
    places = places_of(declared, len(arguments))
    run = compiled(program.graph, program.output, places, kind.functions, kind.constant)
    registers = [point.values[argument] for argument in (*arguments, row.node)]
    try:
        with kind.quiet():
            return np.asarray(run([*registers, row.upstream]))
    except (ArithmeticError, IndexError, ValueError):
        return None


def _averaged(point: Point) -> Iterator[tuple[int, int]]:
    """The nodes that average, and over how many entries."""
    graph = point.program.graph
    needed = graph.reaches(point.program.output)
    for node in range(point.program.output + 1):
        if not needed[node]:
            continue
        name = _base(point, node)
        shapes: list[Any] = [np.shape(point.values[argument]) for argument in graph.args[node]]
        if name in ("mean", "variance"):
            over = axes_of(TABLE[graph.op[node]].chosen["axis"], shapes[0])
            yield node, int(np.prod([shapes[0][place] for place in over]))
        elif name == "div" and (count := _divided_sum(point, node)):
            yield node, count
        elif name in AVERAGING:
            yield node, int(np.prod(np.broadcast_shapes(*shapes[:2])))
        elif name == "cross_entropy" and len(shapes[0]) > 1:
            yield node, int(np.prod(shapes[0][:-1]))


def _divided_sum(point: Point, node: int) -> int:
    """Over how many entries a mean is taken that is written as a sum divided by their number; 0 of anything else."""
    graph = point.program.graph
    above, below = graph.args[node]
    if _base(point, above) != "sum" or not graph.constant[below] or np.ndim(point.values[below]):
        return 0
    count = _terms(point, above)
    return count if float(point.values[below]) == count else 0


def _terms(point: Point, node: int) -> int:
    """How many entries go into each entry of a sum."""
    graph = point.program.graph
    shape = np.shape(point.values[graph.args[node][0]])
    over = axes_of(TABLE[graph.op[node]].chosen["axis"], shape)
    return int(np.prod([shape[place] for place in over]))


def _summed(point: Point) -> set[int]:
    """Over how many entries there are sums, but for those that are divided by their number."""
    graph = point.program.graph
    means = {
        graph.args[node][0]
        for node in range(point.program.output + 1)
        if _base(point, node) == "div" and _divided_sum(point, node)
    }
    return {
        _terms(point, node)
        for node in range(point.program.output + 1)
        if _base(point, node) == "sum" and node not in means
    }


def _batches(point: Point) -> set[int]:
    """Sizes of the first axis of matrices: the rows of a batch."""
    values = [point.values[node] for node in point.program.graph.variables.values()]
    return {np.size(value, 0) for value in values if np.ndim(value) > 1}
