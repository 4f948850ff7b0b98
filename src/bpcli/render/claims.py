"""What is said of numbers that were expected or claimed. The sentences stand in one table, with named slots."""

from __future__ import annotations

from bpcli.numbers import DIGITS, MOST_DIGITS, show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from bpcli.engine.equivalence import Verdict
    from bpcli.tracing.claims import Claim, Slip
    from bpcli.tracing.expectations import Expectation

LONGEST = 240  # characters of a formula in a sentence

EXPECTED = {
    "right": "expected {name} = {expected}: right",
    "rounded": "expected {name} = {expected}: right, it is {actual}",
    "wrong": "expected {name} = {expected}, but it is {actual}",
    "same-formula": "expected {name} = {expected}: right, the same as {actual} at {points} points",
    "other-formula": "expected {name} = {expected}, but it is {actual}: with {at} that is {right}, and not {left}",
    "other-constant": "expected {name} = {expected}, but it is {actual}",
    "long": "a formula of {length} characters",
    "undecided": "expected {name} = {expected}, and no points were found at which both this and {actual} have a value",
}

SLIPS = {
    "only-path": "{claimed} is only the path {path}; the path {missing_path} ({amount}) is missing",
    "only-direct-path": "{claimed} is only the direct path {path}; the path through {missing} ({amount}) is missing",
    "only-indirect-path": "{claimed} is only the path {path}; the direct path {missing_path} ({amount}) is missing",
    "path-missing": "the path {path} ({amount}) is missing",
    "only-path-of-many": "{claimed} is only the path {path}; the other paths ({count}), together {amount}, are missing",
    "overwritten": "the last branch to arrive at {node} ({last}) overwrote the sum, which is {total}: branches add up",
    "overwritten-inside": "at {node} the last branch to arrive ({last}) overwrote the sum {total}: branches add up",
    "tie": "that is another rule for {of}: {rule}",
    "corner": "that is another rule for {of}: the slope {rule} at the corner",
    "split": "{node} = {derived} was made to split what arrives: a sum passes it on whole to each of its terms",
    "split-everywhere": "the sums were made to split what arrives: a sum passes it on whole to each of its terms",
    "sum-for-mean": "that is the gradient of the sum: the mean divides it by {count}",
    "mean-for-sum": "that is the gradient of the mean of the {count} terms: here they are added",
    "upstream-forgotten": "d({derived})/d{argument} = {local} was not multiplied by the upstream value {upstream}",
    "locals-only": "that is the sum of the local derivatives at {node}: the upstream value is forgotten",
    "factor-dropped": "the factor {factor} of the power d({derived})/d{argument} is missing",
    "inner-dropped": "the inner derivative d({derived})/d{argument} = {local} is missing",
    "sign-inside": "the sign of d({derived})/d{argument} = {local} is missing",
    "sign": "the sign is wrong",
    "accumulated": "that is {times} times the gradient: it was not set to zero between {times} backward passes",
    "value": "that is the value of {output}, not a derivative",
    "own-value": "that is the value of {name} itself, not the derivative by it",
    "other-name": "that is the derivative by {other}",
    "target": "that would be right if the target {input} were {to} (it is {now})",
    "input": "that would be right if {input} were {to} (it is {now})",
    "halved": "a factor 2 is missing",
    "doubled": "there is a factor 2 too many",
}
TIES = {
    "first": "all of it goes to the first of the arguments that tie",
    "last": "all of it goes to the last of the arguments that tie",
    "full": "each of the arguments that tie gets all of it",
    "share": "the arguments that tie share it equally",
}
CLAIMED = {
    "right": "claim {name} = {claimed}: right",
    "wrong": "claim {name} = {claimed}: wrong, it is {actual}",
    "none": "none of the slips that are looked for gives {claimed}",
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
    if len(actual) > LONGEST:
        actual = EXPECTED["long"].format(length=len(actual))
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


def slip_text(slip: Slip, claimed: str, digits: int = DIGITS) -> str:
    """The slip, as one says it to who made it."""
    facts = {key: fact if isinstance(fact, str) else show(fact, digits) for key, fact in slip.facts.items()}
    kind = slip.kind
    if kind == "only-path" and bool(facts["through"]) != bool(facts["missing"]):
        kind = "only-indirect-path" if facts["through"] else "only-direct-path"
    elif kind == "tie" and facts["rule"] in TIES:
        facts["rule"] = TIES[facts["rule"]]
    elif kind == "tie":
        kind = "corner"
    return SLIPS[kind].format(claimed=claimed, **facts)


def claim_lines(claim: Claim, output: str, digits: int = DIGITS) -> list[str]:
    """Whether a claim is right, and the slip that explains it where it is not."""
    claimed = claim.written.text
    name = f"d{output}/d{claim.name}"
    if claim.ok:
        return [CLAIMED["right"].format(name=name, claimed=claimed)]
    wrong = CLAIMED["wrong"].format(name=name, claimed=claimed, actual=apart(claimed, claim.actual, digits))
    if not claim.slips:
        return [wrong, "  " + CLAIMED["none"].format(claimed=claimed)]
    return [wrong, "  " + slip_text(claim.slips[0], claimed, digits)]


def slip_dict(slip: Slip, claimed: str) -> dict[str, Any]:
    """A slip with its facts."""
    from bpcli.render.json import jsonable, plain_number

    value = plain_number(slip.value)
    return {"kind": slip.kind, "value": value, "facts": jsonable(slip.facts), "text": slip_text(slip, claimed)}


def claim_dict(claim: Claim, output: str) -> dict[str, Any]:
    """An entry of `claims`."""
    from bpcli.render.json import plain_number

    told = [slip_dict(slip, claim.written.text) for slip in claim.slips]
    return {
        "name": f"d{output}/d{claim.name}",
        "claimed": plain_number(claim.written.value),
        "actual": plain_number(claim.actual),
        "ok": claim.ok,
        "slip": told[0] if told else None,
        "others": told[1:],
        "text": ": ".join(line.strip() for line in claim_lines(claim, output)),
    }
