"""How the errors of differences go with their step: too long a step is inexact, too short a one is lost in rounding."""

from __future__ import annotations

from bpcli.errors import InputError
from bpcli.tracing.checks.record import relative
from bpcli.tracing.differences import Unfit, central, complex_step, sided

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from bpcli.graph import Program

SWEPT = tuple(10.0**-place for place in range(1, 17))


def sweep_errors(
    program: Program, given: Mapping[str, Any], name: str, slope: float, index: tuple[int, ...] = ()
) -> dict[str, list[float | None]]:
    """The relative error of each method without rules at each step; None where the step is lost in rounding."""
    found: dict[str, list[float | None]] = {}
    methods: dict[str, Callable[[float], float]] = {
        "forward_difference": lambda size: sided(program, given, name, size, index),
        "central_difference": lambda size: central(program, given, name, size, index),
        "complex_step": lambda size: complex_step(program, given, name, size),
    }
    for method, measured in methods.items():
        errors: list[float | None] = []
        for size in SWEPT:
            try:
                errors.append(relative(measured(size), slope))
            except (InputError, Unfit):
                errors.append(None)
        found[method] = errors
    return found
