"""Algebra of vectors and matrices for what is shown, beside the elementwise algebra of simplify.py.

    x @ A + A @ x                  (A + A.T) @ x
    A.T @ (spread(1, r)*(2*r))     2*A.T @ r
    1/det(A)*cofactor(A)           inv(A).T

Sizes are known, so that what only gives a shape goes away: an array of equal numbers is a number times `ones`, and
ones next to something of the full shape say nothing. Numbers stand in front of a matrix product. A product whose
result is a vector is written with the vector on the right.
"""

from __future__ import annotations

import math
import re

from bpcli.calculus.shapes import SHAPES, axes_of, broadcast, shapes_of
from bpcli.ops import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.calculus.shapes import Shape
    from bpcli.calculus.simplify import Exact, Factors, Simplifier, Term
    from bpcli.graph import Graph
    from bpcli.ops import Op

MOST_LINKS = 16  # factors of a matrix product that is taken apart
JOINTLY = ("stack", "concat", "piece", "place_piece")  # linear in all their arguments together
REDUCTIONS = ("sum", "mean", "prod", "amax", "amin", "norm", "logsumexp", "variance", "std")
RESHAPING = ("reshape", "reshape_like", "flatten", "expand", "squeeze")


def has_shapes(graph: Graph) -> bool:
    """Whether nodes of a graph are known to have shapes."""
    return any(graph.shape.get(node) for node in graph.variables.values()) or any(
        (declared := TABLE.get(op)) is not None and declared.of_tensors for op in {*graph.op}
    )


class Matrices:
    """The shapes of one simplification, and its matrix products as lists of their factors."""

    def __init__(self, work: Simplifier, graph: Graph, output: int) -> None:
        self.work = work
        inputs = {node: graph.shape.get(node, ()) for node in graph.variables.values()}
        self.old = shapes_of(graph, inputs, output + 1)
        self.named = {name: inputs[node] for name, node in graph.variables.items()}
        self.new: list[Shape] = []
        self.products: dict[int, list[int]] = {}  # new node -> the factors of the matrix product that it is

    def shape(self, node: int) -> Shape:
        """The shape of a node of the new graph."""
        graph, known = self.work.new, self.new
        functions = SHAPES.calling(graph, False)
        for each in range(len(known), node + 1):
            op = graph.op[each]
            if op == "var":
                known.append(self.named[str(graph.payload[each])])
            else:
                known.append(() if op == "const" else functions[op](*[known[inner] for inner in graph.args[each]]))
        return known[node]

    def write_shapes(self) -> None:
        """Leave the shapes in the new graph."""
        graph = self.work.new
        if len(graph):
            self.shape(len(graph) - 1)
        graph.shape.update({node: shape for node, shape in enumerate(self.new) if shape})

    # Numbers that stand for arrays

    def ones(self, shape: Shape) -> int:
        """The node of ones of a shape."""
        return self.work.new.add(f"full shape={','.join(map(str, shape))}", (self.work.new.const(1),))

    def is_ones(self, node: int) -> bool:
        """Whether a node is `ones`."""
        graph = self.work.new
        return graph.op[node].startswith("full ") and self._constant(graph.args[node][0]) == 1

    def _constant(self, node: int) -> object:
        return self.work.new.payload.get(node) if self.work.new.op[node] == "const" else None

    def fitted(self, node: int, wanted: Shape) -> int:
        """A node in the shape that it has to have: elementwise algebra may have lost axes along which it is equal."""
        work = self.work
        if self.shape(node) == wanted:
            return node
        if self._constant(node) == 0:
            return work.new.add(f"full shape={','.join(map(str, wanted))}", (node,))
        coefficient, factors = work.product_of(node)
        return work.product(coefficient, {**dict(factors), self.ones(wanted): 1})

    def bare(self, node: int) -> int:
        """A node without ones: for an operand whose result is fitted."""
        coefficient, factors = self.work.product_of(node)
        kept = {base: power for base, power in factors if not self.is_ones(base)}
        return node if len(kept) == len(factors) and coefficient else self.work.product(coefficient, kept)

    def bare_term(self, term: Term) -> Term:
        """A term of a sum without ones."""
        part, factors = term
        return part, tuple([(base, power) for base, power in factors if not self.is_ones(base)])

    def without_ones(self, factors: dict[int, Exact]) -> dict[int, Exact]:
        """The factors of an elementwise product, with ones only where they give it its shape."""
        ones = [base for base in factors if self.is_ones(base)]
        if not ones:
            return factors
        others = {base: power for base, power in factors.items() if base not in ones}
        whole = broadcast(*[self.shape(base) for base in factors])
        if broadcast(*[self.shape(base) for base in others]) == whole:
            return others
        return {**others, self.ones(whole): 1}

    def closes_itself(self, condition: int, taken: int) -> bool:
        """Whether a choice between a sum and 0 is needless: the sum is 0 by itself where no entry has the condition."""
        new, whole = self.work.new, "sum axis= keepdims=0"
        if new.op[condition] != whole:
            return False
        (marks,) = new.args[condition]
        for base, power in self.work.product_of(taken)[1]:
            if new.op[base] != whole or power != 1:
                continue
            for inner, each in self.work.product_of(new.args[base][0])[1]:
                if new.op[inner] != "where" or each != 1:
                    continue
                chosen, first, second = new.args[inner]
                opposite = new.op[marks] == "not" and new.args[marks] == (chosen,)
                if (chosen == marks and self._constant(second) == 0) or (opposite and self._constant(first) == 0):
                    return True
        return False

    def without_determinants(self, factors: dict[int, Exact]) -> dict[int, Exact]:
        """cofactor(A)/det(A) is inv(A).T."""
        new = self.work.new
        for node in [base for base in factors if new.op[base] == "cofactor" and factors[base] == 1]:
            det = new.add("det", new.args[node])
            power = factors.get(det, 0)
            if isinstance(power, int) and power < 0:
                left = {base: each for base, each in factors.items() if base != node}
                left[det] = power + 1
                left[self.transposed(new.add("inv", new.args[node]))] = 1
                return {base: each for base, each in left.items() if each != 0}
        return factors

    # Operations

    def rewritten(self, op: str, args: tuple[int, ...], wanted: Shape) -> int:
        """The node of an operation on tensors, in its simplest form; it may lack axes along which it is equal."""
        declared = TABLE[op]
        name, chosen = declared.name.partition(" ")[0], declared.chosen
        shape = self.shape(args[0])
        if name in ("spread", "broadcast_like"):
            return self._copied(args, chosen if name == "spread" else {"axis": "", "keepdims": "1"}, op)
        if name == "sum_like":
            return self._summed(args, wanted, op)
        if name == "count":
            return self.work.new.const(math.prod(shape[place] for place in axes_of(chosen["axis"], shape)))
        if name in RESHAPING:
            if shape == wanted:
                return args[0]
            if name == "reshape_like":
                op, args = f"reshape shape={','.join(map(str, wanted))}", args[:1]
        if name == "full":
            return args[0]
        listed = name in ("take", "index") and self.work.new.op[args[0]] == "stack axis=0"
        if listed and chosen["at"].isdecimal() and chosen.get("axis", "0") == "0":
            return self.work.new.args[args[0]][int(chosen["at"])]
        if name == "unit":
            return self._unit(args[0], chosen["axis"])
        if name in REDUCTIONS and {*axes_of(chosen["axis"], shape)} == {*range(len(shape))}:
            op = " ".join([name, *(f"{key}={text}" for key, text in {**chosen, "axis": "", "keepdims": "0"}.items())])
        elif name in ("softmax", "log_softmax") and len(shape) == 1:
            op = f"{name} axis=-1"
        if name == "place" and re.fullmatch(r"[0-9]*:[0-9]*", chosen["at"]):
            return self._between_zeros(args, chosen["at"])
        coefficient, numbers, cores = self._taken_out(declared, args)
        if coefficient == 0:
            return self.work.new.const(0)
        if name == "matmul":
            core = self._product(*cores)
        elif name == "transpose":
            core = self.transposed(cores[0])
        elif self.is_ones(cores[0]) and (name in RESHAPING or (name == "sum" and not self._result(op, cores))):
            core = self.ones(wanted) if wanted else self.work.new.const(math.prod(shape))
        else:
            core = self.work.new.add(op, cores)
        part, factors = self.work.product_of(core)
        whole: dict[int, Exact] = dict(numbers)
        for base, power in factors:
            whole[base] = self.work.plus(whole.get(base, 0), power)
        return self.work.product(self.work.times(coefficient, part), whole)

    def _between_zeros(self, args: tuple[int, ...], at: str) -> int:
        """What stands in a slice of the first axis, and zeros in front of it and behind it."""
        value, like = args
        whole = self.shape(like)
        start, stop, _ = slice(*(int(bound) if bound else None for bound in at.split(":"))).indices(whole[0])
        value = self.fitted(value, (stop - start, *whole[1:]))
        zero = self.work.new.const(0)
        before, after = (
            [self.fitted(zero, (size, *whole[1:]))] if size else [] for size in (start, whole[0] - stop)
        )
        parts = (*before, value, *after)
        return self.work.new.add("concat axis=0", parts) if len(parts) > 1 else value

    def _result(self, op: str, args: tuple[int, ...]) -> Shape:
        shape: Shape = SHAPES.functions[op](*[self.shape(node) for node in args])
        return shape

    def _taken_out(self, op: Op, args: tuple[int, ...]) -> tuple[Exact, dict[int, Exact], tuple[int, ...]]:
        """The numbers among the factors of arguments in which an operation is linear, and what is left of these."""
        work = self.work
        coefficient: Exact = 1
        numbers: dict[int, Exact] = {}
        cores = []
        separately = op.name.partition(" ")[0] not in JOINTLY
        for place, node in enumerate(args):
            linear = separately and place < len(op.params) and op.params[place] in op.linear
            if not linear or not self.shape(node):
                cores.append(node)
                continue
            part, factors = work.product_of(node)
            inner = {base: power for base, power in factors if self.shape(base)}
            if part == 0:
                return 0, {}, args
            if part == 1 and len(inner) == len(factors):
                cores.append(node)
                continue
            coefficient = work.times(coefficient, part)
            for base, power in factors:
                if base not in inner:
                    numbers[base] = work.plus(numbers.get(base, 0), power)
            cores.append(self.fitted(work.product(1, inner), self.shape(node)))
        return coefficient, numbers, tuple(cores)

    def _copied(self, args: tuple[int, ...], chosen: dict[str, str], op: str) -> int:
        """A value that is copied along axes: elementwise algebra copies it by itself where the axes stand right."""
        value, like = args
        own, whole = self.shape(value), self.shape(like)
        over = axes_of(chosen["axis"], whole)
        if not own or chosen["keepdims"] == "1" or over == tuple(range(len(over))):
            return value
        if len(over) == 1:
            return self.work.new.add(f"expand axis={over[0]}", (value,))
        return self.work.new.add(op, args)

    def _summed(self, args: tuple[int, ...], wanted: Shape, op: str) -> int:
        """A value summed over the axes along which another was copied."""
        shape = self.shape(args[0])
        if shape == wanted:
            return args[0]
        extra = len(shape) - len(wanted)
        copied = [place for place, size in enumerate(wanted) if size == 1 and shape[place + extra] != 1]
        if extra and copied:
            return self.work.new.add(op, args)
        axis = "" if not wanted else ",".join(map(str, copied or range(extra)))
        return self.rewritten(f"sum axis={axis} keepdims={1 if copied else 0}", args[:1], wanted)

    def _unit(self, node: int, axis: str) -> int:
        """x/norm(x), as books have it; at 0 the convention is 0."""
        work = self.work
        length = work.new.add(f"norm axis={axis} keepdims={1 if axis else 0}", (node,))
        coefficient, factors = work.product_of(node)
        whole = dict(factors)
        whole[length] = work.plus(whole.get(length, 0), -1)
        return work.product(coefficient, whole)

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

    # Matrix products

    def _product(self, left: int, right: int) -> int:
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
                    inner.append((part if scale == 1 else work.over(part, scale), (*kept_inside, (rest, 1))))
                total = work.sum_of(inner)
                coefficient, numbers, core = self._split(total)
                if coefficient == 0:
                    return self.gathered([term for place, term in enumerate(terms) if place not in places])
                links = self._links(core)
                node = self.product_node([*links, common] if last else [common, *links])
                coefficient = work.times(coefficient, scale)
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
