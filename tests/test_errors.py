"""Every mistake has a sentence of its own, and every sentence is told when its mistake is made."""

from __future__ import annotations

import ast
import os
import re
import string
import tomllib
from pathlib import Path
from typing import Any

import pytest

import bpcli
from bpcli.errors import (
    LONGEST_FACT,
    WINDOW,
    BpcliError,
    FileError,
    InputError,
    NumericError,
    caret_lines,
    closest,
    display_width,
    fact_in,
    told,
)  # fmt: skip
from bpcli.files import grammar_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Answer, Runner

MISTAKES: dict[str, dict[str, Any]] = tomllib.loads(grammar_text("mistakes.toml"))
PACKAGE = Path(bpcli.__file__).parent
MADE = [kind for kind, entry in MISTAKES.items() if "run" in entry]


def pattern_of(template: str) -> re.Pattern[str]:
    """The template as a pattern: a fact may be any text but an empty one."""
    pieces = []
    for text, field, _, _ in string.Formatter().parse(template):
        pieces.append(re.escape(text) + ("" if field is None else ".+"))
    return re.compile("".join(pieces))


def fields_of(template: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(template) if field is not None}


def make(kind: str, folder: Path, run: Runner) -> Answer:
    """Make the mistake of one entry, in a folder with its files."""
    entry = MISTAKES[kind]
    for name, content in entry.get("files", {}).items():
        (folder / name).write_text(content, encoding="utf-8", newline="")
    for name, digits in entry.get("hex", {}).items():
        (folder / name).write_bytes(bytes.fromhex(digits))
    before = Path.cwd()
    os.chdir(folder)
    try:
        answer: Answer = run(*entry["run"], stdin=entry.get("input", ""))
    finally:
        os.chdir(before)
    return answer


@pytest.mark.parametrize("kind", MADE)
def test_a_mistake_is_told_in_its_sentence(kind: str, tmp_path: Path, run: Runner) -> None:
    entry = MISTAKES[kind]
    answer = make(kind, tmp_path, run)
    first, *others = answer.err.splitlines()
    assert first.startswith("error: ")
    assert pattern_of(entry["say"]).fullmatch(first.removeprefix("error: ")), answer
    assert answer.code == entry.get("exit", 2)
    assert answer.out == ""
    assert "Traceback" not in answer.err
    if others and set(others[-1].strip()) != {"^"} and "hint" in entry:
        assert others[-1]


def test_at_least_forty_sentences_differ(tmp_path: Path, run: Runner) -> None:
    sentences = set()
    for place, kind in enumerate(MADE):
        folder = tmp_path / str(place)
        folder.mkdir()
        line = make(kind, folder, run).err.splitlines()[0]
        # Without the facts, which are quoted, or numbers.
        sentences.add(re.sub(r"`[^`]*`|'[^']*'|\d+", "_", line))
    assert len(sentences) >= 40


@pytest.mark.parametrize("kind", MISTAKES)
def test_a_sentence_is_written_as_the_others_are(kind: str) -> None:
    entry = MISTAKES[kind]
    assert set(entry) <= {"say", "hint", "zh", "zh_hint", "run", "files", "hex", "input", "exit"}
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", kind)
    say = entry["say"]
    assert not say[0].isupper()
    assert not say.endswith(".")
    assert "\n" not in say + entry.get("hint", "")
    assert len(say) < 150
    # No name of the parser's or of Python's reaches a user.
    for word in ("token", "terminal", "LPAR", "RPAR", "NAME_", "exception", "parser", "None", "float", "invalid"):
        assert word not in say.replace("floats", ""), word


def test_no_sentence_stands_twice() -> None:
    says = [entry["say"] for entry in MISTAKES.values()]
    repeated = {say for say in says if says.count(say) > 1}
    # Two ways to give no expression; and signs that need the same sentence, and another hint each.
    char = "`{char}` is not "
    assert repeated <= {"there is no expression", f"{char}an operator here", f"{char}part of the language"}


# Chinese.

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("kind", MISTAKES)
def test_a_sentence_says_the_same_facts_in_chinese(kind: str) -> None:
    entry = MISTAKES[kind]
    assert ("hint" in entry) == ("zh_hint" in entry)
    for english, chinese in (("say", "zh"), ("hint", "zh_hint")):
        if english in entry:
            assert CHINESE.search(entry[chinese])
            assert fields_of(entry[chinese]) == fields_of(entry[english])
    assert not entry["zh"].endswith("。")


@pytest.mark.parametrize("kind", MADE)
def test_a_mistake_is_told_in_chinese(kind: str, tmp_path: Path, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    entry = MISTAKES[kind]
    answer = make(kind, tmp_path, run)
    first, *others = answer.err.splitlines()
    assert first.startswith("错误：")
    assert pattern_of(entry["zh"]).fullmatch(first.removeprefix("错误：")), answer
    assert answer.code == entry.get("exit", 2)
    # No fact is left in English: what stands beside the Chinese is the user's text, names and options.
    for line in (first, *others[-1:]):
        if CHINESE.search(line):
            plain = re.sub(r"`[^`]*`|'[^']*'|\"[^\"]*\"|--[\w-]+ [\w=,./-]+", "", line)
            plain = re.sub(r"eof: .*|\{.*\}", "", plain)
            assert not re.search(r"[a-z]{3,} [a-z]{2,} [a-z]{2,}", plain), line
    hinted = [line for line in others if not CHINESE.search(line) and re.search(r"[a-z]{3,} [a-z]+ [a-z]+", line)]
    assert all(line.startswith("  ") for line in hinted), hinted


FACTS: list[dict[str, str]] = tomllib.loads(grammar_text("facts.toml"))["facts"]


@pytest.mark.parametrize("entry", FACTS, ids=[entry["say"] for entry in FACTS])
def test_a_fact_has_the_same_slots_in_chinese(entry: dict[str, str]) -> None:
    assert fields_of(entry["zh"]) == fields_of(entry["say"])
    assert CHINESE.search(entry["zh"])
    facts = {field: f"<{field}>" for field in fields_of(entry["say"])}
    assert fact_in("zh", entry["fact"], entry["say"].format(**facts)) == entry["zh"].format(**facts)


def test_every_hint_that_is_chosen_by_the_program_is_said_in_chinese() -> None:
    """Each text of the source that becomes a hint, with words in its slots."""
    for text in hints_in_source():
        assert CHINESE.search(fact_in("zh", "hint", text)), text


def hints_in_source() -> Iterator[str]:
    for path in PACKAGE.rglob("*.py"):
        if "languages" in path.parts:  # what is said there is said in both
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            values: list[ast.expr | None] = []
            if isinstance(node, ast.keyword) and node.arg == "hint":
                values.append(node.value)
            if isinstance(node, ast.Assign | ast.AnnAssign) and any(
                isinstance(target, ast.Name) and target.id in ("hint", "GOES_ON")
                for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            ):
                values.append(node.value)
            if isinstance(node, ast.Dict):
                keys = [getattr(key, "value", None) for key in node.keys]
                values += [value for key, value in zip(keys, node.values, strict=True) if key == "hint"]
            for value in values:
                within = [*ast.walk(value)] if value is not None else []
                parts = {id(part) for each in within if isinstance(each, ast.JoinedStr) for part in each.values}
                for each in within:
                    if id(each) in parts:
                        continue
                    if isinstance(each, ast.JoinedStr):
                        yield "".join(
                            str(part.value) if isinstance(part, ast.Constant) else "x" for part in each.values
                        )
                    elif isinstance(each, ast.Constant) and isinstance(each.value, str) and each.value.count(" ") > 3:
                        yield each.value


@pytest.mark.parametrize(
    ("words", "message"),
    [
        # As UX.md has it, in Chinese.
        (["grad", "(x+w"], "错误：括号没有闭合，它在第 1 列打开\n  (x+w\n  ^\n可以试试 `(x+w)`\n"),
        (["grad", "sine(x)"],
         "错误：没有名为 'sine' 的函数\n  sine(x)\n  ^^^^\n是不是想写 `sin`？`bpcli ops` 列出全部函数\n"),
        (["grad", "x*w + b", "--x", "2"], "错误：表达式还缺 w 和 b 的值\n  x*w + b\n    ^\n请加上 --w 3 --b 2\n"),
        (["grad", "log(x)", "--x", "-1"], "错误：log(x) 没有值（x = -1）：它的定义域是 x > 0\n  log(x)\n  ^^^^^^\n"),
    ],
)  # fmt: skip
def test_messages_in_chinese(words: list[str], message: str, run: Runner) -> None:
    assert run(*words, "--lang", "zh").err == message
    assert run(*words, "--lang=zh").err == message
    assert run(*words, "--lang", "en").err.startswith("error: ")


# The places in the source where an error is made.

MAKERS = {"InputError", "NumericError", "FileError", "BpcliError", "error", "two_readings"}


def strings_of(node: ast.expr) -> set[str]:
    """The texts that an expression may come to: a constant, either branch of a choice, the values of a dictionary."""
    if isinstance(node, ast.Constant):
        return {node.value} if isinstance(node.value, str) else set()
    if isinstance(node, ast.IfExp):
        return strings_of(node.body) | strings_of(node.orelse)
    if isinstance(node, ast.Dict):
        return {text for value in node.values for text in strings_of(value)}
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
        return strings_of(node.func.value) | {text for argument in node.args for text in strings_of(argument)}
    return set()


def makings() -> Iterator[tuple[str, set[str], set[str] | None]]:
    """Each making of an error: where, the kinds it may have, the facts it is given (None: not all stand there)."""
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in ast.walk(tree):
            if not isinstance(function, ast.FunctionDef):
                continue
            for call in ast.walk(function):
                if not (isinstance(call, ast.Call) and call.args):
                    continue
                name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
                if name not in MAKERS:
                    continue
                kinds = strings_of(call.args[0])
                if isinstance(call.args[0], ast.Name):
                    for each in ast.walk(function):
                        if isinstance(each, ast.Assign) and any(
                            isinstance(target, ast.Name) and target.id == call.args[0].id for target in each.targets
                        ):
                            kinds |= strings_of(each.value)
                facts = {keyword.arg for keyword in call.keywords if keyword.arg is not None}
                whole = len(facts) == len(call.keywords) and name != "two_readings"
                yield f"{path.name}:{call.lineno}", kinds, facts if whole else None


MAKINGS = list(makings())


@pytest.mark.parametrize(("place", "kinds", "facts"), MAKINGS, ids=[place for place, _, _ in MAKINGS])
def test_what_is_raised_has_a_sentence_and_its_facts(place: str, kinds: set[str], facts: set[str] | None) -> None:
    for kind in kinds:
        entry = MISTAKES[kind]
        if facts is not None:
            needed = fields_of(entry["say"])
            if "hint" not in facts:
                needed |= fields_of(entry.get("hint", ""))
            assert needed <= facts, f"{place}: {kind} is made without {needed - facts}"


def test_every_sentence_is_used() -> None:
    written = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                written.add(node.value)
    assert set(MISTAKES) - written == set()


# Mistakes that no command line makes by itself.


def test_an_answer_that_cannot_be_written_is_a_file_error(run_process: Runner) -> None:
    full = (
        "import sys\n"
        "class Full(type(sys.stdout)):\n"
        "    def write(self, text): raise OSError(28, 'No space left on device')\n"
        "sys.stdout = Full(sys.stdout.buffer)\n"
        "from bpcli.cli.doors import main\n"
        "main()\n"
    )
    answer = run_process("eval", "1", python=("-c", full))
    assert (answer.code, answer.err) == (4, "error: the answer could not be written: No space left on device\n")


def test_a_mistake_of_ours_is_told_without_a_traceback(run_process: Runner) -> None:
    broken = (
        "import bpcli.cli.dispatch as dispatch\n"
        "dispatch.run = lambda request: 1//0\n"
        "from bpcli.cli.doors import main\n"
        "main()\n"
    )
    answer = run_process("eval", "1", python=("-c", broken))
    assert answer.code == 3
    assert answer.err.startswith("error: bpcli itself has failed, at line 2 of ")
    assert "ZeroDivisionError" in answer.err
    assert "Traceback" not in answer.err


# How an error is told.


@pytest.mark.parametrize(("error", "code"), [(InputError, 2), (NumericError, 3), (FileError, 4), (BpcliError, 2)])
def test_each_kind_of_error_has_its_exit_code(error: type[BpcliError], code: int) -> None:
    assert error("empty-expression").exit_code == code
    assert str(error("empty-expression")) == "there is no expression"


# source, span -> the line and the carets; columns by hand
CARETS = [
    ("x+*w", (2, 3), ["  x+*w", "    ^"]),
    ("a = 1\nb = *2", (10, 11), ["  b = *2", "      ^"]),
    ("x w", (0, 3), ["  x w", "  ^^^"]),
    ("x+", (2, 2), ["  x+", "    ^"]),
    ("（x＋＊w）", (3, 4), ["  （x＋＊w）", "       ^^"]),
    ("速度*☃", (3, 4), ["  速度*☃", "       ^"]),
    ("cafe\u0301*☃", (6, 7), ["  cafe\u0301*☃", "       ^"]),
    ("\tx*☃", (3, 4), ["   x*☃", "     ^"]),
    ("a\x1b[31m*☃", (7, 8), ["  a [31m*☃", "         ^"]),
    ("(1 +\n2 +\n☃)", (9, 10), ["  ☃)", "  ^"]),
    ("(1\n+2", (0, 5), ["  (1", "  ^^"]),
]


@pytest.mark.parametrize(("source", "span", "lines"), CARETS)
def test_carets_stand_below_what_was_typed(source: str, span: tuple[int, int], lines: list[str]) -> None:
    assert caret_lines(source, *span) == lines


@pytest.mark.parametrize("place", [0, 5, 59, 60, 61, 100, 500, 990, 999, 1000])
def test_a_long_line_is_cut_to_a_window_around_the_caret(place: int) -> None:
    source = "".join(chr(ord("a") + i % 26) for i in range(1000))
    line, carets = caret_lines(source, place, place + 1)
    assert len(line) <= WINDOW + 12
    column = carets.index("^")
    if place < 1000:
        assert line[column] == source[place]
        assert line[max(column - 3, 2) : column].lstrip(" .") in source
    else:
        assert column == len(line)


WIDTHS = [("", 0), ("abc", 3), ("（", 2), ("速度", 4), ("e\u0301", 1), ("σ", 1), ("½", 1)]


@pytest.mark.parametrize(("text", "columns"), WIDTHS)
def test_the_width_of_a_text_on_a_terminal(text: str, columns: int) -> None:
    assert display_width(text) == columns


def test_a_fact_is_told_on_one_line_and_not_endlessly() -> None:
    assert told("a\nb\x1b") == "a b "
    assert told("x" * 10_000).count("x") == LONGEST_FACT
    assert told("σ（x）") == "σ（x）"


CLOSEST = [
    ("sine", "sin"),
    ("tan_h", "tanh"),
    ("tahn", "tanh"),
    ("Relu", "relu"),
    ("SIN", "sin"),
    ("zzz", None),
    ("", None),
]


@pytest.mark.parametrize(("name", "near"), CLOSEST)
def test_a_slip_of_the_fingers_is_understood(name: str, near: str | None) -> None:
    assert closest(name, ["sin", "tan", "tanh", "relu", "max"]) == near


# The whole of a message, as UX.md has it.
MESSAGES = [
    (
        ["grad", "(x+w"],
        "error: unclosed bracket, opened at column 1\n  (x+w\n  ^\ntry `(x+w)`\n",
    ),
    (
        ["grad", "x+*w"],
        "error: expected a value after `+`, found `*`\n  x+*w\n    ^\n",
    ),
    (
        ["grad", "x w"],
        "error: two names side by side\n  x w\n  ^^^\nmultiply with `x*w`\n",
    ),
    (
        ["grad", "sine(x)"],
        "error: unknown function 'sine'\n  sine(x)\n  ^^^^\ndid you mean `sin`? `bpcli ops` lists them all\n",
    ),
    (
        ["grad", "sin x"],
        "error: functions need brackets\n  sin x\n  ^^^\nwrite `sin(x)`\n",
    ),
    (
        ["grad", "（x＋＊w）"],
        "error: expected a value after `+`, found `*`\n  （x＋＊w）\n       ^^\n",
    ),
    (
        ["grad", "x*w + b", "--x", "2"],
        "error: the expression needs values for w and b\n  x*w + b\n    ^\nadd --w 3 --b 2\n",
    ),
    (
        ["grad", "xy", "--x", "2", "--y", "3"],
        "error: unknown name xy: letters that stand together are one name\n  xy\n  ^^\ndid you mean `x*y`?\n",
    ),
    (
        ["grad", "(x+w)*w", "--x", "2", "--w", "3", "--z", "4"],
        "error: z is not in the expression (names: x, w)\n",
    ),
    (
        ["grad", "a = x; a = a + 1; a"],
        "error: 'a' has a value already\n  a = x; a = a + 1; a\n         ^\nwrite `a2 = ...`: each name is one node\n",
    ),
    (
        ["trace", "x*y", "--x", "2", "--foramt", "md"],
        "error: the value of foramt, 'md', is not a number\ndid you mean the option --format?\n",
    ),
    (
        ["trace", "x^w", "--x", "-2", "--w", "3"],
        "error: dy/dw is undefined: on the edge from x^w to w with x = -2, w = 3 it becomes 1 * nan\n"
        "  x^w\n  ^^^\nleave w out: `--wrt x`\n",
    ),
    (
        ["trace", ""],
        'error: there is no expression\ntry `bpcli trace "(x+w)*w" --x 2 --w 3`\n',
    ),
]


@pytest.mark.parametrize(("words", "message"), MESSAGES, ids=[words[1] for words, _ in MESSAGES])
def test_a_message_says_what_where_and_what_to_type(words: list[str], message: str, run: Runner) -> None:
    assert run(*words).err == message


@pytest.mark.parametrize(("language", "place"), [("en", "  {file}, line 3"), ("zh", "  {file} 第 3 行")])
def test_a_mistake_in_a_file_is_told_with_its_line(language: str, place: str, run: Runner, tmp_path: Path) -> None:
    path = tmp_path / "e.bp"
    path.write_text("a = x + w\n# and then\ny = a*q(w)\n", encoding="utf-8")
    found = run("trace", "--file", str(path), "--x", "1", "--w", "2", "--lang", language)
    assert found.code == 2
    assert found.err.splitlines()[1:4] == [place.format(file=path), "  y = a*q(w)", "        ^"]
