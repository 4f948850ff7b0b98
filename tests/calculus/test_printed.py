"""Random expressions: the derivative as it is printed, read again, is what the reverse sweep calculates.

In fifty digits, so that it is no matter of rounding; where the operations have no value there the point is left out.
"""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bpcli.calculus.sweeps import forward, idle, reverse
from bpcli.engine.formulas import differentiate
from bpcli.errors import InputError
from bpcli.language.reader import parse
from calculus.precise import PRECISE, mp
from strategies import expressions, points

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from bpcli.graph import Program

NAMES = ("x", "w")


def inputs_of(program: Program, at: dict[str, float]) -> dict[int, Any]:
    return {node: mp.mpf(at[name]) for name, node in program.graph.variables.items()}


def by_reverse(program: Program, at: dict[str, float], name: str) -> Any:
    graph, node = program.graph, program.graph.variables[name]
    values = forward(graph, PRECISE, inputs_of(program, at), program.output + 1)
    assume(all(mp.isfinite(value) for value in values))
    skip = idle(graph, [node])
    if skip[program.output]:
        return mp.mpf(0)
    adjoint = reverse(graph, PRECISE, values, program.output, mp.mpf(1), skip)[node]
    return mp.mpf(0) if adjoint is None else adjoint


@settings(max_examples=400)
@given(expressions(NAMES), points(NAMES), st.sampled_from(NAMES))
def test_the_printed_derivative_is_the_gradient(text: str, at: dict[str, float], name: str) -> None:
    try:
        program = parse(text)
        assume(name in program.inputs and {*program.inputs} <= {*NAMES})
        slope = by_reverse(program, at, name)
    except InputError:
        assume(False)
    assume(mp.isfinite(slope))
    printed = parse(str(differentiate(parse(text), [name])))
    if not agrees(printed, at, slope):
        # 1 + erf(-93), as books write it, is 0 in fifty digits, and all that is left of it stands far behind.
        with mp.workdps(2500):
            assert agrees(printed, at, by_reverse(program, at, name))


def agrees(printed: Program, at: dict[str, float], slope: Any) -> bool:
    """Whether a printed derivative has this value at a point."""
    try:
        values = forward(printed.graph, PRECISE, inputs_of(printed, at), printed.output + 1)
    except InputError:
        assume(False)  # an operation that this kind of number does not spell
    assume(mp.isfinite(values[printed.output]))
    size = max([1, *(abs(value) for value in values if mp.isfinite(value))])
    apart = abs(values[printed.output] - slope)
    return bool(apart <= mp.mpf(10) ** -25 * max(abs(slope), 1) + mp.mpf(10) ** -40 * size)
