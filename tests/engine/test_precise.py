"""As many digits as are asked for."""

from __future__ import annotations

import sys
from decimal import Context, Decimal

import mpmath
import pytest

import bpcli
from bpcli.engine.choose import kind_for
from bpcli.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Runner

# To 60 places: Sloane, The On-Line Encyclopedia of Integer Sequences, A000796, A001113, A002193.
PI = "3.14159265358979323846264338327950288419716939937510582097494"
E = "2.71828182845904523536028747135266249775724709369995957496697"
ROOT = "1.41421356237309504880168872420969807856967187537694807317668"


CONSTANTS = [("pi", PI), ("e", E), ("exp(1)", E), ("sqrt(2)", ROOT), ("4*atan(1)", PI)]


@pytest.mark.parametrize(("text", "digits"), CONSTANTS)
@pytest.mark.parametrize("count", [2, 15, 16, 17, 50])
def test_constants_are_right_to_the_last_digit(text: str, digits: str, count: int, run: Runner) -> None:
    shown = run("eval", "-q", text, "--precision", str(count)).out
    assert Decimal(shown) == Context(prec=count).create_decimal(digits)


def test_what_cancels_in_floats_does_not_here() -> None:
    """(1 + x) - 1 at x = 1e-20, and its quotient by x: 1 by hand, 0 in floats."""
    assert bpcli.evaluate("((1 + x) - 1)/x", x="1e-20").value == 0
    assert bpcli.evaluate("((1 + x) - 1)/x", x="1e-20", numbers=50).value == pytest.approx(1, abs=1e-30)


def test_decimal_input_is_read_to_all_digits(run: Runner) -> None:
    assert run("eval", "-q", "x", "--x", "0.1", "--precision", "40").out == "0.1\n"
    assert run("eval", "-q", "x", "--x", "1/3", "--precision", "40").out == f"0.{'3' * 40}\n"
    assert bpcli.evaluate("x", x=0.1, numbers=30).value != bpcli.evaluate("x", x="0.1", numbers=30).value


def test_both_passes_carry_the_digits(run: Runner) -> None:
    """d sin(x)/dx = cos(x); mpmath in 80 digits."""
    context = mpmath.MPContext()
    context.dps = 80
    want = context.nstr(context.cos(context.mpf(1) / 3), 50)
    answer = run("grad", "-q", "sin(x)", "--x", "1/3", "--precision", "50")
    assert answer.out == f"x={want}\n"
    assert run("grad", "sin(x)", "--x", "1/3", "--precision", "50").out.rstrip().endswith(want)
    assert run("grad", "sin(x)", "--x", "1/3", "--precision", "50", "--digits", "4").out.rstrip().endswith("0.945")


def test_nothing_global_is_touched() -> None:
    before = mpmath.mp.dps
    bpcli.grad("exp(x)", x=1, numbers=300)
    assert mpmath.mp.dps == before
    assert not hasattr(mpmath.mpf(1), "shown")


@pytest.mark.parametrize(
    ("text", "x", "shown"),
    [
        ("exp(x)", "1000", "1.97007e434"),  # e^1000, mpmath, 50 digits
        ("x^x", "-1e5", "1e-500000"),  # by hand: an even power
        ("exp(-exp(exp(x)))", "20", "0"),
        ("exp(exp(exp(exp(x))))", "20", "inf"),
        ("tanh(exp(exp(x)))", "20", "1"),
        ("sin(x)", "2^1400", "0.385826"),  # mpmath, 600 digits
        ("cos(x)^2 + sin(x)^2", "1e4000", "1"),
        ("1/x", "0", "inf"),
        ("log(x)", "0", "-inf"),
    ],
)
def test_sizes_that_floats_have_no_numbers_for(text: str, x: str, shown: str, run: Runner) -> None:
    assert run("eval", "-q", text, "--x", x, "--precision", "30", "--digits", "6").out == f"{shown}\n"


def test_a_number_whose_exponent_nobody_can_read_is_shown_as_infinite(run: Runner) -> None:
    text = "a0 = x; " + "; ".join(f"a{i} = a{i - 1}*a{i - 1}" for i in range(1, 9000)) + "; a8999"
    assert run("eval", "-q", text, "--x", "3", "--precision", "20").out == "inf\n"
    assert run("eval", "-q", text, "--x", "-1/3", "--precision", "20").out == "0\n"


def test_kinks_and_domains_are_those_of_floats(run: Runner) -> None:
    for text, x in (("relu(x)", "0"), ("max(x, 0)", "0"), ("sqrt(x)", "-1"), ("log(x)", "-1")):
        words = [text, "--x", x]
        floats, digits = run("grad", *words), run("grad", *words, "--precision", "20")
        assert (digits.code, digits.err) == (floats.code, floats.err)
        assert digits.out == floats.out


def test_the_number_of_digits_has_bounds(run: Runner) -> None:
    for wrong in ("1", "10001", "fifty", "2.5", "-3"):
        answer = run("eval", "x", "--x", "1", "--precision", wrong)
        assert (answer.code, answer.out) == (2, "")
        assert f"--precision takes a whole number from 2 to 10000, and '{wrong}' is not one" in answer.err
    with pytest.raises(InputError, match="1 digits were asked for"):
        kind_for(1)
    assert len(run("eval", "-q", "sqrt(2)", "--precision", "10000").out) == 10_002


def test_without_mpmath_it_is_said_what_to_install(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mpmath", None)
    answer = run("eval", "x", "--x", "1", "--precision", "77")
    assert answer.code == 2
    assert answer.err == (
        "error: numbers of 77 digits need mpmath, which is not installed\n"
        'install it with `pip install "backprop-cli[precise]"`\n'
    )
