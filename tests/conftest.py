"""Settings of the whole suite, and two ways to run the command line: in this process, and as users do."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import bpcli
from bpcli.cli.doors import answer
from bpcli.engine.declared import remove_operation
from bpcli.ops import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    Runner = Callable[..., "Answer"]

# Examples of a property: few while one works on the code, more before a commit is taken, many at night.
for profile, examples in (("dev", 40), ("ci", 200), ("night", 4000)):
    settings.register_profile(
        profile, max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
settings.load_profile(os.environ.get("BPCLI_PROFILE", "dev"))

# What a test prints must not depend on the terminal that it was started from, or on the settings of who started it.
os.environ.update(BPCLI_CONFIG="", COLUMNS="80", LINES="40", LANG="C.UTF-8", LC_ALL="C.UTF-8", PYTHONIOENCODING="utf-8")
for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "PY_COLORS", "TERM_PROGRAM", "LANGUAGE"):
    os.environ.pop(name, None)
# A shell that starts the suite in the background has its children ignore Ctrl-C; those of the tests are to hear it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

SOURCES = Path(bpcli.__file__).parents[1]


class Answer:
    """What a command line gave: its exit code, standard output and standard error."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err

    def __repr__(self) -> str:
        return f"exit {self.code}\n{self.out}{self.err}"


def call(*words: str, stdin: str | bytes = "", straight: bool = True) -> Answer:
    """Answer a command line in this process."""
    given = stdin.encode() if isinstance(stdin, str) else stdin
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n") for _ in range(2))
    before = sys.stdin
    sys.stdin = io.TextIOWrapper(io.BytesIO(given), encoding="utf-8")
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = answer(list(words), straight=straight)
    finally:
        sys.stdin = before
    texts = []
    for stream in (out, err):
        stream.flush()
        texts.append(stream.buffer.getvalue().decode())  # type: ignore[attr-defined]
    return Answer(code, *texts)


def call_process(
    *words: str, stdin: str | bytes = "", env: Mapping[str, str] | None = None, python: Sequence[str] = ("-m", "bpcli")
) -> Answer:
    """Answer a command line in a process of its own."""
    given = stdin.encode() if isinstance(stdin, str) else stdin
    whole = {**os.environ, "PYTHONPATH": str(SOURCES), **(env or {})}
    done = subprocess.run([sys.executable, *python, *words], input=given, capture_output=True, env=whole, check=False)
    return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())


def on_terminal(*words: str, columns: int = 80, **environment: str) -> str:
    """What a terminal of so many columns is sent, errors too: a pseudo-terminal with a process in it, which must end
    well."""
    pty = pytest.importorskip("pty")
    fcntl, termios = pytest.importorskip("fcntl"), pytest.importorskip("termios")
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    known = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "TERM", "COLUMNS", "LINES")}
    process = subprocess.Popen(
        [sys.executable, "-m", "bpcli", *words], stdout=theirs, stderr=theirs, stdin=subprocess.DEVNULL,
        env={**known, "PYTHONPATH": str(SOURCES), "TERM": "xterm-256color", **environment},
    )  # fmt: skip
    os.close(theirs)
    shown = drained(ours)
    assert process.wait(60) == 0, shown
    return shown.decode().replace("\r\n", "\n")


def drained(terminal: int) -> bytes:
    """What a pseudo-terminal is sent until its process closes it; it is closed then."""
    shown = b""
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # how Linux says that nobody is left at the other end
            break
        if not piece:
            break
        shown += piece
    os.close(terminal)
    return shown


@pytest.fixture(scope="session")
def run() -> Runner:
    """`run("grad", "x^2", "--x", "3")` in this process."""
    return call


@pytest.fixture(scope="session")
def run_process() -> Runner:
    """`run_process("grad", "x^2", "--x", "3")` in a process of its own."""
    return call_process


@pytest.fixture(autouse=True)
def _operations_that_a_test_declares_go_with_it() -> Iterator[None]:
    before = {*TABLE}
    yield
    for name in {*TABLE} - before:
        remove_operation(TABLE[name])
