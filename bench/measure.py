"""What every bench needs: medians, processes in rounds, peak memory, and a table that says where we lose.

The machine is shared and noisy, so no single time means anything. A round starts everything that is
compared once, one after the other; a ratio is taken inside a round, and the table shows the median of the
ratios over the rounds.
"""

from __future__ import annotations

import importlib.util
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Sequence

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent / "src"
if importlib.util.find_spec("bpcli") is None:
    sys.path.insert(0, str(SOURCE))

MIB = 1 << 20


class Row:
    """One line of a table: something of ours against something else.

    ours, theirs: what was measured, as text
    peer:    what we are compared with; `rival` is False where that is a limit or a part of ourselves
    ratio:   ours divided by theirs, or None where there is nothing to divide by
    target:  the largest ratio that was promised, or None where nothing was; `stretch` is the goal beyond it
    memory:  peak memory as text, ours / theirs
    why:     why there is no ratio: what is missing, what ran into its cap, what gave another gradient
    """

    def __init__(
        self,
        case: str,
        ours: str,
        peer: str,
        theirs: str,
        ratio: float | None,
        target: float | None = None,
        *,
        stretch: float | None = None,
        memory: str = "",
        why: str = "",
        rival: bool = True,
    ) -> None:
        self.case = case
        self.ours = ours
        self.peer = peer
        self.theirs = theirs
        self.ratio = ratio
        self.target = target
        self.stretch = stretch
        self.memory = memory
        self.why = why
        self.rival = rival

    @property
    def met(self) -> bool:
        """Whether the target is met; a row without one has nothing to miss."""
        return self.ratio is None or self.target is None or self.ratio <= self.target

    @property
    def lost(self) -> bool:
        """Whether a peer is ahead of us, whatever was promised."""
        return self.rival and self.ratio is not None and self.ratio > 1

    @property
    def verdict(self) -> str:
        """What the ratio means, in words."""
        if self.ratio is None:
            return self.why
        words = []
        if self.target is not None:
            words.append("met" if self.met else "NOT MET")
        if self.stretch is not None and self.met:
            words.append("stretch met" if self.ratio <= self.stretch else "stretch not met")
        if self.lost:
            words.append("WE LOSE")
        return ", ".join(words)

    @property
    def promise(self) -> str:
        """The target, and the goal beyond it in brackets."""
        beyond = "" if self.stretch is None else f" ({ratio_text(self.stretch)})"
        return "" if self.target is None else f"<= {ratio_text(self.target)}{beyond}"


def ratio_text(ratio: float | None) -> str:
    """A ratio to three digits: 0.0213, 1.87, 121."""
    if ratio is None:
        return "-"
    return f"{ratio:.0f}" if ratio >= 100 else f"{ratio:.3g}"


def mib(count: float) -> str:
    """Bytes, in MiB."""
    return f"{count / MIB:.0f} MiB" if count >= 10 * MIB else f"{count / MIB:.1f} MiB"


def print_columns(title: str, head: Sequence[str], lines: Iterable[Sequence[str]]) -> None:
    """Print lines of cells in columns as wide as they need."""
    table = [head, *lines]
    widths = [max(len(line[column]) for line in table) for column in range(len(head))]
    print(f"\n{title}\n")
    for line in (head, ["-" * width for width in widths], *table[1:]):
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    sys.stdout.flush()


def print_table(title: str, rows: Sequence[Row]) -> None:
    """Print rows; the ratio is that of our figure to the one beside it."""
    print_columns(
        title,
        ("case", "ours", "against", "theirs", "ratio", "target", "verdict", "peak memory"),
        [
            (row.case, row.ours, row.peer, row.theirs, ratio_text(row.ratio), row.promise, row.verdict, row.memory)
            for row in rows
        ],
    )


def print_summary(rows: Sequence[Row], missing: dict[str, str]) -> None:
    """Say plainly what was not met, where a peer is ahead, what was not measured, and which peers are missing."""
    promised = [row for row in rows if row.ratio is not None and row.target is not None]
    print(f"\n{sum(row.met for row in promised)} of {len(promised)} targets met")
    for row in promised:
        if not row.met:
            target = f"{ratio_text(row.ratio)}, target {ratio_text(row.target)}"
            print(f"not met: {row.case} against {row.peer}: {target}")
    for row in rows:
        if row.lost:
            print(f"we lose: {row.case} against {row.peer}: {ratio_text(row.ratio)} times as long")
    for row in rows:
        if row.ratio is None and row.peer not in missing:
            print(f"not measured: {row.case} against {row.peer}: {row.why}")
    for name, reason in missing.items():
        print(f"missing: {name} ({reason}): nothing is known about it from this run")
    sys.stdout.flush()


# Interpreters


def environment() -> dict[str, str]:
    """The environment of every child: byte code is kept, output is buffered, and bpcli can be imported.

    Without kept byte code every start would compile what it imports, and measure that.
    """
    changed = {key: value for key, value in os.environ.items() if key not in DROPPED}
    if subprocess.run([sys.executable, "-c", "import bpcli"], env=changed, capture_output=True).returncode:
        changed["PYTHONPATH"] = os.pathsep.join(filter(None, (str(SOURCE), changed.get("PYTHONPATH"))))
    # One thread each: the peers are asked for scalars, and spinning threads only disturb the neighbours.
    return changed | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


DROPPED = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PYTHONPROFILEIMPORTTIME")


def add_peers_option(parser: argparse.ArgumentParser) -> None:
    """`--peers PYTHON`: where to look for the peers, unless they are beside us."""
    parser.add_argument(
        "--peers",
        metavar="PYTHON",
        type=shlex.split,
        default=[sys.executable],
        help="the interpreter that has the peers installed (default: this one)",
    )


def missing_modules(python: Sequence[str], modules: Iterable[str], env: dict[str, str]) -> dict[str, str]:
    """Module -> why that interpreter cannot import it, for those that it cannot."""
    missing = {}
    for module in modules:
        # Importing torch takes a second; finding it does not.
        program = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({module!r}) is None)"
        try:
            code = subprocess.run([*python, "-c", program], env=env, capture_output=True).returncode
        except OSError as error:
            missing[module] = f"the interpreter does not start: {error.strerror}"
            continue
        if code:
            missing[module] = "not installed for that interpreter"
    return missing


# Whole processes


class Process:
    """One finished process: seconds, bytes at its peak (0 where the system does not tell), exit code, output."""

    def __init__(self, seconds: float, peak: int, code: int, output: str) -> None:
        self.seconds = seconds
        self.peak = peak
        self.code = code
        self.output = output


def run_process(command: Sequence[str], env: dict[str, str]) -> Process:
    """Start a command, read all that it prints, and wait for its end."""
    began = time.perf_counter()
    # Without close_fds the child is spawned and not forked, which costs the same however large we are.
    child = subprocess.Popen(
        command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, close_fds=False
    )
    assert child.stdout is not None
    output = child.stdout.read()
    child.stdout.close()
    peak = 0
    if hasattr(os, "wait4"):
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    else:
        child.wait()
    return Process(time.perf_counter() - began, peak, child.returncode, output.decode(errors="replace"))


def capped(command: Sequence[str], env: dict[str, str], cap: float) -> tuple[str, str]:
    """What a command prints and "", or "" and why it printed nothing: it failed, or was stopped after `cap` seconds."""
    try:
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=cap)
    except subprocess.TimeoutExpired:
        return "", f"> {cap:g} s (cap)"
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [""])[-1][:60]
        return "", f"failed: {said or f'exit code {done.returncode}'}"
    return done.stdout, ""


def rounds(commands: dict[str, Sequence[str]], env: dict[str, str], count: int) -> dict[str, list[Process]]:
    """Every command once a round, in the same order; one round more is run first and thrown away."""
    done: dict[str, list[Process]] = {name: [] for name in commands}
    for number in range(count + 1):
        for name, command in commands.items():
            process = run_process(command, env)
            if number:
                done[name].append(process)
    return done


def paired(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the ratios, each taken inside its round."""
    return median(our / their for our, their in zip(ours, theirs, strict=True))


# Inside a process

# Processor time: what others do on the machine makes a wall clock tell nothing, and all that is compared
# here runs on one thread.
clock = time.process_time


def peak_bytes() -> int:
    """The most memory that this process has held so far; 0 where the system does not tell."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    try:
        import resource
    except ImportError:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def repeat(work: Callable[[], object], budget: float, most: int = 9, least: int = 1) -> float:
    """The median time of a call in seconds: as many calls as the budget of seconds allows, within limits."""
    times: list[float] = []
    while len(times) < least or (len(times) < most and sum(times) < budget):
        began = clock()
        result = work()
        times.append(clock() - began)
        del result  # a million nodes take a while to go; that is nobody's gradient
    return median(times)
