"""Options that meet: each is honoured, or refused with a sentence; none is dropped in silence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conftest import call

WORDS = ("trace", "(x+w)*w", "--x", "2", "--w", "3")


@pytest.fixture
def stored(tmp_path: Path) -> str:
    path = tmp_path / "t.json"
    path.write_text(call(*WORDS, "--json").out, encoding="utf-8")
    return str(path)


def test_claims_and_expectations_judge_a_stored_trace(stored: str) -> None:
    """By hand: dy/dw is 8, and 5 is the direct path alone."""
    wrong = call("trace", "--from", stored, "--claim", "w=5")
    assert wrong.code == 1
    assert "5 is only the direct path" in wrong.out
    assert call("trace", "--from", stored, "--expect", "w=5").code == 1
    assert call("trace", "--from", stored, "--expect", "w=8", "--claim", "a=3").code == 0
    assert call("trace", "--from", stored, "--expect", "w=7.9", "--tolerance", "0.1").code == 0
    assert json.loads(call("trace", "--from", stored, "--claim", "w=5", "--json").out)["claims"][0]["ok"] is False


@pytest.mark.parametrize(
    "more", [("--only", "paths"), ("--rows", "1:1"), ("--until", "a"), ("--lens", "flow"), ("--repeat", "2")]
)
def test_parts_and_lenses_of_a_stored_trace_are_those_of_a_new_one(stored: str, more: tuple[str, ...]) -> None:
    assert call("trace", "--from", stored, *more).out == call(*WORDS, *more).out


def test_what_belongs_to_making_a_trace_is_refused_as_that(stored: str) -> None:
    answer = call("trace", "--from", stored, "--wrt", "x")
    assert answer.code == 2
    assert "--wrt is for making a trace" in answer.err


def test_a_stored_trace_without_its_kind_of_number_is_said_to_lack_it(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text('{"schema": "bpcli.trace/1"}', encoding="utf-8")
    answer = call("trace", "--from", str(path))
    assert answer.code == 2
    assert "numbers is missing" in answer.err
    assert "None" not in answer.err


@pytest.mark.parametrize("lens", [("--lens", "flow"), ("--repeat", "2")])
def test_a_lens_is_markdown_or_refused(lens: tuple[str, ...]) -> None:
    assert "|---" in call(*WORDS, *lens, "--format", "md").out.replace("| --- ", "|---").replace("|:--", "|---")
    for format_ in ("latex", "html", "svg", "dot", "mermaid"):
        answer = call(*WORDS, *lens, "--format", format_)
        assert (answer.code, answer.out) == (2, "")
        assert f"not as {format_}" in answer.err
    answer = call(*WORDS, *lens, "--explain", "normal")
    assert answer.code == 2
    assert "leave one of them out" in answer.err


def test_forward_mode_stops_at_a_node() -> None:
    whole = call(*WORDS, "--mode", "forward", "--only", "tangents").out
    part = call(*WORDS, "--mode", "forward", "--only", "tangents", "--until", "a").out
    assert "a -> y" in whole
    assert "x -> a" in part
    assert "a -> y" not in part
    assert "dy/dx" not in part


def test_until_goes_with_no_paths_and_no_picture_and_has_no_empty_words() -> None:
    assert "paths lead up to the result" in call(*WORDS, "--until", "a", "--only", "paths").err
    assert "draws the whole graph" in call(*WORDS, "--until", "a", "--format", "dot").err
    brief = call(*WORDS, "--until", "a", "--explain", "brief").out
    assert not brief.rstrip().endswith("In words")
