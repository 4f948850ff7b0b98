"""Calculate the programs of tensor_programs.py with PyTorch and JAX, and write tests/golden/tensors.json.

    python tests/engine/make_tensor_goldens.py     # needs torch and jax; the tests read the file alone

Where both have a program, they must agree before anything is written. What differs on purpose is in none of these
programs: ties of max, and the origin of norm and std (see `bpcli ops --kinks`).
"""

# ruff: noqa: N803, N812 - matrices have capital letters here, and F is what everybody calls that module

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

TARGET = Path(__file__).resolve().parents[1] / "golden" / "tensors.json"


def recurrent(tanh):
    def loss(W, U, x):
        h1 = tanh(W @ x[0])
        h2 = tanh(W @ x[1] + U @ h1)
        return (tanh(W @ x[2] + U @ h2) ** 2).sum()

    return loss


def least_squares(solve, eye):
    def loss(A, b):
        x = solve(A.T @ A + 0.1 * eye(2), A.T @ b)
        return ((A @ x - b) ** 2).sum()

    return loss


# The methods of arrays that both have in common.
COMMON = {
    "dot": lambda x, y: x @ y,
    "matrix vector": lambda A, x: ((A @ x) ** 2).sum(),
    "vector matrix": lambda x, A: ((x @ A) ** 2).sum(),
    "matrix matrix": lambda A, B: ((A @ B) ** 2).sum(),
    "stack vector": lambda T, x: ((T @ x) ** 2).sum(),
    "vector stack": lambda x, T: ((x @ T) ** 2).sum(),
    "stack matrix": lambda T, A: ((T @ A) ** 2).sum(),
    "matrix stack": lambda A, T: ((A @ T) ** 2).sum(),
    "stack stack": lambda T, U: ((T @ U) ** 2).sum(),
    "stack copied stack": lambda T, U: ((T @ U) ** 3).sum(),
    "quadratic form": lambda A, x: x @ A @ x,
    "trace of a product": lambda A, B: (A @ B).trace(),
    "transposes": lambda A, B: ((A.T @ B.T) ** 2).sum(),
    "row": lambda A, b: ((A + b) ** 2).sum(),
    "column": lambda A, b: ((A * b) ** 2).sum(),
    "number": lambda A, c: ((A - c) ** 2).sum(),
    "both copied": lambda a, b: ((b - a) ** 3).sum(),
    "quotient": lambda A, b: (A / (2 + b)).sum(),
    "powers": lambda p, q: (p**q).sum(),
    "sum by rows": lambda A: (A.sum(1) ** 2).sum(),
    "sum by two axes": lambda T: (T.sum((0, 2)) ** 2).sum(),
    "product": lambda p: p.prod(),
    "product by columns": lambda A: (A.prod(0) ** 2).sum(),
    "min": lambda A: A.min() ** 2,
    "mse": lambda a, b: ((a - b) ** 2).mean(),
    "cosine": lambda x, y: x @ y / ((x @ x) ** 0.5 * (y @ y) ** 0.5),
    "reshape": lambda x: ((x.reshape(2, 3) @ x.reshape(3, 2)) ** 2).sum(),
    "einsum i,ij,j": lambda x, A, y: (x * (A @ y)).sum(),
    "einsum bi,bj->ij": lambda A, B: ((A.T @ B) ** 2).sum(),
    "entry and slices": lambda x, A: x[0] * x[-1] + (A[:, 1] * A[0, :3]).sum() + A[1:, ::2].sum(),
}


def torch_programs():
    import torch
    import torch.nn.functional as F

    return {
        **COMMON,
        "outer": lambda x, y, A: (torch.outer(x, y) * A).sum(),
        "largest of two": lambda a, b: (torch.maximum(a, b) * a).sum(),
        "where": lambda a, b: torch.where(a > b, a**2, torch.exp(b)).sum(),
        "mean kept": lambda A: ((A - A.mean(0, keepdim=True)) ** 3).sum(),
        "max by rows": lambda A: (A.amax(1) ** 2).sum(),
        "variance": lambda A: A.var(correction=0) + A.var(0, correction=1).sum(),
        "deviation": lambda A: A.std(1, correction=0).sum() + A.std(correction=1),
        "logsumexp": lambda A: A.logsumexp((0, 1)) + ((3 * A).logsumexp(0) ** 2).sum(),
        "softmax": lambda A, B: ((3 * A).softmax(-1) * B).sum(),
        "softmax by columns": lambda A, B: (A.softmax(0) ** 2 * B).sum(),
        "log softmax": lambda A, B: ((2 * A).log_softmax(-1) * B).sum(),
        "cross entropy of classes": lambda A: F.cross_entropy(5 * A, torch.tensor([0, 3, 1])),
        "cross entropy of one class": lambda x: F.cross_entropy(x, torch.tensor(2)),
        "cross entropy of distributions": lambda A, B: F.cross_entropy(A, B.softmax(-1)),
        "mae": lambda a, b: F.l1_loss(a, 0.05 + b),
        "huber": lambda a, b: F.huber_loss(3 * a, b, delta=0.7),
        "bce": lambda p, q: F.binary_cross_entropy(p, q),
        "bce of logits": lambda z, p: F.binary_cross_entropy_with_logits(4 * z, p),
        "length": lambda x, A: x.norm() + torch.linalg.matrix_norm(A),
        "lengths of rows": lambda A: (A.norm(dim=1) ** 3).sum(),
        "concat": lambda a, b, C: (torch.cat([a, b], 1) ** 2 * C).sum(),
        "stack": lambda a, b: (torch.stack([a, b, a * b]) @ a).sum(),
        "permute": lambda T, A: (T.permute(2, 0, 1) @ A).sum(),
        "diagonal": lambda x, A: (torch.diag(x) @ A).sum() + (torch.diag(A) ** 2).sum(),
        "determinant": lambda M: torch.linalg.det(M),
        "inverse": lambda M, A: (torch.linalg.inv(M) * A).sum(),
        "solve": lambda M, b: (torch.linalg.solve(M, b) ** 2).sum(),
        "solve many": lambda M, B: (torch.linalg.solve(M, B) ** 2).sum(),
        "log determinant": lambda M: torch.linalg.slogdet(M)[1],
        "least squares": least_squares(torch.linalg.solve, torch.eye),
        "einsum bij,bjk->": lambda T, U: torch.einsum("bij,bik->", T, U),
        "attention": lambda Q, K, V: (F.scaled_dot_product_attention(Q, K, V) ** 2).sum(),
        "layer norm": lambda A, g, s, B: (F.layer_norm(A, (4,), g, s) ** 2 * B).sum(),
        "batch norm": lambda A, g, s, B: (F.batch_norm(A, None, None, g, s, training=True) ** 2 * B).sum(),
        "rms norm": lambda A, g, B: (F.rms_norm(A, (4,), g, 1e-5) * B).sum(),
        "convolution": lambda x, w: (F.conv1d(x[None, None], w[None, None]) ** 2).sum(),
        "relu network": lambda X, W1, b1, W2, b2, y: F.mse_loss((X @ W1 + b1).relu() @ W2 + b2, y),
        "gelu block": lambda x, W, V: ((x + F.gelu(x @ W) @ V) ** 2).sum(),
        "silu gate": lambda x, W, V: (F.silu(x @ W) * (x @ V)).sum(),
        "recurrent": recurrent(torch.tanh),
        "logistic regression": lambda X, w, b, p: F.binary_cross_entropy_with_logits(X @ w + b, p),
        "erf and friends": lambda A: (torch.erf(A) * A.sin() * torch.exp(-(A**2))).sum() + F.softplus(A).sum(),
    }


def jax_programs():
    import jax
    import jax.numpy as jnp

    return {
        **COMMON,
        "outer": lambda x, y, A: (jnp.outer(x, y) * A).sum(),
        "largest of two": lambda a, b: (jnp.maximum(a, b) * a).sum(),
        "where": lambda a, b: jnp.where(a > b, a**2, jnp.exp(b)).sum(),
        "mean kept": lambda A: ((A - A.mean(0, keepdims=True)) ** 3).sum(),
        "max by rows": lambda A: (A.max(1) ** 2).sum(),
        "variance": lambda A: A.var() + A.var(0, ddof=1).sum(),
        "deviation": lambda A: A.std(1).sum() + A.std(ddof=1),
        "logsumexp": lambda A: jax.nn.logsumexp(A) + (jax.nn.logsumexp(3 * A, 0) ** 2).sum(),
        "softmax": lambda A, B: (jax.nn.softmax(3 * A) * B).sum(),
        "log softmax": lambda A, B: (jax.nn.log_softmax(2 * A) * B).sum(),
        "concat": lambda a, b, C: (jnp.concatenate([a, b], 1) ** 2 * C).sum(),
        "stack": lambda a, b: (jnp.stack([a, b, a * b]) @ a).sum(),
        "permute": lambda T, A: (T.transpose(2, 0, 1) @ A).sum(),
        "length": lambda x, A: jnp.linalg.norm(x) + jnp.linalg.norm(A),
        "lengths of rows": lambda A: (jnp.linalg.norm(A, axis=1) ** 3).sum(),
        "determinant": jnp.linalg.det,
        "inverse": lambda M, A: (jnp.linalg.inv(M) * A).sum(),
        "solve": lambda M, b: (jnp.linalg.solve(M, b) ** 2).sum(),
        "log determinant": lambda M: jnp.linalg.slogdet(M)[1],
        "least squares": least_squares(jnp.linalg.solve, jnp.eye),
        "einsum bij,bjk->": lambda T, U: jnp.einsum("bij,bik->", T, U),
        "attention": lambda Q, K, V: ((jax.nn.softmax(Q @ K.T / 2) @ V) ** 2).sum(),
        "convolution": lambda x, w: (jnp.correlate(x, w, "valid") ** 2).sum(),
        "gelu block": lambda x, W, V: ((x + jax.nn.gelu(x @ W, approximate=False) @ V) ** 2).sum(),
        "recurrent": recurrent(jnp.tanh),
    }


def by_torch(loss, inputs):
    import torch

    leaves = [torch.tensor(value, requires_grad=True) for value in inputs.values()]
    value = loss(*leaves)
    return value.item(), [slope.numpy() for slope in torch.autograd.grad(value, leaves)]


def by_jax(loss, inputs):
    import jax
    import jax.numpy as jnp

    leaves = [jnp.asarray(value) for value in inputs.values()]
    value, slopes = jax.value_and_grad(loss, argnums=tuple(range(len(leaves))))(*leaves)
    return float(value), [np.asarray(slope) for slope in slopes]


def main() -> None:
    import jax
    import torch
    from tensor_programs import PROGRAMS, inputs_of

    jax.config.update("jax_enable_x64", True)
    torch.set_default_dtype(torch.float64)
    with_torch, with_jax = torch_programs(), jax_programs()
    made = {}
    for name, (_, shapes) in PROGRAMS.items():
        inputs = inputs_of(shapes)
        value, slopes = by_torch(with_torch[name], inputs)
        origin = f"torch {torch.__version__.partition('+')[0]}"
        if name in with_jax:
            other, others = by_jax(with_jax[name], inputs)
            assert abs(value - other) <= 1e-13 * max(1, abs(value)), name
            for slope, their in zip(slopes, others, strict=True):
                assert np.abs(slope - their).max() <= 1e-12 * np.abs(slope).max(), name
            origin += f", jax {jax.__version__}"
        gradient = {leaf: slope.ravel().tolist() for leaf, slope in zip(inputs, slopes, strict=True)}
        made[name] = {"origin": origin, "loss": value, "gradient": gradient}
    lines = ",\n".join(f" {json.dumps(name)}: {json.dumps(entry)}" for name, entry in made.items())
    TARGET.write_text(f"{{\n{lines}\n}}\n")


if __name__ == "__main__":
    main()
