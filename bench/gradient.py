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
from measure import MIB, Row, repeat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

QUICK = (1_000, 10_000, 100_000)
SIZES = (*QUICK, 1_000_000)
PROMISED = 100_000  # the targets are for expressions of this size and larger
AGREE = 1e-9
BUDGET = 1.5  # seconds for the repetitions of one measurement

# Peer -> the module that it needs, and the most of its time that our two passes may take.
PEERS = {"micrograd": ("micrograd", 1 / 15), "torch": ("torch", 1 / 30), "autograd": ("autograd", None),
         "casadi": ("casadi", None)}  # fmt: skip
END_TO_END = 1 / 4  # of CasADi, from text to gradient
CHEAP = 3.5  # forward and reverse, in forwards
SYMBOLIC = 3.0  # microseconds a node


class Expression:
    """An expression as a list of instructions, and as text.

    steps:  (op, left, right), one a node; the operands are places in the list; a variable comes first
    inputs: the value of each variable; they are the first nodes
    """

    def __init__(self, inputs: list[float]) -> None:
        self.inputs = inputs
        self.steps: list[tuple[str, int, int]] = [("var", i, -1) for i in range(len(inputs))]
        self.text = ""

    def add(self, op: str, left: int, right: int = -1) -> int:
        """Append a node; its place."""
        self.steps.append((op, left, right))
        return len(self.steps) - 1


def wide(nodes: int) -> Expression:
    """x1*x2*x3 + sin(x4*x5*x6) - ...: about 0.29 n terms over n/10 variables."""
    draw = random.Random(nodes)
    variables = max(nodes // 10, 3)
    made = Expression([draw.uniform(0.5, 1.5) for _ in range(variables)])
    pieces: list[str] = []
    total = -1
    while len(made.steps) < nodes:
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
    while len(made.steps) < nodes:
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
    from bpcli.calculus.derivative import derivative
    from bpcli.calculus.sweeps import forward, idle, reverse
    from bpcli.engine.floats import FLOATS
    from bpcli.language.reader import parse

    text, inputs = made.text, made.inputs
    made.steps.clear()
    program = parse("sin(x*y) + x - y/x")  # so that the rules of the operations are compiled
    gradient_of(program, forward, reverse, idle, FLOATS, [1.0, 2.0])

    before = measure.peak_bytes()
    program = parse(text)
    graph, output = program.graph, program.output
    result["parse memory"] = measure.peak_bytes() - before
    answer = gradient_of(program, forward, reverse, idle, FLOATS, inputs)
    result["memory"] = measure.peak_bytes() - before
    result["nodes"] = len(graph)

    by_node = {node: inputs[int(name[1:])] for name, node in graph.variables.items()}
    values = forward(graph, FLOATS, by_node, output + 1)
    result["forward"] = repeat(lambda: forward(graph, FLOATS, by_node, output + 1), BUDGET, least=3)
    skip = idle(graph, None)
    result["reverse"] = repeat(lambda: reverse(graph, FLOATS, values, output, 1.0, skip), BUDGET, least=3)
    result["gradient"] = repeat(
        lambda: reverse(graph, FLOATS, forward(graph, FLOATS, by_node, output + 1), output, 1.0, idle(graph, None)),
        BUDGET,
        least=3,
    )
    del program, graph, values, skip
    result["parse"] = repeat(lambda: parse(text), 2 * BUDGET)
    result["end to end"] = repeat(
        lambda: gradient_of(parse(text), forward, reverse, idle, FLOATS, inputs), 2 * BUDGET
    )
    times = []
    while not times or (len(times) < 5 and sum(times) < BUDGET):
        program = parse(text)  # a derivative extends the graph, so each needs a new one
        wrt = list(program.graph.variables.values())
        times.append(repeat(lambda: derivative(program.graph, program.output, wrt), 0))  # noqa: B023 - called at once
    result["symbolic"] = median(times)
    return answer


def gradient_of(
    program: Any, forward: Any, reverse: Any, idle: Any, kind: Any, inputs: Sequence[float]
) -> list[float]:
    """The gradient by variable: what `bpcli grad` does with a program, without what it then prints."""
    graph, output = program.graph, program.output
    names = {name: node for name, node in graph.variables.items() if name[1:].isdigit()}
    if not names:
        names = {f"x{number}": node for number, node in enumerate(graph.variables.values())}
    by_node = {node: inputs[int(name[1:])] for name, node in names.items()}
    adjoints = reverse(graph, kind, forward(graph, kind, by_node, output + 1), output, 1.0, idle(graph, None))
    slopes = [0.0] * len(inputs)
    for name, node in names.items():
        slopes[int(name[1:])] = adjoints[node] or 0.0
    return slopes


def walk(steps: list[tuple[str, int, int]], leaves: list[Any], sin: Callable[[Any], Any]) -> Any:
    """The last node of an expression, in whatever numbers the leaves are."""
    nodes = list(leaves)
    append = nodes.append
    for op, left, right in steps[len(leaves) :]:
        if op == "mul":
            append(nodes[left] * nodes[right])
        elif op == "add":
            append(nodes[left] + nodes[right])
        elif op == "sub":
            append(nodes[left] - nodes[right])
        elif op == "div":
            append(nodes[left] / nodes[right])
        else:
            append(sin(nodes[left]))
    return nodes[-1]


def measure_peer(work: Callable[[], list[float]], result: dict[str, float]) -> list[float]:
    """Time a function that goes from the values of the variables to the gradient."""
    before = measure.peak_bytes()
    answer: list[float] = []
    result["gradient"] = repeat(lambda: answer.__setitem__(slice(None), work()), BUDGET, most=5)
    result["memory"] = measure.peak_bytes() - before
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
        walk(made.steps, leaves, sin).backward()
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
        walk(made.steps, leaves, torch.sin).backward()
        return [0.0 if leaf.grad is None else leaf.grad.item() for leaf in leaves]

    return measure_peer(work, result)


def measure_autograd(made: Expression, result: dict[str, float]) -> list[float]:
    import autograd.numpy as anp
    from autograd import grad

    point = anp.array(made.inputs)

    # Indexing each variable once keeps its backward pass linear; lists of arguments do not.
    def function(x: Any) -> Any:
        return walk(made.steps, [x[i] for i in range(len(made.inputs))], anp.sin)

    return measure_peer(lambda: grad(function)(point).tolist(), result)


def measure_casadi(made: Expression, result: dict[str, float]) -> list[float]:
    import casadi

    function: list[Any] = []

    def work() -> list[float]:
        x = casadi.SX.sym("x", len(made.inputs))
        y = walk(made.steps, [x[i] for i in range(len(made.inputs))], casadi.sin)
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


def child(case: str, shape: str, nodes: int, path: str) -> None:
    """Measure one case: the figures as JSON on standard output, the gradient into a file."""
    result: dict[str, float] = {}
    slopes = CASES[case](SHAPES[shape](nodes), result)
    with Path(path).open("wb") as file:
        array("d", slopes).tofile(file)
    print(json.dumps(result))


# In the parent: rounds of children, and the table.


class Outcome:
    """What came of one child: its figures and its gradient, or why there are none."""

    def __init__(self, figures: dict[str, float], slopes: array[float], why: str = "") -> None:
        self.figures = figures
        self.slopes = slopes
        self.why = why


def start(python: Sequence[str], case: str, shape: str, nodes: int, cap: float, env: dict[str, str]) -> Outcome:
    """Run one case in a process of its own, stopped after `cap` seconds."""
    slopes = array("d")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "gradient"
        command = [*python, __file__, "--child", case, shape, str(nodes), str(path)]
        try:
            done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=cap)
        except subprocess.TimeoutExpired:
            return Outcome({}, slopes, f"> {cap:g} s (cap)")
        if done.returncode:
            said = (done.stderr.strip().splitlines() or [""])[-1][:60]
            signal = f"stopped by signal {-done.returncode}" if done.returncode < 0 else ""
            return Outcome({}, slopes, f"failed: {said or signal}")
        slopes.frombytes(path.read_bytes())
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
    shape: str, nodes: int, count: int, cap: float, python: Sequence[str], skipped: dict[str, str], env: dict[str, str]
) -> Series:
    """Rounds of ours and every peer in turn. `skipped` says why a peer is not started; a peer at its cap joins it."""
    series = Series(shape, nodes)
    for _ in range(count):
        ours = start([sys.executable], "ours", shape, nodes, max(cap, 600), env)
        if ours.why:
            raise SystemExit(f"ours, {shape}, {nodes} nodes: {ours.why}")
        series.ours.append(ours)
        for name in PEERS:
            outcomes = series.peers.setdefault(name, [])
            if name in skipped:
                outcomes.append(Outcome({}, array("d"), skipped[name]))
            if series.why(name):
                continue
            outcome = start(python, name, shape, nodes, cap, env)
            if not outcome.why:
                apart = difference(ours.slopes, outcome.slopes)
                if apart > AGREE:
                    outcome.why = f"its gradient differs by {apart:.1e}"
            outcomes.append(outcome)
            if outcome.why.startswith(">"):
                skipped[name] = f"{outcome.why} at {nodes:.0e}".replace("e+0", "e")
    return series


def nanoseconds(seconds: float, nodes: float) -> str:
    """A time for one node."""
    each = seconds / nodes * 1e9
    return f"{each:.0f} ns" if each >= 20 else f"{each:.1f} ns"


def rows_of(series: Series) -> list[Row]:
    """The lines of one shape and size."""
    nodes = series.figure("nodes")
    promised = series.nodes >= PROMISED
    size = f"{series.nodes:.0e}".replace("e+0", "e")
    label = f"{series.shape} {size}"
    per_node = {name: nanoseconds(series.figure(name), nodes) for name in ("gradient", "end to end", "forward", "symbolic")}
    memory = measure.mib(series.figure("memory"))
    rows = []

    def against(case: str, ours: str, name: str, theirs: str, text: str, target: float | None) -> None:
        why = series.why(name)
        if why:
            rows.append(Row(f"{label} {case}", per_node[ours], name, None, target, memory, why))
            return
        rows.append(
            Row(
                f"{label} {case}",
                per_node[ours],
                f"{name} {nanoseconds(series.of_peer(name, theirs), nodes)}{text}",
                series.ratio(ours, name, theirs),
                target,
                f"{memory} / {measure.mib(series.of_peer(name, 'memory'))}",
            )
        )

    for name, (_, target) in PEERS.items():
        if name != "casadi":
            against("forward + reverse", "gradient", name, "gradient", "", target if promised else None)
    against("text to gradient", "end to end", "casadi", "gradient", "", END_TO_END if promised else None)
    against("forward + reverse", "gradient", "casadi", "again", " (compiled)", None)
    cheap = median(outcome.figures["gradient"] / outcome.figures["forward"] for outcome in series.ours)
    rows.append(
        Row(
            f"{label} forward + reverse",
            per_node["gradient"],
            f"forward {per_node['forward']}",
            cheap,
            CHEAP if promised else None,
            memory,
        )
    )
    symbolic = series.figure("symbolic") / nodes * 1e6 / SYMBOLIC
    limit = f"limit {SYMBOLIC * 1000:.0f} ns"
    rows.append(Row(f"{label} symbols", per_node["symbolic"], limit, symbolic, 1.0 if promised else None))
    return rows


def print_own(table: Sequence[Series]) -> None:
    """What our own passes took: absolute times, good for nothing but reading the ratios."""
    head = ("case", "nodes", "parse", "forward", "reverse", "both", "text to gradient", "peak memory", "bytes a node")
    lines = [head]
    for series in table:
        nodes = series.figure("nodes")
        times = [series.figure(name) for name in ("parse", "forward", "reverse", "gradient", "end to end")]
        used = series.figure("memory")
        lines.append(
            (
                f"{series.shape} {series.nodes:.0e}".replace("e+0", "e"),
                f"{nodes:.0f}",
                *(nanoseconds(each, nodes) for each in times),
                measure.mib(used),
                f"{used / nodes:.0f}" if used > MIB else "",
            )
        )
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    print("\nOurs, a node (times of a shared machine; only ratios are promised)\n")
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def main(words: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="one round, and nothing above 1e5 nodes")
    parser.add_argument("--sizes", type=lambda text: tuple(int(float(size)) for size in text.split(",")), help="nodes")
    parser.add_argument("--shapes", type=lambda text: text.split(","), default=list(SHAPES), help="wide,deep")
    parser.add_argument("--rounds", type=int, help="how often everything is measured (3; 1 with --quick)")
    parser.add_argument("--cap", type=float, default=120.0, help="seconds after which a peer is stopped (120)")
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    measure.add_peers_option(parser)
    given = parser.parse_args(words)
    if given.child:
        case, shape, nodes, path = given.child
        child(case, shape, int(nodes), path)
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
            table.append(measure_series(shape, nodes, count, given.cap, given.peers, skipped, env))
            print(f"measured: {shape}, {nodes} nodes", file=sys.stderr)
    rows = [row for series in table for row in rows_of(series)]
    measure.print_table("One gradient, time a node", rows)
    print_own(table)
    measure.print_summary(rows, missing)


if __name__ == "__main__":
    main()
