"""Long traces: rows that are made as they are read are the rows of the record, and no list of them is kept."""

from __future__ import annotations

import tracemalloc
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpcli import printed
from bpcli.engine.choose import kind_for
from bpcli.engine.point import gradient
from bpcli.language.reader import parse
from bpcli.render import cells, markdown, plain
from bpcli.render.json import entries
from bpcli.render.json.traces import trace_text
from bpcli.tracing import edges, names
from bpcli.tracing.names import automatic, places_taken
from bpcli.tracing.record import MOST_STEPS, Trace, record
from bpcli.tracing.rows import Made
from bpcli.tracing.selection import selected
from calculus.programs import ALL, CUTTING, valued

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from bpcli.graph import Program

    Run = tuple[Program, dict[str, float]]

MIB = 1 << 20


def written(trace: Trace) -> tuple[list[str], list[str], str]:
    """A trace in every format that streams."""
    return [*plain.trace_lines(trace)], [*markdown.trace_lines(trace)], "".join(trace_text(trace))


def long(steps: int) -> Program:
    """A recurrence of so many steps: four operations a statement, each result used twice."""
    lines = [f"t{place + 1} = t{place} + 0.01*sin(t{place}*w)" for place in range(steps // 4)]
    return parse("\n".join(["t0 = x", *lines, f"t{steps // 4}*1"]))


@given(valued(ALL + CUTTING), st.sampled_from((1, 2, 7)), st.booleans())
def test_rows_made_as_they_are_read_are_written_as_those_of_the_record(run: Run, block: int, forward: bool) -> None:
    program, point = run
    mode = "forward" if forward else "reverse"
    with pytest.MonkeyPatch.context() as patch:
        stored = record(program, point, mode=mode)
        patch.setattr(edges, "BLOCK", block)
        streamed = record(program, point, mode=mode, stored=-1)
        assert isinstance(streamed.forward, Made)
        assert isinstance(stored.forward, list)
        assert written(streamed) == written(stored)
        # Read again, they are made again.
        assert written(streamed) == written(stored)


@pytest.mark.parametrize("numbers", ["exact", "float16", 30])
@pytest.mark.parametrize("wrt", [None, ["w"], ["a"]])
def test_they_are_in_every_kind_of_number(numbers: str | int, wrt: list[str] | None) -> None:
    program = parse("a = x*w; b = max(a, w, x); [a/3 + b*a - relu(-x)*w^2 + detach(a)]", given=["x", "w"])
    kind, point = kind_for(numbers), {"x": 1.5, "w": 0.25}
    stored, streamed = (record(program, point, wrt, kind=kind, stored=most) for most in (MOST_STEPS, -1))
    assert written(streamed) == written(stored)


@given(valued(ALL))
def test_the_last_running_total_is_the_gradient_to_the_last_bit(run: Run) -> None:
    trace = record(*run, stored=-1)
    last = {trace.names[row.argument]: row.total for row in trace.backward}
    assert all(trace.gradient[name] == total for name, total in last.items() if name in trace.gradient)


def test_rows_are_counted_sliced_and_looked_up_as_those_of_a_list() -> None:
    program, point = long(200), {"x": 1.0, "w": 2.0}
    stored, streamed = record(program, point), record(program, point, stored=-1)
    for rows, kept in ((streamed.forward, stored.forward), (streamed.backward, stored.backward)):
        assert len(rows) == len(kept)
        for part in (slice(3, 7), slice(-5, None), slice(150, 400), slice(9, 2), slice(0, 0)):
            found = rows[part]
            assert [_facts(row) for row in found] == [_facts(row) for row in kept[part]], part
            assert len(found) == len(kept[part])
        assert _facts(rows[-1]) == _facts(kept[-1])
        with pytest.raises(IndexError):
            rows[len(kept)]
    assert dict(streamed.names) == {node: entry.name for node, entry in stored.nodes.items()}
    for nodes, known in ((streamed.nodes, stored.nodes), (streamed.constants, stored.constants)):
        assert [*nodes] == [*known]
        assert len(nodes) == len(known)
    assert [line for part in ("3:9", "190:") for line in plain.trace_lines(selected(streamed, rows=part))] == [
        line for part in ("3:9", "190:") for line in plain.trace_lines(selected(stored, rows=part))
    ]


def _facts(row: Any) -> list[object]:
    return [getattr(row, name, None) for name in ("step", "node", "argument", "value", "total", "local", "formula")]


def test_automatic_names_pass_by_those_that_are_taken() -> None:
    # By hand: a, c, f, ... z are 14 letters, so c1 stands at place 15.
    assert [automatic(place) for place in (0, 13, 14, 15)] == ["a", "z", "a1", "c1"]
    assert places_taken({"a", "c1", "b", "a01", "a0", "w", "c12345678901"}) == [0, 15]
    trace = record(parse("a1 = x*x; c = sin(a1); (c + x)*(c - x) + exp(c) + a", given=["x", "a"]), {"x": 1, "a": 2})
    names = [trace.names[step.node] for step in trace.forward]
    assert names == ["a1", "c", "f", "g", "k", "m", "n", "y"]


def test_rows_are_the_same_however_little_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names, patterns and numbers are forgotten together and made anew; here all the time."""
    lines = [f"t{k + 1} = t{k}*t{k} + 0.{k}*sin(t{k}) - (w/{k + 2})^2" for k in range(1, 30)]
    program = parse("\n".join(["t1 = x", *lines, "t30"]))
    point = {"x": 0.3, "w": 0.2}
    wanted = written(record(program, point))
    for module in (names, printed, cells, entries):
        monkeypatch.setattr(module, "MOST_KEPT", 3)
    assert written(record(program, point, stored=-1)) == wanted


def test_what_is_written_of_an_operation_does_not_grow_with_its_uses() -> None:
    forms = []
    for count in (10, 1000):
        lines = [f"t{place + 1} = t{place}*t{place} - sin(t{place}*w)/2" for place in range(count)]
        trace = record(parse("\n".join(["t0 = x", *lines, f"t{count}"])), {"x": 0.3, "w": 0.2}, stored=-1)
        written(trace)
        forms.append(set(trace.formulas.keys))
    # t*t, t*w, the sine, half of it, the difference, and the result, which is the last of them again.
    assert forms[0] == forms[1]
    assert len(forms[0]) == 6


def test_reading_a_long_trace_holds_no_more_than_a_few_rows() -> None:
    trace = record(long(12_000), {"x": 1.0, "w": 2.0})
    assert isinstance(trace.backward, Made)
    tracemalloc.start()
    try:
        read = [sum(1 for _ in islice(rows, 3000)) for rows in (plain.trace_lines(trace), trace.backward)]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert read == [3000, 3000]
    # The sample that decides the widths is 1000 rows; all 30 000 would be ten times as much.
    assert peak < 2.5 * MIB


@pytest.mark.slow
def test_a_trace_of_a_hundred_thousand_steps_holds_16_mib_beyond_graph_and_values() -> None:
    program, point = long(100_000), {"x": 1.0, "w": 2.0}
    tracemalloc.start()
    try:
        passes = gradient(program, point)
        values = tracemalloc.get_traced_memory()[0]
        del passes
        tracemalloc.reset_peak()
        trace = record(program, point)
        read = [sum(1 for _ in islice(rows, 20_000)) for rows in (plain.trace_lines(trace), trace.backward)]
        beyond = tracemalloc.get_traced_memory()[1] - values
    finally:
        tracemalloc.stop()
    assert read == [20_000, 20_000]
    # By hand: 4 and 6 a statement, and those of the first and the last.
    assert (len(trace.forward), len(trace.backward)) == (100_002, 150_002)
    assert beyond < 16 * MIB
