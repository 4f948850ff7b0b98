"""Traces of tensors: the rules of the record are true, shapes are kept, copies are summed, entries are numbers."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bpcli.engine.point import evaluate
from bpcli.errors import InputError
from bpcli.language.reader import parse
from bpcli.render.json.traces import trace_dict
from bpcli.tracing.elements import element_program
from bpcli.tracing.pulls import shapes_text
from bpcli.tracing.record import Trace, names_of, record
from bpcli.tracing.stored import restored
from conftest import call
from ops.tensor_uses import ALL, point_of

# By hand: W1 @ x = [-1, 4.5, 2]; with b1 [-1, 5, 1]; h = [0, 5, 1]; W2 @ h = [13, 1]; z = [13, 2]; L = 144/2.
NET = "h = relu(W1@x + b1); z = W2@h + b2; L = sum((z - t)^2)/2"
AT: dict[str, Any] = {
    "W1": [[1, -1], [0.5, 2], [0, 1]], "x": [1, 2], "b1": [0, 0.5, -1], "W2": [[1, 2, 3], [-1, 0, 1]], "b2": [0, 1],
    "t": [1, 2],
}  # fmt: skip
FROM_SHELL = [word for name, value in AT.items() for word in (f"--{name}", json.dumps(value))]


def traced(text: str, at: dict[str, Any], **more: Any) -> Trace:
    given = {name: np.array(value, dtype=float)[()] for name, value in at.items()}
    return record(parse(text, given=list(given)), given, **more)


def drawn(text: str, shapes: tuple[Any, ...]) -> tuple[str, dict[str, Any]]:
    """A scalar program around a use of an operation, and values for its variables."""
    return f"L = sum(({text})^2)", point_of(text, shapes, high=2.0)


@pytest.fixture(params=ALL, ids=lambda use: use[1])
def use(request: pytest.FixtureRequest) -> Any:
    name, text, *shapes = request.param
    text, given = drawn(text, tuple(shape for shape in shapes if isinstance(shape, tuple)))
    return name, text, given


def row(trace: Trace, node: str, argument: str) -> Any:
    return next(
        each for each in trace.backward if (trace.names[each.node], trace.names[each.argument]) == (node, argument)
    )


def test_the_rules_of_a_small_net_are_those_of_the_blackboard() -> None:
    trace = traced(NET, AT)
    told = {
        (trace.names[each.node], trace.names[each.argument]): (each.pull.rule, shapes_text(each.pull))
        for each in trace.backward
        if each.pull is not None
    }
    assert told["f", "W2"] == ("outer(g, h)", "(2,) outer (3,) -> (2, 3)")
    assert told["f", "h"] == ("W2.T @ g", "(3, 2) @ (2,) -> (3,)")
    assert told["h", "c"] == ("g * (c > 0)", "(3,) * (3,) -> (3,)")
    assert told["a", "W1"] == ("outer(g, x)", "(3,) outer (2,) -> (3, 2)")
    # By hand: dL/dz = z - t = [12, 0]; W2.T @ that = [12, 24, 36], and relu is shut at the first.
    assert row(trace, "f", "W2").total.tolist() == [[0, 60, 12], [0, 0, 0]]
    assert row(trace, "h", "c").local.tolist() == [0, 1, 1]
    assert row(trace, "h", "c").product.tolist() == [0, 24, 36]
    assert trace.gradient["W1"].tolist() == [[0, 0], [24, 48], [36, 72]]


@pytest.mark.parametrize(
    ("text", "at", "name", "axes", "copies", "summed", "total"),
    [
        # By hand: each copy brings its upstream value, 1.
        ("sum(X + b)", {"X": [[1, 2], [3, 4], [5, 6]], "b": [1, 2]}, "b", (0,), 3, "sum(g, axis=0)", [3, 3]),
        ("sum(X + b)", {"X": [[1, 2], [3, 4], [5, 6]], "b": 1}, "b", (0, 1), 6, "sum(g)", 6),
        ("sum(X + c)", {"X": [[1, 2]] * 2, "c": [[1], [2]]}, "c", (1,), 2, "sum(g, axis=1, keepdims=1)", [[2], [2]]),
        ("sum(X*s)", {"X": [1, 2, 4], "s": 3}, "s", (0,), 3, "sum(g * X)", 7),
    ],
)
def test_what_was_copied_is_summed(
    text: str, at: dict[str, Any], name: str, axes: tuple[int, ...], copies: int, summed: str, total: Any
) -> None:
    trace = traced(text, at)
    edge = next(each for each in trace.backward if trace.names[each.argument] == name)
    assert (edge.pull.axes, edge.pull.copies, edge.pull.summed) == (axes, copies, summed)
    assert np.asarray(edge.pull.arrived).tolist() == np.asarray(edge.total).tolist() == total


def test_every_rule_gives_what_went_along_its_edge(use: Any) -> None:
    _, text, given = use
    trace = record(parse(text, given=list(given)), given)
    values = {node.name: node.value for node in trace.nodes.values()}
    for each in trace.backward:
        if each.pull is None or not each.pull.rule or each.state != "open" or "place(" in each.pull.rule:
            continue  # that a slice is the place of something is not text that can be read
        at = {**values, each.pull.upstream: each.upstream}
        program = parse(each.pull.rule + " + 0", given=list(at))
        found = evaluate(program, {name: at[name] for name in program.inputs}).value
        np.testing.assert_allclose(np.broadcast_to(found, np.shape(each.product)), each.product, rtol=1e-9, atol=1e-12)


def test_what_arrives_has_the_shape_of_the_argument(use: Any) -> None:
    _, text, given = use
    trace = record(parse(text, given=list(given)), given)
    for each in trace.backward:
        assert np.shape(each.total) == np.shape(trace.nodes[each.argument].value)
        assert each.pull is None or each.pull.fits
    for name, slope in trace.gradient.items():
        assert np.shape(slope) == np.shape(given[name])


def test_an_entry_as_numbers_has_the_derivative_of_the_tensors(use: Any) -> None:
    name, text, given = use
    program = parse(text, given=list(given))
    trace = record(program, given)
    point = evaluate(program, given)
    for variable, slope in trace.gradient.items():
        if not np.ndim(slope):
            continue
        index = tuple(size - 1 for size in np.shape(slope))
        written = f"{variable}[{','.join(map(str, index))}]"
        try:
            found = element_program(point, names_of(program, shaped=True), written)
        except InputError as error:
            assert error.kind in ("element-not-told", "element-too-large"), (name, error.kind)
            continue
        if found is None:
            assert slope[index] == 0
            continue
        source, at, entry = found
        # To the rounding of exponentials and sums in another order.
        at_entry = entry.variable
        assert record(parse(source, given=list(at)), at, [at_entry]).gradient[at_entry] == pytest.approx(
            float(slope[index]), rel=1e-9, abs=1e-11
        )


def test_one_entry_has_paths_and_a_check() -> None:
    answer = call("trace", NET, *FROM_SHELL, "--element", "W1[1,0]")
    # By hand: dL/dW1[1, 0] = 24 * x[0] = 24.
    assert answer.code == 0
    assert "dL/dW1[1,0] = 24          check: central difference agrees" in answer.out
    assert "Paths from W1[1,0] to L" in answer.out
    assert "a[1] = W1[1,0] * x[0] + W1[1,1] * x[1]" in answer.out


def test_one_entry_says_what_is_constant_for_it_and_keeps_inputs_in_order() -> None:
    program = ["z = W@x; L = cross_entropy(z, 1)", "--W", "[[1,2],[3,4],[0,1]]", "--x", "[1,-2]"]
    header = call("trace", *program, "--element", "W[1,0]").out.split("\n")[0]
    # By hand: z = [1 - 4, 3 - 8, 0 - 2], of which the second alone depends on W[1, 0].
    given, fixed = "W[1,0] = 3, W[1,1] = 4, x[0] = 1, x[1] = -2", "constant for W[1,0]: z[0] = -3, z[2] = -2"
    assert f"      {given}      {fixed}      " in header
    steps = call("trace", *program, "--element", "x[1]", "--only", "forward").out
    places = [steps.index(f"  z[{place}] ") for place in range(3)]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("sum(x[1:]^2)", "y does not depend on x[0]"),
        ("sum(detach(x))", "y does not depend on x[0] any more: every path is cut by detach"),
        ("sum(floor(x)) + x[1]", "dy/dx[0] is 0 here: every path from x[0] passes an operation that is flat or closed"),
    ],
)
def test_an_entry_without_influence_has_the_derivative_0_and_the_reason(text: str, reason: str) -> None:
    answer = call("trace", text, "--x", "[0.5,2]", "--element", "x[0]", "--expect", "x[0]=0")
    assert answer.code == 0
    assert "dy/dx[0] = 0\n" in answer.out
    assert f"note: {reason}" in answer.out
    assert call("trace", text, "--x", "[0.5,2]", "--element", "x[0]", "-q").out == "x[0]=0\n"


@pytest.mark.parametrize("name", ["x[0]", "x_0", "dy/dx[0]"])
def test_numbers_of_others_for_one_entry_are_named_as_it_is(name: str) -> None:
    asked = ["trace", "sum(x^2)", "--x", "[-4,-2]", "--element", "x[0]"]
    # By hand: 2 * (-4) = -8.
    assert call(*asked, "--claim", f"{name}=-8").code == call(*asked, "--expect", f"{name}=-8").code == 0
    wrong = call(*asked, "--claim", f"{name}=8")
    assert wrong.code == 1 and "the sign is wrong" in wrong.out


def test_one_entry_is_an_index_in_latex_and_comes_back_from_json(tmp_path: Path) -> None:
    asked = ["trace", "sum((W@x)^2)", "--W", "[[1,2],[3,4]]", "--x", "[-4,-2]", "--element", "W[1,0]"]
    page = call(*asked, "--format", "latex").out
    assert r"W_{1, 0}" in page and r"\text{W[" not in page
    stored = tmp_path / "trace.json"
    stored.write_text(call(*asked, "--json").out, encoding="utf-8")
    assert call("trace", "--from", str(stored)).out == call(*asked).out


def test_what_does_not_depend_on_an_entry_is_a_variable_with_its_value() -> None:
    point = evaluate(parse("L = sum(exp(x)*y)"), {"x": np.array([0.0, 1.0]), "y": np.array([2.0, 3.0])})
    found = element_program(point, names_of(point.program, shaped=True), "x[0]")
    assert found is not None
    source, given, entry = found
    assert (source, entry.variable) == ("a_0 = exp(x_0); c_0 = a_0*y_0; L = c_0 + c_1", "x_0")
    assert entry.fixed == ["c[1]"] and entry.shown == "x[0]"
    assert given == {"x_0": 0.0, "y_0": 2.0, "c_1": pytest.approx(3 * np.e)}


@pytest.mark.parametrize(
    ("text", "at"),
    [
        (NET, AT),
        ("x*mean(X)", {"x": 2, "X": [[1, 2]]}),
        ("cross_entropy(X, [0, 1]) + 1/x", {"X": [[1, 2], [3, 4]], "x": 0}),
    ],
)
def test_a_stored_trace_is_the_same_trace(text: str, at: dict[str, Any]) -> None:
    told = trace_dict(traced(text, at))
    again = trace_dict(restored(json.loads(json.dumps(told))))
    assert json.dumps(again) == json.dumps(told)


def test_a_check_of_a_small_trace_compares_every_entry_and_of_a_large_one_some() -> None:
    small = traced(NET, AT).check
    large = traced("mean((X@w)^2)", {"X": np.ones((8, 30)), "w": np.arange(30)}).check
    assert small is not None and small.state == "agrees" and not small.sampled
    assert large is not None and large.state == "agrees" and large.sampled


def test_no_node_is_called_like_the_upstream_value() -> None:
    assert "g" not in traced("sum(exp(sin(cos(tan(x*y + z)))))", {"x": [1, 2], "y": 2, "z": 3}).names.values()
    named = traced("sum(g*x)", {"x": [1, 2], "g": [3, 4]})
    assert {each.pull.rule for each in named.backward if each.pull} == {"G", "G * x", "G * g"}


def test_memory_counts_the_bytes_of_arrays() -> None:
    out = call("trace", NET, *FROM_SHELL, "--lens", "memory").out
    # By hand: c and h have three entries, k has two; 8 numbers of 8 bytes. The sum asks for the shape of m alone.
    assert "computed values that are kept: 3 of 9 (64 bytes in double precision)" in out
    assert re.search(r"n +sum\(m\)\n", out)


def test_an_entry_can_have_what_is_about_numbers() -> None:
    """By hand: c = [-1, 4.5, 2], relu of c + b1 is [0, 5, 1], z - t = [12, 0]; dL/dx[0] = 12*(2*0.5 + 3*0) = 12."""
    forward = call("trace", NET, *FROM_SHELL, "--element", "x[0]", "--mode", "forward").out
    assert "dL/dx[0] = 12 " in forward
    flow = call("trace", NET, *FROM_SHELL, "--element", "x[0]", "--lens", "flow").out
    assert re.search(r"k\[0\] +12 ", flow)  # k = z - t, of which L is half the square
    assert "is dead" in flow
