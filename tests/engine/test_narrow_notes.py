"""What narrow formats did to arrays is said, as it is of single numbers; and notes can be read in a debugger."""

from __future__ import annotations

import pytest

import bpcli
from bpcli.engine.notes import Note
from bpcli.errors import InputError
from conftest import call

# words, what is said: by hand, from the limits of float16 (65504 and 2^-24)
TOLD = [
    (["sum(x*x)", "--x", "[1, 300]"], "(x*x)[1] is 90000, which is infinite in float16: its largest number is 65504"),
    (["sum(x*x)", "--x", "[1e-4, 1]"], "(x*x)[0] is 1e-8, which float16 rounds to 0"),
    (["sum(exp(W@x))", "--W", "[[6, 6]]", "--x", "[1, 1]"], "exp(W @ x)[0] is 1.63e5, which is infinite"),
    (["sum(x)*k", "--x", "[2, 3]", "--k", "1e-8"], "k is 1e-8, which float16 rounds to 0: its smallest"),
    (["sum(x)", "--x", "[1, 1e-9]"], "x[1] is 1e-9, which float16 rounds to 0"),
    (["sum(x)", "--x", "[1, 1e6]"], "x[1] is 1000000, which is infinite in float16"),
    (["sum(x)*1e-8", "--x", "[2, 3]"], "float16 rounds 1e-8 to 0: its smallest number is 5.96e-8"),
    (["sum(x)/1e8", "--x", "[2, 3]"], "100000000 is infinite in float16: its largest number is 65504"),
    (["u = [6e-5, 1]; sum(u*(u*x))", "--x", "[1, 1]"], "on the way from u*x back to x the gradient is 3.6e-9"),
]


@pytest.mark.parametrize(("words", "told"), TOLD, ids=lambda each: str(each[0]))
def test_entries_that_leave_the_format_are_told(words: list[str], told: str) -> None:
    found = call("grad", *words, "--dtype", "float16")
    assert told in found.err + found.out
    assert "float16" not in call("grad", *words).err


def test_nothing_is_said_where_nothing_was_lost() -> None:
    assert call("grad", "sum(relu(x)*[0, 2, 1])", "--x", "[1, -2, 0.5]", "--dtype", "float16").err == ""
    assert call("grad", "sum(x @ [[0, 1], [2, 0]])", "--x", "[0, 1]", "--dtype", "float32").err == ""


def test_a_column_and_a_row_that_are_both_copied_are_told() -> None:
    """By hand: (2, 1) and (3,) make (2, 3)."""
    told = call("grad", "sum(c + r)", "--c", "[[1], [2]]", "--r", "[1, 2, 3]").err
    assert "c has the shape (2, 1) and r (3,): both are copied, and c + r has the shape (2, 3)" in told
    assert call("eval", "sum(c*r)", "--c", "[[1], [2]]", "--r", "[1, 2, 3]").err == ""
    assert call("eval", "sum(reshape(r, 3, 1) + r)", "--r", "[1, 2, 3]").err == ""
    assert call("eval", "sum(c + [1])", "--c", "[[1], [2]]").err == ""


def test_a_note_can_be_read() -> None:
    assert repr(Note("cut", output="y", name="x")) == "Note('cut', output='y', name='x')"


def test_directions_and_weights_may_be_lists() -> None:
    """By hand: d(xy) = 3*1 - 2*1, d(x + y) = 0; 3 + 10 and 2 + 10; A.T @ w = [1 + 6, 2 + 8]."""
    assert bpcli.jvp("[x*y, x + y]", x=2, y=3, direction=[1, -1]) == {"out[0]": 1.0, "out[1]": 0.0}
    assert bpcli.vjp("u = x*y; v = x + y; [u, v]", x=2, y=3, weights=[1, 10]) == {"x": 13.0, "y": 12.0}
    assert bpcli.vjp("A @ x", A=[[1, 2], [3, 4]], x=[0, 0], wrt="x", weights=[1, 2])["x"].tolist() == [7, 10]
    assert bpcli.hessian_product("x^2*y", x=2, y=3, direction=[1, 0.5]) == {"x": 8.0, "y": 4.0}
    with pytest.raises(InputError):
        bpcli.vjp("[x*y, x + y]", x=2, y=3, weights=[1])


def test_a_large_matrix_says_how_all_of_it_is_had() -> None:
    assert "-q and --json give all entries" in call("hessian", "sum(x^2)", "--x", "ones(30)").out
    assert "-q" not in call("hessian", "sum(x^2)", "--x", "ones(2)").out
