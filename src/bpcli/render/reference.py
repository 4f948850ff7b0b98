"""The table of operations as reference text."""

from __future__ import annotations

import math

from bpcli.language.text import ATOM, operation
from bpcli.numbers import full
from bpcli.ops import GROUPS, TABLE, Op, functions, named
from bpcli.ops.declaration import ACCURACY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


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


def overview() -> Iterator[str]:
    """Every operation with its one sentence, by group."""
    width = max(len(usage(op)) for op in TABLE.values())
    for title, operations in GROUPS:
        yield title
        for op in operations:
            if op.base:
                continue
            also = f" Also {', '.join(op.aliases)}." if op.aliases else ""
            yield f"  {usage(op):<{width}}  {op.doc}{also}"
        yield ""
    yield "constants: pi, e, tau     `bpcli ops tanh` shows the local derivatives of one"


def conventions() -> Iterator[str]:
    """Every place at which a slope is a convention, by operation."""
    for op in TABLE.values():
        if op.base:
            continue
        for kink in op.kinks:
            place = "arguments tie" if op.variadic else kink.where
            also = f" ({kink.elsewhere})" if kink.elsewhere else ""
            yield f"{usage(op)} where {place}: {kink.convention}{also}"


def slope_text(op: Op, param: str) -> str:
    """The local derivative as books print it, with its condition in words."""
    if param not in op.partials:
        return "no rule"
    local, _, when = op.textbook.get(param, op.partials[param]).partition(" if ")
    if not when:
        return local
    return f"{local} where {when}, else 0"


def page(op: Op) -> Iterator[str]:
    """All that the table says of one operation."""
    yield f"{usage(op)}"
    yield f"  {op.doc}"
    if op.aliases:
        yield f"  also written {', '.join(op.aliases)}"
    if op.value:
        yield f"  value             {op.value}"
    for param in op.params:
        yield f"  d/d{param:<13}  {slope_text(op, param)}"
        if param in op.textbook and op.textbook[param] != op.partials[param].partition(" if ")[0]:
            yield f"  {'':<16}  computed as {op.partials[param].partition(' if ')[0]}"
    if any("out" in slope_text(op, param) for param in op.params):
        yield "                    (out is the value of the operation)"
    if op.flat:
        yield f"  slope             {op.flat}"
    if op.domain:
        yield f"  domain            {op.domain}"
    others = [other for other in TABLE.values() if other.base == op.name]
    for kink in op.kinks:
        also = f"; {kink.elsewhere}" if kink.elsewhere else ""
        yield f"  where {kink.where}: {kink.convention}{also}"
        for other in others:
            yield f"    --tie {other.name.rpartition('_')[2]}: {other.kinks[0].convention}"
    if op.accuracy > ACCURACY:
        error, usual = (units * math.ulp(1.0) for units in (op.accuracy, ACCURACY))
        yield f"  accuracy          value and slope to {error:.0e}, relative; most operations to {usual:.0e}"
    if op.note:
        yield f"  {op.note}"
    for golden in op.golden:
        params = list(op.params) if not op.variadic else [f"x{place}" for place in range(1, len(golden.at) + 1)]
        point = ", ".join(f"{param} = {full(float(value))}" for param, value in zip(params, golden.at, strict=True))
        slopes = ", ".join(
            full(float(slope)) if param in op.partials or op.variadic else f"no rule for {param}"
            for param, slope in zip(params, golden.slopes, strict=True)
        )
        yield f"  at {point}: value {full(float(golden.value))}, slope {slopes}   ({golden.origin})"


def operation_dict(op: Op) -> dict[str, Any]:
    """One operation as the JSON contract has it (schema bpcli.ops/1)."""
    return {
        "name": op.name,
        "usage": usage(op),
        "group": op.group,
        "doc": op.doc,
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
