"""Operations of one's own."""

from __future__ import annotations

from bpcli.engine.declared import add_operation, remove_operation
from bpcli.errors import InputError
from bpcli.ops import Op
from bpcli.tracing.rules import check_operation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def op(
    signature: str,
    doc: str = "",
    *,
    value: str | Callable[..., float],
    partials: Mapping[str, str],
    domain: str = "",
    latex: str = "",
    surrogate: bool = False,
) -> Op:
    """Add an operation of one's own, with its own rules, to the language.

    signature: "my_relu(x)"; a parameter may have a default, as in "my_leaky(x, slope=0.01)"
    value:     a formula over the parameters, or a Python function of floats
    partials:  parameter -> local derivative, a formula over the parameters and `out`, the value; one that ends in
               " if CONDITION" passes nothing where the condition is false. A parameter without one has no rule.
    domain:    condition on the parameters outside which there is no value
    surrogate: whether the rules are meant to differ from the derivative, as a straight-through estimator does

    Raises InputError where the name is taken or a formula cannot be read, and, with the evidence, where a rule
    is not the derivative of the value.

    >>> from bpcli import grad
    >>> _ = op("my_leaky(x, slope=0.01)", value="where(x > 0, x, slope*x)",
    ...        partials={"x": "where(x > 0, 1, slope)", "slope": "where(x > 0, 0, x)"})
    >>> grad("my_leaky(x, slope=0.1)*w", x=-2, w=3).gradient
    {'x': 0.30000000000000004, 'w': -0.2}
    """
    written = value if isinstance(value, str) else None
    call = ", ".join(f"{{{param}}}" for param in Op(signature, doc).params)
    name = signature.partition("(")[0]
    made = Op(
        signature,
        doc or f"{name}, declared from Python.",
        value=written,
        partials=partials,
        domain=domain,
        latex=latex or rf"\operatorname{{{{{name}}}}}\left({call}\right)".replace("_", r"\_"),
    )
    add_operation(made, None if isinstance(value, str) else value)
    if not surrogate:
        try:
            check_operation(made)
        except InputError:
            remove_operation(made)
            raise
    return made
