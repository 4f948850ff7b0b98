"""Parts of a trace: what is printed is what was asked for, and the whole is still the whole."""

from __future__ import annotations

import numpy as np
import pytest

from bpcli.errors import InputError
from bpcli.language.reader import parse
from bpcli.tracing.record import record
from bpcli.tracing.selection import selected

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.tracing.record import Trace
    from conftest import Runner


def lesson() -> Trace:
    return record(parse("a = x + w; y = a*w"), {"x": 2.0, "w": 3.0})


def edges(trace: Trace) -> list[str]:
    names = trace.nodes
    return [f"{names[row.node].name}{names[row.argument].name}" for row in trace.backward]


# only, until, rows; names of the forward steps, edges down, inputs with paths, gradients that are told: by hand
PARTS = [
    (None, None, None, "ay", "ya yw ax aw", "xw", "xw"),
    ("forward", None, None, "ay", "", "", "xw"),
    ("backward", None, None, "", "ya yw ax aw", "", "xw"),
    ("paths", None, None, "", "", "xw", "xw"),
    (None, "a", None, "a", "", "", ""),
    (None, "y", None, "ay", "", "", ""),
    (None, "x", None, "ay", "ya yw ax", "", "x"),
    (None, "w", None, "ay", "ya yw ax aw", "", "xw"),
    ("backward", "a", None, "", "ya", "", ""),
    ("backward", "w", None, "", "ya yw ax aw", "", "xw"),
    (None, None, "1:1", "a", "ya", "", "xw"),
    (None, None, "2", "y", "yw", "", "xw"),
    (None, None, "2:3", "y", "yw ax", "", "xw"),
    (None, None, "3:", "", "ax aw", "", "xw"),
    (None, None, ":2", "ay", "ya yw", "", "xw"),
    ("backward", None, "4:9", "", "aw", "", "xw"),
]


@pytest.mark.parametrize(("only", "until", "rows", "steps", "down", "paths", "slopes"), PARTS)
def test_a_part_of_a_trace(
    only: str | None, until: str | None, rows: str | None, steps: str, down: str, paths: str, slopes: str
) -> None:
    trace = lesson()
    part = selected(trace, only, until, rows)
    assert "".join(part.nodes[step.node].name for step in part.forward) == steps
    assert " ".join(edges(part)) == down
    assert "".join(part.paths) == paths
    assert "".join(part.gradient) == slopes
    assert part.whole is trace
    assert edges(trace) == ["ya", "yw", "ax", "aw"]
    assert [*trace.gradient] == [*trace.paths] == ["x", "w"]


WRONG = [
    ("tangents", None, None, "unknown-part"),
    ("everything", None, None, "unknown-part"),
    (None, "b", None, "until-unknown"),
    (None, None, "5:9", "rows-outside"),
    ("forward", None, "3", "rows-outside"),
    ("paths", None, "1:2", "rows-outside"),
    *[(None, None, text, "rows-unreadable") for text in ("", ":", "0:2", "3:1", "a:b", "1:2:3", "-1", "1.5", "²")],
]


@pytest.mark.parametrize(("only", "until", "rows", "kind"), WRONG)
def test_a_part_that_is_not_there_is_refused(only: str | None, until: str | None, rows: str | None, kind: str) -> None:
    with pytest.raises(InputError) as caught:
        selected(lesson(), only, until, rows)
    assert caught.value.kind == kind
    assert caught.value.sentence


def test_the_header_speaks_of_the_whole_and_a_path_alone_is_shown_when_asked_for(run: Runner) -> None:
    words = ["trace", "(x+w)*w", "--x", "2", "--w", "3"]
    whole = run(*words).out
    part = run(*words, "--only", "paths").out
    assert part.splitlines()[0] == whole.splitlines()[0]
    assert "x -> a -> y" not in whole
    assert "x -> a -> y  1 * 3" in part
    assert "Forward" not in part
    tangents = run(*words, "--mode", "forward", "--only", "tangents", "--rows", "1:1").out
    assert tangents.count("a -> y") == 0
    assert tangents.count("Tangents along") == 2


def test_the_bare_answer_is_whole(run: Runner) -> None:
    assert run("trace", "(x+w)*w", "--x", "2", "--w", "3", "--until", "a", "-q").out == "x=3\nw=8\n"


@pytest.mark.parametrize(
    ("text", "at", "entry"),
    [("sum(b + W@x)", {"b": 1.0, "W": [[1.0, 2.0]], "x": [3.0, 4.0]}, "W[0,0]"), ("sum(x)", {"x": [3.0]}, "x[0]")],
)
def test_who_asks_for_paths_of_arrays_is_told_where_they_are(text: str, at: dict[str, object], entry: str) -> None:
    given = {name: np.array(value) if isinstance(value, list) else value for name, value in at.items()}
    with pytest.raises(InputError) as caught:
        selected(record(parse(text, given=list(given)), given), "paths")
    assert (caught.value.kind, caught.value.facts["example"]) == ("paths-of-arrays", entry)
