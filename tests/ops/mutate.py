"""Are the tests of the table awake? Each formula of it is made wrong in many small ways, and they must notice.

    PYTHONPATH=src:tests python -m ops.mutate             all operations: some minutes
    PYTHONPATH=src:tests python -m ops.mutate tanh mod    some of them

A mutant is one formula with one change: a sign, an operator, a constant (one part in a hundred more), a comparison,
a condition, a name. Only the tests of that operation are run, the quick ones first, until one fails. What
survives is printed: it is either a mutant that means the same, or a gap in the tests.
"""

from __future__ import annotations

import re
import sys
import warnings
from typing import Any

from bpcli.calculus.kinds import Kind
from bpcli.engine.floats import FLOATS
from bpcli.engine.lanes import LANES
from bpcli.engine.tensors import TENSORS
from bpcli.language.reader import parse
from bpcli.ops import TABLE, Op
from calculus.precise import PRECISE
from ops import test_accuracy, test_golden_tensors, test_table, test_tensors

TOKEN = re.compile(r"[A-Za-z_]\w*|\d+\.?\d*(?:e-?\d+)?|<=|>=|==|!=|.")
OTHERS = {
    "+": "-", "-": "+", "*": "/", "/": "*", "<": "<= >", "<=": "< >=", ">": ">= <", ">=": "> <=", "==": "!=",
    "!=": "==", "and": "or", "or": "and",
}  # fmt: skip
QUICK = ("test_golden_values", "test_values_are", "test_the_convention", "test_a_closed_edge")


def changed(text: str, names: tuple[str, ...] = ("x", "y", "out")) -> list[str]:
    """A formula with one thing in it changed, in every way."""
    tokens = TOKEN.findall(text)
    made = [f"-({text})"]
    for place, token in enumerate(tokens):
        if token == "-" and (place == 0 or "".join(tokens[:place]).rstrip()[-1:] in "(,*/<>="):
            others = [""]
        elif token in names:
            others = [f"(1.01*{token})"]
        elif token[0].isdigit():
            others = ["1"] if float(token) == 0 else [f"(1.01*{token})"]
        else:
            others = OTHERS.get(token, "").split()
        made += ["".join([*tokens[:place], other, *tokens[place + 1 :]]) for other in others]
    return made


def mutants(text: str, names: tuple[str, ...] = ("x", "y", "out")) -> list[str]:
    """The mutants of a value, of a pullback, or of a partial with its condition."""
    local, _, when = text.partition(" if ")
    made = [f"{each} if {when}" if when else each for each in changed(local, names)]
    if when:
        made += [local, f"{local} if not ({when})"]
        made += [f"{local} if {each}" for each in changed(when, ())[1:]]
    return made


def forget(kinds: tuple[Kind, ...]) -> None:
    """What was compiled from the table is compiled anew, and settings are chosen anew."""
    TABLE._chosen.clear()
    for kind in kinds:
        kind._edges.clear()
        for functions in (kind.functions, kind.guarded):
            for name in [name for name in functions if TABLE[name].value is not None]:
                del functions[name]


def checks(op: Op) -> list[tuple[str, Any, tuple[Any, ...]]]:
    """The tests of one operation: name, function, arguments."""
    found = []
    for module in (test_golden_tensors, test_tensors) if op.of_tensors else (test_table, test_accuracy):
        for name, test in vars(module).items():
            marks = [mark for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"]
            if not name.startswith("test_") or len(marks) != 1:
                continue
            for case in marks[0].args[1]:
                values = case if isinstance(case, tuple) else (case,)
                text = values[0] if marks[0].args[0][0] == "text" else "0"
                used = {name.partition(" ")[0] for name in parse(text).graph.op}
                if values[0] is op or op.name in used:
                    found.append((name, test, values))
    return sorted(found, key=lambda each: (not each[0].startswith(QUICK), "arrays" in each[0], each[0]))


def noticed(tests: list[tuple[str, Any, tuple[Any, ...]]]) -> str:
    """The first test that fails, or nothing."""
    forget((FLOATS, LANES, PRECISE, TENSORS))
    for name, test, values in tests:
        try:
            test(*values)
        except Exception:  # a mutant may fail in any way
            return name
    return ""


def formulas(op: Op) -> list[tuple[str, Any, str, str]]:
    """The formulas of an operation: what each is, the table it stands in (None: the value), its key, its text."""
    found: list[tuple[str, Any, str, str]] = []
    if op.value is not None:
        found.append(("value", None, "", op.value))
    for rules in (op.partials, op.textbook, op.pullbacks):
        for param, rule in rules.items():
            if isinstance(rule, str):
                found.append((f"d/d{param}", rules, param, rule))
            else:
                found += [(f"d/d{param} {case}", rule, case, text) for case, text in rule.items()]
    return found


def put(op: Op, rules: Any, key: str, text: str) -> None:
    """Write a formula into the table."""
    if rules is None:
        op.value = text
    else:
        rules[key] = text


def run(names: list[str]) -> tuple[int, int]:
    """The number of mutants, and of those that were noticed."""
    total = caught = 0
    kinds = FLOATS, LANES, PRECISE, TENSORS
    for op in TABLE.values():
        if names and op.name not in names:
            continue
        tests = checks(op)
        assert not noticed(tests), f"the tests of {op.name} fail as it is"
        known = (*op.params, "out", "g") if op.of_tensors else ("x", "y", "out")
        for label, rules, key, text in formulas(op):
            for mutant in dict.fromkeys(mutants(text, known)):
                put(op, rules, key, mutant)
                total += 1
                if noticed(tests):
                    caught += 1
                else:
                    print(f"{op.name:12} {label:8} {text}\n{'survives as':>21} {mutant}", flush=True)
            put(op, rules, key, text)
        forget(kinds)
    return total, caught


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    total, caught = run(sys.argv[1:])
    print(f"{caught} of {total} mutants were noticed")
