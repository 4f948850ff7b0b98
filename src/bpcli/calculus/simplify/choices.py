"""Choices and conditions: what is known inside a branch, branches that become one, conditions that say nothing new.

    where(x > 0, where(x > 0, a, b), c)    where(x > 0, a, c)
    where(c, a, 0) + where(c, 0, b)        where(c, a, b)
    a and (a or b)                         a
"""

from __future__ import annotations

from bpcli.calculus.simplify.terms import plus, times

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.calculus.simplify.simplifier import Simplifier
    from bpcli.calculus.simplify.terms import Exact, Factors, Term

TRUTHS = ("lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not")  # their value is 1 or 0
MOST_CONJUNCTS = 40  # conditions of one choice that are looked at
MOST_JOINED = 20  # choices inside choices that are joined


def choice(work: Simplifier, condition: int, taken: int, otherwise: int) -> int:
    """A choice; inside its branches it is known whether the condition holds."""
    new = work.new
    if new.op[condition] == "const":
        return taken if new.payload[condition] else otherwise
    if new.op[condition] == "not":
        return choice(work, new.args[condition][0], otherwise, taken)
    if work.exact(otherwise) == 0:
        if work.matrices is not None and work.matrices.closes_itself(condition, taken):
            return taken
        largest = _largest(work, condition, taken)
        if largest is not None:
            return largest
        _, factors = work.product_of(taken)
        if _is_share(work, condition, factors):
            return taken
        if _is_positive(work, condition, taken) and "relu" in work.old.op:
            return new.add("relu", (taken,))  # in the words of who wrote relu(x)
        base, power = factors[0] if len(factors) == 1 else (taken, 0)
        if new.op[base] == "relu" and power == 1 and _is_positive(work, condition, new.args[base][0]):
            # where(x > 0, 2*relu(x), 0) is 2*relu(x): it is 0 on the other side by itself.
            return taken
    taken, otherwise = _chosen(work, taken, condition, 1), _chosen(work, otherwise, condition, 2)
    return taken if taken == otherwise else new.add("where", (condition, taken, otherwise))


def _chosen(work: Simplifier, node: int, condition: int, place: int) -> int:
    """A node where it is known which branch (its place in the arguments) every choice by this condition takes."""
    new = work.new
    known = _conjuncts(work, condition) if place == 1 else {condition}
    terms: list[Term] = []
    found = False
    for part, factors in work.sum_terms(node):
        kept: dict[int, Exact] = {}
        for base, power in factors:
            more: Factors = ((base, power),)
            if new.op[base] == "relu" and _is_positive(work, condition, new.args[base][0]):
                # Where x > 0, relu(x) is x, and elsewhere 0.
                found = True
                inner = new.args[base][0] if place == 1 else new.const(0)
                if place == 2 and not (isinstance(power, int) and power > 0):
                    return node
                scale, more = work.product_of(work.power((inner, new.const(power))))
                part = times(part, scale)
            if new.op[base] == "where" and _follows(work, new.args[base][0], known, place):
                found = True
                scale, more = work.product_of(work.power((new.args[base][place], new.const(power))))
                part = times(part, scale)
            for other, exponent in more:
                kept[other] = plus(kept.get(other, 0), exponent)
        terms.append((part, tuple(kept.items())))
    return work.sum_of(terms) if found else node


def _is_positive(work: Simplifier, condition: int, node: int) -> bool:
    """Whether a condition says just this: node > 0."""
    new = work.new
    return new.op[condition] == "gt" and new.args[condition][0] == node and work.exact(new.args[condition][1]) == 0


def _largest(work: Simplifier, condition: int, share: int) -> int | None:
    """The share of the first of two numbers in their maximum or minimum: all, half in a tie, or nothing.

    share: what flows where condition says that it is the largest; None where this is not such a choice
    """
    new = work.new
    if new.op[condition] != "eq":
        return None
    one, chosen = new.args[condition]
    if new.op[chosen] not in ("max", "min") or len(new.args[chosen]) != 2 or one not in new.args[chosen]:
        return None
    first, second = new.args[chosen]
    other = second if one == first else first
    ties = [new.add("add", tuple(new.add("eq", (each, chosen)) for each in pair))
            for pair in ((first, second), (second, first))]
    coefficient, factors = work.product_of(share)
    found = dict(factors)
    count = next((found.pop(tie) for tie in ties if tie in found), None)
    if count != -1:
        return None
    alone = new.add("gt" if new.op[chosen] == "max" else "lt", (one, other))
    whole = work.product(coefficient, found)
    half = work.product(times(coefficient, (1, 2)), found)
    return choice(work, alone, whole, choice(work, new.add("eq", (one, other)), half, new.const(0)))


def _is_share(work: Simplifier, condition: int, factors: Factors) -> bool:
    """Whether a product has the share of the first of two numbers in their maximum, which is 0 elsewhere by itself."""
    new = work.new
    if new.op[condition] != "eq" or not any(new.op[base] == "where" for base, _ in factors):
        return False
    one, chosen = new.args[condition]
    if new.op[chosen] not in ("max", "min") or len(new.args[chosen]) != 2 or one not in new.args[chosen]:
        return False
    first, second = new.args[chosen]
    alone = new.add("gt" if new.op[chosen] == "max" else "lt", (one, second if one == first else first))
    return any(new.op[base] == "where" and new.args[base][0] == alone and power == 1 for base, power in factors)


def logic(work: Simplifier, op: str, left: int, right: int) -> int:
    """A conjunction or disjunction of conditions, without what says nothing new."""
    new = work.new
    decides = 0 if op == "and" else 1
    for one, other in ((left, right), (right, left)):
        constant = new.op[other] == "const"
        if (constant and bool(new.payload[other]) == decides) or (
            new.op[other] == "not" and new.args[other][0] == one
        ):
            return new.const(decides)
        if new.op[one] not in TRUTHS:
            continue
        absorbed = new.op[other] in ("and", "or") and new.op[other] != op and one in new.args[other]
        if constant or one == other or absorbed:
            return one
        if op == "and" and one in _conjuncts(work, other):
            return other
    return new.add(op, (left, right))


def _conjuncts(work: Simplifier, condition: int) -> set[int]:
    """The conditions that hold where this one holds: a, b and c for `a and b and c`."""
    known = {condition}
    stack = [condition]
    while stack and len(known) < MOST_CONJUNCTS:
        here = stack.pop()
        known.add(here)
        if work.new.op[here] == "and":
            stack += work.new.args[here]
    return known


def _follows(work: Simplifier, condition: int, known: set[int], place: int) -> bool:
    """Whether a condition is among those known, or, where they hold, a conjunction of them."""
    if condition in known or place != 1:
        return condition in known
    parts = _conjuncts(work, condition)
    return len(parts) < MOST_CONJUNCTS and all(part in known for part in parts if work.new.op[part] != "and")


def joined_choices(work: Simplifier, terms: list[Term]) -> list[Term]:
    """where(c, a, 0) + where(c, 0, b) is where(c, a, b): choices by one condition become one."""
    new = work.new
    groups: dict[int, list[int]] = {}
    for place, (_, factors) in enumerate(terms):
        if len(factors) == 1 and factors[0][1] == 1 and new.op[factors[0][0]] == "where":
            groups.setdefault(new.args[factors[0][0]][0], []).append(place)
    joined: dict[int, list[Term]] = {}
    for condition, places in groups.items():
        if len(places) < 2 or work.joining >= MOST_JOINED:
            continue
        work.joining += 1
        branches = []
        for branch in (1, 2):
            inner: list[Term] = []
            for place in places:
                part, ((base, _),) = terms[place]
                inner += [(times(part, scale), key) for scale, key in work.sum_terms(new.args[base][branch])]
            branches.append(work.sum_of(inner))
        joined |= {place: [] for place in places}
        joined[places[0]] = work.sum_terms(choice(work, condition, *branches))
        work.joining -= 1
    return [each for place, term in enumerate(terms) for each in joined.get(place, [term])]
