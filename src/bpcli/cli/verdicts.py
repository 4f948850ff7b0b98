"""`--expect` and `--claim`: the numbers of others beside those of an answer, and the exit code that follows."""

from __future__ import annotations

import sys

from bpcli.cli.output import say, tell
from bpcli.cli.work import positive
from bpcli.engine.choose import fitting
from bpcli.engine.point import evaluate, gradient, single
from bpcli.errors import ANSWER_IS_NO, DONE, InputError
from bpcli.tracing.expectations import Expectation, Written, apart, judged, named_formula, named_numbers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from bpcli.cli.stored import Stored
    from bpcli.cli.work import Work
    from bpcli.engine.formulas import Derivative
    from bpcli.graph import Program
    from bpcli.tracing.record import Trace


class Verdicts:
    """What was found on the numbers of others: the keys of a JSON contract, lines, and whether all of it is right."""

    def __init__(self) -> None:
        self.told: dict[str, list[dict[str, Any]]] = {}
        self.lines: list[tuple[bool, str]] = []

    @property
    def code(self) -> int:
        """The exit code."""
        return DONE if all(ok for ok, _ in self.lines) else ANSWER_IS_NO

    def add(self, key: str, entry: dict[str, Any], lines: Sequence[str] = ()) -> None:
        """One verdict as an entry of JSON; it is told in its `text` unless there are lines of its own."""
        self.told.setdefault(key, []).append(entry)
        self.lines += [(bool(entry["ok"]), line) for line in lines or [entry["text"]]]

    def tell(self, quiet: bool, aside: bool = False) -> None:
        """Print them below an answer; below a bare one only what is wrong, on standard error.

        aside: where nothing can stand below the answer, as below a page: all on standard error
        """
        for ok, line in self.lines:
            if aside:
                tell(line)
            elif not quiet:
                say(line)
            elif not ok:
                sys.stderr.write(line + "\n")


def on_numbers(
    work: Work | Stored, results: Mapping[str, float], slopes: Mapping[str, float] | None, trace: Trace | None = None
) -> Verdicts:
    """The verdicts on `--expect` and `--claim` of one point. `slopes` is None where there is only a value.

    trace: the record of a reverse pass in floats, where there is one

    Raises InputError for a name that is none.
    """
    found = Verdicts()
    program = work.program
    tolerance = positive(work.options, "tolerance")
    if work.expected:
        from bpcli.render.claims import expectation_dict, expectation_text

        formulas, numbers = _told_apart(work, slopes)
        _add_formulas(found, work, formulas)
        asked = named_numbers(program, numbers, also=slopes or ())
        _refuse_slopes(asked, results, slopes)
        known = dict(slopes or {})
        missing = [name for name, _ in asked if name not in results and name not in known]
        if missing:
            known |= gradient(program, work.given, missing, kind=work.kind).gradient
        for each in judged(program, asked, results, known, tolerance):
            if not each.ok and each.variable:
                value = _value_of(work, each.variable, trace)
                each.is_value = value is not None and each.written.fits(single(value), tolerance)
            line = expectation_text(each, work.digits, work.language)
            found.add("expect", expectation_dict(each, work.language), [line])
    if work.claimed:
        from bpcli.render.claims import claim_dict, claim_lines
        from bpcli.tracing.claims import examined

        shown = () if trace is None else [entry.name for entry in trace.nodes.values()]
        asked = named_numbers(program, work.claimed, "claim", shown)
        with fitting(program, work.given, work.kind).quiet():
            claims = examined(program, work.given, asked, tolerance, trace, work.command == "trace")
        for claim in claims:
            lines = claim_lines(claim, program.output_name, work.digits, work.language)
            found.add("claims", claim_dict(claim, program.output_name, work.language), lines)
    return found


def _told_apart(
    work: Work | Stored, slopes: Mapping[str, float] | None
) -> tuple[list[tuple[str, str, Program]], list[str]]:
    """What was expected as formulas and as numbers; where there is only a value everything is a number."""
    formulas, numbers = [], []
    for text in apart(work.expected):
        formula = None if slopes is None else named_formula(work.program, text)
        if formula is None:
            numbers.append(text)
        else:
            formulas.append(formula)
    return formulas, numbers


def _add_formulas(found: Verdicts, work: Work | Stored, asked: Sequence[tuple[str, str, Program]]) -> None:
    """The verdicts on formulas for derivatives, and for a result."""
    if not asked:
        return
    from bpcli.engine.formulas import differentiate
    from bpcli.engine.given import give_shapes
    from bpcli.language.reader import parse
    from bpcli.language.text import expression
    from bpcli.render.derivatives import leibniz

    # A derivative adds nodes to its graph, and that of an answer stays as it is.
    inputs = [*work.program.inputs]
    program = parse(work.program.source, given=inputs, leaves=inputs)
    if program.of_tensors or any(getattr(value, "shape", ()) for value in work.given.values()):
        give_shapes(program, {name: tuple(getattr(value, "shape", ())) for name, value in work.given.items()})
    for name, wanted, read in asked:
        if name in program.outputs:
            written = expression(program.graph, program.output)
            _add_formula(found, work, name, wanted, read, program, program.output, written)
            continue
        made = differentiate(program, [name])
        title = leibniz(program.output_name, made.wrt)
        _add_formula(found, work, title, wanted, read, program, made.output, str(made))


def _add_formula(
    found: Verdicts, work: Work | Stored, title: str, wanted: str, read: Program, program: Program, node: int,
    actual: str,
) -> None:  # fmt: skip
    """The verdict on one formula beside a node of a program, which is told as `actual`."""
    from bpcli.engine.equivalence import equivalent
    from bpcli.render.claims import formula_text

    verdict = equivalent(program, node, read)
    entry = {
        "name": title, "expected": wanted, "actual": actual, "ok": bool(verdict.same),
        "points": verdict.points, "exact": verdict.exact,
        "text": formula_text(title, wanted, actual, verdict, work.digits, work.language),
    }  # fmt: skip
    found.add("expect", entry)


def _value_of(work: Work | Stored, name: str, trace: Trace | None) -> Any:
    """The value of what a name stands for; None of one that only a record has given, where there is none."""
    node = work.program.names.get(name)
    if node is not None:
        return evaluate(work.program, work.given, kind=work.kind).values[node]
    return next((entry.value for entry in trace.nodes.values() if entry.name == name), None) if trace else None


def _refuse_slopes(asked: Sequence[tuple[str, Any]], results: Mapping[str, float], slopes: Any) -> None:
    if slopes is None:
        for name, _ in asked:
            if name not in results:
                raise InputError("expected-unknown", name=name, names=", ".join(results))


def on_formulas(work: Work, made: Mapping[str, Derivative], values: Mapping[str, float]) -> Verdicts:
    """The verdicts on `--expect` of derivatives: a formula in any form, or with values given a number.

    Raises InputError for a formula that cannot be read, or that does not say which derivative it is.
    """
    from bpcli.language.reader import parse
    from bpcli.render.claims import expectation_dict, expectation_text
    from bpcli.render.derivatives import leibniz

    found = Verdicts()
    program = work.program
    tolerance = positive(work.options, "tolerance")
    for text in apart(work.expected):
        name, wanted = _which(text, made, program.output_name)
        title = leibniz(program.output_name, made[name].wrt)
        read = parse(wanted, given=program.names)
        for other in read.inputs:
            if other not in program.names:
                names = ", ".join(program.names)
                raise InputError("expected-other-names", text=wanted, name=other, names=names)
        if name in values and not read.inputs and not read.assigned:
            written = Written(wanted, name)
            each = Expectation(title, name, written, values[name], written.fits(values[name], tolerance))
            line = expectation_text(each, work.digits, work.language)
            found.add("expect", expectation_dict(each, work.language), [line])
            continue
        _add_formula(found, work, title, wanted, read, program, made[name].output, str(made[name]))
    return found


def _which(text: str, made: Mapping[str, Any], output: str) -> tuple[str, str]:
    """`w = x + 2*w` and `dy/dw = ...` as the name and the formula; the only derivative needs no name."""
    name, equals, formula = text.partition("=")
    name = name.strip().removeprefix(f"d{output}/d")
    if equals and not formula.startswith("=") and name in made:
        return name, formula.strip()
    if len(made) == 1:
        return next(iter(made)), text
    if not made:
        raise InputError("expected-unknown", name=text, names="none")
    raise InputError("expected-twice", count=len(made), text=text, example=f'"{next(iter(made))}={text}"')
