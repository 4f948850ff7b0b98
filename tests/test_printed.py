"""Many numbers as they are printed: what floats decide quickly is what decimal arithmetic says."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bpcli.engine.floats import FLOATS
from bpcli.numbers import MOST_DIGITS, show, told
from bpcli.printed import MOST_KEPT, Printed, Various

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# Ordinary numbers, whole ones, short decimals, numbers beside a tie or a power of ten, and all that there are.
ORDINARY = st.one_of(
    st.floats(-10, 10),
    st.integers(-1000, 1000).map(float),
    st.builds(lambda whole, places: whole / 10**places, st.integers(-100_000, 100_000), st.integers(0, 9)),
    st.builds(
        lambda digits, places, shift: float(f"{digits}5e-{places}") * (1 + shift),
        st.integers(1, 10**7), st.integers(0, 12), st.sampled_from((0.0, 1e-9, -1e-9, 2e-16, -2e-16)),
    ),
    st.builds(
        lambda power, shift: float(f"1e{power}") * (1 + shift),
        st.integers(-20, 20), st.sampled_from((0.0, 1e-6, -1e-6, 1e-7, -1e-7, 1e-11, 2e-16, -2e-16)),
    ),
)
NUMBERS = st.one_of(ORDINARY, ORDINARY, ORDINARY, st.floats())
RESULTS: dict[str, Callable[[float, float], float]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
}


@given(
    st.sampled_from("+-*/"), NUMBERS, NUMBERS, st.sampled_from((6, 6, 6, *range(1, 18))),
    st.tuples(st.booleans(), st.booleans()),
)  # fmt: skip
def test_arithmetic_is_printed_as_decimal_arithmetic_has_it(
    op: str, left: float, right: float, digits: int, exact: tuple[bool, bool]
) -> None:
    assume(op != "/" or right != 0)
    result = RESULTS[op](left, right)
    (first, second), relation, text = told(op, [left, right], result, digits, list(exact))
    assert Printed(digits).told(op, left, right, result, exact) == (first, second, relation, text)


@given(st.sampled_from("+*"), NUMBERS, NUMBERS, st.sampled_from((6, 6, 6, *range(1, 18))))
def test_what_is_told_at_once_is_what_decimal_arithmetic_has(op: str, left: float, right: float, digits: int) -> None:
    result = RESULTS[op](left, right)
    (first, second), relation, text = told(op, [left, right], result, digits)
    for numbers in (Printed(digits), Various(digits)):
        at_once = numbers.product if op == "*" else numbers.total
        assert at_once(left, right, result) == (first, second, relation, text)


@given(
    st.sampled_from(("sin", "exp", "log", "sqrt", "tanh", "floor", "relu", "gt", "pow", "max")), NUMBERS, NUMBERS,
    st.sampled_from((6, 6, 6, *range(1, 18))), st.booleans(),
)  # fmt: skip
def test_a_function_is_printed_with_the_fewest_digits_that_give_its_value(
    op: str, left: float, right: float, digits: int, exact: bool
) -> None:
    function = FLOATS.guarded[op]
    operands = [left, right] if op in ("gt", "pow", "max") else [left]
    result = function(*operands)
    found = Printed(digits).called(function, operands, result, [exact, False][: len(operands)])
    if found is None:
        return  # too close to call
    # By its definition: the printed operands, read again, give the printed value.
    for more in range(digits, max(digits, MOST_DIGITS) + 1):
        texts = [show(operand, more) for operand in operands]
        meant = [operands[0] if exact else float(texts[0]), *map(float, texts[1:])]
        if show(function(*meant), more) == show(result, more):
            assert found == (texts, "=", show(result, more))
            return
    assert found == ([show(operand, digits) for operand in operands], "≈", show(result, digits))


@pytest.mark.parametrize("digits", [1, 6, 10])
def test_most_ordinary_numbers_take_no_decimal_arithmetic(digits: int) -> None:
    values = [math.sin(place) for place in range(1, 500)]
    settled = [Printed(digits).called(math.cos, [value], math.cos(value), [False]) for value in values]
    # With one digit many round to the next power of ten, which is left to the careful way.
    assert sum(found is not None for found in settled) > (0.5 if digits == 1 else 0.95) * len(values)


def test_numbers_are_forgotten_before_they_fill_the_memory() -> None:
    numbers = Printed(6)
    for place in range(3 * MOST_KEPT):
        assert numbers[place / 7][0] == show(place / 7)
    assert len(numbers) <= MOST_KEPT
