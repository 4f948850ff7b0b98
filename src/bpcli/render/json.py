"""The JSON contracts: one object for each command, `schema` first, full precision, inf and nan as strings."""

from __future__ import annotations

from itertools import chain
from typing import Any

from bpcli.engine.noticing import short
from bpcli.numbers import full, nearest
from bpcli.render.entries import Entries
from bpcli.render.languages import ENGLISH
from bpcli.render.words import phrase, sentence
from bpcli.tracing.checks import SWEPT
from bpcli.tracing.record import in_order
from bpcli.tracing.rows import MOST_STEPS, Tangent
from bpcli.tracing.stored import tie_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from bpcli.calculus.kinds import Kind
    from bpcli.calculus.rules import Rule
    from bpcli.engine.directions import Matrix, Product
    from bpcli.engine.narrow import Comparison
    from bpcli.engine.notes import Note
    from bpcli.engine.point import Point
    from bpcli.tracing.checks import Check
    from bpcli.tracing.record import Trace
    from bpcli.tracing.rows import Backward, Pull
    from bpcli.training.fitting import Fit

MOST_LOSSES = 1000  # of a history; the last is always `final_loss`


class Listed:
    """A list that is made entry by entry, as it is written.

    text: an entry as text at once, "" where it takes the encoder
    """

    def __init__(
        self, entry: Callable[[Any], dict[str, Any]], items: Iterable[Any], text: Callable[[Any], str] | None = None
    ) -> None:
        self.entry = entry
        self.items = items
        self.text = text

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (self.entry(item) for item in self.items)


def plain_number(value: Any) -> Any:
    """A float that JSON has no word for as a string, a number of another kind as a float, an array as nested lists."""
    if hasattr(value, "shown"):
        value = nearest(value)
    if getattr(value, "shape", None) is not None:
        return jsonable(value.tolist())  # a tensor: nested lists
    if isinstance(value, float) and value - value != 0:
        return "nan" if value != value else "inf" if value > 0 else "-inf"
    return value


def jsonable(value: Any) -> Any:
    """A nested value in which every float can be written."""
    if isinstance(value, dict):
        return {key: jsonable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [jsonable(each) for each in value]
    if getattr(value, "shape", ()):
        return jsonable(value.tolist())
    return plain_number(value)


def notes_list(notes: Sequence[Note], language: str = ENGLISH) -> list[dict[str, Any]]:
    """Notes with their kind, their sentence and their facts."""
    return [{"kind": note.kind, "text": sentence(note, language), **jsonable(note.facts)} for note in notes]


def as_text(kind: Kind, value: Any, gradient: Mapping[str, Any] | None) -> dict[str, Any]:
    """`exact` or `precise`: a result as text, where floats cannot say it; null where it is a float after all."""

    def text(number: Any) -> Any:
        if getattr(number, "shape", ()):
            return [text(each) for each in number]
        return full(number) if hasattr(number, "shown") else None

    if not kind.written:
        return {}
    told: dict[str, Any] = {"value": text(value)}
    if gradient is not None:
        told["gradient"] = {name: text(slope) for name, slope in gradient.items()}
    return {kind.written: told}


def beside_floats(comparison: Comparison | None) -> dict[str, Any]:
    """`narrow`: the format, the same result in double precision, and how far apart the two are."""
    if comparison is None:
        return {}
    value = {"value": plain_number(comparison.wide.value)}
    error = {"value": plain_number(comparison.error)}
    told: dict[str, Any] = {"dtype": comparison.format}
    if comparison.scale is not None:
        told["loss_scale"] = comparison.scale
        value["gradient"] = jsonable(comparison.wide.gradient)
        error["gradient"] = jsonable(comparison.errors)
    return {"narrow": {**told, "float64": value, "relative_error": error}}


def eval_dict(point: Point, comparison: Comparison | None = None, language: str = ENGLISH) -> dict[str, Any]:
    """bpcli.eval/1"""
    if len(point.results) > 1:
        notes = notes_list(point.notes, language)
        return {"schema": "bpcli.eval/1", "values": jsonable(point.results), "notes": notes}
    return {
        "schema": "bpcli.eval/1",
        "value": plain_number(point.value),
        **as_text(point.kind, point.value, None),
        **beside_floats(comparison),
        "notes": notes_list(point.notes, language),
    }


def grad_dict(
    point: Point, comparison: Comparison | None = None, mode: str | None = None, language: str = ENGLISH
) -> dict[str, Any]:
    """bpcli.grad/1; with the passes where a mode was asked for."""
    passes = {"forward": len(point.gradient), "reverse": 0} if mode == "forward" else {"forward": 1, "reverse": 1}
    return {
        "schema": "bpcli.grad/1",
        "value": plain_number(point.value),
        "gradient": jsonable(point.gradient),
        **({} if mode is None else {"mode": mode, "passes": passes}),
        **as_text(point.kind, point.value, point.gradient),
        **beside_floats(comparison),
        "notes": notes_list(point.notes, language),
    }


def _passes(found: Matrix | Product) -> dict[str, int]:
    return {"forward": found.passes.forward, "reverse": found.passes.reverse}


def matrix_dict(found: Matrix, language: str = ENGLISH) -> dict[str, Any]:
    """bpcli.jacobian/1, bpcli.hessian/1"""
    rows = jsonable([list(row.values()) for row in found.rows.values()])
    variables = list(found.columns)
    told: dict[str, Any]
    if found.order == 1:
        told = {
            "schema": "bpcli.jacobian/1", "outputs": list(found.rows), "variables": variables,
            "values": jsonable(found.point.results), "jacobian": rows, "mode": found.mode,
        }  # fmt: skip
    else:
        value = plain_number(found.point.value)
        told = {"schema": "bpcli.hessian/1", "value": value, "variables": variables, "hessian": rows}
    return told | {"passes": _passes(found), "notes": notes_list(found.point.notes, language)}


def derivatives_dict(
    point: Point, found: Mapping[tuple[str, ...], float], order: int, language: str = ENGLISH
) -> dict[str, Any]:
    """bpcli.derivatives/1: nested lists, one level an order of differentiation."""
    names = list(dict.fromkeys(name for chosen in found for name in chosen))
    nested: list[Any] = [plain_number(value) for value in found.values()]
    for _ in range(order - 1):
        nested = [nested[start : start + len(names)] for start in range(0, len(nested), len(names))]
    return {
        "schema": "bpcli.derivatives/1",
        "value": plain_number(point.value),
        "variables": names,
        "order": order,
        "derivatives": nested,
        "notes": notes_list(point.notes, language),
    }


def product_dict(command: str, found: Product, language: str = ENGLISH) -> dict[str, Any]:
    """bpcli.jvp/1, bpcli.vjp/1, bpcli.hessian_product/1"""
    given = "weights" if command == "vjp" else "direction"
    product = {"jvp": "tangents", "vjp": "gradient", "hessian_product": "product"}[command]
    return {
        "schema": f"bpcli.{command}/1",
        "values": jsonable(found.point.results),
        given: jsonable(found.given),
        product: jsonable(found.slopes),
        "passes": _passes(found),
        "notes": notes_list(found.point.notes, language),
    }


def diff_dict(
    made: Mapping[str, object],
    values: Mapping[str, float],
    used: Mapping[str, list[Rule]] | None = None,
    language: str = "en",
) -> dict[str, Any]:
    """bpcli.diff/1: one derivative as `derivative`, several as `derivatives` by name; rules where they are given."""
    from bpcli.render.derivatives import rule_sentence

    told = {
        name: [
            {"rule": rule.kind, "order": rule.order, "of": rule.of, "facts": rule.facts,
             "text": rule_sentence(rule, language)}
            for rule in found
        ]
        for name, found in (used or {}).items()
    }  # fmt: skip
    result: dict[str, Any] = {"schema": "bpcli.diff/1"}
    if len(made) == 1:
        ((name, formula),) = made.items()
        result |= {"wrt": name.split(","), "derivative": str(formula)}
        if values:
            result["value"] = plain_number(values[name])
        if used is not None:
            result["rules"] = told[name]
        return result
    result["derivatives"] = {name: str(formula) for name, formula in made.items()}
    if values:
        result["values"] = jsonable(dict(values))
    if used is not None:
        result["rules"] = told
    return result


def fit_dict(fit: Fit) -> dict[str, Any]:
    """bpcli.fit/1"""
    reference = fit.reference
    return {
        "schema": "bpcli.fit/1",
        "model": fit.model,
        "equation": fit.equation,
        "parameters": jsonable(fit.parameters),
        "standard_errors": jsonable(fit.standard_errors),
        "scaled_parameters": jsonable(fit.scaled),
        "scaled_standard_errors": jsonable(fit.scaled_errors),
        "basis": {"kind": fit.basis.kind, "center": fit.basis.center, "half_width": fit.basis.half},
        "rss": plain_number(fit.rss),
        "rmse": plain_number(fit.rmse),
        "r2": plain_number(fit.r2),
        "degrees_of_freedom": fit.freedom,
        "condition": plain_number(fit.condition),
        "rows_used": fit.rows_used,
        "rows_skipped": fit.rows_skipped,
        "learning_rate": plain_number(fit.rate),
        "largest_stable_rate": plain_number(fit.largest_rate),
        "steps": fit.steps,
        "stopped": fit.stopped,
        "losses": jsonable(fit.losses[:MOST_LOSSES]),
        "final_loss": plain_number(fit.losses[-1]) if fit.losses else None,
        "reference": None
        if reference is None
        else {
            "method": "least squares by QR",
            "parameters": jsonable(dict(zip(fit.parameters, reference.parameters, strict=True))),
            "gap": plain_number(reference.gap),
        },
        "warnings": [sentence(note) for note in fit.warnings],
    }


def check_dict(check: Check, language: str = ENGLISH) -> dict[str, Any]:
    """bpcli.check/1"""
    from bpcli.render.check import reason_text

    program = check.point.program

    def method(found: Mapping[str, float | None]) -> Any:
        """null where a method applies to no variable."""
        return jsonable(dict(found)) if not found or any(each is not None for each in found.values()) else None

    result = {
        "schema": "bpcli.check/1",
        "ok": check.ok,
        "value": plain_number(check.point.value),
        "methods": {name: method(found) for name, found in check.methods.items()},
        "reasons": {
            name: {variable: reason_text(reason, language) for variable, reason in reasons.items()}
            for name, reasons in check.reasons.items()
        },
        "relative_errors": {name: method(found) for name, found in check.errors.items()},
        "states": check.states,
        "resolution": jsonable(check.resolution),
        "faults": {
            name: {
                "node": short(program, fault.node),
                "argument": short(program, fault.argument),
                "local": plain_number(fault.local),
                "difference": plain_number(fault.difference),
            }
            for name, fault in check.faults.items()
        },
        "evaluations": check.evaluations,
        "step": check.step,
        "tolerance": check.tolerance,
    }
    if check.entries:
        result["compared"] = {
            name: {
                "size": check.sizes[name],
                "entries": "all" if len(found) == check.sizes[name] else [list(index) for index in found],
                "directions": check.directions.get(name, 0),
                "worst": list(check.worst[name]),
            }
            for name, found in check.entries.items()
        }
    if check.sweep:
        result["sweep"] = {"steps": list(SWEPT), "relative_errors": jsonable(check.sweep)}
    return result | {"notes": notes_list(check.point.notes, language)}


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

    names, entries = trace.names, Entries(trace)
    yield "schema", "bpcli.trace/1"
    yield "source", trace.source
    yield "options", {"share": trace.program.graph.share, "tie": tie_of(trace.program.graph)}
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
                "span": list(node.span),
                "shown": node.id in trace.nodes,
            },
            in_order(trace),
            entries.node,
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
            },
            trace.forward,
            entries.step,
        ),
    )
    arguments_of = trace.program.graph.args
    if explain:
        from bpcli.render.narration import edge_sentence

        def edge(row: Backward) -> dict[str, Any]:
            told = edge_sentence(trace, row, explain, language=language)
            return {**_edge_dict(row, names, arguments_of[row.node]), "text": told}
    else:

        def edge(row: Backward) -> dict[str, Any]:
            return _edge_dict(row, names, arguments_of[row.node])

    yield "backward", Listed(edge, trace.backward, None if explain else entries.edge)
    if trace.direction:
        yield "direction", jsonable(trace.direction)
    if trace.tangents:
        yield "tangents", {
            name: [
                _edge_dict(row, names, arguments_of[row.node]) | _nudge(trace, row, name, explain, language)
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
                    }
                    for path in paths.listed
                ],
                "rest": plain_number(paths.rest),
                "total": plain_number(paths.total),
            }
            for name, paths in trace.paths.items()
        },
    )  # fmt: skip
    if trace.scale != 1:
        yield "loss_scale", trace.scale
    yield "gradient", jsonable(trace.gradient)
    yield from as_text(trace.kind, trace.value, trace.gradient).items()
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


def _edge_dict(row: Backward, names: Mapping[int, str], arguments: tuple[int, ...]) -> dict[str, Any]:
    """One edge of the reverse sweep, or upwards of forward mode, where `upstream` is called `tangent`."""
    upwards = isinstance(row, Tangent)
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
        **({} if row.pull is None else {"pull": _pull_dict(row.pull)}),
        "state": row.state,
        "total": plain_number(row.total),
        "branch": row.count,
        "branches": row.arriving,
    }


def _pull_dict(pull: Pull) -> dict[str, Any]:
    """The rule of an edge between tensors, its shapes, and what arrived."""
    return {
        "upstream": pull.upstream,
        "rule": pull.rule,
        "elementwise": pull.elementwise,
        "operands": [list(shape) for shape in pull.operands],
        "sign": pull.sign,
        "shape": list(pull.shape),
        "arrived": plain_number(pull.arrived),
        "axes": list(pull.axes),
        "copies": pull.copies,
        "summed": pull.summed,
        "fits": pull.fits,
    }


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
