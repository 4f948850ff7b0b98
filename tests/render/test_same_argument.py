"""Where one node fills several places of an operation, a row says which of them moves while the others are held."""

from __future__ import annotations

import json

import pytest

from conftest import call

# By hand: with the other place held fixed the slopes of u*v, u^v and u - v at u = v = 3.
ROWS = (
    ("x*x", "d(x*x)/d(1st x) = x = 3", "d(x*x)/d(2nd x) = x = 3"),
    ("x^x", "d(x^x)/d(1st x) = x*x^(x - 1) = 27", "d(x^x)/d(2nd x) = y*log(x) = 29.6625"),
    ("x - x", "d(x-x)/d(1st x) = 1", "d(x-x)/d(2nd x) = -1"),
)


@pytest.mark.parametrize(("text", "first", "second"), ROWS)
def test_each_place_has_a_row_of_its_own(text: str, first: str, second: str) -> None:
    for format_ in ("plain", "md"):
        out = call("trace", text, "--x", "3", "--format", format_).out.replace("\\", "")
        assert first in out
        assert second in out
    assert "/dx = x" not in out


def test_the_other_language_formats_and_forward_mode_say_it_too() -> None:
    assert "d(x*x)/d(第 2 个 x) = x = 3" in call("trace", "x*x", "--x", "3", "--lang", "zh").out
    assert r"\frac{\partial}{\partial\,\text{(1st x)}}\left(x x\right) = x = 3" in call(
        "trace", "x*x", "--x", "3", "--format", "latex"
    ).out.replace(r"x \cdot x", "x x")
    assert '"by":{"en":"(2nd x)","zh":"(第 2 个 x)"}' in call("trace", "x*x", "--x", "3", "--format", "html").out
    assert "d(x*x)/d(2nd x)" in call("trace", "x*x", "--x", "3", "--mode", "forward").out
    assert "d(x*x)/d(2nd x)" in call("trace", "x*x", "--blank", "--seed", "1").out


def test_a_record_says_which_of_the_places_it_is() -> None:
    edges = json.loads(call("trace", "x*x + w", "--x", "3", "--w", "1", "--json").out)["backward"]
    found = [(edge["edge"], edge.get("occurrence"), edge.get("occurrences")) for edge in edges]
    assert found == [(["y", "a"], None, None), (["y", "w"], None, None), (["a", "x"], 1, 2), (["a", "x"], 2, 2)]


def test_places_of_different_names_are_named_as_before() -> None:
    assert "d(x*w)/dx = w = 3" in call("trace", "x*w", "--x", "2", "--w", "3").out
