"""Operations that are added to the table while a program runs: read, spelled, and taken out again."""

from __future__ import annotations

from bpcli.calculus.kinds import formula
from bpcli.engine.floats import FLOATS
from bpcli.engine.primitives import guarded
from bpcli.errors import InputError
from bpcli.ops import Op, declare, named, withdraw

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

GROUP = "operations of one's own"


def add_operation(op: Op, function: Callable[..., float] | None) -> None:
    """Enter an operation into the table.

    function: the value in floats where the declaration gives no formula for it; other kinds of number have
              none then, and say so by name

    Raises InputError where the name is taken, or a formula cannot be read or uses a name that it does not have.
    """
    if not op.name.isidentifier() or not all(param.isidentifier() for param in op.params):
        raise InputError("operation-signature", text=op.signature)
    if named(op.name):
        raise InputError("operation-exists", name=op.name)
    scope = {*op.params, "out"}
    texts = [(op.value or "0", {*op.params}), (op.domain or "1", {*op.params})]
    for param, rule in op.partials.items():
        if param not in op.params:
            raise InputError("operation-param", name=op.name, param=param, params=", ".join(op.params))
        local, _, when = rule.partition(" if ")
        texts += [(local, scope), (when or "1", scope)]
    for text, allowed in texts:
        for name in formula(text).inputs:
            if name not in allowed:
                raise InputError(
                    "operation-name", name=op.name, free=name, formula=text, known=", ".join(sorted(allowed))
                )
    declare(op, GROUP)
    if function is not None:
        FLOATS.functions[op.name] = function
        FLOATS.guarded[op.name] = guarded(function)


def remove_operation(op: Op) -> None:
    """Take an operation out again that was entered a moment ago and found wrong."""
    withdraw(op)
    for spelled in (FLOATS.functions, FLOATS.guarded):
        spelled.pop(op.name, None)
    FLOATS.forget(op.name)
