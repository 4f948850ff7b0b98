"""The nodes that a product is written with: the sign, the number, and what stands above and below the fraction line."""

from __future__ import annotations

from bpcli.calculus.simplify.terms import is_decimal, is_positive, times
from bpcli.numbers import negated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.calculus.simplify.simplifier import Simplifier
    from bpcli.calculus.simplify.terms import Exact, Factors
    from bpcli.graph import Graph


def written_product(work: Simplifier, coefficient: Exact, factors: Factors) -> int:
    """The nodes of a product: what stands above the fraction line over what stands below it."""
    new = work.new
    top, bottom = coefficient if isinstance(coefficient, tuple) else (coefficient, 1)
    decimal = is_decimal(bottom)
    above = [node for base, power in factors if is_positive(power) for node in _above(work, base, power)]
    below = [_raised(work, base, times(-1, power)) for base, power in factors if not is_positive(power)]
    negative = top < 0
    if decimal:
        above.insert(0, new.const((abs(top), bottom)))
    elif abs(top) != 1 or not above:
        above.insert(0, new.const(abs(top)))
    if bottom != 1 and not decimal:
        below.insert(0, new.const(bottom))
    node = _chain(work.new, above)
    if work.matrices is not None and len(above) + negative > 1:
        with_number = _with_number(work, above, negative)
        if with_number is not None:
            node, negative = with_number, False
    if negative:
        # The sign binds to the first factor, as in -2*x.
        first = above[0]
        value = work.exact(first)
        above[0] = new.const(negated(value)) if value is not None else new.add("neg", (first,))
        node = _chain(work.new, above)
    if below:
        node = new.add("div", (node, _chain(work.new, below)))
    work.factored[node] = (coefficient, factors)
    return node


def _with_number(work: Simplifier, above: list[int], negative: bool) -> int | None:
    """-2*A @ x: a matrix product with the numbers in front of it at its first factor; else None."""
    matrices = work.matrices
    assert matrices is not None
    *numbers, last = above
    if any(matrices.shape(each) for each in numbers):
        return None
    if negative and numbers:
        value = work.exact(numbers[0])
        numbers[0] = work.new.const(negated(value)) if value is not None else work.new.add("neg", (numbers[0],))
    return matrices.with_number(last, _chain(work.new, numbers) if numbers else -1)


def _above(work: Simplifier, base: int, power: Exact) -> list[int]:
    """The factors that a power is written as: x*sqrt(x) for the third power of a root."""
    if work.new.op[base] == "sqrt" and isinstance(power, int) and power > 2:
        return [_raised(work, work.new.args[base][0], power // 2), *([base] if power % 2 else [])]
    return [_raised(work, base, power)]


def _chain(new: Graph, nodes: list[int]) -> int:
    product = nodes[0]
    for node in nodes[1:]:
        product = new.add("mul", (product, node))
    return product


def _raised(work: Simplifier, base: int, exponent: Exact) -> int:
    return base if exponent == 1 else work.new.add("powc", (base, work.new.const(exponent)))
