"""Printing and reading are inverse: a formula that is printed reads back as the formula that it was."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bpcli.calculus.derivative import derivative
from bpcli.calculus.sweeps import forward
from bpcli.engine.floats import FLOATS
from bpcli.errors import BpcliError
from bpcli.graph import Graph
from bpcli.language import text as printing
from bpcli.language.reader import parse
from bpcli.language.text import expression, operation, program
from bpcli.numbers import constant_text
from graphs import same_formula
from strategies import expressions, programs


def reads_back(graph: Graph, node: int) -> bool:
    again = parse(program(graph, node))
    return same_formula(graph, node, again.graph, again.output)


@given(programs())
def test_a_printed_program_reads_back_as_the_same_formula(text: str) -> None:
    read = parse(text)
    assert reads_back(read.graph, read.output)


@given(programs(depth=1), st.booleans())
def test_a_printed_derivative_reads_back_as_the_same_formula(text: str, textbook: bool) -> None:
    read = parse(text)
    assume(read.inputs)
    try:
        found = derivative(read.graph, read.output, [read.graph.variables[read.inputs[0]]], textbook)
    except BpcliError as error:
        # polygamma(x, x): there is no derivative by an order, which test_table.py holds to.
        assert error.kind == "no-rule-in-table"
        return
    for node in found:
        assert reads_back(read.graph, node)


@given(expressions(depth=2))
def test_a_printed_second_derivative_reads_back_as_the_same_formula(text: str) -> None:
    read = parse(text)
    assume(read.inputs)
    by = [read.graph.variables[read.inputs[0]]]
    try:
        (first,) = derivative(read.graph, read.output, by)
        (second,) = derivative(read.graph, first, by)
    except BpcliError as error:
        # polygamma(x, x): there is no derivative by an order, which test_table.py holds to.
        assert error.kind == "no-rule-in-table"
        return
    assert reads_back(read.graph, second)


@given(programs(), st.booleans())
def test_what_is_printed_is_printed_again_as_it_is(text: str, spaced: bool) -> None:
    read = parse(text)
    printed = expression(read.graph, read.output, spaced=spaced)
    again = parse(printed)
    assert expression(again.graph, again.output, spaced=spaced) == printed


def without_one_pair(text: str) -> list[str]:
    """The text without one pair of brackets, for each pair that does not belong to a call."""
    opened: list[int] = []
    shorter = []
    for place, char in enumerate(text):
        if char == "(":
            opened.append(place)
        elif char == ")":
            start = opened.pop()
            if not (start and (text[start - 1].isalnum() or text[start - 1] == "_")):
                # A blank in its place keeps `not (x)` two words.
                shorter.append(f"{text[:start]} {text[start + 1 : place]} {text[place + 1 :]}")
    return shorter


@given(expressions(depth=3))
def test_no_bracket_is_printed_that_could_be_left_out(text: str) -> None:
    read = parse(text)
    for shorter in without_one_pair(expression(read.graph, read.output)):
        # A sign before an exponent keeps its brackets for the eye: x^(-w).
        if re.search(r"\^\s*-", shorter):
            continue
        try:
            again = parse(shorter)
        except BpcliError:
            continue
        assert not same_formula(read.graph, read.output, again.graph, again.output, folded=False)


# Nothing is reordered, and nothing is calculated.
PRINTED = [
    ("(x+w)*w", "(x + w)*w"),
    ("w*(x+w)", "w*(x + w)"),
    ("x*w", "x*w"),
    ("w*x", "w*x"),
    ("x+(w+h)", "x + (w + h)"),
    ("(x+w)+h", "x + w + h"),
    ("x-(w-h)", "x - (w - h)"),
    ("x/(w*h)", "x/(w*h)"),
    ("x/w*h", "x/w*h"),
    ("x*(w/h)", "x*(w/h)"),
    ("-(x+w)", "-(x + w)"),
    ("-(x*w)", "-(x*w)"),
    ("(-x)*w", "-x*w"),
    ("x*(-w)", "x*-w"),
    ("x-(-w)", "x - -w"),
    ("-(-x)", "--x"),
    ("-x^2", "-x^2"),
    ("(-x)^2", "(-x)^2"),
    ("(-2)^2", "(-2)^2"),
    ("x^-2", "x^-2"),
    ("x^(-w)", "x^(-w)"),
    ("x^-2", "x^-2"),
    ("x**w**h", "x^w^h"),
    ("(x^w)^h", "(x^w)^h"),
    ("x^(1/3)", "x^(1/3)"),
    ("x^(w+1)", "x^(w + 1)"),
    ("sin(x)^2", "sin(x)^2"),
    ("√x²", "sqrt(x)^2"),
    ("2x", "2*x"),
    ("(x<1)*x", "(x < 1)*x"),
    ("x+1<w*2", "x + 1 < w*2"),
    ("(0<x)<1", "(0 < x) < 1"),
    ("0<x<1", "0 < x and x < 1"),
    ("x and (w or h)", "x and (w or h)"),
    ("(x and w) or h", "x and w or h"),
    ("not (x and w)", "not (x and w)"),
    ("not x < 1", "not x < 1"),
    ("(not x) + 1", "(not x) + 1"),
    ("ln(x)", "log(x)"),
    ("log(x, 2)", "log(x, 2)"),
    ("max(x, w + 1, 2)", "max(x, w + 1, 2)"),
    ("where(x > 0, x, -x)", "where(x > 0, x, -x)"),
    ("0.10*x", "0.1*x"),
    ("1e-3x", "0.001*x"),
    ("π*x", "pi*x"),
    ("-0*x", "-0*x"),
    ("--0*x", "0*x"),
    ("a = x + w; a*a", "(x + w)*(x + w)"),
    ("f(u) = u^2 + 1; 2f(x + 1)", "2*((x + 1)^2 + 1)"),
]


@pytest.mark.parametrize(("text", "printed"), PRINTED)
def test_a_formula_is_printed_with_the_brackets_it_needs(text: str, printed: str) -> None:
    read = parse(text)
    assert program(read.graph, read.output) == printed


def test_a_named_node_stands_as_its_name_where_that_is_wanted() -> None:
    read = parse("a = x + w; b = a*w; b + a")
    assert expression(read.graph, read.output, read.graph.name) == "b + a"
    assert expression(read.graph, read.names["b"], read.graph.name) == "a*w"


SPELLED = [
    ("x*w", {"x": ("2", 9), "w": ("-3", 7)}, "2*-3"),
    ("x^w", {"x": ("-2", 7), "w": ("1/3", 6)}, "(-2)^(1/3)"),
    ("x - w", {"x": ("a + b", 5), "w": ("a + b", 5)}, "a + b - (a + b)"),
]


@pytest.mark.parametrize(("text", "spelled", "printed"), SPELLED)
def test_another_text_may_take_the_place_of_a_variable(
    text: str, spelled: dict[str, tuple[str, int]], printed: str
) -> None:
    read = parse(text)
    assert expression(read.graph, read.output, spelled=spelled) == printed


OPERATIONS = [
    ("add", ["x", "w"], [9, 9], "x + w"),
    ("mul", ["x + w", "-3"], [printing.SUM, printing.UNARY], "(x + w) * -3"),
    ("powc", ["-2", "2"], [printing.UNARY, printing.ATOM], "(-2)^2"),
    ("neg", ["x + w"], [printing.SUM], "-(x + w)"),
    ("not", ["x"], [9], "not x"),
    ("log_base", ["x + 1", "2"], [printing.SUM, printing.ATOM], "log(x + 1, 2)"),
    ("same", ["x"], [9], "x"),
    ("call f", ["x", "w"], [9, 9], "f(x, w)"),
]


@pytest.mark.parametrize(("op", "operands", "levels", "printed"), OPERATIONS)
def test_one_operation_over_texts(op: str, operands: list[str], levels: list[int], printed: str) -> None:
    assert operation(op, operands, levels, spaced=True) == printed


# Where sharing would blow a formula up it is printed as a program.


def doubled(times: int, start: str = "x") -> str:
    """x -> x*(x + 1), so many times over: a tree of 2^times leaves, and a graph of 2*times operations."""
    lines = [f"a0 = {start}"] + [f"a{n + 1} = a{n}*(a{n} + 1)" for n in range(times)]
    return "\n".join([*lines, f"a{times} + 0"])


@pytest.mark.parametrize("times", [20, 200, 2000])
def test_sharing_that_would_blow_up_is_printed_as_assignments(times: int) -> None:
    read = parse(doubled(times))
    printed = program(read.graph, read.output)
    assert len(printed) < 60 * times
    assert printed.startswith("t1 = x*(x + 1)\nt2 = t1*(t1 + 1)\n")
    again = parse(printed)
    assert same_formula(read.graph, read.output, again.graph, again.output)
    values = [
        forward(graph, FLOATS, {graph.variables["x"]: 1e-9}, node + 1)[node]
        for graph, node in ((read.graph, read.output), (again.graph, again.output))
    ]
    assert values[0] == values[1]


def test_a_short_formula_repeats_itself() -> None:
    read = parse(doubled(3))
    assert "\n" not in program(read.graph, read.output)


def test_a_long_formula_that_shares_nothing_stays_one_line() -> None:
    read = parse(" + ".join(f"x{n}*{n}" for n in range(20_000)))
    printed = program(read.graph, read.output)
    assert "\n" not in printed
    assert printed.startswith("x0*0 + x1*1 + ")


def test_the_names_of_a_printed_program_avoid_those_of_the_user() -> None:
    read = parse(doubled(30, start="t1 + t3"))
    printed = program(read.graph, read.output)
    assigned = [line.partition(" = ")[0] for line in printed.splitlines()[:-1]]
    assert not {"t1", "t3"} & {*assigned}
    assert reads_back(read.graph, read.output)


def test_printing_leaves_the_graph_as_it_was() -> None:
    read = parse(doubled(30))
    names = dict(read.graph.name)
    program(read.graph, read.output)
    assert read.graph.name == names


# Constants: text and value, by hand.

CONSTANTS = [
    (0, "0"),
    (-0.0, "-0"),
    (12, "12"),
    (-3, "-3"),
    ((1, 2), "0.5"),
    ((-1, 8), "-0.125"),
    ((1, 3), "1/3"),
    ((-22, 7), "-22/7"),
    ((1, 10**9), "1e-9"),
    ((123, 10**12), "1.23e-10"),
    (10**15, "1000000000000000"),
    (10**16, "1e16"),
    (-(10**20), "-1e20"),
    (123 * 10**20, "123e20"),
    (10**3999, "1e3999"),
    (10**6000, "1e6000"),
    ("pi", "pi"),
]


@pytest.mark.parametrize(("constant", "text"), CONSTANTS, ids=[text for _, text in CONSTANTS])
def test_a_constant_is_printed_exactly(constant: object, text: str) -> None:
    assert constant_text(constant) == text  # type: ignore[arg-type]


@given(st.integers() | st.fractions().map(lambda value: (value.numerator, value.denominator)))
def test_a_printed_constant_reads_back_exactly(constant: int | tuple[int, int]) -> None:
    graph = Graph()
    value = constant[0] if isinstance(constant, tuple) and constant[1] == 1 else constant
    node = graph.const(value)
    assert reads_back(graph, node)


def test_a_whole_number_of_any_length_is_printed() -> None:
    # Beyond the 4300 digits that Python's str() stops at: 7 * (10^9000 - 1)/9, the digit 7 nine thousand times.
    assert constant_text(7 * (10**9000 - 1) // 9) == "7" * 9000
