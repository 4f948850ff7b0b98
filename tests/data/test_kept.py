"""Rows that are kept: the same from memory and from a file, and nothing is left of that file."""

from __future__ import annotations

import errno
import gc
import tempfile
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from bpcli.data import kept as kept_rows
from bpcli.data.kept import CHUNK, SLOTS, Kept
from bpcli.errors import FileError


def filled(rows: int, most: int, piece: int = 700) -> Kept:
    """x = 0, 1, 2, ... and y = -x/8, in pieces."""
    kept = Kept(("x", "y"), most)
    for start in range(0, rows, piece):
        some = np.arange(start, min(start + piece, rows), dtype=float)
        kept.add([some, some / -8])
    return kept


@pytest.mark.parametrize("room", [0, 100, 10**6])
def test_kept_rows_come_back_in_order(room: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """From memory, and from the file that takes them where there are too many."""
    monkeypatch.setattr(kept_rows, "IN_MEMORY", room)
    kept = Kept(("x", "y"))
    for start in range(0, 200, 30):
        some = np.arange(start, min(start + 30, 200), dtype=float)
        kept.add([some, -some])
    assert (kept.rows, kept.low, kept.high) == (200, {"x": 0, "y": -199}, {"x": 199, "y": 0})
    for _ in range(2):
        blocks = [(block["x"].copy(), block["y"].copy()) for block in kept.blocks(7)]
        assert all(len(x) <= 7 for x, _ in blocks)
        assert np.concatenate([x for x, _ in blocks]).tolist() == list(range(200))
        assert np.concatenate([y for _, y in blocks]).tolist() == [-n for n in range(200)]
    assert kept.sample(50)["x"].tolist() == list(range(0, 200, 4))
    assert kept.sample(1000)["y"].tolist() == [-n for n in range(200)]
    other = kept.chosen({"a": "y", "b": "y", "c": "x"})
    assert other.column("b").tolist() == kept.column("y").tolist()
    assert (other.names, other.high["c"]) == (("a", "b", "c"), 199)
    del kept
    assert other.column("c").tolist() == list(range(200))


@pytest.mark.parametrize("rows", [CHUNK - 1, CHUNK, 3 * CHUNK + 17])
def test_any_part_of_a_file_is_the_part_that_was_asked_for(rows: int) -> None:
    kept = filled(rows, 0)
    assert kept.in_file and not filled(rows, 10**6).in_file
    ends = sorted({0, 1, 5, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, rows - 1, rows} & {*range(rows + 1)})
    for start in ends:
        for stop in ends:
            if start <= stop:
                part = kept.between(start, stop)
                assert part["x"].tolist() == list(range(start, stop))
                assert part["y"].tolist() == [-n / 8 for n in range(start, stop)]


def test_rows_in_any_order_come_from_as_many_chunks_as_there_are() -> None:
    rows = (SLOTS + 40) * CHUNK + 3
    kept = filled(rows, 0, 50_000)
    generator = np.random.default_rng(5)
    for count in (1, 50, 5000):
        for _ in range(4):
            chosen = generator.integers(0, rows, count)
            found = kept.at(chosen)
            assert (found["x"] == chosen).all() and (found["y"] == chosen / -8).all()
    assert kept.at(np.array([rows - 1, 0, rows - 1]))["x"].tolist() == [rows - 1, 0, rows - 1]


@pytest.mark.parametrize("most", [0, 10**7])
def test_threads_read_at_the_same_time(most: int) -> None:
    """The first of them puts the pieces together; the others wait for that."""
    kept = filled(40 * CHUNK, most)
    with ThreadPoolExecutor(8) as pool:
        parts = list(pool.map(lambda start: kept.between(start, start + 999)["x"].tolist(), range(0, 40_000, 500)))
    assert parts == [list(range(start, start + 999)) for start in range(0, 40_000, 500)]


def test_as_a_mapping_it_has_whole_columns() -> None:
    kept = filled(2 * CHUNK + 5, 0)
    assert [*kept] == ["x", "y"] and len(kept) == 2 and "x" in kept and "z" not in kept
    assert kept["y"].tolist() == [-n / 8 for n in range(kept.rows)]
    with pytest.raises(KeyError):
        kept["z"]


@pytest.mark.parametrize("end", ["let go", "error", "interrupted"])
def test_no_file_is_left_however_it_ends(end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def work() -> None:
        kept = filled(5 * CHUNK, 0)
        assert kept.in_file
        if end != "let go":
            raise {"error": ValueError, "interrupted": KeyboardInterrupt}[end]

    try:
        work()
    except (ValueError, KeyboardInterrupt):
        pass
    gc.collect()
    assert [*tmp_path.iterdir()] == []


def test_a_disk_that_is_nearly_full_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(kept_rows.shutil, "disk_usage", lambda folder: usage(0, 0, kept_rows.ROOM - 1))
    with pytest.raises(FileError) as caught:
        filled(5 * CHUNK, 2000)
    assert caught.value.kind == "no-room-for-rows"
    assert (caught.value.facts["rows"], caught.value.facts["folder"]) == (700, tempfile.gettempdir())


def test_a_disk_that_becomes_full_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def write(self, data: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        def close(self) -> None:
            pass

    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: Full())
    with pytest.raises(FileError) as caught:
        filled(5 * CHUNK, 0)
    assert caught.value.facts["reason"] == "no space left on device"
