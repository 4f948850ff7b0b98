"""Derivatives along directions, and whole matrices of them: forward mode, Jacobians, Hessians.

Forward mode is the forward loop over dual numbers, and costs one pass for each direction; reverse mode costs
one sweep for each result. A Hessian is forward mode over the graph of the gradient.

Source: Griewank and Walther, Evaluating Derivatives, 2nd edition, chapters 3 and 5.

`tangents` pushes, `products` and `matrices` are what is asked for, `orders` goes beyond the second.
"""

from __future__ import annotations

from bpcli.engine.directions.matrices import FORWARD, REVERSE, Matrix, entry_name, hessian, jacobian
from bpcli.engine.directions.orders import derivatives
from bpcli.engine.directions.products import Passes, Product, hessian_product, jvp, seeds_of, vjp
from bpcli.engine.directions.tangents import duals_over, forward_gradient, push, units

__all__ = [
    "FORWARD", "REVERSE", "Matrix", "Passes", "Product", "derivatives", "duals_over", "entry_name", "forward_gradient",
    "hessian", "hessian_product", "jacobian", "jvp", "push", "seeds_of", "units", "vjp",
]  # fmt: skip
