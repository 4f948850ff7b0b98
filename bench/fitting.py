"""Fitting: steps of descent, steps that are needed, gradients of models, large files, digits.

    python bench/fitting.py [--quick] [--sizes N,N] [--rounds N] [--cap SECONDS] [--peers PYTHON]

Steps: the same gradient descent from the same start at the same rate, on the Chebyshev columns of the same points; a
peer gets its columns before the clock starts, and ours begins with x and y alone. Every measurement is a process of its
own; parameters that differ from ours by more than 1e-9 of the largest are not timed. Models: one value and gradient of
the mean loss, which is what a step takes. The file: whole processes, from the start of the interpreter to the last
byte. Digits: against the certified values of NIST.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
from pathlib import Path
from statistics import median

import measure
from fitting_cases import DEGREE, MODELS, STEPS, child, points
from measure import MIB, Row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

SIZES = (1_000, 1_000_000)
PROMISED = 1_000_000
FILE_ROWS = 10_000_000
AGREE = 1e-9
NEAR = 1e-6  # of the optimum, for the count of steps
MOST_STEPS = 100
PEERS = {"torch": ("torch", 1 / 50), "jax": ("jax", 1 / 10)}
HALF = 0.5  # of the time of a compiled jax function, for value and gradient of a model
READING = 1.5  # times what np.loadtxt takes for the file
MODEL = "a*sin(b*x) + c"  # of the same file
NIST = measure.HERE.parent / "tests" / "golden" / "nist_polynomials.json"


# In the parent


def start(python: Sequence[str], case: str, rows: int, cap: float, env: dict[str, str]) -> dict[str, Any]:
    """Run one case in a process of its own: its figures, or why there are none."""
    command = [*python, __file__, "--child", case, str(rows)]
    printed, why = measure.capped(command, env, cap)
    if why:
        return {"why": why}
    found: dict[str, Any] = json.loads(printed)
    return found


def apart(mine: Sequence[float], theirs: Sequence[float]) -> float:
    """The largest difference, relative to the largest parameter."""
    return max(abs(a - b) for a, b in zip(mine, theirs, strict=True)) / max(map(abs, mine))


def descents(
    sizes: Sequence[int], count: int, cap: float, python: Sequence[str], missing: dict[str, str], env: dict[str, str]
) -> list[Row]:
    """So many steps of the same descent, ours beside peers."""
    lines = []
    for rows in sizes:
        mine: list[dict[str, Any]] = []
        theirs: dict[str, list[dict[str, Any]]] = {peer: [] for peer in PEERS}
        why = dict.fromkeys(missing, "peer is missing")
        for _ in range(count):
            found = start([sys.executable], "ours", rows, cap, env)
            if "why" in found:
                raise SystemExit(f"ours, {rows} rows: {found['why']}")
            mine.append(found)
            for peer in PEERS:
                if peer in why:
                    continue
                other = start(python, peer, rows, cap, env)
                if "why" not in other and not apart(found["parameters"], other["parameters"]) <= AGREE:
                    other["why"] = "its parameters are others"
                if "why" in other:
                    why[peer] = other["why"]
                theirs[peer].append(other)
        label = f"{STEPS} steps, {rows:.0e} rows".replace("e+0", "e")
        seconds = [found["seconds"] for found in mine]
        for peer, (_, target) in PEERS.items():
            promise = target if rows >= PROMISED else None
            if peer in why:
                lines.append(Row(label, in_ms(median(seconds)), peer, "-", None, promise, why=why[peer]))
                continue
            others = [found["seconds"] for found in theirs[peer]]
            ratio = measure.paired(seconds, others)
            lines.append(Row(label, in_ms(median(seconds)), peer, in_ms(median(others)), ratio, promise))
    return lines


def gradients(
    rows: int, count: int, cap: float, python: Sequence[str], missing: dict[str, str], env: dict[str, str]
) -> list[Row]:
    """Value and gradient of models, ours beside a compiled jax function; both on all cores."""
    env = {name: value for name, value in env.items() if not name.endswith("_NUM_THREADS")}
    lines = []
    for model in MODELS:
        mine, theirs, why = [], [], "peer is missing" if "jax" in missing else ""
        for _ in range(count):
            found = start([sys.executable], f"ours:{model}", rows, cap, env)
            if "why" in found:
                raise SystemExit(f"ours, {model}: {found['why']}")
            mine.append(found)
            if not why:
                other = start(python, f"jax:{model}", rows, cap, env)
                if "why" not in other and not apart(found["parameters"], other["parameters"]) <= AGREE:
                    other["why"] = "its gradient is another"
                why = other.get("why", "")
                theirs.append(other)
        label = f"{model}, {rows:.0e} rows".replace("e+0", "e")
        seconds = [found["seconds"] for found in mine]
        promise = HALF if rows >= PROMISED else None
        if why:
            lines.append(Row(label, in_ms(median(seconds)), "jax.jit", "-", None, promise, why=why))
            continue
        others = [found["seconds"] for found in theirs]
        ratio = measure.paired(seconds, others)
        lines.append(Row(label, in_ms(median(seconds)), "jax.jit", in_ms(median(others)), ratio, promise))
    return lines


def in_ms(seconds: float) -> str:
    """A time."""
    return f"{seconds * 1e3:.3g} ms"


def steps_needed(rows: int) -> list[Row]:
    """Steps until the loss is within a millionth of the optimum, in each basis, at the best constant rate."""
    import numpy as np

    from bpcli.training.polynomials import polynomial
    from bpcli.training.polynomials.fitting import Fitting
    from bpcli.training.polynomials.fitting import points as as_points

    x, y = points(rows)
    kept = as_points(x, y)
    best = Fitting(kept, DEGREE)
    for _ in best:
        pass
    optimum = best.fit.rss / rows
    found = next((step for step, loss in enumerate(best.fit.losses) if loss <= optimum * (1 + NEAR)), -1)
    lines = [Row("steps to the optimum, default basis", str(found), "limit", str(MOST_STEPS), found / MOST_STEPS, 1.0,
                 rival=False)]  # fmt: skip
    for title, basis in (
        ("raw powers", polynomial.powers(DEGREE)),
        ("powers of t", polynomial.Basis("powers", 1.0, 4.0, [(0.0, 0.0, 1.0)] * DEGREE)),
        ("orthogonal on the data", polynomial.orthogonal(x, DEGREE)),
    ):
        made = basis.columns(x)
        values, vectors = np.linalg.eigh(2 * made.T @ made / rows)
        away = vectors.T @ np.linalg.lstsq(made, y, rcond=None)[0]
        rate = 2 / (values[0] + values[-1])

        def excess(step: float, values: Any = values, away: Any = away, rate: float = rate) -> float:
            """What the loss is above the optimum: each direction shrinks by 1 - rate*curvature a step."""
            return float(np.sum(values / 2 * away**2 * np.abs(1 - rate * values) ** (2 * step)))

        high = 1
        while excess(high) > NEAR * optimum and high < 1 << 40:
            high *= 2
        low = high // 2
        while low + 1 < high:
            middle = (low + high) // 2
            low, high = (middle, high) if excess(middle) > NEAR * optimum else (low, middle)
        lines.append(Row("steps to the optimum, default basis", str(found), title, str(high), found / high,
                         rival=False))  # fmt: skip
    return lines


def through_a_file(rows: int, count: int, env: dict[str, str]) -> list[Row]:
    """`bpcli fit` of a file, whole processes, against reading it with np.loadtxt."""
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "points.csv"
        small = Path(folder) / "tenth.csv"
        x, y = points(100_000)
        text = "".join(f"{a:.6f},{b:.6f}\n" for a, b in zip(x.tolist(), y.tolist(), strict=True))
        for target, copies in ((path, rows // len(x)), (small, max(rows // len(x) // 10, 1))):
            with target.open("w") as file:
                file.write("x,y\n")
                for _ in range(max(copies, 1)):
                    file.write(text)
        fit = [sys.executable, "-m", "bpcli", "fit"]
        reading = f"import numpy as np; np.loadtxt({str(path)!r}, delimiter=',', skiprows=1)"
        done = measure.rounds(
            {
                "ours": [*fit, str(path), "--degree", str(DEGREE), "-q"],
                "tenth": [*fit, str(small), "--degree", str(DEGREE), "-q"],
                "loadtxt": [sys.executable, "-c", reading],
                "numpy": [sys.executable, "-c", "import numpy"],
                "model": [*fit, str(path), "--model", MODEL, "-q"],
                "model, tenth": [*fit, str(small), "--model", MODEL, "-q"],
            },
            env,
            count,
        )
        wrong = next((process.output for each in done.values() for process in each if process.code), "")
        seconds = {name: [process.seconds for process in each] for name, each in done.items()}
        peak = {name: max(process.peak for process in each) for name, each in done.items()}
        label = f"fit of a file, {max(rows, len(x)):.0e} rows".replace("e+0", "e")
        lines.append(
            Row(
                label,
                f"{median(seconds['ours']):.3g} s",
                "np.loadtxt",
                f"{median(seconds['loadtxt']):.3g} s",
                None if wrong else measure.paired(seconds["ours"], seconds["loadtxt"]),
                READING if rows >= FILE_ROWS else None,
                memory=f"{measure.mib(peak['ours'])} / {measure.mib(peak['loadtxt'])}",
                why=wrong.strip()[-60:],
            )
        )
        lines.append(
            Row(
                f"{MODEL} instead",
                f"{median(seconds['model']):.3g} s",
                "np.loadtxt",
                f"{median(seconds['loadtxt']):.3g} s",
                None if wrong else measure.paired(seconds["model"], seconds["loadtxt"]),
                memory=f"{measure.mib(peak['model'])}; of a tenth {measure.mib(peak['model, tenth'])}",
                why=wrong.strip()[-60:],
            )
        )
        above = peak["ours"] - peak["tenth"]
        lines.append(
            Row(
                "memory beyond that of a tenth of the rows",
                measure.mib(max(above, 0)),
                "limit",
                "16 MiB",
                None if wrong else max(above, 0) / (16 * MIB),
                1.0 if rows >= FILE_ROWS else None,
                rival=False,
                memory=f"{measure.mib(peak['ours'])} / {measure.mib(peak['numpy'])} (import numpy)",
            )
        )
    return lines


def digits_found() -> list[Row]:
    """Digits that agree with certified coefficients: ours beside numpy's scaled Polynomial.fit."""
    import numpy as np

    from bpcli import fit

    def agree(found: Any, certified: Sequence[float]) -> float:
        return min(15.0 if a == b else min(15.0, -math.log10(abs(a - b) / abs(b)))
                   for a, b in zip(found, certified, strict=True))  # fmt: skip

    lines = []
    for name, data in json.loads(NIST.read_text()).items():
        if name == "source":
            continue
        mine = agree(fit(data["x"], data["y"], data["degree"]).parameters.values(), data["parameters"])
        theirs = agree(
            np.polynomial.Polynomial.fit(data["x"], data["y"], data["degree"]).convert().coef, data["parameters"]
        )
        # More digits are better, so the ratio is theirs to ours.
        lines.append(Row(f"digits, {name}", f"{mine:.1f}", "Polynomial.fit", f"{theirs:.1f}", theirs / mine, 1.0))
    return lines


def main(words: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="one round, and a file of 1e6 rows")
    parser.add_argument("--sizes", type=lambda text: tuple(int(float(size)) for size in text.split(",")), help="rows")
    parser.add_argument("--rounds", type=int, help="how often everything is measured (3; 1 with --quick)")
    parser.add_argument("--cap", type=float, default=300.0, help="seconds after which a peer is stopped (300)")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    measure.add_peers_option(parser)
    given = parser.parse_args(words)
    if given.child:
        child(given.child[0], int(given.child[1]))
        return
    env = measure.environment()
    absent = measure.missing_modules(given.peers, [module for module, _ in PEERS.values()], env)
    missing = {name: absent[module] for name, (module, _) in PEERS.items() if module in absent}
    count = given.rounds or (1 if given.quick else 3)
    sizes = given.sizes or SIZES
    table = descents(sizes, count, given.cap, given.peers, missing, env)
    measure.print_table(f"{STEPS} steps of gradient descent, degree {DEGREE}", table)
    table += (counted := steps_needed(min(max(sizes), 20_000)))
    measure.print_table("Steps that are needed", counted)
    table += (models := gradients(max(sizes), count, given.cap, given.peers, missing, env))
    measure.print_table("Value and gradient of other models, what a step takes", models)
    rows = min(FILE_ROWS, max(given.sizes)) if given.sizes else FILE_ROWS // 10 if given.quick else FILE_ROWS
    table += (file := through_a_file(rows, count, env))
    measure.print_table("From a file to the curve, whole processes", file)
    table += (certified := digits_found())
    measure.print_table("Digits that agree with NIST, 15 at most; the ratio is theirs to ours", certified)
    measure.print_summary(table, missing)


if __name__ == "__main__":
    main()
