"""Linear algebra: products of matrices and vectors, and what is made of a matrix.

Source of the rules: Giles, An extended collection of matrix derivative results (2008); Petersen and Pedersen,
The Matrix Cookbook (2012), section 2.
"""

from bpcli.ops.declaration import Kink, Op

OPERATIONS = (
    Op(
        "matmul(x, y)",
        "The matrix product: rows of x times columns of y.",
        symbol="@",
        aliases=["dot"],
        of_tensors=True,
        linear=["x", "y"],
        pullbacks={
            # The numbers of dimensions of x and y; n stands for two or more.
            "x": {
                "1,1": "g*y",
                "2,1": "outer(g, y)",
                "1,2": "y @ g",
                "2,2": "g @ transpose(y)",
                "n,1": "expand(g, axis=-1)*y",
                "1,n": "squeeze(y @ expand(g, axis=-1), axis=-1)",
                "n,n": "g @ matrix_transpose(y)",
            },
            "y": {
                "1,1": "g*x",
                "2,1": "transpose(x) @ g",
                "1,2": "outer(x, g)",
                "2,2": "transpose(x) @ g",
                "n,1": "expand(g, axis=-1)*x",
                "1,n": "expand(x, axis=-1)*expand(g, axis=-2)",
                "n,n": "matrix_transpose(x) @ g",
            },
        },
        latex="{x} {y}",
    ),
    Op(
        "transpose(x)",
        "Rows become columns: the axes in reverse order.",
        symbol=".T",
        of_tensors=True,
        linear=["x"],
        pullbacks={"x": "transpose(g)"},
        latex=r"{x}^\top",
    ),
    Op(
        "permute(x)",
        "The axes in the order that is given.",
        spelling="transpose",
        of_tensors=True,
        settings={"axes": ""},
        rest="axes",
        linear=["x"],
        pullbacks={"x": "unpermute(g, axes=axes)"},
        latex=r"\operatorname{{transpose}}\left({x}\right)",
    ),
    Op(
        "unpermute(x)",
        "What `transpose` with the same axes came from.",
        of_tensors=True,
        settings={"axes": ""},
        linear=["x"],
        pullbacks={"x": "transpose(g, axes=axes)"},
        latex=r"\operatorname{{unpermute}}\left({x}\right)",
    ),
    Op(
        "matrix_transpose(x)",
        "The last two axes exchanged, for stacks of matrices.",
        of_tensors=True,
        linear=["x"],
        pullbacks={"x": "matrix_transpose(g)"},
        latex=r"{x}^\top",
    ),
    Op(
        "outer(x, y)",
        "Every entry of x times every entry of y: a column times a row.",
        of_tensors=True,
        linear=["x", "y"],
        pullbacks={"x": "g @ y", "y": "transpose(g) @ x"},
        latex=r"{x} {y}^\top",
    ),
    Op(
        "trace(x)",
        "The sum of the diagonal.",
        of_tensors=True,
        linear=["x"],
        pullbacks={"x": "g*eye_like(x)"},
        latex=r"\operatorname{{tr}}\left({x}\right)",
    ),
    Op(
        "diag(x)",
        "The diagonal of a square matrix, or the diagonal matrix of a vector.",
        of_tensors=True,
        linear=["x"],
        pullbacks={"x": "diag(g)"},
        latex=r"\operatorname{{diag}}\left({x}\right)",
    ),
    Op(
        "eye_like(x)",
        "The identity matrix of the shape of x.",
        of_tensors=True,
        pullbacks={"x": "0"},
        flat="depends on the shape alone",
        latex="I",
    ),
    Op(
        "det(x)",
        "The determinant.",
        of_tensors=True,
        pullbacks={"x": "g*cofactor(x)"},
        latex=r"\det\left({x}\right)",
    ),
    Op(
        "cofactor(x)",
        "The matrix of cofactors: the derivative of the determinant, det(x) times the transposed inverse.",
        of_tensors=True,
        pullbacks={
            "x": "sum(g*transpose(inv(x)))*out - transpose(inv(x)) @ (det(x)*transpose(g)) @ transpose(inv(x))"
        },
        latex=r"\operatorname{{cof}}\left({x}\right)",
    ),
    Op(
        "inv(x)",
        "The inverse of a square matrix.",
        of_tensors=True,
        pullbacks={"x": "-(transpose(out) @ g @ transpose(out))"},
        latex="{x}^{{-1}}",
    ),
    Op(
        "solve(a, b)",
        "The x for which a @ x is b.",
        of_tensors=True,
        linear=["b"],
        pullbacks={
            "a": {
                "2,1": "-outer(solve(transpose(a), g), out)",
                "2,2": "-(solve(transpose(a), g) @ transpose(out))",
            },
            "b": "solve(transpose(a), g)",
        },
        latex="{a}^{{-1}} {b}",
    ),
    Op(
        "norm(x)",
        "The length of a vector: the root of the sum of squares (Frobenius norm of a matrix).",
        of_tensors=True,
        settings={"axis": "", "keepdims": "0"},
        pullbacks={"x": "spread(g, x, axis=axis, keepdims=keepdims)*unit(x, axis=axis)"},
        latex=r"\left\lVert {x} \right\rVert",
        kinks=[Kink("out == 0", "slope 0")],
    ),
    Op(
        "unit(x)",
        "x divided by its length; 0 where the length is 0.",
        of_tensors=True,
        settings={"axis": ""},
        value=(
            "where(norm(x, axis=axis, keepdims=1) == 0, 0*x, "
            "x/where(norm(x, axis=axis, keepdims=1) == 0, 1, norm(x, axis=axis, keepdims=1)))"
        ),
        latex=r"\frac{{{x}}}{{\left\lVert {x} \right\rVert}}",
    ),
    Op(
        "conv1d(x, w)",
        "The window w slid along x, without turning it round, where it fits whole (cross-correlation).",
        of_tensors=True,
        linear=["x", "w"],
        pullbacks={"x": "convolve(g, w)", "w": "conv1d(x, g)"},
        latex=r"{x} \star {w}",
    ),
    Op(
        "convolve(x, w)",
        "The full convolution: w turned round and slid along x, also where it overlaps in part.",
        of_tensors=True,
        linear=["x", "w"],
        pullbacks={"x": "conv1d(g, w)", "w": "conv1d(g, x)"},
        latex="{x} * {w}",
    ),
)
