"""What a check came to, as plain data: the same derivatives by several methods, and how far they are apart."""

from __future__ import annotations

import math

from bpcli.tracing.differences import DISAGREES, UNDECIDED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from bpcli.engine.point import Point
    from bpcli.errors import InputError
    from bpcli.tracing.checks.faults import Fault
    from bpcli.tracing.differences import Unfit

TOLERANCE = 1e-6
RULED = ("reverse", "forward_mode", "symbolic")  # what is judged


class Agreement:
    """How far a gradient is from what was found without rules: the largest relative gap, its name and its state.

    method:  what decided there: central_difference, or complex_step where the differences cannot
    sampled: whether some entries of large arrays and a direction were compared, and not every entry
    """

    __slots__ = ("evaluations", "gap", "method", "name", "sampled", "state")

    def __init__(
        self,
        gap: float,
        name: str,
        state: str,
        evaluations: int,
        method: str = "central_difference",
        sampled: bool = False,
    ) -> None:
        self.gap = gap
        self.name = name
        self.state = state
        self.evaluations = evaluations
        self.method = method
        self.sampled = sampled


class Check:
    """One gradient by several methods.

    methods:     method -> name -> derivative; None where the method does not apply
    reasons:     method -> name -> why it does not: an Unfit, or an error
    errors:      method -> name -> relative error against the reference
    reference:   name -> the complex step where it applies, else the central difference
    resolution:  name -> what the central difference cannot tell apart
    states:      name -> what the differences say of the worst of the methods by rules
    evaluations: method -> how often the program was evaluated or swept
    faults:      name -> the edge whose rule is wrong, where one was found
    sweep:       name -> method -> relative error at each step of SWEPT, where it was asked for
    entries:     of tensors: name -> the entries that were compared
    sizes:       of tensors: name -> how many entries there are
    worst:       of tensors: name -> the entry with the largest error
    directions:  of tensors: name -> random directions along which a large one was compared as well
    ties:        name -> the slopes to the left and right, where conventions at a corner explain that they are others
    classes:     of tensors: names of class numbers, between which there is no slope to compare
    ok:          whether the methods by rules agree wherever it can be told; None where it can be told nowhere
    """

    __slots__ = (
        "classes", "directions", "entries", "errors", "evaluations", "faults", "methods", "ok", "point", "reasons",
        "reference", "resolution", "sizes", "states", "step", "sweep", "ties", "tolerance", "worst",
    )  # fmt: skip

    def __init__(self, point: Point, step: float | None, tolerance: float) -> None:
        self.point = point
        self.step = step
        self.tolerance = tolerance
        self.methods: dict[str, dict[str, Any]] = {}
        self.reasons: dict[str, dict[str, Unfit | InputError]] = {}
        self.errors: dict[str, dict[str, float | None]] = {}
        self.reference: dict[str, float] = {}
        self.resolution: dict[str, float] = {}
        self.states: dict[str, str] = {}
        self.evaluations: dict[str, int] = {}
        self.faults: dict[str, Fault] = {}
        self.sweep: dict[str, dict[str, list[float | None]]] = {}
        self.entries: dict[str, list[tuple[int, ...]]] = {}
        self.sizes: dict[str, int] = {}
        self.worst: dict[str, tuple[int, ...]] = {}
        self.directions: dict[str, int] = {}
        self.ties: dict[str, tuple[float, ...]] = {}
        self.classes: list[str] = []
        self.ok: bool | None = True

    def decide(self) -> None:
        """The verdict that follows from the states."""
        states = list(self.states.values())
        if DISAGREES in states:
            self.ok = False
        elif states and all(state == UNDECIDED for state in states):
            self.ok = None


def relative(value: float, reference: float) -> float:
    """|value - reference| over the larger of the two; 0 where they are the same, infinities too."""
    if value == reference:
        return 0.0
    if value != value or reference != reference:
        return math.nan
    return abs(value - reference) / max(abs(reference), abs(value))
