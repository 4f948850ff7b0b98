"""A network that learns points of two classes, watched: what is drawn is what was computed."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bpcli.cli.commands.playground import GRID, Playground
from bpcli.render.trainings.boundary import plain_lines
from bpcli.training.demos import DEMOS, EDGE, points_of, said_at, square
from conftest import on_terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Runner = Callable[..., Any]


@pytest.mark.parametrize("name", DEMOS)
def test_every_demo_is_learned(name: str) -> None:
    ground = Playground(name, {})
    for _ in ground.turns():
        pass
    assert ground.frames[0].accuracy < 0.8
    assert ground.frames[-1].accuracy > 0.97


@pytest.mark.parametrize("name", DEMOS)
def test_points_are_the_same_for_the_same_seed_and_of_both_classes(name: str) -> None:
    points, classes = points_of(name, 3)
    again, _ = points_of(name, 3)
    other, _ = points_of(name, 4)
    assert np.array_equal(points, again) and not np.array_equal(points, other)
    assert classes.sum() == len(classes) / 2
    assert np.abs(points).max() < EDGE


def test_every_moment_was_computed_at_its_step() -> None:
    ground = Playground("xor", {"steps": "30"})
    moments = {}
    for turn, kept in ground.turns():
        if kept:
            moments[turn.number] = turn
    losses = dict(ground.training.outcome.losses)
    for frame in ground.frames:
        turn = moments[frame.step]
        assert frame.loss == turn.loss == losses[frame.step]
        said = said_at(ground.training.model, turn.parameters, ground.points)  # type: ignore[arg-type]
        assert frame.accuracy == np.mean(np.round(said) == ground.classes)
    assert len(ground.frames) > 10


def test_the_square_is_drawn_the_right_way_round() -> None:
    grid = square(GRID)
    assert grid[0].tolist() == [-EDGE, EDGE]  # the upper left
    assert grid[-1].tolist() == [EDGE, -EDGE]
    ground = Playground("moons", {"steps": "0"})
    for _ in ground.turns():
        pass
    frame = ground.frames[-1]
    frame.said = [[1.0 if x > 0 and y > 0 else 0.0 for x, y in row] for row in grid.reshape(GRID, GRID, 2).tolist()]
    lines = [*plain_lines(frame, [[-1.0, -1.0]], [0.0], EDGE)]
    assert lines[2].rstrip("|").endswith("#" * 20) and "#" not in lines[-3]
    assert "o" in lines[-4][:12] or "o" in lines[-3][:12]


def test_a_page_plays_it_and_loads_nothing(run: Runner, tmp_path: Path) -> None:
    page = tmp_path / "lesson.html"
    answer = run("train", "--demo", "circle", "--steps", "60", "--html", str(page), "--lang", "zh")
    assert answer.code == 0 and "lesson.html" in answer.out
    text = page.read_text(encoding="utf-8")
    assert "http" not in text and '<html lang="zh' in text
    assert len(text) < 200_000
    data = json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL)[1])  # type: ignore[index]
    assert data["frames"][-1]["step"] == 60
    assert len(base64.b64decode(data["frames"][0]["said"])) == GRID * GRID
    assert [step for step, _ in data["losses"]] == [*range(61)]


def test_it_answers_programs_too(run: Runner) -> None:
    told = json.loads(run("train", "--demo", "xor", "--steps", "5", "--json").out)
    assert told["steps"] == 5 and np.shape(told["parameters"]["W1"]) == (2, 6)
    assert run("train", "--demo", "xor", "--steps", "5", "-q").out.startswith("W1=[[")


@pytest.mark.parametrize(("environment", "shaded"), [({"NO_COLOR": "1"}, True), ({}, False)])
def test_a_terminal_without_colours_shades_in_characters(environment: dict[str, str], shaded: bool) -> None:
    shown = on_terminal("train", "--demo", "moons", "--steps", "1", **environment)
    assert ("+-----" in shown and "dark (#)" in shown) == shaded


def test_the_page_keeps_its_words_out_of_the_curve() -> None:
    """Numbers beside the axis are short, and words stand above and below the frame."""
    from bpcli.files import page_text

    script = page_text("playground.js")
    assert "toExponential(1)" in script and "top - 9" in script and script.count(" · ") == 2


def test_a_frame_has_the_flow_of_its_step() -> None:
    """The gradient of each tensor by the trace of the whole program, per entry."""
    ground = Playground("xor", {"steps": "3", "seed": "1"})
    gradients = {turn.number: turn.gradient for turn, _ in ground.turns()}
    for frame in ground.frames:
        begin = 0
        for (name, value), (known, shape) in zip(
            frame.flow, ground.training.model.shapes.items(), strict=True
        ):
            part = gradients[frame.step][begin : begin + int(np.prod(shape))]
            begin += len(part)
            assert (name, value) == (known, pytest.approx(np.sqrt(np.mean(part**2)), rel=1e-12))


def test_an_interrupted_demo_keeps_its_network(
    run: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody presses Ctrl-C while the third picture is made."""
    monkeypatch.chdir(tmp_path)
    frame = Playground.frame

    def interrupted(ground: Playground, turn: Any) -> Any:
        if turn.number >= 2:
            raise KeyboardInterrupt
        return frame(ground, turn)

    monkeypatch.setattr(Playground, "frame", interrupted)
    answer = run("train", "--demo", "circle", "--html", "page.html")
    assert answer.code == 130 and "what was reached is in bpcli-model.json" in answer.out
    assert (tmp_path / "page.html").exists()
    (tmp_path / "new.csv").write_text("x,y\n0,0\n")
    assert run("predict", "bpcli-model.json", "new.csv").code == 0
