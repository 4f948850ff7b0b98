"""In which order factors and terms are written.

    2*pi*x*(x + 1)*exp(x)*(sin(x) + cos(x))     factors: numbers, variables, their sums, functions, sums of functions
    x^2 + 2*x*w + 1                             terms: by their first variable, by falling degree, constants last
"""

from __future__ import annotations

from bpcli.calculus.simplify.terms import SMALL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.calculus.simplify.simplifier import Simplifier
    from bpcli.calculus.simplify.terms import Factors

RANKS = {"const": 0, "var": 1, "pow": 3, "add": 5, "sub": 5}  # where a factor stands in a product
POLYNOMIAL, FUNCTION = 2, 4
BEHIND_NUMBERS = 10  # for what has a shape


def rank(work: Simplifier, base: int) -> tuple[int, int, int]:
    """Where a factor stands in a product."""
    rank = RANKS.get(work.new.op[base], FUNCTION)
    if rank == FUNCTION and work.new.op[base] == "sqrt" and work.new.constant[base]:
        rank = RANKS["pow"]  # s^4*sqrt(2*pi), sqrt(pi)*erf(x)
    if rank > FUNCTION and len(work.summed.get(base, ())) <= SMALL:
        bases = [(each, power) for _, factors in work.summed.get(base, ()) for each, power in factors]
        if all(work.new.op[each] == "var" and isinstance(power, int) and power > 0 for each, power in bases):
            rank = POLYNOMIAL
    if work.matrices is not None and work.matrices.shape(base):
        rank += BEHIND_NUMBERS
    return rank, first_variable(work, base)[0], base


def standing(work: Simplifier, factors: Factors) -> tuple[int, int, int, list[int]]:
    """Where a term stands in a sum: by its first variable, then by falling degree; constants last."""
    if not factors:
        return (1 << 60, 0, 0, [])
    first = 1 << 59
    degree = 0
    for base, exponent in factors:
        variable, inner = first_variable(work, base)
        first = min(first, variable)
        if isinstance(exponent, int):
            degree += exponent * inner
    functions = [base for base, _ in factors if work.new.op[base] != "var"]
    bases = sorted(base for base, _ in factors)
    if work.matrices is not None and any(map(work.matrices.shape, bases)):
        # A @ B before B.T @ A.T.
        bases.insert(0, sum(map(work.length, bases)))
    return (first, -degree, -len(functions), bases)


def first_variable(work: Simplifier, node: int) -> tuple[int, int]:
    """The first variable that a node depends on (variables have the smallest ids), and 1 if it is one."""
    new = work.new
    known = work.order
    stack = [node]
    while stack:
        here = stack[-1]
        if here in known:
            stack.pop()
            continue
        if not new.args[here]:
            known[here] = (here, 1) if new.op[here] == "var" else (1 << 59, 0)
            stack.pop()
            continue
        waiting = [argument for argument in new.args[here] if argument not in known]
        if waiting:
            stack += waiting
            continue
        known[here] = (min(known[argument][0] for argument in new.args[here]), 0)
        stack.pop()
    return known[node]
