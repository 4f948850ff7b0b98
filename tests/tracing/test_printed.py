"""What is printed is true as printed: every row is read back and calculated again from its own digits."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpcli.engine.floats import FLOATS
from bpcli.language.reader import parse
from bpcli.numbers import show
from bpcli.render import layout
from bpcli.tracing.record import Trace, record
from calculus.programs import ALL, CUTTING, valued

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.graph import Program

    Run = tuple[Program, dict[str, float]]

NUMBER = r"-?(?:\d+(?:\.\d+)?(?:e-?\d+)?|inf|nan)"
OPERAND = rf"(?:{NUMBER}|\({NUMBER}\))"
PRODUCT = re.compile(rf"^({OPERAND}) \* ({OPERAND}) ([=≈]) ({NUMBER})$")
SUM = re.compile(rf"^d\w+/d\w+(?: =|:) ({OPERAND}) \+ ({OPERAND}) ([=≈]) ({NUMBER}) \(\d+ of \d+\)$")
SINGLE = re.compile(rf"^d\w+/d\w+(?: =|:) {NUMBER}(?: \(\d+ of \d+\))?$")
STEP = re.compile(rf"^({OPERAND}) ([-+*/]) ({OPERAND})$")


def exact(text: str) -> Fraction | None:
    """The number that a text stands for; None for inf and nan."""
    number = text.strip("()")
    return None if "n" in number else Fraction(Decimal(number))


def half_unit(text: str) -> Fraction:
    """Half a unit of the last digit of a printed result; a whole number is meant exactly."""
    if "." not in text and "e" not in text:
        return Fraction(0)
    exponent = Decimal(text).as_tuple().exponent
    return Fraction(10) ** int(exponent) / 2


def is_true(left: str, sign: str, right: str, result: str) -> bool | None:
    """Whether the printed operands give the printed result to its last digit; None where one is no number."""
    a, b, c = exact(left), exact(right), exact(result)
    if a is None or b is None or c is None:
        return None
    if sign == "/" and b == 0:
        return False
    got = {"+": a + b, "-": a - b, "*": a * b, "/": a / (b or 1)}[sign]
    return abs(got - c) <= half_unit(result)


def backward_lines(trace: Trace, digits: int) -> list[tuple[str, ...]]:
    return list(layout.backward_table(trace, digits).rows)


@given(valued(ALL + CUTTING), st.integers(1, 17))
def test_every_product_and_every_running_total_is_true_or_says_about(run: Run, digits: int) -> None:
    trace = record(*run)
    for _, _, _, _, product, total in backward_lines(trace, digits):
        read = PRODUCT.match(product)
        assert read or product in ("nothing arrives", "nothing passes"), product
        if read:
            left, right, relation, result = read.groups()
            assert (is_true(left, "*", right, result), relation) in ((True, "="), (False, "≈"), (None, "=")), product
        read = SUM.match(total)
        assert read or SINGLE.match(total), total
        if read:
            left, right, relation, result = read.groups()
            assert (is_true(left, "+", right, result), relation) in ((True, "="), (False, "≈"), (None, "=")), total


@given(valued(ALL + CUTTING), st.integers(1, 17))
def test_every_step_of_arithmetic_is_true_or_says_about(run: Run, digits: int) -> None:
    trace = record(*run)
    for step, (_, _, _, written, value) in zip(trace.forward, layout.forward_table(trace, digits).rows, strict=True):
        read = STEP.match(written)
        if not read or any(text is not None for text in step.texts):
            continue
        truth = is_true(*read.groups(), value.removeprefix("≈ "))
        assert (truth, value.startswith("≈")) in ((True, False), (False, True), (None, False)), (written, value)


@given(valued(ALL + CUTTING), st.integers(3, 17))
def test_every_other_step_is_what_its_function_gives_for_the_printed_numbers(run: Run, digits: int) -> None:
    trace = record(*run)
    for step, (_, _, _, written, value) in zip(trace.forward, layout.forward_table(trace, digits).rows, strict=True):
        node = trace.nodes[step.node]
        read = re.match(rf"^\w+\(({NUMBER})\)$", written)
        if not read or step.texts != (None,) or value.startswith("≈"):
            continue
        got = FLOATS.guarded[node.op](float(read.group(1)))
        if got == float(value) or got != got:
            continue
        # To half of the last printed digit, of which there are at least as many as were asked for; the
        # distance is taken between decimals, for the nearest float to what is printed is another number.
        digit = math.floor(math.log10(abs(got) or 1)) + 1 - digits
        distance = abs(Decimal(got) - Decimal(value))
        assert distance <= max(Decimal("0.51").scaleb(digit), Decimal(math.ulp(got)))


@given(valued(ALL), st.integers(1, 17))
def test_every_path_is_true_or_says_about(run: Run, digits: int) -> None:
    for table in layout.path_tables(record(*run), digits):
        for names, factors, product, _ in table.rows:
            if names.startswith(("total", "and ")) or factors.endswith("factors"):
                continue
            factor_texts = [text.strip("()") for text in factors.split(" * ")]
            numbers = [exact(text) for text in factor_texts]
            result = exact(product.removeprefix("≈ "))
            if result is None or None in numbers:
                continue
            truth = abs(math.prod(numbers) - result) <= half_unit(product.removeprefix("≈ "))  # type: ignore[type-var]
            assert truth != product.startswith("≈"), (factors, product)


@given(valued(ALL + CUTTING))
def test_the_last_running_total_is_the_gradient_of_the_closing_line(run: Run) -> None:
    trace = record(*run)
    closing = layout.closing(trace)[0]
    for name, slope in trace.gradient.items():
        output = trace.nodes[trace.output].name
        assert f"d{output}/d{name} = {show(slope)}" in closing


@pytest.mark.parametrize(
    ("text", "at", "written", "value"),
    [
        # By hand.
        ("x + w", {"x": 2, "w": 3}, "2 + 3", "5"),
        ("x + w", {"x": 2, "w": -3}, "2 + (-3)", "-1"),
        ("x*w", {"x": -2, "w": -3}, "-2 * (-3)", "6"),
        ("-x", {"x": 1.3 * 1.3}, "-1.69", "-1.69"),
        ("-x", {"x": -2}, "-(-2)", "2"),
        ("x^2", {"x": -3}, "(-3)^2", "9"),
        ("x > 0.25", {"x": 1 / 3}, "0.333333 > 0.25", "1"),
        ("floor(x)", {"x": 0.99999999}, "floor(0.99999999)", "0"),
        ("x/w", {"x": 1, "w": 3}, "1 / 3", "0.333333"),
        ("x*3", {"x": 1 / 3}, "0.333333 * 3", "≈ 1"),
        ("x*1/3", {"x": 1}, "1 * 1", "1"),
        ("x - w", {"x": 0.1 + 0.2, "w": 0.3}, "0.3 - 0.3", "≈ 5.55112e-17"),
        ("where(x, w, 1/3)", {"x": 1, "w": 2}, "where(1, 2, 1/3)", "2"),
        ("pi*x", {"x": 2}, "pi * 2", "6.28319"),
        ("1e400*x", {"x": 1}, "1e400 * 1", "inf"),
        ("max(x, w)", {"x": 1 / 3, "w": 0.25}, "max(0.333333, 0.25)", "0.333333"),
        ("exp(x)", {"x": 1 / 3}, "exp(0.333333)", "1.39561"),
        ("not x", {"x": 0}, "not 0", "1"),
    ],
)
def test_steps_as_they_are_printed(text: str, at: dict[str, float], written: str, value: str) -> None:
    trace = record(parse(text), at)
    row = next(iter(layout.forward_table(trace).rows))
    assert row[3:] == (written, value)


@pytest.mark.parametrize(
    ("text", "at", "cells"),
    [
        # local, product; by hand
        ("(x+w)*w", {"x": 2, "w": 3}, ("d(a*w)/da = w = 3", "1 * 3 = 3")),
        ("relu(x)*w", {"x": -2, "w": 3}, ("d(relu(x))/dx = 0, x > 0 is false", "3 * 0 = 0")),
        ("relu(x)*w", {"x": 2, "w": 3}, ("d(relu(x))/dx = 1, x > 0", "3 * 1 = 3")),
        ("relu(1/x)*w", {"x": -0.0, "w": 3}, ("d(1/x)/dx = -1/x^2 = -inf", "nothing arrives")),
        ("floor(x)*w", {"x": 2.5, "w": 3}, ("d(floor(x))/dx = 0, flat", "3 * 0 = 0")),
        ("detach(x)*w", {"x": 2.5, "w": 3}, ("d(detach(x))/dx = 0, cut", "3 * 0 = 0")),
        ("c = x > 0; where(c, w, x)", {"x": 1, "w": 3}, ("d(where(c, w, x))/dw = 1, taken", "1 * 1 = 1")),
        ("c = x > 0; where(c, w, x)", {"x": -1, "w": 3}, ("d(where(c, w, x))/dw = 0, not taken", "1 * 0 = 0")),
        ("max(x, w)", {"x": 2, "w": 3}, ("d(max(x, w))/dx = 0, x == y is false", "1 * 0 = 0")),
        ("x - -2", {"x": 2}, ("d(x - -2)/dx = 1", "1 * 1 = 1")),
        ("clip(x, 0, 1)", {"x": 2}, ("d(clip(x, 0, 1))/dx = 0, (0 <= x and x <= 1) is false", "1 * 0 = 0")),
    ],
)
def test_edges_as_they_are_printed(text: str, at: dict[str, float], cells: tuple[str, str]) -> None:
    assert cells in [(row[3], row[4]) for row in backward_lines(record(parse(text), at), 6)]


def test_no_product_of_an_infinity_and_a_closed_edge_is_printed_as_zero() -> None:
    """inf * 0 is not 0: nothing passes, and the row says that."""
    rows = backward_lines(record(parse("relu(x)/w + 1"), {"x": -1.0, "w": 1e-320}), 6)
    assert [row[4] for row in rows if row[1].endswith("-> x")] == ["nothing passes"]
