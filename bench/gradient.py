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
import sys
import tempfile
from array import array
from pathlib import Path
from statistics import median

import measure
from expressions import SHAPES
from gradient_cases import child
from measure import MIB, Row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

QUICK = (1_000, 10_000, 100_000)
SIZES = (*QUICK, 1_000_000)
PROMISED = 100_000  # the targets are for expressions of this size and larger
AGREE = 1e-9
OUR_CAP = 1800.0  # seconds; ours is not excused

# Peer -> the module that it needs, and the most of its time that our two passes may take.
PEERS = {"micrograd": ("micrograd", 1 / 15), "torch": ("torch", 1 / 30), "autograd": ("autograd", None),
         "casadi": ("casadi", None)}  # fmt: skip
END_TO_END = 1 / 4  # of CasADi, from text to gradient
CHEAP = 3.5  # forward and reverse, in forwards
SYMBOLIC = 3.0  # microseconds a node


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
    printed, why = measure.capped(command, env, cap)
    if why:
        return Outcome({}, slopes, why)
    slopes.frombytes((folder / "slopes").read_bytes())
    return Outcome(json.loads(printed), slopes)


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
