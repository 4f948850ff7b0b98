"""The table of a training that runs: what it says, and that it fits."""

from __future__ import annotations

import numpy as np
import pytest

from bpcli.errors import display_width
from bpcli.render.trainings.live import Moment, moment_lines
from bpcli.training.lesson import Flow, flow_between

FLOWS = [Flow("W1", 1e-5, 0.002), Flow("b1", 0.0, float("nan")), Flow("W2", 1.0, 0.5)]


def lines(width: int = 79, language: str = "en", **more: object) -> list[str]:
    moment = Moment(250, 1000, 0.25, [4.0, 1.0, 0.5, 0.25], FLOWS, 0.01)._replace(**more)
    return [*moment_lines(moment, width, language)]


def test_progress_loss_and_flow_are_there() -> None:
    found = lines()
    assert found[0] == "step 250 of 1000  [#####---------------] 25 %"
    assert found[1] == "loss 0.25   rate 0.01"
    assert found[2].startswith("█") and found[2].endswith("▁ (log scale)")
    # A bar has two columns for each power of ten: five below the largest there is nothing left.
    assert [line.count("█") for line in found[5:]] == [0, 0, 10]
    assert found[5].split() == ["W1", "1e-5", "0.002"] and found[6].split() == ["b1", "0", "-"]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [80, 60, 30])
def test_no_line_is_longer_than_the_terminal(width: int, language: str) -> None:
    flows = [Flow(f"weights{place}", 1.25e-3 * place, 1e-3) for place in range(12)]
    for line in lines(width, language, number=123456, total=1000000, flows=flows, validation=0.3):
        assert display_width(line) <= width
    # Three lines, a blank, the titles, of twelve tensors eight, and how many more.
    assert len(lines(flows=flows)) == 3 + 1 + 1 + 8 + 1


def test_losses_that_are_no_numbers_do_no_harm() -> None:
    inf, nan = float("inf"), float("nan")
    assert lines(loss=nan, losses=[1.0, inf, nan], flows=[Flow("w", inf, nan), Flow("v", nan, nan)])


def test_flow_is_the_root_mean_square_of_each() -> None:
    """By hand: (3, 4) has length 5, 5/sqrt(2) an entry; the step (0.6, 0.8) is 1 long, the value (0, 2) 2."""
    flows = flow_between({"W": (2,), "b": ()}, np.array([0.0, 2, 0]), np.array([3.0, 4, -7]), np.array([0.6, 0.8, 1]))
    assert [flow.name for flow in flows] == ["W", "b"]
    assert flows[0].gradient == pytest.approx(5 / 2**0.5) and flows[0].moved == pytest.approx(0.5)
    assert flows[1].gradient == 7 and flows[1].moved != flows[1].moved
