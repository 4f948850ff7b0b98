"""Compiled programs: the same numbers as one point at a time, at every corner, in any block and on any thread."""

from __future__ import annotations

import itertools
import math
import threading
import tracemalloc

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bpcli.calculus.derivative import derivative
from bpcli.calculus.sweeps import forward, idle, reverse
from bpcli.engine import kernel
from bpcli.engine.floats import FLOATS
from bpcli.engine.kernel import Kernel
from bpcli.engine.lowering import MOST_MULTIPLIED
from bpcli.errors import InputError
from bpcli.graph import Graph, Program
from bpcli.language.reader import parse
from bpcli.ops import Op, elementwise
from calculus.programs import ALL, CUTTING, texts
from strategies import programs

inf, nan = math.inf, math.nan
OPS = elementwise()
SPECIAL = (-inf, -2.0, -1.0, -0.0, 0.0, 0.5, 1.0, 3.0, 750.0, inf, nan)
TINY = 5e-324


def kind_of(value: float) -> str:
    """nan, infinite with its sign, zero, or a number; a closed edge adds 0.0 here, which changes the sign of -0.0."""
    if value != value:
        return "nan"
    return f"{'-' if value < 0 else '+'}inf" if math.isinf(value) else "number" if value else "zero"


def near(got: float, want: float, ulps: float) -> bool:
    return got == want or (got != got and want != want) or abs(got - want) <= ulps * math.ulp(want)


def gradient_nodes(program: Program) -> list[int]:
    """The output of a program and its derivative by every variable."""
    wrt = [program.names[name] for name in program.inputs]
    return [program.output, *derivative(program.graph, program.output, wrt)]


def compiled(program: Program, lanes: tuple[str, ...] | None = None) -> Kernel:
    return Kernel(program.graph, gradient_nodes(program), program.inputs if lanes is None else lanes)


def filled(made: Kernel, given: dict[str, object], rows: int, threads: int = 1) -> list[np.ndarray]:
    out = [np.full(rows, 7.0) for _ in range(made.outputs)]
    made.fill(given, out, threads)
    return out


def one_point(program: Program, at: dict[str, float]) -> list[float]:
    """Value and gradient by the two loops over floats: nothing of the compiler takes part."""
    graph, output = program.graph, program.output
    values = forward(graph, FLOATS, {graph.variables[name]: at[name] for name in program.inputs}, output + 1)
    adjoints = reverse(graph, FLOATS, values, output, 1.0, idle(graph, None)) if not graph.constant[output] else []
    nodes = [graph.variables[name] for name in program.inputs]
    slopes = [adjoints[node] if node < len(adjoints) else None for node in nodes]
    return [values[output], *(0.0 if slope is None else slope for slope in slopes)]


def use_of(op: Op, count: int, exponent: float | None = None) -> Program:
    """One use of an operation on the variables v0, v1, ..."""
    graph = Graph()
    names = {f"v{place}": graph.variable(f"v{place}") for place in range(count)}
    node = graph.add(op.name, tuple(names.values()))
    return Program("", graph, names, (), {"y": node})


# An operation with an argument that it has no rule for has no gradient by all of them.
RULED = [op for op in OPS if all(param in op.partials for param in op.params)]
COUNTS = [(op, count) for op in RULED for count in ((1, 2, 3) if op.variadic else (len(op.params),))]


@pytest.mark.parametrize(("op", "count"), COUNTS, ids=lambda case: case.name if isinstance(case, Op) else str(case))
def test_compiled_programs_follow_floats_on_special_values(op: Op, count: int) -> None:
    points = list(itertools.product(SPECIAL, repeat=count))
    program = use_of(op, count)
    columns = {f"v{place}": np.array(column) for place, column in enumerate(zip(*points, strict=True))}
    lanes = filled(compiled(program), columns, len(points))
    for place, at in enumerate(points):
        wanted = one_point(use_of(op, count), dict(zip(columns, at, strict=True)))
        for got, want in zip(lanes, wanted, strict=True):
            assert kind_of(float(got[place])) == kind_of(want), at
            assert near(float(got[place]), want, 4), at
    # max and min have one sign of zero, as every kind of number has it.
    assert not (op.variadic and any(math.copysign(1, x) < 0 for x in lanes[0] if x == 0))


@pytest.mark.parametrize(("op", "count"), COUNTS, ids=lambda case: case.name if isinstance(case, Op) else str(case))
def test_single_numbers_among_the_lanes_change_nothing(op: Op, count: int) -> None:
    """Each argument in turn is the same in every lane, then all of them but one."""
    for place, others in itertools.product(range(count), (False, True)):
        names = tuple(f"v{each}" for each in range(count))
        lanes = tuple(name for each, name in enumerate(names) if (each == place) == others)
        program = use_of(op, count)
        made = compiled(program, lanes)
        fixed = [name for name in names if name not in lanes]
        points = list(itertools.product(SPECIAL, repeat=len(lanes)))
        for values in itertools.product(SPECIAL[::3], repeat=len(fixed)):
            given: dict[str, object] = dict(zip(fixed, values, strict=True))
            given |= {name: np.array([at[each] for at in points]) for each, name in enumerate(lanes)}
            found = filled(made, given, len(points))
            for row, at in enumerate(points):
                here = dict(zip(fixed, values, strict=True)) | dict(zip(lanes, at, strict=True))
                for got, want in zip(found, one_point(use_of(op, count), here), strict=True):
                    assert kind_of(float(got[row])) == kind_of(want), here
                    assert near(float(got[row]), want, 4), here


EXPONENTS = ["-3", "-2", "-1", "-0.5", "0", "1/3", "0.5", "1", "1.5", "2", "3", "4", "5", "6", "inf", "-1/2", "-0.0"]


@pytest.mark.parametrize("exponent", EXPONENTS)
def test_powers_with_a_constant_exponent_follow_floats(exponent: str) -> None:
    text = f"x^({exponent})" if exponent != "inf" else "x^(1/(1 - 1))"
    large = (1e-162, -1e-162, TINY, 1e155, -1e155, 1e103, 1e-103, 1e-310, 1.7e308, 1.1, -1.3, 0.7)
    # How far from 1 a base may lie without magnifying how a fraction such as 1/3 - 1 was rounded.
    points = np.array([*SPECIAL, *(large if "3" not in exponent or "/" not in exponent else ())])
    found = filled(compiled(parse(text)), {"x": points}, len(points))
    for row, x in enumerate(points.tolist()):
        for got, want in zip(found, one_point(parse(text), {"x": x}), strict=True):
            assert kind_of(float(got[row])) == kind_of(want), x
            assert near(float(got[row]), want, MOST_MULTIPLIED + 1), x


ROWS = 5
Case = tuple[Program, dict[str, list[float]], tuple[str, ...]]


@st.composite
def tables(draw, wanted: st.SearchStrategy[str]) -> Case:
    """A program, a few rows of values for its variables, and which of the variables are the same in every row."""
    text = draw(wanted)
    try:
        program = parse(text, limit=4000)
    except InputError:
        assume(False)
    assume(program.inputs)
    number = st.one_of(st.sampled_from(SPECIAL), st.floats(-4, 4))
    columns = {name: draw(st.lists(number, min_size=ROWS, max_size=ROWS)) for name in program.inputs}
    fixed = tuple(name for name in program.inputs if draw(st.integers(0, 3)) == 0)
    for name in fixed:
        columns[name] = columns[name][:1] * ROWS
    return program, columns, fixed


def compare(program: Program, columns: dict[str, list[float]], fixed: tuple[str, ...]) -> None:
    lanes = tuple(name for name in program.inputs if name not in fixed)
    given = {name: values[0] if name in fixed else np.array(values) for name, values in columns.items()}
    wanted = [one_point(program, {name: values[row] for name, values in columns.items()}) for row in range(ROWS)]
    nodes = gradient_nodes(program)
    found = filled(Kernel(program.graph, nodes, lanes), given, ROWS)
    for row, want in enumerate(wanted):
        for place, each in enumerate(want):
            got = float(found[place][row])
            if kind_of(got) != kind_of(each) or not near(got, each, 1e4):
                # Where digits cancel, NumPy's last bit and Python's are far apart: by the size of what cancelled.
                formula, size = in_floats(program, nodes[place], columns, row)
                assert abs(got - formula) <= 1e-12 * size or kind_of(got) == kind_of(formula) != "number", (row, each)


def in_floats(program: Program, node: int, columns: dict[str, list[float]], row: int) -> tuple[float, float]:
    """The value of a node by the loop over floats, and the largest number on the way to it."""
    graph = program.graph
    inputs = {graph.variables[name]: values[row] for name, values in columns.items()}
    values = forward(graph, FLOATS, inputs, node + 1)
    reached = graph.reaches(node)
    return values[node], max(
        (abs(value) for value, mark in zip(values, reached, strict=False) if mark and math.isfinite(value)), default=0.0
    )


@given(tables(texts(ALL + CUTTING)))
def test_random_programs_agree_with_the_two_loops(case: Case) -> None:
    compare(*case)


@given(tables(programs(rules=True)))
def test_programs_with_functions_and_rules_agree_with_the_two_loops(case: Case) -> None:
    try:
        gradient_nodes(case[0])
    except InputError as mistake:
        assert mistake.kind == "no-rule"
        assume(False)
    compare(*case)


def test_what_is_computed_and_how_often() -> None:
    """By hand: x + w, its product with w, its sum with w; dy/dx is w, which is copied."""
    made = compiled(parse("(x+w)*w"))
    assert (made.lanes, made.singles, made.steps, made.buffers) == (("x", "w"), (), 4, 1)
    # exp(a) once for value and slopes; what depends on a alone is no array operation: exp(a)*x, and a copy of exp(a).
    made = compiled(parse("exp(a)*x"), ("x",))
    assert (made.lanes, made.singles, made.steps) == (("x",), ("a",), 3)
    # A chain of any length needs one buffer: each step writes over the one before.
    chain = "x"
    for _ in range(500):
        chain = f"sin({chain})"
    program = parse(chain)
    assert Kernel(program.graph, [program.output], ("x",)).buffers == 1
    # What nothing asks for is not computed, and its column is not read.
    made = Kernel(parse("a = exp(x*v); w^2").graph, [parse("a = exp(x*v); w^2").output], ("x", "v", "w"))
    assert (made.lanes, made.steps) == (("w",), 1)


SIGNS = [
    ("x - -y", 1), ("-x + y", 1), ("-x*-y", 1), ("x*-2", 1), ("-(-x)", 1), ("100*(2*x)", 1), ("x/4", 1),
    ("detach(x) + x", 1), ("x^2 + x^2", 2), ("x*y + y*x", 2), ("where(1, x, y)", 1), ("0.1*(2*(x + 1)) - x", 4),
    ("-(x*(3*y))", 2), ("-((3*x)*(3*x))", 3), ("-(3*x)", 1),
]  # fmt: skip


@pytest.mark.parametrize(("text", "steps"), SIGNS)
def test_signs_and_constants_cost_nothing(text: str, steps: int) -> None:
    program = parse(text)
    assert Kernel(program.graph, [program.output], program.inputs).steps == steps


BUSY = "a = sin(x)*exp(-w^2); b = tanh(x*w) + relu(x) + where(x > w, log(1 + x^2), a); a*b + max(x, w, 0)"


def busy_columns(rows: int) -> dict[str, np.ndarray]:
    draw = np.random.default_rng(7)
    return {"x": draw.normal(size=rows), "w": draw.normal(size=rows)}


@pytest.mark.parametrize("rows", [0, 1, 511, 512, 513, 5000])
@pytest.mark.parametrize("threads", [1, 2, 5])
def test_neither_blocks_nor_threads_show(rows: int, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = busy_columns(rows)
    whole = filled(compiled(parse(BUSY)), columns, rows)
    monkeypatch.setattr(kernel, "MOST_ROWS", 512)
    pieces = filled(compiled(parse(BUSY)), columns, rows, threads)
    for one, other in zip(whole, pieces, strict=True):
        assert one.tobytes() == other.tobytes()


def test_one_kernel_serves_many_threads_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "MOST_ROWS", 512)
    made = compiled(parse(BUSY))
    tables = [{name: column * scale for name, column in busy_columns(3000).items()} for scale in range(1, 9)]
    wanted = [filled(compiled(parse(BUSY)), table, 3000) for table in tables]
    found: list[list[np.ndarray]] = [[] for _ in tables]

    def work(place: int) -> None:
        for _ in range(5):
            found[place] = filled(made, tables[place], 3000, 2)

    threads = [threading.Thread(target=work, args=(place,)) for place in range(len(tables))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one, other in zip(wanted, found, strict=True):
        assert [each.tobytes() for each in one] == [each.tobytes() for each in other]


def test_a_mistake_in_a_thread_is_raised_and_no_thread_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "MOST_ROWS", 512)
    made = compiled(parse("x*w"))
    out = [np.empty(5000) for _ in range(3)]
    with pytest.raises(ValueError):
        made.run([np.ones(5000), np.ones(4999)], [], out, 2)
    made.run([np.ones(5000), np.ones(5000)], [], out, 2)
    assert (out[0] == 1).all()


def test_scratch_memory_does_not_grow_with_the_rows() -> None:
    """Eight MiB at most, whatever the program and the number of rows."""
    text = "; ".join(f"t{i} = sin({i}*x)*w + cos(x - {i}*w)" for i in range(1, 40))
    program = parse(text + "; " + " + ".join(f"t{i}^2" for i in range(1, 40)))
    for rows in (50_000, 200_000):
        made = compiled(program)
        columns = busy_columns(rows)
        out = [np.empty(rows) for _ in range(3)]
        tracemalloc.start()
        try:
            made.fill(columns, out, 2)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert 1 << 18 < peak < 8 << 20


def test_a_deep_program_compiles_without_recursion() -> None:
    """x + x/2 + x/4 + ... as a nest of 20 000 brackets, and 100 functions that stand in one another."""
    depth = 20_000
    made = compiled(parse("(" * depth + "x" + "/2 + x)" * depth))
    value, slope = filled(made, {"x": np.array([3.0])}, 1)
    assert (value[0], slope[0]) == (6.0, 2.0)
    functions = "f0(u) = u + 1; d f0/du = 1\n" + "\n".join(
        f"f{i}(u) = f{i - 1}(u) + 1; d f{i}/du = {i}" for i in range(1, 100)
    )
    value, slope = filled(compiled(parse(functions + "\nf99(x)")), {"x": np.array([3.0])}, 1)
    assert (value[0], slope[0]) == (103.0, 99.0)


def test_columns_may_be_slices_and_whole_numbers() -> None:
    table = np.arange(12).reshape(4, 3)
    value, by_x, by_w = filled(compiled(parse("(x+w)*w")), {"x": table[:, 0], "w": table[::-1, 2]}, 4)
    x, w = table[:, 0].astype(float), table[::-1, 2].astype(float)
    assert (value.tolist(), by_x.tolist(), by_w.tolist()) == (((x + w) * w).tolist(), w.tolist(), (x + 2 * w).tolist())
