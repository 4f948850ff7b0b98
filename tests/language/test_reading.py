"""What a text means: the decisions of the language, pair by pair."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpcli.engine.point import evaluate, gradient
from bpcli.errors import BpcliError, InputError, NumericError
from bpcli.language.reader import parse
from bpcli.language.scanner import plain, scan
from bpcli.ops import GROUPS
from graphs import bracketed, columns, same_formula
from strategies import programs, web_spelling


def refusal(text: str, **options: object) -> BpcliError:
    with pytest.raises(BpcliError) as caught:
        parse(text, **options)  # type: ignore[arg-type]
    assert caught.value.report().startswith("error: ")
    return caught.value


def pointed_at(text: str) -> str:
    """What the carets stand below, in the text as the user typed it."""
    error = refusal(text)
    assert error.span is not None
    return text[slice(*error.span)]


# text -> the same with a bracket around every operation

OPERATORS = [
    ("x", "x"),
    ("x + w", "(x + w)"),
    ("x - w - h", "((x - w) - h)"),
    ("x - (w - h)", "(x - (w - h))"),
    ("x + w*h", "(x + (w * h))"),
    ("x/w*h", "((x / w) * h)"),
    ("x*w/h", "((x * w) / h)"),
    ("x/w/h", "((x / w) / h)"),
    ("(x + w)*w", "((x + w) * w)"),
    ("((x))", "x"),
    ("+x", "x"),
    ("- -x", "(-(-x))"),
    ("-x*w", "((-x) * w)"),
    ("x*-w", "(x * (-w))"),
    ("x/-w", "(x / (-w))"),
    ("x - -w", "(x - (-w))"),
    ("x+-+w", "(x + (-w))"),
]

POWERS = [
    ("x^w", "(x ^ w)"),
    ("x**w", "(x ^ w)"),
    ("x^w^h", "(x ^ (w ^ h))"),
    ("x**w^h", "(x ^ (w ^ h))"),
    ("(x^w)^h", "((x ^ w) ^ h)"),
    ("-x^2", "(-(x ^ 2))"),
    ("(-x)^2", "((-x) ^ 2)"),
    ("-2^2", "(-(2 ^ 2))"),
    ("(-2)^2", "(-2 ^ 2)"),
    ("2^-1", "(2 ^ -1)"),
    ("x^-w^h", "(x ^ (-(w ^ h)))"),
    ("x^-2*w", "((x ^ -2) * w)"),
    ("x^2*w", "((x ^ 2) * w)"),
    ("x*w^2", "(x * (w ^ 2))"),
    ("x/w^2", "(x / (w ^ 2))"),
    ("2^3^2", "(2 ^ (3 ^ 2))"),
    ("x^(1/3)", "(x ^ (1 / 3))"),
    ("pow(x, 2)", "(x ^ 2)"),
    ("pow(x, w)", "(x ^ w)"),
]

SUPERSCRIPTS = [
    ("x²", "(x ^ 2)"),
    ("x³", "(x ^ 3)"),
    ("x⁻¹", "(x ^ -1)"),
    ("x⁺²", "(x ^ 2)"),
    ("x¹⁰", "(x ^ 10)"),
    ("-x²", "(-(x ^ 2))"),
    ("x²³", "(x ^ 23)"),
    ("(x + w)²", "((x + w) ^ 2)"),
    ("sin(x)²", "(sin(x) ^ 2)"),
    ("x²w", "((x ^ 2) * w)"),
    ("x²w²", "((x ^ 2) * (w ^ 2))"),
    ("2²x", "((2 ^ 2) * x)"),
    ("x²^w", "((x ^ 2) ^ w)"),
    ("w^x²", "(w ^ (x ^ 2))"),
    ("√x", "sqrt(x)"),
    ("∛8", "cbrt(8)"),
    ("√√x", "sqrt(sqrt(x))"),
    ("√(x + 1)", "sqrt((x + 1))"),
    ("√xy", "sqrt(xy)"),
    ("√x*w", "(sqrt(x) * w)"),
    ("√sin(x)", "sqrt(sin(x))"),
    ("√2x", "(sqrt(2) * x)"),
    ("√(x)w", "(sqrt(x) * w)"),
    ("2√x", "(2 * sqrt(x))"),
    ("√x^2", "(sqrt(x) ^ 2)"),
]

# An implicit product binds like `*`.
IMPLICIT = [
    ("2x", "(2 * x)"),
    ("2 x", "(2 * x)"),
    ("2x^2", "(2 * (x ^ 2))"),
    ("2x²", "(2 * (x ^ 2))"),
    ("2x^-1", "(2 * (x ^ -1))"),
    ("x²y", "((x ^ 2) * y)"),
    ("(x + 1)y", "((x + 1) * y)"),
    ("2sin(x)", "(2 * sin(x))"),
    ("sin(x)cos(x)", "(sin(x) * cos(x))"),
    ("(x + 1)(x - 1)", "((x + 1) * (x - 1))"),
    ("(x + 1)(x - 1)(x + 2)", "(((x + 1) * (x - 1)) * (x + 2))"),
    ("2(x + 1)", "(2 * (x + 1))"),
    ("2(3)", "(2 * 3)"),
    ("2sin(x)cos(x)x^2", "(((2 * sin(x)) * cos(x)) * (x ^ 2))"),
    ("-2x", "(-2 * x)"),
    ("-2x^2", "(-2 * (x ^ 2))"),
    ("1 - 2x", "(1 - (2 * x))"),
    ("a*2x", "((a * 2) * x)"),
    ("2x*a", "((2 * x) * a)"),
    ("2x/a", "((2 * x) / a)"),
    ("1/2*3x", "(((1 / 2) * 3) * x)"),
    ("(1/2)x", "((1 / 2) * x)"),
    ("(2^3)x", "((2 ^ 3) * x)"),
    ("2^3*2x", "(((2 ^ 3) * 2) * x)"),
    ("1/(2x)", "(1 / (2 * x))"),
    ("2^(3x)", "(2 ^ (3 * x))"),
    ("2pi", "(2 * pi)"),
    ("2e", "(2 * e)"),
    ("3e - x", "((3 * e) - x)"),
    ("1e5x", "(100000 * x)"),
    (".5x", "(0.5 * x)"),
    ("2.x", "(2 * x)"),
    ("2x < 3y", "((2 * x) < (3 * y))"),
    ("xy", "xy"),
    ("2xy", "(2 * xy)"),
]

COMPARISONS = [
    ("x < w", "(x < w)"),
    ("x <= w", "(x <= w)"),
    ("x > w", "(x > w)"),
    ("x >= w", "(x >= w)"),
    ("x == w", "(x == w)"),
    ("x != w", "(x != w)"),
    ("x + 1 < w*2", "((x + 1) < (w * 2))"),
    ("0 < x < 1", "((0 < x) and (x < 1))"),
    ("0 < x <= w != 1", "(((0 < x) and (x <= w)) and (w != 1))"),
    ("(0 < x) < 1", "((0 < x) < 1)"),
    ("x and w", "(x and w)"),
    ("x or w and h", "(x or (w and h))"),
    ("x and w or h", "((x and w) or h)"),
    ("not x and w", "((not x) and w)"),
    ("not x == w", "(not (x == w))"),
    ("not not x", "(not (not x))"),
    ("x < 1 or not w", "((x < 1) or (not w))"),
    ("where(0 < x and x < 1, x, 0)", "where(((0 < x) and (x < 1)), x, 0)"),
    ("(x > 0)*x", "((x > 0) * x)"),
    ("android + notx + orx", "((android + notx) + orx)"),
]

CALLS = [
    ("sin(x)", "sin(x)"),
    ("sin (x)", "sin(x)"),
    ("sin((x))", "sin(x)"),
    ("ln(x)", "log(x)"),
    ("log(x)", "log(x)"),
    ("log(x, 2)", "log(x, 2)"),
    ("log(x, b=2)", "log(x, 2)"),
    ("arcsin(x)", "asin(x)"),
    ("max(x, w)", "max(x, w)"),
    ("max(x, w, h, 1)", "max(x, w, h, 1)"),
    ("atan2(y, x)", "atan2(y, x)"),
    ("atan2(x=1, y=2)", "atan2(2, 1)"),
    ("clip(x, 0, 1)", "clip(x, 0, 1)"),
    ("clip(x, hi=1, lo=0)", "clip(x, 0, 1)"),
    ("leaky_relu(x)", "leaky_relu(x, 0.01)"),
    ("leaky_relu(x, 0.2)", "leaky_relu(x, 0.2)"),
    ("leaky_relu(x, slope=0.2)", "leaky_relu(x, 0.2)"),
    ("elu(x, alpha=w)", "elu(x, w)"),
    ("σ(x)", "sigmoid(x)"),
    ("not(x)", "(not x)"),
    ("detach(x)", "detach(x)"),
    ("hypot(sin(x), cos(x))", "hypot(sin(x), cos(x))"),
]

# Functions and variables are separate namespaces: a name is a function only directly before a bracket.
NAMESPACES = [
    ("sin*x", "(sin * x)"),
    ("sin(sin)", "sin(sin)"),
    ("max - min", "(max - min)"),
    ("d*f/du", "((d * f) / du)"),
    ("f = 2; f*x", "(2 * x)"),
    ("sin = 3; sin(sin)", "sin(3)"),
    ("f(u) = u + 1; f = 3; f(f)", "(3 + 1)"),
]

STATEMENTS = [
    ("a = x + w; a*w", "((x + w) * w)"),
    ("a = x + w\na*w", "((x + w) * w)"),
    ("a = x; b = a; b*a", "(x * x)"),
    ("y = x^2", "(x ^ 2)"),
    ("a = x + 1;", "(x + 1)"),
    ("a = 1;\n\n;\n a + x", "(1 + x)"),
    ("; x", "x"),
    ("\n\nx\n\n", "x"),
    ("a = x +\nw", "(x + w)"),
    ("a =\nx", "x"),
    ("(x\n+ w)", "(x + w)"),
    ("max(x,\n  w\n)", "max(x, w)"),
    ("x <\n1", "(x < 1)"),
    ("x and\nw", "(x and w)"),
    ("not\nx", "(not x)"),
    ("a = x\n-a", "(-x)"),
    ("x # + w", "x"),
    ("# first\nx + 1 # second\n# third", "(x + 1)"),
    ("a = (x # one\n + 1) # two\na", "(x + 1)"),
    ("x\r\n", "x"),
    ("a = x\r\na + 1\r\n", "(x + 1)"),
    ("\tx\t+\t1", "(x + 1)"),
]

# Bodies are templates, written out where they are called.
FUNCTIONS = [
    ("f(u) = u^2 + 1; f(x)", "((x ^ 2) + 1)"),
    ("f(u) = u^2 + 1", "((u ^ 2) + 1)"),
    ("f(u, v) = u - v; f(2, x)", "(2 - x)"),
    ("f(u, v) = u - v; f(v=2, u=x)", "(x - 2)"),
    ("f(u, v) = u - v; f(x, v=2)", "(x - 2)"),
    ("f (u) = u; f (x)", "x"),
    ("f(u) = u + 1; g(u) = f(u)^2; g(x)", "((x + 1) ^ 2)"),
    ("f(u) = u + 1; f(f(f(x)))", "(((x + 1) + 1) + 1)"),
    ("f(u) = u*k; f(x)", "(x * k)"),
    ("f(u) = u*k; k = 3; f(x)", "(x * 3)"),
    ("k = 3; f(u) = u*k; f(x)", "(x * 3)"),
    ("f(x) = x^2; f(w)", "(w ^ 2)"),
    ("f(e) = e^2; f(x)", "(x ^ 2)"),
    ("f(u) = u*e; f(x)", "(x * e)"),
    ("f(u, n) = u^n; f(x, 2)", "(x ^ 2)"),
    ("f(u) = u; 2f(x)", "(2 * x)"),
    ("f(u) =\nu\nf(x)", "x"),
    ("u = 2; f(u) = u^2", "(2 ^ 2)"),
    ("f(u) = 3; f(x)", "3"),
    ("f(u) = u; a = 3", "3"),
]

CONSTANTS = [
    ("pi", "pi"),
    ("π", "pi"),
    ("τ", "tau"),
    ("e^x", "(e ^ x)"),
    ("pi = 3; 2pi", "(2 * 3)"),
    ("e = x; e^2", "(x ^ 2)"),
    ("-pi", "(-pi)"),
    ("-2", "-2"),
    ("-0", "-0"),
    ("--2", "2"),
    ("1e-3", "0.001"),
]

# Input as it is pasted from a web page.
PASTED = [
    ("（x＋w）×w", "((x + w) * w)"),
    ("x·w", "(x * w)"),
    ("x⋅w", "(x * w)"),
    ("x÷w", "(x / w)"),
    ("x−w", "(x - w)"),
    ("x–w", "(x - w)"),
    ("ｘ＋１", "(x + 1)"),
    ("ｘ＾２", "(x ^ 2)"),
    ("ｓｉｎ（ｘ）", "sin(x)"),
    ("max（x，w）", "max(x, w)"),
    ("max（x、w）", "max(x, w)"),
    ("ａ＝ｘ；ａ＊２", "(x * 2)"),
    ("x ≤ w", "(x <= w)"),
    ("x ≥ w", "(x >= w)"),
    ("x ≠ w", "(x != w)"),
    ("x ＜ w", "(x < w)"),
    ("0 < x ∧ ¬w", "((0 < x) and (not w))"),
    ("x ∨ w", "(x or w)"),
    ("W₁x₂", "W1x2"),
    ("W₁*x₂", "(W1 * x2)"),
    ("𝑥 + 𝜎(𝑤)", "(x + sigmoid(w))"),
    ("x\u00a0+\u3000w", "(x + w)"),
    ("x\u200b + w\ufeff", "(x + w)"),
    ("sin\u2061(x)", "sin(x)"),
    ("2\u2062x", "(2 * x)"),
    ("cafe\u0301 + 1", "(café + 1)"),
    ("速度*时间", "(速度 * 时间)"),
    ("µ", "μ"),
    ("αβ + γ_1", "(αβ + γ_1)"),
    ("x ＃ a note", "x"),
]

READS = (
    OPERATORS + POWERS + SUPERSCRIPTS + IMPLICIT + COMPARISONS + CALLS + NAMESPACES + STATEMENTS + FUNCTIONS
    + CONSTANTS + PASTED
)  # fmt: skip


@pytest.mark.parametrize(("text", "meaning"), READS)
def test_a_text_means_this(text: str, meaning: str) -> None:
    assert bracketed(text) == meaning


@pytest.mark.parametrize("text", [text for text, _ in READS])
def test_every_node_knows_its_place_in_the_text(text: str) -> None:
    graph = parse(text).graph
    for start, stop in zip(graph.start, graph.stop, strict=True):
        assert 0 <= start <= stop <= len(text)


PLACES = [
    ("x² + （ｗ×h）", "mul", "ｗ×h"),
    ("x ≤ w", "le", "x ≤ w"),
    ("2W₁", "mul", "2W₁"),
    ("1 + cafe\u0301*2", "mul", "cafe\u0301*2"),
    ("ﬁ^2", "powc", "ﬁ^2"),
]


@pytest.mark.parametrize(("text", "op", "place"), PLACES)
def test_places_are_told_in_terms_of_what_was_typed(text: str, op: str, place: str) -> None:
    graph = parse(text).graph
    node = graph.op.index(op)
    assert text[graph.start[node] : graph.stop[node]] == place


@given(programs(), st.data())
def test_a_program_means_the_same_when_it_is_pasted_from_a_web_page(text: str, data: st.DataObject) -> None:
    pasted = data.draw(web_spelling(text))
    here, there = parse(text), parse(pasted)
    assert columns(here.graph)[:2] == columns(there.graph)[:2]
    assert same_formula(here.graph, here.output, there.graph, there.output)


@given(st.text())
def test_making_a_text_plain_maps_every_character_to_its_place(text: str) -> None:
    made, offsets = plain(text)
    if offsets is None:
        assert text.isascii() and len(made) == len(text)
    else:
        assert len(offsets) == len(made) + 1
        assert offsets == sorted(offsets)
        assert offsets[-1] == len(text)


# Constants keep the exact rational of their literal.

EXACT = [
    ("0.1", (1, 10)),
    (".5", (1, 2)),
    ("5.", 5),
    ("1.50e2", 150),
    ("1e-3", (1, 1000)),
    ("1E+2", 100),
    ("0007", 7),
    ("0.30", (3, 10)),
    ("1e400", 10**400),
    ("-0.1", (-1, 10)),
    ("-3", -3),
    ("pi", "pi"),
]


@pytest.mark.parametrize(("text", "payload"), EXACT)
def test_a_constant_is_kept_exactly(text: str, payload: object) -> None:
    program = parse(text)
    assert program.graph.payload[program.output] == payload


def test_minus_zero_is_a_constant_of_its_own() -> None:
    program = parse("-0")
    assert str(program.graph.payload[program.output]) == "-0.0"
    assert parse("max(0, -0, 0.0)").graph.op.count("const") == 2


def test_a_tower_of_powers_is_bounded() -> None:
    assert evaluate(parse("2^2^2^2^2^2"), {}).value == math.inf


# Names are nodes.

MERGING = [
    ("(x + w)*(x + w)", {}, 1, "equal subexpressions merge"),
    ("(x + w)*(x + w)", {"share": False}, 2, "unless they are to be kept apart"),
    ("a = x + w; b = x + w; a*b", {}, 2, "names do not"),
    ("a = x + w; a*(x + w)", {}, 2, "what is written out is not the named one"),
    ("(x + w)*(w + x)", {}, 2, "nothing is reordered"),
    ("f(u) = u + w; f(x)*f(x)", {}, 1, "one expansion for the same arguments"),
    ("f(u) = u + w; f(x)*(x + w)", {}, 2, "the inside of a function stays apart from the outside"),
    ("f(u) = u + w; a = f(x); b = f(x); a*b", {}, 2, "an expansion with a name is that name"),
    ("f(u) = u + w; a = f(x); a*f(x)*f(x)", {}, 2, "an expansion with a name is that name"),
]


@pytest.mark.parametrize(("text", "options", "sums", "reason"), MERGING)
def test_equal_subexpressions_merge_and_names_do_not(
    text: str, options: dict[str, bool], sums: int, reason: str
) -> None:
    assert parse(text, **options).graph.op.count("add") == sums, reason  # type: ignore[arg-type]


# program, point, by -> derivative, by hand
BY_NAME = [
    ("a = x + w; b = x + w; y = a*b", {"x": 2.0, "w": 3.0}, "a", 5.0),
    ("a = x + w; b = x + w; y = a*b", {"x": 2.0, "w": 3.0}, "b", 5.0),
    ("a = x + w; b = x + w; y = a*b", {"x": 2.0, "w": 3.0}, "x", 10.0),
    ("a = x + w; y = a*a", {"x": 2.0, "w": 3.0}, "a", 10.0),
    ("a = x; b = x; y = a*b", {"x": 3.0}, "a", 3.0),
    ("a = x; y = a*x", {"x": 3.0}, "a", 3.0),
    ("a = 2; b = 2; y = a^2*b", {}, "b", 4.0),
    ("a = 2; y = 2*a", {}, "a", 2.0),
    ("a = b; b2 = a*b; y = b2 + a", {"b": 3.0}, "a", 4.0),
    ("f(u) = u*u; a = f(x); b = f(x); y = a*b", {"x": 2.0}, "a", 4.0),
    ("f(u) = u*u; a = f(x); y = a*f(x)", {"x": 2.0}, "a", 4.0),
    ("f(u) = u; a = f(x); b = f(a); y = b*a", {"x": 2.0}, "a", 4.0),
]


@pytest.mark.parametrize(("text", "point", "name", "slope"), BY_NAME)
def test_a_derivative_by_a_name_means_that_name(text: str, point: dict[str, float], name: str, slope: float) -> None:
    assert gradient(parse(text), point, [name]).gradient == {name: slope}


def test_names_come_in_the_order_of_their_first_appearance() -> None:
    program = parse("b = w*x; f(u) = u*k; a = b + f(h); a*w")
    # The k inside of f appears where f is called, after its argument.
    assert tuple(program.names) == ("w", "x", "b", "h", "k", "a")
    assert program.inputs == ("w", "x", "h", "k")
    assert program.assigned == ("b", "a")


OUTPUT_NAMES = [
    ("x + 1", "y"),
    ("y + 1", "out"),
    ("y = 3; out = y*x; out", "out"),
    ("L = x^2", "L"),
    ("a = x; b = a^2", "b"),
    ("f(u) = u^2", "f"),
]


@pytest.mark.parametrize(("text", "name"), OUTPUT_NAMES)
def test_the_output_has_a_name(text: str, name: str) -> None:
    assert parse(text).output_name == name


# Constants are constants only while the program does not assign them and no value is given for them.

SHADOWING = [
    ("e*x", ("e",), ("e", "x"), ("e",)),
    ("pi*e", ("pi",), ("pi",), ("pi",)),
    ("π*x", ("π",), ("π", "x"), ("π",)),
    ("tau", ("tau",), ("tau",), ("tau",)),
    ("e*x", ("x",), ("x",), ()),
    ("f(u) = u*e; f(x)", ("e",), ("e", "x"), ("e",)),
]


@pytest.mark.parametrize(("text", "values", "inputs", "noted"), SHADOWING)
def test_a_given_value_shadows_a_constant_and_is_noted(
    text: str, values: tuple[str, ...], inputs: tuple[str, ...], noted: tuple[str, ...]
) -> None:
    program = parse(text, given=values)
    assert sorted(program.inputs) == sorted(inputs)
    assert program.shadowed == noted


# A function with a derivative of its own is one node. program, x -> value and slope, by hand

OWN_RULES = [
    ("f(u) = u^2; d f/du = 3u; f(x)", 2.0, 4.0, 6.0),
    ("f(u) = u^2; d f/du = 3u", 2.0, 4.0, 6.0),
    ("f(u) = u^2\nd f / du = 100\ny = f(x) + x", 2.0, 6.0, 101.0),
    ("f(u) = u^2; df = 3; d f/du = 1; f(df*x)", 1.0, 9.0, 3.0),
    ("f(u, v) = u*v; d f/du = 7; d f/dv = 11; f(x, x)", 2.0, 4.0, 18.0),
    ("f(u, v) = u*v; d f/du = 7; f(x, 3)", 2.0, 6.0, 7.0),
    ("f(u) = u^2; d f/du = 5; g(v) = f(v) + v; g(x)", 2.0, 6.0, 6.0),
    ("f(u) = u^3; d f/du = 2u; d = 4; d*f(x)", 1.0, 4.0, 8.0),
]


@pytest.mark.parametrize(("text", "x", "value", "slope"), OWN_RULES)
def test_a_function_may_have_a_derivative_of_its_own(text: str, x: float, value: float, slope: float) -> None:
    program = parse(text)
    name = program.inputs[0]
    point = gradient(program, {name: x})
    assert (point.value, point.gradient) == (value, {name: slope})


def test_a_missing_partial_is_no_rule_and_not_zero() -> None:
    program = parse("f(u, v) = u*v; d f/du = v; f(x, w)")
    with pytest.raises(InputError) as caught:
        gradient(program, {"x": 2.0, "w": 3.0})
    assert (caught.value.kind, caught.value.facts["param"]) == ("no-rule", "v")


# The whole table can be called by name.

EVERY_CALL = [
    (spelling, () if op.hidden is not None else op.params, bool(op.rest))
    for _, operations in GROUPS
    for op in operations
    if not op.symbol or op.spelling == "pow"
    for spelling in (op.spelling, *op.aliases)
]


@pytest.mark.parametrize(("spelling", "params", "setting"), EVERY_CALL)
def test_every_function_of_the_table_is_called_by_its_name(
    spelling: str, params: tuple[str, ...], setting: bool
) -> None:
    program = parse(f"{spelling}({', '.join([*params, *(['2'] if setting else [])])})")
    assert set(program.inputs) == set(params)


# text -> the entry of mistakes.toml, and what the carets stand below

REFUSED = [
    # An implicit product behind an unbracketed right operand of / or ^ has two readings.
    ("1/2x", "ambiguous-quotient", "1/2x"),
    ("6/2(1+2)", "ambiguous-quotient", "6/2(1+2)"),
    ("x÷2y", "ambiguous-quotient", "x÷2y"),
    ("1/(2)x", "ambiguous-quotient", "1/(2)x"),
    ("1/-2x", "ambiguous-quotient", "1/-2x"),
    ("a*1/2x", "ambiguous-quotient", "a*1/2x"),
    ("1/x²y", "ambiguous-quotient", "1/x²y"),
    ("1/2x^2", "ambiguous-quotient", "1/2x^2"),
    ("1/2√x", "ambiguous-quotient", "1/2√x"),
    ("1/sin(x)cos(x)", "ambiguous-quotient", "1/sin(x)cos(x)"),
    ("1 + x/2y - 1", "ambiguous-quotient", "x/2y"),
    ("2^3x", "ambiguous-power", "2^3x"),
    ("2^-3x", "ambiguous-power", "2^-3x"),
    ("x^2y", "ambiguous-power", "x^2y"),
    ("2x^2y", "ambiguous-power", "2x^2y"),
    ("2**3(x + 1)", "ambiguous-power", "2**3(x + 1)"),
    ("x^2sin(x)", "ambiguous-power", "x^2sin(x)"),
    # Names and brackets.
    ("x(x+1)", "name-called", "x"),
    ("2x(x+1)", "name-called", "x"),
    ("a = x; a(2)", "name-called", "a"),
    ("x y", "two-names", "x y"),
    ("x if x > 0 else 0", "python-if", "if"),
    ("x^2 if x > 0 else 0", "python-if", "if"),
    ("x mod 3", "function-between", "mod"),
    ("d/dx x^2", "partial-sign", "d/dx"),
    ("2d/dx(x^2)", "partial-sign", "d/dx"),
    ("x sin(y)", "two-names", "x sin"),
    ("x √4", "two-names", "x √"),
    ("x 2", "number-after-name", "x 2"),
    ("(x)2", "number-after-value", "2"),
    ("x²2", "number-after-value", "2"),
    ("sin(x)2", "number-after-value", "2"),
    ("sin x", "function-needs-brackets", "sin"),
    ("max x, y", "function-needs-brackets", "max"),
    ("sin²(x)", "function-raised", "sin²"),
    ("sin^2(x)", "function-raised", "sin^2"),
    ("sin^-1 x", "function-raised", "sin^-1"),
    ("2cos**2(x)", "function-raised", "cos**2"),
    ("f(u) = u; f²(x)", "function-raised", "f²"),
    ("xⁿ", "raised-letter", "ⁿ"),
    ("eˣ + 1", "raised-letter", "ˣ"),
    # Statements.
    ("x = x + 1", "assigned-to-itself", "x"),
    ("a = 1; a = 2; a", "assigned-twice", "a"),
    ("a = 1; a = a + 1", "assigned-twice", "a"),
    ("y = a*x; a = 3; y", "used-before-assigned", "a"),
    ("f(u) = u*k; y = f(x); k = 3; y", "used-before-assigned", "k"),
    ("y = e*x; e = 3; y", "used-before-assigned", "e"),
    ("(a = 3)*2", "equals-inside", "="),
    ("a = b = 3", "equals-inside", "="),
    ("x + (w = 2)", "equals-inside", "="),
    ("2x = 3", "assigned-to-value", "2x"),
    ("x + 1 = 3", "assigned-to-value", "x + 1"),
    ("f(x)(w) = 3", "assigned-to-value", "f(x)(w)"),
    ("x = 1 == 2 = 3", "equals-inside", "="),
    ("= x", "equals-at-start", "="),
    ("a =", "nothing-assigned", "="),
    ("f(u) = ; f(x)", "nothing-assigned", "="),
    ("x + 1; x", "unused-statement", "x + 1"),
    ("a = x\n+ w", "line-begins-with-plus", "+"),
    ("a = x\n* w", "nothing-on-the-left", "*"),
    # Functions of the user.
    ("f(u) = f(u)", "recursive-function", "f"),
    ("f(u) = g(u); g(u) = u; f(x)", "defined-below", "g"),
    ("f(u) = u; f(u) = 2u; f(x)", "defined-twice", "f"),
    ("sin(u) = u; sin(x)", "function-exists", "sin"),
    ("f(u, u) = u; f(x, 1)", "parameter-twice", "u"),
    ("f() = 3; f()", "parameter-not-name", ")"),
    ("f(2) = 3", "parameter-not-name", "2"),
    ("f(x + 1) = 3", "parameter-not-name", "+"),
    ("f(u,) = 3", "parameter-not-name", ")"),
    ("f(u) = u; f(1, 2)", "wrong-count", "f"),
    ("f(u) = u; f()", "wrong-count", "f"),
    ("f(u) = u; f(w=1)", "keyword-unknown", "w"),
    ("d f/du = 1; f(u) = u; f(x)", "slope-of-unknown", "d f/du"),
    ("f(u) = u; d f/dv = 1; f(x)", "slope-by-unknown", "d f/dv"),
    ("f(u) = u*x; d f/du = x; f(2)", "free-name-in-rule", "f(u) = u*x"),
    ("f(u) = u; d f/du = k; f(2)", "free-name-in-rule", "d f/du = k"),
    # Keywords are keywords only, and what they stand before comes first.
    ("max(x, y, axis=0)", "keyword-unknown", "axis"),
    ("max()", "wrong-count", "max"),
    ("log()", "wrong-count", "log"),
    ("log(1, 2, 3)", "wrong-count", "log"),
    ("clip(x)", "wrong-count", "clip"),
    ("clip(lo=0, x, 1)", "keyword-first", "x"),
    ("clip(x, 0, 1, lo=1)", "keyword-twice", "lo"),
    ("clip(x, 0, x=1)", "keyword-twice", "x"),
    # Comparisons.
    ("x = < 1", "odd-comparison", "= <"),
    ("x => 1", "odd-comparison", "=>"),
    ("x === 1", "odd-comparison", "==="),
    ("x <> 1", "odd-comparison", "<>"),
    ("x + not w", "value-missing", "not"),
    ("x < not w", "value-missing", "not"),
    ("and x", "nothing-on-the-left", "and"),
    ("[*x]", "nothing-on-the-left", "*"),
    ("[<", "nothing-on-the-left", "<"),
    ("x not", "word-after-value", "not"),
    # Brackets and commas.
    ("(x", "unclosed-bracket", "("),
    ("sin(", "unclosed-bracket", "("),
    ("max(1,", "unclosed-bracket", "("),
    ("(x; w)", "unclosed-bracket", "("),
    ("x)", "never-opened", ")"),
    ("a = 1; x)", "never-opened", ")"),
    ("()", "empty-brackets", "()"),
    ("x, w", "comma-outside", ","),
    ("(x, w)", "comma-outside", ","),
    ("1,5x", "decimal-comma", "1,5"),
    ("max(,1)", "argument-missing", ","),
    ("max(1,)", "comma-at-end", ","),
    # Numbers.
    ("1.2.3", "two-points", "1.2.3"),
    ("1e5000", "literal-too-large", "1e5000"),
    ("9" * 4001, "literal-too-large", "9" * 4001),
    ("1_000", "digit-groups", "1_000"),
    ("x.5", "number-after-name", "x.5"),
    # Marks without a width, and signs of several characters.
    ("x\u200b ≤≤ w", "value-missing", "≤"),
    ("x ≠", "ends-after-operator", "≠"),
    ("（x＋", "ends-after-operator", "＋"),
    ("1/2@x y", "two-names", "x y"),
    ("a @ (b)x", "ambiguous-quotient", "a @ (b)x"),
    ("[1, 2", "unclosed-bracket", "["),
    ("x[]", "empty-list", "["),
    ("[1, 2] x", "square-brackets", "]"),
    ("x: 2", "colon", ":"),
    ("f(x:y)", "colon", ":"),
    ("(2:x)*3", "colon", ":"),
    ("x:", "colon", ":"),
    ("x @", "ends-after-operator", "@"),
    ("@ x", "nothing-on-the-left", "@"),
    ("x @@ y", "value-missing", "@"),
    ("x[k]", "index-not-whole", "k"),
    ("x[1:2:0]", "slice-step-zero", "1:2:0"),
    ("[]", "empty-list", "[]"),
    ("sum(x, 1)", "wrong-count", "sum"),
    ("sum(x, axis=y)", "setting-not-whole", "y"),
    ("sum(x, axes=1)", "keyword-unknown", "axes"),
    ("reshape(x)", "setting-missing", "reshape(x)"),
    ("x\u0302", "unknown-character", "\u0302"),
    ("½x", "unknown-character", "½"),
    ("x′", "partial-sign", "′"),
    ("f'(x)", "partial-sign", "'"),
    ("'x'", "quotes", "'"),
    ("x || y", "ampersand", "||"),
    ("a + … + z", "big-operator", "…"),
    ("math.sin(x)", "function-of-module", "math.sin"),
    ("x.t", "stray-point", "."),
]


@pytest.mark.parametrize(("text", "kind", "place"), REFUSED)
def test_what_cannot_be_read_is_pointed_at_and_named(text: str, kind: str, place: str) -> None:
    assert refusal(text).kind == kind
    assert pointed_at(text) == place


# Both readings of an ambiguous text are offered, and both can be read.

READINGS = [
    ("1/2x", "((1 / 2) * x)", "(1 / (2 * x))"),
    ("6/2(1+2)", "((6 / 2) * (1 + 2))", "(6 / (2 * (1 + 2)))"),
    ("x÷2y", "((x / 2) * y)", "(x / (2 * y))"),
    ("a*b/2x", "(((a * b) / 2) * x)", "((a * b) / (2 * x))"),
    ("2^3x", "((2 ^ 3) * x)", "(2 ^ (3 * x))"),
    ("2**3(x+1)", "((2 ^ 3) * (x + 1))", "(2 ^ (3 * (x + 1)))"),
    ("1/2/(3/4)x", "(((1 / 2) / (3 / 4)) * x)", "((1 / 2) / ((3 / 4) * x))"),
    ("x^2^3y", "((x ^ (2 ^ 3)) * y)", "(x ^ (2 ^ (3 * y)))"),
]


@pytest.mark.parametrize(("text", "one", "other"), READINGS)
def test_both_readings_are_offered(text: str, one: str, other: str) -> None:
    facts = refusal(text).facts
    assert (bracketed(str(facts["one"])), bracketed(str(facts["other"]))) == (one, other)


HINTS = [
    ("(x+w", "try `(x+w)`"),
    ("((x+w)*2", "try `((x+w)*2)`"),
    ("x w", "multiply with `x*w`"),
    ("sin x", "write `sin(x)`"),
    ("sin 2x", "write `sin(2x)`"),
    ("x(x+1)", "to multiply write `x*(x+1)`"),
    ("sine(x)", "did you mean `sin`? `bpcli ops` lists them all"),
    ("Relu(x)", "did you mean `relu`? `bpcli ops` lists them all"),
    ("tg(x)", "did you mean `tan`? `bpcli ops` lists them all"),
    ("total(x)", "`bpcli ops` lists the functions there are"),
    ("a = 1; a = 2; a", "write `a2 = ...`: each name is one node"),
    ("a2 = 1; a = a2; a = 2; a", "write `a3 = ...`: each name is one node"),
    ("x = x + 1", "write `x2 = ...`: each name is one node"),
    ("1 2", "multiply with `1*2`, or join them: `12`"),
    ("1.5 2", "multiply with `1.5*2`"),
    ("x 2", "multiply with `x*2`, raise with `x^2`, or name it `x2`"),
    ("x.5", "multiply with `x*.5`, raise with `x^.5`"),
    ("sin^2(x)", "write `sin(...)^2`"),
    ("sin²x", "write `sin(x)²`"),
    ("tan⁻¹(x)", "write `atan(...)` for the inverse function, `1/tan(...)` for the reciprocal"),
    ("f(u, v) = u; f(1)", "it is defined as `f(u, v)`"),
    ("leaky_relu(x, slop=1)", "did you mean `slope`?"),
    ("where(x = 1, 2, 3)", "a comparison is written `==`"),
    ("½", "write `(1/2)`"),
]


@pytest.mark.parametrize(("text", "hint"), HINTS)
def test_a_mistake_comes_with_what_to_type_instead(text: str, hint: str) -> None:
    assert refusal(text).hint == hint


def test_a_function_that_doubles_is_stopped_by_the_limit_of_nodes() -> None:
    calls = [f"f{n}(u) = f{n - 1}(f{n - 1}(u) + {n})" for n in range(1, 30)]
    doubling = "; ".join(["f0(u) = u*u + 1", *calls, "f29(x)"])
    with pytest.raises(NumericError) as caught:
        parse(doubling, limit=1000)
    assert caught.value.kind == "too-many-nodes"
    assert caught.value.facts["limit"] == 1000


def test_a_long_text_is_quoted_in_part() -> None:
    report = refusal("1/2" + "/3" * 50_000 + "x").report()
    assert len(report) < 2000


def test_a_scanner_marks_what_the_parser_cannot_see_ahead() -> None:
    tokens = scan("f(u) = u; d f/du = 1; d = 2; f(d)")
    assert (tokens.assigned, tokens.sloped) == ({"d"}, {"f"})
