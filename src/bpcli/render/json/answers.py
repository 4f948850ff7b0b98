"""The contracts of eval, grad, diff, check, matrices and products."""

from __future__ import annotations

from typing import Any

from bpcli.engine.noticing import short
from bpcli.render.json.values import as_text, beside_floats, jsonable, notes_list, plain_number
from bpcli.render.languages import ENGLISH
from bpcli.tracing.checks import SWEPT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from bpcli.calculus.rules import Rule
    from bpcli.engine.directions import Matrix, Product
    from bpcli.engine.narrow import Comparison
    from bpcli.engine.point import Point
    from bpcli.tracing.checks import Check


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
