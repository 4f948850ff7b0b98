"""`--interactive`: one key, one step; back too; and the keys of a real terminal."""

from __future__ import annotations

import os
import select
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import bpcli
from bpcli.cli.interactive import KEYS, step_through
from bpcli.language.reader import parse
from bpcli.render.frames import frames
from bpcli.render.words import phrase
from bpcli.tracing.record import record
from conftest import call

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
    assert "2 operations" in start and "2 + 3" not in start
    assert [screen.count("->") for screen in steps[2:6]] == [2, 3, 4, 5]  # one of them in the line of keys
    assert "2 + 3" in steps[0] and "5 * 3" not in steps[0]
    assert "5 * 3" in steps[1]
    assert "dy/dw = 5 + 3 = 8 (2 of 2)" not in steps[4] and "dy/dw = 5 + 3 = 8 (2 of 2)" in steps[5]
    assert "Paths from w to y" in steps[6]
    assert "dy/dx = 3    dy/dw = 8" in steps[7]


def test_the_first_screen_has_the_graph_what_is_ahead_and_the_keys(capsys: pytest.CaptureFixture[str]) -> None:
    (start,) = screens([], capsys)
    # Boxes without values: nothing has been computed yet.
    assert "a = x + w" in start and "y = a*w" in start and "= 5" not in start
    told = " ".join(start.split())
    assert "Ahead: Forward, 2 rows; Backward, 4 rows; Paths from w to y; the result." in told
    assert "q, Esc" in told


def test_a_graph_that_is_too_high_for_the_screen_is_told_line_by_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINES", "15")
    (start,) = screens([], capsys)
    assert "  a = x + w\n  y = a * w\n" in start and "│" not in start


def test_back_first_and_last(capsys: pytest.CaptureFixture[str]) -> None:
    one, two, three, back, last, first = screens([" ", "\x1b[C", "\x1b[D", "G", "g"], capsys)
    assert (three, back, first) != (two, two, three)
    assert back == two and first == one
    assert "dy/dx = 3    dy/dw = 8" in last


def test_a_step_before_the_first_or_after_the_last_stays_there(capsys: pytest.CaptureFixture[str]) -> None:
    one, still, *_ = screens(["b", "b"], capsys)
    assert one == still
    *_, last, after = screens([" "] * 50, capsys)
    assert last == after
    assert "dy/dx = 3    dy/dw = 8" in last
    assert len(frames(record(parse("(x+w)*w"), AT))) == 9


def test_home_end_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    start, last, help_, first = screens(["\x1b[4~", "?", "\x1b[1~"], capsys)
    assert "dy/dx = 3    dy/dw = 8" in last
    assert "last: G, End" in help_
    assert first == start


def test_each_step_is_told_in_words_and_values_stay_in_sight(capsys: pytest.CaptureFixture[str]) -> None:
    waiting = iter([" "] * 8)
    shown = []

    def key() -> str:
        shown.append(" ".join(capsys.readouterr().out.split()))
        return next(waiting, "q")

    step_through(record(parse("(x+w)*w"), AT), 6, key, explain="normal", said=["claim dy/dw = 5: wrong"])
    assert "so far: a = 5, y = 15" in shown[3]
    narrated = " ".join(call("trace", "(x+w)*w", "--x", "2", "--w", "3", "--explain", "normal").out.split())
    told = narrated.partition("y -> a: ")[2].partition(" 2 y -> w")[0]
    assert told
    assert told in shown[3]
    assert "claim dy/dw = 5: wrong" in shown[-1]


def test_steps_of_arrays_are_told_in_words_too() -> None:
    """By hand: W x = [5, 11], and what comes back to x adds up the columns of W."""
    given = {"W": np.array([[1.0, 2], [3, 4]]), "x": np.array([1.0, 2])}
    shown = frames(record(parse("sum(W@x)"), given), explain="brief")
    # The start and the inputs come first; the way back begins after two steps up.
    told = [frame.lines for frame in shown[2:-1]]
    assert "turned, times g: dy/dx = W.T @ g = [4, 6], (2, 2) @ (2,) -> (2,)" in told[4][0]
    assert all(told[2:])


@pytest.mark.parametrize(("language", "columns"), [("en", 60), ("zh", 60), ("zh", 40)])
def test_the_keys_are_kept_apart_where_they_take_two_lines(
    language: str, columns: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    step_through(record(parse("(x+w)*w"), AT), 6, iter([" ", "q"]).__next__, language=language)
    last = capsys.readouterr().out.rstrip().splitlines()[-4:]
    keys = phrase("keys", language).split("   ")
    assert [key for line in last for key in line.rstrip().split("   ") if key in keys] == keys


@pytest.mark.parametrize("other", [("--lens", "flow"), ("--format", "md"), ("--json",), ("--repeat", "2")])
def test_what_the_screen_does_not_show_is_refused(other: tuple[str, ...]) -> None:
    answer = call("trace", "(x+w)*w", "--x", "2", "--w", "3", "--interactive", *other)
    assert answer.code == 2
    assert "--interactive shows the steps" in answer.err


def test_a_long_trace_makes_its_frames_as_they_are_shown() -> None:
    """20 001 steps, `a0 = x` among them, each there and back: the first frame needs no row, and none needs all."""
    text = "a0 = x; " + "; ".join(f"a{place} = sin(a{place - 1})" for place in range(1, 20_001))
    shown = frames(record(parse(text), {"x": 0.5}), explain="brief")
    assert len(shown) == 40_004
    middle = shown[15_000]
    assert middle.table is not None
    assert (middle.table.count, middle.above, middle.place) == (100, 14_900, 15_001)
    assert [*middle.table.rows][-1][0] == "15000"


def test_other_keys_do_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert "x" not in KEYS
    one, still = screens(["x"], capsys)
    assert one == still


def test_forward_mode_goes_upwards_input_by_input(capsys: pytest.CaptureFixture[str]) -> None:
    shown = screens([" "] * 20, capsys, mode="forward")
    assert any("Tangents along x" in screen and "dy/dx = 3" in screen for screen in shown)
    assert any("dy/dw = 3 + 5 = 8 (2 of 2)" in screen for screen in shown)


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    pty = pytest.importorskip("pty")
    pid, descriptor = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm", COLUMNS="80", LINES="40", PYTHONPATH=str(Path(bpcli.__file__).parents[1]))
        words = ["trace", "(x+w)*w", "--x", "2", "--w", "3", "--interactive", "--claim", "w=5"]
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
    os.write(descriptor, b"\x1bOF")
    read_until(descriptor, "step 9 of 9")
    os.write(descriptor, b"q")
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 1  # the claim is wrong, and that is said
