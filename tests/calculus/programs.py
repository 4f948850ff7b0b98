"""Random programs for the passes: sums of everything that the table has, at points where most have values.

tests/strategies.py writes programs for the language; these are for numbers, and seldom leave their domain.
"""

from __future__ import annotations

from hypothesis import assume
from hypothesis import strategies as st

from bpcli.engine.point import gradient
from bpcli.errors import NumericError
from bpcli.language.reader import parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from bpcli.graph import Program

    Draw = Callable[[st.SearchStrategy[Any]], Any]

VARIABLES = ("x", "y", "z")
LITERALS = ("2", "3", "0.5", "-1", "1/3", "0.1", "pi")

SMOOTH = (
    "({} + {})", "({} - {})", "({} * {})", "({} * {})", "-({})", "({})^2", "({})^3", "sin({})", "cos({})", "tanh({})",
    "sigmoid({})", "atan({})", "exp(-({})^2)", "softplus({})", "gelu({})", "silu({})", "asinh({})", "erf({})",
    "hypot({}, {})", "({}) / (1 + ({})^2)", "log(1 + ({})^2)", "sqrt(2 + sin({}))", "(2 + sin({}))^({})",
)  # fmt: skip
NARROW = ("({}) / ({})", "({})^-1", "({})^0.5", "log({})", "sqrt({})", "({})^({})", "cbrt({})", "acosh({})", "tan({})")
CHOOSING = (
    "relu({})", "abs({})", "max({}, {})", "min({}, {}, {})", "clip({}, -1, 1)", "where({} > {}, {}, {})",
    "leaky_relu({})", "elu({})", "where(({}) > 0, log({}), ({})^2)", "floor({})", "mod({}, 3)", "({} < {})",
)  # fmt: skip
CUTTING = ("detach({})",)
ALL = SMOOTH + NARROW + CHOOSING


@st.composite
def texts(draw: Draw, shapes: tuple[str, ...] = ALL, most: int = 9) -> str:
    """A program in which names, and formulas without a name, are used any number of times."""
    pool: list[str] = [*VARIABLES, *VARIABLES, *LITERALS]
    statements: list[str] = []
    text = ""
    for place in range(draw(st.integers(1, most))):
        shape = draw(st.sampled_from(shapes))
        text = shape.format(*[draw(st.sampled_from(pool)) for _ in range(shape.count("{}"))])
        if len(text) > 80 or draw(st.booleans()):
            statements.append(f"t{place} = {text}")
            text = f"t{place}"
        pool += [text, text]  # what is new is used again
    return "; ".join([*statements, text])


@st.composite
def runs(draw: Draw, shapes: tuple[str, ...] = ALL, most: int = 9) -> tuple[Program, dict[str, float]]:
    """A program and a point. The point lies on no corner but those that hold everywhere, as |x - x| does."""
    program = parse(draw(texts(shapes, most)))
    assume(program.inputs)
    # Coordinates with different prime denominators meet neither each other nor a literal.
    given = {
        name: draw(st.integers(-3 * prime, 3 * prime).filter(lambda top, prime=prime: top % prime)) / prime
        for name, prime in zip(VARIABLES, (97, 89, 83), strict=True)
        if name in program.inputs
    }
    return program, given


@st.composite
def valued(draw: Draw, shapes: tuple[str, ...] = ALL, most: int = 9) -> tuple[Program, dict[str, float]]:
    """A run whose value and gradient are numbers, and of ordinary size."""
    program, given = draw(runs(shapes, most))
    try:
        point = gradient(program, given)
    except NumericError:
        assume(False)
    assume(all(abs(value) < 1e9 for value in (point.value, *point.gradient.values())))
    return program, given
