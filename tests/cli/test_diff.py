"""`bpcli diff`: orders, names, labels and formats."""

from __future__ import annotations

import json
import math

import pytest

import bpcli

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Runner


@pytest.mark.parametrize(
    ("words", "out"),
    [
        # By hand.
        (["x^5", "--order", "3"], "60*x^2\n"),
        (["x^5*w", "--wrt", "x", "--order", "2"], "20*x^3*w\n"),
        (["x^2*w", "--wrt", "x,w", "--order", "2"], "2*x\n"),
        (["x^2*w", "--wrt", "x,x,w"], "2\n"),
        (["x^5", "--order", "1"], "5*x^4\n"),
        (["x^5", "--order", "3", "--x", "2"], "60*x^2 = 240\n"),
        (["x^3*w^2", "--order", "2"], "d^2y/dx^2 = 6*x*w^2\nd^2y/dw^2 = 2*x^3\n"),
        (["x^3*w^2", "--order", "2", "-q"], "x,x=6*x*w^2\nw,w=2*x^3\n"),
        (["a = x^2; a^3", "--wrt", "a", "--order", "2", "--x", "2"], "6*a = 24\n"),
        (["x^50", "--order", "50", "-q"], f"{math.factorial(50)}\n"),
    ],
)
def test_orders(words: list[str], out: str, run: Runner) -> None:
    answer = run("diff", *words)
    assert (answer.code, answer.out, answer.err) == (0, out, "")


@pytest.mark.parametrize(
    "words",
    [
        ["x^2", "--order", "0"],
        ["x^2", "--order", "51"],
        ["x^2", "--order", "1.5"],
        ["x^2*w", "--wrt", "x,w", "--order", "3"],
        ["x^2*w", "--wrt", "x,x", "--order", "1"],
    ],
)
def test_orders_that_make_no_sense_are_refused(words: list[str], run: Runner) -> None:
    answer = run("diff", *words)
    assert (answer.code, answer.out) == (2, "")
    assert "--order" in answer.err


def test_orders_from_python() -> None:
    """By hand."""
    assert str(bpcli.diff("x^5", "x", order=3)) == "60*x^2"
    assert str(bpcli.diff("x^5", order=2)) == "20*x^3"
    assert bpcli.diff("x^5*w", "x", order=2)(x=2, w=3) == 480
    for order in (0, -1, 2.0, True, "2"):
        with pytest.raises(bpcli.InputError, match="--order"):
            bpcli.diff("x^5", order=order)  # type: ignore[arg-type]
    with pytest.raises(bpcli.InputError, match="contradict"):
        bpcli.diff("x*w", "x", "w", order=3)


def test_the_names_in_json_are_those_differentiated_by(run: Runner) -> None:
    assert json.loads(run("diff", "x^5", "--order", "3", "--json").out) == {
        "schema": "bpcli.diff/1", "wrt": ["x", "x", "x"], "derivative": "60*x^2",
    }  # fmt: skip
