"""Lenses of programs with arrays: lengths and gains beside NumPy's own, operations counted by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bpcli.engine.point import evaluate
from bpcli.language.reader import parse
from bpcli.render.lenses import finding_text, lens_dict, lens_tables
from bpcli.tracing.lenses import Lens, cost, flow, memory, repeated
from bpcli.tracing.lenses.tensor_flows import gain
from bpcli.tracing.record import Trace, record
from conftest import call
from ops.tensor_uses import ALL, point_of


def traced(text: str, at: dict[str, Any], wrt: list[str] | None = None) -> Trace:
    given = {name: np.array(value, dtype=float)[()] for name, value in at.items()}
    return record(parse(text, given=list(given)), given, wrt)


def grid(lens: Lens, name: str) -> list[dict[str, Any]]:
    found = next(each for each in lens.grids if each.name == name)
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def kinds(lens: Lens) -> list[str]:
    return [each.kind for each in lens.findings]


WITHOUT_A_STEP = ("x @ x", "outer(x, x)")  # x stands in both places: no edge alone is the step


@pytest.mark.parametrize("use", ALL, ids=lambda use: use[1])
def test_the_gain_of_a_step_is_the_largest_singular_value_of_its_jacobian(use: Any) -> None:
    """The Jacobian from central differences of the one operation, its 2-norm from NumPy."""
    _, text, *shapes = use
    at = point_of(text, tuple(shapes))
    trace = record(parse(f"z = {text}; L = sum(z^2)", given=list(at)), at)
    graph = trace.program.graph
    compared = 0
    for row in trace.backward:
        if row.state != "open" or graph.args[row.node].count(row.argument) > 1 or row.node == trace.output:
            continue
        if row.argument not in graph.variables.values():
            continue
        function = trace.kind.functions[graph.op[row.node]]
        operands = [np.array(evaluate(trace.program, at).values[each], dtype=float) for each in graph.args[row.node]]
        like = operands[row.position]
        columns = []
        for index in np.ndindex(like.shape):
            sides = []
            for sign in (1, -1):
                moved = [np.array(each) for each in operands]
                moved[row.position][index] += sign * 1e-6
                sides.append(np.ravel(function(*[each[()] for each in moved])))
            columns.append((sides[0] - sides[1]) / 2e-6)
        whole = np.stack(columns, axis=1)
        assert gain(trace, row) == pytest.approx(np.linalg.norm(whole, 2), rel=1e-5, abs=1e-8)
        compared += 1
    assert compared or text in WITHOUT_A_STEP


def test_a_jacobian_that_is_too_large_to_be_made_has_the_same_gain() -> None:
    """softmax of 100 equal numbers, by hand: (I - 1/100)/100, whose largest singular value is 1/100."""
    trace = traced("L = sum(softmax(x)*w)", {"x": np.zeros(100), "w": np.arange(100.0)})
    row = next(each for each in trace.backward if trace.names[each.argument] == "x")
    assert gain(trace, row) == pytest.approx(0.01, rel=1e-9)


NET = "h = relu(x @ W + b); L = sum(h @ v)"


def test_lengths_are_those_of_the_derivatives() -> None:
    """By hand: dL/dh = v in both rows, of length sqrt(2*(9 + 16)); relu lets (1, 0) and (1, 1) through."""
    at = {"x": [[1, 0], [0, 1]], "W": [[1, -1], [1, 2]], "b": [0, 0], "v": [3, 4]}
    lens = flow(traced(NET, at))
    rows = {row["node"]: row for row in grid(lens, "flow")}
    assert rows["h"]["length"] == pytest.approx(np.sqrt(50), rel=1e-14)
    assert rows["h"]["typical"] == pytest.approx(np.sqrt(50 / 4), rel=1e-14)
    assert rows["W"]["length"] == pytest.approx(np.sqrt(3**2 + 3**2 + 4**2), rel=1e-14)
    assert rows["b"]["length"] == pytest.approx(np.sqrt(6**2 + 4**2), rel=1e-14)
    assert rows["b"]["gain"] == pytest.approx(np.sqrt(2), rel=1e-14)  # two copies add up
    assert rows["b"]["shape"] == (2,)
    (units,) = grid(lens, "units")
    assert (units["node"], units["entries"], units["off"], units["units"], units["dead-units"]) == ("h", 4, 1, 2, 0)


def test_no_step_brings_more_than_its_gain() -> None:
    at = {"x": np.ones((5, 3)), "W": np.ones((3, 4)) - np.eye(3, 4), "b": np.ones(4), "v": np.ones(4)}
    lens = flow(traced(NET, at))
    for row in grid(lens, "flow"):
        assert row["times"] <= row["gain"] * (1 + 1e-12)


# text, values, what is said of which name: by hand
CHAIN = "; ".join(["a0 = x", *(f"a{place} = a{place - 1} @ M" for place in range(1, 7)), "L = sum(a6)"])
FLOWS = [
    (CHAIN, {"x": [1, 1], "M": [[0.1, 0], [0, 0.1]]}, ["vanishing-length", "vanishing-length"]),
    (CHAIN, {"x": [1, 1], "M": [[9, 0], [0, 9]]}, ["exploding-length", "exploding-length"]),
    (CHAIN, {"x": [1, 1], "M": [[1, 0], [0, 1]]}, ["lengths"]),
    ("sum(relu(x))", {"x": [-1, -2]}, ["shut-whole"]),
    ("sum(relu(x))", {"x": [-1, 2]}, ["shut-some"]),
    ("sum(relu(x))", {"x": [[-1, 2], [-3, 1]]}, ["shut-units"]),
    ("sum(relu(x))", {"x": [[-1, 2], [3, -1]]}, ["lengths"]),
    ("sum(sigmoid(x))", {"x": [9, -9]}, ["squashed-whole"]),
    ("sum(tanh(x))", {"x": [[9, 0], [9, 1]]}, ["squashed-units"]),
    ("sum(tanh(x))", {"x": [9, 0]}, ["squashed-some"]),
    ("sum(floor(x))", {"x": [1.5]}, ["nothing"]),
    ("sum(x^2)", {"x": [1e200, 2]}, ["swells"]),
    ("sum(x*y)", {"x": [1, 2], "y": [0, float("inf")]}, ["swells"]),
]


@pytest.mark.parametrize(("text", "at", "found"), FLOWS)
def test_flow_of_arrays_says_what_goes_wrong(text: str, at: dict[str, Any], found: list[str]) -> None:
    lens = flow(traced(text, at))
    assert kinds(lens) == found
    for language in ("en", "zh"):
        for finding in lens.findings:
            assert "{" not in finding_text(finding, language=language)


def test_a_chain_vanishes_by_its_mean_factor() -> None:
    lens = flow(traced(CHAIN, {"x": [1, 1], "M": [[0.1, 0], [0, 0.1]]}))
    told = lens.findings[0].facts
    assert (told["name"], told["head"], told["steps"]) == ("x", "a6", 7)
    assert told["ratio"] == pytest.approx(1e-6, rel=1e-9)
    assert told["mean"] == pytest.approx(1e-6 ** (1 / 7), rel=1e-9)


def test_cost_counts_entries_and_operations() -> None:
    """By hand: X @ w of (3, 2) and (2,) is 3*(2 + 1) = 9 operations and its sum 2; the way back to w is
    (2, 3) @ (3,), 2*(3 + 2) = 10, that to X an outer product of 6; the sum goes back by copies. 8 entries.
    """
    lens = cost(traced("L = sum(X @ w)", {"X": [[1, 2], [3, 4], [5, 6]], "w": [1, -1]}))
    methods = {row["method"]: row for row in grid(lens, "methods")}
    assert methods["reverse"] == {"method": "reverse", "evaluations": 1, "sweeps": 1, "operations": 11 + 16}
    assert (methods["forward-mode"]["evaluations"], methods["forward-mode"]["operations"]) == (8, 8 * 27)
    assert (methods["central-difference"]["evaluations"], methods["central-difference"]["operations"]) == (16, 16 * 11)
    keys = ("rows", "columns", "numbers", "products")
    edges = {row["edge"]: tuple(row[key] for key in keys) for row in grid(lens, "jacobians")}
    assert edges == {"L -> a": (1, 3, 3, 0), "a -> X": (3, 6, 18, 6), "a -> w": (3, 2, 6, 10)}
    carried = next(each.facts for each in lens.findings if each.kind == "carried")
    assert (carried["rows"], carried["columns"], carried["kept"]) == (4, 8, 8)


@pytest.mark.parametrize(
    ("text", "at", "forward", "down"),
    [
        ("sum(x*y)", {"x": [1, 2, 3], "y": [1, 2, 3]}, 3 + 2, 6),
        ("sum(x + b)", {"x": [[1, 2], [3, 4]], "b": 1}, 4 + 3, 4 + 4 + 3),  # what was copied is added up
        ("sum(x*x)", {"x": [1, 2]}, 2 + 1, 4 + 2),  # two branches add up
        ("mean(x)", {"x": [1, 2, 3, 4]}, 4, 4),
        ("sum(x[0:2])", {"x": [1, 2, 3]}, 1, 0),  # a slice moves
        ("sum(outer(x, y))", {"x": [1, 2], "y": [1, 2, 3]}, 6 + 5, 2 * 5 + 3 * 3),
    ],
)
def test_operations_of_steps_and_rules(text: str, at: dict[str, Any], forward: int, down: int) -> None:
    methods = {row["method"]: row["operations"] for row in grid(cost(traced(text, at)), "methods")}
    entries = sum(np.size(value) for value in at.values())
    assert methods["reverse"] == forward + down
    assert methods["central-difference"] == 2 * entries * forward


def test_reverse_mode_costs_the_same_for_any_number_of_entries() -> None:
    ratios = []
    for size in (2, 50):
        lens = cost(traced("sum(tanh(W @ x))", {"W": np.ones((size, size)), "x": np.ones(size)}, ["W"]))
        ratios.append(next(each.facts["ratio"] for each in lens.findings if each.kind == "entries"))
    assert all(1 < ratio < 3 for ratio in ratios)


def test_gradients_of_arrays_accumulate() -> None:
    """By hand: [2, 4], then twice and three times that."""
    trace = traced("sum(x^2)", {"x": [1, 2]})
    assert [row["x"].tolist() for row in grid(repeated(trace, 3, zero=False), "passes")] == [[2, 4], [4, 8], [6, 12]]
    assert [row["x"].tolist() for row in grid(repeated(trace, 2, zero=True), "passes")] == [[2, 4], [2, 4]]
    told = call("trace", "sum(x^2)", "--x", "[1, 2]", "--repeat", "3", "--no-zero").out
    assert "  3     [4, 8] + [2, 4] = [6, 12]" in told


@pytest.mark.parametrize(
    "words",
    [
        ["2 + sum([1, 2])"],
        ["sum(floor(x))", "--x", "[1.5, 2.5]"],
        ["sum(x @ W)", "--x", "randn(4, 100)", "--W", "randn(100, 100)"],
        ["L = mean(tanh(x))", "--x", "[[1, 2]]", "--dtype", "float16"],
        ["f(u) = u^2; d f/du = 2*u; sum(f(x))", "--x", "[1, 2]"],
        ["sum(inv(A)) + det(A) + max(A) + norm(A)", "--A", "[[2, 1], [1, 3]]"],
    ],
)
@pytest.mark.parametrize("format", ["plain", "md", "json"])
def test_lenses_stand_small_and_strange_arrays(words: list[str], format: str) -> None:  # noqa: A002
    for language in ("en", "zh"):
        found = call(
            "trace", *words, "--lens", "cost,flow,memory", "--repeat", "2", "--format", format, "--lang", language
        )
        assert (found.code, found.err) == (0, ""), found.err


def test_tables_of_arrays_have_a_cell_for_every_column() -> None:
    trace = traced(NET, {"x": np.ones((2, 3)), "W": np.ones((3, 4)), "b": np.ones(4), "v": np.ones(4)})
    for lens in (cost(trace, True), flow(trace), memory(trace), repeated(trace, 2, False)):
        lens_dict(lens)
        for table in lens_tables(lens, "L"):
            assert all(len(row) == len(table.columns) for row in table.rows)


def test_a_stored_trace_has_the_same_flow(tmp_path: Any) -> None:
    words = ["sum(relu(x @ W))", "--x", "[[1, 2], [3, 4]]", "--W", "[[1, -1], [1, 1]]"]
    file = tmp_path / "trace.json"
    file.write_text(call("trace", *words, "--json").out, encoding="utf-8")
    told = call("trace", *words, "--lens", "flow,cost").out.splitlines()
    again = call("trace", "--from", str(file), "--lens", "flow,cost").out.splitlines()
    assert again == told
