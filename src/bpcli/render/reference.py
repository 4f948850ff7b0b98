"""The table of operations as reference text."""

from __future__ import annotations

import math

from bpcli.errors import display_width
from bpcli.language.text import ATOM, operation
from bpcli.numbers import full
from bpcli.ops import GROUPS, TABLE, Op, functions, named
from bpcli.ops.declaration import ACCURACY
from bpcli.render.languages import CHINESE, ENGLISH, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

LABEL = 18  # columns of what stands before a formula on the page of an operation


def every() -> list[Op]:
    """All operations in the order of the table."""
    return [op for op in TABLE.values() if not op.base]


def known_names() -> list[str]:
    """Everything that `bpcli ops NAME` understands."""
    return [*functions(), *(op.symbol for op in TABLE.values() if op.symbol)]


def find(name: str) -> list[Op]:
    """The operations of a name, an alias or a sign."""
    name = name.removesuffix("()")
    if name == "**":
        name = "^"
    if not name:
        return []
    return list(named(name)) or [op for op in TABLE.values() if name in (op.symbol, op.name)]


def usage(op: Op) -> str:
    """How an operation is written: `x + y`, `clip(x, lo, hi)`."""
    if op.symbol == "=":
        return "a = x"
    if op.symbol:
        return operation(op.name, list(op.params), [ATOM] * len(op.params), spaced=True)
    return op.signature


def said(key: str, language: str = ENGLISH, **facts: object) -> str:
    """One of the phrases of the reference with its facts."""
    template: str = texts(language, "REFERENCE")[key]
    return template.format(**facts)


def written(text: str, language: str = ENGLISH) -> str:
    """What the table says in words, in another language; what an operation of a user's own says stays as it is."""
    found: str = texts(language, "CONVENTIONS").get(text, text)
    return found


def sentence(op: Op, language: str = ENGLISH) -> str:
    """The one sentence of an operation."""
    return op.zh if language == CHINESE and op.zh else op.doc


def overview(language: str = ENGLISH) -> Iterator[str]:
    """Every operation with its one sentence, by group."""
    width = max(len(usage(op)) for op in TABLE.values())
    for title, operations in GROUPS:
        yield written(title, language)
        for op in operations:
            if op.base:
                continue
            names = said("comma", language).join(op.aliases)
            also = said("also", language, names=names) if names else ""
            yield f"  {usage(op):<{width}}  {sentence(op, language)}{also}"
        yield ""
    yield said("foot", language)


def conventions(language: str = ENGLISH) -> Iterator[str]:
    """Every place at which a slope is a convention, by operation."""
    for op in TABLE.values():
        if op.base:
            continue
        for kink in op.kinks:
            place = said("arguments tie", language) if op.variadic else kink.where
            also = said("elsewhere", language, text=written(kink.elsewhere, language)) if kink.elsewhere else ""
            convention = written(kink.convention, language)
            yield said("convention", language, usage=usage(op), place=place, convention=convention, also=also)


def slope_text(op: Op, param: str, language: str = ENGLISH) -> str:
    """The local derivative as books print it, with its condition in words."""
    if param not in op.partials:
        return said("no rule", language)
    local, _, when = op.textbook.get(param, op.partials[param]).partition(" if ")
    if not when:
        return local
    return said("local where", language, local=local, when=when)


def row(label: str, text: str) -> str:
    """A line of the page: what it is, and what there is to say of it."""
    return "  " + label + " " * max(LABEL - display_width(label), 1) + text


def page(op: Op, language: str = ENGLISH) -> Iterator[str]:
    """All that the table says of one operation."""
    yield f"{usage(op)}"
    yield f"  {sentence(op, language)}"
    if op.aliases:
        yield "  " + said("also written", language, names=said("comma", language).join(op.aliases))
    if op.value:
        yield row(said("value", language), op.value)
    for param in op.params:
        yield row(f"d/d{param}", slope_text(op, param, language))
        if param in op.textbook and op.textbook[param] != op.partials[param].partition(" if ")[0]:
            yield row("", said("computed as", language, formula=op.partials[param].partition(" if ")[0]))
    if any("out" in slope_text(op, param) for param in op.params):
        yield row("", said("out", language))
    if op.flat:
        yield row(said("slope", language), written(op.flat, language))
    if op.domain:
        yield row(said("domain", language), op.domain)
    others = [other for other in TABLE.values() if other.base == op.name]
    for kink in op.kinks:
        also = said("and elsewhere", language, text=written(kink.elsewhere, language)) if kink.elsewhere else ""
        yield "  " + said("kink", language, where=kink.where, convention=written(kink.convention, language), also=also)
        for other in others:
            rule, convention = other.name.rpartition("_")[2], written(other.kinks[0].convention, language)
            yield "    " + said("tie rule", language, rule=rule, convention=convention)
    if op.accuracy > ACCURACY:
        error, usual = (f"{units * math.ulp(1.0):.0e}" for units in (op.accuracy, ACCURACY))
        yield row(said("accuracy", language), said("to", language, error=error, usual=usual))
    if op.note:
        yield f"  {written(op.note, language)}"
    for golden in op.golden:
        params = list(op.params) if not op.variadic else [f"x{place}" for place in range(1, len(golden.at) + 1)]
        point = ", ".join(f"{param} = {full(float(value))}" for param, value in zip(params, golden.at, strict=True))
        slopes = ", ".join(
            full(float(slope)) if param in op.partials or op.variadic else said("no rule for", language, param=param)
            for param, slope in zip(params, golden.slopes, strict=True)
        )
        value, origin = full(float(golden.value)), written(golden.origin, language)
        yield "  " + said("worked", language, point=point, value=value, slopes=slopes, origin=origin)


def operation_dict(op: Op, language: str = ENGLISH) -> dict[str, Any]:
    """One operation as the JSON contract has it (schema bpcli.ops/1)."""
    return {
        "name": op.name,
        "usage": usage(op),
        "group": op.group,
        "doc": sentence(op, language),
        "aliases": list(op.aliases),
        "params": list(op.params),
        "variadic": op.variadic,
        "defaults": op.defaults,
        "value": op.value,
        "partials": op.partials,
        "textbook": op.textbook,
        "flat": op.flat,
        "domain": op.domain,
        "accuracy": op.accuracy,
        "kinks": [{"where": k.where, "convention": k.convention, "elsewhere": k.elsewhere} for k in op.kinks],
    }
