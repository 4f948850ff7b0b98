"""The worked points of operations on tensors, with NumPy arrays; and what is shown of them, read back as a program."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest

from bpcli.calculus.sweeps import forward, idle, reverse
from bpcli.engine.point import evaluate
from bpcli.engine.tensors import TENSORS
from bpcli.graph import Graph
from bpcli.language.reader import parse
from bpcli.ops import TABLE, Golden, Op
from bpcli.render.reference import example

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Runner

OPS = [op for op in TABLE.values() if op.of_tensors]
CASES = [(op, golden) for op in OPS for golden in op.golden]
NAMES = [f"{op.name}-{place}" for place, (op, _) in enumerate(CASES)]


def near(got: Any, want: Any) -> None:
    assert np.shape(got) == np.shape(want)
    np.testing.assert_allclose(got, want, rtol=4e-15, atol=4e-15)


@pytest.mark.parametrize("op", OPS, ids=[op.name for op in OPS])
def test_every_operation_on_tensors_has_a_golden_point_with_an_origin(op: Op) -> None:
    assert op.golden or op.flat == "is drawn, not computed"
    for golden in op.golden:
        assert re.match(r"by hand|convention", golden.origin)
        assert {*golden.settings} <= {*op.settings}
        assert len(golden.slopes) == len(golden.at)


@pytest.mark.parametrize(("op", "golden"), CASES, ids=NAMES)
def test_golden_values_and_what_reaches_each_argument_come_out(op: Op, golden: Golden) -> None:
    graph = Graph()
    arguments = [graph.variable(f"v{place}") for place in range(len(golden.at))]
    node = graph.add(op.set(golden.settings).name if op.settings else op.name, tuple(arguments))
    at = [np.asarray(each, float) for each in golden.at]
    values = forward(graph, TENSORS, dict(zip(arguments, at, strict=True)), node + 1)
    near(values[node], golden.value)
    upstream = np.ones_like(values[node]) if golden.upstream is None else np.asarray(golden.upstream, float)
    for argument, given, want in zip(arguments, at, golden.slopes, strict=True):
        if want is None:
            continue
        got = reverse(graph, TENSORS, values, node, upstream, idle(graph, [argument]))[argument]
        near(np.zeros_like(given) if got is None else got, want)


@pytest.mark.parametrize(("op", "golden"), [case for case in CASES if not case[0].inner])
def test_the_example_of_the_page_is_a_program_with_that_value(op: Op, golden: Golden) -> None:
    program = parse(f"a = {example(op, golden)}; sum(a)")
    node = program.names["a"]
    assert program.graph.op[node].partition(" ")[0] == op.name
    near(evaluate(program, {}).values[node], golden.value)


# What `bpcli ops` says of them.


def test_the_page_shows_the_call_the_rules_and_an_example(run: Runner) -> None:
    shown = run("ops", "softmax").out.splitlines()
    assert shown[0] == "softmax(x, axis=-1)"
    assert "  dL/dx             out*(g - sum(g*out, axis=axis, keepdims=1))" in shown
    # By hand: 1/4 and 3/4; 1/4*(1 - 1/4) and 3/4*(0 - 1/4).
    assert "  softmax([0, 1.0986122886681098]) = [0.25, 0.75]   (by hand: log 1 and log 3)" in shown
    assert "    with g = [1, 0]: dL/dx = [0.1875, -0.1875]" in shown


@pytest.mark.parametrize("name", ["@", "dot", "matmul"])
def test_a_product_has_its_rules_by_what_is_multiplied(name: str, run: Runner) -> None:
    shown = run("ops", name).out
    assert "outer(g, y)   (matrix, vector)" in shown and "g @ transpose(y)   (matrix, matrix)" in shown
    assert "  linear in         x, y" in shown


@pytest.mark.parametrize(
    ("name", "piece"),
    [
        ("sum", "sum(x, axis=all, keepdims=0)"), ("reshape", "reshape(x, shape)"), ("randn", "randn(shape, seed=0)"),
        ("index", "x[at]"), ("stack", "[x, ...]"), ("concat", "concat(x, ..., axis=0)"), ("@", "x @ y"), (".T", "x.T"),
        ("norm", "  where the result is 0: slope 0"), ("max", "  where entries tie: each of the largest"),
        ("layer_norm", "  dL/dgain          follows from the value"),
        ("cross_entropy", f"g*(softmax(x) - t)   (vector, vector)\n{'':20}computed as g*(softmax(x)*sum(t) - t)"),
        ("var", "  value             sum((x - mean(x"), ("place", "  dL/dx             0: only its shape matters"),
    ],
)  # fmt: skip
def test_the_page_says(name: str, piece: str, run: Runner) -> None:
    assert piece in run("ops", name).out


def test_what_is_there_for_derivatives_is_listed_apart(run: Runner) -> None:
    before, title, after = run("ops").out.partition("inside the derivatives of tensors\n")
    assert title
    inner = [op for op in OPS if op.inner]
    assert all(f"\n  {op.spelling}(" not in before and f"  {op.spelling}(" in after for op in inner)
    assert "\n  softmax(" in before and "softmax(" not in after


def test_programs_are_told_of_settings_and_pullbacks(run: Runner) -> None:
    (told,) = json.loads(run("ops", "softmax", "--json").out)["operations"]
    assert (told["of_tensors"], told["inner"], told["settings"]) == (True, False, {"axis": "-1"})
    assert [*told["pullbacks"]] == ["x"]
