"""How the learning rate changes from step to step: functions from the number of a step (from 0) to its rate."""

from __future__ import annotations

import math

from bpcli.errors import InputError, closest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.training.optimizers import Schedule

CONSTANT, STEP, COSINE = "constant", "step", "cosine"
FACTOR = 0.1


def constant(rate: float) -> Schedule:
    """The same rate at every step."""
    return lambda number: rate


def step(rate: float, every: int, factor: float = FACTOR) -> Schedule:
    """rate * factor^floor(number / every).

    >>> [step(1.0, 2, 0.5)(number) for number in range(5)]
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """
    return lambda number: rate * factor ** (number // every)


def cosine(rate: float, steps: int) -> Schedule:
    """rate * (1 + cos(pi * number / steps)) / 2: from the rate down to 0 after `steps` steps.

    Source: Loshchilov and Hutter, SGDR: stochastic gradient descent with warm restarts, 2017, without the restarts.

    >>> [round(cosine(1.0, 4)(number), 4) for number in range(5)]
    [1.0, 0.8536, 0.5, 0.1464, 0.0]
    """
    return lambda number: rate * (1 + math.cos(math.pi * min(number / steps, 1))) / 2


def warmed(schedule: Schedule, steps: int) -> Schedule:
    """The schedule, its first steps at 1/n, 2/n ... n/n of their rates.

    >>> [warmed(constant(1.0), 4)(number) for number in range(6)]
    [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]
    """
    return lambda number: schedule(number) * min((number + 1) / steps, 1.0)


def schedule_of(text: str, rate: float, steps: int, warmup: int = 0) -> Schedule:
    """The schedule that a text asks for: constant, cosine, step, or step:EVERY:FACTOR.

    steps: most steps of the whole run; without a number, `step` falls after each third of them

    Raises InputError.
    """
    name, *numbers = text.split(":")
    made = None
    if name == CONSTANT and not numbers:
        made = constant(rate)
    elif name == COSINE and not numbers:
        made = cosine(rate, max(steps, 1))
    elif name == STEP and len(numbers) <= 2:
        made = _step_of(numbers, rate, steps)
    if made is None:
        near = closest(name, [CONSTANT, STEP, COSINE])
        hint = f"did you mean {near}?" if near and near != name else None
        raise InputError("unknown-schedule", text=text, hint=hint)
    return warmed(made, warmup) if warmup else made


def _step_of(numbers: list[str], rate: float, steps: int) -> Schedule | None:
    every, factor = max(steps // 3, 1), FACTOR
    try:
        if numbers:
            every = int(numbers[0])
        if len(numbers) > 1:
            factor = float(numbers[1])
    except ValueError:
        return None
    return step(rate, every, factor) if every > 0 and 0 < factor < math.inf else None
