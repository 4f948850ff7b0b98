"""How long a command takes from the shell, as a multiple of `python -c pass`.

    python bench/startup.py [--rounds N] [--peers PYTHON]

Whole processes, from the start to the last byte of output. Peers are the shortest program of each that
prints the same gradient.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from statistics import median

import measure
from measure import Process, Row, mib, paired

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

POINT = ["(x+w)*w", "--x", "2", "--w", "3"]  # the gradient is 3 and 8

# case -> words after `bpcli`, most times the base, the goal beyond that, and what the answer must mention
OURS: dict[str, tuple[list[str], float, float | None, tuple[str, ...]]] = {
    "--version": (["--version"], 6, 2, ("bpcli",)),
    "eval -q": (["eval", *POINT, "-q"], 6, 2, ("15",)),
    "grad -q": (["grad", *POINT, "-q"], 6, 2, ("x=3", "w=8")),
    "grad --json": (["grad", *POINT, "--json"], 6, 2, ('"x": 3', '"w": 8')),
    "grad plain": (["grad", *POINT, "--format", "plain"], 6, 2, ("3", "8")),
    "grad rich": (["grad", *POINT, "--format", "rich"], 9, 6, ("3", "8")),
    "trace rich": (["trace", *POINT, "--format", "rich"], 9, 6, ("3", "8")),
    "--help": (["--help"], 12, None, ("grad",)),
}

# peer -> the program, and the most of its time that `grad -q` may take (None: nothing was promised)
PROGRAMS: dict[str, tuple[str, float | None]] = {
    "sympy": (
        "import sympy as s; x, w = s.symbols('x w'); y = s.sympify('(x+w)*w', locals={'x': x, 'w': w}); "
        "print(*[y.diff(v).subs({x: 2, w: 3}) for v in (x, w)])",
        0.25,
    ),
    "jax": ("import jax; print(*jax.grad(lambda x, w: (x+w)*w, argnums=(0, 1))(2., 3.))", 0.12),
    "torch": (
        "import torch as t; x, w = (t.tensor(v, requires_grad=True) for v in (2., 3.)); ((x+w)*w).backward(); "
        "print(x.grad.item(), w.grad.item())",
        0.06,
    ),
    "casadi": (
        "import casadi as c; x, w = c.SX.sym('x'), c.SX.sym('w'); v = c.vertcat(x, w); "
        "print(c.Function('g', [v], [c.gradient((x+w)*w, v)])([2, 3]))",
        None,
    ),
    "autograd": ("from autograd import grad; print(*[grad(lambda x, w: (x+w)*w, i)(2., 3.) for i in (0, 1)])", None),
    "micrograd": (
        "from micrograd.engine import Value; x, w = Value(2.), Value(3.); ((x+w)*w).backward(); print(x.grad, w.grad)",
        None,
    ),
}
MODULES = {name: name for name in PROGRAMS}  # peer -> the module that it needs
GIAC = ["giac", "subst(grad((x+w)*w,[x,w]),[x=2,w=3])"]
GIAC_TARGET = 1.0
SAME = "grad -q"  # the case of ours that the peers are compared with


def wrong(process: Process, mentions: Sequence[str]) -> str:
    """What is wrong with a process whose time should be trusted; empty where nothing is."""
    if process.code:
        last = (process.output.strip().splitlines() or ["no output"])[-1]
        return f"exit code {process.code}: {last[:80]}"
    if not all(mention in process.output for mention in mentions):
        return f"unexpected answer: {process.output.strip()[:60]}"
    return ""


def peak(processes: list[Process]) -> str:
    """The median peak of a command; a child cannot show less than the process that started it held."""
    bytes_used = median(process.peak for process in processes)
    if not bytes_used:
        return ""
    floor = measure.peak_bytes()
    return mib(bytes_used) if bytes_used > 1.02 * floor else f"< {mib(floor)}"


def measured(count: int, python: Sequence[str]) -> tuple[list[Row], list[Row], dict[str, str]]:
    """Our commands against the base, `grad -q` against the peers, and the peers that are missing."""
    env = measure.environment()
    absent = measure.missing_modules(python, MODULES.values(), env)
    missing = {name: absent[module] for name, module in MODULES.items() if module in absent}
    commands: dict[str, Sequence[str]] = {"base": [sys.executable, "-c", "pass"]}
    mentions: dict[str, tuple[str, ...]] = {"base": ()}
    for case, (words, _, _, answer) in OURS.items():
        commands[case] = [sys.executable, "-m", "bpcli", *words]
        mentions[case] = answer
    for name, (program, _) in PROGRAMS.items():
        if name not in missing:
            commands[name] = [*python, "-c", program]
            mentions[name] = ("3", "8")
    targets = {name: target for name, (_, target) in PROGRAMS.items()} | {"giac": GIAC_TARGET}
    if shutil.which(GIAC[0]):
        commands["giac"], mentions["giac"] = GIAC, ("3", "8")
    else:
        missing["giac"] = "no such command"

    done = measure.rounds(commands, env, count)
    faults = {name: wrong(processes[-1], mentions[name]) for name, processes in done.items()}
    seconds = {name: [process.seconds for process in processes] for name, processes in done.items()}

    def milliseconds(name: str) -> str:
        return f"{median(seconds[name]) * 1000:.1f} ms"

    def row(
        case: str, other: str, label: str, target: float | None, stretch: float | None, memory: str, rival: bool
    ) -> Row:
        fault = faults[case] or faults[other]
        ratio = None if fault else paired(seconds[case], seconds[other])
        return Row(
            case, milliseconds(case), label, milliseconds(other), ratio, target,
            stretch=stretch, memory=memory, why=fault, rival=rival,
        )  # fmt: skip

    own = [
        row(case, "base", "python -c pass", target, stretch, peak(done[case]), False)
        for case, (_, target, stretch, _) in OURS.items()
    ]
    peers = []
    for name, target in targets.items():
        if name in missing:
            peers.append(Row(SAME, milliseconds(SAME), name, "-", None, target, why="peer is missing"))
        else:
            peers.append(row(SAME, name, name, target, None, f"{peak(done[SAME])} / {peak(done[name])}", True))
    return own, peers, missing


def main(words: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=11, help="how often every command is started (11)")
    measure.add_peers_option(parser)
    given = parser.parse_args(words)
    own, peers, missing = measured(given.rounds, given.peers)
    measure.print_table("Start-up of whole processes, against an interpreter that does nothing", own)
    measure.print_table("The same gradient by the shortest program of each peer", peers)
    measure.print_summary([*own, *peers], missing)


if __name__ == "__main__":
    main()
