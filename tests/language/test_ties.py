"""--tie: who gets the slope where several arguments of max or min are equal."""

from __future__ import annotations

import pytest

from bpcli.calculus.derivative import derivative
from bpcli.calculus.sweeps import forward
from bpcli.engine.directions import forward_gradient
from bpcli.engine.floats import FLOATS
from bpcli.engine.given import bind
from bpcli.engine.point import gradient
from bpcli.errors import InputError
from bpcli.language.reader import TIES, parse
from bpcli.language.text import expression
from bpcli.tracing.record import record
from conftest import call

AT = {"x": 2.0, "w": 2.0, "v": 5.0}
SLOPES = {"share": (0.5, 0.5), "first": (1, 0), "last": (0, 1)}


@pytest.mark.parametrize("tie", TIES)
@pytest.mark.parametrize("text", ["min(x, w, v)", "-max(-x, -v, -w)", "f(u, t) = min(u, t); f(x, w) + 0*v"])
def test_the_rule_holds_in_every_mode(tie: str, text: str) -> None:
    """By hand."""
    program = parse(text, tie=tie)
    want = dict(zip(("x", "w", "v"), (*SLOPES[tie], 0), strict=True))
    assert gradient(program, AT).gradient == want
    assert forward_gradient(program, AT).gradient == want
    nodes = [program.graph.variables[name] for name in want]
    made = derivative(program.graph, program.output, nodes)
    values = forward(program.graph, FLOATS, bind(program, AT), max(made) + 1)
    assert [values[node] for node in made] == list(want.values())


def test_it_is_written_as_max_all_the_same() -> None:
    program = parse("max(x, w)", tie="last")
    assert expression(program.graph, program.output) == "max(x, w)"


def test_another_rule_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        parse("max(x, w)", tie="random")
    assert caught.value.kind == "unknown-tie"


@pytest.mark.parametrize(
    ("tie", "conditions"),
    [
        ("first", ["x == y", "w == y"]),
        ("share", ["x == y", "w == y"]),
    ],
)
def test_a_trace_says_the_condition_of_a_tie(tie: str, conditions: list[str]) -> None:
    trace = record(parse("max(x, w)", tie=tie), {"x": 3.0, "w": 3.0})
    assert [row.condition for row in trace.backward] == conditions


def test_a_tie_that_another_one_wins_is_told_without_the_words_of_the_table() -> None:
    for extra, said in (((), "tied, and another one is taken"), (("--lang", "zh"), "并列，但约定取另一个")):
        told = call("trace", "max(x,w)", "--x", "2", "--w", "2", "--tie", "last", "--explain", "normal", *extra).out
        assert said in told
        assert "ties" not in told
        assert "not the largest" not in told and "不是最大" not in told


def test_where_a_power_is_closed_the_condition_is_told() -> None:
    """0^0: the slope of x^x to the right of 0, x^x (log(x) + 1), goes to -inf. By hand."""
    told = call("trace", "x^x", "--x", "0").out
    assert "d(x^x)/d(1st x) = 0, x != 0 is false" in told
    assert "note: x^x has a corner with x = 0" in told and "-inf" in told
    assert "不满足 x != 0" in call("trace", "x^x", "--x", "0", "--lang", "zh").out
