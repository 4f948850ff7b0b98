"""`bpcli fit` and `bpcli train` of a model, a program or an expression: train, report, store."""

from __future__ import annotations

import math
import os
import sys

import numpy as np

from bpcli.cli.commands.checkpoint import Checkpoint, write_log
from bpcli.cli.commands.lesson import show_step
from bpcli.cli.commands.live import watched
from bpcli.cli.commands.order import Order
from bpcli.cli.commands.resumed import command_to_go_on
from bpcli.cli.output import say, show_table, tell, write, write_json
from bpcli.cli.plots import print_plot, store_plot
from bpcli.errors import DONE, INTERRUPTED, NUMERIC_FAILURE
from bpcli.numbers import full, show
from bpcli.render.trainings import plan, results, tensors
from bpcli.render.trainings.document import outcome_dict
from bpcli.render.trainings.live import MOST_LOSSES, Moment
from bpcli.render.trainings.polynomial import said as fit_said
from bpcli.render.trainings.turns import history_table, log_table
from bpcli.render.trainings.words import said
from bpcli.render.words import counted
from bpcli.training.lesson import flow_of
from bpcli.training.polynomials.polynomial import allowed_astray, astray, written
from bpcli.training.stored.saved import saved_training, write_model

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpcli.cli.arguments import Request
    from bpcli.training.loop.turns import Turn
    from bpcli.training.polynomials.polynomial import Basis

SHOWN_POWERS = 10  # digits of the coefficients of powers
SAMPLE = 10_000  # rows on which they are held against the curve
MOST_OVERFLOWS = 30  # that are told among the first steps
UNNAMED = "bpcli-model"  # what an interrupted training is stored as, where nobody said


def run_model(request: Request) -> int:
    """Train, and say what came out; the exit code."""
    order = Order(request)
    training, outcome, tongue = order.training, order.training.outcome, order.language
    talks = order.format != "json" and not order.quiet
    if talks:
        for lines in (
            plan.data_lines(outcome, order.digits, tongue),
            plan.model_lines(outcome, order.digits, tongue),
            plan.plan_lines(training, order.digits, tongue, order.saved is not None),
        ):
            for line in lines:
                say(line, 11)
        if order.basis is not None and order.basis.kind != "powers" and training.setting.rate is not None:
            say(" " * 11 + fit_said("rate applies", tongue), 11)
        write([""])
        sys.stdout.flush()
    kept = followed(order)
    if order.basis is not None and outcome.stopped != "diverged":
        _in_powers(order, order.basis)
    stored = store(order)
    if order.format == "json":
        write_json(outcome_dict(outcome))
    elif order.quiet:
        if outcome.stopped != "diverged":
            write(results.quiet_lines(outcome, order.bare_digits))
        if outcome.rows_skipped:
            rows = counted(outcome.rows_used + outcome.rows_held_out, "row", tongue)
            rows += said("skipped", tongue, count=outcome.rows_skipped)
            tell(said("warning", tongue, text=rows))
        for line in results.warning_lines(outcome, tongue):
            tell(line)
    else:
        told_outcome(order, kept)
    stored += store_plot(order.figure, order.options, tongue)
    for line in stored:
        (say if talks else tell)(line)
    if outcome.stopped == "diverged":
        return NUMERIC_FAILURE
    return INTERRUPTED if outcome.stopped == "interrupted" else DONE


def _in_powers(order: Order, basis: Basis) -> None:
    """The coefficients of powers of x, and whether floats can calculate with them."""
    outcome, columns = order.training.outcome, order.training.columns
    coefficients = np.array([*outcome.parameters.values()])
    raw = basis.raw(coefficients)
    outcome.powers = {f"k{place}": value for place, value in enumerate(raw)}
    x = columns.drawn(SAMPLE)["x"]
    away = astray([float(show(value, SHOWN_POWERS)) for value in raw], basis.columns(x) @ coefficients, x)
    if away > allowed_astray(outcome.rmse, outcome.ranges["y"]):
        outcome.note("powers", gap=away, rmse=outcome.rmse)


def followed(order: Order) -> list[Turn]:
    """Carry out the turns, show the first in full; those of the log. An interruption ends them in order."""
    training, model = order.training, order.training.model
    total, losses = training.setting.steps, training.outcome.losses

    def moment(turn: Turn) -> Moment:
        validations = training.outcome.validations
        some = [loss for _, loss in losses[:: max(1, len(losses) // MOST_LOSSES)]]
        rate = math.nan if turn.rate is None else turn.rate
        held_out = validations[-1][1] if validations else math.nan
        return Moment(turn.number, total, turn.loss, some, flow_of(model, turn), rate, held_out)

    log: list[Turn] = []
    following = training.loop.past.number
    first, steps = following, 0
    talks = order.format != "json" and not order.quiet
    last: Turn | None = None
    turns = iter(training)
    checkpoint = None
    if "save" in order.options:
        names = order.columns or training.names
        log_file = order.options.get("log")
        log_too = None if log_file is None else (log_file, lambda: log_lines(order))
        checkpoint = Checkpoint(
            order.options["save"], order.every, lambda: saved_training(training, names), log_too, order.language
        )
    try:
        for turn in watched(turns, moment, order.language, order.shown if talks else 0):
            if checkpoint is not None and not turn.stopped:
                checkpoint.look(turn.number)
            steps += turn.step is not None
            # A gradient that overflowed made no step; those that come after it are shown in short.
            if talks and steps <= order.shown and turn.number - first < order.shown + MOST_OVERFLOWS and (
                turn.step is not None or (turn.overflow and order.shown)
            ):
                show_step(order, turn, last)
                following = turn.number + 1
            elif turn.number >= following or turn.stopped or turn.overflow:
                log.append(turn)
                following = max(turn.number + 1, round(turn.number * 1.6))
            if training.validation is not None:
                # Rows held out are looked at once an epoch.
                epoch = training.loop.batches.steps
                following = -(-following // epoch) * epoch
            order.halved += turn.overflow and not turn.stopped
            order.doubled += last is not None and turn.scale > last.scale
            last = turn
            if turn.step is not None:
                order.moves = (order.moves or (turn, turn))[0], turn
    except KeyboardInterrupt:
        training.interrupt()
    if last is not None and (not log or log[-1] is not last):
        log.append(last)
    return log


def told_outcome(order: Order, log: list[Turn]) -> None:
    """The history, why it stopped, parameters, quality, the formula, and what to mind."""
    training, outcome, digits, tongue = order.training, order.training.outcome, order.digits, order.language
    if order.command == "fit":
        show_table(history_table(outcome, digits, tongue), order.format)
    else:
        show_table(log_table(training, log, digits, tongue), order.format)
    if order.halved or order.doubled:
        say(said("scales", tongue, halved=counted(order.halved, "time", tongue),
                 doubled=counted(order.doubled, "time", tongue),
                 scale=show(training.loop.past.scale.value, digits)))  # fmt: skip
    if order.command == "train" and training.model.of_tensors and order.moves is not None:
        write([""])
        first, last = order.moves
        flows = flow_of(training.model, first), flow_of(training.model, last)
        show_table(tensors.flow_table(*flows, (first.number, last.number), tongue), order.format)
        write([""])
    if training.loop.batches.size:
        say(said("batch losses", tongue, loss=show(outcome.final_loss, digits)))
    elif training.setting.dtype and outcome.stopped != "diverged":
        say(said("narrow losses", tongue, loss=show(outcome.final_loss, digits), dtype=training.setting.dtype))
    say(results.stop_line(outcome, tongue))
    write([""])
    if outcome.stopped != "diverged":
        show_table(results.parameter_table(outcome, digits, tongue), order.format)
        write([""])
        for line in results.quality_lines(outcome, digits, tongue):
            say(line)
        if training.model.predicted is not None:
            write([""])
            if outcome.powers:
                say(said("in powers", tongue, name="x"))
                say(f"y = {written([show(value, SHOWN_POWERS) for value in outcome.powers.values()], 'x')}")
            else:
                say(outcome.rounded(digits, training.loss))
    print_plot(order.figure, order.options, order.format, tongue, small=order.command == "fit")
    for line in results.warning_lines(outcome, tongue):
        say(line)


def store(order: Order) -> list[str]:
    """Write the log and the model where they were asked for, the model also where one was interrupted; what to say."""
    training, options, tongue = order.training, order.options, order.language
    lines = []
    if "log" in options:
        write_log(options["log"], log_lines(order))
        lines.append(said("logged", tongue, file=options["log"]))
    stopped = training.outcome.stopped
    path = options.get("save")
    if path is None and stopped == "interrupted":
        path = free_name()
    if path is not None and stopped != "diverged":
        write_model(path, saved_training(training, order.columns or training.names))
        key = "saved" if stopped != "interrupted" else "kept" if "save" in options else "kept unasked"
        command = command_to_go_on(order.request, path, (*training.model.tensors,) if training.model.of_tensors else ())
        lines.append(said(key, tongue, file=path, command=command))
    return lines


def log_lines(order: Order) -> Iterator[str]:
    """The history as CSV: every number as it was computed at its step, from before a training went on as well."""
    training = order.training
    yield from order.earlier
    validations = dict(training.outcome.validations)
    schedule = training.loop.plan.schedule
    for step, loss in training.outcome.losses:
        rate = "" if schedule is None else full(schedule(step))
        yield f"{step},{full(loss)},{rate},{full(validations[step]) if step in validations else ''}\n"


def free_name() -> str:
    """A name for a model that nobody has named."""
    number, name = 1, f"{UNNAMED}.json"
    while os.path.exists(name):
        number += 1
        name = f"{UNNAMED}-{number}.json"
    return name
