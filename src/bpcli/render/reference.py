"""The table of operations as reference text."""

from __future__ import annotations

import math

from bpcli.errors import display_width
from bpcli.language.text import ATOM, operation
from bpcli.numbers import full
from bpcli.ops import GROUPS, TABLE, Golden, Op, functions, named
from bpcli.ops.declaration import ACCURACY, Kink
from bpcli.render.languages import CHINESE, ENGLISH, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

WRITTEN = {"assign": "a = x", "index": "x[at]", "stack": "[x, ...]"}  # by name, where it is no call
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
    """How an operation is written: `x + y`, `clip(x, lo, hi)`, `softmax(x, axis=-1)`."""
    if op.name in WRITTEN:
        return WRITTEN[op.name]
    if op.settings:
        return _with_settings(op)
    if op.symbol:
        return operation(op.name, list(op.params), [ATOM] * len(op.params), spaced=True)
    return op.signature


def _with_settings(op: Op) -> str:
    """The call of an operation with its settings, and their defaults where they have one."""
    inner = op.signature.partition("(")[2][:-1] if op.hidden is None else ""
    pieces = [inner] if inner else []
    for setting, default in op.settings.items():
        free = setting == op.rest or (not default and op.group == "shapes and indices")  # there is no default
        # What stands behind its name alone is written with it.
        pieces.append(setting if setting == op.rest else f"{setting}=..." if free else f"{setting}={default or 'all'}")
    return f"{op.spelling}({', '.join(pieces)})"


def example(op: Op, golden: Golden) -> str:
    """A worked point as it would be typed: `sum([[1, 2], [3, 4]], axis=0)`."""
    name = op.set(golden.settings).name if op.settings else op.name
    return operation(name, [entries(each) for each in golden.at], [ATOM] * len(golden.at), spaced=True)


def entries(value: Any) -> str:
    """A number, or lists of them, as they are typed."""
    return f"[{', '.join(map(entries, value))}]" if isinstance(value, list) else full(float(value))


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
    inner = said("inner", language), [op for op in TABLE.values() if op.inner]
    for title, operations in (*GROUPS, inner):
        yield written(title, language)
        for op in operations:
            if op.base or (op.inner and operations is not inner[1]):
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
            place = said("arguments tie", language) if op.variadic else place_of(op, kink, language)
            also = said("elsewhere", language, text=written(kink.elsewhere, language)) if kink.elsewhere else ""
            convention = written(kink.convention, language)
            call = op.signature if op.of_tensors else usage(op)
            yield said("convention", language, usage=call, place=place, convention=convention, also=also)


def place_of(op: Op, kink: Kink, language: str = ENGLISH) -> str:
    """Where a kink lies: the condition, in words where it is one on the result of tensors."""
    if not op.of_tensors:
        return kink.where
    return said("result zero" if kink.where == "out == 0" else "entries tie", language)


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
    if op.of_tensors:
        yield from pullback_rows(op, language)
    for param in () if op.of_tensors else op.params:
        yield row(f"d/d{param}", slope_text(op, param, language))
        if param in op.textbook and op.textbook[param] != op.partials[param].partition(" if ")[0]:
            yield row("", said("computed as", language, formula=op.partials[param].partition(" if ")[0]))
    if not op.of_tensors and any("out" in slope_text(op, param) for param in op.params):
        yield row("", said("out", language))
    if op.flat:
        yield row(said("slope", language), written(op.flat, language))
    if op.domain:
        yield row(said("domain", language), op.domain)
    others = [other for other in TABLE.values() if other.base == op.name]
    for kink in op.kinks:
        also = said("and elsewhere", language, text=written(kink.elsewhere, language)) if kink.elsewhere else ""
        where = place_of(op, kink, language)
        yield "  " + said("kink", language, where=where, convention=written(kink.convention, language), also=also)
        for other in others:
            rule, convention = other.name.rpartition("_")[2], written(other.kinks[0].convention, language)
            yield "    " + said("tie rule", language, rule=rule, convention=convention)
    if op.accuracy > ACCURACY:
        error, usual = (f"{units * math.ulp(1.0):.0e}" for units in (op.accuracy, ACCURACY))
        yield row(said("accuracy", language), said("to", language, error=error, usual=usual))
    if op.note:
        yield f"  {written(op.note, language)}"
    for golden in op.golden:
        if op.of_tensors:
            yield from worked_rows(op, golden, language)
            continue
        params = list(op.params) if not op.variadic else [f"x{place}" for place in range(1, len(golden.at) + 1)]
        point = ", ".join(f"{param} = {full(float(value))}" for param, value in zip(params, golden.at, strict=True))
        slopes = ", ".join(
            full(float(slope)) if param in op.partials or op.variadic else said("no rule for", language, param=param)
            for param, slope in zip(params, golden.slopes, strict=True)
        )
        value, origin = full(float(golden.value)), written(golden.origin, language)
        yield "  " + said("worked", language, point=point, value=value, slopes=slopes, origin=origin)


def pullback_rows(op: Op, language: str = ENGLISH) -> Iterator[str]:
    """What reaches each argument of an operation on tensors, by kinds of arguments where that decides."""
    rules = ""
    for param in () if op.hidden is not None else op.params:
        label = f"dL/d{param}"
        declared = op.pullbacks.get(param)
        if op.flat:
            yield row(label, "0")
        elif declared is None:
            yield row(label, said("derived" if op.value else "no rule", language))
        elif declared == "0":
            yield row(label, said("shape alone", language))
        else:
            cases = {"": declared} if isinstance(declared, str) else declared
            rules += " ".join(cases.values())
            known = op.textbook_pullbacks.get(param, {})
            books = {"": known} if isinstance(known, str) else known
            for case, rule in cases.items():
                book = books.get(case, rule)
                told = book.replace("{args}", "x, ...").replace("{others}", "...")
                yield row(label, said("of case", language, rule=told, case=_case(case, language)) if case else told)
                if book != rule:
                    yield row("", said("computed as", language, formula=rule))
                label = ""
    if rules:
        yield row("", said("upstream", language))
    if "=place" in rules:
        yield row("", said("place", language))
    if op.linear and not op.inner:
        yield row(said("linear", language), said("comma", language).join(op.linear))


def _case(case: str, language: str) -> str:
    """The arguments of a case: "2,1" is a matrix and a vector."""
    if not case[0].isdigit() and case[0] != "n":
        return said(case, language)
    return said("comma", language).join(said(f"axes {each}", language) for each in case.split(","))


def worked_rows(op: Op, golden: Golden, language: str = ENGLISH) -> Iterator[str]:
    """A worked point of an operation on tensors: the call, its value, and what reaches the arguments."""
    origin = written(golden.origin, language)
    yield "  " + said("example", language, call=example(op, golden), value=entries(golden.value), origin=origin)
    params = [f"x{place}" for place in range(1, len(golden.at) + 1)] if op.variadic else op.params
    told = [
        f"dL/d{param} = {entries(slope)}"
        for param, slope in zip(params, golden.slopes, strict=True)
        if slope is not None and not op.flat and op.pullbacks.get(param) != "0" and op.hidden is None
    ]
    if told:
        ones = said("ones", language) if isinstance(golden.value, list) else "1"
        upstream = ones if golden.upstream is None else entries(golden.upstream)
        yield "    " + said("reaches", language, upstream=upstream, slopes=said("comma", language).join(told))


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
        "settings": op.settings,
        "pullbacks": op.pullbacks,
        "linear": list(op.linear),
        "of_tensors": op.of_tensors,
        "inner": op.inner,
        "kinks": [{"where": k.where, "convention": k.convention, "elsewhere": k.elsewhere} for k in op.kinks],
    }
