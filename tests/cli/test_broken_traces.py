"""A trace that breaks on its way back: the values stand above the error, where a person reads them."""

from __future__ import annotations

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Runner

# By hand: the values exist, and a derivative does not (0 * inf, log(-1), no rule at all).
BROKEN = [
    (("sqrt(x)*sqrt(x) + w", "--x", "0", "--w", "2"), 3, "0 + 2         2"),
    (("x^w", "--x", "-1", "--w", "2"), 3, "(-1)^2        1"),
    (("x^w", "--x", "-1", "--w", "2", "--mode", "forward"), 3, "(-1)^2        1"),
    (("f(u, v) = u*v; d f/du = v; f(x, w) + 1", "--x", "2", "--w", "3"), 2, "6 + 1         7"),
    (("polygamma(n, x)*0 + 5", "--n", "1", "--x", "2"), 2, "0 + 5  "),
    (("sum(sqrt(x)*sqrt(x)) + 5", "--x", "[0, 4]"), 3, "4 + 5 = 9"),
]


@pytest.mark.parametrize(("asked", "code", "value"), BROKEN, ids=str)
def test_the_values_stand_above_the_error(run: Runner, asked: tuple[str, ...], code: int, value: str) -> None:
    told = run("trace", *asked)
    assert told.code == code
    assert value in told.out
    assert "Backward" not in told.out
    assert "Tangents" not in told.out
    assert told.err.startswith("error: ")


def test_the_error_is_the_same_in_every_format(run: Runner) -> None:
    asked = ("trace", "sqrt(x)*sqrt(x)", "--x", "0")
    assert run(*asked).err == run(*asked, "--json").err == run("grad", *asked[1:]).err


@pytest.mark.parametrize(
    "more",
    [
        ("--json",), ("-q",), ("--format", "md"), ("--format", "latex"), ("--format", "html"), ("--format", "svg"),
        ("--only", "backward"), ("--lens", "flow"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_what_a_program_reads_is_whole_or_not_there(run: Runner, more: tuple[str, ...]) -> None:
    told = run("trace", "sqrt(x)*sqrt(x)", "--x", "0", *more)
    assert (told.code, told.out) == (3, "")


@pytest.mark.parametrize("asked", [("log(x)", "--x", "-1"), ("[x, 2*x]*2", "--x", "1"), ("x*w", "--x", "1")])
def test_other_errors_stand_alone(run: Runner, asked: tuple[str, ...]) -> None:
    assert run("trace", *asked).out == ""


def test_a_part_and_a_language_are_heeded(run: Runner) -> None:
    told = run("trace", "a = sqrt(x); a*a + 1", "--x", "0", "--until", "a", "--lang", "zh")
    assert "前向传播" in told.out
    assert "+ 1 " not in told.out.partition("前向传播")[2]
    assert told.code == 3
