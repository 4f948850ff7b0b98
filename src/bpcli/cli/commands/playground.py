"""`bpcli train --demo circle`: a small network learns points of two classes, and its boundary is drawn as it moves."""

from __future__ import annotations

import sys
import time

from bpcli.cli.commands.training import free_name
from bpcli.cli.output import chosen_format, say, tell, write, write_json
from bpcli.cli.settings import count_widths, language
from bpcli.cli.work import positive, whole
from bpcli.errors import DONE, INTERRUPTED, NUMERIC_FAILURE, FileError, InputError
from bpcli.files import write_whole
from bpcli.numbers import DIGITS, show
from bpcli.render.languages import texts
from bpcli.render.trainings import boundary
from bpcli.render.trainings.boundary import Frame
from bpcli.render.trainings.document import outcome_dict
from bpcli.render.trainings.results import note_text, quiet_lines
from bpcli.render.trainings.words import said
from bpcli.training.demos import EDGE, points_of, program_of, said_at, square
from bpcli.training.lesson import flow_of
from bpcli.training.models.tensors import TensorLoss, TensorModel
from bpcli.training.setting import Setting
from bpcli.training.stored.saved import saved_training, write_model
from bpcli.training.training import Training

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bpcli.cli.arguments import Request
    from bpcli.training.loop.turns import Turn

STEPS, RATE = 400, 0.03
GRID = 40  # cells of a side
FRAMES = 40  # that a page plays
BETWEEN = 0.05  # seconds between two pictures on a terminal
OPTIONS = frozenset(
    (
        "demo", "seed", "steps", "lr", "optimizer", "batch", "lang", "ambiguous", "format", "json", "digits", "html",
        "save",
    )
)


class Playground:
    """A training on the points of a demo, watched."""

    def __init__(self, name: str, options: dict[str, str]) -> None:
        """Raises InputError for an unknown name or option."""
        seed = whole(options, "seed", 0, 10**9) or 0
        self.points, self.classes = points_of(name, seed)
        steps = whole(options, "steps", 0, 10**6)
        rate = None if options.get("lr") == "auto" else positive(options, "lr")
        optimizer = options.get("optimizer", "adam")
        if rate is None and "lr" not in options and optimizer in ("adam", "adamw", "rmsprop"):
            rate = RATE
        self.text = program_of(name)
        self.steps = STEPS if steps is None else steps
        self.training = Training(
            Setting(
                self.text, True, loss="", constants={"X": self.points, "t": self.classes}, optimizer=optimizer,
                rate=rate, steps=self.steps, batch=whole(options, "batch", 1, 10**6) or 0, seed=seed,
            ),
            {},
        )  # fmt: skip
        self.grid = square(GRID)
        self.frames: list[Frame] = []

    def frame(self, turn: Turn) -> Frame:
        """The moment of a turn: everything in it is computed at the parameters of that turn."""
        model, loss = self.training.model, self.training.loss
        assert isinstance(model, TensorModel) and isinstance(loss, TensorLoss)
        said = said_at(model, turn.parameters, self.grid).reshape(GRID, GRID).tolist()
        (accuracy,) = loss.values(turn.parameters, [model.program.names["accuracy"]])
        flow = [(each.name, each.gradient) for each in flow_of(model, turn)]
        return Frame(turn.number, turn.loss, float(accuracy), said, flow)

    def turns(self) -> Iterator[tuple[Turn, bool]]:
        """The turns, and whether each is one that a page shows: the first ones, then rarer ones, and the last."""
        following = 0.0
        for turn in self.training:
            kept = turn.number >= following or bool(turn.stopped)
            if kept:
                following = turn.number + max(1.0, self.steps / FRAMES * min(1.0, (turn.number + 4) / 40))
                self.frames.append(self.frame(turn))
            yield turn, kept


def run_demo(request: Request) -> int:
    """Train, draw, and store the page where one was asked for; the exit code."""
    options = request.options
    for name in (*options, *request.several):
        if name not in OPTIONS:
            raise InputError("not-with-demo", option=name)
    if request.text is not None or request.values:
        raise InputError("demo-and-data")
    count_widths(options)
    form = chosen_format(options.get("format", ""), "json" in options)
    tongue = language(options) if form != "json" or "lang" in options else "en"
    words = texts(tongue, "PLAYGROUND")
    digits = whole(options, "digits", 1, 17) or DIGITS
    ground = Playground(options["demo"], options)
    outcome = ground.training.outcome
    talks = form != "json" and not request.quiet
    if talks:
        for line in ground.text.splitlines():
            say(line)
        write([""])
    live = talks and form == "rich" and sys.stdout.isatty()
    try:
        if live:
            _watch(ground, words, digits)
        else:
            for _ in ground.turns():
                pass
    except KeyboardInterrupt:
        ground.training.interrupt()
        if not ground.frames:
            raise  # there is nothing yet to be kept
    if talks and not live:
        _draw(ground, words, digits)
    for note in outcome.notes:
        # What stands in the way of learning; that it could go on is no news.
        if note.kind != "not converged" and form != "json":
            (say if talks else tell)(said("warning", tongue, text=note_text(note, tongue)))
    if form == "json":
        write_json(outcome_dict(outcome))
    elif request.quiet:
        write(quiet_lines(outcome, whole(options, "digits", 1, 17)))
    if "html" in options:
        told = _stored(ground, options["html"], options["demo"], tongue)
        (say if talks else tell)(told)
    interrupted = outcome.stopped == "interrupted"
    path = options.get("save") or (free_name() if interrupted else None)
    if path is not None and outcome.stopped != "diverged":
        write_model(path, saved_training(ground.training, {}))
        unasked = "" if "save" in options else " unasked"
        key = f"kept by a demo{unasked}" if interrupted else "saved"
        (say if talks else tell)(said(key, tongue, file=path))
    if outcome.stopped == "diverged":
        return NUMERIC_FAILURE
    return INTERRUPTED if interrupted else DONE


def _caption(frame: Frame, words: Mapping[str, str], digits: int) -> str:
    return (
        f"{words['step']} {frame.step}    {words['loss']} {show(frame.loss, digits)}    "
        f"{words['accuracy']} {show(frame.accuracy, digits)}"
    )


def _watch(ground: Playground, words: Mapping[str, str], digits: int) -> None:
    """The square on a terminal, drawn anew as the network learns."""
    from rich.console import Console, Group
    from rich.live import Live
    from rich.text import Text

    def drawn(frame: Frame) -> Group:
        points, classes, caption = ground.points.tolist(), ground.classes.tolist(), Text(_caption(frame, words, digits))
        if colourless:
            lines = boundary.plain_lines(frame, points, classes, EDGE)
            return Group(Text("\n".join(lines)), caption, Text(words["key in plain text"]))
        return Group(boundary.picture(frame, points, classes, EDGE), caption, Text(words["key"], style="dim"))

    console = Console()
    colourless = console.no_color or console.color_system is None
    last = 0.0
    with Live(console=console, auto_refresh=False) as live:
        for turn, _ in ground.turns():
            now = time.monotonic()
            if now - last > BETWEEN or turn.stopped:
                frame = ground.frames[-1] if ground.frames[-1].step == turn.number else ground.frame(turn)
                live.update(drawn(frame), refresh=True)
                last = now


def _draw(ground: Playground, words: Mapping[str, str], digits: int) -> None:
    """Three moments one below the other: the start, the way, the end."""
    frames = ground.frames
    for frame in dict.fromkeys((frames[0], frames[len(frames) // 2], frames[-1])):
        write([_caption(frame, words, digits)])
        write([*boundary.plain_lines(frame, ground.points.tolist(), ground.classes.tolist(), EDGE), ""])
    write([words["key in plain text"]])


def _stored(ground: Playground, path: str, name: str, tongue: str) -> str:
    words = texts(tongue, "PLAYGROUND")
    pieces = boundary.page_pieces(
        words["title"].format(name=name), ground.text, ground.frames, ground.points.tolist(),
        ground.classes.tolist(), EDGE, ground.training.outcome.losses, tongue,
    )  # fmt: skip
    try:
        write_whole(path, pieces)
    except OSError as error:
        raise FileError("file-unwritable", file=path, reason=(error.strerror or str(error)).lower()) from None
    return str(words["stored"]).format(file=path)
