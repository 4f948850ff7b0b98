r"""Graph -> LaTeX: brackets where they are needed and nowhere else, names as mathematics writes them."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import given

from bpcli.language.latex import expression, name
from bpcli.language.reader import parse
from calculus.programs import ALL, CUTTING, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Runner

PAIRS = [
    # By hand.
    ("x + 2*w", r"x + 2 w"),
    ("(x + w)*w", r"\left(x + w\right) w"),
    ("-(x + 1)*-w", r"-\left(x + 1\right) \left(-w\right)"),
    ("x - -w", r"x - \left(-w\right)"),
    ("x + -w*2", r"x + \left(-w \cdot 2\right)"),
    ("x*-3", r"x \left(-3\right)"),
    ("x - (w - y)", r"x - \left(w - y\right)"),
    ("(x^2)^3", r"\left(x^{2}\right)^{3}"),
    ("x^2^3", r"x^{2^{3}}"),
    ("-x^2", r"-x^{2}"),
    ("(-x)^2", r"\left(-x\right)^{2}"),
    ("x/(w + 1)", r"\frac{x}{w + 1}"),
    ("(x/w)^2", r"\left(\frac{x}{w}\right)^{2}"),
    ("2*(x/w)", r"2 \frac{x}{w}"),
    ("-x/2", r"-\frac{x}{2}"),
    ("-(x + 1)/2", r"-\frac{x + 1}{2}"),
    ("-(x + 1)*w/2", r"-\frac{\left(x + 1\right) w}{2}"),
    ("-2*x/3", r"-\frac{2 x}{3}"),
    ("exp(-x^2/2)", r"e^{-\frac{x^{2}}{2}}"),
    ("exp(x)^2", r"\left(e^{x}\right)^{2}"),
    ("expm1(x)*2", r"\left(e^{x} - 1\right) \cdot 2"),
    ("x^(1/3)", r"x^{\frac{1}{3}}"),
    ("x*2^w", r"x \cdot 2^{w}"),
    ("2*3*x", r"2 \cdot 3 x"),
    ("1e20*x", r"10^{20} x"),
    ("pi*e", r"\pi e"),
    ("sqrt(x + 1)", r"\sqrt{x + 1}"),
    ("sin(x)^2", r"\sin^{2}\left(x\right)"),
    ("log(x)^-1", r"\ln\left(x\right)^{-1}"),
    ("sigmoid(x)^2", r"\sigma\left(x\right)^{2}"),
    ("log1p(x^2)", r"\ln\left(1 + x^{2}\right)"),
    ("hypot(x + 1, y)", r"\sqrt{\left(x + 1\right)^2 + y^2}"),
    ("mod(x + 1, 3)*2", r"\left(\left(x + 1\right) \bmod 3\right) \cdot 2"),
    ("floor(x/2)", r"\left\lfloor \frac{x}{2} \right\rfloor"),
    ("abs(-x)", r"\left|-x\right|"),
    ("max(x, y + 1, 2)", r"\max\left(x, y + 1, 2\right)"),
    ("log(x, b)", r"\log_{b}\left(x\right)"),
    ("where(x > 0, x, w)", r"\begin{cases} x & x > 0 \\ w & \text{otherwise} \end{cases}"),
    ("x > 0 and not w < 1", r"x > 0 \wedge \neg \left(w < 1\right)"),
    ("leaky_relu(x)", r"\operatorname{leaky\_relu}\left(x\right)"),
    ("leaky_relu(x, 0.2)", r"\operatorname{leaky\_relu}\left(x, 0.2\right)"),
    ("f(u) = u^2; d f/du = 2*u; f(x)", r"f\left(x\right)"),
    ("rate_of(u) = u^2; d rate_of/du = 2*u; rate_of(x)", r"\operatorname{rate\_of}\left(x\right)"),
]  # fmt: skip


def shown(text: str) -> str:
    program = parse(text)
    return expression(program.graph, program.output)


@pytest.mark.parametrize(("text", "want"), PAIRS)
def test_pairs(text: str, want: str) -> None:
    assert shown(text) == want


@pytest.mark.parametrize(
    ("plain", "want"),
    [
        ("x", "x"), ("W1", "W_{1}"), ("x_2", "x_{2}"), ("alpha", r"\alpha"), ("Omega", r"\Omega"), ("β", r"\beta"),
        ("theta12", r"\theta_{12}"), ("loss", r"\mathrm{loss}"), ("x_max", r"x_{\mathrm{max}}"), ("h_1_2", "h_{1, 2}"),
        ("误差", r"\text{误差}"), ("_", r"\mathrm{\_}"),
    ],
)  # fmt: skip
def test_names(plain: str, want: str) -> None:
    """By hand."""
    assert name(plain) == want


@given(texts(ALL + CUTTING, 9))
def test_braces_and_brackets_match(text: str) -> None:
    written = shown(text)
    depth = 0
    for place, char in enumerate(written):
        if written[place - 1 : place] != "\\":
            depth += {"{": 1, "}": -1}.get(char, 0)
        assert depth >= 0
    assert depth == 0
    assert written.count(r"\left") == written.count(r"\right")
    assert written.count(r"\begin{") == written.count(r"\end{")
    for wrong in ("+ -", "- -", "^{}", "{x}^", "  ", "<bound"):
        assert wrong not in written


def test_a_formula_of_any_depth_is_written() -> None:
    for text in ("(" * 50_000 + "x" + " + 1)*2" * 50_000, "-x" + "/w" * 50_000, "x" + "*-w" * 50_000):
        assert shown(text).count("x") >= 1


@pytest.mark.parametrize(
    ("words", "out"),
    [
        # By hand.
        (["(x+w)*w", "--wrt", "w"], "x + 2 w\n"),
        (["x^2", "--x", "3"], "2 x = 6\n"),
        (["x^2*w"], "\\begin{aligned}\n\\frac{\\partial y}{\\partial x} &= 2 x w \\\\\n"
         "\\frac{\\partial y}{\\partial w} &= x^{2}\n\\end{aligned}\n"),
        (["p = sigmoid(z); L = -(t*log(p) + (1 - t)*log(1 - p))", "--wrt", "z"],
         "\\begin{aligned}\np &= \\sigma\\left(z\\right) \\\\\n"
         "\\frac{\\partial L}{\\partial z} &= p - t\n\\end{aligned}\n"),
        (["3"], "0\n"),
    ],
)  # fmt: skip
def test_the_derivative_in_latex(words: list[str], out: str, run: Runner) -> None:
    answer = run("diff", *words, "--format", "latex")
    assert (answer.code, answer.out) == (0, out)


def test_what_is_shared_too_often_gets_names(run: Runner) -> None:
    text = "; ".join(["a0 = x + w", *(f"a{place} = sin(a{place - 1})*a{place - 1}" for place in range(1, 20))])
    out = run("diff", text, "--wrt", "x", "--format", "latex").out
    assert out.startswith("\\begin{aligned}\nt_{1} &= ")
    assert r"\frac{\partial a_{19}}{\partial x} &= " in out
    assert len(out) < 20_000


TENSORS = [
    # By hand.
    ("A @ B @ x", r"A B x"),
    ("A @ (B @ x)", r"A \left(B x\right)"),
    ("(A + B) @ x", r"\left(A + B\right) x"),
    ("A @ (b*x)", r"A \left(b x\right)"),
    ("(A @ x)*b", r"\left(A x\right) b"),
    ("2*(A @ x)", r"2 A x"),
    ("A @ -x", r"A \left(-x\right)"),
    ("A.T @ x", r"A^\top x"),
    ("(A @ B).T", r"\left(A B\right)^\top"),
    ("A.T.T", r"\left(A^\top\right)^\top"),
    ("x.T^2", r"\left(x^\top\right)^{2}"),
    ("inv(A)^2", r"\left(A^{-1}\right)^{2}"),
    ("solve(A + B, b)", r"\left(A + B\right)^{-1} b"),
    ("outer(x + y, z)", r"\left(x + y\right) z^\top"),
    ("x[0]^2", r"x_{0}^{2}"),
    ("W1[0]", r"\left(W_{1}\right)_{0}"),
    ("W[:, 1:]", r"W_{:, 1:}"),
    ("x[0][1]", r"\left(x_{0}\right)_{1}"),
    ("[[1, 2], [3, x]] @ y", r"\begin{pmatrix} 1 & 2 \\ 3 & x \end{pmatrix} y"),
    ("[1, x + 1] @ y", r"\begin{pmatrix} 1 \\ x + 1 \end{pmatrix} y"),
    ("0.5*sum((o - y)^2)", r"0.5 \sum \left(o - y\right)^{2}"),
    ("sum(x)*y", r"\left(\sum x\right) y"),
    ("sum(x)^2", r"\left(\sum x\right)^{2}"),
    ("2*sum(x)*y", r"\left(2 \sum x\right) y"),
    ("sum(A, axis=0)", r"\sum_{\mathrm{axis}=0} A"),
    ("max(A, axis=[0, 1])", r"\max\left(A, \mathrm{axis}=(0, 1)\right)"),
    ("norm(A, axis=1)", r"\left\lVert A \right\rVert_{\mathrm{axis}=1}"),
    ("logsumexp(x + y)", r"\log \sum e^{x + y}"),
    ("reshape(x, 2, 3)", r"\operatorname{reshape}\left(x, 2 \times 3\right)"),
    ("zeros(2, 3) + x", r"\mathbf{0}_{2 \times 3} + x"),
    ("randn(3, 2, seed=5)", r"\operatorname{randn}\left(3 \times 2, \mathrm{seed}=5\right)"),
    ("layer_norm(x)", r"\operatorname{LN}\left(x\right)"),
]


@pytest.mark.parametrize(("text", "wanted"), TENSORS)
def test_vectors_and_matrices_are_written_as_textbooks_have_them(text: str, wanted: str) -> None:
    assert shown(text) == wanted


def test_products_entry_by_entry_have_a_sign_of_their_own_where_shapes_are_known() -> None:
    program = parse("A*(B @ C)")
    for name_of, shape in (("A", (2, 2)), ("B", (2, 2)), ("C", (2, 2))):
        program.graph.shape[program.graph.variables[name_of]] = shape
    program.graph.shape[program.output - 1] = (2, 2)
    assert expression(program.graph, program.output) == r"A \odot \left(B C\right)"


def test_it_compiles() -> None:
    engine = next((found for each in ("pdflatex", "latex", "xelatex") if (found := shutil.which(each))), None)
    if engine is None:
        pytest.skip("there is no LaTeX on this machine")
    body = "\n".join(f"\\[ {shown(text)} \\]" for text, _ in (*PAIRS, *TENSORS))
    source = f"\\documentclass{{article}}\\usepackage{{amsmath}}\\begin{{document}}\n{body}\n\\end{{document}}\n"
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "page.tex").write_text(source, encoding="utf-8")
        call = [engine, "-halt-on-error", "-interaction=nonstopmode", "page.tex"]
        done = subprocess.run(call, cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
