"""The first turns of a training in full: forward, loss, backward, clipping, zeroing, update."""

from __future__ import annotations

import numpy as np

from bpcli.cli.output import say, show_table, write
from bpcli.numbers import show
from bpcli.render import layout
from bpcli.render.trainings import turns
from bpcli.render.trainings.words import said
from bpcli.render.words import counted
from bpcli.training.lesson import rows_of, telling_entries, trace_of

TYPE_CHECKING = False
if TYPE_CHECKING:

    from bpcli.cli.commands.order import Order
    from bpcli.training.loop.turns import Turn

SHOWN_ROWS = 3


def show_step(order: Order, turn: Turn, before: Turn | None) -> None:
    """One turn in full: forward, loss, backward, clipping, update."""
    training, digits, tongue = order.training, order.digits, order.language
    model, loss, setting = training.model, training.loss, training.setting
    output = model.program.output_name
    first = before is None and turn.number == 0
    say(said("first step" if first else "step", tongue, number=turn.number), 12)
    facts = {"scale": show(turn.scale, digits), "half": show(turn.scale / 2, digits)}
    if turn.overflow and before is not None and before.overflow:
        say(said("overflow", tongue, dtype=setting.dtype, **facts), 12)
        write([""])
        return
    count = loss.rows if turn.rows is None else len(turn.rows)
    rows = counted(count, "row", tongue)
    many = bool(loss.columns) and count > 1
    traced = trace_of(training, turn, before is not None) if before is None or not many else None
    if traced is not None:
        trace, row = traced
        say(said("forward row", tongue, row=row + 1, rows=rows) if many else said("forward one", tongue), 12)
        table = layout.forward_table(trace, digits, tongue)
        table.title = ""
        show_table(table, order.format)
        reduce = said(setting.reduce, tongue)
        say(said("backward row", tongue, reduce=reduce) if many else said("backward", tongue), 12)
        table = layout.backward_table(trace, digits, tongue)
        table.title = ""
        show_table(table, order.format)
    if many:
        if before is None:
            names = [name for name in model.data if len(model.data) <= 4]
            key = "rows" if count <= SHOWN_ROWS else "first rows"
            say(said(key, tongue, reduce=said(setting.reduce, tongue), shown=SHOWN_ROWS, count=count), 12)
            sample = rows_of(training, turn, SHOWN_ROWS)
            show_table(turns.rows_table(training, names, sample, turn, digits, tongue), order.format)
        say(said(f"loss {setting.reduce}", tongue, name=output, rows=rows, loss=show(turn.loss, digits)), 12)
    else:
        say(said("loss", tongue, loss=f"{output} = {show(turn.loss, digits)}"), 12)
    if turn.overflow:
        say(said("overflow", tongue, dtype=setting.dtype, **facts), 12)
        write([""])
        return
    if turn.scale != 1:
        place = int(np.argmax(np.abs(turn.gradient)))
        slope = float(turn.gradient[place])
        scaled, gradient = show(slope * turn.scale, digits), show(slope, digits)
        name = f"d{output}/d{model.parameters[place]}"
        say(said("unscaled", tongue, name=name, scaled=scaled, scale=show(turn.scale, digits), gradient=gradient), 12)
    clip = training.loop.plan.clip
    if clip is not None:
        norm = turn.norm if turn.gathered is None else float(np.linalg.norm(turn.gathered))
        key = "clipped value" if not clip.by_norm else "clipped" if norm > clip.limit else "not clipped"
        say(said(key, tongue, norm=show(norm, digits), limit=show(clip.limit, digits)), 12)
    if training.loop.plan.make is None:
        trials = counted(turn.trials, "evaluation", tongue)
        say(said("search", tongue, trials=trials), 12)
    elif order.moves is not None and order.moves[0] is order.moves[1]:
        show_zeroing(order, turn, order.moves[1])
    say(said("update", tongue), 12)
    if not order.entries:
        order.entries = telling_entries(training.model, turn)
    show_table(turns.step_table(training, turn, digits, tongue, order.entries), order.format)
    write([""])


def show_zeroing(order: Order, turn: Turn, before: Turn) -> None:
    """What the gradient would be had the last one not been set to zero."""
    digits, tongue, model = order.digits, order.language, order.training.model
    # One that moves: 0 + 0 teaches nothing.
    place = int(np.argmax(np.abs(turn.gradient) * np.abs(before.gradient)))
    name = model.parameters[place]
    last, new = float(before.gradient[place]), float(turn.gradient[place])
    if turn.gathered is not None:
        facts = {"last": show(last, digits), "new": show(new, digits), "total": show(last + new, digits)}
        facts["new"] = f"({facts['new']})" if facts["new"].startswith("-") else facts["new"]
        say(said("not zeroed now", tongue, loss=model.program.output_name, name=name, **facts), 12)
        return
    say(said("zeroing", tongue), 12)
    facts = {"last": show(last, digits), "new": show(new, digits), "total": show(last + new, digits)}
    facts["new"] = f"({facts['new']})" if facts["new"].startswith("-") else facts["new"]
    say(said("not zeroed", tongue, loss=model.program.output_name, name=name, new_alone=show(new, digits), **facts), 12)
