"""The record of forward mode: every edge upwards, with the tangent that comes, the local derivative and the sum."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given

from bpcli.engine.directions import forward_gradient
from bpcli.language.reader import parse
from bpcli.tracing.record import record
from calculus.programs import ALL, CUTTING, valued


def rows_of(text: str, at: dict[str, float], name: str) -> list[tuple[str, str, float, float, float, float, str]]:
    trace = record(parse(text), at, [name], mode="forward")
    names = trace.nodes
    return [
        (names[row.argument].name, names[row.node].name, row.upstream, row.local, row.product, row.total, row.state)
        for row in trace.tangents[name]
    ]


def test_the_flagship() -> None:
    """By hand."""
    at = {"x": 2.0, "w": 3.0}
    assert rows_of("a = x + w; y = a*w", at, "x") == [
        ("x", "a", 1, 1, 1, 1, "open"), ("a", "y", 1, 3, 3, 3, "open"),
    ]  # fmt: skip
    assert rows_of("a = x + w; y = a*w", at, "w") == [
        ("w", "a", 1, 1, 1, 1, "open"), ("a", "y", 1, 3, 3, 3, "open"), ("w", "y", 1, 5, 5, 8, "open"),
    ]  # fmt: skip


def test_an_edge_that_passes_nothing_says_why() -> None:
    """By hand: floor is flat, the branch of log was not taken, and nothing arrives behind a detach."""
    states = {(start, end): state for start, end, *_, state in rows_of(
        "f = floor(x); d = detach(x); g = log(x); y = where(x > 0, f*x, g) + 2*d", {"x": 2.5}, "x"
    )}  # fmt: skip
    assert states["x", "f"] == "flat"
    assert states["x", "d"] == "flat"
    assert states["g", next(end for start, end in states if start == "g")] == "closed"
    assert states["d", next(end for start, end in states if start == "d")] == "idle"
    assert states["x", "g"] == "open"


@given(valued(ALL + CUTTING))
def test_the_last_sum_is_the_derivative_and_every_tangent_is_a_sum_before(run: Any) -> None:
    program, at = run
    trace = record(program, at, mode="forward")
    slopes = forward_gradient(program, at).gradient
    assert trace.backward == []
    assert list(trace.tangents) == list(slopes)
    for name, rows in trace.tangents.items():
        known: dict[int, float] = {program.names[name]: 1.0}
        for row in rows:
            assert repr(row.upstream + 0.0) == repr(known.get(row.argument, 0.0) + 0.0) or row.state == "idle"
            if row.state == "open":
                assert repr(row.product) == repr(row.local * row.upstream)
            else:
                assert row.product == 0
            known[row.node] = row.total
        if rows:
            last = known.get(trace.output, 0.0)
            assert last == slopes[name] or math.isclose(last, slopes[name], rel_tol=1e-12)
        assert all(row.count <= row.arriving for row in rows)


@pytest.mark.parametrize("numbers", ["exact", "float16"])
def test_other_kinds_of_number_have_tangents_of_their_own(numbers: str) -> None:
    from bpcli.engine.choose import kind_for

    kind = kind_for(numbers)
    trace = record(parse("x/3*w"), {"x": kind.given(1), "w": kind.given(3)}, mode="forward", kind=kind)
    (row,) = [row for row in trace.tangents["x"] if row.step == 1]
    assert (row.product == kind.constant((1, 3))) and type(row.product) is type(kind.constant((1, 3)))
