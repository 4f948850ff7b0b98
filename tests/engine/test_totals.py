"""Sums over rows, block by block."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bpcli.engine.totals import Totals
from bpcli.language.reader import parse


def totals(text: str, columns: dict[str, np.ndarray]) -> Totals:  # type: ignore[type-arg]
    program = parse(text)
    return Totals(program.graph, [program.output], columns)


@pytest.mark.parametrize("rows", [1, 7, 50_000, 123_457])
def test_a_sum_is_that_of_the_rows(rows: int) -> None:
    x = np.random.default_rng(1).normal(size=rows)
    (found,) = totals("w*x^2", {"x": x}).sums({"w": 3.0})
    assert found == pytest.approx(math.fsum(3 * x * x), rel=1e-13)


def test_threads_do_not_show_in_the_last_bit() -> None:
    x = np.random.default_rng(2).normal(size=300_000)
    made = totals("exp(w*x)", {"x": x})
    assert made.rows > 4 * made.block
    assert len({made.sums({"w": 0.3}, threads=threads)[0] for threads in (1, 2, 3, 8)}) == 1


def test_some_rows_alone() -> None:
    made = totals("w*x", {"x": np.arange(10.0)})
    assert made.sums({"w": 2.0}, np.array([1, 3, 3])) == [14.0]


def test_without_columns_there_is_one_row() -> None:
    assert totals("w^2 + 1", {}).sums({"w": 3.0}) == [10.0]


def test_infinities_pass_through() -> None:
    assert totals("x*w", {"x": np.array([1.0, math.inf])}).sums({"w": 1.0}) == [math.inf]
    assert math.isnan(totals("x*w", {"x": np.array([math.inf, -math.inf])}).sums({"w": 1.0})[0])


def test_no_block_is_kept_as_long_as_the_columns() -> None:
    seen: list[int] = []
    made = totals("x + w", {"x": np.zeros(200_000)})
    made.reduced({"w": 0.0}, lambda results: seen.append(len(results[0])))
    assert sum(seen) == 200_000 and max(seen) <= made.block <= 32_768
