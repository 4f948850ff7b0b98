"""One point: values in and out, what is noticed on the way, and errors that name the node."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given

from bpcli.engine.given import bind, value_of
from bpcli.engine.point import evaluate, gradient
from bpcli.errors import InputError, NumericError
from bpcli.language.reader import parse
from bpcli.render.words import sentence
from calculus.programs import ALL, CUTTING, runs

inf, nan = math.inf, math.nan


def notes(text: str, at: dict[str, float], wrt: list[str] | None = None) -> list[tuple[str, str]]:
    point = gradient(parse(text, given=at), at, wrt)
    return [(note.kind, sentence(note)) for note in point.notes]


@pytest.mark.parametrize(
    ("text", "at", "want"),
    [
        ("x*w", {"x": 2, "w": 3}, []),
        # infinite: the node, what went in, the domain
        (
            "1/x",
            {"x": 0},
            [
                ("infinite-value", "1/x is inf with x = 0; its domain is x != 0"),
                ("infinite-gradient", "dy/dx is -inf"),
            ],
        ),
        (
            "exp(x)",
            {"x": 1000},
            [("infinite-value", "exp(x) is inf with x = 1000"), ("infinite-gradient", "dy/dx is inf")],
        ),
        (
            "log(x + 1)",
            {"x": -1},
            [
                ("infinite-value", "log(x + 1) is -inf with x + 1 = 0; its domain is x + 1 > 0"),
                ("infinite-gradient", "dy/dx is inf"),
            ],
        ),
        ("sqrt(x)", {"x": 0}, [("infinite-gradient", "dy/dx is inf")]),
        ("x + 1", {"x": inf}, [("infinite-value", "x + 1 is inf with x = inf")]),
        ("x", {"x": -inf}, [("infinite-value", "x is -inf")]),
        ("1e400*x", {"x": 1}, [("infinite-value", "1e400*x is inf with x = 1"), ("infinite-gradient", "dy/dx is inf")]),
        ("10^400 + x", {"x": 1}, [("infinite-value", "10^400 is inf")]),
        # Of the divisor 0 there is nothing to say but 0 != 0.
        ("x/0", {"x": 2}, [("infinite-value", "x/0 is inf with x = 2"), ("infinite-gradient", "dy/dx is inf")]),
        # corners
        (
            "relu(x) + x",
            {"x": 0},
            [("kink", "relu(x) has a corner with x = 0: by convention slope 0")],
        ),
        ("abs(x) + x", {"x": 0}, [("kink", "abs(x) has a corner with x = 0: by convention slope 0")]),
        (
            "max(0, x)",
            {"x": 0},
            [
                (
                    "kink",
                    "max(0, x) has a corner with x = 0: by convention each of the largest gets an equal share "
                    "(relu(x) would give 0 here)",
                )
            ],
        ),
        (
            "max(x, y)",
            {"x": 2, "y": 2},
            [
                (
                    "kink",
                    "max(x, y) has a corner with x = 2, y = 2: by convention each of the largest gets an equal share",
                )
            ],
        ),
        (
            "clip(x, 0, 1)",
            {"x": 1},
            [
                (
                    "kink",
                    "clip(x, 0, 1) has a corner with x = 1: by convention slope 1: the value still passes at the bound",
                )
            ],
        ),
        ("clip(x, 1, 0) + x", {"x": 1}, []),
        ("relu(x) + x", {"x": 1e-300}, []),
        ("relu(2 - 2) + x", {"x": 1}, []),  # nothing that x reaches
        (
            "mod(x, 2)",
            {"x": 4},
            [("jump", "mod(x, 2) jumps with x = 4: by convention slope 1 in x, as to the right of the jump")],
        ),
        # nothing arrives
        ("y = x^2; z = 2*w", {"x": 1, "w": 1}, [("independent", "z does not depend on x")]),
        (
            "y = x^2; z = detach(y); w = 3*z",
            {"x": 1},
            [("cut", "w does not depend on x any more: every path is cut by detach")],
        ),
        ("detach(x)*x", {"x": 1}, []),
        (
            "floor(x)",
            {"x": 2.5},
            [("no-open-path", "dy/dx is 0 here: every path from x passes an operation that is flat or closed")],
        ),
        (
            "relu(x)*w",
            {"x": -1, "w": 2},
            [("no-open-path", "dy/dx is 0 here: every path from x passes an operation that is flat or closed")],
        ),
        ("0*x", {"x": 3}, []),  # a slope that is 0, and says so itself
        # constants that are variables
        ("e*x", {"e": 2, "x": 3}, [("shadowed", "e is a variable here; the constant of that name is shadowed")]),
        ("e*x", {"x": 3}, []),
    ],
)
def test_notes(text: str, at: dict[str, float], want: list[tuple[str, str]]) -> None:
    got = notes(text, at)
    assert [kind for kind, _ in got] == [kind for kind, _ in want]
    # What other frameworks return may follow in brackets.
    assert all(said.startswith(expected) for (_, said), (_, expected) in zip(got, want, strict=True))


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("where(x > 0, log(x), 0)*w + x", {"x": -1, "w": 1}),
        ("where(x > 0, 1/x, x)", {"x": 0}),
        ("where(x > 0, relu(x), x)", {"x": -1}),
        ("where(x > 0, log(x), log(-x))", {"x": -1}),
        ("where(x > 0, 1/(x*0), x)", {"x": -2}),
        ("where(x == 0, 1, sin(x)/x) + x", {"x": 0}),
        ("a = 1/x; b = log(-a); y = 2*w + x", {"x": 0, "w": 1}),
        ("where(x < 0, where(x > 0, 1/(x + 1), x), log(x))", {"x": -1}),
    ],
)
def test_what_was_not_taken_never_warns(text: str, at: dict[str, float]) -> None:
    assert notes(text, at) == []


@pytest.mark.parametrize(
    ("text", "at", "kind", "facts", "blamed"),
    [
        # value: the first node without one, what went in, and its place in the text
        ("1 + sqrt(x - 3)", {"x": 2}, "outside-domain", {"node": "sqrt(x - 3)", "at": "x - 3 = -1"}, "sqrt(x - 3)"),
        ("log(x)*0", {"x": -1}, "outside-domain", {"node": "log(x)", "domain": "x > 0"}, "log(x)"),
        ("x/y", {"x": 0, "y": 0}, "outside-domain", {"node": "x/y", "at": "x = 0, y = 0", "domain": "y != 0"}, "x/y"),
        ("(x^(1/3))^2", {"x": -8}, "nan-value", {"node": "x^(1/3)", "at": "x = -8"}, "x^(1/3)"),
        ("x - x", {"x": inf}, "nan-value", {"node": "x - x"}, "x - x"),
        ("w + 0*x", {"x": inf, "w": 1}, "nan-value", {"node": "0*x", "at": "x = inf"}, "0*x"),
        ("exp(x) - exp(x)*2", {"x": 1000}, "nan-value", {"at": "exp(x) = inf, exp(x)*2 = inf"}, "exp(x) - exp(x)*2"),
        ("2*x", {"x": nan}, "nan-input", {"name": "x"}, "x"),
        ("asin(x) + acos(w)", {"x": 0, "w": 2}, "outside-domain", {"node": "acos(w)"}, "acos(w)"),
        ("atanh(x)*w", {"x": 2, "w": 1}, "outside-domain", {"node": "atanh(x)"}, "atanh(x)"),
        (
            "a = log(x)\nb = sqrt(w)\ny = a*b",
            {"x": 2, "w": -1},
            "outside-domain",
            {"node": "sqrt(w)", "at": "w = -1"},
            "sqrt(w)",
        ),
        # gradient: the edge on which it appeared
        (
            "sqrt(x^2)",
            {"x": 0},
            "nan-gradient",
            {"node": "x^2", "argument": "x", "upstream": "inf", "local": "0"},
            "x^2",
        ),
        ("0*sqrt(x)", {"x": 0}, "nan-gradient", {"node": "sqrt(x)", "upstream": "0", "local": "inf"}, "sqrt(x)"),
        ("w*sqrt(x)", {"x": 0, "w": 0}, "nan-gradient", {"name": "x", "node": "sqrt(x)", "at": "x = 0"}, "sqrt(x)"),
        ("sqrt(x) - sqrt(2*x)", {"x": 0}, "nan-sum", {"name": "x"}, None),
    ],
)
def test_nan_is_an_error_that_names_the_node(
    text: str, at: dict[str, float], kind: str, facts: dict[str, str], blamed: str | None
) -> None:
    with pytest.raises(NumericError) as failure:
        gradient(parse(text), at)
    error = failure.value
    got = {name: error.facts.get(name) for name in facts}
    assert (error.kind, got) == (kind, facts)
    if blamed is None:
        assert error.span is None
    else:
        assert text[slice(*error.span)] == blamed
    assert error.sentence
    assert error.exit_code == 3


def test_a_nan_derivative_that_nobody_asked_for_is_no_error() -> None:
    program = parse("w*sqrt(x)")
    assert gradient(program, {"x": 0, "w": 0}, ["w"]).gradient == {"w": 0}


def test_the_edge_that_is_named_leads_to_the_name() -> None:
    """Two derivatives are nan; the error for z speaks of z's own edge, though x's is met first."""
    with pytest.raises(NumericError) as failure:
        gradient(parse("sqrt(z^2) + sqrt(x^2)"), {"x": 0, "z": 0}, ["z"])
    assert failure.value.facts["argument"] == "z"


def test_eval_answers_where_only_the_gradient_is_undefined() -> None:
    assert evaluate(parse("sqrt(x^2)"), {"x": 0}).value == 0


@pytest.mark.parametrize(
    ("text", "at", "kind", "facts"),
    [
        ("x + w", {"x": 2}, "missing-values", {"names": "w", "examples": "--w 3"}),
        ("x + w + b", {}, "missing-values", {"names": "x, w and b"}),
        ("xy", {"x": 2, "y": 3}, "joined-names", {"name": "xy", "product": "x*y"}),
        ("x", {"x": 2, "z": 3}, "not-in-text", {"name": "z", "names": "x"}),
        ("alpha*x", {"alpha": 2, "x": 1, "alpa": 3}, "not-in-text", {"hint": "did you mean --alpha?"}),
        ("a = x; a*2", {"x": 2, "a": 3}, "value-for-assigned", {"name": "a"}),
        ("sin + x", {"x": 2}, "function-as-value", {"name": "sin"}),
        ("2 + 3", {"x": 2}, "not-in-text", {"names": "none"}),
    ],
)
def test_values_that_do_not_fit_the_names(text: str, at: dict[str, float], kind: str, facts: dict[str, str]) -> None:
    for work in (evaluate, gradient):
        with pytest.raises(InputError) as failure:
            work(parse(text), at)
        assert failure.value.kind == kind
        assert {name: failure.value.facts[name] for name in facts} == facts
        assert failure.value.exit_code == 2
        assert failure.value.sentence


@pytest.mark.parametrize("name", ["z", "aa", "sin"])
def test_a_name_to_differentiate_by_must_be_in_the_text(name: str) -> None:
    with pytest.raises(InputError) as failure:
        gradient(parse("a = x*w; a^2"), {"x": 1, "w": 2}, [name])
    assert failure.value.kind == "wrt-unknown"
    assert failure.value.facts["names"] == "x, w, a"


@pytest.mark.parametrize("value", [3, True, 3.0, Fraction(3), 10**400, -(10**400), Fraction(1, 3)])
def test_every_number_that_is_given_goes_on_as_a_float(value: float) -> None:
    """Python's whole numbers would be multiplied exactly, and without end."""
    program = parse("x")
    (bound,) = bind(program, {"x": value}).values()
    assert type(bound) is float
    assert type(gradient(program, {"x": value}).value) is float
    assert bound == (inf if value == 10**400 else -inf if value == -(10**400) else float(value))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        # By hand.
        ("2", 2.0), ("-2", -2.0), ("+2", 2.0), (" 2 ", 2.0), ("-1e5", -1e5), ("1e-3", 0.001), (".5", 0.5),
        ("5.", 5.0),
        ("1/3", 1 / 3), ("-1/3", -1 / 3), ("pi/2", math.pi / 2), ("2^10", 1024.0), ("2*pi", 2 * math.pi),
        ("sqrt(2)", math.sqrt(2)),
        ("-2^2", -4.0), ("inf", inf), ("-inf", -inf), ("1e400", inf), ("1/0", inf), ("-1/0", -inf), ("2³", 8.0),
        ("−3", -3.0),
        ("0.1 + 0.2", 0.1 + 0.2),
    ],
)  # fmt: skip
def test_values_of_the_command_line(text: str, value: float) -> None:
    assert value_of(text) == value


@pytest.mark.parametrize("text", ["", "abc", "x", "2x", "1_000", "1 2", "2,5", "(", "1/", "a = 2"])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(InputError):
        value_of(text)


@given(runs(ALL + CUTTING))
def test_a_run_ends_in_numbers_or_in_one_sentence(run) -> None:
    """Whatever the program and the point: a float, or an error that can be told."""
    program, at = run
    for special in (at[program.inputs[0]], 0.0, inf, -1e308, 1e-320):
        given_ = at | {program.inputs[0]: special}
        try:
            point = gradient(program, given_)
        except NumericError as error:
            assert "\n" not in error.sentence
            assert error.exit_code == 3
            continue
        assert point.value == point.value
        assert all(type(value) is float and value == value for value in point.gradient.values())
        assert all(sentence(note) for note in point.notes)
        # An infinite answer is never silent.
        infinite = [value for value in (point.value, *point.gradient.values()) if math.isinf(value)]
        assert not infinite or any(note.kind.startswith("infinite") for note in point.notes)
