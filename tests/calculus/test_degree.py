"""The degree of a value in its parameters: what descent may take for a quadratic, and what it may not."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from bpcli import evaluate
from bpcli.calculus.degree import Degrees, is_quadratic
from bpcli.language.reader import parse
from bpcli.ops import TABLE

# Program -> its degree in w, b, c; x, y and t are data. All by hand.
DEGREES = [
    ("x*y + 3", 0),
    ("tanh(x)*abs(y)", 0),
    ("w", 1),
    ("-w", 1),
    ("w*x + b", 1),
    ("w*sin(x) + b*exp(-x^2)", 1),
    ("w/x", 1),
    ("(w - b)/(1 + x^2)", 1),
    ("(w*x + b - y)^2", 2),
    ("(w*x + b - y)*(w*x + b - y)", 2),
    ("r = w*x - y; r*r", 2),
    ("(w*x - y)^2 + 0.01*w^2", 2),
    ("w*b", 2),
    ("w*b*x + c^2", 2),
    ("where(x > 0, w, b)", 1),
    ("where(x > 0, w^2, b)", 2),
    ("a = w*x; p = a + b; L = (p - y)^2; L", 2),
    ("t = (x - 3)/2; T2 = 2*t*t - 1; p = w + b*t + c*T2; L = (p - y)^2", 2),
    ("w^3", 3),
    ("(w*b)^2", 4),
    ("w*b*c", 3),
    ("w^1", 1),
    ("w^0", 0),
    ("(w*x)^2.0", 2),
    # Not cancelled: an upper bound, so that the answer is never a wrong yes.
    ("w^3 - w^3", 3),
]

NOT_A_POLYNOMIAL = [
    ("abs(w)", "abs"),
    ("abs(w*x - y)", "abs"),
    ("max(w, 0)", "max"),
    ("max(w, b)", "max"),
    ("relu(w*x)", "relu"),
    ("clip(w, 0, 1)", "clip"),
    ("where(w > 0, x, y)", "gt"),
    ("where(w > 0, w, b)", "gt"),
    ("where(w, x, y)", "where"),
    ("round(w)", "round"),
    ("floor(w)*x", "floor"),
    ("sign(w)*w", "sign"),
    ("step(w)", "step"),
    ("w > x", "gt"),
    ("detach(w)", "detach"),
    ("detach(w)*w", "detach"),
    ("exp(w)", "exp"),
    ("sin(w)", "sin"),
    ("cos(w)", "cos"),
    ("(tanh(w*x + b) - y)^2", "tanh"),
    ("sqrt(w)", "sqrt"),
    ("1/w", "div"),
    ("x/w", "div"),
    ("w/b", "div"),
    ("w^-1", "powc"),
    ("w^0.5", "powc"),
    ("w^x", "pow"),
    ("x^w", "pow"),
    ("2^w", "pow"),
    ("hypot(w, b)", "hypot"),
    ("mod(w, x)", "mod"),
    ("log(w)", "log"),
    ("sigmoid(w)", "sigmoid"),
    ("f(u) = u^2; d f/du = 2*u; f(w)", "call f"),
    ("f(u) = u; surrogate d f/du = 3; f(w)", "call f"),
]  # fmt: skip


def of(text: str) -> tuple[int | None, str]:
    program = parse(text)
    nodes = [node for name, node in program.graph.variables.items() if name in "wbc"]
    found = Degrees(program.graph, program.output, nodes)
    return found.of[program.output], "" if found.edge is None else program.graph.op[found.edge]


@pytest.mark.parametrize(("text", "degree"), DEGREES)
def test_a_polynomial_has_its_degree(text: str, degree: int) -> None:
    assert of(text) == (degree, "")


@pytest.mark.parametrize(("text", "edge"), NOT_A_POLYNOMIAL)
def test_what_is_no_polynomial_is_told_by_the_operation_that_ends_it(text: str, edge: str) -> None:
    assert of(text) == (None, edge)


def test_what_a_parameter_does_not_reach_may_be_anything() -> None:
    program = parse("(w*relu(x) + detach(y) - round(x))^2 + abs(x)")
    assert is_quadratic(program.graph, program.output, [program.names["w"]])
    assert not is_quadratic(program.graph, program.output, [program.names["x"]])


def test_what_is_computed_beside_the_output_does_not_matter() -> None:
    """z, which reaches nothing, is not the edge that is named."""
    program = parse("z = exp(w); v = sin(w); v*x")
    found = Degrees(program.graph, program.output, [program.names["w"]])
    assert program.graph.op[found.edge or 0] == "sin"


def test_an_intermediate_may_be_taken_for_a_variable() -> None:
    program = parse("p = exp(w*x); (p - y)^2")
    assert is_quadratic(program.graph, program.output, [program.names["p"]])
    assert not is_quadratic(program.graph, program.output, [program.names["w"]])


def test_a_long_program_takes_no_recursion() -> None:
    program = parse("w" + " + b*x" * 50_000)
    nodes = [program.names["w"], program.names["b"]]
    assert Degrees(program.graph, program.output, nodes).of[program.output] == 1


SINGLE = [op for op in TABLE.values() if len(op.params) == 1 and not op.variadic and not op.base]


@pytest.mark.parametrize("op", SINGLE, ids=lambda op: op.name)
def test_a_function_that_is_called_a_polynomial_is_one(op: object) -> None:
    """Every function of one argument: its divided differences of the next order are 0 at random fractions."""
    name = op.spelling  # type: ignore[attr-defined]
    text = f"{name} w" if name.isalpha() and op.symbol.isalpha() else f"{name}(w)"  # type: ignore[attr-defined]
    if name == "same":
        text = "v = w; v"
    if name == "neg":
        text = "-w"
    program = parse(text)
    degree = Degrees(program.graph, program.output, [program.names["w"]]).of[program.output]
    if degree is None:
        return
    draw = random.Random(degree)
    points = [Fraction(draw.randrange(-999, 999), 7) for _ in range(degree + 2)]
    column = [Fraction(evaluate(text, w=point, numbers="exact").value) for point in points]
    for order in range(1, degree + 2):
        column = [
            (column[place + 1] - column[place]) / (points[place + order] - points[place])
            for place in range(len(column) - 1)
        ]
    assert column == [0]
