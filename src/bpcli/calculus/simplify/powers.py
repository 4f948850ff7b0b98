"""Powers: factors of one product that are one power, and powers of products.

    sqrt(x)^2            x
    x*x^(n - 1)          x^n
    exp(2*x)*exp(-x)     exp(x)
    (-2*x)^3             -8*x^3
"""

from __future__ import annotations

from bpcli.calculus.simplify.terms import MOST_BITS, bits, plus, times, whole_power

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.calculus.simplify.simplifier import Simplifier
    from bpcli.calculus.simplify.terms import Exact, Factors


def raised_to(work: Simplifier, args: tuple[int, ...]) -> int:
    """A power with a constant exponent; whole exponents multiply and enter products."""
    base, exponent_node = args
    exponent = work.exact(exponent_node)
    if exponent is None:
        return work.new.add("powc", (base, exponent_node))
    if exponent == 0:
        return work.new.const(1)
    if exponent == 1:
        return base
    if isinstance(exponent, int):
        # (-2*x)^3 is -8*x^3.
        coefficient, factors = work.product_of(base)
        if (coefficient != 0 or exponent > 0) and bits(coefficient) * abs(exponent) <= MOST_BITS:
            scale = whole_power(coefficient, exponent)
            return work.product(scale, {inner: times(power, exponent) for inner, power in factors})
    return work.product(1, {base: exponent})


def in_one(work: Simplifier, coefficient: Exact, factors: dict[int, Exact]) -> tuple[Exact, dict[int, Exact]]:
    """The factors of a product with the powers of one base in one."""
    coefficient, factors = _join_roots(work, coefficient, factors)
    return coefficient, _join_exponentials(work, _join_powers(work, _join_constant_roots(work, factors)))


def _join_roots(work: Simplifier, coefficient: Exact, factors: dict[int, Exact]) -> tuple[Exact, dict[int, Exact]]:
    """sqrt(x)^2 is x, x/sqrt(x) is sqrt(x), and x*sign(x) is |x|."""
    new = work.new
    for node in list(factors):
        op, power = new.op[node], factors.get(node)
        if op not in ("sqrt", "sign") or not isinstance(power, int):
            continue
        (base,) = new.args[node]
        of_base = factors.get(base, 0)
        if not isinstance(of_base, int):
            if op == "sqrt":
                # x^0.25*sqrt(x) is x^0.75.
                del factors[node]
                factors[base] = plus(of_base, times(power, (1, 2)))
            continue
        if op == "sign" and power == 1 and of_base >= 1:
            del factors[node]
            factors[base] = of_base - 1
            size = new.add("abs", (base,))
            factors[size] = plus(factors.get(size, 0), 1)
        elif op == "sqrt" and (of_base or power % 2 == 0):
            del factors[node]
            factors.pop(base, None)
            halves = 2 * of_base + power
            if halves % 2:
                factors[node] = halves
                continue
            inner, more = work.product_of(base)
            if inner < 0 if isinstance(inner, int) else inner[0] < 0:
                inner, more = 1, ((base, 1),)
            if halves and not (bits(inner) * abs(halves // 2) <= MOST_BITS and inner != 0):
                inner, more = 1, ((base, 1),)
            coefficient = times(coefficient, whole_power(inner, halves // 2))
            for each, exponent in more:
                factors[each] = plus(factors.get(each, 0), times(exponent, halves // 2))
    return coefficient, factors


def _join_constant_roots(work: Simplifier, factors: dict[int, Exact]) -> dict[int, Exact]:
    """sqrt(2)*sqrt(pi) is sqrt(2*pi): the roots of numbers, which are above 0 wherever there is a value."""
    new = work.new
    roots = [node for node in factors if new.op[node] == "sqrt" and new.op[new.args[node][0]] == "const"]
    for power in (1, -1):
        alike = [node for node in roots if factors.get(node) == power]
        if len(alike) < 2:
            continue
        scale: Exact = 1
        names: dict[int, Exact] = {}
        for node in alike:
            part, more = work.product_of(new.args[node][0])
            scale = times(scale, part)
            for base, exponent in more:
                names[base] = plus(names.get(base, 0), exponent)
            del factors[node]
        whole = new.add("sqrt", (work.product(scale, names),))
        factors[whole] = plus(factors.get(whole, 0), power)
    return {base: power for base, power in factors.items() if power != 0}


def _join_exponentials(work: Simplifier, factors: dict[int, Exact]) -> dict[int, Exact]:
    """exp(2*x)*exp(-x) is exp(x)."""
    found: dict[Factors, list[int]] = {}
    for node, power in factors.items():
        if work.new.op[node] == "exp" and isinstance(power, int):
            found.setdefault(work.product_of(work.new.args[node][0])[1], []).append(node)
    for key, nodes in found.items():
        if len(nodes) < 2:
            continue
        total: Exact = 0
        for node in nodes:
            total = plus(total, times(factors.pop(node), work.product_of(work.new.args[node][0])[0]))
        if total != 0:
            node = work.new.add("exp", (work.product(total, dict(key)),))
            factors[node] = plus(factors.get(node, 0), 1)
    return factors


def _join_powers(work: Simplifier, factors: dict[int, Exact]) -> dict[int, Exact]:
    """x * x^(n - 1) is x^n, also where n varies."""
    new = work.new
    for node in list(factors):
        if new.op[node] != "pow" or factors.get(node) != 1:
            continue
        base, exponent = new.args[node]
        if base in factors and base != node:
            extra = factors.pop(base)
            del factors[node]
            total = work.sum_of([*work.sum_terms(exponent), (extra, ())])
            joined = new.add("pow", (base, total)) if not new.constant[total] else work.power((base, total))
            factors[joined] = plus(factors.get(joined, 0), 1)
    return factors
