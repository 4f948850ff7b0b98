"""Which rules a derivative takes, from the outside in: a record that sentences are made of, in any language."""

from __future__ import annotations

from bpcli.calculus.kinds import formula, partial_text
from bpcli.calculus.sweeps import idle
from bpcli.language.text import ATOM, SUM, expression, form, level_of, operation
from bpcli.ops import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.graph import Graph

MOST_RULES = 1000
LONGEST = 60  # symbols of a part that is written out
TOO_LONG = "[...]"

# kind -> the facts that its sentence may use, besides x, the name that is differentiated by
KINDS = {
    "identity": (),
    "independent": ("of",),
    "sum": ("terms",),
    "factor": ("c", "u"),
    "product": ("u", "v"),
    "quotient": ("u", "v"),
    "reciprocal": ("c", "v"),
    "power": ("u", "n", "slope"),
    "power-chain": ("u", "n", "slope"),
    "exponential": ("c", "u"),
    "power-general": ("u", "v"),
    "function": ("of", "slope"),
    "chain": ("outer", "inner", "slope"),
    "chain-several": ("outer", "inner", "slope"),
    "choice": ("c", "u", "v"),
    "valve": ("u",),
    "largest": ("parts",),
    "smallest": ("parts",),
    "own": ("outer", "inner", "slope"),
    "flat": ("of",),
    "cut": ("of",),
}


class Rule:
    """One step: the kind of rule, the formula that it is used on, and the parts that it speaks of.

    order: 1 for the first derivative; 2 for the derivative of that
    """

    __slots__ = ("facts", "kind", "of", "order")

    def __init__(self, kind: str, of: str, facts: dict[str, str], order: int = 1) -> None:
        self.kind = kind
        self.of = of
        self.facts = facts
        self.order = order


def rules(graph: Graph, output: int, wrt: int, order: int = 1) -> list[Rule]:
    """The rules that the derivative of `output` by the node `wrt` takes, outer operations before inner ones.

    >>> from bpcli.language.reader import parse
    >>> read = parse("x*sin(x^2)")
    >>> [rule.kind for rule in rules(read.graph, read.output, read.names["x"])]
    ['product', 'chain', 'power']
    """
    return Finding(graph, output, wrt, order).rules


class Finding:
    """One search for rules: what depends on the name, and how each part is written."""

    def __init__(self, graph: Graph, output: int, wrt: int, order: int) -> None:
        self.graph = graph
        self.order = order
        self.wrt = wrt
        self.name = graph.name.get(wrt, "x")
        self.idle = idle(graph, [wrt])
        self.named = {node for node in graph.name if node != output}
        self.sizes: list[int] = []
        for node in range(output + 1):
            small = 1 if node in self.named else 1 + sum([self.sizes[each] for each in graph.args[node]])
            self.sizes.append(min(small, LONGEST + 1))
        self.rules: list[Rule] = []
        if self.idle[output]:
            self._add("independent", output, of=self.text(output))
            return
        if output == wrt:
            self._add("identity", output)
            return
        # By how far inside they stand, then as they are read; a part that is used twice stands below both uses.
        depth = {output: 0}
        found: list[tuple[int, int, Rule]] = []
        for node in range(output, wrt, -1):
            if node not in depth or len(found) >= MOST_RULES:
                continue
            for each in self._step(node):
                if not self.idle[each]:
                    depth[each] = max(depth.get(each, 0), depth[node] + 1)
            found += [(depth[node], node, rule) for rule in self.rules]
            self.rules = []
        self.rules = [rule for _, _, rule in sorted(found, key=lambda entry: entry[:2])]

    def text(self, node: int) -> str:
        """A part as text."""
        if node in self.named:
            return self.graph.name[node]
        return TOO_LONG if self.sizes[node] > LONGEST else expression(self.graph, node, self.named)

    def _add(self, kind: str, node: int, **facts: str) -> None:
        # A name stands for its formula here: this is the step that looks into it.
        whole = expression(self.graph, node, self.named) if self.sizes[node] <= LONGEST else TOO_LONG
        self.rules.append(Rule(kind, whole, {"x": self.name, **facts}, self.order))

    def _step(self, node: int) -> list[int]:
        """Note the rule of one operation; the arguments that the derivative goes on to."""
        graph, op = self.graph, self.graph.op[node]
        args = graph.args[node]
        active = [not self.idle[each] for each in args]
        if op == "same":
            return [*args]
        if op in ("add", "sub"):
            return self._sum(node)
        if op == "neg":
            self._add("factor", node, c="-1", u=self.text(args[0]))
            return [*args]
        if op in ("mul", "div"):
            return self._product(node, active)
        if op in ("powc", "pow"):
            return self._power(node, active)
        if op == "where":
            self._add("choice", node, c=self.text(args[0]), u=self.text(args[1]), v=self.text(args[2]))
            return [*args[1:]]
        if op in ("max", "min"):
            parts = ", ".join(self.text(each) for each in args)
            self._add("largest" if op == "max" else "smallest", node, parts=parts)
            return [*args]
        if op == "relu":
            self._add("valve", node, u=self.text(args[0]))
            return [*args]
        function = graph.functions.get(op)
        if function is None and TABLE[op].flat:
            self._add("cut" if op == "detach" else "flat", node, of=operation(op, ["u"], [ATOM]))
            return []
        return self._function(node, active)

    def _sum(self, node: int) -> list[int]:
        """One rule for a whole chain of sums and differences."""
        graph = self.graph
        terms: list[int] = []
        work = [node]
        while work:
            here = work.pop()
            if here == node or (graph.op[here] in ("add", "sub") and here not in self.named):
                work += reversed(graph.args[here])
            else:
                terms.append(here)
        if len(terms) > LONGEST:
            self._add("sum", node, terms=TOO_LONG)
        else:
            self._add("sum", node, terms=", ".join(self.text(each) for each in terms))
        return terms

    def _product(self, node: int, active: list[bool]) -> list[int]:
        left, right = self.graph.args[node]
        first, second = self.text(left), self.text(right)
        if self.graph.op[node] == "mul":
            if all(active):
                self._add("product", node, u=first, v=second)
            else:
                self._add("factor", node, c=second if active[0] else first, u=first if active[0] else second)
        elif all(active):
            self._add("quotient", node, u=first, v=second)
        elif active[1]:
            self._add("reciprocal", node, c=first, v=second)
        else:
            level = level_of(self.graph, right, self.named) if right not in self.named else ATOM
            self._add("factor", node, c=operation("div", ["1", second], [ATOM, level]), u=first)
        return [left, right]

    def _power(self, node: int, active: list[bool]) -> list[int]:
        graph = self.graph
        base, exponent = graph.args[node]
        u, n = self.text(base), self.text(exponent)
        if all(active):
            self._add("power-general", node, u=u, v=n)
        elif active[1]:
            self._add("exponential", node, c=u, u=n)
        else:
            plain = base == self.wrt or base in self.named
            self._add("power" if base == self.wrt else "power-chain", node, u=u, n=n,
                      slope=self._power_slope(u if plain else "u", exponent))
        return [base, exponent]

    def _power_slope(self, u: str, exponent: int) -> str:
        """n*u^(n - 1), worked out where n is a whole number."""
        n = self.graph.payload.get(exponent) if self.graph.op[exponent] == "const" else None
        if isinstance(n, int) and n > 1:
            return f"{n}*{u}" if n == 2 else f"{n}*{u}^{n - 1}"
        text, level = self.text(exponent), level_of(self.graph, exponent)
        front = text if level > SUM else f"({text})"
        return f"{front}*{u}^({text} - 1)"

    def _function(self, node: int, active: list[bool]) -> list[int]:
        graph, op = self.graph, self.graph.op[node]
        args = graph.args[node]
        function = graph.functions.get(op)
        moving = [place for place, each in enumerate(active) if each]
        alone = len(moving) == 1 and args[moving[0]] == self.wrt
        letters = dict(zip(moving, "uvrst" if len(moving) <= 5 else ["u"] * len(moving), strict=False))
        if alone:
            letters = {moving[0]: self.name}
        parts = [letters.get(place, self.text(each)) for place, each in enumerate(args)]
        levels = [
            ATOM if place in letters or each in self.named else level_of(graph, each, self.named)
            for place, each in enumerate(args)
        ]
        outer = operation(op, parts, levels)
        params = function.params if function is not None else TABLE[op].params
        spelled = dict(zip(params, zip(parts, levels, strict=True), strict=False))
        spelled["out"] = (outer, form(op, len(args))[0])
        slopes = []
        for place in moving:
            slope = self._slope(op, params[place], spelled)
            slopes.append(slope if len(moving) == 1 else f"{slope}*{letters[place]}'")
        inner = ", ".join(f"{letters[place]} = {self.text(args[place])}" for place in moving)
        kind = "own" if function is not None else "chain-several" if len(moving) > 1 else "chain"
        if kind == "chain" and alone:
            self._add("function", node, of=outer, slope=slopes[0])
        else:
            self._add(kind, node, outer=outer, inner=inner, slope=" + ".join(slopes))
        return [*args]

    def _slope(self, op: str, param: str, spelled: dict[str, tuple[str, int]]) -> str:
        """The local derivative that books print, over the letters of the parts; in brackets where it is a sum."""
        function = self.graph.functions.get(op)
        if function is not None:
            partial = function.partials.get(param)
            if partial is None:
                return "?"
            graph, output, when = *partial, ""
        else:
            local, when = partial_text(TABLE[op], param, textbook=True)
            read = formula(local)
            graph, output = read.graph, read.output
        text = expression(graph, output, spelled=spelled)
        if when:
            condition = formula(when)
            return f"where({expression(condition.graph, condition.output, spelled=spelled)}, {text}, 0)"
        # `out` may itself be a sum; no operation of the table that is one has a slope that is `out` alone.
        return f"({text})" if level_of(graph, output) <= SUM else text
