"""Arrays of fractions and of many digits: the same numbers as in floats, and exact where they can be."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from bpcli.engine.choose import kind_for
from bpcli.engine.directions import push
from bpcli.engine.given import bind
from bpcli.engine.object_tensors import in_floats
from bpcli.engine.point import gradient
from bpcli.language.reader import parse
from bpcli.tracing.record import record
from conftest import call
from ops.tensor_uses import USES

ALL = [(name, *use) for name, uses in USES.items() for use in uses]


@pytest.mark.parametrize("numbers", ["exact", 25])
@pytest.mark.parametrize("use", ALL, ids=lambda use: use[1])
def test_every_operation_gives_the_numbers_of_floats(use: Any, numbers: Any) -> None:
    _, text, *shapes = use
    names = parse(text).inputs
    draw = np.random.Generator(np.random.PCG64(1))
    at = {name: draw.uniform(0.3, 0.8, shape).round(2) for name, shape in zip(names, shapes, strict=False)}
    if "t" in at and "cross_entropy" in text and at["t"].ndim < at["x"].ndim:
        at["t"] = np.zeros(at["t"].shape)
    program = parse(f"z = {text}; L = sum(z*z)", given=list(at))
    plain, found = gradient(program, at), gradient(program, at, kind=kind_for(numbers))
    assert in_floats(found.value) == pytest.approx(plain.value, rel=1e-9, abs=1e-12)
    for name, slope in plain.gradient.items():
        np.testing.assert_allclose(in_floats(found.gradient[name]), slope, rtol=1e-8, atol=1e-10)
        assert np.shape(found.gradient[name]) == np.shape(slope)


def test_forward_mode_is_exact_too() -> None:
    """By hand: x @ A @ x along x[0] is twice the first entry of A @ x where A is symmetric."""
    program = parse("x @ A @ x")
    kind = kind_for("exact")
    given = {"x": np.array([1.0, 3.0]), "A": np.array([[0.1, 0.2], [0.2, 0.5]])}
    point = gradient(program, given, kind=kind)
    nodes = program.graph.variables
    unit = point.kind.zero_like(point.values[nodes["x"]])
    unit[0] = point.kind.constant(1)
    dual = push(program.graph, bind(program, given, point.kind), {nodes["x"]: unit}, program.output + 1, point.kind)
    assert dual[program.output].tangent == Fraction(14, 10) == point.gradient["x"][0]


# words, what is printed: by hand
EXACT = [
    (["sum((W @ x)^2)/3", "--W", "[[1/2, 1/3]]", "--x", "[1, -1]"], "W=[[1/9, -1/9]]"),
    (["norm(x)", "--x", "[3, 4]"], "x=[3/5, 4/5]"),
    (["mean(x)", "--x", "[0.1, 0.2, 1]"], "x=[1/3, 1/3, 1/3]"),
    (["det(A)", "--A", "[[2, 1], [1, 3]]"], "A=[[3, -1], [-1, 2]]"),
    (["sum(inv(A))", "--A", "[[2, 1], [1, 3]]"], "A=[[-4/25, -2/25], [-2/25, -1/25]]"),
    (["max(x)", "--x", "[1/3, 1/2]"], "x=[0, 1]"),
    (["sum(relu(x)/x)", "--x", "[-1, 1/3]"], "x=[0, 0]"),
    (["prod(x)", "--x", "[1/2, 0, 3]"], "x=[0, 3/2, 0]"),
    (["sum(x)", "--x", "@{file}"], "x=[1, 1]"),
]


@pytest.mark.parametrize(("words", "told"), EXACT, ids=lambda each: str(each[:1]))
def test_fractions_stay_fractions(words: list[str], told: str, tmp_path: Any) -> None:
    file = tmp_path / "x.json"
    file.write_text("[0.1, 0.2]")
    found = call("grad", *[word.format(file=file) for word in words], "--exact", "-q")
    assert found.code == 0, found.err
    assert found.out.splitlines()[0] == told
    assert "left exact" not in found.err


def test_where_fractions_end_is_said() -> None:
    found = call("grad", "sum(exp(x)*x)", "--x", "[1, 2]", "--exact")
    assert found.code == 0
    assert "left exact numbers at exp(x)" in found.err
    assert call("grad", "sum(exp(x))", "--x", "[0, 0]", "--exact").err == ""


def test_many_digits_of_cross_entropy() -> None:
    """mpmath, 40 digits: log(exp(1) + exp(2) + exp(3)) - 2."""
    found = call("eval", "cross_entropy(z, 1)", "--z", "[1, 2, 3]", "--precision", "30", "-q")
    assert found.out.strip().startswith("1.4076059644443803044829199045")


def test_json_has_the_fractions_as_text() -> None:
    told = json.loads(call("grad", "sum(x^2)/3", "--x", "[1/2, 1]", "--exact", "--json").out)
    assert told["exact"] == {"value": "5/12", "gradient": {"x": ["1/3", "2/3"]}}
    assert told["gradient"] == {"x": [1 / 3, 2 / 3]}


@pytest.mark.parametrize("format", ["plain", "rich", "md", "latex", "html", "json", "svg"])
@pytest.mark.parametrize("kind", [["--exact"], ["--precision", "20"]])
def test_traces_show_them_in_every_format(format: str, kind: list[str]) -> None:  # noqa: A002
    words = ["L = sum(relu(W @ x + b)^2)/7", "--W", "[[1/2, 1/3], [0.1, -2]]", "--x", "[1, 2]", "--b", "1/7"]
    for more in ([], ["--mode", "forward", "--wrt", "x"], ["--explain", "normal"]):
        if format == "svg" and "--explain" in more:
            continue
        found = call("trace", *words, *kind, "--format", format, *more)
        assert (found.code, found.err) == (0, "")


def test_lenses_of_fractions() -> None:
    words = ["sum(relu(W @ x))", "--W", "[[1/2, 1/3]]", "--x", "[1, 2]", "--exact"]
    found = call("trace", *words, "--lens", "flow,cost,memory", "--repeat", "3", "--no-zero")
    assert (found.code, found.err) == (0, "")
    assert "[1/2, 1/3] + [1/2, 1/3] = [1, 2/3]" in found.out


def test_a_trace_of_fractions_is_exact_in_every_row() -> None:
    """The products and totals of the record, added up by hand as fractions."""
    given = {"W": np.array([[0.5, 0.25]]), "x": np.array([0.1, 0.2])}
    trace = record(parse("sum((W @ x)^2)"), given, kind=kind_for("exact"))
    assert trace.value == Fraction(1, 100)
    assert [*trace.gradient["x"]] == [Fraction(1, 10), Fraction(1, 20)]
    assert all(isinstance(each, Fraction) for row in trace.backward for each in np.ravel(row.total))
