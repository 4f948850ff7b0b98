"""The sentences that people read beside the numbers, in the language that is asked for."""

from __future__ import annotations

from bpcli.numbers import show
from bpcli.render.languages import ENGLISH, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpcli.engine.notes import Note
    from bpcli.graph import Graph


def sentence(note: Note, language: str = ENGLISH) -> str:
    """A note as a sentence."""
    facts = dict(note.facts)
    if "value" in facts:
        facts["value"] = show(float(str(facts["value"])))
    for end in ("low", "high"):
        if end in facts:
            facts[end] = show(float(str(facts[end])))
    for size in ("wide", "limit", "largest", "rate", "gap", "rmse"):
        if size in facts:
            facts[size] = show(float(str(facts[size])), 3)
    if "reason" in facts:
        facts["reason"] = texts(language, "STOPS").get(str(facts["reason"]), facts["reason"])
    conventions = texts(language, "CONVENTIONS")
    for name in ("convention", "elsewhere"):
        if name in facts:
            facts[name] = conventions.get(str(facts[name]), facts[name])
    pieces = texts(language, "NOTE_PIECES")
    for name in ("domain", "elsewhere", *(("at",) if note.kind == "infinite-value" else ())):
        if name in facts:
            facts[name] = pieces[name].format(**{name: facts[name]}) if facts[name] else ""
    kind = note.kind
    if kind in ("underflow", "overflow") and _is_literal(str(facts["node"])):
        kind += " of a literal"  # which is not said to be itself
    template: str = texts(language, "NOTES")[kind]
    return template.format(**facts)


def _is_literal(text: str) -> bool:
    """Whether a formula is a number as it is written."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def phrase(key: str, language: str = ENGLISH, **facts: object) -> str:
    """One of PHRASES with its facts."""
    template: str = texts(language, "PHRASES")[key]
    return template.format(**facts)


def columns(keys: Sequence[str], language: str = ENGLISH) -> tuple[str, ...]:
    """The titles of columns; one that is a formula has none but itself."""
    titles = texts(language, "COLUMNS")
    return tuple(titles.get(key, key) for key in keys)


def used(name: str, count: int, language: str = ENGLISH) -> str:
    """w is used twice"""
    return phrase("used twice" if count == 2 else "used", language, name=name, count=count)


def counted(count: int, unit: str, language: str = ENGLISH) -> str:
    """1 operation, 2 operations"""
    forms: tuple[str, str] = texts(language, "UNITS")[unit]
    return forms[count != 1].format(count=count)


def moved(graph: Graph, node: int, position: int, name: str, language: str = ENGLISH) -> str:
    """What an edge is derived by: the name of the argument, and where it fills several places, which of them moves.

    d(x*x)/dx is 2*x; what stands in the row of an edge is d(x*x)/d(1st x), with the other x held fixed.
    """
    arguments = graph.args[node]
    place = arguments[: position + 1].count(arguments[position])
    if place < 2 and arguments[position] not in arguments[position + 1 :]:
        return name
    return f"({nth(place, name, language)})"


def nth(place: int, name: str, language: str = ENGLISH) -> str:
    """1st x, 2nd x, 3rd x"""
    ending = "th" if 10 < place % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return phrase("nth", language, place=f"{place}{ending}" if language == ENGLISH else place, name=name)


def listed(names: Sequence[str], language: str = ENGLISH) -> str:
    """x, y and z"""
    if len(names) == 1:
        return names[0]
    return phrase("and", language, first=phrase("comma", language).join(names[:-1]), last=names[-1])


def modes_text(
    directions: int, mode: str, results: int = 1, language: str = ENGLISH, *, entries: bool = False
) -> str:
    """What the mode that was used has cost, and what the other one would.

    entries: whether directions and results are entries of tensors
    """
    of = " of entries" if entries else ""
    upward = phrase(f"forward cost{of}", language, passes=counted(directions, "pass", language))
    downward = phrase(
        f"reverse cost of {'entries' if entries else 'several'}" if results > 1 else "reverse cost",
        language,
        sweeps=counted(results, "sweep", language),
    )
    cost, other = (upward, downward) if mode == "forward" else (downward, upward)
    return phrase(f"{mode} used", language, cost=cost, other=other)
