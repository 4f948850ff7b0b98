"""Numbers for a worksheet: small and round, from a seed, at which a program can be worked through by hand."""

from __future__ import annotations

from collections import Counter

from bpcli.calculus.sweeps import OPEN
from bpcli.engine.given import shapes_needed
from bpcli.engine.point import evaluate, gradient
from bpcli.errors import InputError, NumericError
from bpcli.ops import TABLE, logic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence
    from typing import Any

    from bpcli.engine.point import Point
    from bpcli.graph import Program

    Faults = tuple[int, int, int, int]

CLASS = 32  # seeds next to each other that get different sheets
# The numbers of a sheet are drawn from these, and no number twice. 0 is in none: it makes a product say nothing.
WHOLE = ("2", "3", "4", "5", "6", "-2", "-3", "-4")
WIDER = (*WHOLE, "1", "7", "8", "9", "10", "-1", "-5", "0.5", "1.5", "2.5", "-0.5", "-1.5")
SMALL = ("0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.8", "0.25", "0.75", "-0.2", "-0.4", "-0.5", "1.2", "1.5", "-1.5")
ROUGH = ("0.37", "0.71", "1.23", "2.19", "3.7", "-0.83", "-1.37", "-2.3")  # where all others meet corners
TURNS = ((WHOLE, 40), (WIDER, 80), (SMALL, 80), (ROUGH, 40))  # how often each is tried where no point is without fault

BINARY, TRUTHS = ("bce", "bce_logits"), ("0", "1")  # losses of yes or no, and what their targets are
COMPARING = ("sub", "mse", "mae", "huber")  # what compares with a target of any kind
CHANCES = ("sigmoid", "hard_sigmoid")  # of yes; who compares with one, has a target of yes or no

MOST_NODES_IN_ALL = 100_000  # that all tries together calculate; a long program gets fewer of them
FEWEST = 12
LARGE, TINY = 1000, 0.01  # beyond them a number is dull to work with: saturated, exploded
FIGURES = 4  # significant digits that a short number has at most
ODD = ("kink", "jump", "infinite-value", "infinite-gradient")  # notes on points that a sheet stays away from
TESTS = tuple(op.name for op in logic.OPERATIONS)  # 0 is an answer of theirs like any other

MASK = (1 << 64) - 1


def fresh_numbers(
    program: Program, given: Mapping[str, float], seed: int, wrt: Sequence[str] | None = None
) -> dict[str, str]:
    """A number, as it is written, for each input that has none: the same for the same program and seed.

    Points are tried in turn, and one without fault is taken: no kink, tie or infinite number, no value, slope or
    gradient that is 0, nothing beyond LARGE or TINY, and no number of more than FIGURES digits. Where there are
    none or too few, those with the fewest faults, in that order of weight. Seeds next to each other, from a
    multiple of CLASS on, take different points as long as there are any that differ in long numbers alone. All
    rests on nothing but integer arithmetic, so that it does not change with Python.

    wrt: names whose gradient counts; all inputs unless given

    Raises InputError where the program has no value at any of the points, and as engine.point.gradient.

    >>> from bpcli.language.reader import parse
    >>> fresh_numbers(parse("(x+w)*w"), {"x": 2.0}, seed=7)
    {'w': '0.5'}
    """
    missing = [name for name in program.inputs if name not in given]
    if not missing:
        return {}
    if any(len(name) > 1 and name in TABLE for name in missing) or not given.keys() <= {*program.inputs}:
        evaluate(program, given)  # a function without its brackets, or names that are none of the program: it says so
    floats = {name: float(value) for name, value in given.items()}
    block, place = divmod(seed, CLASS)
    found: list[tuple[Faults, dict[str, str]]] = []
    tried: list[dict[str, str]] = []
    perfect = 0
    answers = targets_of(program)
    for rough, texts in _candidates(missing, {*floats.values()}, block, len(program.graph), answers):
        if rough and any(not faults[0] for faults, _ in found):
            break
        if texts in tried:
            continue
        tried.append(texts)
        try:
            point = gradient(program, floats | {name: float(text) for name, text in texts.items()}, wrt, record=True)
        except NumericError:
            continue
        except InputError:
            if given or not program.of_tensors:
                raise
            raise shapes_needed(program) from None  # single numbers do not fit, and nothing says what would
        faults = faults_of(point)
        found.append((faults, texts))
        perfect += not any(faults)
        if perfect > place:
            break
    if not found:
        raise InputError("no-fresh-numbers", name=missing[0])
    found.sort(key=lambda each: each[0])  # of equals the one that was tried first
    suitable = [texts for faults, texts in found if faults[:3] == found[0][0][:3]]
    return suitable[place % len(suitable)]


def targets_of(program: Program) -> set[str]:
    """The inputs that say what was true, 0 or 1: targets of a binary loss, or compared with a sigmoid and nothing else.

    >>> from bpcli.language.reader import parse
    >>> targets_of(parse("(sigmoid(w*x) - t)^2"))
    {'t'}
    """
    graph = program.graph
    names = {node: name for name, node in graph.variables.items()}
    uses = Counter(argument for arguments in graph.args for argument in arguments)
    found = set()
    for op, arguments in zip(graph.op, graph.args, strict=True):
        kind = op.partition(" ")[0]
        if kind in BINARY and arguments[1] in names:
            found.add(names[arguments[1]])
        elif kind in COMPARING:
            for one, other in (arguments[:2], arguments[1::-1]):
                if graph.op[one] in CHANCES and other in names and uses[other] == 1:
                    found.add(names[other])
    return found


def _each(number: Any) -> list[float]:
    """A number, or those of an array: its entries."""
    return [float(entry) for entry in number.flat] if getattr(number, "shape", ()) else [float(number)]


def faults_of(point: Point) -> Faults:
    """What speaks against a point, counted: undecided places, zeros, numbers of awkward size, long numbers.

    An edge between tensors is counted by what it passes on.
    """
    graph, values = point.program.graph, point.values
    undecided = sum(note.kind in ODD for note in point.notes)
    slopes = [entry for slope in point.gradient.values() for entry in _each(slope)]
    zeros = sum(not slope for slope in slopes)
    awkward = sum(_is_awkward(slope) for slope in slopes)
    long = 0
    for node, arguments in enumerate(graph.args):
        if not arguments or graph.constant[node] or node >= len(values):
            continue
        value, op = values[node], graph.op[node]
        if op in TESTS:
            undecided += len({str(values[argument]) for argument in arguments}) < len(arguments)
            continue
        for entry in _each(value):
            undecided += entry - entry != 0
            zeros += not entry
            awkward += _is_awkward(entry)
            long += not _is_short(entry)
    for branch in point.branches:
        if branch.state != OPEN:
            continue
        for entry in _each(branch.arrived if branch.local is None else branch.local):
            zeros += not entry
            awkward += _is_awkward(entry)
            long += not _is_short(entry)
    return undecided, zeros, awkward, long


def _is_awkward(value: float) -> bool:
    return abs(value) > LARGE or 0 < abs(value) < TINY


def _is_short(value: float) -> bool:
    """Whether a number has few digits, but for the rounding of floats: 0.1 + 0.2 has one."""
    return abs(value - float(f"{value:.{FIGURES}g}")) <= 1e-12 * abs(value)


def _candidates(
    names: Sequence[str], used: set[float], block: int, size: int, answers: Container[str]
) -> Iterator[tuple[bool, dict[str, str]]]:
    """The points of a block of seeds, the simplest first, and whether they are of the last resort."""
    share = max(FEWEST, MOST_NODES_IN_ALL // max(size, 1)) // len(TURNS)
    key = block * sum(most for _, most in TURNS)
    for pool, most in TURNS:
        unused = [text for text in pool if float(text) not in used] or pool
        for turn in range(min(most, share)):
            drawn = _shuffled(unused, key + turn)
            said = _shuffled(TRUTHS, key + turn)
            yield pool is ROUGH, {
                name: (said if name in answers else drawn)[place % (2 if name in answers else len(drawn))]
                for place, name in enumerate(names)
            }
        key += most


def _shuffled(texts: Sequence[str], key: int) -> list[str]:
    """The texts in an order that the key decides, by exchanging each with one that is not above it."""
    order = list(texts)
    numbers = random_numbers(key)
    for place in range(len(order) - 1, 0, -1):
        other = next(numbers) % (place + 1)
        order[place], order[other] = order[other], order[place]
    return order


def random_numbers(state: int) -> Iterator[int]:
    """SplitMix64 (Steele, Lea, Flood 2014): whole numbers of 64 bits. Spelled out, for Python's own may change.

    >>> next(random_numbers(1234567))
    6457827717110365317
    """
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        mixed = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & MASK
        yield mixed ^ (mixed >> 31)
