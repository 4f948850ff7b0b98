"""The benches run, and say what they could not measure. Nothing here is timed."""

from __future__ import annotations

import importlib
import shlex
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parents[2] / "bench"
# Without its site-packages an interpreter has no peers, whatever is installed beside us.
NO_PEERS = f"{shlex.quote(sys.executable)} -S -E"

pytestmark = pytest.mark.skipif(not BENCH.is_dir(), reason="benches are part of the checkout")


@pytest.fixture
def bench(monkeypatch):
    """Import a bench as it is imported when it runs on its own."""
    monkeypatch.syspath_prepend(str(BENCH))
    yield importlib.import_module
    for path in BENCH.glob("*.py"):
        sys.modules.pop(path.stem, None)


def lines_with(output: str, *words: str) -> list[str]:
    return [line for line in output.splitlines() if all(word in line for word in words)]


def test_gradient_measures_ours_and_says_that_every_peer_is_missing(bench, capsys):
    gradient = bench("gradient")
    gradient.main(["--quick", "--sizes", "60", "--peers", NO_PEERS])
    output = capsys.readouterr().out
    for peer in gradient.PEERS:
        assert lines_with(output, "60", peer, "peer is missing")
        assert lines_with(output, f"missing: {peer} (not installed")
    for shape in gradient.SHAPES:
        assert lines_with(output, f"{shape} 60 forward + reverse", "forward alone")


def test_points_measures_ours_beside_numpy_and_says_that_other_peers_are_missing(bench, capsys):
    points = bench("points")
    points.main(["--quick", "--sizes", "300", "--peers", NO_PEERS])
    output = capsys.readouterr().out
    for name in points.EXPRESSIONS:
        for peer in ("jax", "torch"):
            assert lines_with(output, f"{name} 3e2", peer, "peer is missing")
        line = lines_with(output, f"{name} 3e2", "numpy")[0]
        assert "failed" not in line
        assert "differ" not in line
    for form in points.SCRIPTS:
        line = lines_with(output, f"{form} to {form}")[0]
        assert "Error" not in line


def test_networks_measures_ours_beside_numpy_and_says_that_torch_is_missing(bench, capsys):
    networks = bench("networks")
    networks.main(["--quick", "--sizes", "8,6,5,3", "--peers", NO_PEERS])
    output = capsys.readouterr().out
    (line,) = lines_with(output, "in checkpoints of 4", "no checkpoints")
    assert "differ" not in line
    assert "failed" not in line
    for dtype in networks.AGREE:
        assert lines_with(output, f"6-5-3 on 8 rows, {dtype}", "torch", "peer is missing")
        line = lines_with(output, f"6-5-3 on 8 rows, {dtype}", "numpy by hand")[0]
        assert "failed" not in line
        assert "differ" not in line
    assert lines_with(output, "missing: torch (not installed")
def test_fitting_measures_ours_and_says_that_every_peer_is_missing(bench, capsys):
    fitting = bench("fitting")
    fitting.main(["--quick", "--sizes", "3000", "--peers", NO_PEERS])
    output = capsys.readouterr().out
    for peer in fitting.PEERS:
        assert lines_with(output, "200 steps", peer, "peer is missing")
    (line,) = lines_with(output, "steps to the optimum", "limit")
    assert "NOT MET" not in line
    line, *_ = lines_with(output, "fit of a file", "np.loadtxt")  # the summary may name it again
    assert "rror" not in line
    assert len(lines_with(output, "digits, ", "met")) == 8
    assert not lines_with(output, "digits, ", "NOT MET")


def test_tracing_measures_every_format_that_streams_beside_its_limits_and_the_floor(bench, capsys):
    tracing = bench("tracing")
    tracing.main(["--quick", "--sizes", "80"])
    output = capsys.readouterr().out
    for form in tracing.FORMATS:
        for other in ("the limit", "json.dumps" if form == "json" else "str.format", "a Rich table"):
            assert lines_with(output, f"{form} 8e1", other)
        assert lines_with(output, f"{form} 8e1 first line", "the limit")
    assert lines_with(output, "plain 8e1 memory", "16 MiB")


def test_startup_runs_every_command_and_says_that_every_peer_is_missing(bench, capsys):
    startup = bench("startup")
    startup.main(["--rounds", "1", "--peers", NO_PEERS])
    output = capsys.readouterr().out
    for peer in startup.PROGRAMS:
        assert lines_with(output, "grad -q", peer, "peer is missing")
        assert lines_with(output, f"missing: {peer} (not installed")
    for case in startup.OURS:
        (line,) = lines_with(output, f"{case} ", "python -c pass", "met")
        assert "exit code" not in line
        assert "unexpected answer" not in line


def test_an_interpreter_that_does_not_start_is_said(bench, capsys):
    bench("gradient").main(["--quick", "--sizes", "20", "--shapes", "wide", "--peers", "no-such-python"])
    assert "missing: torch (the interpreter does not start" in capsys.readouterr().out


@pytest.mark.parametrize("shape", ["wide", "deep"])
def test_the_text_and_the_instructions_of_an_expression_are_the_same(bench, shape):
    import math

    from bpcli.calculus.sweeps import forward
    from bpcli.engine.floats import FLOATS
    from bpcli.language.reader import parse

    expressions = bench("expressions")
    made = expressions.SHAPES[shape](200)
    program = parse(made.text)
    inputs = {node: made.inputs[int(name[1:])] for name, node in program.graph.variables.items()}
    value = forward(program.graph, FLOATS, inputs, program.output + 1)[program.output]
    assert value == pytest.approx(expressions.walk(made, list(made.inputs), math.sin), rel=1e-12)
    assert 200 <= len(made) <= 205


def test_a_row_says_what_its_ratio_means(bench):
    row = bench("measure").Row
    assert row("c", "1", "p", "2", 0.5, 0.6).verdict == "met"
    assert row("c", "1", "p", "2", 0.5, 0.4).verdict == "NOT MET"
    assert row("c", "1", "p", "2", 1.5, 1.0).verdict == "NOT MET, WE LOSE"
    assert row("c", "1", "p", "2", 1.5).verdict == "WE LOSE"
    assert row("c", "1", "base", "2", 1.5, 6, stretch=2, rival=False).verdict == "met, stretch met"
    assert row("c", "1", "p", "-", None, 0.5, why="> 60 s (cap)").verdict == "> 60 s (cap)"


def test_gradients_are_compared_by_their_largest_entry(bench):
    difference = bench("gradient").difference
    assert difference([1e6, 1.0], [1e6, 1.0]) == 0
    assert difference([4.0, 1.0], [4.0, 2.0]) == 0.25
    assert difference([1.0], [float("nan")]) == float("inf")
    assert difference([1.0], [1.0, 2.0]) == float("inf")
