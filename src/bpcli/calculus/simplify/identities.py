"""Identities of functions: squares that add up to 1, and what is 0 although it does not look so.

    a*sin(x)^2 + a*cos(x)^2       a
    a*cosh(x)^2 - a*sinh(x)^2     a
    0^x*log(0)                    0     the slope of what is 0 for every x > 0
"""

from __future__ import annotations

from bpcli.calculus.simplify.terms import times

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.calculus.simplify.simplifier import Simplifier
    from bpcli.calculus.simplify.terms import Exact, Factors, Term

# Of two functions of the same argument: the one whose square, with this sign, adds up to 1 with that of the other.
PARTNERS = {"sin": ("cos", 1), "cosh": ("sinh", -1)}


def with_squares_joined(work: Simplifier, terms: list[Term]) -> list[Term]:
    """The collected terms of a sum without pairs of squares that add up to 1."""
    while (joined := _pair(work, terms)) is not None:
        terms = work.collected(joined)
    return terms


def _pair(work: Simplifier, terms: list[Term]) -> list[Term] | None:
    """The terms with one such pair replaced; None where there is none."""
    new = work.new
    places: dict[frozenset[tuple[int, Exact]], int] | None = None
    for place, (part, factors) in enumerate(terms):
        for base, power in factors:
            if new.op[base] not in PARTNERS or not isinstance(power, int) or power < 2:
                continue
            other, sign = PARTNERS[new.op[base]]
            if places is None:
                places = {frozenset(key): each for each, (_, key) in enumerate(terms)}
            left = _less(dict(factors), base)
            partner = new.add(other, new.args[base])
            wanted = dict(left)
            wanted[partner] = _more(wanted.get(partner, 0))
            found = places.get(frozenset(wanted.items()))
            if found is not None and terms[found][0] == times(sign, part):
                rest = [term for each, term in enumerate(terms) if each not in (place, found)]
                return [*rest, (part, tuple(left.items()))]
    return None


def _less(factors: dict[int, Exact], base: int) -> dict[int, Exact]:
    """Factors without the square of one of them."""
    power = factors[base]
    assert isinstance(power, int)
    factors[base] = power - 2
    return {each: power for each, power in factors.items() if power != 0}


def _more(power: Exact) -> Exact:
    return power + 2 if isinstance(power, int) else (power[0] + 2 * power[1], power[1])


def is_slope_of_zero(work: Simplifier, factors: Factors) -> bool:
    """Whether a product is 0^u*log(0) times something: it has no value, and 0 is the slope that it stands for."""
    new = work.new
    zero = [base for base, _ in factors if new.args[base] and work.exact(new.args[base][0]) == 0]
    return {"log", "pow"} <= {new.op[base] for base in zero}
