"""A model that is stored while it is trained, so that a run that is killed goes on from there."""

from __future__ import annotations

import time

from bpcli.cli.output import tell
from bpcli.errors import FileError
from bpcli.files import write_whole
from bpcli.render.trainings.words import said
from bpcli.training.stored.saved import write_model

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

HEADER = "step,loss,rate,validation\n"  # of a log
SECONDS = 5.0  # between two of them
SHARE = 20.0  # times as long as the last one took to write, at least


class Checkpoint:
    """Stores a model every so many steps, or every few seconds: rarely enough to cost a twentieth of the time at most.

    every: steps; 0 for seconds
    log:   where the losses so far are written too, and their lines
    """

    def __init__(
        self,
        path: str,
        every: int,
        content: Callable[[], dict[str, Any]],
        log: tuple[str, Callable[[], Iterable[str]]] | None = None,
        language: str = "en",
    ) -> None:
        self.log = log
        self.language = language
        self.path = path
        self.every = every
        self.content = content
        self.due = time.monotonic() + SECONDS
        self.failing = False

    def look(self, number: int) -> None:
        """Store the model where it is due before the turn of this number; that it cannot be written is told once."""
        if number % self.every if self.every else time.monotonic() < self.due:
            return
        began = time.monotonic()
        try:
            if self.log is not None:
                # Before the model: steps that the model does not know are dropped later, lost ones would be missed.
                path, lines = self.log
                write_log(path, lines())
            write_model(self.path, self.content())
            self.failing = False
        except FileError as error:
            # Hours of training are not thrown away for want of room on a disk that may have some again.
            if not self.failing:
                told = said("not stored", self.language, reason=error.said(self.language))
                tell(said("warning", self.language, text=told))
            self.failing = True
        ended = time.monotonic()
        self.due = ended + max(SECONDS, SHARE * (ended - began))


def write_log(path: str, lines: Iterable[str]) -> None:
    """Write the lines of a log below its header, whole or not at all. Raises FileError."""
    try:
        write_whole(path, [HEADER, *lines])
    except OSError as error:
        raise FileError("file-unwritable", file=path, reason=(error.strerror or str(error)).lower()) from None


def is_log(path: str) -> bool:
    """Whether a file is a log, or there is none."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.readline() == HEADER
    except FileNotFoundError:
        return True
    except (OSError, UnicodeDecodeError):
        return False


def earlier_lines(path: str, number: int) -> list[str]:
    """The lines of a log that a training wrote before the step of this number; none where there is no log."""
    try:
        with open(path, encoding="utf-8") as file:
            return [line for line in list(file)[1:] if int(line.partition(",")[0]) < number]
    except (OSError, ValueError):
        return []
