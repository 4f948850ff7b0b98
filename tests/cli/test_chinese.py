"""What a Chinese reader sees: every command, its help and its mistakes, without English sentences."""

from __future__ import annotations

import re

import pytest

from bpcli.errors import count_ambiguous, display_width

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Runner

CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Two words in a row are a sentence; formulas, names and options stand alone.
ENGLISH = re.compile(r"(?<![\w`\"'./*^-])[A-Za-z]{2,} +[A-Za-z]{2,}(?![\w(*/^-])")


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
    assert not ENGLISH.search(shown)
    # The numbers are those of the same fit.
    numbers = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
    assert {*numbers.findall(english.out)} == {*numbers.findall(chinese.out)}


def test_the_columns_of_a_fit_stand_below_their_titles(file: str, run: Runner) -> None:
    lines = run("fit", file, "--degree", "2", "--lang", "zh").out.splitlines()
    header = next(line for line in lines if "标准误差" in line)
    row = lines[lines.index(header) + 1]
    place = display_width(header[: header.index("值")])
    assert row[place - 2 : place] == "  " and row[place] != " "
