"""What a Chinese reader sees: every command, its help and its mistakes, without English sentences."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bpcli.cli import chinese
from bpcli.cli.help import key_of
from bpcli.cli.options import ALL
from bpcli.errors import count_ambiguous, display_width
from bpcli.ops import GROUPS, TABLE
from bpcli.render.languages import texts

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
    assert [text for text in said if text and not CHINESE.search(texts("zh", "CONVENTIONS").get(text, ""))] == []


def test_nothing_is_said_in_chinese_that_the_table_does_not_say() -> None:
    """A sentence that was changed in the table would leave its translation behind."""
    said = {title for title, _ in GROUPS}
    for op in TABLE.values():
        said |= {op.flat, op.note, *(golden.origin for golden in op.golden)}
        said |= {text for kink in op.kinks for text in (kink.convention, kink.elsewhere)}
    # This one is chosen where the branches of a program tie.
    assert {*texts("zh", "CONVENTIONS")} - said <= {"relu(x) would give 0 here"}


def test_the_list_of_operations_is_chinese(run: Runner) -> None:
    shown = run("ops", "--lang", "zh").out
    assert "三角函数" in shown and "双曲正切：把整条数轴压到 (-1, 1) 之间。" in shown
    assert all(CHINESE.search(line) for line in shown.splitlines() if line)
    assert not english_in(shown)


@pytest.mark.parametrize("name", [
    "tanh", "clip", "pow", "polygamma", "max", "detach", "erfinv", "floor", "softmax", "@", "sum", "var", "concat",
    "cross_entropy", "norm", "argmax", "layer_norm",
])  # fmt: skip
def test_the_page_of_an_operation_is_chinese(name: str, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    english, chinese = run("ops", name, "--lang", "en").out, run("ops", name).out
    assert len(chinese.splitlines()) == len(english.splitlines())
    names = {"JAX", "PyTorch", "mpmath", "nan", "inf", "out", "ties", "dlo", "dhi", "tie", "first", "last"}
    known = {*TABLE, "where"} | names
    known |= {"all", "dout", "dx1", "dx2", "logits", "Frobenius"}
    for op in TABLE.values():
        known |= {*op.settings, *op.params, op.spelling, *op.aliases, *(f"d{param}" for param in op.params)}
    assert {word for word in re.findall(r"[A-Za-z_]\w*", chinese) if len(word) > 2} <= known
    # The words of the page end where its formulas begin, by width.
    rows = [line for line in chinese.splitlines() if re.match(r"  (?:定义域|值|斜率|精度|线性于|dL?/d\w+)  ", line)]
    assert all(display_width(re.match(r"  \S+ +", line).group()) == 20 for line in rows)  # type: ignore[union-attr]


def test_conventions_at_corners_in_chinese(run: Runner) -> None:
    lines = run("ops", "--kinks", "--lang", "zh").out.splitlines()
    assert "max(x, ...)（有几个参数相等）：最大者平分斜率" in lines
    assert all(CHINESE.search(line) for line in lines)


def test_json_of_operations_is_english_unless_asked_for(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "Hyperbolic tangent" in run("ops", "tanh", "--json").out
    assert "双曲正切" in run("ops", "tanh", "--json", "--lang", "zh").out


# ---- Help

COMMANDS = [*ALL, "ops", "fit", "train"]
# What `diff --expect` takes, and the names of optimizers, formats and levels, are typed as they stand.
LISTED = {"CSV", "JSON", "ASCII"}


def without_examples(page: str) -> str:
    """The help above its examples, which are commands to be copied."""
    return page[: page.rindex("\n  例子：")]


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_the_help_of_every_command_is_chinese(command: str, run: Runner) -> None:
    words = [command] if command else []
    english, translated = run(*words, "--help"), run(*words, "--help", "--lang", "zh")
    assert (english.code, translated.code, translated.err) == (0, 0, "")
    assert not CHINESE.search(english.out)
    page = without_examples(translated.out)
    assert english_in(page.replace(f"bpcli {command}", "")) == []
    # Every option and every command has a text of its own.
    entries = re.split(r"\n(?=  \S)", page[page.index("\n选项：\n") :].replace("\n命令：\n", ""))[1:]
    assert [entry for entry in entries if not CHINESE.search(re.sub(r"^  \S+(?: \S+)?", "", entry))] == []
    # Placeholders are Chinese as well.
    assert {*re.findall(r"\b[A-Z]{3,}\b", page)} <= LISTED
    # The same options stand in both, and the same examples.
    options = re.compile(r"^  (-[\w-]+)", re.MULTILINE)
    listed = english.out[english.out.index("\nOptions:") :]
    assert options.findall(page[page.index("\n选项：") :]) == options.findall(listed)
    assert translated.out.partition("例子：")[2] == english.out.partition("Examples:")[2]


@pytest.mark.parametrize("width", [60, 80, 200])
@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_keeps_to_the_width(command: str, width: int, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    for language in ("en", "zh"):
        page = run(*([command] if command else []), "--help", "--lang", language).out
        lines = [line for line in page.splitlines() if not line.startswith("    bpcli")]
        assert max(map(display_width, lines)) < min(width, 80)
        # The texts of options stand below each other, by width.
        column = {display_width(line) - display_width(line.lstrip()) for line in lines if line.startswith(" " * 8)}
        assert len(column - {display_width("用法："), len("Usage: ")}) <= 2


def test_no_chinese_text_of_the_help_is_left_over() -> None:
    """A text whose option is gone, or has another name, would never be shown."""
    import typer

    from bpcli.cli.app import app

    program: Any = typer.main.get_command(app)
    assert {*chinese.COMMANDS} == {"", *program.commands}
    assert {*chinese.SHORT} == {*ALL}
    keys = {"help"}
    for name, command in [("", program), *program.commands.items()]:
        for parameter in command.params:
            key = key_of(parameter)
            keys |= {key, f"{name} {key}"}
    assert {*chinese.OPTIONS} - keys == set()


BEFORE = [
    ["--lang", "zh", "--help"],
    ["--lang=zh"],
    ["--help", "--lang", "zh"],
    ["--lang", "zh", "help"],
    ["--ambiguous", "1", "--lang", "zh", "-h"],
]


@pytest.mark.parametrize("words", BEFORE, ids=" ".join)
def test_the_language_may_stand_before_the_command(words: list[str], run: Runner) -> None:
    assert run(*words).out.startswith("用法：bpcli [选项] 命令 [参数]...")


def test_options_before_a_command_are_those_of_the_command(run: Runner) -> None:
    assert run("--lang", "zh", "grad", "x^2", "--x", "3").out == run("grad", "x^2", "--x", "3", "--lang", "zh").out
    assert run("--lang", "zh", "help", "fit").out == run("fit", "--help", "--lang", "zh").out
    assert run("--lang=zh", "ops", "tanh").out == run("ops", "tanh", "--lang", "zh").out
    assert run("--lang", "fr", "ops").err.startswith("error: there are no sentences in the language 'fr'")
    assert run("--lang").err.startswith("error: --lang needs a value")


def test_the_locale_chooses_the_language_of_help(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert run("train", "--help").out.startswith("用法：bpcli train")
    assert run("train", "--help", "--lang", "en").out.startswith("Usage: bpcli train")


# ---- Mistakes on the command line

SLIPS = [
    (["fit"], "错误：没有数据文件\n可以试试 `bpcli fit examples/quintic.csv --degree 5`\n"),
    (["fit", "a.csv", "b.csv"], "错误：fit 用不上 'b.csv'\n`bpcli fit --help` 显示用法\n"),
    (["fit", "a.csv", "--steps"], "错误：--steps 需要一个值（N）\n"),
    (["fit", "a.csv", "--setps", "3"], "错误：没有选项 --setps\n是不是想写 --steps？\n"),
    (["fit", "a.csv", "--json=3"], "错误：--json 不带值\n"),
    (["ops", "--frob"], "错误：没有选项 --frob\n`bpcli ops --help` 显示用法\n"),
    (["ops", "tanh", "relu"], "错误：ops 用不上 'relu'\n`bpcli ops --help` 显示用法\n"),
    (["--frob"], "错误：没有选项 --frob\n`bpcli --help` 显示用法\n"),
    (["--"], "错误：没有命令 '--'\n`bpcli --help` 列出全部命令\n"),
    (["grad", "x", "--set"], "错误：--set 需要一个值（名称=值）\n"),
    (["fit", "a.csv", "--digits", "x"], "错误：--digits 'x' "),
]


@pytest.mark.parametrize(("words", "err"), SLIPS, ids=[" ".join(words) for words, _ in SLIPS])
def test_a_slip_is_told_in_one_sentence_with_what_to_type(
    words: list[str], err: str, run: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    answer = run(*words)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == err or (err.endswith(" ") and "--digits" in answer.err and not english_in(answer.err))


def test_help_is_aligned_where_signs_take_two_columns(run: Runner) -> None:
    """`×` stands in the text about it; its line may not grow beyond the page."""
    page = run("--ambiguous", "2", "--lang", "zh", "trace", "--help").out
    assert display_width("×") == 2
    assert max(display_width(line) for line in page.splitlines() if not line.startswith("    bpcli")) < 80


def test_too_little_memory_is_told_in_chinese(
    run: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted(request: object) -> int:
        raise MemoryError

    monkeypatch.setattr("bpcli.cli.dispatch.run", exhausted)
    answer = run("eval", "1", "--lang", "zh")
    assert (answer.code, answer.err) == (3, "错误：内存不够，算不了\n")
