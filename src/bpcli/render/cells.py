"""The cells of the rows of numbers: a step, an edge, an edge upwards. What repeats from row to row is written once."""

from __future__ import annotations

from functools import partial

from bpcli.calculus.sweeps import NO_SLOPE, OPEN, SHUT
from bpcli.engine.floats import FLOATS
from bpcli.language import text
from bpcli.numbers import DIGITS, is_exact, show
from bpcli.ops import TABLE
from bpcli.printed import Printed, Various
from bpcli.render.languages import ENGLISH
from bpcli.render.words import moved, phrase

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.calculus.kinds.compiled import Number
    from bpcli.tracing.record import Trace
    from bpcli.tracing.rows import Backward, Forward, Tangent

ARITHMETIC = {"add": "+", "sub": "-", "mul": "*", "div": "/"}
DECIMAL = frozenset("-.0123456789")  # what a decimal number begins with
LONGEST_DERIVED, LONGEST_FORMULA = 24, 40  # characters of what is derived, and of its derivative
MOST_KEPT = 4096  # names and patterns that are remembered; they are forgotten together


class Cells:
    """Rows of a record as cells of text."""

    def __init__(self, trace: Trace, digits: int = DIGITS, language: str = ENGLISH) -> None:
        self.trace = trace
        self.graph = trace.program.graph
        self.digits = digits
        self.language = language
        self.op = self.graph.op
        self.formulas = trace.formulas
        self.names = trace.formulas.known
        self.widest = trace.widest
        self.numbers = (Printed if trace.kind is FLOATS else Various)(digits, self.widest)
        output = trace.names.get(trace.output, trace.program.output_name)
        self.total = f"d{output}/d" if trace.scale == 1 else f"S*d{output}/d"
        self.comma = phrase("facts", language)
        self.counting = phrase("counter", language, count="%d", arriving="%d")
        self.decided = {
            "add": self.numbers.total,
            "sub": partial(self.numbers.told, "-"),
            "mul": self.numbers.product,
            "div": partial(self.numbers.told, "/"),
        }
        self.calls: dict[tuple[str, int], str] = {}
        self.patterns: dict[object, str] = {}
        self.equal: dict[tuple[str, Number], str] = {}

    def step(self, step: Forward) -> tuple[str, str, str, str, str]:
        """One step: number, name, formula in names, formula in numbers, value."""
        node = step.node
        op = self.op[node]
        written, relation, value = self._arithmetic(op, step) if op in ARITHMETIC else self._call(op, step)
        formula = self.formulas.spaced(node) if step.operands else self.trace.nodes[node].formula
        return str(step.step), self.names[node], formula, written, value if relation == "=" else f"≈ {value}"

    def _arithmetic(self, op: str, step: Forward) -> tuple[str, str, str]:
        """A sum, difference, product or quotient in numbers: the operation, "=" or "≈", value."""
        one, other = step.operands
        left, right = step.texts
        if left is None and right is None:
            left, right, relation, value = self.decided[op](one, other, step.value)
            return f"{left} {ARITHMETIC[op]} {bracketed(right)}", relation, value
        exact = left is not None, right is not None
        first, second, relation, value = self.numbers.told(ARITHMETIC[op], one, other, step.value, exact)
        left, right = left or first, right or second
        if (exact[0] and (" " in left or "/" in left)) or (exact[1] and (" " in right or "/" in right)):
            return self._operation(op, [left, right]), relation, value
        return f"{left} {ARITHMETIC[op]} {bracketed(right)}", relation, value

    def _operation(self, op: str, operands: list[str]) -> str:
        """An operation over numbers, in the brackets that they need."""
        call = self.calls.get((op, len(operands)))
        if call is None:
            call = self.calls[op, len(operands)] = _call_form(op, len(operands))
        if call:
            return call % tuple(operands)
        levels = [bracket_level(op, place, operand) for place, operand in enumerate(operands)]
        pattern = op, *levels
        written = self.patterns.get(pattern)
        if written is None:
            written = text.operation(op, ["%s"] * len(levels), levels, spaced=True)
            if written.count("%") != len(levels):
                return text.operation(op, operands, levels, spaced=True)  # it leaves some of them out
            if len(self.patterns) >= MOST_KEPT:
                self.patterns.clear()
            self.patterns[pattern] = written
        return written % tuple(operands)

    def _call(self, op: str, step: Forward) -> tuple[str, str, str]:
        """A step that is no arithmetic, as it is printed: the operation in numbers, "=" or "≈", value."""
        texts = step.texts
        shown, relation, value = self._told(op, step, [written is not None for written in texts])
        operands = [each if written is None else written for written, each in zip(texts, shown, strict=True)]
        return self._operation(op, operands), relation, value

    def _told(self, op: str, step: Forward, exact: list[bool]) -> tuple[list[str], str, str]:
        """Operands, "=" or "≈", value.

        The function is asked again at the printed operands: not for a number to show, but whether the one that was
        recorded is what they give, to the digits that are printed.
        """
        digits, kind = self.digits, self.trace.kind
        if op not in TABLE:
            shown = [show(operand, digits) for operand in step.operands]
            return shown, "=" if all(map(is_exact, shown, step.operands)) else "≈", show(step.value, digits)
        found = self.numbers.called(kind.guarded[op], step.operands, step.value, exact)
        if found is not None:
            return found
        for more in range(digits, max(digits, self.widest) + 1):
            closer = [show(operand, more) for operand in step.operands]
            meant = [
                operand if fixed or hasattr(operand, "denominator") else kind.given(float(text))
                for fixed, operand, text in zip(exact, step.operands, closer, strict=True)
            ]
            with kind.quiet():
                again = kind.guarded[op](*meant)
            if show(again, more) == show(step.value, more):
                return closer, "=", show(step.value, more)
        return [show(operand, digits) for operand in step.operands], "≈", show(step.value, digits)

    def edge(self, row: Backward) -> tuple[str, str, str, str, str, str]:
        """One edge: step, edge, upstream, local (formula and number), product, running total."""
        node, argument = self.names[row.node], self.names[row.argument]
        upstream, steps, factors = self.product(row, argument)
        running = self.running(self.total + argument, row)
        return str(row.step), f"{node} -> {argument}", upstream, steps, factors, running

    def tangent(self, row: Tangent, name: str) -> tuple[str, str, str, str, str, str]:
        """One edge upwards: step, edge, tangent, local (formula and number), product, running total."""
        node, argument = self.names[row.node], self.names[row.argument]
        tangent, steps, factors = self.product(row, argument)
        return str(row.step), f"{argument} -> {node}", tangent, steps, factors, self.running(f"d{node}/d{name}", row)

    def product(self, row: Backward, argument: str) -> tuple[str, str, str]:
        """What comes to an edge, its local derivative as formula and number, and the product of the two."""
        upstream, local, relation, product = self.numbers.product(row.upstream, row.local, row.product)
        arguments, state, derived, formula = self.graph.args[row.node], row.state, row.derived, row.formula
        if len(derived) > LONGEST_DERIVED:
            derived = self.names[row.node]
        if len(arguments) > 1 and arguments.count(row.argument) > 1:
            argument = moved(self.graph, row.node, row.position, argument, self.language)
        if state in (SHUT, NO_SLOPE):
            steps = f"d({derived})/d{argument} = 0{self.comma}{self._reason(row)}"
        else:
            if len(formula) > LONGEST_FORMULA:
                formula = ""
            equal = self._equal(formula, row.local) if formula[:1] in DECIMAL else "="
            if formula == local or not formula:
                steps = f"d({derived})/d{argument} {equal} {local}"
            else:
                steps = f"d({derived})/d{argument} = {formula} {equal} {local}"
            if row.condition:
                steps += self._condition(row)
        if state == OPEN or (row.local - row.local == 0 and row.upstream - row.upstream == 0):
            return upstream, steps, f"{upstream} * {bracketed(local)} {relation} {product}"
        # inf * 0 is not 0: that nothing flows here is no product.
        return upstream, steps, phrase("nothing arrives" if row.upstream == 0 else "nothing passes", self.language)

    def _equal(self, formula: str, local: Number) -> str:
        """Between a local derivative and its number."""
        equal = self.equal.get((formula, local))
        if equal is None:
            if len(self.equal) >= MOST_KEPT:
                self.equal.clear()
            equal = self.equal[formula, local] = rounded(formula, local)
        return equal

    def _reason(self, row: Backward) -> str:
        """Why an edge passes nothing on."""
        op = self.graph.op[row.node]
        if row.state == NO_SLOPE:
            return phrase("cut" if op == "detach" else "flat", self.language)
        if op == "where":
            return phrase("not taken", self.language)
        if lost_tie(self.trace, row):
            return phrase("tie lost", self.language)
        return phrase("not", self.language, condition=_in_brackets(row.condition))

    def _condition(self, row: Backward) -> str:
        """The condition under which an edge is open, behind its local derivative."""
        if self.graph.op[row.node] != "where":
            return f"{self.comma}{row.condition}"
        return f"{self.comma}{phrase('taken', self.language)}" if row.state == OPEN else ""

    def running(self, name: str, row: Backward) -> str:
        """The sum that a product goes to: with a colon until it is complete."""
        count, arriving = row.count, row.arriving
        if arriving == 1:
            return f"{name} = {self.numbers.shown(row.total)}"
        sign, place = " =" if count == arriving else ":", self.counting % (count, arriving)
        if row.before is None:
            return f"{name}{sign} {self.numbers.shown(row.total)}{place}"
        before, product, equal, total = self.numbers.total(row.before, row.product, row.total)
        return f"{name}{sign} {before} + {bracketed(product)} {equal} {total}{place}"


def _call_form(op: str, count: int) -> str:
    """How an operation is written of which no operand ever takes brackets, as `sin(%s)`; "" for others."""
    blanks = ["%s"] * count
    loose, tight = (text.operation(op, blanks, [level] * count, spaced=True) for level in (text.OR, text.ATOM))
    return loose if loose == tight and loose.count("%") == count else ""


def lost_tie(trace: Trace, row: Backward) -> bool:
    """Whether an edge is closed because another argument, which is as large, was taken."""
    if not trace.program.graph.op[row.node].endswith(("_first", "_last")):
        return False
    entry = trace.nodes.get(row.argument) or trace.constants[row.argument]
    return bool(entry.value == trace.nodes[row.node].value)


def branch_text(row: Backward, language: str) -> str:
    """Which of the branches that arrive this is."""
    return phrase("counter", language, count=row.count, arriving=row.arriving)


def bracket_level(op: str, place: int, operand: str) -> int:
    """A negative number takes brackets where it is not the first thing that is read: 2 + (-3)."""
    if operand.startswith("-"):
        declared = TABLE.get(op)
        infix = declared is not None and bool(declared.symbol)
        return 0 if infix and (place > 0 or (declared is not None and len(declared.params) == 1)) else text.UNARY
    return text.SUM if " " in operand else text.constant_level(operand)


def rounded(formula: str, local: Number) -> str:
    """Between a formula and its number: ≈ where the formula is a number that the kind of number has to round."""
    decimal = formula.lstrip("-").replace(".", "", 1).isdigit()
    return "≈" if decimal and not is_exact(formula, local) else "="


def bracketed(number: str) -> str:
    """A negative number in brackets, as it stands behind a sign."""
    return f"({number})" if number[:1] == "-" else number


def _in_brackets(condition: str) -> str:
    return f"({condition})" if " and " in condition or " or " in condition else condition
