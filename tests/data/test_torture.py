"""Files as people have them: each is read right, or refused with file, row, column and text, in both languages."""

from __future__ import annotations

import gzip
import io
import sys
from pathlib import Path

import numpy as np
import pytest

from bpcli.data.table import read_table
from bpcli.errors import InputError, told
from data.chosen import choose_columns

POINTS = [(1.0, 2.0), (2.0, 4.0), (3.0, 7.0)]
PLAIN = "x,y\n1,2\n2,4\n3,7\n"

# What is in the file -> the rows that were meant.
READ = {
    "a byte order mark": ("\ufeff" + PLAIN, POINTS),
    "carriage return and line feed": (PLAIN.replace("\n", "\r\n"), POINTS),
    "carriage returns alone": (PLAIN.replace("\n", "\r"), POINTS),
    "UTF-16, little end first": (b"\xff\xfe" + PLAIN.encode("utf-16-le"), POINTS),
    "UTF-16, big end first": (b"\xfe\xff" + PLAIN.encode("utf-16-be"), POINTS),
    "semicolons and decimal commas": ("x;y\n1,5;2,25\n2;4\n", [(1.5, 2.25), (2, 4)]),
    "tabs and decimal commas": ("x\ty\n1,5\t2,25\n2\t4\n", [(1.5, 2.25), (2, 4)]),
    "bars": ("x|y\n1|2\n2|4\n3|7\n", POINTS),
    "blanks": ("x  y\n1   2\n 2 4\n3 7 \n", POINTS),
    "the separator said in the first line": ("sep=;\nx;y\n1,5;2\n2,5;4\n", [(1.5, 2), (2.5, 4)]),
    "blanks around names and cells": (" x , y \n1, 2\n2 , 4\n3,7\n", POINTS),
    "a line end between quotes": ('x,y,"a\nnote"\n1,2,"b\nc"\n2,4,d\n3,7,e\n', POINTS),
    "empty lines and remarks": ("# by hand\n\nx,y\n\n1,2\n# so\n2,4\n\n3,7\n\n", POINTS),
    "a separator at the end of all lines": ("x,y,\n1,2,\n2,4,\n3,7,\n", POINTS),
    "no names": ("1,2\n2,4\n3,7\n", POINTS),
    "no line end at the end": ("x,y\n1,2\n2,4\n3,7", POINTS),
    "missing in many spellings": ("x,y\n1,2\n2,NA\n3,null\n4,-\n5,#N/A\n6,\n7,n/a\n8,NaN\n2,4\n3,7\n", POINTS),
    "infinite": ("x,y\n1,2\n2,inf\n3,-Infinity\n2,4\n3,7\n", POINTS),
    "exponents": ("x,y\n1e0,2E0\n2.0e+00,.4e1\n30e-1,7.\n", POINTS),
    "signs": ("x,y\n+1,+2\n+2,4\n3,7\n", POINTS),
    "the minus of a web page": ("x,y\n−1,2\n2,−4\n", [(-1, 2), (2, -4)]),
    "full-width digits": ("x,y\n１,２\n２,４\n３,７\n", POINTS),
    "numbers in quotes": ('"x","y"\n"1","2"\n"2","4"\n"3","7"\n', POINTS),
    "commas between thousands, proved by a point": ('x,y\n1,"1,234.5"\n2,"3,456"\n', [(1, 1234.5), (2, 3456)]),
    "commas between thousands, proved by two": ('x,y\n1,"1,234,567"\n2,345\n', [(1, 1234567), (2, 345)]),
    "commas between thousands, proved by another cell": ('x,y\n1,"1,234"\n2,99.5\n', [(1, 1234), (2, 99.5)]),
    "commas between thousands, negative": ('x,y\n1,"-1,234.5"\n2,"−2,000"\n', [(1, -1234.5), (2, -2000)]),
    "commas in Indian groups": ('x,y\n1,"12,34,567"\n2,"1,00,000"\n', [(1, 1234567), (2, 100000)]),
    "blanks between thousands": ("x;y\n1;1 234,5\n2;3 456\n", [(1, 1234.5), (2, 3456)]),
    "blanks that do not break": ("x;y\n1;1\u00a0234,5\n2;3\u202f456\n3;9\n", [(1, 1234.5), (2, 3456), (3, 9)]),
    "points between thousands": ("x;y\n1;1.234,5\n2;3.456\n", [(1, 1234.5), (2, 3456)]),
    "apostrophes between thousands": ("x,y\n1,1'234.5\n2,2’345\n", [(1, 1234.5), (2, 2345)]),
    "underscores between thousands": ("x,y\n1,1_000\n2,2_000.5\n", [(1, 1000), (2, 2000.5)]),
    "gzip under any name": (gzip.compress(PLAIN.encode()), POINTS),
    "what is not used may be anything": ("x,y,who\n1,2,1/2\n2,4,0x1\n3,7,2024-01-01\n", POINTS),
}

# What is in the file -> the kind of refusal, its row, column and text; None where it has none.
REFUSED = {
    "Chinese names in GBK": ("时间,温度\n1,2\n".encode("gbk"), "csv-not-utf8", 1, None, None),
    "German names in Latin-1": ("x,y,Größe\n1,2,3\n".encode("latin-1"), "csv-not-utf8", 1, None, None),
    "one name twice": ("x,x,y\n1,1,2\n", "csv-duplicate-name", None, None, None),
    "a row too long": ("x,y\n1,2\n2,4,9\n", "csv-ragged-row", 3, None, None),
    "a row too short": ("x,y\n1,2\n2\n", "csv-ragged-row", 3, None, None),
    "a separator at the end of rows alone": ("x,y\n1,2,\n2,4,\n", "csv-ragged-row", 2, None, None),
    "units below the names": ("t,v\ns,m/s\n1,2\n", "csv-units-row", 2, "t", "s"),
    "units in brackets below the names": ("t,v\n[s],[m/s]\n1,2\n", "csv-units-row", 2, "t", "[s]"),
    "text further down": ("x,y\n1,2\n2,abc\n", "csv-text-cell", 3, "y", "abc"),
    "a total at the end": ("x,y\n1,2\n2,4\nTotal,6\n", "csv-text-cell", 4, "x", "Total"),
    "a date": ("day,y\n2024-01-31,2\n", "csv-date", 2, "day", "2024-01-31"),
    "a date with slashes": ("day,y\n01/02/2024,2\n", "csv-date", 2, "day", "01/02/2024"),
    "a Chinese date": ("日,y\n2024年1月1日,2\n", "csv-date", 2, "日", "2024年1月1日"),
    "per cent": ("x,y\n1,10%\n", "csv-text-cell", 2, "y", "10%"),
    "dollars": ("x,y\n1,2\n1,$10\n", "csv-text-cell", 3, "y", "$10"),
    "euros": ("x,y\n1,10 €\n", "csv-text-cell", 2, "y", "10 €"),
    "a unit in the cell": ("x,y\n1,2 kg\n", "csv-text-cell", 2, "y", "2 kg"),
    "a mark in the cell": ("x,y\n1,2*\n", "csv-text-cell", 2, "y", "2*"),
    "hexadecimal": ("x,y\n1,0x2\n", "csv-text-cell", 2, "y", "0x2"),
    "exponents of Fortran": ("x,y\n1,2.0D0\n", "csv-text-cell", 2, "y", "2.0D0"),
    "fractions": ("x,y\n1,1/2\n", "csv-text-cell", 2, "y", "1/2"),
    "true and false": ("x,y\n1,TRUE\n", "csv-text-cell", 2, "y", "TRUE"),
    "brackets of bookkeepers": ("x,y\n1,(2)\n", "csv-text-cell", 2, "y", "(2)"),
    "an error of a spreadsheet": ("x,y\n1,2\n2,#DIV/0!\n", "csv-text-cell", 3, "y", "#DIV/0!"),
    "a thousand, or one and a bit": ('x,y\n1,"1,234"\n2,"2,345"\n', "csv-comma-unclear", 2, "y", "1,234"),
    "the same between semicolons": ("x;y\n1;1,234\n2;2,345\n", "csv-comma-unclear", 2, "y", "1,234"),
    "thousands that are none": ('x,y\n1,"1,234.5"\n2,"12,34"\n', "csv-thousands", 2, "y", "1,234.5"),
    "two decimal marks": ("x;y\n1;1,5\n2;2.5\n", "csv-mixed-decimals", 3, "y", "2.5"),
    "full-width commas between cells": ("x，y\n1，2\n", "csv-units-row", 2, "x，y", "1，2"),
    "a quote that nobody closed": ('x,y\n1,"2\n2,3\n', "csv-unclosed-quote", 2, None, None),
    "zero bytes": (b"x,y\n1,2\n\x00,3\n", "csv-binary", None, None, None),
    "names alone": ("x,y\n", "csv-no-rows", None, None, None),
    "one column": ("x\n1\n2\n", "csv-one-column", None, "x", None),
    "nothing at all": ("", "csv-empty", None, None, None),
    "empty lines alone": ("\n\n  \n", "csv-empty", None, None, None),
    "nothing but missing cells": ("x,y\n1,NA\n2,\n", "csv-all-skipped", 2, None, None),
}


def stored(folder: Path, content: str | bytes) -> str:
    path = folder / "points.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def pairs(path: str) -> list[tuple[float, float]]:
    _, x, _, y = choose_columns(read_table(path), None, None)
    return [*zip(x.tolist(), y.tolist(), strict=True)]


@pytest.mark.parametrize(("content", "rows"), READ.values(), ids=READ)
def test_a_file_is_read_as_it_was_meant(tmp_path, content, rows):
    assert pairs(stored(tmp_path, content)) == rows


@pytest.mark.parametrize(("content", "kind", "row", "column", "text"), REFUSED.values(), ids=REFUSED)
def test_what_can_be_read_in_two_ways_or_in_none_is_refused_by_its_place(tmp_path, content, kind, row, column, text):
    path = stored(tmp_path, content)
    with pytest.raises(InputError) as caught:
        pairs(path)
    facts = caught.value.facts
    assert (caught.value.kind, facts.get("row"), facts.get("column"), facts.get("text")) == (kind, row, column, text)
    for language in ("en", "zh"):
        said = caught.value.report(language)
        assert told(path) in said
        for fact in (row, column, text):
            assert fact is None or str(fact) in said


@pytest.mark.parametrize("content", [PLAIN.encode(), gzip.compress(PLAIN.encode())], ids=["plain", "gzip"])
def test_standard_input_is_read_packed_or_not_and_stays_open(monkeypatch, content):
    stream = io.TextIOWrapper(io.BytesIO(content))
    monkeypatch.setattr(sys, "stdin", stream)
    assert pairs("-") == POINTS
    assert not stream.buffer.closed


def test_thousands_are_read_alike_in_every_piece_of_a_large_file(tmp_path):
    """More than one piece of a million characters: the first decides, and the others are read as it says."""
    values = np.arange(1.0, 60_001.0) + 0.5
    lines = "\n".join(f'{number},"{value:,}"' for number, value in enumerate(values.tolist()))
    table = read_table(stored(tmp_path, f"x,y\n{lines}\n"))
    assert np.array_equal(table.columns[1], values)


def test_a_file_that_ends_in_gz_and_is_not_packed_is_read_all_the_same(tmp_path):
    path = tmp_path / "points.csv.gz"
    path.write_text(PLAIN)
    assert pairs(str(path)) == POINTS
