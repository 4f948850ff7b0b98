"""A trace in words: every rule in both languages at three levels, with the numbers that were there."""

from __future__ import annotations

import io
import json
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bpcli.errors import display_width
from bpcli.language.reader import parse
from bpcli.numbers import show
from bpcli.ops import TABLE, elementwise
from bpcli.render.languages import LANGUAGES, texts
from bpcli.render.narration import DOORS, LEVELS, RULES, TIED, edge_sentence, mechanism, narration
from bpcli.render.nudges import nudge_sentence
from bpcli.render.plain import wrapped
from bpcli.render.terminal import trace_renderable
from bpcli.tracing.record import Trace, record
from bpcli.tracing.rules import use_of
from calculus.programs import ALL, CUTTING, valued

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.graph import Program
    from conftest import Runner

    Run = tuple[Program, dict[str, float]]

CHINESE = re.compile(r"[\u4e00-\u9fff]")

NAMES = [op.name for op in elementwise()]


def traced(text: str, **at: float) -> Trace:
    return record(parse(text, given=at), at)


def at_golden(name: str, mode: str = "reverse") -> list[Trace]:
    """An operation alone, at each of its worked points where it has a value and slopes."""
    op = TABLE[name]
    traces = []
    for golden in op.golden:
        names = op.params if not op.variadic else tuple(f"x{place}" for place in range(len(golden.at)))
        wanted = [each for each in names if op.variadic or each in op.partials]
        slopes = dict(zip(names, golden.slopes, strict=True))
        if not math.isfinite(golden.value) or any(math.isnan(slopes[each]) for each in wanted):
            continue
        traces.append(record(use_of(name, names), dict(zip(names, golden.at, strict=True)), wanted, mode=mode))
    assert traces
    return traces


# What an operation alone at its worked points does not show: one program a mechanism, by hand.
OTHERS = {
    "saturated": ("tanh(x)", {"x": 3.0}),
    "own": ("f(u) = u^2; d f/du = 2*u; f(x)", {"x": 3.0}),
    "idle": ("where(c, x*w, w)", {"c": 0.0, "x": 2.0, "w": 3.0}),
    "shut": ("x^n", {"x": 0.0, "n": 2.0}),
    "smallest tied": ("min(x, w)", {"x": 2.0, "w": 2.0}),
    "wave": ("sin(x)", {"x": 1.0}),
    "bent power": ("x^-1", {"x": 4.0}),
}


def told_well(trace: Trace, language: str, level: str) -> None:
    """Every edge has a sentence without open slots, and its numbers stand in it as the table prints them."""
    for row in trace.backward:
        for again in (False, True):
            text = edge_sentence(trace, row, level, language=language, again=again)
            assert text and not re.search(r"[{}]|None|  ", text), text
            assert (CHINESE.search(text) is not None) == (language == "zh"), text
            arrives, goes_on = show(row.upstream), show(row.product)
            # Where more digits are printed to make a product true, the number begins with the same ones.
            numbers = re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?|-?inf|nan", text)
            near = [float(number) for number in numbers]
            for number in (arrives, goes_on):
                wanted = float(number)
                assert number in text or any(math.isclose(each, wanted, rel_tol=1e-4) for each in near), (number, text)


def told_upwards(trace: Trace, language: str, level: str) -> None:
    """The same of forward mode: for each input each edge has its sentence, with the motion that comes and goes on."""
    for name, rows in trace.tangents.items():
        for row in rows:
            text = nudge_sentence(trace, row, name, level, language=language)
            assert text and not re.search(r"[{}]|None|  ", text), text
            assert (CHINESE.search(text) is not None) == (language == "zh"), text
            near = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?|-?inf|nan", text)]
            for number in (show(row.upstream), show(row.product)):
                wanted = float(number)
                assert number in text or any(math.isclose(each, wanted, rel_tol=1e-4) for each in near), (number, text)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_every_operation_is_told_upwards(name: str, language: str, level: str) -> None:
    for trace in at_golden(name, "forward"):
        told_upwards(trace, language, level)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rule", OTHERS)
def test_what_is_rare_is_told_upwards(rule: str, language: str, level: str) -> None:
    text, at = OTHERS[rule]
    told_upwards(record(parse(text, given=at), at, mode="forward"), language, level)


@given(valued(ALL + CUTTING), st.sampled_from(LANGUAGES), st.sampled_from(LEVELS))
def test_every_program_is_told_upwards(run: Run, language: str, level: str) -> None:
    trace = record(*run, mode="forward")
    told_upwards(trace, language, level)
    lines = [*narration(trace, level, language=language)]
    assert len(lines) >= 1 + sum(map(len, trace.tangents.values()))


UPWARDS = """\
In words
along x, which moves 1:
1  x -> a: x moves 1, a sum moves as far as its term does: 1 * 1 + 0 = 1
2  a -> y: a moves 1, in a product it is stretched by the other factor, w = 3: 1 * 3 = 3
along w, which moves 1:
1  w -> a: w moves 1, a sum moves as far as its term does: 1 * 1 + 0 = 1
2  a -> y: a moves 1, in a product it is stretched by the other factor, w = 3: 1 * 3 = 3; first of 2 parts of dy/dw
2  w -> y: w moves 1, in a product it is stretched by the other factor, a = 5: 1 * 5 = 5; together dy/dw = 3 + 5 = 8
"""


@pytest.mark.parametrize(
    ("text", "copies"), [("x^2", True), ("x^300", True), ("x^-1", False), ("x^0.5", False), ("x^(1/3)", False)]
)
def test_a_story_has_copies_where_there_are_some(text: str, copies: bool) -> None:
    """x^2 is x twice over; x^0.5 is not half a time."""
    trace = record(parse(text), {"x": 4.0})
    (row,) = trace.backward
    assert ("several times over" in edge_sentence(trace, row, "story")) == copies
    assert re.search("xponent .*comes down as a factor", edge_sentence(trace, row, "normal"))


def test_the_flagship_in_words_upwards(run: Runner) -> None:
    """The numbers by hand."""
    words = ("trace", "(x+w)*w", "--x", "2", "--w", "3", "--mode", "forward", "--explain")
    assert UPWARDS in run(*words, "brief").out
    normal = run(*words, "normal").out
    assert "x moves 1, and a sum moves as far as its term does, so a = x + w moves 1 * 1 + 0 = 1." in normal
    assert "w does not move with it and adds 0." in normal
    chinese = run(*words, "normal", "--lang", "zh").out
    assert "x 变化 1；加数变多少，和就变多少，所以 a = x + w 变化 1 * 1 + 0 = 1。" in chinese
    rows = json.loads(run(*words, "brief", "--json").out)["tangents"]["w"]
    assert rows[2]["text"].endswith("together dy/dw = 3 + 5 = 8")


@pytest.mark.parametrize("form", ["md", "latex", "html"])
@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_documents_tell_the_trace_in_words_where_that_is_asked_for(
    form: str, mode: str, language: str, run: Runner
) -> None:
    words = ("trace", "(x+w)*w", "--x", "2", "--w", "3", "--mode", mode, "--lang", language)
    title, *told = narration(record(parse("(x+w)*w"), {"x": 2.0, "w": 3.0}, mode=mode), "normal", language=language)
    page = run(*words, "--format", form, "--explain", "normal").out.partition("<script")[0]

    def bare(text: str) -> str:
        """Without the signs that a format writes in a way of its own."""
        text = re.sub(r"~\$\\(?:cdot|to)\$~?|\$\\to\$|-&gt;|->|\*|\\", "", text)
        return re.sub(r"[^\w.,:;，。：；=+]", "", text)

    assert all(bare(line) in bare(page) for line in (title, *told))
    assert bare(told[-1]) not in bare(run(*words, "--format", form).out.partition("<script")[0])


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_every_operation_is_told(name: str, language: str, level: str) -> None:
    for trace in at_golden(name):
        told_well(trace, language, level)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rule", OTHERS)
def test_what_is_rare_is_told(rule: str, language: str, level: str) -> None:
    text, at = OTHERS[rule]
    trace = traced(text, **at)
    assert rule in {mechanism(trace, row) for row in trace.backward}
    told_well(trace, language, level)


def test_every_mechanism_is_used() -> None:
    used = {mechanism(trace, row) for name in NAMES for trace in at_golden(name) for row in trace.backward}
    assert used | set(OTHERS) == set(texts("en", "MECHANISMS")) == set(texts("en", "REASONS_UP"))


def test_the_rules_name_operations_and_mechanisms_that_exist() -> None:
    assert set(RULES) <= set(TABLE)
    known = {*texts("en", "MECHANISMS"), *DOORS}
    for name, rule in RULES.items():
        rules = (rule,) if isinstance(rule, str) else rule
        assert set(rules) <= known
        assert isinstance(rule, str) or len(rule) == len(TABLE[name].params)
    assert {each for pair in DOORS.values() for each in pair} | {*TIED.values()} <= set(texts("en", "MECHANISMS"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_mechanisms_are_told_alike(language: str) -> None:
    for place in range(len(LEVELS)):
        told = [levels[place] for levels in texts(language, "MECHANISMS").values()]
        assert len(set(told)) == len(told)
    assert len(set(texts(language, "REASONS_UP").values())) == len(texts("en", "REASONS_UP"))


@pytest.mark.parametrize(
    ("text", "at", "rules"),
    [
        # By hand.
        ("(x+w)*w", {"x": 2, "w": 3}, ["swap", "swap", "copy", "copy"]),
        ("x - w", {"x": 2, "w": 3}, ["keep", "flip"]),
        ("x/w", {"x": 2, "w": 3}, ["scale", "divisor"]),
        ("tanh(x)", {"x": 0.5}, ["squash"]),
        ("tanh(x)", {"x": 2.5}, ["saturated"]),
        ("relu(x)", {"x": 2}, ["valve open"]),
        ("relu(x)", {"x": -2}, ["valve shut"]),
        ("max(x, w)", {"x": 2, "w": 3}, ["largest lost", "largest won"]),
        ("max(x, w)", {"x": 3, "w": 3}, ["largest tied", "largest tied"]),
        ("clip(x, 0, 1)", {"x": 3}, ["window shut"]),
        ("where(x > 0, x, w)", {"x": 2, "w": 3}, ["condition", "branch taken", "branch left", "idle"]),
        ("floor(x)", {"x": 2.5}, ["flat"]),
        ("(x > 1)", {"x": 2.5}, ["comparison"]),
        ("detach(x)", {"x": 2.5}, ["cut"]),
    ],
)
def test_mechanisms(text: str, at: dict[str, float], rules: list[str]) -> None:
    trace = traced(text, **at)
    assert [mechanism(trace, row) for row in trace.backward] == rules


@given(valued(ALL + CUTTING), st.sampled_from(LANGUAGES), st.sampled_from(LEVELS))
def test_every_program_is_told(run: Run, language: str, level: str) -> None:
    trace = record(*run)
    told_well(trace, language, level)
    lines = [*narration(trace, level, language=language)]
    assert len(lines) >= 1 + len(trace.backward)


BRIEF = """\
In words
2  y -> a: multiplication sends the other factor, w = 3: 1 * 3 = 3
2  y -> w: multiplication sends the other factor, a = 5: 1 * 5 = 5; first of 2 parts of dy/dw
1  a -> x: addition copies 3 to x: 3 * 1 = 3
1  a -> w: addition copies 3 to w: 3 * 1 = 3; together dy/dw = 5 + 3 = 8
"""


def test_the_flagship_in_words(run: Runner) -> None:
    """The numbers by hand."""
    words = ("trace", "(x+w)*w", "--x", "2", "--w", "3", "--explain")
    brief = run(*words, "brief").out
    assert BRIEF in brief
    assert brief.index("Paths") < brief.index("In words") < brief.index("dy/dx = 3    dy/dw = 8")
    for level in ("normal", "story"):
        out = run(*words, level).out
        assert "= 5 + 3 = 8" in out
        # Once at length, then the short form; a story goes on as a story, in which nothing is called a factor.
        assert out.count("as before") == (2 if level == "normal" else 0)
        assert ("the other factor" in out) == (level == "normal")
    assert "加法把 3 原样复制给 x" in run(*words, "brief", "--lang", "zh").out
    assert run(*words, "long").code == 2


def test_the_words_of_each_edge_are_in_json(run: Runner) -> None:
    words = ("trace", "(x+w)*w", "--x", "2", "--w", "3", "--json")
    assert "text" not in json.loads(run(*words).out)["backward"][0]
    rows = json.loads(run(*words, "--explain", "brief").out)["backward"]
    assert rows[2]["text"] == "addition copies 3 to x: 3 * 1 = 3"


def test_a_long_trace_is_told_as_head_and_tail() -> None:
    trace = traced("+".join(f"x*{number}" for number in range(2, 102)), x=2)
    lines = [*narration(trace, "brief", whole=False)]
    assert len(lines) == 42
    assert "more rows" in lines[21]
    assert len([*narration(trace, "brief")]) == 1 + len(trace.backward)


@pytest.mark.parametrize("width", [40, 60, 80])
@pytest.mark.parametrize("language", LANGUAGES)
def test_stories_keep_to_the_width(language: str, width: int) -> None:
    trace = traced("p = w*x + b; a = tanh(p); (a - t)^2 + relu(-p)", w=2, x=1, b=-1, t=0.5)
    screen = Console(width=width, file=io.StringIO())
    screen.print(trace_renderable(trace, width=width, language=language, explain="story"))
    shown = screen.file.getvalue()  # type: ignore[attr-defined]
    assert all(display_width(line) <= width for line in shown.splitlines())
    together = re.sub(r"\s+", "", shown)
    assert all(re.sub(r"\s+", "", line) in together for line in narration(trace, "story", language=language))


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        # By hand: a Chinese character takes two columns, and no line begins with a sign that closes.
        ("one two three", 9, ["one two", "  three"]),
        ("一二三四五", 6, ["一二三", "  四五"]),
        ("一二三，四", 6, ["一二", "  三，", "  四"]),
        ("w 用了两次", 7, ["w 用了", "  两次"]),
        ("（x = 2）成立", 9, ["（x = 2）", "  成立"]),
        ("a_very_long_name x", 6, ["a_very_long_name", "  x"]),
    ],
)
def test_sentences_are_broken_where_they_may_be(text: str, width: int, lines: list[str]) -> None:
    assert [*wrapped(text, width)] == lines


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("level", ["normal", "story"])
def test_every_sentence_about_arrays_ends_as_one(run: Runner, language: str, level: str) -> None:
    """The second edge of a kind too, which is told in short or, in a story, as a story."""
    out = run("trace", "sum(tanh(W@x+b)*tanh(x))*s", "--W", "[[1,2],[3,4]]", "--x", "[1,2]", "--b", "[1,1]", "--s", "2",
              "--explain", level, "--lang", language).out  # fmt: skip
    told = [line for line in out.splitlines() if re.match(r"\d+  \w+ -> \w+[:：]", line)]
    assert len(told) == 11
    stop = {"en": ".", "zh": "。"}[language]
    assert all(line.endswith(stop) for line in told), told
    assert all(re.search(rf"[])]{re.escape(stop)}", line) for line in told if "dy/dx" in line)
    assert "()" not in "".join(line for line in out.splitlines() if re.match(r"(Forward, s|S)tep|(前向)?第 \d", line))


@pytest.mark.parametrize(("x", "counts"), [("3", "1"), ("-3", "-1"), ("0", "0")])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_story_of_an_absolute_value_holds_on_both_sides_and_in_the_corner(
    run: Runner, x: str, counts: str, language: str
) -> None:
    """Slopes by hand: the sign of x, and 0 by convention at 0."""
    out = run("trace", "abs(x)", "--x", x, "--explain", "story", "--lang", language).out
    story = next(line for line in out.splitlines() if re.match(r"1  y -> x[:：]", line))
    assert {"en": "on 0 itself it counts 0", "zh": "正好站在 0 上，按约定记 0"}[language] in story
    assert f"1 * {f'({counts})' if counts[0] == '-' else counts} = {counts}" in story
