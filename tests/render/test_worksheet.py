"""A worksheet: the tables of the trace without its numbers, in every format, and the key with all of them."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess

import pytest
from hypothesis import given

from bpcli.errors import NumericError, display_width
from bpcli.files import page_text
from bpcli.language.reader import parse
from bpcli.numbers import show
from bpcli.render import layout
from bpcli.render.worksheets.page import page_pieces
from bpcli.render.worksheets.worksheet import BLANK, LINE, Sheet, latex_lines, markdown_lines, plain_lines
from bpcli.tracing.record import record
from calculus.programs import ALL, CUTTING, valued
from render.pages import opened, text_of
from render.test_html import Outline
from render.test_pages import balanced, cells, lacks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from bpcli.graph import Program
    from bpcli.tracing.record import Trace
    from conftest import Runner

    Run = tuple[Program, dict[str, float]]

WORDS = ("trace", "--blank", "--seed", "7", "(x+w)*w")
LANGUAGES = ("en", "zh")


def traced(text: str = "(x+w)*w", at: dict[str, float] | None = None, **options: Any) -> Trace:
    at = at or {"x": 2, "w": 3}
    return record(parse(text, given=at), at, **options)


def sheet(text: str = "(x+w)*w", at: dict[str, float] | None = None, language: str = "en", **options: Any) -> Sheet:
    return Sheet(traced(text, at, **options), 7, language=language)


def rows(shown: Sheet) -> list[tuple[str, ...]]:
    return [tuple(row) for table in shown.tables for row in table.rows]


def blanks(shown: Sheet) -> int:
    return sum(cell.count(BLANK) for row in rows(shown) for cell in row) + sum(
        line.count(BLANK) for line in shown.closing
    )


SHEET = """\
Worksheet, seed 7
Name ____________________________    Date ______________

y = (x + w) * w      x = 2, w = 3      2 operations, w is used twice

Fill in the blanks. Forward: put in numbers and calculate, from top to bottom.
Backward: along each edge product = upstream * local, and the running total adds
up what arrives at a node. Paths: the local derivatives along a path multiply,
and the paths add up. Two significant digits are enough: 0.018 for 0.0176627.

Forward
  #  node  computes  with numbers     value
  1  a     x + w     ______ + ______  ______
  2  y     a * w     ______ * ______  ______

Backward                                            start: dy/dy = 1
  #  edge    upstream  local                   product  running total
  2  y -> a  ______    d(a*w)/da = w = ______  ______   dy/da = ______
  2  y -> w  ______    d(a*w)/dw = a = ______  ______   dy/dw: ______ (1 of 2)
  1  a -> x  ______    d(x+w)/dx = ______      ______   dy/dx = ______
  1  a -> w  ______    d(x+w)/dw = ______      ______   dy/dw = ______ (2 of 2)

Paths from w to y
  w -> y       ______           ______   direct
  w -> a -> y  ______ * ______  ______   through a
  total                         ______

dy/dx = ______  dy/dw = ______
"""


def test_the_flagship() -> None:
    """Its layout by hand, from the trace of the same program; it fits in 80 columns."""
    assert "\n".join(plain_lines(sheet())) + "\n" == SHEET
    assert max(map(display_width, SHEET.splitlines())) <= 80


def test_the_answers_are_the_numbers_of_the_trace_in_the_order_of_the_blanks() -> None:
    # By hand, as in the README: (2 + 3)*3 with dy/dw = 5 + 3.
    assert sheet().answers == [
        2, 3, 5, 5, 3, 15,
        1, 3, 3, 3, 1, 5, 5, 5, 3, 1, 3, 3, 3, 1, 3, 8,
        5, 5, 1, 3, 3, 8,
        3, 8,
    ]  # fmt: skip


@given(valued(ALL + CUTTING))
def test_a_sheet_has_a_blank_for_each_answer_and_does_not_tell_it(run: Run) -> None:
    program, at = run
    trace = record(program, at)
    shown = Sheet(trace, None)
    assert blanks(shown) == len(shown.answers)
    forward = [row for table in shown.tables[:1] if trace.forward for row in table.rows]
    backward = [row for table in shown.tables[1:2] if trace.backward for row in table.rows]
    for row, step in zip(forward, trace.forward, strict=True):
        assert row[4] == BLANK
        assert row[3].count(BLANK) == sum(written is None for written in step.texts)
        # What is left of it are the formula's own constants.
        for number in re.findall(r"(?<![\w.])\d+(?:\.\d+)?", row[3]):
            assert number in row[2]
    for row, edge in zip(backward, trace.backward, strict=True):
        assert row[2] == row[4] == BLANK
        assert row[3].endswith(f"= {BLANK}")
        assert re.fullmatch(rf"d\w+/d\w+( =|:) {BLANK}( \(\d+ of \d+\))?", row[5])
        assert edge.formula in row[3] or f"= {BLANK}" in row[3]
    assert all(re.fullmatch(rf"d\w+/d\w+ = {BLANK}", line) for line in shown.closing)


@given(valued(ALL + CUTTING))
def test_a_sheet_does_not_depend_on_its_numbers(run: Run) -> None:
    """Two points, one sheet: only the head differs, and the list of paths, which are those that are open."""
    program, at = run
    both = []
    for point in (at, {name: value / 2 + 0.123 for name, value in at.items()}):
        try:
            shown = Sheet(record(program, point), None)
        except NumericError:
            return  # there is no value at the other point
        both.append([tuple(row) for table in shown.tables if table.keys[0] == "#" for row in table.rows])
    assert both[0] == both[1]


CLOSED = ("relu(x)*max(x, w) + where(x > w, x^2, w)", {"x": -2.0, "w": 3.0})


def test_open_and_closed_edges_look_alike() -> None:
    local = [row[3] for row in rows(sheet(*CLOSED)) if len(row) == 6]
    assert f"d(relu(x))/dx = (1 where x > 0, else 0) = {BLANK}" in local
    assert f"d(max(x, w))/dx = {BLANK}" in local
    assert f"d(max(x, w))/dw = {BLANK}" in local
    assert not any("taken" in cell or "not " in cell for cell in local)


def test_a_long_path_is_asked_for_its_product_alone() -> None:
    shown = sheet("a = x*w; b = a*w; c = b*w; d = c*w; d*w")
    long = [row for row in rows(shown) if row[1] == "5 factors"]
    assert [row[2] for row in long] == [BLANK], "that through a, b, c and d"
    assert blanks(shown) == len(shown.answers)


PROGRAMS = [
    ("(x+w)*w", {"x": 2.0, "w": 3.0}, {}),
    (*CLOSED, {}),
    ("p = sigmoid(w*x + b); L = (p - t)^2/2", {"w": 0.5, "x": -1.5, "b": 0.1, "t": 1.0}, {}),
    ("σ = x_1/权; 2^σ + hypot(权, x_1)", {"x_1": 3.0, "权": 2.0}, {}),
    ("f(u) = u^2; d f/du = 2*u; f(x)*w/3 + 918273645", {"x": 2.0, "w": 3.0}, {}),
    ("(x+w)*w", {"x": 2.0, "w": 3.0}, {"mode": "forward"}),
    ("+".join(["x"] * 14 + ["x*x"] * 12), {"x": 2.0}, {}),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("text", "at", "options"), PROGRAMS)
def test_every_format_has_every_blank(text: str, at: dict[str, float], options: Any, language: str) -> None:
    shown = sheet(text, at, language, **options)
    count = len(shown.answers)
    body = "\n".join(plain_lines(shown)).partition("\n")[2].partition("\n")[2]
    assert body.count(LINE) == count
    page = [*markdown_lines(shown)]
    assert "\n".join(page[3:]).count(LINE) == count + len(shown.closing), "those at the end are twice as wide"
    width = 0
    for line in page:
        width = width if line.startswith("|") else 0
        width = width or len(cells(line))
        assert not line.startswith("|") or len(cells(line)) == width, line
    whole = "\n".join(latex_lines(shown))
    assert balanced(whole)
    document = whole.partition(r"\begin{document}")[2]
    assert len(re.findall(r"\\(?:blank|emptybox)\{\}", document)) == count
    assert {*re.findall(r"91827364\d", document)} == {*re.findall(r"91827364\d", text)}
    web = "".join(page_pieces(shown))
    assert web.partition("<script")[0].count("data-blank=") == count
    assert BLANK not in "".join([body, *page, document, web])


def compiled(page: str, folder: Path) -> None:
    """Let pdflatex read a page; nothing may stick out at the bottom."""
    (folder / "sheet.tex").write_text(page, encoding="utf-8")
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "sheet.tex"],
        cwd=folder, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:]
    assert b"Overfull \\vbox" not in done.stdout


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no pdflatex here")
@pytest.mark.parametrize(("text", "at", "options"), [each for each in PROGRAMS if "权" not in each[0]])
def test_pdflatex_compiles_the_sheet(text: str, at: dict[str, float], options: Any, tmp_path: Path) -> None:
    page = "\n".join(latex_lines(sheet(text, at, **options)))
    assert page.isascii()
    compiled(page, tmp_path)


@pytest.mark.skipif(lacks("CJKutf8.sty") or lacks("gbsnu4e.tfm"), reason="pdflatex has no Chinese fonts here")
@pytest.mark.parametrize(("text", "at", "options"), PROGRAMS)
def test_pdflatex_compiles_the_sheet_in_chinese(text: str, at: dict[str, float], options: Any, tmp_path: Path) -> None:
    compiled("\n".join(latex_lines(sheet(text, at, "zh", **options))), tmp_path)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("text", "at", "options"), PROGRAMS)
def test_a_sheet_with_chinese_in_it_says_where_its_letters_come_from(
    text: str, at: dict[str, float], options: Any, language: str
) -> None:
    page = "\n".join(latex_lines(sheet(text, at, language, **options)))
    chinese = language == "zh" or "权" in text
    assert ("CJKutf8" in page and "ctex" in page) == chinese == (not page.isascii())
    before, begin, after = page.partition(r"\begin{document}")
    # What the preamble gives is there once, before the text; the environment of the letters is closed again.
    assert begin and r"\newcommand{\blank}" in before and r"\newcommand" not in after
    assert after.count(r"\begin{CJK}") == after.count(r"\end{CJK}") == (1 if chinese else 0)


def test_latex_in_chinese_keeps_its_characters() -> None:
    page = "\n".join(latex_lines(sheet(language="zh")))
    shown = (
        r"\textit{上游 $\times$ 局部}", r"{从 $w$ 到 $y$ 的路径}", r"起点：$\frac{dy}{dy} = 1$", r"\text{ (2/2)}",
        "直接路径",
    )  # fmt: skip
    for piece in shown:
        assert piece in page
    assert "U+" not in page


# The page


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("text", "at", "options"), PROGRAMS)
def test_the_page_is_one_well_formed_file_that_asks_for_nothing(
    text: str, at: dict[str, float], options: Any, language: str
) -> None:
    page = "".join(page_pieces(sheet(text, at, language, **options)))
    outline = Outline()
    outline.feed(page)
    outline.close()
    assert outline.open == []
    assert not re.findall(r"\w+://", page)
    assert not [each for each in outline.attributes if each[1] in ("src", "href", "srcset", "action")]
    assert not re.search(r"\b(eval|Function|fetch|XMLHttpRequest|import)\b *\(|innerHTML|document\.write", page)
    assert ("meta", "content") in {each[:2] for each in outline.attributes if "default-src 'none'" in each[2]}
    assert not [value for tag, name, value in outline.attributes if tag == "input" and name == "value"]


def embedded_sheet(page: str) -> Any:
    return json.loads(page.partition('id="sheet">')[2].partition("</script>")[0])


def test_the_answers_of_the_page_are_those_of_the_trace_to_the_last_bit() -> None:
    shown = sheet("exp(w*x)/3", {"x": 0.1, "w": 0.3})
    assert [float(each) for each in embedded_sheet("".join(page_pieces(shown)))["answers"]] == shown.answers


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("text", "at", "options"), PROGRAMS[:6])
def test_what_the_key_prints_is_right_in_every_box(
    text: str, at: dict[str, float], options: Any, language: str, tmp_path: Path
) -> None:
    """The numbers at six digits are typed into the boxes; then one of them wrong, and one left empty."""
    shown = sheet(text, at, language, **options)
    typed = json.dumps([show(each) for each in shown.answers])
    fill = f"""<pre id="told"></pre><script>
    const told = [], typedIn = {typed};
    const press = () => {{
      document.getElementById("check").click();
      told.push(document.getElementById("said").innerText);
    }};
    BOXES.forEach((box, place) => {{ box.value = typedIn[place]; }});
    press();
    BOXES[0].value = "77";
    BOXES[1].value = " ";
    press();
    told.push(BOXES.map((box) => box.className).slice(0, 3).join());
    document.getElementById("clear").click();
    told.push(BOXES.filter((box) => box.value || box.className).length);
    document.getElementById("told").textContent = JSON.stringify(told);
    </script>"""
    path = tmp_path / "sheet.html"
    path.write_text("".join(page_pieces(shown)).replace("</body>", fill + "</body>"), encoding="utf-8")
    all_right, mixed, classes, left = json.loads(text_of(opened(path), "told"))
    count = len(shown.answers)
    if language == "en":
        assert all_right == f"All {count} are right."
        assert mixed == f"{count - 2} right, 1 wrong, 1 still empty"
    else:
        assert all_right == f"{count} 个空全部正确。"
        assert mixed == f"对 {count - 2} 个，错 1 个，还有 1 个没填"
    assert classes == "wrong,,right"
    assert left == 0


def test_the_factors_of_a_path_may_be_typed_in_any_order(tmp_path: Path) -> None:
    """Of w -> a -> y they are 1 and 3 (by hand): both orders are right, and the same number twice is not."""
    shown = sheet("(x+w)*w", {"x": 2, "w": 3})
    fill = """<pre id="told"></pre><script>
    const told = [], factors = BOXES.filter((box) => box.dataset.group);
    for (const typedIn of [["1", "3"], ["3", "1"], ["3", "3"]]) {
      factors.forEach((box, place) => { box.value = typedIn[place]; });
      document.getElementById("check").click();
      told.push(factors.map((box) => box.className).join());
    }
    document.getElementById("told").textContent = JSON.stringify(told);
    </script>"""
    path = tmp_path / "sheet.html"
    path.write_text("".join(page_pieces(shown)).replace("</body>", fill + "</body>"), encoding="utf-8")
    assert json.loads(text_of(opened(path), "told")) == ["right,right", "right,right", "right,wrong"]


TYPED = [
    # What is typed, the answer, whether it is right: by hand.
    ("15", 15.0, True), ("15.0", 15.0, True), ("+15", 15.0, True), (" 1 5 ", 15.0, True), ("15.1", 15.0, False),
    ("-3", -3.0, True), ("−3", -3.0, True), ("－３", -3.0, True), ("3", -3.0, False), ("2,5", 2.5, True),
    ("２。５", 2.5, True),
    ("0.333", 1 / 3, True), ("0.33", 1 / 3, True), ("0.3", 1 / 3, False), ("0.34", 1 / 3, False),
    ("1/3", 1 / 3, True), ("-1/3", -1 / 3, True),
    ("0.334", 1 / 3, True), ("0.335", 1 / 3, False),
    ("0.018", 0.0176627, True), ("0.02", 0.0176627, False), ("0.071", 0.0706508, True), ("0.0706", 0.0706508, True),
    ("0.0705", 0.0706508, False), (".07", 0.0706508, False), (".071", 0.0706508, True), ("-1.77e-2", -0.0176627, True),
    ("0", 0.3, False), ("1", 0.6, False), ("0", 0.0, True), ("-0", 0.0, True), ("0.001", 0.0, False),
    ("0.0025", 0.00247262, True), ("0.0024", 0.00247262, False), ("0.00247", 0.00247262, True),
    ("2.47e-3", 0.00247262, True), ("1e3", 1000.0, True), ("1235", 1234.6, True),
    ("1234", 1234.6, True), ("1230", 1234.6, False),
    (".5", 0.5, True), ("5.", 5.0, True),
    ("0.30000000000000004", 0.3, True), ("0.3", 0.1 + 0.2, True),
    ("inf", float("inf"), True), ("-inf", float("inf"), False), ("nan", 1.0, False), ("0/0", 1.0, False),
    ("x", 1.0, False), ("1+1", 2.0, False), ("1/2/2", 0.25, False), ("--2", 2.0, False), ("1.2.3", 1.2, False),
]  # fmt: skip


def test_a_number_is_right_however_it_is_typed(tmp_path: Path) -> None:
    """As it is, or rounded to two digits or more; fractions; as keyboards have it.

    From three digits on the last may be off by one, unless the answer has no more digits: 15.1 is not 15.
    """
    cases = json.dumps([[text, str(answer)] for text, answer, _ in TYPED]).replace("inf", "Infinity")
    cases = cases.replace('["Infinity"', '["inf"').replace('["-Infinity"', '["-inf"')
    script = page_text("sheet.js").partition("function mark")[0].replace("const SHEET", "const NOTHING = 0; //")
    path = tmp_path / "typed.html"
    path.write_text(
        '<!doctype html><meta charset="utf-8"><pre id="told"></pre>'
        f"<script>{script}\nconst told = {cases}.map(([text, answer]) => {{ const found = typed(text);"
        "return found !== null && fits(found, Number(answer)); });"
        'document.getElementById("told").textContent = JSON.stringify(told);</script>',
        encoding="utf-8",
    )
    found = json.loads(text_of(opened(path), "told"))
    assert dict(zip([case[:2] for case in TYPED], found, strict=True)) == {case[:2]: case[2] for case in TYPED}


# The command

FORMATS = ("plain", "ascii", "md", "latex", "html")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("format_", FORMATS)
def test_the_key_is_the_ordinary_trace_at_the_numbers_of_the_sheet(
    format_: str, language: str, run: Runner, tmp_path: Path
) -> None:
    key = tmp_path / "key"
    shown = run(*WORDS, "--format", format_, "--lang", language, "--answer-key", str(key))
    assert (shown.code, shown.err) == (0, "")
    numbers = re.search(r"x = (\S+?)\$?, \$?w = ([-\d.]+)", html.unescape(shown.out))
    assert numbers is not None
    x, w = numbers.groups()
    plain = run("trace", "(x+w)*w", f"--x={x}", f"--w={w}", "--format", format_, "--lang", language)
    told = key.read_text(encoding="utf-8")
    title = "Answer key, seed 7" if language == "en" else "参考答案（随机种子 7）"
    assert title in told
    if format_ == "html":
        assert f"<title>{title}: y = " in told
        shown_there, there = (page.partition("</header>")[2].partition("<script")[0] for page in (told, plain.out))
        assert shown_there == there
    else:
        # Below its title it is the trace, line by line.
        left = told.splitlines()
        for line in plain.out.splitlines():
            while left and left[0] != line:
                assert left[0] in ("", title, f"# {title}", rf"\section*{{{title}}}"), left[0]
                del left[0]
            del left[0]
        assert left == []
    assert shown.out != plain.out
    assert shown.out == run(*WORDS, "--format", format_, "--lang", language).out


@pytest.mark.parametrize("part", [["--only", "backward"], ["--until", "a"], ["--rows", "2:3"], ["--mode", "forward"],
                                  ["--wrt", "w"], ["--exact"], ["--x", "1/3"]], ids=" ".join)  # fmt: skip
def test_a_part_of_a_trace_is_a_sheet_and_a_key_alike(part: list[str], run: Runner, tmp_path: Path) -> None:
    key = tmp_path / "key"
    shown = run(*WORDS, *part, "--answer-key", str(key))
    assert shown.code == 0
    titles = [layout.phrase(title, name="w", output="y") for title in ("forward", "backward", "tangents", "paths")]
    told = key.read_text(encoding="utf-8")
    assert [f"\n{title}" in shown.out for title in titles] == [f"\n{title}" in told for title in titles]
    assert len(re.findall("(?m)^  [1-9w]", shown.out)) == len(re.findall("(?m)^  [1-9w]", told))


def test_without_a_key_the_sheet_says_how_to_get_one_and_which_seed_it_has(run: Runner) -> None:
    shown = run("trace", "--blank", "(x+w)*w")
    assert shown.code == 0
    assert shown.out.startswith("Worksheet, seed 0\n")
    assert "--answer-key FILE" in shown.err
    assert "--seed 0" in shown.err
    assert run(*WORDS[:2], "--seed", "0", WORDS[-1]).out == shown.out
    assert "--seed" not in run("trace", "--blank", "x", "--x", "2").err
    assert "练习单" in run("trace", "--blank", "(x+w)*w", "--lang", "zh").out


def test_a_key_that_cannot_be_written_leaves_no_sheet(run: Runner, tmp_path: Path) -> None:
    shown = run(*WORDS, "--answer-key", str(tmp_path / "no" / "key.txt"))
    assert (shown.code, shown.out) == (4, "")
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("words", [
    ["--json"], ["--format", "svg"], ["--format", "dot"], ["--lens", "cost"], ["--explain", "brief"], ["-q"],
    ["--expect", "w=3"], ["--claim", "w=3"], ["--interactive"], ["--repeat", "2"],
])  # fmt: skip
def test_what_has_no_place_on_a_sheet_is_refused(words: list[str], run: Runner) -> None:
    shown = run(*WORDS, *words)
    assert (shown.code, shown.out) == (2, "")
    assert "worksheet" in shown.err


def test_a_seed_and_a_key_are_for_sheets(run: Runner) -> None:
    for words in (["--seed", "3"], ["--answer-key", "key.txt"]):
        shown = run("trace", "x^2", "--x", "2", *words)
        assert shown.code == 2
        assert "--blank" in shown.err
