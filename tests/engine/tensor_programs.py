"""Programs over tensors that PyTorch and JAX have calculated too: text, and the shape of each variable.

The numbers of a variable are a fixed sequence between -1 and 1, no two of them equal within one variable. A variable
whose name begins with p has them between 0.1 and 0.9; the square matrices called M are made regular.
"""

from __future__ import annotations

import numpy as np

Shape = tuple[int, ...]

PROGRAMS: dict[str, tuple[str, dict[str, Shape]]] = {
    "dot": ("x @ y", {"x": (5,), "y": (5,)}),
    "matrix vector": ("sum((A @ x)^2)", {"A": (3, 4), "x": (4,)}),
    "vector matrix": ("sum((x @ A)^2)", {"x": (3,), "A": (3, 4)}),
    "matrix matrix": ("sum((A @ B)^2)", {"A": (2, 3), "B": (3, 4)}),
    "stack vector": ("sum((T @ x)^2)", {"T": (2, 3, 4), "x": (4,)}),
    "vector stack": ("sum((x @ T)^2)", {"x": (3,), "T": (2, 3, 4)}),
    "stack matrix": ("sum((T @ A)^2)", {"T": (2, 3, 4), "A": (4, 2)}),
    "matrix stack": ("sum((A @ T)^2)", {"A": (2, 3), "T": (2, 3, 4)}),
    "stack stack": ("sum((T @ U)^2)", {"T": (2, 3, 4), "U": (2, 4, 2)}),
    "stack copied stack": ("sum((T @ U)^3)", {"T": (2, 1, 2, 3), "U": (4, 3, 2)}),
    "quadratic form": ("x @ A @ x", {"A": (4, 4), "x": (4,)}),
    "trace of a product": ("trace(A @ B)", {"A": (3, 4), "B": (4, 3)}),
    "outer": ("sum(outer(x, y)*A)", {"x": (3,), "y": (4,), "A": (3, 4)}),
    "transposes": ("sum((A.T @ B.T)^2)", {"A": (3, 2), "B": (4, 3)}),
    "row": ("sum((A + b)^2)", {"A": (3, 4), "b": (4,)}),
    "column": ("sum((A*b)^2)", {"A": (3, 4), "b": (3, 1)}),
    "number": ("sum((A - c)^2)", {"A": (3, 4), "c": ()}),
    "both copied": ("sum((b - a)^3)", {"a": (4,), "b": (3, 1)}),
    "quotient": ("sum(A/(2 + b))", {"A": (2, 3, 2), "b": (3, 1)}),
    "powers": ("sum(p^q)", {"p": (3, 2), "q": (2,)}),
    "largest of two": ("sum(max(a, b)*a)", {"a": (3, 2), "b": (2,)}),
    "where": ("sum(where(a > b, a^2, exp(b)))", {"a": (3, 2), "b": (3, 1)}),
    "sum by rows": ("sum(sum(A, axis=1)^2)", {"A": (3, 4)}),
    "sum by two axes": ("sum(sum(T, axis=[0, 2])^2)", {"T": (2, 3, 4)}),
    "mean kept": ("sum((A - mean(A, axis=0, keepdims=1))^3)", {"A": (3, 4)}),
    "product": ("prod(p)", {"p": (5,)}),
    "product by columns": ("sum(prod(A, axis=0)^2)", {"A": (3, 4)}),
    "max by rows": ("sum(max(A, axis=1)^2)", {"A": (3, 4)}),
    "min": ("min(A)^2", {"A": (3, 4)}),
    "variance": ("var(A) + sum(var(A, axis=0, ddof=1))", {"A": (4, 3)}),
    "deviation": ("sum(std(A, axis=1)) + std(A, ddof=1)", {"A": (3, 4)}),
    "logsumexp": ("logsumexp(A) + sum(logsumexp(3*A, axis=0)^2)", {"A": (3, 4)}),
    "softmax": ("sum(softmax(3*A)*B)", {"A": (3, 4), "B": (3, 4)}),
    "softmax by columns": ("sum(softmax(A, axis=0)^2*B)", {"A": (3, 4), "B": (3, 4)}),
    "log softmax": ("sum(log_softmax(2*A)*B)", {"A": (3, 4), "B": (3, 4)}),
    "cross entropy of classes": ("cross_entropy(5*A, [0, 3, 1])", {"A": (3, 4)}),
    "cross entropy of one class": ("cross_entropy(x, 2)", {"x": (4,)}),
    "cross entropy of distributions": ("cross_entropy(A, softmax(B))", {"A": (3, 4), "B": (3, 4)}),
    "mse": ("mse(a, b)", {"a": (3, 2), "b": (3, 2)}),
    "mae": ("mae(a, 0.05 + b)", {"a": (3, 2), "b": (3, 2)}),
    "huber": ("huber(3*a, b, 0.7)", {"a": (3, 2), "b": (3, 2)}),
    "bce": ("bce(p, q)", {"p": (6,), "q": (6,)}),
    "bce of logits": ("bce_logits(4*z, p)", {"z": (6,), "p": (6,)}),
    "length": ("norm(x) + norm(A)", {"x": (5,), "A": (2, 3)}),
    "lengths of rows": ("sum(norm(A, axis=1)^3)", {"A": (3, 4)}),
    "cosine": ("x @ y/(norm(x)*norm(y))", {"x": (4,), "y": (4,)}),
    "entry and slices": ("x[0]*x[-1] + sum(A[:, 1]*A[0, :3]) + sum(A[1:, ::2])", {"x": (4,), "A": (3, 4)}),
    "concat": ("sum(concat(a, b, axis=1)^2*C)", {"a": (3, 1), "b": (3, 2), "C": (3, 3)}),
    "stack": ("sum([a, b, a*b] @ a)", {"a": (3,), "b": (3,)}),
    "reshape": ("sum((reshape(x, 2, 3) @ reshape(x, 3, 2))^2)", {"x": (6,)}),
    "permute": ("sum(transpose(T, [2, 0, 1]) @ A)", {"T": (2, 3, 4), "A": (3, 2)}),
    "diagonal": ("sum(diag(x) @ A) + sum(diag(A)^2)", {"x": (3,), "A": (3, 3)}),
    "determinant": ("det(M)", {"M": (4, 4)}),
    "inverse": ("sum(inv(M)*A)", {"M": (3, 3), "A": (3, 3)}),
    "solve": ("sum(solve(M, b)^2)", {"M": (3, 3), "b": (3,)}),
    "solve many": ("sum(solve(M, B)^2)", {"M": (3, 3), "B": (3, 2)}),
    "log determinant": ("log(abs(det(M)))", {"M": (3, 3)}),
    "least squares": ("x = solve(A.T @ A + 0.1*diag(ones(2)), A.T @ b); sum((A @ x - b)^2)", {"A": (4, 2), "b": (4,)}),
    "einsum bij,bjk->": ("sum(matrix_transpose(T) @ U)", {"T": (2, 3, 4), "U": (2, 3, 2)}),
    "einsum i,ij,j": ("sum(x*(A @ y))", {"x": (3,), "A": (3, 4), "y": (4,)}),
    "einsum bi,bj->ij": ("sum((A.T @ B)^2)", {"A": (3, 2), "B": (3, 4)}),
    "attention": (
        "sum((softmax(Q @ K.T/sqrt(4)) @ V)^2)",
        {"Q": (3, 4), "K": (5, 4), "V": (5, 2)},
    ),
    "layer norm": ("sum(layer_norm(A, g, s)^2*B)", {"A": (3, 4), "g": (4,), "s": (4,), "B": (3, 4)}),
    "batch norm": ("sum(batch_norm(A, g, s)^2*B)", {"A": (4, 3), "g": (3,), "s": (3,), "B": (4, 3)}),
    "rms norm": ("sum(rms_norm(A, g)*B)", {"A": (3, 4), "g": (4,), "B": (3, 4)}),
    "convolution": ("sum(conv1d(x, w)^2)", {"x": (6,), "w": (3,)}),
    "relu network": (
        "h = relu(X @ W1 + b1); mean((h @ W2 + b2 - y)^2)",
        {"X": (4, 3), "W1": (3, 5), "b1": (5,), "W2": (5, 1), "b2": (1,), "y": (4, 1)},
    ),
    "gelu block": ("sum((x + gelu(x @ W) @ V)^2)", {"x": (2, 3), "W": (3, 4), "V": (4, 3)}),
    "silu gate": ("sum(silu(x @ W)*(x @ V))", {"x": (2, 3), "W": (3, 4), "V": (3, 4)}),
    "recurrent": (
        "h1 = tanh(W @ x[0]); h2 = tanh(W @ x[1] + U @ h1); h3 = tanh(W @ x[2] + U @ h2); sum(h3^2)",
        {"W": (3, 2), "U": (3, 3), "x": (3, 2)},
    ),
    "logistic regression": ("bce_logits(X @ w + b, p)", {"X": (5, 3), "w": (3,), "b": (), "p": (5,)}),
    "erf and friends": ("sum(erf(A)*sin(A)*exp(-A^2)) + sum(log1p(exp(A)))", {"A": (3, 4)}),
}


def inputs_of(shapes: dict[str, Shape]) -> dict[str, np.ndarray]:
    """The numbers of each variable: multiples of 1/101 in a fixed disorder."""
    found = {}
    for place, (name, shape) in enumerate(shapes.items()):
        count = int(np.prod(shape, dtype=int))
        numbers = (37 * np.arange(1, count + 1) + 23 * place + 5) % 101
        values = (numbers - 50) / 51 if name[0] not in "pq" else 0.1 + 0.8 * numbers / 101
        array = values.reshape(shape)
        found[name] = array + 2 * np.eye(*shape) if name == "M" else array
    return found
