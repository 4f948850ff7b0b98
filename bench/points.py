"""Value and gradient at many points: three expressions, in memory and through files.

    python bench/points.py [--quick] [--sizes N,N] [--rounds N] [--cap SECONDS] [--peers PYTHON]

In memory, the columns stand ready and are worked through in chunks of a million rows, into results that are used
again for the next chunk; peers get their own kind of array before the clock starts, and are warm. Every measurement
is a process of its own; results that differ from ours by more than 1e-9 of the largest are not timed. Through
files, whole processes are compared, from the start of the interpreter to the last byte.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import tempfile
from pathlib import Path
from statistics import median

import measure
from measure import MIB, Row
from points_cases import EXPRESSIONS, child, cores

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

SIZES = (1_000, 100_000, 10_000_000)
QUICK = (1_000, 100_000, 1_000_000)
PROMISED = 10_000_000  # the targets are for this many rows
SMALL = 1_000  # where we may not be slower than plain NumPy
AGREE = 1e-9
SCRATCH = 8 * MIB
BANDWIDTH = 0.7  # of that of copying, for the product

PEERS = {"numpy": ("numpy", 1 / 2), "jax": ("jax", 1 / 2), "torch": ("torch", None), "copying": ("numpy", None)}


# In the parent


class Outcome:
    """What came of one child: its figures and the first results of its last chunk, or why there are none."""

    def __init__(self, figures: dict[str, float], results: Any = None, why: str = "") -> None:
        self.figures = figures
        self.results = results
        self.why = why


def start(python: Sequence[str], case: str, name: str, rows: int, cap: float, env: dict[str, str]) -> Outcome:
    """Run one case in a process of its own, stopped after `cap` seconds."""
    import numpy as np

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "results.npy"
        command = [*python, __file__, "--child", case, name, str(rows), str(path)]
        printed, why = measure.capped(command, env, cap)
        if why:
            return Outcome({}, why=why)
        return Outcome(json.loads(printed), np.load(path))


def apart(ours: Any, theirs: Any) -> float:
    """The largest difference of two sets of results, relative to the largest of ours."""
    if ours.shape != theirs.shape:
        return math.inf
    return float(abs(ours - theirs).max() / abs(ours).max()) if ours.size else 0.0


def measured(
    name: str, rows: int, count: int, cap: float, python: Sequence[str], missing: dict[str, str], env: dict[str, str]
) -> list[Row]:
    """The lines of one expression and size."""
    ours: list[Outcome] = []
    peers: dict[str, list[Outcome]] = {peer: [] for peer in PEERS}
    why: dict[str, str] = dict.fromkeys(missing, "peer is missing")
    for _ in range(count):
        outcome = start([sys.executable], "ours", name, rows, cap, env)
        if outcome.why:
            raise SystemExit(f"ours, {name}, {rows} rows: {outcome.why}")
        ours.append(outcome)
        for peer in PEERS:
            if peer in why:
                continue
            # What needs NumPy alone runs beside us.
            theirs = start([sys.executable] if PEERS[peer][0] == "numpy" else python, peer, name, rows, cap, env)
            if not theirs.why and peer != "copying":
                gap = apart(outcome.results, theirs.results)
                theirs.why = f"its results differ by {gap:.1e}" if not gap <= AGREE else ""
            if theirs.why:
                why[peer] = theirs.why
            peers[peer].append(theirs)
    label = f"{name} {rows:.0e}".replace("e+0", "e")
    mine = median(outcome.figures["seconds"] for outcome in ours)
    memory = max(outcome.figures["memory"] for outcome in ours)
    lines = []
    for peer, (_, target) in PEERS.items():
        copying = peer == "copying"
        promise = target if rows >= PROMISED else 1.0 if rows == SMALL and peer == "numpy" else None
        if copying and name == "product" and rows >= PROMISED:
            promise = 1 / BANDWIDTH
        if peer in why:
            lines.append(Row(label, each(mine, rows), peer, "-", None, promise, why=why[peer], rival=not copying))
            continue
        theirs = [outcome.figures["seconds"] for outcome in peers[peer]]
        ratio = measure.paired([outcome.figures["seconds"] for outcome in ours], theirs)
        held = max(outcome.figures["memory"] for outcome in peers[peer])
        lines.append(
            Row(
                label,
                each(mine, rows),
                peer,
                each(median(theirs), rows),
                ratio,
                promise,
                memory=f"{measure.mib(memory)} / {measure.mib(held)}",
                rival=not copying,
            )
        )
    limit = SCRATCH if rows >= PROMISED else None
    lines.append(
        Row(
            f"{label} memory",
            measure.mib(memory),
            "limit",
            measure.mib(SCRATCH),
            memory / SCRATCH,
            1.0 if limit else None,
            rival=False,
        )
    )
    return lines


def each(seconds: float, rows: int) -> str:
    """A time for one row."""
    return f"{seconds / rows * 1e9:.3g} ns"


# Through files


SCRIPTS = {
    "csv": "import numpy as np; x, w = np.loadtxt('points.csv', delimiter=',', skiprows=1, unpack=True); s = x + w; "
    "np.savetxt('theirs.csv', np.stack([s*w, w, s + w], axis=1), fmt='%r', delimiter=',')",
    "npy": "import numpy as np; p = np.load('points.npy'); x, w = p['x'], p['w']; s = x + w; "
    "np.save('theirs.npy', np.stack([s*w, w, s + w], axis=1))",
}


def through_files(rows: dict[str, int], count: int, env: dict[str, str]) -> list[Row]:
    """From a file to a file: `bpcli grad --data` against a NumPy script of one line."""
    import numpy as np

    lines = []
    with tempfile.TemporaryDirectory() as folder:
        for form, script in SCRIPTS.items():
            points = np.random.default_rng(1).uniform(0.5, 1.5, (rows[form], 2))
            if form == "csv":
                text = "x,w\n" + "\n".join([f"{x!r},{w!r}" for x, w in points.tolist()])
                (Path(folder) / "points.csv").write_text(text + "\n")
            else:
                np.save(Path(folder) / "points.npy", points.view([("x", "<f8"), ("w", "<f8")])[:, 0])
            command = [sys.executable, "-m", "bpcli", "grad", "(x+w)*w", "--data", f"points.{form}"]
            here = Path.cwd()
            os.chdir(folder)
            try:
                done = measure.rounds(
                    {
                        "ours": [*command, "--save", f"ours.{form}"],
                        "theirs": [sys.executable, "-c", script],
                    },
                    env,
                    count,
                )
            finally:
                os.chdir(here)
            wrong = next((process.output for each in done.values() for process in each if process.code), "")
            seconds = {name: [process.seconds for process in each] for name, each in done.items()}
            peaks = [measure.mib(max(process.peak for process in done[name])) for name in ("ours", "theirs")]
            lines.append(
                Row(
                    f"product, {form} to {form}, {rows[form]:.0e} rows".replace("e+0", "e"),
                    each(median(seconds["ours"]), rows[form]),
                    "numpy script",
                    each(median(seconds["theirs"]), rows[form]),
                    None if wrong else measure.paired(seconds["ours"], seconds["theirs"]),
                    memory=" / ".join(peaks),
                    why=wrong.strip()[-60:],
                )
            )
    return lines


def main(words: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="one round, and nothing above 1e6 rows")
    parser.add_argument("--sizes", type=lambda text: tuple(int(float(size)) for size in text.split(",")), help="rows")
    parser.add_argument("--rounds", type=int, help="how often everything is measured (3; 1 with --quick)")
    parser.add_argument("--cap", type=float, default=300.0, help="seconds after which a peer is stopped (300)")
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    measure.add_peers_option(parser)
    given = parser.parse_args(words)
    if given.child:
        case, name, rows, results = given.child
        child(case, name, int(rows), Path(results))
        return
    env = measure.environment()
    # Here it is all cores for everybody.
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        env.pop(variable, None)
    absent = measure.missing_modules(given.peers, [module for module, _ in PEERS.values() if module != "numpy"], env)
    missing = {name: absent[module] for name, (module, _) in PEERS.items() if module in absent}
    count = given.rounds or (1 if given.quick else 3)
    table = []
    for name in EXPRESSIONS:
        for rows in given.sizes or (QUICK if given.quick else SIZES):
            table += measured(name, rows, count, given.cap, given.peers, missing, env)
            print(f"measured: {name}, {rows} rows", file=sys.stderr)
    measure.print_table(f"Value and gradient in memory, time a row, {cores()} cores", table)
    largest = max(given.sizes or (1_000_000,))
    files = through_files({"csv": min(largest, 100_000), "npy": min(largest, 2_000_000)}, count, env)
    measure.print_table("From a file to a file, whole processes, time a row", files)
    measure.print_summary([*table, *files], missing)


if __name__ == "__main__":
    main()
