"""bpcli: differentiate an expression, and see every step of backpropagation.

>>> import bpcli
>>> bpcli.grad("(x+w)*w", x=2, w=3).gradient
{'x': 3.0, 'w': 8.0}
"""

from __future__ import annotations

__version__ = "0.1.0"

# Where each name lives. It is imported when it is first used: the package itself costs nothing to import.
_HOME = {
    "BpcliError": "bpcli.errors",
    "Check": "bpcli.answers",
    "Derivative": "bpcli.engine.formulas",
    "FileError": "bpcli.errors",
    "Fit": "bpcli.training.polynomials.fit",
    "InputError": "bpcli.errors",
    "Matrix": "bpcli.answers",
    "NumericError": "bpcli.errors",
    "Point": "bpcli.answers",
    "Points": "bpcli.answers",
    "Program": "bpcli.graph",
    "Trace": "bpcli.answers",
    "check": "bpcli.api.traces",
    "diff": "bpcli.api.formulas",
    "evaluate": "bpcli.api.points",
    "fit": "bpcli.api.fits",
    "grad": "bpcli.api.points",
    "hessian": "bpcli.api.matrices",
    "hessian_product": "bpcli.api.matrices",
    "jacobian": "bpcli.api.matrices",
    "jvp": "bpcli.api.matrices",
    "op": "bpcli.api.operations",
    "parse": "bpcli.language.reader",
    "trace": "bpcli.api.traces",
    "vjp": "bpcli.api.matrices",
}

__all__ = [
    "BpcliError",
    "Check",
    "Derivative",
    "FileError",
    "Fit",
    "InputError",
    "Matrix",
    "NumericError",
    "Point",
    "Points",
    "Program",
    "Trace",
    "__version__",
    "check",
    "diff",
    "evaluate",
    "fit",
    "grad",
    "hessian",
    "hessian_product",
    "jacobian",
    "jvp",
    "op",
    "parse",
    "trace",
    "vjp",
]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.answers import Check, Matrix, Point, Points, Trace
    from bpcli.api.fits import fit
    from bpcli.api.formulas import diff
    from bpcli.api.matrices import hessian, hessian_product, jacobian, jvp, vjp
    from bpcli.api.operations import op
    from bpcli.api.points import evaluate, grad
    from bpcli.api.traces import check, trace
    from bpcli.engine.formulas import Derivative
    from bpcli.errors import BpcliError, FileError, InputError, NumericError
    from bpcli.graph import Program
    from bpcli.language.reader import parse
    from bpcli.training.polynomials.fit import Fit


def __getattr__(name: str) -> object:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module 'bpcli' has no attribute {name!r}")
    import importlib

    value = globals()[name] = getattr(importlib.import_module(home), name)
    return value


def __dir__() -> list[str]:
    return __all__
