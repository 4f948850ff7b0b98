"""Derivatives as lines of text or LaTeX, labelled where there are several."""

from __future__ import annotations

from bpcli.language import latex
from bpcli.language.text import named_parts
from bpcli.numbers import show
from bpcli.render.languages import rule_sentences

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bpcli.calculus.rules import Rule
    from bpcli.engine.formulas import Derivative


def leibniz(output: str, names: Sequence[str]) -> str:
    """The sign of a derivative by some names in turn.

    >>> leibniz("y", ["x"]), leibniz("y", ["x", "x", "w"])
    ('dy/dx', 'd^3y/(dx^2 dw)')
    """
    below = [f"d{name}" + (f"^{count}" if count > 1 else "") for name, count in counted(names).items()]
    above = f"d^{len(names)}{output}" if len(names) > 1 else f"d{output}"
    return f"{above}/({' '.join(below)})" if len(below) > 1 else f"{above}/{below[0]}"


def leibniz_latex(output: str, names: Sequence[str], partial: bool) -> str:
    r"""The same in LaTeX; `partial` where the output depends on more than one name.

    >>> print(leibniz_latex("y", ["x", "x", "w"], True))
    \frac{\partial^{3} y}{\partial x^{2} \, \partial w}
    """
    d = r"\partial" if partial else r"\mathrm{d}"
    counts = counted(names)
    below = [f"{d} {latex.name(name)}" + (f"^{{{count}}}" if count > 1 else "") for name, count in counts.items()]
    power = f"^{{{len(names)}}}" if len(names) > 1 else ""
    return rf"\frac{{{d}{power} {latex.name(output)}}}{{" + r" \, ".join(below) + "}"


def counted(names: Sequence[str]) -> dict[str, int]:
    """How often each name occurs, in the order of first appearance."""
    counts = dict.fromkeys(names, 0)
    for name in names:
        counts[name] += 1
    return counts


def derivative_lines(
    made: Mapping[str, Derivative],
    values: Mapping[str, float],
    output: str,
    digits: int,
    quiet: bool,
    used: Mapping[str, list[Rule]],
    language: str,
) -> Iterator[str]:
    """Derivatives by what they are taken by, each with its value and the rules that it takes where there are any.

    quiet: the bare answer
    """
    said: set[str] = set()
    for name, each in made.items():
        ending = f" = {show(values[name], digits)}" if name in values and not quiet else ""
        *definitions, formula = str(each).split("\n")
        # What the user's own names stand for is said once.
        yield from [line for line in definitions if not each.formula.named or line not in said]
        said.update(definitions)
        label = "" if len(made) == 1 else f"{name}=" if quiet else f"{leibniz(output, each.wrt)} = "
        yield f"{label}{formula}{ending}"
        if not quiet:
            yield from rule_lines(used.get(name, []), language)


def rule_lines(used: list[Rule], language: str) -> Iterator[str]:
    """Rules as sentences below a derivative; those of each order under a line of their own."""
    if not used:
        return
    sentences = rule_sentences(language)
    several = used[-1].order > 1
    before = 0
    for rule in used:
        if several and rule.order != before:
            before = rule.order
            yield "  " + sentences["order"].format(order=rule.order)
        yield ("    " if several else "  ") + rule_sentence(rule, language)


def rule_sentence(rule: Rule, language: str) -> str:
    """One rule as a sentence."""
    return rule_sentences(language)[rule.kind].format(**rule.facts)


def derivative_latex(
    made: Mapping[str, Derivative], values: Mapping[str, float], output: str, digits: int
) -> str:
    """The same in LaTeX: one formula alone, or equations below each other."""
    rows: list[tuple[str, str]] = []
    for key, each in made.items():
        formula = each.formula
        graph, node = formula.graph, formula.node
        named = {**named_parts(graph, node), **formula.named}
        before = dict(graph.name)
        try:
            rows += [row for row in latex.definitions(graph, named) if not formula.named or row not in rows]
            right = latex.expression(graph, node, named)
        finally:
            graph.name.clear()
            graph.name.update(before)
        if key in values:
            right += f" = {value_latex(values[key], digits)}"
        if len(made) == 1 and not rows:
            return right
        rows.append((leibniz_latex(output, each.wrt, len(each.program.inputs) > 1), right))
    return latex.aligned(rows)


def value_latex(value: float, digits: int) -> str:
    r"""A number in LaTeX.

    >>> value_latex(1.5e-20, 6), value_latex(float("-inf"), 6)
    ('1.5 \\cdot 10^{-20}', '-\\infty')
    """
    mantissa, power, exponent = show(value, digits).replace("inf", r"\infty").partition("e")
    return rf"{mantissa} \cdot 10^{{{exponent}}}" if power else mantissa
