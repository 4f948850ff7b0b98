"""The JSON contracts: the keys that others rely on, full precision, and nothing that JSON does not have."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import assume, given

from bpcli.engine.formulas import differentiate
from bpcli.engine.point import evaluate, gradient
from bpcli.errors import NumericError
from bpcli.language.reader import parse
from bpcli.render.json.answers import check_dict, diff_dict, eval_dict, grad_dict
from bpcli.render.json.traces import trace_dict, trace_text
from bpcli.render.json.values import jsonable, plain_number
from bpcli.tracing.checks import check
from bpcli.tracing.record import record
from calculus.programs import ALL, CUTTING, runs

AT = {"x": 2.0, "w": 3.0}


def made(command: str, text: str = "(x+w)*w", at: dict[str, float] | None = None) -> dict[str, Any]:
    program, given_ = parse(text), AT if at is None else at
    if command == "eval":
        return eval_dict(evaluate(program, given_))
    if command == "grad":
        return grad_dict(gradient(program, given_))
    if command == "check":
        return check_dict(check(program, given_))
    if command == "trace":
        return trace_dict(record(program, given_))
    return diff_dict({name: differentiate(program, [name]) for name in program.inputs}, {})


KEYS = {
    "eval": ["schema", "value", "notes"],
    "grad": ["schema", "value", "gradient", "notes"],
    "check": [
        "schema",
        "ok",
        "value",
        "methods",
        "reasons",
        "relative_errors",
        "states",
        "resolution",
        "faults",
        "evaluations",
        "step",
        "tolerance",
        "notes",
    ],
    "trace": [
        "schema",
        "source",
        "options",
        "numbers",
        "output",
        "value",
        "inputs",
        "nodes",
        "forward",
        "backward",
        "paths",
        "gradient",
        "check",
        "notes",
    ],
    "diff": ["schema", "derivatives"],
}


@pytest.mark.parametrize("command", KEYS)
def test_the_keys_of_each_command_in_order_schema_first(command: str) -> None:
    found = made(command)
    assert list(found) == KEYS[command]
    assert found["schema"] == f"bpcli.{command}/1"
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_the_flagship() -> None:
    """By hand."""
    assert made("eval")["value"] == 15.0
    assert made("grad")["gradient"] == {"x": 3.0, "w": 8.0}
    assert made("check")["ok"] is True
    trace = made("trace")
    assert trace["nodes"][0] == {
        "id": 0,
        "name": "x",
        "op": "var",
        "args": [],
        "formula": "",
        "value": 2.0,
        "span": [1, 2],
        "shown": True,
    }
    assert trace["forward"][1] == {
        "step": 2, "node": 3, "name": "y", "formula": "a*w", "operands": [5.0, 3.0], "value": 15.0,
    }  # fmt: skip
    assert trace["backward"][3] == {
        "step": 1, "from": 2, "to": 1, "position": 1, "edge": ["a", "w"], "upstream": 3.0, "derived": "x+w",
        "formula": "1", "condition": "", "local": 1.0, "product": 3.0, "state": "open", "total": 8.0,
        "branch": 2, "branches": 2,
    }  # fmt: skip
    assert trace["paths"]["w"] == {
        "count": 2,
        "listed": [
            {"nodes": ["w", "y"], "locals": [5.0], "product": 5.0},
            {"nodes": ["w", "a", "y"], "locals": [1.0, 3.0], "product": 3.0},
        ],
        "rest": 0.0,
        "total": 8.0,
    }


def test_one_derivative_is_a_text_and_several_are_an_object() -> None:
    program = parse("(x+w)*w")
    both = {name: differentiate(program, [name]) for name in "xw"}
    assert diff_dict(both, {"x": 3.0, "w": 8.0}) == {
        "schema": "bpcli.diff/1", "derivatives": {"x": "w", "w": "x + 2*w"}, "values": {"x": 3.0, "w": 8.0},
    }  # fmt: skip
    assert diff_dict({"w,w": differentiate(program, ["w", "w"])}, {"w,w": 2.0}) == {
        "schema": "bpcli.diff/1", "wrt": ["w", "w"], "derivative": "2", "value": 2.0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "text"),
    [(math.inf, "inf"), (-math.inf, "-inf"), (math.nan, "nan"), (-0.0, -0.0), (1e308, 1e308), (3, 3), ("x", "x")],
)
def test_what_json_has_no_word_for_is_a_string(value: object, text: object) -> None:
    assert repr(plain_number(value)) == repr(text)
    assert repr(jsonable({"a": [value, (value,)]})) == repr({"a": [text, [text]]})


def test_infinities_are_strings_everywhere() -> None:
    found = made("grad", "1/x + x", {"x": 0.0})
    assert found["value"] == "inf"
    assert found["gradient"] == {"x": "-inf"}
    assert found["notes"][0] == {
        "kind": "infinite-value", "text": "1/x is inf with x = 0; its domain is x != 0", "node": "1/x", "value": "inf",
        "at": "x = 0", "domain": "x != 0",
    }  # fmt: skip
    assert made("trace", "1/x + x", {"x": 0.0})["backward"][-1]["local"] == "-inf"


def test_numbers_keep_all_their_digits() -> None:
    x = 0.1 + 0.2
    text = json.dumps(made("grad", "x*w", {"x": x, "w": math.pi}))
    assert json.loads(text)["gradient"] == {"x": math.pi, "w": x}


def test_numbers_of_paths_beyond_2_to_the_53_are_strings() -> None:
    """Many readers of JSON would round them."""
    for levels, count in ((52, 2**52), (53, str(2**53)), (200, str(2**200))):
        text = "; ".join(["x0 = x", *(f"x{level} = x{level - 1} + x{level - 1}" for level in range(1, levels + 1))])
        assert made("trace", text, {"x": 0.0})["paths"]["x"]["count"] == count


@given(runs(ALL + CUTTING))
def test_every_answer_is_json(run: Any) -> None:
    program, at = run
    for special in (at[program.inputs[0]], 0.0, -1e200):
        try:
            point = gradient(program, at | {program.inputs[0]: special})
        except NumericError:
            continue
        whole = record(program, at | {program.inputs[0]: special})
        for found in (eval_dict(point), grad_dict(point), trace_dict(whole)):
            assert json.loads(json.dumps(found, allow_nan=False)) == found
        # The same keys in the same order, and the same digits.
        assert json.dumps(json.loads("".join(trace_text(whole)))) == json.dumps(trace_dict(whole))
        return
    assume(False)
