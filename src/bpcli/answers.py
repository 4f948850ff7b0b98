"""What the functions of api/ return: the records of the commands, as things that show themselves."""

from __future__ import annotations

from typing import Any

from bpcli.engine import directions, point
from bpcli.engine.choose import digits_of, step_digits
from bpcli.errors import InputError
from bpcli.render.languages import ENGLISH, LANGUAGES
from bpcli.tracing import checks, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.graph import Program


class Point(point.Point):
    """The value of a program at a point, and its gradient where that was asked for."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """The JSON contract: bpcli.grad/1, or bpcli.eval/1 where no gradient was computed."""
        from bpcli.render.json.answers import eval_dict, grad_dict

        return grad_dict(self) if self.adjoints else eval_dict(self)


class Points:
    """A program at many points.

    value:    array of shape (rows,); nan where there is no value
    gradient: requested name -> array of shape (rows,)
    """

    __slots__ = ("gradient", "program", "value")

    def __init__(self, program: Program, value: Any, gradient: dict[str, Any]) -> None:
        self.program = program
        self.value = value
        self.gradient = gradient

    def __repr__(self) -> str:
        return f"Points({len(self.value)} rows, value={self.value}, gradient={self.gradient})"


class Trace(record.Trace):
    """Both passes, recorded. It prints as the tables of `bpcli trace`, in a notebook too."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """The JSON contract bpcli.trace/1."""
        from bpcli.render.json.traces import trace_dict

        return trace_dict(self)

    def text(self, *, language: str = ENGLISH, explain: str = "", digits: int | None = None) -> str:
        """The tables of `bpcli trace`, in a language and, where that is asked for, told in words as well.

        language: "en" or "zh"
        explain:  "brief", "normal" or "story"
        digits:   significant digits that are shown: 6 unless given, or with `numbers` of N digits up to 8 in the steps
                  and all N in the results below them

        Raises InputError for a language or a level that does not exist.

        >>> import bpcli
        >>> print(bpcli.trace("x*w", x=2, w=3).text(explain="brief").splitlines()[-4])
        1  y -> x: multiplication sends the other factor, w = 3: 1 * 3 = 3
        """
        from bpcli.render.narration import LEVELS
        from bpcli.render.plain import trace_lines

        if explain and explain not in LEVELS:
            raise InputError("unknown-level", level=explain, known=", ".join(LEVELS))
        steps = self._shown_digits() if digits is None else digits
        if digits is not None:
            self.finest = 0
        return "\n".join(trace_lines(self, steps, language=_language(language), explain=explain))

    def _shown_digits(self) -> int:
        """How many digits steps have where nobody says; results have as many as there are."""
        self.finest = digits_of(self.kind)
        return step_digits(self.kind)

    def lens(self, name: str, *, language: str = ENGLISH) -> dict[str, Any]:
        """What `bpcli trace --lens` shows: `tables` by name, each a list of rows, and `findings` in sentences.

        name:     "cost", what each method of differentiation would take here; "flow", where the gradient vanishes,
                  explodes or dies; "memory", which values the reverse pass needs
        language: of the sentences, "en" or "zh"

        Raises InputError for another name, and of a trace of forward mode, which has no reverse pass to look at.

        >>> import bpcli
        >>> flow = bpcli.trace("h = relu(w*x); h^2", w=2, x=-1).lens("flow")
        >>> [finding["kind"] for finding in flow["findings"]]
        ['dead']
        """
        from bpcli.render.lenses import lens_dict
        from bpcli.tracing import lenses

        if name not in lenses.LENSES:
            raise InputError("unknown-lens", lens=name, known=", ".join(lenses.LENSES))
        if self.tangents:
            raise InputError("lens-forward", option="lens")
        look = {lenses.COST: lenses.cost, lenses.FLOW: lenses.flow, lenses.MEMORY: lenses.memory}[name]
        return lens_dict(look(self), _language(language))

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(str(self))}</pre>"

    def __rich__(self) -> Any:
        from bpcli.render.terminal import trace_renderable

        return trace_renderable(self, self._shown_digits())


class Check(checks.Check):
    """One gradient by several methods; `ok` is the verdict."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """The JSON contract bpcli.check/1."""
        from bpcli.render.json.answers import check_dict

        return check_dict(self)

    def text(self, *, language: str = ENGLISH) -> str:
        """The table of `bpcli check` and its verdict, in a language: "en" or "zh"."""
        from bpcli.render.check import check_table, verdict
        from bpcli.render.plain import table_lines

        told = _language(language)
        return "\n".join([*table_lines(check_table(self, language=told)), *verdict(self, told)])

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return str(self)


class Matrix(directions.Matrix):
    """A Jacobian or a Hessian; `rows["y"]["x"]` is one derivative, `matrix` all of them.

    Of tensors `rows["y"]["x"]` is an array whose first axes are those of y and whose last are those of x.
    """

    __slots__ = ()

    @property
    def matrix(self) -> Any:
        """The derivatives, shape (rows, columns): nested lists; of tensors an array, entries of results by entries."""
        if not self.shaped:
            return [list(row.values()) for row in self.rows.values()]
        import numpy as np

        return np.array([row for _, row in self.flat()])

    def __str__(self) -> str:
        from bpcli.render.answers import matrix_table
        from bpcli.render.plain import table_lines

        return "\n".join(table_lines(matrix_table(self)))

    def __repr__(self) -> str:
        return str(self)


def _language(language: str) -> str:
    if language not in LANGUAGES:
        raise InputError("unknown-language", language=language, known=", ".join(LANGUAGES))
    return language
