"""A compiled program: some nodes of a graph at many points, as array operations into a few reused buffers.

The rows are cut into blocks that fit the caches. Threads take block after block, each with buffers of its own
(NumPy lets go of the interpreter's lock inside an operation), so that the memory beside columns and results is the
same however many rows there are. Every lane is computed alone: neither blocks nor threads show in the results.
"""

from __future__ import annotations

import functools
import math
import os
from contextvars import copy_context
from itertools import count
from operator import itemgetter
from typing import Any

import numpy as np

from bpcli.engine.error_function import erf, erfc
from bpcli.engine.lanes import SPELLED, TRUTH
from bpcli.engine.lowering import CONSTANT, LANE, lower, single
from bpcli.engine.primitives import ARRAY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from concurrent.futures import ThreadPoolExecutor

    from bpcli.engine.lowering import Lowered
    from bpcli.graph import Graph

Array = Any

MOST_ROWS = 32768  # of a block; with fewer the threads wait for the interpreter's lock more than they work
LEAST_ROWS = 512
MOST_THREADS = 8  # more of them wait for the interpreter's lock, and share the scratch memory in small pieces
SCRATCH = 7 << 20  # bytes of all buffers of all threads together

FLOAT = np.dtype(np.float64).itemsize


def _copy(x: Array, out: Array) -> None:
    out[...] = x


def _choose(condition: Array, taken: Array, otherwise: Array, out: Array) -> None:
    # Faster than copying under a mask, by far where the choice changes from lane to lane.
    np.copyto(out, np.where(condition, taken, otherwise))


def _guard(condition: Array, x: Array, out: Array) -> None:
    """x where the condition holds, else 0: all bits of x, or none."""
    bits = out.view(np.int64)
    np.negative(condition.view(np.int8), out=bits)
    np.bitwise_and(x.view(np.int64), bits, out=bits)


def _root(x: Array, out: Array) -> None:
    """x^0.5: the square root but for -0.0, where the power is 0.0, and -inf, where it is inf."""
    endless = np.equal(x, -math.inf)
    np.sqrt(np.add(x, 0.0, out=out), out=out)
    if endless.any():
        out[endless] = math.inf


def _power(x: Array, y: Array, out: Array) -> None:
    np.copyto(out, SPELLED["pow"](x, y))


def _spelled(op: str) -> Callable[..., None]:
    """An operation that NumPy has no function for that fills a buffer."""
    function = SPELLED[op]

    def filling(*arguments: Array) -> None:
        np.copyto(arguments[-1], function(*arguments[:-1]))

    return filling


# What is called with its operands and then the buffer for its result.
FILLING: dict[str, Callable[..., Any]] = {op: getattr(np, name) for op, name in ARRAY.items()} | {
    # By keyword: a third operand of these two is on its way to becoming one more number.
    "maximum": lambda x, y, out: np.maximum(x, y, out=out),
    "minimum": lambda x, y, out: np.minimum(x, y, out=out),
    "erf": erf,
    "erfc": erfc,
    "number": _copy,
    "true": lambda x, out: np.not_equal(x, 0.0, out=out),
    "root": _root,
    "pow": _power,
    "where": _choose,
    "guard": _guard,
    **TRUTH,
}

# Arrays that an operation makes for itself, where that is more than one.
MAKES = {"erf": 7, "erfc": 7}

# These write to their buffer before they have read all that they need; it may not be that of an operand.
WRITES_EARLY = frozenset(("guard", "root"))


class Kernel:
    """Array operations that compute some nodes of a graph.

    lanes:   the variables that it reads as columns, in order
    singles: the variables that it reads as single numbers
    outputs: how many arrays it fills
    buffers: arrays of floats that one thread needs; `flags`: arrays of booleans
    steps:   how many operations a block takes
    """

    __slots__ = (
        "_blocks",
        "_constants",
        "_made",
        "_prologue",
        "_spare",
        "_steps",
        "buffers",
        "flags",
        "lanes",
        "outputs",
        "singles",
    )

    def __init__(self, graph: Graph, outputs: Sequence[int], lanes: Collection[str]) -> None:
        self._compile(lower(graph, outputs, lanes, SPELLED))

    @classmethod
    def of(cls, made: Lowered) -> Kernel:
        """The operations that compute the outputs of primitives that are written out already."""
        kernel = cls.__new__(cls)
        kernel._compile(made)
        return kernel

    def _compile(self, made: Lowered) -> None:
        outputs = made.outputs
        used = made.used()
        leaves = [node for node in used if made.op[node] == "var"]
        columns = [node for node in leaves if made.varies[node] == LANE]
        self.lanes = tuple(made.name[node] for node in columns)
        self.singles = tuple(made.name[node] for node in leaves if made.varies[node] != LANE)
        self.outputs = len(outputs)
        self._spare: list[_Space] = []
        self._blocks: dict[int, int] = {}

        # Everything has a number: single numbers come first, then columns, results, buffers and flags.
        fixed = [node for node in used if made.varies[node] != LANE]
        fixed.sort(key=lambda node: (node not in made.name, made.varies[node] != CONSTANT))
        numbers = {node: number for number, node in enumerate([*fixed, *columns])}
        self._constants = [made.value[node] for node in fixed if made.varies[node] == CONSTANT]
        self._prologue = [
            (single(made.op[node]), tuple(numbers[argument] for argument in made.args[node]))
            for node in fixed
            if made.args[node]
        ]
        steps = _planned(made, used, numbers)
        first_buffer = len(fixed) + len(columns) + len(outputs)
        self.buffers = max([first_buffer - 1, *(step.result for step in steps)]) - first_buffer + 1
        self.flags = -min([0, *(step.result for step in steps)])
        first_flag = first_buffer + self.buffers

        def place(number: int) -> int:
            return number if number >= 0 else first_flag - 1 - number

        self._made = max([1, *(MAKES.get(step.op, 1) for step in steps)])
        self._steps = [
            (FILLING.get(step.op) or _spelled(step.op), itemgetter(*map(place, step.operands), place(step.result)))
            for step in steps
        ]

    @property
    def steps(self) -> int:
        """How many array operations a block takes."""
        return len(self._steps)

    def rows(self, threads: int) -> int:
        """Rows of a block, where this many threads share the scratch memory."""
        each = FLOAT * (self.buffers + self._made) + self.flags + 1
        return max(LEAST_ROWS, min(MOST_ROWS, SCRATCH // (each * threads) // 8 * 8))

    def run(
        self,
        columns: Sequence[Array],
        singles: Sequence[float],
        out: Sequence[Array],
        threads: int | None = None,
    ) -> None:
        """Fill the arrays of `out`, in the order of the outputs.

        columns: one array of shape (rows,) for each of `lanes`
        singles: one number for each of `singles`
        out:     float64 arrays of shape (rows,) that share no memory with the columns
        threads: the most that work at once; one for each core, up to MOST_THREADS, unless given
        """
        fixed: list[Array] = [*singles, *self._constants]
        for function, operands in self._prologue:
            fixed.append(function(*[fixed[operand] for operand in operands]))
        rows = len(out[0])
        threads = threads or min(cores(), MOST_THREADS)
        block = self._blocks.get(threads) or self._blocks.setdefault(threads, self.rows(threads))
        if rows <= block:
            space = self._space(rows)
            space.quietly(self._compute, [*fixed, *columns, *out, *space.arrays])
            self._spare.append(space)
            return
        blocks = (rows + block - 1) // block
        turns = _Turns(rows, block)
        waiting = []
        try:
            waiting += [_pool().submit(self._work, columns, fixed, out, turns) for _ in range(min(threads, blocks) - 1)]
            self._work(columns, fixed, out, turns)
        finally:
            # Also where we were interrupted: nobody begins another block, and nobody is left behind.
            turns.stop = True
            for each in waiting:
                if not each.cancel():
                    each.result()

    def _compute(self, places: list[Array]) -> None:
        """Carry out the steps: `places` has what they read and what they fill."""
        for function, fetch in self._steps:
            function(*fetch(places))

    def _work(self, columns: Sequence[Array], fixed: list[Array], out: Sequence[Array], turns: _Turns) -> None:
        """Compute block after block, as long as there is one."""
        space = self._space(turns.block)
        for start in turns:
            stop = min(start + turns.block, turns.rows)
            given = [each[start:stop] for each in (*columns, *out)]
            buffers = space.arrays if stop - start == space.rows else [each[: stop - start] for each in space.arrays]
            space.quietly(self._compute, [*fixed, *given, *buffers])
        self._spare.append(space)

    def _space(self, rows: int) -> _Space:
        """Buffers for one thread; those of an earlier run where they are as long."""
        try:
            while self._spare:
                space = self._spare.pop()
                if space.rows == rows:
                    return space
        except IndexError:  # another thread was faster
            pass
        return _Space(rows, self.buffers, self.flags)

    def fill(self, given: Mapping[str, Any], out: Sequence[Array], threads: int | None = None) -> None:
        """The same as `run`, with columns and single numbers by name."""
        columns = [np.asarray(given[name], dtype=np.float64) for name in self.lanes]
        self.run(columns, [given[name] for name in self.singles], out, threads)


class _Step:
    """One array operation: operands and result by number; flags are below 0."""

    __slots__ = ("op", "operands", "result")

    def __init__(self, op: str, operands: list[int], result: int) -> None:
        self.op = op
        self.operands = operands
        self.result = result


def _planned(made: Lowered, used: Sequence[int], numbers: dict[int, int]) -> list[_Step]:
    """The operations on lanes in order, each with the buffer that it fills: one whose value nobody needs any more.

    numbers: what has one, single numbers and columns; it is filled with the others
    """
    last: dict[int, int] = {}
    for node in used:
        for argument in made.args[node]:
            last[argument] = node
    first_result = len(numbers)
    results: dict[int, int] = {}
    for place, node in enumerate(made.outputs):
        if made.varies[node] == LANE and made.args[node]:
            results.setdefault(node, first_result + place)
    first_buffer = first_result + len(made.outputs)
    free: tuple[list[int], list[int]] = ([], [])  # buffers, flags
    taken = [0, 0]
    steps: list[_Step] = []
    for node in used:
        op, args = made.op[node], made.args[node]
        if made.varies[node] != LANE or not args:
            continue
        released = [
            numbers[argument]
            for argument in dict.fromkeys(args)
            if last[argument] == node and not 0 <= numbers[argument] < first_buffer
        ]
        if op == "where" and made.is_truth(args[0]) and made.is_constant(args[2], 0.0):
            # Of single numbers there are no bits to be masked.
            op, args = ("guard", args[:2]) if made.varies[args[1]] == LANE else (op, args)
        operands = [numbers[argument] for argument in args]
        if op not in WRITES_EARLY:
            _release(free, released)
        if node in results:
            numbers[node] = results[node]
        else:
            flag = made.is_truth(node)
            if not free[flag]:
                taken[flag] += 1
                free[flag].append(-taken[1] if flag else first_buffer + taken[0] - 1)
            numbers[node] = free[flag].pop()
        steps.append(_Step(op, operands, numbers[node]))
        if op in WRITES_EARLY:
            _release(free, released)
    # What is no operation of its own: a column, a single number, a result that was asked for twice.
    for place, node in enumerate(made.outputs):
        if results.get(node) != first_result + place:
            steps.append(_Step("number", [numbers[node]], first_result + place))
    return steps


def _release(free: tuple[list[int], list[int]], numbers: list[int]) -> None:
    for number in numbers:
        free[number < 0].append(number)


class _Space:
    """Buffers and flags of one thread, and a context in which NumPy does not warn of infinities and nan.

    quietly: calls a function there; that takes a tenth of the time of `errstate`, which a thousand rows would feel
    """

    __slots__ = ("arrays", "quietly", "rows")

    def __init__(self, rows: int, buffers: int, flags: int) -> None:
        self.rows = rows
        self.arrays: list[Array] = [np.empty(rows) for _ in range(buffers)]
        self.arrays += [np.empty(rows, np.bool_) for _ in range(flags)]
        self.quietly: Callable[..., object] = _silenced
        if np.lib.NumpyVersion(np.__version__) >= "2.0.0":  # before that, such settings belonged to the thread
            context = copy_context()
            context.run(np.seterr, all="ignore")
            self.quietly = context.run


def _silenced(function: Callable[[list[Array]], None], places: list[Array]) -> None:
    with np.errstate(all="ignore"):
        function(places)


class _Turns:
    """The first rows of the blocks, each given out once to whichever thread asks."""

    def __init__(self, rows: int, block: int) -> None:
        self.starts = count(0, block)
        self.rows = rows
        self.block = block
        self.stop = False

    def __iter__(self) -> _Turns:
        return self

    def __next__(self) -> int:
        start = next(self.starts)
        if self.stop or start >= self.rows:
            raise StopIteration
        return start


@functools.cache
def cores() -> int:
    """How many threads can work at once."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


_pools: list[ThreadPoolExecutor] = []


def _pool() -> ThreadPoolExecutor:
    """The threads of this process, started once. Whoever waits for them works too, so none can wait for ever."""
    if not _pools:
        from concurrent.futures import ThreadPoolExecutor

        _pools.append(ThreadPoolExecutor(max(cores(), 1), "bpcli"))
    return _pools[0]
