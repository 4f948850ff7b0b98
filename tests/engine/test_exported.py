"""A program as data, calculated by the scripts of a lesson's page: the same numbers as the engine's."""

from __future__ import annotations

import itertools
import json
import math
import re

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from bpcli.calculus.sweeps import forward, reverse
from bpcli.engine import error_function
from bpcli.engine.exported import exported
from bpcli.engine.floats import FLOATS
from bpcli.engine.primitives import SCALAR
from bpcli.files import page_text
from bpcli.graph import Graph
from bpcli.language.reader import parse
from bpcli.ops import elementwise
from bpcli.tracing.record import record
from calculus.programs import ALL, CUTTING, runs
from render.pages import calculated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

POOL = (-2.5, -1.0, -0.4, 0.0, 0.3, 0.5, 1.0, 1.6, 2.0, 4.1, 13.7, math.inf, -math.inf, math.nan)
OWN = (
    "f(u) = u^2; d f/du = 3*u; g(u, v) = u*f(v); d g/du = f(v); d g/dv = u*f(v)/v; g(x, y)*f(x)",
    "sq(u) = u*u; sq(sq(x)) + detach(x)*x",
    "max(x, y, x) + min(x, y, y)*x",
    "where(x > 0, log(x), x^2)*erf(y) + gamma(x*x + 1)",
    "c = 3; y = c*x; y + 2^5*x",
    "c = 2*3; d = 4; (c + d)*x",  # named numbers below one that has no name
)


def near(got: str, want: float, loose: float) -> bool:
    """Whether a number of the page is that of the engine, or both are none; relative, absolute only near a zero."""
    number = float(got.replace("Infinity", "inf"))
    if number == want or (number != number and want != want):
        return True
    gap = abs(number - want)
    return gap <= loose * max(abs(want), 1e-280) or (abs(want) > 1e-3 and gap <= loose)


def agrees(got: str, want: float | None, loose: float) -> bool:
    """The same of a slope, which is None where no open edge leads there."""
    return got == "null" if want is None else got != "null" and near(got, want, loose)


def test_every_primitive_is_spelled_in_the_page() -> None:
    table = page_text("primitives.js").partition("const PRIMITIVES = {")[2]
    assert {*re.findall(r'^  "(\w+)":', table, re.MULTILINE)} == {*SCALAR}


def test_every_operation_can_be_exported() -> None:
    for op in elementwise():
        graph = Graph()
        arguments = [graph.variable(f"v{place}") for place in range(len(op.params))]
        node = graph.add(op.name, tuple(arguments))
        made = exported(graph, node, [(node, place) for place in range(len(arguments))])
        assert made is not None, op.name
        json.dumps(made.data, allow_nan=False)


def test_the_coefficients_of_erf_are_those_of_the_engine() -> None:
    for name in ("SMALL", "TAIL"):
        found = re.search(rf"const {name} = \[(.*?)\]", page_text("primitives.js"), re.DOTALL)
        assert found is not None
        assert tuple(map(float, found[1].strip().rstrip(",").split(","))) == getattr(error_function, name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("page")


def test_every_operation_has_the_values_and_slopes_of_the_engine(folder: Path) -> None:
    """On a grid that has the corners, infinities and nan; also where the value is none."""
    programs: list[Any] = []
    want: list[Any] = []
    for op in elementwise():
        graph = Graph()
        count = 2 if op.variadic else len(op.params)
        arguments = [graph.variable(f"v{place}") for place in range(count)]
        node = graph.add(op.name, tuple(arguments))
        free = [place for place in range(count) if op.variadic or op.params[place] in op.partials]
        made = exported(graph, node, [(node, place) for place in free])
        assert made is not None
        points = [*itertools.product(POOL, repeat=count)][: 14**2 if count < 3 else None :]
        if count > 2:
            points = points[::7]
        programs.append(
            (made.data, [{f"v{place}": str(value).replace("inf", "Infinity").replace("nan", "NaN")
                          for place, value in enumerate(at)} for at in points])
        )  # fmt: skip
        skip = bytearray(each < count and each not in free for each in range(node + 1))  # the arguments come first
        for at in points:
            values = forward(graph, FLOATS, dict(zip(arguments, at, strict=True)), node + 1)
            want.append((op, at, values[node], reverse(graph, FLOATS, values, node, 1.0, skip)[:count]))
    wrong = []
    for (op, at, value, slopes), (values, adjoints, _) in zip(want, calculated(programs, folder), strict=True):
        loose = 16 * op.accuracy * 2.0**-52
        found = zip([values[-1], *adjoints], [value, *slopes], strict=False)
        wrong += [(op.name, at, got, number) for got, number in found if not agrees(got, number, loose)]
    assert wrong == []


def test_random_programs_have_the_rows_of_the_record(folder: Path) -> None:
    """Values, local derivatives, products and states of every row, at random points."""
    traces = []

    @settings(
        max_examples=300, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), deadline=None
    )
    @given(runs(ALL + CUTTING))
    def gather(run: Any) -> None:
        try:
            traces.append(record(*run))
        except ArithmeticError:
            pass
        except Exception as error:  # a value or a slope that is nan
            assert type(error).__name__ == "NumericError"

    gather()
    for text in OWN:
        program = parse(text)
        at = {"x": 1.25, "y": 0.5}
        traces.append(record(program, {name: at[name] for name in program.inputs}))
    ties = [parse("max(x, y, x*1)*min(x, y)", tie=tie) for tie in ("share", "first", "last")]
    traces += [record(program, {"x": 2.0, "y": 2.0}) for program in ties]
    programs: list[Any] = []
    for trace in traces:
        known = {node: entry.value for node, entry in trace.constants.items()}
        edges = [(row.node, row.position) for row in trace.backward]
        made = exported(trace.program.graph, trace.output, edges, known, keep=trace.nodes)
        assert made is not None
        programs.append((made, [trace.given]))
    answers = calculated([(made.data, points) for made, points in programs], folder)
    assert len(answers) > 100
    for trace, (made, _), (values, adjoints, rows) in zip(traces, programs, answers, strict=True):
        for node, entry in trace.nodes.items():
            assert near(values[made.places[node]], entry.value, 1e-9), trace.source
        for row, (state, local, product) in zip(trace.backward, rows, strict=True):
            assert state == row.state, (trace.source, row.node, row.position)
            assert near(local, row.local, 1e-9), trace.source
            assert near(product, row.product, 1e-9), trace.source
        for name, slope in trace.gradient.items():
            place = made.places.get(trace.program.names[name])
            got = "null" if place is None else adjoints[place]
            assert slope == 0 if got == "null" else near(got, slope, 1e-9), trace.source
