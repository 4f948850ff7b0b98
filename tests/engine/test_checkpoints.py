"""checkpoint(e) is e; arrays inside it are let go and calculated again, and the gradients are the same."""

from __future__ import annotations

import numpy as np
import pytest

from bpcli.engine.checkpoints import inside
from bpcli.engine.floats import FLOATS
from bpcli.engine.point import gradient
from bpcli.errors import NumericError
from bpcli.language.reader import parse

DRAW = np.random.default_rng(3)
GIVEN = {"x": DRAW.standard_normal((4, 3)), "W": DRAW.standard_normal((3, 3)), "b": DRAW.standard_normal(3)}

PAIRS = [
    ("h = checkpoint(tanh(x @ W + b)); sum(h^2)", "h = tanh(x @ W + b); sum(h^2)"),
    ("a = x @ W; c = tanh(a)*a; h = checkpoint(c @ W + b); sum(h*x)", "a = x @ W; c = tanh(a)*a; sum((c @ W + b)*x)"),
    ("a = tanh(x @ W); h = checkpoint(a*b); sum(h*a)", "a = tanh(x @ W); sum(a*b*a)"),
    ("sum(checkpoint(relu(checkpoint(x @ W)*b))*x)", "sum(relu((x @ W)*b)*x)"),
    (
        "h = checkpoint(x @ W); k = checkpoint(tanh(h) @ W); sum(checkpoint(k*k) + h)",
        "h = x @ W; k = tanh(h) @ W; sum(k*k + h)",
    ),
    ("sum(checkpoint(where(x > 0, x^2, exp(x)))*b)", "sum(where(x > 0, x^2, exp(x))*b)"),
    ("f(u) = tanh(u @ W); sum(checkpoint(f(f(x))))", "f(u) = tanh(u @ W); sum(f(f(x)))"),
    ("sum(checkpoint(dropout(x, 0.5, seed=1)*x))", "sum(dropout(x, 0.5, seed=1)*x)"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "plain"), PAIRS)
@pytest.mark.parametrize("frugal", [True, False])
def test_a_checkpoint_changes_no_number(text, plain, frugal):
    given = {name: value for name, value in GIVEN.items() if name in parse(text).inputs}
    found, wanted = gradient(parse(text), given, frugal=frugal), gradient(parse(plain), given)
    assert found.value == wanted.value
    for name, slope in wanted.gradient.items():
        assert np.array_equal(found.gradient[name], slope), name


def test_what_lies_inside_is_let_go_and_what_is_used_outside_too_is_kept():
    text = "a = x @ W; c = tanh(a)*b; h = checkpoint(c @ W); sum(h*a)"
    program = parse(text)
    point = gradient(program, GIVEN, frugal=True)
    gone = [program.graph.op[node] for node, value in enumerate(point.values) if value is None]
    assert sorted(gone) == ["matmul", "mul", "tanh"]  # c @ W, c, tanh(a); a is used outside
    assert not [value for value in gradient(program, GIVEN).values if value is None]


def test_a_name_that_is_asked_for_is_kept():
    program = parse("c = x @ W; h = checkpoint(tanh(c)); sum(h)")
    point = gradient(program, {name: GIVEN[name] for name in program.inputs}, ["c"], frugal=True)
    assert point.gradient["c"].shape == (4, 3)
    assert point.values[program.names["c"]] is not None


def test_single_numbers_are_passed_on():
    point = gradient(parse("checkpoint(x*w)^2"), {"x": 2.0, "w": 3.0}, frugal=True, kind=FLOATS)
    assert point.gradient == {"x": 36, "w": 24}  # by hand: 2 (xw) w, 2 (xw) x


def test_an_undefined_derivative_inside_is_told_as_elsewhere():
    text = "sum(checkpoint(sqrt(x)*0)*x)"
    errors = []
    for each in (text, text.replace("checkpoint", "")):
        with pytest.raises(NumericError) as caught:
            gradient(parse(each), {"x": np.array([0.0, 1])}, frugal=True)
        errors.append(caught.value.kind)
    assert errors[0] == errors[1] == "nan-gradient-entry"


def test_a_node_inside_belongs_to_the_checkpoint_that_all_its_uses_are_in():
    graph = parse("a = x*w; h = checkpoint(a + 1); k = checkpoint(a*2); h*k").graph
    found = inside(graph, len(graph), ()).values()
    assert [[graph.op[node] for node in nodes] for nodes in found] == [["mul"], ["add"]]  # a is used by both
