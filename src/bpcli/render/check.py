"""A check as a table, a verdict, and the errors of differences against their step."""

from __future__ import annotations

import math

from bpcli.engine.directions import entry_name
from bpcli.engine.noticing import short
from bpcli.numbers import DIGITS, full, show
from bpcli.render.languages import ENGLISH, texts
from bpcli.render.layout import Table
from bpcli.render.words import counted, listed
from bpcli.tracing.checks import RULED, SWEPT
from bpcli.tracing.differences import WITHIN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from bpcli.errors import InputError
    from bpcli.tracing.checks import Check
    from bpcli.tracing.differences import Unfit

COMPARISONS = ("lt", "le", "gt", "ge", "eq", "ne")
MARKS = {"forward_difference": "f", "central_difference": "c", "complex_step": "i"}
DEEPEST = 16  # decades of error that are drawn
CELL = 3  # characters of the drawing for a decade of the step


def check_table(check: Check, digits: int = DIGITS, language: str = ENGLISH) -> Table:
    """One row a method for each variable: the derivative, its error, and what the differences say of it."""
    methods, answers = texts(language, "METHODS"), texts(language, "ANSWERS")
    rows = []
    for name, state in check.states.items():
        exact = check.methods["complex_step"][name] is not None
        for method, found in check.methods.items():
            slope = found[name]
            if slope is not None and check.worst.get(name):
                slope = _at(check, name, slope)
            error = check.errors[method][name]
            shown = "-" if slope is None else show(slope, max(digits, 10))
            size = "-" if error is None else show(error, 2)
            if method == ("complex_step" if exact else "central_difference"):
                size = texts(language, "VERDICTS")["reference"]
            elif state == WITHIN and method in RULED and error is not None and error > check.tolerance:
                size = texts(language, "VERDICTS")["rounding"]  # noise beside noise: no number says anything
            answer = answers[state] if method in RULED else ""
            first = method == next(iter(check.methods))
            called = entry_name(name, check.worst.get(name, ())) if first else ""
            rows.append((called, methods[method], shown, size, answer))
    keys = ("input", "method", "derivative", "rel error", "agrees")
    return Table("", keys, rows, len(rows), language=language)


def _at(check: Check, name: str, slopes: Any) -> float:
    """The derivative by the entry with the largest error."""
    index = check.worst[name]
    whole = len(check.entries[name]) == check.sizes[name]
    return float(slopes[index] if whole else slopes[check.entries[name].index(index)])


def reason_text(reason: Unfit | InputError, language: str = ENGLISH) -> str:
    """Why a method does not apply."""
    kind = getattr(reason, "reason", "lost")
    template: str = texts(language, "REASONS")[kind]
    op = str(getattr(reason, "op", ""))
    return template.format(op=texts(language, "VERDICTS")["comparison"] if op in COMPARISONS else f"{op}(...)")


def verdict(check: Check, language: str = ENGLISH) -> Iterator[str]:
    """The answer in sentences."""
    words = texts(language, "VERDICTS")
    if not check.methods["reverse"]:
        yield words["classes"].format(names=listed(check.classes, language)) if check.classes else words["no input"]
        return
    exact = [name for name in check.states if check.methods["complex_step"][name] is not None]
    limit = show(check.tolerance)
    if check.ok is None:
        if not check.ties:
            yield words["undecided"]
    elif not check.ok:
        yield from _failures(check, language)
    else:
        against = "complex_step" if len(exact) == len(check.states) else "central_difference"
        if 0 < len(exact) < len(check.states):
            against = "either"
        agreed = "ok" if "agrees" in check.states.values() else "not contradicted"
        pieces = [words[agreed].format(against=words[against], limit=limit)]
        for state, template in texts(language, "EXCEPT").items():
            those = [name for name, each in check.states.items() if each == state and name not in check.ties]
            if those:
                pieces.append(template.format(names=listed(those, language)))
        evaluations = counted(sum(check.evaluations.values()), "evaluation", language)
        yield words["evaluations"].format(text=words["and then"].join(pieces), evaluations=evaluations)
    for name, (left, right) in check.ties.items():
        yield words["tied"].format(name=name, left=show(left, 6), right=show(right, 6))
    yield from _compared(check, language)
    if check.classes:
        yield words["classes"].format(names=listed(check.classes, language))
    for method, reasons in check.reasons.items():
        told = {name: reason_text(reason, language) for name, reason in reasons.items()}
        for text in dict.fromkeys(told.values()):
            names = listed([name for name, each in told.items() if each == text], language)
            yield words["no method"].format(method=texts(language, "METHODS")[method], names=names, reason=text)


def _compared(check: Check, language: str) -> Iterator[str]:
    """Of tensors: which entries were compared."""
    words = texts(language, "VERDICTS")
    whole = [name for name, found in check.entries.items() if len(found) == check.sizes[name]]
    if whole:
        yield words["every entry"].format(names=listed(whole, language))
    for name, found in check.entries.items():
        if name not in whole:
            directions = check.directions.get(name, 0)
            yield words["some entries"].format(
                checked=len(found), count=check.sizes[name], name=name, directions=directions
            )


def _failures(check: Check, language: str) -> Iterator[str]:
    """Each variable that is wrong: by how much, and the rule at fault."""
    words = texts(language, "VERDICTS")
    program, values = check.point.program, check.point.values
    for name, state in check.states.items():
        if state != "disagrees":
            continue
        by = "complex_step" if check.methods["complex_step"][name] is not None else "central_difference"
        slope = check.point.gradient[name]
        index = check.worst.get(name, ())
        if index:
            slope = float(slope[index])  # type: ignore[index]
        error = check.errors["reverse"][name] or 0.0
        total = f"d{program.output_name}/d{entry_name(name, index)}"
        reference = show(check.reference[name])
        yield words["no"].format(
            total=total, slope=show(slope), reference=reference, by=words[by], error=show(error, 2)
        )
        fault = check.faults.get(name)
        if fault is None:
            yield words["no fault"].format(name=name)
            continue
        node, argument = short(program, fault.node), short(program, fault.argument)
        at = f"{argument} = {full(values[fault.argument])}"
        if check.entries:
            at = words["random step"].format(argument=argument)
        function = program.graph.functions.get(program.graph.op[fault.node])
        surrogate = function is not None and function.params[fault.position] in function.surrogates
        yield words["surrogate" if surrogate else "fault"].format(
            node=node, at=at, local=show(fault.local), difference=show(fault.difference)
        )


def sweep_table(check: Check, name: str, language: str = ENGLISH) -> Table:
    """The relative error of each method at each step."""
    words = texts(language, "VERDICTS")
    errors = check.sweep[name]
    rows = [
        (f"1e-{place + 1}", *("-" if (error := errors[method][place]) is None else show(error, 2) for method in MARKS))
        for place in range(len(SWEPT))
    ]
    titles = (texts(language, "COLUMNS")["step h"], *(words[f"short {method}"] for method in MARKS))
    title = words["sweep"].format(name=name)
    return Table(title, ("step h", *MARKS), rows, len(rows), language=language, titles=titles)


def sweep_plot(check: Check, name: str, language: str = ENGLISH) -> Iterator[str]:
    """The same as a drawing: decades of error upwards, decades of the step to the right."""
    words = texts(language, "VERDICTS")
    cells: dict[tuple[int, int], str] = {}
    for method, mark in MARKS.items():
        for place, error in enumerate(check.sweep[name][method]):
            if error is None or not math.isfinite(error):
                continue
            depth = DEEPEST if error == 0 else min(DEEPEST, max(0, round(-math.log10(error))))
            here = cells.get((depth // 2, place))
            cells[depth // 2, place] = mark if here is None else "*"
    yield words["error axis"]
    for row in range(DEEPEST // 2 + 1):
        line = "".join(cells.get((row, place), " ").rjust(CELL) for place in range(len(SWEPT)))
        label = "1" if row == 0 else f"1e-{2 * row}"
        yield f"{label:>6} |{line}".rstrip()
    yield " " * 7 + "+" + "-" * (CELL * len(SWEPT))
    yield " " * 8 + "".join(str(place + 1).rjust(CELL) for place in range(len(SWEPT)))
    yield " " * 10 + words["legend 1"]
    yield " " * 22 + words["legend 2"]
