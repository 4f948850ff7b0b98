"""Two languages, one record: the same keys, the same slots, and no English left in the Chinese."""

from __future__ import annotations

import importlib
import io
import json
import pkgutil
import re
from string import Formatter

import pytest
from rich.console import Console

from bpcli.errors import count_ambiguous, display_width
from bpcli.language.reader import parse
from bpcli.ops import TABLE, elementwise
from bpcli.render.languages import LANGUAGES, ROOMS, texts
from bpcli.render.plain import trace_lines
from bpcli.render.terminal import trace_renderable
from bpcli.tracing.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Runner

GROUPS = sorted(group for groups in ROOMS.values() for group in groups)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# The name of a format, and what is a pair of brackets in Chinese.
SAME = {
    ("COLUMNS", "float64"),
    ("NOTE_PIECES", "at"),
    ("WHY", "at"),
    ("PHRASES", "counter"),
    ("REFERENCE", "convention"),
}


def leaves(value: object) -> Iterator[str]:
    """Every text of a nested value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from leaves(each)
    else:
        for each in value:  # type: ignore[attr-defined]
            yield from leaves(each)


def slots(template: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(template) if field is not None}


ENTRIES = [(group, key) for group in GROUPS for key in texts("en", group)]


def test_both_languages_have_the_same_groups() -> None:
    assert set(LANGUAGES) == {"en", "zh"}
    for language in LANGUAGES:
        package = importlib.import_module(f"bpcli.render.languages.{language}")
        assert sorted(each.name for each in pkgutil.iter_modules(package.__path__)) == sorted(ROOMS)
        for room, groups in ROOMS.items():
            module = importlib.import_module(f"{package.__name__}.{room}")
            assert [name for name in vars(module) if name.isupper()] == [*groups]


@pytest.mark.parametrize("group", GROUPS)
def test_both_languages_have_the_same_keys(group: str) -> None:
    if group != "CONVENTIONS":
        assert [*texts("zh", group)] == [*texts("en", group)]


@pytest.mark.parametrize(("group", "key"), ENTRIES, ids=[f"{group}: {key}" for group, key in ENTRIES])
def test_a_text_has_the_same_slots_in_both_languages(group: str, key: str) -> None:
    english, chinese = ([*leaves(texts(language, group)[key])] for language in ("en", "zh"))
    assert len(english) == len(chinese)
    for one, other in zip(english, chinese, strict=True):
        assert slots(one) == slots(other)
        # What has no words in English, as a number of steps or a sign, needs none in Chinese.
        if (group, key) not in SAME and re.search("[A-Za-z]", re.sub(r"\{[^}]*\}|--\w+", "", one)):
            assert CHINESE.search(other), other
            # Words of three letters and more are names, formats or abbreviations of mathematics, not sentences.
            plain = re.sub(r"`[^`]*`|\{[^}]*\}", " ", other)
            assert not re.search(r"[A-Za-z]{3,} +[A-Za-z]{2,}", plain), other


def test_every_convention_of_the_table_is_said_in_chinese() -> None:
    for op in elementwise():
        for kink in op.kinks:
            for text in (kink.convention, kink.elsewhere):
                assert not text or CHINESE.search(texts("zh", "CONVENTIONS")[text]), text


FLAGSHIP = """\
y = (x + w) * w      x = 2, w = 3      2 次运算，w 用了两次

前向传播
  #  节点  计算   代入数值  值
  1  a     x + w  2 + 3     5
  2  y     a * w  5 * 3     15

反向传播                                            起点：dy/dy = 1
  #  边      上游梯度  局部导数           上游 × 局部  累加
  2  y -> a  1         d(a*w)/da = w = 3  1 * 3 = 3    dy/da = 3
  2  y -> w  1         d(a*w)/dw = a = 5  1 * 5 = 5    dy/dw: 5 (1/2)
  1  a -> x  3         d(x+w)/dx = 1      3 * 1 = 3    dy/dx = 3
  1  a -> w  3         d(x+w)/dw = 1      3 * 1 = 3    dy/dw = 5 + 3 = 8 (2/2)

从 w 到 y 的路径
  路径         各段局部导数  乘积
  w -> y       5             5     直接路径
  w -> a -> y  1 * 3         3     经过 a
  总和                       8

dy/dx = 3    dy/dw = 8          梯度检查：与中心差分一致，误差在 1e-10 以内
"""


@pytest.mark.parametrize(
    ("command", "option", "word"), [("trace", "--format=ascii", "前向传播"), ("graph", "--ascii", "局部导数")]
)
def test_ascii_is_english_in_every_locale_unless_a_language_is_asked_for(
    command: str, option: str, word: str, run: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    call = (command, "(x+w)*w", "--x", "2", "--w", "3", option)
    assert run(*call).out.isascii()
    told = run(*call, "--lang", "zh").out
    assert word in told and not re.search("[─│×≈→]", told)


def test_the_flagship_in_chinese(run: Runner) -> None:
    """The numbers by hand; the terms are those of the Chinese tutorials."""
    assert run("trace", "(x+w)*w", "--x", "2", "--w", "3", "--lang", "zh").out == FLAGSHIP


# One run of each command, with notes.
RUNS = [
    ["trace", "(x+w)*w", "--x", "2", "--w", "3"],
    ["trace", "x*w", "--x", "2", "--w", "3", "--mode", "forward"],
    ["trace", "max(x, 0) + where(x > 1, x^2, w) + detach(x) + floor(x)", "--x", "0", "--w", "3"],
    ["trace", "+".join(["x"] * 3 + ["x*x"] * 12), "--x", "2"],
    ["trace", "--blank", "(x+w)*w + relu(x)", "--x", "1"],
    ["grad", "relu(x)*w", "--x", "0", "--w", "1", "--mode", "forward"],
    ["grad", "x*w", "--x", "1e-5", "--w", "1e-5", "--dtype", "float16"],
    ["check", "max(x, w) + x^2", "--x", "1", "--w", "1", "--sweep"],
    ["check", "f(u) = u^3; d f/du = 2*u^2; f(x)", "--x", "2"],
    ["jacobian", "[x*w, x + w]", "--x", "2", "--w", "3"],
    ["hessian", "x^2*w", "--x", "2", "--w", "0"],
    ["hessian", "x^2*w", "--x", "2", "--w", "0", "--direction", "1,1"],
    ["jvp", "x*w", "--x", "2", "--w", "0", "--direction", "1,1"],
    ["vjp", "x*w", "--x", "2", "--w", "0"],
    ["why", "relu(w*x + b)^2", "--w", "1", "--x", "-2", "--b", "1", "--wrt", "b"],
    ["why", "sqrt(x^2)", "--x", "0"],
    ["trace", "(x+w)*w", "--x", "2", "--w", "3", "--claim", "w=5", "--claim", "x=2", "--expect", "w=8"],
    ["grad", "max(x, w)*5", "--x", "2", "--w", "2", "--claim", "x=5", "--claim", "w=1234", "--expect", "y=11"],
    ["diff", "x^2*w", "--wrt", "x", "--expect", "2*x*w"],
    ["trace", "relu(x)*tanh(w)", "--x", "-2", "--w", "9", "--lens", "cost,flow,memory"],
    ["trace", "(x+w)*w", "--x", "2", "--w", "3", "--repeat", "3", "--no-zero"],
    ["trace", "(x+w)*w", "--x", "2", "--w", "3", "--format", "md"],
    ["graph", "relu(x)*w + detach(w)", "--x", "-2", "--w", "3"],
    ["graph", "(x+w)*w", "--x", "2", "--w", "3", "--style", "op"],
    ["graph", "x*w", "--x", "2", "--w", "3", "--format", "mermaid", "--style", "op"],
]


@pytest.mark.parametrize("words", RUNS, ids=[" ".join(words[:2]) for words in RUNS])
def test_what_is_printed_in_chinese_has_no_english_words(words: list[str], run: Runner) -> None:
    english, chinese = run(*words), run(*words, "--lang", "zh")
    assert chinese.code == english.code
    assert CHINESE.search(chinese.out + chinese.err)
    known = {
        *TABLE, "where", "detach", "float", "PyTorch", "JAX", "nan", "inf", "--all", "answer", "key", "seed",
        "flowchart",
    }  # fmt: skip
    words_left = {*re.findall(r"[A-Za-z]{3,}", chinese.out + chinese.err)} - known
    assert not words_left
    # The numbers are those of the same record.
    numbers = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e-?\d+)?")
    assert {*numbers.findall(english.out)} - {*numbers.findall(chinese.out)} == set()


@pytest.mark.parametrize(
    "words",
    [run for run in RUNS if run[0] != "check" and not {"--blank", "--format"} & {*run}],
    ids=lambda words: " ".join(words[:2]),
)
def test_json_is_english_unless_a_language_is_asked_for(
    words: list[str], run: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    english = run(*words, "--json").out
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert run(*words, "--json").out == english
    asked = json.loads(run(*words, "--json", "--lang", "zh").out)
    assert all(CHINESE.search(note["text"]) for note in asked.get("notes", []))


def test_the_locale_chooses(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert "gradient" in run("grad", "x^2", "--x", "1").out
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert "梯度" in run("grad", "x^2", "--x", "1").out
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert "gradient" in run("grad", "x^2", "--x", "1").out


def test_columns_of_wide_characters_stand_below_each_other() -> None:
    """By display width: the cell of every row begins in the column of its title."""
    trace = record(parse("(x+w)*w"), {"x": 2.0, "w": 3.0})
    lines = [*trace_lines(trace, language="zh")]
    header = next(line for line in lines if "局部导数" in line)
    row = lines[lines.index(header) + 1]
    for title, cell in (("局部导数", "d(a*w)"), ("上游 × 局部", "1 * 3"), ("累加", "dy/da")):
        assert display_width(header[: header.index(title)]) == display_width(row[: row.index(cell)])


@pytest.mark.parametrize(("columns", "width"), [("1", 10), ("2", 11)])
def test_characters_of_ambiguous_width_are_counted_as_asked(columns: str, width: int, run: Runner) -> None:
    """By hand: the title is five wide characters, a sign of ambiguous width and two blanks."""
    try:
        out = run("trace", "(x+w)*w", "--x", "2", "--w", "3", "--lang", "zh", "--ambiguous", columns).out
        assert display_width("上游×局部") == 8 + int(columns)
        assert display_width("上游 × 局部") == width + 1
        header = next(line for line in out.splitlines() if "局部导数" in line)
        row = out.splitlines()[out.splitlines().index(header) + 1]
        assert display_width(header[: header.index("累加")]) == display_width(row[: row.index("dy/da")])
        # Characters that are not there differ: the column of products is one wider.
        assert display_width(header) - display_width(header.replace("×", "x")) == int(columns) - 1
    finally:
        count_ambiguous(1)


@pytest.mark.parametrize("width", [60, 80])
def test_no_line_of_a_rich_page_is_wider_where_signs_take_two_columns(width: int) -> None:
    trace = record(parse("σ = w*x; a = tanh(σ); (a - t)^2"), {"w": 1.0, "x": 2.0, "t": 1.0})
    try:
        count_ambiguous(2)
        screen = Console(width=width, file=io.StringIO())
        screen.print(trace_renderable(trace, width=width, language="zh", explain="normal"))
        lines = screen.file.getvalue().splitlines()  # type: ignore[attr-defined]
        assert all(display_width(line) <= width for line in lines)
        assert "─" not in "".join(lines)
    finally:
        count_ambiguous(1)


@pytest.mark.parametrize("width", [60, 80])
def test_rich_pages_in_chinese_keep_to_the_width(width: int) -> None:
    trace = record(parse("a = tanh(w*x + b); (a - t)^2 + max(a, b)"), {"w": 1.0, "x": 2.0, "b": 0.5, "t": 1.0})
    screen = Console(width=width, file=io.StringIO())
    screen.print(trace_renderable(trace, width=width, language="zh"))
    shown = screen.file.getvalue()  # type: ignore[attr-defined]
    assert all(display_width(line) <= width for line in shown.splitlines())
    assert "…" not in shown
