"""The numbers of a worksheet: the same for the same seed, round, and away from every corner."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given

from bpcli.engine.point import gradient
from bpcli.errors import InputError
from bpcli.language.reader import parse
from bpcli.tracing.worksheets import CLASS, ODD, TURNS, faults_of, fresh_numbers, random_numbers, targets_of
from calculus.programs import ALL, CUTTING, valued

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.engine.point import Point
    from bpcli.graph import Program

    Run = tuple[Program, dict[str, float]]

POOL = {text for pool, _ in TURNS for text in pool}


def chosen(text: str, seed: int = 0, **at: float) -> dict[str, str]:
    return fresh_numbers(parse(text, given=at), at, seed)


def reached(text: str, seed: int, **at: float) -> Point:
    """The point that a seed leads to."""
    fresh = {name: float(number) for name, number in chosen(text, seed, **at).items()}
    return gradient(parse(text, given=at), at | fresh, record=True)


def test_the_generator_is_splitmix() -> None:
    """The first numbers of the reference implementation in C for the state 1234567, as they are published."""
    assert [*itertools.islice(random_numbers(1234567), 5)] == [
        6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821,
    ]  # fmt: skip


def test_inputs_that_were_given_stay_and_their_numbers_are_not_used_again() -> None:
    for seed in range(CLASS):
        fresh = chosen("(x+w)*w", seed, x=2)
        assert [*fresh] == ["w"]
        assert fresh["w"] != "2"
    assert chosen("(x+w)*w", 3, x=2, w=3) == {}


@pytest.mark.parametrize("text", ["(x+w)*w", "x^2", "sigmoid(w*x + b)", "log(x)/y", "relu(w*x + b)^2", "x/y/z"])
def test_a_class_gets_different_sheets(text: str) -> None:
    sheets = [tuple(chosen(text, seed).values()) for seed in range(CLASS)]
    assert len({*sheets}) >= (20 if text == "x^2" else CLASS)
    assert all(len({*sheet}) == len(sheet) for sheet in sheets), "no two inputs have the same number"


SHORT = ["(x+w)*w", "x^2 + 3*x", "x/y/z", "sqrt(x + w)", "1/(x + w)", "relu(w*x + b)^2", "(w*x + b - t)^2/2",
         "abs(x - w)"]  # fmt: skip


@pytest.mark.parametrize("text", SHORT)
@pytest.mark.parametrize("seed", range(12))
def test_it_can_be_worked_by_hand(text: str, seed: int) -> None:
    """Where arithmetic is all there is: no zeros, nothing large, and four digits at most in every value."""
    point = reached(text, seed)
    assert faults_of(point) == (0, 0, 0, 0)
    for value in (*point.values, *point.gradient.values()):
        assert value
        assert abs(value) <= 1000
        assert math.isclose(value, float(f"{value:.4g}"), rel_tol=1e-12)


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        # The domain of each, by hand.
        ("log(x)", lambda x: x > 0),
        ("acosh(x)", lambda x: x > 1),
        ("asin(x)", lambda x: -1 < x < 1),
        ("log(x - 5)", lambda x: x > 5),
        ("sqrt(-x)", lambda x: x < 0),
        ("relu(-x)", lambda x: x < 0),
        ("floor(x) + x", lambda x: x != math.floor(x)),
        ("clip(x, -1, 1)", lambda x: -1 < x < 1),
    ],
)
def test_the_numbers_lie_in_the_domain_where_something_flows(text: str, inside: object) -> None:
    for seed in range(10):
        (number,) = chosen(text, seed).values()
        assert inside(float(number)), number  # type: ignore[operator]


@pytest.mark.parametrize("text", ["sigmoid(w*x + b)", "p = tanh(w*x); (p - t)^2", "exp(w*x)"])
def test_nothing_is_saturated(text: str) -> None:
    """All local derivatives are at least 0.01: beyond it a product says nothing at the digits that are shown."""
    for seed in range(12):
        assert all(abs(branch.local) >= 0.01 for branch in reached(text, seed).branches)


@given(valued(ALL + CUTTING))
def test_random_programs_are_not_asked_at_corners(run: Run) -> None:
    """The point of the run lies on no corner but those that are everywhere; so may that of the sheet."""
    program, at = run
    corners = [note for note in gradient(program, at, record=True).notes if note.kind in ODD]
    fresh = fresh_numbers(program, {}, 1)
    assert [*fresh] == [*program.inputs]
    assert {*fresh.values()} <= POOL
    point = gradient(program, {name: float(number) for name, number in fresh.items()}, record=True)
    assert all(math.isfinite(value) for value in (point.value, *point.gradient.values()))
    if not corners:
        assert not [note for note in point.notes if note.kind in ODD]
    assert fresh_numbers(program, {}, 1) == fresh


def test_a_program_that_has_no_value_anywhere_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        chosen("log(-x^2)")
    assert caught.value.kind == "no-fresh-numbers"


def test_names_that_do_not_fit_are_told_as_they_are_without_a_sheet() -> None:
    for text, at, kind in (("xy", {"x": 2.0, "y": 3.0}, "joined-names"), ("x + sin", {"x": 2.0}, "function-as-value")):
        with pytest.raises(InputError) as caught:
            fresh_numbers(parse(text, given=at), at, 0)
        assert caught.value.kind == kind


def test_thirds_are_avoided_where_something_is_divided_by_three() -> None:
    for seed in range(6):
        point = reached("(x/3 + w)*w", seed)
        assert all(value == round(value, 2) for value in point.values if value != 1 / 3)


def test_a_long_program_gets_its_numbers_in_fewer_tries() -> None:
    text = "; ".join(["a0 = tanh(x)", *(f"a{k + 1} = tanh(a{k} + w)" for k in range(3000)), "a3000"])
    assert [*chosen(text)] == ["x", "w"]


@pytest.mark.parametrize(
    "text",
    [
        "p=sigmoid(z); bce(p,t)", "mse(p,t)", "huber(p,t)", "bce_logits(z,t)", "norm(x)", "mean(x)", "max(x)",
        "[x,y][0]*x",
    ],
)
def test_operations_on_arrays_get_numbers_too(text: str) -> None:
    for seed in range(6):
        point = reached(text, seed)
        assert math.isfinite(point.value)
        assert faults_of(point)[0] == 0, "no corner, nothing infinite"


@pytest.mark.parametrize(
    "text",
    ["p=sigmoid(z); bce(p,t)", "bce_logits(w*x, t)", "p=sigmoid(w*x + b); (p - t)^2", "(t - sigmoid(z))^2/2",
     "mse(sigmoid(z), t)"],
)  # fmt: skip
def test_targets_of_a_binary_loss_are_no_and_yes(text: str) -> None:
    drawn = {chosen(text, seed)["t"] for seed in range(CLASS)}
    assert drawn == {"0", "1"}


def test_who_is_used_elsewhere_too_is_no_target() -> None:
    assert not targets_of(parse("(sigmoid(z) - w)^2 + w"))
    assert not targets_of(parse("(tanh(z) - t)^2"))
