"""Algebra of vectors and matrices for what is shown, beside the elementwise algebra of the other rooms.

    x @ A + A @ x                  (A + A.T) @ x
    A.T @ (spread(1, r)*(2*r))     2*A.T @ r
    1/det(A)*cofactor(A)           inv(A).T

Sizes are known, so that what only gives a shape goes away: an array of equal numbers is a number times `ones`, and
ones next to something of the full shape say nothing. Numbers stand in front of a matrix product. A product whose
result is a vector is written with the vector on the right.
"""

from __future__ import annotations

import math
import re

from bpcli.calculus.shapes import SHAPES, axes_of
from bpcli.calculus.simplify.matrix_products import MatrixProducts
from bpcli.calculus.simplify.terms import plus, times
from bpcli.ops import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.calculus.shapes import Shape
    from bpcli.calculus.simplify.terms import Exact
    from bpcli.ops import Op

JOINTLY = ("stack", "concat", "piece", "place_piece")  # linear in all their arguments together
REDUCTIONS = ("sum", "mean", "prod", "amax", "amin", "norm", "logsumexp", "variance", "std")
OF_ONE = ("sum", "mean", "prod", "amax", "amin", "logsumexp")  # of a single number these are that number
RESHAPING = ("reshape", "reshape_like", "flatten", "expand", "squeeze")


class Matrices(MatrixProducts):
    """The operations on tensors of one simplification."""

    def rewritten(self, op: str, args: tuple[int, ...], wanted: Shape) -> int:
        """The node of an operation on tensors, in its simplest form; it may lack axes along which it is equal."""
        declared = TABLE[op]
        name, chosen = declared.name.partition(" ")[0], declared.chosen
        shape = self.shape(args[0])
        if name in ("spread", "broadcast_like"):
            return self._copied(args, chosen if name == "spread" else {"axis": "", "keepdims": "1"}, op)
        if name == "sum_like":
            return self._summed(args, wanted, op)
        if not shape and name in OF_ONE:
            return args[0]
        if name == "count":
            return self.work.new.const(math.prod(shape[place] for place in axes_of(chosen["axis"], shape)))
        if name in RESHAPING:
            if shape == wanted:
                return args[0]
            if name == "reshape_like":
                op, args = f"reshape shape={','.join(map(str, wanted))}", args[:1]
        if name == "full":
            return args[0]
        listed = name in ("take", "index") and self.work.new.op[args[0]] == "stack axis=0"
        if listed and chosen["at"].isdecimal() and chosen.get("axis", "0") == "0":
            return self.work.new.args[args[0]][int(chosen["at"])]
        if name == "unit":
            return self._unit(args[0], chosen["axis"])
        if name in REDUCTIONS and {*axes_of(chosen["axis"], shape)} == {*range(len(shape))}:
            op = " ".join([name, *(f"{key}={text}" for key, text in {**chosen, "axis": "", "keepdims": "0"}.items())])
        elif name in ("softmax", "log_softmax") and len(shape) == 1:
            op = f"{name} axis=-1"
        if name == "place" and re.fullmatch(r"[0-9]*:[0-9]*", chosen["at"]):
            return self._between_zeros(args, chosen["at"])
        coefficient, numbers, cores = self._taken_out(declared, args)
        if coefficient == 0:
            return self.work.new.const(0)
        if name == "matmul":
            core = self.product(*cores)
        elif name == "transpose":
            core = self.transposed(cores[0])
        elif self.is_ones(cores[0]) and (name in RESHAPING or (name == "sum" and not self._result(op, cores))):
            core = self.ones(wanted) if wanted else self.work.new.const(math.prod(shape))
        else:
            core = self.work.new.add(op, cores)
        part, factors = self.work.product_of(core)
        whole: dict[int, Exact] = dict(numbers)
        for base, power in factors:
            whole[base] = plus(whole.get(base, 0), power)
        return self.work.product(times(coefficient, part), whole)

    def _between_zeros(self, args: tuple[int, ...], at: str) -> int:
        """What stands in a slice of the first axis, and zeros in front of it and behind it."""
        value, like = args
        whole = self.shape(like)
        start, stop, _ = slice(*(int(bound) if bound else None for bound in at.split(":"))).indices(whole[0])
        value = self.fitted(value, (stop - start, *whole[1:]))
        zero = self.work.new.const(0)
        before, after = (
            [self.fitted(zero, (size, *whole[1:]))] if size else [] for size in (start, whole[0] - stop)
        )
        parts = (*before, value, *after)
        return self.work.new.add("concat axis=0", parts) if len(parts) > 1 else value

    def _result(self, op: str, args: tuple[int, ...]) -> Shape:
        shape: Shape = SHAPES.functions[op](*[self.shape(node) for node in args])
        return shape

    def _taken_out(self, op: Op, args: tuple[int, ...]) -> tuple[Exact, dict[int, Exact], tuple[int, ...]]:
        """The numbers among the factors of arguments in which an operation is linear, and what is left of these."""
        work = self.work
        coefficient: Exact = 1
        numbers: dict[int, Exact] = {}
        cores = []
        separately = op.name.partition(" ")[0] not in JOINTLY
        for place, node in enumerate(args):
            linear = separately and place < len(op.params) and op.params[place] in op.linear
            if not linear or not self.shape(node):
                cores.append(node)
                continue
            part, factors = work.product_of(node)
            inner = {base: power for base, power in factors if self.shape(base)}
            if part == 0:
                return 0, {}, args
            if part == 1 and len(inner) == len(factors):
                cores.append(node)
                continue
            coefficient = times(coefficient, part)
            for base, power in factors:
                if base not in inner:
                    numbers[base] = plus(numbers.get(base, 0), power)
            cores.append(self.fitted(work.product(1, inner), self.shape(node)))
        return coefficient, numbers, tuple(cores)

    def _copied(self, args: tuple[int, ...], chosen: dict[str, str], op: str) -> int:
        """A value that is copied along axes: elementwise algebra copies it by itself where the axes stand right."""
        value, like = args
        own, whole = self.shape(value), self.shape(like)
        over = axes_of(chosen["axis"], whole)
        if not own or chosen["keepdims"] == "1" or over == tuple(range(len(over))):
            return value
        if len(over) == 1:
            return self.work.new.add(f"expand axis={over[0]}", (value,))
        return self.work.new.add(op, args)

    def _summed(self, args: tuple[int, ...], wanted: Shape, op: str) -> int:
        """A value summed over the axes along which another was copied."""
        shape = self.shape(args[0])
        if shape == wanted:
            return args[0]
        extra = len(shape) - len(wanted)
        copied = [place for place, size in enumerate(wanted) if size == 1 and shape[place + extra] != 1]
        if extra and copied:
            return self.work.new.add(op, args)
        axis = "" if not wanted else ",".join(map(str, copied or range(extra)))
        return self.rewritten(f"sum axis={axis} keepdims={1 if copied else 0}", args[:1], wanted)

    def _unit(self, node: int, axis: str) -> int:
        """x/norm(x), as books have it; at 0 the convention is 0."""
        work = self.work
        length = work.new.add(f"norm axis={axis} keepdims={1 if axis else 0}", (node,))
        coefficient, factors = work.product_of(node)
        whole = dict(factors)
        whole[length] = plus(whole.get(length, 0), -1)
        return work.product(coefficient, whole)

    def closes_itself(self, condition: int, taken: int) -> bool:
        """Whether a choice between a sum and 0 is needless: the sum is 0 by itself where no entry has the condition."""
        new, whole = self.work.new, "sum axis= keepdims=0"
        if new.op[condition] != whole:
            return False
        (marks,) = new.args[condition]
        for base, power in self.work.product_of(taken)[1]:
            if new.op[base] != whole or power != 1:
                continue
            for inner, each in self.work.product_of(new.args[base][0])[1]:
                if new.op[inner] != "where" or each != 1:
                    continue
                chosen, first, second = new.args[inner]
                opposite = new.op[marks] == "not" and new.args[marks] == (chosen,)
                if (chosen == marks and self.constant(second) == 0) or (opposite and self.constant(first) == 0):
                    return True
        return False

    def without_determinants(self, factors: dict[int, Exact]) -> dict[int, Exact]:
        """cofactor(A)/det(A) is inv(A).T."""
        new = self.work.new
        for node in [base for base in factors if new.op[base] == "cofactor" and factors[base] == 1]:
            det = new.add("det", new.args[node])
            power = factors.get(det, 0)
            if isinstance(power, int) and power < 0:
                left = {base: each for base, each in factors.items() if base != node}
                left[det] = power + 1
                left[self.transposed(new.add("inv", new.args[node]))] = 1
                return {base: each for base, each in left.items() if each != 0}
        return factors
