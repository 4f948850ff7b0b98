"""Every command shown in a document is run, and its output compared. BPCLI_UPDATE=1 writes the outputs anew."""

from __future__ import annotations

import doctest
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from bpcli.cli.examples import EXAMPLES
from bpcli.language.reader import parse
from bpcli.ops import exponential
from bpcli.ops.declaration import Golden, Op

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
UPDATE = bool(os.environ.get("BPCLI_UPDATE"))

CONSOLE = re.compile(r"(```console\n)(.*?)(```)", re.DOTALL)


@pytest.fixture
def shell(tmp_path):
    """Runs a command line in a copy of the examples, with `bpcli` on the path; returns code and output."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    programs = tmp_path / "bin"
    programs.mkdir()
    shim = programs / "bpcli"
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m bpcli "$@"\n')
    shim.chmod(shim.stat().st_mode | stat.S_IXUSR)
    environment = {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "src"),
        "PYTHONIOENCODING": "utf-8",
        "COLUMNS": "80",
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
    }

    def run(command: str) -> tuple[int, str]:
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=60,
        )
        return done.returncode, done.stdout.decode()

    return run


def sessions(text: str) -> list[tuple[str, str]]:
    """The commands of a console block, each with the output shown below it."""
    found: list[tuple[str, str]] = []
    for line in text.splitlines(keepends=True):
        if line.startswith("$ "):
            found.append((line[2:].rstrip("\n"), ""))
        elif found:
            found[-1] = (found[-1][0], found[-1][1] + line)
    return found


def test_every_formula_in_the_table_of_tensors_is_one():
    page = (ROOT / "docs" / "tensors.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| [a-z ]+ \| (.*) \|$", page, re.MULTILINE)
    formulas = [each for row in rows for each in re.findall(r"`([^`]+)`", row)]
    formulas = [each for each in formulas if not each.startswith(("--", "@")) and each != "keepdims=1"]
    assert len(formulas) > 20
    for formula in formulas:
        assert parse(formula).source == formula


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_of_a_document_prints_what_stands_below_it(document, shell):
    text = document.read_text(encoding="utf-8")

    def run_block(match: re.Match[str]) -> str:
        lines = []
        for command, _ in sessions(match.group(2)):
            _, output = shell(command)
            lines.append(f"$ {command}\n{output}")
        return match.group(1) + "".join(lines) + match.group(3)

    actual = CONSOLE.sub(run_block, text)
    if UPDATE:
        document.write_text(actual, encoding="utf-8")
    assert text == actual


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_python_sessions_of_a_document_are_true(document):
    outcome = doctest.testfile(str(document), module_relative=False, encoding="utf-8")
    assert outcome.failed == 0


@pytest.mark.parametrize("command", [command for each in EXAMPLES.values() for command in each])
def test_the_examples_of_every_help_run(command, shell):
    code, output = shell(command)
    # A wrong claim is answered with no.
    assert code == ("--claim" in command), output
    assert output.strip() or ">" in command.split()


def test_the_readme_runs_something_of_every_command():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for command in EXAMPLES:
        assert f"bpcli {command}" in text


def test_no_document_speaks_of_a_distribution_that_is_not_ours():
    for document in [*DOCUMENTS, ROOT / "CHANGELOG.md"]:
        assert "pip install bpcli" not in document.read_text(encoding="utf-8")


def test_the_operation_of_the_contributing_page_works_everywhere(tmp_path):
    """One declaration, entered into the table in a process of its own, as the page says."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    declaration = re.search(r"<!-- operation -->\n```python\n(.*?)```", page, re.DOTALL).group(1)
    source = tmp_path / "bpcli"
    shutil.copytree(ROOT / "src" / "bpcli", source, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "grammar", source / "grammar")
    table = source / "ops" / "exponential.py"
    text = table.read_text(encoding="utf-8")
    assert text.rstrip().endswith(")")
    table.write_text(text.rstrip()[:-1] + "    " + declaration.rstrip().replace("\n", "\n    ") + ",\n)\n")

    def run(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "bpcli", *words],
            env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            timeout=60,
            check=True,
        )
        return done.stdout.decode()

    assert run("grad", "square(x + 1)", "--x", "2", "-q") == "x=6\n"
    assert run("diff", "square(x)*w", "--wrt", "x") == "2*x*w\n"
    assert "d(square(a))/da = 2*a = 6" in run("trace", "square(x + 1)", "--x", "2")
    assert "The product of a number with itself." in run("ops", "square")
    assert run("check", "square(x)", "--x", "3", "-q") == "ok\n"


def test_that_operation_is_not_in_the_table_yet():
    assert "square" not in {op.name for op in exponential.OPERATIONS}
    assert Op("square(x)", "A number.", golden=[Golden([3], 9, [6], "by hand")]).takes(1)


MODELS = sorted((ROOT / "examples").rglob("*.bp"))


@pytest.mark.parametrize("model", MODELS, ids=lambda path: path.name)
def test_the_commands_in_a_model_print_what_it_says(model, shell):
    lines = [line[2:] for line in model.read_text(encoding="utf-8").splitlines() if line.startswith("# ")]
    shown = "".join(f"{line}\n" for line in lines if line.startswith(("$ ", "> ")))
    commands = sessions(shown.replace("\n> ", "\n"))
    assert commands, "a model says how it is run"
    for command, expected in commands:
        assert shell(command)[1] == expected
