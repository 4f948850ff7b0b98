"""Paths as names: written out, or with what tells them apart."""

from __future__ import annotations

from bpcli.language.reader import parse
from bpcli.render import layout
from bpcli.tracing.record import record

STAGES = 30
LADDER = "; ".join(f"a{i} = 2*x{i}; b{i} = 3*x{i}; x{i + 1} = a{i} + b{i}" for i in range(STAGES))


def ways(text: str, given: dict[str, float]) -> list[str]:
    (table,) = layout.path_tables(record(parse(text), given))
    return [row[0] for row in table.rows]


def test_short_paths_are_written_out() -> None:
    assert {*ways("(x+x^2)*w", {"x": 2, "w": 3})[:2]} == {"x -> c -> y", "x -> a -> c -> y"}


def test_of_long_paths_each_shows_where_it_leaves_the_others() -> None:
    """Two ways at each of thirty stages, by hand: the ten largest go through b, and one of them each through an a."""
    found = ways(LADDER, {"x0": 1})[:10]
    assert len({*found}) == 10
    assert found[0] == "x0 -> b0 -> x1 -> b1 -> ... -> b28 -> x29 -> b29 -> x30"
    assert "x0 -> b0 -> ... -> a25 -> ... -> b29 -> x30" in found
