"""What is said of numbers that were expected or claimed. The sentences stand in one table, with named slots."""

from __future__ import annotations

from bpcli.numbers import DIGITS, MOST_DIGITS, show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from bpcli.engine.equivalence import Verdict
    from bpcli.tracing.expectations import Expectation

EXPECTED = {
    "right": "expected {name} = {expected}: right",
    "rounded": "expected {name} = {expected}: right, it is {actual}",
    "wrong": "expected {name} = {expected}, but it is {actual}",
    "same-formula": "expected {name} = {expected}: right, the same as {actual} at {points} points",
    "other-formula": "expected {name} = {expected}, but it is {actual}: with {at} that is {right}, and not {left}",
    "other-constant": "expected {name} = {expected}, but it is {actual}",
    "undecided": "expected {name} = {expected}, and no points were found at which both this and {actual} have a value",
}


def apart(left: str, value: float, digits: int = DIGITS) -> str:
    """A number to so many digits that it does not read as a text that it differs from."""
    for more in range(digits, 18):
        shown = show(value, more)
        if shown != left:
            return shown
    return show(value, MOST_DIGITS)


def expectation_text(found: Expectation, digits: int = DIGITS) -> str:
    """A number that was expected, and what is."""
    expected = found.written.text
    if not found.ok:
        actual = apart(expected, found.actual, digits)
        return EXPECTED["wrong"].format(name=found.name, expected=expected, actual=actual)
    shown = show(found.actual, digits)
    kind = "right" if shown == expected or found.actual == found.written.value else "rounded"
    return EXPECTED[kind].format(name=found.name, expected=expected, actual=shown)


def formula_text(name: str, expected: str, actual: str, verdict: Verdict, digits: int = DIGITS) -> str:
    """A formula that was expected, and the derivative."""
    actual = actual.replace("\n", "; ")
    kind = "undecided" if verdict.same is None else "same-formula" if verdict.same else "other-formula"
    if verdict.same is False and not verdict.at:
        kind = "other-constant"
    at = ", ".join(f"{each} = {show(value, digits)}" for each, value in verdict.at.items())
    right = show(verdict.left, digits)
    return EXPECTED[kind].format(
        name=name, expected=expected, actual=actual, points=verdict.points, at=at, right=right,
        left=apart(right, verdict.right, digits),
    )  # fmt: skip


def expectation_dict(found: Expectation) -> dict[str, Any]:
    """An entry of `expect`."""
    from bpcli.render.json import plain_number

    return {
        "name": found.name,
        "expected": plain_number(found.written.value),
        "actual": plain_number(found.actual),
        "ok": found.ok,
        "text": expectation_text(found),
    }
