"""The rules of a derivative: found from the outside in, and told in every language."""

from __future__ import annotations

import json
from string import Formatter

import pytest
from hypothesis import given

from bpcli.calculus.rules import KINDS, MOST_RULES, rules
from bpcli.engine.formulas import differentiate
from bpcli.language.reader import parse
from bpcli.render.derivatives import rule_sentence
from bpcli.render.languages import LANGUAGES, rule_sentences
from calculus.programs import ALL, CUTTING, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Runner

# One program for each kind of rule, by hand.
EXAMPLES = {
    "identity": ("x", ["identity"]),
    "independent": ("w*2 + 0*x", ["sum", "factor"]),
    "sum": ("x + w - 3", ["sum"]),
    "factor": ("3*x", ["factor"]),
    "product": ("x*sin(x)", ["product", "function"]),
    "quotient": ("x/sin(x)", ["quotient", "function"]),
    "reciprocal": ("1/x", ["reciprocal"]),
    "power": ("x^3", ["power"]),
    "power-chain": ("(x + 1)^3", ["power-chain", "sum"]),
    "exponential": ("2^x", ["exponential"]),
    "power-general": ("x^x", ["power-general"]),
    "function": ("exp(x)", ["function"]),
    "chain": ("sin(x^2)*x", ["product", "chain", "power"]),
    "chain-several": ("hypot(x, 2*x)", ["chain-several", "factor"]),
    "choice": ("where(x > 0, x^2, w)", ["choice", "power"]),
    "valve": ("relu(-x)", ["valve", "factor"]),
    "largest": ("max(x, w)", ["largest"]),
    "smallest": ("min(x, w)", ["smallest"]),
    "own": ("f(u) = u^2; d f/du = 2*u; f(3*x)", ["own", "factor"]),
    "flat": ("floor(x)", ["flat"]),
    "cut": ("detach(x)", ["cut"]),
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_found(kind: str) -> None:
    text, want = EXAMPLES[kind]
    program = parse(text)
    assert [rule.kind for rule in rules(program.graph, program.output, program.names["x"])] == want
    assert kind in want or kind == "independent"


def test_what_does_not_depend_is_told_to_be_constant() -> None:
    program = parse("y = w^2; z = x", given=("x",))
    (rule,) = rules(program.graph, program.names["y"], program.names["x"])
    assert (rule.kind, rule.facts["of"]) == ("independent", "w^2")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_a_sentence_for_every_rule_and_no_other_facts(language: str) -> None:
    sentences = rule_sentences(language)
    assert set(sentences) == {*KINDS, "order"}
    for kind, template in sentences.items():
        fields = {field for _, field, _, _ in Formatter().parse(template) if field is not None}
        assert fields <= ({*KINDS[kind], "x"} if kind in KINDS else {"order"}), kind
        assert kind not in KINDS or fields, kind
    assert len(set(sentences.values())) == len(sentences)


@pytest.mark.parametrize(
    ("text", "language", "lines"),
    [
        # By hand.
        ("sin(x^2)*x", "en", [
            "product rule: (u*v)' = u'*v + u*v', with u = sin(x^2), v = x",
            "chain rule: outer sin(u), inner u = x^2: d/dx = cos(u) * du/dx",
            "power rule: (x^n)' = n*x^(n - 1), with n = 2: 2*x",
        ]),
        ("sin(x^2)*x", "zh", [
            "乘法法则：(u*v)' = u'*v + u*v'，其中 u = sin(x^2)，v = x",
            "链式法则：外层函数 sin(u)，内层函数 u = x^2：d/dx = cos(u) * du/dx",
            "幂法则：(x^n)' = n*x^(n - 1)，其中 n = 2：2*x",
        ]),
        ("x^3/(x + 1) + 3*x - 5", "en", [
            "sum rule: term by term, (u + v)' = u' + v', with the terms x^3/(x + 1), 3*x, 5",
            "quotient rule: (u/v)' = (u'*v - u*v')/v^2, with u = x^3, v = x + 1",
            "constant factor: (c*u)' = c*u', with c = 3, u = x",
            "power rule: (x^n)' = n*x^(n - 1), with n = 3: 3*x^2",
            "sum rule: term by term, (u + v)' = u' + v', with the terms x, 1",
        ]),
        ("p = sigmoid(w*x); (p - 1)^2", "en", [
            "power rule and chain rule: outer u^n with n = 2, inner u = p - 1: d/dx = 2*u * du/dx",
            "sum rule: term by term, (u + v)' = u' + v', with the terms p, 1",
            "chain rule: outer sigmoid(u), inner u = w*x: d/dx = sigmoid(u)*(1 - sigmoid(u)) * du/dx",
            "constant factor: (c*u)' = c*u', with c = w, u = x",
        ]),
    ],
)  # fmt: skip
def test_sentences(text: str, language: str, lines: list[str]) -> None:
    assert [rule_sentence(rule, language) for rule in differentiate(parse(text), ["x"]).rules()] == lines


@given(texts(ALL + CUTTING, 9))
def test_every_program_has_rules_that_can_be_told(text: str) -> None:
    program = parse(text)
    for name in program.inputs[:1]:
        found = differentiate(program, [name]).rules()
        assert found
        for rule in found:
            assert {*rule.facts} - {"x"} == {*KINDS[rule.kind]}
            assert all(rule_sentence(rule, language) for language in LANGUAGES)


def test_a_deep_program_has_a_bounded_number_of_rules() -> None:
    program = parse("sin(" * 20_000 + "x" + ")" * 20_000)
    assert len(differentiate(program, ["x"]).rules()) == MOST_RULES


def test_the_command_prints_them_below_the_derivative(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert run("diff", "3*x", "--rules").out == "3\n  constant factor: (c*u)' = c*u', with c = 3, u = x\n"
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert run("diff", "3*x", "--rules").out == "3\n  常数倍：(c*u)' = c*u'，其中 c = 3，u = x\n"
    assert "constant factor" in run("diff", "3*x", "--rules", "--lang", "en").out
    monkeypatch.setenv("LC_ALL", "C")
    assert "constant factor" in run("diff", "3*x", "--rules").out
    twice = run("diff", "x^3", "--rules", "--order", "2").out.splitlines()
    assert (twice[0], twice[1], twice[3]) == ("6*x", "  derivative 1:", "  derivative 2:")


def test_the_rules_in_json_are_objects(run: Runner) -> None:
    found = json.loads(run("diff", "3*x", "--rules", "--json", "--lang", "zh").out)
    assert found["rules"] == [
        {"rule": "factor", "order": 1, "of": "3*x", "facts": {"x": "x", "c": "3", "u": "x"},
         "text": "常数倍：(c*u)' = c*u'，其中 c = 3，u = x"},
    ]  # fmt: skip
