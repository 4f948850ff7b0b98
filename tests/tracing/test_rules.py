"""Rules of one's own: right ones are used, wrong ones are refused with the evidence, surrogates say so."""

from __future__ import annotations

import math

import pytest

import bpcli
from bpcli.errors import InputError
from bpcli.language.reader import parse
from bpcli.ops import TABLE, named
from bpcli.tracing.rules import check_rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Runner


RIGHT = [
    # MyReLU and LeakyReLU, the custom layers of the tutorials.
    "f(u) = max(u, 0); d f/du = where(u > 0, 1, 0); f(x)",
    "f(u) = where(u > 0, u, 0.01*u); d f/du = where(u > 0, 1, 0.01); f(x)",
    "f(u, a) = where(u > 0, u, a*u); d f/du = where(u > 0, 1, a); d f/da = where(u > 0, 0, u); f(x, w)",
    "f(u) = log(1 + exp(u)); d f/du = 1/(1 + exp(-u)); f(x)",
    "f(u) = log(u); d f/du = 1/u; f(x)",
    "f(u, v) = u*v; d f/du = v; f(x, w)",
    "f(u) = detach(u)*u; d f/du = detach(u); f(x)",
    "f(u) = floor(u); d f/du = 0; f(x)",
    "f(u) = 3; d f/du = 0; f(x)",
    "f(u) = u^3; f(x)",
]


@pytest.mark.parametrize("text", RIGHT)
def test_a_right_rule_is_accepted(text: str) -> None:
    check_rules(parse(text))


@pytest.mark.parametrize(
    ("text", "param"),
    [
        ("f(u) = u^3; d f/du = 2*u^2; f(x)", "u"),
        ("f(u) = max(u, 0); d f/du = where(u > 0, 1, 0.01); f(x)", "u"),
        ("f(u) = where(u > 0, u, 0.01*u); d f/du = where(u > 0, 1, 0.02); f(x)", "u"),
        ("f(u, v) = u*v; d f/du = v; d f/dv = v; f(x, w)", "v"),
        ("f(u) = tanh(u); d f/du = 1 - u^2; f(x)", "u"),
        ("f(u) = log(u); d f/du = 1/u^2; f(x)", "u"),
        ("f(u) = u; d f/du = 1.0001; f(x)", "u"),
        ("f(u) = sin(u); d f/du = -cos(u); g(u) = f(u)^2; g(x)", "u"),
        ("f(u) = round(u); d f/du = 1; f(x)", "u"),
    ],
)
def test_a_wrong_rule_is_refused_where_it_stands(text: str, param: str) -> None:
    with pytest.raises(InputError) as caught:
        check_rules(parse(text))
    error = caught.value
    assert (error.kind, error.facts["param"]) == ("wrong-rule", param)
    assert error.span is not None and text[slice(*error.span)].startswith(f"d f/d{param} = ")


def test_the_evidence_is_a_point_at_which_it_can_be_seen() -> None:
    """u = 0.3: the rule gives 2*0.09 = 0.18, the slope is 3*0.09 = 0.27. By hand, at any point 2 to 3."""
    with pytest.raises(InputError) as caught:
        check_rules(parse("f(u) = u^3; d f/du = 2*u^2; f(x)"))
    facts = caught.value.facts
    u = float(str(facts["at"]).removeprefix("u = "))
    assert float(str(facts["rule"])) == pytest.approx(2 * u**2, rel=1e-5)
    assert float(str(facts["difference"])) == pytest.approx(3 * u**2, rel=1e-5)


def test_a_surrogate_says_so_and_is_used() -> None:
    """The straight-through estimator: round forwards, the identity backwards. By hand."""
    text = "q(u) = round(u); surrogate d q/du = 1; (q(x) - 1)^2"
    check_rules(parse(text))
    assert bpcli.grad(text, x=2.6).gradient == {"x": 4}
    assert bpcli.check(text, x=2.6).ok is False


def test_surrogate_is_a_name_elsewhere() -> None:
    assert bpcli.grad("surrogate = x^2; 2*surrogate", x=3).gradient == {"x": 12}


def test_check_and_why_read_a_wrong_rule_for_they_say_what_is_wrong(run: Runner) -> None:
    wrong = "f(u) = u^3; d f/du = 2*u^2; f(x)"
    assert run("check", wrong, "--x", "2").code == 1
    assert run("why", wrong, "--x", "0").code == 0
    for command in ("grad", "trace", "diff", "eval", "jacobian", "hessian"):
        assert run(command, wrong, "--x", "2").code == 2, command


# Operations from Python


def test_an_operation_works_everywhere_once_it_is_declared() -> None:
    bpcli.op("my_relu(x)", value="max(x, 0)", partials={"x": "1 if x > 0"})
    assert bpcli.grad("my_relu(x)*w", x=2, w=3).gradient == {"x": 3, "w": 2}
    assert bpcli.grad("my_relu(x)*w", x=-2, w=3, mode="forward").gradient == {"x": 0, "w": 0}
    assert str(bpcli.diff("my_relu(x)^2", "x")) == "where(x > 0, 2*my_relu(x), 0)"
    assert bpcli.check("my_relu(x)*w", x=2, w=3).ok
    assert "my_relu(2)" in str(bpcli.trace("my_relu(x)", x=2))


def test_an_operation_may_be_a_function_of_python() -> None:
    bpcli.op("my_sinc(x)", value=lambda x: math.sin(x) / x, partials={"x": "(cos(x) - out)/x"}, domain="x != 0")
    assert bpcli.grad("my_sinc(x)", x=2).gradient["x"] == pytest.approx((math.cos(2) - math.sin(2) / 2) / 2)
    check = bpcli.check("my_sinc(x)", x=2)
    assert check.ok and check.methods["complex_step"]["x"] is None


def test_a_parameter_may_have_a_default_and_none_a_rule() -> None:
    bpcli.op("my_leaky(x, slope=0.01)", value="where(x > 0, x, slope*x)", partials={"x": "where(x > 0, 1, slope)"})
    assert bpcli.grad("my_leaky(x)", x=-2).gradient == {"x": 0.01}
    with pytest.raises(InputError) as caught:
        bpcli.grad("my_leaky(x, slope=a)", x=-2, a=0.1)
    assert caught.value.facts["param"] == "slope"


@pytest.mark.parametrize(
    ("signature", "value", "partials", "kind"),
    [
        ("my_cube(x)", "x^3", {"x": "2*x^2"}, "wrong-partial"),
        ("my_cube(x)", lambda x: x**3, {"x": "2*x^2"}, "wrong-partial"),
        ("sin(x)", "x", {"x": "1"}, "operation-exists"),
        ("my cube(x)", "x^3", {"x": "3*x^2"}, "operation-signature"),
        ("my_cube(x)", "z^3", {"x": "3*x^2"}, "operation-name"),
        ("my_cube(x)", "out^3", {"x": "3*x^2"}, "operation-name"),
        ("my_cube(x)", "x^3", {"z": "3*x^2"}, "operation-param"),
        ("my_cube(x)", "x^3 +", {"x": "3*x^2"}, "ends-after-operator"),
    ],
)
def test_a_wrong_declaration_is_refused_and_leaves_nothing_behind(
    signature: str, value: object, partials: dict[str, str], kind: str
) -> None:
    before = dict(TABLE)
    with pytest.raises(InputError) as caught:
        bpcli.op(signature, value=value, partials=partials)  # type: ignore[arg-type]
    assert caught.value.kind == kind
    assert str(caught.value)
    assert before == TABLE
    assert not named("my_cube")
    # It can be declared again, rightly, and nothing of the wrong one is remembered.
    bpcli.op("my_cube(x)", value="x^3", partials={"x": "3*x^2"})
    assert bpcli.grad("my_cube(x)", x=2).gradient == {"x": 12}


def test_an_operation_that_is_meant_to_differ_says_so() -> None:
    bpcli.op("my_step(x)", value="step(x)", partials={"x": "1"}, surrogate=True)
    assert bpcli.grad("my_step(x)", x=2).gradient == {"x": 1}
