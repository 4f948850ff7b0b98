"""A trace as Markdown, as ASCII and as LaTeX: nothing of the plain page is lost, and each is well formed."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from bpcli.language.reader import parse
from bpcli.render import latex, markdown
from bpcli.render.ascii import spelled, speller
from bpcli.render.languages import LANGUAGES
from bpcli.render.plain import trace_lines
from bpcli.tracing.record import Trace, record
from calculus.programs import ALL, CUTTING, valued

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.graph import Program

    Run = tuple[Program, dict[str, float]]

NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:e-?\d+)?")


def traced(text: str, **at: float) -> Trace:
    return record(parse(text, given=at), at)


def numbers(text: str) -> list[str]:
    return NUMBER.findall(text)


def cells(line: str) -> list[str]:
    """The cells of a row, as GitHub splits it: at each bar without a backslash before it."""
    return re.split(r"(?<!\\)\|", line)[1:-1]


@given(valued(ALL + CUTTING))
def test_a_markdown_page_has_every_number_of_the_plain_one_in_whole_tables(run: Run) -> None:
    trace = record(*run)
    lines = [*markdown.trace_lines(trace)]
    assert sorted(numbers(" ".join(lines))) == sorted(numbers(" ".join(trace_lines(trace))))
    width = 0
    for before, line in zip(["", *lines], lines, strict=False):
        if not line.startswith("|"):
            width = 0
        elif not width:
            assert before == "", "a table begins after an empty line"
            width = len(cells(line))
        assert not width or len(cells(line)) == width, line


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        # By hand: the rules of GitHub's tables, and those of code in Markdown.
        ("a | b", "`a \\| b`"),
        ("a`b", "`` a`b ``"),
        ("x*w", "`x*w`"),
    ],
)
def test_what_would_end_a_cell_does_not(text: str, cell: str) -> None:
    assert markdown.cell(text, "local") == cell


def test_words_are_no_markup() -> None:
    assert markdown.cell("w_1 *of* <b>", "") == r"w\_1 \*of\* \<b\>"


def test_a_sum_that_is_not_complete_is_mathematics_in_latex_too() -> None:
    page = "\n".join(latex.trace_lines(traced("(x+w)*w", x=2, w=3)))
    assert r"$\frac{dy}{dw}\text{:}\;5 \text{ (1 of 2)}$" in page


def test_an_ascii_page_in_chinese_keeps_its_characters_and_no_other_sign() -> None:
    # × and ≈ are signs that fonts lack; the terms of the field are what was asked for.
    page = "\n".join(trace_lines(traced("σ = x*w; σ/3", x=2, w=3.5), spell=speller("zh"), language="zh"))
    assert "上游 * 局部" in page
    assert "sigma = x * w" in page
    assert not re.search("[×≈σ]", page)


@given(valued(ALL + CUTTING))
def test_an_ascii_page_is_the_plain_one_in_ascii(run: Run) -> None:
    trace = record(*run)
    page = [*trace_lines(trace, spell=spelled)]
    assert all(line.isascii() for line in page)
    assert page == [line.replace("≈", "~") for line in trace_lines(trace)]


def test_columns_are_as_wide_as_the_spelling() -> None:
    page = [*trace_lines(traced("σ = x*w; σ + x", x=2, w=3), spell=spelled)]
    assert page[2:6] == [
        "Forward",
        "  #  node   computes   with numbers  value",
        "  1  sigma  x * w      2 * 3         6",
        "  2  y      sigma + x  6 + 2         8",
    ]


@given(valued(ALL + CUTTING))
def test_a_page_in_chinese_has_the_numbers_of_the_english_one(run: Run) -> None:
    trace = record(*run)
    for page in (markdown, latex):
        english, chinese = ("\n".join(page.trace_lines(trace, language=language)) for language in ("en", "zh"))
        for title in ("前向传播", "反向传播"):
            assert title in chinese or not trace.backward
        # "(1 of 2)" and "used twice" have other words and numbers in Chinese.
        counters = r"\(\d+( of |/)\d+\)|.*(used|用了).*|ctex"
        assert {*numbers(re.sub(counters, "", english))} == {*numbers(re.sub(counters, "", chinese))}
        assert chinese.count("approx") == english.count("approx")
        assert "U+" not in chinese
        assert page is markdown or balanced(chinese)


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        # By hand: words are no product of names, and names of the trace are.
        ("5 factors", r"\text{5 factors}"),
        ("taken", r"\text{taken}"),
        ("5*w", r"5 \cdot w"),
        ("x = 5*w", r"x = 5 \cdot w"),
    ],
)
def test_words_of_a_cell_are_no_mathematics(cell: str, written: str) -> None:
    assert latex.mathematics(cell, {"x", "w"}) == written


def test_a_formula_is_read_with_no_names_but_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long programs have as many names as rows: to look at all of them for each cell takes the square of the length."""
    seen: list[set[str]] = []

    def reading(text: str, **known: Any) -> Any:
        seen.append({*known["given"]})
        return parse(text, **known)

    monkeypatch.setattr(latex, "parse", reading)
    names = {"x", "w", "W[1,0]", *(f"a{number}" for number in range(100))}
    assert latex.mathematics("a7*x + W[1,0] = 5", names) == r"a_{7} \cdot x + W_{1, 0} = 5"
    assert seen[0] == {"a7", "x", "W_1_0"}


LONG = "; ".join(["a0 = x", *(f"a{place + 1} = sin(a{place})*w + a{place}" for place in range(30)), "a30"])
DOCUMENTS = [
    ("(x+w)*w", {"x": 2, "w": 3}),
    ("p = w*x + b; loss_1 = (p - t)^2/3", {"w": 2, "b": -1, "x": 3, "t": 10}),
    ("f(u) = u^2; d f/du = 2u; σ = f(x_max) + 权; relu(σ)*detach(权)", {"x_max": 1, "权": 2}),
    ("where(x > 0, x, log(x)) + clip(x, -1, 1)*max(x, w, 1/3)", {"x": 2, "w": 3}),
    (LONG, {"x": 0.3, "w": 0.7}),
]


def balanced(text: str) -> bool:
    """Whether braces, dollars and environments are closed in order."""
    bare = re.sub(r"\\[\\{}$&#%_]", "", text)
    depth = 0
    for char in bare:
        depth += (char == "{") - (char == "}")
        if depth < 0:
            return False
    left = len(re.findall(r"\\left\b", bare)) - len(re.findall(r"\\right\b", bare))
    opened: list[str] = []
    for kind, name in re.findall(r"\\(begin|end)\{(\w+\*?)\}", bare):
        if kind == "begin":
            opened.append(name)
        elif not opened or opened.pop() != name:
            return False
    return not depth and not left and not opened and bare.count("$") % 2 == 0


@given(valued(ALL + CUTTING))
def test_a_latex_page_is_closed_and_ascii(run: Run) -> None:
    page = "\n".join(latex.trace_lines(record(*run)))
    assert page.isascii()
    assert balanced(page), page
    while "begin{cases}" in page:
        page = re.sub(r"\\begin\{cases\}((?!\\begin\{cases\}).)*?\\end\{cases\}", "", page)
    for row in page.split("\n"):
        if row.endswith(r" \\") and row[0].isdigit():
            assert row.count(" & ") in (4, 5)


def test_a_latex_page_says_what_the_trace_says() -> None:
    page = "\n".join(latex.trace_lines(traced("(x+w)*w", x=2, w=3)))
    # By hand, from the page of the flagship.
    for piece in (
        r"$x = 2$, $w = 3$\par",
        r"start: $\frac{dy}{dy} = 1$",
        r"\subsection*{Paths from $w$ to $y$}",
        r"$a$ & $x + w$ & $2 + 3$ & $5$",
        r"$\frac{\partial}{\partial w}\left(a \cdot w\right) = a = 5$",
        r"$\frac{dy}{dw} = 5 + 3 = 8 \text{ (2 of 2)}$",
        r"$w \to a \to y$ & $1 \cdot 3$ & $3$ & through a",
    ):
        assert piece in page


def compiled(page: str, where: Path) -> None:
    """The page as pdflatex makes it a document, without an error."""
    (where / "trace.tex").write_text(page, encoding="utf-8")
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "trace.tex"],
        cwd=where,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:]


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no pdflatex here")
def test_no_table_leaves_the_page(tmp_path: Path) -> None:
    """LaTeX says of each line what stands out of the page, and of each page what is too high for it."""
    compiled("\n".join(latex.trace_lines(traced(LONG, x=0.3, w=0.7), explain="normal")), tmp_path)
    log = (tmp_path / "trace.log").read_text(encoding="latin-1")
    # A fraction that is set within a line may stand out by the breadth of a letter.
    assert [gap for gap in re.findall(r"Overfull \\[hv]box \(([\d.]+)pt too", log) if float(gap) > 10] == []


def lacks(package: str) -> bool:
    """Whether there is no pdflatex here, or it has no such package."""
    if shutil.which("pdflatex") is None or shutil.which("kpsewhich") is None:
        return True
    return subprocess.run(["kpsewhich", package], capture_output=True, check=False).returncode != 0


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no pdflatex here")
@pytest.mark.parametrize(("text", "at"), [each for each in DOCUMENTS if "权" not in each[0]])
def test_pdflatex_compiles_the_page(text: str, at: dict[str, float], tmp_path: Path) -> None:
    compiled("\n".join(latex.trace_lines(traced(text, **at), explain="normal")), tmp_path)


@pytest.mark.skipif(lacks("CJKutf8.sty") or lacks("gbsnu4e.tfm"), reason="pdflatex has no Chinese fonts here")
@pytest.mark.parametrize(("text", "at"), DOCUMENTS)
def test_pdflatex_compiles_the_page_in_chinese(text: str, at: dict[str, float], tmp_path: Path) -> None:
    compiled("\n".join(latex.trace_lines(traced(text, **at), language="zh", explain="story")), tmp_path)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("text", "at"), DOCUMENTS)
def test_names_and_signs_are_ones_that_latex_knows(text: str, at: dict[str, float], language: str) -> None:
    """Those of ASCII; where there is Chinese, be it in a name, the document says where its letters come from."""
    page = "\n".join(latex.trace_lines(traced(text, **at), language=language, explain="normal"))
    chinese = language == "zh" or "权" in text
    assert ("CJKutf8" in page and "ctex" in page) == chinese
    assert all(char.isascii() or latex.CHINESE.match(char) for char in page)
    assert page.isascii() or chinese
    assert balanced(page)


def test_a_page_in_chinese_has_the_numbers_of_the_plain_one() -> None:
    trace = traced("(x+w)*w", x=2, w=3)
    plain = sorted(numbers(" ".join(trace_lines(trace, language="zh"))))
    assert sorted(numbers(" ".join(markdown.trace_lines(trace, language="zh")))) == plain
    page = "\n".join(latex.trace_lines(trace, language="zh"))
    for piece in ("前向传播", "上游梯度", "局部导数", "直接路径", r"$\frac{dy}{dw} = 5 + 3 = 8 \text{ (2/2)}$"):
        assert piece in page


@pytest.mark.parametrize(("language", "total"), [("en", "total"), ("zh", "总和")])
def test_the_sum_of_paths_is_a_word_and_no_code(language: str, total: str) -> None:
    lines = [*markdown.trace_lines(traced("(x+w)*w", x=2, w=3), language=language)]
    assert f"| {total} |  | `8` |  |" in lines
    assert "| `w -> y` |" in "\n".join(lines)
