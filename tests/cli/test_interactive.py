"""`--interactive`: one key, one step; back too; and the keys of a real terminal."""

from __future__ import annotations

import os
import select
import sys
import time
from pathlib import Path

import pytest

import bpcli
from bpcli.cli.interactive import KEYS, step_through
from bpcli.language.reader import parse
from bpcli.render.frames import frames
from bpcli.tracing.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

AT = {"x": 2.0, "w": 3.0}


def screens(keys: list[str], capsys: pytest.CaptureFixture[str], mode: str = "reverse") -> list[str]:
    """What stood on the screen before each key, for the flagship."""
    waiting = iter(keys)
    shown = []

    def key() -> str:
        shown.append(capsys.readouterr().out)
        return next(waiting, "q")

    assert step_through(record(parse("(x+w)*w"), AT, mode=mode), 6, key) == 0
    return shown


def test_each_key_shows_one_step_more(capsys: pytest.CaptureFixture[str]) -> None:
    start, *steps = screens([" "] * 8, capsys)
    assert "2 operations" in start and "Forward" not in start
    assert [screen.count("->") for screen in steps[2:6]] == [2, 3, 4, 5]  # one of them in the line of keys
    assert "2 + 3" in steps[0] and "5 * 3" not in steps[0]
    assert "5 * 3" in steps[1]
    assert "dy/dw = 5 + 3 = 8 (2 of 2)" not in steps[4] and "dy/dw = 5 + 3 = 8 (2 of 2)" in steps[5]
    assert "Paths from w to y" in steps[6]
    assert "dy/dx = 3    dy/dw = 8" in steps[7]


def test_back_first_and_last(capsys: pytest.CaptureFixture[str]) -> None:
    one, two, three, back, last, first = screens([" ", "\x1b[C", "\x1b[D", "G", "g"], capsys)
    assert (three, back, first) != (two, two, three)
    assert back == two and first == one
    assert "dy/dx = 3    dy/dw = 8" in last


def test_a_step_before_the_first_stays_there_and_one_after_the_last_ends(capsys: pytest.CaptureFixture[str]) -> None:
    one, still, *_ = screens(["b", "b"], capsys)
    assert one == still
    assert len(screens([" "] * 50, capsys)) == len(frames(record(parse("(x+w)*w"), AT)))


def test_other_keys_do_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert "x" not in KEYS
    one, still = screens(["x"], capsys)
    assert one == still


def test_forward_mode_goes_upwards_input_by_input(capsys: pytest.CaptureFixture[str]) -> None:
    shown = screens([" "] * 20, capsys, mode="forward")
    assert any("Tangents along x" in screen and "dy/dx = 3" in screen for screen in shown)
    assert "dy/dw = 3 + 5 = 8 (2 of 2)" in shown[-2]


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    pty = pytest.importorskip("pty")
    pid, descriptor = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm", COLUMNS="80", LINES="40", PYTHONPATH=str(Path(bpcli.__file__).parents[1]))
        words = ["trace", "(x+w)*w", "--x", "2", "--w", "3", "--interactive"]
        os.execv(sys.executable, [sys.executable, "-m", "bpcli", *words])
    yield pid, descriptor
    os.close(descriptor)


def read_until(descriptor: int, wanted: str, seconds: float = 20) -> str:
    shown, end = "", time.monotonic() + seconds
    while wanted not in shown:
        ready, _, _ = select.select([descriptor], [], [], max(end - time.monotonic(), 0))
        assert ready, f"{wanted!r} was not shown: {shown!r}"
        shown += os.read(descriptor, 4096).decode(errors="replace")
    return shown


def test_a_real_terminal_sends_arrows_and_is_left_as_it_was(terminal: tuple[int, int]) -> None:
    pid, descriptor = terminal
    read_until(descriptor, "step 1 of 9")
    os.write(descriptor, b" ")
    read_until(descriptor, "step 2 of 9")
    os.write(descriptor, b"\x1b[C")
    read_until(descriptor, "step 3 of 9")
    os.write(descriptor, b"\x1b[D")
    read_until(descriptor, "step 2 of 9")
    os.write(descriptor, b"q")
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0
