"""A worksheet of arrays: values and results are blank, rules and shapes are told, and the page reads typed arrays."""

from __future__ import annotations

import json
import re
import shutil
from typing import Any

import numpy as np
import pytest

from bpcli.files import page_text
from bpcli.language.reader import parse
from bpcli.numbers import show
from bpcli.render.worksheets.page import page_pieces
from bpcli.render.worksheets.worksheet import (
    ARRAY_BLANK,
    BLANK,
    LINE,
    LONG_LINE,
    Sheet,
    latex_lines,
    markdown_lines,
    plain_lines,
)
from bpcli.tracing.record import record
from render.pages import opened, text_of
from render.test_html import Outline
from render.test_pages import balanced, lacks
from render.test_worksheet import compiled, embedded_sheet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Runner

LANGUAGES = ("en", "zh")
LAYER = "h = relu(W@x + b); L = sum(h^2)"
AT = {"W": [[1, 2], [3, -4]], "x": [1, 2], "b": [0, 1]}
FORM = ("y = sum(x*(A@x))", {"A": [[1, 2], [3, 4]], "x": [1, 2]})


def sheet(text: str = LAYER, at: dict[str, Any] | None = None, language: str = "en", **options: Any) -> Sheet:
    given = {name: np.array(value, dtype=float)[()] for name, value in (at or AT).items()}
    return Sheet(record(parse(text, given=given), given, **options), 7, language=language)


def lists(answers: list[Any]) -> list[Any]:
    return [each.tolist() if getattr(each, "shape", ()) else float(each) for each in answers]


SHEET = """\
Worksheet, seed 7
Name ____________________________    Date ______________

h = relu(W @ x + b); L = sum(h^2)      W (2, 2), x (2,), b (2,)      5 operations

Fill in the blanks. Forward: put in numbers and calculate, from top to bottom.
Backward: apply the rule of each edge to g, which is what arrives; where several
edges meet, their parts add up. Write a vector as [1,2], a matrix as
[[1,2],[3,4]]. Two significant digits are enough: 0.018 for 0.0176627.

Inputs
  name  role   shape   value
  W     input  (2, 2)  [[1,  2],
                        [3, -4]]
  x     input  (2,)    [1, 2]
  b     input  (2,)    [0, 1]

Forward
  #  node  computes  shape  value
  1  a     W @ x     (2,)   ____________________
  2  c     a + b     (2,)   ____________________
  3  h     relu(c)   (2,)   ____________________
  4  f     h^2       (2,)   ____________________
  5  L     sum(f)    ()     ______

Backward                                            start: dL/dL = 1
  5  L -> f    g = dL/dL = 1
     dL/df = g    () -> (2,)
           = ____________________  (2,)
  4  f -> h    g = dL/df, (2,)
     dL/dh = g * 2*h    (2,)
           = ____________________  (2,)
  3  h -> c    g = dL/dh, (2,)
     dL/dc = g * (c > 0)    (2,)
           = ____________________  (2,)
  2  c -> a    g = dL/dc, (2,)
     dL/da = g    (2,)
           = ____________________  (2,)
  2  c -> b    g = dL/dc, (2,)
     dL/db = g    (2,)
           = ____________________  (2,)
  1  a -> W    g = dL/da, (2,)
     dL/dW = outer(g, x)    (2,) outer (2,) -> (2, 2)
           = ____________________  (2, 2)
  1  a -> x    g = dL/da, (2,)
     dL/dx = W.T @ g    (2, 2) @ (2,) -> (2,)
           = ____________________  (2,)

dL/dW = ____________________  (2, 2)
dL/dx = ____________________  (2,)
dL/db = ____________________  (2,)
"""


def test_a_layer() -> None:
    """Its layout by hand, from the trace of the same program."""
    assert "\n".join(plain_lines(sheet())) + "\n" == SHEET


def test_the_answers_of_a_layer_are_those_by_hand() -> None:
    # W@x = [1*1 + 2*2, 3*1 - 4*2], and the second unit is closed: nothing comes back through it.
    down = [10, 0]
    assert lists(sheet().answers) == [
        [5, -5], [5, -4], [5, 0], [25, 0], 25,
        [1, 1], down, down, down, down, [[10, 20], [0, 0]], [10, 20],
        [[10, 20], [0, 0]], [10, 20], down,
    ]  # fmt: skip


def test_branches_have_a_blank_for_each_part_and_for_their_sum() -> None:
    """x*(A@x) by hand: A@x = [5, 11]; to x come [5, 11] from the product and A.T @ [1, 2] = [7, 10] from A@x."""
    shown = sheet(*FORM)
    assert lists(shown.answers) == [
        [5, 11], [5, 22], 27,
        [1, 1], [5, 11], [1, 2], [[1, 2], [2, 4]], [7, 10], [12, 21],
        [12, 21], [[1, 2], [2, 4]],
    ]  # fmt: skip
    told = "\n".join(plain_lines(shown))
    assert "part 1 of 2 = g * a    (2,)\n" in told
    assert "part 2 of 2 = A.T @ g    (2, 2) @ (2,) -> (2,)\n" in told
    assert f"     dy/dx = {LONG_LINE}  (2,) (2 of 2)\n" in told


def test_copies_are_told_before_their_sum_is_asked_for() -> None:
    """b stands in two rows, by hand: dy/db = [1 + 1, 1 + 1]."""
    shown = sheet("sum(X + b)", {"X": [[1, 2], [3, 4]], "b": [1, 2]})
    lines = [*plain_lines(shown)]
    place = lines.index("     b was copied to 2 rows, so its gradient is the sum over those rows:")
    assert lines[place + 1] == "     dy/db = sum(g, axis=0)    (2, 2) -> (2,)"
    assert lists(shown.answers)[-1] == [2, 2]


POINTS = [[[1, 2], [3, 4]], [[-1, -2], [3, 4]], [[-1, -2], [-3, -4]]]


def test_open_and_closed_entries_look_alike() -> None:
    """All open, one closed, all closed: the rows are the same, of what they hang from too."""
    sheets = [sheet("sum(relu(W@x)^2)", {"W": weights, "x": [1, 2]}) for weights in POINTS]
    rows = [[tuple(row) for table in each.tables[1:] for row in table.rows] for each in sheets]
    assert rows[0] == rows[1] == rows[2]
    assert lists(sheets[2].answers)[-2:] == [[[0, 0], [0, 0]], [0, 0]]


def test_a_loss_of_single_numbers_has_no_shapes() -> None:
    told = "\n".join(plain_lines(sheet("mse(w*x, t)", {"w": 2, "x": 3, "t": 5})))
    assert "Inputs" not in told and "Write a vector" not in told
    assert "g = dy/da\n" in told
    assert LONG_LINE not in told.partition("Forward\n")[2]


PROGRAMS = [
    (LAYER, AT, {}),
    (*FORM, {}),
    ("h = tanh(W@x); L = cross_entropy(V@h, c)", {**AT, "V": [[1, 2], [0.5, 1], [1, 1]], "c": 2}, {"wrt": ["W", "x"]}),
    ("sum(X + b)*918273645", {"X": [[1, 2], [3, 4]], "b": [1, 2]}, {}),
    ("mse(w*x, t)", {"w": 2, "x": 3, "t": 5}, {}),
    (LAYER, AT, {"mode": "forward", "wrt": ["b"], "direction": None}),
    ("sum(relu(X))", {"X": [[[1, 2], [3, -4]], [[1, 2], [3, 4]]]}, {}),
]
PROGRAMS[2][1].pop("b")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("text", "at", "options"), PROGRAMS)
def test_every_format_has_every_blank(text: str, at: dict[str, Any], options: Any, language: str) -> None:
    shown = sheet(text, at, language, **options)
    count, arrays = len(shown.answers), sum(bool(getattr(each, "shape", ())) for each in shown.answers)
    cells = [cell for table in shown.tables for row in table.rows for cell in row]
    assert sum(cell.count(BLANK) for cell in [*cells, *shown.closing]) == count - arrays
    assert sum(cell.count(ARRAY_BLANK) for cell in [*cells, *shown.closing]) == arrays
    for width in (None, 80, 60):
        body = "\n".join(plain_lines(shown, width=width)).partition("\n")[2].partition("\n")[2]
        assert len(re.findall("_{20}", body)) == arrays
        assert len(re.findall(f"(?<!_){LINE}(?!_)", body)) == count - arrays
    page = "\n".join([*markdown_lines(shown)][3:])
    assert page.count(LONG_LINE) == arrays
    document = "\n".join(latex_lines(shown))
    assert balanced(document)
    body = document.partition(r"\begin{document}")[2]
    assert body.count(r"\arrayblank{}") == arrays
    assert body.count(r"\blank{}") == count - arrays
    web = "".join(page_pieces(shown))
    assert web.partition("<script")[0].count("data-blank=") == count
    assert not {BLANK, ARRAY_BLANK} & {*"".join([page, document, web])}
    outline = Outline()
    outline.feed(web)
    outline.close()
    assert outline.open == []


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no pdflatex here")
@pytest.mark.parametrize(("text", "at", "options"), PROGRAMS)
def test_pdflatex_compiles_the_sheet(text: str, at: dict[str, Any], options: Any, tmp_path: Path) -> None:
    compiled("\n".join(latex_lines(sheet(text, at, **options))), tmp_path)


@pytest.mark.skipif(lacks("CJKutf8.sty") or lacks("gbsnu4e.tfm"), reason="pdflatex has no Chinese fonts here")
def test_pdflatex_compiles_the_sheet_in_chinese(tmp_path: Path) -> None:
    compiled("\n".join(latex_lines(sheet(language="zh"))), tmp_path)


def test_latex_sets_names_of_derivatives_beside_shapes() -> None:
    document = "\n".join(latex_lines(sheet()))
    assert r"$g = \frac{dL}{df}\quad\text{(2,)}$" in document
    assert r"$= \arrayblank{}\quad\text{(2, 2)}$" in document
    closing = document.partition(r"\bigskip")[2]
    assert closing.count(r"\arrayblank{}") == 3 and closing.count(r"\par ") == 2, "each in a line of its own"


# The page


def test_the_answers_of_the_page_are_nested_lists() -> None:
    answers = embedded_sheet("".join(page_pieces(sheet())))["answers"]
    assert answers[0] == ["5.0", "-5.0"]
    assert answers[11] == ["10.0", "20.0"]
    assert answers[10] == [["10.0", "20.0"], ["0.0", "0.0"]]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("text", "at", "options"), PROGRAMS)
def test_what_the_key_prints_is_right_in_every_box(
    text: str, at: dict[str, Any], options: Any, language: str, tmp_path: Path
) -> None:
    shown = sheet(text, at, language, **options)
    fill = f"""<pre id="told"></pre><script>
    const typedIn = {json.dumps([show(each) for each in shown.answers])}, told = [];
    BOXES.forEach((box, place) => {{ box.value = typedIn[place]; }});
    document.getElementById("check").click();
    told.push(document.getElementById("said").innerText);
    BOXES[0].value = "[77, 1]";
    document.getElementById("check").click();
    told.push(BOXES[0].className, BOXES[1].className);
    document.getElementById("told").textContent = JSON.stringify(told);
    </script>"""
    path = tmp_path / "sheet.html"
    path.write_text("".join(page_pieces(shown)).replace("</body>", fill + "</body>"), encoding="utf-8")
    count = len(shown.answers)
    said = f"All {count} are right." if language == "en" else f"{count} 个空全部正确。"
    assert json.loads(text_of(opened(path), "told")) == [said, "wrong", "right"]


TYPED = [
    # What is typed, the answer, whether it is right: by hand.
    *[(text, [1, 2], True) for text in (
        "[1, 2]", "1 2", "1,2", "1, 2", "(1, 2)", "[1 2]", " [ 1,2 ] ", "1; 2", "[[1],[2]]", "［１，２］", "1、2",
        "1，2", "[1, 2,]", "2/2 4 / 2", "+1 2.0",
    )],
    *[(text, [1, 2], False) for text in ("1", "2 1", "1 2 3", "12", "[1, x]", "1 -2", "", "[]", "1,2;3,4")],
    *[(text, [[1, 2], [3, 4]], True) for text in (
        "[[1, 2], [3, 4]]", "1,2; 3,4", "1 2; 3 4", "[[1 2] [3 4]]", "1，2；3，4", "[1,2],[3,4]", "((1, 2), (3, 4))",
    )],
    *[(text, [[1, 2], [3, 4]], False) for text in ("1 2 3 4", "1 3; 2 4", "1 2; 3", "[[1, 2, 3, 4]]", "1;2;3;4")],
    ("-1 − 2", [-1, -2], True), ("0.33 0.018", [1 / 3, 0.0176627], True), ("0.3 0.018", [1 / 3, 0.0176627], False),
    ("0,5 1,5", [0.5, 1.5], True), ("0,5; 1,5", [0.5, 1.5], True), ("1/3, 0", [1 / 3, 0.0], True),
    ("0 0.5", [0.01, 0.5], False), ("1 2 3", [[1, 2, 3]], True), ("1;2;3", [[1], [2], [3]], True),
    ("[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]", [[[1, 2], [3, 4]], [[5, 6], [7, 8]]], True),
    ("1e-3 2", [0.001, 2], True), ("inf 1", [float("inf"), 1], True),
]  # fmt: skip


def test_an_array_is_right_however_it_is_typed(tmp_path: Path) -> None:
    def written(answer: Any) -> Any:
        return [*map(written, answer)] if isinstance(answer, list) else str(answer).replace("inf", "Infinity")

    cases = json.dumps([[text, written(answer)] for text, answer, _ in TYPED])
    script = page_text("sheet.js").partition("function mark")[0].replace("const SHEET", "const NOTHING = 0; //")
    path = tmp_path / "typed.html"
    path.write_text(
        '<!doctype html><meta charset="utf-8"><pre id="told"></pre>'
        f"<script>{script}\nconst told = {cases}.map(([text, answer]) => fitsArray(text, answer));"
        'document.getElementById("told").textContent = JSON.stringify(told);</script>',
        encoding="utf-8",
    )
    found = json.loads(text_of(opened(path), "told"))
    wrong = [case for case, told in zip(TYPED, found, strict=True) if told != case[2]]
    assert wrong == []


# The command

WORDS = ("trace", "--blank", "h = relu(W@x + b); L = cross_entropy(V@h, c)", "--shape", "W=2x2,x=2,b=2,V=2,2")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("format_", ["plain", "ascii", "md", "latex", "html"])
def test_the_key_bears_the_seed_and_has_the_numbers(format_: str, language: str, run: Runner, tmp_path: Path) -> None:
    key = tmp_path / "key"
    shown = run(*WORDS, "--seed", "3", "--format", format_, "--lang", language, "--answer-key", str(key))
    assert (shown.code, shown.err) == (0, "")
    told = key.read_text(encoding="utf-8")
    assert ("Answer key, seed 3" if language == "en" else "参考答案（随机种子 3）") in told
    # The key has the values of softmax beside its rule.
    assert told.count("softmax") > shown.out.count("softmax") > 0 or format_ == "html"
    again = run(*WORDS, "--seed", "4", "--format", format_, "--lang", language)
    assert again.out != shown.out


def test_the_class_number_has_no_row(run: Runner) -> None:
    out = run(*WORDS, "--seed", "3").out
    assert "L -> k" in out and "L -> c" not in out and "dL/dc" not in out


def test_a_missing_shape_is_a_number_and_that_is_said(run: Runner) -> None:
    shown = run("trace", "--blank", "sum(W@x + b)", "--shape", "W=2x2,x=2")
    assert shown.code == 0
    assert "no shape was given for b: a single number is meant" in shown.err


def test_an_element_takes_its_numbers_from_the_seed(run: Runner) -> None:
    words = ("trace", "--blank", "sum((W@x)^2)", "--element", "W[0,0]", "--shape", "W=2x2,x=2", "--seed")
    first, other = run(*words, "3"), run(*words, "4")
    assert first.out.startswith("Worksheet, seed 3\n")
    assert first.out.splitlines()[3] != other.out.splitlines()[3], "other numbers"


@pytest.mark.parametrize(
    "words",
    [
        ["trace", "--blank", "--seed", "3", "x^2", "--x", "2"],
        ["trace", "--blank", "--seed", "3", "sum(W@x)", "--W", "[[1,2],[3,4]]", "--x", "[1,2]", "--element", "W[0,0]"],
    ],
)
def test_a_seed_that_chooses_nothing_is_refused(words: list[str], run: Runner) -> None:
    shown = run(*words)
    assert (shown.code, shown.out) == (2, "")
    assert "here all have values" in shown.err


def test_a_stored_trace_is_no_sheet_and_the_advice_works(run: Runner, tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    path.write_text(run("trace", "x^2", "--x", "2", "--json").out, encoding="utf-8")
    shown = run("trace", "--from", str(path), "--blank")
    assert shown.code == 2
    assert '--blank "(x+w)*w"' in shown.err and "--json" not in shown.err
    assert run("trace", "--blank", "(x+w)*w").code == 0


def test_shapes_are_for_sheets(run: Runner) -> None:
    shown = run("trace", "sum(x)", "--x", "[1,2]", "--shape", "x=2")
    assert shown.code == 2
    assert "--blank" in shown.err


def test_all_numbers_of_a_key_have_the_same_digits(run: Runner, tmp_path: Path) -> None:
    """sigmoid(4.4) is 0.98787156501572571 (mpmath), three times that 2.9636147: at six digits 0.987872*3 is 2.963616.

    A trace takes a seventh digit there; a key has six everywhere, and says that the row is rounded.
    """
    key = tmp_path / "key"
    words = ("trace", "sigmoid(w*x)*3 + 1/x", "--w", "1.1", "--x", "4")
    assert "0.9878716 * 3" in run(*words).out
    run(*words, "--blank", "--answer-key", str(key))
    told = key.read_text(encoding="utf-8")
    assert re.search(r"0\.987872 \* 3 +≈ 2\.96361\n", told)
    numbers = re.findall(r"(?<![\w.])\d+\.\d+", told)
    assert max(len(number.replace(".", "").lstrip("0")) for number in numbers) <= 6


def test_a_loss_of_probabilities_says_its_rule() -> None:
    """The slope of -t log(p) - (1 - t) log(1 - p) by hand: (p - t)/(p (1 - p)), over the number of entries."""
    told = "\n".join(plain_lines(sheet("bce(p, t)", {"p": [0.5, 0.2], "t": [1, 0]})))
    assert "dy/dp = g * (p - t) / (p * (1 - p)) / 2    " in told
    alone = sheet("bce(p, t)", {"p": 0.5, "t": 1})
    assert "dy/dp = g * (p - t) / (p * (1 - p))\n" in "\n".join(plain_lines(alone))
    assert lists(alone.answers)[1] == -2  # (0.5 - 1)/0.25


def test_a_sheet_has_one_name_in_chinese(run: Runner) -> None:
    assert "练习单" in run("trace", "--help", "--lang", "zh").out
    assert "习题单" not in run("trace", "--help", "--lang", "zh").out
    assert run(*WORDS, "--lang", "zh").out.startswith("练习单")
