"""A derivative that can be read, evaluated and differentiated again."""

from __future__ import annotations

from bpcli.calculus.derivative import derivative
from bpcli.calculus.simplify import simplified
from bpcli.calculus.sweeps import forward
from bpcli.engine.floats import FLOATS
from bpcli.engine.point import bind, evaluate, unknown_name
from bpcli.errors import NumericError
from bpcli.language.text import program as program_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bpcli.graph import Program

MOST_SIMPLIFIED = 50_000  # nodes: a derivative that is larger is shown as it was built


class Derivative:
    """A partial derivative of a program, of any order.

    `str()` gives the formula as books print it; `value` evaluates the accurate form of it.
    """

    __slots__ = ("_output", "_text", "program", "wrt")

    def __init__(self, program: Program, wrt: Sequence[str]) -> None:
        self.program = program
        self.wrt = tuple(wrt)
        self._text: str | None = None
        self._output: int | None = None

    @property
    def output(self) -> int:
        """The node of the accurate form, in the graph of the program."""
        if self._output is None:
            self._output = self._chain(textbook=False)
        return self._output

    def _chain(self, textbook: bool) -> int:
        node = self.program.output
        for name in self.wrt:
            (node,) = derivative(self.program.graph, node, [self.program.names[name]], textbook)
        return node

    def value(self, given: Mapping[str, float]) -> float:
        """The derivative at a point.

        Raises InputError where a value is missing; NumericError where the program has no value there, for
        then it has no derivative either, and where the derivative is nan.
        """
        program = self.program
        evaluate(program, given)
        slope = float(forward(program.graph, FLOATS, bind(program, given), self.output + 1)[self.output])
        if slope != slope:
            raise NumericError("nan-derivative", wrt=",".join(self.wrt), formula=self._short())
        return slope

    def _short(self) -> str:
        text = str(self)
        return text if len(text) <= 60 and "\n" not in text else "the derivative"

    def __str__(self) -> str:
        if self._text is None:
            graph, node = self.program.graph, self._chain(textbook=True)
            if len(graph) <= MOST_SIMPLIFIED:
                graph, node = simplified(graph, node)
            self._text = program_text(graph, node)
        return self._text

    def __repr__(self) -> str:
        return f"Derivative({str(self)!r}, wrt={','.join(self.wrt)})"

    def __call__(self, values: Mapping[str, float] | None = None, /, **more: float) -> float:
        """The same as `value`, with the values by name."""
        return self.value({**(values or {}), **more})

    def diff(self, *wrt: str) -> Derivative:
        """The derivative of this derivative."""
        return differentiate(self.program, [*self.wrt, *wrt])


def differentiate(program: Program, wrt: Sequence[str]) -> Derivative:
    """The derivative of a program by each of `wrt` in turn: ["x", "x", "y"] is third order.

    Raises InputError for a name that the program does not have.
    """
    for name in wrt:
        if name not in program.names:
            raise unknown_name(program, name)
    return Derivative(program, wrt)
