"""The Python API: the public names, and that each of them works after any other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import bpcli
from bpcli.errors import InputError

ROOT = Path(__file__).parents[1]


def test_all_is_exact() -> None:
    assert sorted(bpcli.__all__) == sorted({*bpcli._HOME, "__version__"})
    for name in bpcli.__all__:
        assert getattr(bpcli, name) is not None


FIRST = ["bpcli.grad('x', x=1)", "bpcli.check('x', x=1)", "bpcli.Trace", "bpcli.fit([1, 2], [3, 4], 1)"]


@pytest.mark.parametrize("first", FIRST)
def test_trace_is_a_function_whatever_was_called_before(first: str) -> None:
    """No folder of the package may have the name of a public function."""
    code = f"import bpcli\n{first}\nprint(bpcli.trace('(x+w)*w', x=2, w=3).gradient)"
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(ROOT / "src")}, capture_output=True, text=True, check=True
    )
    assert done.stdout == "{'x': 3.0, 'w': 8.0}\n"


def test_no_module_of_the_package_shadows_a_public_name() -> None:
    inner = {path.stem for path in (ROOT / "src" / "bpcli").iterdir()}
    assert not inner & {*bpcli.__all__}


def test_importing_the_package_loads_nothing_else() -> None:
    code = "import sys, bpcli; print([name for name in sys.modules if name.startswith(('bpcli.', 'numpy', 'rich'))])"
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(ROOT / "src")}, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_values_are_numbers_or_text_and_names_are_lists_or_text() -> None:
    assert bpcli.grad("x^2*w", {"x": "1/3", "w": 9}).gradient == pytest.approx({"x": 6, "w": 1 / 9})
    assert bpcli.grad("x1*x2", x1=2, x2=3, wrt="x1").gradient == {"x1": 3}
    assert bpcli.grad("x1*x2", x1=2, x2=3, wrt=["x2"]).gradient == {"x2": 2}
    assert str(bpcli.diff("x^3*w", "x,w")) == "3*x^2"
    assert bpcli.diff("x^3", "x").diff("x")(x=2) == 12


def test_a_wrong_value_is_told_with_its_name() -> None:
    with pytest.raises(InputError, match="the value of x, 'abc', is not a number"):
        bpcli.grad("x^2", x="abc")
    with pytest.raises(InputError, match="the value of x, 'None', is not a number"):
        bpcli.grad("x^2", {"x": None})


def test_records_show_themselves_in_chinese_and_in_words() -> None:
    """By hand: dy/dw = 5 + 3, the last of two parts."""
    trace = bpcli.trace("(x+w)*w", x=2, w=3)
    assert trace.text() == str(trace)
    assert "梯度检查：与中心差分一致" in trace.text(language="zh")
    assert "That is the last of 2 parts." in trace.text(explain="normal")
    assert "这是 2 份中的最后一份。" in trace.text(language="zh", explain="normal")
    assert "0.667" in bpcli.trace("x*w", x=2, w="1/3").text(digits=3)
    assert "通过：" in bpcli.check("x*w", x=2, w=3).text(language="zh")
    for wrong in ({"language": "fr"}, {"explain": "long"}):
        with pytest.raises(bpcli.InputError):
            trace.text(**wrong)


def test_a_trace_goes_upwards_along_names_entries_and_directions() -> None:
    """By hand: d((x+w)*w) = w*dx + (x + 2w)*dw, and sum(W @ x) by W[0,1] is x[1]."""
    upwards = bpcli.trace("(x+w)*w", x=2, w=3, mode="forward")
    assert upwards.gradient == {"x": 3, "w": 8}
    assert not upwards.backward
    for direction in ({"x": 1, "w": 2}, [1, 2], {"w": 2, "x": "1"}):
        along = bpcli.trace("(x+w)*w", x=2, w=3, mode="forward", direction=direction)
        assert along.gradient == {"t": 3 * 1 + 8 * 2}
        assert "Tangents along t" in str(along)
        assert along.to_dict()["direction"] == {"x": 1, "w": 2}
    entry = bpcli.trace("sum(W @ x)", W=[[1, 2], [3, 4]], x=[5, 7], mode="forward", wrt="W[0,1],x[0]")
    assert entry.gradient == {"W[0,1]": 7, "x[0]": 1 + 3}
    exact = bpcli.trace("x*w", x=1, w="1/3", mode="forward", numbers="exact")
    assert str(exact.gradient["x"]) == "1/3"


def test_a_trace_of_forward_mode_refuses_what_the_command_refuses() -> None:
    wrong = [
        ({"mode": "upwards"}, "unknown-mode"),
        ({"direction": [1, 2]}, "option-needs"),
        ({"mode": "forward", "direction": [1, 2], "wrt": "x"}, "direction-and-option"),
        ({"mode": "forward", "direction": [1, 2, 3]}, "too-many-numbers"),
        ({"mode": "forward", "direction": {"q": 1}}, "wrt-unknown"),
        ({"mode": "forward", "direction": {"x": [1, 2]}}, "direction-shape"),
        ({"mode": "forward", "loss_scale": 8.0, "numbers": "float16"}, "loss-scale-forward"),
    ]
    for options, kind in wrong:
        with pytest.raises(bpcli.InputError) as caught:
            bpcli.trace("(x+w)*w", x=2, w=3, **options)
        assert caught.value.kind == kind, options


def test_a_trace_answers_other_questions() -> None:
    """By hand: relu at -2 is shut. The sentences are those of `bpcli trace --lens`."""
    trace = bpcli.trace("h = relu(w*x); h^2", w=2, x=-1)
    found = {name: trace.lens(name) for name in ("cost", "flow", "memory")}
    assert [each["kind"] for each in found.values()] == [*found]
    assert found["flow"]["findings"][0]["facts"]["value"] == -2
    assert "失活" in trace.lens("flow", language="zh")["findings"][0]["text"]
    with pytest.raises(bpcli.InputError, match="no lens time"):
        trace.lens("time")
    with pytest.raises(bpcli.InputError, match="backward pass"):
        bpcli.trace("x^2", x=3, mode="forward").lens("flow")


def test_records_show_themselves() -> None:
    assert "dy/dw = 5 + 3 = 8 (2 of 2)" in str(bpcli.trace("(x+w)*w", x=2, w=3))
    assert "dy/dw = 5 + 3 = 8 (2 of 2)" in bpcli.trace("(x+w)*w", x=2, w=3)._repr_html_()
    assert "ok: reverse, forward mode and symbolic agree" in str(bpcli.check("(x+w)*w", x=2, w=3))
    assert repr(bpcli.grad("x^2", x=3)) == "Point(value=9.0, gradient={'x': 6.0})"
    assert bpcli.trace("(x+w)*w", x=2, w=3).to_dict()["schema"] == "bpcli.trace/1"
    assert bpcli.fit([0, 1, 2], [1, 3, 5], 1).to_dict()["schema"] == "bpcli.fit/1"
    assert bpcli.evaluate("x^2", x=3).to_dict()["schema"] == "bpcli.eval/1"
