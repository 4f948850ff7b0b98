"""What a terminal shows while a training runs: progress, the loss so far, and the flow of the gradient."""

from __future__ import annotations

import sys
import time

from bpcli.render.trainings.live import Moment, moment_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, TypeVar

    Step = TypeVar("Step")

PATIENCE = 0.5  # seconds of work before anything appears
PAUSE = 0.1  # between two pictures


def watched(
    steps: Iterator[Step], moment: Callable[[Step], Moment], language: str, told: int = 0
) -> Iterator[Step]:
    """The steps; once they take a while, a table on a terminal of where the last of them stands, which vanishes at the
    end.

    moment: what is to be shown of a step
    told:   first steps that are told otherwise
    """
    if not sys.stderr.isatty():
        yield from steps
        return
    began = shown = time.monotonic()
    live: Any = None
    try:
        for place, step in enumerate(steps):
            now = time.monotonic()
            if live is None and now - began > PATIENCE and place >= told:
                from rich.console import Console
                from rich.live import Live

                # What is printed goes where it would go without: standard output may be a file.
                live = Live(console=Console(stderr=True), auto_refresh=False, transient=True,
                            redirect_stdout=False, redirect_stderr=False)  # fmt: skip
                live.start()
            if live is not None and now - shown > PAUSE:
                from rich.text import Text

                width = live.console.width - 1
                live.update(Text("\n".join(moment_lines(moment(step), width, language))), refresh=True)
                shown = now
            yield step
    finally:
        if live is not None:
            live.stop()
