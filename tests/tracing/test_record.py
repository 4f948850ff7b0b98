"""The record: every number in it follows from the others by the arithmetic that the record says."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given

from bpcli.engine.floats import FLOATS
from bpcli.engine.point import gradient
from bpcli.errors import NumericError
from bpcli.language.reader import parse
from bpcli.render.json.traces import trace_dict, trace_text
from bpcli.tracing.record import Trace, record
from calculus.programs import ALL, CHOOSING, CUTTING, SMOOTH, valued

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.graph import Program

    Run = tuple[Program, dict[str, float]]


def traced(text: str, at: dict[str, float], wrt: list[str] | None = None) -> Trace:
    return record(parse(text), at, wrt)


# Replaying a trace from its own numbers, on random programs


@given(valued(ALL + CUTTING))
def test_each_step_is_its_operation_of_its_operands(run: Run) -> None:
    trace = record(*run)
    assert [step.step for step in trace.forward] == [*range(1, len(trace.forward) + 1)]
    for step in trace.forward:
        node = trace.nodes[step.node]
        assert repr(FLOATS.guarded[node.op](*step.operands)) == repr(step.value) == repr(node.value)
        for argument, operand in zip(node.args, step.operands, strict=True):
            assert argument not in trace.nodes or repr(trace.nodes[argument].value) == repr(operand)


@given(valued(ALL + CUTTING))
def test_each_product_and_each_running_total_is_what_it_says(run: Run) -> None:
    """To the last bit: the totals are sums in the order in which the rows stand."""
    trace = record(*run)
    arrived: dict[int, float] = {}
    seen: dict[int, int] = {}
    for row in trace.backward:
        if row.state == "open":
            assert repr(row.product) == repr(row.upstream * row.local)
        else:
            assert row.product == 0
        assert repr(row.before) == repr(arrived.get(row.argument))
        assert repr(row.total) == repr(row.product if row.before is None else row.before + row.product)
        arrived[row.argument] = row.total
        seen[row.argument] = row.count
    # Every counter runs to its end.
    assert all(row.arriving == seen[row.argument] for row in trace.backward)
    for name, value in trace.gradient.items():
        node = trace.program.names[name]
        assert node == trace.output or arrived.get(node, 0.0) == value


@given(valued(ALL + CUTTING))
def test_the_upstream_value_of_a_step_is_all_that_arrived_there(run: Run) -> None:
    """No row goes on before every consumer of its node has been heard."""
    trace = record(*run)
    complete = {trace.output: 1.0}
    waiting = {row.argument: row.arriving for row in trace.backward}
    for row in trace.backward:
        assert waiting.get(row.node, 0) == 0, "a node was left before it was complete"
        # + 0.0: a total that began with the 0 of a closed edge has lost the sign of a zero.
        assert repr(row.upstream + 0.0) == repr(complete.get(row.node, 0.0) + 0.0)
        complete[row.argument] = row.total
        waiting[row.argument] -= 1


@given(valued(ALL + CUTTING))
def test_there_is_a_row_for_every_edge_that_a_variable_reaches(run: Run) -> None:
    trace = record(*run)
    graph = trace.program.graph
    stepped = {step.node for step in trace.forward}
    edges = {
        (node, position)
        for node in stepped
        for position, argument in enumerate(graph.args[node])
        if not graph.constant[argument]
    }
    rows = [(row.node, row.position) for row in trace.backward]
    assert sorted(rows) == sorted(edges)


@given(valued(ALL + CUTTING))
def test_a_trace_by_one_name_is_a_part_of_the_whole(run: Run) -> None:
    program, at = run
    name = program.inputs[0]
    whole = {(row.node, row.position): row for row in record(program, at).backward}
    part = record(program, at, [name])
    for row in part.backward:
        other = whole[row.node, row.position]
        for fact in ("upstream", "local", "product", "state", "formula", "condition"):
            assert repr(getattr(row, fact)) == repr(getattr(other, fact))
    assert part.gradient == {name: gradient(program, at).gradient[name]}


def every_path(trace: Trace, node: int) -> list[float]:
    """The products of all ways from a node to the output, one by one."""
    above = [row for row in trace.backward if row.argument == node and row.state == "open"]
    if node == trace.output:
        return [1.0]
    return [row.local * product for row in above for product in every_path(trace, row.node)]


@given(valued(SMOOTH + CHOOSING + CUTTING, most=7))
def test_paths_are_all_of_them_and_sum_to_the_gradient(run: Run) -> None:
    """Against enumeration, which is exponential and therefore another method."""
    trace = record(*run)
    for name, slope in trace.gradient.items():
        node = trace.program.names[name]
        if node > trace.output or node == trace.output:
            assert name not in trace.paths
            continue
        products = every_path(trace, node)
        if not products:
            assert name not in trace.paths
            continue
        paths = trace.paths[name]
        size = sum(abs(product) for product in products)
        assert paths.count == len(products)
        assert paths.total == slope
        assert sum(products) == pytest.approx(slope, rel=0, abs=1e-12 * size)
        assert len(paths.listed) == min(len(products), 10)
        largest = sorted((abs(product) for product in products), reverse=True)[:10]
        assert [abs(path.product) for path in paths.listed] == pytest.approx(largest, rel=1e-12, abs=1e-300)
        rest = sum(products) - sum(path.product for path in paths.listed)
        assert paths.rest == pytest.approx(rest, rel=0, abs=1e-12 * size)
        for path in paths.listed:
            assert path.product == pytest.approx(math.prod(path.locals), rel=1e-12)
            assert path.nodes[0] == node
            assert path.nodes[-1] == trace.output
            assert len(path.locals) == len(path.nodes) - 1


# By hand


def test_the_flagship() -> None:
    trace = traced("(x+w)*w", {"x": 2.0, "w": 3.0})
    assert [(trace.nodes[step.node].name, step.operands, step.value) for step in trace.forward] == [
        ("a", (2, 3), 5), ("y", (5, 3), 15),
    ]  # fmt: skip
    assert [
        (trace.nodes[row.node].name, trace.nodes[row.argument].name, row.upstream, row.formula, row.local, row.product,
         row.total, row.count, row.arriving)
        for row in trace.backward
    ] == [
        ("y", "a", 1, "w", 3, 3, 3, 1, 1),
        ("y", "w", 1, "a", 5, 5, 5, 1, 2),
        ("a", "x", 3, "1", 1, 3, 3, 1, 1),
        ("a", "w", 3, "1", 1, 3, 8, 2, 2),
    ]  # fmt: skip
    paths = trace.paths["w"]
    assert [([trace.nodes[node].name for node in path.nodes], path.locals, path.product) for path in paths.listed] == [
        (["w", "y"], (5,), 5), (["w", "a", "y"], (1, 3), 3),
    ]  # fmt: skip
    assert (paths.count, paths.rest, paths.total) == (2, 0, 8)
    assert trace.gradient == {"x": 3, "w": 8}
    assert trace.check is not None
    assert trace.check.gap < 1e-8


def test_automatic_names_keep_out_of_the_way_of_the_users() -> None:
    trace = traced("a = x*c; y = (a + b)*(a - b)*x", {"x": 2, "c": 1, "b": 3})
    names = [node.name for node in trace.nodes.values()]
    assert len({*names}) == len(names)
    assert names[: names.index("a")] == ["x", "c"]


@pytest.mark.parametrize(
    ("text", "at", "never"),
    [
        ("v1 = x*w; v2 = exp(v1) + x; v1*v2 + sin(x)*w*log(x)*v2*v1*x*w*exp(w)*exp(x)", {"x": 2, "w": 1}, "v"),
        ("exp(a1*a2)*c_1", {"a1": 1, "a2": 2, "c_1": 3}, "ac"),
    ],
)
def test_no_automatic_name_looks_like_one_of_a_row_of_the_users(text: str, at: dict[str, float], never: str) -> None:
    trace = traced(text, at)
    own = {*trace.program.names, "y"}
    names = [node.name for node in trace.nodes.values() if node.name not in own]
    assert names and not any(name[0] in never for name in names)


@pytest.mark.parametrize(
    ("text", "formula"), [("e^x", "y"), ("w*e^(2*x)", "c"), ("2^x", "y*log(2)"), ("sum([1, 2])*e^x", "a")]
)
def test_the_slope_of_a_power_of_e_is_the_power_itself(text: str, formula: str) -> None:
    trace = traced(text, {"x": 1, "w": 3} if "w" in text else {"x": 1})
    (row,) = [row for row in trace.backward if row.position == 1 and trace.nodes[row.node].op.startswith("pow")]
    assert row.formula == formula


def test_every_node_keeps_its_place_in_the_text() -> None:
    text = "a = x + w; y = a*w"
    trace = traced(text, {"x": 2, "w": 3})
    assert {trace.nodes[step.node].name: text[slice(*trace.nodes[step.node].span)] for step in trace.forward} == {
        "a": "x + w", "y": "a*w",
    }  # fmt: skip


def test_a_closed_a_flat_and_an_idle_edge_are_told_apart() -> None:
    """The square below the closed relu gets nothing, and passes nothing on."""
    trace = traced("a = x^2; relu(-a)*w + floor(x)", {"x": 2.5, "w": 1.0})
    states = {(row.derived, trace.nodes[row.argument].name): row.state for row in trace.backward}
    assert [state for (derived, _), state in states.items() if derived.startswith("relu")] == ["closed"]
    assert states["floor(x)", "x"] == "flat"
    assert states["-a", "a"] == states["x^2", "x"] == "idle"
    assert {row.product for row in trace.backward if row.state != "open"} == {0}


@pytest.mark.parametrize(
    ("text", "at", "derived", "formula", "condition", "local"),
    [
        # The textbook form beside the number; by hand.
        ("tanh(x)*2", {"x": 1.0}, "tanh(x)", "1 - a^2", "", 0.41997434161402614),  # mpmath, 50 digits
        ("sigmoid(x)*2", {"x": 0.0}, "sigmoid(x)", "a*(1 - a)", "", 0.25),
        ("(x + 1)^3", {"x": 1.0}, "a^3", "3*a^2", "", 12.0),
        ("x^2*2", {"x": 3.0}, "x^2", "2*x", "", 6.0),
        ("relu(x)*2", {"x": 3.0}, "relu(x)", "1", "x > 0", 1.0),
        ("relu(x)*2", {"x": -3.0}, "relu(x)", "1", "x > 0", 0.0),
        ("x/4 + x", {"x": 1.0}, "x/4", "0.25", "", 0.25),
        ("3/x + x", {"x": 2.0}, "3/x", "-3/x^2", "", -0.75),
        ("where(x > 0, x, 2)*3", {"x": 1.0}, "where(a, x, 2)", "0", "", 0.0),
        ("sqrt(x)*2", {"x": 4.0}, "sqrt(x)", "1/(2*a)", "", 0.25),
        ("max(x, 1)*2", {"x": 2.0}, "max(x, 1)", "", "x == a", 1.0),
    ],
)
def test_local_derivatives_are_written_as_books_do(
    text: str, at: dict[str, float], derived: str, formula: str, condition: str, local: float
) -> None:
    row = next(row for row in traced(text, at).backward if row.derived == derived)
    assert (row.formula, row.condition) == (formula, condition)
    assert row.local == pytest.approx(local, rel=1e-15)


def test_equal_names_are_two_nodes() -> None:
    trace = traced("a = x + w; b = x + w; y = a*b", {"x": 2, "w": 3}, ["a", "b"])
    assert trace.gradient == {"a": 5, "b": 5}
    assert [trace.nodes[step.node].name for step in trace.forward] == ["a", "b", "y"]


def test_a_constant_program_has_values_and_no_edges() -> None:
    trace = traced("2 + 3*4", {})
    assert [step.value for step in trace.forward] == [12, 14]
    assert trace.backward == []
    assert trace.gradient == {}


def test_a_ladder_of_200_diamonds_counts_2_to_the_200() -> None:
    text = "; ".join(["x0 = x", *(f"x{level} = x{level - 1} + x{level - 1}" for level in range(1, 201))])
    paths = traced(text, {"x": 1.0}).paths["x"]
    assert paths.count == 2**200
    assert len(paths.listed) == 10
    assert paths.total == 2.0**200
    assert paths.rest == 2.0**200  # but for ten paths of 1


def test_a_long_trace_leaves_out_paths_and_check_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    program = parse("+".join(f"x*{number}" for number in range(60)))
    assert record(program, {"x": 0.5}).paths["x"].count == 60
    monkeypatch.setattr("bpcli.tracing.record.MOST_STEPS", 100)
    short = record(program, {"x": 0.5})
    assert len(short.forward) == 119
    assert short.paths == {}
    assert short.check is None
    whole = record(program, {"x": 0.5}, long=True)
    assert whole.paths["x"].count == 60
    assert whole.check is not None


def test_nan_is_an_error_here_too() -> None:
    with pytest.raises(NumericError):
        traced("log(x)", {"x": -1.0})


# JSON


@given(valued(ALL + CUTTING))
def test_the_json_text_reads_back_as_the_record(run: Run) -> None:
    trace = record(*run)
    assert json.loads("".join(trace_text(trace))) == trace_dict(trace)


@pytest.mark.parametrize("text", ["where(x > 0, log(x), 1/x^2)", "1/x + x", "exp(1000*x)", "relu(x)/x", "2", "x"])
def test_json_has_no_infinity_and_no_nan(text: str) -> None:
    """They are the strings "inf", "-inf" and "nan": bare, they are no JSON."""
    program = parse(text)
    trace = record(program, dict.fromkeys(program.inputs, -0.0 if text == "1/x + x" else 1.0))
    json.dumps(trace_dict(trace), allow_nan=False)
    if text == "1/x + x":
        assert trace_dict(trace)["value"] == "-inf"


def test_a_named_constant_that_is_asked_for_has_its_edges() -> None:
    """By hand: dy/da = 2 a = 8; without being asked for, a^2 is a constant and has no step."""
    trace = traced("a = 4; y = a^2 + x", {"x": 1.0}, ["a"])
    assert trace.gradient == {"a": 8.0}
    rows = [(row.derived, row.formula, row.product) for row in trace.backward]
    assert rows == [("c+x", "1", 1.0), ("a^2", "2*a", 8.0)]
    assert len(traced("a = 4; y = a^2 + x", {"x": 1.0}).backward) == 1
