"""One simplification: a walk from the leaves up, and what the rooms beside this module know of the nodes it makes."""

from __future__ import annotations

from bpcli.calculus.simplify import order, powers, products, sums
from bpcli.calculus.simplify.arrangement import arranged
from bpcli.calculus.simplify.choices import choice, joined_choices, logic
from bpcli.calculus.simplify.identities import with_squares_joined
from bpcli.calculus.simplify.matrices import Matrices
from bpcli.calculus.simplify.shaped import has_shapes
from bpcli.calculus.simplify.terms import SMALL, is_positive, times
from bpcli.graph import Graph
from bpcli.ops import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from bpcli.calculus.simplify.terms import Exact, Term
    from bpcli.numbers import Constant

SUMS = ("add", "sub", "neg")
PRODUCTS = ("mul", "div")
ROOTS = ("sin", "tan", "asin", "atan", "sinh", "tanh", "asinh", "sqrt", "cbrt", "log1p", "expm1", "abs")  # 0 at 0
KNOWN = {("exp", 0): 1, ("cos", 0): 1, ("cosh", 0): 1, ("log", 1): 0, ("log", "e"): 1, ("sqrt", 1): 1, ("cbrt", 1): 1}
KNOWN |= {(op, 0): 0 for op in ROOTS}
ROUNDING = ("floor", "ceil", "round", "trunc")
OF_EQUALS = {"eq": 1, "le": 1, "ge": 1, "ne": 0, "lt": 0, "gt": 0}  # what it is to compare a number with itself


class Simplifier:
    """The old graph, the new one, and what each node of the new one is as a product and as a sum."""

    def __init__(self, graph: Graph, output: int) -> None:
        self.old = graph
        self.output = output
        self.new = Graph()
        self.new.functions = graph.functions
        for name in graph.variables:
            self.new.variable(name)
        self.made: dict[int, int] = {}  # old node -> new node
        self.factored: dict[int, Term] = {}  # new node -> coefficient and factors
        self.summed: dict[int, list[Term]] = {}  # new node -> its terms
        self.joining = 0  # how deep we are in choices that are being joined
        self.inside = 0  # how deep we are in sums that are being arranged
        self.arrangements = 0
        self.lengths: list[int] = []  # new node -> symbols of its formula
        self.order: dict[int, tuple[int, int]] = {}  # new node -> (first variable, degree), for sorting
        self.matrices = Matrices(self, graph, output) if has_shapes(graph) else None

    def run(self) -> tuple[Graph, int]:
        """The new graph, and its output."""
        old = self.old
        needed = old.reaches(self.output)
        consumers: list[list[int]] = [[] for _ in range(self.output + 1)]
        for node in range(self.output + 1):
            if needed[node]:
                for argument in old.args[node]:
                    consumers[argument].append(node)
        for node in range(self.output + 1):
            if not needed[node]:
                continue
            # A link of a chain is taken apart by the end of the chain.
            users = consumers[node]
            if node != self.output and len(users) == 1 and _links(old.op[node], old.op[users[0]]):
                continue
            made = self._node(node)
            self.made[node] = made if self.matrices is None else self.matrices.fitted(made, self.matrices.old[node])
        if self.matrices is not None:
            self.matrices.write_shapes()
        return self.new, self.made[self.output]

    def _node(self, node: int) -> int:
        old, new = self.old, self.new
        op = old.op[node]
        if op == "var":
            return new.variable(str(old.payload[node]))
        if op == "const":
            return new.const(old.payload[node])
        if op in SUMS:
            terms = sums.terms_of(self, node)
            return self.sum_of(terms if self.matrices is None else [*map(self.matrices.bare_term, terms)])
        if op in PRODUCTS:
            return products.gathered(self, node)
        args = tuple(self.made[argument] for argument in old.args[node])
        if op == "same":
            return args[0]
        if self.matrices is not None:
            declared = TABLE.get(op)
            if declared is not None and declared.of_tensors:
                return self.matrices.rewritten(op, args, self.matrices.old[node])
            if declared is not None:
                args = tuple([self.matrices.bare(argument) for argument in args])
        if op == "powc":
            return self.power(args)
        if op == "where":
            return choice(self, *args)
        if op in ("and", "or"):
            return logic(self, op, *args)
        if op in ("max", "min"):
            args = tuple(dict.fromkeys(args))
            if len(args) == 1:
                return args[0]
        if op in OF_EQUALS and args[0] == args[1]:
            return new.const(OF_EQUALS[op])
        if len(args) == 1 and new.op[args[0]] == "const":
            payload = new.payload[args[0]]
            known = payload if op in ROUNDING and isinstance(payload, int) else KNOWN.get((op, payload))
            if known is not None:
                return new.const(known)
        return new.add(op, args)

    # What the rooms ask of one another

    def product_of(self, node: int) -> Term:
        """A node of the new graph as coefficient and factors."""
        value = self.exact(node)
        if value is not None:
            return value, ()
        if self.new.op[node].startswith("full ") and self.exact(self.new.args[node][0]) == 0:
            return 0, ()
        terms = self.summed.get(node, ()) if self.new.op[node] in ("add", "sub") else ()
        if 0 < len(terms) <= SMALL and not any(is_positive(part) for part, _ in terms):
            # -x - 1 is -(x + 1) as a factor.
            return -1, ((self.sum_of([(times(-1, part), key) for part, key in terms]), 1),)
        found = self.factored.get(node)
        return found if found is not None and len(found[1]) <= SMALL else (1, ((node, 1),))

    def exact(self, node: int) -> Exact | None:
        """The rational number that a node is; None where it is not one."""
        value: Constant | None = self.new.payload.get(node) if self.new.op[node] == "const" else None
        return value if isinstance(value, int | tuple) else None

    def sum_terms(self, node: int) -> list[Term]:
        """A node of the new graph as terms of a sum."""
        terms = self.summed.get(node)
        return terms if terms is not None and len(terms) <= SMALL else [self.product_of(node)]

    def sum_of(self, terms: list[Term]) -> int:
        """The node of a sum of terms: collected, ordered, and written in the shortest way."""
        kept = with_squares_joined(self, self.collected(joined_choices(self, terms)))
        return arranged(self, kept if self.matrices is None else self.matrices.gathered(kept))

    def leading(self, terms: list[Term]) -> Term:
        """The term that stands first where no minus has to be kept from the front."""
        return min(terms, key=lambda term: order.standing(self, term[1]))

    def length(self, node: int) -> int:
        """How many names, numbers and operations the formula of a node has."""
        lengths = self.lengths
        for each in range(len(lengths), node + 1):
            lengths.append(min(1 + sum([lengths[argument] for argument in self.new.args[each]]), 1 << 60))
        return lengths[node]

    def product(self, coefficient: Exact, factors: dict[int, Exact]) -> int:
        """The node of a product."""
        return products.product(self, coefficient, factors)

    def joined(self, coefficient: Exact, factors: dict[int, Exact]) -> Term:
        """A product with all in one that goes into one, and in the order in which it is written."""
        return products.joined(self, coefficient, factors)

    def power(self, args: tuple[int, ...]) -> int:
        """A power with a constant exponent."""
        return powers.raised_to(self, args)

    def collected(self, terms: Iterable[Term]) -> list[Term]:
        """Like terms collected, in the order in which they are written."""
        return sums.collected(self, terms)

    def written_sum(self, kept: list[Term]) -> int:
        """The nodes of a sum of collected terms, one after the other."""
        return sums.written_sum(self, kept)


def _links(op: str, consumer: str) -> bool:
    """Whether a node is a link of the chain of sums or products that its only consumer continues."""
    return (op in SUMS and consumer in SUMS) or (op in PRODUCTS and consumer in PRODUCTS)
