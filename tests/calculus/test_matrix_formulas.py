"""Derivatives of programs with vectors and matrices as formulas: as books print them, and never a wrong one.

Every formula is read back and held against central differences at random points. Where a formula is given it is the
one of Petersen and Pedersen, The Matrix Cookbook (2012), chapters 2 and 4, or of a textbook on neural networks.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bpcli.engine.equivalence import equivalent
from bpcli.engine.formulas import differentiate
from bpcli.engine.given import give_shapes
from bpcli.engine.point import evaluate
from bpcli.errors import InputError
from bpcli.language.reader import parse

Shape = tuple[int, ...]

SHAPES: dict[str, Shape] = {
    "x": (3,), "y": (3,), "z": (3,), "t": (3,), "b": (3,), "w": (3,), "v": (2,), "A": (3, 3), "B": (3, 3), "C": (3, 3),
    "W": (2, 3), "V": (1, 2), "M": (2, 3), "N": (2, 3), "X": (4, 3), "r": (4,), "s": (), "k": (), "Z": (2, 3),
    "T": (2, 3), "L": (2, 2, 3), "c": (2,), "q": (5,), "f": (2,),
}  # fmt: skip

# program, differentiated by, formula ("" where only that it is right counts)
CORPUS = [
    # Linear and quadratic forms.
    ("b @ x", "x", "b"),
    ("x @ x", "x", "2*x"),
    ("x.T @ x", "x", "2*x"),
    ("x @ A @ x", "x", "(A + A.T) @ x"),
    ("x @ A @ x", "A", "outer(x, x)"),
    ("x @ A @ y", "x", "A @ y"),
    ("x @ A @ y", "y", "A.T @ x"),
    ("x @ A @ y", "A", "outer(x, y)"),
    ("x @ A.T @ y", "A", "outer(y, x)"),
    ("x @ A @ x/2 - b @ x", "x", "(A + A.T) @ x/2 - b"),
    ("s*(x @ A @ x) + k", "x", "s*(A + A.T) @ x"),
    ("x @ A @ B @ y", "B", "outer(A.T @ x, y)"),
    ("x @ (A @ y) - x @ (A @ z)", "x", "A @ (y - z)"),
    ("sum(M[0]*x) + sum(M[:, 1]*v)", "v", "M[:, 1]"),
    ("sum((3*A @ x - 3*b)^2)", "x", "18*A.T @ (A @ x - b)"),
    ("sum((A @ x - s*(A @ b))^2)", "x", ""),
    ("sum(exp(A @ x) @ B)", "x", ""),
    ("norm(A @ x - b)^2/2 + s*norm(x)^2", "x", "A.T @ (A @ x - b) + 2*s*x"),
    ("-x @ A @ x", "x", "-(A + A.T) @ x"),
    ("s*(x @ A @ x) + k", "s", "x @ A @ x"),
    ("sum(A @ x)", "x", "A.T @ ones(3)"),
    ("sum(A @ x)", "A", "outer(ones(3), x)"),
    ("x @ A @ B @ x", "x", "(A @ B + B.T @ A.T) @ x"),
    # Sums of squares.
    ("sum(x^2)", "x", "2*x"),
    ("sum((A @ x - b)^2)", "x", "2*A.T @ (A @ x - b)"),
    ("sum((A @ x - b)^2)", "b", "-2*(A @ x - b)"),
    ("sum((A @ x - b)^2)", "A", "2*outer(A @ x - b, x)"),
    ("mean((X @ w - r)^2)", "w", "X.T @ (X @ w - r)/2"),  # n = 4: 2/n
    ("mse(X @ w, r)", "w", "X.T @ (X @ w - r)/2"),
    ("mse(X @ w + s, r)", "s", "sum(X @ w + s - r)/2"),
    ("sum((X @ w - r)^2) + k*sum(w^2)", "w", "2*X.T @ (X @ w - r) + 2*k*w"),
    ("norm(x)^2", "x", "2*x"),
    ("norm(x)", "x", "x/norm(x)"),
    ("norm(x - y)", "y", "(y - x)/norm(x - y)"),
    ("norm(M)^2", "M", "2*M"),
    ("norm(A @ x)", "x", "A.T @ A @ x/norm(A @ x)"),
    # Traces, determinants, inverses.
    ("trace(A)", "A", "eye_like(A)"),
    ("trace(A @ B)", "A", "B.T"),
    ("trace(A @ B)", "B", "A.T"),
    ("trace(A.T @ B)", "A", "B"),
    ("trace(A @ B @ C)", "B", "A.T @ C.T"),
    ("trace(A @ A)", "A", "2*A.T"),
    ("trace(A.T @ A)", "A", "2*A"),
    ("trace(A @ B @ A.T)", "A", "A @ (B + B.T)"),
    ("log(det(A))", "A", "inv(A).T"),
    ("det(A)", "A", "cofactor(A)"),
    ("trace(inv(A))", "A", ""),
    ("x @ inv(A) @ y", "A", ""),
    ("b @ solve(A, x)", "x", "solve(A.T, b)"),
    ("b @ solve(A, x)", "A", "-outer(solve(A.T, b), solve(A, x))"),
    # Losses.
    ("cross_entropy(z, t)", "z", "softmax(z) - t"),
    ("-sum(t*log(softmax(z)))", "z", "sum(t)*softmax(z) - t"),
    ("-sum(t*log_softmax(z))", "z", "sum(t)*softmax(z) - t"),
    ("cross_entropy(Z, T)", "Z", "(softmax(Z) - T)/2"),
    ("cross_entropy(W @ x, f)", "W", "outer(softmax(W @ x) - f, x)"),
    ("cross_entropy(z, 1)", "z", ""),
    ("logsumexp(x)", "x", "softmax(x)"),
    ("logsumexp(M)", "M", "softmax(M, axis=all)"),
    ("sum(softplus(x)) - y @ x", "x", "sigmoid(x) - y"),
    ("bce_logits(x, t)", "x", "(sigmoid(x) - t)/3"),
    ("mae(x, y)", "x", "sign(x - y)/3"),
    # Networks.
    ("sum(relu(W @ x + v))", "x", "W.T @ where(W @ x + v > 0, 1, 0)"),
    ("sum(relu(W @ x + v))", "v", "where(W @ x + v > 0, 1, 0)"),
    ("sum(sigmoid(W @ x + v))", "W", ""),
    ("h = tanh(W @ x + v); sum((V @ h)^2)", "V", "2*outer(V @ h, h)"),
    ("h = tanh(W @ x + v); sum((V @ h)^2)", "W", ""),
    ("h = tanh(W @ x + v); sum((V @ h)^2)", "h", "2*V.T @ V @ h"),
    ("sum((X @ W.T + v)^2)", "v", "2*sum(X @ W.T + v, axis=0)"),
    ("sum((X @ W.T + v)^2)", "W", "2*(X @ W.T + v).T @ X"),
    # Elementwise, with copies along axes.
    ("sum(x)*s", "x", "s*ones(3)"),
    ("sum(x)*s", "s", "sum(x)"),
    ("mean(x)", "x", "ones(3)/3"),
    ("sum(x - x + 1 + s)", "s", "3"),
    ("sum(x*y)", "x", "y"),
    ("sum(exp(x))", "x", "exp(x)"),
    ("sum(x*sin(x))", "x", "x*cos(x) + sin(x)"),
    ("sum(s*x + k)", "k", "3"),
    ("sum(M*x)", "x", "sum(M, axis=0)"),
    ("sum(M*x)", "M", "x*ones(2, 3)"),
    ("sum(M*N)", "M", "N"),
    ("sum((M/N)^2)", "N", "-2*M^2/N^3"),
    ("sum(x^2*sum(x))", "x", "2*sum(x)*x + sum(x^2)"),
    ("var(x)", "x", "2*(x - mean(x))/3"),
    ("std(x)", "x", "(x - mean(x))/(3*std(x))"),
    ("sum(where(x > 0, x, s*x))", "s", "sum(where(x > 0, 0, x))"),
    ("dropout(x)@x", "x", "2*x*keep_mask(x, 0.5, seed=0) + dropout(x, 0.5, seed=0)"),
    ("softmax(W @ x)[0]", "x", ""),
    ("sum(softmax(M @ N.T/2) @ M)", "N", ""),
    ("max(x)", "x", ""),
    ("prod(x)", "x", ""),
    ("sum(sum(M, axis=0)^2)", "M", "2*sum(M, axis=0)*ones(2, 3)"),
    ("sum(sum(M, axis=1)^2)", "M", ""),
    ("sum(mean(M, axis=1, keepdims=1)*M)", "M", ""),
    ("sum(softmax(M)*N)", "M", ""),
    ("sum(layer_norm(M)*N)", "M", ""),
    # Entries, shapes, joining.
    ("x[0]*x[1]", "x", ""),
    ("sum(x[1:]^2)", "x", "concat(zeros(1), 2*x[1:])"),
    ("sum(concat(x, y)^2*concat(y, z))", "x", ""),
    ("[s, k] @ [s, 2]", "s", "2*s"),
    ("sum(reshape(M, 3, 2) @ v)", "M", ""),
    ("sum(outer(x, y)*A)", "x", "A @ y"),
    ("sum(diag(x) @ A)", "x", ""),
    ("sum(L @ A)", "L", ""),
    ("sum(conv1d(q, x))", "q", ""),
    ("sum(where(x > y, x^2, y))", "x", "where(x > y, 2*x, 0)"),
    ("sum(abs(x))", "x", "sign(x)"),
    ("f(u) = u @ u; f(A @ x)", "x", "2*A.T @ A @ x"),
]  # fmt: skip


def drawn(names: Any, seed: int) -> dict[str, Any]:
    """A random point; targets are probabilities, and square matrices far from singular."""
    draw = np.random.default_rng(seed)
    given: dict[str, Any] = {}
    for name in names:
        value = draw.uniform(0.5, 2.0, SHAPES[name]) * draw.choice([-1.0, 1.0], SHAPES[name])
        if name in "tTf":
            value = np.abs(value) / np.abs(value).sum(axis=-1, keepdims=True)
        elif name in "ABC":
            value = value + 4 * np.eye(3)
        given[name] = value if SHAPES[name] else float(value)
    return given


def slope(text: str, given: dict[str, Any], name: str) -> Any:
    """The gradient of a program by one name, by central differences; of an assigned name with it as an input."""
    found = np.zeros(np.shape(given[name]))
    for index in np.ndindex(found.shape):
        values = []
        for by in (1e-6, -1e-6):
            moved = np.array(given[name], dtype=float)
            moved[index] += by
            there = {**given, name: moved if moved.shape else float(moved)}
            values.append(evaluate(parse(text, given=given), there).value)
        found[index] = (values[0] - values[1]) / 2e-6
    return found


@pytest.mark.parametrize(("text", "name", "formula"), CORPUS)
def test_a_formula_is_right_and_as_books_have_it(text: str, name: str, formula: str) -> None:
    program = parse(text, given=SHAPES)
    names = program.inputs
    give_shapes(program, {each: SHAPES[each] for each in names})
    made = differentiate(program, [name])
    if formula:
        assert str(made).split("\n")[-1] == formula
    for seed in range(3):
        given = drawn(names, seed)
        known: dict[str, Any] = dict(given)
        stated = text
        if name in program.assigned:
            # The result as a program of the name itself.
            known = {name: evaluate(program, given).values[program.names[name]]}
            known |= {each: value for each, value in given.items() if each in text.partition(";")[2]}
            stated = text.partition(";")[2]
        expected = slope(stated, known, name)
        read = parse(str(made), given=[*known, *program.assigned])
        point = {each: {**given, **known}[each] for each in read.inputs if each in {**given, **known}}
        for each in read.inputs:
            point.setdefault(each, evaluate(program, given).values[program.names[each]])
        found = np.broadcast_to(evaluate(read, point).value, expected.shape)
        np.testing.assert_allclose(found, expected, rtol=2e-5, atol=2e-6)
        value = made.value(given)
        assert np.shape(value) == expected.shape
        np.testing.assert_allclose(value, expected, rtol=2e-5, atol=2e-6)


def test_there_are_enough_programs() -> None:
    assert len(CORPUS) >= 80


def test_a_simplified_formula_keeps_its_shape_inside_a_sum() -> None:
    """x/x is 1 three times, and x - x three zeros: their sums are 3 and 0, by hand."""
    program = parse("sum(s*x/x) + sum(x - x)*s", given=SHAPES)
    give_shapes(program, {"x": (3,), "s": ()})
    assert str(differentiate(program, ["s"])) == "3"


@pytest.mark.parametrize(
    ("text", "shapes", "wrt", "mistake"),
    [
        ("x @ A @ x", {}, ["x"], "shapes-needed"),
        ("sum(x)", {}, ["x"], "shapes-needed"),
        ("A @ x", {"A": (2, 3), "x": (3,)}, ["x"], "formula-of-vector"),
        ("x^2", {"x": (3,)}, ["x"], "formula-of-vector"),
        ("sum(x^2)", {"x": (3,)}, ["x", "x"], "second-of-vector"),
        ("sum(x)", {"z": (3,)}, ["x"], "not-in-text"),
        ("A @ x", {"A": (2, 3), "x": (2,)}, ["x"], "inner-sizes"),
    ],
)
def test_what_has_no_formula_is_refused(text: str, shapes: dict[str, Shape], wrt: list[str], mistake: str) -> None:
    with pytest.raises(InputError) as found:
        program = parse(text)
        give_shapes(program, shapes)
        differentiate(program, wrt)
    assert found.value.kind == mistake


def test_a_number_may_be_differentiated_by_twice() -> None:
    program = parse("s^3*sum(x)", given=SHAPES)
    give_shapes(program, {"x": (3,)})
    assert str(differentiate(program, ["s", "s"])) == "6*s*sum(x)"
    assert str(differentiate(program, ["s", "x"])) == "3*s^2*ones(3)"


def test_a_formula_is_for_one_shape() -> None:
    program = parse("sum(x^2)")
    give_shapes(program, {"x": (3,)})
    made = differentiate(program, ["x"])
    assert made(x=np.array([1.0, 2.0, 3.0])).tolist() == [2, 4, 6]
    with pytest.raises(InputError, match="this formula is for x of shape"):
        made(x=np.array([1.0, 2.0]))


@pytest.mark.parametrize(
    ("text", "name", "wanted", "same"),
    [
        ("x @ A @ x", "x", "A @ x + A.T @ x", True),
        ("x @ A @ x", "x", "x @ (A + A.T)", True),
        ("x @ A @ x", "x", "2*A @ x", False),  # right for symmetric matrices alone
        ("sum((A @ x - b)^2)", "x", "2*A.T @ A @ x - 2*A.T @ b", True),
        ("sum((A @ x - b)^2)", "x", "sum(2*A.T @ (A @ x - b))", False),  # of another shape
        ("h = A @ x; sum(h^2)", "x", "2*A.T @ h", True),
    ],
)
def test_a_formula_is_accepted_in_any_form(text: str, name: str, wanted: str, same: bool) -> None:
    program = parse(text, given=SHAPES)
    give_shapes(program, {each: SHAPES[each] for each in program.inputs})
    made = differentiate(program, [name])
    assert equivalent(program, made.output, parse(wanted, given=program.names)).same is same
