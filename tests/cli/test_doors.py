"""Two doors, one answer; and what stands on the doorstep: help, version, pipes, unknown commands."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpcli import __version__
from bpcli.cli.arguments import takes_variables
from bpcli.cli.doors import answer
from bpcli.cli.examples import EXAMPLES
from bpcli.cli.options import ALL, options_of
from bpcli.errors import display_width
from conftest import SOURCES
from strategies import programs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Runner

CALLS = [
    ["eval", "(x+w)*w", "--x", "2", "--w", "3"],
    ["eval", "-q", "2^10 + sqrt(pi)"],
    ["eval", "-x^2", "--x", "-3"],
    ["eval", "1/x", "--x", "0"],
    ["eval", "log(x)", "--x", "-1"],
    ["eval", "x", "--x=-1e5", "--digits", "3"],
    ["eval", "--json", "x/3", "--x", "1"],
    ["eval", "--", "--x", "--x"],
    ["eval", "--x", "2", "--", "--x"],
    ["grad", "(x+w)*w", "--x", "2", "--w", "3"],
    ["grad", "(x+w)*w", "--x=2", "--w=3", "-q"],
    ["grad", "(x+w)*w", "--x", "2", "--w", "3", "--json"],
    ["grad", "(x+w)*w", "--x", "2", "--w", "3", "--format", "json"],
    ["grad", "(x+w)*w", "--x", "2", "--w", "3", "--format", "plain"],
    ["grad", "(x+w)*w", "--x", "2", "--w", "3", "--wrt", "w"],
    ["grad", "a = x + w; y = a*w", "--x", "2", "--w", "3", "--wrt", "a,w"],
    ["grad", "x/3", "--x", "1", "--digits", "12"],
    ["grad", "x/3", "--x", "1", "-q", "--digits", "2"],
    ["grad", "e*pi*lr*h", "--e", "1", "--pi", "2", "--lr", "3", "--h", "4"],
    ["grad", "digits*x", "--set", "digits=2", "--x", "-1"],
    ["grad", "x", "--set", "x=-1/3"],
    ["grad", "σ（w₁×x）", "--w1", "2", "--x", "1"],
    ["grad", "(x+w)*(x+w)", "--x", "1", "--w", "1", "--no-share"],
    ["grad", "sqrt(x)", "--x", "0"],
    ["grad", "sqrt(x^2)", "--x", "0"],
    ["grad", "relu(x)", "--x", "0", "--json"],
    ["grad", "3"],
    ["grad", "x"],
    ["grad", "x", "--x", "1", "--y", "2"],
    ["grad", "x", "--x", "1", "--wrt", "z"],
    ["grad", "x", "--x", "abc"],
    ["grad", "x", "--x", "1", "--digits", "0"],
    ["grad", "x", "--x", "1", "--format", "pdf"],
    ["grad", "(x+w"],
    ["grad", "--file", "nowhere.bp"],
    ["grad", "x*x", "--x", "1", "--max-nodes", "1"],
    ["eval", "x/4", "--x", "15", "--exact"],
    ["grad", "x/4", "--x", "15", "--precision", "20"],
    ["grad", "x/4", "--x", "15", "--dtype", "bfloat16", "--loss-scale", "1024"],
    ["grad", "x/4", "--x", "15", "--exact", "--dtype", "float16"],
    ["trace", "(x+w)*w", "--x", "1/3", "--w", "3", "--exact"],
    ["trace", "(x+w)*w", "--x", "2", "--w", "3"],
    ["trace", "(x+w)*w", "--x", "2", "--w", "3", "-q"],
    ["trace", "(x+w)*w", "--x", "2", "--w", "3", "--json"],
    ["trace", "(x+w)*w", "--x", "2", "--w", "3", "--format", "md"],
    ["trace", "(x+w)*w", "--x", "2", "--w", "3", "--format", "latex"],
    ["trace", "(x+w)*w", "--x", "2", "--w", "3", "--format", "ascii"],
    ["trace", "p = w*x + b; L = (p - t)^2", "--w", "2", "--b", "-1", "--x", "3", "--t", "10", "--wrt", "w", "--all"],
    ["trace", "(x+w)*w", "--x", "2", "--w", "3", "--format", "svg"],
    ["trace", "(x+w)*w", "--blank", "--seed", "3", "--w", "2"],
    ["graph", "(x+w)*w"],
    ["graph", "(x+w)*w", "--x", "2", "--w", "3", "--ascii", "--style", "op"],
    ["graph", "(x+w)*w", "--x", "2", "--w", "3", "--format", "dot"],
    ["graph", "(x+w)*w", "--x", "2", "-q"],
    ["graph", "(x+w)*w", "--style", "round"],
    ["diff", "(x+w)*w", "--wrt", "w"],
    ["diff", "x^3 + 2x", "--wrt", "x,x"],
    ["diff", "tanh(w*x)", "--w", "0.5", "--x", "2"],
    ["diff", "x*w", "-q"],
    ["diff", "x*w", "--json"],
    ["check", "(x+w)*w", "--x", "2", "--w", "3"],
    ["check", "exp(sin(x))", "--x", "1", "--tolerance", "1e-8", "--step", "1e-5"],
    ["check", "exp(sin(x))", "--x", "1", "--tolerance", "1e-16"],
    ["check", "x^2", "--x", "1", "--json"],
    ["check", "x^2", "--x", "1", "-q"],
    ["check", "x^2", "--x", "1", "--tolerance", "-1"],
    ["fit", "missing.csv", "--degree", "2"],
    ["fit", "examples/quintic.csv", "--degree", "2", "-q"],
    ["train", "examples/quintic.csv", "--steps", "x"],
    ["fit", "--x", "2"],
]


def differing(run: Runner, words: list[str], stdin: str = "") -> list[object]:
    """What the two doors answer differently: exit code, output, errors."""
    straight, through_typer = (run(*words, straight=door, stdin=stdin) for door in (True, False))
    pairs = [(getattr(straight, part), getattr(through_typer, part)) for part in ("code", "out", "err")]
    return [pair for pair in pairs if pair[0] != pair[1]]


@pytest.mark.parametrize("words", CALLS, ids=" ".join)
def test_both_doors_answer_alike(run: Runner, words: list[str]) -> None:
    assert differing(run, words) == []


FORMS = st.sampled_from([[], ["-q"], ["--json"], ["--digits", "4"], ["--no-share"]])


@given(programs(depth=1), st.sampled_from(ALL), FORMS)
def test_both_doors_answer_any_program_alike(run: Runner, text: str, command: str, options: list[str]) -> None:
    words = [command, *options, "--x", "-0.5", "--max-nodes", "2000", "--", text]
    assert differing(run, words) == []


def test_both_doors_read_standard_input(run: Runner) -> None:
    assert differing(run, ["eval", "-", "--x", "1/3"], stdin="x^2 + 1\n") == []
    assert run("eval", "-", "-q", "--x", "3", stdin="x^2 + 1\n").out == "10\n"
    assert run("eval", "--file", "-", "-q", "--x", "3", stdin="# note\r\na = x^2\r\na + 1\r\n").out == "10\n"


def test_an_expression_comes_from_a_file(run: Runner, tmp_path: Path) -> None:
    path = tmp_path / "net.bp"
    path.write_text("\ufeffp = w*x  # prediction\nL = (p - 10)^2\n", encoding="utf-8")
    assert run("grad", "--file", str(path), "--w", "2", "--x", "3", "-q").out == "w=-24\nx=-16\n"
    assert differing(run, ["grad", "--file", str(path), "--w", "2", "--x", "3"]) == []


def test_a_long_expression_comes_by_standard_input(run: Runner) -> None:
    assert run("grad", "-", "-q", "--x", "1", stdin="+".join(["x"] * 50_000)).out == "x=50000\n"


# What a command prints, by hand.

ANSWERS = [
    (["eval", "(x+w)*w", "--x", "2", "--w", "3"], "y = 15\n"),
    (["eval", "-q", "(x+w)*w", "--x", "2", "--w", "3"], "15\n"),
    (["grad", "-q", "(x+w)*w", "--x", "2", "--w", "3"], "x=3\nw=8\n"),
    (["grad", "-q", "(x+w)*w", "--w", "3", "--x", "2"], "x=3\nw=8\n"),
    (["grad", "-q", "(x+w)*w", "--x", "2", "--w", "3", "--wrt", "w"], "w=8\n"),
    (["grad", "-q", "x^2", "--x", "-1e5"], "x=-200000\n"),
    (["grad", "-q", "-x^2", "--x", "3"], "x=-6\n"),
    (["eval", "-q", "-1"], "-1\n"),
    (["eval", "-q", "x", "--x", "1/3"], "0.3333333333333333\n"),
    (["eval", "-q", "x", "--x", "1/3", "--digits", "3"], "0.333\n"),
    (["eval", "-q", "0 < x < 1", "--x", "0.5"], "1\n"),
    (["diff", "(x+w)*w", "--wrt", "w"], "x + 2*w\n"),
    (["check", "-q", "(x+w)*w", "--x", "2", "--w", "3"], "ok\n"),
]


@pytest.mark.parametrize(("words", "out"), ANSWERS, ids=[" ".join(words) for words, _ in ANSWERS])
def test_the_answer_is_on_standard_output_and_nothing_else(run: Runner, words: list[str], out: str) -> None:
    answer = run(*words)
    assert (answer.code, answer.out, answer.err) == (0, out, "")


def test_a_check_that_fails_is_an_answer_and_exit_code_1(run: Runner) -> None:
    # The derivative of x^2 is given as 3x, and at 1 the central difference says 2.
    answer = run("check", "-q", "f(u) = u^2; d f/du = 3u; f(x)", "--x", "1")
    assert (answer.code, answer.out) == (1, "no\n")


def test_a_note_goes_to_standard_error(run: Runner) -> None:
    answer = run("grad", "-q", "e*x", "--e", "1", "--x", "2")
    assert answer.out == "e=2\nx=1\n"
    assert answer.err == "note: e is a variable here; the constant of that name is shadowed\n"
    assert answer.code == 0


# Help and version.


@pytest.mark.parametrize("command", sorted(EXAMPLES))
def test_the_help_of_a_command_shows_its_options_and_examples(run: Runner, command: str) -> None:
    answer = run(command, "--help")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith(f"Usage: bpcli {command} ")
    for example in EXAMPLES[command]:
        assert f"    {example}\n" in answer.out
    assert answer.out.rstrip().endswith(EXAMPLES[command][-1])
    if takes_variables(command):
        for option in options_of(command):
            assert f"--{option.name}" in answer.out
    assert all(len(line) <= 80 for line in answer.out.splitlines() if not line.startswith("    bpcli"))


@pytest.mark.parametrize("words", [[], ["--help"], ["-h"], ["help"]], ids=" ".join)
def test_the_help_lists_the_commands_and_ends_with_examples(run: Runner, words: list[str]) -> None:
    answer = run(*words)
    assert (answer.code, answer.err) == (0, "")
    for command in (*ALL, "ops", "fit", "train"):
        assert f"\n  {command} " in answer.out
    assert "Examples:" in answer.out


HELPS = [["help", "grad"], ["grad", "x", "--help"], ["grad", "--help", "--x", "2"], ["grad", "--json", "--help"]]


@pytest.mark.parametrize("words", HELPS, ids=" ".join)
def test_help_is_answered_wherever_it_stands(run: Runner, words: list[str]) -> None:
    assert run(*words).out == run("grad", "--help").out


def test_the_version_is_told(run: Runner, run_process: Runner) -> None:
    assert run("--version").out == f"bpcli {__version__}\n"
    assert run_process("--version").out == f"bpcli {__version__}\n"


# Commands and options that do not exist.

UNKNOWN = [
    (["gard", "x"], "error: there is no command 'gard'\ndid you mean `bpcli grad`?\n"),
    (["GRAD", "x"], "error: there is no command 'GRAD'\ndid you mean `bpcli grad`?\n"),
    (["frobnicate"], "error: there is no command 'frobnicate'\n`bpcli --help` lists the commands\n"),
    (
        ["x^2", "--x", "3"],
        "error: there is no command 'x^2'\nfor the gradient of an expression: `bpcli grad \"x^2\" --x 2`\n",
    ),
    (["--frob"], "error: there is no option --frob\n`bpcli --help` shows how it is used\n"),
    (["ops", "--frob"], "error: there is no option --frob\n`bpcli ops --help` shows how it is used\n"),
    (["fit"], "error: there is no file of data\ntry `bpcli fit examples/quintic.csv --degree 5`\n"),
    (["ops", "tahn"], "error: there is no operation 'tahn'\ndid you mean `tanh`?\n"),
]


@pytest.mark.parametrize(("words", "err"), UNKNOWN, ids=[" ".join(words) for words, _ in UNKNOWN])
def test_what_does_not_exist_is_told(run: Runner, words: list[str], err: str) -> None:
    answer = run(*words)
    assert (answer.code, answer.out, answer.err) == (2, "", err)


# The process as a whole: what only a shell can see.


def test_a_process_answers_as_the_function_does(run: Runner, run_process: Runner) -> None:
    for words in (["grad", "(x+w)*w", "--x", "2", "--w", "3"], ["grad", "(x+w"], ["ops", "tanh"]):
        here, there = run(*words), run_process(*words)
        assert (here.code, here.out, here.err) == (there.code, there.out, there.err)


PIPED = [
    ["ops"],
    ["--help"],
    ["trace", "(x+w)*w", "--x", "2", "--w", "3"],
    ["eval", "1"],
    ["diff", "x*w", "--json"],
    ["grad", "--file", "-", "--x", "1"],
]


@pytest.mark.parametrize("words", PIPED, ids=" ".join)
def test_a_broken_pipe_is_silent(words: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "bpcli", *words], input=b"x^2", stdout=writing, stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(SOURCES)}, check=False,
        )  # fmt: skip
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(("closed", "code"), [(0, 2), (1, 0), (2, 0)], ids=["stdin", "stdout", "stderr"])
def test_a_stream_that_the_shell_has_closed_is_an_empty_one(closed: int, code: int) -> None:
    words = ["eval", "-" if closed == 0 else "1"]
    start = f"import os, sys; os.close({closed}); os.execv(sys.executable, [sys.executable, '-m', 'bpcli', *{words}])"
    done = subprocess.run(
        [sys.executable, "-c", start], input=b"", capture_output=True,
        env={**os.environ, "PYTHONPATH": str(SOURCES)}, check=False,
    )  # fmt: skip
    assert done.returncode == code
    assert b"Traceback" not in done.stderr


def test_what_a_terminal_cannot_show_is_written_as_an_escape(run_process: Runner) -> None:
    answer = run_process("grad", "β*x", "--β", "1", "--x", "2", "-q", env={"PYTHONIOENCODING": "ascii"})
    assert (answer.code, answer.out) == (0, "\\u03b2=2\nx=1\n")


def test_an_interruption_is_told_in_a_word(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    waiting = (
        "import bpcli.cli.dispatch as dispatch, pathlib, sys, time\n"
        "def run(request):\n"
        "    pathlib.Path(sys.argv.pop()).touch()\n"
        "    time.sleep(60)\n"
        "dispatch.run = run\n"
        "from bpcli.cli import doors\n"
        "sys.exit(doors.answer(['eval', '1'], straight=sys.argv.pop(1) == 'straight'))\n"
    )
    for door in ("straight", "typer"):
        process = subprocess.Popen(
            [sys.executable, "-c", waiting, door, str(ready)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(SOURCES)},
        )  # fmt: skip
        while not ready.exists() and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
        assert (process.returncode, out, err) == (130, b"", b"interrupted\n")
        ready.unlink()


def test_completion_knows_the_commands(run_process: Runner) -> None:
    env = {"_BPCLI_COMPLETE": "complete_bash", "COMP_WORDS": "bpcli gr", "COMP_CWORD": "1"}
    assert run_process(env=env).out.split() == ["grad", "graph"]


@pytest.mark.parametrize("command", ALL)
def test_json_is_one_object_with_the_schema_first(run: Runner, command: str) -> None:
    more = {"jvp": ("--direction", "x=1"), "why": ("--wrt", "x")}.get(command, ())
    answer = run(command, "(x+w)*w", "--x", "2", "--w", "3", "--json", *more)
    assert answer.code == 0
    assert next(iter(json.loads(answer.out).items())) == ("schema", f"bpcli.{command}/1")


class Terminal(io.StringIO):
    """A stream that people look at."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("columns", [60, 80])
def test_on_a_terminal_an_error_is_broken_between_words(
    columns: int, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "leaky(u) = max(u, 0); d leaky/du = where(u > 0, 1, 0.1); leaky(x)"
    words = ["grad", text, "--x", "-2", "--lang", language]
    monkeypatch.setenv("COLUMNS", str(columns))
    shown, whole = Terminal(), io.StringIO()
    for stream in (shown, whole):
        monkeypatch.setattr(sys, "stderr", stream)
        assert answer(words) == 2
    lines = shown.getvalue().splitlines()
    assert max(map(display_width, lines)) <= columns
    first = [line for line in lines if "^^^" in line]
    assert len(first) == 1, "the carets stand on one line"
    above = lines[lines.index(first[0]) - 1]
    assert above[first[0].index("^") :].startswith("d leaky/du = where(u > 0, 1, 0.1)"[: first[0].count("^")])
    # Nothing but the breaks is different, and what was cut of the user's line.
    sentence = whole.getvalue().splitlines()[0]
    assert "".join("".join(lines[: lines.index(above)]).split()) == "".join(sentence.split())


def test_a_program_file_stands_where_an_expression_would(run: Runner, tmp_path: Path) -> None:
    program = tmp_path / "flagship.bp"
    program.write_text("# the product of a sum\na = x + w; y = a*w\n")
    assert run("grad", str(program), "--x", "2", "--w", "3", "-q").out == "x=3\nw=8\n"
    assert run("grad", str(program), "--file", str(program), "--x", "2", "--w", "3").code == 2
    missing = run("grad", "nowhere.bp", "--x", "2")
    assert missing.code == 4 and "nowhere.bp" in missing.err
    # (w*3 - 12)^2 is least at w = 4; the comment is no part of the loss.
    program.write_text("# one weight\np = w*x\n(p - 12)^2\n")
    trained = run("train", str(program), "--x", "3", "--init", "w=2")
    assert trained.code == 0 and "loss     p = w*x; (p - 12)^2\n" in trained.out and "w     4\n" in trained.out
