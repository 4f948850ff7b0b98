"""A check as a table, a verdict, and the errors of differences against their step."""

from __future__ import annotations

import math

from bpcli.engine.point import short
from bpcli.numbers import DIGITS, full, show
from bpcli.render.layout import Table
from bpcli.render.words import counted, listed
from bpcli.tracing.checks import RULED, SWEPT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpcli.errors import InputError
    from bpcli.tracing.checks import Check
    from bpcli.tracing.differences import Unfit

ANSWERS = {
    "agrees": "yes",
    "within resolution": "yes",
    "corner": "corner",
    "undecided": "cannot tell",
    "disagrees": "NO",
}
EXCEPT = {
    "within resolution": "as far as the differences can resolve",
    "corner": "at a corner, between the slopes of both sides",
    "undecided": "not decided: the differences are too rough there",
}
TITLES = {
    "reverse": "reverse",
    "forward_mode": "forward mode",
    "symbolic": "symbolic",
    "complex_step": "complex step",
    "central_difference": "central difference",
    "forward_difference": "forward difference",
}
REASONS = {
    "form": "{op} has no complex form",
    "corner": "{op} is at a corner, and one side alone would be seen",
    "range": "it leaves the range of numbers here",
}
COMPARISONS = ("lt", "le", "gt", "ge", "eq", "ne")
MARKS = {"forward_difference": "f", "central_difference": "c", "complex_step": "i"}
DEEPEST = 16  # decades of error that are drawn
CELL = 3  # characters of the drawing for a decade of the step


def check_table(check: Check, digits: int = DIGITS) -> Table:
    """One row a method for each variable: the derivative, its error, and what the differences say of it."""
    rows = []
    for name, state in check.states.items():
        exact = check.methods["complex_step"][name] is not None
        for method, found in check.methods.items():
            slope = found[name]
            error = check.errors[method][name]
            shown = "-" if slope is None else show(slope, max(digits, 10))
            size = "-" if error is None else show(error, 2)
            if method == ("complex_step" if exact else "central_difference"):
                size = "reference"
            answer = ANSWERS[state] if method in RULED else ""
            first = method == next(iter(check.methods))
            rows.append((name if first else "", TITLES[method], shown, size, answer))
    return Table("", ("input", "method", "derivative", "rel error", "agrees"), rows, len(rows))


def reason_text(reason: Unfit | InputError) -> str:
    """Why a method does not apply."""
    kind = getattr(reason, "reason", None)
    op = str(getattr(reason, "op", ""))
    called = "a comparison" if op in COMPARISONS else f"{op}(...)"
    return "its step is lost in rounding" if kind is None else REASONS[kind].format(op=called)


def verdict(check: Check) -> Iterator[str]:
    """The answer in sentences."""
    if not check.methods["reverse"]:
        yield "there is no input to check"
        return
    exact = [name for name in check.states if check.methods["complex_step"][name] is not None]
    limit = show(check.tolerance)
    if check.ok is None:
        yield "undecided: the differences have no value here, or are too rough to tell"
    elif not check.ok:
        yield from _failures(check)
    else:
        against = "the complex step" if len(exact) == len(check.states) else "the central difference"
        if 0 < len(exact) < len(check.states):
            against = "the complex step or the central difference"
        pieces = [f"ok: reverse, forward mode and symbolic agree with {against} to {limit}"]
        if "agrees" not in check.states.values():
            pieces = ["ok: nothing contradicts reverse, forward mode and symbolic"]
        for state, words in EXCEPT.items():
            names = [name for name, each in check.states.items() if each == state]
            if names:
                pieces.append(f"{listed(names)} {words}")
        yield f"{'; '.join(pieces)} ({counted(sum(check.evaluations.values()), 'evaluation')})"
    for method, reasons in check.reasons.items():
        texts = {name: reason_text(reason) for name, reason in reasons.items()}
        for text in dict.fromkeys(texts.values()):
            names = [name for name, each in texts.items() if each == text]
            yield f"no {TITLES[method]} by {listed(names)}: {text}"


def _failures(check: Check) -> Iterator[str]:
    """Each variable that is wrong: by how much, and the rule at fault."""
    program, values = check.point.program, check.point.values
    for name, state in check.states.items():
        if state != "disagrees":
            continue
        by = "the complex step" if check.methods["complex_step"][name] is not None else "the central difference"
        slope = check.point.gradient[name]
        error = check.errors["reverse"][name] or 0.0
        total = f"d{program.output_name}/d{name}"
        yield (
            f"no: {total} is {show(slope)} by the rules and {show(check.reference[name])} by {by}, "
            f"off by {show(error, 2)} of its size"
        )
        fault = check.faults.get(name)
        if fault is None:
            yield f"no single rule on the way from {name} stands out"
            continue
        node, argument = short(program, fault.node), short(program, fault.argument)
        at = f"{argument} = {full(values[fault.argument])}"
        function = program.graph.functions.get(program.graph.op[fault.node])
        surrogate = function is not None and function.params[fault.position] in function.surrogates
        what = "is a surrogate, which is meant to differ" if surrogate else "is wrong"
        yield (
            f"the rule at {node} {what}: with {at} it gives {show(fault.local)}, "
            f"and a difference of it gives {show(fault.difference)}"
        )


def sweep_table(check: Check, name: str) -> Table:
    """The relative error of each method at each step."""
    errors = check.sweep[name]
    rows = [
        (f"1e-{place + 1}", *("-" if (error := errors[method][place]) is None else show(error, 2) for method in MARKS))
        for place in range(len(SWEPT))
    ]
    columns = ("step h", *(TITLES[method].removesuffix(" difference") for method in MARKS))
    return Table(f"Relative error by {name} against the step", columns, rows, len(rows))


def sweep_plot(check: Check, name: str) -> Iterator[str]:
    """The same as a drawing: decades of error upwards, decades of the step to the right."""
    cells: dict[tuple[int, int], str] = {}
    for method, mark in MARKS.items():
        for place, error in enumerate(check.sweep[name][method]):
            if error is None or not math.isfinite(error):
                continue
            depth = DEEPEST if error == 0 else min(DEEPEST, max(0, round(-math.log10(error))))
            here = cells.get((depth // 2, place))
            cells[depth // 2, place] = mark if here is None else "*"
    yield "error"
    for row in range(DEEPEST // 2 + 1):
        line = "".join(cells.get((row, place), " ").rjust(CELL) for place in range(len(SWEPT)))
        label = "1" if row == 0 else f"1e-{2 * row}"
        yield f"{label:>6} |{line}".rstrip()
    yield " " * 7 + "+" + "-" * (CELL * len(SWEPT))
    yield " " * 8 + "".join(str(place + 1).rjust(CELL) for place in range(len(SWEPT)))
    yield " " * 10 + "h = 10^-n   f forward difference   c central"
    yield " " * 10 + "            i complex step   * several of them"
