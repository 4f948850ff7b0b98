"""One gradient of a large scalar expression: every partial derivative of n nodes, once.

    python bench/gradient.py [--quick] [--sizes N,N] [--rounds N] [--cap SECONDS] [--peers PYTHON]

Two shapes. `wide` is a sum of products, a tenth of which stand in a sine. `deep` is one chain: each step takes
the one before and a variable, so that the text is one nest of brackets. Both have n nodes over n/10 variables.
Every measurement is a process of its own, stopped at the cap; a gradient that differs from ours by more
than 1e-9 of its largest entry is not timed.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import subprocess
import sys
import tempfile
import threading
from array import array
from pathlib import Path
from statistics import median

import measure
from measure import MIB, Row, clock, repeat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

QUICK = (1_000, 10_000, 100_000)
SIZES = (*QUICK, 1_000_000)
PROMISED = 100_000  # the targets are for expressions of this size and larger
AGREE = 1e-9
BUDGET = 1.5  # seconds for the repetitions of one measurement
OUR_CAP = 1800.0  # seconds; ours is not excused

# Peer -> the module that it needs, and the most of its time that our two passes may take.
PEERS = {"micrograd": ("micrograd", 1 / 15), "torch": ("torch", 1 / 30), "autograd": ("autograd", None),
         "casadi": ("casadi", None)}  # fmt: skip
END_TO_END = 1 / 4  # of CasADi, from text to gradient
CHEAP = 3.5  # forward and reverse, in forwards
SYMBOLIC = 3.0  # microseconds a node


OPS = ("mul", "add", "sub", "div", "sin")


class Expression:
    """An expression as a list of instructions, and as text.

    inputs:            the value of each variable; the variables are the first nodes
    ops, lefts, rights: one entry for each node after them; operands are nodes, `ops` are places in OPS
    """

    def __init__(self, inputs: Sequence[float] = ()) -> None:
        self.inputs = array("d", inputs)
        self.ops = array("b")
        self.lefts = array("q")
        self.rights = array("q")
        self.text = ""

    def __len__(self) -> int:
        return len(self.inputs) + len(self.ops)

    def add(self, op: str, left: int, right: int = -1) -> int:
        """Append a node; its number."""
        self.ops.append(OPS.index(op))
        self.lefts.append(left)
        self.rights.append(right)
        return len(self) - 1

    COLUMNS = ("inputs", "ops", "lefts", "rights")

    def save(self, folder: Path) -> None:
        """Write the text and the columns; a child reads what it needs, so that nothing else fills its memory."""
        (folder / "text").write_text(self.text)
        for name in self.COLUMNS:
            (folder / name).write_bytes(getattr(self, name).tobytes())

    @classmethod
    def load(cls, folder: Path, columns: Sequence[str]) -> Expression:
        """Read some of the columns back; without `ops` the text takes their place."""
        made = cls()
        for name in columns:
            getattr(made, name).frombytes((folder / name).read_bytes())
        if "ops" not in columns:
            made.text = (folder / "text").read_text()
        return made


def wide(nodes: int) -> Expression:
    """x1*x2*x3 + sin(x4*x5*x6) - ...: about 0.29 n terms over n/10 variables."""
    draw = random.Random(nodes)
    variables = max(nodes // 10, 3)
    made = Expression([draw.uniform(0.5, 1.5) for _ in range(variables)])
    pieces: list[str] = []
    total = -1
    while len(made) < nodes:
        a, b, c = (draw.randrange(variables) for _ in range(3))
        term = made.add("mul", made.add("mul", a, b), c)
        written = f"x{a}*x{b}*x{c}"
        number = len(pieces)
        if number % 10 == 9:
            term, written = made.add("sin", term), f"sin({written})"
        if total < 0:
            total = term
        else:
            op, sign = ("sub", "-") if number % 3 == 2 else ("add", "+")
            total, written = made.add(op, total, term), f"{sign} {written}"
        pieces.append(written)
    made.text = " ".join(pieces)
    return made


# What a chain does in turn; products and quotients balance, so that no gradient dies or explodes on the way.
TURNS = ("mul", "add", "div", "sub", "mul", "add", "div", "sub", "mul sin", "div sin")
SIGNS = {"mul": "*", "div": "/", "add": "+", "sub": "-"}


def deep(nodes: int) -> Expression:
    """((((x0*x7)+x2)/x5)-x1)*sin(x4)...: a chain about 0.8 n long over n/10 variables."""
    draw = random.Random(nodes)
    variables = max(nodes // 10, 3)
    made = Expression([draw.uniform(0.99, 1.01) for _ in range(variables)])
    pieces: list[str] = []
    sines = 0
    here = 0
    while len(made) < nodes:
        turn = TURNS[len(pieces) % len(TURNS)]
        op = turn.partition(" ")[0]
        if turn != op and sines < variables:
            other = made.add("sin", sines)  # each sine once: ours would compute it only once anyway
            written = f"sin(x{sines})"
            sines += 1
        else:
            other = draw.randrange(variables)
            written = f"x{other}"
        here = made.add(op, here, other)
        pieces.append(f"{SIGNS[op]}{written})")
    made.text = "(" * len(pieces) + "x0" + "".join(pieces)
    return made


SHAPES: dict[str, Callable[[int], Expression]] = {"wide": wide, "deep": deep}


# In the child: one measurement. Each of these fills `result` and returns the gradient by variable.


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


def walk(made: Expression, leaves: list[Any], sin: Callable[[Any], Any]) -> Any:
    """The last node of an expression, in whatever numbers the leaves are."""
    nodes = list(leaves)
    append = nodes.append
    for op, left, right in zip(made.ops, made.lefts, made.rights, strict=True):
        if op == 0:
            append(nodes[left] * nodes[right])
        elif op == 1:
            append(nodes[left] + nodes[right])
        elif op == 2:
            append(nodes[left] - nodes[right])
        elif op == 3:
            append(nodes[left] / nodes[right])
        else:
            append(sin(nodes[left]))
    return nodes[-1]


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


# In the parent: rounds of children, and the table.


class Outcome:
    """What came of one child: its figures and its gradient, or why there are none."""

    def __init__(self, figures: dict[str, float], slopes: array[float], why: str = "") -> None:
        self.figures = figures
        self.slopes = slopes
        self.why = why


def start(python: Sequence[str], case: str, folder: Path, cap: float, env: dict[str, str]) -> Outcome:
    """Run one case in a process of its own, stopped after `cap` seconds."""
    slopes = array("d")
    command = [*python, __file__, "--child", case, str(folder)]
    try:
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=cap)
    except subprocess.TimeoutExpired:
        return Outcome({}, slopes, f"> {cap:g} s (cap)")
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [""])[-1][:60]
        return Outcome({}, slopes, f"failed: {said or f'exit code {done.returncode}'}")
    slopes.frombytes((folder / "slopes").read_bytes())
    return Outcome(json.loads(done.stdout), slopes)


def difference(slopes: Sequence[float], others: Sequence[float]) -> float:
    """The largest difference of two gradients, relative to the largest entry."""
    if len(slopes) != len(others):
        return math.inf
    largest = max((abs(slope) for slope in slopes), default=0.0) or 1.0
    apart = max((abs(slope - other) for slope, other in zip(slopes, others, strict=True)), default=0.0)
    return apart / largest if apart == apart else math.inf


class Series:
    """The outcomes of one shape and size over the rounds, by case."""

    def __init__(self, shape: str, nodes: int) -> None:
        self.shape = shape
        self.nodes = nodes
        self.ours: list[Outcome] = []
        self.peers: dict[str, list[Outcome]] = {}

    def why(self, name: str) -> str:
        """Why a peer has no figure here; empty where it has one."""
        return next((outcome.why for outcome in self.peers.get(name, []) if outcome.why), "")

    def figure(self, name: str) -> float:
        """The median of a figure of ours."""
        return median(outcome.figures[name] for outcome in self.ours)

    def of_peer(self, name: str, figure: str) -> float:
        """The median of a figure of a peer."""
        return median(outcome.figures[figure] for outcome in self.peers[name])

    def ratio(self, ours: str, name: str, theirs: str) -> float:
        """Our figure against a peer's, paired round by round."""
        left = [outcome.figures[ours] for outcome in self.ours]
        right = [outcome.figures[theirs] for outcome in self.peers[name]]
        return measure.paired(left[: len(right)], right)


def measure_series(
    shape: str,
    nodes: int,
    count: int,
    cap: float,
    python: Sequence[str],
    skipped: dict[str, str],
    env: dict[str, str],
    folder: Path,
) -> Series:
    """Rounds of ours and every peer in turn. `skipped` says why a peer is not started; a peer at its cap joins it."""
    series = Series(shape, nodes)
    SHAPES[shape](nodes).save(folder)
    for _ in range(count):
        ours = start([sys.executable], "ours", folder, OUR_CAP, env)
        if ours.why:
            raise SystemExit(f"ours, {shape}, {nodes} nodes: {ours.why}")
        series.ours.append(ours)
        for name in PEERS:
            outcomes = series.peers.setdefault(name, [])
            if name in skipped:
                outcomes.append(Outcome({}, array("d"), skipped[name]))
            if series.why(name):
                continue
            outcome = start(python, name, folder, cap, env)
            if not outcome.why:
                apart = difference(ours.slopes, outcome.slopes)
                if apart > AGREE:
                    outcome.why = f"its gradient differs by {apart:.1e}"
            outcomes.append(outcome)
            if outcome.why.startswith(">"):
                skipped[name] = f"{outcome.why} at {size_text(nodes)}"
    return series


def size_text(nodes: int) -> str:
    """1000 as 1e3."""
    text = f"{nodes:.0e}".replace("e+0", "e")
    return text if nodes >= 1000 and float(text) == nodes else str(nodes)


def nanoseconds(seconds: float, nodes: float) -> str:
    """A time for one node."""
    each = seconds / nodes * 1e9
    return f"{each:.0f} ns" if each >= 20 else f"{each:.1f} ns"


def rows_of(series: Series) -> list[Row]:
    """The lines of one shape and size: against the peers, then against the limits that we set ourselves."""
    nodes = series.figure("nodes")
    label = f"{series.shape} {size_text(series.nodes)}"
    memory = measure.mib(series.figure("memory"))
    rows = []

    def promised(target: float | None) -> float | None:
        return target if series.nodes >= PROMISED else None

    def against(case: str, ours: str, name: str, theirs: str, target: float | None, note: str = "") -> None:
        why = series.why(name)
        rows.append(
            Row(
                f"{label} {case}",
                nanoseconds(series.figure(ours), nodes),
                name + note,
                "-" if why else nanoseconds(series.of_peer(name, theirs), nodes),
                None if why else series.ratio(ours, name, theirs),
                promised(target),
                memory=memory if why else f"{memory} / {measure.mib(series.of_peer(name, 'memory'))}",
                why=why,
            )
        )

    for name, (_, target) in PEERS.items():
        if name != "casadi":
            against("forward + reverse", "gradient", name, "gradient", target)
    against("text to gradient", "end to end", "casadi", "gradient", END_TO_END)
    if not series.why("casadi"):
        # Its second gradient runs compiled code; its first has to build it.
        against("forward + reverse", "gradient", "casadi", "again", None, ", once built")
    rows.append(
        Row(
            f"{label} forward + reverse",
            nanoseconds(series.figure("gradient"), nodes),
            "forward alone",
            nanoseconds(series.figure("forward"), nodes),
            series.figure("cheap"),
            promised(CHEAP),
            rival=False,
        )
    )
    symbolic = series.figure("symbolic")
    rows.append(
        Row(
            f"{label} derivative graph",
            nanoseconds(symbolic, nodes),
            "limit",
            f"{SYMBOLIC * 1000:.0f} ns",
            symbolic / nodes * 1e6 / SYMBOLIC,
            promised(1.0),
            rival=False,
        )
    )
    return rows


def print_own(table: Sequence[Series]) -> None:
    """What our own passes took."""
    lines = []
    for series in table:
        nodes = series.figure("nodes")
        used = series.figure("memory")
        stages = ("parse", "forward", "reverse", "gradient", "end to end", "symbolic")
        lines.append(
            (
                f"{series.shape} {size_text(series.nodes)}",
                f"{nodes:.0f}",
                *(nanoseconds(series.figure(stage), nodes) for stage in stages),
                measure.mib(used),
                f"{used / nodes:.0f}" if used > 4 * MIB else "",
            )
        )
    measure.print_columns(
        "Ours, a node: times of this machine today, from which nothing follows but the ratios above",
        ("case", "nodes", "parse", "forward", "reverse", "both", "text to gradient", "derivative graph", "peak",
         "bytes a node"),
        lines,
    )  # fmt: skip


def main(words: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="one round, and nothing above 1e5 nodes")
    parser.add_argument("--sizes", type=lambda text: tuple(int(float(size)) for size in text.split(",")), help="nodes")
    parser.add_argument("--shapes", type=lambda text: text.split(","), default=list(SHAPES), help="wide,deep")
    parser.add_argument("--rounds", type=int, help="how often everything is measured (3; 1 with --quick)")
    parser.add_argument("--cap", type=float, default=120.0, help="seconds after which a peer is stopped (120)")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    measure.add_peers_option(parser)
    given = parser.parse_args(words)
    if given.child:
        case, folder = given.child
        child(case, Path(folder))
        return
    env = measure.environment()
    absent = measure.missing_modules(given.peers, [module for module, _ in PEERS.values()], env)
    missing = {name: absent[module] for name, (module, _) in PEERS.items() if module in absent}
    count = given.rounds or (1 if given.quick else 3)
    sizes = given.sizes or (QUICK if given.quick else SIZES)
    table = []
    for shape in given.shapes:
        skipped = dict.fromkeys(missing, "peer is missing")
        for nodes in sizes:
            with tempfile.TemporaryDirectory() as folder:
                series = measure_series(shape, nodes, count, given.cap, given.peers, skipped, env, Path(folder))
            table.append(series)
            print(f"measured: {shape}, {nodes} nodes", file=sys.stderr)
    rows = [row for series in table for row in rows_of(series)]
    measure.print_table("One gradient of a large expression, time a node", rows)
    print_own(table)
    measure.print_summary(rows, missing)


if __name__ == "__main__":
    main()
