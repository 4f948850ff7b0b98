"""Forward mode of programs with arrays: tangents are columns of the Jacobian, and rows are the rules they show."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from bpcli.engine.directions import jacobian, jvp
from bpcli.engine.point import evaluate
from bpcli.errors import InputError
from bpcli.language.reader import parse
from bpcli.render.json.traces import trace_dict
from bpcli.tracing.pulls import shapes_text
from bpcli.tracing.record import Trace, record
from bpcli.tracing.stored import restored
from conftest import call
from ops.tensor_uses import ALL, point_of

NET = "h = relu(W@x + b); L = sum(h^2)"
AT: dict[str, Any] = {"W": [[1, 2], [3, -4]], "x": [1, 1], "b": 0.5}


def traced(text: str, at: dict[str, Any], wrt: list[str] | None = None, **more: Any) -> Trace:
    given = {name: np.array(value, dtype=float)[()] for name, value in at.items()}
    return record(parse(text, given=list(given)), given, wrt, mode="forward", **more)


def test_the_tangents_of_a_small_net_are_those_of_the_blackboard() -> None:
    """By hand: W@x + b = [3.5, -0.5], h = [3.5, 0]; along x[0] it moves [1, 3], and relu lets the first through."""
    trace = traced(NET, AT, ["x[0]", "W[0,1]"])
    assert list(trace.gradient.items()) == [("x[0]", 7.0), ("W[0,1]", 7.0)]
    rows: list[Any] = list(trace.tangents["x[0]"])
    assert [(row.pull.rule, shapes_text(row.pull), np.asarray(row.product).tolist()) for row in rows] == [
        ("W @ v", "(2, 2) @ (2,) -> (2,)", [1, 3]),
        ("v", "(2,)", [1, 3]),
        ("v * (c > 0)", "(2,) * (2,) -> (2,)", [1, 0]),
        ("v * 2*h", "(2,) * (2,) -> (2,)", [7, 0]),
        ("sum(v)", "(2,) -> ()", 7),
    ]
    assert next(iter(trace.tangents["W[0,1]"])).pull.rule == "v @ x"
    assert trace.check is not None and trace.check.state == "agrees"


def test_along_a_direction_everything_is_derived_by_how_far_it_went() -> None:
    """By hand: c moves [1, 3] + [1, 1] = [2, 4]; h by [2, 0]; L by 2*3.5*2 = 14."""
    direction = {"x": np.array([1.0, 0.0]), "b": 1.0}
    trace = traced(NET, AT, direction=direction)
    assert trace.gradient == {"t": 14.0}
    rows = list(trace.tangents["t"])
    assert [row.arriving for row in rows] == [1, 2, 2, 1, 1, 1]
    assert np.asarray(rows[2].total).tolist() == [2, 4]
    given = {name: np.array(value, dtype=float)[()] for name, value in AT.items()}
    assert jvp(parse(NET), given, direction).slopes["L"] == 14.0


def test_a_direction_is_there_for_single_numbers_too() -> None:
    """By hand: w = 3 by x at the speed 1, x + 2w = 8 by w at the speed 2."""
    trace = record(parse("(x+w)*w"), {"x": 2.0, "w": 3.0}, mode="forward", direction={"x": 1.0, "w": 2.0})
    assert trace.gradient == {"t": 19.0}
    assert record(parse("t*x"), {"x": 2.0, "t": 3.0}, mode="forward", direction={"x": 1.0}).gradient == {"T": 3.0}


@pytest.mark.parametrize("use", ALL, ids=lambda use: use[1])
def test_every_tangent_is_a_column_of_the_jacobian(use: Any) -> None:
    _, text, *shapes = use
    at = point_of(text, tuple(shapes))
    name = next(iter(at))
    index = tuple(size - 1 for size in np.shape(at[name]))
    written = f"{name}[{','.join(map(str, index))}]" if index else name
    text = f"z = {text}"
    program = parse(text, given=list(at))
    trace = record(program, at, [written], mode="forward")
    found = jacobian(parse(text, given=list(at)), at, [name], "reverse")
    whole = np.asarray(next(iter(found.rows.values()))[name])
    column = whole[(..., *index)] if index else whole
    np.testing.assert_allclose(trace.gradient[written], column, rtol=1e-9, atol=1e-12)
    rows = list(trace.tangents[written])
    if rows and rows[-1].node == trace.output:
        np.testing.assert_allclose(rows[-1].total, column, rtol=1e-9, atol=1e-12)
    values = {node.name: node.value for node in trace.nodes.values()}
    for row in rows:
        if row.pull is None or not row.pull.rule or row.state != "open" or "0" in row.pull.rule:
            continue  # what does not move stands as 0 in a list, in the shape that it would have
        given = {**values, row.pull.upstream: row.upstream}
        rule = parse(row.pull.rule + " + 0", given=list(given))
        again = evaluate(rule, {each: given[each] for each in rule.inputs}).value
        np.testing.assert_allclose(np.broadcast_to(again, np.shape(row.product)), row.product, rtol=1e-9, atol=1e-12)


def test_a_stored_trace_of_forward_mode_is_the_same() -> None:
    for more in ({}, {"direction": {"x": np.array([1.0, 2.0])}}):
        told = trace_dict(traced(NET, AT, **more))
        again = trace_dict(restored(json.loads(json.dumps(told))))
        assert json.dumps(again) == json.dumps(told)


FROM_SHELL = [word for name, value in AT.items() for word in (f"--{name}", json.dumps(value))]


@pytest.mark.parametrize("format", ["plain", "rich", "ascii", "md", "latex", "html", "json", "svg", "dot", "mermaid"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_format_shows_tangents_of_arrays(format: str, language: str) -> None:  # noqa: A002
    shown = ["--format", format, "--lang", language]
    for chosen in (["--direction", "x=[1, 0]"], ["--wrt", "x"], []):
        found = call("trace", NET, *FROM_SHELL, "--mode", "forward", *chosen, *shown)
        assert (found.code, found.err) == (0, "")
    if format in ("plain", "md", "latex", "html", "json"):
        for level in ("brief", "normal", "story"):
            words = call("trace", NET, *FROM_SHELL, "--mode", "forward", "--explain", level, *shown)
            assert (words.code, words.err) == (0, "")


def test_the_start_of_a_direction_is_told() -> None:
    out = call("trace", NET, *FROM_SHELL, "--mode", "forward", "--direction", "x=[1, 0],b=1").out
    assert "start: dx/dt = [1, 0], db/dt = 1" in out
    assert "dL/dt = 14" in out


def test_many_entries_are_not_gone_along_one_by_one() -> None:
    with pytest.raises(InputError) as caught:
        traced("sum(x^2)", {"x": np.ones(13)})
    assert caught.value.kind == "too-many-tangents"
    assert len(traced("sum(x^2)", {"x": np.ones(12)}).tangents) == 12
    hint = call("trace", "sum(x^2)", "--x", "ones(13)", "--mode", "forward", "--direction", "x=ones(13)")
    assert "dy/dt = 26" in hint.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["trace", "--mode", "forward"], "dy/dk = 0"),
        (["check"], "k is not compared: class numbers have no slope"),
        (["grad", "--mode", "forward"], "dy/dk = 0"),
    ],
)
def test_a_class_number_has_no_tangent(words: list[str], told: str) -> None:
    """Between class numbers nothing is; the derivative by one is 0."""
    found = call(*words, "cross_entropy(z, k)", "--z", "[1, 2, 3]", "--k", "2")
    assert found.code == 0, found.err
    assert told in found.out
