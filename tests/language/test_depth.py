"""Nothing recurses: a formula may be as deep and as long as memory allows."""

from __future__ import annotations

import math
import sys

import pytest

from bpcli.calculus.derivative import derivative
from bpcli.calculus.sweeps import forward, idle, reverse
from bpcli.engine.floats import FLOATS
from bpcli.errors import BpcliError
from bpcli.language.reader import parse
from bpcli.language.text import program
from graphs import canonical

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FRAMES = 150  # above those of the test itself: enough for the library's calls, and for no recursion


@pytest.fixture
def shallow() -> Iterator[None]:
    """A stack that leaves no room for recursion."""
    depth, frame = 0, sys._getframe()
    while frame.f_back is not None:
        depth, frame = depth + 1, frame.f_back
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(depth + FRAMES)
    yield
    sys.setrecursionlimit(before)


def test_the_shallow_stack_is_shallow(shallow: None) -> None:
    def deep(left: int) -> int:
        return deep(left - 1) if left else 0

    with pytest.raises(RecursionError):
        deep(2 * FRAMES)


# name -> how to write it `n` deep, x, the value and the slope there; by hand
SHAPES: dict[str, tuple[Callable[[int], str], float, Callable[[int], float], Callable[[int], float]]] = {
    "brackets": (lambda n: "(" * n + "x" + ")" * n, 2.0, lambda n: 2.0, lambda n: 1.0),
    "signs": (lambda n: "-" * n + "x", 2.0, lambda n: 2.0 * (-1) ** n, lambda n: (-1.0) ** n),
    "terms": (lambda n: "+".join(["x"] * n), 2.0, lambda n: 2.0 * n, lambda n: float(n)),
    "factors": (lambda n: "*".join(["x"] * n), 1.0, lambda n: 1.0, lambda n: float(n)),
    "neighbours": (lambda n: "1" + "(x)" * n, 1.0, lambda n: 1.0, lambda n: float(n)),
    # sin(sin(... 0)) is 0, and the product of n times cos(0) is 1.
    "calls": (lambda n: "sin(" * n + "x" + ")" * n, 0.0, lambda n: 0.0, lambda n: 1.0),
    # 1^(1^(... )): the outermost base alone has a slope at 1, and there the exponent is 1.
    "powers": (lambda n: "x^" * n + "1", 1.0, lambda n: 1.0, lambda n: 1.0),
    "roots": (lambda n: "√" * n + "x", 1.0, lambda n: 1.0, lambda n: math.ldexp(1.0, -n)),
    "expansions": (lambda n: "f(u)=u+1; " + "f(" * n + "x" + ")" * n, 2.0, lambda n: 2.0 + n, lambda n: 1.0),
    "statements": (
        lambda n: "a0 = x\n" + "".join(f"a{i} = a{i - 1} + x\n" for i in range(1, n)), 2.0, lambda n: 2.0 * n, float,
    ),
    "conditions": (lambda n: "x*(" + "not " * (2 * n) + "x)", 2.0, lambda n: 2.0, lambda n: 1.0),
    "comparisons": (lambda n: "x*(1" + "<=x" * n + ")", 2.0, lambda n: 2.0, lambda n: 1.0),
}  # fmt: skip

# A derivative of these writes a dozen nodes for each level.
HEAVY = ("powers", "roots")
# What is tried with a million levels: one of each way to be deep or long.
LARGE = ("brackets", "signs", "terms", "calls", "powers", "expansions")


def survives(shape: str, deep: int) -> None:
    write, x, value, slope = SHAPES[shape]
    read = parse(write(deep))
    graph, output = read.graph, read.output
    inputs = {graph.variables["x"]: x}
    values = forward(graph, FLOATS, inputs, output + 1)
    assert values[output] == value(deep)
    adjoints = reverse(graph, FLOATS, values, output, 1.0, idle(graph, None))
    assert adjoints[graph.variables["x"]] == pytest.approx(slope(deep), rel=1e-9)
    printed = program(graph, output)
    again = parse(printed)
    known: dict[object, int] = {}
    assert canonical(graph, output, known, True) == canonical(again.graph, again.output, known, True)


def derives(shape: str, deep: int) -> None:
    write, x, _, slope = SHAPES[shape]
    read = parse(write(deep))
    graph = read.graph
    (node,) = derivative(graph, read.output, [graph.variables["x"]])
    values = forward(graph, FLOATS, {graph.variables["x"]: x}, node + 1)
    assert values[node] == pytest.approx(slope(deep), rel=1e-9)
    printed = program(graph, node)
    # Linear in the depth, though the formula written out as a tree would be quadratic or worse.
    assert len(printed) <= 400 * deep


@pytest.mark.parametrize("shape", SHAPES)
def test_a_formula_of_great_depth_is_read_evaluated_and_printed(shallow: None, shape: str) -> None:
    survives(shape, 30_000)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_formula_of_great_depth_is_differentiated_and_printed(shallow: None, shape: str) -> None:
    derives(shape, 5_000 if shape in HEAVY else 20_000)


def test_a_million_nested_brackets_are_read(shallow: None) -> None:
    read = parse("(" * 1_000_000 + "x" + ")" * 1_000_000)
    assert len(read.graph) == 1


@pytest.mark.slow
@pytest.mark.parametrize("shape", LARGE)
def test_a_million_levels_are_read_evaluated_and_printed(shallow: None, shape: str) -> None:
    survives(shape, 1_000_000)


@pytest.mark.slow
@pytest.mark.parametrize("shape", LARGE)
def test_a_million_levels_are_differentiated_and_printed(shallow: None, shape: str) -> None:
    derives(shape, 50_000 if shape in HEAVY else 1_000_000)


# Mistakes at the end, at the beginning and in the middle of something long are found and told all the same.
LONG_MISTAKES = [
    ("unclosed-bracket", lambda n: "(" * n + "x"),
    ("never-opened", lambda n: "x" + ")" * n),
    ("ends-after-operator", lambda n: "-" * n),
    ("two-names", lambda n: "x+" * n + "x x"),
    ("ambiguous-quotient", lambda n: "1" + "/2" * n + "x"),
    ("ambiguous-quotient", lambda n: "1/(" + "1/" * n + "1)x"),
    ("ambiguous-power", lambda n: "2^" * n + "2x"),
    ("unknown-function", lambda n: "fn(" * n + "x" + ")" * n),
    ("unknown-function", lambda n: "n" * n + "(x)"),
    ("wrong-count", lambda n: "sin(" + "x," * n + "x)"),
    ("comma-outside", lambda n: "x" + ",x" * n),
    ("nothing-assigned", lambda n: "x" * n + " ="),
    ("unused-statement", lambda n: "x;" * n + "x"),
    ("unknown-character", lambda n: "x+" * n + "☃"),
    ("literal-too-large", lambda n: "1" * n),
    ("superscript-alone", lambda n: "²" * n),
]


@pytest.mark.parametrize(("kind", "write"), LONG_MISTAKES)
def test_a_mistake_in_a_long_text_is_told_shortly(shallow: None, kind: str, write: Callable[[int], str]) -> None:
    with pytest.raises(BpcliError) as caught:
        parse(write(30_000))
    assert caught.value.kind == kind
    assert len(caught.value.report()) < 2000
