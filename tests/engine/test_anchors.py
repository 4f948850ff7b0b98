"""Worked examples of tutorials, with their exact answers: tests/golden/anchors.json says where each comes from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bpcli.calculus.sweeps import forward
from bpcli.engine.floats import FLOATS
from bpcli.engine.formulas import differentiate
from bpcli.engine.point import gradient
from bpcli.language.reader import parse
from bpcli.tracing.checks import check
from bpcli.tracing.differences import central
from bpcli.tracing.record import record

GOLDEN = Path(__file__).parents[1] / "golden" / "anchors.json"
ANCHORS = {entry["id"]: entry for entry in json.loads(GOLDEN.read_text("utf-8"))["entries"]}

anchors = pytest.mark.parametrize("anchor", ANCHORS.values(), ids=ANCHORS)


def exactly(want: dict[str, float]) -> Any:
    return pytest.approx(want, rel=1e-12, abs=1e-15)


def test_every_anchor_says_where_it_comes_from() -> None:
    assert len(ANCHORS) > 25
    assert all(anchor["source"] for anchor in ANCHORS.values())


@anchors
def test_value_and_gradient(anchor: dict[str, Any]) -> None:
    point = gradient(parse(anchor["program"]), anchor["inputs"])
    assert point.value == pytest.approx(anchor["value"], rel=1e-12, abs=1e-15)
    assert {name: point.gradient[name] for name in anchor["gradient"]} == exactly(anchor["gradient"])
    assert {*point.gradient} == {*anchor["inputs"]}


@anchors
def test_intermediates_and_derivatives_by_them(anchor: dict[str, Any]) -> None:
    program = parse(anchor["program"])
    names = list(anchor.get("by_name", ()))
    point = gradient(program, anchor["inputs"], names)
    found = {name: point.values[program.names[name]] for name in anchor.get("intermediates", ())}
    assert found == exactly(anchor.get("intermediates", {}))
    assert point.gradient == exactly(anchor.get("by_name", {}))


@anchors
def test_the_symbolic_derivative_and_the_trace_agree(anchor: dict[str, Any]) -> None:
    program, inputs = parse(anchor["program"]), anchor["inputs"]
    assert record(program, inputs).gradient == gradient(program, inputs).gradient
    for name, want in anchor["gradient"].items():
        assert differentiate(program, [name]).value(inputs) == pytest.approx(want, rel=1e-12, abs=1e-15)


@anchors
def test_the_check_says_yes(anchor: dict[str, Any]) -> None:
    assert check(parse(anchor["program"]), anchor["inputs"]).ok


def test_forward_and_central_differences_of_the_flagship() -> None:
    """By w at h = 1e-4: (8.0001) forward, off by h; central 8. By hand: y = x w + w^2."""
    program = parse("(x+w)*w")
    at = {"x": 2.0, "w": 3.0}
    # The step is relative to |w| = 3.
    assert central(program, at, "w", 1e-4 / 3) == pytest.approx(8, abs=1e-9)
    inputs = {program.graph.variables[name]: value for name, value in at.items()}
    moved = inputs | {program.graph.variables["w"]: 3.0001}
    low, high = (forward(program.graph, FLOATS, each, program.output + 1)[program.output] for each in (inputs, moved))
    assert (high - low) / 1e-4 == pytest.approx(8.0001, abs=1e-8)


def test_the_hessian_of_rosenbrock_at_its_minimum() -> None:
    program = parse(ANCHORS["rosenbrock"]["program"])
    rows = [[differentiate(program, [one, other]).value({"x": 1, "y": 1}) for other in "xy"] for one in "xy"]
    assert rows == [[802, -400], [-400, 200]]


def test_three_sgd_steps_of_the_neuron() -> None:
    """By hand, at rate 0.01: each step leaves 0.8 of the error, since 1 - 0.01*2*(x^2 + 1) = 0.8."""
    anchor = ANCHORS["one-neuron"]
    program, at = parse(anchor["program"]), dict(anchor["inputs"])
    losses = []
    for _ in range(4):
        point = gradient(program, at, ["w", "b"])
        losses.append(point.value)
        at |= {name: at[name] - 0.01 * slope for name, slope in point.gradient.items()}
    assert losses == pytest.approx([25, 16, 10.24, 6.5536], rel=1e-12)
