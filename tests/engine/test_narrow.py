"""Narrow floats: rounded as NumPy and PyTorch round, and what a loss scale is good for."""

from __future__ import annotations

import itertools
import json
import math
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bpcli
from bpcli.engine.narrow import FORMATS, narrow, relative_error
from bpcli.engine.point import gradient
from bpcli.errors import NumericError
from bpcli.language.reader import parse
from bpcli.render.words import sentence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Runner

inf, nan = math.inf, math.nan

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "narrow.json").read_text(encoding="utf-8"))
NUMPY = {"float32": np.float32, "float16": np.float16}


def same(got: float, want: float) -> bool:
    return (got != got and want != want) or (got == want and math.copysign(1, got) == math.copysign(1, want))


@pytest.mark.parametrize(
    ("name", "smallest", "largest"),
    [("float32", 2.0**-149, (2 - 2.0**-23) * 2.0**127), ("float16", 2.0**-24, 65504.0),
     ("bfloat16", 2.0**-133, (2 - 2.0**-7) * 2.0**127)],
)  # fmt: skip
def test_the_range_of_each_format(name: str, smallest: float, largest: float) -> None:
    """IEEE 754-2019, table 3.5, and by hand."""
    form = FORMATS[name]
    assert (form.smallest, form.largest) == (smallest, largest)
    assert form.rounded(smallest) == smallest
    assert form.rounded(smallest / 2) == 0  # a tie, to the even one
    assert form.rounded(smallest * 0.500001) == smallest
    assert form.rounded(largest) == largest
    unit = math.ldexp(1.0, math.frexp(largest)[1] - form.bits)
    assert form.rounded(largest + unit / 2) == inf
    assert form.rounded(math.nextafter(largest + unit / 2, 0)) == largest
    assert same(form.rounded(-smallest / 4), -0.0)
    assert same(form.rounded(nan), nan)


floats = st.floats(allow_nan=True, allow_infinity=True) | st.floats(-70000, 70000) | st.floats(-1e-6, 1e-6)


@pytest.mark.parametrize("name", NUMPY)
@given(value=floats)
def test_rounding_is_that_of_numpy(name: str, value: float) -> None:
    with np.errstate(all="ignore"):
        assert same(FORMATS[name].rounded(value), float(NUMPY[name](value)))


def drawn(rng: random.Random, name: str) -> float:
    low, high = {"float16": (-26, 16), "float32": (-150, 127)}[name]
    spread = rng.choice(((-2, 2), (low, high)))
    return math.ldexp(rng.uniform(1, 2), rng.randint(*spread)) * rng.choice((1, -1))


@pytest.mark.parametrize("name", NUMPY)
def test_arithmetic_is_that_of_numpy_to_the_last_bit(name: str) -> None:
    rng, kind, make = random.Random(3), narrow(name), NUMPY[name]
    functions: dict[str, Any] = {"add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide}
    with np.errstate(all="ignore"):
        for _ in range(3000):
            x, y = drawn(rng, name), drawn(rng, name)
            for op, function in functions.items():
                got = kind.guarded[op](kind.given(x), kind.given(y))
                assert same(float(got), float(function(make(x), make(y)))), (op, x, y)
            assert same(float(kind.given(x) * kind.given(y)), float(make(x) * make(y)))
            assert same(float(kind.given(x) + kind.given(y)), float(make(x) + make(y)))
            assert float(kind.functions["sqrt"](kind.given(abs(x)))) == float(np.sqrt(make(abs(x))))


@pytest.mark.parametrize("name", NUMPY)
def test_special_values_are_those_of_numpy(name: str) -> None:
    kind, make = narrow(name), NUMPY[name]
    values = (0.0, -0.0, 1.0, -3.0, inf, -inf, nan, kind.format.largest, kind.format.smallest)
    with np.errstate(all="ignore"):
        for x, y in itertools.product(values, repeat=2):
            for op, function in (("add", np.add), ("mul", np.multiply), ("div", np.divide)):
                got = kind.guarded[op](kind.given(x), kind.given(y))
                assert same(float(got), float(function(make(x), make(y)))), (op, x, y)


@pytest.mark.parametrize(("op", "at", "want"), GOLDEN["operations"])
def test_bfloat16_arithmetic_is_that_of_pytorch(op: str, at: list[float], want: float) -> None:
    kind = narrow("bfloat16")
    assert float(kind.functions[op](*[kind.given(x) for x in at])) == float(want)


@pytest.mark.parametrize(("value", "want"), GOLDEN["rounded"])
def test_bfloat16_rounding_is_that_of_pytorch(value: float, want: float | str) -> None:
    assert FORMATS["bfloat16"].rounded(value) == float(want)


@pytest.mark.parametrize("case", GOLDEN["gradients"], ids=lambda case: f"{case['dtype']} {case['scale']:g}")
def test_gradients_are_those_of_pytorch_to_the_last_bit(case: dict[str, Any]) -> None:
    program = parse(case["program"])
    point = gradient(program, case["inputs"], kind=narrow(case["dtype"]), scale=case["scale"])
    assert float(point.value) == case["value"]
    scaled = {name: float(point.adjoints[program.names[name]] or 0.0) for name in case["inputs"]}
    assert scaled == case["scaled_gradient"]
    assert point.gradient == {name: slope / case["scale"] for name, slope in scaled.items()}


def test_a_loss_scale_carries_a_gradient_past_underflow() -> None:
    """y = u*(v*x), u = v = 2^-14: dy/dx = 2^-28. The smallest float16 is 2^-24; 2^16 * 2^-28 = 2^-12; by hand."""
    program, at = parse("u*(v*x)"), {"u": 2.0**-14, "v": 2.0**-14, "x": 1.0}
    assert gradient(program, at, ["x"]).gradient == {"x": 2.0**-28}
    lost = gradient(program, at, ["x"], kind=narrow("float16"))
    assert lost.gradient == {"x": 0.0}
    assert [sentence(note) for note in lost.notes] == [
        "u*(v*x) is 3.73e-9, which float16 rounds to 0: its smallest number is 5.96e-8",
        "on the way from v*x back to x the gradient is 3.73e-9, which float16 rounds to 0",
    ]
    saved = gradient(program, at, ["x"], kind=narrow("float16"), scale=65536.0)
    assert saved.gradient == {"x": 2.0**-28}
    assert [note.kind for note in saved.notes] == ["underflow"]  # the value is lost all the same
    assert gradient(program, at, ["x"], kind=narrow("bfloat16")).gradient == {"x": 2.0**-28}


def test_a_loss_scale_can_be_too_large() -> None:
    """dy/dx = 2x = 4, times 65536: beyond 65504; by hand."""
    point = gradient(parse("x^2"), {"x": 2}, kind=narrow("float16"), scale=65536.0)
    assert point.gradient == {"x": inf}
    assert [sentence(note) for note in point.notes] == [
        "on the way from x^2 back to x the gradient is 262144, which is infinite in float16",
        "dy/dx is inf",
    ]
    assert gradient(parse("x^2"), {"x": 2}, kind=narrow("float16"), scale=1024.0).gradient == {"x": 4.0}


@pytest.mark.parametrize(
    ("text", "x", "notes"),
    [
        ("exp(x)", 12, ["exp(x) is 1.63e5, which is infinite in float16: its largest number is 65504"]),
        ("x + 1", 1e-9, ["x is 1e-9, which float16 rounds to 0: its smallest number is 5.96e-8"]),
        ("x + 1e-9", 1, ["float16 rounds 1e-9 to 0: its smallest number is 5.96e-8"]),
        ("x + 1e6", 1, ["1000000 is infinite in float16: its largest number is 65504"]),
        ("(1 + x) - 1", 1e-5, []),  # lost by rounding, which is no underflow
        ("where(x > 0, x, exp(100*x)*1e9)", 1, []),  # nothing that is looked at
        ("exp(x) + 1/(x - 12)", 12, [
            "1/(x - 12) is inf with x - 12 = 0; its domain is x - 12 != 0",
            "exp(x) is 1.63e5, which is infinite in float16: its largest number is 65504",
        ]),
        ("1/x", 0, ["1/x is inf with x = 0; its domain is x != 0"]),
    ],
)  # fmt: skip
def test_what_a_format_cannot_hold_is_said(text: str, x: float, notes: list[str]) -> None:
    point = bpcli.evaluate(text, x=x, numbers="float16")
    assert [sentence(note) for note in point.notes] == notes


def test_rounding_on_the_way_shows() -> None:
    """2049 is not a float16: 2048 + 1 is a tie, and stays 2048; by hand."""
    assert bpcli.evaluate("(x + 1) - x", x=2048, numbers="float16").value == 0
    assert bpcli.evaluate("(x + 1) - x", x=2048, numbers="float32").value == 1
    assert bpcli.evaluate("(x + 1) - x", x=256, numbers="bfloat16").value == 0


def test_inf_minus_inf_is_an_error_with_its_place() -> None:
    with pytest.raises(NumericError, match="has no value"):
        bpcli.evaluate("exp(x) - exp(x + 1)", x=12, numbers="float16")


def test_the_same_result_in_double_precision_stands_beside_it(run: Runner) -> None:
    words = ["grad", "u*(v*x)", "--u", "2^-14", "--v", "2^-14", "--x", "1", "--wrt", "x", "--dtype", "float16"]
    lost, saved = run(*words), run(*words, "--loss-scale", "65536")
    assert lost.out.splitlines()[-1].split() == ["x", "1", "dy/dx", "=", "0", "3.72529e-9", "1"]
    assert saved.out.splitlines()[-1].split() == ["x", "1", "dy/dx", "=", "3.72529e-9", "3.72529e-9", "0"]
    assert "float64: 3.72529e-9, relative error 1" in lost.out.splitlines()[0]
    found = json.loads(run(*words, "--loss-scale", "65536", "--json").out)
    assert found["narrow"]["relative_error"] == {"value": 1.0, "gradient": {"x": 0.0}}
    assert run(*words, "-q").out == "x=0\n"


@pytest.mark.parametrize(
    ("one", "other", "want"), [(0.5, 1.0, 0.5), (2.0, 2.0, 0.0), (1.0, 0.0, inf), (inf, inf, 0.0), (-1.0, -2.0, 0.5)]
)
def test_a_relative_error_is_relative_to_double_precision(one: float, other: float, want: float) -> None:
    assert relative_error(one, other) == want


def test_a_trace_shows_the_rounded_numbers(run: Runner) -> None:
    out = run("trace", "x*w", "--x", "0.1", "--w", "3", "--dtype", "float16").out
    assert "0.09997559 * 3" in out or "0.0999756 * 3" in out
    assert "check" not in out


def test_a_trace_of_a_scaled_pass_names_what_is_scaled(run: Runner) -> None:
    """y = u*(v*x), u = v = 2^-14, S = 2^16: S*dy/da = 4, S*dy/dx = 2^-12, dy/dx = 2^-28; by hand."""
    words = ["u*(v*x)", "--u", "2^-14", "--v", "2^-14", "--x", "1", "--wrt", "x", "--dtype", "float16"]
    out = run("trace", *words, "--loss-scale", "65536").out
    assert "start: S*dy/dy = S = 65536" in out
    assert "S*dy/da = 4" in out
    assert "S*dy/dx = 0.000244141" in out
    assert out.splitlines()[-2] == "dy/dx = 3.72529e-9"
    found = json.loads(run("trace", *words, "--loss-scale", "65536", "--json").out)
    assert (found["loss_scale"], found["gradient"], found["backward"][-1]["total"]) == (65536, {"x": 2**-28}, 2**-12)


def test_a_rule_that_is_a_number_is_rounded_too(run: Runner) -> None:
    """0.0001 is 0.000100016593933105... in float16: 1678 * 2^-24; by hand."""
    out = run("trace", "x/10000", "--x", "1", "--dtype", "float16", "--digits", "9").out
    assert "d(x/10000)/dx = 0.0001 ≈ 0.000100016594" in out
    assert "d(x/10000)/dx = 0.0001 =" not in out
    assert "d(x/10)/dx = 0.1  " in run("trace", "x/10", "--x", "1").out


def test_a_number_of_options_that_choose_is_one(run: Runner) -> None:
    exact, digits, half = ["--exact"], ["--precision", "20"], ["--dtype", "float16"]
    for words in (exact + digits, half + exact, digits + half):
        answer = run("grad", "x", "--x", "1", *words)
        assert answer.code == 2
        assert "choose two different kinds of number" in answer.err
    alone = run("grad", "x", "--x", "1", "--loss-scale", "8")
    assert "--loss-scale 8 has an effect only in narrow formats" in alone.err
    assert run("grad", "x", "--x", "1", "--dtype", "float16", "--loss-scale", "0").code == 2
    assert run("eval", "x", "--x", "1", "--dtype", "float16", "--loss-scale", "8").code == 2
    assert "there is no dtype 'half'" in run("eval", "x", "--x", "1", "--dtype", "half").err
