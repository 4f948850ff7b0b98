"""Products: a rational coefficient, and bases with rational exponents.

    2*x*3*x              6*x^2
    -x*(y - p)           x*(p - y)
    x^2*(1 + 1/x^2)      x^2 + 1
"""

from __future__ import annotations

from math import gcd

from bpcli.calculus.simplify.arrangement import MOST_INSIDE
from bpcli.calculus.simplify.identities import is_slope_of_zero
from bpcli.calculus.simplify.order import rank
from bpcli.calculus.simplify.powers import in_one
from bpcli.calculus.simplify.terms import MOST_BITS, SMALL, bits, over, plus, times, whole_power
from bpcli.calculus.simplify.writing import written_product

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.calculus.simplify.simplifier import Simplifier
    from bpcli.calculus.simplify.terms import Exact, Factors, Term


def gathered(work: Simplifier, node: int) -> int:
    """The product that this node and the links below it make."""
    coefficient: Exact = 1
    factors: dict[int, Exact] = {}
    stack = [(node, 1)]
    while stack:
        here, sign = stack.pop()
        if here in work.made:
            part, more = work.product_of(work.made[here])
            if sign < 0:
                if part == 0:
                    # A quotient by 0 has no simpler form.
                    factors[work.made[here]] = -1
                    continue
                part = over(1, part)
            coefficient = times(coefficient, part)
            for base, exponent in more:
                total = plus(factors.get(base, 0), exponent if sign > 0 else times(-1, exponent))
                factors[base] = total
            continue
        left, right = work.old.args[here]
        stack += [(right, sign if work.old.op[here] == "mul" else -sign), (left, sign)]
    return product(work, coefficient, factors)


def product(work: Simplifier, coefficient: Exact, factors: dict[int, Exact]) -> int:
    """The node of a product."""
    if coefficient == 0:
        return work.new.const(0)
    coefficient, key = joined(work, coefficient, factors)
    if is_slope_of_zero(work, key):
        return work.new.const(0)
    opened = _cancelling(work, key)
    if opened is not None:
        scale, more = opened
        return product(work, times(coefficient, scale), more)
    turned = _turned(work, coefficient, key)
    if turned is not None:
        return product(work, *turned)
    if not key:
        return work.new.const(coefficient)
    if coefficient == 1 and len(key) == 1 and key[0][1] == 1:
        return key[0][0]
    return written_product(work, coefficient, key)


def joined(work: Simplifier, coefficient: Exact, factors: dict[int, Exact]) -> Term:
    """A product with all in one that goes into one, and in the order in which it is written."""
    factors = {base: power for base, power in factors.items() if power != 0}
    if work.matrices is not None:
        factors = work.matrices.without_determinants(work.matrices.without_ones(factors))
    if any(work.new.op[base] != "var" for base in factors):
        coefficient, factors = in_one(work, coefficient, _facing_alike(work, factors))
    # pi, then variables, then sums of them, then functions, then sums of functions, each in the order of
    # first appearance: 2*pi*x*(x + 1)*exp(x)*(sin(x) + cos(x)).
    ordered = sorted(factors, key=lambda each: rank(work, each)) if len(factors) > 1 else [*factors]
    return coefficient, tuple([(base, factors[base]) for base in ordered if factors[base] != 0])


def _facing_alike(work: Simplifier, factors: dict[int, Exact]) -> dict[int, Exact]:
    """(m - x)^2 is (x - m)^2 where x is the first of the two that the text names, so that both are one."""
    new = work.new
    for base in [base for base in factors if new.op[base] == "sub"]:
        (first, second), power = new.args[base], factors[base]
        if new.op[first] == new.op[second] == "var" and second < first and isinstance(power, int) and power % 2 == 0:
            other = work.written_sum([(1, ((second, 1),)), (-1, ((first, 1),))])
            factors[other] = plus(factors.get(other, 0), factors.pop(base))
    return factors


def _turned(work: Simplifier, coefficient: Exact, key: Factors) -> tuple[Exact, dict[int, Exact]] | None:
    """-x*(y - p) as x*(p - y), 2*(2*x + 4) as 4*(x + 2): what a sum gives to the number in front; else None."""
    powers = dict(key)
    differences = [base for base, power in key if work.new.op[base] == "sub" and isinstance(power, int)]
    for base in differences if len(differences) > 1 else ():
        first, second = work.new.args[base]
        other = next((each for each in differences if work.new.args[each] == (second, first)), None)
        if other is None:
            continue
        # (x - w)*(w - x) is one factor, of both the one that leaves no minus in front.
        odd, even = powers[base] % 2, powers[other] % 2  # type: ignore[operator]
        kept, gone = (other, base) if (coefficient == -1) == bool(odd) else (base, other)
        sign = -1 if (odd if gone == base else even) else 1
        powers[kept] = plus(powers[kept], powers.pop(gone))
        return times(coefficient, sign), powers
    if coefficient == 1 and len(key) == 1:
        return None
    for base, power in key:
        terms = work.summed.get(base, ()) if work.new.op[base] in ("add", "sub") and power == 1 else ()
        if not 0 < len(terms) <= SMALL:
            continue
        share = gcd(*(part if isinstance(part, int) else 1 for part, _ in terms))
        if coefficient == -1:
            share = -1 if len(terms) == 2 and work.new.op[base] == "sub" else 1
        if share == 1:
            continue
        other = work.written_sum(work.collected([(over(part, share), factors) for part, factors in terms]))
        left = {node: each for node, each in key if node != base}
        left[other] = plus(left.get(other, 0), 1)
        return times(coefficient, share), left
    return None


def _cancelling(work: Simplifier, key: Factors) -> tuple[Exact, dict[int, Exact]] | None:
    """x^2*(1 + 1/x^2) is x^2 + 1: a sum takes in what cancels a denominator of its terms; None if nothing does."""
    if work.inside > MOST_INSIDE:
        return None
    for base, power in key:
        terms = work.summed.get(base, ()) if work.new.op[base] in ("add", "sub") else ()
        if not isinstance(power, int) or not 0 < len(terms) <= SMALL:
            continue
        for other, outside in key:
            least = min(
                (each for _, factors in terms for node, each in factors if node == other and isinstance(each, int)),
                default=0,
            )
            if least >= 0 or not isinstance(outside, int) or abs(outside + least * power) >= abs(outside):
                continue
            work.inside += 1
            inner = [
                joined(work, part, {**dict(factors), other: plus(dict(factors).get(other, 0), -least)})
                for part, factors in terms
            ]
            scale, more = work.product_of(work.sum_of(inner))
            work.inside -= 1
            if scale == 0 or bits(scale) * abs(power) > MOST_BITS:
                continue
            left = {node: each for node, each in key if node != base}
            left[other] = outside + least * power
            for node, each in more:
                left[node] = plus(left.get(node, 0), times(each, power))
            return whole_power(scale, power), left
    return None
