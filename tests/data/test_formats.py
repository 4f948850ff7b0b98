"""The table of a fit from every format: the same rows, the same skips, the same refusals; and memory that stays."""

from __future__ import annotations

import gzip
import io
import json
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from bpcli.data import kept as kept_rows
from bpcli.data import rows, streams
from bpcli.data.table import choose_pair, read_table
from bpcli.errors import BpcliError, InputError
from data.chosen import choose_columns

POINTS = [(1.0, 2.5), (2.0, -3.0), (3.0, 400.0)]


def npy(values: object) -> bytes:
    file = io.BytesIO()
    np.save(file, np.asarray(values))
    return file.getvalue()


def npz(**columns: object) -> bytes:
    file = io.BytesIO()
    np.savez(file, **{name: np.asarray(column) for name, column in columns.items()})
    return file.getvalue()


CSV = b"x,y\n1,2.5\n2,-3\n3,4e2\n"
FIELDS = np.array(POINTS, dtype=[("x", "f8"), ("y", "f4")])
FORMATS = {
    "csv": CSV,
    "tsv": CSV.replace(b",", b"\t"),
    "gzip": gzip.compress(CSV),
    "json lines": b'{"x": 1, "y": 2.5}\n{"y": -3, "x": 2}\n\n{"x": 3, "y": 4e2, "z": "a"}\n',
    "npy": npy(POINTS),
    "npy of named fields": npy(FIELDS),
    "npy by columns": npy(np.asfortranarray(POINTS)),
    "npz": npz(y=[2.5, -3, 400], x=[1, 2, 3]),
    "utf-16": CSV.decode().encode("utf-16"),
}


@pytest.mark.parametrize("content", FORMATS.values(), ids=FORMATS)
def test_every_format_holds_the_same_points(tmp_path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / ("t.gz" if content.startswith(b"\x1f\x8b") else "t")
    path.write_bytes(content)
    _, x, _, y = choose_columns(read_table(str(path)), None, None)
    assert list(zip(x.tolist(), y.tolist(), strict=True)) == POINTS
    if path.name == "t":
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        _, x, _, y = choose_columns(read_table("-"), None, None)
        assert list(zip(x.tolist(), y.tolist(), strict=True)) == POINTS


GAPS = {
    "json lines": (b'{"x": 1, "y": 2}\n{"x": null, "y": 2}\n{"x": 3}\n',
                   [(2, "x is missing (nan)"), (3, "y is missing (nan)")]),
    "npy": (npy([[1, 2], [np.nan, 2], [3, np.inf]]), [(2, "c1 is missing (nan)"), (3, "c2 is infinite (inf)")]),
    "npz": (npz(x=[1, np.nan], y=[1, 2]), [(2, "x is missing (nan)")]),
    "csv": (b"x,y\n1,2\nNA,2\n3,\n", [(3, "x is missing (NA)"), (4, "y is empty")]),
    "csv, fast": (b"x,y\n1,2\nnan,2\n3,inf\n", [(3, "x is missing (nan)"), (4, "y is infinite (inf)")]),
}  # fmt: skip


@pytest.mark.parametrize(("content", "skipped"), GAPS.values(), ids=GAPS)
def test_a_gap_is_skipped_and_counted_or_refused(
    tmp_path: Path, content: bytes, skipped: list[tuple[int, str]]
) -> None:
    path = tmp_path / "t"
    path.write_bytes(content)
    table = read_table(str(path))
    assert (table.rows_used, table.rows_skipped, list(table.skipped)) == (1, len(skipped), skipped)
    with pytest.raises(InputError) as caught:
        read_table(str(path), missing="error")
    assert caught.value.kind == "csv-missing-cell"
    assert (caught.value.facts["row"], caught.value.facts["reason"]) == skipped[0]


# What people paste and export -> the columns that a fit of x and y reads, or the kind of the refusal and its place.
MESSY: list[tuple[str, object]] = [
    ("x,y\r\n1,2\r\n3,4\r\n", [[1, 3], [2, 4]]),
    ("\ufeffx;y\n1,5;2\n3,5;4\n", [[1.5, 3.5], [2, 4]]),
    ("# sensor 7\n\nx\ty\n1\t2\n\n3\t4\n", [[1, 3], [2, 4]]),
    ('"x","y"\n"1","2"\n"3","4"\n', [[1, 3], [2, 4]]),
    ("1 2\n3 4\n", [[1, 3], [2, 4]]),
    ("x,y,note\n1,2,ok\n3,4,\n", [[1, 3], [2, 4]]),
    ("x,y,day\n1,2,2024-01-31\n3,4,2024-02-01\n", [[1, 3], [2, 4]]),
    ("x,y\n1,2\n,9\nNA,9\n3,4\n", [[1, 3], [2, 4]]),
    ("x,y\n１,２\n", [[1], [2]]),  # full-width digits, which Python reads too
    ("x,y\n1,2\n3,4,5\n", ("csv-ragged-row", 3)),
    ("x,y\n1,2\n3\n", ("csv-ragged-row", 3)),
    ("x,x,y\n1,2,3\n", ("csv-duplicate-name", None)),
    ("x,y\n1,2\n2024-01-31,4\n", ("csv-date", 3)),
    ("x,y\n1,12:30\n", ("csv-date", 2)),
    ('x,y\n1,"1,234"\n', ("csv-comma-unclear", 2)),
    ('x,y\n1,"1,234.5"\n', [[1], [1234.5]]),
    ("x;y\n1;1.234,5\n", [[1], [1234.5]]),
    ("x;y\n1;1.234.5\n", ("csv-thousands", 2)),
    ("x;y\n1,5;2\n1.5;2\n", ("csv-mixed-decimals", 3)),
    ("x,y\n1,two\n", ("csv-text-cell", 2)),
    ("x,y\n1,5%\n", ("csv-text-cell", 2)),
    ("x,y\n1,$5\n", ("csv-text-cell", 2)),
    ('x,y\n1,"2\n', ("csv-unclosed-quote", 2)),
    ("x,y\n", ("csv-no-rows", None)),
    ("", ("csv-empty", None)),
]


@pytest.mark.parametrize(("text", "wanted"), MESSY)
@pytest.mark.parametrize("size", [9, 1 << 20])
def test_a_messy_file_is_read_right_or_refused(
    tmp_path: Path, text: str, wanted: object, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "CHARACTERS", size)
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode())
    try:
        table = read_table(str(path))
        answer: object = [column.tolist() for column in choose_columns(table, None, None)[1::2]]
    except InputError as mistake:
        assert mistake.sentence and mistake.said("zh")
        answer = mistake.kind, mistake.facts.get("row")
    assert answer == wanted


def test_text_in_another_encoding_is_refused_with_advice_or_read_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("时间,高度\n1,2\n3,4\n".encode("gb18030"))
    with pytest.raises(InputError) as caught:
        read_table(str(path))
    assert caught.value.kind == "csv-not-utf8"
    assert "--encoding gb18030" in caught.value.hint
    table = read_table(str(path), "时间", "高度", encoding="gb18030")
    assert table.names == ("时间", "高度")
    assert table.rows_used == 2
    kinds = {"ascii": "csv-not-in-encoding", "gbx": "encoding-unknown", "rot13": "encoding-unknown"}
    for encoding, kind in kinds.items():
        with pytest.raises(InputError) as caught:
            read_table(str(path), encoding=encoding)
        assert caught.value.kind == kind


def test_weights_are_one_more_column(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("x,w,y\n1,1,2\n2,0,9\n3,0.5,4\n4,,5\n")
    table = read_table(str(path), weights="w")
    names, kept = choose_pair(table, None, None)
    assert names == ("x", "y")
    assert [kept.column(name).tolist() for name in "xyw"] == [[1, 3], [2, 4], [1, 0.5]]
    assert table.skipped == ((3, "the weight w is 0"), (5, "w is empty"))
    path.write_text("x,w,y\n1,1,2\n2,-1,9\n")
    with pytest.raises(InputError) as caught:
        read_table(str(path), weights="2")
    assert (caught.value.kind, caught.value.facts["row"]) == ("csv-negative-weight", 3)


def test_a_weight_may_be_x_itself(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("x,y\n1,2\n3,4\n")
    _, kept = choose_pair(read_table(str(path), weights="x"), None, None)
    assert [kept.column(name).tolist() for name in "xyw"] == [[1, 3], [2, 4], [1, 3]]


def test_any_number_of_columns_can_be_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("name,a,b,c\nann,1,2,3\nbob,4,,6\n")
    table = read_table(str(path), wanted=["c", "2"])
    assert [column.tolist() for column in table.columns] == [[], [1, 4], [], [3, 6]]


def test_parquet_is_read_where_pyarrow_is(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    path = tmp_path / "t.parquet"
    columns = {"name": ["a", "b", "c"], "x": [1, 2, 3], "y": [2.5, None, 400.0]}
    parquet.write_table(pyarrow.table(columns), path)
    table = read_table(str(path))
    assert [column.tolist() for column in choose_columns(table, None, None)[1::2]] == [[1, 3], [2.5, 400]]
    assert table.skipped == ((2, "y is missing (nan)"),)
    with pytest.raises(InputError) as caught:
        read_table(str(path), "name", "y")
    assert caught.value.kind == "points-not-numbers"
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(BpcliError):
        read_table(str(path))


def test_without_pyarrow_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (tmp_path / "t.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError) as caught:
        read_table(str(tmp_path / "t.parquet"))
    assert caught.value.kind == "parquet-missing"
    assert "backprop-cli[files]" in caught.value.hint


# --- rows that are kept -------------------------------------------------------------------------------------------


def test_memory_does_not_grow_with_the_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row more takes less than a byte, in pieces of 4 KiB; the row itself has sixteen. Read, kept and fitted."""
    from bpcli.training.polynomials.fitting import Fitting

    monkeypatch.setattr(streams, "CHARACTERS", 1 << 12)
    monkeypatch.setattr(kept_rows, "IN_MEMORY", 1 << 10)
    monkeypatch.setattr(kept_rows, "BLOCK", 1 << 8)
    for name in ("quadratic.FEW", "fitting.MANY", "fitting.SAMPLE", "fit.SAMPLE"):
        monkeypatch.setattr(f"bpcli.training.polynomials.{name}", 500)

    def peak(count: int) -> int:
        path = tmp_path / "t.csv"
        path.write_text("x,y\n" + "".join(f"{n % 1000 / 8},{n % 77}\n" for n in range(count)))
        tracemalloc.start()
        _, kept = choose_pair(read_table(str(path)), None, None)
        fitting = Fitting(kept, 3)
        for _ in fitting:
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert fitting.fit.rows_used == count
        return most

    peak(2_000)  # what is imported and compiled on the way
    assert peak(100_000) - peak(10_000) < 90_000


def test_json_reads_as_the_points_do(tmp_path: Path) -> None:
    """A column that the first object does not have cannot be chosen by a fit, and can be read by name."""
    path = tmp_path / "t.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ({"x": 1}, {"x": 2, "y": 3})))
    with pytest.raises(InputError):
        read_table(str(path), "x", "y")
    found = rows.open_rows(str(path))
    assert [piece.columns[0][1] for piece in found.pieces(["y"])] == [3.0]
    found.close()
