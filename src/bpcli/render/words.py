"""The sentences that people read beside the numbers."""

from __future__ import annotations

from bpcli.numbers import show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpcli.engine.notes import Note

NOTES = {
    "infinite-value": "{node} is {value}{at}{domain}",
    "infinite-gradient": "d{output}/d{name} is {value}",
    "kink": "{node} has a corner with {at}: by convention {convention}{elsewhere}",
    "independent": "{output} does not depend on {name}",
    "cut": "{output} does not depend on {name} any more: every path is cut by detach",
    "no-open-path": "d{output}/d{name} is 0 here: every path from {name} passes an operation that is flat or closed",
    "left-exact": "left exact numbers at {node}: it is calculated in floats",
    "left-exact-slope": "left exact numbers on the way from {node} back to {argument}: its slope is one of floats",
    "underflow": "{node} is {wide}, which {format} rounds to 0: its smallest number is {limit}",
    "overflow": "{node} is {wide}, which is infinite in {format}: its largest number is {limit}",
    "underflow-slope": "on the way from {node} back to {argument} the gradient is {wide}, which {format} rounds to 0",
    "overflow-slope": "on the way from {node} back to {argument} the gradient is {wide}, which is infinite in {format}",
    "and-more": "and {count} more like this",
    "shadowed": "{name} is a variable here; the constant of that name is shadowed",
}


def sentence(note: Note) -> str:
    """A note as a sentence."""
    facts = dict(note.facts)
    if "value" in facts:
        facts["value"] = show(float(str(facts["value"])))
    for size in ("wide", "limit"):
        if size in facts:
            facts[size] = show(float(str(facts[size])), 3)
    if note.kind == "infinite-value":
        facts["at"] = f" with {facts['at']}" if facts["at"] else ""
        facts["domain"] = f"; its domain is {facts['domain']}" if facts["domain"] else ""
    if note.kind == "kink":
        facts["elsewhere"] = f" ({facts['elsewhere']})" if facts["elsewhere"] else ""
    return NOTES[note.kind].format(**facts)


def times(count: int) -> str:
    """twice, 3 times"""
    return "twice" if count == 2 else f"{count} times"


def counted(count: int, noun: str) -> str:
    """1 operation, 2 operations"""
    return f"{count} {noun}{'' if count == 1 else 'es' if noun.endswith('s') else 's'}"


def listed(names: Sequence[str]) -> str:
    """x, y and z"""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def modes_text(directions: int, used: str, results: int = 1) -> str:
    """What the mode that was used has cost, and what the other one would."""
    costs = {
        "forward": f"{counted(directions, 'pass')}, one for each input",
        "reverse": f"1 pass up and {counted(results, 'sweep')} down" + (", one for each result" if results > 1 else ""),
    }
    other = "reverse" if used == "forward" else "forward"
    return f"{used} mode: {costs[used]} ({other} mode: {costs[other]})"
