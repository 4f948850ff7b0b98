"""What one operation declares. Text only: the floors above read it, compile it, print it and test it.

There are two kinds of declaration. An *elementwise* operation declares its `partials`: what one entry of the
value does to the same entry of the result. An operation on *tensors* declares its `pullbacks`: what its rule
makes of the upstream value `g`, which has the shape of the result, for an argument, in whose shape the answer is.

Formulas are in bpcli's own language. In scope are the names of the arguments and, in a partial, `out`
(the value of the operation itself). A partial may end in ` if CONDITION`: where the condition is false
the edge is closed. Nothing flows through a closed edge, which is not the same as zero times what
arrives (that would be nan for an infinite value on the side that was not taken).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    Entries = Any  # a number, or lists of them


ACCURACY = 4  # units of 2^-52


class Golden:
    """One worked point: arguments, value, slopes by argument, and where the numbers come from.

    Of an operation on tensors numbers may be nested lists. Its slopes are what reaches each argument when
    `upstream` arrives at the result, 1 in every entry where that is left out; None where there is no rule.
    `settings` are those that are not left at their default.
    """

    __slots__ = ("at", "origin", "settings", "slopes", "upstream", "value")

    def __init__(
        self,
        at: Sequence[Entries],
        value: Entries,
        slopes: Sequence[Entries],
        origin: str,
        settings: Mapping[str, str] | None = None,
        upstream: Entries | None = None,
    ) -> None:
        self.at = tuple(at)
        self.value = value
        self.slopes = tuple(slopes)
        self.origin = origin
        self.settings = dict(settings or {})
        self.upstream = upstream


class Kink:
    """A place where the slope is a convention: the condition on the arguments, what is used, who differs.

    jump: whether the value itself jumps there; else it has a corner

    What others return was found by asking them: PyTorch 2.13 and JAX 0.10, in double precision.
    """

    __slots__ = ("convention", "elsewhere", "jump", "where")

    def __init__(self, where: str, convention: str, elsewhere: str = "", *, jump: bool = False) -> None:
        self.jump = jump
        self.where = where
        self.convention = convention
        self.elsewhere = elsewhere


class Op:
    """One operation.

    name, params  from the signature; a parameter may have a default (`slope=0.01`); `x, ...` takes any number
    doc           one sentence
    zh            the same in Chinese; an operation of a user's own needs none
    group         the heading that it stands under in `bpcli ops`
    value         formula over other operations; None for a primitive, which every kind of number spells
    partials      argument -> accurate formula of the local derivative; "0" together with `flat`. An argument
                  without one has no rule: that is said where a derivative by it is asked for, and is not 0
    textbook      argument -> the form that books print, where it differs
    flat          reason why every slope is 0 (a step function), or why the edge is cut
    symbol        infix or prefix spelling; the call spelling is `spelling`
    latex         template over the argument names
    domain        condition on the arguments; outside it the value is nan or infinite
    smooth        condition under which all partials exist and are smooth, where it is narrower than the domain
    kinks         see Kink
    golden        see Golden
    base          the operation that this is another rule for: the same value and spelling, other slopes
    accuracy      largest relative error of value and slopes, in units of 2^-52, wherever they are floats above 1e-308;
                  near a zero that does not lie at 0 the error is absolute instead. Where it is a multiple of the usual,
                  a slope may overflow that many times too early
    merges        whether two equal uses are one node (no for detach and for anything random)
    zh            `doc` in Chinese, where it is given here

    Of tensors alone:

    settings      name -> default, as text: what is chosen where the operation is used and is no number of the
                  graph, such as `axis`. Formulas have them by name: `sum(g, axis=axis)`. An operation with its
                  settings chosen is called `sum axis=0 keepdims=0`
    of_tensors    whether it is one
    pullbacks     argument -> formula over the arguments, `out` and `g`, in which g stands linearly; "0" where only the
                  shape of the argument matters. Where the numbers of dimensions decide, a formula for each: "2,1".
                  Left out altogether where the rule follows from `value`. Of an operation that takes any number
                  of arguments: {args} stands for all of them, {others} for all but the first, the setting
                  `place` for the one that the rule is about
    textbook_pullbacks  the same as people know them, where that differs
    linear        arguments in which the operation is linear: forward mode is the operation itself there
    rest          the setting that takes what stands behind the arguments: `reshape(x, 2, 3)`
    unfolded      the formula that a book gives for a primitive: what `--unfold` puts in its place (else `value`)
    hidden        the value of the only argument, where people write settings alone: `randn(3, 2)`
    inner         whether it is there for the formulas of derivatives, and not what people look for
    """

    __slots__ = (
        "accuracy",
        "aliases",
        "base",
        "chosen",
        "defaults",
        "doc",
        "domain",
        "flat",
        "golden",
        "group",
        "hidden",
        "inner",
        "kinks",
        "latex",
        "linear",
        "merges",
        "name",
        "note",
        "of_tensors",
        "params",
        "partials",
        "pullbacks",
        "rest",
        "settings",
        "smooth",
        "spelling",
        "symbol",
        "textbook",
        "textbook_pullbacks",
        "unfolded",
        "value",
        "variadic",
        "zh",
    )

    def __init__(
        self,
        signature: str,
        doc: str,
        *,
        zh: str = "",
        value: str | None = None,
        partials: Mapping[str, str] | None = None,
        textbook: Mapping[str, str] | None = None,
        flat: str = "",
        symbol: str = "",
        latex: str = "",
        domain: str = "",
        smooth: str = "",
        kinks: Sequence[Kink] = (),
        golden: Sequence[Golden] = (),
        accuracy: int = ACCURACY,
        aliases: Sequence[str] = (),
        spelling: str = "",
        base: str = "",
        merges: bool = True,
        note: str = "",
        of_tensors: bool = False,
        settings: Mapping[str, str] | None = None,
        pullbacks: Mapping[str, str | Mapping[str, str]] | None = None,
        textbook_pullbacks: Mapping[str, str | Mapping[str, str]] | None = None,
        linear: Sequence[str] = (),
        rest: str = "",
        hidden: int | None = None,
        inner: bool = False,
        unfolded: str = "",
    ) -> None:
        name, _, listed = signature.partition("(")
        pieces = [piece.strip() for piece in listed.rstrip(")").split(",")]
        self.variadic = pieces[-1] == "..."
        if self.variadic:
            pieces.pop()
        self.name = name
        self.params = tuple(piece.partition("=")[0] for piece in pieces)
        self.defaults = {param: text for param, _, text in (piece.partition("=") for piece in pieces) if text}
        self.base = base
        self.doc = doc
        self.zh = zh
        self.group = ""
        self.value = value
        self.partials = dict(partials or {})
        self.textbook = dict(textbook or {})
        self.flat = flat
        self.symbol = symbol
        self.spelling = spelling or name
        self.latex = latex
        self.domain = domain
        self.smooth = smooth or domain
        self.kinks = tuple(kinks)
        self.golden = tuple(golden)
        self.accuracy = accuracy
        self.aliases = tuple(aliases)
        self.merges = merges
        self.note = note
        self.of_tensors = of_tensors
        self.settings = dict(settings or {})
        self.pullbacks = dict(pullbacks or {})
        self.textbook_pullbacks = dict(textbook_pullbacks or {})
        self.linear = tuple(linear)
        self.rest = rest
        self.hidden = hidden
        self.inner = inner
        self.unfolded = unfolded or value
        self.chosen: dict[str, str] = {}

    def set(self, chosen: Mapping[str, str]) -> Op:
        """The operation with these settings.

        >>> Op("sum(x)", "", settings={"axis": ""}).set({"axis": "0"}).name
        'sum axis=0'
        """
        made = Op.__new__(Op)
        for slot in Op.__slots__:
            setattr(made, slot, getattr(self, slot))
        made.chosen = {**self.settings, **chosen}
        made.name = " ".join([self.name, *(f"{name}={text}" for name, text in made.chosen.items())])
        return made

    def __repr__(self) -> str:
        return f"Op({self.signature})"

    @property
    def signature(self) -> str:
        """The call as a user would write it: `clip(x, lo, hi)`, `max(x, ...)`."""
        params = [f"{name}={self.defaults[name]}" if name in self.defaults else name for name in self.params]
        return f"{self.spelling}({', '.join([*params, '...'] if self.variadic else params)})"

    def takes(self, count: int) -> bool:
        """Whether it can be called with `count` arguments."""
        if self.variadic:
            return count >= len(self.params)
        if self.hidden is not None:
            return count > 0
        if self.rest:
            return count > len(self.params)
        return len(self.params) - len(self.defaults) <= count <= len(self.params)
