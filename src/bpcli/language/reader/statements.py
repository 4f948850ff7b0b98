"""Statements: names that are assigned, functions that are defined, and their derivatives."""

from __future__ import annotations

from bpcli.graph import Function, Graph, at_one
from bpcli.language.complaints import GOES_ON
from bpcli.language.reader.arrays import EMPTY
from bpcli.language.reader.calls import Calls
from bpcli.language.reader.templates import Template
from bpcli.ops import named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

UPSTREAM = "g"  # in a rule of one's own: what arrives from above


class Statements(Calls):
    """The actions for statements."""

    def next(self, parts: list[Any], first: int, last: int) -> None:
        """One statement after another."""

    def bare(self, parts: list[Any], first: int, last: int) -> None:
        """An expression without a name: it must be the last statement."""
        self.begin_statement(first)
        elements = self.lists.get((first, last))
        if elements is not None and not any(self.graph.op[each] == EMPTY for each in elements):
            # `[a, b]` by itself: several results, each with its own shape.
            if parts[0] == len(self.graph) - 1:
                self.graph.forget_last()
            self.last = ("outputs", (elements, first, last))
        else:
            self.last = ("bare", (parts[0], first, last))

    def assign(self, parts: list[Any], first: int, last: int) -> None:
        """`a = expression`: a name for a node."""
        self.begin_statement(first)
        name = self.tokens.texts[parts[0]]
        if name in self.assigned or name in self.opened:
            raise self.tokens.error("assigned-twice", first, name=name, fresh=self.fresh(name))
        if name in self.graph.variables:
            inside = name in self.tokens.texts[first + 1 : last + 1]
            kind = "assigned-to-itself" if inside else "used-before-assigned"
            raise self.tokens.error(kind, first, name=name, fresh=self.fresh(name))
        value = self.graph.constant[parts[2]] and not self.own.intersection(self.tokens.texts[first + 1 : last + 1])
        if value and name in self.leaves:
            self.opened.add(name)
            node = self.names[name] = self.graph.variable(name, self.tokens.span(first, first))
        else:
            node = self.graph.give_name(parts[2], name, self.statement_start, self.tokens.span(first, last))
            self.assigned[name] = self.names[name] = node
            if value:
                self.values.append(name)
        self.statement_start = len(self.graph)
        self.last = ("assign", (node, first, last))

    def begin_statement(self, first: int) -> None:
        """A statement begins: what stood before it must have been of use, and is not meant to go on here."""
        tokens = self.tokens
        kind, result = self.last
        if kind in ("bare", "outputs"):
            start = result[1]
            listed = {"hint": "a list of results is the last statement"} if kind == "outputs" else {}
            goes_on = {"hint": GOES_ON} if start and tokens.texts[start - 1 : start + 1] == ["\n", "-"] else {}
            raise tokens.error("unused-statement", start, result[2], **goes_on, **listed)
        if first and tokens.texts[first - 1 : first + 1] == ["\n", "+"]:
            raise tokens.error("line-begins-with-plus", first, hint=GOES_ON)

    def definition_head(self, parts: list[Any], first: int, last: int) -> None:
        """`f(u, v) =`: from here to the end of the statement names are read inside a new template."""
        name = self.tokens.texts[parts[0]]
        if name in self.templates or name in self.custom:
            raise self.tokens.error("defined-twice", first, name=name)
        if named(name):
            raise self.tokens.error("function-exists", first, name=name)
        params = tuple(self.tokens.texts[index] for index in parts[2])
        for place, param in enumerate(params):
            if param in params[:place]:
                raise self.tokens.error("parameter-twice", parts[2][place], name=param)
        self.begin_statement(first)
        template = Template(name, params, Graph(self.graph.share, self.graph.limit), self.tokens.span(first, last))
        for param in params:
            template.graph.variable(param)
        self.defining, self.graph = template, template.graph

    def define(self, parts: list[Any], first: int, last: int) -> None:
        """`f(u) = expression`."""
        template = self.defining
        assert template is not None
        template.output = parts[1]
        self.defining, self.graph = None, self.outer
        if template.name in self.tokens.sloped:
            self.closed(template.graph, template.name, template.params, first, last)
            self.custom[template.name] = Function(
                template.name, template.params, (template.graph, template.output), template.span
            )
        self.templates[template.name] = template
        self.last = ("define", (template.name, first, last))

    def slope_head(self, parts: list[Any], first: int, last: int) -> None:
        """`d f/du =`: the derivative of a function that was defined before, by one of its parameters."""
        name, _, param = self.tokens.texts[parts[0]].partition("/")
        function = self.custom.get(name)
        if function is None:
            raise self.tokens.error("slope-of-unknown", first, name=name)
        if param not in function.params:
            params = ", ".join(function.params)
            raise self.tokens.error("slope-by-unknown", first, name=name, param=param, params=params)
        if param in function.partials:
            raise self.tokens.error("slope-twice", first, name=name, param=param)
        self.begin_statement(first)
        graph = Graph(self.graph.share, self.graph.limit)
        for each in function.params:
            graph.variable(each)
        function.partials[param] = (graph, -1)
        self.sloping, self.graph = (function, param), graph

    def define_slope(self, parts: list[Any], first: int, last: int) -> None:
        """`d f/du = expression`."""
        assert self.sloping is not None
        function, param = self.sloping
        rule = (self.graph, parts[1])
        if UPSTREAM in self.graph.variables and UPSTREAM not in function.params:
            function.pullbacks[param] = rule
            rule = at_one(*rule, UPSTREAM)
        self.closed(rule[0], function.name, function.params, first, last)
        function.partials[param] = rule
        function.spans[param] = self.tokens.span(first, last)
        if f"{function.name}/{param}" in self.tokens.surrogates:
            function.surrogates.add(param)
        self.sloping, self.graph = None, self.outer
        self.last = ("define", (function.name, first, last))

    def closed(self, graph: Graph, name: str, params: tuple[str, ...], first: int, last: int) -> None:
        """A function with a derivative of its own is one node: it sees its arguments and nothing else."""
        for free in graph.variables:
            if free not in params:
                raise self.tokens.error("free-name-in-rule", first, last, name=name, free=free)
