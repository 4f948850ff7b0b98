"""`bpcli trace --interactive`: step through both passes, key by key, and back again."""

from __future__ import annotations

import sys
from contextlib import contextmanager

from bpcli.errors import DONE, InputError
from bpcli.render.frames import frames
from bpcli.render.languages import ENGLISH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bpcli.tracing.record import Trace

NEXT, BACK, FIRST, LAST, HELP, QUIT = "next", "back", "first", "last", "help", "quit"
KEYS = {
    " ": NEXT, "\r": NEXT, "\n": NEXT, "n": NEXT, "j": NEXT, "l": NEXT, "\x1b[C": NEXT, "\x1b[B": NEXT, "\x1b[6~": NEXT,
    "b": BACK, "p": BACK, "k": BACK, "h": BACK, "\x7f": BACK, "\b": BACK, "\x1b[D": BACK, "\x1b[A": BACK,
    "\x1b[5~": BACK, "g": FIRST, "\x1b[H": FIRST, "G": LAST, "\x1b[F": LAST,
    "\x1b[1~": FIRST, "\x1b[7~": FIRST, "\x1bOH": FIRST, "\x1b[4~": LAST, "\x1b[8~": LAST, "\x1bOF": LAST, "?": HELP,
    "q": QUIT, "Q": QUIT, "\x1b": QUIT, "\x03": QUIT, "\x04": QUIT, "": QUIT,
}  # fmt: skip


def step_through(
    trace: Trace,
    digits: int,
    key: Callable[[], str] | None = None,
    language: str = ENGLISH,
    explain: str = "",
    said: Sequence[str] = (),
) -> int:
    """Show the frames of a trace one by one as keys are pressed; the exit code.

    explain: the level at which each step is told in words too
    said:    what stands below the result

    Raises InputError where there is no terminal to show them on.
    """
    if key is not None:
        return _shown(trace, digits, key, language, explain, said)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise InputError("needs-terminal")
    with keyboard() as read:
        return _shown(trace, digits, read, language, explain, said)


def _shown(
    trace: Trace, digits: int, key: Callable[[], str], language: str, explain: str, said: Sequence[str]
) -> int:
    from bpcli.render.terminal import show_frame
    from bpcli.render.words import phrase

    shown = frames(trace, digits, language, explain, said)
    place, help_ = 0, False
    while True:
        told = "keys" if place and not help_ else "all keys"
        show_frame(trace, shown[place], digits, phrase(told, language), language)
        move = KEYS.get(key())
        help_ = move == HELP
        if move == QUIT:
            return DONE
        last = len(shown) - 1
        place = {NEXT: min(place + 1, last), BACK: max(place - 1, 0), FIRST: 0, LAST: last}.get(move or "", place)


@contextmanager
def keyboard() -> Iterator[Callable[[], str]]:
    """Keys as they are pressed, without waiting for a line; the terminal is left as it was."""
    try:
        import termios
        import tty
    except ImportError:  # a system without terminals of this kind: a key is a line
        yield lambda: sys.stdin.readline()[:1]
        return
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        # Not flushed: what was typed ahead counts.
        tty.setcbreak(descriptor, termios.TCSADRAIN)
        yield lambda: read_key(descriptor)
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def read_key(descriptor: int) -> str:
    """The next key, as the characters that the terminal sends for it."""
    import os
    import select

    data = os.read(descriptor, 1)
    # An arrow is an escape and two or three more, which follow at once.
    while data.startswith(b"\x1b") and len(data) < 6 and select.select([descriptor], [], [], 0.05)[0]:
        data += os.read(descriptor, 1)
        if (data[-1:].isalpha() and data != b"\x1bO") or data[-1:] == b"~":
            break
    return data.decode("utf-8", errors="replace")
