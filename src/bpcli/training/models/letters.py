"""Names in the text of a model before it is read: which constants of elsewhere are parameters in it.

A time constant is called tau, and a fifth coefficient e: where nobody said more, a model means these. Euler's number
is what is raised to a power, as in e^(-x).
"""

from __future__ import annotations

from typing import NamedTuple

from bpcli.language.driver import TERMINALS
from bpcli.language.scanner import NAME, SUPERSCRIPT, scan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

RAISED = (TERMINALS["CIRCUMFLEX"], SUPERSCRIPT)
PREDICTED = "pred"
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


def uses_prediction(text: str) -> bool:
    """Whether a loss is one of `pred`, which something else gives it.

    >>> uses_prediction("(pred - y)^4"), uses_prediction("pred = a*x; (pred - y)^4"), uses_prediction("(a*x - y)^4")
    (True, False, False)
    """
    tokens = scan(text)
    return PREDICTED not in tokens.assigned and any(
        kind == NAME and word == PREDICTED for kind, word in zip(tokens.kinds, tokens.texts, strict=True)
    )


def renamed(text: str, names: Mapping[str, str]) -> str:
    """The text with names replaced, all at once.

    >>> renamed("(pred - U)^2*t", {"t": "x", "U": "y"})
    '(pred - y)^2*x'
    """
    tokens = scan(text)
    pieces, past = [], 0
    for place, (kind, word) in enumerate(zip(tokens.kinds, tokens.texts, strict=True)):
        if kind == NAME and word in names:
            start, stop = tokens.span(place, place)
            pieces += [text[past:start], names[word]]
            past = stop
    return "".join([*pieces, text[past:]])
