"""How a sum is written: as it stands, multiplied out, or with its common factors and denominators in front.

    x*exp(x) + exp(x)              exp(x)*(x + 1)
    1/(x + 1) - x/(x + 1)^2        1/(x + 1)^2
    2*x*(x^3 - x) + 3*x^4 + 2*x^2  5*x^4

Each way is tried where it can be tried cheaply, and the shortest stays. Polynomials are not factored, and a
sum of fractions that was typed as one stays one unless it becomes shorter.
"""

from __future__ import annotations

from math import gcd, lcm

from bpcli import numbers
from bpcli.calculus.simplify.identities import with_squares_joined
from bpcli.calculus.simplify.terms import MOST_BITS, bits, is_positive, less, over, plus, times

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpcli.calculus.simplify.simplifier import Simplifier
    from bpcli.calculus.simplify.terms import Exact, Factors, Term

MOST_TERMS = 16  # of a sum that is arranged
MOST_MULTIPLIED = 24  # terms that it may have when it is multiplied out
MOST_INSIDE = 3  # sums that are arranged inside one that is being arranged
MOST_ROUNDS = 3  # groups that are gathered, one after the other
MOST_ARRANGED = 1000  # sums in one formula; those behind are written as they stand
MOST_BELOW = 10_000  # of a common denominator of the numbers in a sum that is taken out of it
LONGEST = 500  # symbols of a sum that anybody reads as a whole

GROWING = ("exp", "pow")  # gathered also where only some of the terms have them


def arranged(work: Simplifier, kept: list[Term]) -> int:
    """The node of a sum of collected terms, in the shortest of the ways to write it."""
    plain = work.written_sum(kept)
    if not 2 <= len(kept) <= MOST_TERMS or work.inside >= MOST_INSIDE or work.arrangements >= MOST_ARRANGED:
        return plain
    if not any(_has_more_than_names(work, factors) for _, factors in kept) and _whole(kept):
        return plain
    if work.length(plain) > LONGEST:
        return plain
    work.arrangements += 1
    work.inside += 1
    best = min(_ways(work, kept, plain), key=lambda way: way[0])[1]
    work.inside -= 1
    if best != plain and work.new.args[best]:
        # A sum around this one sees the terms again: what cancels there is decided there.
        work.summed.setdefault(best, kept)
    return best


def _ways(work: Simplifier, kept: list[Term], plain: int) -> Iterator[tuple[float, int]]:
    """The ways to write a sum, each with its length; of two that are equally long the first one counts."""
    gathered = _gathered(work, kept)
    length = work.length(plain)
    if gathered is not None and _is_quotient(work, kept) and work.length(gathered) == length:
        yield length, gathered
    yield length, plain
    if gathered is not None:
        yield work.length(gathered), gathered
    grouped = _grouped(work, kept)
    if grouped is not None:
        yield work.length(grouped), grouped
    multiplied, collects = _multiplied(work, kept)
    if multiplied is not None:
        # A product says more than the sum that it comes to, unless that is much shorter.
        node = work.written_sum(multiplied)
        # But of x + (x + 1)*(2*x + 1), which is a sum anyway, like terms are collected.
        weight = 0.99 if collects and gathered is None and grouped is None else 1.25
        yield weight * work.length(node), node
        gathered = _gathered(work, multiplied) if 2 <= len(multiplied) <= MOST_TERMS else None
        if gathered is not None:
            yield 1.25 * work.length(gathered), gathered


def _has_more_than_names(work: Simplifier, factors: Factors) -> bool:
    return any(work.new.op[base] != "var" or not isinstance(power, int) or power < 0 for base, power in factors)


def _whole(kept: list[Term]) -> bool:
    return all(isinstance(part, int) for part, _ in kept)


def _is_quotient(work: Simplifier, kept: list[Term]) -> bool:
    """Whether the terms look like what the rule of quotients leaves: functions over powers of one denominator."""
    above = [[base for base, power in factors if isinstance(power, int) and power > 0] for _, factors in kept]
    return all(above) and any(work.new.op[base] != "var" for bases in above for base in bases)


def _gathered(work: Simplifier, kept: list[Term]) -> int | None:
    """The sum as a product: what all terms share, above and below the fraction line, times what is left of them."""
    new = work.new
    powers = [dict(factors) for _, factors in kept]
    common: dict[int, int] = {}
    for base in dict.fromkeys(base for each in powers for base in each):
        found = [each.get(base, 0) for each in powers]
        least = min((power for power in found if isinstance(power, int)), default=0)
        if least and all(isinstance(power, int) for power in found):
            common[base] = least
    below = [base for base, power in common.items() if power < 0]
    functions = [base for base in common if new.op[base] != "var"]
    if below and not functions and any(set(each) <= {*below} for each in powers):
        # 1/x + 1/x^2, and 1/s - (x - m)^2/s^3, are what people write.
        if all(set(each) <= {*below} for each in powers) or not _cancels(work, powers):
            return None
    elif not below and not functions:
        common = {}
    top = gcd(*(part[0] if isinstance(part, tuple) else part for part, _ in kept))
    bottom = lcm(*(part[1] if isinstance(part, tuple) else 1 for part, _ in kept))
    if not common:
        if bottom == 1 or any(not isinstance(part, tuple) for part, _ in kept):
            return None
        top = 1
    if bottom > MOST_BELOW:
        top, bottom = 1, 1  # 1.0507 stays what it is, and is not 10507/10000 of something
    scale = numbers.rational(top, bottom)
    rest: list[Term] = []
    for (part, _), each in zip(kept, powers, strict=True):
        left = {base: less(each.get(base, 0), common.get(base, 0)) for base in {**each, **common}}
        term = work.joined(over(part, scale), left)
        # What was taken out of x*(x + 1) leaves a sum among its equals.
        alone = len(term[1]) == 1 and term[1][0][1] == 1 and abs(term[0]) == 1 if isinstance(term[0], int) else False
        inside = work.summed.get(term[1][0][0], []) if alone and work.new.op[term[1][0][0]] in ("add", "sub") else []
        if 0 < len(inside) <= MOST_TERMS:
            rest += [(times(term[0], inner), key) for inner, key in inside]
        else:
            rest.append(term)
    inner, more = _content(work, work.sum_of(rest))
    factors: dict[int, Exact] = dict(common)
    for base, power in more:
        factors[base] = plus(factors.get(base, 0), power)
    return work.product(times(scale, inner), factors)


def _content(work: Simplifier, node: int) -> Term:
    """A node as a product: 24*x - 12 as 12*(2*x - 1), and 1 - x^2 - 3*x as -(x^2 + 3*x - 1)."""
    terms = work.summed.get(node, []) if work.new.op[node] in ("add", "sub") else []
    if not terms or any(not isinstance(part, int) for part, _ in terms):
        return work.product_of(node)
    scale = gcd(*(part for part, _ in terms if isinstance(part, int)))
    if len(terms) > 2 and not is_positive(work.leading(terms)[0]):
        scale = -scale
    if scale == 1:
        return work.product_of(node)
    inner, factors = work.product_of(work.written_sum(work.collected((over(part, scale), key) for part, key in terms)))
    return times(scale, inner), factors


def _cancels(work: Simplifier, powers: list[dict[int, Exact]]) -> bool:
    """Whether a term over a single name has a logarithm or another function above it: (1 - log(x))/x^2."""
    return any(
        work.new.op[base] not in ("var", "add", "sub") and power == 1 for each in powers for base, power in each.items()
    )


def _grouped(work: Simplifier, kept: list[Term]) -> int | None:
    """The sum with those of its terms gathered that share a denominator or an exponential; None if there are none."""
    terms = kept
    found = False
    for _ in range(MOST_ROUNDS):
        group = next(_groups(work, terms), None)
        if group is None:
            break
        places, node = group
        found = True
        whole = [work.product_of(node)] if work.new.op[node] not in ("add", "sub") else work.summed.get(node)
        rest = [term for place, term in enumerate(terms) if place not in places]
        terms = work.collected([*rest, *(whole or [work.product_of(node)])])
    return work.written_sum(terms) if found else None


def _groups(work: Simplifier, terms: list[Term]) -> Iterator[tuple[set[int], int]]:
    """Places of terms that are shorter together, and the node that they make."""
    new = work.new
    users: dict[int, set[int]] = {}
    for place, (_, factors) in enumerate(terms):
        for base, power in factors:
            if isinstance(power, int) and (power < 0 or new.op[base] in GROWING):
                users.setdefault(base, set()).add(place)
    for places in users.values():
        if not 2 <= len(places) < len(terms):
            continue
        group = [terms[place] for place in sorted(places)]
        node = _gathered(work, group)
        if node is not None and work.length(node) < work.length(work.written_sum(group)):
            yield places, node


def _multiplied(work: Simplifier, kept: list[Term]) -> tuple[list[Term] | None, bool]:
    """The terms with their sums multiplied out (None: no sums, or too many terms), and whether some were alike."""
    result: list[Term] = []
    count = 0
    opened = False
    for part, factors in kept:
        product: list[Term] = [(part, ())]
        many = 1
        for base, power in factors:
            terms = work.summed.get(base) if work.new.op[base] in ("add", "sub") else None
            if terms is None or len(terms) > MOST_TERMS or not isinstance(power, int) or power < 0:
                product = [_product(work, each, (1, ((base, power),))) for each in product]
                continue
            if power > MOST_MULTIPLIED:
                return None, False
            opened = True
            for _ in range(power):
                product = work.collected(_product(work, each, term) for each in product for term in terms)
                if len(product) > MOST_MULTIPLIED or any(bits(part) >= MOST_BITS for part, _ in product):
                    return None, False
            many *= len(terms) ** power
        result += product
        count += many
    if not opened:
        return None, False
    result = with_squares_joined(work, work.collected(result))
    return (result if len(result) <= MOST_MULTIPLIED else None), len(result) < count


def _product(work: Simplifier, left: Term, right: Term) -> Term:
    factors: dict[int, Exact] = dict(left[1])
    for base, power in right[1]:
        factors[base] = plus(factors.get(base, 0), power)
    return work.joined(times(left[0], right[0]), factors)
