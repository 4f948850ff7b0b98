"""Which of the letters that stand for constants elsewhere are parameters in a model.

A time constant is called tau, and a fifth coefficient e: where nobody said more, a model means these. Euler's number
is what is raised to a power, as in e^(-x).
"""

from __future__ import annotations

from typing import NamedTuple

from bpcli.language.driver import TERMINALS
from bpcli.language.scanner import NAME, SUPERSCRIPT, scan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

RAISED = (TERMINALS["CIRCUMFLEX"], SUPERSCRIPT)
EULER = "e"
TURNS = ("tau", "τ")


class Letters(NamedTuple):
    """Names of constants in a model: those that are parameters there, and those that are constants all the same."""

    parameters: tuple[str, ...] = ()
    constants: tuple[str, ...] = ()


def letters_of(text: str, known: Collection[str] = ()) -> Letters:
    """What `tau` and `e` stand for in a model, where they are none of the names that are known.

    `e` that is raised anywhere is Euler's number everywhere: a name has one meaning. Raises InputError for a text that
    is none.

    >>> letters_of("a*exp(-x/tau) + d*exp(-e*x)")
    Letters(parameters=('tau', 'e'), constants=())
    >>> letters_of("a*e^(-x/tau)"), letters_of("2*pi*x + exp(x)")
    (Letters(parameters=('tau',), constants=('e',)), Letters(parameters=(), constants=()))
    """
    tokens = scan(text)
    found: dict[str, bool] = {}  # whether it is a parameter
    for kind, word, following in zip(tokens.kinds, tokens.texts, [*tokens.kinds[1:], 0], strict=True):
        if kind == NAME and word in (EULER, *TURNS) and word not in known and word not in tokens.assigned:
            raised = word == EULER and following in RAISED
            found[word] = found.get(word, True) and not raised
    names = [*found]
    return Letters(tuple(name for name in names if found[name]), tuple(name for name in names if not found[name]))
