"""What is said of numbers that were expected or claimed, in the language that is asked for."""

from __future__ import annotations

from bpcli.calculus.shapes import shown as shown_shape
from bpcli.numbers import DIGITS, MOST_DIGITS, show
from bpcli.render.answers import MOST_IN_FULL, brief
from bpcli.render.languages import ENGLISH, texts
from bpcli.render.words import nth, phrase
from bpcli.tracing.claims.slips import OR_ELSE, SPLIT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from bpcli.engine.equivalence import Verdict
    from bpcli.tracing.claims.slips import Claim, Slip
    from bpcli.tracing.expectations import Expectation

LONGEST = 240  # characters of a formula in a sentence


def apart(left: str, value: Any, digits: int = DIGITS) -> str:
    """A number to so many digits that it does not read as a text that it differs from; a large array in short."""
    if getattr(value, "size", 1) > MOST_IN_FULL:
        return brief(value, digits)
    for more in range(digits, 18):
        shown = show(value, more)
        if shown != left:
            return shown
    return show(value, MOST_DIGITS)


def expectation_text(found: Expectation, digits: int = DIGITS, language: str = ENGLISH) -> str:
    """A number that was expected, and what is."""
    said = texts(language, "EXPECTED")
    expected = found.written.text
    if not found.ok:
        told = _wrong_text(found, digits, language)
        if not found.is_value:
            return told
        return str(said["own-value"].format(text=told, expected=expected, node=found.variable))
    shown = brief(found.actual, digits)
    kind = "right" if shown == expected or found.written.parts or found.actual == found.written.value else "rounded"
    return str(said[kind].format(name=found.name, expected=expected, actual=shown))


def _wrong_text(found: Expectation, digits: int, language: str) -> str:
    """A number that was expected and is another."""
    if getattr(found.actual, "shape", ()) or found.written.parts:
        return _array_text(found, digits, language)
    expected = found.written.text
    actual = apart(expected, found.actual, digits)
    return str(texts(language, "EXPECTED")["wrong"].format(name=found.name, expected=expected, actual=actual))


def _array_text(found: Expectation, digits: int, language: str) -> str:
    """An array that was expected and is another: the shapes, or the first entry that differs."""
    said, expected = texts(language, "EXPECTED"), found.written
    own, wanted = getattr(found.actual, "shape", ()), getattr(expected.value, "shape", ())
    facts = {"name": found.name, "expected": expected.text}
    if own != wanted:
        return str(said["wrong-shape"].format(**facts, shape=shown_shape(own), other=shown_shape(wanted)))
    entry = f"{found.name}{list(found.wrong)}"
    text = show(float(expected.value[found.wrong]), digits)
    actual = apart(text, float(found.actual[found.wrong]), digits)
    return str(said["wrong-entry"].format(**facts, entry=entry, wanted=text, actual=actual))


def formula_text(
    name: str, expected: str, actual: str, verdict: Verdict, digits: int = DIGITS, language: str = ENGLISH
) -> str:
    """A formula that was expected, and the derivative."""
    said = texts(language, "EXPECTED")
    actual = actual.replace("\n", "; ")
    if len(actual) > LONGEST:
        actual = said["long"].format(length=len(actual))
    kind = "undecided" if verdict.same is None else "same-formula" if verdict.same else "other-formula"
    if verdict.same is False and not verdict.at:
        kind = "other-constant"
    at = ", ".join(f"{each} = {brief(value, digits)}" for each, value in verdict.at.items())
    right = brief(verdict.left, digits)
    template: str = said[kind]
    return template.format(
        name=name, expected=expected, actual=actual, points=verdict.points, at=at, right=right,
        left=apart(right, verdict.right, digits),
    )  # fmt: skip


def expectation_dict(found: Expectation, language: str = ENGLISH) -> dict[str, Any]:
    """An entry of `expect`."""
    from bpcli.render.json.values import plain_number

    return {
        "name": found.name,
        "expected": plain_number(found.written.value),
        "actual": plain_number(found.actual),
        "ok": found.ok,
        "text": expectation_text(found, language=language),
    }


def slip_text(slip: Slip, claimed: str, digits: int = DIGITS, language: str = ENGLISH) -> str:
    """The slip, as one says it to who made it."""
    facts = {key: fact if isinstance(fact, str) else show(fact, digits) for key, fact in slip.facts.items()}
    if "occurrence" in slip.facts:
        facts["argument"] = f"({nth(int(slip.facts['occurrence']), facts['argument'], language)})"
    of_tensors = texts(language, "TENSOR_SLIPS")
    if slip.kind in of_tensors:
        kind = f"{slip.kind}-{facts['side']}" if "side" in facts else slip.kind
        return str(of_tensors[kind].format(claimed=claimed, **facts))
    kind, ties = slip.kind, texts(language, "TIES")
    if kind == "only-path" and "place" in facts:
        kind = "only-equal-path" if slip.value == slip.facts["amount"] else "only-path-by-place"
        for place in ("place", "missing_place"):
            facts[place] = nth(int(slip.facts[place]), facts["twice"], language)
    elif kind == "only-path" and bool(facts["through"]) != bool(facts["missing"]):
        kind = "only-indirect-path" if facts["through"] else "only-direct-path"
    elif kind == SPLIT and facts["node"].replace(" ", "") == facts["derived"].replace(" ", ""):
        kind = "split-unnamed"
    elif kind == "tie" and facts["rule"] in ties:
        facts["rule"] = ties[facts["rule"]]
    elif kind == "tie":
        kind = "corner"
    template: str = texts(language, "SLIPS")[kind]
    return template.format(claimed=claimed, **facts)


def claim_lines(claim: Claim, output: str, digits: int = DIGITS, language: str = ENGLISH) -> list[str]:
    """Whether a claim is right, and the slip that explains it where it is not."""
    said, claimed = texts(language, "CLAIMED"), claim.written.text
    name = f"d{output}/d{claim.name}"
    if claim.ok:
        return [said["right"].format(name=name, claimed=claimed)]
    wrong = said["wrong"].format(name=name, claimed=claimed, actual=apart(claimed, claim.actual, digits))
    if not claim.slips:
        kind = "none" if not claim.vague else "vague" if claim.vague > 1 else "vague one"
        return [wrong, "  " + said[kind].format(claimed=claimed, count=claim.vague)]
    first, *others = claim.slips
    lines = [wrong, "  " + slip_text(first, claimed, digits, language)]
    other = next((slip for slip in others if slip.kind in OR_ELSE.get(first.kind, ())), None)
    if other is not None:
        lines.append("  " + said["or"].format(slip=slip_text(other, claimed, digits, language)))
    return lines


def slip_dict(slip: Slip, claimed: str, language: str = ENGLISH) -> dict[str, Any]:
    """A slip with its facts."""
    from bpcli.render.json.values import jsonable, plain_number

    text = slip_text(slip, claimed, language=language)
    return {"kind": slip.kind, "value": plain_number(slip.value), "facts": jsonable(slip.facts), "text": text}


def claim_dict(claim: Claim, output: str, language: str = ENGLISH) -> dict[str, Any]:
    """An entry of `claims`."""
    from bpcli.render.json.values import plain_number

    wrong, *slip = map(str.strip, claim_lines(claim, output, language=language))
    told = [slip_dict(slip, claim.written.text, language) for slip in claim.slips]
    return {
        "name": f"d{output}/d{claim.name}",
        "claimed": plain_number(claim.written.value),
        "actual": plain_number(claim.actual),
        "ok": claim.ok,
        "slip": told[0] if told else None,
        "others": told[1:],
        "text": phrase("labelled", language, label=wrong, text=slip[0]) if slip else wrong,
    }
