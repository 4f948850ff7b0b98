"""Sums: terms with rational coefficients, like ones collected.

    x*w + w*x            2*x*w
    -x^2 + 1             1 - x^2
"""

from __future__ import annotations

from bpcli.calculus.simplify.order import standing
from bpcli.calculus.simplify.terms import is_positive, plus, times

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from bpcli.calculus.simplify.simplifier import Simplifier
    from bpcli.calculus.simplify.terms import Exact, Factors, Term


def terms_of(work: Simplifier, node: int) -> list[Term]:
    """The terms of the sum that this node and the links below it make, in the order that they stand."""
    terms: list[Term] = []
    stack: list[tuple[int, int]] = [(node, 1)]
    while stack:
        here, sign = stack.pop()
        if here in work.made:
            terms += [(times(sign, part), key) for part, key in work.sum_terms(work.made[here])]
            continue
        op, args = work.old.op[here], work.old.args[here]
        if op == "neg":
            stack.append((args[0], -sign))
        else:
            stack += [(args[1], sign if op == "add" else -sign), (args[0], sign)]
    return terms


def collected(work: Simplifier, terms: Iterable[Term]) -> list[Term]:
    """Like terms collected, ordered by the first appearance of their variables, constants last."""
    collected: dict[frozenset[tuple[int, Exact]], tuple[Exact, Factors]] = {}
    for part, key in terms:
        # x*w and w*x are alike; the one that came first is written.
        alike = frozenset(key)
        before = collected.get(alike)
        collected[alike] = (part, key) if before is None else (plus(before[0], part), before[1])
    kept = [term for term in collected.values() if term[0] != 0]
    kept.sort(key=lambda term: standing(work, term[1]))
    if kept and not is_positive(kept[0][0]):
        # 1 - x^2 reads better than -x^2 + 1.
        for place, (part, _) in enumerate(kept):
            if is_positive(part):
                kept.insert(0, kept.pop(place))
                break
    return kept


def written_sum(work: Simplifier, kept: list[Term]) -> int:
    """The nodes of a sum of collected terms, one after the other."""
    if not kept:
        return work.new.const(0)
    node = work.product(kept[0][0], dict(kept[0][1]))
    for part, key in kept[1:]:
        positive = is_positive(part)
        term = work.product(part if positive else times(-1, part), dict(key))
        node = work.new.add("add" if positive else "sub", (node, term))
    if len(kept) > 1:
        work.summed[node] = kept
    return node
