"""What a Chinese reader sees: every command, its help and its mistakes, without English sentences."""

from __future__ import annotations

import re

import pytest

from bpcli.errors import count_ambiguous, display_width
from bpcli.ops import GROUPS, TABLE
from bpcli.render.languages import zh

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Runner

CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Two words in a row are a sentence; formulas, names and options stand alone.
ENGLISH = re.compile(r"(?<![\w./*^-])[A-Za-z]{2,} +[A-Za-z]{2,}(?![\w(*/^-])")


def english_in(shown: str) -> list[str]:
    """The sentences of English in a text, but for what is to be typed as it stands."""
    return ENGLISH.findall(re.sub(r"`[^`]*`", " ", shown))


@pytest.fixture(autouse=True)
def _one_column_again() -> Iterator[None]:
    yield
    count_ambiguous(1)


@pytest.fixture
def file(tmp_path: Path) -> str:
    """Two columns with names that a formula can use, and rows that have to be skipped."""
    path = tmp_path / "rows.csv"
    path.write_text("u,v\n0,1\n1,3\n2,\n3,19\nna,4\n4,33\n5,inf\n", encoding="utf-8")
    return str(path)


# ---- fit and train

FITS = [
    (["fit", "--degree", "2"], 0, ("数据", "模型", "损失", "收敛", "最小二乘", "跳过第 4 行：v 是空的")),
    (["train", "--degree", "2", "--trace-steps", "1"], 0, ("前向传播", "反向传播", "学习率 × 梯度", "训练日志")),
    (["fit", "--degree", "9"], 0, ("警告：9 次多项式需要 10 个不同的 x，数据中只有 4 个",)),
    (["fit", "--lr", "50"], 3, ("发散", "警告：经过")),
    (["fit", "--degree", "2", "--steps", "1"], 0, ("步的上限", "警告：没有收敛（到了步数上限）")),
    (["fit", "--degree", "2", "--no-scale"], 0, ("x 没有缩放", "x 的各次幂")),
    (["fit", "--lr", "50", "-q"], 3, ("警告：经过",)),
]


@pytest.mark.parametrize(("words", "code", "pieces"), FITS, ids=lambda value: str(value)[:40])
def test_fit_and_train_speak_chinese(
    words: list[str], code: int, pieces: tuple[str, ...], file: str, run: Runner
) -> None:
    english, chinese = run(words[0], file, *words[1:]), run(words[0], file, *words[1:], "--lang", "zh")
    assert (english.code, chinese.code) == (code, code)
    shown = (chinese.out + chinese.err).replace(file, "")
    assert [piece for piece in pieces if piece not in shown] == []
    assert not english_in(shown)
    # The numbers are those of the same fit.
    numbers = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
    assert {*numbers.findall(english.out)} == {*numbers.findall(chinese.out)}


def test_the_columns_of_a_fit_stand_below_their_titles(file: str, run: Runner) -> None:
    lines = run("fit", file, "--degree", "2", "--lang", "zh").out.splitlines()
    header = next(line for line in lines if "标准误差" in line)
    row = lines[lines.index(header) + 1]
    place = display_width(header[: header.index("值")])
    assert row[place - 2 : place] == "  " and row[place] != " "


# ---- ops


def test_every_operation_says_its_sentence_in_chinese_too() -> None:
    for op in TABLE.values():
        assert op.doc.endswith("."), op
        assert op.zh.endswith("。") and CHINESE.search(op.zh), op
        # The same formulas and bounds stand in both sentences.
        for sign in re.findall(r"[\[(]-?[\w/]+, [\w/]+[\])]", op.doc):
            assert sign in op.zh, op


def test_every_word_of_the_table_is_said_in_chinese_too() -> None:
    said = [title for title, _ in GROUPS]
    for op in TABLE.values():
        said += [op.flat, op.note, *(golden.origin for golden in op.golden)]
        said += [text for kink in op.kinks for text in (kink.convention, kink.elsewhere)]
    assert [text for text in said if text and not CHINESE.search(zh.CONVENTIONS.get(text, ""))] == []


def test_nothing_is_said_in_chinese_that_the_table_does_not_say() -> None:
    """A sentence that was changed in the table would leave its translation behind."""
    said = {title for title, _ in GROUPS}
    for op in TABLE.values():
        said |= {op.flat, op.note, *(golden.origin for golden in op.golden)}
        said |= {text for kink in op.kinks for text in (kink.convention, kink.elsewhere)}
    # This one is chosen where the branches of a program tie.
    assert {*zh.CONVENTIONS} - said <= {"relu(x) would give 0 here"}


def test_the_list_of_operations_is_chinese(run: Runner) -> None:
    shown = run("ops", "--lang", "zh").out
    assert "三角函数" in shown and "双曲正切：把整条数轴压到 (-1, 1) 之间。" in shown
    assert all(CHINESE.search(line) for line in shown.splitlines() if line)
    assert not english_in(shown)


@pytest.mark.parametrize("name", ["tanh", "clip", "pow", "polygamma", "max", "detach", "erfinv", "floor"])
def test_the_page_of_an_operation_is_chinese(name: str, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    english, chinese = run("ops", name, "--lang", "en").out, run("ops", name).out
    assert len(chinese.splitlines()) == len(english.splitlines())
    names = {"JAX", "PyTorch", "mpmath", "nan", "inf", "out", "ties", "dlo", "dhi", "tie", "first", "last"}
    known = {*TABLE, "where"} | names
    assert {*re.findall(r"[A-Za-z]{3,}", chinese)} <= known
    # The words of the page end where its formulas begin, by width.
    rows = [line for line in chinese.splitlines() if re.match(r"  (?:定义域|值|斜率|精度|d/d\w+)  ", line)]
    assert all(display_width(re.match(r"  \S+ +", line).group()) == 20 for line in rows)  # type: ignore[union-attr]


def test_conventions_at_corners_in_chinese(run: Runner) -> None:
    lines = run("ops", "--kinks", "--lang", "zh").out.splitlines()
    assert "max(x, ...)（有几个参数相等）：最大者平分斜率" in lines
    assert all(CHINESE.search(line) for line in lines)


def test_json_of_operations_is_english_unless_asked_for(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "Hyperbolic tangent" in run("ops", "tanh", "--json").out
    assert "双曲正切" in run("ops", "tanh", "--json", "--lang", "zh").out
