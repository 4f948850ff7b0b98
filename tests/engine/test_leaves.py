"""Values that stand in the text are leaves: what a script of a framework says runs here, with its gradients."""

from __future__ import annotations

import json

import pytest

import bpcli
from bpcli.engine.floats import FLOATS
from bpcli.engine.leaves import Values, read_with_leaves
from bpcli.language.reader import parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path
    from typing import Any

    from bpcli.graph import Program
    from conftest import Runner

# program, what is given, the gradient: by hand
PROGRAMS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("x = 2; w = 3; (x+w)*w", {}, {"x": 3, "w": 8}),
    # Equal values are two leaves.
    ("x = 2; w = 2; x^2*w", {}, {"x": 8, "w": 4}),
    # What is computed of leaves is none.
    ("x = 2; w = 3; a = x + w; a*w", {}, {"x": 3, "w": 8}),
    # What is given stands above the text.
    ("x = 2; w = 3; (x+w)*w", {"w": 4}, {"x": 4, "w": 10}),
    # Where there are variables, the rest is as the text has it.
    ("w = 3; x*w", {"x": 2}, {"x": 3}),
    ("w = 3; x*w", {"x": 2, "w": 5}, {"x": 5, "w": 2}),
    # An exponent is no leaf: x^n has another rule where n may move, and none below 0.
    ("n = 2; x = -3; x^n", {}, {"x": -6}),
    # Sizes and axes have to be known.
    ("n = 3; x = [1, 2, 3, 4, 5, 6]; sum(reshape(x, n, 2)^2)", {}, {"x": [2, 4, 6, 8, 10, 12]}),
    ("W = [[1, 2], [3, 4]]; v = [1, 0]; sum(W @ v)", {}, {"W": [[1, 0], [1, 0]], "v": [4, 6]}),
    ("b = zeros(2); sum((b - 1)^2)", {}, {"b": [-2, -2]}),
    # Used nowhere.
    ("x = 2; q = 7; x^2", {}, {"x": 4}),
    ("third = 1/3; third*6", {}, {"third": 6}),
]


@pytest.mark.parametrize(("text", "given", "slopes"), PROGRAMS)
def test_values_in_the_text_are_leaves(text: str, given: dict[str, Any], slopes: dict[str, Any]) -> None:
    found = bpcli.grad(text, given).gradient
    assert {name: getattr(slope, "tolist", lambda slope=slope: slope)() for name, slope in found.items()} == slopes


def test_the_seed_of_a_start_is_that_of_the_text() -> None:
    """What is drawn in the text stays the same when its names become variables."""
    text = "W = randn(2, 2); v = randn(2); sum((W @ v)^2)"
    assert bpcli.grad(text).value == bpcli.evaluate(text).value


def test_by_name_it_may_stand_beside_variables(run: Runner) -> None:
    answer = run("check", "w = 3; x*w", "--x", "2", "--wrt", "w", "--json")
    assert answer.code == 0
    assert json.loads(answer.out)["methods"]["reverse"] == {"w": 2.0}


def test_an_exponent_that_is_asked_for_is_one() -> None:
    """d(x^n)/dn = x^n * log(x)."""
    assert bpcli.grad("n = 2; x = 3; x^n", wrt="n").gradient["n"] == pytest.approx(9.887510598012987, rel=1e-15)


def test_every_command_knows_them(run: Runner, tmp_path: Path) -> None:
    text = "x = 2; w = 3; (x+w)*w"
    assert run("grad", text, "-q").out == "x=3\nw=8\n"
    assert run("grad", text, "--exact", "-q").out == "x=3\nw=8\n"
    assert run("eval", text, "-q").out == "15\n"
    assert run("eval", text, "--w", "4", "-q").out == "24\n"
    assert run("diff", text, "--wrt", "w", "-q").out.startswith("x + 2*w")
    assert "dy/dw = 5 + 3 = 8 (2 of 2)" in run("trace", text).out
    assert "the path through a (3) is missing" in run("trace", text, "--claim", "w=5").out
    assert run("check", text).code == 0
    assert "w=8" in run("grad", text, "--mode", "forward", "-q").out
    stored = tmp_path / "t.json"
    stored.write_text(run("trace", text, "--json").out)
    assert run("trace", "--from", str(stored)).out == run("trace", text).out
    assert run("hessian", text, "--json").code == 0


def test_only_a_value_can_be_given_another(run: Runner) -> None:
    answer = run("grad", "a = x + 1; a^2", "--x", "2", "--a", "3")
    assert (answer.code, "cannot be given a value" in answer.err) == (2, True)
    twice = run("grad", "x = 2; x = 3; x^2")
    assert (twice.code, "has a value already" in twice.err) == (2, True)


# program -> how often its text is read: once, once more with its values as variables, and again without exponents
READS = [("(x+w)*w", 1), ("w = 3; x*w", 1), ("x = 2; w = 3; (x+w)*w", 2), ("n = 2; x = 3; x^n", 3), ("2 + 3", 1)]


@pytest.mark.parametrize(("text", "count"), READS)
def test_a_text_is_read_no_more_often_than_it_has_to_be(text: str, count: int) -> None:
    reads: list[object] = []

    def read(leaves: Collection[str]) -> Program:
        reads.append(leaves)
        return parse(text, given=given, leaves=leaves)

    given = dict.fromkeys(("x", "w"), 1.0) if "=" not in text else {"x": 1.0} if "x*w" in text else {}
    read_with_leaves(read, given, FLOATS)
    assert len(reads) == count


def test_the_values_of_a_long_text_are_each_calculated_once() -> None:
    """A thousand values, each of them one node beside its text: no value looks at the rest of the graph."""
    program = parse("; ".join(f"a{place} = {place} + 1/3" for place in range(1000)) + "; a0")
    values, made = Values(program, FLOATS), []
    functions = values.functions
    values.functions = {op: lambda *given, op=op: made.append(op) or functions[op](*given) for op in ("add", "div")}
    assert [values.of(program.names[name]) for name in program.values] == [place + 1 / 3 for place in range(1, 1000)]
    assert made.count("div") == 1 and made.count("add") == 999
