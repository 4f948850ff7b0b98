"""The two loops: every edge once, in order, whatever kind of number runs through them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bpcli.calculus.derivative import derivative
from bpcli.calculus.kinds import Kind
from bpcli.calculus.sweeps import Branch, forward, idle, reverse
from bpcli.engine.floats import FLOATS
from bpcli.engine.lanes import LANES
from bpcli.engine.point import gradient
from bpcli.engine.primitives import GUARDED
from bpcli.graph import Graph
from bpcli.language.reader import parse
from calculus.precise import PRECISE, mp, precisely, slope
from calculus.programs import ALL, CHOOSING, CUTTING, SMOOTH, runs, valued

inf, nan = math.inf, math.nan


def swept(text: str, at: dict[str, float]) -> tuple[dict[str, float | None], list[Branch]]:
    """The adjoint of every name, and the branches of the sweep."""
    program = parse(text)
    graph = program.graph
    inputs = {graph.variables[name]: value for name, value in at.items()}
    values = forward(graph, FLOATS, inputs, program.output + 1)
    branches: list[Branch] = []
    adjoints = reverse(graph, FLOATS, values, program.output, 1.0, idle(graph, None), branches)
    return {name: adjoints[node] for name, node in program.names.items()}, branches


def edges(branches: list[Branch]) -> list[tuple[int, int]]:
    return [(branch.node, branch.position) for branch in branches]


def test_each_branch_is_a_product_and_they_come_downwards_and_left_to_right() -> None:
    """The flagship: upstream, local, product of each edge. By hand."""
    adjoints, branches = swept("a = x + w; y = a*w", {"x": 2.0, "w": 3.0})
    assert [(branch.upstream, branch.local, branch.product) for branch in branches] == [
        (1, 3, 3), (1, 5, 5), (3, 1, 3), (3, 1, 3),
    ]  # fmt: skip
    assert adjoints == {"x": 3, "w": 8, "a": 3, "y": 1}


def test_a_square_has_two_branches() -> None:
    adjoints, branches = swept("x*x", {"x": 3.0})
    assert [(branch.position, branch.product) for branch in branches] == [(0, 3), (1, 3)]
    assert adjoints == {"x": 6}


@pytest.mark.parametrize("levels", [1, 10, 1000])
def test_a_ladder_of_diamonds_is_swept_once_an_edge(levels: int) -> None:
    """2^levels paths, 2 * levels edges."""
    text = "; ".join(["x0 = x", *(f"x{level} = 0.5*x{level - 1} + 0.5*x{level - 1}" for level in range(1, levels + 1))])
    adjoints, branches = swept(text, {"x": 3.0})
    # x0 = x is an edge; each level has one to 0.5*x, which is shared, from either side of the sum, and one below it.
    assert len(branches) == 3 * levels + 1
    assert len({*edges(branches)}) == len(branches)
    assert adjoints["x"] == 1


@pytest.mark.parametrize("depth", [10, 30_000])
def test_depth_costs_no_stack(depth: int) -> None:
    graph = Graph()
    node = graph.variable("x")
    for _ in range(depth):
        node = graph.add("neg", (node,))
    values = forward(graph, FLOATS, {0: 2.0}, node + 1)
    assert reverse(graph, FLOATS, values, node, 1.0, bytearray(node + 1))[0] == 1
    assert derivative(graph, node, [0]) == [graph.const(1)]


def test_constants_get_no_branch() -> None:
    _, branches = swept("2*x + 3*4 + x^2", {"x": 3.0})
    assert len(branches) == 5  # two sums of two, of which 12 is none; 2*x; x^2 and its base


def test_only_what_leads_to_a_wanted_name_is_swept() -> None:
    program = parse("sin(x)*y + y^2*z")
    graph = program.graph
    values = forward(
        graph, FLOATS, dict(zip(graph.variables.values(), (1.0, 2.0, 3.0), strict=True)), program.output + 1
    )
    branches: list[Branch] = []
    adjoints = reverse(graph, FLOATS, values, program.output, 1.0, idle(graph, [graph.variables["x"]]), branches)
    assert adjoints[graph.variables["x"]] == 2 * math.cos(1.0)
    assert adjoints[graph.variables["y"]] is None
    assert len(branches) == 3


# Absent is not zero


@pytest.mark.parametrize(
    ("text", "at", "adjoints"),
    [
        ("x*y", {"x": 2.0, "y": 0.0}, {"x": 0.0, "y": 2.0}),  # a slope that is 0
        ("detach(x)*y", {"x": 2.0, "y": 0.0}, {"x": None, "y": 2.0}),  # cut
        ("detach(x)*x", {"x": 2.0}, {"x": 2.0}),  # cut on one of two ways
        ("floor(x) + y", {"x": 2.5, "y": 0.0}, {"x": None, "y": 1.0}),  # flat
        ("relu(x) + y", {"x": -1.0, "y": 0.0}, {"x": None, "y": 1.0}),  # closed
        ("max(x, y)", {"x": 1.0, "y": 2.0}, {"x": None, "y": 1.0}),
        ("x^0 + y", {"x": 0.0, "y": 0.0}, {"x": None, "y": 1.0}),  # no edge at all
        ("x - x", {"x": 2.0}, {"x": 0.0}),  # arrives twice and cancels
        ("z = 3*x; y", {"x": 1.0, "y": 2.0}, {"z": None, "x": None, "y": 1.0}),  # not on the way
    ],
)
def test_absent_is_told_from_zero(text: str, at: dict[str, float], adjoints: dict[str, float | None]) -> None:
    assert {name: value for name, value in swept(text, at)[0].items() if name in adjoints} == adjoints


def test_flat_and_closed_edges_are_branches_of_their_own_kind() -> None:
    _, branches = swept("relu(x) + floor(x) + detach(x)", {"x": -1.5})
    assert [(branch.state, branch.product) for branch in branches if branch.argument == 0] == [
        ("flat", 0), ("flat", 0), ("closed", 0),
    ]  # fmt: skip


# Going on where Python raises


@pytest.mark.parametrize(
    ("text", "at", "value"),
    [
        ("1/x", {"x": 0.0}, inf),
        ("1/x", {"x": -0.0}, -inf),
        ("x/x", {"x": 0.0}, nan),
        ("exp(x)", {"x": 1000.0}, inf),
        ("-exp(x)", {"x": 1000.0}, -inf),
        ("x^2", {"x": 1e200}, inf),
        ("x^3", {"x": -1e200}, -inf),
        ("x^-1", {"x": 0.0}, inf),
        ("x^-3", {"x": -0.0}, -inf),
        ("x^0.5", {"x": -1.0}, nan),
        ("log(x)", {"x": 0.0}, -inf),
        ("log(x)", {"x": -1.0}, nan),
        ("log1p(x)", {"x": -1.0}, -inf),
        ("atanh(x)", {"x": -1.0}, -inf),
        ("sinh(x)", {"x": -1000.0}, -inf),
        ("sin(x)", {"x": inf}, nan),
        ("mod(x, y)", {"x": 3.0, "y": 0.0}, nan),
        ("1/exp(x) + 1/x", {"x": 1000.0}, 0.001),
        ("1/(1/x) + exp(1000*(x + 1)) - exp(1000*(x + 1))", {"x": 0.0}, nan),
    ],
)
def test_values_are_those_of_ieee(text: str, at: dict[str, float], value: float) -> None:
    """IEEE 754-2019, section 9.2, and its arithmetic."""
    program = parse(text)
    inputs = {program.graph.variables[name]: number for name, number in at.items()}
    got = forward(program.graph, FLOATS, inputs, program.output + 1)[program.output]
    assert got == value or (got != got and value != value)


def test_an_edge_before_the_one_that_raised_is_not_added_again() -> None:
    """`f` passes 1 to u and then fails on 1/v: the sweep goes on from v, and u keeps one share."""
    text = "f(u, v) = u*v; d f/du = 7; d f/dv = 1/v; f(x, y) + x"
    adjoints, branches = swept(text, {"x": 2.0, "y": 0.0})
    assert adjoints == {"x": 8, "y": inf}
    assert len({*edges(branches)}) == len(branches) == 4


def test_the_sweep_goes_on_after_the_first_edge_raised() -> None:
    adjoints, branches = swept("x*(1/y) + x", {"x": 2.0, "y": 0.0})
    assert adjoints == {"x": inf, "y": -inf}
    assert len({*edges(branches)}) == len(branches) == 5


class Guarded(Kind):
    """Floats that never run bare."""

    def __init__(self) -> None:
        super().__init__(GUARDED)


@given(runs(ALL + CUTTING))
def test_bare_and_guarded_sweeps_give_the_same_bits(run) -> None:
    """At points where much of the program leaves its domain."""
    program, at = run
    graph = program.graph
    for special in (0.0, -1.0, inf, nan, 1e200):
        inputs = {graph.variables[name]: special if name == "x" else value for name, value in at.items()}
        bare = forward(graph, FLOATS, inputs, program.output + 1)
        guarded = forward(graph, Guarded(), inputs, program.output + 1)
        assert repr(bare) == repr(guarded)
        if not graph.constant[program.output]:
            sweeps = [reverse(graph, kind, bare, program.output, 1.0, graph.constant) for kind in (FLOATS, Guarded())]
            assert repr(sweeps[0]) == repr(sweeps[1])


@given(runs(ALL + CUTTING))
def test_a_sweep_that_is_recorded_gives_the_same_bits(run) -> None:
    """There is a short way for edges that nobody writes down."""
    program, at = run
    graph = program.graph
    for special in (at[program.inputs[0]], 0.0, -1.0, inf, nan, 1e200):
        inputs = {graph.variables[name]: value for name, value in (at | {program.inputs[0]: special}).items()}
        values = forward(graph, FLOATS, inputs, program.output + 1)
        if graph.constant[program.output]:
            continue
        branches: list[Branch] = []
        quick = reverse(graph, FLOATS, values, program.output, 1.0, graph.constant)
        assert repr(quick) == repr(reverse(graph, FLOATS, values, program.output, 1.0, graph.constant, branches))
        assert len({*edges(branches)}) == len(branches)


# Kinds of number agree, on random programs


def arrived(adjoints: list[Any], node: int) -> Any:
    """What arrived at a node; 0 where nothing did, as at one that stands behind the output."""
    return (adjoints[node] if node < len(adjoints) else None) or mp.mpf(0)


@given(valued())
def test_gradients_are_central_differences(run) -> None:
    """Both in 50 digits; the step of 1e-16 leaves 1e-32 of the third derivative."""
    program, at = run
    graph = program.graph
    exact = {graph.variables[name]: mp.mpf(value) for name, value in at.items()}
    values = forward(graph, PRECISE, exact, program.output + 1)
    assume(all(mp.isnan(value) or 1e-6 < abs(value) < 1e6 or value == 0 for value in values))
    adjoints = reverse(graph, PRECISE, values, program.output, mp.mpf(1), graph.constant)
    for name in program.inputs:
        node = graph.variables[name]
        want = slope(lambda moved, node=node: precisely(graph, exact | {node: moved}, [program.output])[0], exact[node])
        got = arrived(adjoints, node)
        assume(abs(got) < 1e9)
        assert abs(got - want) <= 1e-6 * (1 + abs(got))


@given(valued(ALL + CUTTING))
def test_symbolic_derivatives_are_the_gradient(run) -> None:
    """In 50 digits, so that both are exact for the purpose."""
    program, at = run
    graph = program.graph
    nodes = [graph.variables[name] for name in program.inputs]
    exact = {graph.variables[name]: mp.mpf(value) for name, value in at.items()}
    values = forward(graph, PRECISE, exact, program.output + 1)
    assume(mp.isfinite(values[program.output]))
    adjoints = reverse(graph, PRECISE, values, program.output, mp.mpf(1), graph.constant)
    made = derivative(graph, program.output, nodes)
    for node, got in zip(nodes, precisely(graph, exact, made), strict=True):
        want = arrived(adjoints, node)
        assert abs(got - want) <= mp.mpf(10) ** -25 * (1 + abs(want))


@given(valued(SMOOTH + CHOOSING, most=6))
def test_second_derivatives_are_differences_of_the_gradient(run) -> None:
    program, at = run
    graph = program.graph
    nodes = [graph.variables[name] for name in program.inputs]
    exact = {graph.variables[name]: mp.mpf(value) for name, value in at.items()}
    first = derivative(graph, program.output, nodes)
    second = [derivative(graph, each, nodes) for each in first]
    for each, row in zip(first, second, strict=True):
        for node, got in zip(nodes, precisely(graph, exact, row), strict=True):
            want = slope(
                lambda moved, each=each, node=node: precisely(graph, exact | {node: moved}, [each])[0], exact[node]
            )
            assume(abs(got) < 1e9)
            assert abs(got - want) <= 1e-6 * (1 + abs(got))


@given(valued(ALL + CUTTING))
def test_lanes_give_the_gradient_of_each_of_their_points(run) -> None:
    program, at = run
    graph = program.graph
    shifts = (0.0, 0.37, -0.71, -at[program.inputs[0]])
    points = [{name: value + shift for name, value in at.items()} for shift in shifts]
    inputs = {graph.variables[name]: np.array([point[name] for point in points]) for name in program.inputs}
    with np.errstate(all="ignore"):
        values = forward(graph, LANES, inputs, program.output + 1)
        adjoints = reverse(graph, LANES, values, program.output, np.ones(len(points)), graph.constant)
    for place, point in enumerate(points):
        single = {graph.variables[name]: value for name, value in point.items()}
        alone = forward(graph, FLOATS, single, program.output + 1)
        if any(abs(value) > 1e4 for value in alone):
            continue
        branches: list[Branch] = []
        wanted = reverse(graph, FLOATS, alone, program.output, 1.0, graph.constant, branches)
        size = sum(abs(branch.product) for branch in branches if branch.state == "open")
        for node in single:
            if node > program.output:
                continue
            got = float(np.broadcast_to(0.0 if adjoints[node] is None else adjoints[node], len(points))[place])
            want = 0.0 if wanted[node] is None else wanted[node]
            # A few ulps between the two libraries of functions, carried through at most nine operations.
            assert repr(got) == repr(want) or abs(got - want) <= 1e-9 * (1 + size) or size >= 1e9


SPECIAL = (0.0, -0.0, 1.0, -1.0, 0.5, 2.0, inf, -inf, nan, 1e308, -1e-320, 1e200, 750.0, -750.0, -2.2)


@given(
    runs(ALL + CUTTING),
    st.lists(st.lists(st.sampled_from(SPECIAL), min_size=3, max_size=3), min_size=1, max_size=7),
)
def test_lanes_and_floats_are_nan_and_infinite_together(run, points) -> None:
    """The same, where programs leave their domain and what is finite is often a difference of large numbers.

    The two libraries of functions differ in a last bit: the cube root of 1e308 is 4.64158883361278e102 by math and
    4.641588833612779e102 by NumPy, of which the sines are -0.84 and -0.18. Both have the same sine of one number.
    """
    program, _ = run
    graph = program.graph
    nodes = list(graph.variables.values())
    with np.errstate(all="ignore"):
        inputs = {node: np.array([point[place] for point in points]) for place, node in enumerate(nodes)}
        values = forward(graph, LANES, inputs, len(graph))
        adjoints = reverse(graph, LANES, values, program.output, np.ones(len(points)), graph.constant)
    lanes = [*values, *(0.0 if each is None else each for each in adjoints)]
    for row, point in enumerate(points):
        alone = forward(graph, FLOATS, dict(zip(nodes, point, strict=False)), len(graph))
        periodic = [graph.args[node][0] for node, op in enumerate(graph.op) if op in ("sin", "cos", "tan", "mod")]
        large = [node for node in periodic if 1e9 < abs(alone[node]) < inf]
        if any(np.broadcast_to(values[node], len(points))[row] != alone[node] for node in large):
            continue
        wanted = reverse(graph, FLOATS, alone, program.output, 1.0, graph.constant)
        for lane, want in zip(lanes, [*alone, *(0.0 if each is None else each for each in wanted)], strict=True):
            got = float(np.broadcast_to(lane, len(points))[row])
            assert got == want or (got != got and want != want) or abs(got - want) <= 1e-6 * max(abs(want), 1)


@given(valued(ALL + CUTTING))
def test_a_gradient_by_one_name_is_the_same_as_among_all(run) -> None:
    program, at = run
    whole = gradient(program, at).gradient
    for name in program.inputs:
        assert gradient(program, at, [name]).gradient == {name: whole[name]}
