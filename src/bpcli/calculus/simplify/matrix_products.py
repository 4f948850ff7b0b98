"""Products of matrices as lists of their factors.

    x @ A + A @ x      (A + A.T) @ x
    (A @ B).T          B.T @ A.T
    inv(A) @ A @ x     x

A product whose result is a vector is written with the vector on the right; numbers stand in front.
"""

from __future__ import annotations

from bpcli.calculus.simplify.shaped import Shaped
from bpcli.calculus.simplify.terms import over, times

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.calculus.shapes import Shape
    from bpcli.calculus.simplify.simplifier import Simplifier
    from bpcli.calculus.simplify.terms import Exact, Factors, Term
    from bpcli.graph import Graph

MOST_LINKS = 16  # factors of a matrix product that is taken apart


class MatrixProducts(Shaped):
    """What is a product of matrices, and of what."""

    def __init__(self, work: Simplifier, graph: Graph, output: int) -> None:
        super().__init__(work, graph, output)
        self.products: dict[int, list[int]] = {}  # new node -> the factors of the matrix product that it is

    def product(self, left: int, right: int) -> int:
        """The matrix product of two nodes that have no numbers in front."""
        ranks = len(self.shape(left)), len(self.shape(right))
        if max(ranks) > 2:
            return self.work.new.add("matmul", (left, right))
        first, second = self._links(left), self._links(right)
        if ranks == (1, 1):
            return self._dot(first, second)
        if ranks == (1, 2):
            first, second = [self.transposed(factor) for factor in reversed(second)], first
        return self.product_node(self._cancelled([*first, *second]))

    def _links(self, node: int) -> list[int]:
        found = self.products.get(node)
        return found if found is not None and len(found) <= MOST_LINKS else [node]

    def _dot(self, first: list[int], second: list[int]) -> int:
        """The product of two vectors, with as few brackets as it needs."""
        new = self.work.new
        for one, other in ((first, second), (second, first)):
            if len(one) == 1 and self.is_ones(one[0]):
                return new.add("sum axis= keepdims=0", (self.product_node(other),))
        ways = []
        for one, other in ((first, second), (second, first)):
            node = one[-1]
            for factor in [*(self.transposed(each) for each in reversed(one[:-1])), *other]:
                node = new.add("matmul", (node, factor))
            ways.append(node)
        return min(ways, key=self.work.length)

    def _cancelled(self, factors: list[int]) -> list[int]:
        """Factors without identities, and without a matrix next to its inverse."""
        new = self.work.new
        kept: list[int] = []
        for factor in factors:
            if kept and new.op[factor] == "eye_like":
                continue
            if kept and new.op[kept[-1]] == "eye_like":
                kept.pop()
            if kept and (new.args[factor] == (kept[-1],) if new.op[factor] == "inv" else
                         new.op[kept[-1]] == "inv" and new.args[kept[-1]] == (factor,)):  # fmt: skip
                inner = kept.pop()
                factor = new.add("eye_like", (inner if new.op[factor] == "inv" else factor,))
                if kept:
                    continue
            kept.append(factor)
        return kept

    def product_node(self, factors: list[int]) -> int:
        """The node of a matrix product, from the left."""
        node = factors[0]
        for factor in factors[1:]:
            node = self.work.new.add("matmul", (node, factor))
        if len(factors) > 1:
            self.products[node] = factors
        return node

    def with_number(self, node: int, number: int) -> int | None:
        """A matrix product with a number at its first factor, as in 2*A.T @ x; None for what is none."""
        new = self.work.new
        if new.op[node] != "matmul":
            return None
        way = []
        while new.op[node] == "matmul":
            way.append(new.args[node][1])
            node = new.args[node][0]
        node = new.add("neg", (node,)) if number < 0 else new.add("mul", (number, node))
        for factor in reversed(way):
            node = new.add("matmul", (node, factor))
        return node

    def transposed(self, node: int) -> int:
        """The transpose of a node, without a pair of them."""
        new, shape = self.work.new, self.shape(node)
        if len(shape) < 2:
            return node
        op = new.op[node]
        if op == "transpose":
            return new.args[node][0]
        if self.is_ones(node):
            return self.ones(shape[::-1])
        if op == "outer":
            return new.add("outer", new.args[node][::-1])
        if op in ("diag", "eye_like"):
            return node
        plain = new.add("transpose", (node,))
        if node in self.products:
            turned = [self.transposed(factor) for factor in reversed(self.products[node])]
            other = self.product_node(turned)
            return other if self.work.length(other) < self.work.length(plain) else plain
        terms = self.work.summed.get(node, ()) if op in ("add", "sub") else ()
        bases = [self._matrix_of(factors) for _, factors in terms]
        if 0 < len(terms) <= MOST_LINKS and all(each is not None and self.shape(each) == shape for each in bases):
            other = self.work.sum_of([(part, self._turned(factors)) for part, factors in terms])
            return other if self.work.length(other) < self.work.length(plain) else plain
        return plain

    def _matrix_of(self, factors: Factors) -> int | None:
        """The only factor that is no number, where it stands alone; else None."""
        found = [(base, power) for base, power in factors if self.shape(base)]
        return found[0][0] if len(found) == 1 and found[0][1] == 1 else None

    def _turned(self, factors: Factors) -> Factors:
        return tuple([(self.transposed(base) if self.shape(base) else base, power) for base, power in factors])

    def gathered(self, terms: list[Term]) -> list[Term]:
        """A @ x + B @ x as (A + B) @ x, and A @ x - A @ b as A @ (x - b), where that is shorter."""
        work = self.work
        for last in (True, False):
            groups: dict[tuple[int, Shape], list[int]] = {}
            for place, (_, factors) in enumerate(terms):
                base = self._matrix_of(factors)
                if base is not None and base in self.products and len(self.products[base]) <= MOST_LINKS:
                    shared = self.products[base][-1 if last else 0]
                    groups.setdefault((shared, self.shape(base)), []).append(place)
            for (common, _), places in groups.items():
                if len(places) < 2:
                    continue
                outside, scale = self._shared([terms[place] for place in places])
                inner = []
                for place in places:
                    part, factors = terms[place]
                    base = self._matrix_of(factors)
                    assert base is not None
                    links = self.products[base]
                    rest = self.product_node(links[:-1] if last else links[1:])
                    kept_inside = [(each, power) for each, power in factors if each != base and each not in outside]
                    inner.append((part if scale == 1 else over(part, scale), (*kept_inside, (rest, 1))))
                total = work.sum_of(inner)
                coefficient, numbers, core = self._split(total)
                if coefficient == 0:
                    return self.gathered([term for place, term in enumerate(terms) if place not in places])
                links = self._links(core)
                node = self.product_node([*links, common] if last else [common, *links])
                coefficient = times(coefficient, scale)
                whole: Factors = (*outside.items(), *numbers, (node, 1))
                before = work.written_sum([terms[place] for place in places])
                if work.length(work.product(coefficient, dict(whole))) < work.length(before):
                    kept = [term for place, term in enumerate(terms) if place not in places]
                    return self.gathered(work.collected([*kept, (coefficient, whole)]))
        return terms

    def _shared(self, terms: list[Term]) -> tuple[dict[int, Exact], Exact]:
        """The numbers that all terms have as factors, and the coefficient where it is the same but for the sign."""
        every = [dict(factors) for _, factors in terms]
        outside = {
            base: power
            for base, power in every[0].items()
            if not self.shape(base) and all(each.get(base) == power for each in every)
        }
        sizes = {abs(part) if isinstance(part, int) else (abs(part[0]), part[1]) for part, _ in terms}
        return outside, terms[0][0] if len(sizes) == 1 else 1

    def _split(self, node: int) -> tuple[Exact, Factors, int]:
        """A node as a number, factors that are numbers, and what has a shape."""
        coefficient, factors = self.work.product_of(node)
        numbers = tuple([each for each in factors if not self.shape(each[0])])
        inner = {base: power for base, power in factors if self.shape(base)}
        return coefficient, numbers, self.work.product(1, inner)
