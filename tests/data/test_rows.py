"""Columns that stream: every spelling of a file reads the same, and what is no number is refused by its place."""

from __future__ import annotations

import gzip
import io
import json
import math
import sys
import tracemalloc
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpcli.data import delimited, npy, streams
from bpcli.data.results import ArchiveWriter, ArrayWriter
from bpcli.data.rows import open_rows
from bpcli.errors import BpcliError, InputError

inf, nan = math.inf, math.nan


def read(path: Path, *wanted: str) -> list[list[float]]:
    """The chosen columns of a file as rows."""
    found = open_rows(str(path))
    try:
        # Without names: all columns but one of notes.
        wanted = wanted or tuple(name for name in found.names if name != "note")
        return [list(row) for piece in found.pieces(wanted) for row in zip(*piece.columns, strict=True)]
    finally:
        found.close()


def written(folder: Path, content: str | bytes, name: str = "points.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


THREE_POINTS = [[1.0, 2.5], [2.0, -3.0], [3.0, 400.0]]

SPELLINGS = {
    "commas": "x,w\n1,2.5\n2,-3\n3,4e2\n",
    "no line end at the end": "x,w\n1,2.5\n2,-3\n3,4e2",
    "semicolons and decimal commas": "x;w\n1,0;2,5\n2;-3\n3;4e2\n",
    "tabs": "x\tw\n1\t2.5\n2\t-3\n3\t4e2\n",
    "blanks": "x  w\n1  2.5\n 2  -3\n3   4e2 \n",
    "quotes": '"x","w"\n"1","2.5"\n2,-3\n3,4e2\n',
    "byte order mark": "\ufeffx,w\n1,2.5\n2,-3\n3,4e2\n",
    "carriage return and line feed": "x,w\r\n1,2.5\r\n2,-3\r\n3,4e2\r\n",
    "carriage returns": "x,w\r1,2.5\r2,-3\r3,4e2\r",
    "empty lines": "\n\nx,w\n\n1,2.5\n   \n2,-3\n\n3,4e2\n\n",
    "comments": '# 5" is\nx,w\n1,2.5\n# "\n2,-3\n3,4e2\n',
    "a column of text": 'x,note,w\n1,a b,2.5\n2,"c, d\ne",-3\n3,,4e2\n',
    "columns of numbers beside them": "a,x,b,w\n7,1,8,2.5\n,2,,-3\n9,3,9,4e2\n",
    "json": '{"x": 1, "w": 2.5}\n{"w": -3, "x": 2}\n{"x": 3, "v": "a", "w": 400}\n',
    "json with empty lines": '\n\n{"x": 1.0, "w": 2.5}\n\n{"w": -3, "x": 2}\n{"x": 3, "w": 400.0}',
}


@pytest.mark.parametrize("size", [7, 1 << 20])
@pytest.mark.parametrize("content", SPELLINGS.values(), ids=SPELLINGS)
def test_every_spelling_of_a_file_reads_the_same(
    tmp_path: Path, content: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also cut in pieces of seven bytes, and packed."""
    monkeypatch.setattr(streams, "CHARACTERS", size)
    assert read(written(tmp_path, content), "x", "w") == THREE_POINTS
    packed = written(tmp_path, gzip.compress(content.encode()), "points.csv.gz")
    assert read(packed, "w", "x") == [row[::-1] for row in THREE_POINTS]
    assert read(written(tmp_path, content.removeprefix("\ufeff").encode("utf-16")), "x", "w") == THREE_POINTS


def test_standard_input_is_read_and_stays_open(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for content in (
        b"x,w\n1,2.5\n",
        b'{"x": 1, "w": 2.5}',
        gzip.compress(b"x,w\n1,2.5\n"),
        written_array([[1.0, 2.5]]),
        written_archive(x=[1], w=[2.5]),
    ):
        stdin = io.TextIOWrapper(io.BytesIO(content))
        monkeypatch.setattr(sys, "stdin", stdin)
        wanted = ("c1", "c2") if content.startswith(b"\x93") else ("x", "w")
        assert read(Path("-"), *wanted) == [[1.0, 2.5]]
        assert not stdin.buffer.closed


def written_array(values: object) -> bytes:
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a Greek name needs the third version of the format
        np.save(file, np.asarray(values))
    return file.getvalue()


def written_archive(**columns: object) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **{name: np.asarray(column) for name, column in columns.items()})
    return file.getvalue()


NAMED = np.array([(1, 2.5, True), (2, -3, False), (3, 400, True)], dtype=[("x", "i4"), ("w", ">f4"), ("β", "?")])
ARRAYS = {
    "rows": (written_array(THREE_POINTS), ("c1", "c2")),
    "columns": (written_array(np.asfortranarray(THREE_POINTS)), ("c1", "c2")),
    "small whole numbers and large floats": (written_array(NAMED), ("x", "w")),
    "one array a column": (written_archive(w=np.float32([2.5, -3, 400]), x=np.int8([1, 2, 3])), ("x", "w")),
}


@pytest.mark.parametrize("size", [40, 1 << 22])
@pytest.mark.parametrize(("content", "names"), ARRAYS.values(), ids=ARRAYS)
def test_arrays_are_read_in_steps(
    tmp_path: Path, content: bytes, names: tuple[str, ...], size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(npy, "BYTES", size)
    assert read(written(tmp_path, content, "points.npy"), *names) == THREE_POINTS


def test_a_single_column_is_c1_and_fields_may_be_greek(tmp_path: Path) -> None:
    assert read(written(tmp_path, written_array([1.5, 2.5]), "p.npy"), "c1") == [[1.5], [2.5]]
    assert read(written(tmp_path, written_array(NAMED), "p.npy"), "β") == [[1.0], [0.0], [1.0]]


MISSING = "x,w\n1,\n,2\nNA,nan\ninf,-inf\n"


def test_a_row_with_a_missing_cell_keeps_its_place(tmp_path: Path) -> None:
    wanted = [[1.0, nan], [nan, 2.0], [nan, nan], [inf, -inf]]
    assert np.array_equal(read(written(tmp_path, MISSING)), wanted, equal_nan=True)
    lines = '{"x": 1}\n{"x": null, "w": 2}\n{"x": "nan", "w": NaN}\n{"x": "inf", "w": "-inf"}\n'
    assert np.array_equal(read(written(tmp_path, lines), "x", "w"), wanted, equal_nan=True)


REFUSED = [
    ("x,w\n1,2\n\n2,abc\n", "csv-text-cell", {"row": 4, "column": "w", "text": "abc"}),
    ('note,w\n"a\nb",2\nc,d\n', "csv-text-cell", {"row": 4, "column": "w", "text": "d"}),
    ("x,w\n1,2\n1,2,3\n", "csv-ragged-row", {"row": 3, "expected": 2, "found": 3}),
    ("x,v,w\n1,,2\n1,2\n1,2,3,4\n", "csv-ragged-row", {"row": 3, "expected": 3, "found": 2}),
    ("x w\n1 2\n1\n", "csv-ragged-row", {"row": 3, "expected": 2, "found": 1}),
    ('x,w\n1,2\n"1,2\n', "csv-unclosed-quote", {"row": 3}),
    ("x;w\n1;1,234\n", "csv-comma-unclear", {"row": 2, "column": "w", "text": "1,234"}),
    ('x,w\n1,"1.234,5"\n', "csv-thousands", {"row": 2, "text": "1.234,5"}),
    ("x,w\n2024-01-31,2\n", "csv-date", {"row": 2, "column": "x"}),
    ("x,w\n1.000.000,2\n", "csv-thousands", {"row": 2, "text": "1.000.000"}),
    ("1,2\n3,4\n", "points-no-names", {"row": 1, "text": "1, 2"}),
    ("", "csv-empty", {}),
    ("\n# nothing\n\n", "csv-empty", {}),
    (b"x,w\n1,2\n1,\xff\n", "csv-not-utf8", {"row": 3, "byte": "0xFF", "offset": 10}),
    (b"x,w\n1,\0\n", "csv-binary", {}),
    ('{"x": 1}\n\n{"x": "abc"}\n', "csv-text-cell", {"row": 3, "column": "x", "text": "abc"}),
    ('{"x": 1}\n[1]\n', "points-not-json", {"row": 2, "text": "[1]"}),
    ('{"x": 1}\n{"x": true}\n', "csv-text-cell", {"row": 2, "text": "True"}),
    ('{"x": 1}{"x": 2}\n', "points-not-json", {"row": 1}),
    (written_array(["a"]), "points-not-numbers", {}),
    (written_array(np.zeros((2, 2, 2))), "points-shape", {"shape": "(2, 2, 2)"}),
    (written_array(np.array([1j])), "points-not-numbers", {"kind": "complex128"}),
    (written_array([1.0, 2.0, 3.0])[:-4], "points-cut-off", {"row": 3, "rows": 3}),
    (written_archive(x=[1, 2], w=[1, 2, 3]), "points-lengths", {"rows": 2, "others": 3}),
    (written_archive(x=[[1, 2]]), "points-shape", {"shape": "(1, 2)"}),
    (written_archive(), "points-not-array", {}),
    (b"PK\x03\x04 and no more", "points-not-array", {}),
    (b"\x93NUMPY\x01\x00", "points-not-array", {}),
]  # fmt: skip


@pytest.mark.parametrize("size", [5, 1 << 20])
@pytest.mark.parametrize(
    ("content", "kind", "facts"), REFUSED, ids=lambda value: value if isinstance(value, str) else ""
)
def test_what_is_no_table_of_numbers_is_refused_by_its_place(
    tmp_path: Path,
    content: str | bytes,
    kind: str,
    facts: dict[str, object],
    size: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(streams, "CHARACTERS", size)
    with pytest.raises(InputError) as caught:
        read(written(tmp_path, content))
    assert caught.value.kind == kind
    assert {key: caught.value.facts[key] for key in facts} == facts
    assert caught.value.sentence


@pytest.mark.parametrize("form", ["csv", "json", "npy", "npz"])
def test_a_damaged_file_is_said_to_be_damaged(tmp_path: Path, form: str) -> None:
    """Cut off in the middle, and with a byte changed, in a packed file or an archive."""
    draw = np.random.default_rng(2).random((20_000, 2))
    whole = {
        "csv": lambda: gzip.compress(b"x,w\n" + b"".join(b"%r,%r\n" % (x, w) for x, w in draw.tolist()), 6, mtime=0),
        "json": lambda: gzip.compress(b"".join(b'{"x":%r}\n' % x for x in draw[:, 0].tolist()), 6, mtime=0),
        "npy": lambda: gzip.compress(written_array(draw), 6, mtime=0),
        "npz": lambda: written_archive(x=draw[:, 0], w=draw[:, 1]),
    }[form]()
    middle = len(whole) // 3
    changed = whole[:middle] + bytes(255 - each for each in whole[middle : middle + 64]) + whole[middle + 64 :]
    for content in (whole[:middle], changed):
        with pytest.raises(BpcliError) as caught:
            read(written(tmp_path, content, "points.npz" if form == "npz" else f"points.{form}.gz"))
        assert caught.value.sentence


def test_arrays_of_python_objects_are_never_unpickled(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> object:
            return (exec, ("raise SystemExit('this was carried out')",))

    file = io.BytesIO()
    np.save(file, np.array([Bomb()], dtype=object), allow_pickle=True)
    inside = io.BytesIO()
    with zipfile.ZipFile(inside, "w") as archive:
        archive.writestr("x.npy", file.getvalue())
    for content in (file.getvalue(), inside.getvalue()):
        with pytest.raises(InputError) as caught:
            read(written(tmp_path, content))
        assert caught.value.kind == "points-not-numbers"


def test_a_record_that_never_ends_does_not_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "CHARACTERS", 100)
    monkeypatch.setattr(streams, "LONGEST_RECORD", 1000)
    with pytest.raises(InputError) as caught:
        read(written(tmp_path, 'x,w\n1,2\n"' + "1,2\n" * 10_000))
    assert (caught.value.kind, caught.value.facts["row"]) == ("csv-unclosed-quote", 3)


@pytest.mark.parametrize("form", ["csv", "text beside", "json", "npy", "npz"])
def test_memory_does_not_grow_with_the_rows(tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten times as many rows take the same memory, to a quarter."""
    monkeypatch.setattr(streams, "CHARACTERS", 1 << 12)
    monkeypatch.setattr(npy, "BYTES", 1 << 14)

    def content(count: int) -> bytes:
        numbers = np.arange(count) / 8
        if form == "npy":
            return written_array(np.stack([numbers, numbers], axis=1))
        if form == "npz":
            return written_archive(x=numbers, w=numbers)
        if form == "json":
            return "".join(json.dumps({"x": x, "w": x}) + "\n" for x in numbers.tolist()).encode()
        beside = ",'a'" if form == "text beside" else ""
        return ("x,w\n" if not beside else "x,w,v\n").encode() + "".join(f"{x},{x}{beside}\n" for x in numbers).encode()

    def peak(count: int) -> int:
        path = written(tmp_path, content(count))
        found = open_rows(str(path))
        tracemalloc.start()
        total = sum(len(piece.columns[0]) for piece in found.pieces(found.names[:2]))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        found.close()
        assert total == count
        return most

    peak(2_000)  # what is imported and compiled on the way
    assert peak(100_000) < 1.25 * peak(10_000)


def test_a_place_is_a_line_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "CHARACTERS", 64)
    content = "\n# about\nx,v\n\n" + "".join(f"{n},a\n" + "\n" * (n % 3) for n in range(50))
    wanted = [number for number, line in enumerate(content.split("\n"), 1) if line.endswith(",a")]
    for text in (content, content.replace(",a", ',"a"')):
        found = open_rows(str(written(tmp_path, text)))
        places = [piece.place(row) for piece in found.pieces(["x"]) for row in range(len(piece.columns[0]))]
        found.close()
        assert places == wanted


cells = st.sampled_from(
    ["1", "-2.5", "", "NA", "1e3", " 7 ", "inf", "abc", "1,5", '"3"', "0x1", "1_0", "nan", "2 3", "٣"]
)


@given(
    st.lists(st.lists(cells, min_size=1, max_size=3), min_size=1, max_size=6), st.sampled_from(",;\t "), st.booleans()
)
def test_the_fast_way_gives_what_the_careful_way_gives(
    tmp_path_factory: pytest.TempPathFactory, table: list[list[str]], separator: str, part: bool
) -> None:
    path = written(tmp_path_factory.getbasetemp(), "\n".join([separator.join("xw"), *map(separator.join, table)]))

    def answer() -> object:
        try:
            found = open_rows(str(path))
            try:
                pieces = [piece.columns for piece in found.pieces(found.names[-1:] if part else found.names)]
            finally:
                found.close()
            return [repr(column.tolist()) for columns in pieces for column in columns]
        except BpcliError as mistake:
            return mistake.kind, mistake.facts

    quick = answer()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "quick_values", lambda block, layout, places: None)
        assert answer() == quick


@given(st.one_of(st.binary(max_size=60), st.text('x,w\n"#1{}: \t;', max_size=30).map(str.encode)))
def test_any_bytes_are_rows_or_a_mistake_of_ours(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    for start in (b"", b"\x93NUMPY", b"PK\x03\x04", b"x,w\n", b'{"x": 1}\n'):
        try:
            found = read(written(tmp_path_factory.getbasetemp(), start + content))
        except BpcliError as mistake:
            assert mistake.sentence
        else:
            assert all(isinstance(value, float) for row in found for value in row)


# --- what is written ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("counts", [[], [0], [3], [1, 0, 4]])
@pytest.mark.parametrize("names", [["y", "dy/dx"], ["β", "dβ/dx"], [f"dy/dx{n}" for n in range(3000)]])
def test_numpy_reads_what_was_written(tmp_path: Path, counts: list[int], names: list[str]) -> None:
    pieces = [[np.arange(count) + 10.0 * place for place in range(len(names))] for count in counts]
    wanted = [np.concatenate([np.empty(0), *(piece[place] for piece in pieces)]) for place in range(len(names))]
    for kind, name in ((ArrayWriter, "r.npy"), (ArchiveWriter, "r.npz")):
        with (tmp_path / name).open("wb") as file:
            writer = kind(file, names)
            for piece in pieces:
                writer.write(piece)
            writer.finish()
            writer.close()
        found = np.load(tmp_path / name, allow_pickle=False, max_header_size=200_000)
        for each, column in zip(names, wanted, strict=True):
            assert found[each].tolist() == column.tolist()
        if name == "r.npz":
            found.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.npy", "r.npz"]
