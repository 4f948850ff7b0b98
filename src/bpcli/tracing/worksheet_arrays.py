"""Arrays for a worksheet: how large they are, and small whole entries from a seed, to apply rules to by hand.

No entry is 0, but those of targets: a product with 0 says nothing. relu makes zeros enough.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np

from bpcli.calculus.pullbacks import by_rank
from bpcli.calculus.shapes import shapes_of, shown
from bpcli.engine.given import bind
from bpcli.engine.point import gradient
from bpcli.engine.tensors import TENSORS
from bpcli.errors import InputError, NumericError
from bpcli.numbers import nested, show
from bpcli.ops import TABLE
from bpcli.tracing.summaries import LARGEST_SIDE, is_small
from bpcli.tracing.worksheets import BINARY, LARGE, ODD, TINY, random_numbers, targets_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bpcli.engine.point import Point
    from bpcli.graph import Program

    Shape = tuple[int, ...]
    Faults = tuple[int, int, int, int]

WHOLE = ("1", "2", "3", "-1", "-2", "-3")
ABOVE = ("1", "2", "3", "4", "5", "6")  # for roots and logarithms
SMALL = ("0.5", "1", "-0.5", "0.2", "-1", "0.1", "-0.2")  # for what saturates
CHANCES = ("0.1", "0.2", "0.3", "0.4", "0.6", "0.7", "0.8", "0.9")  # of one thing that may be or not
TURNS = ((WHOLE, 40), (SMALL, 40), (ABOVE, 20))  # how often each is tried where no point is without fault
MOST_TRIED = 3**6  # combinations of shapes, where an example is made
MOST_STEPS = 24  # of a sheet: what a person works through in a lesson
LOSSES = (*BINARY, "mse", "mae", "huber")  # which single numbers have too

# What an input holds.
ENTRY, TARGET, CLASS_NUMBER, SHARE, TRUTH, CHANCE = "entry", "target", "class", "share", "truth", "chance"
TARGETS = (TARGET, CLASS_NUMBER, SHARE, TRUTH)


def sheet_shapes(program: Program, given: Mapping[str, Any], asked: Mapping[str, Shape]) -> dict[str, Shape]:
    """The shape of each input: that of its value, the one asked for, or of a single number where that fits.

    Raises InputError where nothing says how large the arrays are, with sizes that fit.
    """
    known = {name: tuple(getattr(value, "shape", ())) for name, value in given.items() if name in program.inputs}
    for name, shape in asked.items():
        if name not in program.inputs:
            raise InputError("not-in-text", name=name, names=", ".join(program.inputs) or "none", hint="")
        if known.setdefault(name, shape) != shape:
            raise InputError("shape-and-value", name=name, shape=shown(shape), given=shown(known[name]))
    missing = [name for name in program.inputs if name not in known]
    shapes = known | dict.fromkeys(missing, ())
    if missing and not (_numbers_will_do(program, known) and _found(program, shapes)):
        fitting = _fitting(program, known, missing)
        if fitting is not None:
            sizes = ",".join(f"{name}={'x'.join(map(str, shape))}" for name, shape in fitting.items() if shape)
            raise InputError("sheet-shapes", names=", ".join(missing), example=f"--shape {sizes}")
    return shapes


def check_sizes(program: Program, shapes: Mapping[str, Shape]) -> None:
    """Refuse arrays, and programs of them, for which a sheet has no room. Raises InputError."""
    graph = program.graph
    inputs = {node: shapes[name] for name, node in graph.variables.items() if name in shapes}
    needed = graph.reaches(program.output)
    steps = 0
    for node, shape in enumerate(shapes_of(graph, inputs, program.output + 1, program.source)):
        if not needed[node]:
            continue
        steps += bool(graph.args[node]) and not graph.constant[node]
        if not is_small(shape):
            raise InputError("sheet-too-large", shape=shown(shape), side=LARGEST_SIDE)
    if steps > MOST_STEPS:
        raise InputError("sheet-too-long", count=steps, most=MOST_STEPS)


def _numbers_will_do(program: Program, known: Mapping[str, Shape]) -> bool:
    """Whether inputs without a shape may be single numbers: beside arrays, in losses, and as entries of lists."""
    if any(known.values()):
        return True
    names = {op.partition(" ")[0] for op in program.graph.op}
    declared = {name for name in names if (op := TABLE.get(name)) is not None and op.of_tensors}
    return not declared - {*LOSSES} or any(name.startswith("stack") for name in names)


def _found(program: Program, shapes: Mapping[str, Shape]) -> bool:
    """Whether these shapes fit together, and the result is a single number."""
    graph = program.graph
    inputs = {node: shapes[name] for name, node in graph.variables.items()}
    try:
        return shapes_of(graph, inputs, program.output + 1)[program.output] == ()
    except InputError:
        return False


def _fitting(program: Program, known: Mapping[str, Shape], missing: Sequence[str]) -> dict[str, Shape] | None:
    """Shapes for the inputs that have none with which the program has a value; None where none was found.

    Of those that fit the most usual ones are told: matrices where the name is a capital, else vectors, and the number
    of a class.
    """
    graph = program.graph
    classes = {arguments[1] for op, arguments in zip(graph.op, graph.args, strict=True) if op == "cross_entropy"}
    usual: dict[str, tuple[Shape, ...]] = {
        name: ((), (2,), (2, 2)) if graph.variables[name] in classes
        else ((2, 2), (2,), ()) if name[0].isupper() else ((2,), (2, 2), ())
        for name in missing
    }  # fmt: skip
    best: dict[str, Shape] | None = None
    least = math.inf
    for places in itertools.islice(itertools.product(range(3), repeat=len(missing)), MOST_TRIED):
        shapes = {name: usual[name][place] for name, place in zip(missing, places, strict=True)}
        if sum(places) < least and any(shapes.values()) and _found(program, {**known, **shapes}):
            best, least = shapes, sum(places)
    return best


def asked_inputs(program: Program, shapes: Mapping[str, Shape]) -> list[str]:
    """The inputs by which a sheet differentiates unless it is told: all but the targets of losses, which are data.

    A target that stands elsewhere too is no target alone; by a class number nothing is differentiated in any case.
    """
    graph = program.graph
    needed = graph.reaches(program.output)
    uses = [argument for node in range(program.output + 1) if needed[node] for argument in graph.args[node]]
    targets = {
        name
        for name, (kind, _) in _meanings(program, shapes).items()
        if kind == CLASS_NUMBER or (kind in TARGETS and uses.count(graph.variables[name]) == 1)
    }
    return [name for name in program.inputs if name not in targets] or [*program.inputs]


def fresh_arrays(
    program: Program,
    given: Mapping[str, Any],
    shapes: Mapping[str, Shape],
    seed: int,
    wrt: Sequence[str] | None = None,
) -> dict[str, str]:
    """A number or an array, as it is written, for each input that has none: the same for the same program and seed.

    Points are drawn from the seed, and the first without fault is taken: no kink or tie, no array of zeros alone, no
    entry beyond LARGE or TINY. Where there is none, the one with the fewest faults, in that order of weight. Targets
    are what their loss takes: class numbers in range, probabilities that add up to 1, no and yes.

    wrt: names whose gradient counts; all inputs unless given

    Raises InputError where the program has no value at any of the points, and as engine.point.gradient.
    """
    missing = [name for name in program.inputs if name not in given]
    if not missing:
        return {}
    meanings = _meanings(program, shapes)
    best: tuple[Faults, dict[str, str]] | None = None
    numbers = random_numbers(seed * 1_000_003)
    for pool, turns in TURNS:
        for _ in range(turns):
            texts = {name: _drawn(shapes[name], *meanings.get(name, (ENTRY, 0)), pool, numbers) for name in missing}
            drawn = {name: _read(text) for name, text in texts.items()}
            try:
                point = gradient(program, dict(given) | drawn, wrt, kind=TENSORS, record=True)
            except NumericError:
                continue
            faults = array_faults(point)
            if best is None or faults < best[0]:
                best = faults, texts
            if not any(faults):
                return texts
    if best is None:
        bind(program, dict(given) | drawn, TENSORS)
        raise InputError("no-fresh-numbers", name=missing[0])
    return best[1]


def _read(text: str) -> Any:
    """The number or the array of a text that _drawn has written."""
    import json

    read = json.loads(text, parse_int=float)
    return np.array(read) if isinstance(read, list) else read


def array_faults(point: Point) -> Faults:
    """What speaks against a point, counted: undecided places, arrays of zeros, awkward entries, and wide numbers."""
    graph = point.program.graph
    undecided = sum(note.kind in ODD for note in point.notes)
    dead = awkward = wide = 0
    for node, value in enumerate(point.values):
        if not graph.args[node] or graph.constant[node]:
            continue
        entries = np.asarray(value, dtype=float)
        undecided += int(np.count_nonzero(~np.isfinite(entries)))
        dead += not np.any(entries)
        sizes = np.abs(entries[entries != 0])
        awkward += int(np.count_nonzero((sizes > LARGE) | (sizes < TINY)))
        wide += int(np.count_nonzero(sizes >= 100))
    for slope in point.gradient.values():
        entries = np.asarray(slope, dtype=float)
        dead += not np.any(entries)
        sizes = np.abs(entries[entries != 0])
        awkward += int(np.count_nonzero((sizes > LARGE) | (sizes < TINY)))
        wide += int(np.count_nonzero(sizes >= 100))
    return undecided, dead, awkward, wide


def _meanings(program: Program, shapes: Mapping[str, Shape]) -> dict[str, tuple[str, int]]:
    """What the inputs hold that are targets, or probabilities; of class numbers also how many classes there are."""
    graph = program.graph
    names = {node: name for name, node in graph.variables.items()}
    try:
        found = shapes_of(graph, {node: shapes[name] for node, name in names.items()}, program.output + 1)
    except InputError:
        return {}
    meanings: dict[str, tuple[str, int]] = dict.fromkeys(targets_of(program), (TRUTH, 0))
    for node in range(program.output + 1):
        arguments, op = graph.args[node], graph.op[node]
        kind, _, setting = op.partition(" ")
        if kind == "cross_entropy" and arguments[1] in names:
            cases = TABLE[kind].pullbacks["t"]
            rule = cases if isinstance(cases, str) else by_rank(cases, [len(found[each]) for each in arguments])
            classes = found[arguments[0]][-1] if found[arguments[0]] else 1
            meanings[names[arguments[1]]] = (CLASS_NUMBER, classes) if rule == "0*t" else (SHARE, classes)
        elif kind == "one_hot" and arguments[0] in names:
            meanings[names[arguments[0]]] = CLASS_NUMBER, int(setting.partition("classes=")[2].split()[0])
        elif kind in LOSSES:
            if arguments[1] in names:
                meanings.setdefault(names[arguments[1]], (TARGET, 0))
            if kind == "bce" and arguments[0] in names:
                meanings[names[arguments[0]]] = CHANCE, 0
        elif kind == "mul":
            # -sum(t*log(p)): the shares of a target, in every row.
            for one, other in (arguments, arguments[::-1]):
                log = graph.op[other].partition(" ")[0] in ("log", "log_softmax")
                if log and one in names and found[one] == found[other] != ():
                    meanings[names[one]] = SHARE, found[one][-1]
    return meanings


def _drawn(shape: Shape, meaning: str, classes: int, pool: Sequence[str], numbers: Iterator[int]) -> str:
    """An array as it is written; its entries are not all alike."""
    if meaning == SHARE:
        rows = [_shares(classes, numbers) for _ in range(math.prod(shape[:-1]))]
        entries = [entry for row in rows for entry in row]
    else:
        known = {CLASS_NUMBER: [*map(str, range(classes))], TRUTH: ["0", "1"], CHANCE: [*CHANCES]}
        source = known.get(meaning, [*pool])
        count = math.prod(shape)
        entries = [source[next(numbers) % len(source)] for _ in range(count)]
        if count > 1 and len({*entries}) == 1 and len(source) > 1:
            entries[-1] = source[(source.index(entries[0]) + 1) % len(source)]
    if not shape:
        return entries[0]
    return nested(np.array([float(entry) for entry in entries]).reshape(shape), show)


def _shares(count: int, numbers: Iterator[int]) -> list[str]:
    """Probabilities in tenths, none of them 0, that add up to 1."""
    whole = max(10, count)
    parts = [1] * count
    for _ in range(whole - count):
        parts[next(numbers) % count] += 1
    return [show(part / whole) for part in parts]
