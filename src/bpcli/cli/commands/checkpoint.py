"""A model that is stored while it is trained, so that a run that is killed goes on from there."""

from __future__ import annotations

import time

from bpcli.errors import FileError
from bpcli.training.saved import write_model

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

SECONDS = 5.0  # between two of them
SHARE = 20.0  # times as long as the last one took to write, at least


class Checkpoint:
    """Stores a model every so many steps, or every few seconds: rarely enough to cost a twentieth of the time at most.

    every: steps; 0 for seconds
    """

    def __init__(self, path: str, every: int, content: Callable[[], dict[str, Any]]) -> None:
        self.path = path
        self.every = every
        self.content = content
        self.due = time.monotonic() + SECONDS
        self.failed: FileError | None = None

    def look(self, number: int) -> None:
        """Store the model where it is due before the turn of this number. What cannot be written is kept for later."""
        if number % self.every if self.every else time.monotonic() < self.due:
            return
        began = time.monotonic()
        try:
            write_model(self.path, self.content())
        except FileError as error:
            # Hours of training are not thrown away for want of room on a disk that may have some again.
            self.failed = error
        ended = time.monotonic()
        self.due = ended + max(SECONDS, SHARE * (ended - began))
