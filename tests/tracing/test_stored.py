"""A stored trace: what is read back is what was written, and shows itself as what was traced."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpcli.calculus.sweeps import forward
from bpcli.engine.choose import kind_called
from bpcli.engine.floats import FLOATS
from bpcli.errors import InputError
from bpcli.language.reader import parse
from bpcli.render.json.traces import trace_dict, trace_text
from bpcli.render.plain import trace_lines
from bpcli.tracing.record import Trace, record
from bpcli.tracing.stored import restored
from calculus.programs import ALL, CHOOSING, CUTTING, valued

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Runner


def stored(trace: Trace) -> Any:
    """The trace as a program that reads JSON sees it."""
    return json.loads("".join(trace_text(trace)))


@given(valued(ALL + CHOOSING + CUTTING), st.sampled_from(["reverse", "forward"]), st.integers(3, 12))
def test_a_stored_trace_is_the_trace(run: Any, mode: str, digits: int) -> None:
    trace = record(*run, mode=mode)
    again = restored(stored(trace))
    assert [*trace_lines(again, digits)] == [*trace_lines(trace, digits)]
    assert json.dumps(trace_dict(again)) == json.dumps(trace_dict(trace))


@pytest.mark.parametrize(
    ("text", "at", "options"),
    [
        ("(x+w)*w + (x+w)", {"x": 2.0, "w": 3.0}, {"share": False}),
        ("max(x, w)*2", {"x": 2.0, "w": 2.0}, {"tie": "last"}),
        ("[x*w, x + w]", {"x": 2.0, "w": 3.0}, {"output": "0"}),
        ("a = x*w; [a, x + a]", {"x": 2.0, "w": 3.0}, {"output": "a"}),
        ("e*x + pi", {"x": 2.0, "e": 3.0}, {}),
        ("f(u) = u^2; d f/du = 2*u; f(x)/3", {"x": 2.0}, {}),
        ("sqrt(x) + 1/w", {"x": 0.0, "w": 0.0}, {}),
        ("h = tanh(w*x); sigmoid(h) + tanh(x)", {"x": 2.0, "w": 1.0}, {"unfold": ["tanh"]}),
        ("tanh(x) - sinh(w)", {"x": 2.0, "w": 1.0}, {"unfold": ["tanh", "sinh"]}),
        ("leaky_relu(x) + tanh(w)", {"x": -2.0, "w": 1.0}, {"unfold": ["leaky_relu"]}),
        ("tanh(x)*w", {"x": 2.0, "w": 1.0}, {"unfold": ["relu"]}),  # of which there is none
        ("2*3", {}, {}),
        ("a0 = x; " + "".join(f"a{i} = a{i - 1} + a{i - 1};" for i in range(1, 70)) + "a69", {"x": 1.0}, {}),
    ],
)
def test_what_decided_how_it_was_read_is_stored(text: str, at: dict[str, float], options: dict[str, Any]) -> None:
    output = options.pop("output", None)
    program = parse(text, given=at, **options)
    if output is not None:
        program.select([output])
    trace = record(program, at)
    again = restored(stored(trace))
    assert [*trace_lines(again)] == [*trace_lines(trace)]
    assert stored(again) == stored(trace)
    assert stored(trace)["options"]["unfold"] == sorted(options.get("unfold", []))


@given(valued(ALL + CHOOSING + CUTTING))
def test_the_formulas_of_a_trace_give_its_numbers(run: Any) -> None:
    """Each step replayed from what is written: its formula, read anew, at the values of the names in it."""
    trace = record(*run)
    names = {entry.name: entry.value for entry in trace.nodes.values()}
    for step in trace.forward:
        node = trace.nodes[step.node]
        program = parse(node.formula, given=names)
        inputs = {program.graph.variables[name]: names[name] for name in program.inputs}
        value = forward(program.graph, FLOATS, inputs, program.output + 1)[program.output]
        assert repr(value) == repr(step.value), (node.name, node.formula)


OTHER_NUMBERS = [
    ("--exact",), ("--precision", "30"), ("--dtype", "float16"), ("--dtype", "bfloat16"), ("--dtype", "float32"),
]  # fmt: skip
OTHER_RUNS = [
    ("(x+w)*w/3", "--x", "0.1", "--w", "1/7"),
    ("relu(x)*tanh(w) + x^2", "--x", "1/3", "--w", "2", "--mode", "forward"),
    ("(x+w)*w/3", "--x", "1/3", "--w", "3", "--mode", "forward", "--direction", "0.1,2"),
    ("x*w/3 + detach(x)", "--x", "1e-5", "--w", "1e-5"),
    ("1/x + max(w, 1)*z", "--x", "0", "--w", "1", "--z", "3"),
    ("sum(W @ x)/3", "--W", "[[0.1, 2], [3, 4]]", "--x", "[1, 7]"),
    ("cross_entropy(W @ x, t)", "--W", "[[0.1, 2], [3, 4]]", "--x", "[1, 0.7]", "--t", "[0, 1]"),
    ("sum(W @ x)*b/3", "--W", "[[0.1, 2], [3, 4]]", "--x", "[1, 7]", "--b", "2", "--mode", "forward"),
    ("sum(W @ x)/3", "--W", "[[0.1, 2], [3, 4]]", "--x", "[1, 7]", "--element", "W[0,1]"),
]
SHOWN = ((), ("--format", "rich"), ("--format", "md"), ("--format", "latex"), ("--format", "svg"), ("--json",), ("-q",))


@pytest.mark.parametrize("numbers", OTHER_NUMBERS, ids=" ".join)
@pytest.mark.parametrize("asked", OTHER_RUNS, ids=lambda asked: asked[0])
def test_traces_in_other_numbers_are_read_back(
    run: Runner, tmp_path: Path, numbers: tuple[str, ...], asked: tuple[str, ...]
) -> None:
    """Whatever is shown of a stored trace is what is shown of the trace itself."""
    direct = run("trace", *asked, *numbers, "--json")
    if "bfloat16" in numbers and "[" in "".join(asked):
        assert direct.code == 2  # NumPy has none
        return
    path = tmp_path / "t.json"
    path.write_text(direct.out, encoding="utf-8")
    for more in (*SHOWN, ("--digits", "3"), ("--digits", "17"), ("--explain", "normal")):
        first, again = run("trace", *asked, *numbers, *more), run("trace", "--from", str(path), *more)
        assert (again.code, again.out, again.err) == (first.code, first.out, first.err), more


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("exact numbers", "-355/113"),
        ("exact numbers", "9" * 5000 + "/" + "7" * 4999 + "1"),
        ("numbers of 30 digits", "0.1"),
        ("numbers of 30 digits", "-1.5e-400"),
        ("numbers of 5 digits", "inf"),
    ],
)
def test_a_number_of_another_kind_survives_as_text(title: str, text: str) -> None:
    kind = kind_called(title)
    assert kind is not None
    number = kind.of_text(text)
    again = kind.of_text(str(kind.to_text(number)))
    assert again == number
    third = kind.functions["div"](number, kind.constant(3))
    assert kind.of_text(str(kind.to_text(third))) == third


def test_a_changed_fraction_is_noticed(run: Runner, tmp_path: Path) -> None:
    """By hand: 5 * 7 / 3 = 35/3, and no 36/3; float16 has 3.3340 for 10/3, which follows."""
    path = tmp_path / "t.json"
    text = run("trace", "x*w/3", "--x", "5", "--w", "7", "--exact", "--json").out
    path.write_text(text.replace("35/3", "36/3"), encoding="utf-8")
    assert "this file was changed" in run("trace", "--from", str(path)).out
    path.write_text(text.replace("35/3", "many"), encoding="utf-8")
    assert run("trace", "--from", str(path)).code == 2
    path.write_text(text.replace("exact numbers", "numbers of 1 digits"), encoding="utf-8")
    assert run("trace", "--from", str(path)).code == 2
    path.write_text(run("trace", "x*w/3", "--x", "5", "--w", "2", "--dtype", "float16", "--json").out, encoding="utf-8")
    assert "changed" not in run("trace", "--from", str(path)).out


def test_numbers_are_read_and_not_computed() -> None:
    """A stored number that is wrong is shown as it was stored."""
    data = stored(record(parse("(x+w)*w"), {"x": 2.0, "w": 3.0}))
    data["backward"][3]["total"] = 9
    assert "= 5 + 3 ≈ 9 (2 of 2)" in "\n".join(trace_lines(restored(data)))


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda data: {}, "not-a-trace"),
        (lambda data: [1, 2], "not-a-trace"),
        (lambda data: {**data, "schema": "bpcli.grad/1"}, "not-a-trace"),
        (lambda data: {**data, "numbers": "fractions"}, "trace-of-other-numbers"),
        (lambda data: {key: value for key, value in data.items() if key != "paths"}, "trace-does-not-fit"),
        (lambda data: {**data, "source": "x*w*x"}, "trace-does-not-fit"),
        (lambda data: {**data, "nodes": data["nodes"][::-1][:1]}, "trace-does-not-fit"),
        (lambda data: {**data, "gradient": {"x": "many"}}, "trace-does-not-fit"),
        (lambda data: {**data, "options": {"share": True, "tie": "random"}}, "trace-does-not-fit"),
        (lambda data: {**data, "options": {"share": True, "tie": "share"}}, "trace-does-not-fit"),
        (lambda data: {**data, "options": {**data["options"], "unfold": ["sinus"]}}, "unfold-unknown"),
        (lambda data: {**data, "backward": [{**data["backward"][0], "to": 99}]}, "trace-does-not-fit"),
    ],
)
def test_what_is_no_trace_is_refused(change: Any, kind: str) -> None:
    data = stored(record(parse("(x+w)*w"), {"x": 2.0, "w": 3.0}))
    with pytest.raises(InputError) as caught:
        restored(change(data))
    assert caught.value.kind == kind


def test_the_command_shows_a_stored_trace_in_any_format(run: Runner, tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text(run("trace", "(x+w)*w", "--x", "2", "--w", "3", "--json").out, encoding="utf-8")
    for more in ((), ("--format", "rich"), ("--json",), ("-q",), ("--digits", "3")):
        direct = run("trace", "(x+w)*w", "--x", "2", "--w", "3", *more)
        assert run("trace", "--from", str(path), *more).out == direct.out
    for more in (("--wrt", "x"), ("--x", "3"), ("x*w",)):
        assert run("trace", "--from", str(path), *more).code == 2
    assert run("trace", "--from", str(tmp_path / "none.json")).code == 4


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda data: data["forward"][0].update(value=16.0), "a"),
        (lambda data: data["nodes"][0].update(value=6.0), "a"),
        (lambda data: data["backward"][1].update(product=2.0), "dy/dx"),
        (lambda data: data["gradient"].update(w=7.0), "dy/dw"),
    ],
)
def test_a_file_whose_numbers_do_not_follow_is_said_to_be_changed(change: Any, what: str) -> None:
    """By hand: 5 * 3 = 15, and 15 / 3 = 5."""
    data = stored(record(parse("x*w/3"), {"x": 5.0, "w": 3.0}))
    assert restored(data).notes == []
    change(data)
    (note,) = restored(data).notes
    assert (note.kind, note.facts["what"]) == ("stored-otherwise", what)
    assert any("this file was changed" in line for line in trace_lines(restored(data)))
