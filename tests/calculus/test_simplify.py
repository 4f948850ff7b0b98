"""Simplified formulas: shorter, the same value wherever there was one, and the same text on every run."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import bpcli
from bpcli.calculus.derivative import derivative
from bpcli.calculus.simplify import simplified
from bpcli.calculus.simplify.choices import TRUTHS
from bpcli.calculus.simplify.simplifier import Simplifier
from bpcli.calculus.sweeps import forward
from bpcli.engine.floats import FLOATS
from bpcli.language.reader import parse
from bpcli.language.text import expression
from bpcli.language.text import program as program_text
from calculus.bounded import EPS, sum_of_absolute_terms
from calculus.precise import PRECISE, Precise, mp
from calculus.programs import ALL, CUTTING, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from bpcli.graph import Graph


JUMPING = {"lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not", "sign", "floor", "ceil", "round", "step", "mod"}


def shown(text: str) -> str:
    program = parse(text)
    return expression(*simplified(program.graph, program.output))


@pytest.mark.parametrize(
    ("text", "short"),
    [
        # like terms and factors
        ("x + x", "2*x"),
        ("x + w + x", "2*x + w"),
        ("x*w + w*x", "2*x*w"),
        ("x - x", "0"),
        ("3*x - 2*x", "x"),
        ("x*x", "x^2"),
        ("x*x^2*x^-1", "x^2"),
        ("x/x", "1"),
        ("x^2/x", "x"),
        ("2*x*3", "6*x"),
        ("x/2 + x/3", "5*x/6"),
        ("0*x + 1*w", "w"),
        ("x^1 + w^0", "x + 1"),
        ("-(-x)", "x"),
        ("x - (w - x)", "2*x - w"),
        ("-x*-w", "x*w"),
        ("(2*x)^3", "8*x^3"),
        ("(-x)^2", "x^2"),
        ("x*abs(x)*sign(x)", "abs(x)^2"),
        ("x*sqrt(2*pi)/(sqrt(2)*sqrt(pi))", "x"),
        # two ways to write one sum, up to the sign, are one factor
        ("-(x - w)*(w - x)", "(x - w)^2"),
        ("-3*(x - w)*(2*w - 2*x)*sin(x)", "6*(x - w)^2*sin(x)"),
        ("-(x - w)*(w - x)*(x - w)", "(x - w)^3"),
        ("(x - w)*(w - x)", "-(x - w)^2"),
        ("(x - w)^2/(w - x)", "w - x"),
        ("2*(2*x + 4)*(x + 2)", "4*(x + 2)^2"),
        ("(-x - 1)*(w + 1)", "-(x + 1)*(w + 1)"),
        ("(-x - 1)/(-w - 1)", "(x + 1)/(w + 1)"),
        ("x^0.5*x^0.5", "x"),
        ("x*x^(n - 1)", "x^n"),
        ("sin(x)*sin(x)", "sin(x)^2"),
        ("exp(0) + log(1) + cos(0)", "2"),
        # what must stay: another domain, another sign, or a reading of its own
        ("(x^2)^0.5", "(x^2)^0.5"),
        ("(x^2)^(1/2)", "(x^2)^0.5"),
        ("sqrt(x^2)", "sqrt(x^2)"),
        ("x^(1/3)", "x^(1/3)"),
        ("(x + 1)*(x - 1)", "(x + 1)*(x - 1)"),
        ("(x + 1)^2", "(x + 1)^2"),
        ("log(x*w)", "log(x*w)"),
        ("x/0", "x/0"),
        ("1/0", "1/0"),
        ("0^-1", "1/0"),
        # the order of a sum: variables as they first appear, falling degree, constants last, no minus in front
        ("1 + x", "x + 1"),
        ("1 - x^2", "1 - x^2"),
        ("1 + x + x^3 + x^2", "x^3 + x^2 + x + 1"),
        ("-x + w", "w - x"),
        ("-x - w", "-x - w"),
        ("0.5*x", "x/2"),
        # choices
        ("where(1 > 0, x, w)", "where(1 > 0, x, w)"),
        ("where(1, x, w)", "x"),
        ("where(x > 0, w, w)", "w"),
        ("where(not x > 0, w, x)", "where(x > 0, x, w)"),
        ("where(x > 0, where(x > 0, 1, 2), where(x > 0, 3, 4))", "where(x > 0, 1, 4)"),
        ("where(x > 0, w*where(x > 0, x, 2)^2, 0)", "where(x > 0, x^2*w, 0)"),
        ("where(x > 0, 1, 0) + where(not x > 0, w, 0)", "where(x > 0, 1, w)"),
        ("where(x > 0 and w > 0, where(w > 0, x, 5), 0)", "where(x > 0 and w > 0, x, 0)"),
        ("where(x > 0 and x > 0, 1, 0)", "where(x > 0, 1, 0)"),
        ("where(x > 0 and not x > 0, 1, w)", "w"),
        ("where(x and x, 1, 0)", "where(x and x, 1, 0)"),
        ("where((x > 0 or w > 0) and x > 0, 1, 0)", "where(x > 0, 1, 0)"),
    ],
)
def test_pairs(text: str, short: str) -> None:
    """By hand."""
    assert shown(text) == short


def value_of(graph: Graph, output: int, at: dict[str, Any], kind: Any = PRECISE) -> Any:
    inputs = {node: at[name] for name, node in graph.variables.items()}
    return forward(graph, kind, inputs, output + 1)[output]


def points(draw: Any) -> dict[str, Any]:
    return {name: mp.mpf(draw(st.integers(-300, 300))) / prime for name, prime in zip("xyz", (97, 89, 83), strict=True)}


# What the rules of products and sums are about, close together.
MEETING = (
    "({} * {})", "({} * {})", "({} / {})", "({} / {})", "({} - {})", "({} - {})", "({} + {})", "-({})", "({})^2",
    "({})^-1", "({})^3", "sqrt({})", "exp({})", "exp(-({}))", "abs({})", "sign({})", "relu({})", "max({}, {})",
    "({})^({})", "2*({})",
)  # fmt: skip


@st.composite
def cases(draw: Any) -> tuple[str, dict[str, Any], bool]:
    """A program, a point, and whether its textbook derivative is meant instead."""
    shapes = ALL + CUTTING if draw(st.booleans()) else MEETING
    return draw(texts(shapes, 12)), points(draw), draw(st.booleans())


def read(case: tuple[str, dict[str, Any], bool]) -> tuple[Graph, int, Any]:
    text, _, derived = case
    program = parse(text)
    assume(program.inputs)
    if not derived:
        return program.graph, program.output, PRECISE
    (node,) = derivative(program.graph, program.output, [program.graph.variables[program.inputs[0]]], textbook=True)
    return program.graph, node, Precise(textbook=True)


@given(cases())
def test_the_value_is_the_same_wherever_there_was_one(case: tuple[str, dict[str, Any], bool]) -> None:
    """In 50 digits, so that what remains of a wrong rule is not a rounding."""
    graph, output, _ = read(case)
    values = forward(graph, PRECISE, {node: case[1][name] for name, node in graph.variables.items()}, output + 1)
    assume(mp.isfinite(values[output]))
    needed = graph.reaches(output)
    # The larger of a number and nan is what the order of the two makes it.
    chosen = [node for node in range(output + 1) if needed[node] and graph.op[node] in ("max", "min", *TRUTHS)]
    assume(all(mp.isfinite(values[argument]) for node in chosen for argument in graph.args[node]))
    size = max(abs(value) for value, mark in zip(values, needed, strict=False) if mark and mp.isfinite(value))
    assume(size < mp.mpf(10) ** 12)
    short = simplified(graph, output)
    assert abs(value_of(*short, case[1]) - values[output]) <= mp.mpf(10) ** -20 * (1 + size)


@given(cases())
def test_what_is_printed_reads_back_as_the_same_function(case: tuple[str, dict[str, Any], bool]) -> None:
    graph, output, _ = read(case)
    short = simplified(graph, output)
    again = parse(program_text(*short))
    want = value_of(*short, case[1])
    assume(mp.isfinite(want) and abs(want) < mp.mpf(10) ** 12)
    # A constant is printed exactly; only the order of a few roundings may differ.
    assert abs(value_of(again.graph, again.output, case[1]) - want) <= mp.mpf(10) ** -25 * (1 + abs(want))


@given(cases())
def test_it_ends_and_does_not_grow(case: tuple[str, dict[str, Any], bool]) -> None:
    graph, output, _ = read(case)
    before = sum(graph.reaches(output))
    short, end = simplified(graph, output)
    assert sum(short.reaches(end)) <= 3 * before + 4


@pytest.mark.parametrize(
    "text",
    [
        "*".join(["(x + 1)"] * 300),
        "*".join(f"(x + {number})" for number in range(300)),
        "+".join(f"x^{number}*w" for number in range(300)),
        "(" * 300 + "x" + " + w)*2" * 300,
        "(" * 300 + "x" + " - w)^2" * 300,
        "x" + "/(x + 1)" * 300,
        "relu(" * 100 + "x" + ")*w" * 100,
        "; ".join(["a0 = x + w", *(f"a{place} = a{place - 1}*a{place - 1} - w" for place in range(1, 200)), "a199"]),
        "; ".join(["a0 = x", *(f"a{place} = -a{place - 1} - 1" for place in range(1, 200)), "a199*w"]),
        "where(x > 0, " * 100 + "x" + ", w)" * 100,
        "+".join(f"where(x > {number % 3}, where(x > {number % 2}, x, w), w)" for number in range(100)),
        "((10^4000)^64)^64*x",
    ],
    ids=lambda text: text[:24],
)
def test_large_formulas_stay_as_large_as_they_were(text: str) -> None:
    """Nothing is multiplied out: powers of a sum, squares of squares and towers of powers would have no end."""
    program = parse(text)
    short, output = simplified(program.graph, program.output)
    assert sum(short.reaches(output)) <= 3 * sum(program.graph.reaches(program.output)) + 4
    (slope,) = derivative(program.graph, program.output, [program.graph.variables["x"]], textbook=True)
    short, output = simplified(program.graph, slope)
    assert sum(short.reaches(output)) <= 3 * sum(program.graph.reaches(slope)) + 4


PRINTED = """
import sys
from bpcli.engine.formulas import differentiate
from bpcli.language.reader import parse
for text in sys.stdin.read().splitlines():
    program = parse(text)
    for name in program.inputs:
        print(differentiate(program, [name]))
        print(differentiate(program, [name, name]))
"""


def test_the_text_does_not_depend_on_the_seed_of_hashes() -> None:
    lines = [
        "(x + w)*w", "x*sin(y)*exp(z)*w + y*x", "relu(x*w)*max(x, w, y)", "where(x > y and y > z or x > z, x*y*z, z/x)",
        "(a + b + c + d2)*(b + c)*(d2 + a)^3", "hypot(x, y)*atan2(y, x)/(x*y + z)", "x^y*y^x*z^(x*y)",
    ]  # fmt: skip
    outputs = set()
    for seed in ("0", "1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(bpcli.__file__).parents[1])}
        done = subprocess.run(
            [sys.executable, "-c", PRINTED],
            input="\n".join(lines),
            capture_output=True,
            text=True,
            env=environment,
            check=True,
        )
        outputs.add(done.stdout)
    assert len(outputs) == 1
    assert len(outputs.pop().splitlines()) > 30


@given(cases())
def test_in_floats_they_differ_by_rounding_alone(case: tuple[str, dict[str, Any], bool]) -> None:
    """Within 8 eps times the sum of absolute terms, of the one as it was built and of the other as it is shown."""
    graph, output, _ = read(case)
    at = {name: float(value) for name, value in case[1].items()}
    size = 0.0
    found = []
    for each, node in ((graph, output), simplified(graph, output)):
        inputs = {place: at[name] for name, place in each.variables.items()}
        values = forward(each, FLOATS, inputs, node + 1)
        assume(math.isfinite(values[node]))
        # A value close to a jump may be rounded to its other side; what comes after is another branch.
        exact = forward(each, PRECISE, {place: mp.mpf(value) for place, value in inputs.items()}, node + 1)
        needed = each.reaches(node)
        jumps = [place for place in range(node + 1) if needed[place] and each.op[place] in JUMPING]
        assume(all(abs(values[place] - exact[place]) < 1e-6 for place in jumps))
        found.append(values[node])
        size += sum_of_absolute_terms(each, node, values)
    assume(size < 1e12)
    assert abs(found[0] - found[1]) <= 8 * EPS * size


def chain(link: str, count: int, start: str = "x") -> str:
    """A ladder: each statement made from the one before it."""
    lines = [f"a0 = {start}", *(f"a{place} = {link.format(f'a{place - 1}')}" for place in range(1, count))]
    return "; ".join([*lines, f"a{count - 1}*w"])


@pytest.mark.parametrize(
    "text",
    [
        chain("{0}*{0}", 10_000),
        chain("{0} + {0}", 10_000),
        chain("{0}*{0} - {0}", 3000),
        chain("({0} + w)/({0} - w)", 3000),
        chain("1/({0} + 1/{0})", 3000),
        chain("exp({0})*exp(-{0}) + {0}", 3000),
        chain("sqrt({0})*{0}", 3000),
        chain("where({0} > 0, {0}*x, {0} + x)", 3000),
        chain("relu({0})^2", 3000),
        chain("max({0}, x)*{0}", 2000),
        chain("abs({0})*sign({0})", 3000),
        chain("{0}^{0}", 3000),
        chain("-{0}", 10_000),
        "where(x > 0, " * 5000 + "x" + ", w)" * 5000,
        "(" * 10_000 + "x" + " + w)" * 10_000,
        "(" * 5000 + "x" + " + w)*x" * 5000,
        "x" + "/(x + 1)" * 5000,
        "+".join(f"1/(x + {number})" for number in range(1, 3000)),
        "+".join(f"exp({number}*x)*x^{number}" for number in range(1, 3000)),
        "(x + w + 1)^1000000",
        "(x + 1)^(10^30)*(x - 1)^(10^30) + x",
        "((x + 1)^24 + (x - 1)^24)^24 + x",
        "x^(1/1000003) + x^(1000003/1000002)",
    ],
    ids=lambda text: f"{text[:40]}",
)
def test_it_ends_soon_on_everything(text: str) -> None:
    """A budget of nodes, in which it has to make its formula whatever it tries on the way, and of its size."""
    program = parse(text)
    work = Simplifier(program.graph, program.output)
    short, output = work.run()
    before = sum(program.graph.reaches(program.output))
    assert sum(short.reaches(output)) <= 3 * before + 4
    assert len(short) <= 100 * before + 100_000


def test_the_record_of_a_trace_shows_what_was_typed() -> None:
    """x*1 + 0*w stays itself: simplification is for formulas that are shown as the answer."""
    trace = bpcli.trace("x*1 + 0*w", x=2, w=3)
    assert [trace.nodes[step.node].op for step in trace.forward] == ["mul", "mul", "add"]
