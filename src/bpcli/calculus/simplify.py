"""Algebra for what is shown: like terms collected, products gathered, constants first in a term and last in a sum.

The result is a new graph; the one that was read stays as it was typed, and nothing here is used to
compute. Both are equal as real functions wherever the original has a value. One pass from the leaves up,
with each chain of sums or products taken apart once, so that it ends on everything.
"""

from __future__ import annotations

from math import gcd

from bpcli import numbers
from bpcli.calculus.arrangement import MOST_INSIDE, arranged
from bpcli.calculus.matrices import Matrices, has_shapes
from bpcli.calculus.symbols import fold
from bpcli.graph import Graph
from bpcli.numbers import negated
from bpcli.ops import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from bpcli.numbers import Constant

Exact = int | tuple[int, int]
Factors = tuple[tuple[int, Exact], ...]  # (base, exponent), in the order in which they are written
Term = tuple[Exact, Factors]

TRUTHS = ("lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not")  # their value is 1 or 0
SUMS = ("add", "sub", "neg")
PRODUCTS = ("mul", "div", "neg")
MOST_BITS = 4096  # of a power of constants that is worked out
MOST_CONJUNCTS = 40  # conditions of one choice that are looked at
MOST_JOINED = 20  # choices inside choices that are joined
RANKS = {"const": 0, "var": 1, "pow": 3, "add": 5, "sub": 5}  # where a factor stands in a product
POLYNOMIAL, FUNCTION = 2, 4
BEHIND_NUMBERS = 10  # for what has a shape
SMALL = 16  # terms or factors of a shared node that is opened into the sum or product around it
KNOWN = {("exp", 0): 1, ("log", 1): 0, ("sin", 0): 0, ("cos", 0): 1, ("tan", 0): 0, ("sqrt", 0): 0, ("sqrt", 1): 1,
         ("log", "e"): 1}  # fmt: skip


def simplified(graph: Graph, output: int) -> tuple[Graph, int]:
    """A new graph with a shorter formula of the same value, and its output.

    >>> from bpcli.language.reader import parse
    >>> from bpcli.language.text import expression
    >>> read = parse("(x + w)*1 + w + 0*x")
    >>> expression(*simplified(read.graph, read.output))
    'x + 2*w'
    """
    return Simplifier(graph, output).run()


def _is_decimal(denominator: int) -> bool:
    """Whether a fraction with this denominator is better written as a decimal: 1.0507, not 10507/10000."""
    if denominator <= 100:
        return False
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    return denominator == 1


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
        self.inside = 0  # how deep we are in sums that are being arranged
        self.arrangements = 0
        self.lengths: list[int] = []  # new node -> symbols of its formula
        self.order: dict[int, tuple[int, int]] = {}  # new node -> (first variable, degree), for sorting
        self.matrices = Matrices(self, graph, output) if has_shapes(graph) else None

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
            made = self._node(node)
            self.made[node] = made if self.matrices is None else self.matrices.fitted(made, self.matrices.old[node])
        if self.matrices is not None:
            self.matrices.write_shapes()
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
            terms = self._terms(node)
            return self.sum_of(terms if self.matrices is None else [*map(self.matrices.bare_term, terms)])
        if op in ("mul", "div"):
            return self._gather_product(node)
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
            return self._power(args)
        if op == "where":
            return self._where(*args)
        if op in ("and", "or"):
            return self._logic(op, *args)
        if len(args) == 1 and new.op[args[0]] == "const":
            known = KNOWN.get((op, new.payload[args[0]]))
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
        if self._exact(otherwise) == 0:
            if self.matrices is not None and self.matrices.closes_itself(condition, taken):
                return taken
            largest = self._largest(condition, taken)
            if largest is not None:
                return largest
            _, factors = self.product_of(taken)
            if len(factors) == 1 and new.op[factors[0][0]] == "relu" and factors[0][1] == 1 and self._is_positive(
                condition, new.args[factors[0][0]][0]
            ):
                # where(x > 0, 2*relu(x), 0) is 2*relu(x): it is 0 on the other side by itself.
                return taken
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
                if new.op[base] == "relu" and self._is_positive(condition, new.args[base][0]):
                    # Where x > 0, relu(x) is x, and elsewhere 0.
                    found = True
                    inner = new.args[base][0] if place == 1 else new.const(0)
                    if place == 2 and not (isinstance(power, int) and power > 0):
                        return node
                    scale, more = self.product_of(self._power((inner, new.const(power))))
                    part = _times(part, scale)
                if new.op[base] == "where" and self._follows(new.args[base][0], known, place):
                    found = True
                    scale, more = self.product_of(self._power((new.args[base][place], new.const(power))))
                    part = _times(part, scale)
                for other, exponent in more:
                    kept[other] = _plus(kept.get(other, 0), exponent)
            terms.append((part, tuple(kept.items())))
        return self.sum_of(terms) if found else node

    def _is_positive(self, condition: int, node: int) -> bool:
        """Whether a condition says just this: node > 0."""
        new = self.new
        return new.op[condition] == "gt" and new.args[condition][0] == node and self._exact(new.args[condition][1]) == 0

    def _largest(self, condition: int, share: int) -> int | None:
        """The share of the first of two numbers in their maximum or minimum: all, half in a tie, or nothing.

        share: what flows where condition says that it is the largest; None where this is not such a choice
        """
        new = self.new
        if new.op[condition] != "eq":
            return None
        one, chosen = new.args[condition]
        if new.op[chosen] not in ("max", "min") or len(new.args[chosen]) != 2 or one not in new.args[chosen]:
            return None
        first, second = new.args[chosen]
        other = second if one == first else first
        ties = [new.add("add", tuple(new.add("eq", (each, chosen)) for each in pair))
                for pair in ((first, second), (second, first))]
        coefficient, factors = self.product_of(share)
        found = dict(factors)
        count = next((found.pop(tie) for tie in ties if tie in found), None)
        if count != -1:
            return None
        alone = new.add("gt" if new.op[chosen] == "max" else "lt", (one, other))
        whole = self.product(coefficient, found)
        half = self.product(_times(coefficient, (1, 2)), found)
        return self._where(alone, whole, self._where(new.add("eq", (one, other)), half, new.const(0)))

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
                branches.append(self.sum_of(inner))
            joined |= {place: [] for place in places}
            joined[places[0]] = self._sum_terms(self._where(condition, *branches))
            self.joining -= 1
        return [each for place, term in enumerate(terms) for each in joined.get(place, [term])]

    # Products: a rational coefficient, and bases with rational exponents

    def product_of(self, node: int) -> tuple[Exact, Factors]:
        """A node of the new graph as coefficient and factors."""
        value = self._exact(node)
        if value is not None:
            return value, ()
        if self.new.op[node].startswith("full ") and self._exact(self.new.args[node][0]) == 0:
            return 0, ()
        terms = self.summed.get(node, ()) if self.new.op[node] in ("add", "sub") else ()
        if 0 < len(terms) <= SMALL and not any(_positive(part) for part, _ in terms):
            # -x - 1 is -(x + 1) as a factor.
            return -1, ((self.sum_of([(_times(-1, part), key) for part, key in terms]), 1),)
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
                part, more = self.product_of(self.made[here])
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
        return self.product(coefficient, factors)

    def product(self, coefficient: Exact, factors: dict[int, Exact]) -> int:
        """The node of a product."""
        if coefficient == 0:
            return self.new.const(0)
        coefficient, key = self.joined(coefficient, factors)
        opened = self._cancelling(key)
        if opened is not None:
            scale, more = opened
            return self.product(_times(coefficient, scale), more)
        turned = self._turned(coefficient, key)
        if turned is not None:
            return self.product(*turned)
        if not key:
            return self.new.const(coefficient)
        if coefficient == 1 and len(key) == 1 and key[0][1] == 1:
            return key[0][0]
        return self._write_product(coefficient, key)

    def joined(self, coefficient: Exact, factors: dict[int, Exact]) -> Term:
        """A product with all in one that goes into one, and in the order in which it is written."""
        factors = {base: power for base, power in factors.items() if power != 0}
        if self.matrices is not None:
            factors = self.matrices.without_determinants(self.matrices.without_ones(factors))
        if any(self.new.op[base] != "var" for base in factors):
            coefficient, factors = self._join_roots(coefficient, factors)
            factors = self._join_exponentials(self._join_powers(self._join_constant_roots(factors)))
        # pi, then variables, then sums of them, then functions, then sums of functions, each in the order of
        # first appearance: 2*pi*x*(x + 1)*exp(x)*(sin(x) + cos(x)).
        ordered = sorted(factors, key=self._rank) if len(factors) > 1 else [*factors]
        return coefficient, tuple([(base, factors[base]) for base in ordered if factors[base] != 0])

    def _rank(self, base: int) -> tuple[int, int, int]:
        """Where a factor stands in a product."""
        rank = RANKS.get(self.new.op[base], FUNCTION)
        if rank > FUNCTION and len(self.summed.get(base, ())) <= SMALL:
            bases = [(each, power) for _, factors in self.summed.get(base, ()) for each, power in factors]
            if all(self.new.op[each] == "var" and isinstance(power, int) and power > 0 for each, power in bases):
                rank = POLYNOMIAL
        if self.matrices is not None and self.matrices.shape(base):
            rank += BEHIND_NUMBERS
        return rank, self._first_variable(base)[0], base

    def _join_roots(self, coefficient: Exact, factors: dict[int, Exact]) -> tuple[Exact, dict[int, Exact]]:
        """sqrt(x)^2 is x, x/sqrt(x) is sqrt(x), and x*sign(x) is |x|."""
        new = self.new
        for node in list(factors):
            op, power = new.op[node], factors.get(node)
            if op not in ("sqrt", "sign") or not isinstance(power, int):
                continue
            (base,) = new.args[node]
            of_base = factors.get(base, 0)
            if not isinstance(of_base, int):
                continue
            if op == "sign" and power == 1 and of_base >= 1:
                del factors[node]
                factors[base] = of_base - 1
                size = new.add("abs", (base,))
                factors[size] = _plus(factors.get(size, 0), 1)
            elif op == "sqrt" and (of_base or power % 2 == 0):
                del factors[node]
                factors.pop(base, None)
                halves = 2 * of_base + power
                if halves % 2:
                    factors[node] = halves
                    continue
                inner, more = self.product_of(base)
                if inner < 0 if isinstance(inner, int) else inner[0] < 0:
                    inner, more = 1, ((base, 1),)
                if halves and not (_size(inner) * abs(halves // 2) <= MOST_BITS and inner != 0):
                    inner, more = 1, ((base, 1),)
                coefficient = _times(coefficient, _whole_power(inner, halves // 2))
                for each, exponent in more:
                    factors[each] = _plus(factors.get(each, 0), _times(exponent, halves // 2))
        return coefficient, factors

    def _join_constant_roots(self, factors: dict[int, Exact]) -> dict[int, Exact]:
        """sqrt(2)*sqrt(pi) is sqrt(2*pi): the roots of numbers, which are above 0 wherever there is a value."""
        new = self.new
        roots = [node for node in factors if new.op[node] == "sqrt" and new.op[new.args[node][0]] == "const"]
        for power in (1, -1):
            alike = [node for node in roots if factors.get(node) == power]
            if len(alike) < 2:
                continue
            scale: Exact = 1
            names: dict[int, Exact] = {}
            for node in alike:
                part, more = self.product_of(new.args[node][0])
                scale = _times(scale, part)
                for base, exponent in more:
                    names[base] = _plus(names.get(base, 0), exponent)
                del factors[node]
            whole = new.add("sqrt", (self.product(scale, names),))
            factors[whole] = _plus(factors.get(whole, 0), power)
        return {base: power for base, power in factors.items() if power != 0}

    def _join_exponentials(self, factors: dict[int, Exact]) -> dict[int, Exact]:
        """exp(2*x)*exp(-x) is exp(x)."""
        found: dict[Factors, list[int]] = {}
        for node, power in factors.items():
            if self.new.op[node] == "exp" and isinstance(power, int):
                found.setdefault(self.product_of(self.new.args[node][0])[1], []).append(node)
        for key, nodes in found.items():
            if len(nodes) < 2:
                continue
            total: Exact = 0
            for node in nodes:
                total = _plus(total, _times(factors.pop(node), self.product_of(self.new.args[node][0])[0]))
            if total != 0:
                node = self.new.add("exp", (self.product(total, dict(key)),))
                factors[node] = _plus(factors.get(node, 0), 1)
        return factors

    def _turned(self, coefficient: Exact, key: Factors) -> tuple[Exact, dict[int, Exact]] | None:
        """-x*(y - p) as x*(p - y), 2*(2*x + 4) as 4*(x + 2): what a sum gives to the number in front; else None."""
        powers = dict(key)
        differences = [base for base, power in key if self.new.op[base] == "sub" and isinstance(power, int)]
        for base in differences if len(differences) > 1 else ():
            first, second = self.new.args[base]
            other = next((each for each in differences if self.new.args[each] == (second, first)), None)
            if other is None:
                continue
            # (x - w)*(w - x) is one factor, of both the one that leaves no minus in front.
            odd, even = powers[base] % 2, powers[other] % 2  # type: ignore[operator]
            kept, gone = (other, base) if (coefficient == -1) == bool(odd) else (base, other)
            sign = -1 if (odd if gone == base else even) else 1
            powers[kept] = _plus(powers[kept], powers.pop(gone))
            return _times(coefficient, sign), powers
        if coefficient == 1:
            return None
        for base, power in key:
            terms = self.summed.get(base, ()) if self.new.op[base] in ("add", "sub") and power == 1 else ()
            if not 0 < len(terms) <= SMALL:
                continue
            share = gcd(*(part if isinstance(part, int) else 1 for part, _ in terms))
            if coefficient == -1:
                share = -1 if len(terms) == 2 and self.new.op[base] == "sub" else 1
            if share == 1:
                continue
            other = self.written_sum(self.collected([(_quotient(part, share), factors) for part, factors in terms]))
            left = {node: each for node, each in key if node != base}
            left[other] = _plus(left.get(other, 0), 1)
            return _times(coefficient, share), left
        return None

    def _cancelling(self, key: Factors) -> tuple[Exact, dict[int, Exact]] | None:
        """x^2*(1 + 1/x^2) is x^2 + 1: a sum takes in what cancels a denominator of its terms; None if nothing does."""
        if self.inside > MOST_INSIDE:
            return None
        for base, power in key:
            terms = self.summed.get(base, ()) if self.new.op[base] in ("add", "sub") else ()
            if not isinstance(power, int) or not 0 < len(terms) <= SMALL:
                continue
            for other, outside in key:
                least = min(
                    (each for _, factors in terms for node, each in factors if node == other and isinstance(each, int)),
                    default=0,
                )
                if least >= 0 or not isinstance(outside, int) or abs(outside + least * power) >= abs(outside):
                    continue
                self.inside += 1
                inner = [
                    self.joined(part, {**dict(factors), other: _plus(dict(factors).get(other, 0), -least)})
                    for part, factors in terms
                ]
                scale, more = self.product_of(self.sum_of(inner))
                self.inside -= 1
                if scale == 0 or _size(scale) * abs(power) > MOST_BITS:
                    continue
                left = {node: each for node, each in key if node != base}
                left[other] = outside + least * power
                for node, each in more:
                    left[node] = _plus(left.get(node, 0), _times(each, power))
                return _whole_power(scale, power), left
        return None

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
                total = self.sum_of([*self._sum_terms(exponent), (extra, ())])
                joined = new.add("pow", (base, total)) if not new.constant[total] else self._power((base, total))
                factors[joined] = _plus(factors.get(joined, 0), 1)
        return factors

    def _write_product(self, coefficient: Exact, factors: Factors) -> int:
        """The nodes of a product: what stands above the fraction line over what stands below it."""
        new = self.new
        top, bottom = coefficient if isinstance(coefficient, tuple) else (coefficient, 1)
        decimal = _is_decimal(bottom)
        above = [node for base, power in factors if _positive(power) for node in self._above(base, power)]
        below = [self._raised(base, _times(-1, power)) for base, power in factors if not _positive(power)]
        negative = top < 0
        if decimal:
            above.insert(0, new.const((abs(top), bottom)))
        elif abs(top) != 1 or not above:
            above.insert(0, new.const(abs(top)))
        if bottom != 1 and not decimal:
            below.insert(0, new.const(bottom))
        node = self._chain(above)
        if self.matrices is not None and len(above) + negative > 1:
            with_number = self._with_number(above, negative)
            if with_number is not None:
                node, negative = with_number, False
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

    def _with_number(self, above: list[int], negative: bool) -> int | None:
        """-2*A @ x: a matrix product with the numbers in front of it at its first factor; else None."""
        matrices = self.matrices
        assert matrices is not None
        *numbers, last = above
        if any(matrices.shape(each) for each in numbers):
            return None
        if negative and numbers:
            value = self._exact(numbers[0])
            numbers[0] = self.new.const(negated(value)) if value is not None else self.new.add("neg", (numbers[0],))
        return matrices.with_number(last, self._chain(numbers) if numbers else -1)

    def _above(self, base: int, power: Exact) -> list[int]:
        """The factors that a power is written as: x*sqrt(x) for the third power of a root."""
        if self.new.op[base] == "sqrt" and isinstance(power, int) and power > 2:
            return [self._raised(self.new.args[base][0], power // 2), base]
        return [self._raised(base, power)]

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
            coefficient, factors = self.product_of(base)
            if (coefficient != 0 or exponent > 0) and _size(coefficient) * abs(exponent) <= MOST_BITS:
                scale = _whole_power(coefficient, exponent)
                return self.product(scale, {inner: _times(power, exponent) for inner, power in factors})
        return self.product(1, {base: exponent})

    plus = staticmethod(lambda left, right: _plus(left, right))
    times = staticmethod(lambda left, right: _times(left, right))
    over = staticmethod(lambda left, right: _quotient(left, right))

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
        return terms if terms is not None and len(terms) <= SMALL else [self.product_of(node)]

    def sum_of(self, terms: list[tuple[Exact, Factors]]) -> int:
        """The node of a sum of terms: collected, ordered, and written in the shortest way."""
        kept = self.collected(self._join_choices(terms))
        return arranged(self, kept if self.matrices is None else self.matrices.gathered(kept))

    def collected(self, terms: Iterable[Term]) -> list[Term]:
        """Like terms collected, ordered by the first appearance of their variables, constants last."""
        collected: dict[frozenset[tuple[int, Exact]], tuple[Exact, Factors]] = {}
        for part, key in terms:
            # x*w and w*x are alike; the one that came first is written.
            alike = frozenset(key)
            before = collected.get(alike)
            collected[alike] = (part, key) if before is None else (_plus(before[0], part), before[1])
        kept = [term for term in collected.values() if term[0] != 0]
        kept.sort(key=lambda term: self._place(term[1]))
        if kept and not _positive(kept[0][0]):
            # 1 - x^2 reads better than -x^2 + 1.
            for place, (part, _) in enumerate(kept):
                if _positive(part):
                    kept.insert(0, kept.pop(place))
                    break
        return kept

    def written_sum(self, kept: list[Term]) -> int:
        """The nodes of a sum of collected terms, one after the other."""
        if not kept:
            return self.new.const(0)
        node = self.product(kept[0][0], dict(kept[0][1]))
        for part, key in kept[1:]:
            positive = _positive(part)
            term = self.product(part if positive else _times(-1, part), dict(key))
            node = self.new.add("add" if positive else "sub", (node, term))
        if len(kept) > 1:
            self.summed[node] = kept
        return node

    def leading(self, terms: list[Term]) -> Term:
        """The term that stands first where no minus has to be kept from the front."""
        return min(terms, key=lambda term: self._place(term[1]))

    def length(self, node: int) -> int:
        """How many names, numbers and operations the formula of a node has."""
        lengths = self.lengths
        for each in range(len(lengths), node + 1):
            lengths.append(min(1 + sum([lengths[argument] for argument in self.new.args[each]]), 1 << 60))
        return lengths[node]

    def _place(self, factors: Factors) -> tuple[int, int, int, list[int]]:
        """Where a term stands in a sum: by its first variable, then by falling degree; constants last."""
        if not factors:
            return (1 << 60, 0, 0, [])
        first = 1 << 59
        degree = 0
        for base, exponent in factors:
            variable, inner = self._first_variable(base)
            first = min(first, variable)
            if isinstance(exponent, int):
                degree += exponent * inner
        functions = [base for base, _ in factors if self.new.op[base] != "var"]
        bases = sorted(base for base, _ in factors)
        if self.matrices is not None and any(map(self.matrices.shape, bases)):
            # A @ B before B.T @ A.T.
            bases.insert(0, sum(map(self.length, bases)))
        return (first, -degree, -len(functions), bases)

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
