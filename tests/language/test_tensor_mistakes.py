"""What people type who come from NumPy, PyTorch, MATLAB or paper: each is told what to type here, in both languages."""

from __future__ import annotations

import re

import pytest

from conftest import call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Runner

MATRIX, VECTOR, WIDE = "[[1,2],[3,4]]", "[1,2]", "[[1,2,3],[4,5,6]]"
VALUES = {"A": MATRIX, "x": VECTOR, "y": VECTOR, "B": WIDE}

# What was typed, and what there is to type instead.
TYPED = [
    ("A'@x", "`A.T`"), ("(A@A)'@x", ".T`"), ("A^T@x", "`A.T @ x`"), ("x^T A x", "`A.T @ x`"), ("A.t@x", "`A.T`"),
    ("x.T A x", "`.T @ A`"), ("x.T(x)", "`.T @ ...`"), ("xᵀy", "`.T @ y`"), ("A.shape", "`sum(x)`"),
    ("x.sum()", "`sum(x)`"), ("x.dot(y)", "`dot(x, ...)`"), ("A.inv()", "`inv(A)`"), ("np.dot(A, x)", "`dot(...)`"),
    ("torch.sum(x)", "`sum(...)`"), ("F.softmax(x)", "`softmax(...)`"), ("sum(x, 1)", "`sum(x, axis=0)`"),
    ("norm(x, 2)", "`norm(x, axis=0)`"), ("sum(x, dim=0)", "`axis`"), ("sum(x, keepdim=1)", "`keepdims`"),
    ("reshape(x, (1, 2))", "`[1, 2]`"), ("len(x)", "`count`"), ("Σ(x)", "`sum`"), ("∑x", "`sum(x)`"),
    ("||x||", "`norm(x)`"), ("2*||x||", "`norm(x)`"),
    ("|x|", "`norm(x)`"), ("‖x‖", "`norm(x)`"), ("sum(A x)", "`A*x`"), ("x[0", "`x[0]`"), ("A*A", "`@`"),
    ("A^-1", "`inv(...)`"), ("sum(B*B.T)", "`@`"), ("sum(A + B.T)", "reshape|.T|1"), ("x*y", "`sum(...)`"),
]  # fmt: skip
# The text of a value, and what there is to type instead.
GIVEN = [(text, "[[1, 2], [3, 4]]") for text in ("1,2", "(1,2)", "[1 2]", "[1;2]", "{1,2}", "[1,a]", "[1,2", "randn(2")]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("text", "instead"), TYPED)
def test_what_is_typed_elsewhere_is_told_how_it_is_typed_here(
    text: str, instead: str, language: str, run: Runner
) -> None:
    names = [name for name in VALUES if re.search(rf"(?<![A-Za-z]){name}(?![A-Za-z])", text)]
    told = run("grad", text, *(f"--{name}={VALUES[name]}" for name in names), "--lang", language)
    assert told.code == 2 and told.out == ""
    assert any(each in told.err for each in instead.split("|")), told.err
    assert "U+" not in told.err and "bpcli itself" not in told.err


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("text", "instead"), GIVEN)
def test_a_value_that_looks_like_an_array_is_told_how_one_is_written(
    text: str, instead: str, language: str, run: Runner
) -> None:
    told = run("grad", "sum(x)", f"--x={text}", "--lang", language)
    assert told.code == 2 and instead in told.err and text in told.err


def test_rows_of_different_lengths_are_told_with_the_name(run: Runner) -> None:
    told = run("grad", "sum(w)", "--w=[[1,2],[3]]")
    assert told.code == 2 and "the rows of w are not alike: they have the shapes (2,) and (1,)" in told.err


def test_signs_of_paper_are_read(run: Runner) -> None:
    """By hand: x^T A x with A = [[1, 2], [3, 4]] and x = (1, 2) is 1 + 2*2 + 3*2 + 4*4 = 27."""
    for text in ("xᵀ@A@x", "x⊤ @ A @ x", "sum(x ⊙ (A @ x))"):
        assert run("eval", text, f"--A={MATRIX}", f"--x={VECTOR}", "-q").out.strip().endswith("27")
    # By hand: the squares of the entries of the transpose add up to 1 + 9 + 4 + 16.
    assert run("eval", "sum(A.T²)", f"--A={MATRIX}", "-q").out.strip().endswith("30")


@pytest.mark.parametrize(
    ("words", "hint", "more"),
    [
        (["grad", "sum(A@x)", "--A", MATRIX], 'add --x "[1,2]"', ["--x", "[1,2]"]),
        (["diff", "sum(A@x)", "--shape", "A=3x2"], "add --shape x=2", ["--shape", "x=2"]),
        (["diff", "sum(x@A)", "--shape", "A=3x2"], "add --shape x=3", ["--shape", "x=3"]),
        (
            ["jvp", "A@x", "--A", MATRIX, "--x", VECTOR],
            'add --direction "A=ones(2,2),x=ones(2)"',
            ["--direction", "A=ones(2,2),x=ones(2)"],
        ),
        (
            ["vjp", "A@x", "--A", MATRIX, "--x", VECTOR, "--weights", "1,0"],
            '--weights "[1,0]"',
            ["--weights", "[1,0]"],
        ),
    ],
)
def test_what_a_hint_says_is_accepted_when_it_is_typed(
    words: list[str], hint: str, more: list[str], run: Runner
) -> None:
    told = run(*words)
    assert told.code == 2 and hint in told.err
    kept = words[: words.index(more[0])] if more[0] == "--weights" else words
    assert run(*kept, *more).code == 0


def test_a_formula_needs_no_value_where_a_shape_is_given(run: Runner) -> None:
    told = run("diff", "sum(x*y)", "--x", VECTOR, "--shape", "y=2")
    assert (told.code, told.out) == (0, "dout/dx = y\ndout/dy = x\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["sum(W)", "--W", "W.npy"], "write --W @W.npy"),
        (["sum(W)", "--W", "w.npz:W1"], "write --W @w.npz:W1"),
        (["sum(W)", "--W", "eye(2)"], "`diag(ones(2))`"),
        (["concat(a, b, 1)", "--a", VECTOR, "--b", VECTOR], "`concat(a, b, axis=1)`"),
        (["cross_entropy(z, [0, 1])", "--z", "[1,2,3]", "--lang", "zh"], "需要形状为 () 或 (3,) 的目标"),
        (["cross_entropy(z, [0, 1])", "--z", "[1,2,3]", "--lang", "en"], "need targets of shape () or (3,)"),
    ],
)
def test_what_does_not_fit_says_what_would(words: list[str], told: str, run: Runner) -> None:
    assert told in run("eval", *words).err


def test_draws_without_a_seed_are_numbered_from_0_as_their_page_says(run: Runner) -> None:
    assert "next one, from 0" in run("ops", "randn").out
    assert run("eval", "sum(abs(randn(2) - randn(2, seed=0)))", "-q").out == "0\n"
    assert run("eval", "sum(abs([randn(2), randn(2)][1] - randn(2, seed=1)))", "-q").out == "0\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        # (4,3).T @ (4,) is (3,): that fits y of 3 entries, and none of 4.
        (("mean((X@w-y)^2)", "--X", "ones(4,3)", "--w", "ones(4)", "--y", "ones(4)"), "no transpose makes the whole"),
        (("mean((X@w-y)^2)", "--X", "ones(4,3)", "--w", "ones(4)", "--y", "ones(3)"), "the first one transposed would"),
        (("sum(X+2*w)", "--X", "ones(2,3)", "--w", "[1,2]"), "write `reshape(2*w, 2, 1)`"),
        (("sum(X+w)", "--X", "ones(2,3)", "--w", "[1,2]", "--lang", "zh"), "请写 `reshape(w, 2, 1)`"),
        (("sum(one_hot(5,3))*x", "--x", "1"), "5 is no class number: there are the classes 0 to 2 here"),
        (("sum(one_hot([1,7],3))*x", "--x", "1"), "7 is no class number"),
        (("max(x, axis=0, foo=1)", "--x", "[1,2]"), "max has no argument called 'foo'; it has x, axis, keepdims"),
    ],
)
def test_what_is_advised_can_be_typed_and_fits_the_whole_program(words: tuple[str, ...], said: str) -> None:
    answer = call("grad", *words)
    assert answer.code == 2
    assert said in answer.err


def test_a_worksheet_over_matrices_without_shapes_asks_for_them() -> None:
    answer = call("trace", "--blank", "sum((W@x+b)^2)")
    assert answer.code == 2
    assert "nothing says how large W, x, b should be" in answer.err
