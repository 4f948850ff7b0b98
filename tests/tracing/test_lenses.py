"""Lenses: what they count is counted by hand, or shown by taking away what they say is not needed."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given

from bpcli.calculus.kinds import edges_below
from bpcli.engine.floats import FLOATS, Floats
from bpcli.engine.point import evaluate
from bpcli.errors import NumericError
from bpcli.language.reader import parse
from bpcli.render.languages.en.lenses import FINDINGS, LENS_COLUMNS, LENS_METHODS, LENS_TITLES
from bpcli.render.lenses import finding_text, lens_dict, lens_tables
from bpcli.tracing.lenses import Lens, cost, flow, memory, repeated
from bpcli.tracing.lenses.remembered import needs
from bpcli.tracing.record import record
from calculus.programs import ALL, runs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Runner


def grid(lens: Lens, name: str) -> list[tuple[Any, ...]]:
    return next(each.rows for each in lens.grids if each.name == name)


def facts(lens: Lens, kind: str) -> dict[str, Any]:
    return next(each.facts for each in lens.findings if each.kind == kind)


def test_cost_counts_evaluations_and_operations() -> None:
    """By hand: (x+w)*w has 2 operations; down there are 4 products and 1 addition. 2n and n + 1 evaluations."""
    lens = cost(record(parse("(x+w)*w"), {"x": 2.0, "w": 3.0}))
    assert grid(lens, "methods") == [
        ("reverse", 1, 1, 7),
        ("forward-mode", 2, 0, 14),
        ("central-difference", 4, 0, 8),
        ("forward-difference", 3, 0, 6),
    ]
    assert facts(lens, "jacobian")["bytes"] == 2 * 2 * 8
    # The derivatives are w and x + w + w: 1 and 5 symbols; x + w is there, and one node is new.
    assert (facts(lens, "symbolic")["tree"], facts(lens, "symbolic")["shared"]) == (6, 1)


def test_reverse_mode_costs_the_same_for_any_number_of_inputs() -> None:
    names = [f"v{place}" for place in range(50)]
    lens = cost(record(parse("*".join(names)), dict.fromkeys(names, 1.1)))
    methods = {row[0]: row[1:] for row in grid(lens, "methods")}
    assert methods["reverse"] == (1, 1, 49 + 98)
    assert methods["central-difference"] == (100, 0, 100 * 49)


def test_a_formula_written_out_is_a_tree_and_a_graph_is_not() -> None:
    text = "a0 = x; " + "; ".join(f"a{place} = a{place - 1}*a{place - 1}" for place in range(1, 21))
    lens = cost(record(parse(text), {"x": 1.0}))
    found = facts(lens, "symbolic")
    assert found["tree"] > 2**20
    assert found["shared"] <= 3 * 20


def test_times_are_measured_when_they_are_asked_for_alone() -> None:
    trace = record(parse("sin(x)*w"), {"x": 1.0, "w": 2.0})
    assert [len(row) for row in grid(cost(trace), "methods")] == [4] * 4
    assert all(0 < row[4] < 1 for row in grid(cost(trace, measure=True), "methods"))


# program, what all inputs are, findings as (kind, name or node): by hand
FLOWS = [
    ("x1*x2*x3*x4*x5", 0.1, [("vanishing", "x1"), ("vanishing", "x2"), ("vanishing", "x3"), ("vanishing", "x4")]),
    ("x1*x2*x3*x4*x5", 10, [("exploding", "x1"), ("exploding", "x2"), ("exploding", "x3"), ("exploding", "x4")]),
    ("h = w*x; y = relu(h) + x", -1, [("healthy", None)]),
    ("h = w*x; y = relu(-h) + x", -1, [("dead", "y")]),
    ("z = w + x; s = sigmoid(z)", 3, [("saturated", "s")]),
    ("z = w + x; s = tanh(z)", 2, [("saturated", "s")]),
    ("z = w + x; s = tanh(z)", 1, [("healthy", None)]),
    ("a = x/2; b = a/5000; y = b + x", 1, [("fades", "a")]),
    ("a = 100x; b = 100a; y = b - x", 1, [("exploding", "x")]),
    ("a = 5000x; y = 3*a + detach(x)", 1, [("exploding", "x")]),
    ("a = x/5000; b = 5000*a; y = b + x", 1, [("swells", "a")]),
    ("floor(x)", 1.5, [("nothing", None)]),
]


@pytest.mark.parametrize(("text", "at", "found"), FLOWS)
def test_flow_names_what_goes_wrong(text: str, at: float, found: list[tuple[str, str | None]]) -> None:
    program = parse(text)
    lens = flow(record(program, dict.fromkeys(program.inputs, float(at))))
    kinds = [each.kind for each in lens.findings]
    assert kinds == [kind for kind, _ in found]
    for finding, (_, name) in zip(lens.findings, found, strict=True):
        told = finding_text(finding)
        assert name is None or name in told or "relu" in told


def test_the_product_along_the_depth_is_that_of_the_local_derivatives() -> None:
    """Anchor `vanishing`: 0.1 at each of four products."""
    program = parse("x1*x2*x3*x4*x5")
    lens = flow(record(program, dict.fromkeys(program.inputs, 0.1)))
    rows = grid(lens, "layers")
    assert [row[0] for row in rows] == [1, 2, 3, 4]
    assert rows[-1][4] == pytest.approx(1e-4, rel=1e-14)
    assert [row[5] for row in rows[1:]] == pytest.approx([0.1] * 3)
    assert facts(lens, "vanishing")["mean"] == pytest.approx(0.1)


def test_a_weight_of_every_step_does_not_hide_how_the_steps_fade() -> None:
    """By hand: each of five products brings 0.5 times as much back to the one below, and w gets most from the last."""
    chain = "; ".join(f"a{place} = a{place - 1}*w" for place in range(1, 6))
    lens = flow(record(parse(f"a0 = x; {chain}"), {"x": 64.0, "w": 0.5}))
    rows = grid(lens, "layers")
    assert [row[3] for row in rows] == ["w", "a3", "a2", "a1", "a0", "x"]
    assert [row[5] for row in rows[2:]] == pytest.approx([0.5] * 3 + [1])
    # The gradient by w is 5*64*0.5^4 = 20 from all steps together; below it stands 0.5^2.
    assert rows[0][4] == 20 and rows[1][4] == 0.25


# program, and what each step keeps: by hand, from the rules of `bpcli ops`
KEEPS = [
    ("x + w", ""),
    ("x - w", ""),
    ("x * w", "x, w"),
    ("x / w", "w, y"),
    ("exp(x)", "y"),
    ("sin(x)", "x"),
    ("x^2", "x"),
    ("sqrt(x)", "y"),
    ("tanh(x)", "y"),  # 1 - y^2
    ("sigmoid(x)", "y"),  # y*(1 - y)
    ("relu(x)", "x"),
    ("max(x, w)", "x, w, y"),
    ("3*x", ""),
    ("-x", ""),
    ("f(u) = u^2; d f/du = 2*u; f(x)", "x"),
]


@pytest.mark.parametrize(("text", "keeps"), KEEPS)
def test_each_rule_keeps_what_it_reads(text: str, keeps: str) -> None:
    program = parse(text)
    at = {"x": 2.0, "w": 3.0}
    lens = memory(record(program, {name: at[name] for name in program.inputs}))
    ((_, _, _, kept),) = grid(lens, "kept")
    assert sorted(kept.split(", ")) == sorted(keeps.split(", "))


class Textbook(Floats):
    """Floats by the rules as books print them."""

    textbook = True


@given(runs(ALL))
def test_what_is_not_kept_is_not_needed(run: Any) -> None:
    """A form of each rule gives the same number when every value is lost but those that it is said to read."""
    program, at = run
    try:
        trace = record(program, at)
    except NumericError:
        assume(False)
    graph, values = program.graph, evaluate(program, at).values
    for row in trace.backward:
        needed = needs(trace, row)
        nodes = [*graph.args[row.node], row.node]
        whole = [values[node] for node in nodes]
        pairs = zip(nodes, whole, strict=True)
        bare = [value if graph.constant[node] or node in needed else math.nan for node, value in pairs]
        forms = [edges_below(kind, graph, row.node)[row.position] for kind in (FLOATS, Textbook())]
        told = [(edge.local(bare), edge.local(whole), edge.when is None or edge.when(bare) == edge.when(whole))
                for edge in forms]  # fmt: skip
        assert any(opened and (lost == full or full != full) for lost, full, opened in told)


def test_of_a_chain_of_squashing_functions_the_results_are_kept_alone() -> None:
    """By hand: tanh keeps its result for 1 - out^2, sigmoid for out*(1 - out), exp for out, the product w and x."""
    lens = memory(record(parse("h=tanh(w*x); g=tanh(h); k=sigmoid(g); y=exp(k)"), {"w": 0.5, "x": 1.0}))
    assert [row[3] for row in grid(lens, "kept")] == ["w, x", "h", "g", "k", "y"]
    assert (facts(lens, "kept")["kept"], facts(lens, "kept")["steps"]) == (4, 5)


def test_inside_a_checkpoint_nothing_is_kept() -> None:
    """By hand: the two steps inside are computed again from W and x, h^2 keeps h: 2 numbers, 16 bytes."""
    at: dict[str, Any] = {"W": np.array([[1.0, 2.0], [3.0, 4.0]]), "x": np.array([0.1, 0.2])}
    lens = memory(record(parse("h=checkpoint(tanh(W@x)); sum(h^2)"), at))
    assert [row[3] for row in grid(lens, "kept")] == ["W, x", "", "W, x", "h", ""]
    assert facts(lens, "kept") == {"kept": 1, "steps": 5, "inputs": 2, "bytes": 16}
    assert facts(lens, "let-go") == {"count": 2, "steps": 5}


def test_sizes_of_the_flow_are_headed_as_sizes(run: Runner) -> None:
    """By hand: d(-2*w)/dw = -2, whose size is 2."""
    answer = run("trace", "-2*w", "--w", "1", "--lens", "flow")
    assert "largest |gradient|" in answer.out


def test_checkpoints_trade_memory_for_steps() -> None:
    """Nine sines, by hand: each keeps its argument; segments of 3 keep a3 and a6, and compute 6 steps again."""
    text = "a1 = sin(x); " + "; ".join(f"a{place} = sin(a{place - 1})" for place in range(2, 10))
    lens = memory(record(parse(text), {"x": 1.0}))
    assert grid(lens, "plan") == [(1, 1, 3, "a3", 3), (2, 4, 6, "a6", 3), (3, 7, 9, "", 0)]
    assert facts(lens, "plan") == {
        "segments": 3, "saved": 2, "inside": 2, "most": 4, "plain": 8, "extra": 6, "steps": 9, "share": 6 / 9,
    }  # fmt: skip
    assert facts(lens, "kept") == {"kept": 8, "steps": 9, "inputs": 1, "bytes": 64}


def test_a_segment_is_computed_from_checkpoints_and_inputs_alone() -> None:
    text = "a1 = x*w; a2 = a1 + x; a3 = sin(a1); a4 = a2*a3; a5 = a4 + a1; a6 = exp(a5); a7 = a6*a2; (a7 - a4)*a1"
    trace = record(parse(text), {"x": 1.0, "w": 0.5})
    rows = grid(memory(trace), "plan")
    saved: set[str] = set()
    for _, first, last, names, _ in rows:
        inside: set[str] = set()
        for step in trace.forward[first - 1 : last]:
            for argument in trace.nodes[step.node].args:
                name = trace.nodes[argument].name
                assert name in saved | inside or not trace.nodes[argument].args
            inside.add(trace.nodes[step.node].name)
        saved |= {*names.split(", ")} - {""}
    assert [row[1] for row in rows[1:]] == [row[2] + 1 for row in rows[:-1]]


def test_gradients_accumulate_unless_they_are_set_to_zero(run: Runner) -> None:
    """Anchor `accumulate`: 2, 4, 6."""
    trace = record(parse("x^2"), {"x": 1.0})
    assert grid(repeated(trace, 3, zero=False), "passes") == [(1, 2), (2, 4), (3, 6)]
    assert grid(repeated(trace, 3, zero=True), "passes") == [(1, 2), (2, 2), (3, 2)]
    answer = run("trace", "x^2", "--x", "1", "--repeat", "3", "--no-zero")
    lines = [line.split("  ")[-1].strip() for line in answer.out.splitlines()]
    assert lines[5:9] == ["dy/dx", "2", "2 + 2 = 4", "4 + 2 = 6"]


def test_everything_that_a_lens_finds_has_words() -> None:
    program = parse("h = relu(w*x) + sigmoid(30*b) + x*x*x*x; y = h*h")
    trace = record(program, {"w": -1.0, "x": 20.0, "b": 1.0})
    for lens in (cost(trace, True), flow(trace), memory(trace), repeated(trace, 2, True), repeated(trace, 2, False)):
        json.dumps(lens_dict(lens), allow_nan=False)
        for table in lens_tables(lens, "y"):
            assert all(len(row) == len(table.columns) for row in table.rows)
            assert table.title in LENS_TITLES.values()
        for finding in lens.findings:
            assert "{" not in finding_text(finding)
        for each in lens.grids:
            assert lens.kind == "repeat" or {*each.columns} <= {*LENS_COLUMNS}
    assert {row[0] for row in grid(cost(trace), "methods")} == {*LENS_METHODS}
    assert not any(sentence.endswith(".") for sentence in FINDINGS.values())


@pytest.mark.parametrize("words", [["2*3"], ["x", "--x", "1"], ["floor(x)", "--x", "1.5"], ["x/3 + sin(w)", "--x", "1",
                                   "--w", "1", "--exact"], ["x^2", "--x", "1e200", "--wrt", "x"]])  # fmt: skip
def test_lenses_stand_small_and_strange_programs(words: list[str], run: Runner) -> None:
    answer = run("trace", *words, "--lens", "cost,flow,memory", "--repeat", "2")
    assert (answer.code, answer.err) == (0, "")
    assert len(json.loads(run("trace", *words, "--lens", "cost,flow,memory", "--json").out)["lens"]) == 3
