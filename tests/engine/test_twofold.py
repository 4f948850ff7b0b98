"""Numbers of twice the digits, against fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpcli.calculus.sweeps import forward, idle, reverse
from bpcli.engine.twofold import TWOFOLD, Twofold, exact_product, exact_sum, lifted, split_fraction
from bpcli.errors import InputError
from bpcli.language.reader import parse

sizes = st.floats(-1e60, 1e60).filter(lambda value: value == 0 or abs(value) > 1e-60)


def exact(number: Twofold) -> Fraction:
    return Fraction(float(number.high)) + Fraction(float(number.low))


@given(sizes, sizes)
def test_what_rounding_takes_is_known_to_the_last_bit(a: float, b: float) -> None:
    assert sum(map(Fraction, exact_sum(a, b))) == Fraction(a) + Fraction(b)
    assert sum(map(Fraction, exact_product(a, b))) == Fraction(a) * Fraction(b)


numbers = st.fractions(-(10**9), 10**9, max_denominator=10**9)


@given(numbers, numbers)
def test_arithmetic_has_thirty_digits(a: Fraction, b: Fraction) -> None:
    left, right = split_fraction(a), split_fraction(b)
    size = max(abs(a), abs(b))
    assert abs(exact(left + right) - (a + b)) <= size * Fraction(10) ** -30
    assert abs(exact(left * right) - a * b) <= abs(a * b) * Fraction(10) ** -30
    if b:
        assert abs(exact(left / right) - a / b) <= abs(a / b) * Fraction(10) ** -29


@given(st.lists(sizes, min_size=1, max_size=40))
def test_a_sum_over_lanes_cancels_without_loss(values: list[float]) -> None:
    column = np.array(values)
    both = np.concatenate([column, [1.0], -column[::-1]])
    size = max(map(abs, values))
    assert abs(exact(lifted(both).total(len(both))) - 1) <= Fraction(size) * Fraction(10) ** -29


def test_a_number_that_is_the_same_in_every_lane_counts_as_often() -> None:
    assert lifted(0.1).total(10).high == 10 * 0.1


def test_both_loops_run_over_them() -> None:
    """d/dw of (w*x - y)^2 at w = 1/3, x = 3, y = 1 is 2 x (w x - y): 6 times what 1/3 lacks (by hand)."""
    program = parse("(w*x - y)^2")
    graph, names = program.graph, program.names
    third = Fraction(1 / 3)
    given_values = {names["w"]: lifted(1 / 3), names["x"]: lifted(np.array([3.0])), names["y"]: lifted(np.array([1.0]))}
    values = forward(graph, TWOFOLD, given_values, program.output + 1)
    adjoints = reverse(graph, TWOFOLD, values, program.output, lifted(1.0), idle(graph, [names["w"]]))
    wanted = 6 * (3 * third - 1)
    assert abs(exact(adjoints[names["w"]].total(1)) - wanted) <= abs(wanted) * Fraction(10) ** -14
    assert wanted != 0


@pytest.mark.parametrize("text", ["sin(x)", "x^0.5", "x^y", "exp(x)"])
def test_what_is_not_arithmetic_has_no_rule_and_says_so(text: str) -> None:
    program = parse(text)
    numbers_given = {node: lifted(np.array([2.5])) for node in program.graph.variables.values()}
    with pytest.raises(InputError) as refused:
        forward(program.graph, TWOFOLD, numbers_given, program.output + 1)
    assert refused.value.kind == "primitive-missing"
