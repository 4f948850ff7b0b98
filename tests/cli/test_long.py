"""Long traces on the command line: what is left out is said, what is asked for is made, and a closed pipe ends it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import jsonschema
import pytest

from conftest import SOURCES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Runner

# Two operations, five times tripled, 21 times: 2 * 3^5 * 21 = 10 206 steps, and each sum uses its operand twice.
FUNCTIONS = "f(u) = sin(u) + u; g(u) = f(f(f(u))); h(u) = g(g(g(u))); p(u) = h(h(h(u))); q(u) = p(p(p(u)));"
LONG = f"{FUNCTIONS} r(u) = q(q(q(u))); {'r(' * 21}x{')' * 21}"


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "beyond 10000 steps paths and the check are left out; `--only paths` and `bpcli check` make them"),
        ("zh", "超过 10000 步时不列路径、不做梯度检查；需要时请用 `--only paths` 和 `bpcli check`"),
    ],
)
def test_what_is_left_out_of_a_long_trace_is_said(run: Runner, language: str, sentence: str) -> None:
    told = run("trace", LONG, "--x", "0.1", "--rows", "1:2", "--lang", language)
    assert told.code == 0
    assert sentence in told.out


def test_what_is_left_out_is_said_in_json_too(run: Runner) -> None:
    told = json.loads(run("trace", LONG, "--x", "0.1", "--rows", "1:2", "--json").out)
    sentence = "beyond 10000 steps paths and the check are left out; `--only paths` and `bpcli check` make them"
    assert told["left_out"] == {"parts": ["paths", "check"], "beyond": 10_000, "text": sentence}
    assert (told["paths"], "check" in told) == ({}, False)
    schema = json.loads((SOURCES.parent / "docs" / "schemas" / "trace.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(told)
    assert "left_out" not in json.loads(run("trace", "x*x", "--x", "2", "--json").out)
    assert "left_out" not in json.loads(run("trace", LONG, "--x", "0.1", "--only", "paths", "--json").out)


def test_paths_of_a_long_trace_are_made_where_they_are_asked_for(run: Runner) -> None:
    told = run("trace", LONG, "--x", "0.1", "--only", "paths", "--format", "plain")
    assert told.code == 0
    # A way through each of 5103 sums, by the sine or beside it: 2^5103 of them, which is 10^1536.16.
    assert "about 10^1536 of them" in told.out
    assert "left out" not in told.out
    assert "Forward" not in told.out


def test_a_reader_who_goes_away_ends_a_long_trace_without_a_word() -> None:
    command = [sys.executable, "-m", "bpcli", "trace", LONG, "--x", "0.1", "--format", "plain"]
    environment = {**os.environ, "PYTHONPATH": str(SOURCES)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"y = ")
        process.stdout.close()
        told = process.stderr.read()
        assert process.wait() == 0
        assert told == b""
