"""Tokens -> graph: the actions of the grammar, and the names, functions and definitions they know.

Each room holds the actions for one part of the language and stands on the one before it: `state`, `mistakes`, `names`,
`operators`, `templates`, `arguments`, `arrays`, `calls`, `statements`. Here they are tied to the rules of the grammar.
"""

from __future__ import annotations

from bpcli.errors import InputError
from bpcli.graph import MOST_NODES, Graph, Program
from bpcli.language import driver, scanner
from bpcli.language.complaints import complaint
from bpcli.language.reader.state import SHARE as SHARE
from bpcli.language.reader.statements import Statements
from bpcli.language.reader.templates import refused_or_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from typing import Any

TIES = (SHARE, "first", "last")
OUTPUT_NAMES = ("y", "out", "result", "output")


def parse(
    source: str,
    *,
    given: Collection[str] = (),
    share: bool = True,
    limit: int = MOST_NODES,
    tie: str = SHARE,
    settings: Mapping[str, str] | None = None,
    first_seed: int = 0,
    unfold: Collection[str] = (),
    leaves: Collection[str] = (),
) -> Program:
    """Read a program: one expression, or statements of which the last is the output.

    given: names that will get a value; one of them shadows a constant (`e`, `pi`, `tau`) of the same name
    share: whether equal subexpressions are one node
    limit: most nodes that the graph may have
    tie:   who gets the slope where several arguments of max or min are equal: "share", "first" or "last"
    unfold: names of operations to put the formula in place of that they stand for: softmax, mse, relu
    leaves: names that are variables although the text assigns them a value: `x = 2` says where, and not what, x is
    first_seed: of the random numbers of the first operation that draws some; the next has the next
    settings: what names such as `axis` stand for in a formula of the table

    Raises InputError with a place in `source`; NumericError where the graph would be too large.

    >>> program = parse("a = x + w; y = a*w")
    >>> program.inputs, program.assigned
    (('x', 'w'), ('a', 'y'))
    """
    tokens = scanner.scan(source)
    if tie not in TIES:
        raise InputError("unknown-tie", tie=tie)
    reader = Reader(tokens, given, Graph(share, limit), tie)
    reader.settings.update(settings or {})
    reader.draws = first_seed
    reader.unfold = refused_or_known(unfold)
    reader.leaves = frozenset(leaves)
    try:
        driver.drive(tokens.kinds, reader.actions())
    except driver.Unexpected as unexpected:
        raise complaint(tokens, unexpected.index) from None
    return reader.program()


class Reader(Statements):
    """One reading: the actions, and the program that comes of it."""

    def actions(self) -> dict[str, Callable[[list[Any], int, int], Any]]:
        """The action of each rule, by the name that the grammar gives it."""
        binary = {
            rule: self.binary(op)
            for rule, op in (("add", "add"), ("subtract", "sub"), ("multiply", "mul"), ("divide", "div"),
                             ("either", "or"), ("both", "and"))
        }  # fmt: skip
        named_alike = (
            "next bare assign define define_slope definition_head slope_head first more invert begin_chain "
            "extend_chain end_chain refuse_quotient refuse_power negate keep raise_to superscript number name "
            "call_empty call bracket root positional keyword matrix_multiply transpose stack nothing index at "
            "slice_all slice_from slice_to slice_between keep_slice step"
        )
        return binary | {rule: getattr(self, rule) for rule in named_alike.split()}

    def program(self) -> Program:
        """The program that was read."""
        kind, (result, first, last) = self.last
        if kind == "outputs":
            return self.made(self.named_outputs(result))
        if kind == "define":
            name, template = result, self.templates[result]
            span = self.tokens.span(first, last)
            arguments = tuple(self.look_up(param, span) for param in template.params)
            if name in self.custom:
                self.graph.functions[f"call {name}"] = self.custom[name]
                result = self.graph.add(f"call {name}", arguments, span)
            else:
                result = self.expand(template, arguments, span)
            output_name = name
        else:
            output_name = self.graph.name.get(result, self.free_output())
        return self.made({output_name: result})

    def named_outputs(self, nodes: list[int]) -> dict[str, int]:
        """The results of a program that has several: by the names that it assigned, else y[0], y[1] ..."""
        outputs: dict[str, int] = {}
        for place, node in enumerate(nodes):
            name = self.graph.name.get(node)
            own = name in self.assigned and name not in outputs
            numbered = f"{self.free_output()}[{place}]" if len(nodes) > 1 else self.free_output()
            outputs[str(name) if own else numbered] = node
        return outputs

    def free_output(self) -> str:
        """A name for a result without one."""
        taken = {*self.names, *self.assigned}
        return next((name for name in OUTPUT_NAMES if name not in taken), "y_")

    def made(self, outputs: dict[str, int]) -> Program:
        """The program with these results."""
        made = Program(
            self.tokens.source, self.graph, self.names, tuple(self.assigned), outputs, tuple(self.hidden),
            tuple(name for name in self.values if self.assigned[name] not in outputs.values()),
        )  # fmt: skip
        made.unfolded = tuple(sorted(self.unfold))
        return made
