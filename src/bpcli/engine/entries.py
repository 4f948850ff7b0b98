"""What is worth knowing about the entries of tensors: the same as for single numbers, with the place of the entry."""

from __future__ import annotations

import math
from copy import copy
from typing import Any

import numpy as np

from bpcli.calculus.kinds import compiled, formula
from bpcli.calculus.pullbacks import places_of
from bpcli.calculus.shapes import shown
from bpcli.engine.notes import Note, first_few
from bpcli.engine.noticing import advice_for, domain_of, figure, live, short
from bpcli.engine.tensors import TENSORS, finite
from bpcli.errors import InputError, NumericError
from bpcli.numbers import show
from bpcli.ops import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.calculus.sweeps import Branch
    from bpcli.engine.point import Point

MOST_SHOWN = 6  # entries of an operand in a sentence

# What compares one by one, and what makes a column of numbers on purpose.
COMPARING = ("sub", "mse", "mae", "huber", "bce", "bce_logits")
PAIRING = ("add", "div")
UPRIGHT = ("reshape", "expand", "stack")

Array = Any
Index = tuple[int, ...]


TIES = (
    "sum(x == spread(out, x, axis=axis, keepdims=keepdims), axis=axis, keepdims=keepdims) > 1"  # of max and min
)

class Summary:
    """An array in short: its shape, its length as a vector, its smallest and largest entry, and where the largest is.

    largest: the entry that is largest by its absolute value; `index` is its place
    """

    __slots__ = ("index", "largest", "least", "most", "norm", "shape")

    def __init__(self, value: Array) -> None:
        self.shape: tuple[int, ...] = np.shape(value)
        flat = np.abs(np.ravel(value))
        size = float(flat.max(initial=0.0))
        scale = size if 0 < size < math.inf else 1.0
        self.norm = float(np.sqrt(np.sum((flat / scale) ** 2)) * scale)
        self.least, self.most = float(np.min(value, initial=math.inf)), float(np.max(value, initial=-math.inf))
        place = int(np.argmax(flat)) if flat.size else 0
        self.index = tuple(int(each) for each in np.unravel_index(place, self.shape)) if flat.size else ()
        self.largest = float(np.ravel(value)[place]) if flat.size else 0.0


def first_entry(marks: Array) -> Index:
    """The index of the first entry that is marked; () of a single number."""
    if not np.ndim(marks):
        return ()
    return tuple(int(place) for place in np.unravel_index(int(np.argmax(marks)), np.shape(marks)))


def at_entry(text: str, index: Index) -> str:
    """A formula with the index of one of its entries."""
    if not index:
        return text
    return f"{text if text.isidentifier() or _is_call(text) else f'({text})'}{list(index)}"


def _is_call(text: str) -> bool:
    """Whether a formula is one call, from its name to the bracket that closes it."""
    name, opened, rest = text.partition("(")
    depth = 1
    for place, char in enumerate(rest):
        depth += (char == "(") - (char == ")")
        if not depth:
            return bool(opened) and name.isidentifier() and place == len(rest) - 1
    return False


def entry(value: Array, index: Index, shape: tuple[int, ...]) -> tuple[float, Index] | None:
    """The entry of an operand that went into an entry of a result of this shape, and its own index."""
    own = np.shape(value)
    if len(own) > len(shape):
        return None
    tail = index[len(index) - len(own) :]
    if any(size not in (1, whole) for size, whole in zip(own, shape[len(shape) - len(own) :], strict=True)):
        return None
    place = tuple(0 if size == 1 else each for size, each in zip(own, tail, strict=True))
    return float(value[place]) if own else float(value), place


def operands_at(point: Point, node: int, index: Index) -> str:
    """The operands of an operation at one entry of its value, as a sentence has them."""
    graph, values = point.program.graph, point.values
    declared = TABLE.get(graph.op[node])
    told = []
    for argument in dict.fromkeys(graph.args[node]):
        if graph.constant[argument] or values[argument] is None:
            continue
        found = None
        if declared is None or not declared.of_tensors:
            found = entry(values[argument], index, np.shape(values[node]))
        text = short(point.program, argument)
        if found is not None:
            told.append(f"{at_entry(text, found[1])} = {figure(found[0])}")
        elif not np.shape(values[argument]):
            told.append(f"{text} = {figure(float(values[argument]))}")
    return ", ".join(told)


def look_at_entries(point: Point) -> None:
    """Notes for infinite entries and kinks; an error where a result has an entry that is nan."""
    if point.kind.written:
        from bpcli.engine.object_tensors import in_floats

        # What is worth knowing shows in floats too; the notes are those of the point itself.
        exact, point = point, copy(point)
        point.kind, point.values = TENSORS, [None if value is None else in_floats(value) for value in exact.values]
    program, values, kind = point.program, point.values, point.kind
    graph = program.graph
    marks = live(point)
    for nodes in point.within.values():  # of what was let go nothing is said
        for node in nodes:
            marks[node] = 0
    odd = [node for node, value in enumerate(values) if marks[node] and not finite(value)]
    undefined = any(kind.undefined(values[node]) for node in program.outputs.values())
    for node in odd:
        operands: list[Array] = [values[each] for each in graph.args[node]]
        if graph.op[node] == "const" or any(each is not None and not finite(each) for each in operands):
            continue
        if undefined and kind.undefined(values[node]):
            raise _undefined(point, node)
        if graph.op[node] != "var" and kind.infinite(values[node]):
            point.notes.append(_infinite(point, node))
    if undefined:
        raise _undefined(point, next(node for node in odd if kind.undefined(values[node])))
    infinite = [node for node in program.outputs.values() if kind.infinite(values[node])]
    if infinite and not any(note.kind == "infinite-value" for note in point.notes):
        point.notes.append(_infinite(point, infinite[0]))
    _look_for_kinks(point, marks)
    _look_for_squares(point, marks)


def _look_for_squares(point: Point, marks: bytearray) -> None:
    """Notes where a column (n, 1) and a row (m,) meet entry by entry: as a matrix, which is rarely meant."""
    program = point.program
    values: list[Array] = point.values
    graph = program.graph
    found, grids = [], []
    for node, op in enumerate(graph.op[: program.stop]):
        if not marks[node] or op.partition(" ")[0] not in (*COMPARING, *PAIRING):
            continue
        column, row = sorted(graph.args[node][:2], key=lambda each: -np.ndim(values[each]))
        size, height = np.size(values[row]), np.size(values[column])
        if min(size, height) < 2 or np.shape(values[row]) != (size,) or np.shape(values[column]) != (height, 1):
            continue
        if graph.op[column].partition(" ")[0] in UPRIGHT:
            continue  # somebody has made a column of it to get the matrix
        name = short(program, row)
        if height != size or op in PAIRING:
            shapes = {"tall": shown((height, 1)), "flat": shown((size,)), "grid": shown((height, size))}
            grids.append({"node": short(program, node), "column": short(program, column), "row": name, **shapes})
            continue
        found.append(
            {
                "node": short(program, node),
                "column": short(program, column),
                "row": name,
                "tall": shown((size, 1)),
                "flat": shown((size,)),
                "square": shown((size, size)),
                "fix": f"`reshape({name}, {size}, 1)`",
            }
        )
    point.notes += first_few("broadcast-square", found) + first_few("broadcast-grid", grids)


def _infinite(point: Point, node: int) -> Note:
    value: Array = point.values[node]
    index = first_entry(np.isinf(value))
    at = operands_at(point, node, index)
    return Note(
        "infinite-value",
        node=at_entry(short(point.program, node), index),
        value=float(value[index]) if index else float(value),
        at=at,
        domain="",
    )


def _undefined(point: Point, node: int) -> NumericError:
    program, value = point.program, point.values[node]
    graph = program.graph
    span = graph.start[node], graph.stop[node]
    index = first_entry(np.isnan(value))
    if graph.op[node] == "var":
        return NumericError("nan-input", source=program.source, span=span, name=at_entry(graph.name[node], index))
    at = operands_at(point, node, index)
    domain = domain_of(program, node) if at else ""
    if graph.op[node] in ("cross_entropy", "one_hot_targets"):
        _look_for_classes(point, node)
    if graph.op[node].startswith("one_hot "):
        given = float(np.asarray(point.values[graph.args[node][0]])[index[:-1]])
        most = point.kind.shape(value)[-1] - 1
        raise InputError("class-outside", source=program.source, span=span, value=figure(given), most=most)
    if graph.op[node] in ("inv", "solve"):
        return NumericError("singular-matrix", source=program.source, span=span, node=short(program, node))
    return NumericError(
        "outside-domain" if domain else "nan-value",
        source=program.source,
        span=span,
        node=at_entry(short(program, node), index),
        at=at or "these values",
        domain=domain,
        hint=advice_for(program, node),
    )


def _look_for_classes(point: Point, node: int) -> None:
    """Raises InputError where a target of cross entropy is no class of the logits."""
    values: list[Array] = [point.values[argument] for argument in point.program.graph.args[node]]
    logits, targets = values
    if np.ndim(targets) == np.ndim(logits):
        return
    outside = np.isnan(point.kind.functions["one_hot_like"](targets, logits)).any(axis=-1)
    if outside.any():
        found = float(targets[first_entry(outside)])
        graph = point.program.graph
        span = (graph.start[node], graph.stop[node])
        most = logits.shape[-1] - 1
        raise InputError("class-outside", source=point.program.source, span=span, value=figure(found), most=most)


def undefined_branch(point: Point, branch: Branch, name: str) -> NumericError:
    """The error for a derivative that is nan, at the edge on which that first appeared."""
    program = point.program
    graph = program.graph
    index = first_entry(np.isnan(branch.product))
    overflowed = graph.op[branch.node].startswith("softmax") and np.isinf(branch.upstream).any()
    hint = {"hint": "`log_softmax(z)` and `cross_entropy(z, t)` are the same without log(0)"} if overflowed else {}
    return NumericError(
        "nan-gradient-entry",
        source=program.source,
        span=(graph.start[branch.node], graph.stop[branch.node]),
        output=program.output_name,
        name=name,
        node=short(program, branch.node),
        argument=short(program, branch.argument),
        entry=list(index) if index else "",
        **hint,
    )


def _look_for_kinks(point: Point, marks: bytearray) -> None:
    graph, values, kind = point.program.graph, point.values, point.kind
    for node, op in enumerate(graph.op[: point.program.stop]):
        declared = TABLE.get(op)
        if declared is None or not declared.kinks or not marks[node] or graph.constant[node]:
            continue
        registers = [values[argument] for argument in graph.args[node]]
        for kink in declared.kinks:
            if kink.jump and declared.symbol:
                continue  # entries are compared to count them: that some are equal is no news
            with kind.quiet():
                hit = _hits(kink.where, op, registers, values[node], kind)
            count = int(np.count_nonzero(hit))
            if not count:
                continue
            index = first_entry(hit)
            at = operands_at(point, node, index)
            more = f" (1 of {count} entries)" if count > 1 else ""
            point.notes.append(
                Note(
                    "jump" if kink.jump else "kink",
                    node=short(point.program, node),
                    at=f"{at}{more}" if at else _whole_operands(point, node),
                    convention=kink.convention,
                    elsewhere=kink.elsewhere,
                )
            )


def _whole_operands(point: Point, node: int) -> str:
    """The operands of an operation that looks at many entries: in full where they are few, else their shapes."""
    graph, values = point.program.graph, point.values
    told = []
    for argument in dict.fromkeys(graph.args[node]):
        value = values[argument]
        text = show(value, 6) if np.size(value) <= MOST_SHOWN else f"... {shown(np.shape(value))}"
        told.append(f"{short(point.program, argument)} = {text}")
    return ", ".join(told)


def _hits(where: str, op: str, registers: list[Array], value: Array, kind: Any) -> Array:
    """Where the condition of a kink holds."""
    declared = TABLE[op]
    if declared.variadic and not declared.of_tensors:
        return sum((register == value).astype(float) for register in np.broadcast_arrays(*registers)) > 1
    if where == "ties > 1":
        where = TIES
    read = formula(where, declared.chosen)
    run = compiled(read.graph, read.output, places_of(declared, len(registers)), kind.functions, kind.constant)
    return np.asarray(run([*registers, value])) != 0
