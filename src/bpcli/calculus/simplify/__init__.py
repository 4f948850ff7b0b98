"""Algebra for what is shown: like terms collected, products gathered, constants first in a term and last in a sum.

The result is a new graph; the one that was read stays as it was typed, and nothing here is used to
compute. Both are equal as real functions wherever the original has a value. One pass from the leaves up,
with each chain of sums or products taken apart once, so that it ends on everything.

`simplifier` walks. Each room takes what it finds apart: `sums`, `products`, `powers`, `identities` of functions,
`choices`; `matrices` and `matrix_products` what has a shape. `arrangement` tries the ways to write a sum, `order` says
what comes first, and `writing` writes. All share the words of `terms`.
"""

from __future__ import annotations

from bpcli.calculus.simplify.simplifier import Simplifier

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.graph import Graph


def simplified(graph: Graph, output: int) -> tuple[Graph, int]:
    """A new graph with a shorter formula of the same value, and its output.

    >>> from bpcli.language.reader import parse
    >>> from bpcli.language.text import expression
    >>> read = parse("(x + w)*1 + w + 0*x")
    >>> expression(*simplified(read.graph, read.output))
    'x + 2*w'
    """
    return Simplifier(graph, output).run()
