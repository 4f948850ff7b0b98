"""Each mistake that is known, and what a slip and a claim are."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from bpcli.tracing.expectations import Written

ONLY_PATH = "only-path"
ONLY_PATH_OF_MANY = "only-path-of-many"
PATH_MISSING = "path-missing"
BRANCH_MISSING = "branch-missing"
OVERWRITTEN = "overwritten"
OVERWRITTEN_INSIDE = "overwritten-inside"
TIE = "tie"
SPLIT = "split"
SPLIT_EVERYWHERE = "split-everywhere"
SUM_FOR_MEAN = "sum-for-mean"
MEAN_FOR_SUM = "mean-for-sum"
UPSTREAM = "upstream-forgotten"
LOCALS_ONLY = "locals-only"
FACTOR = "factor-dropped"
INNER = "inner-dropped"
SIGN_INSIDE = "sign-inside"
SIGN = "sign"
ACCUMULATED = "accumulated"
VALUE = "value"
OWN_VALUE = "own-value"
OTHER_NAME = "other-name"
TARGET = "target"
INPUT = "input"
GATE_OPENED = "gate-opened"
GATES_OPENED = "gates-opened"
GATE_CLOSED = "gate-closed"
GATE_OTHER = "gate-other"
DIVISION = "division"
WRONG_RULE = "wrong-rule"
HALVED = "halved"
DOUBLED = "doubled"

# The most specific first: of two slips that give the same number the one that says more about the mistake.
KINDS = (
    ONLY_PATH, PATH_MISSING, ONLY_PATH_OF_MANY, OVERWRITTEN, OVERWRITTEN_INSIDE, TIE, GATE_OPENED, GATES_OPENED,
    GATE_OTHER, GATE_CLOSED, BRANCH_MISSING, SUM_FOR_MEAN, MEAN_FOR_SUM, FACTOR, DIVISION, WRONG_RULE, UPSTREAM,
    LOCALS_ONLY, SIGN_INSIDE, INNER, SPLIT, SPLIT_EVERYWHERE, SIGN, VALUE, OTHER_NAME, OWN_VALUE, HALVED, DOUBLED,
    ACCUMULATED, TARGET, INPUT,
)  # fmt: skip
# Of vectors and matrices, see tensors.py.
FACTORS_SWAPPED = "factors-swapped"
TRANSPOSED = "transposed"
NO_TRANSPOSE = "no-transpose"
NOT_SUMMED = "not-summed"
ONE_COPY = "one-copy"
MEAN_OVER_COPIES = "mean-over-copies"
UPSTREAM_OF_TENSOR = "upstream-of-tensor"
WRONG_PULLBACK = "wrong-pullback"
BATCH = "batch"
OTHER_SHAPE = "other-shape"
TENSOR_KINDS = (
    FACTORS_SWAPPED, NO_TRANSPOSE, TRANSPOSED, NOT_SUMMED, ONE_COPY, MEAN_OVER_COPIES, UPSTREAM_OF_TENSOR,
    WRONG_PULLBACK, BATCH,
)  # fmt: skip
# The same number by another slip, where it is told beside the first: twice something may be more than one thing.
OR_ELSE = {MEAN_FOR_SUM: (HALVED,), SUM_FOR_MEAN: (DOUBLED,), INNER: (SPLIT,), WRONG_RULE: (INNER, UPSTREAM)}
RANK = {kind: place for place, kind in enumerate((*TENSOR_KINDS, *KINDS, OTHER_SHAPE))}

MOST_TIMES = 3  # backward passes without zeroing


class Slip:
    """One mistake: its kind, the number that it gives, and what fills the slots of its sentence."""

    __slots__ = ("facts", "kind", "rank", "value")

    def __init__(self, kind: str, value: Any, rank: float = 0.0, **facts: Any) -> None:
        self.kind = kind
        self.value = value
        self.facts = facts
        self.rank = (RANK[kind], rank)


class Claim:
    """A gradient that somebody claims, what it is, and the slips that give the claimed number, most specific first.

    vague: number of slips that it is near to as well, which may be a matter of chance
    """

    __slots__ = ("actual", "name", "ok", "slips", "vague", "written")

    def __init__(self, name: str, written: Written, actual: float, ok: bool) -> None:
        self.name = name
        self.written = written
        self.actual = actual
        self.ok = ok
        self.slips: list[Slip] = []
        self.vague = 0
