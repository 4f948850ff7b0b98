"""The contract of a trace, entry by entry: a long one is written as it is made."""

from __future__ import annotations

from itertools import chain
from typing import Any

from bpcli.render.json.entries import Entries
from bpcli.render.json.values import Listed, as_text, in_full, jsonable, notes_list, plain_number
from bpcli.render.languages import ENGLISH
from bpcli.render.words import phrase
from bpcli.tracing.record import in_order
from bpcli.tracing.rows import MOST_STEPS, Tangent
from bpcli.tracing.stored import tie_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bpcli.calculus.kinds import Kind
    from bpcli.tracing.record import Trace
    from bpcli.tracing.rows import Backward, Pull


def trace_dict(trace: Trace, language: str = ENGLISH, explain: str = "") -> dict[str, Any]:
    """bpcli.trace/1"""
    parts = _trace_parts(trace, language, explain)
    return {key: list(value) if isinstance(value, Listed) else value for key, value in parts}


def _nudge(trace: Trace, row: Tangent, name: str, explain: str, language: str) -> dict[str, str]:
    """The words of an edge upwards, where they were asked for."""
    if not explain:
        return {}
    from bpcli.render.nudges import nudge_sentence

    return {"text": nudge_sentence(trace, row, name, explain, language=language)}


def _trace_parts(trace: Trace, language: str, explain: str) -> Iterator[tuple[str, Any]]:
    """The parts of a trace; the long ones as iterators, so that a million steps can be written one by one."""
    from bpcli.render.layout import count_text

    names, kind = trace.names, trace.kind
    entries = None if kind.written else Entries(trace)
    yield "schema", "bpcli.trace/1"
    yield "source", trace.source
    program = trace.program
    yield "options", {"share": program.graph.share, "tie": tie_of(program.graph), "unfold": list(program.unfolded)}
    yield "numbers", trace.kind.title
    yield "output", names.get(trace.output, trace.program.output_name)
    yield "value", plain_number(trace.value)
    yield "inputs", jsonable(trace.given)
    entry = trace.program.entry
    if entry is not None:
        # The text has names such as W_1_0 for what is shown as W[1,0].
        yield "entry", {"variable": entry.variable, "spelled": dict(entry.spelled), "fixed": list(entry.fixed)}
    yield (
        "nodes",
        Listed(
            lambda node: {
                "id": node.id,
                "name": node.name,
                "op": node.op,
                "args": list(node.args),
                "formula": node.formula,
                **({"shape": list(getattr(node.value, "shape", ()))} if trace.of_tensors else {}),
                "value": plain_number(node.value),
                **in_full(kind, value=node.value),
                "span": list(node.span),
                "shown": node.id in trace.nodes,
            },
            in_order(trace),
            entries.node if entries else None,
        ),
    )
    yield (
        "forward",
        Listed(
            lambda step: {
                "step": step.step,
                "node": step.node,
                "name": names[step.node],
                "formula": trace.formulas.of(step.node),
                "operands": jsonable(step.operands),
                "value": plain_number(step.value),
                **in_full(kind, operands=step.operands, value=step.value),
            },
            trace.forward,
            entries.step if entries else None,
        ),
    )
    arguments_of = trace.program.graph.args
    if explain:
        from bpcli.render.narration import edge_sentence

        def edge(row: Backward) -> dict[str, Any]:
            told = edge_sentence(trace, row, explain, language=language)
            return {**_edge_dict(row, names, arguments_of[row.node], kind), "text": told}
    else:

        def edge(row: Backward) -> dict[str, Any]:
            return _edge_dict(row, names, arguments_of[row.node], kind)

    yield "backward", Listed(edge, trace.backward, None if explain or not entries else entries.edge)
    if trace.direction:
        yield "direction", jsonable(trace.direction)
    if trace.tangents:
        yield "tangents", {
            name: [
                _edge_dict(row, names, arguments_of[row.node], kind) | _nudge(trace, row, name, explain, language)
                for row in rows
            ]
            for name, rows in trace.tangents.items()
        }
    yield (
        "paths",
        {
            name: {
                # Beyond 2^53 many readers of JSON would round it.
                "count": paths.count if paths.count < 2**53 else count_text(paths.count),
                "listed": [
                    {
                        "nodes": [names[node] for node in path.nodes],
                        "locals": jsonable(path.locals),
                        "product": plain_number(path.product),
                        **in_full(kind, locals=path.locals, product=path.product),
                    }
                    for path in paths.listed
                ],
                "rest": plain_number(paths.rest),
                "total": plain_number(paths.total),
                **in_full(kind, rest=paths.rest, total=paths.total),
            }
            for name, paths in trace.paths.items()
        },
    )  # fmt: skip
    if trace.scale != 1:
        yield "loss_scale", trace.scale
    yield "gradient", jsonable(trace.gradient)
    for key, told in as_text(kind, trace.value, trace.gradient).items():
        yield key, told | {"inputs": in_full(kind, **trace.given)[key]}
    if trace.check is not None:
        found = trace.check
        yield (
            "check",
            {
                "method": found.method, "gap": plain_number(found.gap), "name": found.name,
                "state": found.state, **({"sampled": True} if found.sampled else {}),
            },
        )  # fmt: skip
    if trace.left_out:
        told = phrase("left out", language, limit=MOST_STEPS)
        yield "left_out", {"parts": list(trace.left_out), "beyond": MOST_STEPS, "text": told}
    yield "notes", notes_list(trace.notes, language)


def _edge_dict(row: Backward, names: Mapping[int, str], arguments: tuple[int, ...], kind: Kind) -> dict[str, Any]:
    """One edge of the reverse sweep, or upwards of forward mode, where `upstream` is called `tangent`."""
    upwards = isinstance(row, Tangent)
    numbers = {"upstream": row.upstream, "local": row.local, "product": row.product, "total": row.total}
    if upwards:
        numbers["tangent"] = numbers.pop("upstream")
    edge = [names[row.node], names[row.argument]]
    return {
        "step": row.step,
        "from": row.argument if upwards else row.node,
        "to": row.node if upwards else row.argument,
        "position": row.position,
        **_occurrence(row, arguments),
        "edge": edge[::-1] if upwards else edge,
        "tangent" if upwards else "upstream": plain_number(row.upstream),
        "derived": row.derived,
        "formula": row.formula,
        "condition": row.condition,
        "local": plain_number(row.local),
        "product": plain_number(row.product),
        **({} if row.pull is None else {"pull": _pull_dict(row.pull, kind)}),
        "state": row.state,
        "total": plain_number(row.total),
        "branch": row.count,
        "branches": row.arriving,
        **in_full(kind, **numbers),
    }


def _pull_dict(pull: Pull, kind: Kind) -> dict[str, Any]:
    """The rule of an edge between tensors, its shapes, and what arrived."""
    return {
        "upstream": pull.upstream,
        "rule": pull.rule,
        "elementwise": pull.elementwise,
        "operands": [list(shape) for shape in pull.operands],
        "sign": pull.sign,
        "shape": list(pull.shape),
        "arrived": plain_number(pull.arrived),
        **in_full(kind, arrived=pull.arrived),
        "axes": list(pull.axes),
        "copies": pull.copies,
        "summed": pull.summed,
        "fits": pull.fits,
        **({"parts": _parts(pull.parts, kind)} if pull.parts else {}),
    }


def _parts(parts: Mapping[str, Any], kind: Kind) -> list[dict[str, Any]]:
    """The functions in a rule that have no step, with their values."""
    return [{"name": name, "value": plain_number(value), **in_full(kind, value=value)} for name, value in parts.items()]


def _occurrence(row: Backward, arguments: tuple[int, ...]) -> dict[str, int]:
    """Which of the places that its argument fills an edge is of, where there are several: x*x."""
    several = arguments.count(row.argument)
    if several < 2:
        return {}
    return {"occurrence": arguments[: row.position + 1].count(row.argument), "occurrences": several}


def trace_text(
    trace: Trace, language: str = ENGLISH, explain: str = "", more: Mapping[str, Any] | None = None
) -> Iterator[str]:
    """A trace as pieces of one JSON text, long lists entry by entry; `more` are keys that stand at the end."""
    import json

    encode = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode
    yield "{"
    for place, (key, value) in enumerate(chain(_trace_parts(trace, language, explain), (more or {}).items())):
        yield f"{', ' if place else ''}{encode(key)}: "
        if not isinstance(value, Listed):
            yield encode(value)
            continue
        yield "["
        comma, text, entry = "\n ", value.text, value.entry
        for item in value.items:
            yield comma + ((text and text(item)) or encode(entry(item)))
            comma = ",\n "
        yield "]"
    yield "}"
