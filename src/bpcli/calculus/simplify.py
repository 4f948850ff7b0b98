"""Algebra for what is shown: like terms collected, products gathered, constants first in a term and last in a sum.

The result is a new graph; the one that was read stays as it was typed, and nothing here is used to
compute. Both are equal as real functions wherever the original has a value. One pass from the leaves up,
with each chain of sums or products taken apart once, so that it ends on everything.
"""

from __future__ import annotations

from bpcli import numbers
from bpcli.calculus.symbols import fold
from bpcli.graph import Graph

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.numbers import Constant

Exact = int | tuple[int, int]
Factors = tuple[tuple[int, Exact], ...]  # (base, exponent), in the order of first use

TRUTHS = ("lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not")  # their value is 1 or 0
SUMS = ("add", "sub", "neg")
PRODUCTS = ("mul", "div", "neg")
MOST_BITS = 4096  # of a power of constants that is worked out
MOST_CONJUNCTS = 40  # conditions of one choice that are looked at
MOST_JOINED = 20  # choices inside choices that are joined
SMALL = 16  # terms or factors of a shared node that is opened into the sum or product around it
KNOWN = {("exp", 0): 1, ("log", 1): 0, ("sin", 0): 0, ("cos", 0): 1, ("tan", 0): 0, ("sqrt", 0): 0, ("sqrt", 1): 1}


def simplified(graph: Graph, output: int) -> tuple[Graph, int]:
    """A new graph with a shorter formula of the same value, and its output.

    >>> from bpcli.language.reader import parse
    >>> from bpcli.language.text import expression
    >>> read = parse("(x + w)*1 + w + 0*x")
    >>> expression(*simplified(read.graph, read.output))
    'x + 2*w'
    """
    return Simplifier(graph, output).run()


class Simplifier:
    """One simplification: the old graph, the new one, and what each node of the new one is as a product."""

    def __init__(self, graph: Graph, output: int) -> None:
        self.old = graph
        self.output = output
        self.new = Graph()
        self.new.functions = graph.functions
        for name in graph.variables:
            self.new.variable(name)
        self.made: dict[int, int] = {}  # old node -> new node
        self.factored: dict[int, tuple[Exact, Factors]] = {}  # new node -> coefficient and factors
        self.summed: dict[int, list[tuple[Exact, Factors]]] = {}  # new node -> its terms
        self.joining = 0  # how deep we are in choices that are being joined
        self.order: dict[int, tuple[int, int]] = {}  # new node -> (first variable, degree), for sorting

    def run(self) -> tuple[Graph, int]:
        old = self.old
        needed = old.reaches(self.output)
        consumers: list[list[int]] = [[] for _ in range(self.output + 1)]
        for node in range(self.output + 1):
            if needed[node]:
                for argument in old.args[node]:
                    consumers[argument].append(node)
        self.single = [len(users) == 1 for users in consumers]
        for node in range(self.output + 1):
            if not needed[node]:
                continue
            # A link of a chain is taken apart by the end of the chain.
            if node != self.output and self.single[node] and self._links(old.op[node], old.op[consumers[node][0]]):
                continue
            self.made[node] = self._node(node)
        return self.new, self.made[self.output]

    @staticmethod
    def _links(op: str, consumer: str) -> bool:
        return (op in SUMS and consumer in SUMS) or (op in ("mul", "div") and consumer in ("mul", "div"))

    def _node(self, node: int) -> int:
        old, new = self.old, self.new
        op = old.op[node]
        if op == "var":
            return new.variable(str(old.payload[node]))
        if op == "const":
            return new.const(old.payload[node])
        if op in SUMS:
            return self._sum(self._terms(node))
        if op in ("mul", "div"):
            return self._gather_product(node)
        args = tuple(self.made[argument] for argument in old.args[node])
        if op == "same":
            return args[0]
        if op == "powc":
            return self._power(args)
        if op == "where":
            return self._where(*args)
        if op in ("and", "or"):
            return self._logic(op, *args)
        if len(args) == 1 and new.op[args[0]] == "const":
            known = KNOWN.get((op, new.payload[args[0]]))  # type: ignore[arg-type]
            if known is not None:
                return new.const(known)
        return new.add(op, args)

    def _where(self, condition: int, taken: int, otherwise: int) -> int:
        """A choice; inside its branches it is known whether the condition holds."""
        new = self.new
        if new.op[condition] == "const":
            return taken if new.payload[condition] else otherwise
        if new.op[condition] == "not":
            return self._where(new.args[condition][0], otherwise, taken)
        taken, otherwise = self._chosen(taken, condition, 1), self._chosen(otherwise, condition, 2)
        return taken if taken == otherwise else new.add("where", (condition, taken, otherwise))

    def _chosen(self, node: int, condition: int, place: int) -> int:
        """A node where it is known which branch (its place in the arguments) every choice by this condition takes."""
        new = self.new
        known = self._conjuncts(condition) if place == 1 else {condition}
        terms: list[tuple[Exact, Factors]] = []
        found = False
        for part, factors in self._sum_terms(node):
            kept: dict[int, Exact] = {}
            for base, power in factors:
                more: Factors = ((base, power),)
                if new.op[base] == "where" and self._follows(new.args[base][0], known, place):
                    found = True
                    scale, more = self._product_of(self._power((new.args[base][place], new.const(power))))
                    part = _times(part, scale)
                for other, exponent in more:
                    kept[other] = _plus(kept.get(other, 0), exponent)
            terms.append((part, tuple(kept.items())))
        return self._sum(terms) if found else node

    def _conjuncts(self, condition: int) -> set[int]:
        """The conditions that hold where this one holds: a, b and c for `a and b and c`."""
        known = {condition}
        work = [condition]
        while work and len(known) < MOST_CONJUNCTS:
            here = work.pop()
            known.add(here)
            if self.new.op[here] == "and":
                work += self.new.args[here]
        return known

    def _follows(self, condition: int, known: set[int], place: int) -> bool:
        """Whether a condition is among those known, or, where they hold, a conjunction of them."""
        if condition in known or place != 1:
            return condition in known
        parts = self._conjuncts(condition)
        return len(parts) < MOST_CONJUNCTS and all(part in known for part in parts if self.new.op[part] != "and")

    def _logic(self, op: str, left: int, right: int) -> int:
        """A conjunction or disjunction of conditions, without what says nothing new."""
        new = self.new
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
            if op == "and" and one in self._conjuncts(other):
                return other
        return new.add(op, (left, right))

    def _join_choices(self, terms: list[tuple[Exact, Factors]]) -> list[tuple[Exact, Factors]]:
        """where(c, a, 0) + where(c, 0, b) is where(c, a, b): choices by one condition become one."""
        new = self.new
        groups: dict[int, list[int]] = {}
        for place, (_, factors) in enumerate(terms):
            if len(factors) == 1 and factors[0][1] == 1 and new.op[factors[0][0]] == "where":
                groups.setdefault(new.args[factors[0][0]][0], []).append(place)
        joined: dict[int, list[tuple[Exact, Factors]]] = {}
        for condition, places in groups.items():
            if len(places) < 2 or self.joining >= MOST_JOINED:
                continue
            self.joining += 1
            branches = []
            for branch in (1, 2):
                inner: list[tuple[Exact, Factors]] = []
                for place in places:
                    part, ((base, _),) = terms[place]
                    inner += [(_times(part, scale), key) for scale, key in self._sum_terms(new.args[base][branch])]
                branches.append(self._sum(inner))
            joined |= {place: [] for place in places}
            joined[places[0]] = self._sum_terms(self._where(condition, *branches))
            self.joining -= 1
        return [each for place, term in enumerate(terms) for each in joined.get(place, [term])]

    # Products: a rational coefficient, and bases with rational exponents

    def _product_of(self, node: int) -> tuple[Exact, Factors]:
        """A node of the new graph as coefficient and factors."""
        value = self._exact(node)
        if value is not None:
            return value, ()
        terms = self.summed.get(node, ())
        if 0 < len(terms) <= SMALL and not any(_positive(part) for part, _ in terms):
            # -x - 1 is -(x + 1) as a factor.
            return -1, ((self._sum([(_times(-1, part), key) for part, key in terms]), 1),)
        found = self.factored.get(node)
        return found if found is not None and len(found[1]) <= SMALL else (1, ((node, 1),))

    def _exact(self, node: int) -> Exact | None:
        value: Constant | None = self.new.payload.get(node) if self.new.op[node] == "const" else None
        return value if isinstance(value, int | tuple) else None

    def _gather_product(self, node: int) -> int:
        """The product that this node and the links below it make."""
        coefficient: Exact = 1
        factors: dict[int, Exact] = {}
        work = [(node, 1)]
        while work:
            here, sign = work.pop()
            if here in self.made:
                part, more = self._product_of(self.made[here])
                if sign < 0:
                    if part == 0:
                        # A quotient by 0 has no simpler form.
                        factors[self.made[here]] = -1
                        continue
                    part = _quotient(1, part)
                coefficient = _times(coefficient, part)
                for base, exponent in more:
                    total = _plus(factors.get(base, 0), exponent if sign > 0 else _times(-1, exponent))
                    factors[base] = total
                continue
            left, right = self.old.args[here]
            work += [(right, sign if self.old.op[here] == "mul" else -sign), (left, sign)]
        return self._product(coefficient, factors)

    def _product(self, coefficient: Exact, factors: dict[int, Exact]) -> int:
        if coefficient == 0:
            return self.new.const(0)
        factors = self._join_powers({base: power for base, power in factors.items() if power != 0})
        # Variables before functions of them, each kind in the order of first appearance: 2*x*exp(x).
        names = sorted(base for base in factors if self.new.op[base] == "var")
        key = tuple([(base, factors[base]) for base in names] + [
            (base, power) for base, power in factors.items() if self.new.op[base] != "var"
        ])
        if not key:
            return self.new.const(coefficient)
        if coefficient == 1 and len(key) == 1 and key[0][1] == 1:
            return key[0][0]
        return self._write_product(coefficient, key)

    def _join_powers(self, factors: dict[int, Exact]) -> dict[int, Exact]:
        """x * x^(n - 1) is x^n, also where n varies."""
        new = self.new
        for node in list(factors):
            if new.op[node] != "pow" or factors.get(node) != 1:
                continue
            base, exponent = new.args[node]
            if base in factors and base != node:
                extra = factors.pop(base)
                del factors[node]
                total = self._sum([*self._sum_terms(exponent), (extra, ())])
                joined = new.add("pow", (base, total)) if not new.constant[total] else self._power((base, total))
                factors[joined] = _plus(factors.get(joined, 0), 1)
        return factors

    def _write_product(self, coefficient: Exact, factors: Factors) -> int:
        """The nodes of a product: what stands above the fraction line over what stands below it."""
        new = self.new
        top, bottom = coefficient if isinstance(coefficient, tuple) else (coefficient, 1)
        above = [self._raised(base, power) for base, power in factors if _positive(power)]
        below = [self._raised(base, _times(-1, power)) for base, power in factors if not _positive(power)]
        negative = top < 0
        if abs(top) != 1 or not above:
            above.insert(0, new.const(abs(top)))
        if bottom != 1:
            below.insert(0, new.const(bottom))
        node = self._chain(above)
        if negative:
            # The sign binds to the first factor, as in -2*x.
            first = above[0]
            value = self._exact(first)
            above[0] = new.const(numbers.negated(value)) if value is not None else new.add("neg", (first,))
            node = self._chain(above)
        if below:
            node = new.add("div", (node, self._chain(below)))
        self.factored[node] = (coefficient, factors)
        return node

    def _chain(self, nodes: list[int]) -> int:
        product = nodes[0]
        for node in nodes[1:]:
            product = self.new.add("mul", (product, node))
        return product

    def _raised(self, base: int, exponent: Exact) -> int:
        return base if exponent == 1 else self.new.add("powc", (base, self.new.const(exponent)))

    def _power(self, args: tuple[int, ...]) -> int:
        """A power with a constant exponent; whole exponents multiply and enter products."""
        base, exponent_node = args
        exponent = self._exact(exponent_node)
        if exponent is None:
            return self.new.add("powc", (base, exponent_node))
        if exponent == 0:
            return self.new.const(1)
        if exponent == 1:
            return base
        if isinstance(exponent, int):
            # (-2*x)^3 is -8*x^3.
            coefficient, factors = self._product_of(base)
            if (coefficient != 0 or exponent > 0) and _size(coefficient) * abs(exponent) <= MOST_BITS:
                scale = _whole_power(coefficient, exponent)
                return self._product(scale, {inner: _times(power, exponent) for inner, power in factors})
        return self._product(1, {base: exponent})

    # Sums: terms with rational coefficients

    def _terms(self, node: int) -> list[tuple[Exact, Factors]]:
        """The terms of the sum that this node and the links below it make, in the order that they stand."""
        terms: list[tuple[Exact, Factors]] = []
        work: list[tuple[int, int]] = [(node, 1)]
        while work:
            here, sign = work.pop()
            if here in self.made:
                terms += [(_times(sign, part), key) for part, key in self._sum_terms(self.made[here])]
                continue
            op, args = self.old.op[here], self.old.args[here]
            if op == "neg":
                work.append((args[0], -sign))
            else:
                work += [(args[1], sign if op == "add" else -sign), (args[0], sign)]
        return terms

    def _sum_terms(self, node: int) -> list[tuple[Exact, Factors]]:
        terms = self.summed.get(node)
        return terms if terms is not None and len(terms) <= SMALL else [self._product_of(node)]

    def _sum(self, terms: list[tuple[Exact, Factors]]) -> int:
        """Like terms collected, ordered by the first appearance of their variables, constants last."""
        terms = self._join_choices(terms)
        collected: dict[frozenset[tuple[int, Exact]], tuple[Exact, Factors]] = {}
        for part, key in terms:
            # x*w and w*x are alike; the one that came first is written.
            alike = frozenset(key)
            before = collected.get(alike)
            collected[alike] = (part, key) if before is None else (_plus(before[0], part), before[1])
        kept = [term for term in collected.values() if term[0] != 0]
        if not kept:
            return self.new.const(0)
        kept.sort(key=lambda term: self._place(term[1]))
        if not _positive(kept[0][0]):
            # 1 - x^2 reads better than -x^2 + 1.
            for place, (part, _) in enumerate(kept):
                if _positive(part):
                    kept.insert(0, kept.pop(place))
                    break
        node = self._product(kept[0][0], dict(kept[0][1]))
        for part, key in kept[1:]:
            positive = _positive(part)
            term = self._product(part if positive else _times(-1, part), dict(key))
            node = self.new.add("add" if positive else "sub", (node, term))
        if len(kept) > 1:
            self.summed[node] = kept
        return node

    def _place(self, factors: Factors) -> tuple[int, int]:
        """Where a term stands in a sum: by its first variable, then by falling degree; constants last."""
        if not factors:
            return (1 << 60, 0)
        first = 1 << 59
        degree = 0
        for base, exponent in factors:
            variable, inner = self._first_variable(base)
            first = min(first, variable)
            if isinstance(exponent, int):
                degree += exponent * inner
        return (first, -degree)

    def _first_variable(self, node: int) -> tuple[int, int]:
        """The first variable that a node depends on (variables have the smallest ids), and 1 if it is one."""
        new = self.new
        known = self.order
        work = [node]
        while work:
            here = work[-1]
            if here in known:
                work.pop()
                continue
            if not new.args[here]:
                known[here] = (here, 1) if new.op[here] == "var" else (1 << 59, 0)
                work.pop()
                continue
            waiting = [argument for argument in new.args[here] if argument not in known]
            if waiting:
                work += waiting
                continue
            known[here] = (min(known[argument][0] for argument in new.args[here]), 0)
            work.pop()
        return known[node]


def _plus(left: Exact, right: Exact) -> Exact:
    return fold("add", [left, right])  # type: ignore[return-value]


def _times(left: Exact, right: Exact) -> Exact:
    return fold("mul", [left, right])  # type: ignore[return-value]


def _quotient(left: Exact, right: Exact) -> Exact:
    return fold("div", [left, right])  # type: ignore[return-value]


def _positive(value: Exact) -> bool:
    return (value[0] if isinstance(value, tuple) else value) > 0


def _size(value: Exact) -> int:
    """The bits that a power of it grows by; none for 1, -1 and 0."""
    return max(abs(part).bit_length() for part in (value if isinstance(value, tuple) else (value,))) - 1 if value else 0


def _whole_power(value: Exact, exponent: int) -> Exact:
    top, bottom = value if isinstance(value, tuple) else (value, 1)
    if exponent < 0:
        top, bottom, exponent = bottom, top, -exponent
    return numbers.rational(top**exponent, bottom**exponent)
