"""Loss and gradient of a 784-256-10 network on 512 rows: relu, softmax and cross entropy, in float64 and float32.

    python bench/networks.py [--quick] [--sizes ROWS,INPUTS,HIDDEN,CLASSES] [--rounds N] [--cap S] [--peers PYTHON]

Every measurement is a process of its own, on one thread, warm. By hand is what one writes with NumPy: both passes
of this one network, nothing checked. A gradient that differs from ours by more than the dtype allows is not timed.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from statistics import median

import measure
from measure import Row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

SIZES = (512, 784, 256, 10)
QUICK = (64, 64, 32, 10)
DEEP, EACH = 16, 4  # layers of the net with checkpoints, and how many of them lie inside each
TEXT = "h = relu(X @ W1 + b1); cross_entropy(h @ W2 + b2, t)"
WEIGHTS = ("W1", "b1", "W2", "b2")
AGREE = {"float64": 1e-9, "float32": 1e-3}
PEERS = {"torch": ("torch", 1.5), "numpy by hand": ("numpy", None)}  # module, the most of its time that ours may take
BUDGET = 3.0  # seconds for the repetitions of one measurement


def data(sizes: Sequence[int], dtype: str) -> dict[str, Any]:
    """Rows, weights and classes from a seed."""
    import numpy as np

    rows, inputs, hidden, classes = sizes
    draw = np.random.Generator(np.random.PCG64(1))
    made = {
        "X": draw.standard_normal((rows, inputs)),
        "W1": draw.standard_normal((inputs, hidden)) / inputs**0.5,
        "b1": np.zeros(hidden),
        "W2": draw.standard_normal((hidden, classes)) / hidden**0.5,
        "b2": np.zeros(classes),
        "t": draw.integers(0, classes, rows),
    }
    return {name: value.astype(dtype) for name, value in made.items()}


# In the child. Each gives a function that computes the gradient, by weight, as arrays.


def ours(given: dict[str, Any], dtype: str) -> Callable[[], list[Any]]:
    from bpcli.engine.floats import FLOATS
    from bpcli.engine.point import gradient
    from bpcli.engine.tensors import Tensors
    from bpcli.language.reader import parse

    program = parse(TEXT)
    kind = FLOATS if dtype == "float64" else Tensors(dtype)
    return lambda: list(gradient(program, given, WEIGHTS, frugal=True, kind=kind).gradient.values())


def deep_text(checkpoints: bool) -> str:
    """A net of equal layers, in blocks; with checkpoints, what lies inside a block is calculated again."""
    lines = []
    for block in range(DEEP // EACH):
        inner = f"h{block}"
        for _ in range(EACH):
            inner = f"tanh({inner} @ W1 + b1)"
        lines.append(f"h{block + 1} = checkpoint({inner})" if checkpoints else f"h{block + 1} = {inner}")
    return "; ".join(["h0 = tanh(X)", *lines, f"mean(h{DEEP // EACH}^2)"])


def ours_deep(checkpoints: bool) -> Callable[[dict[str, Any], str], Callable[[], list[Any]]]:
    """The gradient of a deep net, with checkpoints or without."""

    def case(given: dict[str, Any], dtype: str) -> Callable[[], list[Any]]:
        from bpcli.engine.floats import FLOATS
        from bpcli.engine.point import gradient
        from bpcli.engine.tensors import Tensors
        from bpcli.language.reader import parse

        program = parse(deep_text(checkpoints))
        kind = FLOATS if dtype == "float64" else Tensors(dtype)
        square = {"X": given["X"][:, : len(given["b1"])], "W1": given["W1"][: len(given["b1"])], "b1": given["b1"]}
        return lambda: list(gradient(program, square, ("W1", "b1"), frugal=True, kind=kind).gradient.values())

    return case


def with_torch(given: dict[str, Any], dtype: str) -> Callable[[], list[Any]]:
    import torch

    torch.set_num_threads(1)
    leaves = {name: torch.tensor(value, requires_grad=name in WEIGHTS) for name, value in given.items()}
    x, w1, b1, w2, b2 = (leaves[name] for name in ("X", *WEIGHTS))
    classes = torch.tensor(given["t"].astype("int64"))

    def work() -> list[Any]:
        loss = torch.nn.functional.cross_entropy(torch.relu(x @ w1 + b1) @ w2 + b2, classes)
        return [slope.numpy() for slope in torch.autograd.grad(loss, (w1, b1, w2, b2))]

    return work


def by_hand(given: dict[str, Any], dtype: str) -> Callable[[], list[Any]]:
    import numpy as np

    x, w1, b1, w2, b2 = (given[name] for name in ("X", *WEIGHTS))
    rows = len(x)
    classes = given["t"].astype(int)

    def work() -> list[Any]:
        z = x @ w1 + b1
        h = np.maximum(z, 0)
        o = h @ w2 + b2
        p = np.exp(o - o.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        float(-np.log(p[np.arange(rows), classes]).mean())
        p[np.arange(rows), classes] -= 1
        p /= rows
        dz = p @ w2.T
        dz *= z > 0
        return [x.T @ dz, dz.sum(axis=0), h.T @ p, p.sum(axis=0)]

    return work


CASES: dict[str, Callable[[dict[str, Any], str], Callable[[], list[Any]]]] = {
    "ours": ours,
    "ours, deep": ours_deep(False),
    "ours, checkpoints": ours_deep(True),
    "torch": with_torch,
    "numpy by hand": by_hand,
}


def child(case: str, dtype: str, sizes: Sequence[int], results: Path) -> None:
    """Measure one case: the figures as JSON on standard output, the gradient into a file."""
    import numpy as np

    given = data(sizes, dtype)
    work = CASES[case](given, dtype)
    before = measure.peak_bytes()
    slopes = work()
    memory = measure.peak_bytes() - before
    assert all(slope.dtype == dtype for slope in slopes)
    np.savez(results, *slopes)
    print(json.dumps({"seconds": measure.repeat(work, BUDGET, most=30), "memory": memory}))


# In the parent.


class Outcome:
    """What came of one child: seconds, bytes, the gradient; or why there is none."""

    def __init__(self, seconds: float = 0.0, memory: float = 0.0, slopes: Sequence[Any] = (), why: str = "") -> None:
        self.seconds = seconds
        self.memory = memory
        self.slopes = slopes
        self.why = why


def start(
    python: Sequence[str], case: str, dtype: str, sizes: Sequence[int], cap: float, env: dict[str, str]
) -> Outcome:
    """Run one case in a process of its own, stopped after `cap` seconds."""
    import numpy as np

    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "slopes.npz"
        listed = ",".join(map(str, sizes))
        command = [*python, __file__, "--child", case, dtype, listed, str(results)]
        printed, why = measure.capped(command, env, cap)
        if why:
            return Outcome(why=why)
        figures = json.loads(printed)
        with np.load(results) as found:
            slopes = [found[name] for name in found.files]
    return Outcome(figures["seconds"], figures["memory"], slopes)


def difference(slopes: Sequence[Any], others: Sequence[Any]) -> float:
    """The largest difference of two gradients, each relative to its largest entry."""
    import numpy as np

    return max(
        float(np.max(np.abs(slope - other)) / np.max(np.abs(slope)))
        for slope, other in zip(slopes, others, strict=True)
    )


def measured(
    dtype: str,
    sizes: Sequence[int],
    count: int,
    cap: float,
    python: Sequence[str],
    missing: dict[str, str],
    env: dict[str, str],
) -> list[Row]:
    """Rounds of ours and every peer in turn, as lines of the table."""
    own: list[Outcome] = []
    others: dict[str, list[Outcome]] = {name: [] for name in PEERS}
    for _ in range(count):
        mine = start([sys.executable], "ours", dtype, sizes, cap, env)
        if mine.why:
            raise SystemExit(f"ours, {dtype}: {mine.why}")
        own.append(mine)
        for name, outcomes in others.items():
            if name in missing:
                outcomes.append(Outcome(why="peer is missing"))
                continue
            outcome = start(python if name == "torch" else [sys.executable], name, dtype, sizes, cap, env)
            apart = 0.0 if outcome.why else difference(mine.slopes, outcome.slopes)
            if apart > AGREE[dtype]:
                outcome.why = f"its gradient differs by {apart:.1e}"
            outcomes.append(outcome)
    rows = []
    seconds = [outcome.seconds for outcome in own]
    memory = measure.mib(median(outcome.memory for outcome in own))
    for name, outcomes in others.items():
        why = next((outcome.why for outcome in outcomes if outcome.why), "")
        theirs = [outcome.seconds for outcome in outcomes]
        rows.append(
            Row(
                f"{'-'.join(map(str, sizes[1:]))} on {sizes[0]} rows, {dtype}",
                f"{median(seconds) * 1e3:.2f} ms",
                name,
                "-" if why else f"{median(theirs) * 1e3:.2f} ms",
                None if why else measure.paired(seconds, theirs),
                PEERS[name][1] if tuple(sizes) == SIZES else None,
                memory=memory if why else f"{memory} / {measure.mib(median(each.memory for each in outcomes))}",
                why=why,
                rival=name == "torch",
            )
        )
    return rows


def checkpointed(dtype: str, sizes: Sequence[int], count: int, cap: float, env: dict[str, str]) -> Row:
    """A deep net with checkpoints against the same without: more time, less memory, the same numbers."""
    outcomes: dict[str, list[Outcome]] = {"ours, checkpoints": [], "ours, deep": []}
    for _ in range(count):
        for name, done in outcomes.items():
            done.append(start([sys.executable], name, dtype, sizes, cap, env))
    with_them, without = outcomes.values()
    why = next((each.why for each in (*with_them, *without) if each.why), "")
    if not why and any(difference(one.slopes, two.slopes) for one, two in zip(with_them, without, strict=True)):
        why = "the gradients differ"
    seconds, theirs = ([each.seconds for each in done] for done in outcomes.values())
    return Row(
        f"{DEEP} layers of {sizes[2]} on {sizes[0]} rows in checkpoints of {EACH}, {dtype}",
        f"{median(seconds) * 1e3:.2f} ms",
        "no checkpoints",
        f"{median(theirs) * 1e3:.2f} ms",
        None if why else measure.paired(seconds, theirs),
        memory=" / ".join(measure.mib(median(each.memory for each in done)) for done in outcomes.values()),
        why=why,
        rival=False,
    )


def main(words: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="one round of a small network")
    parser.add_argument("--sizes", type=lambda text: tuple(map(int, text.split(","))), help="rows and three layers")
    parser.add_argument("--rounds", type=int, help="how often everything is measured (5; 1 with --quick)")
    parser.add_argument("--cap", type=float, default=120.0, help="seconds after which a peer is stopped (120)")
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    measure.add_peers_option(parser)
    given = parser.parse_args(words)
    if given.child:
        case, dtype, sizes, results = given.child
        child(case, dtype, tuple(map(int, sizes.split(","))), Path(results))
        return
    env = measure.environment()
    absent = measure.missing_modules(given.peers, ["torch"], env)
    missing = {name: absent[module] for name, (module, _) in PEERS.items() if module in absent}
    count = given.rounds or (1 if given.quick else 5)
    table = []
    for dtype in AGREE:
        table += measured(dtype, given.sizes or (QUICK if given.quick else SIZES), count, given.cap, given.peers,
                          missing, env)  # fmt: skip
        print(f"measured: {dtype}", file=sys.stderr)
    table.append(checkpointed("float64", given.sizes or (QUICK if given.quick else SIZES), count, given.cap, env))
    measure.print_table("Loss and gradient of a network, one thread", table)
    measure.print_summary(table, missing)


if __name__ == "__main__":
    main()
