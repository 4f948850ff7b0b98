"""Vectors and matrices in the language: literals, `@`, `.T`, indices, settings; and the same printed again."""

from __future__ import annotations

import numpy as np
import pytest

from bpcli.engine.point import evaluate
from bpcli.errors import InputError
from bpcli.language.reader import parse
from bpcli.language.text import expression
from ops.tensor_uses import USES

GIVEN = {
    "A": np.array([[1.0, 2], [3, 4]]),
    "B": np.array([[0.0, 1], [1, 0]]),
    "x": np.array([5.0, 7]),
    "T": np.arange(24.0).reshape(2, 3, 4),
    "v": np.arange(6.0),
}

# Text -> what it means, by hand.
MEANINGS = [
    ("[[1, 2], [3, 4]] @ x", [19, 43]),
    ("[x, 2*x]", [[5, 7], [10, 14]]),
    ("[[1, 2, 3]]", [[1, 2, 3]]),
    ("A @ B @ x", [17, 41]),
    ("A @ x.T", [19, 43]),
    ("A.T @ x", [26, 38]),
    ("(A @ B).T", [[2, 4], [1, 3]]),
    ("A @ B*2", [[4, 2], [8, 6]]),
    ("2 A @ x", [38, 86]),
    ("x @ A @ x", 396),
    ("-A @ x", [-19, -43]),
    ("x.T^2", [25, 49]),
    ("v[0]", 0),
    ("v[-1]", 5),
    ("v[1:3]", [1, 2]),
    ("v[:2]", [0, 1]),
    ("v[4:]", [4, 5]),
    ("v[:]", [0, 1, 2, 3, 4, 5]),
    ("v[::2]", [0, 2, 4]),
    ("v[1::2]", [1, 3, 5]),
    ("v[::-1]", [5, 4, 3, 2, 1, 0]),
    ("v[-2:]", [4, 5]),
    ("A[0]", [1, 2]),
    ("A[0, 1]", 2),
    ("A[0][1]", 2),
    ("A[:, 1]", [2, 4]),
    ("A[1:, :1]", [[3]]),
    ("T[1, :, 2]", [14, 18, 22]),
    ("T[0, 1:, ::3]", [[4, 7], [8, 11]]),
    ("A.T[0]", [1, 3]),
    ("(A + B)[0, 1]", 3),
    ("sum(A)", 10),
    ("sum(A, axis=0)", [4, 6]),
    ("sum(A, axis=-1, keepdims=True)", [[3], [7]]),
    ("sum(T, axis=[0, 2])", [60, 92, 124]),
    ("sum(A, axis=None)", 10),
    ("sum(A, axis=all)", 10),
    ("max(A, axis=1)", [2, 4]),
    ("max(x, 6)", [6, 7]),
    ("mean(v)", 2.5),
    ("var(v, ddof=1)", 3.5),
    ("concat(x, v[:1])", [5, 7, 0]),
    ("concat([x, v[:1]])", [5, 7, 0]),
    ("concat([A, B], axis=1)", [[1, 2, 0, 1], [3, 4, 1, 0]]),
    ("stack(x, x, axis=1)", [[5, 5], [7, 7]]),
    ("stack([x, x])", [[5, 7], [5, 7]]),
    ("reshape(v, 2, 3)", [[0, 1, 2], [3, 4, 5]]),
    ("reshape(v, [3, -1])", [[0, 1], [2, 3], [4, 5]]),
    ("transpose(A)", [[1, 3], [2, 4]]),
    ("sum(transpose(T, [2, 0, 1])[0], axis=1)", [12, 48]),
    ("sum(transpose(T, axes=[2, 0, 1])[0], axis=1)", [12, 48]),
    ("zeros(2) + ones(2)", [1, 1]),
    ("full(3, [1, 2])", [[3, 3]]),
    ("arange(3) + 1", [1, 2, 3]),
    ("one_hot([2, 0], 3)", [[0, 0, 1], [1, 0, 0]]),
    ("dot(x, x)", 74),
    ("f(u) = u @ u; f(x) + f(v)", 74 + 55),
]


@pytest.mark.parametrize(("text", "meaning"), MEANINGS, ids=[text for text, _ in MEANINGS])
def test_a_text_means_this_array(text, meaning):
    program = parse(text)
    results = evaluate(program, {name: GIVEN[name] for name in program.inputs}).results
    found = np.stack(list(results.values())) if len(results) > 1 else next(iter(results.values()))
    assert np.array_equal(found, np.array(meaning, dtype=float))
    assert np.shape(found) == np.shape(meaning)


# Text -> as it is printed.
PRINTED = [
    ("A@x", "A @ x"),
    ("(A @ B) @ x", "A @ B @ x"),
    ("A @ (B @ x)", "A @ (B @ x)"),
    ("(A*B) @ x", "A*B @ x"),
    ("A*(B @ x)", "A*(B @ x)"),
    ("(A + B).T", "(A + B).T"),
    ("(A.T).T", "A.T.T"),
    ("transpose(A)", "A.T"),
    ("(-A).T", "(-A).T"),
    ("x[ 1 : 3 ]", "x[1:3]"),
    ("W[0,:]", "W[0, :]"),
    ("(x^2)[0]", "(x^2)[0]"),
    ("sum(x, axis = [0,1], keepdims=True)", "sum(x, axis=[0, 1], keepdims=1)"),
    ("sum(x, axis=all)", "sum(x)"),
    ("max(x, axis=0)", "max(x, axis=0)"),
    ("reshape(x, 2, 3)", "reshape(x, [2, 3])"),
    ("reshape(x, -1)", "reshape(x, -1)"),
    ("transpose(T, 2, 0, 1)", "transpose(T, [2, 0, 1])"),
    ("concat([a, b], axis=1)", "concat(a, b, axis=1)"),
    ("[[1,2],[3,4]] @ x", "[[1, 2], [3, 4]] @ x"),
    ("randn(3,2) @ x", "randn(3, 2) @ x"),
    ("randn(3,2,seed=7) @ x", "randn(3, 2, seed=7) @ x"),
    ("softmax(x, axis=-1)", "softmax(x)"),
]


@pytest.mark.parametrize(("text", "printed"), PRINTED, ids=[text for text, _ in PRINTED])
def test_a_text_is_printed_with_the_brackets_that_it_needs(text, printed):
    program = parse(text)
    assert expression(program.graph, program.output) == printed


EVERY = list(dict.fromkeys(text for uses in USES.values() for text, *_ in uses))


@pytest.mark.parametrize("text", EVERY)
def test_what_is_printed_is_read_as_the_same_program(text):
    program = parse(f"({text})")  # in brackets a list is one value
    printed = expression(program.graph, program.output)
    again = parse(f"({printed})")
    assert expression(again.graph, again.output) == printed
    used = []
    for each in (program, again):
        marks = each.graph.reaches(each.output)
        used.append([op for op, mark in zip(each.graph.op, marks, strict=True) if mark])
    assert sorted(used[0]) == sorted(used[1])


def test_two_draws_without_a_seed_keep_their_numbers_when_they_are_printed():
    program = parse("sum(randn(2)) - sum(randn(2))")
    printed = expression(program.graph, program.output)
    assert printed == "sum(randn(2)) - sum(randn(2, seed=1))"
    assert evaluate(parse(printed), {}).value == evaluate(program, {}).value != 0


WRONG = [
    ("x[y]", "index-not-whole"),
    ("x[0.5]", "index-not-whole"),
    ("x[::0]", "slice-step-zero"),
    ("sum(x, axis=y)", "setting-not-whole"),
    ("sum(x, 0)", "wrong-count"),
    ("sum(x, axes=0)", "keyword-unknown"),
    ("reshape(x)", "setting-missing"),
    ("randn()", "setting-missing"),
    ("[] @ x", "empty-list"),
    ("matmul(x)", "wrong-count"),
]


@pytest.mark.parametrize(("text", "kind"), WRONG)
def test_what_cannot_be_meant_is_refused(text, kind):
    with pytest.raises(InputError) as caught:
        parse(text)
    assert caught.value.kind == kind
