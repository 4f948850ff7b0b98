"""Gradient checks: the same derivatives by other routes.

Reverse, forward mode and the symbolic derivative read one table, so a wrong rule there agrees with itself.
The verdict therefore rests on the complex step and on central differences, which know nothing of rules.

The rooms: `record`, what a check came to; `numbers` and `arrays`, how those are checked; `faults`, which rule is wrong;
`steps`, errors against the step.
"""

from __future__ import annotations

from bpcli.tracing.checks.faults import Fault
from bpcli.tracing.checks.numbers import central_agreement, check
from bpcli.tracing.checks.record import RULED, TOLERANCE, Agreement, Check, relative
from bpcli.tracing.checks.steps import SWEPT, sweep_errors

__all__ = [
    "RULED", "SWEPT", "TOLERANCE", "Agreement", "Check", "Fault", "central_agreement", "check", "relative",
    "sweep_errors",
]  # fmt: skip
