"""Tables of numbers: what is read, what is skipped and counted, and what is refused rather than guessed."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpcli.data import delimited, streams
from bpcli.data.choice import chosen_pair
from bpcli.data.table import Table, read_table
from bpcli.errors import BpcliError, FileError, InputError
from data.chosen import choose_columns


def table_of(folder: Path, content: str | bytes, x: str | None = None, y: str | None = None) -> Table:
    path = folder / "t.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_table(str(path), x, y)


def refusal_of(folder: Path, content: str | bytes, x: str | None = None, y: str | None = None) -> InputError:
    with pytest.raises(InputError) as caught:
        table_of(folder, content, x, y)
    assert caught.value.exit_code == 2
    return caught.value


def rows_of(table: Table) -> list[tuple[float, ...]]:
    return [tuple(row) for row in np.array(table.columns).T.tolist()]


THREE_POINTS = [(1.0, 2.5), (2.0, -3.0), (3.0, 400.0)]

# Each of these is the same table of three points.
SPELLINGS = {
    "commas": "x,y\n1,2.5\n2,-3\n3,4e2\n",
    "no line end at the end": "x,y\n1,2.5\n2,-3\n3,4e2",
    "semicolons": "x;y\n1;2.5\n2;-3\n3;4e2\n",
    "tabs": "x\ty\n1\t2.5\n2\t-3\n3\t4e2\n",
    "blanks": "x y\n1 2.5\n2 -3\n3 4e2\n",
    "runs of blanks": "  x     y\n  1   2.5\n  2    -3  \n  3   4e2\n",
    "blanks after commas": "x, y\n1, 2.5\n2, -3\n3, 4e2\n",
    "blanks around semicolons": "x ; y\n1 ; 2.5\n 2 ;-3\n3; 4e2 \n",
    "decimal commas between semicolons": "x;y\n1,0;2,5\n2;-3\n3;4e2\n",
    "decimal commas between tabs": "x\ty\n1\t2,5\n2,\t-3\n3\t4,0e2\n",
    "decimal commas in quotes": 'x;y\n1;"2,5"\n2;"-3,0"\n3;400\n',
    "three decimals beside a comma that is plain": "x;y\n1,000;2,5\n2,000;-3,000\n3,000;400,000\n",
    "quoted names": '"x","y"\n1,2.5\n2,-3\n3,4e2\n',
    "quoted cells": '"x","y"\n"1","2.5"\n"2","-3"\n"3","4e2"\n',
    "quoted cells after a blank": 'x, y\n1, "2.5"\n2, "-3"\n3, "4e2"\n',
    "quoted cells between blanks": '"x" "y"\n1 "2.5"\n2 "-3"\n3   "4e2"\n',
    "runs of blanks around quotes": '"x"    "y" \n "1"   2.5\n2 "-3"\n3\t "4e2"\n',
    "a quoted cell with blanks": 'x,y\n1," 2.5"\n2,-3\n3,4e2\n',
    "carriage return and line feed": "x,y\r\n1,2.5\r\n2,-3\r\n3,4e2\r\n",
    "carriage returns": "x,y\r1,2.5\r2,-3\r3,4e2\r",
    "empty lines": "\n\nx,y\n\n1,2.5\n   \n2,-3\n3,4e2\n\n\n",
    "comments": "# by hand\nx,y\n#1,1\n1,2.5\n  # 9,9\n2,-3\n3,4e2\n# the end",
    "a comment with a quote": 'x,y\n# 5" is\n1,2.5\n2,-3\n3,4e2\n',
    "the minus of a web page": "x,y\n1,2.5\n2,−3\n3,4e2\n",
    "plus signs": "x,y\n+1,+2.5\n+2,-3\n+3,+4e+2\n",
    "no digit beside the point": "x,y\n1.,2.5\n2.,-3.\n3,.4e3\n",
}


@pytest.mark.parametrize("content", SPELLINGS.values(), ids=SPELLINGS)
def test_every_spelling_of_a_table_reads_the_same(tmp_path: Path, content: str) -> None:
    table = table_of(tmp_path, content)
    assert rows_of(table) == THREE_POINTS
    assert (table.names, table.header) == (("x", "y"), True)
    assert (table.rows_used, table.rows_skipped, table.skipped) == (3, 0, ())
    assert all(column.dtype == np.float64 and column.shape == (3,) for column in table.columns)


ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_utf_8_and_utf_16_are_read_with_a_byte_order_mark(tmp_path: Path, encoding: str) -> None:
    mark = "\ufeff" if encoding in ("utf-16-le", "utf-16-be") else ""
    table = table_of(tmp_path, (mark + "时间,höhe\n1,2\n").encode(encoding))
    assert table.names == ("时间", "höhe")
    assert rows_of(table) == [(1.0, 2.0)]


@pytest.mark.parametrize(
    "content, separator", [("1,2\n", ","), ("1;2\n", ";"), ("1\t2\n", "\t"), ("1 2\n", " "), ("1\n", " ")]
)
def test_the_separator_is_told(tmp_path: Path, content: str, separator: str) -> None:
    assert table_of(tmp_path, content).separator == separator


@pytest.mark.parametrize(
    "content, separator, names",
    [
        ("time [s; from start],y\n1,2\n2,3\n", ",", ("time [s; from start]", "y")),
        ('"a;b","c;d"\n1,2\n', ",", ("a;b", "c;d")),
        ('"a,b";c\n1;2\n', ";", ("a,b", "c")),
        ("a, b\n1 2\n3 4\n5 6\n", " ", ("a,", "b")),
    ],
)
def test_a_separator_inside_a_name_does_not_mislead(
    tmp_path: Path, content: str, separator: str, names: tuple[str, ...]
) -> None:
    table = table_of(tmp_path, content)
    assert (table.separator, table.names) == (separator, names)


@pytest.mark.parametrize(
    "content, names, header",
    [
        ("1,2\n", ("x", "y"), False),
        ("1\n2\n", ("c1",), False),
        ("1,2,3\n", ("c1", "c2", "c3"), False),
        ("inf,2\n1,2\n", ("x", "y"), False),
        ("1,NA\n1,2\n", ("x", "y"), False),
        ("1;1,5\n2;2,5\n", ("x", "y"), False),
        ("year,2020\n1,2\n", ("year", "2020"), True),
        ('"",x,y\n1,2,3\n', ("c1", "x", "y"), True),
        ('"Temperature\n(deg C)",y\n1,2\n', ("Temperature (deg C)", "y"), True),
        ('"a ""b""",y\n1,2\n', ('a "b"', "y"), True),
        ("a\x1b[2Jb,y\n1,2\n", ("a�[2Jb", "y"), True),
    ],
)
def test_a_first_row_with_text_is_a_header(tmp_path: Path, content: str, names: tuple[str, ...], header: bool) -> None:
    table = table_of(tmp_path, content)
    assert (table.names, table.header) == (names, header)


MISSING = ["", " ", "na", "NA", "n/a", "NaN", "nan", "NULL", "None", "-", "?", '"NA"', '""', "-nan"]


@pytest.mark.parametrize("cell", [*MISSING, "inf", "-Inf", "Infinity", "1e999"])
def test_a_row_with_a_missing_or_infinite_cell_is_skipped_and_counted(tmp_path: Path, cell: str) -> None:
    table = table_of(tmp_path, f"x,y\n1,2\n3,{cell}\n{cell},5\n6,7\n")
    assert rows_of(table) == [(1.0, 2.0), (6.0, 7.0)]
    assert (table.rows_used, table.rows_skipped) == (2, 2)
    assert [row for row, _ in table.skipped] == [3, 4]


@pytest.mark.parametrize(
    "row, reason",
    [
        ("1,", "v is empty"),
        ("NA,1", "t is missing (NA)"),
        ("NA,inf", "t is missing (NA)"),
        ("1,-inf", "v is infinite (-inf)"),
        ("1,1e999", "v is infinite (1e999)"),
    ],
)
def test_the_reason_for_skipping_names_the_column(tmp_path: Path, row: str, reason: str) -> None:
    assert table_of(tmp_path, f"t,v\n1,2\n{row}\n").skipped == ((3, reason),)


def test_an_empty_cell_in_quotes_keeps_its_place_between_blanks(tmp_path: Path) -> None:
    table = table_of(tmp_path, '1 2 3\n"" 4 5\n6 ""  7\n8 9 10\n')
    assert rows_of(table) == [(1.0, 2.0, 3.0), (8.0, 9.0, 10.0)]
    assert table.skipped == ((2, "c1 is empty"), (3, "c2 is empty"))


def test_skipped_rows_are_named_by_their_line_in_the_file(tmp_path: Path) -> None:
    table = table_of(tmp_path, '# remark\n\n"x\n(s)",y\n1,2\n\n# remark\n3,NA\n')
    assert table.skipped == ((8, "y is missing (NA)"),)  # counted by hand: the header takes lines 3 and 4


def test_only_the_first_skipped_rows_are_kept_and_all_are_counted(tmp_path: Path) -> None:
    table = table_of(tmp_path, "x,y\n" + "1,2\n1,\n" * 100)
    assert (table.rows_used, table.rows_skipped, len(table.skipped)) == (100, 100, 20)
    assert table.skipped[19] == (41, "y is empty")  # by hand: every second line from 3


@pytest.mark.parametrize(
    "cell, kind",
    [
        ("abc", "csv-text-cell"),
        ("1/3", "csv-text-cell"),
        ("5%", "csv-text-cell"),
        ("1 2", "csv-text-cell"),
        ("0x10", "csv-text-cell"),
        ("1.2.3", "csv-text-cell"),
        ("3 # remark", "csv-text-cell"),
        ("true", "csv-text-cell"),
        ("2024-01-31", "csv-date"),
        ("2024/1/31", "csv-date"),
        ("31/01/2024", "csv-date"),
        ("1.2.24", "csv-date"),
        ("31.01.2024", "csv-date"),
        ("2024-01", "csv-date"),
        ("2024年1月31日", "csv-date"),
        ("2024-01-31T10:00:00Z", "csv-date"),
        ("2024-01-31 10:00", "csv-date"),
        ("10:30", "csv-date"),
        ("10:30:05.5", "csv-date"),
        ('"1.234,5"', "csv-thousands"),
        ("1.234.567", "csv-thousands"),
        ('"1,234"', "csv-comma-unclear"),
        ('"1,5"', "csv-comma-unclear"),
    ],
)
def test_a_cell_that_is_no_number_is_refused_by_file_row_column_and_text(tmp_path: Path, cell: str, kind: str) -> None:
    mistake = refusal_of(tmp_path, f"t,v\n1,2\n3,{cell}\n4,5\n")
    assert mistake.kind == kind
    assert mistake.facts == {
        "file": str(tmp_path / "t.csv"),
        "row": 3,
        "column": "v",
        "text": cell.strip('"').replace("\u00a0", " "),
    }


@pytest.mark.parametrize(
    "content, kind, row",
    [
        ("x;y\n1;1,5\n2;1.5\n", "csv-mixed-decimals", 3),
        ("x;y\n1;1.5\n2;1,5\n", "csv-mixed-decimals", 2),
        ("x;y\n1;1,234\n2;5,678\n", "csv-comma-unclear", 2),
        ("x;y\n1;1,234\n2;1.5\n", "csv-comma-unclear", 2),
        ("x;y\n1;1,5\n2;1,234,567\n", "csv-thousands", 3),
        ("x;y\n1;1,5\n2;31.01.2024\n", "csv-date", 3),
        ("1,5 2,5\n3,5 4,5\n", "csv-text-cell", 1),
        ("x\n1,5\n2,5\n", "csv-ragged-row", 2),
    ],
)
def test_commas_and_points_that_can_be_read_in_two_ways_are_refused(
    tmp_path: Path, content: str, kind: str, row: int
) -> None:
    if kind == "csv-text-cell":  # `1,5 2,5` looks like three names, and so does the next row like three cells
        assert refusal_of(tmp_path, content).facts["text"] == "5 4"
        return
    mistake = refusal_of(tmp_path, content)
    assert (mistake.kind, mistake.facts["row"]) == (kind, row)


@pytest.mark.parametrize(
    "content, row, expected, found",
    [
        ("x,y\n1,2\n3\n", 3, 2, 1),
        ("x,y\n1,2\n3,4,5\n", 3, 2, 3),
        ("x,y\n1,2,3\n", 2, 2, 3),
        ("1,2\n3,4,\n", 2, 2, 3),
        ("x y\n\n1 2\n3  4 5\n", 4, 2, 3),
        ("1;2\n1;2\n1,2\n", 3, 2, 1),
        ("My data\nx,y\n1,2\n", 2, 1, 2),
        ("x,y\n" + "1,2\n" * 9 + "1\n2\n", 11, 2, 1),
    ],
)
def test_a_ragged_row_is_refused_with_both_counts(
    tmp_path: Path, content: str, row: int, expected: int, found: int
) -> None:
    mistake = refusal_of(tmp_path, content)
    assert mistake.kind == "csv-ragged-row"
    assert mistake.facts == {"file": str(tmp_path / "t.csv"), "row": row, "expected": expected, "found": found}


@pytest.mark.parametrize(
    "content, kind, facts",
    [
        ("", "csv-empty", {}),
        ("\ufeff", "csv-empty", {}),
        ("# only\n\n  \n# remarks\n", "csv-empty", {}),
        ("x,y\n", "csv-no-rows", {"columns": "1 x, 2 y"}),
        ("x,y", "csv-no-rows", {"columns": "1 x, 2 y"}),
        ("x,y\n1,\n\nNA,2\n", "csv-all-skipped", {"rows": 2, "row": 2, "reason": "y is empty"}),
        ('""', "csv-all-skipped", {"rows": 1, "row": 1, "reason": "c1 is empty"}),
        (",\n", "csv-all-skipped", {"rows": 1, "row": 1, "reason": "x is empty"}),
        ("x,y,z,y\n1,2,3,4\n", "csv-duplicate-name", {"name": "y", "first": 2, "second": 4}),
        ('x,y\n1,"2\n3,4\n', "csv-unclosed-quote", {"row": 2}),
        ('x,y\n1,2\n3,"4"5\n', "csv-unclosed-quote", {"row": 3}),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0d", "csv-binary", {}),
        (b"x,y\n1,\x002\n", "csv-binary", {}),
        ("x,y\n1,2\n".encode("utf-16-le"), "csv-binary", {}),
        ("x,y\n1,2\n".encode("utf-32"), "csv-binary", {}),
        (b"\xff\xfe1\x00,", "csv-binary", {}),
        ("zeit,höhe\n1,2\n".encode("latin-1"), "csv-not-utf8", {"byte": "0xF6", "offset": 6, "row": 1}),
        (b"\xef\xbb\xbfa,b\r\n1,2\r\n3,\xe9\r\n", "csv-not-utf8", {"byte": "0xE9", "offset": 15, "row": 3}),
        ("x,y\r1,2\r3,4 °\r".encode("latin-1"), "csv-not-utf8", {"byte": "0xB0", "offset": 12, "row": 3}),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_one_kind(
    tmp_path: Path, content: str | bytes, kind: str, facts: dict[str, object]
) -> None:
    mistake = refusal_of(tmp_path, content)
    assert mistake.kind == kind
    assert mistake.facts == {"file": str(tmp_path / "t.csv"), **facts}


@pytest.mark.parametrize("value", ["DIV/0!", "NUM!", "VALUE!", "REF!", "NAME?", "NULL!"])
def test_an_error_value_of_excel_is_not_taken_for_a_comment(tmp_path: Path, value: str) -> None:
    assert refusal_of(tmp_path, f"x,y\n1,2\n#{value},3\n").kind == "csv-text-cell"


def test_the_text_of_a_refusal_cannot_move_the_cursor(tmp_path: Path) -> None:
    assert refusal_of(tmp_path, "x,y\n1,a\x1b[2J\n").facts["text"] == "a�[2J"


@pytest.mark.parametrize(
    "path, kind",
    [("nowhere.csv", "file-missing"), ("", "file-missing"), (".", "file-is-folder"), ("a\0b", "file-unreadable")],
)
def test_a_file_that_cannot_be_opened_is_a_file_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, kind: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileError) as caught:
        read_table(path)
    assert (caught.value.kind, caught.value.exit_code) == (kind, 4)
    assert caught.value.facts["file"] == path.replace("\0", "�")


@pytest.mark.parametrize("path", ["t.csv/points.csv", "n" * 5000])
def test_what_the_system_says_is_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_text("1,2\n")
    with pytest.raises(FileError) as caught:
        read_table(path)
    assert caught.value.kind == "file-unreadable"
    assert caught.value.facts["reason"] in ("not a directory", "file name too long")


def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a,b\n1,2\n")))
    table = read_table("-")
    assert (table.source, table.names, rows_of(table)) == ("standard input", ("a", "b"), [(1.0, 2.0)])
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a,b\n1,x\n")))
    with pytest.raises(InputError) as caught:
        read_table("-")
    assert caught.value.facts["file"] == "standard input"


def test_a_closed_standard_input_is_a_file_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(FileError) as caught:
        read_table("-")
    assert caught.value.kind == "file-unreadable"


# --- choosing columns ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "names, x, y, chosen",
    [
        (("t", "v"), None, None, ("t", "v")),
        (("x", "y"), None, None, ("x", "y")),
        (("y", "x"), None, None, ("x", "y")),
        (("Y", "X"), None, None, ("X", "Y")),
        (("id", "x", "y"), None, None, ("x", "y")),
        (("t", "v"), "v", None, ("v", "t")),
        (("t", "v"), None, "t", ("v", "t")),
        (("t", "v"), "t", None, ("t", "v")),
        (("y", "x"), "y", None, ("y", "x")),
        (("t", "v"), "2", "1", ("v", "t")),
        (("a", "b", "c"), "a", "c", ("a", "c")),
        (("a", "b", "c"), "3", "b", ("c", "b")),
        (("id", "x", "y"), "id", None, ("id", "y")),
        (("x", "y", "z"), None, "z", ("x", "z")),
        (("x", "y", "z"), "z", None, ("z", "y")),
        (("a", "b", "c"), "a", None, ("a", "c")),  # as a model predicts the last column
        (("x", "b", "c"), None, None, ("x", "c")),
        (("3", "a", "b"), "3", "a", ("3", "a")),  # a name goes before a number
    ],
)
def test_columns_are_chosen_by_name_by_number_or_by_custom(
    names: tuple[str, ...], x: str | None, y: str | None, chosen: tuple[str, str]
) -> None:
    i, j = chosen_pair(names, x, y, "t.csv")
    assert (names[i], names[j]) == chosen


@pytest.mark.parametrize(
    "names, x, y, kind",
    [
        (("v",), None, None, "csv-one-column"),
        (("v",), "v", "v", "csv-one-column"),
        (("a", "b", "c"), None, None, "csv-choose-columns"),
        (("a", "b", "y"), None, None, "csv-choose-columns"),
        (("a", "b", "c"), None, "a", "csv-choose-columns"),
        (("x", "X", "y"), None, None, "csv-choose-columns"),
        (("a", "b"), "c", None, "csv-unknown-column"),
        (("a", "b"), "0", None, "csv-unknown-column"),
        (("a", "b"), None, "3", "csv-unknown-column"),
        (("a", "b"), None, "-1", "csv-unknown-column"),
        (("a", "b"), None, "", "csv-unknown-column"),
        (("a", "b"), "a", "1", "csv-same-column"),
        (("x", "y", "z"), "y", None, "csv-choose-columns"),
    ],
)
def test_a_choice_that_does_not_decide_is_refused(
    names: tuple[str, ...], x: str | None, y: str | None, kind: str
) -> None:
    with pytest.raises(InputError) as caught:
        chosen_pair(names, x, y, "t.csv")
    assert caught.value.kind == kind
    assert caught.value.facts["file"] == "t.csv"


def test_a_refused_choice_lists_the_columns_and_suggests_the_nearest() -> None:
    with pytest.raises(InputError) as caught:
        chosen_pair(("time", "mass", "height"), None, "hight", "t.csv")
    assert caught.value.facts["columns"] == "1 time, 2 mass, 3 height"
    assert caught.value.facts["hint"] == "did you mean `--y-col height`?"


# --- columns that are not used ------------------------------------------------------------------------------------


def pairs_of(folder: Path, content: str, x: str | None = None, y: str | None = None) -> list[tuple[float, float]]:
    table = table_of(folder, content, x, y)
    _, x_values, _, y_values = choose_columns(table, x, y)
    return list(zip(x_values.tolist(), y_values.tolist(), strict=True))


# In each of these the columns x and y hold the three points, and the others hold anything.
BESIDE = {
    "text": "name,x,y\nann,1,2.5\nbob,2,-3\n李雷,3,4e2\n",
    "dates": "x,day,y\n1,2024-01-31,2.5\n2,2024-02-01,-3\n3,10:30,4e2\n",
    "missing cells": "id,x,y,note\n,1,2.5,\nNA,2,-3,NA\ninf,3,4e2,\n",
    "amounts": 'x,y,price\n1,2.5,"1,234.5"\n2,-3,"1,5"\n3,4e2,1_000\n',
    "quotes": '"name","x","y"\n"Smith, ""J""","1","2.5"\n"a\n\nb",2,-3\n"",3,"4e2"\n',
    "a quote in a cell": 'name,x,y\na"b"c,1,2.5\nd,2,-3\ne,3,4e2\n',
    "semicolons and decimal commas": "name;x;y\nann;1,0;2,5\nbob;2;-3\ncy;3;4e2\n",
    "a comma that is no decimal mark": "x;y;note\n1;2.5;1,5\n2;-3;0,25\n3;4e2;7\n",
    "tabs": "name\tx\ty\nann lee\t1\t2.5\n\t2\t-3\nbob\t3\t4e2\n",
    "blanks": "name x  y\nann 1\t2.5\n  bob   2 -3\n\ncy 3 4e2 \n",
    "blanks and quotes": 'name x y\n"ann lee"  1 2.5\n""   "2" -3\ncy 3  4e2\n',
    "names twice": "note,x,note,y,y2,\na,1,b,2.5,,\na,2,b,-3,,\na,3,b,4e2,,\n",
    "comments": "# made\nname,y,x\n#ann,1,1\nann,2.5,1\n\nbob,-3,2\ncy,4e2,3",
    "Excel": "x,y,z\r\n1,2.5,#N/A\r\n2,-3,#DIV/0!\r\n3,4e2,5%\r\n",
}


@pytest.mark.parametrize("content", BESIDE.values(), ids=BESIDE)
@pytest.mark.parametrize("x, y", [(None, None), ("x", "y"), ("x", None), (None, "y")])
def test_what_stands_beside_the_used_columns_does_not_matter(
    tmp_path: Path, content: str, x: str | None, y: str | None
) -> None:
    assert pairs_of(tmp_path, content, x, y) == THREE_POINTS
    assert table_of(tmp_path, content, x, y).rows_skipped == 0


def test_columns_with_text_beside_them_are_chosen_by_name_or_number(tmp_path: Path) -> None:
    content = "name,t,v,day\nann,1,2,2024-01-31\nbob,3,4,?\n"
    for x, y in (("t", "v"), ("2", "3"), ("t", "3")):
        assert pairs_of(tmp_path, content, x, y) == [(1.0, 2.0), (3.0, 4.0)]
    assert pairs_of(tmp_path, content, "v", "t") == [(2.0, 1.0), (4.0, 3.0)]


def test_a_column_that_was_not_read_is_not_handed_out(tmp_path: Path) -> None:
    table = table_of(tmp_path, "id,x,y\n1,2,3\n")
    assert [column.shape for column in table.columns] == [(0,), (1,), (1,)]
    with pytest.raises(ValueError, match="column 1 was not read"):
        choose_columns(table, "id", "y")


def test_all_columns_are_read_where_nothing_chooses(tmp_path: Path) -> None:
    assert rows_of(table_of(tmp_path, "a,b,c\n1,2,3\n")) == [(1.0, 2.0, 3.0)]
    assert refusal_of(tmp_path, "a,b,c\nann,2,3\n").kind == "csv-text-cell"
    assert refusal_of(tmp_path, "a,b,c\nann,2,3\n", None, "b").kind == "csv-choose-columns"
    assert refusal_of(tmp_path, "day,v\n2024-01-31,3\n").kind == "csv-date"


@pytest.mark.parametrize(
    "content, kind, row, column, text",
    [
        ("name,x,y\nann,1,2\n\nbob,2,abc\n", "csv-text-cell", 4, "y", "abc"),
        ('name,x,y\n"a\nb",1,2\n"c\n\nd",3,4\n"Lee, B",2,"1,234"\n', "csv-comma-unclear", 7, "y", "1,234"),
        ('name,x,y\n"a\nb","1\n2",2\n', "csv-text-cell", 2, "x", "1 2"),
        ("name;x;y\na;1;1,5\nb;1;1.5\n", "csv-mixed-decimals", 3, "y", "1.5"),
        ("name;x;y\n1,5;1;1,234\n", "csv-comma-unclear", 2, "y", "1,234"),
        ("name x y\n\nann 1 2\nbob 2024-01 2\n", "csv-date", 4, "x", "2024-01"),
    ],
)
def test_the_used_columns_are_judged_as_ever(
    tmp_path: Path, content: str, kind: str, row: int, column: str, text: str
) -> None:
    mistake = refusal_of(tmp_path, content)
    assert (mistake.kind, *(mistake.facts[name] for name in ("row", "column", "text"))) == (kind, row, column, text)


@pytest.mark.parametrize("separator", [",", ";", "\t", " "])
def test_rows_with_a_gap_in_a_used_column_are_counted_by_their_line(tmp_path: Path, separator: str) -> None:
    gap = '""' if separator == " " else ""
    rows = [["name", "x", "y"], ["a", "1", "2"], ["b", gap, gap], [], ["c", "3", gap], ["d", "NA", "5"]]
    table = table_of(tmp_path, "".join(separator.join(row) + "\n" for row in rows))
    assert (table.rows_used, table.rows_skipped, table.separator) == (1, 3, separator)
    assert table.skipped == ((3, "x is empty"), (5, "y is empty"), (6, "x is missing (NA)"))


@pytest.mark.parametrize(
    "content, row, found",
    [
        ("name,x,y\nann,1,2\nbob,3,4,5\n", 3, 4),
        ("name,x,y\nann,1,2\n\nbob,3\n", 4, 2),
        ("name,x,y\nLee, B,1,2\n", 2, 4),
        ('name,x,y\n"a\nb",1,2\n"c\nd",3\n', 4, 2),
        ("name x y\nann lee 1 2\n", 2, 4),
    ],
)
def test_a_ragged_row_is_refused_whichever_columns_are_used(tmp_path: Path, content: str, row: int, found: int) -> None:
    mistake = refusal_of(tmp_path, content)
    assert mistake.kind == "csv-ragged-row"
    assert (mistake.facts["row"], mistake.facts["expected"], mistake.facts["found"]) == (row, 3, found)


@pytest.mark.parametrize(
    "content, row",
    [
        ('name,x,y\nann,1,2\n"bob,3,4\ncy,5,6\n', 3),
        ('name,x,y\n"a\nb",1,2\n"bob"s,3,4\n', 4),
        ('name,x,y\n5" pipe,1,2\n6" pipe,3,4\n', 2),
    ],
)
def test_a_wrong_quote_is_refused_whichever_columns_are_used(tmp_path: Path, content: str, row: int) -> None:
    mistake = refusal_of(tmp_path, content)
    assert (mistake.kind, mistake.facts["row"]) == ("csv-unclosed-quote", row)


@pytest.mark.parametrize(
    "content, x, y, header",
    [
        ("name,2019,2020\nann,1,2\n", "2019", "2020", True),
        ("name,2019,2020\nann,1,2\n", "c2", "c3", False),
        ("ann,1,2\nbob,3,4\n", "c2", "c3", False),
        ("ann,1,2\nbob,3,4\n", "c2", "3", False),
        ("id,2019,2020\n7,1,2\n", "2", "3", True),  # a number below the text
        ("day,2019,2020\n,1,2\n2024-01-31,1,2\n", "2", "3", True),
        ("name,a,2020\nann,1,2\n", "2", "3", True),
        ("2024-01-31,1,2\n2024-02-01,3,4\n", "2", "3", False),
    ],
)
def test_a_first_row_with_text_beside_numbers_is_a_header_where_that_is_sure(
    tmp_path: Path, content: str, x: str, y: str, header: bool
) -> None:
    assert table_of(tmp_path, content, x, y).header == header
    assert len(pairs_of(tmp_path, content, x, y)) == content.count("\n") - header


@pytest.mark.parametrize("content", ["ann,1,2\nbob,3,4\n", "name,2019,2020\nann,1,2\n", "name,2019,2020\n,1,2\n"])
def test_a_first_row_that_can_be_names_or_data_is_refused(tmp_path: Path, content: str) -> None:
    mistake = refusal_of(tmp_path, content, "2", "3")
    assert mistake.kind == "csv-header-unclear"
    assert (mistake.facts["x"], mistake.facts["y"]) == ("c2", "c3")
    assert mistake.facts["text"] == content.splitlines()[0].replace(",", ", ")


@pytest.mark.parametrize(
    "x, y, kind",
    [
        ("a", "note", "csv-duplicate-name"),
        ("note", None, "csv-duplicate-name"),
        (None, None, "csv-duplicate-name"),
        ("b", "a", None),
        ("2", "1", None),  # by number, two columns of one name can be told apart
        ("nota", "a", "csv-unknown-column"),
    ],
)
def test_a_name_that_stands_twice_matters_where_it_is_chosen(
    tmp_path: Path, x: str | None, y: str | None, kind: str | None
) -> None:
    content = "note,note,a,b\n1,2,3,4\n"
    if kind is None:
        assert len(pairs_of(tmp_path, content, x, y)) == 1
    else:
        assert refusal_of(tmp_path, content, x, y).kind == kind


beside = st.text(st.sampled_from('ab1,;\t "\n#.é-'), max_size=6)


@settings(max_examples=600, deadline=None)
@given(st.data())
def test_any_text_beside_the_used_columns_leaves_the_table_as_it_is(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    cell = st.sampled_from(["1", "-2.5", "NA", "", "1e3", " 7 ", "inf", "1,5", "abc"])
    rows = data.draw(st.lists(st.tuples(cell, cell), min_size=1, max_size=6))
    separator = data.draw(st.sampled_from(",;\t"))
    column = data.draw(st.lists(beside, min_size=len(rows), max_size=len(rows)))
    # A line of a quoted cell that begins with # would be taken for a comment.
    column = ["n" + text.replace("\n#", "\n").replace("#", "") for text in column]
    place = data.draw(st.integers(0, 2))

    def answer(table: list[list[str]]) -> object:
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=separator, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(table)
        try:
            found = table_of(tmp_path_factory.getbasetemp(), text.getvalue(), "x", "y")
        except BpcliError as mistake:
            facts = {key: fact for key, fact in mistake.facts.items() if key not in ("row", "columns")}
            return mistake.kind, facts
        reasons = [reason for _, reason in found.skipped]
        return [values.tolist() for values in choose_columns(found, "x", "y")[1::2]], reasons, found.rows_skipped

    narrow = [list(row) for row in [("x", "y"), *rows]]
    wide = [[*row[:place], text, *row[place:]] for row, text in zip(narrow, ["name", *column], strict=True)]
    assert answer(wide) == answer(narrow)


# --- large files, and any file ------------------------------------------------------------------------------------


def test_blocks_do_not_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = "x;y\n" + "".join(f"{n};{n},5\n" if n % 10 else f"{n};NA\n" for n in range(1, 101))
    whole = table_of(tmp_path, content)
    assert (whole.rows_used, whole.rows_skipped, whole.skipped[0]) == (90, 10, (11, "y is missing (NA)"))
    for size in (1, 7, 64, 500):
        monkeypatch.setattr(streams, "CHARACTERS", size)
        table = table_of(tmp_path, content)
        assert rows_of(table) == rows_of(whole)
        assert table.skipped == whole.skipped


def test_a_clean_file_is_read_without_looking_at_single_cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "careful_piece", None)
    for content in ("x,y\n1,2.5\n", '"x","y"\n"1","2.5"\n', "# made\nx;y\n1;2,5\n", "1 2.5\r\n"):
        assert rows_of(table_of(tmp_path, content)) == [(1.0, 2.5)]
    for content in ("id,x,y\n#1\na b,1,2.5\n", 'name,y,x\n"a, b","2.5",1\n', "day;x;y\n1.1.24;1;2,5\n"):
        assert pairs_of(tmp_path, content) == [(1.0, 2.5)]


finite = st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def spelled_tables(draw: st.DrawFn) -> tuple[list[list[float]], str]:
    """Rows of finite floats, and a text that holds them."""
    width = draw(st.integers(1, 4))
    rows = draw(st.lists(st.lists(finite, min_size=width, max_size=width), min_size=1, max_size=12))
    separator = draw(st.sampled_from([",", ";", "\t", " ", "    "]))
    # With one column a comma in a number could not be told from a separator.
    comma = separator in ";\t" and width > 1 and draw(st.booleans())
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter="\x1f", quoting=quoting, lineterminator=end)
    if draw(st.booleans()):
        writer.writerow([f"{'a b' if separator in ',;' and width > 1 else 'ab'}{number}" for number in range(width)])
    # `1,234` alone would be refused, so decimal commas come with a row of witnesses.
    cells = [[repr(number) for number in row] for row in rows]
    if comma:
        cells = [[cell.replace(".", ",") for cell in row] for row in [["0.5"] * width, *cells]]
        rows = [[0.5] * width, *rows]
    writer.writerows(cells)
    return rows, text.getvalue().replace("\x1f", separator)


@settings(max_examples=400, deadline=None)
@given(spelled_tables())
def test_what_is_written_is_read_back_to_the_last_bit(
    tmp_path_factory: pytest.TempPathFactory, spelled: tuple[list[list[float]], str]
) -> None:
    rows, text = spelled
    folder = tmp_path_factory.getbasetemp()
    table = table_of(folder, text)
    assert np.array(rows).T.tobytes() == np.array(table.columns).tobytes()


pieces = st.sampled_from(
    [
        *',;\t \n\r"#-−_.',
        "1",
        "2.5",
        "1,5",
        "1,234",
        "NA",
        "inf",
        "x",
        "y",
        "\ufeff",
        "é",
        "\0",
        "\u00a0",
        "\x0b",
        "2024-01-31",
    ]
)


number_pieces = st.sampled_from([*",;\t \n\n+-.eE0", "1", "25", "1.5", "1,5", '"', '"7"', '"7,5"'])


@settings(max_examples=1500, deadline=None)
@given(st.lists(number_pieces, max_size=30).map("".join))
def test_the_fast_way_gives_what_the_careful_way_gives(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    def answer() -> object:
        try:
            table = table_of(tmp_path_factory.getbasetemp(), text)
        except BpcliError as mistake:
            return mistake.kind, mistake.facts
        columns = [column.tolist() for column in table.columns]
        return table.names, columns, table.skipped, table.rows_skipped

    fast = answer()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "quick_values", lambda block, layout, places: None)
        assert answer() == fast


@settings(max_examples=1500, deadline=None)
@given(st.one_of(st.binary(max_size=60), st.lists(pieces, max_size=40).map(lambda parts: "".join(parts).encode())))
def test_any_bytes_are_a_table_or_a_mistake_of_ours(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    try:
        table = table_of(tmp_path_factory.getbasetemp(), content)
    except BpcliError:
        return
    assert len(table.names) == len(table.columns) > 0
    read = [column for column in table.columns if len(column)]
    assert len(read) in (2, len(table.columns))
    assert all(column.shape == (table.rows_used,) and np.isfinite(column).all() for column in read)
    assert len(table.skipped) == min(table.rows_skipped, 20)
