"""The page of a lesson: one file that plays, and says the same as the tables of text."""

from __future__ import annotations

import json
import math
import random
import re
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpcli.engine.choose import kind_for
from bpcli.errors import BpcliError
from bpcli.language.reader import parse
from bpcli.numbers import show, told
from bpcli.render import layout
from bpcli.render.html import MOST_STEPS, embedded, lesson_data, page_pieces, sentences
from bpcli.render.languages import LANGUAGES, page_sentences
from bpcli.render.narration import narration
from bpcli.tracing.record import record
from render import pages
from render.pages import opened
from strategies import programs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from conftest import Runner

LESSONS = {
    "two-paths": ("(x+w)*w", {"x": 2, "w": 3}),
    "neuron": ("p = sigmoid(w*x + b); L = (p - t)^2/2", {"w": 0.5, "x": -1.5, "b": 0.1, "t": 1}),
    "choices": ("where(x > w, log(x), detach(w))*max(x, w) + clip(x, 0, 1)", {"x": 1, "w": 1}),
    "special": ("erf(x)*gamma(w + 1/3) - x^w + mod(x, 0.3)", {"x": 0.7, "w": 2.5}),
    "own": ("f(u) = u^2; d f/du = 2*u; c = 3; y = f(c*x) - (-x)^2; y*hypot(x, y)", {"x": -0.25}),
    "numbers": ("c = 2*3; d = 4; (c + d)*x", {"x": 0.5}),
    "corners": ("1/x + sqrt(x)*0 - abs(x)", {"x": 0.0625}),
    "ladder": ("; ".join(["a0 = x", *(f"a{k + 1} = a{k}*w + a{k}" for k in range(5)), "a5"]), {"x": 0.3, "w": -1.7}),
}
SOLO = {"meta", "br", "input", "!doctype"}


class Outline(HTMLParser):
    """The elements of a page; what is not closed as it was opened is an error."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: dict[str, str] = {}
        self.attributes: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in SOLO:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts[self.open[-1] if self.open else ""] = data


def page(text: str, given: dict[str, float], **options: Any) -> str:
    return "".join(page_pieces(record(parse(text), given), **options))


@pytest.mark.parametrize("lesson", LESSONS)
def test_it_is_one_small_well_formed_file(lesson: str) -> None:
    text = page(*LESSONS[lesson])
    outline = Outline()
    outline.feed(text)
    outline.close()
    assert outline.open == []
    assert len(text.encode()) < 200_000
    assert json.loads(outline.texts["script"] if "{" in outline.texts["script"][:1] else "{}") is not None


@pytest.mark.parametrize("lesson", LESSONS)
def test_it_asks_for_nothing_from_elsewhere(lesson: str) -> None:
    text = page(*LESSONS[lesson])
    assert {*re.findall(r"\w+://[^\s\"']*", text)} == {"http://www.w3.org/2000/svg"}  # the name of a format
    outline = Outline()
    outline.feed(text)
    assert not [each for each in outline.attributes if each[1] in ("src", "href", "srcset", "action")]
    assert not re.search(r"\b(eval|Function|fetch|XMLHttpRequest|import)\b *\(|innerHTML|document\.write", text)
    assert ("meta", "content") in {each[:2] for each in outline.attributes if "default-src 'none'" in each[2]}


def test_no_text_leaves_its_place() -> None:
    """What a user wrote stands as text in the page, and as data in the script."""
    nasty = {"</script><script>alert(1)</script>": ["<!--", "]]>", "&lt;", '"', "'", "\\", "\u2028\u2029"]}
    packed = embedded(nasty)
    assert json.loads(packed) == nasty
    assert not set("<>&\u2028\u2029") & set(packed)
    text = page("where(x < w, x, w)", {"x": 1, "w": 2})
    assert "x &lt; w" in text.partition("<script")[0]
    assert "x < w" not in text.partition("<script")[0]
    assert text.count("</script>") == text.count("<script") == 7


def test_a_long_trace_has_tables_alone_and_says_so() -> None:
    text = page("; ".join(["a0 = x", *(f"a{k + 1} = a{k}*x" for k in range(MOST_STEPS)), f"a{MOST_STEPS}"]), {"x": 1})
    assert f"This trace has {MOST_STEPS + 1} steps." in text
    assert f"Above {MOST_STEPS} the page has the tables alone: no drawing, no sliders." in text
    assert "<script" not in text
    assert text.count("<tr>") > 2 * MOST_STEPS


@pytest.mark.parametrize("options", [{"kind": kind_for("exact")}, {"mode": "forward"}, {"scale": 8.0}], ids=list)
def test_a_trace_that_the_page_cannot_calculate_has_tables_alone(options: Any) -> None:
    text = "".join(page_pieces(record(parse("(x+w)*w"), {"x": 2, "w": 3}, **options)))
    assert "This page has the tables alone" in text or "this trace is in forward mode" in text
    assert "<script" not in text


def test_a_rule_of_any_length_does_not_blow_the_page_up() -> None:
    slope = " + ".join(["2*u - u"] * 3000)
    text = page(f"f(u) = u^2; d f/du = 2*u + 0*({slope}); f(x)", {"x": 3})
    assert len(text) < 200_000
    assert "This page has the tables alone" in text


def test_the_languages_have_the_same_sentences_with_the_same_slots() -> None:
    english, *others = [page_sentences(language) for language in LANGUAGES]
    for other in others:
        assert list(other) == list(english)
        for key, sentence in english.items():
            assert {*re.findall(r"{\w+}", other[key])} == {*re.findall(r"{\w+}", sentence)}, key
            assert re.search("[\u4e00-\u9fff]", other[key]), key


def test_every_sentence_that_the_page_asks_for_is_there() -> None:
    from bpcli.files import page_text

    script = page_text("page.js")
    script += page_text("words.js")
    asked = {*re.findall(r'say\("([\w -]+)"', script), *re.findall(r'"((?:end|begin|compute)-[\w-]+)"', script)}
    columns = {f"column {key}" for group in re.findall(r"\[((?:\"[\w ]+\"(?:, )?)+)\]\.map\(column\)", script)
               for key in re.findall(r'"([\w ]+)"', group)}  # fmt: skip
    assert len(columns) == 9
    assert asked | columns <= {*sentences("en")}


def test_it_is_printed_by_the_command_in_the_language_of_the_locale(run: Runner, monkeypatch: Any) -> None:
    words = ("trace", "(x+w)*w", "--x", "2", "--w", "3")
    english = run(*words, "--format", "html")
    assert (english.code, english.err) == (0, "")
    assert english.out.startswith("<!doctype html>")
    assert "Backpropagation, step by step" in english.out.partition("<script")[0]
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "一步一步看反向传播" in run(*words, "--format", "html").out.partition("<script")[0]
    assert "上游 × 局部" in run(*words, "--format", "html").out.partition("<script")[0]
    stored = run(*words, "--json").out
    assert run("trace", "--from", "-", "--format", "html", stdin=stored).out == run(*words, "--format", "html").out


@given(programs(rules=True, depth=1), st.sampled_from(["1", "0.5", "-2", "0", "1/3", "1e300"]))
def test_every_program_that_has_a_trace_has_a_page(run: Runner, text: str, value: str) -> None:
    names = parse(text).inputs
    words = ("trace", *[word for name in names for word in ("--set", f"{name}={value}")], "--", text)
    plain, page = run(*words), run(*words[:1], "--format", "html", *words[1:])
    assert page.code == plain.code
    assert page.err == plain.err
    assert page.out.endswith("</html>\n") if page.code == 0 else page.out == ""


# In a browser


def cells(document: str, identifier: str) -> list[list[str]]:
    """The rows of a table of a document."""
    import html

    section = document.partition(f'id="{identifier}"')[2].partition("</section>")[0].partition("<tbody>")[2]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", section)
    # The pieces of a cell are for narrow pages, and say no more than the cell.
    plain = [re.sub(r"</?span[^>]*>", "", row) for row in rows]
    return [[html.unescape(cell) for cell in re.findall(r"<td>(.*?)</td>", row)] for row in plain]


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_tables_of_the_page_are_those_of_the_text_at_any_inputs(lesson: str, tmp_path: Path) -> None:
    """Calculated and printed in the page, at inputs that the file does not hold."""
    text, given = LESSONS[lesson]
    program = parse(text)
    path = tmp_path / "lesson.html"
    path.write_text(page(text, given), encoding="utf-8")
    moved = {name: value + place / 8 + 0.125 for place, (name, value) in enumerate(given.items())}
    fragment = "#" + urlencode({"step": 2} | {f"set.{name}": value for name, value in moved.items()})
    trace = record(program, moved)
    document = opened(path, fragment)
    assert cells(document, "forward") == [list(row) for row in layout.forward_table(trace).rows]
    assert cells(document, "backward") == [list(row) for row in layout.backward_table(trace).rows]
    for name, value in trace.gradient.items():
        assert f"d{trace.nodes[trace.output].name}/d{name} = {show(value)}" in document
    for table in layout.path_tables(trace):
        for row in table.rows:
            assert f"<td>{row[1]}</td><td>{row[2]}</td>" in document, row


@pytest.mark.parametrize(
    ("lesson", "level"), [*((lesson, "normal") for lesson in LESSONS), ("choices", "brief"), ("choices", "story")]
)
def test_the_page_tells_the_trace_as_the_text_does_at_any_inputs(lesson: str, level: str, tmp_path: Path) -> None:
    """Its sentences are those of the narration, with the numbers and the branches of inputs that the file lacks."""
    import html

    text, given = LESSONS[lesson]
    path = tmp_path / "lesson.html"
    for language, shift in (("en", 0.125), ("zh", -1.5)):
        moved = {name: value + place / 8 + shift for place, (name, value) in enumerate(given.items())}
        try:
            trace = record(parse(text), moved)
        except BpcliError:
            continue
        path.write_text(page(text, given, explain=level), encoding="utf-8")
        fragment = "#" + urlencode({"lang": language} | {f"set.{name}": value for name, value in moved.items()})
        section = opened(path, fragment).partition('id="words"')[2].partition("</section>")[0]
        found = [html.unescape(line) for line in re.findall(r"<(?:p|h2)[^>]*>(.*?)</(?:p|h2)>", section)]
        assert found == [*narration(trace, level, language=language)]


@pytest.mark.parametrize("lesson", LESSONS)
def test_boxes_of_the_drawing_keep_apart_and_lines_end_at_them(lesson: str) -> None:
    """In both directions: no two boxes overlap, each stands in the page, and a line goes from its argument's box."""
    text, given = LESSONS[lesson]
    made = lesson_data(record(parse(text), given))
    assert made is not None
    for direction in ("across", "upright"):
        plan = made["stage"][direction]
        boxes = {place: (x - width / 2, y - 39, x + width / 2, y + 39) for place, x, y, width, _ in plan["boxes"]}
        assert len(boxes) == len(made["nodes"])
        for place, (left, top, right, bottom) in boxes.items():
            assert left >= 0 and top >= 0 and right <= plan["width"] and bottom <= plan["height"]
            for other, (x, y, far, low) in boxes.items():
                assert place == other or right <= x or far <= left or bottom <= y or low <= top, (place, other)
        for node, position, curve, *_ in plan["paths"]:
            argument = made["program"]["nodes"][node][1 + position]
            numbers = [int(each) for each in re.findall(r"-?\d+", curve)]
            for (x, y), (left, top, right, bottom) in ((numbers[:2], boxes[argument]), (numbers[-2:], boxes[node])):
                assert left - 9 <= x <= right + 9 and top - 9 <= y <= bottom + 9, (node, position)


def test_every_step_can_be_shown_in_both_languages(tmp_path: Path) -> None:
    """The page plays itself from end to end; a sentence that is missing or a slot left open would show."""
    path = tmp_path / "lesson.html"
    walk = """<pre id="walk"></pre><script>
    const seen = [];
    for (const language of ["en", "zh"]) {
      state.language = language;
      build();
      for (let step = 0; step <= END; step++) { go(step); seen.push(document.getElementById("now").innerText); }
    }
    document.getElementById("walk").textContent = JSON.stringify(seen);
    </script>"""
    path.write_text(page(*LESSONS["choices"]).replace("</body>", walk + "</body>"), encoding="utf-8")
    document = opened(path)
    found = re.search(r'id="walk">(.*?)</pre>', document, re.DOTALL)
    assert found is not None
    seen = json.loads(found[1].replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&"))
    trace = record(parse(LESSONS["choices"][0]), LESSONS["choices"][1])
    assert len(seen) == 2 * (len(trace.forward) + len(trace.backward) + 3)
    assert not [text for text in seen if re.search(r"undefined|NaN|[{}]", text)]
    half = len(seen) // 2
    assert all(re.search("[\u4e00-\u9fff]", text) for text in seen[half:])
    assert not any(re.search("[\u4e00-\u9fff]", text) for text in seen[:half])


def test_the_page_prints_numbers_as_the_text_does(tmp_path: Path) -> None:
    """Random operands of all sizes, few and many digits, and those that are printed as 1/3."""
    dice = random.Random(4)
    cases: list[tuple[str, list[float], float, int, list[bool]]] = []
    for turn in range(3000):
        sign, digits = dice.choice("+-*/"), dice.choice((3, 6, 6, 6, 12))
        size = dice.choice((0, 1, 3, 8, 18, 200))
        operands = [round(dice.uniform(-9, 9), dice.choice((0, 1, 3, 17))) * 10 ** dice.uniform(-size, size / 2)
                    if size else float(dice.randint(-12, 12)) for _ in range(2)]  # fmt: skip
        left, right = operands
        if sign == "/" and not right:
            continue
        result = {"+": left + right, "-": left - right, "*": left * right, "/": left / (right or 1)}[sign]
        cases.append((sign, operands, result, digits, [turn % 5 == 0, False]))
    cases += [("*", [math.inf, 2.0], math.inf, 6, [False, False]), ("+", [-0.0, 0.0], 0.0, 6, [False, False])]
    given_ = [(sign, [repr(each) for each in operands], repr(result), digits, fixed)
              for sign, operands, result, digits, fixed in cases if math.isfinite(result)]  # fmt: skip
    kept = [case for case in cases if math.isfinite(case[2])]
    for case, (shown, relation, total) in zip(kept, pages.told(given_, tmp_path), strict=True):
        sign, operands, result, digits, fixed = case
        assert (shown, relation, total) == told(sign, operands, result, digits, fixed), case


def test_a_slider_and_a_box_change_every_number(tmp_path: Path) -> None:
    """By hand: the slider of x=2 has steps of 5/50, so ten are 3, and (3 + 4)*4 = 28 with slopes 4 and 3 + 2*4."""
    path = tmp_path / "lesson.html"
    move = """<script>
    const [slider, box] = [document.querySelector('input[type="range"][aria-label="x"]'),
      document.querySelector('input[type="number"][aria-label="w"]')];
    slider.value = 10;
    slider.dispatchEvent(new Event("input"));
    box.value = "4";
    box.dispatchEvent(new Event("input"));
    for (const key of ["ArrowRight", "ArrowRight", "ArrowLeft", "End"]) {
      document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
      document.title += ` ${state.step}`;
    }
    </script>"""
    path.write_text(page(*LESSONS["two-paths"]).replace("</body>", move + "</body>"), encoding="utf-8")
    document = opened(path)
    assert "<title>y: Backpropagation, step by step 1 2 1 8</title>" in document
    assert "x = 3, w = 4" in document
    assert cells(document, "forward") == [["1", "a", "x + w", "3 + 4", "7"], ["2", "y", "a * w", "7 * 4", "28"]]
    assert "dy/dx = 4    dy/dw = 11" in document
    assert ">28</text>" in document


def test_the_last_step_says_what_adds_up(tmp_path: Path) -> None:
    """By hand: 5 comes to w directly and 3 through a; at w = 3.5 it is 5.5 and 3.5."""
    path = tmp_path / "lesson.html"
    path.write_text(page(*LESSONS["two-paths"]), encoding="utf-8")
    assert "<code>dy/dw = 5 + 3 = 8</code>" in opened(path, "#step=8")
    assert "<code>dy/dw = 5.5 + 3.5 = 9</code>" in opened(path, "#step=8&set.w=3.5")


@pytest.mark.parametrize(("language", "left", "shut"), [("en", "not taken", "closed"), ("zh", "未选中", "关闭")])
def test_a_line_of_the_page_says_of_where_what_its_table_says(
    language: str, left: str, shut: str, tmp_path: Path
) -> None:
    """By hand: where takes its first branch at 2, and its second at -1; relu is no choice, and only closed."""
    path = tmp_path / "lesson.html"
    path.write_text(page("where(x > 0, 3*x, x^2) + relu(-x - 5)", {"x": 2}), encoding="utf-8")
    drawn = opened(path, f"#step=99&lang={language}").partition('id="canvas"')[2].partition("</svg>")[0]
    assert drawn.count(f">{left}<") == drawn.count(f">{shut}<") == 1


def test_the_page_says_what_the_text_says_beside_the_tables(tmp_path: Path) -> None:
    """How often inputs are used, and the check, which was made at the inputs of the trace and at no others."""
    path = tmp_path / "lesson.html"
    path.write_text(page("(x+w)*w", {"x": 2, "w": 3}), encoding="utf-8")
    document, moved = opened(path), opened(path, "#set.x=3")
    for shown in (document, moved):
        assert "2 operations, w is used twice" in shown.partition('id="given"')[2].partition("</p>")[0]
    assert "central difference agrees" in document.partition('id="closing"')[2].partition("</footer>")[0]
    assert "central difference agrees" not in moved.partition('id="closing"')[2].partition("</footer>")[0]


def test_a_page_without_a_drawing_says_why() -> None:
    assert "this trace is in forward mode" in "".join(page_pieces(record(parse("x^2"), {"x": 2}, mode="forward")))


def test_a_verdict_does_not_stand_below_the_end_of_a_page(run: Runner) -> None:
    for form, end in (("html", "</html>\n"), ("latex", "\\end{document}\n"), ("svg", "</svg>\n")):
        told = run("trace", "(x+w)*w", "--x", "2", "--w", "3", "--claim", "w=5", "--format", form)
        assert told.code == 1
        assert told.out.endswith(end)
        assert told.err.startswith("claim dy/dw = 5: wrong")


@pytest.mark.parametrize(
    ("language", "none", "why"),
    [("en", "no value", "There is no value here: c = log(a), that is log(-2.5), has none."),
     ("zh", "没有值", "这里没有值：c = log(a)，也就是 log(-2.5)，没有意义；因此也没有导数。")],
)  # fmt: skip
def test_where_the_result_has_no_value_the_page_says_so(language: str, none: str, why: str, tmp_path: Path) -> None:
    """log(-2.5), by hand: neither a value nor any derivative, at every step from there on."""
    path = tmp_path / "lesson.html"
    path.write_text(page("log(w*x)*x", {"w": 0.3, "x": 2.5}), encoding="utf-8")
    for step in range(11):
        document = opened(path, f"#step={step}&set.w=-1&lang={language}").partition('id="stage"')[2]
        document = document.partition('<script type="application/json"')[0].replace("\xa0", " ").replace("&nbsp;", " ")
        assert not re.search(r"\bnan\b|NaN", document)
        assert (why in document) == (step in (2, 3, 5, 6, 7, 8, 9, 10))
        assert cells(document, "forward")[0][4] == "-2.5"
        assert [row[4] for row in cells(document, "forward")[1:]] == [none] * 2
        assert {(row[4], row[5].partition(": ")[2].partition(" (")[0]) for row in cells(document, "backward")} == {
            (none, none)
        }
    assert why not in opened(path, f"#step=2&lang={language}").partition('<script type="application/json"')[0]


def test_a_large_drawing_can_be_seen_whole_and_made_larger(tmp_path: Path) -> None:
    """One of 12 layers: all of it in the window, and then at a scale of one's own, which a new width keeps."""
    path = tmp_path / "lesson.html"
    chain = "; ".join(f"a{place} = tanh(a{place - 1} * w)" for place in range(1, 7))
    press = """<script>{
    const sizes = [];
    const size = () => { const box = document.querySelector("#canvas svg").getBoundingClientRect(),
      room = document.getElementById("canvas").getBoundingClientRect();
      sizes.push([box.width, box.height, room.width, room.height]); };
    for (const key of ["whole", "in", "in", "out"]) { document.getElementById(`zoom-${key}`).click(); size(); }
    layOut();
    size();
    document.title = JSON.stringify(sizes); }
    </script>"""
    lesson = page(chain.replace("a0", "x"), {"x": 1, "w": 2})
    path.write_text(lesson.replace("</body>", press + "</body>"), encoding="utf-8")
    document = opened(path)
    found = re.search(r"<title>(.*?)</title>", document)
    assert found is not None
    whole, larger, larger_still, smaller, kept = json.loads(found[1])
    assert whole[0] <= whole[2] + 1 and whole[1] <= whole[3] + 1
    for before, after, ratio in ((whole, larger, 1.25), (larger, larger_still, 1.25), (larger_still, smaller, 0.8)):
        assert after[0] / before[0] == pytest.approx(ratio, rel=0.02)
    assert kept[:2] == smaller[:2]
